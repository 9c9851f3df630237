//! The numbers by which the index knows the records.

use hashbrown::HashTable;

use crate::dataset::Dataset;

/// The records of a dataset by [`number`]. Where each stands in the dataset may differ from release to release.
pub(super) struct Known {
    numbers: Vec<u64>,
    places: HashTable<u32>,
}

impl Known {
    pub(super) fn new(dataset: &Dataset) -> Self {
        let numbers: Vec<u64> = dataset.records().iter().map(|record| number(&record.id)).collect();
        let mut places = HashTable::with_capacity(numbers.len());
        for (place, number) in (0..).zip(&numbers) {
            // A number is as good as its own hash.
            places.insert_unique(*number, place, |place: &u32| numbers[*place as usize]);
        }
        Self { numbers, places }
    }

    /// The place of the record with this number.
    pub(super) fn place(&self, number: u64) -> Option<u32> {
        self.places.find(number, |place| self.numbers[*place as usize] == number).copied()
    }
}

/// A number made of an id: the same on every machine.
pub(super) fn number(id: &str) -> u64 {
    let hash = blake3::hash(id.as_bytes());
    hash.as_bytes().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}
