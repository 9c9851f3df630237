//! Names of versions and of parts that end in a number: `Claude 4`, `Big Fund II`, `GPT-5`.

use super::{Error, Index, asking, question::Unit, words::Word};
use crate::spelling::is_roman;

/// Kinds of records of which there are versions, so that a number behind the name is one.
const VERSIONED: [&str; 4] = ["model", "product", "chip", "policy"];
/// A version has so many digits at most, or between two dots.
const MOST_DIGITS: usize = 3;

impl Index {
    /// Takes the number behind a name in, where that makes it the name of a version. The words are those from the unit on.
    pub(super) fn take_version(&self, unit: &mut Unit, text: &str, words: &[Word]) -> Result<(), Error> {
        let (name, rest) = words.split_at(unit.length.min(words.len()));
        let (Some(last), Some(number)) = (name.last(), rest.first()) else { return Ok(()) };
        let joined = |one: &Word, other: &Word| text.get(one.at.end..other.at.start) == Some("-");
        let hyphen = joined(last, number);
        let ends = rest.get(1).is_none_or(|next| {
            asking::is_stop(&next.text) || asking::called(&next.text).is_some() || joined(number, next)
        });
        let decimal = number.text.contains('.') && rest.get(1).is_none_or(|next| next.text != "percent");
        let version = is_version(&number.text) && (hyphen || ends || decimal)
            || is_roman(&number.text)
            || ends && matches!(number.text.as_str(), "v" | "x")
            || hyphen && !number.also.is_empty();
        if number.scaled || !version || !unit.properties.is_empty() || !self.is_versioned(unit)? {
            return Ok(());
        }
        let form = name.iter().chain([number]).map(|word| word.text.clone()).collect();
        let length = unit.length + 1;
        *unit = Unit { forms: vec![form], together: true, designation: true, length, ..Unit::default() };
        Ok(())
    }

    /// Whether something of which there are versions goes by the unit, and has it in its name: a version by the name in another
    /// script is not found beside it.
    fn is_versioned(&self, unit: &Unit) -> Result<bool, Error> {
        let Some(form) = unit.forms.first().filter(|form| !form.is_empty()) else { return Ok(false) };
        let word = form.concat();
        let latin = form.iter().all(|word| word.is_ascii());
        let says_nothing = unit.key.is_none() && (asking::is_silent(&word) || asking::kind(&word).is_some());
        if !latin || says_nothing || unit.key.is_none() && !word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Ok(false);
        }
        let fields = &self.fields;
        let mut named = self.having([(fields.names, form[0].as_str())])?;
        for word in &form[1..] {
            named.and(&self.having([(fields.names, word.as_str())])?);
        }
        if let Some(key) = &unit.key {
            named.and(&self.having([(fields.key, key.as_str()), (fields.loose, key.as_str())])?);
        }
        if !named.is_empty() {
            named.and(&self.having(VERSIONED.map(|kind| (fields.kind, kind)))?);
        }
        Ok(!named.is_empty())
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
