//! From key lists to the keys that may vouch, each at the best level that somebody gave it.

use std::collections::{BTreeMap, BTreeSet};

use crate::bytes::hash::{fingerprint, sha256};
use crate::terms::finding::{Code, Effect};
use crate::terms::ledger::{Ledger, Raise};
use crate::terms::outcome::Level;
use crate::terms::path::EntryPath;
use crate::terms::time::Period;
use crate::trust::Trust;
use crate::trust::list::KeyEntry;
use crate::trust::rsa::{KeyProblem, PublicKey};

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
    pub(crate) fn is_valid_at(&self, time: crate::terms::time::Time) -> bool {
        const SLACK_SECONDS: i64 = 2 * crate::terms::time::HOUR_SECONDS;
        self.validity.iter().any(|window| window.from.plus(-SLACK_SECONDS) <= time && time <= window.to.plus(SLACK_SECONDS))
    }
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
                let refutes = path.is_some() && stated.contains(claimed);
                ledger.enter(
                    Raise::new(Code::KeyFingerprintMismatch, subject)
                        .effect(if refutes { Effect::Refutes } else { Effect::Informs })
                        .expected(crate::bytes::text::printable(claimed.as_bytes()))
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

    /// Raises those keys that no digest file names, of which the fingerprints are given.
    pub(crate) fn judge_unused(&self, needed: &BTreeSet<&str>, ledger: &mut Ledger<'_>) {
        for key in self.keys.iter().filter(|key| !needed.contains(key.fingerprint.as_str())) {
            ledger.enter(Raise::new(Code::KeyUnused, hex::encode(key.sha256)).found(key.fingerprint.clone()));
        }
    }

    /// The number and the key of a fingerprint.
    pub(crate) fn find(&self, fingerprint: &str) -> Option<(usize, &Key)> {
        let index = *self.by_fingerprint.get(fingerprint)?;
        self.keys.get(index).map(|key| (index, key))
    }
}
