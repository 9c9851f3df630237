//! Digests that could not be said in their rooms.

use sqlx::{Sqlite, Transaction};

use super::super::{Fault, Gathering, Store};

/// How long what can't be said is remembered, in milliseconds.
pub(in crate::store) const KEPT: i64 = 30 * 24 * 60 * 60 * 1000;

/// Has what could not be said in a room (in any room) gather again, but for what is too old for that: how old it may be goes
/// by how long it was gathered for in the first place. Rooms that have asked for nothing any more are left alone.
pub(in crate::store) async fn take_back(
    transaction: &mut Transaction<'_, Sqlite>,
    room: Option<&str>,
    now: i64,
    gathering: Gathering,
) -> Result<(), Fault> {
    // Another row, because the messages of the old one have its number in their keys.
    let query = "INSERT INTO digests (room, first, last, opened_at, due, state, gathered_for) \
                 SELECT p.room, \
                    MAX(MIN(p.first), COALESCE((SELECT MIN(number) FROM releases WHERE at >= ?2 - ?4 - MAX(p.gathered_for)), MAX(p.last))), \
                    MAX(p.last), ?2, COALESCE(r.next_run, ?2 + ?3), 'gathering', MAX(p.gathered_for) \
                 FROM digests p JOIN rooms r ON r.room = p.room \
                 WHERE p.state = 'parked' AND r.mode <> 'off' AND (?1 IS NULL OR p.room = ?1) GROUP BY p.room \
                 ON CONFLICT (room) WHERE state = 'gathering' DO UPDATE SET first = MIN(first, excluded.first), \
                    last = MAX(last, excluded.last), gathered_for = MAX(gathered_for, excluded.gathered_for)";
    sqlx::query(query).bind(room).bind(now).bind(gathering.quiet).bind(KEPT).execute(&mut **transaction).await?;
    let query = "UPDATE digests SET corrections = (SELECT json_group_array(c.value) FROM digests p, json_each(p.corrections) c \
                    WHERE p.room = digests.room AND p.state IN ('parked', 'gathering')) \
                 WHERE state = 'gathering' AND (?1 IS NULL OR room = ?1) \
                 AND room IN (SELECT room FROM digests WHERE state = 'parked')";
    sqlx::query(query).bind(room).execute(&mut **transaction).await?;
    let query = "DELETE FROM digests WHERE state = 'parked' AND (?1 IS NULL OR room = ?1) \
                 AND room IN (SELECT room FROM digests WHERE state = 'gathering')";
    sqlx::query(query).bind(room).execute(&mut **transaction).await?;
    Ok(())
}

impl Store {
    /// Puts a digest off that is due in a room that the bot is not in. If that goes on for too long, it is dropped.
    ///
    /// # Errors
    ///
    /// When the database fails; nothing is written then.
    pub async fn put_off(&self, digest: i64, now: i64, until: i64) -> Result<(), Fault> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let query = "UPDATE digests SET due = ?3, put_off_since = COALESCE(put_off_since, ?2) \
                     WHERE id = ?1 AND state = 'gathering'";
        sqlx::query(query).bind(digest).bind(now).bind(until).execute(&mut *transaction).await?;
        let query = "DELETE FROM digests WHERE id = ?1 AND put_off_since < ?2";
        sqlx::query(query).bind(digest).bind(now.saturating_sub(KEPT)).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Has what was put off in a room that the bot came (back) into be due.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn no_longer_put_off(&self, room: &str, now: i64) -> Result<bool, Fault> {
        let query = "UPDATE digests SET due = MIN(due, ?2) WHERE room = ?1 AND state = 'gathering' AND put_off_since IS NOT NULL";
        Ok(sqlx::query(query).bind(room).bind(now).execute(&self.pool).await?.rows_affected() > 0)
    }
}
