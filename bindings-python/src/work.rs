//! Running without the interpreter: another thread works, and the one that called serves it, looks for Ctrl-C and reports progress.
//!
//! Nothing but the calling thread ever touches Python, so that a caller's generator, file or connection is used by the thread that
//! made the call, and so that what still works after Ctrl-C or at the end of the program cannot hang on the interpreter.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use trailseal::container::Watch;

use crate::error::{defect, wrong_type};
use crate::hints::{self, Argument};

/// How long a signal may wait.
const LISTEN: Duration = Duration::from_millis(50);
/// How often progress is told.
const TELL: Duration = Duration::from_millis(100);
/// How long a stopped thread is waited for; it stops at the next file, and then ends by itself.
const LEAVE: Duration = Duration::from_millis(200);

/// Runs it here; a panic becomes an exception that everybody can catch.
pub(crate) fn guarded<T>(work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(defect(&words(&*panic))))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it panicked".to_owned())
}

/// What both threads know.
#[derive(Default)]
pub(crate) struct Shared {
    /// Somebody is told how far it has come.
    is_told: bool,
    is_stopped: AtomicBool,
    files: AtomicU64,
    expected_files: AtomicU64,
    bytes: AtomicU64,
    expected_bytes: AtomicU64,
}

impl Watch for Shared {
    fn expect(&self, files: u64, bytes: &dyn Fn() -> u64) {
        if self.is_told {
            self.expected_files.fetch_add(files, Ordering::Relaxed);
            self.expected_bytes.fetch_add(bytes(), Ordering::Relaxed);
        }
    }

    fn advance(&self, files: u64, bytes: u64) {
        self.files.fetch_add(files, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }
}

/// How far a verification has come.
///
/// What `progress` is called with. What is expected is None where nobody can know it, as with an iterable.
///
/// >>> seen = []
/// >>> report = trailseal.verify("handover.zip", progress=seen.append)
/// >>> (seen[-1].files, seen[-1].expected_files)
/// (924, 924)
#[pyclass(frozen, module = "trailseal", get_all)]
pub(crate) struct Progress {
    /// Files that were read.
    files: u64,
    /// Files that will have been read.
    expected_files: Option<u64>,
    /// Bytes that were read, as they are stored.
    bytes: u64,
    /// Bytes that will have been read.
    expected_bytes: Option<u64>,
}

#[pymethods]
impl Progress {
    fn __repr__(&self) -> String {
        let of = |expected: Option<u64>| expected.map_or_else(String::new, |expected| format!(" of {expected}"));
        let Self { files, expected_files, bytes, expected_bytes } = self;
        format!("<trailseal.Progress {files}{} files, {bytes}{} bytes>", of(*expected_files), of(*expected_bytes))
    }
}

impl Progress {
    fn of(shared: &Shared) -> Self {
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let expected = |number: &AtomicU64| Some(read(number)).filter(|expected| *expected > 0);
        Self {
            files: read(&shared.files),
            expected_files: expected(&shared.expected_files),
            bytes: read(&shared.bytes),
            expected_bytes: expected(&shared.expected_bytes),
        }
    }
}

/// Who is told how far it has come.
pub(crate) struct Listener {
    told: Option<Py<PyAny>>,
    /// A bar of ours, which has to be closed.
    is_bar: bool,
    last: Instant,
}

impl Listener {
    /// From the argument `progress`: a bool or a callable.
    pub(crate) fn of(py: Python<'_>, argument: Option<&Argument<'_, hints::ProgressArgument>>) -> PyResult<Self> {
        let (told, is_bar) = match argument.map(|argument| &argument.value) {
            None => (None, false),
            Some(value) => match value.extract::<bool>() {
                Ok(false) => (None, false),
                Ok(true) => (Some(py.import("trailseal._progress")?.getattr("Bar")?.call0()?), true),
                Err(_) if value.is_callable() => (Some(value.clone()), false),
                Err(_) => return Err(wrong_type("progress", "a bool or a callable", value)),
            },
        };
        Ok(Self { told: told.map(Bound::unbind), is_bar, last: Instant::now() })
    }

    /// Nobody.
    pub(crate) fn none() -> Self {
        Self { told: None, is_bar: false, last: Instant::now() }
    }

    fn tell(&mut self, py: Python<'_>, shared: &Shared, is_due: impl FnOnce(Duration) -> bool) -> PyResult<()> {
        if let Some(told) = self.told.as_ref().filter(|_| is_due(self.last.elapsed())) {
            told.call1(py, (Progress::of(shared),))?;
            self.last = Instant::now();
        }
        Ok(())
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        match self.told.as_ref().filter(|_| self.is_bar) {
            Some(bar) => bar.call_method0(py, "close").map(|_| ()),
            None => Ok(()),
        }
    }
}

enum Message<T, R> {
    Request(R),
    Done(std::thread::Result<T>),
}

/// What the working thread has of the calling one.
pub(crate) struct Line<R> {
    pub(crate) shared: Arc<Shared>,
    ask: Box<dyn Fn(R) -> bool + Send + Sync>,
}

impl<R> Line<R> {
    /// Asks the calling thread for something that only Python has; false if it listens no longer.
    pub(crate) fn ask(&self, request: R) -> bool {
        (self.ask)(request)
    }
}

/// Runs `work` on a thread of its own. Meanwhile this one serves what it asks for, and ends early if Python raises: at a signal, in
/// `serve`, or in the listener.
pub(crate) fn run<T: Send + 'static, R: Send + 'static>(
    py: Python<'_>,
    mut listener: Listener,
    serve: &mut dyn FnMut(R) -> PyResult<()>,
    work: impl FnOnce(&Line<R>) -> T + Send + 'static,
) -> PyResult<T> {
    let shared = Arc::new(Shared { is_told: listener.told.is_some(), ..Shared::default() });
    let (give, mut take) = mpsc::channel::<Message<T, R>>();
    let line = Line {
        shared: Arc::clone(&shared),
        ask: Box::new({
            let give = give.clone();
            move |request| give.send(Message::Request(request)).is_ok()
        }),
    };
    let worker = std::thread::Builder::new()
        .name("trailseal".to_owned())
        .spawn(move || {
            let done = catch_unwind(AssertUnwindSafe(|| work(&line)));
            // Nobody listens any longer after Ctrl-C.
            let _ = give.send(Message::Done(done));
        })
        .map_err(|error| defect(&format!("no thread can be started: {error}")))?;
    let outcome = loop {
        // It goes along and comes back, because two threads cannot share it.
        let (message, back) = py.detach(move || (take.recv_timeout(LISTEN), take));
        take = back;
        let step = match message {
            Ok(Message::Done(done)) => break done.map_err(|panic| defect(&words(&*panic))),
            Ok(Message::Request(request)) => serve(request),
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Err(RecvTimeoutError::Disconnected) => Err(defect("its thread vanished")),
        };
        let step = step.and_then(|()| py.check_signals()).and_then(|()| listener.tell(py, &shared, |since| since >= TELL));
        if let Err(error) = step {
            break Err(error);
        }
    };
    let told = outcome.as_ref().map_or(Ok(()), |_| listener.tell(py, &shared, |_| true));
    let closed = listener.close(py);
    if outcome.is_err() {
        shared.is_stopped.store(true, Ordering::Relaxed);
        // What it still asks for, nobody answers.
        drop(take);
        py.detach(|| {
            let since = Instant::now();
            while !worker.is_finished() && since.elapsed() < LEAVE {
                std::thread::sleep(Duration::from_millis(2));
            }
        });
    }
    let done = outcome?;
    told.and(closed)?;
    Ok(done)
}
