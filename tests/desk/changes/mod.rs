//! Rows, and what changes from release to release, on datasets by chance.

mod apply;
mod world;

use apply::{apply, rows};
use proptest::prelude::*;
use tigerdesk::{
    dataset::{self, File, diff, read_rows},
    digest::fold,
};
use world::{dataset, drafts, load, shuffled, two};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_release_is_built_again_from_its_rows(drafts in drafts()) {
        let old = dataset(&drafts);
        let text: Vec<String> = rows(&old).into_values().collect();
        let new = load(&[File { name: "release.jsonl".to_owned(), text: text.join("\n") }]);
        prop_assert_eq!(old.rows().collect::<Vec<_>>(), new.rows().collect::<Vec<_>>());
        prop_assert_eq!(read_rows(text.iter().map(String::as_str)).unwrap().len(), old.records().len());
        prop_assert_eq!(diff(&old, &new), []);
    }

    #[test]
    fn order_spacing_comments_and_files_do_not_count(drafts in drafts()) {
        let (one, other) = (dataset(&drafts), shuffled(&drafts));
        prop_assert_eq!(rows(&one), rows(&other));
        prop_assert_eq!(diff(&one, &other), []);
    }

    #[test]
    fn changes_lead_from_the_old_release_to_the_new_one((old, new) in two()) {
        let (old, new) = (dataset(&old), dataset(&new));
        prop_assert_eq!(apply(&rows(&old), &diff(&old, &new)), rows(&new));
        prop_assert_eq!(diff(&old, &old), []);
        prop_assert_eq!(rows(&old) == rows(&new), diff(&old, &new).is_empty());
    }

    #[test]
    fn the_net_of_releases_is_told((old, between) in two(), new in drafts()) {
        let releases = [dataset(&old), dataset(&between), dataset(&new), dataset(&old)];
        let steps: Vec<_> = releases.windows(2).map(|two| diff(&two[0], &two[1])).collect();
        let net = |steps: &[Vec<dataset::Change>]| fold(steps.iter().map(Vec::as_slice));
        prop_assert_eq!(net(&steps[..1]), &steps[0][..]);
        prop_assert_eq!(apply(&rows(&releases[0]), &net(&steps[..2])), rows(&releases[2]));
    }

    #[test]
    fn changes_outlive_their_release((old, new) in two()) {
        let changes = diff(&dataset(&old), &dataset(&new));
        let stored = serde_json::to_string(&changes).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<dataset::Change>>(&stored).unwrap(), changes);
    }
}

#[test]
fn any_other_content_has_another_hash() {
    let hash = |text: &str| -> String {
        let rows: Vec<String> =
            load(&[File { name: "a.toml".to_owned(), text: text.to_owned() }]).rows().map(|row| row.hash).collect();
        dataset::content(rows.iter().map(String::as_str))
    };
    let text = "[[source]]\nid = \"a\"\nname = \"A\"\n[[figure]]\nid = \"f\"\nname = \"F\"\n[[figure.claims]]\n\
        property = \"reading\"\nvalue = { amount = 1328, unit = \"%\" }\nsources = [\"a\"]\n";
    let same = ["{ amount = 1_328.0, unit = \"%\" }", "{ unit = '%', amount = 1.328e3 }"];
    for value in same {
        assert_eq!(hash(text), hash(&text.replace("{ amount = 1328, unit = \"%\" }", value)), "{value}");
    }
    let other = [
        ("1328", "1328.5"),
        ("\"%\"", "\"tons\""),
        ("\"F\"", "\"f\""),
        ("\"f\"", "\"g\""),
        ("figure", "topic"),
        ("unit", "qualifier = \"about\", unit"),
        ("1328", "1328, to = 1330"),
    ];
    for (old, new) in other {
        let changed = text.replace(old, new);
        assert!(changed != text && hash(text) != hash(&changed), "{new}");
    }
}
