//! The first screen: whatever the archive and the verdict, it fits, and ends with what to do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Lines of a screen, and its columns where there is no terminal.
const LINES: usize = 20;
const COLUMNS: usize = 80;

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors")
}

/// What is printed of a vector without `--full`.
fn screen_of(vector: &Value, folder: &Path) -> String {
    let scope = folder.join("scope.json");
    fs::write(&scope, vector["scope"].to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailseal"));
    command.current_dir(vectors()).arg("verify");
    let texts = |name: &str| vector[name].as_array().into_iter().flatten().map(|path| path.as_str().unwrap().to_owned()).collect();
    let (archives, keys): (Vec<String>, Vec<String>) = (texts("archives"), texts("keys"));
    command.args(archives);
    for list in &keys {
        command.args(["--keys", list]);
    }
    if let Some(pins) = vector["pins"].as_str() {
        command.args(["--pins", pins]);
    }
    if !vector["scope"].is_null() {
        command.arg("--scope").arg(&scope);
    }
    let output = command.output().unwrap();
    assert_ne!(output.status.code(), Some(2), "{}: {}", vector["id"], String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_verdict_fits_a_screen_and_ends_with_what_to_do() {
    let index: Value = serde_json::from_slice(&fs::read(vectors().join("index.json")).unwrap()).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let vectors = index["vectors"].as_array().unwrap();
    assert!(vectors.len() > 400);
    let mut wrong = Vec::new();
    for vector in vectors {
        // Limits of one's own are options that others lack.
        if vector.get("limits").is_some() {
            continue;
        }
        let screen = screen_of(vector, folder.path());
        let lines: Vec<&str> = screen.lines().collect();
        // A line that is longer than the terminal is wide takes several.
        let rows: usize = lines.iter().map(|line| line.chars().count().div_ceil(COLUMNS).max(1)).sum();
        let is_next = screen.contains("\n  Next: ") || screen.contains("\n  Not claimed: ");
        let is_wide = lines.iter().any(|line| line.chars().count() > COLUMNS);
        if rows > LINES || !is_next || is_wide {
            wrong.push(format!("{}: {rows} rows, too wide: {is_wide}\n{screen}", vector["id"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
}
