//! Facts that AWS itself published, and one chain that was signed elsewhere: `test-vectors/facts.json`.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use base64::Engine as _;
use serde_json::Value;
use trailseal::{EntryPath, Limits, Outcome, Provenance, PublicKey, Request, Trust, examine, fingerprint, string_to_sign_sha256};

fn facts() -> Value {
    serde_json::from_slice(&std::fs::read(common::folder().join("facts.json")).unwrap()).unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is no text in {value}"))
}

fn der(key: &Value) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(text(key, "Value")).unwrap()
}

fn sha256(hex_text: &str) -> [u8; 32] {
    hex::decode(hex_text).unwrap().try_into().unwrap()
}

#[test]
fn published_keys_have_the_fingerprints_that_aws_states() {
    let facts = facts();
    let keys = facts["public_keys"].as_array().unwrap();
    assert_eq!(keys.len(), 4);
    for key in keys {
        assert_eq!(fingerprint(&der(key)), text(key, "Fingerprint"));
        assert_eq!(PublicKey::from_der(&der(key)).unwrap().bits(), 2048);
    }
}

#[test]
fn published_signatures_verify_under_the_published_keys_and_no_other() {
    let facts = facts();
    let signatures = facts["prehashed_signatures"].as_array().unwrap();
    assert_eq!(signatures.len(), 3);
    for signature in signatures {
        let bytes = hex::decode(text(signature, "signature")).unwrap();
        let message = sha256(text(signature, "recovered_sha256"));
        for key in facts["public_keys"].as_array().unwrap() {
            let is_signer = text(key, "Fingerprint") == text(signature, "fingerprint");
            let verifies = PublicKey::from_der(&der(key)).unwrap().verifies(&message, &bytes);
            assert_eq!(verifies, is_signer, "{}", text(signature, "name"));
        }
        let key =
            facts["public_keys"].as_array().unwrap().iter().find(|key| key["Fingerprint"] == signature["fingerprint"]).unwrap();
        let mut other = message;
        other[31] ^= 1;
        assert!(!PublicKey::from_der(&der(key)).unwrap().verifies(&other, &bytes));
    }
}

#[test]
fn the_documented_string_to_sign_is_ours() {
    let facts = facts();
    let sample = &facts["string_to_sign"];
    let hash = |text: &str| <[u8; 32]>::from(<sha2::Sha256 as sha2::Digest>::digest(text));
    let content = hash(text(sample, "inflated_digest_utf8"));
    let computed = string_to_sign_sha256(
        text(sample, "digestEndTime"),
        text(sample, "bucket"),
        text(sample, "object"),
        &content,
        sample["previousDigestSignature"].as_str(),
    );
    assert_eq!(computed, hash(text(sample, "result")));
}

#[test]
fn a_chain_that_was_signed_elsewhere_passes_as_a_whole() {
    let facts = facts();
    let chain = &facts["selfmade_chain"];
    let key = &chain["publicKey"];
    let list = serde_json::json!({ "PublicKeyList": [{
        "Value": key["Value"], "Fingerprint": key["Fingerprint"],
        "ValidityStartTime": "2026-02-15T00:00:00Z", "ValidityEndTime": "2026-03-17T00:00:00Z",
    }] });
    let mut trust = Trust::default();
    trust.add_keys("us-east-2.json", list.to_string().as_bytes(), Provenance::Own).unwrap();
    let mut exhibits = Vec::new();
    let limits = Limits::default();
    let mut admit = |path: &str, bytes: &str| exhibits.push(examine(EntryPath::new(path), bytes.as_bytes(), &limits));
    for digest in chain["digests"].as_array().unwrap() {
        let json: Value = serde_json::from_str(text(digest, "raw")).unwrap();
        let key = text(&json, "digestS3Object");
        admit(key, text(digest, "raw"));
        let metadata =
            serde_json::json!({ "Metadata": { "signature": digest["signature"], "signature-algorithm": "SHA256withRSA" } });
        admit(&format!("{key}.head.json"), &metadata.to_string());
        for log in json["logFiles"].as_array().unwrap() {
            admit(text(log, "s3Object"), text(chain, "logRaw"));
        }
    }
    let request =
        Request { from: Some("2026-03-01T01:01:31Z".into()), to: Some("2026-03-01T02:01:31Z".into()), ..Request::default() };
    let policy = request.policy(trust).unwrap();
    let report = common::conclude(exhibits, &policy);
    assert_eq!(report.overall(), Outcome::Passed, "{:#?}", report.findings);
    assert_eq!((report.counts.digests.authenticated, report.counts.outside.digests), (1, 1));
}

/// The key list of a verifier who has the key of AWS's own result set, under its true fingerprint.
fn key_of_the_result_set(set: &Value) -> Trust {
    let list = serde_json::json!({ "PublicKeyList": [{
        "Value": text(set, "Value"),
        "ValidityStartTime": "2022-05-01T00:00:00Z",
        "ValidityEndTime": "2022-06-01T00:00:00Z",
        "Fingerprint": fingerprint(&der(set)),
    }] });
    let mut trust = Trust::default();
    trust.add_keys("us-east-1.json", list.to_string().as_bytes(), Provenance::Own).unwrap();
    trust
}

#[test]
fn the_published_result_set_is_proved_by_its_key_and_not_by_the_fingerprint_that_it_states() {
    let facts = facts();
    let set = &facts["lake_result_set"];
    let stated = "67b9fa73676d86966b449dd677850753";
    let result = base64::engine::general_purpose::STANDARD.decode(text(set, "result_1.csv.gz_base64")).unwrap();
    let report = |sign_file: &str, result: &[u8]| {
        let mut case = trailseal::Case::new();
        for (name, bytes) in [("result_sign.json", sign_file.as_bytes()), ("result_1.csv.gz", result)] {
            case.admit(examine(EntryPath::new(name), bytes, &Limits::default()));
        }
        case.conclude(&Request::default().policy(key_of_the_result_set(set)).unwrap())
    };
    let published = text(set, "sign_file_text");
    let codes = |report: &trailseal::Report| -> Vec<&str> {
        report.findings.iter().map(|finding| finding.code.name()).filter(|name| name.starts_with("lake.")).collect()
    };
    assert_eq!(codes(&report(published, &result)), ["lake.signature.unchecked"]);
    // The fingerprint is a label: with the true one the signature verifies.
    let relabelled = published.replace(stated, &fingerprint(&der(set)));
    assert_ne!(relabelled, published);
    let proved = report(&relabelled, &result);
    assert_eq!(codes(&proved), Vec::<&str>::new());
    let [found] = proved.lake.as_slice() else { panic!("one set") };
    assert_eq!(found.outcome, Outcome::Passed);
    let file = &found.files[0];
    assert_eq!((file.state.name(), file.executed.as_deref()), ("proved", Some("2022-08-08T21:51:51.723951Z")));
    assert!(file.query.as_deref().unwrap().starts_with("SELECT "), "{file:?}");
    assert_eq!(file.rows, Some(4));
    let mut altered = result.clone();
    altered[20] ^= 1;
    assert_eq!(codes(&report(&relabelled, &altered)), ["lake.file.hash_mismatch"]);
    let mut other = relabelled.replacen("5b918b", "5b918c", 1);
    assert_eq!(codes(&report(&other, &result)), ["lake.signature.invalid", "lake.file.hash_mismatch"]);
    other.truncate(other.len() - 3);
    assert_eq!(codes(&report(&other, &result)), ["lake.sign_file.malformed", "lake.file.unlisted"]);
}
