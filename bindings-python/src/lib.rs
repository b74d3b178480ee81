//! trailseal for Python: arguments and results in Python's manner over the same core, and the same command line.
//!
//! What is documented for Python stands in doc comments here, with examples that are run as doctests in `test-vectors/example`.

mod arguments;
mod case;
mod error;
mod hints;
mod report;
mod source;
mod table;
mod work;

use pyo3::prelude::*;
use pyo3::types::PyString;
use trailseal::{Code, Trust};

use crate::arguments::{Asked, Question};
use crate::case::judge;
use crate::error::wrong_value;
use crate::hints::{Argument, Hinted};
use crate::report::Report;
use crate::source::Source;
use crate::work::{Line, Listener, guarded, run};

/// Verifies a handed-over CloudTrail archive.
///
/// `archive` is the path of a folder or of an archive (zip, tar, tar.gz, tar.zst), several paths that are one case, an open binary
/// file object (a zip archive needs one that can seek), the bytes of an archive, or an iterable of pairs `(path, bytes)`, from
/// wherever they come; of these only a few at a time are in memory.
///
/// - `keys`: your own key lists, the output of `aws cloudtrail list-public-keys`: paths of files named `REGION.json` or of folders of
///   them, JSON text, or a dict; one or several. A key file that lies in the archive proves nothing.
/// - `pins`: SHA-256 of the only keys that may vouch, in hexadecimal, or paths of files with one a line.
/// - `covering`: the period that must be covered: a pair `(start, end)` of str, `date` or `datetime`, a str `START/END`, or one day.
///   Dates are those of UTC, a `datetime` needs a time zone, and the end is not inside. Without it coverage is not assessed.
/// - `accounts`, `regions`, `trails`: what must be covered, one name or several. What is not named is not missed.
/// - `scope`: a scope file: its path (TOML or JSON), its JSON text, or a dict. Nothing may be stated twice.
/// - `relocated`: renamings that you know of, `s3://OLD[/PREFIX]=s3://NEW[/PREFIX]`.
/// - `limits`: bounds on what is read, with the names of the command line's (`log_bytes`, `digest_bytes`, …).
/// - `threads`: how many; all cores unless said.
/// - `progress`: True for a bar (needs tqdm), or a callable that gets a `Progress` about ten times a second, in this thread.
///
/// Returns a `Report`, whatever the verdict is. Raises `TypeError` and `ValueError` for arguments that cannot be used, and
/// `TrailsealError` if an archive, a key list or another file cannot be read. What an iterable or a file object raises is passed on.
/// Ctrl-C ends it within half a second.
///
/// >>> import trailseal
/// >>> report = trailseal.verify("handover.zip", keys="public-keys", covering=("2026-03-01", "2026-03-03"))
/// >>> report.overall
/// 'passed'
/// >>> report = trailseal.verify("tampered.zip", keys="public-keys", covering=("2026-03-01", "2026-03-03"))
/// >>> report.findings[0]["code"], report.findings[0]["effect"]
/// ('log.missing', 'refutes')
#[pyfunction]
#[pyo3(signature = (archive, *, keys = None, pins = None, covering = None, accounts = None, regions = None, trails = None,
    scope = None, relocated = None, limits = None, threads = None, progress = None))]
#[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
fn verify<'py>(
    py: Python<'py>,
    archive: Argument<'py, hints::Archive>,
    keys: Option<Argument<'py, hints::Keys>>,
    pins: Option<Argument<'py, hints::Pins>>,
    covering: Option<Argument<'py, hints::Covering>>,
    accounts: Option<Argument<'py, hints::Names>>,
    regions: Option<Argument<'py, hints::Names>>,
    trails: Option<Argument<'py, hints::Names>>,
    scope: Option<Argument<'py, hints::Scope>>,
    relocated: Option<Argument<'py, hints::Names>>,
    limits: Option<Argument<'py, hints::Limits>>,
    threads: Option<Argument<'py, hints::Int>>,
    progress: Option<Argument<'py, hints::ProgressArgument>>,
) -> PyResult<Report> {
    guarded(|| {
        let asked = Asked::of(&Question { keys, pins, covering, accounts, regions, trails, scope, relocated })?;
        let limits = arguments::limits(limits.as_ref())?;
        let threads = arguments::threads(threads.as_ref())?;
        let (source, mut counter) = Source::of(&archive)?;
        let listener = Listener::of(py, progress.as_ref())?;
        let work = move |line: &Line<_>| {
            let policy = asked.policy(source.paths())?;
            let case = source.examine(line, threads, &limits)?;
            Ok(judge(case, &policy, threads, line))
        };
        run(py, listener, &mut |request| counter.serve(request), work)?.map(Report::of)
    })
}

/// Says what is in an archive and what it lacks, with the commands that fetch it; verifies nothing.
///
/// `archive`, `keys`, `limits`, `threads` and `progress` are those of `verify`. Returns a dict: `chains`, `logs`, `enclosed_keys`,
/// `metadata`, `unreadable`, `unread_digests`, `ignored`, `missing_signatures`, `missing_keys`, `key_commands`, `entries`.
///
/// >>> holds = trailseal.inspect("handover.zip")
/// >>> len(holds["chains"]), holds["missing_keys"][0]["region"]
/// (12, 'eu-central-1')
#[pyfunction]
#[pyo3(signature = (archive, *, keys = None, limits = None, threads = None, progress = None))]
fn inspect<'py>(
    py: Python<'py>,
    archive: Argument<'py, hints::Archive>,
    keys: Option<Argument<'py, hints::Keys>>,
    limits: Option<Argument<'py, hints::Limits>>,
    threads: Option<Argument<'py, hints::Int>>,
    progress: Option<Argument<'py, hints::ProgressArgument>>,
) -> PyResult<Hinted<hints::Document, Bound<'py, PyAny>>> {
    guarded(|| {
        let asked = Asked::of(&Question { keys, ..Question::default() })?;
        let limits = arguments::limits(limits.as_ref())?;
        let threads = arguments::threads(threads.as_ref())?;
        let (source, mut counter) = Source::of(&archive)?;
        let listener = Listener::of(py, progress.as_ref())?;
        let work = move |line: &Line<_>| {
            let trust: Trust = asked.policy(source.paths())?.trust;
            let inventory = source.examine(line, threads, &limits)?.inspect(&trust);
            serde_json::to_string(&inventory).map_err(|error| error::defect(&error.to_string()))
        };
        let json: String = run(py, listener, &mut |request| counter.serve(request), work)??;
        Ok(Hinted::new(py.import("json")?.call_method1("loads", (json,))?))
    })
}

/// What a code means, why it matters and what to do.
///
/// >>> print(trailseal.explain("log.missing").means)
/// A signed digest file lists a log file, and nothing in the archive has its name or its content.
#[pyclass(frozen, eq, module = "trailseal")]
#[derive(PartialEq)]
struct Explanation(Code);

#[pymethods]
impl Explanation {
    /// The code.
    #[getter]
    fn code(&self) -> &'static str {
        self.0.name()
    }

    /// Its axis.
    #[getter]
    fn axis(&self) -> Hinted<hints::Axis, &'static str> {
        Hinted::new(self.0.explain().axis.name())
    }

    /// What it does to its axis, unless the circumstances that `means` names change it.
    #[getter]
    fn effect(&self) -> Hinted<hints::Effect, &'static str> {
        Hinted::new(self.0.explain().effect.name())
    }

    /// What was seen.
    #[getter]
    fn means(&self) -> &'static str {
        self.0.explain().means
    }

    /// Why that matters.
    #[getter]
    fn matters_because(&self) -> &'static str {
        self.0.explain().matters_because
    }

    /// What the reader can do.
    #[getter]
    fn remedy(&self) -> &'static str {
        self.0.explain().remedy
    }

    fn __repr__(&self) -> String {
        format!("<trailseal.Explanation {}>", self.0.name())
    }

    fn __str__(&self) -> String {
        let words = self.0.explain();
        let (name, effect, axis) = (words.name, words.effect.name(), words.axis.name());
        format!(
            "{name}: {effect} ({axis})\n{}\nWhy it matters: {}\nWhat to do: {}",
            words.means, words.matters_because, words.remedy
        )
    }
}

/// Explains the code of a finding. `ValueError` for what is none.
///
/// >>> trailseal.explain("chain.digest_missing").effect
/// 'refutes'
#[pyfunction]
fn explain(code: Argument<'_, hints::Str>) -> PyResult<Explanation> {
    if !arguments::is_text(&code.value) {
        return Err(error::wrong_type("code", "a str", &code.value));
    }
    let name = arguments::text("code", &code.value)?;
    Code::from_name(&name).map(Explanation).ok_or_else(|| wrong_value("code", format!("there is no code '{name}'")))
}

/// The JSON Schema of the canonical report, as a dict.
///
/// >>> trailseal.schema()["title"]
/// 'trailseal-report/2'
#[pyfunction]
fn schema(py: Python<'_>) -> PyResult<Hinted<hints::Document, Bound<'_, PyAny>>> {
    guarded(|| Ok(Hinted::new(py.import("json")?.call_method1("loads", (trailseal::schema::report(),))?)))
}

/// Runs the command line with these arguments, the program's name first, and returns its exit code.
///
/// >>> from trailseal._trailseal import command_line
/// >>> command_line(["trailseal", "schema", "nothing"])
/// 2
#[pyfunction]
fn command_line(py: Python<'_>, arguments: Vec<Bound<'_, PyString>>) -> PyResult<u8> {
    guarded(|| {
        let arguments: Vec<_> =
            arguments.iter().map(|argument| arguments::os_string("arguments", argument)).collect::<PyResult<_>>()?;
        Ok(py.detach(|| trailseal_cli::run(arguments)))
    })
}

/// Proves, offline, that a handed-over AWS CloudTrail archive is what AWS delivered.
#[pymodule]
mod _trailseal {
    #[pymodule_export]
    use super::case::{_unpack_case, _unpack_exhibit, Case, Exhibit, examine};
    #[pymodule_export]
    use super::report::{_unpack_report, Report};
    #[pymodule_export]
    use super::table::{Table, TableRows};
    #[pymodule_export]
    use super::work::Progress;
    #[pymodule_export]
    use super::{Explanation, command_line, explain, inspect, schema, verify};

    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "Python's name")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
