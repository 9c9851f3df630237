//! What the end-to-end tests, the demo and the round-trip benchmark share.
//!
//! - [`synapse`]: a homeserver of our own on a loopback port, made from [`python`]'s virtual environment
//! - [`account`], [`api`]: accounts on it, and the bare client-server protocol
//! - [`person`], [`sealed`]: people who ask, in plain and in encrypted rooms; what both can do is in [`listen`]
//! - [`bot`]: the real `tigerdesk` binary as a child process
//! - [`disk`]: a small disk to fill
//! - [`facts`]: a small dataset that a test changes
//! - [`proxy`]: a bad network between the bot and the homeserver
//! - [`guard`]: sees to it that nothing of this outlives the process that started it

use std::time::Duration;

pub mod account;
pub mod api;
pub mod bot;
pub mod disk;
pub mod event;
pub mod facts;
pub mod guard;
pub mod listen;
pub mod person;
pub mod proxy;
pub mod python;
pub mod sealed;
pub mod synapse;

/// How long anything may take before a test gives up on it: far more than it needs, for slow and busy machines.
pub const PATIENCE: Duration = Duration::from_mins(5);

/// What is over after so long was not held up by what a test holds up, which is minutes or for ever.
pub const SOON: Duration = Duration::from_mins(1);
