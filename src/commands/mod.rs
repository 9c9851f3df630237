//! The commands: what people may ask of the desk, and its answers.

use crate::reply::Reply;

/// What one release of the dataset can answer from: the records and the index over them.
#[derive(Debug)]
pub struct Desk {}

/// A message, read as a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Not a command, or another bot's.
    NotOurs,
    /// An unknown word that is one slip away from `near`, a word of ours (without the `!`).
    Slip {
        /// The word as it was typed, folded to lower case, without the `!`.
        word: String,
        /// The command that was probably meant.
        near: &'static str,
    },
    /// One of ours.
    Command(Invocation),
}

/// A command with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The registry's word for the command, whichever alias was typed. Without the `!`.
    pub word: &'static str,
    /// The arguments, quotes taken off.
    pub args: Vec<String>,
}

/// A question to the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What is asked.
    pub invocation: Invocation,
    /// The moment at which it is asked.
    pub now: jiff::Timestamp,
}

/// What comes of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What to say.
    pub reply: Reply,
}

/// Reads `text`, the body of a message, as a command.
#[must_use]
pub fn read(_text: &str) -> Reading {
    Reading::NotOurs
}

/// Answers `ask` from `desk`. Never fails: what can't be answered is said in the reply.
#[must_use]
pub fn answer(_desk: &Desk, _ask: &Ask) -> Outcome {
    Outcome { reply: Reply::default() }
}

/// What to say to somebody who typed a word that is one slip away from `near`.
#[must_use]
pub fn hint(_word: &str, _near: &str) -> Reply {
    Reply::default()
}
