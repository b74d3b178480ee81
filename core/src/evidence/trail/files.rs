//! The files of a trail, plain and others in one order.

use crate::evidence::content::Content;
use crate::evidence::trail::Facts;
use crate::evidence::trail::digests::Digest;
use crate::evidence::trail::name::LogName;
use crate::evidence::trail::register::Register;
use crate::evidence::{self, Exhibit};
use crate::terms::packed::Position;
use crate::terms::path::SplitPath;

/// An entry that was hashed or should have been.
pub(crate) struct Entry<'a> {
    pub(crate) path: SplitPath<'a>,
    pub(crate) content: Content,
    pub(crate) held: Held<'a>,
    /// No note refutes its container.
    pub(crate) is_sound: bool,
}

/// What an entry claims to be.
#[derive(Clone, Copy)]
pub(crate) enum Held<'a> {
    /// A digest file; none where it could not be read.
    Digest(Option<Digest<'a>>),
    Log,
    /// Nothing, but it may be a log file under another name.
    Stray,
}

impl<'a> Entry<'a> {
    /// The entry that an exhibit is; none if what is in it cannot be hashed.
    fn of(exhibit: &'a Exhibit) -> Option<Self> {
        let evidence::Facts::Trail(facts) = &exhibit.facts else { return None };
        let (content, held) = match facts {
            Facts::Digest(content, digest) => (content, Held::Digest(digest.as_ref().and_then(|one| one.get(0)))),
            Facts::Log(content) => (content, Held::Log),
            Facts::Stray(content) => (content, Held::Stray),
            Facts::Metadata(_) => return None,
        };
        Some(Self { path: exhibit.path.split(), content: *content, held, is_sound: exhibit.is_sound() })
    }

    /// True if it claims to be a log file.
    pub(crate) fn is_log(&self) -> bool {
        matches!(self.held, Held::Log)
    }

    /// What its name says, if it claims to be a log file.
    pub(crate) fn log_name(&self) -> Option<LogName<'a>> {
        if self.is_log() { LogName::of(self.path) } else { None }
    }
}

/// All entries that were hashed or should have been, those of the register and the other exhibits in one order.
pub(crate) struct Entries<'a> {
    register: &'a Register,
    exhibits: &'a [Exhibit],
    /// Where each entry is kept: numbers below the length of the register are rows of it, and what they exceed it by counts exhibits.
    order: Vec<Position>,
}

impl<'a> Entries<'a> {
    /// Brings the register and the other exhibits, both sorted, into one order.
    pub(crate) fn of(register: &'a Register, exhibits: &'a [Exhibit]) -> Self {
        let others = exhibits.iter().zip(register.len()..).filter(|(exhibit, _)| Entry::of(exhibit).is_some());
        let mut order: Vec<Position> = (0..register.len()).chain(others.map(|(_, number)| number)).map(Position::of).collect();
        let mut entries = Self { register, exhibits, order: Vec::new() };
        // Three sorted runs. Of equal contents under one path those of the register stand first, because they have no notes.
        order.sort_by(|one, other| {
            let contents = || entries.content_at(*one).cmp(&entries.content_at(*other));
            entries.path_at(*one).cmp(&entries.path_at(*other)).then_with(contents)
        });
        entries.order = order;
        entries
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    pub(crate) fn get(&self, index: usize) -> Option<Entry<'a>> {
        self.at(*self.order.get(index)?)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Entry<'a>> + Clone {
        self.order.iter().filter_map(|position| self.at(*position))
    }

    pub(crate) fn path(&self, index: usize) -> Option<SplitPath<'a>> {
        self.path_at(*self.order.get(index)?)
    }

    fn path_at(&self, position: Position) -> Option<SplitPath<'a>> {
        match self.find(position)? {
            Kept::Packed(number) => self.register.path(number),
            Kept::Exhibit(exhibit) => Some(exhibit.path.split()),
        }
    }

    fn content_at(&self, position: Position) -> Option<Content> {
        match self.find(position)? {
            Kept::Packed(number) => self.register.content(number),
            Kept::Exhibit(exhibit) => Entry::of(exhibit).map(|entry| entry.content),
        }
    }

    fn at(&self, position: Position) -> Option<Entry<'a>> {
        match self.find(position)? {
            Kept::Packed(number) => {
                let (path, content) = (self.register.path(number)?, self.register.content(number)?);
                let held =
                    if self.register.logs().contains(&number) { Held::Log } else { Held::Digest(self.register.digest(number)) };
                Some(Entry { path, content, held, is_sound: true })
            }
            Kept::Exhibit(exhibit) => Entry::of(exhibit),
        }
    }

    fn find(&self, position: Position) -> Option<Kept<'a>> {
        let number = position.get()?;
        match number.checked_sub(self.register.len()) {
            None => Some(Kept::Packed(number)),
            Some(other) => self.exhibits.get(other).map(Kept::Exhibit),
        }
    }
}

/// Where an entry is kept.
enum Kept<'a> {
    /// In the register, under this number.
    Packed(usize),
    Exhibit(&'a Exhibit),
}

/// A digest file and the entries that hold it.
#[derive(Clone, Copy)]
pub(crate) struct Copies<'h, 'a> {
    pub(crate) digest: Digest<'a>,
    entries: &'h Entries<'a>,
    pub(super) alike: &'h [(Digest<'a>, Position)],
}

impl<'h, 'a> Copies<'h, 'a> {
    /// All that stand in a sorted list.
    pub(crate) fn all(digests: &'h [(Digest<'a>, Position)], entries: &'h Entries<'a>) -> impl Iterator<Item = Self> {
        let is_same = |(one, _): &(Digest<'_>, _), (other, _): &(Digest<'_>, _)| {
            one.sha256() == other.sha256() && one.object() == other.object()
        };
        digests.chunk_by(is_same).filter_map(move |alike| Some(Self { digest: alike.first()?.0, entries, alike }))
    }

    /// The paths of the entries that hold it.
    pub(crate) fn paths(self) -> impl Iterator<Item = SplitPath<'a>> {
        self.alike.iter().filter_map(move |(_, position)| self.entries.path(position.get()?))
    }
}
