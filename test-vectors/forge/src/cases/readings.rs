//! What decides between two ways of reading a rule, where everything else lets both pass. `second-opinion/switches.py` names the readings.

use chrono::Duration;

use super::{ACCOUNT, OTHER_ACCOUNT, TRAIL, chain, quiet_end, trail};
use crate::archive::{Archive, sidecar_path};
use crate::digest::{Digest, Log};
use crate::gzip::{gunzip, gzip};
use crate::keys::{self, Listed, STRANGER, US_EAST_1};
use crate::time::at;
use crate::trail::{Chain, Trail};
use crate::vector::Importance::{Critical, Medium};
use crate::vector::Verdict::{Failed, Indeterminate, NotAssessed};
use crate::vector::{Scope, Vector};
use crate::zip::zip;

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    [names(), periods(), claims(), places(), logs(), links(), signatures(), keys_of_several_sources()].concat()
}

/// A chain and its archive, edited.
fn of(id: &str, chain: &Chain, edit: impl FnOnce(&mut Archive)) -> Vector {
    let mut archive = Archive::of(&[chain]);
    edit(&mut archive);
    Vector::new(id, &[chain], archive).near("baseline/account-trail")
}

/// The standard chain with its archive edited.
fn edited(id: &str, edit: impl FnOnce(&Chain, &mut Archive)) -> Vector {
    let chain = chain();
    of(id, &chain, |archive| edit(&chain, archive))
}

/// The standard chain with one digest edited before it is signed.
fn signed(hour: usize, mut edit: impl FnMut(&mut Digest)) -> Chain {
    trail().chain_with(&[2, 1, 0, 2, 1], |n, digest| {
        if n == hour {
            edit(digest);
        }
    })
}

fn file_name(key: &str) -> &str {
    key.rsplit('/').next().expect("a name")
}

/// The standard chain and a file under a name that is of nothing asked.
fn stray(id: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Vector {
    edited(id, |_, archive| archive.put(name, bytes)).near("claims/log-file-of-nothing-asked").importance(Medium)
}

/// A log of an account, region and year that nobody asks for.
const OF_NOTHING_ASKED: &str = "777788889999_CloudTrail_eu-west-1_20200101T0000Z_AbCdEf0123456789.json.gz";

fn names() -> Vec<Vector> {
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

/// A log at the edge of the third hour is deleted, and the period begins half a minute into its minute of delivery.
fn period_in_a_minute(vector: Vector) -> Vector {
    vector.period(at("2026-03-01T02:30:30Z"), at("2026-03-01T04:30:00Z")).near("scope/log-before-the-period")
}

fn deleted_at(id: &str, delivered: &str, edit: impl Fn(&mut Log)) -> Vector {
    let mut log = trail().log(at(delivered), "edge");
    log.events = Some((at("2026-03-01T02:20:00Z"), at("2026-03-01T02:10:00Z")));
    edit(&mut log);
    let chain = trail().chain_with(&[0, 1, 1, 1, 1, 0], |hour, digest| {
        if hour == 2 {
            digest.logs.push(log.clone());
        }
    });
    let vector = of(id, &chain, |archive| drop(archive.remove(&log.key)));
    period_in_a_minute(vector).codes(&["log.missing"]).integrity(Failed)
}

/// Nothing is asked.
fn nothing_asked(vector: Vector) -> Vector {
    vector.scope(|scope| *scope = Scope::default()).near("baseline/nothing-asked")
}

fn periods() -> Vec<Vector> {
    let overlap = {
        let first = trail().chain(&[2, 1, 0]);
        let second = trail().from("2026-03-01T01:31:31Z").starting().chain(&[0, 1, 1]);
        Vector::new("scope/overlap-before-the-period", &[&first, &second], Archive::of(&[&first, &second]))
            .period(at("2026-03-01T03:01:31Z"), at("2026-03-01T04:31:31Z"))
    };
    vec![
        deleted_at("scope/log-delivered-in-the-minute-of-the-start", "2026-03-01T02:30:00Z", |_| ()).says(
            "A log is deleted whose minute of delivery the period begins in; its events lie before.",
            "Its name tells the minute, not the second: it may have been delivered in the period.",
        ),
        deleted_at("scope/log-of-unknown-events", "2026-03-01T02:29:00Z", |log| log.events = None).says(
            "A log is deleted that was delivered before the period, and the digest does not say of when its events are.",
            "What is unknown leaves it in.",
        ),
        period_in_a_minute(edited("scope/planted-in-the-minute-of-the-start", |_, archive| {
            archive.log(&trail().log(at("2026-03-01T02:30:00Z"), "planted"));
        }))
        .near("logs/planted")
        .codes(&["log.unreferenced"])
        .integrity(Indeterminate)
        .says("A log is planted whose minute of delivery the period begins in.", "A name stands for a whole minute."),
        overlap.near("links/runs-that-overlap").codes(&["chain.overlap", "chain.restart"]).says(
            "Two runs overlap before the asked period, in which both have digests.",
            "What the overlap is about lies outside of what was asked.",
        ),
        nothing_asked(edited("scope/malformed-beyond-and-nothing-asked", |chain, archive| {
            archive.put(&trail().digest_key(chain.newest().digest.end + Duration::hours(1)), "no digest at all");
        }))
        .codes(&["coverage.period_unstated", "digest.malformed"])
        .integrity(Failed)
        .coverage(NotAssessed)
        .says(
            "Nothing is asked, and garbage lies under the name of the next digest.",
            "The extent of a chain is that of digests that can be read.",
        ),
        nothing_asked(edited("scope/newest-unsigned-and-nothing-asked", |chain, archive| {
            archive.remove(&sidecar_path(chain.newest()));
        }))
        .codes(&["coverage.gap", "coverage.period_unstated", "digest.signature.missing", "log.unproved"])
        .integrity(Indeterminate)
        .authenticity(Indeterminate)
        .coverage(Indeterminate)
        .says(
            "Nothing is asked, and no metadata was handed over.",
            "What the archive holds is judged, and of its last hour nothing is proved.",
        ),
        edited("scope/account-absent-and-no-trail-asked", |_, _| ())
            .scope(|scope| {
                scope.accounts.push(OTHER_ACCOUNT.to_owned());
                (scope.regions, scope.trails) = (Vec::new(), Vec::new());
            })
            .near("scope/account-absent")
            .codes(&["coverage.absent"])
            .coverage(Indeterminate)
            .missed_by_validate_logs(&[24])
            .says(
                "Two accounts are asked for, of which one is absent, and neither regions nor trails.",
                "Whoever names accounts is owed each of them.",
            ),
        edited("scope/only-digest-malformed", |chain, archive| {
            archive.entries.clear();
            archive.put(chain.key(0), "no digest at all");
        })
        .near("baseline/one-digest")
        .codes(&["coverage.absent", "digest.malformed", "key.unused"])
        .integrity(Failed)
        .authenticity(Indeterminate)
        .continuity(Indeterminate)
        .coverage(Indeterminate)
        .says("The only digest file is garbage.", "A chain of which nothing can be read is absent."),
        {
            let one = trail().in_organisation().chain(&[2, 0, 1]);
            let two = Trail { account: OTHER_ACCOUNT.to_owned(), ..trail().in_organisation() }.chain(&[1, 1, 0]);
            Vector::new("scope/trail-by-arn-of-a-member", &[&one, &two], Archive::of(&[&one, &two]))
                .scope(|scope| {
                    scope.accounts.clear();
                    scope.trails = vec![format!("arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{TRAIL}")];
                })
                .near("scope/trail-by-arn-of-an-organization")
                .says(
                    "An organization's trail of two accounts is asked by its ARN, which holds one of them.",
                    "A chain of the account in the ARN is there: nothing is left to be said of the owner.",
                )
        },
        {
            let mut vector = edited("scope/file-named-after-an-hour-that-is-asked", |chain, archive| {
                let entry = archive.entry(chain.key(1));
                entry.path = entry.path.replace("T020131Z", "T043131Z");
            });
            vector.importance = Critical;
            vector
                .period(trail().hour(3), trail().hour(5))
                .near("links/file-named-after-another-hour")
                .codes(&["digest.identity_mismatch"])
                .continuity(Failed)
                .says(
                    "A digest from before the period lies under the name of one in it.",
                    "What claims by its name that it was asked is asked.",
                )
        },
    ]
}

/// The standard chain without metadata of its newest digest, of which the first four hours are asked; the others have what they need.
fn newest_beyond(id: &str, newest: &Chain, edit: impl FnOnce(&mut Archive)) -> Vector {
    of(id, newest, |archive| {
        archive.remove(&sidecar_path(newest.newest()));
        archive.sidecar(&newest.digests[3]);
        edit(archive);
    })
    .period(trail().hour(0), trail().hour(4))
    .near("scope/one-digest-beyond-the-period")
    .codes(&["digest.signature.missing", "log.unproved"])
}

/// The standard chain whose newest digest quotes another signature of its predecessor.
fn quoting(mut edit: impl FnMut(&mut Digest)) -> Chain {
    signed(4, |digest| {
        digest.link().signature = "0123456789abcdef".repeat(32);
        edit(digest);
    })
}

fn claims() -> Vec<Vector> {
    let quoting_next = quoting(|_| ());
    let quoting_late = quoting(|digest| {
        digest.end += Duration::hours(2);
        digest.key = trail().digest_key(digest.end);
    });
    vec![
        newest_beyond("claims/quote-of-the-next-digest-file", &quoting_next, |_| ())
            .codes(&["chain.link.signature_mismatch", "digest.signature.missing", "log.unproved"])
            .continuity(Failed)
            .says(
                "The first digest after the asked period, which nobody signed, quotes another signature of the last one in it.",
                "The next digest of the chain contradicts what was asked.",
            ),
        newest_beyond("claims/quote-under-another-name", &quoting_next, |archive| {
            let entry = archive.entry(quoting_next.key(4));
            entry.path = "777788889999_CloudTrail-Digest_eu-west-1_other_eu-west-1_20200101T000000Z.json.gz".to_owned();
        })
        .near("claims/quote-of-the-next-digest-file")
        .codes(&["digest.identity_mismatch", "digest.signature.missing", "log.unproved"])
        .says(
            "As before, and the file bears a name of nothing that was asked.",
            "What nobody signed speaks for the next digest only under its name.",
        ),
        newest_beyond("claims/quote-three-hours-later", &quoting_late, |_| ()).near("claims/quote-of-the-next-digest-file").says(
            "As before, and the digest ends three hours after the other.",
            "A digest that late is not the next one, and nobody signed it.",
        ),
        {
            let chain = chain();
            of("claims/many-successors-of-nothing-asked", &chain, |archive| {
                for n in 0..4 {
                    let mut planted = trail().from("2020-01-01T00:01:31Z").digest(n, 0);
                    planted.follow(&chain.digests[3]);
                    planted.link().signature = "0123456789abcdef".repeat(32);
                    archive.digest(&planted.seal());
                }
            })
            .period(trail().hour(3), trail().hour(5))
            .near("claims/quote-three-hours-later")
            .codes(&["digest.signature.missing"])
            .says(
                "Four planted digests of the year 2020 name a digest that was asked as their predecessor, and quote other signatures of it.",
                "Only some successors are asked for what they quote; those that claim nothing of what was asked crowd out nobody.",
            )
        },
        edited("claims/planted-and-listed-out-of-scope", |_, archive| {
            let mut planted = trail().from("2020-01-01T00:01:31Z").digest(0, 0);
            planted.logs.push(trail().log(trail().hour(1) + Duration::minutes(33), "planted"));
            archive.digest(&planted.seal());
        })
        .near("logs/planted")
        .codes(&["digest.signature.missing", "log.unproved"])
        .integrity(Indeterminate)
        .importance(Critical)
        .says(
            "A planted log is listed by a planted digest of the year 2020, which nobody signed.",
            "A list that anybody may have written takes nothing out of what was asked.",
        ),
        {
            let asked = chain();
            let log: Log = asked.digests[0].digest.logs[0].clone();
            let other = Trail { account: OTHER_ACCOUNT.to_owned(), ..trail() }.chain_with(&[1, 1, 0, 1, 1], |hour, digest| {
                if hour == 0 {
                    digest.logs.push(log.clone());
                }
            });
            Vector::new("claims/foreign-in-a-list-of-nothing-asked", &[&asked], Archive::of(&[&asked, &other]))
                .near("claims/foreign-in-the-second-list")
                .codes(&["log.doubly_listed", "log.foreign"])
                .says("As before, and only the account whose log it is was asked.", "The list that is foreign was not asked.")
        },
        edited("claims/fork-under-a-name-of-nothing-asked", |chain, archive| {
            let mut digest = trail().digest(3, 0);
            digest.end -= Duration::minutes(30);
            digest.key = trail().digest_key(digest.end);
            digest.follow(&chain.digests[2]);
            let name = "777788889999_CloudTrail-Digest_eu-west-1_other_eu-west-1_20200101T000000Z.json.gz";
            archive.put(name, digest.seal().file());
        })
        .near("claims/unsigned-digest-file-that-says-it-is-asked")
        .codes(&["digest.identity_mismatch", "digest.signature.missing"])
        .says(
            "A file under a name that was not asked says that it is a second successor of a digest. Nobody signed it.",
            "What claims nothing of what was asked, by name or signature, forks no chain.",
        ),
        edited("claims/garbage-under-a-digest-files-name", |chain, archive| {
            archive.put(&format!("old/{}", file_name(chain.key(1))), "no digest at all");
        })
        .codes(&["digest.malformed"])
        .integrity(Failed)
        .says(
            "Garbage lies in another folder under the name of a digest that is there.",
            "What cannot be read as a digest claims no object.",
        ),
        {
            let chain = chain();
            of("claims/stray-beside-the-wrapper", &chain, |archive| {
                archive.rename(|path| format!("handover/{}", &path[format!("AWSLogs/{ACCOUNT}/").len()..]));
                archive.put(OF_NOTHING_ASKED, gzip(b"{\"Records\":[]}"));
            })
            .near("layout/wrapper-and-cut")
            .codes(&["log.unreferenced"])
            .says(
                "Beside a wrapper around what was asked lies a log of nothing that was asked.",
                "What claims nothing does not take the wrapper away.",
            )
        },
    ]
}

fn places() -> Vec<Vector> {
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

fn forged_text() -> Vec<u8> {
    gzip(b"{\"Records\":[{\"eventName\":\"forged\"}]}")
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

fn logs() -> Vec<Vector> {
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

fn links() -> Vec<Vector> {
    let stated = signed(2, |digest| digest.key = trail().digest_key(digest.end - Duration::minutes(7)));
    let standard = chain();
    let second = |edit: &dyn Fn(&mut Digest)| {
        let mut digest = trail().digest(3, 0);
        digest.follow(&standard.digests[2]);
        edit(&mut digest);
        digest.seal()
    };
    let early = second(&|digest| digest.key = trail().digest_key(digest.end - Duration::minutes(7)));
    let apart = second(&|digest| {
        digest.key = digest.key.replace("2026/03/01", "2026/03/02");
        digest.link().key = digest.link().key.replace("T030131Z", "T024531Z");
    });
    let alone = |from: &str| trail().from(from);
    vec![
        of("links/end-contradicts-the-key-in-mid-chain", &stated, |_| ())
            .near("links/end-contradicts-the-key")
            .codes(&["digest.identity_mismatch"])
            .continuity(Failed)
            .says(
                "The end of a digest in the middle is not the time in its key.",
                "Its successor begins when it says that it ends: no gap.",
            ),
        edited("links/two-ends-in-one-hour", |_, archive| {
            archive.digest(&early);
            archive.sidecar(&early);
        })
        .near("links/fork")
        .codes(&["chain.fork", "digest.identity_mismatch"])
        .continuity(Failed)
        .says(
            "A second digest of an hour has a time in its key that is not its end.",
            "Two names, two times: a fork, and no second digest of one time.",
        ),
        edited("links/two-digests-of-one-hour-and-no-link", |_, archive| {
            archive.digest(&apart);
            archive.sidecar(&apart);
        })
        .near("links/two-digests-for-one-hour")
        .codes(&["chain.digest_missing", "digest.duplicate"])
        .continuity(Failed)
        .says(
            "A second digest of an hour lies in another day's folder, by its own key, and names a predecessor that is not there.",
            "Two digests of one time are a duplicate, and not an overlap besides.",
        ),
        {
            let run = alone("2026-03-01T01:31:31Z").chain(&[0]);
            edited("links/run-that-overlaps-unsigned", |_, archive| archive.digest(&run.digests[0]))
                .near("links/runs-that-overlap")
                .codes(&["digest.signature.missing"])
                .authenticity(Indeterminate)
                .says(
                    "A digest that no link joins to the others speaks of their time, and nobody signed it.",
                    "What is not signed covers nothing twice.",
                )
        },
        {
            let run = alone("2026-03-01T01:31:31Z").starting().chain(&[0]);
            edited("links/starting-digest-within-a-run", |_, archive| {
                archive.digest(&run.digests[0]);
                archive.sidecar(&run.digests[0]);
            })
            .near("links/runs-that-overlap")
            .codes(&["chain.restart"])
            .says(
                "A starting digest ends while a chain goes on, and nothing follows it.",
                "Of its hour it covers nothing, so it covers nothing twice.",
            )
        },
        {
            let chain = trail().chain(&[2, 0, 1, 2, 1]);
            of("links/planted-before-a-hole", &chain, |archive| {
                archive.sidecar(&chain.digests[0]);
                archive.remove(chain.key(1));
                let mut planted = trail().digest(1, 0);
                planted.end -= Duration::seconds(1);
                planted.key = trail().digest_key(planted.end);
                planted.follow(&chain.digests[0]);
                archive.digest(&planted.seal());
            })
            .period(trail().hour(0), trail().hour(1) + Duration::minutes(30))
            .near("scope/hole-before-the-period")
            .codes(&["chain.digest_missing", "coverage.gap", "digest.signature.missing"])
            .authenticity(Indeterminate)
            .continuity(Failed)
            .coverage(Indeterminate)
            .importance(Critical)
            .says(
                "A digest is deleted, and one that nobody signed fills all of its hour but a second, which lies outside of the period.",
                "What nobody signed must not make a hole look smaller than it is.",
            )
        },
        {
            let other = Trail { name: "security-audit".to_owned(), ..trail() }.chain(&[1, 0, 1]);
            let chain = signed(3, |digest| digest.follow(other.newest()));
            let mut archive = Archive::of(&[&chain]);
            archive.sidecar(&chain.digests[2]);
            other.digests.iter().for_each(|sealed| archive.digest(sealed));
            Vector::new("claims/link-into-another-trail-without-metadata", &[&chain], archive)
                .near("links/into-another-trail")
                .codes(&["chain.link.foreign", "digest.signature.missing", "log.unproved"])
                .integrity(Indeterminate)
                .continuity(Failed)
                .says(
                    "As before, and the other chain's newest digest has no other signature than the one quoted.",
                    "A link into another chain lends neither a signature nor a hash.",
                )
        },
        {
            let mut log = trail().log(at("2026-02-28T23:50:00Z"), "");
            log.events = None;
            let chain = trail().starting().chain_with(&[0, 1, 1], |hour, digest| {
                if hour == 0 {
                    digest.logs.push(log.clone());
                }
            });
            of("trails/starting-digest-lists-an-earlier-log", &chain, |_| ())
                .period(at("2026-02-28T23:50:00Z"), trail().hour(3))
                .near("trails/starting-digest-lists-logs")
                .codes(&["coverage.gap"])
                .coverage(Indeterminate)
                .says(
                    "A starting digest lists a log that was delivered before its hour, and the period begins with that delivery.",
                    "A digest speaks of its own interval, and of nothing before it.",
                )
        },
    ]
}

fn signatures() -> Vec<Vector> {
    let misquoted = signed(4, |digest| digest.link().signature = "0123456789abcdef".repeat(32));
    let algorithm = trail().chain_with(&[2, 1, 0, 2, 1], |hour, digest| {
        if hour == 4 {
            digest.rewrite = Some(|json| json.replace("\"hashAlgorithm\":\"SHA-256\"", "\"hashAlgorithm\":\"SHA-512\""));
        }
    });
    let padding = {
        let chain = quiet_end();
        let mut archive = Archive::without_metadata(&[&chain]);
        archive.sidecar(&chain.digests[2]);
        let sealed = chain.newest();
        let genuine = US_EAST_1.opened(&sealed.signature);
        // The hash stands at the end of the block, as it must; what stands before it is not the filling of RFC 8017.
        let block: Vec<u8> =
            genuine.iter().enumerate().map(|(n, byte)| if (20..100).contains(&n) { 0x5a } else { *byte }).collect();
        archive.sidecar_with(sealed, &[("signature".into(), hex::encode(US_EAST_1.raw(&block)))]);
        Vector::new("signatures/wrong-padding", &[&chain], archive)
    };
    let beyond = {
        let chains = (0..60).map(|minute| trail().from(&format!("2026-03-01T00:{minute:02}:31Z")).chain(&[1, 0]));
        let found = chains.map(|chain| (US_EAST_1.plus_modulus(&chain.newest().signature), chain)).find(|(sum, _)| sum.is_some());
        let (sum, chain) = found.expect("a signature that is small enough");
        let mut archive = Archive::without_metadata(&[&chain]);
        archive.sidecar(&chain.digests[0]);
        archive.sidecar_with(chain.newest(), &[("signature".into(), sum.expect("a sum"))]);
        Vector::new("signatures/beyond-the-modulus", &[&chain], archive)
    };
    let invalid = |vector: Vector| {
        vector
            .near("signatures/random-signature")
            .codes(&["coverage.gap", "digest.signature.invalid"])
            .authenticity(Failed)
            .coverage(Indeterminate)
    };
    vec![
        of("signatures/invalid-under-a-hash-link", &misquoted, |_| ())
            .near("signatures/random-signature")
            .codes(&["coverage.gap", "digest.signature.invalid", "log.unproved"])
            .integrity(Indeterminate)
            .authenticity(Failed)
            .coverage(Indeterminate)
            .says(
                "The only signature of a digest, quoted by its successor, does not verify; the successor's hash of it is right.",
                "A signature that is there and wrong is not made good by a link.",
            ),
        of("signatures/hash-algorithm-in-the-list", &algorithm, |_| ())
            .near("signatures/algorithm-in-the-digest")
            .codes(&["digest.algorithm.unsupported"])
            .authenticity(Indeterminate)
            .says(
                "The newest digest names another hash algorithm for its log.",
                "What is hashed by it is not known to be what AWS hashed.",
            ),
        invalid(padding).importance(Critical).says(
            "The block that was signed ends with the right hash, and its padding is wrong.",
            "Who compares the end of the block only accepts what can be forged under small exponents.",
        ),
        invalid(beyond).says(
            "The newest digest's signature is the genuine one plus the modulus.",
            "RFC 8017 demands a number below the modulus; there is one signature and no second spelling of it.",
        ),
        {
            let standard = chain();
            let mut other = trail().digest(3, 0);
            other.end -= Duration::minutes(30);
            other.key = trail().digest_key(other.end);
            other.follow(&standard.digests[2]);
            other.link().signature = "0123456789abcdef".repeat(32);
            let mut archive = Archive::without_metadata(&[&standard]);
            archive.digest(&other.seal());
            Vector::new("signatures/quotes-differ-and-nothing-verifies", &[&standard], archive)
                .keys(&[])
                .near("keys/none-and-no-metadata")
                .codes(&["chain.fork", "coverage.gap", "digest.key.unknown", "digest.signature.missing", "log.unproved"])
                .integrity(Indeterminate)
                .authenticity(Indeterminate)
                .continuity(Failed)
                .coverage(Indeterminate)
                .says(
                    "Nobody has a key; two successors of one digest quote different signatures of it.",
                    "With neither metadata nor a signature that verifies there is nothing to compare with.",
                )
        },
    ]
}

fn keys_of_several_sources() -> Vec<Vector> {
    let with = |id: &str, lists: &[(&str, &[Listed])], enclosed: Option<Listed>| {
        edited(id, |_, archive| enclosed.into_iter().for_each(|entry| archive.put("public-keys.json", keys::list(&[entry]))))
            .keys(lists)
    };
    let key = || Listed::key(&US_EAST_1);
    let stolen = Listed { fingerprint: key().fingerprint, ..Listed::key(&STRANGER) };
    let old = || key().valid(at("2026-01-01T00:00:00Z"), at("2026-01-31T00:00:00Z"));
    let collision = include_bytes!("../../keys/collision-1.der");
    let outside =
        |vector: Vector| vector.near("keys/outside-validity").codes(&["digest.key.outside_validity"]).authenticity(Indeterminate);
    vec![
        outside(with("keys/validity-in-an-enclosed-list-only", &[("expired/us-east-1.json", &[old()])], Some(key()))).says(
            "The key expired by the verifier's list; a list in the archive says otherwise.",
            "The sender's word for a validity is worth nothing beside the verifier's.",
        ),
        outside(with("keys/pinned-and-expired-in-the-own-list", &[("expired/us-east-1.json", &[old()])], Some(key())))
            .pins(&[US_EAST_1.pin()])
            .near("keys/validity-in-an-enclosed-list-only")
            .says("As before, and the key is pinned.", "A pin vouches for a key, and for no list of the sender's."),
        with(
            "keys/stated-for-two-regions",
            &[("two-regions/us-west-2.json", &[key()]), ("two-regions/us-east-1.json", &[key()])],
            None,
        )
        .near("keys/file-of-another-region")
        .says("The verifier's lists of two regions both hold the key.", "It is good for a region if one of them states it."),
        with("keys/fingerprint-stolen-in-the-own-list", &[("stolen-in-own-list/us-east-1.json", &[key(), stolen])], None)
            .near("keys/fingerprint-stolen-by-an-enclosed-key")
            .codes(&["key.fingerprint_mismatch"])
            .says(
                "The verifier's own list states the genuine key's fingerprint for another key as well.",
                "A slip of one's own refutes nothing; the entry is refused.",
            ),
        with("keys/with-two-validities", &[("two-validities/us-east-1.json", &[old(), key()])], None)
            .near("keys/outside-validity")
            .says(
                "The verifier's list holds the key twice, with two validities, of which one has passed.",
                "One that holds is enough.",
            ),
        with(
            "keys/validity-begins-at-the-slack",
            &[("early/us-east-1.json", &[key().valid(at("2026-03-01T03:01:31Z"), at("2026-03-31T03:01:31Z"))])],
            None,
        )
        .near("keys/validity-at-the-slack")
        .says("The key's validity begins two hours after the oldest digest ends.", "Two hours of slack on each side, inclusive."),
        {
            let mut vector = with("keys/two-keys-one-fingerprint-and-named", &[], None);
            let entries = [collision.as_slice(), include_bytes!("../../keys/collision-2.der")].map(Listed::der);
            let chain = trail().chain_with(&[2, 1, 0, 2, 1], |_, digest| {
                digest.signer = &STRANGER;
                digest.fingerprint = keys::fingerprint(collision);
            });
            let mut archive = Archive::of(&[&chain]);
            archive.put("public-keys.json", keys::list(&entries));
            let path = vector.archives[0].clone();
            vector.files.insert(path, archive.zip());
            vector
                .near("keys/two-keys-one-fingerprint")
                .codes(&["coverage.gap", "digest.key.unknown", "key.conflict", "log.unproved"])
                .integrity(Indeterminate)
                .authenticity(Failed)
                .continuity(Indeterminate)
                .coverage(Indeterminate)
                .says(
                    "The digests name the fingerprint of two different keys.",
                    "Neither is used: no signature is tried, and none is called invalid.",
                )
        },
    ]
}
