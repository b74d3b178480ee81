//! The case: all exhibits, in any order, from any number of shards; and the steps from them to a judgement.

pub(crate) mod enclosed;
pub(crate) mod judgement;
mod links;
mod notes;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bytes::parcel::{pack, unpack};
use crate::container::Gather;
use crate::evidence::trail::register::Register;
use crate::evidence::{Exhibit, Facts, IgnoredKind};
use crate::terms::error::Error;
use crate::terms::ledger::Weights;
use crate::terms::request::Request;
use crate::terms::scope::Scope;
use crate::trust::Trust;

/// The exhibits of one or several archives that are judged together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Plain log and digest files, which nearly all are.
    pub(crate) register: Register,
    /// All others.
    pub(crate) exhibits: Vec<Exhibit>,
    /// Entries that are no evidence leave nothing but their number.
    pub(crate) ignored: BTreeMap<IgnoredKind, u64>,
}

impl Case {
    /// A case without exhibits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an exhibit.
    pub fn admit(&mut self, exhibit: Exhibit) {
        match exhibit {
            Exhibit { facts: Facts::Ignored(kind), notes, .. } if notes.is_empty() => {
                let count = self.ignored.entry(kind).or_default();
                *count = count.saturating_add(1);
            }
            exhibit => self.exhibits.extend(self.register.admit(exhibit).err()),
        }
    }

    /// Adds all exhibits of another case: a shard that some other thread or machine examined.
    pub fn merge(&mut self, other: Self) {
        self.register.merge(other.register);
        self.exhibits.extend(other.exhibits);
        for (kind, more) in other.ignored {
            let count = self.ignored.entry(kind).or_default();
            *count = count.saturating_add(more);
        }
    }

    /// How many entries were admitted, those that are no evidence too. What is only told of one, or of an archive as a whole, is none.
    pub fn entry_count(&self) -> u64 {
        let noted = self.exhibits.iter().filter(|exhibit| exhibit.is_entry()).count() as u64;
        let kept = (self.register.len() as u64).saturating_add(noted);
        self.ignored.values().fold(kept, |sum, count| sum.saturating_add(*count))
    }

    /// From here on nothing depends on the order in which exhibits came.
    pub(crate) fn settle(&mut self) {
        self.follow_links();
        self.register.sort();
        self.exhibits.sort();
    }
}

/// Everything that a verdict depends on besides the archive.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Whose keys count.
    pub trust: Trust,
    /// What was asked.
    pub scope: Scope,
    /// How codes are weighed, where the caller departs from the catalogue.
    pub weights: Weights,
}

impl Request {
    /// What a verdict on this request depends on, for a verifier who trusts these keys.
    ///
    /// # Errors
    ///
    /// What is wrong with the request, as [`Request::scope`] and [`Request::weights`] tell it.
    pub fn policy(&self, trust: Trust) -> Result<Policy, Error> {
        Ok(Policy { trust, scope: self.scope()?, weights: self.weights()? })
    }
}

impl Gather<Exhibit> for Case {
    fn admit(&mut self, exhibit: Exhibit) {
        Case::admit(self, exhibit);
    }

    fn merge(&mut self, other: Self) {
        Case::merge(self, other);
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
        unpack(bytes).map_err(|reason| Error::Parcel { reason })
    }
}
