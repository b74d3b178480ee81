//! Accounts that are asked by a list.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors/example").join(name)
}

/// Verifies two days of the example, in a folder in which lists lie.
fn verify(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailseal"));
    command.arg("verify").arg(example("handover.zip")).arg("--keys").arg(example("public-keys"));
    command.args(["--from", "2026-03-01", "--to", "2026-03-03"]).args(arguments).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const LIST: &str = r#"{"Accounts":[
    {"Id":"111122223333","Name":"billing","Status":"ACTIVE","JoinedTimestamp":"2020-05-01T08:00:00.123000+00:00"},
    {"Id":"444455556666","Name":"=crm\u202e","Status":"SUSPENDED","State":"SUSPENDED","JoinedTimestamp":1772445599.5},
    {"Id":"200000000007","Name":"payroll, prod","Status":"ACTIVE","JoinedTimestamp":1481835795},
    {"Id":"300000000003","Name":"later","Status":"ACTIVE","JoinedTimestamp":"2026-03-03T00:00:00Z"}]}"#;

#[test]
fn accounts_of_a_list_are_asked_with_their_names_and_from_when_they_joined() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("accounts.json"), LIST).unwrap();
    let asked =
        ["--accounts-from", "accounts.json", "--region", "us-east-1,eu-west-1,sa-east-1", "--format", "csv", "--table", "asked"];
    let output = verify(folder.path(), &asked);
    insta::assert_snapshot!("asked_by_a_list", format!("{}\n{}", text(&output.stderr), text(&output.stdout).replace('\r', "")));
    assert_eq!(output.status.code(), Some(3));
    let shown = text(&verify(folder.path(), &["--accounts-from", "accounts.json"]).stdout);
    let (_, open) = shown.split_once("\n\n  Accounts of the list").unwrap();
    insta::assert_snapshot!("open_accounts", open);
    let json = text(&verify(folder.path(), &["--accounts-from", "accounts.json", "--format", "json"]).stdout);
    assert!(json.contains("\"from\":\"2026-03-02T09:59:59Z\"") && !json.contains("billing"), "names are no part of the report");
}

#[test]
fn a_list_that_cannot_be_used_says_why() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("accounts.json"), LIST).unwrap();
    fs::write(folder.path().join("cut.csv"), "id,name\n12345678901,x\n").unwrap();
    fs::write(folder.path().join("latin.csv"), b"id,name\n111122223333,caf\xe9\n").unwrap();
    fs::write(folder.path().join("scope.toml"), "accounts = [\"111122223333\"]\n").unwrap();
    for (arguments, reason) in [
        (["--accounts-from", "cut.csv"].as_slice(), "did you mean 012345678901?"),
        (&["--accounts-from", "latin.csv"], "no UTF-8"),
        (&["--accounts-from", "absent.csv"], "absent.csv"),
        (&["--accounts-from", "accounts.json", "--account", "111122223333"], "cannot be used with"),
        (&["--accounts-from", "accounts.json", "--scope", "scope.toml"], "also named beside it"),
        (&["--accounts-from", "accounts.json", "-o", "accounts.json", "--overwrite"], "is read"),
    ] {
        let refused = verify(folder.path(), arguments);
        let said = text(&refused.stderr);
        assert_eq!((refused.status.code(), said.contains(reason)), (Some(2), true), "{arguments:?}: {said}");
    }
}
