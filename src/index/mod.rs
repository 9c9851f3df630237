//! The full-text index over one release of the dataset. The only importer of tantivy.
//!
//! Two kinds of document: one for each record (its names and summary) and one for each claim (the record's names, the
//! property's words, the value and the note). Documents point back by place into [`Dataset::records`].

mod build;
pub mod language;
mod query;
mod words;

pub use query::{Hit, Hits};
pub use words::words;

use crate::dataset::Dataset;
use tantivy::{IndexReader, schema::Field};

/// The index of one release, held in memory.
pub struct Index {
    reader: IndexReader,
    fields: Fields,
}

/// The fields of a document.
#[derive(Debug, Clone, Copy)]
struct Fields {
    /// The kind of the record.
    kind: Field,
    /// The place of the record among the records.
    record: Field,
    /// The place of the claim among the record's claims, counted from 1; 0 for the record itself.
    claim: Field,
    /// The keys of the record's names and its id, for exact look-up. Only on record documents.
    key: Field,
    /// The words of the record's names.
    names: Field,
    /// All other words.
    body: Field,
    /// On a record's document: the words of its claims.
    all: Field,
    /// For a claim that belongs on the timeline: first and last day, in days since 1970-01-01.
    first_day: Field,
    last_day: Field,
}

/// The index could not be built or read.
#[derive(Debug, thiserror::Error)]
#[error("the index failed: {0}")]
pub struct Error(#[from] tantivy::TantivyError);

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("documents", &self.reader.searcher().num_docs()).finish_non_exhaustive()
    }
}

impl Index {
    /// Builds the index over a dataset.
    ///
    /// # Errors
    /// If tantivy fails, which in memory means that memory ran out.
    pub fn build(dataset: &Dataset) -> Result<Self, Error> {
        build::build(dataset)
    }
}
