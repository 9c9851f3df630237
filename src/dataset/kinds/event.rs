//! Events.

use super::KindSpec;

/// The kind `[[event]]`.
pub static SPEC: KindSpec = KindSpec {
    id: "event",
    plural: "events",
    aliases: &["events"],
    title: "Events",
    about: "What happened",
    example: "bletchley",
    required: &["date"],
    told: &["date"],
};
