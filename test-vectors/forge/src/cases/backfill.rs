//! Backfill digests, which list logs that a normal digest left out.

use chrono::{DateTime, Duration, Utc};

use super::{chain, trail};
use crate::archive::Archive;
use crate::digest::{Digest, Log, Sealed};
use crate::keys::{Listed, US_EAST_1, US_EAST_1_NEXT};
use crate::time::{at, iso};
use crate::vector::Importance::Medium;
use crate::vector::Vector;
use crate::vector::Verdict::{Failed, Indeterminate};

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    vec![
        stand_alone(),
        two_stand_alone(),
        chained(),
        chained_with_metadata_of_the_newest(),
        chained_one_deleted(),
        generated_after_a_rotation(),
        generated_outside_validity(),
        generation_time_lost(),
        other_time_in_the_name(),
        without_metadata(),
        withheld(),
        log_altered(),
        log_listed_by_both(),
        forged(),
        does_not_cover(),
        alone(),
    ]
}

/// A log of an hour that the normal digest left out.
fn late_log(hour: usize) -> Log {
    trail().log(trail().hour(hour) + Duration::minutes(48), "late")
}

/// A backfill digest of an hour with its late log.
fn backfill(hour: usize) -> Digest {
    let mut digest = trail().digest(hour, 0);
    digest.key = digest.key.replace(".json.gz", "_backfill.json.gz");
    digest.logs.push(late_log(hour));
    digest
}

/// When the backfill digests were made.
fn generated() -> DateTime<Utc> {
    at("2026-03-02T00:00:00Z")
}

/// Adds a backfill digest with its metadata.
fn deliver(archive: &mut Archive, sealed: &Sealed, generated: DateTime<Utc>) {
    archive.digest(sealed);
    let mut metadata = sealed.metadata();
    metadata.push(("backfill-generation-timestamp".into(), iso(generated)));
    archive.sidecar_with(sealed, &metadata);
}

/// The standard chain with backfill digests that are added by `add`.
fn with(id: &str, add: impl FnOnce(&mut Archive)) -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    add(&mut archive);
    Vector::new(id, &[&chain], archive).near("backfill/stand-alone")
}

fn stand_alone() -> Vector {
    with("backfill/stand-alone", |archive| deliver(archive, &backfill(1).seal(), generated())).near("baseline/account-trail").says(
        "A backfill digest lists a log that the normal digest of its hour left out; it has its own metadata.",
        "It belongs to no normal chain, and without it the log would be unreferenced.",
    )
}

fn two_stand_alone() -> Vector {
    with("backfill/two-stand-alone", |archive| {
        deliver(archive, &backfill(1).seal(), generated());
        deliver(archive, &backfill(3).seal(), generated());
    })
    .says("Two backfill digests with two hours between them, both without predecessor.", "Neither restart nor gap.")
}

/// Backfill digests of the second, third and fourth hour, each linked to the one before.
fn linked() -> Vec<Sealed> {
    let mut digests: Vec<Sealed> = Vec::new();
    for hour in 1..4 {
        let mut digest = backfill(hour);
        if let Some(previous) = digests.last() {
            digest.follow(previous);
        }
        digests.push(digest.seal());
    }
    digests
}

fn chained() -> Vector {
    with("backfill/chained", |archive| {
        for sealed in &linked() {
            deliver(archive, sealed, generated());
        }
    })
    .says("Three backfill digests are linked among themselves.", "AWS does not say whether they are; both must do.")
}

fn chained_with_metadata_of_the_newest() -> Vector {
    with("backfill/chained-with-metadata-of-the-newest", |archive| {
        let digests = linked();
        archive.digest(&digests[0]);
        archive.digest(&digests[1]);
        deliver(archive, &digests[2], generated());
    })
    .near("backfill/chained")
    .says(
        "Of three linked backfill digests only the newest has metadata.",
        "The signatures of the others are quoted; when they were made is lost, and not judged.",
    )
}

fn chained_one_deleted() -> Vector {
    with("backfill/chained-one-deleted", |archive| {
        let digests = linked();
        deliver(archive, &digests[0], generated());
        deliver(archive, &digests[2], generated());
    })
    .near("backfill/chained")
    .codes(&["chain.digest_missing"])
    .continuity(Failed)
    .says(
        "Of three linked backfill digests the one in the middle is deleted with its log.",
        "Links are judged as in any chain; but backfill digests owe no coverage.",
    )
}

fn generated_after_a_rotation() -> Vector {
    with("backfill/generated-after-a-rotation", |archive| {
        let mut digest = backfill(1);
        digest.signed_by(&US_EAST_1_NEXT);
        deliver(archive, &digest.seal(), at("2026-04-02T00:00:00Z"));
    })
    .keys(&[(
        "rotation-in-april/us-east-1.json",
        &[Listed::key(&US_EAST_1), Listed::key(&US_EAST_1_NEXT).valid(at("2026-03-20T00:00:00Z"), at("2026-04-19T00:00:00Z"))],
    )])
    .says(
        "A backfill digest of March is made in April and signed with April's key.",
        "A backfill digest's key must be valid when it is made, not when its hour ends.",
    )
}

fn generated_outside_validity() -> Vector {
    with("backfill/generated-outside-validity", |archive| {
        deliver(archive, &backfill(1).seal(), at("2026-04-02T00:00:00Z"));
    })
    .near("backfill/generated-after-a-rotation")
    .codes(&["digest.key.outside_validity"])
    .authenticity(Indeterminate)
    .says("A backfill digest is made in April and signed with March's key.", "The key had expired when it was made.")
}

fn generation_time_lost() -> Vector {
    with("backfill/generation-time-lost", |archive| {
        let sealed = backfill(1).seal();
        archive.digest(&sealed);
        archive.sidecar(&sealed);
    })
    .says("The sidecar of a backfill digest does not say when it was made.", "What is lost is not judged.")
}

fn other_time_in_the_name() -> Vector {
    with("backfill/other-time-in-the-name", |archive| {
        let mut digest = backfill(1);
        digest.key = trail().digest_key(at("2026-03-01T23:59:59Z")).replace(".json.gz", "_backfill.json.gz");
        deliver(archive, &digest.seal(), generated());
    })
    .says("The time in a backfill digest's name is not its end.", "What AWS writes there is not documented, so it is not compared.")
}

fn without_metadata() -> Vector {
    with("backfill/without-metadata", |archive| archive.digest(&backfill(1).seal()))
        .codes(&["digest.signature.missing", "log.unproved"])
        .integrity(Indeterminate)
        .authenticity(Indeterminate)
        .says("A stand-alone backfill digest has no metadata.", "No successor quotes its signature.")
}

fn withheld() -> Vector {
    with("backfill/withheld", |archive| archive.log(&late_log(1)))
        .codes(&["log.unreferenced"])
        .integrity(Indeterminate)
        .missed_by_validate_logs(&[9])
        .says("The late log is there, and the backfill digest is not.", "A log without a digest is not evidence.")
}

fn log_altered() -> Vector {
    with("backfill/log-altered", |archive| {
        deliver(archive, &backfill(1).seal(), generated());
        archive.replace(&late_log(1).key, "\"sourceIPAddress\":\"", "\"sourceIPAddress\":\"1");
    })
    .codes(&["log.hash_mismatch"])
    .integrity(Failed)
    .says("The log that a backfill digest lists is altered.", "Its logs are logs like any others.")
}

fn log_listed_by_both() -> Vector {
    with("backfill/log-listed-by-both", |archive| {
        let mut digest = backfill(1);
        digest.logs.push(trail().digest(1, 1).logs.remove(0));
        deliver(archive, &digest.seal(), generated());
    })
    .codes(&["log.doubly_listed"])
    .importance(Medium)
    .says("A backfill digest lists a log that its normal digest lists too.", "The hashes agree; the log counts once.")
}

fn forged() -> Vector {
    with("backfill/forged", |archive| {
        let mut digest = backfill(1);
        digest.signer = &crate::keys::STRANGER;
        deliver(archive, &digest.seal(), generated());
    })
    .codes(&["digest.signature.invalid", "log.unproved"])
    .integrity(Indeterminate)
    .authenticity(Failed)
    .says(
        "A backfill digest is signed by another key under the genuine fingerprint.",
        "Whoever plants a log might plant a backfill digest for it.",
    )
}

fn does_not_cover() -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[1]);
    archive.remove(chain.key(2));
    deliver(&mut archive, &backfill(2).seal(), generated());
    Vector::new("backfill/does-not-cover", &[&chain], archive)
        .near("links/silent-digest-deleted")
        .codes(&["chain.digest_missing", "coverage.gap"])
        .continuity(Failed)
        .coverage(Indeterminate)
        .says(
            "A digest is deleted in the middle, and a backfill digest for its hour is there.",
            "A backfill digest adds logs to an hour; it does not cover it.",
        )
}

fn alone() -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[]);
    deliver(&mut archive, &backfill(1).seal(), generated());
    Vector::new("backfill/alone", &[&chain], archive)
        .near("backfill/stand-alone")
        .codes(&["coverage.absent"])
        .coverage(Indeterminate)
        .says("A backfill digest and its log are all that was handed over.", "It is no answer to the question for a trail's chain.")
}
