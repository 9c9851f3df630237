//! The tasks beside the sync: none dies unseen, and the end waits for them.

use std::{future::Future, time::Duration};

use tokio::sync::mpsc;

use super::Failure;
use crate::panics;

/// Where tasks are started.
pub(super) struct Tasks {
    failed: mpsc::UnboundedSender<Failure>,
    alive: std::sync::Mutex<Option<mpsc::Sender<()>>>,
    ended: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

/// Tells of tasks that failed or panicked.
pub(super) struct Failures(mpsc::UnboundedReceiver<Failure>);

impl Tasks {
    pub(super) fn new() -> (Self, Failures) {
        let (failed, failures) = mpsc::unbounded_channel();
        let (alive, ended) = mpsc::channel(1);
        let tasks = Self { failed, alive: std::sync::Mutex::new(Some(alive)), ended: tokio::sync::Mutex::new(ended) };
        (tasks, Failures(failures))
    }

    /// Starts `work`. Its failure ends the bot; so does its panic, under `name`.
    pub(super) fn spawn(&self, name: &'static str, work: impl Future<Output = Result<(), Failure>> + Send + 'static) {
        // Each task holds a sender; when the last is gone, all have ended. No task starts after the end has begun.
        let Some(alive) = super::locked(&self.alive).clone() else {
            return;
        };
        let failed = self.failed.clone();
        let work = tokio::spawn(panics::part(name, work));
        tokio::spawn(async move {
            let _alive = alive;
            let failure = match work.await {
                Ok(Ok(())) => return,
                Ok(Err(failure)) => failure,
                // It told the log where it panicked.
                Err(_) => Failure::Died(name),
            };
            // Nobody listens any more when the bot is stopping anyway.
            let _ = failed.send(failure);
        });
    }

    /// Lets the tasks end, for `patience` at most; says whether all did.
    pub(super) async fn drained(&self, patience: Duration) -> bool {
        super::locked(&self.alive).take();
        let mut ended = self.ended.lock().await;
        tokio::time::timeout(patience, ended.recv()).await.is_ok()
    }
}

impl Failures {
    pub(super) async fn next(&mut self) -> Failure {
        match self.0.recv().await {
            Some(failure) => failure,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_told_and_the_end_waits_for_the_others() {
        let (tasks, mut failures) = Tasks::new();
        tasks.spawn("one", async { panic!("on purpose") });
        assert!(matches!(failures.next().await, Failure::Died("one")));
        tasks.spawn("two", async { Err(Failure::NoFolder) });
        assert!(matches!(failures.next().await, Failure::NoFolder));
        tasks.spawn("three", async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Ok(())
        });
        assert!(!tasks.drained(Duration::from_millis(1)).await);
        assert!(tasks.drained(Duration::from_secs(5)).await);
    }
}
