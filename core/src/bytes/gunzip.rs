//! Exactly one gzip member (RFC 1952), bounded, with everything around it reported.
//!
//! AWS hashes inflated bytes, so whatever stands outside the deflate stream is covered by no signature: header fields, the
//! trailer, and all that follows the first member. A lenient reader would let those through.

use std::io::{self, BufRead};

use flate2::{Decompress, FlushDecompress, Status};

use crate::bytes::crc::Crc;

/// What was found around and in the member.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Member {
    /// Inflated bytes that there are: all of them were given to the sink, if the member is whole.
    pub(crate) inflated_bytes: u64,
    /// The deflate stream came to its end.
    pub(crate) is_whole: bool,
    /// The trailer is there and agrees with the content.
    pub(crate) trailer_agrees: bool,
    /// Bytes follow the member.
    pub(crate) has_trailing_data: bool,
    /// The header carries a name, a comment or extra bytes.
    pub(crate) has_header_payload: bool,
    /// The limit was reached.
    pub(crate) exceeds_limit: bool,
}

/// The first two bytes of a gzip member.
pub(crate) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// What is inflated at once. Before it goes on, the inflater has to set aside the last 32 KiB; much more than this would leave a core's
/// own cache before it is hashed.
const PIECE_BYTES: usize = 256 << 10;

/// What of the output is touched for the first small content; an archive may have many small containers, each with an inflater of its own.
const FIRST_BYTES: usize = 16 << 10;

/// What inflating needs, to be used again for one member after the other: to set it up costs as much as a small log file.
#[derive(Debug)]
pub(crate) struct Inflater {
    state: Decompress,
    /// Its capacity is what it gives away at once; no more of that is touched than is needed.
    pub(crate) output: Vec<u8>,
}

impl Default for Inflater {
    fn default() -> Self {
        Self::holding(PIECE_BYTES)
    }
}

impl Inflater {
    /// One that gives away a content in one piece, if it is not longer than this.
    pub(crate) fn holding(bytes: usize) -> Self {
        Self { state: Decompress::new(false), output: Vec::with_capacity(bytes) }
    }
}

/// Inflates one member and gives its bytes to `sink` piece by piece, at most `limit_bytes` of them; with each piece it says whether that
/// is all the content.
///
/// # Errors
///
/// Only what the reader itself returns; damage is described by the [`Member`].
pub(crate) fn gunzip(
    reader: &mut dyn BufRead,
    limit_bytes: u64,
    inflater: &mut Inflater,
    sink: &mut dyn FnMut(&[u8], bool),
) -> io::Result<Member> {
    let mut member = Member::default();
    let Some(has_payload) = read_header(reader)? else { return Ok(member) };
    member.has_header_payload = has_payload;

    let Inflater { state, output } = inflater;
    state.reset(false);
    let mut crc = Crc::new();
    // What of the output is not given away yet.
    let mut filled = 0_usize;
    loop {
        let input = reader.fill_buf()?;
        let flush = if input.is_empty() { FlushDecompress::Finish } else { FlushDecompress::None };
        if filled == output.len() {
            let more = filled.clamp(FIRST_BYTES, PIECE_BYTES);
            output.resize(filled.saturating_add(more).min(output.capacity()), 0);
        }
        let end = filled.saturating_add(PIECE_BYTES).min(output.len());
        let (read_before, written_before) = (state.total_in(), state.total_out());
        let outcome = state.decompress(input, output.get_mut(filled..end).unwrap_or_default(), flush);
        let read = usize::try_from(state.total_in().saturating_sub(read_before)).unwrap_or(0);
        let written = usize::try_from(state.total_out().saturating_sub(written_before)).unwrap_or(0);
        reader.consume(read);
        member.inflated_bytes = member.inflated_bytes.saturating_add(written as u64);
        if member.inflated_bytes > limit_bytes {
            member.exceeds_limit = true;
            return Ok(member);
        }
        let whole = filled.saturating_add(written);
        crc.update(output.get(filled..whole).unwrap_or_default());
        filled = whole;
        let is_end = matches!(outcome, Ok(Status::StreamEnd));
        if is_end || filled == output.capacity() {
            sink(output.get(..filled).unwrap_or_default(), is_end && filled as u64 == member.inflated_bytes);
            filled = 0;
        }
        match outcome {
            Ok(Status::StreamEnd) => break,
            // No step forward with all input given, or none with room for output: the stream is cut off or broken.
            Ok(Status::Ok | Status::BufError) if read == 0 && written == 0 => return Ok(member),
            Ok(Status::Ok | Status::BufError) => {}
            Err(_) => return Ok(member),
        }
    }
    member.is_whole = true;
    let mut trailer = [0; 8];
    if read_up_to(reader, &mut trailer)? == trailer.len() {
        let [c0, c1, c2, c3, l0, l1, l2, l3] = trailer;
        // ISIZE is the length modulo 2^32 (RFC 1952, 2.3.1).
        member.trailer_agrees = u32::from_le_bytes([c0, c1, c2, c3]) == crc.finalize()
            && u64::from(u32::from_le_bytes([l0, l1, l2, l3])) == member.inflated_bytes & u64::from(u32::MAX);
        member.has_trailing_data = !reader.fill_buf()?.is_empty();
    }
    Ok(member)
}

/// Reads the header; `None` if it is cut off or none, else whether it carries a payload. Of a payload at most a megabyte is
/// skipped: a longer one is no header that any program writes.
fn read_header(reader: &mut dyn BufRead) -> io::Result<Option<bool>> {
    const MAX_FIELD_BYTES: u32 = 1 << 20;
    const FHCRC: u8 = 2;
    const FEXTRA: u8 = 4;
    const FNAME: u8 = 8;
    const FCOMMENT: u8 = 16;
    const RESERVED: u8 = 0xe0;
    let mut fixed = [0; 10];
    if read_up_to(reader, &mut fixed)? != fixed.len() {
        return Ok(None);
    }
    let [magic1, magic2, method, flags, ..] = fixed;
    if [magic1, magic2] != MAGIC || method != 8 || flags & RESERVED != 0 {
        return Ok(None);
    }
    let mut crc = Crc::new();
    crc.update(&fixed);
    if flags & FEXTRA != 0 {
        let mut length = [0; 2];
        if read_up_to(reader, &mut length)? != length.len() {
            return Ok(None);
        }
        crc.update(&length);
        let mut extra = vec![0; usize::from(u16::from_le_bytes(length))];
        if read_up_to(reader, &mut extra)? != extra.len() {
            return Ok(None);
        }
        crc.update(&extra);
    }
    for flag in [FNAME, FCOMMENT] {
        if flags & flag == 0 {
            continue;
        }
        for field_bytes in 0.. {
            let mut byte = [0];
            if field_bytes > MAX_FIELD_BYTES || read_up_to(reader, &mut byte)? != 1 {
                return Ok(None);
            }
            crc.update(&byte);
            if byte == [0] {
                break;
            }
        }
    }
    if flags & FHCRC != 0 {
        let mut stated = [0; 2];
        let is_read = read_up_to(reader, &mut stated)? == stated.len();
        // CRC16 is the two low bytes of the CRC-32 of the header.
        if !is_read || u32::from(u16::from_le_bytes(stated)) != crc.finalize() & 0xffff {
            return Ok(None);
        }
    }
    Ok(Some([FEXTRA, FNAME, FCOMMENT].iter().any(|flag| flags & flag != 0)))
}

fn read_up_to(reader: &mut dyn BufRead, target: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = target.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(read) => filled = filled.saturating_add(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, GzBuilder, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn inflate(bytes: &[u8], limit: u64) -> (Member, Vec<u8>) {
        let mut content = Vec::new();
        let mut inflater = Inflater::default();
        // What an earlier member left behind must not show.
        let before = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0x4b, 0x4c, 0x4a][..];
        gunzip(&mut &*before, limit, &mut inflater, &mut |_, _| ()).unwrap();
        let mut reader = io::BufReader::with_capacity(7, bytes);
        let member = gunzip(&mut reader, limit, &mut inflater, &mut |piece, _| content.extend_from_slice(piece));
        (member.unwrap(), content)
    }

    fn clean(inflated_bytes: u64) -> Member {
        Member { inflated_bytes, is_whole: true, trailer_agrees: true, ..Member::default() }
    }

    #[test]
    fn a_second_member_and_padding_are_trailing_data() {
        for tail in [gzip(b"{}"), vec![0], b"x".to_vec()] {
            let (member, content) = inflate(&[gzip(b"first"), tail].concat(), 100);
            assert_eq!(member, Member { has_trailing_data: true, ..clean(5) });
            assert_eq!(content, b"first");
        }
    }

    #[test]
    fn every_cut_is_seen() {
        let whole = gzip(&b"0123456789".repeat(500));
        for length in 0..whole.len() {
            let (member, _) = inflate(&whole[..length], 1 << 20);
            assert!(!member.is_whole || !member.trailer_agrees, "cut at {length}");
            assert_eq!(member.is_whole, length >= whole.len() - 8, "cut at {length}");
        }
    }

    #[test]
    fn a_wrong_trailer_is_seen() {
        let whole = gzip(b"content");
        for index in whole.len() - 8..whole.len() {
            let mut damaged = whole.clone();
            damaged[index] ^= 1;
            let (member, content) = inflate(&damaged, 100);
            assert!(member.is_whole && !member.trailer_agrees);
            assert_eq!(content, b"content");
        }
    }

    #[test]
    fn header_payloads_are_seen_and_checked() {
        for builder in
            [GzBuilder::new().filename("n"), GzBuilder::new().comment("c"), GzBuilder::new().extra(b"AB\x01\0z".to_vec())]
        {
            let mut encoder = builder.write(Vec::new(), Compression::fast());
            encoder.write_all(b"content").unwrap();
            let (member, _) = inflate(&encoder.finish().unwrap(), 100);
            assert_eq!(member, Member { has_header_payload: true, ..clean(7) });
        }
        let mut with_crc = gzip(b"content");
        with_crc[3] |= 2;
        let mut crc = Crc::new();
        crc.update(&with_crc[..10]);
        let crc16 = u16::try_from(crc.finalize() & 0xffff).unwrap().to_le_bytes();
        with_crc.splice(10..10, crc16);
        assert_eq!(inflate(&with_crc, 100).0, clean(7));
        with_crc[10] ^= 1;
        assert!(!inflate(&with_crc, 100).0.is_whole);
    }

    /// A member whose header has these flags, these fields and the checksum of both, if it asks for one.
    fn with_header(flags: u8, fields: &[u8]) -> Vec<u8> {
        let mut header = [&MAGIC[..], &[8, flags, 0, 0, 0, 0, 0, 255], fields].concat();
        if flags & 2 != 0 {
            let mut crc = Crc::new();
            crc.update(&header);
            header.extend(crc.finalize().to_le_bytes()[..2].iter());
        }
        [&header, &gzip(b"content")[10..]].concat()
    }

    #[test]
    fn a_header_is_what_its_flags_say() {
        let payload = Member { has_header_payload: true, ..clean(7) };
        let fields = b"\x02\0xyname\0comment\0";
        assert_eq!(inflate(&with_header(4 | 8 | 16 | 2, fields), 100).0, payload);
        assert_eq!(inflate(&with_header(4 | 8 | 16, fields), 100).0, payload);
        assert_eq!(inflate(&with_header(1, b""), 100).0, clean(7), "a text, by the one flag that says nothing");
        for end in 10..10 + fields.len() + 2 {
            assert_eq!(inflate(&with_header(4 | 8 | 16 | 2, fields)[..end], 100).0, Member::default(), "cut at {end}");
        }
        for index in 10..10 + fields.len() {
            let mut damaged = with_header(4 | 8 | 16 | 2, fields);
            damaged[index] ^= 0x80;
            assert!(!inflate(&damaged, 100).0.is_whole, "changed at {index}");
        }
        for (index, wrong) in [(0, 0), (1, 0), (2, 7), (3, 0x20), (3, 0x40), (3, 0x80)] {
            let mut damaged = gzip(b"content");
            damaged[index] = wrong;
            assert_eq!(inflate(&damaged, 100).0, Member::default(), "byte {index} is {wrong}");
        }
    }

    #[test]
    fn of_a_name_a_megabyte_is_skipped_and_no_more() {
        let named = |length: usize| with_header(8, &[vec![b'n'; length], vec![0]].concat());
        assert!(inflate(&named(1 << 20), 100).0.is_whole);
        assert!(!inflate(&named((1 << 20) + 1), 100).0.is_whole);
    }

    /// A reader that is interrupted before each byte, and fails at its end.
    struct Failing<'a>(&'a [u8], bool);

    impl io::Read for Failing<'_> {
        fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            match (self.1, self.0.split_first()) {
                (true, _) => Err(io::ErrorKind::Interrupted.into()),
                (false, Some((first, rest))) => {
                    target[0] = *first;
                    self.0 = rest;
                    Ok(1)
                }
                (false, None) => Err(io::ErrorKind::TimedOut.into()),
            }
        }
    }

    impl BufRead for Failing<'_> {
        fn fill_buf(&mut self) -> io::Result<&[u8]> {
            Ok(self.0)
        }

        fn consume(&mut self, read: usize) {
            self.0 = &self.0[read..];
        }
    }

    #[test]
    fn an_interruption_is_no_error_and_an_error_is_no_end() {
        let whole = gzip(b"content");
        assert_eq!(gunzip(&mut Failing(&whole, false), 100, &mut Inflater::default(), &mut |_, _| ()).unwrap(), clean(7));
        for cut in [5, whole.len() - 4] {
            let error = gunzip(&mut Failing(&whole[..cut], false), 100, &mut Inflater::default(), &mut |_, _| ()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "cut at {cut}");
        }
    }

    #[test]
    fn an_inflater_shows_no_member_what_was_in_the_one_before() {
        // Three bytes from one byte back, in fixed codes (RFC 1951, 3.2.6), where nothing stands before.
        let from_nowhere = [MAGIC.as_slice(), &[8, 0, 0, 0, 0, 0, 0, 0, 0x03, 0x02, 0x00]].concat();
        let mut inflater = Inflater::default();
        for before in [gzip(b"secret"), gzip(b"secret")[..14].to_vec(), gzip(&[b'x'; PIECE_BYTES + 1])] {
            gunzip(&mut before.as_slice(), 1 << 20, &mut inflater, &mut |_, _| ()).unwrap();
            let mut content = Vec::new();
            let member = gunzip(&mut from_nowhere.as_slice(), 100, &mut inflater, &mut |piece, _| content.extend_from_slice(piece));
            assert_eq!((member.unwrap(), content), (Member::default(), Vec::new()));
        }
    }

    #[test]
    fn the_limit_is_inclusive() {
        for length in [1000, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES + 1] {
            let whole = gzip(&vec![b' '; length]);
            let limit = length as u64;
            assert_eq!(inflate(&whole, limit).0, clean(limit));
            assert!(inflate(&whole, limit - 1).0.exceeds_limit);
        }
    }

    #[test]
    fn what_takes_several_pieces_comes_back() {
        // Repeated from as far back as deflate reaches, so that the start of a piece needs the end of the one before.
        let period: Vec<u8> = (0..32_768_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let content: Vec<u8> = period.iter().copied().cycle().take(2 * PIECE_BYTES + 1).collect();
        let packed = gzip(&content);
        assert!(packed.len() < content.len() / 8);
        assert_eq!(inflate(&packed, content.len() as u64), (clean(content.len() as u64), content));
    }

    proptest! {
        #[test]
        fn whatever_was_packed_comes_back(content in prop::collection::vec(any::<u8>(), 0..5000)) {
            let (member, inflated) = inflate(&gzip(&content), 5000);
            prop_assert_eq!(member, clean(content.len() as u64));
            prop_assert_eq!(inflated, content);
        }

        #[test]
        fn an_inflater_that_was_used_does_as_a_new_one(
            packed in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..500), any::<bool>(), any::<prop::sample::Index>()), 1..6),
        ) {
            let mut used = Inflater::default();
            for (content, is_packed, cut) in packed {
                let whole = if is_packed { gzip(&content) } else { [&gzip(b"")[..10], &content].concat() };
                let part = &whole[..=cut.index(whole.len())];
                let [with_used, with_new] = [&mut used, &mut Inflater::default()].map(|inflater| {
                    let mut found = Vec::new();
                    let member = gunzip(&mut &*part, 400, inflater, &mut |piece, _| found.extend_from_slice(piece));
                    (member.unwrap(), found)
                });
                prop_assert_eq!(with_used, with_new);
            }
        }

        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let packed = [MAGIC.as_slice(), &[8, 0, 0, 0, 0, 0, 0, 0], &bytes].concat();
            inflate(&packed, 10_000);
        }
    }
}
