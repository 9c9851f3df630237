//! By which it is seen whether the document of a record is still what would be written now.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{document::Writer, kept::Kept};
use crate::dataset::{Amount, Dataset, KINDS, Money, PROPERTIES, Quick, Record, Value, chunks};

/// To be raised whenever a text is cut into words in another way, or written down in another place.
const FORMAT: u32 = 5;

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

/// The fingerprint of each record's document, in the order of the records. `None` for those of which nothing has changed that
/// their documents are made of.
pub(super) fn fingerprints(dataset: &Dataset, documents: &Writer, kept: Option<&Kept>) -> Vec<Option<u64>> {
    let records = dataset.records();
    let names = match kept {
        // Few are needed then.
        Some(_) => Vec::new(),
        None => chunks(records.len(), |range| records[range].iter().map(of_names).collect::<Vec<_>>()).concat(),
    };
    let prints = Fingerprints { dataset, documents, names };
    let of = |place: usize| (!kept.is_some_and(|kept| prints.is_kept(place, kept))).then(|| prints.of(place));
    chunks(records.len(), |range| range.map(of).collect::<Vec<_>>()).concat()
}

struct Fingerprints<'d> {
    dataset: &'d Dataset,
    documents: &'d Writer<'d>,
    /// What other records' documents take from each record, if it is worked out beforehand.
    names: Vec<u64>,
}

impl Fingerprints<'_> {
    /// Whether a record is kept, and all those that its document takes something from.
    fn is_kept(&self, place: usize, kept: &Kept) -> bool {
        let is = |place: usize| kept.places[place].is_some();
        let references = self.dataset.references();
        is(place)
            && references.claims(place).all(|claim| references.target(claim).is_none_or(is))
            && self.documents.around(place).into_iter().all(is)
    }

    fn names(&self, place: usize) -> u64 {
        self.names.get(place).copied().unwrap_or_else(|| of_names(&self.dataset.records()[place]))
    }

    fn of(&self, place: usize) -> u64 {
        let record = &self.dataset.records()[place];
        let mut hasher = Quick::default();
        self.names(place).hash(&mut hasher);
        (record.kind.id, &record.tags, &record.summary).hash(&mut hasher);
        record.source.as_ref().map(|source| (&source.publisher, &source.authors)).hash(&mut hasher);
        for (number, claim) in record.claims.iter().enumerate() {
            (claim.property.rank(), &claim.note).hash(&mut hasher);
            match &claim.value {
                Value::Text(text) => text.hash(&mut hasher),
                Value::Ref(id) => {
                    (id, self.dataset.target(place, number).map(|target| self.names(target))).hash(&mut hasher);
                }
                Value::Date(date) => date.hash(&mut hasher),
                Value::Quantity(quantity) => {
                    amount(&quantity.amount, &mut hasher);
                    quantity.unit.hash(&mut hasher);
                }
                Value::Money(value) => money(value, &mut hasher),
            }
        }
        for around in self.documents.around(place) {
            self.names(around).hash(&mut hasher);
        }
        hasher.finish()
    }
}

/// What a record goes by.
fn of_names(record: &Record) -> u64 {
    let mut hasher = Quick::default();
    (&record.id, &record.name, &record.native_name, &record.aliases).hash(&mut hasher);
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
