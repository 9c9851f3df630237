//! Claims in a few words, for lists and rankings: the newest, with their dates, marks and hedges.

use super::{Desk, card, present::Present};
use crate::{
    dataset::{Claim, Record, Value, ValueType},
    reply::{Citations, Span, italic, text},
};

/// A value is cut after so many characters.
const SHORT: usize = 60;
/// Further values are shown while all of them together have so many characters at most.
const ROOM: usize = 90;
/// So many values are shown at most.
const MOST: usize = 3;

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
            let told = present.is_before(claim.as_of).then(|| "still to come".to_owned());
            let told = told.or_else(|| present.age(claim)).map(|told| format!(", {told}")).unwrap_or_default();
            text(format!(" ({date}{told})"))
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

    #[test]
    fn a_text_is_cut_at_the_end_of_a_word() {
        assert_eq!(shortened("short"), "short");
        let cut = shortened(&"word, ".repeat(20));
        assert!(cut.ends_with("word…") && cut.chars().count() <= SHORT + 1, "{cut}");
    }
}
