//! `!top PROPERTY`: the greatest amounts of a property.

use std::borrow::Cow;

use super::{
    Ask, Command, Desk, Hit, Outcome, Role, Spec,
    brief::{self, Present},
    card,
    list::kind_called,
    page, ranking,
    select::Selection,
    text_outcome,
};
use crate::{
    dataset::{Claim, PROPERTIES, PartialDate, Property, ValueType},
    index,
    reply::{Block, Citations, Reply, Span, bold, code, italic, text},
    spelling::{key, nearest},
};

/// A page has so many characters at most, its sources included.
const LONGEST: usize = 2_000;

/// The greatest amounts.
pub(super) struct Top;

impl Command for Top {
    fn spec(&self) -> Spec {
        Spec {
            word: "top",
            aliases: &["rank", "ranking"],
            arguments: "PROPERTY [KIND] [FILTERS]",
            summary: "The greatest of an amount: valuation, users, parameters and so on",
            example: "valuation",
            more: "The newest claim of each record counts; currencies and units stand apart, unless the source itself \
                   converts. Filters as in !list; dates narrow when the amounts held",
            who: Role::Member,
        }
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let typed: Vec<String> = ask.invocation.rest.split_whitespace().map(ToOwned::to_owned).collect();
        let (typed, skip) = page::skipped(&typed);
        if typed.is_empty() {
            let mut outcome = self.spec().how_to();
            outcome.reply.blocks.push(Block::Para(amounts(desk)));
            return Ok(outcome);
        }
        let Some(Meant { properties, taken, slip }) = meant(&typed) else { return Ok(no_amount(desk, &typed)) };
        let mut filters = typed[taken..].to_vec();
        // One word may name a kind: `!top users products`.
        if let Some((word, kind)) = filters.iter_mut().find_map(|word| kind_called(word).map(|kind| (word, kind))) {
            *word = format!("kind:{}", kind.id);
        }
        let filters = filters.join(" ");
        let selection = Selection::read_without_days(desk, &filters)?;
        let records = desk.dataset.records();
        // A word may stand for several properties: the first that anything here has.
        let given =
            |property: &&&'static Property| desk.catalogue.has_amount(property, |record| selection.fits(record));
        let Some(property) = properties.iter().find(given).or(properties.first()).copied() else {
            return Ok(no_amount(desk, &typed));
        };
        let holds = |claim: &Claim| !selection.has_days() || claim.as_of.is_some_and(|date| selection.within(date));
        let present = Present::of(desk, ask);
        let ranking = if selection.has_days() {
            let dated = |date: Option<PartialDate>| date.is_some_and(|date| selection.within(date));
            Cow::Owned(desk.catalogue.amounts(property).rank(present, dated, |record| selection.fits(record)))
        } else {
            desk.catalogue.ranking(property, present)
        };
        let claims = |row: &ranking::Row| {
            ranking::claims(&records[row.record], property, &ranking.measures[row.measure], present, holds)
        };
        let rows: Vec<ranking::Row> = ranking.rows.iter().filter(|row| selection.fits(row.record)).copied().collect();
        let mut blocks: Vec<Block> = selection.remark().into_iter().collect();
        if let Some(slip) = slip {
            blocks.push(Block::Para(vec![
                text("I took "),
                bold(slip),
                text(format!(" for {}.", property.label.to_lowercase())),
            ]));
        }
        let left = rows.get(skip..).unwrap_or_default();
        if left.is_empty() {
            let mut nothing = vec![text("Nothing here has "), bold(property.label), text(" as an amount")];
            nothing.extend((!filters.is_empty()).then(|| text(format!(" and fits {filters}"))));
            nothing.push(text(if skip > 0 { " beyond these." } else { "." }));
            blocks.push(Block::Para(nothing));
            blocks.extend(selection.unmet());
            return Ok(Reply { blocks }.into());
        }
        let mixed = left.iter().any(|row| records[row.record].kind != records[left[0].record].kind);
        let mut citations = Citations::default();
        let lines = page::fill(desk, &mut citations, LONGEST, left, |row, citations| {
            let record = &records[row.record];
            let mut line = vec![bold(&record.name)];
            line.extend(mixed.then(|| text(format!(" ({})", record.kind.id))));
            line.push(text(": "));
            brief::values(&mut line, desk, &claims(row), present, citations);
            line
        });
        let shown = &left[..lines.len()];
        let mut head = vec![bold(property.label)];
        head.extend((!filters.is_empty()).then(|| text(format!(": {}", typed[taken..].join(" ")))));
        blocks.push(Block::Para(head));
        blocks.extend(by_measure(&ranking, shown, lines));
        let end = skip + shown.len();
        let command = format!("!top {}", typed.join(" "));
        blocks.extend(page::more(&command, rows.len() - end, end));
        let remarked = shown.iter().find(|row| brief::has_remark(desk, &claims(row)));
        blocks.extend(remarked.map(|row| card::daggers(&records[row.record], property.label)));
        blocks.extend(citations.block(&desk.dataset));
        let hits = shown.iter().map(|row| Hit::new(&records[row.record], Some(property))).collect();
        Ok(Outcome { reply: Reply { blocks }, hits, effect: None })
    }
}

/// The lines, with a heading for each measure where there are several.
fn by_measure(ranking: &ranking::Ranking, rows: &[ranking::Row], lines: Vec<Vec<Span>>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut last = None;
    for (row, line) in rows.iter().zip(lines) {
        if last != Some(row.measure) {
            if ranking.measures.len() > 1 {
                let measure = ranking.measures[row.measure].as_str();
                blocks.push(Block::Para(vec![italic(if measure.is_empty() { "plain numbers" } else { measure })]));
            }
            blocks.push(Block::List(Vec::new()));
            last = Some(row.measure);
        }
        if let Some(Block::List(items)) = blocks.last_mut() {
            items.push(line);
        }
    }
    blocks
}

/// The properties that some words begin with.
struct Meant<'w> {
    /// First the one that is called just so, then those for which people say that.
    properties: Vec<&'static Property>,
    /// How many of the words name it.
    taken: usize,
    /// What was typed, if there is a slip in it.
    slip: Option<&'w str>,
}

fn is_amount(property: &Property) -> bool {
    matches!(property.value, ValueType::Quantity | ValueType::Money | ValueType::Amount)
}

fn meant(words: &[String]) -> Option<Meant<'_>> {
    let amounts = || PROPERTIES.iter().filter(|property| is_amount(property));
    let same = |name: &str, typed: &str| {
        let name = key(name);
        name == *typed || name.strip_suffix('s') == Some(typed) || typed.strip_suffix('s') == Some(&name)
    };
    for taken in (1..=words.len().min(4)).rev() {
        let typed = key(&words[..taken].concat());
        let own = amounts().filter(|property| same(property.id, &typed) || same(property.label, &typed));
        let called = amounts().filter(|property| property.synonyms.iter().any(|synonym| same(synonym, &typed)));
        let properties: Vec<_> = own.chain(called).collect();
        if !properties.is_empty() {
            return Some(Meant { properties, taken, slip: None });
        }
    }
    let first = words.first()?;
    let near = nearest(&key(first), amounts().flat_map(names_of))?;
    let properties = amounts().filter(|property| names_of(property).any(|name| name == near)).collect();
    Some(Meant { properties, taken: 1, slip: Some(first) })
}

fn names_of(property: &'static Property) -> impl Iterator<Item = &'static str> {
    [property.id, property.label].into_iter().chain(property.synonyms.iter().copied())
}

fn no_amount(desk: &Desk, words: &[String]) -> Outcome {
    let typed = &words[0];
    let known = PROPERTIES.iter().find(|property| names_of(property).any(|name| key(name) == key(typed)));
    let mut spans = match known {
        Some(property) => vec![bold(property.label), text(" is no amount, so that it has no order. ")],
        None => vec![text("I know no amount called "), bold(typed), text(". ")],
    };
    spans.extend(amounts(desk));
    text_outcome(spans)
}

/// The amounts that there are, as commands.
fn amounts(desk: &Desk) -> Vec<Span> {
    let mut spans = vec![text("There is ")];
    let there = PROPERTIES
        .iter()
        .filter(|property| is_amount(property))
        .filter(|property| desk.catalogue.has_amount(property, |_| true));
    for (place, property) in there.enumerate() {
        spans.extend((place > 0).then(|| text(", ")));
        spans.push(code(format!("!top {}", property.label.to_lowercase())));
    }
    spans.push(text("."));
    spans
}
