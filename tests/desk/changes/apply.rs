//! Carries changes out on the rows of a release.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};
use tigerdesk::dataset::{Account, Change, Dataset, Detail, Statement, What};

/// The rows of a release: a line of JSON for each id.
pub type Rows = BTreeMap<String, String>;

pub fn rows(dataset: &Dataset) -> Rows {
    dataset.rows().map(|row| (row.id, row.text)).collect()
}

/// What becomes of the rows if all this happens to them.
pub fn apply(old: &Rows, changes: &[Change]) -> Rows {
    let moved: HashMap<&str, &str> = changes
        .iter()
        .filter_map(|change| match &change.what {
            What::Renamed { id, .. } => Some((id.as_str(), change.subject.id.as_str())),
            _ => None,
        })
        .collect();
    let newer = |id: &str| moved.get(id).copied().unwrap_or(id).to_owned();
    let mut records: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for (id, text) in old {
        let Value::Object(mut record) = serde_json::from_str(text).unwrap() else { panic!("{text}") };
        for claim in record.entry("claims").or_insert(json!([])).as_array_mut().unwrap() {
            if let Some(id) = claim["value"].get_mut("ref") {
                *id = json!(newer(id.as_str().unwrap()));
            }
            let mut sources: Vec<String> =
                claim["sources"].as_array().unwrap().iter().map(|id| newer(id.as_str().unwrap())).collect();
            sources.sort();
            claim["sources"] = json!(sources);
        }
        record.insert("id".to_owned(), json!(newer(id)));
        records.insert(newer(id), record);
    }
    for change in changes {
        one(&mut records, change);
    }
    let text = |record: Map<String, Value>| {
        let mut record = record;
        let claims = record["claims"].as_array_mut().unwrap();
        claims.sort_by_key(ToString::to_string);
        if claims.is_empty() {
            record.remove("claims");
        }
        // The claims are the last key of a row.
        let claims = record.remove("claims");
        let head = Value::Object(record).to_string();
        match claims {
            Some(claims) => format!("{},\"claims\":{claims}}}", head.strip_suffix('}').unwrap()),
            None => head,
        }
    };
    records.into_iter().map(|(id, record)| (id, text(record))).collect()
}

fn one(records: &mut BTreeMap<String, Map<String, Value>>, change: &Change) {
    let id = &change.subject.id;
    match &change.what {
        What::Added(Account { details, claims }) => {
            assert!(!records.contains_key(id), "{id} is there already");
            let mut record = Map::from_iter([("id".to_owned(), json!(id)), ("claims".to_owned(), json!([]))]);
            describe(&mut record, details);
            for claim in claims {
                say(&mut record, claim);
            }
            record.insert("name".to_owned(), json!(change.subject.name));
            records.insert(id.clone(), record);
            return;
        }
        What::Removed(Account { details, claims }) => {
            let mut record = records.remove(id).unwrap();
            for claim in claims {
                unsay(&mut record, claim);
            }
            describe(&mut record, details);
            assert_eq!(record.keys().collect::<Vec<_>>(), ["claims", "id", "name"], "all is told of what is gone");
            assert_eq!(record["claims"], json!([]));
            return;
        }
        _ => {}
    }
    let record = records.get_mut(id).unwrap();
    match &change.what {
        What::Described(details) => describe(record, details),
        What::ClaimAdded(claim) => say(record, claim),
        What::ClaimWithdrawn(claim) => unsay(record, claim),
        What::ClaimChanged { was, now, kept } => {
            unsay(record, was);
            if *kept {
                say(record, was);
            }
            say(record, now);
        }
        _ => {}
    }
    record.insert("name".to_owned(), json!(change.subject.name));
}

fn describe(record: &mut Map<String, Value>, details: &[Detail]) {
    for Detail { aspect, was, now } in details {
        let Value::String(key) = json!(aspect) else { panic!("{aspect:?}") };
        let list = matches!(key.as_str(), "aliases" | "tags" | "formerly" | "authors");
        let wrapped = |texts: &[String]| match texts {
            [] => None,
            texts if list => Some(json!(texts)),
            [one] => Some(json!(one)),
            _ => panic!("{key}: {texts:?}"),
        };
        assert_eq!(record.remove(&key), wrapped(was), "{key}");
        record.extend(wrapped(now).map(|now| (key, now)));
    }
}

fn written(claim: &Statement) -> Value {
    let value: Value = serde_json::from_str(&claim.value).unwrap();
    let mut line = json!({ "property": claim.property, "value": value, "sources": claim.sources });
    for (key, text) in [("as_of", &claim.as_of), ("note", &claim.note)] {
        if let Some(text) = text {
            line[key] = json!(text);
        }
    }
    line
}

fn say(record: &mut Map<String, Value>, claim: &Statement) {
    record["claims"].as_array_mut().unwrap().push(written(claim));
}

fn unsay(record: &mut Map<String, Value>, claim: &Statement) {
    let claims = record["claims"].as_array_mut().unwrap();
    let place = claims.iter().position(|known| *known == written(claim));
    claims.remove(place.unwrap_or_else(|| panic!("{claim:?} is not among {claims:?}")));
}
