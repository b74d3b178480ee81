//! What decides between readings of which a verdict shows little or nothing: what may lie elsewhere, and what a report tells in which order.

use chrono::Duration;

use super::{edited, of, signed};
use crate::cases::trail;
use crate::digest::Log;
use crate::trail::Chain;
use crate::vector::Importance::Medium;
use crate::vector::Vector;
use crate::vector::Verdict::{Failed, Indeterminate};
use crate::zip::{Entry, Oddity, zip};

pub(super) fn unopened() -> Vec<Vector> {
    vec![
        missing_and_unlisted_at_the_start(),
        missing_and_filled_inside(),
        edited("entries/log-missing-beside-shared-bytes", |chain, archive| {
            archive.remove(chain.log(1, 0));
            let notes = Entry::new("notes.bin", b"notes".as_slice());
            archive.entries.push(notes.clone());
            archive.entries.push(Entry { oddity: Some(Oddity::Shared), ..notes });
        })
        .codes(&["archive.entry.unreadable", "log.missing"])
        .integrity(Indeterminate)
        .near("entries/shared-bytes")
        .says(
            "A log is missing, and two entries of no evidence have the same bytes of the zip.",
            "They are not read, so each may be an archive that holds the log.",
        ),
    ]
}

fn missing_and_unlisted_at_the_start() -> Vector {
    edited("entries/log-missing-and-something-before-the-first-entry", |chain, archive| {
        archive.remove(chain.log(1, 0));
        archive.entries.insert(0, Entry { oddity: Some(Oddity::Unlisted), ..Entry::new("notes.txt", b"notes".as_slice()) });
    })
    .codes(&["archive.entry.unreadable", "log.missing"])
    .integrity(Indeterminate)
    .near("entries/not-in-the-directory-and-first")
    .says(
        "A log is missing, and before the first entry of the zip stands what its directory does not list.",
        "Some program reads another archive, and the log may lie in that one.",
    )
}

fn missing_and_filled_inside() -> Vector {
    edited("entries/log-missing-and-something-behind-a-zip-inside", |chain, archive| {
        archive.remove(chain.log(1, 0));
        let log = archive.remove(chain.log(0, 0));
        archive.put("march.zip", [zip(&[log]), b"more".to_vec()].concat());
    })
    .codes(&["archive.entry.unreadable", "log.missing"])
    .integrity(Indeterminate)
    .near("entries/log-missing-and-something-before-the-first-entry")
    .says(
        "A log is missing, another lies in a zip inside, and something stands behind the end of that.",
        "The zip is read all the same; some program reads another one, and the missing log may lie in that.",
    )
}

pub(super) fn told() -> Vec<Vector> {
    vec![
        two_downloads_not_ended(),
        planted_of_two_kinds(),
        edited("keys/entries-without-a-key", |_, archive| {
            let list = "{\"PublicKeyList\":[{},{\"Value\":\"no key\"},{\"Value\":\"\"},{}]}";
            archive.put("public-keys.json", list);
        })
        .codes(&["key.malformed"])
        .importance(Medium)
        .says(
            "An enclosed key list has four entries of which no key can be decoded but that of one, which is empty.",
            "Those that follow each other are told together.",
        ),
        two_other_algorithms(),
        edited("logs/relocated-below-odd-blanks", |chain, archive| {
            let path = chain.log(1, 0).to_owned();
            let (_, name) = path.rsplit_once('/').expect("a folder");
            archive.entry(&path).path = format!("moved\u{a0}here/ and  there /{name}");
        })
        .codes(&["log.relocated"])
        .integrity(Indeterminate)
        .near("logs/renamed")
        .importance(Medium)
        .says(
            "A log lies in folders whose names hold blanks that cannot be seen or counted.",
            "A report shows them, so that nobody takes one folder for another.",
        ),
        two_missing(),
    ]
}

fn two_downloads_not_ended() -> Vector {
    edited("logs/two-downloads-not-ended", |chain, archive| {
        let mut log = archive.remove(chain.log(1, 0));
        log.bytes.truncate(log.bytes.len() / 2);
        let path = log.path.clone();
        for ending in [".part", ".tmp"] {
            archive.entries.push(Entry { path: format!("{path}{ending}"), ..log.clone() });
        }
    })
    .codes(&["archive.entry.unrecognised"])
    .integrity(Indeterminate)
    .near("logs/download-not-ended")
    .importance(Medium)
    .says(
        "Two downloads of a log did not end, and left their temporary names.",
        "One of them stands for the log; the other is told, too.",
    )
}

fn planted_of_two_kinds() -> Vector {
    let planted = |kind: &str, minute: i64| trail().log_of(kind, trail().hour(1) + Duration::minutes(minute), "planted", 1);
    edited("logs/planted-of-two-kinds", |_, archive| {
        archive.log(&planted("CloudTrail", 33));
        archive.log(&planted("CloudTrail-Insight", 35));
        archive.log(&planted("CloudTrail", 37));
    })
    .codes(&["log.unreferenced", "log.unreferenced.undocumented_kind"])
    .integrity(Indeterminate)
    .near("logs/planted")
    .missed_by_validate_logs(&[9])
    .importance(Medium)
    .says(
        "Three logs lie among the others that no digest lists; the one in the middle is of another kind.",
        "Those of one kind are told together, whatever lies between them.",
    )
}

fn two_other_algorithms() -> Vector {
    let chain = trail().chain_with(&[2, 1, 2, 0], |hour, digest| {
        if hour == 3 {
            digest.algorithm = "SHA512withRSA".to_owned();
        }
    });
    let sealed = chain.newest();
    of("signatures/two-other-algorithms", &chain, |archive| {
        archive.remove(&crate::archive::sidecar_path(sealed));
        let metadata = [("signature".into(), sealed.signature.clone()), ("signature-algorithm".into(), "SHA1withRSA".into())];
        archive.sidecar_with(sealed, &metadata);
        archive.sidecar(&chain.digests[2]);
    })
    .near("signatures/algorithm-in-the-digest")
    .codes(&["coverage.gap", "digest.algorithm.unsupported"])
    .authenticity(Indeterminate)
    .coverage(Indeterminate)
    .missed_by_validate_logs(&[14])
    .says(
        "The newest digest, a silent one, and its sidecar name two other algorithms for its signature.",
        "What the digest itself says is told.",
    )
}

/// A log of the first hour that is listed by the digest of the last.
fn late() -> Log {
    trail().log(trail().hour(0) + Duration::minutes(50), "late")
}

fn two_missing() -> Vector {
    let chain: Chain = signed(4, |digest| digest.logs.push(late()));
    of("logs/two-deleted-listed-the-other-way-round", &chain, |archive| {
        archive.remove(&late().key);
        archive.remove(chain.log(1, 0));
    })
    .codes(&["log.missing"])
    .integrity(Failed)
    .near("logs/deleted")
    .importance(Medium)
    .says(
        "Two logs are deleted; the older one was delivered late, and the newer digest lists it.",
        "They are told in the order of their digests.",
    )
}
