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
const SLOW: Duration = Duration::from_secs(60);
/// How soon after keys came they are tried: keys often come in several responses.
const SETTLE: Duration = Duration::from_millis(200);
/// How many are tried at a time.
const AT_ONCE: i64 = 50;
/// How often old rows are swept, in rounds of [`SLOW`].
const SWEEP_EVERY: u32 = 60;

impl Bot {
    /// Tries sealed events again whenever keys came, and now and then. Sweeps the store, too.
    pub(super) async fn unseal(self: Arc<Self>) {
        let mut rounds = 0_u32;
        loop {
            let round = async {
                self.open_all().await?;
                rounds = rounds.wrapping_add(1);
                if rounds.is_multiple_of(SWEEP_EVERY) {
                    self.store.sweep(matrix::now()).await?;
                }
                Ok::<_, Failure>(())
            };
            tokio::select! {
                () = self.stop.cancelled() => return,
                done = round => if let Err(fault) = done { panic!("{fault}") },
            }
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.keys_came.notified() => tokio::time::sleep(SETTLE).await,
                () = tokio::time::sleep(SLOW) => {}
            }
        }
    }

    async fn open_all(self: &Arc<Self>) -> Result<(), Failure> {
        for sealed in self.store.sealed(AT_ONCE).await? {
            self.open_one(&sealed).await?;
        }
        Ok(())
    }

    async fn open_one(self: &Arc<Self>, sealed: &Unfinished) -> Result<(), Failure> {
        if self.is_too_old(sealed.said_at) {
            tracing::info!(room = sealed.room, event = sealed.event, "never decrypted, left alone");
            return Ok(self.store.dropped(&sealed.event, "never decrypted", 0).await?);
        }
        let view = View { own: self.account.user(), now: matrix::now(), max_age: self.max_age, live: false };
        let reason = match self.account.fetch(&sealed.room, &sealed.event, view).await {
            Ok(Some(Seen::Sealed(_))) | Err(Trouble::Again { .. } | Trouble::SignedOut | Trouble::AccountClosed(_)) => {
                return Ok(());
            }
            Ok(Some(seen)) => match read_one(&sealed.room, &seen, Instant::now()) {
                Some(item) => {
                    let mut rooms = self.rooms.lock().await;
                    let recorded = self.record(&mut rooms, vec![item], Vec::new()).await;
                    return recorded;
                }
                None => "not a command",
            },
            Ok(None) => "not a question",
            Err(Trouble::Never { .. }) => "can't be fetched",
        };
        Ok(self.store.dropped(&sealed.event, reason, 0).await?)
    }
}
