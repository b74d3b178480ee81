//! What the verifier lacks, and the commands that fetch it.

use std::collections::BTreeMap;

use crate::evidence::trail::graph::Node;
use crate::evidence::trail::section::MissingKey;
use crate::terms::object::Object;
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
        Self { region: node.chain.region, fingerprint: node.digest.fingerprint(), period: node.digest.period() }
    }
}

/// The keys that no independent source gave, one per region and fingerprint, with the command that fetches them.
pub(crate) fn missing_keys<'a>(lacking: impl Iterator<Item = Lack<'a>>) -> Vec<MissingKey> {
    let mut periods: BTreeMap<(&str, &str), Period> = BTreeMap::new();
    let mut regions: BTreeMap<&str, Period> = BTreeMap::new();
    for Lack { region, fingerprint, period } in lacking {
        // A fingerprint that is none would only carry strange characters into a command.
        if fingerprint.len() != 32 || !fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            continue;
        }
        let wider = |whole: &mut Period| *whole = Period { from: whole.from.min(period.from), to: whole.to.max(period.to) };
        periods.entry((region, fingerprint)).and_modify(wider).or_insert(period);
        regions.entry(region).and_modify(wider).or_insert(period);
    }
    let missing = periods.into_iter().filter_map(|((region, fingerprint), period)| {
        // One list of a region holds all its keys of a time: one command for all of them, into one file.
        let whole = regions.get(region)?;
        Some(MissingKey {
            region: region.to_owned(),
            fingerprint: fingerprint.to_owned(),
            period,
            command: format!(
                "aws cloudtrail list-public-keys --region {region} --start-time {} --end-time {} --output json > {region}.json",
                whole.from,
                whole.to.plus(2 * HOUR_SECONDS)
            ),
        })
    });
    missing.collect()
}

/// A shell command that fetches the metadata of an object, if its names are plain enough to be pasted.
pub(crate) fn sidecar_command(object: Object<'_>) -> Option<String> {
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/@".contains(&byte));
    let Object { bucket, folder, name } = object;
    (is_plain(bucket) && is_plain(folder) && is_plain(name) && !bucket.starts_with('-'))
        .then(|| format!("aws s3api head-object --bucket {bucket} --key {folder}{name} --output json > {name}.head.json"))
}
