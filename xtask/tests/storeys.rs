//! The core stands in storeys, as ARCHITECTURE.md draws them: what a file uses lies in its own room or on a storey below, and no files use
//! each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// The files of the core that are built without its tests, by their module's path; the crate's own is the empty one.
type Modules = BTreeMap<Vec<String>, PathBuf>;

fn core() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src")
}

fn architecture() -> String {
    fs::read_to_string(core().join("../../ARCHITECTURE.md")).expect("the paper")
}

fn modules() -> Modules {
    fn add(folder: &Path, path: &[String], found: &mut Modules) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let file = entry.expect("an entry").path();
            let stem = file.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
            let inside = || [path, std::slice::from_ref(&stem)].concat();
            if file.is_dir() {
                add(&file, &inside(), found);
            } else if path.is_empty() && stem == "forged" {
                // What only unit tests use.
            } else {
                found.insert(if stem == "mod" || stem == "lib" { path.to_vec() } else { inside() }, file);
            }
        }
    }
    let mut found = Modules::new();
    add(&core(), &[], &mut found);
    found
}

/// The height of each room, from the picture.
fn storeys() -> BTreeMap<String, u32> {
    let paper = architecture();
    let picture = paper.split("## The storeys of the core").nth(1).and_then(|rest| rest.split("```").nth(1)).expect("the picture");
    let mut rooms = BTreeMap::new();
    for line in picture.lines() {
        let mut words = line.split("  ").map(str::trim).filter(|word| !word.is_empty());
        let Some((number, first)) = words.next().map(|word| word.split_once(' ').unwrap_or((word, ""))) else { continue };
        let Ok(storey) = number.parse() else { continue };
        let is_room = |word: &&str| *word == "lib" || core().join(word).is_dir();
        for room in std::iter::once(first).filter(|first| !first.is_empty()).chain(words).take_while(is_room) {
            rooms.insert(room.to_owned(), storey);
        }
    }
    rooms
}

/// What a file uses: paths from the crate's root.
struct Uses<'m> {
    modules: &'m Modules,
    here: Vec<String>,
    paths: BTreeSet<Vec<String>>,
}

impl Uses<'_> {
    /// A path as it is written, from the root; none if it leaves the crate.
    fn note(&mut self, written: &[String]) {
        let mut written = written;
        let mut path = match written.first().map(String::as_str) {
            Some("crate") => Vec::new(),
            Some("self" | "super") => self.here.clone(),
            // A word alone may be anything.
            Some(first)
                if written.len() > 1 && self.modules.contains_key(&[self.here.as_slice(), &[first.to_owned()]].concat()) =>
            {
                self.paths.insert([self.here.as_slice(), written].concat());
                return;
            }
            _ => return,
        };
        while let Some(step @ ("crate" | "self" | "super")) = written.first().map(String::as_str) {
            if step == "super" {
                path.pop();
            }
            written = &written[1..];
        }
        path.extend_from_slice(written);
        self.paths.insert(path);
    }

    fn note_tree(&mut self, tree: &syn::UseTree, before: &[String]) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.note_tree(&path.tree, &with(&path.ident)),
            syn::UseTree::Name(name) => self.note(&with(&name.ident)),
            syn::UseTree::Rename(name) => self.note(&with(&name.ident)),
            syn::UseTree::Glob(_) => self.note(before),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.note_tree(item, before)),
        }
    }
}

impl<'ast> Visit<'ast> for Uses<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            _ => &Vec::new(),
        };
        let is_of_tests = |attribute: &syn::Attribute| {
            attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
        };
        if !attributes.iter().any(is_of_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.note_tree(&item.tree, &[]);
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {
        // Who may use something is no use.
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.note(&path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        // What stands in a macro is no syntax yet; paths from the root are told by their first word.
        let tokens = call.tokens.to_string().replace(' ', "");
        for rest in tokens.split("crate::").skip(1) {
            let path = rest.split(|character: char| !character.is_alphanumeric() && !matches!(character, '_' | ':')).next();
            let path = path.unwrap_or_default().split("::").map(str::to_owned);
            self.note(&[vec!["crate".to_owned()], path.collect()].concat());
        }
    }
}

/// For each file the files that it uses.
fn arrows(modules: &Modules) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let mut arrows = BTreeMap::new();
    for (module, file) in modules {
        let source = fs::read_to_string(file).expect("a source file");
        let mut uses = Uses { modules, here: module.clone(), paths: BTreeSet::new() };
        uses.visit_file(&syn::parse_file(&source).expect("Rust"));
        let target = |path: &Vec<String>| (0..=path.len()).rev().find_map(|end| modules.get(&path[..end])).filter(|to| *to != file);
        arrows.insert(file.clone(), uses.paths.iter().filter_map(target).cloned().collect());
    }
    arrows
}

/// The folder at the top in which a file lies.
fn room(file: &Path) -> String {
    let path = file.strip_prefix(core()).expect("a file of the core").with_extension("");
    path.iter().next().and_then(|first| first.to_str()).expect("a name").to_owned()
}

fn name(file: &Path) -> String {
    file.strip_prefix(core()).expect("a file of the core").display().to_string()
}

#[test]
fn the_storeys_of_the_core_are_as_drawn() {
    let (modules, storeys) = (modules(), storeys());
    let rooms: BTreeSet<String> = modules.values().map(|file| room(file)).collect();
    assert_eq!(storeys.keys().cloned().collect::<BTreeSet<_>>(), rooms, "the picture has each room");
    let mut wrong = Vec::new();
    let mut between = BTreeSet::new();
    for (from, to) in arrows(&modules).iter().flat_map(|(from, all)| all.iter().map(move |to| (from, to))) {
        if room(from) != room(to) {
            between.insert((room(from), room(to)));
        }
        if room(from) != "lib" && room(from) != room(to) && storeys[&room(from)] <= storeys[&room(to)] {
            wrong.push(format!("{} uses {}", name(from), name(to)));
        }
    }
    assert!(wrong.is_empty(), "arrows up or sideways:\n{}", wrong.join("\n"));
    assert!(between.len() > rooms.len(), "only {} arrows were read", between.len());
}

#[test]
fn no_files_of_the_core_use_each_other_in_a_circle() {
    let arrows = arrows(&modules());
    let mut left: BTreeSet<&PathBuf> = arrows.keys().collect();
    // What uses nothing that is left stands on firm ground.
    while let Some(firm) = left.iter().copied().find(|file| arrows[*file].iter().all(|used| !left.contains(used))) {
        left.remove(firm);
    }
    let circle = left.iter().map(|file| name(file)).collect::<Vec<_>>().join(", ");
    assert!(left.is_empty(), "in circles, or on them: {circle}");
}

#[test]
fn the_tables_of_the_architecture_name_every_file_of_the_core() {
    let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in modules().into_values().map(|file| file.strip_prefix(core()).expect("a file of the core").with_extension("")) {
        let (room, rest) = path.to_str().expect("UTF-8").split_once('/').unwrap_or(("lib", ""));
        if room != "lib" && !rest.ends_with("mod") {
            files.entry(room.to_owned()).or_default().insert(rest.to_owned());
        }
    }
    let paper = architecture();
    let section =
        paper.split("## The storeys of the core").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the section");
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut room = None;
    for line in section.lines() {
        if let Some(name) = line.strip_prefix("**").and_then(|rest| rest.strip_suffix("**")) {
            room = Some(named.entry(name.to_owned()).or_default());
        } else if let Some(cell) = line.strip_prefix("| `").and_then(|rest| rest.split('|').next())
            && let Some(room) = &mut room
        {
            room.extend(format!("`{cell}").split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    assert_eq!(named, files);
}
