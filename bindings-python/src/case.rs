//! The pieces for many machines: examine anywhere, merge, conclude once.

use std::sync::{Mutex, PoisonError};

use pyo3::PyTypeInfo;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use trailseal::container::{Alone, read_files};
use trailseal::{Examine, Policy};
use trailseal_cli::evidence::Threads;

use crate::arguments::{self, Asked, Question};
use crate::error::{unreadable, wrong_type};
use crate::hints::{self, Argument, Hint, Hinted};
use crate::report::Report;
use crate::source::{content_of, entry_name};
use crate::table::Judged;
use crate::work::{Line, Listener, guarded, run};

/// What one file proves alone: a few hundred bytes of facts, without the file's content.
///
/// It is made by `examine`, can be pickled for another process or machine with the same version of trailseal, and is admitted to a
/// `Case`. An exhibit is believed: take it only from a process that you would let examine the evidence for you.
///
/// >>> import pickle
/// >>> exhibit = trailseal.examine("AWSLogs/README.txt", b"not evidence")
/// >>> pickle.loads(pickle.dumps(exhibit)) == exhibit
/// True
#[pyclass(frozen, eq, module = "trailseal")]
#[derive(PartialEq)]
pub(crate) struct Exhibit {
    path: Vec<u8>,
    /// An archive has several.
    facts: trailseal::Case,
}

#[pymethods]
impl Exhibit {
    /// The path that it was examined under, in printable form.
    #[getter]
    fn path(&self) -> String {
        trailseal::printable(&self.path)
    }

    fn __repr__(&self) -> String {
        format!("<trailseal.Exhibit {}>", trailseal::printable(&self.path))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Hinted<hints::Reduced, PickledExhibit<'py>>> {
        guarded(|| {
            let unpack = py.import("trailseal._trailseal")?.getattr("_unpack_exhibit")?;
            Ok(Hinted::new((unpack, (PyBytes::new(py, &self.path), PyBytes::new(py, &self.facts.to_bytes())))))
        })
    }
}

type PickledExhibit<'py> = (Bound<'py, PyAny>, (Bound<'py, PyBytes>, Bound<'py, PyBytes>));

/// Makes an exhibit of what pickling made of it.
#[pyfunction]
pub(crate) fn _unpack_exhibit(path: &[u8], facts: &[u8]) -> PyResult<Exhibit> {
    guarded(|| Ok(Exhibit { path: path.to_owned(), facts: unpack(facts)? }))
}

/// Makes a case of what pickling made of it.
#[pyfunction]
pub(crate) fn _unpack_case(exhibits: &[u8]) -> PyResult<Case> {
    guarded(|| Ok(Case(Mutex::new(unpack(exhibits)?))))
}

fn unpack(bytes: &[u8]) -> PyResult<trailseal::Case> {
    trailseal::Case::from_bytes(bytes).map_err(|error| unreadable(None, &error.to_string()))
}

/// Examines one file: `path` as it lay in the archive, `data` its bytes as they were stored there, packed or not.
///
/// It never fails: damage is a fact too. An archive by its name (`.zip`, `.tar`, `.tar.gz`, `.tgz`, `.tar.zst`) is read like one
/// that lies in the archive. The interpreter is free meanwhile, so that threads help. `limits` are bounds on what is read, with the
/// names and meanings of the command line's (`log_bytes`, `digest_bytes`, …).
///
/// >>> trailseal.examine("AWSLogs/README.txt", b"not evidence")
/// <trailseal.Exhibit AWSLogs/README.txt>
#[pyfunction]
#[pyo3(signature = (path, data, *, limits = None))]
pub(crate) fn examine(
    py: Python<'_>,
    path: Argument<'_, hints::Str>,
    data: Argument<'_, hints::Bytes>,
    limits: Option<Argument<'_, hints::Limits>>,
) -> PyResult<Exhibit> {
    guarded(|| {
        let path = entry_name("path", &path.value)?;
        let content = content_of("data", &data.value)?;
        let limits = arguments::limits(limits.as_ref())?;
        let mut file = Some((path.clone(), content));
        let facts = py.detach(|| read_files(&Alone, &Examine::within(&limits), || file.take()));
        Ok(Exhibit { path, facts })
    })
}

/// All exhibits that are judged together, in any order and from any number of processes.
///
/// >>> import zipfile
/// >>> case = trailseal.Case()
/// >>> with zipfile.ZipFile("handover.zip") as archive:
/// ...     for name in archive.namelist():
/// ...         case.admit(trailseal.examine(name, archive.read(name)))
/// >>> case.conclude(keys="public-keys", covering=("2026-03-01", "2026-03-03")).overall
/// 'passed'
#[pyclass(frozen, module = "trailseal")]
pub(crate) struct Case(Mutex<trailseal::Case>);

impl Case {
    fn snapshot(&self, py: Python<'_>) -> trailseal::Case {
        py.detach(|| self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn add(&self, py: Python<'_>, more: trailseal::Case) {
        py.detach(|| self.0.lock().unwrap_or_else(PoisonError::into_inner).merge(more));
    }
}

#[pymethods]
impl Case {
    /// A case without exhibits.
    #[new]
    fn new() -> Self {
        Self(Mutex::default())
    }

    /// Adds an exhibit. Threads may do so at the same time.
    ///
    /// >>> case = trailseal.Case()
    /// >>> case.admit(trailseal.examine("README.txt", b"not evidence"))
    /// >>> case
    /// <trailseal.Case of 1 entry>
    fn admit(&self, py: Python<'_>, exhibit: Argument<'_, Exhibit>) -> PyResult<()> {
        guarded(|| {
            let Ok(exhibit) = exhibit.value.cast::<Exhibit>() else {
                return Err(wrong_type("exhibit", "a trailseal.Exhibit", &exhibit.value));
            };
            self.add(py, exhibit.get().facts.clone());
            Ok(())
        })
    }

    /// Adds all exhibits of another case, which stays as it is.
    ///
    /// >>> whole, part = trailseal.Case(), trailseal.Case()
    /// >>> part.admit(trailseal.examine("README.txt", b"not evidence"))
    /// >>> whole.merge(part)
    fn merge(&self, py: Python<'_>, other: Argument<'_, Self>) -> PyResult<()> {
        guarded(|| {
            let Ok(other) = other.value.cast::<Self>() else {
                return Err(wrong_type("other", "a trailseal.Case", &other.value));
            };
            let more = other.get().snapshot(py);
            self.add(py, more);
            Ok(())
        })
    }

    /// Judges what was admitted so far; the arguments are those of `verify`. The case stays as it is: more can be admitted, and it
    /// can be concluded again.
    ///
    /// >>> trailseal.Case().conclude(covering="2026-03-01").overall  # nothing is never passed
    /// 'indeterminate'
    #[pyo3(signature = (*, keys = None, pins = None, covering = None, accounts = None, regions = None, trails = None, scope = None,
        relocated = None, threads = None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn conclude<'py>(
        &self,
        py: Python<'py>,
        keys: Option<Argument<'py, hints::Keys>>,
        pins: Option<Argument<'py, hints::Pins>>,
        covering: Option<Argument<'py, hints::Covering>>,
        accounts: Option<Argument<'py, hints::Names>>,
        regions: Option<Argument<'py, hints::Names>>,
        trails: Option<Argument<'py, hints::Names>>,
        scope: Option<Argument<'py, hints::Scope>>,
        relocated: Option<Argument<'py, hints::Names>>,
        threads: Option<Argument<'py, hints::Int>>,
    ) -> PyResult<Report> {
        guarded(|| {
            let asked = Asked::of(&Question { keys, pins, covering, accounts, regions, trails, scope, relocated })?;
            let threads = arguments::threads(threads.as_ref())?;
            let case = self.snapshot(py);
            let work = move |line: &Line<()>| Ok(judge(case, &asked.policy(&[])?, threads, line));
            run(py, Listener::none(), &mut |()| Ok(()), work)?.map(Report::of)
        })
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let entries = py.detach(|| self.0.lock().unwrap_or_else(PoisonError::into_inner).entry_count());
        format!("<trailseal.Case of {}>", trailseal::counted(entries, "entry", "entries"))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Hinted<hints::Reduced, PickledCase<'py>>> {
        guarded(|| {
            let unpack = py.import("trailseal._trailseal")?.getattr("_unpack_case")?;
            let bytes = py.detach(|| self.0.lock().unwrap_or_else(PoisonError::into_inner).to_bytes());
            Ok(Hinted::new((unpack, (PyBytes::new(py, &bytes),))))
        })
    }
}

type PickledCase<'py> = (Bound<'py, PyAny>, (Bound<'py, PyBytes>,));

impl Hint for Exhibit {
    const TYPE: PyStaticExpr = <Self as PyTypeInfo>::TYPE_HINT;
}

impl Hint for Case {
    const TYPE: PyStaticExpr = <Self as PyTypeInfo>::TYPE_HINT;
}

/// Judges a case on the working thread.
pub(crate) fn judge<R>(case: trailseal::Case, policy: &Policy, threads: usize, line: &Line<R>) -> Judged {
    let threads = Threads { count: threads, watch: &*line.shared };
    let (report, objects) = case.conclude_with_objects(policy, &|count, work| threads.spread(count, work));
    Judged { report, objects }
}
