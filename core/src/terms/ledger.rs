//! Where findings are entered, weighed and gathered into runs.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::bytes::text;
use crate::terms::brevity;
use crate::terms::error::Error;
use crate::terms::finding::{About, Axis, Code, Effect, Finding};
use crate::terms::reason::Reason;
use crate::terms::time::{Period, Time};

/// A finding on its way into the ledger.
pub(crate) struct Raise {
    finding: Finding,
    in_scope: bool,
    /// Findings of one run have neighbouring positions.
    position: Option<u64>,
}

impl Raise {
    /// A finding with the effect that the catalogue states.
    pub(crate) fn new(code: Code, about: About, subject: impl Into<String>) -> Self {
        let words = code.explain();
        Self {
            finding: Finding {
                code,
                effect: words.effect,
                axis: words.axis,
                outside_scope: false,
                chain: None,
                count: 1,
                about,
                first: subject.into(),
                last: None,
                entry: None,
                from: None,
                to: None,
                expected: None,
                found: None,
                reasons: Vec::new(),
            },
            in_scope: true,
            position: None,
        }
    }

    pub(crate) fn effect(mut self, effect: Effect) -> Self {
        self.finding.effect = effect;
        self
    }

    pub(crate) fn in_scope(mut self, in_scope: bool) -> Self {
        self.in_scope = in_scope;
        self
    }

    /// Sets the chain, and where in it: runs are gathered along a chain.
    pub(crate) fn chain(mut self, chain: &impl Display, position: usize) -> Self {
        self.finding.chain = Some(chain.to_string());
        self.position = Some(position as u64);
        self
    }

    /// Sets the chain of a finding that has no place along it.
    pub(crate) fn on_chain(mut self, chain: String) -> Self {
        self.finding.chain = Some(chain);
        self
    }

    pub(crate) fn count(mut self, count: u64) -> Self {
        self.finding.count = count;
        self
    }

    /// Makes the finding one about so many subjects, from the first to this one.
    pub(crate) fn through(mut self, count: u64, last: String) -> Self {
        self.finding.count = count;
        self.finding.last = (last != self.finding.first).then_some(last);
        self
    }

    /// Sets a place in an order that is no chain's, along which runs are gathered.
    pub(crate) fn position(mut self, position: u64) -> Self {
        self.position = Some(position);
        self
    }

    pub(crate) fn entry(mut self, entry: String) -> Self {
        self.finding.entry = (entry != self.finding.first).then_some(entry);
        self
    }

    pub(crate) fn period(mut self, period: Period) -> Self {
        self.finding.from = Some(period.from);
        self.finding.to = Some(period.to);
        self
    }

    pub(crate) fn at(mut self, time: Time) -> Self {
        self.finding.from = Some(time);
        self.finding.to = Some(time);
        self
    }

    pub(crate) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.finding.expected = Some(expected.into());
        self
    }

    pub(crate) fn found(mut self, found: impl Into<String>) -> Self {
        self.finding.found = Some(found.into());
        self
    }

    /// Adds a reason.
    pub(crate) fn because(mut self, reason: Reason) -> Self {
        self.finding.reasons.push(reason);
        self
    }

    /// Adds reasons.
    pub(crate) fn for_all_of(mut self, reasons: impl IntoIterator<Item = Reason>) -> Self {
        self.finding.reasons.extend(reasons);
        self
    }
}

/// All findings of a case.
pub(crate) struct Ledger<'a> {
    weights: &'a Weights,
    raised: Vec<Raise>,
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(weights: &'a Weights) -> Self {
        Self { weights, raised: Vec::new() }
    }

    /// An empty ledger of the same weights, for a part of the work: [`join`](Self::join) takes it over.
    pub(crate) fn part(&self) -> Self {
        Self::new(self.weights)
    }

    /// Takes over what was entered into the ledger of a part of the work.
    pub(crate) fn join(&mut self, part: Self) {
        self.raised.extend(part.raised);
    }

    pub(crate) fn enter(&mut self, mut raise: Raise) {
        let finding = &mut raise.finding;
        let Finding { first, last, entry, expected, found, reasons, .. } = finding;
        [last, entry, expected, found].into_iter().flatten().chain([first]).for_each(shorten);
        reasons.iter_mut().for_each(|reason| reason.edit_texts(shorten));
        finding.effect = self.weights.weigh(finding.code, finding.effect);
        if !raise.in_scope {
            // Nothing to lower in what only informs, but the reader should know where it lies.
            finding.effect = Effect::Informs;
            finding.outside_scope = true;
        }
        self.raised.push(raise);
    }

    /// The findings, gathered into runs and sorted: worst first.
    pub(crate) fn close(self) -> Vec<Finding> {
        let mut raised = self.raised;
        raised.sort_by(|one, other| {
            run_key(one).cmp(&run_key(other)).then_with(|| {
                (one.position, &one.finding.first, &one.finding).cmp(&(other.position, &other.finding.first, &other.finding))
            })
        });
        let mut findings: Vec<Finding> = Vec::new();
        let mut last: Option<Raise> = None;
        for next in raised {
            last = Some(match last.take() {
                Some(run) if belongs(&run, &next) => extended(run, next),
                Some(run) => {
                    findings.push(run.finding);
                    next
                }
                None => next,
            });
        }
        findings.extend(last.map(|run| run.finding));
        findings.sort_by(|one, other| reading_order(one).cmp(&reading_order(other)).then_with(|| one.cmp(other)));
        findings.dedup();
        let mut findings = brevity::findings(findings);
        findings.sort_by(|one, other| reading_order(one).cmp(&reading_order(other)).then_with(|| one.cmp(other)));
        findings
    }
}

/// An object has at most 1,024 bytes of key and fewer of bucket, a path in another at most twice as many; a name of odd characters has
/// three times as many as it is shown, and what names several things any number.
fn shorten(text: &mut String) {
    const MOST_BYTES: usize = 2048;
    if text.len() > MOST_BYTES {
        *text = String::from_utf8_lossy(&text::shortened(text.as_bytes(), MOST_BYTES)).into_owned();
    }
}

/// Worst first, then by axis and code, then along the chains.
fn reading_order(finding: &Finding) -> (std::cmp::Reverse<Effect>, Axis, Code, &Option<String>, Option<Time>, &str) {
    let Finding { effect, axis, code, chain, from, first, .. } = finding;
    (std::cmp::Reverse(*effect), *axis, *code, chain, *from, first)
}

type RunKey<'a> = (Code, Effect, bool, &'a Option<String>, About, &'a [Reason], bool);

fn run_key(raise: &Raise) -> RunKey<'_> {
    let Finding { code, effect, outside_scope, chain, about, reasons, .. } = &raise.finding;
    (*code, *effect, *outside_scope, chain, *about, reasons, raise.position.is_none())
}

fn belongs(run: &Raise, next: &Raise) -> bool {
    run.finding.effect != Effect::Refutes
        && run_key(run) == run_key(next)
        && matches!((run.position, next.position), (Some(one), Some(other)) if other.saturating_sub(one) <= 1)
}

fn extended(mut run: Raise, next: Raise) -> Raise {
    let finding = &mut run.finding;
    finding.count = finding.count.saturating_add(next.finding.count);
    finding.last = Some(next.finding.first);
    finding.from = finding.from.into_iter().chain(next.finding.from).min();
    finding.to = finding.to.into_iter().chain(next.finding.to).max();
    // What is said of single subjects does not hold for a run.
    for (mine, others) in [
        (&mut finding.entry, next.finding.entry),
        (&mut finding.expected, next.finding.expected),
        (&mut finding.found, next.finding.found),
    ] {
        if *mine != others {
            *mine = None;
        }
    }
    run.position = next.position;
    run
}

/// The effects on one axis: what its outcome is folded from.
pub(crate) fn effects(findings: &[Finding], axis: Axis) -> impl Iterator<Item = Effect> {
    findings.iter().filter(move |finding| finding.axis == axis).map(|finding| finding.effect)
}

/// Where the caller departs from the catalogue: any code may be raised, one that limits may be lowered to inform, and one that
/// refutes stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weights(BTreeMap<Code, Effect>);

impl Weights {
    /// Gives a code another effect.
    ///
    /// # Errors
    ///
    /// [`Error::Policy`] if the code is unknown, or is one that refutes and would be lowered.
    pub fn set(&mut self, code: &str, effect: Effect) -> Result<(), Error> {
        let code = Code::from_name(code).ok_or_else(|| Error::Policy { reason: format!("there is no code '{code}'") })?;
        if code.explain().effect == Effect::Refutes && effect != Effect::Refutes {
            return Err(Error::Policy { reason: format!("'{code}' refutes and cannot be lowered") });
        }
        self.0.insert(code, effect);
        Ok(())
    }

    /// The departures, by code.
    pub fn iter(&self) -> impl Iterator<Item = (Code, Effect)> {
        self.0.iter().map(|(code, effect)| (*code, *effect))
    }

    /// A finding that refutes in its circumstances keeps doing so, whatever its code's usual effect.
    pub(crate) fn weigh(&self, code: Code, effect: Effect) -> Effect {
        match (self.0.get(&code), effect) {
            (_, Effect::Refutes) | (None, _) => effect,
            (Some(asked), _) => *asked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::trail::name::ChainId;
    use crate::evidence::trail::name::{DigestKind, Place};

    fn chain() -> ChainId<'static> {
        let (kind, place) = (DigestKind::Normal, Place::default());
        ChainId { account: "111122223333", region: "us-east-1", trail: "t", home_region: "us-east-1", kind, place }
    }

    #[test]
    fn what_limits_is_gathered_into_contiguous_runs() {
        let weights = Weights::default();
        let mut ledger = Ledger::new(&weights);
        for position in [5, 1, 2, 0] {
            ledger.enter(Raise::new(Code::DigestKeyUnknown, About::Object, format!("d{position}")).chain(&chain(), position));
        }
        let runs: Vec<_> = ledger.close().into_iter().map(|finding| (finding.count, finding.first, finding.last)).collect();
        assert_eq!(runs, [(1, "d5".into(), None), (3, "d0".into(), Some("d2".into()))].into_iter().rev().collect::<Vec<_>>());
    }

    #[test]
    fn no_text_of_a_finding_is_longer_than_another() {
        let weights = Weights::default();
        let mut ledger = Ledger::new(&weights);
        let long = "x".repeat(5000);
        let raise = Raise::new(Code::LogMissing, About::Object, long.clone()).entry("e".to_owned()).expected(long.clone());
        ledger.enter(raise.because(Reason::MayLieIn { path: long.clone() }).because(Reason::ListedBy { object: long }));
        let findings = ledger.close();
        let Finding { first, expected: Some(expected), reasons, .. } = &findings[0] else { panic!("{findings:?}") };
        let [Reason::MayLieIn { path }, Reason::ListedBy { object }] = &reasons[..] else { panic!("{reasons:?}") };
        assert!(first.len() <= 2048 && [expected, path, object].iter().all(|text| *text == first), "{findings:?}");
    }

    #[test]
    fn what_refutes_stays_one_per_object() {
        let weights = Weights::default();
        let mut ledger = Ledger::new(&weights);
        for position in 0..3 {
            ledger.enter(Raise::new(Code::LogMissing, About::Object, format!("l{position}")).chain(&chain(), position));
        }
        assert_eq!(ledger.close().len(), 3);
    }

    #[test]
    fn outside_the_scope_everything_only_informs() {
        let mut weights = Weights::default();
        weights.set("chain.restart", Effect::Refutes).unwrap();
        let mut ledger = Ledger::new(&weights);
        ledger.enter(Raise::new(Code::ChainRestart, About::Object, "x").in_scope(false));
        ledger.enter(Raise::new(Code::LogMissing, About::Object, "y").in_scope(false));
        ledger.enter(Raise::new(Code::ChainRestart, About::Object, "z"));
        let findings = ledger.close();
        assert_eq!(
            findings.iter().map(|finding| finding.effect).collect::<Vec<_>>(),
            [Effect::Refutes, Effect::Informs, Effect::Informs]
        );
        assert!(findings[1].outside_scope && findings[2].outside_scope);
    }

    #[test]
    fn a_policy_raises_anything_and_lowers_no_refutation() {
        let mut weights = Weights::default();
        weights.set("chain.restart", Effect::Refutes).unwrap();
        weights.set("log.unreferenced", Effect::Informs).unwrap();
        assert!(weights.set("log.missing", Effect::Limits).is_err());
        assert!(weights.set("log.mising", Effect::Refutes).is_err());
        let departures: BTreeMap<Code, Effect> = weights.iter().collect();
        assert_eq!(departures, [(Code::ChainRestart, Effect::Refutes), (Code::LogUnreferenced, Effect::Informs)].into());
        assert_eq!(weights.weigh(Code::ChainRestart, Effect::Informs), Effect::Refutes);
        assert_eq!(weights.weigh(Code::LogUnreferenced, Effect::Limits), Effect::Informs);
        assert_eq!(weights.weigh(Code::LogUnreferenced, Effect::Refutes), Effect::Refutes);
    }
}
