//! Chips.

use super::KindSpec;

/// The kind `[[chip]]`.
pub static SPEC: KindSpec = KindSpec {
    id: "chip",
    plural: "chips",
    aliases: &["chips"],
    title: "Chips",
    about: "A chip and what is known of it",
    example: "ascend 910c",
    required: &[],
    told: &["developer", "process"],
};
