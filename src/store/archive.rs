//! What is remembered of earlier releases, as commands ask for it.

use super::{Fault, Store, StoredRelease};
use crate::{
    dataset::Change,
    digest::{Pending, Release, Span},
};

impl Store {
    /// The releases of a span that changed something, newest first, and how many of their changes were left out.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn releases(&self, span: &Span) -> Result<(Vec<Release>, usize), Fault> {
        let ids = match &span.record {
            Some(id) => Some(serde_json::to_string(&self.ids_of(id).await?).map_err(|error| Fault(error.to_string()))?),
            None => None,
        };
        let after = span.after.and_then(|number| i64::try_from(number).ok());
        let since = span.since.map(jiff::Timestamp::as_millisecond);
        let filter = "FROM changes c JOIN releases r ON r.number = c.release \
                      WHERE (?1 IS NULL OR r.number > ?1) AND (?2 IS NULL OR r.at >= ?2) \
                      AND (?3 IS NULL OR c.record IN (SELECT value FROM json_each(?3)))";
        let count = format!("SELECT COUNT(*) {filter}");
        let all: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(count))
            .bind(after)
            .bind(since)
            .bind(&ids)
            .fetch_one(&self.readers)
            .await?;
        let query = format!("SELECT r.number, r.at, c.change {filter} ORDER BY r.number DESC, c.place LIMIT ?4");
        let rows: Vec<(i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(query))
            .bind(after)
            .bind(since)
            .bind(&ids)
            .bind(i64::try_from(span.limit).unwrap_or(i64::MAX))
            .fetch_all(&self.readers)
            .await?;
        let left_out = usize::try_from(all).unwrap_or_default().saturating_sub(rows.len());
        Ok((by_release(rows)?, left_out))
    }

    /// What the releases `first` to `last` changed, oldest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn changes(&self, first: i64, last: i64) -> Result<Vec<Release>, Fault> {
        let query = "SELECT r.number, r.at, c.change FROM changes c JOIN releases r ON r.number = c.release \
                     WHERE c.release BETWEEN ?1 AND ?2 ORDER BY c.release, c.place";
        by_release(sqlx::query_as(query).bind(first).bind(last).fetch_all(&self.readers).await?)
    }

    /// The ids that a record has had, given any of them.
    async fn ids_of(&self, id: &str) -> Result<Vec<String>, Fault> {
        // UNION takes each id once, so that a circle of renames ends.
        let query = "WITH RECURSIVE ids (id) AS (SELECT ?1 UNION \
                        SELECT c.formerly FROM changes c JOIN ids ON c.record = ids.id WHERE c.formerly IS NOT NULL \
                     UNION SELECT c.record FROM changes c JOIN ids ON c.formerly = ids.id) SELECT id FROM ids LIMIT 100";
        Ok(sqlx::query_scalar(query).bind(id).fetch_all(&self.readers).await?)
    }

    /// What a room has not been told yet.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn pending(&self, room: &str) -> Result<Pending, Fault> {
        // What could not be said before is told with what gathers.
        let query = "SELECT MIN(first), MAX(last), MAX(CASE state WHEN 'gathering' THEN due END) FROM digests \
                     WHERE room = ?1 AND state IN ('gathering', 'parked') HAVING COUNT(*) > 0";
        let row: Option<(i64, i64, Option<i64>)> =
            sqlx::query_as(query).bind(room).fetch_optional(&self.readers).await?;
        let Some((first, last, due)) = row else {
            return Ok(Pending { releases: Vec::new(), corrections: Vec::new(), due: None });
        };
        let query = "SELECT c.value FROM digests d, json_each(d.corrections) c \
                     WHERE d.room = ?1 AND d.state IN ('gathering', 'parked')";
        let corrections: Vec<String> = sqlx::query_scalar(query).bind(room).fetch_all(&self.readers).await?;
        let corrections = corrections.iter().filter_map(|json| serde_json::from_str::<Vec<_>>(json).ok()).flatten();
        let corrections = corrections.collect();
        let releases = self.changes(first, last).await?;
        Ok(Pending { releases, corrections, due: due.map(moment) })
    }
}

/// Changes, each with the number of its release and when that was taken up, side by side by release.
fn by_release(rows: Vec<(i64, i64, String)>) -> Result<Vec<Release>, Fault> {
    let mut releases: Vec<Release> = Vec::new();
    for (number, at, json) in rows {
        let change: Change = serde_json::from_str(&json).map_err(|error| Fault(error.to_string()))?;
        let number = u64::try_from(number).unwrap_or_default();
        match releases.last_mut() {
            Some(release) if release.number == number => release.changes.push(change),
            _ => releases.push(Release { number, at: moment(at), changes: vec![change] }),
        }
    }
    Ok(releases)
}

impl From<StoredRelease> for Release {
    /// The release without what it changed.
    fn from(stored: StoredRelease) -> Self {
        Self { number: u64::try_from(stored.number).unwrap_or_default(), at: moment(stored.at), changes: Vec::new() }
    }
}

/// A moment from milliseconds since 1970.
#[must_use]
pub fn moment(milliseconds: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(milliseconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}
