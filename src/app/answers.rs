//! Answering: in order within a room, side by side across rooms, off the sync's path.

use std::{
    collections::{HashMap, VecDeque},
    ops::ControlFlow,
    pin::pin,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{sync::Semaphore, time::timeout};
use tracing::{Instrument as _, Span, field::Empty};

use super::{
    Bot, ByRoom, Failure,
    effects::{Memory, Undone},
    locked,
    waiters::Waiter,
};
use crate::{
    commands::{self, Ask, Desk, Outcome, Reading},
    matrix::{
        self, Answer, Backoff, Trouble,
        incoming::{Seen, View},
    },
    reply::{Reply, text},
};

/// How many answers are worked on at a time.
const AT_ONCE: usize = 16;
/// How many waiting questions are kept with their text; of the rest only the id is, and they are fetched in their turn.
const KEPT_WHOLE: usize = 1000;
/// What takes longer than this is no answer that could be given: its room is in trouble, and holds up no other.
const SLOW: Duration = Duration::from_secs(2);
/// The longest pause between two tries to send.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a command may take, and what it does: after that its room goes on.
const LONGEST: Duration = Duration::from_secs(30);
/// What is said then.
const TOO_LONG: &str = "That took too long, so I have stopped waiting for it. Ask again later, or look into the bot's log for what is slow.";
/// What is said when a command fails.
const APOLOGY: &str = "Something went wrong while I was answering that. The fault is in the bot's log.";

/// A recorded question that waits for its answer.
pub(super) struct Job {
    pub(super) room: String,
    pub(super) event: String,
    /// Milliseconds since 1970, our clock.
    pub(super) said_at: i64,
    /// What is asked; `None` when it has to be fetched.
    pub(super) question: Option<Question>,
}

/// What is asked.
pub(super) struct Question {
    pub(super) reading: Reading,
    pub(super) sender: String,
    pub(super) thread: Option<String>,
    pub(super) received: Instant,
}

/// The waiting questions of each room. A room has an entry for as long as a task works on it.
pub(super) struct Answers {
    queues: Mutex<ByRoom<VecDeque<Job>>>,
    slots: Semaphore,
}

impl Default for Answers {
    fn default() -> Self {
        Self { queues: Mutex::new(HashMap::new()), slots: Semaphore::new(AT_ONCE) }
    }
}

/// How far a question has come.
enum Stage {
    Asked(Job),
    Drafted(Draft),
}

/// An answer that only has to be sent.
struct Draft {
    answer: Answer,
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
    /// Nothing more can be done in this run.
    Left,
}

impl Bot {
    /// Has `job` answered after the room's earlier ones.
    pub(super) fn answer(self: &Arc<Self>, mut job: Job) {
        let mut queues = locked(&self.answers.queues);
        if queues.values().map(VecDeque::len).sum::<usize>() >= KEPT_WHOLE {
            job.question = None;
        }
        let room = job.room.clone();
        if let Some(queue) = queues.get_mut(&room) {
            queue.push_back(job);
            return;
        }
        queues.insert(room.clone(), VecDeque::from([job]));
        drop(queues);
        let bot = Arc::clone(self);
        self.tasks.spawn("answering", async move {
            bot.work_off(&room).await;
            Ok(())
        });
    }

    async fn work_off(self: Arc<Self>, room: &str) {
        let mut waiter = self.waiters.one_more();
        loop {
            let job = {
                let mut queues = locked(&self.answers.queues);
                let Some(job) = queues.get_mut(room).and_then(VecDeque::pop_front) else {
                    queues.remove(room);
                    return;
                };
                job
            };
            // What is left over is still recorded as taken.
            if self.stop.is_cancelled() {
                return;
            }
            let span = tracing::info_span!("command", room, word = Empty, release = Empty, duration_ms = Empty);
            if self.see_to(job, &mut waiter).instrument(span).await.is_break() {
                return;
            }
        }
    }

    /// Answers a question and notes what became of it. Breaks when nothing more can be done in this run.
    async fn see_to(&self, job: Job, waiter: &mut Waiter<'_>) -> ControlFlow<()> {
        waiter.count(true);
        let event = job.event.clone();
        let mut course = Course::default();
        let end = self.work_on(job, &mut course, waiter).await;
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
            End::Left => return ControlFlow::Break(()),
        };
        if let Err(fault) = noted {
            // The answer is out. Not noted, it is sent again at the next start, which the homeserver takes once.
            tracing::error!(%fault, event, "an answer could not be noted");
        }
        ControlFlow::Continue(())
    }

    async fn work_on(&self, job: Job, course: &mut Course, waiter: &mut Waiter<'_>) -> End {
        let said_at = job.said_at;
        let mut backoff = Backoff::new(LONGEST_PAUSE);
        let mut stage = Stage::Asked(job);
        loop {
            if said_at < self.oldest() {
                return End::Dropped { reason: "too old by now".to_owned() };
            }
            let slot = self.answers.slots.acquire().await;
            let tried = {
                let mut attempt = pin!(self.attempt(&mut stage, course));
                if let Ok(tried) = timeout(SLOW, &mut attempt).await {
                    tried
                } else {
                    waiter.count(false);
                    attempt.await
                }
            };
            drop(slot);
            let (after, cause) = match tried {
                Ok(end) => return end,
                Err(Trouble::Again { after, cause, .. }) => (after, cause),
                Err(Trouble::Never { cause, .. }) => return End::Dropped { reason: cause },
                // The sync says so too, and ends the bot.
                Err(Trouble::SignedOut | Trouble::AccountClosed(_)) => return End::Left,
            };
            let pause = backoff.next(after);
            tracing::warn!(cause, seconds = pause.as_secs_f32(), "an answer is tried again");
            // Where the homeserver only asks for patience, what is said unasked would use up the answer's turn.
            waiter.count(after.is_some());
            let stopped = tokio::select! {
                () = self.stop.cancelled() => true,
                () = tokio::time::sleep(pause) => false,
            };
            waiter.count(true);
            if stopped {
                return End::Left;
            }
        }
    }

    /// One attempt: takes the question as far as it gets.
    async fn attempt(&self, stage: &mut Stage, course: &mut Course) -> Result<End, Trouble> {
        if let Stage::Asked(job) = stage {
            let Some(draft) = self.draft(job, course).await? else {
                return Ok(End::Dropped { reason: "no question any more".to_owned() });
            };
            *stage = Stage::Drafted(draft);
        }
        let Stage::Drafted(Draft { answer, own_us }) = stage else {
            return Ok(End::Left);
        };
        course.attempts += 1;
        let sending = Instant::now();
        let sent = self.account.send(answer).await;
        self.metrics.sent("answer", sent.as_ref().map(drop).map_err(Trouble::status), course.attempts > 1);
        let id = sent?;
        let send_ms = u64::try_from(sending.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(own_us, send_ms, "timed");
        Ok(End::Answered { id })
    }

    /// Works the answer to `job` out, and fetches the question first where only its id is left. `None` when it turns out
    /// to be none (any more).
    async fn draft(&self, job: &mut Job, course: &mut Course) -> Result<Option<Draft>, Trouble> {
        if job.question.is_none() {
            let view = View { own: self.account.user(), now: matrix::now(), max_age: self.max_age, live: true };
            let Some(Seen::Message(message)) = self.account.fetch(&job.room, &job.event, view).await? else {
                return Ok(None);
            };
            let reading = commands::read(&message.text);
            let (sender, thread) = (message.sender, message.thread);
            job.question = Some(Question { reading, sender, thread, received: Instant::now() });
        }
        let Some(question) = &job.question else { return Ok(None) };
        course.received = question.received;
        (course.word, course.outcome) = match &question.reading {
            Reading::Command(invocation) => (invocation.word, "answered"),
            Reading::Slip { near, .. } => (*near, "hinted"),
            Reading::NotOurs => (course.word, course.outcome),
        };
        Span::current().record("word", course.word);
        Span::current().record("release", self.data.standing().release.map(|(number, _)| number));
        let ask = match &question.reading {
            Reading::Command(invocation) => {
                let asker = match self.asker(&job.room, &question.sender, invocation).await {
                    Ok(asker) => asker,
                    Err(Undone::Trouble(trouble)) => return Err(trouble),
                    Err(Undone::Failure(failure)) => return Err(undone(&failure)),
                };
                let ask = Ask::new(invocation.clone(), jiff::Timestamp::now(), rand::random());
                Some(Ask { asker, archive: Some(Memory::of(&self.store, &job.room)), ..ask })
            }
            Reading::Slip { .. } | Reading::NotOurs => None,
        };
        let doing = async {
            let Some(worked) = work_out(self.data.desk(), ask, &question.reading).await else {
                return Ok(None);
            };
            let Outcome { reply, effect, .. } = worked.unwrap_or_else(|()| {
                course.outcome = "failed";
                Reply::para(vec![text(APOLOGY)]).into()
            });
            match effect {
                None => Ok(Some(reply)),
                Some(effect) => match self.carry_out(&job.room, effect).await {
                    Ok(said) => Ok(Some(said.unwrap_or(reply))),
                    Err(failure) => Err(undone(&failure)),
                },
            }
        };
        let done = timeout(LONGEST, doing).await.unwrap_or_else(|_| {
            tracing::error!(word = course.word, seconds = LONGEST.as_secs(), "a command took too long");
            Ok(Some(Reply::para(vec![text(TOO_LONG)])))
        });
        let Some(reply) = done? else { return Ok(None) };
        let (room, thread) = (job.room.clone(), question.thread.clone());
        let answer = Answer { room, question: job.event.clone(), thread, text: reply.text(), html: reply.html() };
        let own_us = u64::try_from(question.received.elapsed().as_micros()).unwrap_or(u64::MAX);
        job.question = None;
        Ok(Some(Draft { answer, own_us }))
    }

    /// Before when a question must have been said to be left unanswered: ms since 1970, our clock.
    pub(super) fn oldest(&self) -> i64 {
        matrix::now().saturating_sub(matrix::milliseconds(self.max_age))
    }
}

/// Works the answer out; `Err` if the command panics; `None` if it is no command.
async fn work_out(desk: Arc<Desk>, ask: Option<Ask>, reading: &Reading) -> Option<Result<Outcome, ()>> {
    let ask = match (reading, ask) {
        (Reading::Slip { word, near }, _) => return Some(Ok(commands::hint(word, near).into())),
        (Reading::Command(_), Some(ask)) => ask,
        _ => return None,
    };
    let worked = tokio::task::spawn_blocking(move || commands::answer(&desk, &ask)).await;
    Some(worked.map_err(|error| tracing::error!(%error, "a command failed")))
}

/// What could not be done because of the bot's own database is tried again: it may have been busy.
fn undone(failure: &Failure) -> Trouble {
    tracing::error!(%failure, "a command could not be carried out");
    Trouble::again("the command could not be carried out")
}
