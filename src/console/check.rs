//! The check of a dataset.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::Path,
};

use super::Error;
use crate::dataset::{self, Dataset, KINDS};

/// Validates the dataset in a folder, or the one that is built in, and prints how much is in it.
///
/// # Errors
/// How many faults the dataset has, which are printed one by one; or that standard output fails.
pub fn check(dir: Option<&Path>) -> Result<(), Error> {
    match dir.map_or_else(dataset::bundled, dataset::load) {
        Ok(dataset) => writeln!(io::stdout(), "{}", counts(&dataset))?,
        Err(faults) => {
            writeln!(io::stdout(), "{faults}")?;
            return Err(Error::Checked(faults.0.len()));
        }
    }
    Ok(())
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
