//! Programs that are run, and what they cost.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use serde::{Deserialize, Serialize};

use crate::Outcome;

/// What a program cost.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// From its start to its end.
    pub(crate) seconds: f64,
    /// What all its threads computed, which tells more than the time if the machine has other things to do.
    pub(crate) cpu_seconds: f64,
    /// The most memory that it held at a time.
    pub(crate) peak_bytes: u64,
    /// Its exit code.
    pub(crate) code: Option<i32>,
}

/// Runs a program and prints what it cost. What the kernel tells of a child's memory is the most of all children, and includes what
/// the parent held when it started the child: so this is a small process of its own, with one child.
pub(crate) fn spend(program: &str, arguments: &[&str]) -> Outcome {
    let start = Instant::now();
    let status = Command::new(program).args(arguments).status().map_err(|error| format!("{program}: {error}"))?;
    let seconds = start.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| error.to_string())?;
    let cpu_seconds = [usage.user_time(), usage.system_time()].map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6);
    // Linux counts in KiB.
    let peak_bytes = u64::try_from(usage.max_rss()).unwrap_or(0) << 10;
    println!("{}", serde_json::json!(Cost { seconds, cpu_seconds: cpu_seconds.iter().sum(), peak_bytes, code: status.code() }));
    Ok(())
}

/// Runs a program, its output discarded, and returns what it cost.
pub(crate) fn cost(program: &Path, arguments: &[&str]) -> Outcome<Cost> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(own)
        .arg("spend")
        .arg(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| error.to_string())?;
    serde_json::from_slice(&output.stdout).map_err(|error| format!("{}: {error}", program.display()))
}
