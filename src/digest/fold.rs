//! What several releases changed in the end.

use std::collections::{BTreeMap, HashMap};

use crate::dataset::{Account, Aspect, Change, Detail, Statement, Statements, Subject, What, pair};

/// The net of releases, given in their order: what was added and then changed is added, what was added and withdrawn again
/// is nothing, and what was changed twice went from the first to the last. In the order of the records' ids.
#[must_use]
pub fn fold<'a>(releases: impl IntoIterator<Item = &'a [Change]>) -> Vec<Change> {
    let mut net = Net::default();
    for changes in releases {
        net.rename(changes);
        for change in changes {
            net.take_in(change);
        }
    }
    let ids: Vec<(String, String)> = net.states.iter().filter_map(State::ids_of_what_went).collect();
    let mut states = reunited(net.states);
    under_known_ids(&mut states, &ids);
    let mut changes: Vec<Change> = states.into_iter().flat_map(State::told).collect();
    changes.sort_by(|a, b| a.subject.id.cmp(&b.subject.id));
    changes
}

/// A record that went and one that came may have one id in the end: they are the same.
fn reunited(states: Vec<State>) -> Vec<State> {
    let (gone, mut left): (Vec<State>, Vec<State>) = states.into_iter().partition(|state| !state.is_there);
    let mut new: HashMap<String, usize> = HashMap::new();
    for (place, state) in left.iter().enumerate().filter(|(_, state)| state.before.is_none()) {
        new.insert(state.subject.id.clone(), place);
    }
    for mut state in gone {
        match state.before.as_ref().and_then(|(id, _)| new.remove(id)) {
            Some(place) => {
                state.become_again(&left[place]);
                left[place] = state;
            }
            None => left.push(state),
        }
    }
    left
}

/// What got another id and is gone is told under the id that it had, also where claims pointed to it.
fn under_known_ids(states: &mut [State], ids: &[(String, String)]) {
    let back: HashMap<&str, &str> = ids.iter().map(|(last, first)| (last.as_str(), first.as_str())).collect();
    for state in states.iter_mut().filter(|_| !back.is_empty()) {
        following(&mut state.gone, &back);
        state.standing.iter_mut().for_each(|claim| claim.follow(&back));
        for claim in std::mem::take(&mut state.come).into_vec() {
            state.say(&claim);
        }
    }
}

/// Has statements follow the records that they name to other ids.
fn following(statements: &mut Statements, moves: &HashMap<&str, &str>) {
    let all = std::mem::take(statements).into_vec();
    *statements = all
        .into_iter()
        .map(|mut claim| {
            claim.follow(moves);
            claim
        })
        .collect();
}

/// What happened to each record so far.
#[derive(Default)]
struct Net {
    states: Vec<State>,
    /// The place of the state of each record by the id that it has now, or had last.
    places: HashMap<String, usize>,
}

/// What happened to one record so far.
struct State {
    /// As it is called now, or was last.
    subject: Subject,
    /// The id and the name that it had before all this, if it was there.
    before: Option<(String, String)>,
    is_there: bool,
    details: BTreeMap<Aspect, (Vec<String>, Vec<String>)>,
    gone: Statements,
    come: Statements,
    /// What was said before all this and stands beside what is newer.
    standing: Vec<Statement>,
}

impl Net {
    /// Follows the records of a release to their new ids.
    fn rename(&mut self, changes: &[Change]) {
        let moves: HashMap<&str, &str> = changes
            .iter()
            .filter_map(|change| match &change.what {
                What::Renamed { id, .. } if *id != change.subject.id => Some((id.as_str(), change.subject.id.as_str())),
                _ => None,
            })
            .collect();
        if moves.is_empty() {
            return;
        }
        for (old, new) in &moves {
            if let Some(place) = self.places.remove(*old) {
                self.places.insert((*new).to_owned(), place);
            } else {
                // Another record may have had the new id, and gone.
                self.places.remove(*new);
            }
        }
        for state in &mut self.states {
            following(&mut state.gone, &moves);
            following(&mut state.come, &moves);
            state.standing.iter_mut().for_each(|claim| claim.follow(&moves));
        }
    }

    fn take_in(&mut self, change: &Change) {
        let Change { subject, what } = change;
        let place = *self.places.entry(subject.id.clone()).or_insert_with(|| {
            let before = match what {
                What::Added(_) => None,
                What::Renamed { id, name } => Some((id.clone(), name.clone())),
                _ => Some((subject.id.clone(), subject.name.clone())),
            };
            self.states.push(State::new(subject.clone(), before));
            self.states.len() - 1
        });
        self.states[place].take_in(subject, what);
    }
}

impl State {
    fn new(subject: Subject, before: Option<(String, String)>) -> Self {
        let (gone, come, standing) = (Statements::default(), Statements::default(), Vec::new());
        Self { subject, before, is_there: true, details: BTreeMap::new(), gone, come, standing }
    }

    /// The last and the first id of a record that went and had several.
    fn ids_of_what_went(&self) -> Option<(String, String)> {
        let (first, _) = self.before.as_ref().filter(|(first, _)| !self.is_there && *first != self.subject.id)?;
        Some((self.subject.id.clone(), first.clone()))
    }

    fn take_in(&mut self, subject: &Subject, what: &What) {
        self.subject.clone_from(subject);
        self.is_there = !matches!(what, What::Removed(_));
        match what {
            What::Added(account) => {
                self.describe(&account.details);
                account.claims.iter().for_each(|claim| self.say(claim));
            }
            What::Removed(account) => {
                self.describe(&account.details);
                account.claims.iter().for_each(|claim| self.unsay(claim));
            }
            What::Renamed { .. } => {}
            What::Described(details) => self.describe(details),
            What::ClaimAdded(claim) => self.say(claim),
            What::ClaimWithdrawn(claim) => self.unsay(claim),
            What::ClaimChanged { was, now, kept: false } => {
                self.unsay(was);
                self.say(now);
            }
            What::ClaimChanged { was, now, kept: true } => {
                self.standing.push(was.clone());
                self.say(now);
            }
        }
    }

    fn say(&mut self, claim: &Statement) {
        if self.gone.take(claim).is_none() {
            self.come.push(claim.clone());
        }
    }

    fn unsay(&mut self, claim: &Statement) {
        if self.come.take(claim).is_some() {
            // It was not said before all this.
            self.standing.retain(|standing| !standing.says_the_same(claim));
        } else {
            self.gone.push(claim.clone());
        }
    }

    fn describe(&mut self, details: &[Detail]) {
        for Detail { aspect, was, now } in details {
            self.details.entry(*aspect).or_insert_with(|| (was.clone(), Vec::new())).1.clone_from(now);
        }
    }

    /// Takes in what happened to the record after it came again, under another id perhaps.
    fn become_again(&mut self, later: &Self) {
        self.subject.clone_from(&later.subject);
        self.is_there = later.is_there;
        for (aspect, (was, now)) in &later.details {
            self.details.entry(*aspect).or_insert_with(|| (was.clone(), Vec::new())).1.clone_from(now);
        }
        for claim in later.come.iter() {
            self.say(claim);
        }
    }

    fn told(mut self) -> Vec<Change> {
        let details = self.details.into_iter().filter(|(_, (was, now))| was != now);
        let details: Vec<Detail> = details.map(|(aspect, (was, now))| Detail { aspect, was, now }).collect();
        let whats = match (self.before, self.is_there) {
            (None, false) => Vec::new(),
            (None, true) => vec![What::Added(Account { details, claims: self.come.into_vec() })],
            (Some((id, name)), false) => {
                (self.subject.id, self.subject.name) = (id, name);
                vec![What::Removed(Account { details, claims: self.gone.into_vec() })]
            }
            (Some((id, name)), true) => {
                self.standing.retain(|claim| !self.gone.contains(claim) && !self.come.contains(claim));
                let renamed =
                    (id != self.subject.id || name != self.subject.name).then_some(What::Renamed { id, name });
                let described = (!details.is_empty()).then_some(What::Described(details));
                let claims = pair(self.gone.into_vec(), self.come.into_vec(), &self.standing);
                renamed.into_iter().chain(described).chain(claims).collect()
            }
        };
        whats.into_iter().map(|what| Change { subject: self.subject.clone(), what }).collect()
    }
}
