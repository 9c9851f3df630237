//! A record as an answer: what is said of it, with sources and dates, and what points to it.

mod sections;

use super::Desk;
use crate::{
    dataset::{Claim, Record},
    reply::{Block, Citations, Reply, Span, bold, code, italic, text},
};
use sections::{Item, Section, sections};

/// A card longer than this many characters is shortened.
const LONGEST_CARD: usize = 2_400;
/// One part of a card, shown by itself.
const LONGEST_SECTION: usize = 6_000;

/// How much of each section is shown.
#[derive(Clone, Copy)]
struct Detail {
    items: usize,
    notes: bool,
}

/// Tried one after the other until the card is short enough.
const DETAILS: [Detail; 6] = [
    Detail { items: 12, notes: true },
    Detail { items: 6, notes: true },
    Detail { items: 6, notes: false },
    Detail { items: 3, notes: false },
    Detail { items: 2, notes: false },
    Detail { items: 1, notes: false },
];

/// The card of a record.
pub(super) fn card(desk: &Desk, record: &Record) -> Reply {
    let sections = sections(desk, record);
    fitting(LONGEST_CARD, |detail| {
        let mut citations = Citations::default();
        let mut blocks = vec![Block::Para(head(record))];
        let items: Vec<_> =
            sections.iter().map(|section| line(desk, record, section, detail, &mut citations)).collect();
        if !items.is_empty() {
            blocks.push(Block::List(items));
        }
        blocks.extend(citations.block(&desk.dataset));
        Reply { blocks }
    })
}

/// Whether the card of a record has a part that people call so.
pub(super) fn has_section(desk: &Desk, record: &Record, name: &str) -> bool {
    sections(desk, record).iter().any(|section| section.is_called(name))
}

/// One part of the card, whole.
pub(super) fn section(desk: &Desk, record: &Record, name: &str) -> Reply {
    let all = sections(desk, record);
    let wanted: Vec<_> = all.iter().filter(|section| section.is_called(name)).collect();
    fitting(LONGEST_SECTION, |detail| {
        let detail = Detail { items: detail.items * 10, ..detail };
        let mut citations = Citations::default();
        let mut blocks = vec![Block::Para(vec![bold(&record.name)])];
        for section in &wanted {
            blocks.push(Block::Para(vec![bold(section.label())]));
            let shown = section.items.iter().take(detail.items);
            let mut items: Vec<_> = shown
                .map(|item| {
                    let mut spans = Vec::new();
                    show(&mut spans, desk, item, &mut citations, detail.notes);
                    spans
                })
                .collect();
            let left = section.items.len().saturating_sub(detail.items);
            if left > 0 {
                items.push(vec![text(format!("and {left} more"))]);
            }
            blocks.push(Block::List(items));
        }
        blocks.extend(citations.block(&desk.dataset));
        Reply { blocks }
    })
}

/// A record in one line of a list: its summary, and marks for the sources of what is said of it.
pub(super) fn summary(spans: &mut Vec<Span>, desk: &Desk, record: &Record, citations: &mut Citations) {
    let mut sources: Vec<String> = record.claims.iter().flat_map(|claim| claim.sources.iter().cloned()).collect();
    if sources.is_empty() {
        sources = desk.dataset.links_to(&record.id).flat_map(|(_, claim)| claim.sources.iter().cloned()).collect();
    }
    sources.sort_unstable();
    sources.dedup();
    spans.push(text(&record.summary));
    if !sources.is_empty() {
        spans.push(citations.mark(&sources));
    }
}

/// A claim's value, date, note and citation marks.
pub(super) fn claim(spans: &mut Vec<Span>, desk: &Desk, claim: &Claim, citations: &mut Citations, notes: bool) {
    spans.push(text(desk.dataset.show(&claim.value)));
    tail(spans, claim, citations, notes);
}

fn tail(spans: &mut Vec<Span>, claim: &Claim, citations: &mut Citations, notes: bool) {
    if let Some(date) = claim.as_of {
        spans.push(text(format!(" ({date})")));
    }
    spans.push(citations.mark(&claim.sources));
    if let Some(note) = claim.note.as_ref().filter(|_| notes) {
        spans.push(italic(format!(" ({note})")));
    }
}

/// The most detailed reply that is short enough, or the least detailed one.
fn fitting(longest: usize, reply: impl Fn(Detail) -> Reply) -> Reply {
    let mut last = Reply::default();
    for detail in DETAILS {
        last = reply(detail);
        if last.text().chars().count() <= longest {
            break;
        }
    }
    last
}

fn head(record: &Record) -> Vec<Span> {
    let mut spans = vec![bold(&record.name)];
    if let Some(native) = &record.native_name {
        spans.push(text(format!(" ({native})")));
    }
    spans.push(italic(format!(" {}", record.kind.id)));
    if !record.summary.is_empty() {
        spans.extend([Span::Break, text(&record.summary)]);
    }
    spans
}

fn line(desk: &Desk, record: &Record, section: &Section, detail: Detail, citations: &mut Citations) -> Vec<Span> {
    let mut spans = vec![bold(format!("{}:", section.label()))];
    for (place, item) in section.items.iter().take(detail.items).enumerate() {
        spans.push(text(if place == 0 { " " } else { "; " }));
        show(&mut spans, desk, item, citations, detail.notes);
    }
    let left = section.items.len().saturating_sub(detail.items);
    if left > 0 {
        let command = format!("!{} {} {}", record.kind.id, record.name, section.label.to_lowercase());
        spans.extend([text(format!("; and {left} more: ")), code(command)]);
    }
    spans
}

fn show(spans: &mut Vec<Span>, desk: &Desk, item: &Item, citations: &mut Citations, notes: bool) {
    match item {
        Item::Claim(own) => claim(spans, desk, own, citations, notes),
        Item::Link(from, link) => {
            spans.push(text(&from.name));
            tail(spans, link, citations, notes);
        }
        Item::Words(words) => spans.push(text(words)),
    }
}
