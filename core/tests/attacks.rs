//! Archives made by somebody who wants a verdict that they do not deserve.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{conclude, examine_archive};
use trailseal::{Code, Effect, EntryPath, Exhibit, Language, Limits, Outcome, Policy, Provenance, Report, Request, Trust, examine};
use trailseal_forge::archive::Archive;
use trailseal_forge::digest::{Digest, Log, sha256};
use trailseal_forge::keys::{self, Listed, STRANGER, US_EAST_1};

use trailseal_forge::time::{at, basic, iso};
use trailseal_forge::trail::{Chain, Trail};

const ACCOUNT: &str = "111122223333";
const TRAIL: &str = "management-events";

fn trail() -> Trail {
    Trail::new(ACCOUNT, "us-east-1", TRAIL, "us-east-1")
}

/// Another trail of the same account and region, which nobody asks about.
fn other_trail() -> Trail {
    Trail::new(ACCOUNT, "us-east-1", "zz-other", "us-east-1")
}

/// Five hours, one of them silent.
fn chain() -> Chain {
    trail().chain(&[2, 1, 0, 2, 1])
}

/// The five hours of `chain`, of its account, region and trail.
fn request() -> Request {
    Request {
        from: Some("2026-03-01T00:01:31Z".to_owned()),
        to: Some("2026-03-01T05:01:31Z".to_owned()),
        accounts: vec![ACCOUNT.to_owned()],
        regions: vec!["us-east-1".to_owned()],
        trails: vec![TRAIL.to_owned()],
        ..Request::default()
    }
}

/// The verifier has the key of us-east-1.
fn policy(request: &Request) -> Policy {
    let mut trust = Trust::default();
    trust.add_keys("us-east-1.json", &keys::list(&[Listed::key(&US_EAST_1)]), Provenance::Own).unwrap();
    request.policy(trust).unwrap()
}

fn verdict(archive: &Archive) -> Report {
    verdict_on(archive.zip(), &request())
}

fn verdict_on(zip: Vec<u8>, request: &Request) -> Report {
    conclude(examine_archive(&zip, &Limits::default()), &policy(request))
}

/// Effect and code of everything that refutes or limits.
fn objections(report: &Report) -> Vec<(Effect, &'static str)> {
    let objecting = report.findings.iter().filter(|finding| finding.effect != Effect::Informs);
    objecting.map(|finding| (finding.effect, finding.code.name())).collect()
}

fn has(report: &Report, effect: Effect, code: Code) -> bool {
    report.findings.iter().any(|finding| finding.code == code && finding.effect == effect)
}

#[test]
fn a_pass_says_what_could_be_missing_because_nobody_named_it() {
    let sentence = |change: fn(&mut Request)| {
        let mut request = request();
        change(&mut request);
        let report = verdict_on(Archive::of(&[&chain()]).zip(), &request);
        assert_eq!(report.overall(), Outcome::Passed, "{:?}", objections(&report));
        report.sentence(Language::En)
    };
    assert!(!sentence(|_| ()).contains("was named"));
    assert!(sentence(|request| request.regions.clear()).contains("No region was named"));
    assert!(sentence(|request| request.accounts.clear()).contains("No account was named"));
    let neither = |request: &mut Request| (request.accounts.clear(), request.regions.clear(), request.trails.clear()).2;
    assert!(sentence(neither).contains("No account or region was named"));
}

#[test]
fn the_chain_that_is_attacked_passes() {
    let report = verdict(&Archive::of(&[&chain()]));
    assert_eq!(report.overall(), Outcome::Passed, "{:?}", objections(&report));
}

/// A digest of the other trail that lists some logs; `key` signs it and is enclosed, or nobody signs it.
fn cover(archive: &mut Archive, key: Option<&'static keys::TestKey>, logs: Vec<Log>) {
    let mut digest = Digest { logs, ..other_trail().digest(1, 0) };
    digest.signed_by(key.unwrap_or(&STRANGER));
    let sealed = digest.seal();
    archive.put(&sealed.digest.key, sealed.file());
    if let Some(key) = key {
        archive.sidecar(&sealed);
        archive.put("public-keys.json", keys::list(&[Listed::key(key)]));
    }
}

#[test]
fn a_planted_log_is_not_excused_by_a_list_outside_of_what_was_asked_that_nobody_trusted_signed() {
    for key in [None, Some(&*STRANGER)] {
        let mut archive = Archive::of(&[&chain()]);
        let planted = trail().log(at("2026-03-01T01:30:00Z"), "planted");
        archive.log(&planted);
        let without_cover = verdict(&archive);
        assert!(has(&without_cover, Effect::Limits, Code::LogUnreferenced));
        cover(&mut archive, key, vec![planted]);
        let report = verdict(&archive);
        assert_ne!(report.overall(), Outcome::Passed);
        assert_eq!(report.axes.integrity, Outcome::Indeterminate);
    }
}

/// What nobody asked for is in no number of a report, however it is signed: not in the sentence, and with nobody's failure.
#[test]
fn numbers_are_those_of_what_was_asked() {
    let honest = verdict(&Archive::of(&[&chain()]));
    let mut archive = Archive::of(&[&chain()]);
    let (listed, missing) = (trail().log(at("2026-03-01T01:30:00Z"), "forged"), trail().log(at("2026-03-01T01:31:00Z"), "never"));
    archive.log(&listed);
    cover(&mut archive, Some(&STRANGER), vec![listed, missing]);
    // A further digest file of the same trail, after the period.
    archive.digest(&trail().chain(&[2, 1, 0, 2, 1, 0, 3]).digests[6]);
    let mut request = request();
    request.from = Some("2026-03-01T02:01:31Z".to_owned());
    let report = verdict_on(archive.zip(), &request);
    let counts = report.counts;
    assert_eq!((counts.digests.proved, counts.digests.authenticated, counts.digests.all()), (3, 3, 3), "{:?}", objections(&report));
    assert_eq!((counts.logs.proved, counts.logs.authenticated, counts.logs.listed()), (3, 3, 3));
    assert_eq!((counts.outside.digests, counts.outside.logs), (4, 7));
    assert!(
        report.sentence(Language::En).contains("3 digest files and 3 log files in 1 chain"),
        "{}",
        report.sentence(Language::En)
    );
    let own = report.chains.iter().find(|chain| chain.in_scope).unwrap();
    assert_eq!((own.digests, own.logs), (counts.digests, counts.logs));
    assert_eq!(own.proved_seconds, 3 * 3600);
    let other = report.chains.iter().find(|chain| !chain.in_scope).unwrap();
    assert_eq!((other.digests.all(), other.logs.listed(), other.proved_seconds), (0, 0, 0));
    let aside = trailseal::Reading::of(&report, Language::En).aside;
    assert_eq!(aside, ["Outside what was asked: 4 digest files and 7 log files more, not judged."]);
    assert!(
        honest.sentence(Language::En).contains("5 digest files and 6 log files in 1 chain"),
        "{}",
        honest.sentence(Language::En)
    );
    assert_eq!(trailseal::Reading::of(&honest, Language::En).aside, [""; 0]);
}

#[test]
fn a_second_content_of_a_listed_log_is_not_excused_by_another_list() {
    for key in [None, Some(&*STRANGER)] {
        let chain = chain();
        let mut archive = Archive::of(&[&chain]);
        let listed = chain.digests[1].digest.logs[0].clone();
        let altered = Log::new("elsewhere", listed.key.clone(), "{\"Records\":[]}");
        archive.put(&format!("x/{}", listed.key), altered.file());
        assert_eq!(verdict(&archive).axes.integrity, Outcome::Indeterminate, "the signed file lies beside it");
        cover(&mut archive, key, vec![altered]);
        let report = verdict(&archive);
        assert_eq!(report.axes.integrity, Outcome::Indeterminate, "{key:?} {:?}", objections(&report), key = key.is_some());
    }
}

#[test]
fn bytes_behind_a_second_copy_of_a_log_are_not_excused_by_another_list() {
    for key in [None, Some(&*STRANGER)] {
        let chain = chain();
        let mut archive = Archive::of(&[&chain]);
        let listed = chain.digests[1].digest.logs[0].clone();
        archive.put(&format!("x/{}", listed.key), [listed.file(), b"{}".to_vec()].concat());
        assert_eq!(verdict(&archive).overall(), Outcome::Failed);
        cover(&mut archive, key, vec![Log { bucket: "elsewhere".into(), ..listed }]);
        let report = verdict(&archive);
        assert_eq!(report.axes.integrity, Outcome::Failed, "{:?}", objections(&report));
    }
}

#[test]
fn a_digest_outside_of_what_was_asked_does_not_lend_its_scope_to_another_under_its_path() {
    let (chain, later) = (chain(), other_trail().chain(&[0]));
    let mut archive = Archive::of(&[&chain, &later]);
    archive.edit(chain.key(1), |bytes| bytes.extend(b"junk"));
    assert!(has(&verdict(&archive), Effect::Refutes, Code::ContainerTrailingData));
    archive.put(chain.key(1), later.digests[0].file());
    let report = verdict(&archive);
    assert!(has(&report, Effect::Refutes, Code::ContainerTrailingData), "{:?}", objections(&report));
    assert_eq!(report.overall(), Outcome::Failed);
}

#[test]
fn a_digest_under_the_name_of_one_that_was_asked_is_a_finding_about_what_was_asked() {
    let (chain, later) = (chain(), other_trail().chain(&[0]));
    let mut archive = Archive::of(&[&chain, &later]);
    archive.put(&format!("x/{}", chain.key(1)), later.digests[0].file());
    let report = verdict(&archive);
    assert!(has(&report, Effect::Refutes, Code::DigestIdentityMismatch), "{:?}", objections(&report));
}

#[test]
fn an_altered_digest_does_not_leave_the_scope_by_its_altered_times() {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    archive.replace(
        chain.key(4),
        "2026-03-01T04:01:31Z\",\"digestEndTime\":\"2026",
        "2027-03-01T04:01:31Z\",\"digestEndTime\":\"2028",
    );
    let report = verdict(&archive);
    assert!(has(&report, Effect::Refutes, Code::DigestSignatureInvalid), "{:?}", objections(&report));
}

#[test]
fn a_fork_is_not_hidden_by_a_link_from_another_chain() {
    let chain = chain();
    let mut fork = trail().digest(4, 0);
    fork.follow(&chain.digests[2]);
    let fork = fork.seal();
    let mut archive = Archive::of(&[&trail().chain(&[2, 1, 0, 2])]);
    archive.digest(&fork);
    archive.sidecar(&fork);
    let before = verdict(&archive);
    assert!(has(&before, Effect::Limits, Code::ChainFork), "{:?}", objections(&before));

    let mut foreign = Trail::new("000000000000", "us-east-1", TRAIL, "us-east-1").digest(3, 0);
    foreign.follow(&chain.digests[2]);
    foreign.signed_by(&STRANGER);
    let foreign = foreign.seal();
    archive.put(&foreign.digest.key, foreign.file());
    let after = verdict(&archive);
    assert!(has(&after, Effect::Limits, Code::ChainFork), "{:?}", objections(&after));
}

/// A chain whose second part starts anew, with a hole before it.
fn with_hole() -> Archive {
    let chain = trail().chain_with(&[1, 0, 0, 1, 1], |hour, digest| {
        if hour == 3 {
            digest.previous = None;
        }
    });
    let mut archive = Archive::of(&[&chain]);
    archive.remove_hour(&chain.digests[2]);
    archive.sidecar(&chain.digests[1]);
    archive
}

#[test]
fn a_hole_before_a_restart_limits_whatever_was_asked() {
    for request in [request(), Request::default()] {
        assert_eq!(verdict_on(with_hole().zip(), &request).overall(), Outcome::Indeterminate);
    }
    let unasked = Policy { scope: trailseal::Scope::default(), ..policy(&Request::default()) };
    let report = conclude(examine_archive(&with_hole().zip(), &Limits::default()), &unasked);
    assert_eq!(report.overall(), Outcome::Indeterminate);
    assert!(has(&report, Effect::Limits, Code::CoverageGap));
}

#[test]
fn a_planted_digest_does_not_take_a_hole_out_of_what_was_asked() {
    let chain = trail().chain(&[1, 0, 1, 1, 0, 1, 1, 0]);
    let mut archive = Archive::of(&[&chain]);
    chain.digests[3..6].iter().for_each(|sealed| archive.remove_hour(sealed));
    archive.sidecar(&chain.digests[2]);
    assert!(has(&verdict(&archive), Effect::Refutes, Code::ChainDigestMissing));

    // It ends behind the period that is asked, and before the hole's end.
    let mut planted = trail().from("2026-03-01T04:31:31Z").digest(0, 0);
    planted.signed_by(&STRANGER);
    let planted = planted.seal();
    archive.put(&planted.digest.key, planted.file());
    let report = verdict(&archive);
    assert!(has(&report, Effect::Refutes, Code::ChainDigestMissing), "{:?}", objections(&report));
}

#[test]
fn a_log_that_claims_to_be_a_folder_is_seen() {
    let mut archive = Archive::of(&[&chain()]);
    let planted = trail().log(at("2026-03-01T01:30:00Z"), "planted");
    archive.log(&planted);
    let mut zip = archive.zip();
    let name = planted.key.as_bytes();
    let central = zip.windows(name.len()).rposition(|part| part == name).unwrap() - 46;
    zip[central + 38..central + 42].copy_from_slice(&(0o040_755_u32 << 16).to_le_bytes());
    let report = verdict_on(zip, &request());
    assert_ne!(report.overall(), Outcome::Passed);
}

#[test]
fn a_log_in_a_folder_of_captures_is_seen() {
    let mut archive = Archive::of(&[&chain()]);
    let planted = trail().log(at("2026-03-01T01:30:00Z"), "planted");
    let name = planted.key.rsplit('/').next().unwrap().strip_suffix(".gz").unwrap();
    archive.put(&format!("captures/{name}"), planted.text.clone());
    let report = verdict(&archive);
    assert!(has(&report, Effect::Limits, Code::LogUnreferenced), "{:?}", objections(&report));
}

#[test]
fn a_name_that_ends_early_for_other_programs_is_unsafe() {
    let mut archive = Archive::of(&[&chain()]);
    let planted = trail().log(at("2026-03-01T01:30:00Z"), "planted");
    archive.put(&format!("{}\0.txt", planted.key), planted.file());
    let report = verdict(&archive);
    assert!(has(&report, Effect::Limits, Code::ArchiveEntryUnsafe), "{:?}", objections(&report));
}

#[test]
fn doubled_slashes_in_keys_are_no_relocation() {
    let chain = trail().with_prefix("logs/").chain(&[2, 1, 0, 2, 1]);
    assert!(chain.key(0).starts_with("logs//AWSLogs/"));
    let archive = Archive::of(&[&chain, &other_trail().chain(&[1])]);
    let report = verdict(&archive);
    assert_eq!(report.overall(), Outcome::Passed, "{:?}", objections(&report));
}

#[test]
fn an_enclosed_list_does_not_widen_the_validity_of_a_pinned_key_that_the_verifier_has() {
    let chain = chain();
    let (early, late) = (at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z"));
    let mut archive = Archive::of(&[&chain]);
    let mut trust = Trust::default();
    trust.add_keys("us-east-1.json", &keys::list(&[Listed::key(&US_EAST_1).valid(early, late)]), Provenance::Own).unwrap();
    trust.add_pins(&US_EAST_1.pin()).unwrap();
    archive.put("public-keys.json", keys::list(&[Listed::key(&US_EAST_1)]));
    let policy = Policy { trust, ..policy(&request()) };
    let report = conclude(examine_archive(&archive.zip(), &Limits::default()), &policy);
    assert!(has(&report, Effect::Limits, Code::DigestKeyOutsideValidity), "{:?}", objections(&report));
}

#[test]
fn what_a_file_holds_cannot_reach_the_terminal_through_a_report() {
    let key = "\\u001b]0;owned\\u0007\\u202e";
    let json = format!("{{\"{key}\":1,\"{key}\":2}}");
    for name in [chain().key(0), "public-keys.json", "object-metadata.json", "object-metadata.jsonl"] {
        let exhibit = examine(EntryPath::new(name), json.as_bytes(), &Limits::default());
        let report = conclude([exhibit], &Policy::default());
        let texts: Vec<String> = report.findings.iter().filter_map(|finding| finding.detail(Language::En)).collect();
        assert!(texts.iter().any(|text| text.contains("twice")), "{name}: {texts:?}");
        assert!(texts.iter().all(|text| !text.contains(['\u{1b}', '\u{7}', '\u{202e}'])), "{name}: {texts:?}");
    }
    let long = "x".repeat(1 << 20);
    let exhibit =
        examine(EntryPath::new("public-keys.json"), format!("{{\"{long}\":1,\"{long}\":2}}").as_bytes(), &Limits::default());
    assert!(conclude([exhibit], &Policy::default()).to_canonical_json().len() < 10_000);
}

#[test]
fn a_link_to_two_contents_of_one_name_is_neither_whatever_their_order() {
    let chain = chain();
    let listed = &chain.digests[1].digest.logs[0];
    let name = listed.key.rsplit('/').next().unwrap();
    let target = name.replace(".json.gz", "X.json.gz");
    let mut archive = Archive::of(&[&chain]);
    archive.remove(&listed.key);
    let sound = examine_archive(&archive.zip(), &Limits::default());
    let link = Exhibit::link(EntryPath::new(&listed.key), EntryPath::new(&target));
    let contents = [listed.file(), b"{}".to_vec()];
    let [one, other] = contents.map(|bytes| examine(EntryPath::new(&target), &bytes, &Limits::default()));
    let judge = |exhibits: [&Exhibit; 3]| {
        let all = sound.iter().cloned().chain(exhibits.into_iter().cloned());
        conclude(all, &policy(&request()))
    };
    let report = judge([&one, &other, &link]);
    assert_ne!(report.overall(), Outcome::Passed);
    assert_eq!(report, judge([&other, &one, &link]));
    assert_eq!(report, judge([&link, &other, &one]));
}

#[test]
fn many_links_to_one_large_file_are_not_as_many_large_files() {
    let chain = chain();
    let key = chain.key(1);
    let logs: Vec<Log> = (0..2000).map(|index| Log::new("b", format!("{index}/x.json.gz"), "{}")).collect();
    let large = Digest { logs, ..chain.digests[1].digest.clone() }.seal().text;
    let large = examine(EntryPath::new(key), large.as_bytes(), &Limits::default());
    let links = (0..MANY).map(|index| Exhibit::link(EntryPath::new(&format!("{index}/{key}")), EntryPath::new(key)));
    let report = conclude(links.chain([large]), &policy(&request()));
    assert!(has(&report, Effect::Limits, Code::ArchiveLimit));
}

const MANY: usize = 8_000;

/// Judges many plain entries without a zip around them.
fn judge_many(entries: impl IntoIterator<Item = (String, String)>, asked: &Request) -> Report {
    let exhibits = entries.into_iter().map(|(path, text)| examine(EntryPath::new(&path), text.as_bytes(), &Limits::default()));
    conclude(exhibits, &policy(asked))
}

#[test]
fn many_successors_of_one_digest_are_judged_in_linear_time() {
    let chain = chain();
    let template = chain.digests[1].text.clone();
    let sealed = |index: usize| {
        let time = at("2027-01-01T00:00:00Z") + chrono::Duration::hours(index as i64);
        let name = format!("111122223333_CloudTrail-Digest_us-east-1_{TRAIL}_us-east-1_{}.json.gz", basic(time));
        let signature = format!("{index:0512x}");
        let text = template
            .replace(chain.key(1), &name)
            .replace(&chain.digests[0].signature, &signature)
            .replace("2026-03-01T01:01:31Z", "2026-12-31T00:00:00Z")
            .replace("2026-03-01T02:01:31Z", &iso(time));
        (name, text)
    };
    let first = (chain.key(0).to_owned(), chain.digests[0].text.clone());
    // Where a period is asked, what nobody signed and lies outside of it is no party.
    let report = judge_many((0..MANY).map(sealed).chain([first]), &Request::default());
    assert_eq!(report.overall(), Outcome::Failed);
}

#[test]
fn many_contents_of_one_digest_that_name_each_other_are_judged_in_linear_time() {
    let chain = chain();
    let key = chain.key(1).to_owned();
    let template = chain.digests[1].text.replace(chain.key(0), &key);
    let entries =
        (0..MANY).map(|index| (format!("{index}/{key}"), template.replace(&chain.digests[0].signature, &format!("{index:0512x}"))));
    let report = judge_many(entries, &request());
    assert_eq!(report.overall(), Outcome::Failed);
}

#[test]
fn many_rows_of_metadata_for_many_contents_of_one_digest_are_judged_in_linear_time() {
    let chain = chain();
    let key = chain.key(1).to_owned();
    let rows: Vec<String> =
        (0..MANY).map(|index| format!("{{\"key\":\"{key}\",\"metadata\":{{\"signature\":\"{index:0512x}\"}}}}\n")).collect();
    let template = &chain.digests[1].text;
    let entries = (0..MANY)
        .map(|index| (key.clone(), template.replace(&chain.digests[0].signature, &format!("{index:0512x}"))))
        .chain([("object-metadata.jsonl".to_owned(), rows.concat())]);
    let report = judge_many(entries, &request());
    assert_eq!(report.overall(), Outcome::Failed);
}

/// A digest that lists many logs of one file name in many folders.
fn many_of_one_name(hash_of: impl Fn(usize) -> String) -> (String, String) {
    let chain = chain();
    let mut digest = chain.digests[4].digest.clone();
    let name = chain.log(4, 0).rsplit('/').next().unwrap().to_owned();
    digest.logs =
        (0..MANY).map(|index| Log { hash: hash_of(index), ..Log::new("trail-archive", format!("{index}/{name}"), "{}") }).collect();
    (name, digest.seal().text)
}

#[test]
fn many_logs_of_one_name_are_judged_in_linear_time() {
    for hash_of in [|_| sha256(b"{}"), |index: usize| format!("{index:064x}")] {
        let (name, text) = many_of_one_name(hash_of);
        let logs = (0..MANY).map(|index| (format!("{index}/x/{name}"), "{}".to_owned()));
        let report = judge_many(logs.chain([(chain().key(4).to_owned(), text)]), &request());
        assert_ne!(report.overall(), Outcome::Passed);
    }
}

#[test]
fn many_logs_of_one_content_under_other_names_are_judged_in_linear_time() {
    let (_, text) = many_of_one_name(|_| sha256(b"{}"));
    let strays = (0..MANY).map(|index| (format!("{index}.json"), "{}".to_owned()));
    let report = judge_many(strays.chain([(chain().key(4).to_owned(), text)]), &request());
    assert_ne!(report.overall(), Outcome::Passed);
}

#[test]
fn many_holes_over_many_days_are_judged_in_linear_time() {
    let template = trail().digest(0, 0).seal().text;
    let own_key = trail().digest(0, 0).key;
    let entries = (0..MANY).map(|index| {
        let end = at("2026-03-01T01:01:31Z") + chrono::Duration::hours(25 * index as i64);
        let start = end - chrono::Duration::hours(1);
        let key = trail().digest_key(end);
        let text = template
            .replace(&own_key, &key)
            .replace("2026-03-01T00:01:31Z", &iso(start))
            .replace("2026-03-01T01:01:31Z", &iso(end));
        (key, text)
    });
    let report = judge_many(entries, &Request::default());
    assert_eq!(report.overall(), Outcome::Indeterminate);
}
