//! From when on, as people type it.

use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Time},
};

use crate::{dataset::PartialDate, digest::Zone, spelling::fold};

/// From when on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) enum Since {
    /// After this release.
    Release(u64),
    /// From the beginning of this day on.
    Day(Date),
}

/// The days of the week, as they begin.
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// Words that add nothing to a span of time.
const FILLERS: [&str; 6] = ["the", "last", "past", "ago", "a", "one"];
/// The longest way to say a moment: "the last 7 days".
const MOST_WORDS: usize = 4;

/// Takes a moment out of some words: `since #3`, `7 days`, `2026-11-20 moonshot`, `moonshot since yesterday`. What is left
/// are the other words. A number alone is a release if there is one of that number.
pub(in crate::commands) fn since(args: &[String], today: Date, latest: u64) -> (Option<Since>, Vec<String>) {
    let folded: Vec<String> = args.iter().map(|word| fold(word)).collect();
    let said = folded.iter().position(|word| word == "since");
    let start = said.map_or(0, |place| place + 1);
    for length in (1..=MOST_WORDS.min(folded.len() - start.min(folded.len()))).rev() {
        let words: Vec<&str> = folded[start..start + length].iter().map(String::as_str).collect();
        if let Some(since) = moment(&words, today, said.is_none().then_some(latest)) {
            let left = args[..said.unwrap_or(0)].iter().chain(&args[start + length..]).cloned().collect();
            return (Some(since), left);
        }
    }
    (None, args.to_vec())
}

/// Reads a moment. With `latest` a bare number must be that of a release.
fn moment(words: &[&str], today: Date, latest: Option<u64>) -> Option<Since> {
    let release = |word: &str| word.trim_start_matches('#').parse::<u64>().ok().map(Since::Release);
    let days_ago = |days: i64| today.checked_sub(days.days()).ok().map(Since::Day);
    match words {
        ["today"] => return days_ago(0),
        ["yesterday"] => return days_ago(1),
        [word] if word.starts_with('#') => return release(word),
        ["release", number] => return release(number),
        [word] => {
            let number = word.parse::<u64>().ok();
            if let Some(number) =
                number.filter(|number| latest.is_none_or(|latest| *number <= latest) && *number < 1900)
            {
                return Some(Since::Release(number));
            }
            // On its own a day's name may be a record's.
            if latest.is_none()
                && let Some((place, _)) =
                    (word.len() >= 3).then(|| (0_i64..).zip(DAYS).find(|(_, day)| day.starts_with(word))).flatten()
            {
                let back = (i64::from(today.weekday().to_monday_zero_offset()) - place).rem_euclid(7);
                return days_ago(if back == 0 { 7 } else { back });
            }
            if let Some(date) = PartialDate::typed(word) {
                return Some(Since::Day(date.first_day()));
            }
        }
        _ => {}
    }
    let filled = words.iter().any(|word| FILLERS.contains(word));
    let words: Vec<&str> = words.iter().copied().filter(|word| !FILLERS.contains(word)).collect();
    let (count, unit): (u16, &str) = match words[..] {
        [count, unit] => (count.parse().ok()?, unit),
        [unit] if filled => (1, unit),
        [joined] => {
            let letters = joined.find(|c: char| !c.is_ascii_digit())?;
            (joined[..letters].parse().ok()?, &joined[letters..])
        }
        _ => return None,
    };
    let count = i64::from(count);
    let span = match unit {
        "hour" | "hours" | "h" => (count / 24).days(),
        "day" | "days" | "d" => count.days(),
        "week" | "weeks" | "w" => count.weeks(),
        "month" | "months" => count.months(),
        // No calendar reaches further back.
        "year" | "years" | "y" => count.min(9_999).years(),
        _ => return None,
    };
    today.checked_sub(span).ok().map(Since::Day)
}

impl Since {
    /// "release 3", "2026-11-20".
    pub(in crate::commands) fn spoken(&self) -> String {
        match self {
            Self::Release(number) => format!("release {number}"),
            Self::Day(day) => day.to_string(),
        }
    }

    /// The number of the release, or the moment.
    pub(in crate::commands) fn bounds(&self, zone: &Zone) -> (Option<u64>, Option<Timestamp>) {
        match self {
            Self::Release(number) => (Some(*number), None),
            Self::Day(day) => (None, zone.moment(day.to_datetime(Time::midnight()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn read(line: &str) -> (String, String) {
        let args: Vec<String> = line.split_whitespace().map(ToOwned::to_owned).collect();
        let (since, left) = since(&args, date(2026, 11, 21), 12);
        (since.map(|since| since.spoken()).unwrap_or_default(), left.join(" "))
    }

    #[test]
    fn moments_are_read_as_people_type_them() {
        for (line, moment, left) in [
            ("", "", ""),
            ("3", "release 3", ""),
            ("since 3", "release 3", ""),
            ("since #30", "release 30", ""),
            ("since release 3 Moonshot AI", "release 3", "Moonshot AI"),
            ("since 2026-11-20", "2026-11-20", ""),
            ("2026-11", "2026-11-01", ""),
            ("since 2026", "2026-01-01", ""),
            ("since yesterday", "2026-11-20", ""),
            ("since tuesday", "2026-11-17", ""),
            ("since Sat moonshot", "2026-11-14", "moonshot"),
            ("monday", "", "monday"),
            ("today", "2026-11-21", ""),
            ("7 days", "2026-11-14", ""),
            ("7d moonshot", "2026-11-14", "moonshot"),
            ("the last 7 days", "2026-11-14", ""),
            ("since last week", "2026-11-14", ""),
            ("2 weeks ago", "2026-11-07", ""),
            ("since a month", "2026-10-21", ""),
            ("moonshot since 2 months", "2026-09-21", "moonshot"),
            ("Moonshot AI", "", "Moonshot AI"),
            ("360", "", "360"),
            ("01.AI", "", "01.AI"),
            ("since", "", "since"),
            ("since ever", "", "since ever"),
            ("999999999999999 days", "", "999999999999999 days"),
        ] {
            assert_eq!(read(line), (moment.to_owned(), left.to_owned()), "{line}");
        }
    }
}
