//! What comes out of an archive, against what it takes itself: the work and the memory for it are bounded by its own size, however
//! often it is packed in itself.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::terms::limits::Limits;
use crate::terms::reason::Reason;

/// What any archive may come to, so that a single log, digest or metadata file at its limit can be read.
const FREE: u64 = (1 << 30) + (1 << 28);
/// The same of an archive among other files, which may be many.
const FREE_AMONG_OTHERS: u64 = 1 << 24;
/// What a folder's name takes that is looked at, in bytes that would be inflated and hashed in the same time or memory.
const PER_FOLDER: u64 = 512;
/// What a member of a zip archive takes in memory, once its directory was read.
const PER_MEMBER: u64 = 512;

/// Sums up bytes that come out, each layer of packing by itself. Sums do not depend on an order, so neither does whether there are too
/// many.
#[derive(Debug)]
pub(super) struct Meter {
    free: u64,
    ratio: u64,
    stored: AtomicU64,
    spent: AtomicU64,
}

impl Meter {
    /// For an archive of so many bytes, or of as many as will be told; given itself, or among other files.
    pub(super) fn new(stored_bytes: u64, is_among_others: bool, limits: &Limits) -> Self {
        let free = if is_among_others { FREE_AMONG_OTHERS } else { FREE };
        Self { free, ratio: limits.unpacked_ratio.into(), stored: stored_bytes.into(), spent: 0.into() }
    }

    /// So many bytes more of the archive itself were read.
    pub(super) fn store(&self, bytes: u64) {
        self.stored.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many bytes more came out of it.
    pub(super) fn spend(&self, bytes: u64) {
        self.spent.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many members came out of a zip archive's directory.
    pub(super) fn spend_for_members(&self, count: usize) {
        self.spend(PER_MEMBER.saturating_mul(count as u64));
    }

    /// A folder was looked at that may bear a file's name.
    pub(super) fn spend_for_folder(&self) {
        self.spend(PER_FOLDER);
    }

    /// How many entries a zip archive in this one may have: its directory is in memory before it is known how large it is.
    pub(super) fn entries(&self, limits: &Limits) -> u64 {
        let members = self.left() / PER_MEMBER;
        limits.entries.min(members.saturating_add(1))
    }

    pub(super) fn is_exceeded(&self) -> bool {
        self.spent.load(Ordering::Relaxed) > self.most()
    }

    fn left(&self) -> u64 {
        self.most().saturating_sub(self.spent.load(Ordering::Relaxed))
    }

    fn most(&self) -> u64 {
        self.stored.load(Ordering::Relaxed).saturating_mul(self.ratio).saturating_add(self.free)
    }

    /// What is wrong with an archive out of which too much came.
    pub(super) fn reason(&self) -> Reason {
        Reason::Ratio { unpacked_ratio: self.ratio }
    }
}

/// A stream out of an archive, which fails once too much came out.
pub(super) struct Metered<'m, R> {
    pub(super) reader: R,
    pub(super) meter: &'m Meter,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.meter.is_exceeded() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let read = self.reader.read(buffer)?;
        self.meter.spend(read as u64);
        Ok(read)
    }
}

/// A stream that is an archive itself.
pub(super) struct Stored<'m, R> {
    pub(super) reader: R,
    pub(super) meter: &'m Meter,
}

impl<R: Read> Read for Stored<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.meter.store(read as u64);
        Ok(read)
    }
}
