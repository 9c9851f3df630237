//! The bare echo: one long poll, one PUT, no Matrix library. What no bot can beat.

use anyhow::{Context as _, Result};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{account::Account, api::Api};

/// Logs in to `account`, joins `room`, and says back whatever is said there.
pub async fn run(account: Account, room: String) -> Result<()> {
    let api = account.log_in().await?.api;
    api.send(Method::POST, &["join", &room], &json!({})).await?;
    let news = api.get(&["sync"], &[("timeout", "0")]).await?;
    let mut since = news["next_batch"].clone();
    loop {
        let token = since.as_str().context("a sync without a token")?;
        let news = api.get(&["sync"], &[("timeout", "30000"), ("since", token)]).await?;
        for event in news["rooms"]["join"][&room]["timeline"]["events"].as_array().into_iter().flatten() {
            if event["type"] == "m.room.message" && event["sender"] != account.user_id.as_str() {
                reply(&api, &room, event).await?;
            }
        }
        since = news["next_batch"].clone();
    }
}

async fn reply(api: &Api, room: &str, event: &Value) -> Result<()> {
    let id = event["event_id"].as_str().context("an event without an id")?;
    let content = json!({
        "msgtype": "m.notice", "body": event["content"]["body"], "m.mentions": {},
        "m.relates_to": { "m.in_reply_to": { "event_id": id } },
    });
    api.send(Method::PUT, &["rooms", room, "send", "m.room.message", id], &content).await?;
    Ok(())
}
