//! Containers: from an archive's bytes to entries. Nothing is unpacked to disk, and every entry of a directory is seen, also one that
//! bears a name for the second time.
//!
//! A zip archive has a directory and is read at any position, by any number of threads; a tar archive is a stream and is read once,
//! from its beginning. A [`Host`] says how the work is shared.

mod folder;
mod host;
mod meter;
mod tar;
mod zip;

use std::io::{self, Read};

pub use folder::{FolderFile, folder_is_cut};
pub use host::{Alone, Gather, Host, Interruptible, Watch, read_archive, read_file, read_files, read_stream};
pub use rawzip::ReaderAt;

use crate::entry::EntryPath;
use crate::examine::Exhibit;
use crate::finding::Code;

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
        const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
        if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
            Some(Self::Zip)
        } else if start.starts_with(&crate::gunzip::MAGIC) {
            Some(Self::Gzip)
        } else if start.starts_with(&ZSTD_MAGIC) {
            Some(Self::Zstd)
        } else {
            tar::is_header(start).then_some(Self::Tar)
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

/// The exhibit of an archive that cannot be read, or not to its end. `at` is where it lies inside the case.
fn problem(at: Option<&EntryPath>, code: Code, detail: String) -> Exhibit {
    let path = at.cloned().unwrap_or_else(|| EntryPath::new("(the archive itself)"));
    Exhibit::refused(path, code, detail)
}
