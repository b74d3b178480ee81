//! Exhibits, cases and objects on their way from one process to another of the same version.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::case::Case;
use crate::error::Error;
use crate::examine::Exhibit;
use crate::object::Objects;

/// What stands before the content. The form is nobody's business but this version's, so that it may change with any version.
const LABEL: &str = concat!("trailseal ", env!("CARGO_PKG_VERSION"), "\n");

fn pack(content: &impl Serialize) -> Vec<u8> {
    // Only types that postcard cannot write down fail, and these are not among them: the tests of this module see to it.
    postcard::to_extend(content, LABEL.as_bytes().to_vec()).unwrap_or_default()
}

fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let reason = |text: String| Error::Parcel { reason: text };
    let Some(content) = bytes.strip_prefix(LABEL.as_bytes()) else {
        return Err(reason(format!("it was not written by {}", LABEL.trim_end())));
    };
    match postcard::take_from_bytes(content) {
        Ok((content, [])) => Ok(content),
        Ok(_) => Err(reason("something follows it".to_owned())),
        Err(error) => Err(reason(error.to_string())),
    }
}

impl Exhibit {
    /// Writes it down for another process of the same version of trailseal.
    pub fn to_bytes(&self) -> Vec<u8> {
        pack(self)
    }

    /// Reads what [`Exhibit::to_bytes`] wrote. An exhibit is believed: take it only from a process that you would let examine the
    /// evidence for you.
    ///
    /// # Errors
    ///
    /// [`Error::Parcel`] if another version wrote it, or nobody did.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        unpack(bytes)
    }
}

impl Case {
    /// Writes it down for another process of the same version of trailseal.
    ///
    /// ```
    /// use trailseal::{Case, EntryPath, Limits, examine};
    ///
    /// let mut case = Case::new();
    /// case.admit(examine(EntryPath::new("README.txt"), b"not evidence", &Limits::default()));
    /// assert_eq!(Case::from_bytes(&case.to_bytes()).unwrap(), case);
    /// assert!(Case::from_bytes(b"trailseal 0.0.1\n").is_err());
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        pack(self)
    }

    /// Reads what [`Case::to_bytes`] wrote; believed like an exhibit.
    ///
    /// # Errors
    ///
    /// [`Error::Parcel`] if another version wrote it, or nobody did.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        unpack(bytes)
    }
}

impl Objects {
    /// Writes them down for another process of the same version of trailseal.
    pub fn to_bytes(&self) -> Vec<u8> {
        pack(self)
    }

    /// Reads what [`Objects::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// [`Error::Parcel`] if another version wrote it, or nobody did.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        unpack(bytes)
    }
}
