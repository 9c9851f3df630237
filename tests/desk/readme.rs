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

/// The keys of `config/default.toml` as a table: those that stand under one comment share a row.
fn settings() -> String {
    let mut table = "| Key | Default | What it is |\n| --- | --- | --- |\n".to_owned();
    let (mut section, mut meaning) = (String::new(), Vec::new());
    let mut row: Vec<(String, String)> = Vec::new();
    let mut end = |row: &mut Vec<(String, String)>, meaning: &mut Vec<String>| {
        if let Some((_, default)) = row.first() {
            let keys: Vec<String> = row.iter().map(|(key, _)| format!("`{key}`")).collect();
            let default = if default == "\"\"" { String::new() } else { format!("`{default}`") };
            writeln!(table, "| {} | {default} | {} |", keys.join(", "), meaning.join(" ").replace('|', "\\|")).unwrap();
        }
        row.clear();
        meaning.clear();
    };
    for line in tigerdesk::settings::DEFAULTS.lines().chain([""]) {
        if let Some(comment) = line.strip_prefix("# ") {
            if !row.is_empty() {
                end(&mut row, &mut meaning);
            }
            meaning.push(comment.to_owned());
        } else if let Some((key, value)) = line.split_once(" = ") {
            row.push((format!("{section}.{key}"), value.to_owned()));
        } else {
            end(&mut row, &mut meaning);
            line.clone_into(&mut section);
            section.retain(|c| !"[]".contains(c));
        }
    }
    table
}

#[test]
fn the_table_of_settings_is_the_defaults() {
    let table = settings();
    assert!(file("README.md").contains(&table), "put this table into README.md:\n\n{table}");
}

/// What is shown of how to add something applies to the sources as they are.
#[test]
fn what_is_to_be_added_where_fits_the_sources() {
    let readme = file("README.md");
    let changes: Vec<&str> =
        readme.split("```diff\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    assert_eq!(changes.len(), 3, "a command, a kind, a property");
    for change in changes {
        for part in change.split("--- ").skip(1) {
            let (paths, hunks) = part.split_once("@@").unwrap();
            if paths.starts_with("/dev/null") {
                continue;
            }
            let path = paths.lines().next().unwrap().strip_prefix("a/").unwrap();
            let source = file(path);
            for hunk in hunks.split("\n@@").map(|hunk| hunk.split_once('\n').unwrap().1) {
                let before: Vec<&str> = hunk
                    .lines()
                    .filter(|line| !line.starts_with('+'))
                    .map(|line| line.get(1..).unwrap_or(""))
                    .collect();
                assert!(
                    source.contains(before.join("\n").trim_end()),
                    "{path} has no such lines:\n{}",
                    before.join("\n")
                );
            }
        }
    }
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
