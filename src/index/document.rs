//! Records and claims as documents.

use std::collections::HashMap;

use tantivy::TantivyDocument;

use super::{chinese::sounds, schema::Fields, words::words};
use crate::{
    dataset::{Claim, Dataset, PartialDate, Record, SOURCE, Value},
    spelling::{fold, key},
};

/// A place lies in another one, that in a third, and so on: so many of them are followed.
const DEEPEST_PLACE: usize = 4;

/// Writes the documents of a dataset.
pub(super) struct Writer<'d> {
    fields: Fields,
    dataset: &'d Dataset,
    /// What each source may be called by.
    sources: HashMap<&'d str, Vec<String>>,
}

impl<'d> Writer<'d> {
    pub(super) fn new(fields: Fields, dataset: &'d Dataset) -> Self {
        let sources = dataset.records().iter().filter(|record| record.kind == SOURCE);
        let sources = sources.map(|source| (source.id.as_str(), called(source))).collect();
        Self { fields, dataset, sources }
    }

    /// The documents of a record, its own first.
    pub(super) fn documents(&self, place: usize, record: &'d Record) -> Vec<TantivyDocument> {
        let base = self.base(place, record);
        // That a record is related to another one says nothing that anybody asks for.
        let telling = record.claims.iter().enumerate().filter(|(_, claim)| claim.property.id != "related");
        let claims: Vec<_> = telling.map(|(number, claim)| self.claim(base.clone(), record, (number, claim))).collect();
        std::iter::once(self.record(base, record)).chain(claims).collect()
    }

    /// What the record's document and those of its claims have in common.
    fn base(&self, place: usize, record: &Record) -> TantivyDocument {
        let fields = &self.fields;
        let mut document = TantivyDocument::default();
        document.add_text(fields.kind, record.kind.id);
        document.add_u64(fields.record, place as u64);
        let mut keys: Vec<_> = record.names().map(key).chain([key(&record.id)]).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys.iter().filter(|key| !key.is_empty()) {
            document.add_text(fields.key, key);
        }
        let singular = record.names().map(|name| words(name).concat());
        let mut loose: Vec<_> =
            record.names().flat_map(sounds).chain(singular).filter(|loose| !keys.contains(loose)).collect();
        loose.sort_unstable();
        loose.dedup();
        for loose in loose {
            document.add_text(fields.loose, loose);
        }
        for name in std::iter::once(&record.name).chain(&record.native_name) {
            document.add_text(fields.names, name);
        }
        for alias in &record.aliases {
            document.add_text(fields.aliases, alias);
        }
        for tag in &record.tags {
            document.add_text(fields.tag, fold(tag));
        }
        for key in self.places(record) {
            document.add_text(fields.place, key);
        }
        document
    }

    fn record(&self, mut document: TantivyDocument, record: &Record) -> TantivyDocument {
        let fields = &self.fields;
        document.add_u64(fields.claim, 0);
        for name in std::iter::once(&record.name).chain(&record.native_name) {
            document.add_text(fields.name_key, key(name));
        }
        document.add_text(fields.summary, &record.summary);
        document.add_text(fields.summary, record.kind.id);
        for tag in &record.tags {
            document.add_text(fields.summary, tag);
        }
        for claim in &record.claims {
            document.add_text(fields.all, claim.property.label);
            document.add_text(fields.all, self.dataset.show(&claim.value));
            if let Some(text) = &claim.note {
                document.add_text(fields.all, text);
            }
        }
        if let Some(source) = &record.source {
            for text in source.publisher.iter().chain(&source.authors) {
                document.add_text(fields.summary, text);
            }
        }
        let mut sources: Vec<&str> =
            record.claims.iter().flat_map(|claim| &claim.sources).map(String::as_str).collect();
        sources.extend((record.kind == SOURCE).then_some(record.id.as_str()));
        self.add_sources(&mut document, sources);
        for date in dates(record) {
            document.add_i64(fields.day, days(date).0);
        }
        document
    }

    fn claim(
        &self,
        mut document: TantivyDocument,
        record: &Record,
        (number, claim): (usize, &Claim),
    ) -> TantivyDocument {
        let fields = &self.fields;
        document.add_u64(fields.claim, number as u64 + 1);
        document.add_text(fields.property, claim.property.id);
        document.add_text(fields.summary, record.kind.id);
        document.add_text(fields.body, self.dataset.show(&claim.value));
        if let Value::Money(money) = &claim.value {
            document.add_text(fields.body, spoken(&money.currency));
            if let Some(converted) = &money.converted {
                document.add_text(fields.body, spoken(&converted.currency));
            }
        }
        if let Value::Ref(id) = &claim.value
            && let Some(target) = self.dataset.get(id)
        {
            for name in target.names().skip(1) {
                document.add_text(fields.body, name);
            }
        }
        if let Some(text) = &claim.note {
            document.add_text(fields.summary, text);
        }
        self.add_sources(&mut document, claim.sources.iter().map(String::as_str).collect());
        let own = if let Value::Date(date) = &claim.value { Some(*date) } else { claim.as_of };
        let dates = own.map_or_else(|| dates(record), |date| vec![date]);
        for date in dates {
            document.add_i64(fields.day, days(date).0);
        }
        if let Some(date) = own {
            document.add_i64(fields.as_of, days(date).0);
        }
        if let (Some(told), Value::Date(date)) = (claim.property.timeline, &claim.value) {
            document.add_text(fields.all, told);
            document.add_text(fields.all, &record.summary);
            // A timeline is narrowed by whatever is said of what happened.
            for text in
                record.tags.iter().cloned().chain(record.claims.iter().map(|claim| self.dataset.show(&claim.value)))
            {
                document.add_text(fields.all, text);
            }
            let (first, last) = days(*date);
            document.add_i64(fields.first_day, first);
            document.add_i64(fields.last_day, last);
        }
        document
    }

    fn add_sources(&self, document: &mut TantivyDocument, mut ids: Vec<&str>) {
        ids.sort_unstable();
        ids.dedup();
        for called in ids.into_iter().filter_map(|id| self.sources.get(id)).flatten() {
            document.add_text(self.fields.source, called);
        }
    }

    /// The keys of the places that a record points to or is, and of those around them.
    fn places(&self, record: &Record) -> Vec<String> {
        let mut ids: Vec<&str> = vec![];
        let mut next: Vec<&Record> = vec![record];
        // A model is where its developer is.
        next.extend(record.claims.iter().filter_map(|claim| match &claim.value {
            Value::Ref(id) if matches!(claim.property.id, "developer" | "operator" | "affiliation" | "parent") => {
                self.dataset.get(id)
            }
            _ => None,
        }));
        for _ in 0..DEEPEST_PLACE {
            let mut around = Vec::new();
            for record in next {
                for claim in &record.claims {
                    if let Value::Ref(id) = &claim.value
                        && let Some(place) = self.dataset.get(id)
                        && matches!(claim.property.id, "headquarters" | "place" | "located_in")
                        && !ids.contains(&id.as_str())
                    {
                        ids.push(id);
                        around.push(place);
                    }
                }
            }
            next = around;
        }
        ids.extend((record.kind.id == "place").then_some(record.id.as_str()));
        let places = ids.into_iter().filter_map(|id| self.dataset.get(id));
        let mut keys: Vec<String> = places.flat_map(|place| place.names().map(key)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// What a source may be called by: its names, its publisher, and its id up to any hyphen.
fn called(source: &Record) -> Vec<String> {
    let ends = source.id.match_indices('-').map(|(at, _)| &source.id[..at]);
    let publisher = source.source.iter().filter_map(|source| source.publisher.as_deref());
    let mut called: Vec<String> =
        ends.chain([source.id.as_str()]).chain(source.names()).chain(publisher).map(key).collect();
    called.sort_unstable();
    called.dedup();
    called
}

/// The dates of a record: when it happened or came to be; if that is not told, those for which its claims hold.
fn dates(record: &Record) -> Vec<PartialDate> {
    let told = |claim: &Claim| if let Value::Date(date) = claim.value { Some(date) } else { None };
    let dates: Vec<PartialDate> = record.claims.iter().filter_map(told).collect();
    if dates.is_empty() { record.claims.iter().filter_map(|claim| claim.as_of).collect() } else { dates }
}

/// What people call a currency.
fn spoken(currency: &str) -> &'static str {
    match currency {
        "CNY" => "yuan renminbi rmb",
        "USD" => "dollar",
        "EUR" => "euro",
        "GBP" => "pound",
        _ => "",
    }
}

/// The first and the last day of a date, in days since 1970-01-01.
pub(super) fn days(date: PartialDate) -> (i64, i64) {
    (day(date.first_day()), day(date.last_day()))
}

/// A day, counted from 1970-01-01.
pub(super) fn day(day: jiff::civil::Date) -> i64 {
    let since = day - jiff::civil::date(1970, 1, 1);
    i64::from(since.get_days())
}
