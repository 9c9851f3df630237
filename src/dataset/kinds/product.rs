//! Products.

use super::KindSpec;

/// The kind `[[product]]`.
pub static SPEC: KindSpec = KindSpec {
    id: "product",
    plural: "products",
    aliases: &["products", "app"],
    title: "Products",
    about: "An app, agent, robot or service",
    example: "kimi",
    required: &[],
    told: &["developer", "operator", "category"],
};
