//! What can only be judged with the whole dataset in sight: ids, names, references, sources, contradictions.

use std::collections::{HashMap, HashSet};

use super::{Claim, Fault, File, Kind, Record, Value, ValueType, kinds::SOURCE, read::Places, tree::Place};
use crate::spelling::{key, nearest};

/// A summary longer than this many characters does not fit on a phone.
const LONGEST_SUMMARY: usize = 300;
/// For so many faults the nearest id is looked for among all ids, which takes its time in a large dataset.
const MOST_OFFERS: usize = 100;

/// Records and where they stand. Where that is not known (no places were kept), a fault only counts.
pub(super) struct Whole<'a> {
    pub records: &'a [Record],
    pub places: &'a [(&'a File, Places)],
}

/// Notes faults of one record.
struct Notes<'a> {
    at: Option<&'a (&'a File, Places)>,
    faults: &'a mut Vec<Fault>,
}

impl Notes<'_> {
    fn add(&mut self, place: impl FnOnce(&Places) -> Option<Place>, message: String, mend: impl Into<String>) {
        self.faults.push(match self.at {
            Some((file, places)) => Fault::at(file, place(places).unwrap_or(places.id), message, mend),
            None => Fault::of("", message, mend),
        });
    }
}

/// Finds what is wrong with the records' ids, what they refer to, and what they contradict themselves in.
pub(super) fn check_records(whole: &Whole, faults: &mut Vec<Fault>) {
    let by_id = ids(whole, faults);
    for (number, record) in whole.records.iter().enumerate() {
        if whole.places.is_empty() && !faults.is_empty() {
            return;
        }
        let offer = faults.len() < MOST_OFFERS;
        let mut notes = Notes { at: whole.places.get(number), faults };
        if record.summary.len() > LONGEST_SUMMARY && record.summary.chars().count() > LONGEST_SUMMARY {
            let message = format!("the summary has {} characters", record.summary.chars().count());
            notes.add(|places| Some(places.summary), message, format!("shorten it to {LONGEST_SUMMARY}"));
        }
        for required in record.kind.required {
            if !record.claims.iter().any(|claim| claim.property.id == *required) {
                let message = format!("the {} `{}` has no {required}", record.kind.id, record.id);
                notes.add(|places| Some(places.id), message, format!("add a claim with property = \"{required}\""));
            }
        }
        for (place, claim) in record.claims.iter().enumerate() {
            if let (Value::Ref(id), ValueType::Ref(kinds) | ValueType::RefOrText(kinds)) =
                (&claim.value, claim.property.value)
                && let Err((message, mend)) = reference(&by_id, id, kinds, claim.property.id, offer)
            {
                notes.add(|places| Some(places.claims.get(place)?.value), message, mend);
            }
            for (source, id) in claim.sources.iter().enumerate() {
                if let Err((message, mend)) = reference(&by_id, id, &[SOURCE.id], "sources", offer) {
                    notes.add(|places| places.claims.get(place)?.sources.get(source).copied(), message, mend);
                }
            }
        }
        contradictions(record, &mut notes);
    }
}

fn ids<'a>(whole: &'a Whole, faults: &mut Vec<Fault>) -> HashMap<&'a str, Kind> {
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(whole.records.len());
    for (number, record) in whole.records.iter().enumerate() {
        let Some(other) = first.insert(&record.id, number) else { continue };
        first.insert(&record.id, other);
        let there = whole.places.get(other).map(|(file, places)| Fault::at(file, places.id, "", ""));
        let there = there.map(|there| format!(": see {}:{}", there.file, there.line)).unwrap_or_default();
        let message = format!("the id `{}` is taken{there}", record.id);
        let mut notes = Notes { at: whole.places.get(number), faults };
        notes.add(|places| Some(places.id), message, "give one of the two another id");
    }
    first.into_iter().map(|(id, number)| (id, whole.records[number].kind)).collect()
}

/// An alias may lead to one record only, and a name to one record of a kind.
pub(super) fn check_names(whole: &Whole, faults: &mut Vec<Fault>) {
    let mut aliases: HashMap<String, &str> = HashMap::new();
    let mut names: HashMap<(&str, String), &str> = HashMap::with_capacity(whole.records.len());
    let mut twice = |number: usize, place: &dyn Fn(&Places) -> Option<Place>, text: &str, other: &str| {
        let message = format!("the name `{text}` is claimed by `{other}` too");
        let mut notes = Notes { at: whole.places.get(number), faults };
        notes.add(place, message, "leave it to the record that people mean by it");
    };
    for (number, record) in whole.records.iter().enumerate() {
        match names.insert((record.kind.id, key(&record.name)), &record.id) {
            Some(other) if other != record.id => twice(number, &|places| Some(places.name), &record.name, other),
            _ => {}
        }
        let Some(native) = &record.native_name else { continue };
        match names.insert((record.kind.id, key(native)), &record.id) {
            Some(other) if other != record.id => twice(number, &|places| Some(places.native_name), native, other),
            _ => {}
        }
    }
    for (number, record) in whole.records.iter().enumerate() {
        for (place, alias) in record.aliases.iter().enumerate() {
            let folded = key(alias);
            let named = names.get(&(record.kind.id, folded.clone())).copied();
            let taken = aliases.insert(folded, &record.id);
            if let Some(other) = named.or(taken).filter(|other| *other != record.id) {
                twice(number, &|places| places.aliases.get(place).copied(), alias, other);
            }
        }
    }
}

fn reference(
    by_id: &HashMap<&str, Kind>,
    id: &str,
    kinds: &[&str],
    what: &str,
    offer: bool,
) -> Result<(), (String, String)> {
    let fits = |kind: &Kind| kinds.is_empty() || kinds.contains(&kind.id);
    match by_id.get(id) {
        Some(kind) if fits(kind) => Ok(()),
        Some(kind) => {
            let message = format!("`{what}` must name a {}, but `{id}` is a {}", kinds.join(" or a "), kind.id);
            Err((message, "name a record of that kind".to_owned()))
        }
        None => {
            let near =
                offer.then(|| nearest(id, by_id.iter().filter(|(_, kind)| fits(kind)).map(|(id, _)| *id))).flatten();
            let mend = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("add a record with this id, or correct it ({})", kinds.join(" or ")),
            };
            let noun = if kinds == [SOURCE.id] { "source" } else { "record" };
            Err((format!("there is no {noun} `{id}`"), mend))
        }
    }
}

/// One source can't say two things at once, and nothing is said twice.
fn contradictions(record: &Record, notes: &mut Notes) {
    for (place, claim) in record.claims.iter().enumerate() {
        let property = claim.property;
        let before = || record.claims[..place].iter().filter(|other| std::ptr::eq(other.property, property));
        let same = |other: &Claim| other.value == claim.value && (property.many || other.as_of == claim.as_of);
        if before().any(same) {
            let message = format!("`{}` is given twice with the same value", property.id);
            let mend = "make one claim of the two, with all the sources";
            notes.add(|places| Some(places.claims.get(place)?.whole), message, mend);
            continue;
        }
        if property.many {
            continue;
        }
        let said: HashSet<&String> =
            before().filter(|other| other.as_of == claim.as_of).flat_map(|other| &other.sources).collect();
        for source in claim.sources.iter().filter(|source| said.contains(source)) {
            let message = format!("`{source}` gives `{}` twice for one date", property.id);
            let mend = "a source can give it once for one date: correct one of them, or give each its as_of";
            notes.add(|places| Some(places.claims.get(place)?.whole), message, mend);
        }
    }
}
