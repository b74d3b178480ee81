//! The coverage picture: chains down, hours or days across, one mark for what is worst in each column.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::evidence::trail::name::DigestKind;
use crate::evidence::trail::section::Chain;
use crate::forms::reading::{Row, rows};
use crate::forms::words::number;
use crate::report::Report;
use crate::terms::finding::{Code, Effect, Finding};
use crate::terms::time::{DAY_SECONDS, HOUR_SECONDS, Period, Time};

/// Chains that are drawn on a page; more are read by nobody, and the table of chains has them all.
pub(crate) const DRAWN_CHAINS: usize = 60;

/// The longest period that is drawn by the hour.
const HOURLY_DAYS: i64 = 7;
/// The most columns: two years by the day. A longer period has several days in a column.
const COLUMNS: i64 = 732;
/// The most columns of one panel: a quarter of a year by the day, four days by the hour.
const PANEL_HOURS: i64 = 96;
const PANEL_COLUMNS: i64 = 92;
const PANEL_MONTHS: i32 = 3;
/// Sizes in pixels of the drawing, which scales with the page.
const LABEL: i64 = 264;
const HEAD: i64 = 34;
const ROW: i64 = 15;
const GRID: i64 = 736;
/// The width of a printed page, and the space below a panel.
const PRINTED: i64 = 680;
const BETWEEN: i64 = 12;
/// Characters of a row's label.
const LABEL_CHARACTERS: usize = 36;

/// What a column shows of a chain, from the least to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing asked, or nothing there.
    Blank,
    /// Signed digest files that list no log file.
    Silent,
    /// Covered by signed digest files.
    Proved,
    /// A digest file that is not signed.
    Unproved,
    /// Asked or owed, and covered by no digest file.
    Gap,
    /// A digest file or a log file contradicts what was signed.
    Failed,
}

impl State {
    /// The states that have a mark, the best first.
    pub(crate) const MARKED: [Self; 5] = [Self::Proved, Self::Silent, Self::Unproved, Self::Gap, Self::Failed];

    /// Its name in the picture.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Silent => "silent",
            Self::Proved => "proved",
            Self::Unproved => "unproved",
            Self::Gap => "gap",
            Self::Failed => "failed",
        }
    }

    /// What it says, for a legend.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Blank => "nothing asked, or nothing there",
            Self::Silent => "proved silent: signed digest files that list no log file",
            Self::Proved => "proved: covered by signed digest files",
            Self::Unproved => "unproved: a digest file is there, but not signed",
            Self::Gap => "gap: asked or owed, and no digest file covers it",
            Self::Failed => "failed: a digest file or a log file of this time contradicts what was signed",
        }
    }
}

/// Which part of the picture is wanted; all of it, unless told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct View {
    /// The time; up to a week of it is drawn by the hour.
    pub period: Option<Period>,
    /// How many of the chains that tables show first are left out.
    pub skip: usize,
}

/// The coverage picture, in panels that fit a page's width: for hosts that draw it themselves. Lengths are in pixels of a drawing
/// that may be scaled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Picture {
    /// Begins the names of its parts, which are unique on a page.
    #[serde(skip)]
    pub(crate) prefix: String,
    /// From the first column to the last.
    pub panels: Vec<Panel>,
    /// Chains that are drawn.
    pub drawn: usize,
    /// Chains that are not: those left out, and those after the last that is drawn.
    pub hidden: u64,
    /// What a column is, in words.
    pub column: String,
    /// What a column is, in seconds.
    pub column_seconds: u32,
    /// Width of a column.
    pub cell: i64,
    /// Height of a mark.
    pub mark: i64,
    /// Where the columns begin.
    pub label: i64,
    /// What the marks mean.
    pub legend: Vec<Mark>,
}

/// A line of the legend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Mark {
    /// The state.
    pub state: State,
    /// What it says.
    pub meaning: String,
}

/// A part of the picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Panel {
    /// From when to when.
    pub title: String,
    /// What it shows, in words.
    pub description: String,
    /// When its first column begins.
    pub from: Option<Time>,
    /// How many columns it has.
    pub columns: i64,
    /// Its width.
    pub width: i64,
    /// Its height.
    pub height: i64,
    /// Labels of columns.
    pub ticks: Vec<Tick>,
    /// The chains.
    pub rows: Vec<Line>,
}

/// A label above the grid, with a line down through it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tick {
    /// Where it stands, from where the columns begin.
    pub x: i64,
    /// True for the beginning of something larger than its neighbours'.
    pub is_major: bool,
    /// What it says.
    pub text: String,
}

/// One chain in one panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Line {
    /// Its name, shortened to the width of its place.
    pub label: String,
    /// Its name, and what is marked.
    pub title: String,
    /// Where it stands.
    pub y: i64,
    /// Its marks, one for each state that occurs.
    pub runs: Vec<Run>,
}

/// All columns of one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Run {
    /// The state.
    pub state: State,
    /// Their outline, an SVG path.
    pub path: String,
}

impl Report {
    /// Its coverage picture, or the part of it that is wanted; nothing without a time to draw.
    pub fn picture(&self, view: &View) -> Option<Picture> {
        Picture::of(self, &rows(self), view, DRAWN_CHAINS, "")
    }
}

/// The columns of the picture: `count` of them, each `seconds` long.
#[derive(Clone, Copy)]
struct Grid {
    from: i64,
    seconds: i64,
    count: i64,
}

impl Grid {
    fn over(period: Period) -> Self {
        let (from, to) = (period.from.unix(), period.to.unix());
        let is_hourly = to.saturating_sub(from) <= HOURLY_DAYS * DAY_SECONDS;
        let (start, seconds) = if is_hourly {
            (from.div_euclid(HOUR_SECONDS).saturating_mul(HOUR_SECONDS), HOUR_SECONDS)
        } else {
            let start = period.from.day().unix();
            let days = to.saturating_sub(start).saturating_add(DAY_SECONDS - 1) / DAY_SECONDS;
            let days_each = days.saturating_add(COLUMNS - 1) / COLUMNS;
            (start, days_each.max(1).saturating_mul(DAY_SECONDS))
        };
        let count = to.saturating_sub(start).saturating_add(seconds - 1) / seconds;
        Self { from: start, seconds, count: count.max(1) }
    }

    fn is_hourly(self) -> bool {
        self.seconds == HOUR_SECONDS
    }

    fn is_daily(self) -> bool {
        self.seconds == DAY_SECONDS
    }

    fn begin(self, column: i64) -> Option<Time> {
        Time::from_unix(self.from.saturating_add(column.saturating_mul(self.seconds)))
    }

    /// Columns that hold a part of `from` to `to`; an instant is a part.
    fn columns(self, from: i64, to: i64) -> std::ops::Range<usize> {
        let first = from.saturating_sub(self.from).div_euclid(self.seconds).clamp(0, self.count);
        let last = to.saturating_sub(1).max(from).saturating_sub(self.from).div_euclid(self.seconds);
        let end = last.saturating_add(1).clamp(first, self.count);
        usize::try_from(first).unwrap_or(0)..usize::try_from(end).unwrap_or(0)
    }

    fn name(self) -> String {
        match self.seconds / DAY_SECONDS {
            0 => "an hour".to_owned(),
            1 => "a day".to_owned(),
            days => format!("{days} days"),
        }
    }

    /// The columns at which panels begin, and the end.
    fn panels(self) -> Vec<(i64, i64)> {
        let length = if self.is_hourly() { PANEL_HOURS } else { PANEL_COLUMNS };
        let mut begins = vec![0];
        let mut months = 0;
        for column in 1..self.count {
            let is_new_month = self.is_daily() && self.begin(column).is_some_and(|day| day.date_text().ends_with("-01"));
            months += i32::from(is_new_month);
            let since = column.saturating_sub(begins.last().copied().unwrap_or(0));
            if if self.is_daily() { is_new_month && months % PANEL_MONTHS == 0 } else { since == length } {
                begins.push(column);
            }
        }
        let ends = begins.iter().skip(1).copied().chain([self.count]).collect::<Vec<_>>();
        begins.into_iter().zip(ends).collect()
    }
}

impl Picture {
    /// Draws the first of these chains that are not left out, at most `most`; nothing without a time to draw. `prefix` stands before
    /// its names.
    pub(crate) fn of(report: &Report, rows: &[Row<'_>], view: &View, most: usize, prefix: &str) -> Option<Self> {
        let wanted = rows.get(view.skip..).unwrap_or_default();
        let drawn = wanted.get(..wanted.len().min(most)).unwrap_or_default();
        let whole = extent(report, drawn)?;
        let grid = Grid::over(view.period.unwrap_or(whole));
        let mut refuting: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in report.findings.iter().filter(|finding| finding.effect == Effect::Refutes) {
            if let Some(chain) = &finding.chain {
                refuting.entry(chain).or_default().push(finding);
            }
        }
        let painted: Vec<Vec<State>> = drawn
            .iter()
            .map(|row| paint(grid, row.chain, refuting.get(row.chain.id.as_str()).map_or(&[], Vec::as_slice)))
            .collect();
        let panels = grid.panels();
        let widest = panels.iter().map(|(from, to)| to - from).max().unwrap_or(1);
        let cell = (GRID / widest.max(1)).clamp(8, 15);
        let panels = panels.into_iter().map(|(from, to)| panel(grid, cell, (from, to), drawn, &painted)).collect();
        Some(Self {
            prefix: prefix.to_owned(),
            panels,
            drawn: drawn.len(),
            hidden: (rows.len() - drawn.len()) as u64,
            column: grid.name(),
            column_seconds: u32::try_from(grid.seconds).unwrap_or(u32::MAX),
            cell,
            mark: ROW - 3,
            label: LABEL,
            legend: State::MARKED.iter().map(|state| Mark { state: *state, meaning: state.meaning().to_owned() }).collect(),
        })
    }
}

impl Picture {
    /// The picture of as many chains as a page has room for, of so many CSS pixels in height.
    pub(crate) fn within(report: &Report, rows: &[Row<'_>], height: i64) -> Option<Self> {
        let whole = Self::of(report, rows, &View::default(), DRAWN_CHAINS, "")?;
        let printed = |pixels: i64, panel: &Panel| pixels.saturating_mul(PRINTED) / panel.width.max(PRINTED);
        let of_heads: i64 = whole.panels.iter().map(|panel| printed(HEAD + 4, panel) + BETWEEN).sum();
        // A row may be less than a pixel in print: the sum over the panels is divided, and not each.
        let of_rows = |count: i64| whole.panels.iter().map(|panel| printed(count * ROW, panel) + 1).sum::<i64>();
        let fits = |count: &usize| of_heads + of_rows(i64::try_from(*count).unwrap_or(i64::MAX)) <= height;
        let most = (1..=whole.drawn).rev().find(fits).unwrap_or(1);
        if most == whole.drawn { Some(whole) } else { Self::of(report, rows, &View::default(), most, "") }
    }
}

/// What was asked, or else from the first day to the last of what is there.
fn extent(report: &Report, drawn: &[Row<'_>]) -> Option<Period> {
    if let Some(asked) = report.asked_period() {
        return (!drawn.is_empty()).then_some(asked);
    }
    let days = || drawn.iter().flat_map(|row| &row.chain.days).filter_map(|day| Time::from_text(&day.day).ok());
    Some(Period { from: days().min()?, to: days().max()?.plus(DAY_SECONDS) })
}

fn paint(grid: Grid, chain: &Chain, refuting: &[&Finding]) -> Vec<State> {
    let mut columns = vec![State::Blank; usize::try_from(grid.count).unwrap_or(0)];
    let mut mark = |from: i64, to: i64, state: State| {
        for column in columns.get_mut(grid.columns(from, to)).unwrap_or_default() {
            *column = state.max(*column);
        }
    };
    let days: BTreeMap<i64, &str> =
        chain.days.iter().filter_map(|day| Some((Time::from_text(&day.day).ok()?.unix(), day.hours.as_str()))).collect();
    let hour_at = |time: i64| {
        let day = time.div_euclid(DAY_SECONDS) * DAY_SECONDS;
        let hour = usize::try_from((time - day) / HOUR_SECONDS).unwrap_or(0);
        days.get(&day).and_then(|hours| hours.as_bytes().get(hour)).copied().unwrap_or(b'.')
    };
    for day in &chain.days {
        let Ok(begin) = Time::from_text(&day.day) else { continue };
        for (hour, sign) in (0_i64..).zip(day.hours.bytes()) {
            let state = match sign {
                b'o' => State::Silent,
                b'+' => State::Proved,
                b'~' if day.silent_seconds == day.proved_seconds => State::Silent,
                b'~' => State::Proved,
                b'?' => State::Unproved,
                b'!' => State::Failed,
                _ => continue,
            };
            let from = begin.unix() + hour * HOUR_SECONDS;
            mark(from, from + HOUR_SECONDS, state);
        }
        if day.failed_digests > 0 && !grid.is_hourly() {
            mark(begin.unix(), begin.unix() + DAY_SECONDS, State::Failed);
        }
    }
    for gap in &chain.gaps {
        let (mut from, to) = (gap.from.unix(), gap.to.unix());
        for day in days.range(gap.from.day().unix()..to).map(|(day, _)| *day) {
            mark_between(&mut mark, from, day);
            let hours = (0..24).map(|hour| day + hour * HOUR_SECONDS);
            for hour in hours.filter(|hour| hour + HOUR_SECONDS > gap.from.unix() && *hour < to) {
                // A digest file that is not signed reaches into the hour after the one in which it begins: no gap of its own.
                let reaches_in = hour_at(hour) == b'~' && matches!(hour_at(hour - HOUR_SECONDS), b'?' | b'!');
                if !reaches_in && matches!(hour_at(hour), b'.' | b'~') {
                    mark(hour, hour + HOUR_SECONDS, State::Gap);
                }
            }
            from = day + DAY_SECONDS;
        }
        mark_between(&mut mark, from, to);
    }
    for finding in refuting {
        let Some(from) = finding.from else { continue };
        let to = finding.to.unwrap_or(from);
        // What a missing digest file leaves is a hole, not something that is there and wrong.
        let state = if finding.code == Code::ChainDigestMissing { State::Gap } else { State::Failed };
        mark(from.unix(), to.unix(), state);
    }
    columns
}

fn mark_between(mark: &mut impl FnMut(i64, i64, State), from: i64, to: i64) {
    if from < to {
        mark(from, to, State::Gap);
    }
}

fn panel(grid: Grid, cell: i64, (from, to): (i64, i64), rows: &[Row<'_>], painted: &[Vec<State>]) -> Panel {
    let range = usize::try_from(from).unwrap_or(0)..usize::try_from(to).unwrap_or(0);
    let mut totals = BTreeMap::new();
    let mut lines = Vec::new();
    for (index, (row, columns)) in (0_i64..).zip(rows.iter().zip(painted)) {
        let columns = columns.get(range.clone()).unwrap_or_default();
        let mut counts = BTreeMap::new();
        for state in columns.iter().filter(|state| **state != State::Blank) {
            *counts.entry(*state).or_insert(0_u64) += 1;
            *totals.entry(*state).or_insert(0_u64) += 1;
        }
        lines.push(Line {
            label: label(row),
            title: format!("{}. {}: {}", row.number, row.chain.id, tally(&counts)),
            y: HEAD + index * ROW,
            runs: runs(columns, cell),
        });
    }
    let text = |column: i64| grid.begin(column).map_or_else(String::new, |time| time.to_string());
    Panel {
        title: format!("Coverage from {} to {}", text(from), text(to)),
        description: format!(
            "{} chains; one column is {}. In this panel: {}. The tables of chains and findings say the same in words.",
            number(rows.len() as u64),
            grid.name(),
            tally(&totals)
        ),
        from: grid.begin(from),
        columns: to - from,
        width: LABEL + (to - from) * cell + 6,
        height: HEAD + i64::try_from(rows.len()).unwrap_or(0) * ROW + 4,
        ticks: (from..to).filter_map(|column| tick(grid, column, (column - from) * cell, column == from)).collect(),
        rows: lines,
    }
}

fn tally(counts: &BTreeMap<State, u64>) -> String {
    let parts: Vec<String> =
        State::MARKED.iter().filter_map(|state| Some(format!("{} {}", number(*counts.get(state)?), state.name()))).collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

/// Names are cut to the column's width; the row's number leads to the whole name in the table.
fn label(row: &Row<'_>) -> String {
    let Chain { account, region, trail, kind, .. } = row.chain;
    let backfill = if *kind == DigestKind::Backfill { "backfill " } else { "" };
    let whole = format!("{account} {region} {backfill}{trail}");
    if whole.chars().count() <= LABEL_CHARACTERS {
        return format!("{whole}  {}", row.number);
    }
    let cut: String = whole.chars().take(LABEL_CHARACTERS - 1).collect();
    format!("{cut}…  {}", row.number)
}

/// One path for each state: rectangles over its columns, neighbours joined.
fn runs(columns: &[State], cell: i64) -> Vec<Run> {
    let mut paths: BTreeMap<State, String> = BTreeMap::new();
    let mut x = 0;
    for same in columns.chunk_by(|one, next| one == next) {
        let width = i64::try_from(same.len()).unwrap_or(0) * cell;
        if let Some(state) = same.first().filter(|state| **state != State::Blank) {
            // Writing into a String cannot fail.
            let _ = write!(paths.entry(*state).or_default(), "M{x} 0h{width}v{ROW}h-{width}z");
        }
        x += width;
    }
    paths.into_iter().map(|(state, path)| Run { state, path }).collect()
}

fn tick(grid: Grid, column: i64, x: i64, is_first: bool) -> Option<Tick> {
    let time = grid.begin(column)?;
    let text = time.to_string();
    let (date, clock) = text.split_once('T')?;
    let (month, day) = date.rsplit_once('-')?;
    let tick = |is_major, text: &str| Some(Tick { x, is_major, text: text.to_owned() });
    if grid.is_hourly() {
        let hour = clock.get(..2)?;
        match hour {
            "00" => tick(true, date),
            "06" | "12" | "18" => tick(false, hour),
            // Not where midnight's label would be written over it.
            _ if is_first && hour < "18" => tick(true, date),
            _ => None,
        }
    } else if grid.is_daily() {
        match day {
            "01" => tick(true, month),
            "08" | "15" | "22" => tick(false, day),
            _ if is_first && day < "22" => tick(true, month),
            _ => None,
        }
    } else if column % 13 == 0 {
        tick(true, date)
    } else {
        None
    }
}
