//! What to ask the other side for, so that what is open can be closed: no more than what was asked lacks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::bytes::text::counted;
use crate::evidence::trail::section::Chain;
use crate::forms::words::{Language, found};
use crate::report::Report;
use crate::terms::finding::{Code, Effect, Finding, Need};
use crate::terms::object::is_plain;
use crate::terms::scope::{is_account, is_region};
use crate::terms::spans::Spans;
use crate::terms::time::{DAY_SECONDS, HOUR_SECONDS, Period, Time};

/// Names that a sentence holds.
const FEW_NAMES: usize = 3;

/// Folders in one command; whatever needs more is better exported by the script.
pub(crate) const MOST_PATTERNS: usize = 60;

/// One thing to ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ask {
    /// Its kind.
    pub need: Need,
    /// What is asked for, in a sentence.
    pub what: String,
    /// Why: what was found, in numbers.
    pub why: Vec<String>,
    /// The codes of the findings that it would answer.
    pub codes: BTreeSet<Code>,
    /// The account and the region of each chain concerned; empty if no chain can be named.
    pub places: BTreeSet<(String, String)>,
    /// The day folders, from midnight before the first to midnight behind the last, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<Period>,
    /// The files or entries that are meant, as the report names them; a run of them by its first and its last.
    pub names: Vec<String>,
    /// Commands for the other side, for a POSIX shell.
    pub commands: Vec<String>,
}

/// Days, and the chains that lack them.
type Days<'a> = BTreeMap<Period, Gathered<'a>>;

/// Findings that one request would answer.
#[derive(Default)]
struct Gathered<'a> {
    findings: Vec<&'a Finding>,
    chains: BTreeSet<&'a str>,
}

impl<'a> Gathered<'a> {
    fn add(&mut self, finding: &'a Finding) {
        self.findings.push(finding);
        self.chains.extend(finding.chain.as_deref());
    }

    /// What was found, in numbers, each code once.
    fn why(&self) -> Vec<String> {
        let mut counts: Vec<((Code, Effect), u64)> = Vec::new();
        for finding in &self.findings {
            let own = (finding.code, finding.effect);
            match counts.iter_mut().find(|(code, _)| *code == own) {
                Some((_, count)) => *count = count.saturating_add(finding.count),
                None => counts.push((own, finding.count)),
            }
        }
        counts.into_iter().map(|((code, effect), count)| found(code, effect, count)).collect()
    }

    fn codes(&self) -> BTreeSet<Code> {
        self.findings.iter().map(|finding| finding.code).collect()
    }

    fn times(&self) -> Vec<String> {
        let mut names: Vec<String> = self.findings.iter().map(|finding| timed(finding)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn names(&self) -> Vec<String> {
        let named = self.findings.iter().filter(|finding| finding.about.is_named());
        let name = |finding: &&Finding| {
            let shown = |subject: &str| finding.subject(subject, Language::En);
            // Its subject is here, and names what is not.
            if let (Code::ChainDigestMissing, Some(missing)) = (finding.code, &finding.expected) {
                return shown(missing);
            }
            let first = shown(&finding.first);
            finding.last.as_ref().map_or(first.clone(), |last| format!("{first} … {}", shown(last)))
        };
        let mut names: Vec<String> = named.map(name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Each subject, of whatever kind, with its time.
fn timed(finding: &Finding) -> String {
    let subject = finding.subject(&finding.first, Language::En);
    match finding.from.zip(finding.to) {
        Some((from, to)) if from < to => format!("{subject}, {from} to {to}"),
        Some((from, _)) => format!("{subject}, {from}"),
        None => subject,
    }
}

/// The day folders in which what a finding lacks would lie. A digest file lies in the folder of the day on which its hour ends.
fn days(finding: &Finding, is_asked: impl Fn(Time) -> bool) -> Option<Period> {
    let last = finding.last.as_deref().unwrap_or(&finding.first);
    let of_folders = || {
        let (from, to) = folder_day(&finding.first).zip(folder_day(last))?;
        Some((from.min(to), from.max(to)))
    };
    let (from, to) = match finding.code {
        // The next digest file holds it.
        Code::DigestSignatureMissing => {
            let next = finding.to?.plus(HOUR_SECONDS).day();
            Some((next, next))
        }
        Code::CoverageGap | Code::ChainDigestMissing => {
            let (from, to) = finding.from.zip(finding.to)?;
            // What is missing begins and ends with a digest file, or with the period, which may cut one in two; the signature of that one
            // stands in the next.
            let first = if is_asked(from) { from } else { from.plus(HOUR_SECONDS) };
            let last = if is_asked(to) { to.plus(2 * HOUR_SECONDS) } else { to };
            Some((first.day().min(last.day()), last.day()))
        }
        _ => of_folders(),
    }?;
    Period::new(from, to.plus(DAY_SECONDS)).ok()
}

/// The day of the folder in which an object lies: `…/YYYY/MM/DD/NAME`.
fn folder_day(uri: &str) -> Option<Time> {
    let mut folders = uri.rsplit('/').skip(1);
    let (day, month, year) = (folders.next()?, folders.next()?, folders.next()?);
    Time::from_text(&format!("{year}-{month}-{day}")).ok()
}

impl Report {
    /// What to ask for, what the other side can send first.
    pub fn asks(&self, language: Language) -> Vec<Ask> {
        match language {
            Language::En => self.asks_in_english(),
        }
    }

    fn asks_in_english(&self) -> Vec<Ask> {
        let mut by_need: BTreeMap<Need, Gathered<'_>> = BTreeMap::new();
        let mut of_chain: BTreeMap<Option<&str>, Vec<(Period, &Finding)>> = BTreeMap::new();
        let ends: BTreeSet<Time> = self
            .asked
            .questions
            .iter()
            .filter_map(|question| question.period)
            .flat_map(|period| [period.from, period.to])
            .collect();
        for (finding, cause) in self.bearing() {
            // It is here; what is asked for is what proves its digest file.
            if finding.code == Code::LogUnproved {
                continue;
            }
            // What follows from another finding goes with it; log files that are missing may lie in other folders than what lists them.
            if cause.is_some() && finding.code != Code::LogMissing {
                continue;
            }
            match (finding.code.explain().need, days(finding, |time| ends.contains(&time))) {
                (Need::Days | Need::Metadata, Some(days)) => {
                    of_chain.entry(finding.chain.as_deref()).or_default().push((days, finding));
                }
                (need, _) => by_need.entry(need).or_default().add(finding),
            }
        }
        let mut asks = self.asked_days(of_chain);
        asks.extend(by_need.into_iter().map(|(need, gathered)| self.ask(need, &gathered)));
        asks.sort_by_key(|ask| ask.need);
        asks
    }

    /// Day folders, those that the same chains lack together.
    fn asked_days<'a>(&self, of_chain: BTreeMap<Option<&'a str>, Vec<(Period, &'a Finding)>>) -> Vec<Ask> {
        let mut by_days: Days<'a> = BTreeMap::new();
        for (_, lacking) in of_chain {
            for whole in Spans::union(lacking.iter().map(|(days, _)| *days)).into_periods() {
                let gathered = by_days.entry(whole).or_default();
                lacking.iter().filter(|(days, _)| days.meets(&whole)).for_each(|(_, finding)| gathered.add(finding));
            }
        }
        by_days.into_iter().map(|(days, gathered)| self.ask_days(days, &gathered)).collect()
    }

    fn ask_days(&self, days: Period, gathered: &Gathered<'_>) -> Ask {
        let places = self.places(gathered);
        let last = days.to.plus(-DAY_SECONDS);
        let of = self.whose(&places, gathered);
        let folders = if days.from == last {
            format!("the day folder {} of {of}", folder(days.from))
        } else {
            format!("the day folders {} to {} of {of}", folder(days.from), folder(last))
        };
        let is_of_metadata = gathered.findings.iter().all(|finding| finding.code == Code::DigestSignatureMissing);
        let what = if is_of_metadata {
            format!("{}; or, if no digest file follows yet, the metadata of the newest ones", capitalised(&folders))
        } else if gathered.codes().contains(&Code::CoverageGap) && !gathered.codes().contains(&Code::ChainDigestMissing) {
            format!("{}, digest files and log files, or the reason why there are none", capitalised(&folders))
        } else {
            format!("{}, digest files and log files", capitalised(&folders))
        };
        let mut commands = self.copies(days, &places, gathered);
        commands.extend(gathered.findings.iter().filter_map(|finding| finding.command()));
        Ask {
            need: if is_of_metadata { Need::Metadata } else { Need::Days },
            what: format!("{what}."),
            why: gathered.why(),
            codes: gathered.codes(),
            places,
            days: Some(days),
            names: gathered.names(),
            commands,
        }
    }

    fn ask(&self, need: Need, gathered: &Gathered<'_>) -> Ask {
        let what = match need {
            Need::Days | Need::Metadata => {
                "The folders of the digest files (CloudTrail-Digest) and of the log files for the whole period, and for the day before and \
                 the day after."
                    .to_owned()
            }
            Need::Everything => {
                let named = gathered.names();
                let of = if named.len() <= FEW_NAMES { named.join("; ") } else { "what is named".to_owned() };
                format!("All digest files and log files of the period for {of}, or a statement that there was no trail then.")
            }
            Need::Again => "Once more, the files that are named, exactly as they lie in the bucket.".to_owned(),
            Need::Container => {
                let mut what = Vec::new();
                if gathered.codes().contains(&Code::ArchiveEntryEncrypted) {
                    what.push("The archive without a password, or its password by another channel than the file.");
                }
                if gathered.codes().iter().any(|code| *code != Code::ArchiveEntryEncrypted) {
                    what.push("Once more, the archive, made by another tool, or by themselves the files that are named.");
                }
                what.join(" ")
            }
            Need::Explanation => {
                let mut what = Vec::new();
                if gathered.codes().contains(&Code::ArchiveEntryDuplicate) {
                    what.push("An explanation: which of two contents of one file came from the bucket, and how did the other come in?");
                }
                if gathered.codes().iter().any(|code| *code != Code::ArchiveEntryDuplicate) {
                    what.push("An explanation: what happened to the trail, or to these files, at the times named?");
                }
                what.join(" ")
            }
            Need::Verifier => {
                let mut remedies: Vec<&str> = gathered.findings.iter().map(|finding| finding.code.explain().remedy).collect();
                remedies.dedup();
                remedies.join(" ")
            }
        };
        Ask {
            need,
            what,
            why: gathered.why(),
            codes: gathered.codes(),
            places: self.places(gathered),
            days: None,
            names: if need == Need::Explanation { gathered.times() } else { gathered.names() },
            commands: Vec::new(),
        }
    }

    fn chains_of<'a>(&'a self, gathered: &'a Gathered<'_>) -> impl Iterator<Item = &'a Chain> {
        self.chains.iter().filter(|chain| gathered.chains.contains(chain.id.as_str()))
    }

    fn places(&self, gathered: &Gathered<'_>) -> BTreeSet<(String, String)> {
        self.chains_of(gathered).map(|chain| (chain.account.clone(), chain.region.clone())).collect()
    }

    /// Whose folders they are.
    fn whose(&self, places: &BTreeSet<(String, String)>, gathered: &Gathered<'_>) -> String {
        let asked: Vec<&Chain> = self.chains.iter().filter(|chain| chain.in_scope).collect();
        let is_every = asked.iter().all(|chain| gathered.chains.contains(chain.id.as_str()));
        let accounts: BTreeSet<&str> = places.iter().map(|(account, _)| account.as_str()).collect();
        let regions: BTreeSet<&str> = places.iter().map(|(_, region)| region.as_str()).collect();
        let list = |names: &BTreeSet<&str>, one: &str, many: &str| match names.len() {
            1 => format!("{one} {}", names.iter().copied().collect::<String>()),
            2..=4 => format!("{many} {}", names.iter().copied().collect::<Vec<_>>().join(", ")),
            _ => counted(names.len() as u64, one, many),
        };
        if places.is_empty() || (is_every && asked.len() > 1) {
            "all accounts and regions".to_owned()
        } else if places.len() == accounts.len() * regions.len() {
            format!("{} in {}", list(&accounts, "account", "accounts"), list(&regions, "region", "regions"))
        } else {
            format!(
                "{} (the commands name each)",
                counted(places.len() as u64, "account and region", "pairs of account and region")
            )
        }
    }

    /// What copies these folders, if their names are plain enough to be pasted.
    fn copies(&self, days: Period, places: &BTreeSet<(String, String)>, gathered: &Gathered<'_>) -> Vec<String> {
        let (folders, most) = (folders(days), MOST_PATTERNS);
        if folders.len() > most {
            return Vec::new();
        }
        let mut asked = self.chains.iter().filter(|chain| chain.in_scope);
        let is_every = asked.all(|chain| gathered.chains.contains(chain.id.as_str()));
        // A report that somebody wrote may call a place as he likes.
        let is_named = |(account, region): &(String, String)| is_account(account) && is_region(region);
        let patterns: Vec<String> =
            if !is_every && places.iter().all(is_named) && places.len().saturating_mul(folders.len()) <= most {
                let of_place = |(account, region): &(String, String)| {
                    let pattern = |folder: &String| format!("--include '{account}/CloudTrail*/{region}/{folder}/*'");
                    folders.iter().map(pattern).collect::<Vec<_>>()
                };
                places.iter().flat_map(of_place).collect()
            } else {
                folders.iter().map(|folder| format!("--include '*/CloudTrail*/*/{folder}/*'")).collect()
            };
        let roots: BTreeSet<&str> = self.chains_of(gathered).flat_map(|chain| &chain.places).map(String::as_str).collect();
        let command = |root: &str| {
            let to = root.trim_start_matches("s3://");
            format!("aws s3 cp {root}/ further/{to}/ --recursive --exclude '*' {}", patterns.join(" "))
        };
        let places = roots.into_iter().map(|root| root.trim_end_matches('/'));
        places.filter(|root| root.strip_prefix("s3://").is_some_and(is_plain)).map(command).collect()
    }
}

/// The fewest folders of days, months and years that hold these days and no others: `2026/06/30`, `2026/07`, `2025`. More than
/// [`MOST_PATTERNS`] are not gone through.
pub(crate) fn folders(days: Period) -> Vec<String> {
    let (mut folders, mut day) = (Vec::new(), days.from.day());
    while day < days.to && folders.len() <= MOST_PATTERNS {
        let date = day.date_text();
        let wider = [4, 7].into_iter().filter_map(|length| date.get(..length));
        let whole = wider.filter_map(|name| Some((name, Period::of_days(name).ok()?)));
        let fits = |(_, span): &(&str, Period)| span.from == day && span.to <= days.to;
        let (name, next) = match whole.into_iter().find(fits) {
            Some((name, span)) => (name.to_owned(), span.to),
            None => (date, day.plus(DAY_SECONDS)),
        };
        folders.push(name.replace('-', "/"));
        day = next.max(day.plus(DAY_SECONDS));
    }
    folders
}

/// `2026/07/04`.
fn folder(day: Time) -> String {
    day.date_text().replace('-', "/")
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_as_few_folders_as_hold_them() {
        let of = |period: &str| folders(Period::of_days(period).unwrap());
        assert_eq!(of("2026-06-30..2026-07-02"), ["2026/06/30", "2026/07/01", "2026/07/02"]);
        assert_eq!(of("2025-12-31..2026-03-01"), ["2025/12/31", "2026/01", "2026/02", "2026/03/01"]);
        assert_eq!(of("2024-12-30..2026-01-01"), ["2024/12/30", "2024/12/31", "2025", "2026/01/01"]);
        // Nobody reads so long a command, and nobody waits for it to be made.
        assert!(of("0001-01-02..9998-12-30").len() > MOST_PATTERNS);
    }
}
