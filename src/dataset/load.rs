//! Reading a folder of files.

use std::{
    fs, io,
    panic::resume_unwind,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::{Dataset, Fault, Faults, fault::NO_FILES, read, validate};

/// A dataset file larger than this is refused: the whole folder is held in memory while it is read.
const LARGEST_FILE: u64 = 256 * 1024 * 1024;
/// How deep folders may be nested; a link that leads in a circle ends here.
const DEEPEST: usize = 16;

/// A file of a dataset, by name and content. The ending of the name says how it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// What faults call it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Loads the dataset in a folder: every `.toml` and `.jsonl` file in it and below, but for dot-files and dot-folders.
///
/// # Errors
/// Every fault of the dataset, if there is one. Nothing of a dataset with a fault is used.
pub fn load(dir: &Path) -> Result<Dataset, Faults> {
    load_files(&files(dir)?)
}

/// Reads the files of a folder.
pub(super) fn files(dir: &Path) -> Result<Vec<File>, Faults> {
    let mut faults = Vec::new();
    let mut files = Vec::new();
    walk(dir, 0, &mut files, &mut faults);
    if files.is_empty() && faults.is_empty() {
        let mend = "put dataset files there, or name another folder";
        faults.push(Fault::of(&dir.display().to_string(), NO_FILES, mend));
    }
    if faults.is_empty() { Ok(files) } else { Err(Faults(faults)) }
}

/// Loads a dataset from files in memory.
///
/// # Errors
/// Every fault of the dataset, if there is one.
pub fn load_files(files: &[File]) -> Result<Dataset, Faults> {
    let mut records = Vec::new();
    let mut sound = true;
    for (found, faults) in each(files, |file| {
        let (mut found, mut faults) = (Vec::new(), Vec::new());
        read::records(file, &mut faults, |(record, _)| found.push(record));
        (found, faults)
    }) {
        records.extend(found);
        sound &= faults.is_empty();
    }
    if sound {
        let mut faults = Vec::new();
        records.sort_by(|a, b| a.id.cmp(&b.id));
        validate::check(&validate::Whole { records: &records, places: &[] }, &mut faults);
        if faults.is_empty() {
            return Ok(Dataset::new(records));
        }
    }
    drop(records);
    Err(faults_of(files))
}

/// Does something with each file, on as many threads as there are processors, and keeps the order of the files.
pub(super) fn each<T: Send>(files: &[File], act: impl Fn(&File) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(number) else { return done };
            done.push((number, act(file)));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(files.len());
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        done.extend(others.into_iter().flat_map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic))));
        done
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, done)| done).collect()
}

/// Reads everything again, and keeps in mind what stands where: most datasets have no fault and need not pay for that.
pub(super) fn faults_of(files: &[File]) -> Faults {
    let (mut faults, mut records, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for file in files {
        read::records(file, &mut faults, |(record, at)| {
            records.push(record);
            places.push((file, at));
        });
    }
    validate::check(&validate::Whole { records: &records, places: &places }, &mut faults);
    faults.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    faults.dedup();
    Faults(faults)
}

fn walk(dir: &Path, depth: usize, files: &mut Vec<File>, faults: &mut Vec<Fault>) {
    let entries = match fs::read_dir(dir).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
        Ok(entries) => entries,
        Err(error) => {
            let mend = "name a folder that exists and may be read";
            faults.push(Fault::of(&dir.display().to_string(), format!("can't read this folder ({error})"), mend));
            return;
        }
    };
    let mut paths: Vec<_> = entries
        .into_iter()
        .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth < DEEPEST {
                walk(&path, depth + 1, files, faults);
            }
        } else if path.extension().is_some_and(|ending| ending == "toml" || ending == "jsonl") {
            match read(&path) {
                Ok(text) => files.push(File { name: path.display().to_string(), text }),
                Err(fault) => faults.push(fault),
            }
        }
    }
}

fn read(path: &Path) -> Result<String, Fault> {
    let name = path.display().to_string();
    let unreadable = |error: io::Error| Fault::of(&name, format!("can't read this file ({error})"), "make it readable");
    if fs::metadata(path).map_err(unreadable)?.len() > LARGEST_FILE {
        return Err(Fault::of(&name, "this file is larger than 256 MiB", "split it into several files"));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
        Fault::of(&name, format!("line {line} is not UTF-8 text"), "save the file in the encoding UTF-8")
    })
}
