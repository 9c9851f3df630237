//! What is remembered of earlier releases, as the commands ask for it.

use std::fmt;

use super::Correction;
use crate::dataset::Change;

/// A release and what it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its number; the first one seen is 1 and has no changes.
    pub number: u64,
    /// When it was taken up.
    pub at: jiff::Timestamp,
    /// What it changed.
    pub changes: Vec<Change>,
}

/// Which releases are asked for. What is `None` narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// Only releases after this one.
    pub after: Option<u64>,
    /// Only releases taken up at or after this moment.
    pub since: Option<jiff::Timestamp>,
    /// Only changes of the record with this id, or that it had under ids of earlier times.
    pub record: Option<String>,
    /// At most so many changes, the newest ones.
    pub limit: usize,
}

/// What a room has not been told yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The releases after the last one that the room was told of, oldest first.
    pub releases: Vec<Release>,
    /// What in those has corrected what the room was told lately.
    pub corrections: Vec<Correction>,
    /// When the room will be told, if that is settled.
    pub due: Option<jiff::Timestamp>,
}

/// The archive could not be read. The log says why.
#[derive(Debug, thiserror::Error)]
#[error("the archive can't be read: {0}")]
pub struct Unavailable(pub String);

/// What is remembered of earlier releases.
pub trait Archive: fmt::Debug + Send + Sync {
    /// The number of the newest release and when it was taken up; `None` before there is one.
    ///
    /// # Errors
    /// If it can't be read.
    fn latest(&self) -> Result<Option<Release>, Unavailable>;

    /// The releases of a span that changed something, newest first, and how many changes were left out for the limit.
    ///
    /// # Errors
    /// If they can't be read.
    fn releases(&self, span: &Span) -> Result<(Vec<Release>, usize), Unavailable>;

    /// Up to when history has been folded: what happened before is not remembered change by change.
    ///
    /// # Errors
    /// If it can't be read.
    fn folded_until(&self) -> Result<Option<jiff::Timestamp>, Unavailable>;

    /// What the room that is asked in has not been told yet.
    ///
    /// # Errors
    /// If it can't be read.
    fn pending(&self) -> Result<Pending, Unavailable>;
}
