//! Schedules: in which words they are given, and the moments they stand for.

mod cron;
mod slots;
mod words;

use std::{fmt, str::FromStr, sync::Arc};

use croner::Cron;
use jiff::civil::{Time, Weekday};

use super::zone::{UnknownZone, Zone};
use crate::spelling::fold;
pub use cron::FIELDS;

/// When a room is told: `daily 09:00`, `weekly mon 09:00 Europe/Berlin`, `cron "0 9 * * 1-5"`. Reads and writes as these words.
#[derive(Debug, Clone)]
pub struct Schedule {
    rule: Rule,
    zone: Option<Zone>,
    /// The rule as croner knows it.
    cron: Arc<Cron>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    Daily(Time),
    Weekly(Weekday, Time),
    /// Five fields, or a nickname such as `@hourly`.
    Cron(String),
}

/// Why some words are no schedule, in sentences that say how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotASchedule {
    /// It begins with no word for a schedule.
    #[error("I know no schedule called {0}: there is daily, weekly and cron.")]
    Word(String),
    /// There is no time of day.
    #[error("Say at what time, as in 09:00.")]
    NoTime,
    /// A time of day can't be read.
    #[error("{0} is no time of day: write hours and minutes, from 00:00 to 23:59.")]
    Time(String),
    /// There is no day of the week.
    #[error("Say on which day: mon, tue, wed, thu, fri, sat or sun.")]
    NoDay,
    /// A day of the week can't be read.
    #[error("{0} is no day of the week: write mon, tue, wed, thu, fri, sat or sun.")]
    Day(String),
    /// Several days of the week.
    #[error("weekly takes one day. For several, write cron \"0 9 * * mon,thu\".")]
    Days,
    /// There is no such time zone.
    #[error(transparent)]
    Zone(#[from] UnknownZone),
    /// A cron expression has not five fields.
    #[error(
        "A cron expression has five fields: minute, hour, day of the month, month and day of the week. There are {0}; \
         seconds and years are not taken."
    )]
    Fields(usize),
    /// A field of a cron expression can't be read.
    #[error("{given} can't be read as the {field} of a cron expression: {range}.")]
    Field {
        /// What was given.
        given: String,
        /// Which field it is.
        field: &'static str,
        /// What may stand there.
        range: &'static str,
    },
    /// A nickname is not known.
    #[error("I don't know {0}: there is @hourly, @daily, @weekly, @monthly and @yearly.")]
    Nickname(String),
    /// A cron expression that fits no day of the calendar.
    #[error("No day of the calendar fits the cron expression {0}.")]
    Never(String),
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        (&self.rule, &self.zone) == (&other.rule, &other.zone)
    }
}

impl Eq for Schedule {}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Rule::Daily(time) => write!(f, "daily {}", time.strftime("%H:%M"))?,
            Rule::Weekly(day, time) => write!(f, "weekly {} {}", words::short(*day), time.strftime("%H:%M"))?,
            Rule::Cron(expression) => write!(f, "cron \"{expression}\"")?,
        }
        self.zone.iter().try_for_each(|zone| write!(f, " {zone}"))
    }
}

impl FromStr for Schedule {
    type Err = NotASchedule;

    fn from_str(text: &str) -> Result<Self, NotASchedule> {
        let text = text.trim();
        let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let (rule, zone) = match fold(first).as_str() {
            "daily" => words::daily(rest)?,
            "weekly" => words::weekly(rest)?,
            "cron" => cron::split(rest)?,
            _ => return Err(NotASchedule::Word(first.to_owned())),
        };
        let zone = zone.trim();
        let zone = if zone.is_empty() { None } else { Some(zone.parse::<Zone>()?) };
        let cron = match &rule {
            Rule::Daily(time) => cron::parse(&format!("{} {} * * *", time.minute(), time.hour()))?,
            Rule::Weekly(day, time) => {
                let day = day.to_sunday_zero_offset();
                cron::parse(&format!("{} {} * * {day}", time.minute(), time.hour()))?
            }
            Rule::Cron(expression) => cron::parse(expression)?,
        };
        Ok(Self { rule, zone, cron: Arc::new(cron) })
    }
}

impl Schedule {
    /// The zone that the schedule names itself.
    #[must_use]
    pub fn own_zone(&self) -> Option<&Zone> {
        self.zone.as_ref()
    }
}

#[cfg(test)]
mod tests;
