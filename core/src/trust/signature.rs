//! What a key vouches for. The only module that can call anything [`Authentic`].

use serde::{Deserialize, Serialize};

use crate::terms::reason::Reason;
use crate::trust::rsa::PublicKey;

/// The bytes of a signature, or what was given in their place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Signature {
    /// Hexadecimal, in any case.
    Bytes(Box<[u8]>),
    /// Something else, in its printable form.
    NotHex(String),
}

/// A stated [`Signature`], borrowed from where it is kept.
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
            _ => Self::NotHex(crate::bytes::text::printable(text.as_bytes()).chars().take(80).collect()),
        }
    }
}

impl SignatureRef<'_> {
    /// The first eight bytes of the signature in hexadecimal, to tell signatures apart in a report; empty if it is none.
    pub(crate) fn abbreviated(&self) -> String {
        match self {
            Self::Bytes(bytes) => hex::encode(bytes.get(..8).unwrap_or(bytes)),
            Self::NotHex(_) => String::new(),
        }
    }

    /// What it looks like.
    pub(crate) fn form(&self) -> Reason {
        match self {
            Self::Bytes(bytes) => Reason::SignatureBytes { bytes: bytes.len() as u64 },
            Self::NotHex("") => Reason::SignatureEmpty,
            // It may have been cut off behind a blank.
            Self::NotHex(text) => Reason::SignatureNoHex { text: text.trim_end().to_owned() },
        }
    }
}

/// Whether a signature is that of a message; made only by checking it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checked {
    message_sha256: [u8; 32],
    verifies: bool,
}

impl Checked {
    /// Checks a signature: does the RSA arithmetic.
    pub(crate) fn new(key: &PublicKey, message_sha256: [u8; 32], signature: &[u8]) -> Self {
        Self { message_sha256, verifies: key.verifies(&message_sha256, signature) }
    }
}

/// Something whose bytes a key of AWS's signs.
pub(crate) trait Signed {
    /// The SHA-256 of what is signed: not of its bytes, but of a text that names their hash.
    fn message_sha256(&self) -> [u8; 32];
}

/// Something that names the hash of another's bytes.
pub(crate) trait Commits<T> {
    /// True if it names the hash of the other's bytes.
    fn commits_to(&self, other: &T) -> bool;
}

/// What made something authentic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// A signature, under the key with this number.
    Signature { key: usize },
    /// The hash in something that is authentic.
    HashLink,
}

/// Something that a key vouches for, directly or through others; made only by a check that succeeded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Authentic<T> {
    subject: T,
    route: Route,
}

impl<T: Signed> Authentic<T> {
    /// Makes that authentic of which a signature verified, and nothing else.
    pub(crate) fn by_signature(subject: T, checked: &Checked, key: usize) -> Option<Self> {
        (checked.verifies && checked.message_sha256 == subject.message_sha256())
            .then_some(Self { subject, route: Route::Signature { key } })
    }
}

impl<T> Authentic<T> {
    /// Makes that authentic to whose bytes something authentic commits.
    pub(crate) fn by_hash_link<U: Commits<T>>(source: &Authentic<U>, subject: T) -> Option<Self> {
        source.subject.commits_to(&subject).then_some(Self { subject, route: Route::HashLink })
    }

    pub(crate) fn route(&self) -> Route {
        self.route
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_compared_as_bytes() {
        assert_eq!(Signature::from_hex("AbCd"), Signature::from_hex("aBcD"));
        assert!(matches!(Signature::from_hex("abc"), Signature::NotHex(_)));
        assert!(matches!(Signature::from_hex(""), Signature::NotHex(_)));
        assert!(matches!(Signature::from_hex("zz\n"), Signature::NotHex(text) if text == "zz%0A"));
    }

    #[test]
    fn signatures_are_told_apart_by_their_first_bytes() {
        assert_eq!(Signature::from_hex(&"0123456789abcdef".repeat(32)).borrowed().abbreviated(), "0123456789abcdef");
        assert_eq!(Signature::from_hex("zz\n").borrowed().form().to_string(), "it is not hexadecimal: zz%0A");
    }
}
