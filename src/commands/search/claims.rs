//! Which claim of a record answers a question.

use crate::{
    commands::{Desk, card, present::Present},
    dataset::{Claim, Property, Record, Value, ValueType},
    index::{Hits, forms, words},
    reply::{Citations, Span, code, length, text},
    spelling::key,
};

/// So many claims of one property are shown side by side, where it was not asked for.
const ALIKE: usize = 3;
/// And where it was: so many at most, and no more than fit in so many characters.
const ASKED: usize = 12;
const LONGEST: usize = 900;
/// A name of so many letters is no part of another question by chance.
const LONG: usize = 20;

/// The claim that is shown of a record: the one that fits best, or else the one that is closest to the question. `None` if
/// the summary says more.
pub(super) fn shown<'r>(desk: &Desk, record: &'r Record, best: Option<usize>, found: &Hits) -> Option<&'r Claim> {
    let claim = best.and_then(|place| record.claims.get(place)).or_else(|| closest(desk, record, found));
    let reading = || newest(record, "reading");
    match claim {
        // What a figure measures, or what something is about, is not what was asked for: its value is.
        Some(claim) if matches!(claim.property.id, "about" | "measures") => reading(),
        Some(claim) if claim.property.id == "date" => None,
        // Who asks when something happened is told its date, which stands before the summary.
        Some(claim) if claim.property.value != ValueType::Date && asked_date(record, found).is_some() => None,
        _ if record.kind.id == "figure" => reading().or(claim),
        claim => claim,
    }
}

/// When something happened, if that is asked.
pub(super) fn asked_date<'r>(record: &'r Record, found: &Hits) -> Option<&'r Claim> {
    card::happened(record).filter(|_| found.hints.contains(&"date"))
}

/// The claim of a property that was asked for; if there is none, of one that comes near to it or at which a question word
/// hints; if there is none, the one that has the most of the words that neither the record's names nor its summary have.
fn closest<'r>(desk: &Desk, record: &'r Record, found: &Hits) -> Option<&'r Claim> {
    let of = |property: &Property| newest(record, property.id);
    let kin = || found.properties.iter().flat_map(|property| property.kin()).find_map(of);
    let asked = found.properties.iter().find_map(|property| of(property));
    let hinted = || found.hints.iter().filter_map(|id| newest(record, id)).find(|claim| is_hinted(claim));
    asked.or_else(|| found.unsaid.then(kin).flatten()).or_else(hinted).or_else(|| sharing(desk, record, &found.marks))
}

/// Whether a question word is enough to ask for a claim: `who is` asks for the summary.
fn is_hinted(claim: &Claim) -> bool {
    match claim.property.value {
        ValueType::Ref(kinds) => kinds.contains(&"place"),
        ValueType::RefOrText(_) | ValueType::Text => false,
        ValueType::Date | ValueType::Quantity | ValueType::Money | ValueType::Amount => true,
    }
}

fn newest<'r>(record: &'r Record, property: &str) -> Option<&'r Claim> {
    let mut claims: Vec<&Claim> = record.claims.iter().filter(|claim| claim.property.id == property).collect();
    claims.sort_by_key(|claim| std::cmp::Reverse(claim.as_of));
    claims.first().copied()
}

/// The claim that has the most of the words that neither the record's names nor its summary have.
fn sharing<'r>(desk: &Desk, record: &'r Record, asked: &[String]) -> Option<&'r Claim> {
    let known: Vec<String> = record.names().chain([record.summary.as_str()]).flat_map(forms).collect();
    let asked: Vec<&String> = asked.iter().filter(|word| !known.contains(word)).collect();
    if asked.is_empty() {
        return None;
    }
    let shared = |claim: &Claim| {
        let said = forms(&format!("{} {}", claim.property.label, desk.dataset.show(&claim.value)));
        asked.iter().filter(|word| said.contains(**word)).count()
    };
    let claims = record.claims.iter().filter(|claim| claim.property.id != "related");
    let claims = claims.map(|claim| (shared(claim), claim)).filter(|(shared, _)| *shared > 0);
    claims.max_by_key(|(shared, _)| *shared).map(|(_, claim)| claim)
}

/// Adds a claim with those beside which it stands: all of its property if that was asked for, or else what is said of the same at
/// another time or by another source.
pub(super) fn show(
    item: &mut Vec<Span>,
    desk: &Desk,
    present: Present,
    record: &Record,
    claim: &Claim,
    found: &Hits,
    citations: &mut Citations,
) {
    item.push(text(format!("{}: ", claim.property.label)));
    let (alike, most) = alike(record, claim, found);
    let mut shown = 0;
    let mut so_far = 0;
    for claim in alike.iter().take(most) {
        let mut spans = Vec::new();
        card::claim(&mut spans, desk, present, claim, citations, true);
        so_far += length(&spans);
        if shown > 0 && so_far > LONGEST {
            break;
        }
        item.extend((shown > 0).then(|| text("; ")));
        item.append(&mut spans);
        shown += 1;
    }
    let left = alike.len() - shown;
    if left > 0 && most == ASKED {
        let command = card::part_command(record, claim.property.label);
        item.extend([text(format!("; and {left} more: ")), code(command)]);
    }
}

/// Adds the claim that fits best to the value of a figure, which goes before it.
pub(super) fn show_beside(
    item: &mut Vec<Span>,
    desk: &Desk,
    present: Present,
    record: &Record,
    (shown, best): (&Claim, Option<usize>),
    citations: &mut Citations,
) {
    let best = best.and_then(|place| record.claims.get(place));
    let other = |claim: &&Claim| {
        claim.property != shown.property && !matches!(claim.property.id, "about" | "measures" | "related" | "date")
    };
    if let Some(claim) = best.filter(other) {
        item.push(text(format!("; {}: ", claim.property.label.to_lowercase())));
        card::claim(item, desk, present, claim, citations, true);
    }
}

/// The claim, with the others that say the same of another time or after another source, newest first, and how many of them
/// are shown. Of the one that was asked about, everything that was asked for.
fn alike<'r>(record: &'r Record, claim: &'r Claim, found: &Hits) -> (Vec<&'r Claim>, usize) {
    // A name may be longer than what is known for one in a question.
    let typed = |name: &str| key(name).len() >= LONG && found.typed.contains(&key(name));
    let named = record.names().any(typed)
        || record.names().any(|name| found.names.contains(&key(name)) || found.names.contains(&words(name).concat()));
    let asked = named && found.properties.contains(&claim.property);
    let number = matches!(claim.value, Value::Quantity(_) | Value::Money(_));
    if claim.property.many && !number && !asked {
        return (vec![claim], 1);
    }
    let mut alike: Vec<&Claim> = record.claims.iter().filter(|other| other.property == claim.property).collect();
    alike.sort_by_key(|claim| std::cmp::Reverse(claim.as_of));
    (alike, if asked { ASKED } else { ALIKE })
}
