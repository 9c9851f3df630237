//! Programmes.

use super::KindSpec;

/// The kind `[[programme]]`.
pub static SPEC: KindSpec = KindSpec {
    id: "programme",
    plural: "programmes",
    aliases: &["program", "programmes", "programs"],
    title: "Programmes",
    about: "A computing network, voucher, incubator or talent programme",
    example: "compute vouchers",
    required: &[],
    told: &["operator", "announced", "place"],
};
