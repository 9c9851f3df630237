//! Parts of a year or a month: quarters, halves, seasons, and early, mid and late.

use jiff::{ToSpan as _, civil::Date};

use super::{
    Days,
    dates::{Known, of_month, of_months},
    scan::{Rest, begins, chinese_number, is_chinese, letters, skip, small, word, year},
};

const SEASONS: [(&str, i8); 5] = [("spring", 3), ("summer", 6), ("autumn", 9), ("fall", 9), ("winter", 12)];
const ORDINALS: [(&str, &str); 4] = [("first", "1st"), ("second", "2nd"), ("third", "3rd"), ("fourth", "4th")];

/// The first, the middle or the last part of a year, a month or another span: of a month ten days each, about.
pub(super) fn third(of: Days, part: i32) -> Option<Days> {
    let (from, to) = of.from.zip(of.to)?;
    if from.day() == 1 && to == from.last_of_month() {
        let day = |day: i8| Date::new(from.year(), from.month(), day).ok();
        return Some(match part {
            0 => Days::between(from, day(10)?),
            1 => Days::between(day(11)?, day(20)?),
            _ => Days::between(day(21)?, to),
        });
    }
    let months =
        (i32::from(to.year()) - i32::from(from.year())) * 12 + i32::from(to.month()) - i32::from(from.month()) + 1;
    let whole = from.day() == 1 && to == to.last_of_month() && months % 3 == 0;
    let begin = |part: i32| from.checked_add((months / 3 * part).months()).ok();
    whole.then(|| Some(Days::between(begin(part)?, begin(part + 1)?.yesterday().ok()?))).flatten()
}

/// A quarter or a half of a year, by its number.
fn numbered(letter: &str, number: i8, year: i16) -> Option<Days> {
    let months = match letter {
        "q" if (1..=4).contains(&number) => 3,
        "h" if (1..=2).contains(&number) => 6,
        _ => return None,
    };
    of_months(year, months * number - months + 1, months * number)
}

/// Three months from one on, the last of which may be next year's.
fn season(first: i8, year: i16) -> Option<Days> {
    let from = of_month(year, first)?.from?;
    Some(Days::between(from, from.checked_add(3.months()).ok()?.yesterday().ok()?))
}

/// What stands between a part and its year.
fn between(rest: &str) -> Rest<'_> {
    let rest = rest.trim_start_matches([' ', '-', '/', ',', '\'']);
    let rest = word(rest, &["of", "in"]).map_or(rest, skip);
    word(rest, &["the", "year"]).map_or(rest, skip)
}

/// `Q3`, `3Q`, `third quarter`, `H1`, `first half`, `summer`: what it is of a year.
fn part(text: &str) -> Option<(impl Fn(i16) -> Option<Days>, Rest<'_>)> {
    let numbered_part = || {
        let (letter, rest) = text.split_at_checked(1)?;
        if matches!(letter, "q" | "h") {
            let (number, rest) = small(rest)?;
            return Some((letter, number, rest));
        }
        let (number, rest) = small(text)?;
        let letter = ["q", "h"].into_iter().find(|letter| rest.starts_with(letter))?;
        Some((letter, number, &rest[1..]))
    };
    let spoken = || {
        let ordinal = |(word, short): &(&str, &str)| begins(text, &[*word, *short]);
        let (number, rest) = (1_i8..).zip(&ORDINALS).find_map(|(number, names)| Some((number, ordinal(names)?)))?;
        let rest = rest.trim_start_matches([' ', '-']);
        match letters(rest) {
            ("quarter", rest) => Some(("q", number, rest)),
            ("half", rest) => Some(("h", number, rest)),
            _ => None,
        }
    };
    let season_named = || {
        let (name, rest) = letters(text);
        let (_, first) = SEASONS.iter().find(|(known, _)| *known == name)?;
        Some(("s", *first, rest))
    };
    let (letter, number, rest) = numbered_part().or_else(spoken).or_else(season_named)?;
    let of = move |year| if letter == "s" { season(number, year) } else { numbered(letter, number, year) };
    Some((of, rest))
}

/// `Q3 2024`, `2024 Q3`, `2024-H1`, `summer of 2025`; without its year where that is known. `other` reads what is a year in other
/// words: last year.
pub(super) fn of_a_year<'t>(
    text: &'t str,
    known: Option<Known>,
    other: impl Fn(&'t str) -> Option<(Days, Rest<'t>)>,
) -> Option<(Days, Rest<'t>)> {
    if let Some((year, rest)) = year(text) {
        let (of, rest) = part(rest.trim_start_matches([' ', '-', '/']))?;
        return Some((of(year)?, rest));
    }
    let (of, rest) = part(text)?;
    let behind = between(rest);
    if let Some((year, rest)) = year(behind) {
        return Some((of(year)?, rest));
    }
    if let Some((days, rest)) = other(behind)
        && let Some(year) = whole_year(days)
    {
        return Some((of(year)?, rest));
    }
    Some((of(known?.year)?, rest))
}

fn whole_year(days: Days) -> Option<i16> {
    let (from, to) = days.from.zip(days.to)?;
    (from == from.first_of_year() && to == from.last_of_year()).then(|| from.year())
}

/// `early`, `mid`, `late`, `the end of`: which third is meant.
pub(super) fn which_third(text: &str) -> Option<(i32, Rest<'_>)> {
    let text = word(text, &["the"]).map_or(text, skip);
    let (name, rest) = letters(text);
    let part = match name {
        "early" | "beginning" | "start" => 0,
        "mid" | "middle" => 1,
        "late" | "end" => 2,
        _ => return None,
    };
    let behind = between(rest);
    // `end` and `start` by themselves are no parts of what follows them.
    let joined = !matches!(name, "beginning" | "start" | "middle" | "end") || word(skip(rest), &["of"]).is_some();
    (joined && behind.len() < rest.len() && which_third(behind).is_none()).then_some((part, behind))
}

/// `上半年`, `第三季度`, `年初`, `春季` behind a year.
pub(super) fn chinese(text: &str, year: i16) -> Option<(Days, Rest<'_>)> {
    let halves = [("上半年", "h", 1), ("下半年", "h", 2)];
    for (name, letter, number) in halves {
        if let Some(rest) = text.strip_prefix(name) {
            return Some((numbered(letter, number, year)?, rest));
        }
    }
    // 2023年中国 is no middle of a year, nor 2023年春节 a spring.
    let ended = |rest: &&str| !rest.starts_with(is_chinese);
    for (names, part) in [(&["初"][..], 0), (&["中"], 1), (&["底", "末"], 2)] {
        if let Some(rest) = begins(text, names).filter(ended) {
            return Some((third(super::dates::of_year(year)?, part)?, rest));
        }
    }
    for (name, first) in [("春", 3), ("夏", 6), ("秋", 9), ("冬", 12)] {
        let named = text.strip_prefix(name);
        if let Some(rest) = named.and_then(|rest| begins(rest, &["季", "天"]).or(Some(rest).filter(ended))) {
            return Some((season(first, year)?, rest));
        }
    }
    let (number, rest) = chinese_number(begins(text, &["第"]).unwrap_or(text))?;
    let rest = begins(rest, &["季度", "季"])?;
    Some((numbered("q", number, year)?, rest))
}
