//! What a question is made of: names, properties, numbers and other words.

use super::{
    Error, Index,
    asking::{self, LONGEST_PHRASE, PROPERTY_WORDS, beginning, hints, is_stop, spoken},
    chinese::is_ideograph,
    numbers,
    terms::Vocabulary,
    words::{Word, scan, words},
};
use crate::{
    dataset::{Kind, Property},
    spelling::{edits, key},
};

/// Words of a question beyond this many are left out.
pub(super) const MOST_WORDS: usize = 16;
/// A name has so many words at most to be recognised among others.
const LONGEST_NAME: usize = 6;
/// So many words of a question may have slips in them, and of so many it is tried to find out.
const MOST_SLIPS: usize = 4;
const MOST_TRIED: usize = 6;
/// A name that stands nearly everywhere, as `China` does here, is worth less: it is a word like any other, beside others.
const WEIGHTY: f32 = 0.45;
/// One thing that a question asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each says something else of the words")]
pub(super) struct Unit {
    /// Words that a record has to have all of; one such set is enough.
    pub forms: Vec<Vec<String>>,
    /// Whether these words have to stand side by side.
    pub together: bool,
    /// The properties that are called so.
    pub properties: Vec<&'static Property>,
    /// The key of a name that is called so.
    pub key: Option<String>,
    /// The kind of records that is called so, where something else is asked for besides it.
    pub kind: Option<Kind>,
    /// Whether it names a topic beside another name.
    pub topic: bool,
    /// Whether it is the name of a topic: what is said under it may lack it.
    pub theme: bool,
    /// Whether it names a version or a number of parts, of which another one is never meant: `B200`, `Claude 4`.
    pub designation: bool,
    /// Whether it is what a word was taken for that may well mean something else: one that is no name, or with two slips in it.
    pub guessed: bool,
    /// How many words it has.
    pub length: usize,
}

/// A word that was taken for another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The word as it was typed.
    pub typed: String,
    /// The word, or the words, that it was taken for.
    pub meant: String,
}

/// A question, understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Question {
    /// What is asked for.
    pub units: Vec<Unit>,
    /// Properties that the kind of question hints at: `where`, `when`, `who`.
    pub hints: Vec<&'static str>,
    /// Whether it is asked how the Chinese write a name.
    pub native: bool,
    /// Slips that were mended.
    pub taken: Vec<Taken>,
}

impl Unit {
    /// Whether it names what is asked about, so that a record without it is no answer.
    pub(super) fn is_name(&self) -> bool {
        self.designation || self.key.is_some() && self.kind.is_none() && self.properties.is_empty() && !self.topic
    }

    /// How much a record that has it tells of what is asked, if nothing has all that is asked: a property or a kind next to nothing,
    /// an exact number a lot.
    pub(super) fn if_known(&self) -> f32 {
        let words = f32::from(u8::try_from(self.length).unwrap_or(u8::MAX));
        match () {
            () if self.kind.is_some() => 0.0,
            () if self.is_property() => 0.5,
            () if self.is_number() => 2.0,
            () => words,
        }
    }

    /// How much it leaves open that it stands nowhere: a number may be remembered wrongly, and what Chinese words are is a
    /// guess.
    pub(super) fn if_unknown(&self) -> f32 {
        match () {
            () if self.is_number() => 0.0,
            () if self.forms.iter().flatten().any(|word| word.starts_with(is_ideograph)) => 0.5,
            () => 1.0,
        }
    }

    /// Whether it is a number or begins with one.
    fn is_number(&self) -> bool {
        self.forms.iter().any(|form| form.iter().any(|word| word.starts_with(|c: char| c.is_ascii_digit())))
    }

    /// Whether a record without it is no answer even if it has all the rest.
    pub(super) fn is_needed(&self) -> bool {
        self.is_name() && !self.theme
    }

    /// Whether it asks for a property rather than for a kind of record.
    pub(super) fn is_property(&self) -> bool {
        self.kind.is_none() && !self.properties.is_empty()
    }
}

impl Question {
    /// The key of the name, if some property of it is asked for, and of no other name.
    pub(super) fn property_of(&self) -> Option<&str> {
        let mut names = self.units.iter().filter(|unit| unit.is_name());
        match (names.next(), names.next()) {
            (Some(Unit { key: Some(key), .. }), None) if self.properties().next().is_some() => Some(key),
            _ => None,
        }
    }

    /// The properties that are asked for.
    pub(super) fn properties(&self) -> impl Iterator<Item = &'static Property> {
        self.units.iter().filter(|unit| unit.kind.is_none()).flat_map(|unit| unit.properties.iter().copied())
    }
}

impl Index {
    /// Reads a question word by word: names and properties of several words as one, and slips mended.
    pub(super) fn understand(&self, text: &str) -> Result<Question, Error> {
        let vocabulary = Vocabulary::of(self)?;
        let mut read = scan(text);
        read.truncate(MOST_WORDS);
        let (taken, guesses) = mend(&vocabulary, text, &mut read)?;
        let mut units: Vec<Unit> = Vec::new();
        let mut silent = Vec::new();
        let mut at = 0;
        let mut named = false;
        while at < read.len() {
            let mut unit = self.unit(&vocabulary, text, &read[at..])?;
            self.take_version(&mut unit, text, &read[at..])?;
            let is_known = || unit.key.is_some() || !unit.properties.is_empty();
            let guess = guesses.iter().find(|guess| read[at].at.is_empty() && read[at].at.start == guess.at);
            unit.guessed = guess.is_some_and(|guess| guess.is_far || !is_known());
            let said = spoken(&read[at..at + unit.length.clamp(1, read.len() - at)]);
            let legal = named && asking::begins_legal_form(&read[at..]);
            at += unit.length.max(1);
            named = legal || unit.key.is_some();
            if legal || asking::is_silent(&said) { silent.push(unit) } else { units.push(unit) }
        }
        if let Some(property) = asking::framed(&read) {
            units.retain(Unit::is_name);
            units.push(Unit { properties: vec![property], ..Unit::default() });
        }
        let said: Vec<&str> = read.iter().map(|word| word.text.as_str()).collect();
        let (hints, native) = (hints(&said), asking::asks_native(&said));
        if units.is_empty() {
            units = silent;
        }
        // `models` asks for a kind of record rather than for the topic of that name, unless nothing else is asked.
        if units.len() > 1 {
            for unit in &mut units {
                unit.kind = unit.forms.first().and_then(|form| asking::kind(&form.concat()));
                unit.forms.extend(unit.kind.map(|kind| words(kind.id)));
                unit.key = unit.key.take().filter(|_| unit.kind.is_none());
            }
            for unit in units.iter_mut().filter(|unit| unit.is_name()) {
                unit.theme = unit.key.as_deref().map_or(Ok(false), |key| self.is_topic(key))?;
            }
            // A topic is what is said of another name, if there is one.
            if units.iter().any(Unit::is_needed) {
                for unit in &mut units {
                    unit.topic = unit.theme;
                }
            }
            // Where a name is asked about, `open source` is its property rather than the topic of that name.
            let named = units.iter().any(Unit::is_name);
            for unit in units.iter_mut().filter(|unit| named && unit.is_property()) {
                unit.key = None;
            }
        }
        if units.iter().filter(|unit| !unit.is_property()).count() > 1 {
            for unit in units.iter_mut().filter(|unit| unit.key.is_some()) {
                unit.key = if self.weight(unit)? < WEIGHTY { None } else { unit.key.take() };
            }
        }
        Ok(Question { units, hints, native, taken })
    }

    /// The key of the one name that is asked about, where the question has small words and properties besides; and whether it
    /// has properties.
    ///
    /// # Errors
    /// If the index can't be read.
    pub fn asked_about(&self, text: &str) -> Result<Option<(String, bool)>, Error> {
        let question = self.understand(text)?;
        let about = |unit: &Unit| unit.key.clone().map(|key| (key, false));
        Ok(match question.units.as_slice() {
            [unit] => about(unit),
            _ => question.property_of().map(|key| (key.to_owned(), true)),
        })
    }

    /// Whether nothing but topics goes by a name.
    fn is_topic(&self, key: &str) -> Result<bool, Error> {
        let fields = &self.fields;
        let mut named = self.having([(fields.key, key), (fields.loose, key)])?;
        named.without(&self.having([(fields.kind, "topic")])?);
        Ok(named.is_empty())
    }

    /// What the words begin with: the longest name or property, a number, or a word.
    fn unit(&self, vocabulary: &Vocabulary, text: &str, words: &[Word]) -> Result<Unit, Error> {
        let first = &words[0];
        let named = longest_name(vocabulary, text, words)?;
        let property = beginning(words, |spoken| asking::called(spoken).cloned());
        let silent =
            beginning(words, |spoken| asking::is_silent(spoken).then_some(())).map_or(0, |(length, ())| length);
        let named_words = named.as_ref().map_or(0, |(length, _)| *length);
        let property_words = property.as_ref().map_or(0, |(length, _)| *length);
        let length = named_words.max(property_words);
        let together = |length: usize| vec![words[..length].iter().map(|word| word.text.clone()).collect::<Vec<_>>()];
        if silent > length.max(1) {
            return Ok(Unit { forms: together(silent), length: silent, ..Unit::default() });
        }
        if length > 1 || length == 1 && !first.text.starts_with(|c: char| c.is_ascii_digit()) {
            let mut forms = together(length);
            forms.extend((length == 1 && !first.also.is_empty()).then(|| first.also.clone()));
            if length == 1 && !vocabulary.knows(&first.text)? {
                // A name of two words that were written as one.
                forms.extend(vocabulary.halves(&first.text)?);
            }
            if length == 1 && named.is_none() {
                forms.extend(vocabulary.inflected(&first.text)?.into_iter().map(|form| vec![form]));
            }
            return Ok(Unit {
                forms,
                together: length == 1,
                properties: property.filter(|(words, _)| *words == length).map(|(_, all)| all).unwrap_or_default(),
                key: named.filter(|(words, _)| *words == length).map(|(_, key)| key),
                length,
                ..Unit::default()
            });
        }
        if first.text.starts_with(is_ideograph) {
            return Ok(self.chinese(words));
        }
        let key = named.map(|(_, key)| key);
        if let Some(value) = numbers::plain(first) {
            let length = if first.scaled { 2 } else { 1 };
            return Ok(Unit { forms: vec![vec![value.to_owned()]], length, key, ..Unit::default() });
        }
        if first.text.starts_with(|c: char| c.is_ascii_digit())
            && words.get(1).is_some_and(|word| word.text == "percent")
        {
            return Ok(Unit { forms: together(2), together: true, length: 2, ..Unit::default() });
        }
        let mut forms = together(1);
        let split = |also: &String| also.chars().all(|c| c.is_numeric() || c == '.') && also.len() > first.text.len();
        let (numbers, parts): (Vec<String>, Vec<String>) = first.also.iter().cloned().partition(split);
        let designation = !parts.is_empty();
        forms.extend(designation.then_some(parts));
        forms.extend(numbers.into_iter().map(|number| vec![number]));
        forms.extend(vocabulary.inflected(&first.text)?.into_iter().map(|form| vec![form]));
        Ok(Unit { forms, together: true, length: 1, key, designation, ..Unit::default() })
    }

    /// The longest word of the dataset's that a Chinese text begins with; if there is none, all up to the next such word,
    /// property or small word.
    fn chinese(&self, words: &[Word]) -> Unit {
        let follows = |pair: &[Word]| pair[1].at.start == pair[0].at.end && pair[1].text.starts_with(is_ideograph);
        let run = 1 + words.windows(2).take_while(|pair| follows(pair)).count();
        let folded: String = words[..run].iter().map(|word| word.text.as_str()).collect();
        let known = self.segmenter.words(&folded);
        let characters = |length: usize| words[..length].iter().map(|word| word.text.clone()).collect::<Vec<_>>();
        if let Some((_, longest)) = known.iter().filter(|(at, _)| *at == 0).max_by_key(|(_, word)| word.len()) {
            let length = longest.chars().count().min(run);
            let forms = vec![characters(length), vec![longest.clone()]];
            return Unit { forms, together: true, length, ..Unit::default() };
        }
        let told = |at: usize| {
            known.iter().any(|(start, _)| *start == at)
                || beginning(&words[at..run], |spoken| {
                    (asking::called(spoken).is_some() || asking::is_silent(spoken)).then_some(())
                })
                .is_some()
        };
        let length = (1..run).find(|at| told(*at)).unwrap_or(run);
        Unit { forms: vec![characters(length)], together: true, length, ..Unit::default() }
    }
}

/// The longest name that the words begin with, and its key.
fn longest_name(vocabulary: &Vocabulary, text: &str, words: &[Word]) -> Result<Option<(usize, String)>, Error> {
    for length in (1..=words.len().min(LONGEST_NAME)).rev() {
        let words = &words[..length];
        if length == 1 && is_stop(&words[0].text) {
            continue;
        }
        let typed: String = words.iter().map(|word| surface(text, word)).collect();
        let singular: String = words.iter().map(|word| word.text.as_str()).collect();
        for key in [typed, singular] {
            if vocabulary.is_name(&key)? {
                return Ok(Some((length, key)));
            }
        }
    }
    Ok(None)
}

/// The key of a word as it was typed; of a mended one as it was meant.
fn surface(text: &str, word: &Word) -> String {
    if word.at.is_empty() { key(&word.text) } else { key(&text[word.at.clone()]) }
}

/// A word that was put in place of another one.
struct Guess {
    /// Where it stands, in bytes.
    at: usize,
    /// Whether it is two slips away.
    is_far: bool,
}

/// Puts the words that were probably meant in place of those that stand nowhere, and tells of those that are other words than
/// were typed.
fn mend(vocabulary: &Vocabulary, text: &str, words: &mut Vec<Word>) -> Result<(Vec<Taken>, Vec<Guess>), Error> {
    let (mut taken, mut guesses) = (Vec::new(), Vec::new());
    let (mut at, mut tried) = (0, 0);
    while at < words.len() && taken.len() < MOST_SLIPS && tried < MOST_TRIED {
        if let Some((length, _)) = longest_name(vocabulary, text, &words[at..])? {
            at += length;
            continue;
        }
        let word = &words[at];
        let known = is_stop(&word.text)
            || word.text.starts_with(is_ideograph)
            || numbers::plain(word).is_some()
            || asking::called(&word.text).is_some()
            || vocabulary.knows(&word.text)?
            || !word.also.is_empty() && vocabulary.knows_all(&word.also)?
            || begins_property(words, at);
        tried += usize::from(!known);
        if !known && let Some(meant) = vocabulary.mended(&word.text, &PROPERTY_WORDS)? {
            let typed = text.get(word.at.clone()).unwrap_or(&word.text).to_owned();
            let place = word.at.end;
            if let [meant] = meant.as_slice() {
                guesses.push(Guess { at: place, is_far: edits(&word.text, meant, 1).is_none() });
            }
            // Two words that were written as one are what was typed.
            if meant.concat() != word.text {
                taken.push(Taken { typed, meant: meant.join(" ") });
            }
            let mended = meant.into_iter().map(|text| Word { text, also: Vec::new(), scaled: false, at: place..place });
            let mended: Vec<Word> = mended.collect();
            let count = mended.len();
            words.splice(at..=at, mended);
            at += count;
        } else {
            at += 1;
        }
    }
    Ok((taken, guesses))
}

/// Whether the word is part of what people say for a property, or of what says nothing.
fn begins_property(words: &[Word], at: usize) -> bool {
    (0..LONGEST_PHRASE).any(|before| {
        let Some(from) = at.checked_sub(before) else { return false };
        (at + 1..=(from + LONGEST_PHRASE).min(words.len())).any(|to| {
            let spoken = spoken(&words[from..to]);
            asking::called(&spoken).is_some() || asking::is_silent(&spoken)
        })
    })
}
