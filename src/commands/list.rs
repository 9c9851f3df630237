//! `!list KIND`: the records of a kind, narrowed by filters.

mod asked;

use std::borrow::Cow;

use jiff::civil::Date;

use super::{
    Ask, Command, Desk, Hit, Outcome, Role, Spec, brief, card, page,
    present::Present,
    select::{self, Selection},
    text_outcome, top,
};
use crate::{
    dataset::{Claim, KINDS, Kind, Record, property},
    index,
    reply::{Block, Citations, Reply, Span, bold, code, text},
    spelling::{fold, nearest},
};
use asked::Asked;

/// A list has so many characters at most, its sources included.
const LONGEST: usize = 4_500;

/// The list.
pub(super) struct List;

impl Command for List {
    fn spec(&self) -> Spec {
        Spec {
            word: "list",
            aliases: &["all"],
            arguments: "KIND [FILTERS]",
            summary: "All companies, models, policies and so on, or those that fit",
            example: "policies tag:export-controls",
            more: "Filters: tag:open-source, place:beijing, source:merics, after:2023-06, before:2024, 2023, words that must \
                   stand there, and -words that must not. A date is the one at which something happened or came to be; where \
                   none is told, those for which its facts hold",
            who: Role::Member,
        }
    }

    fn takes(&self, so_far: &str, line: &str) -> bool {
        let words: Vec<String> = line.split_whitespace().map(ToOwned::to_owned).collect();
        so_far.is_empty() && asked::asked(&words).is_some()
    }

    fn is_about_the_room(&self) -> bool {
        true
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let typed: Vec<String> = ask.invocation.rest.split_whitespace().map(ToOwned::to_owned).collect();
        let (typed, skip) = page::skipped(&typed);
        if typed.is_empty() {
            return Ok(self.kinds(desk));
        }
        let Some(Asked { kind, filters, remark }) = asked::asked(&typed) else {
            let mut outcome = no_kind(&typed.join(" "));
            outcome.reply.blocks.extend(tagged(desk, None, &typed.join(" "), ask.today())?.map(Block::Para));
            return Ok(outcome);
        };
        let mut blocks: Vec<Block> = remark.map(Block::Para).into_iter().collect();
        if let Some(ranked) = top::in_order_of(&filters, kind) {
            blocks.push(Block::Para(vec![text("A list is in the order of dates or names. By amount: "), code(ranked)]));
        }
        let filters = filters.join(" ");
        let selection = match Selection::read(desk, kind, &filters, ask.today())? {
            Ok(selection) => selection,
            Err(unread) => return Ok(text_outcome(vec![text(unread.told())])),
        };
        blocks.extend(selection.remark());
        let places = found(desk, kind, &selection);
        let kinds = kind.map_or("records", |kind| kind.plural);
        let mut head = vec![bold(format!("{} {}", places.len(), counted(kind, places.len())))];
        head.extend((!filters.is_empty()).then(|| text(format!(": {filters}"))));
        let command = command(kind, &filters);
        if places.len() <= skip {
            head = vec![text(format!("There are no {kinds} here")), text(if skip > 0 { " beyond these" } else { "" })];
            head.extend((!filters.is_empty()).then(|| text(" that fit ")));
            head.extend((!filters.is_empty()).then(|| bold(&filters)));
            head.extend([text(". Try "), code(self::command(kind, ""))]);
            if filters.split_whitespace().any(|word| !word.contains(':')) {
                head.extend([text(", or "), code(format!("!search {filters}")), text(" for all that is said of it")]);
            }
            head.push(text("."));
            blocks.push(Block::Para(head));
            blocks.extend(tagged(desk, kind, &filters, ask.today())?.map(Block::Para));
            blocks.extend(selection.unmet());
            return Ok(Reply { blocks }.into());
        }
        let mut citations = Citations::default();
        let records = places[skip..].iter().map(|place| &desk.dataset.records()[*place as usize]);
        let present = Present::of(desk, ask);
        let items = page::fill(desk, &mut citations, LONGEST, records.clone(), |record, citations| {
            line(desk, record, present, kind.is_none(), citations)
        });
        let mut listed = records.take(items.len());
        let hits = listed.clone().map(Hit::whole).collect();
        let daggers = listed.find_map(|record| dagger(desk, record, present));
        let shown = skip + items.len();
        blocks.extend([Block::Para(head), Block::List(items)]);
        blocks.extend(page::more(&command, places.len() - shown, shown));
        blocks.extend(daggers);
        blocks.extend(citations.block(&desk.dataset));
        Ok(Outcome { reply: Reply { blocks }, hits, effect: None })
    }
}

impl List {
    /// How to use it, and how much of each kind there is.
    fn kinds(&self, desk: &Desk) -> Outcome {
        let mut outcome = self.spec().how_to();
        let counts = KINDS.iter().map(|kind| (kind, desk.catalogue.of_kind(kind).len()));
        let items = counts
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| vec![text(format!("{count} ")), code(format!("!list {}", kind.plural))]);
        outcome.reply.blocks.push(Block::List(items.collect()));
        outcome
    }
}

/// The kind that people call so, in the singular or the plural.
pub(super) fn kind_called(name: &str) -> Option<Kind> {
    let name = fold(name);
    KINDS.iter().copied().find(|kind| words_for(kind).any(|word| word == name))
}

/// The kind that a word with a slip in it can mean.
fn kind_meant(name: &str) -> Option<Kind> {
    nearest(&fold(name), KINDS.iter().flat_map(|kind| words_for(kind))).and_then(kind_called)
}

fn words_for(kind: Kind) -> impl Iterator<Item = &'static str> {
    [kind.id, kind.plural].into_iter().chain(kind.aliases.iter().copied())
}

pub(super) fn no_kind(name: &str) -> Outcome {
    let mut spans = vec![text("I have no list of "), bold(name), text(". I list ")];
    for (place, kind) in KINDS.iter().enumerate() {
        spans.push(text(match place {
            0 => "",
            place if place + 1 == KINDS.len() => " and ",
            _ => ", ",
        }));
        spans.push(text(kind.plural));
    }
    spans.extend([text("; "), code(format!("!search {name}")), text(" looks everywhere.")]);
    text_outcome(spans)
}

fn counted(kind: Option<Kind>, count: usize) -> &'static str {
    let (one, several) = kind.map_or(("record", "records"), |kind| (kind.id, kind.plural));
    if count == 1 { one } else { several }
}

/// The places of the records of a kind, or of all, that fit.
fn found<'d>(desk: &'d Desk, kind: Option<Kind>, selection: &Selection) -> Cow<'d, [u32]> {
    if let Some(kind) = kind.filter(|_| selection.is_everything()) {
        return Cow::Borrowed(desk.catalogue.of_kind(kind));
    }
    let kinds = KINDS.iter().copied().filter(|known| kind.is_none_or(|kind| kind == *known));
    let places = kinds.flat_map(|kind| desk.catalogue.of_kind(kind)).copied();
    places.filter(|place| selection.fits(*place as usize)).collect()
}

/// Asks whether words that nothing fits were meant as tags, if something fits these.
fn tagged(desk: &Desk, kind: Option<Kind>, words: &str, today: Date) -> Result<Option<Vec<Span>>, index::Error> {
    let Some(tagged) = select::as_tags(desk, words) else { return Ok(None) };
    let any = Selection::read(desk, kind, &tagged, today)?.is_ok_and(|fit| !found(desk, kind, &fit).is_empty());
    Ok(any.then(|| vec![text("Did you mean "), code(command(kind, &tagged)), text("?")]))
}

/// The command that lists the records of a kind, or of all, that fit.
fn command(kind: Option<Kind>, filters: &str) -> String {
    let words = ["!list", kind.map_or("", |kind| kind.plural), filters];
    words.into_iter().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// A record's name, and the most telling thing in a few words.
fn line(desk: &Desk, record: &Record, present: Present, with_kind: bool, citations: &mut Citations) -> Vec<Span> {
    let mut spans = vec![bold(&record.name)];
    if with_kind {
        spans.push(text(format!(" ({})", record.kind.id)));
    }
    let info = record.source.as_ref();
    let told = brief::told(record, present);
    if !told.is_empty() {
        spans.push(text(": "));
        brief::values(&mut spans, desk, &told, present, citations);
    } else if let Some(date) = info.and_then(|info| info.date) {
        spans.push(text(format!(": {date}")));
    } else if let Some(Headed { from, claim, more }) = headed(desk, record) {
        let label = claim.property.reverse.unwrap_or(claim.property.label).to_lowercase();
        spans.push(text(format!(": {label} {}", from.name)));
        card::marks(&mut spans, claim, citations, false);
        spans.extend((more > 0).then(|| text(format!("; and {more} more"))));
    } else if !record.summary.is_empty() {
        spans.push(text(": "));
        let mut summary = Vec::new();
        card::summary(&mut summary, desk, record, citations);
        if let Some(Span::Text(words)) = summary.first_mut() {
            *words = brief::shortened(words);
        }
        spans.extend(summary);
    }
    spans
}

/// What the dagger in a record's line stands for, if there is one.
fn dagger(desk: &Desk, record: &Record, present: Present) -> Option<Block> {
    let told = brief::told(record, present);
    if let Some(first) = told.first() {
        return brief::has_remark(desk, &told).then(|| card::daggers(record, first.property.label));
    }
    let Headed { from, claim, .. } = headed(desk, record).filter(|_| record.source.is_none())?;
    claim.note.as_ref().map(|_| card::daggers(from, claim.property.label))
}

/// What makes a record the work or the charge of others.
struct Headed<'d> {
    /// The first of the others, and its claim.
    from: &'d Record,
    claim: &'d Claim,
    /// How many more of them there are.
    more: usize,
}

/// The first property by which a record is the work or the charge of others.
fn headed<'d>(desk: &'d Desk, record: &Record) -> Option<Headed<'d>> {
    let links = desk.dataset.links(&record.id);
    let of = |id: &str| {
        let rank = property(id)?.rank();
        let first = links.partition_point(|link| usize::from(link.property) < rank);
        let beyond = links.partition_point(|link| usize::from(link.property) <= rank);
        (first < beyond).then(|| &links[first..beyond])
    };
    let links = ["founder", "leader"].into_iter().find_map(of)?;
    let (from, claim) = desk.dataset.follow(links[0]);
    let more = links.chunk_by(|a, b| a.record == b.record).count() - 1;
    Some(Headed { from, claim, more })
}
