//! Which names are to be compared.

use std::ops::Range;

use super::{Desk, MOST};
use crate::{
    commands::{Invocation, card},
    index,
    spelling::key,
};

/// Words that stand between names.
const BETWEEN: [&str; 6] = ["vs", "vs.", "versus", "and", "with", "&"];
/// So many words are split by what the desk knows; of longer lists each word is a name.
const MOST_WORDS: usize = 10;
/// They are split into so many names at most: a few more than can be compared, so that those left out can be told.
const MOST_NAMES: usize = MOST + 2;
/// What a guessed name costs that is only part of a name here, one that is nothing here, and each known name in that.
const PART: usize = 1;
const UNKNOWN: usize = 3;
const SWALLOWED: usize = 2;
/// And one that joins what stands in quotes with something else.
const TORN: usize = 100;

/// The names: parted by commas, `vs` and quotes, or else where the desk knows them.
pub(super) fn names(desk: &Desk, invocation: &Invocation) -> Result<Vec<String>, index::Error> {
    let mut groups: Vec<Vec<String>> = vec![Vec::new()];
    for (place, arg) in invocation.args.iter().enumerate() {
        if BETWEEN.contains(&arg.to_lowercase().as_str()) {
            // It may be a word of a part that is asked for: `works with`.
            let last = groups.last_mut().filter(|group| {
                let part = group.iter().chain(&invocation.args[place..]).map(String::as_str).collect::<Vec<_>>();
                !group.is_empty() && card::is_section(&part.join(" "))
            });
            if let Some(group) = last {
                group.extend(invocation.args[place..].iter().cloned());
                break;
            }
            groups.push(Vec::new());
            continue;
        }
        for (place, part) in at_commas(arg).into_iter().enumerate() {
            if place > 0 {
                groups.push(Vec::new());
            }
            if let Some(group) = groups.last_mut().filter(|_| !key(part).is_empty()) {
                group.push(part.trim().to_owned());
            }
        }
    }
    groups.retain(|group| !group.is_empty());
    match &groups[..] {
        [only] => split(desk, only),
        _ => Ok(groups.iter().map(|group| group.join(" ")).collect()),
    }
}

/// The parts of a word between commas; not of what stood in quotes, and not of `100,000`.
fn at_commas(word: &str) -> Vec<&str> {
    if word.contains(char::is_whitespace) {
        return vec![word];
    }
    let mut parts = Vec::new();
    let mut begin = 0;
    for (at, comma) in word.char_indices().filter(|(_, c)| matches!(c, ',' | ';' | '，' | '、')) {
        let end = at + comma.len_utf8();
        let digits =
            word[..at].ends_with(|c: char| c.is_ascii_digit()) && word[end..].starts_with(|c: char| c.is_ascii_digit());
        if !digits {
            parts.push(&word[begin..at]);
            begin = end;
        }
    }
    parts.push(&word[begin..]);
    parts
}

/// Parts the words into names so that as much as possible is known here.
fn split(desk: &Desk, words: &[String]) -> Result<Vec<String>, index::Error> {
    let count = words.len();
    if !(3..=MOST_WORDS).contains(&count) {
        return Ok(words.to_vec());
    }
    let mut known = Vec::new();
    for word in words {
        known.push(!desk.index.named(None, word)?.is_empty());
    }
    let mut costs = vec![vec![0; count + 1]; count];
    for (from, row) in costs.iter_mut().enumerate() {
        for (to, cost) in row.iter_mut().enumerate().skip(from + 1) {
            let name = words[from..to].join(" ");
            // What stands last is rather the part that is asked for than half of a name.
            let part = to == count && card::is_section(&name) && desk.index.named(None, &name)?.is_empty();
            *cost = if part { 0 } else { cost_of(desk, &words[from..to], &known[from..to])? };
        }
    }
    Ok(cheapest(&costs)
        .map_or_else(|| words.to_vec(), |parts| parts.into_iter().map(|part| words[part].join(" ")).collect()))
}

fn cost_of(desk: &Desk, words: &[String], known: &[bool]) -> Result<usize, index::Error> {
    let name = words.join(" ");
    if words.len() > 1 && words.iter().any(|word| word.contains(char::is_whitespace)) {
        return Ok(TORN);
    }
    if !desk.index.named(None, &name)?.is_empty() {
        return Ok(0);
    }
    if !desk.index.with_name_words(None, &name, 1)?.is_empty() {
        return Ok(PART);
    }
    Ok(UNKNOWN + SWALLOWED * known.iter().filter(|known| **known).count())
}

/// The cheapest way to part some words into two names or more, given what each run of them costs as a name (from its
/// first word up to, but without, another one). Of equally cheap ways the one with the fewest names.
fn cheapest(costs: &[Vec<usize>]) -> Option<Vec<Range<usize>>> {
    let count = costs.len();
    // For so many names and so many words from the start: the least cost, and where the last name begins.
    let mut best: Vec<Vec<Option<(usize, usize)>>> = vec![vec![None; count + 1]; MOST_NAMES + 1];
    best[0][0] = Some((0, 0));
    for names in 1..=MOST_NAMES {
        for to in 1..=count {
            let ways = (0..to).filter_map(|from| best[names - 1][from].map(|(cost, _)| (cost + costs[from][to], from)));
            best[names][to] = ways.min();
        }
    }
    let least = |names: &usize| best[*names][count].map(|(cost, _)| cost);
    let mut names = (2..=MOST_NAMES).filter(|names| least(names).is_some()).min_by_key(least)?;
    let mut to = count;
    let mut parts = Vec::new();
    while names > 0 {
        let (_, from) = best[names][to]?;
        parts.push(from..to);
        (names, to) = (names - 1, from);
    }
    parts.reverse();
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_part_names_but_not_numbers() {
        assert_eq!(at_commas("moonshot,zhipu"), ["moonshot", "zhipu"]);
        assert_eq!(at_commas("moonshot,"), ["moonshot", ""]);
        assert_eq!(at_commas("100,000"), ["100,000"]);
        assert_eq!(at_commas("a, b"), ["a, b"]);
    }

    #[test]
    fn the_cheapest_way_is_the_one_with_the_fewest_names() {
        // Three words, of which the first two are a name together and all three are names alone.
        let costs = [vec![0, 0, 0, 3], vec![0, 0, 0, 3], vec![0, 0, 0, 0]];
        assert_eq!(cheapest(&costs), Some(vec![0..2, 2..3]));
    }
}
