//! What an answer is made of, for programs that read it.

use crate::dataset::{Property, Record};

/// A record that an answer shows.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Hit {
    /// The record's id.
    pub record: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: &'static str,
    /// The property of which it is shown; `None` if it is shown or named as a whole.
    pub property: Option<&'static str>,
}

impl Hit {
    /// A record of which one property is shown, or all there is.
    pub(super) fn new(record: &Record, property: Option<&Property>) -> Self {
        Self {
            record: record.id.clone(),
            name: record.name.clone(),
            kind: record.kind.id,
            property: property.map(|property| property.id),
        }
    }

    /// A record that is shown or named as a whole.
    pub(super) fn whole(record: &Record) -> Self {
        Self::new(record, None)
    }
}
