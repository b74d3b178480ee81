//! How many instructions verifications take: unlike time, the same on a busy machine, so that a change which makes trailseal slower is
//! seen in the change itself.

use std::fs;
use std::path::Path;

use trailseal_forge::bulk::{self, Plan};
use trailseal_forge::time::iso;

use crate::generated::Mode;
use crate::{Outcome, shell};

/// What was counted, when it was written down.
const FILE: &str = "bench/instructions.txt";

/// How far a count may be from it, in percent.
const TOLERANCE_PERCENT: u64 = 5;

/// Many small files of both kinds.
const PLAN: Plan = Plan { accounts: 2, regions: 4, hours: 64, logs: 1, log_bytes: (2_000, 20_000), contents: 64 };

/// Counts, and writes down what was counted, or compares it with what was written down.
pub(crate) fn count(mode: Mode) -> Outcome {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        println!("instructions are counted on Linux on x86-64 only: nothing was compared");
        return Ok(());
    }
    need_valgrind()?;
    let file = shell::root().join(FILE);
    let here = circumstances()?;
    let counts = all_counts()?;
    let lines: String = counts.iter().map(|(name, count)| format!("{name} {count}\n")).collect();
    if mode == Mode::Write {
        let head = "# Instructions that verifications take; written by `cargo xtask instructions`, not to be edited.";
        return fs::write(&file, format!("{head}\n# {here}\n{lines}")).map_err(|error| format!("{FILE}: {error}"));
    }
    let written = fs::read_to_string(&file).map_err(|error| format!("{FILE}: {error}"))?;
    let mut outside = Vec::new();
    for (name, count) in &counts {
        let line = written.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
        let expected: u64 = line.and_then(|line| line.parse().ok()).ok_or_else(|| format!("{FILE} says nothing of '{name}'"))?;
        println!("{name}: {count} instructions, {:+.2} %", 100.0 * (*count as f64 / expected as f64 - 1.0));
        if count.abs_diff(expected) * 100 > expected * TOLERANCE_PERCENT {
            outside.push(format!("'{name}' takes {count} instructions instead of {expected}"));
        }
    }
    if outside.is_empty() {
        return Ok(());
    }
    let there = written.lines().filter_map(|line| line.strip_prefix("# ")).next_back().unwrap_or_default();
    let of_others = if there == here {
        String::new()
    } else {
        format!("\n{FILE} was written elsewhere, which may be all there is to it:\n  there: {there}\n  here:  {here}")
    };
    Err(format!(
        "{}\nThat is more than {TOLERANCE_PERCENT} % off. If it is meant, say so in the commit and write it down with \
         `cargo xtask instructions`.{of_others}",
        outside.join("\n")
    ))
}

/// Says how to get it where it is not there.
pub(crate) fn need_valgrind() -> Outcome {
    shell::run(&mut shell::program("bash", &["-c", "source tests/lib.sh && need valgrind valgrind"]))
}

/// What the counts hold for. Valgrind shows programs a processor of its own, which is never more than the real one.
fn circumstances() -> Outcome<String> {
    let rustc = shell::output(&mut shell::program("rustc", &["--version"]))?;
    let valgrind = shell::output(&mut shell::program("valgrind", &["--version"]))?;
    let processor = fs::read_to_string("/proc/cpuinfo").map_err(|error| error.to_string())?;
    let has = |flag: &str| processor.split_ascii_whitespace().any(|word| word == flag);
    let extensions: Vec<&str> = ["avx2", "bmi2", "adx"].into_iter().filter(|flag| has(flag)).collect();
    Ok(format!("{}, {}, x86_64 with {}", rustc.trim(), valgrind.trim(), extensions.join(", ")))
}

/// Builds the command as its instructions are counted.
pub(crate) fn build() -> Outcome {
    // Our own code optimised, with the dependencies as all other tests have them, so that nothing else is built for this. Without
    // debug assertions the core asks one library about signatures, as it does when it is released.
    let options = ["profile.dev.opt-level=3", "profile.dev.package.trailseal.debug-assertions=false"];
    let mut build = shell::cargo(&["build", "--locked", "--package", "trailseal-cli"]);
    for option in options {
        build.args(["--config", option]);
    }
    shell::run(&mut build)
}

fn all_counts() -> Outcome<Vec<(&'static str, u64)>> {
    build()?;
    let folder = shell::target().join("instructions");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let made = bulk::write(&PLAN, &folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let (from, to) = (iso(made.from), iso(made.to));
    let example = shell::root().join("test-vectors/example");
    Ok(vec![
        (
            "example",
            verify(&folder, &example.join("handover.zip"), &example.join("public-keys"), ["2026-03-01", "2026-03-03"], &[0])?,
        ),
        ("small files", verify(&folder, &folder.join("tree"), &folder.join("keys"), [&from, &to], &[0])?),
    ])
}

/// The instructions of one verification, on one thread, that ends with one of these codes. What callgrind writes down holds the sum.
pub(crate) fn verify(folder: &Path, archive: &Path, keys: &Path, [from, to]: [&str; 2], codes: &[i32]) -> Outcome<u64> {
    let (profile, report) = (folder.join("callgrind.out"), folder.join("report.json"));
    let mut command = shell::program("valgrind", &["--quiet", "--tool=callgrind"]);
    command.arg(format!("--callgrind-out-file={}", profile.display())).arg(shell::target().join("debug/trailseal"));
    command.arg("verify").arg(archive).arg("--keys").arg(keys).args(["--from", from, "--to", to, "--threads", "1"]);
    command.args(["--format", "json", "--overwrite", "--output"]).arg(&report);
    let status = command.status().map_err(|error| format!("valgrind cannot be started: {error}"))?;
    if !status.code().is_some_and(|code| codes.contains(&code)) {
        return Err(format!("{}: {status}", archive.display()));
    }
    let written = fs::read_to_string(&profile).map_err(|error| format!("{}: {error}", profile.display()))?;
    let sum = written.lines().find_map(|line| line.strip_prefix("totals: ").or_else(|| line.strip_prefix("summary: ")));
    sum.and_then(|sum| sum.trim().parse().ok()).ok_or_else(|| format!("{} tells no sum", profile.display()))
}
