//! The command as a person or a script runs it: exit codes, streams, files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const PERIOD: [&str; 4] = ["--from", "2026-03-01", "--to", "2026-03-03"];

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors")
}

fn example(name: &str) -> String {
    vectors().join("example").join(name).to_str().unwrap().to_owned()
}

fn trailseal<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trailseal")).args(arguments).output().unwrap()
}

/// Runs it with a file on stdin.
fn piped(arguments: &[&str], file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trailseal")).args(arguments).stdin(fs::File::open(file).unwrap()).output().unwrap()
}

fn verify(arguments: &[&str]) -> Output {
    trailseal(&[&["verify"], arguments].concat())
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Unpacks a zip archive of the vectors; none of them needs more than this.
fn unpack(archive: &Path, folder: &Path) {
    let bytes = fs::read(archive).unwrap();
    let zip = rawzip::ZipArchive::from_slice(&bytes).unwrap();
    let mut entries = zip.entries();
    while let Some(entry) = entries.next_entry().unwrap() {
        let path = folder.join(std::str::from_utf8(entry.file_path().as_ref()).unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let raw = zip.get_entry(entry.wayfinder()).unwrap();
        assert_eq!(entry.compression_method(), rawzip::CompressionMethod::STORE, "the example is stored");
        fs::write(path, raw.data()).unwrap();
    }
}

fn unpacked_example() -> TempDir {
    let folder = TempDir::new().unwrap();
    unpack(&vectors().join("example/handover.zip"), folder.path());
    folder
}

#[test]
fn the_exit_code_is_the_verdict() {
    let keys = example("public-keys");
    let passed = verify(&[&[example("handover.zip").as_str(), "--keys", &keys], PERIOD.as_slice()].concat());
    assert_eq!(code(&passed), 0, "{}", text(&passed.stderr));
    assert!(text(&passed.stdout).starts_with("PASSED for 2026-03-01 to 2026-03-02 (2 days, UTC)"));
    assert_eq!(text(&passed.stderr), "", "nothing to say besides");
    let failed = verify(&[&[example("tampered.zip").as_str(), "--keys", &keys], PERIOD.as_slice()].concat());
    assert_eq!(code(&failed), 1);
    let indeterminate = verify(&[&[example("handover.zip").as_str(), "--full"], PERIOD.as_slice()].concat());
    assert_eq!(code(&indeterminate), 3);
    let pasted: String = text(&indeterminate.stdout).replace("\\\n", "");
    let words: Vec<&str> = pasted.split_whitespace().collect();
    assert!(words.join(" ").contains("$ aws cloudtrail list-public-keys --region us-east-1 --start-time"));
}

#[test]
fn what_cannot_run_is_two_and_says_why() {
    let archive = example("handover.zip");
    let folder = TempDir::new().unwrap();
    let junk = folder.path().join("junk.bin");
    fs::write(&junk, "no archive").unwrap();
    let junk = junk.to_str().unwrap();
    for (arguments, reason) in [
        (vec![], "ARCHIVE"),
        (vec!["/does/not/exist"], "/does/not/exist"),
        (vec![&archive, "--from", "2026-03-01"], "both ends"),
        (vec![&archive, "--from", "2026-03-02", "--to", "2026-03-01"], "empty"),
        (vec![&archive, "--from", "2026-03-01T00:00:00", "--to", "2026-03-02"], "offset"),
        (vec![&archive, "--account", "12345"], "twelve digits"),
        (vec![&archive, "--region", "US-EAST-1"], "region"),
        (vec![&archive, "--keys", junk], "junk.bin"),
        (vec![&archive, "--keys", folder.path().to_str().unwrap()], "no key file"),
        (vec![&archive, "--pins", junk], "line 1"),
        (vec![&archive, "--scope", junk], "junk.bin"),
        (vec![&archive, "--relocated", "old=new"], "s3://OLD"),
        (vec![&archive, "--limit", "depth=1"], "depth"),
        (vec![&archive, "--threads", "0"], "threads"),
        (vec![&archive, "--format", "xml"], "xml"),
        (vec![&archive, "--table", "keys"], "--format csv"),
        (vec![&archive, "--format", "json", "--sign-off"], "--sign-off needs --format html"),
        (vec![&archive, "--format", "csv", "--table", "logs"], "logs"),
        (vec![&archive, "--output", "/does/not/exist/report.txt"], "cannot be written"),
    ] {
        let output = verify(&arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(text(&output.stderr).contains(reason), "{arguments:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "", "{arguments:?}: diagnostics go to stderr");
    }
}

#[test]
fn what_is_no_archive_is_judged_and_proves_nothing() {
    let folder = TempDir::new().unwrap();
    let junk = folder.path().join("junk.zip");
    for content in ["", "no archive", &"no archive ".repeat(100)] {
        fs::write(&junk, content).unwrap();
        let given = verify(&[junk.to_str().unwrap(), "--format", "json"]);
        assert_eq!(code(&given), 3, "{}", text(&given.stderr));
        assert!(text(&given.stdout).contains("archive.entry.unreadable") && text(&given.stdout).contains("archive.empty"));
        let piped = piped(&["verify", "-", "--format", "json"], &junk);
        assert_eq!(text(&piped.stdout), text(&given.stdout), "from a file and from a pipe");
    }
    let piped = piped(&["verify", "-"], Path::new(&example("handover.zip")));
    assert_eq!(code(&piped), 2, "a zip archive needs a file");
    assert!(text(&piped.stderr).contains("name its file"));
}

#[test]
fn a_folder_and_a_zip_give_the_same_bytes_on_any_number_of_threads() {
    let folder = unpacked_example();
    let keys = example("public-keys");
    let zip = verify(&[&[example("handover.zip").as_str(), "--format", "json", "--keys", &keys], PERIOD.as_slice()].concat());
    assert_eq!(zip.stdout.last(), Some(&b'\n'));
    for threads in ["1", "2", "7"] {
        let root = folder.path().to_str().unwrap();
        let tree = verify(&[&[root, "--format", "json", "--keys", &keys, "--threads", threads], PERIOD.as_slice()].concat());
        assert_eq!(text(&tree.stdout), text(&zip.stdout), "{threads} threads");
    }
    let report: serde_json::Value = serde_json::from_slice(&zip.stdout).unwrap();
    assert_eq!(report["schema"], "trailseal-report/2");
    assert_eq!(report["overall"], "passed");
}

#[test]
fn every_container_and_stdin_give_the_same_bytes() {
    let folder = unpacked_example();
    let keys = example("public-keys");
    let json = |archive: &str| verify(&[&[archive, "--format", "json", "--keys", &keys], PERIOD.as_slice()].concat());
    let expected = text(&json(&example("handover.zip")).stdout);
    let out = TempDir::new().unwrap();
    for (name, flags) in [("a.tar", "-cf"), ("a.tar.gz", "-czf")] {
        let archive = out.path().join(name);
        let packed = Command::new("tar").arg(flags).arg(&archive).arg("-C").arg(folder.path()).arg(".").status().unwrap();
        assert!(packed.success());
        assert_eq!(text(&json(archive.to_str().unwrap()).stdout), expected, "{name}");
        let piped = piped(&[&["verify", "-", "--format", "json", "--keys", &keys], PERIOD.as_slice()].concat(), &archive);
        assert_eq!(text(&piped.stdout), expected, "{name} on stdin");
        // A folder that holds the archive: the paths in the report differ, the verdict does not.
        let nest = TempDir::new().unwrap();
        fs::copy(&archive, nest.path().join(name)).unwrap();
        assert_eq!(code(&json(nest.path().to_str().unwrap())), 0, "{name} in a folder");
    }
}

#[test]
fn several_archives_are_one_case() {
    let folder = unpacked_example();
    let keys = example("public-keys");
    let half = folder.path().join("AWSLogs/o-exampleorg1/777788889999");
    let other = TempDir::new().unwrap();
    fs::create_dir_all(other.path().join("AWSLogs/o-exampleorg1")).unwrap();
    fs::rename(&half, other.path().join("AWSLogs/o-exampleorg1/777788889999")).unwrap();
    let (one, two) = (folder.path().to_str().unwrap(), other.path().to_str().unwrap());
    let both = verify(&[&[one, two, "--format", "json", "--keys", &keys], PERIOD.as_slice()].concat());
    let whole = verify(&[&[example("handover.zip").as_str(), "--format", "json", "--keys", &keys], PERIOD.as_slice()].concat());
    assert_eq!(text(&both.stdout), text(&whole.stdout));
    let asked = "111122223333,444455556666,777788889999";
    let alone = verify(&[&[one, "--keys", &keys, "--account", asked], PERIOD.as_slice()].concat());
    assert_eq!(code(&alone), 3);
    let shown = text(&alone.stdout).to_string();
    let words: Vec<&str> = shown.split_whitespace().collect();
    assert!(words.join(" ").contains("for account 777788889999, or a statement"), "{words:?}");
}

#[test]
fn keys_that_lie_in_the_archive_are_only_enclosed() {
    let folder = unpacked_example();
    let inside = folder.path().join("my-keys");
    fs::create_dir(&inside).unwrap();
    for entry in fs::read_dir(vectors().join("example/public-keys")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), inside.join(entry.file_name())).unwrap();
    }
    let root = folder.path().to_str().unwrap();
    let output = verify(&[&[root, "--full", "--keys", inside.to_str().unwrap()], PERIOD.as_slice()].concat());
    assert_eq!(code(&output), 3);
    assert!(text(&output.stdout).contains("key.enclosed"));
    // The same through a link from outside: it is where it is.
    #[cfg(unix)]
    {
        let outside = TempDir::new().unwrap();
        let link = outside.path().join("keys");
        std::os::unix::fs::symlink(&inside, &link).unwrap();
        let output = verify(&[&[root, "--keys", link.to_str().unwrap()], PERIOD.as_slice()].concat());
        assert_eq!(code(&output), 3);
    }
}

#[test]
fn pins_promote_enclosed_keys_and_demote_others() {
    let keys = example("public-keys");
    let archive = example("handover.zip");
    let json = verify(&[&archive, "--format", "json", "--keys", &keys]).stdout;
    let report: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let pins: Vec<&str> = report["keys"].as_array().unwrap().iter().map(|key| key["sha256"].as_str().unwrap()).collect();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("pins.txt");
    fs::write(&file, pins.join("\n")).unwrap();
    let pinned = verify(&[&[archive.as_str(), "--keys", &keys, "--pins", file.to_str().unwrap()], PERIOD.as_slice()].concat());
    assert_eq!(code(&pinned), 0);
    fs::write(&file, pins[1..].join("\n")).unwrap();
    let unlisted = verify(&[&[archive.as_str(), "--keys", &keys, "--pins", file.to_str().unwrap()], PERIOD.as_slice()].concat());
    assert_eq!(code(&unlisted), 3);
}

#[test]
fn a_scope_file_asks_once_for_a_whole_organisation() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("scope.toml");
    let accounts = ["111122223333", "444455556666", "777788889999"];
    let expect: String = accounts.iter().map(|account| format!("[[expect]]\naccount = \"{account}\"\n")).collect();
    fs::write(&file, format!("from = \"2026-03-01\"\nto = \"2026-03-03\"\nregions = [\"us-east-1\", \"eu-west-1\"]\n{expect}"))
        .unwrap();
    let (archive, keys, file) = (example("handover.zip"), example("public-keys"), file.to_str().unwrap().to_owned());
    assert_eq!(code(&verify(&[&archive, "--keys", &keys, "--scope", &file])), 0);
    let more = verify(&[&archive, "--keys", &keys, "--scope", &file, "--trail", "no-such-trail"]);
    assert_eq!(code(&more), 3);
    let twice = verify(&[&archive, "--keys", &keys, "--scope", &file, "--region", "us-east-1"]);
    assert_eq!(code(&twice), 2);
}

#[test]
fn a_policy_in_the_scope_file_raises_and_lowers_but_silences_nothing() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("scope.toml");
    let (archive, keys) = (example("handover.zip"), example("public-keys"));
    let with = |policy: &str| {
        fs::write(&file, format!("from = \"2026-03-01\"\nto = \"2026-03-03\"\n[policy]\n{policy}\n")).unwrap();
        verify(&[&archive, "--keys", &keys, "--scope", file.to_str().unwrap(), "--full"])
    };
    let raised = with("\"archive.ignored\" = \"refutes\"");
    assert_eq!(code(&raised), 1);
    let words = text(&raised.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("the verifier's own policy: archive.ignored refutes."), "{words}");
    let lowered = with("\"digest.relocated\" = \"informs\"");
    assert_eq!(code(&lowered), 0);
    let words = text(&lowered.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("the verifier's own policy: digest.relocated informs."),
        "a policy without effect is named all the same"
    );
    for (wrong, reason) in [
        ("\"log.missing\" = \"limits\"", "cannot be lowered"),
        ("\"log.missing\" = \"informs\"", "cannot be lowered"),
        ("\"log.mising\" = \"refutes\"", "no code"),
        ("\"log.unreferenced\" = \"ignores\"", "ignores"),
    ] {
        let refused = with(wrong);
        assert_eq!(code(&refused), 2, "{wrong}");
        assert!(text(&refused.stderr).contains(reason), "{wrong}: {}", text(&refused.stderr));
    }
}

#[test]
fn every_form_has_the_exit_code_of_the_verdict_and_goes_into_a_file() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("report");
    let file = file.to_str().unwrap();
    let archive = example("tampered.zip");
    let keys = example("public-keys");
    for (form, begin) in [
        (vec!["--format", "text"], "FAILED"),
        (vec!["--format", "json"], "{\"asked\""),
        (vec!["--format", "csv"], "code,effect"),
        (vec!["--format", "csv", "--table", "objects"], "kind,object"),
        (vec!["--format", "junit"], "<testsuites"),
        (vec!["--format", "in-toto"], "{\"_type\":\"https://in-toto.io/Statement/v1\""),
    ] {
        let arguments = [vec![archive.as_str(), "--keys", &keys], PERIOD.to_vec(), form.clone()].concat();
        let shown = verify(&arguments);
        assert_eq!(code(&shown), 1, "{form:?}");
        assert!(text(&shown.stdout).starts_with(begin) && shown.stdout.ends_with(b"\n"), "{form:?}");
        assert_eq!(code(&verify(&[arguments, vec!["--overwrite", "--output", file]].concat())), 1);
        assert_eq!(fs::read(file).unwrap(), shown.stdout, "{form:?}");
    }
}

#[test]
fn a_comparison_says_by_its_exit_code_whether_something_is_worse() {
    let folder = TempDir::new().unwrap();
    let keys = example("public-keys");
    let write = |archive: &str| {
        let path = folder.path().join(format!("{archive}.json")).to_str().unwrap().to_owned();
        verify(&[&[example(archive).as_str(), "--keys", &keys, "--format", "json", "--output", &path], PERIOD.as_slice()].concat());
        path
    };
    let (whole, tampered) = (write("handover.zip"), write("tampered.zip"));
    let worse = trailseal(&["compare", &whole, &tampered]);
    assert_eq!(code(&worse), 1);
    assert!(text(&worse.stdout).starts_with("WORSE: the verdict went from passed to failed"));
    assert_eq!(code(&trailseal(&["compare", &tampered, &whole])), 0);
    assert!(text(&trailseal(&["compare", &whole, &whole]).stdout).starts_with("THE SAME"));
    let other = folder.path().join("other.json");
    fs::write(&other, fs::read_to_string(&whole).unwrap().replace("trailseal-report/2", "trailseal-report/9")).unwrap();
    for wrong in [other.to_str().unwrap(), "/does/not/exist", &example("handover.zip")] {
        let refused = trailseal(&["compare", &whole, wrong, "--format", "json"]);
        assert_eq!(code(&refused), 2, "{wrong}");
        assert_eq!(text(&refused.stdout), "", "{wrong}");
    }
}

#[test]
fn a_file_gets_the_report_whole_and_without_colours() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("report.txt");
    let output = verify(&[&example("handover.zip"), "--output", file.to_str().unwrap()]);
    assert_eq!(code(&output), 3);
    assert_eq!(text(&output.stdout), "");
    let written = fs::read_to_string(&file).unwrap();
    assert!(written.starts_with("INDETERMINATE") && !written.contains('\u{1b}'));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn schemas_codes_and_keys_are_at_hand() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    for (what, file) in [("report", "report.v2.schema.json"), ("scope", "scope.v1.schema.json")] {
        let output = trailseal(&["schema", what]);
        assert_eq!((code(&output), text(&output.stdout)), (0, fs::read_to_string(docs.join(file)).unwrap()));
    }
    let unknown = trailseal(&["explain", "log.mising"]);
    assert_eq!(code(&unknown), 2);
    assert!(text(&unknown.stderr).contains("no code 'log.mising'"));
    assert_eq!(code(&trailseal(&["keys", &example("handover.zip")])), 2);
}

#[test]
fn who_names_an_archive_and_no_verb_is_told_of_verify() {
    let archive = example("handover.zip");
    let output = trailseal(&[&archive]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains(&format!("to verify it: trailseal verify {archive}")), "{}", text(&output.stderr));
    assert!(!text(&trailseal(&["verfy"]).stderr).contains("to verify it"), "a mistyped verb is no archive");
}

#[test]
fn a_hint_is_no_part_of_what_is_printed() {
    let archive = example("handover.zip");
    let verified = |end: &[&str]| verify(&[&[archive.as_str(), "--from", "2026-02-28", "--format", "json"], end].concat());
    let (to, exact) = (verified(&["--to", "2026-03-31"]), verified(&["--to", "2026-03-31T00:00:00Z"]));
    assert!(text(&to.stderr).contains("--through 2026-03-31 asks for it, too") && exact.stderr.is_empty());
    assert_eq!((code(&to), &to.stdout), (code(&exact), &exact.stdout));
    let (through, next) = (verified(&["--through", "2026-03"]), verified(&["--to", "2026-04-01"]));
    assert_eq!((through.stderr.len(), &through.stdout), (0, &next.stdout));
}

#[test]
fn completions_and_the_manual_page_name_the_verbs() {
    for arguments in [&["completions", "bash"][..], &["completions", "zsh"], &["completions", "fish"], &["man"]] {
        let output = trailseal(arguments);
        assert_eq!(code(&output), 0);
        assert!(text(&output.stdout).contains("inspect"), "{arguments:?}");
    }
}

#[test]
fn html_is_the_same_on_stdout_and_in_a_file() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("report.html");
    let (archive, keys) = (example("handover.zip"), example("public-keys"));
    let arguments = [[archive.as_str(), "--keys", &keys, "--format", "html"].as_slice(), &PERIOD].concat();
    let shown = verify(&arguments);
    assert_eq!(code(&shown), 0);
    assert!(text(&shown.stdout).starts_with("<!doctype html>"));
    assert_eq!(code(&verify(&[arguments.as_slice(), &["--output", file.to_str().unwrap()]].concat())), 0);
    assert_eq!(fs::read(&file).unwrap(), shown.stdout);
}

#[test]
fn no_colours_leave_a_pipe() {
    assert!(!text(&verify(&[&example("handover.zip")]).stdout).contains('\u{1b}'));
}

#[test]
fn the_first_archive_that_is_cut_off_does_not_hide_the_others() {
    let folder = TempDir::new().unwrap();
    let cut = folder.path().join("cut.zip");
    let bytes = fs::read(example("handover.zip")).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let keys = example("public-keys");
    let output =
        verify(&[&[cut.to_str().unwrap(), &example("handover.zip"), "--full", "--keys", &keys], PERIOD.as_slice()].concat());
    assert_eq!(code(&output), 3);
    let shown = text(&output.stdout);
    assert!(shown.contains("archive.entry.unreadable") && shown.contains("588 digest files"), "{shown}");
}

#[test]
fn zip_archives_in_a_folder_are_read() {
    let folder = TempDir::new().unwrap();
    fs::copy(example("handover.zip"), folder.path().join("march.zip")).unwrap();
    let keys = example("public-keys");
    let output = verify(&[&[folder.path().to_str().unwrap(), "--keys", &keys], PERIOD.as_slice()].concat());
    assert_eq!(code(&output), 0, "{}", text(&output.stdout));
}

/// True if a report says that something was not read for this limit.
fn limited(output: &Output, option: &str, most: &str) -> bool {
    text(&output.stdout).contains(&format!("{{\"is\":\"limit\",\"most\":{most},\"option\":\"{option}\"}}"))
}

#[test]
fn limits_come_from_the_command_line() {
    let output = verify(&[&example("handover.zip"), "--limit", "digest-bytes=10,log-bytes=10", "--format", "json"]);
    assert_eq!(code(&output), 3);
    assert!(limited(&output, "digest_bytes", "10") && limited(&output, "log_bytes", "10"));
    let folder = unpacked_example();
    let output = verify(&[folder.path().to_str().unwrap(), "--limit", "entries=3", "--format", "json"]);
    assert!(limited(&output, "entries", "3"));
    let output = verify(&[&example("handover.zip"), "--limit", "entry-bytes=3", "--format", "json"]);
    assert!(limited(&output, "entry_bytes", "3"));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    const LOG: &str = "111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json.gz";

    #[test]
    fn links_are_followed_only_inside_and_devices_never_opened() {
        let outside = TempDir::new().unwrap();
        fs::write(outside.path().join("secret.json"), "{}").unwrap();
        let folder = unpacked_example();
        symlink(outside.path().join("secret.json"), folder.path().join("out.json")).unwrap();
        symlink("AWSLogs", folder.path().join("again")).unwrap();
        symlink(".", folder.path().join("loop")).unwrap();
        symlink("nowhere", folder.path().join("dangling.json")).unwrap();
        symlink("itself.json", folder.path().join("itself.json")).unwrap();
        let _socket = UnixListener::bind(folder.path().join("socket.json")).unwrap();
        let made = Command::new("mkfifo").arg(folder.path().join(LOG)).status().unwrap();
        assert!(made.success());
        let keys = example("public-keys");
        let root = folder.path().to_str().unwrap();
        let output = verify(&[&[root, "--keys", &keys, "--format", "json"], PERIOD.as_slice()].concat());
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut seen: Vec<(String, String)> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["effect"] != "informs")
            .map(|finding| (finding["code"].as_str().unwrap().to_owned(), finding["first"].as_str().unwrap().to_owned()))
            .collect();
        seen.sort();
        let expected = [
            ("archive.entry.unreadable", "dangling.json"),
            ("archive.entry.unreadable", "itself.json"),
            ("archive.entry.unsafe", LOG),
            ("archive.entry.unsafe", "out.json"),
            ("archive.entry.unsafe", "socket.json"),
            ("log.unreferenced", LOG),
        ];
        assert_eq!(seen, expected.map(|(code, path)| (code.to_owned(), path.to_owned())));
        assert_eq!(code(&output), 3);
    }

    #[test]
    fn what_may_not_be_read_is_a_finding_and_the_rest_is_verified() {
        let folder = unpacked_example();
        let file = folder.path().join(LOG);
        fs::write(&file, "{}").unwrap();
        let inner = folder.path().join("private");
        fs::create_dir(&inner).unwrap();
        for path in [&file, &inner] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
        }
        // Nothing is closed to root, unless it gives up that right.
        let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
        let mut command = Command::new(if is_root { "setpriv" } else { "env" });
        if is_root {
            command.args(["--bounding-set", "-dac_override,-dac_read_search"]);
        }
        command.arg(env!("CARGO_BIN_EXE_trailseal")).args(["verify", "--format", "json"]).args(PERIOD);
        let keys = example("public-keys");
        let output = command.args(["--keys", &keys]).arg(folder.path()).output().unwrap();
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o700)).unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let unreadable =
            report["findings"].as_array().unwrap().iter().filter(|finding| finding["code"] == "archive.entry.unreadable");
        let mut unreadable: Vec<(&str, &str)> = unreadable
            .map(|finding| (finding["first"].as_str().unwrap(), finding["reasons"][0]["error"].as_str().unwrap()))
            .collect();
        unreadable.sort_unstable();
        assert_eq!(unreadable, [(LOG, "permission_denied"), ("private", "permission_denied")]);
        assert_eq!(code(&output), 3);
        let whole = verify(&[&[example("handover.zip").as_str(), "--keys", &keys, "--format", "json"], PERIOD.as_slice()].concat());
        let whole: serde_json::Value = serde_json::from_slice(&whole.stdout).unwrap();
        assert_eq!(report["counts"]["logs"]["proved"], whole["counts"]["logs"]["proved"]);
    }

    #[test]
    fn a_link_to_a_file_is_that_file() {
        let folder = unpacked_example();
        let store = folder.path().join("store");
        fs::create_dir(&store).unwrap();
        let name = "AWSLogs/o-exampleorg1/111122223333/CloudTrail-Digest/us-east-1";
        fs::rename(folder.path().join(name), store.join("us-east-1")).unwrap();
        fs::create_dir(folder.path().join(name)).unwrap();
        for entry in walkdir(&store.join("us-east-1")) {
            let relative = entry.strip_prefix(store.join("us-east-1")).unwrap();
            let link = folder.path().join(name).join(relative);
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            symlink(&entry, link).unwrap();
        }
        let keys = example("public-keys");
        let root = folder.path().to_str().unwrap();
        let output = verify(&[&[root, "--full", "--keys", &keys], PERIOD.as_slice()].concat());
        // The store itself lies elsewhere than the digest files say: each is there twice, once out of place.
        assert_eq!(code(&output), 3, "{}", text(&output.stdout));
        assert!(text(&output.stdout).contains("digest.relocated"));
    }

    fn walkdir(folder: &Path) -> Vec<PathBuf> {
        fs::read_dir(folder)
            .unwrap()
            .flat_map(|entry| {
                let path = entry.unwrap().path();
                if path.is_dir() { walkdir(&path) } else { vec![path] }
            })
            .collect()
    }

    #[test]
    fn names_that_are_no_utf8_or_control_a_terminal_are_shown_inert() {
        let folder = TempDir::new().unwrap();
        let name = [b"x_CloudTrail\xff\x1b[31m\n".as_slice(), "\u{202e}.json".as_bytes()].concat();
        fs::write(folder.path().join(std::ffi::OsStr::from_bytes(&name)), "{}").unwrap();
        let output = verify(&[folder.path().to_str().unwrap()]);
        let shown = text(&output.stdout);
        assert!(shown.contains("x_CloudTrail%FF%1B[31m%0A%E2%80%AE.json"), "{shown}");
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'));
    }

    #[test]
    fn a_closed_pipe_is_no_error() {
        let command = format!(
            "'{}' verify '{}' --format json | head -c 1; exit ${{PIPESTATUS[0]}}",
            env!("CARGO_BIN_EXE_trailseal"),
            example("handover.zip")
        );
        let output = Command::new("bash").args(["-c", &command]).output().unwrap();
        assert_eq!(code(&output), 3, "{}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "");
    }
}
