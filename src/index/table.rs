//! What is kept beside the index of every record and claim: what a filter or an order asks for, and no text.

use std::ops::Range;

use super::{chunks::chunks, document::days};
use crate::dataset::{Claim, Dataset, PROPERTIES, PartialDate, Property, Record, Value};

/// Days beyond all others.
const NEVER: i32 = i32::MIN;

/// A claim, as far as a filter or an order asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClaimRow {
    /// The first day of its own date.
    day: i32,
    /// Where its sources end.
    sources: u32,
    property: u8,
    /// Whether its value is a date.
    is_date: bool,
    /// The lengths of its value and its note, in words.
    pub value_words: u8,
    pub note_words: u8,
}

impl ClaimRow {
    /// The first day of the date that the claim is or for which it holds.
    pub(super) fn day(&self) -> Option<i32> {
        (self.day != NEVER).then_some(self.day)
    }

    pub(super) fn property(&self) -> Option<&'static Property> {
        PROPERTIES.get(usize::from(self.property))
    }

    /// Whether it stands on the timeline.
    pub(super) fn is_told(&self) -> bool {
        self.is_date && self.property().is_some_and(|property| property.timeline.is_some())
    }
}

/// A record, as far as a filter or an order asks.
#[derive(Debug, Clone, Copy)]
struct RecordRow {
    /// Where its claims end.
    claims: u32,
    names_words: u8,
    summary_words: u8,
}

/// How long texts are on average, in words.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lengths {
    pub names: f32,
    pub summary: f32,
    pub value: f32,
}

/// The rows of some records that stand one after the other.
#[derive(Debug, Default)]
struct Rows {
    records: Vec<RecordRow>,
    claims: Vec<ClaimRow>,
    sources: Vec<u32>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Rows,
    pub lengths: Lengths,
}

impl Rows {
    /// `names` are the words in all names of each record of the dataset.
    fn of(dataset: &Dataset, names: &[u32], range: Range<usize>) -> Self {
        let mut rows = Self::default();
        // Claims side by side mostly rest on the same source.
        let mut last: Option<(&str, u32)> = None;
        for record in &dataset.records()[range] {
            for claim in &record.claims {
                for id in &claim.sources {
                    if last.is_none_or(|(known, _)| known != id) {
                        last = dataset.place(id).map(|place| (id.as_str(), size(place)));
                    }
                    rows.sources.extend(last.map(|(_, place)| place));
                }
                let row = rows.row(dataset, names, claim);
                rows.claims.push(row);
            }
            let tags = record.tags.iter().map(|tag| count(tag)).sum::<usize>();
            rows.records.push(RecordRow {
                claims: size(rows.claims.len()),
                names_words: short(count(&record.name) + record.native_name.as_deref().map_or(0, count)),
                summary_words: short(1 + count(&record.summary) + tags),
            });
        }
        rows
    }

    /// The row of a claim whose sources are there already.
    fn row(&self, dataset: &Dataset, names: &[u32], claim: &Claim) -> ClaimRow {
        let own = own_date(claim);
        ClaimRow {
            day: own.map_or(NEVER, |date| days(date).0),
            sources: size(self.sources.len()),
            property: u8::try_from(claim.property.rank()).unwrap_or(u8::MAX),
            is_date: matches!(claim.value, Value::Date(_)),
            value_words: short(match &claim.value {
                Value::Ref(id) => dataset.place(id).map_or(1, |target| names[target] as usize),
                Value::Text(text) => count(text),
                Value::Date(_) => 3,
                Value::Quantity(_) | Value::Money(_) => count(&dataset.show(&claim.value)),
            }),
            note_words: short(1 + claim.note.as_deref().map_or(0, count)),
        }
    }

    /// Puts the rows of the records that follow after these.
    fn append(&mut self, mut next: Self) {
        let (claims, sources) = (size(self.claims.len()), size(self.sources.len()));
        next.records.iter_mut().for_each(|record| record.claims += claims);
        next.claims.iter_mut().for_each(|claim| claim.sources += sources);
        self.records.append(&mut next.records);
        self.claims.append(&mut next.claims);
        self.sources.append(&mut next.sources);
    }
}

impl Table {
    pub(super) fn of(dataset: &Dataset) -> Self {
        let records = dataset.records();
        let names = chunks(records.len(), |range| records[range].iter().map(names).collect::<Vec<_>>()).concat();
        let mut pieces = chunks(records.len(), |range| Rows::of(dataset, &names, range)).into_iter();
        let mut rows = pieces.next().unwrap_or_default();
        pieces.for_each(|piece| rows.append(piece));
        rows.records.shrink_to_fit();
        rows.claims.shrink_to_fit();
        rows.sources.shrink_to_fit();
        let (mut names, mut summary, mut value) = (0_u64, 0_u64, 0_u64);
        for record in &rows.records {
            names += u64::from(record.names_words);
            summary += u64::from(record.summary_words);
        }
        for claim in &rows.claims {
            value += u64::from(claim.value_words);
        }
        #[expect(clippy::cast_precision_loss, reason = "a rough measure")]
        let mean = |sum: u64, of: usize| (sum as f32 / of.max(1) as f32).max(1.0);
        let lengths = Lengths {
            names: mean(names, rows.records.len()),
            summary: mean(summary, rows.records.len()),
            value: mean(value, rows.claims.len()),
        };
        Self { rows, lengths }
    }

    fn first_claim(&self, record: usize) -> usize {
        record.checked_sub(1).map_or(0, |before| self.rows.records[before].claims as usize)
    }

    /// The claims of a record.
    pub(super) fn claims(&self, record: usize) -> &[ClaimRow] {
        &self.rows.claims[self.first_claim(record)..self.rows.records[record].claims as usize]
    }

    /// The places of the sources that a claim rests on.
    pub(super) fn sources(&self, record: usize, claim: usize) -> &[u32] {
        let at = self.first_claim(record) + claim;
        let start = at.checked_sub(1).map_or(0, |before| self.rows.claims[before].sources);
        &self.rows.sources[start as usize..self.rows.claims[at].sources as usize]
    }

    /// The lengths of the names and of the summary, in words.
    pub(super) fn words(&self, record: usize) -> (u8, u8) {
        let row = &self.rows.records[record];
        (row.names_words, row.summary_words)
    }

    /// The days of a record: when it happened or came to be; if that is not told, those for which its claims hold.
    pub(super) fn days(&self, record: usize) -> impl Iterator<Item = i32> {
        let claims = self.claims(record);
        let told = claims.iter().any(|claim| claim.is_date);
        claims.iter().filter(move |claim| claim.is_date || !told).filter_map(ClaimRow::day)
    }

    pub(super) fn len(&self) -> usize {
        self.rows.records.len()
    }
}

/// The date that a claim is or for which it holds.
fn own_date(claim: &Claim) -> Option<PartialDate> {
    if let Value::Date(date) = claim.value { Some(date) } else { claim.as_of }
}

/// The words in all names of a record.
fn names(record: &Record) -> u32 {
    size(record.names().map(count).sum())
}

/// The words of a text, roughly: what is between spaces, and every two characters that are not Latin.
fn count(text: &str) -> usize {
    if text.is_empty() {
        return 0;
    }
    let spaces = text.bytes().filter(|byte| *byte == b' ').count();
    let wide = text.bytes().filter(|byte| *byte >= 0xe0).count();
    1 + spaces + wide
}

fn short(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

fn size(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_roughly() {
        assert_eq!(count(""), 0);
        assert_eq!(count("export controls"), 2);
        assert_eq!(count("月之暗面"), 5);
    }
}
