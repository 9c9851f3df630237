//! Topics.

use super::KindSpec;

/// The kind `[[topic]]`.
pub static SPEC: KindSpec = KindSpec {
    id: "topic",
    plural: "topics",
    aliases: &["topics"],
    title: "Topics",
    about: "A short brief on a subject",
    example: "chips",
    required: &[],
    told: &[],
};
