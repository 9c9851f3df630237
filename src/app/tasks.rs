//! The tasks beside the sync: none dies unseen, and the end waits for them.

use std::{future::Future, time::Duration};

use tokio::sync::mpsc;

/// Where tasks are started.
pub(super) struct Tasks {
    died: mpsc::UnboundedSender<&'static str>,
    alive: std::sync::Mutex<Option<mpsc::Sender<()>>>,
    ended: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

/// Tells of tasks that panicked.
pub(super) struct Died(mpsc::UnboundedReceiver<&'static str>);

impl Tasks {
    pub(super) fn new() -> (Self, Died) {
        let (died, deaths) = mpsc::unbounded_channel();
        let (alive, ended) = mpsc::channel(1);
        let tasks = Self { died, alive: std::sync::Mutex::new(Some(alive)), ended: tokio::sync::Mutex::new(ended) };
        (tasks, Died(deaths))
    }

    /// Starts `work`. Its panic ends the bot, under `name`.
    pub(super) fn spawn(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        // Each task holds a sender; when the last is gone, all have ended. No task starts after the end has begun.
        let Some(alive) = super::locked(&self.alive).clone() else { return };
        let died = self.died.clone();
        let work = tokio::spawn(work);
        tokio::spawn(async move {
            let _alive = alive;
            if work.await.is_err_and(|error| error.is_panic()) {
                // Nobody listens any more when the bot is stopping anyway.
                let _ = died.send(name);
            }
        });
    }

    /// Lets the tasks end, for `patience` at most; says whether all did.
    pub(super) async fn drained(&self, patience: Duration) -> bool {
        super::locked(&self.alive).take();
        let mut ended = self.ended.lock().await;
        tokio::time::timeout(patience, ended.recv()).await.is_ok()
    }
}

impl Died {
    pub(super) async fn next(&mut self) -> &'static str {
        match self.0.recv().await {
            Some(name) => name,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_told_and_the_end_waits_for_the_others() {
        let (tasks, mut died) = Tasks::new();
        tasks.spawn("one", async { panic!("on purpose") });
        assert_eq!(died.next().await, "one");
        tasks.spawn("two", tokio::time::sleep(Duration::from_millis(50)));
        assert!(!tasks.drained(Duration::from_millis(1)).await);
        assert!(tasks.drained(Duration::from_secs(5)).await);
    }
}
