//! The records in the orders that lists need. Worked out once for each release, when the first list is asked for.

use std::{cmp::Reverse, sync::OnceLock};

use super::ranking::{Ranking, rank};
use crate::{
    dataset::{Claim, Dataset, KINDS, Kind, PROPERTIES, PartialDate, Property, Record, SOURCE, Value},
    spelling::fold,
};

/// The orders. Each is worked out when it is first asked for.
#[derive(Debug)]
pub(super) struct Catalogue {
    kinds: OnceLock<Vec<Vec<usize>>>,
    rankings: Vec<OnceLock<Ranking>>,
    days: OnceLock<Days>,
}

/// Where a dated claim is: the place of its record, and its place among the record's claims.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub record: usize,
    pub claim: usize,
}

/// The dated claims that the timeline knows, in the order of the calendar, whatever their year.
#[derive(Debug, Default)]
pub(super) struct Days {
    /// Those that are dated to the day, with month and day.
    pub exact: Vec<((i8, i8), Link)>,
    /// Those that are dated to the month, with the month.
    pub months: Vec<(i8, Link)>,
}

impl Default for Catalogue {
    fn default() -> Self {
        let rankings = PROPERTIES.iter().map(|_| OnceLock::new()).collect();
        Self { kinds: OnceLock::new(), rankings, days: OnceLock::new() }
    }
}

impl Catalogue {
    /// The places of the records of a kind: what has a date by that, newest first; the others by name.
    pub(super) fn of_kind(&self, dataset: &Dataset, kind: Kind) -> &[usize] {
        let kinds = self.kinds.get_or_init(|| by_kind(dataset));
        KINDS.iter().position(|known| *known == kind).and_then(|place| kinds.get(place)).map_or(&[], Vec::as_slice)
    }

    /// The amounts of a property, greatest first.
    pub(super) fn ranking(&self, dataset: &Dataset, property: &'static Property) -> &Ranking {
        let ranking = &self.rankings[property.rank()];
        ranking.get_or_init(|| rank(dataset, property, 0..dataset.records().len(), |_| true))
    }

    /// The dated claims in the order of the calendar.
    pub(super) fn days(&self, dataset: &Dataset) -> &Days {
        self.days.get_or_init(|| by_day(dataset))
    }
}

/// The date by which a list of the record's kind is ordered, if it is.
fn listed_date(record: &Record) -> Option<PartialDate> {
    if record.kind == SOURCE {
        return record.source.as_ref()?.date;
    }
    match told(record)?.value {
        Value::Date(date) => Some(date),
        _ => None,
    }
}

/// What a list tells of a record.
pub(super) fn told(record: &Record) -> Option<&Claim> {
    let of = |told: &&str| {
        let claims = record.claims.iter().filter(|claim| claim.property.id == *told);
        // The first of the newest.
        claims.rev().max_by_key(|claim| claim.as_of)
    };
    record.kind.told.iter().find_map(of)
}

fn by_kind(dataset: &Dataset) -> Vec<Vec<usize>> {
    let mut kinds = vec![Vec::new(); KINDS.len()];
    for (place, record) in dataset.records().iter().enumerate() {
        if let Some(kind) = KINDS.iter().position(|kind| *kind == record.kind) {
            kinds[kind].push(place);
        }
    }
    for places in &mut kinds {
        places.sort_by_cached_key(|place| {
            let record = &dataset.records()[*place];
            (Reverse(listed_date(record)), fold(&record.name), *place)
        });
    }
    kinds
}

fn by_day(dataset: &Dataset) -> Days {
    let mut days = Days::default();
    for (record, claim, date) in dated(dataset) {
        let link = Link { record, claim };
        match (date.month(), date.day()) {
            (Some(month), Some(day)) => days.exact.push(((month, day), link)),
            (Some(month), None) => days.months.push((month, link)),
            _ => {}
        }
    }
    // Stable: what shares a day stays in the order of the records.
    days.exact.sort_by_key(|(day, _)| *day);
    days.months.sort_by_key(|(month, _)| *month);
    days
}

fn dated(dataset: &Dataset) -> impl Iterator<Item = (usize, usize, PartialDate)> {
    dataset.records().iter().enumerate().flat_map(|(place, record)| {
        record.claims.iter().enumerate().filter_map(move |(number, claim)| match claim.value {
            Value::Date(date) if claim.property.timeline.is_some() => Some((place, number, date)),
            _ => None,
        })
    })
}
