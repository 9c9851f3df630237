//! Looking through a folder: which files of the dataset are in it, and where a change of them would show.
//!
//! A file counts once, by what it is, whatever links lead to it, and goes by a path without links if it has one. Links may lead
//! through other places (git-sync and Kubernetes swap such) but have to end in the folder; where they end is found out anew
//! at each look.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet, VecDeque},
    ffi::{OsStr, OsString},
    fs::{self, Metadata},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Component, Path, PathBuf},
};

use super::{
    super::{Fault, Progress, fault::NO_FILES},
    Found, Stamp,
    names::{form, is_hidden, near_miss},
    open::{LEADS_OUT, no_file, not_a_file},
};

/// How deep folders may be nested.
const DEEPEST: usize = 16;
/// As many links as the kernel follows.
const MOST_LINKS: usize = 40;
/// A folder with more files of the dataset than this is refused, or with more than so many bytes in them: it is held in
/// memory while it is read.
const MOST_FILES: usize = 100_000;
const MOST_BYTES: u64 = 1024 * 1024 * 1024;
/// So many entries of folders are looked at.
const MOST_ENTRIES: usize = 1_000_000;

/// A file that is not read although its name looks as if it were meant to be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// Its path.
    pub path: PathBuf,
    /// What to do about it.
    pub advice: String,
}

/// A folder at one moment.
#[derive(Debug, Default)]
pub struct Survey {
    /// The folder's own path, without links.
    pub(in crate::dataset) root: PathBuf,
    /// The files of the dataset, in the order of their paths.
    pub(in crate::dataset) files: Vec<Found>,
    /// What is wrong with the folder.
    pub(in crate::dataset) faults: Vec<Fault>,
    /// Files that are not read although they look like it, in the order of their paths.
    pub unread: Vec<Unread>,
    /// The folders whose files are read, without links.
    pub folders: BTreeSet<PathBuf>,
    /// The names in each folder that lead on to the data: its parents, links and their targets.
    pub ways: BTreeMap<PathBuf, BTreeSet<OsString>>,
}

impl Survey {
    /// Looks through a folder. Never fails: what can't be read is a way to stand, too.
    #[must_use]
    pub fn of(dir: &Path, progress: &Progress) -> Self {
        let mut walk = Walk {
            survey: Self::default(),
            progress,
            folders: VecDeque::new(),
            links: VecDeque::new(),
            walked: HashSet::new(),
            known: HashSet::new(),
            entries: 0,
            bytes: 0,
            is_full: false,
        };
        let whole = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
        let _waiting = progress.at(dir);
        match walk.follow(PathBuf::from("/"), &whole) {
            Ok(root) => {
                walk.survey.root.clone_from(&root);
                walk.folders.push_back(Step { path: dir.to_owned(), real: root, depth: 0 });
                walk.all();
            }
            Err(error) => walk.closed(dir, &error),
        }
        let mut survey = walk.survey;
        survey.files.sort_by(|a, b| a.path.cmp(&b.path));
        survey.unread.sort();
        if survey.files.is_empty() && survey.faults.is_empty() {
            let mend = "put dataset files there, or name another folder";
            survey.faults.push(Fault::of(&dir.display().to_string(), NO_FILES, mend));
        }
        survey
    }

    /// The files that are read, without links, and what the file system says of each.
    pub fn files(&self) -> impl Iterator<Item = (&Path, Stamp)> {
        self.files.iter().map(|file| (file.real.as_path(), file.stamp))
    }

    /// Differs whenever a file that is read has come, gone, moved or been written, or one has come that only looks like it.
    #[must_use]
    pub fn print(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        let mut text = |what: &[u8], text: &[u8]| {
            for part in [what, text] {
                hasher.update(&part.len().to_le_bytes()).update(part);
            }
        };
        text(b"root", self.root.as_os_str().as_encoded_bytes());
        for file in &self.files {
            text(b"file", file.path.as_os_str().as_encoded_bytes());
            file.stamp.0.iter().for_each(|number| text(b"stamp", &number.to_le_bytes()));
        }
        for fault in &self.faults {
            text(b"fault", fault.file.as_bytes());
            text(b"which", fault.message.as_bytes());
        }
        // What an editor leaves behind at each turn is no news.
        let lasting = |unread: &&Unread| !unread.path.as_os_str().as_encoded_bytes().ends_with(b"~");
        for unread in self.unread.iter().filter(lasting) {
            text(b"unread", unread.path.as_os_str().as_encoded_bytes());
        }
        hasher.finalize()
    }
}

/// A folder that is still to be looked through, or a link that is still to be followed.
struct Step {
    /// What it is called.
    path: PathBuf,
    /// Where it really is; for a link, the folder that it stands in.
    real: PathBuf,
    depth: usize,
}

struct Walk<'p> {
    survey: Survey,
    progress: &'p Progress,
    /// Folders go before links, so that what can be reached without a link is.
    folders: VecDeque<Step>,
    links: VecDeque<Step>,
    walked: HashSet<(u64, u64)>,
    known: HashSet<(u64, u64)>,
    entries: usize,
    bytes: u64,
    is_full: bool,
}

impl Walk<'_> {
    fn all(&mut self) {
        while !self.is_full {
            if let Some(folder) = self.folders.pop_front() {
                self.folder(&folder);
            } else if let Some(link) = self.links.pop_front() {
                self.link(link);
            } else {
                break;
            }
        }
    }

    fn folder(&mut self, folder: &Step) {
        self.survey.folders.insert(folder.real.clone());
        let _waiting = self.progress.at(&folder.path);
        let mut entries = match self.enter(folder) {
            Ok(Some(entries)) => entries,
            Ok(None) => return,
            Err(error) => return self.closed(&folder.path, &error),
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let (name, depth) = (entry.file_name(), folder.depth);
            let (path, real) = (folder.path.join(&name), folder.real.join(&name));
            match entry.file_type() {
                Ok(kind) if kind.is_symlink() => {
                    self.links.push_back(Step { path, real: folder.real.clone(), depth });
                }
                _ => match fs::symlink_metadata(&real) {
                    Ok(metadata) => self.entry(Step { path, real, depth }, &metadata),
                    // It is gone already, which will be told.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) if form(&name).is_some() => self.unreadable(&path, &error),
                    Err(_) => {}
                },
            }
        }
    }

    /// The entries of a folder that are not hidden. `None` if it was looked through by another path.
    fn enter(&mut self, folder: &Step) -> io::Result<Option<Vec<fs::DirEntry>>> {
        let metadata = fs::metadata(&folder.real)?;
        if !self.walked.insert((metadata.dev(), metadata.ino())) {
            return Ok(None);
        }
        let mut entries = Vec::new();
        for entry in fs::read_dir(&folder.real)? {
            let entry = entry?;
            self.entries += 1;
            if self.entries > MOST_ENTRIES {
                self.refuse(&folder.path, format!("there are more than {MOST_ENTRIES} files and folders in it"));
                break;
            }
            if !is_hidden(&entry.file_name()) {
                entries.push(entry);
            }
        }
        Ok(Some(entries))
    }

    fn link(&mut self, link: Step) {
        let Some(name) = link.path.file_name().map(OsStr::to_owned) else { return };
        let path = link.path.clone();
        let _waiting = self.progress.at(&path);
        let is_data = form(&name).is_some();
        let real = match self.follow(link.real, Path::new(&name)) {
            Ok(real) => real,
            Err(error) if is_data => {
                let message = format!("this link leads nowhere ({error})");
                let fault =
                    Fault::of(&link.path.display().to_string(), message, "mend it or take it out of the folder");
                return self.survey.faults.push(fault);
            }
            Err(_) => return,
        };
        let metadata = fs::symlink_metadata(&real);
        if !real.starts_with(&self.survey.root) {
            if is_data || metadata.is_ok_and(|metadata| metadata.is_dir()) {
                let fault = Fault::of(&link.path.display().to_string(), LEADS_OUT, "put there what it leads to");
                self.survey.faults.push(fault);
            }
            return;
        }
        match metadata {
            Ok(metadata) => self.entry(Step { path: link.path, real, depth: link.depth }, &metadata),
            Err(error) if is_data => self.unreadable(&link.path, &error),
            Err(_) => {}
        }
    }

    /// A file or folder in the folder at a depth.
    fn entry(&mut self, entry: Step, metadata: &Metadata) {
        let Some(name) = entry.path.file_name() else { return };
        if metadata.is_dir() {
            if entry.depth < DEEPEST {
                self.folders.push_back(Step { depth: entry.depth + 1, ..entry });
            } else if !self.walked.contains(&(metadata.dev(), metadata.ino())) {
                self.refuse(&entry.path, format!("folders are nested deeper than {DEEPEST}"));
            }
            return;
        }
        if form(name).is_none() {
            let advice = near_miss(name);
            self.survey.unread.extend(advice.map(|advice| Unread { path: entry.path, advice }));
            return;
        }
        if let Some(kind) = no_file(metadata) {
            return self.survey.faults.push(not_a_file(&entry.path.display().to_string(), kind));
        }
        let stamp = Stamp::new(metadata);
        if !self.known.insert(stamp.id()) {
            return;
        }
        self.bytes = self.bytes.saturating_add(stamp.size());
        if self.survey.files.len() >= MOST_FILES || self.bytes > MOST_BYTES {
            let most = MOST_BYTES / (1024 * 1024);
            let message = format!("with it there are more than {MOST_FILES} files or {most} MiB of data");
            return self.refuse(&entry.path, message);
        }
        self.survey.files.push(Found { path: entry.path, real: entry.real, stamp });
    }

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
                    self.survey.ways.entry(at.clone()).or_default().insert(name.to_owned());
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

    /// Looks no further.
    fn refuse(&mut self, path: &Path, message: String) {
        self.is_full = true;
        let mend = "name a folder in which there is nothing but the dataset";
        self.survey.faults.push(Fault::of(&path.display().to_string(), message, mend));
    }

    fn closed(&mut self, path: &Path, error: &io::Error) {
        let mend = "name a folder that exists and may be read";
        let message = format!("can't read this folder ({error})");
        self.survey.faults.push(Fault::of(&path.display().to_string(), message, mend));
    }

    fn unreadable(&mut self, path: &Path, error: &io::Error) {
        let message = format!("can't read this file ({error})");
        self.survey.faults.push(Fault::of(&path.display().to_string(), message, "make it readable"));
    }
}

#[cfg(test)]
mod tests;
