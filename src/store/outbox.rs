//! The outbox: what the bot says unasked, kept until the homeserver has taken it.

use sqlx::{Sqlite, Transaction};

use super::{Fault, Store, digests::parked::KEPT as PARKED_KEPT};

/// How long what was sent is remembered, in milliseconds: longer than a digest may be corrected.
const KEPT: i64 = 48 * 60 * 60 * 1000;

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A digest.
    Head,
    /// More of a digest, in the thread under it.
    Part,
    /// An edit of a digest.
    Edit,
    /// A notice to those who run the bot.
    Notice,
}

impl Purpose {
    /// What it is, in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Part => "part",
            Self::Edit => "edit",
            Self::Notice => "notice",
        }
    }
}

/// A message that waits to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its id in the outbox.
    pub id: i64,
    /// The room's id.
    pub room: String,
    /// What it is.
    pub purpose: Purpose,
    /// Its transaction id, and how it is found in the room again.
    pub key: String,
    /// What it says.
    pub body: Body,
    /// For a part or an edit: the event id of the digest.
    pub head: Option<String>,
    /// When it was put there, in milliseconds since 1970.
    pub put_at: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was first tried, in milliseconds since 1970.
    pub first_try: Option<i64>,
    /// The device that first tried.
    pub device: Option<String>,
}

/// How full the outbox is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Depth {
    /// How many messages wait.
    pub waiting: i64,
    /// How many are parked.
    pub parked: i64,
    /// When the oldest one that waits was put there, in milliseconds since 1970.
    pub oldest: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    room: String,
    kind: String,
    key: String,
    text: String,
    html: String,
    head: Option<String>,
    put_at: i64,
    attempts: u32,
    first_try: Option<i64>,
    device: Option<String>,
}

/// Keeps what a message says; the name that it is kept under.
pub(super) async fn put_body(transaction: &mut Transaction<'_, Sqlite>, body: &Body) -> Result<String, Fault> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(body.text.as_bytes()).update(&[0]).update(body.html.as_bytes());
    let hash = hasher.finalize().to_hex().to_string();
    sqlx::query("INSERT INTO bodies (hash, text, html) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
        .bind(&hash)
        .bind(&body.text)
        .bind(&body.html)
        .execute(&mut **transaction)
        .await?;
    Ok(hash)
}

/// Puts a message into the outbox. `body`: what [`put_body`] returned.
pub(super) async fn put(
    transaction: &mut Transaction<'_, Sqlite>,
    room: &str,
    (digest, purpose): (Option<i64>, Purpose),
    key: &str,
    body: &str,
    now: i64,
) -> Result<(), Fault> {
    let query = "INSERT INTO outbox (room, digest, kind, body, key, state, put_at, next_try) \
                 VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6, ?6) ON CONFLICT (key) DO NOTHING";
    sqlx::query(query)
        .bind(room)
        .bind(digest)
        .bind(purpose.word())
        .bind(body)
        .bind(key)
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

impl Store {
    /// The key of a message: the same for the same message of this installation, and no other's.
    pub(super) fn key(&self, room: &str, message: &str) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in [self.secret.as_str(), room, message] {
            hasher.update(part.as_bytes()).update(&[0]);
        }
        format!("tdd-{}", &hasher.finalize().to_hex()[..32])
    }

    /// Puts a notice to those who run the bot into the outbox, in place of those that have not got through, and notes `value`
    /// under `name`: both or neither.
    ///
    /// # Errors
    ///
    /// When the database fails; nothing is written then.
    pub async fn put_notice(&self, room: &str, body: &Body, now: i64, note: (&str, &str)) -> Result<(), Fault> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        withdraw_notices(&mut transaction).await?;
        self.put_noted(&mut transaction, room, body, now, note).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The same beside the notices that wait, for one that is told even when what it tells of is over.
    ///
    /// # Errors
    ///
    /// When the database fails; nothing is written then.
    pub async fn put_word(&self, room: &str, body: &Body, now: i64, note: (&str, &str)) -> Result<(), Fault> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let key = self.put_noted(&mut transaction, room, body, now, note).await?;
        let query = "UPDATE outbox SET lasting = 1 WHERE key = ?1";
        sqlx::query(query).bind(key).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Puts a notice into the outbox and notes a value. Returns its key.
    async fn put_noted(
        &self,
        transaction: &mut Transaction<'_, Sqlite>,
        room: &str,
        body: &Body,
        now: i64,
        (name, value): (&str, &str),
    ) -> Result<String, Fault> {
        let key = self.key(room, &format!("{name} {value} {now}"));
        let body = put_body(transaction, body).await?;
        put(transaction, room, (None, Purpose::Notice), &key, &body, now).await?;
        super::releases::note(transaction, name, value).await?;
        Ok(key)
    }

    /// Takes back the notices that have not got through: what they tell of is over. Notes `value` under `name`.
    ///
    /// # Errors
    ///
    /// When the database fails; nothing is written then.
    pub async fn withdraw_notices(&self, note: (&str, &str)) -> Result<(), Fault> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        withdraw_notices(&mut transaction).await?;
        super::releases::note(&mut transaction, note.0, note.1).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The first waiting message of each room, but for those whose next try is later, at most `limit`. What those who run
    /// the bot are told goes first, the threads of long digests last: every room hears the news before any hears it all.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn waiting(&self, now: i64, limit: i64) -> Result<Vec<Waiting>, Fault> {
        let query = "SELECT o.id, o.room, o.kind, o.key, b.text, b.html, o.put_at, o.attempts, o.first_try, o.device, \
                        (SELECT h.event FROM outbox h WHERE h.digest = o.digest AND h.kind = 'head') AS head \
                     FROM (SELECT MIN(id) AS id FROM outbox WHERE state = 'waiting' GROUP BY room) AS firsts \
                     JOIN outbox o ON o.id = firsts.id JOIN bodies b ON b.hash = o.body \
                     WHERE o.next_try <= ?1 \
                     ORDER BY CASE o.kind WHEN 'notice' THEN 0 WHEN 'part' THEN 2 ELSE 1 END, o.id LIMIT ?2";
        let rows: Vec<Row> = sqlx::query_as(query).bind(now).bind(limit).fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(Waiting::from).collect())
    }

    /// When the next waiting message may be tried, in milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn next_try(&self) -> Result<Option<i64>, Fault> {
        let query = "SELECT MIN(o.next_try) FROM (SELECT MIN(id) AS id FROM outbox WHERE state = 'waiting' GROUP BY room) AS f \
                     JOIN outbox o ON o.id = f.id";
        Ok(sqlx::query_scalar(query).fetch_one(&self.pool).await?)
    }

    /// Notes that a message is about to be sent by `device`; says whether it is still to be sent.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn trying(&self, id: i64, now: i64, device: &str) -> Result<bool, Fault> {
        let query = "UPDATE outbox SET attempts = attempts + 1, first_try = COALESCE(first_try, ?2), \
                     device = COALESCE(device, ?3) WHERE id = ?1 AND state = 'waiting'";
        let done = sqlx::query(query).bind(id).bind(now).bind(device).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes that what was tried is surely not in its room, so that it is new again.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn never_arrived(&self, id: i64) -> Result<(), Fault> {
        let query = "UPDATE outbox SET first_try = NULL, device = NULL WHERE id = ?1";
        sqlx::query(query).bind(id).execute(&self.pool).await?;
        Ok(())
    }

    /// Notes that a message has become an event.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn sent(&self, id: i64, event: &str) -> Result<(), Fault> {
        let query = "UPDATE outbox SET state = 'sent', event = ?2, reason = NULL WHERE id = ?1";
        sqlx::query(query).bind(id).bind(event).execute(&self.pool).await?;
        Ok(())
    }

    /// Notes why a message was not taken, and when it is tried again.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn postponed(&self, id: i64, next_try: i64, reason: &str) -> Result<(), Fault> {
        let query = "UPDATE outbox SET next_try = ?2, reason = ?3 WHERE id = ?1";
        sqlx::query(query).bind(id).bind(next_try).bind(reason).execute(&self.pool).await?;
        Ok(())
    }

    /// Gives a message up, and with the first message of a digest the whole digest. If nothing of it can have arrived, it
    /// is told with the room's next one (`again`), and so is what waits behind it: the room would not take that either, and a
    /// digest tells of releases without a gap.
    ///
    /// # Errors
    ///
    /// When the database fails; nothing is written then.
    pub async fn parked(&self, id: i64, reason: &str, again: bool) -> Result<(), Fault> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let query = "UPDATE outbox SET state = 'parked', reason = ?2 WHERE id = ?1 RETURNING digest, kind";
        let row: Option<(Option<i64>, String)> =
            sqlx::query_as(query).bind(id).bind(reason).fetch_optional(&mut *transaction).await?;
        if let Some((Some(digest), kind)) = row
            && kind == "head"
        {
            let query = "UPDATE outbox SET state = 'parked', reason = ?2 WHERE digest = ?1 AND state = 'waiting'";
            sqlx::query(query).bind(digest).bind(reason).execute(&mut *transaction).await?;
            if again {
                let query = "UPDATE digests SET state = 'parked', gathered_for = MAX(gathered_for, composed_at - opened_at) \
                             WHERE id = ?1 OR (state = 'composed' AND id > ?1 \
                             AND room = (SELECT room FROM outbox WHERE id = ?2) \
                             AND id IN (SELECT digest FROM outbox WHERE kind = 'head' AND state = 'waiting'))";
                sqlx::query(query).bind(digest).bind(id).execute(&mut *transaction).await?;
                let query = "UPDATE outbox SET state = 'parked', reason = ?2 WHERE state = 'waiting' \
                             AND digest IN (SELECT id FROM digests WHERE state = 'parked')";
                sqlx::query(query).bind(digest).bind(reason).execute(&mut *transaction).await?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    /// How full the outbox is.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn depth(&self) -> Result<Depth, Fault> {
        let query = "SELECT COUNT(*) FILTER (WHERE state = 'waiting') AS waiting, \
                     COUNT(*) FILTER (WHERE state = 'parked') AS parked, \
                     MIN(put_at) FILTER (WHERE state = 'waiting') AS oldest FROM outbox";
        Ok(sqlx::query_as(query).fetch_one(&self.readers).await?)
    }

    /// Removes what was sent or given up long ago.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn sweep_outbox(&self, now: i64) -> Result<(), Fault> {
        let (sent, parked) = (now.saturating_sub(KEPT), now.saturating_sub(PARKED_KEPT));
        let query = "DELETE FROM outbox WHERE ((state = 'sent' AND next_try < ?1) OR (state = 'parked' AND next_try < ?2)) \
             AND (kind <> 'head' OR NOT EXISTS (SELECT 1 FROM outbox w WHERE w.digest = outbox.digest AND w.state = 'waiting'))";
        sqlx::query(query).bind(sent).bind(parked).execute(&self.pool).await?;
        let query = "DELETE FROM digests WHERE (state = 'composed' AND composed_at < ?1 \
                        AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.digest = digests.id)) \
                     OR (state = 'parked' AND composed_at < ?2)";
        sqlx::query(query).bind(sent).bind(parked).execute(&self.pool).await?;
        for query in [
            "DELETE FROM bodies WHERE hash NOT IN (SELECT body FROM outbox)",
            "DELETE FROM tellings WHERE NOT EXISTS (SELECT 1 FROM digests WHERE telling = tellings.id)",
        ] {
            sqlx::query(query).execute(&self.pool).await?;
        }
        Ok(())
    }
}

async fn withdraw_notices(transaction: &mut Transaction<'_, Sqlite>) -> Result<(), Fault> {
    // One that was tried may have arrived, so that it is seen through.
    let query = "DELETE FROM outbox WHERE kind = 'notice' AND NOT lasting AND state = 'waiting' AND first_try IS NULL";
    sqlx::query(query).execute(&mut **transaction).await?;
    Ok(())
}

impl From<Row> for Waiting {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            room: row.room,
            purpose: match row.kind.as_str() {
                "head" => Purpose::Head,
                "part" => Purpose::Part,
                "edit" => Purpose::Edit,
                _ => Purpose::Notice,
            },
            key: row.key,
            body: Body { text: row.text, html: row.html },
            head: row.head,
            put_at: row.put_at,
            attempts: row.attempts,
            first_try: row.first_try,
            device: row.device,
        }
    }
}
