//! What a reading waits for, for those who wait for the reading.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// How far a reading is. A disk may never answer; then it says which file or folder is waited for.
#[derive(Debug, Default)]
pub struct Progress {
    steps: AtomicU64,
    waiting: Mutex<BTreeMap<PathBuf, usize>>,
}

/// The file system is asked for something until this is dropped.
pub(super) struct Waiting<'p> {
    progress: &'p Progress,
    path: &'p Path,
}

impl Progress {
    /// A number that goes up for as long as the file system answers.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }

    /// A file or folder that the file system has been asked for and has not given yet.
    #[must_use]
    pub fn waits_for(&self) -> Option<PathBuf> {
        // What lies in a folder stands behind it.
        self.waiting().keys().next_back().cloned()
    }

    pub(super) fn at<'p>(&'p self, path: &'p Path) -> Waiting<'p> {
        *self.waiting().entry(path.to_owned()).or_default() += 1;
        Waiting { progress: self, path }
    }

    pub(super) fn step(&self) {
        self.steps.fetch_add(1, Ordering::Relaxed);
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<PathBuf, usize>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.progress.step();
        let mut waiting = self.progress.waiting();
        if let Some(count) = waiting.get_mut(self.path) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(self.path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_waited_for_is_known_until_it_comes() {
        let progress = Progress::default();
        let (one, other) = (progress.at(Path::new("a")), progress.at(Path::new("a")));
        assert_eq!(progress.waits_for(), Some(PathBuf::from("a")));
        drop(one);
        assert!(progress.steps() > 0 && progress.waits_for().is_some());
        drop(other);
        assert_eq!(progress.waits_for(), None);
    }
}
