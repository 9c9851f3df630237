//! The database: one file in the state folder.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

/// The database's name in the state folder.
const FILE: &str = "desk.db";
/// How many connections read beside the one that writes.
const READERS: u32 = 2;
/// Under this name it is noted that the database is new.
const FRESH: &str = "fresh";

/// For so long a write waits: for a release of a very large dataset of ours, and for another program that holds the file.
const PATIENCE: Duration = Duration::from_mins(10);
/// How soon an opening is tried again that another program is in the way of.
const AGAIN: Duration = Duration::from_secs(1);
/// A write that takes longer is told of.
const LONG: Duration = Duration::from_secs(3);

/// The database failed.
#[derive(Debug, thiserror::Error)]
#[error("the bot's database desk.db in the state folder {}", told(.0))]
pub struct Fault(pub(super) String);

/// What went wrong, and how to mend it.
fn told(cause: &str) -> String {
    let says = |words: &[&str]| words.iter().any(|word| cause.contains(word));
    let (what, mend) = if says(&["malformed", "not a database", "(code: 11)", "(code: 26)"]) {
        (
            "is damaged",
            "stop the bot and put a copy of the state folder back; or move desk.db, desk.db-wal and desk.db-shm out of it, and the bot \
             starts with an empty one (what rooms have asked for has to be asked for again)",
        )
    } else if says(&["is full", "(code: 13)"]) {
        ("can't be written to, because the disk is full", "free some space")
    } else if says(&["is locked", "(code: 5)", "(code: 6)"]) {
        ("has been held by another program for too long", "end that program, and start the bot again")
    } else if says(&["readonly", "unable to open", "(code: 8)", "(code: 14)"]) {
        (
            "can't be written to",
            "check who owns the state folder and its files, and that the disk is not mounted read-only",
        )
    } else {
        ("failed", "check the disk's space and the folder's owner")
    };
    format!("{what} ({cause}): {mend}")
}

impl Fault {
    /// What failed, as the database or the system says it.
    #[must_use]
    pub fn cause(&self) -> &str {
        &self.0
    }

    /// Whether another program is in the way for now.
    fn is_passing(&self) -> bool {
        self.0.contains("is locked")
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

/// The bot's database.
#[derive(Debug, Clone)]
pub struct Store {
    /// The one connection that writes, and reads what must not be older than the last write.
    pub(super) pool: SqlitePool,
    /// Reads that may take long, beside the writing.
    pub(super) readers: SqlitePool,
    /// What keys of the outbox are made with, so that they are no other installation's.
    pub(super) secret: String,
    /// The state folder.
    pub(super) folder: PathBuf,
}

impl Store {
    /// Opens the database in `folder` and brings its tables up to date.
    ///
    /// # Errors
    ///
    /// When it can't be opened.
    pub async fn open(folder: &Path) -> Result<Self, Fault> {
        let start = Instant::now();
        let mut told = false;
        loop {
            match Self::attempt(folder).await {
                Err(fault) if fault.is_passing() && start.elapsed() < PATIENCE => {
                    if !told {
                        tracing::warn!("desk.db is locked by another program (a backup?): waiting for it");
                    }
                    told = true;
                    tokio::time::sleep(AGAIN).await;
                }
                opened => return opened,
            }
        }
    }

    async fn attempt(folder: &Path) -> Result<Self, Fault> {
        let options = SqliteConnectOptions::new()
            .filename(folder.join(FILE))
            .create_if_missing(true)
            .busy_timeout(PATIENCE)
            .journal_mode(SqliteJournalMode::Wal)
            // A killed process loses nothing with it. A power cut may take the last moments back, the marks among them:
            // those are then read again, and what is answered again has the same transaction id. So no fsync has to
            // stand between a question and its answer.
            .synchronous(SqliteSynchronous::Normal);
        // One connection: writers would only wait for each other.
        let writing = Writing::watched();
        let (connected, taken, released) = (Arc::clone(&writing), Arc::clone(&writing), Arc::clone(&writing));
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .after_connect(move |_, _| {
                connected.begins();
                Box::pin(async { Ok(()) })
            })
            .before_acquire(move |_, _| {
                taken.begins();
                Box::pin(async { Ok(true) })
            })
            .after_release(move |_, _| {
                released.ends();
                Box::pin(async { Ok(true) })
            });
        let pool = pool.connect_with(options.clone()).await?;
        sqlx::migrate!("src/store/migrations").run(&pool).await.map_err(|error| Fault(error.to_string()))?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_with(options.read_only(true)).await?;
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
        let made =
            "INSERT INTO facts (name, value) VALUES ('secret', lower(hex(randomblob(16)))) ON CONFLICT DO NOTHING";
        let made = sqlx::query(made).execute(&mut *transaction).await?;
        if made.rows_affected() > 0 {
            let fresh = "INSERT INTO facts (name, value) SELECT ?1, 'yes' WHERE NOT EXISTS (SELECT 1 FROM marks) ON CONFLICT DO NOTHING";
            sqlx::query(fresh).bind(FRESH).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        let secret = sqlx::query_scalar("SELECT value FROM facts WHERE name = 'secret'").fetch_one(&pool).await?;
        Ok(Self { pool, readers, secret, folder: folder.to_owned() })
    }

    /// What is noted once nobody need wonder any more that the database is new.
    pub const KNOWN: (&'static str, &'static str) = (FRESH, "no");

    /// Whether the database was made anew, and that was not known yet.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn is_new(&self) -> Result<bool, Fault> {
        Ok(self.noted(FRESH).await?.as_deref() == Some("yes"))
    }

    /// Closes the database, once what is under way has ended.
    pub async fn close(&self) {
        self.readers.close().await;
        self.pool.close().await;
    }
}

/// Since when the writing connection is in use.
#[derive(Debug, Default)]
struct Writing(Mutex<Option<Instant>>);

impl Writing {
    /// One that is told of in the log when it takes long.
    fn watched() -> Arc<Self> {
        let writing = Arc::new(Self::default());
        // What opens the database writes, too.
        writing.begins();
        let watched = Arc::downgrade(&writing);
        tokio::spawn(async move {
            let mut told = None;
            loop {
                tokio::time::sleep(AGAIN).await;
                let Some(writing) = watched.upgrade() else { return };
                let since = *writing.since();
                match (told, since) {
                    (None, Some(since)) if since.elapsed() >= LONG => {
                        tracing::warn!(
                            seconds = since.elapsed().as_secs(),
                            "desk.db is busy: it is locked by another program (a backup?), or a large release is being written; waiting for it"
                        );
                        told = Some(since);
                    }
                    (Some(before), since) if since != Some(before) => {
                        tracing::info!(seconds = before.elapsed().as_secs(), "desk.db can be written to again");
                        told = None;
                    }
                    _ => {}
                }
            }
        });
        writing
    }

    fn begins(&self) {
        *self.since() = Some(Instant::now());
    }

    fn ends(&self) {
        *self.since() = None;
    }

    fn since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[tokio::test]
    async fn another_program_that_holds_it_is_waited_for_at_the_start_and_later() {
        let folder = tempfile::tempdir().unwrap();
        Store::open(folder.path()).await.unwrap().close().await;
        let hold = |mode: &'static str| {
            let holder = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
            holder.execute_batch(mode).unwrap();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(7)).await;
                drop(holder);
            })
        };
        for mode in ["BEGIN IMMEDIATE", "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE"] {
            let held = hold(mode);
            let start = Instant::now();
            let store = Store::open(folder.path()).await.unwrap();
            assert!(start.elapsed() > Duration::from_secs(6), "{mode}: {:?}", start.elapsed());
            held.await.unwrap();
            store.close().await;
        }
        let store = Store::open(folder.path()).await.unwrap();
        let held = hold("BEGIN IMMEDIATE");
        let start = Instant::now();
        store.note("a", "b").await.unwrap();
        assert!(start.elapsed() > Duration::from_secs(6), "{:?}", start.elapsed());
        held.await.unwrap();
        assert_eq!(store.noted("a").await.unwrap().as_deref(), Some("b"));
    }

    #[tokio::test]
    async fn a_damaged_one_is_told_for_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), vec![7; 8192]).unwrap();
        let told = Store::open(folder.path()).await.unwrap_err().to_string();
        assert!(told.contains("desk.db") && told.contains("is damaged") && told.contains("move desk.db"), "{told}");
    }

    #[tokio::test]
    async fn it_is_new_until_that_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        assert!(store.is_new().await.unwrap());
        store.close().await;
        let store = Store::open(folder.path()).await.unwrap();
        assert!(store.is_new().await.unwrap());
        store.note(Store::KNOWN.0, Store::KNOWN.1).await.unwrap();
        store.close().await;
        assert!(!Store::open(folder.path()).await.unwrap().is_new().await.unwrap());
        // One that was emptied is new again.
        fs::write(folder.path().join(FILE), "").unwrap();
        assert!(Store::open(folder.path()).await.unwrap().is_new().await.unwrap());
    }
}
