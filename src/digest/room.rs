//! What a room has asked for.

/// When a room is told of changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Mode {
    /// Never.
    #[default]
    Off,
    /// Soon after each change.
    On,
    /// On a schedule, in the words of the command: `daily 09:00`, `weekly mon 09:00 Europe/Berlin`, `cron "0 9 * * 1-5"`.
    Scheduled(String),
}

/// What a room's digests are narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Follow {
    /// A record, by its id.
    Record(String),
    /// Whatever has this tag.
    Tag(String),
    /// Whatever is of the kind with this id.
    Kind(String),
}

/// What a room has asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoomSettings {
    /// When it is told.
    pub mode: Mode,
    /// Its time zone, an IANA name; `None` is UTC.
    pub zone: Option<String>,
    /// What it is told of; empty is everything.
    pub follows: Vec<Follow>,
}
