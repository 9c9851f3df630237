//! Figures.

use super::KindSpec;

/// The kind `[[figure]]`.
pub static SPEC: KindSpec = KindSpec {
    id: "figure",
    plural: "figures",
    aliases: &["figures"],
    title: "Figures",
    about: "A share, reserve, capacity or count",
    example: "rare earth",
    required: &[],
    told: &["reading"],
};
