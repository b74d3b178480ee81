//! What archives cost that were made against the program: growth by instructions, and time, memory and reports where a megabyte at most
//! may hold them.

use std::fs;
use std::path::Path;
use std::time::Duration;

use trailseal_forge::nasties;

use crate::instructions;
use crate::limits;
use crate::{Outcome, shell};

/// Twice as much may take so many times the instructions.
const MOST_GROWTH: f64 = 2.6;
/// What is counted, and twice that, in parts of what a megabyte at most may hold: valgrind is slow.
pub(crate) const PARTS: [usize; 2] = [16, 8];
/// As [`PARTS`], where time is short.
pub(crate) const SMALL_PARTS: [usize; 2] = [32, 16];
/// What a megabyte may take.
const MOST_TIME: Duration = Duration::from_secs(10);
const MOST_MEMORY_BYTES: u64 = 1 << 30;
const MOST_REPORT_BYTES: u64 = 20_000_000;

/// Counts and measures all kinds, or those whose name contains `only`.
pub(crate) fn measure(only: &str, parts: [usize; 2]) -> Outcome {
    instructions::need_valgrind()?;
    instructions::build()?;
    let folder = shell::target().join(format!("nasties-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let keys = folder.join("us-east-1.json");
    write(&keys, &nasties::keys())?;
    let mut wrong = Vec::new();
    for nasty in nasties::ALL.iter().filter(|nasty| nasty.name.contains(only)) {
        let archive = folder.join("archive");
        let mut counts = [0; 2];
        for (count, part) in counts.iter_mut().zip(parts) {
            write(&archive, &(nasty.make)(nasty.many / part))?;
            *count = instructions::verify(&folder, &archive, &keys, nasties::PERIOD, &[0, 1, 3])?;
        }
        let [one, two] = counts.map(|count| count as f64);
        write(&archive, &(nasty.make)(nasty.many))?;
        let size = fs::metadata(&archive).map_err(|error| error.to_string())?.len();
        let (time, peak_bytes) = limits::verify(&shell::target().join("debug/trailseal"), &archive, &keys)?;
        let mut largest = 0;
        for form in ["json", "html", "csv", "junit", "text", "in-toto"] {
            largest = largest.max(report_bytes(&archive, &keys, form)?);
        }
        println!(
            "{} {}: {size} bytes, {:.2} s, {} MB, reports of {} kB at most; twice as much takes {:.2} times the instructions",
            nasty.many,
            nasty.name,
            time.as_secs_f64(),
            peak_bytes / 1_000_000,
            largest / 1000,
            two / one
        );
        for (is_wrong, what) in [
            (two / one > MOST_GROWTH, "grows faster than it may"),
            (size > 1_000_000, "is more than a megabyte"),
            (time > MOST_TIME, "takes too long"),
            (peak_bytes > MOST_MEMORY_BYTES, "takes too much memory"),
            (largest > MOST_REPORT_BYTES, "has too large a report"),
        ] {
            if is_wrong {
                wrong.push(format!("'{}' {what}", nasty.name));
            }
        }
    }
    fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn write(path: &Path, bytes: &[u8]) -> Outcome {
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}

fn report_bytes(archive: &Path, keys: &Path, form: &str) -> Outcome<u64> {
    let [from, to] = nasties::PERIOD;
    let mut command = shell::program(shell::target().join("debug/trailseal"), &["verify", "--from", from, "--to", to]);
    command.args(["--format", form, "--keys"]).args([keys, archive]);
    if form == "text" {
        command.arg("--full");
    }
    let output = command.output().map_err(|error| error.to_string())?;
    match output.status.code() {
        Some(0 | 1 | 3) => Ok(output.stdout.len() as u64),
        _ => Err(format!("{}: {}", archive.display(), output.status)),
    }
}
