//! What sources are called, and which records rest on them.

use std::{collections::HashMap, sync::Arc};

use tantivy::DocId;

use super::{
    Index,
    documents::{Bits, Documents},
};
use crate::{
    dataset::{Dataset, Link, Links, Record, SOURCE},
    spelling::{edits, forgiven, key},
};

/// The sources of a dataset.
pub(super) struct Sources {
    /// Their places, by the keys of what they may be called.
    called: HashMap<String, Vec<u32>>,
    citations: Arc<Links>,
    /// For each record its segment and its document there.
    documents: Vec<(usize, DocId)>,
}

impl Sources {
    /// `places`: those of the documents' records, for each segment.
    pub(super) fn of(dataset: &Dataset, places: &[Vec<u32>]) -> Self {
        let mut called: HashMap<String, Vec<u32>> = HashMap::new();
        let references = dataset.references();
        for (place, source) in (0..).zip(dataset.records()).filter(|(place, _)| references.kind(*place) == Some(SOURCE))
        {
            for key in names(source) {
                called.entry(key).or_default().extend(u32::try_from(place));
            }
        }
        let mut documents = vec![(usize::MAX, 0); dataset.records().len()];
        for (number, places) in places.iter().enumerate() {
            for (document, place) in (0..).zip(places) {
                if let Some(known) = documents.get_mut(*place as usize) {
                    *known = (number, document);
                }
            }
        }
        Self { called, citations: Arc::clone(dataset.cited()), documents }
    }

    /// The places of the sources that are called by one of these.
    pub(super) fn called(&self, names: &[String]) -> Vec<u32> {
        let mut sources: Vec<u32> =
            names.iter().filter_map(|name| self.called.get(&key(name))).flatten().copied().collect();
        sources.sort_unstable();
        sources.dedup();
        sources
    }
}

impl Sources {
    /// Whether a source is called so.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.called.contains_key(&key(name))
    }

    /// The nearest of what sources may be called.
    pub(super) fn nearest(&self, name: &str) -> Option<String> {
        let (typed, allowed) = (key(name), forgiven(name).min(2));
        let near = self.called.keys().filter_map(|key| Some((edits(&typed, key, allowed)?, key)));
        near.min().map(|(_, key)| key.clone())
    }
}

impl Index {
    /// The documents of the records that rest on one of the sources that are called so, and of these themselves.
    pub(super) fn resting_on(&self, called: &[String]) -> Documents {
        let mut found = Documents(self.reader.searcher().segment_readers().iter().map(Bits::none).collect());
        let mut add = |record: u32| {
            let (segment, document) = self.sources.documents[record as usize];
            if let Some(bits) = found.0.get_mut(segment) {
                bits.add(document);
            }
        };
        let sources = self.sources.called(called);
        for source in &sources {
            add(*source);
        }
        let citations = || sources.iter().map(|source| self.sources.citations.to(*source as usize));
        if citations().map(<[Link]>::len).sum::<usize>() < self.table.len() {
            citations().flatten().for_each(|link| add(link.record));
            return found;
        }
        // Sooner done than to go from each of so many citations to its record.
        let mut among = vec![false; self.table.len()];
        for source in &sources {
            among[*source as usize] = true;
        }
        for (record, place) in (0..).zip(0..self.table.len()) {
            if self.table.all_sources(place).iter().any(|source| among.get(*source as usize) == Some(&true)) {
                add(record);
            }
        }
        found
    }
}

/// The keys of what a source may be called: its names, its publisher, and its id up to any hyphen.
fn names(source: &Record) -> Vec<String> {
    let ends = source.id.match_indices('-').map(|(at, _)| &source.id[..at]);
    let publisher = source.source.iter().filter_map(|source| source.publisher.as_deref());
    let mut names: Vec<String> =
        ends.chain([source.id.as_str()]).chain(source.names()).chain(publisher).map(key).collect();
    names.sort_unstable();
    names.dedup();
    names
}
