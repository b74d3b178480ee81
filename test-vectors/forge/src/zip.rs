//! A small zip writer that can also write what a careful writer would refuse.

/// The general purpose flag of a password-protected entry.
const ENCRYPTED: u16 = 1;
/// The general purpose flag of a name in UTF-8.
const UTF8: u16 = 1 << 11;
/// 2026-03-02 00:00 in the format of MS-DOS.
const DATE: u16 = (46 << 9) | (3 << 5) | 2;

/// Unix file types that an entry can claim.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A symbolic link; the content is the target.
    Symlink,
    /// A character device.
    Device,
    /// A named pipe.
    Fifo,
}

impl Kind {
    /// The mode in the upper half of the external attributes.
    fn mode(self) -> u32 {
        match self {
            Self::File => 0o100_644,
            Self::Symlink => 0o120_777,
            Self::Device => 0o020_644,
            Self::Fifo => 0o010_644,
        }
    }
}

/// One file in an archive.
#[derive(Clone)]
pub struct Entry {
    /// The path as it stands in the central directory.
    pub path: String,
    /// The content.
    pub bytes: Vec<u8>,
    /// What the entry claims to be.
    pub kind: Kind,
    /// Whether to deflate the content.
    pub deflated: bool,
    /// Whether to claim a password.
    pub encrypted: bool,
    /// Whether to state a wrong CRC.
    pub wrong_crc: bool,
    /// Another path for the local header.
    pub local_path: Option<String>,
}

impl Entry {
    /// A plain stored file.
    pub fn new(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            bytes: bytes.into(),
            kind: Kind::File,
            deflated: false,
            encrypted: false,
            wrong_crc: false,
            local_path: None,
        }
    }

    /// The fields that the local and the central header share, from the version to the lengths of name and extra field.
    fn header(&self, path: &str, stored: &[u8]) -> Vec<u8> {
        let crc = crc32fast::hash(&self.bytes) ^ u32::from(self.wrong_crc);
        let flags = UTF8 | if self.encrypted { ENCRYPTED } else { 0 };
        let method = if self.deflated { 8_u16 } else { 0 };
        let mut out = Vec::new();
        for field in [20, flags, method, 0, DATE] {
            out.extend(field.to_le_bytes());
        }
        for field in [crc, stored.len() as u32, self.bytes.len() as u32] {
            out.extend(field.to_le_bytes());
        }
        out.extend((path.len() as u16).to_le_bytes());
        out.extend(0_u16.to_le_bytes());
        out
    }
}

/// A zip of the entries in their order, doubled names included.
pub fn zip(entries: &[Entry]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let offset = out.len() as u32;
        let deflated = entry.deflated.then(|| miniz_oxide::deflate::compress_to_vec(&entry.bytes, 6));
        let stored = deflated.as_deref().unwrap_or(&entry.bytes);
        let local_path = entry.local_path.as_deref().unwrap_or(&entry.path);
        out.extend(b"PK\x03\x04");
        out.extend(entry.header(local_path, stored));
        out.extend(local_path.as_bytes());
        out.extend(stored);

        directory.extend(b"PK\x01\x02");
        directory.extend((3_u16 << 8 | 20).to_le_bytes());
        directory.extend(entry.header(&entry.path, stored));
        directory.extend([0; 6]);
        directory.extend((entry.kind.mode() << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.path.as_bytes());
    }
    let offset = out.len() as u32;
    let count = entries.len() as u16;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(offset.to_le_bytes());
    out.extend([0, 0]);
    out
}
