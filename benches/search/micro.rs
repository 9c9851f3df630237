//! The commonest questions, sampled by criterion, so that a change can be compared with what was before it.

use std::{hint::black_box, path::Path};

use anyhow::{Result, anyhow};
use criterion::Criterion;
use tigerdesk::{commands::Desk, dataset};

use crate::questions::{ask, two_words};

/// Samples a look-up, a search and a month's timeline on the dataset in a folder.
pub fn sample(dir: &Path) -> Result<()> {
    let dataset = dataset::load(dir).map_err(|faults| anyhow!("the generated dataset has faults: {faults}"))?;
    let desk = Desk::new(dataset)?;
    let record = &desk.dataset.records()[desk.dataset.records().len() / 2];
    let mut criterion = Criterion::default().sample_size(50);
    for (name, line) in [
        ("look-up", format!("!about {}", record.name)),
        ("search", format!("!search {}", two_words(record))),
        ("timeline", "!timeline 2023-11".to_owned()),
    ] {
        criterion.bench_function(name, |bencher| bencher.iter(|| black_box(ask(&desk, &line))));
    }
    criterion.final_summary();
    Ok(())
}
