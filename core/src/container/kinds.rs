//! Archives of kinds that are not read, told by their first bytes or by their names, so that nobody takes what is in them for absent.

use std::io::Read as _;

use flate2::bufread::GzDecoder;

use super::end::u16_at;
use super::packing::Packing;
use crate::terms::reason::Reason;

/// First bytes, and what begins with them.
const MAGICS: [(&[u8], &str); 12] = [
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"MSCF\0\0\0\0", "cabinet"),
    (b"\x04\x22\x4d\x18", "LZ4"),
    (b"LZIP\x01", "lzip"),
    (b"\x1f\x9d", "compress"),
    (b"070701", "cpio"),
    (b"070707", "cpio"),
    (b"xar!\0\x1c", "xar"),
    (b"\x89LZO\0\r\n\x1a\n", "lzop"),
];

/// How names end, in lower-case letters, and what ends like that.
const NAMES: [(&[u8], &str); 22] = [
    (b".bz2", "bzip2"),
    (b".tbz", "bzip2"),
    (b".tbz2", "bzip2"),
    (b".xz", "xz"),
    (b".txz", "xz"),
    (b".lzma", "LZMA"),
    (b".lz", "lzip"),
    (b".tlz", "lzip"),
    (b".lz4", "LZ4"),
    (b".lzo", "lzop"),
    (b".br", "Brotli"),
    (b".tzst", "Zstandard"),
    (b".zst", "Zstandard"),
    (b".z", "compress"),
    (b".taz", "compress"),
    (b".7z", "7-Zip"),
    (b".rar", "RAR"),
    (b".cab", "cabinet"),
    (b".iso", "disk"),
    (b".dmg", "disk"),
    (b".cpio", "cpio"),
    (b".xar", "xar"),
];

/// What begins with these bytes, if that is an archive of a kind that is not read, and what to do.
pub(super) fn unread_kind(start: &[u8]) -> Option<Reason> {
    if start.starts_with(b"PK\x07\x08") {
        return Some(Reason::OnePart);
    }
    let (_, kind) = MAGICS.iter().find(|(magic, _)| start.starts_with(magic))?;
    // Three letters and a digit would be little; what follows tells bzip2 from a text.
    let is_bzip2 = || start.get(4..10).is_some_and(|block| matches!(block, b"1AY&SY" | b"\x17\x72\x45\x38\x50\x90"));
    (*kind != "bzip2" || is_bzip2()).then(|| not_read(kind))
}

/// Why a file is no archive, by its name, its first 512 bytes and its last 22, as far as there are any; `None` if it is one.
pub(super) fn no_archive(name: &[u8], start: &[u8], end: &[u8]) -> Option<Reason> {
    if Packing::of(start).is_some() {
        return None;
    }
    let is_last_part = end.starts_with(b"PK\x05\x06") && u16_at(end, 4) != 0;
    let kind = unread_kind(start).or_else(|| is_last_part.then_some(Reason::OnePart)).or_else(|| unread_name(name));
    Some(kind.unwrap_or(Reason::NoArchive))
}

/// What a file is by its name, if that is an archive of a kind that is not read, and what to do.
pub(super) fn unread_name(name: &[u8]) -> Option<Reason> {
    let lower = name.to_ascii_lowercase();
    let end = lower.iter().rposition(|byte| *byte == b'.').and_then(|dot| lower.split_at_checked(dot));
    let (before, end) = end.unwrap_or((&lower, b""));
    let digits = end.strip_prefix(b".").unwrap_or_default();
    let is_number = |text: &[u8]| text.len() >= 2 && text.iter().all(u8::is_ascii_digit);
    let is_numbered = |ends: &[&[u8]]| is_number(digits) && ends.iter().any(|end| before.ends_with(end));
    if is_numbered(&[b".zip", b".tar", b".gz", b".tgz", b".zst", b".7z", b".rar"])
        || digits.strip_prefix(b"z").is_some_and(is_number)
    {
        return Some(Reason::OnePart);
    }
    let (_, kind) = NAMES.iter().find(|(known, _)| *known == end)?;
    Some(not_read(kind))
}

/// What begins with these bytes, if that is any archive at all. Documents and programs are zip archives, too, and no evidence is in them.
pub(super) fn disguised(start: &[u8]) -> Option<Reason> {
    const DOCUMENTS: [&[u8]; 5] = [b"[Content_Types].xml", b"_rels/", b"mimetype", b"META-INF/", b"docProps/"];
    const NAME: usize = 30;
    let is_tar = |start: &[u8]| Packing::of(start) == Some(Packing::Tar) && start.iter().any(|byte| *byte != 0);
    let other_name = |kind: &str| Some(Reason::OtherName { kind: kind.to_owned() });
    match Packing::of(start) {
        Some(Packing::Tar) if is_tar(start) => other_name("tar"),
        Some(Packing::Zip) => {
            let name = start.get(NAME..).unwrap_or_default();
            if DOCUMENTS.iter().any(|document| name.starts_with(document)) { None } else { other_name("zip") }
        }
        Some(Packing::Gzip) => {
            let mut inflated = [0; 512];
            let mut decoder = GzDecoder::new(start);
            let mut read = 0;
            while let Some(rest) = inflated.get_mut(read..).filter(|rest| !rest.is_empty()) {
                match decoder.read(rest) {
                    Ok(more) if more > 0 => read = read.saturating_add(more),
                    _ => break,
                }
            }
            let inflated = inflated.get(..read).unwrap_or_default();
            if is_tar(inflated) { other_name("tar.gz") } else { unread_kind(inflated) }
        }
        Some(Packing::Zstd) => Some(not_read("Zstandard")),
        _ => unread_kind(start),
    }
}

fn not_read(kind: &str) -> Reason {
    Reason::NotRead { kind: kind.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_archive_is_told_by_its_bytes_and_else_by_its_name() {
        let bzip2 = Some(Reason::NotRead { kind: "bzip2".to_owned() });
        assert_eq!(unread_kind(b"BZh91AY&SY"), bzip2);
        assert_eq!(unread_kind(b"PK\x03\x04"), None);
        assert_eq!(no_archive(b"a.zip", b"PK\x03\x04", b""), None);
        assert_eq!(no_archive(b"a.tar.bz2", b"", b""), bzip2);
        assert_eq!(no_archive(b"", b"BZh91AY&SY", b""), bzip2);
        assert_eq!(no_archive(b"", b"", b"PK\x05\x06\x01\0"), Some(Reason::OnePart));
        assert_eq!(no_archive(b"a.zip", b"PK", b"PK"), Some(Reason::NoArchive));
    }
}
