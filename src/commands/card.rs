//! A record as an answer: what is said of it, with sources and dates, and what points to it.

mod backing;
mod sections;

use std::{collections::HashMap, sync::LazyLock};

use super::{Desk, present::Present};
use crate::{
    dataset::{Claim, KINDS, PROPERTIES, Property, Record},
    reply::{Block, Citations, Reply, Span, bold, code, italic, length, text},
    spelling::key,
};
use sections::OF_SOURCES;
pub(super) use sections::{Item, Section, sections};

/// A card with more characters than this is shortened, its longest parts first.
const LONGEST_CARD: usize = 2_400;
/// So many items of a part are shown at most.
const MOST_ITEMS: usize = 12;
/// One part of a card, shown by itself, has so many characters at most.
const LONGEST_SECTION: usize = 6_000;

/// With or without notes, and the fewest items that a part is cut down to: tried in this order until the card is short.
const CUTS: [(bool, usize); 4] = [(true, 3), (true, 2), (false, 2), (false, 1)];

/// The card of a record.
pub(super) fn card(desk: &Desk, present: Present, record: &Record) -> Reply {
    let sections = sections(desk, record);
    let mut reply = Reply::default();
    for (notes, fewest) in CUTS {
        let mut shown: Vec<usize> = sections.iter().map(|section| section.items.len().min(MOST_ITEMS)).collect();
        loop {
            let (card, lengths) = draw(desk, present, record, &sections, &shown, notes);
            let surplus = card.length().saturating_sub(LONGEST_CARD);
            reply = card;
            if surplus == 0 {
                return reply;
            }
            if !shorten(&mut shown, lengths, fewest, surplus) {
                break;
            }
        }
    }
    reply
}

/// The card with so many items of each part, and how long each part is.
fn draw(
    desk: &Desk,
    present: Present,
    record: &Record,
    sections: &[Section],
    shown: &[usize],
    notes: bool,
) -> (Reply, Vec<usize>) {
    let mut citations = Citations::default();
    let drawn = sections.iter().zip(shown);
    let lines: Vec<Vec<Span>> =
        drawn.map(|(section, shown)| line(desk, present, section, *shown, &mut citations, notes)).collect();
    let lengths = lines.iter().map(|line| length(line)).collect();
    let mut blocks = vec![Block::Para(head(record))];
    if !lines.is_empty() {
        blocks.push(Block::List(lines));
    }
    if let Some((section, _)) = sections.iter().zip(shown).find(|(section, shown)| section.count() > **shown) {
        let command = part_command(record, section.label);
        let remarks = if notes { "" } else { " and its remarks (†)" };
        blocks.push(Block::Para(vec![text(format!("All of a line{remarks}, as in: ")), code(command)]));
    }
    blocks.extend(citations.block(&desk.dataset));
    (Reply { blocks }, lengths)
}

/// What the dagger stands for, and how to read the remark on a part of a record's card.
pub(super) fn daggers(record: &Record, label: &str) -> Block {
    Block::Para(vec![text("† with a remark; to read one: "), code(part_command(record, label))])
}

/// The command that shows a record's card.
pub(super) fn command(record: &Record) -> String {
    format!("!{} {}", record.kind.id, record.name)
}

/// The command that shows a part of it whole.
pub(super) fn part_command(record: &Record, label: &str) -> String {
    format!("{} {}", command(record), label.to_lowercase())
}

/// Takes items from the longest parts until about `surplus` characters are gone. False if there is nothing to take.
fn shorten(shown: &mut [usize], mut lengths: Vec<usize>, fewest: usize, surplus: usize) -> bool {
    let mut gone = 0;
    while gone < surplus {
        let longest = (0..shown.len()).filter(|place| shown[*place] > fewest).max_by_key(|place| lengths[*place]);
        let Some(place) = longest else { break };
        let item = lengths[place] / shown[place];
        shown[place] -= 1;
        lengths[place] -= item;
        gone += item.max(1);
    }
    gone > 0
}

/// Whether any card may have a part that people call so.
pub(super) fn is_section(name: &str) -> bool {
    let name = key(name);
    let back = PROPERTIES.iter().filter_map(|property| property.reverse);
    !properties_called(&name).is_empty()
        || back
            .chain(OF_SOURCES)
            .chain(KINDS.iter().flat_map(|kind| [kind.id, kind.plural]))
            .any(|part| key(part) == name)
}

/// The properties that people call so.
pub(super) fn properties_called(name: &str) -> &'static [&'static Property] {
    /// By the key of each name, as a card is asked for one of its parts more often than there are names.
    static CALLED: LazyLock<HashMap<String, Vec<&'static Property>>> = LazyLock::new(|| {
        let mut called: HashMap<String, Vec<&'static Property>> = HashMap::new();
        for property in PROPERTIES {
            for name in property.called() {
                called.entry(key(name)).or_default().push(property);
            }
        }
        called
    });
    let typed = key(name);
    let called = CALLED.get(&typed).or_else(|| CALLED.get(&singular(&typed)?));
    called.map_or(&[], Vec::as_slice)
}

/// The singular of a word that may be a plural: `findings`, `strategies`.
fn singular(word: &str) -> Option<String> {
    word.strip_suffix("ies").map(|stem| format!("{stem}y")).or_else(|| word.strip_suffix('s').map(ToOwned::to_owned))
}

/// Whether the card of a record has a part that people call so.
pub(super) fn has_section(desk: &Desk, record: &Record, name: &str) -> bool {
    sections(desk, record).iter().any(|section| section.is_called(name))
}

/// The property that such a part of the card shows: the record's own, or that of the claims that point to it.
pub(super) fn section_property(desk: &Desk, record: &Record, name: &str) -> Option<&'static Property> {
    let section = sections(desk, record).into_iter().find(|section| section.is_called(name))?;
    section.items.iter().find_map(Item::claim).map(|claim| claim.property)
}

/// One part of the card, whole.
pub(super) fn section(desk: &Desk, present: Present, record: &Record, name: &str) -> Reply {
    let mut citations = Citations::default();
    let mut blocks = vec![Block::Para(vec![bold(&record.name)])];
    for section in sections(desk, record).iter().filter(|section| section.is_called(name)) {
        blocks.push(Block::Para(vec![bold(section.label())]));
        let mut items = Vec::new();
        let mut long = 0;
        for item in &section.items {
            let mut spans = Vec::new();
            show(&mut spans, desk, present, item, &mut citations, true);
            long += length(&spans);
            if long > LONGEST_SECTION {
                break;
            }
            items.push(spans);
        }
        let left = section.count() - items.len();
        if left > 0 {
            items.push(vec![text(format!("and {left} more"))]);
        }
        blocks.push(Block::List(items));
    }
    blocks.extend(citations.block(&desk.dataset));
    Reply { blocks }
}

/// A record in a few words, and the command that shows its card.
pub(super) fn brief(desk: &Desk, record: &Record) -> Reply {
    let mut citations = Citations::default();
    let mut line = vec![bold(&record.name), text(format!(", {}: ", record.kind.id))];
    summary(&mut line, desk, record, &mut citations);
    line.extend([text(" All of it: "), code(command(record))]);
    let mut blocks = vec![Block::Para(line)];
    blocks.extend(citations.block(&desk.dataset));
    Reply { blocks }
}

/// A record in one line of a list: an event's date, its summary, and marks for the sources that say so.
pub(super) fn summary(spans: &mut Vec<Span>, desk: &Desk, record: &Record, citations: &mut Citations) {
    let mut sources = backing::sources(desk, record);
    let mut before = String::new();
    if let Some(claim) = happened(record) {
        let shown = desk.dataset.show(&claim.value);
        if record.summary.is_empty() {
            sources.clone_from(&claim.sources);
        }
        if claim.note.is_none() && sources.iter().all(|source| claim.sources.contains(source)) {
            before = format!("{shown}. ");
        } else {
            // Each of the two has sources of its own, or the date a remark.
            spans.push(text(shown));
            marks(spans, claim, citations, true);
            spans.push(text(". "));
        }
    }
    let shown = before + record.summary.as_str();
    let shown = shown.trim_end_matches([' ', '.']);
    spans.extend((!shown.is_empty()).then(|| text(format!("{shown}."))));
    if !sources.is_empty() {
        spans.push(citations.mark(&sources));
    }
}

/// When something happened, as it stands before its summary.
pub(super) fn happened(record: &Record) -> Option<&Claim> {
    record.claims.iter().find(|claim| claim.property.id == "date")
}

/// A claim's value, date, note and citation marks.
pub(super) fn claim(
    spans: &mut Vec<Span>,
    desk: &Desk,
    present: Present,
    claim: &Claim,
    citations: &mut Citations,
    notes: bool,
) {
    spans.push(text(desk.dataset.show(&claim.value)));
    tail(spans, present, claim, citations, notes);
}

fn tail(spans: &mut Vec<Span>, present: Present, claim: &Claim, citations: &mut Citations, notes: bool) {
    if let Some(date) = claim.as_of {
        let ago = present.age(claim).map(|age| format!(", {age}")).unwrap_or_default();
        spans.push(text(format!(" ({date}{ago})")));
    }
    marks(spans, claim, citations, notes);
}

/// A claim's citation marks, and its remark or a dagger for it.
pub(super) fn marks(spans: &mut Vec<Span>, claim: &Claim, citations: &mut Citations, notes: bool) {
    spans.push(citations.mark(&claim.sources));
    match &claim.note {
        Some(note) if notes => spans.push(italic(format!(" ({note})"))),
        Some(_) => spans.push(text(" †")),
        None => {}
    }
}

fn head(record: &Record) -> Vec<Span> {
    let mut spans = vec![bold(&record.name)];
    if let Some(native) = &record.native_name {
        spans.push(text(format!(" ({native})")));
    }
    spans.push(text(format!(", {}", record.kind.id)));
    if !record.summary.is_empty() {
        spans.extend([Span::Break, text(&record.summary)]);
    }
    spans
}

fn line(
    desk: &Desk,
    present: Present,
    section: &Section,
    shown: usize,
    citations: &mut Citations,
    notes: bool,
) -> Vec<Span> {
    let mut spans = vec![bold(format!("{}:", section.label())), text(" ")];
    items(&mut spans, desk, present, section, shown, citations, notes);
    spans
}

/// The first so many items of a part, and how many are left.
pub(super) fn items(
    spans: &mut Vec<Span>,
    desk: &Desk,
    present: Present,
    section: &Section,
    shown: usize,
    citations: &mut Citations,
    notes: bool,
) {
    for (place, item) in section.items.iter().take(shown).enumerate() {
        spans.extend((place > 0).then(|| text("; ")));
        show(spans, desk, present, item, citations, notes);
    }
    let left = section.count() - shown;
    spans.extend((left > 0).then(|| text(format!("; and {left} more"))));
}

fn show(spans: &mut Vec<Span>, desk: &Desk, present: Present, item: &Item, citations: &mut Citations, notes: bool) {
    match item {
        Item::Claim(own) => claim(spans, desk, present, own, citations, notes),
        Item::Link(from, link) => {
            spans.push(text(&from.name));
            tail(spans, present, link, citations, notes);
        }
        Item::Words(words) => spans.push(text(words)),
    }
}
