//! Result files: the hash of what is stored, and what the CSV in it says.
//!
//! AWS hashes the packed bytes of a result file, the opposite of log files: a file that was inflated on its way cannot be compared.

use memchr::memchr2_iter;
use serde::{Deserialize, Serialize};

use crate::bytes::text::{printable, shortened};
use crate::evidence::content::Opened;

/// What is known of a result file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct ResultFile {
    /// Of the stored bytes.
    pub(crate) sha256: [u8; 32],
    /// It is text, and not packed: perhaps it was inflated on its way.
    pub(crate) is_text: bool,
    /// When the query ran and what it was, as the first line says.
    pub(crate) executed: Option<Box<str>>,
    pub(crate) query: Option<Box<str>>,
    /// Rows behind the head; `None` if the CSV could not be inflated to its end.
    pub(crate) rows: Option<u64>,
    pub(crate) inflated_bytes: u64,
}

/// A result file as that with some number in a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivered<'a> {
    pub(crate) listed: usize,
    pub(crate) file: &'a ResultFile,
}

/// Bytes of the first line that are kept: a query has at most 10,000 characters.
const LINE_BYTES: usize = 16 << 10;

/// Bytes of a query that are shown.
const QUERY_BYTES: usize = 10_000;

/// Keeping a query takes so many times what inflating it does.
const KEEPING: u64 = 16;

/// Reads a result file; `None` if that is not possible, and a note says why.
pub(crate) fn read(content: &mut Opened<'_>) -> Option<ResultFile> {
    let mut csv = Csv::default();
    let stored = content.stored(&mut |piece| csv.take(piece))?;
    let (executed, query) = csv.statement();
    let kept = query.as_ref().map_or(0, |query| query.len() as u64);
    content.spend(kept.saturating_mul(KEEPING));
    Some(ResultFile {
        sha256: stored.sha256,
        is_text: !stored.is_packed && csv.is_text(),
        executed,
        query,
        rows: stored.is_whole.then(|| csv.rows()),
        inflated_bytes: csv.bytes,
    })
}

/// A CSV that comes piece by piece, of which the first line may be no CSV but a comment.
#[derive(Default)]
struct Csv {
    bytes: u64,
    /// The beginning of the first line.
    line: Vec<u8>,
    is_line_ended: bool,
    is_quoted: bool,
    /// Something stands behind the last line feed that ended a record.
    is_begun: bool,
    records: u64,
}

impl Csv {
    fn take(&mut self, piece: &[u8]) {
        self.bytes = self.bytes.saturating_add(piece.len() as u64);
        let rest = if self.is_line_ended { piece } else { self.take_line(piece) };
        let mut start = 0;
        for at in memchr2_iter(b'"', b'\n', rest) {
            if rest.get(at) == Some(&b'"') {
                self.is_quoted = !self.is_quoted;
            } else if !self.is_quoted {
                self.records = self.records.saturating_add(1);
                self.is_begun = false;
                start = at.saturating_add(1);
            }
        }
        self.is_begun |= start < rest.len();
    }

    /// Takes what belongs to the first line, and returns what is CSV.
    fn take_line<'p>(&mut self, piece: &'p [u8]) -> &'p [u8] {
        let end = memchr::memchr(b'\n', piece);
        let (line, rest) = piece.split_at_checked(end.unwrap_or(piece.len())).unwrap_or_default();
        let room = LINE_BYTES.saturating_sub(self.line.len());
        self.line.extend_from_slice(line.get(..room.min(line.len())).unwrap_or_default());
        self.is_line_ended = end.is_some();
        let rest = rest.get(1..).unwrap_or_default();
        if self.is_line_ended && !self.line.starts_with(b"#") {
            // The head itself, which has no quotes.
            self.records = 1;
        }
        rest
    }

    /// Time and text of the query, from the first line: `# Execution Time: … Query Statement: …`.
    fn statement(&self) -> (Option<Box<str>>, Option<Box<str>>) {
        const STATEMENT: &[u8] = b" Query Statement: ";
        let line = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        let Some(line) = line.strip_prefix(b"# Execution Time: ") else { return (None, None) };
        let Some(end) = memchr::memmem::find(line, STATEMENT) else { return (None, None) };
        let (executed, rest) = line.split_at_checked(end).unwrap_or_default();
        let shown = |text: &[u8], most_bytes: usize| {
            let text = printable(text);
            Some(String::from_utf8_lossy(&shortened(text.as_bytes(), most_bytes)).into())
        };
        (shown(executed, 80), shown(rest.get(STATEMENT.len()..).unwrap_or_default(), QUERY_BYTES))
    }

    /// How many rows stand behind the head.
    fn rows(&self) -> u64 {
        let only = u64::from(!self.is_line_ended && !self.line.is_empty() && !self.line.starts_with(b"#"));
        self.records.saturating_add(u64::from(self.is_begun)).saturating_add(only).saturating_sub(1)
    }

    /// True if it begins as a text may, and no packed file does.
    fn is_text(&self) -> bool {
        const LOOKED_AT: usize = 16;
        let is_odd = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\r');
        self.bytes > 0 && !self.line.iter().take(LOOKED_AT).any(is_odd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str, piece_bytes: usize) -> Csv {
        let mut csv = Csv::default();
        text.as_bytes().chunks(piece_bytes).for_each(|piece| csv.take(piece));
        csv
    }

    #[test]
    fn rows_are_counted_behind_comment_and_head_however_they_come() {
        const COMMENT: &str = "# Execution Time: 2022-08-08T21:51:51.723951Z Query Statement: SELECT \"a\" FROM b WHERE c = '\"'\n";
        for (text, rows) in
            [("", 0), ("a,b", 0), ("a,b\n", 0), ("a,b\n1,2", 1), ("a,b\n1,2\n", 1), ("a,b\n1,\"2\n3\"\n4,\"\"\"\n\"\"\"\n", 2)]
        {
            for text in [text.to_owned(), format!("{COMMENT}{text}"), format!("{COMMENT}{text}").replace('\n', "\r\n")] {
                for piece_bytes in [1, 2, 7, 1000] {
                    let csv = csv(&text, piece_bytes);
                    assert_eq!(csv.rows(), rows, "{text:?} by {piece_bytes}");
                    assert_eq!(csv.bytes, text.len() as u64);
                }
            }
        }
        assert_eq!(csv(COMMENT.trim_end(), 3).rows(), 0);
    }

    #[test]
    fn the_query_is_read_from_the_first_line() {
        let statement = |text: &str| csv(text, 5).statement();
        let read = statement("# Execution Time: 2022-08-08T21:51:51.723951Z Query Statement: SELECT\t1\r\neventID\n");
        assert_eq!(read, (Some("2022-08-08T21:51:51.723951Z".into()), Some("SELECT%091".into())));
        for none in ["", "eventID\n", "# Execution Time: now\n", "eventID\n# Execution Time: a Query Statement: b\n"] {
            assert_eq!(statement(none), (None, None), "{none:?}");
        }
        let long = format!("# Execution Time: t Query Statement: {}\na\n1\n", "é".repeat(20_000));
        let read = csv(&long, 5);
        assert_eq!(read.rows(), 1);
        assert!(read.statement().1.is_some_and(|query| query.len() <= QUERY_BYTES && query.len() > QUERY_BYTES - 100));
    }

    #[test]
    fn what_was_packed_is_told_from_text_by_its_beginning() {
        assert!(csv("# Execution Time: ", 1).is_text() && csv("eventID,ä\r\n", 1).is_text() && csv("\n", 1).is_text());
        assert!(!csv("", 1).is_text());
        for damaged in [b"\x1e\x8b\x08\x00".as_slice(), b"?\x8b\x08\x00", b"a\0"] {
            let mut csv = Csv::default();
            csv.take(damaged);
            assert!(!csv.is_text(), "{damaged:?}");
        }
    }
}
