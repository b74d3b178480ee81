//! The vectors, one short function each.

mod backfill;
mod baseline;
mod claims;
mod container;
mod entries;
mod keys;
mod lake;
mod layout;
mod links;
mod logs;
mod malformed;
mod metadata;
mod readings;
mod scope;
mod signatures;
mod trails;

use crate::trail::{Chain, Trail};
use crate::vector::Vector;

/// The account of most vectors.
const ACCOUNT: &str = "111122223333";
/// A second account.
const OTHER_ACCOUNT: &str = "444455556666";
/// The trail of most vectors.
const TRAIL: &str = "management-events";

/// All vectors.
pub fn all() -> Vec<Vector> {
    let groups = [
        backfill::all,
        baseline::all,
        claims::all,
        container::all,
        entries::all,
        keys::all,
        lake::all,
        layout::all,
        links::all,
        logs::all,
        malformed::all,
        metadata::all,
        readings::all,
        scope::all,
        signatures::all,
        trails::all,
    ];
    groups.iter().flat_map(|group| group()).collect()
}

/// The trail of most vectors.
fn trail() -> Trail {
    Trail::new(ACCOUNT, "us-east-1", TRAIL, "us-east-1")
}

/// Five hours, one of them silent; every other hour has logs.
fn chain() -> Chain {
    trail().chain(&[2, 1, 0, 2, 1])
}

/// Four hours of which the last is silent.
fn quiet_end() -> Chain {
    trail().chain(&[2, 1, 2, 0])
}
