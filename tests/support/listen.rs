//! What everybody in a room can do, whether the room is encrypted or not: speak, and wait for what is said.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use super::{PATIENCE, event::Event};

/// Everything that somebody has heard so far, in order, each event once.
#[derive(Debug, Default)]
pub struct Heard(Mutex<(Vec<Event>, HashSet<String>)>);

impl Heard {
    /// Takes `event` in, unless it was heard before.
    pub fn add(&self, event: Event) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (events, ids) = &mut *heard;
        if ids.insert(event.id().to_owned()) {
            events.push(event);
        }
    }

    /// The events that `wanted` holds for, oldest first.
    pub fn all(&self, wanted: impl Fn(&Event) -> bool) -> Vec<Event> {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.0.iter().filter(|event| wanted(event)).cloned().collect()
    }
}

/// Somebody in a room.
pub trait Participant {
    /// The full user id.
    fn user_id(&self) -> &str;

    /// What was heard so far.
    fn heard(&self) -> &Heard;

    /// Takes in what is new; waits up to `patience` if there is nothing.
    async fn listen(&self, patience: Duration) -> Result<()>;

    /// Says `text` in `room`; returns the event's id.
    async fn say(&self, room: &str, text: &str) -> Result<String>;

    /// Waits for an event that `wanted` holds for; `what` names it in the error.
    async fn wait_for(&self, what: &str, wanted: impl Fn(&Event) -> bool) -> Result<Event> {
        let start = Instant::now();
        loop {
            if let Some(event) = self.heard().all(&wanted).into_iter().next() {
                return Ok(event);
            }
            if start.elapsed() > PATIENCE {
                let heard: Vec<String> = self.heard().all(|_| true).iter().map(Event::to_string).collect();
                let heard = heard[heard.len().saturating_sub(30)..].join("\n  ");
                bail!("{} waited {PATIENCE:?} in vain for {what}. Heard:\n  {heard}", self.user_id());
            }
            self.listen(Duration::from_secs(30)).await?;
        }
    }

    /// Waits until `user` has joined `room`.
    async fn wait_joined(&self, room: &str, user: &str) -> Result<Event> {
        let joined = |event: &Event| event.room == room && event.is_join_of(user);
        self.wait_for(&format!("{user} to join {room}"), joined).await
    }

    /// Waits for the first answer to the event `question`.
    async fn answer_to(&self, question: &str) -> Result<Event> {
        let answers = |event: &Event| self.is_answer(event, question);
        self.wait_for(&format!("an answer to {question}"), answers).await
    }

    /// The first answer to the event `question`, if there is one within `patience`.
    async fn answer_within(&self, question: &str, patience: Duration) -> Result<Option<Event>> {
        let start = Instant::now();
        loop {
            let answer = self.heard().all(|event| self.is_answer(event, question)).into_iter().next();
            let left = patience.saturating_sub(start.elapsed());
            if answer.is_some() || left.is_zero() {
                return Ok(answer);
            }
            self.listen(left).await?;
        }
    }

    /// Says `text` in `room` and waits for the answer.
    async fn ask(&self, room: &str, text: &str) -> Result<Event> {
        let question = self.say(room, text).await?;
        self.answer_to(&question).await
    }

    /// Every answer to the event `question` up to now.
    async fn answers_to(&self, question: &str) -> Result<Vec<Event>> {
        self.listen(Duration::ZERO).await?;
        Ok(self.heard().all(|event| self.is_answer(event, question)))
    }

    /// Every message of `user` in `room` up to now.
    async fn said_by(&self, room: &str, user: &str) -> Result<Vec<Event>> {
        self.listen(Duration::ZERO).await?;
        Ok(self.heard().all(|event| event.room == room && event.sender() == user && event.is_message()))
    }

    /// Whether `event` is somebody else's reply to `question`.
    fn is_answer(&self, event: &Event, question: &str) -> bool {
        event.is_message() && event.sender() != self.user_id() && event.replies_to() == Some(question)
    }
}
