//! The bot's account, signed in: what the rest of the program asks of Matrix.

use std::time::Duration;

use matrix_sdk::{
    Client, Room, RoomState, SqliteCryptoStore,
    config::RequestConfig,
    deserialized_responses::{TimelineEvent, TimelineEventKind},
    ruma::{EventId, OwnedUserId, RoomId, TransactionId},
};
use serde_json::Value;

use super::{
    clock::{Skew, milliseconds_of, now},
    flood::bounded,
    incoming::{Event, Seen, View},
    outgoing::{Answer, Post, transaction_id},
    trouble::{Trouble, root_cause},
};
use crate::settings::Secret;

/// How long one attempt to send may take.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

/// How long the homeserver may take to tell its time.
const CLOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// What is written to the SDK's state store to see whether it takes it.
const PROBE: &[u8] = b"tigerdesk.probe";

/// The bot's account, signed in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Account {
    pub(super) client: Client,
    pub(super) user: OwnedUserId,
    pub(super) password: Option<Secret>,
    /// Whether this start logged in.
    pub(super) new: bool,
    /// Whether an earlier sync left its place.
    pub(super) synced: bool,
    pub(super) skew: Skew,
    /// Whether an earlier start was signed in.
    pub(super) was_here: bool,
    /// How the session of the device before this one ended, if there was one.
    pub(super) follows: Option<String>,
    pub(super) crypto: SqliteCryptoStore,
}

impl Account {
    /// The bot's user id.
    #[must_use]
    pub fn user(&self) -> &str {
        self.user.as_str()
    }

    /// The device the bot is signed in as.
    #[must_use]
    pub fn device(&self) -> &str {
        self.client.device_id().map_or("", |device| device.as_str())
    }

    /// Whether this start logged in, rather than restored a session.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.new
    }

    /// How the bot sees a timeline. `live`: the events have just come in, over a long poll that never broke.
    #[must_use]
    pub fn view(&self, max_age: Duration, live: bool) -> View<'_> {
        View { own: self.user(), now: now(), skew: self.skew.milliseconds(), max_age, live }
    }

    /// How far our clock is ahead of the homeserver's, in milliseconds: 0 unless it is by a minute and more.
    #[must_use]
    pub fn clock_skew(&self) -> i64 {
        self.skew.milliseconds()
    }

    /// Asks the homeserver for its time. One that doesn't tell it is taken to agree with us.
    pub(super) async fn compare_clocks(&self) {
        let homeserver = self.client.homeserver();
        // Its address may have a path.
        let url = format!("{}/_matrix/client/v3/account/whoami", homeserver.as_str().trim_end_matches('/'));
        let token = self.client.access_token().unwrap_or_default();
        // The SDK keeps the heads of answers to itself.
        let asked = self.client.http_client().get(url).bearer_auth(token).timeout(CLOCK_TIMEOUT).send().await;
        let Ok(answer) = asked else { return };
        if let Some(theirs) = answer.headers().get("date").and_then(|date| milliseconds_of(date.to_str().ok()?)) {
            self.skew.compare(now(), theirs);
        }
    }

    /// Whether an earlier start was signed in with this state folder.
    #[must_use]
    pub fn was_here(&self) -> bool {
        self.was_here
    }

    /// Whether the bot can log in anew by itself.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// How the session of the device before this one ended, if there was one in this state folder.
    #[must_use]
    pub fn follows(&self) -> Option<&str> {
        self.follows.as_deref()
    }

    /// The ids of the rooms the bot is in.
    #[must_use]
    pub fn joined_rooms(&self) -> Vec<String> {
        self.client.joined_rooms().iter().map(|room| room.room_id().to_string()).collect()
    }

    /// The ids of the rooms the bot is invited to.
    #[must_use]
    pub fn invited_rooms(&self) -> Vec<String> {
        self.client.invited_rooms().iter().map(|room| room.room_id().to_string()).collect()
    }

    pub(super) fn room(&self, id: &str) -> Result<Room, Trouble> {
        RoomId::parse(id)
            .ok()
            .and_then(|id| self.client.get_room(&id))
            .ok_or_else(|| Trouble::never("the room is unknown"))
    }

    pub(super) fn joined_room(&self, id: &str) -> Result<Room, Trouble> {
        let room = self.room(id)?;
        if room.state() == RoomState::Joined { Ok(room) } else { Err(Trouble::never("not in the room any more")) }
    }

    /// Sends `answer`, once, and returns its event id. To send it again is safe: see [`transaction_id`].
    ///
    /// # Errors
    ///
    /// What to do next, when the homeserver did not take it.
    pub async fn send(&self, answer: &Answer) -> Result<String, Trouble> {
        self.put(&answer.room, &transaction_id(&answer.question, answer.after), answer.content()).await
    }

    /// Sends `post`, once, and returns its event id. To send it again is safe: see [`transaction_id`].
    ///
    /// # Errors
    ///
    /// What to do next, when the homeserver did not take it.
    pub async fn post(&self, post: &Post) -> Result<String, Trouble> {
        let room = self.room_id(&post.room).await?;
        self.put(&room, &post.key, post.content()).await
    }

    async fn put(&self, room: &str, transaction: &str, content: Value) -> Result<String, Trouble> {
        let room = self.joined_room(room)?;
        let transaction: &TransactionId = transaction.into();
        let sending = room
            .send_raw("m.room.message", content)
            .with_transaction_id(transaction)
            .with_request_config(RequestConfig::new().disable_retry().timeout(SEND_TIMEOUT))
            .into_future();
        let sent = bounded(sending).await?.map_err(|error| Trouble::from(&error))?;
        Ok(sent.response.event_id.to_string())
    }

    /// Fetches the event `id` and reads it, decrypted if possible. `None` when it isn't for us (any more).
    ///
    /// # Errors
    ///
    /// What to do next, when the homeserver did not give it.
    pub async fn fetch(&self, room: &str, id: &str, view: View<'_>) -> Result<Option<Seen>, Trouble> {
        let id = EventId::parse(id).map_err(|error| Trouble::never(error.to_string()))?;
        let room = self.joined_room(room)?;
        let event = bounded(room.event(&id, None)).await?.map_err(|error| Trouble::from(&error))?;
        Ok(view.read_one(&event_of(&event)))
    }

    /// Makes the first answer in an encrypted room quick: fetches its members ahead. Does nothing elsewhere.
    pub async fn prepare(&self, room: &str) {
        let Ok(room) = self.joined_room(room) else { return };
        let encrypted = room.latest_encryption_state().await.is_ok_and(|state| state.is_encrypted());
        if encrypted && let Err(error) = room.sync_members().await {
            tracing::debug!(room = %room.room_id(), %error, "the members could not be fetched ahead");
        }
    }

    /// Has the stores of the session keep a little.
    ///
    /// # Errors
    ///
    /// Why they don't, briefly.
    pub async fn probe(&self) -> Result<(), String> {
        let stored = self.client.state_store().set_custom_value_no_read(PROBE, b"probe".to_vec()).await;
        stored.map_err(|error| root_cause(&error))
    }

    /// Closes the stores. Nothing can be asked of the account afterwards.
    pub async fn close(&self) {
        if let Err(error) = self.client.pause().await {
            tracing::warn!(%error, "the encryption stores did not close cleanly");
        }
    }
}

/// One event of the SDK as JSON.
pub(super) fn event_of(event: &TimelineEvent) -> Event {
    let json = serde_json::from_str(event.raw().json().get()).unwrap_or(Value::Null);
    // An event that comes from /messages before the SDK has the room's encryption state may be encrypted and plain at once.
    let sealed = matches!(event.kind, TimelineEventKind::UnableToDecrypt { .. }) || json["type"] == "m.room.encrypted";
    Event { json, sealed }
}
