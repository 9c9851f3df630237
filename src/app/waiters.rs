//! Who waits for an answer: they go before everything that is said unasked.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{sync::Notify, time::Instant};

use super::locked;

/// The rooms in which somebody waits for an answer that could be given: not those that are in trouble.
#[derive(Default)]
pub(super) struct Waiters {
    count: AtomicUsize,
    gone: Notify,
    /// When the last answer was given.
    last: Mutex<Option<Instant>>,
}

/// One such room, for as long as this is held.
pub(super) struct Waiter<'w> {
    waiters: &'w Waiters,
    counts: bool,
}

impl Waiters {
    /// Whether somebody waits.
    pub(super) fn any(&self) -> bool {
        self.count.load(Ordering::SeqCst) > 0
    }

    /// Returns once nobody waits any more.
    pub(super) async fn gone(&self) {
        let gone = self.gone.notified();
        if self.any() {
            gone.await;
        }
    }

    /// When somebody was answered last.
    pub(super) fn last_answer(&self) -> Option<Instant> {
        *locked(&self.last)
    }

    /// Somebody was answered.
    pub(super) fn answered(&self) {
        *locked(&self.last) = Some(Instant::now());
    }

    /// Somebody waits in one more room.
    pub(super) fn one_more(&self) -> Waiter<'_> {
        let mut waiter = Waiter { waiters: self, counts: false };
        waiter.count(true);
        waiter
    }
}

impl Waiter<'_> {
    /// Whether others should wait for this one. Not while its room is in trouble.
    pub(super) fn count(&mut self, counts: bool) {
        if counts == self.counts {
            return;
        }
        self.counts = counts;
        if counts {
            self.waiters.count.fetch_add(1, Ordering::SeqCst);
        } else if self.waiters.count.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.waiters.gone.notify_one();
        }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.count(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_waits_once_the_last_is_gone_or_in_trouble() {
        let waiters = Waiters::default();
        let (mut one, other) = (waiters.one_more(), waiters.one_more());
        one.count(false);
        one.count(false);
        assert!(waiters.any());
        drop(other);
        assert!(!waiters.any());
        waiters.gone().await;
        one.count(true);
        assert!(waiters.any());
        drop(one);
        assert!(!waiters.any());
    }
}
