//! Judges result sets: what their signatures vouch for, and which files are there.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::lake::result::{Delivered, ResultFile};
use crate::evidence::lake::section::{FileState, ListedFile, ResultSet};
use crate::evidence::lake::sign_file::{Listed, SignFile, shown};
use crate::evidence::lake::{self, Facts};
use crate::terms::finding::{Code, Effect};
use crate::terms::ledger::{Ledger, Raise};
use crate::terms::outcome::{Level, Outcome};
use crate::terms::path::{EntryPath, SplitPath, without_gz};
use crate::terms::scope::Scope;
use crate::terms::spread::{self, Spread};
use crate::terms::time::Time;
use crate::trust::keyring::{Key, Keyring};
use crate::trust::signature::{Authentic, Checked, Signed as _};

/// The files of all result sets of a case, in the order of their paths.
#[derive(Default)]
pub(crate) struct Files<'a> {
    sign_files: Vec<(&'a EntryPath, &'a Facts)>,
    results: Vec<(&'a EntryPath, Option<&'a ResultFile>)>,
}

/// A sign file, and what became of its signature.
struct Signature<'a> {
    signed: Option<(Authentic<&'a SignFile>, Level)>,
    /// It was checked, and is another's.
    is_invalid: bool,
}

/// The result files by what they hold, and by their names.
struct Results<'a> {
    all: &'a [(&'a EntryPath, Option<&'a ResultFile>)],
    by_hash: BTreeMap<([u8; 32], &'a [u8], &'a [u8]), usize>,
    /// Those that no list has by their hash.
    by_name: BTreeMap<(&'a [u8], &'a [u8]), usize>,
    /// Those that serve for a listed file, be it by their hash or by their name.
    is_listed: Vec<bool>,
}

impl<'a> Files<'a> {
    pub(crate) fn of(facts: impl Iterator<Item = (&'a EntryPath, &'a Facts)>) -> Self {
        let mut files = Self::default();
        for (path, facts) in facts {
            match facts {
                Facts::Result(result) => files.results.push((path, result.as_deref())),
                _ => files.sign_files.push((path, facts)),
            }
        }
        files
    }

    fn read(&self) -> impl Iterator<Item = &'a SignFile> {
        self.sign_files.iter().filter_map(|(_, facts)| read(facts))
    }

    /// The fingerprints of the keys that sign files name.
    pub(crate) fn fingerprints(&self) -> impl Iterator<Item = &'a str> {
        self.read().map(|sign_file| &*sign_file.fingerprint)
    }

    /// Judges all of them. If an archive inside could not be read, what is missing may lie in it.
    pub(crate) fn judge(
        &self,
        keyring: &Keyring,
        unopened: Option<&EntryPath>,
        scope: &Scope,
        spread: &Spread<'_>,
        ledger: &mut Ledger<'_>,
    ) -> Vec<ResultSet> {
        let checked = spread::map(spread, self.sign_files.len(), |index| check(read(self.sign_files.get(index)?.1)?, keyring));
        let mut results = Results::of(&self.results, self.read());
        let mut sets = Vec::new();
        for ((path, facts), signature) in self.sign_files.iter().zip(checked) {
            let set = Set {
                path: path.split(),
                is_asked: lake::is_asked(path.split(), scope),
                unopened: unopened.is_some(),
                worst: Effect::Informs,
                ledger,
            };
            sets.push(match (read(facts), signature) {
                (Some(sign_file), Some(signature)) => set.judge(sign_file, &signature, keyring, &mut results),
                // A note says why it is none.
                _ => set.unread(if matches!(facts, Facts::Malformed) { Outcome::Failed } else { Outcome::Indeterminate }),
            });
        }
        for ((path, result), _) in self.results.iter().zip(&results.is_listed).filter(|(_, is_listed)| !**is_listed) {
            let raise = Raise::new(Code::LakeFileUnlisted, path.text()).in_scope(lake::is_asked(path.split(), scope));
            ledger.enter(match result {
                Some(result) => raise.found(hex::encode(result.sha256)),
                None => raise,
            });
        }
        sets
    }
}

fn read(facts: &Facts) -> Option<&SignFile> {
    if let Facts::SignFile(sign_file) = facts { Some(sign_file) } else { None }
}

/// Checks the signature of a sign file under the key that it names.
fn check<'a>(sign_file: &'a SignFile, keyring: &Keyring) -> Option<Signature<'a>> {
    let Some((number, key)) = keyring.find(&sign_file.fingerprint) else {
        return Some(Signature { signed: None, is_invalid: false });
    };
    let checked = Checked::new(&key.public, sign_file.message_sha256(), &sign_file.signature);
    let signed = Authentic::by_signature(sign_file, &checked, number).map(|authentic| (authentic, key.level));
    // Which algorithms it names is not signed: a signature that verifies is one all the same.
    Some(Signature { is_invalid: signed.is_none() && !sign_file.names_other_algorithm, signed })
}

impl<'a> Results<'a> {
    fn of(all: &'a [(&'a EntryPath, Option<&'a ResultFile>)], sign_files: impl Iterator<Item = &'a SignFile>) -> Self {
        let listed: BTreeSet<[u8; 32]> = sign_files.flat_map(|sign_file| sign_file.files.iter().map(|file| file.sha256)).collect();
        let mut results =
            Self { all, by_hash: BTreeMap::new(), by_name: BTreeMap::new(), is_listed: Vec::with_capacity(all.len()) };
        for (index, (path, result)) in all.iter().enumerate() {
            let SplitPath { folder, name } = path.split();
            let hash = result.map(|result| result.sha256).filter(|sha256| listed.contains(sha256));
            results.is_listed.push(hash.is_some());
            match hash {
                Some(sha256) => results.by_hash.entry((sha256, folder, name)).or_insert(index),
                None => results.by_name.entry((folder, without_gz(name))).or_insert(index),
            };
        }
        results
    }

    /// The file with this content: under its listed name, or beside the sign file, or anywhere.
    fn with_content(&self, listed: &'a Listed, folder: &'a [u8]) -> Option<(&'a EntryPath, &'a ResultFile)> {
        let Listed { sha256, name } = listed;
        let from = |folder: &'a [u8], name: &'a [u8]| {
            let next = self.by_hash.range((*sha256, folder, name)..).next();
            next.filter(|((found, ..), _)| found == sha256)
        };
        let is_beside = |((_, found, _), _): &(&([u8; 32], &[u8], &[u8]), &usize)| *found == folder;
        let own = self.by_hash.get_key_value(&(*sha256, folder, name.as_bytes()));
        let (_, index) = own.or_else(|| from(folder, b"").filter(is_beside)).or_else(|| from(b"", b""))?;
        let (path, result) = self.all.get(*index)?;
        Some((path, (*result)?))
    }

    /// What lies beside the sign file under this name, and has a content that no sign file lists.
    fn with_name(&mut self, name: &'a str, folder: &'a [u8]) -> Option<(&'a EntryPath, Option<&'a ResultFile>)> {
        let index = *self.by_name.get(&(folder, without_gz(name.as_bytes())))?;
        self.is_listed.get_mut(index).into_iter().for_each(|is_listed| *is_listed = true);
        self.all.get(index).copied()
    }
}

/// A result set that is being judged.
struct Set<'s, 'l, 'w> {
    path: SplitPath<'s>,
    is_asked: bool,
    unopened: bool,
    worst: Effect,
    ledger: &'l mut Ledger<'w>,
}

impl<'s> Set<'s, '_, '_> {
    fn raise(&self, code: Code) -> Raise {
        Raise::new(code, self.path.text())
    }

    fn enter(&mut self, effect: Effect, raise: Raise) {
        self.worst = self.worst.max(effect);
        self.ledger.enter(raise.effect(effect).in_scope(self.is_asked));
    }

    /// What is said of a sign file that cannot be read.
    fn unread(&self, outcome: Outcome) -> ResultSet {
        ResultSet {
            entry: self.path.text(),
            in_scope: self.is_asked,
            account: lake::account(self.path).map(str::to_owned),
            region: None,
            completed: None,
            fingerprint: None,
            level: None,
            outcome,
            file_count: 0,
            files: Vec::new(),
        }
    }

    fn judge(
        mut self,
        sign_file: &'s SignFile,
        signature: &Signature<'s>,
        keyring: &Keyring,
        results: &mut Results<'s>,
    ) -> ResultSet {
        self.judge_signature(sign_file, signature, keyring);
        let files: Vec<ListedFile> =
            (0..sign_file.files.len()).filter_map(|index| self.judge_file(index, sign_file, signature, results)).collect();
        let level = signature.signed.map(|(_, level)| level);
        let is_own = level.is_some_and(|level| level > Level::Enclosed);
        ResultSet {
            region: sign_file.region.as_deref().map(shown),
            completed: sign_file.completed.as_deref().map(shown),
            fingerprint: Some(shown(&sign_file.fingerprint)),
            level,
            file_count: files.len() as u64,
            files,
            ..self.unread(Outcome::fold([self.worst].into_iter(), u64::from(is_own)))
        }
    }

    fn judge_signature(&mut self, sign_file: &SignFile, signature: &Signature<'_>, keyring: &Keyring) {
        let fingerprint = || shown(&sign_file.fingerprint);
        match signature.signed {
            Some((_, Level::Enclosed)) => {
                self.enter(Effect::Limits, self.raise(Code::LakeKeyEnclosed).found(fingerprint()));
            }
            Some(_) => {
                let key = keyring.find(&sign_file.fingerprint).map(|(_, key)| key);
                if let Some(reason) = key.and_then(|key| misfit(sign_file, key)) {
                    self.enter(Effect::Limits, self.raise(Code::LakeKeyUnfit).found(fingerprint()).detail(reason));
                }
            }
            None if signature.is_invalid => {
                self.enter(Effect::Refutes, self.raise(Code::LakeSignatureInvalid).found(fingerprint()));
            }
            None => {
                let reason = if keyring.find(&sign_file.fingerprint).is_some() {
                    "it names another algorithm, and its signature does not verify as SHA256withRSA over SHA-256"
                } else {
                    "no accepted key has this fingerprint"
                };
                self.enter(Effect::Limits, self.raise(Code::LakeSignatureUnchecked).found(fingerprint()).detail(reason));
            }
        }
    }

    fn judge_file(
        &mut self,
        index: usize,
        sign_file: &'s SignFile,
        signature: &Signature<'s>,
        results: &mut Results<'s>,
    ) -> Option<ListedFile> {
        let listed = sign_file.files.get(index)?;
        let SplitPath { folder, .. } = self.path;
        let (name, sha256) = (shown(&listed.name), hex::encode(listed.sha256));
        if !listed.has_plain_name() {
            self.enter(Effect::Limits, self.raise(Code::LakeFileNameUnsafe).found(name.clone()));
        }
        let mut told = ListedFile { name, sha256, state: FileState::Missing, entry: None, rows: None, executed: None, query: None };
        if let Some((path, file)) = results.with_content(listed, folder) {
            told.entry = Some(path.text());
            // What stands in a file is quoted only if the list is authentic, and the file by it.
            let proved =
                signature.signed.and_then(|(signed, _)| Authentic::by_hash_link(&signed, Delivered { listed: index, file }));
            told.state = if proved.is_some() { FileState::Proved } else { FileState::Unproved };
            if proved.is_some() {
                told.rows = file.rows;
                told.executed = file.executed.as_deref().map(str::to_owned);
                told.query = file.query.as_deref().map(str::to_owned);
            }
            if path.split() != (SplitPath { folder, name: listed.name.as_bytes() }) {
                let raise = Raise::new(Code::LakeFileRenamed, path.text()).expected(told.name.clone());
                self.enter(Effect::Informs, raise);
            }
            return Some(told);
        }
        let beside = if listed.has_plain_name() { results.with_name(&listed.name, folder) } else { None };
        // What nobody signed is not contradicted.
        let contradicted = if signature.signed.is_some() { Effect::Refutes } else { Effect::Limits };
        let path = beside.map(|(path, _)| path.text());
        let subject = || path.clone().unwrap_or_else(|| self.path.text());
        let (state, effect, raise) = match beside {
            Some((_, Some(file))) if file.is_text => {
                (FileState::Inflated, Effect::Limits, Some(Raise::new(Code::LakeFileInflated, subject())))
            }
            Some((_, Some(file))) => {
                let raise =
                    Raise::new(Code::LakeFileHashMismatch, subject()).expected(&told.sha256).found(hex::encode(file.sha256));
                (FileState::Altered, contradicted, Some(raise))
            }
            // A note says why.
            Some((_, None)) => (FileState::Unread, Effect::Limits, None),
            None => {
                let effect = if self.unopened { Effect::Limits } else { contradicted };
                let raise = Raise::new(Code::LakeFileMissing, subject()).expected(&told.sha256);
                (FileState::Missing, effect, Some(raise.detail(format!("it lists {}", told.name))))
            }
        };
        self.worst = self.worst.max(effect);
        if let Some(raise) = raise {
            self.enter(effect, raise);
        }
        Some(ListedFile { state, entry: path, ..told })
    }
}

/// Why the key that verifies a sign file is not that of the region and the time which the file states.
fn misfit(sign_file: &SignFile, key: &Key) -> Option<String> {
    let Some(region) = sign_file.region.as_deref() else { return Some("no region is stated".to_owned()) };
    if !key.fits_region(region) {
        let stated: Vec<&str> = key.regions.iter().flatten().map(String::as_str).collect();
        return Some(format!("the region {} is stated, and the key is of {}", shown(region), stated.join(", ")));
    }
    let Some(completed) = completed(sign_file) else { return Some("no time is stated that can be read".to_owned()) };
    (!key.is_valid_at(completed)).then(|| format!("the time {completed} is stated, and the key is not valid then"))
}

/// The time that a sign file states.
pub(crate) fn completed(sign_file: &SignFile) -> Option<Time> {
    Time::from_digest(sign_file.completed.as_deref()?)
}

impl<'a> Files<'a> {
    /// Where the keys of those sets would be found that no independent key vouches for, by what is stated: region, fingerprint and time.
    pub(crate) fn lacking(&self, keyring: &Keyring, scope: &Scope) -> impl Iterator<Item = (&'a str, &'a str, Time)> {
        let is_had =
            |sign_file: &SignFile| keyring.find(&sign_file.fingerprint).is_some_and(|(_, key)| key.level > Level::Enclosed);
        let asked = self.sign_files.iter().filter(|(path, _)| lake::is_asked(path.split(), scope));
        let lacking = asked.filter_map(|(_, facts)| read(facts)).filter(move |sign_file| !is_had(sign_file));
        lacking.filter_map(|sign_file| {
            let region = sign_file.region.as_deref().filter(|region| crate::terms::scope::is_region(region))?;
            Some((region, &*sign_file.fingerprint, completed(sign_file)?))
        })
    }
}
