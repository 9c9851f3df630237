//! Dated claims as lines of a timeline.

use super::card;
use crate::{
    dataset::{Claim, Dataset, PartialDate, Record, Value},
    reply::{Block, Citations, Span, bold, italic, text},
};

/// A dated claim with the record that it is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'d> {
    pub date: PartialDate,
    pub record: &'d Record,
    pub claim: &'d Claim,
}

impl<'d> Entry<'d> {
    /// The claim at these places, if it has a date.
    pub(super) fn at(dataset: &'d Dataset, record: usize, claim: usize) -> Option<Self> {
        let record = dataset.records().get(record)?;
        let claim = record.claims.get(claim)?;
        let Value::Date(date) = claim.value else { return None };
        Some(Self { date, record, claim })
    }

    /// Date, what happened, and the marks of the sources.
    pub(super) fn line(&self, citations: &mut Citations) -> Vec<Span> {
        let told = self.claim.property.timeline.unwrap_or_default();
        let what = format!(" {} {told}", self.record.name);
        let other = |claim: &Claim| claim.property == self.claim.property && claim.value != self.claim.value;
        let contested = self.record.claims.iter().any(other);
        let differ = contested.then(|| italic(" (sources differ)"));
        let mut line = vec![bold(self.date.to_string()), text(what.trim_end())];
        card::marks(&mut line, self.claim, citations, false);
        line.extend(differ);
        line
    }

    /// What the dagger stands for, if one of these has it.
    pub(super) fn daggers<'e>(mut entries: impl Iterator<Item = &'e Self>) -> Option<Block>
    where
        'd: 'e,
    {
        let remarked = entries.find(|entry| entry.claim.note.is_some())?;
        Some(card::daggers(remarked.record, remarked.claim.property.label))
    }
}
