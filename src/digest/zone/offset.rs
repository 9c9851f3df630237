//! Distances from UTC, as people write them: east is plus. (In the names `Etc/GMT+8` of the database west is.)

use jiff::tz::Offset;

/// The furthest that clocks are behind UTC and ahead of it, in minutes.
const FURTHEST: (i32, i32) = (12 * 60, 14 * 60);

/// What a text says of a distance.
pub(super) enum Read {
    /// Nothing.
    Nothing,
    /// A distance.
    Offset(Offset),
    /// One at which no clocks are.
    TooFar,
    /// One without its sign: either of the two.
    NoSign([Offset; 2]),
}

/// Reads `UTC+8`, `GMT+0530`, `UTC−05:30`, `+08:00`, and `UTC` or `Z` alone.
pub(super) fn read(typed: &str) -> Read {
    let text: String = typed.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let (named, rest) = match ["UTC", "GMT", "Z"].iter().find_map(|name| text.strip_prefix(name)) {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    if named && rest.is_empty() && !text.starts_with("GMT") {
        return Read::Offset(Offset::UTC);
    }
    let (sign, digits) = match rest.chars().next() {
        Some('+') => (Some(1), &rest[1..]),
        Some('-' | '−') => (Some(-1), rest.trim_start_matches(['-', '−'])),
        _ => (None, rest),
    };
    let Some(minutes) = minutes(digits).filter(|_| named || sign.is_some()) else { return Read::Nothing };
    let offset = |minutes: i32| Offset::from_seconds(minutes * 60).ok();
    match sign.map(|sign| sign * minutes) {
        Some(minutes) if (-FURTHEST.0..=FURTHEST.1).contains(&minutes) => {
            offset(minutes).map_or(Read::TooFar, Read::Offset)
        }
        Some(_) => Read::TooFar,
        None if minutes == 0 => Read::Offset(Offset::UTC),
        None => {
            offset(minutes).zip(offset(-minutes)).map_or(Read::TooFar, |(ahead, behind)| Read::NoSign([ahead, behind]))
        }
    }
}

/// The minutes of `8`, `08`, `530`, `0530`, `5:30`, `05:30`.
fn minutes(digits: &str) -> Option<i32> {
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "0"),
    };
    let number = |text: &str, most: i32| -> Option<i32> {
        let plain = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number| plain && *number <= most)
    };
    Some(number(hours, 24)? * 60 + number(minutes, 59)?)
}
