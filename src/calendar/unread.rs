//! What looks like a date and can't be read.

use std::fmt;

use jiff::civil::Date;

use super::{
    Found, Wanted,
    names::month,
    scan::{is_chinese, letters, number},
    whole,
};

/// What looks like a date, or a part of one, and can't be read; the message says what can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// It is no date.
    NoDate(String),
    /// Either of two numbers may be the month.
    Ambiguous {
        /// What was typed.
        typed: String,
        /// The one that it can mean.
        either: String,
        /// And the other.
        or: String,
    },
    /// Two dates that don't follow one another.
    Several {
        /// The one.
        one: String,
        /// The other.
        other: String,
    },
}

/// Forms that are understood, to be named where something is not.
pub const FORMS: [&str; 10] = [
    "2023",
    "2023-11",
    "5 November 2023",
    "Q3 2024",
    "2023-06..2024",
    "2023 to 2024",
    "since 2025-06",
    "before 2024",
    "last month",
    "last 7 days",
];

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDate(typed) => write!(f, "{typed} is no date or span of time that I can read."),
            Self::Ambiguous { typed, either, or } => {
                write!(f, "{typed} may be {either} or {or}: write the one that you mean.")
            }
            Self::Several { one, other } => {
                write!(f, "{one} and {other} don't follow one another: ask for one of them, or for {one}..{other}.")
            }
        }
    }
}

impl std::error::Error for Unread {}

impl Unread {
    /// The message, and the forms that are understood.
    #[must_use]
    pub fn told(&self) -> String {
        format!("{self} I understand {}. A name with a date in it stands in quotes.", FORMS.join(", "))
    }
}

/// Words that go on with a date, and such as lead to one.
const LEADING: [&str; 7] = ["since", "from", "between", "until", "till", "after", "before"];
const GOING_ON: [&str; 6] = ["to", "until", "till", "through", "thru", ".."];

/// Complains of what is left beside a span, or of a text without one, if it looks like part of a date.
pub(super) fn check(text: &str, found: Option<&Found<'_>>, wanted: Wanted, today: Date) -> Result<(), Unread> {
    let (before, after) = found.map_or((text, ""), |found| (found.before, found.after));
    let (before, after) = (plain_words(before), plain_words(after));
    if let Some(found) = found {
        let typed = &text[found.before.len()..text.len() - found.after.len()];
        beside(typed.trim(), &before, &after)?;
    }
    for (place, word) in before.iter().chain(&after).enumerate() {
        let led = place.checked_sub(1).and_then(|last| before.iter().chain(&after).nth(last));
        let is_led = led.is_some_and(|led| LEADING.contains(&led.as_str()));
        let plainly = word.contains("..") || word.contains('…') || is_led;
        if (wanted == Wanted::Dates || plainly) && is_like_a_date(word) && whole(word, today).is_none() {
            let typed = if is_led { format!("{} {word}", led.map_or("", String::as_str)) } else { word.clone() };
            return Err(Unread::NoDate(typed));
        }
    }
    Ok(())
}

/// The words outside of quotes and filters, in lower case.
fn plain_words(text: &str) -> Vec<String> {
    let mut quoted = false;
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let quotes = word.matches('"').count();
        let plain = !quoted && quotes == 0 && !word.contains(':') && !word.starts_with('-');
        words.extend(plain.then(|| word.trim_end_matches([',', ';', ')', '!', '?']).to_ascii_lowercase()));
        quoted ^= quotes % 2 == 1;
    }
    words
}

/// Complains of words right beside a span that look as if they belonged to it.
fn beside(span: &str, before: &[String], after: &[String]) -> Result<(), Unread> {
    let last = before.last().map_or("", String::as_str);
    let next = after.first().map_or("", String::as_str);
    let is_part =
        |word: &str| word.len() == 2 && word.starts_with(['q', 'h']) && word.ends_with(|c: char| c.is_ascii_digit());
    let is_day = |word: &str| {
        let number = number(word.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h']));
        number.is_some_and(|(_, digits, rest)| digits <= 2 && (rest.is_empty() || rest.starts_with('-')))
    };
    let is_month = |word: &str| month(word).is_some_and(|(_, rest)| rest.is_empty());
    let two_before = before.len().checked_sub(2).map_or("", |place| before[place].as_str());
    let dated = is_day(last) && (is_month(two_before) || month(&span.to_ascii_lowercase()).is_some());
    if LEADING.contains(&last) || is_part(last) || dated {
        let first = if is_month(two_before) { format!("{two_before} ") } else { String::new() };
        return Err(Unread::NoDate(format!("{first}{last} {span}")));
    }
    if GOING_ON.contains(&next) || is_part(next) {
        let more = after.get(1).filter(|_| !is_part(next)).map_or(String::new(), |word| format!(" {word}"));
        return Err(Unread::NoDate(format!("{span} {next}{more}")));
    }
    Ok(())
}

/// Whether a word looks like a date: digits with signs between, one number of which can be a year; or a number with the Chinese
/// word for a year or a month.
fn is_like_a_date(word: &str) -> bool {
    let numbers: Vec<&str> = word.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).collect();
    if word.contains(['年', '月']) && word.chars().all(|c| c.is_ascii_digit() || is_chinese(c)) {
        return numbers.iter().any(|number| match number.len() {
            4 => word.contains(&format!("{number}年")),
            1 | 2 => word.contains(&format!("{number}月")),
            _ => false,
        });
    }
    let signs = |c: char| c.is_ascii_digit() || matches!(c, '-' | '/' | '.' | '…' | '~');
    let year = |number: &&str| number.len() == 4 && ("1700".."2200").contains(number);
    match numbers.as_slice() {
        _ if !word.chars().all(signs) || !letters(word).0.is_empty() => false,
        [only] => {
            (5..=8).contains(&only.len()) && (only.starts_with("19") || only.starts_with("20"))
                || word.len() > 4 && year(only)
        }
        numbers => numbers.iter().any(year) && (numbers.iter().all(|number| number.len() <= 4) || word.contains("..")),
    }
}
