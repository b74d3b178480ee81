//! Signatures that are wrong, malformed, missing or of another kind.

use super::{chain, quiet_end, trail};
use crate::archive::Archive;
use crate::digest::{Digest, Sealed};
use crate::keys::{STRANGER, US_EAST_1};
use crate::trail::Chain;
use crate::vector::Importance::Critical;
use crate::vector::Vector;
use crate::vector::Verdict::{Failed, Indeterminate};

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    vec![
        digest_altered(),
        silent_digest_altered(),
        newest_digest_altered(),
        sidecar_of_nonsense(),
        signed_by_a_stranger(),
        first_forged_digest_in_a_chain(),
        signed_text_with_crlf(),
        signature_sidecar("signatures/not-hex", |hex| hex.replacen(|c: char| c.is_ascii_digit(), "g", 1)),
        signature_sidecar("signatures/one-digit-short", |hex| hex[1..].to_owned()),
        signature_sidecar("signatures/one-byte-long", |hex| format!("00{hex}")),
        signature_sidecar("signatures/three-lines-in-one", |hex| hex.repeat(3)),
        signature_sidecar("signatures/empty", |_| String::new()),
        malformed_without_a_key(),
        malformed_beside_another_without_a_key(),
        algorithm_in_the_digest(),
        algorithm_in_the_metadata(),
        algorithm_in_mid_chain(),
        sidecar_proves_what_the_successor_does_not_quote(),
    ]
}

/// The consequences of one invalid digest among signed ones.
fn invalid(vector: Vector, codes: &[&str]) -> Vector {
    vector
        .codes(&[codes, &["coverage.gap", "digest.signature.invalid"]].concat())
        .authenticity(Failed)
        .coverage(Indeterminate)
        .importance(Critical)
}

fn digest_altered() -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    archive.replace(chain.key(1), "\"newestEventTime\":\"2026-03-01T01", "\"newestEventTime\":\"2026-03-01T02");
    invalid(Vector::new("signatures/digest-altered", &[&chain], archive), &["chain.link.hash_mismatch", "log.unproved"])
        .near("baseline/account-trail")
        .integrity(Indeterminate)
        .continuity(Failed)
        .says(
            "A digest in the middle is altered after it was signed.",
            "Its signature, which its successor quotes, does not verify, and the successor's hash contradicts it.",
        )
}

fn silent_digest_altered() -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    archive.replace(chain.key(2), "\"logFiles\":[]", "\"logFiles\":[ ]");
    invalid(Vector::new("signatures/silent-digest-altered", &[&chain], archive), &["chain.link.hash_mismatch"])
        .near("signatures/digest-altered")
        .continuity(Failed)
        .says("A space is added to a digest without logs.", "The bytes are signed, not their meaning. No log hangs on it.")
}

/// A chain with a silent end, a sidecar for the two newest digests, and an edit of the newest digest's file or sidecar.
fn silent_newest(id: &str, edit: impl FnOnce(&Chain, &mut Archive)) -> Vector {
    let chain = quiet_end();
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[2]);
    edit(&chain, &mut archive);
    Vector::new(id, &[&chain], archive).near("baseline/account-trail")
}

fn newest_digest_altered() -> Vector {
    let vector = silent_newest("signatures/newest-digest-altered", |chain, archive| {
        archive.replace(chain.key(3), "\"logFiles\":[]", "\"logFiles\":[ ]");
    });
    invalid(vector, &[]).near("signatures/silent-digest-altered").says(
        "A space is added to the newest digest, a silent one with a sidecar.",
        "No successor commits to it; its own signature contradicts it.",
    )
}

fn sidecar_of_nonsense() -> Vector {
    let vector = silent_newest("signatures/random-signature", |chain, archive| {
        let sealed = chain.newest();
        archive.remove(&crate::archive::sidecar_path(sealed));
        archive.sidecar_with(sealed, &[("signature".into(), format!("1{}", "5a".repeat(256).split_off(1)))]);
    });
    invalid(vector, &[])
        .says("The newest digest's sidecar holds 256 bytes that are no signature.", "Hex of the right length, and wrong.")
}

fn signed_by_a_stranger() -> Vector {
    let chain = trail().chain_with(&[2, 1, 2, 0], |hour, digest| {
        if hour == 3 {
            digest.signer = &STRANGER;
        }
    });
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[2]);
    invalid(Vector::new("signatures/newest-signed-by-a-stranger", &[&chain], archive), &[]).near("baseline/account-trail").says(
        "A digest signed by another key, under the genuine fingerprint, was put at the end.",
        "The fingerprint is an index; the signature decides.",
    )
}

fn first_forged_digest_in_a_chain() -> Vector {
    let chain = trail().chain_with(&[1, 1, 0, 0], |hour, digest| {
        if hour >= 2 {
            digest.signer = &STRANGER;
        }
    });
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[1]);
    invalid(
        Vector::new("signatures/two-newest-signed-by-a-stranger", &[&chain], archive),
        &["digest.signature.missing"],
    )
    .near("signatures/newest-signed-by-a-stranger")
    .says(
        "The two newest digests are signed by another key; only the newest has a sidecar.",
        "A wrong signature that an invalid successor quotes says nothing of the predecessor: its signature is missing, not invalid.",
    )
}

fn signed_text_with_crlf() -> Vector {
    let vector = silent_newest("signatures/signed-text-with-crlf", |chain, archive| {
        let Sealed { digest, text, .. } = chain.newest();
        let Digest { end, bucket, key, previous, .. } = digest;
        let signed = format!(
            "{}\r\n{bucket}/{key}\r\n{}\r\n{}",
            crate::time::iso(*end),
            crate::digest::sha256(text.as_bytes()),
            previous.as_ref().expect("a predecessor").signature,
        );
        archive.remove(&crate::archive::sidecar_path(chain.newest()));
        archive.sidecar_with(chain.newest(), &[("signature".into(), US_EAST_1.sign(&signed))]);
    });
    invalid(vector, &[]).says(
        "The newest digest's signature is over a text with CRLF, by the genuine key.",
        "AWS's Java sample builds such a text on Windows; AWS signs with LF.",
    )
}

fn signature_sidecar(id: &str, edit: impl FnOnce(&str) -> String) -> Vector {
    silent_newest(id, |chain, archive| {
        let sealed = chain.newest();
        archive.remove(&crate::archive::sidecar_path(sealed));
        archive.sidecar_with(sealed, &[("signature".into(), edit(&sealed.signature))]);
    })
    .codes(&["coverage.gap", "digest.signature.malformed"])
    .authenticity(Failed)
    .coverage(Indeterminate)
    .says(
        "The newest digest's sidecar holds text that is not hex of the modulus's length.",
        "Such a text cannot be the signature; it is not missing either.",
    )
}

fn malformed_beside_another_without_a_key() -> Vector {
    let chain = super::chain();
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar_with(&chain.digests[2], &[("signature".into(), "none".into())]);
    Vector::new("signatures/not-hex-beside-another-and-no-key", &[&chain], archive)
        .near("keys/none")
        .keys(&[])
        .codes(&["chain.link.signature_mismatch", "coverage.gap", "digest.key.unknown", "log.unproved"])
        .integrity(Indeterminate)
        .authenticity(Indeterminate)
        .continuity(Failed)
        .coverage(Indeterminate)
        .says(
            "Nobody has a key, and a digest's sidecar holds no hexadecimal; the signature that its successor quotes may be genuine.",
            "Two sources contradict each other, but what could be tried has not been tried: without a key nothing is invalid.",
        )
}

fn malformed_without_a_key() -> Vector {
    let chain = trail().chain(&[0]);
    let mut archive = Archive::without_metadata(&[&chain]);
    archive.sidecar_with(chain.newest(), &[("signature".into(), "see the console".into())]);
    Vector::new("signatures/not-hex-and-no-key", &[&chain], archive)
        .near("signatures/not-hex")
        .keys(&[])
        .codes(&["coverage.gap", "digest.key.unknown", "digest.signature.malformed"])
        .integrity(Indeterminate)
        .authenticity(Failed)
        .continuity(Indeterminate)
        .coverage(Indeterminate)
        .says("The only digest's sidecar holds prose, and nobody has a key.", "One sees without a key that prose is no signature.")
}

fn algorithm_in_the_digest() -> Vector {
    let chain = trail().chain_with(&[2, 1, 2, 0], |hour, digest| {
        if hour == 3 {
            digest.algorithm = "SHA512withRSA".to_owned();
        }
    });
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[2]);
    unsupported(Vector::new("signatures/algorithm-in-the-digest", &[&chain], archive)).says(
        "The newest digest, a silent one, names another algorithm for its signature.",
        "validate-logs reads the field and ignores its value.",
    )
}

/// The consequences of an algorithm that is not supported, in the newest digest, a silent one.
fn unsupported(vector: Vector) -> Vector {
    vector
        .near("baseline/account-trail")
        .codes(&["coverage.gap", "digest.algorithm.unsupported"])
        .authenticity(Indeterminate)
        .coverage(Indeterminate)
        .missed_by_validate_logs(&[14])
}

fn algorithm_in_the_metadata() -> Vector {
    unsupported(silent_newest("signatures/algorithm-in-the-metadata", |chain, archive| {
        let sealed = chain.newest();
        archive.remove(&crate::archive::sidecar_path(sealed));
        archive.sidecar_with(
            sealed,
            &[("signature".into(), sealed.signature.clone()), ("signature-algorithm".into(), "SHA1withRSA".into())],
        );
    }))
    .says(
        "The newest digest's sidecar names another algorithm for its signature.",
        "validate-logs asks only whether the field is there.",
    )
}

fn algorithm_in_mid_chain() -> Vector {
    let chain = trail().chain_with(&[2, 1, 0, 2, 1], |hour, digest| {
        if hour == 1 {
            digest.algorithm = "SHA512withRSA".to_owned();
        }
    });
    Vector::new("signatures/algorithm-in-mid-chain", &[&chain], Archive::of(&[&chain]))
        .near("signatures/algorithm-in-the-digest")
        .codes(&["digest.algorithm.unsupported"])
        .authenticity(Indeterminate)
        .missed_by_validate_logs(&[14])
        .says(
            "A digest in the middle names another algorithm for its signature.",
            "Its signature is not tried, but its signed successor commits to its hash: its logs and its hour are proved.",
        )
}

fn sidecar_proves_what_the_successor_does_not_quote() -> Vector {
    let chain = trail().chain_with(&[2, 1, 0, 2, 1], |hour, digest| {
        if hour == 2 {
            let wrong = digest.link().signature.replacen(|c: char| c != '7', "7", 1);
            digest.link().signature = wrong;
        }
    });
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[1]);
    Vector::new("signatures/successor-quotes-another", &[&chain], archive)
        .near("baseline/account-trail")
        .missed_by_validate_logs(&[11])
        .codes(&["chain.link.signature_mismatch"])
        .continuity(Failed)
        .says(
            "A signed digest quotes another signature of its predecessor than the predecessor's sidecar holds.",
            "The sidecar's verifies, so the digest is signed; the link by signature is broken.",
        )
}
