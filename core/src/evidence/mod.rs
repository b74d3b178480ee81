//! The kinds of evidence: what a path claims to be, and what a file of each kind says.

pub(crate) mod content;
pub(crate) mod keys;
pub(crate) mod kind;
pub(crate) mod lake;
pub(crate) mod trail;
pub(crate) mod visitor;

use std::io::{self, BufRead, Read};

use memchr::memmem;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::bytes::parcel::{pack, unpack};
use crate::container::Treatment;
use crate::container::visit::{WHOLE_ARCHIVE, WHOLE_FOLDER, is_too_long};
use crate::evidence::content::{Note, Opened, Tools, limit_note};
use crate::evidence::keys::Keys;
use crate::evidence::kind::Evidence;
use crate::evidence::lake::Lake;
use crate::evidence::trail::Trail;
use crate::terms::error::Error;
use crate::terms::finding::Code;
use crate::terms::limits::Limits;
use crate::terms::path::{EntryPath, SplitPath};
use crate::terms::reason::Reason;
use crate::terms::scope::Scope;

/// Why an entry is no evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IgnoredKind {
    /// Saved output of AWS commands; counted, not judged.
    CapturedConfiguration,
    /// What macOS and Windows leave behind.
    SystemFile,
    /// Anything else.
    Other,
}

impl IgnoredKind {
    /// Its name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::CapturedConfiguration => "captures",
            Self::SystemFile => "system",
            Self::Other => "other",
        }
    }

    /// What entries of this kind are, in words; `name` is the name of the kind, or `json` for JSON files that nothing claims.
    pub(crate) fn in_words(name: &str) -> &'static str {
        match name {
            "captures" => "captured configuration, not judged",
            "system" => "system files",
            "json" => "other JSON files",
            _ => "other files",
        }
    }
}

/// Makes what all kinds have in common of their list.
macro_rules! kinds {
    ($($variant:ident: $kind:ty,)*) => {
        /// What a path claims to be.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub(crate) enum Kind<'n> {
            $($variant(<$kind as Evidence>::Claim<'n>),)*
            /// An archive inside the archive, by its name.
            Container,
            /// No evidence; not read.
            Ignored(IgnoredKind),
        }

        /// What was found in an entry.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub(crate) enum Facts {
            $($variant(<$kind as Evidence>::Facts),)*
            Ignored(IgnoredKind),
            /// The entry at this path under another name, wherever that is.
            Link(EntryPath),
            /// Nothing was read; a note says why.
            Refused,
            /// A folder with the name of a file that would be read.
            Folder,
            /// No entry of its own: a note says what its archive holds at this path.
            Told,
        }

        /// What the first kind that knows it takes a path for.
        fn claim(path: SplitPath<'_>) -> Option<Kind<'_>> {
            let claim = None;
            $(let claim = claim.or_else(|| <$kind>::claim(path).map(Kind::$variant));)*
            claim
        }

        impl Kind<'_> {
            /// How containers treat an entry of such a path.
            fn treatment(self) -> Treatment {
                match self {
                    $(Self::$variant(claim) => <$kind>::treatment(claim),)*
                    Self::Container => Treatment::Open,
                    Self::Ignored(IgnoredKind::Other) => Treatment::Skim,
                    Self::Ignored(_) => Treatment::Skip,
                }
            }

            /// True unless the name of an entry says that it was not asked.
            pub(crate) fn is_asked(self, path: &EntryPath, scope: &Scope) -> bool {
                match self {
                    $(Self::$variant(claim) => <$kind>::is_asked(claim, path, scope),)*
                    Self::Container | Self::Ignored(_) => true,
                }
            }

            fn read(self, path: &EntryPath, content: &mut Opened<'_>) -> Facts {
                match self {
                    $(Self::$variant(claim) => <$kind>::read(claim, path, content).map_or(Facts::Refused, Facts::$variant),)*
                    // Who reads archives opens containers; one that comes here was to be examined like any other file.
                    Self::Container => {
                        content.tell(Code::ArchiveLimit, vec![Reason::TooDeep]);
                        Facts::Refused
                    }
                    Self::Ignored(kind) => Facts::Ignored(kind),
                }
            }

            fn unread(self) -> Facts {
                match self {
                    $(Self::$variant(claim) => <$kind>::unread(claim).map_or(Facts::Refused, Facts::$variant),)*
                    Self::Container | Self::Ignored(_) => Facts::Refused,
                }
            }
        }

        impl Facts {
            /// The same under another name; `None` if that name claims something else.
            fn under(&self, path: &EntryPath) -> Option<Self> {
                match (self, classify(path)) {
                    $((Self::$variant(facts), Kind::$variant(claim)) => <$kind>::under(facts, claim, path).map(Self::$variant),)*
                    (Self::Refused | Self::Told, _) => Some(self.clone()),
                    _ => None,
                }
            }

            fn inflated_bytes(&self) -> u64 {
                match self {
                    $(Self::$variant(facts) => <$kind>::inflated_bytes(facts),)*
                    _ => 0,
                }
            }
        }
    };
}

// All kinds of evidence, in the order in which names are asked.
kinds! {
    Trail: Trail,
    Lake: Lake,
    Keys: Keys,
}

/// Says what a path claims to be, by its file name, wherever it stands.
pub(crate) fn classify(path: &EntryPath) -> Kind<'_> {
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
    if let Some(kind) = claim(split) {
        return kind;
    }
    if split.folders().next_back() == Some(b"captures") && name.ends_with(b".json") {
        return Kind::Ignored(IgnoredKind::CapturedConfiguration);
    }
    let lower = name.to_ascii_lowercase();
    if [b".zip".as_slice(), b".tar", b".tar.gz", b".tgz", b".tar.zst"].iter().any(|end| lower.ends_with(end)) {
        return Kind::Container;
    }
    trail::left_over(split).map_or(Kind::Ignored(IgnoredKind::Other), Kind::Trail)
}

/// What one entry proves alone: small, serialisable, and indifferent to order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Exhibit {
    pub(crate) path: EntryPath,
    pub(crate) facts: Facts,
    pub(crate) notes: Vec<Note>,
}

impl Exhibit {
    /// The exhibit of an entry that could not be opened, with the reason's code.
    pub fn refused(path: EntryPath, code: Code, reason: Reason) -> Self {
        let facts = classify(&path).unread();
        Self { path, facts, notes: Vec::new() }.with_note(code, reason)
    }

    /// The exhibit of an entry whose path is longer than the limit, of which only a part is kept.
    pub(crate) fn of_long_path(path: &EntryPath, limits: &Limits) -> Self {
        let path = path.shortened(limits.path_bytes as usize);
        // A file name at the end of it stays whole, and what bears it is there.
        let facts = classify(&path).unread();
        Self { path, facts, notes: vec![limit_note("path_bytes", u64::from(limits.path_bytes))] }
    }

    /// The exhibit of an entry that is not read because it is no evidence by its name.
    pub(crate) fn passed_over(path: EntryPath) -> Self {
        match classify(&path) {
            Kind::Ignored(kind) => Self { path, facts: Facts::Ignored(kind), notes: Vec::new() },
            _ => Self::refused(path, Code::ArchiveEntryUnreadable, Reason::PassedOver),
        }
    }

    /// Something that is to be told of a path, and no entry of its own.
    pub(crate) fn told(path: EntryPath, code: Code, reason: Reason) -> Self {
        Self { path, facts: Facts::Told, notes: Vec::new() }.with_note(code, reason)
    }

    /// The exhibit of a link to another entry of the same container, which may be examined by others.
    pub fn link(path: EntryPath, target: EntryPath) -> Self {
        Self { path, facts: Facts::Link(target), notes: Vec::new() }
    }

    /// The exhibit of a folder whose name is that of evidence: it counts only if there is such a file, too.
    pub(crate) fn folder(path: EntryPath) -> Self {
        Self { path, facts: Facts::Folder, notes: Vec::new() }
    }

    /// False for what is only told: of an entry, or of an archive or a folder as a whole.
    pub(crate) fn is_entry(&self) -> bool {
        let is_whole = || [WHOLE_ARCHIVE, WHOLE_FOLDER].iter().any(|whole| self.path.as_bytes() == whole.as_bytes());
        match self.facts {
            Facts::Told => false,
            Facts::Refused => !is_whole(),
            _ => true,
        }
    }

    /// True for an entry that could not be read, by whatever keeps it from being read, and is an archive or may be one: evidence may lie in
    /// it.
    pub(crate) fn is_unopened(&self) -> bool {
        let keeps = |code| matches!(code, Code::ArchiveEntryUnreadable | Code::ArchiveEntryEncrypted | Code::ArchiveLimit);
        matches!(self.facts, Facts::Refused)
            && self.notes.iter().any(|note| keeps(note.code))
            && matches!(classify(&self.path), Kind::Container | Kind::Ignored(IgnoredKind::Other))
    }

    /// The same content under another name. What it claims to be may differ, and then its facts are of no use there.
    pub(crate) fn under(&self, path: EntryPath) -> Self {
        match self.facts.under(&path) {
            Some(facts) => Self { path, facts, notes: self.notes.clone() },
            None => Self::refused(path, Code::ArchiveEntryUnreadable, Reason::LinkToOtherKind),
        }
    }

    /// Adds what the container says about the entry, for example a checksum that does not agree.
    #[must_use]
    pub fn with_note(mut self, code: Code, reason: Reason) -> Self {
        self.note(code, reason);
        self
    }

    pub(crate) fn note(&mut self, code: Code, reason: Reason) {
        self.notes.push(Note { code, reasons: vec![reason] });
    }

    /// True if no note refutes its container.
    pub(crate) fn is_sound(&self) -> bool {
        !self.notes.iter().any(|note| matches!(note.code, Code::ContainerTrailingData | Code::ContainerTruncated))
    }

    /// Inflated bytes that were read, for progress bars.
    pub fn inflated_bytes(&self) -> u64 {
        self.facts.inflated_bytes()
    }
}

/// True if an entry of this path has to be read at all.
pub fn is_read(path: &EntryPath) -> bool {
    !matches!(classify(path), Kind::Ignored(_))
}

/// Examines an entry whose bytes are at hand. It always succeeds: damage is a fact too.
///
/// ```
/// use trailseal::{EntryPath, Limits, examine};
///
/// let path = EntryPath::new("111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json");
/// let exhibit = examine(path, br#"{"Records":[]}"#, &Limits::default());
/// assert_eq!(exhibit.inflated_bytes(), 14);
/// ```
pub fn examine(path: EntryPath, bytes: &[u8], limits: &Limits) -> Exhibit {
    Tools::default().examine(path, bytes, limits)
}

/// Examines an entry from a reader, in memory that does not grow with its bytes. An error of the reader is a fact about the
/// entry too.
pub fn examine_reader(path: EntryPath, reader: &mut dyn Read, limits: &Limits) -> Exhibit {
    Tools::default().examine_reader(path, reader, limits)
}

impl Tools {
    pub(crate) fn examine(&mut self, path: EntryPath, bytes: &[u8], limits: &Limits) -> Exhibit {
        let stored_sha256 = || crate::bytes::hash::sha256(bytes);
        examine_stream(path, &mut &*bytes, limits, &stored_sha256, self)
    }

    /// As [`examine_reader`].
    pub(crate) fn examine_reader(&mut self, path: EntryPath, reader: &mut dyn Read, limits: &Limits) -> Exhibit {
        let hasher = std::cell::RefCell::new(Sha256::new());
        let mut reader = io::BufReader::with_capacity(256 << 10, Hashing { reader, hasher: &hasher });
        // What a damaged entry holds after the damage counts for its hash as well.
        let stored_sha256 = || hasher.borrow().clone().finalize().into();
        examine_stream(path, &mut reader, limits, &stored_sha256, self)
    }
}

struct Hashing<'a> {
    reader: &'a mut dyn Read,
    hasher: &'a std::cell::RefCell<Sha256>,
}

impl Read for Hashing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.hasher.borrow_mut().update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

fn examine_stream(
    path: EntryPath,
    reader: &mut dyn BufRead,
    limits: &Limits,
    stored_sha256: &dyn Fn() -> [u8; 32],
    tools: &mut Tools,
) -> Exhibit {
    if is_too_long(&path, limits) {
        return Exhibit::of_long_path(&path, limits);
    }
    let mut notes = Vec::new();
    let mut opened = Opened {
        reader,
        limits,
        stored_sha256,
        inflater: &mut tools.inflater,
        whole_sha256: tools.whole_sha256,
        notes: &mut notes,
        spent: &mut tools.spent,
        member_bytes: None,
        content: &mut tools.content,
    };
    let facts = classify(&path).read(&path, &mut opened);
    Exhibit { path, facts, notes }
}

impl Exhibit {
    /// Writes it down for another process of the same version of trailseal.
    pub fn to_bytes(&self) -> Vec<u8> {
        pack(self)
    }

    /// Reads what [`Exhibit::to_bytes`] wrote. An exhibit is believed: take it only from a process that you would let examine the
    /// evidence for you.
    ///
    /// # Errors
    ///
    /// [`Error::Parcel`] if another version wrote it, or nobody did.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        unpack(bytes).map_err(|reason| Error::Parcel { reason })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::evidence::content::Content;
    use crate::evidence::content::HELD_BYTES;
    use crate::evidence::trail::Claim;
    use crate::evidence::trail::metadata::MetadataShape;
    use crate::evidence::trail::name::LogKind;
    use crate::terms::path::Separator;

    const LOG: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json.gz";
    const DIGEST: &str = "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T000131Z.json.gz";

    fn codes(path: &str, bytes: &[u8], limits: &Limits) -> Vec<Code> {
        examine(EntryPath::new(path), bytes, limits).notes.iter().map(|note| note.code).collect()
    }

    #[test]
    fn evidence_may_lie_in_what_could_not_be_read_and_not_in_what_is_told() {
        let path = |name: &str| EntryPath::new(name);
        let code = Code::ArchiveEntryUnreadable;
        for keeps in [code, Code::ArchiveEntryEncrypted, Code::ArchiveLimit] {
            for unopened in ["day.tar.bz2", "day.zip", "(archive)", "(folder)"] {
                assert!(Exhibit::refused(path(unopened), keeps, Reason::CutOff).is_unopened(), "{unopened}");
            }
            assert!(!Exhibit::refused(path(LOG), keeps, Reason::CutOff).is_unopened());
        }
        // Nothing would be unpacked of it.
        assert!(!Exhibit::refused(path("../day.zip"), Code::ArchiveEntryUnsafe, Reason::UnsafePath).is_unopened());
        assert!(!Exhibit::told(path("latest.txt"), code, Reason::LinkToEvidence).is_unopened());
    }

    #[test]
    fn what_is_told_is_no_entry() {
        let code = Code::ArchiveEntryUnreadable;
        let told = Exhibit::told(EntryPath::new(LOG), code, Reason::LinkToEvidence);
        let whole = ["(archive)", "(folder)"].map(|whole| Exhibit::refused(EntryPath::new(whole), code, Reason::CutOff));
        let entries = ["day.zip", LOG].map(|path| Exhibit::refused(EntryPath::new(path), code, Reason::CutOff));
        let case = crate::forged::case_of([vec![told], whole.into(), entries.into()].concat());
        assert_eq!(case.entry_count(), 2);
    }

    #[test]
    fn empty_and_half_started_files_are_truncated() {
        for bytes in [[].as_slice(), &[0x1f]] {
            assert_eq!(codes(LOG, bytes, &Limits::default()), [Code::ContainerTruncated]);
            assert_eq!(codes(DIGEST, bytes, &Limits::default()), [Code::ContainerTruncated]);
        }
    }

    #[test]
    fn plain_json_is_hashed_as_it_is() {
        let exhibit = examine(EntryPath::new(LOG), b" {\"Records\":[]}", &Limits::default());
        assert_eq!(
            exhibit.facts,
            Facts::Trail(trail::Facts::Log(Content::Whole {
                sha256: crate::bytes::hash::sha256(b" {\"Records\":[]}"),
                inflated_bytes: 15
            }))
        );
        assert_eq!(exhibit.notes.len(), 1);
        assert_eq!(codes(LOG, b"junk", &Limits::default()), []);
        assert_eq!(codes(DIGEST, b"junk", &Limits::default()), [Code::DigestMalformed]);
    }

    #[test]
    fn a_host_hashes_what_can_be_held_and_nothing_else() {
        /// No SHA-256, so that it shows who was asked; and none of three bytes.
        fn told(content: &[u8]) -> Option<[u8; 32]> {
            let mut told = crate::bytes::hash::sha256(content);
            told.reverse();
            (content.len() != 3).then_some(told)
        }
        let mut tools = Tools { whole_sha256: Some(told), ..Tools::default() };
        let mut hash = |content: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            io::Write::write_all(&mut encoder, content).unwrap();
            let exhibit = tools.examine(EntryPath::new(LOG), &encoder.finish().unwrap(), &Limits::default());
            let Facts::Trail(trail::Facts::Log(Content::Whole { sha256, inflated_bytes })) = exhibit.facts else {
                panic!("{exhibit:?}")
            };
            assert_eq!(inflated_bytes, content.len() as u64);
            sha256
        };
        let here = crate::bytes::hash::sha256;
        let long = vec![b'x'; HELD_BYTES + 1];
        // One after the other in the same workspace: nothing is left for the next.
        for content in [&long[..], &long[1..], b"four", b"two", b"four", &long[..]] {
            match content.len() {
                3 => assert_eq!(hash(content), here(content), "the host has none"),
                length if length > HELD_BYTES => assert_eq!(hash(content), here(content), "too long to be held"),
                _ => assert_eq!(Some(hash(content)), told(content)),
            }
        }
        for content in [&long[..], b"four", b"two"] {
            let exhibit = tools.examine(EntryPath::new(LOG), content, &Limits::default());
            let sha256 = told(content).filter(|_| content.len() <= HELD_BYTES).unwrap_or_else(|| here(content));
            assert_eq!(
                exhibit.facts,
                Facts::Trail(trail::Facts::Log(Content::Whole { sha256, inflated_bytes: content.len() as u64 })),
                "not packed"
            );
        }
        let exhibit = tools.examine(EntryPath::new(LOG), &[0x1f, 0x8b, 8, 0, 0], &Limits::default());
        assert_eq!(
            exhibit.facts,
            Facts::Trail(trail::Facts::Log(Content::Damaged { stored_sha256: here(&[0x1f, 0x8b, 8, 0, 0]) }))
        );
    }

    #[test]
    fn what_lies_under_too_long_a_path_is_there_and_not_read() {
        let long = |name: &str| EntryPath::new(&format!("{}{name}", "folder/".repeat(200)));
        let facts = |name: &str| examine(long(name), b"{}", &Limits::default()).facts;
        assert_eq!(facts(LOG), Facts::Trail(trail::Facts::Log(Content::Unread)));
        assert_eq!(facts(DIGEST), Facts::Trail(trail::Facts::Digest(Content::Unread, None)));
        for other in ["public-keys.json", "stray.json", "day.zip", "README.txt"] {
            assert_eq!(facts(other), Facts::Refused, "{other}");
        }
    }

    #[test]
    fn limits_are_inclusive_and_named() {
        let limits = Limits { log_bytes: 4, digest_bytes: 4, ..Limits::default() };
        assert_eq!(codes(LOG, b"{  }", &limits), [Code::ContainerDecoded]);
        assert_eq!(codes(LOG, b"{   }", &limits), [Code::ArchiveLimit]);
        assert_eq!(codes(DIGEST, b"{   }", &limits), [Code::ArchiveLimit]);
        assert_eq!(codes("public-keys.json", b"{   }", &limits), [Code::ArchiveLimit]);
        let limits = Limits { path_bytes: u32::try_from(LOG.len()).unwrap(), ..Limits::default() };
        assert_eq!(codes(LOG, b"{}", &limits), [Code::ContainerDecoded]);
        assert_eq!(codes(&format!("x/{LOG}"), b"{}", &limits), [Code::ArchiveLimit]);
    }

    #[test]
    fn a_reader_that_fails_is_a_fact() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
        for path in [LOG, DIGEST, "public-keys.json"] {
            let exhibit = examine_reader(EntryPath::new(path), &mut Broken, &Limits::default());
            assert_eq!(exhibit.notes.iter().map(|note| note.code).collect::<Vec<_>>(), [Code::ArchiveEntryUnreadable]);
        }
    }

    proptest! {
        #[test]
        fn bytes_and_readers_give_the_same_exhibit(
            bytes in prop::collection::vec(any::<u8>(), 0..300), gzip_start in any::<bool>(),
            path in prop::sample::select(vec![LOG, DIGEST, "public-keys.json", "x.json", "object-metadata.csv"]),
        ) {
            let bytes = if gzip_start { [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0], bytes.as_slice()].concat() } else { bytes };
            let limits = Limits::default();
            let one = examine(EntryPath::new(path), &bytes, &limits);
            let other = examine_reader(EntryPath::new(path), &mut &*bytes, &limits);
            prop_assert_eq!(&one, &other);
            let text = serde_json::to_string(&one).unwrap();
            prop_assert_eq!(one, serde_json::from_str::<Exhibit>(&text).unwrap());
        }
    }

    #[test]
    fn every_path_has_one_kind() {
        let kind = |path: &str| classify(Box::leak(EntryPath::new(path).into()));
        let digest = "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260301T000131Z.json.gz";
        assert!(matches!(kind(digest), Kind::Trail(Claim::Digest(_))));
        assert_eq!(kind(&format!("a/{digest}.head.json")), Kind::Trail(Claim::Metadata(MetadataShape::Sidecar)));
        assert_eq!(kind(&format!("__MACOSX/a/._{digest}")), Kind::Ignored(IgnoredKind::SystemFile));
        assert_eq!(kind(&digest.to_ascii_uppercase()), Kind::Trail(Claim::Unrecognised));
        assert_eq!(kind("1_cloudtrail.JSON"), Kind::Trail(Claim::Unrecognised));
        for (middle, expected) in [
            ("CloudTrail", LogKind::Events),
            ("CloudTrail-Insight", LogKind::Insight),
            ("CloudTrail-NetworkActivity", LogKind::NetworkActivity),
            ("CloudTrail-Aggregated", LogKind::Aggregated),
        ] {
            let Kind::Trail(Claim::Log(log)) =
                kind(&format!("x/111122223333_{middle}_us-east-1_20260301T0005Z_AbCdEf0123456789.json"))
            else {
                panic!("{middle}")
            };
            assert_eq!(log.kind, expected);
        }
        assert_eq!(kind("111122223333_CloudTrail-Other_us-east-1_20260301T0005Z_A.json.gz"), Kind::Trail(Claim::Unrecognised));
        assert_eq!(kind("x/public-keys.json"), Kind::Keys(None));
        assert_eq!(kind("public-keys/eu-west-1.json"), Kind::Keys(Some("eu-west-1")));
        assert_eq!(kind("public-keys-eu-west-1.json"), Kind::Keys(Some("eu-west-1")));
        assert_eq!(kind("object-metadata-2026.json"), Kind::Trail(Claim::Metadata(MetadataShape::Array)));
        assert_eq!(kind("object-metadata.jsonl"), Kind::Trail(Claim::Metadata(MetadataShape::Lines)));
        assert_eq!(kind("object-metadata.csv"), Kind::Trail(Claim::Metadata(MetadataShape::Table)));
        assert_eq!(kind("captures/describe-trails.json"), Kind::Ignored(IgnoredKind::CapturedConfiguration));
        assert_eq!(kind("q/result_sign.json"), Kind::Lake(lake::Claim::SignFile));
        assert_eq!(kind("public-keys/result_sign.json"), Kind::Lake(lake::Claim::SignFile));
        assert_eq!(kind("captures/public-keys.json"), Kind::Ignored(IgnoredKind::CapturedConfiguration));
        assert_eq!(kind("q/result_1.csv.gz"), Kind::Lake(lake::Claim::Result));
        for system in ["__MACOSX/a.json", "a/._b.json", "a/.DS_Store", "Thumbs.db"] {
            assert_eq!(kind(system), Kind::Ignored(IgnoredKind::SystemFile), "{system}");
        }
        // Half of what makes a name one that is not read, or not as a log file, makes it none.
        for stray in ["renamed.json.gz", "renamed.json", "q/result_1.json", "MACOSX/a.json", "notes/public-keys.json.gz"] {
            assert_eq!(kind(stray), Kind::Trail(Claim::Stray), "{stray}");
        }
        assert_eq!(kind("2026/March.ZIP"), Kind::Container);
        assert_eq!(kind("x.tar.zst"), Kind::Container);
        for other in ["README.txt", "captures/a.txt", "public-keys/a.txt", "public-keys-a.txt", "other.csv.gz", "a_cloudtrail.txt"]
        {
            assert_eq!(kind(other), Kind::Ignored(IgnoredKind::Other), "{other}");
        }
    }

    #[test]
    fn what_is_no_evidence_is_counted_by_its_kind() {
        let mut archive = trailseal_forge::archive::Archive::default();
        for path in ["captures/a.json", ".DS_Store", "README.txt", "LICENCE.txt"] {
            archive.put(path, "{}");
        }
        let report = crate::forged::report(&archive, &crate::Request::default());
        let ignored = report.findings.iter().filter(|finding| finding.code == crate::Code::ArchiveIgnored);
        let mut ignored: Vec<(&str, u64)> = ignored.map(|finding| (finding.first.as_str(), finding.count)).collect();
        ignored.sort();
        assert_eq!(ignored, [("captures", 1), ("other", 2), ("system", 1)]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_classified(name in prop::collection::vec(any::<u8>(), 0..80)) {
            let (path, _) = EntryPath::normalise(&name, Separator::SlashOrBackslash);
            classify(&path);
            prop_assert!(!path.text().chars().any(char::is_control));
        }
    }
}
