//! Time that nobody signed for is never covered: what AWS delivers over the lives of trails, all or a part of it handed over, against
//! what was really signed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use chrono::{DateTime, Duration, Utc};
use common::conclude;
use proptest::prelude::*;
use proptest::sample::Index;
use trailseal::{EntryPath, Language, Limits, Outcome, Period, Policy, Provenance, Report, Request, Time, Trust, examine};
use trailseal_forge::archive::{Archive, sidecar_path};
use trailseal_forge::digest::{Sealed, sha256};
use trailseal_forge::gzip::{gunzip, gzip};
use trailseal_forge::keys::{self, Listed, STRANGER};
use trailseal_forge::service::{Act, Asked, Handed, Last, Question, Site, Span, Story, World, deliver};
use trailseal_forge::time::{at, basic, iso};

/// It owns the organisation.
const OWNER: &str = "111122223333";
const MEMBER: &str = "444455556666";
const REGIONS: [&str; 2] = ["us-east-1", "us-west-2"];
const NAME: &str = "management-events";

fn begin() -> DateTime<Utc> {
    at("2026-03-01T08:01:31Z")
}

/// What the service delivered, and what of it was handed over.
struct Handover<'w> {
    world: &'w World,
    archive: Archive,
}

impl<'w> Handover<'w> {
    fn take_out(&mut self, path: &str) {
        self.archive.entries.retain(|entry| entry.path != path);
    }

    fn take_out_digest(&mut self, sealed: &Sealed, with_logs: bool) {
        self.take_out(&sealed.digest.key);
        self.take_out(&sidecar_path(sealed));
        if with_logs {
            sealed.digest.logs.iter().for_each(|log| self.take_out(&log.key));
        }
    }

    /// What the files hold, whatever their names.
    fn handed(&self) -> Handed {
        let mut handed = Handed::default();
        for entry in &self.archive.entries {
            let is_packed = entry.path.ends_with(".gz");
            let content = if is_packed { gunzip(&entry.bytes) } else { entry.bytes.clone() };
            handed.contents.insert(sha256(&content));
            // What an altered file quotes proves itself, if it is a signature of AWS's.
            let text = String::from_utf8_lossy(&content);
            let quoted = text.split_once("\"previousDigestSignature\":\"").and_then(|(_, rest)| rest.split_once('"'));
            handed.signatures.extend(quoted.map(|(signature, _)| signature.to_owned()));
        }
        // One that lies elsewhere is found by its name, too.
        let beside = |sealed: &&Sealed| self.archive.entries.iter().any(|entry| entry.path.ends_with(&sidecar_path(sealed)));
        let digests = self.world.digests.iter().map(|issued| &issued.sealed);
        handed.signatures.extend(digests.filter(beside).map(|sealed| sealed.signature.clone()));
        handed
    }

    fn judge(&self, question: &Question) -> Report {
        let entries = self.archive.entries.iter();
        let limits = Limits::default();
        conclude(entries.map(|entry| examine(EntryPath::new(&entry.path), &entry.bytes, &limits)), &policy(question))
    }
}

/// The verifier has the keys of both regions.
fn policy(question: &Question) -> Policy {
    let mut trust = Trust::default();
    for region in REGIONS {
        let list = keys::list(&[Listed::key(keys::of_region(region))]);
        trust.add_keys(&format!("{region}.json"), &list, Provenance::Own).unwrap();
    }
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let request = Request {
        from: Some(iso(question.period.0)),
        to: Some(iso(question.period.1)),
        accounts: owned(&question.accounts),
        regions: owned(&question.regions),
        trails: question.trails.iter().map(Asked::text).collect(),
        ..Request::default()
    };
    request.policy(trust).unwrap()
}

/// Codes and details of everything that is not just said.
fn objections(report: &Report) -> String {
    let objecting = report.findings.iter().filter(|finding| finding.effect != trailseal::Effect::Informs);
    let lines = objecting.map(|finding| format!("{} {} {:?}", finding.code.name(), finding.first, finding.reasons));
    lines.collect::<Vec<_>>().join("\n")
}

fn span(period: &Period) -> Span {
    let time = |time: Time| at(&time.to_string());
    (time(period.from), time(period.to))
}

/// The gaps of the chains that were asked.
fn gaps(report: &Report) -> Vec<(String, Vec<Span>)> {
    let asked = report.chains.iter().filter(|chain| chain.in_scope);
    let mut gaps: Vec<_> = asked
        .map(|chain| {
            let name = format!("{} {} {} {}", chain.account, chain.region, chain.trail, chain.home_region);
            (name, chain.gaps.iter().map(span).collect::<Vec<Span>>())
        })
        .collect();
    gaps.sort();
    gaps
}

/// The same by what was signed.
fn holes(world: &World, question: &Question, handed: &Handed) -> Vec<(String, Vec<Span>)> {
    let named = world.holes(question, handed).into_iter();
    let mut holes: Vec<_> =
        named.map(|(name, holes)| (format!("{} {} {} {}", name.account, name.region, name.trail, name.home), holes)).collect();
    holes.sort();
    holes
}

/// Who may own which trail, where.
fn story(which: usize, steps: &[(u16, u8)], last: usize, lists: bool) -> Story {
    let later = begin() + Duration::minutes(43);
    let (first, second) = (Site::bucket("trail-archive"), Site::bucket("audit-archive"));
    let story = match which {
        0 => Story::new(OWNER, NAME, "us-east-1", begin(), first),
        1 => Story::new(OWNER, NAME, "us-east-1", begin(), first.of_organisation()),
        // Beside the organisation's trail of the same name.
        2 => Story::new(MEMBER, NAME, "us-east-1", later, first),
        3 => Story::new(MEMBER, NAME, "us-east-1", later, second),
        // The same name with another home.
        4 => Story { regions: vec!["us-east-1"], ..Story::new(OWNER, NAME, "us-west-2", later, first) },
        _ => Story::new(OWNER, "security-audit", "us-east-1", later, first),
    };
    let last = [Last::Short, Last::Short, Last::Whole, Last::None][last % 4];
    Story { last, starting_lists_logs: lists, ..story }.live(steps)
}

fn steps() -> impl Strategy<Value = Vec<(u16, u8)>> {
    prop::collection::vec((0_u16..170, 0_u8..9), 0..5)
}

fn stories() -> impl Strategy<Value = Vec<Story>> {
    let first = (0_usize..2, steps(), 0_usize..4, any::<bool>());
    let second = prop::option::of((2_usize..6, steps(), 0_usize..4, any::<bool>()));
    (first, second).prop_map(|((which, steps, last, lists), second)| {
        let mut stories = vec![story(which, &steps, last, lists)];
        stories.extend(second.map(|(which, steps, last, lists)| story(which, &steps, last, lists)));
        stories
    })
}

fn world(stories: &[Story]) -> World {
    deliver(&[OWNER, MEMBER], stories, begin() + Duration::minutes(7 * 60 + 20))
}

/// A question, mostly about time of which much was signed.
#[derive(Clone, Debug)]
struct Asking {
    digests: [Index; 2],
    shift: [i64; 2],
    whom: u8,
    chain: Index,
}

fn asking() -> impl Strategy<Value = Asking> {
    let shift = || prop_oneof![3 => Just(0_i64), 2 => -3700_i64..3700, 1 => -1_i64..2];
    (any::<[Index; 2]>(), [shift(), shift()], 0_u8..16, any::<Index>()).prop_map(|(digests, shift, whom, chain)| Asking {
        digests,
        shift,
        whom,
        chain,
    })
}

impl Asking {
    fn question(&self, world: &World) -> Question {
        let anchor = self.chain.get(&world.digests);
        let of_chain: Vec<_> = world.digests.iter().filter(|issued| issued.name == anchor.name).collect();
        let [one, other] = self.digests.map(|index| index.get(&of_chain).sealed.digest.end);
        let (from, to) = (one.min(other) + Duration::seconds(self.shift[0]), one.max(other) + Duration::seconds(self.shift[1]));
        let account = if anchor.name.account == OWNER { OWNER } else { MEMBER };
        let home = if anchor.name.home == "us-east-1" { "us-east-1" } else { "us-west-2" };
        let name = if anchor.name.trail == NAME { NAME } else { "security-audit" };
        let region = if anchor.name.region == "us-east-1" { "us-east-1" } else { "us-west-2" };
        let trails = match self.whom >> 2 {
            0 => Vec::new(),
            1 => vec![Asked::Arn(OWNER, name, home)],
            2 => vec![Asked::Arn(account, name, home)],
            _ => vec![Asked::Name(name)],
        };
        Question {
            period: if from < to { (from, to) } else { (from, from + Duration::hours(1)) },
            accounts: if self.whom & 1 == 0 { vec![account] } else { Vec::new() },
            regions: if self.whom & 2 == 0 { vec![region] } else { Vec::new() },
            trails,
        }
    }
}

/// What the sender does.
#[derive(Clone, Debug)]
enum Edit {
    WithoutMetadata,
    WithoutDigest(Index, bool),
    /// These many digest files of one chain from one on.
    WithoutRun(Index, usize, bool),
    /// All digest files of a story in an account that end later.
    WithoutTail(Index, bool),
    WithoutStory(usize, bool),
    WithoutEntry(Index),
    Altered(Index, Index),
    Renamed(Index),
    Twice(Index),
    /// A digest file that AWS did not sign, made after a genuine one and another.
    Forged(Index, Index, u8),
}

fn edit() -> impl Strategy<Value = Edit> {
    let index = any::<Index>;
    prop_oneof![
        2 => Just(Edit::WithoutMetadata),
        2 => (index(), any::<bool>()).prop_map(|(at, with_logs)| Edit::WithoutDigest(at, with_logs)),
        2 => (index(), 2_usize..5, any::<bool>()).prop_map(|(at, count, with_logs)| Edit::WithoutRun(at, count, with_logs)),
        2 => (index(), any::<bool>()).prop_map(|(at, with_logs)| Edit::WithoutTail(at, with_logs)),
        1 => (0_usize..2, any::<bool>()).prop_map(|(story, with_logs)| Edit::WithoutStory(story, with_logs)),
        2 => index().prop_map(Edit::WithoutEntry),
        1 => (index(), index()).prop_map(|(at, byte)| Edit::Altered(at, byte)),
        1 => index().prop_map(Edit::Renamed),
        1 => index().prop_map(Edit::Twice),
        3 => (index(), index(), 0_u8..24).prop_map(|(after, other, kind)| Edit::Forged(after, other, kind)),
    ]
}

impl Edit {
    fn apply(&self, handover: &mut Handover<'_>) {
        let world = handover.world;
        let entries = &mut handover.archive.entries;
        match self {
            Self::WithoutMetadata => entries.retain(|entry| !entry.path.ends_with(".head.json")),
            Self::WithoutDigest(at, with_logs) => handover.take_out_digest(&at.get(&world.digests).sealed, *with_logs),
            Self::WithoutRun(at, count, with_logs) => {
                let first = at.index(world.digests.len());
                for issued in world.digests[first..].iter().take(*count) {
                    handover.take_out_digest(&issued.sealed, *with_logs);
                }
            }
            Self::WithoutTail(at, with_logs) => {
                let first = at.get(&world.digests);
                let of_line = world.digests.iter().filter(|issued| (issued.story, &issued.name) == (first.story, &first.name));
                for issued in of_line.filter(|issued| issued.sealed.digest.end >= first.sealed.digest.end) {
                    handover.take_out_digest(&issued.sealed, *with_logs);
                }
            }
            Self::WithoutStory(story, with_logs) => {
                for issued in world.digests.iter().filter(|issued| issued.story == *story) {
                    handover.take_out_digest(&issued.sealed, *with_logs);
                }
            }
            Self::WithoutEntry(at) if !entries.is_empty() => drop(entries.remove(at.index(entries.len()))),
            Self::Altered(at, byte) if !entries.is_empty() => {
                let place = at.index(entries.len());
                let entry = &mut entries[place];
                if entry.path.ends_with(".gz") {
                    let mut content = gunzip(&entry.bytes);
                    let place = byte.index(content.len());
                    content[place] ^= 1;
                    entry.bytes = gzip(&content);
                }
            }
            Self::Renamed(at) if !entries.is_empty() => {
                let place = at.index(entries.len());
                entries[place].path.insert_str(0, "moved/");
            }
            Self::Twice(at) if !entries.is_empty() => {
                let mut again = entries[at.index(entries.len())].clone();
                again.path.insert_str(0, "again/");
                entries.push(again);
            }
            Self::Forged(after, other, kind) => {
                let (after, other) = (&after.get(&world.digests).sealed, &other.get(&world.digests).sealed);
                let forged = forged(after, other, kind % 8);
                handover.archive.put(&forged.digest.key, forged.file());
                // Its own signature, that of the genuine one, or none.
                match kind / 8 {
                    0 => handover.archive.sidecar(&forged),
                    1 => handover.archive.sidecar_with(&forged, &after.metadata()),
                    _ => (),
                }
            }
            _ => (),
        }
    }
}

/// What a forger would like AWS to have signed.
fn forged(after: &Sealed, other: &Sealed, kind: u8) -> Sealed {
    let mut digest = after.digest.clone();
    digest.signer = &STRANGER;
    let renamed = |key: &str, end: DateTime<Utc>| key.replace(&basic(after.digest.end), &basic(end));
    match kind {
        // A longer hour, or no predecessor, or nothing listed.
        0 => digest.start -= Duration::hours(3),
        1 => digest.previous = None,
        2 => digest.logs.clear(),
        // The hour that follows, here or where another digest file lies.
        3 | 4 => {
            (digest.start, digest.end) = (after.digest.end, after.digest.end + Duration::hours(1));
            digest.key = renamed(&digest.key, digest.end);
            digest.logs.clear();
            digest.follow(after);
            if kind == 4 {
                digest.bucket.clone_from(&other.digest.bucket);
                let folder = |key: &str| key.split("AWSLogs/").next().unwrap_or_default().to_owned();
                digest.key = digest.key.replacen(&folder(&after.digest.key), &folder(&other.digest.key), 1);
            }
        }
        // It joins two digest files that nothing joins.
        5 => digest.follow(other),
        // Everything up to another one.
        6 => {
            digest.start = other.digest.start.min(digest.start);
            digest.end = other.digest.end.max(digest.end);
            digest.key = renamed(&digest.key, digest.end);
        }
        // A starting digest file that lists what another one lists.
        _ => {
            digest.previous = None;
            digest.logs.extend(other.digest.logs.clone());
        }
    }
    digest.seal()
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    /// A pass means that AWS signed for every second of every chain that was asked, and that what was listed is there.
    #[test]
    fn time_that_nobody_signed_for_is_never_covered(
        stories in stories(), edits in prop::collection::vec(prop::collection::vec(edit(), 0..4), 4), askings in prop::collection::vec(asking(), 4),
    ) {
        let world = world(&stories);
        let archive = world.archive();
        for (edits, asking) in edits.iter().zip(&askings) {
            let question = asking.question(&world);
            let mut handover = Handover { world: &world, archive: archive.clone() };
            edits.iter().for_each(|edit| edit.apply(&mut handover));
            let handed = handover.handed();
            let report = handover.judge(&question);
            let objection = world.objection(&question, &handed);
            prop_assert!(
                objection.is_none() || report.overall() != Outcome::Passed,
                "passed, and {objection:?}\n{question:?}\n{edits:?}"
            );
        }
    }

    /// The gaps of a report are exactly the time that nobody signed for.
    #[test]
    fn gaps_are_what_nobody_signed_for(
        stories in stories(), edits in prop::collection::vec(prop::collection::vec(edit(), 0..3), 3), askings in prop::collection::vec(asking(), 3),
    ) {
        let world = world(&stories);
        let archive = world.archive();
        for (edits, asking) in edits.iter().zip(&askings) {
            let question = asking.question(&world);
            let mut handover = Handover { world: &world, archive: archive.clone() };
            let honest = edits.iter().filter(|edit| !matches!(edit, Edit::Altered(..) | Edit::Renamed(_) | Edit::Twice(_) | Edit::Forged(..)));
            honest.for_each(|edit| edit.apply(&mut handover));
            let report = handover.judge(&question);
            let expected = holes(&world, &question, &handover.handed());
            prop_assert_eq!(gaps(&report), expected, "{:?}\n{:?}\n{}", question, edits, report.sentence(Language::En));
        }
    }

    /// The model itself: AWS signs for nothing that was not recorded, but where a last digest file is a whole hour.
    #[test]
    fn the_service_signs_for_what_it_recorded(stories in stories()) {
        if stories.iter().all(|story| story.last != Last::Whole) {
            prop_assert_eq!(world(&stories).unrecorded(), Vec::<Span>::new());
        }
    }

    /// Whoever hands over everything, of trails that logged all the time, passes.
    #[test]
    fn an_honest_hand_over_passes(stories in stories(), askings in prop::collection::vec(asking(), 4)) {
        let world = world(&stories);
        let archive = world.archive();
        let handover = Handover { world: &world, archive: archive.clone() };
        let handed = handover.handed();
        for asking in &askings {
            let question = asking.question(&world);
            if world.objection(&question, &handed).is_none() && world.overlaps(&question, &handed).is_empty() {
                let report = handover.judge(&question);
                prop_assert_eq!(report.overall(), Outcome::Passed, "{:?}\n{}", question, objections(&report));
            }
        }
    }
}

#[test]
fn what_nobody_signed_joins_no_two_trails() {
    let begin = begin();
    let site = || Site::bucket("trail-archive");
    let organisation = Story::new(OWNER, NAME, "us-east-1", begin, site().of_organisation());
    let own = Story::new(MEMBER, NAME, "us-east-1", begin, site());
    let world = deliver(&[MEMBER], &[organisation, own], begin + Duration::hours(7));
    let question = Question {
        period: (begin + Duration::hours(2), begin + Duration::hours(6)),
        accounts: vec![MEMBER],
        regions: vec!["us-east-1"],
        trails: vec![Asked::Name(NAME)],
    };
    let of = |story: usize| world.digests.iter().filter(move |issued| issued.story == story).map(|issued| &issued.sealed);
    let mut handover = Handover { world: &world, archive: world.archive() };
    assert_eq!(handover.judge(&question).overall(), Outcome::Passed);
    of(0).skip(4).for_each(|sealed| handover.take_out_digest(sealed, true));
    let withheld = handover.judge(&question);
    assert_eq!(withheld.overall(), Outcome::Indeterminate);

    // Before what was asked, at the place of the one, and it names the other.
    let mut digest = of(1).nth(1).unwrap().digest.clone();
    let end = begin - Duration::hours(3);
    digest.key = digest.key.replace(&basic(digest.end), &basic(end));
    (digest.start, digest.end, digest.signer) = (end - Duration::hours(1), end, &STRANGER);
    digest.logs.clear();
    digest.follow(of(0).nth(1).unwrap());
    let joining = digest.seal();
    handover.archive.put(&joining.digest.key, joining.file());
    assert_eq!(gaps(&handover.judge(&question)), gaps(&withheld));
}

#[test]
fn a_trail_made_again_as_the_last_hour_ends_replaces_its_digest_file() {
    let begin = begin();
    let site = || Site::bucket("trail-archive");
    let story = Story { last: Last::Whole, ..Story::new(OWNER, NAME, "us-east-1", begin, site()) };
    let again = begin + Duration::hours(2);
    let story = story.then(again - Duration::minutes(2), Act::Delete).then(again, Act::Create(site())).then(again, Act::Start);
    let world = deliver(&[OWNER], &[story], begin + Duration::hours(4));
    let handover = Handover { world: &world, archive: world.archive() };
    let question = |period| Question { period, accounts: vec![OWNER], regions: vec!["us-east-1"], trails: Vec::new() };
    assert_eq!(handover.judge(&question((begin, begin + Duration::hours(1)))).overall(), Outcome::Passed);
    let across = question((begin, begin + Duration::hours(4)));
    let hole = (begin + Duration::hours(1), again);
    assert_eq!(gaps(&handover.judge(&across)), vec![(format!("{OWNER} us-east-1 {NAME} us-east-1"), vec![hole])]);
    assert_eq!(gaps(&handover.judge(&across)), holes(&world, &across, &handover.handed()));
}
