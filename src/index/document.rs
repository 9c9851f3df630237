//! Records as documents.

use std::collections::HashSet;

use tantivy::TantivyDocument;

use super::{chinese::sounds, layout::Text, schema::Fields, words::words};
use crate::{
    dataset::{Claim, Dataset, PartialDate, Record, Value, property, quick},
    spelling::{fold, key},
};

/// A place lies in another one, that in a third, and so on: so many of them are followed.
const DEEPEST_PLACE: usize = 4;

/// Writes the documents of a dataset.
pub(super) struct Writer<'d> {
    fields: Fields,
    dataset: &'d Dataset,
    /// The places of the properties by which a record is another one's, and by which it is somewhere.
    belongs: Vec<u8>,
    lies: Vec<u8>,
}

impl<'d> Writer<'d> {
    pub(super) fn new(fields: Fields, dataset: &'d Dataset) -> Self {
        let ranks = |ids: &[&str]| ids.iter().filter_map(|id| property(id)?.rank().try_into().ok()).collect();
        // A model is where its developer is.
        let belongs = ranks(&["developer", "operator", "affiliation", "parent"]);
        Self { fields, dataset, belongs, lies: ranks(&["headquarters", "place", "located_in"]) }
    }

    /// The document of a record. By the fingerprint it is seen whether it is still up to date.
    pub(super) fn document(&self, place: usize, fingerprint: u64) -> TantivyDocument {
        let fields = &self.fields;
        let record = &self.dataset.records()[place];
        let mut document = TantivyDocument::default();
        document.add_u64(fields.id, quick(record.id.as_str()));
        document.add_u64(fields.fingerprint, fingerprint);
        document.add_text(fields.kind, record.kind.id);
        self.add_keys(&mut document, record);
        for name in names(record) {
            document.add_text(fields.names, name);
        }
        for alias in &record.aliases {
            document.add_text(fields.aliases, alias);
        }
        for tag in &record.tags {
            document.add_text(fields.tag, fold(tag));
        }
        for key in self.places(place) {
            document.add_text(fields.place, key);
        }
        let mut properties: Vec<&str> = record.claims.iter().map(|claim| claim.property.id).collect();
        properties.sort_unstable();
        properties.dedup();
        for property in properties {
            document.add_text(fields.property, property);
        }
        document.add_text(fields.text, self.text(place, record));
        document
    }

    fn add_keys(&self, document: &mut TantivyDocument, record: &Record) {
        let fields = &self.fields;
        let mut keys: Vec<_> = record.names().map(key).chain([key(&record.id)]).collect();
        keys.sort_unstable();
        keys.dedup();
        let own: Vec<_> = names(record).map(|name| key(name)).collect();
        for key in keys.iter().filter(|key| !key.is_empty()) {
            document.add_text(fields.key, key);
            // Twice, by which it is known for one of the record's own.
            if own.contains(key) {
                document.add_text(fields.key, key);
            }
        }
        let singular = record.names().map(|name| words(name).concat());
        let whole = record.names().filter_map(whole_version);
        let mut loose: Vec<_> = record
            .names()
            .flat_map(sounds)
            .chain(singular)
            .chain(whole)
            .filter(|loose| keys.binary_search(loose).is_err())
            .collect();
        loose.sort_unstable();
        loose.dedup();
        for loose in loose {
            document.add_text(fields.loose, loose);
        }
    }

    /// All that is said of a record, part by part.
    fn text(&self, place: usize, record: &Record) -> String {
        let mut text = Text::default();
        for name in names(record) {
            text.add(name);
        }
        text.next();
        for alias in &record.aliases {
            text.add(alias);
        }
        text.next();
        text.add(record.kind.id);
        text.add(&record.summary);
        for tag in &record.tags {
            text.add(tag);
        }
        if let Some(source) = &record.source {
            for said in source.publisher.iter().chain(&source.authors) {
                text.add(said);
            }
        }
        text.next();
        for claim in &record.claims {
            text.add(claim.property.label);
            if let (Some(told), Value::Date(_)) = (claim.property.timeline, &claim.value) {
                text.add(told);
            }
        }
        for (number, claim) in record.claims.iter().enumerate() {
            text.next();
            self.add_value(&mut text, claim, self.dataset.target(place, number));
            text.next();
            if let Some(note) = &claim.note {
                text.add(note);
            }
        }
        text.into_string()
    }

    fn add_value(&self, text: &mut Text, claim: &Claim, target: Option<usize>) {
        match &claim.value {
            Value::Ref(id) => match target.map(|target| &self.dataset.records()[target]) {
                Some(target) => target.names().for_each(|name| text.add(name)),
                None => text.add(id),
            },
            Value::Text(value) => text.add(value),
            Value::Money(money) => {
                text.add(&money.to_string());
                text.add(spoken(&money.currency));
                if let Some(converted) = &money.converted {
                    text.add(spoken(&converted.currency));
                }
            }
            value => text.add(&self.dataset.show(value)),
        }
    }

    /// The keys of the places that a record is at or in.
    fn places(&self, record: usize) -> Vec<String> {
        let mut keys: Vec<String> =
            self.around(record).into_iter().flat_map(|place| self.dataset.records()[place].names().map(key)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The places that a record points to or is, and those around them: where they stand among the records.
    pub(super) fn around(&self, record: usize) -> Vec<usize> {
        let mut found: Vec<usize> = vec![];
        let mut known: HashSet<usize> = HashSet::new();
        let mut next: Vec<usize> = vec![record];
        next.extend(self.targets(record, &self.belongs));
        for _ in 0..DEEPEST_PLACE {
            let mut around = Vec::new();
            for place in next.into_iter().flat_map(|record| self.targets(record, &self.lies)) {
                if known.insert(place) {
                    found.push(place);
                    around.push(place);
                }
            }
            next = around;
        }
        if self.dataset.references().kind(record).is_some_and(|kind| kind.id == "place") {
            found.push(record);
        }
        found
    }

    /// Where the claims of a record lead that are of some properties.
    fn targets(&self, record: usize, properties: &[u8]) -> impl Iterator<Item = usize> {
        let references = self.dataset.references();
        let claims = references.claims(record).filter(|claim| properties.contains(&references.property(*claim)));
        claims.filter_map(|claim| references.target(claim))
    }
}

/// The name and the native name.
fn names(record: &Record) -> impl Iterator<Item = &String> {
    std::iter::once(&record.name).chain(&record.native_name)
}

/// The key of a name with the version in whole numbers: `MiniCPM 3.0` is `MiniCPM 3`.
fn whole_version(name: &str) -> Option<String> {
    let (before, after) = name.split_once(".0")?;
    (!after.starts_with(|c: char| c.is_numeric())).then(|| key(&format!("{before} {after}")))
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
pub(super) fn days(date: PartialDate) -> (i32, i32) {
    (day(date.first_day()), day(date.last_day()))
}

/// A day, counted from 1970-01-01.
pub(super) fn day(day: jiff::civil::Date) -> i32 {
    let since = day - jiff::civil::date(1970, 1, 1);
    since.get_days()
}
