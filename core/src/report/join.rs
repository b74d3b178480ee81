//! Whether one report goes on where another ends: months that were handed over one by one, without the old files.
//!
//! Reports are taken in the order of their periods. Between two neighbours each chain has a *seam*. Continuous is only what these reports
//! show to be so: each passed for the period that it was asked, nothing of the whole period is left out for any chain, and at each seam
//! the later report names, begins with or ends with the very digest file with which the earlier one ends, by its SHA-256. What is not known joins
//! nothing: a hash that is not there is equal to no other.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::evidence::trail::name::DigestKind;
use crate::evidence::trail::section::{Chain, DigestFile};
use crate::report::{Key, Report};
use crate::terms::error::Error;
use crate::terms::finding::{Code, Effect};
use crate::terms::outcome::{Level, Outcome};
use crate::terms::scope::Question;
use crate::terms::spans::Spans;
use crate::terms::time::{Period, Time};

/// The name and version of the form in which it is told how reports join.
pub const JOINING_SCHEMA: &str = "trailseal-joining/1";

/// A report as it lay in a file.
#[derive(Clone, Debug)]
pub struct Filed {
    /// What its reader calls the file.
    pub name: String,
    /// The report.
    pub report: Report,
    /// True if the file holds exactly the canonical form, so that the SHA-256 of its bytes is the report digest.
    pub is_canonical: bool,
}

impl Filed {
    /// Reads a report from the bytes of a file.
    ///
    /// # Errors
    ///
    /// [`Error::Report`] as [`Report::from_json`].
    pub fn read(name: &str, json: &[u8]) -> Result<Self, Error> {
        let report = Report::from_json(json)?;
        let is_canonical = report.to_canonical_json() == json.strip_suffix(b"\n").unwrap_or(json);
        Ok(Self { name: name.to_owned(), report, is_canonical })
    }
}

/// What several reports come to together, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// Every chain is joined at every seam, and nothing of the whole period is left out.
    Continuous,
    /// Nothing speaks against that, but the reports do not show it.
    Indeterminate,
    /// Something speaks against it.
    NotJoined,
}

/// How reports join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Joining {
    /// `trailseal-joining/1`.
    pub schema: String,
    /// What the reports come to together.
    pub conclusion: Conclusion,
    /// The whole period: the one that was asked, or else from the first period of a report to the last; absent if a report has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// The reports, in the order of their periods.
    pub parts: Vec<Part>,
    /// The chains, those that join worst first, and of these those of which most time is missing.
    pub threads: Vec<Thread>,
    /// Chains of backfill digest files, which cover no time and are not judged here.
    pub backfill_chains: u64,
}

/// One report among those that are joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Part {
    /// What its reader calls the file.
    pub name: String,
    /// Files that hold the same report, and are counted once.
    pub copies: Vec<String>,
    /// The SHA-256 of the report's canonical form.
    pub report_digest: String,
    /// True if the file holds exactly these bytes.
    pub is_canonical: bool,
    /// The evidence root.
    pub evidence_root: String,
    /// Its verdict.
    pub overall: Outcome,
    /// The period that it was asked, from its first question to its last; absent if one of them states none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// False if what it says of itself does not fit together, so that trailseal did not write it so.
    pub is_consistent: bool,
    /// The weights that its verifier changed.
    pub policy: BTreeMap<Code, Effect>,
    /// Of these, codes that were lowered and found: a pass is by the policy.
    pub let_pass: Vec<Code>,
    /// Chains that were asked and that it only counts.
    pub unlisted_chains: u64,
    /// True if every question names accounts.
    pub names_accounts: bool,
    /// True if every question names regions.
    pub names_regions: bool,
    /// True if it asks for other accounts, regions, trails or renamings than the report before.
    pub is_other_question: bool,
    /// Keys of the verifier's own that verified digest files.
    pub keys: u64,
    /// Of these, keys that the verifier of the report before did not have.
    pub new_keys: u64,
    /// Keys that verified digest files of the report before, and that this report's verifier did not have.
    pub gone_keys: u64,
}

impl Part {
    /// What it comes to by itself.
    pub fn conclusion(&self) -> Conclusion {
        let is_whole = self.is_consistent
            && self.overall == Outcome::Passed
            && self.period.is_some()
            && self.let_pass.is_empty()
            && self.unlisted_chains == 0;
        match self.overall {
            Outcome::Failed => Conclusion::NotJoined,
            _ if is_whole => Conclusion::Continuous,
            _ => Conclusion::Indeterminate,
        }
    }
}

/// One chain through all reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Thread {
    /// Its account.
    pub account: String,
    /// Its source region.
    pub region: String,
    /// Its trail.
    pub trail: String,
    /// The region in which the trail was created.
    pub home_region: String,
    /// What it comes to.
    pub conclusion: Conclusion,
    /// What each report says of it, in their order; null where a report has no such chain in what it was asked.
    pub stretches: Vec<Option<Stretch>>,
    /// How each two neighbours meet; one less than there are reports.
    pub seams: Vec<Seam>,
    /// Time of the whole period for which it was not asked, or is not proved.
    pub missing: Vec<Period>,
}

/// What one report says of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stretch {
    /// The chain's id in this report.
    pub chain: String,
    /// The first proved instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proved_from: Option<Time>,
    /// The end of the last proved hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proved_to: Option<Time>,
    /// The last proved digest file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<DigestFile>,
    /// The first proved digest file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<DigestFile>,
    /// The digest file that the first proved one names as its predecessor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predecessor: Option<DigestFile>,
    /// True if all of its digest and log files are proved, under keys of the verifier's own, without a gap.
    pub is_whole: bool,
}

/// How a chain goes on from one report to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Seam {
    /// The first digest file of the later report names the last one of the earlier report, by hash.
    Joined,
    /// The later report begins, or ends, with the digest file with which the earlier one ends, by hash.
    Shared,
    /// Both prove this time, and no hash in them says whether by the same digest files.
    Overlap {
        /// Where the later one begins.
        from: Time,
        /// Where the first of them ends.
        to: Time,
    },
    /// A hash that would tell is not there, or is none.
    Unhashed,
    /// One of the two proves no digest file of it.
    Unproved,
    /// The later report does not have it.
    Ends {
        /// True if the later report was asked for it.
        is_asked: bool,
    },
    /// The earlier report does not have it.
    Begins {
        /// True if the earlier report was asked for it.
        is_asked: bool,
    },
    /// Neither report has it.
    Absent,
    /// Nothing is proved from the end of the earlier one to the beginning of the later one.
    Gap {
        /// Where the earlier one ends.
        from: Time,
        /// Where the later one begins.
        to: Time,
    },
    /// The first digest file of the later report names no predecessor: it starts a chain.
    Starts,
    /// The first digest file of the later report names another one than the last of the earlier report.
    Other,
    /// The first digest file of the later report names the last one of the earlier report with another hash, or its content by another
    /// name.
    Contradicted,
}

impl Seam {
    /// What it comes to.
    pub const fn conclusion(&self) -> Conclusion {
        match self {
            Self::Joined | Self::Shared => Conclusion::Continuous,
            Self::Overlap { .. } | Self::Unhashed | Self::Unproved | Self::Ends { .. } | Self::Begins { .. } | Self::Absent => {
                Conclusion::Indeterminate
            }
            Self::Gap { .. } | Self::Starts | Self::Other | Self::Contradicted => Conclusion::NotJoined,
        }
    }

    fn between(earlier: &Chain, later: &Chain) -> Self {
        let (Some(last), Some(end), Some(_), Some(begin)) = (&earlier.last, earlier.proved_to, &later.last, later.proved_from)
        else {
            return Self::Unproved;
        };
        let Some(hash) = known(last) else { return Self::Unhashed };
        if [&later.first, &later.last].into_iter().flatten().any(|other| known(other) == Some(hash) && other.object == last.object)
        {
            return Self::Shared;
        }
        if end < begin {
            return Self::Gap { from: end, to: begin };
        }
        let Some(named) = &later.predecessor else { return Self::Starts };
        let is_same_name = named.object == last.object;
        match known(named) {
            None => Self::Unhashed,
            Some(named) if is_same_name != (named == hash) => Self::Contradicted,
            Some(_) if is_same_name && begin == end => Self::Joined,
            // A predecessor ends where its successor begins.
            Some(_) if is_same_name => Self::Contradicted,
            Some(_) if begin < end => Self::Overlap { from: begin, to: later.proved_to.map_or(end, |other| other.min(end)) },
            Some(_) => Self::Other,
        }
    }
}

/// The hash of a digest file, if it is one: SHA-256 in hexadecimal, as reports write it.
fn known(file: &DigestFile) -> Option<&str> {
    let is_hash = |hash: &&str| hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    file.sha256.as_deref().filter(is_hash)
}

impl Joining {
    /// Joins reports, in any order. The whole period is the one that is `asked`, or else that of the reports.
    pub fn of(filed: &[Filed], asked: Option<Period>) -> Self {
        let (reports, parts) = sorted(filed);
        let of_parts = parts.iter().map(|part| part.period).collect::<Option<Vec<Period>>>();
        let period = asked.or_else(|| {
            let periods = of_parts?;
            let ends = periods.iter().map(|period| period.from).min().zip(periods.iter().map(|period| period.to).max());
            ends.and_then(|(from, to)| Period::new(from, to).ok())
        });
        let mut threads: Vec<Thread> = spun(&reports).iter().map(|chains| thread(chains, &reports, period)).collect();
        threads.sort_by(|one, other| {
            let name = |thread: &Thread| {
                let ids = thread.stretches.iter().flatten().map(|stretch| stretch.chain.clone()).collect::<Vec<_>>();
                let missing = thread.missing.iter().map(Period::seconds).fold(0, u64::saturating_add);
                (std::cmp::Reverse((thread.conclusion, missing)), ids)
            };
            name(one).cmp(&name(other))
        });
        let is_something = period.is_some() && parts.len() > 1 && !threads.is_empty();
        let own = if is_something { Conclusion::Continuous } else { Conclusion::Indeterminate };
        let all = parts.iter().map(Part::conclusion).chain(threads.iter().map(|thread| thread.conclusion)).chain([own]);
        let is_backfill = |chain: &&Chain| chain.in_scope && chain.kind == DigestKind::Backfill;
        let backfill: BTreeSet<&str> =
            reports.iter().flat_map(|report| report.chains.iter().filter(is_backfill)).map(|chain| chain.id.as_str()).collect();
        Self {
            schema: JOINING_SCHEMA.to_owned(),
            conclusion: all.max().unwrap_or(Conclusion::Indeterminate),
            period,
            parts,
            threads,
            backfill_chains: backfill.len() as u64,
        }
    }

    /// What is told, as canonical JSON (RFC 8785), without a line feed at the end.
    pub fn to_canonical_json(&self) -> Vec<u8> {
        // Strings, integers and lists always serialise, as in the report.
        serde_json_canonicalizer::to_vec(self).unwrap_or_default()
    }
}

/// The reports in the order of their periods, each once, and what is told of each.
fn sorted(filed: &[Filed]) -> (Vec<&Report>, Vec<Part>) {
    let mut once: BTreeMap<(Option<Period>, String), Vec<&Filed>> = BTreeMap::new();
    for file in filed {
        let period = file.report.asked_period().or(file.report.proved_extent);
        once.entry((period, file.report.digest())).or_default().push(file);
    }
    let (mut reports, mut parts): (Vec<&Report>, Vec<Part>) = (Vec::new(), Vec::new());
    for ((_, digest), files) in once {
        let Some((first, copies)) = files.split_first() else { continue };
        let copies = copies.iter().map(|file| file.name.clone()).collect();
        let part = part(&first.report, reports.last().copied());
        let is_canonical = files.iter().all(|file| file.is_canonical);
        parts.push(Part { name: first.name.clone(), copies, report_digest: digest, is_canonical, ..part });
        reports.push(&first.report);
    }
    (reports, parts)
}

/// What is told of a report, beside the one before.
fn part(report: &Report, before: Option<&Report>) -> Part {
    let questions = &report.asked.questions;
    let is_lowered = |code: &Code, effect: &Effect| *effect < code.explain().effect;
    let is_found = |code: &Code| report.findings.iter().any(|finding| finding.code == *code && !finding.outside_scope);
    let lowered = report.asked.policy.iter().filter(|(code, effect)| is_lowered(code, effect) && is_found(code));
    let listed = report.chains.iter().filter(|chain| chain.in_scope).count() as u64;
    let own = |report: &Report| report.keys.iter().filter(|key| key.level > Level::Enclosed).cloned().collect::<Vec<Key>>();
    let lacks = |keys: &[Key], others: &[Key]| {
        let others: BTreeSet<&str> = others.iter().map(|key| key.sha256.as_str()).collect();
        keys.iter().filter(|key| key.digests > 0 && !others.contains(key.sha256.as_str())).count() as u64
    };
    let (keys, keys_before) = (own(report), before.map(own));
    Part {
        name: String::new(),
        copies: Vec::new(),
        report_digest: String::new(),
        is_canonical: false,
        evidence_root: report.evidence_root.clone(),
        overall: report.overall,
        period: report.asked_period(),
        is_consistent: is_consistent(report),
        policy: report.asked.policy.clone(),
        let_pass: lowered.map(|(code, _)| *code).collect(),
        unlisted_chains: report.left_out.chains.max(report.counts.chains.saturating_sub(listed)),
        names_accounts: !questions.is_empty() && questions.iter().all(|question| !question.accounts.is_empty()),
        names_regions: !questions.is_empty() && questions.iter().all(|question| !question.regions.is_empty()),
        is_other_question: before.is_some_and(|before| places(report) != places(before)),
        keys: keys.iter().filter(|key| key.digests > 0).count() as u64,
        new_keys: keys_before.as_ref().map_or(0, |before| lacks(&keys, before)),
        gone_keys: keys_before.as_ref().map_or(0, |before| lacks(before, &keys)),
    }
}

/// What a report was asked, apart from when.
fn places(report: &Report) -> (BTreeSet<Question>, &[String]) {
    let places = report.asked.questions.iter().map(|question| Question { period: None, ..question.clone() });
    (places.collect(), &report.asked.relocated)
}

/// True if the verdict of a report is what its axes and findings come to, and no chain is told twice.
fn is_consistent(report: &Report) -> bool {
    let ids: BTreeSet<&str> = report.chains.iter().map(|chain| chain.id.as_str()).collect();
    let is_open = report.counts.limiting > 0
        || report.counts.refuting > 0
        || report.findings.iter().any(|finding| finding.effect > Effect::Informs);
    // What contradicts is a finding, which would stand there.
    let (digests, logs) = (&report.counts.digests, &report.counts.logs);
    let of_chains = report.chains.iter().filter(|chain| chain.in_scope);
    let is_contradicted = digests.failed.max(logs.failed).max(logs.missing) > 0
        || of_chains.clone().any(|chain| chain.digests.failed.max(chain.logs.failed).max(chain.logs.missing) > 0);
    let is_summed =
        report.left_out.chains > 0 || of_chains.map(|chain| chain.digests.proved).fold(0, u64::saturating_add) == digests.proved;
    let is_passed = report.overall == Outcome::Passed;
    report.overall == report.axes.overall()
        && ids.len() == report.chains.len()
        && !(is_passed && (is_open || is_contradicted))
        && is_summed
}

/// A chain's name, wherever it lies.
fn key(chain: &Chain) -> [&str; 4] {
    [&chain.account, &chain.region, &chain.trail, &chain.home_region]
}

/// By what a chain that ends, or one that begins, is known.
type Mean<'m> = &'m dyn Fn(&Chain, bool) -> Option<String>;

/// The chains of each thread, one for each report. A chain goes on the thread whose last digest file it names by hash; else on that of its
/// id; else on that which ends at the place where it begins.
fn spun<'a>(reports: &[&'a Report]) -> Vec<Vec<Option<&'a Chain>>> {
    let mut threads: Vec<Vec<Option<&'a Chain>>> = Vec::new();
    for (number, report) in reports.iter().enumerate() {
        let ends: Vec<&Chain> = threads.iter().filter_map(|thread| thread.iter().rev().copied().flatten().next()).collect();
        let is_judged = |chain: &&'a Chain| chain.in_scope && chain.kind == DigestKind::Normal;
        let mut left: Vec<&'a Chain> = report.chains.iter().filter(is_judged).collect();
        let mut taken: BTreeMap<usize, &'a Chain> = BTreeMap::new();
        let by_hash = |chain: &Chain, is_end: bool| {
            let file = if is_end { &chain.last } else { &chain.predecessor };
            file.as_ref().and_then(known).map(str::to_owned)
        };
        let by_first = |chain: &Chain, is_end: bool| {
            let file = if is_end { &chain.last } else { &chain.first };
            file.as_ref().and_then(known).map(str::to_owned)
        };
        let by_id = |chain: &Chain, _: bool| Some(chain.id.clone());
        let by_place = |chain: &Chain, is_end: bool| if is_end { chain.places.last() } else { chain.places.first() }.cloned();
        let means: [Mean<'_>; 4] = [&by_hash, &by_first, &by_id, &by_place];
        for mean in means {
            let mut free: BTreeMap<([&str; 4], String), usize> = BTreeMap::new();
            for (thread, end) in ends.iter().enumerate().filter(|(thread, _)| !taken.contains_key(thread)) {
                free.extend(mean(end, true).map(|mark| ((key(end), mark), thread)));
            }
            left.retain(|chain| {
                let thread = mean(chain, false).and_then(|mark| free.remove(&(key(chain), mark)));
                thread.map(|thread| taken.insert(thread, *chain)).is_none()
            });
        }
        for (thread, chains) in threads.iter_mut().enumerate() {
            chains.push(taken.get(&thread).copied());
        }
        threads.extend(left.into_iter().map(|chain| {
            let mut thread = vec![None; number];
            thread.push(Some(chain));
            thread
        }));
    }
    threads
}

/// What a chain comes to through all reports, of which one has it at least.
fn thread(chains: &[Option<&Chain>], reports: &[&Report], whole: Option<Period>) -> Thread {
    let [account, region, trail, home_region] =
        chains.iter().flatten().next().map(|chain| key(chain)).unwrap_or_default().map(str::to_owned);
    let seams: Vec<Seam> = chains
        .iter()
        .zip(chains.iter().skip(1))
        .zip(reports.iter().zip(reports.iter().skip(1)))
        .map(|(chains, (earlier, later))| match chains {
            (None, None) => Seam::Absent,
            (Some(chain), None) => Seam::Ends { is_asked: is_asked(later, chain) },
            (None, Some(chain)) => Seam::Begins { is_asked: is_asked(earlier, chain) },
            (Some(earlier), Some(later)) => Seam::between(earlier, later),
        })
        .collect();
    let mut covered: Vec<Period> = Vec::new();
    for (chain, report) in chains.iter().zip(reports) {
        covered.extend(chain.iter().flat_map(|chain| proved(chain, report)));
    }
    let missing = Spans::union(whole).without(&Spans::union(covered)).into_periods();
    let stretches: Vec<Option<Stretch>> = chains.iter().map(|chain| chain.map(stretch)).collect();
    let is_whole = whole.is_some() && missing.is_empty() && stretches.iter().flatten().all(|stretch| stretch.is_whole);
    let own = if is_whole { Conclusion::Continuous } else { Conclusion::Indeterminate };
    let conclusion = seams.iter().map(Seam::conclusion).chain([own]).max().unwrap_or(own);
    Thread { account, region, trail, home_region, conclusion, stretches, seams, missing }
}

fn is_asked(report: &Report, chain: &Chain) -> bool {
    let questions = &report.asked.questions;
    let asks = |question: &Question| question.matches_place(&chain.account, &chain.region, Some(&chain.identity()));
    questions.is_empty() || questions.iter().any(asks)
}

/// The time for which a report was asked about a chain, and that it proves.
fn proved(chain: &Chain, report: &Report) -> Vec<Period> {
    let asks = |question: &&Question| question.matches_place(&chain.account, &chain.region, Some(&chain.identity()));
    let asked = Spans::union(report.asked.questions.iter().filter(asks).filter_map(|question| question.period));
    let extent = chain.proved_from.zip(chain.proved_to).map(|(from, to)| Period { from, to });
    let unproved = asked.without(&Spans::union(extent));
    asked.without(&unproved).without(&Spans::union(chain.gaps.iter().copied())).into_periods()
}

fn stretch(chain: &Chain) -> Stretch {
    let (digests, logs) = (chain.digests, chain.logs);
    let is_proved = digests.proved > 0 && digests.all() == digests.authenticated && logs.listed() == logs.authenticated;
    Stretch {
        chain: chain.id.clone(),
        proved_from: chain.proved_from,
        proved_to: chain.proved_to,
        last: chain.last.clone(),
        first: chain.first.clone(),
        predecessor: chain.predecessor.clone(),
        is_whole: is_proved && chain.gaps.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use trailseal_forge::archive::Archive;

    use super::*;
    use crate::Request;
    use crate::forged::{report, trail};
    use crate::report::Axes;

    /// An instant so many hours, and minutes, after the first digest file begins.
    fn at(hours: i64, minutes: i64) -> String {
        Time::from_text("2026-03-01T00:01:31Z").unwrap().plus(hours * 3600 + minutes * 60).to_string()
    }

    /// Reports on these periods, over an archive of one digest file for each hour.
    fn asked(periods: &[(String, String)]) -> Vec<Filed> {
        let chain = trail("2026-03-01T00:01:31Z").chain(&[1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1]);
        let archive = Archive::of(&[&chain]);
        let filed = periods.iter().enumerate().map(|(number, (from, to))| {
            let request = Request {
                from: Some(from.clone()),
                to: Some(to.clone()),
                accounts: vec!["111122223333".to_owned()],
                regions: vec!["us-east-1".to_owned()],
                ..Request::default()
            };
            let json = report(&archive, &request).to_canonical_json();
            Filed::read(&format!("{number}.json"), &json).unwrap()
        });
        filed.collect()
    }

    fn hours(cuts: &[i64]) -> Vec<Filed> {
        asked(&cuts.windows(2).map(|pair| (at(pair[0], 0), at(pair[1], 0))).collect::<Vec<_>>())
    }

    /// All words that are said.
    fn words(joining: &Joining) -> String {
        let chains = joining.chains().into_iter().flat_map(|(head, troubles)| [vec![head], troubles].concat());
        [vec![joining.sentence()], joining.remarks().concat(), chains.collect(), joining.accounts()].concat().join("\n")
    }

    #[test]
    fn reports_that_follow_each_other_by_hash_are_continuous_in_any_order() {
        let mut filed = hours(&[0, 3, 6, 9, 12]);
        let joining = Joining::of(&filed, None);
        assert_eq!(joining.conclusion, Conclusion::Continuous, "{}", words(&joining));
        assert_eq!(joining.threads[0].seams, [Seam::Joined, Seam::Joined, Seam::Joined]);
        assert_eq!(joining.period, Some(format!("{}/{}", at(0, 0), at(12, 0)).parse().unwrap()));
        assert_eq!(serde_json::from_slice::<Joining>(&joining.to_canonical_json()).unwrap(), joining);
        filed.reverse();
        assert_eq!(Joining::of(&filed, None), joining);
        filed.push(Filed { name: "again.json".to_owned(), ..filed[0].clone() });
        let twice = Joining::of(&filed, None);
        assert_eq!((twice.conclusion, twice.parts.len()), (Conclusion::Continuous, 4));
        assert_eq!(twice.parts[3].copies, ["again.json"]);
        let within = |from: i64, to: i64| Joining::of(&filed, format!("{}/{}", at(from, 0), at(to, 0)).parse().ok()).conclusion;
        assert_eq!(within(1, 11), Conclusion::Continuous);
        assert_eq!(within(0, 13), Conclusion::Indeterminate, "an hour that no report was asked about");
        assert_eq!(Joining::of(&filed[..1], None).conclusion, Conclusion::Indeterminate, "one report joins nothing");
        assert_eq!(Joining::of(&[], None).conclusion, Conclusion::Indeterminate);
    }

    #[test]
    fn the_file_is_told_from_what_was_read_of_it() {
        let json = hours(&[0, 3])[0].report.to_canonical_json();
        let is_canonical = |json: &[u8]| Filed::read("a", json).unwrap().is_canonical;
        assert!(is_canonical(&json) && is_canonical(&[json.as_slice(), b"\n"].concat()));
        let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert!(!is_canonical(&serde_json::to_vec_pretty(&value).unwrap()));
        let more = String::from_utf8(json).unwrap().replacen('{', "{\"about\":1,", 1);
        assert!(!is_canonical(more.as_bytes()), "a field that is not read");
    }

    #[test]
    fn what_meets_without_a_hash_in_common_is_not_told() {
        let met = Joining::of(&asked(&[(at(0, 0), at(3, 30)), (at(3, 30), at(6, 0))]), None);
        assert_eq!((met.conclusion, &met.threads[0].seams[..]), (Conclusion::Continuous, &[Seam::Shared][..]), "within an hour");
        let filed = asked(&[(at(0, 0), at(4, 0)), (at(2, 30), at(6, 0))]);
        let joining = Joining::of(&filed, None);
        let overlap = Period::new(Time::from_text(&at(2, 0)).unwrap(), Time::from_text(&at(4, 0)).unwrap()).unwrap();
        assert_eq!(joining.threads[0].seams, [Seam::Overlap { from: overlap.from, to: overlap.to }]);
        assert!(joining.threads[0].missing.is_empty());
        assert_eq!(joining.conclusion, Conclusion::Indeterminate);
        let same_end = Joining::of(&asked(&[(at(0, 0), at(6, 0)), (at(3, 0), at(6, 0))]), None);
        assert_eq!((same_end.conclusion, &same_end.threads[0].seams[..]), (Conclusion::Continuous, &[Seam::Shared][..]));
    }

    /// What three reports come to if the second of them is changed.
    fn spoilt(change: &dyn Fn(&mut Report)) -> (Conclusion, String) {
        let mut filed = hours(&[0, 4, 8, 12]);
        change(&mut filed[1].report);
        let joining = Joining::of(&filed, None);
        (joining.conclusion, words(&joining))
    }

    fn holds(expected: Conclusion, said: &str, change: &dyn Fn(&mut Report)) {
        let (conclusion, words) = spoilt(change);
        assert_eq!(conclusion, expected, "{words}");
        assert!(words.contains(said), "{said}: {words}");
    }

    const OPEN: Conclusion = Conclusion::Indeterminate;
    const AGAINST: Conclusion = Conclusion::NotJoined;

    /// What would be a wrong answer, one at a time: at the seams before and behind the second report.
    #[test]
    fn whatever_does_not_fit_at_a_seam_alone_is_enough() {
        fn named(report: &mut Report) -> &mut DigestFile {
            report.chains[0].predecessor.as_mut().unwrap()
        }
        fn last(report: &mut Report) -> &mut DigestFile {
            report.chains[0].last.as_mut().unwrap()
        }
        assert_eq!(spoilt(&|_| ()).0, Conclusion::Continuous);
        holds(OPEN, "a hash that would tell is not there", &|report| named(report).sha256 = None);
        holds(OPEN, "a hash that would tell is not there", &|report| last(report).sha256 = None);
        holds(OPEN, "a hash that would tell is not there", &|report| named(report).sha256 = Some(String::new()));
        holds(AGAINST, "does not fit", &|report| named(report).sha256 = Some("0".repeat(64)));
        holds(AGAINST, "does not fit", &|report| named(report).object.push('x'));
        holds(AGAINST, "does not fit", &|report| last(report).object.push('x'));
        holds(AGAINST, "behind another digest file", &|report| {
            *named(report) = DigestFile { object: "s3://b/k".to_owned(), sha256: Some("0".repeat(64)) };
        });
        holds(AGAINST, "the chain begins anew", &|report| report.chains[0].predecessor = None);
        holds(OPEN, "report 1 or 2 proves no digest file", &|report| report.chains[0].last = None);
    }

    /// And in the second report itself.
    #[test]
    fn whatever_a_report_does_not_show_alone_is_enough() {
        holds(OPEN, "was not asked for it", &|report| {
            report.asked.questions[0].accounts = ["444455556666".to_owned()].into();
            report.chains.clear();
        });
        holds(OPEN, "was asked for it and lists no such chain", &|report| report.chains.clear());
        holds(OPEN, "account 111122223333 is in reports 1, 3 of 3 only", &|report| report.chains[0].in_scope = false);
        holds(OPEN, "1 chain was asked that it only counts", &|report| report.counts.chains += 1);
        holds(OPEN, "2 chains were asked that it only counts", &|report| report.left_out.chains = 2);
        holds(OPEN, "does not prove all of it", &|report| report.chains[0].digests.unproved = 1);
        holds(OPEN, "does not prove all of it", &|report| report.chains[0].logs.authenticated -= 1);
        let gap = || format!("{}/{}", at(5, 0), at(6, 0)).parse::<Period>().unwrap();
        holds(OPEN, "not proved, or not asked: 2026-03-01T05:01:31Z to", &|report| report.chains[0].gaps.push(gap()));
        holds(OPEN, "asked no period", &|report| report.asked.questions[0].period = None);
        holds(OPEN, "not proved, or not asked", &|report| report.asked.questions[0].period = Some(gap()));
        holds(OPEN, "do not fit together", &|report| report.overall = Outcome::Indeterminate);
        holds(OPEN, "do not fit together", &|report| report.counts.refuting = 1);
        holds(OPEN, "do not fit together", &|report| report.chains.push(report.chains[0].clone()));
        let failed = |report: &mut Report| {
            report.axes = Axes { integrity: Outcome::Failed, ..report.axes };
            report.overall = Outcome::Failed;
        };
        holds(AGAINST, "2 of 3 reports passed for their own periods", &failed);
        holds(Conclusion::Continuous, "policy: chain.restart informs", &|report| {
            report.asked.policy.insert(Code::ChainRestart, Effect::Informs);
        });
        holds(OPEN, "let pass what was found: coverage.gap", &|report| {
            report.asked.policy.insert(Code::CoverageGap, Effect::Informs);
            let finding = serde_json::json!({
                "code": "coverage.gap", "axis": "coverage", "effect": "informs", "about": "chain", "first": "x", "count": 1
            });
            report.findings.push(serde_json::from_value(finding).unwrap());
        });
        holds(Conclusion::Continuous, "asks for other accounts", &|report| {
            report.asked.questions[0].accounts.insert("444455556666".to_owned());
        });
        holds(Conclusion::Continuous, "report 1 was verified without 1 of them", &|report| report.keys[0].sha256 = "0".repeat(64));
    }

    #[test]
    fn an_hour_between_two_reports_is_a_gap() {
        let joining = Joining::of(&asked(&[(at(0, 0), at(3, 0)), (at(4, 0), at(6, 0))]), None);
        assert!(matches!(joining.threads[0].seams[..], [Seam::Gap { .. }]));
        assert_eq!((joining.conclusion, joining.threads[0].missing.len()), (Conclusion::NotJoined, 1));
    }

    #[test]
    fn two_chains_of_one_name_are_told_apart_by_hash_and_by_place() {
        let mut filed = hours(&[0, 4, 8]);
        let mut double = |mark: char| {
            for file in &mut filed {
                file.report.counts.digests.proved += file.report.chains[0].digests.proved;
                let mut chain = file.report.chains[0].clone();
                chain.id.push(mark);
                chain.places[0].push(mark);
                for file in [&mut chain.last, &mut chain.first, &mut chain.predecessor].into_iter().flatten() {
                    let hash = file.sha256.take().unwrap();
                    file.sha256 = Some(hash.chars().rev().collect());
                    file.object.push(mark);
                }
                file.report.chains.insert(0, chain);
                file.report.counts.chains += 1;
            }
        };
        double('x');
        let joining = Joining::of(&filed, None);
        assert_eq!((joining.conclusion, joining.threads.len()), (Conclusion::Continuous, 2), "{}", words(&joining));
        // The second report calls both after one another: only the hashes tell.
        let later = &mut filed[1].report.chains;
        (later[0].id, later[1].id) = (later[1].id.clone(), later[0].id.clone());
        assert_eq!(Joining::of(&filed, None).conclusion, Conclusion::Continuous);
        // A chain whose place is another one, and which names nothing that the earlier report has, is another chain.
        let chain = &mut filed[1].report.chains[0];
        (chain.id, chain.places) = ("y".to_owned(), vec!["s3://y".to_owned()]);
        chain.predecessor.as_mut().unwrap().sha256 = Some("0".repeat(64));
        let joining = Joining::of(&filed, None);
        assert_eq!((joining.conclusion, joining.threads.len()), (Conclusion::Indeterminate, 3), "{}", words(&joining));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Whatever periods are asked of one archive: continuous is what begins, each time, with the last digest file of the one before,
        /// or with the next.
        #[test]
        fn only_what_meets_exactly_is_continuous(steps in prop::collection::vec((Just(3_i64), prop::sample::select(vec![-2_i64, -1, 0, 0, 1])), 2..4)) {
            let (mut begin, mut periods) = (1_i64, Vec::new());
            for (length, shift) in &steps {
                let end = begin + length;
                periods.push((at(begin, 0), at(end, 0)));
                begin = end + shift;
            }
            let joins = steps.iter().rev().skip(1).all(|(_, shift)| matches!(shift, 0 | -1));
            prop_assert_eq!(Joining::of(&asked(&periods), None).conclusion == Conclusion::Continuous, joins);
        }
    }
}
