//! Evidence in which nothing is wrong.

use super::{ACCOUNT, OTHER_ACCOUNT, TRAIL, chain, trail};
use crate::archive::Archive;
use crate::keys;
use crate::trail::{Chain, Trail};
use crate::vector::Verdict::NotAssessed;
use crate::vector::{Scope, Vector};

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    vec![
        account_trail(),
        silent_hours(),
        middle_of_a_trail(),
        one_digest(),
        organisation_trail(),
        two_accounts_two_regions(),
        two_trails_one_bucket(),
        two_buckets(),
        trail_name_with_separators(),
        shadow_trail_of_another_home(),
        across_midnight(),
        escaped_slashes(),
        unknown_fields(),
        upper_case_hash(),
        event_times_absent(),
        event_times_null(),
        insight_log_listed(),
        log_delivered_long_before(),
        one_digest_of_two_hours(),
        recompressed_log(),
        long_key(),
        no_scope(),
        bucket_changed(),
        prefix_changed(),
        moved_into_an_organisation(),
    ]
}

/// A vector of one chain as it was delivered.
fn delivered(id: &str, chain: &Chain) -> Vector {
    Vector::new(id, &[chain], Archive::of(&[chain]))
}

fn account_trail() -> Vector {
    delivered("baseline/account-trail", &chain()).says(
        "Five hours of an account's trail with their logs, and head-object output for the newest digest.",
        "The plainest evidence that proves everything asked; most other vectors are one edit away from it.",
    )
}

fn silent_hours() -> Vector {
    delivered("baseline/silent-hours", &trail().chain(&[0, 0, 0])).says(
        "No log file was delivered in any hour.",
        "A signed digest without logs is evidence of silence, not a lack of evidence.",
    )
}

fn middle_of_a_trail() -> Vector {
    let mut whole = trail().from("2026-02-28T23:01:31Z").chain(&[1, 2, 1, 0, 2, 1]);
    whole.digests.remove(0);
    delivered("baseline/middle-of-a-trail", &whole).says(
        "The oldest digest names a predecessor that was not handed over.",
        "Every export of a running trail begins like this; at an edge nothing is missing.",
    )
}

fn one_digest() -> Vector {
    delivered("baseline/one-digest", &trail().chain(&[2]))
        .says("A single digest with two logs.", "The smallest evidence that can prove something.")
}

fn organisation_trail() -> Vector {
    let one = trail().in_organisation().chain(&[2, 0, 1]);
    let two = Trail { account: OTHER_ACCOUNT.to_owned(), ..trail().in_organisation() }.chain(&[1, 1, 0]);
    Vector::new("baseline/organisation-trail", &[&one, &two], Archive::of(&[&one, &two])).says(
        "An organisation's trail with two accounts below its o-… folder.",
        "In an organisation's trail the account of the folder is not the account of the trail.",
    )
}

fn two_accounts_two_regions() -> Vector {
    let chains: Vec<Chain> = [ACCOUNT, OTHER_ACCOUNT]
        .into_iter()
        .flat_map(|account| ["us-east-1", "us-west-2"].map(|region| (account, region)))
        .map(|(account, region)| Trail::new(account, region, TRAIL, "us-east-1").chain(&[1, 0, 1]))
        .collect();
    let chains: Vec<&Chain> = chains.iter().collect();
    Vector::new("baseline/two-accounts-two-regions", &chains, Archive::of(&chains)).says(
        "Two accounts with two source regions each, under the keys of both regions.",
        "Each account and region has its own chain, and each region its own key.",
    )
}

fn two_trails_one_bucket() -> Vector {
    let one = chain();
    let two = Trail { name: "security-audit".to_owned(), ..trail() }.chain(&[1, 0, 0, 1, 1]);
    Vector::new("baseline/two-trails-one-bucket", &[&one, &two], Archive::of(&[&one, &two])).says(
        "Two trails of one account write into the same folders of one bucket.",
        "The names of logs do not tell the trail; only the digests do.",
    )
}

fn two_buckets() -> Vector {
    let one = chain();
    let two = Trail { name: "security-audit".to_owned(), ..trail() }.in_bucket("audit-archive").chain(&[1, 0, 0, 1, 1]);
    let mut archive = Archive::of(&[&one]);
    archive.rename(|path| format!("trail-archive/{path}"));
    let mut second = Archive::of(&[&two]);
    second.rename(|path| format!("audit-archive/{path}"));
    archive.entries.append(&mut second.entries);
    Vector::new("baseline/two-buckets", &[&one, &two], archive).says(
        "Two trails with a bucket each; the name of the bucket is the top folder.",
        "`aws s3 sync` of two buckets into two folders is the usual hand-over.",
    )
}

fn trail_name_with_separators() -> Vector {
    let named = Trail { name: "org_trail-eu.v2_us-east-1".to_owned(), ..trail() };
    delivered("baseline/trail-name-with-separators", &named.chain(&[1, 2])).says(
        "The trail's name holds underscores, a dot, a hyphen and a region.",
        "A digest's file name must be parsed from both ends.",
    )
}

fn shadow_trail_of_another_home() -> Vector {
    let shadow = Trail::new(ACCOUNT, "us-west-2", TRAIL, "us-east-1");
    delivered("baseline/home-in-another-region", &shadow.chain(&[1, 0, 2])).says(
        "The chain of us-west-2 of a multi-region trail made in us-east-1.",
        "Source and home region differ; the key is the source region's.",
    )
}

fn across_midnight() -> Vector {
    delivered("baseline/across-midnight", &trail().from("2026-03-01T22:01:31Z").chain(&[1, 2, 1])).says(
        "The chain runs from 22:01 to 01:01 of the next day, in the folders of two days.",
        "A digest lies in the folder of the day on which it ends, its logs in those of their delivery.",
    )
}

fn escaped_slashes() -> Vector {
    let escaped = trail().chain_with(&[2, 1, 0], |_, digest| {
        digest.rewrite = Some(|json| json.replace('/', "\\/"));
    });
    delivered("baseline/escaped-slashes", &escaped).near("baseline/account-trail").says(
        "The JSON of the digests writes every slash as `\\/`.",
        "The hash is over the bytes as they are; the signed text is over the values that they stand for.",
    )
}

fn unknown_fields() -> Vector {
    let extended = trail().chain_with(&[2, 1, 0], |_, digest| {
        digest.rewrite = Some(|json| {
            json.replace("\"logFiles\":[", "\"digestVersion\":{\"major\":2,\"notes\":[null,true,-1.5e3]},\"logFiles\":[")
        });
    });
    delivered("baseline/unknown-fields", &extended)
        .near("baseline/account-trail")
        .says("The digests hold a field that is documented nowhere.", "AWS adds fields; an unknown one is no damage.")
}

fn upper_case_hash() -> Vector {
    let upper = trail().chain_with(&[2, 1, 0], |hour, digest| {
        if hour == 1 {
            digest.logs[0].hash = keys::mixed_case(&digest.logs[0].hash);
        }
    });
    delivered("baseline/upper-case-hash", &upper)
        .near("baseline/account-trail")
        .false_alarm_of_validate_logs()
        .says("The hashValue of one log is in mixed case.", "Hex has no case; validate-logs compares text and reports a mismatch.")
}

fn event_times_absent() -> Vector {
    let absent = trail().chain_with(&[2, 1, 0], |_, digest| {
        digest.rewrite = Some(without_event_times);
    });
    delivered("baseline/event-times-absent", &absent).near("baseline/account-trail").says(
        "No digest holds newestEventTime or oldestEventTime, neither for itself nor for its logs.",
        "These two fields may be absent.",
    )
}

/// Takes the fields out, with the values `null` or a time of 22 characters with its quotes.
fn without_event_times(json: &str) -> String {
    let mut out = json.to_owned();
    for field in [",\"newestEventTime\":", ",\"oldestEventTime\":"] {
        while let Some(at) = out.find(field) {
            let value = at + field.len();
            let length = if out[value..].starts_with("null") { 4 } else { 22 };
            out.replace_range(at..value + length, "");
        }
    }
    out
}

fn event_times_null() -> Vector {
    let null = trail().chain_with(&[2, 1, 0], |_, digest| {
        for log in &mut digest.logs {
            log.events = None;
        }
    });
    delivered("baseline/event-times-null", &null)
        .near("baseline/account-trail")
        .says("The event times of digests and logs are null although there are logs.", "These two fields may be null.")
}

fn insight_log_listed() -> Vector {
    let with_insight = trail().chain_with(&[2, 1, 0], |hour, digest| {
        if hour == 1 {
            let delivered = digest.start + chrono::Duration::minutes(24);
            digest.logs.push(trail().log_of("CloudTrail-Insight", delivered, "", 1));
        }
    });
    delivered("baseline/insight-log-listed", &with_insight).near("baseline/account-trail").says(
        "A digest lists an Insights log beside its logs of management events.",
        "AWS does not say whether digests list such files; if one does, it is a log like any other.",
    )
}

fn log_delivered_long_before() -> Vector {
    let late = trail().from("2026-03-02T00:01:31Z").chain_with(&[1, 1], |hour, digest| {
        if hour == 0 {
            digest.logs.push(trail().log(digest.start - chrono::Duration::hours(7), ""));
        }
    });
    delivered("baseline/log-of-an-earlier-day", &late).says(
        "A digest lists a log whose name carries a time seven hours before the digest begins.",
        "What a digest lists is in its scope, whatever the time in the name.",
    )
}

fn one_digest_of_two_hours() -> Vector {
    let long = trail().chain_with(&[1, 1, 1], |hour, digest| {
        digest.start += chrono::Duration::hours(i64::from(hour == 2));
        digest.end += chrono::Duration::hours(i64::from(hour >= 1));
        digest.key = trail().digest_key(digest.end);
    });
    delivered("baseline/digest-of-two-hours", &long)
        .near("baseline/account-trail")
        .says("The second digest covers two hours.", "No length is guaranteed; only gaps and overlaps are findings.")
}

fn recompressed_log() -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    archive.edit(chain.log(1, 0), |bytes| {
        *bytes = crate::gzip::gzip_with(&crate::gzip::gunzip(bytes), &crate::gzip::Header::default(), 0);
    });
    Vector::new("baseline/recompressed-log", &[&chain], archive)
        .near("baseline/account-trail")
        .says("One log is compressed anew, with other bytes around the same content.", "AWS hashes the content, not the gzip file.")
}

fn long_key() -> Vector {
    let long = trail().chain_with(&[1, 0, 1], |_, digest| digest.signed_by(&keys::LONG));
    delivered("baseline/key-of-4096-bits", &long)
        .near("baseline/account-trail")
        .keys(&[("long/us-east-1.json", &[keys::Listed::key(&keys::LONG)])])
        .says("The digests are signed with a key of 4096 bits.", "Keys of 2048 to 8192 bits are accepted.")
}

fn no_scope() -> Vector {
    delivered("baseline/nothing-asked", &chain())
        .near("baseline/account-trail")
        .scope(|scope| *scope = Scope::default())
        .coverage(NotAssessed)
        .codes(&["coverage.period_unstated"])
        .says("Nothing is asked.", "Everything in the archive is judged, but nothing is said about a period.")
}

/// A chain whose first two digests and their logs lie where `before` puts them.
fn moved(before: &Trail, after: &Trail) -> Chain {
    let mut chain = before.chain(&[1, 2]);
    for hour in 2..4 {
        let mut digest = after.digest(hour, 1);
        digest.follow(chain.newest());
        chain.digests.push(digest.seal());
    }
    chain
}

fn bucket_changed() -> Vector {
    delivered("baseline/bucket-changed", &moved(&trail(), &trail().in_bucket("new-archive")))
        .codes(&["chain.moved"])
        .near("baseline/account-trail")
        .says(
            "The trail got another bucket in the middle; the chain goes on there.",
            "Bucket, prefix and organisation are no part of a chain's identity.",
        )
}

fn prefix_changed() -> Vector {
    delivered("baseline/prefix-changed", &moved(&trail(), &trail().with_prefix("security/cloudtrail")))
        .codes(&["chain.moved"])
        .near("baseline/account-trail")
        .says(
            "The trail got a key prefix in the middle; the chain goes on below it.",
            "Bucket, prefix and organisation are no part of a chain's identity.",
        )
}

fn moved_into_an_organisation() -> Vector {
    delivered("baseline/moved-into-an-organisation", &moved(&trail(), &trail().in_organisation()))
        .codes(&["chain.moved"])
        .near("baseline/account-trail")
        .says(
            "The account's trail became an organisation's trail; the chain goes on below the o-… folder.",
            "Bucket, prefix and organisation are no part of a chain's identity.",
        )
}
