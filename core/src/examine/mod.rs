//! Examining: from one entry's path and bytes to its [`Exhibit`], knowing no other entry and no key.

pub(crate) mod digest;
pub(crate) mod keys;
pub(crate) mod metadata;
pub(crate) mod packed;

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::entry::{self, EntryPath, IgnoredKind, Kind, MetadataShape};
use crate::error::io_reason;
use crate::finding::{Code, Effect};
use crate::gunzip::{self, Inflater, gunzip};
use crate::policy::Limits;
use keys::KeyEntry;
use metadata::Detached;
use packed::Digests;

/// What one entry proves alone: small, serialisable, and indifferent to order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Exhibit {
    pub(crate) path: EntryPath,
    pub(crate) facts: Facts,
    pub(crate) notes: Vec<Note>,
}

/// What was found in an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Facts {
    /// A digest file; `None` where a note says why it could not be read.
    Digest(Content, Option<Box<Digests>>),
    Log(Content),
    /// Shared by all links to it, as what follows.
    Keys(Arc<[KeyEntry]>),
    Metadata(Arc<[Detached]>),
    /// No log file by its name, but perhaps by its content.
    Stray(Content),
    Ignored(IgnoredKind),
    /// The entry at this path under another name, wherever that is.
    Link(EntryPath),
    /// Nothing was read; a note says why.
    Refused,
    /// A folder with the name of a file that would be read.
    Folder,
    /// No entry of its own: a note says what its archive holds at this path.
    Told,
}

/// What is known of an entry's inflated content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Content {
    Whole {
        sha256: [u8; 32],
        inflated_bytes: u64,
    },
    /// It cannot be inflated; the hash is of the stored bytes.
    Damaged {
        stored_sha256: [u8; 32],
    },
    /// A limit, an error or a password stood before it.
    Unread,
}

impl Content {
    pub(crate) fn sha256(&self) -> Option<[u8; 32]> {
        if let Self::Whole { sha256, .. } = self { Some(*sha256) } else { None }
    }
}

/// Something about the entry itself that a report must say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) code: Code,
    pub(crate) detail: Option<String>,
}

impl Exhibit {
    /// The exhibit of an entry that could not be opened, with the reason's code.
    pub fn refused(path: EntryPath, code: Code, detail: impl Into<String>) -> Self {
        let facts = match entry::classify(&path) {
            Kind::Digest(_) => Facts::Digest(Content::Unread, None),
            Kind::Log(_) => Facts::Log(Content::Unread),
            _ => Facts::Refused,
        };
        Self { path, facts, notes: Vec::new() }.with_note(code, detail)
    }

    /// The exhibit of an entry whose path is longer than the limit, of which only a part is kept; `None` if it is not. Whatever the
    /// entry is, this comes first: its path would be kept, compared and repeated.
    pub(crate) fn of_long_path(path: &EntryPath, limits: &Limits) -> Option<Self> {
        let most_bytes = limits.path_bytes as usize;
        // Of nearly all paths the whole is short enough.
        (path.as_bytes().len() > most_bytes && path.inner().len() > most_bytes).then(|| Self {
            path: path.shortened(most_bytes),
            facts: Facts::Refused,
            notes: vec![limit_note("path_bytes", u64::from(limits.path_bytes))],
        })
    }

    /// Something that is to be told of a path, and no entry of its own.
    pub(crate) fn told(path: EntryPath, code: Code, detail: impl Into<String>) -> Self {
        Self { path, facts: Facts::Told, notes: Vec::new() }.with_note(code, detail)
    }

    /// The exhibit of a link to another entry of the same container, which may be examined by others.
    pub fn link(path: EntryPath, target: EntryPath) -> Self {
        Self { path, facts: Facts::Link(target), notes: Vec::new() }
    }

    /// The exhibit of a folder whose name is that of evidence: it counts only if there is such a file, too.
    pub(crate) fn folder(path: EntryPath) -> Self {
        Self { path, facts: Facts::Folder, notes: Vec::new() }
    }

    /// True for an entry that could not be read, and is an archive or may be one: evidence may lie in it.
    pub(crate) fn is_unopened(&self) -> bool {
        matches!(self.facts, Facts::Refused)
            && self.notes.iter().any(|note| note.code == Code::ArchiveEntryUnreadable)
            && matches!(entry::classify(&self.path), Kind::Container | Kind::Ignored(IgnoredKind::Other))
    }

    /// True if there is something about it that a report must say.
    pub(crate) fn is_noted(&self) -> bool {
        !self.notes.is_empty()
    }

    /// The same content under another name. What it claims to be may differ, and then its facts are of no use there.
    pub(crate) fn under(&self, path: EntryPath) -> Self {
        let fits = matches!(
            (&self.facts, entry::classify(&path)),
            (Facts::Digest(..), Kind::Digest(_))
                | (Facts::Log(_), Kind::Log(_))
                | (Facts::Stray(_), Kind::Stray)
                | (Facts::Keys(_), Kind::Keys(_))
                | (Facts::Refused | Facts::Told, _)
        );
        if let (Facts::Metadata(found), Kind::Metadata(shape)) = (&self.facts, entry::classify(&path)) {
            // Only a sidecar tells by its name whose metadata it holds.
            let found = match shape {
                MetadataShape::Sidecar => found.iter().map(|detached| detached.under(&path)).collect(),
                _ => found.clone(),
            };
            Self { path, facts: Facts::Metadata(found), notes: self.notes.clone() }
        } else if fits {
            Self { path, ..self.clone() }
        } else {
            Self::refused(path, Code::ArchiveEntryUnreadable, "a link to an entry of another kind")
        }
    }

    /// Adds what the container says about the entry, for example a checksum that does not agree.
    #[must_use]
    pub fn with_note(mut self, code: Code, detail: impl Into<String>) -> Self {
        self.notes.push(Note { code, detail: Some(detail.into()) });
        self
    }

    /// True if no note refutes its container.
    pub(crate) fn is_sound(&self) -> bool {
        !self.notes.iter().any(|note| matches!(note.code, Code::ContainerTrailingData | Code::ContainerTruncated))
    }

    /// Inflated bytes that were read, for progress bars.
    pub fn inflated_bytes(&self) -> u64 {
        match &self.facts {
            Facts::Digest(Content::Whole { inflated_bytes, .. }, _)
            | Facts::Log(Content::Whole { inflated_bytes, .. })
            | Facts::Stray(Content::Whole { inflated_bytes, .. }) => *inflated_bytes,
            _ => 0,
        }
    }
}

/// True if an entry of this path has to be read at all.
pub fn is_read(path: &EntryPath) -> bool {
    !matches!(entry::classify(path), Kind::Ignored(_))
}

/// A host's own SHA-256 of a whole content, for hosts that have a faster one than this crate. `None` if it has none of these bytes:
/// then they are hashed here.
pub type WholeSha256 = fn(&[u8]) -> Option<[u8; 32]>;

/// What is held of a content for a [`WholeSha256`]; a longer one is hashed here, piece by piece.
const HELD_BYTES: usize = 32 << 20;

/// Memory for examining one entry after the other, so that each need not ask for its own. It keeps nothing that the next entry
/// could see.
#[derive(Debug, Default)]
pub struct Workspace {
    /// For the stored bytes of an entry, if they have to be brought together.
    pub(crate) stored: Vec<u8>,
    /// For the headers of an entry, if it has any.
    pub(crate) header: Vec<u8>,
    pub(crate) tools: Tools,
}

#[derive(Debug, Default)]
pub(crate) struct Tools {
    inflater: Option<Inflater>,
    content: Vec<u8>,
    whole_sha256: Option<WholeSha256>,
    /// Bytes that were inflated or parsed since somebody asked, the latter as what they cost.
    spent: u64,
}

impl Workspace {
    /// One whose log files are hashed by the host. They are held as a whole for it, up to 32 MiB inflated.
    pub fn hashing_by(whole_sha256: WholeSha256) -> Self {
        // All of it at once: what grows is copied, and leaves holes that WebAssembly never gives back.
        let inflater = Some(Inflater::holding(HELD_BYTES));
        Self { tools: Tools { whole_sha256: Some(whole_sha256), inflater, ..Tools::default() }, ..Self::default() }
    }

    /// As [`examine()`].
    pub fn examine(&mut self, path: EntryPath, bytes: &[u8], limits: &Limits) -> Exhibit {
        self.tools.examine(path, bytes, limits)
    }
}

impl Tools {
    pub(crate) fn examine(&mut self, path: EntryPath, bytes: &[u8], limits: &Limits) -> Exhibit {
        let stored_sha256 = || crate::signature::sha256(bytes);
        examine_stream(path, &mut &*bytes, limits, &stored_sha256, self)
    }

    /// As [`examine_reader`].
    pub(crate) fn examine_reader(&mut self, path: EntryPath, reader: &mut dyn Read, limits: &Limits) -> Exhibit {
        let hasher = std::cell::RefCell::new(Sha256::new());
        let mut reader = io::BufReader::with_capacity(256 << 10, Hashing { reader, hasher: &hasher });
        // What a damaged entry holds after the damage counts for its hash as well.
        let stored_sha256 = || hasher.borrow().clone().finalize().into();
        examine_stream(path, &mut reader, limits, &stored_sha256, self)
    }

    /// What was spent since the last call.
    pub(crate) fn take_spent(&mut self) -> u64 {
        std::mem::take(&mut self.spent)
    }

    /// So many bytes were unpacked for what is examined.
    pub(crate) fn spend(&mut self, bytes: u64) {
        self.spent = self.spent.saturating_add(bytes);
    }
}

/// Examines an entry whose bytes are at hand. It always succeeds: damage is a fact too.
///
/// ```
/// use trailseal::{EntryPath, Limits, examine};
///
/// let path = EntryPath::new("111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json");
/// let exhibit = examine(path, br#"{"Records":[]}"#, &Limits::default());
/// assert_eq!(exhibit.inflated_bytes(), 14);
/// ```
pub fn examine(path: EntryPath, bytes: &[u8], limits: &Limits) -> Exhibit {
    Tools::default().examine(path, bytes, limits)
}

/// Examines an entry from a reader, in memory that does not grow with its bytes. An error of the reader is a fact about the
/// entry too.
pub fn examine_reader(path: EntryPath, reader: &mut dyn Read, limits: &Limits) -> Exhibit {
    Tools::default().examine_reader(path, reader, limits)
}

struct Hashing<'a> {
    reader: &'a mut dyn Read,
    hasher: &'a std::cell::RefCell<Sha256>,
}

impl Read for Hashing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.hasher.borrow_mut().update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

fn examine_stream(
    path: EntryPath,
    reader: &mut dyn BufRead,
    limits: &Limits,
    stored_sha256: &dyn Fn() -> [u8; 32],
    tools: &mut Tools,
) -> Exhibit {
    if let Some(refused) = Exhibit::of_long_path(&path, limits) {
        return refused;
    }
    let mut notes = Vec::new();
    let kind = entry::classify(&path);
    let facts = {
        let mut reading = Reading {
            reader,
            limits,
            stored_sha256,
            inflater: &mut tools.inflater,
            whole_sha256: tools.whole_sha256,
            notes: &mut notes,
            spent: &mut tools.spent,
            member_bytes: None,
        };
        match kind {
            Kind::Digest(_) => match reading.whole(&mut tools.content) {
                Ok(sha256) => {
                    let bytes = &tools.content;
                    let digest = digest::read(bytes, sha256, limits.json_depth).map_or_else(
                        |reason| {
                            notes.push(Note { code: Code::DigestMalformed, detail: Some(reason) });
                            None
                        },
                        |digest| Some(Box::new(digest)),
                    );
                    Facts::Digest(Content::Whole { sha256, inflated_bytes: bytes.len() as u64 }, digest)
                }
                Err(content) => Facts::Digest(content, None),
            },
            Kind::Log(_) => Facts::Log(reading.hashed()),
            Kind::Unrecognised => {
                let content = reading.hashed();
                let continued = entry::continued(path.file_name());
                if continued.is_some() {
                    // Of what form the file has that it claims to be, its own form tells nothing.
                    notes.retain(|note| !note.code.name().starts_with("container."));
                }
                let detail = continued.map(|continued| continued.undo.to_owned());
                notes.push(Note { code: Code::ArchiveEntryUnrecognised, detail });
                Facts::Stray(content)
            }
            Kind::Stray => {
                let content = reading.hashed();
                // What refutes matters if it serves for a log file under another name.
                notes.retain(|note| note.code == Code::ArchiveEntryUnreadable || note.code.explain().effect == Effect::Refutes);
                Facts::Stray(content)
            }
            Kind::Keys(region) => match reading.plain() {
                Some(bytes) => match keys::read_list(&bytes, region, limits.json_depth) {
                    Ok(entries) => Facts::Keys(entries.into()),
                    Err(reason) => {
                        notes.push(Note { code: Code::MetadataMalformed, detail: Some(reason) });
                        Facts::Keys(Arc::default())
                    }
                },
                None => Facts::Refused,
            },
            Kind::Metadata(shape) => match reading.plain() {
                Some(bytes) => {
                    let found = metadata::read(&path, shape, &bytes, limits.json_depth);
                    if let Some(detail) = found.problem_text() {
                        notes.push(Note { code: Code::MetadataMalformed, detail: Some(detail) });
                    }
                    Facts::Metadata(found.detached.into())
                }
                None => Facts::Refused,
            },
            // Hosts open containers; one that comes here lies in a container that is nested itself.
            Kind::Container => {
                notes.push(Note {
                    code: Code::ArchiveLimit,
                    detail: Some("containers are read one level inside another, not deeper".to_owned()),
                });
                Facts::Refused
            }
            Kind::Ignored(kind) => Facts::Ignored(kind),
        }
    };
    Exhibit { path, facts, notes }
}

fn limit_note(name: &str, bound: u64) -> Note {
    Note { code: Code::ArchiveLimit, detail: Some(format!("{name} is {bound}")) }
}

/// Hashes what comes piece by piece: through the host, if the first piece is all.
struct Hasher {
    whole_sha256: Option<WholeSha256>,
    whole: Option<[u8; 32]>,
    rest: Sha256,
}

impl Hasher {
    fn update(&mut self, piece: &[u8], is_all: bool) {
        self.whole = self.whole_sha256.filter(|_| is_all).and_then(|sha256| sha256(piece));
        if self.whole.is_none() {
            self.rest.update(piece);
        }
    }

    fn finish(self) -> [u8; 32] {
        self.whole.unwrap_or_else(|| self.rest.finalize().into())
    }
}

struct Reading<'a> {
    reader: &'a mut dyn BufRead,
    limits: &'a Limits,
    stored_sha256: &'a dyn Fn() -> [u8; 32],
    inflater: &'a mut Option<Inflater>,
    whole_sha256: Option<WholeSha256>,
    notes: &'a mut Vec<Note>,
    spent: &'a mut u64,
    /// What was read of a gzip member to its end.
    member_bytes: Option<u64>,
}

/// Parsing takes so many times the work and the memory of inflating and hashing.
const PARSING: u64 = 16;

/// Digest files hold hashes and signatures, which do not shrink; they are packed to an eighth of their size at best. What the limit
/// allows of everything is far too much for them.
const DIGEST_SHARE: u64 = 4;
/// Below that no ratio is asked for.
const SMALL_DIGEST_BYTES: u64 = 64 << 10;

/// A reader that counts what is taken from it.
struct Consumed<R> {
    reader: R,
    bytes: u64,
}

impl<R: BufRead> Read for Consumed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.bytes = self.bytes.saturating_add(read as u64);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Consumed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, read: usize) {
        self.bytes = self.bytes.saturating_add(read as u64);
        self.reader.consume(read);
    }
}

impl Reading<'_> {
    fn note(&mut self, code: Code) {
        self.notes.push(Note { code, detail: None });
    }

    /// The hash of a log file's content, which is held as a whole only for a host that hashes.
    fn hashed(&mut self) -> Content {
        let mut hasher = Hasher { whole_sha256: self.whole_sha256, whole: None, rest: Sha256::new() };
        let limits = self.limits;
        self.inflated("log_bytes", limits.log_bytes, &mut |piece, is_all| hasher.update(piece, is_all))
            .map_or_else(|content| content, |inflated_bytes| Content::Whole { sha256: hasher.finish(), inflated_bytes })
    }

    /// The content of a digest file, and its hash.
    fn whole(&mut self, content: &mut Vec<u8>) -> Result<[u8; 32], Content> {
        /// What is kept of the memory for it: far more than a digest file has.
        const KEPT_BYTES: usize = 1 << 20;
        content.clear();
        content.shrink_to(KEPT_BYTES);
        let limit = self.limits.digest_bytes;
        let inflated_bytes = self.inflated("digest_bytes", limit, &mut |piece, _| content.extend_from_slice(piece))?;
        let ratio = u64::from(self.limits.unpacked_ratio);
        let most = self.member_bytes.map(|member| member.saturating_mul(ratio / DIGEST_SHARE).max(SMALL_DIGEST_BYTES));
        if most.is_some_and(|most| inflated_bytes > most) {
            self.notes.push(limit_note("unpacked_ratio", ratio));
            return Err(Content::Unread);
        }
        self.spend(inflated_bytes.saturating_mul(PARSING));
        Ok(crate::signature::sha256(content))
    }

    fn spend(&mut self, bytes: u64) {
        *self.spent = self.spent.saturating_add(bytes);
    }

    /// A small file that is not packed.
    fn plain(&mut self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let limit = self.limits.digest_bytes;
        match self.reader.take(limit.saturating_add(1)).read_to_end(&mut bytes) {
            Ok(read) if read as u64 > limit => {
                self.notes.push(limit_note("digest_bytes", limit));
                None
            }
            Ok(read) => {
                self.spend(PARSING.saturating_mul(read as u64));
                Some(bytes)
            }
            Err(error) => {
                self.unreadable(&error);
                None
            }
        }
    }

    fn unreadable(&mut self, error: &io::Error) -> Content {
        self.notes.push(Note { code: Code::ArchiveEntryUnreadable, detail: Some(io_reason(error)) });
        Content::Unread
    }

    /// Gives the content to `sink`: inflated if it begins as gzip does, otherwise as it is. Returns its length, or what is known
    /// instead of a content.
    fn inflated(&mut self, limit_name: &str, limit: u64, sink: &mut dyn FnMut(&[u8], bool)) -> Result<u64, Content> {
        let mut start = [0; 2];
        let mut start_len = 0;
        while let Some(rest) = start.get_mut(start_len..).filter(|rest| !rest.is_empty()) {
            match self.reader.read(rest) {
                Ok(0) => break,
                Ok(read) => start_len += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.unreadable(&error)),
            }
        }
        let start = start.get(..start_len).unwrap_or_default();
        if start_len < 2 && gunzip::MAGIC.starts_with(start) {
            self.note(Code::ContainerTruncated);
            return Err(Content::Damaged { stored_sha256: (self.stored_sha256)() });
        }
        let mut reader = start.chain(&mut *self.reader);
        if start == gunzip::MAGIC {
            let mut member_reader = Consumed { reader: &mut reader, bytes: 0 };
            let member = gunzip(&mut member_reader, limit, self.inflater.get_or_insert_default(), sink);
            let member_bytes = member_reader.bytes;
            if let Ok(member) = &member {
                self.member_bytes = Some(member_bytes);
                *self.spent = self.spent.saturating_add(member.inflated_bytes);
            }
            match member {
                Err(error) => Err(self.unreadable(&error)),
                Ok(member) if member.exceeds_limit => {
                    self.notes.push(limit_note(limit_name, limit));
                    Err(Content::Unread)
                }
                Ok(member) => {
                    if member.has_header_payload {
                        self.note(Code::ContainerHeaderPayload);
                    }
                    if !member.is_whole || !member.trailer_agrees {
                        self.note(Code::ContainerTruncated);
                    }
                    if member.has_trailing_data {
                        self.note(Code::ContainerTrailingData);
                    }
                    if member.is_whole {
                        Ok(member.inflated_bytes)
                    } else {
                        // The rest belongs to the stored bytes, too.
                        if let Err(error) = io::copy(&mut *self.reader, &mut io::sink()) {
                            return Err(self.unreadable(&error));
                        }
                        Err(Content::Damaged { stored_sha256: (self.stored_sha256)() })
                    }
                }
            }
        } else {
            let mut inflated_bytes = 0_u64;
            let mut first = None;
            // Only who wants it whole gets a copy.
            let mut whole = self.whole_sha256.map(|_| &mut self.inflater.get_or_insert_default().output);
            loop {
                let piece = match &mut whole {
                    Some(whole) => {
                        let room = whole.capacity();
                        whole.clear();
                        (&mut reader).take(room as u64).read_to_end(whole).map(|read| (whole.as_slice(), read < room))
                    }
                    None => reader.fill_buf().map(|piece| (piece, false)),
                };
                let (piece, is_end) = match piece {
                    Ok(([], _)) => break,
                    Ok(piece) => piece,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => return Err(self.unreadable(&error)),
                };
                let read = piece.len();
                inflated_bytes = inflated_bytes.saturating_add(read as u64);
                if inflated_bytes > limit {
                    self.notes.push(limit_note(limit_name, limit));
                    return Err(Content::Unread);
                }
                if first.is_none() {
                    first = piece.iter().copied().find(|byte| !byte.is_ascii_whitespace());
                }
                sink(piece, is_end && read as u64 == inflated_bytes);
                if whole.is_none() {
                    reader.consume(read);
                }
            }
            if matches!(first, Some(b'{' | b'[')) {
                self.note(Code::ContainerDecoded);
            }
            Ok(inflated_bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LOG: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json.gz";
    const DIGEST: &str = "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T000131Z.json.gz";

    fn codes(path: &str, bytes: &[u8], limits: &Limits) -> Vec<Code> {
        examine(EntryPath::new(path), bytes, limits).notes.iter().map(|note| note.code).collect()
    }

    #[test]
    fn evidence_may_lie_in_what_could_not_be_read_and_not_in_what_is_told() {
        let path = |name: &str| EntryPath::new(name);
        let code = Code::ArchiveEntryUnreadable;
        assert!(Exhibit::refused(path("day.tar.bz2"), code, "").is_unopened());
        assert!(Exhibit::refused(path("day.zip"), code, "").is_unopened());
        assert!(!Exhibit::refused(path("day.zip"), Code::ArchiveLimit, "").is_unopened());
        assert!(!Exhibit::refused(path(LOG), code, "").is_unopened());
        assert!(!Exhibit::told(path("latest.txt"), code, "a link to evidence").is_unopened());
    }

    #[test]
    fn empty_and_half_started_files_are_truncated() {
        for bytes in [[].as_slice(), &[0x1f]] {
            assert_eq!(codes(LOG, bytes, &Limits::default()), [Code::ContainerTruncated]);
            assert_eq!(codes(DIGEST, bytes, &Limits::default()), [Code::ContainerTruncated]);
        }
    }

    #[test]
    fn plain_json_is_hashed_as_it_is() {
        let exhibit = examine(EntryPath::new(LOG), b" {\"Records\":[]}", &Limits::default());
        assert_eq!(
            exhibit.facts,
            Facts::Log(Content::Whole { sha256: crate::signature::sha256(b" {\"Records\":[]}"), inflated_bytes: 15 })
        );
        assert_eq!(exhibit.notes.len(), 1);
        assert_eq!(codes(LOG, b"junk", &Limits::default()), []);
        assert_eq!(codes(DIGEST, b"junk", &Limits::default()), [Code::DigestMalformed]);
    }

    #[test]
    fn a_host_hashes_what_can_be_held_and_nothing_else() {
        /// No SHA-256, so that it shows who was asked; and none of three bytes.
        fn told(content: &[u8]) -> Option<[u8; 32]> {
            let mut told = crate::signature::sha256(content);
            told.reverse();
            (content.len() != 3).then_some(told)
        }
        let mut workspace = Workspace::hashing_by(told);
        let mut hash = |content: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            io::Write::write_all(&mut encoder, content).unwrap();
            let exhibit = workspace.examine(EntryPath::new(LOG), &encoder.finish().unwrap(), &Limits::default());
            let Facts::Log(Content::Whole { sha256, inflated_bytes }) = exhibit.facts else { panic!("{exhibit:?}") };
            assert_eq!(inflated_bytes, content.len() as u64);
            sha256
        };
        let here = crate::signature::sha256;
        let long = vec![b'x'; HELD_BYTES + 1];
        // One after the other in the same workspace: nothing is left for the next.
        for content in [&long[..], &long[1..], b"four", b"two", b"four", &long[..]] {
            match content.len() {
                3 => assert_eq!(hash(content), here(content), "the host has none"),
                length if length > HELD_BYTES => assert_eq!(hash(content), here(content), "too long to be held"),
                _ => assert_eq!(Some(hash(content)), told(content)),
            }
        }
        for content in [&long[..], b"four", b"two"] {
            let exhibit = workspace.examine(EntryPath::new(LOG), content, &Limits::default());
            let sha256 = told(content).filter(|_| content.len() <= HELD_BYTES).unwrap_or_else(|| here(content));
            assert_eq!(exhibit.facts, Facts::Log(Content::Whole { sha256, inflated_bytes: content.len() as u64 }), "not packed");
        }
        let exhibit = workspace.examine(EntryPath::new(LOG), &[0x1f, 0x8b, 8, 0, 0], &Limits::default());
        assert_eq!(exhibit.facts, Facts::Log(Content::Damaged { stored_sha256: here(&[0x1f, 0x8b, 8, 0, 0]) }));
    }

    #[test]
    fn limits_are_inclusive_and_named() {
        let limits = Limits { log_bytes: 4, digest_bytes: 4, ..Limits::default() };
        assert_eq!(codes(LOG, b"{  }", &limits), [Code::ContainerDecoded]);
        assert_eq!(codes(LOG, b"{   }", &limits), [Code::ArchiveLimit]);
        assert_eq!(codes(DIGEST, b"{   }", &limits), [Code::ArchiveLimit]);
        assert_eq!(codes("public-keys.json", b"{   }", &limits), [Code::ArchiveLimit]);
        let limits = Limits { path_bytes: u32::try_from(LOG.len()).unwrap(), ..Limits::default() };
        assert_eq!(codes(LOG, b"{}", &limits), [Code::ContainerDecoded]);
        assert_eq!(codes(&format!("x/{LOG}"), b"{}", &limits), [Code::ArchiveLimit]);
    }

    #[test]
    fn a_reader_that_fails_is_a_fact() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
        for path in [LOG, DIGEST, "public-keys.json"] {
            let exhibit = examine_reader(EntryPath::new(path), &mut Broken, &Limits::default());
            assert_eq!(exhibit.notes.iter().map(|note| note.code).collect::<Vec<_>>(), [Code::ArchiveEntryUnreadable]);
        }
    }

    proptest! {
        #[test]
        fn bytes_and_readers_give_the_same_exhibit(
            bytes in prop::collection::vec(any::<u8>(), 0..300), gzip_start in any::<bool>(),
            path in prop::sample::select(vec![LOG, DIGEST, "public-keys.json", "x.json", "object-metadata.csv"]),
        ) {
            let bytes = if gzip_start { [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0], bytes.as_slice()].concat() } else { bytes };
            let limits = Limits::default();
            let one = examine(EntryPath::new(path), &bytes, &limits);
            let other = examine_reader(EntryPath::new(path), &mut &*bytes, &limits);
            prop_assert_eq!(&one, &other);
            let text = serde_json::to_string(&one).unwrap();
            prop_assert_eq!(one, serde_json::from_str::<Exhibit>(&text).unwrap());
        }
    }
}
