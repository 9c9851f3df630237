//! The desk in a terminal: a prompt, single questions, and the check of a dataset.
//!
//! The only place besides `main` that prints to standard output.

mod ask;
mod chat;
mod check;
mod diff;

use std::path::Path;

pub use ask::ask;
pub use chat::chat;
pub use check::{check, schema};
pub use diff::diff;

use crate::{
    commands::{Ask, Desk, Outcome, Reading, answer, hint, read, read_bare},
    dataset::{self, Faults},
    index,
    reply::{Reply, code, text},
};

/// Why a desk can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The dataset has faults.
    #[error("the dataset can't be used: {0}")]
    Faults(#[from] Faults),
    /// A dataset was checked, and its faults were printed.
    #[error("the check found {0} fault{s} in the dataset", s = if *.0 == 1 { "" } else { "s" })]
    Checked(usize),
    /// The index can't be built.
    #[error(transparent)]
    Index(#[from] index::Error),
    /// Standard input or output failed.
    #[error("the terminal can't be read or written: {0}")]
    Terminal(#[from] std::io::Error),
    /// The line editor failed.
    #[error("the prompt failed: {0}")]
    Prompt(#[from] rustyline::error::ReadlineError),
}

/// Opens the desk on a folder, or on the dataset that is built in.
///
/// # Errors
/// The faults of the dataset.
pub fn open(dir: Option<&Path>) -> Result<Desk, Error> {
    let dataset = dir.map_or_else(dataset::bundled, dataset::load)?;
    Ok(Desk::new(dataset)?)
}

/// Answers one line. In a terminal nobody else is spoken to, so that every line gets an answer and needs no `!`: what is no
/// command is looked for.
fn answer_to(desk: &Desk, line: &str) -> Outcome {
    let line = line.trim();
    let bare = line.trim_start_matches(['!', '！']);
    let reading = match read(line) {
        Reading::NotOurs => read_bare(bare),
        ours => ours,
    };
    let reading = match reading {
        // Who asks `who` without a `!` asks a question.
        Reading::Command(_) if bare != line || !asks_who(line) => reading,
        _ if bare == line && !line.is_empty() => read_bare(&format!("search {line}")),
        other => other,
    };
    match reading {
        Reading::Command(invocation) => answer(desk, &Ask::new(invocation, jiff::Timestamp::now(), rand::random())),
        Reading::Slip { word, near } => hint(&word, near).into(),
        Reading::NotOurs => Reply::para(vec![
            text("That is no command of mine. "),
            code("!help"),
            text(" lists them; "),
            code(format!("!search {}", bare.chars().take(60).collect::<String>())),
            text(" looks for it."),
        ])
        .into(),
    }
}

fn asks_who(line: &str) -> bool {
    line.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("who"))
}
