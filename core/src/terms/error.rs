//! Errors: trailseal could not look. What it looked at and disliked is a finding, never an error.

use crate::terms::time::TimeError;

/// Why the question could not be put, or the input not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An account that is not 12 ASCII digits.
    #[error("'{text}' is no AWS account: twelve digits are expected")]
    Account {
        /// What was given.
        text: String,
    },
    /// A period with one end.
    #[error("a period needs both ends, 'from' and 'to'")]
    HalfPeriod,
    /// A text that is no time, or a period that is empty.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// A region or trail name with characters that AWS does not use.
    #[error("'{text}' is no {what}")]
    Name {
        /// What was expected.
        what: &'static str,
        /// What was given.
        text: String,
    },
    /// A scope file that cannot be read.
    #[error("the scope file cannot be read: {reason}")]
    Scope {
        /// The parser's words.
        reason: String,
    },
    /// A list of accounts that cannot be used.
    #[error("the list of accounts cannot be used: {reason}")]
    Accounts {
        /// What is wrong with it.
        reason: String,
    },
    /// A policy that names an unknown code or would lower a refutation.
    #[error("the policy cannot be used: {reason}")]
    Policy {
        /// What is wrong with it.
        reason: String,
    },
    /// A `--relocated` rule that is not `s3://OLD[/PREFIX]=s3://NEW[/PREFIX]`.
    #[error("'{text}' is no renaming: s3://OLD[/PREFIX]=s3://NEW[/PREFIX] is expected")]
    Relocation {
        /// What was given.
        text: String,
    },
    /// A pin file with a line that is no SHA-256.
    #[error("line {line} of the pin file is no SHA-256 in hexadecimal")]
    Pin {
        /// The line, counted from 1.
        line: usize,
    },
    /// A key file of the verifier's own that holds no key list.
    #[error("the key file cannot be used: {reason}")]
    Keys {
        /// What is wrong with it.
        reason: String,
    },
    /// A file that is no report, or one of an unknown form.
    #[error("this is no report that can be read: {reason}")]
    Report {
        /// What is wrong with it.
        reason: String,
    },
    /// Bytes that are no exhibit or case that this version wrote.
    #[error("this is no exhibit or case that can be used: {reason}")]
    Parcel {
        /// What is wrong with them.
        reason: String,
    },
}
