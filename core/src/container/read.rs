//! Reading archives and folders: each entry comes to a visitor.

use std::io::{self, Read};

use rawzip::ReaderAt;

use super::folder::{FolderFile, folder_is_cut};
use super::host::{Host, Interruptible};
use super::kinds::no_archive;
use super::meter::{Meter, Stored};
use super::packing::{Packing, read_start};
use super::stretch::{Sequential, read_exactly_at};
use super::tar::{Found, read_tar};
use super::visit::{Gather, PIECE_BYTES, Told, Visit, Workspace, is_too_long, passed_over, place_of};
use super::zip::{Inner, Member, Zip};
use crate::terms::finding::Code;
use crate::terms::path::{EntryPath, Separator};
use crate::terms::reason::Reason;

/// How long the end record of a zip archive is, without a comment.
const END_BYTES: usize = 22;

/// Reads an archive of any kind, and those inside it, one level deep. `at` is where it lies inside the case: in a folder or in
/// another archive; `None` for one that was given itself. It always succeeds: what cannot be read, or is no archive at all, is a fact
/// about what was handed over.
///
/// ```
/// use trailseal::container::{Alone, read_archive};
/// use trailseal::{Case, Examine, Outcome, Policy};
///
/// let zip: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"; // without entries
/// let case: Case = read_archive(&Alone, &Examine::default(), None, zip, zip.len() as u64);
/// assert_eq!(case.conclude(&Policy::default()).overall(), Outcome::Indeterminate);
/// ```
pub fn read_archive<V: Visit, G: Gather<V::Yield>>(
    host: &impl Host,
    visitor: &V,
    at: Option<&EntryPath>,
    reader: impl ReaderAt + Clone + Sync,
    length_bytes: u64,
) -> G {
    let reading = Reading { host, visitor, meter: Meter::new(length_bytes, at.is_some(), visitor.limits()) };
    let reader = Interruptible::new(reader, host);
    let sequential = || Sequential { reader: &reader, position: 0, end: length_bytes };
    let gathered = match read_start(&mut sequential()) {
        Err(error) => reading.only(at, Told::unreadable(&error)),
        Ok(start) if Packing::of(&start) == Some(Packing::Zip) => reading.zip_file(at, &reader, length_bytes),
        Ok(start) => {
            let mut end = vec![0; usize::try_from(length_bytes).map_or(END_BYTES, |length| length.min(END_BYTES))];
            let at_end = length_bytes.saturating_sub(end.len() as u64);
            if read_exactly_at(&reader, at_end, &mut end)
                && let Some(reason) = no_archive(at.map(EntryPath::file_name).unwrap_or_default(), &start, &end)
            {
                return reading.only(at, Told::unreadable(reason));
            }
            host.watch().expect(0, &|| length_bytes);
            reading.stream(at, &mut Counted { reader: sequential(), host })
        }
    };
    reading.unless_exceeded(at, gathered)
}

/// Reads a tar archive, plain or packed, from a stream that cannot be read twice; else as [`read_archive`].
pub fn read_stream<V: Visit, G: Gather<V::Yield>>(
    host: &impl Host,
    visitor: &V,
    at: Option<&EntryPath>,
    reader: &mut dyn Read,
) -> G {
    let reading = Reading { host, visitor, meter: Meter::new(0, at.is_some(), visitor.limits()) };
    let gathered = reading.stream(at, &mut Stored { reader: Interruptible::new(reader, host), meter: &reading.meter });
    reading.unless_exceeded(at, gathered)
}

/// Reads files that `bring` brings one after the other, each with its path as somebody wrote it, and the archives among them; else
/// as [`read_archive`].
///
/// ```
/// use trailseal::container::{Alone, read_files};
/// use trailseal::{Case, Examine, Outcome, Policy};
///
/// let mut files = [("handover/README.txt", b"not evidence")].into_iter();
/// let case: Case = read_files(&Alone, &Examine::default(), || files.next());
/// assert_eq!(case.conclude(&Policy::default()).overall(), Outcome::Indeterminate);
/// ```
pub fn read_files<V: Visit, G: Gather<V::Yield>, N: AsRef<[u8]>, B: AsRef<[u8]> + Send>(
    host: &impl Host,
    visitor: &V,
    mut bring: impl FnMut() -> Option<(N, B)>,
) -> G {
    let limits = visitor.limits();
    let reading = Reading { host, visitor, meter: Meter::new(0, false, limits) };
    let mut whole = G::default();
    let mut pieces: G = host.each(
        |give| {
            let mut give = taken(host, give);
            let mut seen = 0_u64;
            while !reading.is_over()
                && let Some((name, bytes)) = bring()
            {
                if seen == limits.entries {
                    return reading.admit(&mut whole, folder_is_cut(visitor));
                }
                seen = seen.saturating_add(1);
                let length_bytes = bytes.as_ref().len() as u64;
                match FolderFile::of(visitor, name.as_ref(), Separator::Slash) {
                    FolderFile::Refused(refused) => reading.admit(&mut whole, refused),
                    FolderFile::Archive(path) => {
                        whole.merge(read_archive(host, visitor, Some(&path), bytes.as_ref(), length_bytes));
                    }
                    FolderFile::Entry(path) if length_bytes > limits.entry_bytes && visitor.treatment(&path).is_read() => {
                        reading.tell(&mut whole, path, Told::limit("entry_bytes", limits.entry_bytes));
                    }
                    FolderFile::Entry(path) => give((path, bytes), usize::try_from(length_bytes).unwrap_or(usize::MAX)),
                }
            }
        },
        || {
            let (reading, mut workspace) = (&reading, Workspace::default());
            move |(path, bytes): (EntryPath, B)| {
                let bytes = bytes.as_ref();
                if reading.meter.is_exceeded() {
                    return reading.too_much(Some(&path));
                }
                let start = || Ok(bytes.get(..bytes.len().min(512)).unwrap_or_default().to_vec());
                // Names are given, too.
                reading.meter.store(bytes.len().saturating_add(path.as_bytes().len()) as u64);
                let treatment = visitor.treatment(&path);
                let yielded = if is_too_long(&path, limits) {
                    visitor.tell(path, Told::LongPath)
                } else if treatment.is_read() {
                    visitor.visit_piece(path, bytes, &mut workspace.own)
                } else {
                    let told = passed_over(&path, treatment, start);
                    visitor.tell(path, told)
                };
                reading.weigh(&yielded, workspace.take_spent(visitor));
                host.watch().advance(1, bytes.len() as u64);
                yielded
            }
        },
    );
    pieces.merge(whole);
    reading.unless_exceeded(None, pieces)
}

/// Visits one file of a folder, which `open` opens if it has to be read, and of which it says how large it is; large ones in memory
/// that does not grow with them. What was read counts in any case. If that is not as much as there was, it is said besides; a large
/// file need not be read to its end, and `size_after` tells its size then.
pub fn read_file<V: Visit, R: Read>(
    host: &impl Host,
    visitor: &V,
    path: EntryPath,
    open: impl FnOnce() -> io::Result<(R, u64)>,
    size_after: impl FnOnce(&R) -> Option<u64>,
    workspace: &mut Workspace<V>,
) -> V::Yield {
    let limits = visitor.limits();
    let treatment = visitor.treatment(&path);
    let is_too_long = is_too_long(&path, limits);
    if !treatment.is_read() {
        let start = || open().and_then(|(mut file, _)| read_start(&mut file));
        let told = if is_too_long { Told::LongPath } else { passed_over(&path, treatment, start) };
        return visitor.tell(path, told);
    }
    let (mut file, size_bytes) = match open() {
        Ok(opened) => opened,
        Err(error) => return visitor.tell(path, Told::unreadable(&error)),
    };
    if size_bytes > limits.entry_bytes {
        return visitor.tell(path, Told::limit("entry_bytes", limits.entry_bytes));
    }
    if is_too_long {
        return visitor.tell(path, Told::LongPath);
    }
    let mut reader = Interruptible::new(&mut file, host);
    let (mut yielded, size_bytes_read) = if size_bytes > PIECE_BYTES {
        let yielded = visitor.visit(path, &mut reader.take(limits.entry_bytes), &mut workspace.own);
        (yielded, size_after(&file))
    } else {
        let Workspace { stored, own, .. } = workspace;
        match read_piece(&mut reader, size_bytes, stored) {
            Ok(piece) if piece.len() as u64 > PIECE_BYTES => {
                return visitor.tell(path, Told::unreadable(Reason::Grew));
            }
            Ok(piece) => (visitor.visit_piece(path, piece, own), Some(piece.len() as u64)),
            Err(error) => return visitor.tell(path, Told::unreadable(&error)),
        }
    };
    if size_bytes_read != Some(size_bytes) {
        visitor.note(&mut yielded, Reason::SizeChanged);
    }
    yielded
}

/// Reads to its end what should have this size, and no further than one byte more than is visited in one piece. It asks for one byte
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

struct Reading<'a, H, V> {
    host: &'a H,
    visitor: &'a V,
    meter: Meter,
}

impl<H: Host, V: Visit> Reading<'_, H, V> {
    /// What is about an archive as a whole is said once, however many hosts share it.
    fn only<G: Gather<V::Yield>>(&self, at: Option<&EntryPath>, told: Told) -> G {
        let mut gathered = G::default();
        self.tell(&mut gathered, place_of(at), told);
        gathered
    }

    /// What was gathered, if it is not too much for the archive; else only that it is. Every host that finds so says it: what it gathered
    /// is dropped.
    fn unless_exceeded<G: Gather<V::Yield>>(&self, at: Option<&EntryPath>, gathered: G) -> G {
        if !self.meter.is_exceeded() {
            return gathered;
        }
        let mut instead = G::default();
        instead.admit(self.too_much(at));
        instead
    }

    fn too_much(&self, at: Option<&EntryPath>) -> V::Yield {
        self.visitor.tell(place_of(at), Told::refused(Code::ArchiveLimit, self.meter.reason()))
    }

    /// Reading goes on until then.
    fn is_over(&self) -> bool {
        self.host.watch().is_stopped() || self.meter.is_exceeded()
    }

    /// What was made of an entry came out, from so many bytes.
    fn weigh(&self, yielded: &V::Yield, bytes: u64) {
        self.meter.spend(bytes.saturating_add(self.visitor.weigh(yielded)));
    }

    fn tell<G: Gather<V::Yield>>(&self, gathered: &mut G, path: EntryPath, told: Told) {
        self.admit(gathered, self.visitor.tell(path, told));
    }

    fn admit<G: Gather<V::Yield>>(&self, gathered: &mut G, yielded: V::Yield) {
        self.weigh(&yielded, 0);
        if self.host.is_first() {
            gathered.admit(yielded);
        }
    }

    fn zip_file<G: Gather<V::Yield>, R: ReaderAt + Clone + Sync>(&self, at: Option<&EntryPath>, reader: R, length_bytes: u64) -> G {
        let entries = self.visitor.limits().entries;
        let (zip, problems) = match Zip::open(self.visitor, at.cloned(), reader, length_bytes, entries, &self.meter) {
            Ok(opened) => opened,
            Err(reason) => return self.only(at, Told::unreadable(reason)),
        };
        if at.is_some() {
            return self.nested_zip(&zip, problems);
        }
        let mut gathered: G = self.zip(&zip, problems);
        for member in zip.containers() {
            if self.is_over() {
                break;
            }
            match zip.open_nested(self.visitor, member, &self.meter) {
                Ok(Inner::Zip(nested, problems)) => gathered.merge(self.nested_zip(&nested, problems)),
                Ok(Inner::Stream(mut stream)) => gathered.merge(self.stream(Some(&zip.path(member)), &mut *stream)),
                Err(told) => self.tell(&mut gathered, zip.path(member), told),
            }
        }
        gathered
    }

    /// The members of a zip archive, containers apart.
    fn zip<G: Gather<V::Yield>, R: ReaderAt + Sync>(&self, zip: &Zip<R>, problems: Vec<V::Yield>) -> G {
        self.meter.spend_for_members(zip.len());
        let members: Vec<_> = zip.files().collect();
        let sizes_bytes: Vec<_> = members.iter().map(|member| member.size_bytes()).collect();
        // What members state may be a lie of any size.
        let bytes = || sizes_bytes.iter().fold(0_u64, |sum, size_bytes| sum.saturating_add(*size_bytes));
        self.host.watch().expect(members.len() as u64, &bytes);
        let members = members.get(self.host.stretch(&sizes_bytes)).unwrap_or_default();
        let mut gathered: G = self.host.each(
            |give| members.iter().take_while(|_| !self.is_over()).for_each(|member| give(member, 0)),
            || {
                let mut workspace = Workspace::default();
                move |member: &&Member| {
                    if self.meter.is_exceeded() {
                        return self.too_much(Some(&zip.path(member)));
                    }
                    let yielded = zip.visit(self.visitor, member, &mut workspace);
                    self.weigh(&yielded, workspace.take_spent(self.visitor));
                    self.host.watch().advance(1, member.size_bytes());
                    yielded
                }
            },
        );
        for (path, doubt) in zip.take_doubts() {
            let doubt = self.visitor.tell(path, Told::Doubt(doubt));
            self.weigh(&doubt, 0);
            gathered.admit(doubt);
        }
        // The meter knows of these.
        if self.host.is_first() {
            problems.into_iter().for_each(|problem| gathered.admit(problem));
        }
        gathered
    }

    /// A zip archive inside another container; archives in it are refused.
    fn nested_zip<G: Gather<V::Yield>, R: ReaderAt + Sync>(&self, zip: &Zip<R>, problems: Vec<V::Yield>) -> G {
        let mut gathered: G = self.zip(zip, problems);
        for member in zip.containers().take_while(|_| !self.is_over()) {
            self.admit(&mut gathered, zip.visit(self.visitor, member, &mut Workspace::default()));
        }
        gathered
    }

    fn stream<G: Gather<V::Yield>>(&self, at: Option<&EntryPath>, reader: &mut dyn Read) -> G {
        let mut whole = G::default();
        let mut pieces: G = self.host.each(
            |give| {
                let mut give = taken(self.host, give);
                read_tar(self.visitor, at, reader, &self.meter, &mut |found| match found {
                    Found::Piece(path, bytes) => {
                        let held = bytes.len();
                        give((path, Some(bytes)), held);
                    }
                    Found::PassedOver(path) => give((path, None), 0),
                    Found::Told(path, told) => self.tell(&mut whole, path, told),
                    Found::Visited(yielded) => self.admit(&mut whole, yielded),
                    Found::Zip(path, bytes) => {
                        let length_bytes = bytes.len() as u64;
                        let entries = self.meter.entries(self.visitor.limits());
                        match Zip::open(self.visitor, Some(path.clone()), bytes, length_bytes, entries, &self.meter) {
                            Ok((zip, problems)) => whole.merge(self.nested_zip(&zip, problems)),
                            Err(reason) => self.tell(&mut whole, path, Told::unreadable(reason)),
                        }
                    }
                });
            },
            || {
                let mut workspace = Workspace::default();
                move |(path, bytes): (EntryPath, Option<Vec<u8>>)| {
                    if self.meter.is_exceeded() {
                        return self.too_much(Some(&path));
                    }
                    let yielded = match bytes {
                        Some(bytes) => self.visitor.visit_piece(path, &bytes, &mut workspace.own),
                        None => self.visitor.tell(path, Told::PassedOver),
                    };
                    self.weigh(&yielded, workspace.take_spent(self.visitor));
                    self.host.watch().advance(1, 0);
                    yielded
                }
            },
        );
        pieces.merge(whole);
        pieces
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
    use crate::Examine;
    use crate::container::Alone;
    use crate::evidence::content::Content;
    use crate::evidence::{Facts, trail};
    use crate::terms::limits::Limits;

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
    fn read_as(
        size_bytes: u64,
        pieces: Vec<io::Result<Vec<u8>>>,
        workspace: &mut Workspace<Examine>,
    ) -> (Option<[u8; 32]>, Vec<Reason>) {
        let open = || Ok((Pieces(pieces), size_bytes));
        let path = EntryPath::new("stray.json");
        let exhibit = read_file(&Alone, &Examine::default(), path, open, |_| None, workspace);
        let content = match exhibit.facts {
            // What is empty cannot be inflated.
            Facts::Trail(trail::Facts::Stray(Content::Whole { sha256, .. } | Content::Damaged { stored_sha256: sha256 })) => {
                Some(sha256)
            }
            _ => None,
        };
        (content, exhibit.notes.into_iter().flat_map(|note| note.reasons).collect())
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
        let changed = [Reason::SizeChanged];
        // In one workspace: nothing of the file before shows.
        assert_eq!(read(10, &["0123456789"]), []);
        assert_eq!(read(4, &["0123"]), []);
        assert_eq!(read(4, &["0", "12", "3"]), []);
        assert_eq!(read(0, &[]), []);
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
        assert_eq!((content, notes), (None, vec![Reason::from(&io::ErrorKind::ConnectionReset.into())]));
    }

    #[test]
    fn a_piece_that_grows_without_end_is_refused() {
        let open = || Ok((io::repeat(b'x'), PIECE_BYTES));
        let exhibit = read_file(&Alone, &Examine::default(), EntryPath::new(DIGEST), open, |_| None, &mut Workspace::default());
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
            let exhibit =
                read_file(&Alone, &Examine::within(limits), EntryPath::new(path), open, |_| None, &mut Workspace::default());
            exhibit.notes.into_iter().map(|note| (note.code, note.reasons.into_iter().next().unwrap())).collect::<Vec<_>>()
        };
        // What would be ignored is asked for its beginning only, and not even that if the name tells enough.
        assert_eq!(read(".DS_Store", &Limits::default(), &|| panic!("it is opened")), []);
        let said = Reason::NotRead { kind: "bzip2".to_owned() };
        assert_eq!(
            read("a.tar.bz2", &Limits::default(), &|| panic!("it is opened")),
            [(Code::ArchiveEntryUnreadable, said.clone())]
        );
        for (start, expected) in [("BZh91AY&SY", vec![(Code::ArchiveEntryUnreadable, said)]), ("BZhang wrote this", vec![])] {
            let open = || Ok((start.as_bytes().chain(io::repeat(b'x').take(512)).chain(Untouched), u64::MAX));
            let path = EntryPath::new("README");
            let exhibit = read_file(&Alone, &Examine::default(), path, open, |_| None, &mut Workspace::default());
            assert_eq!(
                exhibit.notes.into_iter().map(|note| (note.code, note.reasons.into_iter().next().unwrap())).collect::<Vec<_>>(),
                expected
            );
        }
        for entry_bytes in [4, 1 << 32] {
            let found = read(DIGEST, &Limits { entry_bytes, ..Limits::default() }, &|| Ok((Untouched, entry_bytes + 1)));
            assert_eq!(found, [(Code::ArchiveLimit, Reason::limit("entry_bytes", entry_bytes))]);
        }
    }
}
