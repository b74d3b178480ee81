//! How reports join, in words.

use std::collections::{BTreeMap, BTreeSet};

use crate::bytes::text::{counted, printable};
use crate::forms::words::{duration, whole_days};
use crate::report::join::{Conclusion, Joining, Part, Seam, Thread};
use crate::terms::time::Period;

impl Conclusion {
    /// In words: `not joined`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Continuous => "continuous",
            Self::Indeterminate => "indeterminate",
            Self::NotJoined => "not joined",
        }
    }
}

impl Joining {
    /// What the reports come to, in a sentence.
    pub fn sentence(&self) -> String {
        let word = match self.conclusion {
            Conclusion::Continuous => "Continuous",
            Conclusion::Indeterminate => "Indeterminate",
            Conclusion::NotJoined => "Not joined",
        };
        let span = self.period.map_or_else(|| "with no whole period".to_owned(), |period| format!("for {}", measured(period)));
        format!("{word} {span}: {}.{}", self.clauses().join("; "), self.unnamed())
    }

    fn clauses(&self) -> Vec<String> {
        let (seams, reports) = (self.parts.len().saturating_sub(1) as u64, self.parts.len() as u64);
        if seams == 0 {
            return vec!["there is one report only, and nothing to join".to_owned()];
        }
        if self.threads.is_empty() {
            return vec!["no report lists a chain that was asked".to_owned()];
        }
        let chains = self.threads.len() as u64;
        let is_joined = |thread: &&Thread| thread.joined() as u64 == seams;
        let joined = self.threads.iter().filter(is_joined).count() as u64;
        let at = if seams == 1 { "the one seam".to_owned() } else { format!("each of {seams} seams") };
        let mut clauses =
            vec![(joined == chains, format!("{} joined by hash at {at}", of_all(joined, chains, "chain is", "chains are")))];
        let passed = self.parts.iter().filter(|part| part.conclusion() == Conclusion::Continuous).count() as u64;
        clauses.push((passed == reports, format!("{passed} of {reports} reports passed for their own periods")));
        if self.period.is_some() {
            let is_covered = |thread: &&Thread| thread.missing.is_empty();
            let covered = self.threads.iter().filter(is_covered).count() as u64;
            clauses.push((
                covered == chains,
                format!("{} proved for the whole period", of_all(covered, chains, "chain is", "chains are")),
            ));
        }
        // What keeps them from being continuous comes first.
        clauses.sort_by_key(|(is_whole, _)| *is_whole);
        clauses.into_iter().map(|(_, clause)| clause).collect()
    }

    /// What no report can notice, because nobody asked.
    fn unnamed(&self) -> &'static str {
        let no_account = self.parts.iter().any(|part| !part.names_accounts);
        let no_region = self.parts.iter().any(|part| !part.names_regions);
        match (no_account, no_region) {
            (true, true) => " Not every report names accounts and regions: one that is missing altogether would not be noticed.",
            (true, false) => " Not every report names accounts: one that is missing altogether would not be noticed.",
            (false, true) => " Not every report names regions: one that is missing altogether would not be noticed.",
            (false, false) => "",
        }
    }

    /// What is to be known of each report beside its name, period, verdict and digest, in their order.
    pub fn remarks(&self) -> Vec<Vec<String>> {
        self.parts.iter().enumerate().map(|(index, part)| remarks(part, index)).collect()
    }

    /// The chains, worst first: the name of each with what it comes to, and why it is not continuous.
    pub fn chains(&self) -> Vec<(String, Vec<String>)> {
        let mut alike: BTreeMap<[&str; 3], u64> = BTreeMap::new();
        for thread in &self.threads {
            let count = alike.entry(short(thread)).or_default();
            *count = count.saturating_add(1);
        }
        let name = |thread: &Thread| {
            let is_alone = alike.get(&short(thread)) == Some(&1);
            let id = thread.stretches.iter().flatten().next().filter(|_| !is_alone).map(|stretch| stretch.chain.clone());
            printable(id.unwrap_or_else(|| short(thread).join(" ")).as_bytes())
        };
        let line = |thread: &Thread| {
            let seams = counted(thread.seams.len() as u64, "seam", "seams");
            let head = format!("{}: joined by hash at {} of {seams}", name(thread), thread.joined());
            (head, self.troubles(thread))
        };
        // Of one report alone there is nothing to say.
        self.threads.iter().filter(|thread| !thread.seams.is_empty()).map(line).collect()
    }

    /// Why a chain is not continuous; empty if it is.
    fn troubles(&self, thread: &Thread) -> Vec<String> {
        let mut troubles = Vec::new();
        for (index, seam) in thread.seams.iter().enumerate() {
            let (earlier, later) = (index.saturating_add(1), index.saturating_add(2));
            if let Some(words) = trouble(seam, earlier, later) {
                troubles.push(words);
            }
        }
        for (number, stretch) in (1_usize..).zip(&thread.stretches) {
            if stretch.as_ref().is_some_and(|stretch| !stretch.is_whole) {
                troubles.push(format!("report {number} does not prove all of it"));
            }
        }
        let missing = &thread.missing;
        if let Some(first) = missing.first() {
            let more = match missing.len() as u64 {
                1 => String::new(),
                all => format!(", and {} more", counted(all.saturating_sub(1), "stretch", "stretches")),
            };
            troubles.push(format!("not proved, or not asked: {}{more}", measured(*first)));
        }
        troubles
    }

    /// Accounts that are not in all reports, with those in which they are.
    pub fn accounts(&self) -> Vec<String> {
        let mut of_account: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for thread in &self.threads {
            let there = (1_usize..).zip(&thread.stretches).filter(|(_, stretch)| stretch.is_some()).map(|(number, _)| number);
            of_account.entry(&thread.account).or_default().extend(there);
        }
        of_account.retain(|_, reports| reports.len() < self.parts.len());
        let said = |(account, reports): (&&str, &BTreeSet<usize>)| {
            let numbers: Vec<String> = reports.iter().map(ToString::to_string).collect();
            let report = if numbers.len() == 1 { "report" } else { "reports" };
            format!("account {} is in {report} {} of {} only", printable(account.as_bytes()), numbers.join(", "), self.parts.len())
        };
        of_account.iter().map(said).collect()
    }
}

impl Part {
    /// Its verdict, and for when.
    pub fn verdict(&self) -> String {
        let period =
            self.period.map_or_else(|| "for no period".to_owned(), |period| format!("for {} to {}", period.from, period.to));
        format!("{} {period}", self.overall.word())
    }
}

impl Thread {
    /// At how many seams it is joined by hash.
    fn joined(&self) -> usize {
        self.seams.iter().filter(|seam| seam.conclusion() == Conclusion::Continuous).count()
    }
}

/// How far these words reach, whatever they say: for everybody who shows them.
pub const JOINING_NOT_CLAIMED: &str = "This holds as far as the reports are what trailseal wrote: a report in JSON is not signed. \
    Compare the report digests with those that you wrote down. No archive was read.";

fn short(thread: &Thread) -> [&str; 3] {
    [&thread.account, &thread.region, &thread.trail]
}

/// `12 of 12 chains are`
fn of_all(count: u64, all: u64, one: &str, many: &str) -> String {
    format!("{count} of {all} {}", if all == 1 { one } else { many })
}

/// A span with its length, in days if they are whole.
fn measured(period: Period) -> String {
    whole_days(&period).unwrap_or_else(|| format!("{} to {} ({})", period.from, period.to, duration(period.seconds())))
}

fn remarks(part: &Part, index: usize) -> Vec<String> {
    let mut remarks = Vec::new();
    if !part.is_consistent {
        remarks.push("its verdict, findings and chains do not fit together: trailseal did not write it so".to_owned());
    }
    if !part.is_canonical {
        remarks.push("the file does not hold the canonical bytes; the digest is that of what was read".to_owned());
    }
    if !part.copies.is_empty() {
        let copies: Vec<String> = part.copies.iter().map(|name| printable(name.as_bytes())).collect();
        remarks.push(format!("the same report, counted once: {}", copies.join(", ")));
    }
    if part.period.is_none() {
        remarks.push("it was asked no period, or not of everything".to_owned());
    }
    if part.unlisted_chains > 0 {
        remarks.push(format!("{} that it only counts", counted(part.unlisted_chains, "chain was asked", "chains were asked")));
    }
    if !part.policy.is_empty() {
        let changed: Vec<String> = part.policy.iter().map(|(code, effect)| format!("{code} {}", effect.name())).collect();
        remarks.push(format!("judged under its verifier's own policy: {}", changed.join(", ")));
    }
    if !part.let_pass.is_empty() {
        let codes: Vec<&str> = part.let_pass.iter().map(|code| code.name()).collect();
        remarks.push(format!("only that policy let pass what was found: {}", codes.join(", ")));
    }
    if part.is_other_question {
        remarks.push(format!("it asks for other accounts, regions, trails or renamings than report {index}"));
    }
    let keys = counted(part.keys, "key", "keys");
    remarks.push(match (part.new_keys, part.gone_keys) {
        (0, 0) => format!("{keys} of the verifier's own verified digest files"),
        (new, 0) => {
            format!("{keys} of the verifier's own verified digest files; report {index} was verified without {new} of them")
        }
        (0, gone) => {
            format!("{keys} of the verifier's own verified digest files; {gone} of those in report {index} were not at hand")
        }
        (new, gone) => format!(
            "{keys} of the verifier's own verified digest files; report {index} was verified without {new} of them, and {gone} of \
             those in report {index} were not at hand"
        ),
    });
    remarks
}

/// Why a seam is not joined; `None` if it is.
fn trouble(seam: &Seam, earlier: usize, later: usize) -> Option<String> {
    let asked = |is_asked: bool| if is_asked { "was asked for it and lists no such chain" } else { "was not asked for it" };
    Some(match seam {
        Seam::Joined | Seam::Shared => return None,
        Seam::Overlap { from, to } => format!(
            "reports {earlier} and {later} both prove {from} to {to}, and no hash in them says whether by the same digest files"
        ),
        Seam::Unhashed => format!("between reports {earlier} and {later} a hash that would tell is not there"),
        Seam::Unproved => format!("report {earlier} or {later} proves no digest file of it"),
        Seam::Ends { is_asked } => format!("it ends in report {earlier}: report {later} {}", asked(*is_asked)),
        Seam::Begins { is_asked } => format!("it begins in report {later}: report {earlier} {}", asked(*is_asked)),
        Seam::Absent => format!("it is in neither of reports {earlier} and {later}"),
        Seam::Gap { from, to } => {
            format!("gap: report {earlier} proves it until {from}, and report {later} from {to} on")
        }
        Seam::Starts => format!("report {later} begins with a digest file that names no predecessor: the chain begins anew"),
        Seam::Other => {
            format!("report {later} begins behind another digest file than the one with which report {earlier} ends")
        }
        Seam::Contradicted => format!(
            "what report {later} says of the digest file with which report {earlier} ends does not fit: its name, hash or time differs"
        ),
    })
}
