//! The words of a text as tantivy wants them.

use std::collections::HashMap;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::{
    chinese::{Segmenter, runs},
    layout::{position, texts},
    words::scan,
};
use crate::spelling::fold;

/// Writes each word down with what else it may be asked for as, and the Chinese words beside their characters.
#[derive(Clone)]
pub(super) struct Tokens(pub Segmenter);

/// The tokens of one text.
pub(super) struct Stream {
    tokens: std::vec::IntoIter<(u32, String)>,
    token: Token,
}

impl Tokenizer for Tokens {
    type TokenStream<'a> = Stream;

    fn token_stream(&mut self, text: &str) -> Stream {
        let mut tokens = Vec::with_capacity(text.len() / 5);
        let (mut last, mut words) = (0, 0);
        for (part, text) in texts(text).filter(|(_, text)| !text.is_empty()) {
            if part != last {
                (last, words) = (part, 0);
            }
            let added = add(&self.0, text, &mut tokens, |word| position(part, words + word));
            // So that nobody reads two texts as one.
            words += added + 1;
        }
        Stream { tokens: tokens.into_iter(), token: Token::default() }
    }
}

/// Adds the tokens with their positions: one position for each word, whatever else stands there with it. Tells how many
/// words there were.
fn add(segmenter: &Segmenter, text: &str, tokens: &mut Vec<(u32, String)>, position: impl Fn(u32) -> u32) -> u32 {
    let mut chinese: HashMap<usize, Vec<String>> = HashMap::new();
    if !text.is_ascii() {
        for run in runs(text).filter(|run| run.chars().nth(1).is_some()) {
            let start = run.as_ptr() as usize - text.as_ptr() as usize;
            let places: Vec<usize> = run.char_indices().map(|(at, _)| start + at).collect();
            // Folding changes a few rare characters only, and not their number.
            for (nth, word) in segmenter.words(&fold(run)) {
                if let Some(place) = places.get(nth) {
                    chinese.entry(*place).or_default().push(word);
                }
            }
        }
    }
    let mut count = 0;
    for word in scan(text) {
        let also = if chinese.is_empty() { None } else { chinese.remove(&word.at.start) };
        let at = position(count);
        tokens.push((at, word.text));
        tokens.extend(word.also.into_iter().chain(also.into_iter().flatten()).map(|text| (at, text)));
        count += 1;
    }
    count
}

impl TokenStream for Stream {
    fn advance(&mut self) -> bool {
        let Some((position, text)) = self.tokens.next() else { return false };
        self.token.position = position as usize;
        self.token.position_length = 1;
        self.token.text = text;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
