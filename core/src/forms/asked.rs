//! What was asked, row by row: each account, region and trail with how much of its time is proved, also where nothing is here.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::trail::name::DigestKind;
use crate::evidence::trail::section::Chain;
use crate::forms::causes::stated_place;
use crate::forms::reading::standings;
use crate::forms::words::Language;
use crate::report::Report;
use crate::terms::finding::{Effect, Need};
use crate::terms::outcome::Outcome;
use crate::terms::scope::TrailAsked;
use crate::terms::spans::Spans;
use crate::terms::time::{HOUR_SECONDS, Period, Time};

/// A thing that was asked: a chain that is here, or names of which there is none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AskedRow<'a> {
    pub(crate) account: Option<&'a str>,
    pub(crate) region: Option<&'a str>,
    pub(crate) trail: Option<&'a str>,
    /// The period asked, if one was.
    pub(crate) period: Option<Period>,
    pub(crate) standing: Standing,
    /// Seconds that are proved, under keys of the verifier's own; none where that cannot be told from the report.
    pub(crate) proved: Option<u64>,
    /// From the first moment that is not covered to the last, and in how many stretches.
    pub(crate) missing: Option<(Period, u64)>,
    pub(crate) wanted: Wanted,
}

/// What is asked for of a place.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    /// From the first day folder to the last.
    days: Option<Period>,
    again: bool,
    explained: bool,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Proved,
    Partly,
    NotProved,
    Contradicted,
    Absent,
}

impl Standing {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Partly => "partly",
            Self::NotProved => "not proved",
            Self::Contradicted => "contradicted",
            Self::Absent => "absent",
        }
    }
}

type Names<'a> = [Option<&'a str>; 3];

/// What a report was asked, name by name; a question that names nothing asks for every chain.
fn owed(report: &Report) -> Vec<(Names<'_>, Option<Period>)> {
    const EVERYTHING: Names<'static> = [None; 3];
    let mut owed: Vec<(Names<'_>, Option<Period>)> = Vec::new();
    for question in &report.asked.questions {
        let names = question.combinations();
        let names = if names.is_empty() { vec![EVERYTHING] } else { names };
        owed.extend(names.into_iter().map(|names| (names, question.period)));
    }
    if owed.is_empty() { vec![(EVERYTHING, None)] } else { owed }
}

/// The rows, in the order of the questions; where a question names nothing, one for each chain.
pub(crate) fn rows(report: &Report) -> Vec<AskedRow<'_>> {
    let is_judged = |(chain, _): &(&Chain, Outcome)| chain.in_scope && chain.kind == DigestKind::Normal;
    let chains: Vec<(&Chain, Outcome)> = report.chains.iter().zip(standings(report)).filter(is_judged).collect();
    let mut answering: BTreeMap<Names<'_>, Vec<usize>> = BTreeMap::new();
    for (index, (chain, _)) in chains.iter().enumerate() {
        for bits in 0_u8..8 {
            let named = |bit: u8, name| (bits & bit != 0).then_some(name);
            let names = [named(1, chain.account.as_str()), named(2, &chain.region), named(4, &chain.trail)];
            answering.entry(names).or_default().push(index);
        }
    }
    let mut told: BTreeSet<(usize, Option<Period>)> = BTreeSet::new();
    let mut absent: BTreeSet<(Names<'_>, Option<Period>)> = BTreeSet::new();
    let mut rows = Vec::new();
    for (names, period) in owed(report) {
        let [account, region, trail] = names;
        let asked = trail.map(TrailAsked::of);
        let of_name = answering.get(&[account, region, asked.map(|asked| asked.name)]).map(Vec::as_slice).unwrap_or_default();
        let mut is_there = false;
        for index in of_name {
            let Some((chain, outcome)) = chains.get(*index).copied() else { continue };
            if asked.is_none_or(|asked| asked.fits(&chain.identity())) {
                is_there = true;
                rows.extend(told.insert((*index, period)).then(|| of_chain(chain, outcome, period)));
            }
        }
        if !is_there && names != [None; 3] && absent.insert((names, period)) {
            rows.push(nothing(names, period, report.left_out.chains > 0));
        }
    }
    let (wanted, open) = (wanted(report), open_places(report));
    for row in &mut rows {
        if row.standing == Standing::Proved && row.account.zip(row.region).is_some_and(|place| open.contains(&place)) {
            (row.standing, row.proved) = (Standing::Partly, None);
        }
        let place = row.account.zip(row.region).map(|(account, region)| (account.to_owned(), region.to_owned()));
        row.wanted = place.and_then(|place| wanted.get(&place).copied()).unwrap_or_default();
    }
    rows
}

/// The places of which something is open that is of no chain: a log file that nothing lists.
fn open_places(report: &Report) -> BTreeSet<(&str, &str)> {
    let bearing = report.findings.iter().filter(|finding| finding.effect > Effect::Informs && finding.chain.is_none());
    bearing.filter_map(stated_place).collect()
}

/// What is asked for, by account and region.
fn wanted(report: &Report) -> BTreeMap<(String, String), Wanted> {
    let mut wanted: BTreeMap<(String, String), Wanted> = BTreeMap::new();
    for ask in report.asks(Language::En) {
        for place in ask.places {
            let of_place = wanted.entry(place).or_default();
            of_place.again |= ask.need == Need::Again;
            of_place.explained |= ask.need == Need::Explanation;
            let hull = |whole: Period, days: Period| Period { from: whole.from.min(days.from), to: whole.to.max(days.to) };
            of_place.days = of_place.days.map_or(ask.days, |whole| Some(ask.days.map_or(whole, |days| hull(whole, days))));
        }
    }
    wanted
}

/// What was asked and has no chain in the report, which may leave some out of which nothing is signed.
fn nothing<'a>([account, region, trail]: Names<'a>, period: Option<Period>, may_be_left_out: bool) -> AskedRow<'a> {
    let standing = if may_be_left_out { Standing::NotProved } else { Standing::Absent };
    let missing = period.map(|period| (period, 1));
    AskedRow { account, region, trail, period, standing, proved: Some(0), missing, wanted: Wanted::default() }
}

fn of_chain(chain: &Chain, outcome: Outcome, period: Option<Period>) -> AskedRow<'_> {
    let (signed, own) = (chain.digests.proved, chain.digests.authenticated);
    let gaps = Spans::union(chain.gaps.iter().copied());
    let missing = match period {
        // Whoever encloses a key can sign any time with it.
        Some(period) if own == 0 => Spans::union([period]),
        Some(period) => {
            let asked = Spans::union([period]);
            asked.without(&asked.without(&gaps))
        }
        None => gaps,
    };
    let covered = match (own, period) {
        (0, _) => 0,
        (_, Some(period)) => period.seconds().saturating_sub(missing.seconds()),
        (_, None) => chain.proved_seconds,
    };
    let standing = match outcome {
        Outcome::Failed => Standing::Contradicted,
        _ if covered == 0 => Standing::NotProved,
        Outcome::Passed if own == signed && missing.0.is_empty() => Standing::Proved,
        _ => Standing::Partly,
    };
    // A report does not say in which hours a log file is missing, or which ones enclosed keys vouch for.
    let is_by_time = own == signed && chain.logs.listed() == chain.logs.authenticated && !missing.0.is_empty();
    let proved = match standing {
        Standing::Proved | Standing::NotProved => Some(covered),
        Standing::Partly if is_by_time => Some(covered),
        _ => None,
    };
    let ends = missing.first().zip(missing.last()).map(|(from, to)| (Period { from, to }, missing.0.len() as u64));
    AskedRow {
        account: Some(&chain.account),
        region: Some(&chain.region),
        trail: Some(&chain.trail),
        period,
        standing,
        proved,
        missing: ends,
        wanted: Wanted::default(),
    }
}

impl AskedRow<'_> {
    /// The part of the asked time that is proved, in percent, rounded down: only all of it is 100.0.
    pub(crate) fn percent(&self) -> Option<String> {
        let asked = self.period?.seconds();
        let thousandths = (u128::from(self.proved?) * 1000).checked_div(asked.into())?;
        Some(format!("{}.{}", thousandths / 10, thousandths % 10))
    }

    /// What to ask the other side for.
    pub(crate) fn request(&self) -> Option<String> {
        let folder = |time: Time| time.date_text().replace('-', "/");
        let days = self.wanted.days.map(|days| {
            let (first, last) = (folder(days.from), folder(days.to.plus(-1)));
            if first == last { format!("day folder {first}") } else { format!("day folders {first} to {last}") }
        });
        let again = self.wanted.again.then(|| "the files again that the findings name".to_owned());
        let explained = self.wanted.explained.then(|| "an explanation".to_owned());
        let asked: Vec<String> = [days, again, explained].into_iter().flatten().collect();
        match self.standing {
            Standing::Proved => None,
            Standing::Absent => Some("everything".to_owned()),
            _ if asked.is_empty() => Some("what the findings about its chain name".to_owned()),
            _ => Some(asked.join("; ")),
        }
    }
}

/// Seconds in hours, with one digit behind the point, rounded down.
pub(crate) fn hours(seconds: u64) -> String {
    let tenths = seconds / (HOUR_SECONDS.unsigned_abs() / 10);
    if tenths.is_multiple_of(10) && seconds.is_multiple_of(HOUR_SECONDS.unsigned_abs()) {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use trailseal_forge::archive::Archive;

    use super::*;
    use crate::Request;
    use crate::forged::{report, trail};

    /// A row as its cells stand.
    fn shown(row: &AskedRow<'_>) -> String {
        let text = |text: Option<&str>| text.unwrap_or("*").to_owned();
        let missing =
            row.missing.map_or_else(|| "-".to_owned(), |(period, count)| format!("{} {} {count}", period.from, period.to));
        [
            text(row.account),
            text(row.region),
            text(row.trail),
            row.proved.map_or_else(|| "?".to_owned(), hours),
            row.percent().unwrap_or_else(|| "?".to_owned()),
            row.standing.word().to_owned(),
            missing,
            row.request().unwrap_or_default(),
        ]
        .join("|")
    }

    fn asked(archive: &Archive, request: Request) -> Vec<String> {
        rows(&report(archive, &request)).iter().map(shown).collect()
    }

    fn of(from: &str, to: &str) -> Request {
        Request { from: Some(from.to_owned()), to: Some(to.to_owned()), ..Request::default() }
    }

    #[test]
    fn each_asked_thing_has_a_row_also_where_nothing_is_here() {
        let chain = trail("2026-03-01T20:00:00Z").chain(&[1, 0, 1, 1, 0, 1]);
        let whole = Archive::of(&[&chain]);
        let all = of("2026-03-01T20:00:00Z", "2026-03-02T02:00:00Z");
        let proved = "111122223333|us-east-1|management-events|6|100.0|proved|-|";
        assert_eq!(asked(&whole, all.clone()), [proved], "nothing was named: the chain that is here");
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
        let accounts = names(&["111122223333", "444455556666"]);
        let missing = "2026-03-01T20:00:00Z 2026-03-02T02:00:00Z 1|everything";
        let two = Request { accounts: accounts.clone(), regions: names(&["us-east-1", "eu-west-1"]), ..all.clone() };
        let absent = |place: &str| format!("{place}|*|0|0.0|absent|{missing}");
        let expected =
            [&absent("111122223333|eu-west-1"), proved, &absent("444455556666|eu-west-1"), &absent("444455556666|us-east-1")];
        assert_eq!(asked(&whole, two), expected);
        let no_period = Request { accounts, ..Request::default() };
        assert_eq!(
            asked(&whole, no_period),
            ["111122223333|us-east-1|management-events|6|?|proved|-|", "444455556666|*|*|0|?|absent|-|everything"]
        );
    }

    #[test]
    fn what_is_not_all_is_never_a_hundred_percent() {
        let chain = trail("2026-03-01T20:00:00Z").chain(&[1, 0, 1, 1, 0, 1]);
        let whole = Archive::of(&[&chain]);
        let late = of("2026-03-01T20:00:00Z", "2026-03-02T02:00:01Z");
        assert_eq!(
            asked(&whole, late),
            [
                "111122223333|us-east-1|management-events|6|99.9|partly|2026-03-02T02:00:00Z 2026-03-02T02:00:01Z 1|day folder 2026/03/02"
            ]
        );
        let mut holes = Archive::of(&[&chain]);
        holes.remove_hour(&chain.digests[1]);
        holes.remove_hour(&chain.digests[4]);
        let [row] = asked(&holes, of("2026-03-01T20:00:00Z", "2026-03-02T02:00:00Z")).try_into().unwrap();
        // The signature of each digest file stands in the next one.
        let gaps = "2026-03-01T20:00:00Z 2026-03-02T01:00:00Z 2";
        assert!(row.ends_with(&format!("|?|?|contradicted|{gaps}|day folders 2026/03/01 to 2026/03/02")), "{row}");
        let unsigned = Archive::without_metadata(&[&trail("2026-03-01T20:00:00Z").chain(&[1])]);
        let [row] = asked(&unsigned, of("2026-03-01T20:00:00Z", "2026-03-01T21:00:00Z")).try_into().unwrap();
        assert!(row.contains("|0|0.0|not proved|"), "{row}");
    }

    #[test]
    fn hours_that_cannot_be_told_are_not_numbered() {
        let mut found = report(
            &Archive::of(&[&trail("2026-03-01T20:00:00Z").chain(&[1, 0])]),
            &of("2026-03-01T20:00:00Z", "2026-03-01T22:00:00Z"),
        );
        let of_what = |change: &dyn Fn(&mut Report)| {
            let mut found = found.clone();
            change(&mut found);
            shown(&rows(&found)[0])
        };
        assert!(of_what(&|_| ()).contains("|2|100.0|proved|"));
        assert!(of_what(&|found| found.chains[0].logs.missing = 1).contains("|?|?|contradicted|"));
        assert!(of_what(&|found| found.chains[0].logs.unproved = 1).contains("|?|?|partly|-|what the findings"));
        found.chains[0].digests.authenticated = 0;
        assert!(shown(&rows(&found)[0]).contains("|0|0.0|not proved|"));
        found.chains[0].digests.authenticated = 1;
        assert!(shown(&rows(&found)[0]).contains("|?|?|partly|"));
    }

    #[test]
    fn a_chain_that_two_questions_mean_has_a_row_for_each_period() {
        let chain = trail("2026-03-01T20:00:00Z").chain(&[1, 0, 1]);
        let mut found = report(&Archive::of(&[&chain]), &of("2026-03-01T20:00:00Z", "2026-03-01T23:00:00Z"));
        let mut other = found.asked.questions[0].clone();
        other.regions = ["us-east-1".to_owned()].into();
        found.asked.questions.push(other.clone());
        assert_eq!(rows(&found).len(), 1, "the same period");
        other.period = "2026-03-01T21:00:00Z/2026-03-01T22:00:00Z".parse().ok();
        found.asked.questions.push(other);
        assert_eq!(rows(&found).iter().map(|row| hours(row.proved.unwrap())).collect::<Vec<_>>(), ["3", "1"]);
        assert_eq!(
            (hours(359), hours(360), hours(3600 + 359), hours(24 * 3600)),
            ("0.0".into(), "0.1".into(), "1.0".into(), "24".into())
        );
    }
}
