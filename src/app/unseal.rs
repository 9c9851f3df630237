//! Events whose key comes late.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Bot, Failure, intake::read_one};
use crate::{
    matrix::{
        self, Trouble,
        incoming::{Seen, View},
    },
    store::Unfinished,
};

/// How often sealed events are tried when no keys come.
const SLOW: Duration = Duration::from_mins(1);
/// How soon after keys came they are tried: keys often come in several responses.
const SETTLE: Duration = Duration::from_millis(200);
/// How many are tried at a time.
const AT_ONCE: i64 = 50;
/// How often old rows are swept, in rounds of [`SLOW`].
const SWEEP_EVERY: u32 = 60;

impl Bot {
    /// Tries sealed events again whenever keys came, and now and then. Sweeps the store, too.
    pub(super) async fn unseal(self: Arc<Self>) -> Result<(), Failure> {
        let mut rounds = 0_u32;
        loop {
            let round = async {
                self.open_all().await?;
                rounds = rounds.wrapping_add(1);
                if rounds.is_multiple_of(SWEEP_EVERY) {
                    self.sweep().await?;
                }
                Ok::<_, Failure>(())
            };
            tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                done = round => done?,
            }
            tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                () = self.keys_came.notified() => tokio::time::sleep(SETTLE).await,
                () = tokio::time::sleep(SLOW) => {}
            }
        }
    }

    /// Forgets what is too old to matter.
    pub(super) async fn sweep(&self) -> Result<(), Failure> {
        let now = matrix::now();
        self.store.sweep(now).await?;
        self.store.sweep_outbox(now).await?;
        let age = matrix::milliseconds(self.history);
        let folded = self.store.fold_history(now.saturating_sub(age)).await?;
        if folded > 0 {
            tracing::info!(folded, "changes older than the kept history are forgotten");
        }
        Ok(())
    }

    async fn open_all(self: &Arc<Self>) -> Result<(), Failure> {
        let expired = self.store.expire_sealed(self.oldest()).await?;
        if expired > 0 {
            tracing::info!(expired, "never decrypted, left alone");
        }
        for sealed in self.store.sealed(AT_ONCE).await? {
            if !self.open_one(&sealed).await? {
                break;
            }
        }
        Ok(())
    }

    /// Tries one; says whether it makes sense to try the next.
    async fn open_one(self: &Arc<Self>, sealed: &Unfinished) -> Result<bool, Failure> {
        let view = View { own: self.account.user(), now: matrix::now(), max_age: self.max_age, live: true };
        let reason = match self.account.fetch(&sealed.room, &sealed.event, view).await {
            Ok(Some(Seen::Sealed(_))) => return Ok(true),
            Ok(Some(seen)) => match read_one(&sealed.room, &seen, Instant::now()) {
                Some(mut item) => {
                    item.job.said_at = sealed.said_at;
                    let mut rooms = self.rooms.lock().await;
                    self.record(&mut rooms, vec![item], Vec::new()).await?;
                    return Ok(true);
                }
                None => "not a command",
            },
            Ok(None) => "not a question",
            Err(Trouble::Never { .. }) => "can't be fetched",
            Err(Trouble::Again { .. } | Trouble::SignedOut | Trouble::AccountClosed(_)) => return Ok(false),
        };
        self.store.dropped(&sealed.event, reason, 0).await?;
        Ok(true)
    }
}
