//! The dataset: records, the claims made of them, and the sources that stand behind each claim.
//!
//! [`load()`] reads a folder of TOML and JSON-lines files, [`Dataset`] is what came of a folder without any fault,
//! and a [`Fault`] says where one is and how to mend it. The format is described in `data/README.md`.

mod bundled;
mod canonical;
mod change;
mod date;
mod diff;
mod fault;
mod folder;
mod kinds;
mod links;
mod load;
mod loader;
mod property;
mod read;
mod record;
mod schema;
mod tree;
mod validate;
mod value;

pub use bundled::bundled;
pub use canonical::{FORMAT, Row, content, read_rows};
pub use change::{Account, Aspect, Change, Detail, Statement, Subject, What};
pub use date::{NotADate, PartialDate};
pub(crate) use diff::pair;
pub use diff::{changes, diff, withdrawn};
pub use fault::{Fault, Faults};
pub use kinds::{KINDS, Kind, KindSpec, SOURCE, kind};
pub use links::Link;
pub use load::{File, load, load_files};
pub use loader::Loader;
pub use property::{PROPERTIES, Property, ValueType, property};
pub use record::{Claim, Facts, Record, SourceInfo};
pub use schema::schema;
pub use value::{Amount, Money, Qualifier, Quantity, Value};

use links::{Ids, Links};

/// A whole dataset in which no fault was found. Records stand in the order of their ids.
#[derive(Debug, Default)]
pub struct Dataset {
    records: Vec<Record>,
    ids: Ids,
    links: Links,
    citations: Links,
}

impl Dataset {
    /// Derives the links back of records that [`load()`] found to be valid, in the order of their ids.
    fn new(records: Vec<Record>) -> Self {
        let ids = Ids::new(&records);
        let (links, citations) = load::beside(
            || Links::new(&records, &ids, links::target).by_property(),
            || Links::new(&records, &ids, links::sources).by_number(),
        );
        Self { records, ids, links, citations }
    }

    /// Every record, in the order of the ids.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The record with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Record> {
        self.place(id).map(|place| &self.records[place])
    }

    /// The place of the record with this id among the records.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<usize> {
        self.ids.place(&self.records, id)
    }

    /// The claims of other records that point to the record with this id, in the order of their properties.
    #[must_use]
    pub fn links_to(&self, id: &str) -> impl ExactSizeIterator<Item = (&Record, &Claim)> {
        self.links(id).iter().map(|link| self.follow(*link))
    }

    /// Where those claims are.
    #[must_use]
    pub fn links(&self, id: &str) -> &[Link] {
        self.place(id).map_or(&[], |place| self.links.to(place))
    }

    /// The claims that rest on the source with this id: side by side if they are of one record, records with the most
    /// claims first.
    #[must_use]
    pub fn citations(&self, id: &str) -> &[Link] {
        self.place(id).map_or(&[], |place| self.citations.to(place))
    }

    /// The claim that a link is made of, and its record.
    #[must_use]
    pub fn follow(&self, link: Link) -> (&Record, &Claim) {
        let record = &self.records[link.record as usize];
        (record, &record.claims[link.claim as usize])
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
