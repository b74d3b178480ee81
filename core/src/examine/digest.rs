//! Digest files: the JSON that AWS signs, read strictly and never written again.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::entry;
use crate::json::Json;
use crate::signature::{self, Signature};
use crate::time::{Period, Time};

/// An object in S3, as a digest file names it; its key is the folder, with the slash at its end, and the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Object<'a> {
    /// The bucket's name.
    pub(crate) bucket: &'a str,
    /// What stands before its name.
    pub(crate) folder: &'a str,
    /// The last part of its key.
    pub(crate) name: &'a str,
}

/// An object's key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Key {
    text: Box<str>,
    folder_bytes: u16,
}

impl Key {
    fn new(object: &Object<'_>) -> Self {
        // A key of S3 is shorter; nobody reads a longer one.
        Self { text: object.key().into(), folder_bytes: u16::try_from(object.folder.len()).unwrap_or_default() }
    }

    fn in_bucket<'a>(&'a self, bucket: &'a str) -> Object<'a> {
        let (folder, name) = self.text.split_at_checked(self.folder_bytes.into()).unwrap_or_default();
        Object { bucket, folder, name }
    }
}

impl<'a> Object<'a> {
    pub(crate) fn new(bucket: &'a str, key: &'a str) -> Self {
        let folder = entry::folder_of(key);
        Self { bucket, folder, name: key.get(folder.len()..).unwrap_or_default() }
    }

    pub(crate) fn key(&self) -> String {
        [self.folder, self.name].concat()
    }

    pub(crate) fn has_key_of(&self, other: &Self) -> bool {
        self.name == other.name && self.folder == other.folder
    }

    /// By key, then by bucket.
    pub(crate) fn by_key(&self, other: &Self) -> Ordering {
        self.compare_keys(other).then_with(|| self.bucket.cmp(other.bucket))
    }

    fn compare_keys(&self, other: &Self) -> Ordering {
        let bytes = |object: &Self| object.folder.bytes().chain(object.name.bytes());
        if self.folder == other.folder { self.name.cmp(other.name) } else { bytes(self).cmp(bytes(other)) }
    }
}

impl Ord for Object<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bucket.cmp(other.bucket).then_with(|| self.compare_keys(other))
    }
}

impl PartialOrd for Object<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl std::fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { bucket, folder, name } = self;
        f.write_str("s3://")?;
        f.write_str(&entry::printable(bucket.as_bytes()))?;
        f.write_str("/")?;
        f.write_str(&entry::printable(folder.as_bytes()))?;
        f.write_str(&entry::printable(name.as_bytes()))
    }
}

/// The facts of one digest file. Nothing about it is believed before its signature is checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Digest {
    bucket: Box<str>,
    key: Key,
    pub(crate) account: Box<str>,
    pub(crate) period: Period,
    /// The key that signed it, in lower case.
    pub(crate) fingerprint: Box<str>,
    previous: Option<Box<Link>>,
    list: List,
    /// Algorithms that AWS does not document, wherever they are named.
    pub(crate) unsupported: Option<Box<str>>,
    /// Its own signature's algorithm is not supported.
    pub(crate) signature_unsupported: bool,
    /// Of the inflated bytes.
    pub(crate) sha256: [u8; 32],
    pub(crate) string_to_sign_sha256: [u8; 32],
}

/// What a digest file says about its predecessor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Previous<'a> {
    pub(crate) object: Object<'a>,
    /// None if the hash's algorithm is not supported.
    pub(crate) sha256: Option<[u8; 32]>,
    pub(crate) signature: &'a Signature,
}

/// The same as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Link {
    /// Its bucket, where it is not the digest file's.
    other_bucket: Option<Box<str>>,
    key: Key,
    sha256: Option<[u8; 32]>,
    signature: Signature,
}

/// A log file in a digest file's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listed<'a> {
    pub(crate) object: Object<'a>,
    /// None if the hash's algorithm is not supported.
    pub(crate) sha256: Option<&'a [u8; 32]>,
}

/// A list of log files. Of a large archive most facts are such lists, so they are packed: one text with all names in it, and of the
/// folders and buckets those that differ from the row before.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct List {
    text: Box<str>,
    folders: Box<[Folder]>,
    rows: Box<[Row]>,
}

/// Where listed log files lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Folder {
    /// Where it is not the digest file's.
    other_bucket: Option<Part>,
    folder: Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Row {
    /// Zeros if the hash's algorithm is not supported.
    sha256: [u8; 32],
    name_start: u32,
    folder: u32,
    name_bytes: u16,
    is_hashed: bool,
}

/// A part of the text of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Part {
    start: u32,
    bytes: u16,
}

const SIGNATURE_ALGORITHM: &str = "SHA256withRSA";
const HASH_ALGORITHM: &str = "SHA-256";

/// True for the one signature algorithm that AWS documents.
pub(crate) fn is_supported_signature(algorithm: &str) -> bool {
    algorithm == SIGNATURE_ALGORITHM
}

impl Digest {
    /// Reads the inflated bytes of a digest file, whose SHA-256 is given.
    pub(crate) fn read(bytes: &[u8], sha256: [u8; 32], max_depth: u32) -> Result<Self, String> {
        let json = Json::read(bytes, max_depth)?;
        if json.fields().is_none() {
            return Err("not a JSON object".to_owned());
        }
        let start = time(&json, "digestStartTime")?;
        let end_text = text(&json, "digestEndTime")?;
        let end = time(&json, "digestEndTime")?;
        let (bucket, key) = object(&json, "digestS3Bucket", "digestS3Object")?;
        for name in ["newestEventTime", "oldestEventTime"] {
            optional_time(&json, name)?;
        }
        let algorithm = text(&json, "digestSignatureAlgorithm")?;
        let mut unsupported = (!is_supported_signature(algorithm)).then(|| entry::printable(algorithm.as_bytes()));
        let signature_unsupported = unsupported.is_some();
        let previous = previous(&json, bucket, &mut unsupported)?;
        let listed = field(&json, "logFiles")?.list().ok_or("logFiles is no array")?;
        let list = List::read(listed, bucket, &mut unsupported)?;
        let string_to_sign_sha256 =
            signature::string_to_sign_sha256(end_text, bucket, key, &sha256, field(&json, "previousDigestSignature")?.text());
        Ok(Self {
            bucket: bucket.into(),
            key: Key::new(&Object::new(bucket, key)),
            account: text(&json, "awsAccountId")?.into(),
            period: Period::new(start, end).map_err(|_| "digestStartTime is not before digestEndTime")?,
            fingerprint: text(&json, "digestPublicKeyFingerprint")?.to_ascii_lowercase().into(),
            previous,
            list,
            unsupported: unsupported.map(Into::into),
            signature_unsupported,
            sha256,
            string_to_sign_sha256,
        })
    }

    /// The object that it claims to be.
    pub(crate) fn object(&self) -> Object<'_> {
        self.key.in_bucket(&self.bucket)
    }

    /// What it says about its predecessor.
    pub(crate) fn previous(&self) -> Option<Previous<'_>> {
        let Link { other_bucket, key, sha256, signature } = &**self.previous.as_ref()?;
        let object = key.in_bucket(other_bucket.as_ref().unwrap_or(&self.bucket));
        Some(Previous { object, sha256: *sha256, signature })
    }

    /// How many log files it lists.
    pub(crate) fn log_count(&self) -> usize {
        self.list.rows.len()
    }

    /// The log file in this place of its list.
    pub(crate) fn log(&self, index: usize) -> Option<Listed<'_>> {
        let Row { sha256, name_start: start, folder, name_bytes: bytes, is_hashed } = self.list.rows.get(index)?;
        let Folder { other_bucket, folder } = *self.list.folders.get(*folder as usize)?;
        let part = |part: Part| slice(&self.list.text, part);
        let name = part(Part { start: *start, bytes: *bytes });
        let object = Object { bucket: other_bucket.map_or(&*self.bucket, part), folder: part(folder), name };
        Some(Listed { object, sha256: is_hashed.then_some(sha256) })
    }
}

impl List {
    fn read(listed: &[Json], bucket: &str, unsupported: &mut Option<String>) -> Result<Self, String> {
        let mut text = String::new();
        let mut folders: Vec<Folder> = Vec::new();
        let mut rows: Vec<Row> = Vec::with_capacity(listed.len());
        for log in listed {
            let (other, key, sha256) = listed_log(log, unsupported).map_err(|reason| format!("logFiles: {reason}"))?;
            let object = Object::new(other, key);
            let mut put = |last: Option<Part>, part: &str| match last.filter(|last| slice(&text, *last) == part) {
                Some(last) => Ok(last),
                None => {
                    let start = u32::try_from(text.len()).map_err(too_long)?;
                    text.push_str(part);
                    Ok::<_, String>(Part { start, bytes: u16::try_from(part.len()).map_err(too_long)? })
                }
            };
            let last = folders.last();
            let folder = Folder {
                other_bucket: if other == bucket { None } else { Some(put(last.and_then(|last| last.other_bucket), other)?) },
                folder: put(last.map(|last| last.folder), object.folder)?,
            };
            if last != Some(&folder) {
                folders.push(folder);
            }
            let name = put(None, object.name)?;
            rows.push(Row {
                sha256: sha256.unwrap_or_default(),
                name_start: name.start,
                folder: u32::try_from(folders.len().saturating_sub(1)).map_err(too_long)?,
                name_bytes: name.bytes,
                is_hashed: sha256.is_some(),
            });
        }
        Ok(Self { text: text.into(), folders: folders.into(), rows: rows.into() })
    }
}

fn too_long(_: std::num::TryFromIntError) -> String {
    "logFiles holds too many bytes".to_owned()
}

fn slice(text: &str, part: Part) -> &str {
    let start = part.start as usize;
    text.get(start..start.saturating_add(part.bytes.into())).unwrap_or_default()
}

fn previous(json: &Json, own_bucket: &str, unsupported: &mut Option<String>) -> Result<Option<Box<Link>>, String> {
    const NAMES: [&str; 5] = [
        "previousDigestS3Bucket",
        "previousDigestS3Object",
        "previousDigestHashValue",
        "previousDigestHashAlgorithm",
        "previousDigestSignature",
    ];
    let mut nulls = 0;
    for name in NAMES {
        if *field(json, name)? == Json::Null {
            nulls += 1;
        }
    }
    match nulls {
        5 => Ok(None),
        0 => {
            let [bucket, key, hash, algorithm, signature] = NAMES;
            let (bucket, key) = object(json, bucket, key)?;
            Ok(Some(Box::new(Link {
                other_bucket: (bucket != own_bucket).then(|| bucket.into()),
                key: Key::new(&Object::new(bucket, key)),
                sha256: hash_value(json, hash, algorithm, unsupported)?,
                signature: Signature::from_hex(text(json, signature)?),
            })))
        }
        _ => Err("some of its previousDigest… fields are null and others are not".to_owned()),
    }
}

/// Its bucket, its key and its hash.
fn listed_log<'a>(log: &'a Json, unsupported: &mut Option<String>) -> Result<(&'a str, &'a str, Option<[u8; 32]>), String> {
    let (bucket, key) = object(log, "s3Bucket", "s3Object")?;
    for name in ["newestEventTime", "oldestEventTime"] {
        optional_time(log, name)?;
    }
    Ok((bucket, key, hash_value(log, "hashValue", "hashAlgorithm", unsupported)?))
}

fn hash_value(json: &Json, value: &str, algorithm: &str, unsupported: &mut Option<String>) -> Result<Option<[u8; 32]>, String> {
    let algorithm = text(json, algorithm)?;
    let hash = text(json, value)?;
    if algorithm != HASH_ALGORITHM {
        unsupported.get_or_insert_with(|| entry::printable(algorithm.as_bytes()));
        return Ok(None);
    }
    let mut sha256 = [0; 32];
    hex::decode_to_slice(hash, &mut sha256).map_err(|_| format!("{value} is no SHA-256"))?;
    Ok(Some(sha256))
}

fn field<'a>(json: &'a Json, name: &str) -> Result<&'a Json, String> {
    json.field(name).ok_or_else(|| format!("{name} is missing"))
}

fn text<'a>(json: &'a Json, name: &str) -> Result<&'a str, String> {
    field(json, name)?.text().ok_or_else(|| format!("{name} is no string"))
}

/// S3 allows 1,024 bytes for a key, and fewer for a bucket's name. A longer one is no object, and would be repeated by every finding.
fn object<'a>(json: &'a Json, bucket: &str, key: &str) -> Result<(&'a str, &'a str), String> {
    const MOST_BYTES: usize = 1024;
    let name = |field| match text(json, field)? {
        name if name.len() > MOST_BYTES => Err(format!("{field} is longer than S3 allows")),
        name => Ok(name),
    };
    Ok((name(bucket)?, name(key)?))
}

fn time(json: &Json, name: &str) -> Result<Time, String> {
    Time::from_digest(text(json, name)?).ok_or_else(|| format!("{name} is no time of the form YYYY-MM-DDTHH:MM:SSZ"))
}

fn optional_time(json: &Json, name: &str) -> Result<(), String> {
    match json.field(name) {
        None | Some(Json::Null) => Ok(()),
        Some(_) => time(json, name).map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> String {
        let log = format!(
            r#"{{"s3Bucket":"b","s3Object":"AWSLogs\/x.json.gz","hashValue":"{}","hashAlgorithm":"SHA-256","newestEventTime":"2026-03-01T00:05:00Z","oldestEventTime":null}}"#,
            "AB".repeat(32)
        );
        format!(
            r#"{{"awsAccountId":"111122223333","digestStartTime":"2026-03-01T00:01:31Z","digestEndTime":"2026-03-01T01:01:31Z","digestS3Bucket":"b","digestS3Object":"k","digestPublicKeyFingerprint":"7F3F","digestSignatureAlgorithm":"SHA256withRSA","newestEventTime":null,"oldestEventTime":null,"previousDigestS3Bucket":"b","previousDigestS3Object":"p","previousDigestHashValue":"{}","previousDigestHashAlgorithm":"SHA-256","previousDigestSignature":"00","logFiles":[{log}],"extra":{{"new":[1]}}}}"#,
            "0".repeat(64)
        )
    }

    fn read(json: &str) -> Result<Digest, String> {
        Digest::read(json.as_bytes(), signature::sha256(json.as_bytes()), 64)
    }

    #[test]
    fn escapes_case_and_unknown_fields_are_read() {
        let digest = read(&sample()).unwrap();
        let listed = digest.log(0).unwrap();
        assert_eq!((listed.object.bucket, &*listed.object.key()), ("b", "AWSLogs/x.json.gz"));
        assert_eq!(listed.sha256, Some(&[0xab; 32]));
        assert_eq!(&*digest.fingerprint, "7f3f");
        assert_eq!(digest.unsupported, None);
        assert_eq!(digest.sha256, signature::sha256(sample().as_bytes()));
    }

    #[test]
    fn every_field_is_demanded() {
        let json = sample();
        for name in [
            "awsAccountId",
            "digestStartTime",
            "digestEndTime",
            "digestS3Bucket",
            "digestS3Object",
            "digestPublicKeyFingerprint",
            "digestSignatureAlgorithm",
            "previousDigestS3Bucket",
            "previousDigestS3Object",
            "previousDigestHashValue",
            "previousDigestHashAlgorithm",
            "previousDigestSignature",
            "logFiles",
            "s3Bucket",
            "s3Object",
            "hashValue",
            "hashAlgorithm",
        ] {
            let without = json.replace(&format!("\"{name}\""), &format!("\"{name}X\""));
            assert!(read(&without).unwrap_err().contains(name), "{name}");
            let wrong_type = json.replace(&format!("\"{name}\":\""), &format!("\"{name}\":7,\"{name}X\":\""));
            assert!(wrong_type == json || read(&wrong_type).is_err(), "{name}");
        }
        let lean = json.replace(r#""newestEventTime":null,"oldestEventTime":null,"#, "");
        assert!(read(&lean).is_ok(), "event times may be absent");
    }

    #[test]
    fn contradictions_are_malformed() {
        let json = sample();
        for (from, to) in [
            ("2026-03-01T00:01:31Z", "2026-03-01T01:01:31Z"),
            ("2026-03-01T00:01:31Z", "2026-03-01T00:01:31.000Z"),
            ("2026-03-01T00:05:00Z", "2026-03-01 00:05:00"),
            (r#""previousDigestSignature":"00""#, r#""previousDigestSignature":null"#),
            ("0000000000\"", "000000000\""),
            (r#""awsAccountId""#, r#""digestS3Bucket":"b","awsAccountId""#),
        ] {
            let changed = json.replacen(from, to, 1);
            assert_ne!(changed, json, "{from}");
            assert!(read(&changed).is_err(), "{to}");
        }
    }

    #[test]
    fn lists_are_packed_and_keep_their_rows() {
        let rows = [("b", "a/one"), ("b", "a/two"), ("other", "a/two"), ("other", "c/d/"), ("", "one"), ("b", "")];
        let listed = rows.map(|(bucket, key)| {
            let hash = "0".repeat(64);
            format!(r#"{{"s3Bucket":"{bucket}","s3Object":"{key}","hashValue":"{hash}","hashAlgorithm":"SHA-256"}}"#)
        });
        let json = sample();
        let (before, after) =
            json.split_once(r#""logFiles":["#).and_then(|(before, rest)| Some((before, rest.split_once(']')?.1))).unwrap();
        let digest = read(&format!(r#"{before}"logFiles":[{}]{after}"#, listed.join(","))).unwrap();
        let found: Vec<_> = (0..digest.log_count()).map(|index| digest.log(index).unwrap().object).collect();
        assert_eq!(found, rows.map(|(bucket, key)| Object::new(bucket, key)));
        assert_eq!(found.iter().map(Object::key).collect::<Vec<_>>(), rows.map(|(_, key)| key));
        assert_eq!(digest.list.text.matches("a/").count(), 1);
        assert_eq!(digest.list.folders.len(), 5);
        assert_eq!(size_of::<Row>(), 44);
    }

    #[test]
    fn a_hash_of_another_algorithm_is_none() {
        let json = sample();
        let (before, after) = json.rsplit_once(r#""hashAlgorithm":"SHA-256""#).unwrap();
        let digest = read(&format!(r#"{before}"hashAlgorithm":"MD5"{after}"#)).unwrap();
        assert_eq!(digest.log(0).unwrap().sha256, None);
        assert_eq!(digest.unsupported.as_deref(), Some("MD5"));
    }

    #[test]
    fn objects_are_sorted_as_if_their_keys_were_whole() {
        let mut keys = ["a/z", "a/b/c", "a", "a/", "a/b", "a0/b", "b"];
        keys.sort_unstable();
        let mut objects = keys.map(|key| Object::new("b", key));
        objects.reverse();
        objects.sort();
        assert_eq!(objects.map(|object| object.key()), keys);
    }

    #[test]
    fn other_algorithms_are_named_and_their_hashes_not_used() {
        let digest = read(&sample().replace("SHA-256", "MD5")).unwrap();
        assert_eq!(digest.unsupported.as_deref(), Some("MD5"));
        assert!(!digest.signature_unsupported);
        assert_eq!(digest.log(0).unwrap().sha256, None);
        assert!(read(&sample().replace("SHA256withRSA", "MD5withRSA")).unwrap().signature_unsupported);
    }
}
