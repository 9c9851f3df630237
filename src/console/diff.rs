//! What a digest would say of two datasets.

use std::{
    io::{self, Write as _},
    path::Path,
};

use super::{Error, load};
use crate::{
    cli::Format,
    dataset::{self, Dataset},
    digest::{Told, compose},
    reply::Reply,
};

/// Prints what a digest would say if the dataset in the first folder became the one in the second: its message, then those
/// of the thread under it. As JSON, the list of all changes.
///
/// # Errors
/// How many faults the folders have, which are printed one by one; or that standard output fails.
pub fn diff(old: &Path, new: &Path, format: Format) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    let (old, new) = match (load(old)?.0, load(new)?.0) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => {
            let mut count = 0;
            for faults in [old.err(), new.err()].into_iter().flatten() {
                count += faults.count();
                writeln!(out, "{faults}")?;
            }
            return Err(Error::Checked(count));
        }
    };
    Ok(print(&mut out, &old, &new, format)?)
}

fn print(out: &mut impl io::Write, old: &Dataset, new: &Dataset, format: Format) -> io::Result<()> {
    let changes = dataset::diff(old, new);
    let shown = |reply: &Reply| if matches!(format, Format::Html) { reply.html() } else { reply.text() };
    if matches!(format, Format::Json) {
        serde_json::to_writer(&mut *out, &changes)?;
        writeln!(out)?;
    } else if let Some(digest) = compose(&Told { changes: &changes, dataset: new, made_up: None, corrections: &[] }) {
        writeln!(out, "{}", shown(&digest.head))?;
        for (number, part) in (1..).zip(&digest.thread) {
            writeln!(out, "\n--- in the thread, {number} of {}\n\n{}", digest.thread.len(), shown(part))?;
        }
    } else if changes.is_empty() {
        writeln!(out, "No differences.")?;
    } else {
        writeln!(out, "No differences that a digest would tell.")?;
    }
    out.flush()
}
