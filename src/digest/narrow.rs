//! What of the changes a room has asked for.

use super::Follow;
use crate::dataset::{Aspect, Change, Dataset, Statement, What};

/// The changes that a room is told of that follows this: all of them if it follows nothing in particular. A record is
/// followed under its earlier ids too, and where it is what a claim points to.
#[must_use]
pub fn narrow(changes: Vec<Change>, follows: &[Follow], dataset: &Dataset) -> Vec<Change> {
    if follows.is_empty() {
        return changes;
    }
    changes.into_iter().filter(|change| follows.iter().any(|follow| concerns(change, follow, dataset))).collect()
}

fn concerns(Change { subject, what }: &Change, follow: &Follow, dataset: &Dataset) -> bool {
    match follow {
        Follow::Kind(kind) => subject.kind == *kind,
        Follow::Tag(tag) => {
            subject.tags.contains(tag)
                || matches!(what, What::Described(details) if details.iter().any(|detail| {
                    detail.aspect == Aspect::Tags && (detail.was.contains(tag) || detail.now.contains(tag))
                }))
        }
        Follow::Record(followed) => {
            let is = |id: &str| {
                id == followed || dataset.get(id).is_some_and(|record| record.formerly.iter().any(|id| id == followed))
            };
            let points = |claim: &Statement| claim.target.as_deref().is_some_and(is);
            is(&subject.id)
                || match what {
                    What::Added(account) | What::Removed(account) => account.claims.iter().any(points),
                    What::Renamed { id, .. } => id == followed,
                    What::Described(_) => false,
                    What::ClaimAdded(claim) | What::ClaimWithdrawn(claim) => points(claim),
                    What::ClaimChanged { was, now, .. } => points(was) || points(now),
                }
        }
    }
}
