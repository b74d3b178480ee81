//! A small zip writer that can also write what a careful writer would refuse.

/// The general purpose flag of a password-protected entry.
const ENCRYPTED: u16 = 1;
/// The general purpose flag of an entry with a descriptor behind its data.
const DESCRIBED: u16 = 1 << 3;
/// The general purpose flag of a name in UTF-8.
const UTF8: u16 = 1 << 11;
/// 2026-03-02 00:00 in the format of MS-DOS.
const DATE: u16 = (46 << 9) | (3 << 5) | 2;

/// Unix file types that an entry can claim.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder, whatever its name ends with.
    Folder,
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
            Self::Folder => 0o040_755,
            Self::Symlink => 0o120_777,
            Self::Device => 0o020_644,
            Self::Fifo => 0o010_644,
        }
    }
}

/// What is unusual about an entry's headers.
#[derive(Clone, PartialEq, Eq)]
pub enum Oddity {
    /// The local header states a size that is off by one.
    LocalSize,
    /// The local header states another way of compression.
    LocalMethod,
    /// The local header leaves checksum and sizes to a descriptor behind the data, as in archives that are written to a pipe.
    Described,
    /// The sizes stand in the extra field for archives of over 4 GiB.
    Zip64,
    /// A field beside the name states a name in Unicode.
    UnicodeName(String),
    /// The directory does not list it.
    Unlisted,
    /// Behind it, and before what follows, stand these bytes, which belong to no entry.
    Followed(Vec<u8>),
    /// Its deflated data ends before it does, and these bytes fill it up.
    Filled(Vec<u8>),
    /// It has no bytes of its own: the directory leads to the entry before it.
    Shared,
    /// It has no bytes of its own: the directory leads to the data of the entry before it, which holds it as it would stand here.
    Inside,
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
    /// Anything else.
    pub oddity: Option<Oddity>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Local,
    Central,
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
            oddity: None,
        }
    }

    /// The fields that the local and the central header share, from the version to the lengths of name and extra field; and the
    /// extra field.
    fn header(&self, place: Place, path: &str, stored: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let has = |oddity: &Oddity| self.oddity.as_ref() == Some(oddity);
        let is_local = place == Place::Local;
        let is_described = has(&Oddity::Described);
        let mut crc = crc32fast::hash(&self.bytes) ^ u32::from(self.wrong_crc);
        let mut sizes = [stored.len() as u32, self.bytes.len() as u32];
        let mut extra = Vec::new();
        let mut field = |id: u16, content: &[u8]| {
            extra.extend(id.to_le_bytes());
            extra.extend((content.len() as u16).to_le_bytes());
            extra.extend(content);
        };
        if has(&Oddity::Zip64) {
            field(0x0001, &sizes.iter().rev().flat_map(|size| u64::from(*size).to_le_bytes()).collect::<Vec<u8>>());
            sizes = [u32::MAX; 2];
        }
        if let Some(Oddity::UnicodeName(name)) = &self.oddity {
            field(0x7075, &[&[1], crc32fast::hash(path.as_bytes()).to_le_bytes().as_slice(), name.as_bytes()].concat());
        }
        if is_local && is_described {
            (crc, sizes) = (0, [0; 2]);
        }
        if is_local && has(&Oddity::LocalSize) {
            sizes[1] ^= 1;
        }
        let flags = UTF8 | if self.encrypted { ENCRYPTED } else { 0 } | if is_described { DESCRIBED } else { 0 };
        let method = if self.deflated || is_local && has(&Oddity::LocalMethod) { 8_u16 } else { 0 };
        let mut out = Vec::new();
        for field in [20, flags, method, 0, DATE] {
            out.extend(field.to_le_bytes());
        }
        for field in [crc, sizes[0], sizes[1]] {
            out.extend(field.to_le_bytes());
        }
        out.extend((path.len() as u16).to_le_bytes());
        out.extend((extra.len() as u16).to_le_bytes());
        (out, extra)
    }

    /// Local header, data and descriptor.
    fn body(&self, stored: &[u8]) -> Vec<u8> {
        let path = self.local_path.as_deref().unwrap_or(&self.path);
        let (header, extra) = self.header(Place::Local, path, stored);
        let mut out = [b"PK\x03\x04", header.as_slice(), path.as_bytes(), &extra, stored].concat();
        if self.oddity == Some(Oddity::Described) {
            out.extend(b"PK\x07\x08");
            for field in [crc32fast::hash(&self.bytes), stored.len() as u32, self.bytes.len() as u32] {
                out.extend(field.to_le_bytes());
            }
        }
        out
    }
}

/// A zip of the entries in their order, doubled names included.
pub fn zip(entries: &[Entry]) -> Vec<u8> {
    zip_behind(&[], entries)
}

/// The same behind other bytes, which its directory knows of.
pub fn zip_behind(front: &[u8], entries: &[Entry]) -> Vec<u8> {
    let mut out = front.to_vec();
    let mut directory = Vec::new();
    let mut count = 0_u16;
    let (mut offset, mut data) = (0_u32, 0_u32);
    for entry in entries {
        let deflated = entry.deflated.then(|| miniz_oxide::deflate::compress_to_vec(&entry.bytes, 6));
        let filled = match (&deflated, &entry.oddity) {
            (Some(deflated), Some(Oddity::Filled(more))) => Some([deflated.as_slice(), more].concat()),
            _ => None,
        };
        let stored = filled.as_deref().or(deflated.as_deref()).unwrap_or(&entry.bytes);
        match entry.oddity {
            Some(Oddity::Shared) => {}
            Some(Oddity::Inside) => offset = data,
            _ => {
                offset = out.len() as u32;
                let body = entry.body(stored);
                out.extend(&body);
                data = out.len() as u32 - stored.len() as u32;
                if let Some(Oddity::Followed(more)) = &entry.oddity {
                    out.extend(more);
                }
            }
        }
        if entry.oddity == Some(Oddity::Unlisted) {
            continue;
        }
        count += 1;
        let (header, extra) = entry.header(Place::Central, &entry.path, stored);
        directory.extend(b"PK\x01\x02");
        directory.extend((3_u16 << 8 | 20).to_le_bytes());
        directory.extend(header);
        directory.extend([0; 6]);
        directory.extend((entry.kind.mode() << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.path.as_bytes());
        directory.extend(extra);
    }
    let offset = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(offset.to_le_bytes());
    out.extend([0, 0]);
    out
}
