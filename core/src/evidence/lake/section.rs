//! What a report says of result sets of CloudTrail Lake.

use serde::{Deserialize, Serialize};

use crate::terms::outcome::{Level, Outcome};

/// A result set of CloudTrail Lake: a sign file and the files that it lists. It says nothing about any trail: no axis passes by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ResultSet {
    /// The sign file's entry in the archive.
    pub entry: String,
    /// False if its path claims an account that was not asked.
    pub in_scope: bool,
    /// The account that its path claims; nothing signed says whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The region that the sign file states; not signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// When the query was complete, as the sign file states it; not signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed: Option<String>,
    /// The key that the sign file names, by its fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// How far the key is believed under which the signature verifies; absent if it does not, or could not be checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// How the set stands by itself: passed if the verifier's own keys vouch for it and each listed file is there, unaltered.
    pub outcome: Outcome,
    /// How many files it lists.
    pub file_count: u64,
    /// These, in their order, which is signed; in a report that would be too long, only the first.
    pub files: Vec<ListedFile>,
}

/// A file that a sign file lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListedFile {
    /// Its name in the sign file; not signed.
    pub name: String,
    /// SHA-256 of its stored bytes, as listed.
    pub sha256: String,
    /// What became of it.
    pub state: FileState,
    /// The entry that was compared; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Rows behind the head; only of a proved file that could be inflated to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// When the query ran, as the first line of a proved file says: part of the signed bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executed: Option<String>,
    /// The query, as the first line of a proved file says: part of the signed bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

/// What became of a listed file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// There, with the bytes whose hash is signed.
    Proved,
    /// There, with the listed hash, in a list that is not signed.
    Unproved,
    /// Under its name lie other bytes.
    Altered,
    /// Under its name lies a text that is not packed any more, and cannot be compared.
    Inflated,
    /// What lies under its name could not be read.
    Unread,
    /// It is not there.
    Missing,
}

impl FileState {
    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Unproved => "unproved",
            Self::Altered => "altered",
            Self::Inflated => "inflated",
            Self::Unread => "unread",
            Self::Missing => "missing",
        }
    }
}
