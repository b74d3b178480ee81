//! How an axis, a key and a file stand.

use serde::{Deserialize, Serialize};

use crate::terms::finding::Effect;

/// A digest or a log file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ObjectKind {
    /// A digest file.
    Digest,
    /// A log file.
    Log,
}

impl ObjectKind {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Digest => "digest",
            Self::Log => "log",
        }
    }
}

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Fate {
    /// A digest file is signed; a log file has the content that a signed digest file commits to.
    Proved,
    /// Invalid, malformed, damaged, or with another content than was signed.
    Failed,
    /// A signed digest file names it, and it is not there.
    Missing,
    /// Not contradicted, but nothing that is signed speaks for it.
    Unproved,
    /// A log file that no digest file lists.
    Unreferenced,
    /// A further entry for an object that has its own line.
    Duplicate,
}

impl Fate {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Failed => "failed",
            Self::Missing => "missing",
            Self::Unproved => "unproved",
            Self::Unreferenced => "unreferenced",
            Self::Duplicate => "duplicate",
        }
    }
}

/// The answer to one axis, or to all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Coverage only: no period was asked.
    NotAssessed,
    /// Everything asked is proved.
    Passed,
    /// Nothing contradicts, but not everything asked is proved.
    Indeterminate,
    /// Something contradicts the evidence.
    Failed,
}

impl Outcome {
    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotAssessed => "not_assessed",
            Self::Passed => "passed",
            Self::Indeterminate => "indeterminate",
            Self::Failed => "failed",
        }
    }

    /// Its name as people read it.
    pub fn word(self) -> String {
        self.name().replace('_', " ")
    }

    /// A sign for it, where a word has no room.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Passed => "✔",
            Self::Failed => "✘",
            Self::Indeterminate => "?",
            Self::NotAssessed => "–",
        }
    }

    /// The worst effect decides; without any, at least one confirmation is needed to pass.
    pub(crate) fn fold(effects: impl Iterator<Item = Effect>, confirmations: u64) -> Self {
        match effects.max() {
            Some(Effect::Refutes) => Self::Failed,
            Some(Effect::Limits) => Self::Indeterminate,
            _ if confirmations == 0 => Self::Indeterminate,
            _ => Self::Passed,
        }
    }
}

/// How far a key is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It came with the archive.
    Enclosed,
    /// The verifier got it.
    Trusted,
    /// Its SHA-256 is on the verifier's list.
    Pinned,
}

impl Level {
    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enclosed => "enclosed",
            Self::Trusted => "trusted",
            Self::Pinned => "pinned",
        }
    }
}
