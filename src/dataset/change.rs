//! What differs between two releases of the dataset, in a form that outlives both.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::PartialDate;

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
    /// The value as a release stores it: JSON in one writing.
    pub value: String,
    /// How the value reads, names in place of ids.
    pub text: String,
    /// What the value points to, if it is a reference: the record's id.
    pub target: Option<String>,
    /// The date for which it holds, as it is written in files.
    pub as_of: Option<String>,
    /// The ids of its sources, sorted.
    pub sources: Vec<String>,
    /// The claim's note.
    pub note: Option<String>,
}

impl Statement {
    /// Whether both are the same claim, whatever the record that it points to was called.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        (&self.property, &self.value, &self.as_of, &self.sources, &self.note)
            == (&other.property, &other.value, &other.as_of, &other.sources, &other.note)
    }

    /// Follows the records that it names from the ids they had to those they have.
    pub fn follow(&mut self, moves: &HashMap<&str, &str>) {
        if let Some(new) = self.target.as_deref().and_then(|id| moves.get(id)) {
            self.value = serde_json::json!({ "ref": new }).to_string();
            self.target = Some((*new).to_owned());
        }
        for source in &mut self.sources {
            if let Some(new) = moves.get(source.as_str()) {
                (*new).clone_into(source);
            }
        }
        self.sources.sort_unstable();
    }

    /// The date for which it holds.
    #[must_use]
    pub fn date(&self) -> Option<PartialDate> {
        self.as_of.as_deref().and_then(|date| date.parse().ok())
    }
}

/// A part of a record besides its id, its name and its claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// The id of its kind.
    Kind,
    /// The name in its own script.
    NativeName,
    /// The summary.
    Summary,
    /// The other names, sorted.
    Aliases,
    /// The tags, sorted.
    Tags,
    /// The ids that it had, sorted.
    Formerly,
    /// Who published a source.
    Publisher,
    /// Who wrote a source.
    Authors,
    /// When a source was published.
    Date,
    /// Where a source is to be read.
    Url,
    /// The language of a source.
    Language,
}

/// A part of a record that is another now. A list is empty where the record has nothing of the kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Detail {
    /// Which part.
    pub aspect: Aspect,
    /// What it was.
    pub was: Vec<String>,
    /// What it is.
    pub now: Vec<String>,
}

/// All that there is to say of a record that came or went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Account {
    /// What it is: each detail changes from nothing, or to nothing.
    pub details: Vec<Detail>,
    /// What is said of it.
    pub claims: Vec<Statement>,
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
    Added(Account),
    /// It is gone, and this was said of it.
    Removed(Account),
    /// It goes by another id or name now.
    Renamed {
        /// The id it had.
        id: String,
        /// The name it had.
        name: String,
    },
    /// Its summary, aliases, native name, tags or details of a source are others.
    Described(Vec<Detail>),
    /// Something more is said of it.
    ClaimAdded(Statement),
    /// A claim has another value, date, sources or note, or a newer one stands beside it.
    ClaimChanged {
        /// What was said.
        was: Statement,
        /// What is said now.
        now: Statement,
        /// Whether what was said still stands, beside what is newer.
        #[serde(default)]
        kept: bool,
    },
    /// Something is not said any more.
    ClaimWithdrawn(Statement),
}
