//! Which records of a dataset are those of the one before it.

use std::cmp::Ordering;

use crate::dataset::Dataset;

/// What a dataset has kept of the one before it.
#[derive(Debug)]
pub(super) struct Kept {
    /// For each record the place where it stood before, if it is the very same.
    pub places: Vec<Option<u32>>,
    /// The places of the records before that are gone or are others now.
    pub gone: Vec<u32>,
}

impl Kept {
    pub(super) fn of(before: &Dataset, dataset: &Dataset) -> Self {
        let mut kept = Self { places: Vec::with_capacity(dataset.records().len()), gone: Vec::new() };
        // Both stand in the order of their ids.
        let mut old = (0..).zip(before.records()).peekable();
        for record in dataset.records() {
            let mut same = None;
            while let Some((place, known)) = old.peek() {
                let order = if known.is(record) { Ordering::Equal } else { known.id.cmp(&record.id) };
                if order == Ordering::Greater {
                    break;
                }
                if known.is(record) {
                    same = Some(*place);
                } else {
                    kept.gone.push(*place);
                }
                old.next();
                if order == Ordering::Equal {
                    break;
                }
            }
            kept.places.push(same);
        }
        kept.gone.extend(old.map(|(place, _)| place));
        kept
    }
}
