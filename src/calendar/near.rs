//! Spans by their distance from today.

use std::cmp::Ordering;

use jiff::{
    Span, ToSpan as _,
    civil::{Date, Weekday},
};

use super::{
    Days,
    dates::{of_month, of_months, of_year},
    names::month,
    scan::{Rest, YEARS, begins, chinese_number, letters, number, skip, word},
};

/// How people call what is near today: how many of which unit it is away.
const NEAR: [(&str, i64, Unit); 26] = [
    ("today", 0, Unit::Day),
    ("yesterday", -1, Unit::Day),
    ("tomorrow", 1, Unit::Day),
    ("今天", 0, Unit::Day),
    ("今日", 0, Unit::Day),
    ("昨天", -1, Unit::Day),
    ("昨日", -1, Unit::Day),
    ("前天", -2, Unit::Day),
    ("明天", 1, Unit::Day),
    ("本周", 0, Unit::Week),
    ("这周", 0, Unit::Week),
    ("上周", -1, Unit::Week),
    ("下周", 1, Unit::Week),
    ("本月", 0, Unit::Month),
    ("这个月", 0, Unit::Month),
    ("上月", -1, Unit::Month),
    ("上个月", -1, Unit::Month),
    ("下个月", 1, Unit::Month),
    ("本季度", 0, Unit::Quarter),
    ("上季度", -1, Unit::Quarter),
    ("上个季度", -1, Unit::Quarter),
    ("今年", 0, Unit::Year),
    ("本年", 0, Unit::Year),
    ("去年", -1, Unit::Year),
    ("前年", -2, Unit::Year),
    ("明年", 1, Unit::Year),
];

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const COUNTS: [(&str, i64); 15] = [
    ("a", 1),
    ("an", 1),
    ("one", 1),
    ("two", 2),
    ("couple", 2),
    ("three", 3),
    ("few", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("twelve", 12),
];
/// No calendar reaches further than so many years.
const MOST: i64 = 9_999;

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    fn english(text: &str) -> Option<(Self, Rest<'_>)> {
        let (name, rest) = letters(text);
        let unit = match name.strip_suffix('s').unwrap_or(name) {
            "hour" => Self::Hour,
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            _ => return None,
        };
        Some((unit, rest))
    }

    /// As in `7d`.
    fn short(text: &str) -> Option<(Self, Rest<'_>)> {
        let (name, rest) = letters(text);
        let unit = match name {
            "h" => Self::Hour,
            "d" => Self::Day,
            "w" => Self::Week,
            "y" => Self::Year,
            _ => return None,
        };
        Some((unit, rest))
    }

    fn chinese(text: &str) -> Option<(Self, Rest<'_>)> {
        let names: [(&[&str], Self); 5] = [
            (&["小时"], Self::Hour),
            (&["天", "日"], Self::Day),
            (&["周", "个星期", "星期", "个礼拜"], Self::Week),
            (&["个月"], Self::Month),
            (&["年"], Self::Year),
        ];
        names.into_iter().find_map(|(names, unit)| Some((unit, begins(text, names)?)))
    }

    fn times(self, count: i64) -> Span {
        let count = count.clamp(-MOST, MOST);
        match self {
            Self::Hour => (count / 24).days(),
            Self::Day => count.days(),
            Self::Week => count.weeks(),
            Self::Month => count.months(),
            Self::Quarter => (count * 3).months(),
            Self::Year => count.years(),
        }
    }

    /// The one that is so many away from that of a day.
    fn away(self, today: Date, count: i64) -> Option<Days> {
        let within = today.checked_add(self.times(count)).ok()?;
        match self {
            Self::Hour | Self::Day => Some(Days::between(within, within)),
            Self::Week => {
                let monday = within.tomorrow().ok()?.nth_weekday(-1, Weekday::Monday).ok()?;
                Some(Days::between(monday, monday.checked_add(6.days()).ok()?))
            }
            Self::Month => of_month(within.year(), within.month()),
            Self::Quarter => {
                let first = (within.month() - 1) / 3 * 3 + 1;
                of_months(within.year(), first, first + 2)
            }
            Self::Year => of_year(within.year()),
        }
    }
}

/// Reads what is near today. With `bare` also what is only so behind `since`: `7 days`, `monday`, `november`.
pub(super) fn near(text: &str, today: Date, bare: bool) -> Option<(Days, Rest<'_>)> {
    let named = NEAR.iter().find_map(|(name, away, unit)| {
        let rest = text.strip_prefix(name)?;
        let whole = !name.is_ascii() || !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
        whole.then_some((*away, *unit, rest))
    });
    if let Some((away, unit, rest)) = named {
        return Some((unit.away(today, away)?, rest));
    }
    to_date(text, today)
        .or_else(|| by_word(text, today))
        .or_else(|| ago(text, today))
        .or_else(|| chinese(text, today))
        .or_else(|| if bare { bare_near(text, today) } else { None })
}

/// `year to date`, `ytd`.
fn to_date(text: &str, today: Date) -> Option<(Days, Rest<'_>)> {
    let spoken = |unit: &str| begins(text, &[&format!("{unit} to date"), &format!("{unit}-to-date")]);
    let found = [("year", "ytd", today.first_of_year()), ("month", "mtd", today.first_of_month())];
    let (from, rest) = found
        .into_iter()
        .find_map(|(unit, short, from)| Some((from, word(text, &[short]).or_else(|| spoken(unit))?)))?;
    Some((Days::between(from, today), rest))
}

/// `this year`, `last 7 days`, `next month`, `last november`, `last monday`.
fn by_word(text: &str, today: Date) -> Option<(Days, Rest<'_>)> {
    let text = word(text, &["the"]).map_or(text, skip);
    let (first, rest) = letters(text);
    let away = match first {
        "this" | "current" => 0,
        "last" | "previous" | "past" | "recent" => -1,
        "next" | "coming" => 1,
        _ => return None,
    };
    let rest = skip(rest);
    // How many days the recent days are nobody can tell.
    let several = letters(rest).0.ends_with('s');
    if let Some((unit, rest)) = Unit::english(rest).filter(|_| !several) {
        // The past week is seven days, last week one from Monday on.
        let rolling = first == "past" || unit == Unit::Hour;
        let days = if rolling { rolled(today, unit, away)? } else { unit.away(today, away)? };
        return Some((days, rest));
    }
    if let Some((count, unit, rest)) = counted(rest).filter(|_| away != 0) {
        return Some((rolled(today, unit, away * count)?, rest));
    }
    let year = |order: Ordering| match (away, order) {
        (-1, Ordering::Less) | (0, _) | (1, Ordering::Greater) => 0,
        (-1, _) => -1,
        _ => 1,
    };
    // `this may be` is no month.
    let is_month = away != 0 || letters(rest).0 != "may";
    named(rest, today, year).filter(|_| is_month).or_else(|| weekday(rest, today, away))
}

/// The days from so many units before today up to it, or from it on.
fn rolled(today: Date, unit: Unit, count: i64) -> Option<Days> {
    let other = today.checked_add(unit.times(count)).ok().filter(|day| YEARS.contains(&day.year()))?;
    Some(Days::between(today.min(other), today.max(other)))
}

/// A count with its unit: `7 days`, `two weeks`, `a couple of months`.
fn counted(text: &str) -> Option<(i64, Unit, Rest<'_>)> {
    let (count, rest) = if let Some((count, _, rest)) = number(text) {
        (i64::from(count), rest)
    } else {
        let (name, rest) = letters(text);
        let (name, rest) = if name == "a" && word(skip(rest), &["couple", "few"]).is_some() {
            letters(skip(rest))
        } else {
            (name, rest)
        };
        let (_, count) = COUNTS.iter().find(|(known, _)| *known == name)?;
        let rest = skip(rest);
        (*count, word(rest, &["of"]).unwrap_or(rest))
    };
    let (unit, rest) = Unit::english(rest.trim_start_matches([' ', '-'])).or_else(|| Unit::short(rest))?;
    (count > 0).then_some((count, unit, rest))
}

/// `2 weeks ago`, `a year ago`.
fn ago(text: &str, today: Date) -> Option<(Days, Rest<'_>)> {
    let (count, unit, rest) = counted(text)?;
    let rest = word(skip(rest), &["ago"])?;
    let day = today.checked_sub(unit.times(count)).ok().filter(|day| YEARS.contains(&day.year()))?;
    Some((Days::between(day, day), rest))
}

/// `最近三个月`, `过去7天`, `3天前`.
fn chinese(text: &str, today: Date) -> Option<(Days, Rest<'_>)> {
    let rolling = begins(text, &["最近", "过去", "近"]);
    let (count, rest) = chinese_number(rolling.unwrap_or(text))?;
    let (unit, rest) = Unit::chinese(rest)?;
    let days = rolled(today, unit, -i64::from(count))?;
    if rolling.is_some() {
        return Some((days, rest));
    }
    let rest = begins(rest, &["以前", "之前", "前"])?;
    Some((Days { to: days.from, ..days }, rest))
}

/// What is near today only where something before says that a date follows.
fn bare_near(text: &str, today: Date) -> Option<(Days, Rest<'_>)> {
    let text = word(text, &["the"]).map_or(text, skip);
    if let Some((count, unit, rest)) = counted(text) {
        return Some((rolled(today, unit, -count)?, rest));
    }
    weekday(text, today, -1).or_else(|| named(text, today, |order| -i16::from(order == Ordering::Greater)))
}

/// A month by its name. `year` says how many years away it is, from how it stands to the current month.
fn named(text: &str, today: Date, year: impl Fn(Ordering) -> i16) -> Option<(Days, Rest<'_>)> {
    let (place, rest) = month(text)?;
    Some((of_month(today.year() + year(place.cmp(&today.month())), place)?, rest))
}

/// A day of the week: the last one before today, the next one, or that of this week.
fn weekday(text: &str, today: Date, away: i64) -> Option<(Days, Rest<'_>)> {
    let (name, rest) = letters(text);
    let (place, _) = (0_i64..).zip(DAYS).find(|(_, day)| name.len() >= 3 && day.starts_with(name))?;
    let now = i64::from(today.weekday().to_monday_zero_offset());
    let ahead = (place - now).rem_euclid(7);
    let days = match away {
        0 => place - now,
        -1 => ahead - 7,
        _ if ahead == 0 => 7,
        _ => ahead,
    };
    let day = today.checked_add(days.days()).ok()?;
    Some((Days::between(day, day), rest))
}
