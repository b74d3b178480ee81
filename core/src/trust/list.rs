//! Lists of public keys: the verbatim output of `aws cloudtrail list-public-keys`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::bytes::hash::{fingerprint, sha256};
use crate::bytes::json::{Json, decode_text, looks_like};
use crate::bytes::text;
use crate::terms::error::Error;
use crate::terms::limits::Limits;
use crate::terms::reason::Reason;
use crate::terms::scope::is_region;
use crate::terms::time::{Period, Time};
use crate::trust::rsa::{KeyProblem, PublicKey};

/// The region that a key file's name states: `REGION.json` or `public-keys-REGION.json`.
pub(crate) fn stated_region(file_name: &[u8]) -> Option<&str> {
    let stem = std::str::from_utf8(file_name).ok()?.strip_suffix(".json")?;
    let region = stem.strip_prefix("public-keys-").unwrap_or(stem);
    Some(region).filter(|region| is_region(region))
}

/// One entry of a key list, as stated; nothing about it is believed yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct KeyEntry {
    /// The DER bytes as given; `None` if they could not be decoded.
    pub(crate) der: Option<Vec<u8>>,
    /// The fingerprint that the list states.
    pub(crate) stated_fingerprint: Option<String>,
    /// The validity that the list states; `None` if it cannot be read.
    pub(crate) validity: Option<Period>,
    /// The region that the file's name states.
    pub(crate) region: Option<String>,
    /// Its place in the list, counted from 1.
    pub(crate) number: u64,
    /// Of a run of entries without a key, the place of the last: a list may hold millions of them.
    pub(crate) last: u64,
}

impl KeyEntry {
    /// Takes the next entry into the run, if neither holds a key. What the two state differently is lost: nobody asks for it.
    fn join(&mut self, next: &Self) -> bool {
        let is_run = self.der.is_none() && next.der.is_none();
        if is_run {
            self.last = next.last;
            self.stated_fingerprint =
                self.stated_fingerprint.take().filter(|stated| Some(stated) == next.stated_fingerprint.as_ref());
            self.validity = self.validity.filter(|validity| Some(*validity) == next.validity);
        }
        is_run
    }

    /// How many entries of the list it stands for.
    pub(crate) fn count(&self) -> u64 {
        self.last.saturating_sub(self.number).saturating_add(1)
    }
}

/// Reads a key list. An entry that cannot be used stays in it, so that it can be reported.
pub(crate) fn read_list(bytes: &[u8], region: Option<&str>, max_depth: u32) -> Result<Vec<KeyEntry>, Reason> {
    let text = decode_text(bytes).ok_or(Reason::NoText)?;
    let json = Json::read(text.trim().as_bytes(), max_depth)
        .map_err(|problem| looks_like(&text).map_or_else(|| problem.into(), Reason::from))?;
    let list = json.field("PublicKeyList").or_else(|| json.field("publicKeyList")).and_then(Json::list);
    let list = list.ok_or(Reason::KeyListNone)?;
    let mut entries: Vec<KeyEntry> = Vec::new();
    for (entry, number) in list.iter().zip(1..) {
        let entry = KeyEntry {
            der: entry.field("Value").and_then(Json::text).and_then(decode_base64),
            stated_fingerprint: entry.field("Fingerprint").and_then(Json::text).map(str::to_ascii_lowercase),
            validity: validity(entry),
            region: region.map(str::to_owned),
            number,
            last: number,
        };
        if !entries.last_mut().is_some_and(|run| run.join(&entry)) {
            entries.push(entry);
        }
    }
    Ok(entries)
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    STANDARD.decode(compact).ok()
}

fn validity(entry: &Json<'_>) -> Option<Period> {
    let from = instant(entry.field("ValidityStartTime")?)?;
    let to = instant(entry.field("ValidityEndTime")?)?;
    Period::new(from, to).ok()
}

/// An instant as the AWS CLI and SDKs print it: ISO 8601 with any offset, epoch seconds as a number or as a text.
fn instant(json: &Json<'_>) -> Option<Time> {
    let from_epoch = |seconds: f64| {
        #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and from_unix refuses what is out of range")]
        Time::from_unix(seconds.floor() as i64).filter(|_| seconds.is_finite())
    };
    match json {
        Json::Number(seconds) => from_epoch(*seconds),
        Json::Text(text) => Time::from_text(text).ok().or_else(|| from_epoch(text.trim().parse().ok()?)),
        _ => None,
    }
}

/// What a key list says about one key, and what the key itself shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyFacts {
    /// Its place in the list, counted from 1.
    pub number: u64,
    /// SHA-256 of its DER bytes as given, for pins; absent if these cannot be decoded.
    pub sha256: Option<String>,
    /// MD5 of the same bytes: the fingerprint that AWS uses.
    pub fingerprint: Option<String>,
    /// Bits of the modulus, if it is an accepted key.
    pub bits: Option<u32>,
    /// The validity that the list states.
    pub validity: Option<Period>,
    /// The region that the file's name states.
    pub region: Option<String>,
    /// Why it would not be used.
    pub problem: Option<String>,
}

/// Reads a key list, as [`Trust::add_keys`](crate::trust::Trust::add_keys) does, and describes it.
///
/// # Errors
///
/// [`Error::Keys`] if it is no key list.
pub fn read_keys(file_name: &str, json: &[u8]) -> Result<Vec<KeyFacts>, Error> {
    let region = stated_region(file_name.as_bytes());
    let entries =
        read_list(json, region, Limits::default().json_depth).map_err(|reason| Error::Keys { reason: reason.to_string() })?;
    let describe = |entry: &KeyEntry| {
        let computed = entry.der.as_deref().map(fingerprint);
        let public = entry.der.as_deref().map(PublicKey::from_der);
        let problem = match (&public, &entry.stated_fingerprint, &entry.validity) {
            (None, ..) => Some(Reason::KeyBase64),
            (_, Some(stated), _) if Some(stated) != computed.as_ref() => {
                Some(Reason::KeyFingerprint { stated: text::printable(stated.as_bytes()) })
            }
            (Some(Err(KeyProblem::Malformed)), ..) => Some(Reason::KeyNone),
            (Some(Err(KeyProblem::Weak(reason))), ..) => Some(reason.clone()),
            (_, _, None) => Some(Reason::KeyValidity),
            _ => None,
        };
        KeyFacts {
            number: entry.number,
            sha256: entry.der.as_deref().map(|der| hex::encode(sha256(der))),
            fingerprint: computed,
            bits: public.and_then(Result::ok).map(|public| public.bits()),
            validity: entry.validity,
            region: entry.region.clone(),
            problem: problem.map(|reason| reason.to_string()),
        }
    };
    let all = |entry: &KeyEntry| {
        let facts = describe(entry);
        (entry.number..=entry.last).map(move |number| KeyFacts { number, ..facts.clone() })
    };
    Ok(entries.iter().flat_map(all).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(fields: &str) -> KeyEntry {
        let json = format!(r#"{{"publicKeyList":[{{"Value":"AAEC\nAw==",{fields}}}],"NextToken":null}}"#);
        read_list(json.replace('\n', "\\n").as_bytes(), None, 64).unwrap().remove(0)
    }

    #[test]
    fn times_come_in_every_form_that_aws_tools_print() {
        let expected = one(r#""ValidityStartTime":"2016-01-18T00:25:02+00:00","ValidityEndTime":"2016-02-17T00:25:02Z""#).validity;
        assert!(expected.is_some());
        for fields in [
            r#""ValidityStartTime":1453076702.0,"ValidityEndTime":1455668702"#,
            r#""ValidityStartTime":"1453076702.0","ValidityEndTime":"1455668702""#,
            r#""ValidityStartTime":"2016-01-17T16:25:02.869000-08:00","ValidityEndTime":"2016-02-17 00:25:02+00:00""#,
        ] {
            assert_eq!(one(fields).validity, expected, "{fields}");
        }
        for fields in [
            r#""ValidityStartTime":1455668702,"ValidityEndTime":1453076702"#,
            r#""ValidityStartTime":"2016-01-17T16:25:02","ValidityEndTime":"2016-02-17T00:25:02Z""#,
            r#""ValidityStartTime":1e300,"ValidityEndTime":"inf""#,
            r#""ValidityStartTime":null"#,
        ] {
            assert_eq!(one(fields).validity, None, "{fields}");
        }
    }

    #[test]
    fn values_are_base64_with_any_line_breaks() {
        assert_eq!(one(r#""Fingerprint":"ABcd""#).der.as_deref(), Some([0, 1, 2, 3].as_slice()));
        assert_eq!(one(r#""Fingerprint":"ABcd""#).stated_fingerprint.as_deref(), Some("abcd"));
    }

    #[test]
    fn entries_without_a_key_are_one_run() {
        let list = br#"{"PublicKeyList":[{},{"Fingerprint":"a"},{"Value":"AA=="},{"Fingerprint":"b"},{"Fingerprint":"b"}]}"#;
        let entries = read_list(list, None, 64).unwrap();
        let runs: Vec<_> = entries.iter().map(|entry| (entry.number, entry.count(), entry.stated_fingerprint.as_deref())).collect();
        assert_eq!(runs, [(1, 2, None), (3, 1, None), (4, 2, Some("b"))]);
    }

    #[test]
    fn other_files_are_no_key_lists() {
        for wrong in ["{}", "[]", r#"{"PublicKeyList":{}}"#, "", r#"{"PublicKeyList":[],"PublicKeyList":[]}"#] {
            assert!(read_list(wrong.as_bytes(), None, 64).is_err(), "{wrong}");
        }
    }
}
