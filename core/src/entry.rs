//! What a path claims: the grammar of CloudTrail's file names and the places where files lie.
//!
//! Nothing here looks at contents; a claim becomes a fact only when a signed digest file says the same.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Write as _;

use memchr::memmem;
use serde::{Deserialize, Serialize};

use crate::signature::sha256;
use crate::time::Time;

/// The path of an entry inside its archive: bytes, with `/` between folders, relative, without `.` and empty folders. The path of
/// an entry in a nested container is that of the container, `//`, and its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntryPath(Box<[u8]>);

/// Which character separates folders in the names of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// `/` only.
    Slash,
    /// `/` and `\`: old .NET programs write the latter into zip archives.
    SlashOrBackslash,
}

impl EntryPath {
    /// Normalises a name as a container gives it: a leading `./` and doubled separators go. Returns the path, and whether the
    /// name is safe: relative, without `..`, without a drive letter, without a NUL, at which other programs end it.
    pub fn normalise(name: &[u8], separator: Separator) -> (Self, bool) {
        let is_separator = |byte: &u8| *byte == b'/' || (*byte == b'\\' && separator == Separator::SlashOrBackslash);
        let mut path = Vec::with_capacity(name.len());
        let mut is_safe = !name.first().is_some_and(is_separator) && !name.contains(&0);
        for folder in name.split(is_separator).filter(|folder| !folder.is_empty() && *folder != b".") {
            let is_drive = path.is_empty() && matches!(folder, [letter, b':'] if letter.is_ascii_alphabetic());
            is_safe &= !is_drive && folder != b"..";
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(folder);
        }
        is_safe &= !path.is_empty();
        (Self(path.into()), is_safe)
    }

    /// The path of a text that is known to be normal, for tests and for hosts that build paths themselves.
    pub fn new(path: &str) -> Self {
        Self::normalise(path.as_bytes(), Separator::Slash).0
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path of an entry inside the container that lies at this path.
    #[must_use]
    pub fn nesting(&self, inner: &Self) -> Self {
        Self([&self.0, b"//".as_slice(), &inner.0].concat().into())
    }

    /// What stands before this place in it, for example a folder.
    pub(crate) fn up_to(&self, end: usize) -> Self {
        Self(self.0.get(..end).unwrap_or_default().into())
    }

    /// The path without the end of its file name.
    pub(crate) fn without_end(&self, end: &[u8]) -> Self {
        Self(self.0.strip_suffix(end).unwrap_or(&self.0).into())
    }

    /// Where a symbolic link at this path leads; `None` if out of its container.
    pub(crate) fn resolve(&self, target: &[u8]) -> Option<Self> {
        if target.starts_with(b"/") {
            return None;
        }
        let mut folders: Vec<&[u8]> = self.folders().collect();
        for part in target.split(|byte| *byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => {
                    folders.pop()?;
                }
                part => folders.push(part),
            }
        }
        let container = self.0.strip_suffix(self.inner()).unwrap_or_default();
        Some(Self([container, &folders.join(&b'/')].concat().into()))
    }

    /// The path, whose part inside the innermost container keeps at most so many bytes.
    pub(crate) fn shortened(&self, most_bytes: usize) -> Self {
        let inner = self.inner();
        let container = self.0.strip_suffix(inner).unwrap_or_default();
        Self([container, &shortened(inner, most_bytes)].concat().into())
    }

    /// The path inside the innermost container.
    pub fn inner(&self) -> &[u8] {
        let boundary = memmem::rfind(&self.0, b"//");
        boundary.and_then(|boundary| self.0.get(boundary.saturating_add(2)..)).unwrap_or(&self.0)
    }

    /// The last part.
    pub fn file_name(&self) -> &[u8] {
        self.split().name
    }

    /// The folders inside the innermost container, from the top.
    pub fn folders(&self) -> impl DoubleEndedIterator<Item = &[u8]> + Clone {
        self.split().folders()
    }

    /// Its two pieces.
    pub(crate) fn split(&self) -> SplitPath<'_> {
        let end = memchr::memrchr(b'/', &self.0).map_or(0, |slash| slash.saturating_add(1));
        let (folder, name) = self.0.split_at_checked(end).unwrap_or_default();
        SplitPath { folder, name }
    }

    /// Its printable form, as [`printable`].
    pub fn text(&self) -> String {
        printable(&self.0)
    }
}

/// An entry's path in two pieces, as long lists keep it. Its order is that of paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SplitPath<'a> {
    /// What stands before its name, with the slash at its end.
    pub(crate) folder: &'a [u8],
    /// The last part.
    pub(crate) name: &'a [u8],
}

impl<'a> SplitPath<'a> {
    /// The folders inside the innermost container, from the top.
    pub(crate) fn folders(self) -> impl DoubleEndedIterator<Item = &'a [u8]> + Clone {
        let boundary = memmem::rfind(self.folder, b"//");
        let inner = boundary.and_then(|boundary| self.folder.get(boundary.saturating_add(2)..)).unwrap_or(self.folder);
        let mut parts = inner.split(|byte| *byte == b'/');
        // What stands behind the last slash is no folder.
        parts.next_back();
        parts
    }

    /// In one piece again.
    pub(crate) fn join(self) -> EntryPath {
        EntryPath([self.folder, self.name].concat().into())
    }

    /// Its printable form.
    pub(crate) fn text(self) -> String {
        self.join().text()
    }
}

impl Ord for SplitPath<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.folder == other.folder {
            return self.name.cmp(other.name);
        }
        let bytes = |path: &Self| path.folder.iter().chain(path.name).copied();
        let shared = self.folder.len().min(other.folder.len());
        let start = |path: &Self| path.folder.get(..shared);
        start(self).cmp(&start(other)).then_with(|| bytes(self).cmp(bytes(other)))
    }
}

impl PartialOrd for SplitPath<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

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
pub(crate) fn visible(text: &str) -> String {
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
fn is_unseen(character: char) -> bool {
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

/// Why an entry is no evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoredKind {
    /// Saved output of AWS commands; counted, not judged.
    CapturedConfiguration,
    /// A CloudTrail Lake query result; counted, not judged.
    LakeResult,
    /// What macOS and Windows leave behind.
    SystemFile,
    /// Anything else.
    Other,
}

impl IgnoredKind {
    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CapturedConfiguration => "captured configuration, not judged",
            Self::LakeResult => "CloudTrail Lake query results, not judged",
            Self::SystemFile => "system files",
            Self::Other => "other files",
        }
    }
}

/// The shapes in which an object's metadata is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataShape {
    /// `NAME.head.json` beside NAME: output of `aws s3api head-object` or `get-object`.
    Sidecar,
    /// `object-metadata*.json`: output of `rclone lsjson -R -M --files-only`.
    Array,
    /// `object-metadata*.jsonl`: one JSON object a line.
    Lines,
    /// `object-metadata*.csv`: columns `key` and `signature`.
    Table,
}

/// What a path claims to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A digest file.
    Digest(DigestName<'a>),
    /// A log file.
    Log(LogName<'a>),
    /// A list of public keys, with the region that its file name states.
    Keys(Option<&'a str>),
    /// Object metadata.
    Metadata(MetadataShape),
    /// Named like a CloudTrail file, but not by its grammar.
    Unrecognised,
    /// An archive inside the archive, by its name.
    Container,
    /// JSON of unknown purpose: it is hashed, because it may be a log file under another name.
    Stray,
    /// No evidence; not read.
    Ignored(IgnoredKind),
}

/// Says what a path claims to be, by its file name, wherever it stands.
pub fn classify(path: &EntryPath) -> Kind<'_> {
    const RESOURCE_FORKS: &[u8] = b"__MACOSX";
    let split = path.split();
    let SplitPath { folder, name } = split;
    // Nearly no path has it anywhere.
    if (memmem::find(folder, RESOURCE_FORKS).is_some() && split.folders().any(|folder| folder == RESOURCE_FORKS))
        || name.starts_with(b"._")
        || matches!(name, b".DS_Store" | b"Thumbs.db" | b"desktop.ini")
    {
        return Kind::Ignored(IgnoredKind::SystemFile);
    }
    if name.ends_with(b".head.json") {
        return Kind::Metadata(MetadataShape::Sidecar);
    }
    if name.starts_with(b"object-metadata") {
        match extension(name) {
            b"json" => return Kind::Metadata(MetadataShape::Array),
            b"jsonl" => return Kind::Metadata(MetadataShape::Lines),
            b"csv" => return Kind::Metadata(MetadataShape::Table),
            _ => {}
        }
    }
    if name == b"result_sign.json" || (name.starts_with(b"result_") && name.ends_with(b".csv.gz")) {
        return Kind::Ignored(IgnoredKind::LakeResult);
    }
    if let Ok(text) = std::str::from_utf8(name) {
        if let Some(digest) = digest_name(text) {
            return Kind::Digest(digest);
        }
        if let Some(log) = log_name(text) {
            return Kind::Log(log);
        }
    }
    let parent = split.folders().next_back().unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    let is_json = lower.ends_with(b".json") || lower.ends_with(b".json.gz");
    if is_json && lower.windows(b"_cloudtrail".len()).any(|part| part == b"_cloudtrail") {
        return Kind::Unrecognised;
    }
    if parent == b"captures" && extension(name) == b"json" {
        return Kind::Ignored(IgnoredKind::CapturedConfiguration);
    }
    let is_key_list = name == b"public-keys.json" || parent == b"public-keys" || name.starts_with(b"public-keys-");
    if is_key_list && extension(name) == b"json" {
        return Kind::Keys(stated_region(name));
    }
    if [b".zip".as_slice(), b".tar", b".tar.gz", b".tgz", b".tar.zst"].iter().any(|end| lower.ends_with(end)) {
        return Kind::Container;
    }
    match is_json {
        true => Kind::Stray,
        false if continued(name).is_some() => Kind::Unrecognised,
        false => Kind::Ignored(IgnoredKind::Other),
    }
}

/// A file name that begins with a whole CloudTrail name and goes on: the file was packed once more, its download did not end, or a
/// program gave a copy a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Continued<'a> {
    /// The name with which it begins, without `.json` and `.gz`.
    pub(crate) stem: &'a str,
    /// What that name claims: a digest or a log file.
    pub(crate) claims: Kind<'a>,
    /// What happened to the file, and how to undo it.
    pub(crate) undo: &'static str,
    /// True if only its name keeps the file from being read: its content is the one that it would have under its own name.
    pub(crate) is_copy: bool,
}

/// The CloudTrail name with which a file name begins, unless it is one. Files with checksums and signatures, which lie beside the file
/// whose name they bear, claim nothing.
pub(crate) fn continued(name: &[u8]) -> Option<Continued<'_>> {
    const BESIDE: [&str; 13] =
        ["sha256", "sha256sum", "sha512", "sha512sum", "sha384", "sha1", "sha1sum", "md5", "md5sum", "asc", "sig", "ots", "tsr"];
    let text = std::str::from_utf8(name).ok()?;
    let claimed = |stem| {
        let digest = digest_of_stem(stem).map(Kind::Digest);
        digest.or_else(|| log_of_stem(stem).map(Kind::Log))
    };
    for (at, json) in text.match_indices(".json") {
        let (stem, rest) = text.split_at_checked(at)?;
        let Some(claims) = claimed(stem) else { continue };
        let rest = rest.strip_prefix(json)?;
        let rest = rest.strip_prefix(".gz").unwrap_or(rest).to_ascii_lowercase();
        let last = rest.rsplit_once('.').map_or(rest.as_str(), |(_, last)| last);
        // What goes on after a sidecar's name is no digest file either.
        let is_beside = BESIDE.contains(&last) || rest.starts_with(".head.json");
        let undo = undo(&rest, last);
        let is_copy = matches!(undo, COPY | OTHER);
        return (!rest.is_empty() && !is_beside).then_some(Continued { stem, claims, undo, is_copy });
    }
    // `NAME (1).json.gz`, `NAME - Copy.json.gz`
    let stem = json_stem(text)?;
    let (stem, _) = stem.split_at_checked(stem.find([' ', '('])?)?;
    Some(Continued { stem, claims: claimed(stem)?, undo: COPY, is_copy: true })
}

const COPY: &str = "a copy under a name of its own: give it its own name back";

/// What a program did to a file whose name goes on like this, in lower case; `last` stands behind the last dot.
fn undo(rest: &str, last: &str) -> &'static str {
    // The AWS CLI downloads into files with eight hexadecimal digits at the end.
    let is_of_aws = rest.strip_prefix('.').is_some_and(|end| end.len() == 8 && end.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match last {
        _ if rest.starts_with([' ', '(']) => COPY,
        "zst" | "zstd" => "packed again with Zstandard: unpack it with `zstd -d`",
        "gz" | "gzip" => "packed again with gzip: unpack it with `gunzip`",
        "bz2" => "packed again with bzip2: unpack it with `bunzip2`",
        "xz" | "lzma" => "packed again with xz: unpack it with `xz -d`",
        "lz4" => "packed again with LZ4: unpack it with `lz4 -d`",
        "br" => "packed again with Brotli: unpack it with `brotli -d`",
        "7z" => "packed again with 7-Zip: unpack it with `7z x`",
        "rar" => "packed again with RAR: unpack it with `unrar x`",
        "gpg" | "pgp" | "age" | "enc" | "aes" | "p7m" => "encrypted: ask for it in the clear, or decrypt it",
        "part" | "partial" | "crdownload" | "download" | "filepart" | "opdownload" | "aria2" | "!ut" | "tmp" | "temp" => UNENDED,
        _ if is_of_aws => UNENDED,
        "bak" | "old" | "orig" | "copy" => COPY,
        _ if rest.ends_with('~') || !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()) => COPY,
        _ => OTHER,
    }
}

const OTHER: &str = "its name goes on after that of a CloudTrail file: give it that name back, or fetch the object again";
const UNENDED: &str = "a download that did not end: fetch the object again";

fn extension(name: &[u8]) -> &[u8] {
    match name.iter().rposition(|byte| *byte == b'.') {
        Some(dot) => name.get(dot.saturating_add(1)..).unwrap_or_default(),
        None => b"",
    }
}

/// The region that a key file's name states: `REGION.json` or `public-keys-REGION.json`.
pub(crate) fn stated_region(file_name: &[u8]) -> Option<&str> {
    let stem = std::str::from_utf8(file_name).ok()?.strip_suffix(".json")?;
    let region = stem.strip_prefix("public-keys-").unwrap_or(stem);
    Some(region).filter(|region| is_region(region))
}

/// A digest file name, parsed from both ends, because a trail's name may hold `_`.
pub fn digest_name(name: &str) -> Option<DigestName<'_>> {
    digest_of_stem(json_stem(name)?)
}

fn digest_of_stem(stem: &str) -> Option<DigestName<'_>> {
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

fn log_of_stem(stem: &str) -> Option<LogName<'_>> {
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

/// A file name without a final `.gz`: `gunzip -r` takes that off, and it is the same object.
pub(crate) fn without_gz(name: &[u8]) -> &[u8] {
    name.strip_suffix(b".gz").unwrap_or(name)
}

/// The folders of an object key as one text, with the slash at its end.
pub(crate) fn folder_of(key: &str) -> &str {
    memchr::memrchr(b'/', key.as_bytes()).and_then(|slash| key.get(..=slash)).unwrap_or_default()
}

/// The folders of an object key. Empty ones go, as they do in the path of an entry: S3 keeps the doubled slash of a key prefix that
/// ends in one, and file systems do not.
pub(crate) fn key_folders(folder: &str) -> impl DoubleEndedIterator<Item = &[u8]> + Clone {
    folder.as_bytes().split(|byte| *byte == b'/').filter(|folder| !folder.is_empty() && *folder != b".")
}

/// True if the folders of an entry and of an object key agree from the right, as far as both go: exports cut folders off at
/// the top, or put a bucket's name there.
pub(crate) fn folders_agree<'e, 'k>(
    entry: impl DoubleEndedIterator<Item = &'e [u8]>,
    key: impl DoubleEndedIterator<Item = &'k [u8]>,
) -> bool {
    entry.rev().zip(key.rev()).all(|(entry, key)| entry == key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_are_normalised_and_unsafe_ones_named() {
        let normalise = |name: &str| {
            let (path, is_safe) = EntryPath::normalise(name.as_bytes(), Separator::SlashOrBackslash);
            (path.text(), is_safe)
        };
        assert_eq!(normalise("./a//b/./c.json"), ("a/b/c.json".into(), true));
        assert_eq!(normalise("a\\b\\c.json"), ("a/b/c.json".into(), true));
        for wrong in ["/etc/passwd", "a/b.json.gz\0.txt", "a/../../b", "\\\\server\\share", "C:\\x", "..", "", "./"] {
            assert!(!normalise(wrong).1, "{wrong}");
        }
        assert_eq!(EntryPath::normalise(b"a\\b", Separator::Slash).0.text(), "a\\b");
    }

    #[test]
    fn nested_paths_keep_their_containers_apart_from_folders() {
        let path = EntryPath::new("2026/march.zip").nesting(&EntryPath::new("a/b.json"));
        assert_eq!(path.text(), "2026/march.zip//a/b.json");
        assert!(path.folders().eq([b"a"]));
        assert_eq!(path.file_name(), b"b.json");
    }

    #[test]
    fn split_paths_are_in_the_order_of_whole_ones() {
        let texts = ["", "a", "b", "a/b", "a/b/c", "a/z", "a-/b", "a//b", "a//b/c", "a/b.zip//", "a/b.zip//c", "aa/", "b/"];
        let paths: Vec<EntryPath> = texts.iter().map(|text| EntryPath(text.as_bytes().into())).collect();
        for one in &paths {
            assert_eq!(one.split().join(), *one);
            assert_eq!(one.split().text(), one.text());
            for other in &paths {
                assert_eq!(one.split().cmp(&other.split()), one.cmp(other), "{one:?} and {other:?}");
                assert_eq!(one.split().partial_cmp(&other.split()), Some(one.cmp(other)));
                assert_eq!(one.split() == other.split(), one == other);
            }
        }
    }

    #[test]
    fn links_are_resolved_from_where_they_stand() {
        let link = EntryPath::new("a.zip").nesting(&EntryPath::new("b/c/link"));
        let text = |target: &str| link.resolve(target.as_bytes()).map(|path| path.text());
        assert_eq!(text("../d//./e").as_deref(), Some("a.zip//b/d/e"));
        assert_eq!(text("../..").as_deref(), Some("a.zip//"));
        assert_eq!(text("../../.."), None);
        assert_eq!(text("/etc/passwd"), None);
    }

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

    #[test]
    fn long_names_keep_their_ends_and_stay_apart() {
        let text = |name: &str, most| String::from_utf8(shortened(name.as_bytes(), most).into_owned()).unwrap();
        assert_eq!(text(&"x".repeat(64), 64), "x".repeat(64));
        let [one, other] = ["1", "2"].map(|middle| format!("a/{}{middle}{}/b.json", "ä".repeat(40), "ö".repeat(40)));
        let short = text(&one, 64);
        assert!(short.len() <= 64 && short.starts_with("a/ä") && short.ends_with("ö/b.json"), "{short}");
        assert_ne!(short, text(&other, 64));
        assert_eq!(text(&one, 0).chars().count(), 18);
        let nested = EntryPath::new("2026/march.zip").nesting(&EntryPath::new(&"x/".repeat(900)));
        let path = nested.shortened(64);
        assert!(path.text().starts_with("2026/march.zip//x/x/") && path.inner().len() <= 64, "{}", path.text());
    }

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
    fn empty_folders_of_a_key_do_not_count() {
        let folders = |key: &'static str| key_folders(folder_of(key)).collect::<Vec<_>>();
        assert_eq!(folders("logs//./AWSLogs/a.json"), [b"logs".as_slice(), b"AWSLogs"]);
        assert!(folders("a.json").is_empty());
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
    fn every_path_has_one_kind() {
        let kind = |path: &str| classify(Box::leak(EntryPath::new(path).into()));
        let digest = "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T000131Z.json.gz";
        assert!(matches!(kind(digest), Kind::Digest(_)));
        assert_eq!(kind(&format!("a/{digest}.head.json")), Kind::Metadata(MetadataShape::Sidecar));
        assert_eq!(kind(&format!("__MACOSX/a/._{digest}")), Kind::Ignored(IgnoredKind::SystemFile));
        assert_eq!(kind(&digest.to_ascii_uppercase()), Kind::Unrecognised);
        assert_eq!(kind("1_cloudtrail.JSON"), Kind::Unrecognised);
        for (middle, expected) in [
            ("CloudTrail", LogKind::Events),
            ("CloudTrail-Insight", LogKind::Insight),
            ("CloudTrail-NetworkActivity", LogKind::NetworkActivity),
            ("CloudTrail-Aggregated", LogKind::Aggregated),
        ] {
            let Kind::Log(log) = kind(&format!("x/111122223333_{middle}_us-east-1_20260301T0005Z_AbCdEf0123456789.json")) else {
                panic!("{middle}")
            };
            assert_eq!(log.kind, expected);
        }
        assert_eq!(kind("111122223333_CloudTrail-Other_us-east-1_20260301T0005Z_A.json.gz"), Kind::Unrecognised);
        assert_eq!(kind("x/public-keys.json"), Kind::Keys(None));
        assert_eq!(kind("public-keys/eu-west-1.json"), Kind::Keys(Some("eu-west-1")));
        assert_eq!(kind("public-keys-eu-west-1.json"), Kind::Keys(Some("eu-west-1")));
        assert_eq!(kind("object-metadata-2026.json"), Kind::Metadata(MetadataShape::Array));
        assert_eq!(kind("object-metadata.jsonl"), Kind::Metadata(MetadataShape::Lines));
        assert_eq!(kind("object-metadata.csv"), Kind::Metadata(MetadataShape::Table));
        assert_eq!(kind("captures/describe-trails.json"), Kind::Ignored(IgnoredKind::CapturedConfiguration));
        assert_eq!(kind("q/result_sign.json"), Kind::Ignored(IgnoredKind::LakeResult));
        assert_eq!(kind("q/result_1.csv.gz"), Kind::Ignored(IgnoredKind::LakeResult));
        for system in ["__MACOSX/a.json", "a/._b.json", "a/.DS_Store", "Thumbs.db"] {
            assert_eq!(kind(system), Kind::Ignored(IgnoredKind::SystemFile), "{system}");
        }
        // Half of what makes a name one that is not read, or not as a log file, makes it none.
        for stray in ["renamed.json.gz", "renamed.json", "q/result_1.json", "MACOSX/a.json", "notes/public-keys.json.gz"] {
            assert_eq!(kind(stray), Kind::Stray, "{stray}");
        }
        assert_eq!(kind("2026/March.ZIP"), Kind::Container);
        assert_eq!(kind("x.tar.zst"), Kind::Container);
        for other in ["README.txt", "captures/a.txt", "public-keys/a.txt", "public-keys-a.txt", "other.csv.gz", "a_cloudtrail.txt"]
        {
            assert_eq!(kind(other), Kind::Ignored(IgnoredKind::Other), "{other}");
        }
    }

    #[test]
    fn a_name_that_goes_on_is_told_and_how_to_undo_it() {
        let log = "111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789";
        let digest = "111122223333_CloudTrail-Digest_us-east-1_t.json_us-east-1_20260301T000131Z";
        let undo = |name: &str| {
            let path = EntryPath::new(name);
            let found = continued(name.as_bytes());
            assert_eq!(found.is_some(), classify(&path) == Kind::Unrecognised, "{name}");
            found.map(|found| {
                assert!(found.stem == log || found.stem == digest);
                assert_eq!(found.stem == digest, matches!(found.claims, Kind::Digest(_)));
                found.undo
            })
        };
        for stem in [log, digest] {
            for (end, words) in [
                (".json.gz.zst", "`zstd -d`"),
                (".json.zst", "`zstd -d`"),
                (".json.gz.gz", "`gunzip`"),
                (".json.gz.part", "did not end"),
                (".json.gz.crdownload", "did not end"),
                (".json.gz.6eF4D2b1", "did not end"),
                (".json.gz.1", "give it its own name back"),
                (".json.gz~", "give it its own name back"),
                (".json (1).gz", "give it its own name back"),
                (" (1).json.gz", "give it its own name back"),
                (" - Copy.json", "give it its own name back"),
                (".json.gz.txt", "goes on"),
            ] {
                let name = format!("{stem}{end}");
                assert!(undo(&name).is_some_and(|undo| undo.contains(words)), "{name}");
            }
            for end in [".json.gz.sha256", ".json.gz.MD5", ".json.gz.head.json.bak"] {
                assert_eq!(undo(&format!("{stem}{end}")), None, "{end}");
            }
            assert_eq!(continued(format!("{stem}.json.gz").as_bytes()), None);
        }
    }

    #[test]
    fn what_is_no_evidence_is_counted_by_its_kind() {
        let mut archive = trailseal_forge::archive::Archive::default();
        for path in ["captures/a.json", "result_sign.json", ".DS_Store", "README.txt", "LICENCE.txt"] {
            archive.put(path, "{}");
        }
        let report = crate::forged::report(&archive, &crate::Request::default());
        let ignored = report.findings.iter().filter(|finding| finding.code == crate::Code::ArchiveIgnored);
        let mut ignored: Vec<(&str, u64)> = ignored.map(|finding| (finding.first.as_str(), finding.count)).collect();
        ignored.sort();
        let expected = [
            ("CloudTrail Lake query results, not judged", 1),
            ("captured configuration, not judged", 1),
            ("other files", 2),
            ("system files", 1),
        ];
        assert_eq!(ignored, expected);
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

        #[test]
        fn any_bytes_are_classified(name in prop::collection::vec(any::<u8>(), 0..80)) {
            let (path, _) = EntryPath::normalise(&name, Separator::SlashOrBackslash);
            classify(&path);
            prop_assert!(!path.text().chars().any(char::is_control));
        }

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
