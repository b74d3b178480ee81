//! Fuzzing, where the tools for it are.

use std::fs;
use std::num::NonZeroU64;

use crate::{Outcome, shell};

/// What the fuzzer finds is kept here.
const ARTIFACTS: &str = "fuzz/artifacts";

pub(crate) fn run(options: &[&str]) -> Outcome {
    let mut minutes = NonZeroU64::MIN;
    let mut chosen = None;
    let mut rest = options;
    while let [name, value, after @ ..] = rest {
        match *name {
            // To the fuzzer, no time is all the time.
            "--minutes" => minutes = value.parse().map_err(|_| format!("'{value}' is no number of minutes"))?,
            "--target" => chosen = Some((*value).to_owned()),
            other => return Err(format!("there is no option '{other}'")),
        }
        rest = after;
    }
    if let [option] = rest {
        return Err(format!("'{option}' is no option, or lacks its value"));
    }
    let targets = targets()?;
    let chosen = match chosen {
        Some(name) if targets.contains(&name) => vec![name],
        Some(name) => return Err(format!("there is no target '{name}'; there are {}", targets.join(", "))),
        None => targets,
    };
    needs_tools()?;
    for target in &chosen {
        fuzz(target, minutes.get().saturating_mul(60))?;
    }
    println!("nothing was found by {} in {minutes} min each", chosen.join(", "));
    Ok(())
}

fn targets() -> Outcome<Vec<String>> {
    let folder = shell::root().join("fuzz/seeds");
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    Ok(names)
}

fn needs_tools() -> Outcome {
    if !shell::has_toolchain("nightly") {
        return Err("fuzzing needs nightly Rust: `rustup toolchain install nightly`".to_owned());
    }
    if !shell::has_subcommand("fuzz") {
        return Err("fuzzing needs cargo-fuzz: `cargo install cargo-fuzz`".to_owned());
    }
    Ok(())
}

fn fuzz(target: &str, seconds: u64) -> Outcome {
    println!("\n== {target}");
    let corpus = format!("fuzz/corpus/{target}");
    let seeds = format!("fuzz/seeds/{target}");
    let artifacts = format!("{ARTIFACTS}/{target}/");
    for folder in [&corpus, &artifacts] {
        fs::create_dir_all(shell::root().join(folder)).map_err(|error| format!("{folder}: {error}"))?;
    }
    // Optimised (-O), with the checks that fuzz/Cargo.toml asks for.
    let mut arguments: Vec<String> =
        ["run", "nightly", "cargo", "fuzz", "run", "-O", "--fuzz-dir", "fuzz", target, &corpus, &seeds].map(str::to_owned).to_vec();
    if target == "zip" {
        arguments.extend(archive_groups()?);
    }
    arguments.extend([
        "--".to_owned(),
        format!("-max_total_time={seconds}"),
        // No seed takes a second; what takes this long is a finding.
        "-timeout=30".to_owned(),
        format!("-artifact_prefix={artifacts}"),
    ]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    shell::run(&mut shell::program("rustup", &arguments))
        .map_err(|reason| format!("{reason}\nthe input is in {artifacts}; keep it in {seeds}/ when the fault is mended"))
}

/// The folders of the vectors' archives.
fn archive_groups() -> Outcome<Vec<String>> {
    let folder = "test-vectors/archives";
    let entries = fs::read_dir(shell::root().join(folder)).map_err(|error| format!("{folder}: {error}"))?;
    let mut groups: Vec<String> =
        entries.filter_map(|entry| Some(format!("{folder}/{}", entry.ok()?.file_name().into_string().ok()?))).collect();
    groups.sort();
    Ok(groups)
}
