//! The desk as it answers, without a room: snapshots of the renderings, the command line, the bundled data, the architecture.

#![expect(clippy::unwrap_used, reason = "a test fails where an unwrap does")]

mod answers;
mod arbitrary;
mod architecture;
mod bad_datasets;
mod bundled;
mod changes;
mod check;
mod command_line;
mod coverage;
mod digests;
mod hosting;
mod lists;
mod panics;
mod quality;
mod readme;
mod rooms;
mod tables;
mod untrusted;
mod wording;
