//! What a room's timeline is to us: a pure reading of its events.
//!
//! Dropped here: the bot's own events, notices and everything else that says nothing in words, edits, redacted events, what was
//! said before the bot was invited, and what is too old.

mod text;
mod way;

use std::{collections::HashSet, time::Duration};

use serde_json::Value;

use text::text_of;
pub use way::Way;

/// How much older than the limit an event may be by its homeserver's word when it arrived over a long poll that never broke.
///
/// Such an event was sent a moment ago; only one that a remote server held back for long is really old.
pub const CLOCK_SLACK: Duration = Duration::from_mins(10);

/// A text message from somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The event's id.
    pub event: String,
    /// Who said it.
    pub sender: String,
    /// The root of the thread it was said in, if it was said in one.
    pub thread: Option<String>,
    /// What it says, without the quotation that older clients put above a reply and the name that a bridge puts in front.
    pub text: String,
    /// When it was said, in milliseconds since 1970 by our own clock.
    pub said_at: i64,
}

/// An event that could not be decrypted yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The event's id.
    pub event: String,
    /// When it was sent, in milliseconds since 1970 by our own clock.
    pub said_at: i64,
    /// The session that opens it, if it says so.
    pub session: Option<String>,
}

/// An event that may be a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// One that can be read.
    Message(Message),
    /// One that can't be read yet.
    Sealed(Sealed),
}

impl Seen {
    /// The event's id.
    #[must_use]
    pub fn event(&self) -> &str {
        match self {
            Self::Message(message) => &message.event,
            Self::Sealed(sealed) => &sealed.event,
        }
    }
}

/// One event of a timeline, as JSON.
#[derive(Debug, Clone)]
pub struct Event {
    /// The event in the client-server format, decrypted if that was possible.
    pub json: Value,
    /// Whether its content could not be decrypted.
    pub sealed: bool,
}

/// The bot's view when it reads a timeline.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The bot's own user id.
    pub own: &'a str,
    /// Our clock, in milliseconds since 1970.
    pub now: i64,
    /// How far our clock is ahead of the homeserver's, in milliseconds, as far as that is known.
    pub skew: i64,
    /// The age beyond which a question is left unanswered.
    pub max_age: Duration,
    /// Whether the events arrived over a long poll that never broke, so that they are new whatever they claim.
    pub live: bool,
}

/// What was found in a stretch of a timeline.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What may be questions, oldest first.
    pub seen: Vec<Seen>,
    /// Whether the bot's own join is in this stretch. Of what came before it, `seen` has what followed the bot's invite.
    pub joined: bool,
    /// Whether the invite that led to that join, if any did, stands further back than this stretch reaches.
    pub invited_before: bool,
    /// What the bot's own messages in this stretch reply to, which is therefore answered and not in `seen`: a state folder
    /// that was lost or put back from a copy doesn't know.
    pub answered: HashSet<String>,
    /// Whether everything in this stretch is too old. One event alone proves nothing: its server may have made its time up.
    pub all_old: bool,
}

impl View<'_> {
    /// Reads a stretch of a timeline, given oldest first.
    #[must_use]
    pub fn read(&self, events: &[Event]) -> Found {
        let mut way = Way::default();
        let all_old = self.step_back(&mut way, events);
        Found { all_old, ..way.found() }
    }

    /// Goes back over a stretch of a timeline, given oldest first, which ends where `way` has come to. Says whether all of it
    /// is too old.
    pub fn step_back(&self, way: &mut Way, events: &[Event]) -> bool {
        for (place, event) in events.iter().enumerate().rev() {
            way.note_answered(self.answered_by(&event.json));
            if let Some((now, before)) = self.own_membership(&event.json) {
                way.pass(now, before);
            }
            // Of what has just come in, only the order is known: each counts a moment later than the one before.
            let moments = if self.live { i64::try_from(place).unwrap_or(i64::MAX) } else { 0 };
            let now = self.now.saturating_add(moments);
            // What was said before the bot came in has waited for it.
            let view = Self { now, live: self.live && way.is_inside(), ..*self };
            if way.goes_on() {
                way.keep(view.read_one(event));
            }
        }
        !events.is_empty() && events.iter().all(|event| self.is_too_old(&event.json))
    }

    /// Reads one event, whatever came before it.
    #[must_use]
    pub fn read_one(&self, event: &Event) -> Option<Seen> {
        let json = &event.json;
        let id = json["event_id"].as_str()?;
        let sender = json["sender"].as_str()?;
        let ours = sender == self.own;
        let redacted = !json["unsigned"]["redacted_because"].is_null();
        let state = json.get("state_key").is_some();
        if ours || redacted || state {
            return None;
        }
        let seen = if event.sealed {
            let session = json["content"]["session_id"].as_str().map(str::to_owned);
            Seen::Sealed(Sealed { event: id.to_owned(), said_at: self.said_at(json), session })
        } else {
            let (text, thread) = text_of(json)?;
            let (event, sender) = (id.to_owned(), sender.to_owned());
            Seen::Message(Message { event, sender, thread, text, said_at: self.said_at(json) })
        };
        if self.is_too_old(json) {
            tracing::debug!(event = id, "older than the limit, left alone");
            return None;
        }
        Some(seen)
    }

    /// The message that this one of ours replies to. Encryption leaves that readable.
    fn answered_by(&self, json: &Value) -> Option<String> {
        let reply = &json["content"]["m.relates_to"]["m.in_reply_to"]["event_id"];
        let ours = json["sender"] == self.own;
        ours.then(|| reply.as_str().map(str::to_owned)).flatten()
    }

    /// The bot's membership in the room from this event on, and before it where that is told.
    fn own_membership<'j>(&self, json: &'j Value) -> Option<(&'j str, Option<&'j str>)> {
        let own = json["type"] == "m.room.member" && json["state_key"] == self.own;
        let now = own.then(|| json["content"]["membership"].as_str()).flatten()?;
        Some((now, json["unsigned"]["prev_content"]["membership"].as_str()))
    }

    /// An event that has just come in and whose age the homeserver doesn't tell is new, whatever the clocks say.
    fn is_too_old(&self, json: &Value) -> bool {
        let told = told_age(json);
        let (age, slack) = match told {
            Some(age) if self.live => (age, CLOCK_SLACK),
            None if self.live => return false,
            _ => (self.age(json), Duration::ZERO),
        };
        age > super::milliseconds(self.max_age.saturating_add(slack))
    }

    /// The event's age in milliseconds: as the homeserver measured it, which no clock of ours can spoil, or by our clock,
    /// set right by what is known of the homeserver's, where it doesn't say.
    fn age(&self, json: &Value) -> i64 {
        let by_clock = || {
            let sent = json["origin_server_ts"].as_i64()?;
            Some(self.now.saturating_sub(self.skew).saturating_sub(sent))
        };
        told_age(json).or_else(by_clock).unwrap_or(0)
    }

    /// When the event was sent, by our clock. One that has just come in counts from now.
    fn said_at(&self, json: &Value) -> i64 {
        let age = if self.live { 0 } else { self.age(json).max(0) };
        self.now.saturating_sub(age)
    }
}

/// The event's age as the homeserver measured it, in milliseconds.
fn told_age(json: &Value) -> Option<i64> {
    json["unsigned"]["age"].as_i64()
}

#[cfg(test)]
mod tests;
