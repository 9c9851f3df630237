//! The database: one file in the state folder.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

/// The database's name in the state folder.
const FILE: &str = "desk.db";
/// How many connections read beside the one that writes.
const READERS: u32 = 2;

/// A release of a very large dataset keeps the writing connection so long.
const PATIENCE: Duration = Duration::from_mins(10);

/// The database failed.
#[derive(Debug, thiserror::Error)]
#[error("the bot's database desk.db in the state folder failed ({0}): check the disk's space and the folder's owner")]
pub struct Fault(pub(super) String);

impl Fault {
    /// What failed, as the database or the system says it.
    #[must_use]
    pub fn cause(&self) -> &str {
        &self.0
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
        let options = SqliteConnectOptions::new()
            .filename(folder.join(FILE))
            .create_if_missing(true)
            .busy_timeout(Duration::from_secs(5))
            .journal_mode(SqliteJournalMode::Wal)
            // A killed process loses nothing with it. A power cut may take the last moments back, the marks among them:
            // those are then read again, and what is answered again has the same transaction id. So no fsync has to
            // stand between a question and its answer.
            .synchronous(SqliteSynchronous::Normal);
        // One connection: writers would only wait for each other.
        let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
        let pool = pool.connect_with(options.clone()).await?;
        sqlx::migrate!("src/store/migrations").run(&pool).await.map_err(|error| Fault(error.to_string()))?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_with(options.read_only(true)).await?;
        let made =
            "INSERT INTO facts (name, value) VALUES ('secret', lower(hex(randomblob(16)))) ON CONFLICT DO NOTHING";
        sqlx::query(made).execute(&pool).await?;
        let secret = sqlx::query_scalar("SELECT value FROM facts WHERE name = 'secret'").fetch_one(&pool).await?;
        Ok(Self { pool, readers, secret, folder: folder.to_owned() })
    }

    /// Closes the database, once what is under way has ended.
    pub async fn close(&self) {
        self.readers.close().await;
        self.pool.close().await;
    }
}
