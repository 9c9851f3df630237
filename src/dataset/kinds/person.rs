//! People.

use super::KindSpec;

/// The kind `[[person]]`.
pub static SPEC: KindSpec = KindSpec {
    id: "person",
    plural: "people",
    aliases: &["people", "who"],
    title: "People",
    about: "Who somebody is",
    example: "yang zhilin",
    required: &[],
    told: &["affiliation", "role"],
};
