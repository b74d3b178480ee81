//! Work in pieces that a host spreads over its threads; this crate has none.

use std::sync::OnceLock;

/// How a host spreads work: it calls the work with each number below the count, in any order and on as many threads as it likes, and
/// returns when all is done. What it leaves out is done by the thread that asked: `&|_, _| ()` leaves everything to it.
pub type Spread<'s> = dyn Fn(usize, &(dyn Fn(usize) + Sync)) + 's;

/// What a piece of work gives for each number, in their order.
pub(crate) fn map<T: Send + Sync>(spread: &Spread<'_>, count: usize, piece: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let slots: Vec<OnceLock<T>> = (0..count).map(|_| OnceLock::new()).collect();
    spread(count, &|index| {
        if let Some(slot) = slots.get(index) {
            slot.get_or_init(|| piece(index));
        }
    });
    slots.into_iter().enumerate().map(|(index, slot)| slot.into_inner().unwrap_or_else(|| piece(index))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_host_does_each_piece_is_done_and_stands_in_its_place() {
        let hosts: [&Spread<'_>; 3] =
            [&|_, _| (), &|count, work| (1..count).for_each(work), &|count, work| (0..2 * count + 2).rev().for_each(work)];
        for host in hosts {
            assert_eq!(map(host, 5, |index| index * index), [0, 1, 4, 9, 16]);
            assert!(map(host, 0, |index| index).is_empty());
        }
    }
}
