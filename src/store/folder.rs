//! The state folder: private to its owner, and one process's at a time.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use rustix::fs::{Mode, OFlags};

/// The lock file's name.
const LOCK: &str = "lock";
/// How the names of the files begin that are ours.
const OURS: [&str; 7] = [LOCK, "store.key", "desk.db", "matrix-sdk-", "index", "read", "renewal"];

/// Why the state folder can't be had. Each text is one sentence for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum FolderFault {
    /// Another process has it.
    #[error(
        "another tigerdesk is running on the state folder {0}: stop that one, or give this one a folder of its own in TIGERDESK__STATE__DIR"
    )]
    Taken(PathBuf),
    /// Its lock file leads elsewhere.
    #[error(
        "the file lock in the state folder {0} is a link or no file, which the bot has not made: remove it, or give another folder in TIGERDESK__STATE__DIR"
    )]
    Lock(PathBuf),
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
        // Before anything in it is touched: from here on nobody else can put a link there.
        close_to_others(path).map_err(fault)?;
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
            .open(path.join(LOCK));
        let lock = match lock {
            Err(error) if is_no_file(&path.join(LOCK)) => {
                tracing::debug!(%error, "the lock can't be opened");
                return Err(FolderFault::Lock(path.to_owned()));
            }
            lock => lock.map_err(fault)?,
        };
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

fn is_no_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file())
}

/// The rights of the group and of everybody.
const OTHERS: u32 = 0o077;

/// Takes others' rights off the folder itself.
fn close_to_others(folder: &Path) -> io::Result<()> {
    let metadata = fs::metadata(folder)?;
    let mode = metadata.permissions().mode();
    if mode & OTHERS == 0 {
        return Ok(());
    }
    let name = folder.display();
    if mode & 0o1000 != 0 {
        tracing::warn!("the state folder {name} is one that everybody writes to: give the bot a folder of its own");
        return Ok(());
    }
    match fs::set_permissions(folder, fs::Permissions::from_mode(mode & 0o7700)) {
        Ok(()) => tracing::warn!(
            "the state folder {name} was open to others (mode {:o}), and is closed to them now",
            mode & 0o777
        ),
        // Another's, mounted for the bot: it is theirs to close.
        Err(error) => tracing::warn!(%error, "the state folder {name} is open to others (mode {:o})", mode & 0o777),
    }
    Ok(())
}

/// Takes others' rights off the bot's files. Other files in the folder are none of our business, nor is what a link leads to.
fn tighten(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| OURS.iter().any(|ours| name.starts_with(ours)));
        let metadata = fs::symlink_metadata(entry.path())?;
        let mode = metadata.permissions().mode();
        if ours && !metadata.is_symlink() && mode & OTHERS != 0 {
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
    fn a_folder_that_was_open_to_everybody_is_closed_unless_it_is_shared() {
        for (before, after) in [(0o777, 0o700), (0o755, 0o700), (0o2770, 0o2700), (0o700, 0o700), (0o1777, 0o1777)] {
            let parent = tempfile::tempdir().unwrap();
            fs::set_permissions(parent.path(), fs::Permissions::from_mode(before)).unwrap();
            drop(Folder::open(parent.path()).unwrap());
            let mode = fs::metadata(parent.path()).unwrap().permissions().mode() & 0o7777;
            assert_eq!(mode, after, "{before:o}");
        }
    }

    #[test]
    fn no_link_is_followed_and_no_lock_is_one() {
        let elsewhere = tempfile::tempdir().unwrap();
        let target = elsewhere.path().join("target");
        fs::write(&target, "theirs").unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o644)).unwrap();
        let parent = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(&target, parent.path().join("desk.db-old")).unwrap();
        drop(Folder::open(parent.path()).unwrap());
        assert_eq!(mode(&target), 0o644);
        fs::remove_file(parent.path().join(LOCK)).unwrap();
        for leads_to in [target.clone(), elsewhere.path().join("nothing")] {
            std::os::unix::fs::symlink(&leads_to, parent.path().join(LOCK)).unwrap();
            assert!(matches!(Folder::open(parent.path()).unwrap_err(), FolderFault::Lock(_)), "{leads_to:?}");
            assert!(!elsewhere.path().join("nothing").exists());
            fs::remove_file(parent.path().join(LOCK)).unwrap();
        }
        assert_eq!(mode(&target), 0o644);
        fs::create_dir(parent.path().join(LOCK)).unwrap();
        assert!(matches!(Folder::open(parent.path()).unwrap_err(), FolderFault::Lock(_)));
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_refused() {
        let refused = Folder::open(Path::new("/proc/tigerdesk")).unwrap_err();
        assert!(refused.to_string().contains("TIGERDESK__STATE__DIR"), "{refused}");
    }
}
