//! What the desk itself costs, each part in a process of its own so that its memory is its own.

use std::{path::Path, time::Instant};

use anyhow::{Result, anyhow};
use serde::{Deserialize, Serialize};
use tigerdesk::{commands::Desk, dataset};

use crate::{
    memory,
    questions::{self, Times, ask},
    rivals::{self, Rival},
};

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
    /// The longest question there can be, of the commonest words.
    pub worst: f64,
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
    let worst = format!("!search {}", "model data compute chip training inference agent cloud ".repeat(60));
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
        worst: Times::of(20, |_| {
            std::hint::black_box(ask(&desk, &worst));
        })
        .percentile(99),
    })
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
