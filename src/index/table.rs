//! What is kept beside the index of every record and claim: what a filter or an order asks for, and no text.

use std::{ops::Range, sync::Arc};

use super::{document::days, kept::Kept};
use crate::dataset::{Claim, Dataset, Kind, PROPERTIES, PartialDate, Property, References, Value, chunks};

/// Days beyond all others.
const NEVER: i32 = i32::MIN;

/// A claim, as far as a filter or an order asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClaimRow {
    /// The first day of its own date.
    day: i32,
    property: u8,
    /// Whether its value is a date.
    is_date: bool,
    /// The lengths of its value and its note, in words.
    pub value_words: u8,
    pub note_words: u8,
}

impl ClaimRow {
    /// The first day of the date that the claim is or for which it holds.
    pub(super) fn day(self) -> Option<i32> {
        (self.day != NEVER).then_some(self.day)
    }

    pub(super) fn property(self) -> Option<&'static Property> {
        PROPERTIES.get(usize::from(self.property))
    }

    /// Whether it stands on the timeline.
    pub(super) fn is_told(self) -> bool {
        self.is_date && self.property().is_some_and(|property| property.timeline.is_some())
    }
}

/// A record, as far as a filter or an order asks.
#[derive(Debug, Clone, Copy)]
struct RecordRow {
    /// Where its claims end.
    claims: u32,
    names_words: u8,
    all_names_words: u8,
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
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Rows,
    references: Arc<References>,
    pub lengths: Lengths,
}

impl Rows {
    fn of(dataset: &Dataset, before: Option<(&Table, &Kept)>, range: Range<usize>) -> Self {
        let mut rows = Self::default();
        for (place, record) in range.clone().zip(&dataset.records()[range]) {
            if let Some((table, kept)) = before
                && let Some(same) = kept.places[place]
            {
                rows.claims.extend(table.claims(same as usize));
                rows.records.push(RecordRow { claims: size(rows.claims.len()), ..table.rows.records[same as usize] });
                continue;
            }
            rows.claims.extend(record.claims.iter().map(|claim| row(dataset, claim)));
            let tags = record.tags.iter().map(|tag| count(tag)).sum::<usize>();
            rows.records.push(RecordRow {
                claims: size(rows.claims.len()),
                names_words: short(count(&record.name) + record.native_name.as_deref().map_or(0, count)),
                all_names_words: short(record.names().map(count).sum()),
                summary_words: short(1 + count(&record.summary) + tags),
            });
        }
        rows
    }

    /// Puts the rows of the records that follow after these.
    fn append(&mut self, mut next: Self) {
        let claims = size(self.claims.len());
        next.records.iter_mut().for_each(|record| record.claims += claims);
        self.records.append(&mut next.records);
        self.claims.append(&mut next.claims);
    }
}

impl Table {
    /// Of what the dataset has kept of the one before, the rows are taken from there.
    pub(super) fn of(dataset: &Dataset, before: Option<(&Self, &Kept)>) -> Self {
        let records = dataset.records().len();
        let mut pieces = chunks(records, |range| Rows::of(dataset, before, range)).into_iter();
        let mut rows = pieces.next().unwrap_or_default();
        pieces.for_each(|piece| rows.append(piece));
        // Where another record is the value of a claim, that one's names are.
        let references = Arc::clone(dataset.references());
        for (claim, row) in rows.claims.iter_mut().enumerate() {
            if let Some(target) = references.target(claim) {
                row.value_words = rows.records[target].all_names_words;
            }
        }
        rows.records.shrink_to_fit();
        rows.claims.shrink_to_fit();
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
        Self { rows, references, lengths }
    }

    fn first_claim(&self, record: usize) -> usize {
        record.checked_sub(1).map_or(0, |before| self.rows.records[before].claims as usize)
    }

    /// The claims of a record.
    pub(super) fn claims(&self, record: usize) -> &[ClaimRow] {
        &self.rows.claims[self.first_claim(record)..self.rows.records[record].claims as usize]
    }

    /// The kind of a record.
    pub(super) fn kind(&self, record: usize) -> Option<Kind> {
        self.references.kind(record)
    }

    /// The places of the sources that a claim rests on.
    pub(super) fn sources(&self, record: usize, claim: usize) -> &[u32] {
        self.references.sources(self.references.claims(record).start + claim)
    }

    /// The places of all sources that a record rests on.
    pub(super) fn all_sources(&self, record: usize) -> &[u32] {
        self.references.all_sources(record)
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
        claims.iter().filter(move |claim| claim.is_date || !told).copied().filter_map(ClaimRow::day)
    }

    pub(super) fn len(&self) -> usize {
        self.rows.records.len()
    }
}

/// The row of a claim.
fn row(dataset: &Dataset, claim: &Claim) -> ClaimRow {
    ClaimRow {
        day: own_date(claim).map_or(NEVER, |date| days(date).0),
        property: u8::try_from(claim.property.rank()).unwrap_or(u8::MAX),
        is_date: matches!(claim.value, Value::Date(_)),
        value_words: short(match &claim.value {
            Value::Ref(_) => 1,
            Value::Text(text) => count(text),
            Value::Date(_) => 3,
            Value::Quantity(_) | Value::Money(_) => count(&dataset.show(&claim.value)),
        }),
        note_words: short(1 + claim.note.as_deref().map_or(0, count)),
    }
}

/// The date that a claim is or for which it holds.
fn own_date(claim: &Claim) -> Option<PartialDate> {
    if let Value::Date(date) = claim.value { Some(date) } else { claim.as_of }
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
