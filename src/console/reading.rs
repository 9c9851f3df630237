//! Reading a folder that may lie on a disk which never answers.

use std::{
    path::Path,
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use super::Error;
use crate::dataset::{Dataset, Faults, Loader, Unread};

/// The file system may take so long for a file or folder, or for the next piece of a file.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often is looked how far the reading is.
const LOOK: Duration = Duration::from_millis(250);

/// Loads the dataset in a folder; with it the files that only look as if they were part of it.
pub(super) fn load(dir: &Path) -> Result<(Result<Dataset, Faults>, Vec<Unread>), Error> {
    let mut loader = Loader::new(None);
    let progress = loader.progress();
    let (result, done) = channel();
    let dir = dir.to_owned();
    // What hangs in the kernel ends with the process.
    thread::spawn(move || {
        // Nothing was read before that could be taken for the same.
        let read = loader.load(&dir, jiff::Timestamp::UNIX_EPOCH);
        let _ = result.send((read, loader.unread().to_vec()));
    });
    let mut last = (progress.steps(), Instant::now());
    loop {
        match done.recv_timeout(LOOK) {
            Ok(read) => return Ok(read),
            Err(RecvTimeoutError::Disconnected) => return Err(Error::Died),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let (steps, waits_for) = (progress.steps(), progress.waits_for());
        if steps != last.0 || waits_for.is_none() {
            last = (steps, Instant::now());
        }
        if let Some(path) = waits_for.filter(|_| last.1.elapsed() > PATIENCE) {
            return Err(Error::Hangs(path));
        }
    }
}
