//! The dataset: records, the claims made of them, and the sources that stand behind each claim.
//!
//! [`load()`] reads a folder of TOML and JSON-lines files, [`Dataset`] is what came of a folder without any fault,
//! and a [`Fault`] says where one is and how to mend it. The format is described in `data/README.md`.

mod bundled;
mod canonical;
mod change;
mod chunks;
mod date;
mod diff;
mod fault;
mod folder;
mod kinds;
mod links;
mod load;
mod loader;
mod progress;
mod property;
mod quick;
mod read;
mod record;
mod references;
mod schema;
mod tree;
mod validate;
mod value;

pub use bundled::bundled;
pub use canonical::{FORMAT, Row, content, read_rows};
pub use change::{Account, Aspect, Change, Detail, Statement, Subject, What};
pub(crate) use chunks::chunks;
pub use date::{NotADate, PartialDate};
pub(crate) use diff::{Statements, pair};
pub use diff::{changes, diff, withdrawn};
use fault::Findings;
pub use fault::{Fault, Faults};
pub(crate) use folder::names;
pub use folder::{Stamp, Survey, Unread};
pub use kinds::{KINDS, Kind, KindSpec, SOURCE, kind};
pub use links::Link;
pub use load::{File, load, load_files};
pub use loader::Loader;
pub use progress::Progress;
pub use property::{PROPERTIES, Property, ValueType, property};
pub(crate) use quick::{BuildQuick, Quick, quick};
pub use record::{Claim, Facts, Record, SourceInfo};
pub use schema::schema;
pub use value::{Amount, Money, Qualifier, Quantity, Value};

pub(crate) use links::Links;
use references::Ids;
pub(crate) use references::References;
use std::sync::Arc;

use crate::threads;

/// A whole dataset in which no fault was found. Records stand in the order of their ids.
#[derive(Debug, Default)]
pub struct Dataset {
    records: Vec<Record>,
    ids: Ids,
    references: Arc<References>,
    links: Links,
    citations: Arc<Links>,
    origin: Option<[u8; 32]>,
}

impl Dataset {
    /// Derives the links back of records that [`load()`] found to be valid, in the order of their ids.
    fn new(records: Vec<Record>, ids: Ids, references: References) -> Self {
        let (links, citations) = threads::beside(|| Links::of_values(&references), || Links::of_sources(&references));
        Self { records, ids, references: Arc::new(references), links, citations: Arc::new(citations), origin: None }
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
        self.ids.place(id)
    }

    /// The place of the record whose id has this hash.
    pub(crate) fn hashed(&self, hash: u64) -> Option<usize> {
        self.ids.hashed(hash)
    }

    /// The hash of the files that the dataset was read from: of their names and what is in them. `None` if it was not read
    /// from a folder.
    pub(crate) fn origin(&self) -> Option<[u8; 32]> {
        self.origin
    }

    /// The place of the record that is the value of a claim, from the record's place and the claim's place there.
    #[must_use]
    pub fn target(&self, record: usize, claim: usize) -> Option<usize> {
        self.references.target(self.references.claims(record).start + claim)
    }

    /// Where the claims lead.
    pub(crate) fn references(&self) -> &Arc<References> {
        &self.references
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

    /// The claims that rest on each record, to be kept beyond the dataset.
    pub(crate) fn cited(&self) -> &Arc<Links> {
        &self.citations
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
