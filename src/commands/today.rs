//! `!today`: what happened on this day in other years.

use super::{Ask, Command, Desk, Hit, Outcome, Role, Spec, chronicle::Part, dated::Entry, page, text_outcome};
use crate::{
    index,
    reply::{Block, Citations, Reply, bold, text},
};

/// A page has so many characters at most, its sources included.
const LONGEST: usize = 2_000;
/// So many entries of the nearest day before, of the nearest after, and of the month are shown.
const NEAREST: usize = 4;

/// This day in other years.
pub(super) struct Today;

/// A month and a day.
type Day = (i8, i8);

impl Command for Today {
    fn spec(&self) -> Spec {
        Spec {
            word: "today",
            aliases: &["onthisday"],
            arguments: "",
            summary: "What happened on this day in other years, or near it",
            example: "",
            more: "The day is the one of the room's time zone: !digest zone Asia/Shanghai sets it",
            who: Role::Member,
        }
    }

    fn is_about_the_room(&self) -> bool {
        true
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let (_, skip) = page::skipped(&ask.invocation.args);
        let now = ask.today();
        let chronicle = &desk.catalogue.chronicle;
        let all = |part: Part| -> Vec<Entry> { part.from(&desk.dataset, 0).collect() };
        let today = (now.month(), now.day());
        let other_year = |entry: &Entry| entry.date.year() != now.year();
        let entries: Vec<Entry> = all(chronicle.on(today)).into_iter().filter(other_year).collect();
        let mut citations = Citations::default();
        let mut blocks = Vec::new();
        let mut told: Vec<Entry> = Vec::new();
        if let Some(left) = entries.get(skip..).filter(|left| !left.is_empty()) {
            let lines = page::fill(desk, &mut citations, LONGEST, left, Entry::line);
            let end = skip + lines.len();
            told.extend(&left[..lines.len()]);
            blocks.push(Block::Para(vec![bold(spoken(today)), text(" in other years")]));
            blocks.push(Block::List(lines));
            blocks.extend(Entry::daggers(told.iter()));
            blocks.extend(page::more("!today", entries.len() - end, end));
        } else {
            blocks.push(Block::Para(vec![text("Of other years nothing is dated to "), bold(spoken(today)), text(".")]));
            let mut show = |title: String, entries: Part| {
                let shown: Vec<Entry> = entries.from(&desk.dataset, 0).take(NEAREST).collect();
                if shown.is_empty() {
                    return;
                }
                let mut lines: Vec<_> = shown.iter().map(|entry| entry.line(&mut citations)).collect();
                let left = entries.len() - shown.len();
                lines.extend((left > 0).then(|| vec![text(format!("and {left} more"))]));
                told.extend(shown);
                blocks.extend([Block::Para(vec![bold(title)]), Block::List(lines)]);
            };
            if let Some((before, after)) = chronicle.nearest(today) {
                show(format!("Nearest before: {}", spoken(before)), chronicle.on(before));
                if after != before {
                    show(format!("Nearest after: {}", spoken(after)), chronicle.on(after));
                }
            }
            show(format!("{}, the day not known", month_name(today.0)), chronicle.in_month(today.0));
            blocks.extend(Entry::daggers(told.iter()));
            if told.is_empty() {
                return Ok(text_outcome(vec![text("No day and no month is known of anything here.")]));
            }
        }
        blocks.extend(citations.block(&desk.dataset));
        let hits = told.iter().map(|entry| Hit::new(entry.record, Some(entry.claim.property))).collect();
        Ok(Outcome { reply: Reply { blocks }, hits, effect: None })
    }
}

fn month_name(month: i8) -> String {
    jiff::civil::Date::new(2000, month, 1).map(|day| day.strftime("%B").to_string()).unwrap_or_default()
}

fn spoken((month, day): Day) -> String {
    format!("{day} {}", month_name(month))
}
