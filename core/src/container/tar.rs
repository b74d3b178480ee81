//! Tar archives, plain or in gzip or Zstandard: streams, read once from their beginning.

use std::cell::Cell;
use std::io::{self, BufReader, Read};

use super::meter::{Meter, Metered};
use super::tape::{Member, Sort, Tape, unreadable};
use super::unpack::unpacked;
use super::{NESTED_BYTES, Packing, Seen, disguise, ignored, problem, read_start};
use crate::evidence::content::Tools;
use crate::evidence::{self, Exhibit, Kind, examine, is_read};
use crate::terms::finding::Code;
use crate::terms::limits::Limits;
use crate::terms::path::{EntryPath, Separator};

/// Entries up to this size are given away, so that others can examine them while the stream is read on.
const GIVEN_BYTES: u64 = 8 << 20;

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

/// Reads an archive from its beginning and shows what it finds. `at` is where it lies inside the case; archives in one that lies
/// in another are not opened.
pub(super) fn read_tar(at: Option<&EntryPath>, reader: &mut dyn Read, limits: &Limits, meter: &Meter, show: &mut dyn FnMut(Found)) {
    let stop = |detail: String| Found::Exhibit(problem(at, Code::ArchiveEntryUnreadable, detail));
    let has_several = Cell::new(false);
    let stream = match unpacked(reader, &has_several) {
        Ok(Ok(stream)) => Metered { reader: stream, meter },
        Ok(Err(detail)) => return show(stop(detail)),
        Err(error) => return show(stop(unreadable(&error))),
    };
    let mut stream = BufReader::with_capacity(256 << 10, stream);
    let mut tape = Tape::new(&mut stream, meter);
    let mut names = Seen::default();
    let mut seen = 0_u64;
    loop {
        match tape.next() {
            Ok(None) => break,
            Err(detail) => return show(stop(detail)),
            Ok(Some(_)) if seen == limits.entries => {
                return show(Found::Exhibit(problem(at, Code::ArchiveLimit, format!("entries is {}", limits.entries))));
            }
            Ok(Some(member)) => {
                seen = seen.saturating_add(1);
                show_member(at, &member, &mut tape, &mut names, limits, meter, show);
            }
        }
    }
    let members = "its gzip data consists of several members, of which some programs read only the first";
    if let Some(detail) = tape.what_follows().or_else(|| has_several.get().then(|| members.to_owned())) {
        show(stop(detail));
    }
}

fn show_member(
    at: Option<&EntryPath>,
    member: &Member,
    tape: &mut Tape<'_>,
    names: &mut Seen,
    limits: &Limits,
    meter: &Meter,
    show: &mut dyn FnMut(Found),
) {
    let (inner, is_safe) = EntryPath::normalise(&member.name, Separator::Slash);
    let path = at.map_or_else(|| inner.clone(), |at| at.nesting(&inner));
    let refuse = |code, detail: String| Found::Exhibit(Exhibit::refused(path.clone(), code, detail));
    let doubt = member.doubt.or_else(|| {
        // Some programs unpack an archive's name as an empty file.
        let is_entry_to_some = member.sort == Sort::Label && !inner.as_bytes().is_empty() && is_read(&path);
        is_entry_to_some.then_some("it is the archive's name, and to some programs an entry")
    });
    let is_entry = doubt.is_some() || !matches!(member.sort, Sort::Folder | Sort::Label | Sort::Global);
    if let Some(refused) = Exhibit::of_long_path(&path, limits).filter(|_| is_entry) {
        return show(Found::Exhibit(refused));
    }
    if let Some(detail) = doubt {
        // It may be another entry to others, so it concerns the archive as a whole.
        show(Found::Exhibit(Exhibit::told(path.clone(), Code::ArchiveEntryUnreadable, detail)));
        return show(refuse(Code::ArchiveEntryUnreadable, detail.to_owned()));
    }
    let folders = names.folders_of(&path, member.sort == Sort::Folder, limits, meter);
    folders.into_iter().for_each(|folder| show(Found::Exhibit(Exhibit::folder(folder))));
    match member.sort {
        Sort::Folder | Sort::Label | Sort::Global => {}
        _ if !is_safe => show(refuse(Code::ArchiveEntryUnsafe, "its path leaves the archive or is absolute".to_owned())),
        Sort::File if matches!(evidence::classify(&path), Kind::Container) => show_nested(at, &path, tape, limits, meter, show),
        Sort::File if !is_read(&path) => {
            let found = ignored(path.clone(), limits, || read_start(tape));
            show(if found.is_noted() { Found::Exhibit(found) } else { Found::Piece(path, Vec::new()) });
        }
        Sort::File => {
            let second = names.is_second(&path).then_some("its name is that of an entry before");
            for detail in second.into_iter().chain(disguise(&path)) {
                show(Found::Exhibit(Exhibit::told(path.clone(), Code::ArchiveEntryUnreadable, detail)));
            }
            show_file(path, member, tape, limits, meter, show);
        }
        Sort::HardLink | Sort::SymbolicLink => {
            // A hard link names its target from the top of the archive, a symbolic link from where it stands.
            let base = if member.sort == Sort::HardLink { EntryPath::new("x") } else { inner };
            match base.resolve(&member.target).filter(|_| !member.target.is_empty() && !member.target.contains(&0)) {
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
        Sort::Device => show(refuse(Code::ArchiveEntryUnsafe, "it is a device, a FIFO or a socket".to_owned())),
        Sort::Other => show(refuse(Code::ArchiveEntryUnreadable, "an entry of a kind that is not read".to_owned())),
    }
}

fn show_file(path: EntryPath, member: &Member, tape: &mut Tape<'_>, limits: &Limits, meter: &Meter, show: &mut dyn FnMut(Found)) {
    let size_bytes = member.size_bytes;
    if size_bytes > limits.entry_bytes {
        let detail = format!("entry_bytes is {}", limits.entry_bytes);
        return show(Found::Exhibit(Exhibit::refused(path, Code::ArchiveLimit, detail)));
    }
    if size_bytes > GIVEN_BYTES {
        let mut tools = Tools::default();
        let exhibit = tools.examine_reader(path, tape, limits);
        meter.spend(tools.take_spent());
        return show(Found::Exhibit(exhibit));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size_bytes).unwrap_or_default());
    show(match tape.read_to_end(&mut bytes) {
        Ok(_) => Found::Piece(path, bytes),
        Err(error) => Found::Exhibit(Exhibit::refused(path, Code::ArchiveEntryUnreadable, unreadable(&error))),
    });
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
    let unreadable = |error: &io::Error| problem(Some(path), Code::ArchiveEntryUnreadable, unreadable(error));
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
