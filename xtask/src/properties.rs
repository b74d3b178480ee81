//! What holds for every archive, tried with cases that chance draws: with one seed wherever all tests run, so that a red run is the
//! change's, and here with one after the other.

use std::num::NonZeroU64;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::{Outcome, shell};

/// What proptest reads.
const SEED: &str = "PROPTEST_RNG_SEED";

/// The tests of the core that draw cases.
const TESTS: [&str; 8] =
    ["test", "--quiet", "--package=trailseal", "--lib", "--test=plants", "--test=properties", "--test=service", "--locked"];

/// Lets proptest draw the same cases in each run, unless a seed is given.
pub(crate) fn with_one_seed(command: &mut Command) -> &mut Command {
    if std::env::var_os(SEED).is_some() { command } else { command.env(SEED, "1") }
}

pub(crate) fn run(options: &[&str]) -> Outcome {
    let (mut minutes, mut first) = (NonZeroU64::MIN, 1_u64);
    let mut rest = options;
    while let [name, value, after @ ..] = rest {
        match *name {
            "--minutes" => minutes = value.parse().map_err(|_| format!("'{value}' is no number of minutes"))?,
            "--seed" => first = value.parse().map_err(|_| format!("'{value}' is no seed"))?,
            other => return Err(format!("there is no option '{other}'")),
        }
        rest = after;
    }
    if let [option] = rest {
        return Err(format!("'{option}' is no option, or lacks its value"));
    }
    let (start, time) = (Instant::now(), Duration::from_secs(minutes.get().saturating_mul(60)));
    let mut seed = first;
    loop {
        println!("\n== seed {seed}");
        shell::run(shell::cargo(&TESTS).env(SEED, seed.to_string())).map_err(|reason| format!("with seed {seed}, {reason}"))?;
        if start.elapsed() >= time {
            break;
        }
        seed = seed.wrapping_add(1);
    }
    println!("nothing was found with the seeds {first} to {seed}");
    Ok(())
}
