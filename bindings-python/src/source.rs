//! Where bytes come from: paths, bytes at hand, an open file, or pairs from anywhere. Files and iterators are read by the thread
//! that made the call; see [`crate::work`].

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyByteArray, PyBytes, PyIterator, PyMapping, PyString, PyTuple};
use trailseal::container::{Packing, ReaderAt, read_archive, read_files, read_start, read_stream};
use trailseal::{Case, Examine, Limits};
use trailseal_cli::evidence::{Threads, gather};

use crate::arguments::{is_path, os_string, path};
use crate::error::{failure, unreadable, wrong_type, wrong_value};
use crate::hints::{self, Argument};
use crate::work::Line;

const ARCHIVE: &str = "a path or several, a binary file object, bytes, or an iterable of pairs (path, bytes)";
/// What is read from a file object at once, where it is read on.
const STRETCH_BYTES: usize = 1 << 20;
/// What is pulled from an iterator at once: as much as this, or for as long.
const PULL_PAIRS: usize = 256;
const PULL_BYTES: usize = 8 << 20;
const PULL_TIME: Duration = Duration::from_millis(20);

/// An archive as it was passed, without what only the calling thread may touch.
pub(crate) enum Source {
    Paths(Vec<PathBuf>),
    Bytes(Content),
    /// A file object that can seek, of so many bytes.
    File {
        length_bytes: u64,
    },
    /// One that cannot.
    Stream {
        name: Option<PathBuf>,
    },
    Pairs,
}

/// What the calling thread keeps of it.
pub(crate) enum Counter<'py> {
    Nothing,
    File(Bound<'py, PyAny>),
    Pairs { pairs: Bound<'py, PyIterator>, first: Option<Bound<'py, PyAny>> },
}

/// The content of a file. What Python cannot change is not copied.
pub(crate) enum Content {
    Shared(PyBackedBytes),
    Copied(Vec<u8>),
}

/// A path as somebody wrote it, and the content of its file.
type Pair = (Vec<u8>, Content);
type Pairs = Vec<Pair>;

impl AsRef<[u8]> for Content {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Shared(bytes) => bytes,
            Self::Copied(bytes) => bytes,
        }
    }
}

/// What the working thread asks the calling one for.
pub(crate) enum Request {
    /// So many bytes at this position, or wherever the file stands.
    Read { offset: Option<u64>, length: usize, answer: SyncSender<Content> },
    /// Some more pairs; none at the end.
    Pull { answer: SyncSender<Pairs> },
}

impl Source {
    /// Looks at the argument `archive`.
    pub(crate) fn of<'py>(archive: &Argument<'py, hints::Archive>) -> PyResult<(Self, Counter<'py>)> {
        let value = &archive.value;
        if is_path(value) {
            return Ok((Self::Paths(vec![path("archive", value)?]), Counter::Nothing));
        }
        // A memory map is both, and is read rather than copied.
        if value.hasattr("read")? {
            return Ok((Self::of_file(value)?, Counter::File(value.clone())));
        }
        if let Some(content) = content(value)? {
            return Ok((Self::Bytes(content), Counter::Nothing));
        }
        if value.cast::<PyMapping>().is_ok() {
            return Err(wrong_type("archive", &format!("{ARCHIVE} (of a dict, pass .items())"), value));
        }
        let mut pairs = value.try_iter().map_err(|_| wrong_type("archive", ARCHIVE, value))?;
        let first = pairs.next().transpose()?;
        match first {
            Some(first) if is_path(&first) => {
                let mut paths = vec![path("archive", &first)?];
                for other in pairs {
                    let other = other?;
                    if !is_path(&other) {
                        return Err(wrong_type("archive", "only paths, as the first is one", &other));
                    }
                    paths.push(path("archive", &other)?);
                }
                Ok((Self::Paths(paths), Counter::Nothing))
            }
            first => Ok((Self::Pairs, Counter::Pairs { pairs, first })),
        }
    }

    fn of_file(file: &Bound<'_, PyAny>) -> PyResult<Self> {
        let can_seek = match file.getattr("seekable") {
            Ok(seekable) => seekable.call0()?.is_truthy()?,
            Err(_) => file.hasattr("seek")?,
        };
        if !can_seek {
            let name = file.getattr("name").ok().filter(is_path).map(|name| path("archive", &name)).transpose()?;
            return Ok(Self::Stream { name });
        }
        let length = file.call_method1("seek", (0, 2))?;
        let length_bytes = if length.is_none() { file.call_method0("tell")? } else { length };
        let length_bytes = length_bytes.extract().map_err(|_| wrong_value("archive", "seek() states no position"))?;
        Ok(Self::File { length_bytes })
    }

    /// The paths of it, if it has any.
    pub(crate) fn paths(&self) -> &[PathBuf] {
        if let Self::Paths(paths) = self { paths } else { &[] }
    }

    /// Reads it, on the working thread.
    pub(crate) fn examine(self, line: &Line<Request>, threads: usize, limits: &Limits) -> PyResult<Case> {
        let threads = Threads { count: threads, watch: &*line.shared };
        let examine = &Examine::within(limits);
        match self {
            Self::Paths(paths) => gather(&paths, limits, &threads).map_err(failure),
            Self::Bytes(content) => {
                let bytes = content.as_ref();
                Ok(read_archive(&threads, examine, None, bytes, bytes.len() as u64))
            }
            Self::File { length_bytes } => Ok(read_archive(&threads, examine, None, Remote(line), length_bytes)),
            Self::Stream { name } => {
                let mut stream = io::BufReader::with_capacity(STRETCH_BYTES, Remote(line));
                let start = read_start(&mut stream).unwrap_or_default();
                if Packing::of(&start) == Some(Packing::Zip) {
                    let cause = "a zip archive needs a file object that can seek; one without is read as a tar archive";
                    return Err(unreadable(name.as_deref(), cause));
                }
                Ok(read_stream(&threads, examine, None, &mut start.as_slice().chain(stream)))
            }
            Self::Pairs => {
                let mut pulled = Pulled::new(line);
                Ok(read_files(&threads, examine, || pulled.next()))
            }
        }
    }
}

/// The content of what has some: bytes, bytearray, memoryview, or anything with a buffer.
fn content(value: &Bound<'_, PyAny>) -> PyResult<Option<Content>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(Some(Content::Shared(bytes.clone().into())));
    }
    if let Ok(bytes) = value.cast::<PyByteArray>() {
        return Ok(Some(Content::Copied(bytes.to_vec())));
    }
    match PyBuffer::<u8>::get(value) {
        Ok(buffer) => buffer.to_vec(value.py()).map(Content::Copied).map(Some),
        Err(_) => Ok(None),
    }
}

/// The argument `data`, or the second of a pair.
pub(crate) fn content_of(argument: &str, value: &Bound<'_, PyAny>) -> PyResult<Content> {
    content(value)?.ok_or_else(|| wrong_type(argument, "bytes, bytearray or memoryview", value))
}

/// A path inside an archive, as bytes: those of a file system need not be text.
pub(crate) fn entry_name(argument: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let name = value.cast::<PyString>().map_err(|_| wrong_type(argument, "a str", value))?;
    Ok(os_string(argument, name)?.into_encoded_bytes())
}

impl Counter<'_> {
    /// Answers a request. A failure to answer means that nobody waits any more.
    pub(crate) fn serve(&mut self, request: Request) -> PyResult<()> {
        match (self, request) {
            (Self::File(file), Request::Read { offset, length, answer }) => {
                if let Some(offset) = offset {
                    file.call_method1("seek", (offset,))?;
                }
                let read = file.call_method1("read", (length,))?;
                let Some(content) = content(&read)? else {
                    return Err(wrong_type("archive", "a file object whose read() returns bytes", &read));
                };
                let _ = answer.send(content);
            }
            (Self::Pairs { pairs, first }, Request::Pull { answer }) => {
                let _ = answer.send(pull(pairs, first)?);
            }
            _ => {}
        }
        Ok(())
    }
}

fn pull<'py>(pairs: &mut Bound<'py, PyIterator>, first: &mut Option<Bound<'py, PyAny>>) -> PyResult<Pairs> {
    let since = Instant::now();
    let mut pulled = Vec::new();
    let mut bytes = 0;
    while pulled.len() < PULL_PAIRS && bytes < PULL_BYTES && (pulled.is_empty() || since.elapsed() < PULL_TIME) {
        let Some(pair) = first.take().map_or_else(|| pairs.next().transpose(), |first| Ok(Some(first)))? else { break };
        let Some((name, content)) =
            pair.cast::<PyTuple>().ok().filter(|pair| pair.len() == 2).map(|pair| (pair.get_item(0), pair.get_item(1)))
        else {
            return Err(wrong_type("archive", "pairs (path, bytes)", &pair));
        };
        let (name, content) = (entry_name("archive: path of a pair", &name?)?, content_of("archive: bytes of a pair", &content?)?);
        bytes += content.as_ref().len();
        pulled.push((name, content));
    }
    Ok(pulled)
}

/// A file object, read by the calling thread.
#[derive(Clone, Copy)]
struct Remote<'a>(&'a Line<Request>);

impl Remote<'_> {
    fn fetch(self, offset: Option<u64>, buffer: &mut [u8]) -> io::Result<usize> {
        let (answer, answered) = sync_channel(1);
        self.0.ask(Request::Read { offset, length: buffer.len(), answer });
        // What went wrong is known to the calling thread, which then raises it.
        let content = answered.recv().map_err(|_| io::Error::from(io::ErrorKind::ConnectionAborted))?;
        let read = content.as_ref();
        let Some(part) = buffer.get_mut(..read.len()) else {
            return Err(io::Error::other("read() returned more than was asked for"));
        };
        part.copy_from_slice(read);
        Ok(read.len())
    }
}

impl ReaderAt for Remote<'_> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.fetch(Some(offset), buffer)
    }
}

impl Read for Remote<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.fetch(None, buffer)
    }
}

/// Pairs, of which some are always on their way.
struct Pulled<'a> {
    line: &'a Line<Request>,
    coming: Option<Receiver<Pairs>>,
    here: std::vec::IntoIter<Pair>,
}

impl<'a> Pulled<'a> {
    fn new(line: &'a Line<Request>) -> Self {
        let mut pulled = Self { line, coming: None, here: Vec::new().into_iter() };
        pulled.ask();
        pulled
    }

    fn ask(&mut self) {
        let (answer, answered) = sync_channel(1);
        self.coming = self.line.ask(Request::Pull { answer }).then_some(answered);
    }

    fn next(&mut self) -> Option<Pair> {
        loop {
            if let Some(pair) = self.here.next() {
                return Some(pair);
            }
            let pulled = self.coming.take()?.recv().ok()?;
            if pulled.is_empty() {
                return None;
            }
            self.ask();
            self.here = pulled.into_iter();
        }
    }
}
