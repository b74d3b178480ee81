//! Exceptions: trailseal could not look, or was asked in a way that means nothing.

use std::path::Path;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

pyo3::import_exception!(trailseal._errors, TrailsealError);
pyo3::import_exception!(trailseal._errors, NotPassedError);

/// Something that was named could not be read.
pub(crate) fn unreadable(path: Option<&Path>, cause: &str) -> PyErr {
    let path = path.map(|path| path.display().to_string());
    TrailsealError::new_err((path, trailseal::printable(cause.as_bytes())))
}

/// What should never have happened did.
pub(crate) fn defect(what: &str) -> PyErr {
    let cause = format!("this is a defect of trailseal, please report it: {what}");
    TrailsealError::new_err((None::<String>, cause))
}

/// A value of the wrong type, with the argument's name.
pub(crate) fn wrong_type(argument: &str, expected: &str, found: &Bound<'_, PyAny>) -> PyErr {
    let found = found.get_type().qualname().map_or_else(|_| "something else".to_owned(), |name| name.to_string());
    PyTypeError::new_err(format!("{argument}: expected {expected}, not {found}"))
}

/// A value of the right type that means nothing, with the argument's name.
pub(crate) fn wrong_value(argument: &str, reason: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(format!("{argument}: {reason}"))
}

/// What the host could not read.
pub(crate) fn failure(failure: trailseal_cli::Failure) -> PyErr {
    unreadable(failure.path.as_deref(), &failure.cause)
}
