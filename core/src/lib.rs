//! Proves, offline, that a handed-over AWS CloudTrail archive is what AWS delivered: complete, unaltered, in an unbroken signed
//! chain.
//!
//! ```text
//!  bytes                 facts about one file              facts about all files            words for people
//! ┌───────────┐ entry  ┌──────────┐ kind  ┌─────────┐ exhibit ┌──────┐ chains ┌──────────┐ ┌────────┐
//! │ container ├───────►│ classify ├──────►│ examine ├────────►│ link ├───────►│ coverage ├►│ report │
//! └───────────┘        └──────────┘       └─────────┘         └──────┘        └──────────┘ └────────┘
//! ```
//!
//! The left half sees any number of files, in any order, on any number of threads, with no memory of each other. The right half
//! is one value, the [`Case`], that has forgotten the bytes. The crate opens nothing: no file, socket, clock, environment or
//! thread. Hosts bring bytes and show reports.
//!
//! ```
//! use trailseal::{Case, EntryPath, Limits, Outcome, Policy, examine};
//!
//! let mut case = Case::new();
//! for (path, bytes) in [("README.txt", b"not evidence".as_slice())] {
//!     case.admit(examine(EntryPath::new(path), bytes, &Limits::default())); // any thread, any order
//! }
//! let report = case.conclude(&Policy::default());
//! assert_eq!(report.overall(), Outcome::Indeterminate); // nothing is never `passed`
//! ```

// The pipeline, in order.
pub mod container;
// What a path claims.
mod entry;
// Many paths in one text.
mod paths;
// What packers check with.
mod crc;
// One member, nothing around it.
mod gunzip;
// A text with one reading.
mod json;
// From bytes to facts.
mod examine;
// The string to sign, and RSA.
mod signature;
// Whose keys vouch, and how far.
mod keyring;
// Positions in long lists.
mod position;
// Work on a host's threads.
mod spread;
// Where entries lie.
mod place;
// The graph of digest files.
mod link;
// What the graph says.
mod chain;
// Listed and present log files.
mod log;
// Asked and proved time.
mod coverage;
// Plain log files, packed.
mod register;
// Packed and others, in one order.
mod entries;
// One hash over all that is present.
mod root;
// All exhibits, and the steps to the report.
mod case;
// Exhibits and cases between processes.
mod parcel;
// What is there, without a verdict.
mod inventory;
// Findings on their way into the report.
mod ledger;
// What is listed one by one, and what is only counted.
mod brevity;
// The catalogue of codes.
mod finding;
// What the caller demands.
mod policy;
// The result.
mod report;
// The result in words.
mod reading;
// The result as a file for people.
mod html;
// What is proved, drawn.
mod picture;
// The forms of reports and scope files, for other programs.
#[cfg(feature = "schema")]
pub mod schema;
// What became of each single file.
mod object;
// The result as rows and columns.
mod table;
// The result for continuous integration.
mod junit;
// The result for others to sign.
mod attestation;
// Two results.
mod compare;
// UTC, to the second.
mod time;
// Could not look.
mod error;
// Evidence for unit tests.
#[cfg(test)]
mod forged;

pub use case::Case;
pub use compare::{COMPARISON_SCHEMA, ChainEvidence, ChainGap, Change, Changes, Comparison, KeyLevel};
pub use entry::{
    ChainId, DigestKind, DigestName, EntryPath, IgnoredKind, Kind, LogKind, LogName, MetadataShape, Place, Separator, classify,
    digest_name, log_name, printable,
};
pub use error::{Error, io_reason};
pub use examine::{Exhibit, WholeSha256, Workspace, examine, examine_reader, is_read};
pub use finding::{Axis, Code, Effect, Explanation, Finding};
pub use html::HTML_STYLE;
pub use inventory::{ChainClaim, Inventory, LogClaim, MissingSignature};
pub use keyring::{KeyFacts, read_keys};
pub use object::{Fate, JudgedObject, ObjectKind, Objects};
pub use picture::{Line, Mark, Panel, Picture, Run, State, Tick, View};
pub use policy::{Expect, Limits, Policy, Provenance, Question, Relocation, Request, Scope, Trust, Weights};
pub use reading::{Answer, Group, Reading, Standing};
pub use report::{
    Asked, Axes, Chain, Counts, Day, DigestCounts, Key, LeftOut, Level, LogCounts, MissingKey, NOT_CLAIMED, Outcome, Report,
    SCHEMA, counted,
};
pub use signature::{KeyProblem, PublicKey, Signature, fingerprint, string_to_sign_sha256};
pub use spread::Spread;
pub use table::{Cell, Column, ColumnType, Table};
pub use time::{Period, Time};
