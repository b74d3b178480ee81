//! Judging: the steps from what was admitted to what it proves; the rules of each stand in `docs/specification.md`.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::case::{Case, Policy};
use crate::evidence::lake;
use crate::evidence::lake::section::ResultSet;
use crate::evidence::trail::coverage::{self, Coverage};
use crate::evidence::trail::digests::Digest;
use crate::evidence::trail::files::{Entries, Held};
use crate::evidence::trail::graph::{self, Graph};
use crate::evidence::trail::logs::{self, Logs};
use crate::evidence::trail::metadata::ObjectMetadata;
use crate::evidence::trail::name::ChainId;
use crate::evidence::trail::place::Places;
use crate::evidence::trail::register::Register;
use crate::evidence::trail::root::evidence_root;
use crate::evidence::trail::section::EvidencePart;
use crate::evidence::trail::{self, chain};
use crate::evidence::{Exhibit, Facts};
use crate::terms::finding::Finding;
use crate::terms::ledger::Ledger;
use crate::terms::object::Object;
use crate::terms::path::{EntryPath, SplitPath};
use crate::terms::scope::Scope;
use crate::terms::spread::Spread;
use crate::trust::keyring::Keyring;
use crate::trust::list::KeyEntry;

/// What was admitted, by what it is.
pub(crate) struct Admitted<'a> {
    pub(crate) entries: Entries<'a>,
    pub(crate) keys: Vec<(&'a EntryPath, &'a KeyEntry)>,
    pub(crate) metadata: Vec<&'a ObjectMetadata>,
    /// The chains that its digest files claim to belong to.
    pub(crate) chains: Vec<ChainId<'a>>,
}

impl<'a> Admitted<'a> {
    pub(crate) fn sort_out(register: &'a Register, exhibits: &'a [Exhibit]) -> Self {
        let mut admitted =
            Self { entries: Entries::of(register, exhibits), keys: Vec::new(), metadata: Vec::new(), chains: Vec::new() };
        for Exhibit { path, facts, .. } in exhibits {
            match facts {
                Facts::Keys(list) => admitted.keys.extend(list.entries.iter().map(|entry| (path, entry))),
                Facts::Trail(trail::Facts::Metadata(found)) => admitted.metadata.extend(found.iter()),
                // Links have been followed, and folders compared with files.
                Facts::Trail(_)
                | Facts::Lake(_)
                | Facts::Ignored(_)
                | Facts::Link(_)
                | Facts::Refused
                | Facts::Folder
                | Facts::Told => {}
            }
        }
        admitted.chains = graph::chains(admitted.digests());
        admitted
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

/// A judged case. Its parts borrow from each other, so it is lent, and goes when it was told from.
pub(crate) struct Judgement<'j> {
    pub(crate) policy: &'j Policy,
    /// How many entries were admitted, those that are no evidence too.
    pub(crate) entry_count: u64,
    /// How many of these are no evidence.
    pub(crate) ignored_count: u64,
    pub(crate) admitted: &'j Admitted<'j>,
    pub(crate) keyring: &'j Keyring,
    pub(crate) graph: &'j Graph<'j>,
    pub(crate) logs: &'j Logs<'j>,
    /// Of each chain, in the order of the graph's.
    pub(crate) coverages: Vec<Coverage>,
    pub(crate) lake: &'j lake::judge::Files<'j>,
    pub(crate) result_sets: Vec<ResultSet>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) evidence_root: String,
    pub(crate) evidence_parts: Vec<EvidencePart>,
}

impl Case {
    /// Judges the case on the threads over which `spread` spreads work, and lends what comes of it to `tell`.
    pub(crate) fn judge<T>(mut self, policy: &Policy, spread: &Spread<'_>, tell: impl FnOnce(Judgement<'_>) -> T) -> T {
        let scope = &policy.scope;
        let mut ledger = Ledger::new(&policy.weights);
        // 1. Links followed, and everything in its order.
        self.settle();
        let admitted = Admitted::sort_out(&self.register, &self.exhibits);
        // 2. Where it lies, which digest files there are, and which of them name each other.
        let (places, mut graph) = survey(&admitted, scope);
        // 3. Whose keys vouch.
        let lake = result_sets(&self.exhibits);
        let stated: BTreeSet<&str> = admitted.digests().map(Digest::fingerprint).chain(lake.fingerprints()).collect();
        let keyring = Keyring::gather(&policy.trust, &admitted.keys, &stated, &mut ledger);
        // 4. What is signed. Nothing waits for the evidence root: it is computed beside the signatures.
        let root = OnceLock::new();
        let root = || root.get_or_init(|| evidence_root(&admitted.entries));
        graph.authenticate(&keyring, &|count, work| {
            spread(count.saturating_add(1), &|index| match index.checked_sub(1) {
                None => drop(root()),
                Some(index) => work(index),
            });
        });
        // 5. The chains, and what they say.
        let (chains, of_nodes) = graph.tell_chains_apart();
        graph.follow_chains(&chains, &of_nodes);
        graph.leave_scope_unsigned();
        graph.unopened = self.exhibits.iter().find(|exhibit| exhibit.is_unopened()).map(|exhibit| &exhibit.path);
        chain::judge(&graph, &keyring, &places, scope, spread, &mut ledger);
        // 6. The log files that they list.
        let listings = logs::listings(&graph);
        let logs = logs::judge(&graph, &listings, &admitted.entries, &places, scope, &mut ledger);
        // 7. What was asked, and is not covered.
        let coverages: Vec<Coverage> =
            graph.by_chain().map(|(_, nodes)| coverage::judge_chain(nodes, scope, &mut ledger)).collect();
        coverage::judge_absences(&graph, scope, &mut ledger);
        // 8. The result sets of CloudTrail Lake, which no chain knows of.
        let result_sets = lake.judge(&keyring, graph.unopened, scope, spread, &mut ledger);
        // 9. What the entries themselves showed.
        self.judge_entries(&admitted, &graph, &logs, scope, &mut ledger);
        // 10. What is said of the whole, and of keys that nobody needed.
        self.judge_whole(&admitted, &graph, scope, &mut ledger);
        let needed: BTreeSet<&str> = graph.nodes.iter().map(|node| node.digest.fingerprint()).chain(lake.fingerprints()).collect();
        keyring.judge_unused(&needed, &mut ledger);
        let (evidence_root, evidence_parts) = root().clone();
        tell(Judgement {
            policy,
            entry_count: self.entry_count(),
            ignored_count: self.ignored.values().fold(0, |sum, count| sum.saturating_add(*count)),
            admitted: &admitted,
            keyring: &keyring,
            graph: &graph,
            logs: &logs,
            coverages,
            result_sets,
            lake: &lake,
            findings: ledger.close(),
            evidence_root,
            evidence_parts,
        })
    }
}

fn result_sets(exhibits: &[Exhibit]) -> lake::judge::Files<'_> {
    lake::judge::Files::of(exhibits.iter().filter_map(|Exhibit { path, facts, .. }| match facts {
        Facts::Lake(facts) => Some((path, facts)),
        _ => None,
    }))
}

/// Step 2, for those who verify nothing, too.
pub(crate) fn survey<'s>(admitted: &'s Admitted<'s>, scope: &'s Scope) -> (Places<'s>, Graph<'s>) {
    let places = Places::survey(admitted.paths(), admitted.asked_objects(scope), scope);
    let graph = Graph::build(&admitted.entries, &admitted.chains, &admitted.metadata, &places, scope);
    (places, graph)
}

#[cfg(test)]
mod tests {
    use trailseal_forge::archive::Archive;

    use super::*;
    use crate::evidence::content::Content;
    use crate::evidence::examine;
    use crate::forged::{case_of, log, trail};
    use crate::terms::finding::Code;
    use crate::terms::limits::Limits;
    use crate::terms::reason::Reason;

    #[test]
    fn files_with_and_without_notes_stand_in_one_order() {
        let plain = ["b", "a", "c"].iter().flat_map(|folder| ["1", "2", "3"].map(|content| log(folder, content)));
        let mut all: Vec<Exhibit> = plain.collect();
        all.extend(
            [("a", "2"), ("b", "0"), ("d", "1"), ("a0", "1")]
                .map(|(folder, content)| log(folder, content).with_note(Code::ContainerTruncated, Reason::CutOff)),
        );
        all.push(Exhibit { facts: Facts::Trail(trail::Facts::Log(Content::Unread)), ..log("b", "") });
        for folder in ["b", "a"] {
            let archive = Archive::of(&[&trail("2026-03-01T00:01:31Z").chain(&[0, 0])]);
            for entry in archive.entries.iter().filter(|entry| entry.path.contains("Digest_")).take(2) {
                let path = EntryPath::new(&format!("{folder}/{}", entry.path));
                all.push(examine(path, &entry.bytes, &Limits::default()));
            }
        }
        let noted = all.pop().unwrap().with_note(Code::ContainerTruncated, Reason::CutOff);
        all.push(noted);
        let case = case_of(all.clone());
        assert_eq!((case.register.len(), case.exhibits.len()), (12, 6));
        all.sort();
        let admitted = Admitted::sort_out(&case.register, &case.exhibits);
        let found: Vec<_> = admitted.entries.iter().map(|entry| (entry.path.join(), entry.content, entry.is_sound)).collect();
        let expected = all.iter().map(|exhibit| match &exhibit.facts {
            Facts::Trail(trail::Facts::Log(content) | trail::Facts::Digest(content, _)) => {
                (exhibit.path.clone(), *content, exhibit.notes.is_empty())
            }
            _ => panic!("{exhibit:?}"),
        });
        assert_eq!(found, expected.collect::<Vec<_>>());
    }
}
