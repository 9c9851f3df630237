//! `!compare A B`: what is said of several records, side by side.

mod names;

use super::{Ask, Command, Desk, Hit, Outcome, Role, Spec, card, look_up};
use crate::{
    dataset::{KINDS, Kind, PROPERTIES, Property, Record, ValueType},
    index,
    reply::{Block, Citations, Reply, Span, bold, code, text},
};
use card::Section;
use names::names;

/// So many records are compared at most.
const MOST: usize = 4;
/// A comparison with more characters than this is shortened.
const LONGEST: usize = 2_400;
/// How many items of a part are shown: tried in this order until the comparison is short.
const CUTS: [usize; 4] = [6, 4, 3, FEWEST];
const FEWEST: usize = 2;

/// The comparison.
pub(super) struct Compare;

impl Command for Compare {
    fn spec(&self) -> Spec {
        Spec {
            word: "compare",
            aliases: &["versus", "vs"],
            arguments: "NAME NAME [NAME NAME]",
            summary: "Two to four records side by side, property by property",
            example: "moonshot zhipu",
            more: "Part the names by commas or vs, or put them in quotes, if I split them wrongly: deepseek r1 vs kimi k2. A \
                   property at the end shows that one alone: moonshot zhipu valuation",
            who: Role::Member,
        }
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let mut names = names(desk, &ask.invocation)?;
        // The last word may name a property: `!compare moonshot zhipu valuation`.
        let mut part = None;
        if let [_, _, .., last] = &names[..]
            && card::is_section(last)
            && desk.index.named(None, last)?.is_empty()
        {
            part = names.pop();
        }
        if names.len() < 2 {
            return Ok(self.spec().how_to());
        }
        let mut blocks = Vec::new();
        let kind = common_kind(desk, &names)?;
        let mut records: Vec<&Record> = Vec::new();
        for name in names.iter().take(MOST) {
            let words: Vec<String> = name.split_whitespace().map(ToOwned::to_owned).collect();
            match look_up::find(desk, kind, &words)? {
                Some(found) if records.iter().any(|known| known.id == found.record.id) => {
                    blocks.push(Block::Para(vec![
                        bold(name),
                        text(" is "),
                        bold(&found.record.name),
                        text(" once more."),
                    ]));
                }
                Some(found) => {
                    part = part.or(found.section().map(ToOwned::to_owned));
                    blocks.extend(found.why.map(Block::Para));
                    records.push(found.record);
                }
                None => blocks.extend(look_up::nothing(desk, name)?.blocks),
            }
        }
        if names.len() > MOST {
            let left: Vec<&str> = names[MOST..].iter().map(String::as_str).collect();
            blocks
                .push(Block::Para(vec![text(format!("I compare {MOST} at most and left out: {}.", left.join(", ")))]));
        }
        if records.len() < 2 {
            blocks.push(Block::Para(vec![
                text("A comparison takes two names that I know, as in "),
                code(self.spec().example_line()),
            ]));
            return Ok(Reply { blocks }.into());
        }
        let hits = records.iter().map(|record| Hit::whole(record)).collect();
        let mut shared = shared(desk, &records);
        if let Some(part) = part {
            let called = |shared: &Shared| shared.sections.iter().flatten().any(|section| section.is_called(&part));
            shared.retain(called);
        }
        let drawn = |parts: usize, most: usize| {
            let blocks = blocks.iter().cloned().chain(draw(desk, &records, &shared, parts, most)).collect();
            let reply = Reply { blocks };
            let fits = reply.length() <= LONGEST;
            (reply, fits)
        };
        let all = shared.len();
        for most in CUTS {
            let (reply, fits) = drawn(all, most);
            if fits {
                return Ok(Outcome { reply, hits, effect: None });
            }
        }
        // Few items of each part are still too much: as many parts as fit, but one at least.
        let (mut fitting, mut beyond) = (all.min(1), all);
        while fitting + 1 < beyond {
            let parts = usize::midpoint(fitting, beyond);
            if drawn(parts, FEWEST).1 { fitting = parts } else { beyond = parts }
        }
        let (reply, _) = drawn(fitting, FEWEST);
        Ok(Outcome { reply, hits, effect: None })
    }
}

/// The first kind that has a record of each name, so that an app is compared with an app and not with a model.
fn common_kind(desk: &Desk, names: &[String]) -> Result<Option<Kind>, index::Error> {
    let mut kinds: Vec<Kind> = KINDS.to_vec();
    for name in names.iter().take(MOST) {
        let named = desk.index.named(None, name)?;
        kinds.retain(|kind| named.iter().any(|place| desk.dataset.records()[*place].kind == *kind));
    }
    Ok(kinds.first().copied())
}

/// A part of the cards that at least two of the records have, and what each has there.
struct Shared<'d> {
    label: &'static str,
    sections: Vec<Option<Section<'d>>>,
}

fn shared<'d>(desk: &'d Desk, records: &[&'d Record]) -> Vec<Shared<'d>> {
    let mut all: Vec<Shared> = Vec::new();
    for (place, record) in records.iter().enumerate() {
        for section in card::sections(desk, record) {
            let known = all.iter().position(|shared| shared.label == section.label).unwrap_or_else(|| {
                all.push(Shared { label: section.label, sections: records.iter().map(|_| None).collect() });
                all.len() - 1
            });
            all[known].sections[place] = Some(section);
        }
    }
    all.retain(|shared| shared.sections.iter().flatten().count() > 1 && shared.label != "See also");
    // What can be compared at a glance comes first: dates, amounts and names before texts and links back.
    all.sort_by_key(|shared| {
        let property = PROPERTIES.iter().find(|property| property.label == shared.label);
        let class = property.map_or(3, |property| match property.value {
            ValueType::Date | ValueType::Quantity | ValueType::Money | ValueType::Amount => 0,
            ValueType::Ref(_) | ValueType::RefOrText(_) => 1,
            ValueType::Text => 2,
        });
        (class, property.map_or(PROPERTIES.len(), Property::rank))
    });
    all
}

fn draw(desk: &Desk, records: &[&Record], shared: &[Shared], parts: usize, most: usize) -> Vec<Block> {
    let mut citations = Citations::default();
    let mut head = Vec::new();
    for (place, record) in records.iter().enumerate() {
        head.extend((place > 0).then(|| text(" · ")));
        head.extend([bold(&record.name), text(format!(", {}", record.kind.id))]);
    }
    let mut blocks = vec![Block::Para(head)];
    if shared.is_empty() {
        blocks.push(Block::Para(vec![text("No property is known of more than one of them.")]));
        let summaries = records.iter().map(|record| {
            let mut line = vec![bold(&record.name), text(": ")];
            card::summary(&mut line, desk, record, &mut citations);
            line
        });
        blocks.push(Block::List(summaries.collect()));
    }
    for shared in &shared[..parts] {
        blocks.push(Block::Para(vec![bold(shared.label)]));
        let lines = records.iter().zip(&shared.sections).map(|(record, section)| {
            let mut line: Vec<Span> = vec![text(format!("{}: ", record.name))];
            match section {
                Some(section) => {
                    card::items(&mut line, desk, section, most.min(section.items.len()), &mut citations, false);
                }
                None => line.push(text("nothing known here")),
            }
            line
        });
        blocks.push(Block::List(lines.collect()));
    }
    if parts < shared.len() {
        let labels: Vec<&str> = shared[parts..].iter().map(|shared| shared.label).collect();
        blocks.push(Block::Para(vec![text(format!("Also known of several: {}.", labels.join(", ")))]));
    }
    let mut reply = Reply { blocks };
    if reply.text().contains('†') {
        reply.blocks.push(Block::Para(vec![text("† with a remark, which its own card shows")]));
    }
    reply.blocks.extend(citations.block(&desk.dataset));
    reply.blocks
}
