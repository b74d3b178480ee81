//! What is done with the entries of an archive. Who opens archives brings entries to a visitor, and knows nothing of what it makes of
//! them.

use std::io::{self, Read};

use super::kinds::{disguised, unread_name};
use crate::terms::finding::Code;
use crate::terms::limits::Limits;
use crate::terms::path::EntryPath;
use crate::terms::reason::Reason;

/// Entries up to this size are visited in one piece, larger ones as a stream.
pub const PIECE_BYTES: u64 = 64 << 20;

/// A purpose for which archives are read: it says which entries matter, and makes something of each, on any thread and in any order.
/// Of every entry that is no folder it hears once, by [`visit`](Visit::visit), [`visit_piece`](Visit::visit_piece) or
/// [`tell`](Visit::tell); by the last one also of what is wrong with an archive itself.
pub trait Visit: Sync {
    /// What it makes of an entry. It goes from thread to thread, and into a [`Gather`].
    type Yield: Send;

    /// What it visits one entry after the other with, on one thread: memory, so that each visit need not ask for its own.
    type Workspace: Default;

    /// How much is read.
    fn limits(&self) -> &Limits;

    /// How an entry of this path is to be treated.
    fn treatment(&self, path: &EntryPath) -> Treatment;

    /// Visits an entry that is to be read, as a stream of the bytes that lie in the archive under this path. It may end with an error,
    /// and need not be read to its end.
    fn visit(&self, path: EntryPath, stream: &mut dyn Read, workspace: &mut Self::Workspace) -> Self::Yield;

    /// Visits an entry that is to be read, and all bytes of which are at hand.
    fn visit_piece(&self, path: EntryPath, bytes: &[u8], workspace: &mut Self::Workspace) -> Self::Yield {
        self.visit(path, &mut &*bytes, workspace)
    }

    /// Hears what there is at a path whose content is not visited.
    fn tell(&self, path: EntryPath, told: Told) -> Self::Yield;

    /// Hears what showed while an entry was visited: its content is not what its archive or folder states.
    fn note(&self, yielded: &mut Self::Yield, reason: Reason);

    /// How much it takes to keep what was made of an entry, in bytes that would be inflated and hashed in the same time or memory.
    /// All of an archive's entries together are bounded by its size.
    fn weigh(&self, yielded: &Self::Yield) -> u64;

    /// How many bytes came out of entries that are packed themselves, since it was asked before. They count as what it
    /// [weighs](Visit::weigh).
    fn take_spent(&self, workspace: &mut Self::Workspace) -> u64 {
        let _ = workspace;
        0
    }
}

/// How a visitor wants an entry to be treated, by its path alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// As an archive: its entries are visited instead, if it does not lie in one that lies in another.
    Open,
    /// It is visited, and so is any other entry of the same path.
    Read,
    /// It is visited; that another one bears its path is told besides, because programs that unpack keep one of them, and nothing else
    /// tells which.
    ReadOne,
    /// It is passed over, unless its name or its first bytes are those of an archive that is not read: then it is refused.
    Skim,
    /// It is passed over, whatever it is.
    Skip,
}

impl Treatment {
    /// True if its content matters.
    pub(super) fn is_read(self) -> bool {
        !matches!(self, Self::Skim | Self::Skip)
    }
}

/// What a visitor hears of a path instead of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// An entry that is not to be read.
    PassedOver,
    /// An entry that cannot or may not be read, or an archive of which that is so, perhaps from some place on.
    Refused {
        /// Of which kind the reason is.
        code: Code,
        /// The reason.
        reason: Reason,
    },
    /// An entry whose path is longer than the limit: who keeps it keeps any number of bytes.
    LongPath,
    /// The entry at that path bears this path, too.
    Link(EntryPath),
    /// A folder that bears the name of a file that would be read. It is told once, and not of other folders.
    Folder,
    /// What programs may find at this path besides what is visited: it concerns the archive, and is no entry of its own.
    Doubt(Reason),
}

impl Told {
    pub(super) fn refused(code: Code, reason: Reason) -> Self {
        Self::Refused { code, reason }
    }

    pub(super) fn unreadable(reason: impl Into<Reason>) -> Self {
        Self::refused(Code::ArchiveEntryUnreadable, reason.into())
    }

    /// Says of an entry that programs would put it elsewhere.
    pub(super) fn unsafe_name() -> Self {
        Self::refused(Code::ArchiveEntryUnsafe, Reason::UnsafePath)
    }

    /// Says of a link that it leads to nothing in its archive.
    pub(super) fn leaving_link() -> Self {
        Self::refused(Code::ArchiveEntryUnsafe, Reason::LinkOut)
    }

    pub(super) fn device() -> Self {
        Self::refused(Code::ArchiveEntryUnsafe, Reason::Device)
    }

    /// Says that there is more than a limit allows.
    pub(super) fn limit(name: &str, most: u64) -> Self {
        Self::refused(Code::ArchiveLimit, Reason::limit(name, most))
    }

    pub(super) fn too_deep() -> Self {
        Self::refused(Code::ArchiveLimit, Reason::TooDeep)
    }
}

/// What is gathered of a visitor's yields, on each thread by itself. The order in which they come means nothing.
pub trait Gather<Y>: Default + Send {
    /// Adds what was made of one entry.
    fn admit(&mut self, yielded: Y);

    /// Adds what another thread gathered.
    fn merge(&mut self, other: Self);
}

/// A list, for those who want to look at each.
impl<Y: Send> Gather<Y> for Vec<Y> {
    fn admit(&mut self, yielded: Y) {
        self.push(yielded);
    }

    fn merge(&mut self, mut other: Self) {
        self.append(&mut other);
    }
}

/// Memory for reading one entry after the other, and for a visitor's work with it. It keeps nothing that the next entry could see.
pub struct Workspace<V: Visit> {
    /// For the stored bytes of an entry, if they have to be brought together.
    pub(super) stored: Vec<u8>,
    /// For the headers of an entry, if it has any.
    pub(super) header: Vec<u8>,
    /// For the visitor.
    pub(super) own: V::Workspace,
    spent: u64,
}

impl<V: Visit> Default for Workspace<V> {
    fn default() -> Self {
        Self { stored: Vec::new(), header: Vec::new(), own: V::Workspace::default(), spent: 0 }
    }
}

impl<V: Visit> Workspace<V> {
    /// So many bytes came out of the archive for what is visited.
    pub(super) fn spend(&mut self, bytes: u64) {
        self.spent = self.spent.saturating_add(bytes);
    }

    /// What was spent since the last call, by the visitor too.
    pub(super) fn take_spent(&mut self, visitor: &V) -> u64 {
        std::mem::take(&mut self.spent).saturating_add(visitor.take_spent(&mut self.own))
    }
}

/// True for a path that is longer than the limit. Whatever the entry is, this comes first: its path would be kept, compared and
/// repeated.
pub(crate) fn is_too_long(path: &EntryPath, limits: &Limits) -> bool {
    let most_bytes = limits.path_bytes as usize;
    // Of nearly all paths the whole is short enough.
    path.as_bytes().len() > most_bytes && path.inner().len() > most_bytes
}

/// Where what is about a whole archive is told that was given itself.
pub(crate) const WHOLE_ARCHIVE: &str = "(archive)";

/// Where what is about a whole folder is told.
pub(crate) const WHOLE_FOLDER: &str = "(folder)";

/// Where what is about an archive as a whole is told. `at` is where it lies inside the case.
pub(super) fn place_of(at: Option<&EntryPath>) -> EntryPath {
    at.cloned().unwrap_or_else(|| EntryPath::new(WHOLE_ARCHIVE))
}

/// What is said of an entry that is not to be read, of whose beginning `start` gives up to 512 bytes. If it is an archive of a kind that
/// is not read, what matters may be in it.
pub(super) fn passed_over(path: &EntryPath, treatment: Treatment, start: impl FnOnce() -> io::Result<Vec<u8>>) -> Told {
    let is_asked = treatment == Treatment::Skim;
    let kind = is_asked.then(|| unread_name(path.file_name()).or_else(|| disguised(&start().ok()?))).flatten();
    kind.map_or(Told::PassedOver, Told::unreadable)
}
