//! `docs/compared-with-validate-logs.md`: what `aws cloudtrail validate-logs` passes over, and the test vectors that show it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::Outcome;
use crate::index::{Index, Vector};

/// What stands behind a row.
enum Shown {
    /// The vectors that carry the row's number.
    ByNumber,
    /// These vectors.
    By(&'static [&'static str]),
    /// Nothing: it is about the command's connection with AWS, or outside what trailseal claims.
    Nowhere,
}

struct Row {
    /// The number that vectors carry in `validate_logs`, or none.
    number: Option<u8>,
    theirs: &'static str,
    ours: &'static str,
    shown: Shown,
}

const fn missed(number: u8, theirs: &'static str, ours: &'static str) -> Row {
    Row { number: Some(number), theirs, ours, shown: Shown::ByNumber }
}

const fn outside(number: u8, theirs: &'static str, ours: &'static str, shown: Shown) -> Row {
    Row { number: Some(number), theirs, ours, shown }
}

const fn other(theirs: &'static str, ours: &'static str, shown: Shown) -> Row {
    Row { number: None, theirs, ours, shown }
}

const MISSED: [Row; 24] = [
    missed(
        1,
        "Finds no digest file, says \"No digests found\" and exits with 0.",
        "Nothing examined is never passed: `archive.empty`, or `coverage.gap` for the time asked; indeterminate.",
    ),
    missed(
        2,
        "Starts at the newest digest file that is there; if newer ones were deleted, nothing says so.",
        "The asked period is compared with what is proved: `coverage.gap` names the hours that are missing at the end.",
    ),
    missed(
        3,
        "Takes a digest file without a predecessor as the beginning of everything.",
        "A beginning is no excuse: what was asked before it is a `coverage.gap`.",
    ),
    missed(
        4,
        "Where logging was restarted and the older chain's end is deleted, claims that no log files were delivered, and exits with 0.",
        "`chain.restart` says that a chain begins anew and `coverage.gap` that the time before it is not proved; no reason is invented.",
    ),
    missed(
        5,
        "Reports one missing digest file, however many in a row are gone, and does not look at their log files.",
        "`chain.digest_missing` states the hours from the last digest file before the hole to the one after it.",
    ),
    missed(
        6,
        "Stops listing at a name with a time in the far future, which anybody who may write to the bucket can put there; all later digest files go unseen.",
        "Every entry is looked at. The planted file is `digest.malformed` (which only informs outside the asked period) or `archive.entry.unrecognised`; the rest is judged as if it were not there.",
    ),
    outside(
        7,
        "With the bucket given for an organization trail, looks in a folder without the organization's id and finds nothing.",
        "There is no folder to guess: chains are told apart by the names and contents of digest files, wherever they lie.",
        Shown::By(&["baseline/organisation-trail", "layout/organisation-cut"]),
    ),
    outside(
        8,
        "With a slash at the end of the prefix, finds nothing and exits with 0.",
        "There is no prefix to type; and finding nothing is never passed.",
        Shown::Nowhere,
    ),
    missed(
        9,
        "Looks only at log files that a digest file lists; others in the bucket go unseen, as its documentation says.",
        "A log file that no digest file commits to is `log.unreferenced`.",
    ),
    missed(
        10,
        "Never compares the hash that a digest file states of its predecessor.",
        "Both commitments are checked: another content is `chain.link.hash_mismatch`.",
    ),
    missed(
        11,
        "Never compares the signature that a digest file quotes of its predecessor with the predecessor's own.",
        "Two sources with different signatures are `chain.link.signature_mismatch`.",
    ),
    missed(
        12,
        "Walks one path from the newest digest file; those beside it are never opened.",
        "Every digest file is examined: second ones for an hour, forks and unsigned ones are named.",
    ),
    missed(
        13,
        "Does not compare the start of a digest file with the end of the one before.",
        "`chain.link.time_gap` and `chain.link.time_overlap` state the time between; the gap is missing from the coverage, too.",
    ),
    missed(
        14,
        "Does not look at the values of algorithm names; version 1 of the AWS CLI even takes signatures made with MD5 or SHA-1.",
        "Exactly SHA256withRSA and SHA-256 are read; another name is `digest.algorithm.unsupported`.",
    ),
    missed(
        15,
        "Takes any key that the service names, at any time, of any strength, under any fingerprint.",
        "Fingerprints are recomputed, weak keys refused, and digest files held against the validity of their key.",
    ),
    missed(
        16,
        "Does not compare account, trail, region and time in a digest file with its name; a link may lead into another trail.",
        "A name and a content that contradict each other are `digest.identity_mismatch`, a link into another chain `chain.link.foreign`.",
    ),
    missed(
        17,
        "Ignores whatever follows the gzip member of a digest file.",
        "One member and nothing behind it, for log and digest files alike: `container.trailing_data`.",
    ),
    missed(
        18,
        "Accepts a log file whose gzip trailer is cut off.",
        "The trailer belongs to the file that AWS delivered: `container.truncated`.",
    ),
    missed(
        19,
        "Counts a log file twice that is listed twice.",
        "`log.doubly_listed`: it informs if the hashes agree, and refutes if they do not.",
    ),
    outside(
        20,
        "Does not notice a withheld backfill digest file.",
        "Nothing in the hourly chain refers to it, so nobody can; every report says so. A log file that only it listed is left over as `log.unreferenced`.",
        Shown::By(&["backfill/withheld"]),
    ),
    outside(
        21,
        "Does not look at object versions, delete markers, Object Lock and retention.",
        "They are not in the bytes of an archive, and no digest file signs them; out of scope.",
        Shown::Nowhere,
    ),
    missed(
        22,
        "After a change of the key prefix, a missing digest file keeps everything under the old prefix from being visited.",
        "Places are no part of a chain: the whole archive is linked, `chain.moved` informs, and the missing one is `chain.digest_missing`.",
    ),
    outside(
        23,
        "Does not look at what is in a log file: JSON, records, their account, region or time.",
        "Nor does trailseal: that the bytes are those that AWS signed is proved; what the records say is another question. Digest files, which are read, must have one reading: a doubled key is `digest.malformed`.",
        Shown::By(&["malformed/doubled-key", "container/error-page"]),
    ),
    missed(
        24,
        "Looks at one trail, account and region in a run and does not say which others it left out.",
        "One run judges all chains of the archive; what was asked and has no chain is `coverage.absent`, and what ends early `coverage.gap`.",
    ),
];

const CRASHES: [Row; 4] = [
    other(
        "Ends with a KeyError at a digest file without `logFiles`.",
        "`digest.malformed`, and everything else is judged.",
        Shown::By(&["malformed/logs-missing"]),
    ),
    other(
        "Ends with a KeyError at a listed log file without one of its fields.",
        "`digest.malformed`, and everything else is judged.",
        Shown::By(&["malformed/log-without-hash"]),
    ),
    other(
        "Ends where one object cannot be fetched (access denied, KMS, Glacier); what comes after is not looked at.",
        "Trailseal fetches nothing. An entry that cannot be read is a finding, and everything else is judged.",
        Shown::By(&["entries/encrypted-log", "entries/wrong-crc"]),
    ),
    other(
        "Ends if the service returns no public keys for the period.",
        "`digest.key.unknown`, with the command that fetches the key; indeterminate.",
        Shown::By(&["keys/none"]),
    ),
];

const FALSE_ALARMS: [Row; 4] = [
    other(
        "Calls a log file altered whose hash is listed in upper case.",
        "Hexadecimal is compared as numbers.",
        Shown::By(&["baseline/upper-case-hash"]),
    ),
    other(
        "Calls a digest file's signature invalid where only its metadata was lost, as any download to disk loses it.",
        "The signature is taken from the next digest file; where there is none, `digest.signature.missing` limits and asks for the metadata.",
        Shown::By(&["metadata/none"]),
    ),
    other("Cannot load a key in the form of a SubjectPublicKeyInfo.", "Both forms are read.", Shown::By(&["keys/spki"])),
    other(
        "Says \"has been moved from its original location\" of every digest file in a bucket that was copied or renamed.",
        "Folders at the top are held against nobody; a renaming that the verifier knows of can be stated with `--relocated`.",
        Shown::By(&["layout/other-bucket-on-top", "layout/prefix-renamed-and-stated", "scope/bucket-renamed-and-stated"]),
    ),
];

const INTRODUCTION: &str = "\
<!-- Generated from xtask/src/comparison.rs and test-vectors/index.json by `cargo xtask generate`; not to be edited. -->

# Compared with `aws cloudtrail validate-logs`

AWS's own command asks AWS and the bucket, one trail, account and region in a run. It is the right tool for a living trail. Trailseal
judges an archive that was handed over, without asking anybody. This page says where the two answer differently, each with test
vectors: archives, made for this purpose, that anybody can hold against either.

What is said about `validate-logs` was reproduced with the AWS CLI of spring 2026 (23, 24 and the missing fields were read in its
source). Its real code is run over the vectors as well: [agreement.md](agreement.md) says for each where the two differ, and why. The
numbers are those that [the vectors](../test-vectors/README.md) carry.
";

/// The page.
///
/// It fails where the vectors and the rows do not fit: a row that needs a vector and has none, a vector with a number that no row has, a
/// false alarm that no row mentions.
pub(crate) fn page(index: &Index) -> Outcome<String> {
    for vector in &index.vectors {
        for number in &vector.validate_logs {
            if !MISSED.iter().any(|row| row.number == Some(*number)) {
                return Err(format!(
                    "the vector {} has the number {number}, which xtask/src/comparison.rs does not explain",
                    vector.id
                ));
            }
        }
        let is_missed = vector.flags.iter().any(|flag| flag == "ValidateLogsMissesThis");
        if is_missed == vector.validate_logs.is_empty() {
            return Err(format!(
                "the vector {} has the flag ValidateLogsMissesThis without a number, or a number without the flag",
                vector.id
            ));
        }
    }
    let mut shown = BTreeSet::new();
    let mut page = INTRODUCTION.to_owned();
    page.push_str("\n## What `validate-logs` does not report\n\n| | `validate-logs` | trailseal | vectors |\n|---|---|---|---|\n");
    for row in &MISSED {
        let number = row.number.unwrap_or_default();
        let _ = writeln!(page, "| {number} | {} | {} | {} |", row.theirs, row.ours, vectors(row, index, &mut shown)?);
    }
    for (title, rows) in [("What ends it", &CRASHES), ("What it reports that is not wrong", &FALSE_ALARMS)] {
        let _ = write!(page, "\n## {title}\n\n| `validate-logs` | trailseal | vectors |\n|---|---|---|\n");
        for row in rows {
            let _ = writeln!(page, "| {} | {} | {} |", row.theirs, row.ours, vectors(row, index, &mut shown)?);
        }
    }
    let is_false_alarm = |vector: &&Vector| vector.flags.iter().any(|flag| flag == "ValidateLogsFalseAlarm");
    match index.vectors.iter().filter(is_false_alarm).find(|vector| !shown.contains(vector.id.as_str())) {
        Some(vector) => Err(format!("the vector {} shows a false alarm that xtask/src/comparison.rs does not mention", vector.id)),
        None => Ok(page),
    }
}

/// The cell with a row's vectors, each with what trailseal must say.
fn vectors<'a>(row: &Row, index: &'a Index, shown: &mut BTreeSet<&'a str>) -> Outcome<String> {
    let found: Vec<&Vector> = match row.shown {
        Shown::Nowhere => return Ok("–".to_owned()),
        Shown::ByNumber => {
            index.vectors.iter().filter(|vector| row.number.is_some_and(|number| vector.validate_logs.contains(&number))).collect()
        }
        Shown::By(ids) => ids
            .iter()
            .map(|id| index.vectors.iter().find(|vector| vector.id == *id).ok_or_else(|| format!("there is no vector {id}")))
            .collect::<Outcome<_>>()?,
    };
    if found.is_empty() {
        return Err(format!("no vector shows this: {}", row.theirs));
    }
    shown.extend(found.iter().map(|vector| vector.id.as_str()));
    Ok(found.into_iter().map(cell).collect::<Vec<_>>().join("<br>"))
}

fn cell(vector: &Vector) -> String {
    let codes: Vec<String> = vector.expected.codes.iter().map(|code| format!("`{code}`")).collect();
    let codes = if codes.is_empty() { String::new() } else { format!(": {}", codes.join(", ")) };
    let archive = vector.archives.first().map_or("index.json", String::as_str);
    format!("[{}](../test-vectors/{archive}) {}{codes}", vector.id, vector.expected.overall)
}
