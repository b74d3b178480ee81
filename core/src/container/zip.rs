//! Zip archives: every entry of the central directory, read in place.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::bufread::DeflateDecoder;
use memchr::memmem;
use rawzip::extra_fields::{ExtraFieldId, ExtraFields};
use rawzip::{ReaderAt, ZipArchive, ZipFileHeaderRecord, ZipLocator};

use super::end::{end_problem, u16_at, u32_at};
use super::kinds::unread_kind;
use super::meter::Meter;
use super::names::Seen;
use super::packing::{MARKERS, NESTED_BYTES, Packing, read_start};
use super::stretch::{Sequential, read_at_most, read_exactly_at};
use super::visit::{PIECE_BYTES, Told, Treatment, Visit, Workspace, is_too_long, passed_over, place_of};
use crate::bytes::crc::Crc;
use crate::terms::finding::Code;
use crate::terms::packed::{PackedPath, Paths, Position};
use crate::terms::path::{EntryPath, Separator};
use crate::terms::reason::Reason;

/// A zip archive whose directory was read.
#[derive(Debug)]
pub(super) struct Zip<R> {
    /// Where it lies, if that is inside another container or a folder.
    at: Option<EntryPath>,
    archive: ZipArchive<R>,
    members: Vec<Member>,
    /// Those of the members, inside the archive.
    paths: Paths,
    /// Its directory was read to the end, and what stands between its members can be told.
    is_whole: bool,
    /// What programs would find elsewhere or otherwise, as members that were visited showed. It concerns the archive as a whole.
    doubts: Mutex<Vec<(EntryPath, Reason)>>,
}

/// One entry of a zip archive's directory. All of them are held while the archive is read, so it is small.
#[derive(Debug)]
pub(super) struct Member {
    path: PackedPath,
    /// Where its local header stands.
    start: u64,
    stored_bytes: u64,
    size_bytes: u64,
    crc32: u32,
    /// What lies between the end of its name or its data and what follows it: the local header's fields and a descriptor.
    slack_bytes: u32,
    /// How long its name is as it is written.
    name_bytes: u16,
    /// Numbers above 255 are not in use.
    method: u8,
    claim: Claim,
    /// Its local header leaves checksum and sizes to a descriptor behind the data.
    is_described: bool,
    is_utf8: bool,
    has_backslash: bool,
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
    Doubtful,
}

/// A local header without name and extra field (APPNOTE 4.3.7).
const LOCAL_HEADER_BYTES: u64 = 30;
const LOCAL_HEADER_MAGIC: &[u8] = b"PK\x03\x04";

/// The longest extra field and descriptor.
const MOST_SLACK_BYTES: u32 = 65_535 + 24;

/// Padding in front of a member's data is shorter than a field.
const LOCAL_PADDING_BYTES: usize = 3;

/// What a folder may take up though it is empty: to pack nothing takes a few bytes.
const MOST_EMPTY_BYTES: u64 = 8;

/// General purpose flags (APPNOTE 4.4.4).
const ENCRYPTED: u16 = 1;
const DESCRIBED: u16 = 1 << 3;
const UTF8: u16 = 1 << 11;
/// Patched data, strong encryption, headers without content: nobody but PKWARE writes these.
const MASKED: u16 = 1 << 5 | 1 << 6 | 1 << 13;

const STORE: u8 = 0;
const DEFLATE: u8 = 8;

impl Refusal {
    fn told(self) -> Told {
        match (self, self.doubt()) {
            (Self::Escapes, _) => Told::unsafe_name(),
            (Self::Encrypted, _) => Told::refused(Code::ArchiveEntryEncrypted, Reason::Password),
            (Self::Device, _) => Told::device(),
            (Self::FolderWithContent | Self::Overlaps | Self::Doubtful, doubt) => {
                Told::unreadable(doubt.unwrap_or(Reason::ZipTwoReadings))
            }
        }
    }

    /// How some programs would read it otherwise, or under another name.
    fn doubt(self) -> Option<Reason> {
        match self {
            // Programs that go by the name would unpack it as a file.
            Self::FolderWithContent => Some(Reason::ZipFolderWithContent),
            Self::Overlaps => Some(Reason::ZipShared),
            Self::Doubtful => Some(Reason::ZipTwoReadings),
            Self::Escapes | Self::Encrypted | Self::Device => None,
        }
    }
}

/// True if programs take a name for that of a folder.
fn has_folder_name(name: &[u8], size_bytes: u64) -> bool {
    name.ends_with(b"/") || (name.ends_with(b"\\") && size_bytes == 0)
}

impl Claim {
    /// What a record of the directory claims, under a path that may be read.
    fn of(record: &ZipFileHeaderRecord<'_>, treatment: Treatment) -> Self {
        const KIND: u32 = 0o170_000;
        const FOLDER: u32 = 0o040_000;
        const REGULAR: u32 = 0o100_000;
        const LINK: u32 = 0o120_000;
        const DOS_FOLDER: u32 = 0x10;
        /// Info-ZIP leaves out what is none but claims to be.
        const DOS_LABEL: u32 = 0x08;
        // MS-DOS, Unix, OS/2, Macintosh, Windows (three numbers), macOS: with others, some programs change names or contents.
        const SYSTEMS: [u8; 8] = [0, 3, 6, 7, 10, 11, 14, 19];
        let (stored_bytes, size_bytes) = (record.compressed_size_hint(), record.uncompressed_size_hint());
        let is_empty = size_bytes == 0;
        // Some programs look into the upper half on any system.
        let attributes = record.external_attributes();
        let mode = (attributes >> 16) & KIND;
        let is_folder = has_folder_name(record.file_path().as_ref(), size_bytes);
        let claims_folder = mode == FOLDER || (mode == 0 && attributes & DOS_FOLDER != 0);
        let flags = record.flags();
        let method = u8::try_from(record.compression_method().as_u16()).unwrap_or(u8::MAX);
        let is_doubtful = !has_clean_fields(record.extra_fields(), 0)
            || (method == STORE && stored_bytes != size_bytes)
            || flags.bits() & MASKED != 0
            || attributes & DOS_LABEL != 0
            || !SYSTEMS.contains(&record.version_made_by().creator_system().as_u8());
        if flags.is_encrypted() || flags.has_strong_encryption() {
            Self::Refused(Refusal::Encrypted)
        } else if is_doubtful || (is_folder && !(is_empty && stored_bytes <= MOST_EMPTY_BYTES)) {
            Self::Refused(Refusal::Doubtful)
        } else if is_folder || (claims_folder && is_empty && !treatment.is_read()) {
            Self::Folder
        } else if claims_folder {
            Self::Refused(Refusal::FolderWithContent)
        } else if mode == LINK {
            Self::Link
        } else if mode != 0 && mode != REGULAR {
            Self::Refused(Refusal::Device)
        } else if treatment == Treatment::Open {
            Self::Container
        } else {
            Self::File
        }
    }
}

impl Member {
    fn of(visitor: &impl Visit, record: &ZipFileHeaderRecord<'_>, paths: &mut Paths, last: Option<&Self>) -> Self {
        let name = record.file_path();
        let name = name.as_ref();
        let (path, is_safe) = EntryPath::normalise(name, Separator::SlashOrBackslash);
        let (stored_bytes, size_bytes) = (record.compressed_size_hint(), record.uncompressed_size_hint());
        let flags = record.flags();
        let method = u8::try_from(record.compression_method().as_u16()).unwrap_or(u8::MAX);
        let claim = if is_safe || (path.as_bytes().is_empty() && has_folder_name(name, size_bytes)) {
            Claim::of(record, visitor.treatment(&path))
        } else {
            Claim::Refused(Refusal::Escapes)
        };
        Self {
            // No name in a zip archive is too long. Would it be, no local header would agree with it.
            path: paths.put(last.map(|last| last.path), path.split()).unwrap_or_default(),
            start: record.local_header_offset(),
            stored_bytes,
            size_bytes,
            crc32: record.crc32(),
            slack_bytes: 0,
            name_bytes: u16::try_from(name.len()).unwrap_or(u16::MAX),
            method,
            claim,
            is_described: flags.has_data_descriptor(),
            is_utf8: flags.is_utf8(),
            has_backslash: name.contains(&b'\\'),
            has_two_names: has_two_names(name, record.extra_fields()),
        }
    }

    /// Its stated size, if it is to be read.
    pub(super) fn size_bytes(&self) -> u64 {
        if matches!(self.claim, Claim::File | Claim::Container) { self.size_bytes } else { 0 }
    }

    /// Where it ends at the earliest: it takes up its local header, its name and its data.
    fn end(&self) -> u64 {
        let data = self.start.saturating_add(LOCAL_HEADER_BYTES).saturating_add(self.name_bytes.into());
        data.saturating_add(self.stored_bytes)
    }
}

impl<R: ReaderAt> Zip<R> {
    /// Reads the directory of an archive of `length_bytes`, up to so many `entries`. `at` is where it lies inside the case; `None` for
    /// one that was given itself. With it comes what is to be told of it as a whole, weighed already.
    ///
    /// # Errors
    ///
    /// That there is no directory, because the archive is cut off or is no zip archive.
    pub(super) fn open<V: Visit>(
        visitor: &V,
        at: Option<EntryPath>,
        reader: R,
        length_bytes: u64,
        entries: u64,
        meter: &Meter,
    ) -> Result<(Self, Vec<V::Yield>), Reason> {
        let mut buffer = vec![0; rawzip::MAX_CENTRAL_DIRECTORY_RECORD_SIZE.max(rawzip::RECOMMENDED_BUFFER_SIZE)];
        let archive = match ZipLocator::new().locate_in_reader(reader, &mut buffer, length_bytes) {
            Ok(archive) => archive,
            Err((reader, _)) => {
                let mut start = [0; 4];
                let is_part = read_exactly_at(&reader, 0, &mut start) && unread_kind(&start).is_some();
                return Err(if is_part { Reason::OnePart } else { Reason::ZipDirectory });
            }
        };
        let mut zip = Self { at, archive, members: Vec::new(), paths: Paths::default(), is_whole: false, doubts: Mutex::default() };
        let mut problems = Problems { found: Vec::new(), visitor, meter };
        zip.list(&mut buffer, length_bytes, entries, &mut problems);
        Ok((zip, problems.found))
    }

    fn list<V: Visit>(&mut self, buffer: &mut [u8], length_bytes: u64, most: u64, problems: &mut Problems<'_, V>) {
        let (visitor, meter) = (problems.visitor, problems.meter);
        let mut is_whole = true;
        let mut names = Seen::default();
        let mut end = self.archive.directory_offset();
        let at = self.at.as_ref();
        let mut entries = self.archive.entries(buffer);
        loop {
            let seen = self.members.len() as u64;
            match entries.next_entry() {
                Ok(None) => break,
                Ok(Some(_)) if seen == most => {
                    problems.tell(place_of(at), Told::limit("entries", most));
                    is_whole = false;
                    break;
                }
                Ok(Some(_)) if meter.is_exceeded() => {
                    is_whole = false;
                    break;
                }
                Ok(Some(record)) => {
                    end = record.central_directory_offset().saturating_add(record_bytes(&record));
                    let member = Member::of(visitor, &record, &mut self.paths, self.members.last());
                    let path = self.paths.get(member.path).join();
                    let path = at.map_or_else(|| path.clone(), |at| at.nesting(&path));
                    let is_folder = member.claim == Claim::Folder;
                    let folders = names.folders_of(&path, is_folder, visitor, meter);
                    folders.into_iter().for_each(|folder| problems.tell(folder, Told::Folder));
                    if member.claim == Claim::File && names.is_second(&path, visitor.treatment(&path)) {
                        problems.doubt(path, Reason::SecondOfName);
                    }
                    self.members.push(member);
                }
                Err(_) => {
                    problems.tell(place_of(at), Told::unreadable(Reason::ZipDirectory));
                    is_whole = false;
                    break;
                }
            }
        }
        self.members.shrink_to_fit();
        self.paths.shrink();
        let sorted = self.as_they_lie();
        self.refuse_overlapping(&sorted);
        self.is_whole = is_whole;
        for member in self.members.iter().take_while(|_| !meter.is_exceeded()) {
            if let Claim::Refused(refusal) = member.claim
                && let Some(doubt) = refusal.doubt()
            {
                problems.doubt(self.path(member), doubt);
            }
        }
        if is_whole {
            self.look_around(end, length_bytes, &sorted, problems);
        }
    }

    /// Tells what stands around the members, and odd folders. `end` is where the directory ends.
    fn look_around<V: Visit>(&mut self, end: u64, length_bytes: u64, sorted: &[Position], problems: &mut Problems<'_, V>) {
        let meter = problems.meter;
        let directory = (self.archive.directory_offset(), end);
        let count = self.members.len() as u64;
        let ends = end_problem(self.archive.get_ref(), self.archive.eocd_offset(), length_bytes, directory, count);
        let starts = (!self.measure_slack(sorted)).then_some(Reason::ZipBegin);
        for reason in [ends, starts].into_iter().flatten() {
            problems.tell(place_of(self.at.as_ref()), Told::unreadable(reason));
        }
        let mut header = Vec::new();
        let folders = self.members.iter().filter(|member| member.claim == Claim::Folder);
        for folder in folders.take_while(|_| !meter.is_exceeded()) {
            if let Ok(Local { doubt: Some(doubt), .. }) | Err(doubt) = self.local(folder, &mut header) {
                problems.doubt(self.path(folder), doubt);
            }
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

    /// Tells each member how far it is from its end to what follows it. False if the first one does not stand where it should.
    fn measure_slack(&mut self, sorted: &[Position]) -> bool {
        let directory = self.archive.directory_offset();
        let mut next = directory;
        for position in sorted.iter().rev() {
            let Some(member) = position.get().and_then(|number| self.members.get_mut(number)) else { continue };
            member.slack_bytes = u32::try_from(next.saturating_sub(member.end())).unwrap_or(u32::MAX);
            next = member.start;
        }
        let mut marker = [0; 4];
        next == 0 || (next == 4 && read_exactly_at(self.archive.get_ref(), 0, &mut marker) && MARKERS.contains(&marker.as_slice()))
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

    /// Where a member lies inside the case.
    pub(super) fn path(&self, member: &Member) -> EntryPath {
        let path = self.paths.get(member.path).join();
        if let Some(at) = &self.at { at.nesting(&path) } else { path }
    }

    /// Brings one member to a visitor, or tells what there is instead of its content.
    pub(super) fn visit<V: Visit>(&self, visitor: &V, member: &Member, workspace: &mut Workspace<V>) -> V::Yield {
        let path = self.path(member);
        let told = if is_too_long(&path, visitor.limits()) {
            Told::LongPath
        } else {
            match member.claim {
                Claim::Refused(refusal) => refusal.told(),
                Claim::Link => self.link(visitor, &path, member, workspace),
                _ => match visitor.treatment(&path) {
                    treatment @ (Treatment::Skim | Treatment::Skip) => {
                        self.passed_over(visitor, &path, treatment, member, workspace)
                    }
                    treatment => return self.visit_file(visitor, path, treatment, member, workspace),
                },
            }
        };
        visitor.tell(path, told)
    }

    fn link<V: Visit>(&self, visitor: &V, path: &EntryPath, member: &Member, workspace: &mut Workspace<V>) -> Told {
        const MAX_LINK_BYTES: u64 = 4096;
        let mut target = Vec::new();
        let is_whole = match self.local(member, &mut workspace.header) {
            Ok(local @ Local { doubt: None, .. }) => {
                self.reader(member, &local).take(MAX_LINK_BYTES).read_to_end(&mut target).is_ok_and(|read| read > 0)
            }
            _ => false,
        };
        match path.resolve(&target).filter(|_| is_whole && !target.contains(&0)) {
            None => Told::leaving_link(),
            Some(_) if visitor.treatment(path).is_read() => {
                // It may be a link in an archive whose directory is not read, or for a program that knows none.
                self.doubt(path, Reason::LinkAsFile);
                Told::unreadable(Reason::LinkAsFile)
            }
            Some(target) => Told::Link(target),
        }
    }

    /// What is not to be read matters where another entry could hide in it from programs that read from the beginning.
    fn passed_over<V: Visit>(
        &self,
        visitor: &V,
        path: &EntryPath,
        treatment: Treatment,
        member: &Member,
        workspace: &mut Workspace<V>,
    ) -> Told {
        match self.local(member, &mut workspace.header) {
            Ok(Local { doubt: Some(doubt), .. }) | Err(doubt) => Told::unreadable(doubt),
            Ok(local) if self.hides_another(member, &local, visitor.limits().entry_bytes, workspace) => {
                Told::unreadable(Reason::ZipHidden)
            }
            Ok(local) => passed_over(path, treatment, || read_start(&mut *self.reader(member, &local))),
        }
    }

    /// True if some program could end a member before its end, and find something there.
    fn hides_another<V: Visit>(&self, member: &Member, local: &Local, most_bytes: u64, workspace: &mut Workspace<V>) -> bool {
        let is_suspect = match member.method {
            STORE => member.is_described,
            _ => self.holds_magic(member, local, &mut workspace.stored).unwrap_or(true),
        };
        if !(is_suspect && matches!(member.method, STORE | DEFLATE)) {
            return is_suspect;
        }
        let mut whole = Summing { reader: self.reader(member, local), crc: Crc::new(), size_bytes: 0, is_whole: false };
        let read = io::copy(&mut (&mut whole).take(most_bytes), &mut io::sink());
        workspace.spend(whole.size_bytes);
        read.is_err() || !whole.is_whole
    }

    fn doubt(&self, path: &EntryPath, doubt: Reason) {
        self.doubts.lock().unwrap_or_else(PoisonError::into_inner).push((path.clone(), doubt));
    }

    /// What visiting members showed of the archive as a whole, and where; to be told by whoever visited them.
    pub(super) fn take_doubts(&self) -> Vec<(EntryPath, Reason)> {
        std::mem::take(&mut *self.doubts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// True if something in a member's stored bytes looks like one of the headers of a zip archive.
    fn holds_magic(&self, member: &Member, local: &Local, buffer: &mut Vec<u8>) -> io::Result<bool> {
        let mut raw = self.stored(member, local);
        let mut kept = 0;
        buffer.resize(64 << 10, 0);
        loop {
            let read = raw.read(buffer.get_mut(kept..).unwrap_or_default())?;
            let held = buffer.get(..kept.saturating_add(read)).unwrap_or_default();
            let mut places = memmem::find_iter(held, b"PK");
            let is_magic = |place: usize| {
                let rest = held.get(place.saturating_add(2)..).and_then(<[u8]>::first_chunk);
                matches!(rest, Some([1, 2] | [3, 4] | [5, 6] | [6, 6] | [6, 7] | [7, 8]))
            };
            if places.any(is_magic) {
                return Ok(true);
            }
            if read == 0 {
                return Ok(false);
            }
            // A header may begin in this piece and end in the next.
            let end = held.len();
            let start = end.saturating_sub(3);
            buffer.copy_within(start..end, 0);
            kept = end.saturating_sub(start);
        }
    }

    fn visit_file<V: Visit>(
        &self,
        visitor: &V,
        path: EntryPath,
        treatment: Treatment,
        member: &Member,
        workspace: &mut Workspace<V>,
    ) -> V::Yield {
        let most_bytes = visitor.limits().entry_bytes;
        if member.size_bytes() > most_bytes {
            return visitor.tell(path, Told::limit("entry_bytes", most_bytes));
        }
        if !matches!(member.method, STORE | DEFLATE) {
            return visitor.tell(path, Told::unreadable(not_supported(member.method)));
        }
        let local = match self.local(member, &mut workspace.header) {
            Ok(local) => local,
            Err(doubt) => {
                self.doubt(&path, doubt.clone());
                return visitor.tell(path, Told::unreadable(doubt));
            }
        };
        if let Some(doubt) = &local.doubt {
            self.doubt(&path, doubt.clone());
        }
        let mut reader = Summing { reader: self.reader(member, &local), crc: Crc::new(), size_bytes: 0, is_whole: false };
        let is_too_deep = treatment == Treatment::Open;
        let mut yielded = if member.size_bytes() <= PIECE_BYTES {
            let Workspace { stored, own, .. } = &mut *workspace;
            stored.clear();
            // A member may hold more than it states; what it states decides how it is read, never how much.
            match (&mut reader).take(PIECE_BYTES.saturating_add(1)).read_to_end(stored) {
                Ok(read) if read as u64 > PIECE_BYTES => {
                    workspace.spend(read as u64);
                    return visitor.tell(path, Told::unreadable(Reason::ZipMore));
                }
                Ok(_) if is_too_deep => visitor.tell(path, Told::too_deep()),
                Ok(_) => visitor.visit_piece(path, stored, own),
                Err(error) => {
                    workspace.spend(reader.size_bytes);
                    let doubt = unreadable(&error);
                    self.doubt(&path, doubt.clone());
                    return visitor.tell(path, Told::unreadable(doubt));
                }
            }
        } else if is_too_deep {
            visitor.tell(path, Told::too_deep())
        } else {
            visitor.visit(path, &mut (&mut reader).take(most_bytes), &mut workspace.own)
        };
        workspace.spend(reader.size_bytes);
        let is_as_stated = reader.size_bytes == member.size_bytes() && reader.crc.finalize() == member.crc32;
        if reader.is_whole && !is_as_stated {
            visitor.note(&mut yielded, Reason::ZipChecksum);
        }
        if let Some(doubt) = local.doubt {
            visitor.note(&mut yielded, doubt);
        }
        yielded
    }

    /// What is in a member.
    fn reader(&self, member: &Member, local: &Local) -> Box<dyn Read + '_> {
        // No more than there is to read: the buffer is filled with zeros before.
        let capacity = member.stored_bytes.min(64 << 10) as usize;
        let raw = io::BufReader::with_capacity(capacity, self.stored(member, local));
        match (member.method, member.is_described) {
            (DEFLATE, _) => Box::new(Inflated(DeflateDecoder::new(raw))),
            (_, true) => Box::new(Undivided { reader: raw, crc: Crc::new(), kept: Vec::new() }),
            _ => Box::new(raw),
        }
    }

    fn stored(&self, member: &Member, local: &Local) -> Sequential<'_, R> {
        let end = local.data.saturating_add(member.stored_bytes);
        Sequential { reader: self.archive.get_ref(), position: local.data, end }
    }

    /// A member's local header. It describes the member a second time, and a descriptor behind the data may do so once more; programs
    /// differ in which one they believe, and in where they look for the next member.
    fn local(&self, member: &Member, buffer: &mut Vec<u8>) -> Result<Local, Reason> {
        let fixed = LOCAL_HEADER_BYTES as usize;
        let slack = member.slack_bytes.min(MOST_SLACK_BYTES) as usize;
        buffer.resize(fixed.saturating_add(member.name_bytes.into()).saturating_add(slack), 0);
        let read = read_at_most(self.archive.get_ref(), member.start, buffer);
        let Some((header, rest)) = buffer.get(..read).and_then(|held| held.split_at_checked(fixed)) else {
            return Err(Reason::ZipLocalCut);
        };
        if !header.starts_with(LOCAL_HEADER_MAGIC) {
            return Err(Reason::ZipLocalMissing);
        }
        let [flags, method, name_bytes, fields_bytes] = [6, 8, 26, 28].map(|at| u16_at(header, at));
        let [crc32, stored_bytes, size_bytes] = [14, 18, 22].map(|at| u32_at(header, at));
        let name = rest.get(..name_bytes.into());
        let fields = rest.get(name_bytes.into()..).and_then(|rest| rest.get(..fields_bytes.into()));
        let headers = LOCAL_HEADER_BYTES.saturating_add(name_bytes.into()).saturating_add(fields_bytes.into());
        let data = member.start.saturating_add(headers);
        let told = |doubt| Ok(Local { data, doubt });
        let (Some(name), Some(fields)) = (name, fields) else { return told(Some(Reason::ZipHeadersDisagree)) };

        let is_same_name = name_bytes == member.name_bytes
            && EntryPath::normalise(name, Separator::SlashOrBackslash).0.split() == self.paths.get(member.path)
            && name.contains(&b'\\') == member.has_backslash
            && (name.is_ascii() || (flags & UTF8 != 0) == member.is_utf8);
        let is_same_way = flags & (ENCRYPTED | DESCRIBED | MASKED) == if member.is_described { DESCRIBED } else { 0 }
            && method == u16::from(member.method);
        let mut zip64 = ExtraFields::new(fields).find(|(id, _)| *id == ExtraFieldId::ZIP64).map(|(_, field)| field);
        let is_zip64 = zip64.is_some();
        let mut resolve = |inline: u32| {
            if inline < u32::MAX {
                return Some(u64::from(inline));
            }
            let (large, rest) = zip64?.split_first_chunk()?;
            zip64 = Some(rest);
            Some(u64::from_le_bytes(*large))
        };
        let (size_bytes, stored_bytes) = (resolve(size_bytes), resolve(stored_bytes));
        // What a descriptor tells, the header may leave out.
        let agrees = |told: Option<u64>, known: u64| told == Some(known) || (member.is_described && told == Some(0));
        let is_same_content = agrees(size_bytes, member.size_bytes)
            && agrees(stored_bytes, member.stored_bytes)
            && agrees(Some(crc32.into()), member.crc32.into());
        if !(is_same_name && is_same_way && is_same_content && has_clean_fields(ExtraFields::new(fields), LOCAL_PADDING_BYTES)) {
            return told(Some(Reason::ZipHeadersDisagree));
        }
        if member.has_two_names || has_two_names(name, ExtraFields::new(fields)) {
            return told(Some(Reason::TwoNames));
        }
        let is_wide = is_zip64 || member.size_bytes.max(member.stored_bytes) >= u32::MAX.into();
        let between = u64::from(member.slack_bytes).saturating_sub(fields_bytes.into());
        let is_closed = if member.is_described {
            self.is_descriptor(member, data.saturating_add(member.stored_bytes), between, is_wide)
        } else {
            between == 0
        };
        let is_closed = is_closed || !self.is_whole;
        told((!is_closed).then_some(Reason::ZipBehind))
    }

    /// True if what stands behind a member's data tells what the directory tells (APPNOTE 4.3.9): with or without a magic number, with
    /// short or long sizes.
    fn is_descriptor(&self, member: &Member, at: u64, between: u64, is_wide: bool) -> bool {
        const DESCRIPTOR_MAGIC: &[u8] = b"PK\x07\x08";
        let sizes = [member.stored_bytes, member.size_bytes].map(u64::to_le_bytes);
        let sizes = sizes.iter().flat_map(|size| size.get(..if is_wide { 8 } else { 4 }).unwrap_or_default());
        let told: Vec<u8> = member.crc32.to_le_bytes().iter().chain(sizes).copied().collect();
        let mut buffer = [0; 24];
        let Some(found) = usize::try_from(between).ok().and_then(|between| buffer.get_mut(..between)) else { return false };
        // Without its magic number, the end of stored data cannot be told.
        read_exactly_at(self.archive.get_ref(), at, found)
            && ((*found == *told && member.method != STORE)
                || found.strip_prefix(DESCRIPTOR_MAGIC).is_some_and(|rest| *rest == *told))
    }
}

/// What is known of a member from its local header.
struct Local {
    /// Where its data begins.
    data: u64,
    /// In what the two headers disagree, or what is between this member and the next.
    doubt: Option<Reason>,
}

/// Deflated data that ends where its member does.
struct Inflated<R>(DeflateDecoder<R>);

impl<R: io::BufRead> Read for Inflated<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        let is_end = read == 0 && !buffer.is_empty();
        if is_end && !self.0.get_mut().fill_buf()?.is_empty() { Err(io::ErrorKind::InvalidData.into()) } else { Ok(read) }
    }
}

/// Stored data whose length stands behind it. Programs that read from the beginning end it at what looks like a descriptor, and that may
/// stand nowhere in it.
struct Undivided<R> {
    reader: R,
    crc: Crc,
    /// What a descriptor could begin with that ends in the next piece.
    kept: Vec<u8>,
}

impl<R: Read> Read for Undivided<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        const MAGIC_AND_CRC_BYTES: usize = 8;
        let read = self.reader.read(buffer)?;
        self.kept.extend_from_slice(buffer.get(..read).unwrap_or_default());
        let mut summed = 0;
        for place in memmem::find_iter(&self.kept, b"PK\x07\x08") {
            let Some(stated) = self.kept.get(place.saturating_add(4)..).and_then(<[u8]>::first_chunk) else { break };
            self.crc.update(self.kept.get(summed..place).unwrap_or_default());
            summed = place;
            if self.crc.clone().finalize() == u32::from_le_bytes(*stated) {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        let done = self.kept.len().saturating_sub(MAGIC_AND_CRC_BYTES.saturating_sub(1)).max(summed);
        self.crc.update(self.kept.get(summed..done).unwrap_or_default());
        self.kept.drain(..done);
        Ok(read)
    }
}

/// What is found while a directory is read, which can be more than the directory itself.
struct Problems<'a, V: Visit> {
    found: Vec<V::Yield>,
    visitor: &'a V,
    meter: &'a Meter,
}

impl<V: Visit> Problems<'_, V> {
    fn tell(&mut self, path: EntryPath, told: Told) {
        let yielded = self.visitor.tell(path, told);
        self.meter.spend(self.visitor.weigh(&yielded));
        self.found.push(yielded);
    }

    fn doubt(&mut self, path: EntryPath, doubt: Reason) {
        let is_too_long = is_too_long(&path, self.visitor.limits());
        self.tell(path, if is_too_long { Told::LongPath } else { Told::Doubt(doubt) });
    }
}

fn unreadable(error: &io::Error) -> Reason {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Reason::Damaged,
        io::ErrorKind::UnexpectedEof => Reason::CutOff,
        _ => error.into(),
    }
}

fn not_supported(method: u8) -> Reason {
    Reason::ZipMethod { method: method.into() }
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
pub(super) enum Inner<'z, R, Y> {
    /// A zip archive, and what is to be told of it as a whole.
    Zip(Zip<Nested<R>>, Vec<Y>),
    /// Anything else: if it is an archive, then a tar archive.
    Stream(Box<dyn Read + 'z>),
}

impl<R: ReaderAt + Clone> Zip<R> {
    /// Opens a member that is an archive itself: a zip archive in place if it is stored, else unpacked into memory; any other as
    /// a stream.
    ///
    /// # Errors
    ///
    /// Why it cannot be opened, to be told of it.
    pub(super) fn open_nested<V: Visit>(
        &self,
        visitor: &V,
        member: &Member,
        meter: &Meter,
    ) -> Result<Inner<'_, R, V::Yield>, Told> {
        let path = self.path(member);
        if is_too_long(&path, visitor.limits()) {
            return Err(Told::LongPath);
        }
        if !matches!(member.method, STORE | DEFLATE) {
            return Err(Told::unreadable(not_supported(member.method)));
        }
        let local = self.local(member, &mut Vec::new()).map_err(Told::unreadable)?;
        if let Some(doubt) = local.doubt {
            return Err(Told::unreadable(doubt));
        }
        let mut stream = self.reader(member, &local);
        let start = read_start(&mut *stream).map_err(|error| Told::unreadable(unreadable(&error)))?;
        let mut whole = io::Cursor::new(start.clone()).chain(stream);
        if Packing::of(&start) != Some(Packing::Zip) {
            return Ok(Inner::Stream(Box::new(whole)));
        }
        let (bytes, length_bytes) = if member.method == STORE && !member.is_described {
            let (start, length_bytes) = (local.data, member.stored_bytes);
            (NestedBytes::Stretch { outer: self.archive.get_ref().clone(), start, length_bytes }, length_bytes)
        } else {
            let mut unpacked = Vec::new();
            let read = (&mut whole)
                .take(NESTED_BYTES.saturating_add(1))
                .read_to_end(&mut unpacked)
                .map_err(|error| Told::unreadable(unreadable(&error)))?;
            meter.spend(read as u64);
            if read as u64 > NESTED_BYTES {
                return Err(Told::refused(Code::ArchiveLimit, Reason::NestedBytes { most: NESTED_BYTES }));
            }
            (NestedBytes::Unpacked(unpacked.into()), read as u64)
        };
        let entries = meter.entries(visitor.limits());
        let nested = Zip::open(visitor, Some(path), Nested(bytes), length_bytes, entries, meter);
        nested.map(|(zip, problems)| Inner::Zip(zip, problems)).map_err(Told::unreadable)
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

/// True if extra fields fill their place, apart from so many bytes of padding, and none speaks of sizes for the second time.
fn has_clean_fields(mut fields: ExtraFields<'_>, padding_bytes: usize) -> bool {
    let stated = fields.by_ref().filter(|(id, _)| *id == ExtraFieldId::ZIP64).count();
    let rest = fields.remaining_bytes();
    stated <= 1 && rest.len() <= padding_bytes && rest.iter().all(|byte| *byte == 0)
}

/// How much a record of the directory takes (APPNOTE 4.3.12).
fn record_bytes(record: &ZipFileHeaderRecord<'_>) -> u64 {
    const FIXED: usize = 46;
    let parts =
        [record.file_path().as_ref().len(), record.extra_fields().remaining_bytes().len(), record.comment().as_bytes().len()];
    parts.iter().fold(FIXED, |sum, part| sum.saturating_add(*part)) as u64
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
