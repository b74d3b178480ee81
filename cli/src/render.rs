//! The report as a person likes to read it in a terminal: the verdict first, then what stands behind it, worst first.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use trailseal::{
    Answer, Axis, Cause, Chain, Code, DigestKind, Effect, FileState, Finding, Inventory, KeyFacts, Language, LogKind, Need,
    Outcome, Reading, Report, Standing, counted, printable,
};

use crate::lines::{self, wrapping};

/// Columns of text where there is no terminal to ask.
pub(crate) const WIDTH: usize = 80;
/// Terminals that are wider read no better.
const MOST_COLUMNS: usize = 100;
/// Lines of the first screen, whatever the archive.
const SCREEN: usize = 20;
/// Lines for one cause on the first screen, and for what to do next.
const CAUSE: usize = 2;
const NEXT: usize = 2;

/// What stands before the further lines of the sentence.
const VERDICT: &str = "       ";
/// The columns before what is said of an axis.
const AXES: usize = 30;
/// The columns before what is said of a cause.
const CODE: usize = 4;
/// Subjects of one code that are shown without `--full`.
const FEW: usize = 8;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// The columns of the terminal to which stdout goes.
pub(crate) fn columns() -> usize {
    let columns = terminal_size::terminal_size_of(std::io::stdout()).map(|(columns, _)| usize::from(columns.0));
    columns.unwrap_or(WIDTH).clamp(WIDTH, MOST_COLUMNS)
}

/// The text, with colours: a screen, or all of it. `accounts` are those of a list that are not proved everywhere, a line each.
pub(crate) fn text(report: &Report, accounts: &[String], full: bool, width: usize) -> String {
    let reading = Reading::of(report, Language::En);
    let mut page = Page { text: String::new(), full, width };
    if !full {
        page.screen(report, &reading, accounts);
        return page.text;
    }
    page.verdict(report, &reading, usize::MAX);
    page.accounts(accounts, usize::MAX);
    page.chains(report, &reading);
    page.findings(report);
    page.lake(report);
    page.missing_keys(report, &reading);
    page.keys(report);
    page.foot(report, &reading);
    page.text
}

/// What is there and what is missing.
pub(crate) fn inventory(found: &Inventory, full: bool) -> String {
    let mut page = Page { text: String::new(), full, width: columns() };
    page.line(format!("{BOLD}Nothing was verified.{BOLD:#} This is what the files claim to be."));
    page.blank();
    for chain in page.few(&found.chains) {
        let what = if chain.kind == DigestKind::Backfill { "backfill digest file" } else { "digest file" };
        page.line(format!(
            "  {}  {} to {}  {}, {} listed",
            chain.id,
            chain.extent.from,
            chain.extent.to,
            counted(chain.digests, what, &format!("{what}s")),
            counted(chain.listed_logs, "log file", "log files"),
        ));
        for hole in page.few(&chain.holes) {
            page.line(format!("    no digest file for {} to {}", hole.from, hole.to));
        }
    }
    page.more(found.chains.len());
    for logs in page.few(&found.logs) {
        let kind = match logs.kind {
            LogKind::Events => "",
            LogKind::Insight => " (Insight)",
            LogKind::NetworkActivity => " (network activity)",
            LogKind::Aggregated => " (aggregated)",
        };
        let count = counted(logs.count, "log file", "log files");
        page.line(format!(
            "  {}/{}{kind}  {count}, delivered {} to {}",
            logs.account, logs.region, logs.extent.from, logs.extent.to
        ));
    }
    page.more(found.logs.len());
    let mut others = vec![
        counted(found.entries, "entry", "entries"),
        counted(found.metadata, "digest file with metadata", "digest files with metadata"),
        counted(found.enclosed_keys, "enclosed key", "enclosed keys"),
    ];
    others.extend(found.ignored.iter().map(|(kind, count)| format!("{count} {kind}")));
    page.words(2, DIM, &others.join("; "));
    for unreadable in page.few(&found.unreadable) {
        page.line(format!("  {unreadable}"));
    }
    page.more(found.unreadable.len());
    page.blank();
    let mut lacks = 0;
    if found.unread_digests > 0 {
        lacks += 1;
        let count = counted(
            found.unread_digests,
            "digest file is here and could not be read",
            "digest files are here and could not be read",
        );
        page.words(
            0,
            Style::new(),
            &format!("{count}: undo what is named above, or ask for the archive again, as a plain folder."),
        );
    } else if found.chains.is_empty() {
        lacks += 1;
        page.line("There is no digest file: ask for the CloudTrail-Digest folders.");
    }
    if found.chains.iter().any(|chain| !chain.holes.is_empty()) {
        lacks += 1;
        page.line("Ask the other side for the digest files of the times named above, and for their log files.");
    }
    if !found.missing_signatures.is_empty() {
        lacks += 1;
        let count = counted(found.missing_signatures.len() as u64, "digest file has", "digest files have");
        page.words(0, Style::new(), &format!(
            "{count} no signature here. Ask the other side to run this, and put each file beside its digest file (or for the next digest file of the chain):"
        ));
        for missing in page.few(&found.missing_signatures) {
            page.line(format!("  {DIM}${DIM:#} {}", missing.command.as_ref().unwrap_or(&missing.object)));
        }
        page.more(found.missing_signatures.len());
    }
    if !found.missing_keys.is_empty() {
        lacks += 1;
        page.line("Fetch these keys with an AWS account of your own, and give them with --keys:");
        page.commands(&found.key_commands);
    }
    if lacks == 0 {
        page.line("Nothing is missing that can be seen without verifying: run trailseal verify, and state the period that you were promised.");
    } else {
        page.line("Then run trailseal verify, and state the period that you were promised.");
    }
    page.text
}

/// What codes mean; without any, a line for each that there is.
pub(crate) fn explanation(codes: &[Code]) -> String {
    let mut page = Page { text: String::new(), full: true, width: columns() };
    for (number, code) in codes.iter().enumerate() {
        if number > 0 {
            page.blank();
        }
        let words = code.explain();
        page.line(format!("{BOLD}{code}{BOLD:#}  {} {}", words.effect.name(), words.axis.name()));
        for (head, text) in [("means", words.means), ("matters because", words.matters_because), ("do", words.remedy)] {
            page.line(format!("  {DIM}{head}{DIM:#}"));
            page.words(4, Style::new(), text);
        }
    }
    if codes.is_empty() {
        let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
        for code in Code::ALL {
            let words = code.explain();
            page.line(format!("{:<width$}  {:<8}  {}", code.name(), words.effect.name(), words.axis.name()));
        }
    }
    page.text
}

/// The keys of one list.
pub(crate) fn key_list(file: &str, keys: &[KeyFacts]) -> String {
    let mut page = Page { text: String::new(), full: true, width: columns() };
    let region = keys.iter().find_map(|key| key.region.as_deref()).unwrap_or("no region stated by its name");
    page.line(format!("{BOLD}{}{BOLD:#}: {}, {region}", printable(file.as_bytes()), counted(keys.len() as u64, "key", "keys")));
    for key in keys {
        page.line(format!("  {}", key.sha256.as_deref().unwrap_or("no key")));
        let bits = key.bits.map(|bits| format!("{bits} bits"));
        let fingerprint = key.fingerprint.as_ref().map(|fingerprint| format!("fingerprint {fingerprint}"));
        let validity = key.validity.map(|validity| format!("valid {} to {}", validity.from, validity.to));
        let facts: Vec<String> = [bits, fingerprint, validity].into_iter().flatten().collect();
        page.line(format!("    {DIM}{}{DIM:#}", facts.join(", ")));
        if let Some(problem) = &key.problem {
            let style = outcome_style(Outcome::Indeterminate);
            page.line(format!("    {style}would not be used: {problem}{style:#}"));
        }
    }
    page.text
}

struct Page {
    text: String,
    full: bool,
    width: usize,
}

impl Page {
    fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Words broken into lines, all indented by the same number of columns.
    fn words(&mut self, indent: usize, style: Style, words: &str) {
        let margin = " ".repeat(indent);
        for line in lines::wrapped(words, self.width, &margin, &margin) {
            self.line(format!("{style}{line}{style:#}"));
        }
    }

    /// The first few of many, or all of them.
    fn few<'a, T>(&self, items: &'a [T]) -> std::slice::Iter<'a, T> {
        let shown = if self.full { items.len() } else { items.len().min(FEW) };
        items.get(..shown).unwrap_or(items).iter()
    }

    /// Says how many were left out.
    fn more(&mut self, all: usize) {
        if !self.full && all > FEW {
            self.line(format!("  {DIM}… {} more (--full shows them){DIM:#}", all - FEW));
        }
    }

    /// Says how many more there are of something, if there are.
    fn more_of(&mut self, count: u64, one: &str, many: &str) {
        if count > 0 {
            self.line(format!("  {DIM}… {} (--full shows them){DIM:#}", counted(count, one, many)));
        }
    }

    /// Commands to be pasted, each once.
    fn commands(&mut self, commands: &[String]) {
        let mut commands = commands.to_vec();
        commands.dedup();
        for command in self.few(&commands) {
            self.command(2, command);
        }
        self.more(commands.len());
    }

    /// A command, behind a dollar sign.
    fn command(&mut self, indent: usize, command: &str) {
        let margin = " ".repeat(indent);
        for (number, line) in lines::command(command, self.width - indent - 2).iter().enumerate() {
            let mark = if number == 0 { "$ " } else { "  " };
            self.line(format!("{margin}{DIM}{mark}{DIM:#}{line}"));
        }
    }

    /// The sentence in so many lines at most, and the axes.
    fn verdict(&mut self, report: &Report, reading: &Reading, most: usize) {
        let style = outcome_style(report.overall).bold();
        // A percentage stays in one line.
        let sentence = reading.sentence.replace(" %", "\u{a0}%");
        let (word, rest) = sentence.split_once(' ').unwrap_or((&sentence, ""));
        // The word is counted with the first line, and coloured afterwards.
        let head = " ".repeat(word.len() + 1);
        let mut lines = lines::wrapped(rest, self.width - 2, &head, VERDICT);
        if lines.len() > most {
            lines.truncate(most);
            lines.iter_mut().skip(most - 1).for_each(|line| line.push_str(" …"));
        }
        for (number, line) in lines.iter().enumerate() {
            if number == 0 {
                self.line(format!("{style}{}{style:#} {}", word.to_uppercase(), line.trim_start()));
            } else {
                self.line(line);
            }
        }
        self.blank();
        for answer in &reading.axes {
            let Answer { axis, outcome, shown, .. } = answer;
            let style = outcome_style(*outcome);
            let mut head = format!("  {:<13}{style}{shown:<15}{style:#}", axis.name());
            let words = said(answer);
            let lines = if self.full { self.cut(&words, AXES, usize::MAX) } else { vec![self.first_clauses(&words, AXES)] };
            for line in lines {
                self.line(format!("{head}{DIM}{line}{DIM:#}"));
                head = " ".repeat(AXES);
            }
        }
        self.blank();
    }

    /// What fits a screen: the causes, the chains as far as there is room, what to do next, and what to write down.
    fn screen(&mut self, report: &Report, reading: &Reading, accounts: &[String]) {
        let foot = self.foot_of_screen(report, reading);
        // The axes, an empty line before and behind them, and the causes with one behind.
        let others = Axis::ALL.len() + 2 + reading.causes.len().min(2) + usize::from(!reading.causes.is_empty());
        self.verdict(report, reading, SCREEN.saturating_sub(foot.lines().count() + others).max(1));
        let room = |page: &Self| SCREEN.saturating_sub(page.text.lines().count() + foot.lines().count());
        if !reading.causes.is_empty() {
            // An empty line stands behind them.
            self.causes(&reading.causes, room(self).saturating_sub(1));
            self.blank();
        }
        if accounts.is_empty() {
            self.few_chains(report, reading, room(self).saturating_sub(1));
        } else {
            self.accounts(accounts, room(self).saturating_sub(1));
        }
        self.text.push_str(&foot);
    }

    /// As many causes as there is room for, at least one, in as many lines each as that leaves.
    fn causes(&mut self, causes: &[Cause], room: usize) {
        let lines_of = |most: usize| causes.iter().map(|cause| self.cause(cause, most)).collect::<Vec<_>>();
        let count = |all: &[Vec<String>]| all.iter().map(Vec::len).sum::<usize>();
        let all = (1..=CAUSE).rev().map(lines_of).find(|all| count(all) <= room).unwrap_or_else(|| lines_of(1));
        // One line says how many more there are.
        let shown = if all.len() <= room { all.len() } else { room.saturating_sub(1).max(1) };
        for line in all.iter().take(shown).flatten() {
            self.line(line);
        }
        let refuting = causes.iter().skip(shown).filter(|cause| cause.effect == Effect::Refutes).count();
        let what = if refuting > 0 { format!(", {refuting} of which contradict") } else { String::new() };
        self.more_of((all.len() - shown) as u64, &format!("more cause{what}"), &format!("more causes{what}"));
    }

    /// What was found, where, when, and what follows.
    fn cause(&self, cause: &Cause, most: usize) -> Vec<String> {
        let style = effect_style(cause.effect);
        let coded = format!("{} ({})", cause.what, cause.code);
        let mut words = if coded.chars().count() <= self.width - CODE - 3 { coded } else { cause.what.clone() };
        for part in [&cause.place, &cause.when] {
            if !part.is_empty() {
                words.push_str(&format!("; {part}"));
            }
        }
        if !cause.follows.is_empty() {
            words.push_str(&format!("; with it {}", cause.follows.join(", ")));
        }
        let lines = if most == 1 { vec![self.first_clauses(&words, CODE)] } else { self.cut(&words, CODE, most) };
        let sign = match cause.effect {
            Effect::Refutes => Outcome::Failed.symbol(),
            Effect::Limits | Effect::Informs => Outcome::Indeterminate.symbol(),
        };
        let marked = lines.iter().enumerate().map(|(number, line)| {
            let mark = if number == 0 { sign } else { " " };
            format!("  {style}{mark}{style:#} {line}")
        });
        marked.collect()
    }

    /// Words broken into so many lines at most, to be indented; names that are longer than a line are broken, and stand whole elsewhere.
    fn cut(&self, words: &str, indent: usize, most: usize) -> Vec<String> {
        let wrapped = textwrap::wrap(words, wrapping(self.width - indent - 2).break_words(true));
        let mut lines: Vec<String> = wrapped.iter().take(most).map(|line| line.clone().into_owned()).collect();
        if let Some(last) = lines.last_mut().filter(|_| wrapped.len() > most) {
            last.push_str(" …");
        }
        lines
    }

    /// As many clauses as a line holds, at least the beginning of the first.
    fn first_clauses(&self, words: &str, indent: usize) -> String {
        let room = self.width - indent - 3;
        let ends = words.match_indices("; ").map(|(end, _)| end);
        let fitting = ends
            .filter(|end| words.chars().count() > room + 3 && words.get(..*end).is_some_and(|part| part.chars().count() <= room));
        match fitting.last().and_then(|end| words.get(..end)) {
            Some(clauses) => format!("{clauses}; …"),
            None => self.cut(words, indent, 1).concat(),
        }
    }

    /// The accounts of a list that are not proved everywhere, below a line that says so.
    fn accounts(&mut self, accounts: &[String], room: usize) {
        let room = room.saturating_sub(1);
        let shown = if accounts.len() <= room { accounts.len() } else { room.saturating_sub(1) };
        if accounts.is_empty() || shown == 0 {
            return;
        }
        self.line(format!("  {BOLD}Accounts of the list that are not proved everywhere{BOLD:#} (--table asked has more)"));
        for account in accounts.iter().take(shown) {
            let line = if self.full { account.clone() } else { self.cut(account, 2, 1).concat() };
            self.line(format!("  {line}"));
        }
        self.more_of((accounts.len() - shown) as u64, "more account", "more accounts");
        self.blank();
    }

    /// Those chains that come first in the tables, a line each.
    fn few_chains(&mut self, report: &Report, reading: &Reading, room: usize) {
        let standings = &reading.chains;
        let shown = if standings.len() <= room { standings.len() } else { room.saturating_sub(1) };
        if shown == 0 {
            return;
        }
        let (few, hidden) = standings.split_at(shown);
        for standing in few {
            let Some(chain) = report.chains.iter().find(|chain| chain.id == standing.id) else { continue };
            let of = |part: u64, all: u64| if part == all { String::new() } else { format!("{part} of ") };
            let (digests, logs) = (chain.digests.all(), chain.logs.listed());
            let files = format!(
                "{}{}, {}{}",
                of(chain.digests.proved, digests),
                counted(digests, "digest file", "digest files"),
                of(chain.logs.proved, logs),
                counted(logs, "log file", "log files")
            );
            let name = self.cut(&label(chain), files.len() + 6, 1).concat();
            let style = outcome_style(standing.outcome);
            let width = self.width - files.len() - 6;
            self.line(format!("  {style}{}{style:#} {name:<width$}  {files}", standing.outcome.symbol()));
        }
        if !hidden.is_empty() {
            let count = |is: fn(Outcome) -> bool| hidden.iter().filter(|standing| is(standing.outcome)).count();
            let troubled = count(|outcome| matches!(outcome, Outcome::Failed | Outcome::Indeterminate));
            let how = match (troubled, count(|outcome| outcome == Outcome::NotAssessed)) {
                (0, 0) => ", all without a gap or a failure".to_owned(),
                (0, unasked) if unasked == hidden.len() => ", none of them asked".to_owned(),
                (0, unasked) => format!(", {unasked} of them not asked, the others without a gap or a failure"),
                _ => String::new(),
            };
            let what = counted(hidden.len() as u64, "more chain", "more chains");
            for line in self.cut(&format!("… {what}{how} (--full shows them)"), 2, 1) {
                self.line(format!("  {DIM}{line}{DIM:#}"));
            }
        }
        self.blank();
    }

    fn foot_of_screen(&self, report: &Report, reading: &Reading) -> String {
        let mut page = Page { text: String::new(), ..*self };
        let next = match (reading.asks.as_slice(), reading.causes.first()) {
            // What is in the verifier's own hand comes first.
            _ if !reading.key_commands.is_empty() => {
                "Next: with an AWS account of your own, fetch the keys that you lack, and verify again.".to_owned()
            }
            ([ask, others @ ..], _) if ask.need != Need::Verifier => {
                match others.iter().filter(|ask| ask.need != Need::Verifier).count() as u64 {
                    0 => format!("Next: ask for: {}", ask.what),
                    others => format!("Next: ask for {}, first: {}", counted(others + 1, "thing", "things"), ask.what),
                }
            }
            (_, Some(cause)) => format!("Next: {}", cause.remedy),
            _ => "Not claimed: that the trail records what matters, nor anything outside the period.".to_owned(),
        };
        for line in self.cut(&next, 2, NEXT) {
            page.line(format!("  {line}"));
        }
        let mut key_commands = reading.key_commands.clone();
        key_commands.dedup();
        if let Some((first, others)) = key_commands.split_first() {
            page.command(2, first);
            page.more_of(others.len() as u64, "more key to fetch", "more keys to fetch");
        }
        if reading.causes.is_empty() {
            page.noted(report);
            for line in reading.aside.iter().flat_map(|line| self.cut(line, 2, 1)) {
                page.line(format!("  {DIM}{line}{DIM:#}"));
            }
        }
        page.digests(report);
        let is_letter = reading.asks.iter().any(|ask| ask.need != Need::Verifier);
        let letter = if is_letter { "; trailseal request, asked the same, writes the letter" } else { "" };
        page.line(format!("  {DIM}--full shows all of it{letter}.{DIM:#}"));
        page.text
    }

    /// What has no effect, by code; what lies outside of what was asked could be taken for trouble, and is told elsewhere.
    fn noted(&mut self, report: &Report) {
        let mut counts: Vec<(&str, u64)> = Vec::new();
        for finding in report.findings.iter().filter(|finding| !finding.outside_scope) {
            match counts.iter_mut().find(|(name, _)| *name == finding.code.name()) {
                Some((_, count)) => *count = count.saturating_add(finding.count),
                None => counts.push((finding.code.name(), finding.count)),
            }
        }
        let parts = counts.iter().map(|(name, count)| if *count > 1 { format!("{name} ×{count}") } else { (*name).to_owned() });
        let parts: Vec<String> = parts.collect();
        if !parts.is_empty() {
            for line in self.cut(&format!("Also noted, without effect: {}.", parts.join(", ")), 2, CAUSE) {
                self.line(format!("  {DIM}{line}{DIM:#}"));
            }
        }
    }

    fn chains(&mut self, report: &Report, reading: &Reading) {
        if report.chains.is_empty() {
            return;
        }
        let standings = &reading.chains;
        let by_id: BTreeMap<&str, &Chain> = report.chains.iter().map(|chain| (chain.id.as_str(), chain)).collect();
        let rows: Vec<[String; 7]> =
            standings.iter().filter_map(|standing| Some(row(by_id.get(standing.id.as_str())?, standing))).collect();
        let heads = ["CHAIN", "PROVED FROM", "TO", "DIGESTS", "LOGS", "SILENT", ""];
        let mut widths = heads.map(str::len);
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let table_line = |cells: [&str; 7]| {
            let mut line = String::new();
            for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
                // Numbers stand right, names left. Writing into a String cannot fail.
                let _ = if (3..6).contains(&column) { write!(line, "{cell:>width$}  ") } else { write!(line, "{cell:<width$}  ") };
            }
            format!("  {}", line.trim_end())
        };
        self.line(format!("{DIM}{}{DIM:#}", table_line(heads)));
        for (row, standing) in rows.iter().zip(standings) {
            let line = table_line(row.each_ref().map(String::as_str));
            let style = match standing.outcome {
                Outcome::Passed => Style::new(),
                outcome => outcome_style(outcome),
            };
            self.line(format!("{style}{line}{style:#}"));
        }
        self.blank();
    }

    fn findings(&mut self, report: &Report) {
        for group in report.grouped() {
            self.group(&group.findings);
        }
    }

    /// All findings of one code and effect.
    fn group(&mut self, group: &[&Finding]) {
        let Some(first) = group.first() else { return };
        let words = first.code.explain();
        let style = effect_style(first.effect);
        let count: u64 = group.iter().map(|finding| finding.count).sum();
        let times = if count > 1 { format!("  ×{count}") } else { String::new() };
        let bold = style.bold();
        self.line(format!("  {style}{:<8}{style:#} {bold}{}{bold:#}{times}", first.effect.name(), first.code));
        self.words(11, Style::new(), words.means);
        for finding in group {
            self.subject(finding);
        }
        if first.effect != Effect::Informs {
            self.words(11, DIM, &format!("Do: {}", words.remedy));
        }
        self.blank();
    }

    fn subject(&mut self, finding: &Finding) {
        let shown = |subject: &str| finding.subject(subject, Language::En);
        let run = finding.last.as_ref().map_or_else(String::new, |last| format!(" … {}", shown(last)));
        self.line(format!("         - {}{run}", shown(&finding.first)));
        let mut facts: Vec<String> = Vec::new();
        if finding.code == Code::CoverageGap || finding.code == Code::ChainDigestMissing || finding.last.is_some() {
            facts.extend(finding.from.zip(finding.to).map(|(from, to)| format!("{from} to {to}{}", hours(finding))));
        }
        if finding.count > 1 {
            facts.push(format!("{} in all", finding.count));
        }
        if finding.outside_scope {
            facts.push("outside what was asked".to_owned());
        }
        facts.extend(finding.detail(Language::En));
        // An entry in its place repeats the object's name.
        let elsewhere = finding.entry.as_ref().filter(|entry| !finding.first.ends_with(entry.as_str()));
        facts.extend(elsewhere.map(|entry| format!("in {entry}")));
        facts.extend(finding.expected.as_ref().map(|expected| format!("expected {expected}")));
        facts.extend(finding.found.as_ref().map(|found| format!("found {found}")));
        for fact in facts {
            self.words(13, DIM, &fact);
        }
        if let Some(command) = finding.command() {
            self.command(13, &command);
        }
    }

    fn missing_keys(&mut self, report: &Report, reading: &Reading) {
        if report.missing_keys.is_empty() {
            return;
        }
        self.line(format!("  {BOLD}Keys to fetch with an AWS account of your own{BOLD:#}; then verify again with --keys"));
        self.commands(&reading.key_commands);
        self.blank();
    }

    fn lake(&mut self, report: &Report) {
        for set in self.few(&report.lake) {
            let style = outcome_style(set.outcome);
            self.line(format!("  {BOLD}CloudTrail Lake{BOLD:#} {style}{}{style:#} {}", set.outcome.name(), set.entry));
            let count = |wanted: FileState| set.files.iter().filter(|file| file.state == wanted).count() as u64;
            let rows = set.files.iter().filter_map(|file| file.rows).fold(0, u64::saturating_add);
            self.line(format!(
                "      {DIM}{}, {} proved, {}; of an account, a region and a time nothing is signed{DIM:#}",
                counted(set.file_count, "file", "files"),
                count(FileState::Proved),
                counted(rows, "row", "rows")
            ));
            for query in set.files.iter().filter_map(|file| file.query.as_deref()).take(1) {
                self.words(6, DIM, query);
            }
        }
        self.more(report.lake.len());
        if !report.lake.is_empty() {
            self.blank();
        }
    }

    fn keys(&mut self, report: &Report) {
        for key in &report.keys {
            let regions = if key.regions.is_empty() { "no region stated".to_owned() } else { key.regions.join(", ") };
            self.line(format!("  {BOLD}key{BOLD:#} {}", key.sha256));
            self.line(format!(
                "      {DIM}{}, {} bits, {regions}, fingerprint {}, verified {}{DIM:#}",
                key.level.name(),
                key.bits,
                key.fingerprint,
                counted(key.digests, "digest file", "digest files")
            ));
        }
        if !report.keys.is_empty() {
            self.blank();
        }
    }

    fn foot(&mut self, report: &Report, reading: &Reading) {
        self.counts(report, reading);
        self.blank();
        self.line(format!("  {BOLD}Not claimed{BOLD:#}"));
        for claim in &reading.not_claimed {
            self.words(4, DIM, claim);
        }
    }

    /// How much there was, and what to write down.
    fn counts(&mut self, report: &Report, reading: &Reading) {
        let (digests, logs) = (&report.counts.digests, &report.counts.logs);
        self.line(format!(
            "  {DIM}{}: {}; {} proved, {} inflated{DIM:#}",
            counted(report.counts.entries, "entry", "entries"),
            counted(digests.all(), "digest file", "digest files"),
            counted(logs.proved, "log file", "log files"),
            indicatif::DecimalBytes(logs.proved_bytes)
        ));
        for line in &reading.aside {
            self.words(2, DIM, line);
        }
        self.digests(report);
    }

    fn digests(&mut self, report: &Report) {
        self.line(format!("  {DIM}evidence root {}{DIM:#}", report.evidence_root));
        self.line(format!("  {DIM}report digest {}{DIM:#}", report.digest()));
    }
}

fn effect_style(effect: Effect) -> Style {
    match effect {
        Effect::Refutes => outcome_style(Outcome::Failed),
        Effect::Limits => outcome_style(Outcome::Indeterminate),
        Effect::Informs => DIM,
    }
}

fn outcome_style(outcome: Outcome) -> Style {
    let color = match outcome {
        Outcome::Passed => AnsiColor::Green,
        Outcome::Failed => AnsiColor::Red,
        Outcome::Indeterminate => AnsiColor::Yellow,
        Outcome::NotAssessed => return DIM,
    };
    color.on_default()
}

/// What an outcome says on its axis.
fn said(answer: &Answer) -> String {
    match (answer.axis, answer.outcome) {
        (_, Outcome::NotAssessed) => "no period was asked; state one with --from and --to".to_owned(),
        (_, Outcome::Passed) if !answer.found.is_empty() => format!("but for what your policy let pass: {}", answer.found),
        (Axis::Integrity, Outcome::Passed) => "the bytes are those that were signed".to_owned(),
        (Axis::Authenticity, Outcome::Passed) => "signed by AWS, under keys that you supplied".to_owned(),
        (Axis::Continuity, Outcome::Passed) => "each digest file is linked to the one before".to_owned(),
        (Axis::Coverage, Outcome::Passed) => "everything that was asked is covered".to_owned(),
        (_, Outcome::Failed | Outcome::Indeterminate) if answer.found.is_empty() => "nothing was found that shows it".to_owned(),
        (_, Outcome::Failed | Outcome::Indeterminate) => answer.found.clone(),
    }
}

/// What a chain is called in a line.
fn label(chain: &Chain) -> String {
    let backfill = if chain.kind == DigestKind::Backfill { " backfill" } else { "" };
    format!("{} {} {}{backfill}", chain.account, chain.region, chain.trail)
}

fn row(chain: &Chain, standing: &Standing) -> [String; 7] {
    let time = |time: Option<trailseal::Time>| time.map_or_else(|| "–".to_owned(), |time| time.to_string());
    let of = |part: u64, all: u64| if part == all { all.to_string() } else { format!("{part}/{all}") };
    [
        label(chain),
        time(chain.proved_from),
        time(chain.proved_to),
        of(chain.digests.proved, chain.digests.all()),
        of(chain.logs.proved, chain.logs.listed()),
        format!("{} h", chain.silent_seconds / 3600),
        standing.notes.join(", "),
    ]
}

/// The hours of a hole or a run.
fn hours(finding: &Finding) -> String {
    let seconds = finding.from.zip(finding.to).map_or(0, |(from, to)| to.unix().saturating_sub(from.unix()));
    if seconds % 3600 == 0 && seconds > 0 { format!(" ({} h)", seconds / 3600) } else { String::new() }
}
