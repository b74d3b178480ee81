//! Chains that are broken, forked or doubled.

use chrono::Duration;

use super::{ACCOUNT, OTHER_ACCOUNT, TRAIL, chain, trail};
use crate::archive::Archive;
use crate::digest::{Digest, Sealed};
use crate::trail::{Chain, Trail};
use crate::vector::Importance::{Critical, Medium};
use crate::vector::Vector;
use crate::vector::Verdict::{Failed, Indeterminate};

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    vec![
        silent_digest_deleted(),
        digest_deleted(),
        digest_deleted_logs_left(),
        digests_deleted(),
        two_holes(),
        newest_deleted(),
        newest_deleted_logs_left(),
        oldest_deleted(),
        restart(),
        restart_before_the_period(),
        runs_that_overlap(),
        restart_older_deleted(),
        restart_end_of_older_deleted(),
        restart_without_metadata(),
        fork(),
        fork_unsigned(),
        fork_forged(),
        duplicate(),
        duplicate_unsigned(),
        cycle(),
        hash_mismatch(),
        time_gap(),
        time_overlap(),
        foreign_trail(),
        foreign_account(),
        foreign_region(),
        foreign_name(),
        foreign_into_what_was_asked(),
        renamed_to_another_trail(),
        renamed_to_another_hour(),
        account_contradicts(),
        end_contradicts_name(),
        own_key_is_no_digest_file(),
        prefix_changed_and_digest_deleted(),
        planted_far_future(),
        planted_far_future_regex(),
        one_region_ends_early(),
        one_trail_ends_early(),
    ]
}

/// A chain and its archive, with the archive edited.
fn edited(id: &str, chain: &Chain, edit: impl FnOnce(&mut Archive)) -> Vector {
    let mut archive = Archive::of(&[chain]);
    edit(&mut archive);
    Vector::new(id, &[chain], archive).near("baseline/account-trail")
}

/// The standard chain with one digest edited before it is signed.
fn signed(id: &str, hour: usize, mut edit: impl FnMut(&mut Digest)) -> Vector {
    let chain = trail().chain_with(&[2, 1, 0, 2, 1], |n, digest| {
        if n == hour {
            edit(digest);
        }
    });
    edited(id, &chain, |_| ())
}

fn silent_digest_deleted() -> Vector {
    let chain = chain();
    edited("links/silent-digest-deleted", &chain, |archive| {
        archive.sidecar(&chain.digests[1]);
        archive.remove(chain.key(2));
    })
    .codes(&["chain.digest_missing", "coverage.gap"])
    .continuity(Failed)
    .coverage(Indeterminate)
    .importance(Critical)
    .says(
        "A digest without logs is deleted in the middle; the one before it has a sidecar.",
        "A missing hour within a chain is never explained by silence.",
    )
}

fn digest_deleted() -> Vector {
    let chain = chain();
    edited("links/digest-and-logs-deleted", &chain, |archive| archive.remove_hour(&chain.digests[1]))
        .codes(&["chain.digest_missing", "coverage.gap", "digest.signature.missing", "log.unproved"])
        .integrity(Indeterminate)
        .authenticity(Indeterminate)
        .continuity(Failed)
        .coverage(Indeterminate)
        .importance(Critical)
        .near("links/silent-digest-deleted")
        .says(
            "A digest and its log are deleted in the middle.",
            "With it goes the signature of the digest before it, and what that one lists is unproved.",
        )
}

fn digest_deleted_logs_left() -> Vector {
    let chain = chain();
    edited("links/digest-deleted-logs-left", &chain, |archive| {
        archive.sidecar(&chain.digests[0]);
        archive.remove(chain.key(1));
    })
    .codes(&["chain.digest_missing", "coverage.gap", "log.unreferenced"])
    .integrity(Indeterminate)
    .continuity(Failed)
    .coverage(Indeterminate)
    .near("links/silent-digest-deleted")
    .says("A digest is deleted in the middle and its log is left.", "The log is not evidence any more.")
}

fn digests_deleted() -> Vector {
    let chain = trail().chain(&[2, 0, 1, 2, 0, 1]);
    edited("links/three-digests-deleted", &chain, |archive| {
        archive.sidecar(&chain.digests[1]);
        for sealed in &chain.digests[2..5] {
            archive.remove_hour(sealed);
        }
    })
    .codes(&["chain.digest_missing", "coverage.gap"])
    .continuity(Failed)
    .coverage(Indeterminate)
    .missed_by_validate_logs(&[5])
    .near("links/silent-digest-deleted")
    .says(
        "Three digests in a row are deleted with their logs; the one before them has a sidecar.",
        "validate-logs reports one missing digest; the hole is three hours.",
    )
}

fn two_holes() -> Vector {
    let chain = trail().chain(&[1, 0, 1, 0, 1]);
    edited("links/two-holes", &chain, |archive| {
        for hour in [1, 3] {
            archive.sidecar(&chain.digests[hour - 1]);
            archive.remove(chain.key(hour));
        }
    })
    .codes(&["chain.digest_missing", "coverage.gap"])
    .continuity(Failed)
    .coverage(Indeterminate)
    .near("links/silent-digest-deleted")
    .says("Two silent digests that are no neighbours are deleted.", "Two holes, not one.")
}

fn newest_deleted() -> Vector {
    let chain = chain();
    edited("links/newest-digests-deleted", &chain, |archive| {
        archive.remove(&crate::archive::sidecar_path(chain.newest()));
        archive.remove_hour(&chain.digests[3]);
        archive.remove_hour(&chain.digests[4]);
        archive.sidecar(&chain.digests[2]);
    })
    .codes(&["coverage.gap"])
    .coverage(Indeterminate)
    .missed_by_validate_logs(&[2])
    .says(
        "The two newest digests are deleted with their logs; the newest that is left has a sidecar.",
        "Nothing anchors the head of a chain but the period that is asked.",
    )
}

fn newest_deleted_logs_left() -> Vector {
    let chain = chain();
    edited("links/newest-digests-deleted-logs-left", &chain, |archive| {
        archive.remove(&crate::archive::sidecar_path(chain.newest()));
        archive.remove(chain.key(3));
        archive.remove(chain.key(4));
        archive.sidecar(&chain.digests[2]);
    })
    .codes(&["coverage.gap", "log.unreferenced"])
    .integrity(Indeterminate)
    .coverage(Indeterminate)
    .missed_by_validate_logs(&[2, 9])
    .near("links/newest-digests-deleted")
    .says("The two newest digests are deleted and their logs are left.", "The logs are newer than the last digest.")
}

fn oldest_deleted() -> Vector {
    let chain = chain();
    edited("links/oldest-digest-deleted", &chain, |archive| archive.remove_hour(&chain.digests[0]))
        .codes(&["coverage.gap"])
        .coverage(Indeterminate)
        .says(
            "The oldest digest is deleted with its logs.",
            "At an edge nothing is known to be missing; the asked period is not covered.",
        )
}

/// A chain that starts anew at an hour.
fn restarted(hours: &[usize], at: usize) -> Chain {
    trail().chain_with(hours, |hour, digest| {
        if hour == at {
            digest.previous = None;
        }
    })
}

fn restart() -> Vector {
    let chain = restarted(&[2, 1, 1, 1], 2);
    edited("links/restart", &chain, |archive| archive.sidecar(&chain.digests[1]))
        .codes(&["chain.restart", "coverage.gap"])
        .coverage(Indeterminate)
        .missed_by_validate_logs(&[4])
        .says(
            "The chain starts anew with a digest that lists one log, and begins where the older chain ends; the last digest before has a sidecar.",
            "AWS signs the hour before logging is switched on: of that hour nothing is covered but what is listed.",
        )
}

fn restart_before_the_period() -> Vector {
    let chain = restarted(&[2, 1, 0, 1, 1], 2);
    edited("links/restart-before-the-period", &chain, |archive| archive.sidecar(&chain.digests[1]))
        .period(chain.trail.hour(3), chain.trail.hour(5))
        .codes(&["chain.restart"])
        .near("links/restart")
        .importance(Medium)
        .says(
            "The chain starts anew before the asked period, which begins at the end of the starting digest.",
            "From the end of a starting digest on everything is covered.",
        )
}

/// Two runs of digests, an offset of half an hour apart, which no link joins.
fn runs_that_overlap() -> Vector {
    let first = trail().chain(&[2, 1, 0, 2, 1]);
    let second = trail().from("2026-03-01T01:31:31Z").starting().chain(&[0, 1, 1]);
    let archive = Archive::of(&[&first, &second]);
    Vector::new("links/runs-that-overlap", &[&first, &second], archive)
        .near("links/restart")
        .codes(&["chain.overlap", "chain.restart"])
        .continuity(Indeterminate)
        .says(
            "While a chain goes on, a second one of the same trail at the same place starts.",
            "One trail has one life at one place: whatever this is, it needs an explanation.",
        )
}

fn restart_older_deleted() -> Vector {
    let chain = restarted(&[2, 1, 1, 1], 2);
    edited("links/restart-and-all-older-deleted", &chain, |archive| {
        archive.remove_hour(&chain.digests[0]);
        archive.remove_hour(&chain.digests[1]);
    })
    .codes(&["coverage.gap"])
    .coverage(Indeterminate)
    .missed_by_validate_logs(&[3])
    .near("links/restart")
    .says(
        "The chain starts anew, and everything older is deleted.",
        "It looks like a trail that was just made; the asked period begins before it.",
    )
}

fn restart_end_of_older_deleted() -> Vector {
    let chain = restarted(&[2, 1, 1, 1, 1], 3);
    edited("links/restart-and-end-of-older-deleted", &chain, |archive| {
        archive.sidecar(&chain.digests[1]);
        archive.remove_hour(&chain.digests[2]);
    })
    .codes(&["chain.restart", "coverage.gap"])
    .coverage(Indeterminate)
    .missed_by_validate_logs(&[4])
    .near("links/restart")
    .says(
        "The chain starts anew, and the last digest of the older chain is deleted.",
        "validate-logs says that no log files were delivered, which is false, and returns 0.",
    )
}

fn restart_without_metadata() -> Vector {
    edited("links/restart-without-metadata", &restarted(&[2, 0, 1, 1], 2), |_| ())
        .codes(&["chain.restart", "coverage.gap", "digest.signature.missing"])
        .authenticity(Indeterminate)
        .coverage(Indeterminate)
        .near("links/restart")
        .says(
            "The chain starts anew, and the last digest before, a silent one, has no sidecar.",
            "No successor quotes its signature, so it needs metadata like the newest.",
        )
}

/// A second successor of the third digest of the standard chain, half an hour long and silent.
fn second_successor(chain: &Chain) -> Digest {
    let mut digest = chain.trail.digest(3, 0);
    digest.end -= Duration::minutes(30);
    digest.key = chain.trail.digest_key(digest.end);
    digest.follow(&chain.digests[2]);
    digest
}

fn fork() -> Vector {
    let chain = chain();
    edited("links/fork", &chain, |archive| {
        let second = second_successor(&chain).seal();
        archive.digest(&second);
        archive.sidecar(&second);
    })
    .codes(&["chain.fork"])
    .continuity(Indeterminate)
    .missed_by_validate_logs(&[12])
    .says(
        "Two signed digests with different ends follow one digest.",
        "AWS signed both, so it is odd; validate-logs never opens the second.",
    )
}

fn fork_unsigned() -> Vector {
    let chain = chain();
    edited("links/fork-unsigned", &chain, |archive| archive.digest(&second_successor(&chain).seal()))
        .codes(&["chain.fork", "digest.signature.missing"])
        .authenticity(Indeterminate)
        .continuity(Failed)
        .missed_by_validate_logs(&[12])
        .near("links/fork")
        .says("A second successor of a digest has no signature.", "Anybody could have written it.")
}

fn fork_forged() -> Vector {
    let chain = chain();
    edited("links/fork-forged", &chain, |archive| {
        let mut digest = second_successor(&chain);
        digest.signer = &crate::keys::STRANGER;
        let forged = digest.seal();
        archive.digest(&forged);
        archive.sidecar(&forged);
    })
    .codes(&["digest.signature.invalid"])
    .authenticity(Failed)
    .missed_by_validate_logs(&[12])
    .near("links/fork")
    .says("A second successor of a digest has an invalid signature.", "An invalid digest is no party to a fork.")
}

/// A silent digest of the third hour below another prefix, with the predecessor of the genuine one.
fn second_of_the_hour(chain: &Chain) -> Sealed {
    let mut digest = chain.trail.clone().with_prefix("copy").digest(2, 0);
    digest.follow(&chain.digests[1]);
    digest.seal()
}

fn duplicate() -> Vector {
    let chain = chain();
    edited("links/two-digests-for-one-hour", &chain, |archive| {
        let second = second_of_the_hour(&chain);
        archive.digest(&second);
        archive.sidecar(&second);
    })
    .codes(&["chain.moved", "digest.duplicate"])
    .continuity(Indeterminate)
    .missed_by_validate_logs(&[12])
    .says(
        "A second signed digest for an hour lies below another prefix, with the same predecessor.",
        "Two objects for one hour of one chain; since AWS signed both, it is odd.",
    )
}

fn duplicate_unsigned() -> Vector {
    let chain = chain();
    edited("links/two-digests-for-one-hour-one-unsigned", &chain, |archive| archive.digest(&second_of_the_hour(&chain)))
        .codes(&["digest.duplicate", "digest.signature.missing"])
        .authenticity(Indeterminate)
        .continuity(Failed)
        .missed_by_validate_logs(&[12])
        .near("links/two-digests-for-one-hour")
        .says("A second digest for an hour has no signature.", "Anybody could have written it.")
}

fn cycle() -> Vector {
    let newest = trail().digest(4, 0).seal();
    signed("links/cycle", 0, |digest| digest.follow(&newest))
        .codes(&["chain.cycle", "chain.link.hash_mismatch", "chain.link.signature_mismatch", "chain.link.time_overlap"])
        .continuity(Failed)
        .says(
            "The oldest digest names the newest as its predecessor.",
            "A walk along the links would never end. The hash and signature it states cannot be right.",
        )
}

fn hash_mismatch() -> Vector {
    signed("links/wrong-previous-hash", 3, |digest| digest.link().hash = "0123456789abcdef".repeat(4))
        .codes(&["chain.link.hash_mismatch"])
        .continuity(Failed)
        .missed_by_validate_logs(&[10])
        .says(
            "A signed digest states another hash of its predecessor; the signature it quotes is right.",
            "validate-logs never compares previousDigestHashValue.",
        )
}

fn time_gap() -> Vector {
    signed("links/time-gap", 3, |digest| digest.start += Duration::minutes(10))
        .codes(&["chain.link.time_gap", "coverage.gap"])
        .continuity(Indeterminate)
        .coverage(Indeterminate)
        .missed_by_validate_logs(&[13])
        .says("A signed digest starts ten minutes after its predecessor's end.", "Ten minutes that no digest covers.")
}

fn time_overlap() -> Vector {
    signed("links/time-overlap", 3, |digest| digest.start -= Duration::minutes(10))
        .codes(&["chain.link.time_overlap"])
        .continuity(Indeterminate)
        .missed_by_validate_logs(&[13])
        .says("A signed digest starts ten minutes before its predecessor's end.", "No minute is uncovered, but it is odd.")
}

/// A chain whose fourth digest follows a digest of another chain; its third has a sidecar.
fn foreign(id: &str, other: &Trail) -> Vector {
    let other = other.chain(&[1, 0, 1]);
    let chain = trail().chain_with(&[2, 1, 0, 2, 1], |hour, digest| {
        if hour == 3 {
            digest.follow(other.newest());
        }
    });
    let mut archive = Archive::of(&[&chain, &other]);
    archive.sidecar(&chain.digests[2]);
    Vector::new(id, &[&chain], archive)
        .near("baseline/two-trails-one-bucket")
        .codes(&["chain.link.foreign"])
        .continuity(Failed)
        .missed_by_validate_logs(&[16])
        .says(
            "A digest names the newest digest of another chain as its predecessor, with its right hash and signature.",
            "validate-logs follows such a link and accepts what it finds.",
        )
}

fn foreign_trail() -> Vector {
    foreign("links/into-another-trail", &Trail { name: "security-audit".to_owned(), ..trail() })
}

fn foreign_account() -> Vector {
    foreign("links/into-another-account", &Trail { account: OTHER_ACCOUNT.to_owned(), ..trail() })
}

fn foreign_region() -> Vector {
    let other = Trail::new(ACCOUNT, "us-west-2", TRAIL, "us-east-1");
    foreign("links/into-another-region", &other).keys(&[
        ("us-east-1.json", &[crate::keys::Listed::key(&crate::keys::US_EAST_1)]),
        ("us-west-2.json", &[crate::keys::Listed::key(&crate::keys::US_WEST_2)]),
    ])
}

fn foreign_into_what_was_asked() -> Vector {
    let asked = chain();
    let other = Trail { name: "security-audit".to_owned(), ..trail() }.chain_with(&[1, 0, 1], |hour, digest| {
        if hour == 2 {
            digest.follow(&asked.digests[1]);
        }
    });
    let mut archive = Archive::of(&[&asked, &other]);
    archive.sidecar(&other.digests[1]);
    Vector::new("links/from-another-trail-into-the-asked-one", &[&asked], archive)
        .near("links/into-another-trail")
        .codes(&["chain.link.foreign"])
        .continuity(Failed)
        .says(
            "A digest of a trail that was not asked names one of the asked trail as its predecessor.",
            "A signed link leads into what was asked: it is in scope if either of its ends is.",
        )
}

fn foreign_name() -> Vector {
    let chain = trail().chain_with(&[2, 1, 0, 2, 1], |hour, digest| {
        if hour == 3 {
            digest.link().key = "backup/previous.json.gz".to_owned();
        }
    });
    edited("links/into-no-digest", &chain, |archive| archive.sidecar(&chain.digests[2]))
        .codes(&["chain.link.foreign"])
        .continuity(Failed)
        .says(
            "A signed digest names a predecessor whose file name is no digest's; the digest before it has a sidecar.",
            "A link must lead into the chain.",
        )
}

fn renamed_to_another_trail() -> Vector {
    let chain = chain();
    edited("links/file-named-after-another-trail", &chain, |archive| {
        let entry = archive.entry(chain.key(1));
        entry.path = entry.path.replace(TRAIL, "security-audit");
    })
    .codes(&["digest.identity_mismatch"])
    .continuity(Failed)
    .says("A digest's file is named after another trail.", "The name is a claim; the signed place contradicts it.")
}

fn renamed_to_another_hour() -> Vector {
    let chain = chain();
    edited("links/file-named-after-another-hour", &chain, |archive| {
        let entry = archive.entry(chain.key(1));
        entry.path = entry.path.replace("T020131Z", "T090131Z");
    })
    .codes(&["digest.identity_mismatch"])
    .continuity(Failed)
    .near("links/file-named-after-another-trail")
    .says("A digest's file is named after another hour.", "The name is a claim; the signed place contradicts it.")
}

fn account_contradicts() -> Vector {
    signed("links/account-contradicts-the-key", 1, |digest| digest.account = OTHER_ACCOUNT.to_owned())
        .codes(&["digest.identity_mismatch"])
        .continuity(Failed)
        .missed_by_validate_logs(&[16])
        .says("The awsAccountId of a signed digest is not the account in its own key.", "validate-logs never compares the two.")
}

fn end_contradicts_name() -> Vector {
    signed("links/end-contradicts-the-key", 4, |digest| {
        digest.key = trail().digest_key(digest.end - Duration::minutes(7));
    })
    .codes(&["digest.identity_mismatch"])
    .continuity(Failed)
    .missed_by_validate_logs(&[16])
    .says("The end of a signed digest is not the time in its own key.", "validate-logs never compares the two.")
}

fn own_key_is_no_digest_file() -> Vector {
    let chain = trail().chain_with(&[2, 1, 0, 2, 1], |n, digest| {
        if n == 4 {
            digest.key = digest.key.replace("CloudTrail-Digest_", "CloudTrail-Overview_");
        }
    });
    edited("links/own-key-is-no-digest-file", &chain, |archive| {
        archive.sidecar(&chain.digests[3]);
        let entry = archive.entry(chain.key(4));
        entry.path = trail().digest_key(chain.digests[4].digest.end);
    })
    .codes(&["coverage.gap", "digest.identity_mismatch", "log.unreferenced"])
    .integrity(Indeterminate)
    .continuity(Failed)
    .coverage(Indeterminate)
    .says(
        "The own object key in a signed digest is no digest file's, though the file bears a digest file's name.",
        "Without a chain to which it belongs a digest proves nothing; it is told, and its log is listed by nobody.",
    )
}

fn prefix_changed_and_digest_deleted() -> Vector {
    let mut chain = trail().chain(&[1, 0, 0]);
    for hour in 3..5 {
        let mut digest = trail().with_prefix("security").digest(hour, 1);
        digest.follow(chain.newest());
        chain.digests.push(digest.seal());
    }
    edited("links/prefix-changed-and-digest-deleted", &chain, |archive| {
        archive.sidecar(&chain.digests[0]);
        archive.remove(chain.key(1));
    })
    .codes(&["chain.digest_missing", "chain.moved", "coverage.gap"])
    .continuity(Failed)
    .coverage(Indeterminate)
    .missed_by_validate_logs(&[22])
    .near("baseline/prefix-changed")
    .says(
        "The trail got a prefix, and a silent digest before the change is deleted.",
        "validate-logs lists only the new prefix and never sees what lies before the hole.",
    )
}

/// The standard chain with garbage under the name of a digest that ends so late that a listing stops there.
fn planted(id: &str, name: &str) -> Vector {
    let folder = format!("AWSLogs/{ACCOUNT}/CloudTrail-Digest/us-east-1/2026/03/01");
    edited(id, &chain(), |archive| archive.put(&format!("{folder}/{name}"), "x"))
}

fn planted_far_future() -> Vector {
    planted(
        "links/planted-in-the-far-future",
        &format!("{ACCOUNT}_CloudTrail-Digest_us-east-1_{TRAIL}_us-east-1_99991231T235959Z.json.gz"),
    )
    .codes(&["digest.malformed"])
    .says(
        "Garbage lies under the name of a digest of the year 9999.",
        "It is malformed, but outside the asked period, and lies behind every digest that was asked.",
    )
}

fn planted_far_future_regex() -> Vector {
    planted(
        "links/planted-name-of-no-digest",
        &format!("{ACCOUNT}_CloudTrail-Digest_us-east-1_{TRAIL}_us-east-1_0_99991231T235959Z.json.gz"),
    )
    // A day earlier: validate-logs begins its listing before the planted name only then.
    .scope(|scope| scope.from = Some("2026-02-28T00:01:31Z".to_owned()))
    .codes(&["archive.entry.unrecognised", "coverage.gap"])
    .integrity(Indeterminate)
    .coverage(Indeterminate)
    .missed_by_validate_logs(&[6])
    .near("links/planted-in-the-far-future")
    .says(
        "Garbage lies under a name that sorts before every digest and ends like one of the year 9999; a day before is asked, too.",
        "No home region is called 0, so the name is no digest's; validate-logs takes it for one, stops listing there and finds nothing.",
    )
}

fn one_region_ends_early() -> Vector {
    let east = chain();
    let west = Trail::new(ACCOUNT, "us-west-2", TRAIL, "us-east-1").chain(&[1, 0, 1, 0, 0]);
    let mut archive = Archive::of(&[&east]);
    archive.digest(&west.digests[0]);
    archive.sidecar(&west.digests[0]);
    Vector::new("links/one-region-ends-early", &[&east, &west], archive)
        .near("baseline/two-accounts-two-regions")
        .codes(&["coverage.gap"])
        .coverage(Indeterminate)
        .missed_by_validate_logs(&[2, 24])
        .says("All digests of a second region but the first are missing.", "A region that is covered does not cover another.")
}

fn one_trail_ends_early() -> Vector {
    let one = chain();
    let two = Trail { name: "security-audit".to_owned(), ..trail() }.chain(&[1, 0, 0, 1, 1]);
    let mut archive = Archive::of(&[&one]);
    for sealed in &two.digests[..3] {
        archive.digest(sealed);
    }
    archive.sidecar(&two.digests[2]);
    Vector::new("links/one-trail-ends-early", &[&one, &two], archive)
        .near("baseline/two-trails-one-bucket")
        .codes(&["coverage.gap"])
        .coverage(Indeterminate)
        .missed_by_validate_logs(&[2, 24])
        .says(
            "The two newest digests of one of two trails are missing with their logs; the other trail is whole.",
            "Every chain covers the period by itself, or one trail would hide another's deleted end.",
        )
}
