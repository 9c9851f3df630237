//! A person with a client that encrypts: matrix-sdk, its keys in memory.

use std::time::Duration;

use anyhow::{Context as _, Result};
use matrix_sdk::{
    Client, Room,
    config::{RequestConfig, SyncSettings},
    encryption::EncryptionSettings,
    ruma::{
        RoomId, UserId,
        api::client::{filter::FilterDefinition, room::create_room, sync::sync_events::v3::Filter},
        serde::Raw,
    },
};
use serde_json::json;
use tokio::sync::Mutex;

use super::{
    PATIENCE,
    account::Account,
    api::http_client,
    event::Event,
    listen::{Heard, Participant},
    synapse::Synapse,
};

/// Whether a person's client sets up cross-signing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// It does.
    CrossSigned,
    /// It does not, which leaves that to the person's next client.
    Bare,
}

/// A person in encrypted rooms, logged in.
#[derive(Debug)]
pub struct SealedPerson {
    /// The person's account.
    pub account: Account,
    client: Client,
    heard: Heard,
    /// Locked while a sync is under way: the client's store keeps where it goes on.
    syncing: Mutex<()>,
}

impl SealedPerson {
    /// Registers a person whose name starts with `name`, logs in and sets up cross-signing, as most clients do.
    pub async fn register(server: &Synapse, name: &str) -> Result<Self> {
        Self::log_in(Account::register(server, name).await?, Identity::CrossSigned).await
    }

    /// Logs in to `account`.
    pub async fn log_in(account: Account, identity: Identity) -> Result<Self> {
        let encryption = EncryptionSettings {
            auto_enable_cross_signing: identity == Identity::CrossSigned,
            ..EncryptionSettings::default()
        };
        let client = Client::builder()
            .homeserver_url(&account.address)
            .http_client(http_client()?)
            .request_config(RequestConfig::new().timeout(PATIENCE))
            .with_encryption_settings(encryption)
            .build()
            .await?;
        client.matrix_auth().login_username(&account.user_id, &account.password).send().await?;
        client.encryption().wait_for_e2ee_initialization_tasks().await;
        let person = Self { account, client, heard: Heard::default(), syncing: Mutex::new(()) };
        person.listen(Duration::ZERO).await?;
        Ok(person)
    }

    /// Makes an encrypted room and invites `guests`; returns its id.
    pub async fn create_room(&self, guests: &[&str]) -> Result<String> {
        self.create_room_called(None, guests).await
    }

    /// Makes an encrypted room, with the local alias `alias` if there is one, and invites `guests`; returns its id.
    pub async fn create_room_called(&self, alias: Option<&str>, guests: &[&str]) -> Result<String> {
        let mut wishes = create_room::v3::Request::new();
        wishes.preset = Some(create_room::v3::RoomPreset::PrivateChat);
        wishes.room_alias_name = alias.map(str::to_owned);
        wishes.name = alias.map(str::to_owned);
        wishes.invite = guests.iter().map(UserId::parse).collect::<Result<_, _>>()?;
        wishes.initial_state = vec![Raw::from_json_string(
            json!({
                "type": "m.room.encryption", "state_key": "",
                "content": { "algorithm": "m.megolm.v1.aes-sha2" },
            })
            .to_string(),
        )?];
        let room = self.client.create_room(wishes).await?.room_id().to_string();
        self.wait_joined(&room, &self.account.user_id).await?;
        Ok(room)
    }

    fn room(&self, room: &str) -> Result<Room> {
        self.client.get_room(&RoomId::parse(room)?).with_context(|| format!("not in {room}"))
    }
}

impl Participant for SealedPerson {
    fn user_id(&self) -> &str {
        &self.account.user_id
    }

    fn heard(&self) -> &Heard {
        &self.heard
    }

    async fn listen(&self, patience: Duration) -> Result<()> {
        let _turn = self.syncing.lock().await;
        let mut filter = FilterDefinition::default();
        filter.room.timeline.limit = Some(1000_u32.into());
        let settings = SyncSettings::new()
            .timeout(patience)
            .ignore_timeout_on_first_sync(false)
            .filter(Filter::FilterDefinition(filter));
        let news = self.client.sync_once(settings).await?;
        for (room, update) in news.rooms.joined {
            for event in update.timeline.events {
                let decrypted = event.encryption_info().is_some();
                let json = serde_json::from_str(event.raw().json().get())?;
                self.heard.add(Event { room: room.to_string(), json, decrypted });
            }
        }
        Ok(())
    }

    async fn say(&self, room: &str, text: &str) -> Result<String> {
        let content = json!({ "msgtype": "m.text", "body": text });
        let sent = self.room(room)?.send_raw("m.room.message", content).await?;
        Ok(sent.response.event_id.to_string())
    }
}
