//! Reading archives for a host: it brings bytes and threads, and gets exhibits.

use std::io::{self, Read};
use std::ops::Range;

use rawzip::ReaderAt;

use super::end::read_exactly_at;
use super::folder::{FolderFile, folder_is_cut};
use super::meter::{Meter, Stored};
use super::tar::{Found, read_tar};
use super::zip::{Inner, Member, Zip};
use super::{PIECE_BYTES, Packing, Sequential, ignored, no_archive, problem, read_start};
use crate::evidence::content::Workspace;
use crate::evidence::{Exhibit, examine_reader, is_read};
use crate::terms::error::{Error, io_reason};
use crate::terms::finding::Code;
use crate::terms::limits::Limits;
use crate::terms::path::{EntryPath, Separator};

/// What a face shows of the work, and whether it goes on.
pub trait Watch: Sync {
    /// So many more files are to be read, and as many bytes as `bytes` says. It may have to ask the file system for each file:
    /// only who shows it should call it.
    fn expect(&self, files: u64, bytes: &dyn Fn() -> u64) {
        let _ = (files, bytes);
    }

    /// So many files and bytes were read.
    fn advance(&self, files: u64, bytes: u64) {
        let _ = (files, bytes);
    }

    /// True if reading is to end now. What was gathered until then is of no use.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// Nobody watches.
impl Watch for () {}

/// How a host works: on which threads, sharing with whom, watched by whom. As it stands here, it works on one thread and alone.
pub trait Host: Sync {
    /// True if this host examines the item of this number, of those that come one after the other. Several hosts that read the same
    /// archive share its items so that each is examined by exactly one of them.
    fn takes(&self, index: u64) -> bool {
        let _ = index;
        true
    }

    /// The same where all items are known before, by their sizes in the order in which they lie: the stretch of them that this host
    /// examines. Those of several hosts follow each other, and leave out nothing.
    fn stretch(&self, sizes_bytes: &[u64]) -> Range<usize> {
        0..sizes_bytes.len()
    }

    /// True for exactly one of the hosts that share an archive: it admits what is found about the archive as a whole.
    fn is_first(&self) -> bool {
        true
    }

    /// Who watches.
    fn watch(&self) -> &dyn Watch {
        &()
    }

    /// What it examines with, on one thread.
    fn workspace(&self) -> Workspace {
        Workspace::default()
    }

    /// Examines all items that `bring` hands over one after the other. With each it says how many bytes of memory the item holds, so
    /// that a host with threads knows how many may wait.
    fn each<G: Gather, T: Send>(
        &self,
        bring: impl FnOnce(&mut dyn FnMut(T, usize)),
        examine: impl Fn(T, &mut Workspace) -> Exhibit + Sync,
    ) -> G {
        let mut gathered = G::default();
        let mut workspace = self.workspace();
        bring(&mut |item, _| gathered.admit(examine(item, &mut workspace)));
        gathered
    }
}

/// The simplest host: one thread that nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Alone;

impl Host for Alone {}

/// What exhibits are gathered in: a [`Case`], or a list for those who want to look at them.
pub trait Gather: Default + Send {
    /// Adds an exhibit.
    fn admit(&mut self, exhibit: Exhibit);

    /// Adds what another thread gathered.
    fn merge(&mut self, other: Self);
}

impl Gather for Vec<Exhibit> {
    fn admit(&mut self, exhibit: Exhibit) {
        self.push(exhibit);
    }

    fn merge(&mut self, mut other: Self) {
        self.append(&mut other);
    }
}

/// Reads an archive of any kind, and those inside it, one level deep. `at` is where it lies inside the case: in a folder or in
/// another archive; `None` for one that was given itself. It always succeeds: what cannot be read is a fact about the archive.
///
/// ```
/// use trailseal::container::{Alone, read_archive};
/// use trailseal::{Case, Limits, Outcome, Policy};
///
/// let zip: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"; // without entries
/// let case: Case = read_archive(&Alone, None, zip, zip.len() as u64, &Limits::default());
/// assert_eq!(case.conclude(&Policy::default()).overall(), Outcome::Indeterminate);
/// ```
pub fn read_archive<G: Gather>(
    host: &impl Host,
    at: Option<&EntryPath>,
    reader: impl ReaderAt + Clone + Sync,
    length_bytes: u64,
    limits: &Limits,
) -> G {
    let reading = Reading { host, limits, meter: Meter::new(length_bytes, at.is_some(), limits) };
    let reader = Interruptible::new(reader, host);
    let sequential = || Sequential { reader: &reader, position: 0, end: length_bytes };
    let gathered = match read_start(&mut sequential()) {
        Err(error) => reading.only(problem(at, Code::ArchiveEntryUnreadable, io_reason(&error))),
        Ok(start) if Packing::of(&start) == Some(Packing::Zip) => reading.zip_file(at, &reader, length_bytes),
        Ok(start) => {
            let mut end = [0; 22];
            let at_end = length_bytes.saturating_sub(end.len() as u64);
            if read_exactly_at(&reader, at_end, &mut end)
                && let Some(detail) = no_archive(at.map(EntryPath::file_name).unwrap_or_default(), &start, &end)
            {
                return reading.only(problem(at, Code::ArchiveEntryUnreadable, detail));
            }
            host.watch().expect(0, &|| length_bytes);
            reading.stream(at, &mut Counted { reader: sequential(), host })
        }
    };
    reading.unless_exceeded(at, gathered)
}

/// Reads a tar archive, plain or packed, from a stream that cannot be read twice; else as [`read_archive`].
pub fn read_stream<G: Gather>(host: &impl Host, at: Option<&EntryPath>, reader: &mut dyn Read, limits: &Limits) -> G {
    let reading = Reading { host, limits, meter: Meter::new(0, at.is_some(), limits) };
    let gathered = reading.stream(at, &mut Stored { reader: Interruptible::new(reader, host), meter: &reading.meter });
    reading.unless_exceeded(at, gathered)
}

/// Reads files that `bring` brings one after the other, each with its path as somebody wrote it, and the archives among them; else
/// as [`read_archive`].
///
/// ```
/// use trailseal::container::{Alone, read_files};
/// use trailseal::{Case, Limits, Outcome, Policy};
///
/// let mut files = [("handover/README.txt", b"not evidence")].into_iter();
/// let case: Case = read_files(&Alone, || files.next(), &Limits::default());
/// assert_eq!(case.conclude(&Policy::default()).overall(), Outcome::Indeterminate);
/// ```
pub fn read_files<G: Gather, N: AsRef<[u8]>, B: AsRef<[u8]> + Send>(
    host: &impl Host,
    mut bring: impl FnMut() -> Option<(N, B)>,
    limits: &Limits,
) -> G {
    let reading = Reading { host, limits, meter: Meter::new(0, false, limits) };
    let mut whole = G::default();
    let mut pieces: G = host.each(
        |give| {
            let mut give = taken(host, give);
            let mut seen = 0_u64;
            while !reading.is_over()
                && let Some((name, bytes)) = bring()
            {
                if seen == limits.entries {
                    return reading.admit(&mut whole, folder_is_cut(limits));
                }
                seen = seen.saturating_add(1);
                let length_bytes = bytes.as_ref().len() as u64;
                match FolderFile::of(name.as_ref(), Separator::Slash) {
                    FolderFile::Refused(exhibit) => reading.admit(&mut whole, exhibit),
                    FolderFile::Archive(path) => {
                        whole.merge(read_archive(host, Some(&path), bytes.as_ref(), length_bytes, limits));
                    }
                    FolderFile::Entry(path) if is_read(&path) && length_bytes > limits.entry_bytes => {
                        let detail = format!("entry_bytes is {}", limits.entry_bytes);
                        reading.admit(&mut whole, Exhibit::refused(path, Code::ArchiveLimit, detail));
                    }
                    FolderFile::Entry(path) => give((path, bytes), usize::try_from(length_bytes).unwrap_or(usize::MAX)),
                }
            }
        },
        |(path, bytes): (EntryPath, B), workspace| {
            let bytes = bytes.as_ref();
            if reading.meter.is_exceeded() {
                return reading.too_much(Some(&path));
            }
            let start = || Ok(bytes.get(..bytes.len().min(512)).unwrap_or_default().to_vec());
            // Names are given, too.
            reading.meter.store(bytes.len().saturating_add(path.as_bytes().len()) as u64);
            let exhibit = if is_read(&path) { workspace.examine(path, bytes, limits) } else { ignored(path, limits, start) };
            reading.meter.spend_for(&exhibit, workspace.tools.take_spent());
            host.watch().advance(1, bytes.len() as u64);
            exhibit
        },
    );
    pieces.merge(whole);
    reading.unless_exceeded(None, pieces)
}

/// Examines one file of a folder, which `open` opens if it has to be read, and of which it says how large it is; large ones in memory
/// that does not grow with them. What was read is judged in any case. If that is not as much as there was, it is said besides; a large
/// file need not be read to its end, and `size_after` tells its size then.
pub fn read_file<R: Read>(
    host: &impl Host,
    path: EntryPath,
    open: impl FnOnce() -> io::Result<(R, u64)>,
    size_after: impl FnOnce(&R) -> Option<u64>,
    limits: &Limits,
    workspace: &mut Workspace,
) -> Exhibit {
    if !is_read(&path) {
        return ignored(path, limits, || open().and_then(|(mut file, _)| read_start(&mut file)));
    }
    let (mut file, size_bytes) = match open() {
        Ok(opened) => opened,
        Err(error) => return Exhibit::refused(path, Code::ArchiveEntryUnreadable, io_reason(&error)),
    };
    if size_bytes > limits.entry_bytes {
        return Exhibit::refused(path, Code::ArchiveLimit, format!("entry_bytes is {}", limits.entry_bytes));
    }
    let mut reader = Interruptible::new(&mut file, host);
    let (exhibit, size_bytes_read) = if size_bytes > PIECE_BYTES {
        let exhibit = examine_reader(path, &mut reader.take(limits.entry_bytes), limits);
        (exhibit, size_after(&file))
    } else {
        let Workspace { stored, tools, .. } = workspace;
        match read_piece(&mut reader, size_bytes, stored) {
            Ok(piece) if piece.len() as u64 > PIECE_BYTES => {
                return Exhibit::refused(path, Code::ArchiveEntryUnreadable, "it grew while it was read");
            }
            Ok(piece) => (tools.examine(path, piece, limits), Some(piece.len() as u64)),
            Err(error) => return Exhibit::refused(path, Code::ArchiveEntryUnreadable, io_reason(&error)),
        }
    };
    if size_bytes_read == Some(size_bytes) {
        exhibit
    } else {
        exhibit.with_note(Code::ArchiveEntryUnreadable, "its size changed while it was read")
    }
}

/// Reads to its end what should have this size, and no further than one byte more than is examined in one piece. It asks for one byte
/// more than there should be: a file that then gives just what it should have has ended, and need not be asked again.
fn read_piece<'m>(reader: &mut impl Read, size_bytes: u64, memory: &'m mut Vec<u8>) -> io::Result<&'m [u8]> {
    const MOST: usize = (PIECE_BYTES as usize).saturating_add(1);
    let size = usize::try_from(size_bytes).unwrap_or(MOST);
    let (mut read, mut end) = (0_usize, size.saturating_add(1));
    loop {
        if memory.len() < end {
            memory.resize(end, 0);
        }
        match reader.read(memory.get_mut(read..end).unwrap_or_default()) {
            Ok(0) => break,
            Ok(more) => read = read.saturating_add(more),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if read == size || read == MOST {
            break;
        }
        if read == end {
            end = end.saturating_mul(2).min(MOST);
        }
    }
    Ok(memory.get(..read).unwrap_or_default())
}

/// Gives what this host takes, of what is given one after the other.
fn taken<T>(host: &impl Host, give: &mut dyn FnMut(T, usize)) -> impl FnMut(T, usize) {
    let mut numbers = 0..;
    move |item, bytes| {
        if numbers.next().is_some_and(|index| host.takes(index)) {
            give(item, bytes);
        }
    }
}

struct Reading<'a, H> {
    host: &'a H,
    limits: &'a Limits,
    meter: Meter,
}

impl<H: Host> Reading<'_, H> {
    /// What is about an archive as a whole is said once, however many hosts share it.
    fn only<G: Gather>(&self, exhibit: Exhibit) -> G {
        let mut gathered = G::default();
        self.admit(&mut gathered, exhibit);
        gathered
    }

    /// What was gathered, if it is not too much for the archive; else only that it is. Every host that finds so says it: what it gathered
    /// is dropped.
    fn unless_exceeded<G: Gather>(&self, at: Option<&EntryPath>, gathered: G) -> G {
        if !self.meter.is_exceeded() {
            return gathered;
        }
        let mut instead = G::default();
        instead.admit(self.too_much(at));
        instead
    }

    fn too_much(&self, at: Option<&EntryPath>) -> Exhibit {
        problem(at, Code::ArchiveLimit, self.meter.detail())
    }

    /// Examining goes on until then.
    fn is_over(&self) -> bool {
        self.host.watch().is_stopped() || self.meter.is_exceeded()
    }

    fn admit<G: Gather>(&self, gathered: &mut G, exhibit: Exhibit) {
        self.meter.spend_for(&exhibit, 0);
        if self.host.is_first() {
            gathered.admit(exhibit);
        }
    }

    fn zip_file<G: Gather, R: ReaderAt + Clone + Sync>(&self, at: Option<&EntryPath>, reader: R, length_bytes: u64) -> G {
        let zip = match Zip::open(at.cloned(), reader, length_bytes, self.limits, &self.meter) {
            Ok(zip) => zip,
            Err(error) => return self.only(unreadable(at, &error)),
        };
        let mut gathered: G = self.zip(&zip);
        for member in zip.containers() {
            if self.is_over() {
                break;
            }
            if at.is_some() {
                // One level is read: this refuses it.
                self.admit(&mut gathered, zip.examine(member, self.limits, &mut Workspace::default()));
                continue;
            }
            match zip.open_nested(member, self.limits, &self.meter) {
                Ok(Inner::Zip(nested)) => gathered.merge(self.nested_zip(&nested)),
                Ok(Inner::Stream(mut stream)) => gathered.merge(self.stream(Some(&zip.path(member)), &mut *stream)),
                Err(exhibit) => self.admit(&mut gathered, exhibit),
            }
        }
        gathered
    }

    /// The members of a zip archive, containers apart.
    fn zip<G: Gather, R: ReaderAt + Sync>(&self, zip: &Zip<R>) -> G {
        self.meter.spend_for_members(zip.len());
        let members: Vec<_> = zip.files().collect();
        let sizes_bytes: Vec<_> = members.iter().map(|member| member.size_bytes()).collect();
        // What members state may be a lie of any size.
        let bytes = || sizes_bytes.iter().fold(0_u64, |sum, size_bytes| sum.saturating_add(*size_bytes));
        self.host.watch().expect(members.len() as u64, &bytes);
        let members = members.get(self.host.stretch(&sizes_bytes)).unwrap_or_default();
        let mut gathered: G = self.host.each(
            |give| members.iter().take_while(|_| !self.is_over()).for_each(|member| give(member, 0)),
            |member: &&Member, workspace| {
                if self.meter.is_exceeded() {
                    return self.too_much(Some(&zip.path(member)));
                }
                let exhibit = zip.examine(member, self.limits, workspace);
                self.meter.spend_for(&exhibit, workspace.tools.take_spent());
                self.host.watch().advance(1, member.size_bytes());
                exhibit
            },
        );
        for doubt in zip.take_doubts() {
            self.meter.spend_for(&doubt, 0);
            gathered.admit(doubt);
        }
        // The meter knows of these.
        if self.host.is_first() {
            zip.problems().iter().for_each(|exhibit| gathered.admit(exhibit.clone()));
        }
        gathered
    }

    /// A zip archive inside another container; archives in it are refused.
    fn nested_zip<G: Gather, R: ReaderAt + Sync>(&self, zip: &Zip<R>) -> G {
        let mut gathered: G = self.zip(zip);
        for member in zip.containers().take_while(|_| !self.is_over()) {
            self.admit(&mut gathered, zip.examine(member, self.limits, &mut Workspace::default()));
        }
        gathered
    }

    fn stream<G: Gather>(&self, at: Option<&EntryPath>, reader: &mut dyn Read) -> G {
        let mut whole = G::default();
        let mut pieces: G = self.host.each(
            |give| {
                let mut give = taken(self.host, give);
                read_tar(at, reader, self.limits, &self.meter, &mut |found| match found {
                    Found::Piece(path, bytes) => {
                        let held = bytes.len();
                        give((path, bytes), held);
                    }
                    Found::Exhibit(exhibit) => self.admit(&mut whole, exhibit),
                    Found::Zip(path, bytes) => {
                        let length_bytes = bytes.len() as u64;
                        match Zip::open(Some(path.clone()), bytes, length_bytes, &self.meter.limits(self.limits), &self.meter) {
                            Ok(zip) => whole.merge(self.nested_zip(&zip)),
                            Err(error) => self.admit(&mut whole, unreadable(Some(&path), &error)),
                        }
                    }
                });
            },
            |(path, bytes): (EntryPath, Vec<u8>), workspace| {
                if self.meter.is_exceeded() {
                    return self.too_much(Some(&path));
                }
                let exhibit = workspace.examine(path, &bytes, self.limits);
                self.meter.spend_for(&exhibit, workspace.tools.take_spent());
                self.host.watch().advance(1, 0);
                exhibit
            },
        );
        pieces.merge(whole);
        pieces
    }
}

/// The exhibit of an archive whose directory is cut off or broken: what is left in it cannot be told.
fn unreadable(at: Option<&EntryPath>, error: &Error) -> Exhibit {
    problem(at, Code::ArchiveEntryUnreadable, error.to_string())
}

/// A reader that fails once its host wants to end; what it fails with is of no use, like all that was gathered.
#[derive(Debug)]
pub struct Interruptible<'h, R, H> {
    inner: R,
    host: &'h H,
}

impl<'h, R, H: Host> Interruptible<'h, R, H> {
    /// Reads from `inner` as long as the host likes.
    pub fn new(inner: R, host: &'h H) -> Self {
        Self { inner, host }
    }

    fn check(&self) -> io::Result<()> {
        // Not `Interrupted`: that means "try again".
        if self.host.watch().is_stopped() { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }
}

impl<R: ReaderAt, H: Host> ReaderAt for Interruptible<'_, R, H> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.check()?;
        // A member's reader asks for nothing at its end, and that need not be a system call.
        if buffer.is_empty() { Ok(0) } else { self.inner.read_at(buffer, offset) }
    }
}

impl<R: Read, H: Host> Read for Interruptible<'_, R, H> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        self.inner.read(buffer)
    }
}

/// Tells its host what it read.
struct Counted<'h, R, H> {
    reader: R,
    host: &'h H,
}

impl<R: Read, H: Host> Read for Counted<'_, R, H> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.host.watch().advance(0, read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::content::Content;
    use crate::evidence::{Facts, trail};

    const DIGEST: &str = "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T000131Z.json";

    /// A file of which each read gives one of these pieces, or fails.
    struct Pieces(Vec<io::Result<Vec<u8>>>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let mut piece = self.0.remove(0)?;
            let rest = piece.split_off(buffer.len().min(piece.len()));
            if !rest.is_empty() {
                self.0.insert(0, Ok(rest));
            }
            buffer[..piece.len()].copy_from_slice(&piece);
            Ok(piece.len())
        }
    }

    /// What is told of a file that states this size and gives these pieces: what was read as its content, and the notes.
    fn read_as(size_bytes: u64, pieces: Vec<io::Result<Vec<u8>>>, workspace: &mut Workspace) -> (Option<[u8; 32]>, Vec<String>) {
        let open = || Ok((Pieces(pieces), size_bytes));
        let path = EntryPath::new("stray.json");
        let exhibit = read_file(&Alone, path, open, |_| None, &Limits::default(), workspace);
        let content = match exhibit.facts {
            // What is empty cannot be inflated.
            Facts::Trail(trail::Facts::Stray(Content::Whole { sha256, .. } | Content::Damaged { stored_sha256: sha256 })) => {
                Some(sha256)
            }
            _ => None,
        };
        (content, exhibit.notes.into_iter().filter_map(|note| note.detail).collect())
    }

    #[test]
    fn a_file_is_read_to_its_end_and_told_if_that_is_not_where_it_was() {
        let mut workspace = Workspace::default();
        let mut read = |size_bytes, pieces: &[&str]| {
            let given = pieces.iter().map(|piece| Ok(piece.as_bytes().to_vec())).collect();
            let (content, notes) = read_as(size_bytes, given, &mut workspace);
            assert_eq!(content, Some(crate::bytes::hash::sha256(pieces.concat().as_bytes())), "{pieces:?}");
            notes
        };
        let changed = ["its size changed while it was read"];
        // In one workspace: nothing of the file before shows.
        assert_eq!(read(10, &["0123456789"]), [""; 0]);
        assert_eq!(read(4, &["0123"]), [""; 0]);
        assert_eq!(read(4, &["0", "12", "3"]), [""; 0]);
        assert_eq!(read(0, &[]), [""; 0]);
        assert_eq!(read(4, &["012"]), changed);
        assert_eq!(read(4, &[]), changed);
        assert_eq!(read(4, &["01234"]), changed);
        assert_eq!(read(4, &["01", &"x".repeat(1000)]), changed);
        assert_eq!(read(0, &["0123456789"]), changed);
    }

    #[test]
    fn reading_goes_on_after_a_signal_and_ends_with_an_error() {
        let piece = |text: &str| Ok(text.as_bytes().to_vec());
        let signal = || Err(io::ErrorKind::Interrupted.into());
        let mut workspace = Workspace::default();
        let (content, notes) = read_as(4, vec![signal(), piece("01"), signal(), piece("23")], &mut workspace);
        assert_eq!((content, notes), (Some(crate::bytes::hash::sha256(b"0123")), vec![]));
        let (content, notes) = read_as(4, vec![piece("01"), Err(io::ErrorKind::ConnectionReset.into())], &mut workspace);
        assert_eq!((content, notes), (None, vec!["connection reset".to_owned()]));
    }

    #[test]
    fn a_piece_that_grows_without_end_is_refused() {
        let open = || Ok((io::repeat(b'x'), PIECE_BYTES));
        let exhibit = read_file(&Alone, EntryPath::new(DIGEST), open, |_| None, &Limits::default(), &mut Workspace::default());
        assert_eq!(exhibit.facts, Facts::Trail(trail::Facts::Digest(Content::Unread, None)));
        assert_eq!(exhibit.notes.iter().map(|note| note.code).collect::<Vec<_>>(), [Code::ArchiveEntryUnreadable]);
    }

    #[test]
    fn only_what_has_to_be_read_is_opened_and_only_up_to_the_limit_is_read() {
        struct Untouched;
        impl Read for Untouched {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                panic!("it is read")
            }
        }
        let read = |path: &str, limits: &Limits, open: &dyn Fn() -> io::Result<(Untouched, u64)>| {
            let exhibit = read_file(&Alone, EntryPath::new(path), open, |_| None, limits, &mut Workspace::default());
            exhibit.notes.into_iter().map(|note| (note.code, note.detail.unwrap())).collect::<Vec<_>>()
        };
        // What would be ignored is asked for its beginning only, and not even that if the name tells enough.
        assert_eq!(read(".DS_Store", &Limits::default(), &|| panic!("it is opened")), []);
        let said = "a bzip2 archive, which is not read: unpack it first".to_owned();
        assert_eq!(
            read("a.tar.bz2", &Limits::default(), &|| panic!("it is opened")),
            [(Code::ArchiveEntryUnreadable, said.clone())]
        );
        for (start, expected) in [("BZh91AY&SY", vec![(Code::ArchiveEntryUnreadable, said)]), ("BZhang wrote this", vec![])] {
            let open = || Ok((start.as_bytes().chain(io::repeat(b'x').take(512)).chain(Untouched), u64::MAX));
            let path = EntryPath::new("README");
            let exhibit = read_file(&Alone, path, open, |_| None, &Limits::default(), &mut Workspace::default());
            assert_eq!(exhibit.notes.into_iter().map(|note| (note.code, note.detail.unwrap())).collect::<Vec<_>>(), expected);
        }
        for entry_bytes in [4, 1 << 32] {
            let found = read(DIGEST, &Limits { entry_bytes, ..Limits::default() }, &|| Ok((Untouched, entry_bytes + 1)));
            assert_eq!(found, [(Code::ArchiveLimit, format!("entry_bytes is {entry_bytes}"))]);
        }
    }
}
