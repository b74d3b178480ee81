//! `trailseal request`: the letter to the other side.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use trailseal::{Language, Letter, LetterItem, Outcome, Report, printable};

use crate::args::{self, ScopeArgs};
use crate::lines;
use crate::output::{self, Shape};
use crate::{Failure, Inputs, say};

/// Columns of the text, as letters are sent.
const WIDTH: usize = 76;
/// Names of one item beside the commands that fetch them, and where there are none; the table has all.
const FEW: usize = 6;
const MANY: usize = 200;

#[derive(Debug, Args)]
pub(crate) struct RequestArgs {
    /// What was handed over so far, as for verify; without any, the first letter
    #[arg(value_name = "ARCHIVE")]
    pub(crate) archives: Vec<PathBuf>,

    /// Your own key lists
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) keys: Vec<PathBuf>,

    /// The keys that may vouch: a file with one SHA-256 of a key's DER bytes per line
    #[arg(long, value_name = "FILE")]
    pub(crate) pins: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) scope: ScopeArgs,

    /// Shape of the letter
    #[arg(long, value_enum, default_value_t = LetterFormat::Text)]
    pub(crate) format: LetterFormat,

    /// Until when you ask for it, in your words
    #[arg(long, value_name = "TEXT")]
    reply_by: Option<String>,

    /// Write it there instead of to the terminal
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Replace the file that --output names, if there is one
    #[arg(long, requires = "output")]
    pub(crate) overwrite: bool,

    /// A bound on what is read, as for verify
    #[arg(long = "limit", value_name = "NAME=N", value_delimiter = ',')]
    pub(crate) limits: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LetterFormat {
    /// To be sent as it is
    Text,
    /// Markdown
    Md,
    /// What is asked for, a row each (RFC 4180)
    Csv,
}

/// Writes the letter for an archive, or the first one.
pub(crate) fn write(asked: &RequestArgs) -> Result<(), Failure> {
    let inputs = Inputs { archives: &asked.archives, keys: &asked.keys, pins: &asked.pins, scope: &asked.scope };
    output::guard(asked.output.as_deref(), &inputs.given()?, asked.overwrite)?;
    let (request, _) = inputs.request()?;
    let mut letter = if asked.archives.is_empty() {
        let first = request.scope()?.letter(Language::En);
        first.ok_or_else(|| Failure::new("the first letter needs a period, for example --period 2026-Q3"))?
    } else {
        let policy = inputs.policy(&request)?;
        let limits = args::limits(&asked.limits).map_err(Failure::new)?;
        let threads = crate::threads(None);
        let report = crate::gather(&asked.archives, &limits, threads)?.conclude(&policy);
        tell_verifier(&report);
        report.letter(Language::En)
    };
    if let Some(until) = &asked.reply_by {
        letter.closing.push(format!("Please reply by {}.", printable(until.as_bytes())));
    }
    let bytes = match asked.format {
        LetterFormat::Text => text(&letter).into_bytes(),
        LetterFormat::Md => markdown(&letter).into_bytes(),
        LetterFormat::Csv => {
            let mut table = Vec::new();
            letter.write_csv(&mut table).map_err(|error| Failure::new(error.to_string()))?;
            table
        }
    };
    output::deliver(Shape::Exact, &bytes, asked.output.as_deref())
}

/// What the other side cannot do.
fn tell_verifier(report: &Report) {
    let reading = trailseal::Reading::of(report, Language::En);
    for ask in reading.asks.iter().filter(|ask| ask.need == trailseal::Need::Verifier) {
        say(&format!("not for the letter: {} ({})", ask.what, ask.why.join("; ")));
    }
    let mut commands = reading.key_commands.clone();
    commands.dedup();
    for command in &commands {
        say(&format!("$ {command}"));
    }
    if !commands.is_empty() {
        say("get these keys first, and ask again: without them the letter may ask for too much or too little");
    }
    if report.overall() == Outcome::Failed {
        say("the verdict is failed: see trailseal verify before you send anything");
    }
}

fn wrapped(text: &str, margin: &str) -> String {
    lines::wrapped(text, WIDTH, margin, margin).iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn command_lines(command: &str, margin: &str) -> String {
    lines::command(command, WIDTH - margin.len()).iter().map(|line| format!("{margin}{line}\n")).collect()
}

fn few(item: &LetterItem) -> impl Iterator<Item = String> {
    // What no command fetches is known by its name only.
    let most = if item.commands.is_empty() { MANY } else { FEW };
    let more = item.names.len().saturating_sub(most);
    let rest = (more > 0).then(|| format!("and {more} more"));
    item.names.iter().take(most).cloned().chain(rest)
}

fn text(letter: &Letter) -> String {
    let mut text = format!("Subject: {}\n", letter.subject);
    for paragraph in &letter.opening {
        text.push('\n');
        text.push_str(&wrapped(paragraph, ""));
    }
    for (number, item) in letter.asks.iter().enumerate() {
        let head = format!("{:>3}. ", number + 1);
        let what = wrapped(&item.what, "     ");
        text.push('\n');
        text.push_str(&head);
        text.push_str(what.get(head.len()..).unwrap_or(&what));
        text.push_str(&wrapped(&item.why, "     "));
        if !item.names.is_empty() {
            text.push('\n');
            few(item).for_each(|name| text.push_str(&format!("       {name}\n")));
        }
        if !item.commands.is_empty() {
            text.push('\n');
            item.commands.iter().for_each(|command| text.push_str(&command_lines(command, "       ")));
        }
    }
    for paragraph in &letter.closing {
        text.push('\n');
        text.push_str(&wrapped(paragraph, ""));
    }
    text
}

fn markdown(letter: &Letter) -> String {
    let mut text = format!("# {}\n", escaped(&letter.subject));
    for paragraph in &letter.opening {
        text.push_str(&format!("\n{}\n", escaped(paragraph)));
    }
    for (number, item) in letter.asks.iter().enumerate() {
        text.push_str(&format!("\n{}. **{}** {}\n", number + 1, escaped(&item.what), escaped(&item.why)));
        for name in few(item) {
            text.push_str(&format!("   - {}\n", escaped(&name)));
        }
        if !item.commands.is_empty() {
            let commands: String = item.commands.iter().map(|command| command_lines(command, "   ")).collect();
            text.push_str(&format!("\n   ```sh\n{commands}   ```\n"));
        }
    }
    for paragraph in &letter.closing {
        text.push_str(&format!("\n{}\n", escaped(paragraph)));
    }
    text
}

/// Text in which Markdown finds nothing to mark up.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if "\\`*_{}[]<>#|&~".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
