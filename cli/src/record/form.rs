//! What a record holds, and how it is written and read.

use std::path::Path;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::json;
use trailseal::{Asked, Axes, Enclosure, KeyFacts, Limits, Outcome, Time};

use crate::record::page;
use crate::{Failure, bounded};

/// The name and version of the record's form.
const FORM: &str = "trailseal-record/1";
/// A record of a million files is about that long; whoever sends a longer one means something else.
const MOST_BYTES: u64 = 256 << 20;

/// One verification, as it was performed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// `trailseal-record/1`.
    pub(crate) schema: String,
    /// What people wrote about it.
    pub(crate) notes: Notes,
    /// What was received as evidence, in the order in which it was given.
    pub(crate) evidence: Vec<Evidence>,
    /// The verifier's own key lists.
    pub(crate) keys: Vec<KeyFile>,
    /// Other files that the verifier gave.
    pub(crate) inputs: Vec<Input>,
    /// What was asked, as it was understood.
    pub(crate) asked: Asked,
    /// How much was read.
    pub(crate) limits: Limits,
    /// What was found.
    pub(crate) verdict: Verdict,
    /// The report that was written; absent if it went to the terminal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) report: Option<ReportFile>,
    /// What ran.
    pub(crate) program: Program,
    /// Where and when, as the machine says it; nothing proves it.
    pub(crate) machine: Machine,
}

/// What people wrote about a verification; each is absent if nobody did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Notes {
    /// Who performed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// Who reviewed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reviewed_by: Option<String>,
    /// Where it is filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    /// When, how and from whom the evidence came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) received: Option<String>,
    /// What is to be said besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exceptions: Option<String>,
}

/// A file or a folder that was received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Evidence {
    /// An archive.
    File {
        /// The last part of its path.
        name: String,
        /// Its path as it was given.
        given: String,
        /// Its size.
        size_bytes: u64,
        /// SHA-256 of its bytes.
        sha256: String,
    },
    /// A folder.
    Folder {
        /// The last part of its path.
        name: String,
        /// Its path as it was given.
        given: String,
        /// How many files lie in it at any depth.
        file_count: u64,
        /// Their size together.
        size_bytes: u64,
        /// SHA-256 of the lines that `sha256sum` prints of these files, sorted by their names as bytes.
        list_sha256: String,
        /// How many entries were not hashed: links, devices, what could not be read.
        not_hashed_count: u64,
        /// All of them; absent from pages if they are very many.
        #[serde(skip_serializing_if = "Option::is_none")]
        listing: Option<Listing>,
    },
}

/// What lies in a folder, sorted by names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    /// The files.
    pub(crate) files: Vec<Hashed>,
    /// What is no file, or was not hashed.
    pub(crate) not_hashed: Vec<NotHashed>,
}

/// A file in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hashed {
    /// Its path in the folder.
    pub(crate) name: String,
    /// Its size.
    pub(crate) size_bytes: u64,
    /// SHA-256 of its bytes.
    pub(crate) sha256: String,
}

/// Something in a folder that was not hashed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotHashed {
    /// Its path in the folder.
    pub(crate) name: String,
    /// What it is, and why it was not hashed.
    pub(crate) what: String,
}

/// A key list of the verifier's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyFile {
    /// The last part of its path, which can state the region of its keys.
    pub(crate) name: String,
    /// Its path, as it was given or found in a folder that was given.
    pub(crate) given: String,
    /// Its size.
    pub(crate) size_bytes: u64,
    /// SHA-256 of its bytes.
    pub(crate) sha256: String,
    /// Whether the sender enclosed the same list.
    pub(crate) enclosed: Enclosure,
    /// What it says of each key.
    pub(crate) keys: Vec<KeyFacts>,
}

/// A file that the verifier gave besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// What it was given as.
    pub(crate) role: Role,
    /// The last part of its path.
    pub(crate) name: String,
    /// Its path as it was given.
    pub(crate) given: String,
    /// Its size.
    pub(crate) size_bytes: u64,
    /// SHA-256 of its bytes.
    pub(crate) sha256: String,
}

/// What a file was given as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// A scope file.
    Scope,
    /// A list of accounts.
    Accounts,
    /// Pins.
    Pins,
}

impl Role {
    /// At the beginning of a line.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Scope => "Scope file",
            Self::Accounts => "List of accounts",
            Self::Pins => "Pins",
        }
    }

    /// Inside a line.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Scope => "scope file",
            Self::Accounts => "list of accounts",
            Self::Pins => "pins",
        }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verdict {
    /// The verdict.
    pub(crate) overall: Outcome,
    /// The four axes.
    pub(crate) axes: Axes,
    /// The sentence that can be quoted.
    pub(crate) sentence: String,
    /// The exit code of the command.
    pub(crate) exit_code: u8,
    /// As in the report.
    pub(crate) evidence_root: String,
    /// SHA-256 of the canonical report.
    pub(crate) report_digest: String,
}

/// A report file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportFile {
    /// The last part of its path.
    pub(crate) name: String,
    /// Its form, as `--format` names it.
    pub(crate) format: String,
    /// Its size.
    pub(crate) size_bytes: u64,
    /// SHA-256 of its bytes.
    pub(crate) sha256: String,
}

/// What ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Program {
    /// `trailseal`.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// Operating system and processor for which it was built.
    pub(crate) platform: String,
    /// The file that ran: trailseal itself, or a program that runs it; absent if the system does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    /// SHA-256 of that file; absent if it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// The words of the command line as given, the program first.
    pub(crate) command: Vec<String>,
}

/// What the machine says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Machine {
    /// Its name.
    pub(crate) host: String,
    /// Its clock before the verification, in UTC.
    pub(crate) began: Time,
    /// Its clock after it.
    pub(crate) ended: Time,
}

/// How a record is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A page to print and sign, with the record as data in it.
    Html,
    /// JSON.
    Json,
}

impl Form {
    /// What the end of a name asks for.
    pub(crate) fn of(path: &Path) -> Result<Self, Failure> {
        match path.extension().and_then(|end| end.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("html") => Ok(Self::Html),
            Some("json") => Ok(Self::Json),
            _ => Err(Failure::at(path, "a record is written as .html or as .json; the name must end with one of them")),
        }
    }

    /// The bytes of the file.
    pub(crate) fn write(self, record: &Record) -> Vec<u8> {
        match self {
            Self::Html => page::html(record).into_bytes(),
            Self::Json => {
                let mut json = serde_json::to_vec_pretty(record).unwrap_or_default();
                json.push(b'\n');
                json
            }
        }
    }
}

impl Record {
    /// The form that this version writes.
    pub(crate) fn form() -> String {
        FORM.to_owned()
    }

    fn parse(bytes: &[u8]) -> Result<(Self, Form), String> {
        #[derive(Deserialize)]
        struct Head {
            schema: String,
        }
        let text = std::str::from_utf8(bytes).map_err(|_| "is no record: it is no text in UTF-8".to_owned())?;
        let (json, form) = if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
            (page::data(text).ok_or("is no record: no record is in this page")?, Form::Html)
        } else {
            (text, Form::Json)
        };
        let wrong = |error: serde_json::Error| format!("is no record: {error}");
        let head: Head = serde_json::from_str(json).map_err(wrong)?;
        if head.schema != FORM {
            return Err(format!("its form is '{}', and only '{FORM}' is known", trailseal::printable(head.schema.as_bytes())));
        }
        Ok((serde_json::from_str(json).map_err(wrong)?, form))
    }
}

/// A record that somebody wrote.
pub(crate) struct Written {
    pub(crate) record: Record,
    pub(crate) form: Form,
    /// True if the file is, byte for byte, what this version writes of the record in it: it says nothing else.
    pub(crate) is_exact: bool,
}

impl Written {
    fn of(bytes: &[u8]) -> Result<Self, String> {
        let (record, form) = Record::parse(bytes)?;
        Ok(Self { is_exact: form.write(&record) == bytes, record, form })
    }
}

/// Reads a record, of either form.
pub(crate) fn read(path: &Path) -> Result<Written, Failure> {
    let bytes = bounded::bytes(path, MOST_BYTES)?;
    Written::of(&bytes).map_err(|cause| Failure::at(path, cause))
}

/// The JSON Schema (2020-12) of records.
pub fn schema() -> String {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Record>().to_value();
    if let Some(fields) = schema.as_object_mut() {
        fields.insert("title".to_owned(), json!(FORM));
        fields.insert("description".to_owned(), json!("One verification by trailseal, as `trailseal verify --record` records it."));
    }
    if let Some(name) = schema.pointer_mut("/properties/schema").and_then(|name| name.as_object_mut()) {
        name.insert("const".to_owned(), json!(FORM));
    }
    trailseal::schema::written(schema)
}

/// Reads bytes as a record, and writes it again in the same form.
///
/// # Errors
///
/// Why they are none.
pub fn rewritten(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let Written { record, form, .. } = Written::of(bytes)?;
    Ok(form.write(&record))
}
