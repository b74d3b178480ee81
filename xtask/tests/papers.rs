//! The project's papers speak about what is there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The Markdown files at the top, in `docs/` and in `test-vectors/`.
fn papers() -> Vec<PathBuf> {
    let mut papers = Vec::new();
    for folder in ["", "bindings-python", "docs", "docs/decisions", "test-vectors"] {
        for entry in fs::read_dir(root().join(folder)).expect("a folder") {
            let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
            if name.ends_with(".md") {
                papers.push(Path::new(folder).join(name));
            }
        }
    }
    papers
}

#[test]
fn tasks_that_are_named_are_there() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("--help").output().expect("the help");
    let help = String::from_utf8(output.stdout).expect("UTF-8");
    for paper in papers() {
        for rest in read(&paper).split("cargo xtask ").skip(1) {
            let task = rest.split(|c: char| !c.is_ascii_lowercase() && c != '-').next().unwrap_or_default();
            let is_there = task == "--help" || help.contains(&format!("    cargo xtask {task} "));
            assert!(is_there, "{} names the task '{task}', which is not there", paper.display());
        }
    }
}

/// What the README and the documentation call `cargo run` runs the command and nothing else.
#[test]
fn cargo_runs_the_command() {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let list = |value: &serde_json::Value| value.as_array().cloned().expect("a list");
    let run_by_default = list(&metadata["workspace_default_members"]);
    let packages = list(&metadata["packages"]).into_iter().filter(|package| run_by_default.contains(&package["id"]));
    let targets =
        packages.flat_map(|package| list(&package["targets"])).filter(|target| list(&target["kind"]).contains(&"bin".into()));
    assert_eq!(targets.map(|target| target["name"].clone()).collect::<Vec<_>>(), ["trailseal"]);
}

#[test]
fn every_decision_is_listed() {
    let list = read("docs/decisions/README.md");
    for paper in papers().iter().filter(|paper| paper.starts_with("docs/decisions") && !paper.ends_with("README.md")) {
        let name = paper.file_name().and_then(|name| name.to_str()).expect("a name");
        assert!(list.contains(&format!("]({name})")), "docs/decisions/README.md does not list {name}");
    }
}

#[test]
fn links_to_files_lead_somewhere() {
    for paper in papers() {
        let folder = root().join(paper.parent().unwrap_or(Path::new("")));
        for link in read(&paper).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") {
                assert!(folder.join(file).exists(), "{} links to {file}, which is not there", paper.display());
            }
        }
    }
}

/// Files that are named, not linked to.
#[test]
fn source_files_that_are_named_are_there() {
    let mut named = 0;
    for paper in papers() {
        let text = read(&paper);
        for quoted in text.split('`').skip(1).step_by(2).filter(|quoted| quoted.ends_with(".rs") && quoted.contains('/')) {
            assert!(root().join(quoted).exists(), "{} names {quoted}, which is not there", paper.display());
            named += 1;
        }
    }
    assert!(named > 20, "only {named} names were read");
}

/// A promise whose test was renamed or taken away is no longer held.
#[test]
fn the_tests_that_hold_a_promise_exist() {
    let paper = read("docs/threat-model.md");
    let tests: String = ["core/tests", "cli/tests"].iter().map(|folder| sources(folder)).collect();
    let targets = read("fuzz/targets/src/lib.rs");
    let vectors = read("test-vectors/index.json");
    let cells = paper.lines().filter(|line| line.starts_with("| ") && line.matches('|').count() == 3);
    let mut held = 0;
    for clause in cells.filter_map(|line| line.split('|').nth(2)).flat_map(|cell| cell.split(';')) {
        let words: String = clause.split('`').step_by(2).collect();
        for name in clause.split('`').skip(1).step_by(2) {
            if words.contains("fuzz target") {
                assert!(targets.contains(&format!("(\"{name}\", ")), "there is no fuzz target {name}");
            } else if words.contains("vector") {
                let parts: Vec<&str> = name.split('*').collect();
                let is_vector = |line: &str| line.contains("\"id\"") && parts.iter().all(|part| line.contains(part));
                assert!(vectors.lines().any(is_vector), "there is no vector {name}");
            } else if name.contains('_') && !name.starts_with('…') {
                assert!(tests.contains(&format!("fn {name}(")), "there is no test {name}");
            } else {
                continue;
            }
            held += 1;
        }
    }
    assert!(held > 40, "only {held} names were read");
}

/// All Rust source directly in a folder.
fn sources(folder: &str) -> String {
    let entries = fs::read_dir(root().join(folder)).expect("a folder");
    let paths =
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.extension().is_some_and(|kind| kind == "rs"));
    paths.map(|path| fs::read_to_string(path).expect("a source file")).collect()
}
