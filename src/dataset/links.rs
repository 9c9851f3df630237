//! What points where: from each record to the claims of other records that name it.

use std::cmp::Reverse;

use super::references::{References, somewhere, start};

/// Where a link to a record comes from: places in [`Dataset::records`](super::Dataset::records) and in the claims there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Link {
    /// The place of the record that points.
    pub record: u32,
    /// The place of the claim among that record's claims.
    pub claim: u32,
    /// The place of the claim's property among [`PROPERTIES`](super::PROPERTIES).
    pub property: u8,
    /// The place of the record's kind among [`KINDS`](super::KINDS).
    pub kind: u8,
}

/// For each record a row of links, one row after the other.
#[derive(Debug, Default)]
pub(crate) struct Links {
    /// Where each record's row ends; it begins where the one before ends.
    ends: Vec<u32>,
    rows: Vec<Link>,
}

impl Links {
    /// The links of the values of claims: records with that one's as their value.
    pub(super) fn of_values(references: &References) -> Self {
        Self::new(references, |claim, found| references.target(claim).into_iter().for_each(found)).by_property()
    }

    /// The links of the sources of claims.
    pub(super) fn of_sources(references: &References) -> Self {
        let named = |claim, found: &mut dyn FnMut(usize)| {
            references.sources(claim).iter().copied().filter_map(somewhere).for_each(found);
        };
        Self::new(references, named).by_number()
    }

    /// Gathers the links that `named` finds in a claim: places of the records that it leads to. In a row they stand in the
    /// order of the records.
    fn new(references: &References, named: impl Fn(usize, &mut dyn FnMut(usize))) -> Self {
        let records = references.kinds().len();
        let mut ends = vec![0_u32; records];
        for claim in (0..records).flat_map(|record| references.claims(record)) {
            named(claim, &mut |target| ends[target] += 1);
        }
        let mut next = Vec::with_capacity(ends.len());
        let mut sum = 0;
        for end in &mut ends {
            next.push(sum);
            sum += *end;
            *end = sum;
        }
        let mut rows = vec![Link::default(); sum as usize];
        for (record, (place, kind)) in (0..).zip(references.kinds().iter().enumerate()) {
            for (number, claim) in (0..).zip(references.claims(place)) {
                let link = Link { record, claim: number, property: references.property(claim), kind: *kind };
                named(claim, &mut |target| {
                    let next = &mut next[target];
                    rows[*next as usize] = link;
                    *next += 1;
                });
            }
        }
        Self { ends, rows }
    }

    /// Puts the links of each row in the order in which a card shows them: by property, then kind, then record.
    fn by_property(mut self) -> Self {
        self.each_row(|row| row.sort_unstable_by_key(|link| (link.property, link.kind, link.record, link.claim)));
        self
    }

    /// Puts those records first in each row that have the most links in it.
    fn by_number(mut self) -> Self {
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

    /// The links to the record at this place.
    pub(crate) fn to(&self, place: usize) -> &[Link] {
        let Some(end) = self.ends.get(place) else { return &[] };
        &self.rows[start(&self.ends, place)..*end as usize]
    }
}
