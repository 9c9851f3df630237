//! Filters that nothing fits, and what may be meant by them.

use super::{
    Error, Index,
    language::Filters,
    terms::{Terms, away},
    words::words,
};
use crate::spelling::{fold, forgiven, key};

/// A value of a filter that nothing has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// The filter: `tag`, `place` or `source`.
    pub filter: &'static str,
    /// The value as it was typed.
    pub value: String,
    /// The nearest value that something has.
    pub near: Option<String>,
}

impl Index {
    /// The values of filters that no record has.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn unmet(&self, filters: &Filters) -> Result<Vec<Unmet>, Error> {
        let asked = [("tag", self.fields.tag, &filters.tag), ("place", self.fields.place, &filters.place)];
        let mut unmet = Vec::new();
        for (filter, field, values) in asked {
            let terms = Terms::of(self, field)?;
            for value in values {
                let term = if filter == "tag" { fold(value) } else { key(value) };
                if terms.documents(&term)? == 0 {
                    unmet.push(Unmet { filter, value: value.clone(), near: nearest(&terms, &term)? });
                }
            }
        }
        for value in filters.source.iter().filter(|value| !self.sources.knows(value)) {
            unmet.push(Unmet { filter: "source", value: value.clone(), near: self.sources.nearest(value) });
        }
        Ok(unmet)
    }
}

/// The same in the singular or the plural, or else the nearest term, of equally near ones the one that most records have.
fn nearest(terms: &Terms, typed: &str) -> Result<Option<String>, Error> {
    for other in [words(typed).join("-"), format!("{typed}s")] {
        if terms.documents(&other)? > 0 {
            return Ok(Some(other));
        }
    }
    for distance in (1..).take(forgiven(typed).min(2)) {
        let near = away(&[terms], typed, distance)?.into_iter().flatten();
        if let Some(nearest) = near.min_by_key(|near| (near.edits, std::cmp::Reverse(near.documents))) {
            return Ok(Some(nearest.text));
        }
    }
    Ok(None)
}
