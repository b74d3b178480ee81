//! Generated files: written, or compared with what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use trailseal::schema;

use crate::index::Index;
use crate::{Outcome, attacks, comparison, findings, shell};

/// What is done about a difference.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It is written down.
    Write,
    /// It is an error.
    Check,
}

/// The pages and schemas in `docs/`.
pub(crate) fn docs(mode: Mode) -> Outcome {
    let index = Index::read()?;
    let mut files = findings::pages(&index);
    files.extend([
        ("attacks.md".to_owned(), attacks::page(&index)?.into_bytes()),
        ("compared-with-validate-logs.md".to_owned(), comparison::page(&index)?.into_bytes()),
        ("report.v2.schema.json".to_owned(), schema::report().into_bytes()),
        ("scope.v1.schema.json".to_owned(), schema::scope().into_bytes()),
    ]);
    settle("docs", &files, &BTreeSet::from(["findings"]), mode, "generate")?;
    let views = BTreeMap::from([("views.schema.json".to_owned(), schema::views().into_bytes())]);
    settle("bindings-wasm", &views, &BTreeSet::new(), mode, "generate")?;
    match mode {
        // The core's own test makes them, and compares them when it runs with the others.
        Mode::Write => {
            let mut test = shell::cargo(&["test", "--package", "trailseal", "--locked", "--test", "bytes"]);
            shell::run(test.env("UPDATE_BYTES", "1"))
        }
        Mode::Check => Ok(()),
    }
}

/// The test vectors, with their archives and keys. In the folders of generated files nothing else may lie.
pub(crate) fn vectors(mode: Mode) -> Outcome {
    let files = trailseal_forge::files();
    let folders: BTreeSet<&str> = files.keys().filter_map(|path| path.split_once('/')).map(|(folder, _)| folder).collect();
    settle("test-vectors", &files, &folders, mode, "vectors")
}

/// Makes `folder` hold these files, and the folders in it that are named `whole` nothing else.
fn settle(folder: &str, files: &BTreeMap<String, Vec<u8>>, whole: &BTreeSet<&str>, mode: Mode, task: &str) -> Outcome {
    let base = shell::root().join(folder);
    let mut differences = Vec::new();
    for (path, bytes) in files {
        let full = base.join(path);
        if fs::read(&full).is_ok_and(|found| found == *bytes) {
            continue;
        }
        differences.push(format!("{folder}/{path} {}", if full.exists() { "differs" } else { "is missing" }));
        if mode == Mode::Write {
            let parent = full.parent().unwrap_or(&base);
            fs::create_dir_all(parent).map_err(|error| format!("{}: {error}", parent.display()))?;
            fs::write(&full, bytes).map_err(|error| format!("{}: {error}", full.display()))?;
        }
    }
    for name in whole {
        for found in found_below(&base.join(name))? {
            let path = found.strip_prefix(&base).unwrap_or(&found).to_string_lossy().replace('\\', "/");
            if !files.contains_key(&path) {
                differences.push(format!("{folder}/{path} is stale"));
                if mode == Mode::Write {
                    fs::remove_file(&found).map_err(|error| format!("{}: {error}", found.display()))?;
                }
            }
        }
    }
    let count = files.len();
    match (mode, differences.is_empty()) {
        (_, true) => println!("{folder}: all {count} generated files are as they should be"),
        (Mode::Write, false) => println!("{folder}: {} of {count} generated files written or removed", differences.len()),
        (Mode::Check, false) => {
            return Err(format!("{}\nrun `cargo xtask {task}` and look at what changes", differences.join("\n")));
        }
    }
    Ok(())
}

fn found_below(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !folder.exists() {
        return Ok(found);
    }
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
        if path.is_dir() { found.extend(found_below(&path)?) } else { found.push(path) }
    }
    Ok(found)
}
