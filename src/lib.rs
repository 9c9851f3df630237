//! A research desk on China's AI industry that sits in a team's Matrix rooms.
//!
//! # The map
//!
//! Arrows point inward: what is below never knows what is above it, and a test reads the `use` lines to keep it so.
//!
//! | Layer | Modules |
//! | --- | --- |
//! | the composition | `main` (exit codes), [`cli`], [`settings`], [`app`] |
//! | the edges | [`matrix`] (the only importer of matrix-sdk), [`store`] (of sqlx), [`console`] (the terminal), [`ops`] (health and metrics), [`app::watch`] (of notify) |
//! | the core, synchronous, without clock, network or randomness | [`commands`], [`digest`], [`reply`], [`index`] (the only importer of tantivy), [`dataset`], [`calendar`], [`spelling`] |
//! | what all of them stand on | [`threads`] (how many share a piece of work), [`panics`] (they end the process) |
//!
//! # A question
//!
//! [`matrix`] reads each response of the homeserver's sync, drops what is not for us, and hands the rest to [`app`], which records the question in the
//! [`store`] before anything else. [`commands::read`] finds the command, [`commands::answer`] answers it from the [`Desk`](commands::Desk): one release of the
//! [`dataset`] and the [`index`] over it, immutable and shared. The answer is a [`Reply`](reply::Reply), a small tree that renders to Matrix
//! HTML, plain text and a terminal's escapes alike. It is sent with a transaction id made from the question's event id, so that a question that is
//! answered again after a crash is still answered once.
//!
//! # A change of the dataset
//!
//! [`app::watch`] tells that the data folder may have changed. The dataset is read aside, by a [`Loader`](dataset::Loader) that reads only what is
//! new; with any fault, or if it withdraws too much, the old [`Desk`](commands::Desk) stays. Otherwise its canonical rows are compared with
//! those of the last release in the [`store`], and [`dataset::changes`] tells what changed. One transaction writes the release, its changes, a place in
//! the next digest of each room that wants one, and the edits of digests that it corrects; then the desk is swapped. When a digest is due, the net of its
//! releases ([`digest::fold()`], [`digest::narrow()`]) is put into words ([`digest::compose()`]) and its messages go into the outbox, which is worked off until each
//! of them has an event id.
//!
//! # A new one of …
//!
//! - a **command**: a file in `commands/` and a line in [`commands::registry`];
//! - a **kind** of record: a file in `dataset/kinds/` and a line in [`dataset::KINDS`]; its look-up word comes with it;
//! - a **property**: a line in [`dataset::PROPERTIES`].
#![recursion_limit = "256"]

pub mod app;
pub mod calendar;
pub mod cli;
pub mod commands;
pub mod console;
pub mod dataset;
pub mod digest;
pub mod index;
pub mod matrix;
pub mod ops;
pub mod panics;
pub mod reply;
pub mod settings;
pub mod spelling;
pub mod store;
pub mod threads;
