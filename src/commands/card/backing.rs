//! Which sources say what a summary says.

use std::collections::HashSet;

use super::Desk;
use crate::{
    dataset::{Claim, Record},
    index::{forms, is_small, words},
};

/// So many claims of a record, or that point to it, are looked at.
const MOST_CLAIMS: usize = 64;

/// The sources of which the claims say the most of a record's summary. It is in our own words and rests on all of the claims,
/// so that the words that both share have to tell: each of the sources says the same of them. Where they share none, it is the
/// source that most of the claims rest on.
pub(super) fn sources(desk: &Desk, record: &Record) -> Vec<String> {
    let said = said(desk, record);
    let names: HashSet<String> = record.names().flat_map(words).collect();
    let telling = |word: &String| !is_small(word) && !names.contains(word);
    let summary: Vec<String> = words(&record.summary).into_iter().filter(telling).collect();
    // For each source which of the words its claims say, and how many claims it has.
    let mut sources: Vec<(&String, Vec<bool>, usize)> = Vec::new();
    for (text, claim) in &said {
        let said = forms(text);
        for source in &claim.sources {
            let place = sources.iter().position(|(known, ..)| *known == source).unwrap_or_else(|| {
                sources.push((source, vec![false; summary.len()], 0));
                sources.len() - 1
            });
            let (_, has, claims) = &mut sources[place];
            *claims += 1;
            summary.iter().zip(has).for_each(|(word, has)| *has |= said.contains(word));
        }
    }
    let worth = |(_, has, claims): &(&String, Vec<bool>, usize)| {
        let shared = has.iter().filter(|has| **has).count();
        (shared, if shared == 0 { *claims } else { 0 })
    };
    // Of equal ones the first.
    let Some(best) = sources.iter().rev().max_by_key(|source| worth(source)) else { return Vec::new() };
    let says_it_too =
        |source: &(&String, Vec<bool>, usize)| source.0 == best.0 || best.1.contains(&true) && source.1 == best.1;
    let mut backing: Vec<String> =
        sources.iter().filter(|source| says_it_too(source)).map(|(source, ..)| (*source).clone()).collect();
    backing.sort_unstable();
    backing
}

/// What is said of a record, claim by claim; if nothing is, what others say of it.
fn said<'d>(desk: &'d Desk, record: &'d Record) -> Vec<(String, &'d Claim)> {
    let text = |of: &str, claim: &Claim| {
        let note = claim.note.as_deref().unwrap_or_default();
        format!("{of} {} {} {note}", claim.property.label, desk.dataset.show(&claim.value))
    };
    if record.claims.is_empty() {
        let links = desk.dataset.links_to(&record.id).take(MOST_CLAIMS);
        return links.map(|(from, claim)| (text(&from.name, claim), claim)).collect();
    }
    record.claims.iter().take(MOST_CLAIMS).map(|claim| (text("", claim), claim)).collect()
}
