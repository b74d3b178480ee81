//! The verdict as an in-toto Statement v1 with a SLSA verification summary, unsigned: whoever verified signs it with a key of
//! their own.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::bytes::hash::sha256;
use crate::forms::words::Language;
use crate::report::{Asked, Axes, Report};
use crate::terms::finding::Axis;
use crate::terms::outcome::Outcome;

/// The form of the envelope's content: <https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>.
const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// The form of the predicate: <https://slsa.dev/spec/v1.1/verification_summary>.
const PREDICATE: &str = "https://slsa.dev/verification_summary/v1";
/// Who verified.
const VERIFIER: &str = "https://github.com/trailseal/trailseal";

#[derive(Serialize)]
struct Statement<'a> {
    #[serde(rename = "_type")]
    form: &'static str,
    subject: [Subject; 1],
    #[serde(rename = "predicateType")]
    predicate_type: &'static str,
    predicate: Summary<'a>,
}

#[derive(Serialize)]
struct Subject {
    name: &'static str,
    digest: DigestSet,
}

#[derive(Serialize)]
struct DigestSet {
    sha256: String,
}

/// The fields that the specification requires, but no `timeVerified`: this crate has no clock, and signing adds the time.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'a> {
    verifier: Verifier,
    resource_uri: String,
    policy: Resource,
    verification_result: &'static str,
    verified_levels: Vec<String>,
    /// Fields that the specification does not know are named by a URI.
    #[serde(rename = "https://github.com/trailseal/trailseal/report/v1")]
    report: Verdict<'a>,
}

#[derive(Serialize)]
struct Verifier {
    id: &'static str,
    version: BTreeMap<&'static str, &'static str>,
}

#[derive(Serialize)]
struct Resource {
    uri: String,
    digest: DigestSet,
}

/// What the summary has no words for: above all, that indeterminate is not failed.
#[derive(Serialize)]
struct Verdict<'a> {
    schema: &'a str,
    digest: DigestSet,
    overall: Outcome,
    axes: Axes,
    asked: &'a Asked,
    sentence: String,
}

impl Report {
    /// The verdict as an in-toto Statement v1: canonical JSON, unsigned, without a line feed at the end.
    pub fn to_in_toto(&self) -> Vec<u8> {
        let asked = sha256(&serde_json_canonicalizer::to_vec(&self.asked).unwrap_or_default());
        let statement = Statement {
            form: STATEMENT,
            subject: [Subject { name: "cloudtrail-evidence", digest: DigestSet { sha256: self.evidence_root.clone() } }],
            predicate_type: PREDICATE,
            predicate: Summary {
                verifier: Verifier { id: VERIFIER, version: BTreeMap::from([("trailseal", env!("CARGO_PKG_VERSION"))]) },
                resource_uri: named_by_hash(&hex::decode(&self.evidence_root).unwrap_or_default()),
                policy: Resource { uri: named_by_hash(&asked), digest: DigestSet { sha256: hex::encode(asked) } },
                verification_result: if self.overall == Outcome::Passed { "PASSED" } else { "FAILED" },
                verified_levels: levels(self),
                report: Verdict {
                    schema: &self.schema,
                    digest: DigestSet { sha256: self.digest() },
                    overall: self.overall,
                    axes: self.axes,
                    asked: &self.asked,
                    sentence: self.sentence(Language::En),
                },
            },
        };
        // Strings and lists always serialise, as in the canonical report.
        serde_json_canonicalizer::to_vec(&statement).unwrap_or_default()
    }
}

/// The axes that passed, as levels of our own; the specification keeps only names that begin with `SLSA_` for itself.
fn levels(report: &Report) -> Vec<String> {
    if report.overall != Outcome::Passed {
        return vec!["FAILED".to_owned()];
    }
    let passed = Axis::ALL.iter().filter(|axis| report.axes.of(**axis) == Outcome::Passed);
    passed.map(|axis| format!("TRAILSEAL_{}", axis.name().to_uppercase())).collect()
}

/// A URI that is only a hash (RFC 6920): the archive and the question have no address that a verifier could know.
fn named_by_hash(sha256: &[u8]) -> String {
    format!("ni:///sha-256;{}", URL_SAFE_NO_PAD.encode(sha256))
}
