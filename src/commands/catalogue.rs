//! The records in the orders that lists need: worked out with the desk, so that no answer has to wait for it.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashSet},
};

use super::{
    chronicle::Chronicle,
    ranking::{Amounts, Ranking},
};
use crate::{
    dataset::{
        BuildQuick, Claim, Dataset, KINDS, Kind, PartialDate, Property, Record, SOURCE, Value, ValueType, property,
    },
    spelling::fold,
};

/// The orders.
#[derive(Debug)]
pub(super) struct Catalogue {
    /// What is dated, in the order of time.
    pub chronicle: Chronicle,
    /// For each kind the places of its records.
    kinds: Vec<Vec<u32>>,
    /// For each property its amounts, and all of them in order.
    amounts: Vec<(Amounts, Ranking)>,
    tags: BTreeSet<String>,
}

impl Catalogue {
    pub(super) fn new(dataset: &Dataset) -> Self {
        let rankings = Amounts::of_each_property(dataset).into_iter().map(|amounts| {
            let ranking = amounts.rank(|_| true, |_| true);
            (amounts, ranking)
        });
        let tags: HashSet<&String, BuildQuick> = dataset.records().iter().flat_map(|record| &record.tags).collect();
        Self {
            chronicle: Chronicle::new(dataset),
            kinds: by_kind(dataset),
            amounts: rankings.collect(),
            tags: tags.into_iter().map(|tag| fold(tag)).collect(),
        }
    }

    /// The places of the records of a kind: what has a date by that, newest first; the others by name.
    pub(super) fn of_kind(&self, kind: Kind) -> &[u32] {
        KINDS.iter().position(|known| *known == kind).map_or(&[], |place| &self.kinds[place])
    }

    /// The amounts of a property.
    pub(super) fn amounts(&self, property: &Property) -> &Amounts {
        &self.amounts[property.rank()].0
    }

    /// The amounts of a property, greatest first.
    pub(super) fn ranking(&self, property: &Property) -> &Ranking {
        &self.amounts[property.rank()].1
    }

    /// Every tag that a record has, folded.
    pub(super) fn tags(&self) -> &BTreeSet<String> {
        &self.tags
    }
}

/// The date by which a list of the record's kind is ordered, if it is.
fn listed_date(dataset: &Dataset, place: usize) -> Option<PartialDate> {
    let record = &dataset.records()[place];
    if record.kind == SOURCE {
        return record.source.as_ref()?.date;
    }
    // Most records tell something else than a date first, which is seen without a look at their claims.
    let has = |property: &&Property| {
        dataset.references().properties(place).iter().any(|own| usize::from(*own) == property.rank())
    };
    let first = record.kind.told.iter().filter_map(|id| property(id)).find(has)?;
    if first.value != ValueType::Date {
        return None;
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

fn by_kind(dataset: &Dataset) -> Vec<Vec<u32>> {
    let mut kinds = vec![Vec::new(); KINDS.len()];
    for (place, kind) in (0_u32..).zip(dataset.references().kinds()) {
        if let Some(places) = kinds.get_mut(usize::from(*kind)) {
            places.push(place);
        }
    }
    for places in &mut kinds {
        places.sort_by_cached_key(|place| {
            let record = &dataset.records()[*place as usize];
            (Reverse(listed_date(dataset, *place as usize)), fold(&record.name), *place)
        });
    }
    kinds
}
