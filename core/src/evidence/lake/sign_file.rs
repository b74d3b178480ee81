//! Sign files, `result_sign.json`: hashes of files as they are stored, and one signature over the hashes.
//!
//! AWS signs the hashes as they are written, in their order, with one blank between. All else in the file is a label that anybody may
//! have changed.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::bytes::json::{Json, decode_text};
use crate::bytes::text::{printable, shortened};
use crate::evidence::lake::result::Delivered;
use crate::terms::reason::Reason;
use crate::trust::signature::{Commits, Signature, Signed};

/// What a sign file says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct SignFile {
    /// Never empty.
    pub(crate) files: Box<[Listed]>,
    pub(crate) signature: Box<[u8]>,
    /// A label, as all that follows.
    pub(crate) fingerprint: Box<str>,
    pub(crate) region: Option<Box<str>>,
    pub(crate) completed: Option<Box<str>>,
    /// It names other algorithms than AWS documents.
    pub(crate) names_other_algorithm: bool,
    message_sha256: [u8; 32],
}

/// A file that it lists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Listed {
    /// A label.
    pub(crate) name: Box<str>,
    /// Of its stored bytes.
    pub(crate) sha256: [u8; 32],
}

impl Listed {
    /// True if it is the name of a file that can lie beside the sign file, and of nothing else.
    pub(crate) fn has_plain_name(&self) -> bool {
        !matches!(&*self.name, "" | "." | "..") && !self.name.bytes().any(|byte| matches!(byte, b'/' | b'\\' | 0))
    }
}

impl Signed for &SignFile {
    fn message_sha256(&self) -> [u8; 32] {
        self.message_sha256
    }
}

impl<'a> Commits<Delivered<'a>> for &'a SignFile {
    fn commits_to(&self, other: &Delivered<'a>) -> bool {
        self.files.get(other.listed).is_some_and(|listed| listed.sha256 == other.file.sha256)
    }
}

/// Reads a sign file, strictly where it is signed or needed, or says why it is none.
pub(crate) fn read(bytes: &[u8], json_depth: u32) -> Result<SignFile, Reason> {
    let text = decode_text(bytes).ok_or(Reason::NoText)?;
    let json = Json::read(text.as_bytes(), json_depth).map_err(Reason::from)?;
    let files = json.field("files").and_then(Json::list).ok_or_else(|| Reason::FieldNoList { field: "files".to_owned() })?;
    if files.is_empty() {
        return Err(Reason::LakeListsNothing);
    }
    let mut message = Sha256::new();
    let mut listed = Vec::with_capacity(files.len());
    for file in files {
        let (name, hash) = (wanted(file, "fileName")?, wanted(file, "fileHashValue")?);
        let mut sha256 = [0; 32];
        hex::decode_to_slice(hash, &mut sha256).map_err(|_| Reason::FieldNoHash { field: "fileHashValue".to_owned() })?;
        if !listed.is_empty() {
            message.update(b" ");
        }
        message.update(hash);
        listed.push(Listed { name: label::<1024>(name), sha256 });
    }
    let signature = match Signature::from_hex(wanted(&json, "hashSignature")?) {
        Signature::Bytes(signature) => signature,
        other => return Err(other.borrowed().form()),
    };
    let is_other = |name: &str, known: &str| json.field(name).is_some_and(|value| value.text() != Some(known));
    let stated = |name: &str| json.field(name).and_then(Json::text).map(label::<80>);
    Ok(SignFile {
        files: listed.into(),
        signature,
        fingerprint: label::<80>(&wanted(&json, "publicKeyFingerprint")?.to_ascii_lowercase()),
        region: stated("region"),
        completed: stated("queryCompleteTime"),
        names_other_algorithm: is_other("hashAlgorithm", "SHA-256") || is_other("signatureAlgorithm", "SHA256withRSA"),
        message_sha256: message.finalize().into(),
    })
}

fn wanted<'j>(json: &'j Json<'_>, name: &str) -> Result<&'j str, Reason> {
    json.field(name).and_then(Json::text).ok_or_else(|| Reason::FieldNoText { field: name.to_owned() })
}

/// A label, of which at most so many bytes are kept.
fn label<const MOST_BYTES: usize>(text: &str) -> Box<str> {
    String::from_utf8_lossy(&shortened(text.as_bytes(), MOST_BYTES)).into()
}

/// A label in a form that is safe to show.
pub(crate) fn shown(label: &str) -> String {
    printable(label.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "5b918b3fb6e1f00ea4a004eb40223a87c75f4bf4cf69a75e47843144d3fbaf80";

    fn text(files: &str) -> String {
        format!("{{\"files\":[{files}],\"hashSignature\":\"0a0b\",\"publicKeyFingerprint\":\"x\"}}")
    }

    fn file(name: &str, hash: &str) -> String {
        format!("{{\"fileHashValue\":\"{hash}\",\"fileName\":\"{name}\"}}")
    }

    #[test]
    fn hashes_are_signed_as_they_are_written_with_a_blank_between() {
        let sha256 = |text: &str| -> [u8; 32] { Sha256::digest(text).into() };
        let read = |files: &str| read(text(files).as_bytes(), 64).unwrap();
        assert_eq!((&read(&file("a", HASH))).message_sha256(), sha256(HASH));
        let (one, other) = (HASH.to_ascii_uppercase(), "0".repeat(64));
        let both = read(&format!("{},{}", file("a", &one), file("b", &other)));
        assert_eq!((&both).message_sha256(), sha256(&format!("{one} {other}")));
        assert_eq!(both.files[0].sha256, read(&file("a", HASH)).files[0].sha256, "as a number it is the same");
        assert_eq!(both.files[1].name.as_ref(), "b");
    }

    #[test]
    fn labels_may_be_absent_and_what_is_needed_may_not() {
        let whole = text(&file("a", HASH));
        let sign_file = read(whole.as_bytes(), 64).unwrap();
        assert_eq!((sign_file.region, sign_file.completed, sign_file.names_other_algorithm), (None, None, false));
        for (from, to) in [
            ("fileName", "name"),
            ("fileHashValue", "hash"),
            ("hashSignature", "signature"),
            ("publicKeyFingerprint", "key"),
            ("files", "file"),
            ("0a0b", "0a0"),
            ("0a0b", ""),
            (HASH, "5b91"),
            (&file("a", HASH), ""),
            ("\"hashSignature\"", "\"hashSignature\":\"0a0b\",\"hashSignature\""),
        ] {
            assert_ne!(whole.replace(from, to), whole);
            assert!(read(whole.replace(from, to).as_bytes(), 64).is_err(), "{from} as {to}");
        }
        for other in ["\"hashAlgorithm\":\"MD5\"", "\"signatureAlgorithm\":null"] {
            let sign_file = read(whole.replace("\"files\"", &format!("{other},\"files\"")).as_bytes(), 64).unwrap();
            assert!(sign_file.names_other_algorithm, "{other}");
        }
        let labelled = "\"region\":\"us-east-1\",\"hashAlgorithm\":\"SHA-256\",\"files\"";
        let sign_file = read(whole.replace("\"files\"", labelled).as_bytes(), 64).unwrap();
        assert_eq!((sign_file.region.as_deref(), sign_file.names_other_algorithm), (Some("us-east-1"), false));
        assert!(read(format!("\u{feff}{whole}").as_bytes(), 64).is_ok(), "PowerShell writes a byte order mark");
    }

    #[test]
    fn names_that_lead_elsewhere_are_not_plain() {
        let is_plain = |name: &str| Listed { name: name.into(), sha256: [0; 32] }.has_plain_name();
        assert!(is_plain("result_1.csv.gz") && is_plain("..."));
        for other in ["", ".", "..", "../x", "a/b", "/etc/passwd", "C:\\x", "a\0"] {
            assert!(!is_plain(other), "{other:?}");
        }
    }
}
