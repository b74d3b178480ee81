//! Where entries lie, compared with where objects were: the one place that knows wrappers, cut trees and renamings.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::trail::files::Copies;
use crate::evidence::trail::metadata::ObjectMetadata;
use crate::terms::object::{self, Object};
use crate::terms::path::{self, SplitPath};
use crate::terms::scope::{Relocation, Scope};

/// How the evidence of a case lies in its archive.
pub(crate) struct Places<'a> {
    relocations: &'a [Relocation],
    /// The folders at the top that all evidence shares.
    wrapper: Vec<&'a [u8]>,
    /// Digest keys that stand in more than one bucket, as folder and name.
    shared_keys: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Places<'a> {
    /// Looks at all digest and log entries, and at the objects that digest files claim to be.
    pub(crate) fn survey(
        evidence: impl Iterator<Item = SplitPath<'a>>,
        digests: impl Iterator<Item = Object<'a>> + Clone,
        scope: &'a Scope,
    ) -> Self {
        // Of what was asked, by its names, and of all: what was not asked must not take a wrapper away from what was.
        let mut shared: [Option<Vec<&[u8]>>; 2] = [None, None];
        let mut last = [None; 2];
        for path in evidence {
            // What lies beside the one before it shares as much.
            let is_new = |last: &Option<&[u8]>| *last != Some(path.folder);
            if is_new(&last[0]) && scope.is_path_asked(path) {
                last[0] = Some(path.folder);
                share(&mut shared[0], path);
            }
            if is_new(&last[1]) {
                last[1] = Some(path.folder);
                share(&mut shared[1], path);
            }
        }
        let [of_asked, of_all] = shared;
        let common = of_asked.or(of_all);
        let mut shared_keys = BTreeSet::new();
        let mut buckets = digests.clone().map(|object| object.bucket);
        // Nearly always there is but one.
        if buckets.next().is_some_and(|first| buckets.any(|bucket| bucket != first)) {
            let mut objects: Vec<Object<'_>> = digests.collect();
            objects.sort_by(|one, other| one.by_key(other));
            let doubled = objects.windows(2).filter_map(|pair| match pair {
                [one, other] if one.has_key_of(other) && one.bucket != other.bucket => Some((one.folder, one.name)),
                _ => None,
            });
            shared_keys.extend(doubled);
        }
        Self { relocations: &scope.relocations, wrapper: common.unwrap_or_default(), shared_keys }
    }

    /// True if the entry's folders are those of the object, as far as both go, or a stated renaming leads there.
    pub(crate) fn agree(&self, path: SplitPath<'_>, object: Object<'_>) -> bool {
        if lies_in(path.folder, object.folder) {
            return true;
        }
        let folders = path.folders();
        let mut inner = folders.clone();
        // What does not lie in the wrapper is not taken out of it.
        if inner.clone().take(self.wrapper.len()).eq(self.wrapper.iter().copied()) {
            inner.by_ref().take(self.wrapper.len()).for_each(drop);
        }
        let agree = |folder: &str| {
            let key_folders = object::key_folders(folder);
            path::folders_agree(folders.clone(), key_folders.clone()) || path::folders_agree(inner.clone(), key_folders)
        };
        agree(object.folder) || self.renamed(object).any(|(_, key)| agree(object::folder_of(&key)))
    }

    /// True if path and object [`agree`](Self::agree), and where two buckets hold the digest's key, its own bucket's name is a folder
    /// above it.
    pub(crate) fn agree_with_digest(&self, path: SplitPath<'_>, object: Object<'_>) -> bool {
        self.agree(path, object) && (!self.shared_keys.contains(&(object.folder, object.name)) || self.names_bucket(path, object))
    }

    /// True if a folder above the object's key bears its bucket's name, or the name of the bucket that it was moved to.
    pub(crate) fn names_bucket(&self, path: SplitPath<'_>, object: Object<'_>) -> bool {
        let folders = path.folders();
        let names = |bucket: &str, folder: &str| {
            let above = folders.clone().count().saturating_sub(object::key_folders(folder).count());
            folders.clone().take(above).any(|folder| folder == bucket.as_bytes())
        };
        names(object.bucket, object.folder) || self.renamed(object).any(|(bucket, key)| names(&bucket, object::folder_of(&key)))
    }

    /// Where the stated renamings put an object: bucket and key.
    fn renamed(&self, object: Object<'_>) -> impl Iterator<Item = (String, String)> {
        self.relocations.iter().filter_map(move |rule| rule.apply(object.bucket, &object.key()))
    }
}

/// Leaves of the folders that some paths share those that this one shares, too.
fn share<'a>(common: &mut Option<Vec<&'a [u8]>>, path: SplitPath<'a>) {
    match common {
        None => *common = Some(path.folders().collect()),
        Some(common) => {
            let shared = common.iter().zip(path.folders()).take_while(|(one, other)| **one == *other).count();
            common.truncate(shared);
        }
    }
}

/// True if a path's folders end with those of a key, letter by letter, as they do where nobody changed them. Then they agree, whatever
/// stands above: a shortcut.
fn lies_in(folder: &[u8], of_key: &str) -> bool {
    folder.strip_suffix(of_key.as_bytes()).is_some_and(|above| above.is_empty() || above.ends_with(b"/"))
}

/// How many different statements about digest files of one name are kept. The copies of one key in a few buckets, each told by
/// several exports, are far fewer; without a bound, many rows would be tried on each of many contents of one object.
const MOST_STATEMENTS: usize = 8;

/// Which metadata belongs to which digest file. What stands beside an entry or bears an object's whole key belongs there;
/// what is left may belong where trees or listings were cut off.
pub(crate) struct Assignment<'m, 'a> {
    by_name: BTreeMap<&'a [u8], Vec<&'a ObjectMetadata>>,
    taken: BTreeSet<&'a ObjectMetadata>,
    places: &'m Places<'a>,
}

impl<'m, 'a> Assignment<'m, 'a> {
    /// Sorts metadata by the digest files, each given with the entries that hold it.
    pub(crate) fn new<'h>(
        metadata: &[&'a ObjectMetadata],
        digests: impl Iterator<Item = Copies<'h, 'a>>,
        places: &'m Places<'a>,
    ) -> Self
    where
        'a: 'h,
    {
        let mut by_name: BTreeMap<&[u8], Vec<&ObjectMetadata>> = BTreeMap::new();
        for one in metadata {
            by_name.entry(path::without_gz(one.path.file_name())).or_default().push(one);
        }
        for alike in by_name.values_mut() {
            alike.sort();
            alike.dedup();
            alike.truncate(MOST_STATEMENTS);
        }
        let mut assignment = Self { by_name, taken: BTreeSet::new(), places };
        for copies in digests.take_while(|_| !metadata.is_empty()) {
            if assignment.is_any_named(copies) {
                let exact = assignment.exact(copies);
                assignment.taken.extend(exact);
            }
        }
        assignment
    }

    /// True if some metadata bears the name of a digest file or of its entries. Of nearly all there is none, and one look is enough.
    fn is_any_named(&self, copies: Copies<'_, 'a>) -> bool {
        let name = copies.digest.name().as_bytes();
        let is_named = |name: &[u8]| self.by_name.contains_key(path::without_gz(name));
        is_named(name) || copies.paths().any(|path| path.name != name && is_named(path.name))
    }

    /// The metadata of a digest file.
    pub(crate) fn of(&self, copies: Copies<'_, 'a>) -> Vec<&'a ObjectMetadata> {
        if !self.is_any_named(copies) {
            return Vec::new();
        }
        let mut found = self.exact(copies);
        if found.is_empty() {
            for path in copies.paths() {
                let near = |metadata: &&ObjectMetadata| path::folders_agree(metadata.path.folders(), path.folders());
                found.extend(self.free(path.name).filter(near));
            }
        }
        if found.is_empty() {
            let object = copies.digest.object();
            let agrees = |metadata: &&ObjectMetadata| self.places.agree(metadata.path.split(), object);
            found.extend(self.free(object.name.as_bytes()).filter(agrees));
        }
        found.sort();
        found.dedup();
        found
    }

    fn exact(&self, copies: Copies<'_, 'a>) -> Vec<&'a ObjectMetadata> {
        let object = copies.digest.object();
        let mut found: Vec<&ObjectMetadata> = Vec::new();
        for path in copies.paths() {
            found.extend(self.named(path.name).filter(|metadata| metadata.path.folders().eq(path.folders())));
        }
        if found.is_empty() {
            let bears_key = |metadata: &&ObjectMetadata| {
                let (key, inner) = (object.key(), metadata.path.inner());
                inner == key.as_bytes() || inner == format!("{}/{key}", object.bucket).as_bytes()
            };
            found.extend(self.named(object.name.as_bytes()).filter(bears_key));
        }
        found
    }

    fn named(&self, name: &[u8]) -> impl Iterator<Item = &'a ObjectMetadata> {
        self.by_name.get(path::without_gz(name)).into_iter().flatten().copied()
    }

    fn free(&self, name: &[u8]) -> impl Iterator<Item = &'a ObjectMetadata> {
        self.named(name).filter(|metadata| !self.taken.contains(metadata))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use trailseal_forge::archive::Archive;

    use super::*;
    use crate::forged::{report, trail};
    use crate::terms::path::EntryPath;
    use crate::{Outcome, Request};

    proptest! {
        #[test]
        fn what_lies_in_its_folders_agrees_with_them(
            above in "([ab./]|//){0,6}", of_key in "([ab./]|//){0,6}", change in 0_usize..4,
        ) {
            let folder = match change {
                0 => of_key.clone(),
                1 => format!("{above}{of_key}"),
                2 => format!("{above}/{of_key}"),
                _ => above.clone(),
            };
            // As entries come: normal inside each container.
            let whole = format!("{folder}/x");
            let path = whole.split("//").map(EntryPath::new).reduce(|path, inner| path.nesting(&inner)).unwrap();
            let path = path.split();
            if lies_in(path.folder, &of_key) {
                prop_assert!(path::folders_agree(path.folders(), object::key_folders(&of_key)));
            }
        }
    }

    fn survey<'a>(paths: &'a [EntryPath], objects: &'a [Object<'a>], scope: &'a Scope) -> Places<'a> {
        Places::survey(paths.iter().map(EntryPath::split), objects.iter().copied(), scope)
    }

    /// Nothing is restricted.
    static EVERYTHING: Scope = Scope { questions: Vec::new(), relocations: Vec::new() };

    #[test]
    fn trees_may_be_cut_off_or_carry_more_on_top() {
        let object = Object::new("bucket", "p/AWSLogs/1/CloudTrail/r/2026/03/01/x.json.gz");
        let other = EntryPath::new("other/x.json.gz");
        for path in
            ["x.json.gz", "01/x.json.gz", "CloudTrail/r/2026/03/01/x.json", "bucket/p/AWSLogs/1/CloudTrail/r/2026/03/01/x.json.gz"]
        {
            let paths = [EntryPath::new(path), other.clone()];
            assert!(survey(&paths, &[], &EVERYTHING).agree(paths[0].split(), object), "{path}");
        }
        for path in ["02/x.json.gz", "q/AWSLogs/1/CloudTrail/r/2026/03/01/x.json.gz"] {
            let paths = [EntryPath::new(path), other.clone()];
            assert!(!survey(&paths, &[], &EVERYTHING).agree(paths[0].split(), object), "{path}");
        }
    }

    #[test]
    fn folders_that_all_share_are_a_wrapper() {
        let paths = [EntryPath::new("handover/r/2026/x.json.gz"), EntryPath::new("handover/r/2027/y.json.gz")];
        let objects = [Object::new("b", "AWSLogs/r/2026/x.json.gz"), Object::new("b", "AWSLogs/r/2026/y.json.gz")];
        let places = survey(&paths, &[], &EVERYTHING);
        assert!(places.agree(paths[0].split(), objects[0]));
        assert!(!places.agree(paths[1].split(), objects[1]));
    }

    #[test]
    fn what_was_not_asked_takes_no_wrapper_away() {
        let name = |account: &str| format!("{account}_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json");
        let path = |folder: &str, account: &str| EntryPath::new(&format!("{folder}/{}", name(account)));
        let paths =
            [path("handover/r/2026", "111122223333"), path("handover/s/2026", "111122223333"), path("elsewhere", "999999999999")];
        let key = format!("AWSLogs/r/2026/{}", name("111122223333"));
        let object = Object::new("b", &key);
        let accounts = BTreeSet::from(["111122223333".to_owned()]);
        let asked = Scope { questions: vec![crate::Question { accounts, ..Default::default() }], ..Scope::default() };
        assert!(survey(&paths, &[], &asked).agree(paths[0].split(), object));
        let elsewhere = EntryPath::new(&format!("other/r/2026/{}", name("111122223333")));
        assert!(!survey(&paths, &[], &asked).agree(elsewhere.split(), object), "it lies in another folder");
        assert!(!survey(&paths, &[], &EVERYTHING).agree(paths[0].split(), object), "asked, and beside it");
    }

    #[test]
    fn a_key_in_two_buckets_needs_its_bucket_above() {
        let objects = [Object::new("one", "AWSLogs/x.json.gz"), Object::new("two", "AWSLogs/x.json.gz")];
        let paths = [EntryPath::new("one/AWSLogs/x.json.gz"), EntryPath::new("two/AWSLogs/x.json.gz")];
        let places = survey(&paths, &objects, &EVERYTHING);
        assert!(places.agree_with_digest(paths[0].split(), objects[0]));
        assert!(!places.agree_with_digest(paths[0].split(), objects[1]));
        let lone = survey(&paths, &objects[..1], &EVERYTHING);
        assert!(lone.agree_with_digest(paths[1].split(), objects[0]), "one bucket alone needs no name");
    }

    #[test]
    fn metadata_goes_with_an_entry_that_was_renamed_and_with_one_that_was_not() {
        let chain = trail("2026-03-01T00:01:31Z").chain(&[0]);
        for hour in ["T010131Z", "T020131Z"] {
            let mut archive = Archive::of(&[&chain]);
            archive.rename(|path| path.replace("T010131Z", hour));
            assert_eq!(report(&archive, &Request::default()).axes.authenticity, Outcome::Passed, "{hour}");
        }
    }

    #[test]
    fn a_stated_renaming_explains_a_place() {
        let rules = Scope { relocations: vec!["s3://old/a=s3://new/b".parse().unwrap()], ..Scope::default() };
        let paths = [EntryPath::new("b/AWSLogs/x.json.gz"), EntryPath::new("c/AWSLogs/y.json.gz")];
        let object = Object::new("old", "a/AWSLogs/x.json.gz");
        assert!(survey(&paths, &[], &rules).agree(paths[0].split(), object));
        assert!(!survey(&paths, &[], &EVERYTHING).agree(paths[0].split(), object));
    }
}
