//! What a digest announced and what has changed again since.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    compose::{Told, compose},
    line::dated,
};
use crate::{
    dataset::{Change, Statement, Subject, What, property},
    reply::{Block, Reply, Span, bold, code, text},
};

/// So many remarks stand above a digest at most.
const MOST_REMARKS: usize = 10;

/// A claim that was announced and does not hold any more.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Correction {
    /// The record.
    pub subject: Subject,
    /// What was announced.
    pub said: Statement,
    /// What is said now; `None` if it was withdrawn.
    pub now: Option<Statement>,
}

/// Something that a digest said and that was corrected after it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Remark {
    /// The day of the correction, in the room's own time zone.
    pub date: jiff::civil::Date,
    /// What is not as it was said.
    pub correction: Correction,
}

/// Which of the announced claims the newer changes give another value or date, or withdraw. A new source or note corrects
/// nothing, nor does a newer figure beside the one that was announced.
#[must_use]
pub fn corrections(announced: &[Change], newer: &[Change]) -> Vec<Correction> {
    let mut said: HashMap<&str, Vec<&Statement>> = HashMap::new();
    for Change { subject, what } in announced {
        let claims: &[Statement] = match what {
            What::Added(account) => &account.claims,
            What::ClaimAdded(claim) | What::ClaimChanged { now: claim, .. } => std::slice::from_ref(claim),
            What::Removed(_) | What::Renamed { .. } | What::Described(_) | What::ClaimWithdrawn(_) => &[],
        };
        said.entry(&subject.id).or_default().extend(claims);
    }
    let mut renamed: HashMap<&str, &str> = HashMap::new();
    let mut found = Vec::new();
    for Change { subject, what } in newer {
        let id = renamed.get(subject.id.as_str()).copied().unwrap_or(&subject.id);
        let known = |claim: &Statement| said.get(id).into_iter().flatten().any(|said| is_announced(said, claim));
        let mut correct = |claim: &Statement, now: Option<&Statement>| {
            if known(claim) {
                found.push(Correction { subject: subject.clone(), said: claim.clone(), now: now.cloned() });
            }
        };
        match what {
            What::Renamed { id, .. } => drop(renamed.insert(&subject.id, id)),
            What::Removed(account) => account.claims.iter().for_each(|claim| correct(claim, None)),
            What::ClaimWithdrawn(claim) => correct(claim, None),
            What::ClaimChanged { was, now, kept: false } if !same_fact(was, now) => {
                correct(was, Some(now));
            }
            _ => {}
        }
    }
    found
}

/// The corrections as they stand after all that changed since they were noted: what was corrected twice went to where it
/// ended, and what was taken back in the end needs none. `net`: all that changed since the digest that was wrong.
#[must_use]
pub fn settled(corrections: Vec<Correction>, net: &[Change]) -> Vec<Correction> {
    let mut settled: Vec<Correction> = Vec::new();
    for Correction { subject, said, .. } in corrections {
        let Some((subject, now)) = fate(&subject.id, &said, net) else { continue };
        let correction = Correction { subject: subject.clone(), now: now.cloned(), said };
        if !correction.is_void() && !settled.contains(&correction) {
            settled.push(correction);
        }
    }
    settled
}

/// What some changes made of a claim, and of the record it is about: `None` if they leave it alone, no claim if it is gone.
fn fate<'a>(id: &str, claim: &Statement, changes: &'a [Change]) -> Option<(&'a Subject, Option<&'a Statement>)> {
    let is = |subject: &Subject| {
        let renamed = |change: &Change| {
            change.subject.id == subject.id && matches!(&change.what, What::Renamed { id: before, .. } if before == id)
        };
        subject.id == id || changes.iter().any(renamed)
    };
    changes.iter().find_map(|Change { subject, what }| {
        let now = match what {
            What::ClaimChanged { was, now, kept: false } if is_announced(was, claim) => Some(now),
            What::ClaimWithdrawn(was) if is_announced(was, claim) => None,
            What::Removed(account) if account.claims.iter().any(|was| is_announced(was, claim)) => None,
            _ => return None,
        };
        is(subject).then_some((subject, now))
    })
}

impl Correction {
    /// Takes newer changes in: what is said now may have changed again. Says whether that made a difference.
    pub fn take_in(&mut self, newer: &[Change]) -> bool {
        let now = match &self.now {
            Some(now) => fate(&self.subject.id, now, newer).map(|(_, now)| now.cloned()),
            // What was withdrawn may come again.
            None => newer.iter().filter(|change| change.subject.id == self.subject.id).find_map(|change| {
                let come = match &change.what {
                    What::Added(account) => account.claims.as_slice(),
                    What::ClaimAdded(claim) => std::slice::from_ref(claim),
                    _ => &[],
                };
                come.iter().find(|claim| same_fact(claim, &self.said)).map(|claim| Some(claim.clone()))
            }),
        };
        let differs = now.is_some();
        self.now = now.unwrap_or(self.now.take());
        differs
    }

    /// Whether what was announced holds after all.
    #[must_use]
    pub fn is_void(&self) -> bool {
        self.now.as_ref().is_some_and(|now| same_fact(now, &self.said))
    }

    /// Whether this change is what the correction tells.
    pub(super) fn tells(&self, change: &Change) -> bool {
        let gone = match &change.what {
            What::ClaimChanged { was, kept: false, .. } | What::ClaimWithdrawn(was) => Some(was),
            _ => None,
        };
        self.subject.id == change.subject.id && gone.is_some_and(|gone| is_announced(gone, &self.said))
    }

    /// "Valuation: USD 3 billion (2025-03), as announced, is withdrawn".
    pub(super) fn words(&self) -> String {
        let label = property(&self.said.property).map_or(self.said.property.as_str(), |property| property.label);
        let said = dated(&self.said);
        if let Some(now) = &self.now {
            return format!("{label}: not {said}, as announced, but {}", dated(now));
        }
        let reason = self.said.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
        format!("{label}: {said}, as announced, is withdrawn{reason}")
    }
}

/// Whether two claims are the same but for the note, which may tell why the one goes that was announced without it.
fn is_announced(a: &Statement, b: &Statement) -> bool {
    same_fact(a, b) && a.sources == b.sources
}

/// Whether two claims give the same value and date; the sources and the note may differ.
fn same_fact(a: &Statement, b: &Statement) -> bool {
    (&a.property, &a.value, &a.as_of) == (&b.property, &b.value, &b.as_of)
}

/// A digest that was sent, with marked remarks on top of what is not so any more: the new text of its first message.
/// `None` if it tells nothing.
#[must_use]
pub fn corrected(told: &Told, remarks: &[Remark]) -> Option<Reply> {
    let mut reply = compose(told)?.head;
    if remarks.is_empty() {
        return Some(reply);
    }
    let mut spans: Vec<Span> = Vec::new();
    for Remark { date, correction } in remarks.iter().take(MOST_REMARKS) {
        if !spans.is_empty() {
            spans.push(Span::Break);
        }
        spans.push(bold(format!("Corrected {}:", date.strftime("%-d %B"))));
        spans.push(text(format!(" {}, {}", correction.subject.name, correction.words())));
    }
    if let Some(more) = remarks.len().checked_sub(MOST_REMARKS).filter(|more| *more > 0) {
        spans.extend([Span::Break, text(format!("and {more} more: ")), code("!changes")]);
    }
    reply.blocks.insert(0, Block::Para(spans));
    Some(reply)
}
