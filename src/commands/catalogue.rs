//! The records in the orders that lists need: worked out with the desk, so that no answer has to wait for it.

use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{BTreeSet, HashSet},
};

use jiff::civil::Date;

use super::{
    brief::told,
    chronicle::Chronicle,
    present::Present,
    ranking::{Amounts, Ranking},
};
use crate::{
    dataset::{BuildQuick, Dataset, KINDS, Kind, PartialDate, Property, SOURCE, Value, ValueType, property},
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
    /// The day for which they are put in order.
    present: Present,
    /// The last day of the newest source.
    published: Option<Date>,
    tags: BTreeSet<String>,
}

impl Catalogue {
    pub(super) fn new(dataset: &Dataset) -> Self {
        let published = published(dataset);
        let present = Present(published.map_or(Date::MAX, assumed));
        let rankings = Amounts::of_each_property(dataset).into_iter().map(|amounts| {
            let ranking = amounts.rank(present, |_| true, |_| true);
            (amounts, ranking)
        });
        let tags: HashSet<&String, BuildQuick> = dataset.records().iter().flat_map(|record| &record.tags).collect();
        Self {
            chronicle: Chronicle::new(dataset),
            kinds: by_kind(dataset),
            amounts: rankings.collect(),
            present,
            published,
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

    /// The amounts of a property as they are on a day, greatest first.
    pub(super) fn ranking(&self, property: &Property, present: Present) -> Cow<'_, Ranking> {
        let (amounts, ranking) = &self.amounts[property.rank()];
        if amounts.are_alike(present, self.present) {
            return Cow::Borrowed(ranking);
        }
        Cow::Owned(amounts.rank(present, |_| true, |_| true))
    }

    /// Whether a record that fits has an amount of a property.
    pub(super) fn has_amount(&self, property: &Property, fits: impl Fn(usize) -> bool) -> bool {
        self.amounts[property.rank()].1.rows.iter().any(|row| fits(row.record))
    }

    /// The last day of the newest source.
    pub(super) fn published(&self) -> Option<Date> {
        self.published
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
    match told(record, Present(Date::MAX)).first()?.value {
        Value::Date(date) => Some(date),
        _ => None,
    }
}

/// The last day of the newest source.
fn published(dataset: &Dataset) -> Option<Date> {
    let dates = dataset.records().iter().filter_map(|record| record.source.as_ref()?.date);
    dates.map(PartialDate::last_day).max()
}

/// The day for which the orders are worked out, as they have no clock: it is seldom later than a question's, and what sources
/// say of the time to come mostly lies further ahead.
fn assumed(published: Date) -> Date {
    published.year().checked_add(1).and_then(|year| Date::new(year, 12, 31).ok()).unwrap_or(Date::MAX)
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
