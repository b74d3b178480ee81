//! Every seed, and every archive of the test vectors, through the functions that the fuzzer calls.

use std::fs;
use std::path::{Path, PathBuf};

use trailseal_fuzz::TARGETS;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All files below a folder, in a stable order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Says which input it was before the panic's own words end the test.
fn replay(name: &str, target: fn(&[u8]), path: &Path) {
    let bytes = fs::read(path).expect("a readable file");
    let result = std::panic::catch_unwind(|| target(&bytes));
    assert!(result.is_ok(), "the target {name} panics over {}", path.display());
}

#[test]
fn seeds_are_replayed() {
    for (name, target) in TARGETS {
        let seeds = files(&root().join("fuzz/seeds").join(name));
        assert!(!seeds.is_empty(), "{name} has no seeds");
        seeds.iter().for_each(|seed| replay(name, target, seed));
    }
}

#[test]
fn archives_of_the_vectors_are_replayed() {
    let archives = files(&root().join("test-vectors/archives"));
    assert!(archives.len() >= 120);
    archives.iter().for_each(|archive| replay("zip", trailseal_fuzz::zip, archive));
}

#[test]
fn every_target_has_its_program() {
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("fuzz/Cargo.toml");
    let programs = files(&root().join("fuzz/fuzz_targets"));
    assert_eq!(programs.len(), TARGETS.len());
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "fuzz/Cargo.toml does not name {name}");
        assert!(programs.iter().any(|program| program.file_stem().is_some_and(|stem| stem == name)));
    }
}
