//! What those who run the bot are told: of a dataset that can't be taken up, and of what came of `!reload`.

use std::time::Duration;

use super::data::{Reloaded, Withdrawal};
use crate::{
    dataset::{Fault, Faults},
    digest::Release,
    reply::{Block, Reply, Span, bold, code, text},
};

/// So many faults are told, the rest is counted.
const SHOWN: usize = 5;

/// A dataset has faults.
fn faulty(faults: &Faults, serving: &Release) -> Reply {
    let count = faults.count();
    let head = vec![
        bold("The dataset has "),
        bold(if count == 1 { "a fault".to_owned() } else { format!("{count} faults") }),
        text(format!(" and is not taken up. I answer from {} until it is mended.", named(serving))),
    ];
    let items: Vec<_> = faults.0.iter().take(SHOWN).map(told).collect();
    let shown = items.len();
    let mut blocks = vec![Block::Para(head), Block::List(items)];
    if count > shown {
        let rest =
            vec![text(format!("And {} more: ", count - shown)), code("tigerdesk check"), text(" lists them all.")];
        blocks.push(Block::Para(rest));
    }
    Reply { blocks }
}

/// A fault as it reads in a room: the line, and where in it, is what `tigerdesk check` shows.
fn told(fault: &Fault) -> Vec<Span> {
    let place = match fault.line {
        0 => fault.file.clone(),
        line => format!("{}:{line}:{}", fault.file, fault.column),
    };
    let mut spans = vec![code(place), text(format!(": {}", fault.message))];
    if !fault.text.trim().is_empty() {
        spans.extend([Span::Break, code(fault.text.trim())]);
    }
    spans.extend([Span::Break, text(format!("To mend it: {}", fault.mend))]);
    spans
}

/// A dataset withdraws more than is usual.
fn held(withdrawal: Withdrawal, place: &str, serving: &Release) -> Reply {
    let Withdrawal { records, of } = withdrawal;
    Reply::para(vec![
        bold(format!("The dataset lacks {records} of the {of} records")),
        text(format!(
            " of {} (it is read from {place}), so I keep that one: a mount may be empty, or a pull half done. If it is meant, say ",
            named(serving)
        )),
        code("!reload force"),
        text("."),
    ])
}

/// What came of `!reload`.
pub(super) fn reloaded(reloaded: &Reloaded, place: &str, serving: &Release) -> Reply {
    match reloaded {
        Reloaded::Same(release) => say(format!("Nothing has changed: I answer from {}.", named(release))),
        Reloaded::New(release) => {
            let count = release.changes.len();
            let changes = if count == 1 { "1 change".to_owned() } else { format!("{count} changes") };
            let mut reply = say(format!("Release {} is taken up, with {changes}. ", release.number));
            reply.blocks.extend((count > 0).then(|| Block::Para(vec![code("!changes"), text(" tells them.")])));
            reply
        }
        Reloaded::Faulty(faults) => faulty(faults, serving),
        Reloaded::Held(withdrawal) => held(*withdrawal, place, serving),
        Reloaded::Hangs(since, at) => {
            let at = at.as_ref().map_or_else(|| place.to_owned(), |at| at.display().to_string());
            hangs(*since, at, serving)
        }
        Reloaded::Stuck(reason) => Reply::para(vec![
            bold("The dataset can't be taken up now"),
            text(format!(": {reason}. I answer from {} and try again until it can.", named(serving))),
        ]),
    }
}

/// The file system does not answer.
fn hangs(since: Duration, at: String, serving: &Release) -> Reply {
    Reply::para(vec![
        bold(format!("Reading the dataset has taken {} s", since.as_secs())),
        text(" and is not done: I wait for "),
        code(at),
        text(format!(
            ". See to the disk or mount that it is on. I answer from {} and take up what is read as soon as it is.",
            named(serving)
        )),
    ])
}

/// `!reload` takes too long to wait for.
pub(super) fn being_read() -> Reply {
    say("The dataset is still being read. I take it up as soon as that is done; the admin room and the log hear of any trouble."
        .to_owned())
}

fn named(release: &Release) -> String {
    format!("release {} of {}", release.number, release.at.strftime("%-d %B %Y, %H:%M UTC"))
}

fn say(words: String) -> Reply {
    Reply::para(vec![Span::Text(words)])
}
