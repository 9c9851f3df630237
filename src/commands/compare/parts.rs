//! The parts of several cards, side by side.

use crate::{
    commands::{
        Desk,
        card::{self, Section},
        present::Present,
    },
    dataset::{PROPERTIES, Property, Record, ValueType},
    reply::{Block, Citations, Reply, Span, bold, code, italic, text},
};

/// A part of the cards, and what each of the records has there.
pub(super) struct Part<'d> {
    pub label: &'static str,
    pub sections: Vec<Option<Section<'d>>>,
}

impl Part<'_> {
    /// Whether several of the records have it.
    pub(super) fn is_shared(&self) -> bool {
        self.sections.iter().flatten().count() > 1
    }

    /// Whether people may mean it by `name`.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.sections.iter().flatten().any(|section| section.is_called(name))
    }

    /// Whether only the record at this place among them has it.
    fn is_only_of(&self, place: usize) -> bool {
        !self.is_shared() && self.sections[place].is_some()
    }
}

/// All that is on the cards of some records, but for what is merely related.
pub(super) fn parts<'d>(desk: &'d Desk, records: &[&'d Record]) -> Vec<Part<'d>> {
    let mut all: Vec<Part> = Vec::new();
    for (place, record) in records.iter().enumerate() {
        for section in card::sections(desk, record) {
            let known = all.iter().position(|part| part.label == section.label).unwrap_or_else(|| {
                all.push(Part { label: section.label, sections: records.iter().map(|_| None).collect() });
                all.len() - 1
            });
            all[known].sections[place] = Some(section);
        }
    }
    all.retain(|part| part.label != "See also");
    // What can be compared at a glance comes first: dates, amounts and names before texts and links back.
    all.sort_by_key(|part| {
        let property = PROPERTIES.iter().find(|property| property.label == part.label);
        let class = property.map_or(3, |property| match property.value {
            ValueType::Date | ValueType::Quantity | ValueType::Money | ValueType::Amount => 0,
            ValueType::Ref(_) | ValueType::RefOrText(_) => 1,
            ValueType::Text => 2,
        });
        (class, property.map_or(PROPERTIES.len(), Property::rank))
    });
    all
}

/// How much is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// So many of the parts.
    pub parts: usize,
    /// So many items of each.
    pub items: usize,
    /// What only one of the records has.
    pub alone: Alone,
}

/// How what only one record has is told.
#[derive(Debug, Clone, Copy)]
pub(super) enum Alone {
    Unsaid,
    /// How much there is.
    Counted,
    /// How much there is, and the command that shows a part of it.
    Example,
    /// So many labels for each record.
    Labels(usize),
}

/// A comparison to be drawn.
pub(super) struct Drawing<'a> {
    pub desk: &'a Desk,
    /// The day of the question.
    pub present: Present,
    pub records: &'a [&'a Record],
    /// The parts to be shown.
    pub shown: &'a [Part<'a>],
    /// What else is on the cards, of which that is named which only one of them has.
    pub others: &'a [Part<'a>],
    /// The command that compares these, to which the label of a part can be added behind a comma.
    pub command: &'a str,
}

impl Drawing<'_> {
    /// The comparison, as far as there is room.
    pub(super) fn draw(&self, room: Room) -> Vec<Block> {
        let mut citations = Citations::default();
        let mut blocks = vec![head(self.records)];
        if self.shown.is_empty() {
            blocks.push(Block::Para(vec![text("No property is known of more than one of them.")]));
            let summaries = self.records.iter().map(|record| {
                let mut line = vec![bold(&record.name), text(": ")];
                card::summary(&mut line, self.desk, record, &mut citations);
                line
            });
            blocks.push(Block::List(summaries.collect()));
        }
        let (shown, left) = self.shown.split_at(room.parts);
        let mut remark = None;
        for part in shown {
            blocks.push(Block::Para(vec![bold(part.label)]));
            let mut lines = Vec::new();
            for (record, section) in self.records.iter().zip(&part.sections) {
                lines.push(self.line(record, section.as_ref(), room.items, &mut citations));
                let items = section.iter().flat_map(|section| section.items.iter().take(room.items));
                let mut noted = items.filter_map(card::Item::claim).filter(|claim| claim.note.is_some());
                remark = remark.or_else(|| noted.next().map(|_| card::daggers(record, part.label)));
            }
            blocks.push(Block::List(lines));
        }
        if !left.is_empty() {
            let labels: Vec<&str> = left.iter().map(|part| part.label).collect();
            blocks.push(Block::Para(vec![text(format!("Also known of several: {}.", labels.join(", ")))]));
        }
        blocks.extend(self.of_one(room.alone));
        blocks.extend(remark);
        blocks.extend(citations.block(&self.desk.dataset));
        blocks
    }

    fn line(&self, record: &Record, section: Option<&Section>, most: usize, citations: &mut Citations) -> Vec<Span> {
        let mut line = vec![text(format!("{}: ", record.name))];
        match section {
            Some(section) => {
                let most = most.min(section.items.len());
                card::items(&mut line, self.desk, self.present, section, most, citations, false);
                line.extend(section.differ.then(|| italic(" (sources differ)")));
            }
            None => line.push(text("nothing known here")),
        }
        line
    }

    /// Names what only one of the records has, and the command that shows it.
    fn of_one(&self, alone: Alone) -> Option<Block> {
        let of = |place: usize| self.others.iter().filter(move |part| part.is_only_of(place)).map(|part| part.label);
        let first = (0..self.records.len()).find_map(|place| of(place).next())?;
        let example = code(format!("{}, {}", self.command, first.to_lowercase()));
        let count = self.others.iter().filter(|part| !part.is_shared()).count();
        let count = format!("Known of one alone: {count} more");
        let most = match alone {
            Alone::Unsaid => return None,
            Alone::Counted => return Some(Block::Para(vec![text(format!("{count}."))])),
            Alone::Example => return Some(Block::Para(vec![text(format!("{count}, as in ")), example])),
            Alone::Labels(most) => most,
        };
        let mut spans = Vec::new();
        for (place, record) in self.records.iter().enumerate() {
            let labels: Vec<&str> = of(place).collect();
            let (named, beyond) = labels.split_at(most.min(labels.len()));
            if !named.is_empty() {
                let more = if beyond.is_empty() { String::new() } else { format!(" and {} more", beyond.len()) };
                spans.extend([text("Only of "), bold(&record.name), text(format!(": {}{more}", named.join(", ")))]);
                spans.push(Span::Break);
            }
        }
        spans.extend([text("To see one of these: "), example]);
        Some(Block::Para(spans))
    }
}

/// The records' names and kinds.
pub(super) fn head(records: &[&Record]) -> Block {
    let mut head = Vec::new();
    for (place, record) in records.iter().enumerate() {
        head.extend((place > 0).then(|| text(" · ")));
        head.extend([bold(&record.name), text(format!(", {}", record.kind.id))]);
    }
    Block::Para(head)
}

/// Says that none of the records has a part, and what may serve instead.
pub(super) fn nothing(parts: &[Part], part: &str, command: &str) -> Block {
    let called = card::properties_called(part);
    let label = called.first().map_or(part, |property| property.label);
    let mut spans = vec![text("Nothing is said here of "), bold(label), text(" for any of them.")];
    let has = |kin: &&Property| parts.iter().any(|known| known.is_called(kin.id));
    match called.iter().flat_map(|property| property.kin()).find(has) {
        Some(kin) => {
            spans.extend([
                text(" What comes near: "),
                code(format!("{command}, {}", kin.label.to_lowercase())),
                text("."),
            ]);
        }
        None => spans.extend([text(" What there is: "), code(command), text(".")]),
    }
    Block::Para(spans)
}

/// A comparison with more characters than this is shortened.
const LONGEST: usize = 2_400;
/// And so many it may have with what only one of the records has.
const LONGEST_IN_ALL: usize = 2_480;
/// How many items of a part are shown: tried in this order until the comparison is short.
const CUTS: [usize; 4] = [6, 4, 3, FEWEST];
const FEWEST: usize = 2;
/// How what only one record has is told: tried in this order.
const ALONE: [Alone; 6] =
    [Alone::Labels(usize::MAX), Alone::Labels(8), Alone::Labels(4), Alone::Labels(2), Alone::Example, Alone::Counted];

/// The comparison with the most that there is room for. What the records share goes first: nothing of it gives way to what only one
/// of them has.
pub(super) fn fitted(all: usize, draw: impl Fn(Room) -> Reply) -> Reply {
    let room = |parts, items| Room { parts, items, alone: Alone::Unsaid };
    let fits = |parts: usize, items: usize| draw(room(parts, items)).length() <= LONGEST;
    let shown = CUTS.into_iter().find(|items| fits(all, *items)).map(|items| room(all, items));
    let shown = shown.unwrap_or_else(|| {
        // Few items of each part are still too much: as many parts as fit, but one at least.
        let (mut fitting, mut beyond) = (all.min(1), all);
        while fitting + 1 < beyond {
            let parts = usize::midpoint(fitting, beyond);
            if fits(parts, FEWEST) { fitting = parts } else { beyond = parts }
        }
        room(fitting, FEWEST)
    });
    let mut named = ALONE.into_iter().map(|alone| draw(Room { alone, ..shown }));
    named.find(|reply| reply.length() <= LONGEST_IN_ALL).unwrap_or_else(|| draw(shown))
}
