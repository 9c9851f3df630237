//! The best of many.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
};

use super::presence::Candidate;

/// A candidate with its score; the greater fits better.
#[derive(Debug, Clone, Copy)]
struct Scored {
    score: f32,
    candidate: Candidate,
}

impl Ord for Scored {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then_with(|| other.candidate.place.cmp(&self.candidate.place))
    }
}

impl PartialOrd for Scored {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Scored {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Scored {}

/// Keeps the candidates with the highest scores; of equal ones those that stand first in the dataset, whatever the order in
/// which they come.
#[derive(Debug)]
pub(super) struct Best {
    limit: usize,
    kept: BinaryHeap<Reverse<Scored>>,
}

impl Best {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, kept: BinaryHeap::with_capacity(limit + 1) }
    }

    /// Only scores above this one can still change anything.
    pub(super) fn threshold(&self) -> f32 {
        match self.kept.peek() {
            // One that is equal may stand before.
            Some(Reverse(least)) if self.kept.len() >= self.limit => least.score.next_down(),
            _ if self.limit == 0 => f32::MAX,
            _ => f32::MIN,
        }
    }

    pub(super) fn add(&mut self, score: f32, candidate: Candidate) {
        let scored = Scored { score, candidate };
        if self.kept.len() < self.limit {
            self.kept.push(Reverse(scored));
        } else if let Some(mut least) = self.kept.peek_mut()
            && least.0 < scored
        {
            *least = Reverse(scored);
        }
    }

    /// The best first.
    pub(super) fn into_sorted(self) -> Vec<Candidate> {
        self.kept.into_sorted_vec().into_iter().map(|Reverse(scored)| scored.candidate).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter(scores in prop::collection::vec(0_u8..5, 0..40), limit in 0_usize..12) {
            let add = |best: &mut Best, (place, score): (usize, &u8)| {
                let candidate = Candidate { segment: 0, document: 0, place };
                if f32::from(*score) > best.threshold() {
                    best.add(f32::from(*score), candidate);
                }
            };
            let (mut forth, mut back) = (Best::new(limit), Best::new(limit));
            scores.iter().enumerate().for_each(|scored| add(&mut forth, scored));
            scores.iter().enumerate().rev().for_each(|scored| add(&mut back, scored));
            let mut expected: Vec<usize> = (0..scores.len()).collect();
            expected.sort_by_key(|place| (std::cmp::Reverse(scores[*place]), *place));
            expected.truncate(limit);
            let places = |best: Best| best.into_sorted().into_iter().map(|found| found.place).collect::<Vec<_>>();
            prop_assert_eq!(&places(forth), &expected);
            prop_assert_eq!(&places(back), &expected);
        }
    }
}
