//! Which of the claims that went became which of those that came.
//!
//! A claim of a many-valued property is identified by its value; one of a single-valued property by its sources and date.
//! A newer date beside or in place of an older one is a change, not a claim more.

use std::{
    cmp::Reverse,
    collections::{HashMap, VecDeque},
};

use super::super::{
    PROPERTIES, Statement, What, property,
    quick::{BuildQuick, quick},
};

/// So many pairs of claims are compared by the rules that are less sure.
const MOST_PAIRS: usize = 100_000;

/// The order in which claims are told: that of the properties on a card, the newest first.
pub(super) fn order(statement: &Statement) -> impl Ord + use<> {
    let rank = property(&statement.property).map_or(PROPERTIES.len(), super::super::Property::rank);
    (rank, Reverse(statement.date()), statement.value.clone(), statement.sources.clone(), statement.note.clone())
}

/// Tells what went and what came of one record's claims as changes. `standing` is what was said and is still said.
pub(crate) fn pair(mut gone: Vec<Statement>, mut come: Vec<Statement>, standing: &[Statement]) -> Vec<What> {
    gone.sort_by_cached_key(order);
    come.sort_by_cached_key(order);
    let mut ids: Vec<String> = Vec::new();
    for statement in gone.iter().chain(&come) {
        if !ids.contains(&statement.property) {
            ids.push(statement.property.clone());
        }
    }
    ids.sort_by_key(|id| property(id).map_or(PROPERTIES.len(), super::super::Property::rank));
    let mut whats = Vec::new();
    for id in ids {
        let of = |list: &mut Vec<Statement>| -> Vec<Statement> {
            list.extract_if(.., |statement| statement.property == id).collect()
        };
        let (gone, come) = (of(&mut gone), of(&mut come));
        let standing: Vec<&Statement> = standing.iter().filter(|statement| statement.property == id).collect();
        whats.extend(of_property(property(&id).is_none_or(|property| property.many), gone, come, &standing));
    }
    whats
}

type Rule = fn(&Statement, &Statement) -> bool;

/// What a claim that went and the one that came in its place have in common, by its hash; the surest first.
type Key = fn(&Statement) -> u64;

const MANY: &[Key] = &[|statement| quick(&statement.value)];
const SINGLE: &[Key] = &[
    |statement| quick((&statement.sources, &statement.as_of)),
    |statement| quick((&statement.value, &statement.as_of)),
];
/// What else tells that a claim of a single-valued property that went is the one that came, the surest rule first.
const UNSURE: &[Rule] = &[
    |was, now| was.value == now.value && shared_source(was, now),
    |was, now| shared_source(was, now) && was.date() < now.date(),
    |was, now| was.date() < now.date(),
    shared_source,
];

fn shared_source(a: &Statement, b: &Statement) -> bool {
    a.sources.iter().any(|source| b.sources.contains(source))
}

fn of_property(
    many: bool,
    mut gone: Vec<Statement>,
    mut come: Vec<Statement>,
    standing: &[&Statement],
) -> impl Iterator<Item = What> {
    let mut changed: Vec<(Statement, Statement)> = Vec::new();
    for key in if many { MANY } else { SINGLE } {
        let mut places: HashMap<u64, VecDeque<usize>, BuildQuick> = HashMap::default();
        for (place, was) in gone.iter().enumerate() {
            places.entry(key(was)).or_default().push_back(place);
        }
        let mut left: Vec<Option<Statement>> = gone.into_iter().map(Some).collect();
        come.retain(|now| {
            let place = places.get_mut(&key(now)).and_then(VecDeque::pop_front);
            let was = place.and_then(|place| left[place].take());
            let is_new = was.is_none();
            changed.extend(was.map(|was| (was, now.clone())));
            is_new
        });
        gone = left.into_iter().flatten().collect();
    }
    // Each with each, which a record with very many claims of one property is not worth.
    let rules = if many || gone.len().saturating_mul(come.len()) > MOST_PAIRS { &[] } else { UNSURE };
    for rule in rules {
        come.retain(|now| {
            let place = gone.iter().position(|was| rule(was, now));
            changed.extend(place.map(|place| (gone.remove(place), now.clone())));
            place.is_none()
        });
    }
    let mut newer = None;
    if !many && let Some(newest) = come.first() {
        let stands = standing.iter().copied().chain(changed.iter().map(|(_, now)| now));
        let older = stands.filter(|was| was.date() < newest.date()).max_by_key(|was| (was.date(), Reverse(&was.value)));
        newer = older.map(|was| (was.clone(), newest.clone()));
    }
    if newer.is_some() {
        come.remove(0);
    }
    changed.sort_by_cached_key(|(_, now)| order(now));
    let newer = newer.into_iter().map(|(was, now)| What::ClaimChanged { was, now, kept: true });
    let changed = changed.into_iter().map(|(was, now)| What::ClaimChanged { was, now, kept: false });
    let added = come.into_iter().map(What::ClaimAdded);
    // What is newer may stand beside what has just changed.
    changed.chain(newer).chain(added).chain(gone.into_iter().map(What::ClaimWithdrawn))
}
