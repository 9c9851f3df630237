//! By which it is seen whether the document of a record is still what would be written now.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{chunks::chunks, document::Writer, table::Table};
use crate::dataset::{Amount, Dataset, KINDS, Money, PROPERTIES, Record, Value};

/// To be raised whenever a text is cut into words in another way, or written down in another place.
const FORMAT: u32 = 3;

/// What the documents are made of besides the records: with anything else, all of them are written anew.
pub(super) fn format() -> String {
    let mut hasher = DefaultHasher::new();
    for property in PROPERTIES {
        (property.id, property.label, property.timeline).hash(&mut hasher);
    }
    for kind in KINDS {
        kind.id.hash(&mut hasher);
    }
    format!("{FORMAT} {} {:016x}", env!("CARGO_PKG_VERSION"), hasher.finish())
}

/// The fingerprint of each record's document, in the order of the records.
pub(super) fn fingerprints(dataset: &Dataset, table: &Table, documents: &Writer) -> Vec<u64> {
    let records = dataset.records();
    let names = chunks(records.len(), |range| records[range].iter().map(of_names).collect::<Vec<_>>()).concat();
    let prints = Fingerprints { dataset, table, documents, names };
    chunks(records.len(), |range| range.map(|place| prints.of(place)).collect::<Vec<_>>()).concat()
}

struct Fingerprints<'d> {
    dataset: &'d Dataset,
    table: &'d Table,
    documents: &'d Writer<'d>,
    /// What other records' documents take from each record.
    names: Vec<u64>,
}

impl Fingerprints<'_> {
    fn of(&self, place: usize) -> u64 {
        let record = &self.dataset.records()[place];
        let mut hasher = Quick::default();
        self.names[place].hash(&mut hasher);
        (record.kind.id, &record.tags, &record.summary).hash(&mut hasher);
        record.source.as_ref().map(|source| &source.authors).hash(&mut hasher);
        let other = |id: &str| self.dataset.place(id).map(|place| self.names[place]);
        for (number, claim) in record.claims.iter().enumerate() {
            (claim.property.rank(), &claim.note).hash(&mut hasher);
            match &claim.value {
                Value::Text(text) => text.hash(&mut hasher),
                Value::Ref(id) => (id, other(id)).hash(&mut hasher),
                Value::Date(date) => date.hash(&mut hasher),
                Value::Quantity(quantity) => {
                    amount(&quantity.amount, &mut hasher);
                    quantity.unit.hash(&mut hasher);
                }
                Value::Money(value) => money(value, &mut hasher),
            }
            for source in self.table.sources(place, number) {
                self.names[*source as usize].hash(&mut hasher);
            }
        }
        for around in self.documents.around(record) {
            self.names[around].hash(&mut hasher);
        }
        hasher.finish()
    }
}

/// What a record goes by.
fn of_names(record: &Record) -> u64 {
    let mut hasher = Quick::default();
    (&record.id, &record.name, &record.native_name, &record.aliases).hash(&mut hasher);
    record.source.as_ref().map(|source| &source.publisher).hash(&mut hasher);
    hasher.finish()
}

fn amount(amount: &Amount, hasher: &mut Quick) {
    (amount.from.to_bits(), amount.to.map(f64::to_bits)).hash(hasher);
    amount.qualifier.map(|qualifier| qualifier as u8).hash(hasher);
}

fn money(money: &Money, hasher: &mut Quick) {
    amount(&money.amount, hasher);
    money.currency.hash(hasher);
    money.converted.is_some().hash(hasher);
    if let Some(converted) = &money.converted {
        self::money(converted, hasher);
    }
}

/// A hash that takes eight bytes at a time, by multiplying and folding the product as wyhash does (Wang Yi, "Modern
/// non-cryptographic hash function and pseudorandom number generator", 2020). A whole dataset is hashed at each start, and
/// nobody gains by making two of their own records' hashes the same.
struct Quick(u64);

/// Odd, and with as many ones as zeros.
const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
const OTHER: u64 = 0xe703_7ed1_a0b4_28db;

impl Default for Quick {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let last = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
            self.write_u64(last ^ (rest.len() as u64) << 56);
        }
    }

    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * u128::from(OTHER);
        #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
        let folded = product as u64 ^ (product >> 64) as u64;
        self.0 = folded.wrapping_add(FIRST).rotate_left(23);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn quick(value: impl Hash) -> u64 {
        let mut hasher = Quick::default();
        value.hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn no_two_of_many_texts_have_the_same_hash() {
        let texts = (0..200_000).map(|number| format!("Record {number}"));
        let hashes: HashSet<u64> = texts.flat_map(|text| [quick((&text, "")), quick(("", &text))]).collect();
        assert_eq!(hashes.len(), 400_000);
        assert_ne!(quick("a\0"), quick("a"));
        assert_ne!(quick(("ab", "c")), quick(("a", "bc")));
    }
}
