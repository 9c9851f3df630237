//! Work that may never end, on a thread of its own, of which there is one at most: a disk may never answer.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tokio::{
    sync::{Notify, oneshot},
    time::timeout,
};

use crate::panics;

/// Work that is under way apart, if any is.
pub(super) struct Apart<T> {
    under_way: Option<(oneshot::Receiver<T>, Instant)>,
    /// Rings at the end of each work.
    ended: Arc<Notify>,
}

/// The work panicked, or no thread was to be had for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Died;

impl<T: Send + 'static> Apart<T> {
    /// `ended` rings when a work is done, whether or not somebody waits for it.
    pub(super) fn new(ended: Arc<Notify>) -> Self {
        Self { under_way: None, ended }
    }

    /// What comes of the work that is under way or, if none is, of this one, which may not take longer than `patience`. It
    /// goes on if it does (`None`), or if this is cancelled, and nothing else is begun before it ends.
    pub(super) async fn done(
        &mut self,
        patience: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>, Died> {
        if self.under_way.is_none() {
            let (result, done) = oneshot::channel();
            // Not one of the runtime's own, whose end waits for them.
            let ended = Arc::clone(&self.ended);
            let work = move || {
                if let Ok(done) = panics::contained(work) {
                    // Nobody may be left who wants to know.
                    let _ = result.send(done);
                }
                ended.notify_one();
            };
            thread::Builder::new().name("reading".to_owned()).spawn(work).map_err(|_| Died)?;
            self.under_way = Some((done, Instant::now()));
        }
        let Some((done, since)) = &mut self.under_way else { return Ok(None) };
        let done = timeout(patience.saturating_sub(since.elapsed()), done).await;
        let Ok(done) = done else { return Ok(None) };
        self.under_way = None;
        done.map(Some).map_err(|_| Died)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn what_takes_too_long_goes_on_alone_and_is_taken_when_it_ends() {
        let mut apart = Apart::new(Arc::default());
        assert_eq!(apart.done(LONG, || 1).await, Ok(Some(1)));
        let (finish, finished) = mpsc::channel();
        let hung = move || finished.recv().unwrap_or_default();
        assert_eq!(apart.done(Duration::from_millis(20), hung).await, Ok(None));
        // It has had its time; nothing else is begun, and nobody waits for it again.
        assert_eq!(apart.done(Duration::from_millis(20), || panic!("a second one")).await, Ok(None));
        finish.send(7).unwrap();
        assert_eq!(apart.done(LONG, || panic!("a second one")).await, Ok(Some(7)));
        assert_eq!(apart.done(LONG, || 8).await, Ok(Some(8)));
    }

    #[tokio::test]
    async fn whoever_stops_waiting_loses_nothing() {
        let ended = Arc::new(Notify::new());
        let mut apart = Apart::new(Arc::clone(&ended));
        let (finish, finished) = mpsc::channel();
        let waiting = apart.done(LONG, move || finished.recv().unwrap_or_default());
        assert!(timeout(Duration::from_millis(20), waiting).await.is_err());
        finish.send(7).unwrap();
        timeout(LONG, ended.notified()).await.unwrap();
        assert_eq!(apart.done(LONG, || panic!("a second one")).await, Ok(Some(7)));
    }

    #[tokio::test]
    async fn a_panic_is_told() {
        let mut apart: Apart<u8> = Apart::new(Arc::default());
        assert_eq!(apart.done(LONG, || panic!("on purpose")).await, Err(Died));
        assert_eq!(apart.done(LONG, || 8).await, Ok(Some(8)));
    }
}
