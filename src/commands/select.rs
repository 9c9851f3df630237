//! Which records a list is narrowed to, in the words of the query language.

use super::Desk;
use crate::{
    calendar::{Unread, Wanted},
    dataset::{Kind, PartialDate},
    index::{
        self, Taken, Unmet,
        language::{self, Asked},
    },
    reply::{Block, Span, bold, text},
    spelling::key,
};
use jiff::civil::Date;

/// A selection, or the date in it that can't be read.
type Read = Result<Selection, Unread>;

/// What a list is narrowed to.
pub(super) struct Selection {
    /// Whether the record at each place fits; `None` if every one does.
    fitting: Option<Vec<bool>>,
    /// The first day that fits and the first that no longer does, where they are kept apart.
    days: (Option<Date>, Option<Date>),
    /// Filters that nothing fits, each as a sentence.
    unmet: Vec<String>,
    taken: Vec<Taken>,
    complaint: Option<String>,
}

impl Selection {
    /// Reads filters and words for records of a kind, or of any. A date by itself is a filter here: `!list policies 2023`.
    pub(super) fn read(desk: &Desk, kind: Option<Kind>, words: &str, today: Date) -> Result<Read, index::Error> {
        let mut asked = match language::read(words, today, Wanted::Dates) {
            Ok(asked) => asked,
            Err(unread) => return Ok(Err(unread)),
        };
        if !asked.is_empty() && asked.filters.kind.is_empty() {
            asked.filters.kind.extend(kind);
        }
        Self::of(desk, &asked, (None, None)).map(Ok)
    }

    /// Reads filters and words, and keeps the dates for [`Selection::within`].
    pub(super) fn read_without_days(desk: &Desk, words: &str, today: Date) -> Result<Read, index::Error> {
        let mut asked = match language::read(words, today, Wanted::Dates) {
            Ok(asked) => asked,
            Err(unread) => return Ok(Err(unread)),
        };
        let days = (asked.filters.after.take(), asked.filters.before.take());
        Self::of(desk, &asked, days).map(Ok)
    }

    fn of(desk: &Desk, asked: &Asked, days: (Option<Date>, Option<Date>)) -> Result<Self, index::Error> {
        let mut unmet = Vec::new();
        let mut fitting = None;
        if !asked.is_empty() {
            let mut fits = vec![false; desk.dataset.records().len()];
            for place in desk.index.list(asked)? {
                fits[place] = true;
            }
            if !fits.contains(&true) {
                unmet.extend(desk.index.unmet(&asked.filters)?.iter().map(said));
            }
            fitting = Some(fits);
        }
        let taken = if asked.words.is_empty() { Vec::new() } else { desk.index.taken(&asked.words.join(" "))? };
        Ok(Self { fitting, days, unmet, taken, complaint: asked.complaint.clone() })
    }

    /// Whether the record at this place fits.
    pub(super) fn fits(&self, place: usize) -> bool {
        self.fitting.as_ref().is_none_or(|fits| fits.get(place).copied().unwrap_or_default())
    }

    /// Whether it is narrowed to nothing.
    pub(super) fn is_everything(&self) -> bool {
        self.fitting.is_none()
    }

    /// Whether there are days that are kept apart.
    pub(super) fn has_days(&self) -> bool {
        self.days != (None, None)
    }

    /// Whether a date lies within those days.
    pub(super) fn within(&self, date: PartialDate) -> bool {
        let (after, before) = self.days;
        after.is_none_or(|after| date.first_day() >= after) && before.is_none_or(|before| date.last_day() < before)
    }

    /// The filters that nothing fits, and what may be meant by them.
    pub(super) fn unmet(&self) -> Option<Block> {
        (!self.unmet.is_empty()).then(|| Block::Para(vec![text(self.unmet.join(" "))]))
    }

    /// What words with a slip in them were taken for, and what was wrong with the filters.
    pub(super) fn remark(&self) -> Option<Block> {
        let mut spans: Vec<Span> = Vec::new();
        for Taken { typed, meant } in &self.taken {
            let space = if spans.is_empty() { "" } else { " " };
            spans.extend([text(format!("{space}I took ")), bold(typed), text(" for "), bold(meant), text(".")]);
        }
        let space = if spans.is_empty() { "" } else { " " };
        spans.extend(self.complaint.iter().map(|complaint| text(format!("{space}{complaint}"))));
        (!spans.is_empty()).then_some(Block::Para(spans))
    }
}

/// Some words with those as filters that are the name of a tag: of `ai startups` the second is `tag:start-up`. Filters
/// come first. `None` if no word is one.
pub(super) fn as_tags(desk: &Desk, words: &str) -> Option<String> {
    let mut any = false;
    let mut filter = |word: &str| {
        let typed = key(word);
        let same = |tag: &&String| {
            let tag = key(tag);
            tag == typed || typed.strip_suffix('s') == Some(&tag)
        };
        let tag = desk.catalogue.tags().iter().find(same).filter(|_| !word.contains(':'));
        any |= tag.is_some();
        tag.map_or_else(|| word.to_owned(), |tag| format!("tag:{tag}"))
    };
    let words = words.split_whitespace().map(&mut filter);
    let (filters, words): (Vec<String>, Vec<String>) = words.partition(|word| word.starts_with("tag:"));
    any.then(|| [filters, words].concat().join(" "))
}

/// Says that nothing has the value of a filter, and what may be meant.
pub(super) fn said(Unmet { filter, value, near }: &Unmet) -> String {
    let near = near.as_ref().map_or(String::new(), |near| format!(" Did you mean {filter}:{near}?"));
    format!("There is no {filter} {value} here.{near}")
}
