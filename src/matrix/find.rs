//! Finding again what the bot said.

use matrix_sdk::{
    room::MessagesOptions,
    ruma::{RoomAliasId, UInt},
};

use super::{
    account::{Account, event_of},
    flood::bounded,
    incoming::Event,
    outgoing::DIGEST_KEY,
    trouble::Trouble,
};

/// How many events one page holds.
const PAGE: u32 = 100;
/// How many pages are read at most.
const MAX_PAGES: u32 = 20;
/// How far the homeserver's clock may be behind ours, in milliseconds, for the room to be read back far enough.
const CLOCK_SLACK: i64 = 10 * 60 * 1000;
/// How far it may be behind for what can't be read to be taken for the post. Most clocks are set over the network.
const SEALED_SLACK: i64 = 2_000;

/// Whether a room has an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// It has: the event's id.
    There(String),
    /// It has not.
    NotThere,
    /// So much was said since that nobody looked far enough back.
    Unclear,
}

impl Account {
    /// The id of a room, given that or its alias. Where an alias leads is for its homeserver to say: any room may claim one.
    ///
    /// # Errors
    ///
    /// What to do next, when an alias leads nowhere.
    pub async fn room_id(&self, name: &str) -> Result<String, Trouble> {
        if !name.starts_with('#') {
            return Ok(name.to_owned());
        }
        let alias = RoomAliasId::parse(name).map_err(|error| Trouble::never(error.to_string()))?;
        let found = bounded(self.client.resolve_room_alias(&alias)).await?.map_err(|error| Trouble::from(&error))?;
        Ok(found.room_id.to_string())
    }

    /// Looks for an answer of ours to `question`, which was said at `since` (milliseconds since 1970, our clock); its event id.
    /// `None` as well when so much was said since that nobody looked far enough back.
    ///
    /// # Errors
    ///
    /// What to do next, when the room could not be read.
    pub async fn answered(&self, room: &str, question: &str, since: i64) -> Result<Option<String>, Trouble> {
        let is_it = |event: &Event| {
            event.json["sender"].as_str() == Some(self.user())
                && event.json["content"]["m.relates_to"]["m.in_reply_to"]["event_id"].as_str() == Some(question)
        };
        match self.look_back(room, since, is_it).await? {
            Sought::There(event) => Ok(Some(event)),
            Sought::NotThere | Sought::Unclear => Ok(None),
        }
    }

    /// Looks for the event that was sent with the key of a [`Post`](super::Post) at or after `since` (milliseconds since
    /// 1970, our clock).
    ///
    /// # Errors
    ///
    /// What to do next, when the room could not be read.
    pub async fn find(&self, room: &str, key: &str, since: i64) -> Result<Sought, Trouble> {
        self.look_back(room, since, |event| is_it(event, self.user(), key, since)).await
    }

    /// Reads what the bot said in a room back to `since`, for an event that `is_it` holds for.
    async fn look_back(&self, room: &str, since: i64, is_it: impl Fn(&Event) -> bool) -> Result<Sought, Trouble> {
        let room = self.joined_room(&self.room_id(room).await?)?;
        let mut from: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let mut options = MessagesOptions::backward().from(from.as_deref());
            options.limit = UInt::from(PAGE);
            options.filter.senders = Some(vec![self.user.clone()]);
            let page = bounded(room.messages(options)).await?.map_err(|error| Trouble::from(&error))?;
            let events: Vec<Event> = page.chunk.iter().map(event_of).collect();
            if let Some(found) = events.iter().find(|event| is_it(event)) {
                let event = found.json["event_id"].as_str().unwrap_or_default();
                return Ok(Sought::There(event.to_owned()));
            }
            let oldest = events.last().and_then(|event| event.json["origin_server_ts"].as_i64());
            from = page.end;
            if from.is_none() || oldest.is_some_and(|oldest| oldest < since.saturating_sub(CLOCK_SLACK)) {
                return Ok(Sought::NotThere);
            }
        }
        Ok(Sought::Unclear)
    }
}

/// Whether an event is the post with this key. A sealed one of ours that replies to nothing is taken for it: a new device
/// can't read what an older one said, and of all that the bot says only posts reply to nothing.
fn is_it(event: &Event, own: &str, key: &str, since: i64) -> bool {
    let json = &event.json;
    if json["sender"].as_str() != Some(own) {
        return false;
    }
    if event.sealed {
        let sent = json["origin_server_ts"].as_i64().unwrap_or_default();
        return json["content"]["m.relates_to"].is_null() && sent >= since.saturating_sub(SEALED_SLACK);
    }
    json["content"][DIGEST_KEY]["key"].as_str() == Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn event(content: &Value, sealed: bool) -> Event {
        Event { json: json!({ "sender": "@desk:hs", "origin_server_ts": 1_000, "content": content }), sealed }
    }

    #[test]
    fn a_post_is_known_by_its_key() {
        let post = event(&json!({ DIGEST_KEY: { "key": "a" } }), false);
        assert!(is_it(&post, "@desk:hs", "a", 900));
        assert!(!is_it(&post, "@desk:hs", "b", 900));
        assert!(!is_it(&post, "@other:hs", "a", 900));
    }

    #[test]
    fn what_cannot_be_read_is_taken_for_it_unless_it_is_an_answer_or_older() {
        let sealed = event(&json!({ "ciphertext": "…" }), true);
        assert!(is_it(&sealed, "@desk:hs", "a", 900));
        assert!(is_it(&sealed, "@desk:hs", "a", 1_100));
        assert!(!is_it(&sealed, "@desk:hs", "a", 3_100));
        let answer = event(&json!({ "m.relates_to": { "m.in_reply_to": { "event_id": "$q" } } }), true);
        assert!(!is_it(&answer, "@desk:hs", "a", 900));
    }
}
