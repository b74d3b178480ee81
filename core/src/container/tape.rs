//! The members of a tar archive, by a grammar so strict that all programs read the same: POSIX.1-2017 (pax, "ustar Interchange
//! Format" and "pax Header Block"), and GNU's long names and older sparse files. What fits it in two ways is a doubt about the member.

use std::io::{self, BufRead, Read};

use super::meter::Meter;
use crate::terms::reason::Reason;

const BLOCK_BYTES: usize = 512;

/// What names and attributes of one entry may take in the stream: a path has at most 1,024 bytes, and some programs add
/// attributes of a few kilobytes.
const HEADER_BYTES: u64 = 1 << 20;

/// From here on a size does not fit into a header's eleven octal digits.
const LARGE_BYTES: u64 = 8 << 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    File,
    Folder,
    /// A folder by its name, and a file by its kind.
    NamedFolder,
    HardLink,
    SymbolicLink,
    Device,
    /// The name of the archive, which is no entry.
    Label,
    /// Headers for all that follows; they bear no content of their own.
    Global,
    Other,
}

/// A member before its content is read.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: Vec<u8>,
    pub(super) target: Vec<u8>,
    pub(super) sort: Sort,
    /// How much its content is, holes included.
    pub(super) size_bytes: u64,
    /// What one program would read in its headers and another would not.
    pub(super) doubt: Option<Reason>,
}

/// How large a sparse file is, and its stretches: holes and the bytes behind them, the next one last.
type Holed = (u64, Vec<(u64, u64)>);

/// A tar archive that is read from its beginning. As a reader it gives the content of the member that was shown last.
pub(super) struct Tape<'a> {
    stream: &'a mut dyn BufRead,
    /// Of holes, which come out of nothing; what the stream gives is counted there.
    meter: &'a Meter,
    /// Of the member's content: holes and the bytes behind them, the next one last.
    stretches: Vec<(u64, u64)>,
    /// Bytes of the stream up to the next header.
    left: u64,
    has_end_mark: bool,
}

impl<'a> Tape<'a> {
    pub(super) fn new(stream: &'a mut dyn BufRead, meter: &'a Meter) -> Self {
        Self { stream, meter, stretches: Vec::new(), left: 0, has_end_mark: false }
    }

    /// The next member; `None` at the end of the archive.
    ///
    /// # Errors
    ///
    /// What stands in the way of reading on.
    pub(super) fn next(&mut self) -> Result<Option<Member>, Reason> {
        self.skip_content()?;
        let mut extras = Extras::default();
        loop {
            let Some(block) = self.block()? else {
                return if extras.is_any { Err(Reason::TarEndsInHeaders) } else { Ok(None) };
            };
            if block.iter().all(|byte| *byte == 0) {
                self.has_end_mark = true;
                return if extras.is_any { Err(Reason::TarEndsInHeaders) } else { Ok(None) };
            }
            let header = Header::of(&block)?;
            match header.kind {
                b'L' | b'K' | b'x' => {
                    let body = self.extra(&header, &mut extras)?;
                    extras.take(&header, body);
                }
                b'g' => {
                    let is_first = !extras.is_any;
                    let body = self.extra(&header, &mut extras)?;
                    let is_harmless = records(&body).is_some_and(|records| records.iter().all(|(key, _)| !is_telling(key)));
                    let doubt = match header.doubt.clone().or(extras.doubt) {
                        None if !(is_first && is_harmless) => Some(Reason::TarGlobal),
                        doubt => doubt,
                    };
                    let name = header.name();
                    return Ok(Some(Member { name, target: Vec::new(), sort: Sort::Global, size_bytes: 0, doubt }));
                }
                _ => return self.member(&block, header, extras).map(Some),
            }
        }
    }

    /// What is wrong with the end of an archive that was read to it. It ends with blocks of zeros. Programs differ in whether they read
    /// on behind them, and none notices an archive that was cut off between two entries.
    pub(super) fn what_follows(&mut self) -> Option<Reason> {
        /// Archives are filled up to a multiple of what a tape takes at once, which is rarely above a mebibyte.
        const PADDING_BYTES: u64 = 64 << 20;
        if !self.has_end_mark {
            return Some(Reason::TarNoEnd);
        }
        let mut zeros = 0_u64;
        loop {
            match self.stream.fill_buf() {
                Ok([]) => return None,
                Ok(bytes) => {
                    if bytes.iter().any(|byte| *byte != 0) {
                        return Some(Reason::TarBehindEnd);
                    }
                    let read = bytes.len();
                    self.stream.consume(read);
                    zeros = zeros.saturating_add(read as u64);
                    if zeros > PADDING_BYTES {
                        return Some(Reason::TarPadding { most: PADDING_BYTES });
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Some(unreadable(&error)),
            }
        }
    }

    fn member(&mut self, block: &[u8; BLOCK_BYTES], header: Header<'_>, extras: Extras) -> Result<Member, Reason> {
        let has_long_name = extras.name.is_some() || extras.path.is_some();
        let name = extras.name.clone().or_else(|| extras.path.clone()).unwrap_or_else(|| header.name());
        let target = extras.target.clone().or_else(|| extras.link.clone()).unwrap_or_else(|| header.target().to_vec());
        let is_file = matches!(header.kind, b'0' | b'\0' | b'7');
        let stored_bytes = extras.size.unwrap_or(header.size_bytes);
        let sort = match header.kind {
            // Older programs know folders by their names alone; then their kind is none.
            b'\0' if name.ends_with(b"/") => Sort::Folder,
            _ if is_file && name.ends_with(b"/") => Sort::NamedFolder,
            b'0' | b'\0' | b'7' | b'S' => Sort::File,
            b'1' => Sort::HardLink,
            b'2' => Sort::SymbolicLink,
            b'3' | b'4' | b'6' => Sort::Device,
            b'5' => Sort::Folder,
            b'V' => Sort::Label,
            _ => Sort::Other,
        };
        let is_link = matches!(sort, Sort::HardLink | Sort::SymbolicLink);
        let mut doubt = header.doubt.clone().or_else(|| extras.doubt(&header, stored_bytes));
        let mut doubtful = |is_doubtful: bool, why: Reason| doubt = doubt.take().or(is_doubtful.then_some(why));
        doubtful(sort != Sort::File && stored_bytes > 0, Reason::TarSizeOfNoFile);
        doubtful(!is_link && (extras.target.is_some() || extras.link.is_some()), Reason::TarTargetOfNoLink);
        doubtful(is_link && name.ends_with(b"/"), Reason::TarLinkNamedFolder);
        doubtful(
            header.kind == b'\0' && has_long_name && header.name().ends_with(b"/") != name.ends_with(b"/"),
            Reason::TarFolderOrFile,
        );
        let mut size_bytes = stored_bytes;
        self.left = stored_bytes.next_multiple_of(BLOCK_BYTES as u64);
        self.stretches = vec![(0, stored_bytes)];
        if header.kind == b'S' {
            match self.holes(block, stored_bytes)? {
                Some((whole_bytes, stretches)) => (size_bytes, self.stretches) = (whole_bytes, stretches),
                None => doubtful(true, Reason::TarHoles),
            }
        }
        Ok(Member { name, target, sort, size_bytes, doubt })
    }

    /// A block; `None` at the end of the stream.
    fn block(&mut self) -> Result<Option<[u8; BLOCK_BYTES]>, Reason> {
        let mut block = [0; BLOCK_BYTES];
        let mut read = 0;
        while let Some(rest) = block.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.stream.read(rest) {
                Ok(0) if read == 0 => return Ok(None),
                Ok(0) => return Err(unreadable(&io::ErrorKind::UnexpectedEof.into())),
                Ok(more) => read = read.saturating_add(more),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(&error)),
            }
        }
        Ok(Some(block))
    }

    fn skip_content(&mut self) -> Result<(), Reason> {
        self.stretches.clear();
        while self.left > 0 {
            match self.stream.fill_buf() {
                Ok([]) => return Err(unreadable(&io::ErrorKind::UnexpectedEof.into())),
                Ok(bytes) => {
                    let read = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
                    self.stream.consume(read);
                    self.left = self.left.saturating_sub(read as u64);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(&error)),
            }
        }
        Ok(())
    }

    /// The content of a header that stands in front of another.
    fn extra(&mut self, header: &Header<'_>, extras: &mut Extras) -> Result<Vec<u8>, Reason> {
        extras.is_any = true;
        extras.bytes = extras.bytes.saturating_add(header.size_bytes);
        if extras.bytes > HEADER_BYTES {
            return Err(Reason::TarHeaderBytes { most: HEADER_BYTES });
        }
        self.left = header.size_bytes.next_multiple_of(BLOCK_BYTES as u64);
        self.stretches = vec![(0, self.left)];
        let mut body = Vec::new();
        self.read_to_end(&mut body).map_err(|error| unreadable(&error))?;
        let padding = body.split_off(usize::try_from(header.size_bytes).unwrap_or(usize::MAX).min(body.len()));
        if padding.iter().any(|byte| *byte != 0) {
            extras.doubt = Some(Reason::TarLongNameGoesOn);
        }
        Ok(body)
    }

    /// A sparse file of GNU's older form: how large it is, and what lies where; `None` if that can be read in two ways.
    fn holes(&mut self, block: &[u8; BLOCK_BYTES], stored_bytes: u64) -> Result<Option<Holed>, Reason> {
        const MAPPED: (usize, usize) = (386, 482);
        const MAPPED_BEHIND: (usize, usize) = (0, 504);
        let mut map = Vec::new();
        let mut is_clear = true;
        let mut take = |block: &[u8], (start, end): (usize, usize)| {
            let mut is_over = false;
            for pair in block.get(start..end).unwrap_or_default().chunks_exact(24) {
                let (offset, bytes) = pair.split_at_checked(12).unwrap_or_default();
                match (octal(offset), octal(bytes)) {
                    (Some(Some(offset)), Some(Some(bytes))) if !is_over => map.push((offset, bytes)),
                    (Some(None), Some(None)) => is_over = true,
                    _ => is_clear = false,
                }
            }
            match block.get(end) {
                Some(0) => false,
                Some(1) => true,
                _ => {
                    is_clear = false;
                    false
                }
            }
        };
        let mut has_more = take(block, MAPPED);
        let mut blocks = 0_u64;
        while has_more {
            blocks = blocks.saturating_add(1);
            let is_bounded = blocks.saturating_mul(BLOCK_BYTES as u64) <= HEADER_BYTES;
            let Some(block) = self.block()?.filter(|_| is_bounded) else {
                return Err(unreadable(&io::ErrorKind::UnexpectedEof.into()));
            };
            has_more = take(&block, MAPPED_BEHIND);
        }
        let Some(Some(whole_bytes)) = block.get(483..495).and_then(octal) else { return Ok(None) };
        let (mut end, mut sum) = (0_u64, 0_u64);
        let mut stretches = Vec::new();
        for (offset, bytes) in map {
            // Some programs begin each stretch with a block of its own.
            is_clear &= offset >= end && (bytes == 0 || sum.is_multiple_of(BLOCK_BYTES as u64));
            stretches.push((offset.saturating_sub(end), bytes));
            end = offset.saturating_add(bytes);
            sum = sum.saturating_add(bytes);
        }
        // Some programs end the file with its last stretch, others where its header says.
        is_clear &= end == whole_bytes && sum == stored_bytes;
        stretches.push((whole_bytes.saturating_sub(end), 0));
        stretches.reverse();
        Ok(is_clear.then_some((whole_bytes, stretches)))
    }
}

/// The content of the member that was shown last.
impl Read for Tape<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some((zeros, bytes)) = self.stretches.last_mut() {
            let room = |left: u64| usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            if *zeros > 0 {
                let count = room(*zeros);
                self.meter.spend(count as u64);
                if self.meter.is_exceeded() {
                    return Err(io::ErrorKind::FileTooLarge.into());
                }
                buffer.get_mut(..count).unwrap_or_default().fill(0);
                *zeros = zeros.saturating_sub(count as u64);
                return Ok(count);
            }
            if *bytes > 0 {
                let count = room(*bytes);
                let read = self.stream.read(buffer.get_mut(..count).unwrap_or_default())?;
                if read == 0 && count > 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                *bytes = bytes.saturating_sub(read as u64);
                self.left = self.left.saturating_sub(read as u64);
                return Ok(read);
            }
            self.stretches.pop();
        }
        Ok(0)
    }
}

/// Why a stream cannot be read on.
pub(super) fn unreadable(error: &io::Error) -> Reason {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Reason::CutOff,
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Reason::TarPacking,
        _ => error.into(),
    }
}

/// A header block.
struct Header<'a> {
    block: &'a [u8; BLOCK_BYTES],
    kind: u8,
    size_bytes: u64,
    has_prefix: bool,
    doubt: Option<Reason>,
}

impl<'a> Header<'a> {
    fn of(block: &'a [u8; BLOCK_BYTES]) -> Result<Self, Reason> {
        if !is_header(block) {
            return Err(Reason::TarNoEntry);
        }
        let part = |start: usize, end: usize| block.get(start..end).unwrap_or_default();
        let is_zero = |start, end| part(start, end).iter().all(|byte| *byte == 0);
        let kind = part(156, 157).first().copied().unwrap_or_default();
        let is_gnu = part(257, 265) == b"ustar  \0";
        let is_posix = part(257, 265) == b"ustar\x0000";
        let mut doubt = None;
        let mut doubtful = |is_doubtful: bool, why: Reason| doubt = doubt.take().or(is_doubtful.then_some(why));
        doubtful(!(is_gnu || is_posix || (is_zero(257, 329) && is_zero(345, 512))), Reason::TarForm);
        // Some programs take what stands here for the folder of its name, whatever the form.
        doubtful(is_gnu && !is_zero(345, if kind == b'S' { 386 } else { 512 }), Reason::TarPrefix);
        let prefix = part(345, 500);
        let prefix_bytes = prefix.iter().position(|byte| *byte == 0).unwrap_or(prefix.len());
        let is_clean = prefix.iter().skip(prefix_bytes).all(|byte| *byte == 0) && is_zero(500, 512);
        doubtful(is_posix && !is_clean, Reason::TarPrefix);
        // Blanks alone are no number to some.
        let is_number = |(start, end)| octal(part(start, end)).is_some_and(|number| number.is_some()) || is_zero(start, end);
        // Only owners and times are large, or before 1970.
        let is_large = |(start, end)| part(start, end).first().is_some_and(|byte| matches!(byte, 0x80 | 0xff));
        let are_numbers = [(100, 108), (329, 337), (337, 345)].into_iter().all(is_number)
            && [(108, 116), (116, 124), (136, 148)].into_iter().all(|field| is_number(field) || is_large(field));
        doubtful(!are_numbers, Reason::TarNumber);
        let size = part(124, 136);
        let size_bytes = match octal(size) {
            Some(Some(size)) => size,
            // Some programs leave out the size of what has none.
            Some(None) if !matches!(kind, b'0' | b'\0' | b'7' | b'S' | b'L' | b'K' | b'x' | b'g') => 0,
            _ => binary(size).ok_or(Reason::TarSize)?,
        };
        Ok(Self { block, kind, size_bytes, has_prefix: is_posix && prefix_bytes > 0, doubt })
    }

    fn part(&self, start: usize, end: usize) -> &'a [u8] {
        let part = self.block.get(start..end).unwrap_or_default();
        part.split(|byte| *byte == 0).next().unwrap_or_default()
    }

    fn name(&self) -> Vec<u8> {
        let name = self.part(0, 100);
        if self.has_prefix { [self.part(345, 500), b"/", name].concat() } else { name.to_vec() }
    }

    fn target(&self) -> &'a [u8] {
        self.part(157, 257)
    }
}

/// True for a header block: its checksum agrees.
pub(super) fn is_header(block: &[u8]) -> bool {
    let (Some(block), Some(field)) = (block.get(..BLOCK_BYTES), block.get(148..156)) else { return false };
    let sum = block.iter().zip(0_usize..).fold(0_u64, |sum, (byte, index)| {
        let byte = if (148..156).contains(&index) { b' ' } else { *byte };
        sum.saturating_add(u64::from(byte))
    });
    octal(field) == Some(Some(sum))
}

/// A number in octal digits, which blanks and NULs may surround; `Some(None)` if there are no digits, `None` if there is anything else.
fn octal(field: &[u8]) -> Option<Option<u64>> {
    let start = field.iter().position(|byte| *byte != b' ').unwrap_or(field.len());
    let rest = field.get(start..).unwrap_or_default();
    let digits = rest.iter().position(|byte| !matches!(byte, b'0'..=b'7')).unwrap_or(rest.len());
    let (digits, end) = rest.split_at_checked(digits).unwrap_or_default();
    let is_clean = end.iter().all(|byte| matches!(byte, 0 | b' ')) && digits.len() <= 12;
    let number = digits.iter().fold(0_u64, |number, digit| number << 3 | u64::from(digit & 7));
    is_clean.then_some((!digits.is_empty()).then_some(number))
}

/// A size that is too large for octal digits, in the way of GNU.
fn binary(field: &[u8]) -> Option<u64> {
    let (first, rest) = field.split_first()?;
    let number = rest.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let is_short = rest.iter().take(3).all(|byte| *byte == 0);
    (*first == 0x80 && is_short && (LARGE_BYTES..1 << 62).contains(&number)).then_some(number)
}

/// What stands in front of a member's header: names and sizes that are too large for it, in the way of GNU or of POSIX.
#[derive(Default)]
struct Extras {
    is_any: bool,
    bytes: u64,
    /// GNU's long name and target.
    name: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
    has_records: bool,
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    doubt: Option<Reason>,
}

impl Extras {
    fn take(&mut self, header: &Header<'_>, body: Vec<u8>) {
        let mut doubt = self.doubt.take().or_else(|| header.doubt.clone());
        let mut doubtful = |is_doubtful: bool, why: Reason| doubt = doubt.take().or(is_doubtful.then_some(why));
        if header.kind == b'x' {
            doubtful(self.has_records, Reason::TwoNames);
            self.has_records = true;
            match records(&body) {
                None => doubtful(true, Reason::TarFields),
                Some(records) => {
                    doubtful(is_torn(&records), Reason::TarFieldsTorn);
                    for (key, value) in records {
                        match key {
                            b"path" => doubtful(!put(&mut self.path, value), Reason::TwoNames),
                            b"linkpath" => doubtful(!put(&mut self.link, value), Reason::TwoTargets),
                            b"size" => match decimal(value) {
                                Some(size) => {
                                    doubtful(self.size.is_some_and(|before| before != size), Reason::TwoSizes);
                                    self.size = Some(size);
                                }
                                None => doubtful(true, Reason::TwoSizes),
                            },
                            key => doubtful(is_telling(key), Reason::TarPaxHoles),
                        }
                    }
                }
            }
        } else {
            // Some programs end it with a NUL.
            let text = body.strip_suffix(b"\0").unwrap_or(&body);
            let (kept, why) =
                if header.kind == b'L' { (&mut self.name, Reason::TwoNames) } else { (&mut self.target, Reason::TwoTargets) };
            let is_doubled = !put(kept, text);
            doubtful(is_doubled || text.contains(&0), why);
        }
        self.doubt = doubt;
    }

    fn doubt(&self, header: &Header<'_>, stored_bytes: u64) -> Option<Reason> {
        let differ = |one: &Option<Vec<u8>>, other: &Option<Vec<u8>>| one.is_some() && other.is_some() && one != other;
        let has_two_sizes = self.size.is_some() && stored_bytes != header.size_bytes && stored_bytes < LARGE_BYTES;
        self.doubt
            .clone()
            .or(differ(&self.name, &self.path).then_some(Reason::TwoNames))
            .or(differ(&self.target, &self.link).then_some(Reason::TwoTargets))
            .or(has_two_sizes.then_some(Reason::TwoSizes))
    }
}

/// Keeps the first text; false if there was another one, or it is empty.
fn put(kept: &mut Option<Vec<u8>>, text: &[u8]) -> bool {
    let is_only = kept.as_deref().is_none_or(|before| before == text);
    kept.get_or_insert_with(|| text.to_vec());
    is_only && !text.is_empty()
}

/// The fields of a pax header, each with its length in front; `None` if they are not the whole of it.
fn records(mut body: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut records = Vec::new();
    while !body.is_empty() {
        let blank = memchr::memchr(b' ', body.get(..body.len().min(12))?)?;
        let length = usize::try_from(decimal(body.get(..blank)?)?).ok()?;
        let record = body.get(blank.saturating_add(1)..length)?.strip_suffix(b"\n")?;
        let equals = memchr::memchr(b'=', record)?;
        let (key, value) = (record.get(..equals)?, record.get(equals.saturating_add(1)..)?);
        if key.is_empty() || key.contains(&0) {
            return None;
        }
        records.push((key, value));
        body = body.get(length..)?;
    }
    Some(records)
}

fn decimal(text: &[u8]) -> Option<u64> {
    let is_plain = text.iter().all(u8::is_ascii_digit) && (text == b"0" || !text.starts_with(b"0"));
    std::str::from_utf8(text).ok().filter(|_| is_plain)?.parse().ok()
}

/// A field on which it depends what is unpacked, and under which name.
fn is_telling(key: &[u8]) -> bool {
    matches!(key, b"path" | b"linkpath" | b"size" | b"SCHILY.realsize") || key.starts_with(b"GNU.")
}

/// True if a value holds a line feed, behind which some programs look for the next field, and it matters.
fn is_torn(records: &[(&[u8], &[u8])]) -> bool {
    let holds = |text: &[u8], part: &[u8]| memchr::memmem::find(text, part).is_some();
    let is_any_telling = records.iter().any(|(key, _)| is_telling(key));
    let mut torn = records.iter().filter(|(_, value)| value.contains(&b'\n'));
    torn.any(|(_, value)| is_any_telling || holds(value, b"path=") || holds(value, b"size="))
}
