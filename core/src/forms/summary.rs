//! The beginning of a report on paper: all that a reader needs first, on two printed pages, whatever the archive.
//!
//! How many lines of each kind there are, and how long each may be, is bounded here; the annex holds what has no room. The browser's
//! tests print it and count its pages.

use std::collections::BTreeSet;

use crate::bytes::text::visible;
use crate::forms::asks::Ask;
use crate::forms::causes::Cause;
use crate::forms::picture::Picture;
use crate::forms::reading::{Row, answer, levels, verified};
use crate::forms::words::{Language, in_days, measured, number};
use crate::report::Report;
use crate::terms::finding::{Axis, Code, Effect, Need};
use crate::terms::outcome::Outcome;
use crate::terms::scope::Question;

/// Rows of each kind.
const CAUSES: usize = 6;
const FOLLOWS: usize = 3;
const ASKS: usize = 4;
const QUESTIONS: usize = 3;
const CODES: usize = 4;
/// Names of accounts, regions or trails in a question; more are counted.
const NAMES: usize = 4;
/// Characters of what others named, and of sentences that hold such names.
const NAME_CHARACTERS: usize = 48;
const PLACE_CHARACTERS: usize = 90;
const CAUSE_CHARACTERS: usize = 240;
const ASK_CHARACTERS: usize = 300;
/// Characters of everything whose length depends on the report, from which on the print is set in smaller type.
const MANY_CHARACTERS: usize = 3_200;
/// What the picture may take of a printed page, in CSS pixels, and what is left of it beside what else may have to stand there.
const PICTURE_HEIGHT: i64 = 400;
const BESIDE_MUCH_TEXT: i64 = 280;
const BESIDE_SIGN_OFF: i64 = 260;

/// What a summary says, ready to be shown.
pub(crate) struct Summary {
    pub(crate) sentence: String,
    pub(crate) verified: String,
    pub(crate) measure: String,
    pub(crate) asked: Few,
    pub(crate) policy: Few,
    pub(crate) levels: Vec<String>,
    pub(crate) causes: Vec<CauseRow>,
    pub(crate) more_causes: u64,
    /// What to ask of whoever handed the archive over, and what the verifier has to do.
    pub(crate) asks: Vec<String>,
    pub(crate) own: Vec<String>,
    pub(crate) more_asks: u64,
    pub(crate) nothing: Option<&'static str>,
    pub(crate) picture: Option<Picture>,
    /// True if the print needs smaller type.
    pub(crate) is_dense: bool,
}

/// Lines that have room, and how many have none.
pub(crate) struct Few {
    pub(crate) lines: Vec<String>,
    pub(crate) more: u64,
    /// True if something of it is said in full in the annex only.
    pub(crate) is_short: bool,
}

impl Few {
    fn of(mut lines: Vec<String>, most: usize) -> Self {
        let more = lines.len().saturating_sub(most) as u64;
        lines.truncate(most);
        Self { lines, more, is_short: more > 0 }
    }
}

/// A cause as a row of a table.
pub(crate) struct CauseRow {
    pub(crate) effect: Effect,
    pub(crate) what: String,
    pub(crate) place: String,
    pub(crate) when: String,
    pub(crate) follows: String,
}

impl Summary {
    /// `is_signed_off`: there has to be room for a block that is filled in by hand.
    pub(crate) fn of(report: &Report, rows: &[Row<'_>], is_signed_off: bool) -> Self {
        let (causes, more_causes) = causes(report);
        let all = report.asks(Language::En);
        // What the verifier has to do is in no letter, and is always said.
        let (own, mut asks): (Vec<&Ask>, Vec<&Ask>) = all.iter().partition(|ask| ask.need == Need::Verifier);
        let room = ASKS.saturating_sub(own.len());
        let more_asks = asks.len().saturating_sub(room) as u64;
        asks.truncate(room);
        let texts = |asks: &[&Ask]| asks.iter().map(|ask| clipped(&ask.what, ASK_CHARACTERS)).collect::<Vec<_>>();
        let mut summary = Self {
            sentence: report.sentence(Language::En),
            verified: verified(report),
            measure: measured(report),
            asked: asked(report),
            policy: policy(report),
            levels: levels(&report.keys),
            causes,
            more_causes,
            asks: texts(&asks),
            own: texts(&own),
            more_asks,
            nothing: all.is_empty().then(|| nothing(report)),
            picture: None,
            is_dense: false,
        };
        summary.is_dense = summary.characters(report) > MANY_CHARACTERS;
        let room = |is_taken: bool, left: i64| if is_taken { left } else { PICTURE_HEIGHT };
        let height = room(summary.is_dense, BESIDE_MUCH_TEXT).min(room(is_signed_off, BESIDE_SIGN_OFF));
        summary.picture = Picture::within(report, rows, height);
        summary
    }

    fn characters(&self, report: &Report) -> usize {
        let answers = Axis::ALL.iter().map(|axis| answer(report, *axis).len());
        let of_causes = self.causes.iter().flat_map(|cause| [&cause.what, &cause.place, &cause.when, &cause.follows]);
        let lines = [&self.asked.lines, &self.policy.lines, &self.asks, &self.own].into_iter().flatten();
        let texts = [&self.sentence, &self.measure].into_iter().chain(of_causes).chain(lines).map(String::len);
        answers.chain(texts).sum()
    }
}

/// A text of at most so many characters as they are shown.
fn clipped(text: &str, most: usize) -> String {
    let text = visible(text);
    if text.chars().count() <= most {
        return text;
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// The same, with its end, by which files are told apart.
fn without_middle(text: &str, most: usize) -> String {
    let text: Vec<char> = visible(text).chars().collect();
    let (head, tail) = (most / 4, most.saturating_sub(most / 4 + 1));
    match (text.get(..head), text.get(text.len().saturating_sub(tail)..)) {
        (Some(first), Some(last)) if text.len() > most => first.iter().chain(['…'].iter()).chain(last).collect(),
        _ => text.into_iter().collect(),
    }
}

fn causes(report: &Report) -> (Vec<CauseRow>, u64) {
    let all = report.causes(Language::En);
    let row = |cause: &Cause| {
        let follows = Few::of(cause.follows.clone(), FOLLOWS);
        let more = (follows.more > 0).then(|| format!("{} more", number(follows.more)));
        CauseRow {
            effect: cause.effect,
            what: without_middle(&cause.what, CAUSE_CHARACTERS),
            place: without_middle(&cause.place, PLACE_CHARACTERS),
            when: cause.when.clone(),
            follows: follows.lines.into_iter().chain(more).collect::<Vec<_>>().join("; "),
        }
    };
    (all.iter().take(CAUSES).map(row).collect(), all.len().saturating_sub(CAUSES) as u64)
}

/// What is to be done where nothing bears on the verdict.
fn nothing(report: &Report) -> &'static str {
    if report.findings.iter().any(|finding| finding.effect > Effect::Informs) {
        "Nothing that is known would close what is open: the causes above say what it is."
    } else if report.axes.coverage == Outcome::NotAssessed {
        "State the period that was promised, and verify again: without one nothing says whether the archive is all that it should be."
    } else {
        "Nothing: no finding contradicts what was asked, and none leaves it open."
    }
}

/// The questions, long lists counted.
fn asked(report: &Report) -> Few {
    let mut is_short = false;
    let mut list = |names: &BTreeSet<String>, one: &str, many: &str| {
        let all: usize = names.iter().map(|name| name.chars().count()).sum();
        match names.len() {
            0 => format!("all {many} in the archive"),
            1 if all <= NAME_CHARACTERS => format!("{one} {}", names.iter().cloned().collect::<String>()),
            2..=NAMES if all <= NAME_CHARACTERS * 2 => {
                format!("{many} {}", names.iter().cloned().collect::<Vec<_>>().join(", "))
            }
            count => {
                is_short = true;
                let named = if count == 1 { one } else { many };
                format!("{} {named} (named in the annex)", number(count as u64))
            }
        }
    };
    let mut lines: Vec<String> = report
        .asked
        .questions
        .iter()
        .map(|question| {
            let Question { accounts, regions, trails, period, .. } = question;
            let places =
                [list(accounts, "account", "accounts"), list(regions, "region", "regions"), list(trails, "trail", "trails")];
            let period = period.as_ref().map_or_else(|| "no period stated".to_owned(), in_days);
            format!("{period}: {}", places.join("; "))
        })
        .collect();
    if lines.is_empty() {
        lines.push("Everything in the archive; no period stated.".to_owned());
    }
    let few = Few::of(lines, QUESTIONS);
    Few { is_short: is_short || few.is_short, ..few }
}

/// What the verifier judged otherwise than usual, and what he said was renamed.
fn policy(report: &Report) -> Few {
    let asked = &report.asked;
    let weigh =
        |(code, effect): (&Code, &Effect)| format!("{code} {} (otherwise it {})", effect.name(), code.explain().effect.name());
    let mut few = Few::of(asked.policy.iter().map(weigh).collect(), CODES);
    if !asked.relocated.is_empty() {
        few.lines.push(format!("Renamings that the verifier stated: {} (in the annex)", number(asked.relocated.len() as u64)));
        few.is_short = true;
    }
    few
}
