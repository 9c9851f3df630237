//! The amounts of a property, greatest first, each currency and unit by itself.

use std::collections::HashMap;

use crate::{
    dataset::{Amount, Claim, Dataset, Money, Property, Qualifier, Record, Value},
    spelling::fold,
};

/// The amounts of one property in order.
#[derive(Debug, Default)]
pub(super) struct Ranking {
    /// The currencies and units, each as it is written first; those that most records have come first.
    pub measures: Vec<String>,
    /// The records with their amounts, by measure and then from the greatest to the least.
    pub rows: Vec<Row>,
}

/// A record's newest amount in one measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    /// The place of the record.
    pub record: usize,
    /// The place of the measure among the ranking's.
    pub measure: usize,
    /// By what the row is sorted: the amount, and how far its qualifier leans below or above it.
    order: (f64, i8),
}

/// The claims of a record that a row stands for: of the newest date, and more than one where sources differ.
pub(super) fn claims<'r>(
    record: &'r Record,
    property: &Property,
    measure: &str,
    fits: impl Fn(&Claim) -> bool,
) -> Vec<&'r Claim> {
    let of_this = |claim: &&Claim| match &claim.value {
        Value::Money(_) => true,
        Value::Quantity(quantity) => fold(quantity.unit.as_deref().unwrap_or_default()) == fold(measure),
        _ => false,
    };
    let claims = record.claims.iter().filter(|claim| claim.property == property && fits(claim));
    let mut claims = newest(claims.filter(of_this).collect());
    let amount = |claim: &&Claim| amount_in(&claim.value, measure).map_or((f64::MIN, 0), sorted_by);
    claims.sort_by(|a, b| compare(amount(b), amount(a)));
    claims
}

/// Ranks the amounts of a property that `fits` lets through, of some records.
pub(super) fn rank(
    dataset: &Dataset,
    property: &Property,
    records: impl Iterator<Item = usize>,
    fits: impl Fn(&Claim) -> bool,
) -> Ranking {
    let mut found: Vec<(usize, Vec<&Claim>)> = Vec::new();
    for place in records {
        let claims = dataset.records()[place].claims.iter().filter(|claim| claim.property == property && fits(claim));
        let (money, counts): (Vec<&Claim>, Vec<&Claim>) =
            claims.partition(|claim| matches!(claim.value, Value::Money(_)));
        found.extend((!money.is_empty()).then(|| (place, newest(money))));
        let mut units: Vec<(String, Vec<&Claim>)> = Vec::new();
        for claim in counts {
            let Some(unit) = measures_of(&claim.value).first().map(|unit| fold(unit)) else { continue };
            match units.iter_mut().find(|(known, _)| *known == unit) {
                Some((_, claims)) => claims.push(claim),
                None => units.push((unit, vec![claim])),
            }
        }
        found.extend(units.into_iter().map(|(_, claims)| (place, newest(claims))));
    }
    let measures = measures(&found);
    let mut rows: Vec<Row> = Vec::new();
    for (record, claims) in &found {
        // The first measure in which the source itself gives the amount.
        let row = measures.iter().enumerate().find_map(|(measure, name)| {
            let amounts = claims.iter().filter_map(|claim| amount_in(&claim.value, name)).map(sorted_by);
            amounts.max_by(|a, b| compare(*a, *b)).map(|order| Row { record: *record, measure, order })
        });
        rows.extend(row);
    }
    rows.sort_by(|a, b| a.measure.cmp(&b.measure).then(compare(b.order, a.order)).then(a.record.cmp(&b.record)));
    Ranking { measures, rows }
}

/// The claims of the newest date among them.
fn newest(mut claims: Vec<&Claim>) -> Vec<&Claim> {
    let newest = claims.iter().map(|claim| claim.as_of).max().flatten();
    claims.retain(|claim| claim.as_of == newest);
    claims
}

/// The measures, those of most records first, then in the order of the alphabet.
fn measures(found: &[(usize, Vec<&Claim>)]) -> Vec<String> {
    let mut counts: HashMap<String, (usize, &str)> = HashMap::new();
    for (_, claims) in found {
        let mut own: Vec<&str> = claims.iter().flat_map(|claim| measures_of(&claim.value)).collect();
        own.sort_unstable();
        own.dedup();
        for measure in own {
            counts.entry(fold(measure)).or_insert((0, measure)).0 += 1;
        }
    }
    let mut counts: Vec<(usize, &str)> = counts.into_values().collect();
    counts.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    counts.into_iter().map(|(_, measure)| measure.to_owned()).collect()
}

/// Each currency in which a source gives the amount, or its unit ("" for a bare number).
fn measures_of(value: &Value) -> Vec<&str> {
    match value {
        Value::Quantity(quantity) => vec![quantity.unit.as_deref().unwrap_or_default()],
        Value::Money(money) => every_currency(money).map(|money| money.currency.as_str()).collect(),
        _ => Vec::new(),
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
