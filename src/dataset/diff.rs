//! What changed from one release to the next.

mod account;
mod pairing;
mod statements;

use std::collections::HashMap;

use super::{Change, Dataset, Record, Row, Statement, Subject, Value, What, canonical};
use account::{account, changed_details};
pub(crate) use pairing::pair;
pub(crate) use statements::Statements;

/// What changed between two datasets, in the order of the records' ids.
#[must_use]
pub fn diff(old: &Dataset, new: &Dataset) -> Vec<Change> {
    let differs = |record: &&Record, other: &Dataset| {
        // Most records are the same in every respect, which is told sooner than that they say the same.
        let same = |other: &Record| other == *record || Row::new(other) == Row::new(record);
        !other.get(&record.id).is_some_and(same)
    };
    let gone: Vec<Record> = old.records().iter().filter(|record| differs(record, new)).cloned().collect();
    let come: Vec<&Record> = new.records().iter().filter(|record| differs(record, old)).collect();
    changes(&gone, &come, new)
}

/// What changed, from those records only whose rows are not the same in both releases: `old` as they were, `new` as they
/// are in `dataset`, the newer release. In the order of the records' ids.
#[must_use]
pub fn changes(old: &[Record], new: &[&Record], dataset: &Dataset) -> Vec<Change> {
    let releases = Releases::new(old, new, dataset);
    let mut changes = Vec::new();
    let mut left: HashMap<&str, &Record> = releases.old.clone();
    for record in new {
        let before = releases.before.get(record.id.as_str()).copied().unwrap_or(&record.id);
        let was = left.remove(before);
        changes.extend(releases.of_record(was, record));
    }
    for record in left.into_values() {
        let what = What::Removed(account(record, true, releases.statements(record)));
        changes.push(Change { subject: subject(record), what });
    }
    // What happened to one record stays in its order.
    changes.sort_by(|a, b| a.subject.id.cmp(&b.subject.id));
    changes
}

/// How many records these changes withdraw. One that goes by another id is not withdrawn.
#[must_use]
pub fn withdrawn(changes: &[Change]) -> usize {
    changes.iter().filter(|change| matches!(change.what, What::Removed(_))).count()
}

/// The records that differ between two releases, and which of them go by another id now.
struct Releases<'a> {
    old: HashMap<&'a str, &'a Record>,
    dataset: &'a Dataset,
    /// From an id that is gone to the one that has taken its place.
    moved: HashMap<&'a str, &'a str>,
    /// From a new id to the one that its record had.
    before: HashMap<&'a str, &'a str>,
}

impl<'a> Releases<'a> {
    fn new(old: &'a [Record], new: &[&'a Record], dataset: &'a Dataset) -> Self {
        let old: HashMap<&str, &Record> = old.iter().map(|record| (record.id.as_str(), record)).collect();
        let (mut moved, mut before) = (HashMap::new(), HashMap::new());
        let mut new: Vec<&Record> = new.to_vec();
        new.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        for record in new {
            let known = old.get(record.id.as_str());
            let mut formerly: Vec<&str> = record.formerly.iter().map(String::as_str).collect();
            formerly.sort_unstable();
            for id in formerly {
                let gone = old.contains_key(id) && dataset.get(id).is_none();
                let said_before = known.is_some_and(|known| known.formerly.iter().any(|known| known == id));
                if !gone || said_before || moved.contains_key(id) {
                    continue;
                }
                moved.insert(id, record.id.as_str());
                // A record that was there already, or has an earlier id, takes in what goes: only one can go on as it.
                if known.is_none() {
                    before.entry(record.id.as_str()).or_insert(id);
                }
            }
        }
        Self { old, dataset, moved, before }
    }

    fn of_record(&self, was: Option<&Record>, record: &Record) -> Vec<Change> {
        let now = self.statements(record);
        let whats = match was {
            None => vec![What::Added(account(record, false, now))],
            Some(was) => {
                let renamed = (was.id != record.id || was.name != record.name)
                    .then(|| What::Renamed { id: was.id.clone(), name: was.name.clone() });
                let details = changed_details(was, record);
                let described = (!details.is_empty()).then_some(What::Described(details));
                let claims = claims(self.statements(was), now);
                renamed.into_iter().chain(described).chain(claims).collect()
            }
        };
        whats.into_iter().map(|what| Change { subject: subject(record), what }).collect()
    }

    /// What is said of a record, with the newer ids, and the names of the release that it stood in.
    fn statements(&self, record: &Record) -> Vec<Statement> {
        let newer = |id: &str| self.moved.get(id).copied().unwrap_or(id).to_owned();
        let statement = |claim: &super::Claim| {
            let mut value = claim.value.clone();
            let mut text = None;
            let mut target = None;
            if let Value::Ref(id) = &mut value {
                text = self.dataset.get(id).or(self.old.get(id.as_str()).copied()).map(|record| record.name.clone());
                *id = newer(id);
                target = Some(id.clone());
            }
            let mut sources: Vec<String> = claim.sources.iter().map(|id| newer(id)).collect();
            sources.sort_unstable();
            Statement {
                property: claim.property.id.to_owned(),
                text: text.unwrap_or_else(|| self.dataset.show(&value)),
                value: canonical::value(&value),
                target,
                as_of: claim.as_of.map(|date| date.to_string()),
                sources,
                note: claim.note.clone(),
            }
        };
        record.claims.iter().map(statement).collect()
    }
}

fn subject(record: &Record) -> Subject {
    let mut tags = record.tags.clone();
    tags.sort_unstable();
    Subject { id: record.id.clone(), kind: record.kind.id.to_owned(), name: record.name.clone(), tags }
}

/// What changed in what is said of one record.
fn claims(was: Vec<Statement>, now: Vec<Statement>) -> Vec<What> {
    let mut was: Statements = was.into_iter().collect();
    let (standing, come): (Vec<_>, Vec<_>) = now.into_iter().partition(|statement| was.take(statement).is_some());
    pair(was.into_vec(), come, &standing)
}
