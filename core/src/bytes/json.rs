//! JSON as evidence: a text with two readings is refused, so duplicate keys and deep nesting are errors here.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

/// A JSON value. Texts without escapes, which nearly all are, are borrowed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool,
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Fields<'a>),
}

/// What an object holds, in its order.
pub(crate) type Fields<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

/// Values in one text. A digest file at its limit of size holds a million, a listing of metadata two; without a bound, a file of
/// some kilobytes that inflates to nothing but `0,` takes a gigabyte.
const MOST_VALUES: u32 = 1 << 22;

/// As so many values counts a list or an object with something in it: there is room for four in the smallest.
const VALUES_OF_A_LIST: u32 = 4;

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    NoUtf8,
    Empty,
    /// It ends in the middle of a value.
    Ends,
    NoJson,
    /// A key that stands twice in one object.
    Twice(String),
    TooDeep,
    /// There are more values than this.
    Values(u64),
}

/// What a text looks like that should be JSON and is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looks {
    Empty,
    Markup,
    /// The message of a command that failed.
    Error,
    Table,
    Yaml,
    Columns,
    Other,
}

/// What this module finds wrong while `serde_json` reads, which carries no errors but texts.
const TOO_DEEP: &str = "too deep";
const VALUES: &str = "values";
const TWICE: &str = "twice ";

impl<'a> Json<'a> {
    /// Reads exactly one value, nested at most `max_depth` deep.
    pub(crate) fn read(bytes: &'a [u8], max_depth: u32) -> Result<Self, Problem> {
        // Once, and not for each text in it.
        let text = std::str::from_utf8(bytes).map_err(|_| Problem::NoUtf8)?;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let values_left = Cell::new(MOST_VALUES);
        let value = Nested { depth_left: max_depth, values_left: &values_left }
            .deserialize(&mut deserializer)
            .map_err(|error| problem(text, &error))?;
        deserializer.end().map_err(|error| problem(text, &error))?;
        Ok(value)
    }

    /// The value under a key of an object.
    pub(crate) fn field(&self, name: &str) -> Option<&Self> {
        self.fields()?.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub(crate) fn fields(&self) -> Option<&[(Cow<'a, str>, Self)]> {
        if let Self::Object(fields) = self { Some(fields) } else { None }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn list(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }
}

/// The text of a file that people or tools wrote: UTF-8, or UTF-16 with a byte order mark as PowerShell's `>` writes it.
pub(crate) fn decode_text(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let utf16 = |from_bytes: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units = pairs.iter().skip(1).map(|pair| from_bytes(*pair));
        rest.is_empty().then(|| char::decode_utf16(units).collect::<Result<String, _>>().ok()).flatten().map(Cow::Owned)
    };
    match bytes {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => std::str::from_utf8(rest).ok().map(Cow::Borrowed),
        _ => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
    }
}

/// What is wrong with a text: what this module said itself has a place behind it, which other readers of JSON state otherwise.
fn problem(text: &str, error: &serde_json::Error) -> Problem {
    match error.classify() {
        _ if text.trim().is_empty() => Problem::Empty,
        Category::Eof => Problem::Ends,
        Category::Syntax | Category::Io => Problem::NoJson,
        Category::Data => {
            let said = error.to_string();
            match said.rsplit_once(" at line ").map_or(said.as_str(), |(own, _)| own) {
                TOO_DEEP => Problem::TooDeep,
                VALUES => Problem::Values(MOST_VALUES.into()),
                own => own.strip_prefix(TWICE).map_or(Problem::NoJson, |key| Problem::Twice(key.to_owned())),
            }
        }
    }
}

/// What a text looks like that should be JSON and is not; `None` if it looks like JSON.
pub(crate) fn looks_like(text: &str) -> Option<Looks> {
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let is_key = |line: &str| {
        let (key, value) = line.split_once(':').unwrap_or_default();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-'\"".contains(&byte);
        !key.is_empty() && key.bytes().all(is_plain) && (value.is_empty() || value.starts_with(' '))
    };
    let start = first.trim_start();
    Some(match start {
        "" => Looks::Empty,
        _ if start.starts_with(['{', '[']) => return None,
        _ if start.starts_with('<') => Looks::Markup,
        _ if ["An error occurred", "aws: ", "usage: aws", "Unable to locate", "Error "]
            .iter()
            .any(|begin| start.starts_with(begin)) =>
        {
            Looks::Error
        }
        _ if start.starts_with("---") && start.len() > 3 || start.starts_with(['+', '|']) => Looks::Table,
        _ if start == "---" || start.starts_with("- ") || is_key(first) => Looks::Yaml,
        _ if start.contains('\t') => Looks::Columns,
        _ => Looks::Other,
    })
}

struct Nested<'c> {
    depth_left: u32,
    values_left: &'c Cell<u32>,
}

impl Nested<'_> {
    fn deeper<E: de::Error>(&self) -> Result<Self, E> {
        match self.depth_left.checked_sub(1) {
            Some(depth_left) => Ok(Self { depth_left, ..*self }),
            None => Err(E::custom(TOO_DEEP)),
        }
    }

    fn count<E: de::Error>(&self, values: u32) -> Result<(), E> {
        let left = self.values_left.get().checked_sub(values);
        self.values_left.set(left.ok_or_else(|| E::custom(VALUES))?);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Nested<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        self.count(1)?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested<'_> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        #[expect(clippy::cast_precision_loss, reason = "numbers are only read as epoch seconds")]
        Ok(Json::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        #[expect(clippy::cast_precision_loss, reason = "numbers are only read as epoch seconds")]
        Ok(Json::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self.deeper()?)? {
            if items.is_empty() {
                self.count(VALUES_OF_A_LIST)?;
            }
            items.push(item);
        }
        self.deeper::<A::Error>()?;
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let mut fields: Fields<'_> = Vec::new();
        let deeper = |nested: &Self| nested.deeper::<A::Error>();
        deeper(&self)?;
        while let Some(key) = map.next_key_seed(FieldName)? {
            if fields.is_empty() {
                self.count(VALUES_OF_A_LIST)?;
            }
            fields.push((key, map.next_value_seed(deeper(&self)?)?));
        }
        // Sorted neighbours instead of a comparison of all with all: an object may have a million fields.
        let mut keys: Vec<&str> = fields.iter().map(|(key, _)| &**key).collect();
        keys.sort_unstable();
        if let Some(doubled) = keys.windows(2).find_map(|pair| (pair.first() == pair.last()).then(|| pair.first()).flatten()) {
            let doubled: String = crate::bytes::text::printable(doubled.as_bytes()).chars().take(80).collect();
            return Err(de::Error::custom(format_args!("{TWICE}{}", doubled.trim_end())));
        }
        Ok(Json::Object(fields))
    }
}

/// The key of a field.
struct FieldName;

impl<'de> DeserializeSeed<'de> for FieldName {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for FieldName {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_with_two_readings_are_refused() {
        for wrong in [
            r#"{"a":1,"a":1}"#,
            r#"{"x":[{"a":1,"b":2,"\u0061":3}]}"#,
            r#"{"a":1} {}"#,
            r#"{"a":"\ud800"}"#,
            "{\"a\":\"\u{1}\"}",
            "{\"a\":NaN}",
            "\u{feff}{}",
            "",
        ] {
            assert!(Json::read(wrong.as_bytes(), 64).is_err(), "{wrong}");
        }
        assert!(Json::read(b"{\"a\":\"\xff\"}", 64).is_err());
        let slash = Json::read(br#"{"a":"x\/y"}"#, 64).unwrap();
        assert_eq!(slash.field("a").and_then(Json::text), Some("x/y"));
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (text, wrong) in [
            ("", Problem::Empty),
            (" \n", Problem::Empty),
            ("{\"a\":", Problem::Ends),
            ("{\n a", Problem::NoJson),
            ("{} x", Problem::NoJson),
            ("{\"a\":1,\"a\":2}", Problem::Twice("a".into())),
            ("{\" at line 7\":1,\" at line 7\":2}", Problem::Twice("%20at line 7".into())),
            ("[[[]]]", Problem::TooDeep),
        ] {
            assert_eq!(Json::read(text.as_bytes(), 1).unwrap_err(), wrong, "{text:?}");
        }
        assert_eq!(Json::read(b"\xff", 1).unwrap_err(), Problem::NoUtf8);
    }

    #[test]
    fn what_a_text_looks_like_is_told() {
        for (text, looks) in [
            ("", Looks::Empty),
            ("\n\n", Looks::Empty),
            ("PublicKeyList:\n- Fingerprint: 02b2\n", Looks::Yaml),
            ("AcceptRanges: bytes\nMetadata:\n  signature: 02", Looks::Yaml),
            ("---\na: 1", Looks::Yaml),
            ("-----------------\n|  ListPublicKeys |", Looks::Table),
            ("PUBLICKEYLIST\t02b2\t2025", Looks::Columns),
            ("An error occurred (AccessDenied) when calling the ListPublicKeys operation: no", Looks::Error),
            ("<html>", Looks::Markup),
            ("no", Looks::Other),
        ] {
            assert_eq!(looks_like(text), Some(looks), "{text:?}");
        }
        assert_eq!((looks_like(" {"), looks_like("[")), (None, None));
    }

    #[test]
    fn the_depth_limit_is_inclusive() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Json::read(nested(64).as_bytes(), 64).is_ok());
        assert!(Json::read(nested(65).as_bytes(), 64).is_err());
        assert!(Json::read("{\"a\":".repeat(65).as_bytes(), 64).is_err());
        assert!(Json::read(nested(1_000_000).as_bytes(), 64).is_err());
        assert!(Json::read(b"1", 0).is_ok());
    }

    #[test]
    fn the_number_of_values_is_bounded() {
        let list = |items: usize| format!("[{}0]", "0,".repeat(items - 1));
        let most = (MOST_VALUES - VALUES_OF_A_LIST) as usize;
        assert!(Json::read(list(most - 1).as_bytes(), 64).is_ok());
        assert!(Json::read(list(most).as_bytes(), 64) == Err(Problem::Values(MOST_VALUES.into())));
        for (item, values) in [("[0]", 6), ("{\"a\":0}", 6), ("[]", 1), ("{}", 1)] {
            let list = |items: usize| format!("[{}{item}]", format!("{item},").repeat(items - 1));
            let most = (MOST_VALUES - VALUES_OF_A_LIST - 1) as usize / values;
            assert!(Json::read(list(most).as_bytes(), 64).is_ok(), "{item}");
            assert!(Json::read(list(most + 1).as_bytes(), 64).is_err(), "{item}");
        }
    }

    #[test]
    fn powershell_writes_utf16() {
        let utf16: Vec<u8> = "\u{feff}{\"ä\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode_text(&utf16).unwrap(), "{\"ä\":1}");
        let swapped: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode_text(&swapped).unwrap(), "{}");
        assert_eq!(decode_text(b"\xef\xbb\xbf{}").unwrap(), "{}");
        assert_eq!(decode_text(b"\xff\xfe{"), None);
        assert_eq!(decode_text(b"\xff"), None);
    }
}
