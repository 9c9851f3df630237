//! The outbox is worked off: what is said unasked, one message after the other.
//!
//! A message is noted as tried before it is sent, and as sent once it has an event id. In between the process may die, and
//! the homeserver may have taken it or not: it is sent again with the same transaction id, which the homeserver takes once.
//! It remembers those for about a day and for each device; what is older, or was tried by another device, is looked for in
//! the room first.
//!
//! Whoever waits for an answer goes first: while somebody does, nothing new is sent but what is late, and that in its turn
//! ([`super::turns`]). Nobody can tell when the next question
//! comes, and most homeservers do one thing after the other, so that it waits for what is under way by then. That is never
//! more than one message, which after it is given time to reach those who sync.

use std::{
    collections::{HashMap, VecDeque},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};

use super::{
    Bot, Failure,
    answers::sent_of,
    turns::{Sent, Turn},
};
use crate::{
    matrix::{self, Backoff, Post, Relation, Sought, Trouble},
    store::{Fault, Purpose, Waiting},
};

/// A message that is under way for longer is slow: its room is in trouble, and holds up no other. Else one is under way at a time.
const SLOW: Duration = Duration::from_secs(2);
/// How many messages are under way at a time, slow ones and all.
const MOST: usize = 16;
/// How many times as long as a message took the rest after it is: for the homeserver to pass it on to those who sync, which
/// takes about as long once more, and for a question that came meanwhile to be heard of before the next one goes.
const RESTS: u32 = 2;
/// The longest such rest.
const LONGEST_REST: Duration = Duration::from_millis(100);
/// For so long after an answer somebody may ask again. Then the rests are `MORE_REST` times as long, so that the homeserver is
/// free most of the time.
const CONVERSATION: Duration = Duration::from_secs(3);
const MORE_REST: u32 = 4;
/// For so long after an answer nothing else is sent: it is being passed on to whoever asked.
const ARRIVING: Duration = Duration::from_millis(250);
/// How many waiting messages are fetched from the store at a time.
const FETCHED: usize = 64;
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// For how long a homeserver surely remembers a transaction id, in milliseconds: half of what is usual.
const REMEMBERED: i64 = 12 * 60 * 60 * 1000;
/// How often those who run the bot are tried to be told in a room that does not take it, in milliseconds.
const NOTICE_PAUSE: i64 = 5 * 60 * 1000;
/// How often the outbox is looked at when nothing tells of it.
const LOOK: Duration = Duration::from_secs(30);

/// What waits for longer than this is late, and gets its turn among the answers: in milliseconds.
const LATE: i64 = 60 * 1000;
/// How often is looked for something late while answers go first.
const LOOK_FOR_LATE: Duration = Duration::from_secs(1);

/// When the next message may be sent.
#[derive(Default)]
struct Pace {
    rest_until: Option<Instant>,
}

impl Pace {
    /// A message took so long. `conversation`: somebody has asked something lately.
    fn rest(&mut self, took: Duration, conversation: bool) {
        let rest = (took * RESTS).min(LONGEST_REST) * if conversation { MORE_REST } else { 1 };
        self.rest_until = Some(Instant::now() + rest);
    }

    /// Until when nothing new is sent.
    fn pause(&self, last_answer: Option<Instant>) -> Option<Instant> {
        let arrived = last_answer.map(|answer| answer + ARRIVING);
        self.rest_until.max(arrived).filter(|until| *until > Instant::now())
    }
}

/// Whether another message may be sent, beside those that are under way since these moments.
fn another_may_go<'b>(mut under_way: impl ExactSizeIterator<Item = &'b Instant>) -> bool {
    under_way.len() < MOST && under_way.all(|since| since.elapsed() >= SLOW)
}

impl Bot {
    /// Works the outbox off for as long as the bot runs.
    pub(super) async fn deliver(self: Arc<Self>) -> Result<(), Failure> {
        let mut sending: JoinSet<(String, Result<(), Failure>)> = JoinSet::new();
        // The rooms that a message is under way to, and since when.
        let mut busy: HashMap<String, Instant> = HashMap::new();
        let mut fetched: VecDeque<Waiting> = VecDeque::new();
        let mut looked: Option<Instant> = None;
        let mut pace = Pace::default();
        loop {
            let mut wake = Instant::now() + LOOK;
            // Asked once: whoever is gone by the time that this is waited for is told of.
            let others_first = self.waiters.any();
            let pause = pace.pause(self.waiters.last_answer());
            let late_only = others_first || pause.is_some();
            if another_may_go(busy.values()) {
                if fetched.is_empty() && !(late_only && looked.is_some_and(|looked| looked.elapsed() < LOOK_FOR_LATE)) {
                    let limit = i64::try_from(FETCHED + busy.len()).unwrap_or(i64::MAX);
                    fetched = self.store.waiting(matrix::now(), limit).await?.into();
                    fetched.retain(|waiting| !busy.contains_key(&waiting.room));
                    looked = Some(Instant::now());
                }
                if let Some((waiting, turn)) = self.next_message(&mut fetched, late_only) {
                    busy.insert(waiting.room.clone(), Instant::now());
                    let bot = Arc::clone(&self);
                    sending.spawn(async move {
                        let room = waiting.room.clone();
                        (room, bot.send_in_its_turn(waiting, turn).await)
                    });
                    continue;
                }
                if late_only {
                    wake = wake.min(Instant::now() + LOOK_FOR_LATE);
                } else if fetched.is_empty()
                    && sending.is_empty()
                    && let Some(next) = self.store.next_try().await?
                {
                    wake = wake.min(Instant::now() + until(next).min(LOOK));
                }
                wake = [pause, self.turns.shut_until()].into_iter().flatten().fold(wake, Instant::min);
            } else {
                // Another one may be sent once one of these is slow.
                wake = busy
                    .values()
                    .map(|since| *since + SLOW)
                    .filter(|slow| *slow > Instant::now())
                    .fold(wake, Instant::min);
            }
            tokio::select! {
                biased;
                () = self.stop.cancelled() => break,
                Some(done) = sending.join_next() => {
                    let (room, end) = done.map_err(|panic| {
                        tracing::error!(%panic, "a message could not be sent");
                        Failure::Died("delivering")
                    })?;
                    if let Some(since) = busy.remove(&room) {
                        let conversation = self.waiters.last_answer().is_some_and(|last| last.elapsed() < CONVERSATION);
                        pace.rest(since.elapsed(), conversation);
                    }
                    end?;
                }
                () = self.data.outbox_filled.notified() => {}
                () = self.turns.news_for_digests() => {}
                () = self.waiters.gone(), if others_first => {}
                () = sleep_until(wake) => {}
            }
        }
        // What is under way may end, so that its event id is noted.
        let ending = async { while sending.join_next().await.is_some() {} };
        let _ = timeout(super::LAST_ANSWERS, ending).await;
        Ok(())
    }

    /// The message that goes now, and its turn. `late_only`: others go before what is not late.
    fn next_message(&self, fetched: &mut VecDeque<Waiting>, late_only: bool) -> Option<(Waiting, Turn)> {
        let now = matrix::now();
        let is_late = |waiting: &Waiting| now.saturating_sub(waiting.put_at) >= LATE;
        let late = fetched.iter().position(is_late);
        if late.is_none() {
            self.turns.nothing_late();
        }
        let (place, turn) = if late_only {
            let place = late?;
            (place, self.turns.late_digest(&fetched[place].room)?)
        } else {
            (0, self.turns.digest(&fetched.front()?.room)?)
        };
        fetched.remove(place).map(|waiting| (waiting, turn))
    }

    async fn send_in_its_turn(&self, waiting: Waiting, mut turn: Turn) -> Result<(), Failure> {
        let sent = {
            let mut sending = pin!(self.send_waiting(waiting));
            if let Ok(sent) = timeout(SLOW, &mut sending).await {
                sent
            } else {
                turn.is_slow();
                sending.await
            }
        };
        turn.ends(sent?);
        Ok(())
    }

    /// Sends a message and notes what became of it.
    async fn send_waiting(&self, mut waiting: Waiting) -> Result<Sent, Failure> {
        let Some(tried) = self.try_waiting(&mut waiting).await? else { return Ok(Sent::Failed) };
        let sent = sent_of(&tried);
        let trouble = match tried {
            Ok(event) => {
                self.store.sent(waiting.id, &event).await?;
                tracing::info!(room = waiting.room, event, purpose = ?waiting.purpose, attempts = waiting.attempts + 1, "told");
                return Ok(sent);
            }
            Err(trouble) => self.account.confirmed(trouble).await,
        };
        match trouble {
            Trouble::Never { cause, .. } if waiting.purpose == Purpose::Notice => {
                tracing::warn!(room = waiting.room, cause, "those who run the bot can't be told there yet");
                self.store.never_arrived(waiting.id).await?;
                self.store.postponed(waiting.id, matrix::now().saturating_add(NOTICE_PAUSE), &cause).await?;
            }
            Trouble::Never { cause, .. } => self.refused(&waiting, &cause).await?,
            Trouble::Again { after, cause, .. } => {
                let pause = Backoff::resumed(waiting.attempts, LONGEST_PAUSE).next(after);
                tracing::warn!(room = waiting.room, cause, seconds = pause.as_secs_f32(), "told later");
                let pause_ms = matrix::milliseconds(pause);
                self.store.postponed(waiting.id, matrix::now().saturating_add(pause_ms), &cause).await?;
                if after.is_some() && waiting.first_try.is_none() {
                    // The homeserver's limit stood before it.
                    self.store.never_arrived(waiting.id).await?;
                }
            }
            over => self.ended(&over)?,
        }
        Ok(sent)
    }

    /// A room does not take a message. Tried before, it may have arrived all the same, and is better told never than twice.
    async fn refused(&self, waiting: &Waiting, cause: &str) -> Result<(), Fault> {
        let sought = match waiting.first_try {
            None => Ok(Sought::NotThere),
            Some(first_try) => self.account.find(&waiting.room, &waiting.key, first_try).await,
        };
        if let Ok(Sought::There(event)) = sought {
            return self.store.sent(waiting.id, &event).await;
        }
        let surely_not_there = sought == Ok(Sought::NotThere);
        tracing::warn!(room = waiting.room, cause, surely_not_there, "this can't be said there and is set aside");
        self.store.parked(waiting.id, cause, surely_not_there).await
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
