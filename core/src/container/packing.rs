//! How an archive is packed, told by its first bytes.

use std::io::{self, Read};

use super::tape::is_header;
use crate::bytes::gunzip;

/// What is unpacked into memory of a nested zip archive that is packed itself, or lies in a stream.
pub(super) const NESTED_BYTES: u64 = 256 << 20;

/// In front of a zip archive that could have been split, and was not (APPNOTE 8.5.4); the first one is Info-ZIP's, too.
pub(super) const MARKERS: [&[u8]; 2] = [b"PK00", b"PK\x07\x08"];

/// How a Zstandard frame begins (RFC 8878, 3.1.1).
const ZSTD_MAGIC: u32 = 0xfd2f_b528;
/// How a Zstandard frame begins that is skipped, whatever its last four bits (RFC 8878, 3.1.2).
pub(super) const SKIPPED_MAGIC: u32 = 0x184d_2a50;

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
        let zip = MARKERS.iter().find_map(|marker| start.strip_prefix(*marker)).unwrap_or(start);
        let magic = start.first_chunk().map(|magic| u32::from_le_bytes(*magic));
        if zip.starts_with(b"PK\x03\x04") || zip.starts_with(b"PK\x05\x06") {
            Some(Self::Zip)
        } else if start.starts_with(&gunzip::MAGIC) {
            Some(Self::Gzip)
        } else if magic.is_some_and(|magic| magic == ZSTD_MAGIC || magic & !0xf == SKIPPED_MAGIC) {
            Some(Self::Zstd)
        } else {
            // An archive without entries is nothing but zeros.
            let is_tar = is_header(start) || (start.len() >= 512 && start.iter().all(|byte| *byte == 0));
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
