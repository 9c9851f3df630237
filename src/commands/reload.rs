//! `!reload`: the dataset is read again.

use super::{Ask, Command, Desk, Effect, Outcome, Role, Spec, text_outcome};
use crate::{index, reply::text, spelling::fold};

/// The reloading.
pub(super) struct Reload;

impl Command for Reload {
    fn spec(&self) -> Spec {
        Spec {
            word: "reload",
            aliases: &[],
            arguments: "[force]",
            summary: "Has the dataset read again",
            example: "",
            more: "For admins of the bot. A dataset that is empty, or that withdraws more of the records than is usual, is held \
                   back: force has it taken up all the same",
            who: Role::Admin,
        }
    }

    fn is_about_the_room(&self) -> bool {
        true
    }

    fn takes(&self, so_far: &str, line: &str) -> bool {
        so_far.is_empty() && fold(line) == "force"
    }

    fn answer(&self, _desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let words: Vec<String> = ask.invocation.args.iter().map(|word| fold(word)).collect();
        let force = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [] => false,
            ["force"] => true,
            _ => return Ok(self.spec().how_to()),
        };
        if ask.asker.is_none() {
            return Ok(text_outcome(vec![text("In a terminal the dataset is read at the start: start anew.")]));
        }
        Ok(Outcome { effect: Some(Effect::Reload { force }), ..Outcome::default() })
    }
}
