//! Notices that the data folder changed.
//!
//! Two ways, because neither is enough. The operating system tells of changes within milliseconds, but not on every
//! file system and not of a mount that appears; so from time to time the folder is looked at, too. Where to listen
//! moves with the data: a symlink may be swapped under it (git-sync swaps the folder itself, Kubernetes a `..data` that the
//! files lead through), or the folder removed and made again. So every look finds out anew which folders lead to the data,
//! and watches those.

mod scan;
mod sentry;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    task::JoinHandle,
    time::{Instant, sleep_until, timeout},
};

use sentry::{Sentry, Signs};

/// Things are still when nothing has happened for so long.
const STILL: Duration = Duration::from_millis(200);
/// Whoever writes file after file is not waited for longer than this.
const LONGEST_UNREST: Duration = Duration::from_secs(2);
/// How long the first look may take, on which the start waits, and each later one.
const FIRST_LOOK: Duration = Duration::from_secs(9);
const LONGEST_LOOK: Duration = Duration::from_secs(30);
/// Whoever keeps a file open that they have written to is not waited for longer than this: half of it would be read.
const LONGEST_WRITING: Duration = Duration::from_secs(10);

/// A data folder that is watched.
#[derive(Debug)]
pub struct Watch {
    signs: Arc<Signs>,
    sentry: Arc<Mutex<Sentry>>,
    poll: Duration,
    /// How the folder stood at the last look, if one has ended.
    seen: Option<blake3::Hash>,
    /// When it is looked at next, if nothing is told before.
    next_look: Instant,
    /// Since when there has been something to look at.
    unrest: Option<Instant>,
    /// Whether that came from the operating system.
    told: bool,
    /// The look under way.
    looking: Option<JoinHandle<blake3::Hash>>,
    /// The caller knows that it takes too long.
    is_overdue: bool,
    /// Something did change, and the caller does not know yet.
    news: bool,
}

impl Watch {
    /// Watches `dir`, and looks at it every `poll` besides. Whatever changes from now on is told: start to watch before
    /// loading. The folder need not exist, nor need the file system answer.
    pub async fn new(dir: PathBuf, poll: Duration) -> Self {
        let signs = Arc::<Signs>::default();
        let sentry = Sentry::new(dir, Arc::clone(&signs));
        let mut watch = Self {
            signs,
            sentry: Arc::new(Mutex::new(sentry)),
            poll,
            seen: None,
            next_look: Instant::now() + poll,
            unrest: None,
            told: false,
            looking: None,
            is_overdue: false,
            news: false,
        };
        let looking = watch.look();
        match timeout(FIRST_LOOK, &mut *looking).await {
            Ok(seen) => {
                watch.looking = None;
                watch.seen = seen.ok();
            }
            // It ends when the file system answers; until then nobody can say more.
            Err(_) => watch.is_overdue = true,
        }
        watch
    }

    /// The look under way, which is begun if none is.
    fn look(&mut self) -> &mut JoinHandle<blake3::Hash> {
        self.looking.get_or_insert_with(|| {
            let sentry = Arc::clone(&self.sentry);
            let look = move || sentry.lock().unwrap_or_else(PoisonError::into_inner).look();
            tokio::task::spawn_blocking(look)
        })
    }

    /// Returns once something in the folder may have changed and nobody is writing there any more (or won't stop).
    /// May return although nothing has changed; what changed is told at least once, even if a call is cancelled. Returns once
    /// if the folder can't be looked at because the file system does not answer.
    pub async fn changed(&mut self) {
        loop {
            if self.looking.is_none() {
                self.wait().await;
                self.news |= self.signs.take_touched();
            }
            let is_overdue = self.is_overdue;
            let looking = self.look();
            let found = if is_overdue {
                looking.await
            } else if let Ok(found) = timeout(LONGEST_LOOK, &mut *looking).await {
                found
            } else {
                self.is_overdue = true;
                return;
            };
            self.looking = None;
            self.is_overdue = false;
            self.next_look = Instant::now() + self.poll;
            let Ok(found) = found else {
                // The look panicked, which the log tells. Better one loading too many than none.
                self.unrest = None;
                tokio::time::sleep(STILL).await;
                return;
            };
            let moved = self.seen.replace(found) != Some(found);
            self.news |= moved;
            if moved && !self.told {
                // Nobody told of this, so nobody will tell when it is over: look until it stays as it is.
                let since = *self.unrest.get_or_insert_with(Instant::now);
                if since.elapsed() < LONGEST_UNREST {
                    continue;
                }
            }
            self.unrest = None;
            self.told = false;
            if std::mem::take(&mut self.news) {
                return;
            }
        }
    }

    /// Waits until it is time to look: something is told or seen, and then it is still; or the time has come.
    async fn wait(&mut self) {
        let since = if let Some(since) = self.unrest {
            since
        } else {
            tokio::select! {
                () = self.signs.bell.notified() => {}
                () = sleep_until(self.next_look) => return,
            }
            self.told = true;
            *self.unrest.insert(Instant::now())
        };
        loop {
            let writing = self.signs.being_written();
            let longest = if writing { LONGEST_WRITING } else { LONGEST_UNREST };
            if since.elapsed() >= longest {
                self.signs.forget_open();
                return;
            }
            let quiet = timeout(STILL, self.signs.bell.notified()).await.is_err();
            if quiet && !writing {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
