//! Filters as terms.

use tantivy::schema::Field;

use super::{language::Filters, schema::Fields};
use crate::spelling::{fold, key};

/// A term that a document has which fits.
pub(super) type Given = (Field, String);

/// For each filter that is given its values, of which a document has one. Days and sources are looked up
/// elsewhere.
pub(super) fn given(fields: &Fields, filters: &Filters) -> Vec<Vec<Given>> {
    let keys = |field: Field, values: &[String]| values.iter().map(|value| (field, key(value))).collect();
    let all: [Vec<Given>; 3] = [
        filters.kind.iter().map(|kind| (fields.kind, kind.id.to_owned())).collect(),
        filters.tag.iter().map(|tag| (fields.tag, fold(tag))).collect(),
        keys(fields.place, &filters.place),
    ];
    all.into_iter().filter(|values| !values.is_empty()).collect()
}
