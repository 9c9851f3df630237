//! `!search WORDS`: the records and claims that fit the words best.

mod claims;

use super::{Ask, Command, Desk, Hit, Outcome, Role, Spec, card, look_up, present::Present, select, text_outcome};
use crate::{
    calendar::Wanted,
    index::{self, Hits, Share, Taken, language, marked},
    reply::{Block, Citations, Reply, Span, bold, code, italic, text},
};

/// So many records are shown: what fits on a phone's screen or two.
const SHOWN: usize = 8;

/// The search.
pub(super) struct Search;

impl Command for Search {
    fn spec(&self) -> Spec {
        Spec {
            word: "search",
            aliases: &["find"],
            arguments: "WORDS",
            summary: "The facts that fit some words best",
            example: "export controls",
            more: "In quotes, words stand side by side; -word leaves out what has it; kind:policy tag:six-tigers place:beijing \
                   source:merics after:2023-06 before:2024 year:2023, 2023 to 2024 and last year narrow it; OR is one or the other",
            who: Role::Member,
        }
    }

    fn is_about_the_room(&self) -> bool {
        true
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let asked = match language::read(&ask.invocation.rest, ask.today(), Wanted::Spans) {
            Ok(asked) => asked,
            Err(unread) => return Ok(text_outcome(vec![text(unread.told())])),
        };
        if asked.is_empty() {
            let complaint = asked.complaint.map(|complaint| text_outcome(vec![text(complaint)]));
            return Ok(complaint.unwrap_or_else(|| self.spec().how_to()));
        }
        let found = desk.index.ask(&asked, SHOWN + 1)?;
        let mut remarks: Vec<Span> = Vec::new();
        for Taken { typed, meant } in &found.taken {
            remarks.extend([text(" I took "), bold(typed), text(" for "), bold(meant), text(".")]);
        }
        remarks.extend(asked.complaint.iter().map(|complaint| text(format!(" {complaint}"))));
        if found.hits.is_empty() {
            for unmet in desk.index.unmet(&asked.filters)? {
                remarks.push(text(format!(" {}", select::said(&unmet))));
            }
            return nothing(desk, &ask.invocation.rest, &found, remarks);
        }
        let present = Present::of(desk, ask);
        let mut citations = Citations::default();
        let mut hits = Vec::new();
        let items = found.hits.iter().take(SHOWN).map(|hit| {
            let record = &desk.dataset.records()[hit.record];
            let native = record.native_name.as_ref().filter(|_| found.native);
            let native = native.map_or(String::new(), |native| format!("{native}, "));
            let mut item = vec![bold(&record.name), text(format!(" ({native}{}): ", record.kind.id))];
            let claim = claims::shown(desk, record, hit.claim, &found);
            let told = claim.or_else(|| claims::asked_date(record, &found));
            hits.push(Hit::new(record, told.map(|claim| claim.property)));
            match claim {
                Some(claim) => {
                    claims::show(&mut item, desk, present, record, claim, &found, &mut citations);
                    claims::show_beside(&mut item, desk, present, record, (claim, hit.claim), &mut citations);
                }
                None => card::summary(&mut item, desk, record, &mut citations),
            }
            emphasised(item, &found.marks)
        });
        let list = Block::List(items.collect());
        let mut intro = vec![bold(&ask.invocation.rest)];
        if found.unsaid {
            let label = found.properties.first().map_or("", |property| property.label);
            let name = &desk.dataset.records()[found.hits[0].record].name;
            let mut unsaid =
                vec![text(" Nothing stands here under "), bold(label), text(" for "), bold(name), text(".")];
            let near = hits.first().is_some_and(|hit| hit.property.is_some());
            unsaid.extend(near.then(|| text(" What comes near:")));
            remarks.splice(0..0, unsaid);
        } else {
            intro.extend(match found.share {
                Share::All => None,
                Share::Some => Some(italic(" (nothing has all of these words; these have some)")),
                Share::AllLater => Some(italic(" (what has all of these words says less of it than what has some)")),
            });
        }
        if !remarks.is_empty() {
            intro.push(Span::Break);
            intro.extend(joined(remarks));
        }
        let mut blocks = vec![Block::Para(intro), list];
        let first = &desk.dataset.records()[found.hits[0].record];
        let mut more = vec![text("All of the first: "), code(card::command(first))];
        if found.hits.len() > SHOWN {
            more.push(text(". There is more: add a word to narrow it"));
        }
        blocks.push(Block::Para(more));
        blocks.extend(citations.block(&desk.dataset));
        Ok(Outcome { reply: Reply { blocks }, hits, effect: None })
    }
}

/// Remarks that begin a line: each begins with a space.
fn joined(mut remarks: Vec<Span>) -> Vec<Span> {
    if let Some(Span::Text(first)) = remarks.first_mut() {
        *first = first.trim_start().to_owned();
    }
    remarks
}

/// The same line with the words that were asked for in bold.
fn emphasised(line: Vec<Span>, marks: &[String]) -> Vec<Span> {
    let mut spans = Vec::new();
    for span in line {
        match span {
            // The marks of the sources are numbers that nobody asked for.
            Span::Text(words) if !words.starts_with(" [") => {
                spans.extend(
                    marked(&words, marks).into_iter().map(|(part, asked)| if asked { bold(part) } else { text(part) }),
                );
            }
            other => spans.push(other),
        }
    }
    spans
}

/// Says that nothing was found, and what may be meant.
fn nothing(desk: &Desk, asked: &str, found: &Hits, remarks: Vec<Span>) -> Result<Outcome, index::Error> {
    let mut spans = match &found.unknown {
        Some(unknown) => vec![text("Nothing here is called "), bold(unknown), text(".")],
        None => vec![text("Nothing here has "), bold(asked), text(".")],
    };
    spans.extend(remarks);
    let offers = if found.unknown.is_some() { look_up::other_versions(desk, asked, &found.names)? } else { Vec::new() };
    if offers.is_empty() {
        spans.extend([text(" Try fewer or other words, or "), code("!help"), text(".")]);
    } else {
        spans.extend(look_up::did_you_mean(&offers));
    }
    Ok(text_outcome(spans))
}
