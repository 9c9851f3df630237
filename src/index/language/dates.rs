//! Dates and spans of days, as people type them.

use jiff::civil::Date;

use crate::dataset::PartialDate;

/// The first day that fits and the first that no longer does; either may be open.
pub(super) type Days = (Option<Date>, Option<Date>);

/// `2023-3` and `2023/03` as the dataset writes them.
pub(super) fn padded_date(text: &str) -> Option<PartialDate> {
    text.split(['-', '/']).map(|part| format!("{part:0>2}")).collect::<Vec<_>>().join("-").parse().ok()
}

/// The days of `2023`, `2023-06`, `2022..2023-06`, `2022..`, `..2023`, `2022-2023`. `None` if it is nothing of the kind.
pub(super) fn days(text: &str) -> Option<Days> {
    if let Some(date) = padded_date(text) {
        return Some((Some(date.first_day()), date.last_day().tomorrow().ok()));
    }
    let years = (text.len() == 9).then(|| text.split_once('-')).flatten();
    let (from, to) = ["..", "…", "–", "—"].iter().find_map(|dots| text.split_once(dots)).or(years)?;
    let end = |part: &str| {
        let part = part.trim_matches('.');
        if part.is_empty() { Some(None) } else { padded_date(part).map(Some) }
    };
    let (from, to) = match (end(from)?, end(to)?) {
        (None, None) => return None,
        (Some(from), Some(to)) if to.last_day() < from.first_day() => (Some(to), Some(from)),
        both => both,
    };
    Some((from.map(PartialDate::first_day), to.and_then(|to| to.last_day().tomorrow().ok())))
}
