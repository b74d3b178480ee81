//! The log files of which there is nothing to say but what they hash to. Of a large archive nearly all entries are such files, so they
//! are packed: one text with all names in it, and of the folders those that differ from the row before.

use serde::{Deserialize, Serialize};

use crate::entry::SplitPath;
use crate::examine::{Content, Exhibit, Facts};

/// Log files without a note that could be read to their end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Register {
    text: Vec<u8>,
    rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    sha256: [u8; 32],
    inflated_bytes: u64,
    /// Where its name begins.
    name: u64,
    /// How far before its name the folder begins, which may be that of many rows.
    folder_before: u32,
    folder_bytes: u16,
    name_bytes: u16,
}

impl Register {
    /// Takes an exhibit if it belongs here, and gives it back if not.
    pub(crate) fn admit(&mut self, exhibit: Exhibit) -> Result<(), Exhibit> {
        let row = match &exhibit.facts {
            Facts::Log(Content::Whole { sha256, inflated_bytes }) if exhibit.notes.is_empty() => {
                self.row(exhibit.path.split(), *sha256, *inflated_bytes)
            }
            _ => None,
        };
        self.rows.push(row.ok_or(exhibit)?);
        Ok(())
    }

    /// None if the path is too long for a row.
    fn row(&mut self, SplitPath { folder, name }: SplitPath<'_>, sha256: [u8; 32], inflated_bytes: u64) -> Option<Row> {
        let (folder_bytes, name_bytes) = (u16::try_from(folder.len()).ok()?, u16::try_from(name.len()).ok()?);
        let is_beside = |last: &Row| self.path_of(last).folder == folder;
        let start = self.text.len() as u64;
        let beside =
            self.rows.last().filter(|last| is_beside(last)).map(|last| last.name.saturating_sub(last.folder_before.into()));
        let folder_before = beside.and_then(|folder| u32::try_from(start.saturating_sub(folder)).ok());
        if folder_before.is_none() {
            self.text.extend_from_slice(folder);
        }
        let row = Row {
            sha256,
            inflated_bytes,
            name: self.text.len() as u64,
            folder_before: folder_before.unwrap_or(folder_bytes.into()),
            folder_bytes,
            name_bytes,
        };
        self.text.extend_from_slice(name);
        Some(row)
    }

    /// Adds the rows of another register.
    pub(crate) fn merge(&mut self, mut other: Self) {
        if self.rows.len() < other.rows.len() {
            std::mem::swap(self, &mut other);
        }
        let shift = self.text.len() as u64;
        self.text.append(&mut other.text);
        self.rows.extend(other.rows.into_iter().map(|row| Row { name: row.name.saturating_add(shift), ..row }));
    }

    /// Brings the rows into the order of their exhibits.
    pub(crate) fn sort(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        // They come in runs, one from each thread.
        rows.sort_by(|one, other| {
            let key = |row: &Row| (self.path_of(row), row.sha256, row.inflated_bytes);
            key(one).cmp(&key(other))
        });
        self.rows = rows;
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Where the log file of this number lies.
    pub(crate) fn path(&self, index: usize) -> Option<SplitPath<'_>> {
        Some(self.path_of(self.rows.get(index)?))
    }

    /// What is in it.
    pub(crate) fn content(&self, index: usize) -> Option<Content> {
        let Row { sha256, inflated_bytes, .. } = *self.rows.get(index)?;
        Some(Content::Whole { sha256, inflated_bytes })
    }

    /// The exhibit that was taken.
    pub(crate) fn exhibit(&self, index: usize) -> Option<Exhibit> {
        let (path, content) = (self.path(index)?.join(), self.content(index)?);
        Some(Exhibit { path, facts: Facts::Log(content), notes: Vec::new() })
    }

    fn path_of(&self, row: &Row) -> SplitPath<'_> {
        let folder = row.name.saturating_sub(row.folder_before.into());
        SplitPath { folder: self.slice(folder, row.folder_bytes), name: self.slice(row.name, row.name_bytes) }
    }

    fn slice(&self, start: u64, bytes: u16) -> &[u8] {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        self.text.get(start..start.saturating_add(bytes.into())).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Code, EntryPath};

    fn log(path: &str, first: u8, inflated_bytes: u64) -> Exhibit {
        let content = Content::Whole { sha256: [first; 32], inflated_bytes };
        let nested = path.split_once("//").map(|(at, inner)| EntryPath::new(at).nesting(&EntryPath::new(inner)));
        Exhibit { path: nested.unwrap_or_else(|| EntryPath::new(path)), facts: Facts::Log(content), notes: Vec::new() }
    }

    fn exhibits(register: &Register) -> Vec<Exhibit> {
        (0..register.len()).filter_map(|index| register.exhibit(index)).collect()
    }

    #[test]
    fn only_whole_log_files_without_a_note_are_taken() {
        let plain = log("a/b.json", 1, 2);
        let content = Content::Whole { sha256: [1; 32], inflated_bytes: 2 };
        let others = [
            plain.clone().with_note(Code::ContainerTruncated, ""),
            Exhibit { facts: Facts::Log(Content::Damaged { stored_sha256: [1; 32] }), ..plain.clone() },
            Exhibit { facts: Facts::Log(Content::Unread), ..plain.clone() },
            Exhibit { facts: Facts::Stray(content), ..plain.clone() },
            Exhibit { facts: Facts::Digest(content, None), ..plain.clone() },
            Exhibit { facts: Facts::Refused, ..plain.clone() },
            log(&format!("{}/b.json", "a".repeat(1 << 16)), 1, 2),
            log(&"b".repeat(1 << 16), 1, 2),
        ];
        let mut register = Register::default();
        for other in others {
            assert_eq!(register.admit(other.clone()), Err(other));
        }
        assert_eq!(register.admit(plain.clone()), Ok(()));
        assert_eq!(exhibits(&register), [plain]);
    }

    #[test]
    fn a_log_file_costs_its_row_its_name_and_a_folder_now_and_then() {
        assert_eq!(size_of::<Row>(), 56);
        let mut register = Register::default();
        for (folder, count) in [("2026/03/01", 3), ("2026/03/02", 2), ("", 2)] {
            for number in 0..count {
                register.admit(log(&format!("{folder}/{number}.json"), 1, 2)).unwrap();
            }
        }
        assert_eq!(register.text.len(), 2 * "2026/03/01/".len() + 7 * "0.json".len());
    }

    proptest! {
        #[test]
        fn registers_give_back_what_they_took_in_the_order_of_exhibits(
            logs in prop::collection::vec(("(a|b|a/b|a-)?(/c)?(//c)?", "[ab]{0,2}", 0_u8..2, 0_u64..2), 0..12), shards in 1_usize..4,
        ) {
            let mut sorted: Vec<Exhibit> =
                logs.iter().map(|(folder, name, first, size)| log(&format!("{folder}/{name}"), *first, *size)).collect();
            let mut registers = vec![Register::default(); shards];
            for (index, exhibit) in sorted.iter().enumerate() {
                prop_assert_eq!(registers[index % shards].admit(exhibit.clone()), Ok(()));
            }
            let mut whole = Register::default();
            registers.into_iter().for_each(|register| whole.merge(register));
            whole.sort();
            sorted.sort();
            prop_assert_eq!(exhibits(&whole), sorted);
        }
    }
}
