//! The records of one file, as the cache keeps them.

use std::{
    collections::HashMap,
    fs::{self, File as Handle},
    io::{self, BufWriter, Write as _},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::super::{Dataset, File, Record, load, read};

/// What the names of the files in the cache end in.
pub(super) const ENDING: &str = ".records";

/// A record as it is kept: its number, the fingerprint of its line, itself.
#[derive(Deserialize)]
struct Kept(u32, u64, Record);

/// The same, to be written.
#[derive(Serialize)]
struct Keep<'a>(u32, u64, &'a Record);

/// What becomes of a file in the cache.
#[derive(Debug)]
pub(super) struct Part {
    pub name: String,
    pub fingerprint: String,
    /// Whether it is in the cache already.
    pub written: bool,
    /// The id and the fingerprint of the line of each record; empty if it is written.
    rows: Vec<(String, u64)>,
}

/// What came of one file.
struct Read {
    part: Part,
    records: Vec<(Record, Option<u32>)>,
    /// Records that the cache had and that are not as they were.
    left: Vec<Record>,
}

type Gathered = (Vec<(Record, Option<u32>)>, Vec<Part>, Vec<Record>);

/// The records of all files, with their numbers if they have any. `None` if there is a fault.
pub(super) fn gather(files: &[File], known: &HashMap<String, String>, dir: &Path) -> Option<Gathered> {
    let reads = load::each(files, |file| {
        let fingerprint = blake3::hash(file.text.as_bytes()).to_hex().to_string();
        match known.get(&file.name) {
            Some(before) if *before == fingerprint => kept(dir, before)
                .map_or_else(|| read_anew(file, fingerprint, Vec::new()), |kept| Some(same(file, before, kept))),
            Some(before) => read_anew(file, fingerprint, kept(dir, before).unwrap_or_default()),
            None => read_anew(file, fingerprint, Vec::new()),
        }
    });
    let (mut records, mut parts, mut left) = Gathered::default();
    for read in reads {
        let read = read?;
        records.extend(read.records);
        parts.push(read.part);
        left.extend(read.left);
    }
    Some((records, parts, left))
}

fn same(file: &File, fingerprint: &str, kept: Vec<Kept>) -> Read {
    let part = Part { name: file.name.clone(), fingerprint: fingerprint.to_owned(), written: true, rows: Vec::new() };
    let records = kept.into_iter().map(|Kept(number, _, record)| (record, Some(number))).collect();
    Read { part, records, left: Vec::new() }
}

/// Reads a file of which some lines may be known. `None` if there is a fault.
fn read_anew(file: &File, fingerprint: String, kept: Vec<Kept>) -> Option<Read> {
    let mut by_line: HashMap<u64, Kept> = HashMap::with_capacity(kept.len());
    let mut by_id: HashMap<String, Kept> = HashMap::new();
    for kept in kept {
        if kept.1 == 0 {
            by_id.insert(kept.2.id.clone(), kept);
        } else {
            by_line.insert(kept.1, kept);
        }
    }
    let (mut records, mut rows, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    if read::is_lines(file) {
        for line in file.text.split_inclusive('\n') {
            let print = fingerprint_of(line);
            let mut add = |record: Record, number| {
                rows.push((record.id.clone(), print));
                records.push((record, number));
            };
            if let Some(Kept(number, _, record)) = by_line.remove(&print) {
                add(record, Some(number));
            } else {
                let line = File { name: file.name.clone(), text: line.to_owned() };
                read::records(&line, &mut faults, |(record, _)| add(record, None));
            }
        }
    } else {
        read::records(file, &mut faults, |(record, _)| {
            rows.push((record.id.clone(), 0));
            let same = by_id.get(&record.id).filter(|kept| kept.2 == record).map(|kept| kept.0);
            if same.is_some() {
                by_id.remove(&record.id);
            }
            records.push((record, same));
        });
    }
    let part = Part { name: file.name.clone(), fingerprint, written: false, rows };
    let left = by_line.into_values().chain(by_id.into_values()).map(|kept| kept.2).collect();
    faults.is_empty().then_some(Read { part, records, left })
}

/// The fingerprint of a line; never 0, which stands for none.
fn fingerprint_of(line: &str) -> u64 {
    let hash = blake3::hash(line.trim().as_bytes());
    hash.as_bytes().first_chunk().map_or(1, |bytes| u64::from_le_bytes(*bytes).max(1))
}

/// The records that are kept under a fingerprint. `None` if they can't be read.
fn kept(dir: &Path, fingerprint: &str) -> Option<Vec<Kept>> {
    rmp_serde::from_slice(&fs::read(dir.join(format!("{fingerprint}{ENDING}"))).ok()?).ok()
}

impl Part {
    pub(super) fn write(&self, dir: &Path, dataset: &Dataset, numbers: &[u32]) -> io::Result<()> {
        let rows: Vec<Keep> = self
            .rows
            .iter()
            .filter_map(|(id, line)| {
                let place = dataset.place(id)?;
                Some(Keep(numbers[place], *line, &dataset.records()[place]))
            })
            .collect();
        let rows = rmp_serde::to_vec(&rows).map_err(io::Error::other)?;
        replace(&dir.join(format!("{}{ENDING}", self.fingerprint)), &rows)
    }
}

/// Writes a file so that it is there whole or as it was before.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let aside = path.with_extension("new");
    let mut file = BufWriter::new(Handle::create(&aside)?);
    file.write_all(bytes)?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    fs::rename(aside, path)
}
