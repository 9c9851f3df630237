//! From files to a dataset, or to its faults.

use std::{
    panic::resume_unwind,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use jiff::Timestamp;

use super::{
    Dataset, Faults, Findings, Loader, Progress, Record,
    folder::{self, Survey, is_normal, normal},
    read,
    references::{Ids, References},
    validate,
};
use crate::{panics, threads};

/// A file of a dataset, by name and content. The ending of the name says how it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// What faults call it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Loads the dataset in a folder: every `.toml` and `.jsonl` file in it and below, but for dot-files and dot-folders. May
/// wait as long as the file system does.
///
/// # Errors
/// Every fault of the dataset, if there is one. Nothing of a dataset with a fault is used.
pub fn load(dir: &Path) -> Result<Dataset, Faults> {
    // Nothing was read before that could be taken for the same.
    Loader::new(None).load(dir, Timestamp::UNIX_EPOCH)
}

/// Loads a dataset from files in memory.
///
/// # Errors
/// Every fault of the dataset, if there is one.
pub fn load_files(files: &[File]) -> Result<Dataset, Faults> {
    if !files.iter().all(|file| is_normal(&file.text)) {
        let normal = files.iter().map(|file| File { name: file.name.clone(), text: normal(&file.text) });
        return load_files(&normal.collect::<Vec<_>>());
    }
    let read = each(files, |file| {
        let (mut records, mut findings) = (Vec::new(), Findings::quick());
        read::records(file, &mut findings, |(record, _)| records.push(record));
        (findings.count() == 0).then_some(records)
    });
    let read: Option<Vec<Vec<Record>>> = read.into_iter().collect();
    let records = read.map(|read| in_order(read.into_iter().flatten().collect()));
    records.and_then(|records| whole(records, false)).ok_or_else(|| faults_of(files))
}

/// Loads the dataset in a folder of which it is known that it has a fault.
pub(super) fn load_faulty(survey: &Survey, progress: &Progress) -> Result<Dataset, Faults> {
    let mut files = Vec::new();
    let mut faults = Vec::new();
    for file in &survey.files {
        match folder::read(file, &survey.root, progress) {
            Ok((text, _)) => files.push(File { name: file.path.display().to_string(), text }),
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(Faults::sorted(faults));
    }
    let faults = faults_of(&files);
    // Unless it was mended in between.
    if faults.0.is_empty() { load_files(&files) } else { Err(faults) }
}

/// Puts records in the order of their ids.
pub(super) fn in_order(records: Vec<Record>) -> Vec<Record> {
    /// So much of an id mostly tells it from all others: fewer texts have to be fetched from all over the memory.
    const BEGINNING: usize = 24;
    let beginning = |record: &Record| {
        let mut beginning = [0; BEGINNING];
        let length = record.id.len().min(BEGINNING);
        beginning[..length].copy_from_slice(&record.id.as_bytes()[..length]);
        beginning
    };
    let mut keyed: Vec<([u8; BEGINNING], Record)> =
        records.into_iter().map(|record| (beginning(&record), record)).collect();
    keyed.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.id.cmp(&other.id)));
    keyed.into_iter().map(|(_, record)| record).collect()
}

/// A dataset of records in the order of their ids. `None` if a fault lies between them, unless it is known that none does.
pub(super) fn whole(records: Vec<Record>, sound: bool) -> Option<Dataset> {
    let ids = Ids::new(&records);
    let references = References::new(&records, &ids);
    if !sound {
        let whole = validate::Whole { records: &records, places: &[], ids: &ids, references: &references };
        let (mut within, mut names) = ([Findings::quick()], [Findings::quick()]);
        threads::beside(|| validate::check_records(&whole, &mut within), || validate::check_names(&whole, &mut names));
        if within[0].count() > 0 || names[0].count() > 0 {
            return None;
        }
    }
    Some(Dataset::new(records, ids, references))
}

/// Does something with each item, on as many threads as there are processors, and keeps their order.
pub(super) fn each<I: Sync, T: Send>(items: &[I], act: impl Fn(&I) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(number) else { return done };
            done.push((number, act(item)));
        }
    };
    let threads = threads::number().min(items.len());
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(panics::shared(work))).collect();
        let mut done = work();
        done.extend(others.into_iter().flat_map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic))));
        done
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, done)| done).collect()
}

/// Reads everything again, and keeps in mind what stands where: most datasets have no fault and need not pay for that.
fn faults_of(files: &[File]) -> Faults {
    let (mut records, mut places) = (Vec::new(), Vec::new());
    let mut findings: Vec<Findings> = files.iter().map(Findings::of).collect();
    for ((number, file), findings) in files.iter().enumerate().zip(&mut findings) {
        read::records(file, findings, |(record, at)| {
            records.push(record);
            places.push((number, at));
        });
    }
    let ids = Ids::new(&records);
    let references = References::new(&records, &ids);
    let whole = validate::Whole { records: &records, places: &places, ids: &ids, references: &references };
    validate::check_names(&whole, &mut findings);
    validate::check_records(&whole, &mut findings);
    Faults::sorted(findings.into_iter().flat_map(Findings::into_faults).collect())
}
