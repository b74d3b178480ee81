//! The case: all exhibits, in any order, from any number of shards; and the steps from them to the report.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::brevity;
use crate::chain;
use crate::coverage::{self, Coverage, Spans};
use crate::entries::{Entries, Entry, Held};
use crate::entry::{self, EntryPath, IgnoredKind, Kind, Place, Separator, SplitPath};
use crate::examine::digest::Object;
use crate::examine::keys::KeyEntry;
use crate::examine::metadata::Detached;
use crate::examine::packed::Digest;
use crate::examine::{Content, Exhibit, Facts, is_read};
use crate::finding::{Axis, Code, Effect, Finding};
use crate::inventory::Inventory;
use crate::keyring::Keyring;
use crate::ledger::{Ledger, Raise, effects};
use crate::link::{self, Graph, Node, Status};
use crate::log::{self, Logs};
use crate::object::{self, Objects};
use crate::place::Places;
use crate::policy::{Policy, Scope, Trust};
use crate::register::Register;
use crate::report::{
    Asked, Axes, Chain, Counts, DigestCounts, Key, LeftOut, Level, LogCounts, MissingKey, NOT_CLAIMED, Outcome, Outside, Report,
    SCHEMA,
};
use crate::root::evidence_root;
use crate::signature::Route;
use crate::spread::Spread;
use crate::time::{HOUR_SECONDS, Period};

/// The exhibits of one or several archives that are judged together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Plain log and digest files, which nearly all are.
    register: Register,
    /// All others.
    exhibits: Vec<Exhibit>,
    /// Entries that are no evidence leave nothing but their number.
    ignored: BTreeMap<IgnoredKind, u64>,
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

    /// How many entries were admitted, those that are no evidence too.
    pub fn entry_count(&self) -> u64 {
        let kept = (self.register.len() as u64).saturating_add(self.exhibits.len() as u64);
        self.ignored.values().fold(kept, |sum, count| sum.saturating_add(*count))
    }

    /// Says what the case holds and lacks; nothing is verified.
    pub fn inspect(mut self, trust: &Trust) -> Inventory {
        self.settle();
        let evidence = Evidence::sort_out(&self.register, &self.exhibits);
        Inventory::of(self.entry_count(), &evidence, &self.exhibits, &self.ignored, trust)
    }

    /// Judges the case on this thread.
    pub fn conclude(self, policy: &Policy) -> Report {
        self.conclude_with(policy, &|_, _| ())
    }

    /// Judges the case on the threads over which `spread` spreads work. It is called several times.
    pub fn conclude_with(self, policy: &Policy, spread: &Spread<'_>) -> Report {
        self.judge(policy, spread, |_, _, _| ()).0
    }

    /// The same, and what became of each single object.
    pub fn conclude_with_objects(self, policy: &Policy, spread: &Spread<'_>) -> (Report, Objects) {
        self.judge(policy, spread, |evidence, graph, logs| object::list(graph, &evidence.entries, logs, &policy.scope))
    }

    /// `and` takes what it likes from the judged case, which then goes.
    fn judge<T>(
        mut self,
        policy: &Policy,
        spread: &Spread<'_>,
        and: impl FnOnce(&Evidence<'_>, &Graph<'_>, &Logs<'_>) -> T,
    ) -> (Report, T) {
        self.settle();
        let evidence = Evidence::sort_out(&self.register, &self.exhibits);
        let mut ledger = Ledger::new(&policy.weights);
        let scope = &policy.scope;

        let stated: BTreeSet<&str> = evidence.digests().map(Digest::fingerprint).collect();
        let keyring = Keyring::gather(&policy.trust, &evidence.keys, &stated, &mut ledger);
        let places = Places::survey(evidence.paths(), evidence.asked_objects(scope), scope);
        let names = link::chains(evidence.digests());
        let (chains, of_nodes);
        let mut graph = Graph::build(&evidence.entries, &names, &evidence.detached, &places, scope, &mut ledger);
        // Nothing waits for the evidence root: it is computed beside the signatures.
        let root = OnceLock::new();
        let root = || root.get_or_init(|| evidence_root(&evidence.entries));
        graph.authenticate(&keyring, &|count, work| {
            spread(count.saturating_add(1), &|index| match index.checked_sub(1) {
                None => drop(root()),
                Some(index) => work(index),
            });
        });
        (chains, of_nodes) = graph.tell_chains_apart();
        graph.follow_chains(&chains, &of_nodes);
        graph.leave_scope_unsigned();
        graph.unopened = self.exhibits.iter().find(|exhibit| exhibit.is_unopened()).map(|exhibit| &exhibit.path);
        chain::judge(&graph, &keyring, &places, scope, spread, &mut ledger);
        let listings = log::listings(&graph);
        let logs = log::judge(&graph, &listings, &evidence.entries, &places, scope, &mut ledger);
        let coverages: Vec<Coverage> =
            graph.chains.values().map(|range| coverage::judge_chain(nodes_of(&graph, range), scope, &mut ledger)).collect();
        coverage::judge_absences(&graph, scope, &mut ledger);
        self.judge_entries(&evidence, &graph, &logs, scope, &mut ledger);
        self.judge_whole(&evidence, &graph, scope, &mut ledger);
        let keys = report_keys(&keyring, &graph, &mut ledger);

        let findings = ledger.close();
        let mut report = Report {
            schema: SCHEMA.to_owned(),
            overall: Outcome::Indeterminate,
            sentence: String::new(),
            axes: fold_axes(&findings, &graph, &logs, &coverages, scope),
            asked: Asked {
                questions: scope.questions.clone(),
                relocated: scope.relocations.iter().map(ToString::to_string).collect(),
                policy: policy.weights.iter().collect(),
            },
            proved_extent: proved_extent(&graph),
            evidence_root: root().clone(),
            counts: self.count(&evidence, &graph, &logs, scope, &findings),
            chains: report_chains(&graph, &logs, coverages, scope, &keyring),
            keys,
            missing_keys: missing_keys(graph.nodes.iter().filter(|node| {
                let is_had = || keyring.find(node.digest.fingerprint()).is_some_and(|(_, key)| key.level > Level::Enclosed);
                node.in_scope && !node.is_authenticated() && !node.is_invalid() && !is_had()
            })),
            findings,
            not_claimed: NOT_CLAIMED.map(str::to_owned).to_vec(),
            left_out: LeftOut::default(),
        };
        report.overall = report.axes.overall();
        report.sentence = report.compose_sentence();
        brevity::chains(&mut report.chains, &mut report.left_out);
        brevity::keys(&mut report.keys, &mut report.left_out);
        brevity::missing_keys(&mut report.missing_keys, &mut report.left_out);
        let more = and(&evidence, &graph, &logs);
        (report, more)
    }

    /// From here on nothing depends on the order in which exhibits came.
    fn settle(&mut self) {
        self.follow_links();
        self.register.sort();
        self.exhibits.sort();
    }

    /// A link is the entry to which it leads, under another name; one to a folder is only counted, because the files in it are
    /// examined where they are. Where several different entries bear the name to which it leads, programs differ in which one they
    /// take, so none is. What programs would write through a link, or find in the place of a file, is told.
    fn follow_links(&mut self) {
        const MAX_STEPS: usize = 40;
        // A log file's facts are a hash; those of other files are as large as the files, and each link copies them.
        const MOST_COPIES: usize = 16;
        let mut folders_named: Vec<Exhibit> =
            self.exhibits.extract_if(.., |exhibit| matches!(exhibit.facts, Facts::Folder)).collect();
        let mut links: Vec<Exhibit> = self.exhibits.extract_if(.., |exhibit| matches!(exhibit.facts, Facts::Link(_))).collect();
        if links.is_empty() && folders_named.is_empty() {
            return;
        }
        links.sort();
        folders_named.sort();
        let targets =
            links.iter().filter_map(|link| if let Facts::Link(target) = &link.facts { Some(target.split()) } else { None });
        let paths = links.iter().chain(&folders_named).map(|exhibit| exhibit.path.split());
        let targets: BTreeSet<SplitPath<'_>> = targets.chain(paths).collect();
        let rows = || (0..self.register.len()).filter_map(|row| Some((row, self.register.path(row)?)));
        let registered = rows().filter(|(_, path)| targets.contains(path)).filter_map(|(row, _)| self.register.exhibit(row));
        let registered: Vec<Exhibit> = registered.collect();
        // None where there are several.
        let mut by_path: BTreeMap<&EntryPath, Option<&Exhibit>> = BTreeMap::new();
        for exhibit in links.iter().chain(&self.exhibits).chain(&registered) {
            let only = by_path.entry(&exhibit.path).or_insert(Some(exhibit));
            *only = only.filter(|only| *only == exhibit);
        }
        let mut copies: BTreeMap<&EntryPath, usize> = BTreeMap::new();
        // A folder is what some path goes on from. Sorted, those that do stand together; a set of all folders would be as large as all
        // paths times their depth.
        let mut inside: Vec<&[u8]> = by_path.keys().map(|path| path.as_bytes()).collect();
        inside.extend(rows().map(|(_, path)| path.folder));
        inside.sort_unstable();
        inside.dedup();
        let is_folder = |target: &EntryPath| {
            let start = [target.as_bytes(), b"/"].concat();
            let first = inside.partition_point(|path| *path < start.as_slice());
            inside.get(first).is_some_and(|path| path.starts_with(&start))
        };
        // Of links that lie behind others, the outermost are enough; then only the one before a path can be the one that it goes through.
        let mut outermost: Vec<Vec<u8>> = links.iter().map(|link| [link.path.as_bytes(), b"/"].concat()).collect();
        outermost.sort_unstable();
        outermost.dedup_by(|link, outer| link.starts_with(outer));
        let goes_through_link = |target: &EntryPath| {
            let before = outermost.partition_point(|link| link.as_slice() <= target.as_bytes()).checked_sub(1);
            before.and_then(|before| outermost.get(before)).is_some_and(|link| target.as_bytes().starts_with(link))
        };
        let mut followed: Vec<Exhibit> = Vec::new();
        let mut told = |path: &EntryPath, detail| followed.push(Exhibit::told(path.clone(), Code::ArchiveEntryUnreadable, detail));
        let mut last = None;
        for link in &links {
            let Facts::Link(target) = &link.facts else { continue };
            if last != Some(&link.path) && is_folder(&link.path) {
                told(&link.path, "a link, and other entries lie behind it");
            }
            if is_read(&link.path) {
                if last != Some(&link.path) && by_path.get(&link.path).is_some_and(Option::is_none) {
                    told(&link.path, "a link has its name, and another entry");
                }
            } else if !is_read(&EntryPath::normalise(&[link.path.as_bytes(), b"/x.json"].concat(), Separator::Slash).0) {
                told(&link.path, "a link under a name below which nothing is read: some programs write through it");
            } else if goes_through_link(target) || is_read(target) {
                told(&link.path, "a link to evidence, under a name that is none: some programs write through it");
            }
            last = Some(&link.path);
        }
        for folder in &folders_named {
            if by_path.contains_key(&folder.path) {
                told(&folder.path, "a folder has its name, and another entry");
            }
        }
        let mut counted = 0_u64;
        for link in &links {
            let mut here = link;
            let mut steps = 0;
            while let Facts::Link(target) = &here.facts
                && let Some(Some(next)) = by_path.get(target).filter(|_| steps < MAX_STEPS)
            {
                here = next;
                steps = steps.saturating_add(1);
            }
            let path = link.path.clone();
            match &here.facts {
                Facts::Link(target) if target.inner().is_empty() || is_folder(target) => {
                    counted = counted.saturating_add(1);
                }
                _ if !is_read(&path) => counted = counted.saturating_add(1),
                Facts::Link(_) => {
                    let detail = "a link that leads to no entry that was read, or to several";
                    followed.push(Exhibit::refused(path, Code::ArchiveEntryUnreadable, detail));
                }
                Facts::Log(_) | Facts::Stray(_) | Facts::Refused | Facts::Told => followed.push(here.under(path)),
                _ => {
                    let copies = copies.entry(&here.path).or_default();
                    *copies = copies.saturating_add(1);
                    followed.push(if *copies > MOST_COPIES {
                        Exhibit::refused(path, Code::ArchiveLimit, format!("more than {MOST_COPIES} links lead to one entry"))
                    } else {
                        here.under(path)
                    });
                }
            }
        }
        followed.into_iter().for_each(|exhibit| self.admit(exhibit));
        if counted > 0 {
            let count = self.ignored.entry(IgnoredKind::Other).or_default();
            *count = count.saturating_add(counted);
        }
    }

    /// What the entries themselves showed, in the scope of what they hold.
    fn judge_entries(&self, evidence: &Evidence<'_>, graph: &Graph<'_>, logs: &Logs<'_>, scope: &Scope, ledger: &mut Ledger<'_>) {
        // One path may hold several contents; what is said about it is in scope if one of them is.
        let noted = || self.exhibits.iter().filter(|exhibit| !exhibit.notes.is_empty());
        let mut scopes: BTreeMap<SplitPath<'_>, Option<bool>> = noted().map(|exhibit| (exhibit.path.split(), None)).collect();
        // What serves for a listed log file is judged as one, whatever its name.
        let serves = |index: usize, entry: &Entry<'_>| entry.is_log() || logs.holder(index).is_some();
        let logs_in_scope = evidence.entries.iter().zip(&logs.in_scope).enumerate();
        let logs_in_scope = logs_in_scope.filter(|(index, (entry, _))| serves(*index, entry));
        let logs_in_scope = logs_in_scope.map(|(_, (entry, in_scope))| (entry.path, *in_scope));
        let digests_in_scope = graph.nodes.iter().flat_map(|node| graph.paths(node).map(|path| (path, node.in_scope)));
        let is_any_noted = !scopes.is_empty();
        for (path, in_scope) in logs_in_scope.chain(digests_in_scope).filter(|_| is_any_noted) {
            if let Some(known) = scopes.get_mut(&path) {
                *known = Some(known.unwrap_or(false) || in_scope);
            }
        }
        for exhibit in noted() {
            let kind = entry::classify(&exhibit.path);
            let known = scopes.get(&exhibit.path.split()).copied().flatten();
            let in_scope = match &kind {
                // What is told of no entry, or hides what it holds, concerns its archive.
                _ if matches!(exhibit.facts, Facts::Refused | Facts::Told) => true,
                Kind::Digest(name) if !matches!(exhibit.facts, Facts::Digest(_, Some(_))) => {
                    known == Some(true) || scope.is_named(name)
                }
                Kind::Digest(name) => known.unwrap_or_else(|| scope.is_named(name)),
                Kind::Log(name) => known.unwrap_or_else(|| scope.is_log_asked(name)),
                Kind::Unrecognised => known.unwrap_or_else(|| scope.may_be_asked(exhibit.path.file_name())),
                _ => known.unwrap_or(true),
            };
            // Notes about the form of a file that is no evidence would only be noise.
            let is_silent = |code: Code| kind == Kind::Stray && known.is_none() && code.explain().effect == Effect::Refutes;
            let is_told = logs.unread.contains(&exhibit.path.split());
            let is_said = |code: Code| !(is_silent(code) || is_told && code == Code::ArchiveEntryUnrecognised);
            for note in exhibit.notes.iter().filter(|note| is_said(note.code)) {
                let mut raise = Raise::new(note.code, exhibit.path.text()).in_scope(in_scope);
                let place = match &kind {
                    Kind::Digest(name) => Some((name.chain.account, name.chain.region)),
                    Kind::Log(name) => Some((name.account, name.region)),
                    _ => None,
                };
                if note.code.explain().effect == Effect::Informs
                    && let Some((account, region)) = place
                {
                    raise = raise.position(0).detail(format!("files of account {account} in {region}"));
                } else if let Some(detail) = &note.detail {
                    raise = raise.detail(detail);
                }
                ledger.enter(raise);
            }
        }
    }

    fn judge_whole(&self, evidence: &Evidence<'_>, graph: &Graph<'_>, scope: &Scope, ledger: &mut Ledger<'_>) {
        let is_any_digest = || evidence.entries.iter().any(|entry| matches!(entry.held, Held::Digest(_)));
        if graph.unread.is_empty() && !is_any_digest() {
            ledger.enter(Raise::new(Code::ArchiveEmpty, "the whole archive"));
        }
        if scope.has_no_period() {
            ledger.enter(Raise::new(Code::CoveragePeriodUnstated, "the whole archive"));
        }
        for (kind, count) in &self.ignored {
            ledger.enter(Raise::new(Code::ArchiveIgnored, kind.name()).count(*count));
        }
        let strays = self
            .exhibits
            .iter()
            .filter(|exhibit| matches!(exhibit.facts, Facts::Stray(_)) && matches!(entry::classify(&exhibit.path), Kind::Stray));
        let strays = strays.count() as u64;
        if strays > 0 {
            ledger.enter(Raise::new(Code::ArchiveIgnored, "other JSON files").count(strays));
        }
    }

    fn count(&self, evidence: &Evidence<'_>, graph: &Graph<'_>, logs: &Logs<'_>, scope: &Scope, findings: &[Finding]) -> Counts {
        let mut counts =
            Counts { ignored: self.ignored.values().fold(0, |sum, count| sum.saturating_add(*count)), ..Counts::default() };
        counts.entries = self.entry_count();
        for node in graph.nodes.iter().filter(|node| node.in_scope) {
            count_digest(node, &mut counts.digests);
        }
        let mut outside = (graph.nodes.iter().filter(|node| !node.in_scope).count() as u64).saturating_add(graph.chainless_outside);
        for entry in evidence.entries.iter().filter(|entry| matches!(entry.held, Held::Digest(None))) {
            let slot = match std::str::from_utf8(entry.path.name).ok().and_then(entry::digest_name) {
                Some(name) if !scope.is_named(&name) => &mut outside,
                _ if entry.content == Content::Unread => &mut counts.digests.unproved,
                _ => &mut counts.digests.failed,
            };
            *slot = slot.saturating_add(1);
        }
        counts.outside = Outside { digests: outside, logs: logs.outside };
        for chain in logs.per_chain.values() {
            let LogCounts { proved, authenticated, proved_bytes, failed, missing, unproved, .. } = *chain;
            let sum = &mut counts.logs;
            for (total, part) in [
                (&mut sum.proved, proved),
                (&mut sum.authenticated, authenticated),
                (&mut sum.proved_bytes, proved_bytes),
                (&mut sum.failed, failed),
                (&mut sum.missing, missing),
                (&mut sum.unproved, unproved),
            ] {
                *total = total.saturating_add(part);
            }
        }
        counts.logs.unreferenced = logs.unreferenced.values().fold(0, |sum, count| sum.saturating_add(*count));
        for finding in findings {
            let slot = match finding.effect {
                Effect::Refutes => &mut counts.refuting,
                Effect::Limits => &mut counts.limiting,
                Effect::Informs => &mut counts.informing,
            };
            *slot = slot.saturating_add(finding.count);
        }
        counts
    }
}

/// What was admitted, by what it is.
pub(crate) struct Evidence<'a> {
    pub(crate) entries: Entries<'a>,
    pub(crate) keys: Vec<(&'a EntryPath, &'a KeyEntry)>,
    pub(crate) detached: Vec<&'a Detached>,
}

impl<'a> Evidence<'a> {
    fn sort_out(register: &'a Register, exhibits: &'a [Exhibit]) -> Self {
        let mut evidence = Self { entries: Entries::of(register, exhibits), keys: Vec::new(), detached: Vec::new() };
        for Exhibit { path, facts, .. } in exhibits {
            match facts {
                Facts::Keys(entries) => evidence.keys.extend(entries.iter().map(|entry| (path, entry))),
                Facts::Metadata(found) => evidence.detached.extend(found.iter()),
                // Links have been followed, and folders compared with files.
                Facts::Digest(..)
                | Facts::Log(_)
                | Facts::Stray(_)
                | Facts::Ignored(_)
                | Facts::Link(_)
                | Facts::Refused
                | Facts::Folder
                | Facts::Told => {}
            }
        }
        evidence
    }

    /// The digest files that could be read.
    pub(crate) fn digests(&self) -> impl Iterator<Item = Digest<'a>> + Clone {
        self.entries.iter().filter_map(|entry| if let Held::Digest(digest) = entry.held { digest } else { None })
    }

    /// The objects that digest files claim to be whose entries' names were asked.
    pub(crate) fn asked_objects<'s>(&'s self, scope: &'s Scope) -> impl Iterator<Item = Object<'a>> + Clone + use<'a, 's> {
        self.entries.iter().filter(|entry| scope.is_path_asked(entry.path)).filter_map(|entry| match entry.held {
            Held::Digest(digest) => digest.map(Digest::object),
            Held::Log | Held::Stray => None,
        })
    }

    /// Where the digest and log files lie.
    pub(crate) fn paths(&self) -> impl Iterator<Item = SplitPath<'a>> {
        self.entries.iter().filter(|entry| !matches!(entry.held, Held::Stray)).map(|entry| entry.path)
    }
}

fn nodes_of<'g, 'a>(graph: &'g Graph<'a>, range: &std::ops::Range<usize>) -> &'g [Node<'a>] {
    graph.nodes.get(range.clone()).unwrap_or_default()
}

fn count_digest(node: &Node<'_>, counts: &mut DigestCounts) {
    let slot = match node.status {
        Status::Signed(_, level) => {
            counts.authenticated = counts.authenticated.saturating_add(u64::from(level > Level::Enclosed));
            &mut counts.proved
        }
        Status::Invalid => &mut counts.failed,
        Status::Unsigned => &mut counts.unproved,
    };
    *slot = slot.saturating_add(1);
}

fn fold_axes(findings: &[Finding], graph: &Graph<'_>, logs: &Logs<'_>, coverages: &[Coverage], scope: &Scope) -> Axes {
    let in_scope = || graph.nodes.iter().filter(|node| node.in_scope);
    let signed = in_scope().filter(|node| node.is_signed()).count() as u64;
    let authenticated = in_scope().filter(|node| node.is_authenticated()).count() as u64;
    let covered = coverages.iter().filter(|coverage| coverage.is_complete).count() as u64;
    let coverage = match Outcome::fold(effects(findings, Axis::Coverage), covered) {
        // Nothing limits it and nothing was asked: there is nothing to assess.
        Outcome::Indeterminate | Outcome::Passed
            if scope.has_no_period() && effects(findings, Axis::Coverage).all(|effect| effect == Effect::Informs) =>
        {
            Outcome::NotAssessed
        }
        outcome => outcome,
    };
    Axes {
        integrity: Outcome::fold(effects(findings, Axis::Integrity), signed.saturating_add(logs.confirmations)),
        authenticity: Outcome::fold(effects(findings, Axis::Authenticity), authenticated),
        continuity: Outcome::fold(effects(findings, Axis::Continuity), signed),
        coverage,
    }
}

fn proved_extent(graph: &Graph<'_>) -> Option<Period> {
    let proved = || graph.nodes.iter().filter(|node| node.in_scope && node.is_signed()).map(|node| node.digest.period());
    Some(Period { from: proved().map(|period| period.from).min()?, to: proved().map(|period| period.to).max()? })
}

fn report_chains(graph: &Graph<'_>, logs: &Logs<'_>, coverages: Vec<Coverage>, scope: &Scope, keyring: &Keyring) -> Vec<Chain> {
    graph
        .chains
        .iter()
        .zip(coverages)
        .map(|((id, range), coverage)| {
            let nodes = nodes_of(graph, range);
            let asked = || nodes.iter().filter(|node| node.in_scope);
            let mut digests = DigestCounts::default();
            for node in asked() {
                count_digest(node, &mut digests);
            }
            let extent = Spans::union(asked().map(|node| node.digest.period()));
            let of_what_was_asked = |spans: &Spans| spans.without(&spans.without(&extent));
            let (proved, silent) = (of_what_was_asked(&coverage.proved), of_what_was_asked(&coverage.silent));
            let unreferenced = logs.unreferenced.get(&(id.account, id.region)).copied().unwrap_or(0);
            let keys = nodes.iter().filter_map(|node| match node.status {
                Status::Signed(authentic, _) => match authentic.route() {
                    Route::Signature { key } => Some(key),
                    Route::HashLink => None,
                },
                _ => None,
            });
            let keys: BTreeSet<usize> = keys.collect();
            let keys = keys.into_iter().filter_map(|key| keyring.keys.get(key)).map(|key| hex::encode(key.sha256));
            let keys: BTreeSet<String> = keys.collect();
            Chain {
                id: id.to_string(),
                account: id.account.to_owned(),
                region: id.region.to_owned(),
                trail: id.trail.to_owned(),
                home_region: id.home_region.to_owned(),
                places: places_of(nodes),
                kind: id.kind,
                in_scope: nodes.iter().any(Node::is_of_chain) && scope.is_asked(id.account, id.region, Some(id), None),
                proved_from: proved.first(),
                proved_to: proved.last(),
                proved_seconds: proved.seconds(),
                silent_seconds: silent.seconds(),
                digests,
                logs: LogCounts { unreferenced, ..logs.per_chain.get(id).copied().unwrap_or_default() },
                days: coverage::days(nodes, &coverage),
                gaps: coverage.gaps.into_periods(),
                keys: keys.into_iter().collect(),
            }
        })
        .collect()
}

/// Where its digest files lie, in the order of time.
fn places_of(nodes: &[Node<'_>]) -> Vec<String> {
    let mut places: Vec<Place<'_>> = Vec::new();
    for place in nodes.iter().map(|node| node.digest.object().place()) {
        if places.last() != Some(&place) && !places.contains(&place) {
            places.push(place);
        }
    }
    places.iter().map(ToString::to_string).collect()
}

fn report_keys(keyring: &Keyring, graph: &Graph<'_>, ledger: &mut Ledger<'_>) -> Vec<Key> {
    let mut used = vec![0_u64; keyring.keys.len()];
    for node in &graph.nodes {
        if let Status::Signed(authentic, _) = node.status
            && let Route::Signature { key } = authentic.route()
            && let Some(count) = used.get_mut(key)
        {
            *count = count.saturating_add(1);
        }
    }
    let needed: BTreeSet<&str> = graph.nodes.iter().map(|node| node.digest.fingerprint()).collect();
    keyring
        .keys
        .iter()
        .zip(used)
        .map(|(key, digests)| {
            if !needed.contains(key.fingerprint.as_str()) {
                ledger.enter(Raise::new(Code::KeyUnused, hex::encode(key.sha256)).found(key.fingerprint.clone()));
            }
            Key {
                sha256: hex::encode(key.sha256),
                fingerprint: key.fingerprint.clone(),
                bits: key.public.bits(),
                level: key.level,
                regions: key.regions.iter().flatten().cloned().collect(),
                validity: key.validity.iter().copied().collect(),
                digests,
            }
        })
        .collect()
}

/// The keys that no independent source gave, one per region and fingerprint, with the command that fetches them.
pub(crate) fn missing_keys<'n, 'a: 'n>(lacking: impl Iterator<Item = &'n Node<'a>>) -> Vec<MissingKey> {
    let mut periods: BTreeMap<(&str, &str), Period> = BTreeMap::new();
    let mut regions: BTreeMap<&str, Period> = BTreeMap::new();
    for node in lacking {
        let (period, fingerprint) = (node.digest.period(), node.digest.fingerprint());
        // A fingerprint that is none would only carry strange characters into a command.
        if fingerprint.len() != 32 || !fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            continue;
        }
        let region = node.chain.region;
        let wider = |whole: &mut Period| *whole = Period { from: whole.from.min(period.from), to: whole.to.max(period.to) };
        periods.entry((region, fingerprint)).and_modify(wider).or_insert(period);
        regions.entry(region).and_modify(wider).or_insert(period);
    }
    let missing = periods.into_iter().filter_map(|((region, fingerprint), period)| {
        // One list of a region holds all its keys of a time: one command for all of them, into one file.
        let whole = regions.get(region)?;
        Some(MissingKey {
            region: region.to_owned(),
            fingerprint: fingerprint.to_owned(),
            period,
            command: format!(
                "aws cloudtrail list-public-keys --region {region} --start-time {} --end-time {} --output json > {region}.json",
                whole.from,
                whole.to.plus(2 * HOUR_SECONDS)
            ),
        })
    });
    missing.collect()
}

#[cfg(test)]
mod tests {
    use trailseal_forge::archive::Archive;

    use super::*;
    use crate::forged::trail;
    use crate::{Limits, examine};

    const LOG: &str = "111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json";

    fn case_of(exhibits: impl IntoIterator<Item = Exhibit>) -> Case {
        let mut case = Case::new();
        exhibits.into_iter().for_each(|exhibit| case.admit(exhibit));
        case.settle();
        case
    }

    fn log(folder: &str, content: &str) -> Exhibit {
        let mut exhibit = examine(EntryPath::new(&format!("{folder}/{LOG}")), content.as_bytes(), &Limits::default());
        exhibit.notes.clear();
        exhibit
    }

    #[test]
    fn files_with_and_without_notes_stand_in_one_order() {
        let plain = ["b", "a", "c"].iter().flat_map(|folder| ["1", "2", "3"].map(|content| log(folder, content)));
        let mut all: Vec<Exhibit> = plain.collect();
        all.extend(
            [("a", "2"), ("b", "0"), ("d", "1"), ("a0", "1")]
                .map(|(folder, content)| log(folder, content).with_note(Code::ContainerTruncated, "")),
        );
        all.push(Exhibit { facts: Facts::Log(Content::Unread), ..log("b", "") });
        for folder in ["b", "a"] {
            let archive = Archive::of(&[&trail("2026-03-01T00:01:31Z").chain(&[0, 0])]);
            for entry in archive.entries.iter().filter(|entry| entry.path.contains("Digest_")).take(2) {
                let path = EntryPath::new(&format!("{folder}/{}", entry.path));
                all.push(examine(path, &entry.bytes, &Limits::default()));
            }
        }
        let noted = all.pop().unwrap().with_note(Code::ContainerTruncated, "");
        all.push(noted);
        let case = case_of(all.clone());
        assert_eq!((case.register.len(), case.exhibits.len()), (12, 6));
        all.sort();
        let evidence = Evidence::sort_out(&case.register, &case.exhibits);
        let found: Vec<_> = evidence.entries.iter().map(|entry| (entry.path.join(), entry.content, entry.is_sound)).collect();
        let expected = all.iter().map(|exhibit| match &exhibit.facts {
            Facts::Log(content) | Facts::Digest(content, _) => (exhibit.path.clone(), *content, exhibit.notes.is_empty()),
            _ => panic!("{exhibit:?}"),
        });
        assert_eq!(found, expected.collect::<Vec<_>>());
    }

    #[test]
    fn links_lead_to_plain_log_files_and_to_their_folders() {
        let link = |path: &str, target: &str| Exhibit::link(EntryPath::new(path), EntryPath::new(target));
        let (there, here) = (format!("a/b/{LOG}"), format!("c/{LOG}"));
        let case = case_of([log("a/b", "1"), link(&here, &there), link("d.json", "a"), link("e.json", "a/b")]);
        let found: Vec<Exhibit> = (0..case.register.len()).filter_map(|row| case.register.exhibit(row)).collect();
        assert_eq!(found, [log("a/b", "1"), log("c", "1")]);
        assert_eq!((case.exhibits, case.ignored), (Vec::new(), [(IgnoredKind::Other, 2)].into()));
        let several = case_of([log("a/b", "1"), log("a/b", "2"), link(&here, &there)]);
        assert_eq!(several.exhibits.len(), 1, "of two contents none is taken");
        assert_eq!(several.exhibits[0].notes[0].code, Code::ArchiveEntryUnreadable);
    }
}
