//! Sources.

use super::KindSpec;

/// The kind `[[source]]`.
pub static SPEC: KindSpec = KindSpec {
    id: "source",
    plural: "sources",
    aliases: &["sources"],
    title: "Sources",
    about: "A source, and what rests on it",
    example: "sinolytics",
    required: &[],
    told: &[],
};
