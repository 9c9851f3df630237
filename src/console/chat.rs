//! The prompt: history, completion, answers with bold, links and colours where the terminal has them.

use std::{
    borrow::Cow,
    env, fs,
    io::{self, IsTerminal as _, Write as _},
    path::PathBuf,
};

use rustyline::{
    Context, Editor, Helper, completion::Completer, error::ReadlineError, highlight::Highlighter, hint::Hinter,
    history::FileHistory, validate::Validator,
};

use super::{Error, answer_to, not_utf8};
use crate::{
    commands::{Desk, registry},
    dataset::Record,
    spelling::{clean, fold},
};

/// So many lines of history are kept.
const HISTORY: usize = 1_000;
/// So many completions are offered.
const OFFERED: usize = 40;

/// Opens the prompt and answers until the end of the input.
///
/// # Errors
/// If the terminal fails.
pub fn chat(desk: &Desk) -> Result<(), Error> {
    writeln!(io::stdout(), "{}", welcome(desk))?;
    let config = rustyline::Config::builder().max_history_size(HISTORY)?.auto_add_history(true).build();
    let mut editor: Editor<Words, FileHistory> = Editor::with_config(config)?;
    editor.set_helper(Some(Words { desk }));
    let history = history_file();
    if let Some(file) = &history {
        // The first time there is none.
        let _ = editor.load_history(file);
    }
    let ended = converse(desk, &mut editor);
    if let Some(file) = &history {
        // A home that can't be written to only costs the history.
        let _ = editor.save_history(file);
    }
    ended
}

/// Answers line by line.
fn converse(desk: &Desk, editor: &mut Editor<Words<'_>, FileHistory>) -> Result<(), Error> {
    let terminal = io::stdout().is_terminal();
    let styled = terminal && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut out = io::stdout();
    let prompt = if terminal { "desk> " } else { "" };
    loop {
        let reply = match editor.readline(prompt) {
            Ok(line) => match clean(&line).trim() {
                "" => continue,
                line if matches!(line.trim_start_matches('!'), "quit" | "exit") => return Ok(()),
                _ => answer_to(desk, &line).reply,
            },
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => return Ok(()),
            Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => not_utf8(),
            Err(error) => return Err(error.into()),
        };
        writeln!(out, "{}\n", if styled { reply.ansi() } else { reply.text() })?;
    }
}

fn welcome(desk: &Desk) -> String {
    let records = desk.dataset.records();
    let claims: usize = records.iter().map(|record| record.claims.len()).sum();
    format!(
        "tigerdesk: {} records and {claims} sourced claims on China's AI industry.\n\
         Type !help, or try !company moonshot. Tab completes, Ctrl-D leaves.\n\
         To put it in a room: tigerdesk run, with TIGERDESK__MATRIX__HOMESERVER, TIGERDESK__MATRIX__USERNAME,\n\
         TIGERDESK__MATRIX__PASSWORD and TIGERDESK__STATE__DIR set; then invite the bot. The README has the rest.\n",
        records.len()
    )
}

/// `$XDG_STATE_HOME/tigerdesk/history`, or below `~/.local/state`; `None` where neither can be made.
fn history_file() -> Option<PathBuf> {
    let state = env::var_os("XDG_STATE_HOME").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let home = || env::home_dir().filter(|dir| dir.is_absolute()).map(|home| home.join(".local/state"));
    let dir = state.or_else(home)?.join("tigerdesk");
    fs::create_dir_all(&dir).ok()?;
    Some(dir.join("history"))
}

/// Completes command words, and names after a look-up word.
struct Words<'d> {
    desk: &'d Desk,
}

impl Completer for Words<'_> {
    type Candidate = String;

    fn complete(&self, line: &str, place: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(completions(self.desk, &line[..place]))
    }
}

/// Where the completed part begins, and what it may become.
fn completions(desk: &Desk, line: &str) -> (usize, Vec<String>) {
    let Some((word, rest)) = line.split_once(' ') else {
        let typed = fold(line.trim_start_matches('!'));
        let words = registry::commands().map(|command| command.spec().word).filter(|word| word.starts_with(&typed));
        return (0, words.map(|word| format!("!{word} ")).collect());
    };
    let typed = fold(rest);
    let kind = registry::find(&fold(word.trim_start_matches('!'))).map(|command| command.spec().word);
    let records = desk.dataset.records().iter().filter(|record| kind == Some(record.kind.id));
    let names = records.flat_map(Record::names).filter(|name| fold(name).starts_with(&typed));
    (word.len() + 1, names.map(ToOwned::to_owned).take(OFFERED).collect())
}

impl Hinter for Words<'_> {
    type Hint = String;
}

impl Highlighter for Words<'_> {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        Cow::Borrowed(line)
    }
}

impl Validator for Words<'_> {}
impl Helper for Words<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::bundled;

    #[test]
    fn completes_words_and_names() {
        let desk = Desk::new(bundled().unwrap()).unwrap();
        assert_eq!(completions(&desk, "!tim"), (0, vec!["!timeline ".to_owned()]));
        let (place, names) = completions(&desk, "!company moon");
        assert_eq!(place, 9);
        assert!(names.contains(&"Moonshot AI".to_owned()), "{names:?}");
        assert_eq!(completions(&desk, "!search moon").1, Vec::<String>::new());
    }
}
