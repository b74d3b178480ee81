//! What a report says of chains.

use serde::{Deserialize, Serialize};

use crate::evidence::trail::name::{ChainId, DigestKind, Place};
use crate::terms::time::{Period, Time};

/// Digest files by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DigestCounts {
    /// Signed.
    pub proved: u64,
    /// Of these, signed under trusted or pinned keys.
    pub authenticated: u64,
    /// Not signed, because something is missing.
    pub unproved: u64,
    /// Invalid. In the totals also malformed or damaged, or with an own key that is no digest file's: these belong to no chain, and are
    /// counted in none.
    pub failed: u64,
}

/// Log files by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LogCounts {
    /// Present, with the content that a signed digest file commits to.
    pub proved: u64,
    /// Of these, listed by a digest file that is signed under trusted or pinned keys.
    pub authenticated: u64,
    /// Inflated bytes of the proved ones.
    pub proved_bytes: u64,
    /// Present with another content, or damaged.
    pub failed: u64,
    /// Listed by a signed digest file and absent.
    pub missing: u64,
    /// Listed only by digest files that are not signed, or not readable.
    pub unproved: u64,
    /// Present, and listed by no digest file. For a chain: those of its account and region, which no trail can be told from.
    pub unreferenced: u64,
}

/// One chain: account, source region, trail, home region, normal or backfill, and place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Chain {
    /// `ACCOUNT/REGION/TRAIL@HOME`, with `/backfill` for backfill digests, a blank and the place at which it lay first,
    /// `s3://BUCKET/FOLDERS`: the name that findings use.
    pub id: String,
    /// The account.
    pub account: String,
    /// The source region.
    pub region: String,
    /// The trail.
    pub trail: String,
    /// The region in which the trail was created.
    pub home_region: String,
    /// Where its digest files lie, in the order of time: bucket, and the folders of their keys above that of the account. Two where the
    /// trail was redirected.
    pub places: Vec<String>,
    /// Normal or backfill.
    pub kind: DigestKind,
    /// True if it was asked.
    pub in_scope: bool,
    /// The first proved instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proved_from: Option<Time>,
    /// The end of the last proved hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proved_to: Option<Time>,
    /// Time covered by signed digest files that were asked.
    pub proved_seconds: u64,
    /// Of this, time of digest files without log files: proved silent.
    pub silent_seconds: u64,
    /// Digest files that were asked.
    pub digests: DigestCounts,
    /// Log files that were asked.
    pub logs: LogCounts,
    /// Asked time that is not covered.
    pub gaps: Vec<Period>,
    /// The digest file that the first proved one names as its predecessor; absent if that names none, or if none is proved. Together with
    /// `last` it tells whether one report goes on where another ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predecessor: Option<DigestFile>,
    /// The first proved digest file; absent if none is proved. Where asked periods meet in the middle of its hour, it is the `last` of the
    /// report before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<DigestFile>,
    /// The last proved digest file; absent if none is proved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<DigestFile>,
    /// SHA-256 of the keys that verified its signatures.
    pub keys: Vec<String>,
    /// Its days: the row of the coverage matrix. Days without any digest file are left out.
    pub days: Vec<Day>,
}

impl Chain {
    /// Its identity, by which chains are compared with what was asked.
    pub(crate) fn identity(&self) -> ChainId<'_> {
        let Self { account, region, trail, home_region, kind, places, .. } = self;
        let place = places.first().and_then(|place| place.strip_prefix("s3://")).unwrap_or_default();
        let (bucket, folder) = place.split_once('/').unwrap_or((place, ""));
        ChainId { account, region, trail, home_region, kind: *kind, place: Place { bucket, folder } }
    }
}

/// One chain on one day in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Day {
    /// `YYYY-MM-DD`.
    pub day: String,
    /// Seconds covered by signed digest files.
    pub proved_seconds: u64,
    /// Of these, seconds proved silent.
    pub silent_seconds: u64,
    /// Digest files that begin on this day and are not signed, because something is missing.
    pub unproved_digests: u64,
    /// Digest files that begin on this day and are invalid.
    pub failed_digests: u64,
    /// Its 24 hours, one character each: `+` proved, `o` proved silent, `~` proved in part, `!` an invalid digest file begins in
    /// it, `?` one that is not signed does, `.` nothing.
    pub hours: String,
}

impl DigestCounts {
    /// All digest files, whatever became of them.
    pub const fn all(&self) -> u64 {
        self.proved.saturating_add(self.unproved).saturating_add(self.failed)
    }
}

impl LogCounts {
    /// All log files that digest files list.
    pub const fn listed(&self) -> u64 {
        self.proved.saturating_add(self.failed).saturating_add(self.missing).saturating_add(self.unproved)
    }
}

/// A key that the verifier should fetch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MissingKey {
    /// The region whose key it is.
    pub region: String,
    /// The fingerprint that digest files name.
    pub fingerprint: String,
    /// The time of these digest files.
    pub period: Period,
}

/// What a part of the evidence comes to: all digest and log files of one account and source region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EvidencePart {
    /// The account in the names of its files; `-` for files whose names are none.
    pub account: String,
    /// The source region in the names of its files; `-` for files whose names are none.
    pub region: String,
    /// The SHA-256 of its lines.
    pub sha256: String,
}

/// A digest file, by its name and its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DigestFile {
    /// Its object, `s3://BUCKET/KEY`.
    pub object: String,
    /// The SHA-256 of its inflated bytes; absent if the digest file that names it states none that can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}
