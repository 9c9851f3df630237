//! How a dataset differs from the last release, and what that means for digests that were sent.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    Failure,
    data::{Withdrawal, blocking},
};
use crate::{
    commands::Desk,
    dataset::{self, Change, Dataset, FORMAT, Hash, Record, Row},
    digest::{self, Correction, Remark, Told, Zone},
    reply::Reply,
    store::{Body, Edit, NewRelease, Store, StoredRow},
};

/// For so long after a digest was sent it is edited when something that it told is corrected, in milliseconds.
const CORRECTED_WITHIN: i64 = 24 * 60 * 60 * 1000;

/// What came of the comparison.
pub(super) enum Compared {
    /// The dataset is the last release.
    Same(Dataset),
    /// It withdraws too much.
    Held(Withdrawal),
    /// It is a new release.
    News(Box<News>),
}

/// A new release: the desk that answers from it, and what the store is to know of it.
pub(super) struct News {
    pub(super) desk: Desk,
    pub(super) release: NewRelease,
}

/// What a digest told, as the store keeps it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Record_ {
    pub(super) changes: Vec<Change>,
    pub(super) corrections: Vec<Correction>,
    pub(super) made_up: Option<String>,
    pub(super) remarks: Vec<Remark>,
}
