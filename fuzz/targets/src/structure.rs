//! Targets that know what an archive of CloudTrail looks like: bytes are a script of edits, or a tree to be packed.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::LazyLock;

use chrono::Duration;
use flate2::Compression;
use flate2::write::GzEncoder;
use trailseal::container::{Alone, read_archive};
use trailseal::{Case, Examine, Limits, Outcome, Policy, Provenance, Report, Request, Trust};
use trailseal_cli::evidence::{Threads, gather};
use trailseal_forge::archive::{Archive, head_object, sidecar_path};
use trailseal_forge::digest::{Sealed, sha256};
use trailseal_forge::gzip::{gunzip, gzip};
use trailseal_forge::keys::{self, Listed, STRANGER, US_EAST_1};
use trailseal_forge::service::{Act, Asked, Handed, Last, Question, Site, Story, World, deliver};
use trailseal_forge::time::{at, iso};
use trailseal_forge::trail::{Chain, Trail};
use trailseal_forge::zip::{Entry, Kind, Oddity, zip};

use crate::{BOUNDARY, split};

const ACCOUNT: &str = "111122223333";
const REGION: &str = "us-east-1";
const TRAIL: &str = "management-events";

/// A file of the archive that is edited.
#[derive(Clone)]
struct Item {
    path: String,
    /// Inflated, where `packed` says that it lies in gzip.
    content: Vec<u8>,
    packed: bool,
    kind: Kind,
    oddity: Option<Oddity>,
    /// Signed by a key that the verifier has, or listed by what is.
    is_genuine: bool,
}

impl Item {
    fn new(path: &str, stored: &[u8]) -> Self {
        let packed = path.ends_with(".gz");
        let content = if packed { gunzip(stored) } else { stored.to_vec() };
        Self { path: path.to_owned(), content, packed, kind: Kind::File, oddity: None, is_genuine: false }
    }

    fn entry(&self) -> Entry {
        let stored = if self.packed { gzip(&self.content) } else { self.content.clone() };
        Entry { kind: self.kind, oddity: self.oddity.clone(), ..Entry::new(self.path.as_str(), stored) }
    }

    /// True if a signature stands in it. It proves itself, so it may stand in an entry that is worth nothing else.
    fn states(&self, signature: &str) -> bool {
        self.content.windows(signature.len()).any(|text| text.eq_ignore_ascii_case(signature.as_bytes()))
    }

    fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// True if every reader of the archive comes to this content under this path.
    fn is_plain(&self) -> bool {
        let is_harmless = match &self.oddity {
            None | Some(Oddity::Described | Oddity::Zip64) => true,
            Some(Oddity::UnicodeName(name)) => *name == self.path,
            Some(_) => false,
        };
        self.kind == Kind::File && is_harmless
    }
}

/// A passing archive, what it is judged by, and what somebody might put into it.
struct Bench {
    items: Vec<Item>,
    /// File name and content of each digest and log file.
    evidence: Vec<(String, Vec<u8>)>,
    /// The only thing that vouches for the newest digest file.
    newest_signature: String,
    policy: Policy,
    material: Vec<Item>,
}

fn trail() -> Trail {
    Trail::new(ACCOUNT, REGION, TRAIL, REGION)
}

fn items(archive: &Archive) -> Vec<Item> {
    archive.entries.iter().map(|entry| Item::new(&entry.path, &entry.bytes)).collect()
}

/// The verifier has the key of the region and asks for the trail.
fn policy(from: &str, to: &str, trail: String) -> Policy {
    let request = Request {
        from: Some(from.to_owned()),
        to: Some(to.to_owned()),
        accounts: vec![ACCOUNT.to_owned()],
        regions: vec![REGION.to_owned()],
        trails: vec![trail],
        ..Request::default()
    };
    let mut trust = Trust::default();
    let own = keys::list(&[Listed::key(&US_EAST_1)]);
    trust.add_keys("us-east-1.json", &own, Provenance::Own).expect("a key list");
    Policy { trust, scope: request.scope().expect("a scope"), ..Policy::default() }
}

static BENCH: LazyLock<Bench> = LazyLock::new(|| {
    let chain = trail().chain(&[2, 0, 1, 1]);
    let items = items(&Archive::of(&[&chain]));
    let evidence = items.iter().filter(|item| item.packed);
    Bench {
        evidence: evidence.map(|item| (item.file_name().to_owned(), item.content.clone())).collect(),
        newest_signature: chain.newest().signature.clone(),
        policy: policy("2026-03-01T00:01:31Z", "2026-03-01T04:01:31Z", TRAIL.to_owned()),
        material: material(&chain),
        items,
    }
});

/// Files that a forger has or makes: evidence that is genuine but was not asked for, and his own.
fn material(genuine: &Chain) -> Vec<Item> {
    // He has a key of his own, and may name the genuine one.
    let forged = trail().chain_with(&[1, 0, 1, 0], |_, digest| digest.signer = &STRANGER);
    let own = trail().chain_with(&[0, 1], |_, digest| digest.signed_by(&STRANGER));
    // Hours that follow, another trail, and the same hours under another root.
    let later = trail().chain(&[2, 0, 1, 1, 1, 0]);
    let other = Trail::new(ACCOUNT, REGION, "zz-other", REGION).chain(&[1, 1]);
    let restarted = trail().from("2026-03-01T02:01:31Z").chain(&[1, 0]);
    let files = |chain: &Chain, is_genuine: bool| {
        let of_chain = items(&Archive::of(&[chain]));
        of_chain.into_iter().map(move |item| Item { is_genuine, ..item })
    };
    let mut found: Vec<Item> = [&forged, &own].into_iter().flat_map(|chain| files(chain, false)).collect();
    found.extend([&later, &other, &restarted].into_iter().flat_map(|chain| files(chain, true)));
    let head = |sealed: &Sealed, of: &Sealed| Item::new(&sidecar_path(sealed), head_object(sealed, &of.metadata()).as_bytes());
    found.push(head(genuine.newest(), forged.newest()));
    found.push(head(&genuine.digests[1], &forged.digests[1]));
    let list = keys::list(&[Listed::key(&STRANGER), Listed::key(&US_EAST_1)]);
    found.extend(["public-keys.json", "public-keys-us-east-1.json"].map(|path| Item::new(path, &list)));
    found
}

/// Reads numbers off the script; behind its end there are only zeros.
struct Script<'a>(&'a [u8]);

impl Script<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn below(&mut self, bound: usize) -> usize {
        let number = usize::from(self.byte()) << 8 | usize::from(self.byte());
        number % bound.max(1)
    }

    fn bytes(&mut self) -> Vec<u8> {
        let count = self.below(24).min(self.0.len());
        let (bytes, rest) = self.0.split_at(count);
        self.0 = rest;
        bytes.to_vec()
    }
}

/// What CloudTrail delivered over the lives of trails, and what is asked of it.
struct Lives {
    world: World,
    items: Vec<Item>,
    question: Question,
    policy: Policy,
}

/// Before a script about such an archive; the next byte says which.
const LIVES: u8 = 0xee;

static ALL_LIVES: LazyLock<Vec<Lives>> = LazyLock::new(|| {
    let begin = at("2026-03-01T00:01:31Z");
    let after = |minutes: i64| begin + Duration::minutes(minutes);
    let site = || Site::bucket("trail-archive");
    let elsewhere = || Site::bucket("audit-archive");
    let story = || Story::new(ACCOUNT, TRAIL, REGION, begin, site());
    let organisation = || Story::new("444455556666", TRAIL, REGION, begin, site().of_organisation());
    let own = || Story::new(ACCOUNT, TRAIL, REGION, begin - Duration::minutes(20), site());
    let home = Story { regions: vec![REGION], ..Story::new(ACCOUNT, TRAIL, "us-west-2", begin - Duration::minutes(20), site()) };
    let arn = Asked::Arn(ACCOUNT, TRAIL, REGION);
    let name = || Asked::Name(TRAIL);
    let all = [
        // Complete: these pass before they are edited.
        (vec![story()], name(), 0, 240),
        (vec![organisation(), own()], name(), 0, 200),
        (vec![story(), home.clone()], name(), 0, 200),
        (vec![story(), home], arn, 0, 240),
        (vec![story().then(after(130), Act::Move(elsewhere()))], name(), 0, 240),
        (vec![story().then(after(130), Act::Move(site().of_organisation()))], name(), 0, 240),
        (vec![story().then(after(70), Act::Stop).then(after(90), Act::Start)], name(), 90, 210),
        // With a hole.
        (vec![story().then(after(70), Act::Stop).then(after(120), Act::Start)], name(), 0, 240),
        (vec![story().then(after(70), Act::Unvalidate).then(after(120), Act::Validate)], name(), 0, 240),
        (
            vec![story().then(after(90), Act::Delete).then(after(91), Act::Create(elsewhere())).then(after(91), Act::Start)],
            name(),
            0,
            210,
        ),
        (vec![Story { last: Last::Whole, ..story().then(after(70), Act::Stop).then(after(100), Act::Start) }], name(), 0, 210),
    ];
    let lives = |(stories, trail, from, to): (Vec<Story>, Asked, i64, i64)| {
        let world = deliver(&[ACCOUNT], &stories, after(241));
        let question =
            Question { period: (after(from), after(to)), accounts: vec![ACCOUNT], regions: vec![REGION], trails: vec![trail] };
        let policy = policy(&iso(after(from)), &iso(after(to)), question.trails[0].text());
        Lives { items: items(&world.archive()), world, question, policy }
    };
    all.into_iter().map(lives).collect()
});

/// The same of what CloudTrail delivered over the lives of trails: it may pass only if AWS signed for all that was asked, of each chain
/// that is there.
fn mutate_lives(mut script: Script<'_>) {
    let which = script.below(ALL_LIVES.len());
    let Some(lives) = ALL_LIVES.get(which) else { return };
    let mut items = lives.items.clone();
    // Nothing genuine comes from elsewhere: of that the lives know nothing.
    let forged: Vec<Item> = BENCH.material.iter().filter(|item| !item.is_genuine).cloned().collect();
    let edits = edit_all(&mut items, &mut script, &forged);
    let archive = zip(&items.iter().map(Item::entry).collect::<Vec<_>>());
    let report = judge(&archive, &lives.policy);
    let contents = items.iter().filter(|item| item.is_plain()).map(|item| sha256(&item.content)).collect();
    let signatures = lives.world.digests.iter().map(|issued| &issued.sealed.signature);
    let vouches = |signature: &&String| items.iter().any(|item| item.states(signature));
    let handed = Handed { contents, signatures: signatures.filter(vouches).cloned().collect() };
    let objection = lives.world.objection(&lives.question, &handed);
    if edits == 0 {
        let passes = report.overall() == Outcome::Passed;
        assert_eq!(passes, objection.is_none(), "before an edit: {} {objection:?}", report.sentence(trailseal::Language::En));
    }
    assert!(report.overall() != Outcome::Passed || objection.is_none(), "passed, and {objection:?}");
}

/// Edits a passing archive as the bytes say. It may pass only if all that was asked for is still there, unaltered, and nothing
/// else claims its name.
pub fn mutate(bytes: &[u8]) {
    if let Some((&LIVES, script)) = bytes.split_first() {
        return mutate_lives(Script(script));
    }
    let bench = &*BENCH;
    let mut items = bench.items.clone();
    let edits = edit_all(&mut items, &mut Script(bytes), &bench.material);
    let archive = zip(&items.iter().map(Item::entry).collect::<Vec<_>>());
    let report = judge(&archive, &bench.policy);
    if edits == 0 {
        assert_eq!(
            report.overall(),
            Outcome::Passed,
            "the archive passes before it is edited: {}",
            report.sentence(trailseal::Language::En)
        );
    }
    if report.overall() != Outcome::Passed {
        return;
    }
    let plain: Vec<&Item> = items.iter().filter(|item| item.is_plain()).collect();
    for (name, content) in &bench.evidence {
        assert!(plain.iter().any(|item| item.content == *content), "passed, and {name} is altered or missing");
        let other = plain.iter().find(|item| item.file_name() == name && item.content != *content);
        assert!(other.is_none(), "passed, and another file claims to be {name}");
    }
    let vouches = items.iter().any(|item| item.states(&bench.newest_signature));
    assert!(vouches, "passed, and nothing vouches for the newest digest file");
}

/// Edits until the script ends, and says how often.
fn edit_all(items: &mut Vec<Item>, script: &mut Script<'_>, material: &[Item]) -> usize {
    const MOST_EDITS: usize = 24;
    let mut edits = 0;
    while !script.0.is_empty() && edits < MOST_EDITS {
        edit(items, script, material);
        edits += 1;
    }
    edits
}

fn edit(items: &mut Vec<Item>, script: &mut Script<'_>, material: &[Item]) {
    let operation = script.byte() % 17;
    if items.is_empty() || operation == 0 {
        let place = script.below(items.len() + 1);
        items.insert(place, material[script.below(material.len())].clone());
        return;
    }
    let (one, two) = (script.below(items.len()), script.below(items.len()));
    let position = script.below(items[one].content.len());
    let content = &mut items[one].content;
    match operation {
        1 => {
            if let Some(byte) = content.get_mut(position) {
                *byte ^= 1 << (script.byte() % 8);
            }
        }
        2 => {
            let bytes = script.bytes();
            content.splice(position..position, bytes);
        }
        3 => {
            let end = (position + 1 + script.below(64)).min(content.len());
            content.drain(position.min(end)..end);
        }
        4 => content.truncate(position),
        5 => content.extend(script.bytes()),
        6 => drop(items.remove(one)),
        7 => {
            let again = items[one].clone();
            items.insert(two, again);
        }
        8 => items.swap(one, two),
        9 => items[one].path = items[two].path.clone(),
        10 => items[one].content = items[two].content.clone(),
        11 => {
            // One name becomes another in a place or two: account, region, trail or time.
            let from = &items[one].path;
            let to = items[two].path.clone();
            let start = from.bytes().zip(to.bytes()).position(|(a, b)| a != b).unwrap_or_default();
            let end = (start + 1 + script.below(24)).min(from.len()).min(to.len());
            if let (Some(head), Some(part), Some(tail)) = (from.get(..start), to.get(start..end), from.get(end..)) {
                items[one].path = format!("{head}{part}{tail}");
            }
        }
        12 => {
            let bytes = String::from_utf8_lossy(&script.bytes()).into_owned();
            let path = &mut items[one].path;
            let at = (0..=position % (path.len() + 1)).rev().find(|at| path.is_char_boundary(*at)).unwrap_or_default();
            path.replace_range(at..at, &bytes);
        }
        13 => items[one].packed = !items[one].packed,
        14 => {
            // A stretch of one file in the place of the same stretch of another.
            let end = (position + 1 + script.below(700)).min(items[one].content.len()).min(items[two].content.len());
            let start = position.min(end);
            let stretch = items[two].content[start..end].to_vec();
            items[one].content.splice(start..end, stretch);
        }
        15 => {
            let name = items[two].path.clone();
            items[one].oddity = [
                Oddity::LocalSize,
                Oddity::LocalMethod,
                Oddity::Described,
                Oddity::Zip64,
                Oddity::UnicodeName(name),
                Oddity::Unlisted,
                Oddity::Shared,
                Oddity::Inside,
                Oddity::Followed(items[two].content.clone()),
            ]
            .get(script.below(9))
            .cloned();
        }
        _ => {
            items[one].kind = [Kind::Symlink, Kind::Device, Kind::Fifo, Kind::File][script.below(4)];
            if items[one].kind == Kind::Symlink {
                items[one].packed = false;
                items[one].content = format!("{}{}", "../".repeat(script.below(9)), items[two].path).into_bytes();
            }
        }
    }
}

fn judge(archive: &[u8], policy: &Policy) -> Report {
    let case: Case = read_archive(&Alone, &Examine::default(), None, archive, archive.len() as u64);
    case.conclude(policy)
}

/// Packs a tree (entries as for [`conclude`](crate::conclude)) in every way that is read: the same tree gives the same report.
pub fn containers(bytes: &[u8]) {
    let tree = tree(bytes);
    let folder = tempfile::tempdir().expect("a folder");
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in &tree {
        let place = folder.path().join(path);
        std::fs::create_dir_all(place.parent().expect("a folder above")).expect("a folder");
        std::fs::write(place, content).expect("a file");
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, path, content.as_slice()).expect("an entry");
    }
    let tar = builder.into_inner().expect("a tar archive");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&tar).expect("gzip");
    let zst = ruzstd::encoding::compress_to_vec(tar.as_slice(), ruzstd::encoding::CompressionLevel::Fastest);
    let entries: Vec<Entry> = tree.iter().map(|(path, content)| Entry::new(path.as_str(), content.clone())).collect();
    let deflated: Vec<Entry> = entries.iter().map(|entry| Entry { deflated: true, ..entry.clone() }).collect();

    let policy = &BENCH.policy;
    let threads = Threads { count: 2, watch: &() };
    let case = gather(&[folder.path().to_owned()], &Limits::default(), &threads).expect("a folder that can be read");
    let expected = String::from_utf8(case.conclude(policy).to_canonical_json());
    let packed = [
        ("zip", zip(&entries)),
        ("deflated zip", zip(&deflated)),
        ("tar", tar),
        ("tar.gz", encoder.finish().expect("gzip")),
        ("tar.zst", zst),
    ];
    for (name, archive) in packed {
        let found = String::from_utf8(judge(&archive, policy).to_canonical_json());
        assert!(found == expected, "a folder and its {name} give different reports");
    }
}

/// Paths that every container and file system can hold, each once, none a folder of another; containers would be nested.
fn tree(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut tree: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in split(bytes, BOUNDARY) {
        let end = entry.iter().position(|byte| *byte == b'\n').unwrap_or(entry.len());
        let (path, content) = entry.split_at(end);
        let Ok(path) = std::str::from_utf8(path) else { continue };
        let allowed = |character: char| character.is_ascii_alphanumeric() || "-_./+ ()".contains(character);
        let is_plain = |part: &str| !part.is_empty() && !part.starts_with('.') && part.len() <= 200;
        let is_archive = ["zip", "tar", "tgz", "tar.gz", "tar.zst"].iter().any(|kind| path.to_ascii_lowercase().ends_with(kind));
        if !path.chars().all(allowed) || !path.split('/').all(is_plain) || path.len() > 800 || is_archive {
            continue;
        }
        let clashes = |other: &(String, Vec<u8>)| {
            other.0 == path || other.0.starts_with(&format!("{path}/")) || path.starts_with(&format!("{}/", other.0))
        };
        if !tree.iter().any(clashes) && taken.insert(path.to_ascii_lowercase()) {
            tree.push((path.to_owned(), content.get(1..).unwrap_or_default().to_vec()));
        }
    }
    tree
}
