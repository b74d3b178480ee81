//! Chains of one name, told apart by their places: step 5 of the graph.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::trail::graph::{Graph, Node};
use crate::evidence::trail::name::{ChainId, Place};
use crate::terms::object::Object;
use crate::terms::packed::Position;
use crate::terms::time::Time;

/// What is known of a place at which digest files of one name lie.
struct Site<'a> {
    place: Place<'a>,
    /// The first time at which a digest file lay there, and whether an authenticated one says so, which counts first.
    since: (bool, Time),
    /// The site with which it shares its chain.
    root: usize,
}

/// The places at which digest files of one name lie, and which of them share a chain.
#[derive(Default)]
struct Sites<'a> {
    sites: Vec<Site<'a>>,
    by_place: BTreeMap<Place<'a>, usize>,
}

/// A trail that was redirected: whether nobody trusted says so, and the two places. Sorted, what nobody trusted says comes last.
type Move<'a> = (bool, Place<'a>, Place<'a>);

impl<'a> Sites<'a> {
    /// The site at a place at which a digest file of that time lay.
    fn see(&mut self, place: Place<'a>, is_unsigned: bool, time: Time) -> usize {
        let index = *self.by_place.entry(place).or_insert(self.sites.len());
        if index == self.sites.len() {
            self.sites.push(Site { place, since: (is_unsigned, time), root: index });
        }
        if let Some(site) = self.sites.get_mut(index) {
            site.since = site.since.min((is_unsigned, time));
        }
        index
    }

    /// The site of each digest file, and the moves of which they tell.
    fn survey(&mut self, nodes: &[Node<'a>]) -> (Vec<usize>, BTreeSet<Move<'a>>) {
        let mut at: Vec<usize> = Vec::with_capacity(nodes.len());
        let mut moves = BTreeSet::new();
        let mut last: Option<(Object<'a>, bool, usize)> = None;
        for node in nodes {
            let (object, is_unsigned) = (node.digest.object(), !node.is_authenticated());
            let is_beside = |other: Object<'_>| (other.bucket, other.folder) == (object.bucket, object.folder);
            // Nearly all lie beside the one before, whose time is no later.
            let site = match last {
                Some((other, was_unsigned, site)) if was_unsigned == is_unsigned && is_beside(other) => site,
                _ => self.see(object.place(), is_unsigned, node.time),
            };
            last = Some((object, is_unsigned, site));
            at.push(site);
            if let Some(previous) = node.digest.previous().filter(|previous| !is_beside(previous.object))
                && let Some(name) = node.previous_name()
                && previous.object.place().is_known()
                && previous.object.place() != object.place()
            {
                self.see(previous.object.place(), is_unsigned, name.time);
                moves.insert((is_unsigned, object.place(), previous.object.place()));
            }
        }
        (at, moves)
    }

    /// Makes the two places of a move one chain, unless nobody trusted says so of places that others signed for.
    fn join(&mut self, (is_unsigned, one, other): Move<'a>) {
        let (Some(one), Some(other)) = (self.by_place.get(&one), self.by_place.get(&other)) else { return };
        let (one, other) = (*one, *other);
        let (one, other) = (self.root(one), self.root(other));
        let since = |index: usize| self.sites.get(index).map(|site| (site.since, site.place));
        let (Some(first), Some(second)) = (since(one), since(other)) else { return };
        let are_signed = !first.0.0 && !second.0.0;
        if one == other || (is_unsigned && are_signed) {
            return;
        }
        let (kept, joined) = if first < second { (one, other) } else { (other, one) };
        if let Some(site) = self.sites.get_mut(joined) {
            site.root = kept;
        }
    }

    /// The site that stands for all with which this one shares its chain; ways to it are made shorter for the next.
    fn root(&mut self, mut index: usize) -> usize {
        while let Some(next) = self.sites.get(index).map(|site| site.root).filter(|next| *next != index) {
            let after = self.sites.get(next).map_or(next, |site| site.root);
            if let Some(site) = self.sites.get_mut(index) {
                site.root = after;
            }
            index = after;
        }
        index
    }

    /// The places of some sites, sorted and each once, and for each of the sites the number of its own.
    fn number(&self, at: &[usize]) -> (Vec<Place<'a>>, Vec<usize>) {
        let mut distinct = at.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        distinct.sort_by_key(|site| self.sites.get(*site).map(|site| site.place));
        let mut numbers = vec![0; self.sites.len()];
        for (number, site) in distinct.iter().enumerate() {
            if let Some(slot) = numbers.get_mut(*site) {
                *slot = number;
            }
        }
        let which = at.iter().filter_map(|site| numbers.get(*site)).copied().collect();
        (distinct.iter().filter_map(|site| Some(self.sites.get(*site)?.place)).collect(), which)
    }
}

/// The chains of the digest files of one name, each by the place at which it lay first, and for each node the number of its own.
///
/// A trail that is redirected names the predecessor at its old place, and its two places are one chain. Where nothing does, two trails
/// bear one name, and none may cover what the other one owes. What nobody trusted signed joins no places that others signed for.
pub(crate) fn told_apart<'a>(nodes: &[Node<'a>]) -> (Vec<Place<'a>>, Vec<usize>) {
    let mut sites = Sites::default();
    let (mut at, moves) = sites.survey(nodes);
    moves.into_iter().for_each(|one| sites.join(one));
    at.iter_mut().for_each(|site| *site = sites.root(*site));
    sites.number(&at)
}

impl<'a> Graph<'a> {
    /// Step 5: the chains, sorted, and for each node which of them is its own.
    pub(crate) fn tell_chains_apart(&self) -> (Vec<ChainId<'a>>, Vec<Position>) {
        let (mut chains, mut of_nodes) = (Vec::new(), Vec::with_capacity(self.nodes.len()));
        for (name, nodes) in self.by_chain() {
            let (found, which) = told_apart(nodes);
            let start = chains.len();
            chains.extend(found.into_iter().map(|place| ChainId { place, ..*name }));
            of_nodes.extend(which.into_iter().map(|number| Position::of(start.saturating_add(number))));
        }
        (chains, of_nodes)
    }

    /// Sorts the nodes by the chains that were told apart.
    pub(crate) fn follow_chains(&mut self, chains: &'a [ChainId<'a>], of_nodes: &[Position]) {
        for (node, chain) in self.nodes.iter_mut().zip(of_nodes) {
            if let Some(chain) = chain.get().and_then(|chain| chains.get(chain)) {
                node.chain = chain;
            }
        }
        if chains.len() > self.chains.len() {
            let mut order: Vec<usize> = (0..self.nodes.len()).collect();
            // Stable: within one chain the order stays.
            order.sort_by_key(|index| of_nodes.get(*index).and_then(|chain| chain.get()));
            let mut moved = vec![Position::NONE; order.len()];
            for (new, old) in order.iter().enumerate() {
                if let Some(moved) = moved.get_mut(*old) {
                    *moved = Position::of(new);
                }
            }
            let moved = |old: &mut Position| {
                *old = old.get().and_then(|old| moved.get(old)).copied().unwrap_or(Position::NONE);
            };
            let mut nodes: Vec<Option<Node<'a>>> = std::mem::take(&mut self.nodes).into_iter().map(Some).collect();
            self.nodes.extend(order.into_iter().filter_map(|old| nodes.get_mut(old)?.take()));
            for node in &mut self.nodes {
                moved(&mut node.previous);
                moved(&mut node.first_of_object);
                node.quoted_by.iter_mut().for_each(moved);
            }
        }
        self.number_chains();
    }
}
