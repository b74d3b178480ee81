//! A report in words: what people read beside its facts, whoever shows it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::entry::DigestKind;
use crate::finding::{Axis, Code, Effect};
use crate::policy::Question;
use crate::report::{Chain, Key, LeftOut, Level, Outcome, Report, counted};
use crate::time::{HOUR_SECONDS, Period};

/// What is said about a report beside its facts: for hosts that show it in a way of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reading {
    /// The verdict in a word.
    pub overall: String,
    /// What was verified, in a sentence.
    pub verified: String,
    /// The questions that were asked.
    pub asked: Vec<String>,
    /// One answer for each axis, in the order in which reports show them.
    pub axes: Vec<Answer>,
    /// What was asked and is not proved; empty if all of it is.
    pub unproved: Vec<String>,
    /// What is noted without effect on the verdict.
    pub aside: Vec<String>,
    /// The keys by level.
    pub levels: Vec<String>,
    /// The chains in the order in which tables show them: those with something to say first.
    pub chains: Vec<Standing>,
}

/// What a report says on one axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Answer {
    /// The axis.
    pub axis: Axis,
    /// The question that it asks.
    pub question: String,
    /// The outcome.
    pub outcome: Outcome,
    /// The outcome in a word.
    pub shown: String,
    /// The answer.
    pub answer: String,
}

/// Where a chain stands in the tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Standing {
    /// Its number in the tables and in the picture.
    pub number: usize,
    /// Its id in the report.
    pub id: String,
    /// What is the worst about it.
    pub outcome: Outcome,
    /// Why; empty if there is nothing to say.
    pub notes: Vec<String>,
    /// Digest files proved, of how many.
    pub digests: String,
    /// Log files proved, of how many.
    pub logs: String,
    /// Time proved.
    pub proved: String,
    /// Of it, time proved silent.
    pub silent: String,
}

impl Reading {
    /// Reads a report.
    pub fn of(report: &Report) -> Self {
        let answers = Axis::ALL.iter().map(|axis| {
            let outcome = report.axes.of(*axis);
            let (question, answer) = (question_asked(*axis).to_owned(), answer(*axis, outcome).to_owned());
            Answer { axis: *axis, question, outcome, shown: shown(outcome), answer }
        });
        let chains = rows(report).into_iter().map(|row| Standing {
            number: row.number,
            id: row.chain.id.clone(),
            outcome: row.standing,
            digests: row.digests(),
            logs: row.logs(),
            proved: row.proved(),
            silent: row.silent(),
            notes: row.notes,
        });
        Self {
            overall: shown(report.overall),
            verified: verified(report),
            asked: report.asked.questions.iter().map(asked).collect(),
            axes: answers.collect(),
            unproved: unproved(report),
            aside: aside(report),
            levels: levels(&report.keys),
            chains: chains.collect(),
        }
    }
}

/// A chain with its place in the tables, those with something to say first.
pub(crate) struct Row<'a> {
    pub(crate) number: usize,
    pub(crate) chain: &'a Chain,
    pub(crate) standing: Outcome,
    pub(crate) notes: Vec<String>,
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
pub(crate) fn duration(seconds: u64) -> String {
    let (hours, minutes) = (seconds / HOUR_SECONDS.unsigned_abs(), seconds % HOUR_SECONDS.unsigned_abs() / 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{} h", number(hours)),
        (hours, minutes) => format!("{} h {minutes} min", number(hours)),
    }
}

pub(crate) fn span(period: &Period) -> String {
    format!("{} to {}", period.from, period.to)
}

pub(crate) fn symbol(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "✔",
        Outcome::Failed => "✘",
        Outcome::Indeterminate => "?",
        Outcome::NotAssessed => "–",
    }
}

pub(crate) fn shown(outcome: Outcome) -> String {
    outcome.name().replace('_', " ")
}

pub(crate) fn question_asked(axis: Axis) -> &'static str {
    match axis {
        Axis::Integrity => "Are the bytes those that the signed digest files commit to?",
        Axis::Authenticity => "Did AWS sign the digest files, under keys that the verifier trusts?",
        Axis::Continuity => "Is each digest file linked to the one before, with none missing, doubled or forked?",
        Axis::Coverage => "Does what is proved cover what was asked?",
    }
}

pub(crate) fn answer(axis: Axis, outcome: Outcome) -> &'static str {
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

pub(crate) fn levels(keys: &[Key]) -> Vec<String> {
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
pub(crate) fn asked(question: &Question) -> String {
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
pub(crate) fn rows(report: &Report) -> Vec<Row<'_>> {
    let mut effects: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    for finding in &report.findings {
        if let Some(chain) = &finding.chain {
            let [_, limiting, refuting] = effects.entry(chain).or_default();
            match finding.effect {
                Effect::Informs => {}
                Effect::Limits => *limiting = limiting.saturating_add(finding.count),
                Effect::Refutes => *refuting = refuting.saturating_add(finding.count),
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
    pub(crate) fn digests(&self) -> String {
        let digests = &self.chain.digests;
        part(digests.proved, digests.proved + digests.unproved + digests.failed)
    }

    pub(crate) fn logs(&self) -> String {
        let logs = &self.chain.logs;
        part(logs.proved, logs.proved + logs.failed + logs.missing + logs.unproved)
    }

    pub(crate) fn proved(&self) -> String {
        duration(self.chain.proved_seconds)
    }

    pub(crate) fn silent(&self) -> String {
        duration(self.chain.silent_seconds)
    }

    pub(crate) fn clean(&self) -> bool {
        self.standing == Outcome::Passed
    }
}

fn part(proved: u64, all: u64) -> String {
    if proved == all { number(all) } else { format!("{} of {}", number(proved), number(all)) }
}

/// What was asked and is not proved, in sentences.
pub(crate) fn unproved(report: &Report) -> Vec<String> {
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
pub(crate) fn aside(report: &Report) -> Vec<String> {
    let outside = report.findings.iter().filter(|finding| finding.outside_scope).count() as u64;
    let mut lines = Vec::new();
    if outside > 0 {
        lines.push(format!(
            "{} outside what was asked; {} no effect on the verdict.",
            counted(outside, "finding lies", "findings lie"),
            if outside == 1 { "it has" } else { "they have" }
        ));
    }
    let LeftOut { chains, keys, missing_keys } = report.left_out;
    for (count, one, many) in [
        (chains, "chain of which nothing is signed is", "chains of which nothing is signed are"),
        (keys, "enclosed key that verified nothing is", "enclosed keys that verified nothing are"),
        (missing_keys, "key that the verifier lacks is", "keys that the verifier lacks are"),
    ] {
        if count > 0 {
            lines.push(format!("{} not listed.", counted(count, one, many)));
        }
    }
    lines
}

/// What was verified.
pub(crate) fn verified(report: &Report) -> String {
    let counts = &report.counts;
    let digests = counts.digests.proved + counts.digests.unproved + counts.digests.failed;
    let logs = counts.logs.proved + counts.logs.failed + counts.logs.unproved + counts.logs.unreferenced;
    format!(
        "A handed-over AWS CloudTrail archive of {} {}: {} digest files, {} log files present, in {} {}; {} entries are no evidence and were not judged.",
        number(counts.entries),
        if counts.entries == 1 { "entry" } else { "entries" },
        number(digests),
        number(logs),
        number(report.chains.len() as u64),
        if report.chains.len() == 1 { "chain" } else { "chains" },
        number(counts.ignored)
    )
}
