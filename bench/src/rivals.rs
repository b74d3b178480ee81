//! What others need for the same files.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use chrono::Duration;
use serde::Deserialize;

use crate::Outcome;
use crate::data::Data;

/// The real `aws cloudtrail validate-logs` in a Python process that has read all files before it is asked.
pub(crate) struct ValidateLogs {
    process: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
struct Answer {
    seconds: f64,
    digests: u64,
    logs: u64,
    is_valid: bool,
}

impl ValidateLogs {
    pub(crate) fn start(root: &Path, data: &Data) -> Outcome<Self> {
        let hour = Duration::hours(1);
        let times = [data.made.from - hour, data.made.to + hour * 2].map(|time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        let mut process = Command::new("bash")
            .arg("tests/agreement/speed")
            .args([data.tree(), data.keys()])
            .args(times)
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("tests/agreement/speed: {error}"))?;
        let (Some(ask), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("tests/agreement/speed has no pipes".to_owned());
        };
        Ok(Self { process, ask, answers: BufReader::new(answers) })
    }

    /// The seconds that it takes.
    pub(crate) fn run(&mut self, data: &Data) -> Outcome<f64> {
        let mut line = String::new();
        let asked = self.ask.write_all(b"run\n").and_then(|()| self.ask.flush());
        asked.and_then(|()| self.answers.read_line(&mut line)).map_err(|error| format!("tests/agreement/speed: {error}"))?;
        let answer: Answer = serde_json::from_str(&line).map_err(|error| format!("tests/agreement/speed: {error}: {line}"))?;
        if !answer.is_valid || answer.digests != data.made.digests || answer.logs != data.made.logs {
            return Err(format!("validate-logs does not find what was made: {line}"));
        }
        Ok(answer.seconds)
    }

    /// Lets it end.
    pub(crate) fn end(self) -> Outcome {
        let Self { mut process, ask, .. } = self;
        drop(ask);
        let status = process.wait().map_err(|error| error.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("tests/agreement/speed: {status}")) }
    }
}

/// The seconds that `gunzip | sha256sum` takes for all files; one hash for all of them, which is less than is asked of us.
pub(crate) fn gunzip(data: &Data) -> Outcome<f64> {
    let start = Instant::now();
    let status = Command::new("sh")
        .args(["-c", "find . -name '*.json.gz' -print0 | xargs -0 gunzip -c | sha256sum > /dev/null"])
        .current_dir(data.tree())
        .status()
        .map_err(|error| format!("sh: {error}"))?;
    let seconds = start.elapsed().as_secs_f64();
    if status.success() { Ok(seconds) } else { Err(format!("gunzip | sha256sum: {status}")) }
}
