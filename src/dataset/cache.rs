//! What was read is kept, file by file, so that the next start reads only what changed.
//!
//! A file's records are kept under the fingerprint of its text; of a changed file, the lines that are as they were are
//! not read again. Each record has a number by which the index knows it, and which it keeps for as long as it does not
//! change. The list of the files is replaced at once, after all else: whatever moment the process dies at, the cache
//! holds together or is not used.

mod parts;

use std::{
    collections::{HashMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Dataset, Faults, KINDS, Link, PROPERTIES, Record, load, property, validate};
use parts::{Part, gather};

/// To be raised with every change of what is kept, or of what the index makes of it.
const FORMAT: u32 = 1;
const LIST: &str = "files";
/// Places lie within places: the records at a place that changed have to be indexed anew, and so on, so many times.
const DEEPEST: usize = 4;

/// The list of the files.
#[derive(Debug, Default, Serialize, Deserialize)]
struct List {
    /// What the cache was written by.
    writer: String,
    /// Changes with every list, and stands in the index too.
    stamp: u64,
    /// The first number that no record had.
    next: u32,
    /// Fingerprint of each file by its name.
    files: HashMap<String, String>,
}

/// A dataset of which parts may have been read from a cache, and what its index has to learn.
#[derive(Debug)]
pub struct Cached {
    /// The dataset.
    pub dataset: Dataset,
    /// What changed since its index was written.
    pub changes: Changes,
    dir: PathBuf,
    list: List,
    parts: Vec<Part>,
}

/// What an index has to learn.
#[derive(Debug, Default)]
pub struct Changes {
    /// Each record's number, by the record's place.
    pub numbers: Vec<u32>,
    /// Numbers that the index has to forget.
    pub gone: Vec<u32>,
    /// Places of the records whose documents have to be made anew.
    pub stale: Vec<usize>,
    /// What the index must say that it was made for, if it is to be used at all.
    pub before: u64,
    /// What it has to say from now on.
    pub after: u64,
}

/// Loads the dataset in a folder with the help of a cache in another one, which may be empty or not be there yet.
///
/// # Errors
/// Every fault of the dataset, if there is one.
pub fn load_cached(dir: &Path, cache: &Path) -> Result<Cached, Faults> {
    let files = load::files(dir)?;
    let before = List::read(cache).unwrap_or_default();
    let (mut kept, parts, left) = gather(&files, &before.files, cache).ok_or_else(|| load::faults_of(&files))?;
    let unchanged = parts.iter().all(|part| part.written) && parts.len() == before.files.len();
    kept.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    let (records, mut numbers): (Vec<Record>, Vec<Option<u32>>) = kept.into_iter().unzip();
    if !unchanged {
        let mut faults = Vec::new();
        validate::check(&validate::Whole { records: &records, places: &[] }, &mut faults);
        if !faults.is_empty() {
            return Err(load::faults_of(&files));
        }
    }
    let mut list = List { writer: writer(), stamp: before.stamp, next: before.next, files: HashMap::new() };
    // Numbers that are in use no more would pile up.
    if list.next as usize > 2 * records.len() + 1_000 {
        numbers.fill(None);
        list = List { next: 0, ..list };
    }
    let known: HashSet<u32> = numbers.iter().flatten().copied().collect();
    let gone = (0..list.next).filter(|number| !known.contains(number)).collect();
    let mut stale: Vec<usize> = (0..numbers.len()).filter(|place| numbers[*place].is_none()).collect();
    for place in &stale {
        numbers[*place] = Some(list.next);
        list.next += 1;
    }
    let numbers: Vec<u32> = numbers.into_iter().flatten().collect();
    let dataset = Dataset::new(records);
    if stale.len() < numbers.len() {
        dependents(&dataset, &left, &mut stale);
    }
    if !unchanged {
        list.stamp = before.stamp.wrapping_add(1);
    }
    list.files = parts.iter().map(|part| (part.name.clone(), part.fingerprint.clone())).collect();
    let changes = Changes { numbers, gone, stale, before: before.stamp, after: list.stamp };
    Ok(Cached { dataset, changes, dir: cache.to_owned(), list, parts })
}

impl Cached {
    /// Writes what is not in the cache yet. To be called when the index has taken the changes.
    ///
    /// # Errors
    /// If the files can't be written; the cache is then as it was, and the next start reads more.
    pub fn save(&self) -> io::Result<()> {
        if self.changes.before == self.changes.after {
            return Ok(());
        }
        fs::create_dir_all(&self.dir)?;
        for part in self.parts.iter().filter(|part| !part.written) {
            part.write(&self.dir, &self.dataset, &self.changes.numbers)?;
        }
        let list = rmp_serde::to_vec(&self.list).map_err(io::Error::other)?;
        parts::replace(&self.dir.join(LIST), &list)?;
        let wanted: HashSet<&str> = self.parts.iter().map(|part| part.fingerprint.as_str()).collect();
        for entry in fs::read_dir(&self.dir)?.flatten() {
            let name = entry.file_name();
            let stem = name.to_str().and_then(|name| name.strip_suffix(parts::ENDING));
            if stem.is_some_and(|stem| !wanted.contains(stem)) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

impl List {
    /// The list, if it was written by a program like this one.
    fn read(dir: &Path) -> Option<Self> {
        let list: Self = rmp_serde::from_slice(&fs::read(dir.join(LIST)).ok()?).ok()?;
        (list.writer == writer()).then_some(list)
    }
}

/// What a cache depends on besides the files: kinds and properties are kept as their places in the tables.
fn writer() -> String {
    let kinds = KINDS.iter().map(|kind| kind.id);
    let properties = PROPERTIES.iter().map(|property| property.id);
    let tables: Vec<&str> = kinds.chain(properties).collect();
    format!("{FORMAT} {} {}", env!("CARGO_PKG_VERSION"), tables.join(" "))
}

/// Adds those records whose documents tell of records that are called otherwise now, or lie elsewhere.
fn dependents(dataset: &Dataset, left: &[Record], stale: &mut Vec<usize>) {
    let left: HashMap<&str, &Record> = left.iter().map(|record| (record.id.as_str(), record)).collect();
    let located = |record: &Record| -> Vec<_> {
        let within = |claim: &&super::Claim| claim.property.id == "located_in";
        record.claims.iter().filter(within).map(|claim| claim.value.clone()).collect()
    };
    let told_alike = |record: &Record| {
        left.get(record.id.as_str()).is_some_and(|was| {
            record.names().eq(was.names()) && record.source == was.source && located(record) == located(was)
        })
    };
    let records = dataset.records();
    let mut changed: Vec<usize> = stale.iter().copied().filter(|place| !told_alike(&records[*place])).collect();
    let within = property("located_in").map(super::Property::rank);
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for place in changed {
            let id = &records[place].id;
            let telling = |link: &Link| link.record as usize;
            stale.extend(dataset.links(id).iter().chain(dataset.citations(id)).map(telling));
            let inner = dataset.links(id).iter().filter(|link| Some(usize::from(link.property)) == within);
            next.extend(inner.map(telling));
        }
        changed = next;
    }
    stale.sort_unstable();
    stale.dedup();
}
