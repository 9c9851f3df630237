//! A research desk on China's AI industry that sits in a team's Matrix rooms.
#![recursion_limit = "256"]

pub mod cli;
pub mod commands;
pub mod console;
pub mod dataset;
pub mod index;
pub mod reply;
pub mod settings;
pub mod spelling;
