//! The same tree gives the same report, whatever it is packed in.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods, reason = "tests")]

mod common;

use std::io::{Read, Write};
use std::sync::Arc;

use common::{Expected, Vector, conclude, examine_tar, examine_zip, load};
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};
use trailseal::container::{Inner, Zip};
use trailseal::{Code, EntryPath, Exhibit, Limits};

type Tree = Vec<(String, Vec<u8>)>;

/// The files of a vector's archive, unless it is about zip itself.
fn tree(vector: &Vector) -> Option<Tree> {
    let about_zip = ["entries/", "layout/"].iter().any(|group| vector.id.starts_with(group));
    if about_zip || vector.archives.len() != 1 || vector.id.starts_with("example/") {
        return None;
    }
    let bytes = std::fs::read(common::folder().join(&vector.archives[0])).unwrap();
    let archive = rawzip::ZipArchive::from_slice(&bytes).unwrap();
    let mut entries = archive.entries();
    let mut tree = Tree::new();
    while let Some(entry) = entries.next_entry().unwrap() {
        assert_eq!(entry.compression_method(), rawzip::CompressionMethod::STORE);
        let path = String::from_utf8(entry.file_path().as_ref().to_vec()).unwrap();
        tree.push((path, archive.get_entry(entry.wayfinder()).unwrap().data().to_vec()));
    }
    Some(tree)
}

fn tar(tree: &Tree) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (path, bytes) in tree {
        let mut header = Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        // Paths of over 100 bytes make GNU long names.
        builder.append_data(&mut header, path, bytes.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn from_tar(bytes: &[u8], limits: &Limits) -> Vec<Exhibit> {
    examine_tar(None, &mut &*bytes, limits)
}

#[test]
fn every_vector_gives_the_same_report_from_zip_tar_gzip_and_zstd() {
    let mut compared = 0;
    for vector in load() {
        let Some(tree) = tree(&vector) else { continue };
        let expected = vector.report();
        let plain = tar(&tree);
        for (name, packed) in [("tar", plain.clone()), ("tar.gz", gzip(&plain)), ("tar.zst", zstd(&plain))] {
            let report = conclude(from_tar(&packed, &vector.limits), &vector.policy());
            assert_eq!(
                String::from_utf8_lossy(&report.to_canonical_json()),
                String::from_utf8_lossy(&expected.to_canonical_json()),
                "{} as {name}",
                vector.id
            );
        }
        compared += 1;
    }
    assert!(compared > 200, "only {compared} vectors were compared");
}

#[test]
fn one_level_of_nesting_changes_no_verdict() {
    for vector in load().into_iter().filter(|vector| vector.importance == "critical") {
        let Some(tree) = tree(&vector) else { continue };
        let inner = tar(&tree);
        for (name, packed) in [("march.tar", inner.clone()), ("march.tar.gz", gzip(&inner)), ("march.tar.zst", zstd(&inner))] {
            let outer = tar(&vec![(name.to_owned(), packed)]);
            let report = conclude(from_tar(&outer, &vector.limits), &vector.policy());
            assert_eq!(Expected::of(&report), vector.expected, "{} as {name} in a tar", vector.id);
        }
        let zip = std::fs::read(common::folder().join(&vector.archives[0])).unwrap();
        let outer = gzip(&tar(&vec![("march.zip".to_owned(), zip)]));
        let report = conclude(from_tar(&outer, &vector.limits), &vector.policy());
        assert_eq!(Expected::of(&report), vector.expected, "{} as a zip in a tar.gz", vector.id);
    }
}

fn codes(exhibits: Vec<Exhibit>) -> Vec<(Code, String)> {
    let report = conclude(exhibits, &trailseal::Policy::default());
    let telling = report
        .findings
        .iter()
        .filter(|finding| finding.code.name().starts_with("archive.entry") || finding.code == Code::ArchiveLimit);
    telling.map(|finding| (finding.code, finding.first.clone())).collect()
}

const LOG: &str = "111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json";

/// A tar archive with entries of odd kinds: type, name, link target, content.
fn odd(entries: &[(EntryType, &str, &str, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (kind, name, target, content) in entries {
        let mut header = Header::new_gnu();
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        // The builder itself refuses such names; an attacker writes them into the header.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn odd_tar_entries_are_refused_or_followed_and_the_rest_is_read() {
    let archive = odd(&[
        (EntryType::Regular, "../out.json", "", b"{}"),
        (EntryType::Regular, "/etc/passwd", "", b"x"),
        (EntryType::Fifo, "fifo", "", b""),
        (EntryType::Char, "device", "", b""),
        (EntryType::Symlink, "a/out.json", "../../x", b""),
        (EntryType::Symlink, "dangling.json", "nowhere", b""),
        (EntryType::Symlink, "folder.json", "a", b""),
        (EntryType::Regular, LOG, "", b"{}"),
        (EntryType::Link, "copy.json", LOG, b""),
    ]);
    let seen = codes(from_tar(&archive, &Limits::default()));
    let expected = [
        (Code::ArchiveEntryUnreadable, "copy.json"),
        (Code::ArchiveEntryUnreadable, "dangling.json"),
        (Code::ArchiveEntryUnsafe, "../out.json"),
        (Code::ArchiveEntryUnsafe, "a/out.json"),
        (Code::ArchiveEntryUnsafe, "device"),
        (Code::ArchiveEntryUnsafe, "etc/passwd"),
        (Code::ArchiveEntryUnsafe, "fifo"),
    ];
    assert_eq!(seen, expected.map(|(code, path)| (code, path.to_owned())));
    let hard = odd(&[(EntryType::Regular, LOG, "", b"{}"), (EntryType::Link, &format!("again/{LOG}"), LOG, b"")]);
    let report = conclude(from_tar(&hard, &Limits::default()), &trailseal::Policy::default());
    assert_eq!(report.counts.logs.unreferenced, 2, "a hard link is the entry to which it leads");
}

#[test]
fn what_is_cut_off_is_said_and_what_came_before_is_kept() {
    let tree: Tree = (0..9).map(|hour| (LOG.replace("0005Z", &format!("0{hour}05Z")), vec![b' '; 3000])).collect();
    let whole = tar(&tree);
    for (name, packed) in [("tar", whole.clone()), ("tar.gz", gzip(&whole)), ("tar.zst", zstd(&whole))] {
        let all = from_tar(&packed, &Limits::default());
        assert_eq!((all.len(), codes(all.clone())), (9, vec![]), "{name}");
        let cut = from_tar(&packed[..packed.len() * 2 / 3], &Limits::default());
        assert!(codes(cut).iter().any(|(code, _)| *code == Code::ArchiveEntryUnreadable), "{name} cut off");
    }
    for junk in [b"".as_slice(), b"junk", &gzip(b"no tar"), &zstd(b"no tar"), &[0x1f, 0x8b, 9]] {
        let seen = codes(from_tar(junk, &Limits::default()));
        assert_eq!(seen, [(Code::ArchiveEntryUnreadable, "(the archive itself)".to_owned())], "{junk:?}");
    }
}

#[test]
fn a_name_that_never_ends_is_no_way_to_fill_the_memory() {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::GNULongName);
    header.set_size(1 << 40);
    header.as_old_mut().name[..4].copy_from_slice(b"name");
    header.set_cksum();
    let mut endless = header.as_bytes().as_slice().chain(std::io::repeat(b'a'));
    let seen = codes(examine_tar(None, &mut endless, &Limits::default()));
    assert_eq!(seen, [(Code::ArchiveEntryUnreadable, "(the archive itself)".to_owned())]);
}

#[test]
fn archives_are_read_one_level_deep() {
    let log = vec![(LOG.to_owned(), b"{}".to_vec())];
    let deep = tar(&vec![("a.tar".to_owned(), tar(&vec![("b.tar".to_owned(), tar(&log))]))]);
    assert_eq!(codes(from_tar(&deep, &Limits::default())), [(Code::ArchiveLimit, "a.tar//b.tar".to_owned())]);
}

#[test]
fn limits_of_entries_hold_in_tar_and_zip() {
    let tree: Tree = (0..3).map(|hour| (LOG.replace("0005Z", &format!("0{hour}05Z")), vec![b' '; 10])).collect();
    let limits = |entries, entry_bytes| Limits { entries, entry_bytes, ..Limits::default() };
    assert_eq!(codes(from_tar(&tar(&tree), &limits(3, 10))), []);
    assert_eq!(codes(from_tar(&tar(&tree), &limits(2, 10))), [(Code::ArchiveLimit, "(the archive itself)".to_owned())]);
    assert_eq!(codes(from_tar(&tar(&tree), &limits(3, 9))).len(), 3);
    let vector = load().into_iter().find(|vector| vector.id == "baseline/account-trail").unwrap();
    let bytes = std::fs::read(common::folder().join(&vector.archives[0])).unwrap();
    let count = examine_zip(bytes.clone(), &Limits::default()).len() as u64;
    assert_eq!(codes(examine_zip(bytes.clone(), &limits(count, 1 << 20))), []);
    assert_eq!(codes(examine_zip(bytes, &limits(count - 1, 1 << 20))).len(), 1);
}

#[test]
fn a_zip_archive_in_a_stored_member_is_read_in_place() {
    let vector = load().into_iter().find(|vector| vector.id == "layout/zip-of-zips").unwrap();
    let bytes = Arc::new(std::fs::read(common::folder().join(&vector.archives[0])).unwrap());
    let length = bytes.len() as u64;
    let zip = Zip::open(None, bytes, length, &Limits::default()).unwrap();
    let nested: Vec<_> = zip.members().iter().filter(|member| member.is_container()).collect();
    assert!(!nested.is_empty());
    for member in nested {
        assert!(matches!(zip.open_nested(member, &Limits::default()), Ok(Inner::Zip(_))));
        assert_eq!(member.path(), &EntryPath::new(&member.path().text()));
    }
}
