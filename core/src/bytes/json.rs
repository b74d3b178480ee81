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

impl<'a> Json<'a> {
    /// Reads exactly one value, nested at most `max_depth` deep.
    pub(crate) fn read(bytes: &'a [u8], max_depth: u32) -> Result<Self, String> {
        // Once, and not for each text in it.
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let values_left = Cell::new(MOST_VALUES);
        let value = Nested { depth_left: max_depth, values_left: &values_left }
            .deserialize(&mut deserializer)
            .map_err(|error| in_words(text, &error))?;
        deserializer.end().map_err(|error| in_words(text, &error))?;
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

/// What is wrong with a text, in words of our own.
fn in_words(text: &str, error: &serde_json::Error) -> String {
    let place = format!("at line {}, column {}", error.line(), error.column());
    match error.classify() {
        _ if text.trim().is_empty() => "it is empty".to_owned(),
        Category::Eof => format!("it ends {place}, in the middle of a JSON value"),
        Category::Syntax | Category::Io => format!("it is no JSON {place}"),
        // What this module says itself, with a place behind it.
        Category::Data => {
            let said = error.to_string();
            let own = said.rsplit_once(" at line ").map_or(said.as_str(), |(own, _)| own);
            format!("{own} {place}")
        }
    }
}

/// What a text looks like that should be JSON and is not, and what to run to get it as JSON; `None` if it looks like JSON.
pub(crate) fn looks_like(text: &str) -> Option<&'static str> {
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let is_key = |line: &str| {
        let (key, value) = line.split_once(':').unwrap_or_default();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-'\"".contains(&byte);
        !key.is_empty() && key.bytes().all(is_plain) && (value.is_empty() || value.starts_with(' '))
    };
    let start = first.trim_start();
    Some(match start {
        "" => "it is empty, as if the command had printed nothing: run it again, and look at its messages",
        _ if start.starts_with(['{', '[']) => return None,
        _ if start.starts_with('<') => "it looks like HTML or XML, and not like what the command printed: fetch it again",
        _ if ["An error occurred", "aws: ", "usage: aws", "Unable to locate", "Error "]
            .iter()
            .any(|begin| start.starts_with(begin)) =>
        {
            "it holds the message of a command that failed: run the command again, with what the message asks for"
        }
        _ if start.starts_with("---") && start.len() > 3 || start.starts_with(['+', '|']) => {
            "it looks like a table: run the command again with `--output json`"
        }
        _ if start == "---" || start.starts_with("- ") || is_key(first) => {
            "it looks like YAML: run the command again with `--output json`"
        }
        _ if start.contains('\t') => "it looks like plain text in columns: run the command again with `--output json`",
        _ => "it is no JSON: run the command again with `--output json`",
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
            None => Err(E::custom("nested too deep")),
        }
    }

    fn count<E: de::Error>(&self, values: u32) -> Result<(), E> {
        let left = self.values_left.get().checked_sub(values);
        self.values_left.set(left.ok_or_else(|| E::custom(format_args!("it holds more than {MOST_VALUES} values")))?);
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
            let doubled = doubled.trim_end();
            return Err(de::Error::custom(format_args!("the key '{doubled}' stands twice in one object")));
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
    fn what_is_wrong_is_said_in_words_of_our_own() {
        for (text, words) in [
            ("", "it is empty"),
            (" \n", "it is empty"),
            ("{\"a\":", "it ends at line 1, column 5, in the middle of a JSON value"),
            ("{\n a", "it is no JSON at line 2, column 2"),
            ("{} x", "it is no JSON at line 1, column 4"),
            ("{\"a\":1,\"a\":2}", "the key 'a' stands twice in one object at line 1, column 13"),
            ("[[[]]]", "nested too deep at line 1, column 2"),
        ] {
            assert_eq!(Json::read(text.as_bytes(), 1).unwrap_err(), words, "{text:?}");
        }
        assert_eq!(Json::read(b"\xff", 1).unwrap_err(), "it is not UTF-8");
    }

    #[test]
    fn what_a_text_looks_like_is_told() {
        for (text, words) in [
            ("", "empty"),
            ("\n\n", "empty"),
            ("PublicKeyList:\n- Fingerprint: 02b2\n", "YAML"),
            ("AcceptRanges: bytes\nMetadata:\n  signature: 02", "YAML"),
            ("---\na: 1", "YAML"),
            ("-----------------\n|  ListPublicKeys |", "a table"),
            ("PUBLICKEYLIST\t02b2\t2025", "columns"),
            ("An error occurred (AccessDenied) when calling the ListPublicKeys operation: no", "failed"),
            ("<html>", "HTML"),
            ("no", "no JSON"),
        ] {
            assert!(looks_like(text).is_some_and(|said| said.contains(words)), "{text:?}: {:?}", looks_like(text));
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
        assert!(Json::read(list(most).as_bytes(), 64).unwrap_err().contains("values"));
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
