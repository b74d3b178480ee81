//! Many texts and long lists in little memory.

use serde::{Deserialize, Serialize};

use crate::terms::path::SplitPath;

/// Where a text stands in a longer one that many share, or a signature among the bytes of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) start: u64,
    pub(crate) bytes: u64,
}

impl Part {
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        start..start.saturating_add(usize::try_from(self.bytes).unwrap_or(usize::MAX))
    }

    pub(crate) fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }

    /// Appends a text to the one that is shared, unless the part that was added last is the same, which then serves again.
    pub(crate) fn put(text: &mut String, last: Option<Self>, new: &str) -> Self {
        last.filter(|last| last.of(text) == new).unwrap_or_else(|| {
            let part = Self { start: text.len() as u64, bytes: new.len() as u64 };
            text.push_str(new);
            part
        })
    }
}

/// Adds an item to a list, unless the one that was added last is the same, and says where it stands.
pub(crate) fn put_item<T: PartialEq>(items: &mut Vec<T>, new: T) -> Position {
    if items.last() != Some(&new) {
        items.push(new);
    }
    Position::of(items.len().saturating_sub(1))
}

pub(crate) fn at<T>(items: &[T], position: Position) -> Option<&T> {
    items.get(position.get()?)
}

/// The paths of many entries in one text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Paths(Vec<u8>);

/// Where a path stands among the [`Paths`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PackedPath {
    /// Where its name begins.
    name: u64,
    /// How far before its name the folder begins, which may be that of many paths.
    folder_before: u32,
    folder_bytes: u16,
    name_bytes: u16,
}

impl Paths {
    /// Adds a path, whose folder is kept once where it is the same as the last one's. None if it is too long: its folder and its name may
    /// have 65,535 bytes each.
    pub(crate) fn put(&mut self, last: Option<PackedPath>, SplitPath { folder, name }: SplitPath<'_>) -> Option<PackedPath> {
        let (folder_bytes, name_bytes) = (u16::try_from(folder.len()).ok()?, u16::try_from(name.len()).ok()?);
        let start = self.0.len() as u64;
        let beside = last.filter(|last| self.get(*last).folder == folder).map(PackedPath::folder_start);
        let folder_before = beside.and_then(|folder| u32::try_from(start.saturating_sub(folder)).ok());
        if folder_before.is_none() {
            self.0.extend_from_slice(folder);
        }
        let path = PackedPath {
            name: self.0.len() as u64,
            folder_before: folder_before.unwrap_or(folder_bytes.into()),
            folder_bytes,
            name_bytes,
        };
        self.0.extend_from_slice(name);
        Some(path)
    }

    pub(crate) fn get(&self, path: PackedPath) -> SplitPath<'_> {
        let slice = |start: u64, bytes: u16| {
            let start = usize::try_from(start).unwrap_or(usize::MAX);
            self.0.get(start..start.saturating_add(bytes.into())).unwrap_or_default()
        };
        SplitPath { folder: slice(path.folder_start(), path.folder_bytes), name: slice(path.name, path.name_bytes) }
    }

    /// Appends the paths of another text, and says how many bytes now stand before them.
    pub(crate) fn append(&mut self, mut other: Self) -> u64 {
        let bytes = self.0.len() as u64;
        self.0.append(&mut other.0);
        bytes
    }

    /// Gives back the memory that was kept for more.
    pub(crate) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }

    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.0.len()
    }
}

impl PackedPath {
    fn folder_start(self) -> u64 {
        self.name.saturating_sub(self.folder_before.into())
    }

    /// Where the path stands once so many bytes stand before its text.
    pub(crate) fn behind(self, bytes: u64) -> Self {
        Self { name: self.name.saturating_add(bytes), ..self }
    }
}

/// A position in a long list, or none. Half as large as an `Option<usize>`, of which there would be several for every file;
/// what lies beyond four thousand million files is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Position(u32);

impl Position {
    pub(crate) const NONE: Self = Self(u32::MAX);

    pub(crate) fn of(index: usize) -> Self {
        u32::try_from(index).map_or(Self::NONE, Self)
    }

    pub(crate) fn get(self) -> Option<usize> {
        (self != Self::NONE).then_some(self.0 as usize)
    }
}
