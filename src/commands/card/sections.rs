//! The parts of a card: a record's own claims by property, and the links that point to it.

use std::collections::HashSet;

use super::{Desk, properties_called};
use crate::{
    dataset::{BuildQuick, Claim, PROPERTIES, Record, SourceInfo, Value},
    spelling::key,
};

/// A part lists so many entries; of what is beyond them only the number is told. More than a message has room for.
const MOST_LISTED: usize = 200;

/// The parts that only the card of a source has.
pub(super) const OF_SOURCES: [&str; 6] = ["Publisher", "Authors", "Date", "Link", "Language", RESTING];
const RESTING: &str = "Rests on it";

/// A part of a card.
pub(in crate::commands) struct Section<'d> {
    /// Its label.
    pub label: &'static str,
    /// Other names that people ask for it by.
    synonyms: Vec<&'static str>,
    /// What it lists; never empty. At most [`MOST_LISTED`] entries.
    pub items: Vec<Item<'d>>,
    /// How many more entries there are.
    beyond: usize,
    /// Whether sources contradict each other here.
    pub differ: bool,
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

impl<'d> Item<'d> {
    /// The claim behind it.
    pub fn claim(&self) -> Option<&'d Claim> {
        match self {
            Self::Claim(claim) | Self::Link(_, claim) => Some(claim),
            Self::Words(_) => None,
        }
    }
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
        self.beyond += other.beyond;
        self.synonyms.extend(other.synonyms);
        self.differ |= other.differ;
    }

    /// How many entries there are, those that are not listed too.
    pub(super) fn count(&self) -> usize {
        self.items.len() + self.beyond
    }

    /// The label as the card shows it.
    pub(super) fn label(&self) -> String {
        if self.differ { format!("{} (sources differ)", self.label) } else { self.label.to_owned() }
    }

    /// Whether people may mean this part by `name`.
    pub(in crate::commands) fn is_called(&self, name: &str) -> bool {
        let typed = key(name);
        key(self.label) == typed
            || self.synonyms.iter().any(|synonym| key(synonym) == typed)
            || properties_called(name).iter().any(|property| self.synonyms.contains(&property.id))
    }
}

/// The parts of a record's card, in the order of the property table, links from other records last.
pub(in crate::commands) fn sections<'d>(desk: &'d Desk, record: &'d Record) -> Vec<Section<'d>> {
    let mut sections: Vec<_> = record.source.as_deref().into_iter().flat_map(of_source).collect();
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
    let citations = desk.dataset.citations(&source.id);
    let records = || citations.chunk_by(|a, b| a.record == b.record);
    let all = records().count();
    let total = Item::Words(format!("{} claims on {all} records", citations.len()));
    let named = records().take(MOST_LISTED).map(|claims| {
        let (record, _) = desk.dataset.follow(claims[0]);
        Item::Words(format!("{} ({})", record.name, claims.len()))
    });
    let items: Vec<Item> = std::iter::once(total).chain(named).collect();
    let section = Section { label: RESTING, synonyms: vec!["records", "claims"], items, beyond: 0, differ: false };
    (all > 0).then_some(Section { beyond: all.saturating_sub(MOST_LISTED), ..section })
}

fn of_source<'d>(source: &SourceInfo) -> Vec<Section<'d>> {
    let part = |label, words: Option<String>| {
        words.map(|words| Section {
            label,
            synonyms: vec![],
            items: vec![Item::Words(words)],
            beyond: 0,
            differ: false,
        })
    };
    let authors = (!source.authors.is_empty()).then(|| source.authors.join(", "));
    let date = source.date.map(|date| date.to_string());
    let said = [source.publisher.clone(), authors, date, source.url.clone(), source.language.clone()];
    OF_SOURCES.into_iter().zip(said).filter_map(|(label, words)| part(label, words)).collect()
}

fn own(record: &Record) -> impl Iterator<Item = Section<'_>> {
    PROPERTIES.iter().filter_map(|property| {
        let mut claims: Vec<&Claim> = record.claims.iter().filter(|claim| claim.property == property).collect();
        if claims.is_empty() {
            return None;
        }
        claims.sort_by_key(|claim| std::cmp::Reverse(claim.as_of));
        // Values of different dates are a history; values of one date contradict each other.
        let contradict = |pair: &[&Claim]| pair[0].as_of == pair[1].as_of && pair[0].value != pair[1].value;
        let differ = !property.many && claims.windows(2).any(contradict);
        let synonyms = vec![property.id];
        let items = claims.into_iter().map(Item::Claim).collect();
        Some(Section { label: property.label, synonyms, items, beyond: 0, differ })
    })
}

fn links<'d>(desk: &'d Desk, record: &'d Record) -> Vec<Section<'d>> {
    let mut sections: Vec<Section> = Vec::new();
    let mut seen: HashSet<(usize, u32), BuildQuick> = HashSet::default();
    // The links stand in the order of properties and kinds, and what has many links has few of those.
    let links = desk.dataset.links(&record.id);
    for run in links.chunk_by(|a, b| (a.property, a.kind) == (b.property, b.kind)) {
        let (from, claim) = desk.dataset.follow(run[0]);
        let label = claim.property.backwards(from.kind);
        let place = sections.iter().position(|section| section.label == label).unwrap_or_else(|| {
            let synonyms = vec![from.kind.id, from.kind.plural];
            sections.push(Section { label, synonyms, items: Vec::new(), beyond: 0, differ: false });
            sections.len() - 1
        });
        let section = &mut sections[place];
        let room = MOST_LISTED.saturating_sub(section.items.len()).min(run.len());
        for link in &run[..room] {
            let (from, claim) = desk.dataset.follow(*link);
            if seen.insert((place, link.record)) {
                section.items.push(Item::Link(from, claim));
            }
        }
        section.beyond += run.len() - room;
    }
    sections
}
