//! Times in the forms that CloudTrail writes.

use chrono::{DateTime, Utc};

/// A time given as `YYYY-MM-DDTHH:MM:SSZ`.
pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an RFC 3339 time")
}

/// As in the JSON of digests and records.
pub fn iso(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// As in the file names of digests.
pub fn basic(time: DateTime<Utc>) -> String {
    time.format("%Y%m%dT%H%M%SZ").to_string()
}

/// As in the file names of logs.
pub fn minute(time: DateTime<Utc>) -> String {
    time.format("%Y%m%dT%H%MZ").to_string()
}

/// As in the folders.
pub fn day(time: DateTime<Utc>) -> String {
    time.format("%Y/%m/%d").to_string()
}
