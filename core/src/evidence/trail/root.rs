//! The evidence root: one hash over everything that is present, made of one hash for each account and region, so that parts that were
//! judged apart have the root of the whole. `docs/specification.md` (17) defines it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::evidence::content::Content;
use crate::evidence::trail::digests::Digest;
use crate::evidence::trail::files::{Entries, Entry, Held};
use crate::evidence::trail::name;
use crate::evidence::trail::section::EvidencePart;
use crate::terms::object::Object;
use crate::terms::packed::Position;
use crate::terms::path;

/// Account and region; empty for what belongs to none.
type Part<'a> = (&'a str, &'a str);

/// The root of what is present, and the parts of which it is made.
pub(crate) fn evidence_root(entries: &Entries<'_>) -> (String, Vec<EvidencePart>) {
    let mut root = Sha256::new();
    let mut told = Vec::new();
    for ((account, region), of_part) in parts(entries) {
        let mut hasher = Sha256::new();
        let mut last = Vec::new();
        for line in of_part.iter().filter_map(|position| entries.get(position.get()?)).map(|entry| line(&entry)) {
            if line != last {
                hasher.update(&line);
                last = line;
            }
        }
        let [account, region] = [account, region].map(|name| if name.is_empty() { "-" } else { name });
        let sha256 = hex::encode(hasher.finalize());
        root.update(format!("{account} {region} {sha256}\n"));
        told.push(EvidencePart { account: account.to_owned(), region: region.to_owned(), sha256 });
    }
    (hex::encode(root.finalize()), told)
}

/// The digest and log files of each part, in the order of their lines.
fn parts<'a>(entries: &Entries<'a>) -> BTreeMap<Part<'a>, Vec<Position>> {
    let mut parts: BTreeMap<Part<'a>, Vec<Position>> = BTreeMap::new();
    let mut run: Option<(Part<'a>, Vec<Position>)> = None;
    for (index, entry) in entries.iter().enumerate() {
        let Some(part) = part_of(&entry) else { continue };
        // What lies beside the one before it is of the same part.
        match &mut run {
            Some((last, of_part)) if *last == part => of_part.push(Position::of(index)),
            _ => {
                let before = run.replace((part, vec![Position::of(index)]));
                before.into_iter().for_each(|(part, run)| parts.entry(part).or_default().extend(run));
            }
        }
    }
    run.into_iter().for_each(|(part, run)| parts.entry(part).or_default().extend(run));
    for of_part in parts.values_mut() {
        let entry = |position: &Position| entries.get(position.get()?);
        of_part.sort_by(|one, other| match (entry(one), entry(other)) {
            (Some(one), Some(other)) => by_name(&one, &other).unwrap_or_else(|| line(&one).cmp(&line(&other))),
            (one, other) => one.is_some().cmp(&other.is_some()),
        });
    }
    parts
}

/// The part of the evidence root in which an entry counts; none for what is neither a digest file nor a log file.
fn part_of<'a>(entry: &Entry<'a>) -> Option<Part<'a>> {
    let name = match entry.held {
        Held::Digest(Some(digest)) => digest.name(),
        Held::Digest(None) | Held::Log => std::str::from_utf8(entry.path.name).unwrap_or_default(),
        Held::Stray => return None,
    };
    let part = match entry.held {
        Held::Log => name::log_name(name).map(|name| (name.account, name.region)),
        _ => name::digest_name(name).map(|name| (name.chain.account, name.chain.region)),
    };
    Some(part.unwrap_or_default())
}

/// The object that a digest file claims to be.
fn object_of<'a>(entry: &Entry<'a>) -> Option<Object<'a>> {
    if let Held::Digest(digest) = entry.held { digest.map(Digest::object) } else { None }
}

/// What stands for an entry: words that blanks divide, so that no two different entries have one line.
fn line(entry: &Entry<'_>) -> Vec<u8> {
    let mut line = Vec::with_capacity(256);
    if let Some(Object { bucket, folder, name }) = object_of(entry) {
        line.extend_from_slice(b"digest ");
        escape(&mut line, bucket.as_bytes());
        line.push(b' ');
        escape(&mut line, folder.as_bytes());
        escape(&mut line, name.as_bytes());
    } else {
        line.extend_from_slice(if matches!(entry.held, Held::Log) { b"log " } else { b"digest-file " });
        escape(&mut line, path::without_gz(entry.path.name));
        line.extend_from_slice(b".gz");
    }
    let (word, sha256): (&[u8], _) = match entry.content {
        Content::Whole { sha256, .. } => (b" whole ", Some(sha256)),
        Content::Damaged { stored_sha256 } => (b" damaged ", Some(stored_sha256)),
        Content::Unread => (b" unread", None),
    };
    line.extend_from_slice(word);
    line.extend(sha256.iter().flat_map(crate::bytes::hash::lower_hex));
    line.push(b'\n');
    line
}

/// True for what stands for itself in a line.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'%'
}

fn escape(line: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or_default();
    // Nearly all are plain as a whole.
    if bytes.iter().all(|byte| is_plain(*byte)) {
        return line.extend_from_slice(bytes);
    }
    for byte in bytes {
        if is_plain(*byte) {
            line.push(*byte);
        } else {
            line.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

/// The order of two lines, where names tell it: nearly always, and long before the lines are written down.
fn by_name(one: &Entry<'_>, other: &Entry<'_>) -> Option<Ordering> {
    match (object_of(one), object_of(other)) {
        (Some(one), Some(other)) if one.bucket == other.bucket => {
            let (folders, names) = ((one.folder.as_bytes(), other.folder.as_bytes()), (one.name.as_bytes(), other.name.as_bytes()));
            if folders.0 == folders.1 { told_apart(names.0, names.1) } else { told_apart(folders.0, folders.1) }
        }
        (None, None) if matches!((one.held, other.held), (Held::Log, Held::Log)) => {
            told_apart(path::without_gz(one.path.name), path::without_gz(other.path.name))
        }
        _ => None,
    }
}

/// The order of the first bytes that differ, if both stand for themselves.
fn told_apart(one: &[u8], other: &[u8]) -> Option<Ordering> {
    let (one, other) = one.iter().zip(other).find(|(one, other)| one != other)?;
    (is_plain(*one) && is_plain(*other)).then(|| one.cmp(other))
}

#[cfg(test)]
mod tests {
    use trailseal_forge::archive::Archive;

    use super::*;
    use crate::evidence::examine;
    use crate::forged::{report, trail};
    use crate::{Case, EntryPath, Limits, Policy, Request};

    /// The roots of some files, whole or the lines of one part.
    fn root(files: &[(&str, &str)]) -> String {
        let mut case = Case::new();
        for (path, text) in files {
            case.admit(examine(EntryPath::new(path), text.as_bytes(), &Limits::default()));
        }
        case.conclude(&Policy::default()).evidence_root
    }

    #[test]
    fn the_root_is_made_of_lines_and_parts_as_the_documents_say() {
        let sha256 = |text: &str| hex::encode(Sha256::digest(text));
        assert_eq!(root(&[]), sha256(""));
        assert_eq!(root(&[("notes.txt", "no evidence")]), sha256(""));
        let named = "111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json";
        assert_eq!(root(&[(named, "{}")]), "4c2b906ebf8c6385ca238cd2a0ea3f37bcef2aee606b1dbe79b92201557ed9a2", "as printed there");
        let (early, late) = (
            "111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json",
            "111122223333_CloudTrail_us-east-1_20260301T0010Z_AbCdEf0123456789.json",
        );
        let digest = "444455556666_CloudTrail-Digest_eu-west-1_t_eu-west-1_20260301T010131Z.json.gz";
        let east = format!("log {early}.gz whole {}\nlog {late}.gz whole {}\n", sha256("{}"), sha256("[]"));
        let west = format!("digest-file {digest} damaged {}\n", sha256(""));
        let whole = format!("111122223333 us-east-1 {}\n444455556666 eu-west-1 {}\n", sha256(&east), sha256(&west));
        let copy = format!("copy/{early}");
        assert_eq!(root(&[(late, "[]"), (digest, ""), (early, "{}"), (&copy, "{}")]), sha256(&whole));
    }

    #[test]
    fn names_tell_the_order_of_lines_as_the_lines_do() {
        let chains = ["a", "b/c"].map(|prefix| trail("2026-03-01T00:01:31Z").with_prefix(prefix).chain(&[2, 1]));
        let mut archive = Archive::of(&chains.each_ref());
        let elsewhere = trail("2026-03-01T00:01:31Z").in_bucket("elsewhere").chain(&[1]);
        archive.digest(&elsewhere.digests[0]);
        let odd = trail("2026-03-01T00:01:31Z").with_prefix("a b%").chain(&[0]);
        archive.digest(&odd.digests[0]);
        let unread = archive.entries[0].path.replace("T010131Z", "T090131Z");
        archive.put(&unread, "no digest file");
        // Without its last character a name is the beginning of another.
        for letters in ["AbCdEf0123456789", "AbCdEf012345678"] {
            archive.put(&format!("111122223333_CloudTrail_us-east-1_20260301T0005Z_{letters}.json"), "{}");
        }
        let exhibits: Vec<_> =
            archive.entries.iter().map(|entry| examine(EntryPath::new(&entry.path), &entry.bytes, &Limits::default())).collect();
        let register = crate::evidence::trail::register::Register::default();
        let mut exhibits = exhibits;
        exhibits.sort();
        let entries = Entries::of(&register, &exhibits);
        let all: Vec<Entry<'_>> = entries.iter().collect();
        let mut told = 0;
        for (one, other) in all.iter().flat_map(|one| all.iter().map(move |other| (one, other))) {
            if let Some(order) = by_name(one, other) {
                assert_eq!(order, line(one).cmp(&line(other)), "{} and {}", one.path.text(), other.path.text());
                told += 1;
            }
        }
        assert!(told > 2 * all.len());
    }

    #[test]
    fn no_name_makes_two_lines_of_one() {
        let chain = trail("2026-03-01T00:01:31Z").chain(&[0, 0]);
        let root = |archive: &Archive| report(archive, &Request::default()).evidence_root;
        let both = Archive::without_metadata(&[&chain]);
        let newest = &chain.digests[1];
        let hidden = format!("x whole 00\ndigest {} {}", newest.digest.bucket, newest.digest.key);
        let mut forged = Archive::without_metadata(&[&chain]);
        forged.remove(&newest.digest.key);
        forged.replace(
            chain.key(0),
            "\"digestS3Bucket\":\"trail-archive\"",
            &format!("\"digestS3Bucket\":\"{}\"", hidden.replace('\n', "\\n")),
        );
        assert_ne!(root(&both), root(&forged));
        let lines = |archive: &Archive| {
            let exhibits: Vec<_> = archive
                .entries
                .iter()
                .map(|entry| examine(EntryPath::new(&entry.path), &entry.bytes, &Limits::default()))
                .collect();
            let register = crate::evidence::trail::register::Register::default();
            Entries::of(&register, &exhibits).iter().map(|entry| line(&entry)).collect::<Vec<_>>().concat()
        };
        let count = |archive: &Archive| lines(archive).iter().filter(|byte| **byte == b'\n').count();
        assert_eq!((count(&both), count(&forged)), (2, 1));
    }
}
