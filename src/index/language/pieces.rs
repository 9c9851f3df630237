//! A question, cut into its pieces.

use super::{LONGEST_QUESTION, MOST_PIECES};
use crate::spelling::{beginning, fold};

/// Opening and closing quotes.
const QUOTES: [(char, char); 6] = [('"', '"'), ('“', '”'), ('„', '“'), ('«', '»'), ('「', '」'), ('”', '”')];

/// One piece of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A word, or what stands in quotes.
    Words { text: String, quoted: bool, without: bool },
    /// `name:value`.
    Filter { name: String, value: String, without: bool },
    /// `OR` or `|`.
    Or,
    /// `NOT`.
    Not,
}

/// The pieces of a question, and what was wrong with it.
pub(super) fn pieces(text: &str) -> (Vec<Piece>, Option<String>) {
    let mut complaint = None;
    let read = beginning(text, LONGEST_QUESTION);
    if read.len() < text.len() {
        complaint = Some(format!("I read the first {} characters of it.", read.chars().count()));
    }
    let mut left = read.trim_start();
    let mut pieces = Vec::new();
    while !left.is_empty() {
        if pieces.len() == MOST_PIECES {
            complaint.get_or_insert_with(|| format!("I read the first {MOST_PIECES} words of it."));
            break;
        }
        let (without, rest) = match left.strip_prefix(['-', '−']) {
            Some(rest) if !rest.starts_with(|c: char| c.is_whitespace() || c == '-') && !rest.is_empty() => {
                (true, rest)
            }
            _ => (false, left),
        };
        let after;
        if let Some((inside, rest)) = quoted(rest) {
            after = rest;
            if inside.chars().any(char::is_alphanumeric) {
                pieces.push(Piece::Words { text: inside.trim().to_owned(), quoted: true, without });
            }
        } else {
            let (word, behind) = filter_or_word(rest, without);
            after = behind;
            if opens(rest) {
                complaint.get_or_insert_with(unclosed);
            }
            pieces.extend(word);
        }
        left = after.trim_start();
    }
    (pieces, complaint)
}

fn opens(text: &str) -> bool {
    text.starts_with(['"', '“', '„', '«', '「'])
}

fn unclosed() -> String {
    "A quote is opened and not closed, so I took its words one by one.".to_owned()
}

/// What stands in quotes at the beginning, and what follows. `None` if nothing does or the quote is never closed.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let first = text.chars().next()?;
    let inside = &text[first.len_utf8()..];
    QUOTES.iter().filter(|(open, _)| *open == first).find_map(|(_, close)| {
        let end = inside.find(*close)?;
        Some((&inside[..end], &inside[end + close.len_utf8()..]))
    })
}

/// The piece up to the next white space; the value of a filter may stand in quotes. No piece if it has no letter or digit.
fn filter_or_word(text: &str, without: bool) -> (Option<Piece>, &str) {
    let (word, after) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
    if matches!(word, "OR" | "|" | "||") {
        return (Some(Piece::Or), after);
    }
    if word == "NOT" {
        return (Some(Piece::Not), after);
    }
    if matches!(word, "AND" | "&&" | "&") {
        return (None, after);
    }
    if let Some((name, value)) = word.split_once([':', '：']) {
        let named = name.chars().count() >= 3 && name.chars().all(|c| c.is_ascii_alphabetic());
        let name = fold(name);
        let value_at = word.len() - value.len();
        if named && let Some((inside, after)) = quoted(&text[value_at..]) {
            return (Some(Piece::Filter { name, value: inside.trim().to_owned(), without }), after);
        }
        // `https://…` is an address, and `title: words` a sentence.
        if named && value.chars().any(char::is_alphanumeric) && !value.starts_with('/') {
            return (Some(Piece::Filter { name, value: value.to_owned(), without }), after);
        }
    }
    let said = word.chars().any(char::is_alphanumeric);
    (said.then(|| Piece::Words { text: word.to_owned(), quoted: false, without }), after)
}
