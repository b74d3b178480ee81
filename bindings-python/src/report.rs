//! The report: a result, with everything that it can be turned into.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use trailseal::{Axis, Language, Objects, Outcome, Reading};

use crate::arguments;
use crate::error::{NotPassedError, unreadable, wrong_type, wrong_value};
use crate::hints::{self, Argument, Hinted};
use crate::table::{Judged, Table};
use crate::work::guarded;

/// The result of a verification.
///
/// It has three outcomes and is therefore no boolean: compare `overall`, or call `raise_for_outcome()`.
///
/// >>> report = trailseal.verify("handover.zip", keys="public-keys", covering=("2026-03-01", "2026-03-03"))
/// >>> report
/// <trailseal.Report passed: integrity passed, authenticity passed, continuity passed, coverage passed>
/// >>> report.overall
/// 'passed'
/// >>> report.axes["continuity"]
/// 'passed'
/// >>> len(report.chains), len(report.keys), len(report.objects)
/// (12, 5, 908)
#[pyclass(frozen, module = "trailseal")]
pub(crate) struct Report(Arc<Judged>);

impl Report {
    pub(crate) fn of(judged: Judged) -> Self {
        Self(Arc::new(judged))
    }
}

#[pymethods]
impl Report {
    /// The verdict: passed, indeterminate or failed; the worst of the axes.
    ///
    /// >>> trailseal.verify("handover.zip").overall  # without keys, nothing tells who signed
    /// 'indeterminate'
    #[getter]
    fn overall(&self) -> Hinted<hints::Outcome, &'static str> {
        Hinted::new(self.0.report.overall.name())
    }

    /// The verdict in one sentence, to be quoted with `evidence_root` and `digest`.
    #[getter]
    fn sentence(&self) -> String {
        self.0.report.sentence(Language::En)
    }

    /// The outcome of each axis, by its name: integrity, authenticity, continuity, coverage.
    ///
    /// >>> trailseal.verify("handover.zip", keys="public-keys").axes["coverage"]  # no period was asked
    /// 'not_assessed'
    #[getter]
    fn axes<'py>(&self, py: Python<'py>) -> PyResult<Hinted<hints::Outcomes, Bound<'py, PyDict>>> {
        let axes = PyDict::new(py);
        for axis in Axis::ALL {
            axes.set_item(axis.name(), self.0.report.axes.of(axis).name())?;
        }
        Ok(Hinted::new(axes))
    }

    /// One row per finding: what was seen, where, what it does to which axis, and what to do. Those that refute come first.
    #[getter]
    fn findings(&self) -> Table {
        Table::of(&self.0, trailseal::Table::Findings)
    }

    /// One row per chain of digest files: account, region, trail.
    #[getter]
    fn chains(&self) -> Table {
        Table::of(&self.0, trailseal::Table::Chains)
    }

    /// One row per chain and day in UTC, with seconds proved and silent, and its hours.
    #[getter]
    fn coverage(&self) -> Table {
        Table::of(&self.0, trailseal::Table::Coverage)
    }

    /// One row per account, region and trail that was asked, also where nothing of it is there: how much is proved, and what to ask for.
    #[getter]
    fn asked(&self) -> Table {
        Table::of(&self.0, trailseal::Table::Asked)
    }

    /// One row per key that was given or enclosed.
    #[getter]
    fn keys(&self) -> Table {
        Table::of(&self.0, trailseal::Table::Keys)
    }

    /// One row per file that a sign file of CloudTrail Lake lists: what became of it, and of a proved one its query and rows.
    #[getter]
    fn lake(&self) -> Table {
        Table::of(&self.0, trailseal::Table::Lake)
    }

    /// One row per digest file and log file, those that are missing too, with what became of it.
    ///
    /// It is no part of the canonical report. It takes up to a kilobyte of memory for each, as long as the report or one of
    /// its tables lives.
    #[getter]
    fn objects(&self) -> Table {
        Table::of(&self.0, trailseal::Table::Objects)
    }

    /// SHA-256 in hexadecimal over the list of all digest and log files present: equal roots mean equal evidence.
    #[getter]
    fn evidence_root(&self) -> &str {
        &self.0.report.evidence_root
    }

    /// SHA-256 in hexadecimal of the canonical JSON: equal digests mean equal reports.
    ///
    /// >>> import hashlib
    /// >>> report = trailseal.verify("handover.zip")
    /// >>> report.digest == hashlib.sha256(report.to_json()).hexdigest()
    /// True
    #[getter]
    fn digest(&self) -> PyResult<String> {
        guarded(|| Ok(self.0.report.digest()))
    }

    /// The canonical JSON (RFC 8785) as bytes in UTF-8, the same on every machine and from every face of trailseal.
    ///
    /// >>> trailseal.verify("handover.zip").to_json()[:27]
    /// b'{"asked":{"questions":[{}]}'
    fn to_json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        guarded(|| Ok(PyBytes::new(py, &py.detach(|| self.0.report.to_canonical_json()))))
    }

    /// The same as a dict, by `json.loads`. Its form is `trailseal.schema()`.
    ///
    /// >>> trailseal.verify("handover.zip").to_dict()["counts"]["logs"]["missing"]
    /// 0
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Hinted<hints::Document, Bound<'py, PyAny>>> {
        guarded(|| Ok(Hinted::new(py.import("json")?.call_method1("loads", (self.to_json(py)?,))?)))
    }

    /// The report in words, as a dict: the sentence, an answer for each axis, what each finding says (in their order), commands that fetch
    /// what is missing. It is made from the report and belongs to no digest. `language` is a tag by RFC 5646; there is English.
    ///
    /// >>> trailseal.verify("handover.zip").words()["axes"][1]["answer"]
    /// 'Open: 588 digest files name keys that are not among the accepted ones.'
    #[pyo3(signature = (language = "en"))]
    fn words<'py>(&self, py: Python<'py>, language: &str) -> PyResult<Hinted<hints::Document, Bound<'py, PyAny>>> {
        guarded(|| {
            let known = Language::from_tag(language);
            let language =
                known.ok_or_else(|| wrong_value("language", format!("there are no words in '{language}'; there are in 'en'")))?;
            let words = PyBytes::new(py, &py.detach(|| Reading::of(&self.0.report, language).to_json()));
            Ok(Hinted::new(py.import("json")?.call_method1("loads", (words,))?))
        })
    }

    /// The report as one HTML file to keep, print and quote; it loads nothing and runs nothing.
    ///
    /// >>> trailseal.verify("handover.zip").to_html()[:15]
    /// '<!doctype html>'
    fn to_html(&self, py: Python<'_>) -> PyResult<String> {
        guarded(|| Ok(py.detach(|| self.0.report.to_html())))
    }

    /// Writes the report to a file, whole or not at all: canonical JSON with a line feed at its end if the name ends in `.json`,
    /// HTML if it ends in `.html`; these are the files that the command line writes.
    ///
    /// Raises `ValueError` for any other name, and `TrailsealError` if the file cannot be written.
    ///
    /// >>> import pathlib, tempfile
    /// >>> report = trailseal.verify("handover.zip")
    /// >>> with tempfile.TemporaryDirectory() as folder:
    /// ...     file = pathlib.Path(folder, "report.json")
    /// ...     report.save(file)
    /// ...     file.read_bytes() == report.to_json() + b"\n"
    /// True
    fn save(&self, py: Python<'_>, path: Argument<'_, hints::Path>) -> PyResult<()> {
        guarded(|| {
            if !arguments::is_path(&path.value) {
                return Err(wrong_type("path", "a str or os.PathLike", &path.value));
            }
            let path: PathBuf = arguments::path("path", &path.value)?;
            let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
            let bytes = py.detach(|| match ending.as_deref() {
                Some("json") => Some([self.0.report.to_canonical_json(), b"\n".to_vec()].concat()),
                Some("html") => Some(self.0.report.to_html().into_bytes()),
                _ => None,
            });
            let bytes = bytes.ok_or_else(|| wrong_value("path", "a name that ends in .json or .html is expected"))?;
            py.detach(|| trailseal_cli::write_file(&path, &bytes)).map_err(crate::error::failure)
        })
    }

    /// Raises `NotPassedError`, which holds this report, unless the verdict is `passed`.
    ///
    /// >>> trailseal.verify("handover.zip", keys="public-keys").raise_for_outcome()
    fn raise_for_outcome(this: Bound<'_, Self>) -> PyResult<()> {
        if this.get().0.report.overall == Outcome::Passed { Ok(()) } else { Err(NotPassedError::new_err((this.unbind(),))) }
    }

    fn __bool__(&self) -> PyResult<bool> {
        let overall = self.0.report.overall.name();
        Err(PyTypeError::new_err(format!(
            "a report has three outcomes and is no boolean; this one's overall is '{overall}': compare it, or call raise_for_outcome()"
        )))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| self.0.report == other.get().0.report)
    }

    fn __repr__(&self) -> String {
        let axes = Axis::ALL.map(|axis| format!("{} {}", axis.name(), self.0.report.axes.of(axis).name()));
        format!("<trailseal.Report {}: {}>", self.0.report.overall.name(), axes.join(", "))
    }

    fn __str__(&self) -> String {
        self.0.report.sentence(Language::En)
    }

    /// What a notebook shows: verdict, axes, coverage and the findings.
    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        guarded(|| Ok(py.detach(|| self.0.report.to_html_fragment())))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Hinted<hints::Reduced, Pickled<'py>>> {
        guarded(|| {
            let (json, objects) = py.detach(|| (self.0.report.to_canonical_json(), self.0.objects.to_bytes()));
            let unpack = py.import("trailseal._trailseal")?.getattr("_unpack_report")?;
            Ok(Hinted::new((unpack, (PyBytes::new(py, &json), PyBytes::new(py, &objects)))))
        })
    }
}

type Pickled<'py> = (Bound<'py, PyAny>, (Bound<'py, PyBytes>, Bound<'py, PyBytes>));

/// Makes a report of what pickling made of it.
#[pyfunction]
pub(crate) fn _unpack_report(json: &[u8], objects: &[u8]) -> PyResult<Report> {
    guarded(|| {
        let report = trailseal::Report::from_json(json);
        let judged = report.and_then(|report| Ok(Judged { report, objects: Objects::from_bytes(objects)? }));
        judged.map(Report::of).map_err(|error| unreadable(None, &error.to_string()))
    })
}
