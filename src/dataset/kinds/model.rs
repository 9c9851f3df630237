//! Models.

use super::KindSpec;

/// The kind `[[model]]`.
pub static SPEC: KindSpec = KindSpec {
    id: "model",
    plural: "models",
    aliases: &["models"],
    title: "Models",
    about: "What a model is, who made it and when",
    example: "deepseek-r1",
    required: &[],
    told: &["developer", "family"],
};
