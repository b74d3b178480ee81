//! The `trailseal` command as a library, so that other faces can be the same command line.

mod args;
mod evidence;
mod progress;
mod render;

use std::ffi::OsString;
use std::fmt::Display;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use trailseal::{Outcome, Policy, Report, Request};

use crate::args::{Command, Format, Verb, Verify};

/// Why the command could not run, in words.
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn read(path: &Path, error: &io::Error) -> Self {
        Self(format!("{}: cannot be read: {error}", path.display()))
    }

    pub(crate) fn at(path: &Path, error: &dyn Display) -> Self {
        Self(format!("{}: {error}", path.display()))
    }
}

impl From<trailseal::Error> for Failure {
    fn from(error: trailseal::Error) -> Self {
        Self(error.to_string())
    }
}

/// Could not run: usage, unreadable input, internal error.
const COULD_NOT_RUN: u8 = 2;
/// What a shell shows for a command that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Runs the command with these arguments, the program's name first, and says how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = match Command::try_parse_from(arguments) {
        Ok(command) => command,
        Err(error) => {
            // Help and version are answers, everything else is a usage error. If the terminal is gone, nobody reads either.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { COULD_NOT_RUN } else { 0 });
        }
    };
    // A second handler cannot be set when this runs inside another program; then that program decides.
    let _ = ctrlc::set_handler(|| std::process::exit(INTERRUPTED));
    let Verb::Verify(verify) = command.verb;
    match self::verify(&verify) {
        Ok(outcome) => ExitCode::from(match outcome {
            Outcome::Passed | Outcome::NotAssessed => 0,
            Outcome::Failed => 1,
            Outcome::Indeterminate => 3,
        }),
        Err(Failure(text)) => {
            let text = trailseal::printable(text.as_bytes());
            let _ = writeln!(io::stderr(), "trailseal: {text}");
            ExitCode::from(COULD_NOT_RUN)
        }
    }
}

fn verify(verify: &Verify) -> Result<Outcome, Failure> {
    let file = match &verify.scope.file {
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|error| Failure::read(path, &error))?;
            Request::from_file(&text).map_err(|error| Failure::at(path, &error))?
        }
        None => Request::default(),
    };
    let request = verify.scope.request(file)?;
    let policy = Policy {
        scope: request.scope()?,
        weights: request.weights()?,
        trust: evidence::read_trust(&verify.keys, &verify.pins, &verify.archives)?,
    };
    let limits = args::limits(&verify.limits).map_err(Failure::new)?;
    let threads = match verify.threads {
        Some(threads) => usize::from(threads),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let case = evidence::gather(&verify.archives, &limits, threads)?;
    let report = case.conclude_with(&policy, &|checks| evidence::run_checks(threads, checks));
    write(&report, verify)?;
    Ok(report.overall())
}

fn write(report: &Report, verify: &Verify) -> Result<(), Failure> {
    let bytes = match verify.format {
        Format::Json => [report.to_canonical_json(), b"\n".to_vec()].concat(),
        Format::Text => render::text(report, verify.full).into_bytes(),
    };
    match &verify.output {
        Some(path) => write_file(path, verify.format, &bytes)
            .map_err(|error| Failure::new(format!("{}: cannot be written: {error}", path.display()))),
        None => {
            // Colours are taken out unless stdout is a terminal and NO_COLOR is unset; JSON holds none.
            let written = match verify.format {
                Format::Json => io::stdout().lock().write_all(&bytes).and_then(|()| io::stdout().flush()),
                Format::Text => anstream::stdout().lock().write_all(&bytes).and_then(|()| anstream::stdout().flush()),
            };
            match written {
                // The reader closed the pipe because it had seen enough; the exit code still says the verdict.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                other => other.map_err(|error| Failure::new(format!("the report cannot be written: {error}"))),
            }
        }
    }
}

/// Whole or not at all: the file appears under its name only when it is complete.
fn write_file(path: &Path, format: Format, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".trailseal-").tempfile_in(folder)?;
    match format {
        Format::Json => file.write_all(bytes)?,
        Format::Text => anstream::StripStream::new(file.as_file_mut()).write_all(bytes)?,
    }
    // A report is for others to read, unlike a temporary file.
    #[cfg(unix)]
    file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
