//! The entries of which there is nothing to say but what is in them: log and digest files. Of a large archive nearly all are such, so
//! they are packed.

use serde::{Deserialize, Serialize};

use crate::evidence::content::Content;
use crate::evidence::trail::Facts;
use crate::evidence::trail::digests::{Digest, Digests};
use crate::evidence::{self, Exhibit};
use crate::terms::packed::{PackedPath, Paths, Position};
use crate::terms::path::SplitPath;

/// Log and digest files without a note that could be read to their end. Their numbers are those of the log files, and then those of the
/// digest files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Register {
    paths: Paths,
    logs: Vec<LogRow>,
    digests: Vec<DigestRow>,
    facts: Digests,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct LogRow {
    sha256: [u8; 32],
    inflated_bytes: u64,
    path: PackedPath,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct DigestRow {
    inflated_bytes: u64,
    /// Without a name where that is the one of the digest file's own key.
    path: PackedPath,
    /// Its number among the facts.
    digest: Position,
}

enum Row {
    Log(LogRow),
    Digest(DigestRow),
}

impl Register {
    /// Takes an exhibit if it belongs here, and gives it back if not.
    pub(crate) fn admit(&mut self, exhibit: Exhibit) -> Result<(), Exhibit> {
        match self.row(&exhibit) {
            None => return Err(exhibit),
            Some(Row::Log(row)) => self.logs.push(row),
            Some(Row::Digest(row)) => {
                self.digests.push(row);
                if let evidence::Facts::Trail(Facts::Digest(_, Some(one))) = exhibit.facts {
                    self.facts.append(*one);
                }
            }
        }
        Ok(())
    }

    /// None if it does not belong here, or if its path is too long for a row.
    fn row(&mut self, exhibit: &Exhibit) -> Option<Row> {
        let Self { paths, logs, digests, facts } = self;
        let mut path = exhibit.path.split();
        let evidence::Facts::Trail(found) = &exhibit.facts else { return None };
        match found {
            _ if !exhibit.notes.is_empty() => None,
            Facts::Log(Content::Whole { sha256, inflated_bytes }) => {
                let path = paths.put(logs.last().map(|last| last.path), path)?;
                Some(Row::Log(LogRow { sha256: *sha256, inflated_bytes: *inflated_bytes, path }))
            }
            Facts::Digest(Content::Whole { inflated_bytes, .. }, Some(one)) => {
                if one.get(0)?.name().as_bytes() == path.name {
                    path.name = &[];
                }
                let digest = Position::of(facts.len());
                digest.get()?;
                let path = paths.put(digests.last().map(|last| last.path), path)?;
                Some(Row::Digest(DigestRow { inflated_bytes: *inflated_bytes, path, digest }))
            }
            _ => None,
        }
    }

    /// Adds the rows of another register.
    pub(crate) fn merge(&mut self, mut other: Self) {
        if self.len() < other.len() {
            std::mem::swap(self, &mut other);
        }
        let facts = self.facts.len();
        let bytes = self.paths.append(other.paths);
        self.logs.extend(other.logs.into_iter().map(|row| LogRow { path: row.path.behind(bytes), ..row }));
        self.digests.extend(other.digests.into_iter().map(|row| DigestRow {
            path: row.path.behind(bytes),
            digest: row.digest.get().map_or(Position::NONE, |digest| Position::of(digest.saturating_add(facts))),
            ..row
        }));
        self.facts.append(other.facts);
    }

    /// Brings the rows of each kind into the order of their exhibits.
    pub(crate) fn sort(&mut self) {
        // They come in runs, one from each thread.
        let mut logs = std::mem::take(&mut self.logs);
        logs.sort_by(|one, other| {
            let key = |row: &LogRow| (self.paths.get(row.path), row.sha256, row.inflated_bytes);
            key(one).cmp(&key(other))
        });
        self.logs = logs;
        let mut digests = std::mem::take(&mut self.digests);
        digests.sort_by(|one, other| {
            let key = |row: &DigestRow| (self.digest_path(row), self.facts_of(row).map(Digest::sha256), row.inflated_bytes);
            key(one).cmp(&key(other))
        });
        self.digests = digests;
    }

    pub(crate) fn len(&self) -> usize {
        self.logs.len().saturating_add(self.digests.len())
    }

    /// The numbers of log files.
    pub(crate) fn logs(&self) -> std::ops::Range<usize> {
        0..self.logs.len()
    }

    /// Where the file of this number lies.
    pub(crate) fn path(&self, index: usize) -> Option<SplitPath<'_>> {
        match self.logs.get(index) {
            Some(row) => Some(self.paths.get(row.path)),
            None => Some(self.digest_path(self.digest_row(index)?)),
        }
    }

    /// What is in it.
    pub(crate) fn content(&self, index: usize) -> Option<Content> {
        let (sha256, inflated_bytes) = match self.logs.get(index) {
            Some(row) => (row.sha256, row.inflated_bytes),
            None => (self.digest(index)?.sha256(), self.digest_row(index)?.inflated_bytes),
        };
        Some(Content::Whole { sha256, inflated_bytes })
    }

    /// The digest file of this number.
    pub(crate) fn digest(&self, index: usize) -> Option<Digest<'_>> {
        self.facts_of(self.digest_row(index)?)
    }

    /// The exhibit that was taken.
    pub(crate) fn exhibit(&self, index: usize) -> Option<Exhibit> {
        let (path, content) = (self.path(index)?.join(), self.content(index)?);
        let facts = match self.digest(index) {
            None => Facts::Log(content),
            Some(digest) => Facts::Digest(content, Some(Box::new(digest.alone()))),
        };
        Some(Exhibit { path, facts: evidence::Facts::Trail(facts), notes: Vec::new() })
    }

    fn digest_row(&self, index: usize) -> Option<&DigestRow> {
        self.digests.get(index.checked_sub(self.logs.len())?)
    }

    fn facts_of(&self, row: &DigestRow) -> Option<Digest<'_>> {
        self.facts.get(row.digest.get()?)
    }

    fn digest_path(&self, row: &DigestRow) -> SplitPath<'_> {
        match (self.paths.get(row.path), self.facts_of(row)) {
            (SplitPath { folder, name: [] }, Some(digest)) => SplitPath { folder, name: digest.name().as_bytes() },
            (path, _) => path,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bytes::hash::sha256;
    use crate::evidence::trail::digest;
    use crate::forged::trail;
    use crate::terms::reason::Reason;
    use crate::{Code, EntryPath};

    fn log(path: &str, first: u8, inflated_bytes: u64) -> Exhibit {
        let content = Content::Whole { sha256: [first; 32], inflated_bytes };
        let nested = path.split_once("//").map(|(at, inner)| EntryPath::new(at).nesting(&EntryPath::new(inner)));
        Exhibit {
            path: nested.unwrap_or_else(|| EntryPath::new(path)),
            facts: evidence::Facts::Trail(Facts::Log(content)),
            notes: Vec::new(),
        }
    }

    /// The digest file of an hour in some folder, under its own name or another.
    fn digest(folder: &str, other_name: Option<&str>, hour: usize, inflated_bytes: u64) -> Exhibit {
        let text = trail("2026-03-01T00:01:31Z").digest(hour, 1).seal().text;
        let one = digest::read(text.as_bytes(), sha256(text.as_bytes()), 64).unwrap();
        let digest = one.get(0).unwrap();
        let path = format!("{folder}/{}", other_name.unwrap_or(digest.name()));
        let content = Content::Whole { sha256: digest.sha256(), inflated_bytes };
        Exhibit {
            path: EntryPath::new(&path),
            facts: evidence::Facts::Trail(Facts::Digest(content, Some(Box::new(one)))),
            notes: Vec::new(),
        }
    }

    fn exhibits(register: &Register) -> Vec<Exhibit> {
        (0..register.len()).filter_map(|index| register.exhibit(index)).collect()
    }

    #[test]
    fn only_whole_log_and_digest_files_without_a_note_are_taken() {
        let (plain, plain_digest) = (log("a/b.json", 1, 2), digest("a", None, 0, 2));
        let content = Content::Whole { sha256: [1; 32], inflated_bytes: 2 };
        let others = [
            plain.clone().with_note(Code::ContainerTruncated, Reason::CutOff),
            plain_digest.clone().with_note(Code::ContainerTruncated, Reason::CutOff),
            Exhibit { facts: evidence::Facts::Trail(Facts::Log(Content::Damaged { stored_sha256: [1; 32] })), ..plain.clone() },
            Exhibit { facts: evidence::Facts::Trail(Facts::Log(Content::Unread)), ..plain.clone() },
            Exhibit { facts: evidence::Facts::Trail(Facts::Stray(content)), ..plain.clone() },
            Exhibit { facts: evidence::Facts::Trail(Facts::Digest(content, None)), ..plain.clone() },
            Exhibit { facts: evidence::Facts::Refused, ..plain.clone() },
            log(&format!("{}/b.json", "a".repeat(1 << 16)), 1, 2),
            log(&"b".repeat(1 << 16), 1, 2),
        ];
        let mut register = Register::default();
        for other in others {
            assert_eq!(register.admit(other.clone()), Err(other));
        }
        assert_eq!(register.admit(plain_digest.clone()), Ok(()));
        assert_eq!(register.admit(plain.clone()), Ok(()));
        assert_eq!(exhibits(&register), [plain, plain_digest]);
    }

    #[test]
    fn a_log_file_costs_its_row_its_name_and_a_folder_now_and_then() {
        assert_eq!((size_of::<LogRow>(), size_of::<DigestRow>()), (56, 32));
        let mut register = Register::default();
        for (folder, count) in [("2026/03/01", 3), ("2026/03/02", 2), ("", 2)] {
            for number in 0..count {
                register.admit(log(&format!("{folder}/{number}.json"), 1, 2)).unwrap();
            }
        }
        assert_eq!(register.paths.bytes(), 2 * "2026/03/01/".len() + 7 * "0.json".len());
    }

    #[test]
    fn the_name_of_a_digest_file_is_kept_once() {
        let mut register = Register::default();
        register.admit(digest("a", None, 0, 2)).unwrap();
        register.admit(digest("a", None, 1, 2)).unwrap();
        register.admit(digest("a", Some("b"), 2, 2)).unwrap();
        assert_eq!(register.paths.bytes(), "a/b".len());
    }

    proptest! {
        #[test]
        fn registers_give_back_what_they_took_in_the_order_of_exhibits(
            logs in prop::collection::vec(("(a|b|a/b|a-)?(/c)?(//c)?", "[ab]{0,2}", 0_u8..2, 0_u64..2), 0..12),
            digests in prop::collection::vec(("[ab]", prop::option::of("[ab]"), 0_usize..3, 0_u64..2), 0..6), shards in 1_usize..4,
        ) {
            let mut logs: Vec<Exhibit> =
                logs.iter().map(|(folder, name, first, size)| log(&format!("{folder}/{name}"), *first, *size)).collect();
            let digest = |(folder, name, hour, size): &(String, Option<String>, _, _)| digest(folder, name.as_deref(), *hour, *size);
            let mut digests: Vec<Exhibit> = digests.iter().map(digest).collect();
            let mut registers = vec![Register::default(); shards];
            for (index, exhibit) in logs.iter().chain(&digests).enumerate() {
                prop_assert_eq!(registers[index % shards].admit(exhibit.clone()), Ok(()));
            }
            let mut whole = Register::default();
            registers.into_iter().for_each(|register| whole.merge(register));
            whole.sort();
            logs.sort();
            digests.sort();
            prop_assert_eq!(exhibits(&whole), [logs, digests].concat());
        }
    }
}
