//! Spans of time in words: `March 2023`, `Q4 2024`, `last month`.

use jiff::{
    ToSpan as _,
    civil::{Date, Weekday},
};

use super::Days;
use crate::dataset::PartialDate;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// How people call a span that is near today: how many of which unit it is away.
const NEAR: [(&str, i64, &str); 20] = [
    ("today", 0, "day"),
    ("yesterday", -1, "day"),
    ("tomorrow", 1, "day"),
    ("今天", 0, "day"),
    ("昨天", -1, "day"),
    ("明天", 1, "day"),
    ("本周", 0, "week"),
    ("这周", 0, "week"),
    ("上周", -1, "week"),
    ("下周", 1, "week"),
    ("本月", 0, "month"),
    ("这个月", 0, "month"),
    ("上月", -1, "month"),
    ("上个月", -1, "month"),
    ("下个月", 1, "month"),
    ("本季度", 0, "quarter"),
    ("上季度", -1, "quarter"),
    ("今年", 0, "year"),
    ("去年", -1, "year"),
    ("明年", 1, "year"),
];

/// Reads a span at the beginning of some words: the span, and how many of the words it takes.
pub(super) fn spoken(words: &[String], today: Date) -> Option<(Days, usize)> {
    let words: Vec<String> = words.iter().take(3).map(|word| word.to_lowercase()).collect();
    let words: Vec<&str> = words.iter().map(|word| word.trim_end_matches(['.', ','])).collect();
    if let [first, ..] = words[..]
        && let Some((_, away, unit)) = NEAR.iter().find(|(name, ..)| *name == first)
    {
        return Some((near(today, *away, unit)?, 1));
    }
    let [first, second, ..] = words[..] else { return None };
    if let [_, _, third] = words[..]
        && let Some(days) = rolling(first, second, third, today)
    {
        return Some((days, 3));
    }
    let away = match first {
        "this" | "current" => Some(0),
        "last" | "previous" => Some(-1),
        "next" => Some(1),
        _ => None,
    };
    if let Some(days) = away.and_then(|away| near(today, away, second)) {
        return Some((days, 2));
    }
    if first == "past"
        && let Some(days) = rolling(first, "1", second, today)
    {
        return Some((days, 2));
    }
    let year = |word: &str| word.len() == 4 && word.parse::<u16>().is_ok();
    let (part, year) = if year(first) { (second, first) } else { (first, second) };
    Some((of_year(part, year)?, 2))
}

/// A month or a quarter of a year.
fn of_year(part: &str, year: &str) -> Option<Days> {
    year.parse::<PartialDate>().ok()?;
    let month = |number: usize| format!("{year}-{number:02}").parse::<PartialDate>().ok();
    if let Some(quarter) = part.strip_prefix('q').and_then(|quarter| quarter.parse::<usize>().ok()) {
        return (1..=4).contains(&quarter).then(|| (month(quarter * 3 - 2), month(quarter * 3)));
    }
    let part = part.trim_end_matches(['.', ',']);
    let named = |name: &&str| part.len() >= 3 && name.starts_with(part);
    let number = MONTHS.iter().position(named)? + 1;
    Some((month(number), month(number)))
}

/// The day, week, month, quarter or year that is so many of them away from today's.
fn near(today: Date, away: i64, unit: &str) -> Option<Days> {
    let moved = |span: jiff::Span| today.checked_add(span).ok();
    Some(match unit {
        "day" => (day(moved(away.days())?), day(moved(away.days())?)),
        "week" => {
            let monday = moved(away.weeks())?.tomorrow().ok()?.nth_weekday(-1, Weekday::Monday).ok()?;
            (day(monday), day(monday.checked_add(6.days()).ok()?))
        }
        "month" => {
            let month = month(moved(away.months())?);
            (month, month)
        }
        "quarter" => {
            let within = moved((away * 3).months())?;
            let first = Date::new(within.year(), (within.month() - 1) / 3 * 3 + 1, 1).ok()?;
            (month(first), month(first.checked_add(2.months()).ok()?))
        }
        "year" => {
            let year = format!("{:04}", moved(away.years())?.year()).parse().ok();
            (year, year)
        }
        _ => return None,
    })
}

/// `last 30 days`, `past 2 years`: up to today.
fn rolling(first: &str, count: &str, unit: &str, today: Date) -> Option<Days> {
    if !matches!(first, "last" | "past" | "previous") {
        return None;
    }
    let count: i64 = count.parse().ok().filter(|count| (1..=10_000).contains(count))?;
    let span = match unit.trim_end_matches('s') {
        "day" => count.days(),
        "week" => count.weeks(),
        "month" => count.months(),
        "year" => count.years(),
        _ => return None,
    };
    Some((day(today.checked_sub(span).ok()?), day(today)))
}

fn day(date: Date) -> Option<PartialDate> {
    date.to_string().parse().ok()
}

fn month(date: Date) -> Option<PartialDate> {
    format!("{:04}-{:02}", date.year(), date.month()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Option<String> {
        let args: Vec<String> = words.split(' ').map(ToOwned::to_owned).collect();
        // A Thursday.
        let ((from, to), taken) = spoken(&args, Date::constant(2026, 11, 26))?;
        Some(format!("{}..{} {taken}", from.unwrap(), to.unwrap()))
    }

    #[test]
    fn reads_months_and_quarters() {
        for (words, span) in [
            ("March 2023", "2023-03..2023-03 2"),
            ("2023 nov baidu", "2023-11..2023-11 2"),
            ("Q4 2024", "2024-10..2024-12 2"),
        ] {
            assert_eq!(read(words).as_deref(), Some(span), "{words}");
        }
        for words in ["2023 ernie", "q5 2024", "moonshot ai", "2023", "this model", "last 0 days", "next ernie", "past"]
        {
            assert_eq!(read(words), None, "{words}");
        }
    }

    #[test]
    fn reads_what_is_near_today() {
        for (words, span) in [
            ("today", "2026-11-26..2026-11-26 1"),
            ("Yesterday baidu", "2026-11-25..2026-11-25 1"),
            ("this year", "2026..2026 2"),
            ("last year ernie", "2025..2025 2"),
            ("去年", "2025..2025 1"),
            ("this month", "2026-11..2026-11 2"),
            ("last month", "2026-10..2026-10 2"),
            ("this week", "2026-11-23..2026-11-29 2"),
            ("last week", "2026-11-16..2026-11-22 2"),
            ("this quarter", "2026-10..2026-12 2"),
            ("last quarter", "2026-07..2026-09 2"),
            ("last 30 days", "2026-10-27..2026-11-26 3"),
            ("past 2 years chips", "2024-11-26..2026-11-26 3"),
            ("past year", "2025-11-26..2026-11-26 2"),
        ] {
            assert_eq!(read(words).as_deref(), Some(span), "{words}");
        }
    }
}
