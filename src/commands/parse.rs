//! From a message to a command.

use super::registry;
use crate::spelling::{fold, one_slip};

/// A message longer than this many characters is read up to here.
const LONGEST_COMMAND: usize = 500;
/// A hint is only given for words of at least so many letters: shorter ones are another bot's too often.
const SHORTEST_SLIP: usize = 5;

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
    /// The arguments as they were typed.
    pub rest: String,
}

impl Invocation {
    /// The arguments as one text.
    #[must_use]
    pub fn joined(&self) -> String {
        self.args.join(" ")
    }
}

/// Reads the body of a message as a command: a `!`, a word of ours, white space, arguments.
#[must_use]
pub fn read(body: &str) -> Reading {
    match body.trim_start().strip_prefix(['!', '！']) {
        Some(line) => read_bare(line),
        None => Reading::NotOurs,
    }
}

/// Reads a command from which the `!` has been taken off.
#[must_use]
pub fn read_bare(line: &str) -> Reading {
    let line: String = line.lines().next().unwrap_or_default().chars().take(LONGEST_COMMAND).collect();
    let (typed, rest) = line.split_once(char::is_whitespace).unwrap_or((&line, ""));
    let word = fold(typed);
    if let Some(command) = registry::find(&word) {
        let rest = rest.trim().to_owned();
        return Reading::Command(Invocation { word: command.spec().word, args: arguments(&rest), rest });
    }
    let letters = word.chars().count() >= SHORTEST_SLIP && word.chars().all(char::is_alphabetic);
    match registry::words().find(|known| letters && one_slip(&word, known)) {
        Some(near) => Reading::Slip { word, near },
        None => Reading::NotOurs,
    }
}

/// Splits at white space; what stands in quotes stays together. A quote that is never closed is an ordinary character.
fn arguments(text: &str) -> Vec<String> {
    const PAIRS: [(char, char); 4] = [('"', '"'), ('“', '”'), ('„', '“'), ('«', '»')];
    let mut arguments = Vec::new();
    let mut left = text.trim_start();
    while let Some(first) = left.chars().next() {
        let quoted = PAIRS.iter().find(|(open, _)| *open == first).and_then(|(open, close)| {
            let inside = &left[open.len_utf8()..];
            let end = inside.find(*close)?;
            Some((&inside[..end], &inside[end + close.len_utf8()..]))
        });
        let (argument, after) =
            quoted.unwrap_or_else(|| left.split_at(left.find(char::is_whitespace).unwrap_or(left.len())));
        if !argument.trim().is_empty() {
            arguments.push(argument.trim().to_owned());
        }
        left = after.trim_start();
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn command(body: &str) -> (&'static str, Vec<String>) {
        match read(body) {
            Reading::Command(invocation) => (invocation.word, invocation.args),
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn reads_a_word_and_its_arguments() {
        assert_eq!(command("!company moonshot"), ("company", vec!["moonshot".to_owned()]));
        assert_eq!(command("  !COMPANY  Moonshot   AI "), ("company", vec!["Moonshot".to_owned(), "AI".to_owned()]));
        assert_eq!(
            command("!search \"export controls\" chips"),
            ("search", vec!["export controls".to_owned(), "chips".to_owned()])
        );
        assert_eq!(command("!search \"half open"), ("search", vec!["\"half".to_owned(), "open".to_owned()]));
        assert_eq!(command("！help"), ("help", vec![]));
        assert_eq!(command("!help\nand more"), ("help", vec![]));
    }

    #[test]
    fn leaves_what_is_not_ours() {
        for body in [
            "",
            "!",
            "! company",
            "company moonshot",
            "!weather",
            "!companyx",
            "!companies-list",
            "hello !help",
            "!hlp",
            "!!help",
            "!co",
        ] {
            let read = read(body);
            assert!(!matches!(read, Reading::Command(_)), "{body}: {read:?}");
        }
        for body in ["!weather", "!hlp", "!", "!timer", "!halp"] {
            assert_eq!(read(body), Reading::NotOurs, "{body}");
        }
    }

    #[test]
    fn hints_at_a_word_one_slip_away() {
        assert_eq!(read("!compny moonshot"), Reading::Slip { word: "compny".to_owned(), near: "company" });
        assert_eq!(read("!tiemline 2023"), Reading::Slip { word: "tiemline".to_owned(), near: "timeline" });
    }

    proptest! {
        #[test]
        fn any_text_is_read(body in ".{0,80}|[!！](help|search) [\"“„«»” a-z]{0,40}") {
            let _ = read(&body);
        }
    }
}
