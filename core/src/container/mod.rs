//! Containers: from an archive's bytes to entries. Nothing is unpacked to disk, and every entry of a directory is seen, also one that
//! bears a name for the second time.
//!
//! A zip archive has a directory and is read at any position, by any number of threads; a tar archive is a stream and is read once,
//! from its beginning. A [`Host`] says how the work is shared.

mod end;
mod folder;
mod host;
mod kinds;
mod meter;
mod tape;
mod tar;
mod unpack;
mod zip;

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read};

use kinds::unread_name;
use meter::Meter;

pub use folder::{FolderFile, folder_is_cut};
pub use host::{Alone, Gather, Host, Interruptible, Watch, read_archive, read_file, read_files, read_stream};
pub use kinds::{no_archive, unread_kind};
pub use rawzip::ReaderAt;

use crate::evidence::{self, Exhibit, IgnoredKind, Kind, examine, is_read};
use crate::terms::finding::Code;
use crate::terms::limits::Limits;
use crate::terms::path::EntryPath;

/// Entries up to this size are examined in one piece, larger ones as a stream.
pub const PIECE_BYTES: u64 = 64 << 20;

/// What is unpacked into memory of a nested zip archive that is packed itself, or lies in a stream.
pub const NESTED_BYTES: u64 = 256 << 20;

/// How an archive is packed, told by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
    /// Something in gzip: only what comes out tells whether it is a tar archive.
    Gzip,
    /// Something in Zstandard.
    Zstd,
}

impl Packing {
    /// Looks at the beginning of an archive: 512 bytes tell, if there are as many.
    pub fn of(start: &[u8]) -> Option<Self> {
        // One that could have been split, and was not, has a marker in front (APPNOTE 8.5.4).
        let zip = zip::MARKERS.iter().find_map(|marker| start.strip_prefix(*marker)).unwrap_or(start);
        let magic = start.first_chunk().map(|magic| u32::from_le_bytes(*magic));
        if zip.starts_with(b"PK\x03\x04") || zip.starts_with(b"PK\x05\x06") {
            Some(Self::Zip)
        } else if start.starts_with(&crate::bytes::gunzip::MAGIC) {
            Some(Self::Gzip)
        } else if magic.is_some_and(|magic| magic == unpack::ZSTD_MAGIC || magic & !0xf == unpack::SKIPPED_MAGIC) {
            Some(Self::Zstd)
        } else {
            // An archive without entries is nothing but zeros.
            let is_tar = tape::is_header(start) || (start.len() >= 512 && start.iter().all(|byte| *byte == 0));
            is_tar.then_some(Self::Tar)
        }
    }
}

/// Reads the first 512 bytes of a stream, or as many as there are.
///
/// # Errors
///
/// Those of the stream.
pub fn read_start(reader: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    reader.take(512).read_to_end(&mut start)?;
    Ok(start)
}

/// Reads a stretch from its beginning to its end.
struct Sequential<'r, R> {
    reader: &'r R,
    position: u64,
    /// Where the stretch ends.
    end: u64,
}

impl<R: ReaderAt> Read for Sequential<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.position)).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.reader.read_at(buffer.get_mut(..left).unwrap_or_default(), self.position)?;
        self.position = self.position.saturating_add(read as u64);
        Ok(read)
    }
}

/// The exhibit of an archive that cannot be read, or not to its end. `at` is where it lies inside the case.
fn problem(at: Option<&EntryPath>, code: Code, detail: String) -> Exhibit {
    let path = at.cloned().unwrap_or_else(|| EntryPath::new("(the archive itself)"));
    Exhibit::refused(path, code, detail)
}

/// The exhibit of an entry that is no evidence by its name, of whose beginning `start` gives up to 512 bytes. If it is an archive of a
/// kind that is not read, evidence may be in it.
fn ignored(path: EntryPath, limits: &Limits, start: impl FnOnce() -> io::Result<Vec<u8>>) -> Exhibit {
    let is_asked = matches!(evidence::classify(&path), Kind::Ignored(IgnoredKind::Other));
    let kind = is_asked.then(|| unread_name(path.file_name()).or_else(|| kinds::disguised(&start().ok()?))).flatten();
    match kind {
        Some(detail) if Exhibit::of_long_path(&path, limits).is_none() => {
            Exhibit::refused(path, Code::ArchiveEntryUnreadable, detail)
        }
        _ => examine(path, &[], limits),
    }
}

/// Why an entry of this path would lie elsewhere on another system, though it is evidence.
fn disguise(path: &EntryPath) -> Option<&'static str> {
    let has_backslash = path.as_bytes().contains(&b'\\') && is_read(path);
    has_backslash.then_some("its path holds a backslash, which some programs take for a slash")
}

/// What of an archive's names is of use before the case is whole. Names stand for themselves by their hashes.
#[derive(Debug, Default)]
struct Seen {
    /// Of files of which programs that unpack keep one, and that nothing signed tells apart.
    names: BTreeSet<u64>,
    folders: BTreeSet<u64>,
}

impl Seen {
    /// True if a key list, a metadata file or JSON of unknown purpose bore this path before.
    fn is_second(&mut self, path: &EntryPath) -> bool {
        let is_unsigned = matches!(
            evidence::classify(path),
            Kind::Keys(_) | Kind::Trail(crate::evidence::trail::Claim::Metadata(_) | crate::evidence::trail::Claim::Stray)
        );
        is_unsigned && !self.names.insert(hash(path.as_bytes()))
    }

    /// Folders with the names of evidence that a path goes through, or is, each once. There are hardly any.
    fn folders_of(&mut self, path: &EntryPath, is_folder: bool, limits: &Limits, meter: &Meter) -> Vec<EntryPath> {
        let bytes = path.as_bytes();
        // Of nearly all paths only the file's name may be one.
        let folders = memchr::memrchr(b'/', bytes).and_then(|end| bytes.get(..end)).unwrap_or_default();
        if !is_folder && !folders.contains(&b'.') {
            return Vec::new();
        }
        let inner = bytes.len().saturating_sub(path.inner().len());
        let ends = memchr::memchr_iter(b'/', bytes).chain(is_folder.then_some(bytes.len())).filter(|end| *end > inner);
        // No file has a longer path.
        let ends = ends.take_while(|end| end.saturating_sub(inner) <= limits.path_bytes as usize);
        let mut found = Vec::new();
        let mut start = inner;
        for end in ends {
            let may_be_file = bytes.get(start..end).is_some_and(|name| name.contains(&b'.'));
            start = end.saturating_add(1);
            if !may_be_file {
                continue;
            }
            let folder = path.up_to(end);
            meter.spend_for_folder();
            let is_evidence = is_read(&folder) && !matches!(evidence::classify(&folder), Kind::Container);
            if is_evidence && self.folders.insert(hash(folder.as_bytes())) {
                found.push(folder);
            }
        }
        found
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
