//! What the graph of digest files says: each node's signature, identity and place, its link to its predecessor, and where
//! a chain doubles, forks or runs in a circle.

use std::collections::BTreeSet;

use crate::bytes::text;
use crate::evidence::kind::Evidence as _;
use crate::evidence::trail::digests::{Odd, Previous};
use crate::evidence::trail::graph::{Chainless, Graph, Node, Status, bears_name, may_lie_in};
use crate::evidence::trail::name::{self, DigestKind};
use crate::evidence::trail::place::Places;
use crate::evidence::trail::sign::has_supported_algorithm;
use crate::evidence::trail::{Claim, Trail};
use crate::terms::finding::{About, Code, Effect};
use crate::terms::ledger::{Ledger, Raise};
use crate::terms::object::Object;
use crate::terms::outcome::Level;
use crate::terms::path::SplitPath;
use crate::terms::reason::{Reason, packed};
use crate::terms::scope::Scope;
use crate::terms::spread::{self, Spread};
use crate::terms::time::{Period, Time};
use crate::trust::keyring::Keyring;
use crate::trust::signature::{Route, SignatureRef};

/// How many digest files a thread judges in one go. The chains of unit tests are short, and are to take several.
const JUDGED_AT_ONCE: usize = if cfg!(test) { 2 } else { 1 << 8 };

/// Enters everything that the graph shows into the ledger.
pub(crate) fn judge(
    graph: &Graph<'_>,
    keyring: &Keyring,
    places: &Places<'_>,
    scope: &Scope,
    spread: &Spread<'_>,
    ledger: &mut Ledger<'_>,
) {
    let pieces: Vec<&[Node<'_>]> = graph.nodes.chunks(JUDGED_AT_ONCE).collect();
    let parts = spread::map(spread, pieces.len(), |piece| {
        let mut part = ledger.part();
        for node in pieces.get(piece).copied().unwrap_or_default() {
            judge_node(graph, node, keyring, places, scope, &mut part);
        }
        part
    });
    parts.into_iter().for_each(|part| ledger.join(part));
    judge_chainless(graph, ledger);
    judge_doubles(graph, ledger);
    judge_forks(graph, ledger);
    judge_overlaps(graph, scope, ledger);
    judge_cycles(graph, ledger);
}

fn judge_chainless(graph: &Graph<'_>, ledger: &mut Ledger<'_>) {
    for Chainless { object, path, in_scope } in &graph.chainless {
        ledger.enter(
            Raise::new(Code::DigestIdentityMismatch, About::Object, object.to_string())
                .in_scope(*in_scope)
                .entry(path.map(SplitPath::text).unwrap_or_default())
                .because(Reason::NoDigestKey),
        );
    }
}

fn judge_node(graph: &Graph<'_>, node: &Node<'_>, keyring: &Keyring, places: &Places<'_>, scope: &Scope, ledger: &mut Ledger<'_>) {
    judge_signature(graph, node, keyring, ledger);
    judge_signature_sources(graph, node, ledger);
    if !node.is_invalid() {
        judge_identity(graph, node, places, ledger);
        if let Some(Odd { reasons, is_loss }) = node.digest.odd() {
            let effect = if is_loss { Effect::Limits } else { Effect::Informs };
            ledger.enter(
                raise(Code::DigestIrregular, node).effect(effect).entry(path_text(graph, node)).for_all_of(packed::read(reasons)),
            );
        }
    }
    if node.is_signed() {
        judge_link(graph, node, scope, ledger);
    }
}

fn raise(code: Code, node: &Node<'_>) -> Raise {
    Raise::new(code, About::Object, node.subject())
        .chain(node.chain, node.position)
        .in_scope(node.in_scope)
        .period(node.digest.period())
}

fn path_text(graph: &Graph<'_>, node: &Node<'_>) -> String {
    graph.paths(node).next().map(SplitPath::text).unwrap_or_default()
}

fn judge_signature(graph: &Graph<'_>, node: &Node<'_>, keyring: &Keyring, ledger: &mut Ledger<'_>) {
    let fingerprint = || text::printable(node.digest.fingerprint().as_bytes());
    let odd_metadata = node.metadata.iter().find(|metadata| !has_supported_algorithm(metadata));
    if let Some(algorithm) = node.digest.unsupported().or_else(|| odd_metadata.and_then(|odd| odd.algorithm.as_deref())) {
        ledger.enter(raise(Code::DigestAlgorithmUnsupported, node).found(text::printable(algorithm.as_bytes())));
    }
    let key = keyring.find(node.digest.fingerprint()).map(|(_, key)| key);
    match node.status {
        Status::Signed(authentic, level) => {
            match authentic.route() {
                Route::Signature { key } => {
                    if let Some(key) = keyring.keys.get(key) {
                        judge_key(node, key, ledger);
                    }
                }
                Route::HashLink if key.is_none() && !node.digest.signature_unsupported() => ledger.enter(
                    raise(Code::DigestKeyUnknown, node).effect(Effect::Informs).found(fingerprint()).because(Reason::ByHashLink),
                ),
                Route::HashLink => {}
            }
            if level == Level::Enclosed {
                ledger.enter(raise(Code::KeyEnclosed, node).found(fingerprint()));
            }
        }
        Status::Invalid => {
            let is_malformed = |signature: &SignatureRef<'_>| match signature {
                SignatureRef::NotHex(_) => true,
                SignatureRef::Bytes(bytes) => key.is_some_and(|key| key.public.signature_bytes() != bytes.len()),
            };
            let signatures: Vec<SignatureRef<'_>> = graph.quotable_signatures(node).map(|(_, signature)| signature).collect();
            let code =
                if signatures.iter().all(is_malformed) { Code::DigestSignatureMalformed } else { Code::DigestSignatureInvalid };
            let mut raised = raise(code, node).entry(path_text(graph, node));
            if let Some(signature) = signatures.first() {
                raised = raised.found(signature.abbreviated()).because(signature.form());
            }
            ledger.enter(raised);
            if key.is_none() {
                ledger.enter(raise(Code::DigestKeyUnknown, node).found(fingerprint()));
            }
        }
        Status::Unsigned if node.digest.signature_unsupported() => {}
        Status::Unsigned => {
            if key.is_none() {
                ledger.enter(raise(Code::DigestKeyUnknown, node).found(fingerprint()));
            }
            // A signature under an algorithm that is not supported is there, but was not tried.
            if graph.quotable_signatures(node).next().is_none() && odd_metadata.is_none() {
                ledger.enter(raise(Code::DigestSignatureMissing, node));
            }
        }
    }
}

/// The key that verified: is it of the region, and was it valid?
fn judge_key(node: &Node<'_>, key: &crate::trust::keyring::Key, ledger: &mut Ledger<'_>) {
    let region = node.chain.region;
    if !key.fits_region(region) {
        let stated: Vec<&str> = key.regions.iter().flatten().map(String::as_str).collect();
        ledger.enter(raise(Code::DigestKeyOtherRegion, node).expected(region).found(stated.join(" ")));
    }
    let made = match node.chain.kind {
        DigestKind::Normal => Some(node.digest.period().to),
        // Backfill digests are signed with the key of the time at which they are made; without their metadata it is not known.
        DigestKind::Backfill => node.generated(),
    };
    if made.is_some_and(|made| !key.is_valid_at(made)) {
        let windows: Vec<String> = key.validity.iter().map(|window| format!("{}/{}", window.from, window.to)).collect();
        ledger.enter(raise(Code::DigestKeyOutsideValidity, node).expected(windows.join(" ")));
    }
}

/// Metadata and successors must agree on one signature.
fn judge_signature_sources(graph: &Graph<'_>, node: &Node<'_>, ledger: &mut Ledger<'_>) {
    let from_metadata = || graph.quotable_signatures(node).find(|(source, _)| source.is_none()).map(|(_, signature)| signature);
    let Some(reference) = node.verified().or_else(from_metadata) else { return };
    for (source, signature) in graph.quotable_signatures(node) {
        if signature == reference {
            continue;
        }
        let successor = source.and_then(|source| graph.node(source));
        let subject = successor.unwrap_or(node);
        let reason = match successor {
            Some(_) => Reason::QuotesOther,
            None => Reason::MetadataOther,
        };
        ledger.enter(
            raise(Code::ChainLinkSignatureMismatch, subject)
                .in_scope(node.in_scope || subject.in_scope)
                .expected(reference.abbreviated())
                .found(signature.abbreviated())
                .because(reason),
        );
    }
}

/// The names of its entries, and the JSON itself, against the key that is signed inside.
fn judge_identity(graph: &Graph<'_>, node: &Node<'_>, places: &Places<'_>, ledger: &mut Ledger<'_>) {
    let mismatch = |reason| raise(Code::DigestIdentityMismatch, node).entry(path_text(graph, node)).because(reason);
    if node.digest.account() != node.chain.account {
        ledger.enter(mismatch(Reason::OtherAccount).found(text::printable(node.digest.account().as_bytes())));
    } else if node.chain.kind == DigestKind::Normal && node.digest.period().to != node.time {
        ledger.enter(mismatch(Reason::OtherEnd).found(node.digest.period().to.to_string()));
    }
    for path in graph.paths(node) {
        if !bears_name(path, node.digest) && !matches!(Trail::claim(path), Some(Claim::Digest(name)) if name == node.name()) {
            ledger.enter(mismatch(Reason::OtherFileName).entry(path.text()));
        } else if !places.agree_with_digest(path, node.digest.object()) {
            ledger.enter(raise(Code::DigestRelocated, node).entry(path.text()));
        }
    }
}

/// A signed digest file's link: does it lead to its predecessor, and does that join on?
fn judge_link(graph: &Graph<'_>, node: &Node<'_>, scope: &Scope, ledger: &mut Ledger<'_>) {
    let Some(previous) = node.digest.previous() else { return judge_start(graph, node, ledger) };
    let Some(name) = node.previous_name() else {
        // What it names is placed by its name, and concerns those who asked for that.
        let is_named = name::digest_name(previous.object.name).is_some_and(|name| scope.is_named(&name));
        let raise = raise(Code::ChainLinkForeign, node).in_scope(node.in_scope || is_named);
        ledger.enter(raise.found(previous.object.to_string()));
        return;
    };
    if let Some(predecessor) = node.previous.get().and_then(|index| graph.node(index)) {
        judge_seam(graph, node, previous, predecessor, ledger);
    } else if let Some(unread) = graph.unread.get(&name) {
        // It is there, but no digest file; perhaps its bytes still tell that they were altered.
        if let (Some(expected), Some(found)) = (previous.sha256, unread.sha256)
            && expected != found
        {
            let raise = raise(Code::ChainLinkHashMismatch, node).in_scope(node.in_scope || unread.in_scope);
            ledger.enter(raise.entry(unread.path.text()).expected(hex::encode(expected)).found(hex::encode(found)));
        }
    } else if let Some(older) = graph.last_before_missing(node, name.time) {
        let surely = graph.newest_authenticated_before(node.chain, name.time).unwrap_or(older);
        ledger.enter(raise_missing(graph, node, previous, scope, [older, surely]));
    }
}

/// A normal digest file without a predecessor, although older ones of its chain are there: logging was switched off and on again.
fn judge_start(graph: &Graph<'_>, node: &Node<'_>, ledger: &mut Ledger<'_>) {
    if node.is_starting()
        && node.digest.odd().is_none_or(|odd| !odd.is_loss)
        && let Some(older) = graph.newest_before(node.chain, node.time)
    {
        ledger.enter(raise(Code::ChainRestart, node).because(Reason::OlderEnds { at: older }));
    }
}

/// The predecessor is missing. The ends of what comes before the hole are those of the newest older digest file, and of the newest one
/// that is authenticated: only that one surely bounds the hole.
fn raise_missing(graph: &Graph<'_>, node: &Node<'_>, previous: Previous<'_>, scope: &Scope, ends: [Time; 2]) -> Raise {
    let chain = node.chain;
    let [hole, surely] = ends.map(|end| Period::new(end, node.digest.period().from).ok());
    let mut missing = raise(Code::ChainDigestMissing, node).expected(previous.object.to_string());
    if let Some(path) = graph.unopened {
        missing = missing.effect(Effect::Limits).because(may_lie_in(path));
    }
    // The scope of a hole is the scope of its time, not that of its edges.
    if surely.is_some() {
        missing = missing.in_scope(scope.is_asked(chain.account, chain.region, Some(chain), surely));
    }
    match hole {
        Some(hole) => missing.period(hole),
        None => missing,
    }
}

/// Where a digest file and its predecessor meet: the predecessor's hash, the time between them, and their places.
fn judge_seam(graph: &Graph<'_>, node: &Node<'_>, previous: Previous<'_>, predecessor: &Node<'_>, ledger: &mut Ledger<'_>) {
    let raise = |code| raise(code, node).in_scope(node.in_scope || predecessor.in_scope);
    if let Some(sha256) = previous.sha256.filter(|sha256| *sha256 != predecessor.digest.sha256()) {
        ledger.enter(
            raise(Code::ChainLinkHashMismatch)
                .entry(path_text(graph, predecessor))
                .expected(hex::encode(sha256))
                .found(hex::encode(predecessor.digest.sha256())),
        );
    }
    // An interval that is none has no edges.
    let has_edges = node.chain.kind == DigestKind::Normal && !node.digest.period().is_empty();
    let (begin, end) = (node.digest.period().from, predecessor.digest.period().to);
    if has_edges && let Ok(gap) = Period::new(end, begin) {
        ledger.enter(raise(Code::ChainLinkTimeGap).period(gap));
    }
    if has_edges && let Ok(overlap) = Period::new(begin, end) {
        ledger.enter(raise(Code::ChainLinkTimeOverlap).period(overlap));
    }
    let (here, before) = (node.digest.object(), predecessor.digest.object());
    let is_elsewhere = (here.bucket, here.folder) != (before.bucket, before.folder);
    if is_elsewhere && here.place() != before.place() {
        ledger.enter(raise(Code::ChainMoved).expected(before.place().to_string()).found(here.place().to_string()));
    }
}

/// Two entries for one object, and two digest files for one hour.
fn judge_doubles(graph: &Graph<'_>, ledger: &mut Ledger<'_>) {
    for node in &graph.nodes {
        for copy in graph.paths(node).skip(1) {
            ledger.enter(
                raise(Code::ArchiveEntryDuplicate, node).effect(Effect::Informs).entry(copy.text()).because(Reason::SameBytes),
            );
        }
    }
    for (_, nodes) in graph.by_chain() {
        for hour in nodes.chunk_by(|one, other| (one.chain, one.time) == (other.chain, other.time)).filter(|hour| hour.len() > 1) {
            for object in hour.chunk_by(|one, other| one.digest.object() == other.digest.object()) {
                let Some(first) = object.first().filter(|_| object.len() > 1) else { continue };
                let best = |node: &&Node<'_>| (!node.is_signed(), !node.is_claimed());
                let signed = object.iter().min_by_key(best).unwrap_or(first);
                for other in object.iter().filter(|other| other.digest.sha256() != signed.digest.sha256()) {
                    let raise = raise(Code::ArchiveEntryDuplicate, other);
                    ledger.enter(
                        if graph.is_copy(other) {
                            raise.effect(Effect::Limits).because(Reason::BesideSigned)
                        } else {
                            raise.in_scope(other.is_claimed() && (signed.in_scope || other.in_scope)).because(Reason::TwoContents)
                        }
                        .entry(path_text(graph, other))
                        .expected(hex::encode(signed.digest.sha256()))
                        .found(hex::encode(other.digest.sha256())),
                    );
                }
            }
            let parties: Vec<&Node<'_>> = hour.iter().filter(|node| !node.is_invalid() && node.is_claimed()).collect();
            let effect = effect_among(&parties);
            let in_scope = parties.iter().any(|party| party.in_scope);
            let mut objects = BTreeSet::new();
            for node in &parties {
                if objects.insert(node.digest.object()) && objects.len() > 1 {
                    ledger.enter(
                        raise(Code::DigestDuplicate, node)
                            .effect(effect)
                            .in_scope(in_scope)
                            .found(parties.first().map(|first| first.subject()).unwrap_or_default()),
                    );
                }
            }
        }
    }
}

/// What AWS itself signed and is merely odd limits; anything else refutes.
fn effect_among(parties: &[&Node<'_>]) -> Effect {
    if parties.iter().all(|party| party.is_signed()) { Effect::Limits } else { Effect::Refutes }
}

/// The object to which a link leads.
fn predecessor_of<'a>(graph: &Graph<'a>, node: &Node<'a>) -> Option<Object<'a>> {
    let predecessor = node.previous.get().and_then(|index| graph.node(index)).map(|predecessor| predecessor.digest.object());
    predecessor.or_else(|| Some(node.digest.previous()?.object))
}

/// Two successors of one digest file, of different hours.
fn judge_forks(graph: &Graph<'_>, ledger: &mut Ledger<'_>) {
    // By chain, too: a link from another chain is foreign, and must not stand before the fork.
    let compare = |one: &&Node<'_>, other: &&Node<'_>| {
        one.chain.cmp(other.chain).then_with(|| predecessor_of(graph, one).cmp(&predecessor_of(graph, other)))
    };
    let mut branches: Vec<&Node<'_>> =
        graph.nodes.iter().filter(|node| !node.is_invalid() && node.is_claimed() && node.digest.previous().is_some()).collect();
    branches.sort_by(compare);
    for successors in branches.chunk_by(|one, other| compare(one, other).is_eq()).filter(|branch| branch.len() > 1) {
        let mut parties = successors.to_vec();
        parties.extend(successors.first().and_then(|node| node.previous.get()).and_then(|index| graph.node(index)));
        let effect = effect_among(&parties);
        let in_scope = successors.iter().any(|node| node.in_scope);
        let Some((first, others)) = successors.split_first() else { continue };
        let Some(target) = predecessor_of(graph, first) else { continue };
        let mut last = first;
        for other in others {
            if other.time != last.time {
                ledger.enter(
                    raise(Code::ChainFork, other)
                        .effect(effect)
                        .in_scope(in_scope)
                        .expected(target.to_string())
                        .found(first.subject()),
                );
                last = other;
            }
        }
    }
}

/// Runs of linked digest files that speak about one time. A starting digest file is no party: it covers nothing before its end.
fn judge_overlaps(graph: &Graph<'_>, scope: &Scope, ledger: &mut Ledger<'_>) {
    for (_, range) in graph.chains.iter().filter(|(chain, _)| chain.kind == DigestKind::Normal) {
        let nodes = graph.range(range);
        // For each node the first one of its run.
        let mut runs: Vec<usize> = Vec::with_capacity(nodes.len());
        for (index, node) in nodes.iter().enumerate() {
            let previous = node.previous.get().and_then(|previous| previous.checked_sub(range.start));
            runs.push(previous.and_then(|previous| runs.get(previous)).copied().unwrap_or(index));
        }
        let is_party = |(node, _): &(&Node<'_>, usize)| node.is_signed() && !node.is_starting();
        let mut parties: Vec<(&Node<'_>, usize)> = nodes.iter().zip(runs).filter(is_party).collect();
        parties.sort_by_key(|(node, _)| node.digest.period());
        // Those of two runs that reach farthest.
        let mut farthest: [Option<(&Node<'_>, usize)>; 2] = [None, None];
        for (node, run) in parties {
            let period = node.digest.period();
            let other = farthest.iter().flatten().find(|(other, of)| *of != run && other.time != node.time);
            if let Some((other, _)) = other
                && let Ok(overlap) = Period::new(period.from, period.to.min(other.digest.period().to))
            {
                let in_scope = scope.is_asked(node.chain.account, node.chain.region, Some(node.chain), Some(overlap));
                let raise = raise(Code::ChainOverlap, node).in_scope(in_scope);
                ledger.enter(raise.period(overlap).found(other.subject()));
            }
            let [first, second] = &mut farthest;
            let end = |party: &Option<(&Node<'_>, usize)>| party.map(|(node, _)| node.digest.period().to);
            let is_of_first = first.is_some_and(|(_, of)| of == run);
            if end(first) <= Some(period.to) {
                if !is_of_first {
                    *second = *first;
                }
                *first = Some((node, run));
            } else if !is_of_first && end(second) <= Some(period.to) {
                *second = Some((node, run));
            }
        }
    }
}

/// Links that come back to a digest file already passed.
fn judge_cycles(graph: &Graph<'_>, ledger: &mut Ledger<'_>) {
    const UNSEEN: usize = usize::MAX;
    let mut seen_in = vec![UNSEEN; graph.nodes.len()];
    for walk in 0..graph.nodes.len() {
        let mut here = walk;
        while let Some(node) = graph.node(here).filter(|node| node.is_signed()) {
            match seen_in.get_mut(here) {
                Some(seen) if *seen == UNSEEN => *seen = walk,
                _ => break,
            }
            let Some(next) = node.previous.get() else { break };
            if seen_in.get(next) == Some(&walk) {
                ledger.enter(raise(Code::ChainCycle, node).found(graph.node(next).map(Node::subject).unwrap_or_default()));
                break;
            }
            here = next;
        }
    }
}
