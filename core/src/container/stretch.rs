//! Stretches of what can be read at any position.

use std::io::{self, Read};

use rawzip::ReaderAt;

/// Reads a stretch from its beginning to its end.
pub(super) struct Sequential<'r, R> {
    pub(super) reader: &'r R,
    pub(super) position: u64,
    /// Where the stretch ends.
    pub(super) end: u64,
}

impl<R: ReaderAt> Read for Sequential<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.position)).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.reader.read_at(buffer.get_mut(..left).unwrap_or_default(), self.position)?;
        self.position = self.position.saturating_add(read as u64);
        Ok(read)
    }
}

/// Fills the buffer from this place on; false if there is not as much.
pub(super) fn read_exactly_at(reader: &impl ReaderAt, offset: u64, buffer: &mut [u8]) -> bool {
    read_at_most(reader, offset, buffer) == buffer.len()
}

/// Reads from this place on, until the buffer is full or there is no more.
pub(super) fn read_at_most(reader: &impl ReaderAt, offset: u64, buffer: &mut [u8]) -> usize {
    let mut read = 0_usize;
    while let Some(rest) = buffer.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match reader.read_at(rest, offset.saturating_add(read as u64)) {
            Ok(more) if more > 0 => read = read.saturating_add(more),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => break,
        }
    }
    read
}
