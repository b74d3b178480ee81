//! Log files: what digest files list, matched with what is there.
//!
//! Each listed object looks for its entry in five rounds, the most faithful match first: its name in its place with its hash; its
//! name in its place; its name elsewhere with its hash; its name elsewhere; its hash under another name. An entry serves one
//! object only. Lists that can be believed more go first and take the copies of their log files, too: a list that anybody may
//! have written must not speak for an entry that contradicts a better one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::entry::{self, ChainId, EntryPath, Kind, LogKind, LogName};
use crate::examine::Content;
use crate::examine::digest::Object;
use crate::finding::{Code, Effect};
use crate::ledger::{Ledger, Raise};
use crate::link::{Graph, Node};
use crate::object::Fate;
use crate::place::Places;
use crate::policy::Scope;
use crate::report::LogCounts;
use crate::time::{HOUR_SECONDS, Period, Time};

/// An entry whose content may be that of a log file.
pub(crate) struct LogEntry<'a> {
    pub(crate) path: &'a EntryPath,
    pub(crate) content: &'a Content,
    /// Its parsed name, if it claims to be a log file.
    pub(crate) name: Option<LogName>,
    /// No note refutes its container.
    pub(crate) is_sound: bool,
}

/// What became of all log files.
#[derive(Default)]
pub(crate) struct Logs<'a> {
    /// The listed objects, judged.
    pub(crate) wants: Vec<Want<'a>>,
    /// For each entry: the listed object that it serves or copies, as a position in `wants`.
    pub(crate) holders: Vec<Option<usize>>,
    pub(crate) per_chain: BTreeMap<ChainId, LogCounts>,
    /// Log files that no digest file lists, by account and region.
    pub(crate) unreferenced: BTreeMap<(String, String), u64>,
    /// For each entry: whether it lies in what was asked.
    pub(crate) in_scope: Vec<bool>,
    /// Proved log files in scope.
    pub(crate) confirmations: u64,
}

/// One listed object.
pub(crate) struct Want<'a> {
    bucket: &'a str,
    key: &'a str,
    /// What signed digest files commit to (or unsigned ones, where no signed one lists it).
    hashes: Vec<[u8; 32]>,
    pub(crate) node: &'a Node<'a>,
    standing: Standing,
    pub(crate) in_scope: bool,
    /// Another bucket has the same key, by a list that can be believed as much.
    is_shared: bool,
    /// The entry that serves it.
    pub(crate) entry: Option<usize>,
    pub(crate) fate: Fate,
}

/// How far a digest file's list can be believed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Unsigned,
    Signed,
    Authenticated,
}

impl Standing {
    fn of(node: &Node<'_>) -> Self {
        match (node.is_signed(), node.is_authenticated()) {
            (_, true) => Self::Authenticated,
            (true, false) => Self::Signed,
            (false, false) => Self::Unsigned,
        }
    }

    fn is_signed(self) -> bool {
        self > Self::Unsigned
    }
}

/// How many entries of one name or one content an object is compared with, and how many objects of one name share their copies.
/// AWS's names are unique; what goes beyond is `log.unreferenced` or `log.missing`, and never a reason for a quadratic search.
const MOST_ALIKE: usize = 16;

impl Want<'_> {
    pub(crate) fn object(&self) -> Object {
        Object { bucket: self.bucket.into(), key: self.key.into() }
    }

    fn file_name(&self) -> &str {
        self.key.rsplit('/').next().unwrap_or_default()
    }

    fn has_hash_of(&self, content: &Content) -> bool {
        content.sha256().is_some_and(|sha256| self.hashes.contains(&sha256))
    }

    fn raise(&self, code: Code) -> Raise {
        Raise::new(code, self.object().to_string())
            .chain(&self.node.name.chain, self.node.position)
            .in_scope(self.in_scope)
            .period(self.node.digest.period)
    }
}

/// Matches what is listed with what is there and enters what it finds.
pub(crate) fn judge<'a>(
    graph: &'a Graph<'a>,
    entries: &[LogEntry<'_>],
    places: &Places<'_>,
    scope: &Scope,
    ledger: &mut Ledger<'_>,
) -> Logs<'a> {
    let mut wants = gather(graph, ledger);
    let mut matching = Matching::new(entries, places);
    for standing in [Standing::Authenticated, Standing::Signed, Standing::Unsigned] {
        matching.by_name(&mut wants, standing);
        // Before a copy of one log file stands in for another that is missing.
        matching.judge_copies(&wants, standing, ledger);
        matching.by_content(&mut wants, standing);
    }
    let holders = matching.holders;
    let best = graph.nodes.iter().filter(|node| node.in_scope).map(Standing::of).max();
    let mut logs = Logs { in_scope: vec![true; entries.len()], ..Logs::default() };
    for want in &mut wants {
        let entry = want.entry.and_then(|index| entries.get(index));
        // A weaker list, outside of what was asked, does not take a log file out of it.
        let is_outside = !want.in_scope && best.is_some_and(|best| want.standing < best);
        let is_kept = is_outside && entry.and_then(|entry| entry.name.as_ref()).is_some_and(|name| is_log_asked(name, scope));
        want.in_scope |= is_kept;
        if want.standing.is_signed() {
            want.fate = judge_signed(want, entry, places, ledger);
            let is_proved = want.fate == Fate::Proved;
            logs.confirmations = logs.confirmations.saturating_add(u64::from(is_proved && want.in_scope));
            if is_kept {
                ledger.enter(
                    want.raise(Code::LogUnproved)
                        .detail("listed outside of what was asked, under a key that only the archive vouches for"),
                );
            }
        } else {
            judge_unsigned(want, entry, ledger);
        }
        count(want, entry, logs.per_chain.entry(want.node.name.chain.clone()).or_default());
    }
    for (slot, holder) in logs.in_scope.iter_mut().zip(&holders) {
        if let Some(want) = holder.and_then(|holder| wants.get(holder)) {
            *slot = want.in_scope;
        }
    }
    judge_unreferenced(graph, entries, &holders, scope, &mut logs, ledger);
    Logs { wants, holders, ..logs }
}

fn count(want: &Want<'_>, entry: Option<&LogEntry<'_>>, counts: &mut LogCounts) {
    let slot = match want.fate {
        Fate::Proved => &mut counts.proved,
        Fate::Failed => &mut counts.failed,
        Fate::Missing => &mut counts.missing,
        Fate::Unproved | Fate::Unreferenced | Fate::Duplicate => &mut counts.unproved,
    };
    *slot = slot.saturating_add(1);
    if let (Fate::Proved, Some(Content::Whole { inflated_bytes, .. })) = (want.fate, entry.map(|entry| entry.content)) {
        counts.proved_bytes = counts.proved_bytes.saturating_add(*inflated_bytes);
    }
}

/// One line of a digest file's list.
struct Listing<'a> {
    key: &'a str,
    bucket: &'a str,
    standing: Standing,
    node: &'a Node<'a>,
    sha256: Option<[u8; 32]>,
}

/// All listed objects, each once.
fn gather<'a>(graph: &'a Graph<'a>, ledger: &mut Ledger<'_>) -> Vec<Want<'a>> {
    let mut listings: Vec<Listing<'_>> = Vec::new();
    for node in &graph.nodes {
        for listed in &node.digest.logs {
            let bucket = listed.other_bucket.as_deref().unwrap_or(&node.digest.object.bucket);
            listings.push(Listing { key: &listed.key, bucket, standing: Standing::of(node), node, sha256: listed.sha256 });
        }
    }
    // The best lists first; within them the order of the graph, which is that of the pushes.
    listings.sort_by_key(|listing| (listing.key, listing.bucket, Reverse(listing.standing)));
    let mut wants: Vec<Want<'_>> = Vec::new();
    for same in listings.chunk_by(|one, other| (one.key, one.bucket) == (other.key, other.bucket)) {
        let Some(first) = same.first() else { continue };
        let peers = same.iter().filter(|listing| listing.standing.is_signed() == first.standing.is_signed());
        let mut hashes: Vec<[u8; 32]> = peers.clone().filter_map(|listing| listing.sha256).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let want = Want {
            bucket: first.bucket,
            key: first.key,
            hashes,
            node: first.node,
            standing: first.standing,
            in_scope: peers.clone().any(|listing| listing.node.in_scope),
            is_shared: false,
            entry: None,
            fate: Fate::Unproved,
        };
        let others = peers.clone().count().saturating_sub(1);
        if want.standing.is_signed() && others > 0 {
            // One finding for each of many logs must not repeat each of many digest files.
            const NAMED: usize = 3;
            let mut named: Vec<String> = peers.skip(1).take(NAMED).map(|listing| listing.node.subject()).collect();
            if others > NAMED {
                named.push(format!("{} more", others.saturating_sub(NAMED)));
            }
            let differs = want.hashes.len() > 1;
            ledger.enter(
                want.raise(Code::LogDoublyListed)
                    .effect(if differs { Effect::Refutes } else { Effect::Informs })
                    .entry(want.node.subject())
                    .found(named.join(", "))
                    .detail(if differs { "with different hashes" } else { "with one hash" }),
            );
        }
        wants.push(want);
    }
    for same in wants.chunk_by_mut(|one, other| one.key == other.key) {
        let mut standings: Vec<Standing> = same.iter().map(|want| want.standing).collect();
        standings.sort_unstable();
        for want in same {
            let as_good = standings.len().saturating_sub(standings.partition_point(|standing| *standing < want.standing));
            want.is_shared = as_good > 1;
        }
    }
    wants
}

struct Matching<'m, 'a> {
    entries: &'m [LogEntry<'a>],
    places: &'m Places<'a>,
    /// Which object each entry serves.
    holders: Vec<Option<usize>>,
    /// The entries that serve none yet, by their names and by their contents.
    of_name: BTreeMap<&'a [u8], BTreeSet<usize>>,
    of_hash: BTreeMap<[u8; 32], BTreeSet<usize>>,
}

/// By what an object looks for its entry.
#[derive(Clone, Copy)]
enum By {
    Name,
    Hash,
}

impl<'m, 'a> Matching<'m, 'a> {
    fn new(entries: &'m [LogEntry<'a>], places: &'m Places<'a>) -> Self {
        let mut of_name: BTreeMap<&[u8], BTreeSet<usize>> = BTreeMap::new();
        let mut of_hash: BTreeMap<[u8; 32], BTreeSet<usize>> = BTreeMap::new();
        for (index, entry) in entries.iter().enumerate() {
            of_name.entry(entry::without_gz(entry.path.file_name())).or_default().insert(index);
            if let Some(sha256) = entry.content.sha256() {
                of_hash.entry(sha256).or_default().insert(index);
            }
        }
        Self { entries, places, holders: vec![None; entries.len()], of_name, of_hash }
    }

    fn by_name(&mut self, wants: &mut [Want<'_>], standing: Standing) {
        self.round(wants, standing, By::Name, |want, entry, is_in_place| want.has_hash_of(entry.content) && is_in_place());
        self.round(wants, standing, By::Name, |_, _, is_in_place| is_in_place());
        self.round(wants, standing, By::Name, |want, entry, _| want.has_hash_of(entry.content));
        self.round(wants, standing, By::Name, |_, entry, _| entry.name.is_some());
    }

    fn by_content(&mut self, wants: &mut [Want<'_>], standing: Standing) {
        self.round(wants, standing, By::Hash, |_, _, _| true);
    }

    /// Gives every object that still looks for one the best free entry that fits.
    fn round(
        &mut self,
        wants: &mut [Want<'_>],
        standing: Standing,
        by: By,
        fits: impl Fn(&Want<'_>, &LogEntry<'_>, &dyn Fn() -> bool) -> bool,
    ) {
        for (index, want) in wants.iter_mut().enumerate() {
            if want.entry.is_some() || want.standing != standing {
                continue;
            }
            let object = want.object();
            want.entry = self
                .free(want, by)
                .into_iter()
                .filter_map(|candidate| Some((candidate, self.entries.get(candidate)?)))
                .filter(|(_, entry)| fits(want, entry, &|| is_in_place(self.places, entry.path, &object, want.is_shared)))
                .max_by_key(|(candidate, entry)| (self.places.names_bucket(entry.path, &object), Reverse(*candidate)))
                .map(|(candidate, _)| candidate);
            if let Some(entry) = want.entry {
                self.take(entry, index);
            }
        }
    }

    fn free(&self, want: &Want<'_>, by: By) -> Vec<usize> {
        match by {
            By::Name => self.named(want).take(MOST_ALIKE).collect(),
            By::Hash => want.hashes.iter().filter_map(|hash| self.of_hash.get(hash)).flatten().copied().take(MOST_ALIKE).collect(),
        }
    }

    fn named(&self, want: &Want<'_>) -> impl Iterator<Item = usize> {
        self.of_name.get(entry::without_gz(want.file_name().as_bytes())).into_iter().flatten().copied()
    }

    fn take(&mut self, entry: usize, want: usize) {
        if let Some(holder) = self.holders.get_mut(entry) {
            *holder = Some(want);
        }
        let Some(LogEntry { path, content, .. }) = self.entries.get(entry) else { return };
        if let Some(free) = self.of_name.get_mut(entry::without_gz(path.file_name())) {
            free.remove(&entry);
        }
        if let Some(free) = content.sha256().and_then(|sha256| self.of_hash.get_mut(&sha256)) {
            free.remove(&entry);
        }
    }

    /// Further entries with the name of a listed object.
    fn judge_copies(&mut self, wants: &[Want<'_>], standing: Standing, ledger: &mut Ledger<'_>) {
        let mut namesakes: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, want) in wants.iter().enumerate().filter(|(_, want)| want.standing == standing) {
            let Some(original) = want.entry.and_then(|original| self.entries.get(original)) else { continue };
            let copies: Vec<usize> = self.named(want).collect();
            let seen = namesakes.entry(want.file_name()).or_default();
            *seen = seen.saturating_add(1);
            if copies.is_empty() || *seen > MOST_ALIKE {
                continue;
            }
            for copy in copies {
                let Some(entry) = self.entries.get(copy).filter(|entry| entry.name.is_some()) else { continue };
                let is_equal = entry.content == original.content && *entry.content != Content::Unread;
                if !is_equal && !is_in_place(self.places, entry.path, &want.object(), want.is_shared) {
                    continue;
                }
                self.take(copy, index);
                if *entry.content == Content::Unread {
                    continue;
                }
                ledger.enter(
                    want.raise(Code::ArchiveEntryDuplicate)
                        .effect(if is_equal { Effect::Informs } else { Effect::Refutes })
                        .entry(entry.path.text())
                        .found(original.path.text())
                        .detail(if is_equal { "the same bytes" } else { "two different contents" }),
                );
            }
        }
    }
}

fn is_in_place(places: &Places<'_>, path: &EntryPath, object: &Object, is_shared: bool) -> bool {
    let is_named = entry::without_gz(path.file_name()) == entry::without_gz(object.file_name().as_bytes());
    is_named && places.agree(path, object) && (!is_shared || places.names_bucket(path, object))
}

/// Judges an object that a signed digest file lists.
fn judge_signed(want: &Want<'_>, entry: Option<&LogEntry<'_>>, places: &Places<'_>, ledger: &mut Ledger<'_>) -> Fate {
    let chain = &want.node.name.chain;
    let name = entry::log_name(want.file_name());
    if !name.as_ref().is_some_and(|name| name.account == chain.account && name.region == chain.region) {
        ledger.enter(want.raise(Code::LogForeign).detail(match name {
            Some(_) => "it is of another account or region",
            None => "its name is no log file's",
        }));
    }
    let Some(entry) = entry else {
        // Files with other names are not read, so nothing can be said about their presence.
        let path = EntryPath::normalise(want.file_name().as_bytes(), entry::Separator::Slash).0;
        if matches!(entry::classify(&path), Kind::Log(_) | Kind::Stray | Kind::Unrecognised | Kind::Digest(_)) {
            ledger.enter(
                want.raise(Code::LogMissing)
                    .detail(format!("listed by {}", want.node.subject()))
                    .expected(hashes_text(&want.hashes)),
            );
            return Fate::Missing;
        }
        return Fate::Unproved;
    };
    match entry.content {
        Content::Whole { .. } if want.hashes.is_empty() => Fate::Unproved,
        Content::Unread => Fate::Unproved,
        Content::Damaged { .. } => Fate::Failed,
        // Of two hashes that were committed to, one is always contradicted.
        Content::Whole { sha256, .. } if want.hashes.as_slice() != [*sha256] => {
            ledger.enter(
                want.raise(Code::LogHashMismatch)
                    .entry(entry.path.text())
                    .expected(hashes_text(&want.hashes))
                    .found(hex::encode(sha256)),
            );
            Fate::Failed
        }
        Content::Whole { .. } if !entry.is_sound => Fate::Failed,
        Content::Whole { .. } => {
            if !is_in_place(places, entry.path, &want.object(), want.is_shared) {
                ledger.enter(want.raise(Code::LogRelocated).entry(entry.path.text()));
            }
            Fate::Proved
        }
    }
}

fn hashes_text(hashes: &[[u8; 32]]) -> String {
    hashes.iter().map(hex::encode).collect::<Vec<_>>().join(" and ")
}

/// An unsigned list commits nobody, but the reader should know whether it would agree.
fn judge_unsigned(want: &Want<'_>, entry: Option<&LogEntry<'_>>, ledger: &mut Ledger<'_>) {
    let raise = want.raise(Code::LogUnproved);
    ledger.enter(match entry {
        None => raise.detail("not in the archive either"),
        Some(entry) if entry.content.sha256().is_some() && !want.has_hash_of(entry.content) => {
            raise.detail("their contents differ from the unsigned list, too")
        }
        Some(_) => raise,
    });
}

/// True if a log file of this name would be in scope without any list.
fn is_log_asked(name: &LogName, scope: &Scope) -> bool {
    let minute = Period { from: name.time, to: name.time.plus(60) };
    scope.is_asked(&name.account, &name.region, None, Some(minute))
}

/// Log files that no digest file lists.
fn judge_unreferenced(
    graph: &Graph<'_>,
    entries: &[LogEntry<'_>],
    holders: &[Option<usize>],
    scope: &Scope,
    logs: &mut Logs<'_>,
    ledger: &mut Ledger<'_>,
) {
    let mut extents: BTreeMap<(&str, &str), Period> = BTreeMap::new();
    for node in graph.nodes.iter().filter(|node| node.is_signed()) {
        let own = node.digest.period;
        extents
            .entry((&node.name.chain.account, &node.name.chain.region))
            .and_modify(|extent| *extent = Period { from: extent.from.min(own.from), to: extent.to.max(own.to) })
            .or_insert(own);
    }
    let mut found: Vec<(&LogName, &LogEntry<'_>, usize)> = Vec::new();
    for (index, (entry, holder)) in entries.iter().zip(holders).enumerate() {
        if let (Some(name), None) = (&entry.name, holder) {
            found.push((name, entry, index));
        }
    }
    found.sort_by_key(|(name, entry, _)| (*name, entry.path));
    found.sort_by_key(|(name, ..)| (&name.account, &name.region, name.kind, name.time));
    let mut position = 0_u64;
    let mut last: Option<&LogName> = None;
    for (name, entry, index) in found {
        // Neighbours within an hour are one run.
        let is_near = last.is_some_and(|last| name.time.unix().saturating_sub(last.time.unix()) <= HOUR_SECONDS);
        position = position.saturating_add(if is_near { 1 } else { 2 });
        last = Some(name);
        let in_scope = is_log_asked(name, scope);
        if let Some(slot) = logs.in_scope.get_mut(index) {
            *slot = in_scope;
        }
        let count = logs.unreferenced.entry((name.account.clone(), name.region.clone())).or_default();
        *count = count.saturating_add(1);
        let code = match name.kind {
            LogKind::Events => Code::LogUnreferenced,
            LogKind::Insight | LogKind::NetworkActivity | LogKind::Aggregated => Code::LogUnreferencedUndocumentedKind,
        };
        let when = relation(extents.get(&(name.account.as_str(), name.region.as_str())), name.time);
        ledger.enter(
            Raise::new(code, entry.path.text())
                .in_scope(in_scope)
                .position(position)
                .at(name.time)
                .detail(format!("of account {} in {}: {when}", name.account, name.region)),
        );
    }
}

fn relation(extent: Option<&Period>, time: Time) -> &'static str {
    match extent {
        None => "no signed digest file of this account and region is in the archive",
        // The name's time is the minute of delivery, so the last hour's files may bear the time of its end.
        Some(extent) if time >= extent.to => "newer than the last signed digest file",
        Some(extent) if time < extent.from => "older than the first signed digest file",
        Some(_) => {
            "within the time of the signed digest files, yet none lists it; a second trail without validation may have written it"
        }
    }
}
