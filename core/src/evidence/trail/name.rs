//! CloudTrail's file names, parsed from both ends, and the places where files lie.
//!
//! Nothing here looks at contents; a claim becomes a fact only when a signed digest file says the same.

use serde::{Deserialize, Serialize};

use crate::bytes::text::printable;
use crate::terms::object::Object;
use crate::terms::path::SplitPath;
use crate::terms::scope::{is_account, is_region, is_trail};
use crate::terms::time::Time;

/// Where a trail delivers: the bucket, and the folders of its keys above that of the account (key prefix, `AWSLogs`, `o-…`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place<'a> {
    /// The bucket's name.
    pub bucket: &'a str,
    /// The folders, without a slash at either end.
    pub folder: &'a str,
}

impl<'a> Place<'a> {
    /// The place of a digest file, told from its own key.
    pub(crate) fn of_digest(bucket: &'a str, folder: &'a str) -> Self {
        const KIND: &str = "/CloudTrail-Digest";
        // Region, year, month and day stand below in all that AWS makes.
        let mut slashes = memchr::memrchr_iter(b'/', folder.as_bytes());
        let above = slashes.nth(4).and_then(|end| folder.get(..end)?.strip_suffix(KIND));
        let account = above.or_else(|| Some(folder.rsplit_once("/CloudTrail-Digest/")?.0)).unwrap_or_default();
        Self { bucket, folder: account.rsplit_once('/').map_or("", |(above, _account)| above) }
    }

    /// True if an organization trail delivers here: its folder is named `o-…`.
    pub(crate) fn is_of_organization(&self) -> bool {
        self.folder.rsplit('/').next().is_some_and(|folder| folder.starts_with("o-"))
    }

    /// False for what is known by a file name only.
    pub(crate) fn is_known(&self) -> bool {
        !self.bucket.is_empty()
    }
}

impl<'a> Object<'a> {
    /// Where the trail delivers, if this is a digest file.
    pub(crate) fn place(&self) -> Place<'a> {
        Place::of_digest(self.bucket, self.folder)
    }
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}", printable(self.bucket.as_bytes()))?;
        if self.folder.is_empty() { Ok(()) } else { write!(f, "/{}", printable(self.folder.as_bytes())) }
    }
}

/// The identity of a chain. It borrows from the name that it was read from, because an archive bears it a million times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChainId<'a> {
    /// The account whose activity is recorded.
    pub account: &'a str,
    /// The source region: where the activity happened and the digest file was made.
    pub region: &'a str,
    /// The trail's name.
    pub trail: &'a str,
    /// The region in which the trail was created.
    pub home_region: &'a str,
    /// Normal or backfill.
    pub kind: DigestKind,
    /// Where it lies, or lay first if its trail was redirected. Unknown where only a file name was read: names do not tell places.
    pub place: Place<'a>,
}

impl ChainId<'_> {
    /// What its digest files' names tell of it.
    pub(crate) fn without_place(self) -> Self {
        Self { place: Place::default(), ..self }
    }
}

impl std::fmt::Display for ChainId<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { account, region, trail, home_region, kind, place } = self;
        write!(f, "{account}/{region}/{trail}@{home_region}")?;
        if *kind == DigestKind::Backfill {
            f.write_str("/backfill")?;
        }
        if place.is_known() { write!(f, " {place}") } else { Ok(()) }
    }
}

/// The two kinds of digest files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DigestKind {
    /// One each hour.
    Normal,
    /// Made later, for log files that the hourly one missed.
    Backfill,
}

/// A parsed digest file name, `ACCT_CloudTrail-Digest_REGION_TRAIL_HOME_TIME[_backfill].json[.gz]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DigestName<'a> {
    /// The chain that it claims to belong to.
    pub chain: ChainId<'a>,
    /// The time in it: the end of the digest file's interval.
    pub time: Time,
}

/// The kinds of log files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LogKind {
    /// Management and data events.
    Events,
    /// `CloudTrail-Insight`.
    Insight,
    /// `CloudTrail-NetworkActivity`.
    NetworkActivity,
    /// `CloudTrail-Aggregated`.
    Aggregated,
}

/// A parsed log file name, `ACCT_CloudTrail[-KIND]_REGION_TIME_RANDOM.json[.gz]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogName<'a> {
    /// The account.
    pub account: &'a str,
    /// The source region.
    pub region: &'a str,
    /// The kind in its name.
    pub kind: LogKind,
    /// The delivery time in its name, to the minute.
    pub time: Time,
}

/// What a name of a trail's file claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named<'a> {
    Digest(DigestName<'a>),
    Log(LogName<'a>),
}

impl<'a> DigestName<'a> {
    /// The name of the file that lies there, if it is a digest file's.
    pub(crate) fn of(path: SplitPath<'a>) -> Option<Self> {
        digest_name(std::str::from_utf8(path.name).ok()?)
    }
}

impl<'a> LogName<'a> {
    /// The name of the file that lies there, if it is a log file's.
    pub(crate) fn of(path: SplitPath<'a>) -> Option<Self> {
        log_name(std::str::from_utf8(path.name).ok()?)
    }
}

/// A digest file name, parsed from both ends, because a trail's name may hold `_`.
pub fn digest_name(name: &str) -> Option<DigestName<'_>> {
    digest_of_stem(json_stem(name)?)
}

pub(crate) fn digest_of_stem(stem: &str) -> Option<DigestName<'_>> {
    let (stem, kind) = match stem.strip_suffix("_backfill") {
        Some(stem) => (stem, DigestKind::Backfill),
        None => (stem, DigestKind::Normal),
    };
    let (account, rest) = at_first_underscore(stem)?;
    let (region, rest) = at_first_underscore(rest.strip_prefix("CloudTrail-Digest_")?)?;
    let (rest, time) = at_last_underscore(rest)?;
    let (trail, home_region) = at_last_underscore(rest)?;
    let time = Time::from_digest_name(time)?;
    let is_name = is_account(account) && is_region(region) && is_trail(trail) && is_region(home_region);
    is_name.then_some(DigestName { chain: ChainId { account, region, trail, home_region, kind, place: Place::default() }, time })
}

/// A log file name. The `_` before the random part is missing in an old sample of AWS's documentation, so it may.
pub fn log_name(name: &str) -> Option<LogName<'_>> {
    log_of_stem(json_stem(name)?)
}

pub(crate) fn log_of_stem(stem: &str) -> Option<LogName<'_>> {
    const TIME_CHARACTERS: usize = 14;
    let (account, rest) = at_first_underscore(stem)?;
    let (kind, rest) = at_first_underscore(rest)?;
    let (region, rest) = at_first_underscore(rest)?;
    let kind = match kind {
        "CloudTrail" => LogKind::Events,
        "CloudTrail-Insight" => LogKind::Insight,
        "CloudTrail-NetworkActivity" => LogKind::NetworkActivity,
        "CloudTrail-Aggregated" => LogKind::Aggregated,
        _ => return None,
    };
    let time = Time::from_log_name(rest.get(..TIME_CHARACTERS)?)?;
    let random = rest.get(TIME_CHARACTERS..)?;
    let random = random.strip_prefix('_').unwrap_or(random);
    let is_random = !random.is_empty() && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_account(account) && is_region(region) && is_random).then_some(LogName { account, region, kind, time })
}

/// Names are parsed several times for each file, and `str::split_once` looks at each character.
fn at_first_underscore(text: &str) -> Option<(&str, &str)> {
    around(text, memchr::memchr(b'_', text.as_bytes())?)
}

fn at_last_underscore(text: &str) -> Option<(&str, &str)> {
    around(text, memchr::memrchr(b'_', text.as_bytes())?)
}

fn around(text: &str, index: usize) -> Option<(&str, &str)> {
    Some((text.get(..index)?, text.get(index.saturating_add(1)..)?))
}

pub(crate) fn json_stem(name: &str) -> Option<&str> {
    name.strip_suffix(".gz").unwrap_or(name).strip_suffix(".json")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digest_names_are_parsed_from_both_ends() {
        let name = digest_name("111122223333_CloudTrail-Digest_us-east-1_my_odd_trail_eu-west-1_20260301T000131Z.json.gz").unwrap();
        assert_eq!(name.chain.trail, "my_odd_trail");
        assert_eq!(name.chain.home_region, "eu-west-1");
        assert_eq!(name.chain.kind, DigestKind::Normal);
        let name =
            digest_name("111122223333_CloudTrail-Digest_us-gov-west-1_t_us-gov-west-1_20260301T000131Z_backfill.json").unwrap();
        assert_eq!(name.chain.kind, DigestKind::Backfill);
        assert_eq!(name.chain.to_string(), "111122223333/us-gov-west-1/t@us-gov-west-1/backfill");
        let normal = ChainId { kind: DigestKind::Normal, ..name.chain };
        assert_eq!(normal.to_string(), "111122223333/us-gov-west-1/t@us-gov-west-1");
        for wrong in [
            "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_0_99991231T235959Z.json.gz",
            "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260231T000131Z.json.gz",
            "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T0001Z.json.gz",
            "111122223333_CloudTrail-Digest_us-east-1__us-east-1_20260301T000131Z.json.gz",
            "11112222333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T000131Z.json.gz",
            "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T000131Z_backfill_x.json.gz",
            "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T000131Z.json.gz.bak",
        ] {
            assert_eq!(digest_name(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn log_names_have_an_account_a_region_a_time_and_something_random() {
        for right in [
            "111122223333_CloudTrail_us-east-1_20260301T0005Z_aB9.json.gz",
            "111122223333_CloudTrail_us-east-1_20260301T0005Z9.json",
        ] {
            assert!(log_name(right).is_some_and(|name| name.account == "111122223333" && name.region == "us-east-1"), "{right}");
        }
        for wrong in [
            "11112222333_CloudTrail_us-east-1_20260301T0005Z_aB9.json.gz",
            "111122223333_CloudTrail_us-east_20260301T0005Z_aB9.json.gz",
            "111122223333_CloudTrail_us-east-1_20260231T0005Z_aB9.json.gz",
            "111122223333_CloudTrail_us-east-1_20260301T0005Z_.json.gz",
            "111122223333_CloudTrail_us-east-1_20260301T0005Z_a-9.json.gz",
            "111122223333_CloudTrail_us-east-1_20260301T0005Z_aB9.txt",
        ] {
            assert_eq!(log_name(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn digest_names_round_trip(
            account in "[0-9]{12}", region in "[a-z]{2}(-[a-z]{3,5}){1,2}-[1-9]", trail in "[A-Za-z0-9][A-Za-z0-9._-]{0,40}",
            seconds in 1_420_000_000_i64..2_500_000_000, backfill in any::<bool>(),
        ) {
            let time = Time::from_unix(seconds).unwrap().to_string().replace(['-', ':'], "");
            let name = format!(
                "{account}_CloudTrail-Digest_{region}_{trail}_{region}_{time}{}.json.gz", if backfill { "_backfill" } else { "" }
            );
            let parsed = digest_name(&name).unwrap();
            prop_assert_eq!(parsed.chain.account, account);
            prop_assert_eq!(parsed.chain.trail, trail);
            prop_assert_eq!(parsed.time.unix(), seconds);
            prop_assert_eq!(parsed.chain.kind == DigestKind::Backfill, backfill);
        }
    }
}
