//! Keys that arrive, after the messages that they open.

use std::pin::Pin;

use futures_util::{Stream, StreamExt as _};

use super::account::Account;

/// The sessions whose keys arrive while the bot runs.
pub struct Arrivals(Option<Pin<Box<dyn Stream<Item = Arrived> + Send>>>);

/// What arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrived {
    /// The keys of these sessions.
    Sessions(Vec<SessionKey>),
    /// More than could be told: any may be among them.
    Unknown,
}

/// A session of which a key is at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionKey {
    /// The room that it belongs to.
    pub room: String,
    /// The session's id.
    pub session: String,
}

impl Account {
    /// Tells of the keys that arrive from now on.
    pub async fn arrivals(&self) -> Arrivals {
        let stream = self.client.encryption().room_keys_received_stream().await;
        Arrivals(stream.map(|stream| -> Pin<Box<dyn Stream<Item = Arrived> + Send>> {
            Box::pin(stream.map(|keys| {
                match keys {
                    Ok(keys) => Arrived::Sessions(
                        keys.into_iter()
                            .map(|key| SessionKey { room: key.room_id.to_string(), session: key.session_id })
                            .collect(),
                    ),
                    Err(_) => Arrived::Unknown,
                }
            }))
        }))
    }
}

impl Arrivals {
    /// Waits for the next ones. Dropping the future is safe at any moment.
    pub async fn next(&mut self) -> Arrived {
        let Some(stream) = &mut self.0 else { return std::future::pending().await };
        if let Some(arrived) = stream.next().await {
            arrived
        } else {
            self.0 = None;
            std::future::pending().await
        }
    }
}
