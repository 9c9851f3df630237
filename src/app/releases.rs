//! How a dataset differs from the last release, and what that means for digests that were sent.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::civil::Date;

use super::{
    Failure,
    data::{Withdrawal, blocking},
    telling::Account,
};
use crate::{
    commands::Desk,
    dataset::{self, Change, Dataset, FORMAT, Record, Row},
    digest::{self, Zone},
    store::{Announced, Body, Edit, NewRelease, Store, StoredRelease, StoredRow, moment},
};

/// For so long after a digest was sent it is edited when something that it told is corrected, in milliseconds.
const CORRECTED_WITHIN: i64 = 24 * 60 * 60 * 1000;

/// What came of the comparison.
pub(super) enum Compared {
    /// The dataset is the last release. With the hashes of its rows.
    Same(Box<Dataset>, Vec<String>),
    /// It withdraws too much.
    Held(Withdrawal),
    /// It is a new release.
    News(Box<News>),
}

/// A new release: the desk that answers from it, and what the store is to know of it.
pub(super) struct News {
    pub(super) desk: Desk,
    pub(super) release: NewRelease,
    /// The hashes of the rows, by the place of the record.
    pub(super) rows: Vec<String>,
}

/// What is served, and the hashes of its rows by the place of the record: what did not change since need not be hashed again.
pub(super) struct Known {
    pub(super) desk: Arc<Desk>,
    pub(super) rows: Vec<String>,
}

/// A dataset, its rows' hashes by the place of the record, and the hash of the whole.
struct Hashed {
    dataset: Dataset,
    rows: Vec<String>,
    content: String,
}

/// Compares a dataset with the last release. `most`: the share of the records that it may withdraw. `index`: the index's
/// folder. `known`: the last release, if it is what is served; `desk`: what is served.
pub(super) async fn compare(
    store: &Store,
    dataset: Dataset,
    most: Option<f64>,
    index: &Path,
    (known, desk): (Option<Arc<Known>>, Arc<Desk>),
) -> Result<Compared, Failure> {
    let index = index.to_owned();
    let before = known.clone();
    let hashed = blocking(move || hashed(dataset, before.as_deref())).await?;
    let Some(mut last) = store.last_release().await? else {
        tracing::info!("this is the first release: nobody is told of it");
        return baseline(hashed, index).await;
    };
    if last.format != i64::from(FORMAT) {
        match reformatted(store, &last).await? {
            Some(hash) => last.hash = hash,
            None => return baseline(hashed, index).await,
        }
    }
    if last.hash == hashed.content {
        return Ok(Compared::Same(Box::new(hashed.dataset), hashed.rows));
    }
    let mut known: HashMap<String, String> = match known {
        Some(known) => {
            let ids = known.desk.dataset.records().iter().map(|record| record.id.clone());
            ids.zip(known.rows.iter().cloned()).collect()
        }
        None => store.row_hashes().await?,
    };
    let of = known.len();
    let mut come: Vec<usize> = Vec::new();
    let mut touched: Vec<String> = Vec::new();
    for (place, (record, hash)) in hashed.dataset.records().iter().zip(&hashed.rows).enumerate() {
        match known.remove(&record.id) {
            Some(same) if same == *hash => {}
            Some(_) => {
                come.push(place);
                touched.push(record.id.clone());
            }
            None => come.push(place),
        }
    }
    let gone: Vec<String> = known.into_keys().collect();
    touched.extend(gone.iter().cloned());
    let old = store.rows(&touched).await?;
    blocking(move || {
        let old: Vec<Record> = match dataset::read_rows(old.iter().map(String::as_str)) {
            Ok(old) => old,
            Err(faults) => {
                tracing::error!(%faults, "the last release can't be read; nobody is told what changed since");
                return Ok(Compared::News(Box::new(first(hashed, &index)?)));
            }
        };
        let dataset = hashed.dataset;
        let new: Vec<&Record> = come.iter().map(|place| &dataset.records()[*place]).collect();
        let changes = dataset::changes(&old, &new, &dataset);
        let records = dataset::withdrawn(&changes);
        #[expect(clippy::cast_precision_loss, reason = "a share of records")]
        if most.is_some_and(|most| records as f64 > of as f64 * most) {
            return Ok(Compared::Held(Withdrawal { records, of }));
        }
        let rows = new.into_iter().map(|record| stored(Row::new(record))).collect();
        let release = NewRelease {
            format: i64::from(FORMAT),
            hash: hashed.content,
            rows,
            gone,
            changes,
            ..NewRelease::default()
        };
        Ok(Compared::News(Box::new(News {
            desk: Desk::open(dataset, &index, Some(&desk))?,
            release,
            rows: hashed.rows,
        })))
    })
    .await?
}

/// The release that everything later is compared with.
async fn baseline(hashed: Hashed, index: PathBuf) -> Result<Compared, Failure> {
    Ok(Compared::News(Box::new(blocking(move || first(hashed, &index)).await??)))
}

fn first(hashed: Hashed, index: &Path) -> Result<News, Failure> {
    let rows = hashed.dataset.rows().map(stored).collect();
    let release =
        NewRelease { format: i64::from(FORMAT), hash: hashed.content, rows, all: true, ..NewRelease::default() };
    Ok(News { desk: Desk::open(hashed.dataset, index, None)?, release, rows: hashed.rows })
}

/// Writes the last release in today's format; its hash. `None` if it can't be read any more.
async fn reformatted(store: &Store, last: &StoredRelease) -> Result<Option<String>, Failure> {
    let texts = store.all_rows().await?;
    let read = blocking(move || {
        let records = dataset::read_rows(texts.iter().map(String::as_str))?;
        let mut rows: Vec<Row> = records.iter().map(Row::new).collect();
        rows.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        Ok::<_, dataset::Faults>(rows)
    });
    let rows = match read.await? {
        Ok(rows) => rows,
        Err(faults) => {
            tracing::warn!(%faults, format = last.format, "the last release is in a format that can't be read; nobody is told what changed since");
            return Ok(None);
        }
    };
    let hash = dataset::content(rows.iter().map(|row| row.hash.as_str()));
    let release = NewRelease {
        format: i64::from(FORMAT),
        hash: hash.clone(),
        rows: rows.into_iter().map(stored).collect(),
        all: true,
        ..NewRelease::default()
    };
    store.reformat(&release).await?;
    Ok(Some(hash))
}

/// The edits of digests sent lately that a release makes necessary.
pub(super) async fn edits(store: &Store, desk: &Arc<Desk>, changes: &[Change], now: i64) -> Result<Vec<Edit>, Failure> {
    let mut edits = Vec::new();
    if changes.is_empty() {
        return Ok(edits);
    }
    let today = moment(now);
    // Many rooms were told the same, and say on the same day that it was corrected.
    let mut alike: BTreeMap<(i64, Date), Vec<(i64, String)>> = BTreeMap::new();
    for Announced { digest, room, zone, telling } in store.announced(now.saturating_sub(CORRECTED_WITHIN)).await? {
        let zone: Zone = zone.and_then(|zone| zone.parse().ok()).unwrap_or_default();
        alike.entry((telling, zone.date(today))).or_default().push((digest, room));
    }
    let changes: Arc<[Change]> = if alike.is_empty() { Arc::default() } else { changes.into() };
    for ((telling, date), digests) in alike {
        let Some(told) = store.telling(telling).await? else { continue };
        let (desk, changes) = (Arc::clone(desk), Arc::clone(&changes));
        let corrected = blocking(move || corrected(&told, date, &changes, &desk.dataset)).await?;
        edits.extend(corrected.map(|(body, told, correction)| Edit { digests, body, told, correction }));
    }
    Ok(edits)
}

/// What a digest says from a day on, as which it is kept, and what the next one says of it; `None` if the changes correct
/// nothing of it.
fn corrected(told: &str, date: Date, changes: &[Change], dataset: &Dataset) -> Option<(Body, String, String)> {
    let mut told = Account::read(told)?;
    let corrections = digest::corrections(&told.changes, changes);
    if !told.remark(date, &corrections, changes) {
        return None;
    }
    let reply = told.corrected(dataset)?;
    let correction = serde_json::to_string(&corrections).unwrap_or_default();
    Some((super::telling::body(&reply), told.written(), correction))
}

fn hashed(dataset: Dataset, known: Option<&Known>) -> Hashed {
    let same = |record: &Record| {
        let known = known?;
        let place = known.desk.dataset.place(&record.id)?;
        known.desk.dataset.records()[place].is(record).then(|| known.rows[place].clone())
    };
    let rows: Vec<String> =
        dataset.records().iter().map(|record| same(record).unwrap_or_else(|| Row::new(record).hash)).collect();
    let content = dataset::content(rows.iter().map(String::as_str));
    Hashed { dataset, rows, content }
}

fn stored(row: Row) -> StoredRow {
    StoredRow { id: row.id, hash: row.hash, row: row.text }
}
