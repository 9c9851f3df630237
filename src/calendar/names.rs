//! Dates with the names of months, in English and in Chinese.

use super::{
    Days,
    dates::{Known, of_day, of_month, of_year},
    parts,
    scan::{Rest, begins, chinese_number, chinese_year, letters, skip, small, word, year},
};

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

/// The month that a text begins with: its name, or at least three letters of it.
pub(super) fn month(text: &str) -> Option<(i8, Rest<'_>)> {
    let (name, rest) = letters(text);
    let place = MONTHS.iter().position(|known| name.len() >= 3 && known.starts_with(name))?;
    Some((i8::try_from(place).ok()? + 1, rest.strip_prefix('.').unwrap_or(rest)))
}

/// `Nov 2023`, `5 November 2023`, `November 5th, 2023`, `2023 Nov 5`, `5-Nov-2023`; without its year where that is known.
pub(super) fn english(text: &str, known: Option<Known>) -> Option<(Days, Rest<'_>)> {
    if let Some((year, rest)) = year(text) {
        let (month, rest) = month(joined(rest)?)?;
        return Some(match joined(rest).and_then(day_number) {
            Some((day, after)) if of_day(year, month, day).is_some() => (of_day(year, month, day)?, after),
            _ => (of_month(year, month)?, rest),
        });
    }
    let (day, rest) = match day_number(text) {
        Some((day, rest)) => {
            let rest = joined(rest)?;
            (Some(day), word(rest, &["of"]).map_or(rest, skip))
        }
        None => (None, text),
    };
    let (month, rest) = month(rest)?;
    let (day, rest) = match (day, joined(rest).and_then(day_number)) {
        (None, Some((day, rest))) => (Some(day), rest),
        _ => (day, rest),
    };
    let of = |rest: Rest<'_>| word(rest, &["of"]).map_or(0, |after| rest.len() - skip(after).len());
    let dated = joined(rest).map(|rest| &rest[of(rest)..]).and_then(year);
    let (year, rest) = match (dated, known) {
        (Some(read), _) => read,
        (None, Some(known)) => (known.year, rest),
        (None, None) => return None,
    };
    let days = day.map_or_else(|| of_month(year, month), |day| of_day(year, month, day))?;
    Some((days, rest))
}

/// A day of a month: `5`, `5th`.
fn day_number(text: &str) -> Option<(i8, Rest<'_>)> {
    let (day, rest) = small(text).filter(|(day, _)| (1..=31).contains(day))?;
    let rest = word(rest, &["st", "nd", "rd", "th"]).unwrap_or(rest);
    (!rest.starts_with(|c: char| c.is_ascii_alphanumeric())).then_some((day, rest))
}

/// What follows the sign or the space that may stand within a date.
fn joined(rest: &str) -> Option<Rest<'_>> {
    let behind = rest.trim_start_matches([' ', ',', '-', '/']);
    (behind.len() < rest.len()).then_some(behind)
}

/// `2023年`, `2023年11月`, `2023年11月5日`, `2024年上半年`, `去年11月`; months and days without their year where that is known.
pub(super) fn chinese(text: &str, known: Option<Known>, this_year: i16) -> Option<(Days, Rest<'_>)> {
    let near = [("今年", 0), ("去年", -1), ("前年", -2), ("明年", 1)];
    let named = near.iter().find_map(|(name, away)| Some((this_year + away, text.strip_prefix(name)?)));
    let dated = chinese_year(text).and_then(|(year, rest)| Some((year, skip(rest).strip_prefix('年')?)));
    let (year, rest) = match named.or(dated) {
        Some((year, rest)) => {
            let behind = begins(rest, &["的"]).unwrap_or(rest);
            if let Some(part) = parts::chinese(skip(behind), year) {
                return Some(part);
            }
            (year, rest)
        }
        None => (known?.year, text),
    };
    let whole =
        (rest.len() < text.len()).then(|| of_year(year).map(|days| (days, begins(rest, &["度"]).unwrap_or(rest))));
    let month =
        chinese_number(skip(rest)).and_then(|(month, rest)| Some((month, begins(skip(rest), &["月份", "月"])?)));
    let Some((month, rest)) = month else {
        let day = chinese_number(text).and_then(|(day, rest)| Some((day, begins(skip(rest), &["日", "号"])?)));
        if let (Some((day, rest)), Some(Known { month: Some(month), .. })) = (day, known) {
            return Some((of_day(year, month, day)?, rest));
        }
        return whole.flatten();
    };
    let day = chinese_number(skip(rest)).and_then(|(day, rest)| Some((day, begins(skip(rest), &["日", "号"])?)));
    if let Some((day, rest)) = day {
        return Some((of_day(year, month, day)?, rest));
    }
    let of_month = of_month(year, month)?;
    for (names, part) in [(&["上旬", "初"][..], 0), (&["中旬"], 1), (&["下旬", "底", "末"], 2)] {
        if let Some(rest) = begins(rest, names) {
            return Some((parts::third(of_month, part)?, rest));
        }
    }
    Some((of_month, rest))
}
