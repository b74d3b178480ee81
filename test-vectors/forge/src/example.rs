//! The example: two days of an organisation's trail as they are handed over, and the same after somebody was at it.

use chrono::{DateTime, Duration, Utc};

use crate::archive::{Archive, sidecar_path};
use crate::counter::Counter;
use crate::digest::Sealed;
use crate::keys::{self, Listed, US_EAST_1, US_EAST_1_NEXT};
use crate::time::at;
use crate::trail::{Chain, Trail};
use crate::vector::Importance::Critical;
use crate::vector::Vector;
use crate::vector::Verdict::{Failed, Indeterminate};

/// The management account and two members.
const ACCOUNTS: [&str; 3] = ["111122223333", "444455556666", "777788889999"];
/// The regions, the busiest first.
const REGIONS: [&str; 4] = ["us-east-1", "eu-central-1", "eu-west-1", "us-west-2"];
/// The trail.
const TRAIL: &str = "org-trail";
/// The bucket.
const BUCKET: &str = "example-org-cloudtrail";
/// The digests of each chain: two days and the hour around their end.
const HOURS: usize = 49;

/// The two vectors of the example.
pub fn vectors() -> Vec<Vector> {
    let chains = chains();
    vec![handover(&chains), tampered(&chains)]
}

/// The asked period.
fn period() -> (DateTime<Utc>, DateTime<Utc>) {
    (at("2026-03-01T00:00:00Z"), at("2026-03-03T00:00:00Z"))
}

/// One chain for each account and region.
fn chains() -> Vec<Chain> {
    let pairs = ACCOUNTS.into_iter().flat_map(|account| REGIONS.map(|region| (account, region)));
    pairs.map(|(account, region)| chain(account, region)).collect()
}

/// A chain of which the digest before the oldest was not handed over.
fn chain(account: &str, region: &str) -> Chain {
    let mut counter = Counter::new(format!("example {account} {region}"));
    let offset = Duration::seconds(60 + counter.below(3000) as i64);
    let trail = Trail { first: at("2026-02-28T22:00:00Z") + offset, ..Trail::new(account, region, TRAIL, "us-east-1") };
    let trail = trail.in_organisation().in_bucket(BUCKET);
    let hours = vec![0; HOURS + 1];
    let mut chain = trail.chain_with(&hours, |hour, digest| {
        for n in 0..deliveries(&mut counter, account, region, trail.hour(hour)) {
            let delivered = digest.start + Duration::minutes(4 + 15 * n as i64 + counter.below(9) as i64);
            let mark = delivered - Duration::seconds(delivered.timestamp() % 300 - 300);
            let records = 1 + counter.below(6);
            digest.logs.push(trail.log_of("CloudTrail", mark, "", records));
        }
        digest.logs.sort_by(|a, b| a.hash.cmp(&b.hash));
        if region == "us-east-1" && digest.start >= at("2026-03-02T05:00:00Z") {
            digest.signed_by(&US_EAST_1_NEXT);
        }
    });
    chain.digests.remove(0);
    chain
}

/// How many logs an hour brings: offices are open from 7 to 18, mostly in one region; 1 March is a Sunday.
fn deliveries(counter: &mut Counter, account: &str, region: &str, hour: DateTime<Utc>) -> usize {
    let open = hour >= at("2026-03-02T07:00:00Z") && hour < at("2026-03-02T18:00:00Z");
    let home = match account {
        "111122223333" => region == "us-east-1",
        _ => region == "eu-central-1" || region == "us-east-1",
    };
    match (home, open) {
        (true, true) => 1 + counter.below(3),
        (true, false) => usize::from(counter.below(100) < 55),
        (false, true) => usize::from(counter.below(100) < 50),
        (false, false) => usize::from(counter.below(100) < 18),
    }
}

/// The archive as it is handed over.
fn archive(chains: &[Chain]) -> Archive {
    let mut archive = Archive::of(&chains.iter().collect::<Vec<_>>());
    archive.put(
        "captures/describe-trails.json",
        format!(
            r#"{{
    "trailList": [
        {{
            "Name": "{TRAIL}",
            "S3BucketName": "{BUCKET}",
            "IncludeGlobalServiceEvents": true,
            "IsMultiRegionTrail": true,
            "HomeRegion": "us-east-1",
            "TrailARN": "arn:aws:cloudtrail:us-east-1:111122223333:trail/{TRAIL}",
            "LogFileValidationEnabled": true,
            "HasCustomEventSelectors": false,
            "HasInsightSelectors": false,
            "IsOrganizationTrail": true
        }}
    ]
}}
"#
        ),
    );
    archive.put(
        "captures/get-trail-status-org-trail.json",
        r#"{
    "IsLogging": true,
    "LatestDeliveryTime": "2026-03-03T01:02:11.361000+00:00",
    "StartLoggingTime": "2025-06-02T09:14:27.108000+00:00",
    "LatestDigestDeliveryTime": "2026-03-03T00:58:40.742000+00:00"
}
"#,
    );
    archive.put(
        "captures/get-object-lock-configuration-example-org-cloudtrail.json",
        r#"{
    "ObjectLockConfiguration": {
        "ObjectLockEnabled": "Enabled",
        "Rule": {
            "DefaultRetention": {
                "Mode": "COMPLIANCE",
                "Days": 400
            }
        }
    }
}
"#,
    );
    archive.put("captures/get-bucket-versioning-example-org-cloudtrail.json", "{\n    \"Status\": \"Enabled\"\n}\n");
    archive
}

/// The verifier's key lists, one for each region.
fn key_lists() -> Vec<(String, Vec<u8>)> {
    let list = |region: &str| match region {
        "us-east-1" => vec![
            Listed::key(&US_EAST_1).valid(at("2026-02-10T01:04:20Z"), at("2026-03-12T01:04:20Z")),
            Listed::key(&US_EAST_1_NEXT).valid(at("2026-03-02T01:04:01Z"), at("2026-04-01T01:04:01Z")),
        ],
        other => vec![Listed::key(keys::of_region(other))],
    };
    REGIONS.map(|region| (format!("example/public-keys/{region}.json"), keys::list(&list(region)))).to_vec()
}

/// A vector about a zip of the example.
fn vector(id: &str, chains: &[Chain], archive: &Archive) -> Vector {
    let (from, to) = period();
    let chains: Vec<&Chain> = chains.iter().collect();
    let mut vector = Vector::of_zip(id, &chains, Vec::new()).keys(&[]).period(from, to);
    let path = format!("{id}.zip");
    vector.archives = vec![path.clone()];
    vector.files.clear();
    vector.files.insert(path, archive.zip());
    for (path, bytes) in key_lists() {
        vector.keys.push(path.clone());
        vector.files.insert(path, bytes);
    }
    vector
}

fn handover(chains: &[Chain]) -> Vector {
    vector("example/handover", chains, &archive(chains)).codes(&["archive.ignored"]).says(
        "Two whole days of an organisation's trail: three accounts, four regions, a key rotation, captured configuration.",
        "What a hand-over looks like when nothing is wrong.",
    )
}

/// The chain of an account and a region.
fn of<'a>(chains: &'a [Chain], account: &str, region: &str) -> &'a Chain {
    let found = |chain: &&Chain| chain.trail.account == account && chain.trail.region == region;
    chains.iter().find(found).expect("a chain of the example")
}

/// The first hour from `from` on whose digest has logs.
fn busy(chain: &Chain, from: usize) -> usize {
    (from..HOURS).find(|&hour| !chain.digests[hour].digest.logs.is_empty()).expect("a busy hour")
}

fn tampered(chains: &[Chain]) -> Vector {
    let mut archive = archive(chains);

    let altered = of(chains, "111122223333", "us-east-1");
    archive.replace(altered.log(busy(altered, 34), 0), "\"sourceIPAddress\":\"", "\"sourceIPAddress\":\"1");

    let deleted = of(chains, "777788889999", "eu-central-1");
    archive.remove(deleted.log(busy(deleted, 38), 0));

    let planted = of(chains, "444455556666", "us-east-1");
    archive.log(&planted.trail.log(planted.trail.hour(20) + Duration::minutes(35), "planted"));

    let hole = of(chains, "444455556666", "eu-central-1");
    let before = busy(hole, 35);
    let gone: &[Sealed] = &hole.digests[before + 1..before + 4];
    for sealed in gone {
        archive.remove_hour(sealed);
    }

    let edited = of(chains, "777788889999", "us-east-1");
    let hour = busy(edited, 36);
    archive.replace(edited.key(hour), "\"logFiles\":[{", "\"logFiles\":[ {");

    let unsigned = of(chains, "111122223333", "us-west-2");
    archive.remove(&sidecar_path(unsigned.newest()));

    vector("example/tampered", chains, &archive)
        .near("example/handover")
        .importance(Critical)
        .codes(&[
            "archive.ignored",
            "chain.digest_missing",
            "chain.link.hash_mismatch",
            "coverage.gap",
            "digest.signature.invalid",
            "digest.signature.missing",
            "log.hash_mismatch",
            "log.missing",
            "log.unproved",
            "log.unreferenced",
        ])
        .integrity(Failed)
        .authenticity(Failed)
        .continuity(Failed)
        .coverage(Indeterminate)
        .says(
            "The example after a log was altered, another deleted, a third planted, three digests in a row deleted with their logs, a digest altered, and the sidecar of a newest digest lost.",
            "Six things that happen to evidence, each told apart from the others.",
        )
}
