//! JUnit XML for gates in continuous integration: one test case per axis, and one per chain and day.
//!
//! What is refuted is a failure, what could not be established an error: everything that reads JUnit XML shows both in red, and
//! nothing in it shows an indeterminate verdict in green. What was not asked is skipped.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use quick_xml::Writer;
use quick_xml::events::BytesText;

use crate::bytes::text::{counted, visible};
use crate::evidence::trail::section::{Chain, Day};
use crate::forms::words::Language;
use crate::report::Report;
use crate::terms::finding::{Axis, Effect, Finding};
use crate::terms::outcome::Outcome;
use crate::terms::spans::Spans;
use crate::terms::time::{DAY_SECONDS, Period, Time};

/// Findings that the test case of a day names; that of an axis names more of them, and the canonical report all.
const NAMED_PER_DAY: usize = 20;
/// Findings that the test case of an axis names.
const NAMED_PER_AXIS: usize = 1_000;
/// Bytes of findings in all cases of days together; a finding that concerns many days is named in each of them.
const NAMED_BYTES: usize = 6_000_000;

const NOT_NAMED: &str = "the canonical report says more";

impl Report {
    /// The report as JUnit XML.
    pub fn to_junit(&self) -> Vec<u8> {
        let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
        // Writing into memory cannot fail; an empty text would be noticed at once.
        match document(self, &mut xml) {
            Ok(()) => [xml.into_inner(), b"\n".to_vec()].concat(),
            Err(_) => Vec::new(),
        }
    }
}

/// One test case.
struct TestCase {
    name: String,
    class: String,
    result: CaseResult,
}

/// How a test case ended. The kind is for machines, the message for a list, the text for whoever looks closer.
enum CaseResult {
    Passed,
    Skipped { message: String },
    Error { kind: String, message: String, text: String },
    Failure { kind: String, message: String, text: String },
}

fn document(report: &Report, xml: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let verdict: Vec<TestCase> = Axis::ALL.iter().map(|axis| of_axis(report, *axis)).collect();
    let mut about: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.effect >= Effect::Limits) {
        if let Some(chain) = &finding.chain {
            about.entry(chain).or_default().push(finding);
        }
    }
    let mut left = NAMED_BYTES;
    let mut cases = |chain| of_chain(report, chain, about.get(chain.id.as_str()).map_or(&[], Vec::as_slice), &mut left);
    let chains: Vec<(&str, Vec<TestCase>)> = report.chains.iter().map(|chain| (chain.id.as_str(), cases(chain))).collect();
    let all = || verdict.iter().chain(chains.iter().flat_map(|(_, cases)| cases));
    let attributes = [
        ("name", "trailseal".to_owned()),
        ("tests", all().count().to_string()),
        ("failures", all().filter(|case| is_failure(case)).count().to_string()),
        ("errors", all().filter(|case| is_error(case)).count().to_string()),
    ];
    xml.create_element("testsuites").with_attributes(borrowed(&attributes)).write_inner_content(|xml| {
        suite(Some(report), "verdict", &verdict, xml)?;
        chains.iter().try_for_each(|(name, cases)| suite(None, name, cases, xml))
    })?;
    Ok(())
}

fn is_failure(case: &TestCase) -> bool {
    matches!(case.result, CaseResult::Failure { .. })
}

fn is_error(case: &TestCase) -> bool {
    matches!(case.result, CaseResult::Error { .. })
}

fn suite(stated: Option<&Report>, name: &str, cases: &[TestCase], xml: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let count = |wanted: fn(&TestCase) -> bool| cases.iter().filter(|case| wanted(case)).count().to_string();
    let attributes = [
        ("name", inert(name)),
        ("tests", cases.len().to_string()),
        ("failures", count(is_failure)),
        ("errors", count(is_error)),
        ("skipped", count(|case| matches!(case.result, CaseResult::Skipped { .. }))),
    ];
    xml.create_element("testsuite").with_attributes(borrowed(&attributes)).write_inner_content(|xml| {
        if let Some(report) = stated {
            properties(report, xml)?;
        }
        cases.iter().try_for_each(|case| write_case(case, xml))
    })?;
    Ok(())
}

fn properties(report: &Report, xml: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let properties = [
        ("schema", report.schema.clone()),
        ("verdict", report.overall.name().to_owned()),
        ("sentence", report.sentence(Language::En)),
        ("evidence_root", report.evidence_root.clone()),
        ("report_digest", report.digest()),
    ];
    xml.create_element("properties").write_inner_content(|xml| {
        properties.iter().try_for_each(|(name, value)| {
            let attributes = [("name", (*name).to_owned()), ("value", inert(value))];
            xml.create_element("property").with_attributes(borrowed(&attributes)).write_empty().map(|_| ())
        })
    })?;
    Ok(())
}

fn write_case(case: &TestCase, xml: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let attributes = [("classname", inert(&case.class)), ("name", inert(&case.name))];
    let element = xml.create_element("testcase").with_attributes(borrowed(&attributes));
    let (tag, kind, message, text) = match &case.result {
        CaseResult::Passed => return element.write_empty().map(|_| ()),
        CaseResult::Skipped { message } => ("skipped", None, message, None),
        CaseResult::Error { kind, message, text } => ("error", Some(kind), message, Some(text)),
        CaseResult::Failure { kind, message, text } => ("failure", Some(kind), message, Some(text)),
    };
    element.write_inner_content(|xml| {
        let mut attributes = vec![("message", inert(message))];
        attributes.extend(kind.map(|kind| ("type", inert(kind))));
        let inner = xml.create_element(tag).with_attributes(borrowed(&attributes));
        match text {
            Some(text) => inner.write_text_content(BytesText::new(text)).map(|_| ()),
            None => inner.write_empty().map(|_| ()),
        }
    })?;
    Ok(())
}

fn borrowed<'a>(attributes: &'a [(&'a str, String)]) -> impl Iterator<Item = (&'a str, &'a str)> {
    attributes.iter().map(|(name, value)| (*name, value.as_str()))
}

/// XML 1.0 has no place for most control characters and for two that are no characters; like everywhere they come as `%HH`.
fn inert(text: &str) -> String {
    visible(text).replace('\u{fffe}', "%EF%BF%BE").replace('\u{ffff}', "%EF%BF%BF")
}

fn of_axis(report: &Report, axis: Axis) -> TestCase {
    let outcome = report.axes.of(axis);
    let about = || report.findings.iter().filter(|finding| finding.axis == axis && finding.effect >= Effect::Limits);
    let seen = Seen::of(about(), about().count(), NAMED_PER_AXIS);
    let (name, class) = (axis.name().to_owned(), "trailseal.verdict".to_owned());
    let result = match outcome {
        Outcome::Passed => CaseResult::Passed,
        Outcome::NotAssessed => CaseResult::Skipped { message: "no period was asked".to_owned() },
        Outcome::Indeterminate | Outcome::Failed => seen.result().unwrap_or_else(|| CaseResult::Error {
            kind: outcome.name().to_owned(),
            message: "nothing in the archive confirms it".to_owned(),
            text: "nothing in the archive confirms it".to_owned(),
        }),
    };
    TestCase { name, class, result }
}

/// The findings of one case.
#[derive(Default, Clone)]
struct Seen<'a> {
    named: Vec<&'a Finding>,
    more: u64,
}

impl<'a> Seen<'a> {
    /// Of `all` findings the first `most`: they come worst first.
    fn of(findings: impl Iterator<Item = &'a Finding>, all: usize, most: usize) -> Self {
        Self { named: findings.take(most).collect(), more: all.saturating_sub(most) as u64 }
    }

    /// The [`result`](Self::result), if it fits into the bytes that are left; else only its kind is said.
    fn result_in(&self, left: &mut usize) -> Option<CaseResult> {
        let result = self.result()?;
        match left.checked_sub(result.bytes()) {
            Some(rest) => {
                *left = rest;
                Some(result)
            }
            None => Some(match result {
                CaseResult::Failure { kind, .. } => CaseResult::Failure { message: kind.clone(), text: NOT_NAMED.to_owned(), kind },
                CaseResult::Error { kind, .. } => CaseResult::Error { message: kind.clone(), text: NOT_NAMED.to_owned(), kind },
                other => other,
            }),
        }
    }

    /// `None` if nothing limits or refutes.
    fn result(&self) -> Option<CaseResult> {
        let first = self.named.first()?;
        let mut lines: Vec<String> = self.named.iter().map(|finding| line(finding)).collect();
        if self.more > 0 {
            lines.push(format!("and {} (the canonical report names all)", counted(self.more, "more finding", "more findings")));
        }
        let others = (self.named.len() as u64).saturating_sub(1).saturating_add(self.more);
        let others = if others > 0 { format!(", and {}", counted(others, "more finding", "more findings")) } else { String::new() };
        let (kind, message, text) =
            (first.code.name().to_owned(), format!("{}: {}{others}", first.code, first.first), lines.join("\n"));
        Some(match first.effect {
            Effect::Refutes => CaseResult::Failure { kind, message, text },
            _ => CaseResult::Error { kind, message, text },
        })
    }
}

impl CaseResult {
    fn bytes(&self) -> usize {
        match self {
            Self::Passed | Self::Skipped { .. } => 0,
            Self::Error { message, text, .. } | Self::Failure { message, text, .. } => message.len().saturating_add(text.len()),
        }
    }
}

/// A finding on one line.
fn line(finding: &Finding) -> String {
    let mut parts = vec![format!("{} {}: {}", finding.effect.name(), finding.code, finding.subject(&finding.first, Language::En))];
    let last = finding.last.as_ref().map(|last| finding.subject(last, Language::En));
    parts.extend(last.map(|last| format!("to {last} ({} in all)", finding.count)));
    parts.extend(finding.from.zip(finding.to).map(|(from, to)| format!("{from} to {to}")));
    parts.extend(finding.detail(Language::En));
    parts.extend(finding.entry.as_ref().map(|entry| format!("in {entry}")));
    parts.extend(finding.expected.as_ref().map(|expected| format!("expected {expected}")));
    parts.extend(finding.found.as_ref().map(|found| format!("found {found}")));
    inert(&parts.join("; "))
}

/// One row of a chain: a day with digest files, or a stretch of days without any that was asked all the same.
struct Stretch<'a> {
    period: Period,
    day: Option<&'a Day>,
    seen: Seen<'a>,
}

fn of_chain(report: &Report, chain: &Chain, findings: &[&Finding], left: &mut usize) -> Vec<TestCase> {
    let mut stretches = stretches_of(chain);
    place(findings, &mut stretches);
    let mut cases: Vec<TestCase> = stretches.iter().map(|stretch| of_stretch(report, chain, stretch, left)).collect();
    // A log file that was asked may stand in a list that was not.
    let asked = stretches.iter().map(|stretch| stretch.period).filter(|period| is_asked(report, chain, period));
    let asked = Spans::union(asked).into_periods();
    let is_elsewhere = |finding: &&Finding| {
        span(finding).is_some_and(|(from, to)| {
            let next = asked.get(asked.partition_point(|period| period.to <= from));
            next.is_none_or(|period| period.from >= to)
        })
    };
    let elsewhere: Vec<&Finding> = findings.iter().copied().filter(is_elsewhere).collect();
    let seen = Seen::of(elsewhere.iter().copied(), elsewhere.len(), NAMED_PER_DAY);
    let name = "of other times, and asked all the same".to_owned();
    cases.extend(seen.result_in(left).map(|result| TestCase { name, class: format!("trailseal.{}", chain.id), result }));
    cases
}

/// True if a chain was asked for some of this time.
fn is_asked(report: &Report, chain: &Chain, period: &Period) -> bool {
    let questions = &report.asked.questions;
    questions.is_empty()
        || questions.iter().any(|question| {
            question.matches_place(&chain.account, &chain.region, Some(&chain.identity()))
                && question.period.is_none_or(|asked| asked.meets(period))
        })
}

/// The time of a finding, if it has one. An instant is found on its day, too.
fn span(finding: &Finding) -> Option<(Time, Time)> {
    finding.from.zip(finding.to).map(|(from, to)| (from, to.max(from.plus(1))))
}

/// Gives each stretch the findings about its time, in one walk: many findings may concern many days.
fn place<'a>(findings: &[&'a Finding], stretches: &mut [Stretch<'a>]) {
    let mut spans: Vec<(Time, Time, usize)> =
        findings.iter().enumerate().filter_map(|(index, finding)| span(finding).map(|(from, to)| (from, to, index))).collect();
    spans.sort_unstable();
    let mut spans = spans.into_iter().peekable();
    let mut ends: BTreeSet<(Time, usize)> = BTreeSet::new();
    let mut current: BTreeSet<usize> = BTreeSet::new();
    for stretch in stretches {
        while let Some((_, to, index)) = spans.next_if(|(from, ..)| *from < stretch.period.to) {
            ends.insert((to, index));
            current.insert(index);
        }
        while let Some((_, index)) = ends.first().copied().filter(|(to, _)| *to <= stretch.period.from) {
            ends.pop_first();
            current.remove(&index);
        }
        let named = current.iter().filter_map(|index| findings.get(*index).copied());
        stretch.seen = Seen::of(named, current.len(), NAMED_PER_DAY);
    }
}

/// The days of a chain, and between them what is not covered, in order and without overlap.
fn stretches_of(chain: &Chain) -> Vec<Stretch<'_>> {
    let mut stretches: Vec<Stretch<'_>> = Vec::new();
    let mut days: Vec<Period> = Vec::new();
    for day in &chain.days {
        let Ok(begin) = Time::from_text(&day.day) else { continue };
        let period = Period { from: begin, to: begin.plus(DAY_SECONDS) };
        days.push(period);
        stretches.push(Stretch { period, day: Some(day), seen: Seen::default() });
    }
    // Whole days, however many: a gap may be as long as somebody asks or forges.
    let whole = |gap: &Period| Period { from: gap.from.day(), to: gap.to.plus(DAY_SECONDS - 1).day() };
    let empty = Spans::union(chain.gaps.iter().map(whole)).without(&Spans::union(days));
    stretches.extend(empty.into_periods().into_iter().map(|period| Stretch { period, day: None, seen: Seen::default() }));
    stretches.sort_by_key(|stretch| stretch.period);
    stretches
}

fn of_stretch(report: &Report, chain: &Chain, stretch: &Stretch<'_>, left: &mut usize) -> TestCase {
    let Stretch { period, day, seen } = stretch;
    let last = period.to.plus(-1).date_text();
    let first = period.from.date_text();
    let name = if first == last { first } else { format!("{first} to {last}") };
    let result = if !is_asked(report, chain, period) {
        CaseResult::Skipped { message: "not asked".to_owned() }
    } else if let Some(result) = seen.result_in(left) {
        result
    } else if day.is_some_and(|day| day.proved_seconds > 0) {
        CaseResult::Passed
    } else {
        // Nothing limits it, but it must not look proved.
        CaseResult::Skipped { message: "nothing is proved of this time".to_owned() }
    };
    TestCase { name, class: format!("trailseal.{}", chain.id), result }
}
