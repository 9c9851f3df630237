//! `!timeline`: what happened when.

use jiff::civil::Date;

use super::{Ask, Command, Desk, Hit, Outcome, Role, Spec, chronicle::Part, dated::Entry, page, text_outcome};
use crate::{
    calendar::{self, Days, Unread, Wanted},
    dataset::PartialDate,
    index,
    reply::{Block, Citations, Reply, bold, code, text},
};

/// A timeline of so many days or fewer is shown whole.
const TWO_YEARS: i32 = 732;
/// A longer one, or one that would be longer than a message may be, is cut after about so many characters.
const LONGEST: usize = 5_000;
/// No message may be longer than this, in characters of the lines: both bodies must fit into an event of 64 KiB.
const LONGEST_WHOLE: usize = 12_000;

/// The timeline.
pub(super) struct Timeline;

impl Command for Timeline {
    fn spec(&self) -> Spec {
        Spec {
            word: "timeline",
            aliases: &["when"],
            arguments: "YEAR | YEAR-MONTH | FROM..TO [WORDS]",
            summary: "What happened in a year, a month or between two dates",
            example: "2023",
            more: "FROM and TO are years, months or days, and either may be left out: 2023-06..2024, 2024.. \
                   Or in words: 2023 to 2024, since June 2025, before 2024, Q4 2024, last month, last 7 days. after 2024 begins \
                   with 2025. Other words narrow it, before or behind: 2023 ernie; a name with a year in it stands in quotes",
            who: Role::Member,
        }
    }

    fn is_about_the_room(&self) -> bool {
        true
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let (typed, skip) = page::skipped(&words_of(&ask.invocation.rest));
        if typed.is_empty() {
            return Ok(self.spec().how_to());
        }
        Ok(match asked(desk, &typed.join(" "), ask.today())? {
            Ok((days, words)) => {
                let chronicle = &desk.catalogue.chronicle;
                let entries = if words.is_empty() {
                    chronicle.within(days)
                } else {
                    let telling = desk.index.telling(&words)?;
                    chronicle.those(days, |record, property| telling.fits(record, property))
                };
                render(desk, days, &words, &entries, skip)
            }
            Err(unread) => text_outcome(vec![text(unread.told())]),
        })
    }
}

fn words_of(text: &str) -> Vec<String> {
    text.split_whitespace().map(ToOwned::to_owned).collect()
}

/// Which days are asked for, and what of them. A name with a year in it is a name, unless a span stands before it.
fn asked(desk: &Desk, typed: &str, today: Date) -> Result<Result<(Days, String), Unread>, index::Error> {
    let (within, typed) = match calendar::filters(typed, today) {
        Ok(read) => read,
        Err(unread) => return Ok(Err(unread)),
    };
    let is_name = |words: &str| desk.index.named(None, words).map(|places| !places.is_empty());
    let found = match calendar::find(&typed, today, Wanted::Dates) {
        Ok(Some(found)) if found.before.is_empty() || !is_name(&typed)? => found,
        Err(unread) if !is_name(&typed)? => return Ok(Err(unread)),
        _ => return Ok(Ok((within, typed.clone()))),
    };
    let left = found.left();
    if let Ok(Some(other)) = calendar::find(&left, today, Wanted::Dates)
        && !is_name(&left)?
    {
        return Ok(Err(Unread::Several { one: found.days.to_string(), other: other.days.to_string() }));
    }
    let days = found.days.and(within);
    Ok(if days.is_empty() { Err(Unread::NoDate(typed.clone())) } else { Ok((days, left)) })
}

fn render(desk: &Desk, days: Days, words: &str, entries: &Part, skip: usize) -> Outcome {
    let whenever = days == Days::default();
    let mut title = match words {
        "" if whenever => "Timeline".to_owned(),
        _ if whenever => String::new(),
        _ => days.to_string(),
    };
    if !words.is_empty() {
        title = [title.as_str(), words].join(" ").trim_start().into();
    }
    if entries.len() <= skip {
        let mut spans = vec![
            text("Nothing is dated for "),
            bold(title),
            text(". Try a longer time, fewer words, or "),
            code("!search"),
            text("."),
        ];
        if let Some(date) = last_before(desk, days.from).filter(|_| words.is_empty()) {
            spans.extend([text(" The last before it: "), code(format!("!timeline {date}")), text(".")]);
        }
        return text_outcome(spans);
    }
    let (end, next) = cut(desk, days, entries, skip);
    let shown: Vec<_> = entries.from(&desk.dataset, skip).take(end - skip).collect();
    let mut citations = Citations::default();
    let items = shown.iter().map(|entry| entry.line(&mut citations)).collect();
    let mut blocks = vec![Block::Para(vec![bold(title)]), Block::List(items)];
    blocks.extend(Entry::daggers(shown.iter()));
    if let Some((next, skip)) = next {
        let command = format!("!timeline {} {words}", Days { from: Some(next), ..days });
        blocks.extend(page::more(command.trim_end(), entries.len() - end, skip));
    }
    blocks.extend(citations.block(&desk.dataset));
    let hits = shown.iter().map(|entry| Hit::new(entry.record, Some(entry.claim.property))).collect();
    Outcome { reply: Reply { blocks }, hits, effect: None }
}

/// The date of the last that is known of the time before a day.
fn last_before(desk: &Desk, from: Option<Date>) -> Option<PartialDate> {
    let to = from?.yesterday().ok()?;
    let earlier = desk.catalogue.chronicle.within(Days { from: None, to: Some(to) });
    earlier.get(&desk.dataset, earlier.len().checked_sub(1)?).map(|entry| entry.date)
}

/// Where the page ends, and the day from which on the rest is to be asked for, with how many of that day to skip.
fn cut(desk: &Desk, days: Days, entries: &Part, skip: usize) -> (usize, Option<(Date, usize)>) {
    let whole = days.from.zip(days.to).is_some_and(|(from, to)| (to - from).get_days() <= TWO_YEARS);
    let most = if whole { LONGEST_WHOLE } else { LONGEST };
    let mut length = 0;
    for (place, entry) in (skip..).zip(entries.from(&desk.dataset, skip)) {
        length += entry.record.name.chars().count() + 24;
        if length > most && place > skip {
            // The rest begins with a day of its own, so that asking for it shows nothing twice and leaves nothing out;
            // unless that day alone fills the page.
            let day = entry.date.first_day();
            let begins = entries.before(&desk.dataset, day);
            let (end, shown) = if begins > skip { (begins, 0) } else { (place, place - begins) };
            return (end, Some((day, shown)));
        }
    }
    (entries.len(), None)
}
