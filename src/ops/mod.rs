//! How the bot is watched: it tells over HTTP whether it is alive, whether it is ready, and what it has done; and it tells
//! systemd, where that started it.
//!
//! - `/healthz`: 200 while the bot's parts go on, whatever the homeserver does. A bot that is not alive is to be started again.
//! - `/readyz`: 200 while a question would be answered: signed in, the last sync young, a release served, and what is to be
//!   kept is taken. Each part is asked by what it does, and a fault is told as that part's. Starting the bot again mends
//!   none of them.
//! - `/metrics`: numbers in the text format of Prometheus ([`NAMES`]).

mod doors;
mod health;
mod metrics;
mod serve;
pub mod service;
mod state;

pub use health::{Unwell, ask};
pub use metrics::{Metrics, NAMES};
pub use serve::{Watched, serve};
pub use state::{Kept, Outbox, Release, State, SyncFailure, advice, is_alive};
