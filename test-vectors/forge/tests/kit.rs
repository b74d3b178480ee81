//! The kit: what it writes is what other readers read.

use std::io::Read as _;

use rsa::RsaPublicKey;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier as _;
use serde_json::Value;
use sha2::Sha256;

use trailseal_forge::archive::Archive;
use trailseal_forge::counter::Counter;
use trailseal_forge::digest::sha256;
use trailseal_forge::gzip::{Header, gunzip, gzip, gzip_with};
use trailseal_forge::keys::{self, Listed, US_EAST_1};
use trailseal_forge::trail::{Chain, Trail};
use trailseal_forge::zip::{Entry, zip};

fn chain() -> Chain {
    Trail::new("111122223333", "us-east-1", "management-events", "us-east-1").chain(&[2, 0, 1])
}

fn inflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).expect("a gzip file");
    out
}

#[test]
fn gzip_files_inflate_to_their_content() {
    for content in [b"".as_slice(), b"{\"Records\":[]}", &[b'x'; 100_000]] {
        assert_eq!(inflate(&gzip(content)), content);
        assert_eq!(gunzip(&gzip(content)), content);
    }
}

#[test]
fn gzip_headers_carry_what_they_are_given() {
    let header = Header { extra: Some(b"EV\x02\0ab"), name: Some("a.json"), comment: Some("c") };
    let file = gzip_with(b"content", &header, 6);
    let mut decoder = flate2::bufread::GzDecoder::new(file.as_slice());
    let mut out = Vec::new();
    decoder.read_to_end(&mut out).expect("a gzip file");
    let seen = decoder.header().expect("a header");
    assert_eq!(out, b"content");
    assert_eq!(seen.extra(), Some(b"EV\x02\0ab".as_slice()));
    assert_eq!(seen.filename(), Some(b"a.json".as_slice()));
    assert_eq!(seen.comment(), Some(b"c".as_slice()));
    assert_eq!(seen.mtime(), 0);
}

#[test]
fn gzip_bytes_are_pinned() {
    assert_eq!(hex::encode(gzip(b"{\"Records\":[]}")), "1f8b08000000000000ffab560a4a4dce2f4a2956b28a8ead0500220ae2960e000000");
}

#[test]
fn a_zip_reader_sees_every_entry_with_its_content() {
    let entries = [
        Entry::new("a/stored.json", "stored"),
        Entry { deflated: true, ..Entry::new("a/deflated.json", "deflated ".repeat(50)) },
        Entry::new("a/stored.json", "the same name again"),
    ];
    let bytes = zip(&entries);
    let archive = rawzip::ZipArchive::from_slice(&bytes).expect("a zip");
    let mut directory = archive.entries();
    for entry in &entries {
        let record = directory.next_entry().expect("a record").expect("an entry");
        assert_eq!(record.file_path().as_ref(), entry.path.as_bytes());
        let local = archive.get_entry(record.wayfinder()).expect("a local header");
        let mut content = Vec::new();
        if entry.deflated {
            let inflater = flate2::bufread::DeflateDecoder::new(local.data());
            local.verifying_reader(inflater).read_to_end(&mut content).expect("sound content");
        } else {
            local.verifying_reader(local.data()).read_to_end(&mut content).expect("sound content");
        }
        assert_eq!(content, entry.bytes);
    }
    assert!(directory.next_entry().expect("the end").is_none());
}

#[test]
fn a_zip_can_lie_about_its_crc() {
    let bytes = zip(&[Entry { wrong_crc: true, ..Entry::new("a.json", "content") }]);
    let archive = rawzip::ZipArchive::from_slice(&bytes).expect("a zip");
    let record = archive.entries().next_entry().expect("a record").expect("an entry").wayfinder();
    let local = archive.get_entry(record).expect("a local header");
    assert!(local.verifying_reader(local.data()).read_to_end(&mut Vec::new()).is_err());
}

#[test]
fn digests_have_the_fields_of_aws_in_the_order_of_aws() {
    let text = &chain().digests[0].text;
    let order = [
        "{\"awsAccountId\":",
        "\"digestStartTime\":",
        "\"digestEndTime\":",
        "\"digestS3Bucket\":",
        "\"digestS3Object\":",
        "\"digestPublicKeyFingerprint\":",
        "\"digestSignatureAlgorithm\":",
        "\"newestEventTime\":",
        "\"oldestEventTime\":",
        "\"previousDigestS3Bucket\":",
        "\"previousDigestS3Object\":",
        "\"previousDigestHashValue\":",
        "\"previousDigestHashAlgorithm\":",
        "\"previousDigestSignature\":",
        "\"logFiles\":[{\"s3Bucket\":",
        "\"s3Object\":",
        "\"hashValue\":",
        "\"hashAlgorithm\":",
    ];
    let places: Vec<usize> = order.iter().map(|field| text.find(field).expect(field)).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn signatures_verify_over_the_text_that_aws_describes() {
    let public = RsaPublicKey::from_pkcs1_der(&US_EAST_1.pkcs1).expect("PKCS#1");
    let verifier = VerifyingKey::<Sha256>::new(public);
    for sealed in &chain().digests {
        let json: Value = serde_json::from_str(&sealed.text).expect("JSON");
        let field = |name: &str| json[name].as_str().unwrap_or("null").to_owned();
        let signed = format!(
            "{}\n{}/{}\n{}\n{}",
            field("digestEndTime"),
            field("digestS3Bucket"),
            field("digestS3Object"),
            sha256(&inflate(&sealed.file())),
            field("previousDigestSignature"),
        );
        let signature = hex::decode(&sealed.signature).expect("hex");
        let signature = Signature::try_from(signature.as_slice()).expect("a signature");
        verifier.verify(signed.as_bytes(), &signature).expect("it verifies");
    }
}

#[test]
fn linked_digests_quote_their_predecessors() {
    let chain = chain();
    for pair in chain.digests.windows(2) {
        let json: Value = serde_json::from_str(&pair[1].text).expect("JSON");
        assert_eq!(json["previousDigestS3Object"], pair[0].digest.key.as_str());
        assert_eq!(json["previousDigestHashValue"], sha256(pair[0].text.as_bytes()).as_str());
        assert_eq!(json["previousDigestSignature"], pair[0].signature.as_str());
        assert_eq!(json["digestStartTime"], serde_json::from_str::<Value>(&pair[0].text).expect("JSON")["digestEndTime"]);
    }
}

#[test]
fn logs_are_json_with_records_of_their_account() {
    for log in chain().digests.iter().flat_map(|sealed| &sealed.digest.logs) {
        let json: Value = serde_json::from_str(&log.text).expect("JSON");
        let records = json["Records"].as_array().expect("records");
        assert!(!records.is_empty());
        assert!(records.iter().all(|record| record["recipientAccountId"] == "111122223333"));
        assert!(!log.text.contains("{account}") && !log.text.contains("{guid}"));
        assert_eq!(log.hash, sha256(&inflate(&log.file())));
    }
}

#[test]
fn key_lists_are_json_and_hold_the_fingerprint_of_the_key() {
    let list: Value = serde_json::from_slice(&keys::list(&[Listed::key(&US_EAST_1)])).expect("JSON");
    let entry = &list["PublicKeyList"][0];
    assert_eq!(entry["Fingerprint"], US_EAST_1.fingerprint().as_str());
    assert_eq!(entry["ValidityStartTime"], "2026-02-15T01:04:20+00:00");
    assert_eq!(US_EAST_1.pkcs1.len(), 270);
}

#[test]
fn keys_built_by_hand_have_the_form_of_real_ones() {
    let rebuilt = keys::pkcs1(&keys::modulus(&US_EAST_1), &[1, 0, 1]);
    assert_eq!(rebuilt, US_EAST_1.pkcs1);
}

#[test]
fn counters_repeat_themselves_and_differ_by_seed() {
    let unique = |seed: &str| Counter::new(seed).unique();
    assert_eq!(unique("a"), unique("a"));
    assert_ne!(unique("a"), unique("b"));
    assert_eq!(unique("a").len(), 16);
}

#[test]
fn archives_hold_the_newest_digests_sidecar_and_nothing_twice() {
    let chain = chain();
    let archive = Archive::of(&[&chain]);
    let mut paths: Vec<&str> = archive.entries.iter().map(|entry| entry.path.as_str()).collect();
    assert!(paths.contains(&format!("{}.head.json", chain.key(2)).as_str()));
    let count = paths.len();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), count);
}
