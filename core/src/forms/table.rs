//! Tables: the columns of each, defined once, for spreadsheets and for data frames alike.
//!
//! A column is a name, a type, a meaning and the way to read it from a row; the type follows from how it is read, so that the two
//! cannot disagree.

use std::borrow::Cow;
use std::io;

use crate::bytes::text::visible;
use crate::evidence::lake::section::{ListedFile, ResultSet};
use crate::evidence::trail::name::DigestKind;
use crate::evidence::trail::section::{Chain, Day};
use crate::forms::asked::{self, AskedRow, hours};
use crate::forms::reading::standings;
use crate::forms::words::Language;
use crate::report::objects::{JudgedObject, Objects};
use crate::report::{Key, Report};
use crate::terms::finding::{About, Finding};
use crate::terms::outcome::Outcome;
use crate::terms::time::{Period, Time};

/// A table that a report can be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// One row per finding.
    Findings,
    /// One row per account, region and trail that was asked, also where nothing of it is there.
    Asked,
    /// One row per digest and log file; its rows come from [`Objects`] and are no part of the report.
    Objects,
    /// One row per chain and day.
    Coverage,
    /// One row per chain.
    Chains,
    /// One row per key that was given or enclosed.
    Keys,
    /// One row per file that a sign file of CloudTrail Lake lists.
    Lake,
}

/// What all cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Unicode text.
    Text,
    /// A number of things, never negative.
    Integer,
    /// An instant in UTC, to the second.
    Time,
    /// True or false.
    Boolean,
}

impl ColumnType {
    /// Its name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Time => "time",
            Self::Boolean => "boolean",
        }
    }
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub name: &'static str,
    /// What its cells hold, where they are not empty.
    pub holds: ColumnType,
    /// What that means.
    pub means: &'static str,
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing to say.
    Empty,
    /// See [`ColumnType::Text`].
    Text(Cow<'a, str>),
    /// See [`ColumnType::Integer`].
    Integer(u64),
    /// See [`ColumnType::Time`].
    Time(Time),
    /// See [`ColumnType::Boolean`].
    Boolean(bool),
}

impl Table {
    /// All seven.
    pub const ALL: [Self; 7] = [Self::Findings, Self::Asked, Self::Objects, Self::Coverage, Self::Chains, Self::Keys, Self::Lake];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Findings => "findings",
            Self::Asked => "asked",
            Self::Objects => "objects",
            Self::Coverage => "coverage",
            Self::Chains => "chains",
            Self::Keys => "keys",
            Self::Lake => "lake",
        }
    }

    /// The table of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    /// Its columns, in order.
    pub fn columns(self) -> Vec<Column> {
        match self {
            Self::Findings => heads(&findings()),
            Self::Asked => heads(&self::asked()),
            Self::Objects => heads(&objects()),
            Self::Coverage => heads(&coverage()),
            Self::Chains => heads(&chains()),
            Self::Keys => heads(&keys()),
            Self::Lake => heads(&lake()),
        }
    }

    /// How many rows it has.
    pub fn row_count(self, report: &Report, objects: &Objects) -> usize {
        match self {
            Self::Findings => report.findings.len(),
            Self::Asked => asked::rows(report).len(),
            Self::Objects => objects.len(),
            Self::Coverage => report.chains.iter().map(|chain| chain.days.len()).sum(),
            Self::Chains => report.chains.len(),
            Self::Keys => report.keys.len(),
            Self::Lake => report.lake.iter().map(|set| set.files.len().max(1)).sum(),
        }
    }

    /// Its rows from the `first` on (the first of all is 0), each with one cell per column. `objects` matters to
    /// [`Table::Objects`] only.
    pub fn rows<'a>(self, report: &'a Report, objects: &'a Objects, first: usize) -> Box<dyn Iterator<Item = Vec<Cell<'a>>> + 'a> {
        match self {
            Self::Findings => cells(findings(), report.findings.iter().skip(first)),
            Self::Asked => cells(self::asked(), asked::rows(report).into_iter().skip(first)),
            Self::Objects => cells(self::objects(), objects.iter().skip(first)),
            Self::Coverage => {
                let days = report.chains.iter().flat_map(|chain| chain.days.iter().map(move |day| (chain, day)));
                cells(coverage(), days.skip(first))
            }
            Self::Chains => cells(chains(), report.chains.iter().zip(standings(report)).skip(first)),
            Self::Keys => cells(keys(), report.keys.iter().skip(first)),
            Self::Lake => cells(lake(), report.lake.iter().flat_map(listed_files).skip(first)),
        }
    }

    /// Writes it as CSV by RFC 4180: comma, CRLF, a head in the first line; safe to open in a spreadsheet, as `docs/reports.md`
    /// says.
    ///
    /// # Errors
    ///
    /// What `out` fails with.
    pub fn write_csv(self, report: &Report, objects: &Objects, out: &mut dyn io::Write) -> io::Result<()> {
        self.write_csv_with(report, objects, &|_| None, out)
    }

    /// Writes it as [`write_csv`](Self::write_csv) does, with the names of accounts, which are no part of a report, where a table has a
    /// column for them.
    ///
    /// # Errors
    ///
    /// What `out` fails with.
    pub fn write_csv_with(
        self,
        report: &Report,
        objects: &Objects,
        name_of: &dyn Fn(&str) -> Option<String>,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let columns = self.columns();
        let heads: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let column = |name: &str| heads.iter().position(|head| *head == name);
        let (accounts, names) = (column("account"), column("name"));
        let named = self.rows(report, objects, 0).map(|mut row| {
            let account = accounts.and_then(|account| row.get(account));
            let name = if let Some(Cell::Text(account)) = account { name_of(account) } else { None };
            if let Some((cell, name)) = names.and_then(|at| row.get_mut(at)).zip(name) {
                *cell = Cell::Text(name.into());
            }
            row
        });
        write_csv(&heads, named, out)
    }
}

/// Writes rows below their heads, safe to open in a spreadsheet.
pub(crate) fn write_csv<'a>(heads: &[&str], rows: impl Iterator<Item = Vec<Cell<'a>>>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(heads).map_err(underlying)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| in_spreadsheet(cell).into_owned())).map_err(underlying)?;
    }
    writer.flush()
}

/// The error under one of the CSV writer, with its kind: a closed pipe is to be told from a full disk.
fn underlying(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

/// A cell's text, as it is.
pub(crate) fn shown<'a>(cell: &'a Cell<'_>) -> Cow<'a, str> {
    match cell {
        Cell::Empty => "".into(),
        Cell::Integer(number) => number.to_string().into(),
        Cell::Time(time) => time.to_string().into(),
        Cell::Boolean(value) => if *value { "true" } else { "false" }.into(),
        Cell::Text(text) => (&**text).into(),
    }
}

/// A cell's text, which no spreadsheet takes for a formula.
///
/// Control characters and those that turn the direction of writing become `%HH`, as everywhere. A text that could begin a formula,
/// and one that begins with an apostrophe, gets an apostrophe in front: whoever takes one away from every text that begins with
/// one has the original back. A semicolon before a formula's first character becomes `%3B`, because where the comma is the decimal
/// sign spreadsheets split at semicolons.
fn in_spreadsheet<'a>(cell: &'a Cell<'_>) -> Cow<'a, str> {
    match cell {
        Cell::Empty | Cell::Integer(_) | Cell::Time(_) | Cell::Boolean(_) => shown(cell),
        Cell::Text(text) => {
            let mut safe = String::with_capacity(text.len());
            for (index, part) in text.split(';').enumerate() {
                if index == 0 && (begins_formula(part) || part.starts_with('\'')) {
                    safe.push('\'');
                } else if index > 0 {
                    safe.push_str(if begins_formula(part) { "%3B" } else { ";" });
                }
                safe.push_str(&visible(part));
            }
            safe.into()
        }
    }
}

/// True if a spreadsheet may take it for a formula, also behind blanks, quotes and in full width.
fn begins_formula(text: &str) -> bool {
    let is_control = text.starts_with(['\t', '\r', '\n']);
    let ignored = |character: char| character.is_whitespace() || character.is_control() || character == '"';
    is_control || text.trim_start_matches(ignored).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// A column and how its cells are read from a row.
struct Definition<'a, R> {
    name: &'static str,
    means: &'static str,
    read: Read<'a, R>,
}

enum Read<'a, R> {
    Text(fn(R) -> Option<Cow<'a, str>>),
    Integer(fn(R) -> Option<u64>),
    Time(fn(R) -> Option<Time>),
    Boolean(fn(R) -> bool),
}

impl<'a, R: Copy> Read<'a, R> {
    fn cell(&self, row: R) -> Cell<'a> {
        match self {
            Self::Text(read) => read(row).map_or(Cell::Empty, Cell::Text),
            Self::Integer(read) => read(row).map_or(Cell::Empty, Cell::Integer),
            Self::Time(read) => read(row).map_or(Cell::Empty, Cell::Time),
            Self::Boolean(read) => Cell::Boolean(read(row)),
        }
    }
}

fn heads<R>(definitions: &[Definition<'_, R>]) -> Vec<Column> {
    definitions
        .iter()
        .map(|Definition { name, means, read }| Column {
            name,
            means,
            holds: match read {
                Read::Text(_) => ColumnType::Text,
                Read::Integer(_) => ColumnType::Integer,
                Read::Time(_) => ColumnType::Time,
                Read::Boolean(_) => ColumnType::Boolean,
            },
        })
        .collect()
}

fn cells<'a, R: Copy + 'a>(
    definitions: Vec<Definition<'a, R>>,
    rows: impl Iterator<Item = R> + 'a,
) -> Box<dyn Iterator<Item = Vec<Cell<'a>>> + 'a> {
    Box::new(rows.map(move |row| definitions.iter().map(|definition| definition.read.cell(row)).collect()))
}

fn text<'a, R>(name: &'static str, means: &'static str, read: fn(R) -> Option<Cow<'a, str>>) -> Definition<'a, R> {
    Definition { name, means, read: Read::Text(read) }
}

fn integer<'a, R>(name: &'static str, means: &'static str, read: fn(R) -> Option<u64>) -> Definition<'a, R> {
    Definition { name, means, read: Read::Integer(read) }
}

fn time<'a, R>(name: &'static str, means: &'static str, read: fn(R) -> Option<Time>) -> Definition<'a, R> {
    Definition { name, means, read: Read::Time(read) }
}

fn boolean<'a, R>(name: &'static str, means: &'static str, read: fn(R) -> bool) -> Definition<'a, R> {
    Definition { name, means, read: Read::Boolean(read) }
}

fn some(text: &str) -> Option<Cow<'_, str>> {
    Some(text.into())
}

fn maybe(text: &Option<String>) -> Option<Cow<'_, str>> {
    text.as_deref().map(Cow::from)
}

const fn kind_name(kind: DigestKind) -> &'static str {
    match kind {
        DigestKind::Normal => "normal",
        DigestKind::Backfill => "backfill",
    }
}

fn findings<'a>() -> Vec<Definition<'a, &'a Finding>> {
    vec![
        text("code", "What was seen; docs/findings.md explains every code.", |row| some(row.code.name())),
        text("effect", "What it does to its axis: refutes, limits or informs.", |row| some(row.effect.name())),
        text("axis", "The axis: integrity, authenticity, continuity or coverage.", |row| some(row.axis.name())),
        boolean("outside_scope", "True if it lies outside what was asked, and therefore only informs.", |row| row.outside_scope),
        text("chain", "The chain that it is about.", |row| maybe(&row.chain)),
        text("account", "The account of that chain, or the one that was asked and is absent.", |row| place(row, 0)),
        text("region", "The source region of that chain, or the one that was asked and is absent.", |row| place(row, 1)),
        integer("count", "How many subjects it counts.", |row| Some(row.count)),
        text("about", "What its subjects are: object, entry, key, chain and others.", |row| some(row.about.name())),
        text("first", "The first subject.", |row| some(&row.first)),
        text("last", "The last subject of a run.", |row| maybe(&row.last)),
        text("entry", "The entry in the archive, where it is not the subject itself.", |row| maybe(&row.entry)),
        time("from", "Start of the time concerned.", |row| row.from),
        time("to", "End of the time concerned.", |row| row.to),
        text("expected", "What the evidence demands.", |row| maybe(&row.expected)),
        text("found", "What was found instead.", |row| maybe(&row.found)),
        text("detail", "The particular circumstances, in words.", |row| row.detail(Language::En).map(Cow::from)),
        text("command", "A command that fetches what is missing.", |row| row.command().map(Cow::from)),
        text("means", "What the code means.", |row| some(row.code.explain().means)),
        text("remedy", "What the reader can do.", |row| some(row.code.explain().remedy)),
    ]
}

/// Account or source region of what a finding is about: the parts of a chain's id, or of what was asked.
fn place(finding: &Finding, part: usize) -> Option<Cow<'_, str>> {
    let asked = (finding.about == About::Asked).then_some(finding.first.as_str());
    let names = finding.chain.as_deref().or(asked)?;
    names.split('/').nth(part).filter(|name| *name != "*").map(Cow::from)
}

fn asked<'a>() -> Vec<Definition<'a, AskedRow<'a>>> {
    vec![
        text("account", "The account; empty if none was named and none is there.", |row| row.account.map(Cow::from)),
        text("name", "Its name, where a list of accounts gives names; it is no part of the report.", |_| None),
        text("region", "The source region; empty if none was named and none is there.", |row| row.region.map(Cow::from)),
        text("trail", "The trail; empty if none was named and none is there.", |row| row.trail.map(Cow::from)),
        time("asked_from", "Start of the asked period.", |row| row.period.map(|period| period.from)),
        time("asked_to", "End of the asked period, not inside it.", |row| row.period.map(|period| period.to)),
        text("asked_hours", "Its length in hours, rounded down to a tenth.", |row| {
            row.period.map(|period| hours(period.seconds()).into())
        }),
        text(
            "proved_hours",
            "How much of it is proved under keys of the verifier's own, rounded down; empty where a report does not say which hours, as with a log file that is missing.",
            |row| row.proved.map(|seconds| hours(seconds).into()),
        ),
        text("proved_percent", "The same in percent, rounded down to a tenth: only where all of it is proved 100.0.", |row| {
            row.percent().map(Cow::from)
        }),
        text(
            "state",
            "proved: all of it, and nothing about its chain is open; partly; not proved; contradicted: something about it failed; absent: no readable digest file of it is here.",
            |row| some(row.standing.word()),
        ),
        time("missing_from", "The first moment that is not covered.", |row| row.missing.map(|(missing, _)| missing.from)),
        time("missing_to", "The end of the last stretch that is not covered.", |row| row.missing.map(|(missing, _)| missing.to)),
        integer("gaps", "How many stretches between these two are not covered.", |row| row.missing.map(|(_, count)| count)),
        text("ask_for", "What to ask the other side for.", |row| row.request().map(Cow::from)),
    ]
}

fn objects<'a>() -> Vec<Definition<'a, &'a JudgedObject>> {
    vec![
        text("kind", "digest or log.", |row| some(row.kind.name())),
        text("object", "Where AWS put it; empty if no readable digest file says so.", |row| maybe(&row.object)),
        text("entry", "The entry in the archive; empty if it is missing.", |row| maybe(&row.entry)),
        text("chain", "Its chain; empty for a log file that no digest file lists.", |row| row.chain.as_deref().map(Cow::from)),
        time("digest_from", "Start of the period of its digest file.", |row| row.period.map(|period| period.from)),
        time("digest_to", "End of that period.", |row| row.period.map(|period| period.to)),
        text(
            "outcome",
            "proved, failed, missing, unproved, unreferenced, or duplicate: a further entry for the same object.",
            |row| some(row.fate.name()),
        ),
        text("level", "How far the key is believed that vouches for it: enclosed, trusted or pinned; empty if none does.", |row| {
            row.level.map(|level| level.name().into())
        }),
        boolean("in_scope", "True if it was asked.", |row| row.in_scope),
        text("sha256", "SHA-256 of the inflated bytes that are there.", |row| maybe(&row.sha256)),
        integer("inflated_bytes", "Their number.", |row| row.inflated_bytes),
    ]
}

type DayRow<'a> = (&'a Chain, &'a Day);

fn coverage<'a>() -> Vec<Definition<'a, DayRow<'a>>> {
    vec![
        text("chain", "The chain.", |(chain, _)| some(&chain.id)),
        text("account", "Its account.", |(chain, _)| some(&chain.account)),
        text("region", "Its source region.", |(chain, _)| some(&chain.region)),
        text("trail", "Its trail.", |(chain, _)| some(&chain.trail)),
        text("kind", "normal or backfill.", |(chain, _)| some(kind_name(chain.kind))),
        boolean("in_scope", "True if the chain was asked.", |(chain, _)| chain.in_scope),
        text("day", "The day in UTC, YYYY-MM-DD. Days without any digest file have no row.", |(_, day)| some(&day.day)),
        integer("proved_seconds", "Seconds covered by signed digest files.", |(_, day)| Some(day.proved_seconds)),
        integer("silent_seconds", "Of these, seconds proved to be without log files.", |(_, day)| Some(day.silent_seconds)),
        integer("unproved_digests", "Digest files that begin on this day and are not signed.", |(_, day)| {
            Some(day.unproved_digests)
        }),
        integer("failed_digests", "Digest files that begin on this day and are invalid.", |(_, day)| Some(day.failed_digests)),
        text(
            "hours",
            "Its 24 hours: + proved, o proved silent, ~ proved in part, ! an invalid digest file, ? one that is not signed, . nothing.",
            |(_, day)| some(&day.hours),
        ),
    ]
}

type ChainRow<'a> = (&'a Chain, Outcome);

fn chains<'a>() -> Vec<Definition<'a, ChainRow<'a>>> {
    vec![
        text("chain", "Its name, as findings use it.", |(row, _)| some(&row.id)),
        text("account", "The account.", |(row, _)| some(&row.account)),
        text("region", "The source region.", |(row, _)| some(&row.region)),
        text("trail", "The trail.", |(row, _)| some(&row.trail)),
        text("home_region", "The region in which the trail was created.", |(row, _)| some(&row.home_region)),
        text("kind", "normal or backfill.", |(row, _)| some(kind_name(row.kind))),
        boolean("in_scope", "True if it was asked.", |(row, _)| row.in_scope),
        text(
            "outcome",
            "The worst that was found about what was asked of it: failed, indeterminate or passed; not_assessed if it was not asked.",
            |(_, standing)| some(standing.name()),
        ),
        time("proved_from", "The first proved instant.", |(row, _)| row.proved_from),
        time("proved_to", "The end of the last proved hour.", |(row, _)| row.proved_to),
        integer("proved_seconds", "Time covered by signed digest files that were asked.", |(row, _)| Some(row.proved_seconds)),
        integer("silent_seconds", "Of this, time proved to be without log files.", |(row, _)| Some(row.silent_seconds)),
        integer("digests_proved", "Signed digest files; like all numbers of files here of what was asked.", |(row, _)| {
            Some(row.digests.proved)
        }),
        integer("digests_authenticated", "Of these, under trusted or pinned keys.", |(row, _)| Some(row.digests.authenticated)),
        integer("digests_unproved", "Digest files that are not signed, because something is missing.", |(row, _)| {
            Some(row.digests.unproved)
        }),
        integer("digests_failed", "Invalid, malformed or damaged digest files.", |(row, _)| Some(row.digests.failed)),
        integer("logs_proved", "Log files with the content that a signed digest file commits to.", |(row, _)| {
            Some(row.logs.proved)
        }),
        integer("logs_authenticated", "Of these, by digest files signed under trusted or pinned keys.", |(row, _)| {
            Some(row.logs.authenticated)
        }),
        integer("logs_proved_bytes", "Inflated bytes of the proved ones.", |(row, _)| Some(row.logs.proved_bytes)),
        integer("logs_failed", "Log files with another content, or damaged.", |(row, _)| Some(row.logs.failed)),
        integer("logs_missing", "Log files that a signed digest file lists and that are absent.", |(row, _)| {
            Some(row.logs.missing)
        }),
        integer("logs_unproved", "Log files that only unsigned digest files list, or that cannot be read.", |(row, _)| {
            Some(row.logs.unproved)
        }),
        integer("logs_unreferenced", "Log files of its account and region that no digest file lists.", |(row, _)| {
            Some(row.logs.unreferenced)
        }),
        integer("gaps", "Stretches of asked time that are not covered.", |(row, _)| Some(row.gaps.len() as u64)),
        integer("gap_seconds", "Their length together.", |(row, _)| {
            Some(row.gaps.iter().map(Period::seconds).fold(0, u64::saturating_add))
        }),
        text("keys", "SHA-256 of the keys that verified its signatures, with blanks between.", |(row, _)| {
            Some(row.keys.join(" ").into())
        }),
    ]
}

fn keys<'a>() -> Vec<Definition<'a, &'a Key>> {
    vec![
        text("sha256", "SHA-256 of its DER bytes: its identity.", |row| some(&row.sha256)),
        text("fingerprint", "MD5 of the same bytes: AWS's index.", |row| some(&row.fingerprint)),
        integer("bits", "Bits of the modulus.", |row| Some(row.bits.into())),
        text("level", "How far it is believed: enclosed, trusted or pinned.", |row| some(row.level.name())),
        text("regions", "The regions that its files state, with blanks between.", |row| Some(row.regions.join(" ").into())),
        text("validity", "When it is valid: FROM/TO, with blanks between.", |row| {
            let windows: Vec<String> = row.validity.iter().map(|window| format!("{}/{}", window.from, window.to)).collect();
            Some(windows.join(" ").into())
        }),
        integer("digests", "Digest files that it verified.", |row| Some(row.digests)),
    ]
}

type LakeRow<'a> = (&'a ResultSet, Option<&'a ListedFile>);

/// The files of a set; a set without any has a row of its own.
fn listed_files(set: &ResultSet) -> impl Iterator<Item = LakeRow<'_>> {
    let files = set.files.iter().map(move |file| (set, Some(file)));
    files.chain(set.files.is_empty().then_some((set, None)))
}

fn lake<'a>() -> Vec<Definition<'a, LakeRow<'a>>> {
    vec![
        text("sign_file", "The sign file's entry in the archive.", |(set, _)| some(&set.entry)),
        boolean("in_scope", "False if its path claims an account that was not asked.", |(set, _)| set.in_scope),
        text("account", "The account that its path claims; not signed.", |(set, _)| maybe(&set.account)),
        text("region", "The region that the sign file states; not signed.", |(set, _)| maybe(&set.region)),
        text("completed", "When the query was complete, as the sign file states it; not signed.", |(set, _)| maybe(&set.completed)),
        text("fingerprint", "The key that the sign file names; not signed.", |(set, _)| maybe(&set.fingerprint)),
        text(
            "level",
            "How far the key is believed that verifies it: enclosed, trusted or pinned; empty if none does.",
            |(set, _)| set.level.map(|level| level.name().into()),
        ),
        text("outcome", "How the set stands by itself: passed, indeterminate or failed.", |(set, _)| some(set.outcome.name())),
        text("file", "The listed file's name; not signed.", |(_, file)| file.and_then(|file| some(&file.name))),
        text("state", "proved, unproved, altered, inflated, unread or missing.", |(_, file)| {
            file.and_then(|file| some(file.state.name()))
        }),
        text("entry", "The entry that was compared; empty if there is none.", |(_, file)| file.and_then(|file| maybe(&file.entry))),
        text("sha256", "SHA-256 of the stored bytes, as listed.", |(_, file)| file.and_then(|file| some(&file.sha256))),
        integer("rows", "Rows behind the head of a proved file.", |(_, file)| file.and_then(|file| file.rows)),
        text("executed", "When the query ran, as the first line of a proved file says: signed.", |(_, file)| {
            file.and_then(|file| maybe(&file.executed))
        }),
        text("query", "The query, as the first line of a proved file says: signed.", |(_, file)| {
            file.and_then(|file| maybe(&file.query))
        }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        in_spreadsheet(&Cell::Text(text.into())).into_owned()
    }

    #[test]
    fn names_of_columns_are_unique_and_plain() {
        for table in Table::ALL {
            let names: Vec<_> = table.columns().iter().map(|column| column.name).collect();
            let distinct: std::collections::BTreeSet<_> = names.iter().collect();
            assert_eq!(distinct.len(), names.len(), "{table:?}");
            for Column { name, means, .. } in table.columns() {
                assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'), "{name}");
                assert!(means.ends_with('.'), "{name}");
            }
        }
    }

    #[test]
    fn what_could_begin_a_formula_gets_an_apostrophe() {
        for text in ["=1", "+1", "-1", "@x", "  =1", "＝1", "＋1", " －1", "＠x", "\"=1"] {
            assert_eq!(shown(text), format!("'{text}"));
        }
        assert_eq!(shown("\t=1"), "'%09=1");
        assert_eq!(shown("\r=1"), "'%0D=1");
        assert_eq!(shown("\u{a0}=1"), "'%C2%A0=1");
        assert_eq!(shown("\u{3000}=1"), "'%E3%80%80=1");
        assert_eq!(shown("\nx"), "'%0Ax");
        assert_eq!(shown("'=1"), "''=1");
        for text in ["", "a=1", "1-2", "s3://b/k", "{=1}"] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn no_cell_of_a_sheet_split_at_semicolons_begins_a_formula() {
        assert_eq!(shown("a;=1; +2;b"), "a%3B=1%3B +2;b");
        assert_eq!(shown(";=1"), "%3B=1");
    }

    #[test]
    fn no_cell_holds_a_line_break() {
        assert_eq!(shown("a\r\n=1\u{202e}"), "a%0D%0A=1%E2%80%AE");
    }
}
