//! How the files of a folder are taken, whoever brings them: their names alone decide, and what is said of them is the same everywhere.

use super::visit::{Told, Treatment, Visit, WHOLE_FOLDER};
use crate::terms::path::{EntryPath, Separator};

/// What is to be done with a file of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FolderFile<Y> {
    /// It is to be visited as the entry of this path.
    Entry(EntryPath),
    /// It is an archive by its name, to be read as one that lies at this path.
    Archive(EntryPath),
    /// It is not to be read.
    Refused(Y),
}

impl<Y> FolderFile<Y> {
    /// Looks at a file's path in its folder, as somebody wrote it.
    pub fn of(visitor: &impl Visit<Yield = Y>, path: &[u8], separator: Separator) -> Self {
        let (path, is_safe) = EntryPath::normalise(path, separator);
        if !is_safe {
            Self::Refused(visitor.tell(path, Told::unsafe_name()))
        } else if visitor.treatment(&path) == Treatment::Open {
            Self::Archive(path)
        } else {
            Self::Entry(path)
        }
    }
}

/// Says that a folder has more files than are read.
pub fn folder_is_cut<V: Visit>(visitor: &V) -> V::Yield {
    visitor.tell(EntryPath::new(WHOLE_FOLDER), Told::limit("entries", visitor.limits().entries))
}
