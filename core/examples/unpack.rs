//! What trailseal reads in archives, for the comparison with programs that unpack them (`tests/unpack/`). On stdin come questions, each
//! a letter and two lengths on a line, and as many bytes: `A` with an archive, `E` with a path and the content of the file there. On
//! stdout goes a line of JSON for each.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead as _, Read as _, Write as _};

use serde_json::{Value, json};
use trailseal::container::{Alone, read_archive};
use trailseal::{Case, EntryPath, Examine, Exhibit, Limits, Policy, examine, is_read};

fn main() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [kind, first, second] = *words else { break };
        let mut take = |count: &str| -> io::Result<Vec<u8>> {
            let mut bytes = vec![0; count.parse().unwrap()];
            input.read_exact(&mut bytes)?;
            Ok(bytes)
        };
        let (first, second) = (take(first)?, take(second)?);
        let answer = if kind == "A" { archive(&second) } else { entry(&first, &second) };
        writeln!(output, "{answer}")?;
        output.flush()?;
        line.clear();
    }
    Ok(())
}

/// What is found about the archive, and what it holds under each name of evidence.
fn archive(bytes: &[u8]) -> Value {
    let exhibits: Vec<Exhibit> = read_archive(&Alone, &Examine::default(), None, bytes, bytes.len() as u64);
    let mut case = Case::new();
    exhibits.iter().for_each(|exhibit| case.admit(exhibit.clone()));
    let findings = case.conclude(&Policy::default()).findings;
    let about = |name: &str| name.starts_with("archive.entry") || name == "archive.limit";
    let told: Vec<Value> = findings
        .iter()
        .filter(|finding| about(finding.code.name()) && serde_json::to_value(finding.effect).unwrap() != "informs")
        .map(|finding| json!([finding.code.name(), finding.first, finding.reasons]))
        .collect();
    let facts: Vec<(Vec<u8>, Value)> = exhibits.iter().map(facts).collect();
    let by_path: BTreeMap<&[u8], &Value> = facts.iter().map(|(path, facts)| (path.as_slice(), facts)).collect();
    let mut held: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, facts) in &facts {
        let mut facts = facts;
        let mut steps = 0;
        while let Some(target) = facts.get("Link")
            && let Some(next) = by_path.get(bytes_of(target).as_slice())
            && steps < 40
        {
            facts = next;
            steps += 1;
        }
        let is_evidence = is_read(&EntryPath::new(&String::from_utf8_lossy(path)));
        if is_evidence && facts.get("Link").is_none() && facts != "Folder" && facts != "Refused" {
            held.entry(hex(path)).or_default().insert(said(facts));
        }
    }
    json!({ "told": told, "held": held })
}

/// What a file is to trailseal; null if it is no evidence.
fn entry(path: &[u8], bytes: &[u8]) -> Value {
    let path = EntryPath::new(&String::from_utf8_lossy(path));
    if is_read(&path) { Value::String(said(&facts(&examine(path, bytes, &Limits::default())).1)) } else { Value::Null }
}

fn facts(exhibit: &Exhibit) -> (Vec<u8>, Value) {
    let value = serde_json::to_value(exhibit).unwrap();
    (bytes_of(value.get("path").unwrap()), value.get("facts").unwrap().clone())
}

fn bytes_of(value: &Value) -> Vec<u8> {
    value.as_array().unwrap().iter().map(|byte| u8::try_from(byte.as_u64().unwrap()).unwrap()).collect()
}

/// Facts of metadata are as long as the file.
fn said(facts: &Value) -> String {
    crc32fast::hash(facts.to_string().as_bytes()).to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
