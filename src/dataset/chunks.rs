//! Work on all records, shared out among the processors.

use std::{ops::Range, panic::resume_unwind, thread};

use crate::{panics, threads};

/// Fewer records than this are done before another thread has begun.
const SMALL: usize = 2_000;

/// Does something with the numbers below `len`, a range on each processor, and keeps the ranges in their order.
pub(crate) fn chunks<T: Send>(len: usize, act: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let threads = threads::number().min(len / SMALL);
    if threads < 2 {
        return vec![act(0..len)];
    }
    let range = |number: usize| number * len / threads..(number + 1) * len / threads;
    let act = &act;
    thread::scope(|scope| {
        let others: Vec<_> =
            (1..threads).map(|number| scope.spawn(panics::shared(move || act(range(number))))).collect();
        let first = act(range(0));
        let others = others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        std::iter::once(first).chain(others).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_done_once_and_in_order() {
        for len in [0, 1, SMALL, 2 * SMALL, 7 * SMALL + 3] {
            let done: Vec<usize> = chunks(len, Iterator::collect::<Vec<_>>).concat();
            assert_eq!(done, (0..len).collect::<Vec<_>>());
        }
    }
}
