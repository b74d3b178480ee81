//! Digest files: their JSON in AWS's order of fields, and their signature.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use crate::gzip::gzip;
use crate::keys::TestKey;
use crate::time::iso;

/// SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A log file, and the entry with which a digest lists it.
#[derive(Clone)]
pub struct Log {
    /// `s3Bucket`
    pub bucket: String,
    /// `s3Object`
    pub key: String,
    /// `hashValue`
    pub hash: String,
    /// `newestEventTime`, `oldestEventTime`
    pub events: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The content.
    pub text: String,
}

impl Log {
    /// A log and its true hash.
    pub fn new(bucket: &str, key: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { bucket: bucket.to_owned(), key: key.into(), hash: sha256(text.as_bytes()), events: None, text }
    }

    /// The log as it lies in the bucket.
    pub fn file(&self) -> Vec<u8> {
        gzip(self.text.as_bytes())
    }
}

/// What a digest says of its predecessor.
#[derive(Clone)]
pub struct Previous {
    /// `previousDigestS3Bucket`
    pub bucket: String,
    /// `previousDigestS3Object`
    pub key: String,
    /// `previousDigestHashValue`
    pub hash: String,
    /// `previousDigestSignature`
    pub signature: String,
}

/// A digest before it is signed; everything in it can be edited.
#[derive(Clone)]
pub struct Digest {
    /// `awsAccountId`
    pub account: String,
    /// `digestStartTime`
    pub start: DateTime<Utc>,
    /// `digestEndTime`
    pub end: DateTime<Utc>,
    /// `digestS3Bucket`
    pub bucket: String,
    /// `digestS3Object`
    pub key: String,
    /// The key that signs.
    pub signer: &'static TestKey,
    /// `digestPublicKeyFingerprint`
    pub fingerprint: String,
    /// `digestSignatureAlgorithm`
    pub algorithm: String,
    /// The predecessor, if the digest names one.
    pub previous: Option<Previous>,
    /// The logs.
    pub logs: Vec<Log>,
    /// An edit of the finished JSON, before it is signed.
    pub rewrite: Option<fn(&str) -> String>,
}

/// A digest and its signature.
#[derive(Clone)]
pub struct Sealed {
    /// What was signed.
    pub digest: Digest,
    /// The JSON.
    pub text: String,
    /// The signature in hex.
    pub signature: String,
}

impl Digest {
    /// Lets another key sign.
    pub fn signed_by(&mut self, key: &'static TestKey) {
        self.signer = key;
        self.fingerprint = key.fingerprint();
    }

    /// Links the digest to a predecessor.
    pub fn follow(&mut self, previous: &Sealed) {
        self.previous = Some(Previous {
            bucket: previous.digest.bucket.clone(),
            key: previous.digest.key.clone(),
            hash: sha256(previous.text.as_bytes()),
            signature: previous.signature.clone(),
        });
    }

    /// The digest's link, to edit it.
    pub fn link(&mut self) -> &mut Previous {
        self.previous.as_mut().expect("a digest with a predecessor")
    }

    /// The JSON, compact and in AWS's order.
    fn json(&self) -> String {
        let mut out = String::from("{");
        let newest = self.logs.iter().filter_map(|log| Some(log.events?.0)).max();
        let oldest = self.logs.iter().filter_map(|log| Some(log.events?.1)).min();
        let previous = self.previous.as_ref();
        string(&mut out, "awsAccountId", Some(&self.account));
        string(&mut out, "digestStartTime", Some(&iso(self.start)));
        string(&mut out, "digestEndTime", Some(&iso(self.end)));
        string(&mut out, "digestS3Bucket", Some(&self.bucket));
        string(&mut out, "digestS3Object", Some(&self.key));
        string(&mut out, "digestPublicKeyFingerprint", Some(&self.fingerprint));
        string(&mut out, "digestSignatureAlgorithm", Some(&self.algorithm));
        string(&mut out, "newestEventTime", newest.map(iso).as_deref());
        string(&mut out, "oldestEventTime", oldest.map(iso).as_deref());
        string(&mut out, "previousDigestS3Bucket", previous.map(|p| p.bucket.as_str()));
        string(&mut out, "previousDigestS3Object", previous.map(|p| p.key.as_str()));
        string(&mut out, "previousDigestHashValue", previous.map(|p| p.hash.as_str()));
        string(&mut out, "previousDigestHashAlgorithm", previous.map(|_| "SHA-256"));
        string(&mut out, "previousDigestSignature", previous.map(|p| p.signature.as_str()));
        out.push_str("\"logFiles\":[");
        for (n, log) in self.logs.iter().enumerate() {
            out.push_str(if n == 0 { "{" } else { ",{" });
            string(&mut out, "s3Bucket", Some(&log.bucket));
            string(&mut out, "s3Object", Some(&log.key));
            string(&mut out, "hashValue", Some(&log.hash));
            string(&mut out, "hashAlgorithm", Some("SHA-256"));
            string(&mut out, "newestEventTime", log.events.map(|e| iso(e.0)).as_deref());
            string(&mut out, "oldestEventTime", log.events.map(|e| iso(e.1)).as_deref());
            out.pop();
            out.push('}');
        }
        out.push_str("]}");
        out
    }

    /// Writes and signs the digest.
    pub fn seal(self) -> Sealed {
        let mut text = self.json();
        if let Some(rewrite) = self.rewrite {
            let rewritten = rewrite(&text);
            assert_ne!(text, rewritten, "an edit without effect");
            text = rewritten;
        }
        let signed = format!(
            "{}\n{}/{}\n{}\n{}",
            iso(self.end),
            self.bucket,
            self.key,
            sha256(text.as_bytes()),
            self.previous.as_ref().map_or("null", |previous| &previous.signature),
        );
        Sealed { signature: self.signer.sign(&signed), text, digest: self }
    }
}

/// Appends a field and a comma. No value of the vectors needs more escaping than quotes would.
fn string(out: &mut String, name: &str, value: Option<&str>) {
    let _ = match value {
        Some(value) => write!(out, "\"{name}\":\"{value}\","),
        None => write!(out, "\"{name}\":null,"),
    };
}

impl Sealed {
    /// The digest as it lies in the bucket.
    pub fn file(&self) -> Vec<u8> {
        gzip(self.text.as_bytes())
    }

    /// The key of a log of this digest.
    pub fn log(&self, n: usize) -> &str {
        &self.digest.logs[n].key
    }

    /// The object metadata that goes with the signature.
    pub fn metadata(&self) -> Vec<(String, String)> {
        vec![("signature".into(), self.signature.clone()), ("signature-algorithm".into(), self.digest.algorithm.clone())]
    }
}
