//! The forge: makes trailseal's test vectors and its example archive, the same bytes each time.
//!
//! It knows nothing of the verifier. What a vector expects is written beside it by hand, from the description of how
//! trailseal judges (`docs/specification.md`), so that two readings of that text meet in the tests.

pub mod archive;
pub mod bulk;
pub mod cases;
pub mod counter;
pub mod digest;
pub mod example;
pub mod gzip;
pub mod keys;
pub mod lake;
pub mod nasties;
pub mod records;
pub mod service;
pub mod time;
pub mod trail;
pub mod vector;
pub mod zip;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use vector::{Index, Vector};

/// The name of the format of `index.json`.
pub const SCHEMA: &str = "https://github.com/trailseal/trailseal/test-vectors/index-1";

/// What only computing gives, and no hand can write: for each vector its evidence root and the digest of its report. The verifier's own
/// tests write it down, and other programs confirm it.
const DIGESTS: &str = include_str!("../digests.txt");

/// All vectors, in the order of their ids.
pub fn vectors() -> Vec<Vector> {
    let mut vectors = cases::all();
    vectors.extend(example::vectors());
    vectors.sort_by(|a, b| a.id.cmp(&b.id));
    let digests: BTreeMap<&str, (&str, &str)> = DIGESTS
        .lines()
        .filter_map(|line| line.split_once(' ').and_then(|(id, digests)| Some((id, digests.split_once(' ')?))))
        .collect();
    for vector in &mut vectors {
        let known = digests.get(vector.id.as_str());
        vector.expected.evidence_root = known.map(|(root, _)| (*root).to_owned());
        vector.expected.report_digest = known.map(|(_, digest)| (*digest).to_owned());
    }
    vectors
}

/// Every generated file, by its path below `test-vectors/`.
///
/// # Panics
///
/// If two vectors want different bytes under one path.
pub fn files() -> BTreeMap<String, Vec<u8>> {
    let vectors = vectors();
    let mut files = BTreeMap::new();
    for vector in &vectors {
        for (path, bytes) in &vector.files {
            let before = files.insert(path.clone(), bytes.clone());
            assert!(before.is_none_or(|before| before == *bytes), "two files at {path}");
        }
    }
    let index = Index { schema: SCHEMA.to_owned(), vectors };
    files.insert("index.json".to_owned(), json(&index));
    files.insert("index.schema.json".to_owned(), json(&sorted(schemars::schema_for!(Index).to_value())));
    files.insert("facts.json".to_owned(), include_bytes!("../facts.json").to_vec());
    files
}

/// Indented JSON with an end of line.
fn json(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("JSON");
    bytes.push(b'\n');
    bytes
}

/// The same JSON with sorted names, whichever features serde_json was built with.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut fields: Vec<_> = map.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(Map::from_iter(fields))
        }
        Value::Array(values) => Value::Array(values.into_iter().map(sorted).collect()),
        other => other,
    }
}
