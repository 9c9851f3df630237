//! The full-text index over one release of the dataset. The only importer of tantivy.
//!
//! Two kinds of document: one for each record (its names and summary) and one for each claim (the record's names, the
//! property, the value and the note). Documents point back by place into
//! [`Dataset::records`](crate::dataset::Dataset::records).
//!
//! # From a question to its answer
//!
//! [`language`] takes phrases, filters and what is not wanted out of what was typed. What is left is cut into words, and
//! these are read as names, properties, numbers and other words, slips mended. A record that goes by just that name
//! stands first; after it come the documents that have all the words, in names before aliases, claims and summaries; if
//! there are none, those with all words but one, and so on.

mod build;
mod chinese;
mod document;
mod filter;
pub mod language;
mod mark;
mod numbers;
mod query;
mod question;
mod schema;
mod search;
mod terms;
mod tokens;
mod words;

pub use mark::marked;
pub use query::{Hit, Near};
pub use question::Taken;
pub use search::Hits;
pub use words::words;

use self::{chinese::Segmenter, schema::Fields};
use crate::dataset::Dataset;
use tantivy::IndexReader;

/// The index of one release, held in memory.
pub struct Index {
    reader: IndexReader,
    fields: Fields,
    segmenter: Segmenter,
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
