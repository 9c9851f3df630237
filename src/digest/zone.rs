//! Time zones by their IANA names, from a database that is built into the program: a container needs no file of its own; and
//! distances from UTC.

mod offset;
mod short;

use std::{fmt, str::FromStr, sync::LazyLock};

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase},
};
use strsim::damerau_levenshtein;

use self::offset::Read;
use crate::spelling::key;

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
/// The name that stands for "not known" in the database: no zone for a room.
const UNKNOWN: &str = "Etc/Unknown";
/// So many names are offered for one that is not known.
const OFFERED: usize = 3;
/// And only if they are no further away than so many edits.
const MOST_EDITS: usize = 5;

/// Names of the database in which west is plus, which nobody means who does not write them in full.
const SIGNS_TURNED: &str = "Etc/";

/// A time zone of the IANA database, or a distance from UTC. Reads and writes as its name, or as `UTC+08:00`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// No time zone goes by a name, or several do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownZone {
    /// What was given.
    pub typed: String,
    /// Why it can't be taken.
    pub why: Why,
    /// The names that are nearest to it, or that it can mean.
    pub near: Vec<String>,
}

/// Why a name is taken for no time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// None is called so.
    Unknown,
    /// It is short for a time that is not one place's alone, or not all year.
    Short,
    /// No clocks are that far from UTC.
    TooFar,
}

impl Default for Zone {
    /// UTC.
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.iana_name() {
            Some(name) => f.write_str(name),
            None => f.write_str(&self.0.to_fixed_offset().map_or_else(|_| "UTC".to_owned(), name_of)),
        }
    }
}

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.why {
            Why::Unknown => write!(f, "I know no time zone called {}. ", self.typed)?,
            Why::Short => write!(f, "{} does not say which place's clocks are meant. ", self.typed)?,
            Why::TooFar => {
                return write!(f, "No clocks are at {}: they go from UTC-12:00 to UTC+14:00.", self.typed);
            }
        }
        match self.near.as_slice() {
            [] => f.write_str(
                "Write its IANA name, such as Europe/Berlin or Asia/Shanghai, or an offset, such as UTC+08:00.",
            ),
            [only] => write!(f, "Did you mean {only}?"),
            [others @ .., last] => write!(f, "Did you mean {} or {last}?", others.join(", ")),
        }
    }
}

impl std::error::Error for UnknownZone {}

impl FromStr for Zone {
    type Err = UnknownZone;

    /// Takes a whole name in any case, a city that one zone only is called after, or a distance from UTC.
    fn from_str(typed: &str) -> Result<Self, UnknownZone> {
        let typed = typed.trim();
        let unknown = |why, near| Err(UnknownZone { typed: typed.to_owned(), why, near });
        match offset::read(typed) {
            Read::Offset(offset) if offset == Offset::UTC => return Ok(Self::default()),
            Read::Offset(offset) => return Ok(Self(TimeZone::fixed(offset))),
            Read::TooFar => return unknown(Why::TooFar, Vec::new()),
            Read::NoSign(both) => return unknown(Why::Unknown, both.map(name_of).into()),
            Read::Nothing => {}
        }
        let name = typed.split_whitespace().collect::<Vec<_>>().join("_");
        if let Some(zone) = named(&name) {
            return Ok(zone);
        }
        if let Some(zones) = short::meant(typed) {
            let why = if zones.len() > 1 { Why::Short } else { Why::Unknown };
            return unknown(why, zones.iter().map(|zone| (*zone).to_owned()).collect());
        }
        let city = key(typed);
        let of_city: Vec<String> = names().filter(|name| key(city_of(name)) == city).collect();
        match of_city.as_slice() {
            [only] => named(only).map_or_else(|| unknown(Why::Unknown, Vec::new()), Ok),
            [] => unknown(Why::Unknown, nearest(typed)),
            _ => unknown(Why::Unknown, of_city),
        }
    }
}

/// `UTC+08:00`.
fn name_of(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("UTC{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

fn named(name: &str) -> Option<Zone> {
    let zone = DATABASE.get(name).ok()?;
    zone.iana_name().is_some_and(|name| name != UNKNOWN).then_some(Zone(zone))
}

/// The names under which a zone is looked for by less than its whole name.
fn names() -> impl Iterator<Item = String> {
    DATABASE.available().map(|name| name.as_str().to_owned()).filter(|name| !name.starts_with(SIGNS_TURNED))
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

/// The edits from what was typed to a name, if they are a third of the letters at most, and few.
fn edits(typed: &str, name: &str) -> Option<usize> {
    let allowed = (typed.len() / 3).min(MOST_EDITS);
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
        match self.0.iana_name() {
            Some("UTC") => format!("{shown} UTC"),
            Some(_) => format!("{shown} in {name} (UTC{})", local.strftime("%:z")),
            None => format!("{shown} in {name}"),
        }
    }

    /// What those may not expect who chose this zone, as a sentence: that it has no summer time, or that its name says the
    /// opposite of what it seems to.
    #[must_use]
    pub fn remark(&self, now: Timestamp) -> Option<String> {
        let name = self.to_string();
        let offset = name_of(self.0.to_offset(now));
        if let Some(typed) = name.strip_prefix("Etc/GMT").filter(|_| self.0.to_offset(now) != Offset::UTC) {
            return Some(format!(
                "{name} is {offset}: in this name the sign counts the other way. For what most people call GMT{typed}, \
                 write UTC{typed}."
            ));
        }
        let is_short = name.len() <= 4 && name != "UTC" && name.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_fixed = self.0.iana_name().is_none() || is_short && self.0.following(now).next().is_none();
        let place = short::with_summer(&name);
        let instead = place.map_or(String::new(), |place| format!(" A place that has it: {place}."));
        is_fixed.then(|| match self.0.iana_name() {
            Some(_) => format!("{name} is {offset} all year: a fixed offset, without summer time.{instead}"),
            None => {
                format!("{name} is a fixed offset, without summer time. A place's clocks may have it: Europe/Berlin.")
            }
        })
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
            ("etc/gmt+8", "Etc/GMT+8"),
            ("EST", "EST"),
            ("PRC", "PRC"),
        ] {
            assert_eq!(read(typed), name, "{typed}");
        }
    }

    #[test]
    fn a_distance_from_utc_is_read_as_people_mean_it_and_written_so_that_it_is_read_again() {
        for (typed, name) in [
            ("GMT+8", "UTC+08:00"),
            ("gmt +8", "UTC+08:00"),
            ("UTC+8", "UTC+08:00"),
            ("utc + 08:00", "UTC+08:00"),
            ("+08:00", "UTC+08:00"),
            ("+8", "UTC+08:00"),
            ("+0800", "UTC+08:00"),
            ("GMT-8", "UTC-08:00"),
            ("UTC−3:30", "UTC-03:30"),
            ("UTC+05:30", "UTC+05:30"),
            ("GMT+0530", "UTC+05:30"),
            ("GMT+545", "UTC+05:45"),
            ("UTC-12", "UTC-12:00"),
            ("UTC+14", "UTC+14:00"),
            ("UTC+0", "UTC"),
            ("-00:00", "UTC"),
            ("Z", "UTC"),
        ] {
            assert_eq!(read(typed), name, "{typed}");
            assert_eq!(read(name), name);
        }
        let at: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let shanghai = "GMT+8".parse::<Zone>().unwrap();
        assert_eq!(shanghai.spoken(at), "Monday 23 November 2026, 16:00 in UTC+08:00");
        assert_eq!(shanghai.clock(at), "Asia/Shanghai".parse::<Zone>().unwrap().clock(at));
    }

    #[test]
    fn what_a_zone_is_not_is_told() {
        let at: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let remark = |name: &str| name.parse::<Zone>().unwrap().remark(at).unwrap_or_default();
        for (name, told) in [
            (
                "EST",
                "EST is UTC-05:00 all year: a fixed offset, without summer time. A place that has it: America/New_York.",
            ),
            ("MST", "MST is UTC-07:00 all year"),
            ("HST", "HST is UTC-10:00 all year: a fixed offset, without summer time."),
            ("GMT", "Europe/London"),
            (
                "Etc/GMT+8",
                "Etc/GMT+8 is UTC-08:00: in this name the sign counts the other way. For what most people call GMT+8, write UTC+8.",
            ),
            ("UTC+8", "UTC+08:00 is a fixed offset"),
        ] {
            assert!(remark(name).contains(told), "{name}: {}", remark(name));
        }
        for name in ["UTC", "Europe/Berlin", "Asia/Shanghai", "CET", "Etc/UTC", "PST8PDT"] {
            assert_eq!(remark(name), "", "{name}");
        }
    }

    #[test]
    fn an_unknown_zone_is_answered_with_the_nearest() {
        for (typed, near) in [
            ("Europe/Berln", "Did you mean Europe/Berlin?"),
            ("Shanhai", "Asia/Shanghai"),
            ("Asia/Peking", "Write its IANA name"),
            ("Etc/Unknown", "Write its IANA name"),
            ("UTC+15", "No clocks are at UTC+15"),
            ("GMT-13:00", "No clocks are at GMT-13:00"),
            ("UTC8", "Did you mean UTC+08:00 or UTC-08:00?"),
            ("+8:0", "Write its IANA name"),
            (
                "IST",
                "IST does not say which place's clocks are meant. Did you mean Asia/Kolkata, Asia/Jerusalem or Europe/Dublin?",
            ),
            ("cst", "Did you mean Asia/Shanghai, America/Chicago or America/Havana?"),
            ("BST", "Europe/London"),
            ("CEST", "Europe/Berlin"),
            ("Beijing", "Did you mean Asia/Shanghai?"),
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
