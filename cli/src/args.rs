//! The command line as types.

use std::path::{Path, PathBuf};

use crate::letter::RequestArgs;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser, Subcommand, ValueEnum};
use trailseal::{Code, Limits, Period, Request, Table, TimeError};

/// Proves, offline, that a handed-over AWS CloudTrail archive is what AWS delivered: complete, unaltered, in an unbroken signed
/// chain.
#[derive(Debug, Parser)]
#[command(name = "trailseal", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Command {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Verifies archives and says what they prove.
    #[command(long_about = "Verifies archives and says what they prove: one verdict, four axes, every chain, every finding.\n\n\
            Exit codes: 0 passed, 1 failed, 2 could not run, 3 indeterminate, 130 interrupted.")]
    Verify(Box<Verify>),
    /// Says what is in archives, and what is missing to reach `passed`, with the commands that fetch it; verifies nothing
    Inspect(Box<Inspect>),
    /// Writes the letter to the other side: what to send, or what of an archive is still missing
    #[command(long_about = "Writes the letter to the other side.\n\n\
            Without an archive: what to send for the period that you name. With archives: only what the asked period still lacks, grouped \
            by cause and day, with commands. What you have to do yourself is said beside it, on the standard error.\n\n\
            Exit codes: 0 written, 2 could not run, 130 interrupted.")]
    Request(Box<RequestArgs>),
    /// Explains a finding's code: what it means, why it matters, what to do; without one, lists all
    Explain {
        /// Codes such as log.missing, or beginnings of them such as chain
        #[arg(value_name = "CODE")]
        codes: Vec<String>,
    },
    /// Shows what is in key lists: fingerprints, sizes, validity, stated region
    Keys {
        /// Key lists, or folders of them
        #[arg(required = true, value_name = "FILE|DIR")]
        files: Vec<PathBuf>,
    },
    /// Prints a JSON Schema
    Schema {
        /// Of what
        #[arg(value_enum, default_value_t = Described::Report)]
        what: Described,
    },
    /// Says what changed between two reports.
    #[command(
        long_about = "Says what changed between two reports that `verify --format json` wrote: verdicts, gaps, findings, chains, keys. \
            Single files cannot be compared from reports.\n\n\
            Exit codes: 0 nothing changed for the worse, 1 something did, 2 could not run, 130 interrupted.\n\n\
            For the worse is: the verdict or an axis is worse; a finding is new that limits or refutes, or weighs or counts more; \
            asked time is no longer covered; a chain disappeared, or less of it is proved; a key is believed less."
    )]
    Compare(Compare),
    /// Holds a record of a verification against files
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Record {
        #[command(subcommand)]
        verb: RecordVerb,
    },
    /// Says whether reports of several periods go on one where another ends.
    #[command(
        long_about = "Says whether reports that `verify --format json` wrote for several periods go on one where another ends: whether \
            the first digest file of each chain names, by hash, the one with which the report before ended. No archive is read.\n\n\
            Exit codes: 0 continuous, 1 not joined, 2 could not run, 3 indeterminate, 130 interrupted.\n\n\
            Continuous is: each report passed for its period, each chain is joined at each seam, and nothing of the whole period is left out."
    )]
    Join(Join),
    /// Prints a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Prints the manual page (roff)
    Man,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Folders or archives, as for verify
    #[arg(required = true, value_name = "ARCHIVE")]
    pub(crate) archives: Vec<PathBuf>,

    /// Your own key lists, so that only the keys that you lack are named
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) keys: Vec<PathBuf>,

    /// Show all of it
    #[arg(long)]
    pub(crate) full: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Described {
    /// The canonical report
    Report,
    /// Scope files
    Scope,
    /// Records of verifications
    Record,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RecordVerb {
    /// Says whether these are the files of a record, and whether they give its report.
    #[command(
        long_about = "Says whether these are the files of a record that `verify --record` wrote, and whether they give its report: \
            hashes them, and verifies them again with the question of the record.\n\n\
            Exit codes: 0 the same files and the same report, 1 something differs, 2 cannot be checked, 130 interrupted."
    )]
    Check(Box<RecordCheck>),
}

#[derive(Debug, Args)]
pub(crate) struct RecordCheck {
    /// The record: its page, or JSON
    #[arg(value_name = "RECORD")]
    pub(crate) record: PathBuf,

    /// The archives of the record, in any order
    #[arg(required = true, value_name = "ARCHIVE")]
    pub(crate) archives: Vec<PathBuf>,

    /// The key lists of the record: files, or folders of them
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) keys: Vec<PathBuf>,

    /// The pins of the record
    #[arg(long, value_name = "FILE")]
    pub(crate) pins: Vec<PathBuf>,

    /// The scope file of the record; its hash is compared, and what is asked is what the record says
    #[arg(long, value_name = "FILE")]
    pub(crate) scope: Vec<PathBuf>,

    /// A bound on what is read, as for verify, for a record that states a higher one than the default
    #[arg(long = "limit", value_name = "NAME=N", value_delimiter = ',')]
    pub(crate) limits: Vec<String>,

    /// The list of accounts of the record, likewise
    #[arg(long, value_name = "FILE")]
    pub(crate) accounts_from: Vec<PathBuf>,

    /// Show every difference
    #[arg(long)]
    pub(crate) full: bool,

    /// Threads; all cores by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "A record for the file")]
pub(crate) struct RecordArgs {
    /// Write a dated record of this verification there: .html to print, sign and file, or .json; may be given twice, for both
    #[arg(long = "record", value_name = "FILE", group = "written")]
    pub(crate) records: Vec<PathBuf>,

    /// Who performs this: "A. Auditor, Firm LLP"
    #[arg(long, value_name = "TEXT", requires = "records")]
    pub(crate) by: Option<String>,

    /// Who reviews it
    #[arg(long, value_name = "TEXT", requires = "records")]
    pub(crate) reviewed_by: Option<String>,

    /// Where it is filed: "WP C-4.2"
    #[arg(long, value_name = "TEXT", requires = "records")]
    pub(crate) reference: Option<String>,

    /// When, how and from whom the archive came: "2026-11-20, SFTP, from J. Doe (ACME)"
    #[arg(long, value_name = "TEXT", requires = "records")]
    pub(crate) received: Option<String>,

    /// What is to be said besides; without these, the page has empty lines for them
    #[arg(long, value_name = "TEXT", requires = "records")]
    pub(crate) exceptions: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The report of then
    pub(crate) old: PathBuf,

    /// The report of now
    pub(crate) new: PathBuf,

    /// Shape of the comparison
    #[arg(long, value_enum, default_value_t = CompareFormat::Text)]
    pub(crate) format: CompareFormat,

    /// Show all of it: every gap, finding, chain and key
    #[arg(long)]
    pub(crate) full: bool,

    /// Write the comparison there instead of to the terminal
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Replace the file that --output names, if there is one
    #[arg(long, requires = "output")]
    pub(crate) overwrite: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Join {
    /// Reports in JSON, in any order
    #[arg(required = true, num_args = 1.., value_name = "REPORT")]
    pub(crate) reports: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) period: PeriodArgs,

    /// Shape of the answer
    #[arg(long, value_enum, default_value_t = CompareFormat::Text)]
    pub(crate) format: CompareFormat,

    /// Show all of it: every chain and every reason
    #[arg(long)]
    pub(crate) full: bool,

    /// Write the answer there instead of to the terminal
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Replace the file that --output names, if there is one
    #[arg(long, requires = "output")]
    pub(crate) overwrite: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompareFormat {
    /// For people
    Text,
    /// Canonical JSON (RFC 8785)
    Json,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("written").multiple(true)))]
pub(crate) struct Verify {
    /// Folders or archives (zip, tar, tar.gz, tar.zst), `-` for a tar archive on stdin; several are one case
    #[arg(required = true, value_name = "ARCHIVE")]
    pub(crate) archives: Vec<PathBuf>,

    /// Your own key lists, got from AWS by you: files named REGION.json, or folders of them
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) keys: Vec<PathBuf>,

    /// The keys that may vouch: a file with one SHA-256 of a key's DER bytes per line
    #[arg(long, value_name = "FILE")]
    pub(crate) pins: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) scope: ScopeArgs,

    /// Shape of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// The table, for --format csv; findings by default
    #[arg(long, value_name = "NAME", value_parser = tables())]
    pub(crate) table: Option<Table>,

    /// Leave lines to be signed by hand, for --format html
    #[arg(long)]
    pub(crate) sign_off: bool,

    /// Show all of it: every chain, every finding, every key
    #[arg(long)]
    pub(crate) full: bool,

    /// Write the report there instead of to the terminal; never onto what is read, nor into it
    #[arg(long, short, value_name = "FILE", group = "written")]
    pub(crate) output: Option<PathBuf>,

    /// Replace the files that --output and --record name, if there are any
    #[arg(long, requires = "written")]
    pub(crate) overwrite: bool,

    /// Threads; all cores by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,

    /// A bound on what is read: digest-bytes, log-bytes, entry-bytes, entries, json-depth or path-bytes
    #[arg(long = "limit", value_name = "NAME=N", value_delimiter = ',')]
    pub(crate) limits: Vec<String>,

    #[command(flatten)]
    pub(crate) record: RecordArgs,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "What is asked")]
pub(crate) struct PeriodArgs {
    /// Start of the period: a date (midnight in UTC) or a time with its offset
    #[arg(long, value_name = "T")]
    from: Option<String>,

    /// End of the period, not inside it
    #[arg(long, value_name = "T")]
    to: Option<String>,

    /// Last day of the period, inside it, or last month, quarter or year (UTC)
    #[arg(long, value_name = "D", conflicts_with = "to")]
    through: Option<String>,

    /// The period in whole days (UTC): 2026, 2026-Q3, 2026-07, 2026-07-01, or 2026-07-01..2026-09-30
    #[arg(long, value_name = "P", conflicts_with_all = ["from", "to", "through"])]
    period: Option<String>,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "What is asked")]
pub(crate) struct ScopeArgs {
    #[command(flatten)]
    period: PeriodArgs,

    /// Accounts that must be covered
    #[arg(long = "account", value_name = "A", value_delimiter = ',')]
    accounts: Vec<String>,

    /// Accounts that must be covered, by a list: the answer of `aws organizations list-accounts`, or a CSV with `id` and `name`
    #[arg(long, value_name = "FILE", conflicts_with = "accounts")]
    pub(crate) accounts_from: Option<PathBuf>,

    /// Source regions that must be covered
    #[arg(long = "region", value_name = "R", value_delimiter = ',')]
    regions: Vec<String>,

    /// Trails that must be covered, by name or ARN
    #[arg(long = "trail", value_name = "T", value_delimiter = ',')]
    trails: Vec<String>,

    /// A scope file (TOML or JSON) with all of this, and with [[expect]] blocks and a policy
    #[arg(long = "scope", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    /// A renaming that you know of: s3://OLD[/PREFIX]=s3://NEW[/PREFIX]
    #[arg(long, value_name = "OLD=NEW", value_delimiter = ',')]
    relocated: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// The canonical report (RFC 8785): facts only, the same bytes for the same evidence, keys and scope
    Json,
    /// The report in words, as JSON: sentence, answers, findings and commands, made from the report
    Words,
    /// One file to keep, print and quote, without scripts or anything from outside
    Html,
    /// One table (RFC 4180), safe to open in a spreadsheet
    Csv,
    /// JUnit XML for gates in continuous integration
    Junit,
    /// An in-toto Statement with a verification summary, for you to sign
    InToto,
}

/// A format as the command line names it.
pub(crate) fn format_name(format: Format) -> String {
    format.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

fn tables() -> impl TypedValueParser<Value = Table> {
    PossibleValuesParser::new(Table::ALL.map(Table::name)).try_map(|name| Table::from_name(&name).ok_or("no table has this name"))
}

impl PeriodArgs {
    /// Start and end of the period, as a request states them.
    ///
    /// # Errors
    ///
    /// A span of days that is none.
    pub(crate) fn ends(&self) -> Result<(Option<String>, Option<String>), TimeError> {
        let Self { from, to, through, period } = self.clone();
        if let Some(period) = period {
            let days = Period::of_days(&period)?;
            return Ok((Some(days.from.to_string()), Some(days.to.to_string())));
        }
        let through = through.map(|through| Period::of_days(&through)).transpose()?;
        Ok((from, through.map(|days| days.to.to_string()).or(to)))
    }

    /// What somebody should know who named the last day of a month as the end: it is not asked.
    pub(crate) fn hint(&self) -> Option<String> {
        let to = self.to.as_deref()?.trim();
        let (month, day) = (to.get(..7)?, Period::of_days(to).ok()?);
        let is_last = to.len() == 10 && Period::of_days(month).is_ok_and(|month| month.to == day.to);
        is_last.then(|| format!("--to {to} ends before that day begins; --through {to} asks for it, too"))
    }
}

impl ScopeArgs {
    /// What the options ask, the scope file apart.
    ///
    /// # Errors
    ///
    /// A span of days that is none.
    pub(crate) fn request(&self) -> Result<Request, TimeError> {
        let Self { period, accounts, regions, trails, relocated, accounts_from: _, file: _ } = self.clone();
        let (from, to) = period.ends()?;
        // A blank behind a comma is no part of a name.
        let trimmed = |names: Vec<String>| names.iter().map(|name| name.trim().to_owned()).collect();
        let (accounts, regions, trails) = (trimmed(accounts), trimmed(regions), trimmed(trails));
        Ok(Request { from, to, accounts, regions, trails, relocated, ..Request::default() })
    }

    /// As [`PeriodArgs::hint`].
    pub(crate) fn hint(&self) -> Option<String> {
        self.period.hint()
    }
}

/// The codes of this name, or of those that begin with it.
pub(crate) fn codes(name: &str) -> Result<Vec<Code>, String> {
    let of_name = |code: &&Code| {
        let rest = code.name().strip_prefix(name.trim_end_matches('.'));
        !name.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let codes: Vec<Code> = match Code::from_name(name) {
        Some(code) => vec![code],
        None => Code::ALL.iter().filter(of_name).copied().collect(),
    };
    if !codes.is_empty() {
        return Ok(codes);
    }
    let likeness = |code: &&Code| strsim::jaro_winkler(code.name(), name);
    let like = Code::ALL.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other))).filter(|code| likeness(code) > 0.8);
    let did_you_mean = like.map_or_else(String::new, |code| format!(" Did you mean {code}?"));
    Err(format!("there is no code '{name}'; without one, all are listed.{did_you_mean}"))
}

/// What stands in the place of a verb, if it is a file or a folder: somebody named an archive and nothing to do with it.
pub(crate) fn archive_without_verb(error: &clap::Error) -> Option<&str> {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(word)) => Some(word.as_str()).filter(|word| Path::new(word).exists()),
        _ => None,
    }
}

/// Each limit by the name that `--limit` gives it.
pub(crate) fn named_limits(limits: &Limits) -> [(&'static str, u64); 7] {
    [
        ("digest-bytes", limits.digest_bytes),
        ("log-bytes", limits.log_bytes),
        ("entry-bytes", limits.entry_bytes),
        ("entries", limits.entries),
        ("json-depth", limits.json_depth.into()),
        ("path-bytes", limits.path_bytes.into()),
        ("unpacked-ratio", limits.unpacked_ratio.into()),
    ]
}

/// The limits, with what `--limit` changes.
pub(crate) fn limits(changes: &[String]) -> Result<Limits, String> {
    let mut limits = Limits::default();
    for change in changes {
        let (name, value) = change.split_once('=').ok_or_else(|| format!("--limit {change}: NAME=N is expected"))?;
        let number: u64 = value.parse().map_err(|_| format!("--limit {change}: '{value}' is no number"))?;
        let small = || u32::try_from(number).map_err(|_| format!("--limit {change}: too large"));
        match name {
            "digest-bytes" => limits.digest_bytes = number,
            "log-bytes" => limits.log_bytes = number,
            "entry-bytes" => limits.entry_bytes = number,
            "entries" => limits.entries = number,
            "json-depth" => limits.json_depth = small()?,
            "path-bytes" => limits.path_bytes = small()?,
            "unpacked-ratio" => limits.unpacked_ratio = small()?,
            _ => return Err(format!("--limit {change}: there is no limit '{name}'")),
        }
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        <Command as clap::CommandFactory>::command().debug_assert();
    }

    fn scope(options: &[&str]) -> Option<ScopeArgs> {
        let words = ["trailseal", "verify", "archive.zip"].iter().chain(options);
        match Command::try_parse_from(words).ok()?.verb {
            Verb::Verify(verify) => Some(verify.scope),
            _ => None,
        }
    }

    #[test]
    fn periods_are_asked_as_auditors_say_them() {
        let quarter = Some((Some("2026-07-01T00:00:00Z".to_owned()), Some("2026-10-01T00:00:00Z".to_owned())));
        let asked = |options: &[&str]| scope(options).and_then(|scope| scope.request().ok()).map(|asked| (asked.from, asked.to));
        assert_eq!(asked(&["--period", "2026-Q3"]), quarter);
        assert_eq!(asked(&["--from", "2026-07-01T00:00:00Z", "--through", "2026-09-30"]), quarter);
        assert_eq!(asked(&["--period", "2026-07-01T00:00:00Z"]), None);
        for wrong in [["--period=2026", "--from=2026-01-01"], ["--through=2026", "--to=2027"], ["--through=2026", "--period=2026"]]
        {
            assert!(scope(&wrong).is_none(), "{wrong:?}");
        }
        assert_eq!(
            asked(&["--through", "2026-09"]),
            Some((None, Some("2026-10-01T00:00:00Z".to_owned()))),
            "a scope file may state the start"
        );
    }

    #[test]
    fn who_names_the_last_day_of_a_month_as_the_end_is_told_that_it_is_not_asked() {
        let hint = |to: &str| scope(&["--from", "2026-01-01", "--to", to]).unwrap().hint();
        assert_eq!(
            hint("2026-09-30").unwrap(),
            "--to 2026-09-30 ends before that day begins; --through 2026-09-30 asks for it, too"
        );
        assert!(hint("2028-02-29").is_some() && hint("2026-12-31").is_some());
        for to in ["2026-10-01", "2026-02-27", "2026-09-30T00:00:00Z", "later"] {
            assert_eq!(hint(to), None, "{to}");
        }
        assert_eq!(scope(&[]).unwrap().hint(), None);
    }

    #[test]
    fn codes_are_found_by_what_they_begin_with() {
        assert_eq!(codes("log.missing").unwrap(), [Code::LogMissing]);
        let names = |name: &str| codes(name).unwrap().iter().map(|code| code.name()).collect::<Vec<_>>();
        assert_eq!(names("log.unreferenced"), ["log.unreferenced"], "a whole name is itself");
        assert_eq!(names("digest.key."), ["digest.key.unknown", "digest.key.other_region", "digest.key.outside_validity"]);
        assert!(names("chain").len() > 8);
        assert!(codes("log.mising").unwrap_err().ends_with("Did you mean log.missing?"));
        assert!(codes("").unwrap_err().ends_with("all are listed."));
        assert!(codes("cha").is_err(), "half a word is no beginning");
    }

    #[test]
    fn limits_are_named() {
        let changed = limits(&["json-depth=3".into(), "log-bytes=7".into()]).unwrap();
        assert_eq!((changed.json_depth, changed.log_bytes), (3, 7));
        for wrong in ["json-depth", "json-depth=x", "json-depth=99999999999", "depth=3"] {
            assert!(limits(&[wrong.into()]).is_err(), "{wrong}");
        }
    }
}
