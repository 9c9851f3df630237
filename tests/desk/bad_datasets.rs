//! A hundred ways to spoil a dataset: each is refused with its places, and none of them becomes a dataset.

use std::{fs, path::Path};

use tigerdesk::dataset::{Dataset, Faults, File, load, load_files};

const SEEDS: u64 = 120;

/// Numbers by chance that are the same in every run (splitmix64, <https://prng.di.unimi.it/splitmix64.c>).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }
}

/// Puts something else in place of one of the lines that begin so, chosen by chance.
fn line(text: &str, dice: &mut Dice, start: &str, new: impl Fn(&str) -> String) -> String {
    let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
    let places: Vec<usize> = (0..lines.len()).filter(|place| lines[*place].starts_with(start)).collect();
    assert!(!places.is_empty(), "no line begins with {start}");
    let place = places[dice.below(places.len())];
    lines[place] = new(&lines[place]);
    lines.join("\n")
}

type Spoil = fn(&str, &mut Dice) -> String;

/// What people and half-finished copies do to files.
const SPOILS: [(&str, Spoil); 24] = [
    ("a quote is missing", |text, dice| line(text, dice, "name = \"", |line| line.trim_end_matches('"').to_owned())),
    ("a bracket is missing", |text, dice| line(text, dice, "sources = [", |line| line.replace(']', ""))),
    ("a header is half there", |text, dice| line(text, dice, "[[company.claims]]", |_| "[[company.claims]".to_owned())),
    ("a brace is missing", |text, dice| line(text, dice, "value = {", |line| line.replace('}', ""))),
    ("a key stands twice", |text, dice| line(text, dice, "id = ", |line| format!("{line}\n{line}"))),
    ("an unknown key", |text, dice| line(text, dice, "id = ", |line| format!("{line}\nheight = 3"))),
    ("a misspelt key", |text, dice| line(text, dice, "property = ", |line| line.replace("property", "proprety"))),
    ("an unknown property", |text, dice| line(text, dice, "property = ", |_| "property = \"shoe_size\"".to_owned())),
    ("an unknown kind", |text, dice| line(text, dice, "[[company]]", |_| "[[compny]]".to_owned())),
    ("no sources", |text, dice| line(text, dice, "sources = [", |_| String::new())),
    ("an empty list of sources", |text, dice| line(text, dice, "sources = [", |_| "sources = []".to_owned())),
    ("a source that is not there", |text, dice| {
        line(text, dice, "sources = [", |_| "sources = [\"hearsay\"]".to_owned())
    }),
    ("a record that is not there", |text, dice| {
        line(text, dice, "value = { ref", |_| "value = { ref = \"nobody-at-all\" }".to_owned())
    }),
    ("no value", |text, dice| line(text, dice, "value = ", |_| String::new())),
    ("a value of another type", |text, dice| line(text, dice, "value = ", |_| "value = true".to_owned())),
    ("an amount that is a text", |text, dice| {
        line(text, dice, "value = { amount", |_| "value = { amount = \"a lot\", currency = \"USD\" }".to_owned())
    }),
    ("no date", |text, dice| line(text, dice, "property = ", |line| format!("{line}\nas_of = \"2025-02-30\""))),
    ("a date without quotes", |text, dice| {
        line(text, dice, "property = ", |line| format!("{line}\nas_of = 2025-02-01"))
    }),
    ("no id", |text, dice| line(text, dice, "id = ", |_| String::new())),
    ("an id with capitals", |text, dice| line(text, dice, "id = \"", |line| line.replacen('"', "\"X ", 1))),
    ("an id that is taken", |text, _| {
        format!("{text}\n\n[[company]]\nid = \"taken\"\nname = \"A\"\n\n[[company]]\nid = \"taken\"\nname = \"B\"\n")
    }),
    ("a summary without end", |text, dice| {
        line(text, dice, "summary = \"", |line| line.replacen('"', &format!("\"{}", "and so on ".repeat(40)), 1))
    }),
    ("marks of a merge", |text, dice| {
        line(text, dice, "name = ", |line| format!("<<<<<<< mine\n{line}\n=======\n{line}"))
    }),
    ("a control character", |text, dice| line(text, dice, "name = \"", |line| line.replacen("= \"", "= \"\\u0007", 1))),
];

/// A small dataset in two files.
fn files() -> Vec<File> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desk/dataset/dataset.toml");
    let text = fs::read_to_string(path).unwrap();
    let (sources, records) = text.split_at(text.find("[[company]]").unwrap());
    [("sources.toml", sources), ("records.toml", records)]
        .map(|(name, text)| File { name: name.to_owned(), text: text.to_owned() })
        .to_vec()
}

/// Each fault of a spoilt file names a place that is there.
fn expect_places(what: &str, found: Result<Dataset, Faults>, files: &[File]) {
    let Err(faults) = found else { panic!("{what}: taken for sound") };
    assert!(!faults.0.is_empty(), "{what}");
    for fault in &faults.0 {
        let file = files.iter().find(|file| file.name == fault.file).unwrap_or_else(|| panic!("{what}: {fault}"));
        assert!(fault.line >= 1 && fault.column >= 1, "{what}: {fault}");
        let line = file.text.lines().nth(fault.line - 1).unwrap_or_default();
        assert!(fault.column <= line.chars().count() + 1, "{what}: {fault}");
        assert!(!fault.message.is_empty() && !fault.mend.is_empty(), "{what}: {fault}");
    }
}

#[test]
fn a_hundred_bad_datasets_are_refused_with_their_places() {
    let sound = files();
    assert!(load_files(&sound).is_ok());
    for seed in 0..SEEDS {
        let mut dice = Dice(seed);
        let (what, spoil) = SPOILS[usize::try_from(seed).unwrap() % SPOILS.len()];
        let mut files = sound.clone();
        files[1].text = spoil(&files[1].text, &mut dice);
        assert_ne!(files[1].text, sound[1].text, "{what}");
        expect_places(&format!("{what}, seed {seed}"), load_files(&files), &files);
    }
}

#[test]
fn files_that_end_too_early_or_are_gone_are_refused() {
    let sound = files();
    for seed in 0..SEEDS {
        let mut dice = Dice(seed);
        let mut files = sound.clone();
        let place = dice.below(files.len());
        let text = &files[place].text;
        // Cut within a text in quotes: where a line ends, the rest may be sound by itself.
        let quotes: Vec<usize> = text.match_indices("= \"").map(|(at, _)| at + 3).collect();
        let cut = quotes[dice.below(quotes.len())];
        files[place].text.truncate(cut);
        expect_places(&format!("cut at {cut} of {}", files[place].name), load_files(&files), &files);
    }
    let without_sources: Vec<File> = sound.iter().filter(|file| file.name != "sources.toml").cloned().collect();
    expect_places("no sources.toml", load_files(&without_sources), &without_sources);
    let mut empty = sound;
    empty.iter_mut().find(|file| file.name == "sources.toml").unwrap().text.clear();
    expect_places("an empty sources.toml", load_files(&empty), &empty);
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let sound = files();
    for seed in 0..20 {
        let mut dice = Dice(seed);
        let dir = tempfile::tempdir().unwrap();
        let spoilt = dice.below(sound.len());
        for (place, file) in sound.iter().enumerate() {
            let mut bytes = file.text.clone().into_bytes();
            if place == spoilt {
                let at = dice.below(bytes.len());
                bytes.insert(at, 0xff);
            }
            fs::write(dir.path().join(&file.name), bytes).unwrap();
        }
        let faults = load(dir.path()).unwrap_err().0;
        assert!(faults.len() == 1 && faults[0].message.contains("is not UTF-8"), "{faults:?}");
        assert!(faults[0].file.ends_with(&sound[spoilt].name), "{faults:?}");
    }
}

#[test]
fn lines_of_json_are_refused_with_their_places() {
    let rows: Vec<String> = load_files(&files()).unwrap().rows().map(|row| row.text).collect();
    for seed in 0..SEEDS {
        let mut dice = Dice(seed);
        let mut rows = rows.clone();
        let place = dice.below(rows.len());
        let row = &mut rows[place];
        let what = ["cut", "no kind", "an unknown key", "an id that is none", "twice", "null"]
            [usize::try_from(seed % 6).unwrap()];
        match what {
            "cut" => row
                .truncate((1..row.len()).rev().find(|end| row.is_char_boundary(*end) && end * 2 < row.len()).unwrap()),
            "no kind" => *row = row.replacen("\"kind\":", "\"knd\":", 1),
            "an unknown key" => row.insert_str(1, "\"height\":3,"),
            "an id that is none" => row.insert_str(row.len() - 1, ",\"formerly\":[\"Not An Id\"]"),
            "twice" => *row = format!("{row}\n{row}"),
            _ => *row = "null".to_owned(),
        }
        let files = [File { name: "release.jsonl".to_owned(), text: rows.join("\n") }];
        expect_places(&format!("{what}, seed {seed}"), load_files(&files), &files);
    }
}
