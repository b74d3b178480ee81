//! The catalogue in `docs/`: one page for all, and one for each code.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use trailseal::{Axis, Code, Reason};

use crate::index::{Index, Vector};

const INTRODUCTION: &str = "\
<!-- Generated from core/src/terms/finding.rs by `cargo xtask generate`; not to be edited. -->

# Findings

Every code that a report can contain. Codes are a public, stable interface: they are added, never renamed. `trailseal explain CODE` prints
the same words.

A finding has an **effect** on the axis that it belongs to:

- **refutes**: the evidence contradicts itself or what was signed; the axis fails.
- **limits**: something asked could not be established; the axis is indeterminate, unless something else refutes.
- **informs**: nothing changes; it is only said.

The effect below is the usual one; where circumstances change it, the text says so. Outside what was asked, every finding only
informs. A scope file may raise any code and lower one that limits to one that informs; one that refutes stays. When each code is raised, and
which fields it fills, is in [specification.md](specification.md); how findings become a verdict, in [semantics.md](semantics.md).
";

/// All pages, by their path in `docs/`.
pub(crate) fn pages(index: &Index) -> BTreeMap<String, Vec<u8>> {
    let mut pages =
        BTreeMap::from([("findings.md".to_owned(), overview().into_bytes()), ("reasons.md".to_owned(), reasons().into_bytes())]);
    for code in Code::ALL {
        pages.insert(format!("findings/{code}.md"), page(*code, &index.vectors).into_bytes());
    }
    pages
}

const REASONS: &str = "\
<!-- Generated from core/src/terms/reason.rs by `cargo xtask generate`; not to be edited. -->

# Reasons

Why a finding was raised, beside its code: a closed list. In a report each is an object that holds its name as `is`, and its facts; a list of
them says more with each. Reasons are added, never renamed. The words are those of the English reading, with the facts in their places; they
are no part of the report. A reason whose words end with a colon says of what the next one speaks.

| is | facts | words |
|---|---|---|
";

fn reasons() -> String {
    let mut page = REASONS.to_owned();
    for (name, facts, words) in Reason::ALL {
        let facts: Vec<String> = facts.iter().map(|fact| format!("`{fact}`")).collect();
        let _ = writeln!(page, "| `{name}` | {} | {} |", facts.join(", "), words.replace('|', "\\|"));
    }
    page
}

fn overview() -> String {
    let mut page = INTRODUCTION.to_owned();
    for axis in Axis::ALL {
        let count = Code::ALL.iter().filter(|code| code.explain().axis == axis).count();
        let _ = write!(page, "\n**{}** ({count} codes)\n\n| code | effect | means |\n|---|---|---|\n", capitalised(axis.name()));
        for code in Code::ALL.iter().filter(|code| code.explain().axis == axis) {
            let words = code.explain();
            let (name, effect) = (words.name, words.effect.name());
            let _ = writeln!(page, "| [`{name}`](findings/{name}.md) | {effect} | {} |", words.means.replace('|', "\\|"));
        }
    }
    page
}

/// One code, with some of the archives that raise it.
fn page(code: Code, vectors: &[Vector]) -> String {
    const SHOWN: usize = 6;
    let words = code.explain();
    let mut page = format!(
        "<!-- Generated from core/src/terms/finding.rs and test-vectors/index.json by `cargo xtask generate`; not to be edited. -->\n\n\
         # {}\n\nEffect: {}. Axis: {}.\n\n**Means.** {}\n\n**Matters because.** {}\n\n**What to do.** {}\n\n## Archives that raise it\n\n",
        words.name,
        words.effect.name(),
        words.axis.name(),
        words.means,
        words.matters_because,
        words.remedy
    );
    let raising: Vec<&Vector> =
        vectors.iter().filter(|vector| vector.expected.codes.iter().any(|name| name == words.name)).collect();
    for vector in raising.iter().take(SHOWN) {
        let archive = vector.archives.first().map_or("", String::as_str);
        let Vector { id, description, expected, .. } = vector;
        let _ = writeln!(page, "- [{id}](../../test-vectors/{archive}), {}: {description}", expected.overall);
    }
    if raising.len() > SHOWN {
        let _ = writeln!(page, "- and {} more in the [index](../../test-vectors/index.json)", raising.len() - SHOWN);
    }
    page.push_str("\nAll codes: [findings.md](../findings.md).\n");
    page
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
