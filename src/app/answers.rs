//! Answering: in order within a room, side by side across rooms, off the sync's path.

mod drafts;

use std::{
    collections::VecDeque,
    ops::ControlFlow,
    pin::pin,
    sync::{Arc, Mutex, Weak},
    time::{Duration, Instant},
};

use tokio::{sync::Semaphore, time::timeout};
use tracing::{Instrument as _, Span, field::Empty};

use super::{Bot, ByRoom, Failure, locked, turns::Sent, waiters::Waiter};
use crate::{
    commands::Reading,
    matrix::{self, Answer, Backoff, Trouble},
    reply::Reply,
};

/// How many answers are worked on at a time.
const AT_ONCE: usize = 16;
/// How many waiting questions are kept with their text; of the rest only the id is, and they are fetched in their turn.
const KEPT_WHOLE: usize = 1000;
/// What takes longer than this is no answer that could be given: its room is in trouble, and holds up no other.
const SLOW: Duration = Duration::from_secs(2);
/// The longest pause between two tries to send.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How many questions whose rooms are in trouble are worked on besides.
const SLOW_AT_ONCE: usize = 64;
/// Where the homeserver asks an answer to wait for longer than this, its room is in trouble.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often is looked whether somebody works on every queue.
const SUPERVISED: Duration = Duration::from_secs(10);

/// A recorded question that waits for its answer.
pub(super) struct Job {
    pub(super) room: String,
    pub(super) event: String,
    /// Milliseconds since 1970, our clock.
    pub(super) said_at: i64,
    /// How often the process died while it worked this out.
    pub(super) deaths: u32,
    /// What is asked; `None` when it has to be fetched.
    pub(super) question: Option<Question>,
}

/// What is asked.
pub(super) struct Question {
    pub(super) reading: Reading,
    pub(super) sender: String,
    pub(super) thread: Option<String>,
    pub(super) received: Instant,
    /// What is to be said to the first of its commands, which are carried out.
    said: Vec<Reply>,
}

impl Question {
    pub(super) fn new(reading: Reading, sender: String, thread: Option<String>, received: Instant) -> Self {
        Self { reading, sender, thread, received, said: Vec::new() }
    }
}

/// The waiting questions of each room. A room has an entry for as long as a task works on it.
pub(super) struct Answers {
    queues: Mutex<ByRoom<Queue>>,
    slots: Semaphore,
    slow: Semaphore,
}

/// The waiting questions of a room.
struct Queue {
    jobs: VecDeque<Job>,
    /// Gone when the task is that works on them.
    worker: Weak<()>,
}

impl Default for Answers {
    fn default() -> Self {
        Self { queues: Mutex::default(), slots: Semaphore::new(AT_ONCE), slow: Semaphore::new(SLOW_AT_ONCE) }
    }
}

/// How far a question has come.
enum Stage {
    Asked(Job),
    Drafted(Draft),
}

/// What becomes of a question that is taken up.
enum TakenUp {
    Drafted(Draft),
    /// By the device before this one, with the event of this id.
    Answered(String),
    NoQuestion,
}

/// An answer that only has to be sent, in several messages if one can't hold it.
struct Draft {
    answers: VecDeque<Answer>,
    /// The event of the first, once it is sent.
    first: Option<String>,
    /// The bot's own time, from the sync's response to here, in microseconds.
    own_us: u64,
}

/// What is known of a question while it is worked on.
struct Course {
    /// How often its answer was tried to be sent.
    attempts: u32,
    /// The command's word, or the one that was probably meant.
    word: &'static str,
    /// What becomes of it, if its answer can be sent.
    outcome: &'static str,
    /// When it came, or was fetched again.
    received: Instant,
}

impl Default for Course {
    fn default() -> Self {
        Self { attempts: 0, word: "unread", outcome: "answered", received: Instant::now() }
    }
}

/// How an attempt to answer ended.
enum End {
    Answered {
        id: String,
    },
    Dropped {
        reason: String,
    },
    /// The bot stops: the next start goes on.
    Stopped,
}

impl Bot {
    /// Has `job` answered after the room's earlier ones.
    pub(super) fn answer(self: &Arc<Self>, mut job: Job) {
        let mut queues = locked(&self.answers.queues);
        if queues.values().map(|queue| queue.jobs.len()).sum::<usize>() >= KEPT_WHOLE {
            job.question = None;
        }
        let room = job.room.clone();
        let queue = queues.entry(room.clone()).or_insert_with(|| Queue { jobs: VecDeque::new(), worker: Weak::new() });
        queue.jobs.push_back(job);
        self.see_that_it_is_worked_on(&room, queue);
    }

    /// Starts a task for a queue that has none.
    fn see_that_it_is_worked_on(self: &Arc<Self>, room: &str, queue: &mut Queue) {
        if queue.worker.strong_count() > 0 {
            return;
        }
        let worker = Arc::new(());
        queue.worker = Arc::downgrade(&worker);
        let (bot, room) = (Arc::clone(self), room.to_owned());
        self.tasks.spawn("answering", async move {
            let ended = bot.work_off(&room).await;
            drop(worker);
            ended
        });
    }

    /// Looks, from time to time, for questions that nobody works on any more. There should be none.
    pub(super) async fn supervise(self: Arc<Self>) -> Result<(), Failure> {
        loop {
            tokio::time::sleep(SUPERVISED).await;
            for (room, queue) in locked(&self.answers.queues).iter_mut() {
                if queue.worker.strong_count() == 0 {
                    tracing::error!(
                        room,
                        waiting = queue.jobs.len(),
                        "nobody worked on these questions; somebody does now"
                    );
                    self.see_that_it_is_worked_on(room, queue);
                }
            }
        }
    }

    async fn work_off(self: &Arc<Self>, room: &str) -> Result<(), Failure> {
        let mut waiter = self.waiters.one_more();
        loop {
            let job = {
                let mut queues = locked(&self.answers.queues);
                let Some(job) = queues.get_mut(room).and_then(|queue| queue.jobs.pop_front()) else {
                    queues.remove(room);
                    return Ok(());
                };
                job
            };
            // What is left over is still recorded as taken.
            if self.stop.is_cancelled() {
                return Ok(());
            }
            let span = tracing::info_span!("command", room, word = Empty, release = Empty, duration_ms = Empty);
            if self.see_to(job, &mut waiter).instrument(span).await?.is_break() {
                return Ok(());
            }
        }
    }

    /// Answers a question and notes what became of it. Breaks when the bot stops.
    async fn see_to(&self, job: Job, waiter: &mut Waiter<'_>) -> Result<ControlFlow<()>, Failure> {
        waiter.count(true);
        let event = job.event.clone();
        let mut course = Course::default();
        let end = self.work_on(job, &mut course, waiter).await?;
        self.waiters.answered();
        let took = course.received.elapsed();
        Span::current().record("duration_ms", u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        let noted = match end {
            End::Answered { id } => {
                tracing::info!(attempts = course.attempts, "answered");
                self.metrics.command(course.word, course.outcome, took);
                self.store.answered(&event, &id, course.attempts).await
            }
            End::Dropped { reason } => {
                tracing::warn!(event, reason, "not answered");
                self.metrics.command(course.word, "dropped", took);
                self.store.dropped(&event, &reason, course.attempts).await
            }
            End::Stopped => return Ok(ControlFlow::Break(())),
        };
        if let Err(fault) = noted {
            // The answer is out. Not noted, it is sent again at the next start, which the homeserver takes once.
            tracing::error!(%fault, event, "an answer could not be noted");
        }
        Ok(ControlFlow::Continue(()))
    }

    async fn work_on(&self, job: Job, course: &mut Course, waiter: &mut Waiter<'_>) -> Result<End, Failure> {
        let said_at = job.said_at;
        let mut backoff = Backoff::new(LONGEST_PAUSE);
        let mut stage = Stage::Asked(job);
        loop {
            if said_at < self.oldest() {
                return Ok(End::Dropped { reason: "too old by now".to_owned() });
            }
            let tried = match &mut stage {
                Stage::Asked(job) => match self.take_up(job, course, waiter).await {
                    Ok(TakenUp::Answered(id)) => return Ok(End::Answered { id }),
                    Ok(TakenUp::Drafted(draft)) => {
                        waiter.count(true);
                        stage = Stage::Drafted(draft);
                        continue;
                    }
                    Ok(TakenUp::NoQuestion) => {
                        return Ok(End::Dropped { reason: "no question any more".to_owned() });
                    }
                    Err(trouble) => Err(trouble),
                },
                Stage::Drafted(draft) => self.send_in_turn(draft, course, waiter).await,
            };
            let trouble = match tried {
                Ok(end) => return Ok(end),
                Err(trouble) => self.account.confirmed(trouble).await,
            };
            let (after, cause) = match trouble {
                Trouble::Again { after, cause, .. } => (after, cause),
                Trouble::Never { cause, .. } => return Ok(End::Dropped { reason: cause }),
                over => return self.ended(&over).map(|()| End::Stopped),
            };
            let pause = backoff.next(after);
            tracing::warn!(cause, seconds = pause.as_secs_f32(), "an answer is tried again");
            // Where the homeserver only asks for patience, what is said unasked would use up the answer's turn. Where it asks
            // for much of it, the room is in trouble.
            waiter.count(after.is_some() && pause <= PATIENCE);
            let stopped = tokio::select! {
                () = self.stop.cancelled() => true,
                () = tokio::time::sleep(pause) => false,
            };
            waiter.count(true);
            if stopped {
                return Ok(End::Stopped);
            }
        }
    }

    /// Works an answer out, unless the device before this one has sent it: a transaction id is known of the device that used
    /// it first.
    async fn take_up(&self, job: &mut Job, course: &mut Course, waiter: &mut Waiter<'_>) -> Result<TakenUp, Trouble> {
        if job.said_at < self.device_since
            && let Some(id) = self.account.answered(&job.room, &job.event, job.said_at).await?
        {
            return Ok(TakenUp::Answered(id));
        }
        let drafted = self.draft_in_turn(job, course, waiter).await?;
        Ok(drafted.map_or(TakenUp::NoQuestion, TakenUp::Drafted))
    }

    /// Works an answer out as soon as there is a slot for it.
    async fn draft_in_turn(
        &self,
        job: &mut Job,
        course: &mut Course,
        waiter: &mut Waiter<'_>,
    ) -> Result<Option<Draft>, Trouble> {
        // Never closed.
        let slot = self.answers.slots.acquire().await;
        let mut drafting = pin!(self.draft(job, course));
        if let Ok(drafted) = timeout(SLOW, &mut drafting).await {
            return drafted;
        }
        waiter.count(false);
        let beside = self.answers.slow.try_acquire();
        if beside.is_ok() {
            drop(slot);
        }
        drafting.await
    }

    /// Sends the messages of an answer, each as soon as it is its turn.
    async fn send_in_turn(
        &self,
        draft: &mut Draft,
        course: &mut Course,
        waiter: &mut Waiter<'_>,
    ) -> Result<End, Trouble> {
        course.attempts += 1;
        while let Some(answer) = draft.answers.front() {
            let mut turn = tokio::select! {
                () = self.stop.cancelled() => return Ok(End::Stopped),
                turn = self.turns.answer(&answer.room) => turn,
            };
            let begun = Instant::now();
            let sent = {
                let mut sending = pin!(self.account.send(answer));
                if let Ok(sent) = timeout(SLOW, &mut sending).await {
                    sent
                } else {
                    waiter.count(false);
                    turn.is_slow();
                    sending.await
                }
            };
            turn.ends(sent_of(&sent));
            self.metrics.sent("answer", sent.as_ref().map(drop).map_err(Trouble::status), course.attempts > 1);
            let id = sent?;
            let send_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::debug!(own_us = draft.own_us, send_ms, "timed");
            draft.first.get_or_insert(id);
            draft.answers.pop_front();
        }
        Ok(End::Answered { id: draft.first.take().unwrap_or_default() })
    }

    /// Before when a question must have been said to be left unanswered: ms since 1970, our clock.
    pub(super) fn oldest(&self) -> i64 {
        matrix::now().saturating_sub(matrix::milliseconds(self.max_age))
    }
}

/// What became of a message, for the others in the line.
pub(super) fn sent_of(sent: &Result<String, Trouble>) -> Sent {
    match sent {
        Ok(_) => Sent::Taken,
        Err(Trouble::Again { after, status, .. }) if after.is_some() || *status == Some(429) => Sent::Limited(*after),
        Err(_) => Sent::Failed,
    }
}
