//! RSA public keys.

use pkcs1::der::Decode;
use serde::{Deserialize, Serialize};

use crate::terms::reason::Reason;
use crate::trust::verifier::Verifier;

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
    Malformed,
    /// An RSA key outside the bounds.
    Weak(Reason),
}

impl PublicKey {
    /// Reads the DER bytes of a PKCS#1 `RSAPublicKey` (RFC 8017, A.1.1) or of a `SubjectPublicKeyInfo` that holds one (RFC 5280, 4.1).
    ///
    /// # Errors
    ///
    /// What is wrong with the key.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyProblem> {
        let inner = match spki::SubjectPublicKeyInfoRef::from_der(der) {
            Ok(info) => {
                info.algorithm.assert_algorithm_oid(pkcs1::ALGORITHM_OID).map_err(|_| KeyProblem::Malformed)?;
                info.subject_public_key.as_bytes().ok_or(KeyProblem::Malformed)?
            }
            Err(_) => der,
        };
        let key = pkcs1::RsaPublicKeyRef::from_der(inner).map_err(|_| KeyProblem::Malformed)?;
        let (modulus, exponent) = (key.modulus.as_bytes(), key.public_exponent.as_bytes());
        let bits = bit_length(modulus);
        if !(2048..=8192).contains(&bits) {
            return Err(KeyProblem::Weak(Reason::KeyBits { bits: bits.into() }));
        }
        if modulus.last().is_none_or(|byte| byte % 2 == 0) {
            return Err(KeyProblem::Weak(Reason::KeyEven));
        }
        let value = exponent.iter().try_fold(0_u64, |value, byte| value.checked_mul(256)?.checked_add(u64::from(*byte)));
        if value.is_none_or(|value| value % 2 == 0 || !(65_537..1 << 33).contains(&value)) {
            return Err(KeyProblem::Weak(Reason::KeyExponent));
        }
        let verifier = Verifier::new(modulus, bits, exponent).map_err(|_| KeyProblem::Malformed)?;
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
