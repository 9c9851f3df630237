//! Digests of rooms: they gather releases until they are due, and are composed into messages then.

pub(super) mod parked;

use sqlx::{AssertSqlSafe, Sqlite, Transaction};

use super::{Body, Fault, Purpose, Store, outbox};

/// How long changes are gathered for a room that is told soon after each change, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gathering {
    /// For so long nothing more has changed.
    pub quiet: i64,
    /// But so long after the first change at most.
    pub longest: i64,
}

/// A digest that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The digest's id.
    pub id: i64,
    /// The room's id.
    pub room: String,
    /// The releases that it tells of: first and last.
    pub releases: (i64, i64),
    /// When it was due, in milliseconds since 1970.
    pub due: i64,
    /// Whether the room has a schedule.
    pub scheduled: bool,
    /// What the room follows.
    pub follows: Vec<String>,
    /// JSON: what it is to say about earlier digests.
    pub corrections: Vec<String>,
}

/// What came of digests that were due: they all say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// The message and those in the thread under it. None: there is nothing to tell.
    pub bodies: Vec<Body>,
    /// JSON: what they tell of.
    pub told: String,
}

/// A digest that was sent, or is about to be.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Announced {
    /// The digest's id.
    pub digest: i64,
    /// The room's id.
    pub room: String,
    /// The room's time zone, an IANA name.
    pub zone: Option<String>,
    /// What it tells of: see [`Store::telling`].
    pub telling: i64,
}

/// An edit of digests that were sent and said the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The digests' ids and their rooms'.
    pub digests: Vec<(i64, String)>,
    /// What their first message says from now on.
    pub body: Body,
    /// JSON: what they tell of from now on.
    pub told: String,
    /// JSON: what the next digest of each room says about it.
    pub correction: String,
}

/// Gives every room that wants to be told a place for a release.
pub(super) async fn gather(
    transaction: &mut Transaction<'_, Sqlite>,
    release: i64,
    now: i64,
    gathering: Gathering,
) -> Result<(), Fault> {
    // What could not be said in a room is said with the next digest there.
    parked::take_back(transaction, None, now, gathering).await?;
    let query = "INSERT INTO digests (room, first, last, opened_at, due, state) \
                 SELECT room, ?1, ?1, ?2, COALESCE(next_run, ?2 + ?3), 'gathering' FROM rooms WHERE mode <> 'off' \
                 ON CONFLICT (room) WHERE state = 'gathering' DO UPDATE SET last = ?1, due = CASE \
                    WHEN (SELECT next_run FROM rooms r WHERE r.room = digests.room) IS NULL \
                    THEN MIN(?2 + ?3, opened_at + ?4) ELSE due END";
    sqlx::query(query)
        .bind(release)
        .bind(now)
        .bind(gathering.quiet)
        .bind(gathering.longest)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct DueRow {
    id: i64,
    room: String,
    first: i64,
    last: i64,
    due: i64,
    scheduled: bool,
    follows: String,
    corrections: String,
}

/// What is known of a digest.
const DUE: &str = "SELECT d.id, d.room, d.first, d.last, d.due, d.corrections, \
       EXISTS (SELECT 1 FROM rooms r WHERE r.room = d.room AND r.next_run IS NOT NULL) AS scheduled, \
       (SELECT json_group_array(follow) FROM follows f WHERE f.room = d.room) AS follows FROM digests d";

impl TryFrom<DueRow> for Due {
    type Error = Fault;

    fn try_from(row: DueRow) -> Result<Self, Fault> {
        let list = |json: &str| serde_json::from_str(json).map_err(|error| Fault(error.to_string()));
        Ok(Self {
            id: row.id,
            room: row.room,
            releases: (row.first, row.last),
            due: row.due,
            scheduled: row.scheduled,
            follows: list(&row.follows)?,
            corrections: list(&row.corrections)?,
        })
    }
}

impl Store {
    /// The digests that are due, the oldest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn due(&self, now: i64, limit: i64) -> Result<Vec<Due>, Fault> {
        let query = format!("{DUE} WHERE d.state = 'gathering' AND d.due <= ?1 ORDER BY d.due, d.id LIMIT ?2");
        let rows: Vec<DueRow> =
            sqlx::query_as(AssertSqlSafe(query)).bind(now).bind(limit).fetch_all(&self.pool).await?;
        rows.into_iter().map(Due::try_from).collect()
    }

    /// When the next digest or schedule is due, in milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn next_due(&self) -> Result<Option<i64>, Fault> {
        let query = "SELECT MIN(at) FROM (SELECT MIN(due) AS at FROM digests WHERE state = 'gathering' \
                     UNION ALL SELECT MIN(next_run) FROM rooms)";
        Ok(sqlx::query_scalar(query).fetch_one(&self.pool).await?)
    }

    /// Has what a room has not been told be due now, also what could not be said there before. `None` if there is nothing.
    ///
    /// # Errors
    ///
    /// When the database fails; nothing is written then.
    pub async fn hasten(&self, room: &str, now: i64) -> Result<Option<Due>, Fault> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        parked::take_back(&mut transaction, Some(room), now, Gathering { quiet: 0, longest: 0 }).await?;
        let query = "UPDATE digests SET due = MIN(due, ?2) WHERE room = ?1 AND state = 'gathering'";
        sqlx::query(query).bind(room).bind(now).execute(&mut *transaction).await?;
        let query = format!("{DUE} WHERE d.state = 'gathering' AND d.room = ?1");
        let row: Option<DueRow> =
            sqlx::query_as(AssertSqlSafe(query)).bind(room).fetch_optional(&mut *transaction).await?;
        transaction.commit().await?;
        row.map(Due::try_from).transpose()
    }

    /// Puts digests, given by their ids and their rooms', into the outbox, all or none; those with nothing to tell are dropped.
    ///
    /// # Errors
    ///
    /// When the database fails; nothing is written then.
    pub async fn put_composed(&self, digests: &[(i64, String)], composed: &Composed, now: i64) -> Result<(), Fault> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        if composed.bodies.is_empty() {
            for (digest, _) in digests {
                let query = "DELETE FROM digests WHERE id = ?1";
                sqlx::query(query).bind(digest).execute(&mut *transaction).await?;
            }
            return Ok(transaction.commit().await?);
        }
        let telling = put_telling(&mut transaction, &composed.told).await?;
        let mut bodies = Vec::with_capacity(composed.bodies.len());
        for body in &composed.bodies {
            bodies.push(outbox::put_body(&mut transaction, body).await?);
        }
        for (digest, room) in digests {
            let query = "UPDATE digests SET state = 'composed', composed_at = ?2, telling = ?3 \
                         WHERE id = ?1 AND state = 'gathering'";
            let done = sqlx::query(query).bind(digest).bind(now).bind(telling).execute(&mut *transaction).await?;
            // The room has asked for no digests since.
            if done.rows_affected() == 0 {
                continue;
            }
            for (part, body) in bodies.iter().enumerate() {
                let purpose = if part == 0 { Purpose::Head } else { Purpose::Part };
                let key = self.key(room, &format!("digest {digest} part {part}"));
                outbox::put(&mut transaction, room, (Some(*digest), purpose), &key, body, now).await?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The digests that were composed at or after `since`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn announced(&self, since: i64) -> Result<Vec<Announced>, Fault> {
        let query = "SELECT d.id AS digest, d.room, r.zone, d.telling FROM digests d \
                     LEFT JOIN rooms r ON r.room = d.room JOIN outbox o ON o.digest = d.id AND o.kind = 'head' AND o.state <> 'parked' \
                     WHERE d.state = 'composed' AND d.composed_at >= ?1 AND d.telling IS NOT NULL ORDER BY d.id";
        Ok(sqlx::query_as(query).bind(since).fetch_all(&self.readers).await?)
    }

    /// JSON: what digests tell of.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn telling(&self, id: i64) -> Result<Option<String>, Fault> {
        let query = "SELECT told FROM tellings WHERE id = ?1";
        Ok(sqlx::query_scalar(query).bind(id).fetch_optional(&self.readers).await?)
    }

    pub(super) async fn put_edit(
        &self,
        transaction: &mut Transaction<'_, Sqlite>,
        release: i64,
        now: i64,
        edit: &Edit,
    ) -> Result<(), Fault> {
        let telling = put_telling(transaction, &edit.told).await?;
        let body = outbox::put_body(transaction, &edit.body).await?;
        for (digest, room) in &edit.digests {
            let key = self.key(room, &format!("digest {digest} edit {release}"));
            outbox::put(transaction, room, (Some(*digest), Purpose::Edit), &key, &body, now).await?;
            let query = "UPDATE digests SET telling = ?2 WHERE id = ?1";
            sqlx::query(query).bind(digest).bind(telling).execute(&mut **transaction).await?;
            let query = "UPDATE digests SET corrections = json_insert(corrections, '$[#]', ?2) \
                         WHERE room = ?1 AND state = 'gathering'";
            sqlx::query(query).bind(room).bind(&edit.correction).execute(&mut **transaction).await?;
        }
        Ok(())
    }
}

async fn put_telling(transaction: &mut Transaction<'_, Sqlite>, told: &str) -> Result<i64, Fault> {
    let query =
        "INSERT INTO tellings (hash, told) VALUES (?1, ?2) ON CONFLICT (hash) DO UPDATE SET hash = hash RETURNING id";
    let hash = blake3::hash(told.as_bytes()).to_hex();
    Ok(sqlx::query_scalar(query).bind(hash.as_str()).bind(told).fetch_one(&mut **transaction).await?)
}

#[cfg(test)]
mod tests;
