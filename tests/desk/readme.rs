//! The README says what the program says.

use std::{fmt::Write as _, fs, path::Path};

use tigerdesk::{
    commands::{Command, registry},
    dataset::{File, KINDS, PROPERTIES, load_files},
};

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn the_table_of_commands_is_the_registry() {
    let mut table = "| Command | What it does | Try |\n| --- | --- | --- |\n".to_owned();
    for spec in registry::commands().map(Command::spec) {
        let usage = spec.usage().replace('|', "\\|");
        writeln!(table, "| `{usage}` | {} | `{}` |", spec.summary, spec.example_line()).unwrap();
    }
    assert!(file("README.md").contains(&table), "put this table into README.md:\n\n{table}");
}

#[test]
fn the_data_guide_lists_every_kind_and_property() {
    let guide = file("data/README.md");
    for kind in KINDS {
        assert!(guide.contains(&format!("`[[{}]]`", kind.id)), "data/README.md does not tell of [[{}]]", kind.id);
    }
    let mut table = "| Property | On a card | Value | Several at once |\n| --- | --- | --- | --- |\n".to_owned();
    for property in PROPERTIES {
        let several = if property.many { "yes" } else { "no" };
        writeln!(table, "| `{}` | {} | {} | {several} |", property.id, property.label, property.value).unwrap();
    }
    assert!(guide.contains(&table), "put this table into data/README.md:\n\n{table}");
}

#[test]
fn the_data_guides_examples_are_sound() {
    let guide = file("data/README.md");
    let (_, examples) = guide.split_once("## Three examples").unwrap();
    let blocks: Vec<&str> =
        examples.split("```toml\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    let [company, event, claim] = blocks[..] else { panic!("{} examples", blocks.len()) };
    let text = format!("{company}\n{claim}\n{event}");
    let files = [("sources.toml", file("data/sources.toml")), ("example.toml", text)];
    let files = files.map(|(name, text)| File { name: name.to_owned(), text });
    let dataset = load_files(&files).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(dataset.get("example-ai").unwrap().claims.len(), 2);
}
