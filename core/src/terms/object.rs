//! Objects in S3, as digest files name them.

use std::cmp::Ordering;

use crate::bytes::text;

/// The folders of an object key as one text, with the slash at its end.
pub(crate) fn folder_of(key: &str) -> &str {
    memchr::memrchr(b'/', key.as_bytes()).and_then(|slash| key.get(..=slash)).unwrap_or_default()
}

/// The folders of an object key. Empty ones go, as they do in the path of an entry: S3 keeps the doubled slash of a key prefix that
/// ends in one, and file systems do not.
pub(crate) fn key_folders(folder: &str) -> impl DoubleEndedIterator<Item = &[u8]> + Clone {
    folder.as_bytes().split(|byte| *byte == b'/').filter(|folder| !folder.is_empty() && *folder != b".")
}

/// An object in S3, as a digest file names it; its key is the folder, with the slash at its end, and the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Object<'a> {
    /// The bucket's name.
    pub(crate) bucket: &'a str,
    /// What stands in its key before the name.
    pub(crate) folder: &'a str,
    /// The last part of its key.
    pub(crate) name: &'a str,
}

/// True if a path is one word to a shell, and leads nowhere but down from where it is put: it may be pasted into a command.
pub(crate) fn is_plain(path: &str) -> bool {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/@".contains(&byte);
    path.bytes().all(is_safe) && path.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.starts_with('-'))
}

impl<'a> Object<'a> {
    pub(crate) fn new(bucket: &'a str, key: &'a str) -> Self {
        let folder = folder_of(key);
        Self { bucket, folder, name: key.get(folder.len()..).unwrap_or_default() }
    }

    /// Reads `s3://BUCKET/KEY`.
    pub(crate) fn from_uri(uri: &'a str) -> Option<Self> {
        uri.strip_prefix("s3://")?.split_once('/').map(|(bucket, key)| Self::new(bucket, key))
    }

    pub(crate) fn key(&self) -> String {
        [self.folder, self.name].concat()
    }

    pub(crate) fn has_key_of(&self, other: &Self) -> bool {
        self.name == other.name && self.folder == other.folder
    }

    /// Compares by key, then by bucket.
    pub(crate) fn by_key(&self, other: &Self) -> Ordering {
        self.compare_keys(other).then_with(|| self.bucket.cmp(other.bucket))
    }

    fn compare_keys(&self, other: &Self) -> Ordering {
        let bytes = |object: &Self| object.folder.bytes().chain(object.name.bytes());
        if self.folder == other.folder { self.name.cmp(other.name) } else { bytes(self).cmp(bytes(other)) }
    }
}

impl Ord for Object<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bucket.cmp(other.bucket).then_with(|| self.compare_keys(other))
    }
}

impl PartialOrd for Object<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl std::fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { bucket, folder, name } = self;
        f.write_str("s3://")?;
        f.write_str(&text::printable(bucket.as_bytes()))?;
        f.write_str("/")?;
        f.write_str(&text::printable(folder.as_bytes()))?;
        f.write_str(&text::printable(name.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leads_down_in_one_word_is_put_into_a_command() {
        assert!(is_plain("bucket/prefix/AWSLogs/o-exampleorg1/1_CloudTrail@x.json.gz"));
        for path in [
            "",
            "/x",
            "x/",
            "a//b",
            "../x",
            "a/../b",
            "a/./b",
            "-bucket/x",
            "a/-x",
            "a b",
            "a/$(x)",
            "a/'",
            "a/\n",
            "a/*",
            "a/~",
            "a/é",
        ] {
            assert!(!is_plain(path), "{path}");
        }
    }

    #[test]
    fn empty_folders_of_a_key_do_not_count() {
        let folders = |key: &'static str| key_folders(folder_of(key)).collect::<Vec<_>>();
        assert_eq!(folders("logs//./AWSLogs/a.json"), [b"logs".as_slice(), b"AWSLogs"]);
        assert!(folders("a.json").is_empty());
    }
}
