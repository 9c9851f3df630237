//! How a data folder stands, and where a change of it would show.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet, VecDeque},
    ffi::{OsStr, OsString},
    fs::{self, Metadata},
    io,
    os::unix::{ffi::OsStrExt as _, fs::MetadataExt as _},
    path::{Component, Path, PathBuf},
};

/// As deep as the loader reads.
const DEEPEST: usize = 16;
/// As many links as the kernel follows.
const MOST_LINKS: usize = 40;
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

/// Whether the loader reads a file of this name.
pub(super) fn is_data(name: &OsStr) -> bool {
    let ending = Path::new(name).extension();
    !is_hidden(name) && ending.is_some_and(|ending| ending == "toml" || ending == "jsonl")
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b".")
}

/// Looks at the folder as the loader would read it. Never fails: what can't be read is a way to stand, too.
pub(super) fn scan(dir: &Path) -> Scan {
    let mut walk = Walk { hasher: blake3::Hasher::new(), places: BTreeMap::new(), walked: HashSet::new(), files: 0 };
    let whole = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    match walk.follow(PathBuf::from("/"), &whole) {
        Ok(real) => walk.folder(&real, 0),
        Err(error) => walk.trouble(&error),
    }
    walk.places.retain(|path, place| {
        let metadata = fs::metadata(path);
        place.id = metadata.as_ref().map_or((0, 0), |metadata| (metadata.dev(), metadata.ino()));
        metadata.is_ok()
    });
    Scan { print: walk.hasher.finalize(), places: walk.places }
}

struct Walk {
    hasher: blake3::Hasher,
    places: BTreeMap<PathBuf, Place>,
    walked: HashSet<PathBuf>,
    files: usize,
}

impl Walk {
    /// The path that `rest` leads to from the folder `at`, without links; every step of the way is noted.
    fn follow(&mut self, mut at: PathBuf, rest: &Path) -> io::Result<PathBuf> {
        let steps = |path: &Path| path.components().map(|step| step.as_os_str().to_owned()).collect::<VecDeque<_>>();
        let mut rest = steps(rest);
        let mut links = 0;
        while let Some(step) = rest.pop_front() {
            match Path::new(&step).components().next() {
                Some(Component::RootDir) => at = PathBuf::from("/"),
                Some(Component::ParentDir) => {
                    at.pop();
                }
                Some(Component::Normal(name)) => {
                    self.places.entry(at.clone()).or_default().names.insert(name.to_owned());
                    let next = at.join(name);
                    if !fs::symlink_metadata(&next)?.is_symlink() {
                        at = next;
                        continue;
                    }
                    links += 1;
                    if links > MOST_LINKS {
                        return Err(io::Error::other("links in a circle"));
                    }
                    let mut target = steps(&fs::read_link(&next)?);
                    target.append(&mut rest);
                    rest = target;
                }
                _ => {}
            }
        }
        Ok(at)
    }

    fn folder(&mut self, dir: &Path, depth: usize) {
        self.places.entry(dir.to_owned()).or_default().read = true;
        // Links may lead in a circle, or to the same folder twice: once is enough to see it change.
        if depth > DEEPEST || !self.walked.insert(dir.to_owned()) {
            return;
        }
        let mut entries = match fs::read_dir(dir).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => return self.trouble(&error),
        };
        entries.retain(|entry| !is_hidden(&entry.file_name()));
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let found = match entry.file_type() {
                Ok(kind) if kind.is_symlink() => self.follow(dir.to_owned(), Path::new(&name)),
                _ => Ok(entry.path()),
            };
            let found = found.and_then(|real| fs::metadata(&real).map(|metadata| (real, metadata)));
            match found {
                Ok((real, metadata)) if metadata.is_dir() => {
                    self.text(b"folder", &name);
                    self.folder(&real, depth + 1);
                    self.text(b"end", &name);
                }
                Ok((real, metadata)) if is_data(&name) => {
                    self.text(b"file", &name);
                    self.stamp(&metadata);
                    self.files += 1;
                    if self.files <= MOST_FILES {
                        self.places.entry(real).or_default().file = true;
                    }
                }
                Err(error) if is_data(&name) => {
                    self.text(b"no file", &name);
                    self.trouble(&error);
                }
                _ => {}
            }
        }
    }

    fn text(&mut self, what: &[u8], name: &OsStr) {
        for part in [what, name.as_bytes()] {
            self.hasher.update(&part.len().to_le_bytes()).update(part);
        }
    }

    /// The time of the last change of any kind goes in beside that of the last writing, which some tools set back.
    fn stamp(&mut self, file: &Metadata) {
        for number in [file.dev(), file.ino(), file.size()] {
            self.hasher.update(&number.to_le_bytes());
        }
        for number in [file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec()] {
            self.hasher.update(&number.to_le_bytes());
        }
    }

    fn trouble(&mut self, error: &io::Error) {
        self.text(b"trouble", OsStr::new(&error.kind().to_string()));
    }
}
