//! `!top PROPERTY`: the greatest amounts of a property.

mod meant;

use std::borrow::Cow;

use super::{
    Ask, Command, Desk, Hit, Outcome, Role, Spec, brief, card,
    list::kind_called,
    page,
    present::Present,
    ranking,
    select::{self, Selection},
    text_outcome,
};
use crate::{
    dataset::{Claim, PROPERTIES, PartialDate, Property},
    index,
    reply::{Block, Citations, Reply, Span, bold, code, italic, text},
    spelling::key,
};
pub(super) use meant::in_order_of;
use meant::{Meant, amounts, meant};

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
            more: "The newest claim of each record counts, and what is still to come only where there is no other; currencies and units \
                   stand apart, unless the source itself converts. Filters as in !list; dates narrow when the amounts held",
            who: Role::Member,
        }
    }

    fn is_about_the_room(&self) -> bool {
        true
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let typed: Vec<String> = ask.invocation.rest.split_whitespace().map(ToOwned::to_owned).collect();
        let (typed, skip) = page::skipped(&typed);
        if typed.is_empty() {
            let mut outcome = self.spec().how_to();
            outcome.reply.blocks.push(Block::Para(there_is(desk)));
            return Ok(outcome);
        }
        let Some(Meant { typed, remark, properties, taken, slip }) = meant(&typed) else {
            return Ok(no_amount(desk, &typed));
        };
        let mut filters = typed[taken..].to_vec();
        let mut kind = None;
        // One word may name a kind: `!top users products`.
        if let Some((word, called)) = filters.iter_mut().find_map(|word| kind_called(word).map(|kind| (word, kind))) {
            *word = format!("kind:{}", called.id);
            kind = Some(called);
        }
        let filters = filters.join(" ");
        let selection = match Selection::read_without_days(desk, &filters, ask.today())? {
            Ok(selection) => selection,
            Err(unread) => return Ok(text_outcome(vec![text(unread.told())])),
        };
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
        let mut blocks: Vec<Block> = remark.map(Block::Para).into_iter().chain(selection.remark()).collect();
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
            let amount = property.label.to_lowercase();
            if let Some(tagged) = select::as_tags(desk, &filters)
                && let Ok(selection) = Selection::read_without_days(desk, &tagged, ask.today())?
                && desk.catalogue.has_amount(property, |record| selection.fits(record))
            {
                nothing.extend([text(" Did you mean "), code(format!("!top {amount} {tagged}")), text("?")]);
            }
            if !filters.is_empty() {
                let kind = kind.filter(|_| filters.contains(' ')).map_or("", |kind| kind.plural);
                nothing.extend([text(" Try "), code(format!("!top {amount} {kind}").trim_end()), text(".")]);
            }
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

fn no_amount(desk: &Desk, words: &[String]) -> Outcome {
    let typed = &words[0];
    let is_called =
        |word: &String| PROPERTIES.iter().find(|property| property.names().any(|name| key(name) == key(word)));
    let known = words.iter().filter(|word| !word.eq_ignore_ascii_case("by")).find_map(is_called);
    let mut spans = match known {
        Some(property) => vec![bold(property.label), text(" is no amount, so that it has no order. ")],
        None => vec![text("I know no amount called "), bold(typed), text(". ")],
    };
    spans.extend(there_is(desk));
    text_outcome(spans)
}

/// The amounts that there are, as commands.
fn there_is(desk: &Desk) -> Vec<Span> {
    let mut spans = vec![text("There is ")];
    let there = amounts().filter(|property| desk.catalogue.has_amount(property, |_| true));
    for (place, property) in there.enumerate() {
        spans.extend((place > 0).then(|| text(", ")));
        spans.push(code(format!("!top {}", property.label.to_lowercase())));
    }
    spans.push(text("."));
    spans
}
