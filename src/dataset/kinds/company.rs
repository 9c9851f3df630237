//! Companies, laboratories and institutions.

use super::KindSpec;

/// The kind `[[company]]`.
pub static SPEC: KindSpec = KindSpec {
    id: "company",
    plural: "companies",
    aliases: &["companies", "lab", "org"],
    title: "Companies, laboratories and institutions",
    about: "What a company, laboratory or institution is known for",
    example: "moonshot",
    required: &[],
    told: &["category", "headquarters", "parent", "focus"],
};
