//! Programmes.

use super::KindSpec;

/// The kind `[[programme]]`.
pub static SPEC: KindSpec = KindSpec {
    id: "programme",
    plural: "programmes",
    aliases: &["program", "programmes", "programs"],
    title: "Programmes",
    about: "a computing network, voucher, incubator or talent programme",
    example: "compute vouchers",
    required: &[],
};
