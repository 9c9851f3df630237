//! Search: the records that fit a question best, each with its best claim.

use std::collections::HashSet;

use super::{
    Error, Hit, Index,
    documents::Documents,
    filter::{Given, given},
    fitting::{Fitting, Share},
    language::{Asked, parse},
    question::{Question, Taken, Unit},
    wanted::Frame,
    words::words,
};
use crate::{dataset::Property, spelling::key};

/// So many words, names and properties that `OR` joins are looked for.
const MOST_EITHER: usize = 12;
/// Phrases are looked for in so many words of documents; beyond them, all of the words anywhere in a record are taken for the
/// phrase. A twentieth of a microsecond each.
pub(super) const MOST_READ: usize = 60_000;

/// What a search found, best first, a record once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// The records.
    pub hits: Vec<Hit>,
    /// How many of the words that were asked for they have.
    pub share: Share,
    /// Words that were taken for others.
    pub taken: Vec<Taken>,
    /// The words that may be marked in what is shown, as [`words`](super::words()) writes them.
    pub marks: Vec<String>,
    /// The keys of the names that are asked about.
    pub names: Vec<String>,
    /// The key of all that was asked.
    pub typed: String,
    /// The properties that are asked for in words, in the order of the question.
    pub properties: Vec<&'static Property>,
    /// Those that a question word hints at.
    pub hints: Vec<&'static str>,
    /// Whether it is asked how the Chinese write a name.
    pub native: bool,
    /// Whether nothing is said of the properties that are asked for, so that the first hit is the one that was asked about.
    pub unsaid: bool,
    /// A version or a part number that stands nowhere; then there are no hits.
    pub unknown: Option<String>,
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
        let mut found = if asked.is_empty() {
            Fitting::default()
        } else if question.units.is_empty() && asked.phrases.is_empty() && asked.either.is_empty() {
            // Nothing but filters: each record that fits them.
            let mut found = self.list(asked)?;
            found.truncate(limit);
            let hits = found.into_iter().map(|record| Hit { record, claim: None }).collect();
            Fitting { hits, ..Fitting::default() }
        } else {
            let (among, frame) = self.frame(asked, true, None)?;
            self.fitting(&question, among.as_ref(), &frame, limit)?
        };
        let mut seen: HashSet<usize> = hits.iter().map(|hit| hit.record).collect();
        hits.extend(found.hits.drain(..).filter(|hit| seen.insert(hit.record)));
        hits.truncate(limit);
        Ok(Hits {
            hits,
            share: found.share,
            marks: marks(asked, &question),
            names: question.units.iter().filter_map(|unit| unit.key.clone()).collect(),
            typed: key(&asked.text()),
            properties: question.properties().collect(),
            native: question.native,
            unsaid: found.unsaid,
            unknown: found.unknown,
            hints: question.hints,
            // A guess that led nowhere is not worth telling.
            taken: if found.unanswerable { Vec::new() } else { question.taken },
        })
    }

    /// Every record that has all the words and fits the filters, in the dataset's order.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn list(&self, asked: &Asked) -> Result<Vec<usize>, Error> {
        self.list_within(asked, None)
    }

    /// Those of some documents' records.
    fn list_within(&self, asked: &Asked, mut within: Option<Documents>) -> Result<Vec<usize>, Error> {
        for unit in &self.understand(&asked.words.join(" "))?.units {
            narrow(&mut within, self.stands(unit)?);
        }
        let (mut among, frame) = self.frame(asked, false, within)?;
        for either in &frame.either {
            let mut any = self.having([])?;
            for unit in either {
                any.or(&self.stands(unit)?);
            }
            narrow(&mut among, any);
        }
        let mut found = self.places_of(&among.unwrap_or_else(|| self.all()));
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
        let mut name = typed.as_str();
        let mut places = self.named(None, name)?;
        if places.is_empty()
            && asked.phrases.is_empty()
            && let [Unit { key: Some(key), .. }] = question.units.as_slice()
        {
            name = key;
            places = self.named(None, name)?;
        }
        if places.is_empty() || asked.is_plain() {
            return Ok(places);
        }
        let (exact, singular) = (key(name), words(name).concat());
        let fields = &self.fields;
        let named = self.having([(fields.key, &*exact), (fields.loose, &*exact), (fields.loose, &*singular)])?;
        let others = Asked { words: Vec::new(), phrases: Vec::new(), ..asked.clone() };
        let fitting: HashSet<usize> = self.list_within(&others, Some(named))?.into_iter().collect();
        places.retain(|place| fitting.contains(place));
        Ok(places)
    }

    /// What is asked besides the words: phrases, alternatives, filters, and what is not wanted; and the documents that are
    /// left by the phrases, the filters and what is not wanted, of all or of some. With `claims`, a claim that does not rest
    /// on an unwanted source may be of a record of which others do.
    fn frame(
        &self,
        asked: &Asked,
        claims: bool,
        within: Option<Documents>,
    ) -> Result<(Option<Documents>, Frame), Error> {
        let mut frame = Frame { filters: asked.filters.clone(), ..Frame::default() };
        let mut among = within;
        for values in given(&self.fields, &asked.filters) {
            narrow(&mut among, self.having_any(&values)?);
        }
        if !asked.filters.source.is_empty() {
            narrow(&mut among, self.resting_on(&asked.filters.source));
        }
        frame.phrases = phrases(&asked.phrases);
        for phrase in &frame.phrases {
            narrow(&mut among, self.having_all(phrase)?);
        }
        for either in &asked.either {
            let mut any: Vec<Unit> = Vec::new();
            for text in either {
                let left = MOST_EITHER.saturating_sub(frame.either.iter().flatten().count() + any.len());
                if left > 0 {
                    let units = self.understand(text)?.units;
                    let new: Vec<Unit> = units.into_iter().filter(|unit| !any.contains(unit)).take(left).collect();
                    any.extend(new);
                }
            }
            if !any.is_empty() && !frame.either.contains(&any) {
                frame.either.push(any);
            }
        }
        let mut except = asked.except.clone();
        if claims {
            let asked = &asked.filters.source;
            frame.sources = (!asked.is_empty()).then(|| self.sources.called(asked));
            frame.without_sources = self.sources.called(&std::mem::take(&mut except.source));
        }
        if !except.source.is_empty() {
            among.get_or_insert_with(|| self.all()).without(&self.resting_on(&except.source));
        }
        for values in given(&self.fields, &except) {
            let unwanted = self.having_any(&values)?;
            among.get_or_insert_with(|| self.all()).without(&unwanted);
        }
        let mut left = MOST_READ;
        for phrase in phrases(&asked.without) {
            let among = among.get_or_insert_with(|| self.all());
            if claims && phrase.len() > 1 {
                frame.without_phrases.push(phrase);
                continue;
            }
            let mut unwanted = self.having_all(&phrase)?;
            unwanted.and(among);
            among.without(&self.side_by_side(&phrase, unwanted, &mut left)?);
        }
        // Of claims the best are looked for, and only of these whether the words stand side by side.
        for phrase in frame.phrases.iter().filter(|_| !claims) {
            among = among.map(|among| self.side_by_side(phrase, among, &mut left)).transpose()?;
        }
        Ok((among, frame))
    }

    /// The documents that have one of the forms of a unit.
    pub(super) fn stands(&self, unit: &Unit) -> Result<Documents, Error> {
        let fields = [self.fields.key, self.fields.loose];
        let mut any = self.having(unit.key.iter().flat_map(|key| fields.map(|field| (field, key.as_str()))))?;
        for form in &unit.forms {
            any.or(&self.having_all(form)?);
        }
        Ok(any)
    }

    /// The documents that have one of the values.
    fn having_any(&self, values: &[Given]) -> Result<Documents, Error> {
        self.having(values.iter().map(|(field, value)| (*field, value.as_str())))
    }
}

/// Keeps what is among these too.
fn narrow(among: &mut Option<Documents>, these: Documents) {
    match among {
        Some(among) => among.and(&these),
        None => *among = Some(these),
    }
}

/// The words of each text, each such phrase once.
fn phrases(texts: &[String]) -> Vec<Vec<String>> {
    let mut phrases: Vec<Vec<String>> = Vec::new();
    for phrase in texts.iter().map(|text| words(text)).filter(|phrase| !phrase.is_empty()) {
        if !phrases.contains(&phrase) {
            phrases.push(phrase);
        }
    }
    phrases
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
