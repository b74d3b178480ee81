//! A host: it brings bytes and threads.

use std::io::{self, Read};
use std::ops::Range;

use rawzip::ReaderAt;

use super::visit::Gather;

/// What a face shows of the work, and whether it goes on.
pub trait Watch: Sync {
    /// So many more files are to be read, and as many bytes as `bytes` says. It may have to ask the file system for each file:
    /// only who shows it should call it.
    fn expect(&self, files: u64, bytes: &dyn Fn() -> u64) {
        let _ = (files, bytes);
    }

    /// So many files and bytes were read.
    fn advance(&self, files: u64, bytes: u64) {
        let _ = (files, bytes);
    }

    /// True if reading is to end now. What was gathered until then is of no use.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// Nobody watches.
impl Watch for () {}

/// How a host works: on which threads, sharing with whom, watched by whom. As it stands here, it works on one thread and alone.
pub trait Host: Sync {
    /// True if this host visits the item of this number, of those that come one after the other. Several hosts that read the same
    /// archive share its items so that each is visited by exactly one of them.
    fn takes(&self, index: u64) -> bool {
        let _ = index;
        true
    }

    /// The stretch of items that this host visits, where all are known before: by their sizes, in the order in which they lie. Those of
    /// several hosts follow each other, and leave out nothing.
    fn stretch(&self, sizes_bytes: &[u64]) -> Range<usize> {
        0..sizes_bytes.len()
    }

    /// True for exactly one of the hosts that share an archive: it admits what is found about the archive as a whole.
    fn is_first(&self) -> bool {
        true
    }

    /// Who watches.
    fn watch(&self) -> &dyn Watch {
        &()
    }

    /// Works off all items that `bring` hands over one after the other. With each it says how many bytes of memory the item holds, so
    /// that a host with threads knows how many may wait. Each thread that works begins with `worker`, and gathers what its worker makes
    /// of items.
    fn each<T: Send, Y, W: FnMut(T) -> Y, G: Gather<Y>>(
        &self,
        bring: impl FnOnce(&mut dyn FnMut(T, usize)),
        worker: impl Fn() -> W + Sync,
    ) -> G {
        let (mut gathered, mut work) = (G::default(), worker());
        bring(&mut |item, _| gathered.admit(work(item)));
        gathered
    }
}

/// The simplest host: one thread that nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Alone;

impl Host for Alone {}

/// A reader that fails once its host wants to end; what it fails with is of no use, like all that was gathered.
#[derive(Debug)]
pub(super) struct Interruptible<'h, R, H> {
    inner: R,
    host: &'h H,
}

impl<'h, R, H: Host> Interruptible<'h, R, H> {
    /// Reads from `inner` as long as the host likes.
    pub(super) fn new(inner: R, host: &'h H) -> Self {
        Self { inner, host }
    }

    fn check(&self) -> io::Result<()> {
        // Not `Interrupted`: that means "try again".
        if self.host.watch().is_stopped() { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }
}

impl<R: ReaderAt, H: Host> ReaderAt for Interruptible<'_, R, H> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.check()?;
        // A member's reader asks for nothing at its end, and that need not be a system call.
        if buffer.is_empty() { Ok(0) } else { self.inner.read_at(buffer, offset) }
    }
}

impl<R: Read, H: Host> Read for Interruptible<'_, R, H> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        self.inner.read(buffer)
    }
}
