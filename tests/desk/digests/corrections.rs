//! What a digest announced, and what became of it before the next one.

use tigerdesk::digest::{Digest, settled};

use super::*;

/// The digest after the one that announced a valuation of 3.5 billion, and what the one says that is edited: each text
/// of the valuation after it is a release.
fn after(texts: &[&str]) -> (Option<Digest>, String) {
    let valuation = "value = { amount = 3.3e9, currency = \"USD\" }";
    let base = edited(&[(valuation, "value = { amount = 3.5e9, currency = \"USD\" }")]);
    let announced = diff(&dataset(BASE), &base);
    let (mut noted, mut remarks): (Vec<Correction>, Vec<Correction>) = (Vec::new(), Vec::new());
    let mut releases: Vec<Vec<Change>> = Vec::new();
    let mut last = base;
    for text in texts {
        let claim = format!(
            "[[company.claims]]\nproperty = \"valuation\"\n{valuation}\nas_of = \"2025-03\"\nsources = [\"report\"]"
        );
        let next = if text.is_empty() { edited(&[(&claim, "")]) } else { edited(&[(valuation, text)]) };
        let newer = diff(&last, &next);
        for remark in &mut remarks {
            remark.take_in(&newer);
        }
        remarks.retain(|remark| !remark.is_void());
        let found = corrections(&announced, &newer);
        remarks.extend(found.clone());
        noted.extend(found);
        releases.push(newer);
        last = next;
    }
    let net = fold(releases.iter().map(Vec::as_slice));
    let corrections = settled(noted, &net);
    let next = compose(&Told { corrections: &corrections, ..told(&net, &last) });
    let date = date(2026, 11, 21);
    let remarks: Vec<Remark> = remarks.into_iter().map(|correction| Remark { date, correction }).collect();
    (next, corrected(&told(&announced, &last), &remarks).unwrap().text())
}

const MORE: &str = "value = { amount = 4.5e9, currency = \"USD\" }";
const MOST: &str = "value = { amount = 5.5e9, currency = \"USD\" }";
const ANNOUNCED: &str = "value = { amount = 3.5e9, currency = \"USD\" }";

#[test]
fn what_was_corrected_twice_is_told_as_it_ended() {
    let (next, edited) = after(&[MORE, MOST]);
    let next = next.unwrap().head.text();
    assert!(next.contains("not USD 3.5 billion (2025-03), as announced, but USD 5.5 billion"), "{next}");
    assert!(edited.contains("but USD 5.5 billion") && !edited.contains("4.5"), "{edited}");
}

#[test]
fn what_was_corrected_back_holds_again() {
    let (next, edited) = after(&[MORE, ANNOUNCED]);
    assert_eq!(next, None);
    assert!(!edited.contains("Corrected") && !edited.contains("4.5"), "{edited}");
    let (next, edited) = after(&["", ANNOUNCED]);
    assert_eq!(next, None);
    assert!(!edited.contains("withdrawn"), "{edited}");
}

#[test]
fn what_was_corrected_and_withdrawn_is_withdrawn() {
    let (next, edited) = after(&[MORE, ""]);
    let next = next.unwrap().head.text();
    assert!(next.contains("USD 3.5 billion (2025-03), as announced, is withdrawn"), "{next}");
    assert!(edited.contains("USD 3.5 billion (2025-03), as announced, is withdrawn"), "{edited}");
}

#[test]
fn the_note_that_a_claim_gets_before_it_goes_is_the_reason() {
    let new = edited(&[("amount = 3.3e9", "amount = 3.5e9")]);
    let announced = diff(&dataset(BASE), &new);
    let noted = edited(&[
        ("amount = 3.3e9", "amount = 3.5e9"),
        ("as_of = \"2025-03\"", "as_of = \"2025-03\"\nnote = \"The paper took it back.\""),
    ]);
    let valuation = diff(&noted, &dataset(BASE));
    let found = corrections(&announced, &valuation);
    assert_eq!(found.len(), 1, "{valuation:?}");
}

#[test]
fn many_corrections_leave_room_for_the_digest() {
    let (old, new, newer) = (many(100, 1), many(100, 2), many(100, 3));
    let announced = diff(&old, &new);
    let found = corrections(&announced, &diff(&new, &newer));
    let date = date(2026, 11, 21);
    let remarks: Vec<Remark> = found.into_iter().map(|correction| Remark { date, correction }).collect();
    assert_eq!(remarks.len(), 200);
    let text = corrected(&told(&announced, &newer), &remarks).unwrap().text();
    assert!(text.contains("and 190 more: !changes") && text.chars().count() < 6_000, "{text}");
}
