//! What a digest announced and what has changed again since.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    compose::{Told, compose},
    line::dated,
};
use crate::{
    dataset::{Change, Statement, Subject, What, property},
    reply::{Block, Reply, Span, bold, text},
};

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
        let known = |claim: &Statement| said.get(id).into_iter().flatten().any(|said| said.says_the_same(claim));
        let mut correct = |claim: &Statement, now: Option<&Statement>| {
            if known(claim) {
                found.push(Correction { subject: subject.clone(), said: claim.clone(), now: now.cloned() });
            }
        };
        match what {
            What::Renamed { id, .. } => drop(renamed.insert(&subject.id, id)),
            What::Removed(account) => account.claims.iter().for_each(|claim| correct(claim, None)),
            What::ClaimWithdrawn(claim) => correct(claim, None),
            What::ClaimChanged { was, now, kept: false } if (&was.value, &was.as_of) != (&now.value, &now.as_of) => {
                correct(was, Some(now));
            }
            _ => {}
        }
    }
    found
}

/// The corrections as they stand in the end: what was corrected and changed again before anybody was told is told once, with
/// what it is now. What holds again is no correction.
#[must_use]
pub fn settled(corrections: Vec<Correction>, net: &[Change]) -> Vec<Correction> {
    let mut settled: Vec<Correction> = Vec::new();
    for correction in corrections {
        let now = net.iter().find_map(|change| match &change.what {
            What::ClaimChanged { now, .. } if correction.tells(change) => Some(Some(now.clone())),
            What::ClaimWithdrawn(_) if correction.tells(change) => Some(None),
            What::Removed(account) if change.subject.id == correction.subject.id => {
                account.claims.iter().any(|claim| claim.says_the_same(&correction.said)).then_some(None)
            }
            _ => None,
        });
        let Some(now) = now else { continue };
        let correction = Correction { now, ..correction };
        if !settled.contains(&correction) {
            settled.push(correction);
        }
    }
    settled
}

impl Correction {
    /// Whether this change is what the correction tells.
    pub(super) fn tells(&self, change: &Change) -> bool {
        let gone = match &change.what {
            What::ClaimChanged { was, kept: false, .. } | What::ClaimWithdrawn(was) => Some(was),
            _ => None,
        };
        self.subject.id == change.subject.id && gone.is_some_and(|gone| gone.says_the_same(&self.said))
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

/// A digest that was sent, with marked remarks on top of what is not so any more: the new text of its first message.
/// `None` if there is nothing to remark.
#[must_use]
pub fn corrected(told: &Told, remarks: &[Remark]) -> Option<Reply> {
    if remarks.is_empty() {
        return None;
    }
    let mut reply = compose(told)?.head;
    let mut spans: Vec<Span> = Vec::new();
    for Remark { date, correction } in remarks {
        if !spans.is_empty() {
            spans.push(Span::Break);
        }
        spans.push(bold(format!("Corrected {}:", date.strftime("%-d %B"))));
        spans.push(text(format!(" {}, {}", correction.subject.name, correction.words())));
    }
    reply.blocks.insert(0, Block::Para(spans));
    Some(reply)
}
