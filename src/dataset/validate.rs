//! What can only be judged with the whole dataset in sight: ids, names, references, sources, contradictions.

use std::collections::{HashMap, HashSet};

use super::{
    Claim, Fault, File, Kind, Record, Value, ValueType,
    kinds::SOURCE,
    quick::{BuildQuick, quick},
    read::Places,
    references::{Ids, References, somewhere},
    tree::Place,
};
use crate::spelling::{add_key, key, nearest};

/// A summary longer than this many characters does not fit on a phone.
const LONGEST_SUMMARY: usize = 300;
/// For so many faults the nearest id is looked for among all ids, which takes its time in a large dataset.
const MOST_OFFERS: usize = 100;

/// Records and where they stand. Where that is not known (no places were kept), a fault only counts.
pub(super) struct Whole<'a> {
    pub records: &'a [Record],
    pub places: &'a [(&'a File, Places)],
    pub ids: &'a Ids,
    pub references: &'a References,
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
    check_ids(whole, faults);
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
        for ((place, claim), known) in record.claims.iter().enumerate().zip(whole.references.claims(number)) {
            if let (Value::Ref(id), ValueType::Ref(kinds) | ValueType::RefOrText(kinds)) =
                (&claim.value, claim.property.value)
                && let Err((message, mend)) =
                    reference(whole, (id, whole.references.target(known)), kinds, claim.property.id, offer)
            {
                notes.add(|places| Some(places.claims.get(place)?.value), message, mend);
            }
            for ((source, id), at) in claim.sources.iter().enumerate().zip(whole.references.sources(known)) {
                if let Err((message, mend)) = reference(whole, (id, somewhere(*at)), &[SOURCE.id], "sources", offer) {
                    notes.add(|places| places.claims.get(place)?.sources.get(source).copied(), message, mend);
                }
            }
        }
        contradictions(record, &mut notes);
    }
}

fn check_ids(whole: &Whole, faults: &mut Vec<Fault>) {
    for (number, record) in whole.records.iter().enumerate() {
        let Some(other) = whole.ids.place(&record.id).filter(|first| *first != number) else { continue };
        let there = whole.places.get(other).map(|(file, places)| Fault::at(file, places.id, "", ""));
        let there = there.map(|there| format!(": see {}:{}", there.file, there.line)).unwrap_or_default();
        let message = format!("the id `{}` is taken{there}", record.id);
        let mut notes = Notes { at: whole.places.get(number), faults };
        notes.add(|places| Some(places.id), message, "give one of the two another id");
    }
}

/// An alias may lead to one record only, and a name to one record of a kind.
pub(super) fn check_names(whole: &Whole, faults: &mut Vec<Fault>) {
    // Where it need not be told what is wrong, a quick look mostly suffices.
    if whole.places.is_empty() && !may_clash(whole.records) {
        return;
    }
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

/// Whether two records may claim one name: told by the hashes of names, which two names may share by chance.
fn may_clash(records: &[Record]) -> bool {
    let mut names: HashMap<u64, &str, BuildQuick> =
        HashMap::with_capacity_and_hasher(2 * records.len(), BuildQuick::default());
    let mut aliases: HashMap<u64, &str, BuildQuick> = HashMap::default();
    let mut folded = String::new();
    let mut hash = |kind: &str, name: &str| {
        folded.clear();
        add_key(&mut folded, name);
        quick((kind, &folded))
    };
    let taken = |known: Option<&str>, id: &str| known.is_some_and(|known| known != id);
    for record in records {
        for name in std::iter::once(&record.name).chain(&record.native_name) {
            if taken(names.insert(hash(record.kind.id, name), &record.id), &record.id) {
                return true;
            }
        }
    }
    records.iter().any(|record| {
        record.aliases.iter().any(|alias| {
            taken(names.get(&hash(record.kind.id, alias)).copied(), &record.id)
                || taken(aliases.insert(hash("", alias), &record.id), &record.id)
        })
    })
}

fn reference(
    whole: &Whole,
    (id, place): (&str, Option<usize>),
    kinds: &[&str],
    what: &str,
    offer: bool,
) -> Result<(), (String, String)> {
    let fits = |kind: Kind| kinds.is_empty() || kinds.contains(&kind.id);
    match place.map(|place| whole.records[place].kind) {
        Some(kind) if fits(kind) => Ok(()),
        Some(kind) => {
            let message = format!("`{what}` must name a {}, but `{id}` is a {}", kinds.join(" or a "), kind.id);
            Err((message, "name a record of that kind".to_owned()))
        }
        None => {
            let fitting = whole.records.iter().filter(|record| fits(record.kind));
            let near = offer.then(|| nearest(id, fitting.map(|record| record.id.as_str()))).flatten();
            let mend = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if kinds.is_empty() => "add a record with this id, or correct it".to_owned(),
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
