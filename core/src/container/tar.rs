//! Tar archives, plain or in gzip or Zstandard: streams, read once from their beginning.

use std::cell::Cell;
use std::io::{BufReader, Read};

use super::meter::{Meter, Metered};
use super::names::Seen;
use super::packing::{NESTED_BYTES, Packing, read_start};
use super::tape::{Member, Sort, Tape, unreadable};
use super::unpack::unpacked;
use super::visit::{Told, Treatment, Visit, is_too_long, passed_over, place_of};
use crate::terms::finding::Code;
use crate::terms::limits::Limits;
use crate::terms::path::{EntryPath, Separator};
use crate::terms::reason::Reason;

/// Entries up to this size are given away, so that others can visit them while the stream is read on.
const GIVEN_BYTES: u64 = 8 << 20;

/// What a tar archive holds, piece by piece.
#[derive(Debug)]
pub(super) enum Found<Y> {
    /// An entry to be visited, by whatever thread.
    Piece(EntryPath, Vec<u8>),
    /// An entry that is not to be read.
    PassedOver(EntryPath),
    /// What there is to tell of an entry, or of the archive.
    Told(EntryPath, Told),
    /// An entry that was visited.
    Visited(Y),
    /// A zip archive in the stream, unpacked into memory.
    Zip(EntryPath, Vec<u8>),
}

/// Reads an archive from its beginning and shows what it finds. `at` is where it lies inside the case; archives in one that lies
/// in another are not opened.
pub(super) fn read_tar<V: Visit>(
    visitor: &V,
    at: Option<&EntryPath>,
    reader: &mut dyn Read,
    meter: &Meter,
    show: &mut dyn FnMut(Found<V::Yield>),
) {
    let stop = |reason: Reason| Found::Told(place_of(at), Told::unreadable(reason));
    let has_several = Cell::new(false);
    let stream = match unpacked(reader, &has_several) {
        Ok(Ok(stream)) => Metered { reader: stream, meter },
        Ok(Err(reason)) => return show(stop(reason)),
        Err(error) => return show(stop(unreadable(&error))),
    };
    let mut stream = BufReader::with_capacity(256 << 10, stream);
    let mut tape = Tape::new(&mut stream, meter);
    let mut names = Seen::default();
    let most = visitor.limits().entries;
    let mut seen = 0_u64;
    loop {
        match tape.next() {
            Ok(None) => break,
            Err(reason) => return show(stop(reason)),
            Ok(Some(_)) if seen == most => return show(Found::Told(place_of(at), Told::limit("entries", most))),
            Ok(Some(member)) => {
                seen = seen.saturating_add(1);
                show_member(visitor, at, &member, &mut tape, &mut names, meter, show);
            }
        }
    }
    if let Some(reason) = tape.what_follows().or_else(|| has_several.get().then_some(Reason::TarMembers)) {
        show(stop(reason));
    }
}

fn show_member<V: Visit>(
    visitor: &V,
    at: Option<&EntryPath>,
    member: &Member,
    tape: &mut Tape<'_>,
    names: &mut Seen,
    meter: &Meter,
    show: &mut dyn FnMut(Found<V::Yield>),
) {
    let limits = visitor.limits();
    let (inner, is_safe) = EntryPath::normalise(&member.name, Separator::Slash);
    let path = at.map_or_else(|| inner.clone(), |at| at.nesting(&inner));
    let doubt = member.doubt.clone().or_else(|| {
        // Some programs unpack an archive's name as an empty file.
        let is_entry_to_some = member.sort == Sort::Label && !inner.as_bytes().is_empty() && visitor.treatment(&path).is_read();
        is_entry_to_some.then_some(Reason::TarLabel)
    });
    let is_entry = doubt.is_some() || !matches!(member.sort, Sort::Folder | Sort::Label | Sort::Global);
    if is_entry && is_too_long(&path, limits) {
        return show(Found::Told(path, Told::LongPath));
    }
    if let Some(reason) = doubt {
        // It may be another entry to others, so it concerns the archive as a whole.
        show(Found::Told(path.clone(), Told::Doubt(reason.clone())));
        return show(Found::Told(path, Told::unreadable(reason)));
    }
    if member.sort == Sort::NamedFolder && visitor.treatment(&path).is_read() {
        // Nor is the file that some programs make of it the one that it is named after: it is empty.
        show(Found::Told(path.clone(), Told::Doubt(Reason::TarNamedFolder)));
    }
    let folders = names.folders_of(&path, matches!(member.sort, Sort::Folder | Sort::NamedFolder), visitor, meter);
    folders.into_iter().for_each(|folder| show(Found::Told(folder, Told::Folder)));
    let told = match member.sort {
        Sort::Folder | Sort::NamedFolder | Sort::Label | Sort::Global => return,
        _ if !is_safe => Told::unsafe_name(),
        Sort::File => match visitor.treatment(&path) {
            Treatment::Open => return show_nested(visitor, at, path, tape, meter, show),
            treatment @ (Treatment::Skim | Treatment::Skip) => match passed_over(&path, treatment, || read_start(tape)) {
                Told::PassedOver => return show(Found::PassedOver(path)),
                told => told,
            },
            treatment @ (Treatment::Read | Treatment::ReadOne) => {
                let second = names.is_second(&path, treatment).then_some(Reason::SecondOfName);
                for reason in second.into_iter().chain(disguise(&path)) {
                    show(Found::Told(path.clone(), Told::Doubt(reason)));
                }
                return show_file(visitor, path, member, tape, meter, show);
            }
        },
        Sort::HardLink | Sort::SymbolicLink => link(at, member, inner, limits),
        Sort::Device => Told::device(),
        Sort::Other => Told::unreadable(Reason::TarKind),
    };
    show(Found::Told(path, told));
}

/// What is told of a link that stands at this path in its archive.
fn link(at: Option<&EntryPath>, member: &Member, inner: EntryPath, limits: &Limits) -> Told {
    // A hard link names its target from the top of the archive, a symbolic link from where it stands.
    let base = if member.sort == Sort::HardLink { EntryPath::new("x") } else { inner };
    match base.resolve(&member.target).filter(|_| !member.target.is_empty() && !member.target.contains(&0)) {
        Some(target) if target.inner().len() > limits.path_bytes as usize => {
            Told::refused(Code::ArchiveLimit, Reason::LongLink { path_bytes: limits.path_bytes.into() })
        }
        Some(target) => Told::Link(at.map_or_else(|| target.clone(), |at| at.nesting(&target))),
        None => Told::leaving_link(),
    }
}

/// Why an entry of this path would lie elsewhere on another system.
fn disguise(path: &EntryPath) -> Option<Reason> {
    let has_backslash = path.as_bytes().contains(&b'\\');
    has_backslash.then_some(Reason::Backslash)
}

fn show_file<V: Visit>(
    visitor: &V,
    path: EntryPath,
    member: &Member,
    tape: &mut Tape<'_>,
    meter: &Meter,
    show: &mut dyn FnMut(Found<V::Yield>),
) {
    let (size_bytes, most) = (member.size_bytes, visitor.limits().entry_bytes);
    if size_bytes > most {
        return show(Found::Told(path, Told::limit("entry_bytes", most)));
    }
    if size_bytes > GIVEN_BYTES {
        let mut workspace = V::Workspace::default();
        let yielded = visitor.visit(path, tape, &mut workspace);
        meter.spend(visitor.take_spent(&mut workspace));
        return show(Found::Visited(yielded));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size_bytes).unwrap_or_default());
    show(match tape.read_to_end(&mut bytes) {
        Ok(_) => Found::Piece(path, bytes),
        Err(error) => Found::Told(path, Told::unreadable(unreadable(&error))),
    });
}

/// An archive inside this one: a tar archive is read on, a zip archive is taken into memory.
fn show_nested<V: Visit>(
    visitor: &V,
    at: Option<&EntryPath>,
    path: EntryPath,
    entry: &mut dyn Read,
    meter: &Meter,
    show: &mut dyn FnMut(Found<V::Yield>),
) {
    if at.is_some() {
        return show(Found::Told(path, Told::too_deep()));
    }
    let start = match read_start(entry) {
        Ok(start) => start,
        Err(error) => return show(Found::Told(path, Told::unreadable(unreadable(&error)))),
    };
    let mut whole = start.as_slice().chain(entry);
    if Packing::of(&start) != Some(Packing::Zip) {
        return read_tar(visitor, Some(&path), &mut whole, meter, show);
    }
    let mut bytes = Vec::new();
    show(match whole.take(NESTED_BYTES.saturating_add(1)).read_to_end(&mut bytes) {
        Ok(read) if read as u64 > NESTED_BYTES => {
            Found::Told(path, Told::refused(Code::ArchiveLimit, Reason::NestedBytes { most: NESTED_BYTES }))
        }
        Ok(_) => Found::Zip(path, bytes),
        Err(error) => Found::Told(path, Told::unreadable(unreadable(&error))),
    });
}
