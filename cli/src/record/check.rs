//! A record held against files: whether these are the files of the record, and whether they give its report.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::path::PathBuf;

use trailseal::{Asked, Limits, Policy, Request, Scope, Trust, counted, visible};

use crate::args::{self, RecordCheck};
use crate::evidence::{self, Threads};
use crate::lines;
use crate::record::form::{Evidence, Form, Input, Listing, Role, Verdict, Written};
use crate::record::make::{Begun, Sealed, enclosed_words};
use crate::record::{Record, form, page};
use crate::render::WIDTH;
use crate::{Failure, gather, threads};

/// Lines of one kind that are shown without `--full`.
const FEW: usize = 20;

/// What came of holding a record against files.
#[derive(Default)]
pub(crate) struct Findings {
    /// What is not as recorded.
    differences: Vec<String>,
    /// What is worth knowing, and no difference.
    notes: Vec<String>,
    /// What could not be compared, although the record has it.
    open: Vec<String>,
    /// What was compared.
    compared: Vec<(&'static str, String)>,
}

/// A file that is to be found again.
struct Named<'a> {
    name: &'a str,
    size_bytes: u64,
    sha256: &'a str,
}

/// Whoever wrote a record does not decide how much is read for it.
fn within(recorded: &Limits, allowed: &Limits) -> Result<(), String> {
    let mut pairs = args::named_limits(recorded).into_iter().zip(args::named_limits(allowed));
    match pairs.find(|((_, recorded), (_, allowed))| recorded > allowed) {
        Some(((name, recorded), _)) => Err(format!("it was made with a higher limit; to read as much, --limit {name}={recorded}")),
        None => Ok(()),
    }
}

/// Performs the verification of a record again, and says what is another now. The exit code: 0 nothing, 1 something, 2 if it cannot be told.
pub(crate) fn check(asked: &RecordCheck) -> Result<(String, u8), Failure> {
    let Written { record, form, is_exact } = form::read(&asked.record)?;
    within(&record.limits, &args::limits(&asked.limits).map_err(Failure::new)?)
        .map_err(|error| Failure::at(&asked.record, error))?;
    let policy = |trust| {
        policy(&record.asked, trust).map_err(|error| Failure::at(&asked.record, format!("asks what cannot be asked: {error}")))
    };
    policy(Trust::default())?;
    let keys = evidence::all_key_files(&asked.keys)?;
    let roles = [(Role::Scope, &asked.scope), (Role::Accounts, &asked.accounts_from), (Role::Pins, &asked.pins)];
    let inputs: Vec<(Role, PathBuf)> =
        roles.iter().flat_map(|(role, paths)| paths.iter().map(|path| (*role, path.clone()))).collect();
    let begun = Begun::look(&asked.archives, &keys, &inputs, &record.limits)?;
    let policy = policy(evidence::read_trust(&asked.keys, &asked.pins, &asked.archives)?)?;
    let case = gather(&asked.archives, &record.limits, threads(asked.threads))?;
    let threads = Threads { count: threads(asked.threads), watch: &() };
    let here = begun.seal(&case, &threads)?;
    let report = case.conclude_with(&policy, &|count, work| threads.spread(count, work));
    let mut found = Findings::default();
    found.files(&record, &here);
    found.keys(&record, &here);
    found.inputs(&record, &here.inputs);
    found.verdict(&record, &Verdict::of(&report), &report.asked);
    found.writing(&record, form, is_exact);
    found.notes.extend(page::changed(&record.limits).map(|limits| format!("read within the limits of the record: {limits}")));
    Ok((found.text(&record, asked.full), found.code()))
}

/// The question of a record, held to the same rules as one that is asked by options.
fn policy(asked: &Asked, trust: Trust) -> Result<Policy, trailseal::Error> {
    let mut scope = Scope::default();
    for question in &asked.questions {
        let texts = |names: &std::collections::BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>();
        let request = Request {
            from: question.period.map(|period| period.from.to_string()),
            to: question.period.map(|period| period.to.to_string()),
            accounts: texts(&question.accounts),
            regions: texts(&question.regions),
            trails: texts(&question.trails),
            ..Request::default()
        };
        scope.questions.extend(request.scope()?.questions);
    }
    let policy = asked.policy.iter().map(|(code, effect)| (code.name().to_owned(), *effect)).collect();
    let rest = Request { relocated: asked.relocated.clone(), policy, ..Request::default() }.policy(trust)?;
    Ok(Policy { scope: Scope { relocations: rest.scope.relocations, ..scope }, ..rest })
}

impl Findings {
    fn code(&self) -> u8 {
        match (self.differences.is_empty(), self.open.is_empty()) {
            (false, _) => 1,
            (true, false) => crate::COULD_NOT_RUN,
            (true, true) => 0,
        }
    }

    fn differs(&mut self, what: impl Into<String>) {
        self.differences.push(what.into());
    }

    /// Files by their hashes, then by their names.
    fn pair(&mut self, what: &str, recorded: &[Named<'_>], here: &[Named<'_>]) {
        // The same bytes under the same name come first, so that of two files alike none is called renamed.
        let (mut left, mut others) = (Vec::new(), queues(here.iter(), |file| (file.sha256, file.name)));
        for file in recorded {
            match others.get_mut(&(file.sha256, file.name)).and_then(VecDeque::pop_front) {
                Some(other) => self.size(what, file, other),
                None => left.push(file),
            }
        }
        let (mut lost, mut others) = (Vec::new(), queues(others.into_values().flatten(), |file| file.sha256));
        for file in left {
            match others.get_mut(file.sha256).and_then(VecDeque::pop_front) {
                Some(other) => {
                    self.notes.push(format!("{what} {}: the same bytes under another name, {}", file.name, other.name));
                    self.size(what, file, other);
                }
                None => lost.push(file),
            }
        }
        let mut others = queues(others.into_values().flatten(), |file| file.name);
        for file in lost {
            let name = file.name;
            match others.get_mut(name).and_then(VecDeque::pop_front) {
                None => self.differs(format!("{what} {name}: missing (SHA-256 {})", file.sha256)),
                Some(other) if other.size_bytes != file.size_bytes => {
                    self.differs(format!("{what} {name}: another size: {} recorded, {} here", file.size_bytes, other.size_bytes));
                }
                Some(other) => {
                    self.differs(format!("{what} {name}: another SHA-256: {} recorded, {} here", file.sha256, other.sha256));
                }
            }
        }
        for other in others.into_values().flatten() {
            self.differs(format!("{what} {}: not in the record (SHA-256 {})", other.name, other.sha256));
        }
    }

    /// The same bytes are as many: if the record says otherwise, somebody wrote that.
    fn size(&mut self, what: &str, recorded: &Named<'_>, here: &Named<'_>) {
        if recorded.size_bytes != here.size_bytes {
            let (name, then, now) = (recorded.name, recorded.size_bytes, here.size_bytes);
            self.differs(format!("{what} {name}: the record states {then} bytes, and those with its SHA-256 are {now}"));
        }
    }

    fn files(&mut self, record: &Record, here: &Sealed) {
        let (mut recorded, mut found) = (record.evidence.iter().collect::<Vec<_>>(), here.evidence.iter().collect::<Vec<_>>());
        // A folder whose list has the same hash is the same folder. Only of others single files are looked at.
        recorded.retain(|evidence| {
            let Evidence::Folder { list_sha256, file_count, size_bytes, not_hashed_count, .. } = evidence else { return true };
            let same = found.iter().position(|other| {
                matches!(other, Evidence::Folder { list_sha256: list, file_count: files, size_bytes: size, not_hashed_count: not_hashed, .. }
                    if (list, files, size, not_hashed) == (list_sha256, file_count, size_bytes, not_hashed_count))
                    && (listing(evidence).is_none() || listing(evidence) == listing(other))
            });
            same.is_none_or(|at| {
                if let (Evidence::Folder { name, .. }, Evidence::Folder { name: other, .. }) = (evidence, found.remove(at))
                    && name != other
                {
                    self.notes.push(format!("folder {name}: the same files, in a folder that is named {other} here"));
                }
                false
            })
        });
        let mut is_any_unlisted = false;
        for evidence in &recorded {
            if let Evidence::Folder { name, file_count, size_bytes, listing, .. } = evidence {
                is_any_unlisted |= listing.is_none();
                let whole = format!("{} of {size_bytes} bytes", counted(*file_count, "file", "files"));
                let more = if listing.is_none() { "; a record in JSON tells which file differs" } else { "" };
                self.differs(format!("folder {name}, {whole}: no folder here has the same list of files{more}"));
            }
        }
        if is_any_unlisted {
            // Which of the files here are in that list cannot be told.
            found.retain(|evidence| matches!(evidence, Evidence::File { .. }));
        }
        self.pair("file", &named(&recorded), &named(&found));
        let rest = |all: &[&Evidence]| {
            let mut rest: Vec<String> = all
                .iter()
                .filter_map(|evidence| listing(evidence))
                .flat_map(|listing| listing.not_hashed.iter().map(|one| format!("{}: {}", one.name, one.what)))
                .collect();
            rest.sort();
            rest
        };
        let (then, now) = (rest(&recorded), rest(&found));
        for line in then.iter().filter(|line| now.binary_search(line).is_err()) {
            self.differs(format!("{line}: recorded, not so here"));
        }
        for line in now.iter().filter(|line| then.binary_search(line).is_err()) {
            self.differs(format!("{line}: so here, not recorded"));
        }
        self.compared.push(("evidence", in_all(&record.evidence)));
    }

    fn keys(&mut self, record: &Record, here: &Sealed) {
        let named = |files: &mut dyn Iterator<Item = &form::KeyFile>| -> Vec<(String, u64, String)> {
            files.map(|file| (file.name.clone(), file.size_bytes, file.sha256.clone())).collect()
        };
        let (recorded, found) = (named(&mut record.keys.iter()), named(&mut here.keys.iter().map(|(list, _)| list)));
        self.pair("key list", &borrowed(&recorded), &borrowed(&found));
        for file in &record.keys {
            // What a list says depends on its bytes and, for the region, on its name in the record.
            let Some((other, json)) = here.keys.iter().find(|(other, _)| other.sha256 == file.sha256) else { continue };
            if other.enclosed != file.enclosed {
                let [then, now] = [file, other].map(|file| enclosed_words(file.enclosed));
                self.differs(format!("key list {}: enclosed by the sender: '{then}' recorded, '{now}' here", file.name));
            }
            if trailseal::read_keys(&file.name, json).ok().as_ref() != Some(&file.keys) {
                self.differs(format!("key list {}: the record states other keys than are in it", file.name));
            }
        }
        self.compared.push(("keys", counted(record.keys.len() as u64, "key list", "key lists")));
    }

    fn inputs(&mut self, record: &Record, here: &[Input]) {
        for role in [Role::Scope, Role::Accounts, Role::Pins] {
            let named = |inputs: &[Input]| -> Vec<(String, u64, String)> {
                let of_role = inputs.iter().filter(|input| input.role == role);
                of_role.map(|input| (input.name.clone(), input.size_bytes, input.sha256.clone())).collect()
            };
            let (recorded, found) = (named(&record.inputs), named(here));
            if role != Role::Pins && found.is_empty() && !recorded.is_empty() {
                self.notes.push(format!("the {} was not given, and is not compared; what it asks is in the record", role.words()));
            } else {
                self.pair(role.words(), &borrowed(&recorded), &borrowed(&found));
            }
        }
    }

    fn verdict(&mut self, record: &Record, here: &Verdict, asked: &Asked) {
        let then = &record.verdict;
        let before = self.differences.len();
        if record.asked != *asked {
            self.differs("what was asked: written otherwise than trailseal understands it");
        }
        let pairs = [
            ("verdict", then.overall.name(), here.overall.name()),
            ("report digest", &then.report_digest, &here.report_digest),
            ("evidence root", &then.evidence_root, &here.evidence_root),
        ];
        for (what, then, now) in pairs.into_iter().filter(|(_, then, now)| then != now) {
            self.differs(format!("{what}: {then} recorded, {now} here"));
        }
        // All else follows from the report: with another one it needs no line of its own, and with the same one somebody wrote it.
        if self.differences.len() == before && (then.axes, then.exit_code) != (here.axes, here.exit_code) {
            self.differs("axes or exit code: not those of the report");
        }
        if self.differences.len() == before && then.sentence != here.sentence {
            self.differs(format!("sentence: not that of the report, which is: {}", here.sentence));
        }
        if self.differences.len() > before && !is_this_version(record) {
            self.notes.push(format!(
                "the record was made by trailseal {}, and this is {}: another version may judge otherwise, or say it in other words",
                record.program.version,
                env!("CARGO_PKG_VERSION")
            ));
        }
        self.compared.push(("report", here.report_digest.clone()));
        self.compared.push(("root", here.evidence_root.clone()));
        self.compared.push(("verdict", here.overall.name().to_owned()));
    }

    /// What people read of a record must be what is in it.
    fn writing(&mut self, record: &Record, form: Form, is_exact: bool) {
        let what = match form {
            Form::Html => "what can be read on the page is",
            Form::Json => "the file is",
        };
        if is_exact {
        } else if is_this_version(record) {
            self.differs(format!(
                "the record itself: {what} not what trailseal writes of the data in it; something was changed, added or taken away"
            ));
        } else {
            self.open.push(format!(
                "the record itself: it was made by trailseal {}, and whether {what} what that version writes of the data in it, this version \
                 cannot tell",
                record.program.version
            ));
        }
    }

    fn text(&self, record: &Record, full: bool) -> String {
        let mut text = String::new();
        let head = match (self.differences.len() as u64, self.open.is_empty()) {
            (0, true) => "THE SAME: the same files, the same report".to_owned(),
            (0, false) => "NOT ALL CHECKED: the same files, the same report, but the record cannot be checked".to_owned(),
            (count, _) => format!("DIFFERENT: {} from the record", counted(count, "difference", "differences")),
        };
        // Writing into a String cannot fail.
        let mut line = |line: &str| _ = writeln!(text, "{}", visible(line));
        line(&head);
        line("");
        for (mark, lines) in [("-", &self.differences), ("?", &self.open), ("·", &self.notes)] {
            let shown = if full { lines.len() } else { FEW };
            lines.iter().take(shown).for_each(|one| wrap(&format!("  {mark} "), one, &mut line));
            if lines.len() > shown {
                line(&format!("  … {} more (--full shows them)", lines.len() - shown));
            }
            if !lines.is_empty() {
                line("");
            }
        }
        if self.differences.is_empty() {
            self.compared.iter().for_each(|(what, value)| line(&format!("  {what:<10}{value}")));
            line("");
        }
        let Record { program, machine, .. } = record;
        wrap(
            "  ",
            &format!("Recorded by trailseal {} on {}, whose clock said {}.", program.version, machine.host, machine.ended),
            &mut line,
        );
        wrap(
            "  ",
            "Not shown by this: who wrote the record, when, on which machine, with which program file and command line; what people wrote in \
             it; and the report file that it names. Only a signature or a time stamp on the record shows who and when (docs/record.md).",
            &mut line,
        );
        text
    }
}

/// Files by something of theirs, in their order.
fn queues<'n, 'f, K: Ord>(
    files: impl Iterator<Item = &'f Named<'n>>,
    key: impl Fn(&'f Named<'n>) -> K,
) -> BTreeMap<K, VecDeque<&'f Named<'n>>>
where
    'n: 'f,
{
    let mut queues: BTreeMap<K, VecDeque<&Named<'_>>> = BTreeMap::new();
    files.for_each(|file| queues.entry(key(file)).or_default().push_back(file));
    queues
}

/// Wraps words; names and hashes stay whole.
fn wrap(margin: &str, text: &str, line: &mut dyn FnMut(&str)) {
    let indent = " ".repeat(margin.chars().count());
    // Line feeds of a hostile text are taken out first: they would begin lines of their own.
    lines::wrapped(&visible(text), WIDTH, margin, &indent).iter().for_each(|wrapped| line(wrapped));
}

fn is_this_version(record: &Record) -> bool {
    record.program.version == env!("CARGO_PKG_VERSION")
}

fn listing(evidence: &Evidence) -> Option<&Listing> {
    match evidence {
        Evidence::Folder { listing, .. } => listing.as_ref(),
        Evidence::File { .. } => None,
    }
}

/// Archives, and the files of folders.
fn named<'a>(evidence: &[&'a Evidence]) -> Vec<Named<'a>> {
    let mut all = Vec::new();
    for one in evidence {
        match one {
            Evidence::File { name, size_bytes, sha256, .. } => all.push(Named { name, size_bytes: *size_bytes, sha256 }),
            Evidence::Folder { listing, .. } => all.extend(listing.iter().flat_map(|listing| &listing.files).map(|file| Named {
                name: &file.name,
                size_bytes: file.size_bytes,
                sha256: &file.sha256,
            })),
        }
    }
    all
}

fn borrowed(files: &[(String, u64, String)]) -> Vec<Named<'_>> {
    files.iter().map(|(name, size_bytes, sha256)| Named { name, size_bytes: *size_bytes, sha256 }).collect()
}

fn in_all(evidence: &[Evidence]) -> String {
    let (mut files, mut bytes) = (0_u64, 0_u64);
    for one in evidence {
        let (count, size) = match one {
            Evidence::File { size_bytes, .. } => (1, *size_bytes),
            Evidence::Folder { file_count, size_bytes, .. } => (*file_count, *size_bytes),
        };
        files = files.saturating_add(count);
        bytes = bytes.saturating_add(size);
    }
    format!("{}, {bytes} bytes", counted(files, "file", "files"))
}
