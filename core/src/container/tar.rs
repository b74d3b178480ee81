//! Tar archives, plain or in gzip or Zstandard: streams, read once from their beginning.

use std::cell::Cell;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use tar::{Archive, EntryType};

use super::meter::{Meter, Metered};
use super::{NESTED_BYTES, Packing, problem, read_start};
use crate::entry::{self, EntryPath, Kind, Separator};
use crate::error::io_reason;
use crate::examine::{Exhibit, Tools, examine, is_read};
use crate::finding::Code;
use crate::policy::Limits;

/// Entries up to this size are given away, so that others can examine them while the stream is read on.
const GIVEN_BYTES: u64 = 8 << 20;

/// What names and attributes of one entry may take in the stream: a path has at most 1,024 bytes, and some programs add
/// attributes of a few kilobytes.
const HEADER_BYTES: u64 = 1 << 20;

const BLOCK_BYTES: u64 = 512;

/// Archives are filled up to a multiple of what a tape takes at once, which is rarely above a mebibyte.
const PADDING_BYTES: u64 = 64 << 20;

/// What a tar archive holds, piece by piece.
#[derive(Debug)]
pub(super) enum Found {
    /// An entry to be examined, by whatever thread.
    Piece(EntryPath, Vec<u8>),
    /// An entry that was examined, is a link, or was refused.
    Exhibit(Exhibit),
    /// A zip archive in the stream, unpacked into memory.
    Zip(EntryPath, Vec<u8>),
}

/// True for the first block of a tar archive: its checksum agrees (POSIX.1-2017, pax, "ustar Interchange Format").
pub(super) fn is_header(block: &[u8]) -> bool {
    let (Some(block), Some(field)) = (block.get(..512), block.get(148..156)) else { return false };
    let digits = field.iter().skip_while(|byte| **byte == b' ').take_while(|byte| byte.is_ascii_digit());
    let stated = digits.fold(0_u32, |sum, digit| sum.saturating_mul(8).saturating_add(u32::from(digit - b'0')));
    let sum = block.iter().zip(0_usize..).fold(0_u32, |sum, (byte, index)| {
        let byte = if (148..156).contains(&index) { b' ' } else { *byte };
        sum.saturating_add(u32::from(byte))
    });
    // An archive without entries is nothing but zeros; its sum is that of the blanks.
    sum == stated || (block.iter().all(|byte| *byte == 0))
}

/// Reads an archive from its beginning and shows what it finds. `at` is where it lies inside the case; archives in one that lies
/// in another are not opened.
pub(super) fn read_tar(at: Option<&EntryPath>, reader: &mut dyn Read, limits: &Limits, meter: &Meter, show: &mut dyn FnMut(Found)) {
    let mut stream = match unpacked(reader) {
        Ok(Some(stream)) => Metered { reader: stream, meter },
        Ok(None) => {
            let detail = "it is no archive of a kind that is read here".to_owned();
            return show(Found::Exhibit(problem(at, Code::ArchiveEntryUnreadable, detail)));
        }
        Err(error) => return show(Found::Exhibit(problem(at, Code::ArchiveEntryUnreadable, io_reason(&error)))),
    };
    // What the tar reader may take from the stream before it must show an entry: long names are read into memory.
    let budget = Cell::new(HEADER_BYTES);
    let zeros = Cell::new(0);
    let mut archive = Archive::new(Budgeted { reader: &mut stream, position: 0, left: &budget, zeros: &zeros });
    let mut entries = match archive.entries_with_seek() {
        Ok(entries) => entries,
        Err(error) => return show(Found::Exhibit(problem(at, Code::ArchiveEntryUnreadable, io_reason(&error)))),
    };
    let mut seen = 0_u64;
    loop {
        let mut entry = match entries.next() {
            None => break,
            Some(Err(error)) => {
                let detail = format!("its rest cannot be read: {}", error.kind());
                return show(Found::Exhibit(problem(at, Code::ArchiveEntryUnreadable, detail)));
            }
            Some(Ok(_)) if seen == limits.entries => {
                return show(Found::Exhibit(problem(at, Code::ArchiveLimit, format!("entries is {}", limits.entries))));
            }
            Some(Ok(entry)) => entry,
        };
        seen = seen.saturating_add(1);
        // The content, its padding, and the headers of the next entry.
        budget.set(entry.size().saturating_add(512).saturating_add(HEADER_BYTES));
        show_entry(at, &mut entry, limits, meter, show);
    }
    if let Some(detail) = what_follows(&mut stream, zeros.get()) {
        show(Found::Exhibit(problem(at, Code::ArchiveEntryUnreadable, detail)));
    }
}

/// An archive ends with blocks of zeros (POSIX.1-2017, pax, "ustar Interchange Format"). Programs differ in whether they read on
/// behind them, and none notices an archive that was cut off between two entries.
fn what_follows(stream: &mut dyn Read, mut zeros: u64) -> Option<String> {
    if zeros < BLOCK_BYTES {
        return Some("it has no end mark: it may be cut off".to_owned());
    }
    let mut buffer = [0; 8192];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return None,
            Ok(read) => {
                if buffer.get(..read).unwrap_or_default().iter().any(|byte| *byte != 0) {
                    return Some("something stands behind its end, which some programs would read".to_owned());
                }
                zeros = zeros.saturating_add(read as u64);
                if zeros > PADDING_BYTES {
                    return Some(format!("more than {PADDING_BYTES} bytes of padding stand behind its end"));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Some(format!("its rest cannot be read: {}", error.kind())),
        }
    }
}

fn show_entry(
    at: Option<&EntryPath>,
    entry: &mut tar::Entry<'_, impl Read>,
    limits: &Limits,
    meter: &Meter,
    show: &mut dyn FnMut(Found),
) {
    let name = entry.path_bytes().into_owned();
    let (inner, is_safe) = EntryPath::normalise(&name, Separator::Slash);
    let path = at.map_or_else(|| inner.clone(), |at| at.nesting(&inner));
    let kind = entry.header().entry_type();
    let refuse = |code, detail: String| Found::Exhibit(Exhibit::refused(path.clone(), code, detail));
    if kind == EntryType::Directory || (kind.is_file() && name.ends_with(b"/")) {
        return;
    }
    if let Some(refused) = Exhibit::of_long_path(&path, limits) {
        return show(Found::Exhibit(refused));
    }
    if !is_safe {
        return show(refuse(Code::ArchiveEntryUnsafe, "its path leaves the archive or is absolute".to_owned()));
    }
    if let Some(detail) = disagreement(entry, &name) {
        return show(refuse(Code::ArchiveEntryUnreadable, detail.to_owned()));
    }
    match kind {
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
            let size_bytes = entry.size();
            if matches!(entry::classify(&path), Kind::Container) {
                return show_nested(at, &path, entry, limits, meter, show);
            }
            if !is_read(&path) {
                return show(Found::Piece(path, Vec::new()));
            }
            if size_bytes > limits.entry_bytes {
                return show(refuse(Code::ArchiveLimit, format!("entry_bytes is {}", limits.entry_bytes)));
            }
            if size_bytes > GIVEN_BYTES {
                let mut tools = Tools::default();
                let exhibit = tools.examine_reader(path, entry, limits);
                meter.spend(tools.take_spent());
                return show(Found::Exhibit(exhibit));
            }
            let mut bytes = Vec::with_capacity(usize::try_from(size_bytes).unwrap_or_default());
            match entry.take(GIVEN_BYTES).read_to_end(&mut bytes) {
                Ok(read) if (read as u64) < size_bytes => {
                    show(refuse(Code::ArchiveEntryUnreadable, io::ErrorKind::UnexpectedEof.to_string()));
                }
                Ok(_) => show(Found::Piece(path, bytes)),
                Err(error) => show(refuse(Code::ArchiveEntryUnreadable, io_reason(&error))),
            }
        }
        EntryType::Link | EntryType::Symlink => {
            let target = entry.link_name_bytes().map(std::borrow::Cow::into_owned).unwrap_or_default();
            // A hard link names its target from the top of the archive, a symbolic link from where it stands.
            let base = if kind == EntryType::Link { EntryPath::new("x") } else { inner };
            match base.resolve(&target) {
                Some(target) if target.inner().len() > limits.path_bytes as usize => {
                    show(refuse(Code::ArchiveLimit, format!("it leads to a longer path than path_bytes, {}", limits.path_bytes)));
                }
                Some(target) => {
                    let target = at.map_or_else(|| target.clone(), |at| at.nesting(&target));
                    show(Found::Exhibit(Exhibit::link(path, target)));
                }
                None => show(refuse(Code::ArchiveEntryUnsafe, "a link that leaves the archive".to_owned())),
            }
        }
        EntryType::Char | EntryType::Block | EntryType::Fifo => {
            show(refuse(Code::ArchiveEntryUnsafe, "it is a device, a FIFO or a socket".to_owned()));
        }
        // Headers for all that follows; they bear no content of their own.
        EntryType::XGlobalHeader => {}
        _ => show(refuse(Code::ArchiveEntryUnreadable, "an entry of a kind that is not read".to_owned())),
    }
}

/// What one program would read in an entry's headers and another would not. Names and sizes that are too large for a header stand in
/// front of it, in the way of GNU or of POSIX, and nothing hinders both, or twice one.
fn disagreement(entry: &mut tar::Entry<'_, impl Read>, name: &[u8]) -> Option<&'static str> {
    /// From here on a size does not fit into a header's eleven octal digits.
    const LARGE_BYTES: u64 = 8 << 30;
    let size = entry.size();
    let stated = entry.header().size().ok();
    let fields = match entry.pax_extensions() {
        Ok(fields) => fields?,
        Err(_) => return Some("its fields cannot be read"),
    };
    let (mut is_torn, mut is_named) = (false, false);
    for field in fields {
        match field.as_ref().map(|field| (field.key_bytes(), field.value_bytes())) {
            // A value with a line feed, which may look like fields of its own.
            Err(_) => is_torn = true,
            Ok((b"path", value)) if value != name => return Some("it is stated to have two names"),
            Ok((b"size", value)) if value != size.to_string().as_bytes() || (stated != Some(size) && size < LARGE_BYTES) => {
                return Some("it is stated to have two sizes");
            }
            Ok((b"path" | b"size" | b"linkpath", _)) => is_named = true,
            Ok((key, _)) if key.starts_with(b"GNU.sparse.") => return Some("it is stored with holes in a way that is not read"),
            Ok(_) => {}
        }
    }
    (is_torn && is_named).then_some("its fields can be read in two ways")
}

/// An archive inside this one: a tar archive is read on, a zip archive is taken into memory.
fn show_nested(
    at: Option<&EntryPath>,
    path: &EntryPath,
    entry: &mut dyn Read,
    limits: &Limits,
    meter: &Meter,
    show: &mut dyn FnMut(Found),
) {
    if at.is_some() {
        return show(Found::Exhibit(examine(path.clone(), &[], limits)));
    }
    let unreadable = |error: &io::Error| problem(Some(path), Code::ArchiveEntryUnreadable, io_reason(error));
    let start = match read_start(entry) {
        Ok(start) => start,
        Err(error) => return show(Found::Exhibit(unreadable(&error))),
    };
    let mut whole = start.as_slice().chain(entry);
    if Packing::of(&start) != Some(Packing::Zip) {
        return read_tar(Some(path), &mut whole, limits, meter, show);
    }
    let mut bytes = Vec::new();
    show(match whole.take(NESTED_BYTES.saturating_add(1)).read_to_end(&mut bytes) {
        Ok(read) if read as u64 > NESTED_BYTES => {
            let detail = format!("a nested zip archive in a stream may have {NESTED_BYTES} bytes");
            Found::Exhibit(problem(Some(path), Code::ArchiveLimit, detail))
        }
        Ok(_) => Found::Zip(path.clone(), bytes),
        Err(error) => Found::Exhibit(unreadable(&error)),
    });
}

/// The tar stream inside whatever it is packed in; `None` if it is no tar archive.
fn unpacked<'a>(reader: &'a mut dyn Read) -> io::Result<Option<Box<dyn Read + 'a>>> {
    let start = read_start(reader)?;
    let packing = Packing::of(&start);
    let whole = io::Cursor::new(start).chain(reader);
    let mut stream: Box<dyn Read + 'a> = match packing {
        Some(Packing::Tar) => return Ok(Some(Box::new(BufReader::with_capacity(256 << 10, whole)))),
        // Several gzip members in a row are one stream here: parallel packers write them.
        Some(Packing::Gzip) => Box::new(MultiGzDecoder::new(BufReader::with_capacity(64 << 10, whole))),
        Some(Packing::Zstd) => Box::new(Frames::new(Box::new(BufReader::with_capacity(64 << 10, whole)))),
        Some(Packing::Zip) | None => return Ok(None),
    };
    let start = read_start(&mut *stream)?;
    let is_tar = Packing::of(&start) == Some(Packing::Tar);
    Ok(is_tar.then(|| Box::new(BufReader::with_capacity(256 << 10, io::Cursor::new(start).chain(stream))) as Box<dyn Read + 'a>))
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
        const SKIPPED_MAGIC: u32 = 0x184d_2a50;
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

/// A reader that refuses once a budget is spent, and counts the zeros with which what was read ends.
struct Budgeted<'a, R> {
    reader: R,
    position: u64,
    left: &'a Cell<u64>,
    zeros: &'a Cell<u64>,
}

impl<R: Read> Read for Budgeted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let allowed = usize::try_from(self.left.get()).unwrap_or(usize::MAX).min(buffer.len());
        if allowed == 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let read = self.reader.read(buffer.get_mut(..allowed).unwrap_or_default())?;
        self.left.set(self.left.get().saturating_sub(read as u64));
        self.position = self.position.saturating_add(read as u64);
        let fresh = buffer.get(..read).unwrap_or_default();
        let zeros = fresh.iter().rev().take_while(|byte| **byte == 0).count();
        let before = if zeros == read { self.zeros.get() } else { 0 };
        self.zeros.set(before.saturating_add(zeros as u64));
        Ok(read)
    }
}

/// Forward only, by reading. Left to itself, the tar reader fills 32 KiB with zeros before it skips the padding of an entry.
impl<R: Read> Seek for Budgeted<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Current(distance) = to else { return Err(io::ErrorKind::Unsupported.into()) };
        let mut left = u64::try_from(distance).map_err(|_| io::ErrorKind::Unsupported)?;
        let mut buffer = [0; BLOCK_BYTES as usize];
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            match self.read(buffer.get_mut(..wanted).unwrap_or_default())? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => left = left.saturating_sub(read as u64),
            }
        }
        Ok(self.position)
    }
}
