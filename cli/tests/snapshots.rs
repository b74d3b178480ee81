//! What people read, kept as text files beside this test, so that a change of it is seen.

use std::path::Path;
use std::process::Command;

fn shown(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_trailseal"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors"))
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn verify(arguments: &[&str]) -> String {
    shown(&[&["verify"], arguments].concat())
}

#[test]
fn help() {
    insta::assert_snapshot!(shown(&["verify", "--help"]));
}

#[test]
fn passed() {
    let text = verify(&["example/handover.zip", "--keys", "example/public-keys", "--from", "2026-03-01", "--to", "2026-03-03"]);
    assert!(text.lines().count() <= 24, "a clean archive fits a screen");
    insta::assert_snapshot!(text);
}

#[test]
fn failed() {
    let archive = "example/tampered.zip";
    insta::assert_snapshot!(verify(&[archive, "--keys", "example/public-keys", "--from", "2026-03-01", "--to", "2026-03-03"]));
}

/// What stands on the first two pages of the HTML report, without its markup and its picture.
fn summary(archive: &str, options: &[&str]) -> String {
    let asked = ["--keys", "example/public-keys", "--period", "2026-03-01..2026-03-02", "--format", "html"];
    let html = verify(&[&[archive], &asked[..], options].concat());
    let summary = html.split_once("<div class=\"summary").unwrap().1.split_once("<nav").unwrap().0;
    let words =
        summary.split("<svg").enumerate().map(|(at, part)| if at == 0 { part } else { part.split_once("</svg>").unwrap().1 });
    let texts = words.flat_map(|part| part.split('<')).map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    let text = texts.collect::<Vec<_>>().join(" ").replace("&#39;", "'");
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn summaries() {
    insta::assert_snapshot!("summary_passed", summary("example/handover.zip", &["--sign-off"]));
    insta::assert_snapshot!("summary_failed", summary("example/tampered.zip", &[]));
}

#[test]
fn indeterminate_without_keys() {
    insta::assert_snapshot!(verify(&["example/handover.zip", "--from", "2026-03-01", "--to", "2026-03-03"]));
}

#[test]
fn nothing_at_all() {
    insta::assert_snapshot!(verify(&["archives/entries/no-evidence.zip"]));
}

#[test]
fn explanations() {
    insta::assert_snapshot!(shown(&["explain", "digest.signature.missing"]));
}

#[test]
fn all_codes() {
    insta::assert_snapshot!(shown(&["explain"]));
}

#[test]
fn keys() {
    insta::assert_snapshot!(shown(&["keys", "example/public-keys", "keys/weak-1024-bits/us-east-1.json"]));
}

#[test]
fn inspection() {
    insta::assert_snapshot!(shown(&["inspect", "example/tampered.zip"]));
    assert!(shown(&["inspect", "example/handover.zip", "--keys", "example/public-keys"]).contains("Nothing is missing"));
}

#[test]
fn full() {
    let archive = "archives/baseline/account-trail.zip";
    insta::assert_snapshot!(verify(&[archive, "--keys", "keys/us-east-1.json", "--full"]));
}

#[test]
fn first_letter() {
    let asked =
        ["--period", "2026-Q1", "--account", "111122223333", "--region", "us-east-1,eu-west-1", "--reply-by", "11 May 2026"];
    insta::assert_snapshot!(shown(&[&["request"], asked.as_slice()].concat()));
}

#[test]
fn letter() {
    let archive = ["request", "example/tampered.zip", "--keys", "example/public-keys", "--period", "2026-03-01..2026-03-02"];
    insta::assert_snapshot!(shown(&archive));
    insta::assert_snapshot!("letter_in_markdown", shown(&[archive.as_slice(), &["--format", "md"]].concat()));
    insta::assert_snapshot!("letter_as_table", shown(&[archive.as_slice(), &["--format", "csv"]].concat()));
}

#[test]
fn nothing_is_left_to_ask_for() {
    let archive = ["request", "example/handover.zip", "--keys", "example/public-keys", "--period", "2026-03-01..2026-03-02"];
    insta::assert_snapshot!(shown(&archive));
}
