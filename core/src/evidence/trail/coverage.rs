//! What was asked against what is proved: intervals, gaps and the days of the coverage matrix.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::trail::graph::{Graph, Node};
use crate::evidence::trail::name::{ChainId, DigestKind};
use crate::evidence::trail::section::Day;
use crate::terms::finding::{About, Code};
use crate::terms::ledger::{Ledger, Raise};
use crate::terms::reason::Reason;
use crate::terms::scope::{Question, Scope, TrailAsked};
use crate::terms::spans::Spans;
use crate::terms::time::{DAY_SECONDS, HOUR_SECONDS, Period, Time};

/// How a chain covers what was asked of it.
#[derive(Default)]
pub(crate) struct Coverage {
    pub(crate) proved: Spans,
    pub(crate) silent: Spans,
    pub(crate) gaps: Spans,
    /// True if a period was asked, and the chain covers all of it.
    pub(crate) is_complete: bool,
}

/// Covers one chain and enters its gaps.
pub(crate) fn judge_chain(nodes: &[Node<'_>], scope: &Scope, ledger: &mut Ledger<'_>) -> Coverage {
    let signed = || nodes.iter().filter(|node| node.is_signed());
    let spans_of =
        |is_silent: bool| Spans::union(signed().filter(|node| node.digest.is_silent() == is_silent).filter_map(Node::covers));
    let proved = Spans::union(signed().filter_map(Node::covers));
    // An hour that two digest files cover is silent only if neither lists a log file.
    let silent = spans_of(true).without(&spans_of(false));
    let Some(chain) = nodes.first().map(|node| node.chain) else { return Coverage::default() };
    if chain.kind == DigestKind::Backfill || !nodes.iter().any(Node::is_of_chain) {
        return Coverage { proved, silent, ..Coverage::default() };
    }
    let everything = [Question::default()];
    let questions = if scope.questions.is_empty() { everything.as_slice() } else { scope.questions.as_slice() };
    let questions: Vec<_> =
        questions.iter().filter(|question| question.matches_place(chain.account, chain.region, Some(chain))).collect();
    let extent = Spans::union(nodes.iter().filter(|node| node.is_of_chain()).filter_map(Node::covers));
    let own_extent = extent.first().zip(extent.last()).map(|(from, to)| Period { from, to });
    let owed = Spans::union(questions.iter().filter_map(|question| question.period.or(own_extent)));
    let gaps = owed.without(&proved);
    let ends = sorted(signed().filter_map(Node::covers).map(|period| period.to));
    let mut begins: Vec<(Time, &Node<'_>)> = signed().filter_map(|node| Some((node.covers()?.from, node))).collect();
    begins.sort_by_key(|(begin, _)| *begin);
    let mut starts: Vec<&Node<'_>> = signed().filter(|node| node.is_starting()).collect();
    starts.sort_by_key(|node| node.digest.period().to);
    let unsigned = || nodes.iter().filter(|node| !node.is_signed());
    let unsigned_ends = sorted(unsigned().map(|node| node.digest.period().to));
    let unsigned_begins = sorted(unsigned().map(|node| node.digest.period().from));
    for gap in &gaps.0 {
        let before = ends.partition_point(|end| *end <= gap.from).checked_sub(1).and_then(|last| ends.get(last));
        let after = begins.get(begins.partition_point(|(begin, _)| *begin < gap.to));
        // Unsigned digest files that reach into the gap: those that begin before its end, less those that end before it begins.
        let begun = unsigned_begins.partition_point(|begin| *begin < gap.to);
        let inside = begun.saturating_sub(unsigned_ends.partition_point(|end| *end <= gap.from));
        let bounds = match (before.copied(), after) {
            (Some(end), Some((begin, _))) => Reason::Between { end, begin: *begin },
            (Some(end), None) => Reason::After { end },
            (None, Some((begin, _))) => Reason::Before { begin: *begin },
            (None, None) => Reason::NoneSigned,
        };
        let inside = (inside > 0).then_some(Reason::UnsignedInside { count: inside as u64 });
        let start = starts.iter().rev().find(|start| gap.from < start.digest.period().to && start.digest.period().from < gap.to);
        let edge = edge(start.copied(), before.is_some(), after.map(|(_, node)| *node).filter(|node| !is_joined(nodes, node)));
        let subject = chain.to_string();
        ledger.enter(
            Raise::new(Code::CoverageGap, About::Chain, subject.clone())
                .on_chain(subject)
                .period(*gap)
                .because(bounds)
                .for_all_of(inside.into_iter().chain(edge)),
        );
    }
    let is_complete = gaps.0.is_empty() && questions.iter().any(|question| question.period.is_some());
    Coverage { proved, silent, gaps, is_complete }
}

/// True if the predecessor that a digest file names is in the archive.
fn is_joined(nodes: &[Node<'_>], node: &Node<'_>) -> bool {
    node.previous_name().is_some_and(|name| {
        let first = nodes.partition_point(|other| other.time < name.time);
        nodes.get(first).is_some_and(|other| other.time == name.time)
    })
}

/// Which of two facts AWS signed about the end of a gap: that recording began there, or that an older digest file existed.
fn edge(start: Option<&Node<'_>>, is_again: bool, after: Option<&Node<'_>>) -> Option<Reason> {
    if let Some(start) = start {
        let at = start.digest.period().to;
        let home_region = start.chain.home_region.to_owned();
        return Some(if is_again { Reason::BeginsAgain { at, home_region } } else { Reason::BeginsHere { at } });
    }
    let previous = after.and_then(|after| after.digest.previous())?;
    Some(Reason::OlderExisted { object: previous.object.to_string() })
}

pub(crate) fn sorted(times: impl Iterator<Item = Time>) -> Vec<Time> {
    let mut times: Vec<Time> = times.collect();
    times.sort_unstable();
    times
}

/// Enters the accounts, regions and trails that were asked and have no chain at all.
pub(crate) fn judge_absences(graph: &Graph<'_>, scope: &Scope, ledger: &mut Ledger<'_>) {
    let mut owed: BTreeSet<[Option<&str>; 3]> = BTreeSet::new();
    owed.extend(scope.questions.iter().flat_map(|question| question.combinations()));
    let mut unstated: BTreeSet<(&str, &str)> = BTreeSet::new();
    // Both questions and chains may be many: what each chain may answer, by the names in it.
    let mut answering: BTreeMap<[Option<&str>; 3], Vec<&ChainId<'_>>> = BTreeMap::new();
    for chain in graph.claimed_chains().filter(|chain| chain.kind == DigestKind::Normal && !owed.is_empty()) {
        for names in names_of(chain) {
            answering.entry(names).or_default().push(chain);
        }
    }
    let mut unread: BTreeMap<[Option<&str>; 3], u64> = BTreeMap::new();
    for name in graph.unread.keys().filter(|name| name.chain.kind == DigestKind::Normal && !owed.is_empty()) {
        for names in names_of(&name.chain) {
            let count = unread.entry(names).or_default();
            *count = count.saturating_add(1);
        }
    }
    for [account, region, trail] in owed {
        let asked = trail.map(TrailAsked::of);
        let names = [account, region, asked.map(|asked| asked.name)];
        let of_name = answering.get(&names).map(Vec::as_slice).unwrap_or_default();
        let fits = |chain: &&&ChainId<'_>| asked.is_none_or(|asked| asked.fits(chain));
        let is_there = of_name.iter().any(|chain| fits(&chain));
        if let Some((arn, (_, owner))) = trail.zip(asked.and_then(|asked| asked.origin))
            && is_there
            && of_name.iter().filter(fits).all(|chain| chain.account != owner)
        {
            unstated.insert((arn, owner));
        }
        if !is_there {
            let asked = [account, region, trail].map(|name| name.unwrap_or("*")).join("/");
            // What cannot be read is not absent.
            let count = unread.get(&names).copied().unwrap_or_default();
            let unread = (count > 0).then_some(Reason::UnreadThere { count });
            ledger.enter(Raise::new(Code::CoverageAbsent, About::Asked, asked).for_all_of(unread));
        }
    }
    for (arn, owner) in unstated {
        ledger.enter(Raise::new(Code::CoverageOwnerUnstated, About::Trail, arn).expected(owner));
    }
}

/// The combinations of account, region and trail that it may answer, named or not.
fn names_of<'a>(chain: &ChainId<'a>) -> impl Iterator<Item = [Option<&'a str>; 3]> {
    let ChainId { account, region, trail, .. } = *chain;
    (0..8).map(move |bits| {
        let named = |bit: u8, name| (bits & bit != 0).then_some(name);
        [named(1, account), named(2, region), named(4, trail)]
    })
}

/// The days of a chain: its row of the coverage matrix.
pub(crate) fn days(nodes: &[Node<'_>], coverage: &Coverage) -> Vec<Day> {
    let mut begins: BTreeSet<Time> = BTreeSet::new();
    // Where digest files begin that prove nothing, with whether they are invalid.
    let mut worthless: Vec<(Time, bool)> = Vec::new();
    for node in nodes {
        begins.insert(node.digest.period().from.day());
        begins.insert(node.digest.period().to.plus(-1).day());
        if !node.is_signed() {
            worthless.push((node.digest.period().from, node.is_invalid()));
        }
    }
    worthless.sort_unstable();
    let begin_in = |window: Period| {
        let rest = worthless.get(worthless.partition_point(|(time, _)| *time < window.from)..).unwrap_or_default();
        rest.iter().take_while(move |(time, _)| *time < window.to).map(|(_, is_invalid)| *is_invalid)
    };
    let (mut in_proved, mut in_silent) = (0, 0);
    begins
        .into_iter()
        .map(|begin| {
            let day = Period { from: begin, to: begin.plus(DAY_SECONDS) };
            let (mut proved_seconds, mut silent_seconds) = (0_u64, 0_u64);
            let hours = (0..24)
                .map(|hour| {
                    let window = Period { from: begin.plus(hour * HOUR_SECONDS), to: begin.plus((hour + 1) * HOUR_SECONDS) };
                    let proved = coverage.proved.seconds_in(window, &mut in_proved);
                    let silent = coverage.silent.seconds_in(window, &mut in_silent);
                    proved_seconds = proved_seconds.saturating_add(proved);
                    silent_seconds = silent_seconds.saturating_add(silent);
                    let length = window.seconds();
                    match begin_in(window).max() {
                        _ if silent == length => 'o',
                        _ if proved == length => '+',
                        Some(true) => '!',
                        Some(false) => '?',
                        None if proved > 0 => '~',
                        None => '.',
                    }
                })
                .collect();
            Day {
                day: begin.date_text(),
                proved_seconds,
                silent_seconds,
                unproved_digests: begin_in(day).filter(|is_invalid| !is_invalid).count() as u64,
                failed_digests: begin_in(day).filter(|is_invalid| *is_invalid).count() as u64,
                hours,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use trailseal_forge::archive::Archive;

    use super::*;
    use crate::forged::{report, trail};
    use crate::{Effect, Outcome, Request};

    fn spans(pairs: &[(i64, i64)]) -> Spans {
        Spans::union(
            pairs.iter().map(|(from, to)| Period { from: Time::from_unix(*from).unwrap(), to: Time::from_unix(*to).unwrap() }),
        )
    }

    #[test]
    fn a_list_whose_only_log_file_cannot_be_read_is_no_silence() {
        let silent = |rewrite: fn(&str) -> String| {
            let chain = trail("2026-03-01T00:01:31Z").chain_with(&[0, 0], |hour, digest| {
                if hour == 1 {
                    digest.rewrite = Some(rewrite);
                }
            });
            report(&Archive::of(&[&chain]), &Request::default()).chains[0].silent_seconds
        };
        let cut = |json: &str| json.replace("\"logFiles\":[]", "\"logFiles\":[{}]");
        assert_eq!((silent(|json| format!("{json} ")), silent(cut)), (7200, 3600));
    }

    #[test]
    fn spans_join_where_they_touch() {
        assert_eq!(spans(&[(5, 7), (1, 3), (3, 5)]), spans(&[(1, 7)]));
        assert_eq!(spans(&[(1, 10)]).without(&spans(&[(2, 3), (5, 6), (9, 20)])), spans(&[(1, 2), (3, 5), (6, 9)]));
        assert_eq!(spans(&[(1, 2), (4, 5)]).without(&spans(&[(0, 9)])), spans(&[]));
    }

    #[test]
    fn days_and_gaps_tell_what_each_hour_is_worth() {
        // One digest file for each hour from 20:30; of the hours from 21:30 to 0:30 they list nothing.
        let chain = trail("2026-03-01T20:30:00Z").chain(&[1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]);
        let mut archive = Archive::without_metadata(&[&chain]);
        archive.remove_hour(&chain.digests[5]);
        for kept in [4, 8] {
            archive.sidecar(&chain.digests[kept]);
        }
        for altered in [7, 9] {
            archive.replace(chain.key(altered), "\"newestEventTime\":\"2026", "\"newestEventTime\":\"2025");
        }
        let (from, to) = (Some("2026-03-01T20:00:00Z".into()), Some("2026-03-02T06:30:00Z".into()));
        let report = report(&archive, &Request { from, to, ..Request::default() });
        let days = &report.chains[0].days;
        assert_eq!(days.iter().map(|day| day.day.as_str()).collect::<Vec<_>>(), ["2026-03-01", "2026-03-02"]);
        assert_eq!(days[0].hours, "....................~+oo");
        assert_eq!(days[1].hours, "+~~!~!?.................");
        let seconds = |day: &Day| (day.proved_seconds, day.silent_seconds);
        assert_eq!((seconds(&days[0]), seconds(&days[1])), ((12_600, 9_000), (12_600, 1_800)));
        let worthless = |day: &Day| (day.failed_digests, day.unproved_digests);
        assert_eq!((worthless(&days[0]), worthless(&days[1])), ((0, 0), (2, 1)));

        let time = |time: &str| Time::from_text(&format!("2026-03-{time}Z")).unwrap();
        let left_out = |day: &str, time: &str| Reason::OlderExisted {
            object: format!(
                "s3://trail-archive/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/{day}/\
                 111122223333_CloudTrail-Digest_us-east-1_management-events_us-east-1_{time}.json.gz"
            ),
        };
        let with_one = Reason::UnsignedInside { count: 1 };
        let gaps = [
            (
                "2026-03-01T20:00:00Z/2026-03-01T20:30:00Z",
                vec![Reason::Before { begin: time("01T20:30:00") }, left_out("2026/03/01", "20260301T203000Z")],
            ),
            (
                "2026-03-02T01:30:00Z/2026-03-02T02:30:00Z",
                vec![
                    Reason::Between { end: time("02T01:30:00"), begin: time("02T02:30:00") },
                    left_out("2026/03/02", "20260302T023000Z"),
                ],
            ),
            (
                "2026-03-02T03:30:00Z/2026-03-02T04:30:00Z",
                vec![Reason::Between { end: time("02T03:30:00"), begin: time("02T04:30:00") }, with_one.clone()],
            ),
            ("2026-03-02T05:30:00Z/2026-03-02T06:30:00Z", vec![Reason::After { end: time("02T05:30:00") }, with_one]),
        ];
        let gaps: Vec<(Period, Vec<Reason>)> =
            gaps.into_iter().map(|(period, reasons)| (period.parse().unwrap(), reasons)).collect();
        let found = report.findings.into_iter().filter(|finding| finding.code == Code::CoverageGap);
        let found = found.map(|finding| (Period { from: finding.from.unwrap(), to: finding.to.unwrap() }, finding.reasons));
        assert_eq!(found.collect::<Vec<_>>(), gaps);
        assert_eq!(report.chains[0].gaps, gaps.into_iter().map(|(period, _)| period).collect::<Vec<_>>());
    }

    #[test]
    fn an_hour_and_a_day_end_where_the_next_begin() {
        let chain = trail("2026-03-01T23:00:00Z").chain(&[1]);
        let report = report(&Archive::without_metadata(&[&chain]), &Request::default());
        let [day] = report.chains[0].days.as_slice() else { panic!("{:?}", report.chains[0].days) };
        assert_eq!((day.hours.as_str(), day.unproved_digests), (".......................?", 1));
        let gap = report.findings.iter().find(|finding| finding.code == Code::CoverageGap).unwrap();
        assert_eq!(gap.reasons, [Reason::NoneSigned, Reason::UnsignedInside { count: 1 }]);
    }

    #[test]
    fn a_backfill_digest_file_proves_its_hours() {
        let mut digest = trail("2026-03-01T20:00:00Z").digest(0, 0);
        digest.key = digest.key.replace(".json.gz", "_backfill.json.gz");
        let digest = digest.seal();
        let mut archive = Archive::default();
        archive.digest(&digest);
        archive.sidecar(&digest);
        let [chain] = report(&archive, &Request::default()).chains.try_into().unwrap();
        assert_eq!((chain.kind, chain.proved_seconds, chain.silent_seconds), (DigestKind::Backfill, 3_600, 3_600));
        assert_eq!(chain.days[0].hours, "....................o...");
    }

    #[test]
    fn a_gap_that_limits_nothing_is_still_no_coverage() {
        let chain = trail("2026-03-01T20:00:00Z").chain(&[1, 1]);
        let coverage = |to: &str| {
            let (from, to) = (Some("2026-03-01T20:00:00Z".into()), Some(to.into()));
            let policy = [("coverage.gap".to_owned(), Effect::Informs)].into();
            report(&Archive::of(&[&chain]), &Request { from, to, policy, ..Request::default() }).axes.coverage
        };
        assert_eq!(coverage("2026-03-01T22:00:00Z"), Outcome::Passed);
        assert_eq!(coverage("2026-03-01T22:00:01Z"), Outcome::Indeterminate);
    }

    proptest! {
        #[test]
        fn spans_are_sets_of_seconds(
            one in prop::collection::vec((0_i64..60, 1_i64..9), 0..12), other in prop::collection::vec((0_i64..60, 1_i64..9), 0..12),
        ) {
            let pairs = |list: &[(i64, i64)]| list.iter().map(|(from, len)| (*from, from + len)).collect::<Vec<_>>();
            let set = |list: &[(i64, i64)]| pairs(list).iter().flat_map(|(from, to)| *from..*to).collect::<BTreeSet<i64>>();
            let difference = spans(&pairs(&one)).without(&spans(&pairs(&other)));
            let expected: BTreeSet<i64> = set(&one).difference(&set(&other)).copied().collect();
            let found: BTreeSet<i64> = difference.0.iter().flat_map(|span| span.from.unix()..span.to.unix()).collect();
            prop_assert_eq!(difference.seconds(), expected.len() as u64);
            prop_assert_eq!(found, expected);
            prop_assert!(difference.0.windows(2).all(|pair| pair[0].to < pair[1].from));
        }
    }
}
