//! Accepting invites.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Bot, Failure, lanes::Jammed, locked};
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
                () = bot.stop.cancelled() => Ok(()),
                joined = bot.join(&room) => {
                    locked(&bot.joining).remove(&room);
                    joined
                }
            }
        });
    }

    async fn join(&self, room: &str) -> Result<(), Failure> {
        let started = Instant::now();
        let mut backoff = Backoff::new(LONGEST_PAUSE);
        let mut hung = false;
        while self.account.is_invited(room) {
            let (after, cause) = match self.joins.run(&mut hung, self.account.join(room)).await {
                Ok(Ok(())) => {
                    tracing::info!(room, "joined");
                    return Ok(());
                }
                Err(Jammed) => (None, "the homeserver takes long over this and many other invites".to_owned()),
                Ok(Err(trouble)) => match self.account.confirmed(trouble).await {
                    Trouble::Again { after, cause, .. } => (after, cause),
                    // An invite over federation may arrive before the room can be joined, which looks like a refusal.
                    Trouble::Never { cause, .. } => (None, cause),
                    over => return self.ended(&over),
                },
            };
            let pause = backoff.next(after);
            if started.elapsed() + pause > PATIENCE {
                tracing::warn!(room, cause, "the invite could not be accepted; the next start tries again");
                return Ok(());
            }
            tracing::info!(room, cause, seconds = pause.as_secs_f32(), "the room can't be joined yet");
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }
}
