//! What names bytes: SHA-256, and the MD5 by which AWS names keys.

use md5::Md5;
use sha2::{Digest as _, Sha256};

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

/// AWS's fingerprint of a key: the MD5 of its DER bytes as given, in lower-case hexadecimal. An index, no proof.
pub fn fingerprint(der: &[u8]) -> String {
    hex::encode(Md5::digest(der))
}
