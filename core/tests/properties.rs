//! What holds for every archive: order does not matter, outcomes follow from findings, taking away or altering what was asked
//! never leaves a pass, adding never heals, and no bytes make the verifier fall.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "tests read files")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::sync::LazyLock;

use common::{Vector, conclude, folder, load};
use proptest::prelude::*;
use proptest::sample::Index;
use rawzip::{CompressionMethod, ZipArchive};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use trailseal::{
    Axis, Case, DigestKind, Effect, EntryPath, Exhibit, Finding, Limits, Outcome, Period, Policy, Provenance, Question, Report,
    Request, Scope, Separator, Time, Trust, digest_name, examine, log_name, printable,
};

fn is_digest(path: &EntryPath) -> bool {
    std::str::from_utf8(path.file_name()).is_ok_and(|name| digest_name(name).is_some())
}

fn is_log(path: &EntryPath) -> bool {
    std::str::from_utf8(path.file_name()).is_ok_and(|name| log_name(name).is_some())
}

fn is_archive(path: &EntryPath) -> bool {
    let name = path.text().to_ascii_lowercase();
    [".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst"].iter().any(|end| name.ends_with(end))
}

/// JSON that does not look like a CloudTrail file by its name.
fn is_stray(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    (name.ends_with(".json") || name.ends_with(".json.gz")) && !name.contains("_cloudtrail")
}

/// A vector with everything that tests need again and again.
struct Sample {
    vector: Vector,
    exhibits: Vec<Exhibit>,
    policy: Policy,
    report: Report,
}

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let sample = |vector: Vector| {
        let (exhibits, policy) = (vector.exhibits(), vector.policy());
        let report = conclude(exhibits.clone(), &policy);
        Sample { vector, exhibits, policy, report }
    };
    load().into_iter().map(sample).collect()
});

fn samples(overall: Outcome) -> Vec<&'static Sample> {
    SAMPLES.iter().filter(|sample| sample.report.overall() == overall).collect()
}

/// Numbers that look random and follow from a seed.
fn mix(seed: u64, index: usize) -> u64 {
    let mut value = seed.wrapping_add((index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    for shift in [30, 27, 31] {
        value = (value ^ (value >> shift)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    value
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn any_order_and_any_sharding_give_the_same_report(index: Index, seed: u64, shards in 1_usize..6) {
        let sample = index.get(&SAMPLES);
        let mut order: Vec<usize> = (0..sample.exhibits.len()).collect();
        order.sort_by_key(|index| mix(seed, *index));
        let mut cases = vec![Case::new(); shards];
        for index in order {
            let exhibit = sample.exhibits[index].clone();
            // Some come from another process.
            let exhibit = if mix(seed, index).is_multiple_of(3) {
                serde_json::from_str(&serde_json::to_string(&exhibit).unwrap()).unwrap()
            } else {
                exhibit
            };
            cases[(mix(seed, index) >> 8) as usize % shards].admit(exhibit);
        }
        cases.sort_by_key(|case| mix(seed, serde_json::to_string(case).unwrap().len()));
        let mut whole = Case::new();
        for case in cases {
            whole.merge(serde_json::from_str(&serde_json::to_string(&case).unwrap()).unwrap());
        }
        prop_assert_eq!(whole.conclude(&sample.policy).to_canonical_json(), sample.report.to_canonical_json());
    }
}

/// What the findings alone say about an axis; `None` if nothing objects and it depends on what confirms.
fn fold(report: &Report, axis: Axis) -> Option<Outcome> {
    match report.findings.iter().filter(|finding| finding.axis == axis).map(|finding| finding.effect).max() {
        Some(Effect::Refutes) => Some(Outcome::Failed),
        Some(Effect::Limits) => Some(Outcome::Indeterminate),
        _ => None,
    }
}

fn check_fold(report: &Report) -> Result<(), String> {
    let mut worst = Outcome::NotAssessed;
    for axis in Axis::ALL {
        let outcome = report.axes.of(axis);
        let agrees = match fold(report, axis) {
            Some(folded) => outcome == folded,
            None => outcome != Outcome::Failed,
        };
        if !agrees || (outcome == Outcome::NotAssessed && axis != Axis::Coverage) {
            return Err(format!("{} is {} against its findings", axis.name(), outcome.name()));
        }
        worst = worst.max(outcome);
    }
    if report.overall() != worst {
        return Err(format!("overall is {}, the worst axis {}", report.overall().name(), worst.name()));
    }
    let misplaced = |finding: &&trailseal::Finding| finding.outside_scope && finding.effect != Effect::Informs;
    match report.findings.iter().find(misplaced) {
        Some(finding) => Err(format!("{} has an effect outside of the scope", finding.code)),
        None => Ok(()),
    }
}

/// Every text of a JSON value, keys included.
fn texts<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            found.push(key);
            texts(value, found);
        }),
        _ => {}
    }
}

fn check_canonical(report: &Report) -> Result<(), String> {
    let json = report.to_canonical_json();
    let value: Value = serde_json::from_slice(&json).map_err(|error| error.to_string())?;
    // serde_json sorts keys and, for integers and texts, writes what RFC 8785 demands.
    if serde_json::to_vec(&value).unwrap() != json || serde_json_canonicalizer::to_vec(&value).unwrap() != json {
        return Err("not canonical".to_owned());
    }
    if serde_json::from_slice::<Report>(&json).map_err(|error| error.to_string())? != *report {
        return Err("does not read back".to_owned());
    }
    let mut found = Vec::new();
    texts(&value, &mut found);
    match found.iter().find(|text| printable(text.as_bytes()) != **text) {
        Some(text) => Err(format!("a text that is not safe to print: {text:?}")),
        None => Ok(()),
    }
}

#[test]
fn outcomes_are_folds_of_the_findings_and_reports_are_canonical() {
    for sample in SAMPLES.iter() {
        check_fold(&sample.report).and_then(|()| check_canonical(&sample.report)).unwrap_or_else(|wrong| {
            panic!("{}: {wrong}", sample.vector.id);
        });
    }
}

/// Entries of a zip archive as they are, and of those in it.
fn raw_entries(archive: &[u8], at: Option<&EntryPath>) -> Vec<(EntryPath, Vec<u8>)> {
    let zip = ZipArchive::from_slice(archive).unwrap();
    let mut entries = zip.entries();
    let mut found = Vec::new();
    while let Some(record) = entries.next_entry().unwrap() {
        if record.is_dir() {
            continue;
        }
        let path = EntryPath::normalise(record.file_path().as_ref(), Separator::SlashOrBackslash).0;
        let path = at.map_or(path.clone(), |at| at.nesting(&path));
        let entry = zip.get_entry(record.wayfinder()).unwrap();
        let mut bytes = Vec::new();
        if record.compression_method() == CompressionMethod::DEFLATE {
            flate2::read::DeflateDecoder::new(entry.data()).read_to_end(&mut bytes).unwrap();
        } else {
            bytes = entry.data().to_vec();
        }
        if is_archive(&path) {
            found.extend(raw_entries(&bytes, Some(&path)));
        } else {
            found.push((path, bytes));
        }
    }
    found
}

fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        // Of what is damaged, and was not asked, as far as it goes.
        let _ = flate2::read::GzDecoder::new(bytes).read_to_end(&mut content);
    } else {
        content.extend_from_slice(bytes);
    }
    content
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn name_of(path: &EntryPath) -> String {
    let name = String::from_utf8(path.file_name().to_vec()).unwrap();
    name.strip_suffix(".gz").unwrap_or(&name).to_owned()
}

/// A vector that passes, with its entries and with what of them was asked.
struct Passing {
    sample: &'static Sample,
    entries: Vec<(EntryPath, Vec<u8>)>,
    exhibits: Vec<Exhibit>,
    /// Digest files and listed log files in scope.
    asked: Vec<usize>,
    /// Of these, what cannot be missed: all but backfill digest files.
    owed: Vec<usize>,
}

impl Passing {
    fn conclude_with(&self, keep: impl Fn(usize) -> bool, replaced: Option<(usize, Exhibit)>) -> Report {
        let mut exhibits = self.exhibits.clone();
        if let Some((index, exhibit)) = replaced {
            exhibits[index] = exhibit;
        }
        let kept = exhibits.into_iter().enumerate().filter(|(index, _)| keep(*index)).map(|(_, exhibit)| exhibit);
        conclude(kept, &self.sample.policy)
    }
}

/// An independent reading of the scope: one question, everything stated.
fn asks(question: &Question, key: &str, span: &Period) -> bool {
    let chain = digest_name(key.rsplit('/').next().unwrap()).unwrap().chain;
    let (home, name) = (format!(":{}:", chain.home_region), format!(":trail/{}", chain.trail));
    question.accounts.contains(chain.account)
        && question.regions.contains(chain.region)
        && question.trails.iter().any(|trail| {
            // An organization's trail is not its member's.
            let is_owner = trail.contains(&format!(":{}:", chain.account)) || key.contains("AWSLogs/o-");
            trail == chain.trail || (trail.contains(&home) && trail.ends_with(&name) && is_owner)
        })
        && question.period.is_some_and(|asked| asked.from < span.to && span.from < asked.to)
}

/// An independent reading of what a list that was asked may hold of the period: all but what was delivered and happened before or after.
fn may_hold(question: &Question, log: &Value) -> bool {
    let asked = question.period.unwrap();
    let key = log["s3Object"].as_str().unwrap();
    let Some(minute) = log_name(key.rsplit('/').next().unwrap()).map(|name| name.time) else { return true };
    let time = |field: &str| log[field].as_str().and_then(Time::from_digest);
    let is_before = minute.plus(60) <= asked.from && time("newestEventTime").is_some_and(|newest| newest < asked.from);
    let is_after = minute >= asked.to && time("oldestEventTime").is_some_and(|oldest| oldest >= asked.to);
    !is_before && !is_after
}

/// All passing vectors that ask for a period, accounts, regions and trails, in one question.
static PASSING: LazyLock<Vec<Passing>> = LazyLock::new(|| {
    let mut passing = Vec::new();
    for sample in samples(Outcome::Passed) {
        let [question] = sample.policy.scope.questions.as_slice() else { continue };
        if question.accounts.is_empty() || question.regions.is_empty() || question.trails.is_empty() || question.period.is_none() {
            continue;
        }
        let archives = sample.vector.archives.iter().map(|archive| std::fs::read(folder().join(archive)).unwrap());
        let archives: Vec<Vec<u8>> = archives.collect();
        if !archives.iter().all(|archive| archive.starts_with(b"PK")) {
            continue;
        }
        let entries: Vec<(EntryPath, Vec<u8>)> = archives.iter().flat_map(|archive| raw_entries(archive, None)).collect();
        let exhibits: Vec<Exhibit> =
            entries.iter().map(|(path, bytes)| examine(path.clone(), bytes, &sample.vector.limits)).collect();
        // Where the container itself says something, the bare entries are not the same case.
        if conclude(exhibits.clone(), &sample.policy) != sample.report {
            continue;
        }
        let named: BTreeSet<String> = entries
            .iter()
            .filter(|(path, _)| is_digest(path))
            .filter_map(|(_, bytes)| {
                let json = serde_json::from_slice::<Value>(&inflated(bytes)).ok()?;
                json["previousDigestS3Object"].as_str().map(str::to_owned)
            })
            .collect();
        let (mut digests, mut backfills, mut listed) = (Vec::new(), Vec::new(), BTreeSet::new());
        for (index, (path, bytes)) in entries.iter().enumerate() {
            if !is_digest(path) {
                continue;
            }
            // Garbage outside of what was asked does not keep a vector from passing.
            let Ok(json) = serde_json::from_slice::<Value>(&inflated(bytes)) else { continue };
            let time = |field: &str| Time::from_digest(json[field].as_str().unwrap()).unwrap();
            let span = Period { from: time("digestStartTime"), to: time("digestEndTime") };
            let key = json["digestS3Object"].as_str().unwrap();
            // One that nobody signed claims nothing by its content.
            let name = key.rsplit('/').next().unwrap();
            if name_of(path) == name.strip_suffix(".gz").unwrap_or(name) && asks(question, key, &span) {
                let name = digest_name(key.rsplit('/').next().unwrap()).unwrap();
                // A starting digest file that lists nothing covers nothing; where no other names it, nothing goes with it.
                let is_start = json["previousDigestS3Object"].is_null() && json["logFiles"].as_array().unwrap().is_empty();
                if is_start && !named.contains(key) {
                    continue;
                }
                if name.chain.kind == DigestKind::Normal {
                    digests.push(index)
                } else {
                    backfills.push(index)
                }
                let logs = json["logFiles"].as_array().unwrap().iter().filter(|log| may_hold(question, log));
                listed.extend(logs.map(|log| log["hashValue"].as_str().unwrap().to_lowercase()));
            }
        }
        let is_listed = |bytes: &[u8]| listed.contains(&hex::encode(Sha256::digest(inflated(bytes))));
        let logs = entries.iter().enumerate().filter(|(_, (path, bytes))| is_log(path) && is_listed(bytes));
        let owed: Vec<usize> = digests.into_iter().chain(logs.map(|(index, _)| index)).collect();
        let asked = owed.iter().copied().chain(backfills).collect();
        passing.push(Passing { sample, entries, exhibits, asked, owed });
    }
    passing
});

#[test]
fn taking_out_a_digest_or_log_that_was_asked_never_leaves_a_pass() {
    let mut removed = 0;
    for passing in PASSING.iter() {
        let identity = |index: usize| {
            let (path, bytes) = &passing.entries[index];
            (name_of(path), inflated(bytes))
        };
        let owed: BTreeMap<usize, (String, Vec<u8>)> = passing.owed.iter().map(|index| (*index, identity(*index))).collect();
        // All of the small ones, and of the large example enough.
        for (index, removed_identity) in owed.iter().step_by(1 + owed.len() / 24) {
            // Handed over twice, it must be taken out twice.
            let report = passing.conclude_with(|other| owed.get(&other) != Some(removed_identity), None);
            let path = passing.entries[*index].0.text();
            assert_ne!(report.overall(), Outcome::Passed, "{} without {path}", passing.sample.vector.id);
            removed += 1;
        }
    }
    assert!(PASSING.len() > 70 && removed > 500, "{} vectors, {removed} entries", PASSING.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn altering_one_inflated_byte_that_was_asked_never_leaves_a_pass(
        vector: Index, entry: Index, byte: Index, change in 1_u8.., is_packed: bool,
    ) {
        let passing = vector.get(&PASSING);
        let index = *entry.get(&passing.asked);
        let (path, bytes) = &passing.entries[index];
        let mut content = inflated(bytes);
        let place = byte.index(content.len());
        content[place] ^= change;
        let content = if is_packed { gzipped(&content) } else { content };
        let altered = examine(path.clone(), &content, &passing.sample.vector.limits);
        let report = passing.conclude_with(|_| true, Some((index, altered)));
        prop_assert_ne!(report.overall(), Outcome::Passed, "{}: byte {} of {}", passing.sample.vector.id, place, path.text());
        prop_assert_eq!(check_fold(&report).and_then(|()| check_canonical(&report)), Ok(()));
    }

    #[test]
    fn altering_one_stored_byte_that_was_asked_never_leaves_a_pass_with_other_content(
        vector: Index, entry: Index, byte: Index, change in 1_u8..,
    ) {
        let passing = vector.get(&PASSING);
        let index = *entry.get(&passing.asked);
        let (path, bytes) = &passing.entries[index];
        let mut stored = bytes.clone();
        let place = byte.index(stored.len());
        stored[place] ^= change;
        let mut content = Vec::new();
        let is_same = flate2::read::MultiGzDecoder::new(stored.as_slice()).read_to_end(&mut content).is_ok() && content == inflated(bytes);
        let altered = examine(path.clone(), &stored, &passing.sample.vector.limits);
        let report = passing.conclude_with(|_| true, Some((index, altered)));
        // The time and the system in the gzip header are not the content's.
        prop_assert!(is_same || report.overall() != Outcome::Passed, "{}: byte {} of {}", passing.sample.vector.id, place, path.text());
    }
}

/// The codes whose refutation more evidence may rightly take back: what was missing is there now, and of several digest files that
/// exclude each other all may turn out to be signed, which then limits.
const HEALED_BY_EVIDENCE: [&str; 5] =
    ["chain.digest_missing", "log.missing", "lake.file.missing", "digest.duplicate", "chain.fork"];

/// An altered file in folders that do not fit stands for the listed one only as long as that is absent; beside the genuine one it is
/// `log.unreferenced`, or in CloudTrail Lake nothing.
const REPLACED_BY_EVIDENCE: [&str; 2] = ["log.hash_mismatch", "lake.file.hash_mismatch"];

/// What a digest file that nobody signed quotes of its predecessor counts only as long as the signed one of its name is absent.
fn is_quote_of_nobody(sample: &Sample, code: &str) -> bool {
    let of = |code: &'static str| sample.report.findings.iter().filter(move |finding| finding.code.name() == code);
    let is_unsigned = |quoting: &Finding| of("digest.signature.missing").any(|finding| finding.first == quoting.first);
    code == "chain.link.signature_mismatch" && of("chain.link.signature_mismatch").all(is_unsigned)
}

fn refuted(report: &Report) -> BTreeSet<&'static str> {
    // What lies under a stray name is judged as the log file that it stands for only as long as that is absent.
    let is_idle = |finding: &Finding| finding.code.name().starts_with("container.") && is_stray(&finding.first);
    let refuting = report.findings.iter().filter(|finding| finding.effect == Effect::Refutes && !is_idle(finding));
    refuting.map(|finding| finding.code.name()).collect()
}

fn stays_failed(sample: &Sample, added: impl IntoIterator<Item = Exhibit>) -> Result<(), String> {
    let before = refuted(&sample.report);
    let is_lasting = |code: &str| {
        !HEALED_BY_EVIDENCE.contains(&code) && !REPLACED_BY_EVIDENCE.contains(&code) && !is_quote_of_nobody(sample, code)
    };
    let lasting: Vec<_> = before.iter().filter(|code| is_lasting(code)).collect();
    let report = conclude(sample.exhibits.iter().cloned().chain(added), &sample.policy);
    // Beside the signed file, under another path, an altered one is a copy and no evidence: that limits, and never passes.
    let is_limit = |finding: &Finding| finding.code.name() == "archive.entry.duplicate" && finding.effect == Effect::Limits;
    let is_copy = report.overall() == Outcome::Indeterminate && report.findings.iter().any(is_limit);
    if !lasting.is_empty() && report.overall() != Outcome::Failed && !is_copy {
        return Err(format!("{}: {before:?} became {}", sample.vector.id, report.overall().name()));
    }
    check_fold(&report).and_then(|()| check_canonical(&report))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn adding_entries_of_other_archives_heals_no_refutation(failing: Index, other: Index, seed: u64, share in 1_u64..4) {
        let failing = samples(Outcome::Failed)[failing.index(samples(Outcome::Failed).len())];
        let other = other.get(&SAMPLES);
        let added = other.exhibits.iter().enumerate().filter(|(index, _)| mix(seed, *index).is_multiple_of(share));
        prop_assert_eq!(stays_failed(failing, added.map(|(_, exhibit)| exhibit.clone())), Ok(()), "with {}", other.vector.id);
    }
}

#[test]
fn handing_everything_over_twice_heals_no_refutation_and_refutes_nothing() {
    for sample in SAMPLES.iter() {
        if sample.report.overall() == Outcome::Failed {
            stays_failed(sample, sample.exhibits.clone()).unwrap();
        }
        let twice = conclude(sample.exhibits.iter().chain(&sample.exhibits).cloned(), &sample.policy);
        assert_eq!(
            twice.overall(),
            sample.report.overall(),
            "{} {:?} {:?}",
            sample.vector.id,
            refuted(&twice),
            refuted(&sample.report)
        );
    }
}

/// Scopes of every shape, of which none asks for what the vectors hold.
fn empty_scopes() -> Vec<Scope> {
    let scope = |request: Request| request.scope().unwrap();
    let other = |account: &str, region: &str, trail: &str, from: &str, to: &str| {
        scope(Request {
            from: Some(from.to_owned()),
            to: Some(to.to_owned()),
            accounts: vec![account.to_owned()],
            regions: vec![region.to_owned()],
            trails: vec![trail.to_owned()],
            ..Request::default()
        })
    };
    let (from, to) = ("2026-03-01T00:01:31Z", "2026-03-01T04:01:31Z");
    vec![
        other("999999999999", "us-east-1", "management-events", from, to),
        other("111122223333", "sa-east-1", "management-events", from, to),
        other("111122223333", "us-east-1", "management-event", from, to),
        other("111122223333", "us-east-1", "management-events", "2031-03-01", "2031-03-02"),
        scope(Request { from: Some("2031-03-01".to_owned()), to: Some("2031-03-02".to_owned()), ..Request::default() }),
        scope(Request { accounts: vec!["999999999999".to_owned()], ..Request::default() }),
        scope(Request { trails: vec!["management".to_owned()], ..Request::default() }),
    ]
}

#[test]
fn nothing_in_scope_is_never_a_pass() {
    for sample in SAMPLES.iter() {
        for scope in empty_scopes() {
            let policy = Policy { scope, ..sample.policy.clone() };
            let report = conclude(sample.exhibits.clone(), &policy);
            assert_ne!(report.overall(), Outcome::Passed, "{} {:?}", sample.vector.id, policy.scope);
            assert_ne!(report.axes.coverage, Outcome::Passed);
        }
    }
}

#[test]
fn without_entries_digests_or_trusted_keys_is_never_a_pass() {
    for sample in SAMPLES.iter() {
        assert_ne!(conclude([], &sample.policy).overall(), Outcome::Passed);
        let without_keys = Policy { trust: Trust::default(), ..sample.policy.clone() };
        let enclosed_only = {
            let mut trust = Trust::default();
            for key_file in &sample.vector.keys {
                let name = key_file.rsplit('/').next().unwrap();
                trust.add_keys(name, &std::fs::read(folder().join(key_file)).unwrap(), Provenance::Enclosed).unwrap();
            }
            Policy { trust, ..sample.policy.clone() }
        };
        let mut nothing_pinned = sample.policy.clone();
        nothing_pinned.trust.add_pins("# none").unwrap();
        if sample.vector.pins.is_none() {
            assert_ne!(conclude(sample.exhibits.clone(), &nothing_pinned).overall(), Outcome::Passed, "{}", sample.vector.id);
        }
        for policy in [without_keys, enclosed_only] {
            let report = conclude(sample.exhibits.clone(), &policy);
            assert!(report.axes.authenticity > Outcome::Passed, "{}", sample.vector.id);
        }
    }
    for passing in PASSING.iter() {
        let report = passing.conclude_with(|index| !is_digest(&passing.entries[index].0), None);
        assert_ne!(report.overall(), Outcome::Passed, "{}", passing.sample.vector.id);
    }
}

const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];
const REGIONS: [&str; 2] = ["us-east-1", "us-west-2"];
const TIMES: [(&str, &str); 5] = [
    ("2026-03-01T00:01:31Z", "20260301T000131Z"),
    ("2026-03-01T01:01:31Z", "20260301T010131Z"),
    ("2026-03-01T02:01:31Z", "20260301T020131Z"),
    ("0000-01-01T00:00:00Z", "00000101T000000Z"),
    ("9999-12-31T23:59:59Z", "99991231T235959Z"),
];

fn digest_file() -> impl Strategy<Value = String> {
    let trail = prop::sample::select(vec!["management-events", "t", "a_b_us-east-1_20260301T000131Z"]);
    let kind = prop::sample::select(vec!["", "_backfill"]);
    (prop::sample::select(&ACCOUNTS[..]), prop::sample::select(&REGIONS[..]), trail, prop::sample::select(&TIMES[..]), kind)
        .prop_map(|(account, region, trail, (_, time), kind)| {
            format!("{account}_CloudTrail-Digest_{region}_{trail}_us-east-1_{time}{kind}.json.gz")
        })
}

fn log_file() -> impl Strategy<Value = String> {
    let kind =
        prop::sample::select(vec!["CloudTrail", "CloudTrail-Insight", "CloudTrail-NetworkActivity", "CloudTrail-Aggregated"]);
    (prop::sample::select(&ACCOUNTS[..]), kind, prop::sample::select(&REGIONS[..]), "[AB]{1,2}")
        .prop_map(|(account, kind, region, random)| format!("{account}_{kind}_{region}_20260301T0105Z_{random}.json.gz"))
}

fn file_name() -> impl Strategy<Value = String> {
    let fixed = [
        "public-keys.json",
        "public-keys-us-east-1.json",
        "object-metadata.json",
        "object-metadata.jsonl",
        "object-metadata.csv",
        "captures/describe-trails.json",
        "result_sign.json",
        "x.json",
        "x.zip",
    ];
    prop_oneof![
        4 => digest_file(),
        3 => log_file(),
        1 => digest_file().prop_map(|name| format!("{name}.head.json")),
        1 => digest_file().prop_map(|name| name.trim_end_matches(".gz").to_owned()),
        2 => prop::sample::select(fixed.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{0,12}_[cC]loud[tT]rail[_a-z0-9-]{0,20}\\.json(\\.gz)?",
        1 => any::<String>(),
    ]
}

fn path() -> impl Strategy<Value = String> {
    let top = prop::sample::select(vec!["", "AWSLogs/111122223333/", "b/", "x.zip//", "../", "/", "a\\", "b/__MACOSX/._"]);
    (top, file_name()).prop_map(|(top, name)| format!("{top}{name}"))
}

fn text_or_null() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just("\"7f3f\"".to_owned()),
        2 => Just("null".to_owned()),
        1 => Just("\"\\u001b[31m\\u202e\"".to_owned()),
        1 => Just("7".to_owned()),
        1 => any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
    ]
}

/// A digest file that nobody signed, about few objects, so that such files name, double and contradict each other.
fn digest_json() -> impl Strategy<Value = Vec<u8>> {
    let log = (log_file(), prop::sample::select(vec![Sha256::digest(b"{}"), Sha256::digest(b"")])).prop_map(|(name, hash)| {
        format!(
            "{{\"s3Bucket\":\"b\",\"s3Object\":\"AWSLogs/{name}\",\"hashValue\":\"{}\",\"hashAlgorithm\":\"SHA-256\"}}",
            hex::encode(hash)
        )
    });
    let signature = prop::sample::select(vec!["00".repeat(256), "ff".repeat(256), "00".to_owned(), "zz".to_owned()]);
    let fingerprint = prop_oneof![3 => Just(OWN_FINGERPRINT.clone()), 1 => text_or_null()];
    let times = (prop::sample::select(&TIMES[..]), prop::sample::select(&TIMES[..]));
    let previous = prop::option::weighted(0.7, (digest_file(), signature));
    (prop::sample::select(&ACCOUNTS[..]), times, digest_file(), previous, fingerprint, prop::collection::vec(log, 0..4)).prop_map(
        |(account, ((start, _), (end, _)), own, previous, fingerprint, logs)| {
            let previous = match previous {
                Some((name, signature)) => format!(
                    "\"previousDigestS3Bucket\":\"b\",\"previousDigestS3Object\":\"AWSLogs/{name}\",\"previousDigestHashValue\":\"{}\",\"previousDigestHashAlgorithm\":\"SHA-256\",\"previousDigestSignature\":\"{signature}\"",
                    "00".repeat(32)
                ),
                None => "\"previousDigestS3Bucket\":null,\"previousDigestS3Object\":null,\"previousDigestHashValue\":null,\"previousDigestHashAlgorithm\":null,\"previousDigestSignature\":null".to_owned(),
            };
            format!(
                "{{\"awsAccountId\":\"{account}\",\"digestStartTime\":\"{start}\",\"digestEndTime\":\"{end}\",\"digestS3Bucket\":\"b\",\"digestS3Object\":\"AWSLogs/{own}\",\"digestPublicKeyFingerprint\":{fingerprint},\"digestSignatureAlgorithm\":\"SHA256withRSA\",{previous},\"logFiles\":[{}]}}",
                logs.join(",")
            )
            .into_bytes()
        },
    )
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let metadata = (digest_file(), text_or_null()).prop_map(|(name, signature)| {
        let key = format!("AWSLogs/{name}");
        format!("{{\"key\":\"{key}\",\"Path\":\"{key}\",\"Metadata\":{{\"signature\":{signature},\"signature-algorithm\":{signature}}}}}").into_bytes()
    });
    let plain = prop_oneof![
        8 => digest_json(),
        2 => metadata,
        1 => Just(b"{}".to_vec()),
        1 => Just(Vec::new()),
        1 => prop::collection::vec(any::<u8>(), 0..200),
        1 => Just(b"key,signature\nAWSLogs/x,00\n\"".to_vec()),
        1 => text_or_null().prop_map(|text| format!("{{\"PublicKeyList\":[{{\"Value\":{text},\"Fingerprint\":{text}}}]}}").into_bytes()),
        1 => (2_usize..300).prop_map(|depth| "[".repeat(depth).into_bytes()),
    ];
    (plain, 0_u8..4, any::<Index>()).prop_map(|(plain, form, cut)| match form {
        0 => gzipped(&plain),
        1 => {
            let mut packed = gzipped(&plain);
            packed.truncate(cut.index(packed.len()));
            packed
        }
        _ => plain,
    })
}

/// The fingerprint of the key that the verifier has, as JSON.
static OWN_FINGERPRINT: LazyLock<String> = LazyLock::new(|| {
    let key = PASSING[0].sample.report.keys.first().expect("a key");
    format!("\"{}\"", key.fingerprint)
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn no_bytes_under_any_names_pass_or_make_it_fall(
        files in prop::collection::vec((path(), bytes()), 0..12), asks_nothing: bool,
    ) {
        let mut policy = PASSING[0].sample.policy.clone();
        if asks_nothing {
            policy.scope = Scope::default();
        }
        let exhibits = files.iter().map(|(path, bytes)| {
            examine(EntryPath::normalise(path.as_bytes(), Separator::SlashOrBackslash).0, bytes, &Limits::default())
        });
        let report = conclude(exhibits, &policy);
        prop_assert_ne!(report.overall(), Outcome::Passed);
        prop_assert_eq!(check_fold(&report).and_then(|()| check_canonical(&report)), Ok(()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The same beside evidence that passes: it may spoil that, but never by falling.
    #[test]
    fn no_bytes_beside_sound_evidence_make_it_fall(
        files in prop::collection::vec((path(), bytes()), 1..6), vector: Index,
    ) {
        let sample = vector.get(&PASSING).sample;
        let added = files.iter().map(|(path, bytes)| examine(EntryPath::new(path), bytes, &Limits::default()));
        let report = conclude(sample.exhibits.iter().cloned().chain(added), &sample.policy);
        prop_assert_eq!(check_fold(&report).and_then(|()| check_canonical(&report)), Ok(()));
    }
}
