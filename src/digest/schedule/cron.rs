//! Cron expressions: five fields, in quotes or not.

use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};

use super::{NotASchedule, Rule};

/// The fields of an expression and what may stand in each.
pub const FIELDS: [(&str, &str); 5] = [
    ("minute", "0 to 59, as in 0, */15 or 0,30"),
    ("hour", "0 to 23, as in 9, 9-17 or */2"),
    ("day of the month", "1 to 31, or L for the last"),
    ("month", "1 to 12, or jan to dec"),
    ("day of the week", "0 to 7 (0 and 7 are Sunday), or sun to sat"),
];

/// In so many days, 28 years, each day of the year falls on each day of the week, 29 February too.
const CALENDAR: usize = 28 * 366;

const QUOTES: [char; 10] = ['"', '“', '”', '„', '«', '»', '\'', '‘', '’', '`'];

/// Splits `"EXPR" [ZONE]`: the rule, and the words for the zone. Without quotes the first five words are the expression.
pub(super) fn split(text: &str) -> Result<(Rule, String), NotASchedule> {
    let text = text.trim();
    if let Some(inside) = text.strip_prefix(QUOTES)
        && let Some((expression, zone)) = inside.split_once(QUOTES)
    {
        return Ok((Rule::Cron(tidy(expression)), zone.to_owned()));
    }
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || QUOTES.contains(&c)).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let taken = if words.first().is_some_and(|word| word.starts_with('@')) { 1 } else { FIELDS.len() };
    let is_field = |word: &&&str| word.starts_with(|c: char| c.is_ascii_digit() || "*?".contains(c));
    let more = words.iter().skip(taken).take_while(is_field).count();
    if words.len() < taken || more > 0 {
        return Err(NotASchedule::Fields(words.len().min(taken) + more));
    }
    let (expression, zone) = words.split_at(taken);
    Ok((Rule::Cron(expression.join(" ")), zone.join(" ")))
}

fn tidy(expression: &str) -> String {
    expression.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads an expression, and makes sure that it fits some day.
pub(super) fn parse(expression: &str) -> Result<Cron, NotASchedule> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let fields: Vec<&str> = expression.split_whitespace().collect();
    if let [nickname] = fields.as_slice()
        && nickname.starts_with('@')
    {
        return parser.parse(nickname).map_err(|_| NotASchedule::Nickname((*nickname).to_owned()));
    }
    if fields.len() != FIELDS.len() {
        return Err(NotASchedule::Fields(fields.len()));
    }
    for (place, ((field, range), given)) in FIELDS.into_iter().zip(&fields).enumerate() {
        let mut alone = ["*"; FIELDS.len()];
        alone[place] = given;
        // An @ would be looked for in the whole expression.
        if given.contains('@') || parser.parse(&alone.join(" ")).is_err() {
            return Err(NotASchedule::Field { given: (*given).to_owned(), field, range });
        }
    }
    let never = || NotASchedule::Never(expression.to_owned());
    // croner would look for a day that never comes over thousands of years.
    let days = parser.parse(&format!("0 0 {}", fields[2..].join(" "))).map_err(|_| never())?;
    let fits = |day: &Date| days.is_time_matching(&day.at(0, 0, 0, 0)).unwrap_or_default();
    if !date(2024, 1, 1).series(1.day()).take(CALENDAR).any(|day| fits(&day)) {
        return Err(never());
    }
    parser.parse(expression).map_err(|_| never())
}
