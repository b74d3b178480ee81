//! `docs/findings.md`: the catalogue as a page.

use std::fmt::Write as _;

use trailseal::{Axis, Code};

const INTRODUCTION: &str = "\
<!-- Generated from core/src/finding.rs by `cargo xtask generate`; not to be edited. -->

# Findings

Every code that a report can contain. Codes are a public, stable interface: they are added, never renamed. `trailseal explain CODE` prints
the same words.

A finding has an **effect** on the axis that it belongs to:

- **refutes**: the evidence contradicts itself or what was signed; the axis fails.
- **limits**: something asked could not be established; the axis is indeterminate, unless something else refutes.
- **informs**: nothing changes; it is only said.

The effect below is the usual one; where circumstances change it, the text says so. Outside what was asked, every finding only
informs. A scope file may raise any code and lower one that limits to one that informs; one that refutes stays. How findings become a
verdict is in [semantics.md](semantics.md).
";

pub(crate) fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for axis in Axis::ALL {
        let count = Code::ALL.iter().filter(|code| code.explain().axis == axis).count();
        let _ = write!(page, "\n**{}** ({count} codes)\n\n| code | effect | means |\n|---|---|---|\n", capitalised(axis.name()));
        for code in Code::ALL.iter().filter(|code| code.explain().axis == axis) {
            let words = code.explain();
            let anchor = words.name.replace('.', "");
            let _ =
                writeln!(page, "| [`{}`](#{anchor}) | {} | {} |", words.name, words.effect.name(), words.means.replace('|', "\\|"));
        }
    }
    for code in Code::ALL {
        let words = code.explain();
        let _ = write!(
            page,
            "\n## {}\n\nEffect: {}. Axis: {}.\n\n**Means.** {}\n\n**Matters because.** {}\n\n**What to do.** {}\n",
            words.name,
            words.effect.name(),
            words.axis.name(),
            words.means,
            words.matters_because,
            words.remedy
        );
    }
    page
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
