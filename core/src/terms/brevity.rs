//! What a report lists one by one, and what it only counts: an archive of some kilobytes can hold a million things to say.
//!
//! Honest archives of any usual size stay below the bounds. Above them every number stays right, every code with its effect and, as long
//! as it is possible, its chain stays named, and nothing depends on the order in which things came.

use crate::terms::finding::Finding;
use crate::terms::reason::{Reason, packed};

/// Bytes that all findings share: some ten thousand of them.
const FINDING_BYTES: usize = 6_000_000;

/// What the fields of a finding take in the canonical form besides their texts, and about what one takes that stands for others.
const FIELD_BYTES: usize = 160;

const REST_BYTES: usize = 1000;

/// Gathers findings beyond the bound, if there are so many. They come and go in the order in which reports show them.
///
/// Findings of one code and effect share the bound with those of others, and among themselves the chains: small parties are listed whole,
/// and of the large ones the first, with one finding for the rest.
pub(crate) fn findings(all: Vec<Finding>) -> Vec<Finding> {
    if all.iter().map(bytes).fold(0, usize::saturating_add) <= FINDING_BYTES {
        return all;
    }
    let mut parties: Vec<Vec<Finding>> = Vec::new();
    for finding in all {
        match parties.last_mut() {
            Some(party) if party.first().is_some_and(|first| (first.code, first.effect) == (finding.code, finding.effect)) => {
                party.push(finding);
            }
            _ => parties.push(vec![finding]),
        }
    }
    share(parties, FINDING_BYTES).into_iter().flat_map(|(party, most)| by_chain(party, most)).collect()
}

/// Findings of one code and effect, shortened to so many bytes: each of their chains keeps its share.
fn by_chain(mut party: Vec<Finding>, most_bytes: usize) -> Vec<Finding> {
    if party.iter().map(bytes).sum::<usize>() <= most_bytes {
        return party;
    }
    party.sort_by(|one, other| (one.outside_scope, &one.chain).cmp(&(other.outside_scope, &other.chain)));
    let mut chains: Vec<Vec<Finding>> = Vec::new();
    for finding in party {
        let is_of = |first: &Finding| (first.outside_scope, &first.chain) == (finding.outside_scope, &finding.chain);
        match chains.last_mut() {
            Some(chain) if chain.first().is_some_and(is_of) => chain.push(finding),
            _ => chains.push(vec![finding]),
        }
    }
    let mut kept = Vec::new();
    // Of chains that are so many that each has no room for a finding, in scope and outside of it.
    let mut rests: [Vec<Finding>; 2] = Default::default();
    for (mut chain, most) in share(chains, most_bytes) {
        if fitting(&chain, most) == chain.len() {
            kept.append(&mut chain);
        } else if most > REST_BYTES {
            let rest = chain.split_off(fitting(&chain, most - REST_BYTES));
            kept.append(&mut chain);
            kept.extend(as_one(rest));
        } else {
            let [inside, outside] = &mut rests;
            let is_outside = chain.first().is_some_and(|first| first.outside_scope);
            if is_outside { outside } else { inside }.append(&mut chain);
        }
    }
    kept.extend(rests.into_iter().filter_map(as_one));
    kept
}

/// How many of the first findings fit into so many bytes.
fn fitting(findings: &[Finding], most_bytes: usize) -> usize {
    let mut left = most_bytes;
    findings.iter().take_while(|finding| left.checked_sub(bytes(finding)).map(|rest| left = rest).is_some()).count()
}

/// Divides bytes among parties so that the small ones get all that they need, each with its part.
pub(crate) fn share(parties: Vec<Vec<Finding>>, most_bytes: usize) -> Vec<(Vec<Finding>, usize)> {
    let mut needs: Vec<(usize, usize)> =
        parties.iter().map(|party| party.iter().map(bytes).sum()).enumerate().map(|(index, need)| (need, index)).collect();
    needs.sort_unstable();
    let (mut left, mut sharing) = (most_bytes, needs.len());
    let mut parts = vec![0; parties.len()];
    for (need, index) in needs {
        let part = need.min(left / sharing.max(1));
        left -= part;
        sharing -= 1;
        parts.get_mut(index).into_iter().for_each(|slot| *slot = part);
    }
    parties.into_iter().zip(parts).collect()
}

/// One finding that stands for several, with their number and the period of all.
fn as_one(rest: Vec<Finding>) -> Option<Finding> {
    let mut all = rest.into_iter();
    let mut one = all.next()?;
    let mut others = all.peekable();
    if others.peek().is_none() {
        return Some(one);
    }
    for next in others {
        one.count = one.count.saturating_add(next.count);
        one.chain = one.chain.filter(|chain| Some(chain) == next.chain.as_ref());
        one.from = one.from.into_iter().chain(next.from).min();
        one.to = one.to.into_iter().chain(next.to).max();
        one.last = Some(next.last.unwrap_or(next.first));
    }
    // What is said of single subjects does not hold for all.
    (one.entry, one.expected, one.found) = (None, None, None);
    one.reasons = vec![Reason::Further];
    Some(one)
}

/// About what a finding takes in the canonical form.
fn bytes(finding: &Finding) -> usize {
    let Finding { chain, first, last, entry, expected, found, reasons, .. } = finding;
    let reasons = if reasons.is_empty() { 0 } else { packed::text(reasons).len() };
    let texts = [chain, last, entry, expected, found].into_iter().flatten().map(String::len);
    texts.fold(first.len().saturating_add(reasons).saturating_add(FIELD_BYTES), usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::finding::About;
    use crate::terms::ledger::Weights;
    use crate::terms::ledger::{Ledger, Raise};
    use crate::{Code, Effect};

    /// A finding of some chain, with a text of its own.
    fn raise(code: Code, chain: usize, number: usize) -> Raise {
        Raise::new(code, About::Object, format!("{number:0200}")).on_chain(format!("chain {chain:03}")).found("x".repeat(200))
    }

    fn close(raised: impl IntoIterator<Item = Raise>) -> Vec<Finding> {
        let weights = Weights::default();
        let mut ledger = Ledger::new(&weights);
        raised.into_iter().for_each(|raise| ledger.enter(raise));
        ledger.close()
    }

    fn sums(findings: &[Finding], code: Code) -> (usize, u64) {
        let of_code = || findings.iter().filter(|finding| finding.code == code);
        (of_code().count(), of_code().map(|finding| finding.count).sum())
    }

    #[test]
    fn below_the_bound_each_is_listed() {
        let findings = close((0..8_000).map(|number| raise(Code::LogMissing, number % 3, number)));
        assert_eq!(sums(&findings, Code::LogMissing), (8_000, 8_000));
        assert!(findings.iter().all(|finding| finding.last.is_none() && finding.found.is_some()));
    }

    #[test]
    fn above_it_the_largest_parties_are_cut_and_all_are_counted() {
        let many = || (0..30_000).map(|number| raise(Code::LogMissing, usize::from(number % 10 == 0), number));
        let others = || (0..50).map(|number| raise(Code::LogHashMismatch, 7, number));
        let outside = || (0..50).map(|number| raise(Code::LogMissing, 1, 50_000 + number).in_scope(false));
        let findings = close(many().chain(others()).chain(outside()));
        assert!(findings.iter().map(bytes).sum::<usize>() < FINDING_BYTES + 10 * REST_BYTES);
        assert_eq!(sums(&findings, Code::LogHashMismatch), (50, 50));
        let of = |chain: &str, effect: Effect| {
            let of_chain = findings.iter().filter(|finding| finding.chain.as_deref() == Some(chain) && finding.effect == effect);
            let of_chain: Vec<Finding> = of_chain.filter(|finding| finding.code == Code::LogMissing).cloned().collect();
            sums(&of_chain, Code::LogMissing)
        };
        assert_eq!(of("chain 001", Effect::Refutes), (3_000, 3_000));
        assert_eq!(of("chain 001", Effect::Informs), (50, 50));
        let (listed, counted) = of("chain 000", Effect::Refutes);
        assert!((5_000..10_000).contains(&listed) && counted == 27_000, "{listed}, {counted}");
        let rest = findings.iter().find(|finding| finding.count > 1).unwrap();
        assert!(rest.last.is_some() && rest.found.is_none() && rest.reasons == [Reason::Further]);
        // Whatever the order in which they come.
        let mut turned: Vec<Raise> = many().chain(others()).chain(outside()).collect();
        turned.reverse();
        assert_eq!(close(turned), findings);
    }

    #[test]
    fn chains_that_are_too_many_for_a_finding_each_share_one() {
        let findings = close((0..40_000).map(|number| raise(Code::LogMissing, number, number)));
        assert!(findings.iter().map(bytes).sum::<usize>() < FINDING_BYTES + 10 * REST_BYTES);
        assert_eq!(sums(&findings, Code::LogMissing).1, 40_000);
        let rest: Vec<&Finding> = findings.iter().filter(|finding| finding.count > 1).collect();
        assert!(matches!(rest.as_slice(), [rest] if rest.chain.is_none()));
    }

    #[test]
    fn long_texts_are_shortened() {
        let raised =
            |end: char| Raise::new(Code::LogMissing, About::Object, format!("{}{end}{}", "a".repeat(50_000), "b".repeat(50_000)));
        let findings = close([raised('x'), raised('y')]);
        assert_eq!(findings.len(), 2, "they stay two");
        assert!(findings.iter().all(|finding| finding.first.len() <= 2048 && finding.first.ends_with('b')));
    }
}
