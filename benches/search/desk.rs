//! What the desk itself costs, each part in a process of its own so that its memory is its own.

use std::{path::Path, time::Instant};

use anyhow::{Result, anyhow};
use serde::{Deserialize, Serialize};
use tigerdesk::{commands::Desk, dataset};

use crate::{
    loading, memory,
    questions::{self, Times, ask},
    rivals::{self, Rival},
};

/// The folder of the index: a dot-folder, which is no part of the dataset.
const INDEX: &str = ".index";

/// From a folder to the first answer, with nothing prepared.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cold {
    /// Reading and validating, in seconds.
    pub load: f64,
    /// Indexing, in seconds.
    pub index: f64,
    /// The first answer after that, in microseconds.
    pub first: f64,
    /// Records a second through the index.
    pub indexed: f64,
    /// Memory, in MiB.
    pub resident: f64,
    /// Memory, in MiB.
    pub peak: f64,
    /// The ten best for two words, as the index alone finds them.
    pub top_ten: (f64, f64),
    /// Each command: the time that 50, and that 99, of a hundred answers stay below.
    pub commands: Vec<(String, f64, f64)>,
    /// The most processor time that any of the costliest questions takes, in microseconds, and that question's name.
    pub worst: (String, f64),
}

/// With the index in a folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Warm {
    /// From the folders to the first answer with nothing changed: the dataset, the index and the answer, in seconds.
    pub start: (f64, f64, f64),
    /// The same after one record more was written.
    pub changed: (f64, f64, f64),
    /// Memory after the start, in MiB.
    pub resident: f64,
    /// The index on disk, in bytes.
    pub bytes: u64,
}

/// Both rivals over the same text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rivals {
    /// Words in a record, on average.
    pub words: f64,
    /// Plain tantivy.
    pub tantivy: Rival,
    /// `SQLite`'s FTS5.
    pub fts5: Rival,
}

/// Loads, indexes and answers.
pub fn cold(dir: &Path) -> Result<Cold> {
    let start = Instant::now();
    let dataset = dataset::load(dir).map_err(|faults| anyhow!("the generated dataset has faults: {faults}"))?;
    let load = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let desk = Desk::new(dataset)?;
    let indexing = start.elapsed().as_secs_f64();
    let start = Instant::now();
    ask(&desk, &format!("!about {}", desk.dataset.records()[0].name));
    let first = start.elapsed().as_secs_f64() * 1e6;
    let resident = memory::resident();
    let queries = queries(&desk.dataset);
    let times = Times::of(1_000, |place| {
        std::hint::black_box(desk.index.search(&queries[place % queries.len()], 10).expect("an index in memory"));
    });
    Ok(Cold {
        load,
        index: indexing,
        first,
        indexed: desk.dataset.records().len() as f64 / indexing,
        resident,
        peak: memory::peak(),
        top_ten: (times.percentile(50), times.percentile(99)),
        commands: questions::every_command(&desk)
            .into_iter()
            .map(|(command, times)| (command, times.percentile(50), times.percentile(99)))
            .collect(),
        worst: worst(&desk),
    })
}

/// The costliest questions there may be, and what the costliest of them takes of a processor.
fn worst(desk: &Desk) -> (String, f64) {
    let common = "model data compute chip training inference agent cloud ";
    let unknown = (0..24).map(|word| format!("zq{word}xkvwpjyy")).collect::<Vec<_>>().join(" ");
    let questions = [
        ("common words", format!("!search {}", common.repeat(60))),
        ("common words, one of them unknown", format!("!search zzyzx {}", common.repeat(60))),
        ("phrases of common words", format!("!search {}", "\"model for the\" ".repeat(30))),
        ("unwanted phrases", format!("!search model {}", "-\"of the\" ".repeat(30))),
        ("alternatives", format!("!search {}", "model OR data OR chip OR ".repeat(20))),
        ("words that nobody knows", format!("!search {unknown}")),
        ("a name that nobody has", format!("!about {unknown}")),
        ("one endless word", format!("!search {}", "moonshot".repeat(100))),
        ("characters", format!("!search {}", "智能科技大模型".repeat(60))),
        // One character of which eighteen letters become when it is compared, and a sign that is said in four.
        ("a character that is many letters", format!("!top {}", "\u{fdfa}".repeat(490))),
        ("the same in a name", format!("!company {}", "\u{fdfa}".repeat(490))),
        ("signs that are said in letters", format!("!about {}", "+".repeat(490))),
        ("an amount that is one endless word", format!("!top {}", "valuation".repeat(60))),
        ("dates without end", format!("!timeline {}", "since 2023 to nov ".repeat(30))),
        ("spans without end", format!("!list companies {}", "2023.. ".repeat(70))),
        ("filters", "!list companies year:2000..2030 model -data".to_owned()),
    ];
    let cost = |line: &str| {
        let spent = (0..5).map(|_| {
            let before = memory::processor();
            std::hint::black_box(ask(desk, line));
            memory::processor() - before
        });
        spent.fold(0.0, f64::max) * 1e6
    };
    let costs = questions.iter().map(|(name, line)| ((*name).to_owned(), cost(line)));
    costs
        .inspect(|(name, cost)| eprintln!("{cost:.0} µs: {name}"))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or_default()
}

/// Writes the dataset and the index down for [`warm`], which starts in another process: what is left over in this one's
/// memory is none of its own.
pub fn first(dir: &Path) -> Result<()> {
    let folder = dir.join(INDEX);
    std::fs::create_dir(&folder)?;
    let mut loader = loading::loader(dir);
    Desk::open(loading::load(&mut loader, dir)?, &folder, None)?;
    Ok(loader.save()?)
}

/// Opens what [`first`] wrote, and again after a change.
pub fn warm(dir: &Path) -> Result<Warm> {
    let folder = dir.join(INDEX);
    let mut loader = loading::loader(dir);
    let mut from_folders = |question: &str, before: Option<&Desk>| -> Result<(Desk, (f64, f64, f64))> {
        let start = Instant::now();
        let dataset = loading::load(&mut loader, dir)?;
        let loaded = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let desk = Desk::open(dataset, &folder, before)?;
        let opened = start.elapsed().as_secs_f64();
        let start = Instant::now();
        ask(&desk, question);
        Ok((desk, (loaded, opened, start.elapsed().as_secs_f64())))
    };
    let (desk, start) = from_folders("!search model", None)?;
    let resident = memory::resident();
    let more = dir.join("one-more.toml");
    std::fs::write(&more, "[[topic]]\nid = \"lately-added\"\nname = \"Lately added\"\nsummary = \"New.\"\n")?;
    // The old desk goes on answering meanwhile.
    let before = desk;
    let (desk, changed) = from_folders("!about lately added", Some(&before))?;
    drop(before);
    std::fs::remove_file(more)?;
    anyhow::ensure!(!desk.index.named(None, "Lately added")?.is_empty(), "the change is not seen");
    let bytes = std::fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len())).sum();
    Ok(Warm { start, changed, resident, bytes })
}

/// Measures both rivals.
pub fn rivals(dir: &Path) -> Result<Rivals> {
    let dataset = dataset::load(dir).map_err(|faults| anyhow!("the generated dataset has faults: {faults}"))?;
    let (texts, queries) = (rivals::texts(&dataset), queries(&dataset));
    drop(dataset);
    let words: usize = texts.iter().map(|text| text.split_whitespace().count()).sum();
    Ok(Rivals {
        words: words as f64 / texts.len() as f64,
        tantivy: rivals::tantivy(&texts, &queries)?,
        fts5: rivals::fts5(&texts, &queries)?,
    })
}

/// Two words each, of summaries all over the dataset.
fn queries(dataset: &dataset::Dataset) -> Vec<String> {
    let records = dataset.records();
    let queries = (0..500).map(|number| questions::two_words(&records[number * records.len() / 500]));
    queries.filter(|query| query.contains(' ')).collect()
}
