//! Test vectors as the tests of this crate use them.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests read files"
)]
#![allow(dead_code, unreachable_pub, reason = "each test uses its part")]

pub mod reports;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use trailseal::container::{Alone, read_archive};
use trailseal::{Case, Examine, Exhibit, Limits, Policy, Provenance, Report, Request, Trust};

/// One entry of `index.json`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    pub id: String,
    pub description: String,
    pub why: String,
    #[serde(default)]
    pub near: Option<String>,
    pub flags: Vec<String>,
    pub importance: String,
    #[serde(default)]
    pub validate_logs: Vec<u32>,
    pub archives: Vec<String>,
    pub keys: Vec<String>,
    #[serde(default)]
    pub pins: Option<Vec<String>>,
    pub scope: Request,
    #[serde(default)]
    pub limits: Limits,
    pub expected: Expected,
}

/// What a verifier must say.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub overall: String,
    pub integrity: String,
    pub authenticity: String,
    pub continuity: String,
    pub coverage: String,
    pub codes: Vec<String>,
    pub evidence_root: Option<String>,
    pub report_digest: Option<String>,
}

impl Expected {
    /// The same of a report.
    pub fn of(report: &Report) -> Self {
        let mut codes: Vec<String> = report.findings.iter().map(|finding| finding.code.name().to_owned()).collect();
        codes.sort();
        codes.dedup();
        let axes = &report.axes;
        Self {
            overall: report.overall.name().into(),
            integrity: axes.integrity.name().into(),
            authenticity: axes.authenticity.name().into(),
            continuity: axes.continuity.name().into(),
            coverage: axes.coverage.name().into(),
            codes,
            evidence_root: Some(report.evidence_root.clone()),
            report_digest: Some(report.digest()),
        }
    }
}

/// The folder of the vectors.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors")
}

/// All vectors.
pub fn load() -> Vec<Vector> {
    #[derive(Deserialize)]
    struct Index {
        vectors: Vec<Vector>,
    }
    let text = std::fs::read(folder().join("index.json")).unwrap();
    serde_json::from_slice::<Index>(&text).unwrap().vectors
}

impl Vector {
    /// The exhibits of its archives.
    pub fn exhibits(&self) -> Vec<Exhibit> {
        let mut exhibits = Vec::new();
        for archive in &self.archives {
            let bytes = std::fs::read(folder().join(archive)).unwrap();
            exhibits.extend(examine_archive(&bytes, &self.limits));
        }
        exhibits
    }

    /// The policy that it asks for.
    pub fn policy(&self) -> Policy {
        let mut trust = Trust::default();
        for key_file in &self.keys {
            let path = folder().join(key_file);
            let name = path.file_name().unwrap().to_str().unwrap();
            trust.add_keys(name, &std::fs::read(&path).unwrap(), Provenance::Own).unwrap();
        }
        if let Some(pins) = &self.pins {
            trust.add_pins(&pins.join("\n")).unwrap();
        }
        self.scope.policy(trust).unwrap()
    }

    /// Its report.
    pub fn report(&self) -> Report {
        conclude(self.exhibits(), &self.policy())
    }
}

/// The exhibits of an archive, and of those in it.
pub fn examine_archive(bytes: &[u8], limits: &Limits) -> Vec<Exhibit> {
    read_archive(&Alone, &Examine::within(limits), None, bytes, bytes.len() as u64)
}

/// The report on some exhibits.
pub fn conclude(exhibits: impl IntoIterator<Item = Exhibit>, policy: &Policy) -> Report {
    let mut case = Case::new();
    exhibits.into_iter().for_each(|exhibit| case.admit(exhibit));
    case.conclude(policy)
}
