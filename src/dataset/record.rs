//! Records and the claims made of them.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use super::{Kind, PartialDate, Property, Value};

/// One thing that the dataset knows of. A handle: datasets that follow each other share the records that did not change.
#[derive(Clone)]
pub struct Record(Arc<Facts>);

impl Record {
    /// Whether both are one and the same, so that they need not be compared.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl From<Facts> for Record {
    fn from(facts: Facts) -> Self {
        Self(Arc::new(facts))
    }
}

impl Deref for Record {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl DerefMut for Record {
    /// What is shared is copied first.
    fn deref_mut(&mut self) -> &mut Facts {
        Arc::make_mut(&mut self.0)
    }
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.is(other) || self.0 == other.0
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a [`Record`] holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Its kind.
    pub kind: Kind,
    /// Lower-case letters, digits and hyphens; unique in the dataset.
    pub id: String,
    /// The name it goes by; a source's title.
    pub name: String,
    /// The name in its own language and script.
    pub native_name: Option<String>,
    /// Other names that people use, slips of sources included.
    pub aliases: Vec<String>,
    /// Free tags, written like ids.
    pub tags: Vec<String>,
    /// What it is, in our own words. May be empty.
    pub summary: String,
    /// Ids that it had in earlier releases.
    pub formerly: Vec<String>,
    /// What is said of it.
    pub claims: Vec<Claim>,
    /// For a source: what it is.
    pub source: Option<Box<SourceInfo>>,
}

impl Record {
    /// Every name that the record is found by: its name, native name and aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str())
            .chain(self.native_name.as_deref())
            .chain(self.aliases.iter().map(String::as_str))
    }
}

/// The unit of truth: what one or more sources say of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// What is said.
    pub property: &'static Property,
    /// Its value, of the property's type.
    pub value: Value,
    /// The date for which it holds.
    pub as_of: Option<PartialDate>,
    /// Ids of the sources that say so, at least one.
    pub sources: Vec<String>,
    /// A remark in our own words.
    pub note: Option<String>,
}

/// What is known of a source. Each field only as far as the source itself tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceInfo {
    /// Who published it.
    pub publisher: Option<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// When it was published.
    pub date: Option<PartialDate>,
    /// Where it is to be read, `http://` or `https://`.
    pub url: Option<String>,
    /// The language it is written in.
    pub language: Option<String>,
}
