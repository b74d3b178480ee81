//! Archives as they are handed over: files at their places, then what happened to them.

use crate::digest::{Log, Sealed};
use crate::gzip::{gunzip, gzip};
use crate::trail::Chain;
use crate::zip::{Entry, zip};

/// The files of an archive, in the order in which they will be zipped.
#[derive(Clone, Default)]
pub struct Archive {
    /// The entries.
    pub entries: Vec<Entry>,
}

impl Archive {
    /// Chains as an `aws s3 sync` brings them, with `head-object` output for the newest digest of each.
    pub fn of(chains: &[&Chain]) -> Self {
        let mut archive = Self::without_metadata(chains);
        for chain in chains {
            archive.sidecar(chain.newest());
        }
        archive
    }

    /// Chains without any object metadata.
    pub fn without_metadata(chains: &[&Chain]) -> Self {
        let mut archive = Self::default();
        for sealed in chains.iter().flat_map(|chain| &chain.digests) {
            archive.digest(sealed);
        }
        archive
    }

    /// Adds a digest with its logs.
    pub fn digest(&mut self, sealed: &Sealed) {
        self.put(&sealed.digest.key, sealed.file());
        for log in &sealed.digest.logs {
            self.log(log);
        }
    }

    /// Adds a log, unless it is there already because another digest lists it too.
    pub fn log(&mut self, log: &Log) {
        if !self.entries.iter().any(|entry| entry.path == log.key) {
            self.put(&log.key, log.file());
        }
    }

    /// Adds `head-object` output beside a digest.
    pub fn sidecar(&mut self, sealed: &Sealed) {
        self.sidecar_with(sealed, &sealed.metadata());
    }

    /// Adds `head-object` output with metadata of one's own.
    pub fn sidecar_with(&mut self, sealed: &Sealed, metadata: &[(String, String)]) {
        self.put(&sidecar_path(sealed), head_object(sealed, metadata));
    }

    /// Adds a file.
    pub fn put(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.entries.push(Entry::new(path, bytes));
    }

    /// The one entry at a path.
    pub fn entry(&mut self, path: &str) -> &mut Entry {
        let mut found = self.entries.iter_mut().filter(|entry| entry.path == path);
        let entry = found.next().unwrap_or_else(|| panic!("no {path}"));
        assert!(found.next().is_none(), "{path} twice");
        entry
    }

    /// Takes a file out.
    pub fn remove(&mut self, path: &str) -> Entry {
        let place = self.entries.iter().position(|entry| entry.path == path);
        self.entries.remove(place.unwrap_or_else(|| panic!("no {path}")))
    }

    /// Takes the logs of a digest out.
    pub fn remove_logs(&mut self, sealed: &Sealed) {
        for log in &sealed.digest.logs {
            self.remove(&log.key);
        }
    }

    /// Takes a digest and its logs out.
    pub fn remove_hour(&mut self, sealed: &Sealed) {
        self.remove(&sealed.digest.key);
        self.remove_logs(sealed);
    }

    /// Changes the bytes of a file.
    pub fn edit(&mut self, path: &str, edit: impl FnOnce(&mut Vec<u8>)) {
        edit(&mut self.entry(path).bytes);
    }

    /// Changes the JSON inside a gzip file.
    pub fn replace(&mut self, path: &str, from: &str, to: &str) {
        let entry = self.entry(path);
        let text = String::from_utf8(gunzip(&entry.bytes)).expect("text");
        let changed = text.replacen(from, to, 1);
        assert_ne!(text, changed, "an edit without effect");
        entry.bytes = gzip(changed.as_bytes());
    }

    /// Gives each entry another path.
    pub fn rename(&mut self, rename: impl Fn(&str) -> String) {
        for entry in &mut self.entries {
            entry.path = rename(&entry.path);
        }
    }

    /// Takes gzip off every log and digest.
    pub fn decode(&mut self) {
        for entry in self.entries.iter_mut().filter(|entry| entry.path.ends_with(".json.gz")) {
            entry.bytes = gunzip(&entry.bytes);
        }
    }

    /// The zip.
    pub fn zip(&self) -> Vec<u8> {
        zip(&self.entries)
    }
}

/// Where the `head-object` output of a digest is kept.
pub fn sidecar_path(sealed: &Sealed) -> String {
    format!("{}.head.json", sealed.digest.key)
}

/// `aws s3api head-object` output for a digest.
pub fn head_object(sealed: &Sealed, metadata: &[(String, String)]) -> String {
    let fields: Vec<String> = metadata.iter().map(|(name, value)| format!("        \"{name}\": \"{value}\"")).collect();
    format!(
        r#"{{
    "AcceptRanges": "bytes",
    "LastModified": "{}",
    "ContentLength": {},
    "ETag": "\"{}\"",
    "ContentType": "application/json",
    "ContentEncoding": "gzip",
    "ServerSideEncryption": "AES256",
    "Metadata": {{
{}
    }}
}}
"#,
        sealed.digest.end.format("%Y-%m-%dT%H:%M:%S+00:00"),
        sealed.file().len(),
        crate::keys::fingerprint(&sealed.file()),
        fields.join(",\n"),
    )
}
