//! Digests that are no digests. The malformed one is the newest and silent, and its predecessor has a sidecar, so that
//! nothing but its hour hangs on it.

use super::{quiet_end, trail};
use crate::archive::Archive;
use crate::gzip::gzip;
use crate::vector::Vector;
use crate::vector::Verdict::{Failed, Indeterminate, Passed};

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    vec![
        unsigned("malformed/garbage", "The file is 40 bytes of no gzip and no JSON.", |bytes| {
            *bytes = b"\x7fELF\x02\x01\x01 not a digest at all, not even JSON".to_vec();
        }),
        unsigned("malformed/not-json", "The gzip file holds three braces.", |bytes| *bytes = gzip(b"{{{")),
        unsigned("malformed/array", "The gzip file holds a JSON array.", |bytes| *bytes = gzip(b"[]")),
        unsigned("malformed/log-in-place-of-a-digest", "The gzip file holds a log.", |bytes| {
            *bytes = gzip(b"{\"Records\":[]}");
        }),
        signed("malformed/doubled-key", "The account stands in it twice.", |json| {
            json.replace("{\"aws", "{\"awsAccountId\":\"111122223333\",\"aws")
        }),
        signed("malformed/doubled-key-in-unknown-field", "An unknown field holds an object with a doubled key.", |json| {
            json.replace("\"logFiles\":", "\"note\":{\"a\":1,\"a\":2},\"logFiles\":")
        }),
        signed("malformed/wrong-type", "The account is a number.", |json| {
            json.replace("\"awsAccountId\":\"111122223333\"", "\"awsAccountId\":111122223333")
        }),
        signed("malformed/logs-missing", "There is no logFiles.", |json| json.replace(",\"logFiles\":[]", "")),
        signed("malformed/logs-null", "logFiles is null.", |json| json.replace("\"logFiles\":[]", "\"logFiles\":null")),
        odd("malformed/log-without-hash", "A log has no hashValue.", |json| {
            json.replace("[]", "[{\"s3Bucket\":\"trail-archive\",\"s3Object\":\"x.json.gz\",\"hashAlgorithm\":\"SHA-256\"}]")
        })
        .codes(&["digest.irregular", "log.foreign", "log.missing"])
        .integrity(Failed),
        odd("malformed/hash-too-short", "previousDigestHashValue lacks its first digit, which is no zero.", without_first_digit)
            .codes(&["chain.link.hash_mismatch", "digest.irregular"])
            .continuity(Failed),
        hash_without_its_zero(),
        odd("malformed/hash-that-is-none", "previousDigestHashValue holds a letter that is no digit.", |json| {
            let start = json.find(HASH).expect("the field") + HASH.len();
            format!("{}x{}", &json[..start], &json[start + 1..])
        })
        .codes(&["digest.irregular"])
        .integrity(Indeterminate),
        odd("malformed/previous-partly-null", "Four of five previous fields are set, one is null.", |json| {
            let start = json.find("\"previousDigestS3Bucket\":").expect("the field");
            json[..start].to_owned() + &json[start..].replacen("\"trail-archive\"", "null", 1)
        })
        .codes(&["digest.irregular"])
        .integrity(Indeterminate),
        without_interval("malformed/start-after-end", "It starts two hours later, after its end.", |json| {
            json.replace("StartTime\":\"2026-03-01T03:", "StartTime\":\"2026-03-01T05:")
        }),
        without_interval("malformed/start-is-end", "It starts when it ends.", |json| {
            json.replace("StartTime\":\"2026-03-01T03:", "StartTime\":\"2026-03-01T04:")
        }),
        without_interval("malformed/time-with-fraction", "Its start has a fraction of a second.", |json| {
            json.replace("T03:01:31Z", "T03:01:31.000Z")
        }),
        without_interval("malformed/time-with-offset", "Its start has an offset instead of Z.", |json| {
            json.replace("T03:01:31Z", "T03:01:31+00:00")
        }),
        without_interval("malformed/no-such-day", "It starts on 30 February.", |json| {
            json.replace("StartTime\":\"2026-03-01", "StartTime\":\"2026-02-30")
        }),
        signed("malformed/trailing-text", "A brace follows the object.", |json| format!("{json}}}")),
        signed("malformed/lone-surrogate", "An unknown field holds half of a surrogate pair.", |json| {
            json.replace("\"logFiles\":", "\"note\":\"\\ud800\",\"logFiles\":")
        }),
        not_utf8(),
        in_mid_chain(),
        at_the_end_of_the_period(),
    ]
}

/// The consequences.
fn consequences(vector: Vector, description: &str) -> Vector {
    vector
        .near("baseline/account-trail")
        .codes(&["coverage.gap", "digest.malformed"])
        .integrity(Failed)
        .coverage(Indeterminate)
        .says(
            &format!("The newest digest is malformed. {description}"),
            "Two readers must not see two digests; what is malformed is not evidence, even if signed.",
        )
}

/// The newest digest's file is replaced.
fn unsigned(id: &str, description: &str, edit: impl FnOnce(&mut Vec<u8>)) -> Vector {
    let chain = quiet_end();
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[2]);
    archive.edit(chain.key(3), edit);
    consequences(Vector::new(id, &[&chain], archive), description)
}

/// The newest digest's JSON is rewritten before it is signed.
fn signed(id: &str, description: &str, rewrite: fn(&str) -> String) -> Vector {
    let chain = trail().chain_with(&[2, 1, 2, 0], |hour, digest| {
        digest.rewrite = (hour == 3).then_some(rewrite);
    });
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[2]);
    consequences(Vector::new(id, &[&chain], archive), description)
}

/// The newest digest's JSON is rewritten before it is signed, and can be read all the same.
fn odd(id: &str, description: &str, rewrite: fn(&str) -> String) -> Vector {
    signed(id, description, rewrite).integrity(Passed).coverage(Passed).codes(&[]).says(
        &format!("The newest digest is odd, and signed. {description}"),
        "What AWS signed and is merely odd contradicts nothing by itself: it is read as far as it can be, and said.",
    )
}

/// The newest digest states no interval that could be covered.
fn without_interval(id: &str, description: &str, rewrite: fn(&str) -> String) -> Vector {
    odd(id, description, rewrite).codes(&["coverage.gap", "digest.irregular"]).integrity(Indeterminate).coverage(Indeterminate)
}

const HASH: &str = "HashValue\":\"";

fn without_first_digit(json: &str) -> String {
    let start = json.find(HASH).expect("the field") + HASH.len();
    format!("{}{}", &json[..start], &json[start + 1..])
}

/// A chain whose last link has a hash that begins with a zero, which is lost.
fn hash_without_its_zero() -> Vector {
    let chains = (0..).map(|seconds| {
        let first = crate::time::at("2026-03-01T00:01:31Z") + chrono::Duration::seconds(seconds);
        crate::trail::Trail { first, ..trail() }.chain_with(&[2, 1, 2, 0], |hour, digest| {
            let begins_with_zero = hour == 3 && digest.link().hash.starts_with('0');
            digest.rewrite = begins_with_zero.then_some(without_first_digit);
        })
    });
    let chain = chains.into_iter().find(|chain| chain.newest().digest.rewrite.is_some()).expect("one of sixteen");
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[2]);
    Vector::new("malformed/hash-without-its-zero", &[&chain], archive)
        .near("baseline/account-trail")
        .codes(&["digest.irregular"])
        .says(
            "previousDigestHashValue of the newest digest lacks the zero with which the hash begins.",
            "Some programs write a hash as a number. It is the same number.",
        )
}

fn not_utf8() -> Vector {
    unsigned("malformed/not-utf-8", "An unknown field holds a byte that is no UTF-8.", |bytes| {
        let mut text = crate::gzip::gunzip(bytes);
        text.splice(1..1, b"\"note\":\"\xff\",".iter().copied());
        *bytes = gzip(&text);
    })
}

fn in_mid_chain() -> Vector {
    let chain = trail().chain(&[2, 1, 0, 2, 1]);
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[1]);
    archive.edit(chain.key(2), |bytes| *bytes = gzip(b"{{{"));
    Vector::new("malformed/in-mid-chain", &[&chain], archive)
        .near("malformed/not-json")
        .codes(&["chain.link.hash_mismatch", "coverage.gap", "digest.malformed"])
        .integrity(Failed)
        .continuity(Failed)
        .coverage(Indeterminate)
        .says(
            "A silent digest in the middle is replaced by three braces; its predecessor has a sidecar.",
            "The file is there, so no digest is missing; its successor's hash contradicts it.",
        )
}

fn at_the_end_of_the_period() -> Vector {
    let chain = trail().chain(&[2, 1, 0, 2, 1]);
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[1]);
    archive.edit(chain.key(2), |bytes| *bytes = gzip(b"{{{"));
    Vector::new("malformed/at-the-end-of-the-period", &[&chain], archive)
        .near("malformed/in-mid-chain")
        .period(trail().hour(0), trail().hour(3))
        .codes(&["chain.link.hash_mismatch", "coverage.gap", "digest.malformed"])
        .integrity(Failed)
        .continuity(Failed)
        .coverage(Indeterminate)
        .says(
            "A silent digest is replaced by three braces, and the asked period ends with its hour; its successor lies outside.",
            "The successor's link leads into what was asked: it is in scope if either of its ends is.",
        )
}
