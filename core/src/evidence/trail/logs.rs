//! Log files: what digest files list, matched with what is there.
//!
//! Each listed object looks for its entry in five rounds, the most faithful match first: its name in its place with its hash; its
//! name in its place; its name elsewhere with its hash; its name elsewhere; its hash under another name. An entry serves one
//! object only. Lists that can be believed more go first and take the copies of their log files, too: a list that anybody may
//! have written must not speak for an entry that contradicts a better one.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::content::Content;
use crate::evidence::trail::Claim;
use crate::evidence::trail::continued::Continued;
use crate::evidence::trail::digests::Listed;
use crate::evidence::trail::files::{Entries, Entry, Held};
use crate::evidence::trail::graph::{Graph, Node, may_lie_in};
use crate::evidence::trail::name::{self, ChainId, LogKind, LogName};
use crate::evidence::trail::place::Places;
use crate::evidence::trail::section::LogCounts;
use crate::evidence::{self, Kind};
use crate::terms::finding::{About, Code, Effect};
use crate::terms::ledger::{Ledger, Raise};
use crate::terms::object::Object;
use crate::terms::outcome::Fate;
use crate::terms::packed::Position;
use crate::terms::path::{self, EntryPath, SplitPath};
use crate::terms::reason::Reason;
use crate::terms::scope::Scope;
use crate::terms::time::{HOUR_SECONDS, Period, Time};

/// What became of all log files.
#[derive(Default)]
pub(crate) struct Logs<'a> {
    /// The listed objects, judged.
    pub(crate) listed: Vec<ListedLog<'a>>,
    /// For each entry: the listed object that it serves or copies, as a position in `listed`.
    holders: Vec<Position>,
    /// The listed log files in scope, counted for each chain.
    pub(crate) per_chain: BTreeMap<ChainId<'a>, LogCounts>,
    /// Log files in scope that no digest file lists, by account and region.
    pub(crate) unreferenced: BTreeMap<(&'a str, &'a str), u64>,
    /// For each entry: whether it lies in what was asked.
    pub(crate) in_scope: Vec<bool>,
    /// Entries that are listed log files in scope in a form that is not read; what is said of them names the log file.
    pub(crate) unread: BTreeSet<SplitPath<'a>>,
    /// Log files that are there, and out of scope.
    pub(crate) outside: u64,
    /// Proved log files in scope.
    pub(crate) confirmations: u64,
}

impl<'a> Logs<'a> {
    /// The listed object that an entry serves or copies.
    pub(crate) fn holder(&self, entry: usize) -> Option<&ListedLog<'a>> {
        self.listed.get(self.holders.get(entry)?.get()?)
    }
}

/// One line of a digest file's list.
#[derive(Clone, Copy)]
pub(crate) struct Listing<'a> {
    node: &'a Node<'a>,
    /// The place of the line in the list.
    number: u32,
}

impl<'a> Listing<'a> {
    fn listed(self) -> Option<Listed<'a>> {
        self.node.digest.log(self.number as usize)
    }

    fn object(self) -> Object<'a> {
        self.listed().map_or(Object::new("", ""), |listed| listed.object)
    }

    fn sha256(self) -> Option<&'a [u8; 32]> {
        self.listed()?.sha256
    }

    fn credence(self) -> Credence {
        Credence::of(self.node)
    }

    /// Whether what was asked may be in it: its digest file is asked, and its own times do not say that it lies outside.
    fn is_asked(self, scope: &Scope) -> bool {
        self.node.in_scope
            && self.listed().is_none_or(|Listed { object, newest, oldest, .. }| {
                let minute = name::log_name(object.name).map(|name| name.time);
                scope.is_listing_asked(self.node.chain, minute, newest, oldest)
            })
    }
}

/// A log file that digest files list, with the entry that serves it.
pub(crate) struct ListedLog<'a> {
    /// The line that lists it, of several the one that can be believed most.
    line: &'a Listing<'a>,
    /// The other lines that list it: the signed ones, or all where there is no signed one.
    peers: &'a [Listing<'a>],
    credence: Credence,
    pub(crate) in_scope: bool,
    /// Another bucket has the same key, by a list that can be believed as much.
    is_shared: bool,
    /// The entry that serves it.
    entry: Position,
    pub(crate) fate: Fate,
}

/// How far a digest file's list can be believed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Credence {
    Unsigned,
    Signed,
    Authenticated,
}

impl Credence {
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
const MOST_COMPARED: usize = 16;

impl<'a> ListedLog<'a> {
    /// The entry that serves it.
    pub(crate) fn entry(&self) -> Option<usize> {
        self.entry.get()
    }

    /// The digest file that lists it.
    pub(crate) fn node(&self) -> &'a Node<'a> {
        self.line.node
    }

    pub(crate) fn object(&self) -> Object<'a> {
        self.line.object()
    }

    /// What digest files commit to, perhaps the same several times.
    fn hashes(&self) -> impl Iterator<Item = &'a [u8; 32]> {
        std::iter::once(self.line).chain(self.peers).filter_map(|line| line.sha256())
    }

    fn distinct_hashes(&self) -> Vec<&'a [u8; 32]> {
        let mut hashes: Vec<_> = self.hashes().collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes
    }

    fn has_hash_of(&self, content: &Content) -> bool {
        content.sha256().is_some_and(|sha256| self.hashes().any(|hash| *hash == sha256))
    }

    fn raise(&self, code: Code) -> Raise {
        let node = self.node();
        Raise::new(code, About::Object, self.object().to_string())
            .chain(node.chain, node.position)
            .in_scope(self.in_scope)
            .period(node.digest.period())
    }

    /// A finding about the entry that serves it. One that claims by its own name that it was asked is told as that where its list was not
    /// asked: the list's chain is not at fault.
    fn raise_of_entry(&self, code: Code, claims: bool) -> Raise {
        if claims && !self.in_scope { Raise::new(code, About::Object, self.object().to_string()) } else { self.raise(code) }
    }

    /// Why a log file that a digest file in scope lists lies outside of what was asked.
    fn outside(&self) -> Option<Reason> {
        let listed = self.line.listed().filter(|_| self.node().in_scope && !self.in_scope)?;
        let at = name::log_name(listed.object.name)?.time;
        Some(Reason::DeliveredOutside { at, oldest: listed.oldest?, newest: listed.newest? })
    }
}

/// Matches what is listed with what is there and enters what it finds.
pub(crate) fn judge<'a>(
    graph: &'a Graph<'a>,
    listings: &'a [Listing<'a>],
    entries: &Entries<'a>,
    places: &Places<'_>,
    scope: &Scope,
    ledger: &mut Ledger<'_>,
) -> Logs<'a> {
    let mut listed = gather(listings, scope, ledger);
    let mut matching = Matching::new(entries, places);
    for credence in [Credence::Authenticated, Credence::Signed, Credence::Unsigned] {
        matching.by_name(&mut listed, credence);
        // Before a copy of one log file stands in for another that is missing.
        matching.judge_copies(&listed, credence, scope, ledger);
        matching.by_content(&mut listed, credence);
    }
    let holders = matching.holders;
    let whereabouts = Whereabouts { places, continued: continued(entries), unopened: graph.unopened };
    let best = graph.nodes.iter().filter(|node| node.in_scope).map(Credence::of).max();
    let mut logs = Logs { in_scope: vec![true; entries.len()], ..Logs::default() };
    for log in &mut listed {
        let entry = log.entry().and_then(|index| entries.get(index));
        // A weaker list, outside of what was asked, does not take a log file out of it.
        let is_outside = !log.in_scope && best.is_some_and(|best| log.credence < best);
        // Nor does any list take out what claims to belong there by its own name, and is not what is listed.
        let claims = entry.as_ref().and_then(Entry::log_name).is_some_and(|name| scope.is_log_asked(&name));
        let is_kept = is_outside && claims;
        log.in_scope |= is_kept;
        if log.credence.is_signed() {
            log.fate = whereabouts.judge_signed(log, entry.as_ref(), claims, ledger);
            if log.fate == Fate::Unproved && log.in_scope && entry.is_none() {
                logs.unread.extend(whereabouts.continued(log).map(|(path, _)| path));
            }
            let is_proved = log.fate == Fate::Proved;
            logs.confirmations = logs.confirmations.saturating_add(u64::from(is_proved && log.in_scope));
            if is_kept {
                ledger.enter(log.raise(Code::LogUnproved).because(Reason::ListedOutside));
            }
        } else {
            judge_unsigned(log, entry.as_ref(), ledger);
        }
        if log.in_scope {
            count(log, entry.as_ref(), logs.per_chain.entry(*log.node().chain).or_default());
        } else {
            logs.outside = logs.outside.saturating_add(u64::from(entry.is_some()));
        }
    }
    for (index, (slot, holder)) in logs.in_scope.iter_mut().zip(&holders).enumerate() {
        if let Some(log) = holder.get().and_then(|holder| listed.get(holder)) {
            *slot =
                log.in_scope || entries.get(index).and_then(|entry| entry.log_name()).is_some_and(|name| scope.is_log_asked(&name));
        }
    }
    judge_unreferenced(graph, entries, &holders, scope, &mut logs, ledger);
    Logs { listed, holders, ..logs }
}

fn count(log: &ListedLog<'_>, entry: Option<&Entry<'_>>, counts: &mut LogCounts) {
    let slot = match log.fate {
        Fate::Proved => &mut counts.proved,
        Fate::Failed => &mut counts.failed,
        Fate::Missing => &mut counts.missing,
        Fate::Unproved | Fate::Unreferenced | Fate::Duplicate => &mut counts.unproved,
    };
    *slot = slot.saturating_add(1);
    if log.fate == Fate::Proved && log.credence == Credence::Authenticated {
        counts.authenticated = counts.authenticated.saturating_add(1);
    }
    if let (Fate::Proved, Some(Content::Whole { inflated_bytes, .. })) = (log.fate, entry.map(|entry| entry.content)) {
        counts.proved_bytes = counts.proved_bytes.saturating_add(inflated_bytes);
    }
}

/// All lines of all lists, by object: the best first.
pub(crate) fn listings<'a>(graph: &'a Graph<'a>) -> Vec<Listing<'a>> {
    let lines = |node: &'a Node<'a>| (0..).take(node.digest.log_count()).map(move |number| Listing { node, number });
    let mut listings: Vec<Listing<'_>> = graph.nodes.iter().flat_map(lines).collect();
    // Within the best the order of the graph, which is that of the lines.
    listings.sort_by(|one, other| one.object().by_key(&other.object()).then_with(|| other.credence().cmp(&one.credence())));
    listings
}

/// All listed objects, each once.
fn gather<'a>(listings: &'a [Listing<'a>], scope: &Scope, ledger: &mut Ledger<'_>) -> Vec<ListedLog<'a>> {
    let mut listed: Vec<ListedLog<'_>> = Vec::new();
    for same in listings.chunk_by(|one, other| one.object() == other.object()) {
        let Some((line, others)) = same.split_first() else { continue };
        let credence = line.credence();
        let peers = others.partition_point(|listing| listing.credence().is_signed() == credence.is_signed());
        let peers = others.get(..peers).unwrap_or_default();
        let log = ListedLog {
            line,
            peers,
            credence,
            in_scope: line.is_asked(scope) || peers.iter().any(|listing| listing.is_asked(scope)),
            is_shared: false,
            entry: Position::NONE,
            fate: Fate::Unproved,
        };
        if credence.is_signed() && !peers.is_empty() {
            // One finding for each of many logs must not repeat each of many digest files.
            const NAMED: usize = 3;
            let named = std::iter::once(line).chain(peers.iter().take(NAMED)).map(|listing| listing.node.subject());
            let named: Vec<String> = named.collect();
            let more = peers.len().checked_sub(NAMED).filter(|more| *more > 0);
            let differs = log.distinct_hashes().len() > 1;
            ledger.enter(
                log.raise(Code::LogDoublyListed)
                    .effect(if differs { Effect::Refutes } else { Effect::Informs })
                    .because(if differs { Reason::OtherHashes } else { Reason::OneHash })
                    .for_all_of(named.into_iter().map(|object| Reason::ListedBy { object }))
                    .for_all_of(more.map(|more| Reason::NamesMore { count: more as u64 })),
            );
        }
        listed.push(log);
    }
    for same in listed.chunk_by_mut(|one, other| one.object().has_key_of(&other.object())).filter(|same| same.len() > 1) {
        let mut credences: Vec<Credence> = same.iter().map(|log| log.credence).collect();
        credences.sort_unstable();
        for log in same {
            let as_good = credences.len().saturating_sub(credences.partition_point(|credence| *credence < log.credence));
            log.is_shared = as_good > 1;
        }
    }
    listed
}

struct Matching<'m, 'a> {
    entries: &'m Entries<'a>,
    places: &'m Places<'m>,
    /// Which object each entry serves.
    holders: Vec<Position>,
    names: Index,
    contents: Index,
}

/// Entries in the order of their names or of their contents.
#[derive(Default)]
struct Index {
    order: Vec<Position>,
    /// For each place in that order a later one, up to which none of its like is free: a search goes on from there, and does not pass again
    /// and again what is taken.
    skips: Vec<Position>,
    /// Where the last search ended. Objects are sorted too, and the next one's entry is nearly always there.
    hint: usize,
}

impl Index {
    fn new(mut order: Vec<Position>, entries: &Entries<'_>, key: impl Fn(&Entry<'_>, &Entry<'_>) -> Ordering) -> Self {
        let entry = |place: &Position| place.get().and_then(|index| entries.get(index));
        order.sort_by(|one, other| match (entry(one), entry(other)) {
            (Some(one), Some(other)) => key(&one, &other),
            (one, other) => one.is_some().cmp(&other.is_some()),
        });
        Self { skips: (1..=order.len()).map(Position::of).collect(), order, hint: 0 }
    }

    /// The first free entries for which `compare` says that they are sought, at most so many.
    fn free(&mut self, holders: &[Position], most: usize, compare: impl Fn(usize) -> Ordering) -> Vec<usize> {
        let at = |place: usize| self.order.get(place).and_then(|place| place.get());
        let is_sought = |place: usize| at(place).is_some_and(|entry| compare(entry).is_eq());
        let mut place = if is_sought(self.hint) {
            self.hint
        } else {
            self.order.partition_point(|place| place.get().is_some_and(|entry| compare(entry).is_lt()))
        };
        let mut free = Vec::new();
        while is_sought(place) {
            if free.len() == most {
                return free;
            }
            let is_free = |place: usize| at(place).is_some_and(|entry| holders.get(entry) == Some(&Position::NONE));
            let mut here = place;
            while is_sought(here) && !is_free(here) {
                here = self.skips.get(here).and_then(|skip| skip.get()).unwrap_or(self.order.len());
            }
            if let Some(skip) = self.skips.get_mut(place).filter(|_| here > place) {
                *skip = Position::of(here);
            }
            if !is_sought(here) {
                place = here;
                break;
            }
            free.extend(at(here));
            place = here.saturating_add(1);
        }
        self.hint = place;
        free
    }
}

/// By what an object looks for its entry.
#[derive(Clone, Copy)]
enum By {
    Name,
    Hash,
}

fn by_name(one: &[u8], other: &[u8]) -> Ordering {
    path::without_gz(one).cmp(path::without_gz(other))
}

impl<'m, 'a> Matching<'m, 'a> {
    fn new(entries: &'m Entries<'a>, places: &'m Places<'_>) -> Self {
        let all = (0..entries.len()).map(Position::of).collect();
        let names = Index::new(all, entries, |one, other| by_name(one.path.name, other.path.name));
        Self { entries, places, holders: vec![Position::NONE; entries.len()], names, contents: Index::default() }
    }

    fn by_name(&mut self, listed: &mut [ListedLog<'_>], credence: Credence) {
        self.round(listed, credence, By::Name, |log, entry, is_in_place| log.has_hash_of(&entry.content) && is_in_place());
        self.round(listed, credence, By::Name, |_, _, is_in_place| is_in_place());
        self.round(listed, credence, By::Name, |log, entry, _| log.has_hash_of(&entry.content));
        self.round(listed, credence, By::Name, |_, entry, _| entry.is_log());
    }

    fn by_content(&mut self, listed: &mut [ListedLog<'_>], credence: Credence) {
        if listed.iter().any(|log| log.credence == credence && log.entry == Position::NONE) {
            let free = |index: &usize| {
                let is_whole = self.entries.get(*index).is_some_and(|entry| entry.content.sha256().is_some());
                is_whole && self.holders.get(*index) == Some(&Position::NONE)
            };
            let free = (0..self.entries.len()).filter(free).map(Position::of).collect();
            self.contents = Index::new(free, self.entries, |one, other| one.content.sha256().cmp(&other.content.sha256()));
            self.round(listed, credence, By::Hash, |_, _, _| true);
        }
    }

    /// Gives every object that still looks for one the best free entry that fits.
    fn round(
        &mut self,
        listed: &mut [ListedLog<'_>],
        credence: Credence,
        by: By,
        fits: impl Fn(&ListedLog<'_>, &Entry<'_>, &dyn Fn() -> bool) -> bool,
    ) {
        for (index, log) in listed.iter_mut().enumerate() {
            if log.entry != Position::NONE || log.credence != credence {
                continue;
            }
            let free = self.free(log, by);
            let object = log.object();
            let mut fitting = free
                .into_iter()
                .filter_map(|candidate| Some((candidate, self.entries.get(candidate)?)))
                .filter(|(_, entry)| fits(log, entry, &|| is_in_place(self.places, entry.path, object, log.is_shared)));
            let best = match (fitting.next(), fitting.next()) {
                (only, None) => only,
                (first, second) => first
                    .into_iter()
                    .chain(second)
                    .chain(fitting)
                    .max_by_key(|(candidate, entry)| (self.places.names_bucket(entry.path, object), Reverse(*candidate))),
            };
            if let Some((entry, _)) = best {
                log.entry = Position::of(entry);
                self.take(entry, index);
            }
        }
    }

    fn free(&mut self, log: &ListedLog<'_>, by: By) -> Vec<usize> {
        match by {
            By::Name => self.named(log, MOST_COMPARED),
            By::Hash => {
                let mut free = Vec::new();
                for hash in log.distinct_hashes() {
                    let compare = |index: usize| self.entries.get(index).and_then(|entry| entry.content.sha256()).cmp(&Some(*hash));
                    free.extend(self.contents.free(&self.holders, MOST_COMPARED.saturating_sub(free.len()), compare));
                }
                free
            }
        }
    }

    fn named(&mut self, log: &ListedLog<'_>, most: usize) -> Vec<usize> {
        let name = log.object().name.as_bytes();
        let compare = |index: usize| self.entries.get(index).map_or(Ordering::Greater, |entry| by_name(entry.path.name, name));
        self.names.free(&self.holders, most, compare)
    }

    fn take(&mut self, entry: usize, log: usize) {
        if let Some(holder) = self.holders.get_mut(entry) {
            *holder = Position::of(log);
        }
    }

    /// Further entries with the name of a listed object: first those with its content, so that none is taken for another copy of a
    /// namesake.
    fn judge_copies(&mut self, listed: &[ListedLog<'_>], credence: Credence, scope: &Scope, ledger: &mut Ledger<'_>) {
        let mut torn = BTreeSet::new();
        for are_equal in [true, false] {
            self.judge_copies_that(are_equal, listed, credence, &mut torn, scope, ledger);
        }
    }

    /// Those that hold what the entry that serves the object holds, or those that do not. `torn` are paths that hold several contents.
    fn judge_copies_that(
        &mut self,
        are_equal: bool,
        listed: &[ListedLog<'_>],
        credence: Credence,
        torn: &mut BTreeSet<SplitPath<'a>>,
        scope: &Scope,
        ledger: &mut Ledger<'_>,
    ) {
        let mut namesakes: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, log) in listed.iter().enumerate().filter(|(_, log)| log.credence == credence) {
            let Some(original) = log.entry().and_then(|original| self.entries.get(original)) else { continue };
            // To look for them takes as long as there are many.
            if namesakes.get(log.object().name).is_some_and(|seen| *seen == MOST_COMPARED) {
                continue;
            }
            let copies = self.named(log, usize::MAX);
            if copies.is_empty() {
                continue;
            }
            let seen = namesakes.entry(log.object().name).or_default();
            *seen = seen.saturating_add(1);
            // Of two contents under one path programs take one or the other.
            let mut at: BTreeMap<SplitPath<'_>, Content> = BTreeMap::from([(original.path, original.content)]);
            for entry in copies.iter().filter_map(|copy| self.entries.get(*copy)).filter(Entry::is_log) {
                if *at.entry(entry.path).or_insert(entry.content) != entry.content {
                    torn.insert(entry.path);
                }
            }
            for copy in copies {
                let Some(entry) = self.entries.get(copy).filter(|entry| entry.is_log()) else { continue };
                let is_equal = entry.content == original.content && entry.content != Content::Unread;
                // Under another path the signed file is told from what lies beside it.
                let is_signed = credence.is_signed() && log.has_hash_of(&original.content) && !torn.contains(&entry.path);
                if is_equal != are_equal || !is_equal && !is_in_place(self.places, entry.path, log.object(), log.is_shared) {
                    continue;
                }
                self.take(copy, index);
                if entry.content == Content::Unread {
                    continue;
                }
                let (effect, reason) = match (is_equal, is_signed) {
                    (true, _) => (Effect::Informs, Reason::SameBytes),
                    (false, true) => (Effect::Limits, Reason::BesideSigned),
                    (false, false) => (Effect::Refutes, Reason::TwoContents),
                };
                let claims = !is_equal && entry.log_name().is_some_and(|name| scope.is_log_asked(&name));
                ledger.enter(
                    log.raise_of_entry(Code::ArchiveEntryDuplicate, claims)
                        .effect(effect)
                        .entry(entry.path.text())
                        .found(original.path.text())
                        .because(reason),
                );
            }
        }
    }
}

fn is_in_place(places: &Places<'_>, path: SplitPath<'_>, object: Object<'_>, is_shared: bool) -> bool {
    let is_named = by_name(path.name, object.name.as_bytes()).is_eq();
    is_named && places.agree(path, object) && (!is_shared || places.names_bucket(path, object))
}

/// The entries whose names begin with that of a log file and go on, by that name, with how to undo it.
fn continued<'a>(entries: &Entries<'a>) -> BTreeMap<&'a str, (SplitPath<'a>, Reason)> {
    let strays = entries.iter().filter(|entry| matches!(entry.held, Held::Stray));
    let continued = strays.filter_map(|entry| {
        let Continued { stem, undo, is_copy, .. } = Continued::of(entry.path.name)?;
        // A copy whose content is known serves the log file that has this content, and no other.
        (!is_copy || entry.content.sha256().is_none()).then_some((stem, (entry.path, undo)))
    });
    continued.collect()
}

fn stem(name: &str) -> &str {
    name::json_stem(name).unwrap_or(name)
}

/// Where the archive may hold log files, beyond those that serve an object under its own name.
struct Whereabouts<'w, 'a> {
    places: &'w Places<'w>,
    /// Entries whose names go on from those of log files, as [`continued`] finds them.
    continued: BTreeMap<&'a str, (SplitPath<'a>, Reason)>,
    /// An archive inside that could not be read.
    unopened: Option<&'w EntryPath>,
}

impl<'a> Whereabouts<'_, 'a> {
    /// The entry whose name goes on from that of a listed log file, with how to undo it.
    fn continued(&self, log: &ListedLog<'_>) -> Option<(SplitPath<'a>, Reason)> {
        self.continued.get(stem(log.object().name)).cloned()
    }

    /// Judges an object that a signed digest file lists.
    ///
    /// The entry may claim by its own name that it was asked, whatever the list was asked for.
    fn judge_signed(&self, log: &ListedLog<'_>, entry: Option<&Entry<'_>>, claims: bool, ledger: &mut Ledger<'_>) -> Fate {
        judge_name(log, ledger);
        match entry {
            Some(entry) => self.judge_content(log, entry, claims, ledger),
            None => self.judge_absent(log, ledger),
        }
    }

    /// A signed list names it, and no entry serves it.
    fn judge_absent(&self, log: &ListedLog<'_>, ledger: &mut Ledger<'_>) -> Fate {
        if let Some((path, undo)) = self.continued(log) {
            ledger.enter(log.raise(Code::ArchiveEntryUnrecognised).entry(path.text()).because(undo));
            return Fate::Unproved;
        }
        // Files with other names are not read, so nothing can be said about their presence.
        let path = EntryPath::normalise(log.object().name.as_bytes(), path::Separator::Slash).0;
        if !matches!(evidence::classify(&path), Kind::Trail(Claim::Log(_) | Claim::Stray | Claim::Unrecognised | Claim::Digest(_)))
        {
            return Fate::Unproved;
        }
        let listed_by = Reason::ListedBy { object: log.node().subject() };
        let missing = log.raise(Code::LogMissing).expected(hashes_text(log)).because(listed_by).for_all_of(log.outside());
        let Some(path) = self.unopened else {
            ledger.enter(missing);
            return Fate::Missing;
        };
        ledger.enter(missing.effect(Effect::Limits).because(may_lie_in(path)));
        Fate::Unproved
    }

    /// The bytes of the entry that serves it, against the hashes that signed lists commit to, and its place.
    fn judge_content(&self, log: &ListedLog<'_>, entry: &Entry<'_>, claims: bool, ledger: &mut Ledger<'_>) -> Fate {
        let told = |raise: Raise| raise.for_all_of(log.outside());
        match entry.content {
            Content::Whole { .. } if log.hashes().next().is_none() => Fate::Unproved,
            Content::Unread => Fate::Unproved,
            Content::Damaged { .. } => Fate::Failed,
            // Of two hashes that were committed to, one is always contradicted.
            Content::Whole { sha256, .. } if log.hashes().any(|hash| *hash != sha256) => {
                let raise = told(log.raise_of_entry(Code::LogHashMismatch, claims));
                ledger.enter(raise.entry(entry.path.text()).expected(hashes_text(log)).found(hex::encode(sha256)));
                Fate::Failed
            }
            Content::Whole { .. } if !entry.is_sound => Fate::Failed,
            Content::Whole { .. } => {
                if !is_in_place(self.places, entry.path, log.object(), log.is_shared) {
                    let is_renamed = by_name(entry.path.name, log.object().name.as_bytes()).is_ne();
                    let raise = told(log.raise_of_entry(Code::LogRelocated, claims && is_renamed));
                    ledger.enter(raise.entry(entry.path.text()));
                }
                Fate::Proved
            }
        }
    }
}

/// Each signed list that names a log file must be of its account and region.
fn judge_name(log: &ListedLog<'_>, ledger: &mut Ledger<'_>) {
    let name = name::log_name(log.object().name);
    for line in std::iter::once(log.line).chain(log.peers) {
        let Node { chain, position, in_scope, .. } = line.node;
        if !name.as_ref().is_some_and(|name| name.account == chain.account && name.region == chain.region) {
            let raise = log.raise(Code::LogForeign).chain(chain, *position).period(line.node.digest.period()).in_scope(*in_scope);
            ledger.enter(raise.because(match name {
                Some(_) => Reason::ForeignPlace,
                None => Reason::ForeignName,
            }));
        }
    }
}

fn hashes_text(log: &ListedLog<'_>) -> String {
    log.distinct_hashes().into_iter().map(hex::encode).collect::<Vec<_>>().join(" ")
}

/// An unsigned list commits nobody, but the reader should know whether it would agree.
fn judge_unsigned(log: &ListedLog<'_>, entry: Option<&Entry<'_>>, ledger: &mut Ledger<'_>) {
    let raise = log.raise(Code::LogUnproved);
    ledger.enter(match entry {
        None => raise.because(Reason::AbsentToo),
        Some(entry) if entry.content.sha256().is_some() && !log.has_hash_of(&entry.content) => {
            raise.because(Reason::DiffersFromUnsigned)
        }
        Some(_) => raise,
    });
}

/// Log files that no digest file lists.
fn judge_unreferenced<'a>(
    graph: &Graph<'_>,
    entries: &Entries<'a>,
    holders: &[Position],
    scope: &Scope,
    logs: &mut Logs<'a>,
    ledger: &mut Ledger<'_>,
) {
    let mut extents: BTreeMap<(&str, &str), Period> = BTreeMap::new();
    for node in graph.nodes.iter().filter(|node| node.is_signed()) {
        let own = node.digest.period();
        extents
            .entry((node.chain.account, node.chain.region))
            .and_modify(|extent| *extent = Period { from: extent.from.min(own.from), to: extent.to.max(own.to) })
            .or_insert(own);
    }
    let unread: BTreeSet<(&str, &str)> = graph.unread.keys().map(|name| (name.chain.account, name.chain.region)).collect();
    let mut found: Vec<(LogName<'a>, SplitPath<'a>, usize)> = Vec::new();
    for (index, _) in holders.iter().enumerate().filter(|(_, holder)| **holder == Position::NONE) {
        if let Some(entry) = entries.get(index)
            && let Some(name) = entry.log_name()
        {
            found.push((name, entry.path, index));
        }
    }
    found.sort_by_key(|(name, path, _)| (*name, *path));
    let mut position = 0_u64;
    let mut last: Option<LogName<'_>> = None;
    for (name, path, index) in found {
        // Neighbours within an hour are one run.
        let is_near = last.is_some_and(|last| name.time.unix().saturating_sub(last.time.unix()) <= HOUR_SECONDS);
        position = position.saturating_add(if is_near { 1 } else { 2 });
        last = Some(name);
        let in_scope = scope.is_log_asked(&name);
        if let Some(slot) = logs.in_scope.get_mut(index) {
            *slot = in_scope;
        }
        let count = if in_scope { logs.unreferenced.entry((name.account, name.region)).or_default() } else { &mut logs.outside };
        *count = count.saturating_add(1);
        let code = match name.kind {
            LogKind::Events => Code::LogUnreferenced,
            LogKind::Insight | LogKind::NetworkActivity | LogKind::Aggregated => Code::LogUnreferencedUndocumentedKind,
        };
        let when = match extents.get(&(name.account, name.region)) {
            None if unread.contains(&(name.account, name.region)) => Reason::UnreadDigests,
            extent => relation(extent, name.time),
        };
        ledger.enter(
            Raise::new(code, About::Entry, path.text())
                .in_scope(in_scope)
                .position(position)
                .at(name.time)
                .because(Reason::OfPlace { account: name.account.to_owned(), region: name.region.to_owned() })
                .because(when),
        );
    }
}

fn relation(extent: Option<&Period>, time: Time) -> Reason {
    match extent {
        None => Reason::NoSignedDigests,
        // The name's time is the minute of delivery, so the last hour's files may bear the time of its end.
        Some(extent) if time >= extent.to => Reason::NewerThanSigned,
        Some(extent) if time < extent.from => Reason::OlderThanSigned,
        Some(_) => Reason::WithinSigned,
    }
}
