//! From key lists to the keys that may vouch, each at the best level that somebody gave it.

use std::collections::{BTreeMap, BTreeSet};

use crate::entry::{self, EntryPath};
use crate::error::Error;
use crate::examine::keys::{self, KeyEntry};
use crate::finding::{Code, Effect};
use crate::ledger::{Ledger, Raise};
use crate::policy::{Limits, Trust};
use crate::report::Level;
use crate::signature::{KeyProblem, PublicKey, fingerprint, sha256};
use crate::time::Period;

/// An accepted key.
pub(crate) struct Key {
    pub(crate) sha256: [u8; 32],
    pub(crate) fingerprint: String,
    pub(crate) public: PublicKey,
    pub(crate) level: Level,
    /// It stands in a list of the verifier's own.
    is_own: bool,
    /// The validity windows that its best sources state: those at this level, and of these the verifier's own if there are any.
    pub(crate) validity: BTreeSet<Period>,
    /// The regions that its best sources state; `None` for a source that states none.
    pub(crate) regions: BTreeSet<Option<String>>,
}

impl Key {
    /// True if some source leaves it open for this region.
    pub(crate) fn fits_region(&self, region: &str) -> bool {
        self.regions.iter().any(|stated| stated.as_deref().is_none_or(|stated| stated == region))
    }

    /// True if it was valid then, with two hours of slack: AWS signs some time after the hour's end.
    pub(crate) fn is_valid_at(&self, time: crate::time::Time) -> bool {
        const SLACK_SECONDS: i64 = 2 * crate::time::HOUR_SECONDS;
        self.validity.iter().any(|window| window.from.plus(-SLACK_SECONDS) <= time && time <= window.to.plus(SLACK_SECONDS))
    }
}

/// What a key list says about one key, and what the key itself shows.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyFacts {
    /// Its place in the list, counted from 1.
    pub number: u64,
    /// SHA-256 of its DER bytes as given, for pins; absent if these cannot be decoded.
    pub sha256: Option<String>,
    /// MD5 of the same bytes: the fingerprint that AWS uses.
    pub fingerprint: Option<String>,
    /// Bits of the modulus, if it is an accepted key.
    pub bits: Option<u32>,
    /// The validity that the list states.
    pub validity: Option<Period>,
    /// The region that the file's name states.
    pub region: Option<String>,
    /// Why it would not be used.
    pub problem: Option<String>,
}

/// Reads a key list, as [`Trust::add_keys`] does, and describes it.
///
/// # Errors
///
/// [`Error::Keys`] if it is no key list.
pub fn read_keys(file_name: &str, json: &[u8]) -> Result<Vec<KeyFacts>, Error> {
    let region = entry::stated_region(file_name.as_bytes());
    let entries = keys::read_list(json, region, Limits::default().json_depth).map_err(|reason| Error::Keys { reason })?;
    let describe = |entry: &KeyEntry| {
        let computed = entry.der.as_deref().map(fingerprint);
        let public = entry.der.as_deref().map(PublicKey::from_der);
        let problem = match (&public, &entry.stated_fingerprint, &entry.validity) {
            (None, ..) => Some("its value is no base64 text".to_owned()),
            (_, Some(stated), _) if Some(stated) != computed.as_ref() => {
                Some(format!("the list states another fingerprint, {}", entry::printable(stated.as_bytes())))
            }
            (Some(Err(KeyProblem::Malformed(reason) | KeyProblem::Weak(reason))), ..) => Some(reason.clone()),
            (_, _, None) => Some("its validity cannot be read".to_owned()),
            _ => None,
        };
        KeyFacts {
            number: entry.number,
            sha256: entry.der.as_deref().map(|der| hex::encode(sha256(der))),
            fingerprint: computed,
            bits: public.and_then(Result::ok).map(|public| public.bits()),
            validity: entry.validity,
            region: entry.region.clone(),
            problem,
        }
    };
    let all = |entry: &KeyEntry| {
        let facts = describe(entry);
        (entry.number..=entry.last).map(move |number| KeyFacts { number, ..facts.clone() })
    };
    Ok(entries.iter().flat_map(all).collect())
}

/// How many entries of enclosed lists are looked at that no digest file names. AWS makes a few keys a year in each region.
const MOST_UNNEEDED: u64 = 1000;

/// How many validity windows and regions of one key are kept. AWS states one of each; each digest file is held against all.
const MOST_STATED: usize = 64;

/// Inserts, but keeps only the first few of a sorted set, whatever the order in which they come.
fn insert<T: Ord>(set: &mut BTreeSet<T>, item: T) {
    set.insert(item);
    if set.len() > MOST_STATED {
        set.pop_last();
    }
}

/// The accepted keys, sorted by SHA-256.
pub(crate) struct Keyring {
    pub(crate) keys: Vec<Key>,
    by_fingerprint: BTreeMap<String, usize>,
}

impl Keyring {
    /// Gathers the verifier's keys and those of the archive. `stated` are the fingerprints that digest files name.
    pub(crate) fn gather(
        trust: &Trust,
        enclosed: &[(&EntryPath, &KeyEntry)],
        stated: &BTreeSet<&str>,
        ledger: &mut Ledger<'_>,
    ) -> Self {
        let own = trust.keys.iter().map(|entry| (None, entry));
        let handed = trust.enclosed.iter().map(|entry| (Some(None), entry));
        let sources = own.chain(handed).chain(enclosed.iter().map(|(path, entry)| (Some(Some(*path)), *entry)));
        // A key list of the verifier's own has no name in a report: reports hold no paths of the verifier's machine.
        let named = |path: Option<Option<&EntryPath>>, number: u64| match path {
            None => format!("the verifier's own key list, entry {number}"),
            Some(None) => format!("a key file that was handed over, entry {number}"),
            Some(Some(path)) => format!("{}, entry {number}", path.text()),
        };
        let mut keys: BTreeMap<[u8; 32], Key> = BTreeMap::new();
        let mut unneeded = 0_u64;
        // How many, and of the first and the last the list and the place.
        let mut passed_over: Option<(u64, _, _)> = None;
        for (path, entry) in sources {
            let computed = entry.der.as_deref().map(fingerprint);
            let is_named = |fingerprint: &Option<String>| fingerprint.as_deref().is_some_and(|named| stated.contains(named));
            if path.is_some() && !is_named(&computed) && !(computed.is_some() && is_named(&entry.stated_fingerprint)) {
                unneeded = unneeded.saturating_add(1);
                if unneeded > MOST_UNNEEDED {
                    let (count, _, last) = passed_over.get_or_insert((0, (path, entry.number), (path, entry.last)));
                    *count = count.saturating_add(entry.count());
                    *last = (path, entry.last);
                    continue;
                }
            }
            let subject = named(path, entry.number);
            let (Some(der), Some(computed)) = (&entry.der, computed) else {
                let raise = Raise::new(Code::KeyMalformed, subject).through(entry.count(), named(path, entry.last));
                ledger.enter(raise.detail("its value is no base64 text"));
                continue;
            };
            if let Some(claimed) = entry.stated_fingerprint.as_deref().filter(|claimed| *claimed != computed) {
                // A key of the verifier's own vouches, whatever was added beside it.
                let is_own = || trust.keys.iter().any(|own| own.der.as_deref().map(fingerprint).as_deref() == Some(claimed));
                let refutes = path.is_some() && stated.contains(claimed) && !is_own();
                ledger.enter(
                    Raise::new(Code::KeyFingerprintMismatch, subject)
                        .effect(if refutes { Effect::Refutes } else { Effect::Informs })
                        .expected(crate::entry::printable(claimed.as_bytes()))
                        .found(computed),
                );
                continue;
            }
            let public = match PublicKey::from_der(der) {
                Ok(public) => public,
                Err(KeyProblem::Weak(reason)) => {
                    ledger.enter(Raise::new(Code::KeyWeak, subject).found(computed).detail(reason));
                    continue;
                }
                Err(KeyProblem::Malformed(reason)) => {
                    ledger.enter(Raise::new(Code::KeyMalformed, subject).found(computed).detail(reason));
                    continue;
                }
            };
            let Some(validity) = entry.validity else {
                ledger.enter(Raise::new(Code::KeyMalformed, subject).found(computed).detail("its validity cannot be read"));
                continue;
            };
            let sha256 = sha256(der);
            let level = match &trust.pins {
                Some(pins) if pins.contains(&sha256) => Level::Pinned,
                Some(_) => Level::Enclosed,
                None if path.is_none() => Level::Trusted,
                None => Level::Enclosed,
            };
            let key = keys.entry(sha256).or_insert_with(|| Key {
                sha256,
                fingerprint: computed,
                public,
                level,
                is_own: path.is_none(),
                validity: BTreeSet::new(),
                regions: BTreeSet::new(),
            });
            let standing = (level, path.is_none());
            if standing > (key.level, key.is_own) {
                (key.level, key.is_own) = standing;
                key.validity.clear();
                key.regions.clear();
            }
            if standing == (key.level, key.is_own) {
                insert(&mut key.validity, validity);
                insert(&mut key.regions, entry.region.clone());
            }
        }
        if let Some((count, first, last)) = passed_over {
            let raise = Raise::new(Code::KeyUnused, named(first.0, first.1)).through(count, named(last.0, last.1));
            ledger.enter(raise.detail("enclosed, named by no digest file, and too many to be looked at"));
        }
        let mut sharing: BTreeMap<String, Vec<[u8; 32]>> = BTreeMap::new();
        for key in keys.values() {
            sharing.entry(key.fingerprint.clone()).or_default().push(key.sha256);
        }
        for (fingerprint, sharers) in sharing {
            if let [first, second, ..] = sharers.as_slice() {
                ledger.enter(Raise::new(Code::KeyConflict, fingerprint).expected(hex::encode(first)).found(hex::encode(second)));
                keys.retain(|sha256, _| !sharers.contains(sha256));
            }
        }
        let keys: Vec<Key> = keys.into_values().collect();
        let by_fingerprint = keys.iter().enumerate().map(|(index, key)| (key.fingerprint.clone(), index)).collect();
        Self { keys, by_fingerprint }
    }

    /// The number and the key of a fingerprint.
    pub(crate) fn find(&self, fingerprint: &str) -> Option<(usize, &Key)> {
        let index = *self.by_fingerprint.get(fingerprint)?;
        self.keys.get(index).map(|key| (index, key))
    }
}
