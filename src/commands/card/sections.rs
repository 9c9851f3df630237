//! The parts of a card: a record's own claims by property, and the links that point to it.

use std::collections::HashSet;

use super::Desk;
use crate::{
    dataset::{Claim, KINDS, PROPERTIES, Record, SourceInfo, Value},
    spelling::key,
};

/// A part of a card.
pub(in crate::commands) struct Section<'d> {
    /// Its label.
    pub label: &'static str,
    /// Other names that people ask for it by.
    synonyms: Vec<&'static str>,
    /// What it lists; never empty.
    pub items: Vec<Item<'d>>,
    /// Whether sources contradict each other here.
    differ: bool,
}

/// One entry of a part.
pub(in crate::commands) enum Item<'d> {
    /// A claim of the record.
    Claim(&'d Claim),
    /// Another record, and its claim that points here.
    Link(&'d Record, &'d Claim),
    /// What a source says of itself.
    Words(String),
}

impl<'d> Section<'d> {
    fn take_in(&mut self, other: Section<'d>) {
        let other_end = |item: &Item| match item {
            Item::Claim(Claim { value: Value::Ref(id), .. }) => Some(id.clone()),
            Item::Link(from, _) => Some(from.id.clone()),
            _ => None,
        };
        let known: Vec<String> = self.items.iter().filter_map(other_end).collect();
        self.items.extend(other.items.into_iter().filter(|item| other_end(item).is_none_or(|id| !known.contains(&id))));
        self.synonyms.extend(other.synonyms);
        self.differ |= other.differ;
    }

    /// The label as the card shows it.
    pub(super) fn label(&self) -> String {
        if self.differ { format!("{} (sources differ)", self.label) } else { self.label.to_owned() }
    }

    /// Whether people may mean this part by `name`.
    pub(in crate::commands) fn is_called(&self, name: &str) -> bool {
        let name = key(name);
        key(self.label) == name || self.synonyms.iter().any(|synonym| key(synonym) == name)
    }
}

/// The parts of a record's card, in the order of the property table, links from other records last.
pub(in crate::commands) fn sections<'d>(desk: &'d Desk, record: &'d Record) -> Vec<Section<'d>> {
    let mut sections: Vec<_> = record.source.iter().flat_map(of_source).collect();
    for section in own(record).chain(links(desk, record)).chain(resting_on(desk, record)) {
        // A record's own links and those that point to it may go by one label.
        match sections.iter_mut().find(|known| known.label == section.label) {
            Some(known) => known.take_in(section),
            None => sections.push(section),
        }
    }
    sections
}

/// For a source: the records that have claims from it, those with the most claims first.
fn resting_on<'d>(desk: &'d Desk, source: &Record) -> Option<Section<'d>> {
    source.source.as_ref()?;
    let counts = desk
        .dataset
        .records()
        .iter()
        .map(|record| (record.claims.iter().filter(|claim| claim.sources.contains(&source.id)).count(), record));
    let mut counts: Vec<_> = counts.filter(|(count, _)| *count > 0).collect();
    counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let all: usize = counts.iter().map(|(count, _)| count).sum();
    let total = Item::Words(format!("{all} claims on {} records", counts.len()));
    let records = counts.iter().map(|(count, record)| Item::Words(format!("{} ({count})", record.name)));
    let items: Vec<Item> = std::iter::once(total).chain(records).collect();
    (all > 0).then_some(Section { label: "Rests on it", synonyms: vec!["records", "claims"], items, differ: false })
}

fn of_source<'d>(source: &SourceInfo) -> Vec<Section<'d>> {
    let part = |label, words: Option<String>| {
        words.map(|words| Section { label, synonyms: vec![], items: vec![Item::Words(words)], differ: false })
    };
    let authors = (!source.authors.is_empty()).then(|| source.authors.join(", "));
    [
        part("Publisher", source.publisher.clone()),
        part("Authors", authors),
        part("Date", source.date.map(|date| date.to_string())),
        part("Link", source.url.clone()),
        part("Language", source.language.clone()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn own(record: &Record) -> impl Iterator<Item = Section<'_>> {
    PROPERTIES.iter().filter_map(|property| {
        let mut claims: Vec<&Claim> = record.claims.iter().filter(|claim| claim.property == property).collect();
        if claims.is_empty() {
            return None;
        }
        claims.sort_by_key(|claim| std::cmp::Reverse(claim.as_of));
        let dates: HashSet<_> = claims.iter().map(|claim| claim.as_of).collect();
        // Values of different dates are a history; values of one date contradict each other.
        let differ = !property.many && dates.len() < claims.len();
        let synonyms = property.synonyms.iter().copied().chain([property.id]).collect();
        let items = claims.into_iter().map(Item::Claim).collect();
        Some(Section { label: property.label, synonyms, items, differ })
    })
}

fn links<'d>(desk: &'d Desk, record: &'d Record) -> Vec<Section<'d>> {
    let mut links: Vec<(&Record, &Claim)> = desk.dataset.links_to(&record.id).collect();
    let rank = |kind| KINDS.iter().position(|known| *known == kind);
    links.sort_by_key(|(from, claim)| (claim.property.rank(), rank(from.kind)));
    let mut sections: Vec<Section> = Vec::new();
    let mut seen = HashSet::new();
    for (from, claim) in links {
        let label = claim.property.reverse.unwrap_or(from.kind.title);
        if !seen.insert((label, &from.id)) {
            continue;
        }
        match sections.iter_mut().find(|section| section.label == label) {
            Some(section) => section.items.push(Item::Link(from, claim)),
            None => sections.push(Section {
                label,
                synonyms: vec![from.kind.id, from.kind.plural],
                items: vec![Item::Link(from, claim)],
                differ: false,
            }),
        }
    }
    sections
}
