//! How names and words are compared: folded, and forgiving of slips.

use strsim::damerau_levenshtein;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The text without differences of case, accent and width: `Ｋｉｍｉ` and `kimi` fold to the same.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    folded(text).collect()
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase)
}

/// The letters and digits of the folded text: `Moonshot.ai` and `moonshot AI` have the same key. A plus that ends a word is
/// said aloud: `AI+` is AI Plus.
#[must_use]
pub fn key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    add_key(&mut key, text);
    key
}

/// Writes the [`key`] of a text into an empty one.
pub(crate) fn add_key(key: &mut String, text: &str) {
    let mut add = |c: char| match c {
        '+' if !key.is_empty() => key.push_str("plus"),
        c if c.is_alphanumeric() => key.push(c),
        _ => {}
    };
    if text.is_ascii() {
        text.chars().for_each(|c| add(c.to_ascii_lowercase()));
    } else {
        folded(text).for_each(add);
    }
}

/// The candidate that `word` is most likely a slip of, if any is near: one edit for short words, two from five letters on.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = if word.chars().count() < 5 { 1 } else { 2 };
    candidates
        .into_iter()
        .map(|candidate| (damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| (1..=allowed).contains(distance))
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many edits a name of this many characters may be away from what was typed and still be taken for it. A Chinese
/// character says as much as several letters.
#[must_use]
pub fn forgiven(name: &str) -> usize {
    let length: usize = name.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    match length {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}

/// The number of edits between two keys, if it is at most `most`. Digits are no slips: ERNIE 5 is not ERNIE 4.
#[must_use]
pub fn edits(a: &str, b: &str, most: usize) -> Option<usize> {
    let digits = |text: &str| text.chars().filter(|c| c.is_numeric()).collect::<String>();
    if digits(a) != digits(b) || a.chars().count().abs_diff(b.chars().count()) > most {
        return None;
    }
    Some(damerau_levenshtein(a, b)).filter(|edits| *edits <= most)
}

/// Whether `word` is one edit or one swap of neighbours away from `other`.
#[must_use]
pub fn one_slip(word: &str, other: &str) -> bool {
    word.chars().count().abs_diff(other.chars().count()) <= 1 && damerau_levenshtein(word, other) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_takes_off_case_accents_and_width() {
        assert_eq!(fold("Ｋｉｍｉ É 月之暗面"), "kimi e 月之暗面");
    }

    #[test]
    fn a_key_has_letters_and_digits_only() {
        assert_eq!(key("01.AI"), "01ai");
        assert_eq!(key("Moonshot.ai"), key("moonshot AI"));
        assert_eq!(key(" 「智谱」 "), "智谱");
        assert_eq!(key("AI+"), key("AI Plus"));
    }

    #[test]
    fn nearest_forgives_a_slip_but_does_not_guess() {
        let names = ["founder", "founded", "users"];
        assert_eq!(nearest("foundr", names), Some("founder"));
        assert_eq!(nearest("valuation", names), None);
    }

    #[test]
    fn one_slip_is_an_edit_or_a_swap() {
        for word in ["compny", "comapny", "companyy", "conpany"] {
            assert!(one_slip(word, "company"), "{word}");
        }
        for word in ["company", "cmpny", "weather"] {
            assert!(!one_slip(word, "company"), "{word}");
        }
    }
}
