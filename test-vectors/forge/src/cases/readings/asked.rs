//! What decides between readings of the rules about what was asked, and what is claimed.

use chrono::Duration;

use super::{OF_NOTHING_ASKED, edited, file_name, of, signed};
use crate::archive::{Archive, sidecar_path};
use crate::cases::{ACCOUNT, OTHER_ACCOUNT, TRAIL, chain, trail};
use crate::digest::{Digest, Log};
use crate::gzip::gzip;
use crate::time::at;
use crate::trail::{Chain, Trail};
use crate::vector::Importance::Critical;
use crate::vector::Verdict::{Failed, Indeterminate, NotAssessed};
use crate::vector::{Scope, Vector};

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

pub(super) fn periods() -> Vec<Vector> {
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

pub(super) fn claims() -> Vec<Vector> {
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
