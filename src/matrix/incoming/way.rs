//! The way back through a room's timeline, and what on it is meant for the bot.
//!
//! Whoever invites the bot and asks at once, before it has come, asks it; whoever asked before that did not. So what stands
//! between the bot's invite and its join is kept, and nothing before the invite is. The two may be pages apart.

use std::collections::HashSet;

use super::{Found, Seen};

/// How far a timeline has been read back, and what was found on the way.
#[derive(Debug, Default)]
pub struct Way {
    place: Place,
    joined: bool,
    /// What is meant for the bot, newest first.
    seen: Vec<Seen>,
    /// What is, if an invite comes first on the way on; newest first.
    doubtful: Vec<Seen>,
    answered: HashSet<String>,
}

/// What the bot was to the room at the place that was reached.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It was in the room.
    #[default]
    Inside,
    /// It was outside, and had been invited if an invite comes next.
    Before,
    /// It was outside and not invited.
    Outside,
}

impl Way {
    /// Whether there may be something further back that is meant for the bot.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.place != Place::Outside
    }

    /// Whether the bot was in the room at the place that was reached.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        self.place == Place::Inside
    }

    /// What was found, oldest first.
    #[must_use]
    pub fn found(self) -> Found {
        let Self { place, joined, seen, answered, .. } = self;
        let seen = seen.into_iter().rev().filter(|seen| !answered.contains(seen.event())).collect();
        Found { seen, joined, invited_before: place == Place::Before, answered, all_old: false }
    }

    /// Goes back past an event that made the bot's membership `now`. `before`: what it was, where that is told.
    pub(super) fn pass(&mut self, now: &str, before: Option<&str>) {
        self.place = match (self.place, now) {
            // Changes its name or picture, rather than its membership.
            (Place::Inside, "join") if before == Some("join") => return,
            (Place::Inside, "join") => {
                self.joined = true;
                match before {
                    None | Some("invite") => Place::Before,
                    Some(_) => Place::Outside,
                }
            }
            (Place::Before, "invite") => {
                self.seen.append(&mut self.doubtful);
                // An invite may repeat another one.
                if before == Some("invite") { Place::Before } else { Place::Outside }
            }
            (Place::Before, _) => Place::Outside,
            (place, _) => place,
        };
    }

    /// Keeps what was read where the way has come to.
    pub(super) fn keep(&mut self, seen: Option<Seen>) {
        match self.place {
            Place::Inside => self.seen.extend(seen),
            Place::Before => self.doubtful.extend(seen),
            Place::Outside => {}
        }
    }

    /// Notes that the bot has replied to the event `answered`: a state folder that was lost or put back from a copy doesn't
    /// know.
    pub(super) fn note_answered(&mut self, answered: Option<String>) {
        self.answered.extend(answered);
    }
}
