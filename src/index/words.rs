//! From text to the words that are indexed and asked for.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::spelling::fold;

/// Words that say nothing of what is asked, unless nothing else is asked.
const STOP_WORDS: [&str; 24] = [
    "a", "an", "and", "are", "by", "did", "do", "does", "for", "from", "has", "have", "how", "in", "is", "it", "of",
    "on", "the", "to", "was", "were", "what", "who",
];

/// The words of a text, folded: runs of letters and digits, and each Chinese character by itself.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in fold(text).chars() {
        let ideograph = is_ideograph(c);
        if !c.is_alphanumeric() || ideograph {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        if ideograph {
            words.push(c.to_string());
        } else if c.is_alphanumeric() {
            word.push(c);
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// The words of a question without those that say nothing; all of them if there are no others.
pub(super) fn asked(text: &str) -> Vec<String> {
    let all = words(text);
    let telling: Vec<_> = all.iter().filter(|word| !STOP_WORDS.contains(&word.as_str())).cloned().collect();
    if telling.is_empty() { all } else { telling }
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
        Stream { words: words(text).into_iter(), token: Token::default() }
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
    fn a_question_loses_its_small_words_but_never_all() {
        assert_eq!(asked("who is the founder of Moonshot"), ["founder", "moonshot"]);
        assert_eq!(asked("who is"), ["who", "is"]);
    }
}
