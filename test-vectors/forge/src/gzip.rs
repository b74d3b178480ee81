//! Gzip files, the same bytes on every machine.
//!
//! The header and the trailer are written by hand, and the deflate stream comes from `miniz_oxide`, whose output does
//! not depend on the processor.

/// The fixed part of the header: deflate, no flags, no time, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// Header flag of an extra field.
const FEXTRA: u8 = 4;
/// Header flag of a file name.
const FNAME: u8 = 8;
/// Header flag of a comment.
const FCOMMENT: u8 = 16;

/// What a gzip header may carry besides the content.
#[derive(Default)]
pub struct Header<'a> {
    /// Bytes of the extra field.
    pub extra: Option<&'a [u8]>,
    /// The file name that the compressor noted.
    pub name: Option<&'a str>,
    /// A comment.
    pub comment: Option<&'a str>,
}

/// One gzip member around `content`.
pub fn gzip(content: &[u8]) -> Vec<u8> {
    gzip_with(content, &Header::default(), 6)
}

/// One gzip member around `content`, with a header of one's own and a compression level from 0 to 10.
pub fn gzip_with(content: &[u8], header: &Header<'_>, level: u8) -> Vec<u8> {
    let mut out = HEADER.to_vec();
    if let Some(extra) = header.extra {
        out[3] |= FEXTRA;
        out.extend((extra.len() as u16).to_le_bytes());
        out.extend(extra);
    }
    for (flag, text) in [(FNAME, header.name), (FCOMMENT, header.comment)] {
        if let Some(text) = text {
            out[3] |= flag;
            out.extend(text.as_bytes());
            out.push(0);
        }
    }
    out.extend(miniz_oxide::deflate::compress_to_vec(content, level));
    out.extend(crc32fast::hash(content).to_le_bytes());
    out.extend((content.len() as u32).to_le_bytes());
    out
}

/// The content of a member that [`gzip`] wrote.
pub fn gunzip(member: &[u8]) -> Vec<u8> {
    assert_eq!(member[..10], HEADER, "not a member of the forge's own making");
    miniz_oxide::inflate::decompress_to_vec(&member[10..member.len() - 8]).expect("a whole deflate stream")
}
