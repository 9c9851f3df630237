//! `!timeline`: what happened when.

mod spoken;

use jiff::tz::TimeZone;

use super::{Ask, Command, Desk, Hit, Outcome, Role, Spec, chronicle::Part, dated::Entry, page, text_outcome};
use crate::{
    dataset::PartialDate,
    index,
    reply::{Block, Citations, Reply, bold, code, text},
};
use spoken::spoken;

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
                   Or in words: last month, this year, Q4 2024. Words narrow it: 2023 ernie",
            who: Role::Member,
        }
    }

    fn answer(&self, desk: &Desk, ask: &Ask) -> Result<Outcome, index::Error> {
        let (args, skip) = page::skipped(&ask.invocation.args);
        let Some((first, others)) = args.split_first() else { return Ok(self.spec().how_to()) };
        let today = ask.now.to_zoned(TimeZone::UTC).date();
        let (span, words) = if let Some((span, taken)) = spoken(&args, today) {
            (span, args[taken..].join(" "))
        } else {
            match dates(first) {
                Ok(Some(span)) => (span, others.join(" ")),
                Ok(None) => ((None, None), args.join(" ")),
                Err(()) => return Ok(not_a_date(first)),
            }
        };
        let chronicle = &desk.catalogue.chronicle;
        let entries = if words.is_empty() {
            chronicle.within(span.0, span.1)
        } else {
            let telling = desk.index.telling(&words)?;
            chronicle.those(span.0, span.1, |record, property| telling.fits(record, property))
        };
        Ok(render(desk, span, &words, &entries, skip))
    }
}

/// The first date and the last, either of which may be open.
type Days = (Option<PartialDate>, Option<PartialDate>);

/// Reads `2023`, `2023-03`, `2023-06..2024` and the like. `None` is a word that was not meant as a date.
fn dates(argument: &str) -> Result<Option<Days>, ()> {
    let parts: Vec<&str> = if argument.contains("..") {
        argument.splitn(2, "..").map(|part| part.trim_matches('.')).collect()
    } else {
        argument.split(['…', '–', '—']).collect()
    };
    let end = |part: &str| {
        if part.is_empty() { Ok(None) } else { PartialDate::typed(part).map(Some).ok_or(()) }
    };
    let meant = argument.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '…' | '–' | '—' | '/'))
        && argument.chars().filter(char::is_ascii_digit).count() >= 4;
    let read = match parts[..] {
        [one] => end(one).map(|date| (date, date)),
        [from, to] => end(from).and_then(|from| Ok((from, end(to)?))),
        _ => Err(()),
    };
    match read {
        Ok((None, None)) => Ok(None),
        Ok((Some(from), Some(to))) if to.last_day() < from.first_day() => Ok(Some((Some(to), Some(from)))),
        Ok(span) => Ok(Some(span)),
        Err(()) if meant => Err(()),
        Err(()) => Ok(None),
    }
}

fn not_a_date(argument: &str) -> Outcome {
    text_outcome(vec![
        bold(argument),
        text(" is no date that I can read. Write a year, a month or a range: "),
        code("!timeline 2023"),
        text(", "),
        code("!timeline 2023-11"),
        text(", "),
        code("!timeline 2023-06..2024-03"),
    ])
}

fn render(desk: &Desk, span: Days, words: &str, entries: &Part, skip: usize) -> Outcome {
    let mut title = match span {
        (None, None) if words.is_empty() => "Timeline".to_owned(),
        (None, None) => String::new(),
        (Some(from), Some(to)) if from == to => from.to_string(),
        (from, to) => {
            let end = |date: Option<PartialDate>| date.map(|date| date.to_string()).unwrap_or_default();
            format!("{}..{}", end(from), end(to))
        }
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
        if let Some(date) = last_before(desk, span.0).filter(|_| words.is_empty()) {
            spans.extend([text(" The last before it: "), code(format!("!timeline {date}")), text(".")]);
        }
        return text_outcome(spans);
    }
    let (end, next) = cut(desk, span, entries, skip);
    let shown: Vec<_> = entries.from(&desk.dataset, skip).take(end - skip).collect();
    let mut citations = Citations::default();
    let items = shown.iter().map(|entry| entry.line(&mut citations)).collect();
    let mut blocks = vec![Block::Para(vec![bold(title)]), Block::List(items)];
    blocks.extend(Entry::daggers(shown.iter()));
    if let Some((next, skip)) = next {
        let to = span.1.map(|date| date.to_string()).unwrap_or_default();
        let command = format!("!timeline {next}..{to} {words}");
        blocks.extend(page::more(command.trim_end(), entries.len() - end, skip));
    }
    blocks.extend(citations.block(&desk.dataset));
    let hits = shown.iter().map(|entry| Hit::new(entry.record, Some(entry.claim.property))).collect();
    Outcome { reply: Reply { blocks }, hits, effect: None }
}

/// The date of the last that is known of the time before a day.
fn last_before(desk: &Desk, from: Option<PartialDate>) -> Option<PartialDate> {
    let to = from?.first_day().yesterday().ok()?.to_string().parse().ok()?;
    let earlier = desk.catalogue.chronicle.within(None, Some(to));
    earlier.get(&desk.dataset, earlier.len().checked_sub(1)?).map(|entry| entry.date)
}

/// Where the page ends, and the day from which on the rest is to be asked for, with how many of that day to skip.
fn cut(desk: &Desk, span: Days, entries: &Part, skip: usize) -> (usize, Option<(String, usize)>) {
    let whole = match span {
        (Some(from), Some(to)) => (to.last_day() - from.first_day()).get_days() <= TWO_YEARS,
        _ => false,
    };
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
            return (end, Some((day.to_string(), shown)));
        }
    }
    (entries.len(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(argument: &str) -> Result<Option<(String, String)>, ()> {
        let end = |date: Option<PartialDate>| date.map(|date| date.to_string()).unwrap_or_default();
        dates(argument).map(|span| span.map(|(from, to)| (end(from), end(to))))
    }

    #[test]
    fn reads_years_months_and_ranges() {
        for (argument, from, to) in [
            ("2023", "2023", "2023"),
            ("2023-03", "2023-03", "2023-03"),
            ("2023-06..2024", "2023-06", "2024"),
            ("2023...2024", "2023", "2024"),
            ("2023–2024", "2023", "2024"),
            ("2024..", "2024", ""),
            ("..2021", "", "2021"),
            ("2024..2023", "2023", "2024"),
            ("2023-06..2023", "2023-06", "2023"),
            ("2023-3", "2023-03", "2023-03"),
            ("2023/11", "2023-11", "2023-11"),
        ] {
            assert_eq!(read(argument), Ok(Some((from.to_owned(), to.to_owned()))), "{argument}");
        }
    }

    #[test]
    fn a_word_is_no_date_but_a_wrong_date_is_told() {
        for word in ["ernie", "..", "911", "gpt-4", "v3.1"] {
            assert_eq!(read(word), Ok(None), "{word}");
        }
        for wrong in ["2023-13", "20233", "2023-123", "2023..20244"] {
            assert_eq!(read(wrong), Err(()), "{wrong}");
        }
    }
}
