//! Files that somebody adds. One that claims nothing of what was asked, neither by its name nor by what was signed in it, changes
//! nothing; one that is genuine and contradicts a forgery never improves a verdict.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::sync::LazyLock;

use common::{Vector, conclude, load};
use proptest::prelude::*;
use proptest::sample::Index;
use trailseal::{Effect, EntryPath, Exhibit, Language, Limits, Outcome, Policy, Provenance, Report, Request, Trust, examine};
use trailseal_forge::archive::{Archive, head_object, sidecar_path};
use trailseal_forge::digest::{Digest, Log, Sealed};
use trailseal_forge::gzip::gzip;
use trailseal_forge::keys::{self, LONG, Listed, STRANGER, US_EAST_1};
use trailseal_forge::time::{at, iso};
use trailseal_forge::trail::Trail;

type Files = Vec<(String, Vec<u8>)>;

fn files(archive: Archive) -> Files {
    archive.entries.into_iter().map(|entry| (entry.path, entry.bytes)).collect()
}

fn examined(files: &Files) -> impl Iterator<Item = Exhibit> {
    files.iter().map(|(path, bytes)| {
        let path = match path.split_once("//") {
            Some((outer, inner)) => EntryPath::new(outer).nesting(&EntryPath::new(inner)),
            None => EntryPath::new(path),
        };
        examine(path, bytes, &Limits::default())
    })
}

fn objections(report: &Report) -> Vec<String> {
    let objecting = report.findings.iter().filter(|finding| finding.effect != Effect::Informs);
    objecting.map(|finding| format!("{} {} {:?}", finding.code.name(), finding.first, finding.reasons)).collect()
}

/// A dimension in which a plant differs from everything that was asked.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Apart {
    Account,
    Region,
    Time,
    Trail,
}

struct Sample {
    vector: Vector,
    exhibits: Vec<Exhibit>,
    policy: Policy,
    report: Report,
    apart: Vec<Apart>,
}

/// Small vectors whose questions leave something unasked.
static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let mut samples = Vec::new();
    for vector in load() {
        let policy = vector.policy();
        let questions = &policy.scope.questions;
        let mut apart = Vec::new();
        if questions.is_empty() || vector.limits != Limits::default() {
            continue;
        }
        if questions.iter().all(|question| !question.accounts.is_empty()) {
            apart.push(Apart::Account);
        }
        if questions.iter().all(|question| !question.regions.is_empty()) {
            apart.push(Apart::Region);
        }
        if questions.iter().all(|question| question.period.is_some()) {
            apart.push(Apart::Time);
        }
        if questions.iter().all(|question| !question.trails.is_empty()) {
            apart.push(Apart::Trail);
        }
        let exhibits = vector.exhibits();
        if !apart.is_empty() && exhibits.len() < 60 {
            let report = conclude(exhibits.clone(), &policy);
            samples.push(Sample { vector, exhibits, policy, report, apart });
        }
    }
    samples
});

/// The trail of a plant.
fn unasked(apart: Apart) -> Trail {
    let trail = |account: &str, region: &str, name: &str| Trail::new(account, region, name, "us-east-1");
    match apart {
        Apart::Account => trail("999999999999", "us-east-1", "management-events"),
        Apart::Region => trail("111122223333", "eu-west-1", "management-events"),
        Apart::Time => trail("111122223333", "us-east-1", "management-events").from("2020-01-01T00:01:31Z"),
        Apart::Trail => trail("111122223333", "us-east-1", "zz-other"),
    }
}

/// What is planted: a kind, and numbers that choose a variety of it.
#[derive(Clone, Debug)]
struct Plant {
    kind: usize,
    apart: Index,
    variety: [Index; 3],
    bytes: Vec<u8>,
}

fn plant() -> impl Strategy<Value = Plant> {
    (0_usize..13, any::<Index>(), any::<[Index; 3]>(), prop::collection::vec(any::<u8>(), 0..40))
        .prop_map(|(kind, apart, variety, bytes)| Plant { kind, apart, variety, bytes })
}

impl Plant {
    fn pick<T: Clone>(&self, number: usize, choices: &[T]) -> T {
        self.variety[number].get(choices).clone()
    }

    fn files(&self, sample: &Sample) -> Files {
        // A digest file of another time still claims a chain that was asked; a log file claims nothing but its time.
        let claims_chain = !(5..8).contains(&self.kind);
        let apart: Vec<Apart> = sample.apart.iter().copied().filter(|apart| !claims_chain || *apart != Apart::Time).collect();
        if apart.is_empty() {
            return Files::new();
        }
        let apart = *self.apart.get(&apart);
        let trail = unasked(apart);
        // Names of log files do not tell trails apart, so those of another trail claim what was asked.
        let logs: &[usize] = if apart == Apart::Trail { &[0, 0] } else { &[1, 0, 2] };
        let chain = trail.chain(logs);
        let sealed = chain.digests[0].clone();
        let signer = self.pick(0, &[&*US_EAST_1, &*STRANGER]);
        let signed = |digest: Digest| {
            let mut digest = digest;
            digest.signer = signer;
            digest.seal()
        };
        let with_metadata = |sealed: &Sealed| {
            let mut archive = Archive::default();
            archive.digest(sealed);
            archive.sidecar(sealed);
            files(archive)
        };
        let spoiled = |stored: Vec<u8>| match self.variety[1].index(6) {
            0 => stored[..self.variety[2].index(stored.len())].to_vec(),
            1 => [stored, self.bytes.clone()].concat(),
            2 => self.bytes.clone(),
            3 => gzip(&self.bytes),
            4 => gzip(b"{\"a\":1,\"a\":2}"),
            _ => Vec::new(),
        };
        let log = trail.log(trail.first + chrono::Duration::minutes(18), "planted");
        let named: Files = match self.kind {
            0 => files(Archive::of(&[&chain])),
            1 => files(Archive::without_metadata(&[&chain])),
            2 => {
                let forged = trail.chain_with(logs, |_, digest| digest.signer = &STRANGER);
                files(Archive::of(&[&forged]))
            }
            // The name is a digest file's, the key inside is nonsense.
            3 => {
                let key = self.pick(1, &["zzz", "", "AWSLogs/x.json.gz", "a/b/c"]).to_owned();
                let odd = signed(Digest { key, ..sealed.digest.clone() });
                vec![
                    (sealed.digest.key.clone(), odd.file()),
                    (sidecar_path(&sealed), head_object(&odd, &odd.metadata()).into_bytes()),
                ]
            }
            4 => vec![(sealed.digest.key.clone(), spoiled(sealed.file()))],
            5 if apart != Apart::Trail => vec![(log.key.clone(), self.pick(0, &[log.file(), spoiled(log.file())]))],
            // Metadata of a digest file that is not there.
            6 => {
                let text = head_object(&sealed, &sealed.metadata());
                vec![(sidecar_path(&sealed), self.pick(0, &[text.into_bytes(), self.bytes.clone(), Vec::new()]))]
            }
            7 => {
                let key = &sealed.digest.key;
                let line = format!("{{\"key\":\"{key}\",\"metadata\":{{\"signature\":\"00\",\"signature-algorithm\":\"x\"}}}}\n");
                vec![("object-metadata-more.jsonl".to_owned(), line.into_bytes())]
            }
            // A key that signed nothing here.
            8 => vec![("public-keys-eu-west-1.json".to_owned(), keys::list(&[Listed::key(&LONG)]))],
            9 => vec![self.pick(
                0,
                &[
                    ("README.md".to_owned(), b"What this is.".to_vec()),
                    ("notes.json".to_owned(), b"{\"a\":1}".to_vec()),
                    ("captures/describe-trails.json".to_owned(), b"{\"trailList\":[]}".to_vec()),
                    ("empty.json".to_owned(), Vec::new()),
                    ("result_sign.json".to_owned(), b"{}".to_vec()),
                ],
            )],
            // Nobody signed it, and it lists what was asked.
            10 => {
                let asked = Trail::new("111122223333", "us-east-1", "management-events", "us-east-1").digest(1, 3).logs;
                let other = |log: Log| Log::new("trail-archive", log.key, "{\"Records\":[]}");
                let logs = if self.variety[1].index(2) == 0 { asked } else { asked.into_iter().map(other).collect() };
                let mut digest = Digest { logs, ..sealed.digest.clone() };
                digest.signer = &STRANGER;
                let forged = digest.seal();
                let mut found = vec![(forged.digest.key.clone(), forged.file())];
                if self.variety[2].index(2) == 0 {
                    found.push((sidecar_path(&forged), head_object(&forged, &forged.metadata()).into_bytes()));
                }
                found
            }
            // Two contents under one name, and a copy elsewhere.
            11 => {
                let other = signed(Digest { logs: Vec::new(), algorithm: "SHA256WITHRSA".to_owned(), ..sealed.digest.clone() });
                let path = sealed.digest.key.clone();
                vec![(path.clone(), sealed.file()), (path.clone(), other.file()), (format!("x/{path}"), other.file())]
            }
            12 => {
                let mut digest = chain.digests[1].digest.clone();
                digest.link().hash = "00".repeat(32);
                digest.link().key = self.pick(1, &["zzz".to_owned(), trail.digest_key(trail.hour(9)), digest.key.clone()]);
                with_metadata(&signed(digest))
            }
            _ => vec![(format!("{}.bak", sealed.digest.key), self.bytes.clone())],
        };
        let root = self.pick(2, &["", "", "", "more.zip//"]);
        named.into_iter().map(|(path, bytes)| (format!("{root}{path}"), bytes)).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(250) })]

    #[test]
    fn what_was_not_asked_changes_nothing(sample: Index, plants in prop::collection::vec(plant(), 1..3)) {
        let sample = sample.get(&SAMPLES);
        let planted: Files = plants.iter().flat_map(|plant| plant.files(sample)).collect();
        let report = conclude(sample.exhibits.iter().cloned().chain(examined(&planted)), &sample.policy);
        let before = &sample.report;
        let paths: Vec<&String> = planted.iter().map(|(path, _)| path).collect();
        let new: Vec<String> = objections(&report).into_iter().filter(|line| !objections(before).contains(line)).collect();
        prop_assert_eq!(&report.axes, &before.axes, "{} and {:?}: {:?}", sample.vector.id, paths, new);
        prop_assert_eq!(&report.sentence(Language::En), &before.sentence(Language::En), "{} and {:?}: {:?}", sample.vector.id, paths, new);
    }
}

fn trail() -> Trail {
    Trail::new("111122223333", "us-east-1", "management-events", "us-east-1")
}

/// What a forger plants into a passing archive of five hours under names that were asked: files that nothing lists.
#[derive(Clone, Debug)]
struct Forgery {
    kind: usize,
    at: Index,
    bytes: Vec<u8>,
}

fn forgery() -> impl Strategy<Value = Forgery> {
    (0_usize..6, any::<Index>(), prop::collection::vec(any::<u8>(), 0..40)).prop_map(|(kind, at, bytes)| Forgery {
        kind,
        at,
        bytes,
    })
}

impl Forgery {
    /// The forged log, and how it lies there.
    fn log(&self) -> (Log, Vec<u8>) {
        let delivered = trail().hour(1) + chrono::Duration::minutes(33);
        let log = trail().log(delivered, "forged");
        let stored = match self.kind % 3 {
            0 => log.file(),
            1 => [log.file(), self.bytes.clone()].concat(),
            _ => log.file()[..1 + self.at.index(log.file().len() - 1)].to_vec(),
        };
        (log, stored)
    }

    fn files(&self) -> Files {
        let (log, stored) = self.log();
        if self.kind < 3 {
            return vec![(log.key, stored)];
        }
        // A digest file that nobody signed, and what it lists.
        let mut digest = Digest { logs: vec![log.clone()], ..trail().digest(self.at.index(5), 0) };
        digest.signer = &STRANGER;
        let forged = digest.seal();
        let path = if self.kind == 3 { forged.digest.key.clone() } else { format!("copy/{}", forged.digest.key) };
        vec![(path, forged.file()), (log.key, stored)]
    }
}

/// What is genuine and says otherwise: digest files of another trail or of another hour that list the name with another hash, or the
/// content under another name, and the logs that they list.
fn contradictions(forgery: &Forgery, chooses: usize) -> Files {
    let (log, _) = forgery.log();
    let other = Trail { name: "zz-other".to_owned(), ..trail() };
    let (trail, hour) = match chooses % 4 {
        0 => (other, 1),
        1 => (Trail { account: "444455556666".to_owned(), ..trail() }, 1),
        2 => (Trail { home: "us-west-2".to_owned(), name: "zz-other".to_owned(), ..trail() }, 3),
        _ => (trail(), 9),
    };
    let genuine = if (chooses / 4).is_multiple_of(2) {
        // The same name with what AWS delivered.
        Log::new("trail-archive", log.key, "{\"Records\":[]}")
    } else {
        // The same content under its own name.
        let key = log.key.replace("_2026", "_2025").replace("/2026/", "/2025/");
        Log { key, ..log }
    };
    let sealed = Digest { logs: vec![genuine.clone()], previous: None, ..trail.digest(hour, 0) }.seal();
    let mut archive = Archive::default();
    archive.put(&sealed.digest.key, sealed.file());
    archive.sidecar(&sealed);
    if chooses / 8 == 0 {
        archive.put(&format!("genuine/{}", genuine.key), genuine.file());
    }
    files(archive)
}

fn severity(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Failed => 0,
        Outcome::Indeterminate => 1,
        _ => 2,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn evidence_that_contradicts_a_forgery_never_improves_a_verdict(forgery in forgery(), chooses in 0_usize..16) {
        let whole = trail().from("2026-02-28T22:01:31Z").chain(&[0, 0, 2, 1, 0, 2, 1]);
        let mut before = files(Archive::of(&[&whole]));
        let request = Request {
            from: Some(iso(at("2026-03-01T00:01:31Z"))),
            to: Some(iso(at("2026-03-01T05:01:31Z"))),
            accounts: vec!["111122223333".to_owned()],
            regions: vec!["us-east-1".to_owned()],
            trails: vec!["management-events".to_owned()],
            ..Request::default()
        };
        let mut trust = Trust::default();
        trust.add_keys("us-east-1.json", &keys::list(&[Listed::key(&US_EAST_1)]), Provenance::Own).unwrap();
        let policy = request.policy(trust).unwrap();
        prop_assert_eq!(conclude(examined(&before), &policy).overall(), Outcome::Passed);
        before.extend(forgery.files());
        let forged = conclude(examined(&before), &policy);
        prop_assert_ne!(forged.overall(), Outcome::Passed, "{:?}", before.last().map(|(path, _)| path));
        before.extend(contradictions(&forgery, chooses));
        let report = conclude(examined(&before), &policy);
        for (axis, was) in trailseal::Axis::ALL.map(|axis| (axis, forged.axes.of(axis))) {
            prop_assert!(
                severity(report.axes.of(axis)) <= severity(was),
                "{} improved from {:?}\nbefore {:?}\nafter {:?}", axis.name(), was, objections(&forged), objections(&report)
            );
        }
    }
}
