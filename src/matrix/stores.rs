//! The SDK's stores in the state folder, and the record of the session that is kept in them.

use std::{
    future::Future,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use matrix_sdk::{
    SqliteCryptoStore, SqliteStateStore, SqliteStoreConfig, StateStore as _, ruma::OwnedUserId,
    store::StateStoreDataKey,
};
use matrix_sdk_crypto::store::CryptoStore as _;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::{
    keys::{self, KeyFault, Sealed},
    refusal::Refusal,
    trouble::root_cause,
};
use crate::settings::Secret;

/// Under which name the session is kept in the SDK's state store. Its own encryption leaves such values out.
const RECORD: &[u8] = b"tigerdesk.session";
/// How many connections each of the SDK's stores has at most. Its own default goes by the processors: 512 on 128 of them.
const CONNECTIONS: usize = 8;
/// How long stores that another program holds are waited for at the start.
const HELD: Duration = Duration::from_mins(10);
/// How often they are tried meanwhile, beside the SDK's own patience of five seconds.
const TRIED: Duration = Duration::from_secs(1);

/// What is kept of the session.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Record {
    /// `matrix.homeserver` and `matrix.username` as they were set.
    pub(super) homeserver: String,
    pub(super) username: String,
    /// The address that was found for the homeserver.
    pub(super) address: String,
    pub(super) device: String,
    /// Whose the folder is: known once a log-in has succeeded.
    pub(super) user: Option<OwnedUserId>,
    pub(super) token: Option<String>,
    /// How the session of the device before this one ended, if there was one.
    #[serde(default)]
    pub(super) follows: Option<String>,
}

/// The record in the store.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Kept {
    /// `scrubbed`: what an older version kept in plain is gone from the file.
    Sealed { session: Sealed, scrubbed: bool },
    /// As older versions kept it.
    Plain(Record),
}

/// The stores in the state folder.
pub(super) struct Stores {
    pub(super) state: SqliteStateStore,
    pub(super) crypto: SqliteCryptoStore,
    pub(super) folder: PathBuf,
    key: [u8; 32],
    /// Whether the state store's files may still have something that an older version kept in plain.
    unscrubbed: AtomicBool,
}

impl Stores {
    pub(super) async fn open(folder: &Path, passphrase: Option<&Secret>) -> Result<Self, Refusal> {
        let (path, passphrase) = (folder.to_owned(), passphrase.cloned());
        // The passphrase's key derivation takes long enough to stay off the async threads.
        let opening = tokio::task::spawn_blocking(move || keys::open(&path, passphrase.as_ref()));
        let key = opening.await.map_err(|error| unusable(folder, error.to_string()))??;
        Self::open_with(folder, key).await
    }

    /// Opens the stores in another folder with the same key.
    pub(super) async fn beside(&self, folder: &Path) -> Result<Self, Refusal> {
        Self::open_with(folder, self.key).await
    }

    async fn open_with(folder: &Path, key: [u8; 32]) -> Result<Self, Refusal> {
        let config = SqliteStoreConfig::new(folder).key(Some(&key)).pool_max_size(CONNECTIONS);
        let state = patiently(|| SqliteStateStore::open_with_config(&config)).await;
        let state = state.map_err(|error| fault(folder, "matrix-sdk-state.sqlite3", &error))?;
        let crypto = patiently(|| SqliteCryptoStore::open_with_config(&config)).await;
        let crypto = crypto.map_err(|error| fault(folder, "matrix-sdk-crypto.sqlite3", &error))?;
        Ok(Self { state, crypto, folder: folder.to_owned(), key, unscrubbed: AtomicBool::new(false) })
    }

    pub(super) fn name(&self) -> String {
        self.folder.display().to_string()
    }

    pub(super) fn fault(&self, error: &dyn std::error::Error) -> Refusal {
        fault(&self.folder, "one of the files whose names begin with matrix-sdk-", error)
    }

    /// The record of the session. One that an older version kept in plain is sealed, and its bytes are wiped.
    pub(super) async fn record(&self) -> Result<Option<Record>, Refusal> {
        let bytes = self.state.get_custom_value(RECORD).await.map_err(|error| self.fault(&error))?;
        let Some(bytes) = bytes else { return Ok(None) };
        match serde_json::from_slice(&bytes).map_err(|error| self.fault(&error))? {
            Kept::Plain(record) => {
                self.unscrubbed.store(true, Ordering::Relaxed);
                self.keep(&record).await?;
                self.scrub(&record).await?;
                Ok(Some(record))
            }
            Kept::Sealed { session, scrubbed } => {
                let bytes = session.open(&self.key).map_err(|_| KeyFault::Mismatch(self.folder.clone()))?;
                let record = serde_json::from_slice(&bytes).map_err(|error| self.fault(&error))?;
                if !scrubbed {
                    self.unscrubbed.store(true, Ordering::Relaxed);
                    self.scrub(&record).await?;
                }
                Ok(Some(record))
            }
        }
    }

    pub(super) async fn keep(&self, record: &Record) -> Result<(), Refusal> {
        let scrubbed = !self.unscrubbed.load(Ordering::Relaxed);
        let bytes = serde_json::to_vec(record).map_err(|error| self.fault(&error))?;
        let session = Sealed::new(&self.key, bytes).map_err(|error| self.fault(&error))?;
        let bytes = serde_json::to_vec(&Kept::Sealed { session, scrubbed }).map_err(|error| self.fault(&error))?;
        self.state.set_custom_value_no_read(RECORD, bytes).await.map_err(|error| self.fault(&error))
    }

    /// Writes the state store's files anew, without what was deleted from them.
    async fn scrub(&self, record: &Record) -> Result<(), Refusal> {
        self.state.vacuum().await.map_err(|error| self.fault(&error))?;
        let (folder, token) = (self.folder.clone(), record.token.clone());
        let searched = tokio::task::spawn_blocking(move || token.is_some_and(|token| is_in_files(&folder, &token)));
        if searched.await.unwrap_or(true) {
            tracing::warn!(
                "an older version kept the access token in plain in matrix-sdk-state.sqlite3, from which it could not be wiped yet; the next start tries again"
            );
            return Ok(());
        }
        tracing::info!("the session, which an older version kept in plain, is encrypted now");
        self.unscrubbed.store(false, Ordering::Relaxed);
        self.keep(record).await
    }

    /// Whether the encryption keys are there that belong to a session of this store.
    pub(super) async fn has_keys(&self) -> Result<bool, Refusal> {
        let account = self.crypto.load_account().await.map_err(|error| self.fault(&error))?;
        Ok(account.is_some())
    }

    /// Whether an earlier sync left its place.
    pub(super) async fn synced(&self) -> Result<bool, Refusal> {
        let place = self.state.get_kv_data(StateStoreDataKey::SyncToken).await;
        Ok(place.map_err(|error| self.fault(&error))?.is_some())
    }

    pub(super) async fn close(&self) -> Result<(), Refusal> {
        self.state.close().await.map_err(|error| self.fault(&error))?;
        self.crypto.close().await.map_err(|error| self.fault(&error))
    }
}

/// A device id of our own, so that it is kept before the log-in that makes the device.
pub(super) fn new_device() -> String {
    use rand::RngExt as _;
    let mut random = rand::rng();
    (0..10).map(|_| char::from(random.random_range(b'A'..=b'Z'))).collect()
}

fn is_in_files(folder: &Path, token: &str) -> bool {
    let name = matrix_sdk::STATE_STORE_DATABASE_NAME;
    ["", "-wal"].iter().any(|end| {
        let bytes = std::fs::read(folder.join(format!("{name}{end}"))).unwrap_or_default();
        bytes.windows(token.len()).any(|window| window == token.as_bytes())
    })
}

/// Opens a store, and waits where another program holds its file.
async fn patiently<T, E, O>(open: impl Fn() -> O) -> Result<T, E>
where
    E: std::error::Error,
    O: Future<Output = Result<T, E>>,
{
    let start = Instant::now();
    let mut told = false;
    loop {
        match open().await {
            Err(error) if start.elapsed() < HELD && is_held(&root_cause(&error)) => {
                if !told {
                    tracing::warn!(
                        "another program holds the bot's stores in the state folder (a backup?): waiting for it"
                    );
                }
                told = true;
                sleep(TRIED).await;
            }
            opened => return opened,
        }
    }
}

fn is_held(cause: &str) -> bool {
    cause.contains("database is locked") || cause.contains("database table is locked")
}

pub(super) fn unusable(folder: &Path, cause: String) -> Refusal {
    Refusal::Stores { folder: folder.display().to_string(), cause }
}

/// The sentence for a store that fails: damaged, opened with the wrong key, or out of reach.
fn fault(folder: &Path, what: &'static str, error: &dyn std::error::Error) -> Refusal {
    let cause = root_cause(error);
    let says = |words: &[&str]| words.iter().any(|word| cause.contains(word));
    if says(&["malformed", "not a database", "invalid data", "expected value", "unexpected EOF", "invalid type"]) {
        return Refusal::Damaged { folder: folder.display().to_string(), what, cause };
    }
    if says(&["aead", "decrypting", "MAC"]) {
        return KeyFault::Mismatch(folder.to_owned()).into();
    }
    unusable(folder, cause)
}

#[cfg(test)]
mod tests;
