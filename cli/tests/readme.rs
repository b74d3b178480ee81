//! Every line of the README that can be pasted does what it says there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// The blocks of a language, as they stand.
fn blocks(language: &str) -> Vec<String> {
    let (readme, fence) = (readme(), format!("```{language}\n"));
    readme.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// Runs the command in the project's folder, as somebody would who pastes a line, with names that stand for something replaced.
fn paste(arguments: &str) -> Output {
    let arguments = arguments
        .replace("ARCHIVE…", "test-vectors/example/handover.zip")
        .replace("FILE|DIR", "KEYS")
        .replace("KEYS", "test-vectors/example/public-keys")
        .replace("[CODE]", "log.missing")
        .replace("SHELL", "bash");
    Command::new(env!("CARGO_BIN_EXE_trailseal")).args(arguments.split_whitespace()).current_dir(root()).output().unwrap()
}

fn printed(output: Output) -> String {
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_line_of_a_shell_runs() {
    let mut run = 0;
    for line in blocks("sh").iter().flat_map(|block| block.lines()) {
        let line = line.split("  #").next().unwrap().trim();
        if let Some(arguments) = line.strip_prefix("cargo run --release -- ") {
            // That this is what `cargo run` runs is tested in xtask/tests/papers.rs.
            let output = paste(arguments);
            assert_eq!(output.status.code(), Some(0), "{line}");
            assert!(blocks("text").contains(&printed(output)), "the README shows what this prints: {line}");
        } else if let Some(arguments) = line.strip_prefix("trailseal ") {
            // A month is asked, and the example holds two days of it.
            let output = paste(arguments);
            assert_eq!((output.status.code(), output.stderr.is_empty()), (Some(3), true), "{line}");
        } else {
            // The first are the tasks, tested in xtask/tests/papers.rs; the last is run against a server by tests/export.
            let is_known = ["cargo xtask test", "cargo install --path cli"].contains(&line);
            assert!(
                is_known || line.starts_with("aws cloudtrail list-public-keys "),
                "no test runs this line of the README: {line}"
            );
        }
        run += 1;
    }
    assert_eq!(run, 5, "the lines of the README that can be pasted");
}

#[test]
fn the_other_verbs_run_as_they_are_named() {
    let readme = readme().replace('\n', " ");
    let named = readme.split("`trailseal ").skip(1).map(|rest| rest.split('`').next().unwrap());
    let verbs: Vec<&str> = named.filter(|words| !words.starts_with("compare ")).collect();
    assert_eq!(verbs.len(), 7, "{verbs:?}");
    for arguments in verbs {
        let output = paste(arguments);
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(0), false), "trailseal {arguments}");
    }
}

#[test]
fn the_scope_file_is_one() {
    let blocks = blocks("toml");
    let [scope] = blocks.as_slice() else { panic!("one scope file") };
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scope-of-the-readme.toml");
    std::fs::write(&file, scope).unwrap();
    let output = paste(&format!("verify ARCHIVE… --keys KEYS --full --scope {}", file.display()));
    assert_eq!(output.status.code(), Some(3));
    let printed = printed(output);
    // The period that it asks stands in the verdict.
    assert!(printed.contains(" 2026-01-01 to 2026-03-31"), "{printed}");
}

/// The README shows what the command really prints.
#[test]
fn it_shows_what_is_printed() {
    let example = |archive: &str| {
        printed(paste(&format!("verify test-vectors/example/{archive} --keys KEYS --from 2026-03-01 --to 2026-03-03")))
    };
    for shown in [example("handover.zip"), example("tampered.zip")] {
        assert!(readme().contains(&format!("```text\n{shown}```")), "the README should show:\n{shown}");
    }
}
