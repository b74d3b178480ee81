//! Links in archives, followed to the entries to which they lead.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::evidence::{Exhibit, Facts, IgnoredKind, is_read, trail};
use crate::terms::finding::Code;
use crate::terms::path::{EntryPath, Separator, SplitPath};
use crate::terms::reason::Reason;

/// How many links one after the other are followed.
const MAX_STEPS: usize = 40;

/// How many links may lead to one entry. A log file's facts are a hash; those of other files are as large as the files, and each link
/// copies them.
const MOST_COPIES: usize = 16;

impl Case {
    /// A link is the entry to which it leads, under another name; one to a folder is only counted, because the files in it are
    /// examined where they are. Where several different entries bear the name to which it leads, programs differ in which one they
    /// take, so none is. What programs would write through a link, or find in the place of a file, is told.
    pub(super) fn follow_links(&mut self) {
        let mut folders: Vec<Exhibit> = self.exhibits.extract_if(.., |exhibit| matches!(exhibit.facts, Facts::Folder)).collect();
        let mut links: Vec<Exhibit> = self.exhibits.extract_if(.., |exhibit| matches!(exhibit.facts, Facts::Link(_))).collect();
        if links.is_empty() && folders.is_empty() {
            return;
        }
        links.sort();
        folders.sort();
        let registered = self.registered_at_ends(&links, &folders);
        let registered_paths = (0..self.register.len()).filter_map(|row| self.register.path(row));
        let tree = Tree::of(&links, self.exhibits.iter().chain(&registered), registered_paths);
        let mut admitted = tree.tell_of_links(&links);
        admitted.extend(tree.tell_of_folders(&folders));
        let (followed, counted) = tree.follow(&links);
        admitted.extend(followed);
        admitted.into_iter().for_each(|exhibit| self.admit(exhibit));
        if counted > 0 {
            let count = self.ignored.entry(IgnoredKind::Other).or_default();
            *count = count.saturating_add(counted);
        }
    }

    /// What the register holds where a link or a named folder is, or where a link leads.
    fn registered_at_ends(&self, links: &[Exhibit], folders: &[Exhibit]) -> Vec<Exhibit> {
        let targets = links.iter().filter_map(|link| if let Facts::Link(target) = &link.facts { Some(target) } else { None });
        let paths = links.iter().chain(folders).map(|exhibit| &exhibit.path);
        let ends: BTreeSet<SplitPath<'_>> = targets.chain(paths).map(EntryPath::split).collect();
        let rows = (0..self.register.len()).filter(|row| self.register.path(*row).is_some_and(|path| ends.contains(&path)));
        rows.filter_map(|row| self.register.exhibit(row)).collect()
    }
}

/// What lies where, as far as links ask for it.
struct Tree<'a> {
    /// The exhibit at each path, links too; none where there are several.
    by_path: BTreeMap<&'a EntryPath, Option<&'a Exhibit>>,
    /// All paths with their names, and those of the register without, sorted: a folder is what some path goes on from, and those that do
    /// stand together. A set of all folders would be as large as all paths times their depth.
    inside: Vec<&'a [u8]>,
    /// What paths behind links begin with, sorted. Of links that lie behind others, the outermost are enough; then only the one before a
    /// path can be the one that it goes through.
    outermost: Vec<Vec<u8>>,
}

impl<'a> Tree<'a> {
    fn of(
        links: &'a [Exhibit],
        exhibits: impl Iterator<Item = &'a Exhibit>,
        registered_paths: impl Iterator<Item = SplitPath<'a>>,
    ) -> Self {
        let mut by_path: BTreeMap<&EntryPath, Option<&Exhibit>> = BTreeMap::new();
        for exhibit in links.iter().chain(exhibits) {
            let only = by_path.entry(&exhibit.path).or_insert(Some(exhibit));
            *only = only.filter(|only| *only == exhibit);
        }
        let mut inside: Vec<&[u8]> = by_path.keys().map(|path| path.as_bytes()).collect();
        inside.extend(registered_paths.map(|path| path.folder));
        inside.sort_unstable();
        inside.dedup();
        let mut outermost: Vec<Vec<u8>> = links.iter().map(|link| [link.path.as_bytes(), b"/"].concat()).collect();
        outermost.sort_unstable();
        outermost.dedup_by(|link, outer| link.starts_with(outer));
        Self { by_path, inside, outermost }
    }

    fn is_folder(&self, path: &EntryPath) -> bool {
        let start = [path.as_bytes(), b"/"].concat();
        let first = self.inside.partition_point(|path| *path < start.as_slice());
        self.inside.get(first).is_some_and(|path| path.starts_with(&start))
    }

    fn goes_through_link(&self, path: &EntryPath) -> bool {
        let before = self.outermost.partition_point(|link| link.as_slice() <= path.as_bytes()).checked_sub(1);
        before.and_then(|before| self.outermost.get(before)).is_some_and(|link| path.as_bytes().starts_with(link))
    }

    /// What programs would write through links, or find in their places.
    fn tell_of_links(&self, links: &[Exhibit]) -> Vec<Exhibit> {
        let mut told: Vec<Exhibit> = Vec::new();
        let mut tell = |path: &EntryPath, reason| told.push(Exhibit::told(path.clone(), Code::ArchiveEntryUnreadable, reason));
        let mut last = None;
        for link in links {
            let Facts::Link(target) = &link.facts else { continue };
            if last != Some(&link.path) && self.is_folder(&link.path) {
                tell(&link.path, Reason::LinkWithEntriesBehind);
            }
            if is_read(&link.path) {
                if last != Some(&link.path) && self.by_path.get(&link.path).is_some_and(Option::is_none) {
                    tell(&link.path, Reason::LinkAndEntry);
                }
            } else if !is_read(&EntryPath::normalise(&[link.path.as_bytes(), b"/x.json"].concat(), Separator::Slash).0) {
                tell(&link.path, Reason::LinkBelowUnread);
            } else if self.goes_through_link(target) || is_read(target) {
                tell(&link.path, Reason::LinkToEvidence);
            }
            last = Some(&link.path);
        }
        told
    }

    /// Folders that were named and lie where something else does.
    fn tell_of_folders(&self, folders: &[Exhibit]) -> impl Iterator<Item = Exhibit> {
        folders
            .iter()
            .filter(|folder| self.by_path.contains_key(&folder.path))
            .map(|folder| Exhibit::told(folder.path.clone(), Code::ArchiveEntryUnreadable, Reason::FolderAndEntry))
    }

    /// The entries that links are, and how many are only counted.
    fn follow(&self, links: &'a [Exhibit]) -> (Vec<Exhibit>, u64) {
        let mut copies: BTreeMap<&EntryPath, usize> = BTreeMap::new();
        let (mut followed, mut counted) = (Vec::new(), 0_u64);
        for link in links {
            let end = self.end_of(link);
            let path = link.path.clone();
            match &end.facts {
                Facts::Link(target) if target.inner().is_empty() || self.is_folder(target) => counted = counted.saturating_add(1),
                _ if !is_read(&path) => counted = counted.saturating_add(1),
                Facts::Link(_) => {
                    followed.push(Exhibit::refused(path, Code::ArchiveEntryUnreadable, Reason::LinkIntoNothing));
                }
                Facts::Trail(trail::Facts::Log(_) | trail::Facts::Stray(_)) | Facts::Refused | Facts::Told => {
                    followed.push(end.under(path))
                }
                _ => {
                    let copies = copies.entry(&end.path).or_default();
                    *copies = copies.saturating_add(1);
                    followed.push(if *copies > MOST_COPIES {
                        Exhibit::refused(path, Code::ArchiveLimit, Reason::ManyLinks { most: MOST_COPIES as u64 })
                    } else {
                        end.under(path)
                    });
                }
            }
        }
        (followed, counted)
    }

    /// The entry to which a link leads, or the link at which the way ends.
    fn end_of(&self, link: &'a Exhibit) -> &'a Exhibit {
        let (mut here, mut steps) = (link, 0_usize);
        while let Facts::Link(target) = &here.facts
            && let Some(Some(next)) = self.by_path.get(target).filter(|_| steps < MAX_STEPS)
        {
            here = next;
            steps = steps.saturating_add(1);
        }
        here
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forged::{LOG, case_of, log};

    #[test]
    fn links_lead_to_plain_log_files_and_to_their_folders() {
        let link = |path: &str, target: &str| Exhibit::link(EntryPath::new(path), EntryPath::new(target));
        let (there, here) = (format!("a/b/{LOG}"), format!("c/{LOG}"));
        let case = case_of([log("a/b", "1"), link(&here, &there), link("d.json", "a"), link("e.json", "a/b")]);
        let found: Vec<Exhibit> = (0..case.register.len()).filter_map(|row| case.register.exhibit(row)).collect();
        assert_eq!(found, [log("a/b", "1"), log("c", "1")]);
        assert_eq!((case.exhibits, case.ignored), (Vec::new(), [(IgnoredKind::Other, 2)].into()));
        let several = case_of([log("a/b", "1"), log("a/b", "2"), link(&here, &there)]);
        assert_eq!(several.exhibits.len(), 1, "of two contents none is taken");
        assert_eq!(several.exhibits[0].notes[0].code, Code::ArchiveEntryUnreadable);
    }
}
