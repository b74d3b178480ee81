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

/// Rules are cited by their numbers, which ascend.
#[test]
fn rules_that_are_cited_are_there() {
    let number = |text: &str| {
        let (section, rule) = text.split_once('.')?;
        Some((section.parse::<u32>().ok()?, rule.parse::<u32>().ok()?))
    };
    let specification = read("docs/specification.md");
    let rules: Vec<(u32, u32)> =
        specification.lines().filter_map(|line| number(line.strip_prefix("**")?.split_once("**")?.0)).collect();
    assert!(rules.len() > 200 && rules.is_sorted_by(|one, other| one < other), "the rules are not in their order");
    for paper in ["docs/specification.md", "docs/semantics.md", "docs/threat-model.md", "test-vectors/README.md"] {
        let text = read(paper);
        let prose = text.split('`').step_by(2);
        let words = prose.flat_map(|part| part.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-')));
        // Rules are counted from 1.
        for cited in words.filter_map(|word| number(word.trim_end_matches('.'))).filter(|(_, rule)| *rule > 0) {
            assert!(rules.contains(&cited), "{paper} cites {}.{}, which is not there", cited.0, cited.1);
        }
    }
    assert!(
        cited_by_the_second_opinion(|cited| {
            let words = cited.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
            let cited: Vec<_> = words.filter_map(|word| number(word.trim_end_matches('.'))).filter(|(_, rule)| *rule > 0).collect();
            assert!(cited.iter().all(|rule| rules.contains(rule)), "not all of these are there: {cited:?}");
            assert!(cited.is_sorted_by(|one, other| one < other), "they do not ascend: {cited:?}");
            cited.len()
        }) > 150
    );
}

/// How many rules stand in what the second opinion says of its modules, classes and functions, each of which is shown.
fn cited_by_the_second_opinion(count: impl Fn(&str) -> usize) -> usize {
    let folder = root().join("test-vectors/second-opinion");
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let sources = files.filter(|path| path.extension().is_some_and(|kind| kind == "py")).map(|path| read(&path));
    sources.map(|source| source.split("\"\"\"").skip(1).step_by(2).map(&count).sum::<usize>()).sum()
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

/// What takes longer to read is several steps, and each of them has a name.
#[test]
fn no_function_of_the_core_is_longer_than_60_lines() {
    const MOST_LINES: usize = 60;
    let (mut seen, mut long) = (0, Vec::new());
    for path in source_files(&root().join("core/src")) {
        let source = fs::read_to_string(&path).expect("a source file");
        for (name, lines) in functions(&source) {
            seen += 1;
            if lines > MOST_LINES {
                long.push(format!("{} in {}: {lines} lines", name, path.display()));
            }
        }
    }
    assert!(seen > 500, "only {seen} functions were read");
    assert!(long.is_empty(), "longer than {MOST_LINES} lines:\n{}", long.join("\n"));
}

/// The functions of a source file as rustfmt lays it out, each with its lines from `fn` to the brace that closes it.
fn functions(source: &str) -> Vec<(&str, usize)> {
    const QUALIFIERS: [&str; 6] = ["pub ", "pub(crate) ", "pub(super) ", "const ", "async ", "unsafe "];
    let lines: Vec<&str> = source.lines().collect();
    let mut functions = Vec::new();
    for (first, line) in lines.iter().enumerate() {
        let mut rest = line.trim_start();
        let indent = &line[..line.len() - rest.len()];
        while let Some(after) = QUALIFIERS.iter().find_map(|qualifier| rest.strip_prefix(qualifier)) {
            rest = after;
        }
        let Some(name) = rest.strip_prefix("fn ") else { continue };
        let is_end = |line: &&str| {
            let of_indent = line.strip_prefix(indent).unwrap_or_default();
            of_indent == "}" || (!of_indent.starts_with(' ') && of_indent.ends_with([';', '}']))
        };
        let length = lines[first..].iter().position(is_end).map(|last| last + 1).expect("an end");
        functions.push((name.split(['(', '<']).next().unwrap_or_default(), length));
    }
    functions
}

/// The Rust source files of a folder and of those in it.
fn source_files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = paths.flat_map(|path| if path.is_dir() { source_files(&path) } else { vec![path] }).collect();
    files.retain(|path| path.extension().is_some_and(|kind| kind == "rs"));
    files.sort();
    files
}

/// All Rust source directly in a folder.
fn sources(folder: &str) -> String {
    let entries = fs::read_dir(root().join(folder)).expect("a folder");
    let paths =
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.extension().is_some_and(|kind| kind == "rs"));
    paths.map(|path| fs::read_to_string(path).expect("a source file")).collect()
}
