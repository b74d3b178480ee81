//! Evidence that is whole but lies in another tree than the bucket.

use super::{ACCOUNT, TRAIL, chain, trail};
use crate::archive::Archive;
use crate::trail::{Chain, Trail};
use crate::vector::Importance::Medium;
use crate::vector::Vector;
use crate::vector::Verdict::Indeterminate;
use crate::zip::Entry;

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    let below_the_account = format!("AWSLogs/{ACCOUNT}/");
    vec![
        tree(
            "layout/cut-at-the-account",
            trail(),
            |path| path["AWSLogs/".len()..].to_owned(),
            "The tree begins with the account's folder.",
            "`aws s3 sync s3://BUCKET/AWSLogs/ DIR` cuts off what stands before.",
        ),
        tree(
            "layout/cut-below-the-account",
            trail(),
            |path| path[below_the_account.len()..].to_owned(),
            "The tree begins with CloudTrail and CloudTrail-Digest.",
            "`aws s3 sync s3://BUCKET/AWSLogs/ACCOUNT/ DIR` cuts off what stands before.",
        ),
        tree(
            "layout/flat",
            trail(),
            |path| path.rsplit('/').next().expect("a file name").to_owned(),
            "All files lie in one folder.",
            "Files are recognised by their names; folders are compared as far as both go.",
        ),
        tree(
            "layout/bucket-on-top",
            trail(),
            |path| format!("trail-archive/{path}"),
            "The bucket's name is the top folder.",
            "Many tools write it there.",
        ),
        tree(
            "layout/other-bucket-on-top",
            trail(),
            |path| format!("copy-for-the-auditor/{path}"),
            "The top folder is named after another bucket than the digests name.",
            "Evidence copied to another bucket is whole; validate-logs says that it has been moved.",
        )
        .false_alarm_of_validate_logs(),
        tree(
            "layout/wrapper",
            trail(),
            |path| format!("handover 2026-03/evidence/{path}"),
            "Two folders of the sender's own stand on top, one with a space.",
            "Zipping a folder must not change a verdict.",
        ),
        tree(
            "layout/wrapper-and-cut",
            trail(),
            |path| format!("handover/{}", &path[below_the_account.len()..]),
            "The tree is cut off below the account and put into a folder of the sender's own.",
            "A folder that all evidence shares is a wrapper, even where the account should stand.",
        ),
        tree(
            "layout/key-prefix",
            trail().with_prefix("security/cloudtrail"),
            str::to_owned,
            "The trail has a key prefix of two folders.",
            "Prefixes are common.",
        ),
        tree(
            "layout/key-prefix-cut",
            trail().with_prefix("security/cloudtrail"),
            |path| path["security/".len()..].to_owned(),
            "The tree begins in the middle of the key prefix.",
            "Folders are compared from the right, as far as both go.",
        ),
        tree(
            "layout/control-tower",
            trail().in_organisation().with_prefix("o-exampleorg1"),
            str::to_owned,
            "The organisation's id is the key prefix and stands again below AWSLogs.",
            "AWS Control Tower lays its trail out like this.",
        ),
        tree(
            "layout/control-tower-before-3",
            trail().with_prefix("o-exampleorg1"),
            str::to_owned,
            "The organisation's id is the key prefix; accounts stand directly below AWSLogs.",
            "AWS Control Tower before 3.0 laid its trails out like this.",
        ),
        tree(
            "layout/organisation-cut",
            trail().in_organisation(),
            |path| path["AWSLogs/".len()..].to_owned(),
            "The tree begins with the o-… folder.",
            "`aws s3 sync s3://BUCKET/AWSLogs/ DIR` cuts off what stands before.",
        ),
        tree(
            "layout/dot-slash",
            trail(),
            |path| format!("./{path}"),
            "Every path begins with `./`.",
            "`find . | zip -@` and `tar c .` write it.",
        ),
        tree(
            "layout/doubled-slashes",
            trail(),
            |path| path.replace("/us-east-1/", "//us-east-1/"),
            "Every path holds a doubled slash.",
            "Careless joins write it.",
        ),
        tree(
            "layout/backslashes",
            trail(),
            |path| path.replace('/', "\\"),
            "Folders are separated by backslashes.",
            "Old .NET writes zips like this.",
        ),
        deflated(),
        nested_zip(),
        two_archives(),
        macos(),
        readme(),
        day_folder(),
        log_day_folder(),
        renamed_prefix(),
        renamed_prefix_explained(),
        buckets_with_one_key(),
        buckets_with_one_key_untold(),
    ]
}

/// A whole chain whose paths are rewritten.
fn tree(id: &str, trail: Trail, rename: impl Fn(&str) -> String, description: &str, why: &str) -> Vector {
    let chain = trail.chain(&[2, 1, 0, 2, 1]);
    let mut archive = Archive::of(&[&chain]);
    archive.rename(rename);
    Vector::new(id, &[&chain], archive).near("baseline/account-trail").says(description, why)
}

fn deflated() -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    for entry in &mut archive.entries {
        entry.deflated = true;
    }
    Vector::new("layout/deflated", &[&chain], archive)
        .near("baseline/account-trail")
        .says("The entries of the zip are deflated.", "Most archivers deflate even what is compressed already.")
}

fn nested_zip() -> Vector {
    let chain = chain();
    let archive = Archive::of(&[&chain]);
    let (logs, digests): (Vec<Entry>, Vec<Entry>) =
        archive.entries.into_iter().partition(|entry| entry.path.contains("/CloudTrail/"));
    let mut outer = Archive::default();
    outer.put("logs-2026-03.zip", crate::zip::zip(&logs));
    outer.put("digests-2026-03.zip", crate::zip::zip(&digests));
    Vector::new("layout/zip-of-zips", &[&chain], outer)
        .near("baseline/account-trail")
        .says("A zip of two zips, one with the logs and one with the digests.", "Archives of one level within an archive are read.")
}

fn two_archives() -> Vector {
    let chain = chain();
    let mut first = Archive::of(&[&chain]).entries;
    let second: Vec<Entry> = (1..=first.len() / 2).map(|n| first.remove(n)).collect();
    let mut vector = Vector::of_zip("layout/two-archives", &[&chain], crate::zip::zip(&first));
    let path = "archives/layout/two-archives-second.zip";
    vector.archives.push(path.to_owned());
    vector.files.insert(path.to_owned(), crate::zip::zip(&second));
    vector
        .near("baseline/account-trail")
        .says("Two archives; every second file lies in the second.", "Several archives are one case, wherever they were split.")
}

fn macos() -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    let name = chain.log(0, 0).rsplit('/').next().expect("a name");
    archive.put(".DS_Store", b"\0\0\0\x01Bud1".as_slice());
    archive.put(&format!("__MACOSX/AWSLogs/._{name}"), b"\0\x05\x16\x07".as_slice());
    archive.put(&format!("AWSLogs/._{name}"), b"\0\x05\x16\x07".as_slice());
    Vector::new("layout/macos-files", &[&chain], archive)
        .near("baseline/account-trail")
        .codes(&["archive.ignored"])
        .importance(Medium)
        .says(
            "The zip holds .DS_Store, a __MACOSX folder and an AppleDouble file named after a log.",
            "What macOS adds is ignored, and counted.",
        )
}

fn readme() -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    archive.put("README.txt", "Evidence for the audit of 2026.\n");
    archive.put("captures/describe-trails.json", "{\n    \"trailList\": []\n}\n");
    Vector::new("layout/other-files", &[&chain], archive)
        .near("baseline/account-trail")
        .codes(&["archive.ignored"])
        .importance(Medium)
        .says(
            "A readme and a captured configuration lie beside the evidence.",
            "What is no evidence of a trail is ignored, and counted.",
        )
}

fn day_folder() -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    let key = chain.key(1).to_owned();
    archive.entry(&key).path = key.replace("/2026/03/01/", "/2026/03/02/");
    Vector::new("layout/digest-in-another-day", &[&chain], archive)
        .near("baseline/account-trail")
        .codes(&["digest.relocated"])
        .continuity(Indeterminate)
        .says(
            "One digest lies in the folder of the next day under its own name.",
            "The digest's own place is signed; a file elsewhere was moved, and nobody said why.",
        )
}

fn log_day_folder() -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    let key = chain.log(1, 0).to_owned();
    archive.entry(&key).path = key.replace("/2026/03/01/", "/2026/03/02/");
    Vector::new("layout/log-in-another-day", &[&chain], archive)
        .near("baseline/account-trail")
        .codes(&["log.relocated"])
        .integrity(Indeterminate)
        .says(
            "One log lies in the folder of the next day under its own name.",
            "The right bytes in another place are neither altered nor where they were delivered.",
        )
}

/// Two regions below a key prefix; the files of one of them were moved to another prefix.
fn one_region_moved(id: &str) -> Vector {
    let stayed = trail().with_prefix("production").chain(&[1, 1]);
    let moved = Trail::new(ACCOUNT, "us-west-2", TRAIL, "us-east-1").with_prefix("production").chain(&[1, 1]);
    let mut archive = Archive::of(&[&moved]);
    archive.rename(|path| path.replace("production/", "cold-storage/"));
    archive.entries.append(&mut Archive::of(&[&stayed]).entries);
    Vector::new(id, &[&stayed, &moved], archive).near("baseline/two-accounts-two-regions")
}

fn renamed_prefix() -> Vector {
    one_region_moved("layout/prefix-renamed")
        .codes(&["digest.relocated", "log.relocated"])
        .integrity(Indeterminate)
        .continuity(Indeterminate)
        .says(
            "The files of one region lie below another key prefix than its digests say.",
            "A renaming that nobody states is out of place, not wrong.",
        )
}

fn renamed_prefix_explained() -> Vector {
    one_region_moved("layout/prefix-renamed-and-stated")
        .near("layout/prefix-renamed")
        .scope(|scope| {
            scope.relocated.push("s3://trail-archive/production=s3://trail-archive/cold-storage".to_owned());
        })
        .false_alarm_of_validate_logs()
        .says(
            "The files of one region lie below another key prefix, and the verifier states the renaming.",
            "A renaming that the verifier knows of explains both digests and logs.",
        )
}

/// The same account and trail name in two buckets, so that all keys of digests are the same.
fn same_keys() -> [Chain; 2] {
    let first = trail().chain(&[1, 1]);
    let second = trail().in_bucket("audit-archive").chain_with(&[0, 0], |hour, digest| {
        digest.logs.push(trail().in_bucket("audit-archive").log(digest.start, &format!("second {hour}")));
    });
    [first, second]
}

fn two_trees(id: &str, folders: [&str; 2]) -> Vector {
    let [first, second] = same_keys();
    let mut archive = Archive::default();
    for (chain, folder) in [&first, &second].into_iter().zip(folders) {
        let mut tree = Archive::of(&[chain]);
        tree.rename(|path| format!("{folder}/{path}"));
        archive.entries.append(&mut tree.entries);
    }
    Vector::new(id, &[&first, &second], archive).near("baseline/two-buckets")
}

fn buckets_with_one_key() -> Vector {
    two_trees("layout/two-buckets-one-key", ["trail-archive", "audit-archive"]).says(
        "Two buckets hold signed digests with the same keys; the buckets' names are the top folders.",
        "Two trails of one name that deliver to two places are two chains, each with its own digests.",
    )
}

fn buckets_with_one_key_untold() -> Vector {
    two_trees("layout/two-buckets-one-key-untold", ["first", "second"])
        .codes(&["digest.relocated"])
        .continuity(Indeterminate)
        .near("layout/two-buckets-one-key")
        .says(
            "Two buckets hold signed digests with the same keys, and the top folders do not name the buckets.",
            "Where two buckets hold one key, only the bucket's name above it tells which file is which.",
        )
}
