//! How many threads share a piece of work: no more than there are processors, and no more than the settings allow.
//!
//! A machine may show more processors than a container's limit of tasks leaves threads for.

use std::{
    panic::resume_unwind,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use crate::panics;

/// As many as are allowed unless the settings say otherwise: `runtime.threads` in `config/default.toml`.
pub const DEFAULT: usize = 4;

static MOST: AtomicUsize = AtomicUsize::new(DEFAULT);

/// Allows `most` threads from now on.
pub fn allow(most: usize) {
    MOST.store(most.max(1), Ordering::Relaxed);
}

/// Does two things at once.
pub fn beside<A, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    thread::scope(|scope| {
        let other = scope.spawn(panics::shared(other));
        (one(), other.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// How many threads are to share a piece of work.
#[must_use]
pub fn number() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(MOST.load(Ordering::Relaxed))
}
