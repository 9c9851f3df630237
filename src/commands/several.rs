//! The answers to several commands of one message, told apart.

use super::{MOST_COMMANDS, Reading};
use crate::reply::{Block, Reply, code, text};

/// The longest heading, in characters.
const LONGEST_HEADING: usize = 60;

/// The command that an answer among several belongs to.
#[must_use]
pub fn heading(asked: &Reading) -> Block {
    let line = match asked {
        Reading::Command(invocation) => invocation.line(),
        Reading::Slip { word, .. } => format!("!{word}"),
        Reading::NotOurs | Reading::Several(_) => String::new(),
    };
    let short: String = line.chars().take(LONGEST_HEADING).collect();
    let end = if short.len() < line.len() { "…" } else { "" };
    Block::Para(vec![code(format!("{short}{end}"))])
}

/// Says that some commands of a message are not answered.
#[must_use]
pub fn left_out(count: usize) -> Reply {
    let rest = if count == 1 { "another one".to_owned() } else { format!("{count} more") };
    Reply::para(vec![text(format!(
        "I answer {MOST_COMMANDS} commands of a message and left out {rest}: ask for the rest in a message of its own."
    ))])
}
