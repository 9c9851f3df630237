//! The words of a text as tantivy wants them.

use std::collections::HashMap;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::{
    chinese::{Segmenter, runs},
    words::scan,
};
use crate::spelling::fold;

/// Writes each word down with what else it may be asked for as, and the Chinese words beside their characters.
#[derive(Clone)]
pub(super) struct Tokens(pub Segmenter);

/// The tokens of one text.
pub(super) struct Stream {
    tokens: std::vec::IntoIter<(usize, String)>,
    token: Token,
}

impl Tokenizer for Tokens {
    type TokenStream<'a> = Stream;

    fn token_stream(&mut self, text: &str) -> Stream {
        Stream { tokens: tokens(&self.0, text).into_iter(), token: Token::default() }
    }
}

/// The tokens with their positions: one position for each word, whatever else stands there with it.
fn tokens(segmenter: &Segmenter, text: &str) -> Vec<(usize, String)> {
    let words = scan(text);
    let mut chinese: HashMap<usize, Vec<String>> = HashMap::new();
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
    let mut tokens = Vec::with_capacity(words.len());
    for (position, word) in words.into_iter().enumerate() {
        let also = chinese.remove(&word.at.start).unwrap_or_default();
        tokens.push((position, word.text));
        tokens.extend(word.also.into_iter().chain(also).map(|text| (position, text)));
    }
    tokens
}

impl TokenStream for Stream {
    fn advance(&mut self) -> bool {
        let Some((position, text)) = self.tokens.next() else { return false };
        self.token.position = position;
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
