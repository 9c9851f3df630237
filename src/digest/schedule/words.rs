//! Times and days as people write them.

use jiff::civil::{Time, Weekday};

use super::{NotASchedule, Rule};
use crate::spelling::fold;

const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Monday, "monday"),
    (Weekday::Tuesday, "tuesday"),
    (Weekday::Wednesday, "wednesday"),
    (Weekday::Thursday, "thursday"),
    (Weekday::Friday, "friday"),
    (Weekday::Saturday, "saturday"),
    (Weekday::Sunday, "sunday"),
];

/// Words that say nothing: `weekly on monday at 9:00`.
const FILLERS: [&str; 4] = ["at", "on", "every", "in"];

/// A day's name in three letters.
pub(super) fn short(day: Weekday) -> &'static str {
    DAYS.iter().find(|(known, _)| *known == day).map_or("", |(_, name)| &name[..3])
}

/// Reads `HH:MM [ZONE]`: the rule, and the words for the zone.
pub(super) fn daily(text: &str) -> Result<(Rule, String), NotASchedule> {
    let words = words_of(text);
    let (time, zone) = clock(&words)?;
    Ok((Rule::Daily(time), zone.join(" ")))
}

/// Reads `DAY HH:MM [ZONE]`, also with the time first: the rule, and the words for the zone.
pub(super) fn weekly(text: &str) -> Result<(Rule, String), NotASchedule> {
    let words = words_of(text);
    let first = words.first().ok_or(NotASchedule::NoDay)?;
    if let Ok((time, rest)) = clock(&words) {
        let (name, zone) = rest.split_first().ok_or(NotASchedule::NoDay)?;
        return Ok((Rule::Weekly(day(name)?, time), zone.join(" ")));
    }
    let day = day(first)?;
    if words.get(1).is_some_and(|second| self::day(second).is_ok() || ["and", "&"].contains(&fold(second).as_str())) {
        return Err(NotASchedule::Days);
    }
    let (time, zone) = clock(&words[1..])?;
    Ok((Rule::Weekly(day, time), zone.join(" ")))
}

fn words_of(text: &str) -> Vec<&str> {
    text.split_whitespace().filter(|word| !FILLERS.contains(&fold(word).as_str())).collect()
}

fn day(typed: &str) -> Result<Weekday, NotASchedule> {
    let name = fold(typed);
    let name = name.trim_end_matches([',', '.']);
    let singular = name.strip_suffix('s').unwrap_or(name);
    let meant = |known: &str| {
        name.len() >= 3 && (known.starts_with(name) || known == singular) || name.len() == 2 && known.starts_with(name)
    };
    if name.contains([',', '/', '+']) && name.split([',', '/', '+']).all(|part| day(part).is_ok()) {
        return Err(NotASchedule::Days);
    }
    let found = DAYS.iter().find(|(_, known)| meant(known));
    found.map(|(day, _)| *day).ok_or_else(|| NotASchedule::Day(typed.to_owned()))
}

/// The time that some words begin with, and the words after it.
fn clock<'w>(words: &'w [&'w str]) -> Result<(Time, &'w [&'w str]), NotASchedule> {
    let (first, rest) = words.split_first().ok_or(NotASchedule::NoTime)?;
    if let Some((second, after)) = rest.split_first()
        && half_of_day(&fold(second)) == Some("")
    {
        let typed = format!("{first} {second}");
        return time(&format!("{first}{second}")).map(|time| (time, after)).ok_or(NotASchedule::Time(typed));
    }
    time(first).map(|time| (time, rest)).ok_or_else(|| NotASchedule::Time((*first).to_owned()))
}

/// What stands before `am` or `pm`.
fn half_of_day(text: &str) -> Option<&str> {
    ["am", "pm", "a.m.", "p.m."].iter().find_map(|half| text.strip_suffix(half))
}

fn time(typed: &str) -> Option<Time> {
    let text = fold(typed);
    let text = text.trim_end_matches(',');
    match text {
        "noon" => return Some(Time::constant(12, 0, 0, 0)),
        "midnight" => return Some(Time::midnight()),
        _ => {}
    }
    let before_half = half_of_day(text);
    let digits = before_half.unwrap_or(text);
    if !digits.chars().all(|c| c.is_ascii_digit() || ":.".contains(c)) {
        return None;
    }
    let (hour, minute) = match digits.split_once([':', '.']) {
        Some((hour, minute)) if minute.len() == 2 => (hour, minute),
        Some(_) => return None,
        None if digits.len() == 4 => digits.split_at(2),
        None => (digits, "0"),
    };
    let hour: i8 = hour.parse().ok().filter(|_| hour.len() <= 2)?;
    let hour = match before_half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(before) => hour % 12 + if text[before.len()..].starts_with('p') { 12 } else { 0 },
    };
    Time::new(hour, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (typed, shown) in [
            ("9:00", "09:00"),
            ("09:00", "09:00"),
            ("9", "09:00"),
            ("9am", "09:00"),
            ("9:30pm", "21:30"),
            ("9.30 p.m.", "21:30"),
            ("9 AM", "09:00"),
            ("12am", "00:00"),
            ("12pm", "12:00"),
            ("0915", "09:15"),
            ("9：05", "09:05"),
            ("noon", "12:00"),
        ] {
            let words: Vec<&str> = typed.split(' ').collect();
            let (time, rest) = clock(&words).unwrap_or_else(|error| panic!("{typed}: {error}"));
            assert_eq!((time.strftime("%H:%M").to_string().as_str(), rest.len()), (shown, 0), "{typed}");
        }
        for typed in ["24:00", "9:60", "9:5", "13pm", "0am", "morning", "-1:00", "9:00:00", "", ":", "+9:00", "999"] {
            assert_eq!(time(typed), None, "{typed}");
        }
    }

    #[test]
    fn days_are_read_short_and_long() {
        for typed in ["mon", "Monday", "MONDAYS", "mo", "Mon,", "mond"] {
            assert_eq!(day(typed), Ok(Weekday::Monday), "{typed}");
        }
        for typed in ["", "m", "t", "moon", "1", "montag"] {
            assert_eq!(day(typed), Err(NotASchedule::Day(typed.to_owned())), "{typed}");
        }
        assert_eq!(day("mon,thu"), Err(NotASchedule::Days));
    }
}
