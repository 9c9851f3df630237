//! From text to the words that are indexed and asked for.

use std::{collections::HashSet, ops::Range};

use unicode_normalization::char::is_combining_mark;

use super::{chinese::is_ideograph, numbers};
use crate::spelling::fold;

/// One word of a text: a run of letters and digits, folded and in the singular, or one Chinese character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// The word as it is indexed and compared.
    pub text: String,
    /// What else it may be asked for as: its letters and digits apart, or the number that it begins.
    pub also: Vec<String>,
    /// Whether the next word is the scale of this number: the `billion` of `3.3 billion`.
    pub scaled: bool,
    /// Where it stands in the text, in bytes.
    pub at: Range<usize>,
}

/// The words of a text, as they are compared.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    scan(text).into_iter().map(|word| word.text).collect()
}

/// The words of a text with what else each may be asked for as.
#[must_use]
pub fn forms(text: &str) -> HashSet<String> {
    scan(text).into_iter().flat_map(|word| word.also.into_iter().chain([word.text])).collect()
}

/// The words of a text with their places.
pub(super) fn scan(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut from = None;
    let mut chars = text.char_indices().peekable();
    let mut last = ' ';
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        let digits_meet = last.is_ascii_digit() && next.is_ascii_digit();
        let joins = c.is_alphanumeric() && !is_ideograph(c)
            || is_combining_mark(c) && from.is_some()
            || c == '.' && digits_meet
            || c == ',' && digits_meet && is_thousands(&text[at + 1..]);
        if joins {
            from.get_or_insert(at);
        } else {
            push(&mut words, text, from.take(), at);
            if c == '$'
                && let Some(before) = words.last_mut().filter(|word| word.at.end == at)
            {
                currency(before);
            }
            if is_ideograph(c) {
                words.push(word(fold(&text[at..at + c.len_utf8()]), at..at + c.len_utf8()));
            } else if c == '%' {
                words.push(word("percent".to_owned(), at..at + 1));
            } else if c == '+' && last.is_alphanumeric() {
                words.push(word("plus".to_owned(), at..at + 1));
            }
        }
        last = c;
    }
    push(&mut words, text, from, text.len());
    join_per_cent(&mut words);
    numbers::scale(&mut words);
    words
}

fn word(text: String, at: Range<usize>) -> Word {
    Word { text, also: Vec::new(), scaled: false, at }
}

/// `US$` is a currency rather than a country.
fn currency(word: &mut Word) {
    let code = match word.text.as_str() {
        "us" => "usd",
        "hk" => "hkd",
        "nt" => "twd",
        _ => return,
    };
    code.clone_into(&mut word.text);
}

/// Three digits and no fourth follow.
fn is_thousands(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits == 3
}

fn push(words: &mut Vec<Word>, text: &str, from: Option<usize>, to: usize) {
    let Some(from) = from else { return };
    let mut folded = fold(&text[from..to]);
    if !folded.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        folded.retain(|c| c.is_alphanumeric() || c == '.');
    }
    // The ending of a possessive is no word.
    if folded.is_empty() || folded == "s" && text[..from].ends_with(['\'', '’']) {
        return;
    }
    let folded = modern(singular(folded));
    let also = parts(&folded);
    words.push(Word { also, ..word(folded, from..to) });
}

/// `40 per cent` says what `40%` says.
fn join_per_cent(words: &mut Vec<Word>) {
    for place in (1..words.len()).rev() {
        if words[place - 1].text == "per" && words[place].text == "cent" {
            let end = words[place].at.end;
            words.remove(place);
            let per = &mut words[place - 1];
            *per = word("percent".to_owned(), per.at.start..end);
        }
    }
    for word in words.iter_mut().filter(|word| word.text == "pct") {
        "percent".clone_into(&mut word.text);
    }
}

/// The parts of a word that mixes letters and digits, so that `7nm` is found by `7 nm` and the other way round. Empty
/// for any other word.
fn parts(word: &str) -> Vec<String> {
    if word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Vec::new();
    }
    let mut parts: Vec<String> = Vec::new();
    let mut last = None;
    for c in word.chars() {
        let digit = c.is_numeric() || c == '.';
        match parts.last_mut() {
            Some(part) if last == Some(digit) => part.push(c),
            _ => parts.push(c.to_string()),
        }
        last = Some(digit);
    }
    if parts.len() > 1 { parts } else { Vec::new() }
}

/// English plurals to singulars, by the rules of the S-stemmer (D. Harman, "How effective is suffixing?", Journal
/// of the American Society for Information Science 42(1), 1991), which leaves names alone as far as a stemmer can.
fn singular(mut word: String) -> String {
    let ends = |ending: &str, but: &[&str]| word.ends_with(ending) && !but.iter().any(|but| word.ends_with(but));
    if word.len() < 4 || !word.is_ascii() {
        return word;
    }
    if ends("ies", &["eies", "aies"]) {
        word.truncate(word.len() - 3);
        word.push('y');
    } else if ends("sses", &[]) {
        // `processes` is no plural of `processe`, though the rules have it so.
        word.truncate(word.len() - 2);
    } else if ends("es", &["aes", "ees", "oes"]) || ends("s", &["us", "ss", "es"]) {
        word.pop();
    }
    word
}

/// Endings of words with an `our` in them that Americans write as `or`: labourer, favourable, coloured.
const OURS: [&str; 6] = ["ourer", "ourable", "oured", "ouring", "ourite", "ourhood"];

/// British and American spellings of the same word, as the American.
fn modern(word: String) -> String {
    match word.as_str() {
        "centre" => "center".to_owned(),
        "programme" => "program".to_owned(),
        "defence" | "offence" | "licence" => word.replacen("ence", "ense", 1),
        "metre" | "nanometre" | "kilometre" | "theatre" | "fibre" | "litre" => word.replacen("re", "er", 1),
        "tonne" => "ton".to_owned(),
        "catalogue" | "dialogue" | "analogue" => word.replacen("ogue", "og", 1),
        "analyse" | "catalyse" | "paralyse" => word.replacen("yse", "yze", 1),
        "hour" | "four" | "tour" | "pour" | "your" | "our" | "detour" | "contour" | "devour" => word,
        _ if word.len() > 5 && word.ends_with("our") => format!("{}or", &word[..word.len() - 3]),
        _ if word.len() > 6 && word.contains("our") && OURS.iter().any(|ending| word.ends_with(ending)) => {
            word.replacen("our", "or", 1)
        }
        _ if word.len() > 8 && word.ends_with("isation") => word.replacen("isation", "ization", 1),
        _ if word.len() > 7 && word.ends_with("ise") && !word.ends_with("prise") => word.replacen("ise", "ize", 1),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn also(text: &str) -> Vec<String> {
        scan(text).into_iter().flat_map(|word| word.also).collect()
    }

    #[test]
    fn words_are_folded_and_chinese_stands_by_the_character() {
        assert_eq!(words("Moonshot AI's Ｋ1.5 (月之暗面)"), ["moonshot", "ai", "k1.5", "月", "之", "暗", "面"]);
        assert_eq!(words("Cafe\u{301} AI+ PanGu-Σ"), ["cafe", "ai", "plus", "pangu", "σ"]);
    }

    #[test]
    fn plurals_and_singulars_meet() {
        for (one, several) in [
            ("process", "processes"),
            ("stockpile", "stockpiles"),
            ("city", "cities"),
            ("moat", "moats"),
            ("chip", "chips"),
        ] {
            assert_eq!(words(one), words(several));
        }
        assert_eq!(words("GLM gas bus glass HBM3s"), ["glm", "gas", "bus", "glass", "hbm3"]);
    }

    #[test]
    fn british_and_american_spellings_meet() {
        assert_eq!(words("data centres organisations"), words("data centers organizations"));
        assert_eq!(words("labour licence tonnes nanometres"), words("labor license tons nanometers"));
        assert_eq!(words("four hours of source"), ["four", "hour", "of", "source"]);
        assert_eq!(words("enterprise rise"), ["enterprise", "rise"]);
    }

    #[test]
    fn letters_and_digits_part() {
        assert_eq!(also("7nm"), ["7", "nm"]);
        assert_eq!(also("Qwen2.5-Max"), ["qwen", "2.5"]);
        assert!(also("chips").is_empty() && also("2023").is_empty());
    }

    #[test]
    fn numbers_in_any_writing_are_one_word() {
        assert_eq!(words("1,328 models"), words("1328 models"));
        assert_eq!(words("in 2023,2024"), ["in", "2023", "2024"]);
        assert_eq!(words("40%"), words("40 per cent"));
        assert_eq!(words("US$138bn"), ["usd", "138bn"]);
        assert!(also("one trillion").contains(&"1000000000000".to_owned()));
        for written in ["3.3 billion", "3.3bn", "$3.3 bn", "USD 3,300 million"] {
            assert!(also(written).contains(&"3300000000".to_owned()), "{written}: {:?}", scan(written));
        }
    }

    proptest! {
        #[test]
        fn places_are_places_in_the_text(text in ".{0,60}|[0-9., %a-z'+bnk月之]{0,40}") {
            let mut end = 0;
            for word in scan(&text) {
                prop_assert!(word.at.start >= end && text.get(word.at.clone()).is_some());
                prop_assert!(!word.text.is_empty());
                end = word.at.end;
            }
        }
    }
}
