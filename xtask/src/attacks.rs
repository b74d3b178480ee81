//! `docs/attacks.md`: what was tried on a verdict, what is right, and which test holds it; made from the tests themselves.

use std::fmt::Write as _;
use std::fs;

use crate::index::{Index, Vector};
use crate::{Outcome, shell};

const INTRODUCTION: &str = "\
<!-- Generated from test-vectors/index.json and the tests named below by `cargo xtask generate`; not to be edited. -->

# Attack log

What was tried in order to get a verdict that the evidence does not deserve, what is right, and which test holds it. Against whom trailseal
defends, and what it does not promise, is in [threat-model.md](threat-model.md).

Two kinds of tests hold this. A **vector** is one archive that somebody made on purpose, with the only right answer: each shows one example. A
**property** runs over many: all vectors, random edits of them, or a model of the service. A vector says that one door is shut; a property says
how many were tried.
";

const NOT_HELD: &str = "
## What is not held

- A property tries what its generator makes. An edit that no generator makes, and of which no vector is an example, is not held by a test but by
  the rules in [specification.md](specification.md) alone.
- The model of CloudTrail is made from AWS's documentation and from what was seen in public: two starting digest files, some chains. What the
  service does otherwise, the model does not know.
- What other programs unpack is compared with the programs and versions that Debian and the JDK have; macOS's and Windows' own were not run.
- That nothing is in the way of memory and time was measured for two threads and for the kinds of archives in
  `test-vectors/forge/src/nasties.rs`.
- What [threat-model.md](threat-model.md) does not promise.
";

/// The groups of vectors in which somebody acts against the verifier, with what they try.
const GROUPS: [(&str, &str); 9] = [
    ("trails", "Trails that were stopped, moved, made again, or that bear one name"),
    ("claims", "Entries that claim what was asked, or nothing of it"),
    ("links", "Digest files left out, doubled, forked, or linked elsewhere"),
    ("logs", "Log files altered, left out, moved or planted"),
    ("signatures", "Signatures and identities"),
    ("keys", "Keys"),
    ("container", "What lies in and around gzip"),
    ("entries", "What lies in and around zip"),
    ("scope", "What was asked, and its edges"),
];

/// The files with properties, with what each is about.
const PROPERTIES: [(&str, &str); 6] = [
    ("core/tests/properties.rs", "Over all vectors"),
    ("core/tests/service.rs", "Over the lives of trails, by a model of the service"),
    ("core/tests/plants.rs", "Over what somebody adds"),
    ("core/tests/attacks.rs", "By hand, one idea each"),
    ("core/tests/containers.rs", "Over containers"),
    ("core/tests/cost.rs", "Over what costs"),
];

pub(crate) fn page(index: &Index) -> Outcome<String> {
    let mut page = INTRODUCTION.to_owned();
    page.push_str("\n## Properties\n");
    for (path, about) in PROPERTIES {
        let text = fs::read_to_string(shell::root().join(path)).map_err(|error| format!("{path}: {error}"))?;
        let _ = writeln!(page, "\n**{about}** (`{path}`)\n");
        for name in tests(&text) {
            let _ = writeln!(page, "- {} (`{name}`)", sentence(name));
        }
    }
    for (group, about) in GROUPS {
        let of_group: Vec<&Vector> =
            index.vectors.iter().filter(|vector| vector.near.is_some() && vector.id.split('/').next() == Some(group)).collect();
        let _ = write!(page, "\n## {about}\n\n| what was done | what is right | vector |\n|---|---|---|\n");
        for Vector { id, description, archives, expected, .. } in of_group {
            let codes: Vec<String> = expected.codes.iter().map(|code| format!("`{code}`")).collect();
            let archive = archives.first().map_or("", String::as_str);
            let with = if codes.is_empty() { String::new() } else { format!(": {}", codes.join(", ")) };
            let description = description.replace('|', "\\|");
            let _ = writeln!(page, "| {description} | {}{with} | [{id}](../test-vectors/{archive}) |", expected.overall);
        }
    }
    page.push_str(NOT_HELD);
    Ok(page)
}

/// The names of a file's tests, in its order.
fn tests(text: &str) -> Vec<&str> {
    let mut lines = text.lines().map(str::trim);
    let mut names = Vec::new();
    while let Some(line) = lines.next() {
        if line == "#[test]" {
            let function = lines.find(|line| !line.starts_with("#[") && !line.starts_with("//"));
            names.extend(function.and_then(|line| line.strip_prefix("fn ")?.split('(').next()));
        }
    }
    names
}

/// A test's name as the sentence that it is.
fn sentence(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_found_and_read_as_sentences() {
        let text = "    #[test]\n    #[allow(x)]\n    // why\n    fn nothing_is_a_pass(\n        a: u8,\n    ) {\nfn helper() {}\n#[test]\nfn one() {}\n";
        assert_eq!(super::tests(text), ["nothing_is_a_pass", "one"]);
        assert_eq!(sentence("nothing_is_a_pass"), "Nothing is a pass");
    }
}
