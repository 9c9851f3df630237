//! Who sends next.
//!
//! Whoever asks goes before what is said unasked, room by room, so that no room's asker keeps another's waiting. But what is
//! said unasked ages: once it is late, it gets its turn among the answers. A homeserver's limits are the account's: while it
//! says that too much is sent, one message goes at a time, in this order, so that what it allows is shared.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::{
    sync::{Notify, oneshot},
    time::{Instant, sleep_until},
};

use super::locked;

/// How many answers are sent at a time.
const AT_ONCE: usize = 16;
/// How many more may be under way because their rooms are in trouble.
const SLOW_AT_ONCE: usize = 128;
/// A late digest goes after so many answers, and after so many where the homeserver limits how much is sent.
const SHARE: u32 = 9;
const LIMITED_SHARE: u32 = 4;
/// A late digest goes however few answers were sent, if none went for so long.
const PATIENCE: Duration = Duration::from_secs(30);
/// For how long nothing at all is sent because the homeserver asks for a pause. Each room waits for as long as it was asked
/// to; this only keeps the others from asking in vain.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// For so long after the homeserver last asked for a pause one message goes at a time.
const CAREFUL: Duration = Duration::from_secs(30);

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// The homeserver has it.
    Taken,
    /// The homeserver says that too much is sent, and after how long to come back.
    Limited(Option<Duration>),
    /// Something else went wrong.
    Failed,
}

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Answer,
    Digest,
}

/// Who waits and what is under way: decides, and has no clock of its own.
#[derive(Debug, Default)]
struct Line {
    /// The answers that wait, in the order they came; a room has one at a time.
    answers: VecDeque<u64>,
    /// A late digest waits for what is under way.
    claimed: bool,
    answering: usize,
    telling: usize,
    slow: usize,
    /// How many answers were taken since the last digest went.
    since_digest: u32,
    /// When the last digest went, or the first one came late.
    last_digest: Option<Instant>,
    /// The room in which the homeserver asked for a pause and nothing was taken anywhere since.
    limited_in: Option<String>,
    shut_until: Option<Instant>,
    careful_until: Option<Instant>,
}

impl Line {
    fn is_shut(&self, now: Instant) -> bool {
        self.shut_until.is_some_and(|until| until > now)
    }

    fn is_careful(&self, now: Instant) -> bool {
        self.careful_until.is_some_and(|until| until > now)
    }

    fn is_free(&self, now: Instant) -> bool {
        !self.is_shut(now) && (!self.is_careful(now) || self.answering + self.telling == 0)
    }

    /// The answer that goes next, if one may go now.
    fn next_answer(&mut self, now: Instant) -> Option<u64> {
        if !self.is_free(now) || self.claimed || self.answering >= AT_ONCE {
            return None;
        }
        let next = self.answers.pop_front()?;
        self.answering += 1;
        Some(next)
    }

    /// Whether a digest may go now, while nobody waits for an answer.
    fn digest(&mut self, now: Instant) -> bool {
        let goes = self.is_free(now) && self.answers.is_empty();
        if goes {
            self.digest_goes(now);
        }
        goes
    }

    /// Whether a late digest may go now, whoever waits. If it is its turn and it must wait, nobody else goes before it.
    fn late_digest(&mut self, now: Instant) -> bool {
        let since = *self.last_digest.get_or_insert(now);
        let share = if self.is_careful(now) { LIMITED_SHARE } else { SHARE };
        let its_turn = self.since_digest >= share || now.saturating_duration_since(since) >= PATIENCE;
        let goes = its_turn && self.is_free(now) && self.telling == 0;
        if goes {
            self.digest_goes(now);
        }
        self.claimed = its_turn && !goes && self.telling == 0;
        goes
    }

    fn digest_goes(&mut self, now: Instant) {
        self.telling += 1;
        self.claimed = false;
        self.since_digest = 0;
        self.last_digest = Some(now);
    }

    /// A message takes long: others need not wait for it any more. Says whether that is so.
    fn is_slow(&mut self, what: What) -> bool {
        let leaves = self.slow < SLOW_AT_ONCE;
        if leaves {
            self.slow += 1;
            self.over(what);
        }
        leaves
    }

    fn over(&mut self, what: What) {
        let count = match what {
            What::Answer => &mut self.answering,
            What::Digest => &mut self.telling,
        };
        *count = count.saturating_sub(1);
    }

    /// A message to `room` has met its end.
    fn ended(&mut self, what: What, slow: bool, room: &str, sent: Sent, now: Instant) {
        if slow {
            self.slow = self.slow.saturating_sub(1);
        } else {
            self.over(what);
        }
        match sent {
            Sent::Taken => {
                self.limited_in = None;
                if what == What::Answer {
                    self.since_digest = self.since_digest.saturating_add(1);
                }
            }
            Sent::Limited(asked) => {
                let pause = asked.unwrap_or_default().min(LONGEST_PAUSE);
                self.careful_until = self.careful_until.max(Some(now + pause + CAREFUL));
                // One room alone may have a limit of its own; that two have it says that it is the account's.
                if self.limited_in.as_deref().is_some_and(|other| other != room) {
                    self.shut_until = self.shut_until.max(Some(now + pause));
                    self.limited_in = None;
                } else {
                    self.limited_in = Some(room.to_owned());
                }
            }
            Sent::Failed => {}
        }
    }
}

/// The line, with those who stand in it. Cheap to clone; all clones are one.
#[derive(Debug, Clone, Default)]
pub(super) struct Turns(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Something may go that could not before.
    for_digests: Notify,
}

#[derive(Debug, Default)]
struct State {
    line: Line,
    last: u64,
    waiting: HashMap<u64, oneshot::Sender<()>>,
}

/// The right to send one message, for as long as it is held.
#[derive(Debug)]
pub(super) struct Turn {
    turns: Turns,
    what: What,
    room: String,
    slow: bool,
    sent: Sent,
}

/// A place in the line.
struct Ticket<'t> {
    turns: &'t Turns,
    number: u64,
    called: oneshot::Receiver<()>,
    used: bool,
}

impl Turns {
    /// Waits for the turn of an answer to `room`.
    pub(super) async fn answer(&self, room: &str) -> Turn {
        let mut ticket = {
            let mut state = self.state();
            state.last += 1;
            let (number, (call, called)) = (state.last, oneshot::channel());
            state.waiting.insert(number, call);
            state.line.answers.push_back(number);
            Ticket { turns: self, number, called, used: false }
        };
        loop {
            let opens = self.call_next();
            tokio::select! {
                biased;
                _ = &mut ticket.called => break,
                () = sleep_until(opens.unwrap_or_else(Instant::now)), if opens.is_some() => {}
            }
        }
        ticket.used = true;
        self.turn(What::Answer, room)
    }

    /// The turn of a digest to `room`, while nobody waits for an answer.
    pub(super) fn digest(&self, room: &str) -> Option<Turn> {
        let goes = self.state().line.digest(Instant::now());
        goes.then(|| self.turn(What::Digest, room))
    }

    /// The turn of a late digest to `room`, if it is. If it is not, [`Self::news_for_digests`] tells when to ask again.
    pub(super) fn late_digest(&self, room: &str) -> Option<Turn> {
        let goes = self.state().line.late_digest(Instant::now());
        goes.then(|| self.turn(What::Digest, room))
    }

    /// No late digest waits.
    pub(super) fn nothing_late(&self) {
        let claimed = {
            let line = &mut self.state().line;
            line.last_digest = None;
            std::mem::take(&mut line.claimed)
        };
        if claimed {
            self.call_next();
        }
    }

    /// Returns when a late digest may go that could not before.
    pub(super) async fn news_for_digests(&self) {
        self.0.for_digests.notified().await;
    }

    /// Until when nothing is sent.
    pub(super) fn shut_until(&self) -> Option<Instant> {
        self.state().line.shut_until.filter(|until| *until > Instant::now())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.0.state)
    }

    fn turn(&self, what: What, room: &str) -> Turn {
        Turn { turns: self.clone(), what, room: room.to_owned(), slow: false, sent: Sent::Failed }
    }

    /// Calls those whose turn it is. Returns when to do so again, if nothing may be sent until then.
    fn call_next(&self) -> Option<Instant> {
        let mut state = self.state();
        let now = Instant::now();
        while let Some(number) = state.line.next_answer(now) {
            let called = state.waiting.remove(&number).is_some_and(|call| call.send(()).is_ok());
            if !called {
                state.line.over(What::Answer);
            }
        }
        if state.line.last_digest.is_some() {
            self.0.for_digests.notify_one();
        }
        state.line.shut_until.filter(|until| *until > now)
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.used {
            return;
        }
        {
            let mut state = self.turns.state();
            if state.waiting.remove(&self.number).is_some() {
                state.line.answers.retain(|number| *number != self.number);
            } else if self.called.try_recv().is_ok() {
                // Called, and gone before it heard of it.
                state.line.over(What::Answer);
            }
        }
        self.turns.call_next();
    }
}

impl Turn {
    /// The message takes long: others need not wait for it any more.
    pub(super) fn is_slow(&mut self) {
        self.slow = self.slow || self.turns.state().line.is_slow(self.what);
        self.turns.call_next();
    }

    /// Ends the turn.
    pub(super) fn ends(mut self, sent: Sent) {
        self.sent = sent;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.state().line.ended(self.what, self.slow, &self.room, self.sent, Instant::now());
        self.turns.call_next();
    }
}

#[cfg(test)]
mod tests;
