//! By which it is seen whether the document of a record is still what would be written now.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use super::document::Writer;
use crate::dataset::{Dataset, KINDS, PROPERTIES, Record, Value};

/// To be raised whenever a text is cut into words in another way, or written down in another place.
const FORMAT: u32 = 1;

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

/// The fingerprints of a dataset's documents.
pub(super) struct Fingerprints<'d> {
    dataset: &'d Dataset,
    documents: &'d Writer<'d>,
    /// What other records' documents take from each record.
    names: Vec<u64>,
}

impl<'d> Fingerprints<'d> {
    pub(super) fn new(dataset: &'d Dataset, documents: &'d Writer<'d>) -> Self {
        let names = dataset.records().iter().map(|record| {
            let mut hasher = DefaultHasher::new();
            named(record, &mut hasher);
            hasher.finish()
        });
        Self { dataset, documents, names: names.collect() }
    }

    /// The fingerprint of one document.
    pub(super) fn of(&self, record: &Record) -> u64 {
        let mut hasher = DefaultHasher::new();
        named(record, &mut hasher);
        (record.kind.id, &record.tags, &record.summary).hash(&mut hasher);
        record.source.as_ref().map(|source| &source.authors).hash(&mut hasher);
        let other = |id: &str| self.dataset.place(id).map(|place| self.names[place]);
        for claim in &record.claims {
            (claim.property.id, &claim.note).hash(&mut hasher);
            match &claim.value {
                Value::Text(text) => text.hash(&mut hasher),
                Value::Ref(id) => (id, other(id)).hash(&mut hasher),
                Value::Date(date) => date.hash(&mut hasher),
                value @ (Value::Quantity(_) | Value::Money(_)) => self.dataset.show(value).hash(&mut hasher),
            }
            for source in &claim.sources {
                other(source).hash(&mut hasher);
            }
        }
        for place in self.documents.around(record) {
            other(&place.id).hash(&mut hasher);
        }
        hasher.finish()
    }
}

/// What a record goes by.
fn named(record: &Record, hasher: &mut DefaultHasher) {
    (&record.id, &record.name, &record.native_name, &record.aliases).hash(hasher);
    record.source.as_ref().map(|source| &source.publisher).hash(hasher);
}
