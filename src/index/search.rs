//! Search: the records that fit a question best, each with its best claim.

use std::collections::HashSet;

use tantivy::{
    Term,
    query::{BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, Occur, PhraseQuery, Query},
};

use super::{
    Error, Hit, Index,
    filter::{excluded, required},
    fit::{ALIAS, Frame, NAME, Need, PROPERTY, WEAKER, WHOLE_NAME, Wanted},
    language::{Asked, Filters, parse},
    query::{Clause, exact, must, scored},
    question::{Question, Taken, Unit},
    table::ClaimRow,
    unwanted::Unwanted,
    words::words,
};
use crate::dataset::SOURCE;

/// A word that stands nearly everywhere counts so much of one that stands once.
const COMMON: f32 = 0.3;
/// How many records are looked at closely.
const CANDIDATES: usize = 64;
/// Of the words of which not all can be had, so many are looked for, the rarest.
const RAREST: usize = 4;

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
        let mut hits: Vec<Hit> = Vec::new();
        for place in self.exactly(asked, &question)? {
            hits.push(Hit { record: place, claim: None });
        }
        let (found, all_words) = if asked.is_empty() {
            (Vec::new(), true)
        } else if question.units.is_empty() && asked.phrases.is_empty() && asked.either.is_empty() {
            // Nothing but filters: each record that fits them.
            let (clauses, frame) = self.frame(asked, false)?;
            let fits = |place| !frame.has_days() || self.table.days(place).any(|day| frame.within(day));
            let found = self.top(&BooleanQuery::new(clauses), CANDIDATES.max(limit), fits)?;
            (found.into_iter().map(|found| Hit { record: found.place, claim: None }).collect(), true)
        } else {
            let (clauses, frame) = self.frame(asked, true)?;
            self.fitting(&question, &clauses, &frame, limit)?
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
        let (mut clauses, frame) = self.frame(asked, false)?;
        let units = self.understand(&asked.words.join(" "))?.units;
        clauses.extend(units.iter().map(|unit| must(self.stands(unit))));
        if clauses.is_empty() {
            clauses.push(everything());
        }
        let mut found = self.every(&BooleanQuery::new(clauses))?;
        if frame.has_days() {
            found.retain(|place| self.table.days(*place).any(|day| frame.within(day)));
        }
        Ok(found)
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

    /// What is asked besides the words: phrases, alternatives, filters, and what is not wanted. With `claims`, a claim that
    /// does not rest on an unwanted source may be of a record of which others do.
    fn frame(&self, asked: &Asked, claims: bool) -> Result<(Vec<Clause>, Frame), Error> {
        let (mut clauses, mut frame) = (Vec::new(), Frame { filters: asked.filters.clone(), ..Frame::default() });
        for phrase in asked.phrases.iter().map(|phrase| words(phrase)).filter(|phrase| !phrase.is_empty()) {
            clauses.extend(self.phrase(&phrase).map(must));
            frame.phrases.push(phrase);
        }
        for either in &asked.either {
            let mut any = Vec::new();
            for text in either {
                any.append(&mut self.understand(text)?.units);
            }
            if !any.is_empty() {
                let ranked = any.iter().map(|unit| (Occur::Should, self.anywhere(unit, 1.0))).collect();
                clauses.push(must(Box::new(BooleanQuery::new(ranked))));
                frame.either.push(any);
            }
        }
        for unwanted in asked.without.iter().filter_map(|text| self.phrase(&words(text))) {
            clauses.push((Occur::MustNot, Box::new(Unwanted(unwanted))));
        }
        clauses.extend(required(&self.fields, &asked.filters));
        let mut except = asked.except.clone();
        if claims {
            frame.sources = self.sources(&asked.filters.source)?;
            frame.without_sources = self.sources(&std::mem::take(&mut except.source))?.unwrap_or_default();
        }
        clauses.extend(excluded(&self.fields, &except));
        // A query of nothing but exclusions finds nothing.
        if !asked.is_plain() && clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            clauses.push(everything());
        }
        Ok((clauses, frame))
    }

    /// The places of the sources that are called so. `None` if none are asked for.
    fn sources(&self, called: &[String]) -> Result<Option<Vec<u32>>, Error> {
        if called.is_empty() {
            return Ok(None);
        }
        let mut clauses = required(&self.fields, &Filters { source: called.to_owned(), ..Filters::default() });
        clauses.push(must(exact(self.fields.kind, SOURCE.id)));
        let places = self.every(&BooleanQuery::new(clauses))?;
        Ok(Some(places.into_iter().filter_map(|place| u32::try_from(place).ok()).collect()))
    }

    /// The records that have all of the words; if there are none, all but one; if there are none, some.
    fn fitting(
        &self,
        question: &Question,
        clauses: &[Clause],
        frame: &Frame,
        limit: usize,
    ) -> Result<(Vec<Hit>, bool), Error> {
        let mut units: Vec<(&Unit, f32)> = Vec::new();
        for unit in &question.units {
            units.push((unit, self.weight(unit)?));
        }
        let asked = units.len();
        units.retain(|(_, weight)| *weight > 0.0);
        let all_words = units.len() == asked;
        if units.is_empty() && asked > 0 {
            return Ok((Vec::new(), false));
        }
        let keys: Vec<&str> = question.units.iter().filter_map(|unit| unit.key.as_deref()).collect();
        let look = |units: &[(&Unit, f32)], need: Need, told: Option<&str>| -> Result<Vec<Hit>, Error> {
            let mut all: Vec<Clause> = clauses.iter().map(|(occur, query)| (*occur, query.box_clone())).collect();
            all.extend(self.needed(units, need));
            if let Some(key) = told {
                all.push(must(self.told(key, question)));
            }
            for key in &keys {
                let named = [self.fields.key, self.fields.loose].map(|field| exact(field, key));
                all.push((Occur::Should, boosted(Box::new(DisjunctionMaxQuery::new(named.into())), WHOLE_NAME)));
            }
            let days = |place: usize| {
                !frame.has_days()
                    || self.table.days(place).any(|day| frame.within(day))
                    || self.table.claims(place).iter().filter_map(ClaimRow::day).any(|day| frame.within(day))
            };
            let candidates = self.top(&BooleanQuery::new(all), CANDIDATES.max(limit), days)?;
            let wanted = Wanted { units, need, frame, told, keys: &keys, hints: &question.hints };
            self.fitting_best(candidates, &wanted)
        };
        let found = look(&units, Need::All, None)?;
        if clauses.is_empty()
            && !frame.has_days()
            && let Some(key) = question.property_of()
        {
            // A remark that mentions the one asked about says nothing of its property.
            let mut told = look(&units, Need::All, Some(key))?;
            if told.is_empty() {
                told = look(&units, Need::NamesAndSome, Some(key))?;
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
        if units.len() > 2 {
            let found = look(&units, Need::AllButOne, None)?;
            if !found.is_empty() {
                return Ok((found, false));
            }
        }
        units.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        units.truncate(RAREST);
        Ok((look(&units, Need::Some, None)?, false))
    }

    /// The units as clauses, as many of them as are needed.
    fn needed(&self, units: &[(&Unit, f32)], need: Need) -> Vec<Clause> {
        let query = |(unit, weight): &(&Unit, f32)| self.anywhere(unit, *weight);
        let some = |units: Vec<Box<dyn Query>>, least: usize| -> Vec<Clause> {
            vec![must(Box::new(BooleanQuery::union_with_minimum_required_clauses(units, least)))]
        };
        match need {
            Need::All => units.iter().map(query).map(must).collect(),
            Need::AllButOne => some(units.iter().map(query).collect(), units.len() - 1),
            Need::Some => some(units.iter().map(query).collect(), 1),
            Need::NamesAndSome => {
                let (properties, names): (Vec<_>, Vec<_>) =
                    units.iter().partition(|(unit, _)| !unit.properties.is_empty());
                let mut clauses = some(properties.iter().map(query).collect(), 1);
                clauses.extend(names.iter().map(query).map(must));
                clauses
            }
        }
    }

    /// The records that go by a name, or have it in a claim's value or in their own name.
    fn told(&self, key: &str, question: &Question) -> Box<dyn Query> {
        let fields = &self.fields;
        let mut any = vec![(Occur::Should, exact(fields.key, key)), (Occur::Should, exact(fields.loose, key))];
        for form in question.units.iter().filter(|unit| unit.key.is_some()).flat_map(|unit| &unit.forms) {
            let all = form.iter().map(|word| must(exact(fields.text, word))).collect();
            any.push((Occur::Should, Box::new(BooleanQuery::new(all))));
        }
        Box::new(ConstScoreQuery::new(Box::new(BooleanQuery::new(any)), 0.0))
    }

    /// One of the forms of a unit anywhere in a record, or the property or name that is called so: roughly what it is worth.
    fn anywhere(&self, unit: &Unit, weight: f32) -> Box<dyn Query> {
        let fields = &self.fields;
        let mut any: Vec<Box<dyn Query>> = Vec::new();
        for property in &unit.properties {
            any.push(boosted(exact(fields.property, property.id), PROPERTY * weight));
        }
        if let Some(key) = &unit.key {
            let words = f32::from(u8::try_from(unit.length).unwrap_or(u8::MAX));
            any.push(boosted(exact(fields.key, key), NAME * words * weight));
            any.push(boosted(exact(fields.loose, key), NAME * words * weight));
        }
        for form in unit.forms.iter().filter(|form| !form.is_empty()) {
            let words: Vec<Clause> = form.iter().flat_map(|word| self.word(word, weight)).collect();
            any.push(Box::new(BooleanQuery::new(words)));
        }
        if let [_] = any.as_slice()
            && let Some(only) = any.pop()
        {
            return only;
        }
        Box::new(DisjunctionMaxQuery::with_tie_breaker(any, WEAKER))
    }

    /// A word anywhere, and the more in a name.
    fn word(&self, word: &str, weight: f32) -> Vec<Clause> {
        let fields = &self.fields;
        vec![
            must(boosted(scored(fields.text, word), weight)),
            (Occur::Should, boosted(scored(fields.names, word), NAME * weight)),
            (Occur::Should, boosted(exact(fields.aliases, word), ALIAS * weight)),
        ]
    }

    /// One of the forms of a unit anywhere in a record.
    pub(super) fn stands(&self, unit: &Unit) -> Box<dyn Query> {
        let fields = &self.fields;
        let mut any: Vec<Clause> = Vec::new();
        if let Some(key) = &unit.key {
            any.push((Occur::Should, exact(fields.key, key)));
            any.push((Occur::Should, exact(fields.loose, key)));
        }
        for form in unit.forms.iter().filter(|form| !form.is_empty()) {
            let words = form.iter().map(|word| must(exact(fields.text, word))).collect();
            any.push((Occur::Should, Box::new(BooleanQuery::new(words))));
        }
        Box::new(BooleanQuery::new(any))
    }

    /// Words side by side. `None` if there are none.
    fn phrase(&self, words: &[String]) -> Option<Box<dyn Query>> {
        match words {
            [] => None,
            [word] => Some(scored(self.fields.text, word)),
            words => {
                let terms = words.iter().map(|word| Term::from_field_text(self.fields.text, word)).collect();
                Some(Box::new(PhraseQuery::new(terms)))
            }
        }
    }

    /// What a unit is worth by how rare it is; 0 if it stands nowhere.
    fn weight(&self, unit: &Unit) -> Result<f32, Error> {
        let documents = |field, text: &str| self.documents(field, text);
        let mut most = 0;
        for form in unit.forms.iter().filter(|form| !form.is_empty()) {
            let mut rarest = u64::MAX;
            for word in form {
                rarest = rarest.min(documents(self.fields.text, word)?);
            }
            most = most.max(rarest);
        }
        for property in &unit.properties {
            most = most.max(documents(self.fields.property, property.id)?);
        }
        if let Some(key) = &unit.key {
            most = most.max(documents(self.fields.key, key)?).max(documents(self.fields.loose, key)?);
        }
        if most == 0 {
            return Ok(0.0);
        }
        #[expect(clippy::cast_precision_loss, reason = "a rough measure")]
        let (most, all) = (most as f32, self.table.len() as f32);
        Ok(((1.0 + all).ln() - most.ln()) / (1.0 + all).ln() * (1.0 - COMMON) + COMMON)
    }

    fn documents(&self, field: tantivy::schema::Field, word: &str) -> Result<u64, Error> {
        Ok(self.reader.searcher().doc_freq(&Term::from_field_text(field, word))?)
    }
}

fn boosted(query: Box<dyn Query>, by: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, by))
}

fn everything() -> Clause {
    must(Box::new(ConstScoreQuery::new(Box::new(tantivy::query::AllQuery), 0.0)))
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
