//! The kinds of record: one file and one line of [`KINDS`] each.

mod chip;
mod company;
mod event;
mod figure;
mod model;
mod person;
mod place;
mod policy;
mod product;
mod programme;
mod source;
mod topic;

/// What the desk knows of a kind of record.
#[derive(Debug)]
pub struct KindSpec {
    /// The name in the files (`[[company]]`) and the look-up word (`!company`).
    pub id: &'static str,
    /// Several of them; also how a card calls links back from records of this kind.
    pub plural: &'static str,
    /// Other look-up words.
    pub aliases: &'static [&'static str],
    /// What the kind holds, as a heading.
    pub title: &'static str,
    /// What a look-up tells, as the help says it.
    pub about: &'static str,
    /// A name to try.
    pub example: &'static str,
    /// Properties without which a record of this kind is a fault.
    pub required: &'static [&'static str],
    /// What a list tells of each record: the first of these properties that it has. A date among them orders the list.
    pub told: &'static [&'static str],
}

/// A kind of record. Two are equal if they have the same id.
pub type Kind = &'static KindSpec;

impl PartialEq for KindSpec {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for KindSpec {}

/// The registry, in the order in which kinds are listed.
pub static KINDS: &[Kind] = &[
    &company::SPEC,
    &model::SPEC,
    &person::SPEC,
    &product::SPEC,
    &event::SPEC,
    &policy::SPEC,
    &chip::SPEC,
    &programme::SPEC,
    &place::SPEC,
    &figure::SPEC,
    &topic::SPEC,
    &source::SPEC,
];

/// The kind of sources, which the other records cite.
pub static SOURCE: Kind = &source::SPEC;

/// The kind that files and look-ups call `id`.
#[must_use]
pub fn kind(id: &str) -> Option<Kind> {
    KINDS.iter().copied().find(|kind| kind.id == id)
}
