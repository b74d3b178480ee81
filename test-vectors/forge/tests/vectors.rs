//! The vectors: complete, consistent with themselves, and written down as they are made.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use trailseal_forge::vector::{Effect, Flag, Index, Vector, Verdict};

static VECTORS: LazyLock<Vec<Vector>> = LazyLock::new(trailseal_forge::vectors);

/// Every code with the effects that it can have, and its axis: integrity, authenticity, continuity, coverage or none.
const CODES: &[(&str, &str, char)] = &[
    ("archive.empty", "L", 'c'),
    ("archive.entry.duplicate", "RLI", 'i'),
    ("archive.entry.encrypted", "L", 'i'),
    ("archive.entry.unreadable", "L", 'i'),
    ("archive.entry.unrecognised", "L", 'i'),
    ("archive.entry.unsafe", "L", 'i'),
    ("archive.ignored", "I", '-'),
    ("archive.limit", "L", 'i'),
    ("chain.cycle", "R", 'n'),
    ("chain.digest_missing", "RL", 'n'),
    ("chain.fork", "RL", 'n'),
    ("chain.link.foreign", "R", 'n'),
    ("chain.link.hash_mismatch", "R", 'n'),
    ("chain.link.signature_mismatch", "R", 'n'),
    ("chain.link.time_gap", "L", 'n'),
    ("chain.link.time_overlap", "L", 'n'),
    ("chain.moved", "I", '-'),
    ("chain.overlap", "L", 'n'),
    ("chain.restart", "I", '-'),
    ("container.decoded", "I", '-'),
    ("container.header_payload", "I", '-'),
    ("container.trailing_data", "R", 'i'),
    ("container.truncated", "R", 'i'),
    ("coverage.absent", "L", 'c'),
    ("coverage.gap", "L", 'c'),
    ("coverage.owner_unstated", "I", '-'),
    ("coverage.period_unstated", "I", '-'),
    ("digest.algorithm.unsupported", "L", 'a'),
    ("digest.duplicate", "RL", 'n'),
    ("digest.identity_mismatch", "R", 'n'),
    ("digest.irregular", "LI", 'i'),
    ("digest.key.other_region", "L", 'a'),
    ("digest.key.outside_validity", "L", 'a'),
    ("digest.key.unknown", "LI", 'a'),
    ("digest.malformed", "R", 'i'),
    ("digest.relocated", "L", 'n'),
    ("digest.signature.invalid", "R", 'a'),
    ("digest.signature.malformed", "R", 'a'),
    ("digest.signature.missing", "L", 'a'),
    ("key.conflict", "R", 'a'),
    ("key.enclosed", "L", 'a'),
    ("key.fingerprint_mismatch", "RI", 'a'),
    ("key.malformed", "I", '-'),
    ("key.unused", "I", '-'),
    ("key.weak", "I", '-'),
    ("lake.file.hash_mismatch", "RLI", 'i'),
    ("lake.file.inflated", "L", 'i'),
    ("lake.file.missing", "RL", 'i'),
    ("lake.file.name_unsafe", "L", 'i'),
    ("lake.file.renamed", "I", '-'),
    ("lake.file.unlisted", "L", 'i'),
    ("lake.key.enclosed", "L", 'a'),
    ("lake.key.unfit", "L", 'a'),
    ("lake.sign_file.malformed", "R", 'i'),
    ("lake.signature.invalid", "R", 'a'),
    ("lake.signature.unchecked", "L", 'a'),
    ("log.doubly_listed", "RI", 'i'),
    ("log.foreign", "L", 'i'),
    ("log.hash_mismatch", "R", 'i'),
    ("log.missing", "RL", 'i'),
    ("log.relocated", "L", 'i'),
    ("log.unproved", "L", 'i'),
    ("log.unreferenced", "L", 'i'),
    ("log.unreferenced.undocumented_kind", "L", 'i'),
    ("metadata.malformed", "I", '-'),
];

fn axes(vector: &Vector) -> [(char, Verdict); 4] {
    let expected = &vector.expected;
    [('i', expected.integrity), ('a', expected.authenticity), ('n', expected.continuity), ('c', expected.coverage)]
}

#[test]
fn ids_are_unique_and_begin_with_a_group() {
    let ids: BTreeSet<&str> = VECTORS.iter().map(|vector| vector.id.as_str()).collect();
    assert_eq!(ids.len(), VECTORS.len());
    assert!(ids.iter().all(|id| id.split('/').count() == 2));
}

#[test]
fn each_negative_names_a_neighbour_that_exists() {
    let ids: BTreeSet<&str> = VECTORS.iter().map(|vector| vector.id.as_str()).collect();
    for vector in VECTORS.iter() {
        match &vector.near {
            Some(near) => assert!(ids.contains(near.as_str()) && *near != vector.id, "{}: {near}", vector.id),
            None => assert_eq!(vector.expected.overall, Verdict::Passed, "{}", vector.id),
        }
    }
}

#[test]
fn chains_of_neighbours_end_in_a_vector_that_passes() {
    let by_id: BTreeMap<&str, &Vector> = VECTORS.iter().map(|vector| (vector.id.as_str(), vector)).collect();
    for vector in VECTORS.iter() {
        let mut at = vector;
        let mut steps = 0;
        while let Some(near) = &at.near {
            at = by_id[near.as_str()];
            steps += 1;
            assert!(steps < 6, "{} goes round in circles", vector.id);
        }
        assert_eq!(at.expected.overall, Verdict::Passed, "{}", vector.id);
    }
}

#[test]
fn every_code_is_raised_by_a_vector_and_no_other() {
    let raised: BTreeSet<&str> = VECTORS.iter().flat_map(|vector| &vector.expected.codes).map(String::as_str).collect();
    let known: BTreeSet<&str> = CODES.iter().map(|code| code.0).collect();
    assert_eq!(raised, known);
}

#[test]
fn codes_are_sorted_and_stand_once() {
    for vector in VECTORS.iter() {
        assert!(vector.expected.codes.is_sorted_by(|a, b| a < b), "{}", vector.id);
    }
}

#[test]
fn each_axis_that_does_not_pass_has_a_code_that_explains_it() {
    for vector in VECTORS.iter() {
        let codes: BTreeSet<&str> = vector.expected.codes.iter().map(String::as_str).collect();
        let can = |axis: char, effect: char| {
            CODES.iter().any(|(code, effects, on)| *on == axis && effects.contains(effect) && codes.contains(code))
        };
        let raised = vector.scope.policy.values().any(|effect| *effect == Effect::Refutes);
        for (axis, verdict) in axes(vector) {
            let explained = match verdict {
                Verdict::Failed => can(axis, 'R') || raised,
                // Where nothing is confirmed, nothing is covered either.
                Verdict::Indeterminate => can(axis, 'L') || can('c', 'L'),
                Verdict::NotAssessed => axis == 'c' && vector.scope.from.is_none(),
                Verdict::Passed => true,
            };
            assert!(explained, "{}: {axis} {verdict:?}", vector.id);
        }
    }
}

#[test]
fn a_code_that_always_counts_is_never_on_an_axis_that_passes() {
    for vector in VECTORS.iter() {
        let expected = &vector.expected;
        // What was planted there lies in the year 9999, which nobody asked about.
        let is_outside = |group: &str| vector.id.starts_with(group);
        let everything_asked = !is_outside("scope/")
            && !is_outside("claims/")
            && !is_outside("trails/")
            && vector.id != "links/planted-in-the-far-future";
        for (axis, verdict) in axes(vector) {
            let counts = CODES.iter().any(|(code, effects, on)| {
                *on == axis && !effects.contains('I') && expected.codes.iter().any(|raised| raised == code)
            });
            assert!(!(everything_asked && counts && verdict == Verdict::Passed), "{}: {axis}", vector.id);
        }
    }
}

#[test]
fn the_overall_verdict_is_the_worst_of_the_axes() {
    for vector in VECTORS.iter() {
        let has = |wanted| axes(vector).iter().any(|(_, verdict)| *verdict == wanted);
        let worst = if has(Verdict::Failed) {
            Verdict::Failed
        } else if has(Verdict::Indeterminate) {
            Verdict::Indeterminate
        } else {
            Verdict::Passed
        };
        assert_eq!(vector.expected.overall, worst, "{}", vector.id);
    }
}

#[test]
fn every_weakness_of_validate_logs_that_an_archive_can_show_is_shown() {
    let shown: BTreeSet<u8> = VECTORS.iter().flat_map(|vector| vector.validate_logs.clone()).collect();
    let out_of_reach = [7, 8, 20, 21, 23];
    let wanted: BTreeSet<u8> = (1..=24).filter(|item| !out_of_reach.contains(item)).collect();
    assert_eq!(shown, wanted);
    for vector in VECTORS.iter() {
        assert_eq!(vector.flags.contains(&Flag::ValidateLogsMissesThis), !vector.validate_logs.is_empty());
    }
}

#[test]
fn every_file_of_a_vector_is_there_and_no_other_archive_or_key() {
    let files = trailseal_forge::files();
    let wanted: BTreeSet<&String> = VECTORS.iter().flat_map(|vector| vector.archives.iter().chain(&vector.keys)).collect();
    let there: BTreeSet<&String> = files.keys().filter(|path| path.contains('/')).collect();
    assert_eq!(wanted, there);
}

#[test]
fn archives_are_small() {
    for (path, bytes) in trailseal_forge::files() {
        let limit = match path.split_once('/') {
            Some(("example", _)) => 1_400_000,
            // Several trails, each with a day's half of digest files.
            Some(("archives", path)) if path.starts_with("trails/") => 100_000,
            _ => 40_000,
        };
        let exempt = path.starts_with("index") || path == "facts.json";
        assert!(exempt || bytes.len() < limit, "{path}: {}", bytes.len());
    }
}

#[test]
fn the_index_reads_back() {
    let files = trailseal_forge::files();
    let index: Index = serde_json::from_slice(&files["index.json"]).expect("an index");
    assert_eq!(index.schema, trailseal_forge::SCHEMA);
    assert_eq!(index.vectors.len(), VECTORS.len());
}

#[test]
fn the_files_in_the_repository_are_the_ones_that_are_made() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (path, bytes) in trailseal_forge::files() {
        let there = fs::read(root.join(&path)).unwrap_or_default();
        assert!(there == bytes, "{path} is not what the forge makes; write the files anew");
    }
}
