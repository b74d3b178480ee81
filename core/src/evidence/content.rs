//! The content of one entry: inflated and hashed in one pass.

use std::io::{self, BufRead, Read};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::bytes::gunzip::{self, Inflater, gunzip};
use crate::terms::finding::Code;
use crate::terms::limits::Limits;
use crate::terms::reason::{Reason, packed};

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
    #[serde(with = "packed")]
    pub(crate) reasons: Vec<Reason>,
}

/// A host's own SHA-256 of a whole content, for hosts that have a faster one than this crate. `None` if it has none of these bytes:
/// then they are hashed here.
pub type WholeSha256 = fn(&[u8]) -> Option<[u8; 32]>;

/// What is held of a content for a [`WholeSha256`]; a longer one is hashed here, piece by piece.
pub(crate) const HELD_BYTES: usize = 32 << 20;

/// Memory for examining one entry after the other, so that each need not ask for its own. It keeps nothing that the next entry
/// could see.
#[derive(Debug, Default)]
pub struct Tools {
    pub(super) inflater: Option<Inflater>,
    pub(super) content: Vec<u8>,
    pub(super) whole_sha256: Option<WholeSha256>,
    /// Bytes that were inflated or parsed since somebody asked, the latter as what they cost.
    pub(super) spent: u64,
}

impl Tools {
    /// What was spent since the last call.
    pub(crate) fn take_spent(&mut self) -> u64 {
        std::mem::take(&mut self.spent)
    }

    /// So many bytes were spent besides.
    pub(crate) fn spend(&mut self, bytes: u64) {
        self.spent = self.spent.saturating_add(bytes);
    }
}

pub(crate) fn limit_note(name: &str, bound: u64) -> Note {
    Note { code: Code::ArchiveLimit, reasons: vec![Reason::limit(name, bound)] }
}

/// Hashes what comes piece by piece: through the host, if the first piece is all.
struct Hasher {
    pub(super) whole_sha256: Option<WholeSha256>,
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

pub(crate) struct Opened<'a> {
    pub(super) reader: &'a mut dyn BufRead,
    pub(super) limits: &'a Limits,
    pub(super) stored_sha256: &'a dyn Fn() -> [u8; 32],
    pub(super) inflater: &'a mut Option<Inflater>,
    pub(super) whole_sha256: Option<WholeSha256>,
    pub(super) notes: &'a mut Vec<Note>,
    pub(super) spent: &'a mut u64,
    /// What was read of a gzip member to its end.
    pub(super) member_bytes: Option<u64>,
    /// Memory for a content that is wanted whole.
    pub(super) content: &'a mut Vec<u8>,
}

/// Parsing takes so many times the work and the memory of inflating and hashing.
const PARSING: u64 = 16;

/// Digest files hold hashes and signatures, which do not shrink; they are packed to an eighth of their size at best. What the limit
/// allows of everything is far too much for them.
const DIGEST_SHARE: u64 = 4;

/// Below that no ratio is asked for.
const SMALL_DIGEST_BYTES: u64 = 64 << 10;

/// What inflates from now on. For a host that hashes it has all its memory at once: what grows is copied, and leaves holes that
/// WebAssembly never gives back.
fn inflater(kept: &mut Option<Inflater>, whole_sha256: Option<WholeSha256>) -> &mut Inflater {
    kept.get_or_insert_with(|| if whole_sha256.is_some() { Inflater::holding(HELD_BYTES) } else { Inflater::default() })
}

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

impl Opened<'_> {
    /// How much is read.
    pub(super) fn limits(&self) -> &Limits {
        self.limits
    }

    /// Adds a note.
    pub(super) fn tell(&mut self, code: Code, reasons: Vec<Reason>) {
        self.notes.push(Note { code, reasons });
    }

    /// Takes notes back that are of no interest to the kind of the file.
    pub(super) fn silence(&mut self, is_idle: impl Fn(&Note) -> bool) {
        self.notes.retain(|note| !is_idle(note));
    }

    /// The hash of a log file's content, which is held as a whole only for a host that hashes.
    pub(super) fn hashed(&mut self) -> Content {
        let mut hasher = Hasher { whole_sha256: self.whole_sha256, whole: None, rest: Sha256::new() };
        let limits = self.limits;
        self.inflated("log_bytes", limits.log_bytes, &mut |piece, is_all| hasher.update(piece, is_all))
            .map_or_else(|content| content, |inflated_bytes| Content::Whole { sha256: hasher.finish(), inflated_bytes })
    }

    /// The content of a digest file, and its hash.
    pub(super) fn whole(&mut self) -> Result<(&[u8], [u8; 32]), Content> {
        /// What is kept of the memory for it: far more than a digest file has.
        const KEPT_BYTES: usize = 1 << 20;
        let mut content = std::mem::take(self.content);
        content.clear();
        content.shrink_to(KEPT_BYTES);
        let limit = self.limits.digest_bytes;
        let inflated = self.inflated("digest_bytes", limit, &mut |piece, _| content.extend_from_slice(piece));
        *self.content = content;
        let inflated_bytes = inflated?;
        let ratio = u64::from(self.limits.unpacked_ratio);
        let most = self.member_bytes.map(|member| member.saturating_mul(ratio / DIGEST_SHARE).max(SMALL_DIGEST_BYTES));
        if most.is_some_and(|most| inflated_bytes > most) {
            self.notes.push(limit_note("unpacked_ratio", ratio));
            return Err(Content::Unread);
        }
        self.spend(inflated_bytes.saturating_mul(PARSING));
        Ok((self.content, crate::bytes::hash::sha256(self.content)))
    }

    fn spend(&mut self, bytes: u64) {
        *self.spent = self.spent.saturating_add(bytes);
    }

    /// A small file that is not packed.
    pub(super) fn plain(&mut self) -> Option<Vec<u8>> {
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
        self.notes.push(Note { code: Code::ArchiveEntryUnreadable, reasons: vec![error.into()] });
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
            self.tell(Code::ContainerTruncated, Vec::new());
            return Err(Content::Damaged { stored_sha256: (self.stored_sha256)() });
        }
        if start == gunzip::MAGIC { self.unpacked(limit_name, limit, sink) } else { self.passed_on(start, limit_name, limit, sink) }
    }

    /// A gzip member, of which the first two bytes were read.
    fn unpacked(&mut self, limit_name: &str, limit: u64, sink: &mut dyn FnMut(&[u8], bool)) -> Result<u64, Content> {
        let mut member_reader = Consumed { reader: gunzip::MAGIC.chain(&mut *self.reader), bytes: 0 };
        let member = gunzip(&mut member_reader, limit, inflater(self.inflater, self.whole_sha256), sink);
        let member_bytes = member_reader.bytes;
        let member = member.map_err(|error| self.unreadable(&error))?;
        self.member_bytes = Some(member_bytes);
        self.spend(member.inflated_bytes);
        if member.exceeds_limit {
            self.notes.push(limit_note(limit_name, limit));
            return Err(Content::Unread);
        }
        if member.has_header_payload {
            self.tell(Code::ContainerHeaderPayload, Vec::new());
        }
        if !member.is_whole || !member.trailer_agrees {
            self.tell(Code::ContainerTruncated, Vec::new());
        }
        if member.has_trailing_data {
            self.tell(Code::ContainerTrailingData, Vec::new());
        }
        if member.is_whole {
            return Ok(member.inflated_bytes);
        }
        // The rest belongs to the stored bytes, too.
        if let Err(error) = io::copy(&mut *self.reader, &mut io::sink()) {
            return Err(self.unreadable(&error));
        }
        Err(Content::Damaged { stored_sha256: (self.stored_sha256)() })
    }

    /// A content that is not packed, of which the start was read.
    fn passed_on(&mut self, start: &[u8], limit_name: &str, limit: u64, sink: &mut dyn FnMut(&[u8], bool)) -> Result<u64, Content> {
        let mut reader = start.chain(&mut *self.reader);
        let mut inflated_bytes = 0_u64;
        let mut first = None;
        // Only who wants it whole gets a copy.
        let mut whole = self.whole_sha256.map(|_| &mut inflater(self.inflater, self.whole_sha256).output);
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
            self.tell(Code::ContainerDecoded, Vec::new());
        }
        Ok(inflated_bytes)
    }
}
