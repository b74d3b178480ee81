//! Stretches of time.

use crate::terms::time::{Period, Time};

/// Disjoint spans, sorted; neighbours that touch are one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spans(pub(crate) Vec<Period>);

impl Spans {
    pub(crate) fn union(periods: impl IntoIterator<Item = Period>) -> Self {
        let mut sorted: Vec<Period> = periods.into_iter().filter(|period| !period.is_empty()).collect();
        sorted.sort_unstable();
        let mut spans: Vec<Period> = Vec::new();
        for next in sorted {
            match spans.last_mut() {
                Some(last) if next.from <= last.to => last.to = last.to.max(next.to),
                _ => spans.push(next),
            }
        }
        Self(spans)
    }

    /// What is in `self` and not in `other`.
    pub(crate) fn without(&self, other: &Self) -> Self {
        let mut rest = Vec::new();
        let mut holes = other.0.iter().peekable();
        for span in &self.0 {
            let mut from = span.from;
            while let Some(hole) = holes.next_if(|hole| hole.to <= span.to) {
                if from < hole.from {
                    rest.push(Period { from, to: hole.from });
                }
                from = from.max(hole.to);
            }
            // The next hole ends behind this span, and may reach into it.
            let to = holes.peek().map_or(span.to, |hole| span.to.min(hole.from));
            if from < to {
                rest.push(Period { from, to });
            }
        }
        Self(rest)
    }

    pub(crate) fn seconds(&self) -> u64 {
        self.0.iter().map(Period::seconds).fold(0, u64::saturating_add)
    }

    pub(crate) fn first(&self) -> Option<Time> {
        self.0.first().map(|span| span.from)
    }

    pub(crate) fn last(&self) -> Option<Time> {
        self.0.last().map(|span| span.to)
    }

    pub(crate) fn into_periods(self) -> Vec<Period> {
        self.0
    }

    /// Seconds inside a window that begins no earlier than that of the call before; `start` remembers where to look.
    pub(crate) fn seconds_in(&self, window: Period, start: &mut usize) -> u64 {
        while self.0.get(*start).is_some_and(|span| span.to <= window.from) {
            *start = start.saturating_add(1);
        }
        let rest = self.0.get(*start..).unwrap_or_default();
        rest.iter()
            .take_while(|span| span.meets(&window))
            .map(|span| Period { from: span.from.max(window.from), to: span.to.min(window.to) }.seconds())
            .fold(0, u64::saturating_add)
    }
}
