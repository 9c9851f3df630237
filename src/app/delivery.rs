//! The outbox is worked off: what is said unasked, one message after the other in a room, a few rooms at a time.
//!
//! A message is noted as tried before it is sent, and as sent once it has an event id. In between the process may die, and
//! the homeserver may have taken it or not: it is sent again with the same transaction id, which the homeserver takes once.
//! It remembers those for about a day and for each device; what is older, or was tried by another device, is looked for in
//! the room first.
//!
//! Whoever waits for an answer goes first: while somebody does, nothing new is sent.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};

use super::{Bot, Failure};
use crate::{
    matrix::{self, Backoff, Post, Relation, Sought, Trouble},
    store::{Fault, Purpose, Waiting},
};

/// How many messages are under way at a time, but for slow ones. More would make answers wait at the homeserver, which most
/// take one after the other anyway.
const AT_ONCE: usize = 2;
/// A message that is under way for longer is slow: its room is in trouble, and holds up no other.
const SLOW: Duration = Duration::from_secs(2);
/// How many messages are under way at a time, slow ones and all.
const MOST: usize = 16;
/// For so long after an answer somebody may ask again: then one message at a time is enough in their way, with a rest after each
/// of `RESTS` times as long as it took, so that the homeserver is free more often than not.
const CONVERSATION: Duration = Duration::from_secs(3);
const RESTS: u32 = 3;
/// The longest such rest.
const LONGEST_REST: Duration = Duration::from_millis(300);
/// How many waiting messages are fetched from the store at a time.
const FETCHED: usize = 64;
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// For how long a homeserver surely remembers a transaction id, in milliseconds: half of what is usual.
const REMEMBERED: i64 = 12 * 60 * 60 * 1000;
/// How long a homeserver that has limited us is sent one message at a time.
const CAREFUL: Duration = Duration::from_mins(1);
/// How often those who run the bot are tried to be told in a room that does not take it, in milliseconds.
const NOTICE_PAUSE: i64 = 5 * 60 * 1000;
/// How often the outbox is looked at when nothing tells of it.
const LOOK: Duration = Duration::from_secs(30);

/// How one attempt ended.
enum End {
    Settled,
    /// The homeserver asks for a pause.
    Limited(Duration),
    /// The session is over, which the sync tells.
    Left,
}

/// What the homeserver's limits ask for, and those who ask questions.
#[derive(Default)]
struct Pace {
    rest_until: Option<Instant>,
    not_before: Option<Instant>,
    careful_until: Option<Instant>,
}

impl Pace {
    /// Whether another message may be sent, beside those that are under way since these moments. `conversation`: somebody
    /// has asked something lately.
    fn allows_another<'b>(&self, under_way: impl ExactSizeIterator<Item = &'b Instant>, conversation: bool) -> bool {
        let careful = self.careful_until.is_some_and(|until| until > Instant::now());
        let at_once = if careful || conversation { 1 } else { AT_ONCE };
        under_way.len() < MOST && under_way.filter(|since| since.elapsed() < SLOW).count() < at_once
    }

    fn limited(&mut self, pause: Duration) {
        let until = Instant::now() + pause;
        self.not_before = Some(self.not_before.map_or(until, |before| before.max(until)));
        self.careful_until = Some(until + CAREFUL);
    }

    /// A message took so long amid a conversation.
    fn rest(&mut self, took: Duration) {
        self.rest_until = Some(Instant::now() + (took * RESTS).min(LONGEST_REST));
    }

    fn pause(&self) -> Option<Instant> {
        self.not_before.max(self.rest_until).filter(|until| *until > Instant::now())
    }
}

impl Bot {
    /// Works the outbox off for as long as the bot runs.
    pub(super) async fn deliver(self: Arc<Self>) -> Result<(), Failure> {
        let mut sending: JoinSet<(String, Result<End, Fault>)> = JoinSet::new();
        // The rooms that a message is under way to, and since when.
        let mut busy: HashMap<String, Instant> = HashMap::new();
        let mut fetched: VecDeque<Waiting> = VecDeque::new();
        let mut pace = Pace::default();
        loop {
            let mut wake = Instant::now() + LOOK;
            // Asked once: whoever is gone by the time that this is waited for is told of.
            let others_first = self.waiters.any();
            if let Some(until) = pace.pause() {
                wake = wake.min(until);
            } else if !others_first {
                while pace.allows_another(busy.values(), self.waiters.answered_within(CONVERSATION)) {
                    if fetched.is_empty() {
                        let limit = i64::try_from(FETCHED + busy.len()).unwrap_or(i64::MAX);
                        fetched = self.store.waiting(matrix::now(), limit).await?.into();
                        fetched.retain(|waiting| !busy.contains_key(&waiting.room));
                    }
                    let Some(waiting) = fetched.pop_front() else { break };
                    busy.insert(waiting.room.clone(), Instant::now());
                    let bot = Arc::clone(&self);
                    sending.spawn(async move {
                        let room = waiting.room.clone();
                        (room, bot.send_waiting(waiting).await)
                    });
                }
                // Another one may be sent once one of these is slow.
                wake = busy
                    .values()
                    .map(|since| *since + SLOW)
                    .filter(|slow| *slow > Instant::now())
                    .fold(wake, Instant::min);
                if sending.is_empty()
                    && let Some(next) = self.store.next_try().await?
                {
                    wake = wake.min(Instant::now() + until(next));
                }
            }
            tokio::select! {
                biased;
                () = self.stop.cancelled() => break,
                Some(done) = sending.join_next() => {
                    let (room, end) = done.map_err(|panic| {
                        tracing::error!(%panic, "a message could not be sent");
                        Failure::Died("delivering")
                    })?;
                    let since = busy.remove(&room);
                    if let Some(since) = since.filter(|_| self.waiters.answered_within(CONVERSATION)) {
                        pace.rest(since.elapsed());
                    }
                    match end? {
                        End::Settled => {}
                        End::Limited(pause) => pace.limited(pause),
                        End::Left => break,
                    }
                }
                () = self.data.outbox_filled.notified() => {}
                () = self.waiters.gone(), if others_first => {}
                () = sleep_until(wake) => {}
            }
        }
        // The session may be over, which the sync tells too.
        self.stop.cancelled().await;
        // What is under way may end, so that its event id is noted.
        let ending = async { while sending.join_next().await.is_some() {} };
        let _ = timeout(super::LAST_ANSWERS, ending).await;
        Ok(())
    }

    async fn send_waiting(&self, mut waiting: Waiting) -> Result<End, Fault> {
        let Some(tried) = self.try_waiting(&mut waiting).await? else { return Ok(End::Settled) };
        match tried {
            Ok(event) => {
                self.store.sent(waiting.id, &event).await?;
                tracing::info!(room = waiting.room, event, purpose = ?waiting.purpose, attempts = waiting.attempts + 1, "told");
                Ok(End::Settled)
            }
            Err(Trouble::Never { cause, .. }) if waiting.purpose == Purpose::Notice => {
                tracing::warn!(room = waiting.room, cause, "those who run the bot can't be told there yet");
                self.store.never_arrived(waiting.id).await?;
                self.store.postponed(waiting.id, matrix::now().saturating_add(NOTICE_PAUSE), &cause).await?;
                Ok(End::Settled)
            }
            Err(Trouble::Never { cause, .. }) => self.refused(&waiting, &cause).await,
            Err(Trouble::Again { after, cause, .. }) => {
                let pause = Backoff::resumed(waiting.attempts, LONGEST_PAUSE).next(after);
                tracing::warn!(room = waiting.room, cause, seconds = pause.as_secs_f32(), "told later");
                let pause_ms = matrix::milliseconds(pause);
                self.store.postponed(waiting.id, matrix::now().saturating_add(pause_ms), &cause).await?;
                if after.is_some() && waiting.first_try.is_none() {
                    // The homeserver's limit stood before it.
                    self.store.never_arrived(waiting.id).await?;
                }
                Ok(after.map_or(End::Settled, |_| End::Limited(pause)))
            }
            Err(Trouble::SignedOut | Trouble::AccountClosed(_)) => Ok(End::Left),
        }
    }

    /// A room does not take a message. Tried before, it may have arrived all the same, and is better told never than twice.
    async fn refused(&self, waiting: &Waiting, cause: &str) -> Result<End, Fault> {
        let sought = match waiting.first_try {
            None => Ok(Sought::NotThere),
            Some(first_try) => self.account.find(&waiting.room, &waiting.key, first_try).await,
        };
        if let Ok(Sought::There(event)) = sought {
            self.store.sent(waiting.id, &event).await?;
            return Ok(End::Settled);
        }
        let surely_not_there = sought == Ok(Sought::NotThere);
        tracing::warn!(room = waiting.room, cause, surely_not_there, "this can't be said there and is set aside");
        self.store.parked(waiting.id, cause, surely_not_there).await?;
        Ok(End::Settled)
    }

    /// Sends a message, or finds it where it may have been sent; its event id. `None`: it was called off since it was fetched.
    async fn try_waiting(&self, waiting: &mut Waiting) -> Result<Option<Result<String, Trouble>>, Fault> {
        let relation = match (waiting.purpose, &waiting.head) {
            (Purpose::Head | Purpose::Notice, _) => Relation::None,
            (Purpose::Part, Some(head)) => Relation::Thread(head.clone()),
            (Purpose::Edit, Some(head)) => Relation::Edit(head.clone()),
            (Purpose::Part | Purpose::Edit, None) => {
                return Ok(Some(Err(Trouble::never("what it belongs to was never sent"))));
            }
        };
        let device = self.account.device();
        let now = matrix::now();
        if let Some(first_try) = waiting.first_try
            && (now.saturating_sub(first_try) >= REMEMBERED || waiting.device.as_deref() != Some(device))
        {
            match self.account.find(&waiting.room, &waiting.key, first_try).await {
                Ok(Sought::There(event)) => return Ok(Some(Ok(event))),
                Ok(Sought::NotThere) => {
                    self.store.never_arrived(waiting.id).await?;
                    waiting.first_try = None;
                }
                Ok(Sought::Unclear) => return Ok(Some(Err(Trouble::never("it can't be told whether it arrived")))),
                Err(trouble) => return Ok(Some(Err(trouble))),
            }
        }
        if !self.store.trying(waiting.id, now, device).await? {
            return Ok(None);
        }
        let (room, key) = (waiting.room.clone(), waiting.key.clone());
        let (text, html) = (waiting.body.text.clone(), waiting.body.html.clone());
        let posted = self.account.post(&Post { room, key, relation, text, html }).await;
        let outcome = posted.as_ref().map(drop).map_err(Trouble::status);
        self.metrics.sent(waiting.purpose.word(), outcome, waiting.attempts > 0);
        Ok(Some(posted))
    }
}

/// How long it is until a moment, given in milliseconds since 1970.
pub(super) fn until(moment: i64) -> Duration {
    Duration::from_millis(u64::try_from(moment.saturating_sub(matrix::now())).unwrap_or_default())
}
