//! Reading a room back to its mark.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Bot, Failure,
    intake::{Item, read_all},
    lanes::Jammed,
};
use crate::matrix::{Backoff, Older, Stretch, Trouble};

/// The longest pause after a page that could not be had.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// After how many failures in a row the questions that came since are answered before the older ones.
const PATIENT_FAILURES: u32 = 3;

impl Bot {
    /// Starts to read `room` back, from `before` or from its end. Its gap is open already.
    pub(super) fn catch_up(self: &Arc<Self>, room: String, before: Option<String>) {
        let bot = Arc::clone(self);
        self.tasks.spawn("catching up", async move { bot.close_gap(&room, before).await });
    }

    async fn close_gap(self: &Arc<Self>, room: &str, mut before: Option<String>) -> Result<(), Failure> {
        let mut fetched = Vec::new();
        let mut again = false;
        loop {
            let Some(older) = self.older(room, before).await? else { return Ok(()) };
            let received = Instant::now();
            let newest = older.newest;
            let mut items = read_all(room, &older.seen, received);
            items.append(&mut fetched);
            fetched = items;
            let mut rooms = self.rooms.lock().await;
            let Some(gap) = rooms.gaps.get_mut(room) else { return Ok(()) };
            if let Some(back) = gap.again.take() {
                if back.anew {
                    fetched.clear();
                }
                before = back.from;
                again = true;
                continue;
            }
            let Some(gap) = rooms.gaps.remove(room) else { return Ok(()) };
            if gap.void {
                fetched.clear();
            }
            fetched.retain(|item: &Item| !gap.answered.contains(&item.entry.event));
            let mut items = fetched;
            items.extend(gap.tail);
            if again {
                // What two readings brought overlaps; the store knows what is double, but not what came first.
                items.sort_by_key(|item| item.entry.said_at);
            }
            let last = gap.last.or(newest);
            let marks = last.map(|last| (room.to_owned(), last)).into_iter().collect();
            tracing::debug!(room, questions = items.len(), "caught up");
            return self.record(&mut rooms, items, marks).await;
        }
    }

    /// What is before, tried until it is had; `None` when the bot stops first. A room that can't be read has no past.
    async fn older(self: &Arc<Self>, room: &str, before: Option<String>) -> Result<Option<Older>, Failure> {
        let mut backoff = Backoff::new(LONGEST_PAUSE);
        let mut hung = false;
        let mark = self.rooms.lock().await.marks.get(room).cloned();
        let stretch = Stretch { room: room.to_owned(), from: before, mark, max_age: self.max_age };
        loop {
            let paged = tokio::select! {
                () = self.stop.cancelled() => return Ok(None),
                paged = self.pages.run(&mut hung, self.account.page_back(&stretch)) => paged,
            };
            let (after, cause) = match paged {
                Ok(Ok(older)) => return Ok(Some(older)),
                Err(Jammed) => (None, "the homeserver takes long over this and many other rooms".to_owned()),
                Ok(Err(trouble)) => match self.account.confirmed(trouble).await {
                    Trouble::Again { after, cause, .. } => (after, cause),
                    Trouble::Never { cause, .. } => {
                        tracing::warn!(room, cause, "what was said while the bot was away can't be read");
                        return Ok(Some(Older::default()));
                    }
                    over => return self.ended(&over).map(|()| None),
                },
            };
            if backoff.failures() >= PATIENT_FAILURES {
                // New questions don't wait for old ones any longer. The mark stays, so that nothing is skipped.
                let mut rooms = self.rooms.lock().await;
                let tail = rooms.gaps.get_mut(room).map(|gap| std::mem::take(&mut gap.tail));
                self.record(&mut rooms, tail.unwrap_or_default(), Vec::new()).await?;
            }
            let pause = backoff.next(after);
            tracing::debug!(room, cause, "reading back failed and is tried again");
            tokio::select! {
                () = self.stop.cancelled() => return Ok(None),
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}
