//! A new device in place of one whose session is over.
//!
//! The encryption keys of a device are its own, so that a new one needs stores of its own. They are made aside, in the
//! folder `renewal`, and take the old ones' place file by file. Killed at any moment, the next start finds either the old
//! stores as they were, or what is left to be moved.

use std::{
    fs::{self, DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::Path,
};

use matrix_sdk_crypto::store::{CryptoStore as _, CryptoStoreError, types::Changes};

use super::{
    refusal::{Ended, Refusal},
    stores::{Record, Stores, new_device, unusable},
};

/// The folder in the state folder in which the new stores are made.
const ASIDE: &str = "renewal";
/// A file in it: the new stores are whole, and the old ones may go.
const WHOLE: &str = "whole";
/// A file in it: the old stores are gone.
const CLEARED: &str = "cleared";
/// How the names of the stores' files begin.
const STORES: &str = "matrix-sdk-";

/// Has a new device take the place of the one whose session ended: stores of its own, with what the old ones know that is not
/// bound to the device.
pub(super) async fn renew(old: Stores, record: Record, ended: Ended) -> Result<(Stores, Record), Refusal> {
    let record = Record { device: new_device(), token: None, follows: Some(ended.to_string()), ..record };
    prepare(&old, &record).await?;
    finish(&old.folder).await?;
    Ok((old.beside(&old.folder).await?, record))
}

/// Has new stores that are whole take the place of the old ones, and clears up what was begun in vain.
///
/// # Errors
///
/// When a file can't be moved.
pub(super) async fn finish(folder: &Path) -> Result<(), Refusal> {
    let path = folder.to_owned();
    let moved = tokio::task::spawn_blocking(move || move_in(&path)).await;
    moved.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(|error| unusable(folder, error.to_string()))
}

/// Makes the stores of the new device, with `record`, and closes the old ones.
async fn prepare(old: &Stores, record: &Record) -> Result<(), Refusal> {
    let fault = |error: io::Error| unusable(&old.folder, error.to_string());
    let aside = old.folder.join(ASIDE);
    remove(&aside).map_err(fault)?;
    DirBuilder::new().mode(0o700).create(&aside).map_err(fault)?;
    let new = old.beside(&aside).await?;
    // The identity, so that nobody is asked to trust the bot anew, and the keys of what was said before, some of which may
    // still wait for its answer. Without them the bot goes on all the same.
    if let Err(error) = carry_over(old, &new).await {
        tracing::warn!(%error, "the old device's identity and room keys could not be carried over");
    }
    new.keep(record).await?;
    new.close().await?;
    old.close().await?;
    mark(&aside, WHOLE).map_err(fault)
}

async fn carry_over(old: &Stores, new: &Stores) -> Result<(), CryptoStoreError> {
    let private_identity = old.crypto.load_identity().await?;
    let inbound_group_sessions = old.crypto.get_inbound_group_sessions().await?;
    let changes = Changes { private_identity, inbound_group_sessions, ..Changes::default() };
    Ok(new.crypto.save_changes(changes).await?)
}

fn move_in(folder: &Path) -> io::Result<()> {
    let aside = folder.join(ASIDE);
    if aside.join(WHOLE).exists() {
        if !aside.join(CLEARED).exists() {
            for path in stores_in(folder)? {
                fs::remove_file(path)?;
            }
            mark(&aside, CLEARED)?;
        }
        for path in stores_in(&aside)? {
            if let Some(name) = path.file_name() {
                fs::rename(&path, folder.join(name))?;
            }
        }
        // First, so that what is left of the folder is not taken for stores that are still to be moved.
        fs::remove_file(aside.join(WHOLE))?;
        File::open(folder)?.sync_all()?;
    }
    remove(&aside)
}

fn stores_in(folder: &Path) -> io::Result<Vec<std::path::PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let paths: Vec<_> = entries.collect::<io::Result<_>>()?;
    let ours = |path: &std::path::PathBuf| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(STORES))
    };
    Ok(paths.into_iter().filter(ours).collect())
}

fn mark(folder: &Path, name: &str) -> io::Result<()> {
    File::create(folder.join(name))?.sync_all()?;
    File::open(folder)?.sync_all()
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How a moment in the course of it leaves the folder: what is there, what is aside, and what is marked.
    type Moment<'m> = (&'m [(&'m str, &'m str)], &'m [&'m str], &'m [&'m str]);

    /// Everything in a folder, with what it holds.
    fn files(folder: &Path) -> Vec<(String, String)> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = entries
            .map(|path| {
                (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap_or_default())
            })
            .collect();
        files.sort();
        files
    }

    fn put(folder: &Path, name: &str, text: &str) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(name), text).unwrap();
    }

    #[test]
    fn new_stores_take_the_old_ones_place_at_whatever_moment_the_process_dies() {
        let (state, wal, crypto) =
            ("matrix-sdk-state.sqlite3", "matrix-sdk-state.sqlite3-wal", "matrix-sdk-crypto.sqlite3");
        let expected: Vec<_> =
            [("desk.db", "rooms"), (crypto, "new"), (state, "new")].map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        let moments: [Moment<'_>; 5] = [
            (&[(state, "old"), (wal, "old"), (crypto, "old")], &[state, crypto], &[WHOLE]),
            (&[(wal, "old"), (crypto, "old")], &[state, crypto], &[WHOLE]),
            (&[], &[state, crypto], &[WHOLE, CLEARED]),
            (&[(state, "new")], &[crypto], &[WHOLE, CLEARED]),
            (&[(state, "new"), (crypto, "new")], &[], &[CLEARED]),
        ];
        for (there, aside, marks) in moments {
            let folder = tempfile::tempdir().unwrap();
            put(folder.path(), "desk.db", "rooms");
            for (name, text) in there {
                put(folder.path(), name, text);
            }
            for name in aside {
                put(&folder.path().join(ASIDE), name, "new");
            }
            for name in marks {
                put(&folder.path().join(ASIDE), name, "");
            }
            move_in(folder.path()).unwrap();
            assert_eq!(files(folder.path()), expected, "{there:?} {aside:?} {marks:?}");
            move_in(folder.path()).unwrap();
            assert_eq!(files(folder.path()), expected);
        }
    }

    #[test]
    fn new_stores_that_are_not_whole_are_cleared_up() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "matrix-sdk-state.sqlite3", "old");
        put(&folder.path().join(ASIDE), "matrix-sdk-state.sqlite3", "half");
        move_in(folder.path()).unwrap();
        assert_eq!(files(folder.path()), [("matrix-sdk-state.sqlite3".to_owned(), "old".to_owned())]);
    }

    #[tokio::test]
    async fn a_new_device_has_stores_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let stores = Stores::open(folder.path(), None).await.unwrap();
        let user = Some(matrix_sdk::ruma::owned_user_id!("@desk:hs"));
        let record =
            Record { device: "DEVICE".to_owned(), user, token: Some("syt_token".to_owned()), ..Record::default() };
        stores.keep(&record).await.unwrap();
        let (stores, renewed) = renew(stores, record.clone(), Ended::SignedOut).await.unwrap();
        assert_ne!(renewed.device, "DEVICE");
        assert_eq!((renewed.user, renewed.token), (record.user, None));
        stores.close().await.unwrap();
        let stores = Stores::open(folder.path(), None).await.unwrap();
        let kept = stores.record().await.unwrap().unwrap();
        assert_eq!((kept.device, kept.token), (renewed.device, None));
        assert_eq!(kept.follows.as_deref(), Some("the bot was signed out"));
        assert!(!folder.path().join("renewal").exists());
    }
}
