//! A record as one HTML page to print, sign and file, in the look of the reports. The record lies in it as data, which no browser runs.

use std::borrow::Cow;
use std::collections::BTreeSet;

use askama::Template;
use base64::Engine as _;
use indicatif::HumanCount;
use sha2::{Digest as _, Sha256};
use trailseal::{Asked, HTML_STYLE, Limits, Period};

use crate::args::named_limits;
use crate::record::form::{Evidence, Listing, Record};
use crate::record::make::enclosed_words;

const STYLE: &str = include_str!("../../templates/record.css");
/// Between these lies the record.
const BEGIN: &str = "<script type=\"application/json\" id=\"record\">";
const END: &str = "</script>";

/// Of a folder with more entries a page holds the hash of the list only.
const MOST_LISTED: u64 = 10_000;
/// A folder with at most so many files is printed file by file.
const MOST_PRINTED: usize = 20;
/// Rows of a table that are printed. A record with more is read by programs.
const MOST_ROWS: usize = 200;

#[derive(Template)]
#[template(path = "record.html")]
struct Page<'a> {
    record: &'a Record,
    style: String,
    style_sha256: String,
    received: Vec<Received<'a>>,
    received_more: usize,
    keys: Vec<Keys<'a>>,
    keys_more: usize,
    questions: Vec<[String; 5]>,
    questions_more: usize,
    limits: String,
    command: Vec<String>,
    data: String,
}

/// A row of what was received.
struct Received<'a> {
    name: &'a str,
    size: String,
    sha256: &'a str,
    /// Of a folder: what its hash is of, and what was not hashed.
    folder: Option<String>,
    files: Vec<(&'a str, String, &'a str)>,
}

/// A row of key lists.
struct Keys<'a> {
    name: &'a str,
    size: String,
    sha256: &'a str,
    enclosed: &'static str,
    keys: Vec<String>,
    more: usize,
}

/// The page of a record: the same for the same record.
pub(crate) fn html(record: &Record) -> String {
    let record = &*abridged(record);
    let style = format!("{HTML_STYLE}{STYLE}");
    let shown = |count: usize| count.min(MOST_ROWS);
    Page {
        record,
        style_sha256: base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style.as_bytes())),
        style,
        received: record.evidence.iter().take(MOST_ROWS).map(received).collect(),
        received_more: record.evidence.len() - shown(record.evidence.len()),
        keys: record.keys.iter().take(MOST_ROWS).map(keys).collect(),
        keys_more: record.keys.len() - shown(record.keys.len()),
        questions: questions(&record.asked),
        questions_more: record.asked.questions.len() - shown(record.asked.questions.len()),
        limits: changed(&record.limits).unwrap_or_else(|| "the default ones".to_owned()),
        command: record.program.command.iter().map(|word| quoted(word)).collect(),
        data: inert(&serde_json::to_string(record).unwrap_or_default()),
    }
    .render()
    // Writing into a String cannot fail; an empty file would be noticed at once.
    .unwrap_or_default()
}

/// The data in a page.
pub(crate) fn data(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once(BEGIN)?;
    rest.split_once(END).map(|(data, _)| data)
}

/// JSON in which nothing can end the element that it lies in, or begin another one.
fn inert(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// Without the lists of large folders.
fn abridged(record: &Record) -> Cow<'_, Record> {
    let is_long = |listing: &Listing| (listing.files.len() + listing.not_hashed.len()) as u64 > MOST_LISTED;
    let is_any_long = record
        .evidence
        .iter()
        .any(|evidence| matches!(evidence, Evidence::Folder { listing: Some(listing), .. } if is_long(listing)));
    if !is_any_long {
        return Cow::Borrowed(record);
    }
    let mut record = record.clone();
    for evidence in &mut record.evidence {
        if let Evidence::Folder { listing, .. } = evidence
            && listing.as_ref().is_some_and(is_long)
        {
            *listing = None;
        }
    }
    Cow::Owned(record)
}

pub(crate) fn bytes(count: u64) -> String {
    format!("{} {}", HumanCount(count), if count == 1 { "byte" } else { "bytes" })
}

fn received(evidence: &Evidence) -> Received<'_> {
    match evidence {
        Evidence::File { name, size_bytes, sha256, .. } => {
            Received { name, size: bytes(*size_bytes), sha256, folder: None, files: Vec::new() }
        }
        Evidence::Folder { name, file_count, size_bytes, list_sha256, not_hashed_count, listing, .. } => {
            let count = HumanCount(*file_count);
            let files = if *file_count == 1 { "file" } else { "files" };
            let links = match not_hashed_count {
                0 => String::new(),
                1 => " Not hashed: 1 link, device or unreadable file.".to_owned(),
                count => format!(" Not hashed: {} links, devices or unreadable files.", HumanCount(*count)),
            };
            let listed = match listing {
                Some(_) => "The data of this page lists each.",
                None => "They are too many to be listed in this page; a record in JSON lists each.",
            };
            let printed = listing.iter().map(|listing| &listing.files).filter(|files| files.len() <= MOST_PRINTED).flatten();
            Received {
                name,
                size: format!("folder, {count} {files}, {}", bytes(*size_bytes)),
                sha256: list_sha256,
                folder: Some(format!(
                    "SHA-256 of the list of its files, one line of sha256sum each, sorted by name.{links} {listed}"
                )),
                files: printed.map(|file| (file.name.as_str(), bytes(file.size_bytes), file.sha256.as_str())).collect(),
            }
        }
    }
}

fn keys(file: &crate::record::form::KeyFile) -> Keys<'_> {
    let valid = |period: &Option<Period>| {
        period.as_ref().map_or_else(|| "no validity stated".to_owned(), |period| format!("{} to {}", period.from, period.to))
    };
    let words = |key: &trailseal::KeyFacts| {
        let fingerprint = key.fingerprint.as_deref().unwrap_or("none");
        let region = key.region.as_deref().unwrap_or("no region stated");
        let problem = key.problem.as_ref().map_or_else(String::new, |problem| format!("; not used: {problem}"));
        format!("{fingerprint}, {}, {region}{problem}", valid(&key.validity))
    };
    Keys {
        name: &file.name,
        size: bytes(file.size_bytes),
        sha256: &file.sha256,
        enclosed: enclosed_words(file.enclosed),
        keys: file.keys.iter().take(MOST_ROWS).map(words).collect(),
        more: file.keys.len().saturating_sub(MOST_ROWS),
    }
}

/// Period, its length, accounts, regions and trails of each question.
fn questions(asked: &Asked) -> Vec<[String; 5]> {
    let list = |names: &BTreeSet<String>| match names.len() {
        0 => "none named".to_owned(),
        _ => names.iter().cloned().collect::<Vec<_>>().join(", "),
    };
    let row = |question: &trailseal::Question| {
        let (period, length) = match &question.period {
            Some(period) => (format!("{} to {}", period.from, period.to), format!("UTC; {}", length(period))),
            None => ("none".to_owned(), "coverage was not asked".to_owned()),
        };
        [period, length, list(&question.accounts), list(&question.regions), list(&question.trails)]
    };
    asked.questions.iter().take(MOST_ROWS).map(row).collect()
}

fn length(period: &Period) -> String {
    let (days, seconds) = (period.seconds() / 86_400, period.seconds() % 86_400);
    let days = format!("{} {}", HumanCount(days), if days == 1 { "day" } else { "days" });
    let (hours, minutes, seconds) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
    let rest = if hours + minutes + seconds == 0 { String::new() } else { format!(" {hours} h {minutes} min {seconds} s") };
    format!("{days}{rest}")
}

/// The limits that somebody changed, as the command line names them; `None` if nobody did.
pub(crate) fn changed(limits: &Limits) -> Option<String> {
    let pairs = named_limits(limits).into_iter().zip(named_limits(&Limits::default()));
    let changed = pairs.filter(|(one, other)| one != other);
    let changed: Vec<String> = changed.map(|((name, value), _)| format!("{name}={value}")).collect();
    (!changed.is_empty()).then(|| changed.join(", "))
}

/// A word of a command line, so that a shell takes it for one word.
fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "_-./:=,@%+".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
