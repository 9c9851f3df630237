//! From a message to its commands.

mod line;

use super::registry;
use crate::spelling::{beginning, clean, fold, one_slip};
use line::{arguments, parted, without_end};

/// A command longer than this many characters is read up to here, counted as names and words are compared: one character can
/// stand for many letters.
pub(super) const LONGEST_COMMAND: usize = 500;
/// A hint is only given for words of at least so many letters: shorter ones are another bot's too often.
const SHORTEST_SLIP: usize = 5;
/// So many commands of one message are answered.
pub const MOST_COMMANDS: usize = 5;
/// What stands around lines that are shown rather than said.
const FENCES: [&str; 2] = ["```", "~~~"];

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
    /// Several on lines of their own.
    Several(Several),
}

/// The commands of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Several {
    /// Those to answer, in order: commands, and words that are one slip away from one.
    pub readings: Vec<Reading>,
    /// How many more there are.
    pub left_out: usize,
}

/// A command with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The registry's word for the command, whichever alias was typed. Without the `!`.
    pub word: &'static str,
    /// The arguments, quotes taken off.
    pub args: Vec<String>,
    /// The arguments as they were typed.
    pub rest: String,
}

impl Invocation {
    /// The arguments as one text.
    #[must_use]
    pub fn joined(&self) -> String {
        self.args.join(" ")
    }

    /// The command as one types it.
    #[must_use]
    pub fn line(&self) -> String {
        format!("!{} {}", self.word, self.rest).trim_end().to_owned()
    }

    fn of(word: &'static str, rest: &str) -> Self {
        let rest = without_end(beginning(rest, LONGEST_COMMAND - word.len())).to_owned();
        Self { word, args: arguments(&rest), rest }
    }
}

impl Reading {
    /// What is to be answered, one after the other.
    #[must_use]
    pub fn parts(&self) -> &[Self] {
        match self {
            Self::NotOurs => &[],
            Self::Slip { .. } | Self::Command(_) => std::slice::from_ref(self),
            Self::Several(several) => &several.readings,
        }
    }

    /// The word of the command, or the one that was probably meant; of several the first one's.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotOurs => "unread",
            Self::Slip { near, .. } => near,
            Self::Command(invocation) => invocation.word,
            Self::Several(several) => several.readings.first().map_or("unread", Self::word),
        }
    }

    /// How many commands are left out, because a message has too many.
    #[must_use]
    pub fn left_out(&self) -> usize {
        if let Self::Several(several) = self { several.left_out } else { 0 }
    }
}

/// Reads a message: each line that begins with a `!` and a word of ours is a command. What is quoted with `>` or stands between
/// code fences is none. A command that lacks its arguments takes the next line for them; other lines around are just said.
#[must_use]
pub fn read(message: &str) -> Reading {
    let message = clean(message);
    let mut found: Vec<(Reading, bool)> = Vec::new();
    let mut fence: Option<&str> = None;
    for (place, line) in message.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        if let Some(mark) = FENCES.into_iter().find(|mark| line.starts_with(mark)) {
            match fence {
                // A fence that opens and closes on one line is no fence.
                None if line.matches(mark).count() == 1 => fence = Some(mark),
                Some(open) if open == mark => fence = None,
                _ => {}
            }
            continue;
        }
        if fence.is_some() || line.starts_with('>') {
            continue;
        }
        if let Some(bare) = line.strip_prefix('!').filter(|bare| bare.starts_with(char::is_alphanumeric)) {
            found.push((read_line(bare), place == 0));
        } else if let Some((Reading::Command(command), _)) = found.last_mut()
            && registry::find(command.word).is_some_and(|known| known.takes(&command.rest, line))
        {
            *command = Invocation::of(command.word, format!("{} {line}", command.rest).trim_start());
        }
    }
    gathered(found)
}

/// The commands, of each one whether it is the first thing said.
fn gathered(mut found: Vec<(Reading, bool)>) -> Reading {
    found.retain(|(reading, _)| *reading != Reading::NotOurs);
    if !found.iter().any(|(reading, _)| matches!(reading, Reading::Command(_))) {
        // A word that is none of ours is only taken up where the message is nothing else.
        return found.into_iter().find(|(_, first)| *first).map_or(Reading::NotOurs, |(slip, _)| slip);
    }
    let left_out = found.len().saturating_sub(MOST_COMMANDS);
    found.truncate(MOST_COMMANDS);
    let mut readings: Vec<Reading> = found.into_iter().map(|(reading, _)| reading).collect();
    match readings.pop() {
        Some(only) if readings.is_empty() => only,
        last => {
            readings.extend(last);
            Reading::Several(Several { readings, left_out })
        }
    }
}

/// Reads a command from which the `!` has been taken off.
#[must_use]
pub fn read_bare(line: &str) -> Reading {
    read_line(clean(line).lines().next().unwrap_or_default())
}

fn read_line(line: &str) -> Reading {
    let Some((typed, rest)) = parted(beginning(line, LONGEST_COMMAND)) else { return Reading::NotOurs };
    let word = fold(typed);
    if let Some(command) = registry::find(&word) {
        return Reading::Command(Invocation::of(command.spec().word, rest));
    }
    let letters = word.chars().count() >= SHORTEST_SLIP && word.chars().all(char::is_alphabetic);
    match registry::words().find(|known| letters && one_slip(&word, known)) {
        Some(near) => Reading::Slip { word, near },
        None => Reading::NotOurs,
    }
}

#[cfg(test)]
mod tests;
