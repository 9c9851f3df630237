//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// A research desk on China's AI industry: in your team's Matrix rooms, or right here in the terminal.
///
/// Without a command it opens the desk in the terminal, on the dataset that is built in: no homeserver and no
/// configuration needed. Type !help there.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
#[command(after_help = "Settings come from config/default.toml (built in), then --config FILE, then the environment: \
    TIGERDESK__SECTION__KEY, as in TIGERDESK__MATRIX__HOMESERVER.")]
pub struct Arguments {
    /// A settings file (TOML); what it leaves out keeps its default.
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub action: Option<Action>,
}

/// The sub-commands.
#[expect(clippy::doc_markdown, reason = "these comments are the help, where backticks would only stand in the way")]
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Run the bot: log in to a homeserver, join rooms on invite and answer there
    ///
    /// Needs TIGERDESK__MATRIX__HOMESERVER, TIGERDESK__MATRIX__USERNAME, TIGERDESK__MATRIX__PASSWORD and
    /// TIGERDESK__STATE__DIR, or the same in a settings file.
    Run,
    /// Open the desk in the terminal (what no command means)
    Chat {
        /// The dataset's folder, instead of the dataset that is built in.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Ask one question and print the answer, or read questions from standard input
    ///
    /// Examples: tigerdesk ask '!company moonshot', or: tigerdesk ask --format json - < questions.txt
    Ask {
        /// How the answer is printed; json is one line: {"command":…,"text":…,"html":…,"took_us":…}.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// The dataset's folder, instead of the dataset that is built in.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// The question, in single quotes because of the "!"; "-" reads one a line from standard input.
        #[arg(required = true, value_name = "QUESTION")]
        question: Vec<String>,
    },
    /// Check a dataset: print how much is in it, or every fault with its place and how to mend it
    Check {
        /// The dataset's folder [default: the one that the settings name, or else the dataset that is built in].
        dir: Option<PathBuf>,
    },
    /// Print what a digest would say if one dataset became another
    ///
    /// Without any difference it says so. The exit status is 1 if either dataset has faults, which are printed.
    Diff {
        /// How it is printed; json is the list of all changes.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// The folder of the dataset as it was.
        #[arg(value_name = "OLD_DIR")]
        old: PathBuf,
        /// The folder of the dataset as it is.
        #[arg(value_name = "NEW_DIR")]
        new: PathBuf,
    },
    /// Ask a running bot how it is: the exit status is 0 if it would answer a question
    ///
    /// Asks the address in ops.listen, which has to be set as it is for the bot.
    Health {
        /// Ask only whether the bot is alive, whatever its homeserver does.
        #[arg(long)]
        alive: bool,
    },
    /// Print a JSON Schema of the dataset's files, with which editors complete and check them
    Schema,
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Plain text.
    Text,
    /// The HTML that a room gets.
    Html,
    /// One line of JSON.
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_sound() {
        super::Arguments::command().debug_assert();
    }
}
