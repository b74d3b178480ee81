//! What the generated pages read of `test-vectors/index.json`.

use std::fs;

use serde::Deserialize;

use crate::{Outcome, shell};

#[derive(Deserialize)]
pub(crate) struct Index {
    pub(crate) vectors: Vec<Vector>,
}

#[derive(Deserialize)]
pub(crate) struct Vector {
    pub(crate) id: String,
    pub(crate) description: String,
    pub(crate) near: Option<String>,
    pub(crate) flags: Vec<String>,
    #[serde(default)]
    pub(crate) validate_logs: Vec<u8>,
    pub(crate) archives: Vec<String>,
    pub(crate) expected: Expected,
}

#[derive(Deserialize)]
pub(crate) struct Expected {
    pub(crate) overall: String,
    pub(crate) codes: Vec<String>,
}

impl Index {
    pub(crate) fn read() -> Outcome<Self> {
        let name = "test-vectors/index.json";
        let bytes = fs::read(shell::root().join(name)).map_err(|error| format!("{name}: {error}"))?;
        serde_json::from_slice(&bytes).map_err(|error| format!("{name}: {error}"))
    }
}
