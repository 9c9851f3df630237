//! Which sources say what a summary says.

use std::collections::HashSet;

use super::Desk;
use crate::{
    dataset::{Claim, Record},
    index::{forms, is_small, words},
};

/// So many claims of a record, and so many that point to it, are looked at.
const MOST_CLAIMS: usize = 64;
/// And so many of each record that one of those is about.
const MOST_BESIDE: usize = 8;

/// The sources that together say what a record's summary says: it is in our own words and rests on all of the claims, so that
/// the words that both share have to tell. First the source that has the most of them, then the one that has the most of the
/// others, and so on; what the record's own claims do not say, those say that are about it. Where they share nothing, it is the
/// source that most of them rest on.
pub(super) fn sources(desk: &Desk, record: &Record) -> Vec<String> {
    let names: HashSet<String> = record.names().flat_map(words).collect();
    let telling = |word: &String| !is_small(word) && !names.contains(word);
    let summary: Vec<String> = words(&record.summary).into_iter().filter(telling).collect();
    let mut backed = vec![false; summary.len()];
    let mut backing: Vec<String> = Vec::new();
    let own = saying(&summary, record.claims.iter().take(MOST_CLAIMS).map(|claim| (text(desk, None, claim), claim)));
    back(&mut backing, &mut backed, &own);
    let mut others = Vec::new();
    if backed.contains(&false) {
        let about = desk.dataset.links_to(&record.id).take(MOST_CLAIMS);
        let of = |from: &'_ Record, claim| (text(desk, Some(from), claim), claim);
        let beside = about.flat_map(|(from, link)| {
            // What is only related to it says other things too.
            let most = if link.property.id == "related" { 0 } else { MOST_BESIDE };
            let beside = from.claims.iter().filter(move |claim| !std::ptr::eq(*claim, link)).take(most);
            std::iter::once(link).chain(beside).map(move |claim| of(from, claim))
        });
        others = saying(&summary, beside);
        back(&mut backing, &mut backed, &others);
    }
    if backing.is_empty() {
        let all = if own.is_empty() { &others } else { &own };
        backing.extend(all.iter().rev().max_by_key(|said| said.claims).map(|said| said.source.clone()));
    }
    backing.sort_unstable();
    backing.dedup();
    backing
}

/// What a source says of a summary.
struct Said<'d> {
    source: &'d String,
    /// Which of the summary's words.
    has: Vec<bool>,
    claims: usize,
}

fn saying<'d>(summary: &[String], claims: impl Iterator<Item = (String, &'d Claim)>) -> Vec<Said<'d>> {
    let mut all: Vec<Said> = Vec::new();
    for (text, claim) in claims {
        let said = forms(&text);
        for source in &claim.sources {
            let place = all.iter().position(|known| known.source == source).unwrap_or_else(|| {
                all.push(Said { source, has: vec![false; summary.len()], claims: 0 });
                all.len() - 1
            });
            all[place].claims += 1;
            summary.iter().zip(&mut all[place].has).for_each(|(word, has)| *has |= said.contains(word));
        }
    }
    all
}

/// Adds the sources that it takes to say what they can say of the words that nothing backs yet.
fn back(backing: &mut Vec<String>, backed: &mut [bool], said: &[Said]) {
    loop {
        let more = |said: &Said| said.has.iter().zip(&*backed).filter(|(has, backed)| **has && !**backed).count();
        // Of equal ones the first.
        let Some(best) = said.iter().rev().max_by_key(|said| more(said)).filter(|best| more(best) > 0) else { return };
        backing.push(best.source.clone());
        backed.iter_mut().zip(&best.has).for_each(|(backed, has)| *backed |= has);
    }
}

/// A claim in words, with the name of the record whose it is.
fn text(desk: &Desk, of: Option<&Record>, claim: &Claim) -> String {
    let of = of.map_or("", |record| record.name.as_str());
    let note = claim.note.as_deref().unwrap_or_default();
    format!("{of} {} {} {note}", claim.property.label, desk.dataset.show(&claim.value))
}
