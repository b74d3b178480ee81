//! The verifier's own keys and pins.

pub(crate) mod keyring;
pub(crate) mod list;
pub(crate) mod rsa;
pub(crate) mod signature;
pub(crate) mod verifier;

use std::collections::BTreeSet;

use crate::terms::error::Error;
use crate::terms::limits::Limits;
use crate::trust::list::KeyEntry;

/// The verifier's own keys and pins. Keys inside the archive never become trust.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    pub(crate) keys: Vec<KeyEntry>,
    pub(crate) enclosed: Vec<KeyEntry>,
    pub(crate) pins: Option<BTreeSet<[u8; 32]>>,
}

/// Whether the verifier got a key file without the sender's help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// Got by the verifier from AWS.
    Own,
    /// Lies in the archive, or was handed over with it.
    Enclosed,
}

impl Trust {
    /// Adds a key file: the output of `aws cloudtrail list-public-keys`. A `file_name` of the form `REGION.json` or
    /// `public-keys-REGION.json` states the region of its keys.
    ///
    /// # Errors
    ///
    /// [`Error::Keys`] if it is no key list.
    pub fn add_keys(&mut self, file_name: &str, json: &[u8], provenance: Provenance) -> Result<(), Error> {
        let entries = list::read_list(json, list::stated_region(file_name.as_bytes()), Limits::default().json_depth)
            .map_err(|reason| Error::Keys { reason: reason.to_string() })?;
        match provenance {
            Provenance::Own => self.keys.extend(entries),
            Provenance::Enclosed => self.enclosed.extend(entries),
        }
        Ok(())
    }

    /// Adds a pin file: one SHA-256 of a key's DER bytes in hexadecimal per line, `#` begins a comment. From then on a key
    /// that is not listed is at best enclosed.
    ///
    /// # Errors
    ///
    /// [`Error::Pin`] with the line that is no SHA-256.
    pub fn add_pins(&mut self, text: &str) -> Result<(), Error> {
        let mut pins = BTreeSet::new();
        for (index, line) in text.lines().enumerate() {
            let pin = line.split('#').next().unwrap_or("").trim();
            if pin.is_empty() {
                continue;
            }
            let mut sha256 = [0; 32];
            hex::decode_to_slice(pin, &mut sha256).map_err(|_| Error::Pin { line: index.saturating_add(1) })?;
            pins.insert(sha256);
        }
        self.pins.get_or_insert_default().extend(pins);
        Ok(())
    }

    /// True if the verifier brought no key and no pin.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.pins.as_ref().is_none_or(BTreeSet::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_one_hash_a_line() {
        let mut trust = Trust::default();
        let pin = "ab".repeat(32);
        trust.add_pins(&format!("# keys of us-east-1\n\n{pin}  # first\n")).unwrap();
        assert_eq!(trust.pins.as_ref().map(BTreeSet::len), Some(1));
        assert!(matches!(trust.add_pins("# x\nabcd"), Err(Error::Pin { line: 2 })));
    }

    #[test]
    fn only_what_the_verifier_brought_is_trust() {
        let list = trailseal_forge::keys::list(&[trailseal_forge::keys::Listed::key(&trailseal_forge::keys::US_EAST_1)]);
        let mut trust = Trust::default();
        trust.add_keys("us-east-1.json", &list, Provenance::Enclosed).unwrap();
        trust.add_pins("# none yet").unwrap();
        assert!(trust.is_empty());
        let mut with_pin = trust.clone();
        with_pin.add_pins(&"ab".repeat(32)).unwrap();
        assert!(!with_pin.is_empty());
        trust.add_keys("us-east-1.json", &list, Provenance::Own).unwrap();
        assert!(!trust.is_empty());
        assert!(matches!(trust.add_keys("us-east-1.json", b"{}", Provenance::Own), Err(Error::Keys { .. })));
    }
}
