//! An index in a folder answers as one in memory does, whatever was there before.

use std::path::Path;

use super::{Index, kept::Kept, language::parse};
use crate::dataset::{Dataset, File, Loader, load_files};

fn dataset(extra: &str) -> Dataset {
    let text = format!(
        r#"
[[source]]
id = "weekly"
name = "The Weekly"

[[place]]
id = "beijing"
name = "Beijing"

[[company]]
id = "moon"
name = "Moonbeam"
summary = "Builds lanterns."

[[company.claims]]
property = "headquarters"
value = {{ ref = "beijing" }}
sources = ["weekly"]
{extra}"#
    );
    load_files(&[File { name: "a.toml".to_owned(), text }]).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The names of what is found, and whether it has all the words.
fn found(index: &Index, dataset: &Dataset, asked: &str) -> Vec<String> {
    let hits = index.ask(&parse(asked), 9).unwrap().hits;
    hits.iter().map(|hit| format!("{} {:?}", dataset.records()[hit.record].id, hit.claim)).collect()
}

fn same(folder: &Path, dataset: &Dataset) {
    let (kept, built) = (Index::open(folder, dataset, None).unwrap(), Index::build(dataset).unwrap());
    for asked in ["beijing", "peking", "moonbeam", "lanterns", "place:peking", "sunray", "source:weekly", "mooonbeam"] {
        assert_eq!(found(&kept, dataset, asked), found(&built, dataset, asked), "{asked}");
    }
}

const SUN: &str = "[[company]]\nid = \"a-sun\"\nname = \"Sunray\"\nsummary = \"Builds lanterns too.\"\n";

#[test]
fn only_what_changed_is_taken_in() {
    let folder = tempfile::tempdir().unwrap();
    let first = dataset("");
    same(folder.path(), &first);
    let before = Index::open(folder.path(), &first, None).unwrap();
    // A record before the others moves all of their places.
    let more = dataset(SUN);
    same(folder.path(), &more);
    assert_eq!(found(&before, &first, "lanterns"), ["moon None"]);
    same(folder.path(), &first);
}

#[test]
fn a_new_name_is_known_wherever_the_record_is_named() {
    let folder = tempfile::tempdir().unwrap();
    same(folder.path(), &dataset(""));
    let text = "\n[[place]]\nid = \"peking\"\nname = \"Peking\"\n";
    same(folder.path(), &dataset(text));
}

/// Files that change one after the other, each release opened after the one before it.
#[test]
fn what_is_taken_over_from_the_index_before_answers_the_same() {
    const BASE: &str =
        "[[source]]\nid = \"weekly\"\nname = \"The Weekly\"\n[[place]]\nid = \"beijing\"\nname = \"Beijing\"\n";
    let company = |id: &str, name: &str, native: &str, place: &str| {
        format!(
            "[[company]]\nid = \"{id}\"\nname = \"{name}\"\nnative_name = \"{native}\"\n[[company.claims]]\n\
             property = \"headquarters\"\nvalue = {{ ref = \"{place}\" }}\nsources = [\"weekly\"]\n"
        )
    };
    let person = "[[person]]\nid = \"li\"\nname = \"Li\"\n[[person.claims]]\nproperty = \"affiliation\"\n\
                  value = { ref = \"moon\" }\nsources = [\"weekly\"]\n";
    let (moon, sun) = (company("moon", "Moonbeam", "月光", "beijing"), company("sun", "Sunray", "日光", "haidian"));
    let haidian = "[[place]]\nid = \"haidian\"\nname = \"Haidian\"\n[[place.claims]]\nproperty = \"located_in\"\n\
                   value = { ref = \"beijing\" }\nsources = [\"weekly\"]\n";
    let releases = [
        format!("{BASE}{moon}{person}"),
        // More records, another name of a place that others lie in, of a company, and of a source; fewer records.
        format!("{BASE}{moon}{person}{haidian}{sun}"),
        format!("{}{moon}{person}{haidian}{sun}", BASE.replace("Beijing", "Peking")),
        format!("{BASE}{}{person}{haidian}{sun}", company("moon", "Moonbeam", "月影", "beijing")),
        format!("{}{moon}{person}{haidian}{sun}", BASE.replace("The Weekly", "The Monthly")),
        format!("{BASE}{moon}"),
        format!("{BASE}{moon}"),
    ];
    let (data, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut loader = Loader::new(None);
    let mut before: Option<(Dataset, Index)> = None;
    for (number, text) in releases.iter().enumerate() {
        std::fs::write(data.path().join("a.toml"), text).unwrap();
        let dataset = loader.load(data.path(), jiff::Timestamp::UNIX_EPOCH).unwrap();
        let old = before.as_ref().map(|(dataset, index)| (dataset, index));
        assert!(old.is_none_or(|(old, _)| Kept::of(old, &dataset).places.iter().flatten().next().is_some()));
        let (kept, built) = (Index::open(index.path(), &dataset, old).unwrap(), Index::build(&dataset).unwrap());
        for asked in
            ["place:beijing", "place:peking", "moonbeam", "月光", "日光", "光", "source:the-weekly", "li peking", "sun"]
        {
            assert_eq!(found(&kept, &dataset, asked), found(&built, &dataset, asked), "{asked} in release {number}");
        }
        before = Some((dataset, kept));
    }
}

#[test]
fn what_is_damaged_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = dataset(SUN);
    same(folder.path(), &dataset);
    let paths: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    for (place, path) in paths.iter().enumerate() {
        let whole = match std::fs::read(path) {
            Ok(whole) => whole,
            // Written anew under another name after an earlier one was damaged.
            Err(_) if place > 0 => continue,
            Err(error) => panic!("{error}"),
        };
        std::fs::write(path, &whole[..whole.len() / 2]).unwrap();
        same(folder.path(), &dataset);
    }
}
