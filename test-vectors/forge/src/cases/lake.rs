//! Result sets of CloudTrail Lake.

use super::{ACCOUNT, OTHER_ACCOUNT, chain};
use crate::archive::Archive;
use crate::keys::{EU_WEST_1, Listed, US_EAST_1};
use crate::lake::{ResultSet, csv, packed};
use crate::vector::Importance::Critical;
use crate::vector::Vector;
use crate::vector::Verdict::{self, Failed, Indeterminate};

/// The vectors of this group.
pub(super) fn all() -> Vec<Vector> {
    vec![
        result_set(),
        other_region(),
        without_account(),
        altered_row(),
        altered_row_of_other_account(),
        altered_row_with_its_hash(),
        extra_file(),
        missing_file(),
        missing_file_without_key(),
        altered_row_without_key(),
        file_in_another_folder(),
        inflated_file(),
        inflated_file_without_gz(),
        swapped_names(),
        unsafe_name(),
        no_key(),
        enclosed_key(),
        reordered_hashes(),
        doubled_key(),
        empty_list(),
        no_sign_file(),
        region_edited(),
        time_edited(),
        algorithm_edited(),
        algorithm_edited_and_reordered(),
        alone(),
    ]
}

fn set() -> ResultSet {
    ResultSet::of_account(ACCOUNT)
}

/// The standard chain with a result set, and what happened to it.
fn with(id: &str, set: &ResultSet, edit: impl FnOnce(&mut Archive)) -> Vector {
    let chain = chain();
    let mut archive = Archive::of(&[&chain]);
    set.put(&mut archive);
    edit(&mut archive);
    Vector::new(id, &[&chain], archive).near("lake/result-set")
}

/// The same, found wanting in its bytes.
fn unsound(id: &str, code: &str, verdict: Verdict, edit: impl FnOnce(&ResultSet, &mut Archive)) -> Vector {
    let set = set();
    let vector = with(id, &set, |archive| edit(&set, archive)).codes(&[code]).integrity(verdict);
    if verdict == Failed { vector.importance(Critical) } else { vector }
}

/// The same with other words in its sign file.
fn edited(id: &str, from: &str, to: &str) -> Vector {
    let set = set();
    with(id, &set, |archive| rewrite(&set, archive, |text| text.replacen(from, to, 1)))
}

fn rewrite(set: &ResultSet, archive: &mut Archive, edit: impl FnOnce(&str) -> String) {
    archive.edit(&set.sign_path(), |bytes| {
        let text = String::from_utf8(std::mem::take(bytes)).expect("text");
        let edited = edit(&text);
        assert_ne!(text, edited, "an edit without effect");
        *bytes = edited.into_bytes();
    });
}

/// The first file with another row.
fn alter(set: &ResultSet, archive: &mut Archive) {
    let other = packed("result_1.csv.gz", &csv(&["1f0e3dad-9990-4345-8e5e-000000000001,2026-03-01 00:05:12.000,StartLogging"]));
    archive.edit(&set.path(0), |bytes| *bytes = other);
}

/// The two hashes change places.
fn swap_hashes(set: &ResultSet, text: &str) -> String {
    let [one, other] = [0, 1].map(|n| crate::digest::sha256(&set.files[n].1));
    text.replace(&one, "#").replace(&other, &one).replace('#', &other)
}

fn result_set() -> Vector {
    with("lake/result-set", &set(), |_| ()).near("baseline/account-trail").says(
        "A result set of CloudTrail Lake lies beside the trail, whole and under a key that the verifier has.",
        "It is judged by itself, and the verdict on the trail stays.",
    )
}

fn other_region() -> Vector {
    with("lake/set-of-another-region", &set().from_region("eu-west-1"), |_| ())
        .keys(&[("us-east-1.json", &[Listed::key(&US_EAST_1)]), ("eu-west-1.json", &[Listed::key(&EU_WEST_1)])])
        .says(
            "The result set is of a region that was not asked.",
            "What a query finds is of any region; its own proves nothing about that.",
        )
}

fn without_account() -> Vector {
    let set = ResultSet { folder: "lake-export".to_owned(), ..set() };
    with("lake/set-in-a-folder-of-its-own", &set, |_| ())
        .says("The result set lies in a folder that names no account.", "Where a result set lies is not signed.")
}

fn altered_row() -> Vector {
    unsound("lake/altered-row", "lake.file.hash_mismatch", Failed, alter)
        .says("A row of a result file was altered, and the file packed anew.", "AWS signed the hash of the packed bytes.")
}

fn altered_row_of_other_account() -> Vector {
    let set = ResultSet::of_account(OTHER_ACCOUNT);
    with("lake/altered-row-of-another-account", &set, |archive| alter(&set, archive))
        .near("lake/altered-row")
        .codes(&["lake.file.hash_mismatch"])
        .says(
            "The altered result set lies in the folder of an account that was not asked.",
            "What was not asked changes nothing; it is told all the same.",
        )
}

fn altered_row_with_its_hash() -> Vector {
    let set = set();
    let altered = packed("result_1.csv.gz", &csv(&["1f0e3dad-9990-4345-8e5e-000000000001,2026-03-01 00:05:12.000,StartLogging"]));
    let hashes = [&set.files[0].1, &altered].map(|bytes| crate::digest::sha256(bytes));
    with("lake/altered-row-with-its-hash", &set, |archive| {
        alter(&set, archive);
        rewrite(&set, archive, |text| text.replace(&hashes[0], &hashes[1]));
    })
    .near("lake/altered-row")
    .codes(&["lake.signature.invalid"])
    .authenticity(Failed)
    .importance(Critical)
    .says("The altered file's hash was written into the sign file, too.", "The hashes are what is signed.")
}

fn extra_file() -> Vector {
    unsound("lake/extra-file", "lake.file.unlisted", Indeterminate, |set, archive| {
        archive.put(&format!("{}/result_3.csv.gz", set.folder), packed("result_3.csv.gz", &csv(&[])));
    })
    .importance(Critical)
    .says("A third result file lies beside the two that are listed.", "The AWS CLI looks at listed files only.")
}

fn missing_file() -> Vector {
    unsound("lake/missing-file", "lake.file.missing", Failed, |set, archive| drop(archive.remove(&set.path(1))))
        .says("The second of two listed result files was taken out.", "AWS delivered it.")
}

/// A set of a region whose key the verifier lacks.
fn unchecked(id: &str, codes: &[&str], edit: impl FnOnce(&ResultSet, &mut Archive)) -> Vector {
    let set = set().from_region("eu-west-1");
    with(id, &set, |archive| edit(&set, archive))
        .codes(&[codes, &["lake.signature.unchecked"]].concat())
        .authenticity(Indeterminate)
}

fn no_key() -> Vector {
    unchecked("lake/no-key", &[], |_, _| ())
        .near("lake/set-of-another-region")
        .says("The verifier has no key of the result set's region.", "A list that nobody vouches for commits nobody.")
}

fn missing_file_without_key() -> Vector {
    unchecked("lake/missing-file-without-key", &["lake.file.missing"], |set, archive| drop(archive.remove(&set.path(1))))
        .near("lake/no-key")
        .integrity(Indeterminate)
        .says("A file of an unchecked list was taken out.", "What nobody signed is not contradicted.")
}

fn altered_row_without_key() -> Vector {
    unchecked("lake/altered-row-without-key", &["lake.file.hash_mismatch"], alter)
        .near("lake/no-key")
        .integrity(Indeterminate)
        .importance(Critical)
        .says("A file of an unchecked list was altered.", "What nobody signed is not contradicted, and nothing passes by it.")
}

fn file_in_another_folder() -> Vector {
    let set = set();
    with("lake/file-in-another-folder", &set, |archive| archive.entry(&set.path(1)).path = "more/result_2.csv.gz".to_owned())
        .codes(&["lake.file.renamed"])
        .says("The second file lies in a folder of its own.", "Places are not signed; contents are, and it is there.")
}

fn inflated_file() -> Vector {
    unsound("lake/inflated-file", "lake.file.inflated", Indeterminate, inflate).says(
        "A result file was inflated on its way, and kept its name.",
        "Browsers do that. AWS signs the packed bytes: it cannot be compared, and is not called altered.",
    )
}

fn inflate(set: &ResultSet, archive: &mut Archive) {
    archive.edit(&set.path(1), |bytes| {
        *bytes = csv(&["1f0e3dad-9990-4345-8e5e-000000000003,2026-03-01 02:05:12.000,StopLogging"]).into_bytes();
    });
}

fn inflated_file_without_gz() -> Vector {
    unsound("lake/inflated-file-without-gz", "lake.file.inflated", Indeterminate, |set, archive| {
        inflate(set, archive);
        let path = set.path(1);
        archive.entry(&path).path = path.trim_end_matches(".gz").to_owned();
    })
    .near("lake/inflated-file")
    .says("A result file was inflated on its way, and lost the end of its name.", "Some browsers take that off, too.")
}

fn swapped_names() -> Vector {
    let set = set();
    with("lake/swapped-names", &set, |archive| {
        let [one, other] = [set.path(0), set.path(1)];
        archive.entry(&one).path = "swap".to_owned();
        archive.entry(&other).path = one;
        archive.entry("swap").path = other;
    })
    .codes(&["lake.file.renamed"])
    .says("The two result files bear each other's names.", "Names are not signed: files are found by their content.")
}

fn unsafe_name() -> Vector {
    edited("lake/unsafe-name", "\"fileName\":\"", "\"fileName\":\"../")
        .codes(&["lake.file.name_unsafe", "lake.file.renamed"])
        .integrity(Indeterminate)
        .says("The sign file lists a file in the folder above.", "The AWS CLI follows such a name out of the folder.")
}

fn enclosed_key() -> Vector {
    let set = set().from_region("eu-west-1");
    with("lake/enclosed-key", &set, |archive| {
        archive.put("public-keys-eu-west-1.json", crate::keys::list(&[Listed::key(&EU_WEST_1)]));
    })
    .near("lake/no-key")
    .codes(&["lake.key.enclosed"])
    .authenticity(Indeterminate)
    .importance(Critical)
    .says("The sender enclosed the key of the result set.", "A forger encloses a key of his own.")
}

fn reordered_hashes() -> Vector {
    let set = set();
    with("lake/reordered-hashes", &set, |archive| rewrite(&set, archive, |text| swap_hashes(&set, text)))
        .codes(&["lake.file.renamed", "lake.signature.invalid"])
        .authenticity(Failed)
        .importance(Critical)
        .says("Two hashes of the sign file change places.", "Their order is signed.")
}

/// A sign file that is none lists nothing.
fn malformed(vector: Vector) -> Vector {
    vector.codes(&["lake.file.unlisted", "lake.sign_file.malformed"]).integrity(Failed)
}

fn doubled_key() -> Vector {
    malformed(edited("lake/doubled-key", "\"files\":", "\"files\":[],\"files\":"))
        .importance(Critical)
        .says("The sign file has two lists of files.", "Programs differ in which one they take; the AWS CLI takes the last.")
}

fn empty_list() -> Vector {
    let set = set();
    let vector = with("lake/empty-list", &set, |archive| {
        rewrite(&set, archive, |text| {
            let (before, rest) = text.split_once('[').expect("a list");
            format!("{before}[]{}", rest.split_once(']').expect("its end").1)
        });
    });
    malformed(vector).says("The sign file lists nothing.", "The signature of nothing vouches for nothing.")
}

fn no_sign_file() -> Vector {
    unsound("lake/no-sign-file", "lake.file.unlisted", Indeterminate, |set, archive| drop(archive.remove(&set.sign_path())))
        .importance(Critical)
        .says("The sign file was taken out.", "Without it the result files are no evidence.")
}

fn region_edited() -> Vector {
    edited("lake/region-edited", "us-east-1", "eu-west-1")
        .codes(&["lake.key.unfit"])
        .authenticity(Indeterminate)
        .says("The sign file states another region than its key's.", "The region is not signed.")
}

fn time_edited() -> Vector {
    edited("lake/time-edited", "2026-03-02T10", "2026-05-02T10")
        .codes(&["lake.key.unfit"])
        .authenticity(Indeterminate)
        .says("The sign file states a time at which its key was not valid any more.", "The time is not signed.")
}

fn algorithm_edited() -> Vector {
    edited("lake/algorithm-edited", "SHA-256", "MD5")
        .says("The sign file names another algorithm.", "That is not signed, and its signature verifies all the same.")
}

fn algorithm_edited_and_reordered() -> Vector {
    let set = ResultSet { hash_algorithm: "SHA-512".to_owned(), ..set() };
    with("lake/algorithm-edited-and-reordered", &set, |archive| rewrite(&set, archive, |text| swap_hashes(&set, text)))
        .near("lake/reordered-hashes")
        .codes(&["lake.file.renamed", "lake.signature.unchecked"])
        .authenticity(Indeterminate)
        .says(
            "The sign file names another algorithm, and its signature does not verify.",
            "What would be signed under another algorithm is not known, and nothing is guessed.",
        )
}

fn alone() -> Vector {
    let mut archive = Archive::default();
    set().put(&mut archive);
    Vector::new("lake/result-set-alone", &[&chain()], archive)
        .near("lake/result-set")
        .codes(&["archive.empty", "coverage.absent"])
        .integrity(Indeterminate)
        .authenticity(Indeterminate)
        .continuity(Indeterminate)
        .coverage(Indeterminate)
        .importance(Critical)
        .says("The archive holds a sound result set and no trail.", "A result set says nothing about a trail.")
}
