//! Policies.

use super::KindSpec;

/// The kind `[[policy]]`.
pub static SPEC: KindSpec = KindSpec {
    id: "policy",
    plural: "policies",
    aliases: &["policies", "law"],
    title: "Policies",
    about: "A law, measure, plan, fund or export control",
    example: "generative ai measures",
    required: &[],
    told: &["issued", "announced", "effective", "date"],
};
