//! Loading a folder again and again, and reading only what changed.
//!
//! What was read of each file is kept: in memory, and in a folder of its own for the next start. A file whose stamp is
//! the same, or whose text has the same hash, is not read again; of a changed file of JSON lines only the lines that
//! were not there before. Records that did not change are shared with the datasets before. What lies between records is
//! judged anew whenever any file changed. A dataset with a fault is read as a whole, so that its faults are told as
//! they always are.

mod part;
mod shelf;

use std::{
    collections::{HashMap, HashSet},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;

use super::{
    Dataset, Faults, Progress, Record, Survey, Unread,
    load::{each, in_order, load_faulty, whole},
};
use part::{Hash, Part};
use shelf::Shelf;

/// Loads datasets, and keeps what it read.
#[derive(Debug)]
pub struct Loader {
    shelf: Option<Shelf>,
    /// What was read, by the files' paths.
    parts: HashMap<PathBuf, Part>,
    /// The hash of the files between whose records there was no fault.
    sound: Option<Hash>,
    /// Files that were not read although they look like it.
    unread: Vec<Unread>,
    progress: Arc<Progress>,
}

impl Loader {
    /// A loader that has read nothing yet, and that may find in a folder what one before it has [saved](Self::save).
    #[must_use]
    pub fn new(cache: Option<&Path>) -> Self {
        let shelf = cache.map(Shelf::new);
        let sound = shelf.as_ref().and_then(Shelf::sound);
        Self { shelf, parts: HashMap::new(), sound, unread: Vec::new(), progress: Arc::default() }
    }

    /// How far [`load`](Self::load) is.
    #[must_use]
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// The files in the folder loaded last that were not read although their names look as if they were meant to be.
    #[must_use]
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// Loads the dataset in a folder: every `.toml` and `.jsonl` file in it and below, but for dot-files and dot-folders.
    /// `now` tells which of them were left alone for long enough to be known by their stamps.
    ///
    /// # Errors
    /// Every fault of the dataset, if there is one. Nothing of a dataset with a fault is used.
    pub fn load(&mut self, dir: &Path, now: Timestamp) -> Result<Dataset, Faults> {
        let mut survey = Survey::of(dir, &self.progress);
        self.unread = std::mem::take(&mut survey.unread);
        if !survey.faults.is_empty() {
            return Err(Faults::sorted(survey.faults));
        }
        let read = each(&survey.files, |file| {
            let path = &file.path;
            let shelved;
            let before = match (self.parts.get(path), &self.shelf) {
                (None, Some(shelf)) => {
                    shelved = shelf.get(path);
                    shelved.as_ref()
                }
                (known, _) => known,
            };
            Part::read(file, &survey.root, before, now, &self.progress)
        });
        let mut complete = true;
        let mut parts = HashMap::with_capacity(survey.files.len());
        for (path, part) in survey.files.iter().map(|file| &file.path).zip(read) {
            // What can't be read now may be as it was before once it can be read again.
            complete &= part.is_some();
            let part = part.or_else(|| self.parts.remove(path));
            parts.extend(part.map(|part| (path.clone(), part)));
        }
        self.parts = parts;
        if !complete {
            return load_faulty(&survey, &self.progress);
        }
        let paths = || survey.files.iter().map(|file| &file.path);
        let parts = || paths().filter_map(|path| self.parts.get(path));
        let records: Vec<Record> = parts().flat_map(Part::records).cloned().collect();
        let records = in_order(records);
        let hash = part::hash_of_all(paths().zip(parts()));
        let Some(mut dataset) = whole(records, self.sound == Some(hash)) else {
            return load_faulty(&survey, &self.progress);
        };
        self.sound = Some(hash);
        dataset.origin = Some(hash);
        Ok(dataset)
    }

    /// Writes down for the next start what was read since it was last called. May take its time; until it is done, and
    /// if it fails, the next start only reads more.
    ///
    /// # Errors
    /// If the files can't be written.
    pub fn save(&mut self) -> io::Result<()> {
        let Some(shelf) = &self.shelf else { return Ok(()) };
        for (path, part) in self.parts.iter_mut().filter(|(_, part)| !part.saved) {
            shelf.put(path, part)?;
            part.saved = true;
        }
        let kept: HashSet<PathBuf> = self.parts.keys().map(|path| shelf.place(path)).collect();
        shelf.keep(&kept, self.sound)
    }
}

#[cfg(test)]
mod tests;
