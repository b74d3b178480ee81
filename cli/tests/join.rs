//! Reports of several periods, joined, over archives that are cut from the example.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Where digest files of the first chain of the example end, twelve or thirteen hours after one another.
const CUTS: [&str; 5] =
    ["2026-02-28T23:11:37Z", "2026-03-01T11:11:37Z", "2026-03-01T23:11:37Z", "2026-03-02T11:11:37Z", "2026-03-03T00:11:37Z"];

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors/example").join(name)
}

fn trailseal(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trailseal")).args(arguments).current_dir(folder).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Unpacks the example, which is stored.
fn unpack(folder: &Path) {
    let bytes = fs::read(example("handover.zip")).unwrap();
    let zip = rawzip::ZipArchive::from_slice(&bytes).unwrap();
    let mut entries = zip.entries();
    while let Some(entry) = entries.next_entry().unwrap() {
        let path = folder.join(std::str::from_utf8(entry.file_path().as_ref()).unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, zip.get_entry(entry.wayfinder()).unwrap().data()).unwrap();
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let inside = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    inside.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Verifies an archive for a period and files the report.
fn file_report(folder: &Path, archive: &str, name: &str, from: &str, to: &str, places: &[&str]) {
    let keys = example("public-keys");
    let asked = ["verify", archive, "--keys", keys.to_str().unwrap(), "--from", from, "--to", to, "--format", "json", "-o", name];
    trailseal(folder, &[&asked, places].concat());
    assert!(folder.join(name).exists());
}

#[test]
fn four_parts_of_one_chain_join_and_a_withheld_hour_is_seen() {
    let folder = TempDir::new().unwrap();
    let archive = folder.path().join("archive");
    unpack(&archive);
    let one_chain = ["--account", "111122223333", "--region", "us-east-1"];
    let names = ["1.json", "2.json", "3.json", "4.json"];
    for (name, cut) in names.iter().zip(CUTS.windows(2)) {
        file_report(folder.path(), "archive", name, cut[0], cut[1], &one_chain);
    }
    let joined = trailseal(folder.path(), &["join", "4.json", "2.json", "1.json", "3.json"]);
    insta::assert_snapshot!("joined", text(&joined));
    assert_eq!(joined.status.code(), Some(0));
    let whole = trailseal(folder.path(), &["join", "1.json", "2.json", "3.json", "4.json", "--period", "2026-03-01..2026-03-02"]);
    assert_eq!(whole.status.code(), Some(0), "{}", text(&whole));
    let short = trailseal(folder.path(), &["join", "1.json", "2.json", "--period", "2026-03-01..2026-03-02"]);
    assert_eq!(short.status.code(), Some(3), "{}", text(&short));
    let without_one = trailseal(folder.path(), &["join", "1.json", "2.json", "4.json"]);
    assert_eq!(without_one.status.code(), Some(1), "{}", text(&without_one));

    // The first hour of the third part is withheld, digest file and all.
    let withheld = files(&archive).into_iter().filter(|path| path.to_string_lossy().contains("_us-east-1_20260302T001137Z"));
    let withheld: Vec<PathBuf> = withheld.filter(|path| path.to_string_lossy().contains("/111122223333/")).collect();
    assert!(!withheld.is_empty());
    withheld.iter().for_each(|path| fs::remove_file(path).unwrap());
    file_report(folder.path(), "archive", "3-cut.json", CUTS[2], CUTS[3], &one_chain);
    let cut = trailseal(folder.path(), &["join", "1.json", "2.json", "3-cut.json", "4.json"]);
    insta::assert_snapshot!("withheld", text(&cut));
    assert_eq!(cut.status.code(), Some(1));
    let json = trailseal(folder.path(), &["join", "1.json", "3-cut.json", "--format", "json"]);
    assert!(text(&json).starts_with("{\"backfill_chains\":0,\"conclusion\":\"not_joined\""), "{}", text(&json));
}

/// Days end where no digest file does, so that both reports hold the digest file that reaches across midnight.
#[test]
fn days_that_abut_join_and_what_was_not_asked_ends() {
    let folder = TempDir::new().unwrap();
    let archive = example("handover.zip");
    let archive = archive.to_str().unwrap();
    let days = ["2026-03-01", "2026-03-02", "2026-03-03"];
    file_report(folder.path(), archive, "1.json", days[0], days[1], &[]);
    file_report(folder.path(), archive, "2.json", days[1], days[2], &[]);
    file_report(folder.path(), archive, "late.json", "2026-03-01T21:00:00Z", days[2], &[]);
    file_report(folder.path(), archive, "two.json", days[1], days[2], &["--account", "111122223333,444455556666"]);
    let joined = trailseal(folder.path(), &["join", "1.json", "2.json"]);
    assert!(text(&joined).starts_with("CONTINUOUS for 2026-03-01 to 2026-03-02 (2 days, UTC): 12 of"), "{}", text(&joined));
    assert_eq!(joined.status.code(), Some(0));
    let joined = trailseal(folder.path(), &["join", "1.json", "two.json"]);
    insta::assert_snapshot!("days", text(&joined));
    assert_eq!(joined.status.code(), Some(3));
    assert_eq!(trailseal(folder.path(), &["join", "1.json", "late.json"]).status.code(), Some(3), "three hours in both");
    insta::assert_snapshot!("compared", text(&trailseal(folder.path(), &["compare", "1.json", "two.json"])));
    let full = text(&trailseal(folder.path(), &["compare", "1.json", "two.json", "--full"]));
    assert!(!full.contains("--full shows them"), "{full}");
}

#[test]
fn what_is_no_report_cannot_be_joined() {
    let folder = TempDir::new().unwrap();
    file_report(folder.path(), example("handover.zip").to_str().unwrap(), "1.json", "2026-03-01", "2026-03-02", &[]);
    let old = fs::read_to_string(folder.path().join("1.json")).unwrap().replace("trailseal-report/2", "trailseal-report/1");
    fs::write(folder.path().join("old.json"), old).unwrap();
    fs::write(folder.path().join("deep.json"), "[".repeat(1 << 20)).unwrap();
    for (arguments, reason) in [
        (vec!["join"], "REPORT"),
        (vec!["join", "1.json", "old.json"], "trailseal-report/1"),
        (vec!["join", "1.json", "deep.json"], "deep.json"),
        (vec!["join", "1.json", "absent.json"], "absent.json"),
        (vec!["join", "1.json", "--from", "2026-03-01"], "both ends"),
        (vec!["join", "1.json", "-o", "1.json", "--overwrite"], "is read"),
    ] {
        let refused = trailseal(folder.path(), &arguments);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!((refused.status.code(), said.contains(reason)), (Some(2), true), "{arguments:?}: {said}");
    }
    assert_eq!(trailseal(folder.path(), &["join", "1.json"]).status.code(), Some(3), "one report joins nothing");
}
