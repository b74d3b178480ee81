//! Zip archives: every entry of the central directory, read in place.

use std::io::{self, Read};
use std::sync::Arc;

use flate2::bufread::DeflateDecoder;
use rawzip::extra_fields::{ExtraFieldId, ExtraFields};
use rawzip::{CompressionMethod, ReaderAt, ZipArchive, ZipArchiveEntryWayfinder, ZipEntry, ZipFileHeaderRecord, ZipLocator};

use super::meter::Meter;
use super::{NESTED_BYTES, PIECE_BYTES, Packing, problem, read_start};
use crate::crc::Crc;
use crate::entry::{self, EntryPath, Kind, Separator};
use crate::error::{Error, io_reason};
use crate::examine::{Exhibit, Workspace, examine, is_read};
use crate::finding::Code;
use crate::paths::{PackedPath, Paths};
use crate::policy::Limits;
use crate::position::Position;

/// A zip archive whose directory was read.
#[derive(Debug)]
pub(super) struct Zip<R> {
    /// Where it lies, if that is inside another container or a folder.
    at: Option<EntryPath>,
    archive: ZipArchive<R>,
    members: Vec<Member>,
    /// Those of the members, inside the archive.
    paths: Paths,
    /// What is wrong with the archive itself.
    problems: Vec<Exhibit>,
}

/// One entry of a zip archive's directory. All of them are held while the archive is read, so it is small.
#[derive(Debug)]
pub(super) struct Member {
    path: PackedPath,
    claim: Claim,
    wayfinder: ZipArchiveEntryWayfinder,
    /// Where its local header stands.
    start: u64,
    crc32: u32,
    /// How long its name is as it is written.
    name_bytes: u16,
    method: CompressionMethod,
    /// Its local header leaves checksum and sizes to a descriptor behind the data.
    is_described: bool,
    /// A field beside the name states another one.
    has_two_names: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    File,
    /// An archive itself, by its name.
    Container,
    Folder,
    /// A symbolic link, whose content is its target.
    Link,
    Refused(Refusal),
}

/// Why a member is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Escapes,
    FolderWithContent,
    Encrypted,
    Device,
    Overlaps,
}

/// A local header without name and extra field (APPNOTE 4.3.7).
const LOCAL_HEADER_BYTES: u64 = 30;
const LOCAL_HEADER_MAGIC: &[u8] = b"PK\x03\x04";

impl Refusal {
    fn exhibit(self, path: EntryPath) -> Exhibit {
        let (code, detail) = match self {
            Self::Escapes => (Code::ArchiveEntryUnsafe, "its path leaves the archive, is absolute or holds a NUL"),
            // Programs that go by the name would unpack it as a file.
            Self::FolderWithContent => {
                (Code::ArchiveEntryUnreadable, "it claims to be a folder, and has a file's name and content")
            }
            Self::Encrypted => (Code::ArchiveEntryEncrypted, "it is protected by a password"),
            Self::Device => (Code::ArchiveEntryUnsafe, "it is a device, a FIFO or a socket"),
            Self::Overlaps => (Code::ArchiveEntryUnreadable, "its bytes are also those of another entry"),
        };
        Exhibit::refused(path, code, detail)
    }
}

impl Member {
    fn of(record: &ZipFileHeaderRecord<'_>, paths: &mut Paths, last: Option<&Self>) -> Self {
        const KIND: u32 = 0o170_000;
        const FOLDER: u32 = 0o040_000;
        const REGULAR: u32 = 0o100_000;
        const LINK: u32 = 0o120_000;
        let name = record.file_path();
        let name = name.as_ref();
        let (path, is_safe) = EntryPath::normalise(name, Separator::SlashOrBackslash);
        let is_root = path.as_bytes().is_empty();
        let is_empty = record.uncompressed_size_hint() == 0;
        let mode = record.mode().value() & KIND;
        let is_folder = name.ends_with(b"/") || (name.ends_with(b"\\") && is_empty);
        let claim = if !(is_safe || is_folder && is_root) {
            Claim::Refused(Refusal::Escapes)
        } else if is_folder || (mode == FOLDER && is_empty) {
            Claim::Folder
        } else if mode == FOLDER {
            Claim::Refused(Refusal::FolderWithContent)
        } else if record.flags().is_encrypted() || record.flags().has_strong_encryption() {
            Claim::Refused(Refusal::Encrypted)
        } else if mode == LINK {
            Claim::Link
        } else if mode != 0 && mode != REGULAR {
            Claim::Refused(Refusal::Device)
        } else if matches!(entry::classify(&path), Kind::Container) {
            Claim::Container
        } else {
            Claim::File
        };
        Self {
            // No name in a zip archive is too long. Would it be, no local header would agree with it.
            path: paths.put(last.map(|last| last.path), path.split()).unwrap_or_default(),
            claim,
            wayfinder: record.wayfinder(),
            start: record.local_header_offset(),
            crc32: record.crc32(),
            name_bytes: u16::try_from(name.len()).unwrap_or(u16::MAX),
            method: record.compression_method(),
            is_described: record.flags().has_data_descriptor(),
            has_two_names: has_two_names(name, record.extra_fields()),
        }
    }

    /// Its stated size, if it is to be read.
    pub(super) fn size_bytes(&self) -> u64 {
        if matches!(self.claim, Claim::File | Claim::Container) { self.wayfinder.uncompressed_size_hint() } else { 0 }
    }

    /// Where it ends at the earliest: it takes up its local header, its name and its data.
    fn end(&self) -> u64 {
        let data = self.start.saturating_add(LOCAL_HEADER_BYTES).saturating_add(self.name_bytes.into());
        data.saturating_add(self.wayfinder.compressed_size_hint())
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
        let mut zip = Self { at, archive, members: Vec::new(), paths: Paths::default(), problems: Vec::new() };
        zip.list(&mut buffer, limits);
        Ok(zip)
    }

    fn list(&mut self, buffer: &mut [u8], limits: &Limits) {
        let mut is_whole = true;
        let mut entries = self.archive.entries(buffer);
        loop {
            let seen = self.members.len() as u64;
            match entries.next_entry() {
                Ok(None) => break,
                Ok(Some(_)) if seen == limits.entries => {
                    self.problems.push(problem(self.at.as_ref(), Code::ArchiveLimit, format!("entries is {}", limits.entries)));
                    is_whole = false;
                    break;
                }
                Ok(Some(record)) => self.members.push(Member::of(&record, &mut self.paths, self.members.last())),
                Err(error) => {
                    self.problems.push(problem(self.at.as_ref(), Code::ArchiveEntryUnreadable, error.to_string()));
                    is_whole = false;
                    break;
                }
            }
        }
        self.members.shrink_to_fit();
        self.paths.shrink();
        // Without zip64 the end record counts in 16 bits, and some programs let that overflow.
        let (stated, seen) = (self.archive.entries_hint(), self.members.len() as u64);
        if is_whole && stated != seen && !(stated <= u64::from(u16::MAX) && stated == seen % 65_536) {
            let detail = format!("its end record states {stated} entries, the directory holds {seen}");
            self.problems.push(problem(self.at.as_ref(), Code::ArchiveEntryUnreadable, detail));
        }
        let sorted = self.as_they_lie();
        self.refuse_overlapping(&sorted);
        if is_whole && self.has_unlisted_entry(&sorted) {
            let detail =
                "it holds an entry that its directory does not list, which programs that read from its beginning would find";
            self.problems.push(problem(self.at.as_ref(), Code::ArchiveEntryUnreadable, detail.to_owned()));
        }
    }

    /// The numbers of its members in the order in which they lie in it.
    fn as_they_lie(&self) -> Vec<Position> {
        let mut sorted: Vec<_> = (0..self.members.len()).map(Position::of).collect();
        sorted.sort_unstable_by_key(|position| self.member(*position).map(|member| (member.start, member.end())));
        sorted
    }

    fn member(&self, position: Position) -> Option<&Member> {
        self.members.get(position.get()?)
    }

    /// Entries that share bytes come from nobody who packs files; a few bytes become any number of large files that way.
    fn refuse_overlapping(&mut self, sorted: &[Position]) {
        let mut furthest: Option<(Position, u64)> = None;
        for position in sorted {
            let Some((start, end)) = self.member(*position).map(|member| (member.start, member.end())) else { continue };
            if let Some((before, reached)) = furthest
                && start < reached
            {
                self.refuse(before);
                self.refuse(*position);
            }
            if furthest.is_none_or(|(_, reached)| end > reached) {
                furthest = Some((*position, end));
            }
        }
        // The directory is no entry's, either.
        if let Some((last, _)) = furthest.filter(|(_, reached)| self.archive.directory_offset() < *reached) {
            self.refuse(last);
        }
    }

    fn refuse(&mut self, position: Position) {
        if let Some(member) = position.get().and_then(|number| self.members.get_mut(number))
            && matches!(member.claim, Claim::File | Claim::Container | Claim::Link)
        {
            member.claim = Claim::Refused(Refusal::Overlaps);
        }
    }

    /// Looks only where between two entries there is room for a third.
    fn has_unlisted_entry(&self, sorted: &[Position]) -> bool {
        /// A descriptor: with or without its magic, in 32 or 64 bits (APPNOTE 4.3.9).
        const DESCRIPTORS: [usize; 5] = [0, 12, 16, 20, 24];
        let is_header_at = |offset: u64, skips: &[usize]| {
            let mut bytes = [0; 28];
            let read = self.archive.get_ref().read_at(&mut bytes, offset).unwrap_or_default();
            let bytes = bytes.get(..read).unwrap_or_default();
            skips.iter().any(|skip| bytes.get(*skip..).is_some_and(|rest| rest.starts_with(LOCAL_HEADER_MAGIC)))
        };
        let members = || sorted.iter().filter_map(|position| self.member(*position));
        let starts = members().map(|member| member.start).chain([self.archive.directory_offset()]);
        let first = starts.clone().next().unwrap_or_default();
        let follows = |(member, next): (&Member, u64)| {
            if next < member.end().saturating_add(LOCAL_HEADER_BYTES) {
                return false;
            }
            let Ok(entry) = self.archive.get_entry(member.wayfinder) else { return false };
            let (_, end) = entry.compressed_data_range();
            let skips = if member.is_described { DESCRIPTORS.as_slice() } else { &[0] };
            next >= end.saturating_add(LOCAL_HEADER_BYTES) && is_header_at(end, skips)
        };
        (first >= LOCAL_HEADER_BYTES && is_header_at(0, &[0])) || members().zip(starts.skip(1)).any(follows)
    }

    /// How many entries its directory has.
    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    /// Its entries that are neither folders nor archives themselves, in the order of the directory.
    pub(super) fn files(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| !matches!(member.claim, Claim::Folder | Claim::Container))
    }

    /// The archives in it.
    pub(super) fn containers(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.claim == Claim::Container)
    }

    /// What is wrong with the archive itself; to be admitted like any exhibit.
    pub(super) fn problems(&self) -> &[Exhibit] {
        &self.problems
    }

    /// Where a member lies inside the case.
    pub(super) fn path(&self, member: &Member) -> EntryPath {
        let path = self.paths.get(member.path).join();
        if let Some(at) = &self.at { at.nesting(&path) } else { path }
    }

    /// Examines one member.
    pub(super) fn examine(&self, member: &Member, limits: &Limits, workspace: &mut Workspace) -> Exhibit {
        let path = self.path(member);
        if let Some(refused) = Exhibit::of_long_path(&path, limits) {
            return refused;
        }
        match member.claim {
            Claim::Refused(refusal) => refusal.exhibit(path),
            Claim::Link => self.examine_link(path, member),
            _ if !is_read(&path) => examine(path, &[], limits),
            _ => self.examine_file(path, member, limits, workspace),
        }
    }

    fn examine_link(&self, path: EntryPath, member: &Member) -> Exhibit {
        const MAX_LINK_BYTES: u64 = 4096;
        let mut target = Vec::new();
        let is_read =
            self.reader(member).is_ok_and(|reader| reader.take(MAX_LINK_BYTES).read_to_end(&mut target).is_ok_and(|read| read > 0));
        match path.resolve(&target).filter(|_| is_read) {
            Some(target) => Exhibit::link(path, target),
            None => Exhibit::refused(path, Code::ArchiveEntryUnsafe, "a link that leaves the archive"),
        }
    }

    fn examine_file(&self, path: EntryPath, member: &Member, limits: &Limits, workspace: &mut Workspace) -> Exhibit {
        let refused = |path, detail: String| Exhibit::refused(path, Code::ArchiveEntryUnreadable, detail);
        if member.size_bytes() > limits.entry_bytes {
            return Exhibit::refused(path, Code::ArchiveLimit, format!("entry_bytes is {}", limits.entry_bytes));
        }
        if !matches!(member.method, CompressionMethod::STORE | CompressionMethod::DEFLATE) {
            let method = member.method.as_u16();
            let name = match method {
                9 => " (Deflate64)",
                12 => " (bzip2)",
                14 => " (LZMA)",
                93 => " (Zstandard)",
                95 => " (xz)",
                98 => " (PPMd)",
                _ => "",
            };
            return refused(path, format!("compression method {method}{name} is not supported"));
        }
        let opened = self.archive.get_entry(member.wayfinder).and_then(|entry| {
            let disagreement = header_disagreement(&entry, path.inner(), member, &mut workspace.header)?;
            Ok((disagreement, unpacked(&entry, member)))
        });
        let (disagreement, reader) = match opened {
            Ok(opened) => opened,
            Err(error) => return refused(path, error.to_string()),
        };
        let mut reader = Summing { reader, crc: Crc::new(), size_bytes: 0, is_whole: false };
        let exhibit = if member.size_bytes() <= PIECE_BYTES {
            let Workspace { stored: buffer, tools, .. } = workspace;
            buffer.clear();
            // A member may hold more than it states; what it states decides how it is read, never how much.
            match (&mut reader).take(PIECE_BYTES.saturating_add(1)).read_to_end(buffer) {
                Ok(read) if read as u64 > PIECE_BYTES => {
                    tools.spend(read as u64);
                    return refused(path, "it holds more than its header states".to_owned());
                }
                Ok(_) => tools.examine(path, buffer, limits),
                Err(error) => return refused(path, io_reason(&error)),
            }
        } else {
            workspace.tools.examine_reader(path, &mut (&mut reader).take(limits.entry_bytes), limits)
        };
        workspace.tools.spend(reader.size_bytes);
        let is_as_stated = reader.size_bytes == member.size_bytes() && reader.crc.finalize() == member.crc32;
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

    fn reader(&self, member: &Member) -> io::Result<Box<dyn Read + '_>> {
        let entry = self.archive.get_entry(member.wayfinder).map_err(io::Error::other)?;
        Ok(unpacked(&entry, member))
    }
}

/// What is in a member.
fn unpacked<'z>(entry: &ZipEntry<'z, impl ReaderAt>, member: &Member) -> Box<dyn Read + 'z> {
    // No more than there is to read: the buffer is filled with zeros before.
    let capacity = member.wayfinder.compressed_size_hint().min(64 << 10) as usize;
    let raw = io::BufReader::with_capacity(capacity, entry.reader());
    if member.method == CompressionMethod::DEFLATE { Box::new(DeflateDecoder::new(raw)) } else { Box::new(raw) }
}

/// Two headers describe each member; programs differ in which one they believe.
fn header_disagreement(
    entry: &ZipEntry<'_, impl ReaderAt>,
    path: &[u8],
    member: &Member,
    buffer: &mut Vec<u8>,
) -> Result<Option<&'static str>, rawzip::Error> {
    // A name and its fields, as long as they may be.
    buffer.resize(2 * usize::from(u16::MAX), 0);
    let local = entry.local_header(buffer)?;
    let local_path = EntryPath::normalise(local.file_path().as_ref(), Separator::SlashOrBackslash).0;
    let is_same_content = member.is_described
        || (local.crc32() == member.crc32
            && local.uncompressed_size_hint() == member.size_bytes()
            && local.compressed_size_hint() == member.wayfinder.compressed_size_hint());
    let agree = local.compression_method() == member.method && is_same_content && !local.flags().is_encrypted();
    let has_two_names = member.has_two_names || has_two_names(local.file_path().as_ref(), local.extra_fields());
    Ok(if !(agree && local_path.as_bytes() == path) {
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
    pub(super) fn open_nested(&self, member: &Member, limits: &Limits, meter: &Meter) -> Result<Inner<'_, R>, Exhibit> {
        let path = self.path(member);
        if let Some(refused) = Exhibit::of_long_path(&path, limits) {
            return Err(refused);
        }
        let unreadable = |error: &dyn std::fmt::Display| problem(Some(&path), Code::ArchiveEntryUnreadable, error.to_string());
        let mut stream = self.reader(member).map_err(|error| unreadable(&error.kind()))?;
        let start = read_start(&mut *stream).map_err(|error| unreadable(&error.kind()))?;
        let mut whole = io::Cursor::new(start.clone()).chain(stream);
        if Packing::of(&start) != Some(Packing::Zip) {
            return Ok(Inner::Stream(Box::new(whole)));
        }
        let (bytes, length_bytes) = if member.method == CompressionMethod::STORE {
            let entry = self.archive.get_entry(member.wayfinder).map_err(|error| unreadable(&error))?;
            let (start, end) = entry.compressed_data_range();
            let length_bytes = end.saturating_sub(start);
            (NestedBytes::Stretch { outer: self.archive.get_ref().clone(), start, length_bytes }, length_bytes)
        } else {
            let mut unpacked = Vec::new();
            let read = (&mut whole)
                .take(NESTED_BYTES.saturating_add(1))
                .read_to_end(&mut unpacked)
                .map_err(|error| unreadable(&error.kind()))?;
            meter.spend(read as u64);
            if read as u64 > NESTED_BYTES {
                let detail = format!("a nested zip archive that is packed itself may unpack to {NESTED_BYTES} bytes");
                return Err(problem(Some(&path), Code::ArchiveLimit, detail));
            }
            (NestedBytes::Unpacked(unpacked.into()), read as u64)
        };
        let nested = Zip::open(Some(path.clone()), Nested(bytes), length_bytes, &meter.limits(limits));
        nested.map(Inner::Zip).map_err(|error| unreadable(&error))
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
