//! From one date to another, in words and in signs.

use jiff::civil::Date;

use super::{
    Days, Kind, Unread,
    dates::{Known, bare_year, compact, decade, known_number, of_day, short_years, year_first, year_last},
    names::{chinese, english},
    near::near,
    parts::{of_a_year, third, which_third},
    scan::{Rest, YEARS, begins, is_chinese, skip, small, until_end, word},
};

/// Words before a date that say no more than that it is one.
const FILLERS: [&str; 9] = ["in", "during", "for", "on", "of", "over", "within", "throughout", "the"];
/// Words between two dates.
const TO: [&str; 5] = ["to", "until", "till", "through", "thru"];
/// Signs between two dates.
const SIGNS: [&str; 7] = ["...", "..", "…", "--", "-", "~", "/"];
/// What stands for today behind such a word.
const NOW: [&str; 4] = ["now", "today", "present", "date"];

/// Reads spans as of a day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    pub today: Date,
}

/// A span, how it was put, and what follows it.
type Read<'t> = (Days, Kind, Rest<'t>);

/// How an open span goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// From its first day on.
    Since,
    /// From the day behind it on.
    After,
}

impl Clock {
    /// The span that a text begins with, where a date stands among words.
    ///
    /// # Errors
    /// If it can mean several.
    pub(super) fn span(self, text: &str) -> Result<Option<Read<'_>>, Unread> {
        let read = self.read(text, false)?;
        Ok(read.and_then(|(days, kind, rest)| Some((days, kind, until_end(rest)?))))
    }

    /// The same where it is known that a date follows.
    pub(super) fn bare_span(self, text: &str) -> Option<Read<'_>> {
        let (days, kind, rest) = self.read(text, true).ok().flatten()?;
        Some((days, kind, until_end(rest)?))
    }

    fn read(self, text: &str, bare: bool) -> Result<Option<Read<'_>>, Unread> {
        let open = [(&["since", "from", "starting", "beginning"][..], Open::Since), (&["after"][..], Open::After)];
        for (words, how) in open {
            let behind = word(text, words).map(|rest| word(skip(rest), &["with", "in", "on", "from"]).unwrap_or(rest));
            let behind =
                behind.or_else(|| if how == Open::Since { begins(text, &["自从", "自", "从"]) } else { None });
            if let Some(rest) = behind
                && let Some(read) = self.from(skip(rest), how)?
            {
                return Ok(Some(read));
            }
        }
        if let Some(rest) = word(text, &["between"]) {
            return self.between(skip(rest));
        }
        if let Some((days, rest)) = self.up_to(text)? {
            // Where words are searched, `plan to 2030` is about that year.
            let kind = if word(text, &["to", "by"]).is_some() { Kind::Dates } else { Kind::Range };
            return Ok(Some((days, kind, rest)));
        }
        let mut at = text;
        while let Some(rest) = word(at, &FILLERS) {
            at = skip(rest);
        }
        self.ends(at, bare)
    }

    /// Behind `since`, `from` or `after`: to another date, or for ever.
    fn from(self, text: &str, how: Open) -> Result<Option<Read<'_>>, Unread> {
        if how == Open::Since
            && let Some((days, Kind::Range, rest)) = self.ends(text, true)?
        {
            return Ok(Some((days, Kind::Range, rest)));
        }
        let Some((first, _, rest)) = self.date(text, None, true)? else { return Ok(None) };
        let begin = match how {
            Open::Since => first.from,
            Open::After => first.to.and_then(|last| last.tomorrow().ok()).filter(|day| is_known(*day)),
        };
        if begin.is_none() {
            return Ok(None);
        }
        let rest = begins(rest, &["以来", "起", "开始", "至今"]).unwrap_or(rest);
        let rest = word(skip(rest), &["on", "onward", "onwards"]).unwrap_or(rest);
        let second = word(skip(rest), &["and", "but"]).map_or(skip(rest), skip);
        if let Some((last, after)) = self.up_to(second)? {
            let days = Days { from: begin, to: last.to };
            return Ok((!days.is_empty()).then_some((days, Kind::Range, after)));
        }
        Ok(Some((Days { from: begin, to: None }, Kind::Range, rest)))
    }

    /// Behind `between`.
    fn between<'t>(self, text: &'t str) -> Result<Option<Read<'t>>, Unread> {
        let and =
            |rest: Rest<'t>| word(skip(rest), &["and"]).map(skip).or_else(|| begins(skip(rest), &["&"]).map(skip));
        if let Some((days, rest)) = self.two(text, and)? {
            return Ok(Some((days, Kind::Range, rest)));
        }
        Ok(self.ends(text, true)?.filter(|(_, kind, _)| *kind == Kind::Range))
    }

    /// `until 2024`, `before 2024`, `..2024`.
    fn up_to(self, text: &str) -> Result<Option<(Days, Rest<'_>)>, Unread> {
        if let Some(rest) = word(text, &["before"]) {
            let read = self.date(skip(rest), None, true)?;
            let before = |days: Days| days.from.and_then(|first| first.yesterday().ok()).filter(|day| is_known(*day));
            return Ok(read.and_then(|(days, _, rest)| Some((Days { from: None, to: Some(before(days)?) }, rest))));
        }
        let behind = word(text, &TO).or_else(|| word(text, &["by"])).or_else(|| {
            begins(text, &["up to and including ", "up to ", "up until ", "..", "…", "截至", "直到", "到"])
        });
        let Some(rest) = behind else { return Ok(None) };
        let rest = skip(rest);
        let rest = word(rest, &["the"])
            .and_then(|rest| word(skip(rest), &["end"]))
            .and_then(|rest| word(skip(rest), &["of"]))
            .map_or(rest, skip);
        let read = self.date(rest.trim_start_matches('.'), None, true)?;
        Ok(read.map(|(days, _, rest)| (Days { from: None, to: days.to }, rest)))
    }

    /// A date, or two of them, or one that goes on.
    fn ends(self, text: &str, bare: bool) -> Result<Option<Read<'_>>, Unread> {
        if let Some((days, rest)) = self.two(text, to)? {
            return Ok(Some((days, Kind::Range, rest)));
        }
        let Some((days, kind, rest)) = self.date(text, None, bare)? else { return Ok(None) };
        if let Some(after) = to(rest).and_then(|after| word(after, &NOW).or_else(|| begins(after, &["今"])))
            && days.from.is_some_and(|from| from <= self.today)
        {
            return Ok(Some((Days { from: days.from, to: Some(self.today) }, Kind::Range, after)));
        }
        if let Some((open, rest)) = open(days, rest) {
            return Ok(Some((open, Kind::Range, rest)));
        }
        if kind == Kind::Date
            && let Some((other, Kind::Date, after)) = self.date(beside(rest), None, false)?
            && until_end(after).is_some()
        {
            return match joined(days, other) {
                Some(both) => Ok(Some((both, Kind::Dates, after))),
                None => Err(Unread::Several { one: days.to_string(), other: other.to_string() }),
            };
        }
        Ok(Some((days, kind, rest)))
    }

    /// Two dates with something between them; either may leave to the other what they share.
    fn two<'t>(
        self,
        text: &'t str,
        between: impl Fn(Rest<'t>) -> Option<Rest<'t>>,
    ) -> Result<Option<(Days, Rest<'t>)>, Unread> {
        // `5 to 10 November 2023`
        if let Some((day, rest)) = small(text)
            && let Some(second) = between(rest)
            && let Some((last, _, after)) = self.date(second, None, false)?
            && let Some(first) = same_month(last, day)
        {
            return Ok(ordered(first, last).map(|days| (days, after)));
        }
        if let Some((first, _, rest)) = self.date(text, None, false)? {
            let Some(second) = between(rest) else { return Ok(None) };
            let last = self.date(second, known(first), true)?;
            return Ok(last.and_then(|(last, _, rest)| Some((ordered(first, last)?, rest))));
        }
        let any = Known { year: self.today.year(), month: None, bare: false };
        let Some((_, _, rest)) = self.date(text, Some(any), false)? else { return Ok(None) };
        let Some((last, _, after)) = between(rest).map(|second| self.date(second, None, false)).transpose()?.flatten()
        else {
            return Ok(None);
        };
        let first = self.date(text, known(last), false)?;
        Ok(first.and_then(|(first, _, _)| Some((ordered(first, last)?, after))))
    }

    /// One date: of all ways to read it the one that takes most of the text.
    fn date<'t>(self, text: &'t str, known: Option<Known>, bare: bool) -> Result<Option<Read<'t>>, Unread> {
        let text = word(text, &["the"]).map_or(text, skip);
        let is_dated = |rest: &&str| skip(rest).starts_with(|c: char| c.is_ascii_digit());
        let text = word(text, &["year"]).filter(is_dated).map_or(text, skip);
        let near_today = |text: &'t str| near(text, self.today, false);
        let mut part = None;
        if let Some((place, rest)) = which_third(text) {
            part = self.date(rest, known, false)?.and_then(|(days, _, rest)| Some((third(days, place)?, rest)));
        }
        let ways = [
            part,
            year_first(text),
            year_last(text)?,
            short_years(text),
            compact(text),
            decade(text),
            english(text, known),
            chinese(text, known, self.today.year()),
            of_a_year(text, known, near_today),
            bare_year(text),
            known.and_then(|known| known_number(text, known)),
        ];
        let whole = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() && !is_chinese(c));
        let read = ways.into_iter().flatten().map(|(days, rest)| (days, Kind::Date, rest));
        let relative = near(text, self.today, bare).map(|(days, rest)| (days, Kind::Near, rest));
        Ok(read.chain(relative).filter(|(_, _, rest)| whole(rest)).min_by_key(|(_, _, rest)| rest.len()))
    }
}

/// A date that goes on, or ends what was before.
fn open(days: Days, rest: &str) -> Option<(Days, Rest<'_>)> {
    let since = Days { from: days.from, to: None };
    let ended = |rest: &str| rest.is_empty() || rest.starts_with(char::is_whitespace);
    if let Some(after) = begins(rest, &["...", "..", "…", "-", "+"]).filter(|after| ended(after)) {
        return Some((since, after));
    }
    if let Some(after) = begins(rest, &["以来", "至今", "以后", "起"]) {
        return Some((since, after));
    }
    if let Some(after) = begins(rest, &["之后", "后"]) {
        return Some((Days { from: days.to?.tomorrow().ok().filter(|day| is_known(*day)), to: None }, after));
    }
    if let Some(after) = begins(rest, &["以前", "之前", "前"]) {
        return Some((Days { from: None, to: days.from?.yesterday().ok().filter(|day| is_known(*day)) }, after));
    }
    let spoken = ["onwards", "onward", "and later", "or later", "and after", "and onwards", "and since"];
    let after = begins(skip(rest), &spoken).filter(|after| ended(after))?;
    Some((since, after))
}

/// Whether a day lies in a year that can be read.
fn is_known(day: Date) -> bool {
    YEARS.contains(&day.year())
}

/// What follows what stands between two dates.
fn to(rest: &str) -> Option<Rest<'_>> {
    let behind = skip(rest);
    if let Some(after) = word(behind, &TO) {
        return Some(skip(after));
    }
    if let Some(after) = begins(behind, &["至", "到"]) {
        return Some(skip(after));
    }
    begins(behind, &SIGNS).map(skip)
}

/// What follows what stands between two dates of which both are meant.
fn beside(rest: &str) -> Rest<'_> {
    let behind = rest.trim_start_matches([' ', ',', '&', '、', '和', '与', '或']);
    word(behind, &["and", "or"]).map_or(behind, skip)
}

/// What a date tells of another one.
fn known(days: Days) -> Option<Known> {
    let (from, to) = days.from.zip(days.to)?;
    let is_day = from == to;
    let is_month = from.day() == 1 && to == from.last_of_month();
    Some(Known { year: from.year(), month: is_day.then(|| from.month()), bare: is_day || is_month })
}

/// A day of the month in which another one lies.
fn same_month(other: Days, day: i8) -> Option<Days> {
    let (from, to) = other.from.zip(other.to)?;
    if from == to { of_day(from.year(), from.month(), day) } else { None }
}

/// From the earlier of two dates to the later.
fn ordered(first: Days, last: Days) -> Option<Days> {
    let days = Days { from: first.from, to: last.to };
    if days.is_empty() {
        Some(Days { from: last.from, to: first.to }).filter(|days| !days.is_empty())
    } else {
        Some(days)
    }
}

/// Two dates as one span, if they overlap or one follows the other.
fn joined(one: Days, other: Days) -> Option<Days> {
    let (first, second) = if one.from <= other.from { (one, other) } else { (other, one) };
    let follows = second.from? <= first.to?.tomorrow().ok()?;
    follows.then_some(Days { from: first.from, to: first.to.max(second.to) })
}
