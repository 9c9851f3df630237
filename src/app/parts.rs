//! What is said to each command of a question, and the messages that hold it.

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;

use super::{
    Bot, Failure,
    effects::{Memory, Undone},
};
use crate::{
    commands::{self, Ask, Desk, Outcome, Reading},
    matrix::{self, Trouble},
    panics::{self, Panicked},
    reply::{Reply, text},
};

/// What is said when a command fails.
const APOLOGY: &str = "Something went wrong while I was answering that. The fault is in the bot's log.";
/// How long a command may take, and what it does: after that its room goes on.
const LONGEST: Duration = Duration::from_secs(30);
/// What is said then.
const TOO_LONG: &str = "That took too long, so I have stopped waiting for it. Ask again later, or look into the bot's log for what is slow.";

impl Bot {
    /// Works out and does what one part of a question of `sender` asks for. Returns what to say, and what became of it.
    pub(super) async fn say(&self, room: &str, sender: &str, part: &Reading) -> Result<(Reply, &'static str), Trouble> {
        let invocation = match part {
            Reading::Command(invocation) => invocation,
            Reading::Slip { word, near } => return Ok((commands::hint(word, near), "hinted")),
            Reading::NotOurs | Reading::Several(_) => return Ok((Reply::default(), "unread")),
        };
        let asker = match self.asker(room, sender, invocation).await {
            Ok(asker) => asker,
            Err(Undone::Trouble(trouble)) => return Err(trouble),
            Err(Undone::Failure(failure)) => return Err(undone(&failure)),
        };
        let ask = Ask::new(invocation.clone(), jiff::Timestamp::now(), rand::random());
        let ask = Ask { asker, archive: Some(Memory::of(&self.store, room)), ..ask };
        let doing = async {
            let Ok(Outcome { reply, effect, .. }) = work_out(self.data.desk(), ask).await else {
                return Ok((Reply::para(vec![text(APOLOGY)]), "failed"));
            };
            let Some(effect) = effect else { return Ok((reply, "answered")) };
            match self.carry_out(room, effect).await {
                Ok(said) => Ok((said.unwrap_or(reply), "answered")),
                Err(failure) => Err(undone(&failure)),
            }
        };
        timeout(LONGEST, doing).await.unwrap_or_else(|_| {
            tracing::error!(word = invocation.word, seconds = LONGEST.as_secs(), "a command took too long");
            Ok((Reply::para(vec![text(TOO_LONG)]), "failed"))
        })
    }
}

/// What could not be done because of the bot's own database is tried again: it may have been busy.
fn undone(failure: &Failure) -> Trouble {
    tracing::error!(%failure, "a command could not be carried out");
    Trouble::again("the command could not be carried out")
}

/// Works the answer out.
async fn work_out(desk: Arc<Desk>, ask: Ask) -> Result<Outcome, Panicked> {
    // A panic is in the log; what it says may be the question's text, and is not.
    let worked = tokio::task::spawn_blocking(move || panics::contained(|| commands::answer(&desk, &ask))).await;
    worked.unwrap_or(Err(Panicked))
}

/// The messages that hold what is said to the commands of a question, each with how many commands are answered before it: one
/// message, unless it would be too long.
pub(super) fn messages(reading: &Reading, said: &[Reply]) -> Vec<(usize, Reply)> {
    if let [only] = said {
        return vec![(0, only.clone())];
    }
    let headed = |(asked, reply): (&Reading, &Reply)| Reply {
        blocks: [commands::heading(asked)].iter().chain(&reply.blocks).cloned().collect(),
    };
    let mut parts: Vec<Reply> = reading.parts().iter().zip(said).map(headed).collect();
    let left_out = reading.left_out();
    parts.extend((left_out > 0).then(|| commands::left_out(left_out)));
    let mut messages: Vec<(usize, Reply)> = Vec::new();
    for (place, part) in parts.into_iter().enumerate() {
        if let Some((_, last)) = messages.last_mut() {
            let joined = Reply { blocks: last.blocks.iter().chain(&part.blocks).cloned().collect() };
            if matrix::fits(&joined.text(), &joined.html()) {
                *last = joined;
                continue;
            }
        }
        messages.push((place, part));
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_goes_in_one_message_and_nothing_is_left_out() {
        let reading = commands::read(&"!today\n".repeat(7));
        let said = |length: usize| vec![Reply::para(vec![text("x".repeat(length))]); reading.parts().len()];
        let short = messages(&reading, &said(100));
        assert_eq!(short.len(), 1);
        let told = short[0].1.text();
        assert!(
            told.matches("!today").count() == 5
                && told.ends_with("left out 2 more: ask for the rest in a message of its own."),
            "{told}"
        );
        let long = messages(&reading, &said(9_000));
        assert_eq!(long.iter().map(|(after, _)| *after).collect::<Vec<_>>(), [0, 2, 4]);
        assert!(long.iter().all(|(_, reply)| matrix::fits(&reply.text(), &reply.html())));
        assert_eq!(long.iter().map(|(_, reply)| reply.text().matches("!today").count()).sum::<usize>(), 5);
    }

    #[test]
    fn one_command_has_no_heading() {
        let reply = Reply::para(vec![text("x")]);
        assert_eq!(messages(&commands::read("!today"), std::slice::from_ref(&reply)), [(0, reply)]);
    }
}
