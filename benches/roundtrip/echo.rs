//! The bare echo: one long poll, one PUT, no Matrix library. What no bot can beat.
//!
//! It can also give the answer that somebody else gave: what the homeserver and the asker take to carry a long answer
//! rather than the question's few words.

use anyhow::{Context as _, Result};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{account::Account, api::Api};

/// Logs in to `account`, joins `room`, and replies to whatever is said there: with `answer` (a message's content), or
/// with the same words.
pub async fn run(account: Account, room: String, answer: Option<Value>) -> Result<()> {
    let api = account.log_in().await?.api;
    api.send(Method::POST, &["join", &room], &json!({})).await?;
    let news = api.get(&["sync"], &[("timeout", "0")]).await?;
    let mut since = news["next_batch"].clone();
    loop {
        let token = since.as_str().context("a sync without a token")?;
        let news = api.get(&["sync"], &[("timeout", "30000"), ("since", token)]).await?;
        for event in news["rooms"]["join"][&room]["timeline"]["events"].as_array().into_iter().flatten() {
            if event["type"] == "m.room.message" && event["sender"] != account.user_id.as_str() {
                reply(&api, &room, event, answer.as_ref()).await?;
            }
        }
        since = news["next_batch"].clone();
    }
}

async fn reply(api: &Api, room: &str, event: &Value, answer: Option<&Value>) -> Result<()> {
    let id = event["event_id"].as_str().context("an event without an id")?;
    let words = || json!({ "msgtype": "m.notice", "body": event["content"]["body"], "m.mentions": {} });
    let mut content = answer.cloned().unwrap_or_else(words);
    content["m.relates_to"] = json!({ "m.in_reply_to": { "event_id": id } });
    api.send(Method::PUT, &["rooms", room, "send", "m.room.message", id], &content).await?;
    Ok(())
}
