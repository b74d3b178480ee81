//! What archives can hold besides files at their places.

use super::{ACCOUNT, chain, quiet_end};
use crate::archive::Archive;
use crate::gzip::{Header, gunzip, gzip, gzip_with};
use crate::trail::Chain;
use crate::vector::Importance::{Critical, Medium};
use crate::vector::Verdict::{Failed, Indeterminate, Passed};
use crate::vector::{Limits, Vector};
use crate::zip::{Entry, Kind, Oddity, zip};

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    let folder = format!("AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/2026/03/01");
    vec![
        empty(),
        logs_without_digests(),
        wrong_crc(),
        wrong_crc_and_altered(),
        cut_off(),
        names_disagree(),
        headers_disagree("entries/local-size-differs", Oddity::LocalSize),
        headers_disagree("entries/local-compression-differs", Oddity::LocalMethod),
        headers_agree("entries/written-to-a-pipe", Oddity::Described),
        headers_agree("entries/zip64", Oddity::Zip64),
        unicode_name(),
        two_names(),
        self_extracting(),
        unlisted(),
        unlisted_at_the_start(),
        unlisted_behind_a_descriptor(),
        unlisted_behind_a_byte(),
        unlisted_in_a_stream(),
        unlisted_out_of_scope(),
        end_record_in_the_comment(),
        filled_up(),
        spanning_marker("entries/spanning-marker", b"PK00"),
        spanning_marker("entries/spanning-marker-of-pkware", b"PK\x07\x08"),
        part_of_a_split_zip(),
        link_to_a_log(),
        other_link("entries/link-to-a-readme", "latest.txt", "README.txt"),
        other_link("entries/link-to-a-folder", "latest", "AWSLogs"),
        another_kind("entries/archive-of-another-kind-inside", "AWSLogs-march.tar.bz2", b"BZh91AY&SY"),
        another_kind("entries/archive-of-another-kind-by-its-content", "AWSLogs-march", b"7z\xbc\xaf\x27\x1c\0\x04"),
        shared_bytes(),
        overlapping(),
        names_differ_in_case(),
        encrypted_log(),
        encrypted_digest(),
        unsafe_path("entries/parent-folder", "../../etc/cron.d/job.json"),
        unsafe_path("entries/parent-folder-inside", "AWSLogs/../../outside.json"),
        unsafe_path("entries/parent-folder-with-backslashes", "..\\..\\Windows\\job.json"),
        unsafe_path("entries/absolute-path", "/etc/cron.d/job.json"),
        unsafe_kind("entries/symlink-out-of-the-tree", Kind::Symlink, b"../../../../../../../../etc/passwd"),
        unsafe_kind("entries/device", Kind::Device, b""),
        unsafe_kind("entries/fifo", Kind::Fifo, b""),
        unrecognised(
            "entries/log-name-of-a-browser",
            &format!("{folder}/{ACCOUNT}_CloudTrail_us-east-1_20260301T0035Z_aBcDeFgHiJkLmNoP (1).json.gz"),
        ),
        unrecognised(
            "entries/log-name-in-lower-case",
            &format!("{folder}/{ACCOUNT}_cloudtrail_us-east-1_20260301t0035z_abcdefghijklmnop.json.gz"),
        ),
        unrecognised(
            "entries/log-name-of-an-unknown-kind",
            &format!("{folder}/{ACCOUNT}_CloudTrail-Something_us-east-1_20260301T0035Z_aBcDeFgHiJkLmNoP.json.gz"),
        ),
        duplicate_equal(),
        duplicate_forged_first(),
        duplicate_forged_last(),
        duplicate_digest(),
        duplicate_digest_forged("entries/digest-twice-forged-first", 0),
        duplicate_digest_forged("entries/digest-twice-forged-last", 1),
        log_limit(),
        log_limit_exact(),
        digest_limit(),
        entry_limit(),
        entry_limit_exact(),
        entries_limit_exact(),
        path_limit(),
        path_limit_of_a_log(),
        path_limit_exact(),
        depth_limit(),
        depth_limit_exact(),
        nested_too_deep(),
        log_nested_too_deep(),
        log_in_an_encrypted_zip(),
    ]
}

/// The standard chain with its archive edited.
fn edited(id: &str, edit: impl FnOnce(&Chain, &mut Archive)) -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    edit(&chain, &mut archive);
    Vector::new(id, &[&chain], archive).near("baseline/account-trail")
}

/// An open question of integrity with one code.
fn limited(vector: Vector, code: &str) -> Vector {
    vector.codes(&[code]).integrity(Indeterminate)
}

/// Nothing is proved, because nothing was found.
fn nothing(vector: Vector, codes: &[&str]) -> Vector {
    vector
        .codes(&[codes, &["archive.empty", "coverage.absent", "key.unused"]].concat())
        .integrity(Indeterminate)
        .authenticity(Indeterminate)
        .continuity(Indeterminate)
        .coverage(Indeterminate)
        .importance(Critical)
        .missed_by_validate_logs(&[1])
        .near("baseline/account-trail")
}

fn empty() -> Vector {
    let mut archive = Archive::default();
    archive.put("README.txt", "The evidence follows by mail.\n");
    nothing(Vector::new("entries/no-evidence", &[&chain()], archive), &["archive.ignored"])
        .says("The archive holds a readme and nothing else.", "Emptiness is never a pass.")
}

fn logs_without_digests() -> Vector {
    let chain = chain();
    let mut archive = Archive::without_metadata(&[&chain]);
    for sealed in &chain.digests {
        archive.remove(&sealed.digest.key);
    }
    nothing(Vector::new("entries/logs-without-digests", &[&chain], archive), &["log.unreferenced"])
        .says("All digests are deleted; the logs are there.", "Logs without digests prove nothing; validate-logs returns 0.")
}

fn wrong_crc() -> Vector {
    let vector = edited("entries/wrong-crc", |chain, archive| archive.entry(chain.log(1, 0)).wrong_crc = true);
    limited(vector, "archive.entry.unreadable").importance(Medium).says(
        "The zip states a wrong CRC for a log whose content is right.",
        "The signed hash decides about the content; the damage to the container is said besides.",
    )
}

fn wrong_crc_and_altered() -> Vector {
    edited("entries/wrong-crc-and-altered", |chain, archive| {
        archive.replace(chain.log(1, 0), "\"Records\"", "\"records\"");
        archive.entry(chain.log(1, 0)).wrong_crc = true;
    })
    .near("entries/wrong-crc")
    .codes(&["archive.entry.unreadable", "log.hash_mismatch"])
    .integrity(Failed)
    .says(
        "The zip states a wrong CRC for a log whose content is altered.",
        "A wrong CRC does not stop the examination, or it would hide an alteration.",
    )
}

fn cut_off() -> Vector {
    let chain = chain();
    let mut bytes = Archive::of(&[&chain]).zip();
    bytes.truncate(bytes.len() * 2 / 3);
    let vector = Vector::of_zip("entries/zip-cut-off", &[&chain], bytes);
    let mut vector = nothing(vector, &["archive.entry.unreadable"]);
    vector.flags.clear();
    vector.validate_logs.clear();
    vector.says(
        "The last third of the zip is cut off, and with it the directory of its entries.",
        "An interrupted copy holds nothing that can be relied on; it is no pass, and no crash.",
    )
}

fn names_disagree() -> Vector {
    let vector = edited("entries/local-name-differs", |chain, archive| {
        let entry = archive.entry(chain.log(1, 0));
        entry.local_path = Some(entry.path.replace("us-east-1", "us-west-2"));
    });
    limited(vector, "archive.entry.unreadable")
        .says("The local header of a log names another path than the directory of the zip.", "Two readers would see two files.")
}

fn headers_disagree(id: &str, oddity: Oddity) -> Vector {
    let vector = edited(id, |chain, archive| archive.entry(chain.log(1, 0)).oddity = Some(oddity));
    limited(vector, "archive.entry.unreadable").near("entries/local-name-differs").says(
        "The local header of a log states something else than the directory of the zip.",
        "Programs differ in which of the two they believe.",
    )
}

/// The standard chain with unusual headers everywhere, which all programs read alike.
fn headers_agree(id: &str, oddity: Oddity) -> Vector {
    let vector = edited(id, |_, archive| {
        for entry in &mut archive.entries {
            entry.oddity = Some(oddity.clone());
        }
    });
    vector.near("layout/deflated").importance(Medium).says(
        "Sizes stand behind the data, or in a field for large archives.",
        "Unusual in small archives, but every program reads it alike.",
    )
}

fn unicode_name() -> Vector {
    let vector = edited("entries/name-in-unicode-as-well", |_, archive| {
        for entry in &mut archive.entries {
            entry.path = format!("M?rz/{}", entry.path);
            entry.oddity = Some(Oddity::UnicodeName(entry.path.replace('?', "\u{e4}")));
            entry.path = entry.path.replace('?', "\u{84}");
        }
    });
    vector.near("entries/two-names").importance(Medium).says(
        "The folder on top has a name in an old character set, and every entry a field with its name in Unicode.",
        "Some programs on Windows write this; the names differ only in what is not ASCII.",
    )
}

fn two_names() -> Vector {
    let vector = edited("entries/two-names", |chain, archive| {
        let entry = archive.entry(chain.log(1, 0));
        entry.oddity = Some(Oddity::UnicodeName(entry.path.replace("us-east-1", "us-west-2")));
    });
    limited(vector, "archive.entry.unreadable")
        .near("entries/local-name-differs")
        .says("A field beside a log's name states another name.", "Programs differ in which of the two they take.")
}

fn self_extracting() -> Vector {
    let chain = chain();
    let zip = Archive::of(&[&chain]).zip();
    let bytes = [b"#!/bin/sh\nexec unzip \"$0\"\n".as_slice(), &zip].concat();
    let vector = Vector::of_zip("entries/program-in-front", &[&chain], bytes);
    let mut vector = nothing(vector, &["archive.entry.unreadable"]).near("entries/zip-cut-off").importance(Medium);
    vector.flags.clear();
    vector.validate_logs.clear();
    vector.says(
        "A small program stands in front of the zip, as in one that unpacks itself.",
        "What an archive is, its first bytes tell; this one is a program, and what it would do is no evidence.",
    )
}

/// A log that is altered, under the name of the genuine one.
fn forged_log(chain: &Chain) -> Entry {
    let genuine = &chain.digests[1].digest.logs[0];
    let text = String::from_utf8(gunzip(&genuine.file())).expect("text");
    Entry::new(&*genuine.key, gzip(text.replacen(":[", ":[ ", 1).as_bytes()))
}

fn hidden(vector: Vector) -> Vector {
    limited(vector, "archive.entry.unreadable").near("entries/log-twice-forged-last").says(
        "An altered log lies between the others in the zip, and the directory does not list it.",
        "Programs that read a zip from its beginning, as from a pipe, would find it.",
    )
}

fn unlisted() -> Vector {
    hidden(edited("entries/not-in-the-directory", |chain, archive| {
        archive.entries.insert(2, Entry { oddity: Some(Oddity::Unlisted), ..forged_log(chain) });
    }))
}

fn unlisted_at_the_start() -> Vector {
    hidden(edited("entries/not-in-the-directory-and-first", |chain, archive| {
        archive.entries.insert(0, Entry { oddity: Some(Oddity::Unlisted), ..forged_log(chain) });
    }))
}

fn unlisted_behind_a_descriptor() -> Vector {
    hidden(edited("entries/not-in-the-directory-behind-a-descriptor", |chain, archive| {
        let last = archive.entries.last_mut().expect("an entry");
        last.oddity = Some(Oddity::Described);
        archive.entries.push(Entry { oddity: Some(Oddity::Unlisted), ..forged_log(chain) });
    }))
}

/// A log as an entry that no directory lists.
fn unlisted_entry(chain: &Chain) -> Vec<u8> {
    let whole = zip(&[forged_log(chain)]);
    let directory = whole.windows(4).position(|bytes| bytes == b"PK\x01\x02").expect("a directory");
    whole[..directory].to_vec()
}

fn unlisted_behind_a_byte() -> Vector {
    hidden(edited("entries/not-in-the-directory-behind-a-byte", |chain, archive| {
        archive.entries[2].oddity = Some(Oddity::Followed([b"x".as_slice(), &unlisted_entry(chain)].concat()));
    }))
    .near("entries/not-in-the-directory")
}

fn unlisted_in_a_stream() -> Vector {
    hidden(edited("entries/not-in-the-directory-in-a-stream", |chain, archive| {
        let hidden = unlisted_entry(chain);
        let entry = archive.entry(chain.log(1, 0));
        entry.deflated = true;
        entry.oddity = Some(Oddity::Filled(hidden));
    }))
    .near("entries/not-in-the-directory")
}

fn unlisted_out_of_scope() -> Vector {
    let vector = edited("entries/not-in-the-directory-and-not-asked", |chain, archive| {
        let hidden = unlisted_entry(chain);
        let path = "AWSLogs/444455556666/CloudTrail/us-east-1/2026/03/01/444455556666_CloudTrail_us-east-1_20260301T0035Z_aBcDeFgHiJkLmNoP.json.gz";
        archive.put(path, gzip(b"{}"));
        archive.entry(path).oddity = Some(Oddity::Followed(hidden));
    });
    vector
        .codes(&["archive.entry.unreadable", "log.unreferenced"])
        .integrity(Indeterminate)
        .near("entries/not-in-the-directory")
        .says(
            "An altered log lies behind one of an account that was not asked for, and the directory does not list it.",
            "What programs would find in an archive concerns all of it, wherever it hides.",
        )
}

/// The archive, with its bytes edited.
fn of_bytes(id: &str, edit: impl FnOnce(&Chain, Vec<u8>) -> Vec<u8>) -> Vector {
    let chain = chain();
    let bytes = edit(&chain, Archive::of(&[&chain]).zip());
    Vector::of_zip(id, &[&chain], bytes).near("baseline/account-trail")
}

fn end_record_in_the_comment() -> Vector {
    let vector = of_bytes("entries/end-record-in-the-comment", |_, zip| {
        let end = zip.windows(4).rposition(|bytes| bytes == b"PK\x05\x06").expect("an end record");
        let record = zip[end..].to_vec();
        let mut zip = [&zip[..], &record].concat();
        zip[end + 20..end + 22].copy_from_slice(&(record.len() as u16).to_le_bytes());
        zip
    });
    limited(vector, "archive.entry.unreadable").says(
        "The comment at the end of the zip is an end record itself.",
        "Some programs take the first end record, others the last.",
    )
}

fn filled_up() -> Vector {
    of_bytes("entries/filled-up-with-zeros", |_, zip| [zip, vec![0; 3000]].concat())
        .near("entries/end-record-in-the-comment")
        .importance(Medium)
        .says("Zeros stand behind the end of the zip.", "bsdtar writes whole blocks; every program reads it alike.")
}

fn spanning_marker(id: &str, marker: &[u8]) -> Vector {
    let chain = chain();
    let bytes = crate::zip::zip_behind(marker, &Archive::of(&[&chain]).entries);
    Vector::of_zip(id, &[&chain], bytes).near("entries/program-in-front").importance(Medium).says(
        "A marker stands in front of the zip: it could have been split, and was not.",
        "Honest programs write this; the directory tells that nothing is missing.",
    )
}

fn part_of_a_split_zip() -> Vector {
    let chain = chain();
    let mut bytes = crate::zip::zip_behind(b"PK\x07\x08", &Archive::of(&[&chain]).entries);
    bytes.truncate(bytes.len() / 2);
    let vector = Vector::of_zip("entries/part-of-a-split-zip", &[&chain], bytes);
    let mut vector = nothing(vector, &["archive.entry.unreadable"]).near("entries/spanning-marker-of-pkware").importance(Medium);
    vector.flags.clear();
    vector.validate_logs.clear();
    vector.says("The first part of a split zip.", "What is in the other parts is not absent: they have to be joined.")
}

fn link_to_a_log() -> Vector {
    let vector = edited("entries/link-to-a-log", |chain, archive| {
        archive.entries.push(Entry { kind: Kind::Symlink, ..Entry::new("latest.gz", chain.log(1, 0)) });
    });
    vector.codes(&["archive.entry.unreadable", "archive.ignored"]).integrity(Indeterminate).near("entries/link-to-a-readme").says(
        "A link under a name that is no evidence leads to a log.",
        "A program that finds the link when it unpacks another entry of that name writes into the log.",
    )
}

fn other_link(id: &str, path: &str, target: &str) -> Vector {
    let vector = edited(id, |_, archive| {
        archive.put("README.txt", "The evidence is below.\n");
        archive.entries.push(Entry { kind: Kind::Symlink, ..Entry::new(path, target) });
    });
    vector
        .codes(&["archive.ignored"])
        .near("baseline/account-trail")
        .importance(Medium)
        .says("A link leads to what is no evidence itself, or to a folder.", "Nothing that is evidence changes by it.")
}

fn another_kind(id: &str, path: &str, start: &[u8]) -> Vector {
    let vector = edited(id, |_, archive| archive.put(path, start));
    limited(vector, "archive.entry.unreadable").importance(Medium).says(
        "Beside the evidence lies an archive of a kind that is not read.",
        "Evidence may be in it; who does not read it cannot say that there is none.",
    )
}

fn shared_bytes() -> Vector {
    let vector = edited("entries/shared-bytes", |chain, archive| {
        let place = archive.entries.iter().position(|entry| entry.path == chain.log(1, 0)).expect("the log");
        let again = Entry { oddity: Some(Oddity::Shared), ..archive.entries[place].clone() };
        archive.entries.insert(place + 1, again);
    });
    limited(vector, "archive.entry.unreadable").near("entries/log-twice").says(
        "Two entries of the directory lead to the same bytes of the zip.",
        "A few bytes become any number of large files that way; no program that packs files does this.",
    )
}

fn overlapping() -> Vector {
    let vector = edited("entries/overlapping", |chain, archive| {
        // The notes are a zip entry as they stand, so the second entry lies inside the first.
        let log = archive.remove(chain.log(1, 0));
        let inner = zip(std::slice::from_ref(&log));
        archive.put("notes.bin", inner);
        archive.entries.push(Entry { oddity: Some(Oddity::Inside), ..log });
    });
    limited(vector, "archive.entry.unreadable").near("entries/shared-bytes").says(
        "A log's bytes lie inside those of another entry.",
        "A few bytes become any number of large files that way; no program that packs files does this.",
    )
}

fn names_differ_in_case() -> Vector {
    let vector = edited("entries/log-twice-names-differ-in-case", |chain, archive| {
        let forged = forged_log(chain);
        archive.entries.push(Entry { path: forged.path.replace("_CloudTrail_", "_cloudtrail_"), ..forged });
    });
    limited(vector, "archive.entry.unrecognised").near("entries/log-twice-forged-last").says(
        "Beside a log lies an altered one, whose name differs from it only in the case of letters.",
        "Where the case of letters does not matter, one of the two is lost when the archive is unpacked.",
    )
}

fn encrypted_log() -> Vector {
    let vector = edited("entries/encrypted-log", |chain, archive| archive.entry(chain.log(1, 0)).encrypted = true);
    limited(vector, "archive.entry.encrypted")
        .says("A log is protected by a password.", "It is there but cannot be read: neither missing nor altered.")
}

fn encrypted_digest() -> Vector {
    let chain = quiet_end();
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[2]);
    archive.entry(chain.key(3)).encrypted = true;
    Vector::new("entries/encrypted-digest", &[&chain], archive)
        .near("entries/encrypted-log")
        .codes(&["archive.entry.encrypted", "coverage.gap"])
        .integrity(Indeterminate)
        .coverage(Indeterminate)
        .says(
            "The newest digest, a silent one, is protected by a password; its predecessor has a sidecar.",
            "What cannot be read covers nothing.",
        )
}

fn unsafe_path(id: &str, path: &str) -> Vector {
    let vector = edited(id, |_, archive| archive.put(path, "{}"));
    limited(vector, "archive.entry.unsafe").says(
        "An entry's path leaves the archive.",
        "A tool that unpacks would write outside its folder. Such an entry is refused and named.",
    )
}

fn unsafe_kind(id: &str, kind: Kind, content: &[u8]) -> Vector {
    let vector = edited(id, |_, archive| {
        archive.entries.push(Entry { kind, ..Entry::new("AWSLogs/latest.json", content) });
    });
    limited(vector, "archive.entry.unsafe").says(
        "An entry is no regular file: a link out of the tree, a device or a pipe.",
        "A tool that unpacks would follow it. Such an entry is refused and named.",
    )
}

fn unrecognised(id: &str, path: &str) -> Vector {
    let vector = edited(id, |chain, archive| archive.put(path, chain.digests[0].digest.logs[0].file()));
    limited(vector, "archive.entry.unrecognised").importance(Medium).says(
        "An extra file looks like CloudTrail's, but its name is of no known form.",
        "It may be evidence that a tool renamed; leaving it out silently would be a guess.",
    )
}

/// The standard chain with a second entry for one of its files; `forged` tells which of the two gets a space in its JSON.
fn doubled(id: &str, path: fn(&Chain) -> &str, forged: Option<usize>) -> Vector {
    edited(id, |chain, archive| {
        let first = archive.entries.iter().position(|entry| entry.path == path(chain)).expect("the file");
        archive.entries.push(archive.entries[first].clone());
        let last = archive.entries.len() - 1;
        if let Some(forged) = forged {
            let bytes = &mut archive.entries[[first, last][forged]].bytes;
            let text = String::from_utf8(gunzip(bytes)).expect("text");
            *bytes = gzip(text.replacen(":[", ":[ ", 1).as_bytes());
        }
    })
}

fn duplicate_equal() -> Vector {
    doubled("entries/log-twice", |chain| chain.log(1, 0), None)
        .codes(&["archive.entry.duplicate"])
        .importance(Medium)
        .says("The zip holds one log twice under one name, with equal bytes.", "Harmless, and counted.")
}

fn duplicate_forged_first() -> Vector {
    doubled("entries/log-twice-forged-first", |chain| chain.log(1, 0), Some(0))
        .near("entries/log-twice")
        .codes(&["archive.entry.duplicate"])
        .integrity(Failed)
        .importance(Critical)
        .says(
            "The zip holds one log twice under one name; the first is altered, the last is genuine.",
            "Readers that keep one entry per name see the genuine one, others the forged one.",
        )
}

fn duplicate_forged_last() -> Vector {
    doubled("entries/log-twice-forged-last", |chain| chain.log(1, 0), Some(1))
        .near("entries/log-twice")
        .codes(&["archive.entry.duplicate"])
        .integrity(Failed)
        .importance(Critical)
        .says(
            "The zip holds one log twice under one name; the first is genuine, the last is altered.",
            "Readers that keep one entry per name see the forged one, others the genuine one.",
        )
}

fn duplicate_digest() -> Vector {
    doubled("entries/digest-twice", |chain| chain.key(1), None)
        .near("entries/log-twice")
        .codes(&["archive.entry.duplicate"])
        .importance(Medium)
        .says("The zip holds one digest twice under one name, with equal bytes.", "One object, so no fork and no duplicate digest.")
}

fn duplicate_digest_forged(id: &str, forged: usize) -> Vector {
    doubled(id, |chain| chain.key(2), Some(forged))
        .near("entries/digest-twice")
        .codes(&["archive.entry.duplicate", "digest.signature.invalid"])
        .integrity(Failed)
        .authenticity(Failed)
        .importance(Critical)
        .says(
            "The zip holds one digest twice under one name, once genuine and once altered.",
            "The genuine one proves its hour; the other one contradicts it under its name, and its signature is invalid.",
        )
}

/// The size of the largest log of the standard chain.
fn largest_log(chain: &Chain) -> u64 {
    let logs = chain.digests.iter().flat_map(|sealed| &sealed.digest.logs);
    logs.map(|log| log.text.len() as u64).max().expect("logs")
}

fn log_limit() -> Vector {
    let limit = largest_log(&chain()) - 1;
    limited(edited("entries/log-over-the-limit", |_, _| ()), "archive.limit")
        .limits(Limits { log_bytes: Some(limit), ..Limits::default() })
        .near("entries/log-at-the-limit")
        .says("The largest log is one byte longer than the limit.", "A limit is a finding, never silence.")
}

fn log_limit_exact() -> Vector {
    let limit = largest_log(&chain());
    edited("entries/log-at-the-limit", |_, _| ())
        .limits(Limits { log_bytes: Some(limit), ..Limits::default() })
        .says("The largest log is as long as the limit.", "Limits are inclusive.")
}

fn digest_limit() -> Vector {
    let mut chain = quiet_end();
    let mut digest = chain.trail.digest(3, 0);
    digest.follow(&chain.digests[2]);
    digest.rewrite = Some(|json| json.replace("\"logFiles\":[", &format!("\"padding\":\"{}\",\"logFiles\":[", "x".repeat(8192))));
    chain.digests[3] = digest.seal();
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[2]);
    Vector::new("entries/digest-over-the-limit", &[&chain], archive)
        .limits(Limits { digest_bytes: Some(8192), ..Limits::default() })
        .near("entries/log-over-the-limit")
        .codes(&["archive.limit", "coverage.gap"])
        .integrity(Indeterminate)
        .coverage(Indeterminate)
        .says("The newest digest, a silent one, is longer than the limit.", "What is not read covers nothing.")
}

/// The standard chain with one log stored without compression, so that it is the largest entry.
fn large_entry(id: &str, beyond: u64) -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    archive.edit(chain.log(0, 0), |bytes| *bytes = gzip_with(&gunzip(bytes), &Header::default(), 0));
    let largest = archive.entries.iter().map(|entry| entry.bytes.len()).max().expect("entries") as u64;
    assert_eq!(archive.entry(chain.log(0, 0)).bytes.len() as u64, largest);
    let limits = Limits { entry_bytes: Some(largest - beyond), ..Limits::default() };
    Vector::new(id, &[&chain], archive).near("baseline/recompressed-log").limits(limits)
}

fn entry_limit() -> Vector {
    limited(large_entry("entries/entry-over-the-limit", 1), "archive.limit")
        .near("entries/entry-at-the-limit")
        .says("The largest entry, a log, is one byte longer than the limit.", "A limit is a finding, never silence.")
}

fn entry_limit_exact() -> Vector {
    large_entry("entries/entry-at-the-limit", 0).says("The largest entry is as long as the limit.", "Limits are inclusive.")
}

fn entries_limit_exact() -> Vector {
    let count = Archive::of(&[&chain()]).entries.len() as u64;
    edited("entries/as-many-entries-as-the-limit", |_, _| ())
        .limits(Limits { entries: Some(count), ..Limits::default() })
        .says("The archive holds as many entries as the limit allows.", "Limits are inclusive.")
}

/// A path of so many bytes.
fn path_of(length: usize) -> String {
    let folder = format!("{}/", "folder-with-a-long-name".repeat(8));
    let mut path = folder.repeat(length / folder.len());
    path.push_str(&"x".repeat(length - path.len()));
    path
}

fn path_limit() -> Vector {
    let vector = edited("entries/path-over-the-limit", |_, archive| archive.put(&path_of(1025), "far away"));
    limited(vector, "archive.limit")
        .near("entries/path-at-the-limit")
        .says("The path of a file that is no evidence is 1,025 bytes long.", "S3 keys have at most 1,024.")
}

fn path_limit_of_a_log() -> Vector {
    let vector = edited("entries/log-at-a-path-over-the-limit", |chain, archive| {
        let entry = archive.entry(chain.log(1, 0));
        entry.path = format!("{}/{}", path_of(1024), entry.path);
    });
    limited(vector, "archive.limit").near("entries/path-over-the-limit").says(
        "A log lies in folders so deep that its path is longer than is read.",
        "It is there, and not read: it is not missing.",
    )
}

fn path_limit_exact() -> Vector {
    edited("entries/path-at-the-limit", |_, archive| archive.put(&path_of(1024), "far away"))
        .codes(&["archive.ignored"])
        .importance(Medium)
        .says("The path of a file that is no evidence is 1,024 bytes long.", "Limits are inclusive.")
}

/// A chain whose newest digest, a silent one, holds an unknown field with arrays in arrays; its predecessor has a sidecar.
fn deep(id: &str, rewrite: fn(&str) -> String) -> Vector {
    let chain = super::quiet_end().trail.chain_with(&[2, 1, 2, 0], |hour, digest| {
        digest.rewrite = (hour == 3).then_some(rewrite);
    });
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[2]);
    Vector::new(id, &[&chain], archive).near("baseline/unknown-fields")
}

/// Adds arrays in arrays; with the object around them they are `depth` deep.
fn nested(json: &str, depth: usize) -> String {
    let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
    json.replace("\"logFiles\":[", &format!("\"deep\":{open}{close},\"logFiles\":["))
}

fn depth_limit() -> Vector {
    deep("entries/digest-too-deep", |json| nested(json, 65))
        .near("entries/digest-at-the-depth-limit")
        .codes(&["coverage.gap", "digest.malformed"])
        .integrity(Failed)
        .coverage(Indeterminate)
        .says("An unknown field of the newest digest makes its JSON 65 deep.", "AWS writes 3; deeper is no digest.")
}

fn depth_limit_exact() -> Vector {
    deep("entries/digest-at-the-depth-limit", |json| nested(json, 64))
        .integrity(Passed)
        .says("An unknown field of the newest digest makes its JSON 64 deep.", "Limits are inclusive.")
}

fn nested_too_deep() -> Vector {
    let vector = edited("entries/zip-in-zip-in-zip", |_, archive| {
        let inner = zip(&[Entry::new("notes.txt", "deep")]);
        archive.put("outer.zip", zip(&[Entry::new("inner.zip", inner)]));
    });
    limited(vector, "archive.limit").near("layout/zip-of-zips").says(
        "Besides the evidence the zip holds a zip that holds a zip.",
        "Archives are read one level deep; what lies deeper is not read, and that is said.",
    )
}

fn log_nested_too_deep() -> Vector {
    let vector = edited("entries/log-in-a-zip-in-a-zip", |chain, archive| {
        let log = archive.remove(chain.log(1, 0));
        archive.put("outer.zip", zip(&[Entry::new("inner.zip", zip(&[log]))]));
    });
    vector.codes(&["archive.limit", "log.missing"]).integrity(Indeterminate).near("entries/zip-in-zip-in-zip").says(
        "A log lies in a zip inside a zip, deeper than is read.",
        "While an archive is not opened, what is missing may lie in it.",
    )
}

fn log_in_an_encrypted_zip() -> Vector {
    let vector = edited("entries/log-in-an-encrypted-zip", |chain, archive| {
        let log = archive.remove(chain.log(1, 0));
        archive.put("march.zip", zip(&[log]));
        archive.entry("march.zip").encrypted = true;
    });
    vector.codes(&["archive.entry.encrypted", "log.missing"]).integrity(Indeterminate).near("entries/encrypted-log").says(
        "A log lies in a zip inside, which needs a password.",
        "While an archive is not opened, what is missing may lie in it.",
    )
}
