//! What rooms have asked for.

use sqlx::{Sqlite, Transaction};

use super::{Fault, Gathering, Store, digests::parked};

/// No homeserver asks for more patience than this, in milliseconds.
const FARTHEST: i64 = 24 * 60 * 60 * 1000;

/// How long a message that was tried waits once the clock is right again, in milliseconds.
const A_WHILE: i64 = 60 * 1000;

/// What a room has asked for, in the words of the commands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Room {
    /// `off`, `on` or a schedule.
    pub mode: String,
    /// Its time zone, an IANA name.
    pub zone: Option<String>,
    /// When a schedule runs next, in milliseconds since 1970.
    pub next_run: Option<i64>,
    /// What its digests are narrowed to.
    pub follows: Vec<String>,
}

impl Store {
    /// What a room has asked for.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn room(&self, room: &str) -> Result<Room, Fault> {
        let query = "SELECT mode, zone, next_run FROM rooms WHERE room = ?1";
        let row: Option<(String, Option<String>, Option<i64>)> =
            sqlx::query_as(query).bind(room).fetch_optional(&self.pool).await?;
        let (mode, zone, next_run) = row.unwrap_or_else(|| ("off".to_owned(), None, None));
        let query = "SELECT follow FROM follows WHERE room = ?1 ORDER BY follow";
        let follows = sqlx::query_scalar(query).bind(room).fetch_all(&self.pool).await?;
        Ok(Room { mode, zone, next_run, follows })
    }

    /// Sets when a room is told, and its zone. What it has not been told yet is told then; if that is never, it is dropped.
    ///
    /// # Errors
    ///
    /// When the database fails; nothing is written then.
    pub async fn set_room(&self, room: &str, asked: &Room, now: i64, gathering: Gathering) -> Result<(), Fault> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let query = "INSERT INTO rooms (room, mode, zone, next_run) VALUES (?1, ?2, ?3, ?4) \
                     ON CONFLICT (room) DO UPDATE SET mode = ?2, zone = ?3, next_run = ?4";
        sqlx::query(query)
            .bind(room)
            .bind(&asked.mode)
            .bind(&asked.zone)
            .bind(asked.next_run)
            .execute(&mut *transaction)
            .await?;
        if asked.mode == "off" {
            forget(&mut transaction, room).await?;
        } else {
            parked::take_back(&mut transaction, Some(room), now, gathering).await?;
            let due = asked.next_run.unwrap_or(now.saturating_add(gathering.quiet));
            sqlx::query("UPDATE digests SET due = ?2 WHERE room = ?1 AND state = 'gathering'")
                .bind(room)
                .bind(due)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Notes when the schedule of a room runs next.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn set_next_run(&self, room: &str, next_run: Option<i64>) -> Result<(), Fault> {
        sqlx::query("UPDATE rooms SET next_run = ?2 WHERE room = ?1")
            .bind(room)
            .bind(next_run)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Has the schedule of a room, and what gathers for it, run at `next` if it was to run later.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn not_after(&self, room: &str, next: i64) -> Result<(), Fault> {
        let query = "UPDATE rooms SET next_run = ?2 WHERE room = ?1 AND next_run > ?2";
        let done = sqlx::query(query).bind(room).bind(next).execute(&self.pool).await?;
        if done.rows_affected() > 0 {
            let query = "UPDATE digests SET due = ?2 WHERE room = ?1 AND state = 'gathering' AND due > ?2";
            sqlx::query(query).bind(room).bind(next).execute(&self.pool).await?;
        }
        Ok(())
    }

    /// Has what gathers since a moment that is still to come gather from now on, and what waits for a try far ahead be tried
    /// now.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn not_ahead(&self, now: i64, gathering: Gathering) -> Result<(), Fault> {
        let query = "UPDATE digests SET opened_at = ?1, due = MIN(due, ?1 + ?2) WHERE state = 'gathering' AND opened_at > ?1 \
                     AND room IN (SELECT room FROM rooms WHERE next_run IS NULL)";
        sqlx::query(query).bind(now).bind(gathering.quiet).execute(&self.pool).await?;
        // What was never tried waits for nothing; the homeserver may have asked for patience with the others.
        let query = "UPDATE outbox SET next_try = MIN(next_try, ?1 + CASE attempts WHEN 0 THEN 0 ELSE ?2 END), put_at = MIN(put_at, ?1) \
                     WHERE state = 'waiting' AND (put_at > ?1 OR next_try > ?1 + ?3)";
        sqlx::query(query).bind(now).bind(A_WHILE).bind(FARTHEST).execute(&self.pool).await?;
        Ok(())
    }

    /// The rooms with a schedule that was to run by now, their schedules and zones.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn scheduled(&self, now: i64) -> Result<Vec<(String, String, Option<String>)>, Fault> {
        let query = "SELECT room, mode, zone FROM rooms WHERE next_run <= ?1 AND mode NOT IN ('off', 'on')";
        Ok(sqlx::query_as(query).bind(now).fetch_all(&self.pool).await?)
    }

    /// Has a room follow something.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn follow(&self, room: &str, follow: &str) -> Result<(), Fault> {
        let query = "INSERT INTO follows (room, follow) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        sqlx::query(query).bind(room).bind(follow).execute(&self.pool).await?;
        Ok(())
    }

    /// Has a room follow something no more; with `None` nothing at all.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn unfollow(&self, room: &str, follow: Option<&str>) -> Result<(), Fault> {
        let query = "DELETE FROM follows WHERE room = ?1 AND (?2 IS NULL OR follow = ?2)";
        sqlx::query(query).bind(room).bind(follow).execute(&self.pool).await?;
        Ok(())
    }
}

/// Drops what a room has not been told, also what is on its way but for the threads of digests that it has.
async fn forget(transaction: &mut Transaction<'_, Sqlite>, room: &str) -> Result<(), Fault> {
    let query = "DELETE FROM digests WHERE room = ?1 AND state IN ('gathering', 'parked')";
    sqlx::query(query).bind(room).execute(&mut **transaction).await?;
    let query = "DELETE FROM outbox WHERE state = 'waiting' AND digest IN \
                 (SELECT digest FROM outbox WHERE room = ?1 AND kind = 'head' AND state = 'waiting')";
    sqlx::query(query).bind(room).execute(&mut **transaction).await?;
    Ok(())
}
