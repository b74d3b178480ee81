//! The report: one deterministic value with one canonical form.

pub(crate) mod compare;
pub(crate) mod compose;
pub(crate) mod inventory;
pub(crate) mod join;
pub(crate) mod objects;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bytes::hash::sha256;
use crate::bytes::text::printable;
use crate::evidence::lake::section::ResultSet;
use crate::evidence::trail::section::{Chain, DigestCounts, EvidencePart, LogCounts, MissingKey};
use crate::terms::error::Error;
use crate::terms::finding::{Axis, Code, Effect, Finding};
use crate::terms::outcome::{Level, Outcome};
use crate::terms::scope::Question;
use crate::terms::time::Period;

/// The name and version of the report's form.
pub const SCHEMA: &str = "trailseal-report/2";

/// The whole result of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Report {
    /// `trailseal-report/2`.
    pub schema: String,
    /// The worst of the axes; `not_assessed` does not count.
    pub overall: Outcome,
    /// The four axes.
    pub axes: Axes,
    /// What was asked.
    pub asked: Asked,
    /// From the first proved instant to the last, over all chains in scope; absent if nothing is proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proved_extent: Option<Period>,
    /// SHA-256 over the sorted list of all digest and log files present, whatever keys the reader has: equal roots mean equal evidence.
    pub evidence_root: String,
    /// The parts of the evidence of which the root is made, sorted by account, then by region.
    pub evidence_parts: Vec<EvidencePart>,
    /// Totals.
    pub counts: Counts,
    /// The chains, sorted.
    pub chains: Vec<Chain>,
    /// The result sets of CloudTrail Lake, by their paths; absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lake: Vec<ResultSet>,
    /// The keys that were given or enclosed, sorted by SHA-256.
    pub keys: Vec<Key>,
    /// Keys that the verifier lacks.
    pub missing_keys: Vec<MissingKey>,
    /// The findings: those that refute first, then by axis, code and subject.
    pub findings: Vec<Finding>,
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
    /// Parts of the evidence.
    #[serde(default)]
    pub evidence_parts: u64,
    /// Result sets of CloudTrail Lake; absent if none is left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub result_sets: u64,
    /// Files that the listed result sets list; absent if none is left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub result_files: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &u64) -> bool {
    *number == 0
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
    /// Chains that were asked, those that are left out of the list too.
    pub chains: u64,
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
}
