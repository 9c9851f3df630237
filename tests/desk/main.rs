//! The desk as it answers, without a room: snapshots of the renderings, the command line, the bundled data, the architecture.

mod answers;
mod architecture;
mod bundled;
mod check;
mod command_line;
mod readme;
