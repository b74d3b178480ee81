//! What a tar archive is packed in: gzip or Zstandard.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::kinds::unread_kind;
use super::packing::{Packing, SKIPPED_MAGIC, read_start};
use crate::terms::reason::Reason;

/// The tar stream inside whatever it is packed in, or why there is none. Once it was read, `has_several` tells whether it went on in a
/// second member of gzip data.
pub(super) fn unpacked<'a>(
    reader: &'a mut dyn Read,
    has_several: &'a Cell<bool>,
) -> io::Result<Result<Box<dyn Read + 'a>, Reason>> {
    let none = |start: &[u8]| Ok(Err(unread_kind(start).unwrap_or(Reason::NoArchive)));
    let start = read_start(reader)?;
    let packing = Packing::of(&start);
    if matches!(packing, Some(Packing::Zip) | None) {
        return none(&start);
    }
    let whole = io::Cursor::new(start).chain(reader);
    let mut stream: Box<dyn Read + 'a> = match packing {
        Some(Packing::Tar) => return Ok(Ok(Box::new(whole))),
        Some(Packing::Gzip) => {
            let source = BufReader::with_capacity(64 << 10, whole);
            Box::new(Members { decoder: Some(GzDecoder::new(Box::new(source))), is_first: true, has_several })
        }
        _ => Box::new(Frames::new(Box::new(BufReader::with_capacity(64 << 10, whole)))),
    };
    let start = read_start(&mut *stream)?;
    if Packing::of(&start) != Some(Packing::Tar) {
        return none(&start);
    }
    Ok(Ok(Box::new(io::Cursor::new(start).chain(stream))))
}

/// Members of gzip data, one after the other (RFC 1952, 2.2).
struct Members<'a> {
    decoder: Option<GzDecoder<Box<dyn BufRead + 'a>>>,
    is_first: bool,
    has_several: &'a Cell<bool>,
}

impl Read for Members<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            let read = decoder.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                self.has_several.set(self.has_several.get() || !self.is_first);
                return Ok(read);
            }
            self.is_first = false;
            let mut source = self.decoder.take().map(GzDecoder::into_inner);
            let goes_on = source.as_mut().map(|source| source.fill_buf().map(|rest| !rest.is_empty())).transpose()?;
            self.decoder = source.filter(|_| goes_on == Some(true)).map(GzDecoder::new);
        }
        Ok(0)
    }
}

/// Zstandard frames, one after the other (RFC 8878, 3.1: a stream is any number of them, some of which may be skipped).
struct Frames<'a> {
    state: State<'a>,
}

enum State<'a> {
    Between(Peeked<'a>),
    Inside(Box<StreamingDecoder<Peeked<'a>, FrameDecoder>>),
    Broken,
}

/// A stream whose next four bytes may be looked at.
struct Peeked<'a> {
    magic: [u8; 4],
    /// How many of these are still to be read.
    left: usize,
    reader: Box<dyn Read + 'a>,
}

impl Read for Peeked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return self.reader.read(buffer);
        }
        let mut rest = self.magic.get(4_usize.saturating_sub(self.left)..).unwrap_or_default();
        let read = rest.read(buffer)?;
        self.left = self.left.saturating_sub(read);
        Ok(read)
    }
}

impl<'a> Frames<'a> {
    fn new(reader: Box<dyn Read + 'a>) -> Self {
        Self { state: State::Between(Peeked { magic: [0; 4], left: 0, reader }) }
    }
}

impl Read for Frames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let broken = || io::Error::from(io::ErrorKind::InvalidData);
        loop {
            match std::mem::replace(&mut self.state, State::Broken) {
                State::Broken => return Err(broken()),
                State::Between(mut source) => {
                    let start = read_exactly(&mut source.reader, 4)?;
                    let Ok(magic) = <[u8; 4]>::try_from(start.as_slice()) else {
                        self.state = State::Between(source);
                        return if start.is_empty() { Ok(0) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
                    };
                    if u32::from_le_bytes(magic) & !0xf == SKIPPED_MAGIC {
                        let length = <[u8; 4]>::try_from(read_exactly(&mut source.reader, 4)?.as_slice()).map_err(|_| broken())?;
                        io::copy(&mut (&mut source.reader).take(u32::from_le_bytes(length).into()), &mut io::sink())?;
                        self.state = State::Between(source);
                    } else {
                        (source.magic, source.left) = (magic, 4);
                        self.state = State::Inside(Box::new(StreamingDecoder::new(source).map_err(|_| broken())?));
                    }
                }
                State::Inside(mut decoder) => {
                    let read = decoder.read(buffer)?;
                    if read > 0 || buffer.is_empty() {
                        self.state = State::Inside(decoder);
                        return Ok(read);
                    }
                    self.state = State::Between(decoder.into_inner());
                }
            }
        }
    }
}

/// So many bytes, or as many as there are.
fn read_exactly(reader: &mut dyn Read, count: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}
