//! The state folder: private to its owner, and one process's at a time.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use rustix::fs::Mode;

/// The lock file's name.
const LOCK: &str = "lock";
/// How the names of the files begin that are ours.
const OURS: [&str; 5] = [LOCK, "store.key", "desk.db", "matrix-sdk-", "index"];

/// Why the state folder can't be had. Each text is one sentence for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum FolderFault {
    /// Another process has it.
    #[error(
        "another tigerdesk is running on the state folder {0}: stop that one, or give this one a folder of its own in TIGERDESK__STATE__DIR"
    )]
    Taken(PathBuf),
    /// It can't be created, read or written.
    #[error(
        "the state folder {path} can't be used ({error}): give a folder that the bot may write to in TIGERDESK__STATE__DIR (state.dir)"
    )]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

/// The state folder, locked for as long as this lives.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    // The lock goes with the file handle, also when the process is killed.
    _lock: File,
}

impl Folder {
    /// Opens the folder at `path`, creates it if need be, and locks it.
    ///
    /// From then on every file this process creates is readable by its owner only, and the bot's files that are already
    /// there are made so.
    ///
    /// # Errors
    ///
    /// When another process has it, or it can't be written to.
    pub fn open(path: &Path) -> Result<Self, FolderFault> {
        let fault = |error| FolderFault::Io { path: path.to_owned(), error };
        // SQLite creates its files with the process's mask; nothing else here is meant for others either.
        rustix::process::umask(Mode::RWXG | Mode::RWXO);
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(fault)?;
        let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path.join(LOCK));
        let lock = lock.map_err(fault)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FolderFault::Taken(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(fault(error)),
        }
        tighten(path).map_err(fault)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Takes others' rights off the bot's files. Other files in the folder are none of our business.
fn tighten(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| OURS.iter().any(|ours| name.starts_with(ours)));
        let mode = entry.metadata()?.permissions().mode();
        if ours && mode & 0o077 != 0 {
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode & 0o700))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_folder_is_private_and_has_one_owner() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("deep/state");
        let folder = Folder::open(&path).unwrap();
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join(LOCK)), 0o600);
        assert!(matches!(Folder::open(&path).unwrap_err(), FolderFault::Taken(_)));
        drop(folder);
        Folder::open(&path).unwrap();
    }

    #[test]
    fn files_that_others_may_read_are_tightened() {
        let parent = tempfile::tempdir().unwrap();
        for (name, before, after) in [("desk.db-wal", 0o644, 0o600), ("notes.txt", 0o644, 0o644)] {
            let path = parent.path().join(name);
            fs::write(&path, "").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(before)).unwrap();
            drop(Folder::open(parent.path()).unwrap());
            assert_eq!(mode(&path), after, "{name}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_refused() {
        let refused = Folder::open(Path::new("/proc/tigerdesk")).unwrap_err();
        assert!(refused.to_string().contains("TIGERDESK__STATE__DIR"), "{refused}");
    }
}
