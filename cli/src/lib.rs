//! The `trailseal` command as a library, so that other faces can be the same command line.

mod args;
mod bounded;
pub mod evidence;
mod join;
mod letter;
mod lines;
mod output;
mod progress;
pub mod record;
mod render;
mod roster;

use std::ffi::OsString;
use std::fmt::{self, Display};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{CommandFactory, Parser};
use trailseal::{Case, Comparison, Language, Limits, Objects, Outcome, Policy, Reading, Report, Request, Table};

use crate::args::{Command, Compare, CompareFormat, Described, Format, RecordVerb, ScopeArgs, Verb, Verify};
use crate::evidence::Threads;
use crate::output::{Shape, deliver, stream};
use crate::progress::Progress;
use crate::record::{Begun, Role};
use crate::roster::Listed;

/// Why the question could not be put to the evidence, in words.
#[derive(Debug)]
pub struct Failure {
    /// The file or folder that it is about.
    pub path: Option<PathBuf>,
    /// What is wrong.
    pub cause: String,
}

impl Display for Failure {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(to, "{}: {}", path.display(), self.cause),
            None => self.cause.fmt(to),
        }
    }
}

impl std::error::Error for Failure {}

impl Failure {
    pub(crate) fn new(cause: impl Into<String>) -> Self {
        Self { path: None, cause: cause.into() }
    }

    pub(crate) fn read(path: &Path, error: &io::Error) -> Self {
        Self::at(path, format!("cannot be read: {error}"))
    }

    pub(crate) fn at(path: &Path, cause: impl Display) -> Self {
        Self { path: Some(path.to_owned()), cause: cause.to_string() }
    }
}

impl From<trailseal::Error> for Failure {
    fn from(error: trailseal::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// Could not run: usage, unreadable input, internal error.
const COULD_NOT_RUN: u8 = 2;
/// What a shell shows for a command that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Runs the command with these arguments, the program's name first, and returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let words: Vec<OsString> = arguments.into_iter().collect();
    let command = match Command::try_parse_from(&words) {
        Ok(command) => command,
        Err(error) => {
            // Help and version are answers, everything else is a usage error. If the terminal is gone, nobody reads either.
            let _ = error.print();
            if let Some(path) = args::archive_without_verb(&error) {
                say(&format!("{path} is a file or folder; to verify it: trailseal verify {path}"));
            }
            return if error.use_stderr() { COULD_NOT_RUN } else { 0 };
        }
    };
    // A second handler cannot be set when this runs inside another program; then that program decides.
    let _ = ctrlc::set_handler(|| {
        output::abandon();
        std::process::exit(INTERRUPTED)
    });
    obey(&command.verb, &words).unwrap_or_else(|failure| {
        say(&failure.to_string());
        COULD_NOT_RUN
    })
}

/// Says something that is no result. If nobody reads it, nothing is lost.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "trailseal: {}", trailseal::printable(text.as_bytes()));
}

/// What a verdict is to a shell.
fn exit_code(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Passed | Outcome::NotAssessed => 0,
        Outcome::Failed => 1,
        Outcome::Indeterminate => 3,
    }
}

/// Does what a verb asks; `words` are those of the command line.
fn obey(verb: &Verb, words: &[OsString]) -> Result<u8, Failure> {
    match verb {
        Verb::Verify(verify) => return Ok(exit_code(self::verify(verify, words)?)),
        Verb::Record { verb: RecordVerb::Check(check) } => {
            let (text, code) = record::check::check(check)?;
            deliver(Shape::Styled, text.as_bytes(), None)?;
            return Ok(code);
        }
        Verb::Compare(compare) => return self::compare(compare),
        Verb::Join(join) => return join::join(join),
        Verb::Inspect(inspect) => {
            let trust = evidence::read_trust(&inspect.keys, &[], &inspect.archives)?;
            let case = gather(&inspect.archives, &Limits::default(), threads(None))?;
            deliver(Shape::Styled, render::inventory(&case.inspect(&trust), inspect.full).as_bytes(), None)?;
        }
        Verb::Request(request) => letter::write(request)?,
        Verb::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Command::command(), "trailseal", &mut script);
            deliver(Shape::Exact, &script, None)?;
        }
        Verb::Man => {
            let mut page = Vec::new();
            man_page(&mut page).map_err(|error| Failure::new(error.to_string()))?;
            deliver(Shape::Exact, &page, None)?;
        }
        Verb::Explain { codes } => {
            let named = codes.iter().map(|name| args::codes(name).map_err(Failure::new)).collect::<Result<Vec<_>, _>>()?;
            deliver(Shape::Styled, render::explanation(&named.concat()).as_bytes(), None)?;
        }
        Verb::Keys { files } => {
            for path in evidence::all_key_files(files)? {
                let json = fs::read(&path).map_err(|error| Failure::read(&path, &error))?;
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let keys = trailseal::read_keys(&name, &json).map_err(|error| Failure::at(&path, error))?;
                deliver(Shape::Styled, render::key_list(&path.to_string_lossy(), &keys).as_bytes(), None)?;
            }
        }
        Verb::Schema { what } => {
            let schema = match what {
                Described::Report => trailseal::schema::report(),
                Described::Scope => trailseal::schema::scope(),
                Described::Record => record::schema(),
            };
            deliver(Shape::Exact, schema.as_bytes(), None)?;
        }
    }
    Ok(0)
}

/// Examines the archives and shows how far it is.
fn gather(archives: &[PathBuf], limits: &Limits, threads: usize) -> Result<Case, Failure> {
    let progress = Progress::new();
    let case = evidence::gather(archives, limits, &Threads { count: threads, watch: &progress })?;
    progress.finish();
    Ok(case)
}

/// All cores, unless it is said otherwise.
fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
}

/// One page for the command and its verbs.
fn man_page(page: &mut Vec<u8>) -> io::Result<()> {
    let command = Command::command();
    clap_mangen::Man::new(command.clone()).render(page)?;
    for verb in command.get_subcommands() {
        man_section(page, verb, verb.get_name())?;
        for inner in verb.get_subcommands() {
            man_section(page, inner, &format!("{} {}", verb.get_name(), inner.get_name()))?;
        }
    }
    Ok(())
}

fn man_section(page: &mut Vec<u8>, verb: &clap::Command, name: &str) -> io::Result<()> {
    let man = clap_mangen::Man::new(verb.clone());
    writeln!(page, ".SH \"TRAILSEAL {}\"", name.to_uppercase())?;
    man.render_description_section(page)?;
    man.render_options_section(page)
}

/// What is read, and what is asked of it.
struct Inputs<'a> {
    archives: &'a [PathBuf],
    keys: &'a [PathBuf],
    pins: &'a [PathBuf],
    scope: &'a ScopeArgs,
}

impl Inputs<'_> {
    /// All of it, each key list in a folder by itself, too.
    fn given(&self) -> Result<Vec<PathBuf>, Failure> {
        let key_files = evidence::all_key_files(self.keys)?;
        let given = self.keys.iter().chain(&key_files).chain(self.archives).chain(self.pins);
        Ok(given.chain(&self.scope.file).chain(&self.scope.accounts_from).cloned().collect())
    }

    /// What a scope file, the options beside it and a list of accounts ask together.
    fn request(&self) -> Result<(Request, Option<Listed>), Failure> {
        let file = match &self.scope.file {
            Some(path) => {
                let text = fs::read_to_string(path).map_err(|error| Failure::read(path, &error))?;
                Request::from_file(&text).map_err(|error| Failure::at(path, error))?
            }
            None => Request::default(),
        };
        if let Some(hint) = self.scope.hint() {
            say(&hint);
        }
        let request = file.joined(self.scope.request().map_err(trailseal::Error::from)?)?;
        let Some(list) = &self.scope.accounts_from else { return Ok((request, None)) };
        let (request, asked) = Listed::of(list, request)?;
        say(&asked.words());
        Ok((request, Some(asked)))
    }

    fn policy(&self, request: &Request) -> Result<Policy, Failure> {
        Ok(request.policy(evidence::read_trust(self.keys, self.pins, self.archives)?)?)
    }
}

fn verify(verify: &Verify, words: &[OsString]) -> Result<Outcome, Failure> {
    if verify.table.is_some() && verify.format != Format::Csv {
        return Err(Failure::new("--table needs --format csv"));
    }
    if verify.sign_off && verify.format != Format::Html {
        return Err(Failure::new("--sign-off needs --format html"));
    }
    let Verify { archives, keys, pins, scope, .. } = verify;
    let inputs = Inputs { archives, keys, pins, scope };
    let given = inputs.given()?;
    output::guard(verify.output.as_deref(), &given, verify.overwrite)?;
    verify.record.guard(verify.output.as_deref(), &given, verify.overwrite)?;
    let limits = args::limits(&verify.limits).map_err(Failure::new)?;
    let begun = if verify.record.records.is_empty() { None } else { Some(begin(verify, &limits)?) };
    let (request, asked) = inputs.request()?;
    let policy = inputs.policy(&request)?;
    let threads = threads(verify.threads);
    let case = gather(&verify.archives, &limits, threads)?;
    let threads = Threads { count: threads, watch: &() };
    let sealed = begun.map(|begun| begun.seal(&case, &threads)).transpose()?;
    let spread = |count: usize, work: &(dyn Fn(usize) + Sync)| threads.spread(count, work);
    let (report, objects) = match verify.table {
        Some(Table::Objects) => case.conclude_with_objects(&policy, &spread),
        _ => (case.conclude_with(&policy, &spread), Objects::default()),
    };
    write(&report, &objects, asked.as_ref(), verify)?;
    if let Some(sealed) = sealed {
        let output = verify.output.as_deref().map(|path| (path, args::format_name(verify.format)));
        verify.record.write(&sealed.record(&report, &limits, output, &verify.record, words)?)?;
    }
    Ok(report.overall())
}

/// Looks at all that is about to be read, so that a record can say what it was.
fn begin(verify: &Verify, limits: &Limits) -> Result<Begun, Failure> {
    let keys = evidence::all_key_files(&verify.keys)?;
    let files = |role: Role, paths: &[PathBuf]| paths.iter().map(|path| (role, path.clone())).collect::<Vec<_>>();
    let inputs = [
        files(Role::Scope, verify.scope.file.as_slice()),
        files(Role::Accounts, verify.scope.accounts_from.as_slice()),
        files(Role::Pins, &verify.pins),
    ]
    .concat();
    Begun::look(&verify.archives, &keys, &inputs, limits)
}

fn write(report: &Report, objects: &Objects, asked: Option<&Listed>, verify: &Verify) -> Result<(), Failure> {
    let shape = if verify.format == Format::Text { Shape::Styled } else { Shape::Exact };
    let width = if verify.output.is_some() { render::WIDTH } else { render::columns() };
    stream(shape, verify.output.as_deref(), &|to| match verify.format {
        Format::Text => {
            let accounts = asked.map_or_else(Vec::new, |asked| asked.open(report));
            to.write_all(render::text(report, &accounts, verify.full, width).as_bytes())
        }
        Format::Json => line(to, &report.to_canonical_json()),
        Format::Words => line(to, &Reading::of(report, Language::En).to_json()),
        Format::Html if verify.sign_off => to.write_all(report.to_html_to_sign().as_bytes()),
        Format::Html => to.write_all(report.to_html().as_bytes()),
        Format::Csv => {
            let name = |account: &str| asked.and_then(|asked| asked.roster.name(account));
            verify.table.unwrap_or(Table::Findings).write_csv_with(report, objects, &name, to)
        }
        Format::Junit => to.write_all(&report.to_junit()),
        Format::InToto => line(to, &report.to_in_toto()),
    })
}

/// Writes a file for others to read, whole or not at all.
///
/// # Errors
///
/// If it cannot be written.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    deliver(Shape::Exact, bytes, Some(path))
}

/// Canonical JSON has no line feed at its end, but a file has.
fn line(to: &mut dyn Write, json: &[u8]) -> io::Result<()> {
    to.write_all(json)?;
    to.write_all(b"\n")
}

fn compare(compare: &Compare) -> Result<u8, Failure> {
    output::guard(compare.output.as_deref(), &[compare.old.clone(), compare.new.clone()], compare.overwrite)?;
    let comparison = Comparison::of(&join::read(&compare.old)?.report, &join::read(&compare.new)?.report);
    stream(Shape::Exact, compare.output.as_deref(), &|to| match compare.format {
        CompareFormat::Text => to.write_all(comparison.text(compare.full).as_bytes()),
        CompareFormat::Json => line(to, &comparison.to_canonical_json()),
    })?;
    Ok(u8::from(comparison.is_worse))
}
