//! Archives made against the program: what comes out of them is bounded by what they are.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::conclude;
use trailseal::container::{Alone, read_archive, read_stream};
use trailseal::{
    Code, EntryPath, Examine, Exhibit, Language, Limits, Objects, Outcome, Policy, Provenance, Report, Request, Table, Trust,
};
use trailseal_forge::archive::Archive;
use trailseal_forge::nasties::{self, Nasty};
use trailseal_forge::trail::Trail;

fn policy() -> Policy {
    let mut trust = Trust::default();
    trust.add_keys("us-east-1.json", &nasties::keys(), Provenance::Own).unwrap();
    let [from, to] = nasties::PERIOD.map(|time| Some(time.to_owned()));
    Request { from, to, ..Request::default() }.policy(trust).unwrap()
}

fn report(bytes: &[u8]) -> Report {
    let exhibits: Vec<Exhibit> = read_archive(&Alone, &Examine::default(), None, bytes, bytes.len() as u64);
    conclude(exhibits, &policy())
}

/// The bytes of a report in each form.
fn forms(report: &Report) -> Vec<(&'static str, usize)> {
    let mut forms = vec![
        ("JSON", report.to_canonical_json().len()),
        ("HTML", report.to_html().len()),
        ("JUnit", report.to_junit().len()),
        ("in-toto", report.to_in_toto().len()),
    ];
    for table in [Table::Findings, Table::Asked, Table::Coverage, Table::Chains, Table::Keys, Table::Lake] {
        let mut csv = Vec::new();
        table.write_csv(report, &Objects::default(), &mut csv).unwrap();
        forms.push((table.name(), csv.len()));
    }
    forms
}

/// Those of a fiftieth of what a megabyte may hold, and of twice that.
fn pair(nasty: &Nasty) -> [Report; 2] {
    [1, 2].map(|times| report(&(nasty.make)(times * nasty.many / 50)))
}

#[test]
fn reports_grow_no_faster_than_what_they_are_about() {
    for nasty in &nasties::ALL {
        let [one, two] = pair(nasty);
        for ((form, one), (_, two)) in forms(&one).into_iter().zip(forms(&two)) {
            assert!(two < 20_000 + 22 * one / 10, "{} as {form}: {one} and {two} bytes", nasty.name);
        }
    }
}

#[test]
fn what_nobody_signed_does_not_fill_a_report() {
    let nasty = nasties::ALL.iter().find(|nasty| nasty.name == "trails").unwrap();
    let report = report(&(nasty.make)(8_000));
    let left_out = report.left_out.chains;
    assert!(left_out > 0 && report.chains.len() as u64 + left_out == 8_001);
    assert!(report.chains.iter().any(|chain| chain.digests.proved == 3), "what is signed is listed");
    assert_eq!(report.counts.chains, 8_001, "what is left out of the list is counted");
    let sentence = report.sentence(Language::En);
    assert!(sentence.contains(" 3 digest files and 2 log files are proved.") && !sentence.contains(" cover "), "{sentence}");
    assert_eq!(report.counts.digests.unproved, 8_000);
    for (form, bytes) in forms(&report) {
        assert!(bytes < 20_000_000, "{form}: {bytes}");
    }
}

/// What an archive holds that lies among others, of which each may come to 16 MiB and what its size allows.
fn among_others(bytes: &[u8]) -> Vec<Exhibit> {
    read_archive(&Alone, &Examine::default(), Some(&EntryPath::new("a.tar.gz")), bytes, bytes.len() as u64)
}

#[test]
fn what_is_packed_in_itself_is_not_unpacked_without_end() {
    let nasty = nasties::ALL.iter().find(|nasty| nasty.name.ends_with("packed twice")).unwrap();
    let within = among_others(&(nasty.make)(10));
    assert_eq!(within.len(), 10 + 3 + 2 + 1, "ten, and the sound chain");
    let beyond = (nasty.make)(30);
    let exhibits = among_others(&beyond);
    assert_eq!(exhibits.len(), 1, "none of it is judged");
    let report = conclude(exhibits, &policy());
    let limit = report.findings.iter().find(|finding| finding.code == Code::ArchiveLimit).unwrap();
    assert!(limit.reasons == [trailseal::Reason::Ratio { unpacked_ratio: 512 }], "{limit:?}");
    assert_ne!(report.overall(), Outcome::Passed);
    // The same from a stream, of which nobody knows how long it is.
    let streamed: Vec<Exhibit> =
        read_stream(&Alone, &Examine::default(), Some(&EntryPath::new("a.tar.gz")), &mut beyond.as_slice());
    assert_eq!(conclude(streamed, &policy()), report);
    let examine = Examine::within(&Limits { unpacked_ratio: 50_000, ..Limits::default() });
    let all: Vec<Exhibit> =
        read_archive(&Alone, &examine, Some(&EntryPath::new("a.tar.gz")), beyond.as_slice(), beyond.len() as u64);
    assert_eq!(all.len(), 30 + 3 + 2 + 1, "with another limit");
}

#[test]
fn many_small_entries_and_notes_count_too() {
    let nasty = nasties::ALL.iter().find(|nasty| nasty.name == "devices").unwrap();
    assert_eq!(among_others(&(nasty.make)(20_000)).len(), 1);
}

#[test]
fn honest_archives_are_far_from_the_bound() {
    let chain = Trail::new("111122223333", "us-east-1", "t", "us-east-1").chain(&[3; 48]);
    let mut archive = Archive::of(&[&chain]);
    archive.decode();
    archive.entries.iter_mut().for_each(|entry| entry.deflated = true);
    let zip = archive.zip();
    // Nothing is free here, and everything is packed but once.
    let examine = Examine::within(&Limits { unpacked_ratio: 128, ..Limits::default() });
    let exhibits: Vec<Exhibit> = read_archive(&Alone, &examine, Some(&EntryPath::new("a.zip")), zip.as_slice(), zip.len() as u64);
    assert_eq!(exhibits.len(), archive.entries.len());
}

#[test]
fn a_digest_file_is_not_packed_to_a_hundredth() {
    let nasty = nasties::ALL.iter().find(|nasty| nasty.name == "kilobytes that a digest file inflates to").unwrap();
    let raised = |kilobytes| {
        let findings = report(&(nasty.make)(kilobytes)).findings;
        findings.iter().any(|finding| finding.code == Code::ArchiveLimit)
    };
    assert!(!raised(63), "a small one may be");
    assert!(raised(200));
}
