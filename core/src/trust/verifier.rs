//! RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2.2) by other people's libraries: AWS-LC, and `rsa` where there is only WebAssembly.
//! What keys and signatures are tried at all is decided before, for both alike. Builds with debug assertions, which are those of the
//! tests and of fuzzing, ask both and hold one against the other.

#[cfg(not(target_family = "wasm"))]
use aws_lc_rs::{digest, signature};
#[cfg(any(target_family = "wasm", debug_assertions))]
use rsa::{
    BoxedUint, RsaPublicKey,
    pkcs1v15::{Signature, VerifyingKey},
    signature::hazmat::PrehashVerifier,
};

/// A public key, ready to verify.
#[derive(Clone, Debug)]
pub(super) struct Verifier {
    #[cfg(not(target_family = "wasm"))]
    native: signature::ParsedPublicKey,
    #[cfg(any(target_family = "wasm", debug_assertions))]
    portable: VerifyingKey<sha2::Sha256>,
}

impl Verifier {
    /// A key from its modulus of so many bits and its exponent, both big-endian without leading zeros.
    pub(super) fn new(modulus: &[u8], bits: u32, exponent: &[u8]) -> Result<Self, String> {
        debug_assert_eq!(bits.div_ceil(8) as usize, modulus.len());
        Ok(Self {
            #[cfg(not(target_family = "wasm"))]
            native: signature::RsaPublicKeyComponents { n: modulus, e: exponent }
                .to_parsed_public_key(&signature::RSA_PKCS1_2048_8192_SHA256)
                .map_err(|error| error.to_string())?,
            #[cfg(any(target_family = "wasm", debug_assertions))]
            portable: portable(modulus, bits, exponent).map_err(|error| error.to_string())?,
        })
    }

    /// True if the signature is that of a message with this hash.
    pub(super) fn verifies(&self, message_sha256: &[u8; 32], signature: &[u8]) -> bool {
        #[cfg(not(target_family = "wasm"))]
        let verifies = digest::Digest::import_less_safe(message_sha256, &digest::SHA256)
            .is_ok_and(|digest| self.native.verify_digest_sig(&digest, signature).is_ok());
        #[cfg(any(target_family = "wasm", debug_assertions))]
        let of_portable =
            Signature::try_from(signature).is_ok_and(|signature| self.portable.verify_prehash(message_sha256, &signature).is_ok());
        #[cfg(target_family = "wasm")]
        let verifies = of_portable;
        #[cfg(all(not(target_family = "wasm"), debug_assertions))]
        assert_eq!(verifies, of_portable, "two libraries disagree about a signature");
        verifies
    }
}

#[cfg(any(target_family = "wasm", debug_assertions))]
fn portable(modulus: &[u8], bits: u32, exponent: &[u8]) -> Result<VerifyingKey<sha2::Sha256>, Box<dyn std::error::Error>> {
    let modulus = BoxedUint::from_be_slice(modulus, bits.next_multiple_of(64))?;
    let exponent = BoxedUint::from_be_slice(exponent, 64)?;
    Ok(VerifyingKey::new(RsaPublicKey::new(modulus, exponent)?))
}
