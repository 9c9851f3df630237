//! A room event, as a client gets it.

use std::fmt;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// An event and the room it was seen in; decrypted, where the listener could.
#[derive(Clone, Debug)]
pub struct Event {
    /// The room's id.
    pub room: String,
    /// The whole event.
    pub json: Value,
    /// Whether it came encrypted and was decrypted by the listener.
    pub decrypted: bool,
}

impl Event {
    /// The event's id.
    pub fn id(&self) -> &str {
        self.json["event_id"].as_str().unwrap_or_default()
    }

    /// The event's type.
    pub fn kind(&self) -> &str {
        self.json["type"].as_str().unwrap_or_default()
    }

    /// Who sent it.
    pub fn sender(&self) -> &str {
        self.json["sender"].as_str().unwrap_or_default()
    }

    /// When the homeserver took it, in milliseconds since 1970.
    pub fn sent_at(&self) -> Result<u64> {
        self.json["origin_server_ts"].as_u64().with_context(|| format!("no time of sending: {self}"))
    }

    /// Its content.
    pub fn content(&self) -> &Value {
        &self.json["content"]
    }

    /// The kind of message: `m.text`, `m.notice`, …
    pub fn msgtype(&self) -> &str {
        self.content()["msgtype"].as_str().unwrap_or_default()
    }

    /// The plain text.
    pub fn body(&self) -> &str {
        self.content()["body"].as_str().unwrap_or_default()
    }

    /// The HTML, if there is any.
    pub fn html(&self) -> &str {
        self.content()["formatted_body"].as_str().unwrap_or_default()
    }

    /// The event that this one replies to. Stays readable when the event is encrypted.
    pub fn replies_to(&self) -> Option<&str> {
        self.content()["m.relates_to"]["m.in_reply_to"]["event_id"].as_str()
    }

    /// The root of the thread that this event is in.
    pub fn thread(&self) -> Option<&str> {
        let relation = &self.content()["m.relates_to"];
        (relation["rel_type"] == "m.thread").then(|| relation["event_id"].as_str())?
    }

    /// The event that this one edits.
    pub fn replaces(&self) -> Option<&str> {
        let relation = &self.content()["m.relates_to"];
        (relation["rel_type"] == "m.replace").then(|| relation["event_id"].as_str())?
    }

    /// The key by which a digest is told from others.
    pub fn digest_key(&self) -> Option<&str> {
        self.content()["org.tigerdesk.digest"]["key"].as_str()
    }

    /// Whether it says that `user` has joined.
    pub fn is_join_of(&self, user: &str) -> bool {
        self.kind() == "m.room.member" && self.json["state_key"] == user && self.content()["membership"] == "join"
    }

    /// Something said, readable or not: no state event, no reaction.
    pub fn is_message(&self) -> bool {
        matches!(self.kind(), "m.room.message" | "m.room.encrypted")
    }
}

/// One line, for the account of what was heard in a test that failed.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}: {:.200}", self.id(), self.sender(), self.kind(), self.content().to_string())
    }
}
