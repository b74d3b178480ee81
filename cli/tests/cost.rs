//! Archives made against the program, by the command: in how much memory, and with how large a report.

#![cfg(target_os = "linux")]

use std::fs;
use std::process::Command;

use tempfile::TempDir;
use trailseal_forge::nasties;

/// Address space, in kilobytes: the program, its threads, and what a tenth of a megabyte may take.
const ADDRESS_SPACE: u32 = 600_000;

#[test]
fn nothing_that_is_made_against_the_program_fills_memory_or_a_report() {
    let folder = TempDir::new().unwrap();
    let keys = folder.path().join("us-east-1.json");
    fs::write(&keys, nasties::keys()).unwrap();
    let [from, to] = nasties::PERIOD;
    for nasty in &nasties::ALL {
        let archive = folder.path().join("archive");
        fs::write(&archive, (nasty.make)(nasty.many / 10)).unwrap();
        let limited = format!("ulimit -v {ADDRESS_SPACE}; exec \"$0\" \"$@\"");
        let output = Command::new("sh")
            .args(["-c", &limited, env!("CARGO_BIN_EXE_trailseal"), "verify", "--full", "--threads", "2"])
            .args(["--from", from, "--to", to, "--keys"])
            .args([&keys, &archive])
            .output()
            .unwrap();
        assert!(output.status.code().is_some_and(|code| code != 2), "{}: {output:?}", nasty.name);
        assert!(output.stdout.len() < 10_000_000, "{}: {} bytes", nasty.name, output.stdout.len());
    }
}
