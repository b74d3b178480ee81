//! How the files of a folder are taken, whoever brings them: their names alone decide, and what is said of them is part of the report.

use crate::evidence::{self, Exhibit, Kind};
use crate::terms::finding::Code;
use crate::terms::limits::Limits;
use crate::terms::path::{EntryPath, Separator};

/// What an entry is refused for whose name is not safe.
pub(crate) const UNSAFE_NAME: &str = "its path leaves the archive, is absolute or holds a NUL";

/// What is to be done with a file of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FolderFile {
    /// It is to be examined as the entry of this path.
    Entry(EntryPath),
    /// It is an archive by its name, to be read as one that lies at this path.
    Archive(EntryPath),
    /// It is not to be read.
    Refused(Exhibit),
}

impl FolderFile {
    /// Looks at a file's path in its folder, as somebody wrote it.
    pub fn of(path: &[u8], separator: Separator) -> Self {
        let (path, is_safe) = EntryPath::normalise(path, separator);
        if !is_safe {
            Self::Refused(Exhibit::refused(path, Code::ArchiveEntryUnsafe, UNSAFE_NAME))
        } else if matches!(evidence::classify(&path), Kind::Container) {
            Self::Archive(path)
        } else {
            Self::Entry(path)
        }
    }
}

/// Says that a folder has more files than are read.
pub fn folder_is_cut(limits: &Limits) -> Exhibit {
    Exhibit::refused(EntryPath::new("(the folder)"), Code::ArchiveLimit, format!("entries is {}", limits.entries))
}
