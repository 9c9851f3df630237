//! Accepting invites.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Bot, locked};
use crate::matrix::{Backoff, Trouble};

/// How long an invite that can't be accepted yet is tried. The next start tries it again.
const PATIENCE: Duration = Duration::from_mins(10);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

impl Bot {
    /// Whether an invite is being accepted.
    pub(super) fn is_joining(&self) -> bool {
        !locked(&self.joining).is_empty()
    }

    /// Starts to accept the invite to `room`, unless that is under way.
    pub(super) fn accept(self: &Arc<Self>, room: String) {
        if !locked(&self.joining).insert(room.clone()) {
            return;
        }
        let bot = Arc::clone(self);
        self.tasks.spawn("joining a room", async move {
            tokio::select! {
                () = bot.stop.cancelled() => {}
                () = bot.join(&room) => {}
            }
            locked(&bot.joining).remove(&room);
            Ok(())
        });
    }

    async fn join(&self, room: &str) {
        let started = Instant::now();
        let mut backoff = Backoff::new(LONGEST_PAUSE);
        while self.account.is_invited(room) {
            let tried = {
                // Never closed.
                let _slot = self.join_slots.acquire().await;
                self.account.join(room).await
            };
            let (after, cause) = match tried {
                Ok(()) => {
                    tracing::info!(room, "joined");
                    return;
                }
                Err(Trouble::Again { after, cause, .. }) => (after, cause),
                // An invite over federation may arrive before the room can be joined, which looks like a refusal.
                Err(Trouble::Never { cause, .. }) => (None, cause),
                Err(Trouble::SignedOut | Trouble::AccountClosed(_)) => return,
            };
            let pause = backoff.next(after);
            if started.elapsed() + pause > PATIENCE {
                tracing::warn!(room, cause, "the invite could not be accepted; the next start tries again");
                return;
            }
            tracing::info!(room, cause, seconds = pause.as_secs_f32(), "the room can't be joined yet");
            tokio::time::sleep(pause).await;
        }
    }
}
