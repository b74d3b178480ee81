//! The words that all speak: time, path, object, scope, finding, outcome.

pub(crate) mod brevity;
pub(crate) mod error;
pub(crate) mod finding;
pub(crate) mod ledger;
pub(crate) mod limits;
pub(crate) mod object;
pub(crate) mod outcome;
pub(crate) mod packed;
pub(crate) mod path;
pub(crate) mod reason;
pub(crate) mod request;
pub(crate) mod roster;
pub(crate) mod scope;
pub(crate) mod spans;
pub(crate) mod spread;
pub(crate) mod time;
