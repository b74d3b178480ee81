//! From arguments to what the core understands. A wrong type is a `TypeError`, a value that means nothing a `ValueError`; both name
//! the argument.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use pyo3::types::{PyDate, PyDateTime, PyDict, PyMapping, PyString, PyTuple};
use trailseal::{Limits, Policy, Provenance, Request, Trust};
use trailseal_cli::evidence::read_trust;

use crate::error::{failure, wrong_type, wrong_value};
use crate::hints::{self, Argument};

/// What was asked, and of whom the keys are, as the arguments say it: nothing is read yet.
pub(crate) struct Asked {
    keys: Vec<Stated>,
    pins: Option<Vec<Stated>>,
    /// What the arguments state beside the scope.
    request: Request,
    scope: Option<Stated>,
}

/// A file, or what could stand in one.
enum Stated {
    File(PathBuf),
    Text(String),
}

/// The arguments of a question, as they were passed.
#[derive(Default)]
pub(crate) struct Question<'py> {
    pub(crate) keys: Option<Argument<'py, hints::Keys>>,
    pub(crate) pins: Option<Argument<'py, hints::Pins>>,
    pub(crate) covering: Option<Argument<'py, hints::Covering>>,
    pub(crate) accounts: Option<Argument<'py, hints::Names>>,
    pub(crate) regions: Option<Argument<'py, hints::Names>>,
    pub(crate) trails: Option<Argument<'py, hints::Names>>,
    pub(crate) scope: Option<Argument<'py, hints::Scope>>,
    pub(crate) relocated: Option<Argument<'py, hints::Names>>,
}

impl Asked {
    pub(crate) fn of(question: &Question<'_>) -> PyResult<Self> {
        let mut request = Request::default();
        if let Some(covering) = &question.covering {
            let (from, to) = period(&covering.value)?;
            (request.from, request.to) = (Some(from), Some(to));
            request.scope().map_err(|error| wrong_value("covering", error))?;
        }
        for (argument, given, names) in [
            ("accounts", &question.accounts, &mut request.accounts),
            ("regions", &question.regions, &mut request.regions),
            ("trails", &question.trails, &mut request.trails),
            ("relocated", &question.relocated, &mut request.relocated),
        ] {
            if let Some(given) = given {
                *names = self::names(argument, &given.value)?;
            }
        }
        for (argument, alone) in [
            ("accounts", Request { accounts: request.accounts.clone(), ..Request::default() }),
            ("regions", Request { regions: request.regions.clone(), ..Request::default() }),
            ("trails", Request { trails: request.trails.clone(), ..Request::default() }),
            ("relocated", Request { relocated: request.relocated.clone(), ..Request::default() }),
        ] {
            alone.scope().map_err(|error| wrong_value(argument, error))?;
        }
        let scope = question.scope.as_ref().map(|scope| self::scope(&scope.value)).transpose()?;
        if let Some(Stated::Text(text)) = &scope {
            let alone = Request::from_file(text).and_then(|alone| alone.weights().and_then(|_| alone.scope()).map(|_| alone));
            let alone = alone.map_err(|error| wrong_value("scope", error))?;
            alone.joined(request.clone()).map_err(|error| wrong_value("scope", error))?;
        }
        let keys = question.keys.as_ref().map_or(Ok(Vec::new()), |keys| self::keys(&keys.value))?;
        let pins = question.pins.as_ref().map(|pins| self::pins(&pins.value)).transpose()?;
        // What is given as text is wrong at once, before anything is read.
        trust(&keys, pins.as_deref(), &[], Reading::TextsOnly)?;
        Ok(Self { keys, pins, request, scope })
    }

    /// Reads the files that were named. A key file that lies in one of the archives is only enclosed.
    pub(crate) fn policy(self, archives: &[PathBuf]) -> PyResult<Policy> {
        let request = match self.scope {
            None => self.request,
            Some(Stated::Text(text)) => read_scope(&text)?.joined(self.request).map_err(|error| wrong_value("scope", error))?,
            Some(Stated::File(path)) => {
                let at = |cause: String| failure(trailseal_cli::Failure { path: Some(path.clone()), cause });
                let text = std::fs::read_to_string(&path).map_err(|error| at(format!("cannot be read: {error}")))?;
                let file = Request::from_file(&text).map_err(|error| at(error.to_string()))?;
                file.weights().and_then(|_| file.scope()).map_err(|error| at(error.to_string()))?;
                file.joined(self.request).map_err(|error| at(error.to_string()))?
            }
        };
        let trust = trust(&self.keys, self.pins.as_deref(), archives, Reading::All)?;
        request.policy(trust).map_err(|error| wrong_value("scope", error))
    }
}

fn read_scope(text: &str) -> PyResult<Request> {
    Request::from_file(text).map_err(|error| wrong_value("scope", error))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    TextsOnly,
    All,
}

fn trust(keys: &[Stated], pins: Option<&[Stated]>, archives: &[PathBuf], reading: Reading) -> PyResult<Trust> {
    let files = |stated: &[Stated]| -> Vec<PathBuf> {
        let files = stated.iter().filter_map(|stated| if let Stated::File(path) = stated { Some(path.clone()) } else { None });
        files.filter(|_| reading == Reading::All).collect()
    };
    let mut trust = read_trust(&files(keys), &files(pins.unwrap_or_default()), archives).map_err(failure)?;
    for stated in keys {
        if let Stated::Text(json) = stated {
            // Without a file name, no region is stated.
            trust.add_keys("", json.as_bytes(), Provenance::Own).map_err(|error| wrong_value("keys", error))?;
        }
    }
    if let Some(pins) = pins {
        // Also without any: then no key is pinned, and none vouches.
        let texts = pins.iter().filter_map(|stated| if let Stated::Text(pin) = stated { Some(pin.as_str()) } else { None });
        trust.add_pins(&texts.collect::<Vec<_>>().join("\n")).map_err(|error| wrong_value("pins", error))?;
    }
    Ok(trust)
}

/// One of something, or several.
fn several<'py>(
    argument: &str,
    expected: &str,
    value: &Bound<'py, PyAny>,
    is_one: impl Fn(&Bound<'py, PyAny>) -> bool,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    if is_one(value) {
        return Ok(vec![value.clone()]);
    }
    let items = value.try_iter().map_err(|_| wrong_type(argument, expected, value))?;
    let items = items.collect::<PyResult<Vec<_>>>()?;
    match items.iter().find(|item| !is_one(item)) {
        Some(wrong) => Err(wrong_type(argument, expected, wrong)),
        None => Ok(items),
    }
}

pub(crate) fn is_text(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyString>()
}

/// True for `str` and `os.PathLike`; bytes are contents here, and never a path.
pub(crate) fn is_path(value: &Bound<'_, PyAny>) -> bool {
    is_text(value) || value.hasattr("__fspath__").unwrap_or(false)
}

/// A path; `-` is a file of that name, and not standard input.
pub(crate) fn path(argument: &str, value: &Bound<'_, PyAny>) -> PyResult<PathBuf> {
    let path = if is_text(value) { value.clone() } else { value.call_method0("__fspath__")? };
    let Ok(path) = path.cast::<PyString>() else {
        return Err(wrong_type(argument, "a path as str", &path));
    };
    let path = os_string(argument, path)?;
    if path.as_encoded_bytes().contains(&0) {
        return Err(wrong_value(argument, "a path holds no NUL"));
    }
    Ok(if path == "-" { Path::new(".").join(path) } else { path.into() })
}

/// A name as the operating system has it: Python keeps bytes that are no text as half surrogate pairs.
pub(crate) fn os_string(argument: &str, value: &Bound<'_, PyString>) -> PyResult<OsString> {
    if let Ok(text) = value.to_str() {
        return Ok(text.into());
    }
    let encoded = value.py().import("os")?.call_method1("fsencode", (value,));
    let encoded: Vec<u8> = encoded.and_then(|bytes| bytes.extract()).map_err(|_| wrong_value(argument, NO_TEXT))?;
    #[cfg(unix)]
    return Ok(std::os::unix::ffi::OsStringExt::from_vec(encoded));
    #[cfg(not(unix))]
    return String::from_utf8(encoded).map(OsString::from).map_err(|_| wrong_value(argument, NO_TEXT));
}

const NO_TEXT: &str = "it holds half a surrogate pair, which is no text";

pub(crate) fn text(argument: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    value.extract().map_err(|_| wrong_value(argument, NO_TEXT))
}

fn names(argument: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let names = several(argument, "a str or an iterable of str", value, is_text)?;
    if names.is_empty() {
        // Taken as "all", it would ask for less than was meant.
        return Err(wrong_value(argument, "an empty list asks nothing; leave it out to ask for everything"));
    }
    names.iter().map(|name| text(argument, name)).collect()
}

fn is_mapping(value: &Bound<'_, PyAny>) -> bool {
    value.cast::<PyMapping>().is_ok()
}

fn keys(value: &Bound<'_, PyAny>) -> PyResult<Vec<Stated>> {
    let expected = "a path, JSON text, a dict, or an iterable of these";
    let keys = several("keys", expected, value, |value| is_path(value) || is_mapping(value))?;
    keys.iter().map(|key| stated("keys", key, |text| text.trim_start().starts_with(['{', '[']))).collect()
}

fn pins(value: &Bound<'_, PyAny>) -> PyResult<Vec<Stated>> {
    let is_pin = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let pins = several("pins", "a path, a SHA-256 in hexadecimal, or an iterable of these", value, is_path)?;
    pins.iter().map(|pin| stated("pins", pin, is_pin)).collect()
}

fn scope(value: &Bound<'_, PyAny>) -> PyResult<Stated> {
    if is_path(value) || is_mapping(value) {
        stated("scope", value, |text| text.trim_start().starts_with('{'))
    } else {
        Err(wrong_type("scope", "a path, JSON text or a dict", value))
    }
}

fn stated(argument: &str, value: &Bound<'_, PyAny>, is_content: impl Fn(&str) -> bool) -> PyResult<Stated> {
    if is_text(value) {
        let stated = text(argument, value).ok().filter(|text| is_content(text));
        return Ok(match stated {
            Some(text) => Stated::Text(text),
            None => Stated::File(path(argument, value)?),
        });
    }
    if is_mapping(value) { json(argument, value).map(Stated::Text) } else { path(argument, value).map(Stated::File) }
}

/// The JSON text of a mapping; dates, as TOML has them, become text.
fn json(argument: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = value.py();
    let options = PyDict::new(py);
    options.set_item("default", pyo3::wrap_pyfunction!(date_text, py)?)?;
    // What only looks like a dict is made one.
    let mapping = if value.is_instance_of::<PyDict>() { value.clone() } else { py.get_type::<PyDict>().call1((value,))? };
    let dumped = py.import("json")?.call_method("dumps", (mapping,), Some(&options));
    match dumped {
        Ok(text) => text.extract(),
        Err(error) if error.is_instance_of::<pyo3::exceptions::PyException>(py) => {
            let reason = error.value(py).str().map_or_else(|_| "it is no JSON".to_owned(), |text| text.to_string());
            Err(wrong_value(argument, reason))
        }
        Err(error) => Err(error),
    }
}

#[pyfunction]
fn date_text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    if value.is_instance_of::<PyDate>() {
        return instant("a date", value);
    }
    Err(pyo3::exceptions::PyTypeError::new_err(format!("{} is no JSON", value.get_type().qualname()?)))
}

const COVERING: &str = "a pair (start, end) of str, date or datetime, a str START/END, or one day";

/// Start and end of a period as text, which the core reads.
fn period(value: &Bound<'_, PyAny>) -> PyResult<(String, String)> {
    let is_pair = value.is_instance_of::<PyTuple>() || value.is_instance_of::<pyo3::types::PyList>();
    if is_pair {
        let ends = value.try_iter()?.collect::<PyResult<Vec<_>>>()?;
        let [from, to] = ends.as_slice() else {
            return Err(wrong_value("covering", format!("a pair has two ends, not {}", ends.len())));
        };
        return Ok((end(from)?, end(to)?));
    }
    if is_text(value) {
        let text = text("covering", value)?;
        return match text.split_once('/') {
            Some((from, to)) => Ok((from.to_owned(), to.to_owned())),
            None => day(&text),
        };
    }
    if value.is_instance_of::<PyDateTime>() {
        return Err(wrong_value("covering", "one instant is no period; give a pair (start, end)"));
    }
    if value.is_instance_of::<PyDate>() {
        return day(&instant("covering", value)?);
    }
    Err(wrong_type("covering", COVERING, value))
}

/// A day, from midnight to midnight in UTC.
fn day(text: &str) -> PyResult<(String, String)> {
    if text.trim().len() != 10 {
        return Err(wrong_value("covering", format!("'{text}' is no day (2026-03-01) and no period (START/END)")));
    }
    let day = trailseal::Time::from_text(text).map_err(|error| wrong_value("covering", error))?;
    Ok((day.to_string(), day.plus(86_400).to_string()))
}

fn end(value: &Bound<'_, PyAny>) -> PyResult<String> {
    if is_text(value) {
        text("covering", value)
    } else if value.is_instance_of::<PyDate>() {
        instant("covering", value)
    } else {
        Err(wrong_type("covering", COVERING, value))
    }
}

/// The text of a date or datetime; one without a time zone could mean any hour of two days.
fn instant(argument: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    let text: String = value.call_method0("isoformat")?.extract()?;
    if value.is_instance_of::<PyDateTime>() && value.call_method0("utcoffset")?.is_none() {
        let reason = format!("{text} is a naive datetime; give it a time zone, for example .replace(tzinfo=datetime.timezone.utc)");
        return Err(wrong_value(argument, reason));
    }
    Ok(text)
}

/// Bounds on what is read.
pub(crate) fn limits(argument: Option<&Argument<'_, hints::Limits>>) -> PyResult<Limits> {
    let Some(Argument { value, .. }) = argument else { return Ok(Limits::default()) };
    if !is_mapping(value) {
        return Err(wrong_type("limits", "a dict from the name of a limit to a number", value));
    }
    serde_json::from_str(&json("limits", value)?).map_err(|error| wrong_value("limits", error))
}

/// How many threads; all cores unless it is said.
pub(crate) fn threads(argument: Option<&Argument<'_, hints::Int>>) -> PyResult<usize> {
    let Some(Argument { value, .. }) = argument else {
        return Ok(std::thread::available_parallelism().map_or(1, usize::from));
    };
    if !value.is_instance_of::<pyo3::types::PyInt>() || value.is_instance_of::<pyo3::types::PyBool>() {
        return Err(wrong_type("threads", "an int", value));
    }
    let count = value.extract::<usize>().ok().filter(|count| (1..=1024).contains(count));
    count.ok_or_else(|| wrong_value("threads", "1 to 1024 are possible"))
}
