//! What points where: from each record to the claims of other records that name it.

use std::{
    cmp::Reverse,
    hash::{BuildHasher as _, RandomState},
};

use hashbrown::HashTable;

use super::{Claim, KINDS, Record, Value};

/// Where a link to a record comes from: places in [`Dataset::records`](super::Dataset::records) and in the claims there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Link {
    /// The place of the record that points.
    pub record: u32,
    /// The place of the claim among that record's claims.
    pub claim: u32,
    /// The place of the claim's property among [`PROPERTIES`](super::PROPERTIES).
    pub property: u8,
    /// The place of the record's kind among [`KINDS`].
    pub kind: u8,
}

/// The places of the records by id. Holds no text: 5 bytes a record.
#[derive(Debug, Default)]
pub(super) struct Ids {
    table: HashTable<u32>,
    hasher: RandomState,
}

impl Ids {
    pub(super) fn new(records: &[Record]) -> Self {
        let hasher = RandomState::new();
        let hash = |place: &u32| hasher.hash_one(records[*place as usize].id.as_str());
        let mut table = HashTable::with_capacity(records.len());
        for place in (0..).take(records.len()) {
            table.insert_unique(hash(&place), place, hash);
        }
        Self { table, hasher }
    }

    pub(super) fn place(&self, records: &[Record], id: &str) -> Option<usize> {
        let same = |place: &u32| records[*place as usize].id == id;
        self.table.find(self.hasher.hash_one(id), same).map(|place| *place as usize)
    }
}

/// For each record a row of links, one row after the other.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// Where each record's row ends; it begins where the one before ends.
    ends: Vec<u32>,
    rows: Vec<Link>,
}

impl Links {
    /// Gathers the links that `named` finds in a claim: ids of the records that it leads to. In a row they stand in the
    /// order of the records.
    pub(super) fn new(records: &[Record], ids: &Ids, named: impl Fn(&Claim, &mut dyn FnMut(&str))) -> Self {
        let mut found: Vec<(u32, Link)> = Vec::new();
        let mut ends = vec![0_u32; records.len()];
        for (place, record) in (0..).zip(records) {
            let kind = rank(KINDS.iter().position(|kind| *kind == record.kind));
            for (number, claim) in (0..).zip(&record.claims) {
                let property = rank(Some(claim.property.rank()));
                named(claim, &mut |id| {
                    if let Some(target) = ids.place(records, id) {
                        ends[target] += 1;
                        let link = Link { record: place, claim: number, property, kind };
                        found.push((u32::try_from(target).unwrap_or(u32::MAX), link));
                    }
                });
            }
        }
        let mut next = Vec::with_capacity(ends.len());
        let mut sum = 0;
        for end in &mut ends {
            next.push(sum);
            sum += *end;
            *end = sum;
        }
        let mut rows = vec![Link::default(); found.len()];
        for (target, link) in found {
            let next = &mut next[target as usize];
            rows[*next as usize] = link;
            *next += 1;
        }
        Self { ends, rows }
    }

    /// Puts the links of each row in the order in which a card shows them: by property, then kind, then record.
    pub(super) fn by_property(mut self) -> Self {
        self.each_row(|row| row.sort_unstable_by_key(|link| (link.property, link.kind, link.record, link.claim)));
        self
    }

    /// Puts those records first in each row that have the most links in it.
    pub(super) fn by_number(mut self) -> Self {
        self.each_row(|row| {
            let mut counted: Vec<(usize, Link)> = Vec::with_capacity(row.len());
            for same in row.chunk_by(|a, b| a.record == b.record) {
                counted.extend(same.iter().map(|link| (same.len(), *link)));
            }
            counted.sort_by_key(|(count, _)| Reverse(*count));
            for (place, (_, link)) in row.iter_mut().zip(counted) {
                *place = link;
            }
        });
        self
    }

    fn each_row(&mut self, mut act: impl FnMut(&mut [Link])) {
        let mut start = 0;
        for end in &self.ends {
            act(&mut self.rows[start..*end as usize]);
            start = *end as usize;
        }
    }

    pub(super) fn to(&self, place: usize) -> &[Link] {
        let Some(end) = self.ends.get(place) else { return &[] };
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.rows[start as usize..*end as usize]
    }
}

fn rank(place: Option<usize>) -> u8 {
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX)
}

/// The record that a claim's value is.
pub(super) fn target(claim: &Claim, found: &mut dyn FnMut(&str)) {
    if let Value::Ref(id) = &claim.value {
        found(id);
    }
}

/// The sources that a claim rests on.
pub(super) fn sources(claim: &Claim, found: &mut dyn FnMut(&str)) {
    for source in &claim.sources {
        found(source);
    }
}
