//! How well the records that may fit a question do: read record by record and claim by claim.
//!
//! The index finds the records that have the words; where each word stands tells what it counts. A record is looked at as
//! a whole and by each of its claims alone, and the best of these views is what it is worth.

use std::collections::HashMap;

use super::{
    Error, Hit, Index,
    document::day,
    language::Filters,
    presence::{Candidate, Presence, has, positions, side_by_side},
    question::Unit,
    table::ClaimRow,
};

/// What a word counts in a record's name, in its other names, as its property, in a claim, in a summary or a note, and
/// anywhere else that is said of the record.
pub(super) const NAME: f32 = 6.0;
pub(super) const ALIAS: f32 = 5.0;
pub(super) const PROPERTY: f32 = 5.5;
const CLAIM: f32 = 3.0;
const SUMMARY: f32 = 1.5;
const ELSEWHERE: f32 = 0.3;
/// What it counts more that words are the whole of a name.
pub(super) const WHOLE_NAME: f32 = 3.0;
/// And that a claim is of the kind that a question word asks for.
const HINT: f32 = 1.0;
/// How much of the weaker matches of a word is added to its best one.
pub(super) const WEAKER: f32 = 0.05;
/// Scores that differ by less are equal.
const FINEST: f32 = 0.02;

/// How many of the units a record has to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Every one.
    All,
    /// All but one.
    AllButOne,
    /// Any.
    Some,
    /// Those that are no properties, and some of those that are.
    NamesAndSome,
}

/// What is asked for.
pub(super) struct Wanted<'q> {
    /// The units with what each is worth.
    pub units: &'q [(&'q Unit, f32)],
    pub need: Need,
    /// What is asked besides.
    pub frame: &'q Frame,
    /// The units of a question to one name alone: what doesn't tell of it does not fit.
    pub told: Option<&'q str>,
    /// Names that are preferred where they are the whole name.
    pub keys: &'q [&'q str],
    /// The properties that are preferred.
    pub hints: &'q [&'static str],
}

/// What is asked besides the words.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// Words side by side.
    pub phrases: Vec<Vec<String>>,
    /// And those that are not wanted so.
    pub without_phrases: Vec<Vec<String>>,
    /// Units of which one of each group is wanted.
    pub either: Vec<Vec<Unit>>,
    /// Whether only some days fit.
    pub filters: Filters,
    /// For a filter that asks for sources: their places, in order.
    pub sources: Option<Vec<u32>>,
    /// The places of the sources that are not wanted, in order.
    pub without_sources: Vec<u32>,
}

impl Frame {
    /// Whether a day lies within those that are asked for.
    pub(super) fn within(&self, of: i32) -> bool {
        self.filters.after.is_none_or(|after| of >= day(after))
            && self.filters.before.is_none_or(|before| of < day(before))
    }

    pub(super) fn has_days(&self) -> bool {
        self.filters.after.is_some() || self.filters.before.is_some()
    }
}

/// A view of a record: the whole, or one of its claims.
type View = Option<usize>;

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
    phrases: Vec<Vec<Presence>>,
    /// Whether a name is one of the candidate's.
    keys: HashMap<&'q str, Vec<[bool; 2]>>,
}

impl Index {
    /// The candidates that fit, best first; equal ones newest first, then in the dataset's order.
    pub(super) fn fitting_best(&self, mut candidates: Vec<Candidate>, wanted: &Wanted<'_>) -> Result<Vec<Hit>, Error> {
        candidates.sort_unstable();
        let fit = Fit::of(self, candidates, wanted)?;
        let mut found: Vec<_> = (0..fit.candidates.len()).filter_map(|number| fit.best(number)).collect();
        found.sort_unstable();
        Ok(found.into_iter().map(|(.., hit)| hit).collect())
    }
}

/// Sorts the best first.
type Order = (std::cmp::Reverse<i64>, std::cmp::Reverse<i64>, Hit);

impl<'q> Fit<'q> {
    fn of(index: &'q Index, candidates: Vec<Candidate>, wanted: &'q Wanted<'q>) -> Result<Self, Error> {
        let mut fit =
            Self { index, wanted, candidates, words: HashMap::new(), phrases: Vec::new(), keys: HashMap::new() };
        let asked: Vec<&Unit> =
            wanted.units.iter().map(|(unit, _)| *unit).chain(wanted.frame.either.iter().flatten()).collect();
        for word in asked.iter().flat_map(|unit| unit.forms.iter().flatten()) {
            if !fit.words.contains_key(word.as_str()) {
                let positions = positions(index, &fit.candidates, word)?;
                fit.words.insert(word, positions.iter().map(|positions| Presence::of(positions)).collect());
            }
        }
        for phrase in &wanted.frame.phrases {
            let words: Result<Vec<_>, Error> =
                phrase.iter().map(|word| positions(index, &fit.candidates, word)).collect();
            let words = words?;
            let together = (0..fit.candidates.len()).map(|number| Presence::of(&side_by_side(&words, number)));
            fit.phrases.push(together.collect());
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

    /// The best view of a candidate.
    fn best(&self, number: usize) -> Option<Order> {
        let record = self.candidates[number].place;
        let rows = self.index.table.claims(record);
        let mut best: Option<Order> = None;
        for view in std::iter::once(None).chain(self.telling(number).into_iter().map(Some)) {
            let Some(score) = self.score(number, view) else { continue };
            #[expect(clippy::cast_possible_truncation, reason = "scores are small")]
            let step = (score / FINEST).round() as i64;
            let day = match view {
                Some(claim) => rows.get(claim).copied().and_then(ClaimRow::day).map_or(i64::MIN, i64::from),
                None => i64::MAX,
            };
            let found = (std::cmp::Reverse(step), std::cmp::Reverse(day), Hit { record, claim: view });
            best = Some(best.map_or(found, |best| best.min(found)));
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
    fn score(&self, number: usize, view: View) -> Option<f32> {
        let wanted = self.wanted;
        if !self.passes(number, view) || wanted.told.is_some_and(|key| !self.tells_of(number, view, key)) {
            return None;
        }
        let (mut score, mut missing, mut properties) = (0.0, 0, 0);
        for (unit, weight) in wanted.units {
            match self.unit(unit, number, view) {
                Some(count) => {
                    score += weight * count;
                    properties += usize::from(!unit.properties.is_empty());
                }
                None if wanted.need == Need::NamesAndSome && unit.properties.is_empty() => return None,
                None => missing += 1,
            }
        }
        let fits = match wanted.need {
            Need::All => missing == 0,
            Need::AllButOne => missing <= 1,
            Need::Some => missing < wanted.units.len(),
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
        for key in wanted.keys {
            score += if self.keys[key][number].contains(&true) { WHOLE_NAME } else { 0.0 };
        }
        let rows = self.index.table.claims(self.candidates[number].place);
        if let Some(property) = view.and_then(|claim| rows.get(claim)).copied().and_then(ClaimRow::property) {
            score += if wanted.hints.contains(&property.id) { HINT } else { 0.0 };
        }
        Some(score)
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
        let named = self.wanted.units.iter().filter(|(unit, _)| unit.key.is_some());
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
            let words = form.iter().map(|word| self.word(&self.words[word.as_str()][number], number, view, WEAKER));
            if let Some(sum) = words.sum::<Option<f32>>() {
                most.add(sum);
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
