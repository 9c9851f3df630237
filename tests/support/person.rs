//! A person with the plainest of clients: no library, no encryption.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{
    account::{Account, Session, text},
    event::Event,
    listen::{Heard, Participant},
    synapse::{Synapse, TIMELINE_LIMIT},
};

/// A person, logged in.
#[derive(Debug)]
pub struct Person {
    /// The person's account.
    pub account: Account,
    session: Session,
    heard: Heard,
    /// Where the next sync goes on; locked while one is under way.
    since: Mutex<Option<String>>,
}

impl Person {
    /// Registers a person whose name starts with `name`, and logs in.
    pub async fn register(server: &Synapse, name: &str) -> Result<Self> {
        Self::log_in(Account::register(server, name).await?).await
    }

    /// Logs in to `account`.
    pub async fn log_in(account: Account) -> Result<Self> {
        let session = account.log_in().await?;
        let person = Self { account, session, heard: Heard::default(), since: Mutex::new(None) };
        person.listen(Duration::ZERO).await?;
        Ok(person)
    }

    /// Makes a plain room and invites `guests`; returns its id.
    pub async fn create_room(&self, guests: &[&str]) -> Result<String> {
        self.create_room_with(json!({ "preset": "private_chat", "invite": guests })).await
    }

    /// Makes a room as `wishes` (the body of `/createRoom`) say; returns its id.
    pub async fn create_room_with(&self, wishes: Value) -> Result<String> {
        text(&self.session.api.send(Method::POST, &["createRoom"], &wishes).await?, "room_id")
    }

    /// Goes into `room`, where that needs no invitation.
    pub async fn join(&self, room: &str) -> Result<()> {
        self.session.api.send(Method::POST, &["join", room], &json!({})).await?;
        Ok(())
    }

    /// Invites `guest` to `room`.
    pub async fn invite(&self, room: &str, guest: &str) -> Result<()> {
        let body = json!({ "user_id": guest });
        self.session.api.send(Method::POST, &["rooms", room, "invite"], &body).await?;
        Ok(())
    }

    /// Puts `guest` out of `room`; a new invitation is welcome.
    pub async fn kick(&self, room: &str, guest: &str) -> Result<()> {
        let body = json!({ "user_id": guest });
        self.session.api.send(Method::POST, &["rooms", room, "kick"], &body).await?;
        Ok(())
    }

    /// Takes `message` back.
    pub async fn redact(&self, room: &str, message: &str) -> Result<()> {
        let path = ["rooms", room, "redact", message, &format!("{:032x}", rand::random::<u128>())];
        self.session.api.send(Method::PUT, &path, &json!({})).await?;
        Ok(())
    }

    /// The state of `room` that is kept under `kind`.
    pub async fn state(&self, room: &str, kind: &str) -> Result<Value> {
        self.session.api.get(&["rooms", room, "state", kind], &[]).await
    }

    /// Changes the state of `room` that is kept under `kind`.
    pub async fn set_state(&self, room: &str, kind: &str, content: &Value) -> Result<()> {
        self.session.api.send(Method::PUT, &["rooms", room, "state", kind], content).await?;
        Ok(())
    }

    /// Sends an event of any kind; returns its id.
    pub async fn send(&self, room: &str, kind: &str, content: &Value) -> Result<String> {
        let transaction = format!("{:032x}", rand::random::<u128>());
        let path = ["rooms", room, "send", kind, &transaction];
        text(&self.session.api.send(Method::PUT, &path, content).await?, "event_id")
    }

    /// Sends an event to all devices of `user`, past all rooms.
    pub async fn send_to_device(&self, user: &str, kind: &str, content: &Value) -> Result<()> {
        let path = ["sendToDevice", kind, &format!("{:032x}", rand::random::<u128>())];
        let body = json!({ "messages": { user: { "*": content } } });
        self.session.api.send(Method::PUT, &path, &body).await?;
        Ok(())
    }

    /// Corrects `message` to say `now`; returns the correction's id.
    pub async fn edit(&self, room: &str, message: &str, now: &str) -> Result<String> {
        let content = json!({
            "msgtype": "m.text", "body": format!("* {now}"),
            "m.new_content": { "msgtype": "m.text", "body": now },
            "m.relates_to": { "rel_type": "m.replace", "event_id": message },
        });
        self.send(room, "m.room.message", &content).await
    }

    /// The public encryption keys of `user`: devices and cross-signing keys (the answer of `/keys/query`).
    pub async fn keys_of(&self, user: &str) -> Result<Value> {
        self.session.api.send(Method::POST, &["keys", "query"], &json!({ "device_keys": { user: [] } })).await
    }
}

impl Participant for Person {
    fn user_id(&self) -> &str {
        &self.account.user_id
    }

    fn heard(&self) -> &Heard {
        &self.heard
    }

    async fn listen(&self, patience: Duration) -> Result<()> {
        let mut since = self.since.lock().await;
        let timeout = patience.as_millis().to_string();
        // Whole timelines, so that nothing said is ever cut out of a sync.
        let filter = json!({ "room": { "timeline": { "limit": TIMELINE_LIMIT } }, "presence": { "types": [] } });
        let filter = filter.to_string();
        let mut query = vec![("filter", filter.as_str()), ("timeout", timeout.as_str())];
        if let Some(since) = since.as_deref() {
            query.push(("since", since));
        }
        let news = self.session.api.get(&["sync"], &query).await?;
        *since = Some(text(&news, "next_batch")?);
        for (room, update) in news["rooms"]["join"].as_object().into_iter().flatten() {
            let events = update["timeline"]["events"].as_array().map_or(0, Vec::len);
            ensure!(events < TIMELINE_LIMIT as usize, "{} did not hear all that was said in {room}", self.user_id());
            for part in ["state", "timeline"] {
                for json in update[part]["events"].as_array().into_iter().flatten() {
                    self.heard.add(Event { room: room.clone(), json: json.clone(), decrypted: false });
                }
            }
        }
        Ok(())
    }

    async fn say(&self, room: &str, text: &str) -> Result<String> {
        let content = json!({ "msgtype": "m.text", "body": text });
        self.send(room, "m.room.message", &content).await.with_context(|| format!("can't say {text:?}"))
    }
}
