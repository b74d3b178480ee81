//! Archives by size that somebody made for the program that reads them: a few bytes that become much work, memory or report.
//!
//! Each is of one kind, and as large as it is told, so that growth can be measured: depth, length, number, links, repetition, and packing
//! in packing.

use chrono::Duration;

use crate::digest::{Log, sha256};
use crate::gzip::gzip;
use crate::keys::{self, Listed, US_EAST_1};
use crate::time::{at, basic, iso};
use crate::trail::{Chain, Trail};
use crate::zip::{Entry, zip};

/// One kind.
pub struct Nasty {
    /// What there is a number of.
    pub name: &'static str,
    /// Such a number of which the archive has at most a megabyte, and which does not meet the bound on what comes out of it.
    pub many: usize,
    /// Makes the archive.
    pub make: fn(usize) -> Vec<u8>,
}

/// All kinds.
pub const ALL: [Nasty; 27] = [
    Nasty { name: "folders in one path, and a link", many: 100_000, make: depth },
    Nasty { name: "bytes of each of 200 paths", many: 60_000, make: long_paths },
    Nasty { name: "links to one log file", many: 20_000, make: links_to_one },
    Nasty { name: "links, each to the next, and a folder", many: 20_000, make: links_in_a_row },
    Nasty { name: "empty entries of a key list", many: 1_000_000, make: |n| key_list(&vec!["{}"; n].join(","), 0) },
    Nasty {
        name: "empty keys of a key list with 16 links to it",
        many: 200_000,
        make: |n| key_list(&vec![EMPTY_KEY; n].join(","), 16),
    },
    Nasty { name: "keys under a fingerprint that is named", many: 100_000, make: keys_under_a_name },
    Nasty { name: "weak keys of a key list", many: 50_000, make: weak_keys },
    Nasty { name: "rows of metadata for one digest file", many: 50_000, make: |n| metadata(n, true) },
    Nasty { name: "lines of metadata that cannot be read", many: 1_000_000, make: |n| metadata(n, false) },
    Nasty { name: "lists in a digest file's JSON", many: 500_000, make: lists },
    Nasty { name: "log files missing", many: 100_000, make: |n| listed(n, true, false) },
    Nasty { name: "log files listed by an unsigned digest file", many: 100_000, make: |n| listed(n, false, false) },
    Nasty { name: "hashes of one log file", many: 50_000, make: |n| listed(n, true, true) },
    Nasty { name: "log files of one name, listed half as often", many: 20_000, make: namesakes },
    Nasty { name: "log files under one path", many: 20_000, make: |n| logs(n, |_| "x/".to_owned(), |n| n.to_string()) },
    Nasty { name: "log files that nothing lists", many: 20_000, make: |n| logs(n, |n| format!("{n}/"), |_| "{}".to_owned()) },
    Nasty { name: "trails", many: 10_000, make: |n| digests(n, trails) },
    Nasty { name: "forks of one digest file", many: 10_000, make: |n| digests(n, forks) },
    Nasty { name: "contents of one digest file", many: 10_000, make: |n| digests(n, contents) },
    Nasty { name: "digest files far apart", many: 10_000, make: |n| digests(n, days) },
    Nasty { name: "result files with long queries", many: 1_900, make: result_files },
    Nasty { name: "devices", many: 50_000, make: devices },
    Nasty {
        name: "kilobytes that a log file inflates to",
        many: 256 << 10,
        make: |kilobytes| one_log(&gzip(&vec![b' '; kilobytes << 10])),
    },
    Nasty { name: "kilobytes that a digest file inflates to", many: 64_000, make: wide_digest },
    Nasty { name: "log files of a megabyte, packed twice", many: 500, make: packed_twice },
    Nasty { name: "entries of a zip archive in another", many: 30_000, make: nested },
];

const EMPTY_KEY: &str = r#"{"Value":""}"#;
const LOG: &str = "111122223333_CloudTrail_us-east-1_20260301T0005Z_aaaaaaaaaaaaaaaa.json";

fn trail() -> Trail {
    Trail::new("111122223333", "us-east-1", "management-events", "us-east-1")
}

fn chain() -> Chain {
    trail().chain(&[1, 1, 0])
}

/// The verifier's key list; it is named `us-east-1.json`.
pub fn keys() -> Vec<u8> {
    keys::list(&[Listed::key(&US_EAST_1)])
}

/// The hours of the sound digest files that stand beside what is nasty.
pub const PERIOD: [&str; 2] = ["2026-03-01T00:01:31Z", "2026-03-01T03:01:31Z"];

/// A tar archive that is being written.
#[derive(Default)]
struct Tar(Vec<u8>);

/// A result set of CloudTrail Lake.
fn result_files(n: usize) -> Vec<u8> {
    let mut set = crate::lake::ResultSet::of_account("111122223333");
    set.files = (0..n)
        .map(|number| {
            let content = format!("# Execution Time: t Query Statement: {number}{}\na\n", " x".repeat(4_900));
            (format!("result_{number}.csv.gz"), gzip(content.as_bytes()))
        })
        .collect();
    let mut archive = crate::archive::Archive::default();
    set.put(&mut archive);
    archive.zip()
}

impl Tar {
    const FILE: u8 = b'0';
    const LINK: u8 = b'1';
    const DEVICE: u8 = b'3';
    const LONG_NAME: u8 = b'L';

    fn put(&mut self, kind: u8, path: &str, target: &str, bytes: &[u8]) {
        if path.len() > 100 {
            self.put(Self::LONG_NAME, "././@LongLink", "", &[path.as_bytes(), b"\0"].concat());
        }
        let mut header = [0; 512];
        let mut field = |at: usize, text: &[u8]| header[at..at + text.len()].copy_from_slice(text);
        field(0, &path.as_bytes()[..path.len().min(100)]);
        field(100, b"0000644\0");
        field(108, b"0000000\0");
        field(116, b"0000000\0");
        field(124, format!("{:011o}\0", bytes.len()).as_bytes());
        field(136, b"00000000000\0");
        field(148, b"        ");
        field(156, &[kind]);
        field(157, target.as_bytes());
        field(257, b"ustar  \0");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.0.extend(header);
        self.0.extend(bytes);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
    }

    fn file(&mut self, path: &str, bytes: &[u8]) {
        self.put(Self::FILE, path, "", bytes);
    }

    /// With what is sound.
    fn with_chain() -> Self {
        let mut tar = Self::default();
        let chain = chain();
        for sealed in &chain.digests {
            tar.file(&sealed.digest.key, &sealed.file());
            sealed.digest.logs.iter().for_each(|log| tar.file(&log.key, &log.file()));
        }
        let newest = chain.newest();
        let metadata = crate::archive::head_object(newest, &newest.metadata());
        tar.file(&crate::archive::sidecar_path(newest), metadata.as_bytes());
        tar
    }

    fn pack(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        gzip(&self.0)
    }
}

fn depth(count: usize) -> Vec<u8> {
    let mut tar = Tar::with_chain();
    tar.file(&format!("{}{LOG}", "a/".repeat(count)), b"{}");
    tar.put(Tar::LINK, &format!("b/{LOG}"), LOG, b"");
    tar.pack()
}

fn long_paths(count: usize) -> Vec<u8> {
    let entries: Vec<Entry> = (0..200).map(|number| Entry::new(format!("{number}{}", "a".repeat(count)), "")).collect();
    let inner = Entry { deflated: true, ..Entry::new("inner.zip", zip(&entries)) };
    zip(&[inner])
}

fn links_to_one(count: usize) -> Vec<u8> {
    let mut tar = Tar::with_chain();
    tar.file(LOG, b"{}");
    (0..count).for_each(|number| tar.put(Tar::LINK, &format!("{number}/{LOG}"), LOG, b""));
    tar.pack()
}

fn links_in_a_row(count: usize) -> Vec<u8> {
    let mut tar = Tar::with_chain();
    for number in 0..count {
        tar.put(Tar::LINK, &format!("{number}/x/{LOG}"), &format!("{}/x", number + 1), b"");
    }
    tar.pack()
}

/// A zip archive with a key list, whose entries are given, and with links to it.
fn key_list(entries: &str, links: usize) -> Vec<u8> {
    let list = Entry { deflated: true, ..Entry::new("public-keys.json", format!("{{\"PublicKeyList\":[{entries}]}}")) };
    let link = |number: usize| Entry {
        kind: crate::zip::Kind::Symlink,
        ..Entry::new(format!("{number}/public-keys.json"), "../public-keys.json")
    };
    let mut archive = crate::archive::Archive::of(&[&chain()]);
    archive.entries.extend((0..links).map(link));
    archive.entries.push(list);
    archive.zip()
}

fn keys_under_a_name(count: usize) -> Vec<u8> {
    let entry = format!("{{\"Value\":\"\",\"Fingerprint\":\"{}\"}}", US_EAST_1.fingerprint());
    key_list(&vec![entry; count].join(","), 0)
}

fn weak_keys(count: usize) -> Vec<u8> {
    let key = |number: usize| {
        let der = keys::pkcs1(&[&(number as u32).to_be_bytes()[..], &[1]].concat(), &[1, 0, 1]);
        let listed = Listed::der(&der);
        format!("{{\"Value\":{},\"ValidityStartTime\":1,\"ValidityEndTime\":2}}", listed.value)
    };
    key_list(&(1..=count).map(key).collect::<Vec<_>>().join(","), 0)
}

fn metadata(count: usize, is_readable: bool) -> Vec<u8> {
    let chain = chain();
    let row = |number: usize| format!("{{\"key\":\"{}\",\"metadata\":{{\"signature\":\"{number:08x}\"}}}}\n", chain.key(1));
    let rows = if is_readable { (0..count).map(row).collect() } else { "x\n".repeat(count) };
    let mut archive = crate::archive::Archive::of(&[&chain]);
    archive.entries.push(Entry { deflated: true, ..Entry::new("object-metadata.jsonl", rows) });
    archive.zip()
}

fn lists(count: usize) -> Vec<u8> {
    let nested = format!("{}0{}", "[".repeat(60), "]".repeat(60));
    let mut tar = Tar::with_chain();
    let more = vec![nested; count / 60].join(",");
    tar.file(&trail().digest_key(at("2026-03-01T09:01:31Z")), format!("{{\"logFiles\":[{more}]}}").as_bytes());
    tar.pack()
}

/// A digest file that lists so many log files, or one with so many hashes; signed, or changed behind the signature.
fn listed(count: usize, is_signed: bool, is_one: bool) -> Vec<u8> {
    let mut digest = trail().digest(0, 0);
    let log = |number: usize| {
        let folder = if is_one { 0 } else { number };
        Log { hash: format!("{:064x}", if is_one { number } else { 7 }), ..Log::new("b", format!("{folder}/{LOG}"), "") }
    };
    digest.logs = (0..count).map(log).collect();
    let mut next = trail().digest(1, 0);
    let sealed = digest.seal();
    next.follow(&sealed);
    let mut tar = Tar::default();
    tar.file(&sealed.digest.key, sealed.text.as_bytes());
    if is_signed {
        let next = next.seal();
        tar.file(&next.digest.key, next.text.as_bytes());
    }
    tar.pack()
}

fn namesakes(count: usize) -> Vec<u8> {
    let mut digest = trail().digest(0, 0);
    digest.logs = (0..count / 2).map(|number| Log::new("b", format!("{number}/y/{LOG}"), "[]")).collect();
    let mut tar = Tar::with_chain();
    tar.file(&digest.key.clone(), digest.seal().text.as_bytes());
    (0..count).for_each(|number| tar.file(&format!("{number}/x/{LOG}"), b"{}"));
    tar.pack()
}

fn logs(count: usize, folder: impl Fn(usize) -> String, content: impl Fn(usize) -> String) -> Vec<u8> {
    let mut tar = Tar::with_chain();
    (0..count).for_each(|number| tar.file(&format!("{}{LOG}", folder(number)), content(number).as_bytes()));
    tar.pack()
}

/// Digest files that nobody signed: of each its path and its content, made from those of the second sound one.
fn digests(count: usize, of: fn(usize, &Chain) -> (String, String)) -> Vec<u8> {
    let mut tar = Tar::with_chain();
    let chain = chain();
    for number in 0..count {
        let (path, text) = of(number, &chain);
        tar.file(&path, text.as_bytes());
    }
    tar.pack()
}

fn trails(number: usize, chain: &Chain) -> (String, String) {
    let renamed = |text: &str| text.replace("management-events", &format!("trail-{number}"));
    (renamed(chain.key(1)), renamed(&chain.digests[1].text))
}

/// Another hour, and what names it.
fn moved(hours: i64, chain: &Chain) -> (String, String) {
    let end = at("2027-01-01T00:00:00Z") + Duration::hours(hours);
    let key = trail().digest_key(end);
    let text = chain.digests[1].text.replace(chain.key(1), &key);
    let text = text.replace("2026-03-01T01:01:31Z", &iso(end - Duration::hours(1))).replace("2026-03-01T02:01:31Z", &iso(end));
    assert!(key.contains(&basic(end)));
    (key, text)
}

fn forks(number: usize, chain: &Chain) -> (String, String) {
    moved(number as i64, chain)
}

fn contents(number: usize, chain: &Chain) -> (String, String) {
    let text = chain.digests[1].text.replace(&chain.digests[0].signature, &format!("{number:0512x}"));
    (format!("{number}/{}", chain.key(1)), text)
}

fn days(number: usize, chain: &Chain) -> (String, String) {
    let (key, text) = moved(25 * number as i64, chain);
    (key, text.replace(&sha256(chain.digests[0].text.as_bytes()), &format!("{number:064x}")))
}

fn devices(count: usize) -> Vec<u8> {
    let mut tar = Tar::with_chain();
    (0..count).for_each(|number| tar.put(Tar::DEVICE, &format!("{number}/{LOG}"), "", b""));
    tar.pack()
}

fn one_log(file: &[u8]) -> Vec<u8> {
    let mut tar = Tar::with_chain();
    tar.file(&format!("{LOG}.gz"), file);
    tar.pack()
}

fn wide_digest(kilobytes: usize) -> Vec<u8> {
    let mut tar = Tar::with_chain();
    let text = format!("{{{}}}", " ".repeat(kilobytes << 10));
    tar.file(&trail().digest_key(at("2026-03-01T09:01:31Z")), &gzip(text.as_bytes()));
    tar.pack()
}

fn packed_twice(count: usize) -> Vec<u8> {
    let file = gzip(&vec![b' '; 1 << 20]);
    let mut tar = Tar::with_chain();
    (0..count).for_each(|number| tar.file(&format!("{number}/{LOG}.gz"), &file));
    tar.pack()
}

fn nested(count: usize) -> Vec<u8> {
    let entries: Vec<Entry> = (0..count).map(|number| Entry::new(format!("{number}/{LOG}"), "{}")).collect();
    zip(&[Entry { deflated: true, ..Entry::new("inner.zip", zip(&entries)) }])
}
