//! From a judged case to its report.

use std::collections::BTreeSet;

use crate::case::judgement::Judgement;
use crate::case::{Case, Policy};
use crate::evidence::content::Content;
use crate::evidence::lake::section::ResultSet;
use crate::evidence::trail::coverage::{self, Coverage};
use crate::evidence::trail::fetch::{self, Lack};
use crate::evidence::trail::files::Held;
use crate::evidence::trail::graph::{Node, Status};
use crate::evidence::trail::name::{ChainId, DigestKind, DigestName, Place};
use crate::evidence::trail::section::{Chain, DigestCounts, DigestFile, LogCounts, MissingKey};
use crate::report::objects::Objects;
use crate::report::{Asked, Axes, Counts, Key, LeftOut, Outside, Report, SCHEMA};
use crate::terms::finding::{Axis, Effect};
use crate::terms::ledger::effects;
use crate::terms::outcome::{Level, Outcome};
use crate::terms::spans::Spans;
use crate::terms::spread::Spread;
use crate::terms::time::{HOUR_SECONDS, Period};
use crate::trust::signature::Route;

/// Bytes that chains share of which nothing is signed: some thousands. One that is signed paid for its place with a signature.
const UNSIGNED_CHAIN_BYTES: usize = 4_000_000;

/// Bytes that result sets of CloudTrail Lake share: some thousands of files, or some hundreds of long queries.
const RESULT_SET_BYTES: usize = 3_000_000;

/// Keys of the archive's own that verified nothing.
const IDLE_KEYS: usize = 1000;

/// Keys that the verifier lacks. One command fetches all of a region and time.
const MISSING_KEYS: usize = 1000;

/// Parts of the evidence: a thousand accounts in thirty regions.
const EVIDENCE_PARTS: usize = 30_000;

/// Leaves out chains beyond the bound, and says how many.
fn bound_chains(chains: &mut Vec<Chain>, left_out: &mut LeftOut) {
    const ROW_BYTES: usize = 900;
    const DAY_BYTES: usize = 160;
    const GAP_BYTES: usize = 64;
    let mut left = UNSIGNED_CHAIN_BYTES;
    let before = chains.len();
    chains.retain(|chain| {
        let need = ROW_BYTES
            .saturating_add(chain.days.len().saturating_mul(DAY_BYTES))
            .saturating_add(chain.gaps.len().saturating_mul(GAP_BYTES));
        chain.digests.proved > 0 || left.checked_sub(need).map(|rest| left = rest).is_some()
    });
    left_out.chains = before.saturating_sub(chains.len()) as u64;
}

/// Leaves out enclosed keys that verified nothing beyond the bound, and says how many.
fn bound_keys(keys: &mut Vec<Key>, left_out: &mut LeftOut) {
    let before = keys.len();
    let mut idle = 0_usize;
    keys.retain(|key| {
        let is_idle = key.level == Level::Enclosed && key.digests == 0;
        idle = idle.saturating_add(usize::from(is_idle));
        !is_idle || idle <= IDLE_KEYS
    });
    left_out.keys = before.saturating_sub(keys.len()) as u64;
}

/// Leaves out keys that the verifier lacks beyond the bound, and says how many.
fn bound_missing_keys(keys: &mut Vec<MissingKey>, left_out: &mut LeftOut) {
    left_out.missing_keys = keys.len().saturating_sub(MISSING_KEYS) as u64;
    keys.truncate(MISSING_KEYS);
}

/// Leaves out result sets, and files of them, beyond the bound, and says how many.
fn bound_result_sets(sets: &mut Vec<ResultSet>, left_out: &mut LeftOut) {
    const SET_BYTES: usize = 400;
    const FILE_BYTES: usize = 200;
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let mut left = RESULT_SET_BYTES;
    let mut takes = |need: usize| left.checked_sub(need).map(|rest| left = rest).is_some();
    let before = sets.len();
    sets.retain(|set| takes(SET_BYTES.saturating_add(set.entry.len())));
    left_out.result_sets = before.saturating_sub(sets.len()) as u64;
    for set in sets {
        let kept = set.files.iter().take_while(|file| {
            let texts = [&file.entry, &file.executed, &file.query].map(length).iter().sum::<usize>();
            takes(FILE_BYTES.saturating_add(file.name.len()).saturating_add(texts))
        });
        let kept = kept.count();
        set.files.truncate(kept);
        left_out.result_files = left_out.result_files.saturating_add(set.file_count.saturating_sub(kept as u64));
    }
}

impl Case {
    /// Judges the case on this thread.
    pub fn conclude(self, policy: &Policy) -> Report {
        self.conclude_with(policy, &|_, _| ())
    }

    /// Judges the case on the threads over which `spread` spreads work. It is called several times.
    pub fn conclude_with(self, policy: &Policy, spread: &Spread<'_>) -> Report {
        self.judge(policy, spread, |judged| judged.report())
    }

    /// Judges the case as [`conclude_with`](Self::conclude_with) does, and lists what became of each single object.
    pub fn conclude_with_objects(self, policy: &Policy, spread: &Spread<'_>) -> (Report, Objects) {
        self.judge(policy, spread, |judged| {
            let objects = judged.objects();
            (judged.report(), objects)
        })
    }
}

impl Judgement<'_> {
    /// The report on the case.
    pub(crate) fn report(self) -> Report {
        let (axes, chains) = (self.axes(), self.chains());
        let counts = Counts { chains: chains.iter().filter(|chain| chain.in_scope).count() as u64, ..self.counts() };
        let (keys, missing_keys) = (self.keys(), self.missing_keys());
        let scope = &self.policy.scope;
        let mut report = Report {
            schema: SCHEMA.to_owned(),
            overall: axes.overall(),
            axes,
            asked: Asked {
                questions: scope.questions.clone(),
                relocated: scope.relocations.iter().map(ToString::to_string).collect(),
                policy: self.policy.weights.iter().collect(),
            },
            proved_extent: proved_extent(&chains),
            evidence_root: self.evidence_root,
            evidence_parts: self.evidence_parts,
            counts,
            chains,
            lake: self.result_sets,
            keys,
            missing_keys,
            findings: self.findings,
            left_out: LeftOut::default(),
        };
        bound_chains(&mut report.chains, &mut report.left_out);
        bound_keys(&mut report.keys, &mut report.left_out);
        bound_result_sets(&mut report.lake, &mut report.left_out);
        bound_missing_keys(&mut report.missing_keys, &mut report.left_out);
        report.left_out.evidence_parts = report.evidence_parts.len().saturating_sub(EVIDENCE_PARTS) as u64;
        report.evidence_parts.truncate(EVIDENCE_PARTS);
        report
    }

    fn axes(&self) -> Axes {
        let Self { graph, logs, findings, .. } = self;
        let in_scope = || graph.nodes.iter().filter(|node| node.in_scope);
        let signed = in_scope().filter(|node| node.is_signed()).count() as u64;
        let authenticated = in_scope().filter(|node| node.is_authenticated()).count() as u64;
        let covered = self.coverages.iter().filter(|coverage| coverage.is_complete).count() as u64;
        let coverage = match Outcome::fold(effects(findings, Axis::Coverage), covered) {
            // Nothing limits it and nothing was asked: there is nothing to assess.
            Outcome::Indeterminate | Outcome::Passed
                if self.policy.scope.has_no_period()
                    && effects(findings, Axis::Coverage).all(|effect| effect == Effect::Informs) =>
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

    fn counts(&self) -> Counts {
        let Self { admitted, graph, logs, findings, .. } = self;
        let scope = &self.policy.scope;
        let mut counts = Counts { entries: self.entry_count, ignored: self.ignored_count, ..Counts::default() };
        for node in graph.nodes.iter().filter(|node| node.in_scope) {
            count_digest(node, &mut counts.digests);
        }
        let nodes_outside = graph.nodes.iter().filter(|node| !node.in_scope).count() as u64;
        let chainless_outside = graph.chainless.iter().filter(|chainless| !chainless.in_scope).count();
        counts.digests.failed =
            counts.digests.failed.saturating_add(graph.chainless.len().saturating_sub(chainless_outside) as u64);
        let mut outside = nodes_outside.saturating_add(chainless_outside as u64);
        for entry in admitted.entries.iter().filter(|entry| matches!(entry.held, Held::Digest(None))) {
            let slot = match DigestName::of(entry.path) {
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

    fn chains(&self) -> Vec<Chain> {
        let with_coverage = self.graph.by_chain().zip(&self.coverages);
        with_coverage.map(|((id, nodes), coverage)| self.chain(id, nodes, coverage)).collect()
    }

    fn chain(&self, id: &ChainId<'_>, nodes: &[Node<'_>], coverage: &Coverage) -> Chain {
        let Self { logs, keyring, .. } = self;
        let scope = &self.policy.scope;
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
        let mut proved_digests: Vec<&Node<'_>> = asked().filter(|node| node.is_signed()).collect();
        proved_digests.sort_by_key(|node| (node.digest.period().to, node.digest.object(), node.digest.sha256()));
        let predecessor = proved_digests
            .first()
            .and_then(|first| first.digest.previous())
            .map(|previous| DigestFile { object: previous.object.to_string(), sha256: previous.sha256.map(hex::encode) });
        let named = |node: &&Node<'_>| DigestFile { object: node.subject(), sha256: Some(hex::encode(node.digest.sha256())) };
        let (first, last) = (proved_digests.first().map(named), proved_digests.last().map(named));
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
            days: coverage::days(nodes, coverage),
            gaps: coverage.gaps.clone().into_periods(),
            predecessor,
            first,
            last,
            keys: keys.into_iter().collect(),
        }
    }

    fn keys(&self) -> Vec<Key> {
        let keyring = self.keyring;
        let mut used = vec![0_u64; keyring.keys.len()];
        for node in &self.graph.nodes {
            if let Status::Signed(authentic, _) = node.status
                && let Route::Signature { key } = authentic.route()
                && let Some(count) = used.get_mut(key)
            {
                *count = count.saturating_add(1);
            }
        }
        let told = keyring.keys.iter().zip(used).map(|(key, digests)| Key {
            sha256: hex::encode(key.sha256),
            fingerprint: key.fingerprint.clone(),
            bits: key.public.bits(),
            level: key.level,
            regions: key.regions.iter().flatten().cloned().collect(),
            validity: key.validity.iter().copied().collect(),
            digests,
        });
        told.collect()
    }

    fn missing_keys(&self) -> Vec<MissingKey> {
        let of_digests = self.graph.nodes.iter().filter(|node| {
            let is_had = || self.keyring.find(node.digest.fingerprint()).is_some_and(|(_, key)| key.level > Level::Enclosed);
            node.in_scope && !node.is_authenticated() && !node.is_invalid() && !is_had()
        });
        let of_result_sets = self.lake.lacking(self.keyring, &self.policy.scope).map(|(region, fingerprint, time)| Lack {
            region,
            fingerprint,
            period: Period { from: time, to: time.plus(HOUR_SECONDS) },
        });
        fetch::missing_keys(of_digests.map(Lack::of).chain(of_result_sets))
    }
}

/// What normal chains prove, from the first to the last: backfill digest files cover nothing.
fn proved_extent(chains: &[Chain]) -> Option<Period> {
    let normal = || chains.iter().filter(|chain| chain.kind == DigestKind::Normal);
    let from = normal().filter_map(|chain| chain.proved_from).min()?;
    Some(Period { from, to: normal().filter_map(|chain| chain.proved_to).max()? })
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

/// Where the digest files of a chain lie, in the order of time.
fn places_of(nodes: &[Node<'_>]) -> Vec<String> {
    let mut places: Vec<Place<'_>> = Vec::new();
    for place in nodes.iter().map(|node| node.digest.object().place()) {
        if places.last() != Some(&place) && !places.contains(&place) {
            places.push(place);
        }
    }
    places.iter().map(ToString::to_string).collect()
}
