//! The dataset as it is served: read aside, compared with the last release, taken up, and only then answered from.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use tokio::sync::{Mutex, Notify};

use super::{
    Failure, locked,
    releases::{self, Known},
    reports,
};
use crate::{
    commands::Desk,
    dataset::{self, Dataset, Faults, File, Loader},
    digest::Release,
    matrix,
    settings::Settings,
    store::{Body, Gathering, Store, moment},
};

/// Under this name it is noted which trouble with the dataset was reported last.
const REPORTED: &str = "reported";

/// What came of reading the dataset again.
#[derive(Debug)]
pub(super) enum Reloaded {
    /// It says what it said before.
    Same(Release),
    /// It is a new release.
    New(Release),
    /// It has faults, so that the old one stays.
    Faulty(Faults),
    /// It withdraws more than is usual, so that the old one stays until somebody insists.
    Held(Withdrawal),
}

/// How much a dataset withdraws of the release before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Withdrawal {
    /// So many records.
    pub(super) records: usize,
    /// Of so many.
    pub(super) of: usize,
}

/// How the dataset stands, for those who watch the bot.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    /// The number of the release that is served and when it was taken up.
    pub(super) release: Option<(u64, jiff::Timestamp)>,
    /// How many faults kept a newer dataset from being taken up.
    pub(super) faults: usize,
    /// Whether a newer dataset is held.
    pub(super) held: bool,
}

/// The dataset that is served, and where the next one comes from.
pub(super) struct Data {
    pub(super) store: Store,
    /// `None`: the dataset that is built in.
    pub(super) dir: Option<PathBuf>,
    /// Keeps what it read, so that only what changed is read again.
    loader: Arc<std::sync::Mutex<Loader>>,
    /// The folder of the index.
    index: PathBuf,
    pub(super) gathering: Gathering,
    max_withdrawn: f64,
    admin_room: Option<String>,
    desk: RwLock<Arc<Desk>>,
    /// The release that is served, without its changes, and what became of the dataset as it is now.
    standing: std::sync::Mutex<Standing>,
    /// The last release, if it is what is served.
    known: std::sync::Mutex<Option<Arc<Known>>>,
    /// Held while a release is taken up or digests are composed: each sees the other whole.
    pub(super) turn: Mutex<()>,
    /// Something may be due earlier than it was.
    pub(super) due_changed: Notify,
    /// Something has come into the outbox.
    pub(super) outbox_filled: Notify,
}

impl Data {
    /// Reads the dataset at the start. If it has faults or withdraws too much, the last release is served.
    ///
    /// # Errors
    ///
    /// When there is no dataset to serve, or the database fails.
    pub(super) async fn open(store: Store, state: &Path, settings: &Settings) -> Result<Self, Failure> {
        let data = Self {
            store,
            dir: settings.data.dir.clone(),
            loader: Arc::new(std::sync::Mutex::new(Loader::new(Some(&folder(state, "read"))))),
            index: folder(state, "index"),
            gathering: Gathering {
                quiet: matrix::milliseconds(settings.digest.quiet_period),
                longest: matrix::milliseconds(settings.digest.longest_gathering),
            },
            max_withdrawn: settings.digest.max_withdrawn,
            admin_room: settings.access.admin_room.clone(),
            desk: RwLock::new(Arc::new(Desk::new(Dataset::default())?)),
            standing: std::sync::Mutex::default(),
            known: std::sync::Mutex::default(),
            turn: Mutex::default(),
            due_changed: Notify::new(),
            outbox_filled: Notify::new(),
        };
        match data.read_again(false, true).await? {
            Reloaded::Same(release) => tracing::info!(release = release.number, "the dataset is as it was"),
            Reloaded::New(release) => {
                tracing::info!(release = release.number, changes = release.changes.len(), "the dataset is taken up");
            }
            trouble => match (data.serve_last().await?, trouble) {
                (Some(release), trouble) => data.report(&trouble, &release, true).await?,
                (None, Reloaded::Faulty(faults)) => return Err(Failure::Dataset(faults)),
                (None, _) => {}
            },
        }
        Ok(data)
    }

    /// The desk of the release that is served.
    pub(super) fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.desk.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How the dataset stands.
    pub(super) fn standing(&self) -> Standing {
        locked(&self.standing).clone()
    }

    /// Reads the dataset again. `force`: takes it up even if it withdraws more than is usual. Trouble is reported, once.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) async fn reload(&self, force: bool) -> Result<Reloaded, Failure> {
        let reloaded = self.read_again(force, false).await?;
        match &reloaded {
            Reloaded::Same(_) => self.mended().await?,
            Reloaded::New(release) => {
                self.mended().await?;
                tracing::info!(release = release.number, changes = release.changes.len(), "a new release is taken up");
                self.due_changed.notify_one();
                self.outbox_filled.notify_one();
            }
            trouble => self.report(trouble, &self.last().await?, false).await?,
        }
        Ok(reloaded)
    }

    /// Where the dataset is.
    pub(super) fn place(&self) -> String {
        self.dir.as_ref().map_or_else(|| "the program".to_owned(), |dir| dir.display().to_string())
    }

    /// The last release, without its changes.
    pub(super) async fn last(&self) -> Result<Release, Failure> {
        let unknown = Release { number: 0, at: jiff::Timestamp::UNIX_EPOCH, changes: Vec::new() };
        Ok(self.store.last_release().await?.map_or(unknown, Release::from))
    }

    async fn read_again(&self, force: bool, start: bool) -> Result<Reloaded, Failure> {
        let reloaded = self.read_in_turn(force, start).await?;
        let mut standing = locked(&self.standing);
        (standing.faults, standing.held) = match &reloaded {
            Reloaded::Same(_) | Reloaded::New(_) => (0, false),
            Reloaded::Faulty(faults) => (faults.0.len(), false),
            Reloaded::Held(_) => (0, true),
        };
        drop(standing);
        Ok(reloaded)
    }

    async fn read_in_turn(&self, force: bool, start: bool) -> Result<Reloaded, Failure> {
        let _turn = self.turn.lock().await;
        let (dir, loader) = (self.dir.clone(), Arc::clone(&self.loader));
        let now = jiff::Timestamp::now();
        let read = blocking(move || match &dir {
            None => dataset::bundled(),
            Some(dir) => locked(&loader).load(dir, now),
        })
        .await?;
        let dataset = match read {
            Ok(dataset) => dataset,
            Err(faults) if faults.is_empty_folder() => match self.store.row_count().await? {
                0 => return Ok(Reloaded::Faulty(faults)),
                _ if force => Dataset::default(),
                of => return Ok(Reloaded::Held(Withdrawal { records: of, of })),
            },
            Err(faults) => return Ok(Reloaded::Faulty(faults)),
        };
        let most = (!force).then_some(self.max_withdrawn);
        let known = locked(&self.known).clone();
        let news = match releases::compare(&self.store, dataset, most, &self.index, (known, self.desk())).await? {
            releases::Compared::Same(dataset, rows) => {
                let release = self.last().await?;
                if start {
                    let index = self.index.clone();
                    let desk = blocking(move || Desk::open(*dataset, &index, None)).await??;
                    self.serve(Arc::new(desk), Some(rows), &release);
                }
                self.keep_what_was_read();
                return Ok(Reloaded::Same(release));
            }
            releases::Compared::Held(withdrawal) => return Ok(Reloaded::Held(withdrawal)),
            releases::Compared::News(news) => news,
        };
        let releases::News { desk, mut release, rows } = *news;
        release.at = matrix::now();
        let desk = Arc::new(desk);
        release.edits = releases::edits(&self.store, &desk, &release.changes, release.at).await?;
        let number = self.store.take_up(&release, self.gathering).await?;
        let number = u64::try_from(number).unwrap_or_default();
        let release = Release { number, at: moment(release.at), changes: release.changes };
        self.serve(desk, Some(rows), &release);
        self.keep_what_was_read();
        Ok(Reloaded::New(release))
    }

    /// Writes down what was read, for the next start. Nobody waits for that.
    fn keep_what_was_read(&self) {
        let loader = Arc::clone(&self.loader);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = locked(&loader).save() {
                tracing::warn!(%error, "what was read can't be kept; the next start reads it again");
            }
        });
    }

    /// `rows`: the hashes of the release's rows, where they are at hand.
    fn serve(&self, desk: Arc<Desk>, rows: Option<Vec<String>>, release: &Release) {
        locked(&self.standing).release = Some((release.number, release.at));
        *locked(&self.known) = rows.map(|rows| Arc::new(Known { desk: Arc::clone(&desk), rows }));
        *self.desk.write().unwrap_or_else(PoisonError::into_inner) = desk;
    }

    /// Serves the last release as the store keeps it. `None` if there is none.
    async fn serve_last(&self) -> Result<Option<Release>, Failure> {
        let Some(stored) = self.store.last_release().await? else { return Ok(None) };
        let text = self.store.all_rows().await?.join("\n");
        let index = self.index.clone();
        let desk = blocking(move || {
            let file = File { name: "the last release.jsonl".to_owned(), text };
            dataset::load_files(&[file]).map(|dataset| Desk::open(dataset, &index, None))
        });
        let release = Release::from(stored);
        match desk.await? {
            Ok(desk) => self.serve(Arc::new(desk?), None, &release),
            Err(faults) => {
                tracing::error!(%faults, "the last release can't be read any more");
                return Ok(None);
            }
        }
        Ok(Some(release))
    }

    /// Reports trouble to the log and the admin room, unless it was the last that was reported. A start says it once more to
    /// the room, and every start to the log.
    async fn report(&self, reloaded: &Reloaded, serving: &Release, start: bool) -> Result<(), Failure> {
        let trouble = match reloaded {
            Reloaded::Same(_) | Reloaded::New(_) => return Ok(()),
            Reloaded::Faulty(faults) => faults.to_string(),
            Reloaded::Held(withdrawal) => format!("{withdrawal:?}"),
        };
        let report = reports::reloaded(reloaded, &self.place(), serving);
        let named = |when: &str| blake3::hash(format!("{when} {trouble}").as_bytes()).to_hex().to_string();
        let (at_start, running) = (named("start"), named("while running"));
        let last = self.store.noted(REPORTED).await?;
        let known = last.is_some_and(|last| last == at_start || (!start && last == running));
        if start || !known {
            for line in report.text().lines().filter(|line| !line.trim().is_empty()) {
                tracing::error!("{line}");
            }
        }
        if known {
            return Ok(());
        }
        let name = if start { at_start } else { running };
        let Some(room) = &self.admin_room else { return Ok(self.store.note(REPORTED, &name).await?) };
        let body = Body { text: report.text(), html: report.html() };
        self.store.put_notice(room, &body, matrix::now(), (REPORTED, &name)).await?;
        self.outbox_filled.notify_one();
        Ok(())
    }

    /// There is no trouble with the dataset any more.
    async fn mended(&self) -> Result<(), Failure> {
        if self.store.noted(REPORTED).await?.is_some_and(|reported| !reported.is_empty()) {
            self.store.withdraw_notices((REPORTED, "")).await?;
        }
        Ok(())
    }
}

/// A folder in the state folder, made if it is not there.
fn folder(state: &Path, name: &str) -> PathBuf {
    let folder = state.join(name);
    if let Err(error) = fs::create_dir_all(&folder) {
        tracing::warn!(%error, folder = %folder.display(), "this folder can't be made");
    }
    folder
}

/// Does what may take long where it holds nobody up.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|panic| {
        tracing::error!(%panic, "reading the dataset failed");
        Failure::Died("reading the dataset")
    })
}
