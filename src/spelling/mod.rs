//! How names and words are compared: folded, and forgiving of slips.

mod clean;
mod traditional;
mod typed;

pub use typed::{beginning, clean};

pub use clean::{Clean, CleanLines, shown};

use strsim::damerau_levenshtein;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The text without differences of case, accent, width and script: `Ｋｉｍｉ` and `kimi` fold to the same, and `騰訊` and `腾讯`.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    folded(text).collect()
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).map(traditional::simplified)
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
    let length = word.chars().count();
    let allowed = if length < 5 { 1 } else { 2 };
    candidates
        .into_iter()
        // Counting edits takes time by the product of the lengths, and most lengths differ by too much anyway.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= allowed)
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

/// The number of edits between two keys, if it is at most `most`. Numbers are no slips, nor is a letter that stands by one:
/// ERNIE 5 is not ERNIE 4, the B200 not the H200, and fund II not fund III.
#[must_use]
pub fn edits(a: &str, b: &str, most: usize) -> Option<usize> {
    if a.chars().count().abs_diff(b.chars().count()) > most || numbers(a) != numbers(b) {
        return None;
    }
    Some(damerau_levenshtein(a, b)).filter(|edits| *edits <= most)
}

/// The digits of a key with the letters beside them, and the Roman number at its end, if it has more than one letter.
fn numbers(key: &str) -> Vec<char> {
    let letters: Vec<char> = key.chars().collect();
    let digit = |place: Option<usize>| place.and_then(|place| letters.get(place)).is_some_and(|c| c.is_numeric());
    let mut numbers: Vec<char> = (0..letters.len())
        .filter(|place| digit(Some(*place)) || digit(place.checked_sub(1)) || digit(place.checked_add(1)))
        .map(|place| letters[place])
        .collect();
    let roman = letters.iter().rev().take_while(|c| matches!(c, 'i' | 'v' | 'x')).count();
    numbers.extend(letters.iter().rev().take(roman).filter(|_| roman > 1));
    numbers
}

/// Whether a word is a Roman number of more than one letter, as it stands behind a name: fund II.
#[must_use]
pub fn is_roman(word: &str) -> bool {
    word.len() > 1 && word.len() < 5 && word.bytes().all(|byte| matches!(byte, b'i' | b'v' | b'x')) && word != "xi"
}

/// Whether the name of a version ends so that it can't be the beginning of a longer one: with a number.
#[must_use]
pub fn ends_in_number(key: &str) -> bool {
    key.ends_with(|c: char| c.is_numeric()) || key.ends_with("ii")
}

/// Letters that are taken for one another, because they sound alike or lie side by side on a keyboard.
const ALIKE: [&str; 16] = [
    "aeiouy", "cksqx", "szc", "mnb", "dtb", "fvp", "gj", "rl", "qwas", "werd", "rtyf", "uioj", "asdz", "dfghcv",
    "hjkbn", "zxcv",
];

/// Whether a word that is one edit away from another may be a slip of it rather than a word of its own: `invented` is none of
/// `invested`, nor `shown` of `show`.
#[must_use]
pub fn is_slip(word: &str, of: &str) -> bool {
    const ENDINGS: [&str; 9] = ["d", "e", "n", "r", "y", "ed", "er", "ly", "ing"];
    let (short, long) = if word.len() < of.len() { (word, of) } else { (of, word) };
    if long.strip_prefix(short).is_some_and(|ending| ENDINGS.contains(&ending)) {
        return false;
    }
    let mut other = word.chars().zip(of.chars()).filter(|(a, b)| a != b);
    match (other.next(), other.next()) {
        (Some((a, b)), None) if word.chars().count() == of.chars().count() => {
            ALIKE.iter().any(|letters| letters.contains(a) && letters.contains(b))
        }
        _ => true,
    }
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
        assert_eq!(fold("騰訊 華為 台積電 臺灣"), "腾讯 华为 台积电 台湾");
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
    fn another_number_is_no_slip() {
        for (a, b) in
            [("ernie5", "ernie4"), ("nvidiab200", "nvidiah200"), ("bigfundii", "bigfundiii"), ("yi34c", "yi34b")]
        {
            assert_eq!(edits(a, b, 2), None, "{a} {b}");
        }
        assert_eq!(edits("depseekr1", "deepseekr1", 2), Some(1));
        assert_eq!(edits("claude35sonet", "claude35sonnet", 2), Some(1));
    }

    #[test]
    fn another_word_is_no_slip() {
        for (word, of) in [("invented", "invested"), ("mater", "maker"), ("shown", "show")] {
            assert!(!is_slip(word, of), "{word} {of}");
        }
        for (word, of) in
            [("usres", "users"), ("fonder", "founder"), ("valuetion", "valuation"), ("emplyees", "employees")]
        {
            assert!(is_slip(word, of), "{word} {of}");
        }
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
