//! The dated paper: what was received, asked, run and found at one verification, on this machine, at this time.
//!
//! Clock, host name and the hashes of files live here and nowhere else: a report is the same for everybody at any time.

pub(crate) mod check;
mod files;
mod form;
mod make;
mod page;

pub(crate) use form::{Record, Role};
pub use form::{rewritten, schema};
pub(crate) use make::Begun;
