//! Exhibits, cases and objects on their way from one process to another of the same version.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// What stands before the content. The form is nobody's business but this version's, so that it may change with any version.
const LABEL: &str = concat!("trailseal ", env!("CARGO_PKG_VERSION"), "\n");

pub(crate) fn pack(content: &impl Serialize) -> Vec<u8> {
    // Only types that postcard cannot write down fail, and these are not among them: `exhibits_and_cases_survive_the_way_between_processes` sees to it.
    postcard::to_extend(content, LABEL.as_bytes().to_vec()).unwrap_or_default()
}

pub(crate) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let Some(content) = bytes.strip_prefix(LABEL.as_bytes()) else {
        return Err(format!("it was not written by {}", LABEL.trim_end()));
    };
    match postcard::take_from_bytes(content) {
        Ok((content, [])) => Ok(content),
        Ok(_) => Err("something follows it".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
