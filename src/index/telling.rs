//! Which claims have some words: those of the records that have them, and those of the properties that are called so.

use super::{Error, Index};
use crate::dataset::PROPERTIES;

/// Tells whether a claim has all of some words.
#[derive(Debug)]
pub struct Telling {
    asked: Vec<Asked>,
}

/// One thing that is asked for.
#[derive(Debug)]
struct Asked {
    /// For each record whether it has it.
    has: Vec<bool>,
    /// For each property whether it is called so; empty if none is.
    called: Vec<bool>,
}

impl Index {
    /// Reads words that claims are to have, either in what is said of the record or as the name of the property.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn telling(&self, text: &str) -> Result<Telling, Error> {
        let mut asked: Vec<Asked> = Vec::new();
        for unit in self.understand(text)?.units {
            let has = self.among(&self.stands(&unit)?);
            let called = if unit.properties.is_empty() {
                Vec::new()
            } else {
                PROPERTIES.iter().map(|property| unit.properties.contains(&property)).collect()
            };
            // What no property is called has to stand in the record: one look for all such words.
            match asked.iter_mut().find(|other| other.called.is_empty() && called.is_empty()) {
                Some(all) => all.has.iter_mut().zip(has).for_each(|(all, has)| *all &= has),
                None => asked.push(Asked { has, called }),
            }
        }
        Ok(Telling { asked })
    }
}

impl Telling {
    /// Whether a claim of the record at this place has all of the words. `property`: the place of its property among
    /// [`PROPERTIES`].
    #[must_use]
    pub fn fits(&self, record: usize, property: usize) -> bool {
        self.asked.iter().all(|asked| asked.has[record] || asked.called.get(property).copied().unwrap_or_default())
    }
}
