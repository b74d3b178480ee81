//! The case: all exhibits, in any order, from any number of shards; and the steps from them to the report.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::chain;
use crate::coverage::{self, Coverage};
use crate::entry::{self, EntryPath, IgnoredKind, Kind};
use crate::examine::digest::Digest;
use crate::examine::keys::KeyEntry;
use crate::examine::metadata::Detached;
use crate::examine::{Content, Exhibit, Facts, is_read};
use crate::finding::{Axis, Code, Effect, Finding};
use crate::inventory::Inventory;
use crate::keyring::Keyring;
use crate::ledger::{Ledger, Raise, effects};
use crate::link::{DigestEntry, Graph, Node, Status};
use crate::log::{self, LogEntry, Logs};
use crate::object::{self, Objects};
use crate::place::Places;
use crate::policy::{Policy, Scope, Trust};
use crate::report::{
    Asked, Axes, Chain, Counts, DigestCounts, Key, Level, LogCounts, MissingKey, NOT_CLAIMED, Outcome, Report, SCHEMA,
};
use crate::signature::{Check, Checked, Route};
use crate::time::{HOUR_SECONDS, Period};

/// The exhibits of one or several archives that are judged together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
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
            exhibit => self.exhibits.push(exhibit),
        }
    }

    /// Adds all exhibits of another case: a shard that some other thread or machine examined.
    pub fn merge(&mut self, other: Self) {
        self.exhibits.extend(other.exhibits);
        for (kind, more) in other.ignored {
            let count = self.ignored.entry(kind).or_default();
            *count = count.saturating_add(more);
        }
    }

    /// How many entries were admitted, those that are no evidence too.
    pub fn entry_count(&self) -> u64 {
        self.ignored.values().fold(self.exhibits.len() as u64, |sum, count| sum.saturating_add(*count))
    }

    /// Says what the case holds and lacks; nothing is verified.
    pub fn inspect(mut self, trust: &Trust) -> Inventory {
        self.settle();
        Inventory::of(&self.exhibits, &self.ignored, trust)
    }

    /// Judges the case on this thread.
    pub fn conclude(self, policy: &Policy) -> Report {
        self.conclude_with(policy, &|checks| checks.iter().map(Check::run).collect())
    }

    /// Judges the case; `run` calls [`Check::run`] on every check, on as many threads as the host likes, and returns the
    /// outcomes in the same order.
    pub fn conclude_with(self, policy: &Policy, run: &dyn Fn(&[Check<'_>]) -> Vec<Checked>) -> Report {
        self.judge(policy, run, |_, _, _| ()).0
    }

    /// The same, and what became of each single object.
    pub fn conclude_with_objects(self, policy: &Policy, run: &dyn Fn(&[Check<'_>]) -> Vec<Checked>) -> (Report, Objects) {
        self.judge(policy, run, |evidence, graph, logs| object::list(graph, &evidence.digests, &evidence.logs, logs, &policy.scope))
    }

    /// `and` takes what it likes from the judged case, which then goes.
    fn judge<T>(
        mut self,
        policy: &Policy,
        run: &dyn Fn(&[Check<'_>]) -> Vec<Checked>,
        and: impl FnOnce(&Evidence<'_>, &Graph<'_>, &Logs<'_>) -> T,
    ) -> (Report, T) {
        self.settle();
        let evidence = Evidence::sort_out(&self.exhibits);
        let mut ledger = Ledger::new(&policy.weights);
        let scope = &policy.scope;

        let stated: BTreeSet<&str> = evidence.digests.iter().filter_map(|entry| Some(&*entry.digest?.fingerprint)).collect();
        let keyring = Keyring::gather(&policy.trust, &evidence.keys, &stated, &mut ledger);
        let places = Places::survey(
            evidence.digests.iter().map(|entry| entry.path).chain(evidence.log_paths()),
            evidence.digests.iter().filter_map(|entry| Some(entry.digest?.object())),
            &scope.relocations,
        );
        let mut graph = Graph::build(&evidence.digests, &evidence.detached, &places, scope, &mut ledger);
        graph.authenticate(&keyring, run);
        chain::judge(&graph, &keyring, &places, scope, &mut ledger);
        let listings = log::listings(&graph);
        let logs = log::judge(&graph, &listings, &evidence.logs, &places, scope, &mut ledger);
        let coverages: Vec<Coverage> =
            graph.chains.values().map(|range| coverage::judge_chain(nodes_of(&graph, range), scope, &mut ledger)).collect();
        coverage::judge_absences(&graph, scope, &mut ledger);
        self.judge_entries(&evidence, &graph, &logs, scope, &mut ledger);
        self.judge_whole(&evidence, scope, &mut ledger);
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
            evidence_root: evidence_root(&self.exhibits),
            counts: self.count(&evidence, &graph, &logs, &findings),
            chains: report_chains(&graph, &logs, coverages, scope, &keyring),
            keys,
            missing_keys: missing_keys(graph.nodes.iter().filter(|node| {
                let is_had = || keyring.find(&node.digest.fingerprint).is_some_and(|(_, key)| key.level > Level::Enclosed);
                node.in_scope && !node.is_authenticated() && !node.is_invalid() && !is_had()
            })),
            findings,
            not_claimed: NOT_CLAIMED.map(str::to_owned).to_vec(),
        };
        report.overall = report.axes.overall();
        report.sentence = report.compose_sentence();
        let more = and(&evidence, &graph, &logs);
        (report, more)
    }

    /// From here on nothing depends on the order in which exhibits came.
    fn settle(&mut self) {
        self.follow_links();
        self.exhibits.sort();
    }

    /// A link is the entry to which it leads, under another name; one to a folder is only counted, because the files in it are
    /// examined where they are. Where several different entries bear the name to which it leads, programs differ in which one they
    /// take, so none is.
    fn follow_links(&mut self) {
        const MAX_STEPS: usize = 40;
        // A log file's facts are a hash; those of other files are as large as the files, and each link copies them.
        const MOST_COPIES: usize = 16;
        let (mut links, exhibits): (Vec<Exhibit>, Vec<Exhibit>) =
            std::mem::take(&mut self.exhibits).into_iter().partition(|exhibit| matches!(exhibit.facts, Facts::Link(_)));
        self.exhibits = exhibits;
        if links.is_empty() {
            return;
        }
        links.sort();
        // None where there are several.
        let mut by_path: BTreeMap<&EntryPath, Option<&Exhibit>> = BTreeMap::new();
        for exhibit in links.iter().chain(&self.exhibits) {
            let only = by_path.entry(&exhibit.path).or_insert(Some(exhibit));
            *only = only.filter(|only| *only == exhibit);
        }
        let mut copies: BTreeMap<&EntryPath, usize> = BTreeMap::new();
        let mut folders: BTreeSet<&[u8]> = BTreeSet::new();
        for path in by_path.keys() {
            let bytes = path.as_bytes();
            let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(end, _)| end);
            folders.extend(ends.filter_map(|end| bytes.get(..end)));
        }
        let mut followed: Vec<Exhibit> = Vec::new();
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
                Facts::Link(target) if target.inner().is_empty() || folders.contains(target.as_bytes()) => {
                    counted = counted.saturating_add(1);
                }
                _ if !is_read(&path) => counted = counted.saturating_add(1),
                Facts::Link(_) => {
                    let detail = "a link that leads to no entry that was read, or to several";
                    followed.push(Exhibit::refused(path, Code::ArchiveEntryUnreadable, detail));
                }
                Facts::Log(_) | Facts::Stray(_) | Facts::Refused => followed.push(here.under(path)),
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
        self.exhibits.extend(followed);
        if counted > 0 {
            let count = self.ignored.entry(IgnoredKind::Other).or_default();
            *count = count.saturating_add(counted);
        }
    }

    /// What the entries themselves showed, in the scope of what they hold.
    fn judge_entries(&self, evidence: &Evidence<'_>, graph: &Graph<'_>, logs: &Logs<'_>, scope: &Scope, ledger: &mut Ledger<'_>) {
        // One path may hold several contents; what is said about it is in scope if one of them is.
        let noted = || self.exhibits.iter().filter(|exhibit| !exhibit.notes.is_empty());
        let mut scopes: BTreeMap<&EntryPath, Option<bool>> = noted().map(|exhibit| (&exhibit.path, None)).collect();
        let logs_in_scope = evidence.logs.iter().zip(&logs.in_scope).filter(|(entry, _)| entry.is_named);
        let logs_in_scope = logs_in_scope.map(|(entry, in_scope)| (entry.path, *in_scope));
        let digests_in_scope = graph.nodes.iter().flat_map(|node| node.entries.iter().map(|path| (*path, node.in_scope)));
        let is_any_noted = !scopes.is_empty();
        for (path, in_scope) in logs_in_scope.chain(digests_in_scope).filter(|_| is_any_noted) {
            if let Some(known) = scopes.get_mut(path) {
                *known = Some(known.unwrap_or(false) || in_scope);
            }
        }
        for exhibit in noted() {
            let kind = entry::classify(&exhibit.path);
            let known = scopes.get(&exhibit.path).copied().flatten();
            let in_scope = match &kind {
                Kind::Digest(name) if !matches!(exhibit.facts, Facts::Digest(_, Some(_))) => {
                    known == Some(true) || scope.is_named(name)
                }
                Kind::Digest(name) => known.unwrap_or_else(|| scope.is_named(name)),
                Kind::Log(_) => known.unwrap_or(true),
                _ => true,
            };
            for note in &exhibit.notes {
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

    fn judge_whole(&self, evidence: &Evidence<'_>, scope: &Scope, ledger: &mut Ledger<'_>) {
        if evidence.digests.is_empty() {
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

    fn count(&self, evidence: &Evidence<'_>, graph: &Graph<'_>, logs: &Logs<'_>, findings: &[Finding]) -> Counts {
        let mut counts =
            Counts { ignored: self.ignored.values().fold(0, |sum, count| sum.saturating_add(*count)), ..Counts::default() };
        counts.entries = counts.ignored.saturating_add(self.exhibits.len() as u64);
        for node in &graph.nodes {
            count_digest(node, &mut counts.digests);
        }
        for entry in evidence.digests.iter().filter(|entry| entry.digest.is_none()) {
            let slot = if *entry.content == Content::Unread { &mut counts.digests.unproved } else { &mut counts.digests.failed };
            *slot = slot.saturating_add(1);
        }
        for chain in logs.per_chain.values() {
            let LogCounts { proved, proved_bytes, failed, missing, unproved, .. } = *chain;
            let sum = &mut counts.logs;
            for (total, part) in [
                (&mut sum.proved, proved),
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

/// The exhibits by what they hold.
pub(crate) struct Evidence<'a> {
    pub(crate) digests: Vec<DigestEntry<'a>>,
    pub(crate) logs: Vec<LogEntry<'a>>,
    pub(crate) keys: Vec<(String, &'a KeyEntry)>,
    pub(crate) detached: Vec<&'a Detached>,
}

impl<'a> Evidence<'a> {
    pub(crate) fn sort_out(exhibits: &'a [Exhibit]) -> Self {
        let mut evidence = Self { digests: Vec::new(), logs: Vec::new(), keys: Vec::new(), detached: Vec::new() };
        for exhibit in exhibits {
            let path = &exhibit.path;
            let is_sound =
                !exhibit.notes.iter().any(|note| matches!(note.code, Code::ContainerTrailingData | Code::ContainerTruncated));
            match &exhibit.facts {
                Facts::Digest(content, digest) => {
                    evidence.digests.push(DigestEntry { path, digest: digest.as_deref(), content });
                    // A digest file can be listed like any object; it is found, and called foreign.
                    evidence.logs.push(LogEntry { path, content, is_named: false, is_sound });
                }
                Facts::Log(content) => {
                    let is_named = matches!(entry::classify(path), Kind::Log(_));
                    evidence.logs.push(LogEntry { path, content, is_named, is_sound });
                }
                Facts::Stray(content) => evidence.logs.push(LogEntry { path, content, is_named: false, is_sound }),
                Facts::Keys(entries) => evidence.keys.extend(entries.iter().map(|entry| (path.text(), entry))),
                Facts::Metadata(found) => evidence.detached.extend(found),
                // Links have been followed.
                Facts::Ignored(_) | Facts::Link(_) | Facts::Refused => {}
            }
        }
        evidence
    }

    pub(crate) fn log_paths(&self) -> impl Iterator<Item = &'a EntryPath> {
        self.logs.iter().filter(|entry| entry.is_named).map(|entry| entry.path)
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
    let proved = || graph.nodes.iter().filter(|node| node.in_scope && node.is_signed()).map(|node| node.digest.period);
    Some(Period { from: proved().map(|period| period.from).min()?, to: proved().map(|period| period.to).max()? })
}

fn report_chains(graph: &Graph<'_>, logs: &Logs<'_>, coverages: Vec<Coverage>, scope: &Scope, keyring: &Keyring) -> Vec<Chain> {
    graph
        .chains
        .iter()
        .zip(coverages)
        .map(|((id, range), coverage)| {
            let nodes = nodes_of(graph, range);
            let mut digests = DigestCounts::default();
            for node in nodes {
                count_digest(node, &mut digests);
            }
            let unreferenced = logs.unreferenced.get(&(id.account, id.region)).copied().unwrap_or(0);
            let keys: BTreeSet<String> = nodes
                .iter()
                .filter_map(|node| match node.status {
                    Status::Signed(authentic, _) => match authentic.route() {
                        Route::Signature { key } => keyring.keys.get(key).map(|key| hex::encode(key.sha256)),
                        Route::HashLink => None,
                    },
                    _ => None,
                })
                .collect();
            Chain {
                id: id.to_string(),
                account: id.account.to_owned(),
                region: id.region.to_owned(),
                trail: id.trail.to_owned(),
                home_region: id.home_region.to_owned(),
                kind: id.kind,
                in_scope: scope.is_asked(id.account, id.region, Some(id.trail), None),
                proved_from: coverage.proved.first(),
                proved_to: coverage.proved.last(),
                proved_seconds: coverage.proved.seconds(),
                silent_seconds: coverage.silent.seconds(),
                digests,
                logs: LogCounts { unreferenced, ..logs.per_chain.get(id).copied().unwrap_or_default() },
                days: coverage::days(nodes, &coverage),
                gaps: coverage.gaps.into_periods(),
                keys: keys.into_iter().collect(),
            }
        })
        .collect()
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
    let needed: BTreeSet<&str> = graph.nodes.iter().map(|node| &*node.digest.fingerprint).collect();
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
        let Digest { period, fingerprint, .. } = node.digest;
        let fingerprint = &**fingerprint;
        // A fingerprint that is none would only carry strange characters into a command.
        if fingerprint.len() != 32 || !fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            continue;
        }
        let region = node.name.chain.region;
        let wider = |whole: &mut Period| *whole = Period { from: whole.from.min(period.from), to: whole.to.max(period.to) };
        periods.entry((region, fingerprint)).and_modify(wider).or_insert(*period);
        regions.entry(region).and_modify(wider).or_insert(*period);
    }
    let missing = periods.into_iter().filter_map(|((region, fingerprint), period)| {
        // One list of a region holds all its keys of a time: one command for all of them, into one file.
        let whole = regions.get(region)?;
        Some(MissingKey {
            region: region.to_owned(),
            fingerprint: fingerprint.to_owned(),
            period,
            command: format!(
                "aws cloudtrail list-public-keys --region {region} --start-time {} --end-time {} > {region}.json",
                whole.from,
                whole.to.plus(2 * HOUR_SECONDS)
            ),
        })
    });
    missing.collect()
}

/// See `docs/semantics.md`, "Evidence root".
fn evidence_root(exhibits: &[Exhibit]) -> String {
    let mut evidence: Vec<&Exhibit> =
        exhibits.iter().filter(|exhibit| matches!(exhibit.facts, Facts::Digest(..) | Facts::Log(_))).collect();
    evidence.sort_by(|one, other| by_names(one, other).unwrap_or_else(|| root_line(one).cmp(&root_line(other))));
    let mut hasher = Sha256::new();
    let mut last = Vec::new();
    for exhibit in evidence {
        let line = root_line(exhibit);
        if line != last {
            hasher.update(&line);
            last = line;
        }
    }
    hex::encode(hasher.finalize())
}

/// The line of an entry in what the evidence root hashes; empty if it has none.
fn root_line(exhibit: &Exhibit) -> Vec<u8> {
    let file_name = || [entry::without_gz(exhibit.path.file_name()), b".gz"].concat();
    let (kind, object, content) = match &exhibit.facts {
        Facts::Digest(content, Some(digest)) => {
            let object = digest.object();
            ("digest", ["s3://", object.bucket, "/", object.folder, object.name].concat().into_bytes(), content)
        }
        Facts::Digest(content, None) => ("digest", file_name(), content),
        Facts::Log(content) => ("log", file_name(), content),
        _ => return Vec::new(),
    };
    let hash = match content {
        Content::Whole { sha256, .. } => hex::encode(sha256),
        Content::Damaged { stored_sha256 } => format!("damaged {}", hex::encode(stored_sha256)),
        Content::Unread => "unread".to_owned(),
    };
    [kind.as_bytes(), b" ", &object, b" ", hash.as_bytes(), b"\n"].concat()
}

/// The order of two such lines, where their names tell it: nearly always, and long before the lines are written down.
fn by_names(one: &Exhibit, other: &Exhibit) -> Option<Ordering> {
    fn told_apart(one: &[u8], other: &[u8]) -> Option<Ordering> {
        let shared = one.len().min(other.len());
        Some(one.get(..shared).cmp(&other.get(..shared))).filter(|order| order.is_ne())
    }
    match (&one.facts, &other.facts) {
        (Facts::Log(_), Facts::Log(_)) => {
            told_apart(entry::without_gz(one.path.file_name()), entry::without_gz(other.path.file_name()))
        }
        (Facts::Digest(_, Some(one)), Facts::Digest(_, Some(other))) => {
            let (one, other) = (one.object(), other.object());
            if one.bucket != other.bucket {
                None
            } else if one.folder == other.folder {
                told_apart(one.name.as_bytes(), other.name.as_bytes())
            } else {
                told_apart(one.folder.as_bytes(), other.folder.as_bytes())
            }
        }
        (Facts::Digest(..), Facts::Log(_)) => Some(Ordering::Less),
        (Facts::Log(_), Facts::Digest(..)) => Some(Ordering::Greater),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use trailseal_forge::archive::Archive;

    use super::*;
    use crate::forged::trail;
    use crate::{Limits, examine};

    #[test]
    fn names_tell_the_order_of_lines_as_the_lines_do() {
        let chains = ["a", "b/c"].map(|prefix| trail("2026-03-01T00:01:31Z").with_prefix(prefix).chain(&[2, 1]));
        let mut archive = Archive::of(&chains.each_ref());
        let elsewhere = trail("2026-03-01T00:01:31Z").in_bucket("elsewhere").chain(&[1]);
        archive.digest(&elsewhere.digests[0]);
        let unread = archive.entries[0].path.replace("T010131Z", "T090131Z");
        archive.put(&unread, "no digest file");
        // Without its last character a name is the beginning of another.
        for letters in ["AbCdEf0123456789", "AbCdEf012345678"] {
            archive.put(&format!("111122223333_CloudTrail_us-east-1_20260301T0005Z_{letters}.json"), "{}");
        }
        let exhibits: Vec<Exhibit> = archive
            .entries
            .iter()
            .map(|entry| examine(EntryPath::new(&entry.path), &entry.bytes, &Limits::default()))
            .filter(|exhibit| matches!(exhibit.facts, Facts::Digest(..) | Facts::Log(_)))
            .collect();
        let pairs = exhibits.iter().flat_map(|one| exhibits.iter().map(move |other| (one, other)));
        let told: Vec<_> = pairs.filter_map(|(one, other)| Some((one, other, by_names(one, other)?))).collect();
        assert!(told.len() > exhibits.len());
        for (one, other, order) in told {
            assert_eq!(order, root_line(one).cmp(&root_line(other)), "{} and {}", one.path.text(), other.path.text());
        }
    }
}
