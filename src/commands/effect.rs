//! What a command asks to be done, as data: the composition root does it.

use std::time::Duration;

use crate::digest::{Follow, Mode, RoomSettings, Zone};

/// Who asks, and what their room has asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// What the person may do.
    pub role: Role,
    /// What the room has asked for.
    pub room: RoomSettings,
    /// How long the data must have been quiet before a room that is told of each change is told.
    pub quiet_period: Duration,
}

/// What a person may do, each one also what the ones before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Ask.
    Member,
    /// Change what the room has asked for: may change the room's name.
    Keeper,
    /// Have the dataset reloaded: matches `access.admins`.
    Admin,
}

/// What is to be done. The reply of the outcome is said once it is done, but for those whose reply only doing them brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// The room is told of changes like this from now on.
    Digest(Mode),
    /// The room's time zone; `None` is UTC.
    Zone(Option<Zone>),
    /// The room is told of these (besides what it follows already).
    Follow(Vec<Follow>),
    /// The room is not told of these any more.
    Unfollow(Vec<Follow>),
    /// The room's digests are not narrowed any more.
    UnfollowAll,
    /// What the room has not been told is sent as a digest now. Doing it brings the reply.
    SendNow,
    /// The dataset is read again. Doing it brings the reply.
    Reload {
        /// Also if it withdraws more than is usual.
        force: bool,
    },
}
