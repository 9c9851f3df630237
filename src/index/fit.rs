//! How well the records that may fit a question do: read record by record and claim by claim.
//!
//! The index finds the records that have the words; where each word stands tells what it counts. A record is looked at as
//! a whole and by each of its claims alone, and the best of these views is what it is worth.

use std::collections::HashMap;

use super::{
    Error, Hit, Index,
    presence::{Candidate, Presence, has, positions, side_by_side},
    question::Unit,
    table::ClaimRow,
    wanted::{Need, Wanted},
};

/// What a word counts in a record's name, in its other names, as its property, in a claim, in a summary or a note, and
/// anywhere else that is said of the record.
pub(super) const NAME: f32 = 6.0;
pub(super) const ALIAS: f32 = 5.0;
pub(super) const PROPERTY: f32 = 5.5;
const CLAIM: f32 = 3.0;
const SUMMARY: f32 = 1.5;
const ELSEWHERE: f32 = 0.3;
/// That a record is of the kind that is asked for.
const KIND: f32 = 1.5;
/// What it counts more that words are the whole of a name.
pub(super) const WHOLE_NAME: f32 = 3.0;
/// And that a claim is of the kind that a question word asks for.
const HINT: f32 = 1.0;
/// How much of the weaker matches of a word is added to its best one.
pub(super) const WEAKER: f32 = 0.05;
/// A word that the record has, but not the claim, is had so far.
const BESIDE: f32 = 0.8;
/// Scores that differ by less are equal.
const FINEST: f32 = 0.02;

/// A view of a record: the whole, or one of its claims.
type View = Option<usize>;

/// A record that fits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub hit: Hit,
    /// What the units count on average, each by what it is worth.
    pub strength: f32,
    /// Whether it has all of the units.
    pub whole: bool,
}

/// The best of several counts, and a little of the others.
#[derive(Debug, Default)]
struct Most {
    best: f32,
    sum: f32,
}

impl Most {
    fn add(&mut self, count: f32) {
        self.best = self.best.max(count);
        self.sum += count;
    }

    fn total(&self, weaker: f32) -> Option<f32> {
        (self.best > 0.0).then_some(self.best + weaker * (self.sum - self.best))
    }
}

/// Candidates with where each word stands in them.
struct Fit<'q> {
    index: &'q Index,
    wanted: &'q Wanted<'q>,
    candidates: Vec<Candidate>,
    words: HashMap<&'q str, Vec<Presence>>,
    /// Forms of which the words have to stand side by side.
    together: HashMap<&'q [String], Vec<Presence>>,
    phrases: Vec<Vec<Presence>>,
    /// Whether a name is one of the candidate's.
    keys: HashMap<&'q str, Vec<[bool; 2]>>,
}

impl Index {
    /// The candidates that fit, best first; equal ones newest first, then in the dataset's order.
    pub(super) fn fitting_best(
        &self,
        mut candidates: Vec<Candidate>,
        wanted: &Wanted<'_>,
    ) -> Result<Vec<Found>, Error> {
        candidates.sort_unstable();
        candidates.dedup();
        let fit = Fit::of(self, candidates, wanted)?;
        let mut found: Vec<_> = (0..fit.candidates.len()).filter_map(|number| fit.best(number)).collect();
        found.sort_unstable_by_key(|(order, _)| *order);
        Ok(found.into_iter().map(|(_, found)| found).collect())
    }
}

/// Sorts the best first.
type Order = (std::cmp::Reverse<i64>, std::cmp::Reverse<i64>, Hit);

impl<'q> Fit<'q> {
    fn of(index: &'q Index, candidates: Vec<Candidate>, wanted: &'q Wanted<'q>) -> Result<Self, Error> {
        let mut fit = Self {
            index,
            wanted,
            candidates,
            words: HashMap::new(),
            together: HashMap::new(),
            phrases: Vec::new(),
            keys: HashMap::new(),
        };
        let asked: Vec<&Unit> =
            wanted.units.iter().map(|(unit, _)| *unit).chain(wanted.frame.either.iter().flatten()).collect();
        for word in asked.iter().flat_map(|unit| unit.forms.iter().flatten()) {
            if !fit.words.contains_key(word.as_str()) {
                let positions = positions(index, &fit.candidates, word)?;
                fit.words.insert(word, positions.iter().map(|positions| Presence::of(word, positions)).collect());
            }
        }
        for phrase in &wanted.frame.phrases {
            let together = fit.side_by_side(phrase)?;
            fit.phrases.push(together);
        }
        for form in asked.iter().filter(|unit| unit.together).flat_map(|unit| &unit.forms) {
            if form.len() > 1 && !fit.together.contains_key(form.as_slice()) {
                let together = fit.side_by_side(form)?;
                fit.together.insert(form, together);
            }
        }
        let keys = asked.iter().filter_map(|unit| unit.key.as_deref()).chain(wanted.keys.iter().copied());
        for key in keys.chain(wanted.told) {
            if !fit.keys.contains_key(key) {
                let exact = has(index, &fit.candidates, index.fields.key, key)?;
                let loose = has(index, &fit.candidates, index.fields.loose, key)?;
                fit.keys.insert(key, exact.into_iter().zip(loose).map(|(exact, loose)| [exact, loose]).collect());
            }
        }
        Ok(fit)
    }

    /// Where words stand side by side.
    fn side_by_side(&self, words: &[String]) -> Result<Vec<Presence>, Error> {
        let first = words.first().map_or("", String::as_str);
        let words: Result<Vec<_>, Error> =
            words.iter().map(|word| positions(self.index, &self.candidates, word)).collect();
        let words = words?;
        let presence = |number| Presence::of(first, &side_by_side(&words, number));
        Ok((0..self.candidates.len()).map(presence).collect())
    }

    /// The best view of a candidate.
    fn best(&self, number: usize) -> Option<(Order, Found)> {
        let record = self.candidates[number].place;
        let rows = self.index.table.claims(record);
        let mut best: Option<(Order, Found)> = None;
        for view in std::iter::once(None).chain(self.telling(number).into_iter().map(Some)) {
            let Some((score, found)) = self.score(number, view) else { continue };
            #[expect(clippy::cast_possible_truncation, reason = "scores are small")]
            let step = (score / FINEST).round() as i64;
            let day = match view {
                Some(claim) => rows.get(claim).copied().and_then(ClaimRow::day).map_or(i64::MIN, i64::from),
                None => i64::MAX,
            };
            let order = (std::cmp::Reverse(step), std::cmp::Reverse(day), found.hit);
            if best.is_none_or(|(best, _)| order < best) {
                best = Some((order, found));
            }
        }
        best
    }

    /// The claims that may fit better than the whole record.
    fn telling(&self, number: usize) -> Vec<usize> {
        let rows = self.index.table.claims(self.candidates[number].place);
        let frame = self.wanted.frame;
        let all = frame.has_days() || frame.sources.is_some() || !frame.without_sources.is_empty();
        let asks = |id: &str| {
            self.wanted.hints.contains(&id)
                || self.wanted.units.iter().any(|(unit, _)| unit.properties.iter().any(|property| property.id == id))
                || frame.either.iter().flatten().any(|unit| unit.properties.iter().any(|property| property.id == id))
        };
        let mut claims: Vec<usize> = (0..rows.len())
            .filter(|claim| all || rows[*claim].property().is_some_and(|property| asks(property.id)))
            .collect();
        let here = |of: &Vec<Presence>| -> Vec<usize> {
            let presence = &of[number];
            presence.values.iter().chain(&presence.notes).copied().collect()
        };
        claims.extend(self.words.values().chain(&self.phrases).flat_map(here));
        claims.sort_unstable();
        claims.dedup();
        // That a record is related to another one says nothing that anybody asks for.
        claims.retain(|claim| {
            rows.get(*claim).is_some_and(|row| row.property().is_some_and(|property| property.id != "related"))
        });
        claims
    }

    /// What a view is worth. `None` if it does not fit.
    fn score(&self, number: usize, view: View) -> Option<(f32, Found)> {
        let wanted = self.wanted;
        if !self.passes(number, view) || wanted.told.is_some_and(|key| !self.tells_of(number, view, key)) {
            return None;
        }
        let (mut score, mut missing, mut properties, mut lacking) = (0.0, 0, 0, 0);
        let (mut all, mut here, mut beside) = (0.0, 0.0, 0.0);
        for (unit, weight) in wanted.units {
            all += weight;
            match self.unit(unit, number, view) {
                Some(count) => {
                    score += weight * count;
                    here += weight;
                    properties += usize::from(unit.is_property());
                }
                None if wanted.need.includes(unit) => return None,
                None if unit.is_property() && wanted.need == Need::ButProperties => {}
                None => {
                    if wanted.need == Need::Near && view.is_some() && self.unit(unit, number, None).is_some() {
                        beside += weight;
                    }
                    missing += 1;
                    lacking += usize::from(unit.is_name());
                }
            }
        }
        let whole = missing == 0;
        let strength = if all > 0.0 { score / all } else { 0.0 };
        let names = wanted.units.iter().filter(|(unit, _)| unit.is_name()).count();
        let fits = match wanted.need {
            Need::All | Need::ButProperties => missing == 0,
            Need::AllButOne => missing <= 1,
            Need::Near | Need::Some => missing < wanted.units.len() && (names == 0 || lacking < names),
            Need::NamesAndSome => properties > 0,
        };
        if !fits {
            return None;
        }
        for (phrase, words) in self.phrases.iter().zip(&wanted.frame.phrases) {
            let weaker = if words.len() == 1 { WEAKER } else { 0.0 };
            let length = f32::from(u8::try_from(words.len()).unwrap_or(u8::MAX));
            score += length * self.word(&phrase[number], number, view, weaker)?;
        }
        for either in &wanted.frame.either {
            let counts: Vec<f32> = either.iter().filter_map(|unit| self.unit(unit, number, view)).collect();
            if counts.is_empty() {
                return None;
            }
            score += counts.iter().sum::<f32>();
        }
        // What is said of the one asked about goes before what is said of others that have it in their name.
        if wanted.told.is_some_and(|key| self.keys[key][number].contains(&true)) {
            score += NAME;
        }
        for key in wanted.keys {
            score += if self.keys[key][number].contains(&true) { WHOLE_NAME } else { 0.0 };
        }
        if wanted.units.len() > 1 && wanted.units.iter().all(|(unit, _)| self.is_in_name(unit, number)) {
            score += WHOLE_NAME;
        }
        let rows = self.index.table.claims(self.candidates[number].place);
        if let Some(property) = view.and_then(|claim| rows.get(claim)).copied().and_then(ClaimRow::property) {
            score += if wanted.hints.contains(&property.id) { HINT } else { 0.0 };
        }
        if wanted.need == Need::Near && all > 0.0 {
            score *= ((here + BESIDE * beside) / all).powi(2);
        }
        let hit = Hit { record: self.candidates[number].place, claim: view };
        Some((score, Found { hit, strength, whole }))
    }

    /// Whether all words of a unit stand in the name of a candidate, or in its other names.
    fn is_in_name(&self, unit: &Unit, number: usize) -> bool {
        if unit.kind.is_some() {
            return false;
        }
        let words = |form: &Vec<String>, of: fn(&Presence) -> bool| {
            !form.is_empty() && form.iter().all(|word| of(&self.words[word.as_str()][number]))
        };
        unit.forms.iter().any(|form| words(form, |presence| presence.names) || words(form, |presence| presence.aliases))
    }

    /// Whether the filters that ask for more than the record let a view through.
    fn passes(&self, number: usize, view: View) -> bool {
        let (frame, table) = (self.wanted.frame, &self.index.table);
        let record = self.candidates[number].place;
        if frame.has_days() {
            let own = view.and_then(|claim| table.claims(record).get(claim)).copied().and_then(ClaimRow::day);
            if !own.map_or_else(|| table.days(record).any(|day| frame.within(day)), |day| frame.within(day)) {
                return false;
            }
        }
        let rests = |sources: &[u32]| {
            let (own, on) = match view {
                Some(claim) => (false, table.sources(record, claim)),
                None => (is_among(sources, u32::try_from(record).unwrap_or(u32::MAX)), table.all_sources(record)),
            };
            own || on.iter().any(|source| is_among(sources, *source))
        };
        frame.sources.as_deref().is_none_or(rests)
            && (frame.without_sources.is_empty() || !rests(&frame.without_sources))
    }

    /// Whether a view is of what goes by a name, or has it in a claim's value or in its own name.
    fn tells_of(&self, number: usize, view: View, key: &str) -> bool {
        let stands = |form: &Vec<String>| {
            let all =
                |stands: &dyn Fn(&Presence) -> bool| form.iter().all(|word| stands(&self.words[word.as_str()][number]));
            all(&|presence| presence.names)
                || all(&|presence| presence.aliases)
                || view.is_some_and(|claim| all(&|presence| presence.values.contains(&claim)))
        };
        let named = self.wanted.units.iter().filter(|(unit, _)| unit.is_name());
        self.keys[key][number].contains(&true) || named.flat_map(|(unit, _)| &unit.forms).any(stands)
    }

    /// One of the forms of a unit, or the property or name that is called so.
    fn unit(&self, unit: &Unit, number: usize, view: View) -> Option<f32> {
        let mut most = Most::default();
        let rows = self.index.table.claims(self.candidates[number].place);
        if let Some(own) = view.and_then(|claim| rows.get(claim)).copied().and_then(ClaimRow::property)
            && let Some(place) = unit.properties.iter().position(|property| *property == own)
        {
            // What a property is called itself counts a little more than what others are called too.
            most.add(if place == 0 { PROPERTY } else { PROPERTY - 0.5 });
        }
        if let Some(key) = &unit.key {
            let words = f32::from(u8::try_from(unit.length).unwrap_or(u8::MAX));
            for _ in self.keys[key.as_str()][number].iter().filter(|has| **has) {
                most.add(NAME * words);
            }
        }
        for form in unit.forms.iter().filter(|form| !form.is_empty()) {
            let count = if let Some(together) = self.together.get(form.as_slice()).filter(|_| unit.together) {
                let words = f32::from(u8::try_from(form.len()).unwrap_or(u8::MAX));
                self.word(&together[number], number, view, WEAKER).map(|count| count * words)
            } else {
                form.iter().map(|word| self.word(&self.words[word.as_str()][number], number, view, WEAKER)).sum()
            };
            count.inspect(|count| most.add(*count));
            if unit.kind.is_some() && form.iter().all(|word| self.words[word.as_str()][number].kind) {
                most.add(KIND);
            }
        }
        most.total(WEAKER)
    }

    /// What it counts that a word stands where it does.
    fn word(&self, presence: &Presence, number: usize, view: View, weaker: f32) -> Option<f32> {
        if !presence.is_anywhere() {
            return None;
        }
        let table = &self.index.table;
        let record = self.candidates[number].place;
        let (names, summary) = table.words(record);
        let mut most = Most::default();
        if presence.names {
            most.add(NAME * shorter(names, table.lengths.names));
        }
        if presence.aliases {
            most.add(ALIAS);
        }
        let elsewhere = presence.elsewhere || !presence.values.is_empty();
        let Some(claim) = view else {
            if presence.summary || presence.kind {
                most.add(SUMMARY * shorter(summary, table.lengths.summary));
            }
            if elsewhere || !presence.notes.is_empty() {
                most.add(ELSEWHERE);
            }
            return most.total(weaker);
        };
        let row = table.claims(record).get(claim)?;
        // That a claim repeats a name of its own record makes it no better than the others.
        if (presence.names || presence.aliases) && !presence.number {
            return most.total(weaker);
        }
        if presence.values.contains(&claim) {
            most.add(CLAIM * shorter(row.value_words, table.lengths.value));
        }
        if presence.kind || presence.notes.contains(&claim) {
            most.add(SUMMARY * shorter(row.note_words, table.lengths.summary));
        }
        if row.is_told() && (elsewhere || presence.summary) {
            most.add(ELSEWHERE);
        }
        most.total(weaker)
    }
}

/// Whether a source is among some that stand in order.
fn is_among(sources: &[u32], source: u32) -> bool {
    sources.binary_search(&source).is_ok()
}

/// BM25 for a word that stands once in a text, with its usual parameters: 1 for a text as long as most, more for a shorter
/// one.
fn shorter(length: u8, mean: f32) -> f32 {
    2.2 / (1.0 + 1.2 * (0.25 + 0.75 * f32::from(length) / mean))
}
