//! Claims in a few words, for lists and rankings: the newest, with their dates, marks and hedges.

use jiff::civil::Date;

use super::{Ask, Desk, card};
use crate::{
    dataset::{Claim, PartialDate, Record, Value, ValueType},
    reply::{Citations, Span, italic, text},
};

/// A value is cut after so many characters.
const SHORT: usize = 60;
/// Further values are shown while all of them together have so many characters at most.
const ROOM: usize = 90;
/// So many values are shown at most.
const MOST: usize = 3;

/// The day that parts what is from what is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Present(pub Date);

impl Present {
    /// The day of a question; but what is published already is not to come, whatever the clock says.
    pub(super) fn of(desk: &Desk, ask: &Ask) -> Self {
        let today = ask.today();
        Self(desk.catalogue.published().map_or(today, |published| published.max(today)))
    }

    /// Whether a claim of this date is a forecast or a target. The current month or year is none.
    pub(super) fn is_before(self, date: Option<PartialDate>) -> bool {
        date.is_some_and(|date| date.first_day() > self.0)
    }

    /// Whether a date is the newest one, or the month or year that it lies in.
    fn is_as_new(date: Option<PartialDate>, newest: Option<PartialDate>) -> bool {
        let holds = |date: PartialDate, newest: PartialDate| {
            date.first_day() <= newest.first_day() && newest.last_day() <= date.last_day()
        };
        date == newest || date.zip(newest).is_some_and(|(date, newest)| holds(date, newest))
    }

    /// The newest of the dates that are not to come, which may be none at all; if all are, the nearest.
    pub(super) fn newest(self, dates: impl Iterator<Item = Option<PartialDate>> + Clone) -> Option<PartialDate> {
        let come = dates.clone().filter(|date| !self.is_before(*date)).max();
        come.unwrap_or_else(|| dates.min().flatten())
    }
}

/// What a list tells of a record: the claims of the first property that its kind tells and that it has, those that hold now first. Of
/// amounts, and of what can only be one thing at a time, those of one date.
pub(super) fn told(record: &Record, present: Present) -> Vec<&Claim> {
    let of = |id: &&str| {
        let claims = record.claims.iter().filter(|claim| claim.property.id == *id);
        let newest = present.newest(claims.clone().map(|claim| claim.as_of));
        let (mut first, mut others): (Vec<&Claim>, Vec<&Claim>) =
            claims.partition(|claim| Present::is_as_new(claim.as_of, newest));
        if first.first().is_some_and(|claim| claim.property.many && !is_reading(claim)) {
            others.sort_by_key(|claim| (present.is_before(claim.as_of), std::cmp::Reverse(claim.as_of)));
            first.append(&mut others);
        }
        (!first.is_empty()).then_some(first)
    };
    record.kind.told.iter().find_map(of).unwrap_or_default()
}

/// Whether a claim is of what is read again and again, so that the newest reading stands for all.
fn is_reading(claim: &Claim) -> bool {
    claim.property.value.is_amount() || claim.property.value == ValueType::Date
}

/// How many of some claims are shown: as many as there is room for, but one at least.
fn shown(desk: &Desk, claims: &[&Claim]) -> usize {
    let mut length = 0;
    let fits = |claim: &&&Claim| {
        length += shortened(&desk.dataset.show(&claim.value)).chars().count();
        length <= ROOM
    };
    claims.iter().take(MOST).take_while(fits).count().max(claims.len().min(1))
}

/// The values of claims of one property, each with its date, its marks and a dagger if it has a remark, and how many are left.
pub(super) fn values(
    spans: &mut Vec<Span>,
    desk: &Desk,
    claims: &[&Claim],
    present: Present,
    citations: &mut Citations,
) {
    let (first, left) = claims.split_at(shown(desk, claims));
    for (place, claim) in first.iter().enumerate() {
        spans.extend((place > 0).then(|| text("; ")));
        spans.push(text(shortened(&desk.dataset.show(&claim.value))));
        spans.extend(claim.as_of.map(|date| {
            let ahead = if present.is_before(claim.as_of) { ", still to come" } else { "" };
            text(format!(" ({date}{ahead})"))
        }));
        if let Value::Date(date) = claim.value {
            spans.extend(present.is_before(Some(date)).then(|| text(" (still to come)")));
        }
        card::marks(spans, claim, citations, false);
    }
    spans.extend((!left.is_empty()).then(|| text(format!("; and {} more", left.len()))));
    spans.extend(differ(claims).then(|| italic(" (sources differ)")));
}

/// Whether one of the claims that are shown has a remark.
pub(super) fn has_remark(desk: &Desk, claims: &[&Claim]) -> bool {
    claims[..shown(desk, claims)].iter().any(|claim| claim.note.is_some())
}

/// Whether claims of one date contradict each other.
fn differ(claims: &[&Claim]) -> bool {
    claims.first().is_some_and(|first| !first.property.many && claims.iter().any(|claim| claim.value != first.value))
}

/// The beginning of a text, up to a word's end.
pub(super) fn shortened(words: &str) -> String {
    if words.chars().count() <= SHORT {
        return words.to_owned();
    }
    let cut: String = words.chars().take(SHORT).collect();
    let whole = cut.rfind(' ').map_or(cut.as_str(), |end| &cut[..end]);
    format!("{}…", whole.trim_end_matches([',', ';', ':', '.', '-', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn newest(today: &str, dates: &[&str]) -> String {
        let date = |text: &&str| text.parse::<PartialDate>().ok();
        let found = Present(today.parse().unwrap()).newest(dates.iter().map(date));
        found.map_or_else(|| "undated".to_owned(), |date| date.to_string())
    }

    #[test]
    fn what_is_to_come_goes_after_what_is() {
        assert_eq!(newest("2026-11-26", &["2025", "2030", "2024-12"]), "2025");
        assert_eq!(newest("2026-11-26", &["2026", "2025-12"]), "2026");
        assert_eq!(newest("2026-11-26", &["2026-12", "2025-12"]), "2025-12");
        assert_eq!(newest("2031-01-01", &["2025", "2030"]), "2030");
        assert_eq!(newest("2026-11-26", &["2035", "2030"]), "2030");
        assert_eq!(newest("2026-11-26", &["2030", ""]), "undated");
    }

    #[test]
    fn a_text_is_cut_at_the_end_of_a_word() {
        assert_eq!(shortened("short"), "short");
        let cut = shortened(&"word, ".repeat(20));
        assert!(cut.ends_with("word…") && cut.chars().count() <= SHORT + 1, "{cut}");
    }
}
