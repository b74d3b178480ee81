//! What the entries themselves showed, and what is said of the whole.

use std::collections::BTreeMap;

use crate::case::Case;
use crate::case::judgement::Admitted;
use crate::container::visit::{WHOLE_ARCHIVE, WHOLE_FOLDER};
use crate::evidence::content::Note;
use crate::evidence::trail::continued::Continued;
use crate::evidence::trail::files::{Entry, Held};
use crate::evidence::trail::graph::Graph;
use crate::evidence::trail::logs::Logs;
use crate::evidence::trail::{self, Claim};
use crate::evidence::{self, Exhibit, Facts, Kind};
use crate::terms::finding::{About, Code, Effect};
use crate::terms::ledger::{Ledger, Raise};
use crate::terms::path::SplitPath;
use crate::terms::reason::Reason;
use crate::terms::scope::Scope;

/// What is said of the case as a whole is said of this.
const WHOLE_CASE: &str = "(case)";

/// What a note of an exhibit is about: an entry, or what stands for an archive or a folder as a whole.
fn about(exhibit: &Exhibit) -> About {
    match exhibit.path.as_bytes() {
        path if path == WHOLE_ARCHIVE.as_bytes() => About::Archive,
        path if path == WHOLE_FOLDER.as_bytes() => About::Folder,
        _ if matches!(evidence::classify(&exhibit.path), Kind::Container) => About::Archive,
        _ => About::Entry,
    }
}

/// What a note says. Notes that only inform are gathered by account and region.
fn raise_note(note: &Note, exhibit: &Exhibit, kind: Kind<'_>) -> Raise {
    let raise = Raise::new(note.code, about(exhibit), exhibit.path.text());
    let place = match kind {
        Kind::Trail(Claim::Digest(name)) => Some((name.chain.account, name.chain.region)),
        Kind::Trail(Claim::Log(name)) => Some((name.account, name.region)),
        _ => None,
    };
    match place.filter(|_| note.code.explain().effect == Effect::Informs) {
        Some((account, region)) => {
            raise.position(0).because(Reason::OfPlace { account: account.to_owned(), region: region.to_owned() })
        }
        None => raise.for_all_of(note.reasons.iter().cloned()),
    }
}

impl Case {
    /// What the entries themselves showed, in the scope of what they hold.
    pub(super) fn judge_entries(
        &self,
        admitted: &Admitted<'_>,
        graph: &Graph<'_>,
        logs: &Logs<'_>,
        scope: &Scope,
        ledger: &mut Ledger<'_>,
    ) {
        // One path may hold several contents; what is said about it is in scope if one of them is.
        let noted = || self.exhibits.iter().filter(|exhibit| !exhibit.notes.is_empty());
        let mut scopes: BTreeMap<SplitPath<'_>, Option<bool>> = noted().map(|exhibit| (exhibit.path.split(), None)).collect();
        // What serves for a listed log file is judged as one, whatever its name.
        let serves = |index: usize, entry: &Entry<'_>| entry.is_log() || logs.holder(index).is_some();
        let logs_in_scope = admitted.entries.iter().zip(&logs.in_scope).enumerate();
        let logs_in_scope = logs_in_scope.filter(|(index, (entry, _))| serves(*index, entry));
        let logs_in_scope = logs_in_scope.map(|(_, (entry, in_scope))| (entry.path, *in_scope));
        let digests_in_scope = graph.nodes.iter().flat_map(|node| graph.paths(node).map(|path| (path, node.in_scope)));
        let is_any_noted = !scopes.is_empty();
        for (path, in_scope) in logs_in_scope.chain(digests_in_scope).filter(|_| is_any_noted) {
            if let Some(known) = scopes.get_mut(&path) {
                *known = Some(known.unwrap_or(false) || in_scope);
            }
        }
        for exhibit in noted() {
            let kind = evidence::classify(&exhibit.path);
            let known = scopes.get(&exhibit.path.split()).copied().flatten();
            let in_scope = match kind {
                // What is told of no entry, or hides what it holds, concerns its archive.
                _ if matches!(exhibit.facts, Facts::Refused | Facts::Told) => true,
                Kind::Trail(Claim::Digest(name)) if !matches!(exhibit.facts, Facts::Trail(trail::Facts::Digest(_, Some(_)))) => {
                    known == Some(true) || scope.is_named(&name)
                }
                kind => known.unwrap_or_else(|| kind.is_asked(&exhibit.path, scope)),
            };
            // Notes about the form of a file that serves for nothing would only be noise.
            let serves_perhaps = match kind {
                Kind::Trail(Claim::Stray) => true,
                Kind::Trail(Claim::Unrecognised) => Continued::of(exhibit.path.file_name()).is_some(),
                _ => false,
            };
            let is_silent = |code: Code| serves_perhaps && known.is_none() && code.explain().effect == Effect::Refutes;
            let is_told = logs.unread.contains(&exhibit.path.split());
            let is_said = |code: Code| !(is_silent(code) || is_told && code == Code::ArchiveEntryUnrecognised);
            for note in exhibit.notes.iter().filter(|note| is_said(note.code)) {
                ledger.enter(raise_note(note, exhibit, kind).in_scope(in_scope));
            }
        }
    }

    pub(super) fn judge_whole(&self, admitted: &Admitted<'_>, graph: &Graph<'_>, scope: &Scope, ledger: &mut Ledger<'_>) {
        let is_any_digest = || admitted.entries.iter().any(|entry| matches!(entry.held, Held::Digest(_)));
        if graph.unread.is_empty() && !is_any_digest() {
            ledger.enter(Raise::new(Code::ArchiveEmpty, About::Case, WHOLE_CASE));
        }
        if scope.has_no_period() {
            ledger.enter(Raise::new(Code::CoveragePeriodUnstated, About::Case, WHOLE_CASE));
        }
        for (kind, count) in &self.ignored {
            ledger.enter(Raise::new(Code::ArchiveIgnored, About::Ignored, kind.name()).count(*count));
        }
        let strays = self.exhibits.iter().filter(|exhibit| {
            matches!(exhibit.facts, Facts::Trail(trail::Facts::Stray(_)))
                && evidence::classify(&exhibit.path) == Kind::Trail(Claim::Stray)
        });
        let strays = strays.count() as u64;
        if strays > 0 {
            ledger.enter(Raise::new(Code::ArchiveIgnored, About::Ignored, "json").count(strays));
        }
    }
}

#[cfg(test)]
mod tests {
    use trailseal_forge::archive::Archive;

    use crate::forged::{report, trail};
    use crate::{Code, Outcome, Request};

    #[test]
    fn what_hides_behind_a_log_file_refutes_under_whatever_name_it_serves() {
        let chain = trail("2026-03-01T00:01:31Z").chain(&[0, 1]);
        for end in ["", ".1", ".bak"] {
            let mut archive = Archive::of(&[&chain]);
            archive.edit(chain.log(1, 0), |bytes| bytes.extend_from_slice(b"behind the end"));
            archive.entry(chain.log(1, 0)).path.push_str(end);
            let report = report(&archive, &Request::default());
            let trailing = report.findings.iter().filter(|finding| finding.code == Code::ContainerTrailingData).count();
            assert_eq!((trailing, report.axes.integrity, report.counts.logs.failed), (1, Outcome::Failed, 1), "{end}");
        }
        let mut archive = Archive::of(&[&chain]);
        archive.put(&format!("{}.part", chain.log(1, 0)), [0x1f, 0x8b, 8]);
        let report = report(&archive, &Request::default());
        assert!(!report.findings.iter().any(|finding| finding.code == Code::ContainerTruncated), "it serves for nothing");
    }
}
