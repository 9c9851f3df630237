//! How a data folder stands, and where a change of it would show.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use crate::dataset::{Progress, Survey};

/// So many files are watched one by one; their folders are watched however many there are.
const MOST_FILES: usize = 1000;

/// A data folder at one moment.
#[derive(Debug)]
pub(super) struct Scan {
    /// Differs whenever a file that the loader reads has come, gone, moved or been written.
    pub print: blake3::Hash,
    /// What shows a change, by its path without links.
    pub places: BTreeMap<PathBuf, Place>,
}

/// A folder or file that shows a change of the dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Device and inode: another folder under an old name has to be watched anew.
    pub id: (u64, u64),
    /// A folder whose data files are read. If not, only `names` count in it.
    pub read: bool,
    /// A data file.
    pub file: bool,
    /// The names in this folder that lead on to the data: its parents, links and their targets.
    pub names: BTreeSet<OsString>,
}

/// Looks at the folder as the loader reads it. Never fails: what can't be read is a way to stand, too.
pub(super) fn scan(dir: &Path) -> Scan {
    let survey = Survey::of(dir, &Progress::default());
    let print = survey.print();
    let mut places: BTreeMap<PathBuf, Place> = BTreeMap::new();
    for (file, _) in survey.files().take(MOST_FILES) {
        places.entry(file.to_owned()).or_default().file = true;
    }
    for folder in survey.folders {
        places.entry(folder).or_default().read = true;
    }
    for (folder, names) in survey.ways {
        places.entry(folder).or_default().names = names;
    }
    places.retain(|path, place| {
        let metadata = fs::metadata(path);
        place.id = metadata.as_ref().map_or((0, 0), |metadata| (metadata.dev(), metadata.ino()));
        metadata.is_ok()
    });
    Scan { print, places }
}
