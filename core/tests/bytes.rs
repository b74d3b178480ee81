//! What is said of every vector, to the byte: a change that moves code leaves `bytes.txt` as it is, and a change of words shows which
//! vectors it reaches.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read files")]

mod common;

use std::fmt::Write as _;
use std::path::Path;

use common::{Vector, load};
use sha2::{Digest, Sha256};
use trailseal::{Case, Language, Reading, Table, View};

/// One line for each vector: the SHA-256 of its canonical report, and one of all other forms together. Beside it, for the index of the
/// vectors: the evidence root and the digest of the report.
#[test]
fn every_vector_gives_the_bytes_that_are_written_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut bytes, mut digests) = (String::new(), String::new());
    for vector in load() {
        let (root, [report, forms]) = hashes(&vector);
        writeln!(bytes, "{} {report} {forms}", vector.id).unwrap();
        writeln!(digests, "{} {root} {report}", vector.id).unwrap();
    }
    is_written(&folder.join("tests/bytes.txt"), &bytes);
    is_written(&folder.join("../test-vectors/forge/digests.txt"), &digests);
}

fn is_written(path: &Path, found: &str) {
    if std::env::var_os("UPDATE_BYTES").is_some() {
        std::fs::write(path, found).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    let other: Vec<&str> = found.lines().filter(|line| !written.lines().any(|known| known == *line)).collect();
    assert!(
        found == written,
        "{} of {} lines are not in {}; if the change is meant, `cargo xtask generate` writes them:\n{}",
        other.len(),
        found.lines().count(),
        path.display(),
        other.join("\n")
    );
}

fn hashes(vector: &Vector) -> (String, [String; 2]) {
    let case = || {
        let mut case = Case::new();
        vector.exhibits().into_iter().for_each(|exhibit| case.admit(exhibit));
        case
    };
    let policy = vector.policy();
    let inventory = case().inspect(&policy.trust);
    let (report, objects) = case().conclude_with_objects(&policy, &|count, work| (0..count).for_each(work));
    let mut forms = Sha256::new();
    // Each form with its length, so that no two forms together can stand for two others.
    let mut add = |bytes: &[u8]| {
        forms.update((bytes.len() as u64).to_be_bytes());
        forms.update(bytes);
    };
    // It states the version of the program, too.
    add(report.to_html().replace(concat!("trailseal ", env!("CARGO_PKG_VERSION")), "trailseal").as_bytes());
    add(report.to_html_fragment().as_bytes());
    // A kind of which the archive holds nothing has no table.
    for table in Table::ALL.into_iter().filter(|table| *table != Table::Lake || !report.lake.is_empty()) {
        let mut csv = Vec::new();
        table.write_csv(&report, &objects, &mut csv).unwrap();
        add(&csv);
    }
    add(&report.to_junit());
    // The statement states the version of the program, and a release is no change of what is said.
    let mut statement: serde_json::Value = serde_json::from_slice(&report.to_in_toto()).unwrap();
    statement.pointer_mut("/predicate/verifier").and_then(|verifier| verifier.as_object_mut()).unwrap().remove("version").unwrap();
    add(statement.to_string().as_bytes());
    add(&serde_json::to_vec(&inventory).unwrap());
    add(&serde_json::to_vec(&report.picture(&View::default())).unwrap());
    add(&serde_json::to_vec(&Reading::of(&report, Language::En)).unwrap());
    let report_sha256 = hex::encode(Sha256::digest(report.to_canonical_json()));
    (report.evidence_root, [report_sha256, hex::encode(forms.finalize())])
}
