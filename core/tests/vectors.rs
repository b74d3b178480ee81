//! Every test vector gives exactly the axes and codes that it states.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::collections::BTreeSet;

use common::{Expected, load};
use trailseal::Code;

#[test]
fn every_vector_gives_what_it_states() {
    let mut wrong = Vec::new();
    let vectors = load();
    for vector in &vectors {
        let report = vector.report();
        let found = Expected::of(&report);
        if found != vector.expected {
            wrong.push(format!("{}: {}\n  expected {:?}\n  found    {found:?}", vector.id, vector.description, vector.expected));
        }
    }
    assert!(wrong.is_empty(), "{} of {} vectors differ:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
    assert!(vectors.len() >= 120);
}

#[test]
fn every_code_is_raised_by_a_vector_and_not_by_another() {
    let vectors = load();
    for code in Code::ALL {
        let raising = vectors.iter().filter(|vector| vector.expected.codes.iter().any(|name| name == code.name())).count();
        assert!(raising > 0, "no vector raises {code}");
        assert!(raising < vectors.len(), "every vector raises {code}");
    }
}

#[test]
fn every_negative_is_near_a_known_vector() {
    let vectors = load();
    let ids: BTreeSet<&str> = vectors.iter().map(|vector| vector.id.as_str()).collect();
    assert_eq!(ids.len(), vectors.len(), "ids are unique");
    for vector in &vectors {
        match &vector.near {
            Some(near) => assert!(ids.contains(near.as_str()), "{} is near {near}, which is none", vector.id),
            None => assert_eq!(vector.expected.overall, "passed", "{} is negative and names no positive", vector.id),
        }
        assert!(!vector.description.is_empty() && !vector.why.is_empty() && !vector.importance.is_empty());
    }
}

#[test]
fn without_a_key_no_signature_is_invalid() {
    let keyless: Vec<_> = load().into_iter().map(|vector| common::Vector { keys: Vec::new(), pins: None, ..vector }).collect();
    let reports = keyless.iter().map(|vector| (&vector.id, vector.report())).filter(|(_, report)| report.keys.is_empty());
    let reports: Vec<_> = reports.collect();
    for (id, report) in &reports {
        let is_invalid = |code| code == Code::DigestSignatureInvalid;
        assert!(!report.findings.iter().any(|finding| is_invalid(finding.code)), "{id}");
    }
    assert!(reports.len() > 300, "{} vectors enclose no key", reports.len());
}
