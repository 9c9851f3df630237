//! Places.

use super::KindSpec;

/// The kind `[[place]]`.
pub static SPEC: KindSpec = KindSpec {
    id: "place",
    plural: "places",
    aliases: &["places", "city"],
    title: "Places",
    about: "Who sits in a place, and what it is known for",
    example: "beijing",
    required: &[],
    told: &["located_in"],
};
