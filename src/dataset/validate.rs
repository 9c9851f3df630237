//! What can only be judged with the whole dataset in sight: ids, names, references, sources, contradictions.

use std::collections::{HashMap, HashSet};

use super::{
    Claim, Findings, Kind, PartialDate, Record, Value, ValueType,
    kinds::SOURCE,
    quick::{BuildQuick, quick},
    read::Places,
    references::{Ids, References, somewhere},
    tree::Place,
};
use crate::spelling::{add_key, key, nearest};

/// A summary longer than this many characters does not fit on a phone.
const LONGEST_SUMMARY: usize = 300;
/// For so many wrong ids the nearest one is looked for among all.
const MOST_OFFERS: usize = 20;

/// Records and where they stand. Where that is not known (no places were kept), a fault only counts.
pub(super) struct Whole<'a> {
    pub records: &'a [Record],
    /// For each record the place of its file among the files, and of its parts in that.
    pub places: &'a [(usize, Places)],
    pub ids: &'a Ids,
    pub references: &'a References,
}

/// Notes faults of one record.
struct Notes<'a, 'f> {
    places: Option<&'a Places>,
    findings: &'a mut Findings<'f>,
}

impl<'a, 'f> Notes<'a, 'f> {
    /// `files`: what is wrong with each file, or one for all where no places are known.
    fn of(whole: &'a Whole, number: usize, files: &'a mut [Findings<'f>]) -> Option<Self> {
        let at = whole.places.get(number);
        let findings = files.get_mut(at.map_or(0, |(file, _)| *file))?;
        Some(Self { places: at.map(|(_, places)| places), findings })
    }

    fn add(&mut self, place: impl FnOnce(&Places) -> Option<Place>, words: impl FnOnce() -> (String, String)) {
        let at = self.places.map(|places| place(places).unwrap_or(places.id)).unwrap_or_default();
        self.findings.add(at, words);
    }
}

/// Finds what is wrong with the records' ids, what they refer to, and what they contradict themselves in.
pub(super) fn check_records(whole: &Whole, files: &mut [Findings<'_>]) {
    check_ids(whole, files);
    let sources = [SOURCE.id];
    let mut offers = Offers { left: MOST_OFFERS, made: HashMap::new() };
    for (number, record) in whole.records.iter().enumerate() {
        let Some(mut notes) = Notes::of(whole, number, files).filter(|notes| !notes.findings.is_decided()) else {
            return;
        };
        if record.summary.len() > LONGEST_SUMMARY && record.summary.chars().count() > LONGEST_SUMMARY {
            notes.add(
                |places| Some(places.summary),
                || {
                    let message = format!("the summary has {} characters", record.summary.chars().count());
                    (message, format!("shorten it to {LONGEST_SUMMARY}"))
                },
            );
        }
        for required in record.kind.required {
            if !record.claims.iter().any(|claim| claim.property.id == *required) {
                notes.add(
                    |places| Some(places.id),
                    || {
                        let message = format!("the {} `{}` has no {required}", record.kind.id, record.id);
                        (message, format!("add a claim with property = \"{required}\""))
                    },
                );
            }
        }
        for ((place, claim), known) in record.claims.iter().enumerate().zip(whole.references.claims(number)) {
            if let (Value::Ref(id), ValueType::Ref(kinds) | ValueType::RefOrText(kinds)) =
                (&claim.value, claim.property.value)
                && let Some(wrong) = Wrong::of(whole, (id, whole.references.target(known)), kinds)
            {
                let at = |places: &Places| Some(places.claims.get(place)?.value);
                notes.add(at, || wrong.words(claim.property.id, whole, &mut offers));
            }
            for ((source, id), at) in claim.sources.iter().enumerate().zip(whole.references.sources(known)) {
                if let Some(wrong) = Wrong::of(whole, (id, somewhere(*at)), &sources) {
                    let at = |places: &Places| places.claims.get(place)?.sources.get(source).copied();
                    notes.add(at, || wrong.words("sources", whole, &mut offers));
                }
            }
        }
        contradictions(record, &mut notes);
    }
}

fn check_ids(whole: &Whole, files: &mut [Findings<'_>]) {
    for (number, record) in whole.records.iter().enumerate() {
        let Some(other) = whole.ids.place(&record.id).filter(|first| *first != number) else { continue };
        let is_full = Notes::of(whole, number, files).is_none_or(|notes| notes.findings.is_full());
        let there = whole.places.get(other).filter(|_| !is_full);
        let there = there.and_then(|(file, places)| files.get_mut(*file)?.named(places.id));
        let Some(mut notes) = Notes::of(whole, number, files) else { continue };
        notes.add(
            |places| Some(places.id),
            || {
                let there = there.map(|there| format!(": see {there}")).unwrap_or_default();
                (format!("the id `{}` is taken{there}", record.id), "give one of the two another id".to_owned())
            },
        );
    }
}

/// An alias may lead to one record only, and a name to one record of a kind.
pub(super) fn check_names(whole: &Whole, files: &mut [Findings<'_>]) {
    // Where it need not be told what is wrong, a quick look mostly suffices.
    if whole.places.is_empty() && !may_clash(whole.records) {
        return;
    }
    let mut aliases: HashMap<String, &str> = HashMap::new();
    let mut names: HashMap<(&str, String), &str> = HashMap::with_capacity(whole.records.len());
    let mut twice = |number: usize, place: &dyn Fn(&Places) -> Option<Place>, text: &str, other: &str| {
        let Some(mut notes) = Notes::of(whole, number, files) else { return };
        notes.add(place, || {
            let message = format!("the name `{text}` is claimed by `{other}` too");
            (message, "leave it to the record that people mean by it".to_owned())
        });
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

/// An id that names nothing, or something else than it should.
struct Wrong<'a> {
    id: &'a str,
    /// The kind of what it names.
    found: Option<Kind>,
    /// The kinds that it may name; none: all.
    kinds: &'a [&'static str],
}

/// The ids that are offered in place of wrong ones. Finding one takes its time in a large dataset.
struct Offers<'a> {
    left: usize,
    made: HashMap<(&'a str, &'a [&'static str]), Option<&'a str>>,
}

impl<'a> Wrong<'a> {
    fn of(whole: &Whole, (id, place): (&'a str, Option<usize>), kinds: &'a [&'static str]) -> Option<Self> {
        let found = place.map(|place| whole.records[place].kind);
        let fits = found.is_some_and(|kind| kinds.is_empty() || kinds.contains(&kind.id));
        (!fits).then_some(Self { id, found, kinds })
    }

    fn words(&self, what: &str, whole: &'a Whole, offers: &mut Offers<'a>) -> (String, String) {
        let Self { id, kinds, .. } = self;
        if let Some(kind) = self.found {
            let message = format!("`{what}` must name a {}, but `{id}` is a {}", kinds.join(" or a "), kind.id);
            return (message, "name a record of that kind".to_owned());
        }
        let mend = match offers.nearest(id, kinds, whole) {
            Some(near) => format!("did you mean `{near}`?"),
            None if kinds.is_empty() => "add a record with this id, or correct it".to_owned(),
            None => format!("add a record with this id, or correct it ({})", kinds.join(" or ")),
        };
        let noun = if *kinds == [SOURCE.id] { "source" } else { "record" };
        (format!("there is no {noun} `{id}`"), mend)
    }
}

impl<'a> Offers<'a> {
    fn nearest(&mut self, id: &'a str, kinds: &'a [&'static str], whole: &'a Whole) -> Option<&'a str> {
        if let Some(made) = self.made.get(&(id, kinds)) {
            return *made;
        }
        self.left = self.left.checked_sub(1)?;
        let fitting = whole.records.iter().filter(|record| kinds.is_empty() || kinds.contains(&record.kind.id));
        // As far off as `nearest` forgives.
        let near = fitting.map(|record| record.id.as_str()).filter(|known| known.len().abs_diff(id.len()) <= 2);
        let near = nearest(id, near);
        self.made.insert((id, kinds), near);
        near
    }
}

/// One source can't say two things at once, and nothing is said twice.
fn contradictions(record: &Record, notes: &mut Notes) {
    if record.claims.len() < 2 {
        return;
    }
    // The first claim of each hash; two that are not the same may share one by chance.
    let mut given: HashMap<u64, usize, BuildQuick> = HashMap::default();
    let mut said: HashSet<(usize, Option<PartialDate>, &str), BuildQuick> = HashSet::default();
    for (place, claim) in record.claims.iter().enumerate() {
        let property = claim.property;
        let as_of = claim.as_of.filter(|_| !property.many);
        let same = |other: &Claim| {
            std::ptr::eq(other.property, property)
                && other.value == claim.value
                && (property.many || other.as_of == claim.as_of)
        };
        let first = *given.entry(quick((property.rank(), as_of, claim.value.hash()))).or_insert(place);
        let is_twice = first != place && (same(&record.claims[first]) || record.claims[..place].iter().any(same));
        if is_twice {
            notes.add(
                |places| Some(places.claims.get(place)?.whole),
                || {
                    let message = format!("`{}` is given twice with the same value", property.id);
                    (message, "make one claim of the two, with all the sources".to_owned())
                },
            );
        }
        if property.many {
            continue;
        }
        for source in claim.sources.iter().filter(|_| !is_twice) {
            if said.contains(&(property.rank(), claim.as_of, source.as_str())) {
                notes.add(
                    |places| Some(places.claims.get(place)?.whole),
                    || {
                        let mend =
                            "a source can give it once for one date: correct one of them, or give each its as_of";
                        (format!("`{source}` gives `{}` twice for one date", property.id), mend.to_owned())
                    },
                );
            }
        }
        said.extend(claim.sources.iter().map(|source| (property.rank(), claim.as_of, source.as_str())));
    }
}
