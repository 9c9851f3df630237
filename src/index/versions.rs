//! Names of versions and of parts that end in a number: `Claude 4`, `Big Fund II`, `GPT-5`.

use super::{Error, Index, asking, question::Unit, words::Word};
use crate::{dataset::kind, spelling::is_roman};

/// Kinds of records of which there are versions, so that a number behind the name is one.
const VERSIONED: [&str; 4] = ["model", "product", "chip", "policy"];
/// A version has so many digits at most, or between two dots.
const MOST_DIGITS: usize = 3;

impl Index {
    /// Takes the number behind a name in, where that makes it the name of a version. The words are those from the unit on.
    pub(super) fn take_version(&self, unit: &mut Unit, text: &str, words: &[Word]) -> Result<(), Error> {
        let (name, rest) = words.split_at(unit.length.min(words.len()));
        let (Some(last), Some(number)) = (name.last(), rest.first()) else { return Ok(()) };
        let hyphen = text.get(last.at.end..number.at.start) == Some("-");
        let ends = rest.get(1).is_none_or(|next| asking::is_stop(&next.text) || asking::called(&next.text).is_some());
        let version = is_version(&number.text) && (hyphen || ends) || is_roman(&number.text);
        if number.scaled || !version || !unit.properties.is_empty() || !self.is_versioned(unit)? {
            return Ok(());
        }
        let form = name.iter().chain([number]).map(|word| word.text.clone()).collect();
        let length = unit.length + 1;
        *unit = Unit { forms: vec![form], together: true, designation: true, length, ..Unit::default() };
        Ok(())
    }

    /// Whether something of which there are versions goes by the unit, or has the word in its name.
    fn is_versioned(&self, unit: &Unit) -> Result<bool, Error> {
        let word = unit.forms.first().map(|form| form.concat()).unwrap_or_default();
        let says_nothing = asking::is_silent(&word) || asking::kind(&word).is_some();
        if unit.key.is_none() && (says_nothing || !word.bytes().all(|byte| byte.is_ascii_alphabetic())) {
            return Ok(false);
        }
        for kind in VERSIONED.into_iter().filter_map(kind) {
            let found = match &unit.key {
                Some(key) => self.named(Some(kind), key)?,
                None => self.with_name_words(Some(kind), &word, 1)?,
            };
            if !found.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn is_version(number: &str) -> bool {
    number.chars().all(|c| c.is_ascii_digit() || c == '.')
        && number.split('.').all(|digits| (1..=MOST_DIGITS).contains(&digits.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_no_version() {
        assert!(is_version("4") && is_version("3.5") && is_version("920"));
        assert!(!is_version("2025") && !is_version("4o") && !is_version(""));
    }
}
