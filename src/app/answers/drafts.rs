//! Working an answer out. A question of which the process dies is not worked out without end.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::oneshot, time::timeout};
use tracing::Span;

use super::{
    super::{
        Bot, Failure, LAST_ANSWERS,
        effects::{Memory, Undone},
    },
    Course, Draft, Job, Question,
};
use crate::{
    commands::{self, Ask, Desk, Outcome, Reading},
    matrix::{Answer, Trouble, incoming::Seen},
    reply::{Reply, text},
};

/// How often the process may die while it works a question out.
const MOST_DEATHS: u32 = 2;
/// How long the database may take to note what is worked out.
const NOTING: Duration = Duration::from_secs(1);
/// What is said when a command fails.
const APOLOGY: &str = "Something went wrong while I was answering that. The fault is in the bot's log.";
/// What is said of a question that has taken the process down too often.
const FATAL: &str = "I stopped twice while I was answering that, so I leave it alone. The bot's log names it.";

impl Bot {
    /// Works the answer to `job` out, and fetches the question first where only its id is left. `None` when it turns out
    /// to be none (any more).
    pub(super) async fn draft(&self, job: &mut Job, course: &mut Course) -> Result<Option<Draft>, Trouble> {
        if job.question.is_none() {
            let view = self.account.view(self.max_age, true);
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
        let reply = if job.deaths >= MOST_DEATHS {
            tracing::error!(
                event = job.event,
                deaths = job.deaths,
                "the bot died of this question and leaves it alone"
            );
            course.outcome = "failed";
            Reply::para(vec![text(FATAL)])
        } else {
            let working = self.blame(&job.event).await;
            let worked = self.reply(&job.room, &question.reading, ask, course).await;
            drop(working);
            match worked? {
                Some(reply) => reply,
                None => return Ok(None),
            }
        };
        let (room, thread) = (job.room.clone(), question.thread.clone());
        let answer = Answer { room, question: job.event.clone(), thread, text: reply.text(), html: reply.html() };
        let own_us = u64::try_from(question.received.elapsed().as_micros()).unwrap_or(u64::MAX);
        job.question = None;
        Ok(Some(Draft { answer, own_us }))
    }

    /// From here until what is returned is dropped, the death of the process is put down to `event`: not while it waits or is
    /// sent, nor when the bot is stopped in order.
    async fn blame(&self, event: &str) -> oneshot::Sender<()> {
        let (working, mut worked) = oneshot::channel::<()>();
        let (noted, is_noted) = oneshot::channel();
        let (store, stop, event) = (self.store.clone(), self.stop.clone(), event.to_owned());
        self.tasks.spawn("noting what is worked out", async move {
            let blamed = store.working_out(&event).await;
            let _ = noted.send(());
            let stopped = async {
                stop.cancelled().await;
                tokio::time::sleep(LAST_ANSWERS / 2).await;
            };
            tokio::select! {
                _ = &mut worked => {}
                () = stopped => {}
            }
            let survived = match blamed {
                Ok(()) => store.survived(&event).await,
                Err(fault) => Err(fault),
            };
            if let Err(fault) = survived {
                tracing::warn!(%fault, event, "it could not be noted that this was worked out");
            }
            Ok(())
        });
        // A database that is busy keeps nobody from an answer.
        let _ = timeout(NOTING, is_noted).await;
        working
    }

    /// What is said in answer, once what is asked for is done. `None` when nothing is asked.
    async fn reply(
        &self,
        room: &str,
        reading: &Reading,
        ask: Option<Ask>,
        course: &mut Course,
    ) -> Result<Option<Reply>, Trouble> {
        let Some(worked) = work_out(self.data.desk(), ask, reading).await else {
            return Ok(None);
        };
        let Outcome { reply, effect, .. } = worked.unwrap_or_else(|()| {
            course.outcome = "failed";
            Reply::para(vec![text(APOLOGY)]).into()
        });
        match effect {
            None => Ok(Some(reply)),
            Some(effect) => match self.carry_out(room, effect).await {
                Ok(said) => Ok(Some(said.unwrap_or(reply))),
                Err(failure) => Err(undone(&failure)),
            },
        }
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
