//! The same tree gives the same report, whatever it is packed in.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods, reason = "tests")]

mod common;

use std::io::{Read, Write as _};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use common::{Expected, Vector, conclude, examine_archive, load};
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};
use trailseal::container::{Alone, Host, PIECE_BYTES, Told, Treatment, Visit, Watch, read_archive, read_stream};
use trailseal::{Case, Code, EntryPath, Examine, Exhibit, Limits, Reason};
use trailseal_forge::digest::sha256;
use trailseal_forge::zip::{self, Kind};

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
    read_stream(&Alone, &Examine::within(limits), None, &mut &*bytes)
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
            // What a report says of paths names the archive inside, too.
            let found = Expected { report_digest: vector.expected.report_digest.clone(), ..Expected::of(&report) };
            assert_eq!(found, vector.expected, "{} as {name} in a tar", vector.id);
        }
        let zip = std::fs::read(common::folder().join(&vector.archives[0])).unwrap();
        let outer = gzip(&tar(&vec![("march.zip".to_owned(), zip)]));
        let report = conclude(from_tar(&outer, &vector.limits), &vector.policy());
        let found = Expected { report_digest: vector.expected.report_digest.clone(), ..Expected::of(&report) };
        assert_eq!(found, vector.expected, "{} as a zip in a tar.gz", vector.id);
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
        assert_eq!(seen, [(Code::ArchiveEntryUnreadable, "(archive)".to_owned())], "{junk:?}");
    }
}

/// A pax header and the entry that it belongs to, with these fields.
fn with_pax(fields: &[(&str, &[u8])], name: &str, content: &[u8]) -> Vec<u8> {
    let mut records = Vec::new();
    for (key, value) in fields {
        // The length counts its own digits.
        let rest = key.len() + value.len() + 3;
        let length = (rest..).find(|length| rest + length.to_string().len() == *length).unwrap();
        records.extend([format!("{length} {key}=").as_bytes(), value, b"\n"].concat());
    }
    odd(&[(EntryType::XHeader, "pax", "", &records), (EntryType::Regular, name, "", content)])
}

#[test]
fn a_tar_entry_that_can_be_read_in_two_ways_is_refused() {
    let name = LOG.as_bytes();
    let seen = |archive: &[u8]| codes(from_tar(archive, &Limits::default()));
    let refused = |path: &str| vec![(Code::ArchiveEntryUnreadable, path.to_owned())];
    assert_eq!(seen(&with_pax(&[("path", name), ("size", b"2"), ("comment", b"a")], "x.json", b"{}")), []);
    assert_eq!(seen(&with_pax(&[("SCHILY.xattr.user.a", b"1\n2")], LOG, b"{}")), [], "two lines, but no name");
    assert_eq!(seen(&with_pax(&[("path", name), ("path", b"y.json")], "x.json", b"{}")), refused(LOG));
    assert_eq!(seen(&with_pax(&[("size", b"1")], LOG, b"{}")), refused(LOG));
    assert_eq!(seen(&with_pax(&[("GNU.sparse.major", b"1")], LOG, b"{}")), refused(LOG));
    let fake = format!("a\n{} path=y.json", "12 path=y.json\n".len());
    assert_eq!(seen(&with_pax(&[("comment", fake.as_bytes())], LOG, b"{}")), refused(LOG));

    let long = odd(&[
        (EntryType::XHeader, "pax", "", b"15 path=y.json\n"),
        (EntryType::GNULongName, "././@LongLink", "", b"z.json\0"),
        (EntryType::Regular, LOG, "", b"{}"),
    ]);
    assert_eq!(seen(&long), refused("z.json"));
}

#[test]
fn what_tar_programs_read_differently_is_told() {
    const OTHER: &str = "111122223333_CloudTrail_us-east-1_20260301T0105Z_AbCdEf0123456789.json";
    let seen = |entries: &[(EntryType, &str, &str, &[u8])]| {
        let mut seen = codes(from_tar(&odd(entries), &Limits::default()));
        // Of a link there may be more to say than one thing.
        seen.dedup();
        seen
    };
    let refused = |path: &str| vec![(Code::ArchiveEntryUnreadable, path.to_owned())];
    let log: (EntryType, &str, &str, &[u8]) = (EntryType::Regular, LOG, "", b"{}");
    let label = EntryType::new(b'V');
    // The neighbours, which all programs read alike.
    assert_eq!(seen(&[(label, "handover of March", "", b""), (EntryType::Directory, "AWSLogs/", "", b""), log]), []);
    assert_eq!(seen(&[log, (EntryType::Symlink, "latest", "AWSLogs", b""), (EntryType::Link, OTHER, LOG, b"")]), []);
    assert_eq!(seen(&[log, (EntryType::XGlobalHeader, "pax", "", b"16 comment=abcd\n")]), []);
    // A size on what is no file.
    for kind in [EntryType::Directory, EntryType::Symlink, EntryType::Link, EntryType::Char, label] {
        assert_eq!(seen(&[(kind, "a", LOG, b"{}"), log]), refused("a"), "{kind:?}");
    }
    assert_eq!(seen(&[(EntryType::Regular, "a/", "", b"{}"), log]), refused("a"));
    // Names that go through links, or belong to a link and to something else.
    let through = format!("latest/{LOG}");
    assert_eq!(seen(&[(EntryType::Symlink, "latest", "days", b""), (EntryType::Regular, &through, "", b"{}")]), refused("latest"));
    assert_eq!(seen(&[log, (EntryType::Symlink, "latest.txt", LOG, b"")]), refused("latest.txt"));
    assert_eq!(seen(&[log, (EntryType::Link, "latest.txt", LOG, b"")]), refused("latest.txt"));
    assert_eq!(seen(&[log, (EntryType::Symlink, "__MACOSX", "days", b"")]), refused("__MACOSX"));
    assert_eq!(seen(&[log, (EntryType::Symlink, LOG, "days", b""), (EntryType::Regular, "days/a.txt", "", b"")]), refused(LOG));
    assert_eq!(seen(&[log, (EntryType::Directory, LOG, "", b"")]), refused(LOG));
    assert_eq!(seen(&[log, (EntryType::Regular, &format!("{LOG}/a.txt"), "", b"")]), refused(LOG));
    // A name twice, of what nothing signed tells apart.
    let keys: (EntryType, &str, &str, &[u8]) = (EntryType::Regular, "public-keys.json", "", b"{}");
    assert_eq!(seen(&[keys, keys]), refused("public-keys.json"));
    // What belongs to other archives, or to all entries that follow.
    assert_eq!(seen(&[(EntryType::new(b'M'), LOG, "", b"{}")]), refused(LOG));
    assert_eq!(seen(&[(label, LOG, "", b"")]), refused(LOG));
    assert_eq!(seen(&[log, (EntryType::XGlobalHeader, "pax", "", b"15 path=y.json\n")]), refused("pax"));
    // A folder by its name alone is an empty file to some, unless its kind is none, as older programs wrote it.
    let as_folder = format!("{LOG}/");
    assert_eq!(seen(&[(EntryType::Regular, &as_folder, "", b"")]), refused(LOG));
    assert_eq!(seen(&[(EntryType::Continuous, "public-keys/x.json/", "", b"")]), refused("public-keys/x.json"));
    // Nothing of it is the file that it is named after, so it does not take that one's place.
    let kinds: Vec<Exhibit> = from_tar(&odd(&[(EntryType::Regular, &as_folder, "", b"")]), &Limits::default());
    assert_eq!(conclude(kinds, &trailseal::Policy::default()).counts.logs, trailseal::LogCounts::default());
    let mut old = odd(&[(EntryType::Regular, &as_folder, "", b"")]);
    let kind = &mut old[156];
    let without = u32::from(std::mem::take(kind));
    let sum = u32::from_str_radix(std::str::from_utf8(&old[148..155]).unwrap(), 8).unwrap() - without;
    old[148..155].copy_from_slice(format!("{sum:07o}").as_bytes());
    assert_eq!(codes(from_tar(&old, &Limits::default())), []);
    assert_eq!(seen(&[(EntryType::Regular, "days/", "", b""), log]), []);
    assert_eq!(seen(&[(EntryType::Regular, "days\\x.json", "", b"{}")]), refused("days\\x.json"));
}

#[test]
fn a_tar_header_is_read_only_if_all_programs_read_it_alike() {
    let seen = |edit: &dyn Fn(&mut [u8; 512])| {
        let mut archive = odd(&[(EntryType::Regular, LOG, "", b"{}")]);
        let mut header = Header::from_byte_slice(&archive[..512]).clone();
        edit(header.as_mut_bytes());
        header.set_cksum();
        archive[..512].copy_from_slice(header.as_bytes());
        codes(from_tar(&archive, &Limits::default())).len()
    };
    assert_eq!(seen(&|_| ()), 0);
    assert_eq!(seen(&|header| header[124..136].copy_from_slice(b"          2 ")), 0, "blanks");
    assert_eq!(seen(&|header| header[257..265].copy_from_slice(b"ustar\x0000")), 0, "POSIX");
    assert_eq!(seen(&|header| header[257..265].fill(0)), 0, "the oldest form");
    assert_eq!(seen(&|header| header[108..116].copy_from_slice(b"\x80\0\0\0\xff\0\0\0")), 0, "a large owner");
    assert_eq!(
        seen(&|header| header[124..136].copy_from_slice(b"\x80\0\0\0\0\0\0\0\0\0\0\x02")),
        1,
        "a small size in the large form"
    );
    assert_eq!(seen(&|header| header[124..136].copy_from_slice(b"0x2\0\0\0\0\0\0\0\0\0")), 1, "no octal digits");
    assert_eq!(seen(&|header| header[108..116].copy_from_slice(b"zzz\0\0\0\0\0")), 1, "an owner that is no number");
    assert_eq!(seen(&|header| header[100..108].copy_from_slice(b"\x80\0\0\0\0\0\x04\0")), 1, "a large mode");
    assert_eq!(seen(&|header| header[257..265].copy_from_slice(b"ustar\0 0")), 1, "no known form");
    assert_eq!(seen(&|header| header[345..349].copy_from_slice(b"1234")), 1, "a time where others have a folder");
}

#[test]
fn archives_of_other_kinds_and_parts_of_some_are_named() {
    let tree = |name: &str, start: &[u8]| tar(&vec![(name.to_owned(), start.to_vec())]);
    let is_told = |name: &str, start: &[u8]| !codes(from_tar(&tree(name, start), &Limits::default())).is_empty();
    let inner = tar(&vec![(LOG.to_owned(), b"{}".to_vec())]);
    for name in ["a.tar.bz2", "a.TBZ2", "a.tar.xz", "a.tar.lz4", "a.7z", "a.rar", "a.cab", "a.iso", "a.tar.Z", "a.zip.001", "a.z01"]
    {
        assert!(is_told(name, b""), "{name}");
    }
    for start in
        [b"\xfd7zXZ\0".as_slice(), b"Rar!\x1a\x07", b"PK\x07\x08", &inner, &gzip(&inner), &zip::zip(&[zip::Entry::new(LOG, "{}")])]
    {
        assert!(is_told("a", start), "{start:?}");
    }
    for (name, start) in
        [("a.gz", gzip(b"a text")), ("a.docx", zip::zip(&[zip::Entry::new("[Content_Types].xml", "")])), ("a", b"BZhang".to_vec())]
    {
        assert!(!is_told(name, &start), "{name}");
    }
    let skipped = [0x184d_2a50_u32.to_le_bytes(), 4_u32.to_le_bytes(), *b"skip"].concat();
    assert_eq!(codes(from_tar(&[skipped.as_slice(), &zstd(&inner), &skipped].concat(), &Limits::default())), []);
    assert_eq!(codes(from_tar(&tree("a.tar.zst", &[skipped.as_slice(), &zstd(&inner)].concat()), &Limits::default())), []);
}

#[test]
fn what_stands_behind_the_end_of_a_tar_archive_is_said() {
    let log = tar(&vec![(LOG.to_owned(), b"{}".to_vec())]);
    let forged = tar(&vec![(LOG.to_owned(), b"{ }".to_vec())]);
    let refused = vec![(Code::ArchiveEntryUnreadable, "(archive)".to_owned())];
    let seen = |bytes: &[u8]| codes(from_tar(bytes, &Limits::default()));
    assert_eq!(seen(&[log.as_slice(), &[0; 10_240]].concat()), [], "padding");
    assert_eq!(seen(&[log.as_slice(), &forged].concat()), refused, "a second archive");
    assert_eq!(seen(&[gzip(&log), gzip(&forged)].concat()), refused, "a second archive in a second gzip member");
    assert_eq!(seen(&[gzip(&log), b"junk".to_vec()].concat()), refused, "no gzip member");
    assert_eq!(seen(&log[..log.len() - 1024]), refused, "no end mark");
    assert_eq!(seen(&gzip(&log)[..gzip(&log).len() - 4]), refused, "a cut trailer of gzip");
    let mut endless = log.as_slice().chain(std::io::repeat(0));
    assert_eq!(codes(read_stream(&Alone, &Examine::default(), None, &mut endless)), refused, "zeros without end");
}

#[test]
fn a_name_that_never_ends_is_no_way_to_fill_the_memory() {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::GNULongName);
    header.set_size(1 << 40);
    header.as_old_mut().name[..4].copy_from_slice(b"name");
    header.set_cksum();
    let mut endless = header.as_bytes().as_slice().chain(std::io::repeat(b'a'));
    let seen = codes(read_stream(&Alone, &Examine::default(), None, &mut endless));
    assert_eq!(seen, [(Code::ArchiveEntryUnreadable, "(archive)".to_owned())]);
}

#[test]
fn archives_are_read_one_level_deep() {
    let log = vec![(LOG.to_owned(), b"{}".to_vec())];
    let deep = tar(&vec![("a.tar".to_owned(), tar(&vec![("b.tar".to_owned(), tar(&log))]))]);
    assert_eq!(codes(from_tar(&deep, &Limits::default())), [(Code::ArchiveLimit, "a.tar//b.tar".to_owned())]);
}

#[test]
fn folders_of_a_zip_archive_are_no_entries_and_a_file_that_claims_to_be_one_is_told() {
    let entry = |path: &str, content: &str, kind| zip::Entry { kind, ..zip::Entry::new(path, content) };
    let seen = |entries: &[zip::Entry]| examine_archive(&zip::zip(entries), &Limits::default());
    let folders = [("a/", Kind::File), ("b\\", Kind::File), ("./", Kind::File), ("c/", Kind::Folder), ("d", Kind::Folder)]
        .map(|(path, kind)| entry(path, "", kind));
    assert_eq!(seen(&folders), []);
    let files = [entry(LOG, "{}", Kind::Folder), entry("e.json\\", "{}", Kind::File), entry("", "", Kind::File)];
    let expected = [(Code::ArchiveEntryUnreadable, LOG), (Code::ArchiveEntryUnsafe, "")];
    assert_eq!(codes(seen(&files)), expected.map(|(code, path)| (code, path.to_owned())));
}

#[test]
fn links_of_a_zip_archive_are_told_and_ignored_members_are_not_read() {
    let link = |path: &str, target: &str| zip::Entry { kind: Kind::Symlink, ..zip::Entry::new(path, target) };
    let seen = |entries: &[zip::Entry]| codes(examine_archive(&zip::zip(entries), &Limits::default()));
    let unreadable = |path: &str| vec![(Code::ArchiveEntryUnreadable, path.to_owned())];
    let log = zip::Entry::new(LOG, "{}");
    let ignored = zip::Entry { wrong_crc: true, ..zip::Entry::new("README.txt", "no evidence") };
    assert_eq!(seen(&[log.clone(), ignored.clone(), link("latest.txt", "README.txt"), link("days", "2026/03")]), []);
    // Some programs know no links, and write the target into a file.
    let again = format!("again/{LOG}");
    assert_eq!(seen(&[log.clone(), link(&again, &format!("../{LOG}"))]), unreadable(&again));
    // Others write through them.
    assert_eq!(seen(&[log.clone(), link("latest.txt", LOG)]), unreadable("latest.txt"));
    assert_eq!(seen(&[log.clone(), link("empty.txt", "")]), [(Code::ArchiveEntryUnsafe, "empty.txt".to_owned())]);
}

#[test]
fn members_of_a_zip_archive_are_read_to_their_end_in_pieces_or_as_a_stream() {
    let whole = |bytes: u64| {
        zip::zip(&[zip::Entry { deflated: true, ..zip::Entry::new(LOG, vec![b' '; usize::try_from(bytes).unwrap()]) }])
    };
    for bytes in [PIECE_BYTES, PIECE_BYTES + 1] {
        assert_eq!(codes(examine_archive(&whole(bytes), &Limits::default())), [], "{bytes}");
    }
    // Both headers state five bytes (APPNOTE 4.3.7 and 4.3.12).
    let mut bomb = whole(PIECE_BYTES + 1);
    let directory = bomb.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    for place in [22, directory + 24] {
        bomb[place..place + 4].copy_from_slice(&5_u32.to_le_bytes());
    }
    assert_eq!(codes(examine_archive(&bomb, &Limits::default())), [(Code::ArchiveEntryUnreadable, LOG.to_owned())]);
}

#[test]
fn a_second_name_of_a_zip_member_is_told_by_whichever_header_states_it() {
    let other = Some(zip::Oddity::UnicodeName("other.json".to_owned()));
    let archive = zip::zip(&[zip::Entry { oddity: other, ..zip::Entry::new(LOG, "{}") }]);
    let fields: Vec<usize> =
        archive.windows(2).zip(0..).filter(|(bytes, _)| *bytes == b"\x75\x70").map(|(_, place)| place).collect();
    assert_eq!(fields.len(), 2);
    for place in fields {
        let mut archive = archive.clone();
        archive[place] ^= 1;
        assert_eq!(codes(examine_archive(&archive, &Limits::default())), [(Code::ArchiveEntryUnreadable, LOG.to_owned())]);
    }
}

#[test]
fn a_zip_archive_in_another_is_read_whether_it_is_packed_or_not() {
    let inner = zip::zip(&[zip::Entry { deflated: true, ..zip::Entry::new(LOG, "{}") }]);
    let [stored, packed] = [false, true].map(|deflated| {
        let archive = zip::zip(&[zip::Entry { deflated, ..zip::Entry::new("inner.zip", inner.clone()) }]);
        examine_archive(&archive, &Limits::default())
    });
    assert_eq!(stored, packed);
    let report = conclude(stored, &trailseal::Policy::default());
    assert_eq!((report.counts.entries, report.counts.logs.unreferenced), (1, 1));
}

#[test]
fn a_zip_archive_in_another_that_is_refused_is_not_opened() {
    let inner = zip::Entry::new("inner.zip", zip::zip(&[zip::Entry::new(LOG, "{}")]));
    let copy = zip::Entry { oddity: Some(zip::Oddity::Shared), ..zip::Entry::new("copy.zip", inner.bytes.clone()) };
    let outside = zip::Entry { path: "../outside.zip".to_owned(), ..inner.clone() };
    let exhibits = examine_archive(&zip::zip(&[inner, copy, outside]), &Limits::default());
    let expected = [
        (Code::ArchiveEntryUnreadable, "copy.zip"),
        (Code::ArchiveEntryUnreadable, "inner.zip"),
        (Code::ArchiveEntryUnsafe, "../outside.zip"),
    ];
    assert_eq!(codes(exhibits.clone()), expected.map(|(code, path)| (code, path.to_owned())));
    assert_eq!(conclude(exhibits, &trailseal::Policy::default()).counts.logs.unreferenced, 0);
}

#[test]
fn limits_of_entries_hold_in_tar_and_zip() {
    let tree: Tree = (0..3).map(|hour| (LOG.replace("0005Z", &format!("0{hour}05Z")), vec![b' '; 10])).collect();
    let limits = |entries, entry_bytes| Limits { entries, entry_bytes, ..Limits::default() };
    assert_eq!(codes(from_tar(&tar(&tree), &limits(3, 10))), []);
    assert_eq!(codes(from_tar(&tar(&tree), &limits(2, 10))), [(Code::ArchiveLimit, "(archive)".to_owned())]);
    assert_eq!(codes(from_tar(&tar(&tree), &limits(3, 9))).len(), 3);
    let vector = load().into_iter().find(|vector| vector.id == "baseline/account-trail").unwrap();
    let bytes = std::fs::read(common::folder().join(&vector.archives[0])).unwrap();
    let count = examine_archive(&bytes, &Limits::default()).len() as u64;
    assert_eq!(codes(examine_archive(&bytes, &limits(count, 1 << 20))), []);
    assert_eq!(codes(examine_archive(&bytes, &limits(count - 1, 1 << 20))).len(), 1);
}

/// A purpose that is not evidence: the hash of what lies under each path, archives too.
#[derive(Default)]
struct Sums(Limits);

impl Visit for Sums {
    type Yield = (Vec<u8>, Result<String, Told>);
    type Workspace = Vec<u8>;

    fn limits(&self) -> &Limits {
        &self.0
    }

    fn treatment(&self, _: &EntryPath) -> Treatment {
        Treatment::Read
    }

    fn visit(&self, path: EntryPath, stream: &mut dyn Read, content: &mut Vec<u8>) -> Self::Yield {
        content.clear();
        let read = stream.read_to_end(content).map(|_| sha256(content));
        (path.as_bytes().to_vec(), read.map_err(|error| Told::Doubt(Reason::from(&error))))
    }

    fn tell(&self, path: EntryPath, told: Told) -> Self::Yield {
        (path.as_bytes().to_vec(), Err(told))
    }

    fn note(&self, (_, sum): &mut Self::Yield, reason: Reason) {
        *sum = Err(Told::Doubt(reason));
    }

    fn weigh(&self, _: &Self::Yield) -> u64 {
        64
    }
}

#[test]
fn archives_are_read_for_other_purposes_too() {
    let inner = zip::zip(&[zip::Entry::new(LOG, "{}")]);
    // The last one is too large for a piece in a tar archive.
    let tree: Tree = [(LOG, b"{}".to_vec()), ("README.txt", b"no evidence".to_vec()), ("a.zip", inner), ("b", vec![b'x'; 9 << 20])]
        .map(|(path, content)| (path.to_owned(), content))
        .into();
    let entries = tree.iter().map(|(path, content)| zip::Entry { deflated: true, ..zip::Entry::new(path, content.clone()) });
    let entries: Vec<zip::Entry> = entries.collect();
    let plain = tar(&tree);
    let sums = |bytes: &[u8]| {
        let mut sums: Vec<(Vec<u8>, Result<String, Told>)> =
            read_archive(&Alone, &Sums::default(), None, bytes, bytes.len() as u64);
        sums.sort_by(|one, other| one.0.cmp(&other.0));
        sums
    };
    let expected: Vec<_> = tree.iter().map(|(path, content)| (path.as_bytes().to_vec(), Ok(sha256(content)))).collect();
    for bytes in [zip::zip(&entries), gzip(&plain), plain] {
        assert_eq!(sums(&bytes), expected);
    }
    let wrong = zip::Entry { wrong_crc: true, ..zip::Entry::new("README.txt", "no evidence") };
    let link = zip::Entry { kind: Kind::Symlink, ..zip::Entry::new("b", "README.txt") };
    let expected = [
        ("README.txt", Told::Doubt(Reason::ZipChecksum)),
        ("b", Told::Refused { code: Code::ArchiveEntryUnreadable, reason: Reason::LinkAsFile }),
        ("b", Told::Doubt(Reason::LinkAsFile)),
    ];
    assert_eq!(sums(&zip::zip(&[wrong, link])), expected.map(|(path, told)| (path.as_bytes().to_vec(), Err(told))));
}

/// One of several hosts that share an archive.
struct Share {
    index: u64,
    of: u64,
}

impl Host for Share {
    fn takes(&self, index: u64) -> bool {
        index % self.of == self.index
    }

    fn stretch(&self, sizes_bytes: &[u64]) -> Range<usize> {
        let part = |index| usize::try_from(sizes_bytes.len() as u64 * index / self.of).unwrap();
        part(self.index)..part(self.index + 1)
    }

    fn is_first(&self) -> bool {
        self.index == 0
    }
}

#[test]
fn hosts_that_share_an_archive_find_together_what_one_finds_alone() {
    for vector in load() {
        for archive in &vector.archives {
            let zip = std::fs::read(common::folder().join(archive)).unwrap();
            let nested = gzip(&tar(&vec![("a/inner.zip".to_owned(), zip.clone()), ("b.txt".to_owned(), Vec::new())]));
            for bytes in [zip, nested] {
                let mut alone = examine_archive(&bytes, &vector.limits);
                let mut shared: Vec<Exhibit> = (0..3)
                    .flat_map(|index| -> Vec<Exhibit> {
                        read_archive(&Share { index, of: 3 }, &Examine::within(&vector.limits), None, &*bytes, bytes.len() as u64)
                    })
                    .collect();
                alone.sort();
                shared.sort();
                assert_eq!(alone, shared, "{}", vector.id);
            }
        }
    }
}

/// A host that wants to end after a number of files.
struct Impatient(u64, AtomicU64);

impl Host for Impatient {
    fn watch(&self) -> &dyn Watch {
        self
    }
}

impl Watch for Impatient {
    fn advance(&self, files: u64, _: u64) {
        self.1.fetch_add(files, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.1.load(Ordering::Relaxed) >= self.0
    }
}

#[test]
fn a_host_can_end_the_reading() {
    let tree: Tree = (0..1000).map(|index| (format!("{index}.json"), vec![b'x'; 4096])).collect();
    let plain = tar(&tree);
    for bytes in [plain.clone(), gzip(&plain), std::fs::read(common::folder().join("example/handover.zip")).unwrap()] {
        let host = Impatient(5, AtomicU64::new(0));
        let _: Vec<Exhibit> = read_archive(&host, &Examine::default(), None, &*bytes, bytes.len() as u64);
        let read = host.1.into_inner();
        // What was buffered before is still seen.
        assert!((5..200).contains(&read), "{read}");
    }
}

#[test]
fn exhibits_and_cases_survive_the_way_between_processes() {
    for vector in load() {
        let mut case = Case::new();
        for exhibit in vector.exhibits() {
            assert_eq!(Exhibit::from_bytes(&exhibit.to_bytes()).unwrap(), exhibit, "{}", vector.id);
            case.admit(exhibit);
        }
        let bytes = case.to_bytes();
        assert_eq!(Case::from_bytes(&bytes).unwrap(), case, "{}", vector.id);
        assert!(Case::from_bytes(&bytes[..bytes.len() - 1]).is_err() && Case::from_bytes(&[&bytes[..], b"x"].concat()).is_err());
    }
}
