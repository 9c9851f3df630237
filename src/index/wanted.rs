//! What a question asks for.

use super::{document::day, language::Filters, question::Unit};

/// How many of the units a record has to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Every one.
    All,
    /// All but properties.
    ButProperties,
    /// All but one, and every name.
    AllButOne,
    /// Every name but for topics, and of the rest the more the better: what lacks half of it counts for a quarter.
    Near,
    /// Any; of the names any, if there are some.
    Some,
    /// Every name, and some of the properties.
    NamesAndSome,
}

impl Need {
    /// Whether nothing is an answer without this unit.
    pub(super) fn includes(self, unit: &Unit) -> bool {
        match self {
            Self::Some => false,
            Self::Near => unit.is_needed(),
            _ => unit.is_name(),
        }
    }
}

/// What is asked for.
pub(super) struct Wanted<'q> {
    /// The units with what each is worth.
    pub units: &'q [(&'q Unit, f32)],
    pub need: Need,
    /// What is asked besides.
    pub frame: &'q Frame,
    /// The units of a question to one name alone: what doesn't tell of it does not fit.
    pub told: Option<&'q str>,
    /// Names that are preferred where they are the whole name.
    pub keys: &'q [&'q str],
    /// The properties that are preferred.
    pub hints: &'q [&'static str],
}

/// What is asked besides the words.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// Words side by side.
    pub phrases: Vec<Vec<String>>,
    /// And those that are not wanted so.
    pub without_phrases: Vec<Vec<String>>,
    /// Units of which one of each group is wanted.
    pub either: Vec<Vec<Unit>>,
    /// Whether only some days fit.
    pub filters: Filters,
    /// For a filter that asks for sources: their places, in order.
    pub sources: Option<Vec<u32>>,
    /// The places of the sources that are not wanted, in order.
    pub without_sources: Vec<u32>,
}

impl Frame {
    /// Whether a day lies within those that are asked for.
    pub(super) fn within(&self, of: i32) -> bool {
        self.filters.after.is_none_or(|after| of >= day(after))
            && self.filters.before.is_none_or(|before| of < day(before))
    }

    pub(super) fn has_days(&self) -> bool {
        self.filters.after.is_some() || self.filters.before.is_some()
    }
}
