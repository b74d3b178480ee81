//! The report as one HTML file that people file, print and quote: no script, nothing from outside, the same bytes for the same
//! report.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use askama::Template;
use askama::filters::{Escaper, Html};
use base64::Engine as _;

use crate::entry::{DigestKind, printable};
use crate::finding::{Axis, Code, Effect, Explanation, Finding};
use crate::picture::Picture;
use crate::policy::{Expect, Question, Request};
use crate::report::{Chain, Key, Level, MissingKey, Outcome, Report, counted};
use crate::signature::sha256;
use crate::time::{HOUR_SECONDS, Period};

/// Colours are declared twice, by day and by night, and used by their names.
const STYLE: &str = concat!(
    ":root { color-scheme: light dark;\n",
    include_str!("../templates/light.css"),
    "}\n@media (prefers-color-scheme: dark) { :root {\n",
    include_str!("../templates/dark.css"),
    "} }\n@media print { :root { color-scheme: light;\n",
    include_str!("../templates/light.css"),
    "--ink: #000; --soft: #40464d; --line: #c3c9d0; --link: #000;\n} }\n",
    include_str!("../templates/picture.css"),
    include_str!("../templates/report.css"),
);
/// The same for a part of somebody else's page, whose own theme decides: JupyterLab, VS Code, Colab, and pages of Sphinx each say
/// theirs in their own way.
const FRAGMENT_STYLE: &str = concat!(
    ".trailseal {\n",
    include_str!("../templates/light.css"),
    include_str!("../templates/picture.css"),
    include_str!("../templates/fragment.css"),
    "}\n:is([data-jp-theme-light='false'], .vscode-dark, .vscode-high-contrast:not(.vscode-high-contrast-light), [theme='dark'], \
     [data-theme='dark']) .trailseal {\n",
    include_str!("../templates/dark.css"),
    "}\n",
);

/// Bytes for what an archive can multiply at will. Beyond them a file opens slowly and is read by nobody: what does not fit is
/// counted, and the canonical JSON has it.
const FINDING_BYTES: usize = 2_500_000;
const CHAIN_BYTES: usize = 700_000;
const KEY_BYTES: usize = 200_000;
const MISSING_KEY_BYTES: usize = 200_000;
/// A list that is longer is closed on the screen; print shows it all the same.
const OPEN_FINDINGS: usize = 25;
/// Chains that are drawn on a page; more are read by nobody, and the table of chains has them all.
const DRAWN_CHAINS: usize = 60;
/// What a fragment shows: it stands among other things.
const FRAGMENT_CHAINS: usize = 20;
const FRAGMENT_FINDINGS: usize = 20;

impl Report {
    /// The report as one self-contained HTML file, without scripts or references to anything outside it.
    pub fn to_html(&self) -> String {
        // Writing into a String cannot fail; an empty file would be noticed at once.
        Page::of(self).render().unwrap_or_default()
    }

    /// The report in short, as a part of somebody else's page, for example of a notebook: verdict, axes, coverage, and the first
    /// findings. Its style touches nothing else, and two fragments on one page do not disturb each other.
    pub fn to_html_fragment(&self) -> String {
        let digest = self.digest();
        // Names on a page are for all of it.
        let prefix = format!("trailseal-{}-", digest.get(..16).unwrap_or_default());
        let findings = self.findings.get(..FRAGMENT_FINDINGS).unwrap_or(&self.findings);
        Fragment {
            report: self,
            style: FRAGMENT_STYLE,
            picture: Picture::of(self, &rows(self), FRAGMENT_CHAINS, &prefix),
            findings,
            hidden: self.findings.len().saturating_sub(findings.len()) as u64,
            digest,
        }
        .render()
        .unwrap_or_default()
    }
}

/// Takes markup, control characters and turned writing out of everything that a template shows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Inert;

impl Escaper for Inert {
    fn write_escaped_str<W: fmt::Write>(&self, dest: W, text: &str) -> fmt::Result {
        Html.write_escaped_str(dest, &printable(text.as_bytes()))
    }
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    style: &'static str,
    style_sha256: String,
    digest: String,
    unproved: Vec<String>,
    aside: Vec<String>,
    picture: Option<Picture>,
    chains: Listing,
    groups: Vec<Group<'a>>,
    keys: Listing,
    missing_keys: Listing,
    levels: Vec<String>,
    again: Again,
}

#[derive(Template)]
#[template(path = "fragment.html")]
struct Fragment<'a> {
    report: &'a Report,
    style: &'static str,
    digest: String,
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

/// A chain with its place in the tables, those with something to say first.
#[derive(Template)]
#[template(path = "chain.html")]
pub(crate) struct Row<'a> {
    pub(crate) number: usize,
    pub(crate) chain: &'a Chain,
    standing: Outcome,
    notes: Vec<String>,
}

/// All findings of one code and effect.
struct Group<'a> {
    code: Code,
    effect: Effect,
    words: &'static Explanation,
    findings: &'a [Finding],
    items: Listing,
}

impl Group<'_> {
    fn summary(&self) -> String {
        let subjects: u64 = self.findings.iter().map(|finding| finding.count).fold(0, u64::saturating_add);
        let findings = self.findings.len() as u64;
        let all = format!("{} {}", number(findings), if findings == 1 { "finding" } else { "findings" });
        if subjects == findings { all } else { format!("{all} about {} subjects", number(subjects)) }
    }

    fn is_open(&self) -> bool {
        self.items.rows.len() <= OPEN_FINDINGS
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
}

/// What somebody types to get the same report.
struct Again {
    options: String,
    /// The same options as Python's arguments.
    arguments: String,
    /// The scope file, where options cannot say it; absent too if no scope file can.
    scope_file: Option<String>,
    is_complete: bool,
    pins: bool,
}

impl<'a> Page<'a> {
    fn of(report: &'a Report) -> Self {
        let rows = rows(report);
        let keys = report.keys.iter().map(|key| KeyRow { key }.render().unwrap_or_default());
        let missing = report.missing_keys.iter().map(|key| MissingKeyRow { key }.render().unwrap_or_default());
        Self {
            report,
            style: STYLE,
            style_sha256: base64::engine::general_purpose::STANDARD.encode(sha256(STYLE.as_bytes())),
            digest: report.digest(),
            unproved: unproved(report),
            aside: aside(report),
            picture: Picture::of(report, &rows, DRAWN_CHAINS, ""),
            chains: Listing::fit(rows.len(), rows.iter().map(|row| row.render().unwrap_or_default()), CHAIN_BYTES),
            groups: groups(&report.findings),
            keys: Listing::fit(report.keys.len(), keys, KEY_BYTES),
            missing_keys: Listing::fit(report.missing_keys.len(), missing, MISSING_KEY_BYTES),
            levels: levels(&report.keys),
            again: Again::of(report),
        }
    }

    fn verified(&self) -> String {
        let counts = &self.report.counts;
        let digests = counts.digests.proved + counts.digests.unproved + counts.digests.failed;
        let logs = counts.logs.proved + counts.logs.failed + counts.logs.unproved + counts.logs.unreferenced;
        format!(
            "A handed-over AWS CloudTrail archive of {} {}: {} digest files, {} log files present, in {} {}; {} entries are no evidence and were not judged.",
            number(counts.entries),
            if counts.entries == 1 { "entry" } else { "entries" },
            number(digests),
            number(logs),
            number(self.report.chains.len() as u64),
            if self.report.chains.len() == 1 { "chain" } else { "chains" },
            number(counts.ignored)
        )
    }
}

/// 10,000 instead of 10000.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// 36 h, or 36 h 5 min; shorter than a minute in seconds.
fn duration(seconds: u64) -> String {
    let (hours, minutes) = (seconds / HOUR_SECONDS.unsigned_abs(), seconds % HOUR_SECONDS.unsigned_abs() / 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{} h", number(hours)),
        (hours, minutes) => format!("{} h {minutes} min", number(hours)),
    }
}

fn span(period: &Period) -> String {
    format!("{} to {}", period.from, period.to)
}

fn symbol(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "✔",
        Outcome::Failed => "✘",
        Outcome::Indeterminate => "?",
        Outcome::NotAssessed => "–",
    }
}

fn shown(outcome: Outcome) -> String {
    outcome.name().replace('_', " ")
}

fn question_asked(axis: Axis) -> &'static str {
    match axis {
        Axis::Integrity => "Are the bytes those that the signed digest files commit to?",
        Axis::Authenticity => "Did AWS sign the digest files, under keys that the verifier trusts?",
        Axis::Continuity => "Is each digest file linked to the one before, with none missing, doubled or forked?",
        Axis::Coverage => "Does what is proved cover what was asked?",
    }
}

fn answer(axis: Axis, outcome: Outcome) -> &'static str {
    match (axis, outcome) {
        (_, Outcome::NotAssessed) => "No period was asked, so there is nothing that the archive had to cover.",
        (Axis::Integrity, Outcome::Passed) => "Yes.",
        (Axis::Integrity, Outcome::Indeterminate) => "Not all bytes could be compared with a signed digest file.",
        (Axis::Integrity, Outcome::Failed) => "No: bytes were altered, added or taken away.",
        (Axis::Authenticity, Outcome::Passed) => "Yes.",
        (Axis::Authenticity, Outcome::Indeterminate) => "Not every digest file is signed under a key that the verifier trusts.",
        (Axis::Authenticity, Outcome::Failed) => "No: a signature or a key is forged or damaged.",
        (Axis::Continuity, Outcome::Passed) => "Yes.",
        (Axis::Continuity, Outcome::Indeterminate) => "The links leave a question open.",
        (Axis::Continuity, Outcome::Failed) => "No: the chain is broken, forked or altered.",
        (Axis::Coverage, Outcome::Passed) => "Yes, all of it.",
        (Axis::Coverage, Outcome::Indeterminate) => "Some of what was asked is not covered.",
        (Axis::Coverage, Outcome::Failed) => "No: what was asked is contradicted.",
    }
}

fn level_meaning(level: Level) -> &'static str {
    match level {
        Level::Pinned => "listed by SHA-256 in the verifier's own pins",
        Level::Trusted => "got by the verifier, without the sender's help",
        Level::Enclosed => "came with the archive, and proves nothing by itself",
    }
}

fn levels(keys: &[Key]) -> Vec<String> {
    [Level::Pinned, Level::Trusted, Level::Enclosed]
        .into_iter()
        .filter_map(|level| {
            let of_level = || keys.iter().filter(move |key| key.level == level);
            let count = of_level().count() as u64;
            let used = of_level().filter(|key| key.digests > 0).count() as u64;
            (count > 0).then(|| {
                format!(
                    "{} {} ({}); {} of them verified digest files",
                    number(count),
                    level.name(),
                    level_meaning(level),
                    number(used)
                )
            })
        })
        .collect()
}

/// One question in words.
fn asked(question: &Question) -> String {
    let list = |names: &BTreeSet<String>, one: &str, many: &str| match names.len() {
        0 => format!("all {many} in the archive"),
        1 => format!("{one} {}", names.iter().cloned().collect::<String>()),
        _ => format!("{many} {}", names.iter().cloned().collect::<Vec<_>>().join(", ")),
    };
    let places = [
        list(&question.accounts, "account", "accounts"),
        list(&question.regions, "region", "regions"),
        list(&question.trails, "trail", "trails"),
    ];
    let period = question.period.as_ref().map_or_else(|| "no period stated".to_owned(), span);
    format!("{period}: {}", places.join("; "))
}

/// The chains in the order of the tables: contradicted, then open, then clean; those that nobody asked for last of each.
fn rows(report: &Report) -> Vec<Row<'_>> {
    let mut effects: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    for finding in &report.findings {
        if let Some(chain) = &finding.chain {
            let [_, limiting, refuting] = effects.entry(chain).or_default();
            match finding.effect {
                Effect::Informs => {}
                Effect::Limits => *limiting += 1,
                Effect::Refutes => *refuting += 1,
            }
        }
    }
    let mut rows: Vec<Row<'_>> = report
        .chains
        .iter()
        .map(|chain| {
            let [_, limiting, refuting] = effects.get(chain.id.as_str()).copied().unwrap_or_default();
            let (digests, logs) = (&chain.digests, &chain.logs);
            let standing = if refuting > 0 || digests.failed > 0 || logs.failed > 0 || logs.missing > 0 {
                Outcome::Failed
            } else if limiting > 0 || !chain.gaps.is_empty() || digests.unproved > 0 || logs.unproved > 0 {
                Outcome::Indeterminate
            } else {
                Outcome::Passed
            };
            Row { number: 0, chain, standing, notes: notes(chain, refuting) }
        })
        .collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.standing), !row.chain.in_scope));
    (1..).zip(&mut rows).for_each(|(number, row)| row.number = number);
    rows
}

fn notes(chain: &Chain, refuting: u64) -> Vec<String> {
    let missing = chain.gaps.iter().map(Period::seconds).fold(0, u64::saturating_add);
    let mut notes = Vec::new();
    if !chain.gaps.is_empty() {
        notes.push(format!("{}, {} in all", counted(chain.gaps.len() as u64, "gap", "gaps"), duration(missing)));
    }
    for (count, one, many) in [
        (refuting, "finding refutes", "findings refute"),
        (chain.digests.failed, "digest file failed", "digest files failed"),
        (chain.digests.unproved, "digest file unproved", "digest files unproved"),
        (chain.logs.failed, "log file failed", "log files failed"),
        (chain.logs.missing, "log file missing", "log files missing"),
        (chain.logs.unproved, "log file unproved", "log files unproved"),
        (chain.logs.unreferenced, "unlisted log file in its account and region", "unlisted log files in its account and region"),
    ] {
        if count > 0 {
            notes.push(counted(count, one, many));
        }
    }
    if chain.kind == DigestKind::Backfill {
        notes.push("backfill".to_owned());
    }
    if !chain.in_scope {
        notes.push("not asked".to_owned());
    }
    notes
}

impl Row<'_> {
    fn digests(&self) -> String {
        let digests = &self.chain.digests;
        part(digests.proved, digests.proved + digests.unproved + digests.failed)
    }

    fn logs(&self) -> String {
        let logs = &self.chain.logs;
        part(logs.proved, logs.proved + logs.failed + logs.missing + logs.unproved)
    }

    fn clean(&self) -> bool {
        self.standing == Outcome::Passed
    }
}

fn part(proved: u64, all: u64) -> String {
    if proved == all { number(all) } else { format!("{} of {}", number(proved), number(all)) }
}

/// What was asked and is not proved, in sentences.
fn unproved(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    let gaps = report.chains.iter().filter(|chain| chain.in_scope && !chain.gaps.is_empty());
    let (mut chains, mut count, mut seconds) = (0_u64, 0_u64, 0_u64);
    for chain in gaps {
        chains += 1;
        count += chain.gaps.len() as u64;
        seconds = chain.gaps.iter().map(Period::seconds).fold(seconds, u64::saturating_add);
    }
    if count > 0 {
        lines.push(format!(
            "{} of chain time in {} of {} are covered by no signed digest file.",
            duration(seconds),
            counted(count, "gap", "gaps"),
            counted(chains, "chain", "chains")
        ));
    }
    // One line per code, the worst first, as the findings are sorted; gaps are said above.
    let mut seen: Vec<(Code, Effect, u64)> = Vec::new();
    for finding in report.findings.iter().filter(|finding| finding.effect != Effect::Informs && finding.code != Code::CoverageGap) {
        match seen.last_mut() {
            Some((code, effect, count)) if (*code, *effect) == (finding.code, finding.effect) => {
                *count = count.saturating_add(finding.count);
            }
            _ => seen.push((finding.code, finding.effect, finding.count)),
        }
    }
    for (code, _, count) in seen {
        let words = code.explain();
        lines.push(format!("{} ({code}, {}, {}×)", words.means, words.axis.name(), number(count)));
    }
    if report.axes.coverage == Outcome::NotAssessed {
        lines.push("No period was asked: whether the archive is all of what it should be was not assessed.".to_owned());
    }
    lines
}

/// What is noted without effect on the verdict.
fn aside(report: &Report) -> Vec<String> {
    let outside = report.findings.iter().filter(|finding| finding.outside_scope).count() as u64;
    let mut lines = Vec::new();
    if outside > 0 {
        lines.push(format!(
            "{} outside what was asked; {} no effect on the verdict.",
            counted(outside, "finding lies", "findings lie"),
            if outside == 1 { "it has" } else { "they have" }
        ));
    }
    lines
}

/// Findings as the report sorts them, in groups that share [`FINDING_BYTES`]: small groups are shown whole, and only the largest
/// are cut.
fn groups(findings: &[Finding]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = findings
        .chunk_by(|one, next| (one.code, one.effect) == (next.code, next.effect))
        .filter_map(|findings| {
            let first = findings.first()?;
            let items = Listing::fit(findings.len(), findings.iter().map(item), FINDING_BYTES);
            Some(Group { code: first.code, effect: first.effect, words: first.code.explain(), findings, items })
        })
        .collect();
    let mut by_size: Vec<&mut Group<'_>> = groups.iter_mut().collect();
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
    if finding.outside_scope {
        words.push("outside what was asked".to_owned());
    }
    words.extend(finding.detail.clone());
    Item { finding, facts, words }.render().unwrap_or_default()
}

impl Again {
    fn of(report: &Report) -> Self {
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
        Self { options, arguments, scope_file, is_complete, pins }
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
