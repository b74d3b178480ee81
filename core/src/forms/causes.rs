//! What went wrong, each cause once, with what follows from it: as much as a first screen has room for.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::bytes::text::counted;
use crate::forms::words::{Language, found};
use crate::report::Report;
use crate::terms::finding::{About, Code, Effect, Finding};
use crate::terms::reason::Reason;
use crate::terms::spans::Spans;
use crate::terms::time::{HOUR_SECONDS, Period, Time};

/// One kind of thing that was found and bears on the verdict, wherever it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cause {
    /// Its code.
    pub code: Code,
    /// What it does to the verdict.
    pub effect: Effect,
    /// What was found, in numbers.
    pub what: String,
    /// In which chains or at which entry; empty if that says nothing.
    pub place: String,
    /// From the first to the last time concerned, with that of what follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Period>,
    /// The same as people say it; empty if there is none.
    pub when: String,
    /// What follows from it, in numbers.
    pub follows: Vec<String>,
    /// What to do.
    pub remedy: String,
}

/// The codes that a code follows from, the likeliest first, where they speak of the same chain and time, or both of no chain.
const fn causes_of(code: Code) -> &'static [Code] {
    match code {
        // The signature of the last one before a hole stands in the first one in it.
        Code::DigestSignatureMissing => &[Code::ChainDigestMissing],
        // The folders of a day hold both.
        Code::LogMissing => &[Code::ChainDigestMissing],
        Code::LogUnreferenced => &[Code::ChainDigestMissing, Code::CoverageGap],
        Code::LogUnproved => &[
            Code::ChainDigestMissing,
            Code::DigestSignatureInvalid,
            Code::DigestSignatureMalformed,
            Code::DigestKeyUnknown,
            Code::DigestAlgorithmUnsupported,
            Code::DigestSignatureMissing,
        ],
        Code::CoverageGap => &[
            Code::DigestMalformed,
            Code::ContainerTruncated,
            Code::ContainerTrailingData,
            Code::DigestSignatureInvalid,
            Code::DigestSignatureMalformed,
            Code::DigestKeyUnknown,
            Code::DigestAlgorithmUnsupported,
            Code::ChainDigestMissing,
            Code::DigestSignatureMissing,
        ],
        Code::ArchiveEmpty => {
            &[Code::ArchiveEntryUnreadable, Code::ArchiveEntryEncrypted, Code::ArchiveEntryUnsafe, Code::ArchiveLimit]
        }
        Code::ChainLinkHashMismatch => &[Code::DigestSignatureInvalid, Code::ContainerTruncated, Code::ContainerTrailingData],
        _ => &[],
    }
}

/// An account and a region.
type Place<'a> = (&'a str, &'a str);

/// The place that a finding names which is of no chain.
pub(crate) fn stated_place(finding: &Finding) -> Option<Place<'_>> {
    finding.reasons.iter().find_map(|reason| match reason {
        Reason::OfPlace { account, region } => Some((account.as_str(), region.as_str())),
        _ => None,
    })
}

/// The time of which a finding speaks.
fn time(finding: &Finding) -> Option<(Time, Time)> {
    finding.from.zip(finding.to)
}

/// True if one may have brought about the other: it weighs as much, is of the same chain or of its place if it is of none, and their times meet or touch.
fn brings_about(cause: &Finding, consequence: &Finding) -> bool {
    let is_near = match (time(cause), time(consequence)) {
        (Some((from, to)), Some((other_from, other_to))) => from <= other_to && other_from <= to,
        _ => true,
    };
    // A log file that nothing lists is of a place, and of no chain.
    let is_of_chain = cause.chain == consequence.chain || (consequence.chain.is_none() && stated_place(consequence).is_some());
    cause.effect >= consequence.effect && is_of_chain && is_near
}

/// What is said of one entry alone: its name, and what is the matter with it.
fn particular(findings: &[&Finding], language: Language) -> Option<String> {
    let [finding] = findings else { return None };
    let is_entry = matches!(finding.about, About::Entry | About::Archive) && finding.last.is_none();
    let detail = finding.detail(language).filter(|_| is_entry)?;
    Some(format!("{}: {detail}", finding.subject(&finding.first, language)))
}

/// True if findings of one code account for all of a gap, give or take the hour of the digest file before or behind: one file without its
/// signature is no reason for a day that is missing.
fn explain_gap(causes: &[&Finding], gap: &Finding) -> bool {
    let Some(gap) = time(gap).and_then(|(from, to)| Period::new(from, to).ok()) else { return false };
    let times = causes.iter().filter_map(|cause| time(cause));
    let near = Spans::union(times.map(|(from, to)| Period { from: from.plus(-HOUR_SECONDS), to: to.plus(HOUR_SECONDS) }));
    Spans::union([gap]).without(&near).into_periods().is_empty()
}

/// A time of a day, or days.
fn when(span: &Period) -> String {
    let (from, to) = (span.from.to_string(), span.to.to_string());
    match (from.split_once('T'), to.split_once('T')) {
        (Some((day, start)), Some((last, end))) if day == last => {
            let minute = |time: &str| time.get(..5).unwrap_or(time).to_owned();
            format!("{day}, {} to {} UTC", minute(start), minute(end))
        }
        (Some((day, _)), Some((last, _))) => format!("{day} to {last}"),
        _ => String::new(),
    }
}

/// Findings of one code and effect, and the numbers of what follows from them.
#[derive(Default)]
struct Gathered<'a> {
    findings: Vec<&'a Finding>,
    follows: BTreeMap<(Code, Effect), u64>,
    span: Option<(Time, Time)>,
}

impl Gathered<'_> {
    fn reach(&mut self, finding: &Finding) {
        let Some((from, to)) = time(finding) else { return };
        let (first, last) = self.span.unwrap_or((from, to));
        self.span = Some((first.min(from), last.max(to)));
    }
}

impl Report {
    /// What bears on the verdict, and the code of what it follows from in the end, if it does.
    pub(crate) fn bearing(&self) -> Vec<(&Finding, Option<(Effect, Code)>)> {
        let places: BTreeMap<&str, Place<'_>> =
            self.chains.iter().map(|chain| (chain.id.as_str(), (chain.account.as_str(), chain.region.as_str()))).collect();
        let place = |finding: &'_ Finding| match &finding.chain {
            Some(chain) => places.get(chain.as_str()).copied(),
            None => None,
        };
        let findings: Vec<&Finding> = self.findings.iter().filter(|finding| finding.effect > Effect::Informs).collect();
        let mut alike: BTreeMap<(Option<Place<'_>>, Code), Vec<&Finding>> = BTreeMap::new();
        for finding in &findings {
            alike.entry((place(finding), finding.code)).or_default().push(finding);
        }
        let cause_of = |finding: &Finding| {
            let place = place(finding).or_else(|| stated_place(finding));
            let likely = causes_of(finding.code).iter().filter_map(|code| alike.get(&(place, *code)));
            let of_code = |causes: &&Vec<&Finding>| finding.code != Code::CoverageGap || explain_gap(causes, finding);
            likely.filter(of_code).flatten().find(|cause| brings_about(cause, finding)).copied()
        };
        let root_of = |finding: &Finding| {
            let mut root = cause_of(finding)?;
            // The codes lead to no circle: each step comes nearer to what was found first.
            while let Some(cause) = cause_of(root) {
                root = cause;
            }
            Some((root.effect, root.code))
        };
        findings.iter().map(|finding| (*finding, root_of(finding))).collect()
    }

    /// What bears on the verdict, each cause once, those that refute first, then in the order of the findings.
    pub fn causes(&self, language: Language) -> Vec<Cause> {
        let mut order: Vec<(Effect, Code)> = Vec::new();
        let mut gathered: BTreeMap<(Effect, Code), Gathered<'_>> = BTreeMap::new();
        for (finding, cause) in self.bearing() {
            let own = (finding.effect, finding.code);
            let place = cause.unwrap_or(own);
            let group = gathered.entry(place).or_default();
            group.reach(finding);
            if place == own {
                group.findings.push(finding);
                if !order.contains(&own) {
                    order.push(own);
                }
            } else {
                let count = group.follows.entry((finding.code, finding.effect)).or_default();
                *count = count.saturating_add(finding.count);
            }
        }
        // What weighs so by itself stands before what only the verifier's policy weighs so.
        order.sort_by_key(|(effect, code)| (std::cmp::Reverse(*effect), code.explain().effect < *effect));
        let cause = |(effect, code): (Effect, Code)| {
            let group = gathered.get(&(effect, code))?;
            let count = group.findings.iter().map(|finding| finding.count).fold(0, u64::saturating_add);
            let span = group.span.and_then(|(from, to)| Period::new(from, to).ok());
            Some(Cause {
                code,
                effect,
                what: particular(&group.findings, language).unwrap_or_else(|| found(code, effect, count)),
                place: self.place(&group.findings, language),
                span,
                when: span.as_ref().map_or_else(String::new, when),
                follows: group.follows.iter().map(|((code, effect), count)| found(*code, *effect, *count)).collect(),
                remedy: code.explain().remedy.to_owned(),
            })
        };
        order.into_iter().filter_map(cause).collect()
    }

    /// Where findings of one code lie.
    fn place(&self, findings: &[&Finding], language: Language) -> String {
        let chains: BTreeSet<&str> = findings.iter().filter_map(|finding| finding.chain.as_deref()).collect();
        let asked = usize::try_from(self.counts.chains).unwrap_or(usize::MAX);
        match (chains.len(), findings) {
            (0, [finding]) if finding.last.is_none() && particular(findings, language).is_none() => {
                finding.subject(&finding.first, language)
            }
            (0, _) => String::new(),
            (1, _) => {
                let of_id = self.chains.iter().find(|chain| chains.contains(chain.id.as_str()));
                of_id.map_or_else(String::new, |chain| format!("{} {} {}", chain.account, chain.region, chain.trail))
            }
            (some, _) if some == asked => format!("all {asked} chains"),
            (some, _) => format!("{some} of {}", counted(asked as u64, "chain", "chains")),
        }
    }
}
