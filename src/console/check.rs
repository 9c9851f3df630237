//! The check of a dataset.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::Path,
};

use super::{Error, load};
use crate::{
    dataset::{self, Dataset, KINDS, Unread},
    spelling::Clean,
};

/// So many files are named that are not read.
const MOST_UNREAD: usize = 50;

/// Validates the dataset in a folder, or the one that is built in, and prints how much is in it.
///
/// # Errors
/// How many faults the dataset has, which are printed one by one; or that standard output fails.
pub fn check(dir: Option<&Path>) -> Result<(), Error> {
    let (read, unread) = match dir {
        None => (dataset::bundled(), Vec::new()),
        Some(dir) => load(dir)?,
    };
    let mut out = io::stdout();
    let checked = match read {
        Ok(dataset) => {
            writeln!(out, "{}", counts(&dataset))?;
            Ok(())
        }
        Err(faults) => {
            writeln!(out, "{faults}")?;
            Err(Error::Checked(faults.count()))
        }
    };
    if !unread.is_empty() {
        writeln!(out, "\nnot read, for their names do not end in .toml or .jsonl:")?;
    }
    for Unread { path, advice } in unread.iter().take(MOST_UNREAD) {
        writeln!(out, "  {}: {}", Clean(&path.display().to_string()), Clean(advice))?;
    }
    if unread.len() > MOST_UNREAD {
        writeln!(out, "  and {} more", unread.len() - MOST_UNREAD)?;
    }
    checked
}

/// Prints the JSON Schema of the dataset's files.
///
/// # Errors
/// If standard output fails.
pub fn schema() -> Result<(), Error> {
    writeln!(io::stdout(), "{:#}", dataset::schema())?;
    Ok(())
}

fn counts(dataset: &Dataset) -> String {
    let records = dataset.records();
    let claims: usize = records.iter().map(|record| record.claims.len()).sum();
    let mut text = format!("{:<12}{:>8}{:>8}\n", "kind", "records", "claims");
    for kind in KINDS {
        let of_kind = || records.iter().filter(|record| record.kind == *kind);
        let claims: usize = of_kind().map(|record| record.claims.len()).sum();
        let _ = writeln!(text, "{:<12}{:>8}{claims:>8}", kind.id, of_kind().count());
    }
    let _ = write!(text, "{:<12}{:>8}{claims:>8}\n\nno faults", "all", records.len());
    text
}
