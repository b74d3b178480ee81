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

/// Of what a finding is, as far as one can be the cause of another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject<'a> {
    Chain(&'a str),
    /// A log file that nothing lists is of a place, and of no chain.
    Place(Place<'a>),
    Case,
}

impl<'a> Subject<'a> {
    fn of(finding: &'a Finding) -> Self {
        match (&finding.chain, stated_place(finding)) {
            (Some(chain), _) => Self::Chain(chain),
            (None, Some(place)) => Self::Place(place),
            (None, None) => Self::Case,
        }
    }
}

/// Findings of one code, effect and subject, sorted by their start, so that one that is near a time is found without a search through all.
#[derive(Default)]
struct Alike<'a> {
    /// What has no time is near to everything.
    untimed: Option<&'a Finding>,
    /// Each with its start, and the one of those up to it that ends last.
    timed: Vec<(Time, (Time, &'a Finding))>,
}

impl<'a> Alike<'a> {
    fn of(mut findings: Vec<&'a Finding>) -> Self {
        findings.sort_by_key(|finding| finding.from);
        let mut alike = Self::default();
        for finding in findings {
            let Some((from, to)) = time(finding) else {
                alike.untimed = alike.untimed.or(Some(finding));
                continue;
            };
            let last = alike.timed.last().map(|(_, reach)| *reach).filter(|(reach, _)| *reach >= to);
            alike.timed.push((from, last.unwrap_or((to, finding))));
        }
        alike
    }

    /// One whose time meets or touches that of a finding.
    fn near(&self, finding: &Finding) -> Option<&'a Finding> {
        let Some((from, to)) = time(finding) else { return self.untimed.or(self.timed.first().map(|(_, (_, first))| *first)) };
        let begun = self.timed.partition_point(|(start, _)| *start <= to);
        let last = begun.checked_sub(1).and_then(|last| self.timed.get(last));
        self.untimed.or(last.filter(|(_, (reach, _))| *reach >= from).map(|(_, (_, finding))| *finding))
    }
}

/// What may have brought about what: findings that weigh as much, are of the same chain, or of its place if it is of none, and whose times
/// meet or touch.
struct Causality<'a> {
    alike: BTreeMap<(Subject<'a>, Code, Effect), Alike<'a>>,
    /// The times of a code, an hour added on both sides.
    around: BTreeMap<(Subject<'a>, Code), Spans>,
}

impl<'a> Causality<'a> {
    fn of(findings: &[&'a Finding], place: impl Fn(&'a Finding) -> Option<Place<'a>>) -> Self {
        let mut gathered: BTreeMap<(Subject<'a>, Code, Effect), Vec<&'a Finding>> = BTreeMap::new();
        let mut around: BTreeMap<(Subject<'a>, Code), Vec<Period>> = BTreeMap::new();
        for finding in findings.iter().copied() {
            // What is of a chain is also of its place; what only names a place is the cause of nothing.
            let subjects = match Subject::of(finding) {
                Subject::Place(_) => continue,
                own => [Some(own), place(finding).map(Subject::Place)],
            };
            for subject in subjects.into_iter().flatten() {
                gathered.entry((subject, finding.code, finding.effect)).or_default().push(finding);
                let near = time(finding).map(|(from, to)| Period { from: from.plus(-HOUR_SECONDS), to: to.plus(HOUR_SECONDS) });
                around.entry((subject, finding.code)).or_default().extend(near);
            }
        }
        Self {
            alike: gathered.into_iter().map(|(key, findings)| (key, Alike::of(findings))).collect(),
            around: around.into_iter().map(|(key, periods)| (key, Spans::union(periods))).collect(),
        }
    }

    fn cause(&self, finding: &'a Finding) -> Option<&'a Finding> {
        let subject = Subject::of(finding);
        let heavy = [Effect::Refutes, Effect::Limits].into_iter().filter(|effect| *effect >= finding.effect);
        let near = |code: Code| heavy.clone().find_map(|effect| self.alike.get(&(subject, code, effect))?.near(finding));
        let likely = causes_of(finding.code).iter().copied();
        likely.filter(|code| finding.code != Code::CoverageGap || self.explains(subject, *code, finding)).find_map(near)
    }

    /// True if findings of one code account for all of a gap, give or take the hour of the digest file before or behind: one file without
    /// its signature is no reason for a day that is missing.
    fn explains(&self, subject: Subject<'a>, code: Code, gap: &Finding) -> bool {
        let Some((spans, (from, to))) = self.around.get(&(subject, code)).zip(time(gap)) else { return false };
        // What touches is one span.
        let begun = spans.0.partition_point(|span| span.from <= from);
        begun.checked_sub(1).and_then(|last| spans.0.get(last)).is_some_and(|span| to <= span.to)
    }
}

/// What is said of one entry alone: its name, and what is the matter with it.
fn particular(findings: &[&Finding], language: Language) -> Option<String> {
    let [finding] = findings else { return None };
    let is_entry = matches!(finding.about, About::Entry | About::Archive) && finding.last.is_none();
    let detail = finding.detail(language).filter(|_| is_entry)?;
    Some(format!("{}: {detail}", finding.subject(&finding.first, language)))
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
        let findings: Vec<&Finding> = self.findings.iter().filter(|finding| finding.effect > Effect::Informs).collect();
        let causality = Causality::of(&findings, |finding| places.get(finding.chain.as_deref()?).copied());
        let root_of = |finding: &Finding| {
            let mut root = causality.cause(finding)?;
            // The codes lead to no circle: each step comes nearer to what was found first.
            while let Some(cause) = causality.cause(root) {
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
