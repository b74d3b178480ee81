//! What decides between readings of the rules about entries: their names, where they lie, and log files.

use chrono::Duration;

use super::{OF_NOTHING_ASKED, edited, file_name, forged_text, of, signed};
use crate::archive::{Archive, sidecar_path};
use crate::cases::{ACCOUNT, OTHER_ACCOUNT, chain, trail};
use crate::digest::{Digest, Log};
use crate::gzip::{gunzip, gzip};
use crate::keys::STRANGER;
use crate::time::at;
use crate::trail::Chain;
use crate::vector::Importance::{Critical, Medium};
use crate::vector::Vector;
use crate::vector::Verdict::{Failed, Indeterminate};
use crate::zip::zip;

/// The standard chain and a file under a name that is of nothing asked.
fn stray(id: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Vector {
    edited(id, |_, archive| archive.put(name, bytes)).near("claims/log-file-of-nothing-asked").importance(Medium)
}

pub(super) fn names() -> Vec<Vector> {
    let not_a_number = {
        let chain = trail().chain_with(&[2, 1, 2, 0], |hour, digest| {
            if hour == 3 {
                digest.rewrite = Some(|json| json.replace("\"logFiles\":", "\"note\":NaN,\"logFiles\":"));
            }
        });
        of("malformed/not-a-number", &chain, |archive| archive.sidecar(&chain.digests[2]))
            .codes(&["coverage.gap", "digest.malformed"])
            .integrity(Failed)
            .coverage(Indeterminate)
            .says(
                "The newest digest is malformed. An unknown field holds NaN.",
                "Some programs read it as a number; JSON has none of that name.",
            )
    };
    vec![
        not_a_number,
        {
            let chain = trail().chain_with(&[2, 1, 2, 0], |hour, digest| {
                if hour == 3 {
                    digest.rewrite = Some(|json| {
                        let log = format!(
                            "[{{\"s3Bucket\":\"trail-archive\",\"hashValue\":\"{}\",\"hashAlgorithm\":\"SHA-256\"}}]",
                            "0".repeat(64)
                        );
                        json.replace("[]", &log)
                    });
                }
            });
            of("malformed/listed-without-object", &chain, |_| ()).codes(&["digest.irregular"]).integrity(Indeterminate).says(
                "The newest digest is odd, and signed. A log in its list has no s3Object.",
                "Which log it was is not known, so not everything was looked for.",
            )
        },
        {
            let chain = trail().starting().chain_with(&[1, 1, 1], |hour, digest| {
                if hour == 0 {
                    digest.rewrite = Some(|json| {
                        let field = |name: &str| json.find(name).expect("the field");
                        json[..field("\"previousDigest")].to_owned() + &json[field("\"logFiles\"")..]
                    });
                }
            });
            of("malformed/previous-signature-absent", &chain, |_| ())
                .near("trails/hour-before-the-start")
                .codes(&["coverage.gap", "digest.malformed", "log.unreferenced"])
                .integrity(Failed)
                .coverage(Indeterminate)
                .says(
                    "The starting digest is malformed. It holds none of the fields about a predecessor.",
                    "The text that is signed ends with one of them as it stands.",
                )
        },
        edited("entries/checksum-beside-a-log", |chain, archive| {
            archive.put(&format!("{}.sha256", chain.log(1, 0)), "0123456789abcdef  a log\n");
        })
        .codes(&["archive.ignored"])
        .importance(Medium)
        .says(
            "Beside a log lies a file with its checksum, named after it.",
            "Careful senders add such files; they claim to be no evidence.",
        ),
        edited("layout/macos-name-beside-evidence", |chain, archive| {
            let name = chain.log(0, 0).replacen("us-east-1/2026/03/01/", "us-east-1/2026/03/01/._", 1);
            archive.put(&name, gzip(b"{\"Records\":[]}"));
        })
        .near("layout/macos-files")
        .codes(&["archive.ignored"])
        .importance(Medium)
        .says("A file whose name is ._ and that of a log lies beside it.", "macOS keeps attributes of files under such names."),
        edited("layout/macos-folder-with-a-name", |chain, archive| {
            archive.put(&format!("__MACOSX/{}", chain.log(0, 0)), b"\0\x05\x16\x07".as_slice());
        })
        .near("layout/macos-files")
        .codes(&["archive.ignored"])
        .importance(Medium)
        .says(
            "A folder __MACOSX holds a file under the very name of a log.",
            "What lies in that folder is ignored, whatever its name.",
        ),
        stray("claims/name-that-goes-on-of-nothing-asked", &format!("{OF_NOTHING_ASKED}.part"), "half a file")
            .codes(&["archive.entry.unrecognised"])
            .says("A download of a log that nobody asked for did not end.", "It is in the scope of the name with which it begins."),
        stray("claims/unrecognised-name-of-nothing-asked", "777788889999_CloudTrail_overview.json.gz", gzip(b"{}"))
            .codes(&["archive.entry.unrecognised"])
            .says(
                "A name looks like CloudTrail's, is of no known form, and begins with an account that nobody asked for.",
                "Whose it is can be told.",
            ),
        edited("links/digest-packed-again", |chain, archive| {
            archive.sidecar(&chain.digests[1]);
            archive.edit(chain.key(2), |bytes| bytes.splice(0..0, [0x28, 0xb5, 0x2f, 0xfd]).for_each(drop));
            archive.entry(chain.key(2)).path += ".zst";
        })
        .near("links/silent-digest-deleted")
        .codes(&["archive.entry.unrecognised", "coverage.gap"])
        .integrity(Indeterminate)
        .coverage(Indeterminate)
        .says(
            "A digest in the middle was packed once more, and its name says so.",
            "It is there and is not read: its hour is open, and nothing is missing.",
        ),
        edited("logs/under-a-digest-files-name", |chain, archive| {
            let digest = trail().digest_key(trail().hour(1) + Duration::minutes(40));
            archive.entry(chain.log(1, 0)).path = digest;
        })
        .near("logs/renamed")
        .codes(&["digest.malformed", "log.relocated"])
        .integrity(Failed)
        .says("A listed log lies under the name of a digest file.", "A false digest file; but the log is not missing."),
        edited("container/digest-cut-off-in-mid-chain", |chain, archive| {
            archive.sidecar(&chain.digests[1]);
            archive.edit(chain.key(2), |bytes| bytes.truncate(bytes.len() / 2));
        })
        .near("links/silent-digest-deleted")
        .codes(&["container.truncated", "coverage.gap"])
        .integrity(Failed)
        .coverage(Indeterminate)
        .says(
            "A silent digest in the middle is cut off.",
            "Its content is unknown, so its successor's link contradicts nothing, and nothing is missing.",
        ),
    ]
}

pub(super) fn places() -> Vec<Vector> {
    let prefixed = |folder: &str| trail().with_prefix(&format!("{OTHER_ACCOUNT}/CloudTrail-Digest/{folder}"));
    let mut moved = prefixed("a").chain(&[1, 2]);
    for hour in 2..4 {
        let mut digest = prefixed("b").digest(hour, 1);
        digest.follow(moved.newest());
        moved.digests.push(digest.seal());
    }
    let both = [trail().chain(&[0, 0, 0, 0]), trail().with_prefix("b").chain(&[0, 0, 0, 0])];
    let split = {
        let chain = chain();
        let cut = |path: &str| path[format!("AWSLogs/{ACCOUNT}/").len()..].to_owned();
        let (mut first, mut second) = (Archive::of(&[&chain]), Archive::default());
        second.entries = first.entries.extract_if(.., |entry| entry.path.contains("/CloudTrail/")).collect();
        first.rename(|path| format!("digests/{}", cut(path)));
        second.rename(|path| format!("logs/{}", cut(path)));
        let mut vector = Vector::new("layout/two-archives-two-wrappers", &[&chain], first);
        let path = "archives/layout/two-archives-two-wrappers-second.zip";
        vector.archives.push(path.to_owned());
        vector.files.insert(path.to_owned(), zip(&second.entries));
        vector
    };
    let late = trail().with_prefix("b").from("2026-03-01T03:01:31Z").chain(&[1, 1]);
    let early = trail().chain(&[1, 0, 1]);
    let secured = trail().with_prefix("security").chain(&[2, 1, 0, 2, 1]);
    vec![
        of("trails/prefix-that-looks-like-a-place", &moved, |_| ()).near("baseline/prefix-changed").codes(&["chain.moved"]).says(
            "The key prefix changes below two folders that are named like an account and CloudTrail-Digest.",
            "The last such folders of a key end its place.",
        ),
        split
            .near("layout/wrapper-and-cut")
            .codes(&["digest.relocated", "log.relocated"])
            .integrity(Indeterminate)
            .continuity(Indeterminate)
            .says(
                "Logs and digests come in two archives, both cut off below the account, each in a folder of its own.",
                "Several archives are one case: only what all of it shares is a wrapper.",
            ),
        edited("metadata/beside-and-of-the-key", |chain, archive| {
            archive.rename(|path| format!("handover/{path}"));
            let other = &chain.digests[0];
            archive.put(&sidecar_path(chain.newest()), crate::archive::head_object(other, &other.metadata()));
        })
        .near("layout/wrapper")
        .says(
            "The newest digest's metadata lies beside it; other metadata lies where its key says.",
            "What stands beside a file is about that file.",
        ),
        edited("layout/digest-again-in-another-day", |chain, archive| {
            let path = chain.key(1).replace("2026/03/01", "2026/03/02");
            archive.put(&path, chain.digests[1].file());
        })
        .near("layout/digest-in-another-day")
        .codes(&["archive.entry.duplicate", "digest.relocated"])
        .continuity(Indeterminate)
        .importance(Medium)
        .says("One digest lies in its folder, and again in that of the next day.", "Each entry is asked for its place."),
        edited("logs/again-in-another-folder", |chain, archive| {
            let bytes = archive.entry(chain.log(1, 0)).bytes.clone();
            archive.put(&format!("copies/of/logs/and/more/{}", file_name(chain.log(1, 0))), bytes);
        })
        .near("entries/log-twice")
        .codes(&["archive.entry.duplicate"])
        .importance(Medium)
        .says("One log lies in its folder, and again in another.", "A copy goes with its log, and says nothing against it."),
        edited("logs/altered-and-its-content-elsewhere", |chain, archive| {
            let genuine = archive.entry(chain.log(1, 0)).bytes.clone();
            archive.edit(chain.log(1, 0), |bytes| *bytes = forged_text());
            archive.put(&format!("copies/of/logs/and/more/{}", file_name(chain.log(1, 0))), genuine);
        })
        .near("logs/value-altered")
        .codes(&["log.hash_mismatch", "log.unreferenced"])
        .integrity(Failed)
        .importance(Critical)
        .says(
            "A log is altered in its place, and its genuine content lies under its name in another folder.",
            "What lies in a log's place is that log, whatever lies elsewhere.",
        ),
        edited("links/file-named-after-another-hour-elsewhere", |chain, archive| {
            let entry = archive.entry(chain.key(1));
            entry.path = entry.path.replace("T020131Z", "T090131Z").replace("2026/03/01", "2026/03/02");
        })
        .near("links/file-named-after-another-hour")
        .codes(&["digest.identity_mismatch"])
        .continuity(Failed)
        .says(
            "A digest's file is named after another hour, and lies in another day's folder.",
            "Under another name a file has no place to be asked for.",
        ),
        edited("signatures/invalid-and-elsewhere", |chain, archive| {
            let mut digest = trail().digest(3, 0);
            digest.end -= Duration::minutes(30);
            digest.key = trail().digest_key(digest.end);
            digest.follow(&chain.digests[2]);
            digest.signer = &STRANGER;
            let forged = digest.seal();
            archive.digest(&forged);
            archive.sidecar(&forged);
            archive.entry(&forged.digest.key).path = forged.digest.key.replace("2026/03/01", "2026/03/02");
        })
        .near("links/fork-forged")
        .codes(&["digest.signature.invalid"])
        .authenticity(Failed)
        .says(
            "A digest with an invalid signature lies in another day's folder.",
            "It is not asked where it should lie: nobody signed that.",
        ),
        {
            let mut archive = Archive::of(&[&both[0], &both[1]]);
            archive.sidecar(&both[1].digests[1]);
            archive.remove(both[1].key(2));
            Vector::new("trails/two-of-one-name-and-a-digest-withheld", &[&both[0], &both[1]], archive)
                .near("trails/two-of-one-name")
                .codes(&["chain.digest_missing", "coverage.gap"])
                .continuity(Failed)
                .coverage(Indeterminate)
                .says(
                    "Two trails of one name deliver to two places; of one of them a digest in the middle is withheld.",
                    "The digest of that hour at the other place is signed there, and stands in for nothing.",
                )
        },
        of("trails/unreadable-at-another-place", &secured, |archive| {
            archive.remove_hour(&secured.digests[0]);
            archive.put(&format!("other/{}", trail().digest_key(at("2026-03-01T00:31:31Z"))), "no digest at all");
        })
        .near("links/oldest-digest-deleted")
        .codes(&["coverage.gap", "digest.malformed"])
        .integrity(Failed)
        .coverage(Indeterminate)
        .says(
            "The oldest digest is deleted, and below another prefix garbage lies under the name of an older one.",
            "By its folders it is none of this chain, so that nothing is proved to be missing from it.",
        ),
        {
            let mut archive = Archive::of(&[&early, &late]);
            let mut planted = trail().with_prefix("b").from("2020-01-01T00:01:31Z").digest(0, 0);
            planted.follow(early.newest());
            archive.digest(&planted.seal());
            Vector::new("trails/two-places-joined-by-a-planted-file", &[&early, &late], archive)
                .near("trails/made-again-elsewhere")
                .codes(&["coverage.gap", "digest.signature.missing"])
                .coverage(Indeterminate)
                .importance(Critical)
                .says(
                    "Two trails of one name, of which one ends where the other begins; a planted digest of the year 2020 at the second place names the first.",
                    "Nobody signed that the two are one, and each must cover the period by itself.",
                )
        },
    ]
}

/// The third digest lists a log of the second once more, edited.
fn listed_again(id: &str, edit: impl Fn(&mut Digest, Log), of_archive: impl FnOnce(&Log, &mut Archive)) -> Vector {
    let log = trail().digest(1, 1).logs.remove(0);
    let chain = signed(2, |digest| edit(digest, log.clone()));
    of(id, &chain, |archive| of_archive(&log, archive)).near("logs/listed-in-two-digests")
}

/// The standard chain whose newest digest, which nobody signed, lists one more log.
fn listed_unsigned(id: &str, edit: impl FnOnce(&Chain, &Log, &mut Archive), extra: impl Fn(&Log) -> Log) -> Vector {
    let log = trail().digest(1, 1).logs.remove(0);
    let extra = extra(&log);
    let chain = signed(4, |digest| digest.logs.push(extra.clone()));
    let mut archive = Archive::of(&[&trail().chain(&[2, 1, 0, 2])]);
    archive.remove(&sidecar_path(&chain.digests[3]));
    archive.put(chain.key(4), chain.digests[4].file());
    archive.log(&chain.digests[4].digest.logs[0]);
    edit(&chain, &log, &mut archive);
    Vector::new(id, &[&chain], archive)
        .near("metadata/none")
        .integrity(Failed)
        .authenticity(Indeterminate)
        .coverage(Indeterminate)
        .importance(Critical)
}

pub(super) fn logs() -> Vec<Vector> {
    let forged =
        |log: &Log, key: String| Log::new("trail-archive", key, String::from_utf8(gunzip(&forged_text())).expect(&log.key));
    vec![
        listed_again(
            "logs/listed-with-two-hashes-and-packed-again",
            |digest, log| digest.logs.push(Log { hash: "0".repeat(64), ..log }),
            |log, archive| {
                archive.edit(&log.key, |bytes| bytes.splice(0..0, [0x28, 0xb5, 0x2f, 0xfd]).for_each(drop));
                archive.entry(&log.key).path += ".zst";
            },
        )
        .near("logs/listed-with-two-hashes")
        .codes(&["archive.entry.unrecognised", "log.doubly_listed"])
        .integrity(Failed)
        .says(
            "Two digests list one log with different hashes, and the log is there in a form that is not read.",
            "Two signed statements contradict each other, whatever the log holds.",
        ),
        listed_unsigned(
            "logs/deleted-and-listed-again-unsigned",
            |_, log, archive| {
                archive.remove(&log.key);
                archive.put("audit/report.json.gz", forged_text());
            },
            |log| forged(log, log.key.clone()),
        )
        .codes(&["archive.ignored", "coverage.gap", "digest.signature.missing", "log.missing", "log.unproved"])
        .says(
            "A log is deleted; a digest that nobody signed lists it with another hash, and a file with that content lies elsewhere.",
            "What is right is said by the best list alone: the log is missing.",
        ),
        listed_unsigned(
            "logs/altered-and-listed-elsewhere-unsigned",
            |_, log, archive| archive.edit(&log.key, |bytes| *bytes = forged_text()),
            |log| forged(log, format!("copy/{}", log.key)),
        )
        .codes(&["coverage.gap", "digest.signature.missing", "log.hash_mismatch", "log.unproved"])
        .says(
            "A log is altered; a digest that nobody signed lists a log of that name and content below another prefix.",
            "The better list chooses first, and the altered file is the log that it lists.",
        ),
        {
            let chain = chain();
            of("logs/two-contents-below-an-unsigned-digest", &chain, |archive| {
                archive.remove(&sidecar_path(chain.newest()));
                let key = chain.log(4, 0);
                archive.put(key.trim_end_matches(".gz"), "{\"Records\":[]}");
                archive.edit(key, |bytes| *bytes = forged_text());
            })
            .near("logs/altered-below-an-unsigned-digest")
            .codes(&["archive.entry.duplicate", "container.decoded", "coverage.gap", "digest.signature.missing", "log.unproved"])
            .integrity(Failed)
            .authenticity(Indeterminate)
            .coverage(Indeterminate)
            .says(
                "A log that only an unsigned digest lists lies there with two contents, of which none is the one listed.",
                "It is not known which of the two is to be believed, if any.",
            )
        },
        {
            let chain = signed(1, |digest| {
                let first = digest.logs[0].clone();
                digest.logs.push(Log::new("trail-archive", format!("copy/{}", first.key), "{\"Records\":[]}"));
            });
            of("logs/one-name-below-two-prefixes", &chain, |archive| {
                let second = archive.remove(chain.log(1, 1));
                archive.entries.insert(0, second);
            })
            .says(
                "A digest lists two logs of one name below two prefixes; the one with the longer key comes first in the archive.",
                "Compared from the right both lie in the place of either: the bytes tell which is which.",
            )
        },
    ]
}
