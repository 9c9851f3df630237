//! Which records fit a question: those that have all of it, and where there are none, those that come nearest.

use std::collections::HashSet;

use tantivy::Term;

use super::{
    Error, Hit, Index,
    documents::Documents,
    fit::Found,
    presence::{Candidate, Phrases},
    question::{Question, Unit},
    rough::Sought,
    search::MOST_READ,
    table::ClaimRow,
    wanted::{Frame, Need, Wanted},
};

/// A word that stands nearly everywhere counts so much of one that stands once.
const COMMON: f32 = 0.3;
/// How many records are looked at closely.
const CANDIDATES: usize = 64;
/// Of the words of which not all can be had, so many are looked for, the rarest.
const RAREST: usize = 4;
/// A name that was asked about is among the first so many hits.
const FIRST: usize = 3;
/// Records whose words count less than this on average have them here and there: one that lacks some may say more.
const WEAK: f32 = 1.0;

/// How much of what is asked the hits have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Share {
    /// Each has all of it.
    #[default]
    All,
    /// None has.
    Some,
    /// One that has all of it comes after others that fit better.
    AllLater,
}

/// A word that stands nowhere counts so much where a property is asked for: it may be what it is asked of.
const OF_SOMETHING: f32 = 1.25;

/// What fits.
#[derive(Debug, Default)]
pub(super) struct Fitting {
    /// The records, best first.
    pub hits: Vec<Hit>,
    /// How much of the question they have.
    pub share: Share,
    /// Whether nothing is said of the property that was asked for: the first hit is what was asked about.
    pub unsaid: bool,
    /// A version or a part number that stands nowhere.
    pub unknown: Option<String>,
    /// Whether too little of what is asked is known.
    pub unanswerable: bool,
}

/// A question to some of the records.
struct Search<'q> {
    index: &'q Index,
    question: &'q Question,
    among: Option<&'q Documents>,
    frame: &'q Frame,
    phrases: Phrases<'q>,
    /// Names that are preferred where they are the whole name.
    keys: Vec<&'q str>,
    limit: usize,
}

type Units<'q> = [(&'q Unit, f32)];

impl Index {
    /// The records that have all of the words; if there are none, those that have all but one, or some of them, but never
    /// without the names.
    pub(super) fn fitting(
        &self,
        question: &Question,
        among: Option<&Documents>,
        frame: &Frame,
        limit: usize,
    ) -> Result<Fitting, Error> {
        let mut all: Vec<(&Unit, f32)> = Vec::new();
        for unit in &question.units {
            all.push((unit, self.weight(unit)?));
        }
        let keys = question.units.iter().filter_map(|unit| unit.key.as_deref()).collect();
        let phrases = Phrases::new(self, &frame.phrases, &frame.without_phrases, MOST_READ);
        let mut search = Search { index: self, question, among, frame, phrases, keys, limit };
        let units: Vec<(&Unit, f32)> = all.iter().copied().filter(|(_, weight)| *weight > 0.0).collect();
        let asked = all.len();
        // What stands nowhere no record has.
        let known = if units.len() < asked { Share::Some } else { Share::All };
        let of_known =
            |fitting: Fitting| if known == Share::All { fitting } else { Fitting { share: known, ..fitting } };
        let whole =
            if units.is_empty() && asked > 0 { Vec::new() } else { search.candidates(&units, Need::All, None)? };
        let found = if whole.is_empty() { Vec::new() } else { search.best(whole.clone(), &units, Need::All, None)? };
        let hits: Vec<Hit> = found.iter().map(|found| found.hit).collect();
        let is_open = hits.is_empty() || known == Share::Some;
        if is_open && let Some(unknown) = search.unknown(&all)? {
            return Ok(Fitting { share: Share::Some, unknown: Some(unknown), ..Fitting::default() });
        }
        if asked > 0 && (units.is_empty() || is_open && !search.is_answerable(&all)) {
            return Ok(Fitting { share: Share::Some, unanswerable: true, ..Fitting::default() });
        }
        let plain = among.is_none() && frame.either.is_empty() && !frame.has_days();
        if let Some(key) = question.property_of().filter(|_| plain)
            && let Some(told) = search.of_one(key, &units, &hits)?
        {
            return Ok(of_known(told));
        }
        let is_weak = units.len() > 2 && found.first().is_none_or(|best| best.strength < WEAK);
        if units.len() < 2 || !hits.is_empty() && !is_weak {
            let hits = search.with_the_named(&units, hits)?;
            return Ok(Fitting { hits, share: known, ..Fitting::default() });
        }
        Ok(of_known(search.nearest(units, if hits.is_empty() { Vec::new() } else { whole })?))
    }

    /// What a unit is worth by how rare it is; 0 if it stands nowhere.
    pub(super) fn weight(&self, unit: &Unit) -> Result<f32, Error> {
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

impl<'q> Search<'q> {
    /// The records that have what is needed of some units, and tell of a name if one is given.
    fn look(&mut self, units: &Units<'q>, need: Need, told: Option<&str>) -> Result<Vec<Hit>, Error> {
        let candidates = self.candidates(units, need, told)?;
        Ok(self.best(candidates, units, need, told)?.into_iter().map(|found| found.hit).collect())
    }

    /// The records that may fit.
    fn candidates(&mut self, units: &Units<'q>, need: Need, told: Option<&str>) -> Result<Vec<Candidate>, Error> {
        let named = self.question.units.iter().filter(|unit| unit.is_name()).flat_map(|unit| &unit.forms);
        let sought = Sought {
            units,
            need,
            either: &self.frame.either,
            phrases: &self.frame.phrases,
            keys: &self.keys,
            told: told.map(|key| (key, named.map(Vec::as_slice).collect())),
            among: self.among,
        };
        let (table, frame) = (&self.index.table, self.frame);
        let days = |place: usize| {
            !frame.has_days()
                || table.claims(place).iter().copied().filter_map(ClaimRow::day).any(|day| frame.within(day))
        };
        self.phrases.begin();
        let phrases = &mut self.phrases;
        let fit = |candidate: &Candidate| Ok(days(candidate.place) && phrases.fit(candidate)?);
        self.index.roughly(&sought, CANDIDATES.max(self.limit), fit)
    }

    /// Those of them that do fit, best first.
    fn best(
        &self,
        candidates: Vec<Candidate>,
        units: &Units<'q>,
        need: Need,
        told: Option<&str>,
    ) -> Result<Vec<Found>, Error> {
        let hints = &self.question.hints;
        let wanted = Wanted { units, need, frame: self.frame, told, keys: &self.keys, hints };
        self.index.fitting_best(candidates, &wanted)
    }

    /// Whether something can be said to a question of which nothing has all the words. A name that is known can be told of; else
    /// what is known has to outweigh the words that stand nowhere, and what a word was taken for is not known. That there is
    /// some `valuation`, or a `chip`, says nothing to who asks for those of something else.
    fn is_answerable(&self, all: &Units<'q>) -> bool {
        if !self.frame.phrases.is_empty() || !self.frame.either.is_empty() {
            return true;
        }
        let (mut known, mut unknown) = (0.0, 0.0);
        for (unit, weight) in all {
            if *weight == 0.0 || unit.guessed {
                unknown += unit.if_unknown();
                continue;
            }
            if unit.is_needed() {
                return true;
            }
            known += weight * unit.if_known();
        }
        let of_something = all.iter().any(|(unit, _)| unit.is_property());
        unknown == 0.0 || known > unknown * if of_something { OF_SOMETHING } else { 1.0 }
    }

    /// A version or a part number that no record has: nothing else is an answer to who asks for it.
    fn unknown(&self, units: &Units<'q>) -> Result<Option<String>, Error> {
        for unit in units.iter().filter(|(unit, _)| unit.designation && unit.key.is_none()) {
            let alone = [(unit.0, 1.0)];
            if unit.1 == 0.0 || self.anywhere(&alone)?.is_empty() {
                return Ok(unit.0.forms.first().map(|form| form.join(" ")));
            }
        }
        Ok(None)
    }

    /// The records that have some units, whatever else is asked.
    fn anywhere(&self, units: &Units<'_>) -> Result<Vec<Found>, Error> {
        let frame = Frame::default();
        let (need, keys) = (Need::All, &[]);
        let sought = Sought { units, need, either: &[], phrases: &[], keys, told: None, among: None };
        let candidates = self.index.roughly(&sought, CANDIDATES, |_| Ok(true))?;
        self.index.fitting_best(candidates, &Wanted { units, need, frame: &frame, told: None, keys, hints: &[] })
    }

    /// What is said of some property of one name: `found` are the records that have all of the words. `None` if that is
    /// not what is asked.
    fn of_one(&mut self, key: &str, units: &Units<'q>, found: &[Hit]) -> Result<Option<Fitting>, Error> {
        let other = |unit: &Unit| !unit.is_name() && unit.properties.is_empty() && unit.kind.is_none();
        if units.iter().any(|(unit, _)| other(unit)) {
            return Ok(None);
        }
        // What nothing here has is not said of this one either.
        let is_said = units.iter().any(|(unit, _)| unit.is_property());
        let found = if is_said { found } else { &[] };
        // A remark that mentions the one asked about says nothing of its property.
        let mut told = if is_said { self.look(units, Need::All, Some(key))? } else { Vec::new() };
        if told.is_empty() && is_said {
            told = self.look(units, Need::NamesAndSome, Some(key))?;
        }
        if !told.is_empty() {
            // Beside it only what mentions it: that a record has the words somewhere says nothing.
            let found = found.iter().filter(|hit| hit.claim.is_some()).copied();
            let hits = self.with_the_named(units, told.into_iter().chain(found).collect())?;
            return Ok(Some(Fitting { hits, ..Fitting::default() }));
        }
        let itself = self.index.named(None, key)?.into_iter().map(|record| Hit { record, claim: None });
        // The same property of something else is no answer, nor is a record that only has the words somewhere.
        let mentions = |hit: &&Hit| {
            let row = hit.claim.and_then(|claim| self.index.table.claims(hit.record).get(claim));
            row.copied()
                .and_then(ClaimRow::property)
                .is_some_and(|own| self.question.properties().all(|asked| asked != own))
        };
        let hits = itself.chain(found.iter().filter(mentions).copied()).collect();
        Ok(Some(Fitting { hits, share: Share::Some, unsaid: true, ..Fitting::default() }))
    }

    /// The records that come nearest to two or more units: of those that have all but one of them, or all but the properties,
    /// or the names, or some, the ones that have the most; what goes by a name that was asked about among the first. Some may
    /// have all of the units, but only here and there: those that `may`.
    fn nearest(&mut self, mut units: Vec<(&'q Unit, f32)>, may: Vec<Candidate>) -> Result<Fitting, Error> {
        units.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let is_named = units.iter().any(|(unit, _)| unit.is_needed());
        let properties = units.iter().filter(|(unit, _)| unit.is_property()).count();
        let rarest = &units[..units.len().min(RAREST)];
        let mut candidates = may;
        // What lacks just one property lacks just one.
        if properties > 0 && properties < units.len() && (properties > 1 || units.len() == 2) {
            candidates.extend(self.candidates(&units, Need::ButProperties, None)?);
        }
        if units.len() > 2 {
            candidates.extend(self.candidates(&units, Need::AllButOne, None)?);
        }
        if is_named || candidates.len() < self.limit {
            candidates.extend(self.candidates(if is_named { &units } else { rarest }, Need::Near, None)?);
        }
        let found = self.best(candidates, &units, Need::Near, None)?;
        let whole = found.first().is_some_and(|best| best.whole);
        let share = match found.iter().any(|found| found.whole) {
            _ if whole => Share::All,
            true => Share::AllLater,
            false => Share::Some,
        };
        // What lacks a word is only shown beside what has them all where it fits better.
        let found = found.into_iter().filter(|found| found.whole || !whole);
        let mut hits: Vec<Hit> = found.map(|found| found.hit).collect();
        if hits.is_empty() {
            hits = self.look(rarest, Need::Some, None)?;
            // Any of the words is little: what was asked about stands first.
            let named = self.named(&units)?;
            hits.splice(0..0, named.first().map(|record| Hit { record: *record, claim: None }));
        }
        let hits = self.with_the_named(&units, hits)?;
        Ok(Fitting { hits, share, ..Fitting::default() })
    }

    /// The hits, and among the first of them what goes by the rarest of the names that were asked about.
    fn with_the_named(&self, units: &Units<'q>, mut hits: Vec<Hit>) -> Result<Vec<Hit>, Error> {
        let named = if units.len() > 1 && self.among.is_none() { self.named(units)? } else { Vec::new() };
        if !named.is_empty() && !hits.iter().take(FIRST).any(|hit| named.contains(&hit.record)) {
            let place = hits.len().min(FIRST - 1);
            hits.splice(place..place, named.first().map(|record| Hit { record: *record, claim: None }));
        }
        let mut seen = HashSet::new();
        hits.retain(|hit| seen.insert(hit.record));
        Ok(hits)
    }

    /// The records that go by the rarest of the names that were asked about.
    fn named(&self, units: &Units<'q>) -> Result<Vec<usize>, Error> {
        let names = units.iter().filter(|(unit, _)| unit.is_name() && unit.key.is_some());
        let rarest = names.max_by(|(_, a), (_, b)| a.total_cmp(b)).and_then(|(unit, _)| unit.key.as_deref());
        rarest.map_or(Ok(Vec::new()), |key| self.index.named(None, key))
    }
}
