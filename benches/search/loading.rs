//! What loading costs when most of it was done before: at the next start, and when one record changed.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, Result, anyhow, ensure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tigerdesk::dataset::{Dataset, Loader};

use crate::memory;

/// Times in seconds, memory in MiB.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Warm {
    /// Loading what an earlier process has loaded.
    pub load: f64,
    /// Loading again after one record of one file changed.
    pub changed: f64,
    /// Writing that down for the next start.
    pub save: f64,
    /// The most memory, with the datasets before and after the change.
    pub peak: f64,
}

/// Loads, and writes down what was loaded: in a dot-folder, which is no part of the dataset.
pub fn stock(dir: &Path) -> Result<()> {
    let mut loader = loader(dir);
    load(&mut loader, dir)?;
    Ok(loader.save()?)
}

/// Measures what comes after [`stock`], in another process.
pub fn warm(dir: &Path) -> Result<Warm> {
    let timed = |start: Instant| start.elapsed().as_secs_f64();
    let start = Instant::now();
    let mut loader = loader(dir);
    let before = load(&mut loader, dir)?;
    let warm = timed(start);
    let file = dir.join("records-000.jsonl");
    let text = fs::read_to_string(&file)?;
    let at = text.rfind("\"summary\":\"").context("no record has a summary")? + 11;
    fs::write(&file, [&text[..at], "Renewed: ", &text[at..]].concat())?;
    let start = Instant::now();
    let after = load(&mut loader, dir)?;
    let changed = timed(start);
    let differ = before.records().iter().zip(after.records()).filter(|(old, new)| !old.is(new)).count();
    ensure!(differ == 1, "{differ} records were read again");
    let start = Instant::now();
    loader.save()?;
    let save = timed(start);
    fs::write(&file, &text)?;
    Ok(Warm { load: warm, changed, save, peak: memory::peak() })
}

/// A loader that finds what one before it has saved.
pub fn loader(dir: &Path) -> Loader {
    Loader::new(Some(&cache(dir)))
}

fn cache(dir: &Path) -> PathBuf {
    dir.join(".cache")
}

/// Loads the generated dataset.
pub fn load(loader: &mut Loader, dir: &Path) -> Result<Dataset> {
    loader.load(dir, Timestamp::now()).map_err(|faults| anyhow!("the generated dataset has faults: {faults}"))
}
