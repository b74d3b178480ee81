//! Zip archives: every entry of the central directory, read in place.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::sync::Arc;

use flate2::read::DeflateDecoder;
use rawzip::extra_fields::{ExtraFieldId, ExtraFields};
use rawzip::{CompressionMethod, ReaderAt, ZipArchive, ZipArchiveEntryWayfinder, ZipEntry, ZipFileHeaderRecord, ZipLocator};

use super::{NESTED_BYTES, PIECE_BYTES, Packing, problem, read_start};
use crate::crc::Crc;
use crate::entry::{self, EntryPath, Kind, Separator};
use crate::error::Error;
use crate::examine::{Exhibit, Workspace, examine, examine_reader, is_read};
use crate::finding::Code;
use crate::policy::Limits;

/// A zip archive whose directory was read.
#[derive(Debug)]
pub(super) struct Zip<R> {
    /// Where it lies, if that is inside another container or a folder.
    at: Option<EntryPath>,
    archive: ZipArchive<R>,
    members: Vec<Member>,
    /// What is wrong with the archive itself.
    problems: Vec<Exhibit>,
}

/// One entry of a zip archive's directory.
#[derive(Debug)]
pub(super) struct Member {
    path: EntryPath,
    claim: Claim,
}

#[derive(Debug)]
enum Claim {
    File(Stored),
    Refused(Code, &'static str),
    /// A symbolic link, whose content is its target.
    Link(Stored),
}

#[derive(Clone, Copy, Debug)]
struct Stored {
    wayfinder: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    crc32: u32,
    size_bytes: u64,
    /// Where its local header stands.
    start: u64,
    /// Its local header leaves checksum and sizes to a descriptor behind the data.
    is_described: bool,
    /// A field beside the name states another one.
    has_two_names: bool,
}

/// What an entry of the directory takes up at least: its local header, its name and its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Extent {
    start: u64,
    end: u64,
}

/// A local header without name and extra field (APPNOTE 4.3.7).
const LOCAL_HEADER_BYTES: u64 = 30;
const LOCAL_HEADER_MAGIC: &[u8] = b"PK\x03\x04";

impl Member {
    /// Its path inside the archive.
    pub(super) fn path(&self) -> &EntryPath {
        &self.path
    }

    /// True if it is an archive itself, by its name.
    pub(super) fn is_container(&self) -> bool {
        matches!(entry::classify(&self.path), Kind::Container)
    }

    /// Its stated size, for progress bars.
    pub(super) fn size_bytes(&self) -> u64 {
        match &self.claim {
            Claim::File(stored) => stored.size_bytes,
            Claim::Refused(..) | Claim::Link(_) => 0,
        }
    }
}

impl<R: ReaderAt> Zip<R> {
    /// Reads the directory of an archive of `length_bytes`. `at` is where it lies inside the case; `None` for one that was given itself.
    ///
    /// # Errors
    ///
    /// [`Error::Container`] if there is no directory, because the archive is cut off or is no zip archive.
    pub(super) fn open(at: Option<EntryPath>, reader: R, length_bytes: u64, limits: &Limits) -> Result<Self, Error> {
        let mut buffer = vec![0; rawzip::MAX_CENTRAL_DIRECTORY_RECORD_SIZE.max(rawzip::RECOMMENDED_BUFFER_SIZE)];
        let archive = ZipLocator::new()
            .locate_in_reader(reader, &mut buffer, length_bytes)
            .map_err(|(_, error)| Error::Container { reason: error.to_string() })?;
        let mut zip = Self { at, archive, members: Vec::new(), problems: Vec::new() };
        zip.list(&mut buffer, limits);
        Ok(zip)
    }

    fn list(&mut self, buffer: &mut [u8], limits: &Limits) {
        let mut seen = 0_u64;
        let mut is_whole = true;
        let mut extents = Vec::new();
        let mut entries = self.archive.entries(buffer);
        loop {
            match entries.next_entry() {
                Ok(None) => break,
                Ok(Some(_)) if seen == limits.entries => {
                    self.problems.push(problem(self.at.as_ref(), Code::ArchiveLimit, format!("entries is {}", limits.entries)));
                    is_whole = false;
                    break;
                }
                Ok(Some(record)) => {
                    seen = seen.saturating_add(1);
                    extents.push((Extent::of(&record), record.wayfinder(), record.flags().has_data_descriptor()));
                    self.members.extend(read_record(&record, self.at.as_ref()));
                }
                Err(error) => {
                    self.problems.push(problem(self.at.as_ref(), Code::ArchiveEntryUnreadable, error.to_string()));
                    is_whole = false;
                    break;
                }
            }
        }
        // Without zip64 the end record counts in 16 bits, and some programs let that overflow.
        let stated = self.archive.entries_hint();
        if is_whole && stated != seen && !(stated <= u64::from(u16::MAX) && stated == seen % 65_536) {
            let detail = format!("its end record states {stated} entries, the directory holds {seen}");
            self.problems.push(problem(self.at.as_ref(), Code::ArchiveEntryUnreadable, detail));
        }
        extents.sort_unstable_by_key(|(extent, ..)| *extent);
        self.refuse_overlapping(extents.iter().map(|(extent, ..)| *extent));
        if is_whole && self.has_unlisted_entry(&extents) {
            let detail =
                "it holds an entry that its directory does not list, which programs that read from its beginning would find";
            self.problems.push(problem(self.at.as_ref(), Code::ArchiveEntryUnreadable, detail.to_owned()));
        }
    }

    /// Entries that share bytes come from nobody who packs files; a few bytes become any number of large files that way.
    fn refuse_overlapping(&mut self, sorted: impl Iterator<Item = Extent>) {
        let mut overlapping = BTreeSet::new();
        let mut furthest = Extent { start: 0, end: 0 };
        let directory = Extent { start: self.archive.directory_offset(), end: u64::MAX };
        for extent in sorted.chain([directory]) {
            if extent.start < furthest.end {
                overlapping.extend([extent.start, furthest.start]);
            }
            if extent.end > furthest.end {
                furthest = extent;
            }
        }
        for member in self.members.iter_mut().filter(|_| !overlapping.is_empty()) {
            if let Claim::File(stored) | Claim::Link(stored) = &member.claim
                && overlapping.contains(&stored.start)
            {
                member.claim = Claim::Refused(Code::ArchiveEntryUnreadable, "its bytes are also those of another entry");
            }
        }
    }

    /// Looks only where between two entries there is room for a third.
    fn has_unlisted_entry(&self, sorted: &[(Extent, ZipArchiveEntryWayfinder, bool)]) -> bool {
        /// A descriptor: with or without its magic, in 32 or 64 bits (APPNOTE 4.3.9).
        const DESCRIPTORS: [usize; 5] = [0, 12, 16, 20, 24];
        let is_header_at = |offset: u64, skips: &[usize]| {
            let mut bytes = [0; 28];
            let read = self.archive.get_ref().read_at(&mut bytes, offset).unwrap_or_default();
            let bytes = bytes.get(..read).unwrap_or_default();
            skips.iter().any(|skip| bytes.get(*skip..).is_some_and(|rest| rest.starts_with(LOCAL_HEADER_MAGIC)))
        };
        let starts = sorted.iter().map(|(extent, ..)| extent.start).chain([self.archive.directory_offset()]);
        let first = starts.clone().next().unwrap_or_default();
        let follows = |((extent, wayfinder, is_described), next): (&(Extent, ZipArchiveEntryWayfinder, bool), u64)| {
            if next < extent.end.saturating_add(LOCAL_HEADER_BYTES) {
                return false;
            }
            let Ok(entry) = self.archive.get_entry(*wayfinder) else { return false };
            let (_, end) = entry.compressed_data_range();
            let skips = if *is_described { DESCRIPTORS.as_slice() } else { &[0] };
            next >= end.saturating_add(LOCAL_HEADER_BYTES) && is_header_at(end, skips)
        };
        (first >= LOCAL_HEADER_BYTES && is_header_at(0, &[0])) || sorted.iter().zip(starts.skip(1)).any(follows)
    }

    /// Its entries, folders apart, in the order of the directory.
    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    /// What is wrong with the archive itself; to be admitted like any exhibit.
    pub(super) fn problems(&self) -> &[Exhibit] {
        &self.problems
    }

    /// Examines one member.
    pub(super) fn examine(&self, member: &Member, limits: &Limits, workspace: &mut Workspace) -> Exhibit {
        match &member.claim {
            Claim::Refused(code, detail) => Exhibit::refused(member.path.clone(), *code, *detail),
            Claim::Link(stored) => self.examine_link(&member.path, *stored),
            Claim::File(_) if !is_read(&member.path) => examine(member.path.clone(), &[], limits),
            Claim::File(stored) => self.examine_file(&member.path, *stored, limits, workspace),
        }
    }

    fn examine_link(&self, path: &EntryPath, stored: Stored) -> Exhibit {
        const MAX_LINK_BYTES: u64 = 4096;
        let mut target = Vec::new();
        let is_read =
            self.reader(stored).is_ok_and(|reader| reader.take(MAX_LINK_BYTES).read_to_end(&mut target).is_ok_and(|read| read > 0));
        match path.resolve(&target).filter(|_| is_read) {
            Some(target) => Exhibit::link(path.clone(), target),
            None => Exhibit::refused(path.clone(), Code::ArchiveEntryUnsafe, "a link that leaves the archive"),
        }
    }

    fn examine_file(&self, path: &EntryPath, stored: Stored, limits: &Limits, workspace: &mut Workspace) -> Exhibit {
        let refused = |detail: String| Exhibit::refused(path.clone(), Code::ArchiveEntryUnreadable, detail);
        if stored.size_bytes > limits.entry_bytes {
            return Exhibit::refused(path.clone(), Code::ArchiveLimit, format!("entry_bytes is {}", limits.entry_bytes));
        }
        if !matches!(stored.method, CompressionMethod::STORE | CompressionMethod::DEFLATE) {
            return refused(format!("compression method {} is not supported", stored.method.as_u16()));
        }
        let opened = self.archive.get_entry(stored.wayfinder).and_then(|entry| {
            let disagreement = header_disagreement(&entry, path, stored, &mut workspace.header)?;
            Ok((disagreement, unpacked(&entry, stored)))
        });
        let (disagreement, reader) = match opened {
            Ok(opened) => opened,
            Err(error) => return refused(error.to_string()),
        };
        let mut reader = Summing { reader, crc: Crc::new(), size_bytes: 0, is_whole: false };
        let exhibit = if stored.size_bytes <= PIECE_BYTES {
            let Workspace { stored: buffer, tools, .. } = workspace;
            buffer.clear();
            // A member may hold more than it states; what it states decides how it is read, never how much.
            match (&mut reader).take(PIECE_BYTES.saturating_add(1)).read_to_end(buffer) {
                Ok(read) if read as u64 > PIECE_BYTES => return refused("it holds more than its header states".to_owned()),
                Ok(_) => tools.examine(path.clone(), buffer, limits),
                Err(error) => return refused(error.kind().to_string()),
            }
        } else {
            examine_reader(path.clone(), &mut (&mut reader).take(limits.entry_bytes), limits)
        };
        let is_as_stated = reader.size_bytes == stored.size_bytes && reader.crc.finalize() == stored.crc32;
        let exhibit = if reader.is_whole && !is_as_stated {
            exhibit.with_note(Code::ArchiveEntryUnreadable, "its checksum or size in the archive is wrong")
        } else {
            exhibit
        };
        match disagreement {
            Some(detail) => exhibit.with_note(Code::ArchiveEntryUnreadable, detail),
            None => exhibit,
        }
    }

    fn reader(&self, stored: Stored) -> io::Result<Box<dyn Read + '_>> {
        let entry = self.archive.get_entry(stored.wayfinder).map_err(io::Error::other)?;
        Ok(unpacked(&entry, stored))
    }
}

/// What is in a member.
fn unpacked<'z>(entry: &ZipEntry<'z, impl ReaderAt>, stored: Stored) -> Box<dyn Read + 'z> {
    // No more than there is to read: the buffer is filled with zeros before.
    let capacity = stored.wayfinder.compressed_size_hint().min(64 << 10) as usize;
    let raw = io::BufReader::with_capacity(capacity, entry.reader());
    if stored.method == CompressionMethod::DEFLATE { Box::new(DeflateDecoder::new(raw)) } else { Box::new(raw) }
}

/// Two headers describe each member; programs differ in which one they believe.
fn header_disagreement(
    entry: &ZipEntry<'_, impl ReaderAt>,
    path: &EntryPath,
    stored: Stored,
    buffer: &mut Vec<u8>,
) -> Result<Option<&'static str>, rawzip::Error> {
    // A name and its fields, as long as they may be.
    buffer.resize(2 * usize::from(u16::MAX), 0);
    let local = entry.local_header(buffer)?;
    let local_path = EntryPath::normalise(local.file_path().as_ref(), Separator::SlashOrBackslash).0;
    let is_same_content = stored.is_described
        || (local.crc32() == stored.crc32
            && local.uncompressed_size_hint() == stored.size_bytes
            && local.compressed_size_hint() == stored.wayfinder.compressed_size_hint());
    let agree = local.compression_method() == stored.method && is_same_content && !local.flags().is_encrypted();
    let has_two_names = stored.has_two_names || has_two_names(local.file_path().as_ref(), local.extra_fields());
    Ok(if !(agree && local_path.as_bytes() == path.inner()) {
        Some("its local and central headers disagree")
    } else {
        has_two_names.then_some("it is stated to have two names")
    })
}

/// The bytes of a nested archive: a stretch of the outer one, or unpacked.
#[derive(Clone, Debug)]
pub(super) struct Nested<R>(NestedBytes<R>);

#[derive(Clone, Debug)]
enum NestedBytes<R> {
    Stretch { outer: R, start: u64, length_bytes: u64 },
    Unpacked(Arc<[u8]>),
}

impl<R: ReaderAt> ReaderAt for Nested<R> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match &self.0 {
            NestedBytes::Unpacked(bytes) => bytes.read_at(buffer, offset),
            NestedBytes::Stretch { outer, start, length_bytes } => {
                let left = usize::try_from(length_bytes.saturating_sub(offset)).unwrap_or(usize::MAX).min(buffer.len());
                outer.read_at(buffer.get_mut(..left).unwrap_or_default(), start.saturating_add(offset))
            }
        }
    }
}

/// An archive inside an archive.
pub(super) enum Inner<'z, R> {
    /// A zip archive.
    Zip(Zip<Nested<R>>),
    /// Anything else, to be given to [`read_tar`](super::read_tar).
    Stream(Box<dyn Read + 'z>),
}

impl<R: ReaderAt + Clone> Zip<R> {
    /// Opens a member that is an archive itself: a zip archive in place if it is stored, else unpacked into memory; any other as
    /// a stream.
    ///
    /// # Errors
    ///
    /// The exhibit that says why it cannot be opened.
    pub(super) fn open_nested(&self, member: &Member, limits: &Limits) -> Result<Inner<'_, R>, Exhibit> {
        let at = Some(&member.path);
        let unreadable = |error: &dyn std::fmt::Display| problem(at, Code::ArchiveEntryUnreadable, error.to_string());
        let stored = match &member.claim {
            Claim::Refused(code, detail) => return Err(Exhibit::refused(member.path.clone(), *code, *detail)),
            Claim::Link(stored) => return Err(self.examine_link(&member.path, *stored)),
            Claim::File(stored) => *stored,
        };
        let mut stream = self.reader(stored).map_err(|error| unreadable(&error.kind()))?;
        let start = read_start(&mut *stream).map_err(|error| unreadable(&error.kind()))?;
        let mut whole = io::Cursor::new(start.clone()).chain(stream);
        if Packing::of(&start) != Some(Packing::Zip) {
            return Ok(Inner::Stream(Box::new(whole)));
        }
        let (bytes, length_bytes) = if stored.method == CompressionMethod::STORE {
            let entry = self.archive.get_entry(stored.wayfinder).map_err(|error| unreadable(&error))?;
            let (start, end) = entry.compressed_data_range();
            let length_bytes = end.saturating_sub(start);
            (NestedBytes::Stretch { outer: self.archive.get_ref().clone(), start, length_bytes }, length_bytes)
        } else {
            let mut unpacked = Vec::new();
            let read = (&mut whole)
                .take(NESTED_BYTES.saturating_add(1))
                .read_to_end(&mut unpacked)
                .map_err(|error| unreadable(&error.kind()))?;
            if read as u64 > NESTED_BYTES {
                let detail = format!("a nested zip archive that is packed itself may unpack to {NESTED_BYTES} bytes");
                return Err(problem(at, Code::ArchiveLimit, detail));
            }
            (NestedBytes::Unpacked(unpacked.into()), read as u64)
        };
        Zip::open(at.cloned(), Nested(bytes), length_bytes, limits).map(Inner::Zip).map_err(|error| unreadable(&error))
    }
}

impl Extent {
    fn of(record: &ZipFileHeaderRecord<'_>) -> Self {
        let start = record.local_header_offset();
        let name_bytes = record.file_path().as_ref().len() as u64;
        let end = start.saturating_add(LOCAL_HEADER_BYTES).saturating_add(name_bytes);
        Self { start, end: end.saturating_add(record.compressed_size_hint()) }
    }
}

/// True if a field for names in Unicode (APPNOTE 4.6.9) states another name. Honest writers add it where the name itself is in some
/// older character set; what is ASCII is the same in both.
fn has_two_names(name: &[u8], fields: ExtraFields<'_>) -> bool {
    const VERSION_AND_CRC_BYTES: usize = 5;
    let ascii = |text: &[u8]| text.iter().copied().filter(u8::is_ascii).collect::<Vec<u8>>();
    fields
        .filter(|(id, _)| *id == ExtraFieldId::INFO_ZIP_UNICODE_PATH)
        .any(|(_, field)| field.get(VERSION_AND_CRC_BYTES..).is_none_or(|stated| ascii(stated) != ascii(name)))
}

/// None for a folder.
fn read_record(record: &ZipFileHeaderRecord<'_>, at: Option<&EntryPath>) -> Option<Member> {
    const KIND: u32 = 0o170_000;
    const FOLDER: u32 = 0o040_000;
    const REGULAR: u32 = 0o100_000;
    const LINK: u32 = 0o120_000;
    let name = record.file_path();
    let (path, is_safe) = EntryPath::normalise(name.as_ref(), Separator::SlashOrBackslash);
    let is_root = path.as_bytes().is_empty();
    let path = at.map_or_else(|| path.clone(), |at| at.nesting(&path));
    let stored = Stored {
        wayfinder: record.wayfinder(),
        method: record.compression_method(),
        crc32: record.crc32(),
        size_bytes: record.uncompressed_size_hint(),
        is_described: record.flags().has_data_descriptor(),
        has_two_names: has_two_names(name.as_ref(), record.extra_fields()),
        start: record.local_header_offset(),
    };
    let mode = record.mode().value() & KIND;
    let is_folder = name.as_ref().ends_with(b"/") || (name.as_ref().ends_with(b"\\") && stored.size_bytes == 0);
    let claim = if !(is_safe || is_folder && is_root) {
        Claim::Refused(Code::ArchiveEntryUnsafe, "its path leaves the archive, is absolute or holds a NUL")
    } else if is_folder || (mode == FOLDER && stored.size_bytes == 0) {
        return None;
    } else if mode == FOLDER {
        // Programs that go by the name would unpack it as a file.
        Claim::Refused(Code::ArchiveEntryUnreadable, "it claims to be a folder, and has a file's name and content")
    } else if record.flags().is_encrypted() || record.flags().has_strong_encryption() {
        Claim::Refused(Code::ArchiveEntryEncrypted, "it is protected by a password")
    } else if mode == LINK {
        Claim::Link(stored)
    } else if mode != 0 && mode != REGULAR {
        Claim::Refused(Code::ArchiveEntryUnsafe, "it is a device, a FIFO or a socket")
    } else {
        Claim::File(stored)
    };
    Some(Member { path, claim })
}

/// Sums up what passes through.
struct Summing<R> {
    reader: R,
    crc: Crc,
    size_bytes: u64,
    /// The reader came to its end.
    is_whole: bool,
}

impl<R: Read> Read for Summing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.is_whole = read == 0 && !buffer.is_empty();
        self.crc.update(buffer.get(..read).unwrap_or_default());
        self.size_bytes = self.size_bytes.saturating_add(read as u64);
        Ok(read)
    }
}
