//! The report: one deterministic value with one canonical form.

pub(crate) mod compare;
pub(crate) mod compose;
pub(crate) mod inventory;
pub(crate) mod objects;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bytes::hash::sha256;
use crate::bytes::text::{counted, printable};
use crate::evidence::trail::section::{Chain, DigestCounts, LogCounts, MissingKey};
use crate::terms::error::Error;
use crate::terms::finding::{Axis, Code, Effect, Finding};
use crate::terms::outcome::{Level, Outcome};
use crate::terms::scope::Question;
use crate::terms::time::Period;

/// The name and version of the report's form.
pub const SCHEMA: &str = "trailseal-report/1";

/// What no report of this kind claims; part of every report.
pub const NOT_CLAIMED: [&str; 5] = [
    "That the trail was configured to record what matters.",
    "Anything about events outside the period, or about log files that CloudTrail never delivered.",
    "That no backfill digest file was withheld: nothing in the hourly chain refers to them.",
    "Without keys that the verifier got independently: that AWS signed the digest files.",
    "That an event near the end of the period is included: digest files count delivery hours, and an event can be delivered later; ask for the day folders of the day before and the day after, too.",
];

/// The whole result of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Report {
    /// `trailseal-report/1`.
    pub schema: String,
    /// The worst of the axes; `not_assessed` does not count.
    pub overall: Outcome,
    /// The verdict in one sentence.
    pub sentence: String,
    /// The four axes.
    pub axes: Axes,
    /// What was asked.
    pub asked: Asked,
    /// From the first proved instant to the last, over all chains in scope; absent if nothing is proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proved_extent: Option<Period>,
    /// SHA-256 over the sorted list of all digest and log files present, whatever keys the reader has: equal roots mean equal evidence.
    pub evidence_root: String,
    /// Totals.
    pub counts: Counts,
    /// The chains, sorted.
    pub chains: Vec<Chain>,
    /// The keys that were given or enclosed, sorted by SHA-256.
    pub keys: Vec<Key>,
    /// Keys that the verifier lacks, with the command that fetches each.
    pub missing_keys: Vec<MissingKey>,
    /// The findings: those that refute first, then by axis, code and subject.
    pub findings: Vec<Finding>,
    /// What is never claimed.
    pub not_claimed: Vec<String>,
    /// What is not listed above, because it is too much and proves nothing; absent if that is nothing.
    #[serde(default, skip_serializing_if = "LeftOut::is_none")]
    pub left_out: LeftOut,
}

/// How much of each kind a report leaves out. It is counted in the totals and in the findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeftOut {
    /// Chains of which no digest file is signed.
    pub chains: u64,
    /// Keys of the archive's own that verified nothing.
    pub keys: u64,
    /// Keys that the verifier lacks.
    pub missing_keys: u64,
}

impl LeftOut {
    /// True if nothing is.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// One answer per axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Axes {
    /// Do the bytes equal what the signed digest files commit to?
    pub integrity: Outcome,
    /// Did AWS sign them, under keys that the verifier trusts?
    pub authenticity: Outcome,
    /// Is the chain unbroken?
    pub continuity: Outcome,
    /// Does what is proved cover what was asked?
    pub coverage: Outcome,
}

impl Axes {
    /// The outcome of one axis.
    pub const fn of(&self, axis: Axis) -> Outcome {
        match axis {
            Axis::Integrity => self.integrity,
            Axis::Authenticity => self.authenticity,
            Axis::Continuity => self.continuity,
            Axis::Coverage => self.coverage,
        }
    }

    /// The verdict: the worst outcome of all axes.
    pub fn overall(&self) -> Outcome {
        // Without an axis that was assessed and passed, nothing was proved.
        Axis::ALL
            .iter()
            .map(|axis| self.of(*axis))
            .max()
            .filter(|worst| *worst != Outcome::NotAssessed)
            .unwrap_or(Outcome::Indeterminate)
    }
}

/// What was asked, as it was understood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Asked {
    /// The questions; an empty one asks for everything in the archive.
    pub questions: Vec<Question>,
    /// Renamings that the verifier stated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relocated: Vec<String>,
    /// Codes whose effect the verifier changed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub policy: BTreeMap<Code, Effect>,
}

/// Totals of what was asked, except where it is said otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Counts {
    /// Entries that were seen in the whole archive.
    pub entries: u64,
    /// Of these, entries that are no evidence by their names; other JSON files, which are hashed, and what was refused or not read apart.
    pub ignored: u64,
    /// Digest files.
    pub digests: DigestCounts,
    /// Log files.
    pub logs: LogCounts,
    /// What is in the archive and was not asked.
    pub outside: Outside,
    /// The sum of `count` over the findings that refute.
    pub refuting: u64,
    /// The sum of `count` over the findings that limit.
    pub limiting: u64,
    /// The sum of `count` over the findings that inform, those outside what was asked too.
    pub informing: u64,
}

/// Files that are there and lie outside what was asked: the verdict does not depend on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outside {
    /// Digest files.
    pub digests: u64,
    /// Log files.
    pub logs: u64,
}

/// An accepted key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Key {
    /// SHA-256 of its DER bytes as given: its identity.
    pub sha256: String,
    /// MD5 of the same bytes: AWS's index.
    pub fingerprint: String,
    /// Bits of the modulus.
    pub bits: u32,
    /// How far it is believed.
    pub level: Level,
    /// The regions that its files state.
    pub regions: Vec<String>,
    /// When it is valid.
    pub validity: Vec<Period>,
    /// Digest files that it verified.
    pub digests: u64,
}

impl Report {
    /// The overall outcome.
    pub fn overall(&self) -> Outcome {
        self.overall
    }

    /// The canonical form: JSON by RFC 8785, without the line feed at its end that files and streams of it have.
    pub fn to_canonical_json(&self) -> Vec<u8> {
        // Strings, integers and lists always serialise; an empty text would be noticed at once.
        serde_json_canonicalizer::to_vec(self).unwrap_or_default()
    }

    /// The report digest: the SHA-256 of the canonical form, in hexadecimal.
    pub fn digest(&self) -> String {
        hex::encode(sha256(&self.to_canonical_json()))
    }

    /// Says the verdict in one sentence.
    pub(crate) fn compose_sentence(&self) -> String {
        let span = match (self.asked_period(), self.proved_extent) {
            (Some(asked), _) => format!("for {} to {}", asked.from, asked.to),
            (None, Some(extent)) => {
                format!("for {} to {}, the archive's own extent; no period was asked", extent.from, extent.to)
            }
            (None, None) => "with no period asked".to_owned(),
        };
        let chains = counted(self.chains.iter().filter(|chain| chain.in_scope).count() as u64, "chain", "chains");
        let (digests, logs) = (self.counts.digests, self.counts.logs);
        let files = |digests: u64, logs: u64| {
            format!("{} and {}", counted(digests, "digest file", "digest files"), counted(logs, "log file", "log files"))
        };
        // Whoever encloses a key can sign whatever he likes with it.
        let enclosed = files(digests.proved.saturating_sub(digests.authenticated), logs.proved.saturating_sub(logs.authenticated));
        let is_any_enclosed = (digests.proved, logs.proved) != (digests.authenticated, logs.authenticated);
        let proved = format!("{} in {chains}", files(digests.authenticated, logs.authenticated));
        let named = |wanted: Outcome| {
            let names: Vec<&str> = Axis::ALL.iter().filter(|axis| self.axes.of(**axis) == wanted).map(|axis| axis.name()).collect();
            match names.split_last() {
                Some((last, [])) => (*last).to_owned(),
                Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
                None => String::new(),
            }
        };
        let policy = if self.asked.policy.is_empty() {
            String::new()
        } else {
            let changed: Vec<String> = self.asked.policy.iter().map(|(code, effect)| format!("{code} {}", effect.name())).collect();
            format!(" This is judged under the verifier's own policy: {}.", changed.join(", "))
        };
        let open = named(Outcome::Indeterminate);
        match self.overall {
            Outcome::Passed | Outcome::NotAssessed => format!(
                "Passed {span}: {proved} are what AWS signed and delivered, unaltered and in an unbroken chain, under keys that the verifier supplied.{}{}{policy}",
                if is_any_enclosed { format!(" Only enclosed keys vouch for {enclosed} more.") } else { String::new() },
                self.unnamed()
            ),
            Outcome::Indeterminate => format!(
                "Indeterminate {span}: nothing contradicts the evidence, but {open} could not be established; {proved} are proved{}.{policy}",
                if is_any_enclosed { format!(", and only enclosed keys vouch for {enclosed} more") } else { String::new() }
            ),
            Outcome::Failed => {
                let also = if open.is_empty() { String::new() } else { format!("; {open} could not be established") };
                format!("Failed {span}: the archive contradicts what was signed ({} failed{also}).{policy}", named(Outcome::Failed))
            }
        }
    }

    /// What a verdict cannot notice, because nobody asked: who quotes the sentence must not lose that.
    fn unnamed(&self) -> &'static str {
        let questions = &self.asked.questions;
        let no_account = questions.iter().any(|question| question.accounts.is_empty());
        let no_region = questions.iter().any(|question| question.regions.is_empty());
        match (no_account, no_region) {
            (true, true) => " No account or region was named: one that is missing altogether would not be noticed.",
            (true, false) => " No account was named: one that is missing altogether would not be noticed.",
            (false, true) => " No region was named: one that is missing altogether would not be noticed.",
            (false, false) => "",
        }
    }

    /// The period from the earliest to the latest asked, if every question states one.
    pub fn asked_period(&self) -> Option<Period> {
        let periods = self.asked.questions.iter().map(|question| question.period).collect::<Option<Vec<_>>>()?;
        let from = periods.iter().map(|period| period.from).min()?;
        let to = periods.iter().map(|period| period.to).max()?;
        Period::new(from, to).ok()
    }
}

impl Report {
    /// Reads a report that was written as JSON, canonical or not.
    ///
    /// # Errors
    ///
    /// [`Error::Report`] if it is no report, or one of a form that this version does not know.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Head {
            schema: String,
        }
        let refused = |reason: String| Error::Report { reason };
        let head: Head = serde_json::from_slice(json).map_err(|error| refused(error.to_string()))?;
        if head.schema != SCHEMA {
            return Err(refused(format!("its form is '{}', and only '{SCHEMA}' is known", printable(head.schema.as_bytes()))));
        }
        serde_json::from_slice(json).map_err(|error| refused(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::trail::name::DigestKind;

    #[test]
    fn nothing_confirmed_is_never_passed() {
        assert_eq!(Outcome::fold([].into_iter(), 0), Outcome::Indeterminate);
        assert_eq!(Outcome::fold([Effect::Informs].into_iter(), 0), Outcome::Indeterminate);
        assert_eq!(Outcome::fold([Effect::Informs].into_iter(), 1), Outcome::Passed);
        assert_eq!(Outcome::fold([Effect::Limits, Effect::Informs].into_iter(), 9), Outcome::Indeterminate);
        assert_eq!(Outcome::fold([Effect::Limits, Effect::Refutes].into_iter(), 9), Outcome::Failed);
    }

    #[test]
    fn the_worst_axis_decides() {
        let axes = |integrity, coverage| Axes { integrity, authenticity: Outcome::Passed, continuity: Outcome::Passed, coverage };
        assert_eq!(axes(Outcome::Passed, Outcome::NotAssessed).overall(), Outcome::Passed);
        assert_eq!(axes(Outcome::Passed, Outcome::Indeterminate).overall(), Outcome::Indeterminate);
        assert_eq!(axes(Outcome::Failed, Outcome::Indeterminate).overall(), Outcome::Failed);
    }

    #[test]
    fn names_are_those_of_the_canonical_form() {
        for level in [Level::Enclosed, Level::Trusted, Level::Pinned] {
            assert_eq!(serde_json::to_value(level).unwrap(), level.name());
        }
        for outcome in [Outcome::NotAssessed, Outcome::Passed, Outcome::Indeterminate, Outcome::Failed] {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.name());
        }
    }

    #[test]
    fn the_report_digest_is_the_hash_of_what_reads_back() {
        let report = crate::Case::new().conclude(&crate::Policy::default());
        let json = report.to_canonical_json();
        assert_eq!(serde_json::from_slice::<Report>(&json).unwrap(), report);
        assert_eq!(report.digest(), hex::encode(sha256(&json)));
    }

    fn chain(in_scope: bool) -> Chain {
        Chain {
            id: String::new(),
            account: String::new(),
            region: String::new(),
            trail: String::new(),
            home_region: String::new(),
            places: Vec::new(),
            kind: DigestKind::Normal,
            in_scope,
            proved_from: None,
            proved_to: None,
            proved_seconds: 0,
            silent_seconds: 0,
            digests: DigestCounts::default(),
            logs: LogCounts::default(),
            gaps: Vec::new(),
            keys: Vec::new(),
            days: Vec::new(),
        }
    }

    /// Questions about two accounts, a day each, and an archive that answers both.
    fn ask_two_questions(report: &mut Report) {
        let question = |account: &str, period: &str| Question {
            accounts: [account.to_owned()].into(),
            period: Some(period.parse().unwrap()),
            ..Question::default()
        };
        report.asked.questions = vec![
            question("111122223333", "2026-03-02T00:00:00Z/2026-03-03T00:00:00Z"),
            question("444455556666", "2026-03-01T00:00:00Z/2026-03-02T00:00:00Z"),
        ];
        report.chains = vec![chain(true), chain(false), chain(true)];
        report.counts.digests = DigestCounts { proved: 25, authenticated: 25, ..DigestCounts::default() };
        report.counts.logs = LogCounts { proved: 1, authenticated: 1, ..LogCounts::default() };
    }

    #[test]
    fn the_sentence_says_for_when_what_and_why() {
        let mut report = crate::Case::new().conclude(&crate::Policy::default());
        let mut sentence = |integrity, authenticity, continuity, coverage, change: &dyn Fn(&mut Report)| {
            report.axes = Axes { integrity, authenticity, continuity, coverage };
            report.overall = report.axes.overall();
            change(&mut report);
            report.compose_sentence()
        };
        let (passed, open, failed) = (Outcome::Passed, Outcome::Indeterminate, Outcome::Failed);
        assert_eq!(
            sentence(open, open, open, open, &|_| ()),
            "Indeterminate with no period asked: nothing contradicts the evidence, but integrity, authenticity, continuity and coverage \
             could not be established; 0 digest files and 0 log files in 0 chains are proved."
        );
        assert_eq!(
            sentence(passed, passed, passed, passed, &ask_two_questions),
            "Passed for 2026-03-01T00:00:00Z to 2026-03-03T00:00:00Z: 25 digest files and 1 log file in 2 chains are what AWS signed and \
             delivered, unaltered and in an unbroken chain, under keys that the verifier supplied. No region was named: one that is \
             missing altogether would not be noticed."
        );
        let of_enclosed_keys = |report: &mut Report| report.counts.digests.authenticated = 24;
        assert_eq!(
            sentence(passed, open, passed, passed, &of_enclosed_keys),
            "Indeterminate for 2026-03-01T00:00:00Z to 2026-03-03T00:00:00Z: nothing contradicts the evidence, but authenticity could not \
             be established; 24 digest files and 1 log file in 2 chains are proved, and only enclosed keys vouch for 1 digest file and 0 \
             log files more."
        );
        assert!(
            sentence(passed, passed, passed, passed, &|_| ())
                .contains(" Only enclosed keys vouch for 1 digest file and 0 log files")
        );
        assert_eq!(
            sentence(failed, passed, failed, open, &|_| ()),
            "Failed for 2026-03-01T00:00:00Z to 2026-03-03T00:00:00Z: the archive contradicts what was signed (integrity and continuity \
             failed; coverage could not be established)."
        );
        let of_own_extent = |report: &mut Report| {
            report.asked.questions.iter_mut().for_each(|question| question.period = None);
            report.proved_extent = Some("2026-03-01T00:00:00Z/2026-03-01T05:00:00Z".parse().unwrap());
            report.asked.policy.insert(Code::ChainRestart, Effect::Refutes);
        };
        assert_eq!(
            sentence(failed, passed, passed, passed, &of_own_extent),
            "Failed for 2026-03-01T00:00:00Z to 2026-03-01T05:00:00Z, the archive's own extent; no period was asked: the archive \
             contradicts what was signed (integrity failed). This is judged under the verifier's own policy: chain.restart refutes."
        );
    }
}
