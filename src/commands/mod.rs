//! The commands: what people may ask of the desk, and its answers.
//!
//! A command is one file and one line of the [`registry`]; parsing, help and the README's table derive from there.

mod brief;
mod card;
mod catalogue;
mod changes;
mod chronicle;
mod cite;
mod compare;
mod dated;
mod digests;
mod effect;
mod follow;
mod help;
mod history;
mod hit;
mod list;
mod look_up;
mod page;
mod parse;
mod past;
mod present;
mod random;
mod ranking;
pub mod registry;
mod reload;
mod search;
mod select;
mod several;
mod standing;
mod timeline;
mod today;
mod top;
mod who;

pub use effect::{Asker, Effect, Role};
pub use hit::Hit;
pub use parse::{Invocation, MOST_COMMANDS, Reading, Several, read, read_bare};
pub use several::{heading, left_out};
pub use who::{is_about_the_room, role_needed};

use catalogue::Catalogue;

use std::{path::Path, sync::Arc};

use crate::{
    dataset::Dataset,
    digest::{Archive, Zone},
    index::{self, Index},
    reply::{Reply, code, text},
    threads,
};

/// What one release of the dataset can answer from: the records and the index over them.
#[derive(Debug)]
pub struct Desk {
    /// The records.
    pub dataset: Dataset,
    /// The index over them.
    pub index: Index,
    /// The orders of the records.
    catalogue: Catalogue,
}

impl Desk {
    /// Indexes a dataset.
    ///
    /// # Errors
    /// If the index can't be built.
    pub fn new(dataset: Dataset) -> Result<Self, index::Error> {
        let (index, catalogue) = threads::beside(|| Index::build(&dataset), || Catalogue::new(&dataset));
        Ok(Self { dataset, index: index?, catalogue })
    }

    /// The same, with the index in a folder: only what changed since it was last opened is indexed. The folder has to exist;
    /// a desk that was opened from it `before` goes on answering, and what both share is taken from there. If the folder can't
    /// be used, the index is held in memory.
    ///
    /// # Errors
    /// If the index can't be built.
    pub fn open(dataset: Dataset, folder: &Path, before: Option<&Self>) -> Result<Self, index::Error> {
        let open = || {
            let before = before.map(|desk| (&desk.dataset, &desk.index));
            Index::open(folder, &dataset, before).or_else(|error| {
                tracing::warn!(%error, folder = %folder.display(), "the index is held in memory instead");
                Index::build(&dataset)
            })
        };
        let (index, catalogue) = threads::beside(open, || Catalogue::new(&dataset));
        Ok(Self { dataset, index: index?, catalogue })
    }
}

/// A question to the desk.
#[derive(Debug, Clone)]
pub struct Ask {
    /// What is asked.
    pub invocation: Invocation,
    /// The moment at which it is asked.
    pub now: jiff::Timestamp,
    /// A number by chance, for what is to be drawn.
    pub seed: u64,
    /// Who asks in which room; `None` in a terminal.
    pub asker: Option<Asker>,
    /// What is remembered of earlier releases, where there is a state folder.
    pub archive: Option<Arc<dyn Archive>>,
}

impl Ask {
    /// A question that is asked in no room.
    #[must_use]
    pub fn new(invocation: Invocation, now: jiff::Timestamp, seed: u64) -> Self {
        Self { invocation, now, seed, asker: None, archive: None }
    }

    /// The clocks by which the asker lives: the room's; in a terminal UTC.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.asker.as_ref().map(|asker| asker.room.own_zone()).unwrap_or_default()
    }

    /// The day that it is by those clocks.
    #[must_use]
    pub fn today(&self) -> jiff::civil::Date {
        self.zone().date(self.now)
    }
}

/// What comes of a question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What to say.
    pub reply: Reply,
    /// The records that the reply answers with, in the order in which it shows them. What it only suggests is none.
    pub hits: Vec<Hit>,
    /// What is to be done.
    pub effect: Option<Effect>,
}

impl From<Reply> for Outcome {
    /// A reply that answers with no record.
    fn from(reply: Reply) -> Self {
        Self { reply, hits: Vec::new(), effect: None }
    }
}

/// A command of the registry.
pub trait Command: Sync + Send {
    /// What it is called and what it does.
    fn spec(&self) -> Spec;

    /// Who may give it with these arguments.
    fn who(&self, invocation: &Invocation) -> Role {
        let _ = invocation;
        self.spec().who
    }

    /// Whether it is about the room that it is given in, or about days, which are the room's: then it must be known what the room
    /// has asked for.
    fn is_about_the_room(&self) -> bool {
        false
    }

    /// Whether the next line of a message goes on with the arguments, of which these stand on the lines before. By itself that
    /// is so where there are none yet and the command can't do without.
    fn takes(&self, so_far: &str, line: &str) -> bool {
        let _ = line;
        let arguments = self.spec().arguments;
        so_far.is_empty() && !arguments.is_empty() && !arguments.starts_with('[')
    }

    /// Its answer.
    ///
    /// # Errors
    /// If the index can't be read.
    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error>;
}

/// What the help, the parser and the tests know of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// The word, without the `!`.
    pub word: &'static str,
    /// Other words for it.
    pub aliases: &'static [&'static str],
    /// Its arguments, as the help shows them: `NAME`, `[WORDS]`. Empty if it takes none.
    pub arguments: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Arguments to try, which are answered from the bundled dataset.
    pub example: &'static str,
    /// More on the arguments, for the command's own help.
    pub more: &'static str,
    /// Who may give it.
    pub who: Role,
}

impl Spec {
    /// The command and its arguments, as one types them.
    #[must_use]
    pub fn usage(&self) -> String {
        format!("!{} {}", self.word, self.arguments).trim_end().to_owned()
    }

    /// An example of the command, as one types it.
    #[must_use]
    pub fn example_line(&self) -> String {
        format!("!{} {}", self.word, self.example).trim_end().to_owned()
    }

    /// What to say to somebody who left the arguments out.
    fn how_to(&self) -> Outcome {
        text_outcome(vec![
            text(format!("{}: ", self.summary)),
            code(self.usage()),
            text(". For example: "),
            code(self.example_line()),
        ])
    }
}

fn text_outcome(spans: Vec<crate::reply::Span>) -> Outcome {
    Reply::para(spans).into()
}

/// Answers `ask` from `desk`. Never fails: what can't be answered is said in the reply.
#[must_use]
pub fn answer(desk: &Desk, ask: &Ask) -> Outcome {
    let Some(command) = registry::find(ask.invocation.word) else {
        return text_outcome(vec![text("I don't know that command. Try "), code("!help"), text(".")]);
    };
    if let Some(refusal) = who::refusal(ask) {
        return refusal;
    }
    command.answer(desk, ask).unwrap_or_else(|error| {
        tracing::error!(word = ask.invocation.word, %error, "a command failed");
        text_outcome(vec![text("Sorry, I could not look that up. The log of the bot says why.")])
    })
}

/// What to say to somebody who typed a word that is one slip away from `near`.
#[must_use]
pub fn hint(word: &str, near: &str) -> Reply {
    Reply::para(vec![
        text("There is no "),
        code(format!("!{word}")),
        text(" here. Did you mean "),
        code(format!("!{near}")),
        text("? "),
        code("!help"),
        text(" lists what I know."),
    ])
}
