//! The names in an archive, as far as they tell something before all of it was read.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::meter::Meter;
use super::visit::{Treatment, Visit};
use crate::terms::path::EntryPath;

/// What of an archive's names was seen. Names stand for themselves by their hashes.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Of files of which programs that unpack keep one, and that nothing else tells apart.
    names: BTreeSet<u64>,
    folders: BTreeSet<u64>,
}

impl Seen {
    /// True if this path was borne before, and matters by itself.
    pub(super) fn is_second(&mut self, path: &EntryPath, treatment: Treatment) -> bool {
        treatment == Treatment::ReadOne && !self.names.insert(hash(path.as_bytes()))
    }

    /// Folders with the names of files that are read that a path goes through, or is, each once. There are hardly any.
    pub(super) fn folders_of(&mut self, path: &EntryPath, is_folder: bool, visitor: &impl Visit, meter: &Meter) -> Vec<EntryPath> {
        let bytes = path.as_bytes();
        // Of nearly all paths only the file's name may be one.
        let folders = memchr::memrchr(b'/', bytes).and_then(|end| bytes.get(..end)).unwrap_or_default();
        if !is_folder && !folders.contains(&b'.') {
            return Vec::new();
        }
        let inner = bytes.len().saturating_sub(path.inner().len());
        let ends = memchr::memchr_iter(b'/', bytes).chain(is_folder.then_some(bytes.len())).filter(|end| *end > inner);
        // No file has a longer path.
        let ends = ends.take_while(|end| end.saturating_sub(inner) <= visitor.limits().path_bytes as usize);
        let mut found = Vec::new();
        let mut start = inner;
        for end in ends {
            let may_be_file = bytes.get(start..end).is_some_and(|name| name.contains(&b'.'));
            start = end.saturating_add(1);
            if !may_be_file {
                continue;
            }
            let folder = path.up_to(end);
            meter.spend_for_folder();
            let would_be_read = matches!(visitor.treatment(&folder), Treatment::Read | Treatment::ReadOne);
            if would_be_read && self.folders.insert(hash(folder.as_bytes())) {
                found.push(folder);
            }
        }
        found
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
