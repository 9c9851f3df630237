//! Filters of dates: `after:2023-06`, `before:2024`, `year:2022..2023`, `since:"Nov 2023"`.

use jiff::civil::Date;

use super::{Days, Kind, Unread, leading, whole};

/// Takes the filters of dates out of a text: the days that fit all of them, and what is left. `after:` is from the first day of its
/// date on, as `since:` is; `before:` is until the day before its date.
///
/// # Errors
/// A value that is no date.
pub fn filters(text: &str, today: Date) -> Result<(Days, String), Unread> {
    let mut days = Days::default();
    let mut left = String::new();
    let mut rest = text.trim();
    let mut quoted = false;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        if let Some((name, value)) = word.split_once(':').filter(|(name, _)| !quoted && is_filter(name)) {
            let behind = &rest[word.len() - value.len()..];
            if let Some((of, after)) = read(name, behind, today)? {
                days = days.and(of);
                rest = after.trim_start();
                continue;
            }
        }
        quoted ^= word.matches('"').count() % 2 == 1;
        left.push_str(word);
        let space = after.len() - after.trim_start().len();
        left.push_str(&after[..space]);
        rest = &after[space..];
    }
    Ok((days, left.trim().to_owned()))
}

fn is_filter(name: &str) -> bool {
    ["after", "since", "before", "until", "year", "date"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// The days of a filter, and what follows its value; `None` if it has none.
fn read<'t>(name: &str, behind: &'t str, today: Date) -> Result<Option<(Days, &'t str)>, Unread> {
    let (value, after) = match behind.strip_prefix('"').and_then(|inside| inside.split_once('"')) {
        Some(quoted) => quoted,
        None => behind.split_at(behind.find(char::is_whitespace).unwrap_or(behind.len())),
    };
    // A value may have several words without standing in quotes.
    let longer = if behind.starts_with('"') { None } else { leading(behind, today) };
    let found = match longer {
        Some((days, kind, after)) if kind != Kind::Dates => Some((days, after)),
        _ => whole(value, today).map(|(days, _)| (days, after)),
    };
    if found.is_none() && value.is_empty() {
        return Ok(None);
    }
    let unread = || Unread::NoDate(format!("{name}:{value}"));
    let (of, after) = found.ok_or_else(unread)?;
    let days = match name.to_ascii_lowercase().as_str() {
        "after" | "since" => Days { from: Some(of.from.ok_or_else(unread)?), to: None },
        "before" => Days { from: None, to: Some(of.from.and_then(|first| first.yesterday().ok()).ok_or_else(unread)?) },
        "until" => Days { from: None, to: Some(of.to.ok_or_else(unread)?) },
        _ => of,
    };
    Ok(Some((days, after)))
}
