//! What the operating system tells of a data folder. The only importer of notify.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _,
    event::{AccessKind, AccessMode, ModifyKind, RenameMode},
};

use super::scan::{Place, scan};
use crate::dataset::names::form;

/// So many files that are being written are told apart.
const MOST_OPEN: usize = 1000;
/// A folder that is rearranged while it is looked at is looked at again so many times in a row.
const MOST_LOOKS: usize = 8;

/// What was told and not taken yet: a few flags, however many events there were.
#[derive(Debug, Default)]
pub(super) struct Signs {
    told: Mutex<Told>,
    /// Rings at each event that may matter.
    pub bell: tokio::sync::Notify,
}

#[derive(Debug, Default)]
struct Told {
    /// What shows a change, as of the last look.
    places: BTreeMap<PathBuf, Place>,
    /// A data file was touched, whatever its size and times say.
    touched: bool,
    /// Places that went away: their watches went with them.
    gone: HashSet<PathBuf>,
    /// Events were lost.
    overflowed: bool,
    /// Data files that were written to and not closed since.
    open: HashSet<PathBuf>,
}

impl Signs {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a data file was touched since this was asked last.
    pub(super) fn take_touched(&self) -> bool {
        std::mem::take(&mut self.told().touched)
    }

    /// Whether somebody who has written to a data file has not closed it yet. Only Linux tells.
    pub(super) fn being_written(&self) -> bool {
        cfg!(target_os = "linux") && !self.told().open.is_empty()
    }

    /// Takes no file for being written any more: whoever still has it open may have forgotten it.
    pub(super) fn forget_open(&self) {
        self.told().open.clear();
    }

    fn hear(&self, event: notify::Result<Event>) {
        let matters = match event {
            Ok(event) => self.told().take(&event),
            Err(error) => {
                tracing::debug!(%error, "the operating system's word on the data folder can't be read");
                true
            }
        };
        if matters {
            self.bell.notify_one();
        }
    }
}

impl Told {
    /// Notes an event; says whether it may matter.
    fn take(&mut self, event: &Event) -> bool {
        if event.need_rescan() {
            self.overflowed = true;
            self.touched = true;
            self.open.clear();
            return true;
        }
        let closed = event.kind == EventKind::Access(AccessKind::Close(AccessMode::Write));
        if event.kind.is_access() && !closed {
            return false;
        }
        let left =
            event.kind.is_remove() || matches!(event.kind, EventKind::Modify(ModifyKind::Name(RenameMode::From)));
        let mut matters = false;
        for path in &event.paths {
            let is_file = self.is_data_file(path);
            if closed || left {
                self.open.remove(path);
            } else if is_file
                && matches!(event.kind, EventKind::Modify(ModifyKind::Data(_)))
                && self.open.len() < MOST_OPEN
            {
                self.open.insert(path.clone());
            }
            if left && self.places.contains_key(path) {
                self.gone.insert(path.clone());
            }
            self.touched |= is_file;
            matters |= is_file || self.may_lead_to_data(path);
        }
        matters
    }

    fn is_data_file(&self, path: &Path) -> bool {
        let in_read_folder = || path.parent().and_then(|dir| self.places.get(dir)).is_some_and(|place| place.read);
        self.places.get(path).is_some_and(|place| place.file)
            || (path.file_name().and_then(form).is_some() && in_read_folder())
    }

    fn may_lead_to_data(&self, path: &Path) -> bool {
        let parent = path.parent().and_then(|dir| self.places.get(dir));
        let named = |place: &Place| path.file_name().is_some_and(|name| place.names.contains(name));
        self.places.contains_key(path) || parent.is_some_and(|place| place.read || named(place))
    }
}

/// Keeps the watches where a change would show.
#[derive(Debug)]
pub(super) struct Sentry {
    dir: PathBuf,
    signs: Arc<Signs>,
    /// None where the operating system has no more of them to give.
    pub(super) watcher: Option<RecommendedWatcher>,
    watched: HashMap<PathBuf, (u64, u64)>,
    complained: bool,
}

impl Sentry {
    pub(super) fn new(dir: PathBuf, signs: Arc<Signs>) -> Self {
        let heard = Arc::clone(&signs);
        let watcher = notify::recommended_watcher(move |event| heard.hear(event));
        let mut sentry = Self { dir, signs, watcher: None, watched: HashMap::new(), complained: false };
        match watcher {
            Ok(watcher) => sentry.watcher = Some(watcher),
            Err(error) => sentry.complain(&error),
        }
        sentry
    }

    /// How the folder stands. What changes from then on is told, or shows at the next look.
    pub(super) fn look(&mut self) -> blake3::Hash {
        let mut seen = scan(&self.dir);
        for _ in 1..MOST_LOOKS {
            if !self.keep(seen.places) {
                return seen.print;
            }
            // What changed before the new watches were there was told by nobody.
            seen = scan(&self.dir);
        }
        self.signs.bell.notify_one();
        seen.print
    }

    /// Watches exactly `places`; says whether any of them was not watched before.
    fn keep(&mut self, places: BTreeMap<PathBuf, Place>) -> bool {
        let mut wanted: Vec<_> = places.iter().map(|(path, place)| (path.clone(), place.id, place.read)).collect();
        // What is read goes before what only leads there, should there not be watches for all.
        wanted.sort_by_key(|(_, _, read)| !read);
        let (gone, overflowed) = {
            let mut told = self.signs.told();
            told.places = places;
            (std::mem::take(&mut told.gone), std::mem::take(&mut told.overflowed))
        };
        // Not under the lock: the watcher's thread needs it before it can do what it is told here.
        let Some(watcher) = &mut self.watcher else { return false };
        let ids: HashMap<_, _> = wanted.iter().map(|(path, id, _)| (path.as_path(), *id)).collect();
        let stale: Vec<PathBuf> = self
            .watched
            .iter()
            .filter(|(path, id)| {
                overflowed
                    || ids.get(path.as_path()) != Some(id)
                    || path.ancestors().any(|ancestor| gone.contains(ancestor))
            })
            .map(|(path, _)| path.clone())
            .collect();
        for path in &stale {
            self.watched.remove(path);
            // It may be gone already, with what it watched.
            let _ = watcher.unwatch(path);
        }
        let (mut added, mut failure) = (false, None);
        for (path, id, read) in wanted {
            // Two paths to one folder share a watch: with one of them, the other's went too.
            if !stale.is_empty() || !self.watched.contains_key(&path) {
                match watcher.watch(&path, RecursiveMode::NonRecursive) {
                    Ok(()) => added |= self.watched.insert(path, id).is_none(),
                    // Folders on the way to the data may be closed to us, and what has just gone is no trouble.
                    Err(error) if read && path.exists() => failure = Some(error),
                    Err(_) => {}
                }
            }
        }
        if let Some(failure) = failure {
            self.complain(&failure);
        }
        added
    }

    fn complain(&mut self, error: &notify::Error) {
        if !self.complained {
            self.complained = true;
            let dir = self.dir.display();
            tracing::warn!(%dir, %error, "the data folder can't be watched as a whole; it is looked at from time to time");
        }
    }
}
