//! The string that AWS signs, and the RSA check. The only module that can call anything [`Authentic`], and with its own `verifier`
//! the only one that names a library for RSA.

mod verifier;

use md5::Md5;
use pkcs1::der::Decode;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::examine::packed::Digest;
use verifier::Verifier;

/// The SHA-256 of some bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A hash in lower-case hexadecimal, without memory of its own: each file needs it several times.
pub(crate) fn lower_hex(sha256: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    // The lengths fit.
    let _ = hex::encode_to_slice(sha256, &mut text);
    text
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

/// The bytes of a signature, or what was given in their place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Signature {
    /// Hexadecimal, in any case.
    Bytes(Box<[u8]>),
    /// Something else, in its printable form.
    NotHex(String),
}

/// The same where it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureRef<'a> {
    Bytes(&'a [u8]),
    NotHex(&'a str),
}

impl Signature {
    pub(crate) fn borrowed(&self) -> SignatureRef<'_> {
        match self {
            Self::Bytes(bytes) => SignatureRef::Bytes(bytes),
            Self::NotHex(text) => SignatureRef::NotHex(text),
        }
    }

    pub(crate) fn from_hex(text: &str) -> Self {
        let mut bytes: Box<[u8]> = vec![0; text.len() / 2].into();
        // Of all that is read in hexadecimal, signatures are the long ones; `hex` takes a fifth of RSA's time for one.
        let is_read = base16ct::mixed::decode(text, &mut bytes).is_ok();
        match bytes {
            bytes if is_read && !bytes.is_empty() => Self::Bytes(bytes),
            _ => Self::NotHex(crate::entry::printable(text.as_bytes()).chars().take(80).collect()),
        }
    }
}

impl SignatureRef<'_> {
    /// Its first bytes, to tell signatures apart in a report.
    pub(crate) fn abbreviated(&self) -> String {
        match self {
            Self::Bytes(bytes) => format!("{}… ({} bytes)", hex::encode(bytes.get(..8).unwrap_or(bytes)), bytes.len()),
            Self::NotHex("") => "not hexadecimal, but empty".to_owned(),
            // It may have been cut off behind a blank.
            Self::NotHex(text) => format!("not hexadecimal: {}", text.trim_end()),
        }
    }
}

/// An RSA public key that is accepted: 2048 to 8192 bits, odd modulus, odd exponent 65537 ≤ e < 2³³.
#[derive(Clone, Debug)]
pub struct PublicKey {
    verifier: Verifier,
    bits: u32,
}

/// Why bytes are no accepted key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyProblem {
    /// Neither a PKCS#1 `RSAPublicKey` nor a `SubjectPublicKeyInfo` of one.
    Malformed(String),
    /// An RSA key outside the bounds.
    Weak(String),
}

impl PublicKey {
    /// Reads the DER bytes of a PKCS#1 `RSAPublicKey` (RFC 8017, A.1.1) or of a `SubjectPublicKeyInfo` that holds one (RFC 5280, 4.1).
    ///
    /// # Errors
    ///
    /// What is wrong with the key.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyProblem> {
        let malformed = |error: &dyn std::fmt::Display| KeyProblem::Malformed(error.to_string());
        let inner = match spki::SubjectPublicKeyInfoRef::from_der(der) {
            Ok(info) => {
                info.algorithm.assert_algorithm_oid(pkcs1::ALGORITHM_OID).map_err(|error| malformed(&error))?;
                info.subject_public_key.as_bytes().ok_or_else(|| malformed(&"the key's bit string has unused bits"))?
            }
            Err(_) => der,
        };
        let key = pkcs1::RsaPublicKeyRef::from_der(inner).map_err(|error| malformed(&error))?;
        let (modulus, exponent) = (key.modulus.as_bytes(), key.public_exponent.as_bytes());
        let bits = bit_length(modulus);
        if !(2048..=8192).contains(&bits) {
            return Err(KeyProblem::Weak(format!("{bits} bits")));
        }
        if modulus.last().is_none_or(|byte| byte % 2 == 0) {
            return Err(KeyProblem::Weak("even modulus".to_owned()));
        }
        let value = exponent.iter().try_fold(0_u64, |value, byte| value.checked_mul(256)?.checked_add(u64::from(*byte)));
        if value.is_none_or(|value| value % 2 == 0 || !(65_537..1 << 33).contains(&value)) {
            return Err(KeyProblem::Weak("exponent out of bounds".to_owned()));
        }
        let verifier = Verifier::new(modulus, bits, exponent).map_err(|error| malformed(&error))?;
        Ok(Self { verifier, bits })
    }

    /// Bits of the modulus.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// Bytes of a signature: those of the modulus.
    pub fn signature_bytes(&self) -> usize {
        (self.bits as usize).div_ceil(8)
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2.2) over a message whose SHA-256 is given.
    pub fn verifies(&self, message_sha256: &[u8; 32], signature: &[u8]) -> bool {
        signature.len() == self.signature_bytes() && self.verifier.verifies(message_sha256, signature)
    }
}

fn bit_length(big_endian: &[u8]) -> u32 {
    let trimmed = big_endian.iter().position(|byte| *byte != 0).and_then(|start| big_endian.get(start..)).unwrap_or_default();
    let leading = trimmed.first().map_or(0, |byte| byte.leading_zeros());
    u32::try_from(trimmed.len()).unwrap_or(u32::MAX).saturating_mul(8).saturating_sub(leading)
}

/// AWS's fingerprint of a key: the MD5 of its DER bytes as given, in lower-case hexadecimal. An index, no proof.
pub fn fingerprint(der: &[u8]) -> String {
    hex::encode(Md5::digest(der))
}

/// Whether a signature is that of a message; made only by checking it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checked {
    message_sha256: [u8; 32],
    verifies: bool,
}

impl Checked {
    /// Does the RSA arithmetic.
    pub(crate) fn new(key: &PublicKey, message_sha256: [u8; 32], signature: &[u8]) -> Self {
        Self { message_sha256, verifies: key.verifies(&message_sha256, signature) }
    }
}

/// What made a digest authentic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// A signature from its metadata or from a successor, under the key with this number.
    Signature { key: usize },
    /// The hash in a signed successor.
    HashLink,
}

/// A digest that a key vouches for, directly or through its successors; made only by a check that succeeded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Authentic<'a> {
    digest: Digest<'a>,
    route: Route,
}

impl<'a> Authentic<'a> {
    /// A digest whose signature verified.
    pub(crate) fn by_signature(digest: Digest<'a>, checked: &Checked, key: usize) -> Option<Self> {
        (checked.verifies && checked.message_sha256 == digest.string_to_sign_sha256())
            .then_some(Self { digest, route: Route::Signature { key } })
    }

    /// A digest to whose bytes an authentic successor commits.
    pub(crate) fn by_hash_link(successor: &Self, digest: Digest<'a>) -> Option<Self> {
        let previous = successor.digest.previous()?;
        (previous.sha256 == Some(digest.sha256())).then_some(Self { digest, route: Route::HashLink })
    }

    pub(crate) fn route(&self) -> Route {
        self.route
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_string_to_sign_is_four_lines() {
        let content = sha256(b"abc");
        let expected = "a\nb/c\nba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\nnull";
        assert_eq!(string_to_sign_sha256("a", "b", "c", &content, None), sha256(expected.as_bytes()));
        let with_previous = expected.replace("null", "ABcd");
        assert_eq!(string_to_sign_sha256("a", "b", "c", &content, Some("ABcd")), sha256(with_previous.as_bytes()));
    }

    #[test]
    fn signatures_are_compared_as_bytes() {
        assert_eq!(Signature::from_hex("AbCd"), Signature::from_hex("aBcD"));
        assert!(matches!(Signature::from_hex("abc"), Signature::NotHex(_)));
        assert!(matches!(Signature::from_hex(""), Signature::NotHex(_)));
        assert!(matches!(Signature::from_hex("zz\n"), Signature::NotHex(text) if text == "zz%0A"));
    }

    #[test]
    fn signatures_are_told_apart_by_their_first_bytes() {
        assert_eq!(Signature::from_hex(&"0123456789abcdef".repeat(32)).borrowed().abbreviated(), "0123456789abcdef… (256 bytes)");
        assert_eq!(Signature::from_hex("zz\n").borrowed().abbreviated(), "not hexadecimal: zz%0A");
    }
}
