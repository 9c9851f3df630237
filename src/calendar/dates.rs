//! Dates in numbers.

use jiff::civil::Date;

use super::{
    Days, Unread,
    scan::{Rest, YEARS, number, small, year},
};

/// What the other end of a span says of the year and the month: `2023-05 to 08`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub year: i16,
    /// The month, if the other end is a day.
    pub month: Option<i8>,
    /// Whether a number alone may be a month or a day.
    pub bare: bool,
}

pub(super) fn of_year(year: i16) -> Option<Days> {
    Some(Days::between(Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?))
}

pub(super) fn of_month(year: i16, month: i8) -> Option<Days> {
    let first = Date::new(year, month, 1).ok()?;
    Some(Days::between(first, first.last_of_month()))
}

pub(super) fn of_day(year: i16, month: i8, day: i8) -> Option<Days> {
    let day = Date::new(year, month, day).ok()?;
    Some(Days::between(day, day))
}

/// Months from one to another.
pub(super) fn of_months(year: i16, first: i8, last: i8) -> Option<Days> {
    Some(Days { from: of_month(year, first)?.from, to: of_month(year, last)?.to })
}

/// A year by itself.
pub(super) fn bare_year(text: &str) -> Option<(Days, Rest<'_>)> {
    let (year, rest) = year(text).filter(|(_, rest)| !rest.starts_with('年'))?;
    Some((of_year(year)?, rest))
}

/// `2020s`.
pub(super) fn decade(text: &str) -> Option<(Days, Rest<'_>)> {
    let (first, rest) = year(text).filter(|(year, _)| year % 10 == 0)?;
    let rest = rest.strip_prefix('s').or_else(|| rest.strip_prefix("'s")).or_else(|| rest.strip_prefix("年代"))?;
    Some((Days { from: of_year(first)?.from, to: of_year(first + 9)?.to }, rest))
}

/// `2023-11`, `2023/11/5`, `2023.11.05`: the year first.
pub(super) fn year_first(text: &str) -> Option<(Days, Rest<'_>)> {
    let (year, rest) = year(text)?;
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
    let (month, rest) = small(&rest[1..])?;
    let with_day = rest.strip_prefix(separator).and_then(small);
    match with_day {
        Some((day, rest)) => Some((of_day(year, month, day)?, rest)),
        None => Some((of_month(year, month)?, rest)),
    }
}

/// `2023/24`, `2023-24`: two years or more, where the second number can be no month.
pub(super) fn short_years(text: &str) -> Option<(Days, Rest<'_>)> {
    let (first, rest) = year(text)?;
    let (last, digits, rest) = number(rest.strip_prefix(['-', '/'])?)?;
    let last = i16::try_from(last).ok().filter(|last| digits == 2 && *last > 12 && *last > first % 100)?;
    Some((Days { from: of_year(first)?.from, to: of_year(first - first % 100 + last)?.to }, rest))
}

/// `20231105`, `202311`: the year first, and nothing between.
pub(super) fn compact(text: &str) -> Option<(Days, Rest<'_>)> {
    let (value, digits, rest) = number(text)?;
    let part = |value: i32| i8::try_from(value % 100).ok();
    let year = |value: i32| i16::try_from(value).ok().filter(|year| YEARS.contains(year));
    let days = match digits {
        8 => of_day(year(value / 10_000)?, part(value / 100)?, part(value)?)?,
        6 => of_month(year(value / 100)?, part(value)?)?,
        _ => return None,
    };
    Some((days, rest))
}

/// `11/2023`, `11.2023`, `5.11.2023`, `25/11/2023`, `11/25/2023`: the year last.
///
/// # Errors
/// Where either of two numbers may be the month.
pub(super) fn year_last(text: &str) -> Result<Option<(Days, Rest<'_>)>, Unread> {
    let read = || {
        let (first, rest) = small(text)?;
        let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
        Some((first, separator, &rest[1..]))
    };
    let Some((first, separator, rest)) = read() else { return Ok(None) };
    if let Some((year, rest)) = year(rest) {
        return Ok(of_month(year, first).map(|days| (days, rest)));
    }
    let last = small(rest).and_then(|(second, rest)| Some((second, year(rest.strip_prefix(separator)?)?)));
    let Some((second, (year, rest))) = last else { return Ok(None) };
    // With dots the day stands first wherever people write so.
    let (day_first, month_first) = (of_day(year, second, first), of_day(year, first, second));
    let days = match (day_first, month_first) {
        (Some(days), _) if separator == '.' => Some(days),
        (Some(one), Some(other)) if one != other => {
            let typed = &text[..text.len() - rest.len()];
            let show = |days: Days| days.to_string();
            return Err(Unread::Ambiguous { typed: typed.to_owned(), either: show(one), or: show(other) });
        }
        (one, other) => one.or(other),
    };
    Ok(days.map(|days| (days, rest)))
}

/// `08` behind `2023-05 to`, at the end: a month or a day of what the other end says.
pub(super) fn known_number(text: &str, known: Known) -> Option<(Days, Rest<'_>)> {
    let (value, rest) = small(text).filter(|(_, rest)| known.bare && rest.trim().is_empty())?;
    let days = match known.month {
        Some(month) => of_day(known.year, month, value)?,
        None => of_month(known.year, value)?,
    };
    Some((days, rest))
}
