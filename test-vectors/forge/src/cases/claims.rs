//! What entries claim by their names, and what lies beside the signed file: nobody may take out of a question what claims to belong to it,
//! and nothing that claims nothing of it may change the answer.

use super::{ACCOUNT, OTHER_ACCOUNT, TRAIL, chain, trail};
use crate::archive::Archive;
use crate::digest::Log;
use crate::gzip::{gunzip, gzip};
use crate::keys::STRANGER;
use crate::time::at;
use crate::trail::{Chain, Trail};
use crate::vector::Importance::{Critical, Medium};
use crate::vector::Vector;
use crate::vector::Verdict::{Failed, Indeterminate};

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    vec![
        content_of_another_account(),
        content_of_another_account_and_more(),
        contradicted_by_another_trail(),
        stray_with_more_records(),
        digest_file_of_nothing_asked(),
        unsigned_digest_file_that_says_it_is_asked(),
        log_file_of_nothing_asked(),
        unreadable_log_file_of_nothing_asked(),
        older_digest_file_that_nobody_signed(),
        made_to_be_read("claims/log-made-to-be-read", |chain| chain.log(0, 0).to_owned()),
        made_to_be_read("claims/digest-made-to-be-read", |chain| chain.key(1).to_owned()),
        foreign_in_the_second_list(),
    ]
}

/// The standard chain and a genuine one of another account, of which nothing is asked.
fn beside_another(id: &str, edit: impl FnOnce(&Chain, &Chain, &mut Archive)) -> Vector {
    let (asked, other) = (chain(), Trail { account: OTHER_ACCOUNT.to_owned(), ..trail() }.chain(&[1, 1, 0, 1, 1]));
    let mut archive = Archive::of(&[&asked, &other]);
    edit(&asked, &other, &mut archive);
    Vector::new(id, &[&asked], archive).near("scope/damage-in-an-account-not-asked").importance(Critical)
}

/// A name that was asked, and that no digest lists.
fn name_that_was_asked() -> String {
    trail().log_key("CloudTrail", at("2026-03-01T01:10:00Z"), "a plant")
}

fn content_of_another_account() -> Vector {
    beside_another("claims/content-of-another-account", |_, other, archive| {
        let genuine = archive.remove(other.log(0, 0));
        archive.put(&name_that_was_asked(), genuine.bytes);
    })
    .codes(&["log.relocated"])
    .integrity(Indeterminate)
    .says(
        "A genuine log of another account, which was not asked, lies under a name of the account that was.",
        "What claims by its name that it was asked stays in what was asked, whatever list has its content.",
    )
}

fn content_of_another_account_and_more() -> Vector {
    beside_another("claims/content-of-another-account-and-more", |_, other, archive| {
        let genuine = archive.remove(other.log(0, 0));
        let forged = gzip(b"{\"Records\":[{\"eventName\":\"forged\"}]}");
        archive.put(&name_that_was_asked(), [genuine.bytes, forged].concat());
    })
    .near("claims/content-of-another-account")
    .codes(&["container.trailing_data"])
    .integrity(Failed)
    .says(
        "As before, and a second gzip member with forged records follows.",
        "Other programs read the forged records as the account's; no list excuses them.",
    )
}

fn contradicted_by_another_trail() -> Vector {
    let asked = chain();
    let other = Trail { name: "data-events".to_owned(), ..trail() }.in_bucket("data-archive").chain(&[0, 1, 0, 0, 0]);
    let mut archive = Archive::of(&[&asked, &other]);
    archive.replace(other.log(1, 0), "\"eventName\":\"", "\"eventName\":\"Forged");
    Vector::new("claims/contradicted-by-another-trail", &[&asked], archive)
        .near("baseline/two-trails-one-bucket")
        .codes(&["log.hash_mismatch"])
        .integrity(Failed)
        .importance(Critical)
        .says(
            "A log of the asked account is forged; the trail whose digest lists it is not the one that was asked.",
            "Log names tell no trails apart. That a genuine digest contradicts the log must not make the verdict better than if none did.",
        )
}

fn stray_with_more_records() -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    let log = archive.remove(chain.log(0, 0));
    archive.put("audit/report.json.gz", [log.bytes, gzip(b"{\"Records\":[{\"eventName\":\"forged\"}]}")].concat());
    Vector::new("claims/stray-with-more-records", &[&chain], archive)
        .near("logs/renamed")
        .codes(&["archive.ignored", "container.trailing_data"])
        .integrity(Failed)
        .importance(Critical)
        .says(
            "A listed log lies under a stray name, and a second gzip member with forged records follows.",
            "What serves for a listed log is judged as one.",
        )
}

fn digest_file_of_nothing_asked() -> Vector {
    beside_another("claims/digest-file-of-nothing-asked", |_, _, archive| {
        let mut digest = trail().digest(0, 0);
        digest.key = "zzz".to_owned();
        let name = "777788889999_CloudTrail-Digest_eu-west-1_other_eu-west-1_20200101T000000Z.json.gz";
        archive.put(name, digest.seal().file());
    })
    .codes(&["digest.identity_mismatch"])
    .importance(Medium)
    .says(
        "A file is named as a digest of an account, region and year that were not asked, and its own key is no digest's.",
        "Whoever can add a file that claims nothing must not be able to make a sound archive fail.",
    )
}

fn unsigned_digest_file_that_says_it_is_asked() -> Vector {
    beside_another("claims/unsigned-digest-file-that-says-it-is-asked", |_, _, archive| {
        let mut digest = trail().digest(1, 0);
        digest.signed_by(&STRANGER);
        let name = "777788889999_CloudTrail-Digest_eu-west-1_other_eu-west-1_20200101T000000Z.json.gz";
        archive.put(name, digest.seal().file());
    })
    .codes(&["archive.entry.duplicate", "digest.identity_mismatch", "digest.key.unknown"])
    .near("claims/digest-file-of-nothing-asked")
    .importance(Medium)
    .says(
        "A file is named as a digest that was not asked; inside it says that it is one of the asked chain. Nobody signed it.",
        "Only what was signed claims anything by what it says.",
    )
}

fn log_file_of_nothing_asked() -> Vector {
    beside_another("claims/log-file-of-nothing-asked", |_, _, archive| {
        archive.put("777788889999_CloudTrail_eu-west-1_20200101T0000Z_AbCdEf0123456789.json.gz", gzip(b"{\"Records\":[]}"));
    })
    .codes(&["log.unreferenced"])
    .importance(Medium)
    .says(
        "A log of an account, region and year that were not asked lies beside the evidence, outside of its folders.",
        "It claims nothing of what was asked.",
    )
}

fn unreadable_log_file_of_nothing_asked() -> Vector {
    beside_another("claims/damaged-log-file-of-nothing-asked", |_, _, archive| {
        let mut file = gzip(b"{\"Records\":[]}");
        file.truncate(12);
        archive.put("777788889999_CloudTrail_eu-west-1_20200101T0000Z_AbCdEf0123456789.json.gz", file);
    })
    .near("claims/log-file-of-nothing-asked")
    .codes(&["container.truncated", "log.unreferenced"])
    .importance(Medium)
    .says("As before, and its gzip stream is cut off.", "It claims nothing of what was asked.")
}

fn older_digest_file_that_nobody_signed() -> Vector {
    let chain = trail().chain(&[2, 1, 0, 2, 1]);
    let mut archive = Archive::of(&[&chain]);
    archive.put(&trail().digest_key(at("2020-01-01T00:00:00Z")), "no digest at all");
    archive.remove_hour(&chain.digests[0]);
    Vector::new("claims/older-digest-file-that-nobody-signed", &[&chain], archive)
        .near("links/oldest-digest-deleted")
        .codes(&["coverage.gap", "digest.malformed"])
        .coverage(Indeterminate)
        .says(
            "The oldest digest was left out, and a file of random bytes has the name of a much older one.",
            "What claims nothing of what was asked must not turn the edge of an archive into a proof of deletion.",
        )
}

/// Beside the signed file lies another with the same name but `.gz`, laid out for people.
fn made_to_be_read(id: &str, key: impl FnOnce(&Chain) -> String) -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    let key = key(&chain);
    let text = String::from_utf8(gunzip(&archive.entry(&key).bytes)).expect("text");
    archive.put(key.trim_end_matches(".gz"), text.replace("{\"", "{\n  \""));
    Vector::new(id, &[&chain], archive)
        .near("baseline/account-trail")
        .codes(&["archive.entry.duplicate", "container.decoded"])
        .integrity(Indeterminate)
        .says(
            "Beside a signed file lies a copy without gzip that was laid out to be read, and so has other bytes.",
            "It is known which of the two is signed: the other is no evidence, and contradicts none.",
        )
}

/// A log of one chain is listed by another account's digest as well.
fn foreign_in_the_second_list() -> Vector {
    let asked = chain();
    let log: Log = asked.digests[0].digest.logs[0].clone();
    let other = Trail { account: OTHER_ACCOUNT.to_owned(), ..trail() }.chain_with(&[1, 1, 0, 1, 1], |hour, digest| {
        if hour == 0 {
            digest.logs.push(log.clone());
        }
    });
    Vector::new("claims/foreign-in-the-second-list", &[&asked, &other], Archive::of(&[&asked, &other]))
        .near("baseline/two-accounts-two-regions")
        .codes(&["log.doubly_listed", "log.foreign"])
        .integrity(Indeterminate)
        .says(
            &format!("A digest of account {OTHER_ACCOUNT} lists a log of account {ACCOUNT}, which that account's digest of {TRAIL} lists, too."),
            "Each list is asked whether what it lists is its own, not only the first.",
        )
}
