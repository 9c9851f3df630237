//! The questions that were taken, and how far each room was read.

use std::collections::HashMap;

use sqlx::{Sqlite, Transaction};

use super::{Fault, Store};

/// How long a room is not told again about the same mistyped word, in milliseconds.
const HINT_PAUSE: i64 = 24 * 60 * 60 * 1000;
/// How long rows are kept, in milliseconds: far longer than a question may be old (12 hours at most).
const KEPT: i64 = 48 * 60 * 60 * 1000;

/// What an event is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Not decrypted yet.
    Sealed {
        /// The session that opens it, if it says so.
        session: Option<String>,
    },
    /// A command.
    Command,
    /// A word that is one slip away from a command.
    Slip {
        /// The word as it was typed.
        word: String,
    },
}

/// An event to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The event's id.
    pub event: String,
    /// The room's id.
    pub room: String,
    /// When it was said, in milliseconds since 1970 by our clock.
    pub said_at: i64,
    /// What it is.
    pub kind: Kind,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is to be answered.
    Take,
    /// It was recorded before: nothing is to be done.
    Known,
    /// It waits for its key.
    Sealed,
    /// The room has been told about this word within a day.
    HintedBefore,
}

/// A recorded event that is not answered yet.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Unfinished {
    /// The event's id.
    pub event: String,
    /// The room's id.
    pub room: String,
    /// When it was said, in milliseconds since 1970 by our clock.
    pub said_at: i64,
    /// How often the process died while this was being worked out.
    pub deaths: u32,
}

impl Store {
    /// Records `entries`, in order, and the last event seen in each room, all or nothing. Says of each entry what is to
    /// be done about it.
    ///
    /// # Errors
    ///
    /// When the database fails; nothing is recorded then.
    pub async fn record(&self, entries: &[Entry], marks: &[(String, String)], now: i64) -> Result<Vec<Verdict>, Fault> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let mut verdicts = Vec::with_capacity(entries.len());
        for entry in entries {
            verdicts.push(record_one(&mut transaction, entry, now).await?);
        }
        for (room, event) in marks {
            sqlx::query("INSERT INTO marks (room, event) VALUES (?1, ?2) ON CONFLICT (room) DO UPDATE SET event = ?2")
                .bind(room)
                .bind(event)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(verdicts)
    }

    /// Notes that `event` was answered by `answer`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn answered(&self, event: &str, answer: &str, attempts: u32) -> Result<(), Fault> {
        sqlx::query("UPDATE commands SET state = 'answered', answer = ?2, attempts = attempts + ?3 WHERE event = ?1")
            .bind(event)
            .bind(answer)
            .bind(attempts)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Notes that `event` will not be answered, and why.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn dropped(&self, event: &str, reason: &str, attempts: u32) -> Result<(), Fault> {
        sqlx::query("UPDATE commands SET state = 'dropped', reason = ?2, attempts = attempts + ?3 WHERE event = ?1")
            .bind(event)
            .bind(reason)
            .bind(attempts)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// What was taken and not answered, oldest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn taken(&self) -> Result<Vec<Unfinished>, Fault> {
        let query = "SELECT event, room, said_at, deaths FROM commands WHERE state = 'taken' ORDER BY said_at";
        Ok(sqlx::query_as(query).fetch_all(&self.pool).await?)
    }

    /// Notes that `event` is being worked out: should the process die meanwhile, the next start knows.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn working_out(&self, event: &str) -> Result<(), Fault> {
        let query = "UPDATE commands SET deaths = deaths + 1 WHERE event = ?1";
        sqlx::query(query).bind(event).execute(&self.pool).await?;
        Ok(())
    }

    /// Takes that back: the process did not die of `event`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn survived(&self, event: &str) -> Result<(), Fault> {
        let query = "UPDATE commands SET deaths = MAX(deaths - 1, 0) WHERE event = ?1";
        sqlx::query(query).bind(event).execute(&self.pool).await?;
        Ok(())
    }

    /// At most `limit` of the events that wait for their keys, the newest first: those after `after`, if that is given.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn sealed(&self, after: Option<&Unfinished>, limit: i64) -> Result<Vec<Unfinished>, Fault> {
        // The newest first, because a room whose keys never come must not keep the others waiting.
        let query = "SELECT event, room, said_at, deaths FROM commands \
                     WHERE state = 'sealed' AND (?1 IS NULL OR (said_at, event) < (?1, ?2)) \
                     ORDER BY said_at DESC, event DESC LIMIT ?3";
        let rows = sqlx::query_as(query)
            .bind(after.map(|after| after.said_at))
            .bind(after.map(|after| after.event.as_str()))
            .bind(limit);
        Ok(rows.fetch_all(&self.pool).await?)
    }

    /// At most `limit` of the events in `room` that wait for `session`, oldest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn sealed_with(&self, room: &str, session: &str, limit: i64) -> Result<Vec<Unfinished>, Fault> {
        let query = "SELECT event, room, said_at, deaths FROM commands \
                     WHERE state = 'sealed' AND room = ?1 AND session = ?2 ORDER BY said_at LIMIT ?3";
        let rows = sqlx::query_as(query);
        Ok(rows.bind(room).bind(session).bind(limit).fetch_all(&self.pool).await?)
    }

    /// Gives up the events that wait for their keys and were said before `before`; returns how many.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn expire_sealed(&self, before: i64) -> Result<u64, Fault> {
        let query =
            "UPDATE commands SET state = 'dropped', reason = 'never decrypted' WHERE state = 'sealed' AND said_at < ?1";
        Ok(sqlx::query(query).bind(before).execute(&self.pool).await?.rows_affected())
    }

    /// The last event seen in each room.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn marks(&self) -> Result<HashMap<String, String>, Fault> {
        let rows: Vec<(String, String)> = sqlx::query_as("SELECT room, event FROM marks").fetch_all(&self.pool).await?;
        Ok(rows.into_iter().collect())
    }

    /// Removes the rows that are too old to matter.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn sweep(&self, now: i64) -> Result<(), Fault> {
        let before = now.saturating_sub(KEPT);
        sqlx::query("DELETE FROM commands WHERE taken_at < ?1").bind(before).execute(&self.pool).await?;
        sqlx::query("DELETE FROM hints WHERE hinted_at < ?1").bind(before).execute(&self.pool).await?;
        Ok(())
    }
}

async fn record_one(
    transaction: &mut Transaction<'_, Sqlite>,
    entry: &Entry,
    now: i64,
) -> Result<Verdict, sqlx::Error> {
    let state: Option<String> = sqlx::query_scalar("SELECT state FROM commands WHERE event = ?1")
        .bind(&entry.event)
        .fetch_optional(&mut **transaction)
        .await?;
    let verdict = match (state.as_deref(), &entry.kind) {
        (None, Kind::Sealed { .. }) => Verdict::Sealed,
        (None | Some("sealed"), Kind::Command) => Verdict::Take,
        (None | Some("sealed"), Kind::Slip { word }) => hint(transaction, &entry.room, word, now).await?,
        _ => return Ok(Verdict::Known),
    };
    let (state, reason) = match verdict {
        Verdict::Sealed => ("sealed", None),
        Verdict::HintedBefore => ("dropped", Some("hinted before")),
        Verdict::Take | Verdict::Known => ("taken", None),
    };
    let session = match &entry.kind {
        Kind::Sealed { session } => session.as_deref(),
        Kind::Command | Kind::Slip { .. } => None,
    };
    let query = "INSERT INTO commands (event, room, said_at, taken_at, state, reason, session) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                 ON CONFLICT (event) DO UPDATE SET state = ?5, reason = ?6";
    sqlx::query(query)
        .bind(&entry.event)
        .bind(&entry.room)
        .bind(entry.said_at)
        .bind(now)
        .bind(state)
        .bind(reason)
        .bind(session)
        .execute(&mut **transaction)
        .await?;
    Ok(verdict)
}

/// Whether `room` may be told about `word` now; if so that is noted.
async fn hint(
    transaction: &mut Transaction<'_, Sqlite>,
    room: &str,
    word: &str,
    now: i64,
) -> Result<Verdict, sqlx::Error> {
    let query = "INSERT INTO hints (room, word, hinted_at) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (room, word) DO UPDATE SET hinted_at = ?3 WHERE hinted_at <= ?4";
    let noted = sqlx::query(query)
        .bind(room)
        .bind(word)
        .bind(now)
        .bind(now.saturating_sub(HINT_PAUSE))
        .execute(&mut **transaction)
        .await?;
    Ok(if noted.rows_affected() > 0 { Verdict::Take } else { Verdict::HintedBefore })
}

#[cfg(test)]
mod tests;
