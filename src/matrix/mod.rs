//! The Matrix side, and the only importer of `matrix_sdk`.
//!
//! [`sign_in`] gives an [`Account`]; [`Syncing`] yields what the homeserver brings, already read by [`incoming`];
//! [`Account::page_back`] fetches what it left out; [`Account::send`] sends an [`Answer`]. Nothing here decides what is
//! answered or remembers what was: that is the composition root's and the store's.

mod account;
mod address;
mod arrivals;
mod backfill;
mod backoff;
mod clock;
mod discovery;
mod find;
mod flood;
mod floor;
mod generation;
pub mod incoming;
mod keys;
mod login;
mod outgoing;
mod power;
mod refusal;
mod renewal;
mod rooms;
mod session;
mod standing;
mod stores;
mod syncing;
mod trouble;
mod trust;

pub use account::Account;
pub use arrivals::{Arrivals, Arrived, SessionKey};
pub use backfill::{Older, Stretch};
pub use backoff::Backoff;
pub use clock::{milliseconds, now};
pub use find::Sought;
pub use generation::Keys;
pub use keys::KeyFault;
pub use outgoing::{Answer, Post, Relation, fits, transaction_id};
pub use refusal::{Ended, Refusal};
pub use session::sign_in;
pub use syncing::{Batch, Hitch, Pulse, RoomNews, Syncing};
pub use trouble::{LONGEST_WISH, Trouble};
pub use trust::Trust;
