//! Small datasets by chance, of few records and values so that two of them have much in common.

use std::collections::HashSet;

use proptest::{prelude::*, sample::subsequence};
use serde_json::{Value, json};
use tigerdesk::dataset::{Dataset, File, load_files};

/// A record, its id chosen among those that it has in its life.
#[derive(Debug, Clone)]
pub struct Draft {
    number: usize,
    renamed: bool,
    name: usize,
    tags: Vec<&'static str>,
    aliases: Vec<&'static str>,
    summary: Option<&'static str>,
    claims: Vec<(usize, usize, usize, Vec<&'static str>, usize)>,
}

const SOURCES: [&str; 3] = ["s-one", "s-two", "s-three"];
const DATES: [Option<&str>; 4] = [None, Some("2024"), Some("2025-03"), Some("2025-09-30")];
const NOTES: [Option<&str>; 3] = [None, Some("By its own account."), Some("Doubtful {\"so to say\"}.")];
const PROPERTIES: [&str; 6] = ["valuation", "users", "category", "focus", "founder", "spending"];

fn draft(number: usize) -> impl Strategy<Value = Draft> {
    let claim = (
        0..PROPERTIES.len(),
        0..3_usize,
        0..DATES.len(),
        subsequence(SOURCES.to_vec(), 1..=2).prop_shuffle(),
        0..NOTES.len(),
    );
    let words = (subsequence(vec!["one", "two", "three"], 0..=3), subsequence(vec!["x", "y", "z"], 0..=3));
    let summary = prop::option::of(prop::sample::select(vec!["It thinks.", "It \"thinks\" <b>月之暗面</b> & more"]));
    (any::<bool>(), 0..2_usize, words, summary, prop::collection::vec(claim, 0..6)).prop_map(
        move |(renamed, name, (tags, aliases), summary, claims)| Draft {
            number,
            renamed,
            name,
            tags,
            aliases,
            summary,
            claims,
        },
    )
}

/// The records of a release: some of six.
pub fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    subsequence((0..6_usize).collect::<Vec<_>>(), 0..=6)
        .prop_flat_map(|numbers| numbers.into_iter().map(draft).collect::<Vec<_>>())
}

/// A release and one that may come after it: most records are the same.
pub fn two() -> impl Strategy<Value = (Vec<Draft>, Vec<Draft>)> {
    (drafts(), drafts(), prop::collection::vec(0..3_usize, 6)).prop_map(|(old, other, choice)| {
        let of = |list: &[Draft], number| list.iter().find(|draft| draft.number == number).cloned();
        let next = (0..6).filter_map(|number| match choice[number] {
            0 => of(&other, number),
            1 => of(&old, number),
            _ => mixed(of(&old, number)?, of(&other, number)),
        });
        let next = next.collect();
        (old, next)
    })
}

/// A record with some claims of its own and some of another's.
fn mixed(mut one: Draft, other: Option<Draft>) -> Option<Draft> {
    one.claims.truncate(3);
    one.claims.extend(other?.claims.into_iter().skip(1));
    Some(one)
}

impl Draft {
    fn is_person(&self) -> bool {
        self.number < 2
    }

    fn id(&self) -> String {
        format!("r{}{}", self.number, if self.renamed { "-new" } else { "" })
    }

    fn line(&self, all: &[Draft]) -> Value {
        let names = ["Firm", "Company"];
        let aliases: Vec<String> = self.aliases.iter().map(|alias| format!("{alias}{}", self.number)).collect();
        let mut line = json!({
            "kind": if self.is_person() { "person" } else { "company" },
            "id": self.id(),
            "name": format!("{} {}", names[self.name], self.number),
            "aliases": aliases,
            "tags": self.tags,
            "claims": self.claims(all),
        });
        if self.renamed {
            line["formerly"] = json!([format!("r{}", self.number)]);
        }
        if let Some(summary) = self.summary {
            line["summary"] = json!(summary);
        }
        line
    }

    fn claims(&self, all: &[Draft]) -> Vec<Value> {
        let mut claims = Vec::new();
        let mut said = HashSet::new();
        for (property, value, date, sources, note) in &self.claims {
            let id = PROPERTIES[*property];
            let value = match id {
                "valuation" | "spending" => json!({ "amount": 1_500_000_000 + value, "currency": "USD" }),
                "users" => json!({ "amount": 10 + value, "unit": "people", "qualifier": "about" }),
                "founder" => match all.iter().find(|draft| draft.number == *value && draft.is_person()) {
                    Some(person) if !self.is_person() => json!({ "ref": person.id() }),
                    _ => continue,
                },
                _ => json!(format!("value {value}")),
            };
            // What a dataset may not have: a claim twice, or a source that contradicts itself.
            let many = matches!(id, "focus" | "founder" | "spending");
            let once = if many { value.to_string() } else { date.to_string() };
            let keys: Vec<_> = if many {
                vec![(id, once, "")]
            } else {
                let mut keys: Vec<_> = sources.iter().map(|source| (id, once.clone(), *source)).collect();
                keys.push((id, format!("{once} {value}"), ""));
                keys
            };
            if keys.iter().any(|key| said.contains(key)) {
                continue;
            }
            said.extend(keys);
            let mut claim = json!({ "property": id, "value": value, "sources": sources });
            if let Some(date) = DATES[*date] {
                claim["as_of"] = json!(date);
            }
            if let Some(note) = NOTES[*note] {
                claim["note"] = json!(note);
            }
            claims.push(claim);
        }
        claims
    }
}

/// The dataset of these records, and of the sources.
pub fn dataset(drafts: &[Draft]) -> Dataset {
    let sources = SOURCES.map(|id| json!({ "kind": "source", "id": id, "name": id, "date": "2025" }).to_string());
    let records = drafts.iter().map(|draft| draft.line(drafts).to_string());
    let text: Vec<String> = sources.into_iter().chain(records).collect();
    load(&[File { name: "world.jsonl".to_owned(), text: text.join("\n") }])
}

/// The same in two files, lists and claims the other way round, with other spacing.
pub fn shuffled(drafts: &[Draft]) -> Dataset {
    let turned = drafts.iter().rev().map(|draft| {
        let mut line = draft.line(drafts);
        for list in ["claims", "aliases", "tags"] {
            line[list].as_array_mut().unwrap().reverse();
        }
        for claim in line["claims"].as_array_mut().unwrap() {
            claim["sources"].as_array_mut().unwrap().reverse();
        }
        format!("  {}  \n", line.to_string().replace("\":", "\" :  "))
    });
    let source = |id| format!("# a remark\n[[source]]\n  date = '2025'\n  title = \"{id}\"\n  id = \"{id}\"\n");
    let sources = SOURCES.map(source).concat();
    load(&[
        File { name: "b.toml".to_owned(), text: sources },
        File { name: "a.jsonl".to_owned(), text: turned.collect() },
    ])
}

pub fn load(files: &[File]) -> Dataset {
    load_files(files).unwrap_or_else(|faults| panic!("{faults}\n{files:?}"))
}
