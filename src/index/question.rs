//! What a question is made of: names, properties, numbers and other words.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    Error, Index,
    chinese::is_ideograph,
    numbers,
    terms::Vocabulary,
    words::{Word, scan, words},
};
use crate::{
    dataset::{KINDS, PROPERTIES, Property, ValueType},
    spelling::key,
};

/// Words of a question beyond this many are left out.
pub(super) const MOST_WORDS: usize = 16;
/// A name has so many words at most to be recognised among others.
const LONGEST_NAME: usize = 6;
/// And what people say for a property so many.
const LONGEST_PROPERTY: usize = 4;
/// So many words of a question may have slips in them.
const MOST_SLIPS: usize = 4;

/// Words that say nothing of what is asked, unless nothing else is asked.
const STOP_WORDS: [&str; 55] = [
    "a", "about", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "did", "do", "does", "for",
    "from", "give", "has", "have", "how", "i", "in", "into", "is", "it", "its", "many", "me", "much", "my", "of", "on",
    "or", "please", "show", "tell", "than", "that", "the", "their", "there", "this", "to", "was", "were", "what",
    "when", "where", "which", "who", "why", "will", "with",
];

/// What people call the properties, words in the singular and one space between them.
static CALLED: LazyLock<HashMap<String, Vec<&'static Property>>> = LazyLock::new(|| {
    let mut called: HashMap<String, Vec<&'static Property>> = HashMap::new();
    for property in PROPERTIES.iter().filter(|property| property.id != "related") {
        let id = property.id.replace('_', " ");
        // What it is called first stands before what others may be called too.
        for name in [property.label, id.as_str()].into_iter().chain(property.synonyms.iter().copied()) {
            let properties = called.entry(words(name).join(" ")).or_default();
            if !properties.contains(&property) {
                properties.push(property);
            }
        }
    }
    called
});

/// Those of them that are one word.
static PROPERTY_WORDS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| CALLED.keys().map(String::as_str).filter(|name| !name.contains(' ')).collect());

/// One thing that a question asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Unit {
    /// Words that have to stand together in a record; one such set is enough.
    pub forms: Vec<Vec<String>>,
    /// The properties that are called so.
    pub properties: Vec<&'static Property>,
    /// The key of a name that is called so.
    pub key: Option<String>,
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
    /// Slips that were mended.
    pub taken: Vec<Taken>,
}

impl Question {
    /// The key of the name, if nothing is asked but some property of it.
    pub(super) fn property_of(&self) -> Option<&str> {
        let mut names = self.units.iter().filter(|unit| unit.properties.is_empty());
        match (names.next(), names.next()) {
            // `models` asks for a kind of record rather than for the topic of that name.
            (Some(Unit { key: Some(key), .. }), None) if self.units.len() > 1 && !is_kind(key) => Some(key),
            _ => None,
        }
    }
}

impl Index {
    /// Reads a question word by word: names and properties of several words as one, and slips mended.
    pub(super) fn understand(&self, text: &str) -> Result<Question, Error> {
        let vocabulary = Vocabulary::of(self)?;
        let mut read = scan(text);
        read.truncate(MOST_WORDS);
        let taken = mend(&vocabulary, text, &mut read)?;
        let mut units = Vec::new();
        let mut silent = Vec::new();
        let mut at = 0;
        while at < read.len() {
            let unit = self.unit(&vocabulary, text, &read[at..])?;
            at += unit.length.max(1);
            let stop = unit.length == 1 && unit.forms.iter().flatten().all(|word| is_stop(word));
            if stop { silent.push(unit) } else { units.push(unit) }
        }
        let said: Vec<&str> = read.iter().map(|word| word.text.as_str()).collect();
        let hints = hints(&said);
        if units.is_empty() {
            units = silent;
        }
        Ok(Question { units, hints, taken })
    }

    /// What the words begin with: the longest name or property, a number, or a word.
    fn unit(&self, vocabulary: &Vocabulary, text: &str, words: &[Word]) -> Result<Unit, Error> {
        let first = &words[0];
        let named = longest_name(vocabulary, text, words)?;
        let property = (1..=words.len().min(LONGEST_PROPERTY)).rev().find_map(|length| {
            let spoken = words[..length].iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
            CALLED.get(&spoken).map(|properties| (length, properties.clone()))
        });
        let named_words = named.as_ref().map_or(0, |(length, _)| *length);
        let property_words = property.as_ref().map_or(0, |(length, _)| *length);
        let length = named_words.max(property_words);
        let together = |length: usize| vec![words[..length].iter().map(|word| word.text.clone()).collect::<Vec<_>>()];
        if length > 1 || length == 1 && !first.text.starts_with(|c: char| c.is_ascii_digit()) {
            let mut forms = together(length);
            forms.extend((length == 1 && !first.also.is_empty()).then(|| first.also.clone()));
            if length == 1 && named.is_none() {
                forms.extend(vocabulary.inflected(&first.text)?.into_iter().map(|form| vec![form]));
            }
            return Ok(Unit {
                forms,
                properties: property.filter(|(words, _)| *words == length).map(|(_, all)| all).unwrap_or_default(),
                key: named.filter(|(words, _)| *words == length).map(|(_, key)| key),
                length,
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
        let mut forms = together(1);
        let split = |also: &String| also.chars().all(|c| c.is_numeric() || c == '.') && also.len() > first.text.len();
        let (numbers, parts): (Vec<String>, Vec<String>) = first.also.iter().cloned().partition(split);
        forms.extend((!parts.is_empty()).then_some(parts));
        forms.extend(numbers.into_iter().map(|number| vec![number]));
        forms.extend(vocabulary.inflected(&first.text)?.into_iter().map(|form| vec![form]));
        Ok(Unit { forms, length: 1, key, ..Unit::default() })
    }

    /// The longest word of the dataset's that a Chinese text begins with, or its first character.
    fn chinese(&self, words: &[Word]) -> Unit {
        let mut run = 1;
        while run < words.len()
            && words[run].at.start == words[run - 1].at.end
            && words[run].text.starts_with(is_ideograph)
        {
            run += 1;
        }
        let folded: String = words[..run].iter().map(|word| word.text.as_str()).collect();
        let cut = self.segmenter.words(&folded).into_iter().filter(|(at, _)| *at == 0).map(|(_, word)| word);
        let longest = cut.max_by_key(String::len);
        let length = longest.as_ref().map_or(1, |word| word.chars().count());
        let mut forms = vec![words[..length.min(run)].iter().map(|word| word.text.clone()).collect()];
        forms.extend(longest.map(|word| vec![word]));
        Unit { forms, length, ..Unit::default() }
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

/// Puts the words that were probably meant in place of those that stand nowhere.
fn mend(vocabulary: &Vocabulary, text: &str, words: &mut Vec<Word>) -> Result<Vec<Taken>, Error> {
    let mut taken = Vec::new();
    let mut at = 0;
    while at < words.len() && taken.len() < MOST_SLIPS {
        if let Some((length, _)) = longest_name(vocabulary, text, &words[at..])? {
            at += length;
            continue;
        }
        let word = &words[at];
        let known = is_stop(&word.text)
            || word.text.starts_with(is_ideograph)
            || numbers::plain(word).is_some()
            || CALLED.contains_key(&word.text)
            || vocabulary.knows(&word.text)?
            || !word.also.is_empty() && vocabulary.knows_all(&word.also)?
            || begins_property(words, at);
        if !known && let Some(meant) = vocabulary.mended(&word.text, &PROPERTY_WORDS)? {
            let typed = text.get(word.at.clone()).unwrap_or(&word.text).to_owned();
            let place = word.at.end;
            taken.push(Taken { typed, meant: meant.join(" ") });
            let mended = meant.into_iter().map(|text| Word { text, also: Vec::new(), scaled: false, at: place..place });
            let mended: Vec<Word> = mended.collect();
            let count = mended.len();
            words.splice(at..=at, mended);
            at += count;
        } else {
            at += 1;
        }
    }
    Ok(taken)
}

/// Whether the word is part of what people say for a property.
fn begins_property(words: &[Word], at: usize) -> bool {
    (0..LONGEST_PROPERTY).any(|before| {
        let Some(from) = at.checked_sub(before) else { return false };
        (at + 1..=(from + LONGEST_PROPERTY).min(words.len())).any(|to| {
            let spoken = words[from..to].iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
            CALLED.contains_key(&spoken)
        })
    })
}

fn is_kind(word: &str) -> bool {
    KINDS.iter().any(|kind| kind.id == word || kind.plural == word)
}

fn is_stop(word: &str) -> bool {
    STOP_WORDS.contains(&word)
}

/// What a question word asks for.
fn hints(said: &[&str]) -> Vec<&'static str> {
    let asks = |word: &str| said.contains(&word);
    let fits = |property: &&Property| match property.value {
        ValueType::Date => asks("when"),
        ValueType::Ref(kinds) | ValueType::RefOrText(kinds) => {
            asks("who") && (kinds.contains(&"person") || kinds.contains(&"company"))
                || asks("where") && kinds.contains(&"place")
        }
        ValueType::Money | ValueType::Amount => asks("much") || asks("many"),
        ValueType::Quantity => asks("many"),
        ValueType::Text => false,
    };
    PROPERTIES.iter().filter(fits).map(|property| property.id).collect()
}
