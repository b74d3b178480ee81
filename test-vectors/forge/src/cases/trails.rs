//! Trails that are stopped, moved and made again, and several of one name: as the service delivers them.

use chrono::{DateTime, Duration, Utc};

use super::{ACCOUNT, OTHER_ACCOUNT, TRAIL};
use crate::archive::{Archive, sidecar_path};
use crate::service::{Act, Last, Site, Story, World, deliver, delivered};
use crate::time::at;
use crate::trail::{Chain, Trail};
use crate::vector::Importance::{Critical, Medium};
use crate::vector::Vector;
use crate::vector::Verdict::{Failed, Indeterminate};

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    vec![
        complete(),
        hour_before_the_start(),
        stopped(),
        stopped_and_last_withheld(),
        stopped_and_not_asked(),
        validation_off(),
        lives_overlap(),
        made_again(),
        made_again_elsewhere(),
        made_again_elsewhere_and_stated(),
        two_of_one_name(),
        two_of_one_name_and_tail_withheld(),
        two_of_one_name_and_one_begins_later(),
        organization_trail_asked(),
        account_trail_asked(),
        two_homes(),
        two_homes_and_tail_withheld(),
        one_home_asked(),
        moved(),
        moved_and_digest_withheld(),
        moved_and_old_place_left_out(),
        starts_within_the_period(),
        older_left_out(),
        starting_digest_lists_logs(),
        starting_digest_lists_logs_and_earlier_asked(),
        region_enabled_later(),
    ]
}

/// When the trails begin to log.
fn begin() -> DateTime<Utc> {
    at("2026-03-01T08:01:31Z")
}

fn after(minutes: i64) -> DateTime<Utc> {
    begin() + Duration::minutes(minutes)
}

fn site() -> Site {
    Site::bucket("trail-archive")
}

/// A trail of the first account.
fn story() -> Story {
    Story::new(ACCOUNT, TRAIL, "us-east-1", begin(), site())
}

/// Eight hours of some trails in one account, without what no digest file lists yet.
fn world(account: &str, stories: &[Story]) -> World {
    let mut world = deliver(&[account], stories, after(8 * 60));
    world.undigested.retain(|log| delivered(log) < after(6 * 60));
    world
}

/// The digest files of each story in each region, in the order of their coming.
fn chains(world: &World) -> Vec<Chain> {
    let mut chains: Vec<(usize, Chain)> = Vec::new();
    for issued in &world.digests {
        let digest = &issued.sealed.digest;
        let is_of = |(story, chain): &&mut (usize, Chain)| *story == issued.story && chain.trail.region == issued.name.region;
        match chains.iter_mut().find(is_of) {
            Some((_, chain)) => chain.digests.push(issued.sealed.clone()),
            None => {
                let name = &issued.name;
                let trail = Trail::new(&name.account, &name.region, &name.trail, &name.home).in_bucket(&digest.bucket);
                chains.push((issued.story, Chain { trail, digests: vec![issued.sealed.clone()] }));
            }
        }
    }
    chains.into_iter().map(|(_, chain)| chain).collect()
}

/// Everything that the service delivered, with object metadata, after an edit; the seven hours are asked.
fn told(id: &str, world: &World, edit: impl FnOnce(&[Chain], &mut Archive)) -> Vector {
    let chains = chains(world);
    let mut archive = world.archive();
    edit(&chains, &mut archive);
    Vector::new(id, &chains.iter().collect::<Vec<_>>(), archive).near("trails/complete").period(begin(), after(7 * 60))
}

/// Takes digest files out with what they list.
fn withhold(archive: &mut Archive, chain: &Chain, from: usize) {
    for sealed in &chain.digests[from..] {
        archive.remove_hour(sealed);
        archive.remove(&sidecar_path(sealed));
    }
}

fn complete() -> Vector {
    told("trails/complete", &world(ACCOUNT, &[story()]), |_, _| ()).near("baseline/account-trail").says(
        "A trail from its first digest file on; the asked period begins when it was started.",
        "The first digest file ends when logging was started. It has no predecessor and lists nothing.",
    )
}

fn hour_before_the_start() -> Vector {
    told("trails/hour-before-the-start", &world(ACCOUNT, &[story()]), |_, _| ())
        .period(begin() - Duration::hours(1), after(7 * 60))
        .codes(&["coverage.gap"])
        .coverage(Indeterminate)
        .importance(Critical)
        .says(
            "The asked period begins with the interval of the first digest file, an hour before logging was started.",
            "AWS signs that hour, in which the trail was off. It proves nothing.",
        )
}

/// The trail is stopped, and started 50 minutes later.
fn stopping() -> World {
    world(ACCOUNT, &[story().then(after(190), Act::Stop).then(after(240), Act::Start)])
}

fn stopped() -> Vector {
    told("trails/stopped-for-50-minutes", &stopping(), |_, _| ())
        .codes(&["chain.restart", "coverage.gap"])
        .coverage(Indeterminate)
        .importance(Critical)
        .says(
            "The trail was stopped and started again 50 minutes later.",
            "The interval of the second starting digest file lies over the hole. What happened in it was not recorded.",
        )
}

fn stopped_and_last_withheld() -> Vector {
    told("trails/stopped-and-last-digest-withheld", &stopping(), |chains, archive| {
        // The starting one, three hours, and one of nine minutes.
        let last = &chains[0].digests[4];
        archive.remove_hour(last);
        archive.remove(&sidecar_path(last));
    })
    .near("trails/stopped-for-50-minutes")
    .codes(&["chain.restart", "coverage.gap"])
    .coverage(Indeterminate)
    .importance(Critical)
    .says(
        "The trail was stopped and started again, and the last digest file before the stop is withheld with its logs.",
        "The starting digest file names nothing, so nobody can tell that it existed; the hole is longer.",
    )
}

fn stopped_and_not_asked() -> Vector {
    told("trails/stopped-before-the-period", &stopping(), |_, _| ())
        .near("trails/stopped-for-50-minutes")
        .period(after(240), after(7 * 60))
        .codes(&["chain.restart"])
        .importance(Medium)
        .says(
            "The trail was stopped and started again, and the asked period begins with the start.",
            "The instant at which a starting digest file ends is the first that is covered.",
        )
}

fn validation_off() -> Vector {
    let story = story().then(after(190), Act::Unvalidate).then(after(240), Act::Validate);
    let world = world(ACCOUNT, &[story]);
    assert!(!world.undigested.is_empty(), "logs without a digest file");
    told("trails/validation-off-for-50-minutes", &world, |_, _| ())
        .near("trails/stopped-for-50-minutes")
        .codes(&["chain.restart", "coverage.gap", "log.unreferenced"])
        .integrity(Indeterminate)
        .coverage(Indeterminate)
        .says(
            "Validation was switched off and on again 50 minutes later, while the trail logged.",
            "What was delivered meanwhile is listed by nothing that is signed.",
        )
}

fn lives_overlap() -> Vector {
    let story = Story { last: Last::Whole, ..story().then(after(190), Act::Stop).then(after(210), Act::Start) };
    told("trails/lives-overlap", &world(ACCOUNT, &[story]), |_, _| ())
        .near("trails/stopped-for-50-minutes")
        .codes(&["chain.overlap", "chain.restart"])
        .continuity(Indeterminate)
        .says(
            "The trail was stopped and started again 20 minutes later, and the last digest file before the stop speaks for its whole hour.",
            "One trail lives once at one place; that two runs speak for one time is odd, though both are signed.",
        )
}

fn made_again() -> Vector {
    let story = story().then(after(190), Act::Delete).then(after(240), Act::Create(site())).then(after(240), Act::Start);
    told("trails/made-again", &world(ACCOUNT, &[story]), |_, _| ())
        .near("trails/stopped-for-50-minutes")
        .codes(&["chain.restart", "coverage.gap"])
        .coverage(Indeterminate)
        .says(
            "The trail was deleted, and made again 50 minutes later under its name at its place.",
            "It looks like a trail that was stopped: one chain with a hole.",
        )
}

/// The trail is deleted, and made again in another bucket at once.
fn elsewhere() -> World {
    let again = Act::Create(Site::bucket("audit-archive"));
    world(ACCOUNT, &[story().then(after(190), Act::Delete).then(after(191), again).then(after(191), Act::Start)])
}

fn made_again_elsewhere() -> Vector {
    told("trails/made-again-elsewhere", &elsewhere(), |_, _| ())
        .near("trails/made-again")
        .codes(&["coverage.gap"])
        .coverage(Indeterminate)
        .importance(Critical)
        .says(
            "The trail was deleted, and made again a minute later under its name in another bucket.",
            "Nothing that is signed joins the two places, so they are two chains, and neither covers the asked period.",
        )
}

fn made_again_elsewhere_and_stated() -> Vector {
    told("trails/made-again-elsewhere-and-begins-there", &elsewhere(), |chains, archive| {
        for sealed in &chains[0].digests[..5] {
            archive.remove_hour(sealed);
            archive.remove(&sidecar_path(sealed));
        }
    })
    .near("trails/made-again-elsewhere")
    .period(after(191), after(7 * 60))
    .says(
        "Only what came from the second place is handed over, and the asked period begins with it.",
        "A trail of the same name elsewhere, which is not here, takes nothing from this one.",
    )
}

/// An organisation's trail and a trail of the member's own, of one name and home.
fn side_by_side() -> World {
    let organisation = Story::new(ACCOUNT, TRAIL, "us-east-1", begin(), site().of_organisation());
    let own = Story::new(OTHER_ACCOUNT, TRAIL, "us-east-1", begin() - Duration::minutes(7), site());
    world(OTHER_ACCOUNT, &[organisation, own])
}

fn two_of_one_name() -> Vector {
    told("trails/two-of-one-name", &side_by_side(), |_, _| ()).says(
        "A member account has a trail of the name and home of the organisation's, in the same bucket; both are complete.",
        "They are two chains: what one shows is no finding about the other.",
    )
}

fn two_of_one_name_and_tail_withheld() -> Vector {
    told("trails/two-of-one-name-and-a-tail-withheld", &side_by_side(), |chains, archive| withhold(archive, &chains[0], 4))
        .near("trails/two-of-one-name")
        .codes(&["coverage.gap"])
        .coverage(Indeterminate)
        .importance(Critical)
        .says(
            "The same, and of the organisation's trail everything from the fourth hour on is withheld.",
            "One trail does not cover the time of another because they bear one name.",
        )
}

fn two_of_one_name_and_one_begins_later() -> Vector {
    told("trails/two-of-one-name-and-one-begins-later", &side_by_side(), |chains, archive| {
        for sealed in &chains[0].digests[..3] {
            archive.remove_hour(sealed);
            archive.remove(&sidecar_path(sealed));
        }
    })
    .near("trails/two-of-one-name")
    .period(after(2 * 60), after(7 * 60))
    .says(
        "The same, and the organisation's trail is handed over from the third hour on, where the asked period begins.",
        "The edge of one trail is no hole because another has older digest files.",
    )
}

/// The organisation's trail beside the member's own, of which the end is withheld.
fn own_tail_withheld(id: &str) -> Vector {
    told(id, &side_by_side(), |chains, archive| withhold(archive, &chains[1], 4)).near("trails/two-of-one-name")
}

fn organization_trail_asked() -> Vector {
    own_tail_withheld("trails/organization-trail-asked-by-arn")
        .scope(|scope| scope.trails = vec![format!("arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{TRAIL}")])
        .codes(&["coverage.owner_unstated"])
        .says(
            "The organisation's trail is asked by its ARN, which names the management account; the member's own trail of that name is not complete.",
            "The member's own trail cannot be that of another account. That the organisation's trail is, its digest files do not state.",
        )
}

fn account_trail_asked() -> Vector {
    own_tail_withheld("trails/account-trail-asked-by-arn")
        .near("trails/organization-trail-asked-by-arn")
        .scope(|scope| scope.trails = vec![format!("arn:aws:cloudtrail:us-east-1:{OTHER_ACCOUNT}:trail/{TRAIL}")])
        .codes(&["coverage.gap"])
        .coverage(Indeterminate)
        .importance(Critical)
        .says(
            "The same, and the member's own trail is asked by its ARN.",
            "The organisation's trail may be the one that is asked, but it does not cover the time of the member's own.",
        )
}

/// Two trails of one name and account with other home regions.
fn homes() -> World {
    let other =
        Story { regions: vec!["us-east-1"], ..Story::new(ACCOUNT, TRAIL, "us-west-2", begin() - Duration::minutes(7), site()) };
    world(ACCOUNT, &[story(), other])
}

fn two_homes() -> Vector {
    told("trails/two-homes", &homes(), |_, _| ()).period(begin(), after(7 * 60)).near("trails/two-of-one-name").says(
        "Two trails of one name and account, of other home regions, deliver into the same folders; both are complete.",
        "Each region has its own names of trails; a bare name asks for both.",
    )
}

fn two_homes_and_tail_withheld() -> Vector {
    told("trails/two-homes-and-a-tail-withheld", &homes(), |chains, archive| withhold(archive, &chains[1], 4))
        .near("trails/two-homes")
        .codes(&["coverage.gap"])
        .coverage(Indeterminate)
        .importance(Critical)
        .says(
            "The same, and of one of them everything from the fourth hour on is withheld.",
            "Each owes the asked period by itself.",
        )
}

fn one_home_asked() -> Vector {
    told("trails/one-of-two-homes-asked", &homes(), |chains, archive| withhold(archive, &chains[1], 4))
        .near("trails/two-homes-and-a-tail-withheld")
        .scope(|scope| scope.trails = vec![format!("arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{TRAIL}")])
        .says("The same, and the complete one is asked by its ARN.", "An ARN tells the home region.")
}

/// The trail delivers into another bucket.
fn moving() -> World {
    world(ACCOUNT, &[story().then(after(200), Act::Move(Site::bucket("audit-archive")))])
}

fn moved() -> Vector {
    told("trails/moved", &moving(), |_, _| ()).codes(&["chain.moved"]).says(
        "The trail delivers into another bucket within the fourth hour; the digest file of that hour lists logs in both.",
        "The first digest file at the new place names the last at the old one: one chain.",
    )
}

fn moved_and_digest_withheld() -> Vector {
    told("trails/moved-and-last-digest-withheld", &moving(), |chains, archive| {
        let last = &chains[0].digests[3];
        archive.remove_hour(last);
        archive.remove(&sidecar_path(last));
    })
    .near("trails/moved")
    .codes(&["chain.digest_missing", "coverage.gap"])
    .continuity(Failed)
    .coverage(Indeterminate)
    .importance(Critical)
    .says(
        "The trail was moved, and the last digest file at the old place is withheld with its logs.",
        "The first at the new place names it, so the two places are one chain, of which older digest files are here.",
    )
}

fn moved_and_old_place_left_out() -> Vector {
    told("trails/moved-and-old-place-left-out", &moving(), |chains, archive| {
        for sealed in &chains[0].digests[..4] {
            archive.remove_hour(sealed);
            archive.remove(&sidecar_path(sealed));
        }
    })
    .near("trails/moved")
    .period(after(180), after(7 * 60))
    .says(
        "The trail was moved; what it left at the old place is left out, and the asked period begins with the first digest file at the new one.",
        "At an edge nothing is missing, wherever the predecessor lay.",
    )
}

fn starts_within_the_period() -> Vector {
    let story = Story::new(ACCOUNT, TRAIL, "us-east-1", after(120), site());
    told("trails/starts-within-the-period", &world(ACCOUNT, &[story]), |_, _| ())
        .codes(&["coverage.gap"])
        .coverage(Indeterminate)
        .says(
            "The trail was made two hours after the asked period begins.",
            "The oldest digest file has no predecessor: logging was switched on when it ends.",
        )
}

fn older_left_out() -> Vector {
    told("trails/older-digests-left-out", &world(ACCOUNT, &[story()]), |chains, archive| {
        for sealed in &chains[0].digests[..3] {
            archive.remove_hour(sealed);
            archive.remove(&sidecar_path(sealed));
        }
    })
    .near("trails/starts-within-the-period")
    .codes(&["coverage.gap"])
    .coverage(Indeterminate)
    .says(
        "Of a trail that logged, what is older than two hours after the asked period's begin is left out.",
        "The oldest digest file names a predecessor: it existed and is not here.",
    )
}

/// Validation is switched on while the trail logs, and the starting digest file lists what was delivered in its hour.
fn listing() -> World {
    let story = story().then(after(120), Act::Unvalidate).then(after(185), Act::Validate);
    world(ACCOUNT, &[Story { starting_lists_logs: true, ..story }])
}

/// The minute of the earliest log that the starting digest file lists.
fn earliest(world: &World) -> DateTime<Utc> {
    let digest = &world.digests[3].sealed.digest;
    assert!(digest.previous.is_none(), "a starting digest file");
    digest.logs.iter().map(delivered).min().expect("a log")
}

fn starting_digest_lists_logs() -> Vector {
    let world = listing();
    let from = earliest(&world);
    told("trails/starting-digest-lists-logs", &world, |_, _| ())
        .near("trails/validation-off-for-50-minutes")
        .period(from, after(7 * 60))
        .codes(&["chain.restart"])
        .says(
            "Validation was switched on while the trail logged; the starting digest file lists logs, and the period begins with the delivery of the first.",
            "From that minute on the trail delivered, and what it delivered is listed.",
        )
}

fn starting_digest_lists_logs_and_earlier_asked() -> Vector {
    let world = listing();
    let from = earliest(&world) - Duration::seconds(1);
    told("trails/starting-digest-lists-logs-and-earlier-asked", &world, |_, _| ())
        .near("trails/starting-digest-lists-logs")
        .period(from, after(7 * 60))
        .codes(&["chain.restart", "coverage.gap"])
        .coverage(Indeterminate)
        .says("The same, and the period begins one second earlier.", "Before the first delivery it proves nothing.")
}

fn region_enabled_later() -> Vector {
    let story = story().then(after(150), Act::EnableRegion("us-west-2"));
    told("trails/region-enabled-later", &world(ACCOUNT, &[story]), |_, _| ()).codes(&["coverage.gap"]).coverage(Indeterminate).says(
        "A region was enabled within the asked period; its chain begins then.",
        "Before, nothing could happen there; nothing that is signed says so.",
    )
}
