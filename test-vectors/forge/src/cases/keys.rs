//! Keys: their forms, their provenance, and what is wrong with them.

use chrono::Duration;

use super::{chain, trail};
use crate::archive::Archive;
use crate::digest::Digest;
use crate::keys::{EU_WEST_1, LONG, Listed, SHORT, STRANGER, TestKey, US_EAST_1, US_EAST_1_NEXT};
use crate::keys::{fingerprint, list, list_under, modulus, pkcs1};
use crate::time::at;
use crate::vector::Importance::{Critical, Medium};
use crate::vector::Vector;
use crate::vector::Verdict::{Failed, Indeterminate};

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    vec![
        lower_case_list(),
        epoch_numbers(),
        iso_with_offset(),
        spki(),
        no_fingerprint(),
        file_without_region(),
        trusted_and_enclosed(),
        none(),
        none_and_no_metadata(),
        enclosed(),
        enclosed_in_folder(),
        pinned(),
        pinned_enclosed(),
        pins_exclude(),
        rotation(),
        rotation_in_one_file_unused(),
        rotation_old_unknown(),
        rotation_old_enclosed(),
        rotation_new_enclosed(),
        other_region(),
        outside_validity(),
        validity_within_slack(),
        validity_beyond_slack(),
        forger_unknown(),
        forger_enclosed(),
        forger_with_stolen_fingerprint(),
        forger_replaces_one_digest(),
        fingerprint_mismatch_refused(),
        fingerprint_mismatch_needed(),
        fingerprint_mismatch_enclosed(),
        conflict(),
        weak("keys/weak-1024-bits", SHORT.pkcs1.clone()),
        weak("keys/weak-exponent-3", pkcs1(&modulus(&EU_WEST_1), &[3])),
        weak("keys/weak-even-exponent", pkcs1(&modulus(&EU_WEST_1), &[1, 0, 2])),
        weak("keys/weak-huge-exponent", pkcs1(&modulus(&EU_WEST_1), &[2, 0, 0, 0, 1])),
        weak("keys/weak-even-modulus", pkcs1(&even(modulus(&EU_WEST_1)), &[1, 0, 1])),
        weak("keys/weak-8200-bits", pkcs1(&[0xc5; 1025], &[1, 0, 1])),
        weak_signer(),
        malformed("keys/malformed-base64", |entry| entry.value = "\"not base64!\"".to_owned()),
        malformed("keys/malformed-der", |entry| *entry = Listed::der(b"\x30\x03\x02\x01")),
        malformed("keys/malformed-trailing-byte", |entry| *entry = Listed::der(&[&EU_WEST_1.pkcs1[..], b"\0"].concat())),
        malformed("keys/malformed-without-validity", |entry| (entry.start, entry.end) = (None, None)),
        broken_enclosed_list(),
        unused(),
    ]
}

/// The standard chain under other keys of the verifier.
fn with_keys(id: &str, path: &str, entries: &[Listed]) -> Vector {
    let chain = chain();
    Vector::new(id, &[&chain], Archive::of(&[&chain])).near("baseline/account-trail").keys(&[(path, entries)])
}

/// A chain that is edited before it is signed.
fn signed(id: &str, edit: impl FnMut(usize, &mut Digest)) -> Vector {
    let chain = trail().chain_with(&[2, 1, 0, 2, 1], edit);
    Vector::new(id, &[&chain], Archive::of(&[&chain])).near("baseline/account-trail")
}

/// The standard chain with a key list in the archive.
fn enclosing(id: &str, path: &str, entries: &[Listed]) -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    archive.put(path, list(entries));
    Vector::new(id, &[&chain], archive).near("baseline/account-trail")
}

/// Nothing can be signed, because there is no key.
fn unproved(vector: Vector, codes: &[&str]) -> Vector {
    vector
        .codes(&[codes, &["coverage.gap", "digest.key.unknown", "log.unproved"]].concat())
        .integrity(Indeterminate)
        .authenticity(Indeterminate)
        .continuity(Indeterminate)
        .coverage(Indeterminate)
}

fn key() -> Listed {
    Listed::key(&US_EAST_1)
}

fn lower_case_list() -> Vector {
    let chain = chain();
    let entry = key().times("\"1771117460.0\"", "\"1773709460.0\"");
    Vector::new("keys/lower-case-list-with-epoch-strings", &[&chain], Archive::of(&[&chain]))
        .near("baseline/account-trail")
        .key_file("forms/epoch-strings/us-east-1.json", list_under("publicKeyList", &[entry]))
        .says("The key list has a lower-case top key and epoch strings.", "AWS documents this form.")
}

fn epoch_numbers() -> Vector {
    let entry = key().times("1771117460.0", "1773709460");
    with_keys("keys/epoch-numbers", "forms/epoch-numbers/us-east-1.json", &[entry])
        .says("The validity is given as epoch numbers, with and without a fraction.", "AWS CLI 1 prints this.")
}

fn iso_with_offset() -> Vector {
    let entry = key().times("\"2026-02-14T17:04:20-08:00\"", "\"2026-03-17T10:04:20.869000+09:00\"");
    with_keys("keys/iso-with-offset", "forms/offset/us-east-1.json", &[entry])
        .says("The validity is given in local time with an offset, once with microseconds.", "AWS CLI 2 prints local time.")
}

fn spki() -> Vector {
    signed("keys/spki", |_, digest| digest.fingerprint = fingerprint(&US_EAST_1.spki))
        .keys(&[("forms/spki/us-east-1.json", &[Listed::der(&US_EAST_1.spki)])])
        .false_alarm_of_validate_logs()
        .says(
            "The key is a SubjectPublicKeyInfo, and the digests name the MD5 of those bytes.",
            "One of AWS's published keys has this form; validate-logs cannot load it.",
        )
}

fn no_fingerprint() -> Vector {
    let entry = Listed { fingerprint: None, ..key() };
    with_keys("keys/without-fingerprint", "forms/no-fingerprint/us-east-1.json", &[entry])
        .says("The list does not state the key's fingerprint.", "It is recomputed anyway.")
}

fn file_without_region() -> Vector {
    with_keys("keys/file-without-region", "forms/public-keys.json", &[key()])
        .says("The name of the key list states no region.", "Such a key is good for every region.")
}

fn trusted_and_enclosed() -> Vector {
    enclosing("keys/trusted-and-enclosed", "public-keys-us-east-1.json", &[key()])
        .says("The sender enclosed the key that the verifier has too.", "A key's level is the best of its sources.")
}

fn none() -> Vector {
    let chain = chain();
    let vector = Vector::new("keys/none", &[&chain], Archive::of(&[&chain])).keys(&[]);
    unproved(vector, &[])
        .near("baseline/account-trail")
        .says("Nobody has a key.", "Signatures that nobody can check prove nothing; the report says which keys to fetch.")
}

fn none_and_no_metadata() -> Vector {
    let chain = chain();
    let vector = Vector::new("keys/none-and-no-metadata", &[&chain], Archive::without_metadata(&[&chain])).keys(&[]);
    unproved(vector, &["digest.signature.missing"]).near("keys/none").says(
        "Nobody has a key, and no metadata was handed over.",
        "Both are lacking, so both are asked for: the key, and the newest digest's sidecar.",
    )
}

/// Everything is proved, under keys that only the sender vouches for.
fn only_enclosed(vector: Vector, codes: &[&str]) -> Vector {
    vector.codes(&[codes, &["key.enclosed"]].concat()).authenticity(Indeterminate)
}

fn enclosed() -> Vector {
    let vector = enclosing("keys/enclosed", "public-keys.json", &[key()]).keys(&[]);
    only_enclosed(vector, &[])
        .importance(Critical)
        .says("Only the sender's own key list vouches for the digests.", "A forger signs with his own key and encloses it.")
}

fn enclosed_in_folder() -> Vector {
    let vector = enclosing("keys/enclosed-in-a-folder", "evidence/public-keys/us-east-1.json", &[key()]).keys(&[]);
    only_enclosed(vector, &[])
        .near("keys/enclosed")
        .says("The sender's key list lies in a folder public-keys and states its region.", "Another place for key lists.")
}

fn pinned() -> Vector {
    with_keys("keys/pinned", "us-east-1.json", &[key()])
        .pins(&[US_EAST_1.pin()])
        .says("The verifier's key is pinned.", "The strongest statement about a key.")
}

fn pinned_enclosed() -> Vector {
    enclosing("keys/pinned-and-only-enclosed", "public-keys.json", &[key()])
        .keys(&[])
        .pins(&[US_EAST_1.pin()])
        .near("keys/enclosed")
        .says("The key comes only from the sender, and its SHA-256 is pinned.", "A pin counts wherever the bytes came from.")
}

fn pins_exclude() -> Vector {
    let vector = with_keys("keys/pins-exclude-the-key", "us-east-1.json", &[key()]).pins(&[LONG.pin()]);
    only_enclosed(vector, &[])
        .near("keys/pinned")
        .says("The verifier has the key, but pins another.", "With pins, a key that is not listed is at best enclosed.")
}

/// A chain whose key changes after the second digest.
fn rotated(hour: usize, digest: &mut Digest) {
    if hour >= 2 {
        digest.signed_by(&US_EAST_1_NEXT);
    }
}

fn rotation() -> Vector {
    let old = key().valid(at("2026-01-30T01:04:20Z"), at("2026-03-01T02:30:00Z"));
    let new = Listed::key(&US_EAST_1_NEXT).valid(at("2026-03-01T01:30:00Z"), at("2026-03-31T01:30:00Z"));
    signed("keys/rotation", rotated)
        .keys(&[("rotation/us-east-1.json", &[old, new])])
        .says("The key is rotated in the middle; both are in one list.", "AWS rotates keys about every 20 days.")
}

fn rotation_in_one_file_unused() -> Vector {
    with_keys("keys/rotation-not-reached", "both/us-east-1.json", &[key(), Listed::key(&US_EAST_1_NEXT)])
        .codes(&["key.unused"])
        .importance(Medium)
        .says("The verifier's list holds a second key that no digest names.", "list-public-keys prints more keys than are needed.")
}

fn rotation_old_unknown() -> Vector {
    signed("keys/rotation-old-key-unknown", rotated)
        .keys(&[("new/us-east-1.json", &[Listed::key(&US_EAST_1_NEXT)])])
        .near("keys/rotation")
        .codes(&["digest.key.unknown"])
        .says(
            "The verifier has only the new key; the old digests are tied to it by hash links.",
            "A signed successor commits to its predecessor's hash, so the old key is not needed.",
        )
}

/// A rotation of which the archive encloses one key and the verifier has the other.
fn half_enclosed(id: &str, trusted: (&str, &TestKey), enclosed: &TestKey) -> Vector {
    let chain = trail().chain_with(&[2, 1, 0, 2, 1], rotated);
    let mut archive = Archive::of(&[&chain]);
    archive.put("public-keys.json", list(&[Listed::key(enclosed)]));
    Vector::new(id, &[&chain], archive).near("keys/rotation").keys(&[(trusted.0, &[Listed::key(trusted.1)])])
}

fn rotation_old_enclosed() -> Vector {
    half_enclosed("keys/rotation-old-key-enclosed", ("new/us-east-1.json", &US_EAST_1_NEXT), &US_EAST_1).says(
        "The verifier has the new key; the old one is only enclosed.",
        "An authenticated successor commits to the old digests by hash, so they are authenticated.",
    )
}

fn rotation_new_enclosed() -> Vector {
    let vector = half_enclosed("keys/rotation-new-key-enclosed", ("us-east-1.json", &US_EAST_1), &US_EAST_1_NEXT);
    only_enclosed(vector, &[]).importance(Critical).says(
        "The verifier has the old key; the new one is only enclosed.",
        "A forger can go on from a genuine digest with a key of his own.",
    )
}

fn other_region() -> Vector {
    with_keys("keys/file-of-another-region", "other-region/us-west-2.json", &[key()])
        .codes(&["digest.key.other_region"])
        .authenticity(Indeterminate)
        .says("The key comes from a file that states another region.", "Each region has its own keys.")
}

fn outside_validity() -> Vector {
    let old = key().valid(at("2026-01-01T00:00:00Z"), at("2026-01-31T00:00:00Z"));
    with_keys("keys/outside-validity", "expired/us-east-1.json", &[old])
        .codes(&["digest.key.outside_validity"])
        .authenticity(Indeterminate)
        .missed_by_validate_logs(&[15])
        .says("The key expired a month before the digests.", "A key that leaked after its rotation can still sign.")
}

/// The standard chain under a key that expires so long before the newest digest ends.
fn expired_before_the_end(id: &str, path: &str, before: Duration) -> Vector {
    let end = chain().newest().digest.end - before;
    with_keys(id, path, &[key().valid(end - Duration::days(30), end)])
}

fn validity_within_slack() -> Vector {
    expired_before_the_end("keys/validity-at-the-slack", "slack/us-east-1.json", Duration::hours(2))
        .says("The key expired two hours before the newest digest ends.", "Two hours of slack on each side, inclusive.")
}

fn validity_beyond_slack() -> Vector {
    let beyond = Duration::hours(2) + Duration::seconds(1);
    expired_before_the_end("keys/validity-beyond-the-slack", "beyond-slack/us-east-1.json", beyond)
        .near("keys/validity-at-the-slack")
        .codes(&["digest.key.outside_validity"])
        .authenticity(Indeterminate)
        .missed_by_validate_logs(&[15])
        .says("The key expired two hours and one second before the newest digest ends.", "The slack ends.")
}

/// A chain that the forger signed throughout.
fn forged(_hour: usize, digest: &mut Digest) {
    digest.signed_by(&STRANGER);
}

fn forger_unknown() -> Vector {
    unproved(signed("keys/forged-with-unknown-key", forged), &["key.unused"])
        .importance(Critical)
        .says("The whole chain is signed with a key that nobody knows.", "An unknown key proves nothing, and is not yet a forgery.")
}

fn forger_enclosed() -> Vector {
    let chain = trail().chain_with(&[2, 1, 0, 2, 1], forged);
    let mut archive = Archive::of(&[&chain]);
    archive.put("public-keys-us-east-1.json", list(&[Listed::key(&STRANGER)]));
    let vector = Vector::new("keys/forged-and-self-consistent", &[&chain], archive);
    only_enclosed(vector, &["key.unused"]).near("keys/forged-with-unknown-key").importance(Critical).says(
        "The whole chain is signed with a forger's key, which is enclosed.",
        "A forgery that is consistent with itself; only the verifier's own keys can tell.",
    )
}

fn forger_with_stolen_fingerprint() -> Vector {
    let chain = trail().chain_with(&[2, 1, 0, 2, 1], |_, digest| digest.signer = &STRANGER);
    let mut archive = Archive::without_metadata(&[&chain]);
    for sealed in &chain.digests {
        archive.sidecar(sealed);
    }
    Vector::new("keys/forged-under-a-genuine-fingerprint", &[&chain], archive)
        .near("baseline/account-trail")
        .codes(&["coverage.gap", "digest.signature.invalid", "log.unproved"])
        .integrity(Indeterminate)
        .authenticity(Failed)
        .continuity(Indeterminate)
        .coverage(Indeterminate)
        .importance(Critical)
        .says(
            "The whole chain is signed by a forger under the fingerprint of the genuine key; every digest has a sidecar.",
            "The fingerprint is an index; the signature decides.",
        )
}

fn forger_replaces_one_digest() -> Vector {
    let chain = chain();
    let mut digest = chain.digests[1].digest.clone();
    digest.logs.clear();
    digest.signed_by(&STRANGER);
    let forged = digest.seal();
    let mut archive = Archive::of(&[&chain]);
    archive.remove_hour(&chain.digests[1]);
    archive.digest(&forged);
    archive.sidecar(&forged);
    archive.put("public-keys-us-east-1.json", list(&[key(), Listed::key(&STRANGER)]));
    only_enclosed(
        Vector::new("keys/one-digest-signed-anew", &[&chain], archive),
        &["chain.link.hash_mismatch", "chain.link.signature_mismatch"],
    )
    .near("keys/trusted-and-enclosed")
    .continuity(Failed)
    .importance(Critical)
    .says(
        "A log is deleted and its digest written anew without it, signed by a forger whose key is enclosed.",
        "The digest is consistent with itself; the genuine successor contradicts it twice.",
    )
}

/// A key under a fingerprint that is not its own.
fn mislabelled(key: &TestKey, fingerprint: &str) -> Listed {
    Listed { fingerprint: Some(format!("\"{fingerprint}\"")), ..Listed::key(key) }
}

fn fingerprint_mismatch_refused() -> Vector {
    let entry = mislabelled(&EU_WEST_1, "00112233445566778899aabbccddeeff");
    with_keys("keys/fingerprint-mismatch-not-needed", "mislabelled-extra/us-east-1.json", &[key(), entry])
        .codes(&["key.fingerprint_mismatch"])
        .importance(Medium)
        .says("A second key of the verifier's list states a wrong fingerprint.", "The entry is refused; nothing needed it.")
}

fn fingerprint_mismatch_needed() -> Vector {
    let entry = mislabelled(&US_EAST_1, "00112233445566778899aabbccddeeff");
    let vector = with_keys("keys/fingerprint-mismatch-needed", "mislabelled/us-east-1.json", &[entry]);
    unproved(vector, &["key.fingerprint_mismatch"])
        .says("The only key of the verifier's list states a wrong fingerprint.", "The entry is refused, so the key is lacking.")
}

fn fingerprint_mismatch_enclosed() -> Vector {
    let entry = mislabelled(&STRANGER, &US_EAST_1.fingerprint());
    enclosing("keys/fingerprint-stolen-by-an-enclosed-key", "public-keys.json", &[entry])
        .codes(&["key.fingerprint_mismatch"])
        .authenticity(Failed)
        .importance(Critical)
        .missed_by_validate_logs(&[15])
        .says(
            "The sender encloses a key under the fingerprint of the genuine one.",
            "Somebody labelled a key with a fingerprint that digests name: no accident.",
        )
}

fn conflict() -> Vector {
    let keys = [include_bytes!("../../keys/collision-1.der"), include_bytes!("../../keys/collision-2.der")];
    let entries = keys.map(|der| Listed::der(der));
    assert_eq!(entries[0].fingerprint, entries[1].fingerprint);
    enclosing("keys/two-keys-one-fingerprint", "public-keys.json", &entries).codes(&["key.conflict"]).authenticity(Failed).says(
        "The sender encloses two different keys with one MD5.",
        "MD5 collisions can be made at will; no honest list holds one.",
    )
}

/// The standard chain with a weak key besides the one that is needed.
fn weak(id: &str, der: Vec<u8>) -> Vector {
    let path = format!("{}/us-east-1.json", id.strip_prefix("keys/").expect("the group"));
    with_keys(id, &path, &[key(), Listed::der(&der)]).codes(&["key.weak"]).missed_by_validate_logs(&[15]).importance(Medium).says(
        "A second key of the verifier's list has a modulus or an exponent that is not accepted.",
        "2048 to 8192 bits, odd modulus, odd exponent from 65537 to below 2^33; others are as if absent.",
    )
}

fn even(mut modulus: Vec<u8>) -> Vec<u8> {
    *modulus.last_mut().expect("bytes") &= 0xfe;
    modulus
}

fn weak_signer() -> Vector {
    let vector = signed("keys/weak-key-signed", |_, digest| digest.signed_by(&SHORT))
        .keys(&[("weak-signer/us-east-1.json", &[Listed::key(&SHORT)])]);
    unproved(vector, &["key.weak"])
        .near("keys/weak-1024-bits")
        .missed_by_validate_logs(&[15])
        .says("The digests are signed with a key of 1024 bits.", "Such a key can be factored; it is as if absent.")
}

/// The standard chain with a malformed key besides the one that is needed.
fn malformed(id: &str, edit: fn(&mut Listed)) -> Vector {
    let path = format!("{}/us-east-1.json", id.strip_prefix("keys/").expect("the group"));
    let mut entry = Listed::key(&EU_WEST_1);
    edit(&mut entry);
    with_keys(id, &path, &[key(), entry])
        .codes(&["key.malformed"])
        .importance(Medium)
        .says("A second key of the verifier's list cannot be read.", "It is named; nothing needed it.")
}

fn broken_enclosed_list() -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    archive.put("public-keys-us-east-1.json", "Unable to locate credentials\n");
    Vector::new("keys/enclosed-list-is-an-error-message", &[&chain], archive)
        .near("keys/trusted-and-enclosed")
        .codes(&["metadata.malformed"])
        .importance(Medium)
        .says("The enclosed key list is an error message.", "A list that cannot be read is named; nothing needed it.")
}

fn unused() -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    archive.put("public-keys-eu-west-1.json", list(&[Listed::key(&EU_WEST_1)]));
    Vector::new("keys/enclosed-and-unused", &[&chain], archive)
        .near("keys/trusted-and-enclosed")
        .codes(&["key.unused"])
        .importance(Medium)
        .says("The sender encloses the key of a region without digests.", "It is named and vouches for nothing.")
}
