//! What an archive holds and what it lacks, without a verdict: no signature is checked and no content compared.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bytes::hash::fingerprint;
use crate::bytes::text::counted;
use crate::case::Case;
use crate::case::judgement::{Admitted, survey};
use crate::evidence::trail::fetch::{Lack, missing_keys, sidecar_command};
use crate::evidence::trail::files::Entries;
use crate::evidence::trail::graph::Graph;
use crate::evidence::trail::name::{DigestKind, LogKind};
use crate::evidence::trail::section::MissingKey;
use crate::evidence::{Exhibit, IgnoredKind};
use crate::terms::finding::Code;
use crate::terms::reason::{Reason, in_words};
use crate::terms::scope::Scope;
use crate::terms::spans::Spans;
use crate::terms::time::{MINUTE_SECONDS, Period};
use crate::trust::Trust;

/// What is in an archive, by what its files claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Inventory {
    /// All entries.
    pub entries: u64,
    /// Chains of digest files, sorted.
    pub chains: Vec<ChainClaim>,
    /// Log files by account, region and kind.
    pub logs: Vec<LogClaim>,
    /// Keys in the archive's own key lists; they prove nothing by themselves.
    pub enclosed_keys: u64,
    /// Digest files whose metadata was handed over.
    pub metadata: u64,
    /// Digest files by their names that are here and could not be read.
    pub unread_digests: u64,
    /// What was not understood or not read, with the reason; one line for all that share it.
    pub unreadable: Vec<String>,
    /// Entries that are no evidence, by kind.
    pub ignored: Vec<(String, u64)>,
    /// Digest files for which no signature is in the archive, with the command that fetches it.
    pub missing_signatures: Vec<MissingSignature>,
    /// Keys that digest files name and the verifier does not have.
    pub missing_keys: Vec<MissingKey>,
    /// What to run for each of these keys, in their order; put the output into a file named `REGION.json`.
    pub key_commands: Vec<String>,
}

/// One chain, by the names and contents of its digest files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChainClaim {
    /// As in a report.
    pub id: String,
    /// Normal or backfill.
    pub kind: DigestKind,
    /// Digest files.
    pub digests: u64,
    /// From the first to the last.
    pub extent: Period,
    /// Log files that they list.
    pub listed_logs: u64,
    /// Stretches within the extent for which no digest file is there.
    pub holes: Vec<Period>,
}

/// Log files of one account, region and kind, by their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LogClaim {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The kind.
    pub kind: LogKind,
    /// How many.
    pub count: u64,
    /// From the first delivery to the last.
    pub extent: Period,
}

/// A digest file without a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MissingSignature {
    /// The object.
    pub object: String,
    /// What fetches its metadata, to be put beside the file; absent if its names are too odd to be pasted.
    pub command: Option<String>,
}

impl Inventory {
    /// Looks at a case that was settled: so many entries, of which `exhibits` are those that may have notes. `trust` tells which keys the
    /// verifier already has.
    pub(crate) fn of(
        entries: u64,
        admitted: &Admitted<'_>,
        exhibits: &[Exhibit],
        ignored: &BTreeMap<IgnoredKind, u64>,
        trust: &Trust,
    ) -> Self {
        let scope = Scope::default();
        let (_, mut graph) = survey(admitted, &scope);
        let (chain_ids, of_nodes) = graph.tell_chains_apart();
        graph.follow_chains(&chain_ids, &of_nodes);
        let own: Vec<String> = trust.keys.iter().filter_map(|entry| entry.der.as_deref().map(fingerprint)).collect();
        let lacking = |fingerprint: &str| !own.iter().any(|own| own == fingerprint);
        let lacking = graph.nodes.iter().filter(|node| lacking(node.digest.fingerprint())).map(Lack::of);
        let missing_keys = missing_keys(lacking);
        let unsigned = graph.nodes.iter().filter(|node| graph.signatures(node).next().is_none());
        Self {
            entries,
            chains: chains(&graph),
            logs: logs(&admitted.entries),
            enclosed_keys: admitted.keys.iter().map(|(_, entry)| entry.count()).fold(0, u64::saturating_add),
            metadata: graph.nodes.iter().filter(|node| !node.metadata.is_empty()).count() as u64,
            unread_digests: graph.unread.len() as u64,
            unreadable: unreadable(exhibits),
            ignored: ignored.iter().map(|(kind, count)| (IgnoredKind::in_words(kind.name()).to_owned(), *count)).collect(),
            missing_signatures: unsigned
                .map(|node| MissingSignature { object: node.subject(), command: sidecar_command(node.digest.object()) })
                .collect(),
            key_commands: MissingKey::commands(&missing_keys),
            missing_keys,
        }
    }
}

fn chains(graph: &Graph<'_>) -> Vec<ChainClaim> {
    let claims = graph.by_chain().filter_map(|(id, nodes)| {
        let covered = Spans::union(nodes.iter().map(|node| node.digest.period()));
        let extent = Period { from: covered.first()?, to: covered.last()? };
        let holes = Spans::union([extent]).without(&covered).into_periods();
        Some(ChainClaim {
            id: id.to_string(),
            kind: id.kind,
            digests: nodes.len() as u64,
            extent,
            listed_logs: nodes.iter().map(|node| node.digest.log_count() as u64).sum(),
            holes: if id.kind == DigestKind::Normal { holes } else { Vec::new() },
        })
    });
    claims.collect()
}

fn logs(entries: &Entries<'_>) -> Vec<LogClaim> {
    let mut claims: BTreeMap<(&str, &str, LogKind), (u64, Period)> = BTreeMap::new();
    for name in entries.iter().filter_map(|entry| entry.log_name()) {
        let minute = Period { from: name.time, to: name.time.plus(MINUTE_SECONDS) };
        let (count, extent) = claims.entry((name.account, name.region, name.kind)).or_insert((0, minute));
        *count = count.saturating_add(1);
        *extent = Period { from: extent.from.min(minute.from), to: extent.to.max(minute.to) };
    }
    let claim = |((account, region, kind), (count, extent)): ((&str, &str, _), _)| LogClaim {
        account: account.to_owned(),
        region: region.to_owned(),
        kind,
        count,
        extent,
    };
    claims.into_iter().map(claim).collect()
}

/// What a report would call unreadable, refused or malformed.
fn unreadable(exhibits: &[Exhibit]) -> Vec<String> {
    let telling = exhibits.iter().flat_map(|exhibit| exhibit.notes.iter().map(move |note| (exhibit, note)));
    let mut alike: BTreeMap<(Code, &[Reason]), Vec<&Exhibit>> = BTreeMap::new();
    for (exhibit, note) in telling.filter(|(_, note)| !note.code.name().starts_with("container.")) {
        alike.entry((note.code, note.reasons.as_slice())).or_default().push(exhibit);
    }
    let lines = alike.into_iter().filter_map(|((code, reasons), exhibits)| {
        let path = exhibits.first()?.path.text();
        let others = match (exhibits.len() as u64).saturating_sub(1) {
            0 => String::new(),
            more => format!(" and {}", counted(more, "other entry", "other entries")),
        };
        Some(match reasons {
            [] => format!("{path}{others}: {code}"),
            reasons => format!("{path}{others}: {code} ({})", in_words(reasons)),
        })
    });
    lines.collect()
}

impl Case {
    /// Says what the case holds and lacks; nothing is verified.
    pub fn inspect(mut self, trust: &Trust) -> Inventory {
        self.settle();
        let admitted = Admitted::sort_out(&self.register, &self.exhibits);
        Inventory::of(self.entry_count(), &admitted, &self.exhibits, &self.ignored, trust)
    }
}

#[cfg(test)]
mod tests {
    use trailseal_forge::archive::Archive;

    use super::*;
    use crate::evidence::examine;
    use crate::forged::trail;
    use crate::{Case, EntryPath, Limits, Outcome, Request};

    /// Digest files that are there and cannot be read, in their container or by their names, are not absent: neither here nor in a report.
    #[test]
    fn what_cannot_be_read_is_not_absent() {
        let archive = Archive::of(&[&trail("2026-03-01T00:01:31Z").chain(&[1, 0, 1])]);
        let digests = archive.entries.iter().filter(|entry| entry.path.contains("-Digest_") && entry.path.ends_with(".gz")).count();
        let case = |is_renamed: bool| {
            let mut case = Case::new();
            for entry in &archive.entries {
                let path = EntryPath::new(&entry.path);
                case.admit(match (entry.path.contains("-Digest_"), is_renamed) {
                    (false, _) => examine(path, &entry.bytes, &Limits::default()),
                    (true, false) => Exhibit::refused(path, Code::ArchiveEntryUnreadable, Reason::CutOff),
                    (true, true) if entry.path.ends_with(".head.json") => continue,
                    (true, true) => examine(EntryPath::new(&format!("{}.xz", entry.path)), b"?", &Limits::default()),
                });
            }
            case
        };
        let request = Request { accounts: vec!["111122223333".to_owned()], ..Request::default() };
        let policy = request.policy(Trust::default()).unwrap();
        for is_renamed in [false, true] {
            let found = case(is_renamed).inspect(&Trust::default());
            assert_eq!((found.chains.len(), found.unread_digests), (0, digests as u64));
            assert!(found.unreadable.len() <= 2, "{:?}", found.unreadable);
            let report = case(is_renamed).conclude(&policy);
            assert_eq!(report.overall, Outcome::Indeterminate);
            let said =
                |code: Code| report.findings.iter().find(|finding| finding.code == code).map(|finding| in_words(&finding.reasons));
            assert_eq!(said(Code::ArchiveEmpty), None);
            for code in [Code::CoverageAbsent, Code::LogUnreferenced] {
                assert!(said(code).is_some_and(|detail| detail.contains("could not be read")), "{code}");
            }
        }
    }
}
