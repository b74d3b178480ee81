//! How much is read.

use serde::{Deserialize, Serialize};

/// How much is read, with the default of each bound. Passing one is the finding `archive.limit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Inflated bytes of one digest file, key list or metadata file. A digest file lists some 600 bytes per log file, so this is
    /// 100,000 log files in an hour.
    pub digest_bytes: u64,
    /// Inflated bytes of one log file. AWS delivers at most 50 MB compressed.
    pub log_bytes: u64,
    /// Stored bytes of one entry; containers apart.
    pub entry_bytes: u64,
    /// Entries of one case.
    pub entries: u64,
    /// Nesting of JSON. AWS's files nest two deep.
    pub json_depth: u32,
    /// Bytes of a path. S3 keys have at most 1,024.
    pub path_bytes: u32,
    /// What may come out of an archive for each byte of it. Log and digest files are packed to a tenth of their size, rarely to a
    /// fiftieth; `docs/specification.md` (4.32) says what is counted.
    pub unpacked_ratio: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            digest_bytes: 64 << 20,
            log_bytes: 1 << 30,
            entry_bytes: 4 << 30,
            entries: 100_000_000,
            json_depth: 64,
            path_bytes: 1024,
            unpacked_ratio: 512,
        }
    }
}
