//! The report as one HTML file that people file, print and quote: no script, nothing from outside, the same bytes for the same
//! report.

use std::collections::BTreeSet;
use std::fmt;

use askama::Template;
use askama::filters::{Escaper, Html};
use base64::Engine as _;

use crate::bytes::hash::sha256;
use crate::bytes::text::visible;
use crate::evidence::trail::section::MissingKey;
use crate::forms::asks::Ask;
use crate::forms::picture::{DRAWN_CHAINS, Picture, View};
use crate::forms::reading::{Row, aside, rows, span, unproved};
use crate::forms::summary::Summary;
use crate::forms::table::{Cell, Table};
use crate::forms::words::Language;
use crate::forms::words::{duration, number};
use crate::report::objects::Objects;
use crate::report::{Key, Report};
use crate::terms::finding::{Code, Effect, Explanation, Finding};
use crate::terms::outcome::Level;
use crate::terms::request::{Expect, Request};
use crate::terms::time::Period;

/// The style of HTML reports, for pages that are to look like them. Colours are declared twice, by day and by night, and used by
/// their names.
pub const HTML_STYLE: &str = concat!(
    ":root { color-scheme: light dark;\n",
    include_str!("../../templates/light.css"),
    "}\n@media (prefers-color-scheme: dark) { :root {\n",
    include_str!("../../templates/dark.css"),
    "} }\n@media print { :root { color-scheme: light;\n",
    include_str!("../../templates/light.css"),
    "--ink: #000; --soft: #40464d; --line: #c3c9d0; --link: #000;\n} }\n",
    include_str!("../../templates/picture.css"),
    include_str!("../../templates/report.css"),
);
/// The style of a report inside somebody else's page, whose own theme decides: JupyterLab, VS Code, Colab, and pages of Sphinx each say
/// theirs in their own way.
const FRAGMENT_STYLE: &str = concat!(
    ".trailseal {\n",
    include_str!("../../templates/light.css"),
    include_str!("../../templates/picture.css"),
    include_str!("../../templates/fragment.css"),
    "}\n:is([data-jp-theme-light='false'], .vscode-dark, .vscode-high-contrast:not(.vscode-high-contrast-light), [theme='dark'], \
     [data-theme='dark']) .trailseal {\n",
    include_str!("../../templates/dark.css"),
    "}\n",
);

/// Bytes for what an archive can multiply at will. Beyond them a file opens slowly and is read by nobody: what does not fit is
/// counted, and the canonical JSON has it.
const FINDING_BYTES: usize = 2_500_000;
const CHAIN_BYTES: usize = 700_000;
const KEY_BYTES: usize = 200_000;
const MISSING_KEY_BYTES: usize = 200_000;
const SHEET_BYTES: usize = 500_000;
const ASK_BYTES: usize = 300_000;
/// Names and commands of one thing to ask for.
const ASK_LINES: usize = 10;
/// How much of the report's digest stands on every printed page.
const SHORT_DIGEST: usize = 12;
/// A list that is longer is closed on the screen; print shows it all the same.
const OPEN_FINDINGS: usize = 25;
/// What a fragment shows: it stands among other things.
const FRAGMENT_CHAINS: usize = 20;
const FRAGMENT_FINDINGS: usize = 20;

impl Report {
    /// The report as one self-contained HTML file, without scripts or references to anything outside it.
    pub fn to_html(&self) -> String {
        // Writing into a String cannot fail; an empty file would be noticed at once.
        Page::of(self, false).render().unwrap_or_default()
    }

    /// The same with empty lines for those who sign a print of it: who performed and who reviewed it, when, for whom, and with what
    /// conclusion.
    pub fn to_html_to_sign(&self) -> String {
        Page::of(self, true).render().unwrap_or_default()
    }

    /// The report in short, as a part of somebody else's page, for example of a notebook: verdict, axes, coverage, and the first
    /// findings. Its style touches nothing else, and two fragments on one page do not disturb each other.
    pub fn to_html_fragment(&self) -> String {
        let digest = self.digest();
        // Names on a page are for all of it.
        let prefix = format!("trailseal-{}-", digest.get(..16).unwrap_or_default());
        let findings = self.findings.get(..FRAGMENT_FINDINGS).unwrap_or(&self.findings);
        let rows = rows(self);
        Fragment {
            report: self,
            style: FRAGMENT_STYLE,
            summary: Summary::of(self, &rows, false),
            picture: Picture::of(self, &rows, &View::default(), FRAGMENT_CHAINS, &prefix),
            findings,
            hidden: self.findings.len().saturating_sub(findings.len()) as u64,
            digest,
        }
        .render()
        .unwrap_or_default()
    }
}

/// The escaper of Askama that takes markup, control characters and turned writing out of everything that a template shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inert;

impl Escaper for Inert {
    fn write_escaped_str<W: fmt::Write>(&self, dest: W, text: &str) -> fmt::Result {
        Html.write_escaped_str(dest, &visible(text))
    }
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    version: &'static str,
    style: &'static str,
    style_sha256: String,
    /// What stands on every printed page of this report.
    margins: String,
    margins_sha256: String,
    digest: String,
    summary: Summary,
    is_to_be_signed: bool,
    unproved: Vec<String>,
    aside: String,
    asks: Listing,
    /// The picture of more chains than the summary has room for.
    picture: Option<Picture>,
    chains: Listing,
    groups: Vec<Group>,
    lake: Option<Sheet>,
    keys: Listing,
    missing_keys: Listing,
    again: Again,
}

#[derive(Template)]
#[template(path = "fragment.html")]
struct Fragment<'a> {
    report: &'a Report,
    style: &'static str,
    digest: String,
    summary: Summary,
    picture: Option<Picture>,
    findings: &'a [Finding],
    hidden: u64,
}

/// Rows that fit, rendered, and how many do not.
struct Listing {
    rows: Vec<String>,
    hidden: usize,
}

impl Listing {
    fn fit(count: usize, rows: impl Iterator<Item = String>, budget: usize) -> Self {
        let mut left = budget;
        let rows: Vec<String> = rows
            .map_while(|row| {
                left = left.checked_sub(row.len())?;
                Some(row)
            })
            .collect();
        Self { hidden: count.saturating_sub(rows.len()), rows }
    }

    fn bytes(&self) -> usize {
        self.rows.iter().map(String::len).sum()
    }

    /// Takes rows from the end until the rest fits.
    fn shrink_to(&mut self, budget: usize) {
        let mut bytes = self.bytes();
        while bytes > budget
            && let Some(row) = self.rows.pop()
        {
            bytes -= row.len();
            self.hidden += 1;
        }
    }

    fn shown(&self) -> String {
        number(self.rows.len() as u64)
    }

    fn more(&self) -> String {
        number(self.hidden as u64)
    }
}

#[derive(Template)]
#[template(path = "chain.html")]
struct ChainRow<'a> {
    row: &'a Row<'a>,
}

#[derive(Template)]
#[template(path = "ask.html")]
struct AskItem<'a> {
    ask: &'a Ask,
}

impl AskItem<'_> {
    fn names(&self) -> (&[String], u64) {
        first_lines(&self.ask.names)
    }

    fn commands(&self) -> (&[String], u64) {
        first_lines(&self.ask.commands)
    }
}

/// The first lines, and how many there are beside.
fn first_lines(lines: &[String]) -> (&[String], u64) {
    lines.split_at_checked(ASK_LINES).map_or((lines, 0), |(first, rest)| (first, rest.len() as u64))
}

/// All findings of one code and effect.
struct Group {
    code: Code,
    effect: Effect,
    words: &'static Explanation,
    findings: u64,
    subjects: u64,
    items: Listing,
}

impl Group {
    fn name(&self) -> String {
        format!("{}.{}", self.code, self.effect.name())
    }

    fn summary(&self) -> String {
        let Self { findings, subjects, .. } = *self;
        let all = format!("{} {}", number(findings), if findings == 1 { "finding" } else { "findings" });
        if subjects == findings { all } else { format!("{all} about {} subjects", number(subjects)) }
    }

    fn is_open(&self) -> bool {
        self.items.rows.len() <= OPEN_FINDINGS
    }
}

/// A table of the report as it is declared, for kinds of evidence that have no picture of their own.
struct Sheet {
    heads: Vec<&'static str>,
    rows: Listing,
}

#[derive(Template)]
#[template(path = "sheet_row.html")]
struct SheetRow<'a> {
    cells: &'a [Cell<'a>],
}

impl Sheet {
    /// `None` if the table has no row.
    fn of(table: Table, report: &Report) -> Option<Self> {
        let objects = Objects::default();
        let count = table.row_count(report, &objects);
        let rows = table.rows(report, &objects, 0).map(|cells| SheetRow { cells: &cells }.render().unwrap_or_default());
        let rows = Listing::fit(count, rows, SHEET_BYTES);
        (count > 0).then(|| Self { heads: table.columns().iter().map(|column| column.name).collect(), rows })
    }
}

#[derive(Template)]
#[template(path = "finding.html")]
struct Item<'a> {
    finding: &'a Finding,
    facts: Vec<(&'static str, String)>,
    words: Vec<String>,
}

#[derive(Template)]
#[template(path = "key.html")]
struct KeyRow<'a> {
    key: &'a Key,
}

#[derive(Template)]
#[template(path = "missing_key.html")]
struct MissingKeyRow<'a> {
    key: &'a MissingKey,
    command: &'a str,
}

/// What somebody types to get the same report.
struct Again {
    options: String,
    /// What asks for the same report in Python, as arguments.
    arguments: String,
    /// The scope file, where options cannot say it; absent too if no scope file can.
    scope_file: Option<String>,
    is_complete: bool,
    pins: bool,
    /// The option that leaves room for signatures.
    sign_off: &'static str,
}

impl<'a> Page<'a> {
    fn of(report: &'a Report, is_to_be_signed: bool) -> Self {
        let (rows, commands) = (rows(report), MissingKey::commands(&report.missing_keys));
        let keys = report.keys.iter().map(|key| KeyRow { key }.render().unwrap_or_default());
        let missing = report
            .missing_keys
            .iter()
            .zip(&commands)
            .map(|(key, command)| MissingKeyRow { key, command }.render().unwrap_or_default());
        let asks = report.asks(Language::En);
        let (summary, digest) = (Summary::of(report, &rows, is_to_be_signed), report.digest());
        let is_all_drawn = summary.picture.as_ref().is_none_or(|picture| picture.hidden == 0);
        let picture = (!is_all_drawn).then(|| Picture::of(report, &rows, &View::default(), DRAWN_CHAINS, "all-"));
        let margins = margins(report, &digest);
        let policy_sha256 = |style: &str| base64::engine::general_purpose::STANDARD.encode(sha256(style.as_bytes()));
        Self {
            report,
            version: env!("CARGO_PKG_VERSION"),
            style: HTML_STYLE,
            style_sha256: policy_sha256(HTML_STYLE),
            margins_sha256: policy_sha256(&margins),
            margins,
            digest,
            summary,
            is_to_be_signed,
            unproved: unproved(report),
            aside: beside(report),
            asks: Listing::fit(asks.len(), asks.iter().map(|ask| AskItem { ask }.render().unwrap_or_default()), ASK_BYTES),
            picture: picture.flatten(),
            chains: Listing::fit(rows.len(), rows.iter().map(|row| ChainRow { row }.render().unwrap_or_default()), CHAIN_BYTES),
            groups: groups(report),
            lake: Sheet::of(Table::Lake, report),
            keys: Listing::fit(report.keys.len(), keys, KEY_BYTES),
            missing_keys: Listing::fit(report.missing_keys.len(), missing, MISSING_KEY_BYTES),
            again: Again::of(report, is_to_be_signed),
        }
    }

    fn short_digest(&self) -> &str {
        short(&self.digest)
    }
}

fn short(digest: &str) -> &str {
    digest.get(..SHORT_DIGEST).unwrap_or(digest)
}

/// The verdict and the report on every printed page, which may be torn from the others. They are words of ours and a digest: nothing of
/// the archive's own gets into a style.
fn margins(report: &Report, digest: &str) -> String {
    format!(
        "@page {{ @top-left {{ content: \"{}\"; }} @top-right {{ content: \"report digest {}…\"; }} }}\n",
        report.overall.word().to_uppercase(),
        short(digest)
    )
}

/// What was not asked, in a line.
fn beside(report: &Report) -> String {
    let count = report.findings.iter().filter(|finding| finding.outside_scope).count() as u64;
    let found = match count {
        0 => None,
        1 => Some("1 finding about it is in the canonical JSON and in the text with --full, and not here.".to_owned()),
        many => {
            Some(format!("{} findings about it are in the canonical JSON and in the text with --full, and not here.", number(many)))
        }
    };
    aside(report).into_iter().chain(found).collect::<Vec<_>>().join(" ")
}

/// Findings of what was asked as the report sorts them, in groups that share [`FINDING_BYTES`]: small groups are shown whole, and only the
/// largest are cut.
fn groups(report: &Report) -> Vec<Group> {
    let grouped = report.grouped();
    let mut groups: Vec<Group> = grouped
        .iter()
        .filter(|group| !group.outside)
        .filter_map(|group| {
            let Finding { code, effect, .. } = **group.findings.first()?;
            let findings = &group.findings;
            Some(Group {
                code,
                effect,
                words: code.explain(),
                findings: findings.len() as u64,
                subjects: findings.iter().map(|finding| finding.count).fold(0, u64::saturating_add),
                items: Listing::fit(findings.len(), findings.iter().map(|finding| item(finding)), FINDING_BYTES),
            })
        })
        .collect();
    let mut by_size: Vec<&mut Group> = groups.iter_mut().collect();
    by_size.sort_by_key(|group| (group.items.hidden, group.items.bytes()));
    let (mut left, mut sharing) = (FINDING_BYTES, by_size.len());
    for group in by_size {
        group.items.shrink_to(left / sharing.max(1));
        left -= group.items.bytes();
        sharing -= 1;
    }
    groups
}

fn item(finding: &Finding) -> String {
    let mut facts = Vec::new();
    // An object's name tells its chain, except for the trail; a chain that is the subject needs no repetition.
    facts.extend(finding.chain.clone().filter(|chain| *chain != finding.first).map(|chain| ("chain", chain)));
    // An entry in its place repeats the object's name.
    let elsewhere = finding.entry.clone().filter(|entry| !finding.first.ends_with(entry.as_str()));
    facts.extend(elsewhere.map(|entry| ("entry", entry)));
    facts.extend(finding.expected.clone().map(|expected| ("expected", expected)));
    facts.extend(finding.found.clone().map(|found| ("found", found)));
    let mut words = Vec::new();
    if let Some((from, to)) = finding.from.zip(finding.to) {
        words.push(match Period::new(from, to) {
            Ok(period) => format!("{} ({})", span(&period), duration(period.seconds())),
            Err(_) => from.to_string(),
        });
    }
    if finding.count > 1 {
        words.push(format!("{} in all", number(finding.count)));
    }
    words.extend(finding.detail(Language::En));
    Item { finding, facts, words }.render().unwrap_or_default()
}

impl Again {
    fn of(report: &Report, is_to_be_signed: bool) -> Self {
        let request = request(report);
        let is_complete = request.as_ref().is_some_and(|request| {
            request.scope().is_ok_and(|scope| scope.questions == report.asked.questions)
                && request
                    .weights()
                    .is_ok_and(|weights| weights.iter().eq(report.asked.policy.iter().map(|(code, effect)| (*code, *effect))))
        });
        let level = |wanted: Level| report.keys.iter().any(|key| key.level == wanted);
        let pins = level(Level::Pinned);
        let (mut options, mut arguments) = (String::new(), String::new());
        if level(Level::Trusted) || pins {
            options.push_str(" --keys KEYS");
            arguments.push_str(", keys=\"KEYS\"");
        }
        if pins {
            options.push_str(" --pins PINS");
            arguments.push_str(", pins=\"PINS\"");
        }
        let request = request.filter(|_| is_complete).unwrap_or_default();
        let is_plain = request.expect.is_empty() && request.policy.is_empty() && request.relocated.is_empty();
        let scope_file = (!is_plain).then(|| serde_json::to_string_pretty(&request).unwrap_or_default());
        if is_plain {
            // Every part was checked by Request::scope: nothing here means anything to a shell.
            let times = [("from", &request.from), ("to", &request.to)];
            options.extend(times.iter().filter_map(|(name, time)| Some(format!(" --{name} {}", time.as_ref()?))));
            let lists = [("account", &request.accounts), ("region", &request.regions), ("trail", &request.trails)];
            let stated = lists.iter().filter(|(_, names)| !names.is_empty());
            options.extend(stated.clone().map(|(name, names)| format!(" --{name} {}", names.join(","))));
            if let (Some(from), Some(to)) = (&request.from, &request.to) {
                arguments.push_str(&format!(", covering=(\"{from}\", \"{to}\")"));
            }
            arguments.extend(stated.map(|(name, names)| format!(", {name}s=[\"{}\"]", names.join("\", \""))));
        } else {
            options.push_str(" --scope scope.json");
            arguments.push_str(", scope=\"scope.json\"");
        }
        Self { options, arguments, scope_file, is_complete, pins, sign_off: if is_to_be_signed { " --sign-off" } else { "" } }
    }
}

/// The scope file that asks the same, if there is one: of the questions at most one can name several accounts.
fn request(report: &Report) -> Option<Request> {
    let texts = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>();
    let ends = |period: Option<Period>| (period.map(|period| period.from.to_string()), period.map(|period| period.to.to_string()));
    let questions = &report.asked.questions;
    let top = match questions.as_slice() {
        [only] => Some(only),
        several => several.iter().find(|question| question.accounts.len() > 1),
    };
    let mut request = Request { relocated: report.asked.relocated.clone(), ..Request::default() };
    request.policy = report.asked.policy.iter().map(|(code, effect)| (code.name().to_owned(), *effect)).collect();
    if let Some(top) = top {
        (request.from, request.to) = ends(top.period);
        request.accounts = texts(&top.accounts);
        request.regions = texts(&top.regions);
        request.trails = texts(&top.trails);
    }
    for question in questions.iter().filter(|question| Some(*question) != top) {
        let (from, to) = ends(question.period);
        request.expect.push(Expect {
            account: question.accounts.first().cloned(),
            regions: Some(texts(&question.regions)),
            trails: Some(texts(&question.trails)),
            from,
            to,
        });
    }
    (!questions.is_empty()).then_some(request)
}
