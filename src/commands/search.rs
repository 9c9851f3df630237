//! `!search WORDS`: the records and claims that fit the words best.

use super::{Ask, Command, Desk, Hit, Outcome, Role, Spec, card, text_outcome};
use crate::{
    dataset::{Claim, Record, Value},
    index::{self, Taken, language::parse, marked},
    reply::{Block, Citations, Reply, Span, bold, code, italic, text},
};

/// So many records are shown: what fits on a phone's screen or two.
const SHOWN: usize = 8;

/// So many claims of one property are shown side by side.
const ALIKE: usize = 3;

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
                   source:merics after:2023-06 before:2024 year:2023 narrow it; OR is one or the other",
            who: Role::Member,
        }
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let asked = parse(&ask.invocation.rest);
        if asked.is_empty() {
            return Ok(self.spec().how_to());
        }
        let found = desk.index.ask(&asked, SHOWN + 1)?;
        let mut remarks: Vec<Span> = Vec::new();
        for Taken { typed, meant } in &found.taken {
            remarks.extend([text(" I took "), bold(typed), text(" for "), bold(meant), text(".")]);
        }
        remarks.extend(asked.complaint.iter().map(|complaint| text(format!(" {complaint}"))));
        if found.hits.is_empty() {
            let mut spans = vec![text("Nothing here has "), bold(&ask.invocation.rest), text(".")];
            spans.extend(remarks);
            spans.extend([text(" Try fewer or other words, or "), code("!help"), text(".")]);
            return Ok(text_outcome(spans));
        }
        let words = asked.text();
        let mut citations = Citations::default();
        let mut hits = Vec::new();
        let items = found.hits.iter().take(SHOWN).map(|hit| {
            let record = &desk.dataset.records()[hit.record];
            let mut item = vec![bold(&record.name), text(format!(" ({}): ", record.kind.id))];
            let claim = hit.claim.and_then(|place| record.claims.get(place)).or_else(|| closest(record, desk, &words));
            let claim = claim.and_then(|claim| telling(record, claim));
            hits.push(Hit::new(record, claim.map(|claim| claim.property)));
            match claim {
                Some(claim) => {
                    item.push(text(format!("{}: ", claim.property.label)));
                    for (place, claim) in alike(record, claim).into_iter().enumerate() {
                        item.extend((place > 0).then(|| text("; ")));
                        card::claim(&mut item, desk, claim, &mut citations, true);
                    }
                }
                None => card::summary(&mut item, desk, record, &mut citations),
            }
            emphasised(item, &found.marks)
        });
        let list = Block::List(items.collect());
        let mut intro = vec![bold(&ask.invocation.rest)];
        if !found.all_words {
            intro.push(italic(" (nothing has all of these words; these have some)"));
        }
        if !remarks.is_empty() {
            intro.push(Span::Break);
            intro.extend(remarks);
        }
        let mut blocks = vec![Block::Para(intro), list];
        let first = &desk.dataset.records()[found.hits[0].record];
        let mut more = vec![text("All of the first: "), code(format!("!{} {}", first.kind.id, first.name))];
        if found.hits.len() > SHOWN {
            more.push(text(". There is more: add a word to narrow it"));
        }
        blocks.push(Block::Para(more));
        blocks.extend(citations.block(&desk.dataset));
        Ok(Outcome { reply: Reply { blocks }, hits, effect: None })
    }
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

/// The claim that has the most of the words that neither the record's names nor its summary have.
fn closest<'r>(record: &'r Record, desk: &Desk, asked: &str) -> Option<&'r Claim> {
    let known: Vec<String> = record.names().chain([record.summary.as_str()]).flat_map(index::words).collect();
    let asked: Vec<String> = index::words(asked).into_iter().filter(|word| !known.contains(word)).collect();
    let shared = |claim: &Claim| {
        let said = index::words(&format!("{} {}", claim.property.label, desk.dataset.show(&claim.value)));
        asked.iter().filter(|word| said.contains(word)).count()
    };
    let claims = record
        .claims
        .iter()
        .filter(|claim| claim.property.id != "related")
        .map(|claim| (shared(claim), claim))
        .filter(|(shared, _)| *shared > 0);
    claims.max_by_key(|(shared, _)| *shared).map(|(_, claim)| claim)
}

/// What a figure measures, or what something is about, is not what was asked for: its value or its summary is.
fn telling<'r>(record: &'r Record, claim: &'r Claim) -> Option<&'r Claim> {
    match claim.property.id {
        "date" => None,
        "about" | "measures" => record.claims.iter().find(|claim| claim.property.id == "reading"),
        _ => Some(claim),
    }
}

/// The claim, with the others that say the same of another time or after another source: newest first.
fn alike<'r>(record: &'r Record, claim: &'r Claim) -> Vec<&'r Claim> {
    let number = matches!(claim.value, Value::Quantity(_) | Value::Money(_));
    if claim.property.many && !number {
        return vec![claim];
    }
    let mut alike: Vec<&Claim> = record.claims.iter().filter(|other| other.property == claim.property).collect();
    alike.sort_by_key(|claim| std::cmp::Reverse(claim.as_of));
    alike.truncate(ALIKE);
    alike
}
