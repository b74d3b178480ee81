//! What was asked.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::terms::error::Error;
use crate::terms::time::Period;

/// Twelve ASCII digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The form of all region names in AWS's partitions, known today or not: lower-case words and a number, `us-gov-west-1`.
pub(crate) fn is_region(text: &str) -> bool {
    let mut parts = text.as_bytes().rsplit(|byte| *byte == b'-');
    let number = parts.next().unwrap_or_default();
    let mut words = 0;
    text.len() <= 32
        && !number.is_empty()
        && number.iter().all(u8::is_ascii_digit)
        && parts.inspect(|_| words += 1).all(|word| !word.is_empty() && word.iter().all(u8::is_ascii_lowercase))
        && words > 1
}

/// The characters of trail names (CreateTrail: letters, digits, `.`, `_`, `-`; 3 to 128 of them). Shorter ones are let through:
/// a name is compared, never created.
pub(crate) fn is_trail(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// One question: these accounts, regions and trails, in this period. An empty list does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Question {
    /// The accounts asked.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub accounts: BTreeSet<String>,
    /// The source regions asked.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub regions: BTreeSet<String>,
    /// The trails asked: names, or ARNs, which also ask for the home region and the account.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub trails: BTreeSet<String>,
    /// The period asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
}

impl Question {
    /// Every combination of what is named; each owes a chain. Nothing named owes nothing.
    pub(crate) fn combinations(&self) -> Vec<[Option<&str>; 3]> {
        fn or_any(list: &BTreeSet<String>) -> Vec<Option<&str>> {
            if list.is_empty() { vec![None] } else { list.iter().map(|name| Some(name.as_str())).collect() }
        }
        if self.accounts.is_empty() && self.regions.is_empty() && self.trails.is_empty() {
            return Vec::new();
        }
        let mut all = Vec::new();
        for account in or_any(&self.accounts) {
            for region in or_any(&self.regions) {
                for trail in or_any(&self.trails) {
                    all.push([account, region, trail]);
                }
            }
        }
        all
    }
}

/// A trail as it was asked: by its name, or by its ARN, `arn:PARTITION:cloudtrail:HOME-REGION:ACCOUNT:trail/NAME`
/// ([AWS](https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Trail.html)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrailAsked<'a> {
    pub(crate) name: &'a str,
    /// Home region and account, of an ARN.
    pub(crate) origin: Option<(&'a str, &'a str)>,
}

impl<'a> TrailAsked<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        let mut parts = text.splitn(6, ':');
        let of_arn = (|| match (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?) {
            ("arn", _, "cloudtrail", home, account, trail) => {
                Some(Self { name: trail.strip_prefix("trail/")?, origin: Some((home, account)) })
            }
            _ => None,
        })();
        of_arn.unwrap_or(Self { name: text, origin: None })
    }
}

/// What was asked, and the renamings that the verifier knows of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The questions; never empty when made by [`Request::scope`](crate::terms::request::Request::scope). No question asks for everything.
    pub questions: Vec<Question>,
    /// Known renamings of buckets and prefixes.
    pub relocations: Vec<Relocation>,
}

impl Scope {
    /// The one question of this period, all accounts, regions and trails.
    pub fn covering(period: Period) -> Self {
        Self { questions: vec![Question { period: Some(period), ..Question::default() }], relocations: Vec::new() }
    }

    /// True if no question states a period.
    pub fn has_no_period(&self) -> bool {
        self.questions.iter().all(|question| question.period.is_none())
    }
}

/// A renaming of a bucket or prefix that the verifier knows of: `s3://OLD[/PREFIX]=s3://NEW[/PREFIX]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relocation {
    old: (String, String),
    new: (String, String),
}

impl Relocation {
    /// Where an object of the old place is now: bucket and key.
    pub(crate) fn apply(&self, bucket: &str, key: &str) -> Option<(String, String)> {
        if bucket != self.old.0 {
            return None;
        }
        let rest = if self.old.1.is_empty() { key } else { key.strip_prefix(&self.old.1)?.strip_prefix('/')? };
        let key = if self.new.1.is_empty() { rest.to_owned() } else { format!("{}/{rest}", self.new.1) };
        Some((self.new.0.clone(), key))
    }
}

impl std::str::FromStr for Relocation {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        fn place(text: &str) -> Option<(String, String)> {
            let (bucket, prefix) = text.strip_prefix("s3://")?.split_once('/').unwrap_or((text.strip_prefix("s3://")?, ""));
            (!bucket.is_empty()).then(|| (bucket.to_owned(), prefix.trim_end_matches('/').to_owned()))
        }
        text.split_once('=')
            .and_then(|(old, new)| Some(Self { old: place(old)?, new: place(new)? }))
            .ok_or_else(|| Error::Relocation { text: text.to_owned() })
    }
}

impl std::fmt::Display for Relocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = |(bucket, prefix): &(String, String)| {
            if prefix.is_empty() { format!("s3://{bucket}") } else { format!("s3://{bucket}/{prefix}") }
        };
        write!(f, "{}={}", place(&self.old), place(&self.new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_regions_and_trails_have_their_form() {
        assert!(is_account("012345678901"));
        for wrong in ["01234567890", "0123456789012", "01234567890a", ""] {
            assert!(!is_account(wrong), "{wrong}");
        }
        let of_length = |length: usize| format!("{}-b-1", "a".repeat(length - 4));
        for right in ["us-east-1", "us-gov-west-1", &of_length(32)] {
            assert!(is_region(right), "{right}");
        }
        for wrong in ["", "us-1", "us--1", "us-east-", "us-east-1a", "us-East-1", "us-ea2st-1", &of_length(33)] {
            assert!(!is_region(wrong), "{wrong}");
        }
        for right in ["t", "a.B_9-", &"t".repeat(128)] {
            assert!(is_trail(right), "{right}");
        }
        for wrong in ["", "a b", "ä", &"t".repeat(129)] {
            assert!(!is_trail(wrong), "{wrong}");
        }
    }

    #[test]
    fn relocations_map_keys_below_their_prefix() {
        let rule: Relocation = "s3://old/a=s3://new/b/c/".parse().unwrap();
        assert_eq!(rule.apply("old", "a/AWSLogs/x"), Some(("new".into(), "b/c/AWSLogs/x".into())));
        assert_eq!(rule.apply("old", "ab/AWSLogs/x"), None);
        assert_eq!(rule.apply("new", "a/AWSLogs/x"), None);
        assert_eq!(rule.to_string(), "s3://old/a=s3://new/b/c");
        let bucket: Relocation = "s3://old=s3://new".parse().unwrap();
        assert_eq!(bucket.apply("old", "AWSLogs/x"), Some(("new".into(), "AWSLogs/x".into())));
        for wrong in ["s3://old", "old=new", "s3://=s3://new", ""] {
            assert!(wrong.parse::<Relocation>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_combination_of_what_is_named_owes_a_chain() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
        let question = |accounts: &[&str], regions: &[&str], trails: &[&str]| Question {
            accounts: set(accounts),
            regions: set(regions),
            trails: set(trails),
            period: None,
        };
        assert_eq!(question(&[], &[], &[]).combinations(), Vec::<[Option<&str>; 3]>::new());
        assert_eq!(question(&["1"], &[], &[]).combinations(), [[Some("1"), None, None]]);
        assert_eq!(question(&[], &["r"], &[]).combinations(), [[None, Some("r"), None]]);
        assert_eq!(question(&[], &[], &["t"]).combinations(), [[None, None, Some("t")]]);
        let two = [[Some("1"), Some("r"), Some("t")], [Some("2"), Some("r"), Some("t")]];
        assert_eq!(question(&["1", "2"], &["r"], &["t"]).combinations(), two);
    }
}
