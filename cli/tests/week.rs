//! A week as the other side hands it over, with what usually lacks: each fits the first screen, and is told as one cause.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;
use trailseal_forge::bulk::{self, Plan};

/// Nine days of an organisation, 12 chains, as an export leaves them: without the metadata of any object.
static NINE_DAYS: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let plan = Plan { accounts: 4, regions: 3, hours: 9 * 24, logs: 1, log_bytes: (200, 2_000), contents: 2_592 };
    bulk::write(&plan, folder.path()).unwrap();
    for file in files(&folder.path().join("tree")) {
        if file.to_string_lossy().ends_with(".head.json") {
            fs::remove_file(file).unwrap();
        }
    }
    folder
});

fn files(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.into_path())
        .collect()
}

/// What was handed over: the files of which it is true.
fn handed_over(is_in: impl Fn(&str) -> bool) -> TempDir {
    let (folder, tree) = (TempDir::new().unwrap(), NINE_DAYS.path().join("tree"));
    for file in files(&tree) {
        let path = file.strip_prefix(&tree).unwrap();
        if is_in(path.to_str().unwrap()) {
            let to = folder.path().join(path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::hard_link(&file, &to).or_else(|_| fs::copy(&file, &to).map(drop)).unwrap();
        }
    }
    folder
}

/// True if a path lies in the folder of one of these days of February 2026.
fn is_of(path: &str, days: std::ops::RangeInclusive<u32>) -> bool {
    days.into_iter().any(|day| path.contains(&format!("/2026/02/{day:02}/")))
}

/// The exit code and the first screen.
fn asked(folder: &TempDir, keys: &Path, period: &str) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailseal"));
    command.arg("verify").arg(folder.path()).arg("--keys").arg(keys).args(["--period", period]);
    let output = command.output().unwrap();
    let screen = String::from_utf8(output.stdout).unwrap();
    assert!(screen.lines().count() <= 20, "{screen}");
    (output.status.code().unwrap(), screen)
}

fn causes(screen: &str) -> usize {
    assert!(!screen.contains("more cause"), "{screen}");
    let marked = screen.lines().filter_map(|line| line.strip_prefix("  ? ").or_else(|| line.strip_prefix("  ✘ ")));
    // A chain begins with its account.
    marked
        .filter(|line| {
            !line.split(' ').next().is_some_and(|word| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit()))
        })
        .count()
}

const WEEK: &str = "2026-02-21..2026-02-27";

fn keys() -> PathBuf {
    NINE_DAYS.path().join("keys")
}

#[test]
fn the_day_folders_of_the_week_alone_leave_one_thing_open() {
    let (code, screen) = asked(&handed_over(|path| is_of(path, 21..=27)), &keys(), WEEK);
    assert_eq!((code, causes(&screen)), (3, 1), "{screen}");
    assert!(screen.contains("ask for: The day folder 2026/02/28 of all accounts and regions"), "{screen}");
}

#[test]
fn with_the_day_before_and_the_day_after_it_passes() {
    let (code, screen) = asked(&handed_over(|path| is_of(path, 20..=28)), &keys(), WEEK);
    assert_eq!((code, causes(&screen)), (0, 0), "{screen}");
}

#[test]
fn a_day_without_its_folders_is_one_cause() {
    let (code, screen) = asked(&handed_over(|path| !is_of(path, 24..=24)), &keys(), WEEK);
    assert_eq!((code, causes(&screen)), (1, 1), "{screen}");
    assert!(screen.contains("ask for: The day folder 2026/02/24 of all accounts and regions"), "{screen}");
}

#[test]
fn a_day_without_its_log_files_is_one_cause() {
    let (code, screen) = asked(&handed_over(|path| path.contains("CloudTrail-Digest") || !is_of(path, 24..=24)), &keys(), WEEK);
    assert_eq!((code, causes(&screen)), (1, 1), "{screen}");
}

#[test]
fn a_quarter_of_which_nine_days_are_here_is_two_causes() {
    let (code, screen) = asked(&handed_over(|_| true), &keys(), "2026-Q1");
    // The signature of the newest digest file, and the rest of the quarter.
    assert_eq!((code, causes(&screen)), (3, 2), "{screen}");
}

#[test]
fn keys_of_another_time_are_one_cause() {
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors/keys/new");
    let (code, screen) = asked(&handed_over(|path| is_of(path, 20..=28)), &other, WEEK);
    assert_eq!((code, causes(&screen)), (3, 1), "{screen}");
}

/// The patterns of the commands in the letter.
fn patterns(folder: &TempDir, keys: &Path, period: &str) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailseal"));
    command.arg("request").arg(folder.path()).arg("--keys").arg(keys).args(["--period", period]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let letter = String::from_utf8(output.stdout).unwrap();
    let quoted = letter.split("--include '").skip(1).map(|rest| rest.split('\'').next().unwrap().to_owned());
    quoted.collect()
}

/// True if a name fits a pattern in which a star stands for anything, as the AWS CLI takes it.
fn fits(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => name == pattern,
        Some((start, rest)) => name
            .strip_prefix(start)
            .is_some_and(|name| (0..=name.len()).filter(|at| name.is_char_boundary(*at)).any(|at| fits(&name[at..], rest))),
    }
}

#[test]
fn whoever_sends_what_the_letter_asks_for_gets_a_pass() {
    type Lacking = fn(&str) -> bool;
    let lacking: [Lacking; 6] = [
        |path| is_of(path, 21..=27),
        |path| !is_of(path, 24..=24),
        |path| path.contains("CloudTrail-Digest") || !is_of(path, 24..=24),
        |path| !(is_of(path, 22..=25) && path.contains("/111122223334/")),
        // The end of the period, where the last digest file lacks its signature, too.
        |path| {
            let is_lacking = (is_of(path, 26..=28) && path.contains("/111122223335/CloudTrail/us-east-1/"))
                || (is_of(path, 27..=28) && path.contains("/111122223334/"));
            !is_lacking
        },
        |path| !(is_of(path, 23..=23) && path.contains("CloudTrail-Digest/eu-west-1")),
    ];
    for (number, is_in) in lacking.into_iter().enumerate() {
        let first = handed_over(is_in);
        let patterns = patterns(&first, &keys(), WEEK);
        assert!(!patterns.is_empty(), "{number}");
        let of_root = |path: &str| path.split_once("AWSLogs/o-exampleorg1/").unwrap().1.to_owned();
        let further = handed_over(|path| patterns.iter().any(|pattern| fits(&of_root(path), pattern)));
        let mut command = Command::new(env!("CARGO_BIN_EXE_trailseal"));
        command.arg("verify").arg(first.path()).arg(further.path()).arg("--keys").arg(keys()).args(["--period", WEEK]);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{number}: {patterns:?}\n{}", String::from_utf8_lossy(&output.stdout));
        // No more days than are missing, and those that sign the last of them.
        let days: std::collections::BTreeSet<&str> =
            patterns.iter().map(|pattern| &pattern[pattern.len() - 4..pattern.len() - 2]).collect();
        assert!(days.len() <= 4, "{number}: {patterns:?}");
    }
}
