//! The amounts of a property, greatest first, each currency and unit by itself.

use std::{cmp::Reverse, collections::HashMap};

use jiff::civil::Date;

use super::present::Present;
use crate::{
    dataset::{Amount, BuildQuick, Claim, Dataset, Money, PROPERTIES, PartialDate, Property, Qualifier, Record, Value},
    spelling::fold,
};

/// The amounts of one property in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Ranking {
    /// The currencies and units, each as it is written first; those that most records have come first.
    pub measures: Vec<String>,
    /// The records with their amounts, by measure and then from the greatest to the least.
    pub rows: Vec<Row>,
}

/// A record's newest amount in one measure that is not to come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    /// The place of the record.
    pub record: usize,
    /// The place of the measure among the ranking's.
    pub measure: usize,
    /// By what the row is sorted: the amount, and how far its qualifier leans below or above it.
    order: (f64, i8),
}

/// The claims of a record that a row stands for: of the newest date that is not to come, and more than one where sources differ.
pub(super) fn claims<'r>(
    record: &'r Record,
    property: &Property,
    measure: &str,
    present: Present,
    fits: impl Fn(&Claim) -> bool,
) -> Vec<&'r Claim> {
    let of_this = |claim: &&Claim| match &claim.value {
        Value::Money(_) => true,
        Value::Quantity(quantity) => fold(quantity.unit.as_deref().unwrap_or_default()) == fold(measure),
        _ => false,
    };
    let claims = record.claims.iter().filter(|claim| claim.property == property && fits(claim));
    let mut claims: Vec<&Claim> = claims.filter(of_this).collect();
    let newest = present.newest(claims.iter().map(|claim| claim.as_of));
    claims.retain(|claim| claim.as_of == newest);
    let amount = |claim: &&Claim| amount_in(&claim.value, measure).map_or((f64::MIN, 0), sorted_by);
    claims.sort_by(|a, b| compare(amount(b), amount(a)));
    claims
}

/// Every amount that the claims of one property give, in the order of the records.
#[derive(Debug, Default)]
pub(super) struct Amounts {
    /// The currencies and units, each as it is written first.
    names: Vec<String>,
    /// The places of the names among them, by the name as it is written anywhere and folded.
    known: HashMap<String, u16, BuildQuick>,
    rows: Vec<Given>,
    /// The first days of the dates for which the amounts hold, in order, each once.
    days: Vec<Date>,
}

/// An amount in one of the measures in which a claim gives it.
#[derive(Debug, Clone, Copy)]
struct Given {
    record: u32,
    /// A record's newest claim counts for money as a whole, and for each unit by itself.
    group: u16,
    as_of: Option<PartialDate>,
    measure: u16,
    order: (f64, i8),
}

/// The group of all claims that give money.
const MONEY: u16 = u16::MAX;

impl Amounts {
    /// The amounts of each of the properties.
    pub(super) fn of_each_property(dataset: &Dataset) -> Vec<Self> {
        let mut all: Vec<Self> = PROPERTIES.iter().map(|_| Self::default()).collect();
        let counted: Vec<bool> = PROPERTIES.iter().map(|property| property.value.is_amount()).collect();
        for (record, (place, known)) in (0..).zip(dataset.records().iter().enumerate()) {
            let properties = dataset.references().properties(place).iter().map(|property| usize::from(*property));
            for (claim, property) in properties.enumerate().filter(|(_, property)| counted[*property]) {
                let (claim, amounts) = (&known.claims[claim], &mut all[property]);
                match &claim.value {
                    Value::Quantity(quantity) => {
                        let measure = amounts.measure(quantity.unit.as_deref().unwrap_or_default());
                        amounts.add(record, measure, claim, measure, quantity.amount);
                    }
                    Value::Money(money) => {
                        for money in every_currency(money) {
                            let measure = amounts.measure(&money.currency);
                            amounts.add(record, MONEY, claim, measure, money.amount);
                        }
                    }
                    _ => {}
                }
            }
        }
        for amounts in &mut all {
            // Stable: the claims of a group stay in their order.
            amounts.rows.sort_by_key(|given| (given.record, given.group));
            amounts.days = amounts.rows.iter().filter_map(|given| given.as_of).map(PartialDate::first_day).collect();
            amounts.days.sort_unstable();
            amounts.days.dedup();
        }
        all
    }

    fn add(&mut self, record: u32, group: u16, claim: &Claim, measure: u16, amount: Amount) {
        self.rows.push(Given { record, group, as_of: claim.as_of, measure, order: sorted_by(amount) });
    }

    fn measure(&mut self, name: &str) -> u16 {
        if let Some(measure) = self.known.get(name) {
            return *measure;
        }
        let folded = fold(name);
        let measure = self.known.get(&folded).copied().unwrap_or_else(|| {
            self.names.push(name.to_owned());
            // The last one is the group of money.
            u16::try_from(self.names.len() - 1).unwrap_or(MONEY).min(MONEY - 1)
        });
        self.known.extend([(folded, measure), (name.to_owned(), measure)]);
        measure
    }

    /// Whether on one day the same is to come as on the other, so that the order is the same.
    pub(super) fn are_alike(&self, one: Present, other: Present) -> bool {
        let begun = |day: Present| self.days.partition_point(|begins| *begins <= day.0);
        begun(one) == begun(other)
    }

    /// Ranks the amounts of the claims that are of a date that fits, and of records that fit: measures by all of
    /// the dates that fit.
    pub(super) fn rank(
        &self,
        present: Present,
        holds: impl Fn(Option<PartialDate>) -> bool,
        fits: impl Fn(usize) -> bool,
    ) -> Ranking {
        let mut counts = vec![0_usize; self.names.len()];
        let mut newest: Vec<Given> = Vec::new();
        for group in self.rows.chunk_by(|a, b| (a.record, a.group) == (b.record, b.group)) {
            let first = newest.len();
            let dates = group.iter().map(|given| given.as_of).filter(|date| holds(*date));
            if dates.clone().next().is_none() {
                continue;
            }
            let date = present.newest(dates);
            newest.extend(group.iter().filter(|given| given.as_of == date));
            for (place, given) in newest.iter().enumerate().skip(first) {
                let again = newest[first..place].iter().any(|before| before.measure == given.measure);
                counts[usize::from(given.measure)] += usize::from(!again);
            }
        }
        let mut order: Vec<u16> =
            (0..).zip(&counts).filter(|(_, count)| **count > 0).map(|(measure, _)| measure).collect();
        let name = |measure: u16| self.names[usize::from(measure)].as_str();
        order.sort_by_key(|measure| (Reverse(counts[usize::from(*measure)]), name(*measure)));
        let mut ranks = vec![usize::MAX; self.names.len()];
        for (rank, measure) in order.iter().enumerate() {
            ranks[usize::from(*measure)] = rank;
        }
        let mut rows: Vec<Row> = Vec::new();
        for group in newest.chunk_by(|a, b| (a.record, a.group) == (b.record, b.group)) {
            let record = group[0].record as usize;
            if !fits(record) {
                continue;
            }
            // The first measure in which the source itself gives the amount.
            let rank = |given: &Given| ranks[usize::from(given.measure)];
            let Some(measure) = group.iter().map(rank).min() else { continue };
            let amounts = group.iter().filter(|given| rank(given) == measure).map(|given| given.order);
            rows.extend(amounts.max_by(|a, b| compare(*a, *b)).map(|order| Row { record, measure, order }));
        }
        rows.sort_unstable_by(|a, b| {
            a.measure.cmp(&b.measure).then(compare(b.order, a.order)).then(a.record.cmp(&b.record))
        });
        Ranking { measures: order.into_iter().map(|measure| name(measure).to_owned()).collect(), rows }
    }
}

/// The amount in this measure, as far as the source itself gives it.
fn amount_in(value: &Value, measure: &str) -> Option<Amount> {
    match value {
        Value::Quantity(quantity) => {
            (fold(quantity.unit.as_deref().unwrap_or_default()) == fold(measure)).then_some(quantity.amount)
        }
        Value::Money(money) => every_currency(money).find(|money| money.currency == measure).map(|money| money.amount),
        _ => None,
    }
}

fn every_currency(money: &Money) -> impl Iterator<Item = &Money> {
    std::iter::successors(Some(money), |money| money.converted.as_deref())
}

/// A range counts as its middle; of equal amounts "over" comes before the exact one and that before "almost".
fn sorted_by(amount: Amount) -> (f64, i8) {
    let lean = match amount.qualifier {
        Some(Qualifier::Over) => 2,
        Some(Qualifier::AtLeast) => 1,
        None | Some(Qualifier::About) => 0,
        Some(Qualifier::UpTo) => -1,
        Some(Qualifier::Almost | Qualifier::Under) => -2,
    };
    (f64::midpoint(amount.from, amount.to.unwrap_or(amount.from)), lean)
}

fn compare(a: (f64, i8), b: (f64, i8)) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}
