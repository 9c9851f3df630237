//! Look-ups: by name and by what is near to a name.

use tantivy::{
    DocSet as _, Searcher, TERMINATED, TantivyError, Term,
    postings::Postings as _,
    query::{Bm25StatisticsProvider, BooleanQuery, ConstScoreQuery, EnableScoring, Occur, Query, TermQuery},
    schema::{Field, IndexRecordOption},
};

use super::{
    Error, GONE, Index,
    presence::Candidate,
    question::MOST_WORDS,
    terms::{Terms, away},
    top::Best,
    words::words,
};
use crate::{
    dataset::Kind,
    spelling::{ends_in_number, key},
};

/// A beginning of a name must have so many letters to stand for it.
const SHORTEST_BEGINNING: usize = 4;
/// So many names that begin alike are looked at.
const MOST_BEGINNINGS: usize = 32;
/// So many records of one name are found.
const MOST_NAMED: usize = 64;

/// A record that a search found, and the claim of it that fits best, if a claim does: places in the dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    /// The place of the record.
    pub record: usize,
    /// The place of the claim among the record's claims.
    pub claim: Option<usize>,
}

/// A record with a name near to what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Near {
    /// The number of edits between the two; for a name of which only the beginning was typed, one more than is forgiven.
    pub edits: usize,
    /// The place of the record.
    pub record: usize,
}

/// A query and whether it must, should or must not fit.
pub(super) type Clause = (Occur, Box<dyn Query>);

impl Index {
    /// The records, of one kind or any, that go by exactly this name, native name, alias or id, whatever its case,
    /// spaces and punctuation; those whose name it is before those whose alias it is. If there are none, those that go by
    /// it in the singular, or as the Chinese sounds.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn named(&self, kind: Option<Kind>, name: &str) -> Result<Vec<usize>, Error> {
        for (field, name) in
            [(self.fields.key, key(name)), (self.fields.loose, key(name)), (self.fields.loose, words(name).concat())]
        {
            let found = if name.is_empty() { Vec::new() } else { self.keyed(field, kind, &name)? };
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// The records with this key in a field, those first that have all its letters in their name.
    fn keyed(&self, field: Field, kind: Option<Kind>, key: &str) -> Result<Vec<usize>, Error> {
        let term = Term::from_field_text(field, key);
        let mut found: Vec<(bool, usize)> = Vec::new();
        for (segment, places) in self.reader.searcher().segment_readers().iter().zip(&self.places) {
            let read = segment.inverted_index(field)?.read_postings(&term, IndexRecordOption::WithFreqs);
            let Some(mut postings) = read.map_err(TantivyError::from)? else { continue };
            while postings.doc() != TERMINATED {
                let place = places[postings.doc() as usize];
                if place != GONE && kind.is_none_or(|kind| self.table.kind(place as usize) == Some(kind)) {
                    // What is one of its own names was written down twice.
                    found.push((postings.term_freq() < 2, place as usize));
                }
                postings.advance();
            }
        }
        found.sort_unstable();
        found.truncate(MOST_NAMED);
        Ok(found.into_iter().map(|(_, place)| place).collect())
    }

    /// The records, of one kind or any, whose names have all of these words, best first.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn with_name_words(&self, kind: Option<Kind>, name: &str, limit: usize) -> Result<Vec<usize>, Error> {
        let asked = words(name);
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let mut clauses: Vec<Clause> = Vec::new();
        for word in asked.iter().take(MOST_WORDS) {
            let fields = [self.fields.names, self.fields.aliases];
            let any = fields.map(|field| -> Clause { (Occur::Should, scored(field, word)) });
            clauses.push(must(Box::new(BooleanQuery::new(any.into()))));
        }
        clauses.extend(kind.map(|kind| must(exact(self.fields.kind, kind.id))));
        Ok(self.top(&BooleanQuery::new(clauses), limit)?.into_iter().map(|found| found.place).collect())
    }

    /// The records, of one kind or any, with a name at most so many edits away from this one, or that begins so; the
    /// nearest first, and those with two edits only if none has one. Only the nearest names are looked at, so that the list may be cut.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn near(&self, kind: Option<Kind>, name: &str, most: usize) -> Result<Vec<Near>, Error> {
        let typed = key(name);
        let mut near: Vec<Near> = Vec::new();
        let fields = [self.fields.key, self.fields.loose];
        let terms = [Terms::of(self, fields[0])?, Terms::of(self, fields[1])?];
        for distance in (1..).take(most.min(2)) {
            let found = away(&[&terms[0], &terms[1]], &typed, distance)?;
            for (field, found) in fields.into_iter().zip(found) {
                for term in found.into_iter().take(MOST_NAMED) {
                    let named = self.keyed(field, kind, &term.text)?;
                    near.extend(named.into_iter().map(|record| Near { edits: term.edits, record }));
                }
            }
            if !near.is_empty() {
                break;
            }
        }
        if typed.chars().count() >= SHORTEST_BEGINNING && !ends_in_number(&typed) {
            for (field, terms) in fields.into_iter().zip(&terms) {
                for name in terms.beginning(&typed, MOST_BEGINNINGS)? {
                    let named = self.keyed(field, kind, &name)?;
                    near.extend(named.into_iter().map(|record| Near { edits: most + 1, record }));
                }
            }
        }
        near.sort_unstable();
        let mut seen = std::collections::HashSet::new();
        near.retain(|near| seen.insert(near.record));
        Ok(near)
    }

    /// The records that fit best, ties in the dataset's order.
    pub(super) fn top(&self, query: &dyn Query, limit: usize) -> Result<Vec<Candidate>, Error> {
        let searcher = self.reader.searcher();
        let statistics = Plain(&searcher);
        let weight = query.weight(EnableScoring::enabled_from_statistics_provider(&statistics, &searcher))?;
        let mut best = Best::new(limit);
        for (number, segment) in searcher.segment_readers().iter().enumerate() {
            let places = &self.places[number];
            weight.for_each_pruning(best.threshold(), segment, &mut |document, score| {
                let place = places[document as usize];
                if place != GONE {
                    best.add(score, Candidate { segment: number, document, place: place as usize });
                }
                best.threshold()
            })?;
        }
        Ok(best.into_sorted())
    }
}

/// Statistics by which every word is as rare as any other: what a word is worth is decided where the question is read.
struct Plain<'s>(&'s Searcher);

impl Bm25StatisticsProvider for Plain<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.0.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.0.total_num_docs()
    }

    fn doc_freq(&self, _term: &Term) -> tantivy::Result<u64> {
        // So that the logarithm in BM25 is nearly 1.
        Ok(self.0.total_num_docs()? * 37 / 100)
    }
}

/// A term that a document has or has not.
pub(super) fn exact(field: Field, text: &str) -> Box<dyn Query> {
    let query = TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic);
    Box::new(ConstScoreQuery::new(Box::new(query), 1.0))
}

/// A word that counts the more, the shorter the text is in which it stands.
pub(super) fn scored(field: Field, word: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::Basic))
}

pub(super) fn must(query: Box<dyn Query>) -> Clause {
    (Occur::Must, query)
}
