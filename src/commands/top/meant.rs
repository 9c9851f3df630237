//! Which amount is asked for, and what narrows it.

use crate::{
    commands::card,
    dataset::{Kind, PROPERTIES, Property},
    reply::{Span, bold, code, text},
    spelling::{key, nearest},
};

/// What some words ask for.
pub(super) struct Meant {
    /// The words with those that name the property first.
    pub typed: Vec<String>,
    /// What they were taken for, if they stood in another order.
    pub remark: Option<Vec<Span>>,
    /// First the one that is called just so, then those for which people say that.
    pub properties: Vec<&'static Property>,
    /// How many of the words name it.
    pub taken: usize,
    /// What was typed, if there is a slip in it.
    pub slip: Option<String>,
}

/// The properties that are amounts.
pub(super) fn amounts() -> impl Iterator<Item = &'static Property> {
    PROPERTIES.iter().filter(|property| property.value.is_amount())
}

/// A property has so many words at most.
const MOST_WORDS: usize = 4;

/// Reads which amount is asked for: `!top valuation beijing`, `!top companies by valuation`.
pub(super) fn meant(words: &[String]) -> Option<Meant> {
    let exactly =
        |words: &[String]| (1..=words.len().min(MOST_WORDS)).rev().find(|taken| !called(&words[..*taken]).is_empty());
    let typed = words.to_vec();
    if let Some(taken) = exactly(words) {
        return Some(Meant { properties: called(&words[..taken]), typed, remark: None, taken, slip: None });
    }
    // `!top companies by valuation`: behind the small word a slip is forgiven too.
    let by = words.iter().position(|word| word.eq_ignore_ascii_case("by"));
    if let Some(by) = by.filter(|by| by + 1 < words.len()) {
        let behind = &words[by + 1..];
        let found = exactly(behind).map(|taken| (taken, called(&behind[..taken]), None));
        if let Some((taken, properties, slip)) = found.or_else(|| {
            let (properties, slip) = slipped(&behind[0])?;
            Some((1, properties, Some(slip)))
        }) {
            let rest = [&words[..by], &behind[taken..]].concat();
            return Some(in_order(words, &behind[..taken], &rest, properties, slip));
        }
    }
    // `!top chinese users`: the longest name of a property, and of equally long ones the last.
    for taken in (1..=words.len().min(MOST_WORDS)).rev() {
        let named = |start: &usize| !called(&words[*start..start + taken]).is_empty();
        if let Some(start) = (1..=words.len() - taken).rev().find(named) {
            let (before, behind) = (&words[..start], &words[start + taken..]);
            let name = &words[start..start + taken];
            return Some(in_order(words, name, &[before, behind].concat(), called(name), None));
        }
    }
    let first = words.first().filter(|word| card::properties_called(word).is_empty())?;
    let (properties, slip) = slipped(first)?;
    Some(Meant { typed, remark: None, properties, taken: 1, slip: Some(slip) })
}

/// The command that ranks what a list was asked for in an order: `companies by valuation`.
pub(in crate::commands) fn in_order_of(filters: &[String], kind: Option<Kind>) -> Option<String> {
    let by = filters.iter().position(|word| word.eq_ignore_ascii_case("by"))?;
    let Meant { typed, taken, slip: None, .. } = meant(&filters[by + 1..])? else { return None };
    let kind = kind.map(|kind| kind.plural.to_owned());
    let words = typed[..taken].iter().cloned().chain(kind).chain(filters[..by].iter().cloned());
    let words: Vec<String> = words.chain(typed[taken..].iter().cloned()).collect();
    Some(format!("!top {}", words.join(" ")))
}

/// The words with the name of the property first, and a remark that tells it.
fn in_order(
    words: &[String],
    name: &[String],
    rest: &[String],
    properties: Vec<&'static Property>,
    slip: Option<String>,
) -> Meant {
    let typed = [name, rest].concat();
    let command = format!("!top {}", typed.join(" "));
    let remark = vec![text("I took "), bold(words.join(" ")), text(" for "), code(command), text(".")];
    Meant { typed, remark: Some(remark), properties, taken: name.len(), slip }
}

/// The amounts that some words are a name of: those that are called just so first.
fn called(words: &[String]) -> Vec<&'static Property> {
    let typed = key(&words.concat());
    let same = |name: &str| {
        let name = key(name);
        name == typed || name.strip_suffix('s') == Some(&typed) || typed.strip_suffix('s') == Some(&name)
    };
    let own = amounts().filter(|property| same(property.id) || same(property.label));
    let others = amounts().filter(|property| property.called().any(same));
    own.chain(others).collect()
}

/// The amounts that a word with a slip in it may mean, and that word.
fn slipped(word: &str) -> Option<(Vec<&'static Property>, String)> {
    let near = nearest(&key(word), amounts().flat_map(Property::names))?;
    Some((amounts().filter(|property| property.names().any(|name| name == near)).collect(), word.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(&'static str, String, bool)> {
        let words: Vec<String> = line.split(' ').map(ToOwned::to_owned).collect();
        let meant = meant(&words)?;
        Some((meant.properties[0].id, meant.typed[meant.taken..].join(" "), meant.remark.is_some()))
    }

    #[test]
    fn the_amount_may_stand_anywhere() {
        for (line, property, rest, remarked) in [
            ("valuation", "valuation", "", false),
            ("valuation companies beijing", "valuation", "companies beijing", false),
            ("monthly active users products", "users", "products", false),
            ("valuatoin companies", "valuation", "companies", false),
            ("ai start-ups by valuation", "valuation", "ai start-ups", true),
            ("companies by valuatoin 2024", "valuation", "companies 2024", true),
            ("companies by monthly active users", "users", "companies", true),
            ("chinese companies valuation", "valuation", "chinese companies", true),
            ("chinese monthly active users", "users", "chinese", true),
            ("估值", "valuation", "", false),
        ] {
            assert_eq!(read(line), Some((property, rest.to_owned(), remarked)), "{line}");
        }
        for line in ["founder", "sausages", "by", "sausages by founder"] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
