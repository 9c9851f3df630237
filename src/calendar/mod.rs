//! Spans of time, as people type them: the one reader of dates for all commands.
//!
//! | | |
//! | --- | --- |
//! | days, months, years | `2023`, `2023-11`, `2023/11/5`, `2023.11`, `11/2023`, `5.11.2023`, `Nov 2023`, `5 November 2023`, `2023年11月5日` |
//! | parts of them | `Q3 2024`, `first half of 2024`, `early 2025`, `summer 2025`, `2024年上半年`, `2020s` |
//! | near today | `yesterday`, `last month`, `this year`, `last 7 days`, `去年`, `最近三个月` |
//! | from one to another | `2023 to 2024`, `2023..2024-06`, `2023-2024`, `from May to August 2023`, `between 2023 and 2024`, `2023年至2024年` |
//! | open at one end | `since 2025-06`, `2024..`, `after 2024` (from 2025 on), `before 2024`, `until 2024`, `2023年以来` |
//!
//! What looks like a date and can't be read is [`Unread`] rather than words.

mod dates;
mod filters;
mod names;
mod near;
mod parts;
mod scan;
mod span;
mod unread;

use std::fmt;

use jiff::civil::Date;

pub use filters::filters;
pub use unread::Unread;

use scan::{starts, until_end};
use span::Clock;

/// The first day and the last, both included, either of which may be open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
}

/// How a span was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As one date: a day, a month, a quarter, a year.
    Date,
    /// As two dates beside one another, of which the second follows the first.
    Dates,
    /// By its distance from today: last month, last 7 days.
    Near,
    /// By one end or both.
    Range,
}

/// Which spans are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All, single dates too.
    Dates,
    /// Only what is plainly a span of time: where words are searched, a year is one of them.
    Spans,
}

/// A span among other words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'t> {
    /// The span.
    pub days: Days,
    /// How it was put.
    pub kind: Kind,
    /// What stands before it.
    pub before: &'t str,
    /// What stands behind it.
    pub after: &'t str,
}

impl Found<'_> {
    /// The other words.
    #[must_use]
    pub fn left(&self) -> String {
        [self.before.trim(), self.after.trim()].join(" ").trim().to_owned()
    }
}

/// The first span that stands in a text outside of quotes and filters. Signs are to be [clean](crate::spelling::clean).
///
/// # Errors
/// What looks like a date, or like part of one, and can't be read.
pub fn find(text: &str, today: Date, wanted: Wanted) -> Result<Option<Found<'_>>, Unread> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let clock = Clock { today };
    let mut found = None;
    for start in starts(&lower) {
        let read = match clock.span(&lower[start..]) {
            // Words are searched: what may be several dates is words.
            Err(_) if wanted == Wanted::Spans => None,
            read => read?,
        };
        if let Some((days, kind, rest)) = read
            && (wanted == Wanted::Dates || matches!(kind, Kind::Near | Kind::Range))
        {
            let after = text[text.len() - rest.len()..].trim();
            found = Some(Found { days, kind, before: text[..start].trim(), after });
            break;
        }
    }
    unread::check(text, found.as_ref(), wanted, today)?;
    Ok(found)
}

/// The span that a text is, and nothing else.
#[must_use]
pub fn whole(text: &str, today: Date) -> Option<(Days, Kind)> {
    let text = text.trim().to_ascii_lowercase();
    let (days, kind, rest) = Clock { today }.bare_span(&text)?;
    until_end(rest).is_some_and(str::is_empty).then_some((days, kind))
}

/// The span that a text begins with, also one that only something before it makes a date (`since` monday, 7 days), and what
/// follows it.
#[must_use]
pub fn leading(text: &str, today: Date) -> Option<(Days, Kind, &str)> {
    let text = text.trim_start();
    let lower = text.to_ascii_lowercase();
    let (days, kind, rest) = Clock { today }.bare_span(&lower)?;
    Some((days, kind, text[text.len() - rest.len()..].trim()))
}

impl Days {
    /// Whether a day lies within.
    #[must_use]
    pub fn holds(&self, first: Date, last: Date) -> bool {
        self.from.is_none_or(|from| first >= from) && self.to.is_none_or(|to| last <= to)
    }

    /// The days that lie within both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let to = match (self.to, other.to) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self { from: self.from.max(other.from), to }
    }

    /// Whether no day lies within.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.from.zip(self.to).is_some_and(|(from, to)| to < from)
    }

    fn between(from: Date, to: Date) -> Self {
        Self { from: Some(from), to: Some(to) }
    }
}

impl fmt::Display for Days {
    /// As it is read again: `2023`, `2023-11`, `2023-11..2024`, `2024..`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let begin = |day: Date| match (day.month(), day.day()) {
            (1, 1) => 0,
            (_, 1) => 1,
            _ => 2,
        };
        let end = |day: Date| match day {
            day if day == day.last_of_year() => 0,
            day if day == day.last_of_month() => 1,
            _ => 2,
        };
        let shown = |day: Date, precision: u8| match precision {
            0 => format!("{:04}", day.year()),
            1 => format!("{:04}-{:02}", day.year(), day.month()),
            _ => day.to_string(),
        };
        match (self.from, self.to) {
            (None, None) => f.write_str(".."),
            (Some(from), None) => write!(f, "{}..", shown(from, begin(from))),
            (None, Some(to)) => write!(f, "..{}", shown(to, end(to))),
            (Some(from), Some(to)) => {
                let (mut first, mut last) = (begin(from), end(to));
                if from.year() == to.year() {
                    // Within a year both ends are as fine as the finer one.
                    first = first.max(last);
                    last = first;
                }
                let (first, last) = (shown(from, first), shown(to, last));
                if first == last { f.write_str(&first) } else { write!(f, "{first}..{last}") }
            }
        }
    }
}

#[cfg(test)]
mod tests;
