//! Accounts on the homeserver, seen from their owner's side.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result};
use reqwest::Method;
use serde_json::{Value, json};

use super::{api::Api, synapse::Synapse};

/// An account that was registered, with nobody logged in to it yet.
#[derive(Clone, Debug)]
pub struct Account {
    /// The homeserver's address.
    pub address: String,
    /// The full user id.
    pub user_id: String,
    /// The first part of the user id.
    pub localpart: String,
    /// The password.
    pub password: String,
}

/// A log-in to an account.
#[derive(Clone, Debug)]
pub struct Session {
    /// The protocol, acting for the account.
    pub api: Api,
    /// The access token.
    pub token: String,
    /// The device that the log-in made.
    pub device_id: String,
}

impl Account {
    /// Registers an account whose name starts with `name` and is not taken, whichever tests run beside this one.
    pub async fn register(server: &Synapse, name: &str) -> Result<Self> {
        static REGISTERED: AtomicU32 = AtomicU32::new(1);
        let number = REGISTERED.fetch_add(1, Ordering::Relaxed);
        // A password that breaks whoever splits, trims or expands it.
        let password = format!(" {name}, #{number} \"$HOME\" = ünïcode ");
        Self::register_as(server, &format!("{name}-{number}"), &password).await
    }

    /// Registers the account `localpart`.
    pub async fn register_as(server: &Synapse, localpart: &str, password: &str) -> Result<Self> {
        let form = json!({
            "username": localpart, "password": password, "inhibit_login": true,
            "auth": { "type": "m.login.dummy" },
        });
        let made = Api::new(&server.address())?.send(Method::POST, &["register"], &form).await?;
        Ok(Self {
            address: server.address(),
            user_id: text(&made, "user_id")?,
            localpart: localpart.to_owned(),
            password: password.to_owned(),
        })
    }

    /// Logs in, which makes a device.
    pub async fn log_in(&self) -> Result<Session> {
        let form = json!({
            "type": "m.login.password", "password": self.password,
            "identifier": { "type": "m.id.user", "user": self.user_id },
        });
        let api = Api::new(&self.address)?;
        let made = api.send(Method::POST, &["login"], &form).await?;
        let token = text(&made, "access_token")?;
        Ok(Session { api: api.with_token(&token), token, device_id: text(&made, "device_id")? })
    }

    /// The ids of the account's devices, those without encryption keys included. Looks by logging in and out again.
    pub async fn devices(&self) -> Result<Vec<String>> {
        let visit = self.log_in().await?;
        let list = visit.api.get(&["devices"], &[]).await?;
        visit.api.send(Method::POST, &["logout"], &json!({})).await?;
        let devices = list["devices"].as_array().context("no list of devices")?;
        let ids = devices.iter().filter_map(|device| device["device_id"].as_str());
        Ok(ids.filter(|id| *id != visit.device_id).map(str::to_owned).collect())
    }

    /// Takes every access token away, as an owner does who presses "sign out all devices".
    pub async fn log_out_everywhere(&self) -> Result<()> {
        let visit = self.log_in().await?;
        visit.api.send(Method::POST, &["logout", "all"], &json!({})).await?;
        Ok(())
    }
}

/// The text in `value` under `key`.
pub fn text(value: &Value, key: &str) -> Result<String> {
    Ok(value[key].as_str().with_context(|| format!("no {key} in {value}"))?.to_owned())
}
