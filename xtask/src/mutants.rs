//! Mutation testing: what the core's tests would notice if its code were wrong. A mutant that no test notices is killed by a new
//! test, or stands with the reason for it in `core/mutants.toml`.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Outcome, shell};

const SURVIVORS: &str = "core/mutants.toml";

/// The modules that verdicts hang on most, each with its files.
const MODULES: [(&str, &[&str]); 7] = [
    ("signature", &["core/src/trust/rsa.rs", "core/src/trust/signature.rs", "core/src/trust/verifier.rs"]),
    ("gunzip", &["core/src/bytes/gunzip.rs"]),
    ("graph", &["core/src/evidence/trail/apart.rs", "core/src/evidence/trail/graph.rs", "core/src/evidence/trail/sign.rs"]),
    ("coverage", &["core/src/evidence/trail/coverage.rs", "core/src/terms/spans.rs"]),
    (
        "scope",
        &[
            "core/src/evidence/trail/asked.rs",
            "core/src/terms/ledger.rs",
            "core/src/terms/request.rs",
            "core/src/terms/scope.rs",
            "core/src/trust/mod.rs",
        ],
    ),
    (
        "name",
        &[
            "core/src/bytes/text.rs",
            "core/src/evidence/keys.rs",
            "core/src/evidence/mod.rs",
            "core/src/evidence/trail/continued.rs",
            "core/src/evidence/trail/mod.rs",
            "core/src/evidence/trail/name.rs",
            "core/src/terms/path.rs",
        ],
    ),
    ("report", &["core/src/evidence/trail/section.rs", "core/src/report/mod.rs", "core/src/terms/outcome.rs"]),
];

/// The core's tests, the cheapest first, each helping with the seconds after which a mutant is taken to never end, several times what
/// the code as it is takes on a busy machine. What one helping kills, the next does not meet.
const HELPINGS: [(u32, &[&str]); 3] = [
    (90, &["--lib"]),
    (90, &["--test=vectors"]),
    (
        900,
        &[
            "--test=attacks",
            "--test=containers",
            "--test=facts",
            "--test=forms",
            "--test=html",
            "--test=properties",
            "--test=signatures",
        ],
    ),
];

/// It takes longer than all other unit tests together, and is about none of these modules.
const SKIPPED: &str = "the_number_of_values_is_bounded";

/// A mutant as it is told apart from others, also when lines move: several may be equal.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Mutant {
    file: String,
    /// The line that is mutated, without its indentation.
    line: String,
    /// What is done to it, in the words of cargo-mutants.
    mutation: String,
}

/// A mutant that no test kills, and why not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Survivor {
    file: String,
    line: String,
    mutation: String,
    reason: String,
}

pub(crate) fn run(options: &[&str]) -> Outcome {
    let chosen = match options {
        [name] => MODULES.iter().find(|(module, _)| module == name),
        _ => None,
    };
    let Some((module, files)) = chosen else {
        return Err(format!("which module? There are {}", MODULES.map(|(name, _)| name).join(", ")));
    };
    if !shell::has_subcommand("mutants") {
        return Err("mutation testing needs cargo-mutants: `cargo install --locked cargo-mutants`".to_owned());
    }
    let files_of_module: Vec<String> = files.iter().map(|file| format!("--file={file}")).collect();
    let (mut killed, mut endless, mut uncompiled) = (0, 0, 0);
    // All of them, at first.
    let mut left: Option<Vec<Scenario>> = None;
    for (number, (timeout_seconds, tests)) in HELPINGS.iter().enumerate() {
        let output = shell::target().join("mutants").join(format!("{module}-{number}"));
        let only = left.iter().flatten().map(|mutant| format!("--re=^{}$", escaped(&mutant.name)));
        let filters: Vec<String> = files_of_module.iter().cloned().chain(only).collect();
        let mut missed = Vec::new();
        for Tried { mutant, summary } in mutate(&output, &filters, *timeout_seconds, tests)? {
            // Some kinds of mutants are tried whatever the filter.
            if left.as_ref().is_some_and(|left| left.iter().all(|other| other.name != mutant.name)) {
                continue;
            }
            match summary.as_str() {
                "MissedMutant" => missed.push(mutant),
                "Timeout" => endless += 1,
                "Unviable" => uncompiled += 1,
                _ => killed += 1,
            }
        }
        let is_done = missed.is_empty();
        left = Some(missed);
        if is_done {
            break;
        }
    }
    let survivors = left.iter().flatten().map(Scenario::mutant).collect::<Outcome<Vec<_>>>()?;
    println!(
        "{module}: {} mutants: {} killed, {endless} of them by never ending, and {} not; {uncompiled} more do not compile",
        killed + endless + survivors.len(),
        killed + endless,
        survivors.len(),
    );
    compare(survivors, files)
}

/// Compares what survives with what is listed: neither may have more.
fn compare(mut survivors: Vec<Mutant>, files: &[&str]) -> Outcome {
    let mut gone = Vec::new();
    for survivor in listed()?.into_iter().filter(|survivor| files.contains(&survivor.file.as_str())) {
        let Survivor { file, line, mutation, .. } = survivor;
        let mutant = Mutant { file, line, mutation };
        match survivors.iter().position(|other| *other == mutant) {
            Some(index) => drop(survivors.swap_remove(index)),
            None => gone.push(mutant),
        }
    }
    if survivors.is_empty() && gone.is_empty() {
        return Ok(());
    }
    // As they stand in the list, but for the reason.
    let entry = |mutant: &Mutant| format!("\n[[survivor]]\n{}", toml::to_string(mutant).unwrap_or_default());
    let entries = |mutants: &[Mutant]| mutants.iter().map(entry).collect::<String>();
    Err(format!(
        "{} mutants survive that {SURVIVORS} does not list:{}\n{} are listed that do not survive:{}",
        survivors.len(),
        entries(&survivors),
        gone.len(),
        entries(&gone),
    ))
}

fn listed() -> Outcome<Vec<Survivor>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct List {
        #[serde(default)]
        survivor: Vec<Survivor>,
    }
    let text = fs::read_to_string(shell::root().join(SURVIVORS)).map_err(|error| format!("{SURVIVORS}: {error}"))?;
    let survivors = toml::from_str::<List>(&text).map_err(|error| format!("{SURVIVORS}: {error}"))?.survivor;
    match survivors.iter().find(|survivor| survivor.reason.is_empty()) {
        Some(survivor) => Err(format!("{SURVIVORS}: '{}' stands there without a reason", survivor.mutation)),
        None => Ok(survivors),
    }
}

/// A mutant in the words of cargo-mutants.
#[derive(Deserialize)]
struct Scenario {
    /// `FILE:LINE:COLUMN: MUTATION`.
    name: String,
    file: String,
    span: Span,
}

#[derive(Deserialize)]
struct Span {
    start: Start,
}

#[derive(Deserialize)]
struct Start {
    line: usize,
}

impl Scenario {
    fn mutant(&self) -> Outcome<Mutant> {
        let text = fs::read_to_string(shell::root().join(&self.file)).map_err(|error| format!("{}: {error}", self.file))?;
        let line = text.lines().nth(self.span.start.line - 1).ok_or_else(|| format!("{}: no such line", self.name))?;
        let (_, mutation) = self.name.split_once(": ").ok_or_else(|| format!("'{}' names no mutation", self.name))?;
        Ok(Mutant { file: self.file.clone(), line: line.trim().to_owned(), mutation: mutation.to_owned() })
    }
}

/// A mutant and what became of it.
struct Tried {
    mutant: Scenario,
    summary: String,
}

/// Tries mutants, one after the other.
fn mutate(output: &Path, filters: &[String], timeout_seconds: u32, tests: &[&str]) -> Outcome<Vec<Tried>> {
    #[derive(Deserialize)]
    struct Outcomes {
        outcomes: Vec<One>,
    }
    #[derive(Deserialize)]
    struct One {
        scenario: Value,
        summary: String,
    }
    fs::create_dir_all(output).map_err(|error| format!("{}: {error}", output.display()))?;
    // A mutant that never ends must not fill the memory.
    let mut command = shell::program("bash", &["-c", "ulimit -v 8388608 && exec cargo mutants \"$@\"", "bash"]);
    // One at a time, because all are built in one folder, and the dependencies in it only once. The copy of the sources is newer than
    // what was built from the one before, so that nothing of another mutant is taken for this one.
    command
        .args(["--package=trailseal", "--no-shuffle", "--caught", "--cargo-arg=--locked"])
        .arg(format!("--timeout={timeout_seconds}"));
    command.args(tests.iter().map(|test| format!("--cargo-arg={test}"))).args(filters);
    command.arg("--output").arg(output).args(["--", "--", "--skip", SKIPPED]);
    command.env("CARGO_TARGET_DIR", shell::target().join("mutants/build"));
    command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "1");
    let status = shell::run(&mut command);
    let path = output.join("mutants.out/outcomes.json");
    let unread = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let outcomes: Outcomes =
        serde_json::from_slice(&fs::read(&path).map_err(|error| unread(&error))?).map_err(|error| unread(&error))?;
    let mut tried = Vec::new();
    for One { scenario, summary } in outcomes.outcomes {
        // The other scenario, a text, is the code as it is.
        if let Some(mutant) = scenario.get("Mutant") {
            tried.push(Tried { mutant: Scenario::deserialize(mutant).map_err(|error| unread(&error))?, summary });
        }
    }
    // It also fails when a mutant survives or never ends; with neither, something else is wrong.
    match status {
        Err(reason) if !tried.iter().any(|tried| matches!(tried.summary.as_str(), "MissedMutant" | "Timeout")) => Err(reason),
        _ => Ok(tried),
    }
}

/// A text as a regular expression that matches it alone.
fn escaped(text: &str) -> String {
    let escape = |character: char| {
        let is_plain = !r".+*?()|[]{}^$\".contains(character);
        if is_plain { character.to_string() } else { format!("\\{character}") }
    };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many mutants survive. It may only shrink: who kills one takes its entry out and lowers this.
    const SURVIVING: usize = 2;

    #[test]
    fn surviving_mutants_are_of_code_that_is_there_and_do_not_become_more() {
        let survivors = listed().unwrap();
        assert_eq!(survivors.len(), SURVIVING);
        for Survivor { file, line, .. } in survivors {
            assert!(MODULES.iter().any(|(_, files)| files.contains(&file.as_str())), "{file} is in no module");
            let text = fs::read_to_string(shell::root().join(&file)).unwrap();
            assert!(text.lines().any(|other| other.trim() == line), "{file} has no line '{line}'");
        }
    }

    #[test]
    fn names_of_mutants_become_expressions_that_match_only_them() {
        assert_eq!(escaped("a.rs:1:2: replace + with - in f<T>"), "a\\.rs:1:2: replace \\+ with - in f<T>");
    }
}
