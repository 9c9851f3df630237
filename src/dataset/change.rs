//! What differs between two releases of the dataset, in a form that outlives both.

use serde::{Deserialize, Serialize};

/// The record that something changed about, as it was called then.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// Its id: the new one if it was renamed.
    pub id: String,
    /// The id of its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its tags.
    pub tags: Vec<String>,
}

/// A claim as it stood, readable without the dataset it stood in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Statement {
    /// The id of the property.
    pub property: String,
    /// How the value reads, names in place of ids.
    pub text: String,
    /// What the value points to, if it is a reference: the record's id.
    pub target: Option<String>,
    /// The date for which it holds, as it is written in files.
    pub as_of: Option<String>,
    /// The ids of its sources.
    pub sources: Vec<String>,
    /// The claim's note.
    pub note: Option<String>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Change {
    /// The record.
    pub subject: Subject,
    /// What happened to it.
    pub what: What,
}

/// What can happen to a record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It is new, and this is said of it.
    Added(Vec<Statement>),
    /// It is gone, and this was said of it.
    Removed(Vec<Statement>),
    /// It goes by another id or name now.
    Renamed {
        /// The id it had.
        id: String,
        /// The name it had.
        name: String,
    },
    /// Its summary, aliases, native name, tags or details of a source are others.
    Described,
    /// Something more is said of it.
    ClaimAdded(Statement),
    /// A claim has another value, date, sources or note.
    ClaimChanged {
        /// What was said.
        was: Statement,
        /// What is said now.
        now: Statement,
    },
    /// Something is not said any more.
    ClaimWithdrawn(Statement),
}
