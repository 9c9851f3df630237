//! Two lanes for what is asked of the homeserver for one room: what hangs leaves the quick one, and holds up no other room.

use std::time::Duration;

use tokio::{sync::Semaphore, time::timeout};

/// What takes longer than this leaves the quick lane.
const QUICK: Duration = Duration::from_secs(2);
/// How much is done in the quick lane at a time, and how much beside it.
const QUICK_AT_ONCE: usize = 8;
const SLOW_AT_ONCE: usize = 32;

/// The lanes.
#[derive(Debug)]
pub(super) struct Lanes {
    quick: Semaphore,
    slow: Semaphore,
    patience: Duration,
}

/// Something hangs, and so does too much else: it was given up and is to be tried later.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Jammed;

impl Default for Lanes {
    fn default() -> Self {
        Self { quick: Semaphore::new(QUICK_AT_ONCE), slow: Semaphore::new(SLOW_AT_ONCE), patience: QUICK }
    }
}

impl Lanes {
    /// How much hangs at this moment.
    pub(super) fn hanging(&self) -> usize {
        SLOW_AT_ONCE.saturating_sub(self.slow.available_permits())
    }

    /// Does `work`, which has a limit of its own. `hung`: whether it has hung before, which keeps it out of the quick lane;
    /// set here.
    ///
    /// # Errors
    ///
    /// When there is no place for what hangs.
    pub(super) async fn run<T>(&self, hung: &mut bool, work: impl Future<Output = T>) -> Result<T, Jammed> {
        // Neither is ever closed.
        if *hung {
            let _slot = self.slow.acquire().await;
            return Ok(work.await);
        }
        let mut work = std::pin::pin!(work);
        let quick = self.quick.acquire().await;
        if let Ok(done) = timeout(self.patience, &mut work).await {
            return Ok(done);
        }
        *hung = true;
        let Ok(_slot) = self.slow.try_acquire() else { return Err(Jammed) };
        drop(quick);
        Ok(work.await)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::{task::JoinSet, time::Instant};

    use super::*;

    const HANGS: Duration = Duration::from_mins(1);

    fn lanes(slow: usize) -> Arc<Lanes> {
        Arc::new(Lanes { slow: Semaphore::new(slow), patience: Duration::from_millis(50), ..Lanes::default() })
    }

    #[tokio::test]
    async fn what_hangs_holds_up_nobody() {
        let lanes = lanes(SLOW_AT_ONCE);
        let mut hanging = JoinSet::new();
        for _ in 0..24 {
            let lanes = Arc::clone(&lanes);
            hanging.spawn(async move { lanes.run(&mut false, tokio::time::sleep(HANGS)).await });
        }
        tokio::task::yield_now().await;
        let start = Instant::now();
        assert_eq!(lanes.run(&mut false, async { 7 }).await, Ok(7));
        assert!(start.elapsed() < HANGS / 4, "{:?}", start.elapsed());
        assert!(lanes.hanging() > 0);
        hanging.shutdown().await;
        assert_eq!(lanes.hanging(), 0);
        assert_eq!(lanes.quick.available_permits(), QUICK_AT_ONCE);
    }

    #[tokio::test]
    async fn more_than_there_is_place_for_is_given_up_and_stays_out_of_the_quick_lane() {
        let lanes = lanes(0);
        let mut hung = false;
        assert_eq!(lanes.run(&mut hung, std::future::pending::<()>()).await, Err(Jammed));
        assert!(hung);
        let waits = timeout(Duration::from_millis(50), lanes.run(&mut hung, async {}));
        assert!(waits.await.is_err(), "it waits its turn");
        assert_eq!(lanes.quick.available_permits(), QUICK_AT_ONCE);
    }
}
