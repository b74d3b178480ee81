//! Digest files: the JSON that AWS signs, read strictly and never written again.

use serde::{Deserialize, Serialize};

use crate::entry;
use crate::json::Json;
use crate::signature::{self, Signature};
use crate::time::{Period, Time};

/// An object in S3, as a digest file names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Object {
    /// The bucket's name.
    pub bucket: Box<str>,
    /// The key.
    pub key: Box<str>,
}

impl Object {
    /// The last part of its key.
    pub(crate) fn file_name(&self) -> &str {
        self.key.rsplit('/').next().unwrap_or_default()
    }
}

impl std::fmt::Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}/{}", entry::printable(self.bucket.as_bytes()), entry::printable(self.key.as_bytes()))
    }
}

/// The facts of one digest file. Nothing about it is believed before its signature is checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Digest {
    pub(crate) object: Object,
    pub(crate) account: String,
    pub(crate) period: Period,
    /// The key that signed it, in lower case.
    pub(crate) fingerprint: String,
    pub(crate) previous: Option<Previous>,
    pub(crate) logs: Vec<Listed>,
    /// Algorithms that AWS does not document, wherever they are named.
    pub(crate) unsupported: Option<String>,
    /// Its own signature's algorithm is not supported.
    pub(crate) signature_unsupported: bool,
    /// Of the inflated bytes.
    pub(crate) sha256: [u8; 32],
    pub(crate) string_to_sign_sha256: [u8; 32],
}

/// What a digest file says about its predecessor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Previous {
    pub(crate) object: Object,
    /// None if the hash's algorithm is not supported.
    pub(crate) sha256: Option<[u8; 32]>,
    pub(crate) signature: Signature,
}

/// A log file in a digest file's list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Listed {
    /// Its bucket, where it is not the digest file's.
    pub(crate) other_bucket: Option<Box<str>>,
    pub(crate) key: Box<str>,
    /// None if the hash's algorithm is not supported.
    pub(crate) sha256: Option<[u8; 32]>,
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
        let object = object(&json, "digestS3Bucket", "digestS3Object")?;
        for name in ["newestEventTime", "oldestEventTime"] {
            optional_time(&json, name)?;
        }
        let algorithm = text(&json, "digestSignatureAlgorithm")?;
        let mut unsupported = (!is_supported_signature(algorithm)).then(|| entry::printable(algorithm.as_bytes()));
        let signature_unsupported = unsupported.is_some();
        let previous = previous(&json, &mut unsupported)?;
        let listed = field(&json, "logFiles")?.list().ok_or("logFiles is no array")?;
        let logs = listed.iter().map(|log| listed_log(log, &object.bucket, &mut unsupported)).collect::<Result<Vec<_>, _>>()?;
        let string_to_sign_sha256 = signature::string_to_sign_sha256(
            end_text,
            &object.bucket,
            &object.key,
            &sha256,
            field(&json, "previousDigestSignature")?.text(),
        );
        Ok(Self {
            account: text(&json, "awsAccountId")?.to_owned(),
            period: Period::new(start, end).map_err(|_| "digestStartTime is not before digestEndTime")?,
            fingerprint: text(&json, "digestPublicKeyFingerprint")?.to_ascii_lowercase(),
            previous,
            logs,
            unsupported,
            signature_unsupported,
            sha256,
            string_to_sign_sha256,
            object,
        })
    }
}

fn previous(json: &Json, unsupported: &mut Option<String>) -> Result<Option<Previous>, String> {
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
            Ok(Some(Previous {
                object: object(json, bucket, key)?,
                sha256: hash_value(json, hash, algorithm, unsupported)?,
                signature: Signature::from_hex(text(json, signature)?),
            }))
        }
        _ => Err("some of its previousDigest… fields are null and others are not".to_owned()),
    }
}

fn listed_log(log: &Json, bucket: &str, unsupported: &mut Option<String>) -> Result<Listed, String> {
    let in_log = |reason: String| format!("logFiles: {reason}");
    let own = object(log, "s3Bucket", "s3Object").map_err(in_log)?;
    for name in ["newestEventTime", "oldestEventTime"] {
        optional_time(log, name).map_err(in_log)?;
    }
    Ok(Listed {
        other_bucket: (*own.bucket != *bucket).then_some(own.bucket),
        key: own.key,
        sha256: hash_value(log, "hashValue", "hashAlgorithm", unsupported).map_err(in_log)?,
    })
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
fn object(json: &Json, bucket: &str, key: &str) -> Result<Object, String> {
    const MOST_BYTES: usize = 1024;
    let name = |field| match text(json, field)? {
        name if name.len() > MOST_BYTES => Err(format!("{field} is longer than S3 allows")),
        name => Ok(name.into()),
    };
    Ok(Object { bucket: name(bucket)?, key: name(key)? })
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
        assert_eq!(&*digest.logs[0].key, "AWSLogs/x.json.gz");
        assert_eq!(digest.logs[0].sha256, Some([0xab; 32]));
        assert_eq!(digest.logs[0].other_bucket, None);
        assert_eq!(digest.fingerprint, "7f3f");
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
    fn other_algorithms_are_named_and_their_hashes_not_used() {
        let digest = read(&sample().replace("SHA-256", "MD5")).unwrap();
        assert_eq!(digest.unsupported.as_deref(), Some("MD5"));
        assert!(!digest.signature_unsupported);
        assert_eq!(digest.logs[0].sha256, None);
        assert!(read(&sample().replace("SHA256withRSA", "MD5withRSA")).unwrap().signature_unsupported);
    }
}
