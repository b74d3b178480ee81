//! How a key list of the verifier's own stands to those that lie in the archive: one that is the sender's, byte for byte, may be a copy.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::bytes::hash::sha256;
use crate::case::Case;
use crate::evidence::Facts;
use crate::terms::error::Error;
use crate::terms::limits::Limits;
use crate::trust::list::{self, KeyEntry};

/// Whether a key list is one that lies in an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Enclosure {
    /// No key list lies in the archive.
    NoneEnclosed,
    /// Key lists lie in the archive, and none of them has the same keys.
    OtherKeys,
    /// One that lies in the archive has the same keys, in other bytes: so it is if both are AWS's.
    SameKeys,
    /// One that lies in the archive has the same bytes: it may be a copy, got from the sender.
    SameBytes,
}

impl Case {
    /// Whether a key list is one that lies in the archive, be it by its bytes or by its keys.
    ///
    /// # Errors
    ///
    /// [`Error::Keys`] if it is no key list.
    pub fn encloses(&self, json: &[u8]) -> Result<Enclosure, Error> {
        let entries = list::read_list(json, None, Limits::default().json_depth)
            .map_err(|reason| Error::Keys { reason: reason.to_string() })?;
        let (own_sha256, own) = (sha256(json), keys(&entries));
        let lists =
            self.exhibits.iter().filter_map(|exhibit| if let Facts::Keys(list) = &exhibit.facts { Some(list) } else { None });
        let compared = lists.map(|list| match keys(&list.entries) {
            _ if list.sha256 == own_sha256 => Enclosure::SameBytes,
            theirs if theirs == own && !own.is_empty() => Enclosure::SameKeys,
            _ => Enclosure::OtherKeys,
        });
        Ok(compared.max().unwrap_or(Enclosure::NoneEnclosed))
    }
}

/// The keys of a list, whatever it states of them.
fn keys(entries: &[KeyEntry]) -> BTreeSet<&[u8]> {
    entries.iter().filter_map(|entry| entry.der.as_deref()).collect()
}

#[cfg(test)]
mod tests {
    use trailseal_forge::keys::{Listed, US_EAST_1, list};

    use super::*;
    use crate::terms::path::EntryPath;

    #[test]
    fn a_list_is_told_by_its_bytes_and_by_its_keys() {
        let own = list(&[Listed::key(&US_EAST_1)]);
        let spaced = [own.as_slice(), b"\n\n"].concat();
        let empty = br#"{"PublicKeyList":[]}"#;
        let among = |lists: &[&[u8]]| {
            let mut case = Case::new();
            for (number, json) in lists.iter().enumerate() {
                let path = EntryPath::new(&format!("public-keys/list-{number}.json"));
                case.admit(crate::examine(path, json, &Limits::default()));
            }
            case
        };
        let told = |lists: &[&[u8]], json: &[u8]| among(lists).encloses(json).unwrap();
        assert_eq!(told(&[], &own), Enclosure::NoneEnclosed);
        assert_eq!(told(&[empty, b"no list"], &own), Enclosure::OtherKeys);
        assert_eq!(told(&[&spaced, empty], &own), Enclosure::SameKeys);
        assert_eq!(told(&[&spaced, &own], &own), Enclosure::SameBytes);
        assert_eq!(told(&[br#"{"publicKeyList":[]}"#], empty), Enclosure::OtherKeys, "no keys are not the same keys");
        assert!(among(&[]).encloses(b"{}").is_err());
    }
}
