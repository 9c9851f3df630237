//! Questions to the index.

use tantivy::{
    DocAddress, Searcher, Term,
    collector::{DocSetCollector, TopDocs},
    query::{BooleanQuery, BoostQuery, Occur, Query, RangeQuery, TermQuery},
    schema::{Field, IndexRecordOption},
};

use super::{
    Error, Index,
    build::days,
    words::{asked, parts},
};
use crate::{
    dataset::{Kind, PartialDate},
    spelling::key,
};

/// A word in a name counts this many times as much as one elsewhere.
const NAME_BOOST: f32 = 3.0;
/// And what is said elsewhere of the same record hardly counts, but it holds a question's words together.
const ALL_BOOST: f32 = 0.2;
/// How many documents are looked at for a search; several may belong to one record.
const DOCUMENTS: usize = 200;
/// Words of a question beyond this many are left out.
const MOST_WORDS: usize = 16;

/// A record that a search found, and the claim of it that fits best, if a claim does: places in the dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// The place of the record.
    pub record: usize,
    /// The place of the claim among the record's claims.
    pub claim: Option<usize>,
}

/// What a search found, best first, a record once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// The records.
    pub hits: Vec<Hit>,
    /// Whether each hit has all the words that were asked for; otherwise none has, and these have some.
    pub all_words: bool,
}

type Clause = (Occur, Box<dyn Query>);

impl Index {
    /// The records, of one kind or any, that go by exactly this name, native name, alias or id, whatever its case,
    /// spaces and punctuation.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn named(&self, kind: Option<Kind>, name: &str) -> Result<Vec<usize>, Error> {
        let key = key(name);
        if key.is_empty() {
            return Ok(Vec::new());
        }
        let mut clauses = vec![must(term(self.fields.key, &key))];
        clauses.extend(kind.map(|kind| must(term(self.fields.kind, kind.id))));
        self.every(&BooleanQuery::new(clauses)).map(|found| found.into_iter().map(|hit| hit.record).collect())
    }

    /// The records, of one kind or any, whose names have all of these words, best first.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn with_name_words(&self, kind: Option<Kind>, name: &str, limit: usize) -> Result<Vec<usize>, Error> {
        let words = asked(name);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let mut clauses: Vec<Clause> =
            words.iter().take(MOST_WORDS).map(|word| must(term(self.fields.names, word))).collect();
        clauses
            .push(must(Box::new(TermQuery::new(Term::from_field_u64(self.fields.claim, 0), IndexRecordOption::Basic))));
        clauses.extend(kind.map(|kind| must(term(self.fields.kind, kind.id))));
        Ok(self.top(&BooleanQuery::new(clauses), limit)?.into_iter().map(|(_, hit)| hit.record).collect())
    }

    /// The records of which all of these words are said somewhere, in the dataset's order.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn with_all_words(&self, text: &str) -> Result<Vec<usize>, Error> {
        let mut clauses: Vec<Clause> =
            asked(text).iter().take(MOST_WORDS).map(|word| must(self.anywhere(word))).collect();
        if clauses.is_empty() {
            return Ok(Vec::new());
        }
        clauses
            .push(must(Box::new(TermQuery::new(Term::from_field_u64(self.fields.claim, 0), IndexRecordOption::Basic))));
        self.every(&BooleanQuery::new(clauses)).map(|found| found.into_iter().map(|hit| hit.record).collect())
    }

    /// The records that fit the words best, each with its best claim.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn search(&self, text: &str, limit: usize) -> Result<Hits, Error> {
        let words = asked(text);
        let clauses: Vec<Clause> =
            words.iter().take(MOST_WORDS).map(|word| (Occur::Should, self.anywhere(word))).collect();
        let most = clauses.len();
        let mut query = BooleanQuery::new(clauses);
        let mut found = Vec::new();
        let mut required = most;
        // All the words if there is anything that has them, or else as many as possible.
        while found.is_empty() && required > 0 {
            query.set_minimum_number_should_match(required);
            found = self.top(&query, DOCUMENTS)?;
            required -= 1;
        }
        let all_words = required + 1 >= most;
        let mut hits: Vec<Hit> =
            self.named(None, text)?.into_iter().map(|record| Hit { record, claim: None }).collect();
        for (_, hit) in found {
            if hits.iter().all(|known| known.record != hit.record) {
                hits.push(hit);
            }
        }
        hits.truncate(limit);
        Ok(Hits { hits, all_words })
    }

    /// The dated claims that lie within `from` and `to` (either may be open) and have all of the words, in order of time.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn timeline(&self, from: Option<PartialDate>, to: Option<PartialDate>, text: &str) -> Result<Vec<Hit>, Error> {
        let (first, last) = (from.map_or(i64::MIN, |date| days(date).0), to.map_or(i64::MAX, |date| days(date).1));
        let field = |field: Field, day: i64| Term::from_field_i64(field, day);
        let first_day = self.fields.first_day;
        let last_day = self.fields.last_day;
        let mut clauses: Vec<Clause> = vec![
            must(Box::new(RangeQuery::new(
                std::ops::Bound::Included(field(first_day, first)),
                std::ops::Bound::Included(field(first_day, i64::MAX)),
            ))),
            must(Box::new(RangeQuery::new(
                std::ops::Bound::Included(field(last_day, i64::MIN)),
                std::ops::Bound::Included(field(last_day, last)),
            ))),
        ];
        if !text.trim().is_empty() {
            clauses.extend(asked(text).iter().take(MOST_WORDS).map(|word| must(self.anywhere(word))));
        }
        self.every(&BooleanQuery::new(clauses))
    }

    /// A word in names, in the document's own text, or anywhere in what is said of the record; or all its parts there.
    fn anywhere(&self, word: &str) -> Box<dyn Query> {
        let here = |word: &str| -> Box<dyn Query> {
            let boosted = |field, by| -> Clause { (Occur::Should, Box::new(BoostQuery::new(term(field, word), by))) };
            let body = (Occur::Should, term(self.fields.body, word));
            Box::new(BooleanQuery::new(vec![
                boosted(self.fields.names, NAME_BOOST),
                body,
                boosted(self.fields.all, ALL_BOOST),
            ]))
        };
        let parts = parts(word);
        if parts.is_empty() {
            return here(word);
        }
        let parts = BooleanQuery::new(parts.iter().map(|part| must(here(part))).collect());
        Box::new(BooleanQuery::new(vec![(Occur::Should, here(word)), (Occur::Should, Box::new(parts))]))
    }

    /// The best documents and their scores, ties in the dataset's order.
    fn top(&self, query: &dyn Query, limit: usize) -> Result<Vec<(f32, Hit)>, Error> {
        let searcher = self.reader.searcher();
        let found = searcher.search(query, &TopDocs::with_limit(limit).order_by_score())?;
        found.into_iter().map(|(score, address)| Ok((score, hit(&searcher, address)?))).collect()
    }

    /// Every document that fits, in the dataset's order.
    fn every(&self, query: &dyn Query) -> Result<Vec<Hit>, Error> {
        let searcher = self.reader.searcher();
        let mut found: Vec<DocAddress> = searcher.search(query, &DocSetCollector)?.into_iter().collect();
        found.sort_unstable();
        found.into_iter().map(|address| hit(&searcher, address)).collect()
    }
}

fn term(field: Field, word: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs))
}

fn must(query: Box<dyn Query>) -> Clause {
    (Occur::Must, query)
}

fn hit(searcher: &Searcher, address: DocAddress) -> Result<Hit, Error> {
    let fast = searcher.segment_reader(address.segment_ord).fast_fields();
    let value = |field: &str| -> Result<usize, Error> {
        let value = fast.u64(field)?.first(address.doc_id).unwrap_or_default();
        Ok(usize::try_from(value).unwrap_or_default())
    };
    Ok(Hit { record: value("record")?, claim: value("claim")?.checked_sub(1) })
}
