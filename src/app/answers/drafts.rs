//! Working an answer out. A question of which the process dies is not worked out without end.

use std::time::{Duration, Instant};

use tokio::{sync::oneshot, time::timeout};
use tracing::Span;

use super::{
    super::{Bot, LAST_ANSWERS, parts},
    Course, Draft, Job, Question,
};
use crate::{
    commands::{self, Reading},
    matrix::{Answer, Trouble, incoming::Seen},
    reply::{Reply, text},
};

/// How often the process may die while it works a question out.
const MOST_DEATHS: u32 = 2;
/// How long the database may take to note what is worked out.
const NOTING: Duration = Duration::from_secs(1);
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
            job.question = Some(Question::new(reading, sender, thread, Instant::now()));
        }
        let Some(question) = &mut job.question else { return Ok(None) };
        course.received = question.received;
        Span::current().record("release", self.data.standing().release.map(|(number, _)| number));
        if job.deaths >= MOST_DEATHS {
            tracing::error!(
                event = job.event,
                deaths = job.deaths,
                "the bot died of this question and leaves it alone"
            );
            course.word = question.reading.parts().first().map_or(course.word, Reading::word);
            course.outcome = "failed";
            question.said = vec![Reply::para(vec![text(FATAL)])];
        } else {
            let working = self.blame(&job.event).await;
            let said = self.say_all(&job.room, question, course).await;
            drop(working);
            said?;
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

    /// Carries out each command of a question. What is done is not done again when the next one has to wait.
    async fn say_all(&self, room: &str, question: &mut Question, course: &mut Course) -> Result<(), Trouble> {
        while let Some(part) = question.reading.parts().get(question.said.len()) {
            let word = part.word();
            if question.said.is_empty() {
                course.word = word;
                Span::current().record("word", word);
            }
            let (reply, outcome) = self.say(room, &question.sender, part).await?;
            if question.said.is_empty() {
                course.outcome = outcome;
            } else {
                self.metrics.command(word, outcome, course.received.elapsed());
            }
            question.said.push(reply);
        }
        Ok(())
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
}
