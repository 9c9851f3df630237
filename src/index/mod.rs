//! The full-text index over one release of the dataset. The only importer of tantivy.
//!
//! One document for each record. It has the record's names as keys and as words, and in one text all that is said of it,
//! laid out (`layout`) so that a word's position tells which claim it is of. Documents are known by their record's id; where
//! the record stands in [`Dataset::records`](crate::dataset::Dataset::records) is kept beside them.
//!
//! # From a question to its answer
//!
//! [`language`] takes phrases, filters and what is not wanted out of what was typed. What is left is cut into words, and
//! these are read as names, properties, numbers and other words, slips mended (`question`, with the small words of `asking`). A
//! record that goes by just that name stands first; after it come the records that have all the words; if there are none,
//! those that lack some, but hardly ever the name that was asked about, the fullest first; and if next to nothing of it is
//! known, nothing (`fitting`). The index finds the likely ones, and
//! `fit` looks at these closely, claim by claim: a word counts the most in names, then in aliases, claims and summaries.
//! A version or a part number that stands nowhere is not there: no other one is taken for it (`versions`).

mod asking;
mod build;
mod chinese;
mod document;
mod documents;
mod filter;
mod fingerprint;
mod fit;
mod fitting;
mod kept;
pub mod language;
mod layout;
mod mark;
mod numbers;
mod presence;
mod query;
mod question;
mod rough;
mod schema;
mod search;
mod sources;
mod table;
mod telling;
mod terms;
mod tokens;
mod top;
mod unmet;
mod verbs;
mod versions;
mod wanted;
mod words;

#[cfg(test)]
mod tests;

pub use asking::is_stop as is_small;
pub use fitting::Share;
pub use mark::marked;
pub use query::{Hit, Near};
pub use question::Taken;
pub use search::Hits;
pub use telling::Telling;
pub use unmet::Unmet;
pub use words::{forms, words};

use self::{chinese::Segmenter, rough::Counts, schema::Fields, sources::Sources, table::Table};
use crate::dataset::Dataset;
use std::path::Path;
use tantivy::IndexReader;

/// The index of one release.
pub struct Index {
    reader: IndexReader,
    fields: Fields,
    segmenter: Segmenter,
    /// The place of each document's record, for each segment; [`GONE`] for one that was deleted.
    places: Vec<Vec<u32>>,
    /// What a word counts in each document, for each segment.
    counts: Vec<Counts>,
    table: Table,
    sources: Sources,
}

/// The place of a record that has another document now, or none.
const GONE: u32 = u32::MAX;

/// The index could not be built or read.
#[derive(Debug, thiserror::Error)]
#[error(
    "the index failed ({0}): if it lies in a state folder, stop the bot and remove the folder `index` there, and it is built anew"
)]
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

    /// The index in a folder, which has to exist and be used by nothing else. Only records that changed since it was last
    /// opened are taken in, with those that say something of them; what is not there or damaged is written anew. An index
    /// that was opened before goes on answering from what it was opened with; where it is given with its dataset, what both
    /// datasets share need not be looked at.
    ///
    /// # Errors
    /// If the folder can't be written.
    pub fn open(folder: &Path, dataset: &Dataset, before: Option<(&Dataset, &Self)>) -> Result<Self, Error> {
        build::open(folder, dataset, before)
    }
}
