//! Object metadata in every shape in which exports carry it: where the newest digest file's signature comes from.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::bytes::json::{Fields, Json, decode_text, looks_like};
use crate::bytes::text;
use crate::evidence::trail::name;
use crate::terms::path::{self, EntryPath};
use crate::terms::reason::Reason;
use crate::terms::time::Time;
use crate::trust::signature::Signature;

/// The shapes in which an object's metadata is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MetadataShape {
    /// `NAME.head.json` beside NAME: output of `aws s3api head-object` or `get-object`.
    Sidecar,
    /// `object-metadata*.json`: output of `rclone lsjson -R -M --files-only`.
    Array,
    /// `object-metadata*.jsonl`: one JSON object a line.
    Lines,
    /// `object-metadata*.csv`: columns `key` and `signature`.
    Table,
}

impl MetadataShape {
    /// The shape that a file name promises.
    pub(crate) fn of(name: &[u8]) -> Option<Self> {
        if name.ends_with(b".head.json") {
            return Some(Self::Sidecar);
        }
        let rest = name.strip_prefix(b"object-metadata")?;
        match rest.get(memchr::memrchr(b'.', rest)?..)? {
            b".json" => Some(Self::Array),
            b".jsonl" => Some(Self::Lines),
            b".csv" => Some(Self::Table),
            _ => None,
        }
    }
}

/// What the metadata of one digest object says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct ObjectMetadata {
    /// The object's path: a key as far as the listing knows it, or the place beside a sidecar.
    pub(crate) path: EntryPath,
    /// The signature.
    pub(crate) signature: Option<Signature>,
    /// The signature's algorithm, if stated.
    pub(crate) algorithm: Option<String>,
    /// When a backfill digest was made.
    pub(crate) generated: Option<Time>,
}

impl ObjectMetadata {
    /// The metadata of an object; none if its path names no digest file, as other objects carry no signature.
    fn of(path: EntryPath, fields: &[(Cow<'_, str>, Json<'_>)]) -> Option<Self> {
        let name = std::str::from_utf8(path.file_name()).ok()?;
        name::digest_name(name)?;
        let value = |wanted: &str| {
            fields.iter().find_map(|(key, value)| {
                let key = key.to_ascii_lowercase();
                let key = key.strip_prefix("x-amz-meta-").unwrap_or(&key);
                (key == wanted).then(|| value.text()).flatten()
            })
        };
        Some(Self {
            signature: value("signature").map(Signature::from_hex),
            algorithm: value("signature-algorithm").map(str::to_owned),
            generated: value("backfill-generation-timestamp").and_then(|text| Time::from_text(text).ok()),
            path,
        })
    }
}

impl ObjectMetadata {
    /// What a sidecar of another name says if it holds this metadata.
    pub(crate) fn under(&self, path: &EntryPath) -> Self {
        Self { path: object_of_sidecar(path), ..self.clone() }
    }
}

/// The path of the object beside which a sidecar stands.
fn object_of_sidecar(path: &EntryPath) -> EntryPath {
    path.without_end(b".head.json")
}

/// What a metadata file holds.
#[derive(Default)]
pub(crate) struct Found {
    /// The metadata of digest files.
    pub(crate) metadata: Vec<ObjectMetadata>,
    /// The first thing that could not be read.
    first_problem: Vec<Reason>,
    problems: u64,
}

/// A file in which so much cannot be read is not read on: it holds something else, which to name line by line takes long.
const MOST_PROBLEMS: u64 = 1000;

impl Found {
    fn problem(&mut self, problem: impl IntoIterator<Item = Reason>) {
        if self.problems == 0 {
            self.first_problem.extend(problem);
        }
        self.problems = self.problems.saturating_add(1);
    }

    fn is_given_up(&self) -> bool {
        self.problems >= MOST_PROBLEMS
    }

    /// What could not be read.
    pub(crate) fn reasons(&self) -> Vec<Reason> {
        let count = self.problems.saturating_sub(1);
        let more = (count > 0).then_some(Reason::More { count });
        let rest = more.into_iter().chain(self.is_given_up().then_some(Reason::NotReadOn));
        self.first_problem.iter().cloned().chain(rest).collect()
    }
}

/// Reads a metadata file.
pub(crate) fn read(path: &EntryPath, shape: MetadataShape, bytes: &[u8], max_depth: u32) -> Found {
    let Some(text) = decode_text(bytes) else {
        return as_one(Err(Reason::NoText));
    };
    match shape {
        MetadataShape::Sidecar => as_one(sidecar(path, &text, max_depth)),
        MetadataShape::Array => match Json::read(text.trim().as_bytes(), max_depth) {
            Ok(Json::List(rows)) => collect(rows.iter()),
            Ok(row @ Json::Object(_)) => collect([&row]),
            Ok(_) => as_one(Err(Reason::NoList)),
            Err(problem) => as_one(Err(looks_like(&text).map_or_else(|| problem.into(), Reason::from))),
        },
        MetadataShape::Lines => {
            let mut found = Found::default();
            for (line, number) in text.lines().zip(1_u64..).filter(|(line, _)| !line.trim().is_empty()) {
                match Json::read(line.as_bytes(), max_depth) {
                    Ok(row) => collect_row(&mut found, &row),
                    Err(problem) => found.problem([Reason::Line { number }, problem.into()]),
                }
                if found.is_given_up() {
                    break;
                }
            }
            found
        }
        MetadataShape::Table => table(&text),
    }
}

fn as_one(outcome: Result<Option<ObjectMetadata>, Reason>) -> Found {
    let mut found = Found::default();
    match outcome {
        Ok(one) => found.metadata.extend(one),
        Err(reason) => found.problem([reason]),
    }
    found
}

fn collect<'j, 't: 'j>(rows: impl IntoIterator<Item = &'j Json<'t>>) -> Found {
    let mut found = Found::default();
    for row in rows {
        collect_row(&mut found, row);
        if found.is_given_up() {
            break;
        }
    }
    found
}

/// Output of `aws s3api head-object` or `get-object`; it names no key, so the file's own name does.
fn sidecar(path: &EntryPath, text: &str, max_depth: u32) -> Result<Option<ObjectMetadata>, Reason> {
    let json = Json::read(text.trim().as_bytes(), max_depth)
        .map_err(|problem| looks_like(text).map_or_else(|| problem.into(), Reason::from))?;
    let metadata = match json.field("Metadata") {
        Some(metadata) => metadata.fields().ok_or(Reason::MetadataNoObject)?,
        None if json.fields().is_some() => &[],
        None => return Err(Reason::NoObject),
    };
    Ok(ObjectMetadata::of(object_of_sidecar(path), metadata))
}

/// A row of `rclone lsjson` (`Path`, `Metadata`) or of `s5cmd head` (`key`, `metadata`; also `Key`, `Metadata`).
fn collect_row(found: &mut Found, row: &Json<'_>) {
    let key = ["Path", "key", "Key"].iter().find_map(|name| row.field(name)).and_then(Json::text);
    let metadata = ["Metadata", "metadata"]
        .iter()
        .find_map(|name| row.field(name))
        .map_or(Some(&[][..]), |metadata| if *metadata == Json::Null { Some(&[][..]) } else { metadata.fields() });
    match (key, metadata) {
        (Some(key), Some(metadata)) => found.metadata.extend(ObjectMetadata::of(object_path(key), metadata)),
        (None, _) => found.problem([Reason::MetadataNoKey]),
        (Some(key), None) => found.problem([Reason::MetadataOfKey { key: text::printable(key.as_bytes()) }]),
    }
}

/// A key, or `s3://bucket/key`, which puts the bucket's name on top as some tools do on disk.
fn object_path(key: &str) -> EntryPath {
    EntryPath::normalise(key.strip_prefix("s3://").unwrap_or(key).as_bytes(), path::Separator::Slash).0
}

/// Columns `key` and `signature`, as an Athena query over S3 Metadata tables gives them.
fn table(text: &str) -> Found {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let mut found = Found::default();
    let headers = match reader.headers() {
        Ok(headers) => headers.iter().map(str::to_ascii_lowercase).collect::<Vec<_>>(),
        Err(_) => return as_one(Err(Reason::RowNone { number: 1 })),
    };
    let Some(key_column) = headers.iter().position(|header| header == "key") else {
        return as_one(Err(Reason::NoColumn { column: "key".to_owned() }));
    };
    if !headers.iter().any(|header| header == "signature") {
        return as_one(Err(Reason::NoColumn { column: "signature".to_owned() }));
    }
    for (record, number) in reader.records().zip(2_u64..) {
        match record {
            Ok(record) => {
                // An empty cell is no value.
                let cells = headers.iter().zip(record.iter()).filter(|(_, value)| !value.is_empty());
                let fields: Fields<'_> = cells.map(|(header, value)| (header.as_str().into(), Json::Text(value.into()))).collect();
                match record.get(key_column) {
                    Some(key) => found.metadata.extend(ObjectMetadata::of(object_path(key), &fields)),
                    None => found.problem([Reason::RowNoKey { number }]),
                }
            }
            Err(_) => found.problem([Reason::RowNone { number }]),
        }
        if found.is_given_up() {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::terms::reason::in_words;

    const NAME: &str = "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T000131Z.json.gz";

    fn read_text(file: &str, shape: MetadataShape, text: &str) -> (Vec<ObjectMetadata>, Option<String>) {
        let found = read(&EntryPath::new(file), shape, text.as_bytes(), 64);
        let reasons = found.reasons();
        (found.metadata, (!reasons.is_empty()).then(|| in_words(&reasons)))
    }

    #[test]
    fn every_shape_gives_the_same_signature() {
        let sidecar = r#"{"AcceptRanges":"bytes","Metadata":{"signature":"0aFF","signature-algorithm":"SHA256withRSA"}}"#;
        let key = format!("AWSLogs/111122223333/{NAME}");
        let shapes = [
            (format!("{key}.head.json"), MetadataShape::Sidecar, sidecar.to_owned()),
            (
                "object-metadata.json".to_owned(),
                MetadataShape::Array,
                format!(
                    r#"[{{"Path":"x.txt","Metadata":null}},{{"Path":"{key}","Metadata":{{"signature":"0aff","signature-algorithm":"SHA256withRSA"}}}}]"#
                ),
            ),
            (
                "object-metadata.jsonl".to_owned(),
                MetadataShape::Lines,
                format!(
                    "\n{{\"key\":\"{key}\",\"metadata\":{{\"X-Amz-Meta-Signature\":\"0aff\",\"signature-algorithm\":\"SHA256withRSA\"}}}}\n"
                ),
            ),
            (
                "object-metadata.csv".to_owned(),
                MetadataShape::Table,
                format!("\"key\",\"signature\",\"signature-algorithm\"\r\n\"{key}\",\"0aff\",\"SHA256withRSA\"\r\n"),
            ),
        ];
        for (file, shape, text) in shapes {
            let (found, problem) = read_text(&file, shape, &text);
            assert_eq!(problem, None, "{file}");
            assert_eq!(found.len(), 1, "{file}");
            assert_eq!(found[0].path, EntryPath::new(&key), "{file}");
            assert_eq!(found[0].signature, Some(Signature::Bytes([0x0a, 0xff].into())), "{file}");
            assert_eq!(found[0].algorithm.as_deref(), Some("SHA256withRSA"), "{file}");
        }
    }

    #[test]
    fn one_damaged_row_costs_no_other() {
        let (found, problem) = read_text(
            "object-metadata.jsonl",
            MetadataShape::Lines,
            &format!(
                "{{\"Key\":\"{NAME}\",\"Metadata\":{{\"signature\":\"00\"}}}}\n{{\n{{\"Key\":\"s3://b/{NAME}\",\"Metadata\":{{\"signature\":\"01\"}}}}"
            ),
        );
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].path, EntryPath::new(&format!("b/{NAME}")));
        assert!(problem.is_some_and(|problem| problem.starts_with("line 2: ") && !problem.contains("more")));
    }

    #[test]
    fn a_file_in_which_too_much_cannot_be_read_is_not_read_on() {
        let row = format!("{{\"Key\":\"{NAME}\"}}\n");
        for (wrong, expected) in [(2, "; and 1 more"), (999, "; and 998 more"), (1000, "; and 999 more; it was not read on")] {
            let (found, problem) =
                read_text("object-metadata.jsonl", MetadataShape::Lines, &["x\n".repeat(wrong), row.clone()].concat());
            assert!(problem.as_ref().is_some_and(|problem| problem.ends_with(expected)), "{problem:?}");
            assert_eq!(found.len(), usize::from(wrong < 1000));
        }
    }

    #[test]
    fn what_is_no_metadata_is_said() {
        let sidecar = format!("{NAME}.head.json");
        for (file, shape, text) in [
            (sidecar.as_str(), MetadataShape::Sidecar, "[]"),
            (sidecar.as_str(), MetadataShape::Sidecar, r#"{"Metadata":{"signature":"00","signature":"01"}}"#),
            ("object-metadata.json", MetadataShape::Array, "7"),
            ("object-metadata.json", MetadataShape::Array, r#"[{"Name":"x"}]"#),
            ("object-metadata.csv", MetadataShape::Table, "bucket,signature\nb,00\n"),
        ] {
            let (found, problem) = read_text(file, shape, text);
            assert!(found.is_empty() && problem.is_some(), "{text}");
        }
    }
}
