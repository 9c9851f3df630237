//! Who may give a command, and what others are told.

use super::{Ask, Invocation, Outcome, Role, registry, text_outcome};
use crate::reply::{code, text};

/// What somebody must at least be to be obeyed.
#[must_use]
pub fn role_needed(invocation: &Invocation) -> Role {
    registry::find(invocation.word).map_or(Role::Member, |command| command.who(invocation))
}

/// Whether a command is about the room that it is given in: then [`Ask::asker`] must be given.
#[must_use]
pub fn is_about_the_room(invocation: &Invocation) -> bool {
    registry::find(invocation.word).is_some_and(super::Command::is_about_the_room)
}

/// What somebody is told who may not ask this. In a terminal there is nobody to refuse.
pub(super) fn refusal(ask: &Ask) -> Option<Outcome> {
    let asker = ask.asker.as_ref()?;
    let needed = role_needed(&ask.invocation);
    (asker.role < needed).then(|| {
        text_outcome(match needed {
            Role::Admin => vec![
                text("Only an admin of the bot may do that: somebody whom "),
                code("access.admins"),
                text(" in its settings names."),
            ],
            Role::Keeper | Role::Member => {
                vec![text("Only people who may change this room's name, or an admin of the bot, may do that.")]
            }
        })
    })
}

/// What is said where there is no room to speak of.
pub(super) fn in_no_room() -> Outcome {
    text_outcome(vec![text("Digests are for rooms: say this in a Matrix room that I am in.")])
}
