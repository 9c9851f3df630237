//! The releases of the dataset: the last one whole, and what each one changed.

use std::collections::HashMap;

use sqlx::{Sqlite, SqliteConnection, Transaction};

use super::{Edit, Fault, Gathering, Store};
use crate::dataset::{Change, What};

/// A release, but for its content.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredRelease {
    /// Its number, from 1.
    pub number: i64,
    /// When it was taken up, in milliseconds since 1970.
    pub at: i64,
    /// The format of its rows.
    pub format: i64,
    /// The hash of its whole content.
    pub hash: String,
}

/// A record of the last release.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredRow {
    /// The record's id.
    pub id: String,
    /// The hash of the row.
    pub hash: String,
    /// The canonical row.
    pub row: String,
}

/// A release to be taken up: its difference from the one before.
#[derive(Debug, Default)]
pub struct NewRelease {
    /// When it is taken up, in milliseconds since 1970.
    pub at: i64,
    /// The format of its rows.
    pub format: i64,
    /// The hash of its whole content.
    pub hash: String,
    /// The records that are new or other than before.
    pub rows: Vec<StoredRow>,
    /// Whether `rows` are all that there is.
    pub all: bool,
    /// The ids of the records that are gone.
    pub gone: Vec<String>,
    /// What it changes.
    pub changes: Vec<Change>,
    /// What earlier digests are to be edited for.
    pub edits: Vec<Edit>,
}

impl Store {
    /// The last release.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn last_release(&self) -> Result<Option<StoredRelease>, Fault> {
        let query = "SELECT number, at, format, hash FROM releases ORDER BY number DESC LIMIT 1";
        Ok(sqlx::query_as(query).fetch_optional(&self.pool).await?)
    }

    /// The hash of each row of the last release, by the record's id.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn row_hashes(&self) -> Result<HashMap<String, String>, Fault> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT id, hash FROM records").fetch_all(&self.readers).await?;
        Ok(rows.into_iter().collect())
    }

    /// How many records the last release has.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn row_count(&self) -> Result<usize, Fault> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM records").fetch_one(&self.readers).await?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// The canonical rows of some records of the last release.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn rows(&self, ids: &[String]) -> Result<Vec<String>, Fault> {
        let mut rows = Vec::with_capacity(ids.len());
        for ids in ids.chunks(AT_ONCE) {
            let list = json(&ids)?;
            let query = "SELECT row FROM records WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id";
            let found: Vec<String> = sqlx::query_scalar(query).bind(list).fetch_all(&self.readers).await?;
            rows.extend(found);
        }
        Ok(rows)
    }

    /// Every canonical row of the last release.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn all_rows(&self) -> Result<Vec<String>, Fault> {
        Ok(sqlx::query_scalar("SELECT row FROM records ORDER BY id").fetch_all(&self.readers).await?)
    }

    /// Takes a release up, all or nothing: its rows, its changes, a place in the next digest of each room that wants one,
    /// and the edits of earlier digests. Returns its number.
    ///
    /// # Errors
    ///
    /// When the database fails; nothing is written then.
    pub async fn take_up(&self, release: &NewRelease, gathering: Gathering) -> Result<i64, Fault> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let query = "INSERT INTO releases (number, at, format, hash) \
                     VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM releases), ?1, ?2, ?3) RETURNING number";
        let number: i64 = sqlx::query_scalar(query)
            .bind(release.at)
            .bind(release.format)
            .bind(&release.hash)
            .fetch_one(&mut *transaction)
            .await?;
        put_rows(&mut transaction, release).await?;
        put_changes(&mut transaction, number, &release.changes).await?;
        if !release.changes.is_empty() {
            super::digests::gather(&mut transaction, number, release.at, gathering).await?;
            for edit in &release.edits {
                self.put_edit(&mut transaction, number, release.at, edit).await?;
            }
        }
        transaction.commit().await?;
        Ok(number)
    }

    /// Writes the last release's rows anew in another format of ours: all of them; nothing about it has changed.
    ///
    /// # Errors
    ///
    /// When the database fails; nothing is written then.
    pub async fn reformat(&self, release: &NewRelease) -> Result<(), Fault> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        put_rows(&mut transaction, release).await?;
        let query = "UPDATE releases SET format = ?1, hash = ?2 WHERE number = (SELECT MAX(number) FROM releases)";
        sqlx::query(query).bind(release.format).bind(&release.hash).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Forgets what changed in the releases that were taken up before `before`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn fold_history(&self, before: i64) -> Result<u64, Fault> {
        // What a room has not been told yet is kept.
        let query = "DELETE FROM changes WHERE release IN (SELECT number FROM releases WHERE at < ?1) AND release < \
                     (SELECT COALESCE(MIN(first), 9223372036854775807) FROM digests WHERE state IN ('gathering', 'parked'))";
        let folded = sqlx::query(query).bind(before).execute(&self.pool).await?.rows_affected();
        // The last release is what the next one is compared with.
        let query = "DELETE FROM releases WHERE at < ?1 AND number < (SELECT MAX(number) FROM releases) \
                     AND NOT EXISTS (SELECT 1 FROM changes WHERE release = releases.number)";
        sqlx::query(query).bind(before).execute(&self.pool).await?;
        if folded > 0 {
            self.note("folded_until", &before.to_string()).await?;
        }
        Ok(folded)
    }

    /// A single value that was noted under a name.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn noted(&self, name: &str) -> Result<Option<String>, Fault> {
        let query = "SELECT value FROM facts WHERE name = ?1";
        Ok(sqlx::query_scalar(query).bind(name).fetch_optional(&self.pool).await?)
    }

    /// Notes a single value under a name.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn note(&self, name: &str, value: &str) -> Result<(), Fault> {
        let mut connection = self.pool.acquire().await?;
        note(&mut connection, name, value).await
    }
}

pub(super) async fn note(connection: &mut SqliteConnection, name: &str, value: &str) -> Result<(), Fault> {
    let query = "INSERT INTO facts (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2";
    sqlx::query(query).bind(name).bind(value).execute(connection).await?;
    Ok(())
}

async fn put_rows(transaction: &mut Transaction<'_, Sqlite>, release: &NewRelease) -> Result<(), Fault> {
    if release.all {
        sqlx::query("DELETE FROM records").execute(&mut **transaction).await?;
    }
    for ids in release.gone.chunks(AT_ONCE) {
        let query = "DELETE FROM records WHERE id IN (SELECT value FROM json_each(?1))";
        sqlx::query(query).bind(json(&ids)?).execute(&mut **transaction).await?;
    }
    for rows in release.rows.chunks(AT_ONCE) {
        let rows: Vec<_> = rows.iter().map(|row| (&row.id, &row.hash, &row.row)).collect();
        let query = "INSERT INTO records (id, hash, row) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1) \
                     WHERE true ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, row = excluded.row";
        sqlx::query(query).bind(json(&rows)?).execute(&mut **transaction).await?;
    }
    Ok(())
}

/// So many rows are written with one statement.
const AT_ONCE: usize = 500;

async fn put_changes(transaction: &mut Transaction<'_, Sqlite>, release: i64, changes: &[Change]) -> Result<(), Fault> {
    for (portion, changes) in changes.chunks(AT_ONCE).enumerate() {
        let mut rows = Vec::with_capacity(changes.len());
        for (place, change) in (portion * AT_ONCE..).zip(changes) {
            let formerly = if let What::Renamed { id, .. } = &change.what { Some(id) } else { None };
            rows.push((place, &change.subject.id, formerly.filter(|id| **id != change.subject.id), json(change)?));
        }
        let query = "INSERT INTO changes (release, place, record, formerly, change) \
                     SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?2)";
        sqlx::query(query).bind(release).bind(json(&rows)?).execute(&mut **transaction).await?;
    }
    for change in changes {
        if let What::Renamed { id, .. } = &change.what {
            let query = "UPDATE OR REPLACE follows SET follow = 'record:' || ?2 WHERE follow = 'record:' || ?1";
            sqlx::query(query).bind(id).bind(&change.subject.id).execute(&mut **transaction).await?;
        }
    }
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault(error.to_string()))
}
