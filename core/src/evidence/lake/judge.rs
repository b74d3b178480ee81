//! Judges result sets: what their signatures vouch for, and which files are there.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::lake::result::{Delivered, ResultFile};
use crate::evidence::lake::section::{FileState, ListedFile, ResultSet};
use crate::evidence::lake::sign_file::{Listed, SignFile, shown};
use crate::evidence::lake::{self, Facts};
use crate::terms::finding::{About, Code, Effect};
use crate::terms::ledger::{Ledger, Raise};
use crate::terms::outcome::{Level, Outcome};
use crate::terms::path::{EntryPath, SplitPath, without_gz};
use crate::terms::reason::Reason;
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

impl Signature<'_> {
    fn level(&self) -> Option<Level> {
        self.signed.map(|(_, level)| level)
    }
}

/// A result file by what it holds, its folder and its name.
type Held<'a> = ([u8; 32], &'a [u8], &'a [u8]);

/// The result files by what they hold, and by their names.
struct Results<'a> {
    all: Vec<(&'a EntryPath, Option<&'a ResultFile>)>,
    by_hash: BTreeMap<Held<'a>, usize>,
    /// Those that are not listed by their hash.
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
        let mut results = Results::of(self, &checked, scope);
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
            let raise = Raise::new(Code::LakeFileUnlisted, About::Entry, path.text()).in_scope(lake::is_asked(path.split(), scope));
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
    /// Arranges them. What was asked is listed by what was asked, or by what the verifier's own keys vouch for: else a list that is not
    /// judged could excuse any file.
    fn of(files: &Files<'a>, checked: &[Option<Signature<'a>>], scope: &Scope) -> Self {
        let (mut listed, mut vouched): (BTreeSet<[u8; 32]>, BTreeSet<[u8; 32]>) = Default::default();
        for ((path, facts), signature) in files.sign_files.iter().zip(checked) {
            let hashes = || read(facts).into_iter().flat_map(|sign_file| sign_file.files.iter().map(|file| file.sha256));
            let is_own = signature.as_ref().is_some_and(|signature| signature.level() > Some(Level::Enclosed));
            if is_own || lake::is_asked(path.split(), scope) {
                vouched.extend(hashes());
            }
            listed.extend(hashes());
        }
        let all = files.results.clone();
        let mut results =
            Self { by_hash: BTreeMap::new(), by_name: BTreeMap::new(), is_listed: Vec::with_capacity(all.len()), all: Vec::new() };
        for (index, (path, result)) in all.iter().enumerate() {
            let split @ SplitPath { folder, name } = path.split();
            let lists = if lake::is_asked(split, scope) { &vouched } else { &listed };
            if let Some(sha256) = result.map(|result| result.sha256).filter(|sha256| listed.contains(sha256)) {
                results.by_hash.entry((sha256, folder, name)).or_insert(index);
            }
            let is_listed = result.is_some_and(|result| lists.contains(&result.sha256));
            if !is_listed {
                results.by_name.entry((folder, without_gz(name))).or_insert(index);
            }
            results.is_listed.push(is_listed);
        }
        Self { all, ..results }
    }

    /// The file with this content that lies beside the sign file, under its listed name or another.
    fn beside(&self, listed: &'a Listed, folder: &'a [u8]) -> Option<(&'a EntryPath, &'a ResultFile)> {
        let Listed { sha256, name } = listed;
        let own = self.by_hash.get_key_value(&(*sha256, folder, name.as_bytes()));
        let (_, index) = own.or_else(|| self.first(*sha256, folder).filter(|((_, found, _), _)| *found == folder))?;
        self.file(*index)
    }

    /// The first file with this content, wherever it lies.
    fn anywhere(&self, sha256: [u8; 32]) -> Option<(&'a EntryPath, &'a ResultFile)> {
        self.file(*self.first(sha256, b"")?.1)
    }

    fn first(&self, sha256: [u8; 32], folder: &'a [u8]) -> Option<(&Held<'a>, &usize)> {
        let next = self.by_hash.range::<Held<'a>, _>((sha256, folder, b"".as_slice())..).next();
        next.filter(|((found, ..), _)| *found == sha256)
    }

    fn file(&self, index: usize) -> Option<(&'a EntryPath, &'a ResultFile)> {
        let (path, result) = self.all.get(index)?;
        Some((path, (*result)?))
    }

    /// What lies beside the sign file under this name, and has a content that is not listed.
    fn under_name(&mut self, listed: &'a Listed, folder: &'a [u8]) -> Option<(&'a EntryPath, Option<&'a ResultFile>)> {
        let key = (folder, without_gz(listed.name.as_bytes()));
        let index = *self.by_name.get(&key).filter(|_| listed.has_plain_name())?;
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
        Raise::new(code, About::Entry, self.path.text())
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
        let level = signature.level();
        let is_own = level > Some(Level::Enclosed);
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
                    self.enter(Effect::Limits, self.raise(Code::LakeKeyUnfit).found(fingerprint()).because(reason));
                }
            }
            None if signature.is_invalid => {
                self.enter(Effect::Refutes, self.raise(Code::LakeSignatureInvalid).found(fingerprint()));
            }
            None => {
                let reason =
                    if keyring.find(&sign_file.fingerprint).is_some() { Reason::LakeOtherAlgorithm } else { Reason::LakeNoKey };
                self.enter(Effect::Limits, self.raise(Code::LakeSignatureUnchecked).found(fingerprint()).because(reason));
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
        let name = shown(&listed.name);
        if !listed.has_plain_name() {
            self.enter(Effect::Limits, self.raise(Code::LakeFileNameUnsafe).found(name.clone()));
        }
        let told = ListedFile {
            name,
            sha256: hex::encode(listed.sha256),
            state: FileState::Missing,
            entry: None,
            rows: None,
            executed: None,
            query: None,
        };
        if let Some((path, file)) = results.beside(listed, folder) {
            return Some(self.found(told, path, Delivered { listed: index, file }, listed, signature));
        }
        // What lies under its name stands for it, before copies that lie elsewhere.
        if let Some((path, file)) = results.under_name(listed, folder) {
            return Some(self.other(told, path, file, signature));
        }
        if let Some((path, file)) = results.anywhere(listed.sha256) {
            return Some(self.found(told, path, Delivered { listed: index, file }, listed, signature));
        }
        let effect = if self.unopened { Effect::Limits } else { contradicted(signature) };
        let raise =
            self.raise(Code::LakeFileMissing).expected(&told.sha256).because(Reason::LakeListedAs { name: told.name.clone() });
        self.enter(effect, raise);
        Some(told)
    }

    /// A listed file of which the content is there.
    fn found(
        &mut self,
        told: ListedFile,
        path: &EntryPath,
        delivered: Delivered<'s>,
        listed: &Listed,
        signature: &Signature<'s>,
    ) -> ListedFile {
        if path.split() != (SplitPath { folder: self.path.folder, name: listed.name.as_bytes() }) {
            self.enter(Effect::Informs, Raise::new(Code::LakeFileRenamed, About::Entry, path.text()).expected(told.name.clone()));
        }
        let told = ListedFile { entry: Some(path.text()), state: FileState::Unproved, ..told };
        // What stands in a file is quoted only if the list is authentic, and the file by it.
        let proved = signature.signed.and_then(|(signed, _)| Authentic::by_hash_link(&signed, delivered));
        if proved.is_none() {
            return told;
        }
        let ResultFile { rows, executed, query, .. } = delivered.file;
        ListedFile {
            state: FileState::Proved,
            rows: *rows,
            executed: executed.as_deref().map(str::to_owned),
            query: query.as_deref().map(str::to_owned),
            ..told
        }
    }

    /// A listed file under whose name something else lies.
    fn other(&mut self, told: ListedFile, path: &EntryPath, file: Option<&ResultFile>, signature: &Signature<'_>) -> ListedFile {
        let state = match file {
            Some(file) if file.is_text => {
                self.enter(Effect::Limits, Raise::new(Code::LakeFileInflated, About::Entry, path.text()));
                FileState::Inflated
            }
            Some(file) => {
                let raise = Raise::new(Code::LakeFileHashMismatch, About::Entry, path.text());
                self.enter(contradicted(signature), raise.expected(&told.sha256).found(hex::encode(file.sha256)));
                FileState::Altered
            }
            None => {
                // A note says why.
                self.worst = self.worst.max(Effect::Limits);
                FileState::Unread
            }
        };
        ListedFile { state, entry: Some(path.text()), ..told }
    }
}

/// What it does to a list if a file of it is other or missing: what nobody signed is not contradicted.
fn contradicted(signature: &Signature<'_>) -> Effect {
    if signature.signed.is_some() { Effect::Refutes } else { Effect::Limits }
}

/// Why the key that verifies a sign file is not that of the region and the time which the file states.
fn misfit(sign_file: &SignFile, key: &Key) -> Option<Reason> {
    let Some(region) = sign_file.region.as_deref() else { return Some(Reason::LakeNoRegion) };
    if !key.fits_region(region) {
        let stated: Vec<&str> = key.regions.iter().flatten().map(String::as_str).collect();
        return Some(Reason::LakeOtherRegion { stated: shown(region), key: stated.join(", ") });
    }
    let Some(stated) = completed(sign_file) else { return Some(Reason::LakeNoTime) };
    (!key.is_valid_at(stated)).then_some(Reason::LakeOtherTime { stated })
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

#[cfg(test)]
mod tests {
    use trailseal_forge::archive::Archive;
    use trailseal_forge::keys::{self, Listed, US_EAST_1};
    use trailseal_forge::lake::ResultSet as Forged;

    use super::*;
    use crate::Request;
    use crate::forged::report;
    use crate::report::Report;

    fn judged(edit: impl FnOnce(&Forged, &mut Archive)) -> Report {
        let (set, mut archive) = (Forged::of_account("111122223333"), Archive::default());
        set.put(&mut archive);
        edit(&set, &mut archive);
        report(&archive, &Request::default())
    }

    fn states(report: &Report) -> Vec<&'static str> {
        report.lake.iter().flat_map(|set| &set.files).map(|file| file.state.name()).collect()
    }

    fn effect(report: &Report, code: Code) -> Option<Effect> {
        report.findings.iter().find(|finding| finding.code == code).map(|finding| finding.effect)
    }

    #[test]
    fn a_sound_set_is_proved_with_its_query_and_confirms_no_axis() {
        let report = judged(|_, _| ());
        assert_eq!(states(&report), ["proved", "proved"]);
        let set = report.lake.first().unwrap();
        assert_eq!((set.outcome, set.level, set.file_count), (Outcome::Passed, Some(Level::Trusted), 2));
        assert_eq!(set.files.iter().map(|file| file.rows).collect::<Vec<_>>(), [Some(2), Some(1)]);
        assert!(set.files.iter().all(|file| file.query.as_deref().is_some_and(|query| query.starts_with("SELECT "))));
        assert_eq!([report.axes.integrity, report.axes.authenticity, report.axes.continuity], [Outcome::Indeterminate; 3]);
        let reading = crate::Reading::of(&report, crate::Language::En);
        assert!(reading.not_claimed.iter().any(|claim| claim.starts_with("Of result sets of CloudTrail Lake")));
        assert!(!report.findings.iter().any(|finding| finding.code == Code::KeyUnused), "a set needs its key");
        assert!(report.missing_keys.is_empty());
    }

    #[test]
    fn what_is_not_signed_is_not_quoted() {
        let report = judged(|set, archive| {
            archive.edit(&set.sign_path(), |bytes| {
                let text = String::from_utf8(std::mem::take(bytes)).unwrap();
                *bytes = text.replace(&US_EAST_1.fingerprint(), &"0".repeat(32)).into_bytes();
            });
        });
        assert_eq!(states(&report), ["unproved", "unproved"]);
        let set = report.lake.first().unwrap();
        assert_eq!((set.outcome, set.level), (Outcome::Indeterminate, None));
        assert!(set.files.iter().all(|file| file.entry.is_some() && file.rows.is_none() && file.query.is_none()));
        let missing: Vec<(&str, &str)> =
            report.missing_keys.iter().map(|key| (key.region.as_str(), key.fingerprint.as_str())).collect();
        assert_eq!(missing, [("us-east-1", "0".repeat(32).as_str())]);
    }

    #[test]
    fn missing_and_altered_files_are_told_apart_and_all_are_told() {
        let report = judged(|set, archive| {
            archive.edit(&set.path(0), |bytes| bytes.push(0));
            archive.remove(&set.path(1));
        });
        assert_eq!(states(&report), ["altered", "missing"]);
        assert_eq!(effect(&report, Code::LakeFileHashMismatch), Some(Effect::Refutes));
        assert_eq!(effect(&report, Code::LakeFileMissing), Some(Effect::Refutes));
        assert_eq!(effect(&report, Code::ContainerTrailingData), None, "the packed bytes are signed, however they are packed");
        assert_eq!(report.lake.first().unwrap().outcome, Outcome::Failed);
    }

    #[test]
    fn what_is_missing_may_lie_in_an_archive_that_could_not_be_read() {
        let lost = crate::Exhibit::refused(EntryPath::new("more.zip"), Code::ArchiveEntryUnreadable, Reason::Damaged);
        let (set, mut archive) = (Forged::of_account("111122223333"), Archive::default());
        set.put(&mut archive);
        archive.remove(&set.path(1));
        let mut trust = crate::Trust::default();
        trust.add_keys("us-east-1.json", &keys::list(&[Listed::key(&US_EAST_1)]), crate::Provenance::Own).unwrap();
        let mut case = crate::Case::new();
        case.admit(lost);
        for entry in &archive.entries {
            case.admit(crate::examine(EntryPath::new(&entry.path), &entry.bytes, &crate::Limits::default()));
        }
        let report = case.conclude(&Request::default().policy(trust).unwrap());
        assert_eq!(effect(&report, Code::LakeFileMissing), Some(Effect::Limits));
        assert_eq!(report.lake.first().unwrap().outcome, Outcome::Indeterminate);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_neither_missing_nor_altered() {
        let (set, mut archive) = (Forged::of_account("111122223333"), Archive::default());
        set.put(&mut archive);
        let mut case = crate::Case::new();
        for entry in &archive.entries {
            let path = EntryPath::new(&entry.path);
            case.admit(if entry.path == set.path(1) {
                crate::Exhibit::refused(path, Code::ArchiveEntryEncrypted, Reason::Password)
            } else {
                crate::examine(path, &entry.bytes, &crate::Limits::default())
            });
        }
        let report = case.conclude(&crate::Policy::default());
        assert_eq!(states(&report), ["unproved", "unread"]);
        assert_eq!(effect(&report, Code::LakeFileUnlisted), None);
    }

    #[test]
    fn of_several_copies_each_set_takes_its_own() {
        let report = judged(|set, archive| {
            let other = Forged { folder: "copy".to_owned(), ..Forged::of_account("111122223333") };
            other.put(archive);
            archive.entry(&other.path(0)).path = "copy/renamed/result_9.csv.gz".to_owned();
            archive.edit(&other.path(1), |bytes| bytes.push(0));
            assert_eq!(set.sign_file(), other.sign_file());
        });
        let entries: Vec<Vec<Option<&str>>> =
            report.lake.iter().map(|set| set.files.iter().map(|file| file.entry.as_deref()).collect()).collect();
        let folder = Forged::of_account("111122223333").folder;
        let own = [format!("{folder}/result_1.csv.gz"), format!("{folder}/result_2.csv.gz")];
        // The first in the order of paths stands for what is not beside its list.
        assert_eq!(entries, [[Some(own[0].as_str()), Some(&own[1])], [Some(own[0].as_str()), Some("copy/result_2.csv.gz")]]);
        assert_eq!(states(&report), ["proved", "proved", "proved", "altered"]);
    }

    #[test]
    fn a_list_that_was_not_asked_excuses_no_file_unless_it_is_signed() {
        let codes = |folder: &str, fingerprint: &str| {
            let (set, mut archive) = (Forged::of_account("111122223333"), Archive::default());
            archive.put(&set.path(0), set.files[0].1.clone());
            let lists = set.sign_file().replace(&US_EAST_1.fingerprint(), fingerprint);
            archive.put(&format!("{folder}/CloudTrail-Lake/result_sign.json"), lists);
            let asked = Request { accounts: vec!["111122223333".to_owned()], ..Request::default() };
            let report = report(&archive, &asked);
            effect(&report, Code::LakeFileUnlisted)
        };
        let known = US_EAST_1.fingerprint();
        assert_eq!(codes("444455556666", &"0".repeat(32)), Some(Effect::Limits));
        assert_eq!(codes("444455556666", &known), None);
        assert_eq!(codes("111122223333", &"0".repeat(32)), None, "the list itself is told");
    }

    #[test]
    fn a_flip_in_any_file_of_a_result_set_is_told_or_changes_a_label_only() {
        let sound = judged(|_, _| ());
        let proved = |report: &Report| -> Vec<(String, &'static str)> {
            let files = report.lake.iter().flat_map(|set| &set.files);
            files.map(|file| (file.sha256.clone(), file.state.name())).collect()
        };
        let set = Forged::of_account("111122223333");
        for at in 0..set.files[0].1.len() {
            let report = judged(|set, archive| archive.edit(&set.path(0), |bytes| bytes[at] ^= 1));
            assert_eq!(report.lake.first().unwrap().outcome, Outcome::Failed, "byte {at}");
        }
        for at in (0..set.sign_file().len()).step_by(3) {
            let report = judged(|set, archive| archive.edit(&set.sign_path(), |bytes| bytes[at] ^= 1));
            let is_passed = report.lake.first().unwrap().outcome == Outcome::Passed;
            assert!(!is_passed || proved(&report) == proved(&sound), "byte {at}");
        }
    }

    #[test]
    fn lists_are_bounded_and_what_is_left_out_is_counted() {
        let report = judged(|set, archive| {
            let file = set.files[0].clone();
            let mut long = Forged { folder: "long".to_owned(), files: vec![file; 20_000], ..Forged::of_account("111122223333") };
            long.files[0].0 = "result_0.csv.gz".to_owned();
            archive.put("long/result_sign.json", long.sign_file());
        });
        let listed: usize = report.lake.iter().map(|set| set.files.len()).sum();
        assert_eq!(listed as u64 + report.left_out.result_files, 20_002);
        assert!(report.left_out.result_files > 0 && report.left_out.result_sets == 0);
        assert!(report.to_canonical_json().len() < 10_000_000);
    }
}
