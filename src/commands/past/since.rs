//! From when on, as people type it: a release, or days.

use jiff::{
    Timestamp,
    civil::{Date, Time},
};

use crate::{
    calendar::{self, Days, Kind, Unread, Wanted},
    digest::Zone,
    spelling::fold,
};

/// From when on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) enum Since {
    /// After this release.
    Release(u64),
    /// On these days. Where one date was named it is from that on.
    Days(Days),
}

/// What bears the number of a year is no release.
const MOST_RELEASES: u64 = 1_700;

/// Takes a moment out of some words: `since #3`, `7 days`, `2026-11-20 moonshot`, `moonshot since yesterday`. What is left
/// are the other words. A number alone is a release if there is one of that number.
///
/// # Errors
/// What looks like a date and can't be read.
pub(in crate::commands) fn since(
    args: &[String],
    today: Date,
    latest: u64,
) -> Result<(Option<Since>, Vec<String>), Unread> {
    let said = args.iter().position(|word| fold(word.trim_end_matches(':')) == "since");
    let start = said.map_or(0, |place| place + 1);
    let before = &args[..said.unwrap_or(0)];
    let typed = args.join(" ");
    let behind = args[start..].join(" ");
    let from_here = if said.is_some() { format!("since {behind}") } else { behind };
    // Without `since` the name of a day or a month may be a record's.
    let counted = said.is_some() || typed.starts_with(|c: char| c.is_ascii_digit());
    if counted && let Some((days, kind, rest)) = calendar::leading(&from_here, today) {
        return Ok((Some(Since::of(days, kind)), before.iter().cloned().chain(words(rest)).collect()));
    }
    if let Some((number, taken)) = release(&args[start..], said.is_none().then_some(latest)) {
        let left = before.iter().chain(&args[start + taken..]).cloned().collect();
        return Ok((Some(Since::Release(number)), left));
    }
    // A year behind a name may belong to it.
    let (anywhere, plain) =
        (calendar::find(&typed, today, Wanted::Dates), calendar::find(&typed, today, Wanted::Spans));
    let found = match anywhere {
        Ok(Some(found)) if found.before.is_empty() => Some(found),
        _ => plain?,
    };
    Ok(match found {
        Some(found) => (Some(Since::of(found.days, found.kind)), words(&found.left()).collect()),
        None => (None, args.to_vec()),
    })
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().map(ToOwned::to_owned)
}

/// The number of a release, and how many words name it. With `latest` a bare number must be that of a release that there is.
fn release(words: &[String], latest: Option<u64>) -> Option<(u64, usize)> {
    let number = |word: &String| word.trim_start_matches('#').parse::<u64>().ok();
    match words {
        [first, number_typed, ..] if fold(first) == "release" => Some((number(number_typed)?, 2)),
        [first, ..] if first.starts_with('#') => Some((number(first)?, 1)),
        [first, ..] => {
            let number = number(first).filter(|number| *number < MOST_RELEASES)?;
            latest.is_none_or(|latest| number <= latest).then_some((number, 1))
        }
        [] => None,
    }
}

impl Since {
    fn of(days: Days, kind: Kind) -> Self {
        let to = days.to.filter(|_| kind == Kind::Range);
        Self::Days(Days { to, ..days })
    }

    /// "since release 3", "since 2026-11-20", "in 2026-10..2026-11".
    pub(in crate::commands) fn spoken(&self) -> String {
        match self {
            Self::Release(number) => format!("since release {number}"),
            Self::Days(Days { from: Some(from), to: None }) => format!("since {from}"),
            Self::Days(Days { from: None, to: Some(to) }) => format!("until {to}"),
            Self::Days(days) => format!("in {days}"),
        }
    }

    /// The number of the release, or the moment.
    pub(in crate::commands) fn bounds(&self, zone: &Zone) -> (Option<u64>, Option<Timestamp>) {
        match self {
            Self::Release(number) => (Some(*number), None),
            Self::Days(days) => (None, days.from.and_then(|day| zone.moment(day.to_datetime(Time::midnight())))),
        }
    }

    /// The last day, if there is one.
    pub(in crate::commands) fn last_day(&self) -> Option<Date> {
        if let Self::Days(days) = self { days.to } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn read(line: &str) -> (String, String) {
        let args: Vec<String> = line.split_whitespace().map(ToOwned::to_owned).collect();
        match since(&args, date(2026, 11, 21), 12) {
            Ok((since, left)) => (since.map(|since| since.spoken()).unwrap_or_default(), left.join(" ")),
            Err(unread) => (unread.to_string(), String::new()),
        }
    }

    #[test]
    fn moments_are_read_as_people_type_them() {
        for (line, moment, left) in [
            ("", "", ""),
            ("3", "since release 3", ""),
            ("since 3", "since release 3", ""),
            ("since #30", "since release 30", ""),
            ("since 3 moonshot", "since release 3", "moonshot"),
            ("since release 3 Moonshot AI", "since release 3", "Moonshot AI"),
            ("since 2026-11-20", "since 2026-11-20", ""),
            ("since: 2026-11-20", "since 2026-11-20", ""),
            ("2026-11", "since 2026-11-01", ""),
            ("since 2026", "since 2026-01-01", ""),
            ("since 5 November 2026", "since 2026-11-05", ""),
            ("since yesterday", "since 2026-11-20", ""),
            ("since tuesday", "since 2026-11-17", ""),
            ("since Sat moonshot", "since 2026-11-14", "moonshot"),
            ("monday", "", "monday"),
            ("today", "since 2026-11-21", ""),
            ("7 days", "since 2026-11-14", ""),
            ("7d moonshot", "since 2026-11-14", "moonshot"),
            ("the last 7 days", "since 2026-11-14", ""),
            ("since last week", "since 2026-11-09", ""),
            ("since 24 hours", "since 2026-11-20", ""),
            ("2 weeks ago", "since 2026-11-07", ""),
            ("since a month", "since 2026-10-21", ""),
            ("moonshot since 2 months", "since 2026-09-21", "moonshot"),
            ("moonshot last month", "since 2026-10-01", "moonshot"),
            ("between 2026-09 and 2026-10", "in 2026-09..2026-10", ""),
            ("until 2026-10 moonshot", "until 2026-10-31", "moonshot"),
            ("Moonshot AI", "", "Moonshot AI"),
            ("made in china 2025", "", "made in china 2025"),
            ("360", "", "360"),
            ("01.AI", "", "01.AI"),
            ("since", "", "since"),
            ("since ever", "", "since ever"),
            ("999999999999999 days", "", "999999999999999 days"),
            ("since 2026-13", "since 2026-13 is no date or span of time that I can read.", ""),
        ] {
            assert_eq!(read(line), (moment.to_owned(), left.to_owned()), "{line}");
        }
    }
}
