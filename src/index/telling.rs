//! Which claims have some words: those of the records that have them, and those of the properties that are called so.

use super::{Error, Index, table::Table};
use crate::dataset::Property;

/// Tells whether a claim has all of some words.
#[derive(Debug)]
pub struct Telling<'i> {
    table: &'i Table,
    /// For each thing that is asked for the records that have it, and the properties that are called so.
    asked: Vec<(Vec<bool>, Vec<&'static Property>)>,
}

impl Index {
    /// Reads words that claims are to have, either in what is said of the record or as the name of the property.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn telling(&self, text: &str) -> Result<Telling<'_>, Error> {
        let mut asked: Vec<(Vec<bool>, Vec<&'static Property>)> = Vec::new();
        for unit in self.understand(text)?.units {
            let mut has = vec![false; self.table.len()];
            for place in self.places_of(&self.stands(&unit)?) {
                has[place] = true;
            }
            // What no property is called has to stand in the record: one look for all such words.
            match asked.iter_mut().find(|(_, properties)| properties.is_empty() && unit.properties.is_empty()) {
                Some((all, _)) => all.iter_mut().zip(has).for_each(|(all, has)| *all &= has),
                None => asked.push((has, unit.properties)),
            }
        }
        Ok(Telling { table: &self.table, asked })
    }
}

impl Telling<'_> {
    /// Whether the claim at this place of the record at that place has all of the words.
    #[must_use]
    pub fn fits(&self, record: usize, claim: usize) -> bool {
        self.asked.iter().all(|(has, properties)| {
            has.get(record).copied().unwrap_or_default()
                || !properties.is_empty()
                    && self
                        .table
                        .claims(record)
                        .get(claim)
                        .is_some_and(|row| row.property().is_some_and(|property| properties.contains(&property)))
        })
    }
}
