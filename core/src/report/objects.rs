//! What became of each single digest and log file: too much for the report, but what a table of objects needs.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::bytes::parcel::{pack, unpack};
use crate::case::judgement::Judgement;
use crate::evidence::content::Content;
use crate::evidence::trail::files::{Entry, Held};
use crate::evidence::trail::graph::{Node, Status};
use crate::evidence::trail::logs::ListedLog;
use crate::evidence::trail::name::{ChainId, DigestName};
use crate::terms::error::Error;
use crate::terms::outcome::{Fate, Level, ObjectKind};
use crate::terms::path::SplitPath;
use crate::terms::time::Period;

/// Every digest and log file of a case, those that are absent too, sorted by chain and time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objects(Vec<JudgedObject>);

impl Objects {
    /// One after the other.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &JudgedObject> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if the case holds no digest or log file, and names none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One digest or log file and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JudgedObject {
    /// Digest or log file.
    pub kind: ObjectKind,
    /// Where AWS put it, `s3://BUCKET/KEY`; absent if no readable digest file says so.
    pub object: Option<String>,
    /// The entry in the archive; absent if it is missing.
    pub entry: Option<String>,
    /// The chain, as [`Chain::id`](crate::evidence::trail::section::Chain::id).
    pub chain: Option<Arc<str>>,
    /// The period of the digest file: for a log file, of the one that lists it.
    pub period: Option<Period>,
    /// What became of it.
    pub fate: Fate,
    /// How far the key is believed that vouches for it.
    pub level: Option<Level>,
    /// True if it was asked.
    pub in_scope: bool,
    /// SHA-256 of the inflated bytes that are there.
    pub sha256: Option<String>,
    /// How many inflated bytes are there.
    pub inflated_bytes: Option<u64>,
}

impl Judgement<'_> {
    /// Lists all objects of a judged case.
    pub(crate) fn objects(&self) -> Objects {
        let mut rows: Vec<JudgedObject> = Vec::new();
        let mut chains = Chains::default();
        self.list_digests(&mut chains, &mut rows);
        self.list_listed_logs(&mut chains, &mut rows);
        self.list_other_logs(&mut chains, &mut rows);
        rows.sort_by(|one, other| order(one).cmp(&order(other)));
        Objects(rows)
    }

    /// The digest files of the graph, the predecessors that are missing in it, and the digest files that found no place in it.
    fn list_digests<'s>(&'s self, chains: &mut Chains<'s>, rows: &mut Vec<JudgedObject>) {
        let Self { graph, admitted, .. } = self;
        let (entries, scope) = (&admitted.entries, &self.policy.scope);
        let mut placed = vec![false; entries.len()];
        for node in &graph.nodes {
            let id = chains.id(node.chain);
            for (number, index) in graph.entries(node).enumerate() {
                let Some(entry) = entries.get(index) else { continue };
                placed.get_mut(index).into_iter().for_each(|placed| *placed = true);
                rows.push(JudgedObject {
                    fate: if number == 0 { fate_of(node) } else { Fate::Duplicate },
                    level: level_of(node),
                    in_scope: node.in_scope,
                    period: Some(node.digest.period()),
                    ..row(ObjectKind::Digest, Some(node.subject()), Some(entry.path), Some(id.clone()), Some(entry.content))
                });
            }
            if let Some(missing) = graph.missing_predecessor(node) {
                rows.push(JudgedObject {
                    fate: Fate::Missing,
                    level: level_of(node),
                    in_scope: node.in_scope,
                    ..row(ObjectKind::Digest, Some(missing.to_string()), None, Some(id), None)
                });
            }
        }
        let unplaced = entries.iter().zip(&placed).filter(|(entry, placed)| matches!(entry.held, Held::Digest(_)) && !**placed);
        for (entry, _) in unplaced {
            let name = DigestName::of(entry.path);
            rows.push(JudgedObject {
                fate: if entry.content == Content::Unread { Fate::Unproved } else { Fate::Failed },
                in_scope: name.as_ref().is_none_or(|name| scope.is_named(name)),
                ..row(ObjectKind::Digest, None, Some(entry.path), name.map(|name| chains.id(&name.chain)), Some(entry.content))
            });
        }
    }

    /// The log files that digest files list, present or absent.
    fn list_listed_logs<'s>(&'s self, chains: &mut Chains<'s>, rows: &mut Vec<JudgedObject>) {
        for log in &self.logs.listed {
            let entry = log.entry().and_then(|index| self.admitted.entries.get(index));
            rows.push(JudgedObject {
                fate: log.fate,
                level: level_of(log.node()),
                ..listed(log, entry.as_ref(), chains.id(log.node().chain))
            });
        }
    }

    /// The entries that serve no object: copies of listed log files, and log files that no digest file lists.
    fn list_other_logs<'s>(&'s self, chains: &mut Chains<'s>, rows: &mut Vec<JudgedObject>) {
        let logs = self.logs;
        for (index, entry) in self.admitted.entries.iter().enumerate().filter(|(_, entry)| entry.is_log()) {
            match logs.holder(index) {
                Some(log) if log.entry() == Some(index) => {}
                Some(log) => {
                    rows.push(JudgedObject { fate: Fate::Duplicate, ..listed(log, Some(&entry), chains.id(log.node().chain)) });
                }
                None => rows.push(JudgedObject {
                    fate: Fate::Unreferenced,
                    in_scope: logs.in_scope.get(index).copied().unwrap_or(true),
                    ..row(ObjectKind::Log, None, Some(entry.path), None, Some(entry.content))
                }),
            }
        }
    }
}

/// What has no chain comes last.
fn order(row: &JudgedObject) -> impl Ord + '_ {
    let JudgedObject { chain, period, kind, object, entry, fate, .. } = row;
    (chain.is_none(), chain, period.map(|period| (period.to, period.from)), kind, object, entry, fate)
}

/// An object of a list, with an entry for it.
fn listed(log: &ListedLog<'_>, entry: Option<&Entry<'_>>, chain: Arc<str>) -> JudgedObject {
    let object = Some(log.object().to_string());
    JudgedObject {
        in_scope: log.in_scope,
        period: Some(log.node().digest.period()),
        ..row(ObjectKind::Log, object, entry.map(|entry| entry.path), Some(chain), entry.map(|entry| entry.content))
    }
}

fn row(
    kind: ObjectKind,
    object: Option<String>,
    entry: Option<SplitPath<'_>>,
    chain: Option<Arc<str>>,
    content: Option<Content>,
) -> JudgedObject {
    let (sha256, inflated_bytes) = match content {
        Some(Content::Whole { sha256, inflated_bytes }) => (Some(hex::encode(sha256)), Some(inflated_bytes)),
        _ => (None, None),
    };
    let entry = entry.map(SplitPath::text);
    JudgedObject {
        kind,
        object,
        entry,
        chain,
        period: None,
        fate: Fate::Unproved,
        level: None,
        in_scope: true,
        sha256,
        inflated_bytes,
    }
}

fn fate_of(node: &Node<'_>) -> Fate {
    match node.status {
        Status::Signed(..) => Fate::Proved,
        Status::Invalid => Fate::Failed,
        Status::Unsigned => Fate::Unproved,
    }
}

fn level_of(node: &Node<'_>) -> Option<Level> {
    if let Status::Signed(_, level) = node.status { Some(level) } else { None }
}

/// The names of chains, of which each is written once however many objects bear it.
#[derive(Default)]
struct Chains<'a>(BTreeMap<ChainId<'a>, Arc<str>>);

impl<'a> Chains<'a> {
    fn id(&mut self, chain: &ChainId<'a>) -> Arc<str> {
        self.0.entry(*chain).or_insert_with(|| chain.to_string().into()).clone()
    }
}

impl Objects {
    /// Writes them down for another process of the same version of trailseal.
    pub fn to_bytes(&self) -> Vec<u8> {
        pack(self)
    }

    /// Reads what [`Objects::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// [`Error::Parcel`] if another version wrote it, or nobody did.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        unpack(bytes).map_err(|reason| Error::Parcel { reason })
    }
}
