//! `!today`: what happened on this day in other years.

use super::{
    Ask, Command, Desk, Hit, Outcome, Role, Spec,
    catalogue::{Days, Link},
    dated::{Entry, drop_told_by_events},
    page, text_outcome,
};
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
            more: "The day is the one in UTC",
            who: Role::Member,
        }
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let (_, skip) = page::skipped(&ask.invocation.args);
        let now = ask.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let days = desk.catalogue().days(&desk.dataset);
        let today = (now.month(), now.day());
        let other_year = |entry: &Entry| entry.date.year() != now.year();
        let entries: Vec<Entry> = on(desk, days, today).into_iter().filter(other_year).collect();
        let mut citations = Citations::default();
        let mut blocks = Vec::new();
        let mut hits = Vec::new();
        if let Some(left) = entries.get(skip..).filter(|left| !left.is_empty()) {
            let lines = page::fill(desk, &mut citations, LONGEST, left, Entry::line);
            let end = skip + lines.len();
            hits.extend(left[..lines.len()].iter().map(hit));
            blocks.push(Block::Para(vec![bold(spoken(today)), text(" in other years")]));
            blocks.push(Block::List(lines));
            blocks.extend(page::more("!today", entries.len() - end, end));
        } else {
            blocks.push(Block::Para(vec![text("Of other years nothing is dated to "), bold(spoken(today)), text(".")]));
            let mut show = |title: String, entries: Vec<Entry>| {
                if entries.is_empty() {
                    return;
                }
                let shown = &entries[..entries.len().min(NEAREST)];
                let mut lines: Vec<_> = shown.iter().map(|entry| entry.line(&mut citations)).collect();
                let left = entries.len() - shown.len();
                lines.extend((left > 0).then(|| vec![text(format!("and {left} more"))]));
                hits.extend(shown.iter().map(hit));
                blocks.extend([Block::Para(vec![bold(title)]), Block::List(lines)]);
            };
            if let Some((before, after)) = nearest(days, today) {
                show(format!("Nearest before: {}", spoken(before)), on(desk, days, before));
                if after != before {
                    show(format!("Nearest after: {}", spoken(after)), on(desk, days, after));
                }
            }
            let month = days.months.iter().filter(|(month, _)| *month == today.0).map(|(_, link)| *link);
            show(format!("{}, the day not known", month_name(today.0)), entries_of(desk, month));
            if hits.is_empty() {
                return Ok(text_outcome(vec![text("No day and no month is known of anything here.")]));
            }
        }
        blocks.extend(citations.block(&desk.dataset));
        Ok(Outcome { reply: Reply { blocks }, hits, effect: None })
    }
}

fn hit(entry: &Entry) -> Hit {
    Hit::new(entry.record, Some(entry.claim.property))
}

/// What is dated to a day of any year, in the order of the years.
fn on<'d>(desk: &'d Desk, days: &Days, day: Day) -> Vec<Entry<'d>> {
    let first = days.exact.partition_point(|(known, _)| *known < day);
    let links = days.exact[first..].iter().take_while(|(known, _)| *known == day).map(|(_, link)| *link);
    entries_of(desk, links)
}

fn entries_of(desk: &Desk, links: impl Iterator<Item = Link>) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry> = links.filter_map(|link| Entry::at(&desk.dataset, link.record, link.claim)).collect();
    drop_told_by_events(&mut entries);
    entries.sort_by(|a, b| (a.date, &a.record.name).cmp(&(b.date, &b.record.name)));
    entries
}

/// The nearest day before and the nearest after, over the turn of the year if need be.
fn nearest(days: &Days, day: Day) -> Option<(Day, Day)> {
    let exact = &days.exact;
    let first = exact.partition_point(|(known, _)| *known < day);
    let beyond = exact.partition_point(|(known, _)| *known <= day);
    let before = exact[..first].last().or(exact.last())?;
    let after = exact.get(beyond).or(exact.first())?;
    Some((before.0, after.0))
}

fn month_name(month: i8) -> String {
    jiff::civil::Date::new(2000, month, 1).map(|day| day.strftime("%B").to_string()).unwrap_or_default()
}

fn spoken((month, day): Day) -> String {
    format!("{day} {}", month_name(month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_day_may_lie_over_the_turn_of_the_year() {
        let link = Link { record: 0, claim: 0 };
        let days = |days: &[Day]| Days { exact: days.iter().map(|day| (*day, link)).collect(), months: Vec::new() };
        let some = days(&[(2, 29), (7, 1), (7, 1), (11, 30)]);
        assert_eq!(nearest(&some, (7, 1)), Some(((2, 29), (11, 30))));
        assert_eq!(nearest(&some, (12, 31)), Some(((11, 30), (2, 29))));
        assert_eq!(nearest(&some, (1, 1)), Some(((11, 30), (2, 29))));
        assert_eq!(nearest(&days(&[(7, 1)]), (7, 1)), Some(((7, 1), (7, 1))));
        assert_eq!(nearest(&days(&[]), (7, 1)), None);
    }
}
