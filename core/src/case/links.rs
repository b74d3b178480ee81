//! Links in archives, followed to the entries to which they lead.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::evidence::{Exhibit, Facts, IgnoredKind, is_read, trail};
use crate::terms::finding::Code;
use crate::terms::path::{EntryPath, Separator, SplitPath};

impl Case {
    /// A link is the entry to which it leads, under another name; one to a folder is only counted, because the files in it are
    /// examined where they are. Where several different entries bear the name to which it leads, programs differ in which one they
    /// take, so none is. What programs would write through a link, or find in the place of a file, is told.
    pub(super) fn follow_links(&mut self) {
        const MAX_STEPS: usize = 40;
        // A log file's facts are a hash; those of other files are as large as the files, and each link copies them.
        const MOST_COPIES: usize = 16;
        let mut folders_named: Vec<Exhibit> =
            self.exhibits.extract_if(.., |exhibit| matches!(exhibit.facts, Facts::Folder)).collect();
        let mut links: Vec<Exhibit> = self.exhibits.extract_if(.., |exhibit| matches!(exhibit.facts, Facts::Link(_))).collect();
        if links.is_empty() && folders_named.is_empty() {
            return;
        }
        links.sort();
        folders_named.sort();
        let targets =
            links.iter().filter_map(|link| if let Facts::Link(target) = &link.facts { Some(target.split()) } else { None });
        let paths = links.iter().chain(&folders_named).map(|exhibit| exhibit.path.split());
        let targets: BTreeSet<SplitPath<'_>> = targets.chain(paths).collect();
        let rows = || (0..self.register.len()).filter_map(|row| Some((row, self.register.path(row)?)));
        let registered = rows().filter(|(_, path)| targets.contains(path)).filter_map(|(row, _)| self.register.exhibit(row));
        let registered: Vec<Exhibit> = registered.collect();
        // None where there are several.
        let mut by_path: BTreeMap<&EntryPath, Option<&Exhibit>> = BTreeMap::new();
        for exhibit in links.iter().chain(&self.exhibits).chain(&registered) {
            let only = by_path.entry(&exhibit.path).or_insert(Some(exhibit));
            *only = only.filter(|only| *only == exhibit);
        }
        let mut copies: BTreeMap<&EntryPath, usize> = BTreeMap::new();
        // A folder is what some path goes on from. Sorted, those that do stand together; a set of all folders would be as large as all
        // paths times their depth.
        let mut inside: Vec<&[u8]> = by_path.keys().map(|path| path.as_bytes()).collect();
        inside.extend(rows().map(|(_, path)| path.folder));
        inside.sort_unstable();
        inside.dedup();
        let is_folder = |target: &EntryPath| {
            let start = [target.as_bytes(), b"/"].concat();
            let first = inside.partition_point(|path| *path < start.as_slice());
            inside.get(first).is_some_and(|path| path.starts_with(&start))
        };
        // Of links that lie behind others, the outermost are enough; then only the one before a path can be the one that it goes through.
        let mut outermost: Vec<Vec<u8>> = links.iter().map(|link| [link.path.as_bytes(), b"/"].concat()).collect();
        outermost.sort_unstable();
        outermost.dedup_by(|link, outer| link.starts_with(outer));
        let goes_through_link = |target: &EntryPath| {
            let before = outermost.partition_point(|link| link.as_slice() <= target.as_bytes()).checked_sub(1);
            before.and_then(|before| outermost.get(before)).is_some_and(|link| target.as_bytes().starts_with(link))
        };
        let mut followed: Vec<Exhibit> = Vec::new();
        let mut told = |path: &EntryPath, detail| followed.push(Exhibit::told(path.clone(), Code::ArchiveEntryUnreadable, detail));
        let mut last = None;
        for link in &links {
            let Facts::Link(target) = &link.facts else { continue };
            if last != Some(&link.path) && is_folder(&link.path) {
                told(&link.path, "a link, and other entries lie behind it");
            }
            if is_read(&link.path) {
                if last != Some(&link.path) && by_path.get(&link.path).is_some_and(Option::is_none) {
                    told(&link.path, "a link has its name, and another entry");
                }
            } else if !is_read(&EntryPath::normalise(&[link.path.as_bytes(), b"/x.json"].concat(), Separator::Slash).0) {
                told(&link.path, "a link under a name below which nothing is read: some programs write through it");
            } else if goes_through_link(target) || is_read(target) {
                told(&link.path, "a link to evidence, under a name that is none: some programs write through it");
            }
            last = Some(&link.path);
        }
        for folder in &folders_named {
            if by_path.contains_key(&folder.path) {
                told(&folder.path, "a folder has its name, and another entry");
            }
        }
        let mut counted = 0_u64;
        for link in &links {
            let mut here = link;
            let mut steps = 0;
            while let Facts::Link(target) = &here.facts
                && let Some(Some(next)) = by_path.get(target).filter(|_| steps < MAX_STEPS)
            {
                here = next;
                steps = steps.saturating_add(1);
            }
            let path = link.path.clone();
            match &here.facts {
                Facts::Link(target) if target.inner().is_empty() || is_folder(target) => {
                    counted = counted.saturating_add(1);
                }
                _ if !is_read(&path) => counted = counted.saturating_add(1),
                Facts::Link(_) => {
                    let detail = "a link that leads to no entry that was read, or to several";
                    followed.push(Exhibit::refused(path, Code::ArchiveEntryUnreadable, detail));
                }
                Facts::Trail(trail::Facts::Log(_) | trail::Facts::Stray(_)) | Facts::Refused | Facts::Told => {
                    followed.push(here.under(path))
                }
                _ => {
                    let copies = copies.entry(&here.path).or_default();
                    *copies = copies.saturating_add(1);
                    followed.push(if *copies > MOST_COPIES {
                        Exhibit::refused(path, Code::ArchiveLimit, format!("more than {MOST_COPIES} links lead to one entry"))
                    } else {
                        here.under(path)
                    });
                }
            }
        }
        followed.into_iter().for_each(|exhibit| self.admit(exhibit));
        if counted > 0 {
            let count = self.ignored.entry(IgnoredKind::Other).or_default();
            *count = count.saturating_add(counted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::examine;
    use crate::terms::limits::Limits;

    const LOG: &str = "111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json";

    fn case_of(exhibits: impl IntoIterator<Item = Exhibit>) -> Case {
        let mut case = Case::new();
        exhibits.into_iter().for_each(|exhibit| case.admit(exhibit));
        case.settle();
        case
    }

    fn log(folder: &str, content: &str) -> Exhibit {
        let mut exhibit = examine(EntryPath::new(&format!("{folder}/{LOG}")), content.as_bytes(), &Limits::default());
        exhibit.notes.clear();
        exhibit
    }

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
