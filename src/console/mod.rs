//! The desk in a terminal: a prompt, single questions, and the check of a dataset.
//!
//! The only place besides `main` that prints to standard output.

mod ask;
mod chat;
mod check;
mod clean;
mod diff;
mod reading;

use std::path::{Path, PathBuf};

pub use ask::ask;
pub use chat::chat;
pub use check::{check, schema};
pub use clean::{CleanWriter, told};
pub use diff::diff;
use reading::load;

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
    /// The dataset can't be read.
    #[error("the dataset can't be read, for {} does not answer: see to the disk or mount that it is on", .0.display())]
    Hangs(PathBuf),
    /// A part of the program failed.
    #[error("reading the dataset failed: report what stands above this line")]
    Died,
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
    let dataset = match dir {
        None => dataset::bundled(),
        Some(dir) => load(dir)?.0,
    };
    Ok(Desk::new(dataset?)?)
}

/// Commands that look for something, besides the look-ups: without a `!`, what they do not find may be a question that happens
/// to begin with such a word.
const LOOKING: [&str; 5] = ["about", "compare", "list", "timeline", "top"];

/// Answers one line. In a terminal nobody else is spoken to, so that every line gets an answer and needs no `!`: what is no
/// command is looked for.
fn answer_to(desk: &Desk, line: &str) -> Outcome {
    let line = line.trim();
    let bare = line.trim_start_matches(['!', '！']);
    let is_bare = bare == line && !line.is_empty();
    let reading = match read(line) {
        Reading::NotOurs => read_bare(bare),
        ours => ours,
    };
    let asked = |invocation| answer(desk, &Ask::new(invocation, jiff::Timestamp::now(), rand::random()));
    let searched = || match read_bare(&format!("search {line}")) {
        Reading::Command(search) => asked(search),
        _ => Outcome::default(),
    };
    match reading {
        Reading::Command(_) if is_bare && begins_question(line) => searched(),
        Reading::Command(invocation) => {
            let looks = LOOKING.contains(&invocation.word) || dataset::kind(invocation.word).is_some();
            let is_alone = invocation.args.is_empty();
            let outcome = asked(invocation);
            if is_bare && looks && !is_alone && outcome.hits.is_empty() {
                // `law against monopolies` asks for no law of that name.
                Some(searched()).filter(|found| !found.hits.is_empty()).unwrap_or(outcome)
            } else {
                outcome
            }
        }
        _ if is_bare => searched(),
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

/// Whether the first word asks a question rather than being a command: `who`, and `when` but for `when 2023`.
fn begins_question(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    let is_year = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    first.eq_ignore_ascii_case("who")
        || first.eq_ignore_ascii_case("when") && words.next().is_some_and(|next| !is_year(next))
}
