//! Result sets of CloudTrail Lake: CSV files, and the sign file beside them.

use crate::archive::Archive;
use crate::digest::sha256;
use crate::gzip::{Header, gzip_with};
use crate::keys::{TestKey, US_EAST_1};

/// A result set before it is signed; everything in it can be edited.
pub struct ResultSet {
    /// Where it was delivered.
    pub folder: String,
    /// `region`
    pub region: String,
    /// `queryCompleteTime`
    pub completed: String,
    /// `hashAlgorithm`
    pub hash_algorithm: String,
    /// The key that signs.
    pub signer: &'static TestKey,
    /// The names and the stored bytes of its files.
    pub files: Vec<(String, Vec<u8>)>,
}

/// The query of the result sets.
const QUERY: &str =
    "SELECT eventID, eventTime, eventName FROM 5a3b9c11-0000-4000-a000-000000000002 WHERE eventName = 'StopLogging'";

/// A result file as Lake writes it: a comment, a head and rows.
pub fn csv(rows: &[&str]) -> String {
    let comment = format!("# Execution Time: 2026-03-02T10:10:58.723951Z Query Statement: {QUERY}");
    let lines = [comment.as_str(), "eventID,eventTime,eventName"].into_iter().chain(rows.iter().copied());
    lines.map(|line| format!("{line}\n")).collect()
}

/// It packed under a name, which its header carries.
pub fn packed(name: &str, content: &str) -> Vec<u8> {
    gzip_with(content.as_bytes(), &Header { name: name.strip_suffix(".gz"), ..Header::default() }, 6)
}

impl ResultSet {
    /// Two files with three rows, delivered to an account's folder in its bucket.
    pub fn of_account(account: &str) -> Self {
        let names = ["result_1.csv.gz", "result_2.csv.gz"];
        let contents = [
            csv(&[
                "1f0e3dad-9990-4345-8e5e-000000000001,2026-03-01 00:05:12.000,\"StopLogging, twice\"",
                "1f0e3dad-9990-4345-8e5e-000000000002,2026-03-01 01:05:12.000,StopLogging",
            ]),
            csv(&["1f0e3dad-9990-4345-8e5e-000000000003,2026-03-01 02:05:12.000,StopLogging"]),
        ];
        Self {
            folder: format!("AWSLogs/{account}/CloudTrail-Lake/Query/2026/03/02/5a3b9c11-0000-4000-a000-000000000001"),
            region: "us-east-1".to_owned(),
            completed: "2026-03-02T10:11:12Z".to_owned(),
            hash_algorithm: "SHA-256".to_owned(),
            signer: &US_EAST_1,
            files: names.iter().zip(contents).map(|(name, content)| ((*name).to_owned(), packed(name, &content))).collect(),
        }
    }

    /// Lets the key of another region sign.
    pub fn from_region(mut self, region: &str) -> Self {
        self.signer = crate::keys::of_region(region);
        region.clone_into(&mut self.region);
        self
    }

    /// The path of its sign file.
    pub fn sign_path(&self) -> String {
        format!("{}/result_sign.json", self.folder)
    }

    /// The path of one of its files.
    pub fn path(&self, n: usize) -> String {
        format!("{}/{}", self.folder, self.files[n].0)
    }

    /// Its sign file, in the order of fields that AWS documents.
    pub fn sign_file(&self) -> String {
        let Self { region, completed, hash_algorithm, signer, files, .. } = self;
        let hashes: Vec<String> = files.iter().map(|(_, bytes)| sha256(bytes)).collect();
        let listed: Vec<String> = files
            .iter()
            .zip(&hashes)
            .map(|((name, _), hash)| format!("{{\"fileHashValue\":\"{hash}\",\"fileName\":\"{name}\"}}"))
            .collect();
        format!(
            "{{\"version\":\"1.0\",\"region\":\"{region}\",\"files\":[{}],\"hashAlgorithm\":\"{hash_algorithm}\",\
             \"signatureAlgorithm\":\"SHA256withRSA\",\"queryCompleteTime\":\"{completed}\",\"hashSignature\":\"{}\",\
             \"publicKeyFingerprint\":\"{}\"}}",
            listed.join(","),
            signer.sign(&hashes.join(" ")),
            signer.fingerprint(),
        )
    }

    /// Puts all of it into an archive.
    pub fn put(&self, archive: &mut Archive) {
        archive.put(&self.sign_path(), self.sign_file());
        for (n, (_, bytes)) in self.files.iter().enumerate() {
            archive.put(&self.path(n), bytes.clone());
        }
    }
}
