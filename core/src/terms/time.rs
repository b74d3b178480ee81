//! Instants in UTC, to the second: all that digest files know.

use std::fmt;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant in UTC, in whole seconds; its text is `YYYY-MM-DDTHH:MM:SSZ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// Seconds in a day.
pub(crate) const DAY_SECONDS: i64 = 86_400;
/// Seconds in a minute.
pub(crate) const MINUTE_SECONDS: i64 = 60;
/// Seconds in an hour, the interval of a digest file.
pub(crate) const HOUR_SECONDS: i64 = 3_600;

/// Why something is no time, or no period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// A text that is no time.
    #[error(
        "'{text}' is no time that can be used: a date (2026-03-01, midnight in UTC) or a time with its offset (2026-03-01T09:00:00+09:00, …Z) is expected"
    )]
    NoTime {
        /// What was given.
        text: String,
    },
    /// A text that names no span of days.
    #[error(
        "'{text}' is no span of days: 2026, 2026-Q3, 2026-07 or 2026-07-01 is expected, or two of these as 2026-07-01..2026-09-30"
    )]
    NoDays {
        /// What was given.
        text: String,
    },
    /// A period whose start is not before its end.
    #[error("the period from {from} to {to} is empty: 'from' must be before 'to'")]
    EmptyPeriod {
        /// The start asked.
        from: Time,
        /// The end asked.
        to: Time,
    },
}

impl Time {
    /// The first instant that has a text.
    pub(crate) const FIRST: Self = Self(-62_167_219_200);
    /// The last instant that has a text.
    const LAST: Self = Self(253_402_300_799);

    /// Reads the one form that CloudTrail writes into digest files, `YYYY-MM-DDTHH:MM:SSZ`; nothing else.
    pub fn from_digest(text: &str) -> Option<Self> {
        let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
        let [y @ .., b'-', mo1, mo2, b'-', d1, d2, b'T', h1, h2, b':', mi1, mi2, b':', s1, s2, b'Z'] = bytes else {
            return None;
        };
        Self::from_fields(y, &[*mo1, *mo2], &[*d1, *d2], [&[*h1, *h2], &[*mi1, *mi2], &[*s1, *s2]])
    }

    /// Reads the basic form of digest file names, `YYYYMMDDTHHMMSSZ`.
    pub fn from_digest_name(text: &str) -> Option<Self> {
        let bytes: &[u8; 16] = text.as_bytes().try_into().ok()?;
        let [y @ .., mo1, mo2, d1, d2, b'T', h1, h2, mi1, mi2, s1, s2, b'Z'] = bytes else { return None };
        Self::from_fields(y, &[*mo1, *mo2], &[*d1, *d2], [&[*h1, *h2], &[*mi1, *mi2], &[*s1, *s2]])
    }

    /// Reads the basic form of log file names, `YYYYMMDDTHHMMZ`.
    pub fn from_log_name(text: &str) -> Option<Self> {
        let bytes: &[u8; 14] = text.as_bytes().try_into().ok()?;
        let [y @ .., mo1, mo2, d1, d2, b'T', h1, h2, mi1, mi2, b'Z'] = bytes else { return None };
        Self::from_fields(y, &[*mo1, *mo2], &[*d1, *d2], [&[*h1, *h2], &[*mi1, *mi2], b"00"])
    }

    fn from_fields(year: &[u8], month: &[u8; 2], day: &[u8; 2], clock: [&[u8; 2]; 3]) -> Option<Self> {
        let [hour, minute, second] = clock;
        let date = NaiveDate::from_ymd_opt(i32::try_from(digits(year)?).ok()?, digits(month)?, digits(day)?)?;
        let instant = date.and_hms_opt(digits(hour)?, digits(minute)?, digits(second)?)?;
        Some(Self(instant.and_utc().timestamp()))
    }

    /// Reads what a person or another tool wrote: RFC 3339 with an offset (`T` or a space between, any fraction), or a date,
    /// which means midnight in UTC.
    ///
    /// # Errors
    ///
    /// [`TimeError::NoTime`] if the text is something else, in particular a time without an offset.
    pub fn from_text(text: &str) -> Result<Self, TimeError> {
        let trimmed = text.trim();
        if let Ok(date) = NaiveDate::parse_from_str(trimmed, "%Y-%m-%d")
            && trimmed.len() == 10
        {
            return Self::from_unix(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp())
                .ok_or_else(|| TimeError::NoTime { text: text.to_owned() });
        }
        DateTime::parse_from_rfc3339(trimmed)
            .or_else(|_| DateTime::parse_from_str(&trimmed.replace('Z', "+00:00"), "%Y-%m-%dT%H:%M%:z"))
            .ok()
            .and_then(|instant| Self::from_unix(instant.timestamp()))
            .ok_or_else(|| TimeError::NoTime { text: text.to_owned() })
    }

    /// The instant `seconds` after 1970-01-01T00:00:00Z, in the years 0 to 9999 (four digits are all that the text has).
    pub fn from_unix(seconds: i64) -> Option<Self> {
        (Self::FIRST.0..=Self::LAST.0).contains(&seconds).then_some(Self(seconds))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// This instant moved by `seconds`, held inside the years that have a text.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds)).clamp(Self::FIRST, Self::LAST)
    }

    /// The midnight in UTC that begins this instant's day.
    #[must_use]
    pub fn day(self) -> Self {
        Self(self.0.div_euclid(DAY_SECONDS).saturating_mul(DAY_SECONDS))
    }

    /// The date alone, `YYYY-MM-DD`.
    pub fn date_text(self) -> String {
        self.to_string().chars().take(10).collect()
    }
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0_u32, |value, byte| match byte {
        b'0'..=b'9' => value.checked_mul(10)?.checked_add(u32::from(byte - b'0')),
        _ => None,
    })
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = DateTime::<Utc>::from_timestamp(self.0, 0).unwrap_or_default();
        f.write_str(&instant.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_text(&text).map_err(de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Time {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time", "description": "An instant in UTC, `YYYY-MM-DDTHH:MM:SSZ`." })
    }
}

/// A span of time: `from` is inside, `to` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Period {
    /// The first instant inside.
    pub from: Time,
    /// The first instant after it.
    pub to: Time,
}

impl Period {
    /// The span from `from` to `to`.
    ///
    /// # Errors
    ///
    /// [`TimeError::EmptyPeriod`] unless `from` is before `to`.
    pub fn new(from: Time, to: Time) -> Result<Self, TimeError> {
        if from < to { Ok(Self { from, to }) } else { Err(TimeError::EmptyPeriod { from, to }) }
    }

    /// Reads a span of whole days in UTC as auditors write it, its last day inside: a year `2026`, a quarter `2026-Q3`, a month `2026-07`,
    /// a day `2026-07-01`, or from one of these to the end of another, `2026-07-01..2026-09-30`.
    ///
    /// # Errors
    ///
    /// [`TimeError::NoDays`] with the text, and [`TimeError::EmptyPeriod`] as [`Period::new`].
    pub fn of_days(text: &str) -> Result<Self, TimeError> {
        let days = |part: &str| named_days(part.trim()).ok_or_else(|| TimeError::NoDays { text: text.to_owned() });
        match text.split_once("..") {
            Some((first, last)) => Self::new(days(first)?.from, days(last)?.to),
            None => days(text),
        }
    }

    /// True if some instant lies in both.
    pub fn meets(&self, other: &Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// True if it holds no instant: the interval of a digest file that states none.
    pub(crate) fn is_empty(&self) -> bool {
        self.from >= self.to
    }

    /// True if the instant lies inside.
    pub fn contains(&self, instant: Time) -> bool {
        self.from <= instant && instant < self.to
    }

    /// Its length in seconds.
    pub fn seconds(&self) -> u64 {
        u64::try_from(self.to.0.saturating_sub(self.from.0)).unwrap_or(0)
    }
}

/// A year, quarter, month or day by its name.
fn named_days(name: &str) -> Option<Period> {
    let is_year = name.get(..4)?.bytes().all(|digit| digit.is_ascii_digit());
    let year: i32 = name.get(..4).filter(|_| is_year)?.parse().ok()?;
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|digit| digit.is_ascii_digit()));
    let (first, months) = match name.get(4..)?.as_bytes() {
        [] => (NaiveDate::from_ymd_opt(year, 1, 1)?, 12),
        [b'-', b'Q' | b'q', quarter @ b'1'..=b'4'] => (NaiveDate::from_ymd_opt(year, u32::from(quarter - b'1') * 3 + 1, 1)?, 3),
        [b'-', _, _] => (NaiveDate::from_ymd_opt(year, number(name.get(5..)?)?, 1)?, 1),
        [b'-', _, _, b'-', _, _] => (NaiveDate::from_ymd_opt(year, number(name.get(5..7)?)?, number(name.get(8..)?)?)?, 0),
        _ => return None,
    };
    let behind = if months == 0 { first.succ_opt()? } else { first.checked_add_months(chrono::Months::new(months))? };
    let midnight = |day: NaiveDate| Time::from_unix(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp());
    Period::new(midnight(first)?, midnight(behind)?).ok()
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "Period")]
        struct Ends {
            from: Time,
            to: Time,
        }
        let Ends { from, to } = Ends::deserialize(deserializer)?;
        Self::new(from, to).map_err(de::Error::custom)
    }
}

impl std::str::FromStr for Period {
    type Err = TimeError;

    /// Reads `FROM/TO`, the interval form of ISO 8601, each end as [`Time::from_text`] does.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let (from, to) = text.split_once('/').ok_or_else(|| TimeError::NoTime { text: text.to_owned() })?;
        Self::new(Time::from_text(from)?, Time::from_text(to)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_days_are_named_as_auditors_name_them() {
        let spans = [
            ("2026", "2026-01-01", "2027-01-01"),
            ("2026-Q1", "2026-01-01", "2026-04-01"),
            ("2026-q4", "2026-10-01", "2027-01-01"),
            ("2028-02", "2028-02-01", "2028-03-01"),
            ("2026-12", "2026-12-01", "2027-01-01"),
            ("2028-02-29", "2028-02-29", "2028-03-01"),
            ("2026-07-01..2026-09-30", "2026-07-01", "2026-10-01"),
            ("2026-07 .. 2026-Q4", "2026-07-01", "2027-01-01"),
        ];
        for (text, from, to) in spans {
            let expected = Period::new(Time::from_text(from).unwrap(), Time::from_text(to).unwrap());
            assert_eq!(Period::of_days(text), expected, "{text}");
        }
        let none = [
            "",
            "26",
            "2026-",
            "2026-Q5",
            "2026-Q0",
            "2026-13",
            "2026-7",
            "2026-02-30",
            "2026-07-01T00:00:00Z",
            "9999",
            "２026",
            "2026-07-01..",
            "..",
            "-026",
            "2026-+7",
            "2026-07-+1",
        ];
        for text in none {
            assert_eq!(Period::of_days(text), Err(TimeError::NoDays { text: text.to_owned() }), "{text}");
        }
        assert!(matches!(Period::of_days("2026-09..2026-07"), Err(TimeError::EmptyPeriod { .. })));
    }

    #[test]
    fn digest_times_have_one_form() {
        let time = Time::from_digest("2026-03-01T00:01:31Z").unwrap();
        assert_eq!(time.to_string(), "2026-03-01T00:01:31Z");
        for wrong in [
            "2026-03-01T00:01:31",
            "2026-03-01T00:01:31.0Z",
            "2026-03-01t00:01:31Z",
            "2026-03-01T00:01:31+00:00",
            "2026-02-30T00:00:00Z",
            "2026-03-01T24:00:00Z",
            "2026-03-01T23:59:60Z",
            "2026-3-1T00:00:00Z",
            "+026-03-01T00:00:00Z",
            "",
        ] {
            assert_eq!(Time::from_digest(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_have_basic_times() {
        assert_eq!(Time::from_digest_name("20260301T000131Z"), Time::from_digest("2026-03-01T00:01:31Z"));
        assert_eq!(Time::from_log_name("20260301T0005Z"), Time::from_digest("2026-03-01T00:05:00Z"));
        assert_eq!(Time::from_digest_name("20261301T000131Z"), None);
        assert_eq!(Time::from_log_name("20260301T000500Z"), None);
    }

    #[test]
    fn offsets_are_converted_and_naive_times_refused() {
        let noon = Time::from_digest("2026-03-01T03:30:00Z").unwrap();
        assert_eq!(Time::from_text("2026-03-01T12:30:00+09:00").unwrap(), noon);
        assert_eq!(Time::from_text("2026-03-01 12:30:00.250+09:00").unwrap(), noon);
        assert_eq!(Time::from_text("2026-03-01T03:30Z").unwrap(), noon);
        assert_eq!(Time::from_text("2026-03-01").unwrap(), noon.day());
        for wrong in ["2026-03-01T12:30:00", "2026-03-01 12:30", "yesterday", "1772366400", "2026-3-1", ""] {
            assert!(Time::from_text(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn periods_are_half_open() {
        let hour: Period = "2026-03-01T00:00Z/2026-03-01T01:00Z".parse().unwrap();
        let next: Period = "2026-03-01T01:00Z/2026-03-01T02:00Z".parse().unwrap();
        assert!(!hour.meets(&next));
        assert!(hour.contains(hour.from) && !hour.contains(hour.to));
        assert_eq!(hour.seconds(), 3600);
        assert!("2026-03-01/2026-03-01".parse::<Period>().is_err());
        let json = r#"{"from":"2026-03-01T00:00:00Z","to":"2026-03-01T01:00:00Z"}"#;
        assert_eq!(serde_json::from_str::<Period>(json).unwrap(), hour);
        let error = serde_json::from_str::<Period>(&json.replace("01T01", "01T00")).unwrap_err();
        assert_eq!(error.to_string(), Period::new(hour.from, hour.from).unwrap_err().to_string());
    }
}
