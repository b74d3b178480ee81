//! What the verifier lacks, and the commands that fetch it.

use std::collections::BTreeMap;

use crate::evidence::trail::graph::Node;
use crate::evidence::trail::section::MissingKey;
use crate::terms::object::{Object, is_plain};
use crate::terms::time::{HOUR_SECONDS, Period};

/// What needs a key that no independent source gave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lack<'a> {
    pub(crate) region: &'a str,
    pub(crate) fingerprint: &'a str,
    pub(crate) period: Period,
}

impl<'a> Lack<'a> {
    /// What a digest file needs.
    pub(crate) fn of(node: &Node<'a>) -> Self {
        let stated = node.digest.period();
        // Of an interval that is none the end is known: it counts as the hour before. Before the first time there is none.
        let from = if stated.is_empty() { stated.to.plus(-HOUR_SECONDS) } else { stated.from };
        let period = Period { from, to: stated.to.max(from.plus(1)) };
        Self { region: node.chain.region, fingerprint: node.digest.fingerprint(), period }
    }
}

/// The keys that no independent source gave, one per region and fingerprint, with the time of what names them.
pub(crate) fn missing_keys<'a>(lacking: impl Iterator<Item = Lack<'a>>) -> Vec<MissingKey> {
    let mut periods: BTreeMap<(&str, &str), Period> = BTreeMap::new();
    for Lack { region, fingerprint, period } in lacking {
        // A fingerprint that is none would only carry strange characters into a command.
        if fingerprint.len() != 32 || !fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            continue;
        }
        periods.entry((region, fingerprint)).and_modify(|whole| widen(whole, period)).or_insert(period);
    }
    let missing = periods.into_iter();
    missing
        .map(|((region, fingerprint), period)| MissingKey {
            region: region.to_owned(),
            fingerprint: fingerprint.to_owned(),
            period,
        })
        .collect()
}

impl MissingKey {
    /// What to run to fetch each of some keys, with any AWS account; the output goes into a file named `REGION.json`. One list of a
    /// region holds all its keys of a time, so keys of one region share a command.
    pub fn commands(keys: &[Self]) -> Vec<String> {
        let mut regions: BTreeMap<&str, Period> = BTreeMap::new();
        for key in keys {
            regions.entry(&key.region).and_modify(|whole| widen(whole, key.period)).or_insert(key.period);
        }
        let command = |key: &Self| {
            let (region, whole) = (&key.region, regions.get(key.region.as_str()).copied().unwrap_or(key.period));
            let to = whole.to.plus(2 * HOUR_SECONDS);
            format!(
                "aws cloudtrail list-public-keys --region {region} --start-time {} --end-time {to} --output json > {region}.json",
                whole.from
            )
        };
        keys.iter().map(command).collect()
    }
}

fn widen(whole: &mut Period, other: Period) {
    *whole = Period { from: whole.from.min(other.from), to: whole.to.max(other.to) };
}

/// A shell command that fetches the metadata of an object, if its names are plain enough to be pasted.
pub(crate) fn sidecar_command(object: Object<'_>) -> Option<String> {
    let Object { bucket, folder, name } = object;
    is_plain(&format!("{bucket}/{folder}{name}"))
        .then(|| format!("aws s3api head-object --bucket {bucket} --key {folder}{name} --output json > {name}.head.json"))
}
