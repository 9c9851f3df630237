//! Events whose key comes late.
//!
//! An event says which session opens it. When a session's key arrives, the events that wait for it are tried. Now and then
//! others are, too, a few at a time from the newest to the oldest that still matters: a key may have come just before its
//! event was recorded.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use super::{Bot, Failure, intake::read_one};
use crate::{
    matrix::{self, Arrived, SessionKey, Trouble, incoming::Seen},
    store::Unfinished,
};

/// How often sealed events are tried whose keys are not known to have come.
const ROUND: Duration = Duration::from_mins(1);
/// How many of them in a round.
const AT_ONCE: i64 = 200;
/// How many events one key opens at most; the rounds see to the others.
const OF_A_SESSION: i64 = 1000;
/// How many wait to be tried; the rounds see to the others.
const MOST: usize = 5000;
/// One is tried so often: the homeserver is asked for each.
const PACE: Duration = Duration::from_millis(20);
/// How long the homeserver may take to give one.
const PATIENCE: Duration = Duration::from_secs(5);
/// For how long no event of another room is asked for because the homeserver asks for a pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often old rows are swept, in rounds.
const SWEEP_EVERY: u32 = 60;

/// What became of a try.
enum Tried {
    Done,
    /// The room is in trouble, and its other events can wait for the next round.
    Trouble,
    /// It is, and the homeserver asks for a pause.
    Pause(Duration),
}

impl Bot {
    /// Tries sealed events again when their keys came, and now and then. Sweeps the store, too.
    pub(super) async fn unseal(self: Arc<Self>) -> Result<(), Failure> {
        let mut arrivals = self.account.arrivals().await;
        let mut waiting: VecDeque<Unfinished> = VecDeque::new();
        let mut reached: Option<Unfinished> = None;
        let mut rounds = 0_u32;
        let mut next_round = Instant::now();
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return Ok(()),
                arrived = arrivals.next() => match arrived {
                    Arrived::Sessions(keys) => self.open_first(&mut waiting, &keys).await?,
                    Arrived::Unknown => {
                        reached = None;
                        next_round = Instant::now();
                    }
                },
                () = sleep_until(next_round) => {
                    next_round = Instant::now() + ROUND;
                    self.start_round(&mut waiting, &mut reached).await?;
                    rounds = rounds.wrapping_add(1);
                    if rounds.is_multiple_of(SWEEP_EVERY) {
                        self.sweep().await?;
                    }
                }
                _ = pace.tick(), if !waiting.is_empty() => {
                    let Some(sealed) = waiting.pop_front() else { continue };
                    let tried = tokio::select! {
                        () = self.stop.cancelled() => return Ok(()),
                        tried = self.open_one(&sealed) => tried?,
                    };
                    match tried {
                        Tried::Done => {}
                        Tried::Trouble => waiting.retain(|other| other.room != sealed.room),
                        Tried::Pause(pause) => {
                            waiting.retain(|other| other.room != sealed.room);
                            pace.reset_after(pause.min(LONGEST_PAUSE));
                        }
                    }
                }
            }
        }
    }

    /// What the keys of these sessions open goes before everything else.
    async fn open_first(&self, waiting: &mut VecDeque<Unfinished>, keys: &[SessionKey]) -> Result<(), Failure> {
        for SessionKey { room, session } in keys {
            let opened = self.store.sealed_with(room, session, OF_A_SESSION).await?;
            for sealed in opened.into_iter().rev() {
                if waiting.len() < MOST {
                    waiting.push_front(sealed);
                }
            }
        }
        Ok(())
    }

    /// The next few of all that wait for their keys. `reached`: how far the last round came; then it starts over.
    async fn start_round(
        &self,
        waiting: &mut VecDeque<Unfinished>,
        reached: &mut Option<Unfinished>,
    ) -> Result<(), Failure> {
        let expired = self.store.expire_sealed(self.oldest()).await?;
        if expired > 0 {
            tracing::info!(expired, "never decrypted, left alone");
        }
        if !waiting.is_empty() {
            return Ok(());
        }
        let mut some = self.store.sealed(reached.as_ref(), AT_ONCE).await?;
        *reached = some.last().cloned().filter(|_| i64::try_from(some.len()) == Ok(AT_ONCE));
        // In the order in which they were said.
        some.reverse();
        waiting.extend(some);
        Ok(())
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

    async fn open_one(self: &Arc<Self>, sealed: &Unfinished) -> Result<Tried, Failure> {
        let view = self.account.view(self.max_age, true);
        let fetched = timeout(PATIENCE, self.account.fetch(&sealed.room, &sealed.event, view));
        let Ok(fetched) = fetched.await else { return Ok(Tried::Trouble) };
        let reason = match fetched {
            Ok(Some(Seen::Sealed(_))) => return Ok(Tried::Done),
            Ok(Some(seen)) => match read_one(&sealed.room, &seen, std::time::Instant::now()) {
                Some(mut item) => {
                    item.job.said_at = sealed.said_at;
                    let mut rooms = self.rooms.lock().await;
                    self.record(&mut rooms, vec![item], Vec::new()).await?;
                    return Ok(Tried::Done);
                }
                None => "not a command",
            },
            Ok(None) => "not a question",
            Err(trouble) => match self.account.confirmed(trouble).await {
                Trouble::Never { .. } => "can't be fetched",
                Trouble::Again { after: Some(pause), .. } => return Ok(Tried::Pause(pause)),
                Trouble::Again { after: None, .. } => return Ok(Tried::Trouble),
                over => return self.ended(&over).map(|()| Tried::Trouble),
            },
        };
        self.store.dropped(&sealed.event, reason, 0).await?;
        Ok(Tried::Done)
    }
}
