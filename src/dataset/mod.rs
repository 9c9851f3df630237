//! The dataset: records, the claims made of them, and the sources that stand behind each claim.
//!
//! [`load()`] reads a folder of TOML and JSON-lines files, [`Dataset`] is what came of a folder without any fault,
//! and a [`Fault`] says where one is and how to mend it. The format is described in `data/README.md`.

mod bundled;
mod date;
mod fault;
mod kinds;
mod load;
mod property;
mod read;
mod record;
mod schema;
mod tree;
mod validate;
mod value;

pub use bundled::bundled;
pub use date::{NotADate, PartialDate};
pub use fault::{Fault, Faults};
pub use kinds::{KINDS, Kind, KindSpec, SOURCE, kind};
pub use load::{File, load, load_files};
pub use property::{PROPERTIES, Property, ValueType, property};
pub use record::{Claim, Link, Record, SourceInfo};
pub use schema::schema;
pub use value::{Amount, Money, Qualifier, Quantity, Value};

use std::collections::HashMap;

/// A whole dataset in which no fault was found. Records stand in the order of their ids.
#[derive(Debug, Default)]
pub struct Dataset {
    records: Vec<Record>,
    by_id: HashMap<String, usize>,
    links: HashMap<String, Vec<Link>>,
}

impl Dataset {
    /// Puts records that [`load()`] found to be valid in order and derives the links back.
    fn new(mut records: Vec<Record>) -> Self {
        records.sort_by(|a, b| a.id.cmp(&b.id));
        let by_id = records.iter().enumerate().map(|(place, record)| (record.id.clone(), place)).collect();
        let mut links: HashMap<String, Vec<Link>> = HashMap::new();
        for (place, record) in records.iter().enumerate() {
            for (number, claim) in record.claims.iter().enumerate() {
                if let Value::Ref(target) = &claim.value {
                    links.entry(target.clone()).or_default().push(Link { record: place, claim: number });
                }
            }
        }
        Self { records, by_id, links }
    }

    /// Every record, in the order of the ids.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The record with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Record> {
        self.by_id.get(id).map(|place| &self.records[*place])
    }

    /// The claims of other records that point to the record with this id, in the order of those records' ids.
    pub fn links_to(&self, id: &str) -> impl Iterator<Item = (&Record, &Claim)> {
        self.links.get(id).into_iter().flatten().map(|link| {
            let record = &self.records[link.record];
            (record, &record.claims[link.claim])
        })
    }

    /// The name of the record with this id; the id itself where there is none.
    #[must_use]
    pub fn name_of<'a>(&'a self, id: &'a str) -> &'a str {
        self.get(id).map_or(id, |record| record.name.as_str())
    }

    /// How a value reads, names in place of ids.
    #[must_use]
    pub fn show(&self, value: &Value) -> String {
        match value {
            Value::Text(text) => text.clone(),
            Value::Ref(id) => self.name_of(id).to_owned(),
            Value::Quantity(quantity) => quantity.to_string(),
            Value::Money(money) => money.to_string(),
            Value::Date(date) => date.to_string(),
        }
    }
}
