//! Reports of several periods, joined: which files are read, and how it is shown.

use std::path::Path;

use trailseal::{Conclusion, Filed, JOINING_NOT_CLAIMED, Joining, Part, Request, printable};

use crate::args::{CompareFormat, Join};
use crate::bounded;
use crate::lines;
use crate::output::{self, Shape, stream};
use crate::render::WIDTH;
use crate::{Failure, line, say};

/// Bytes of a file that may be a report.
const REPORT_BYTES: u64 = 1 << 30;
/// Reports at once: each is held against the chains of all before.
const MOST_REPORTS: usize = 500;
/// Chains that are shown without `--full`.
const FEW: usize = 8;

/// Joins reports, tells it, and returns the exit code.
pub(crate) fn join(join: &Join) -> Result<u8, Failure> {
    output::guard(join.output.as_deref(), &join.reports, join.overwrite)?;
    if join.reports.len() > MOST_REPORTS {
        return Err(Failure::new(format!("{} reports are more than {MOST_REPORTS}: join them in parts", join.reports.len())));
    }
    if let Some(hint) = join.period.hint() {
        say(&hint);
    }
    let (from, to) = join.period.ends().map_err(trailseal::Error::from)?;
    let asked = Request { from, to, ..Request::default() }.scope()?.questions.first().and_then(|question| question.period);
    let filed = join.reports.iter().map(|path| read(path)).collect::<Result<Vec<Filed>, Failure>>()?;
    let joining = Joining::of(&filed, asked);
    stream(Shape::Exact, join.output.as_deref(), &|to| match join.format {
        CompareFormat::Text => to.write_all(text(&joining, join.full).as_bytes()),
        CompareFormat::Json => line(to, &joining.to_canonical_json()),
    })?;
    Ok(match joining.conclusion {
        Conclusion::Continuous => 0,
        Conclusion::NotJoined => 1,
        Conclusion::Indeterminate => 3,
    })
}

/// Reads a report from a file.
pub(crate) fn read(path: &Path) -> Result<Filed, Failure> {
    Filed::read(&path.to_string_lossy(), &bounded::bytes(path, REPORT_BYTES)?).map_err(|error| Failure::at(path, error))
}

/// The text, which fits 80 columns but for long names.
fn text(joining: &Joining, full: bool) -> String {
    let mut text = String::new();
    let sentence = joining.sentence();
    let word = joining.conclusion.word();
    let rest = sentence.get(word.len()..).unwrap_or_default();
    add(&mut text, "", &" ".repeat(word.len() + 1), &format!("{}{rest}", word.to_uppercase()));
    text.push('\n');
    for (number, (part, remarks)) in (1..).zip(joining.parts.iter().zip(joining.remarks())) {
        report(&mut text, number, part, &remarks);
    }
    let chains = joining.chains();
    let shown = if full { chains.len() } else { chains.len().min(FEW) };
    text.push('\n');
    for (head, troubles) in chains.iter().take(shown) {
        add(&mut text, "  ", "      ", head);
        let few = if full { troubles.len() } else { troubles.len().min(FEW) };
        for trouble in troubles.iter().take(few) {
            add(&mut text, "    ", "      ", trouble);
        }
        more(&mut text, "    ", troubles.len() - few, "reason", "reasons");
    }
    more(&mut text, "  ", chains.len() - shown, "chain", "chains");
    let accounts = joining.accounts();
    if !accounts.is_empty() {
        text.push('\n');
        let few = if full { accounts.len() } else { accounts.len().min(FEW) };
        for account in accounts.iter().take(few) {
            add(&mut text, "  ", "    ", account);
        }
        more(&mut text, "  ", accounts.len() - few, "account", "accounts");
    }
    text.push('\n');
    if joining.backfill_chains > 0 {
        let chains = trailseal::counted(
            joining.backfill_chains,
            "chain of backfill digest files covers",
            "chains of backfill digest files cover",
        );
        add(&mut text, "  ", "  ", &format!("{chains} no time, and is not looked at here."));
    }
    add(&mut text, "  ", "  ", JOINING_NOT_CLAIMED);
    text
}

fn report(text: &mut String, number: usize, part: &Part, remarks: &[String]) {
    add(text, "  ", "     ", &format!("{number}. {}: {}", printable(part.name.as_bytes()), part.verdict()));
    add(text, "     ", "     ", &format!("digest {}", printable(part.report_digest.as_bytes())));
    for remark in remarks {
        add(text, "     ", "       ", remark);
    }
}

/// Words in lines; a name that is longer than a line stays whole.
fn add(text: &mut String, first: &str, others: &str, words: &str) {
    for line in lines::wrapped(words, WIDTH, first, others) {
        text.push_str(&line);
        text.push('\n');
    }
}

fn more(text: &mut String, indent: &str, count: usize, one: &str, many: &str) {
    if count > 0 {
        add(
            text,
            indent,
            indent,
            &format!("… {} (--full shows them)", trailseal::counted(count as u64, &format!("more {one}"), &format!("more {many}"))),
        );
    }
}
