//! A research desk on China's AI industry that sits in a team's Matrix rooms.
//!
//! # The map
//!
//! Arrows point inward: what is below never knows what is above it, and a test reads the `use` lines to keep it so.
//!
//! | Layer | Modules |
//! | --- | --- |
//! | the composition | `main` (exit codes), [`cli`], [`settings`], [`app`] |
//! | the edges | [`matrix`] (the only importer of matrix-sdk), [`store`] (of sqlx), [`console`] (the terminal) |
//! | the core, synchronous, without clock, network or randomness | [`commands`], [`digest`], [`reply`], [`index`] (the only importer of tantivy), [`dataset`], [`spelling`] |
//!
//! # A question
//!
//! [`matrix`] reads each response of the homeserver's sync, drops what is not for us, and hands the rest to [`app`], which records the question in the
//! [`store`] before anything else. [`commands::read`] finds the command, [`commands::answer`] answers it from the [`Desk`](commands::Desk): one release of the
//! [`dataset`] and the [`index`] over it, immutable and shared. The answer is a [`Reply`](reply::Reply), a small tree that renders to Matrix
//! HTML, plain text and a terminal's escapes alike. It is sent with a transaction id made from the question's event id, so that a question that is
//! answered again after a crash is still answered once.
//!
//! # A new one of …
//!
//! - a **command**: a file in `commands/` and a line in [`commands::registry`];
//! - a **kind** of record: a file in `dataset/kinds/` and a line in [`dataset::KINDS`]; its look-up word comes with it;
//! - a **property**: a line in [`dataset::PROPERTIES`].
#![recursion_limit = "256"]

pub mod app;
pub mod cli;
pub mod commands;
pub mod console;
pub mod dataset;
pub mod digest;
pub mod index;
pub mod matrix;
pub mod reply;
pub mod settings;
pub mod spelling;
pub mod store;
