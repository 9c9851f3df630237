//! Filters as queries.

use tantivy::{
    query::{BooleanQuery, Occur, Query},
    schema::Field,
};

use super::{
    language::Filters,
    query::{Clause, exact},
    schema::Fields,
};
use crate::spelling::{fold, key};

/// What a document has to fit. The days are looked up elsewhere.
pub(super) fn required(fields: &Fields, filters: &Filters) -> Vec<Clause> {
    alternatives(fields, filters).into_iter().map(|any| (Occur::Must, any)).collect()
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
