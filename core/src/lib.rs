//! Proves, offline, that a handed-over AWS CloudTrail archive is what AWS delivered: complete, unaltered, in an unbroken signed
//! chain.
//!
//! ```text
//!  bytes           facts about one file    facts about all files                    words for people
//! ┌───────────┐ entry  ┌──────────┐ exhibit  ┌──────┐ judgement  ┌────────┐ report  ┌───────┐
//! │ container ├───────►│ evidence ├─────────►│ case ├───────────►│ report ├────────►│ forms │
//! └───────────┘        └──────────┘          └──────┘            └────────┘         └───────┘
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

// The storeys, from the ground up; each stands on those before it.

// What bytes are, whatever they mean.
mod bytes;
// The words that all speak.
mod terms;
// Archives, as their entries.
pub mod container;
// Whose keys vouch, and for what.
mod trust;
// A folder for each kind of evidence.
mod evidence;
// All exhibits, and the steps to a judgement.
mod case;
// What a judged case tells.
mod report;
// A result in words, tables and files.
mod forms;
// Evidence for unit tests.
#[cfg(test)]
mod forged;

pub use bytes::hash::fingerprint;
pub use bytes::text::{counted, printable, visible};
pub use case::enclosed::Enclosure;
pub use case::{Case, Policy};
pub use evidence::content::WholeSha256;
pub use evidence::lake::section::{FileState, ListedFile, ResultSet};
pub use evidence::trail::digest::string_to_sign_sha256;
pub use evidence::trail::name::{ChainId, DigestKind, DigestName, LogKind, LogName, Place, digest_name, log_name};
pub use evidence::trail::section::{Chain, Day, DigestCounts, DigestFile, EvidencePart, LogCounts, MissingKey};
pub use evidence::visitor::Examine;
pub use evidence::{Exhibit, examine, examine_reader, is_read};
pub use forms::asks::Ask;
pub use forms::causes::Cause;
pub use forms::html::{HTML_STYLE, Inert};
pub use forms::joined::JOINING_NOT_CLAIMED;
pub use forms::letter::{Letter, LetterItem};
pub use forms::picture::{Line, Mark, Panel, Picture, Run, State, Tick, View};
pub use forms::reading::{Answer, FindingRead, Group, Reading, Standing};
#[cfg(feature = "schema")]
pub use forms::schema;
pub use forms::table::{Cell, Column, ColumnType, Table};
pub use forms::words::Language;
pub use report::compare::{COMPARISON_SCHEMA, ChainEvidence, ChainGap, Change, Changes, Comparison, KeyLevel};
pub use report::inventory::{ChainClaim, Inventory, LogClaim, MissingSignature};
pub use report::join::{Conclusion, Filed, JOINING_SCHEMA, Joining, Part, Seam, Stretch, Thread};
pub use report::objects::{JudgedObject, Objects};
pub use report::{Asked, Axes, Counts, Key, LeftOut, Outside, Report, SCHEMA};
pub use terms::error::Error;
pub use terms::finding::{About, Axis, Code, Effect, Explanation, Finding, Need};
pub use terms::ledger::Weights;
pub use terms::limits::Limits;
pub use terms::outcome::{Fate, Level, ObjectKind, Outcome};
pub use terms::path::{EntryPath, Separator};
pub use terms::reason::{ReadError, Reason};
pub use terms::request::{Expect, Request};
pub use terms::roster::{Called, Member, Roster};
pub use terms::scope::{Question, Relocation, Scope};
pub use terms::spread::Spread;
pub use terms::time::{Period, Time, TimeError};
pub use trust::list::{KeyFacts, read_keys};
pub use trust::rsa::{KeyProblem, PublicKey};
pub use trust::{Provenance, Trust};
