//! A research desk on China's AI industry that sits in a team's Matrix rooms.
#![recursion_limit = "256"]

pub mod app;
pub mod commands;
pub mod matrix;
pub mod reply;
pub mod settings;
pub mod store;
