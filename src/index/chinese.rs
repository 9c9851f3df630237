//! Chinese text: its words, and how names sound.

use std::{collections::HashSet, sync::Arc};

use jieba_rs::Jieba;
use pinyin::ToPinyinMulti as _;

use super::kept::Kept;
use crate::{
    dataset::{Dataset, Record},
    spelling::{fold, key},
};

/// A name is written down in at most so many readings.
const MOST_READINGS: usize = 16;
/// Longer names are read character by character, in the first reading of each.
const LONGEST_READ: usize = 24;
/// How often a name is taken to occur; among names alone any number will do.
const FREQUENCY: usize = 1_000;

/// Whether this is a Chinese character.
pub(super) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Cuts Chinese text into the words that the dataset's own names are made of.
#[derive(Clone)]
pub(super) struct Segmenter(Option<Arc<Jieba>>);

impl Segmenter {
    /// With the names of a dataset as its dictionary. A general one is not needed: what is no name is found by its
    /// characters.
    pub(super) fn of(dataset: &Dataset) -> Self {
        let mut segmenter = Self(None);
        dataset.records().iter().for_each(|record| segmenter.learn(record));
        segmenter
    }

    /// The same for the dataset that comes after another one.
    pub(super) fn after(&self, before: &Dataset, dataset: &Dataset, kept: &Kept) -> Self {
        let new = || kept.places.iter().zip(dataset.records()).filter(|(place, _)| place.is_none()).map(|(_, new)| new);
        let known: HashSet<&str> = new().flat_map(words_of).collect();
        // What is no name any more can't be taken out, and it may be another record's.
        if kept
            .gone
            .iter()
            .flat_map(|place| words_of(&before.records()[*place as usize]))
            .any(|word| !known.contains(word))
        {
            return Self::of(dataset);
        }
        let mut segmenter = self.clone();
        new().for_each(|record| segmenter.learn(record));
        segmenter
    }

    fn learn(&mut self, record: &Record) {
        for word in words_of(record) {
            let word = fold(word);
            let jieba = self.0.get_or_insert_with(|| Arc::new(Jieba::empty()));
            if !jieba.has_word(&word) {
                Arc::make_mut(jieba).add_word(&word, Some(FREQUENCY), None);
            }
        }
    }

    /// The words of two characters or more, each with the number of characters before it in `text`, which is all Chinese.
    pub(super) fn words(&self, text: &str) -> Vec<(usize, String)> {
        let Some(jieba) = &self.0 else { return Vec::new() };
        let cut = jieba.cut_for_search(text, false);
        let words = cut.into_iter().filter(|word| word.end > word.start + 1);
        words.map(|word| (word.start, word.word.to_owned())).collect()
    }
}

/// The words that a record's names add to the dictionary.
fn words_of(record: &Record) -> impl Iterator<Item = &str> {
    let names = record.names().filter(|name| !name.is_ascii());
    names.flat_map(runs).filter(|run| run.chars().nth(1).is_some())
}

/// The runs of Chinese characters in a text.
pub(super) fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_ideograph(c)).filter(|run| !run.is_empty())
}

/// The keys of a Chinese name as it sounds, in each reading; empty for a name that has no Chinese in it.
pub(super) fn sounds(name: &str) -> Vec<String> {
    if !name.chars().any(is_ideograph) {
        return Vec::new();
    }
    let name = fold(name);
    let several = name.chars().count() <= LONGEST_READ;
    let mut sounds = vec![String::new()];
    for c in name.chars() {
        let mut readings: Vec<String> = match c.to_pinyin_multi() {
            Some(readings) => readings.into_iter().map(|reading| key(reading.plain())).collect(),
            None => vec![key(&c.to_string())],
        };
        readings.sort_unstable();
        let first = c.to_pinyin_multi().and_then(|all| all.into_iter().next()).map(|reading| key(reading.plain()));
        readings.dedup();
        if !several || sounds.len() * readings.len() > MOST_READINGS {
            readings = vec![first.unwrap_or_else(|| key(&c.to_string()))];
        }
        sounds =
            readings.iter().flat_map(|reading| sounds.iter().map(move |sound| format!("{sound}{reading}"))).collect();
    }
    sounds.retain(|sound| !sound.is_empty());
    sounds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_aloud() {
        assert!(sounds("月之暗面").contains(&"yuezhianmian".to_owned()));
        assert!(sounds("智谱AI").contains(&"zhipuai".to_owned()));
        assert!(sounds("中国银行").contains(&"zhongguoyinhang".to_owned()));
        assert!(sounds("Moonshot").is_empty());
    }
}
