//! What a room has asked for.

use std::{convert::Infallible, fmt, str::FromStr};

use jiff::Timestamp;

use super::{NotASchedule, Schedule, Zone};
use crate::spelling::fold;

/// When a room is told of changes. Reads and writes as `off`, `on` or the words of the schedule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Mode {
    /// Never.
    #[default]
    Off,
    /// Soon after each change.
    On,
    /// On a schedule.
    Scheduled(Schedule),
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::On => f.write_str("on"),
            Self::Scheduled(schedule) => schedule.fmt(f),
        }
    }
}

impl FromStr for Mode {
    type Err = NotASchedule;

    fn from_str(text: &str) -> Result<Self, NotASchedule> {
        match fold(text.trim()).as_str() {
            "off" => Ok(Self::Off),
            "on" => Ok(Self::On),
            _ => text.parse().map(Self::Scheduled),
        }
    }
}

/// What a room's digests are narrowed to. Reads and writes as `record:moonshot-ai`, `tag:six-tigers`, `kind:policy`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Follow {
    /// A record, by its id.
    Record(String),
    /// Whatever has this tag.
    Tag(String),
    /// Whatever is of the kind with this id.
    Kind(String),
}

impl fmt::Display for Follow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(id) => write!(f, "record:{id}"),
            Self::Tag(tag) => write!(f, "tag:{tag}"),
            Self::Kind(kind) => write!(f, "kind:{kind}"),
        }
    }
}

impl FromStr for Follow {
    type Err = Infallible;

    /// Reads what [`Follow`] writes; other words are taken for the id of a record.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.split_once(':') {
            Some(("tag", tag)) => Self::Tag(tag.to_owned()),
            Some(("kind", kind)) => Self::Kind(kind.to_owned()),
            Some(("record", id)) => Self::Record(id.to_owned()),
            _ => Self::Record(text.to_owned()),
        })
    }
}

/// What a room has asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoomSettings {
    /// When it is told.
    pub mode: Mode,
    /// Its time zone; `None` is UTC.
    pub zone: Option<Zone>,
    /// What it is told of; empty is everything.
    pub follows: Vec<Follow>,
}

impl RoomSettings {
    /// The next slot after a moment, if the room has a schedule.
    #[must_use]
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        match &self.mode {
            Mode::Scheduled(schedule) => schedule.next(after, &self.own_zone()),
            Mode::Off | Mode::On => None,
        }
    }

    /// The last slot that is not after a moment, if the room has a schedule: missed, if the room was last told before it.
    #[must_use]
    pub fn last(&self, now: Timestamp) -> Option<Timestamp> {
        match &self.mode {
            Mode::Scheduled(schedule) => schedule.last(now, &self.own_zone()),
            Mode::Off | Mode::On => None,
        }
    }

    /// The zone of the room's clocks.
    #[must_use]
    pub fn own_zone(&self) -> Zone {
        self.zone.clone().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_as_they_are_written() {
        for words in
            ["off", "on", "daily 09:00", "weekly mon 09:00 Europe/Berlin", "cron \"0 9 * * 1-5\" Asia/Shanghai"]
        {
            assert_eq!(words.parse::<Mode>().unwrap().to_string(), words);
        }
        for words in ["record:moonshot-ai", "tag:six-tigers", "kind:policy", "tag:a:b"] {
            assert_eq!(words.parse::<Follow>().unwrap().to_string(), words);
        }
    }
}
