//! What a test vector is, and how it is written down.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::archive::Archive;
use crate::keys::{self, Listed};
use crate::time::iso;
use crate::trail::Chain;

/// The index of all vectors.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// The format of this file.
    pub schema: String,
    /// The vectors, in the order of their ids.
    pub vectors: Vec<Vector>,
}

/// One test vector: evidence, keys, a question, and the only right answer.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// `group/name`
    pub id: String,
    /// What was done to the evidence.
    pub description: String,
    /// Why the vector exists.
    pub why: String,
    /// The vector from which this one is a single edit away.
    pub near: Option<String>,
    /// What is special about it.
    pub flags: Vec<Flag>,
    /// How bad a wrong answer would be.
    pub importance: Importance,
    /// Items of the list of what `aws cloudtrail validate-logs` does not detect (see the README) that it shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validate_logs: Vec<u8>,
    /// The archives that are handed over, as one case.
    pub archives: Vec<String>,
    /// The verifier's own key lists. They are trusted.
    pub keys: Vec<String>,
    /// SHA-256 of the keys that are pinned, if any are.
    pub pins: Option<Vec<String>>,
    /// What is asked.
    pub scope: Scope,
    /// Limits other than the defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// The answer.
    pub expected: Expected,
    /// The files that it needs, by path.
    #[serde(skip)]
    #[schemars(skip)]
    pub files: BTreeMap<String, Vec<u8>>,
}

/// What is special about a vector.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Flag {
    /// `aws cloudtrail validate-logs` does not report it.
    ValidateLogsMissesThis,
    /// `aws cloudtrail validate-logs` reports something that is not wrong.
    ValidateLogsFalseAlarm,
}

/// How bad a wrong answer would be.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Importance {
    /// A wrong word.
    Low,
    /// A wrong limit.
    Medium,
    /// Good evidence refused, or bad evidence found bad for another reason.
    High,
    /// Bad evidence accepted.
    Critical,
}

/// What is asked; the fields of a scope file.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The start of the period, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its end, exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The accounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// The source regions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// The names of the trails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trails: Vec<String>,
    /// Questions of their own, for organisations in which not every account has every region.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expect>,
    /// Renamings that the verifier knows of: `s3://OLD[/PREFIX]=s3://NEW[/PREFIX]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relocated: Vec<String>,
    /// Other effects of codes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub policy: BTreeMap<String, Effect>,
}

/// One question in a scope.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The account.
    pub account: String,
    /// The source regions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// The names of the trails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trails: Vec<String>,
    /// The start of the period, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its end, exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// What a finding does to its axis.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The axis fails.
    Refutes,
    /// The axis becomes indeterminate.
    Limits,
    /// Nothing.
    Informs,
}

/// Limits against hostile input.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Inflated bytes of one digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest_bytes: Option<u64>,
    /// Inflated bytes of one log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_bytes: Option<u64>,
    /// Bytes of one entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_bytes: Option<u64>,
    /// Number of entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<u64>,
    /// Depth of JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_depth: Option<u64>,
    /// Bytes of a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<u64>,
}

/// What an axis says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything asked is proved.
    Passed,
    /// Something contradicts the evidence.
    Failed,
    /// Nothing contradicts, but not everything asked is proved.
    Indeterminate,
    /// Nothing was asked (coverage only).
    NotAssessed,
}

/// The answer.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The worst of the axes.
    pub overall: Verdict,
    /// Do the bytes equal what the signed digests commit to?
    pub integrity: Verdict,
    /// Did AWS sign those digests, under keys that the verifier trusts?
    pub authenticity: Verdict,
    /// Are the digests linked, none missing, doubled or forked?
    pub continuity: Verdict,
    /// Does what is proved cover what was asked?
    pub coverage: Verdict,
    /// The codes of all findings, each once, sorted, whatever their effect.
    pub codes: Vec<String>,
    /// The evidence root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_root: Option<String>,
    /// The SHA-256 of the canonical report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_digest: Option<String>,
}

impl Vector {
    /// A vector in which everything asked is proved: the whole period, the accounts, regions and trails of the chains.
    pub fn new(id: &str, chains: &[&Chain], archive: Archive) -> Self {
        Self::of_zip(id, chains, archive.zip())
    }

    /// The same with the zip as bytes.
    pub fn of_zip(id: &str, chains: &[&Chain], zip: Vec<u8>) -> Self {
        let path = format!("archives/{id}.zip");
        let mut vector = Self {
            id: id.to_owned(),
            description: String::new(),
            why: String::new(),
            near: None,
            flags: Vec::new(),
            importance: Importance::High,
            validate_logs: Vec::new(),
            archives: vec![path.clone()],
            keys: Vec::new(),
            pins: None,
            scope: whole(chains),
            limits: None,
            expected: Expected {
                overall: Verdict::Passed,
                integrity: Verdict::Passed,
                authenticity: Verdict::Passed,
                continuity: Verdict::Passed,
                coverage: Verdict::Passed,
                codes: Vec::new(),
                evidence_root: None,
                report_digest: None,
            },
            files: BTreeMap::from([(path, zip)]),
        };
        for region in vector.scope.regions.clone() {
            let entry = Listed::key(keys::of_region(&region));
            vector = vector.and_keys(&format!("{region}.json"), keys::list(&[entry]));
        }
        vector
    }

    /// Says what was done and why the vector exists.
    pub fn says(mut self, description: &str, why: &str) -> Self {
        self.description = description.to_owned();
        self.why = why.to_owned();
        self
    }

    /// Names the vector from which this one is a single edit away.
    pub fn near(mut self, id: &str) -> Self {
        self.near = Some(id.to_owned());
        self
    }

    /// States how bad a wrong answer would be.
    pub fn importance(mut self, importance: Importance) -> Self {
        self.importance = importance;
        self
    }

    /// States which weaknesses of `validate-logs` the vector shows.
    pub fn missed_by_validate_logs(mut self, items: &[u8]) -> Self {
        self.flags.push(Flag::ValidateLogsMissesThis);
        self.validate_logs = items.to_vec();
        self.importance(Importance::Critical)
    }

    /// States that `validate-logs` raises a false alarm.
    pub fn false_alarm_of_validate_logs(mut self) -> Self {
        self.flags.push(Flag::ValidateLogsFalseAlarm);
        self
    }

    /// Replaces the verifier's keys: paths below `keys/`, and lists.
    pub fn keys(mut self, lists: &[(&str, &[Listed])]) -> Self {
        self.keys.clear();
        self.files.retain(|path, _| !path.starts_with("keys/"));
        for (path, entries) in lists {
            self = self.and_keys(path, keys::list(entries));
        }
        self
    }

    /// Replaces the verifier's keys by one file of any form.
    pub fn key_file(mut self, path: &str, bytes: Vec<u8>) -> Self {
        self = self.keys(&[]);
        self.and_keys(path, bytes)
    }

    fn and_keys(mut self, path: &str, bytes: Vec<u8>) -> Self {
        let path = format!("keys/{path}");
        self.keys.push(path.clone());
        self.files.insert(path, bytes);
        self
    }

    /// Pins keys.
    pub fn pins(mut self, pins: &[String]) -> Self {
        self.pins = Some(pins.to_vec());
        self
    }

    /// Changes what is asked.
    pub fn scope(mut self, edit: impl FnOnce(&mut Scope)) -> Self {
        edit(&mut self.scope);
        self
    }

    /// Asks for a period.
    pub fn period(self, from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        self.scope(|scope| (scope.from, scope.to) = (Some(iso(from)), Some(iso(to))))
    }

    /// Sets limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// States the codes.
    pub fn codes(mut self, codes: &[&str]) -> Self {
        self.expected.codes = codes.iter().map(|&code| code.to_owned()).collect();
        self.expected.codes.sort();
        self
    }

    /// States the integrity axis.
    pub fn integrity(mut self, verdict: Verdict) -> Self {
        self.expected.integrity = verdict;
        self.overall()
    }

    /// States the authenticity axis.
    pub fn authenticity(mut self, verdict: Verdict) -> Self {
        self.expected.authenticity = verdict;
        self.overall()
    }

    /// States the continuity axis.
    pub fn continuity(mut self, verdict: Verdict) -> Self {
        self.expected.continuity = verdict;
        self.overall()
    }

    /// States the coverage axis.
    pub fn coverage(mut self, verdict: Verdict) -> Self {
        self.expected.coverage = verdict;
        self.overall()
    }

    /// The worst of the axes.
    fn overall(mut self) -> Self {
        let Expected { integrity, authenticity, continuity, coverage, .. } = self.expected;
        let axes = [integrity, authenticity, continuity, coverage];
        self.expected.overall =
            [Verdict::Failed, Verdict::Indeterminate].into_iter().find(|verdict| axes.contains(verdict)).unwrap_or(Verdict::Passed);
        self
    }
}

/// The question that all of some chains answers.
fn whole(chains: &[&Chain]) -> Scope {
    let digests = || chains.iter().flat_map(|chain| &chain.digests).map(|sealed| &sealed.digest);
    let names = |name: fn(&Chain) -> &String| {
        let mut names: Vec<String> = chains.iter().map(|chain| name(chain).clone()).collect();
        names.sort();
        names.dedup();
        names
    };
    Scope {
        from: digests().map(|digest| digest.start).min().map(iso),
        to: digests().map(|digest| digest.end).max().map(iso),
        accounts: names(|chain| &chain.trail.account),
        regions: names(|chain| &chain.trail.region),
        trails: names(|chain| &chain.trail.name),
        ..Scope::default()
    }
}
