//! The bot in real rooms: the real binary against a real Synapse, in the production wiring. One file a theme.
//!
//! To see that nothing was said, a test asks something later and looks at what came before that answer.

#[path = "../support/mod.rs"]
mod support;

mod crowd;
mod digests;
mod downtime;
mod encrypted;
mod endings;
mod faults;
mod first_contact;
mod first_start;
mod machine;
mod manners;
mod odd_rooms;
mod one_refusal;
mod plain;
mod refusals;
mod renewal;
mod scene;
mod sign_in;
mod typing;
mod unbounded;
mod watched;
