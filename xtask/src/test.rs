//! Everything that CI runs.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use crate::generated::{self, Mode};
use crate::{Outcome, bans, bench, instructions, msrv, nasties, properties, readings, shell, unpack};

/// The version that is installed beside the build where it is missing.
const CARGO_DENY: &str = "0.20.2";

type Step = (&'static str, fn() -> Outcome);

const STEPS: [Step; 23] = [
    ("format", format),
    ("clippy", clippy),
    ("documentation", documentation),
    ("generated documents", || generated::docs(Mode::Check)),
    ("test vectors", || generated::vectors(Mode::Check)),
    ("dependencies", dependencies),
    ("bans of the core", bans::check),
    ("fuzz seeds", fuzz_seeds),
    ("oldest Rust", msrv::check),
    ("harness", harness),
    ("second opinion", second_opinion),
    ("agreement with AWS", agreement),
    ("forms of the report", forms),
    ("export", export),
    ("reports in a browser", browser),
    ("Python", python),
    ("package and page", page),
    ("benchmark, tried out", bench::try_out),
    ("instructions", || instructions::count(Mode::Check)),
    ("what cost may grow to", || nasties::measure("", nasties::SMALL_PARTS)),
    ("what others unpack", || unpack::run(&["--minutes", "2"])),
    ("no network", isolation),
    // Last, so that the log ends with the summaries of the test runner.
    ("tests", tests),
];

/// Runs the steps in order, up to the first that fails.
pub(crate) fn run() -> Outcome {
    let mut times = Vec::new();
    for (index, (name, step)) in STEPS.iter().enumerate() {
        let is_last = index + 1 == STEPS.len();
        if is_last {
            println!("\ntimes so far: {}", times.join(", "));
        }
        println!("\n== {} of {}: {name}", index + 1, STEPS.len());
        let start = Instant::now();
        step().map_err(|reason| format!("the step '{name}' failed\n{reason}"))?;
        times.push(format!("{name} {:.0} s", start.elapsed().as_secs_f64()));
    }
    Ok(())
}

/// What other implementers run over the vectors: tested, and run with the command.
fn harness() -> Outcome {
    script("test-vectors/harness/test")
}

/// A checker in Python, written from the documents, over the test vectors; and whether they notice where it reads a rule otherwise.
fn second_opinion() -> Outcome {
    script("test-vectors/second-opinion/run")?;
    readings::check(readings::Vectors::First)
}

/// The AWS CLI's own code over the test vectors.
fn agreement() -> Outcome {
    script("tests/agreement/run")
}

/// The machine-readable forms, read by programs that are not ours.
fn forms() -> Outcome {
    script("tests/forms/run")
}

/// From a filled bucket to a verdict, through the script that the other side runs.
fn export() -> Outcome {
    script("tests/export/run")
}

/// HTML reports, opened in Chromium.
fn browser() -> Outcome {
    script("tests/browser/run")
}

/// The Python package, built and used as its users do.
fn python() -> Outcome {
    script("tests/python/run")
}

/// The JavaScript package and the page: built, built again elsewhere, and used.
fn page() -> Outcome {
    shell::run(&mut shell::cargo(&["xtask", "page", "--check"]))?;
    script("bindings-wasm/tests/run")
}

/// The command without a network, and what it asks of the kernel.
fn isolation() -> Outcome {
    script("tests/isolation/run")
}

fn script(path: &str) -> Outcome {
    shell::run(&mut shell::program("bash", &[path]))
}

fn format() -> Outcome {
    shell::run(&mut shell::cargo(&["fmt", "--all", "--check"]))?;
    shell::run(&mut shell::cargo(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]))
}

fn clippy() -> Outcome {
    shell::run(&mut shell::cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--locked", "--", "-D", "warnings"]))
}

fn documentation() -> Outcome {
    let mut command = shell::cargo(&["doc", "--workspace", "--no-deps", "--all-features", "--locked"]);
    shell::run(command.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Advisories are left out: their database is fetched over the network, which not every place where this runs has. What is checked
/// here needs only Cargo.lock and the sources of the packages.
fn dependencies() -> Outcome {
    let deny = cargo_deny()?;
    shell::run(&mut shell::program(deny, &["--all-features", "--locked", "check", "bans", "licenses", "sources"]))
}

fn cargo_deny() -> Outcome<PathBuf> {
    let tools = shell::target().join("tools");
    fs::create_dir_all(&tools).map_err(|error| format!("{}: {error}", tools.display()))?;
    let deny = tools.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    let found = deny.exists().then(|| shell::output(&mut shell::program(&deny, &["--version"])));
    if found.is_none_or(|version| version.as_deref().map(str::trim) != Ok(format!("cargo-deny {CARGO_DENY}").as_str())) {
        println!("cargo-deny {CARGO_DENY} is built once, which takes some minutes");
        let mut install = shell::cargo(&["install", "cargo-deny", "--locked", "--version", CARGO_DENY, "--root"]);
        shell::run(install.arg(&tools))?;
    }
    Ok(deny)
}

fn fuzz_seeds() -> Outcome {
    shell::run(&mut shell::cargo(&["test", "--package", "trailseal-fuzz", "--locked"]))
}

fn tests() -> Outcome {
    shell::run(properties::with_one_seed(&mut shell::cargo(&["test", "--workspace", "--all-features", "--locked"])))
}
