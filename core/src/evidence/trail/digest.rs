//! Digest files: the JSON that AWS signs, read strictly and never written again.

use sha2::{Digest as _, Sha256};

use crate::bytes::hash::lower_hex;
use crate::bytes::json::Json;
use crate::bytes::text;
use crate::evidence::trail::digests::{Digests, List, Listed, Odd, Previous, Stated};
use crate::terms::object::Object;
use crate::terms::reason::{Reason, packed};
use crate::terms::time::{Period, Time};
use crate::trust::signature::{Signature, SignatureRef};

/// What is odd about a digest file: the first oddity, and whether any is a loss.
#[derive(Default)]
struct Oddities {
    first: Vec<Reason>,
    more: u64,
    is_loss: bool,
}

impl Oddities {
    fn add(&mut self, is_loss: bool, reasons: impl IntoIterator<Item = Reason>) {
        self.is_loss |= is_loss;
        if self.first.is_empty() {
            self.first.extend(reasons);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// What it held if it is no error, else nothing.
    fn or_lost<T>(&mut self, read: Result<T, Reason>) -> Option<T> {
        read.map_err(|reason| self.add(true, [reason])).ok()
    }

    /// What a log file's line in the list held if it is no error, else nothing.
    fn or_lost_in_list<T>(&mut self, read: Result<T, Reason>) -> Option<T> {
        read.map_err(|reason| self.add(true, [Reason::InLogFiles, reason])).ok()
    }

    fn reasons(self) -> Option<(String, bool)> {
        let Self { first, more: count, is_loss } = self;
        let more = (count > 0).then_some(Reason::More { count });
        let reasons: Vec<Reason> = first.into_iter().chain(more).collect();
        (!reasons.is_empty()).then(|| (packed::text(&reasons), is_loss))
    }
}

const SIGNATURE_ALGORITHM: &str = "SHA256withRSA";

const HASH_ALGORITHM: &str = "SHA-256";

/// True for the one signature algorithm that AWS documents.
pub(crate) fn is_supported_signature(algorithm: &str) -> bool {
    algorithm == SIGNATURE_ALGORITHM
}

/// Reads the inflated bytes of a digest file, whose SHA-256 is given.
pub(crate) fn read(bytes: &[u8], sha256: [u8; 32], max_depth: u32) -> Result<Digests, Reason> {
    let json = Json::read(bytes, max_depth).map_err(Reason::from)?;
    if json.fields().is_none() {
        return Err(Reason::NoObject);
    }
    let mut odd = Oddities::default();
    text(&json, "digestStartTime")?;
    let start = odd.or_lost(time(&json, "digestStartTime"));
    let end_text = text(&json, "digestEndTime")?;
    let end = time(&json, "digestEndTime")?;
    let (bucket, key) = object(&json, "digestS3Bucket", "digestS3Object")?;
    for name in [NEWEST, OLDEST] {
        odd.or_lost(optional_time(&json, name));
    }
    let algorithm = text(&json, "digestSignatureAlgorithm")?;
    let mut unsupported = (!is_supported_signature(algorithm)).then(|| text::printable(algorithm.as_bytes()));
    let signature_unsupported = unsupported.is_some();
    let previous_signature = json.field(PREVIOUS_SIGNATURE).and_then(Json::text);
    let quoted = previous_signature.map(Signature::from_hex);
    let previous = previous(&json, quoted.as_ref(), &mut unsupported, &mut odd)?;
    let list = list(
        field(&json, "logFiles")?.list().ok_or_else(|| Reason::FieldNoList { field: "logFiles".to_owned() })?,
        &mut unsupported,
        &mut odd,
    )?;
    // An interval that is none covers nothing.
    let period = start.map(|start| Period::new(start, end).map_err(|_| Reason::StartAfterEnd));
    let period = period.and_then(|period| odd.or_lost(period)).unwrap_or(Period { from: end, to: end });
    let odd = odd.reasons();
    Ok(Digests::of(Stated {
        object: Object::new(bucket, key),
        account: text(&json, "awsAccountId")?,
        period,
        fingerprint: &text(&json, "digestPublicKeyFingerprint")?.to_ascii_lowercase(),
        previous,
        list: list.into(),
        unsupported: unsupported.as_deref(),
        signature_unsupported,
        odd: odd.as_ref().map(|(reasons, is_loss)| Odd { reasons, is_loss: *is_loss }),
        sha256,
        string_to_sign_sha256: string_to_sign_sha256(end_text, bucket, key, &sha256, previous_signature),
    }))
}

fn list(listed: &[Json<'_>], unsupported: &mut Option<String>, odd: &mut Oddities) -> Result<List, Reason> {
    let mut list = List::with_capacity(listed.len());
    for log in listed {
        let Some((bucket, key)) = odd.or_lost_in_list(object(log, "s3Bucket", "s3Object")) else {
            list.pass_over();
            continue;
        };
        let object = Object::new(bucket, key);
        let [newest, oldest] = [NEWEST, OLDEST].map(|name| odd.or_lost_in_list(optional_time(log, name)).flatten());
        let sha256 = hash_value(log, "hashValue", "hashAlgorithm", unsupported, odd);
        let sha256 = odd.or_lost_in_list(sha256).flatten();
        list.push(Listed { object, sha256: sha256.as_ref(), newest, oldest }).ok_or(Reason::ListTooLong)?;
    }
    list.shrink();
    Ok(list)
}

const NEWEST: &str = "newestEventTime";

const OLDEST: &str = "oldestEventTime";

const PREVIOUS_SIGNATURE: &str = "previousDigestSignature";

fn previous<'a>(
    json: &'a Json<'_>,
    quoted: Option<&'a Signature>,
    unsupported: &mut Option<String>,
    odd: &mut Oddities,
) -> Result<Option<Previous<'a>>, Reason> {
    const NAMES: [&str; 5] = [
        "previousDigestS3Bucket",
        "previousDigestS3Object",
        "previousDigestHashValue",
        "previousDigestHashAlgorithm",
        PREVIOUS_SIGNATURE,
    ];
    let mut nulls = 0;
    for name in NAMES {
        if *field(json, name)? == Json::Null {
            nulls += 1;
        }
    }
    let [bucket, key, hash, algorithm, signature] = NAMES;
    // It is part of what is signed.
    if quoted.is_none() && *field(json, signature)? != Json::Null {
        return Err(Reason::FieldNoTextOrNull { field: signature.to_owned() });
    }
    if nulls == NAMES.len() {
        return Ok(None);
    }
    if nulls > 0 {
        odd.add(true, [Reason::SomeNull]);
    }
    // The key alone tells which digest file it is.
    let bucket = if *field(json, bucket)? == Json::Null { Ok("") } else { name(json, bucket) };
    let Some(key) = odd.or_lost(name(json, key)) else { return Ok(None) };
    let bucket = odd.or_lost(bucket).unwrap_or_default();
    let sha256 = hash_value(json, hash, algorithm, unsupported, odd);
    Ok(Some(Previous {
        object: Object::new(bucket, key),
        sha256: odd.or_lost(sha256).flatten(),
        signature: quoted.map_or(SignatureRef::NotHex("null"), Signature::borrowed),
    }))
}

/// A hash that lost zeros in front is a number all the same.
fn hash_value(
    json: &Json<'_>,
    value: &str,
    algorithm: &str,
    unsupported: &mut Option<String>,
    odd: &mut Oddities,
) -> Result<Option<[u8; 32]>, Reason> {
    const DIGITS: usize = 64;
    let algorithm = text(json, algorithm)?;
    let hash = text(json, value)?;
    if algorithm != HASH_ALGORITHM {
        unsupported.get_or_insert_with(|| text::printable(algorithm.as_bytes()));
        return Ok(None);
    }
    let mut sha256 = [0; 32];
    if hash.len() == DIGITS {
        hex::decode_to_slice(hash, &mut sha256).map_err(|_| Reason::FieldNoHash { field: value.to_owned() })?;
    } else {
        let number = hash.trim_start_matches('0');
        let is_number = !hash.is_empty() && number.len() <= DIGITS;
        let padded = if is_number { format!("{number:0>DIGITS$}") } else { String::new() };
        hex::decode_to_slice(padded, &mut sha256).map_err(|_| Reason::FieldNoHash { field: value.to_owned() })?;
        odd.add(false, [Reason::FieldDigits { field: value.to_owned(), digits: hash.len() as u64 }]);
    }
    Ok(Some(sha256))
}

fn field<'a, 't>(json: &'a Json<'t>, name: &str) -> Result<&'a Json<'t>, Reason> {
    json.field(name).ok_or_else(|| Reason::FieldMissing { field: name.to_owned() })
}

pub(crate) fn text<'a>(json: &'a Json<'_>, name: &str) -> Result<&'a str, Reason> {
    field(json, name)?.text().ok_or_else(|| Reason::FieldNoText { field: name.to_owned() })
}

/// S3 allows 1,024 bytes for a key, and fewer for a bucket's name. A longer one is no object, and would be repeated by every finding.
pub(crate) fn name<'a>(json: &'a Json<'_>, field: &str) -> Result<&'a str, Reason> {
    const MOST_BYTES: usize = 1024;
    match text(json, field)? {
        name if name.len() > MOST_BYTES => Err(Reason::FieldLong { field: field.to_owned() }),
        name => Ok(name),
    }
}

pub(crate) fn object<'a>(json: &'a Json<'_>, bucket: &str, key: &str) -> Result<(&'a str, &'a str), Reason> {
    Ok((name(json, bucket)?, name(json, key)?))
}

fn time(json: &Json<'_>, name: &str) -> Result<Time, Reason> {
    Time::from_digest(text(json, name)?).ok_or_else(|| Reason::FieldNoTime { field: name.to_owned() })
}

fn optional_time(json: &Json<'_>, name: &str) -> Result<Option<Time>, Reason> {
    match json.field(name) {
        None | Some(Json::Null) => Ok(None),
        Some(_) => time(json, name).map(Some),
    }
}

/// The SHA-256 of the string to sign, which is four lines without a final line feed:
/// `digestEndTime`, `digestS3Bucket/digestS3Object`, the SHA-256 of the inflated digest file in lower-case hexadecimal, and
/// `previousDigestSignature` as it stands in the JSON, or the word `null`
/// ([AWS](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html)).
pub fn string_to_sign_sha256(end: &str, bucket: &str, key: &str, sha256: &[u8; 32], previous_signature: Option<&str>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in [end, "\n", bucket, "/", key, "\n"] {
        hasher.update(part);
    }
    hasher.update(lower_hex(sha256));
    for part in ["\n", previous_signature.unwrap_or("null")] {
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::hash::{self, sha256};
    use crate::terms::reason::in_words;

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

    fn read(json: &str) -> Result<Digests, Reason> {
        super::read(json.as_bytes(), hash::sha256(json.as_bytes()), 64)
    }

    #[test]
    fn escapes_case_and_unknown_fields_are_read() {
        let digests = read(&sample()).unwrap();
        let digest = digests.get(0).unwrap();
        let listed = digest.log(0).unwrap();
        assert_eq!((listed.object.bucket, &*listed.object.key()), ("b", "AWSLogs/x.json.gz"));
        assert_eq!(listed.sha256, Some(&[0xab; 32]));
        assert_eq!(digest.fingerprint(), "7f3f");
        assert_eq!(digest.unsupported(), None);
        assert_eq!(digest.sha256(), hash::sha256(sample().as_bytes()));
    }

    /// Why a digest file is odd, and whether that loses anything.
    fn odd(json: &str) -> Option<(String, bool)> {
        read(json).unwrap().get(0).unwrap().odd().map(|odd| (in_words(&packed::read(odd.reasons)), odd.is_loss))
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
        ] {
            let without = json.replace(&format!("\"{name}\""), &format!("\"{name}X\""));
            assert!(read(&without).unwrap_err().to_string().contains(name), "{name}");
        }
        for name in ["awsAccountId", "digestEndTime", "digestS3Object", "digestPublicKeyFingerprint", "previousDigestSignature"] {
            let wrong_type = json.replace(&format!("\"{name}\":\""), &format!("\"{name}\":7,\"{name}X\":\""));
            assert!(read(&wrong_type).unwrap_err().to_string().contains(name), "{name}");
        }
        for name in ["s3Bucket", "s3Object", "hashValue", "hashAlgorithm"] {
            let without = json.replace(&format!("\"{name}\""), &format!("\"{name}X\""));
            let (reason, is_loss) = odd(&without).unwrap();
            assert!(reason.contains(name) && is_loss, "{reason}");
        }
        assert_eq!(odd(&json), None);
        let lean = json.replace(r#""newestEventTime":null,"oldestEventTime":null,"#, "");
        assert_eq!(odd(&lean), None, "event times may be absent");
    }

    #[test]
    fn what_is_merely_odd_is_read_as_far_as_it_can_be() {
        let json = sample();
        for (from, to, why) in [
            ("2026-03-01T00:01:31Z", "2026-03-01T01:01:31Z", "digestStartTime is not before digestEndTime"),
            ("2026-03-01T00:01:31Z", "2026-03-01T00:01:31.000Z", "digestStartTime is no time of the form"),
            ("2026-03-01T00:05:00Z", "2026-03-01 00:05:00", "logFiles: newestEventTime is no time"),
            (
                r#""previousDigestSignature":"00""#,
                r#""previousDigestSignature":null"#,
                "some of its previousDigest… fields are null",
            ),
            (r#""previousDigestS3Object":"p""#, r#""previousDigestS3Object":null"#, "some of its previousDigest… fields are null"),
            ("ABAB\"", "ABAX\"", "logFiles: hashValue is no SHA-256"),
        ] {
            let changed = json.replacen(from, to, 1);
            assert_ne!(changed, json, "{from}");
            let (reason, is_loss) = odd(&changed).unwrap();
            assert!(reason.starts_with(why) && is_loss, "{reason}");
        }
        let backwards = read(&json.replacen("2026-03-01T00:01:31Z", "2026-03-01T01:01:31Z", 1)).unwrap();
        let period = backwards.get(0).unwrap().period();
        assert_eq!(period.from, period.to, "an interval that is none covers nothing");
        let twice = json.replacen(r#""awsAccountId""#, r#""digestS3Bucket":"b","awsAccountId""#, 1);
        assert!(read(&twice).is_err(), "a key that comes twice has two readings");
    }

    #[test]
    fn a_hash_that_lost_zeros_is_a_number() {
        let json = sample();
        let zeros = "0".repeat(64);
        let previous = |hash: &str| {
            let digests = read(&json.replace(&zeros, hash)).unwrap();
            let digest = digests.get(0).unwrap();
            (digest.previous().unwrap().sha256, digest.odd().map(|odd| odd.is_loss))
        };
        let one = [[0; 31].as_slice(), &[1]].concat();
        for hash in ["1".to_owned(), format!("{}1", "0".repeat(62)), format!("{}1", "0".repeat(70))] {
            assert_eq!(previous(&hash), (Some(one.clone().try_into().unwrap()), Some(false)), "{hash}");
        }
        assert_eq!(previous(&"0".repeat(63)), (Some([0; 32]), Some(false)));
        for hash in [String::new(), "1".repeat(65), "x".to_owned(), "-1".to_owned()] {
            assert_eq!(previous(&hash), (None, Some(true)), "{hash}");
        }
    }

    #[test]
    fn a_hash_of_another_algorithm_is_none() {
        let json = sample();
        let (before, after) = json.rsplit_once(r#""hashAlgorithm":"SHA-256""#).unwrap();
        let digests = read(&format!(r#"{before}"hashAlgorithm":"MD5"{after}"#)).unwrap();
        let digest = digests.get(0).unwrap();
        assert_eq!(digest.log(0).unwrap().sha256, None);
        assert_eq!(digest.unsupported(), Some("MD5"));
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
        let digests = read(&sample().replace("SHA-256", "MD5")).unwrap();
        let digest = digests.get(0).unwrap();
        assert_eq!(digest.unsupported(), Some("MD5"));
        assert!(!digest.signature_unsupported());
        assert_eq!(digest.log(0).unwrap().sha256, None);
        let digests = read(&sample().replace("SHA256withRSA", "MD5withRSA")).unwrap();
        assert!(digests.get(0).unwrap().signature_unsupported());
    }

    #[test]
    fn the_string_to_sign_is_four_lines() {
        let content = sha256(b"abc");
        let expected = "a\nb/c\nba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\nnull";
        assert_eq!(string_to_sign_sha256("a", "b", "c", &content, None), sha256(expected.as_bytes()));
        let with_previous = expected.replace("null", "ABcd");
        assert_eq!(string_to_sign_sha256("a", "b", "c", &content, Some("ABcd")), sha256(with_previous.as_bytes()));
    }
}
