//! A report in words: what people read beside its facts, whoever shows it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::bytes::text::counted;
use crate::evidence::trail::name::DigestKind;
use crate::evidence::trail::section::{Chain, MissingKey};
use crate::forms::asks::Ask;
use crate::forms::causes::Cause;
use crate::forms::words::{Language, duration, found, in_days, number};
use crate::report::{Key, LeftOut, Report};
use crate::terms::finding::{Axis, Code, Effect, Finding};
use crate::terms::outcome::{Level, Outcome};
use crate::terms::scope::Question;
use crate::terms::time::Period;

/// What is said about a report beside its facts: for hosts that show it in a way of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reading {
    /// The language.
    pub language: Language,
    /// The digest of the report that is read.
    pub report_digest: String,
    /// The verdict in one sentence.
    pub sentence: String,
    /// The verdict in a word.
    pub overall: String,
    /// What was verified, in a sentence.
    pub verified: String,
    /// The questions that were asked.
    pub asked: Vec<String>,
    /// One answer for each axis, in the order in which reports show them.
    pub axes: Vec<Answer>,
    /// What bears on the verdict, each cause once.
    pub causes: Vec<Cause>,
    /// What to ask for.
    pub asks: Vec<Ask>,
    /// What was asked and is not proved; empty if all of it is.
    pub unproved: Vec<String>,
    /// What is noted without effect on the verdict.
    pub aside: Vec<String>,
    /// The keys by level.
    pub levels: Vec<String>,
    /// The chains in the order in which tables show them: those with something to say first.
    pub chains: Vec<Standing>,
    /// The findings in the order of the report.
    pub findings: Vec<FindingRead>,
    /// What to run for each of the keys that the verifier lacks, in the order of the report; put the output into a file named
    /// `REGION.json`.
    pub key_commands: Vec<String>,
    /// What is never claimed.
    pub not_claimed: Vec<String>,
}

/// A finding in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FindingRead {
    /// What its code means.
    pub means: String,
    /// Its first subject.
    pub first: String,
    /// Its last subject, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// The particular circumstances.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// A command that fetches what is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
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
    /// What was found that decides it, in numbers, or that only the verifier's policy let pass; empty if there is no such thing.
    pub found: String,
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
    pub fn of(report: &Report, language: Language) -> Self {
        let answers = Axis::ALL.iter().map(|axis| {
            let outcome = report.axes.of(*axis);
            let (question, found) = (question_asked(*axis).to_owned(), decisive(report, *axis));
            Answer { axis: *axis, question, outcome, shown: outcome.word(), answer: answered(*axis, outcome, &found), found }
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
        let findings = report.findings.iter().map(|finding| FindingRead {
            means: finding.code.explain().means.to_owned(),
            first: finding.subject(&finding.first, language),
            last: finding.last.as_ref().map(|last| finding.subject(last, language)),
            detail: finding.detail(language),
            command: finding.command(),
        });
        Self {
            language,
            report_digest: report.digest(),
            sentence: report.sentence(language),
            overall: report.overall.word(),
            verified: verified(report),
            asked: report.asked.questions.iter().map(asked).collect(),
            axes: answers.collect(),
            causes: report.causes(language),
            asks: report.asks(language),
            unproved: unproved(report),
            aside: aside(report),
            levels: levels(&report.keys),
            chains: chains.collect(),
            findings: findings.collect(),
            key_commands: MissingKey::commands(&report.missing_keys),
            not_claimed: language
                .not_claimed()
                .iter()
                .copied()
                .chain((!report.lake.is_empty()).then_some(language.not_signed()))
                .map(str::to_owned)
                .collect(),
        }
    }

    /// The reading as JSON by RFC 8785, without a line feed at the end. It belongs to the report and is no part of it.
    pub fn to_json(&self) -> Vec<u8> {
        // Texts and numbers always serialise.
        serde_json_canonicalizer::to_vec(self).unwrap_or_default()
    }
}

/// A chain with its place in the tables, those with something to say first.
pub(crate) struct Row<'a> {
    pub(crate) number: usize,
    pub(crate) chain: &'a Chain,
    pub(crate) standing: Outcome,
    pub(crate) notes: Vec<String>,
}

pub(crate) fn span(period: &Period) -> String {
    format!("{} to {}", period.from, period.to)
}

pub(crate) fn question_asked(axis: Axis) -> &'static str {
    match axis {
        Axis::Integrity => "Are the bytes those that the signed digest files commit to?",
        Axis::Authenticity => "Did AWS sign the digest files, under keys that the verifier trusts?",
        Axis::Continuity => "Is each digest file linked to the one before, with none missing, doubled or forked?",
        Axis::Coverage => "Does what is proved cover what was asked?",
    }
}

/// What a report answers on an axis.
pub(crate) fn answer(report: &Report, axis: Axis) -> String {
    answered(axis, report.axes.of(axis), &decisive(report, axis))
}

fn answered(axis: Axis, outcome: Outcome, found: &str) -> String {
    match (axis, outcome) {
        (_, Outcome::NotAssessed) => "No period was asked, so there is nothing that the archive had to cover.".to_owned(),
        (_, Outcome::Passed) if !found.is_empty() => format!("Yes, but for what the verifier's policy let pass: {found}."),
        (Axis::Coverage, Outcome::Passed) => "Yes, all of it.".to_owned(),
        (_, Outcome::Passed) => "Yes.".to_owned(),
        (_, Outcome::Failed) => format!("No: {found}."),
        (_, Outcome::Indeterminate) if found.is_empty() => "Open: nothing was found that shows it.".to_owned(),
        (_, Outcome::Indeterminate) => format!("Open: {found}."),
    }
}

/// The codes that decide an axis, the first in the order of the report, each with how often; where there is none, those that would decide
/// it but for the verifier's policy.
fn decisive(report: &Report, axis: Axis) -> String {
    const NAMED: usize = 3;
    let outcome = report.axes.of(axis);
    if outcome == Outcome::NotAssessed {
        return String::new();
    }
    let decides = |finding: &&Finding| match outcome {
        Outcome::Failed => finding.effect == Effect::Refutes,
        Outcome::Indeterminate => finding.effect == Effect::Limits,
        Outcome::Passed | Outcome::NotAssessed => false,
    };
    let is_let_pass = |finding: &&Finding| {
        let lowered = report.asked.policy.get(&finding.code) == Some(&Effect::Informs);
        lowered && !finding.outside_scope && finding.code.explain().effect > Effect::Informs
    };
    let of_axis = || report.findings.iter().filter(|finding| finding.axis == axis);
    let is_decided = of_axis().any(|finding| decides(&finding));
    let mut counts: Vec<((Code, Effect), u64)> = Vec::new();
    for finding in of_axis().filter(|finding| if is_decided { decides(finding) } else { is_let_pass(finding) }) {
        let own = (finding.code, finding.effect);
        match counts.iter_mut().find(|(code, _)| *code == own) {
            Some((_, count)) => *count = count.saturating_add(finding.count),
            None => counts.push((own, finding.count)),
        }
    }
    let mut clauses: Vec<String> = counts.iter().take(NAMED).map(|((code, effect), count)| found(*code, *effect, *count)).collect();
    if counts.len() > NAMED {
        clauses.push(counted((counts.len() - NAMED) as u64, "more kind of finding", "more kinds of findings"));
    }
    clauses.join("; ")
}

fn level_meaning(level: Level) -> &'static str {
    match level {
        Level::Pinned => "listed by SHA-256 in the verifier's own pins",
        Level::Trusted => "supplied by the verifier",
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
    asked_of(question, " in the archive")
}

/// One question in words, of an archive that is here or is yet to come.
pub(crate) fn asked_of(question: &Question, place: &str) -> String {
    let list = |names: &BTreeSet<String>, one: &str, many: &str| match names.len() {
        0 => format!("all {many}{place}"),
        1 => format!("{one} {}", names.iter().cloned().collect::<String>()),
        _ => format!("{many} {}", names.iter().cloned().collect::<Vec<_>>().join(", ")),
    };
    let places = [
        list(&question.accounts, "account", "accounts"),
        list(&question.regions, "region", "regions"),
        list(&question.trails, "trail", "trails"),
    ];
    let period = question.period.as_ref().map_or_else(|| "no period stated".to_owned(), in_days);
    format!("{period}: {}", places.join("; "))
}

/// Findings of one code and effect, either of what was asked or outside of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// The findings of the group; never empty.
    pub findings: Vec<&'a Finding>,
    /// True if they lie outside what was asked.
    pub outside: bool,
    /// True if they inform only, and are the cause of what the next group says.
    pub is_cause: bool,
}

/// What may follow from what a code says, if it only informs.
const fn caused_by(code: Code) -> &'static [Code] {
    match code {
        Code::MetadataMalformed => &[Code::DigestSignatureMissing, Code::DigestKeyUnknown],
        Code::KeyMalformed | Code::KeyWeak | Code::KeyFingerprintMismatch => &[Code::DigestKeyUnknown],
        _ => &[],
    }
}

fn gather<'a>(findings: &[&'a Finding], outside: bool) -> Vec<Group<'a>> {
    let groups = findings.chunk_by(|one, next| (one.code, one.effect) == (next.code, next.effect));
    groups.map(|findings| Group { findings: findings.to_vec(), outside, is_cause: false }).collect()
}

impl Report {
    /// The findings in groups, as reports show them: in their order, a cause beside its consequence, and those outside of what was asked
    /// at the end.
    pub fn grouped(&self) -> Vec<Group<'_>> {
        let (outside, asked): (Vec<&Finding>, Vec<&Finding>) = self.findings.iter().partition(|finding| finding.outside_scope);
        let mut groups = gather(&asked, false);
        let first = |group: &Group<'_>| group.findings.first().map(|finding| (finding.code, finding.effect));
        for cause in 0..groups.len() {
            let Some((code, Effect::Informs)) = groups.get(cause).and_then(first) else { continue };
            let is_caused = |group: &Group<'_>| {
                first(group).is_some_and(|(caused, effect)| effect > Effect::Informs && caused_by(code).contains(&caused))
            };
            // What limits or refutes stands before what informs.
            if let Some(caused) = groups.iter().position(is_caused)
                && let Some(between) = groups.get_mut(caused..=cause)
            {
                between.rotate_right(1);
                between.iter_mut().take(1).for_each(|group| group.is_cause = true);
            }
        }
        groups.extend(gather(&outside, true));
        groups
    }
}

/// What speaks against a chain, of what was asked of it.
struct Trouble {
    refuting: u64,
    /// Findings that limit, apart from those that say gaps.
    limiting: u64,
    standing: Outcome,
}

/// How each chain stands, in the order of the report: what the worst is that was found about it in scope. `not_assessed` is one that
/// nobody asked for.
pub(crate) fn standings(report: &Report) -> impl Iterator<Item = Outcome> {
    troubles(report).into_iter().map(|trouble| trouble.standing)
}

fn troubles(report: &Report) -> Vec<Trouble> {
    let mut effects: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for finding in &report.findings {
        if let Some(chain) = &finding.chain {
            let (limiting, refuting) = effects.entry(chain).or_default();
            match finding.effect {
                Effect::Limits if finding.code != Code::CoverageGap => *limiting = limiting.saturating_add(finding.count),
                Effect::Limits | Effect::Informs => {}
                Effect::Refutes => *refuting = refuting.saturating_add(finding.count),
            }
        }
    }
    let trouble = |chain: &Chain| {
        let (limiting, refuting) = effects.get(chain.id.as_str()).copied().unwrap_or_default();
        let (digests, logs) = (&chain.digests, &chain.logs);
        let standing = if refuting > 0 || digests.failed > 0 || logs.failed > 0 || logs.missing > 0 {
            Outcome::Failed
        } else if limiting > 0 || !chain.gaps.is_empty() || digests.unproved > 0 || logs.unproved > 0 {
            Outcome::Indeterminate
        } else if chain.in_scope {
            Outcome::Passed
        } else {
            Outcome::NotAssessed
        };
        Trouble { refuting, limiting, standing }
    };
    report.chains.iter().map(trouble).collect()
}

/// The chains in the order of the tables: contradicted, then open, then clean; those that nobody asked for last.
pub(crate) fn rows(report: &Report) -> Vec<Row<'_>> {
    let mut of_name: BTreeMap<_, Vec<&Chain>> = BTreeMap::new();
    for chain in &report.chains {
        of_name.entry(name(chain)).or_default().push(chain);
    }
    let with_trouble = report.chains.iter().zip(troubles(report));
    let mut rows: Vec<Row<'_>> = with_trouble
        .map(|(chain, trouble)| {
            let alike = of_name.get(&name(chain)).map_or(&[][..], Vec::as_slice);
            let notes = told_apart(chain, alike).into_iter().chain(notes(chain, &trouble)).collect();
            Row { number: 0, chain, standing: trouble.standing, notes }
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.standing));
    (1..).zip(&mut rows).for_each(|(number, row)| row.number = number);
    rows
}

/// What a row of a table names.
fn name(chain: &Chain) -> (&str, &str, &str, DigestKind) {
    (&chain.account, &chain.region, &chain.trail, chain.kind)
}

/// What tells a chain from others of its name: its home region, or where it lies.
fn told_apart(chain: &Chain, alike: &[&Chain]) -> Option<String> {
    let others = || alike.iter().filter(|other| other.id != chain.id);
    if others().any(|other| other.home_region == chain.home_region) {
        chain.places.first().map(|place| format!("at {place}"))
    } else {
        others().next().map(|_| format!("home region {}", chain.home_region))
    }
}

fn notes(chain: &Chain, trouble: &Trouble) -> Vec<String> {
    let missing = chain.gaps.iter().map(Period::seconds).fold(0, u64::saturating_add);
    let mut notes = Vec::new();
    match chain.gaps.len() {
        0 => {}
        1 => notes.push(format!("1 gap of {}", duration(missing))),
        gaps => notes.push(format!("{gaps} gaps, {} in all", duration(missing))),
    }
    // What was counted as failed or missing is why findings refute, nearly always.
    let is_counted = chain.digests.failed > 0 || chain.logs.failed > 0 || chain.logs.missing > 0;
    for (count, one, many) in [
        (if is_counted { 0 } else { trouble.refuting }, "finding refutes", "findings refute"),
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
    if notes.is_empty() && trouble.limiting > 0 {
        notes.push(counted(trouble.limiting, "finding limits", "findings limit"));
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
        part(self.chain.digests.proved, self.chain.digests.all())
    }

    pub(crate) fn logs(&self) -> String {
        part(self.chain.logs.proved, self.chain.logs.listed())
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
    let (outside, mut lines) = (&report.counts.outside, Vec::new());
    if (outside.digests, outside.logs) != (0, 0) {
        lines.push(format!(
            "Outside what was asked: {} and {} more, not judged.",
            counted_long(outside.digests, "digest file", "digest files"),
            counted_long(outside.logs, "log file", "log files")
        ));
    }
    let LeftOut { chains, keys, missing_keys, evidence_parts, result_sets, result_files } = report.left_out;
    for (count, one, many) in [
        (chains, "chain of which nothing is signed is", "chains of which nothing is signed are"),
        (keys, "enclosed key that verified nothing is", "enclosed keys that verified nothing are"),
        (missing_keys, "key that the verifier lacks is", "keys that the verifier lacks are"),
        (evidence_parts, "part of the evidence root is", "parts of the evidence root are"),
        (result_sets, "result set of CloudTrail Lake is", "result sets of CloudTrail Lake are"),
        (result_files, "file of a result set of CloudTrail Lake is", "files of result sets of CloudTrail Lake are"),
    ] {
        if count > 0 {
            lines.push(format!("{} not listed.", counted(count, one, many)));
        }
    }
    lines
}

/// `10,000 chains`.
fn counted_long(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// What was verified: of the archive, what was asked.
pub(crate) fn verified(report: &Report) -> String {
    let counts = &report.counts;
    let logs = counts.logs.proved + counts.logs.failed + counts.logs.unproved + counts.logs.unreferenced;
    let ignored = match counts.ignored {
        0 => String::new(),
        1 => " 1 other entry is by its name no file of CloudTrail, and was not judged.".to_owned(),
        many => format!(" {} other entries are by their names no files of CloudTrail, and were not judged.", number(many)),
    };
    format!(
        "Of a handed-over AWS CloudTrail archive of {}: {} and {} in {}.{ignored}",
        counted_long(counts.entries, "entry", "entries"),
        counted_long(counts.digests.all(), "digest file", "digest files"),
        counted_long(logs, "log file", "log files"),
        counted_long(report.chains.iter().filter(|chain| chain.in_scope).count() as u64, "chain", "chains"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::finding::About;
    use crate::terms::ledger::Weights;
    use crate::terms::ledger::{Ledger, Raise};

    #[test]
    fn a_cause_stands_beside_its_consequence_and_what_nobody_asked_for_last() {
        let grouped = |codes: &[(Code, bool)]| {
            let weights = Weights::default();
            let mut ledger = Ledger::new(&weights);
            codes.iter().for_each(|(code, in_scope)| ledger.enter(Raise::new(*code, About::Object, "x").in_scope(*in_scope)));
            let mut report = crate::Case::new().conclude(&crate::Policy::default());
            report.findings = ledger.close();
            let told = |group: &Group<'_>| (group.findings[0].code, group.outside, group.is_cause);
            report.grouped().iter().map(told).collect::<Vec<_>>()
        };
        let (malformed, missing) = (Code::MetadataMalformed, Code::DigestSignatureMissing);
        let all = [(malformed, true), (missing, true), (Code::LogUnproved, true), (Code::LogMissing, false), (Code::KeyWeak, true)];
        assert_eq!(
            grouped(&all),
            [
                (Code::LogUnproved, false, false),
                (malformed, false, true),
                (missing, false, false),
                (Code::KeyWeak, false, false),
                (Code::LogMissing, true, false),
            ]
        );
        let keys = [(Code::KeyMalformed, true), (Code::DigestKeyUnknown, true)];
        assert_eq!(grouped(&keys), [(Code::KeyMalformed, false, true), (Code::DigestKeyUnknown, false, false)]);
        assert_eq!(grouped(&[(malformed, true), (missing, false)]), [(malformed, false, false), (missing, true, false)]);
    }
}
