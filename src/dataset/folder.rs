//! The files of a folder: which there are, whether they are as they were, and their text.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use super::{Fault, Faults, File, fault::NO_FILES, tree::Place};

/// A dataset file larger than this is refused: a file is held in memory while it is read.
const LARGEST_FILE: u64 = 256 * 1024 * 1024;
/// How deep folders may be nested; a link that leads in a circle ends here.
const DEEPEST: usize = 16;
/// A file that was changed so few seconds before it was read may be changed again without its times telling.
const UNSETTLED: i64 = 2;

/// What the file system says of a file, without reading it. Of two versions of a file it is the same only if both were
/// written within one tick of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Stamp(pub [u64; 7]);

impl Stamp {
    /// The stamp of a file, links followed.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let file = fs::metadata(path)?;
        let times = [file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec()].map(i64::cast_unsigned);
        let [mtime, mtime_nsec, ctime, ctime_nsec] = times;
        Ok(Self([file.dev(), file.ino(), file.size(), mtime, mtime_nsec, ctime, ctime_nsec]))
    }

    /// Whether the file was left alone for a while before this moment.
    pub(super) fn is_settled(&self, now: jiff::Timestamp) -> bool {
        let latest = self.0[3].cast_signed().max(self.0[5].cast_signed());
        latest.saturating_add(UNSETTLED) < now.as_second()
    }
}

/// The `.toml` and `.jsonl` files in a folder and below, but for dot-files and dot-folders, in order.
pub(super) fn list(dir: &Path) -> Result<Vec<PathBuf>, Faults> {
    let mut faults = Vec::new();
    let mut paths = Vec::new();
    walk(dir, 0, &mut paths, &mut faults);
    if paths.is_empty() && faults.is_empty() {
        let mend = "put dataset files there, or name another folder";
        faults.push(Fault::of(&dir.display().to_string(), NO_FILES, mend));
    }
    if faults.is_empty() { Ok(paths) } else { Err(Faults(faults)) }
}

fn walk(dir: &Path, depth: usize, files: &mut Vec<PathBuf>, faults: &mut Vec<Fault>) {
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
            files.push(path);
        }
    }
}

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<String, Fault> {
    let name = path.display().to_string();
    let unreadable = |error: io::Error| Fault::of(&name, format!("can't read this file ({error})"), "make it readable");
    if fs::metadata(path).map_err(unreadable)?.len() > LARGEST_FILE {
        return Err(Fault::of(&name, "this file is larger than 256 MiB", "split it into several files"));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|error| {
        let place = Place::new(error.utf8_error().valid_up_to());
        let file = File { name, text: String::from_utf8_lossy(error.as_bytes()).into_owned() };
        Fault::at(&file, place, "this is not UTF-8 text", "save the file in the encoding UTF-8")
    })
}
