//! What happens to the command while it runs: evidence that changes, Ctrl-C, disks and pipes that take no more.

#![cfg(unix)]

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use trailseal::container::{PIECE_BYTES, Watch};
use trailseal::{Limits, Policy, Reason, Report};
use trailseal_cli::evidence::{Threads, gather};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors/example").join(name)
}

fn trailseal() -> Command {
    Command::new(env!("CARGO_BIN_EXE_trailseal"))
}

fn verify(archive: &Path) -> Command {
    let mut command = trailseal();
    command.arg("verify").arg(archive);
    command
}

fn ended(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8(output.stderr.clone()).unwrap())
}

/// When something happens, and to the file of which number.
#[derive(Clone, Copy)]
enum Moment {
    Listed(u64),
    Opened(u64),
}

/// Does something once evidence is listed, and once it is opened. The files of a folder are listed one by one, and a single thread
/// reads each before it lists the next: it asks whether to go on before it opens one, and again before it reads it.
struct Meanwhile<F: Fn(Moment) + Sync> {
    listed: AtomicU64,
    asked: AtomicU64,
    meanwhile: F,
}

impl<F: Fn(Moment) + Sync> Watch for Meanwhile<F> {
    fn expect(&self, files: u64, _bytes: &dyn Fn() -> u64) {
        if files > 0 {
            self.asked.store(0, Ordering::Relaxed);
            (self.meanwhile)(Moment::Listed(self.listed.fetch_add(files, Ordering::Relaxed)));
        }
    }

    fn is_stopped(&self) -> bool {
        let listed = self.listed.load(Ordering::Relaxed);
        if self.asked.fetch_add(1, Ordering::Relaxed) == 1 && listed > 0 {
            (self.meanwhile)(Moment::Opened(listed - 1));
        }
        false
    }
}

fn report_while(archive: &Path, meanwhile: impl Fn(Moment) + Sync) -> Report {
    let watch = Meanwhile { listed: 0.into(), asked: 0.into(), meanwhile };
    let case = gather(&[archive.to_owned()], &Limits::default(), &Threads { count: 1, watch: &watch }).unwrap();
    case.conclude(&Policy::default())
}

/// Entry and reasons of what could not be read.
fn unreadable(report: &Report) -> Vec<(String, Vec<Reason>)> {
    let found = report.findings.iter().filter(|finding| finding.code.name() == "archive.entry.unreadable");
    found.map(|finding| (finding.first.clone(), finding.reasons.clone())).collect()
}

#[test]
fn what_vanishes_before_it_is_opened_or_changes_while_it_is_read_is_a_finding() {
    let folder = TempDir::new().unwrap();
    let log = |letter: char| {
        folder.path().join(format!("111122223333_CloudTrail_us-east-1_20260301T0005Z_{}.json", letter.to_string().repeat(16)))
    };
    for letter in ['a', 'b', 'c', 'd'] {
        fs::write(log(letter), "{}").unwrap();
    }
    assert_eq!(unreadable(&report_while(folder.path(), |_| ())), [], "a folder at rest");
    // More than what is read at once.
    for letter in ['l', 'm'] {
        File::create(log(letter)).unwrap().set_len(PIECE_BYTES + 1).unwrap();
    }
    let set_len = |letter, bytes| OpenOptions::new().write(true).open(log(letter)).unwrap().set_len(bytes).unwrap();
    let found = unreadable(&report_while(folder.path(), |moment| match moment {
        Moment::Listed(0) => fs::remove_file(log('a')).unwrap(),
        Moment::Opened(1) => fs::write(log('b'), "{").unwrap(),
        Moment::Opened(2) => fs::write(log('c'), "{} ").unwrap(),
        // Nothing was read of what it was before.
        Moment::Listed(3) => fs::write(log('d'), "{} ").unwrap(),
        Moment::Opened(4) => set_len('l', 1 << 20),
        Moment::Opened(5) => set_len('m', PIECE_BYTES + 2),
        _ => {}
    }));
    let names: Vec<&str> = found.iter().map(|(entry, _)| &entry[entry.len() - 6..entry.len() - 5]).collect();
    assert_eq!(names, ["a", "b", "c", "l", "m"], "{found:?}");
    assert!(found[1..].iter().all(|(_, reasons)| *reasons == [Reason::SizeChanged]), "{found:?}");
}

#[test]
fn an_archive_that_is_cut_off_while_it_is_read_is_a_finding() {
    let folder = TempDir::new().unwrap();
    let archive = folder.path().join("handover.zip");
    fs::copy(example("handover.zip"), &archive).unwrap();
    assert_eq!(unreadable(&report_while(&archive, |_| ())), []);
    let found =
        unreadable(&report_while(&archive, |_| OpenOptions::new().write(true).open(&archive).unwrap().set_len(100_000).unwrap()));
    assert!(found.len() > 100, "{found:?}");
}

/// Of an entry that is read, so long.
fn tar_header(size_bytes: u64) -> [u8; 512] {
    let mut header = [0; 512];
    let mut put = |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, "111122223333_CloudTrail_us-east-1_20260301T0005Z_aaaaaaaaaaaaaaaa.json");
    put(124, &format!("{size_bytes:011o}"));
    put(148, "        0");
    put(257, "ustar\u{0}00");
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\u{0}").as_bytes());
    header
}

#[test]
fn ctrl_c_ends_at_once_with_130_and_touches_no_file() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("report.json");
    fs::write(&file, "old").unwrap();
    // It waits for a tar archive of which only the beginning comes.
    let mut command = verify(Path::new("-"));
    command
        .args(["--format", "json", "--overwrite", "--output"])
        .arg(&file)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // More than a pipe holds: once it is written, most of it was read, and the handler stood before that.
    stdin.write_all(&tar_header(16 << 20)).unwrap();
    stdin.write_all(&vec![0; 1 << 20]).unwrap();
    assert!(child.try_wait().unwrap().is_none());
    let start = Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn output_that_cannot_be_written_is_an_error_that_names_the_path() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "old").unwrap();
    let mut places = vec![file.join("report.txt"), folder.path().to_owned()];
    if cfg!(target_os = "linux") {
        // Nobody, not even root, makes files here.
        places.push("/proc/trailseal-report.txt".into());
    }
    for place in places {
        let (code, said) = ended(&verify(&example("handover.zip")).arg("--output").arg(&place).output().unwrap());
        assert_eq!(code, Some(2), "{}", place.display());
        assert!(said.contains(&format!("{}: cannot be written", place.display())), "{said}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn a_report_that_was_not_made_leaves_the_old_one() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("report.json");
    fs::write(&file, "old").unwrap();
    let output = verify(Path::new("/does/not/exist.zip")).args(["--format", "json", "--output"]).arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
}

#[test]
fn a_pipe_or_device_named_as_output_is_written_to_and_not_replaced() {
    let folder = TempDir::new().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    let output = verify(&example("handover.zip")).arg("--output").arg(&pipe).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    assert!(reader.join().unwrap().starts_with("INDETERMINATE"));
}

#[test]
fn a_reader_that_has_seen_enough_changes_no_exit_code() {
    let mut child = verify(&example("handover.zip"))
        .args(["--format", "csv", "--table", "objects"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(3), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_an_error() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let (code, said) = ended(&verify(&example("handover.zip")).stdout(full).output().unwrap());
    assert_eq!(code, Some(2));
    assert!(said.contains("cannot be written to stdout"), "{said}");
}
