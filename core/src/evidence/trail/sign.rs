//! Which digest files are signed: steps 3 and 4 of the graph.

use std::collections::{BTreeSet, VecDeque};

use crate::evidence::trail::digest;
use crate::evidence::trail::digests::Digest;
use crate::evidence::trail::graph::{Graph, MOST_SIGNATURES, Node, Status, bears_name};
use crate::evidence::trail::metadata::ObjectMetadata;
use crate::evidence::trail::name::{ChainId, Place};
use crate::terms::outcome::Level;
use crate::terms::packed::Position;
use crate::terms::spread::{self, Spread};
use crate::terms::time::{HOUR_SECONDS, Time};
use crate::trust::keyring::{Key, Keyring};
use crate::trust::rsa::PublicKey;
use crate::trust::signature::{Authentic, Checked, SignatureRef, Signed as _};

/// How many digest files' signatures are tried at once: enough work for all threads of a host, and little memory. The chains of unit
/// tests are short, and are to take several goes.
pub(crate) const CHECKED_AT_ONCE: usize = if cfg!(test) { 2 } else { 1 << 14 };

/// A signature that is tried on a digest file.
pub(crate) struct Try<'k, 'a> {
    pub(super) node: usize,
    pub(super) digest: Digest<'a>,
    pub(super) key: usize,
    pub(super) public: &'k PublicKey,
    pub(super) level: Level,
    pub(super) signature: &'a [u8],
}

/// The key that a digest file names, if its signature's algorithm is known.
pub(crate) fn usable_key<'k>(digest: Digest<'_>, keyring: &'k Keyring) -> Option<(usize, &'k Key)> {
    if digest.signature_unsupported() { None } else { keyring.find(digest.fingerprint()) }
}

/// Metadata without an algorithm is taken as AWS's one.
pub(crate) fn has_supported_algorithm(metadata: &ObjectMetadata) -> bool {
    metadata.algorithm.as_deref().is_none_or(digest::is_supported_signature)
}

impl<'a> Graph<'a> {
    /// Every available signature of a node: from metadata (no source) and from successors.
    pub(crate) fn signatures(&self, node: &Node<'a>) -> impl Iterator<Item = (Option<usize>, SignatureRef<'a>)> {
        let stated = node.metadata.iter().filter(|metadata| has_supported_algorithm(metadata));
        let from_metadata = stated.filter_map(|metadata| Some((None, metadata.signature.as_ref()?.borrowed())));
        let first = node.first_of_object.get().and_then(|first| self.node(first));
        let successors = first.map(|first| first.quoted_by).into_iter().flatten();
        let from_successors = successors.filter_map(|successor| {
            let index = successor.get()?;
            let node = self.node(index).filter(|node| node.previous != Position::NONE)?;
            Some((Some(index), node.digest.previous()?.signature))
        });
        from_metadata.chain(from_successors)
    }

    /// The signatures of a node that may be held against it: what an invalid successor quotes is worth nothing.
    pub(crate) fn quotable_signatures(&self, node: &Node<'a>) -> impl Iterator<Item = (Option<usize>, SignatureRef<'a>)> {
        self.signatures(node).filter(|(source, _)| {
            source
                .and_then(|source| self.node(source))
                .is_none_or(|source| !source.is_invalid() && (source.is_claimed() || self.is_next(node, source)))
        })
    }

    /// True for the digest file of the hour after a node's, under its own name: it lies outside of what was asked, and still speaks of it.
    fn is_next(&self, node: &Node<'a>, other: &Node<'a>) -> bool {
        let is_near = node.time < other.time && other.time <= node.time.plus(2 * HOUR_SECONDS);
        is_near && self.paths(other).any(|path| bears_name(path, other.digest))
    }

    /// Steps 3 and 4: checks signatures, and follows hash links from what is signed.
    pub(crate) fn authenticate(&mut self, keyring: &Keyring, spread: &Spread<'_>) {
        for start in (0..self.nodes.len()).step_by(CHECKED_AT_ONCE) {
            self.check(start..start.saturating_add(CHECKED_AT_ONCE), keyring, spread);
        }
        self.cut_links_by_name();
        self.mark_invalid(keyring);
        self.follow_hash_links();
    }

    /// Tries the signatures of some nodes.
    fn check(&mut self, range: std::ops::Range<usize>, keyring: &Keyring, spread: &Spread<'_>) {
        let mut tries: Vec<Try<'_, 'a>> = Vec::new();
        for (index, node) in range.clone().zip(self.nodes.iter().skip(range.start)) {
            let Some((key, Key { public, level, .. })) = usable_key(node.digest, keyring) else { continue };
            for (_, signature) in self.signatures(node) {
                let mut before = tries.iter().rev().take_while(|before| before.node == index);
                if let SignatureRef::Bytes(signature) = signature
                    && signature.len() == public.signature_bytes()
                    && before.clone().count() < MOST_SIGNATURES
                    && before.all(|before| before.signature != signature)
                {
                    tries.push(Try { node: index, digest: node.digest, key, public, level: *level, signature });
                }
            }
        }
        let checked = spread::map(spread, tries.len(), |index| {
            let Try { digest, public, signature, .. } = tries.get(index)?;
            Some(Checked::new(public, digest.message_sha256(), signature))
        });
        for (Try { node, digest, key, level, signature, .. }, checked) in tries.into_iter().zip(checked) {
            if let Some(checked) = checked
                && let Some(node) = self.nodes.get_mut(node)
                && let Some(authentic) = Authentic::by_signature(digest, &checked, key)
            {
                node.status = Status::Signed(authentic, level);
                node.verified = Some(signature);
            }
        }
    }

    /// Where a predecessor is absent, a digest file of its name stands for it: perhaps its key was altered. Not so if a signature says
    /// that another trail of that name delivers where that one lies.
    fn cut_links_by_name(&mut self) {
        let is_by_name = |node: &Node<'a>| {
            let (previous, predecessor) = (node.digest.previous()?, self.node(node.previous.get()?)?);
            let (named, there) = (previous.object.place(), predecessor.digest.object().place());
            (previous.sha256 != Some(predecessor.digest.sha256()) && named != there).then_some((node.chain, there))
        };
        let by_name: Vec<(usize, (&ChainId<'_>, Place<'_>))> =
            self.nodes.iter().enumerate().filter_map(|(index, node)| Some((index, is_by_name(node)?))).collect();
        if by_name.is_empty() {
            return;
        }
        let signed = self.nodes.iter().filter(|node| node.is_signed());
        let signed: BTreeSet<(&ChainId<'_>, Place<'_>)> = signed.map(|node| (node.chain, node.digest.object().place())).collect();
        for (index, place) in by_name {
            if signed.contains(&place)
                && let Some(node) = self.nodes.get_mut(index)
            {
                node.previous = Position::NONE;
            }
        }
    }

    /// From the newest to the oldest: a signature quoted by an invalid successor does not make its predecessor invalid.
    fn mark_invalid(&mut self, keyring: &Keyring) {
        let left = self.nodes.iter().enumerate().filter(|(_, node)| !node.is_signed() && !node.digest.signature_unsupported());
        let mut order: Vec<(Time, usize)> = left.map(|(index, node)| (node.time, index)).collect();
        order.sort_unstable();
        for (_, index) in order.into_iter().rev() {
            let Some(node) = self.node(index) else { continue };
            let has_key = usable_key(node.digest, keyring).is_some();
            // Without a key only what can be no signature at all tells anything, and only if nothing else is there.
            let is_none = |(_, signature): (_, SignatureRef<'_>)| matches!(signature, SignatureRef::NotHex(_));
            let is_any = || self.quotable_signatures(node).next().is_some();
            let is_wrong = is_any() && (has_key || self.quotable_signatures(node).all(is_none));
            let is_invalid = is_wrong && !self.is_copy(node);
            if is_invalid && let Some(node) = self.nodes.get_mut(index) {
                node.status = Status::Invalid;
            }
        }
    }

    /// True if the signed content of a digest file's object lies under another path: this one is no evidence, and contradicts none.
    pub(crate) fn is_copy(&self, node: &Node<'a>) -> bool {
        let Some(first) = node.first_of_object.get() else { return false };
        let rest = self.nodes.get(first..).unwrap_or_default();
        let mut alike = rest.iter().take_while(|other| other.first_of_object == node.first_of_object);
        let lies_where = |other: &Node<'a>| self.paths(node).any(|path| self.paths(other).any(|beside| beside == path));
        !node.is_signed() && alike.any(|other| other.is_signed() && !lies_where(other))
    }

    /// A signed digest commits to its predecessor's bytes; the best level reaches as far back as the hashes do.
    fn follow_hash_links(&mut self) {
        let mut queue: VecDeque<usize> =
            (0..self.nodes.len()).filter(|index| self.node(*index).is_some_and(Node::is_signed)).collect();
        while let Some(index) = queue.pop_front() {
            let Some(node) = self.node(index) else { continue };
            let (Status::Signed(successor, level), Some(previous)) = (node.status, node.previous.get()) else { continue };
            let Some(predecessor) = self.nodes.get_mut(previous) else { continue };
            let is_better = match predecessor.status {
                Status::Signed(_, own) => level > own,
                Status::Invalid => false,
                Status::Unsigned => true,
            };
            if is_better && let Some(linked) = Authentic::by_hash_link(&successor, predecessor.digest) {
                let authentic = match predecessor.status {
                    Status::Signed(own, _) => own,
                    _ => linked,
                };
                predecessor.status = Status::Signed(authentic, level);
                queue.push_back(previous);
            }
        }
    }
}
