//! What is kept beside the index of every record and claim: what a filter or an order asks for, and no text.

use super::document::days;
use crate::dataset::{Claim, Dataset, PROPERTIES, PartialDate, Property, Value};

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

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Table {
    records: Vec<RecordRow>,
    claims: Vec<ClaimRow>,
    sources: Vec<u32>,
    pub lengths: Lengths,
}

impl Table {
    pub(super) fn of(dataset: &Dataset) -> Self {
        let mut table = Self::default();
        let (mut names, mut summary, mut value) = (0_u64, 0_u64, 0_u64);
        for record in dataset.records() {
            for claim in &record.claims {
                let row = table.row(dataset, claim);
                value += u64::from(row.value_words);
                table.claims.push(row);
            }
            let row = RecordRow {
                claims: size(table.claims.len()),
                names_words: short(count(&record.name) + record.native_name.as_deref().map_or(0, count)),
                summary_words: short(
                    1 + count(&record.summary) + record.tags.iter().map(|tag| count(tag)).sum::<usize>(),
                ),
            };
            names += u64::from(row.names_words);
            summary += u64::from(row.summary_words);
            table.records.push(row);
        }
        table.claims.shrink_to_fit();
        #[expect(clippy::cast_precision_loss, reason = "a rough measure")]
        let mean = |sum: u64, of: usize| (sum as f32 / of.max(1) as f32).max(1.0);
        table.lengths = Lengths {
            names: mean(names, table.records.len()),
            summary: mean(summary, table.records.len()),
            value: mean(value, table.claims.len()),
        };
        table
    }

    fn row(&mut self, dataset: &Dataset, claim: &Claim) -> ClaimRow {
        self.sources.extend(claim.sources.iter().filter_map(|id| dataset.place(id)).map(size));
        let is_date = matches!(claim.value, Value::Date(_));
        let own = own_date(claim);
        ClaimRow {
            day: own.map_or(NEVER, |date| days(date).0),
            sources: size(self.sources.len()),
            property: u8::try_from(claim.property.rank()).unwrap_or(u8::MAX),
            is_date,
            value_words: short(match &claim.value {
                Value::Ref(id) => dataset.get(id).map_or(1, |target| target.names().map(count).sum()),
                Value::Text(text) => count(text),
                Value::Date(_) => 3,
                Value::Quantity(_) | Value::Money(_) => count(&dataset.show(&claim.value)),
            }),
            note_words: short(1 + claim.note.as_deref().map_or(0, count)),
        }
    }

    fn first_claim(&self, record: usize) -> usize {
        record.checked_sub(1).map_or(0, |before| self.records[before].claims as usize)
    }

    /// The claims of a record.
    pub(super) fn claims(&self, record: usize) -> &[ClaimRow] {
        &self.claims[self.first_claim(record)..self.records[record].claims as usize]
    }

    /// The places of the sources that a claim rests on.
    pub(super) fn sources(&self, record: usize, claim: usize) -> &[u32] {
        let at = self.first_claim(record) + claim;
        let start = at.checked_sub(1).map_or(0, |before| self.claims[before].sources);
        &self.sources[start as usize..self.claims[at].sources as usize]
    }

    /// The lengths of the names and of the summary, in words.
    pub(super) fn words(&self, record: usize) -> (u8, u8) {
        let row = &self.records[record];
        (row.names_words, row.summary_words)
    }

    /// The days of a record: when it happened or came to be; if that is not told, those for which its claims hold.
    pub(super) fn days(&self, record: usize) -> impl Iterator<Item = i32> {
        let claims = self.claims(record);
        let told = claims.iter().any(|claim| claim.is_date);
        claims.iter().filter(move |claim| claim.is_date || !told).filter_map(ClaimRow::day)
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
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
