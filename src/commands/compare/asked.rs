//! Which part of the cards is asked for: `!compare moonshot zhipu valuation`.

use super::Desk;
use crate::{
    commands::card,
    dataset::{PROPERTIES, Property},
    index,
    spelling::{forgiven, is_slip, key, nearest},
};

/// A part of a card may be called by so many words at the end of a name.
const MOST_WORDS: usize = 3;
/// A word with a slip in it must have so many letters to be taken for a part.
const SHORTEST_SLIP: usize = 5;

/// The part that is asked for.
pub(super) struct Asked {
    /// What it is called.
    pub part: String,
    /// What was typed, if there is a slip in it.
    pub slip: Option<String>,
}

/// Takes the part that is asked for out of the names: as the last of them, or as the last words of one.
pub(super) fn asked(desk: &Desk, names: &mut Vec<String>) -> Result<Option<Asked>, index::Error> {
    if let [_, last] = &names[..]
        && card::is_section(last)
        && !is_name(desk, last)?
    {
        let part = last.clone();
        names.pop();
        return Ok(Some(Asked { part, slip: None }));
    }
    if let [first, _, .., last] = &names[..] {
        // What goes by that name too is hardly meant if it is of another kind: of two companies their models, not the topic.
        let other = card::is_section(last) && are_of_other_kinds(desk, first, last)?;
        let plain = || Asked { part: last.clone(), slip: None };
        let asked = if other { Some(plain()) } else { read(desk, last)? };
        if asked.is_some() {
            names.pop();
            return Ok(asked);
        }
    }
    for name in names.iter_mut().rev() {
        let words: Vec<&str> = name.split_whitespace().collect();
        if words.len() < 2 || is_name(desk, name)? {
            continue;
        }
        for taken in 1..=(words.len() - 1).min(MOST_WORDS) {
            let (rest, part) = words.split_at(words.len() - taken);
            let (rest, part) = (rest.join(" "), part.join(" "));
            if is_name(desk, &rest)?
                && let Some(asked) = read(desk, &part)?
            {
                *name = rest;
                return Ok(Some(asked));
            }
        }
    }
    Ok(None)
}

/// Whether no record that goes by one name is of the kind of one that goes by the other.
fn are_of_other_kinds(desk: &Desk, one: &str, other: &str) -> Result<bool, index::Error> {
    let kind = |place: &usize| desk.dataset.records()[*place].kind;
    let others = desk.index.named(None, other)?;
    Ok(desk.index.named(None, one)?.iter().all(|place| others.iter().all(|other| kind(other) != kind(place))))
}

fn is_name(desk: &Desk, name: &str) -> Result<bool, index::Error> {
    Ok(!desk.index.named(None, name)?.is_empty() || !desk.index.with_name_words(None, name, 1)?.is_empty())
}

/// Words as a part of a card, unless they are rather a name.
fn read(desk: &Desk, words: &str) -> Result<Option<Asked>, index::Error> {
    if card::is_section(words) {
        let named = !desk.index.named(None, words)?.is_empty();
        return Ok((!named).then(|| Asked { part: words.to_owned(), slip: None }));
    }
    let typed = key(words);
    if typed.chars().count() < SHORTEST_SLIP || is_name(desk, words)? {
        return Ok(None);
    }
    let names = || PROPERTIES.iter().flat_map(Property::names);
    let keys: Vec<String> = names().map(key).filter(|name| name.chars().count() >= SHORTEST_SLIP).collect();
    let near = nearest(&typed, keys.iter().map(String::as_str)).filter(|near| is_slip(&typed, near));
    let Some(near) = near else { return Ok(None) };
    if !desk.index.near(None, words, forgiven(&typed))?.is_empty() {
        return Ok(None);
    }
    let part = names().find(|name| key(name) == near).unwrap_or(near);
    Ok(Some(Asked { part: part.to_lowercase(), slip: Some(words.to_owned()) }))
}
