//! Filters as queries.

use std::ops::Bound;

use tantivy::{
    Term,
    query::{BooleanQuery, Occur, Query, RangeQuery, TermQuery},
    schema::{Field, IndexRecordOption},
};

use super::{
    document::day,
    language::Filters,
    query::{Clause, exact},
    schema::Fields,
};
use crate::spelling::{fold, key};

/// What a document has to fit.
pub(super) fn required(fields: &Fields, filters: &Filters) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = alternatives(fields, filters).into_iter().map(|any| (Occur::Must, any)).collect();
    if filters.after.is_some() || filters.before.is_some() {
        let bound = |date: Option<jiff::civil::Date>| date.map(|date| Term::from_field_i64(fields.day, day(date)));
        let from = bound(filters.after).map_or(Bound::Unbounded, Bound::Included);
        let to = bound(filters.before).map_or(Bound::Unbounded, Bound::Excluded);
        clauses.push((Occur::Must, Box::new(RangeQuery::new(from, to))));
    }
    clauses
}

/// What a document may not fit.
pub(super) fn excluded(fields: &Fields, filters: &Filters) -> Vec<Clause> {
    alternatives(fields, filters).into_iter().map(|any| (Occur::MustNot, any)).collect()
}

/// For each filter that is given, one of its values.
fn alternatives(fields: &Fields, filters: &Filters) -> Vec<Box<dyn Query>> {
    let any = |field: Field, values: Vec<String>| -> Option<Box<dyn Query>> {
        let clauses: Vec<Clause> =
            values.iter().map(|value| -> Clause { (Occur::Should, exact(field, value)) }).collect();
        (!clauses.is_empty()).then(|| -> Box<dyn Query> { Box::new(BooleanQuery::new(clauses)) })
    };
    let kinds = filters.kind.iter().map(|kind| kind.id.to_owned()).collect();
    let keys = |values: &[String]| values.iter().map(|value| key(value)).collect::<Vec<_>>();
    [
        any(fields.kind, kinds),
        any(fields.tag, filters.tag.iter().map(|tag| fold(tag)).collect()),
        any(fields.place, keys(&filters.place)),
        any(fields.source, keys(&filters.source)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Documents of records, not of claims.
pub(super) fn records(fields: &Fields) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_u64(fields.claim, 0), IndexRecordOption::Basic))
}
