//! The graph of digest files: which are signed, and whether each is joined to its predecessor.
//!
//! 1. Every readable digest file becomes a node under its own signed identity.
//! 2. Links are resolved by name, then by hash.
//! 3. Signatures are gathered from metadata and successors, and checked.
//! 4. From the signed nodes, hash links sign what lies before them.
//! 5. Chains of one name are told apart by the places at which their digest files lie.
//!
//! What contradicts or is missing is said by [`chain`](crate::evidence::trail::chain), which reads this graph.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use crate::evidence::trail::continued::Continued;
use crate::evidence::trail::digests::Digest;
use crate::evidence::trail::files::{Copies, Entries, Held};
use crate::evidence::trail::metadata::ObjectMetadata;
use crate::evidence::trail::name::{self, ChainId, DigestKind, DigestName, Named, Place};
use crate::evidence::trail::place::{Assignment, Places};
use crate::terms::object::Object;
use crate::terms::outcome::Level;
use crate::terms::packed::Position;
use crate::terms::path::{EntryPath, SplitPath};
use crate::terms::reason::Reason;
use crate::terms::scope::Scope;
use crate::terms::time::{Period, Time};
use crate::trust::signature::{Authentic, SignatureRef};

/// One digest file in its chain.
pub(crate) struct Node<'a> {
    pub(crate) digest: Digest<'a>,
    /// Its chain: that in its name, and from step 5 on with its place.
    pub(crate) chain: &'a ChainId<'a>,
    /// The time in its name.
    pub(crate) time: Time,
    /// The entries that hold it, as a range of those of the graph; more than one if it was handed over twice.
    entries: (Position, Position),
    pub(crate) in_scope: bool,
    /// One of its entries bears the name of a digest file that was asked.
    is_named: bool,
    /// One of its entries bears the name of a digest file of a chain that was asked, of whatever time.
    is_of_asked_chain: bool,
    pub(crate) status: Status<'a>,
    /// Its place in its chain's order.
    pub(crate) position: usize,
    /// What its metadata says, wherever that was found.
    pub(crate) metadata: Box<[&'a ObjectMetadata]>,
    /// The node that it names as its predecessor.
    pub(crate) previous: Position,
    /// The first node of the same object: other contents under one object must face the same signatures.
    pub(super) first_of_object: Position,
    /// Who quotes the signature of the object: the first nodes whose links lead to it. Only the first node of an object holds them, and its
    /// other contents look there.
    pub(super) quoted_by: [Position; MOST_SIGNATURES],
    /// The signature that verified.
    pub(super) verified: Option<&'a [u8]>,
}

/// What became of a digest file's signature.
#[derive(Clone, Copy)]
pub(crate) enum Status<'a> {
    /// Signed, and how far the key that vouches is believed.
    Signed(Authentic<Digest<'a>>, Level),
    /// A signature is there and does not verify.
    Invalid,
    /// Something is missing.
    Unsigned,
}

impl<'a> Node<'a> {
    /// A digest file of a chain, joined to nothing yet.
    fn of(copies: Copies<'_, 'a>, chain: &'a ChainId<'a>, name: &DigestName<'_>, scope: &Scope) -> Self {
        let is_chain_asked = |name: &DigestName<'_>| scope.is_asked(name.chain.account, name.chain.region, Some(&name.chain), None);
        Self {
            digest: copies.digest,
            chain,
            time: name.time,
            entries: (Position::NONE, Position::NONE),
            in_scope: is_asked(copies, name, scope),
            is_named: is_any_path_asked(copies, Some(name), scope),
            is_of_asked_chain: is_any_name(copies, Some(name), is_chain_asked),
            status: Status::Unsigned,
            position: 0,
            metadata: Box::default(),
            previous: Position::NONE,
            first_of_object: Position::NONE,
            quoted_by: [Position::NONE; MOST_SIGNATURES],
            verified: None,
        }
    }

    /// The name in the key inside it.
    pub(crate) fn name(&self) -> DigestName<'a> {
        DigestName { chain: self.chain.without_place(), time: self.time }
    }

    /// The name of the predecessor that it names, if it is one of its own chain's names.
    pub(crate) fn previous_name(&self) -> Option<DigestName<'a>> {
        let name = name::digest_name(self.digest.previous()?.object.name)?;
        (name.chain == self.chain.without_place()).then_some(name)
    }

    /// A normal digest file without a predecessor: logging or validation was switched on then.
    pub(crate) fn is_starting(&self) -> bool {
        self.chain.kind == DigestKind::Normal && self.digest.previous().is_none()
    }

    /// The time of which its list tells everything that was delivered. The interval that a starting digest file states lies before
    /// the instant at which logging was switched on, so it tells of nothing but the log files that it lists.
    pub(crate) fn covers(&self) -> Option<Period> {
        let period = self.digest.period();
        if !self.is_starting() {
            // An interval that is none covers nothing, and is no edge of what is not covered.
            return (!period.is_empty()).then_some(period);
        }
        let logs = (0..self.digest.log_count()).filter_map(|number| self.digest.log(number));
        let first = logs.filter_map(|log| name::log_name(log.object.name)).map(|name| name.time).min()?;
        Period::new(first.max(period.from), period.to).ok()
    }

    /// The signature that verified.
    pub(crate) fn verified(&self) -> Option<SignatureRef<'a>> {
        self.verified.map(SignatureRef::Bytes)
    }

    pub(crate) fn is_signed(&self) -> bool {
        matches!(self.status, Status::Signed(..))
    }

    pub(crate) fn is_authenticated(&self) -> bool {
        matches!(self.status, Status::Signed(_, Level::Trusted | Level::Pinned))
    }

    pub(crate) fn is_invalid(&self) -> bool {
        matches!(self.status, Status::Invalid)
    }

    /// False for what nobody signed and whose names were not asked: it claims nothing, and is no party to anything.
    pub(crate) fn is_claimed(&self) -> bool {
        self.is_signed() || self.is_named
    }

    /// True if it says that its chain exists: signed, or by the name of an entry. A chain that was asked owes the whole period, whenever its
    /// digest files are.
    pub(crate) fn is_of_chain(&self) -> bool {
        self.is_signed() || self.is_of_asked_chain
    }

    pub(crate) fn subject(&self) -> String {
        self.digest.object().to_string()
    }

    /// When a backfill digest was made, if its metadata was kept.
    pub(crate) fn generated(&self) -> Option<Time> {
        self.metadata.iter().find_map(|metadata| metadata.generated)
    }
}

/// Said of what is missing while an archive inside could not be read.
pub(crate) fn may_lie_in(path: &EntryPath) -> Reason {
    Reason::MayLieIn { path: path.text() }
}

/// How many successors of one object are asked for the signature that they quote, and how many different signatures are tried on one
/// digest file. One is usual; further ones refute or limit by themselves, and must not cost an RSA operation for each pair.
pub(crate) const MOST_SIGNATURES: usize = 4;

/// All digest files of a case.
pub(crate) struct Graph<'a> {
    /// Sorted by chain, then by time.
    pub(crate) nodes: Vec<Node<'a>>,
    /// Each chain's nodes, as a range of `nodes`.
    pub(crate) chains: BTreeMap<ChainId<'a>, std::ops::Range<usize>>,
    /// Digest files that are there but could not be read.
    pub(crate) unread: BTreeMap<DigestName<'a>, Unread<'a>>,
    /// An archive inside that could not be read: what is missing may lie in it.
    pub(crate) unopened: Option<&'a EntryPath>,
    /// Digest files of no chain.
    pub(crate) chainless: Vec<Chainless<'a>>,
    entries: &'a Entries<'a>,
    /// The positions of the entries that hold digest files, those of one digest file together.
    held: Vec<Position>,
}

/// A digest file whose own key names no chain.
#[derive(Clone, Copy)]
pub(crate) struct Chainless<'a> {
    pub(crate) object: Object<'a>,
    /// Where the first of its entries lies.
    pub(crate) path: Option<SplitPath<'a>>,
    /// The name of one of its entries was asked.
    pub(crate) in_scope: bool,
}

/// A digest file that is there but could not be read.
#[derive(Clone, Copy)]
pub(crate) struct Unread<'a> {
    pub(crate) path: SplitPath<'a>,
    /// SHA-256 of its inflated bytes, if it could be inflated.
    pub(crate) sha256: Option<[u8; 32]>,
    /// True if its name was asked.
    pub(crate) in_scope: bool,
}

/// The chains that digest files claim to belong to, sorted.
pub(crate) fn chains<'a>(digests: impl Iterator<Item = Digest<'a>>) -> Vec<ChainId<'a>> {
    let mut chains: Vec<ChainId<'_>> = Vec::new();
    for name in digests.filter_map(|digest| name::digest_name(digest.name())) {
        if chains.last() != Some(&name.chain) {
            chains.push(name.chain);
        }
    }
    chains.sort_unstable();
    chains.dedup();
    chains
}

/// Digest files with the positions of their entries.
type Read<'a> = Vec<(Digest<'a>, Position)>;

/// The digest files that could be read, sorted, and those that are there but could not be.
fn read_and_unread<'a>(entries: &Entries<'a>, scope: &Scope) -> (Read<'a>, BTreeMap<DigestName<'a>, Unread<'a>>) {
    let (mut read, mut unread) = (Read::new(), BTreeMap::new());
    for (index, entry) in entries.iter().enumerate() {
        match entry.held {
            Held::Digest(Some(digest)) => read.push((digest, Position::of(index))),
            Held::Digest(None) => {
                if let Some(name) = DigestName::of(entry.path) {
                    let in_scope = scope.is_named(&name);
                    unread.insert(name, Unread { path: entry.path, sha256: entry.content.sha256(), in_scope });
                }
            }
            // It is there, in a form that is not read.
            Held::Stray => {
                if let Some(Continued { claims: Named::Digest(name), .. }) = Continued::of(entry.path.name) {
                    unread.entry(name).or_insert(Unread { path: entry.path, sha256: None, in_scope: scope.is_named(&name) });
                }
            }
            Held::Log => {}
        }
    }
    // The same object with the same content is one digest file, however often it was handed over; its entries stay in their order.
    // What lies where it lay comes nearly sorted, and sorting the sorted is quick.
    read.sort_by(|(one, _), (other, _)| (one.object(), one.sha256()).cmp(&(other.object(), other.sha256())));
    (read, unread)
}

impl<'a> Graph<'a> {
    /// Steps 1 and 2: makes nodes of digest files, and resolves their links.
    pub(crate) fn build(
        entries: &'a Entries<'a>,
        chains: &'a [ChainId<'a>],
        metadata: &[&'a ObjectMetadata],
        places: &Places<'a>,
        scope: &Scope,
    ) -> Self {
        let (digests, unread) = read_and_unread(entries, scope);
        let assignment = Assignment::new(metadata, Copies::all(&digests, entries), places);
        let mut chainless = Vec::new();
        let mut nodes: Vec<Node<'a>> = Vec::with_capacity(digests.len());
        let mut end = 0_usize;
        for copies in Copies::all(&digests, entries) {
            let start = end;
            end = start.saturating_add(copies.alike.len());
            let name = name::digest_name(copies.digest.name());
            let chain = name.and_then(|name| chains.get(chains.binary_search(&name.chain).ok()?));
            if let (Some(name), Some(chain)) = (name, chain) {
                nodes.push(Node {
                    entries: (Position::of(start), Position::of(end)),
                    metadata: assignment.of(copies).into(),
                    ..Node::of(copies, chain, &name, scope)
                });
            } else {
                let in_scope = is_any_path_asked(copies, None, scope);
                chainless.push(Chainless { object: copies.digest.object(), path: copies.paths().next(), in_scope });
            }
        }
        // Within one object, and so within one name, they have their order already.
        nodes.sort_by(|one, other| (one.chain, one.time).cmp(&(other.chain, other.time)));
        let held = digests.into_iter().map(|(_, position)| position).collect();
        let mut graph = Self { nodes, chains: BTreeMap::new(), unread, unopened: None, chainless, entries, held };
        graph.find_first_of_objects();
        graph.number_chains();
        graph.resolve_links();
        graph
    }

    /// Tells each node the first one of its object.
    fn find_first_of_objects(&mut self) {
        let mut first: Option<(Object<'_>, Position)> = None;
        for (index, node) in self.nodes.iter_mut().enumerate() {
            let object = node.digest.object();
            let same = first.filter(|(first, _)| *first == object);
            node.first_of_object = same.map_or(Position::of(index), |(_, first)| first);
            first = Some((object, node.first_of_object));
        }
    }

    /// The nodes of a chain's range.
    pub(super) fn range(&self, range: &std::ops::Range<usize>) -> &[Node<'a>] {
        self.nodes.get(range.clone()).unwrap_or_default()
    }

    /// The chains, sorted, each with its nodes.
    pub(crate) fn by_chain(&self) -> impl Iterator<Item = (&ChainId<'a>, &[Node<'a>])> {
        self.chains.iter().map(|(chain, range)| (chain, self.range(range)))
    }

    pub(crate) fn node(&self, index: usize) -> Option<&Node<'a>> {
        self.nodes.get(index)
    }

    /// The positions of the entries that hold a digest file.
    pub(crate) fn entries(&self, node: &Node<'_>) -> impl Iterator<Item = usize> {
        let (start, end) = node.entries;
        let held = start.get().zip(end.get()).and_then(|(start, end)| self.held.get(start..end));
        held.into_iter().flatten().filter_map(|position| position.get())
    }

    /// The paths of the entries that hold a digest file.
    pub(crate) fn paths(&self, node: &Node<'_>) -> impl Iterator<Item = SplitPath<'a>> {
        self.entries(node).filter_map(|entry| self.entries.path(entry))
    }

    /// Step 2: tells each node its predecessor, and each predecessor who quotes its signature.
    fn resolve_links(&mut self) {
        let mut links = self.links();
        // The next digest file of the chain quotes the signature: those that were asked come first, then the next in time, so that what
        // claims nothing does not crowd it out.
        links.sort_by_cached_key(|(index, previous)| {
            let (node, previous) = (self.node(*index), self.node(*previous));
            let time = |node: Option<&Node<'_>>| node.map(|node| node.time);
            (!node.is_some_and(|node| node.is_named), time(node) <= time(previous), time(node), *index)
        });
        for (index, previous) in links {
            if let Some(node) = self.nodes.get_mut(index) {
                node.previous = Position::of(previous);
            }
            let first = self.node(previous).and_then(|node| node.first_of_object.get()).unwrap_or(previous);
            let free = self.nodes.get_mut(first).and_then(|first| first.quoted_by.iter_mut().find(|by| **by == Position::NONE));
            if let Some(free) = free {
                *free = Position::of(index);
            }
        }
    }

    /// The nodes whose predecessor is there, each with it.
    fn links(&self) -> Vec<(usize, usize)> {
        // Asked only where a predecessor does not lie where it lay.
        let by_content = LazyCell::new(|| {
            let mut by_content: BTreeMap<(DigestName<'_>, [u8; 32]), usize> = BTreeMap::new();
            for (index, node) in self.nodes.iter().enumerate() {
                by_content.entry((node.name(), node.digest.sha256())).or_insert(index);
            }
            by_content
        });
        let of_content = |name, sha256| by_content.get(&(name, sha256)).copied();
        let nodes = self.nodes.iter().enumerate();
        let links = nodes.filter_map(|(index, node)| {
            Some((index, self.predecessor_just_before(index, node).or_else(|| self.predecessor_by_name(node, of_content))?))
        });
        links.collect()
    }

    /// The node just before, if it is the predecessor: it is, where nothing is odd.
    fn predecessor_just_before(&self, index: usize, node: &Node<'a>) -> Option<usize> {
        let previous = node.digest.previous()?;
        let index = index.checked_sub(1)?;
        let before = self.node(index).filter(|before| before.chain == node.chain)?;
        (previous.sha256 == Some(before.digest.sha256()) && before.digest.object() == previous.object).then_some(index)
    }

    /// The node that bears the predecessor's name: best with its hash, at its object or anywhere, then at its object, then any.
    fn predecessor_by_name(
        &self,
        node: &Node<'a>,
        of_content: impl Fn(DigestName<'a>, [u8; 32]) -> Option<usize>,
    ) -> Option<usize> {
        let previous = node.digest.previous()?;
        let name = node.previous_name()?;
        let sought = |node: &Node<'_>| (node.name(), node.digest.object()).cmp(&(name, previous.object));
        let exact =
            self.nodes.partition_point(|node| sought(node).is_lt())..self.nodes.partition_point(|node| sought(node).is_le());
        let of_hash = previous.sha256.and_then(|sha256| {
            let exact = self.nodes.get(exact.clone())?;
            let within = exact.binary_search_by_key(&sha256, |node| node.digest.sha256()).ok();
            within
                .and_then(|within| exact.get(within)?.first_of_object.get()?.checked_add(within))
                .or_else(|| of_content(name, sha256))
        });
        let any = || {
            let any = self.nodes.partition_point(|node| node.name() < name);
            self.node(any).is_some_and(|node| node.name() == name).then_some(any)
        };
        of_hash.or((!exact.is_empty()).then_some(exact.start)).or_else(any)
    }

    /// What nobody signed claims nothing by what it says of itself, but by the names of its entries only: else a plant could say of
    /// itself that it was asked.
    pub(crate) fn leave_scope_unsigned(&mut self) {
        for node in &mut self.nodes {
            node.in_scope &= node.is_claimed();
        }
    }

    /// Gives each node its place in its chain, and each chain its range of nodes.
    pub(super) fn number_chains(&mut self) {
        let mut chains: Vec<(ChainId<'_>, std::ops::Range<usize>)> = Vec::new();
        for (index, node) in self.nodes.iter_mut().enumerate() {
            let end = index.saturating_add(1);
            match chains.last_mut().filter(|(chain, _)| chain == node.chain) {
                Some((_, range)) => {
                    node.position = index.saturating_sub(range.start);
                    range.end = end;
                }
                None => {
                    node.position = 0;
                    chains.push((*node.chain, index..end));
                }
            }
        }
        self.chains = chains.into_iter().collect();
    }

    /// The chains that some digest file says to exist.
    pub(crate) fn claimed_chains(&self) -> impl Iterator<Item = &ChainId<'a>> {
        self.by_chain().filter(|(_, nodes)| nodes.iter().any(Node::is_of_chain)).map(|(chain, _)| chain)
    }

    /// A chain's nodes.
    pub(crate) fn nodes_of(&self, chain: &ChainId<'_>) -> &[Node<'a>] {
        self.chains.get(chain).map(|range| self.range(range)).unwrap_or_default()
    }

    /// The predecessor that a signed node names and that is not there, although older ones of its chain are.
    pub(crate) fn missing_predecessor(&self, node: &Node<'a>) -> Option<Object<'a>> {
        let previous = node.digest.previous().filter(|_| node.is_signed() && node.previous == Position::NONE)?;
        let name = node.previous_name()?;
        let is_there = self.unread.contains_key(&name) || self.last_before_missing(node, name.time).is_none();
        (!is_there).then_some(previous.object)
    }

    /// When the last digest file before a missing predecessor ended, by its name. Where nothing is older than the predecessor, what AWS
    /// signed between it and the node that names it counts: that link passes over it, and joins nothing to what comes before.
    pub(crate) fn last_before_missing(&self, node: &Node<'a>, missing: Time) -> Option<Time> {
        let passed_over = || self.older(node.chain, node.time).iter().rfind(|node| node.is_signed()).map(|node| node.time);
        self.newest_before(node.chain, missing).or_else(passed_over)
    }

    /// The nodes of a chain whose own time lies before a time.
    fn older(&self, chain: &ChainId<'_>, time: Time) -> &[Node<'a>] {
        let nodes = self.nodes_of(chain);
        nodes.get(..nodes.partition_point(|node| node.time < time)).unwrap_or_default()
    }

    /// When the newest digest file of a chain before a time ended, by its name. One that nobody signed counts if it was asked: what claims
    /// nothing of what was asked must not turn the edge of an archive into a hole.
    pub(crate) fn newest_before(&self, chain: &ChainId<'a>, time: Time) -> Option<Time> {
        let at = |time| DigestName { chain: chain.without_place(), time };
        let unread = self.unread.range(at(Time::FIRST)..at(time));
        let mut unread = unread.filter(|(_, unread)| unread.in_scope && may_lie_at(unread.path, chain.place));
        let read = self.older(chain, time).iter().rfind(|node| node.is_signed() || node.in_scope);
        read.map(|node| node.time).max(unread.next_back().map(|(name, _)| name.time))
    }

    /// When the newest authenticated digest file of a chain before a time ended, by its name: what nobody signed must not make a hole look
    /// smaller than it is, as it may in [`newest_before`](Self::newest_before).
    pub(crate) fn newest_authenticated_before(&self, chain: &ChainId<'_>, time: Time) -> Option<Time> {
        self.older(chain, time).iter().rev().find(|node| node.is_authenticated()).map(|node| node.time)
    }
}

/// True if the folders of a digest file that cannot be read do not say that it lay at another place.
fn may_lie_at(path: SplitPath<'_>, place: Place<'_>) -> bool {
    // Account, kind, region, year, month and day.
    const BELOW: usize = 6;
    let above = path.folders().rev().skip(BELOW);
    // A place at the top has no folders, and those of an entry do not speak against it.
    above.zip(place.folder.rsplit('/').filter(|folder| !folder.is_empty())).all(|(folder, of_place)| folder == of_place.as_bytes())
}

/// A signed digest file is in scope by what it says of itself; one that contradicts a name that it bears, inside or outside, is also
/// where that name puts it: altered times must not take a file out of what was asked.
fn is_asked(copies: Copies<'_, '_>, name: &DigestName<'_>, scope: &Scope) -> bool {
    let period = copies.digest.period();
    let chain = ChainId { place: copies.digest.object().place(), ..name.chain };
    scope.is_asked(chain.account, chain.region, Some(&chain), Some(period))
        || (chain.kind == DigestKind::Normal && (period.to != name.time || period.is_empty()) && scope.is_named(name))
        || (!scope.questions.is_empty() && is_any_name(copies, Some(name), |other| other != name && scope.is_named(other)))
}

/// True if one of a digest file's entries bears the name of a digest file that was asked.
fn is_any_path_asked(copies: Copies<'_, '_>, name: Option<&DigestName<'_>>, scope: &Scope) -> bool {
    scope.questions.is_empty() || is_any_name(copies, name, |name| scope.is_named(name))
}

/// True if `is_it` is true of the name of one of a digest file's entries. Its own name, which nearly all bear, is given.
fn is_any_name(copies: Copies<'_, '_>, own: Option<&DigestName<'_>>, is_it: impl Fn(&DigestName<'_>) -> bool) -> bool {
    copies.paths().any(|path| match own.filter(|_| bears_name(path, copies.digest)) {
        Some(own) => is_it(own),
        None => DigestName::of(path).is_some_and(|name| is_it(&name)),
    })
}

/// True if the entry has the file name of the digest file that it holds, as entries have that nobody renamed.
pub(crate) fn bears_name(path: SplitPath<'_>, digest: Digest<'_>) -> bool {
    path.name == digest.name().as_bytes()
}

#[cfg(test)]
mod tests {
    use trailseal_forge::archive::{Archive, sidecar_path};
    use trailseal_forge::digest::{Digest, sha256};
    use trailseal_forge::gzip::gzip;
    use trailseal_forge::keys::{self, Listed, STRANGER};
    use trailseal_forge::time::at;
    use trailseal_forge::trail::Trail;

    use crate::forged::{judged, report, trail};
    use crate::{Code, Fate, Level, Request};

    const FIRST: &str = "2026-03-01T00:01:31Z";

    /// How many digest files are signed.
    fn signed(archive: &Archive) -> u64 {
        report(archive, &Request::default()).counts.digests.proved
    }

    /// A signature that is wrong, and as long as a right one.
    fn wrong_signature(number: usize) -> String {
        format!("{number:0512x}")
    }

    #[test]
    fn a_predecessor_with_other_bytes_in_another_bucket_is_known_by_its_name() {
        let chain = trail(FIRST).chain(&[1, 1, 1]);
        let mut archive = Archive::of(&[&chain]);
        archive.replace(chain.key(1), "\"digestS3Bucket\":\"trail-archive\"", "\"digestS3Bucket\":\"elsewhere\"");
        let report = report(&archive, &Request::default());
        let subjects = |code: Code| {
            let of_code = report.findings.iter().filter(|finding| finding.code == code);
            of_code.map(|finding| finding.first.clone()).collect::<Vec<_>>()
        };
        assert_eq!(subjects(Code::DigestSignatureInvalid), [format!("s3://elsewhere/{}", chain.key(1))]);
        assert_eq!(subjects(Code::ChainLinkHashMismatch), [format!("s3://trail-archive/{}", chain.key(2))]);
        assert_eq!(subjects(Code::ChainDigestMissing), Vec::<String>::new());
    }

    /// The codes of links that hold no longer.
    fn broken(archive: &Archive) -> Vec<Code> {
        let findings = report(archive, &Request::default()).findings;
        let codes = findings.iter().map(|finding| finding.code);
        codes.filter(|code| matches!(code, Code::ChainLinkHashMismatch | Code::ChainLinkForeign)).collect()
    }

    #[test]
    fn of_several_contents_of_a_predecessor_the_one_that_was_hashed_counts() {
        let chain = trail(FIRST).chain(&[0, 0, 0]);
        let genuine = &chain.digests[1];
        // White space at the end changes the hash only; of two contents the one with the greater hash stands nearer to the successor.
        let mut orders = std::collections::BTreeSet::new();
        for spaces in 1..16 {
            let content = format!("{}{}", genuine.text, " ".repeat(spaces));
            orders.insert(sha256(content.as_bytes()) > sha256(genuine.text.as_bytes()));
            let mut archive = Archive::of(&[&chain]);
            archive.put(chain.key(1), gzip(content.as_bytes()));
            assert_eq!(broken(&archive), [], "{spaces} spaces");
        }
        assert_eq!(orders.len(), 2);
    }

    #[test]
    fn a_link_leads_to_what_it_names_even_if_its_hash_is_that_of_the_digest_just_before() {
        let chain = trail(FIRST).chain_with(&[0, 0, 0, 0], |hour, digest| {
            if hour == 3 {
                digest.link().key = trail(FIRST).digest(1, 0).key;
            }
        });
        assert_eq!(broken(&Archive::of(&[&chain])), [Code::ChainLinkHashMismatch]);
    }

    #[test]
    fn a_link_into_another_chain_lends_no_signature_even_to_the_digest_just_before() {
        let first = trail(FIRST).chain(&[1]);
        let mut foreign = Trail { name: "zz-other".to_owned(), ..trail(FIRST) }.digest(1, 0);
        foreign.follow(&first.digests[0]);
        let foreign = foreign.seal();
        let mut archive = Archive::without_metadata(&[&first]);
        archive.digest(&foreign);
        archive.sidecar(&foreign);
        assert_eq!(signed(&archive), 1);
        assert_eq!(broken(&archive), [Code::ChainLinkForeign]);
    }

    #[test]
    fn a_predecessor_is_missing_if_a_signed_digest_names_it_and_older_ones_are_there() {
        let chain = &trail(FIRST).chain(&[0, 0, 0, 0]);
        let missing = |edit: &dyn Fn(&mut Archive)| {
            let mut archive = Archive::of(&[chain]);
            edit(&mut archive);
            let (_, objects) = judged(&archive, &Request::default());
            let missing = objects.iter().filter(|object| object.fate == Fate::Missing);
            missing.map(|object| object.object.clone().unwrap()).collect::<Vec<_>>()
        };
        let without = |hour: usize| move |archive: &mut Archive| drop(archive.remove(chain.key(hour)));
        assert_eq!(missing(&without(2)), [format!("s3://trail-archive/{}", chain.key(2))]);
        assert!(missing(&without(0)).is_empty(), "nothing older is there");
        let damaged = |archive: &mut Archive| archive.edit(chain.key(2), |bytes| bytes.truncate(20));
        assert!(missing(&damaged).is_empty(), "it is there, and cannot be read");
        let unsigned = |archive: &mut Archive| {
            archive.remove(chain.key(2));
            archive.remove(&sidecar_path(chain.newest()));
        };
        assert!(missing(&unsigned).is_empty(), "nobody signed that it was there");
    }

    #[test]
    fn a_digest_is_in_scope_where_it_or_a_name_that_it_contradicts_puts_it() {
        let is_asked = |change: fn(&mut Digest), from: &str, to: &str| {
            let mut digest = trail(FIRST).digest(0, 0);
            change(&mut digest);
            let digest = digest.seal();
            let mut archive = Archive::default();
            archive.digest(&digest);
            archive.sidecar(&digest);
            let request = Request { from: Some(from.into()), to: Some(to.into()), ..Request::default() };
            let (_, objects) = judged(&archive, &request);
            objects.iter().next().unwrap().in_scope
        };
        let (start, end) = ("2026-03-01T00:01:31Z", "2026-03-01T00:20:00Z");
        assert!(is_asked(|_| (), start, end));
        assert!(!is_asked(|_| (), "2026-03-02", "2026-03-03"));
        let moved: fn(&mut Digest) = |digest| (digest.start, digest.end) = (at("2027-03-01T00:00:00Z"), at("2027-03-01T01:00:00Z"));
        assert!(is_asked(moved, start, end), "by the name of its key");
        assert!(is_asked(moved, "2027-03-01", "2027-03-02"), "by what it says of itself");
        assert!(!is_asked(moved, "2026-03-02", "2026-03-03"));
        let short: fn(&mut Digest) = |digest| digest.start = at("2026-03-01T00:31:31Z");
        assert!(!is_asked(short, start, end), "it contradicts no name");
        let backfill: fn(&mut Digest) = |digest| {
            (digest.start, digest.end) = (at("2026-02-01T00:00:00Z"), at("2026-02-01T01:00:00Z"));
            digest.key = digest.key.replace(".json.gz", "_backfill.json.gz");
        };
        assert!(!is_asked(backfill, start, end), "the time in a backfill digest's name is not compared");

        let mut archive = Archive::default();
        archive.digest(&trail(FIRST).digest(0, 0).seal());
        archive.rename(|path| path.replace("T010131Z", "T090131Z"));
        for (hour, expected) in [("08", true), ("07", false), ("00", false)] {
            let asked = [format!("2026-03-01T{hour}:10:00Z"), format!("2026-03-01T{hour}:20:00Z")];
            let [from, to] = asked.map(Some);
            let (_, objects) = judged(&archive, &Request { from, to, ..Request::default() });
            assert_eq!(objects.iter().next().unwrap().in_scope, expected, "by the name of its file, at {hour}");
        }
    }

    #[test]
    fn a_better_key_of_the_successor_does_not_take_a_digest_from_the_key_that_signed_it() {
        let mut first = trail(FIRST).digest(0, 0);
        first.signed_by(&STRANGER);
        let first = first.seal();
        let mut second = trail(FIRST).digest(1, 0);
        second.follow(&first);
        let second = second.seal();
        let mut archive = Archive::default();
        [&first, &second].into_iter().for_each(|sealed| archive.digest(sealed));
        archive.sidecar(&second);
        archive.put("public-keys.json", keys::list(&[Listed::key(&STRANGER)]));
        let report = report(&archive, &Request::default());
        assert_eq!(report.counts.digests.authenticated, 2);
        let mut verified: Vec<_> = report.keys.iter().map(|key| (key.level, key.digests)).collect();
        verified.sort();
        assert_eq!(verified, [(Level::Enclosed, 1), (Level::Trusted, 1)]);
        assert_eq!(report.chains[0].keys.len(), 2);
    }

    #[test]
    fn four_successors_are_asked_for_a_signature_and_no_more() {
        let first = trail(FIRST).digest(0, 1).seal();
        for (wrong, expected) in [(3, 1), (4, 0)] {
            let mut archive = Archive::default();
            archive.digest(&first);
            for hour in 1..=wrong + 1 {
                let mut successor = trail(FIRST).digest(hour, 0);
                successor.follow(&first);
                if hour <= wrong {
                    // The same one, which is tried once.
                    successor.link().signature = wrong_signature(1);
                }
                archive.digest(&successor.seal());
            }
            assert_eq!(signed(&archive), expected, "behind {wrong} others");
        }
    }

    #[test]
    fn four_signatures_of_a_digest_file_are_tried_and_no_more() {
        let digest = trail(FIRST).digest(0, 1).seal();
        for (wrong, expected) in [(3, 1), (4, 0)] {
            let mut archive = Archive::default();
            archive.digest(&digest);
            // A statement that is made twice is one.
            let numbers = (1..=wrong).chain(1..=wrong).map(wrong_signature).chain([digest.signature.clone()]);
            let row = |signature: String| {
                format!("{{\"key\":\"{}\",\"metadata\":{{\"signature\":\"{signature}\"}}}}\n", digest.digest.key)
            };
            archive.put("object-metadata.jsonl", numbers.map(row).collect::<String>());
            assert_eq!(signed(&archive), expected, "behind {wrong} others");
        }
    }
}
