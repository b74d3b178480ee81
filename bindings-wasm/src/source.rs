//! Bytes that JavaScript holds, read at any position.

use std::cell::RefCell;
use std::io::{self, Read};

use js_sys::Uint8Array;
use trailseal::container::ReaderAt;
use wasm_bindgen::prelude::*;

/// What is asked of JavaScript at once: the first time and after a leap, and after many times in a row. A call makes a worker wait for
/// another process for a millisecond or two, and for much less than twice as long if it asks for twice as much.
const FIRST_WINDOW_BYTES: u64 = 256 << 10;
const MOST_WINDOW_BYTES: u64 = 8 << 20;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** Bytes at any position, read at once: a worker may block. */
export interface Source {
  readonly size: number;
  read(position: number, length: number): Uint8Array;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// Bytes that are read by a function of JavaScript's.
    #[wasm_bindgen(typescript_type = "Source")]
    pub type Source;

    #[wasm_bindgen(method, getter)]
    fn size(this: &Source) -> f64;

    #[wasm_bindgen(method, catch)]
    fn read(this: &Source, position: f64, length: u32) -> Result<Uint8Array, JsValue>;
}

thread_local! {
    /// The source that is open, with a window over it. A reader must be one that threads could share, and JavaScript's values are
    /// not; a worker has one thread and reads one source at a time.
    static OPEN: RefCell<Option<Window>> = const { RefCell::new(None) };
}

struct Window {
    source: Source,
    size_bytes: u64,
    bytes: Vec<u8>,
    start: u64,
    /// What is asked for next, if it follows.
    next_bytes: u64,
}

/// Stands for the source that is open.
#[derive(Clone, Copy)]
pub(crate) struct Opened {
    size_bytes: u64,
}

impl Opened {
    pub(crate) fn new(source: Source) -> Self {
        // Sizes in JavaScript are whole numbers below 2^53.
        let size_bytes = source.size() as u64;
        OPEN.with_borrow_mut(|open| {
            // The memory of the last window serves again.
            let mut bytes = open.take().map(|last| last.bytes).unwrap_or_default();
            bytes.clear();
            *open = Some(Window { source, size_bytes, bytes, start: 0, next_bytes: FIRST_WINDOW_BYTES });
        });
        Self { size_bytes }
    }

    pub(crate) fn size_bytes(self) -> u64 {
        self.size_bytes
    }

    /// Reads it from its beginning.
    pub(crate) fn stream(self) -> impl Read {
        Stream { opened: self, position: 0 }
    }
}

impl Window {
    fn read_at(&mut self, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        if position >= self.size_bytes || buffer.is_empty() {
            return Ok(0);
        }
        let end = self.start + self.bytes.len() as u64;
        if !(self.start..end).contains(&position) {
            self.slide(position)?;
        }
        let from = usize::try_from(position - self.start).unwrap_or(usize::MAX);
        let there = self.bytes.get(from..).unwrap_or_default();
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        Ok(count)
    }

    fn slide(&mut self, position: u64) -> io::Result<()> {
        // Passing over what need not be read is no leap.
        let end = self.start + self.bytes.len() as u64;
        let follows = (end..=end + self.next_bytes).contains(&position);
        self.next_bytes = if follows { (2 * self.next_bytes).min(MOST_WINDOW_BYTES) } else { FIRST_WINDOW_BYTES };
        let length = (self.size_bytes - position).min(self.next_bytes);
        // What JavaScript says of it is for people who look at its console; a report says that it could not be read.
        let chunk = self.source.read(position as f64, length as u32).map_err(|_| io::Error::from(io::ErrorKind::Other))?;
        if u64::from(chunk.length()) != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.bytes.resize(chunk.length() as usize, 0);
        chunk.copy_to(&mut self.bytes);
        self.start = position;
        Ok(())
    }
}

impl ReaderAt for Opened {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        OPEN.with_borrow_mut(|open| match open {
            Some(window) => window.read_at(buffer, offset),
            None => Err(io::ErrorKind::NotFound.into()),
        })
    }
}

struct Stream {
    opened: Opened,
    position: u64,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.opened.read_at(buffer, self.position)?;
        self.position += read as u64;
        Ok(read)
    }
}
