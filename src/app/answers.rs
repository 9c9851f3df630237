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

use super::{Bot, ByRoom, Failure, locked, parts, waiters::Waiter};
use crate::{
    commands::{self, Reading},
    matrix::{
        self, Answer, Backoff, Trouble,
        incoming::{Seen, View},
    },
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
        let Stage::Drafted(Draft { answers, first, own_us }) = stage else {
            return Ok(End::Left);
        };
        course.attempts += 1;
        while let Some(answer) = answers.front() {
            let sending = Instant::now();
            let sent = self.account.send(answer).await;
            self.metrics.sent("answer", sent.as_ref().map(drop).map_err(Trouble::status), course.attempts > 1);
            let id = sent?;
            first.get_or_insert(id);
            answers.pop_front();
            let send_ms = u64::try_from(sending.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::debug!(own_us, send_ms, "timed");
        }
        Ok(End::Answered { id: first.take().unwrap_or_default() })
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
            job.question = Some(Question::new(reading, sender, thread, Instant::now()));
        }
        let Some(question) = &mut job.question else { return Ok(None) };
        course.received = question.received;
        Span::current().record("release", self.data.standing().release.map(|(number, _)| number));
        // What is done is not done again when the next command has to wait.
        while let Some(reading) = question.reading.parts().get(question.said.len()) {
            let word = reading.word();
            if question.said.is_empty() {
                course.word = word;
                Span::current().record("word", word);
            }
            let (reply, outcome) = self.say(&job.room, question, reading).await?;
            if question.said.is_empty() {
                course.outcome = outcome;
            } else {
                self.metrics.command(word, outcome, course.received.elapsed());
            }
            question.said.push(reply);
        }
        if question.said.is_empty() {
            return Ok(None);
        }
        let answers = parts::messages(&question.reading, &question.said).into_iter().map(|(after, reply)| Answer {
            room: job.room.clone(),
            question: job.event.clone(),
            after,
            thread: question.thread.clone(),
            text: reply.text(),
            html: reply.html(),
        });
        let answers = answers.collect();
        let own_us = u64::try_from(question.received.elapsed().as_micros()).unwrap_or(u64::MAX);
        job.question = None;
        Ok(Some(Draft { answers, first: None, own_us }))
    }

    /// Before when a question must have been said to be left unanswered: ms since 1970, our clock.
    pub(super) fn oldest(&self) -> i64 {
        matrix::now().saturating_sub(matrix::milliseconds(self.max_age))
    }
}

/// What could not be done because of the bot's own database is tried again: it may have been busy.
pub(super) fn undone(failure: &Failure) -> Trouble {
    tracing::error!(%failure, "a command could not be carried out");
    Trouble::again("the command could not be carried out")
}
