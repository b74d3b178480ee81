//! What happens to logs, and what digests list.

use chrono::Duration;

use super::{ACCOUNT, OTHER_ACCOUNT, TRAIL, chain, trail};
use crate::archive::Archive;
use crate::digest::{Digest, Log};
use crate::trail::{Chain, Trail};
use crate::vector::Importance::{Critical, Medium};
use crate::vector::Vector;
use crate::vector::Verdict::{Failed, Indeterminate};

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    vec![
        value_altered(),
        record_removed(),
        emptied(),
        replaced_by_another(),
        deleted(),
        all_deleted(),
        renamed(),
        packed_again(),
        download_not_ended(),
        copy_with_a_number(),
        altered_copy_with_a_number(),
        copy_does_not_stand_in(),
        planted(),
        planted_undocumented("logs/planted-insight", "CloudTrail-Insight"),
        planted_undocumented("logs/planted-network-activity", "CloudTrail-NetworkActivity"),
        planted_undocumented("logs/planted-aggregated", "CloudTrail-Aggregated"),
        listed_twice(),
        listed_in_two_digests(),
        listed_with_two_hashes(),
        foreign_account(),
        foreign_region(),
        foreign_kind(),
        unproved(),
    ]
}

/// The standard chain with its archive edited.
fn edited(id: &str, edit: impl FnOnce(&Chain, &mut Archive)) -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    edit(&chain, &mut archive);
    Vector::new(id, &[&chain], archive).near("baseline/account-trail")
}

/// The standard chain with the second hour's digest edited before it is signed.
fn signed(id: &str, mut edit: impl FnMut(&mut Digest)) -> Vector {
    let chain = trail().chain_with(&[2, 1, 0, 2, 1], |hour, digest| {
        if hour == 1 {
            edit(digest);
        }
    });
    Vector::new(id, &[&chain], Archive::of(&[&chain])).near("baseline/account-trail")
}

/// An integrity failure with one code.
fn failed(vector: Vector, code: &str) -> Vector {
    vector.codes(&[code]).integrity(Failed).importance(Critical)
}

/// An open question of integrity with one code.
fn limited(vector: Vector, code: &str) -> Vector {
    vector.codes(&[code]).integrity(Indeterminate)
}

fn value_altered() -> Vector {
    let vector = edited("logs/value-altered", |chain, archive| {
        archive.replace(chain.log(1, 0), "\"sourceIPAddress\":\"", "\"sourceIPAddress\":\"1");
    });
    failed(vector, "log.hash_mismatch")
        .says("One address in a record is altered; the file is a proper gzip file.", "The plainest forgery.")
}

fn record_removed() -> Vector {
    let vector = edited("logs/record-removed", |chain, archive| {
        let text = &chain.digests[0].digest.logs[0].text;
        let second = text.find("},{\"eventVersion\"").expect("two records");
        let first = format!("{}}}]}}", &text[..second]);
        archive.edit(chain.log(0, 0), |bytes| *bytes = crate::gzip::gzip(first.as_bytes()));
    });
    failed(vector, "log.hash_mismatch").says("One of two records is taken out of a log.", "What a guilty insider would do.")
}

fn emptied() -> Vector {
    let vector = edited("logs/emptied", |chain, archive| {
        archive.edit(chain.log(1, 0), |bytes| *bytes = crate::gzip::gzip(b"{\"Records\":[]}"));
    });
    failed(vector, "log.hash_mismatch").says("A log's records are replaced by none.", "An empty log is a log with a hash.")
}

fn replaced_by_another() -> Vector {
    let vector = edited("logs/replaced-by-another-log", |chain, archive| {
        let other = chain.digests[0].digest.logs[0].file();
        archive.edit(chain.log(1, 0), |bytes| *bytes = other);
    });
    failed(vector, "log.hash_mismatch").says(
        "A log's content is replaced by that of another genuine log, which is there too.",
        "Genuine bytes in the wrong place prove nothing for that place.",
    )
}

fn deleted() -> Vector {
    let vector = edited("logs/deleted", |chain, archive| {
        archive.remove(chain.log(1, 0));
    });
    failed(vector, "log.missing").says("A log is deleted.", "A signed digest lists it.")
}

fn all_deleted() -> Vector {
    let vector = edited("logs/all-deleted", |chain, archive| {
        for sealed in &chain.digests {
            archive.remove_logs(sealed);
        }
    });
    failed(vector, "log.missing")
        .near("logs/deleted")
        .says("All logs are deleted and all digests are there.", "A sound chain over nothing is not sound evidence.")
}

/// A log's entry goes on after its name.
fn continued(id: &str, end: &str, edit: fn(&mut Vec<u8>)) -> Vector {
    let vector = edited(id, |chain, archive| {
        let path = chain.log(1, 0).to_owned();
        archive.edit(&path, edit);
        archive.entry(&path).path = format!("{path}{end}");
    });
    limited(vector, "archive.entry.unrecognised")
}

fn packed_again() -> Vector {
    // What is in it does not matter: it is not read.
    continued("logs/packed-again", ".zst", |bytes| bytes.splice(0..0, [0x28, 0xb5, 0x2f, 0xfd]).for_each(drop))
        .near("logs/deleted")
        .says(
            "A log was packed once more, and its name says so.",
            "It is there, in a form that is not read: neither proved nor missing.",
        )
}

fn download_not_ended() -> Vector {
    continued("logs/download-not-ended", ".part", |bytes| bytes.truncate(bytes.len() / 2))
        .near("logs/deleted")
        .says("The download of a log did not end, and left its temporary name.", "Half a file under no log's name alters no log.")
}

fn copy_with_a_number() -> Vector {
    let vector = edited("logs/copy-with-a-number", |chain, archive| {
        let path = chain.log(1, 0).to_owned();
        archive.entry(&path).path = format!("{path}.1");
    });
    vector.codes(&["archive.entry.unrecognised", "log.relocated"]).integrity(Indeterminate).near("logs/renamed").says(
        "A log lies under its name with a number at the end.",
        "Its content is found; its name is not the one that AWS gave it.",
    )
}

fn altered_copy_with_a_number() -> Vector {
    let vector = edited("logs/altered-copy-with-a-number", |chain, archive| {
        let path = chain.log(1, 0).to_owned();
        archive.replace(&path, "\"sourceIPAddress\":\"", "\"sourceIPAddress\":\"1");
        archive.entry(&path).path = format!("{path}.1");
    });
    failed(vector, "log.missing").codes(&["archive.entry.unrecognised", "log.missing"]).near("logs/copy-with-a-number").says(
        "A log is altered, and lies under its name with a number at the end.",
        "Its content can be read, and is not what was listed.",
    )
}

fn renamed() -> Vector {
    let vector = edited("logs/renamed", |chain, archive| {
        let path = chain.log(1, 0).to_owned();
        let (before, _) = path.rsplit_once('_').expect("a log's name");
        archive.entry(&path).path = format!("{before}_RenamedByTheTool.json.gz");
    });
    limited(vector, "log.relocated").says(
        "A log has another unique string in its name.",
        "The right bytes under another name are not missing, but not where they were delivered.",
    )
}

fn copy_does_not_stand_in() -> Vector {
    let empty = |time| {
        let log = trail().log(time, "");
        Log::new("trail-archive", log.key, "{\"Records\":[]}")
    };
    let chain = trail().chain_with(&[0, 0, 0], |hour, digest| {
        if hour < 2 {
            digest.logs.push(empty(digest.start + Duration::minutes(9)));
        }
    });
    let mut archive = Archive::of(&[&chain]);
    archive.remove(chain.log(1, 0));
    failed(Vector::new("logs/copy-does-not-stand-in", &[&chain], archive), "log.missing").near("logs/deleted").says(
        "Two logs are equal byte for byte, and one of them is deleted.",
        "All empty logs are equal; one of them cannot stand in for another.",
    )
}

/// A log that no digest of the standard chain lists, in its second hour.
fn extra(kind: &str) -> Log {
    trail().log_of(kind, trail().hour(1) + Duration::minutes(33), "planted", 1)
}

fn planted() -> Vector {
    let vector = edited("logs/planted", |_, archive| archive.log(&extra("CloudTrail")));
    limited(vector, "log.unreferenced").missed_by_validate_logs(&[9]).says(
        "A log lies among the others that no digest lists.",
        "Whoever can write into the bucket can plant it. It is not evidence.",
    )
}

fn planted_undocumented(id: &str, kind: &str) -> Vector {
    let vector = edited(id, |_, archive| archive.log(&extra(kind)));
    limited(vector, "log.unreferenced.undocumented_kind")
        .near("logs/planted")
        .missed_by_validate_logs(&[9])
        .importance(Medium)
        .says(
            "A log of a kind that AWS may never list in digests lies among the others.",
            "It is not evidence, and AWS does not say whether it could be.",
        )
}

fn listed_twice() -> Vector {
    signed("logs/listed-twice-in-one-digest", |digest| digest.logs.push(digest.logs[0].clone()))
        .missed_by_validate_logs(&[19])
        .codes(&["log.doubly_listed"])
        .importance(Medium)
        .says("A digest lists one log twice.", "AWS signed it, so it is odd and no more; but the log counts once.")
}

/// A chain whose third digest lists a log of its second digest again.
fn listed_again(id: &str, edit: impl Fn(&mut Log)) -> Vector {
    let log = trail().digest(1, 1).logs.remove(0);
    let chain = trail().chain_with(&[2, 1, 0, 2, 1], |hour, digest| {
        if hour == 2 {
            digest.logs.push(log.clone());
            edit(&mut digest.logs[0]);
        }
    });
    Vector::new(id, &[&chain], Archive::of(&[&chain])).near("baseline/account-trail")
}

fn listed_in_two_digests() -> Vector {
    listed_again("logs/listed-in-two-digests", |_| ())
        .missed_by_validate_logs(&[19])
        .codes(&["log.doubly_listed"])
        .importance(Medium)
        .says("Two digests list one log with one hash.", "AWS signed both; the log counts once.")
}

fn listed_with_two_hashes() -> Vector {
    listed_again("logs/listed-with-two-hashes", |log| log.hash = "0".repeat(64))
        .near("logs/listed-in-two-digests")
        .codes(&["log.doubly_listed", "log.hash_mismatch"])
        .integrity(Failed)
        .importance(Critical)
        .says(
            "Two digests list one log with different hashes; the file has the first.",
            "A log cannot have two contents, and the file contradicts one of two signed statements.",
        )
}

fn foreign_account() -> Vector {
    let foreign = Trail::new(OTHER_ACCOUNT, "us-east-1", TRAIL, "us-east-1").log(trail().hour(1), "");
    let vector = signed("logs/foreign-account", |digest| digest.logs.push(foreign.clone()));
    limited(vector, "log.foreign").says(
        "A digest lists a log of another account; the log is there and has the right hash.",
        "AWS signed it, so it is no forgery; but a digest of one account should not speak of another.",
    )
}

fn foreign_region() -> Vector {
    let foreign = Trail::new(ACCOUNT, "us-west-2", TRAIL, "us-east-1").log(trail().hour(1), "");
    let vector = signed("logs/foreign-region", |digest| digest.logs.push(foreign.clone()));
    limited(vector, "log.foreign").near("logs/foreign-account").says("A digest lists a log of another region.", "Odd, and signed.")
}

fn foreign_kind() -> Vector {
    let key = format!("AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/2026/03/01/notes.txt");
    let vector = signed("logs/no-log-at-all", |digest| {
        digest.logs.push(Log::new("trail-archive", key.clone(), "a note\n"));
    });
    vector.codes(&["archive.ignored", "log.foreign"]).integrity(Indeterminate).near("logs/foreign-account").says(
        "A digest lists a text file; it lies in its place.",
        "What does not end in .json or .json.gz is not read, so it is not looked for either.",
    )
}

fn unproved() -> Vector {
    edited("logs/altered-below-an-unsigned-digest", |chain, archive| {
        archive.remove(&crate::archive::sidecar_path(chain.newest()));
        archive.replace(chain.log(4, 0), "\"sourceIPAddress\":\"", "\"sourceIPAddress\":\"1");
    })
    .near("metadata/none")
    .codes(&["coverage.gap", "digest.signature.missing", "log.unproved"])
    .integrity(Indeterminate)
    .authenticity(Indeterminate)
    .coverage(Indeterminate)
    .says(
        "The newest digest has no signature, and its log is altered.",
        "What an unsigned digest lists neither proves nor refutes.",
    )
}
