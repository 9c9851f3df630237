//! Time zones by their IANA names, from a database that is built into the program: a container needs no file of its own.

use std::{fmt, str::FromStr, sync::LazyLock};

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase},
};
use strsim::damerau_levenshtein;

use crate::spelling::key;

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
/// The name that stands for "not known" in the database: no zone for a room.
const UNKNOWN: &str = "Etc/Unknown";
/// So many names are offered for one that is not known.
const OFFERED: usize = 3;

/// A time zone of the IANA database. Reads and writes as its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// No time zone goes by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownZone {
    /// What was given.
    pub typed: String,
    /// The names that are nearest to it.
    pub near: Vec<String>,
}

impl Default for Zone {
    /// UTC.
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "I know no time zone called {}. ", self.typed)?;
        match self.near.as_slice() {
            [] => f.write_str("Write its IANA name, such as Europe/Berlin or Asia/Shanghai."),
            [only] => write!(f, "Did you mean {only}?"),
            [others @ .., last] => write!(f, "Did you mean {} or {last}?", others.join(", ")),
        }
    }
}

impl std::error::Error for UnknownZone {}

impl FromStr for Zone {
    type Err = UnknownZone;

    /// Takes a whole name in any case, or a city that one zone only is called after.
    fn from_str(typed: &str) -> Result<Self, UnknownZone> {
        let typed = typed.trim();
        let name = typed.split_whitespace().collect::<Vec<_>>().join("_");
        if let Some(zone) = named(&name) {
            return Ok(zone);
        }
        let city = key(typed);
        let of_city: Vec<String> = names().filter(|name| key(city_of(name)) == city).collect();
        match of_city.as_slice() {
            [only] => named(only).ok_or_else(|| UnknownZone { typed: typed.to_owned(), near: Vec::new() }),
            [] => Err(UnknownZone { typed: typed.to_owned(), near: nearest(typed) }),
            _ => Err(UnknownZone { typed: typed.to_owned(), near: of_city }),
        }
    }
}

fn named(name: &str) -> Option<Zone> {
    let zone = DATABASE.get(name).ok()?;
    zone.iana_name().is_some_and(|name| name != UNKNOWN).then_some(Zone(zone))
}

fn names() -> impl Iterator<Item = String> {
    DATABASE.available().map(|name| name.as_str().to_owned()).filter(|name| name != UNKNOWN)
}

fn city_of(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The names with the fewest edits, counted on the whole name or on the city alone; a third of the letters at most.
fn nearest(typed: &str) -> Vec<String> {
    let whole = key(typed);
    let city = key(city_of(typed));
    let mut near: Vec<(usize, String)> = names()
        .filter_map(|name| {
            let by_whole = edits(&whole, &key(&name));
            let by_city = edits(&city, &key(city_of(&name)));
            by_whole.into_iter().chain(by_city).min().map(|edits| (edits, name))
        })
        .collect();
    near.sort();
    near.into_iter().take(OFFERED).map(|(_, name)| name).collect()
}

/// The edits from what was typed to a name, if they are a third of the letters at most.
fn edits(typed: &str, name: &str) -> Option<usize> {
    let allowed = typed.len() / 3;
    // Counting is slow, and most names are too long or too short anyway.
    let may = typed.len().abs_diff(name.len()) <= allowed;
    may.then(|| damerau_levenshtein(typed, name)).filter(|edits| *edits <= allowed)
}

impl Zone {
    /// A moment as the clocks of the zone show it, with the weekday, the zone and its distance from UTC.
    #[must_use]
    pub fn spoken(&self, at: Timestamp) -> String {
        let local = at.to_zoned(self.0.clone());
        let shown = local.strftime("%A %-d %B %Y, %H:%M").to_string();
        let name = self.to_string();
        if name == "UTC" { format!("{shown} UTC") } else { format!("{shown} in {name} (UTC{})", local.strftime("%:z")) }
    }

    /// The day that it is in the zone.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> jiff::civil::Date {
        self.clock(at).date()
    }

    /// What the clocks of the zone show at a moment.
    #[must_use]
    pub fn clock(&self, at: Timestamp) -> DateTime {
        self.0.to_datetime(at)
    }

    /// What the clocks show at a moment, or the most that they have shown before it, if they were put back last.
    pub(super) fn furthest_clock(&self, at: Timestamp) -> DateTime {
        let now = self.clock(at);
        let before = self.0.preceding(at).next().and_then(|change| {
            let moment = Timestamp::from_second(change.timestamp().as_second() - 1).ok()?;
            self.0.to_offset(moment).to_datetime(at).into()
        });
        before.map_or(now, |before: DateTime| now.max(before))
    }

    /// The moment at which the clocks show this: the first, where they show it twice; the end of the gap, where they are
    /// put forward over it.
    #[must_use]
    pub fn moment(&self, clock: DateTime) -> Option<Timestamp> {
        let ambiguous = self.0.to_ambiguous_timestamp(clock);
        match ambiguous.offset() {
            AmbiguousOffset::Gap { .. } => {
                // Read with the offset after it, a time in the gap lies before the change.
                let before = ambiguous.earlier().ok()?;
                self.0.following(before).map(|change| change.timestamp()).find(|change| self.clock(*change) > clock)
            }
            _ => ambiguous.earlier().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str) -> String {
        match typed.parse::<Zone>() {
            Ok(zone) => zone.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_zone_is_found_by_its_name_or_city() {
        for (typed, name) in [
            ("Europe/Berlin", "Europe/Berlin"),
            (" europe/berlin ", "Europe/Berlin"),
            ("America/New York", "America/New_York"),
            ("shanghai", "Asia/Shanghai"),
            ("New York", "America/New_York"),
            ("utc", "UTC"),
            ("Etc/GMT-2", "Etc/GMT-2"),
        ] {
            assert_eq!(read(typed), name, "{typed}");
        }
    }

    #[test]
    fn an_unknown_zone_is_answered_with_the_nearest() {
        for (typed, near) in [
            ("Europe/Berln", "Did you mean Europe/Berlin?"),
            ("Shanhai", "Asia/Shanghai"),
            ("Asia/Peking", "Write its IANA name"),
            ("Etc/Unknown", "Write its IANA name"),
            ("+02:00", "Write its IANA name"),
            ("Istanbul", "Did you mean Asia/Istanbul or Europe/Istanbul?"),
            ("", "Write its IANA name"),
        ] {
            let message = read(typed);
            assert!(message.contains(near), "{typed}: {message}");
        }
    }

    #[test]
    fn a_moment_is_told_by_the_zones_own_clocks() {
        let at: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let zone = |name: &str| name.parse::<Zone>().unwrap();
        assert_eq!(zone("Europe/Berlin").spoken(at), "Monday 23 November 2026, 09:00 in Europe/Berlin (UTC+01:00)");
        assert_eq!(zone("UTC").spoken(at), "Monday 23 November 2026, 08:00 UTC");
    }
}
