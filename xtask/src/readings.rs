//! The readings of the rules that a vector must decide.

use crate::{Outcome, shell};

/// How many vectors are asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vectors {
    /// Up to the first that notices; the one that did before is asked first.
    First,
    /// All, and those that notice are counted.
    All,
    /// Up to the first, which is written down.
    Written,
}

/// Changes each reading of the second opinion by itself; one that no vector notices is an error.
pub(crate) fn check(vectors: Vectors) -> Outcome {
    let option = match vectors {
        Vectors::First => None,
        Vectors::All => Some("--all"),
        Vectors::Written => Some("--write"),
    };
    let arguments: Vec<&str> = ["-B", "test-vectors/second-opinion/readings.py"].into_iter().chain(option).collect();
    shell::run(&mut shell::program("python3", &arguments))
}
