//! From text to the words that are indexed and asked for.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::spelling::fold;

/// Words that say nothing of what is asked, unless nothing else is asked.
const STOP_WORDS: [&str; 34] = [
    "a", "an", "and", "are", "at", "by", "can", "did", "do", "does", "for", "from", "has", "have", "how", "in", "is",
    "it", "of", "on", "that", "the", "there", "to", "was", "were", "what", "when", "where", "which", "who", "why",
    "will", "with",
];

/// The words of a text: runs of letters and digits, folded and in the singular, and each Chinese character by itself.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in fold(text).chars() {
        let ideograph = is_ideograph(c);
        if !c.is_alphanumeric() || ideograph {
            words.extend((!word.is_empty()).then(|| singular(std::mem::take(&mut word))));
        }
        if ideograph {
            words.push(c.to_string());
        } else if c.is_alphanumeric() {
            word.push(c);
        }
    }
    words.extend((!word.is_empty()).then(|| singular(word)));
    words
}

/// The words of a question without those that say nothing; all of them if there are no others.
pub(super) fn asked(text: &str) -> Vec<String> {
    let all = words(text);
    let telling: Vec<_> = all.iter().filter(|word| !STOP_WORDS.contains(&word.as_str())).cloned().collect();
    if telling.is_empty() { all } else { telling }
}

/// The parts of a word that mixes letters and digits, so that `7nm` is found by `7 nm` and the other way round. Empty
/// for any other word.
pub(super) fn parts(word: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut last = None;
    for c in word.chars() {
        let digit = c.is_numeric();
        match parts.last_mut() {
            Some(part) if last == Some(digit) => part.push(c),
            _ => parts.push(c.to_string()),
        }
        last = Some(digit);
    }
    if parts.len() > 1 { parts } else { Vec::new() }
}

/// English plurals to singulars, by the three rules of the S-stemmer (D. Harman, "How effective is suffixing?", Journal
/// of the American Society for Information Science 42(1), 1991), which leaves names alone as far as a stemmer can.
fn singular(mut word: String) -> String {
    let ends = |ending: &str, but: &[&str]| word.ends_with(ending) && !but.iter().any(|but| word.ends_with(but));
    if word.len() < 4 || !word.is_ascii() {
        return word;
    }
    if ends("ies", &["eies", "aies"]) {
        word.truncate(word.len() - 3);
        word.push('y');
    } else if ends("es", &["aes", "ees", "oes"]) || ends("s", &["us", "ss", "es"]) {
        word.pop();
    }
    word
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// [`words`] as tantivy wants them.
#[derive(Debug, Clone, Default)]
pub(super) struct Words;

/// The words of one text.
pub(super) struct Stream {
    words: std::vec::IntoIter<String>,
    token: Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = Stream;

    fn token_stream(&mut self, text: &str) -> Stream {
        let words = words(text).into_iter().flat_map(|word| {
            let parts = parts(&word);
            std::iter::once(word).chain(parts)
        });
        Stream { words: words.collect::<Vec<_>>().into_iter(), token: Token::default() }
    }
}

impl TokenStream for Stream {
    fn advance(&mut self) -> bool {
        let Some(word) = self.words.next() else { return false };
        self.token.position = self.token.position.wrapping_add(1);
        self.token.text = word;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_chinese_stands_by_the_character() {
        assert_eq!(words("Moonshot AI's Ｋ1.5 (月之暗面)"), ["moonshot", "ai", "s", "k1", "5", "月", "之", "暗", "面"]);
    }

    #[test]
    fn plurals_and_singulars_meet() {
        for (one, several) in [("stockpile", "stockpiles"), ("city", "cities"), ("moat", "moats"), ("chip", "chips")] {
            assert_eq!(words(one), words(several));
        }
        assert_eq!(words("GLM gas bus glass HBM3s"), ["glm", "gas", "bus", "glass", "hbm3"]);
    }

    #[test]
    fn letters_and_digits_part() {
        assert_eq!(parts("7nm"), ["7", "nm"]);
        assert_eq!(parts("qwen2"), ["qwen", "2"]);
        assert!(parts("chips").is_empty() && parts("2023").is_empty());
    }

    #[test]
    fn a_question_loses_its_small_words_but_never_all() {
        assert_eq!(asked("who is the founder of Moonshot"), ["founder", "moonshot"]);
        assert_eq!(asked("who is"), ["who", "is"]);
    }
}
