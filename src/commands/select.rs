//! Which records a list is narrowed to, in the words of the query language.

use std::collections::HashSet;

use super::Desk;
use crate::{
    dataset::{Claim, Dataset, KINDS, Kind, PartialDate, Record, Value},
    index::{
        self,
        language::{self, Asked, Filters},
    },
    reply::{Block, italic},
    spelling::{fold, key},
};

/// Links by which a record is where a company is.
const AT: [&str; 4] = ["developer", "operator", "affiliation", "parent"];

/// What a list is narrowed to.
pub(super) struct Selection<'d> {
    /// The filters and words as they were read.
    pub asked: Asked,
    dataset: &'d Dataset,
    /// The places of the records that have all of the words; `None` if there are no words.
    with_words: Option<HashSet<usize>>,
    /// Those of the records that have words that are not wanted.
    without_words: HashSet<usize>,
    wanted: Places,
    unwanted: Places,
}

/// The ids that the places and sources of filters stand for.
#[derive(Default)]
struct Places {
    places: HashSet<String>,
    sources: HashSet<String>,
}

impl<'d> Selection<'d> {
    /// Reads filters and words. A date by itself is a filter here: `!list policies 2023`.
    pub(super) fn read(desk: &'d Desk, words: &str) -> Result<Self, index::Error> {
        let asked = language::parse(&with_years(words));
        let with_words = with_words(desk, &asked)?;
        let mut without_words = HashSet::new();
        for unwanted in &asked.without {
            without_words.extend(desk.index.with_all_words(unwanted)?);
        }
        let wanted = Places::of(desk, &asked.filters)?;
        let unwanted = Places::of(desk, &asked.except)?;
        Ok(Self { asked, dataset: &desk.dataset, with_words, without_words, wanted, unwanted })
    }

    /// Whether everything is let through.
    pub(super) fn is_everything(&self) -> bool {
        self.asked.is_empty()
    }

    /// The kinds that are asked for; all of them if none is.
    pub(super) fn kinds(&self) -> Vec<Kind> {
        let asked = &self.asked.filters.kind;
        KINDS.iter().copied().filter(|kind| asked.is_empty() || asked.contains(kind)).collect()
    }

    /// Whether the record at this place fits, whatever its dates.
    pub(super) fn fits(&self, place: usize) -> bool {
        let Some(record) = self.dataset.records().get(place) else { return false };
        let Asked { filters, except, .. } = &self.asked;
        self.with_words.as_ref().is_none_or(|places| places.contains(&place))
            && !self.without_words.contains(&place)
            && (filters.kind.is_empty() || filters.kind.contains(&record.kind))
            && (filters.tag.is_empty() || tagged(record, &filters.tag))
            && (filters.place.is_empty() || self.is_at(record, &self.wanted))
            && (filters.source.is_empty() || cites(record, &self.wanted))
            && !except.kind.contains(&record.kind)
            && !tagged(record, &except.tag)
            && !(self.is_at(record, &self.unwanted) || cites(record, &self.unwanted))
    }

    /// Whether something of the record is dated within the days that are asked for.
    pub(super) fn dated(&self, record: &Record) -> bool {
        let dates = record.claims.iter().filter(|claim| claim.property.timeline.is_some());
        let source = record.source.as_ref().and_then(|source| source.date);
        !self.has_dates() || dates.filter_map(date_of).chain(source).any(|date| self.within(date))
    }

    /// Whether days are asked for at all.
    pub(super) fn has_dates(&self) -> bool {
        self.asked.filters.after.is_some() || self.asked.filters.before.is_some()
    }

    /// Whether a date lies within the days that are asked for.
    pub(super) fn within(&self, date: PartialDate) -> bool {
        let Filters { after, before, .. } = &self.asked.filters;
        after.is_none_or(|after| date.first_day() >= after) && before.is_none_or(|before| date.last_day() < before)
    }

    /// What was wrong with the filters, as a remark.
    pub(super) fn remark(&self) -> Option<Block> {
        self.asked.complaint.as_ref().map(|complaint| Block::Para(vec![italic(complaint)]))
    }

    /// Whether the record, or the company that stands behind it, is at one of the places.
    fn is_at(&self, record: &Record, at: &Places) -> bool {
        if at.places.is_empty() {
            return false;
        }
        let targets = |record: &'d Record, properties: &'static [&'static str]| {
            record.claims.iter().filter(|claim| properties.contains(&claim.property.id)).filter_map(
                |claim| match &claim.value {
                    Value::Ref(id) => Some(id.as_str()),
                    _ => None,
                },
            )
        };
        let Some(record) = self.dataset.get(&record.id) else { return false };
        let here = |record: &'d Record| {
            targets(record, &["headquarters", "place", "located_in"]).any(|id| at.places.contains(id))
        };
        at.places.contains(&record.id)
            || here(record)
            || targets(record, &AT).filter_map(|id| self.dataset.get(id)).any(here)
    }
}

impl Places {
    fn of(desk: &Desk, filters: &Filters) -> Result<Self, index::Error> {
        let mut found = Self::default();
        for name in &filters.place {
            let places = desk.index.named(crate::dataset::kind("place"), name)?;
            let mut open: Vec<&Record> = places.into_iter().map(|place| &desk.dataset.records()[place]).collect();
            while let Some(place) = open.pop() {
                if found.places.insert(place.id.clone()) {
                    let within = desk.dataset.links_to(&place.id);
                    open.extend(within.filter(|(_, claim)| claim.property.id == "located_in").map(|(part, _)| part));
                }
            }
            // A place that is not known lets nothing through, rather than everything.
            found.places.insert(String::new());
        }
        for name in &filters.source {
            let typed = key(name);
            let sources = desk.dataset.records().iter().filter(|record| record.source.is_some());
            let called = |record: &&Record| {
                let publisher = record.source.as_ref().and_then(|source| source.publisher.as_deref());
                record.names().chain([record.id.as_str()]).chain(publisher).any(|name| key(name).starts_with(&typed))
            };
            found.sources.extend(sources.filter(called).map(|record| record.id.clone()));
        }
        Ok(found)
    }
}

/// The places of the records that have the words that are wanted; `None` if there are no such words.
fn with_words(desk: &Desk, asked: &Asked) -> Result<Option<HashSet<usize>>, index::Error> {
    let text = asked.words.iter().chain(&asked.phrases).map(String::as_str).collect::<Vec<_>>().join(" ");
    let mut found: Option<HashSet<usize>> = None;
    if !text.is_empty() {
        found = Some(desk.index.with_all_words(&text)?.into_iter().collect());
    }
    for group in &asked.either {
        let mut either = HashSet::new();
        for text in group {
            either.extend(desk.index.with_all_words(text)?);
        }
        found = Some(match found {
            Some(found) => found.intersection(&either).copied().collect(),
            None => either,
        });
    }
    Ok(found)
}

fn tagged(record: &Record, tags: &[String]) -> bool {
    record.tags.iter().any(|tag| tags.iter().any(|asked| fold(tag) == *asked))
}

fn cites(record: &Record, at: &Places) -> bool {
    record.claims.iter().any(|claim| claim.sources.iter().any(|source| at.sources.contains(source)))
}

fn date_of(claim: &Claim) -> Option<PartialDate> {
    match claim.value {
        Value::Date(date) => Some(date),
        _ => None,
    }
}

/// The words with dates and spans of dates, outside of quotes, written as filters.
fn with_years(words: &str) -> String {
    let mut quoted = false;
    let words = words.split_whitespace().map(|word| {
        let outside = !quoted;
        quoted ^= word.chars().filter(|c| matches!(c, '"' | '“' | '”' | '„')).count() % 2 == 1;
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let date = digits >= 4 && word.chars().all(|c| c.is_ascii_digit() || "-./…–—".contains(c));
        if outside && date && language::parse(&format!("year:{word}")).complaint.is_none() {
            format!("year:{word}")
        } else {
            word.to_owned()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_by_itself_is_a_filter() {
        assert_eq!(with_years("tag:x 2023"), "tag:x year:2023");
        assert_eq!(with_years("2022..2023 chips 910"), "year:2022..2023 chips 910");
        assert_eq!(with_years("\"plan of 2023\" 20234"), "\"plan of 2023\" 20234");
    }
}
