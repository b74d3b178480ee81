//! From key lists to the keys that may vouch, each at the best level that somebody gave it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, btree_map};

use crate::bytes::hash::{fingerprint, sha256};
use crate::bytes::text::printable;
use crate::terms::finding::{About, Code, Effect};
use crate::terms::ledger::{Ledger, Raise};
use crate::terms::outcome::Level;
use crate::terms::path::EntryPath;
use crate::terms::reason::Reason;
use crate::terms::time::{HOUR_SECONDS, Period, Time};
use crate::trust::Trust;
use crate::trust::list::KeyEntry;
use crate::trust::rsa::{KeyProblem, PublicKey};

/// An accepted key.
pub(crate) struct Key {
    pub(crate) sha256: [u8; 32],
    pub(crate) fingerprint: String,
    pub(crate) public: PublicKey,
    pub(crate) level: Level,
    /// True if it stands in a list of the verifier's own.
    is_own: bool,
    /// The validity windows that its best sources state: those at this level, and of these the verifier's own if there are any.
    pub(crate) validity: BTreeSet<Period>,
    /// The regions that its best sources state; `None` for a source that states none.
    pub(crate) regions: BTreeSet<Option<String>>,
}

impl Key {
    /// Takes what another source states of the same key: a better source replaces what worse ones stated.
    fn learn(&mut self, other: Self) {
        match (other.level, other.is_own).cmp(&(self.level, self.is_own)) {
            Ordering::Greater => *self = other,
            Ordering::Equal => {
                other.validity.into_iter().for_each(|window| insert(&mut self.validity, window));
                other.regions.into_iter().for_each(|region| insert(&mut self.regions, region));
            }
            Ordering::Less => {}
        }
    }

    /// True if some source leaves it open for this region.
    pub(crate) fn fits_region(&self, region: &str) -> bool {
        self.regions.iter().any(|stated| stated.as_deref().is_none_or(|stated| stated == region))
    }

    /// True if it was valid then, with two hours of slack: AWS signs some time after the hour's end.
    pub(crate) fn is_valid_at(&self, time: Time) -> bool {
        const SLACK_SECONDS: i64 = 2 * HOUR_SECONDS;
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

/// Who gave a key list.
#[derive(Clone, Copy)]
enum Giver<'a> {
    /// The verifier.
    Verifier,
    /// Whoever handed over the archive, in a file beside it.
    Beside,
    /// Whoever made the archive, in this entry of it.
    Archive(&'a EntryPath),
}

impl Giver<'_> {
    fn is_verifier(self) -> bool {
        matches!(self, Self::Verifier)
    }

    /// An entry of the list as reports name it. The verifier's own lists have no names: reports hold no paths of the verifier's machine.
    fn name_entry(self, number: u64) -> String {
        match self {
            Self::Verifier => format!("(verifier)#{number}"),
            Self::Beside => format!("(beside)#{number}"),
            Self::Archive(path) => format!("{}#{number}", path.text()),
        }
    }
}

/// An entry of a key list, before it is known to be a key.
struct Offer<'a> {
    giver: Giver<'a>,
    entry: &'a KeyEntry,
    /// The fingerprint of its bytes, if it has any.
    fingerprint: Option<String>,
}

impl Offer<'_> {
    /// True if the verifier gave it, or a digest file names its fingerprint, be it the computed or the stated one.
    fn is_needed(&self, stated: &BTreeSet<&str>) -> bool {
        let is_named = |fingerprint: &Option<String>| fingerprint.as_deref().is_some_and(|named| stated.contains(named));
        self.giver.is_verifier()
            || is_named(&self.fingerprint)
            || (self.fingerprint.is_some() && is_named(&self.entry.stated_fingerprint))
    }

    /// The key that is offered, at the level that its giver lends it; what is none is told to the ledger.
    fn read(self, trust: &Trust, stated: &BTreeSet<&str>, ledger: &mut Ledger<'_>) -> Option<Key> {
        let Self { giver, entry, fingerprint } = self;
        let subject = giver.name_entry(entry.number);
        let (Some(der), Some(computed)) = (&entry.der, fingerprint) else {
            let raise =
                Raise::new(Code::KeyMalformed, About::KeyEntry, subject).through(entry.count(), giver.name_entry(entry.last));
            ledger.enter(raise.because(Reason::KeyBase64));
            return None;
        };
        if let Some(claimed) = entry.stated_fingerprint.as_deref().filter(|claimed| *claimed != computed) {
            let refutes = !giver.is_verifier() && stated.contains(claimed);
            ledger.enter(
                Raise::new(Code::KeyFingerprintMismatch, About::KeyEntry, subject)
                    .effect(if refutes { Effect::Refutes } else { Effect::Informs })
                    .expected(printable(claimed.as_bytes()))
                    .found(computed),
            );
            return None;
        }
        let (code, reason) = match (PublicKey::from_der(der), entry.validity) {
            (Ok(public), Some(validity)) => {
                let sha256 = sha256(der);
                return Some(Key {
                    sha256,
                    fingerprint: computed,
                    public,
                    level: level(trust, &sha256, giver),
                    is_own: giver.is_verifier(),
                    validity: [validity].into(),
                    regions: [entry.region.clone()].into(),
                });
            }
            (Ok(_), None) => (Code::KeyMalformed, Reason::KeyValidity),
            (Err(KeyProblem::Weak(reason)), _) => (Code::KeyWeak, reason),
            (Err(KeyProblem::Malformed), _) => (Code::KeyMalformed, Reason::KeyNone),
        };
        ledger.enter(Raise::new(code, About::KeyEntry, subject).found(computed).because(reason));
        None
    }
}

/// How far a key is believed: where the verifier pins keys, nothing else counts.
fn level(trust: &Trust, sha256: &[u8; 32], giver: Giver<'_>) -> Level {
    match &trust.pins {
        Some(pins) if pins.contains(sha256) => Level::Pinned,
        Some(_) => Level::Enclosed,
        None if giver.is_verifier() => Level::Trusted,
        None => Level::Enclosed,
    }
}

/// The list and the place in it of an entry.
type Place<'a> = (Giver<'a>, u64);

/// Entries of enclosed lists that no digest file names, and which are too many to be looked at.
#[derive(Default)]
struct PassedOver<'a> {
    /// How many that no digest file names were met, those that were looked at too.
    unneeded: u64,
    /// How many were passed over, with the first and the last of them.
    run: Option<(u64, Place<'a>, Place<'a>)>,
}

impl<'a> PassedOver<'a> {
    /// True if this one, too, is passed over.
    fn takes(&mut self, offer: &Offer<'a>) -> bool {
        self.unneeded = self.unneeded.saturating_add(1);
        if self.unneeded <= MOST_UNNEEDED {
            return false;
        }
        let (giver, entry) = (offer.giver, offer.entry);
        let (count, _, last) = self.run.get_or_insert((0, (giver, entry.number), (giver, entry.last)));
        *count = count.saturating_add(entry.count());
        *last = (giver, entry.last);
        true
    }

    fn report(self, ledger: &mut Ledger<'_>) {
        if let Some((count, (first, number), (last, end))) = self.run {
            let raise = Raise::new(Code::KeyUnused, About::KeyEntry, first.name_entry(number)).through(count, last.name_entry(end));
            ledger.enter(raise.because(Reason::KeyPassedOver));
        }
    }
}

/// Takes out keys that share a fingerprint: a digest file names its key by it alone, so none of them may vouch.
fn refuse_conflicts(keys: &mut BTreeMap<[u8; 32], Key>, ledger: &mut Ledger<'_>) {
    let mut sharing: BTreeMap<String, Vec<[u8; 32]>> = BTreeMap::new();
    for key in keys.values() {
        sharing.entry(key.fingerprint.clone()).or_default().push(key.sha256);
    }
    for (fingerprint, sharers) in sharing {
        if let [first, second, ..] = sharers.as_slice() {
            ledger.enter(
                Raise::new(Code::KeyConflict, About::Fingerprint, fingerprint)
                    .expected(hex::encode(first))
                    .found(hex::encode(second)),
            );
            keys.retain(|sha256, _| !sharers.contains(sha256));
        }
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
        let own = trust.keys.iter().map(|entry| (Giver::Verifier, entry));
        let handed = trust.enclosed.iter().map(|entry| (Giver::Beside, entry));
        let enclosed = enclosed.iter().map(|(path, entry)| (Giver::Archive(path), *entry));
        let mut keys: BTreeMap<[u8; 32], Key> = BTreeMap::new();
        let mut passed_over = PassedOver::default();
        for (giver, entry) in own.chain(handed).chain(enclosed) {
            let offer = Offer { giver, entry, fingerprint: entry.der.as_deref().map(fingerprint) };
            if !offer.is_needed(stated) && passed_over.takes(&offer) {
                continue;
            }
            let Some(key) = offer.read(trust, stated, ledger) else { continue };
            match keys.entry(key.sha256) {
                btree_map::Entry::Vacant(place) => drop(place.insert(key)),
                btree_map::Entry::Occupied(mut known) => known.get_mut().learn(key),
            }
        }
        passed_over.report(ledger);
        refuse_conflicts(&mut keys, ledger);
        let keys: Vec<Key> = keys.into_values().collect();
        let by_fingerprint = keys.iter().enumerate().map(|(index, key)| (key.fingerprint.clone(), index)).collect();
        Self { keys, by_fingerprint }
    }

    /// Raises those keys that no digest file names, of which the fingerprints are given.
    pub(crate) fn judge_unused(&self, needed: &BTreeSet<&str>, ledger: &mut Ledger<'_>) {
        for key in self.keys.iter().filter(|key| !needed.contains(key.fingerprint.as_str())) {
            ledger.enter(Raise::new(Code::KeyUnused, About::Key, hex::encode(key.sha256)).found(key.fingerprint.clone()));
        }
    }

    /// The number and the key of a fingerprint.
    pub(crate) fn find(&self, fingerprint: &str) -> Option<(usize, &Key)> {
        let index = *self.by_fingerprint.get(fingerprint)?;
        self.keys.get(index).map(|key| (index, key))
    }
}
