//! The paths of entries.

use std::cmp::Ordering;

use memchr::memmem;
use serde::{Deserialize, Serialize};

use crate::bytes::text::{printable, shortened};

/// The path of an entry inside its archive: bytes, with `/` between folders, relative, without `.` and empty folders. The path of
/// an entry in a nested container is that of the container, `//`, and its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntryPath(Box<[u8]>);

/// Which character separates folders in the names of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// `/` only.
    Slash,
    /// `/` and `\`: old .NET programs write the latter into zip archives.
    SlashOrBackslash,
}

impl EntryPath {
    /// Normalises a name as a container gives it: a leading `./` and doubled separators go. Returns the path, and whether the
    /// name is safe: relative, without `..`, without a drive letter, without a NUL, at which other programs end it.
    pub fn normalise(name: &[u8], separator: Separator) -> (Self, bool) {
        let is_separator = |byte: &u8| *byte == b'/' || (*byte == b'\\' && separator == Separator::SlashOrBackslash);
        let mut path = Vec::with_capacity(name.len());
        let mut is_safe = !name.first().is_some_and(is_separator) && !name.contains(&0);
        for folder in name.split(is_separator).filter(|folder| !folder.is_empty() && *folder != b".") {
            let is_drive = path.is_empty() && matches!(folder, [letter, b':'] if letter.is_ascii_alphabetic());
            is_safe &= !is_drive && folder != b"..";
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(folder);
        }
        is_safe &= !path.is_empty();
        (Self(path.into()), is_safe)
    }

    /// The path of a text that is known to be normal, for tests and for hosts that build paths themselves.
    pub fn new(path: &str) -> Self {
        Self::normalise(path.as_bytes(), Separator::Slash).0
    }

    /// The bytes of the path.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path of an entry inside the container that lies at this path.
    #[must_use]
    pub fn nesting(&self, inner: &Self) -> Self {
        Self([&self.0, b"//".as_slice(), &inner.0].concat().into())
    }

    /// The first bytes of the path, up to a place in it: for example a folder.
    pub(crate) fn up_to(&self, end: usize) -> Self {
        Self(self.0.get(..end).unwrap_or_default().into())
    }

    /// The path without the end of its file name.
    pub(crate) fn without_end(&self, end: &[u8]) -> Self {
        Self(self.0.strip_suffix(end).unwrap_or(&self.0).into())
    }

    /// Where a symbolic link at this path leads; `None` if out of its container.
    pub(crate) fn resolve(&self, target: &[u8]) -> Option<Self> {
        if target.starts_with(b"/") {
            return None;
        }
        let mut folders: Vec<&[u8]> = self.folders().collect();
        for part in target.split(|byte| *byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => {
                    folders.pop()?;
                }
                part => folders.push(part),
            }
        }
        let container = self.0.strip_suffix(self.inner()).unwrap_or_default();
        Some(Self([container, &folders.join(&b'/')].concat().into()))
    }

    /// The path, whose part inside the innermost container keeps at most so many bytes.
    pub(crate) fn shortened(&self, most_bytes: usize) -> Self {
        let inner = self.inner();
        let container = self.0.strip_suffix(inner).unwrap_or_default();
        Self([container, &shortened(inner, most_bytes)].concat().into())
    }

    /// The path inside the innermost container.
    pub fn inner(&self) -> &[u8] {
        let boundary = memmem::rfind(&self.0, b"//");
        boundary.and_then(|boundary| self.0.get(boundary.saturating_add(2)..)).unwrap_or(&self.0)
    }

    /// The last part of the path.
    pub fn file_name(&self) -> &[u8] {
        self.split().name
    }

    /// The folders inside the innermost container, from the top.
    pub fn folders(&self) -> impl DoubleEndedIterator<Item = &[u8]> + Clone {
        self.split().folders()
    }

    /// The path in two pieces: what stands before its name, and the name.
    pub(crate) fn split(&self) -> SplitPath<'_> {
        let end = memchr::memrchr(b'/', &self.0).map_or(0, |slash| slash.saturating_add(1));
        let (folder, name) = self.0.split_at_checked(end).unwrap_or_default();
        SplitPath { folder, name }
    }

    /// The path in a printable form, as [`printable`] makes it.
    pub fn text(&self) -> String {
        printable(&self.0)
    }
}

/// An entry's path in two pieces, as long lists keep it. Its order is that of paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SplitPath<'a> {
    /// What stands before the name, with the slash at its end.
    pub(crate) folder: &'a [u8],
    /// The last part of the path.
    pub(crate) name: &'a [u8],
}

impl<'a> SplitPath<'a> {
    /// The folders inside the innermost container, from the top.
    pub(crate) fn folders(self) -> impl DoubleEndedIterator<Item = &'a [u8]> + Clone {
        let boundary = memmem::rfind(self.folder, b"//");
        let inner = boundary.and_then(|boundary| self.folder.get(boundary.saturating_add(2)..)).unwrap_or(self.folder);
        let mut parts = inner.split(|byte| *byte == b'/');
        // What stands behind the last slash is no folder.
        parts.next_back();
        parts
    }

    /// The path in one piece.
    pub(crate) fn join(self) -> EntryPath {
        EntryPath([self.folder, self.name].concat().into())
    }

    /// The path in a printable form.
    pub(crate) fn text(self) -> String {
        self.join().text()
    }
}

impl Ord for SplitPath<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.folder == other.folder {
            return self.name.cmp(other.name);
        }
        let bytes = |path: &Self| path.folder.iter().chain(path.name).copied();
        let shared = self.folder.len().min(other.folder.len());
        let start = |path: &Self| path.folder.get(..shared);
        start(self).cmp(&start(other)).then_with(|| bytes(self).cmp(bytes(other)))
    }
}

impl PartialOrd for SplitPath<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A file name without a final `.gz`: `gunzip -r` takes that off, and it is the same object.
pub(crate) fn without_gz(name: &[u8]) -> &[u8] {
    name.strip_suffix(b".gz").unwrap_or(name)
}

/// True if the folders of an entry and of an object key agree from the right, as far as both go: exports cut folders off at
/// the top, or put a bucket's name there.
pub(crate) fn folders_agree<'e, 'k>(
    entry: impl DoubleEndedIterator<Item = &'e [u8]>,
    key: impl DoubleEndedIterator<Item = &'k [u8]>,
) -> bool {
    entry.rev().zip(key.rev()).all(|(entry, key)| entry == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_and_unsafe_ones_named() {
        let normalise = |name: &str| {
            let (path, is_safe) = EntryPath::normalise(name.as_bytes(), Separator::SlashOrBackslash);
            (path.text(), is_safe)
        };
        assert_eq!(normalise("./a//b/./c.json"), ("a/b/c.json".into(), true));
        assert_eq!(normalise("a\\b\\c.json"), ("a/b/c.json".into(), true));
        for wrong in ["/etc/passwd", "a/b.json.gz\0.txt", "a/../../b", "\\\\server\\share", "C:\\x", "..", "", "./"] {
            assert!(!normalise(wrong).1, "{wrong}");
        }
        assert_eq!(EntryPath::normalise(b"a\\b", Separator::Slash).0.text(), "a\\b");
    }

    #[test]
    fn nested_paths_keep_their_containers_apart_from_folders() {
        let path = EntryPath::new("2026/march.zip").nesting(&EntryPath::new("a/b.json"));
        assert_eq!(path.text(), "2026/march.zip//a/b.json");
        assert!(path.folders().eq([b"a"]));
        assert_eq!(path.file_name(), b"b.json");
    }

    #[test]
    fn split_paths_are_in_the_order_of_whole_ones() {
        let texts = ["", "a", "b", "a/b", "a/b/c", "a/z", "a-/b", "a//b", "a//b/c", "a/b.zip//", "a/b.zip//c", "aa/", "b/"];
        let paths: Vec<EntryPath> = texts.iter().map(|text| EntryPath(text.as_bytes().into())).collect();
        for one in &paths {
            assert_eq!(one.split().join(), *one);
            assert_eq!(one.split().text(), one.text());
            for other in &paths {
                assert_eq!(one.split().cmp(&other.split()), one.cmp(other), "{one:?} and {other:?}");
                assert_eq!(one.split().partial_cmp(&other.split()), Some(one.cmp(other)));
                assert_eq!(one.split() == other.split(), one == other);
            }
        }
    }

    #[test]
    fn links_are_resolved_from_where_they_stand() {
        let link = EntryPath::new("a.zip").nesting(&EntryPath::new("b/c/link"));
        let text = |target: &str| link.resolve(target.as_bytes()).map(|path| path.text());
        assert_eq!(text("../d//./e").as_deref(), Some("a.zip//b/d/e"));
        assert_eq!(text("../..").as_deref(), Some("a.zip//"));
        assert_eq!(text("../../.."), None);
        assert_eq!(text("/etc/passwd"), None);
    }

    #[test]
    fn long_names_keep_their_ends_and_stay_apart() {
        let text = |name: &str, most| String::from_utf8(shortened(name.as_bytes(), most).into_owned()).unwrap();
        assert_eq!(text(&"x".repeat(64), 64), "x".repeat(64));
        let [one, other] = ["1", "2"].map(|middle| format!("a/{}{middle}{}/b.json", "ä".repeat(40), "ö".repeat(40)));
        let short = text(&one, 64);
        assert!(short.len() <= 64 && short.starts_with("a/ä") && short.ends_with("ö/b.json"), "{short}");
        assert_ne!(short, text(&other, 64));
        assert_eq!(text(&one, 0).chars().count(), 18);
        let nested = EntryPath::new("2026/march.zip").nesting(&EntryPath::new(&"x/".repeat(900)));
        let path = nested.shortened(64);
        assert!(path.text().starts_with("2026/march.zip//x/x/") && path.inner().len() <= 64, "{}", path.text());
    }
}
