//! A digest: changes as messages that are read on a phone.

use super::{
    Correction,
    entry::{Entry, entries},
};
use crate::{
    dataset::{Change, Dataset, KINDS, SOURCE, What},
    reply::{Block, Citations, Reply, Span, bold, code, italic, text},
};

/// The first message has so many characters at most, its sources included.
const LONGEST_HEAD: usize = 4_000;
/// Each message below it has so many bytes at most, as text and as HTML together: an event has 64 KiB.
const LONGEST_PART: usize = 36_000;
/// So many messages stand below the first one at most: some 1,500 new records, far more changed ones. Whoever takes a new
/// dataset in its place is spared the rest.
const MOST_PARTS: usize = 50;

/// What a room is to be told.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// What changed in the end since the room was last told, as far as it concerns the room.
    pub changes: &'a [Change],
    /// The newest release, for the names of the sources.
    pub dataset: &'a Dataset,
    /// When the digest was due, if it is sent late because nobody was there to send it.
    pub made_up: Option<&'a str>,
    /// What the room was told lately and is not so any more.
    pub corrections: &'a [Correction],
}

/// A digest as it is sent: a message, and what stands in the thread under it. No record has an entry in two of them, or
/// two in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// The message.
    pub head: Reply,
    /// The rest, if it is long.
    pub thread: Vec<Reply>,
}

/// Puts changes into words. `None` if there is nothing to tell.
#[must_use]
pub fn compose(told: &Told) -> Option<Digest> {
    let entries = entries(told.changes, told.corrections);
    if entries.is_empty() {
        return None;
    }
    let mut head = Page::new(told.dataset);
    head.blocks.extend(opening(told, &entries));
    let groups: Vec<&[Entry]> = entries.chunk_by(|a, b| a.kind == b.kind).collect();
    let shown = fitting(&head, &groups);
    let left: usize = groups.iter().zip(&shown).map(|(group, shown)| group.len() - shown).sum();
    for (group, shown) in groups.iter().zip(&shown) {
        head.group(group, *shown);
    }
    if left > 0 {
        head.blocks.push(Block::Para(vec![italic(format!("{} in the thread below.", many(left, "more record")))]));
    }
    Some(Digest { head: head.end(), thread: thread(told.dataset, &groups, &shown) })
}

/// The head line, and what is to be said before all else.
fn opening(told: &Told, entries: &[Entry]) -> Vec<Block> {
    let count = |is: fn(&What) -> bool| entries.iter().filter(|entry| entry.whats.iter().any(|what| is(what))).count();
    let new = count(|what| matches!(what, What::Added(_)));
    let gone = count(|what| matches!(what, What::Removed(_)));
    let counts = [(new, "new"), (entries.len() - new - gone, "changed"), (gone, "withdrawn")];
    let counts: Vec<String> =
        counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let mut blocks = vec![Block::Para(vec![bold("What changed"), text(format!(": {}", counts.join(", ")))])];
    blocks.extend(
        told.made_up.map(|slot| {
            Block::Para(vec![italic(format!("This was due {slot} and comes late: I was not running then."))])
        }),
    );
    blocks
}

/// How many entries of each group the first message takes: all, or else the first of each group, then the second of each,
/// and so on, until it is full.
fn fitting(head: &Page, groups: &[&[Entry]]) -> Vec<usize> {
    let mut shown = vec![0; groups.len()];
    // A heading for each group, and how many more there are of it.
    let mut page = head.clone();
    let mut length = page.reply().length() + groups.len() * 30 + 60;
    let most = groups.iter().map(|group| group.len()).max().unwrap_or_default();
    for level in 0..most {
        for (place, group) in groups.iter().enumerate() {
            let Some(entry) = group.get(level).filter(|_| shown[place] == level) else { continue };
            let cited = page.citations.count();
            let mut citations = page.citations.clone();
            let item = entry.item(&mut citations);
            let sources = citations.lines(page.dataset, cited).flatten().chain(item).collect();
            let more = Reply::para(sources).length() + 4;
            if length + more > LONGEST_HEAD && shown.iter().any(|shown| *shown > 0) {
                return shown;
            }
            length += more;
            page.citations = citations;
            shown[place] += 1;
        }
    }
    shown
}

/// The messages with what the first one has no room for.
fn thread(dataset: &Dataset, groups: &[&[Entry]], shown: &[usize]) -> Vec<Reply> {
    let mut parts: Vec<Reply> = Vec::new();
    let mut page = Page::new(dataset);
    let mut left: usize = groups.iter().zip(shown).map(|(group, shown)| group.len() - shown).sum();
    for (group, shown) in groups.iter().zip(shown) {
        let mut rest = &group[*shown..];
        while !rest.is_empty() {
            if parts.len() == MOST_PARTS {
                let more = vec![text(format!("{}: ", many(left, "more record"))), code("!changes")];
                if let Some(last) = parts.last_mut() {
                    last.blocks.push(Block::Para(more));
                }
                return parts;
            }
            let taken = page.fill(rest);
            left -= taken;
            rest = &rest[taken..];
            if !rest.is_empty() {
                parts.push(std::mem::replace(&mut page, Page::new(dataset)).end());
            }
        }
    }
    if !page.blocks.is_empty() && parts.len() < MOST_PARTS {
        parts.push(page.end());
    }
    parts
}

/// A message that is being filled.
#[derive(Clone)]
struct Page<'a> {
    dataset: &'a Dataset,
    blocks: Vec<Block>,
    citations: Citations,
    bytes: usize,
}

impl<'a> Page<'a> {
    fn new(dataset: &'a Dataset) -> Self {
        Self { dataset, blocks: Vec::new(), citations: Citations::default(), bytes: 100 }
    }

    fn reply(&self) -> Reply {
        Reply { blocks: self.blocks.clone() }
    }

    /// A heading and the first entries of a kind.
    fn group(&mut self, group: &[Entry], shown: usize) {
        let items: Vec<Vec<Span>> = group[..shown].iter().map(|entry| entry.item(&mut self.citations)).collect();
        let left = group.len() - shown;
        let mut heading = vec![bold(heading(&group[0]))];
        if left > 0 && shown > 0 {
            heading.push(text(format!(", {shown} of {}", group.len())));
        } else if left > 0 {
            heading.push(text(format!(": {left}")));
        }
        self.blocks.push(Block::Para(heading));
        if !items.is_empty() {
            self.blocks.push(Block::List(items));
        }
    }

    /// Takes in as many entries of a kind as there is room for; one at least, if the message is empty.
    fn fill(&mut self, group: &[Entry]) -> usize {
        let mut items = Vec::new();
        for entry in group {
            let cited = self.citations.count();
            let mut citations = self.citations.clone();
            let item = entry.item(&mut citations);
            let sources = citations.lines(self.dataset, cited).flatten();
            let drawn = Reply::para(item.iter().cloned().chain(sources).collect());
            let bytes = drawn.text().len() + drawn.html().len() + 100;
            if self.bytes + bytes > LONGEST_PART && !(items.is_empty() && self.blocks.is_empty()) {
                break;
            }
            self.bytes += bytes;
            self.citations = citations;
            items.push(item);
        }
        let taken = items.len();
        if taken > 0 {
            self.blocks.push(Block::Para(vec![bold(heading(&group[0]))]));
            self.blocks.push(Block::List(items));
        }
        taken
    }

    fn end(mut self) -> Reply {
        self.blocks.extend(self.citations.block(self.dataset));
        Reply { blocks: self.blocks }
    }
}

/// "Companies".
fn heading(entry: &Entry) -> String {
    if entry.kind == SOURCE.id {
        // "Sources" stands above those that are cited.
        return "Source records".to_owned();
    }
    let plural = KINDS.iter().find(|kind| kind.id == entry.kind).map_or(entry.kind, |kind| kind.plural);
    let mut letters = plural.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

fn many(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
