//! The words and names that the index has, and the ones near to what was typed.

use std::sync::Arc;

use tantivy::{
    InvertedIndexReader, TantivyError, Term,
    fastfield::AliveBitSet,
    postings::BlockSegmentPostings,
    query::FuzzyTermQuery,
    schema::{Field, IndexRecordOption},
};

use super::{Error, Index, asking::is_never_meant, verbs::inflections};
use crate::spelling::{edits, ends_in_number, forgiven, is_slip};

/// So many terms near to a word are looked at.
const MOST_TERMS: usize = 256;
/// A word of more letters is nobody's slip.
const LONGEST_SLIP: usize = 48;
/// A beginning must have so many letters to stand for a word.
const SHORTEST_BEGINNING: usize = 4;
/// So many other forms of a word are asked for.
const MOST_FORMS: usize = 3;
/// A word that is in no name must have so many letters to be meant by one with a slip in it: among shorter ones most are near
/// to some other word of the language.
const SHORTEST_WORD: usize = 6;
/// Each half of two words that were written as one has so many letters.
const SHORTEST_HALF: usize = 3;

/// A term that is near to what was typed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NearTerm {
    /// The number of edits.
    pub edits: usize,
    /// The term.
    pub text: String,
    /// In how many documents it stands.
    pub documents: u32,
}

/// Of a term with more documents some are taken to be there still.
const MOST_ALIVE: u32 = 64;

/// The terms of one field.
pub(super) struct Terms {
    field: Field,
    segments: Vec<Arc<InvertedIndexReader>>,
    /// For each segment that has lost documents those that it still has.
    alive: Vec<Option<AliveBitSet>>,
}

impl Terms {
    pub(super) fn of(index: &Index, field: Field) -> Result<Self, Error> {
        let searcher = index.reader.searcher();
        let readers = searcher.segment_readers().iter().map(|segment| segment.inverted_index(field));
        let alive = searcher.segment_readers().iter().map(|segment| segment.alive_bitset().cloned()).collect();
        Ok(Self { field, segments: readers.collect::<Result<_, _>>()?, alive })
    }

    /// In how many documents a term stands.
    pub(super) fn documents(&self, text: &str) -> Result<u32, Error> {
        let term = Term::from_field_text(self.field, text);
        let mut all = 0;
        for (segment, alive) in self.segments.iter().zip(&self.alive) {
            let count = segment.doc_freq(&term).map_err(TantivyError::from)?;
            all += match alive {
                Some(alive) if (1..=MOST_ALIVE).contains(&count) => {
                    let mut postings = segment
                        .read_block_postings(&term, IndexRecordOption::Basic)
                        .map_err(TantivyError::from)?
                        .unwrap_or_else(BlockSegmentPostings::empty);
                    let mut left = 0;
                    while !postings.docs().is_empty() {
                        left +=
                            postings.docs().iter().map(|document| u32::from(alive.is_alive(*document))).sum::<u32>();
                        postings.advance();
                    }
                    left
                }
                _ => count,
            };
        }
        Ok(all)
    }

    /// Whether a term of the dictionary still stands anywhere.
    fn is_left(&self, text: &str) -> Result<bool, Error> {
        Ok(self.alive.iter().all(Option::is_none) || self.documents(text)? > 0)
    }

    /// The terms that begin so, as they stand in the dictionary.
    pub(super) fn beginning(&self, typed: &str, limit: usize) -> Result<Vec<String>, Error> {
        let mut found: Vec<String> = Vec::new();
        for segment in &self.segments {
            let range = segment.terms().range().ge(typed.as_bytes());
            let mut stream = range.into_stream().map_err(TantivyError::from)?;
            let mut left = limit;
            while left > 0 && stream.advance() && stream.key().starts_with(typed.as_bytes()) {
                left -= 1;
                found.extend(std::str::from_utf8(stream.key()).ok().map(ToOwned::to_owned));
            }
        }
        found.sort_unstable();
        found.dedup();
        let mut left = Vec::with_capacity(found.len());
        for text in found {
            if self.is_left(&text)? {
                left.push(text);
            }
        }
        Ok(left)
    }
}

/// The terms of each field that are just so many edits away, one or two. With two slips in it a word still begins with
/// one of the first two letters: to look everywhere takes ten times as long and finds next to nothing.
pub(super) fn away(fields: &[&Terms], typed: &str, distance: u8) -> Result<Vec<Vec<NearTerm>>, Error> {
    let mut all: Vec<Vec<NearTerm>> = fields.iter().map(|_| Vec::new()).collect();
    let Some(terms) = fields.first().filter(|_| typed.chars().count() <= LONGEST_SLIP) else { return Ok(all) };
    let automaton = FuzzyTermQuery::new(Term::from_field_text(terms.field, typed), distance, true).automaton()?;
    let others = if distance == 1 { first_letter_wrong(typed) } else { Vec::new() };
    let mut beginnings: Vec<Option<char>> = match distance {
        1 if others.is_empty() => vec![None],
        1 => typed.chars().take(1).map(Some).collect(),
        _ => typed.chars().take(2).map(Some).collect(),
    };
    beginnings.dedup();
    for (terms, near) in fields.iter().zip(&mut all) {
        let mut add = |text: &str, documents: u32| {
            if let Some(edits) = edits(typed, text, distance.into()).filter(|edits| *edits == usize::from(distance)) {
                near.push(NearTerm { edits, text: text.to_owned(), documents });
            }
            near.len() < MOST_TERMS
        };
        for segment in &terms.segments {
            for beginning in &beginnings {
                let mut search = segment.terms().search(&automaton);
                if let Some(first) = beginning {
                    search = search.ge(first.to_string());
                    if let Some(next) = char::from_u32(u32::from(*first) + 1) {
                        search = search.lt(next.to_string());
                    }
                }
                let mut stream = search.into_stream().map_err(TantivyError::from)?;
                while stream.advance() {
                    let Ok(text) = std::str::from_utf8(stream.key()) else { continue };
                    if !add(text, stream.value().doc_freq) {
                        break;
                    }
                }
            }
        }
        for other in &others {
            let documents = terms.documents(other)?;
            if documents > 0 {
                add(other, documents);
            }
        }
        for term in merged(std::mem::take(near)) {
            if terms.is_left(&term.text)? {
                near.push(term);
            }
        }
    }
    Ok(all)
}

/// What a word may have been meant for if the slip is in its first letter. Empty for a word that does not begin with a Latin
/// letter or a digit.
fn first_letter_wrong(typed: &str) -> Vec<String> {
    let mut letters = typed.chars();
    let Some(first) = letters.next().filter(char::is_ascii_alphanumeric) else { return Vec::new() };
    let rest = letters.as_str();
    let mut meant = vec![rest.to_owned()];
    if let Some(second) = letters.next().filter(|second| *second != first) {
        meant.push(format!("{second}{first}{}", letters.as_str()));
    }
    for letter in ('a'..='z').chain('0'..='9').filter(|letter| *letter != first) {
        meant.push(format!("{letter}{typed}"));
        meant.push(format!("{letter}{rest}"));
    }
    meant
}

/// A term once, however many segments have it.
fn merged(mut near: Vec<NearTerm>) -> Vec<NearTerm> {
    near.sort_unstable();
    near.dedup_by(|later, first| {
        let same = later.text == first.text;
        if same {
            first.documents += later.documents;
        }
        same
    });
    near
}

/// All that may be asked for.
pub(super) struct Vocabulary {
    key: Terms,
    loose: Terms,
    names: [Terms; 2],
    text: Terms,
}

impl Vocabulary {
    pub(super) fn of(index: &Index) -> Result<Self, Error> {
        let fields = &index.fields;
        let terms = |field| Terms::of(index, field);
        Ok(Self {
            key: terms(fields.key)?,
            loose: terms(fields.loose)?,
            names: [terms(fields.names)?, terms(fields.aliases)?],
            text: terms(fields.text)?,
        })
    }

    /// Whether something goes by this key.
    pub(super) fn is_name(&self, key: &str) -> Result<bool, Error> {
        Ok(!key.is_empty() && (self.key.documents(key)? > 0 || self.loose.documents(key)? > 0))
    }

    /// Whether the word stands anywhere.
    pub(super) fn knows(&self, word: &str) -> Result<bool, Error> {
        Ok(self.text.documents(word)? > 0)
    }

    /// Whether all of the words stand somewhere.
    pub(super) fn knows_all(&self, words: &[String]) -> Result<bool, Error> {
        for word in words {
            if !self.knows(word)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Other forms of an English verb that stand somewhere: `blocked` for `block`, `raise` for `raised`.
    pub(super) fn inflected(&self, word: &str) -> Result<Vec<String>, Error> {
        let mut known = Vec::new();
        for form in inflections(word) {
            if known.len() < MOST_FORMS && self.knows(&form)? {
                known.push(form);
            }
        }
        Ok(known)
    }

    /// The words that one that stands nowhere was probably meant for: one with a slip in it, two written as one, or one
    /// that only its beginning was typed of. `others` are words that mean something without standing anywhere.
    pub(super) fn mended(&self, word: &str, others: &[&str]) -> Result<Option<Vec<String>>, Error> {
        if let Some(near) = self.nearest(word, others)? {
            return Ok(Some(vec![near]));
        }
        if let Some(halves) = self.halves(word)? {
            return Ok(Some(halves));
        }
        // A number that goes on is another number.
        if word.chars().count() < SHORTEST_BEGINNING || ends_in_number(word) {
            return Ok(None);
        }
        let mut whole: Vec<String> = Vec::new();
        for terms in self.names.iter().chain([&self.text]) {
            whole.extend(terms.beginning(word, 3)?);
            if !whole.is_empty() {
                break;
            }
        }
        whole.dedup();
        Ok(if let [only] = whole.as_slice() { Some(vec![only.clone()]) } else { None })
    }

    /// The nearest word: of those with as few edits the one that is as long, then one of a name or a property, then the one
    /// that more is said with.
    fn nearest(&self, word: &str, others: &[&str]) -> Result<Option<String>, Error> {
        let length = word.chars().count();
        for distance in (1..).take(forgiven(word).min(2)) {
            let mut near: Vec<(usize, usize, usize, std::cmp::Reverse<u32>, String)> = Vec::new();
            let mut add = |rank: usize, term: NearTerm| {
                let longer = term.text.chars().count().abs_diff(length);
                near.push((term.edits, longer, rank, std::cmp::Reverse(term.documents), term.text));
            };
            for (place, found) in away(&[&self.key, &self.loose, &self.text], word, distance)?.into_iter().enumerate() {
                for mut term in found {
                    let named = self.names[0].documents(&term.text)?.max(self.names[1].documents(&term.text)?);
                    // What is no name seldom has its first letter wrong.
                    let begins_alike = term.text.chars().next() == word.chars().next();
                    let may_be_meant = begins_alike && !is_never_meant(&term.text);
                    if place < 2 {
                        add(0, term);
                    } else if named > 0 && may_be_meant {
                        term.documents = named;
                        add(0, term);
                    } else if named == 0 && may_be_meant && length >= SHORTEST_WORD && is_slip(word, &term.text) {
                        add(1, term);
                    }
                }
            }
            for other in others {
                if let Some(edits) = edits(word, other, distance.into()).filter(|_| is_slip(word, other)) {
                    add(0, NearTerm { edits, text: (*other).to_owned(), documents: u32::MAX });
                }
            }
            if let Some((.., text)) = near.into_iter().min() {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// Two known words that the word is made of.
    pub(super) fn halves(&self, word: &str) -> Result<Option<Vec<String>>, Error> {
        for (at, _) in word.char_indices().skip(SHORTEST_HALF) {
            let (left, right) = word.split_at(at);
            let is_half = right.chars().count() >= SHORTEST_HALF || right == "up";
            if is_half && self.knows(left)? && self.knows(right)? {
                return Ok(Some(vec![left.to_owned(), right.to_owned()]));
            }
        }
        Ok(None)
    }
}
