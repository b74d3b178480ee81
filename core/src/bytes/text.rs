//! Texts that are safe to print.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::bytes::hash::sha256;

/// A name that is safe to print, in which everything can be seen: bytes that are no UTF-8 appear as `%HH`, and so do all characters of
/// which nothing can be seen, or which turn the direction of writing. Of blanks only single ones between others stand for themselves:
/// a run of them could make a line of its own out of the rest of a name.
pub fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let blank = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_none_or(|byte| *byte == b' ');
    let mut at = 0_usize;
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            let next = at.saturating_add(character.len_utf8());
            if character == ' ' && (blank(at.checked_sub(1)) || blank(Some(next))) {
                escape(&mut text, b" ");
            } else {
                push_visible(&mut text, character);
            }
            at = next;
        }
        escape(&mut text, chunk.invalid());
        at = at.saturating_add(chunk.invalid().len());
    }
    text
}

/// A text that is safe to print, as [`printable`], but with all its blanks: for whole lines, and where blanks cannot be mistaken.
pub fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    text.chars().for_each(|character| push_visible(&mut visible, character));
    visible
}

fn push_visible(text: &mut String, character: char) {
    if is_unseen(character) {
        let mut utf8 = [0; 4];
        escape(text, character.encode_utf8(&mut utf8).as_bytes());
    } else {
        text.push(character);
    }
}

/// True if nothing of it can be seen, or if it turns the direction of writing; the common blank apart.
pub(crate) fn is_unseen(character: char) -> bool {
    character != ' '
        && (character.is_control()
            || character.is_whitespace()
            // Default_Ignorable_Code_Point of DerivedCoreProperties.txt, Unicode 16.0.
            || matches!(character,
                '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}')
            // Interlinear annotations, and the Braille pattern without dots: drawn as nothing, whatever their properties.
            || matches!(character, '\u{fff9}'..='\u{fffb}' | '\u{2800}'))
}

/// A name of at most so many bytes, or a few where that is less than it takes to shorten it: its beginning, the start of its SHA-256,
/// so that two long names stay two, and its end.
pub(crate) fn shortened(name: &[u8], most_bytes: usize) -> Cow<'_, [u8]> {
    const HASH_BYTES: usize = 8;
    const MARK: &[u8] = "…".as_bytes();
    if name.len() <= most_bytes {
        return name.into();
    }
    let hash = sha256(name);
    let hash = hex::encode(hash.get(..HASH_BYTES).unwrap_or_default());
    let kept = most_bytes.saturating_sub(hash.len()).saturating_sub(2 * MARK.len()) / 2;
    // Nothing is cut inside a character.
    let is_inside = |index: &usize| name.get(*index).is_some_and(|byte| byte & 0xc0 == 0x80);
    let head = (0..=kept).rev().find(|index| !is_inside(index)).unwrap_or_default();
    let tail = (name.len().saturating_sub(kept)..name.len()).find(|index| !is_inside(index)).unwrap_or(name.len());
    let parts = [name.get(..head).unwrap_or_default(), MARK, hash.as_bytes(), MARK, name.get(tail..).unwrap_or_default()];
    parts.concat().into()
}

fn escape(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing into a String cannot fail.
        let _ = write!(text, "%{byte:02X}");
    }
}

/// `1 chain`, `2 chains`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_printed_is_escaped() {
        assert_eq!(printable(b"a\nb\x1b[31m\xff\xc3\xa4"), "a%0Ab%1B[31m%FFä");
        assert_eq!(printable("x\u{202e}gpj.exe\u{85}".as_bytes()), "x%E2%80%AEgpj.exe%C2%85");
        assert_eq!(
            printable("a\u{ad}\u{34f}\u{fe0f}\u{e0041}\u{3164}\u{a0}b".as_bytes()),
            "a%C2%AD%CD%8F%EF%B8%8F%F3%A0%81%81%E3%85%A4%C2%A0b"
        );
        assert_eq!(printable(b"a b c"), "a b c");
        assert_eq!(printable(b" a  b   c "), "%20a%20%20b%20%20%20c%20");
        assert_eq!(printable(b" \xff \n "), "%20%FF %0A%20");
        assert_eq!(printable(b" "), "%20");
    }

    proptest! {
        #[test]
        fn everything_of_a_printable_text_can_be_seen(
            pieces in prop::collection::vec(prop_oneof![Just(" ".to_owned()), Just("a".to_owned()), ".", "\\PC", "\\p{Z}", "\\p{Cf}"], 0..12),
            bytes in prop::collection::vec(any::<u8>(), 0..4),
        ) {
            let name = [pieces.concat().as_bytes(), &bytes, b" "].concat();
            let text = printable(&name);
            prop_assert!(!text.contains("  ") && text.trim() == text, "{text:?}");
            prop_assert!(!text.chars().any(is_unseen), "{text:?}");
            prop_assert_eq!(printable(text.as_bytes()), text);
        }
    }
}
