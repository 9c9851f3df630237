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
    commands::{
        Ask, Desk, Invocation, MOST_COMMANDS, Outcome, Reading, answer, heading, hint, left_out, read, read_bare,
    },
    dataset::{self, Faults},
    index,
    reply::{Block, Reply, code, text},
    spelling::clean,
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
    /// Questions came in an encoding that is not read.
    #[error("standard input is UTF-16: save it as UTF-8, or have it converted by `iconv -f UTF-16 -t UTF-8`")]
    Utf16,
    /// The line editor failed.
    #[error("the prompt failed: {0}")]
    Prompt(#[from] rustyline::error::ReadlineError),
}

/// What is said to a line that can't be read.
fn not_utf8() -> Reply {
    Reply::para(vec![
        text("That line is no UTF-8, so that I can't read it. If it is from a file: "),
        code("iconv -t UTF-8 -f"),
        text(" and the file's encoding (GB18030, LATIN1, UTF-16) convert it; a terminal is to be set to UTF-8."),
    ])
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

/// Answers what was typed or pasted: a line, or several commands on lines of their own.
fn answer_to(desk: &Desk, typed: &str) -> Outcome {
    let typed = typed.trim();
    if !typed.contains(['\n', '\r']) {
        return answer_line(desk, typed);
    }
    match read(typed) {
        Reading::NotOurs => {
            // Without a `!` each line is a question, as if it had been typed alone.
            let clean = clean(typed);
            let lines: Vec<&str> = clean.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            let asked = lines.iter().take(MOST_COMMANDS);
            let answers = asked.map(|line| (Block::Para(vec![code(cut(line))]), answer_line(desk, line)));
            together(answers.collect(), lines.len().saturating_sub(MOST_COMMANDS))
        }
        Reading::Several(several) => {
            let answers = several.readings.iter().map(|part| (heading(part), answer_reading(desk, part)));
            together(answers.collect(), several.left_out)
        }
        one => answer_reading(desk, &one),
    }
}

/// The beginning of what was typed, to show it again.
fn cut(line: &str) -> String {
    line.chars().take(60).collect()
}

/// Several answers as one.
fn together(answers: Vec<(Block, Outcome)>, more: usize) -> Outcome {
    let mut all = Outcome::default();
    let alone = answers.len() == 1;
    for (heading, outcome) in answers {
        all.reply.blocks.extend((!alone).then_some(heading));
        all.reply.blocks.extend(outcome.reply.blocks);
        all.hits.extend(outcome.hits);
    }
    all.reply.blocks.extend((more > 0).then(|| left_out(more).blocks).into_iter().flatten());
    all
}

fn asked(desk: &Desk, invocation: Invocation) -> Outcome {
    answer(desk, &Ask::new(invocation, jiff::Timestamp::now(), rand::random()))
}

/// Answers a command, or a word that is one slip away from one.
fn answer_reading(desk: &Desk, reading: &Reading) -> Outcome {
    match reading {
        Reading::Command(invocation) => asked(desk, invocation.clone()),
        Reading::Slip { word, near } => hint(word, near).into(),
        Reading::NotOurs | Reading::Several(_) => Outcome::default(),
    }
}

/// Answers one line. In a terminal nobody else is spoken to, so that every line gets an answer and needs no `!`: what is no
/// command is looked for.
fn answer_line(desk: &Desk, line: &str) -> Outcome {
    let line = clean(line);
    let line = line.trim();
    let bare = line.trim_start_matches('!');
    let is_bare = bare == line && !line.is_empty();
    let reading = match read(line) {
        Reading::NotOurs => read_bare(bare),
        ours => ours,
    };
    let searched = || match read_bare(&format!("search {line}")) {
        Reading::Command(search) => asked(desk, search),
        _ => Outcome::default(),
    };
    match reading {
        Reading::Command(_) if is_bare && begins_question(line) => searched(),
        Reading::Command(invocation) => {
            let looks = LOOKING.contains(&invocation.word) || dataset::kind(invocation.word).is_some();
            let is_alone = invocation.args.is_empty();
            let outcome = asked(desk, invocation);
            if is_bare && looks && !is_alone && outcome.hits.is_empty() {
                // `law against monopolies` asks for no law of that name.
                Some(searched()).filter(|found| !found.hits.is_empty()).unwrap_or(outcome)
            } else {
                outcome
            }
        }
        _ if is_bare => searched(),
        slip @ Reading::Slip { .. } => answer_reading(desk, &slip),
        Reading::NotOurs | Reading::Several(_) => Reply::para(vec![
            text("That is no command of mine. "),
            code("!help"),
            text(" lists them; "),
            code(format!("!search {}", cut(bare))),
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
