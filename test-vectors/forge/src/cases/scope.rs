//! What is asked, and what lies outside of it.

use chrono::Duration;

use super::{ACCOUNT, OTHER_ACCOUNT, TRAIL, chain, trail};
use crate::archive::{Archive, sidecar_path};
use crate::time::at;
use crate::trail::{Chain, Trail};
use crate::vector::Importance::{Critical, Medium};
use crate::vector::Verdict::{Failed, Indeterminate, NotAssessed};
use crate::vector::{Effect, Expect, Scope, Vector};

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    vec![
        one_digest_beyond(),
        longer_than_the_archive(),
        earlier_than_the_archive(),
        period_without_digests(),
        damage_before_the_period(),
        damage_at_the_last_second(),
        hole_before_the_period(),
        newer_log_outside(),
        newer_log_and_nothing_asked(),
        gap_and_nothing_asked(),
        account_not_asked(),
        account_not_asked_judged_when_asked(),
        account_absent(),
        region_absent(),
        trail_absent(),
        product_of_accounts_and_regions(),
        only_accounts_asked(),
        expected(),
        expected_absent(),
        expected_besides_accounts(),
        expected_period(),
        expected_period_too_long(),
        policy_raises(),
        policy_lowers(),
        policy_of_another_code(),
        bucket_renamed_and_stated(),
    ]
    .into_iter()
    .chain(edges_of_the_period())
    .chain(arns())
    .collect()
}

/// The standard chain with its archive and the question edited.
fn edited(id: &str, edit: impl FnOnce(&Chain, &mut Archive)) -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    edit(&chain, &mut archive);
    Vector::new(id, &[&chain], archive).near("baseline/account-trail")
}

fn one_digest_beyond() -> Vector {
    edited("scope/one-digest-beyond-the-period", |chain, archive| {
        archive.remove(&sidecar_path(chain.newest()));
    })
    .near("metadata/none")
    .period(trail().hour(0), trail().hour(4))
    .codes(&["digest.signature.missing", "log.unproved"])
    .says(
        "No metadata was handed over, but the archive holds one digest beyond the asked period.",
        "The digest beyond lends its signature; what is open about itself is outside what was asked.",
    )
}

fn longer_than_the_archive() -> Vector {
    edited("scope/period-ends-later", |_, _| ())
        .period(trail().hour(0), trail().hour(6))
        .codes(&["coverage.gap"])
        .coverage(Indeterminate)
        .importance(Critical)
        .says("The asked period ends an hour after the newest digest.", "What was asked is not covered.")
}

fn earlier_than_the_archive() -> Vector {
    edited("scope/period-begins-earlier", |_, _| ())
        .period(trail().hour(0) - Duration::seconds(1), trail().hour(5))
        .codes(&["coverage.gap"])
        .coverage(Indeterminate)
        .says("The asked period begins one second before the oldest digest.", "A second is a gap.")
}

fn period_without_digests() -> Vector {
    edited("scope/period-without-digests", |_, _| ())
        .period(trail().hour(48), trail().hour(50))
        .codes(&["coverage.gap"])
        .integrity(Indeterminate)
        .authenticity(Indeterminate)
        .continuity(Indeterminate)
        .coverage(Indeterminate)
        .importance(Critical)
        .missed_by_validate_logs(&[1])
        .says("All digests end before the asked period begins.", "Emptiness is never a pass.")
}

fn damage_before_the_period() -> Vector {
    edited("scope/damage-before-the-period", |chain, archive| {
        archive.remove(chain.log(0, 0));
    })
    .near("logs/deleted")
    .period(trail().hour(1), trail().hour(5))
    .codes(&["log.missing"])
    .says(
        "A log of the first hour is deleted, and the asked period begins with the second.",
        "A digest that ends when the period begins is outside; its findings inform.",
    )
}

fn damage_at_the_last_second() -> Vector {
    edited("scope/damage-in-the-first-second", |chain, archive| {
        archive.remove(chain.log(0, 0));
    })
    .near("scope/damage-before-the-period")
    .period(trail().hour(1) - Duration::seconds(1), trail().hour(5))
    .codes(&["log.missing"])
    .says(
        "A log of the first hour is deleted, and the asked period begins one second before that hour ends.",
        "The digest meets the period by a second; the log was delivered before it, and its newest event lies before it: nothing that was asked can be in it.",
    )
}

/// A log is deleted whose delivery and events are those given; the period asked is the third and fourth hour.
fn deleted_log(id: &str, hour: usize, delivered: &str, newest: &str, oldest: &str) -> Vector {
    let (delivered, newest, oldest) = (at(delivered), at(newest), at(oldest));
    let mut key = String::new();
    let chain = trail().chain_with(&[0, 1, 1, 1, 1, 0], |number, digest| {
        if number == hour {
            let mut log = trail().log(delivered, "edge");
            log.events = Some((newest, oldest));
            key.clone_from(&log.key);
            digest.logs.push(log);
        }
    });
    let mut archive = Archive::of(&[&chain]);
    archive.remove(&key);
    Vector::new(id, &[&chain], archive)
        .near("scope/damage-before-the-period")
        .period(at("2026-03-01T02:30:00Z"), at("2026-03-01T04:30:00Z"))
        .codes(&["log.missing"])
}

fn edges_of_the_period() -> Vec<Vector> {
    let before = |id, delivered, newest| deleted_log(id, 2, delivered, newest, "2026-03-01T02:10:00Z");
    let after = |id, delivered, oldest| deleted_log(id, 4, delivered, "2026-03-01T04:50:00Z", oldest);
    vec![
        before("scope/log-before-the-period", "2026-03-01T02:29:00Z", "2026-03-01T02:29:59Z").says(
            "A log is deleted that was delivered in the last minute before the period, and whose newest event is of its last second.",
            "Nothing that was asked can be in it.",
        ),
        before("scope/log-with-an-event-at-the-start", "2026-03-01T02:29:00Z", "2026-03-01T02:30:00Z")
            .integrity(Failed)
            .near("scope/log-before-the-period")
            .says(
                "A log is deleted that was delivered before the period, and whose newest event is of its first second.",
                "An event of the period is in it, whenever it was delivered.",
            ),
        before("scope/log-delivered-at-the-start", "2026-03-01T02:30:00Z", "2026-03-01T02:29:59Z")
            .integrity(Failed)
            .near("scope/log-before-the-period")
            .says(
                "A log is deleted that was delivered in the first minute of the period, and whose events all lie before it.",
                "What was delivered in the period is asked.",
            ),
        after("scope/log-after-the-period", "2026-03-01T04:30:00Z", "2026-03-01T04:30:00Z").says(
            "A log is deleted that was delivered when the period had ended, and whose oldest event is of that second.",
            "The end of a period lies outside of it.",
        ),
        after("scope/log-with-an-event-at-the-end", "2026-03-01T04:30:00Z", "2026-03-01T04:29:59Z")
            .integrity(Failed)
            .near("scope/log-after-the-period")
            .says(
                "A log is deleted that was delivered after the period, and whose oldest event is of its last second.",
                "An event of the period is in it: it was delivered late.",
            ),
        after("scope/log-delivered-at-the-end", "2026-03-01T04:29:00Z", "2026-03-01T04:30:00Z")
            .integrity(Failed)
            .near("scope/log-after-the-period")
            .says(
                "A log is deleted that was delivered in the last minute of the period, and whose events all lie after it.",
                "What was delivered in the period is asked.",
            ),
    ]
}

fn arn(home: &str, account: &str) -> String {
    format!("arn:aws:cloudtrail:{home}:{account}:trail/{TRAIL}")
}

/// Trails asked by their ARNs.
fn arns() -> Vec<Vector> {
    let asked = |vector: Vector, home: &str, account: &str| vector.scope(|scope| scope.trails = vec![arn(home, account)]);
    let account_trail = |id: &str| edited(id, |_, _| ());
    let organization = || {
        let chain = trail().in_organisation().chain(&[2, 1, 0, 2, 1]);
        Vector::new("scope/trail-by-arn-of-an-organization", &[&chain], Archive::of(&[&chain])).near("baseline/organisation-trail")
    };
    let absent = |vector: Vector| {
        vector
            .codes(&["coverage.absent"])
            .integrity(Indeterminate)
            .authenticity(Indeterminate)
            .continuity(Indeterminate)
            .coverage(Indeterminate)
            .importance(Critical)
            .near("scope/trail-by-arn")
    };
    vec![
        asked(account_trail("scope/trail-by-arn"), "us-east-1", ACCOUNT)
            .says("The trail is asked by its ARN.", "An ARN asks for name, home region and account; all three agree."),
        asked(absent(account_trail("scope/trail-by-arn-of-another-home")), "eu-west-1", ACCOUNT).says(
            "Asked by its ARN is a trail of the same name with another home region.",
            "Two trails may bear one name in two home regions.",
        ),
        asked(absent(account_trail("scope/trail-by-arn-of-another-account")), "us-east-1", OTHER_ACCOUNT).says(
            "Asked by its ARN is another account's trail of the same name.",
            "An account's trail records that account; the one that was asked is not here.",
        ),
        asked(organization(), "us-east-1", OTHER_ACCOUNT).codes(&["coverage.owner_unstated"]).says(
            "An organization trail is asked by its ARN, which holds the account that owns the trail.",
            "Below an o-… folder digest files state the member, not the owner: name and home region agree, and the rest is said.",
        ),
    ]
}

fn hole_before_the_period() -> Vector {
    let chain = trail().chain(&[2, 0, 1, 2, 1]);
    let mut archive = Archive::of(&[&chain]);
    archive.sidecar(&chain.digests[0]);
    archive.remove(chain.key(1));
    Vector::new("scope/hole-before-the-period", &[&chain], archive)
        .near("links/silent-digest-deleted")
        .period(trail().hour(2), trail().hour(5))
        .codes(&["chain.digest_missing"])
        .says(
            "The silent second digest is deleted, and the asked period begins with the third.",
            "A hole that ends when the period begins is outside what was asked.",
        )
}

/// A log that was delivered after the newest digest ends.
fn newer_log(chain: &Chain, archive: &mut Archive) {
    archive.log(&trail().log(chain.newest().digest.end + Duration::minutes(12), ""));
}

fn newer_log_outside() -> Vector {
    edited("scope/newer-log-outside", newer_log).codes(&["log.unreferenced"]).importance(Medium).says(
        "A log is newer than the newest digest, where the asked period ends.",
        "Every export of a running trail holds such logs.",
    )
}

fn newer_log_and_nothing_asked() -> Vector {
    edited("scope/newer-log-and-nothing-asked", newer_log)
        .near("scope/newer-log-outside")
        .scope(|scope| *scope = Scope::default())
        .codes(&["coverage.period_unstated", "log.unreferenced"])
        .integrity(Indeterminate)
        .coverage(NotAssessed)
        .says("A log is newer than the newest digest, and nothing is asked.", "Then everything in the archive is judged.")
}

fn gap_and_nothing_asked() -> Vector {
    edited("scope/gap-and-nothing-asked", |chain, archive| {
        archive.sidecar(&chain.digests[1]);
        archive.remove(chain.key(2));
    })
    .near("links/silent-digest-deleted")
    .scope(|scope| *scope = Scope::default())
    .codes(&["chain.digest_missing", "coverage.gap", "coverage.period_unstated"])
    .continuity(Failed)
    .coverage(Indeterminate)
    .says(
        "A silent digest is deleted in the middle, and nothing is asked.",
        "A gap between a chain's ends limits coverage even so.",
    )
}

/// Two accounts; a log of the second is altered.
fn second_account_damaged(id: &str) -> Vector {
    let one = chain();
    let two = Trail { account: OTHER_ACCOUNT.to_owned(), ..trail() }.chain(&[1, 0, 1, 0, 1]);
    let mut archive = Archive::of(&[&one, &two]);
    archive.replace(two.log(0, 0), "\"sourceIPAddress\":\"", "\"sourceIPAddress\":\"1");
    Vector::new(id, &[&one, &two], archive).near("logs/value-altered").codes(&["log.hash_mismatch"])
}

fn account_not_asked() -> Vector {
    second_account_damaged("scope/damage-in-an-account-not-asked")
        .scope(|scope| scope.accounts = vec![ACCOUNT.to_owned()])
        .says("A log of an account that is not asked for is altered.", "It is said, and does not touch the verdict.")
}

fn account_not_asked_judged_when_asked() -> Vector {
    second_account_damaged("scope/damage-in-an-account-asked")
        .near("scope/damage-in-an-account-not-asked")
        .integrity(Failed)
        .says("A log of a second account is altered, and both accounts are asked for.", "One account does not save another.")
}

/// The standard chain under a question that wants more.
fn absent(id: &str, edit: impl FnOnce(&mut Scope)) -> Vector {
    edited(id, |_, _| ()).scope(edit).codes(&["coverage.absent"]).coverage(Indeterminate).missed_by_validate_logs(&[24])
}

fn account_absent() -> Vector {
    absent("scope/account-absent", |scope| scope.accounts.push(OTHER_ACCOUNT.to_owned()))
        .says("An account is asked for that the archive does not hold.", "What was asked and is not there is never a pass.")
}

fn region_absent() -> Vector {
    absent("scope/region-absent", |scope| scope.regions.push("us-west-2".to_owned())).says(
        "A region is asked for that the archive does not hold.",
        "validate-logs looks at one region and says nothing of others.",
    )
}

fn trail_absent() -> Vector {
    absent("scope/trail-absent", |scope| scope.trails.push("security-audit".to_owned()))
        .says("A trail is asked for that the archive does not hold.", "Each trail owes a chain of its own.")
}

/// The first account with two regions, the second with one.
fn uneven() -> [Chain; 3] {
    let hours = [1, 0, 1];
    [(ACCOUNT, "us-east-1"), (ACCOUNT, "us-west-2"), (OTHER_ACCOUNT, "us-east-1")]
        .map(|(account, region)| Trail::new(account, region, TRAIL, "us-east-1").chain(&hours))
}

/// That evidence under another question.
fn uneven_asked(id: &str, edit: impl FnOnce(&mut Scope)) -> Vector {
    let [a, b, c] = uneven();
    let chains = [&a, &b, &c];
    Vector::new(id, &chains, Archive::of(&chains)).near("baseline/two-accounts-two-regions").scope(edit)
}

fn product_of_accounts_and_regions() -> Vector {
    uneven_asked("scope/product-of-accounts-and-regions", |_| ())
        .codes(&["coverage.absent"])
        .coverage(Indeterminate)
        .missed_by_validate_logs(&[24])
        .says("Two accounts and two regions are asked for; one account has only one of the regions.", "Each pair owes a chain.")
}

fn only_accounts_asked() -> Vector {
    uneven_asked("scope/only-accounts-asked", |scope| (scope.regions, scope.trails) = (Vec::new(), Vec::new()))
        .near("scope/product-of-accounts-and-regions")
        .says("Two accounts are asked for and no region.", "A dimension that is not asked is not multiplied.")
}

/// The blocks that fit the uneven evidence.
fn blocks() -> Vec<Expect> {
    let block = |account: &str, regions: &[&str]| Expect {
        account: account.to_owned(),
        regions: regions.iter().map(|&region| region.to_owned()).collect(),
        ..Expect::default()
    };
    vec![block(ACCOUNT, &["us-east-1", "us-west-2"]), block(OTHER_ACCOUNT, &["us-east-1"])]
}

/// A question of blocks only, with the period and the trail at the top.
fn blocks_only(scope: &mut Scope) {
    scope.accounts.clear();
    scope.regions.clear();
    scope.expect = blocks();
}

fn expected() -> Vector {
    uneven_asked("scope/expect-blocks", blocks_only)
        .near("scope/product-of-accounts-and-regions")
        .says("Each account is asked for with its own regions.", "Organisations are uneven.")
}

fn expected_absent() -> Vector {
    uneven_asked("scope/expect-block-absent", |scope| {
        blocks_only(scope);
        scope.expect[1].regions.push("us-west-2".to_owned());
    })
    .near("scope/expect-blocks")
    .codes(&["coverage.absent"])
    .coverage(Indeterminate)
    .missed_by_validate_logs(&[24])
    .says("A block asks for a region that the account does not have.", "Each block is a question of its own.")
}

fn expected_besides_accounts() -> Vector {
    uneven_asked("scope/expect-block-besides-accounts", |scope| {
        scope.accounts = vec![OTHER_ACCOUNT.to_owned()];
        scope.expect = vec![blocks().remove(0)];
    })
    .near("scope/expect-blocks")
    .codes(&["coverage.absent"])
    .coverage(Indeterminate)
    .missed_by_validate_logs(&[24])
    .says(
        "A block asks for the first account with its regions; the top asks for the second account with both regions.",
        "Accounts at the top are one more question, and one of its pairs has no chain.",
    )
}

/// Evidence in which the second account begins an hour later.
fn late_account(id: &str, from: &str) -> Vector {
    let one = trail().chain(&[1, 0, 1]);
    let two = Trail { account: OTHER_ACCOUNT.to_owned(), ..trail() }.from("2026-03-01T01:01:31Z").chain(&[1, 1]);
    let chains = [&one, &two];
    Vector::new(id, &chains, Archive::of(&chains)).scope(|scope| {
        scope.accounts.clear();
        let to = scope.to.clone();
        scope.expect = vec![
            Expect { account: ACCOUNT.to_owned(), ..Expect::default() },
            Expect { account: OTHER_ACCOUNT.to_owned(), from: Some(from.to_owned()), to, ..Expect::default() },
        ];
    })
}

fn expected_period() -> Vector {
    late_account("scope/expect-block-with-period", "2026-03-01T01:01:31Z")
        .near("scope/expect-blocks")
        .says("The second account was made an hour later, and its block says so.", "Each block may have a period of its own.")
}

fn expected_period_too_long() -> Vector {
    late_account("scope/expect-block-with-longer-period", "2026-03-01T00:31:31Z")
        .near("scope/expect-block-with-period")
        .codes(&["coverage.gap"])
        .coverage(Indeterminate)
        .says("A block's period begins half an hour before its account's first digest.", "A block's period is owed like any.")
}

/// Sets an effect.
fn policy(code: &str, effect: Effect) -> impl FnOnce(&mut Scope) {
    move |scope| {
        scope.policy.insert(code.to_owned(), effect);
    }
}

/// A planted log in the standard chain.
fn planted(id: &str) -> Vector {
    edited(id, |_, archive| archive.log(&trail().log(trail().hour(1) + Duration::minutes(33), "planted")))
        .near("logs/planted")
        .codes(&["log.unreferenced"])
}

fn policy_raises() -> Vector {
    planted("scope/policy-raises")
        .scope(policy("log.unreferenced", Effect::Refutes))
        .integrity(Failed)
        .says("The policy lets unreferenced logs refute; there is one.", "A policy may raise any code.")
}

fn policy_lowers() -> Vector {
    planted("scope/policy-lowers")
        .scope(policy("log.unreferenced", Effect::Informs))
        .says("The policy lets unreferenced logs inform; there is one.", "A policy may lower what limits.")
}

fn policy_of_another_code() -> Vector {
    edited("scope/policy-of-another-code", |chain, archive| {
        archive.remove(chain.log(1, 0));
    })
    .near("logs/deleted")
    .scope(policy("log.unreferenced", Effect::Informs))
    .codes(&["log.missing"])
    .integrity(Failed)
    .importance(Critical)
    .says("The policy lowers another code than the one that is found.", "A policy touches only what it names.")
}

fn bucket_renamed_and_stated() -> Vector {
    edited("scope/bucket-renamed-and-stated", |_, archive| {
        archive.rename(|path| format!("audit-copy/{path}"));
    })
    .near("layout/other-bucket-on-top")
    .scope(|scope| scope.relocated.push("s3://trail-archive=s3://audit-copy".to_owned()))
    .false_alarm_of_validate_logs()
    .says(
        "The top folder is another bucket's name, and the verifier states the renaming.",
        "A renaming that is stated and changes nothing does no harm.",
    )
}
