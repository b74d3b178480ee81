//! What changed from one report to another.
//!
//! A change is for the worse if any of these holds; everything else is only told:
//!
//! 1. The verdict or an axis is worse, in the order passed, not assessed, indeterminate, failed.
//! 2. A finding is new that limits or refutes, or one that does so weighs more or counts more than before.
//! 3. Asked time is not covered that was covered, or was not asked, before.
//! 4. A chain disappeared, or fewer of its digest files, log files or seconds are proved.
//! 5. A key is believed less than before.
//!
//! Findings are the same if code, chain and first subject are. Reports hold no single objects, so those cannot be compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::bytes::text::{counted, printable};
use crate::evidence::trail::section::{Chain, DigestCounts, LogCounts};
use crate::report::{Counts, Report};
use crate::terms::finding::{Axis, Effect, Finding};
use crate::terms::outcome::{Level, Outcome};
use crate::terms::spans::Spans;
use crate::terms::time::{Period, Time};

/// The name and version of a comparison's form.
pub const COMPARISON_SCHEMA: &str = "trailseal-comparison/1";

/// Lines of each kind that are shown unless all are asked for.
const FEW: usize = 8;

/// A value before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change<T> {
    /// In the old report.
    pub old: T,
    /// In the new one.
    pub new: T,
}

impl<T: PartialEq> Change<T> {
    fn is_one(&self) -> bool {
        self.old != self.new
    }
}

/// What is in one report only, and what is in both but differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes<T, C = T> {
    /// In the new report only.
    pub appeared: Vec<T>,
    /// In the old report only.
    pub disappeared: Vec<T>,
    /// In both, with a difference.
    pub changed: Vec<Change<C>>,
}

/// What changed from one report to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// `trailseal-comparison/1`.
    pub schema: String,
    /// True if something changed for the worse.
    pub is_worse: bool,
    /// What did, in words.
    pub worse: Vec<String>,
    /// True if both reports answer the same question; if not, differences may come from that.
    pub is_same_question: bool,
    /// The periods asked, from the first question to the last; none where one states none.
    pub period: Change<Option<Period>>,
    /// The SHA-256 of the canonical form of each report.
    pub report_digest: Change<String>,
    /// The evidence roots: equal ones mean equal evidence.
    pub evidence_root: Change<String>,
    /// The verdicts.
    pub overall: Change<Outcome>,
    /// The axes that changed.
    pub axes: BTreeMap<Axis, Change<Outcome>>,
    /// Stretches of asked time that are not covered, and that are covered again.
    pub gaps: Changes<ChainGap>,
    /// Findings by code, chain and first subject.
    pub findings: Changes<Finding>,
    /// Accounts that have chains in what was asked in one of the reports only.
    pub accounts: Changes<String>,
    /// Chains, with their evidence.
    pub chains: Changes<ChainEvidence>,
    /// Keys, with how far they are believed.
    pub keys: Changes<KeyLevel>,
    /// Totals over the whole archive.
    pub counts: Change<Counts>,
}

/// Time of a chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChainGap {
    /// The chain, as [`Chain::id`].
    pub chain: String,
    /// The first instant inside.
    pub from: Time,
    /// The first instant after it.
    pub to: Time,
}

/// How much evidence a chain has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEvidence {
    /// The chain, as [`Chain::id`].
    pub chain: String,
    /// Time covered by signed digest files.
    pub proved_seconds: u64,
    /// Digest files.
    pub digests: DigestCounts,
    /// Log files.
    pub logs: LogCounts,
}

impl ChainEvidence {
    fn of(chain: &Chain) -> Self {
        Self { chain: chain.id.clone(), proved_seconds: chain.proved_seconds, digests: chain.digests, logs: chain.logs }
    }
}

/// A key and how far it is believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLevel {
    /// The SHA-256 of its DER bytes.
    pub sha256: String,
    /// How far it is believed.
    pub level: Level,
}

impl Comparison {
    /// Compares two reports.
    pub fn of(old: &Report, new: &Report) -> Self {
        let axes = Axis::ALL.iter().map(|axis| (*axis, Change { old: old.axes.of(*axis), new: new.axes.of(*axis) }));
        let evidence = |report: &Report| report.chains.iter().map(ChainEvidence::of).collect::<Vec<_>>();
        let levels = |report: &Report| {
            report.keys.iter().map(|key| KeyLevel { sha256: key.sha256.clone(), level: key.level }).collect::<Vec<_>>()
        };
        let subject = |finding: &Finding| (finding.code, finding.chain.clone(), finding.first.clone());
        let mut comparison = Self {
            schema: COMPARISON_SCHEMA.to_owned(),
            is_worse: false,
            worse: Vec::new(),
            is_same_question: old.asked == new.asked,
            period: Change { old: old.asked_period(), new: new.asked_period() },
            report_digest: Change { old: old.digest(), new: new.digest() },
            evidence_root: Change { old: old.evidence_root.clone(), new: new.evidence_root.clone() },
            overall: Change { old: old.overall, new: new.overall },
            axes: axes.filter(|(_, change)| change.is_one()).collect(),
            gaps: Changes { appeared: uncovered(new, old), disappeared: uncovered(old, new), changed: Vec::new() },
            findings: changes(old.findings.clone(), new.findings.clone(), subject),
            accounts: changes(accounts(old), accounts(new), String::clone),
            chains: changes(evidence(old), evidence(new), |chain| chain.chain.clone()),
            keys: changes(levels(old), levels(new), |key| key.sha256.clone()),
            counts: Change { old: old.counts, new: new.counts },
        };
        comparison.worse = comparison.worse();
        comparison.is_worse = !comparison.worse.is_empty();
        comparison
    }

    /// The comparison as canonical JSON (RFC 8785), without a line feed at the end.
    pub fn to_canonical_json(&self) -> Vec<u8> {
        // Strings, integers and lists always serialise, as in the report.
        serde_json_canonicalizer::to_vec(self).unwrap_or_default()
    }

    fn worse(&self) -> Vec<String> {
        let mut worse = Vec::new();
        let outcomes =
            std::iter::once(("the verdict", self.overall)).chain(self.axes.iter().map(|(axis, change)| (axis.name(), *change)));
        for (what, Change { old, new }) in outcomes {
            if rank(new) > rank(old) {
                worse.push(format!("{what} went from {} to {}", old.word(), new.word()));
            }
        }
        for (effect, what) in [(Effect::Refutes, "refutes"), (Effect::Limits, "limits")] {
            let new = self.findings.appeared.iter().filter(|finding| finding.effect == effect).count();
            if new > 0 {
                worse.push(counted(
                    new as u64,
                    &format!("new finding {what}"),
                    &format!("new findings {}", what.trim_end_matches('s')),
                ));
            }
        }
        let heavier = self
            .findings
            .changed
            .iter()
            .filter(|Change { old, new }| new.effect >= Effect::Limits && (new.effect > old.effect || new.count > old.count));
        let heavier = heavier.count();
        if heavier > 0 {
            worse.push(counted(heavier as u64, "finding weighs or counts more", "findings weigh or count more"));
        }
        let uncovered: u64 = self.gaps.appeared.iter().map(seconds).fold(0, u64::saturating_add);
        if uncovered > 0 {
            worse.push(format!("{} of asked time is no longer covered", length(uncovered)));
        }
        if !self.chains.disappeared.is_empty() {
            worse.push(counted(self.chains.disappeared.len() as u64, "chain disappeared", "chains disappeared"));
        }
        let (mut digests, mut logs, mut time) = (0_u64, 0_u64, 0_u64);
        for Change { old, new } in &self.chains.changed {
            digests = digests.saturating_add(old.digests.proved.saturating_sub(new.digests.proved));
            logs = logs.saturating_add(old.logs.proved.saturating_sub(new.logs.proved));
            time = time.saturating_add(old.proved_seconds.saturating_sub(new.proved_seconds));
        }
        let lost = [
            (digests, "digest file fewer is proved", "digest files fewer are proved"),
            (logs, "log file fewer is proved", "log files fewer are proved"),
        ];
        worse.extend(lost.iter().filter(|(count, ..)| *count > 0).map(|(count, one, many)| counted(*count, one, many)));
        if time > 0 {
            worse.push(format!("{} fewer are proved", length(time)));
        }
        let fallen = self.keys.changed.iter().filter(|Change { old, new }| new.level < old.level).count();
        if fallen > 0 {
            worse.push(counted(fallen as u64, "key is believed less", "keys are believed less"));
        }
        worse
    }
}

/// From best to worst, for comparing: what is not assessed is less than a pass and more than a doubt.
const fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Passed => 0,
        Outcome::NotAssessed => 1,
        Outcome::Indeterminate => 2,
        Outcome::Failed => 3,
    }
}

fn seconds(gap: &ChainGap) -> u64 {
    u64::try_from(gap.to.unix().saturating_sub(gap.from.unix())).unwrap_or(0)
}

/// `5 h 34 min 1 s`, without what is zero.
fn length(seconds: u64) -> String {
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let parts: Vec<String> = parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

/// The gaps of one report that are no gaps of the same chain in another, which has that chain.
fn uncovered(report: &Report, other: &Report) -> Vec<ChainGap> {
    let others: BTreeMap<&str, &Chain> = other.chains.iter().map(|chain| (chain.id.as_str(), chain)).collect();
    let mut gaps: Vec<ChainGap> = Vec::new();
    for chain in &report.chains {
        let known = others.get(chain.id.as_str()).map(|other| other.gaps.iter().copied()).into_iter().flatten();
        let rest = Spans::union(chain.gaps.iter().copied()).without(&Spans::union(known));
        gaps.extend(rest.into_periods().into_iter().map(|gap| ChainGap { chain: chain.id.clone(), from: gap.from, to: gap.to }));
    }
    gaps.sort();
    gaps
}

/// The accounts that have chains in what a report was asked.
fn accounts(report: &Report) -> Vec<String> {
    let accounts: BTreeSet<&String> = report.chains.iter().filter(|chain| chain.in_scope).map(|chain| &chain.account).collect();
    accounts.into_iter().cloned().collect()
}

/// Pairs by name; several of one name are paired in their order.
fn changes<T: PartialEq, N: Ord>(old: Vec<T>, new: Vec<T>, name: impl Fn(&T) -> N) -> Changes<T> {
    let mut known: BTreeMap<N, std::collections::VecDeque<T>> = BTreeMap::new();
    for item in old {
        known.entry(name(&item)).or_default().push_back(item);
    }
    let mut changes = Changes { appeared: Vec::new(), disappeared: Vec::new(), changed: Vec::new() };
    for item in new {
        match known.get_mut(&name(&item)).and_then(std::collections::VecDeque::pop_front) {
            None => changes.appeared.push(item),
            Some(old) if old == item => {}
            Some(old) => changes.changed.push(Change { old, new: item }),
        }
    }
    changes.disappeared.extend(known.into_values().flatten());
    changes
}

/// Plain text, all of it; what changed for the worse comes first.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(true))
    }
}

impl Comparison {
    /// Plain text; what changed for the worse comes first. Unless it is `full`, a few lines of each kind, and nothing that only informs.
    pub fn text(&self, full: bool) -> String {
        let is_same = !self.report_digest.is_one();
        let mut lines = vec![match (self.is_worse, is_same) {
            (true, _) => format!("WORSE: {}.", self.worse.join("; ")),
            (false, true) => "THE SAME: the two reports are equal.".to_owned(),
            (false, false) => "NOT WORSE: nothing changed for the worse.".to_owned(),
        }];
        lines.push(String::new());
        if !self.is_same_question {
            lines.push("  The two reports answer different questions; differences may come from that.".to_owned());
            lines.extend(self.succession());
            lines.push(String::new());
        }
        lines.push(format!("  {:<13} {}", "verdict", transition(self.overall)));
        lines.extend(self.axes.iter().map(|(axis, change)| format!("  {:<13} {}", axis.name(), transition(*change))));
        lines.push(match self.evidence_root.is_one() {
            true => format!("  {:<13} {} → {}", "evidence root", show(&self.evidence_root.old), show(&self.evidence_root.new)),
            false => format!("  {:<13} the same: {}", "evidence root", show(&self.evidence_root.new)),
        });
        for (head, mut own) in [
            ("Asked time that is not covered", self.gap_lines()),
            ("Findings", self.finding_lines(full)),
            ("Accounts with chains that were asked", lines_of(&self.accounts, |account| show(account), |_, new| show(new))),
            ("Chains, with proved and all digest files, proved and all log files, and proved time", self.chain_lines()),
            ("Keys", self.key_lines()),
        ] {
            let left_out = if full { 0 } else { own.len().saturating_sub(FEW) };
            own.truncate(own.len().saturating_sub(left_out));
            if !own.is_empty() {
                lines.extend([String::new(), format!("  {head}")].into_iter().chain(own));
            }
            if left_out > 0 {
                lines.push(format!("  … {left_out} more (--full shows them)"));
            }
        }
        lines.push(String::new());
        lines.push(
            "  Single files cannot be compared from reports; `trailseal verify --format csv --table objects` lists them."
                .to_owned(),
        );
        lines.push("  Reports in JSON are not signed: this is a comparison of what they say.".to_owned());
        lines.join("\n") + "\n"
    }

    /// Where one period ends and the next begins, if the reports are of two.
    fn succession(&self) -> Vec<String> {
        let Change { old: Some(old), new: Some(new) } = self.period else { return Vec::new() };
        if old == new {
            return Vec::new();
        }
        let seam = if new.from == old.to {
            "The new period begins where the old one ends.".to_owned()
        } else if old.to < new.from {
            format!("Neither was asked about {} to {}, between them.", old.to, new.from)
        } else if old.from < new.from && old.to < new.to {
            format!("They overlap from {} to {}.", new.from, old.to)
        } else if new.to <= old.from {
            "The new period lies before the old one: the reports may be in the wrong order.".to_owned()
        } else {
            "One period does not follow the other.".to_owned()
        };
        let is_next = old.from < new.from && old.to < new.to;
        let join = "  Whether each chain goes on from one report to the next, by hash, says `trailseal join`.".to_owned();
        [format!("  {} to {}, then {} to {}. {seam}", old.from, old.to, new.from, new.to)]
            .into_iter()
            .chain(is_next.then_some(join))
            .collect()
    }

    fn gap_lines(&self) -> Vec<String> {
        let gap = |gap: &ChainGap| format!("{}  {} to {}  ({})", show(&gap.chain), gap.from, gap.to, length(seconds(gap)));
        lines_of(&self.gaps, gap, |_, new| gap(new))
    }

    /// What limits or refutes, on one side at least; all of it if it is `full`.
    fn finding_lines(&self, full: bool) -> Vec<String> {
        let is_shown = |finding: &&Finding| full || finding.effect > Effect::Informs;
        let either = |change: &&Change<Finding>| is_shown(&&change.old) || is_shown(&&change.new);
        let Changes { appeared, disappeared, changed } = &self.findings;
        let shown = Changes {
            appeared: appeared.iter().filter(is_shown).cloned().collect(),
            disappeared: disappeared.iter().filter(is_shown).cloned().collect(),
            changed: changed.iter().filter(either).cloned().collect::<Vec<Change<Finding>>>(),
        };
        let effect = |finding: &Finding| format!("{}{}", finding.effect.name(), times(finding));
        let one = |finding: &Finding| {
            format!("{:<8} {}{}  {}", finding.effect.name(), finding.code, times(finding), show(&finding.first))
        };
        lines_of(&shown, one, |old, new| format!("{} → {} {}  {}", effect(old), effect(new), new.code, show(&new.first)))
    }

    fn chain_lines(&self) -> Vec<String> {
        let one = |chain: &ChainEvidence| format!("{}  {}", show(&chain.chain), evidence(chain));
        lines_of(&self.chains, one, |old, new| format!("{}  {} → {}", show(&new.chain), evidence(old), evidence(new)))
    }

    fn key_lines(&self) -> Vec<String> {
        let one = |key: &KeyLevel| format!("{}  {}", show(&key.sha256), key.level.name());
        lines_of(&self.keys, one, |old, new| format!("{}  {} → {}", show(&new.sha256), old.level.name(), new.level.name()))
    }
}

/// A line for each change.
fn lines_of<T>(changes: &Changes<T>, one: impl Fn(&T) -> String, both: impl Fn(&T, &T) -> String) -> Vec<String> {
    let appeared = changes.appeared.iter().map(|item| format!("  + {}", one(item)));
    let disappeared = changes.disappeared.iter().map(|item| format!("  - {}", one(item)));
    let changed = changes.changed.iter().map(|Change { old, new }| format!("  ~ {}", both(old, new)));
    appeared.chain(disappeared).chain(changed).collect()
}

/// A report that was read from a file may hold anything.
fn show(text: &str) -> String {
    printable(text.as_bytes())
}

fn transition(change: Change<Outcome>) -> String {
    if change.is_one() { format!("{} → {}", change.old.word(), change.new.word()) } else { change.new.word() }
}

fn times(finding: &Finding) -> String {
    if finding.count > 1 { format!(" ×{}", finding.count) } else { String::new() }
}

fn evidence(chain: &ChainEvidence) -> String {
    let DigestCounts { proved, unproved, failed, .. } = chain.digests;
    let logs = chain.logs;
    let all = |parts: &[u64]| parts.iter().fold(0_u64, |sum, part| sum.saturating_add(*part));
    let unlisted = if logs.unreferenced > 0 { format!(", {} unreferenced", logs.unreferenced) } else { String::new() };
    format!(
        "{proved}/{} digests, {}/{} logs{unlisted}, {}",
        all(&[proved, unproved, failed]),
        logs.proved,
        all(&[logs.proved, logs.failed, logs.missing, logs.unproved]),
        length(chain.proved_seconds)
    )
}
