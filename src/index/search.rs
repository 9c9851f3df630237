//! Search: the records that fit a question best, each with its best claim.

use std::collections::HashSet;

use tantivy::{
    Term,
    query::{BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, Occur, PhraseQuery, Query},
    schema::Field,
};

use super::{
    Error, Hit, Index,
    filter::{excluded, records, required},
    language::{Asked, parse},
    query::{Clause, exact, must, scored},
    question::{Question, Taken, Unit},
    words::{scan, words},
};

/// What a word counts in a record's name, in its other names, as its property, in a claim, in a summary or a note, and
/// anywhere else that is said of the record.
const NAME: f32 = 6.0;
const ALIAS: f32 = 5.0;
const PROPERTY: f32 = 5.5;
const CLAIM: f32 = 3.0;
const SUMMARY: f32 = 1.5;
const ELSEWHERE: f32 = 0.3;
/// What it counts more that words are the whole of a name.
const WHOLE_NAME: f32 = 3.0;
/// And that a claim is of the kind that a question word asks for.
const HINT: f32 = 1.0;
/// A word that stands nearly everywhere counts so much of one that stands once.
const COMMON: f32 = 0.3;
/// How much of the weaker matches of a word is added to its best one.
const WEAKER: f32 = 0.05;
/// How many documents are looked at; several may belong to one record.
const DOCUMENTS: usize = 120;
/// Of the words of which not all can be had, so many are looked for, the rarest.
const RAREST: usize = 4;
/// Scores that differ by less are equal.
const FINEST: f32 = 0.02;

/// What a search found, best first, a record once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// The records.
    pub hits: Vec<Hit>,
    /// Whether each hit has all the words that were asked for; otherwise none has, and these have some.
    pub all_words: bool,
    /// Words that were taken for others.
    pub taken: Vec<Taken>,
    /// The words that may be marked in what is shown, as [`words`](super::words()) writes them.
    pub marks: Vec<String>,
}

/// A unit with what it is worth.
struct Weighed<'u> {
    unit: &'u Unit,
    weight: f32,
}

impl Index {
    /// The records that fit a question best, each with its best claim. See [`language`](super::language) for what it may
    /// hold.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn search(&self, text: &str, limit: usize) -> Result<Hits, Error> {
        self.ask(&parse(text), limit)
    }

    /// The records that fit a question best, each with its best claim.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn ask(&self, asked: &Asked, limit: usize) -> Result<Hits, Error> {
        let question = self.understand(&asked.words.join(" "))?;
        let frame = self.frame(asked)?;
        let mut hits: Vec<Hit> = Vec::new();
        for place in self.exactly(asked, &question)? {
            hits.push(Hit { record: place, claim: None });
        }
        let (found, all_words) = if asked.is_empty() {
            (Vec::new(), true)
        } else if question.units.is_empty() && asked.phrases.is_empty() && asked.either.is_empty() {
            // Nothing but filters: each record that fits them.
            let mut clauses = frame;
            clauses.push(must(records(&self.fields)));
            (self.ranked(&BooleanQuery::new(clauses), DOCUMENTS.max(limit))?, true)
        } else {
            self.fitting(&question, &frame)?
        };
        let mut seen: HashSet<usize> = hits.iter().map(|hit| hit.record).collect();
        hits.extend(found.into_iter().filter(|hit| seen.insert(hit.record)));
        hits.truncate(limit);
        let marks = marks(asked, &question);
        Ok(Hits { hits, all_words, taken: question.taken, marks })
    }

    /// Every record that has all the words and fits the filters, in the dataset's order.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn list(&self, asked: &Asked) -> Result<Vec<usize>, Error> {
        let mut clauses = self.frame(asked)?;
        clauses.push(must(records(&self.fields)));
        let units = self.understand(&asked.words.join(" "))?.units;
        clauses.extend(units.iter().map(|unit| must(self.anywhere(unit))));
        Ok(self.every(&BooleanQuery::new(clauses))?.into_iter().map(|hit| hit.record).collect())
    }

    /// What words with a slip in them are taken for.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn taken(&self, words: &str) -> Result<Vec<Taken>, Error> {
        Ok(self.understand(words)?.taken)
    }

    /// The records that go by just these words, or by what is left of them without the small words.
    fn exactly(&self, asked: &Asked, question: &Question) -> Result<Vec<usize>, Error> {
        let typed = [asked.words.as_slice(), asked.phrases.as_slice()].concat().join(" ");
        let mut places = self.named(None, &typed)?;
        if places.is_empty()
            && asked.phrases.is_empty()
            && let [Unit { key: Some(key), .. }] = question.units.as_slice()
        {
            places = self.named(None, key)?;
        }
        if places.is_empty() || asked.is_plain() {
            return Ok(places);
        }
        let fitting: HashSet<usize> =
            self.list(&Asked { words: Vec::new(), phrases: Vec::new(), ..asked.clone() })?.into_iter().collect();
        places.retain(|place| fitting.contains(place));
        Ok(places)
    }

    /// What is asked besides the words: phrases, alternatives, filters, and what is not wanted.
    fn frame(&self, asked: &Asked) -> Result<Vec<Clause>, Error> {
        let mut clauses = Vec::new();
        for phrase in asked.phrases.iter().filter_map(|phrase| self.phrase(phrase)) {
            clauses.push(must(phrase));
        }
        for either in &asked.either {
            let mut any: Vec<Clause> = Vec::new();
            for text in either {
                for unit in &self.understand(text)?.units {
                    any.push((Occur::Should, self.anywhere(unit)));
                }
            }
            clauses.extend((!any.is_empty()).then(|| must(Box::new(BooleanQuery::new(any)))));
        }
        for unwanted in asked.without.iter().filter_map(|text| self.phrase(text)) {
            clauses.push((Occur::MustNot, unwanted));
        }
        clauses.extend(required(&self.fields, &asked.filters));
        clauses.extend(excluded(&self.fields, &asked.except));
        // A query of nothing but exclusions finds nothing.
        if !clauses.is_empty() && clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            clauses.push(must(Box::new(ConstScoreQuery::new(Box::new(tantivy::query::AllQuery), 0.0))));
        }
        Ok(clauses)
    }

    /// The documents that have all of the words; if there are none, all but one; if there are none, some.
    fn fitting(&self, question: &Question, frame: &[Clause]) -> Result<(Vec<Hit>, bool), Error> {
        let mut units = Vec::new();
        for unit in &question.units {
            units.push(Weighed { unit, weight: self.weight(unit)? });
        }
        let asked = units.len();
        units.retain(|unit| unit.weight > 0.0);
        let mut all_words = units.len() == asked;
        let framed = |clauses: Vec<Clause>| {
            let frame = frame.iter().map(|(occur, query)| (*occur, query.box_clone()));
            BooleanQuery::new(frame.chain(clauses).chain(self.preferred(question)).collect())
        };
        let every = |units: &mut dyn Iterator<Item = &Weighed>| -> Vec<Clause> {
            units.map(|unit| must(self.weighed(unit))).collect()
        };
        if units.is_empty() && asked > 0 {
            return Ok((Vec::new(), false));
        }
        let found = self.ranked(&framed(every(&mut units.iter())), DOCUMENTS)?;
        if frame.is_empty()
            && let Some(key) = question.property_of()
        {
            // A remark that mentions the one asked about says nothing of its property.
            let mut told = Vec::new();
            for occur in [Occur::Must, Occur::Should] {
                let asked = units.iter().map(|weighed| -> Clause {
                    let name = weighed.unit.properties.is_empty();
                    (if name { Occur::Must } else { occur }, self.weighed(weighed))
                });
                let (names, properties): (Vec<Clause>, Vec<Clause>) = asked.partition(|(at, _)| *at != occur);
                let properties = must(Box::new(BooleanQuery::new(properties)));
                if told.is_empty() {
                    let of_it = must(self.told(key, question));
                    told = self.ranked(&framed(names.into_iter().chain([of_it, properties]).collect()), DOCUMENTS)?;
                }
            }
            if told.is_empty() {
                let itself = self.named(None, key)?.into_iter().map(|record| Hit { record, claim: None });
                return Ok((itself.chain(found).collect(), false));
            }
            return Ok((told.into_iter().chain(found).collect(), all_words));
        }
        if !found.is_empty() || units.len() < 2 {
            return Ok((found, all_words));
        }
        all_words = false;
        if units.len() > 2 {
            let but_one = (0..units.len()).map(|left_out| -> Clause {
                let others = units.iter().enumerate().filter(|(place, _)| *place != left_out).map(|(_, unit)| unit);
                (Occur::Should, Box::new(BooleanQuery::new(every(&mut others.into_iter()))))
            });
            let some: Box<dyn Query> = Box::new(DisjunctionMaxQuery::new(but_one.map(|(_, query)| query).collect()));
            let found = self.ranked(&framed(vec![must(some)]), DOCUMENTS)?;
            if !found.is_empty() {
                return Ok((found, false));
            }
        }
        units.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let some = units.iter().take(RAREST).map(|unit| -> Clause { (Occur::Should, self.weighed(unit)) }).collect();
        Ok((self.ranked(&framed(vec![must(Box::new(BooleanQuery::new(some)))]), DOCUMENTS)?, all_words))
    }

    /// Documents of the records that go by a name, or with it in a claim's value or in their own name.
    fn told(&self, key: &str, question: &Question) -> Box<dyn Query> {
        let fields = &self.fields;
        let mut any = vec![(Occur::Should, exact(fields.key, key)), (Occur::Should, exact(fields.loose, key))];
        for form in question.units.iter().filter(|unit| unit.key.is_some()).flat_map(|unit| &unit.forms) {
            for field in [fields.names, fields.aliases, fields.body] {
                let all = form.iter().map(|word| must(exact(field, word))).collect();
                any.push((Occur::Should, Box::new(BooleanQuery::new(all))));
            }
        }
        Box::new(ConstScoreQuery::new(Box::new(BooleanQuery::new(any)), 0.0))
    }

    /// What puts some documents before others: that words are the whole of a name, and that a claim is of the kind asked for.
    fn preferred(&self, question: &Question) -> Vec<Clause> {
        let boosted =
            |query: Box<dyn Query>, by: f32| -> Clause { (Occur::Should, Box::new(BoostQuery::new(query, by))) };
        let mut clauses = Vec::new();
        for unit in &question.units {
            if let Some(key) = &unit.key {
                let named = [self.fields.key, self.fields.loose].map(|field| exact(field, key));
                clauses.push(boosted(Box::new(DisjunctionMaxQuery::new(named.into())), WHOLE_NAME));
            }
        }
        clauses.extend(question.hints.iter().map(|id| boosted(exact(self.fields.property, id), HINT)));
        clauses
    }

    /// Best first; equal ones newest first, then in the dataset's order.
    fn ranked(&self, query: &dyn Query, limit: usize) -> Result<Vec<Hit>, Error> {
        #[expect(clippy::cast_possible_truncation, reason = "scores are small")]
        let step = |score: f32| (score / FINEST).round() as i64;
        let mut found: Vec<_> = self.top(query, limit)?.into_iter().map(|found| (step(found.score), found)).collect();
        found.sort_by(|(a_step, a), (b_step, b)| {
            let place = |hit: &Hit| (hit.record, hit.claim);
            b_step.cmp(a_step).then(b.day.cmp(&a.day)).then(place(&a.hit).cmp(&place(&b.hit)))
        });
        Ok(found.into_iter().map(|(_, found)| found.hit).collect())
    }

    fn weighed(&self, weighed: &Weighed) -> Box<dyn Query> {
        Box::new(BoostQuery::new(self.anywhere(weighed.unit), weighed.weight))
    }

    /// One of the forms of a unit anywhere in a document, or the property or name that is called so.
    pub(super) fn anywhere(&self, unit: &Unit) -> Box<dyn Query> {
        let fields = &self.fields;
        let boosted = |query: Box<dyn Query>, by: f32| -> Box<dyn Query> { Box::new(BoostQuery::new(query, by)) };
        let mut any: Vec<Box<dyn Query>> = Vec::new();
        for (place, property) in unit.properties.iter().enumerate() {
            // What a property is called itself counts a little more than what others are called too.
            let by = if place == 0 { PROPERTY } else { PROPERTY - 0.5 };
            any.push(boosted(exact(fields.property, property.id), by));
        }
        if let Some(key) = &unit.key {
            let words = f32::from(u8::try_from(unit.length).unwrap_or(u8::MAX));
            any.push(boosted(exact(fields.key, key), NAME * words));
            any.push(boosted(exact(fields.loose, key), NAME * words));
        }
        for form in &unit.forms {
            let mut words: Vec<Box<dyn Query>> = form.iter().map(|word| self.word(word)).collect();
            any.push(match words.pop() {
                Some(word) if words.is_empty() => word,
                Some(word) => Box::new(BooleanQuery::new(words.into_iter().chain([word]).map(must).collect())),
                None => continue,
            });
        }
        Box::new(DisjunctionMaxQuery::with_tie_breaker(any, WEAKER))
    }

    fn word(&self, word: &str) -> Box<dyn Query> {
        let here = self.text_fields().map(|(field, by)| -> Box<dyn Query> {
            // Where lengths don't count, neither does how often a word stands there.
            let even = field == self.fields.aliases || field == self.fields.all;
            Box::new(BoostQuery::new(if even { exact(field, word) } else { scored(field, word) }, by))
        });
        Box::new(DisjunctionMaxQuery::with_tie_breaker(here.into(), WEAKER))
    }

    fn text_fields(&self) -> [(Field, f32); 5] {
        let fields = &self.fields;
        [
            (fields.names, NAME),
            (fields.aliases, ALIAS),
            (fields.body, CLAIM),
            (fields.summary, SUMMARY),
            (fields.all, ELSEWHERE),
        ]
    }

    /// Words side by side. `None` if there are none.
    fn phrase(&self, text: &str) -> Option<Box<dyn Query>> {
        let words: Vec<String> = scan(text).into_iter().map(|word| word.text).collect();
        if let [word] = words.as_slice() {
            return Some(self.word(word));
        }
        if words.is_empty() {
            return None;
        }
        let placed = self.text_fields().into_iter().map(|(field, by)| -> Box<dyn Query> {
            let terms = words.iter().map(|word| Term::from_field_text(field, word)).collect();
            Box::new(BoostQuery::new(Box::new(PhraseQuery::new(terms)), by))
        });
        Some(Box::new(DisjunctionMaxQuery::new(placed.collect())))
    }

    /// What a unit is worth by how rare it is; 0 if it stands nowhere.
    fn weight(&self, unit: &Unit) -> Result<f32, Error> {
        let mut most = 0;
        for form in &unit.forms {
            let mut rarest = u64::MAX;
            for word in form {
                let mut documents = 0;
                for (field, _) in self.text_fields() {
                    documents = documents.max(self.documents(field, word)?);
                }
                rarest = rarest.min(documents);
            }
            most = most.max(if form.is_empty() { 0 } else { rarest });
        }
        for property in &unit.properties {
            most = most.max(self.documents(self.fields.property, property.id)?);
        }
        if let Some(key) = &unit.key {
            most = most.max(self.documents(self.fields.key, key)?).max(self.documents(self.fields.loose, key)?);
        }
        if most == 0 {
            return Ok(0.0);
        }
        #[expect(clippy::cast_precision_loss, reason = "a rough measure")]
        let (most, all) = (most as f32, self.reader.searcher().num_docs() as f32);
        Ok(((1.0 + all).ln() - most.ln()) / (1.0 + all).ln() * (1.0 - COMMON) + COMMON)
    }

    fn documents(&self, field: Field, word: &str) -> Result<u64, Error> {
        Ok(self.reader.searcher().doc_freq(&Term::from_field_text(field, word))?)
    }
}

/// The words of a question.
fn marks(asked: &Asked, question: &Question) -> Vec<String> {
    let mut marks: Vec<String> = question.units.iter().flat_map(|unit| unit.forms.iter().flatten().cloned()).collect();
    let others = asked.phrases.iter().chain(asked.either.iter().flatten());
    marks.extend(others.flat_map(|text| words(text)));
    marks.sort_unstable();
    marks.dedup();
    marks
}
