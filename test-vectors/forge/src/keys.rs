//! The published test keys, and key lists as `aws cloudtrail list-public-keys` prints them.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{LazyLock, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use md5::{Digest as _, Md5};
use num_bigint::BigUint;
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _};
use rsa::signature::{SignatureEncoding as _, Signer as _};
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use rsa::{BoxedUint, RsaPrivateKey};
use sha2::Sha256;

use crate::time::at;

/// A pair of keys, published on purpose: it protects nothing.
pub struct TestKey {
    signer: SigningKey<Sha256>,
    /// PKCS#1 DER of the public half, as AWS prints it.
    pub pkcs1: Vec<u8>,
    /// The same key as SubjectPublicKeyInfo.
    pub spki: Vec<u8>,
}

impl TestKey {
    fn load(pem: &str) -> Self {
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = BASE64.decode(base64).expect("base64 in a PEM file");
        let private = RsaPrivateKey::from_pkcs8_der(&der).expect("a PKCS#8 key");
        let public = private.to_public_key();
        Self {
            pkcs1: public.to_pkcs1_der().expect("PKCS#1").as_bytes().to_vec(),
            spki: public.to_public_key_der().expect("SPKI").as_bytes().to_vec(),
            signer: SigningKey::new(private),
        }
    }

    /// The signature of a text, in lower-case hex. Signing takes a while, and a property asks for the same ones again and again.
    pub fn sign(&self, text: &str) -> String {
        static SIGNED: LazyLock<Mutex<HashMap<[u8; 32], String>>> = LazyLock::new(Mutex::default);
        let question = Sha256::new().chain_update(&self.pkcs1).chain_update(text).finalize().into();
        let known = SIGNED.lock().expect("no panic while it is locked").get(&question).cloned();
        known.unwrap_or_else(|| {
            let signature = hex::encode(self.signer.sign(text.as_bytes()).to_bytes());
            SIGNED.lock().expect("no panic while it is locked").insert(question, signature.clone());
            signature
        })
    }

    /// The private operation on a block of any form, which no honest signer does (RFC 8017, 5.2.1).
    pub fn raw(&self, block: &[u8]) -> Vec<u8> {
        let key: &RsaPrivateKey = self.signer.as_ref();
        let number = |value: &BoxedUint| BigUint::from_bytes_be(&value.to_be_bytes());
        let signature = BigUint::from_bytes_be(block).modpow(&number(key.d()), &number(key.n())).to_bytes_be();
        let mut padded = vec![0; key.size().saturating_sub(signature.len())];
        padded.extend(signature);
        padded
    }

    /// The block that a signature opens to.
    pub fn opened(&self, signature: &str) -> Vec<u8> {
        let key: &RsaPrivateKey = self.signer.as_ref();
        let signature = BigUint::from_bytes_be(&hex::decode(signature).expect("hex"));
        let modulus = BigUint::from_bytes_be(&key.n().to_be_bytes());
        let block = signature.modpow(&BigUint::from(65_537_u32), &modulus).to_bytes_be();
        [vec![0; key.size().saturating_sub(block.len())], block].concat()
    }

    /// A signature plus the modulus, if that is no longer than the modulus: it opens to the same block.
    pub fn plus_modulus(&self, signature: &str) -> Option<String> {
        let key: &RsaPrivateKey = self.signer.as_ref();
        let signature = BigUint::from_bytes_be(&hex::decode(signature).expect("hex"));
        let sum = (signature + BigUint::from_bytes_be(&key.n().to_be_bytes())).to_bytes_be();
        (sum.len() == key.size()).then(|| hex::encode(sum))
    }

    /// The fingerprint under which AWS lists the key.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.pkcs1)
    }

    /// The SHA-256 of the key as given, the form of a pin.
    pub fn pin(&self) -> String {
        hex::encode(Sha256::digest(&self.pkcs1))
    }
}

/// AWS's fingerprint of a key: the MD5 of its DER bytes.
pub fn fingerprint(der: &[u8]) -> String {
    hex::encode(Md5::digest(der))
}

macro_rules! test_keys {
    ($($(#[$doc:meta])* $name:ident = $file:literal;)*) => {
        $($(#[$doc])* pub static $name: LazyLock<TestKey> =
            LazyLock::new(|| TestKey::load(include_str!(concat!("../keys/", $file, ".pem"))));)*
    };
}

test_keys! {
    /// The key of us-east-1.
    US_EAST_1 = "us-east-1-a";
    /// The key of us-east-1 after its rotation.
    US_EAST_1_NEXT = "us-east-1-b";
    /// The key of us-west-2.
    US_WEST_2 = "us-west-2";
    /// The key of eu-central-1.
    EU_CENTRAL_1 = "eu-central-1";
    /// The key of eu-west-1.
    EU_WEST_1 = "eu-west-1";
    /// A forger's key.
    STRANGER = "stranger";
    /// A longer key than AWS uses.
    LONG = "long-4096";
    /// A key that is too short to be accepted.
    SHORT = "short-1024";
}

/// The key that signs in a region.
pub fn of_region(region: &str) -> &'static TestKey {
    match region {
        "us-east-1" => &US_EAST_1,
        "us-west-2" => &US_WEST_2,
        "eu-central-1" => &EU_CENTRAL_1,
        "eu-west-1" => &EU_WEST_1,
        other => panic!("no test key for {other}"),
    }
}

/// One entry of a key list; the fields hold JSON, so that they can also hold what AWS would not write.
#[derive(Clone)]
pub struct Listed {
    /// `Value`.
    pub value: String,
    /// `ValidityStartTime`.
    pub start: Option<String>,
    /// `ValidityEndTime`.
    pub end: Option<String>,
    /// `Fingerprint`.
    pub fingerprint: Option<String>,
}

impl Listed {
    /// A key in DER with the usual validity, 30 days around the digests of the vectors.
    pub fn der(der: &[u8]) -> Self {
        Self {
            value: format!("\"{}\"", BASE64.encode(der)),
            start: None,
            end: None,
            fingerprint: Some(format!("\"{}\"", fingerprint(der))),
        }
        .valid(at("2026-02-15T01:04:20Z"), at("2026-03-17T01:04:20Z"))
    }

    /// A test key with the usual validity.
    pub fn key(key: &TestKey) -> Self {
        Self::der(&key.pkcs1)
    }

    /// Another validity, written as AWS CLI 2 does.
    pub fn valid(self, start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        let iso = |time: DateTime<Utc>| format!("\"{}\"", time.format("%Y-%m-%dT%H:%M:%S+00:00"));
        self.times(&iso(start), &iso(end))
    }

    /// Another validity, in any JSON.
    pub fn times(mut self, start: &str, end: &str) -> Self {
        self.start = Some(start.to_owned());
        self.end = Some(end.to_owned());
        self
    }

    fn json(&self) -> String {
        let fields = [
            ("Value", Some(&self.value)),
            ("ValidityStartTime", self.start.as_ref()),
            ("ValidityEndTime", self.end.as_ref()),
            ("Fingerprint", self.fingerprint.as_ref()),
        ];
        let lines: Vec<String> =
            fields.into_iter().filter_map(|(name, json)| Some(format!("            \"{name}\": {}", json?))).collect();
        format!("        {{\n{}\n        }}", lines.join(",\n"))
    }
}

/// A key list as the AWS CLI prints it.
pub fn list(entries: &[Listed]) -> Vec<u8> {
    list_under("PublicKeyList", entries)
}

/// A key list under another top key.
pub fn list_under(top: &str, entries: &[Listed]) -> Vec<u8> {
    let entries: Vec<String> = entries.iter().map(Listed::json).collect();
    format!("{{\n    \"{top}\": [\n{}\n    ]\n}}\n", entries.join(",\n")).into_bytes()
}

/// PKCS#1 DER of a public key with any modulus and exponent (big-endian), for keys that no key generator makes.
pub fn pkcs1(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let integers = [der(2, &unsigned(modulus)), der(2, &unsigned(exponent))].concat();
    der(0x30, &integers)
}

/// The modulus of a test key.
pub fn modulus(key: &TestKey) -> Vec<u8> {
    assert_eq!(key.pkcs1.len(), 270, "a key of 2048 bits: 9 bytes of header, the modulus, 5 bytes of exponent");
    key.pkcs1[9..9 + 256].to_vec()
}

fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    if out[0] & 0x80 != 0 {
        out.insert(0, 0);
    }
    out
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        length @ 0..=0x7f => out.push(length as u8),
        length @ 0x80..=0xff => out.extend([0x81, length as u8]),
        length => {
            out.push(0x82);
            out.extend((length as u16).to_be_bytes());
        }
    }
    out.extend(content);
    out
}

/// Every second hex digit of a text in upper case, to see that case does not matter.
pub fn mixed_case(hex: &str) -> String {
    let mut out = String::new();
    for (n, digit) in hex.chars().enumerate() {
        let _ = write!(out, "{}", if n % 2 == 0 { digit.to_ascii_uppercase() } else { digit });
    }
    out
}
