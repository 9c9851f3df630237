//! The dataset as it is served: read aside, compared with the last release, taken up, and only then answered from.

mod trouble;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use tokio::sync::{Mutex, Notify};

use super::{
    Failure,
    apart::Apart,
    locked,
    releases::{self, Known},
};
use crate::{
    commands::Desk,
    dataset::{self, Dataset, Faults, File, Loader, Progress, Unread},
    digest::Release,
    matrix, panics,
    settings::Settings,
    store::{Gathering, Store, moment},
};

/// How long the start waits for a file system that does not answer before it serves the last release, and how long for the
/// dataset where that has waited already.
const FIRST_READING: Duration = Duration::from_secs(10);
const SHORTEST_READING: Duration = Duration::from_secs(1);
/// How long it waits where there is no release to serve: a little less than whoever starts it does.
const ONLY_READING: Duration = Duration::from_mins(4);

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
    /// It is still being read, for so long already: the file system does not answer, or is very slow.
    Hangs(Duration, Option<PathBuf>),
    /// The state folder could not take it: its disk is full, perhaps.
    Stuck(String),
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
    /// Since when it is being read, if it is.
    pub(super) reading: Option<Instant>,
    /// Why a newer dataset can't be taken up, for reasons that lie outside it.
    pub(super) stuck: Option<String>,
}

/// A dataset, and what lies beside it and was not read.
type Read = (Result<Dataset, Faults>, Vec<Unread>);

/// The dataset that is served, and where the next one comes from.
pub(super) struct Data {
    pub(super) store: Store,
    /// `None`: the dataset that is built in.
    pub(super) dir: Option<PathBuf>,
    /// Keeps what it read, so that only what changed is read again.
    loader: Arc<std::sync::Mutex<Loader>>,
    progress: Arc<Progress>,
    /// Held while the dataset is read and taken up. Nobody who answers or composes waits for it.
    reading: Mutex<Apart<Read>>,
    /// How long the dataset may take to be read before it is said that it takes too long.
    patience: Duration,
    /// What was said to be not read.
    unread: std::sync::Mutex<BTreeSet<Unread>>,
    /// The trouble that the log told of last.
    logged: std::sync::Mutex<Option<String>>,
    /// A reading has ended, or something could not be taken up.
    pub(super) look_again: Arc<Notify>,
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
    /// Held while a release is written down or digests are composed: each sees the other whole. Never across a reading.
    pub(super) turn: Mutex<()>,
    /// Something may be due earlier than it was.
    pub(super) due_changed: Notify,
    /// Something has come into the outbox.
    pub(super) outbox_filled: Notify,
}

impl Data {
    /// Reads the dataset at the start. If it has faults, withdraws too much or can't be read, the last release is served.
    /// `since`: since when its folder is looked at.
    ///
    /// # Errors
    ///
    /// When there is no dataset to serve, or the database fails.
    pub(super) async fn open(store: Store, state: &Path, settings: &Settings, since: Instant) -> Result<Self, Failure> {
        let look_again = Arc::<Notify>::default();
        let loader = Loader::new(Some(&folder(state, "read")));
        let data = Self {
            store,
            dir: settings.data.dir.clone(),
            progress: loader.progress(),
            loader: Arc::new(std::sync::Mutex::new(loader)),
            reading: Mutex::new(Apart::new(Arc::clone(&look_again))),
            patience: settings.data.read_timeout,
            unread: std::sync::Mutex::default(),
            logged: std::sync::Mutex::default(),
            look_again,
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
        let mut reading = data.reading.lock().await;
        let patience = FIRST_READING.saturating_sub(since.elapsed()).max(SHORTEST_READING).min(data.patience);
        let mut read = data.read_again(&mut reading, false, Some(patience)).await;
        if matches!(read, Ok(Reloaded::Hangs(_, None))) {
            // The file system has answered, and there is much to do.
            read = data.read_again(&mut reading, false, Some(data.patience)).await;
        }
        match data.unless_stuck(read)? {
            Reloaded::Same(release) => tracing::info!(release = release.number, "the dataset is as it was"),
            Reloaded::New(release) => {
                tracing::info!(release = release.number, changes = release.changes.len(), "the dataset is taken up");
            }
            trouble => match (data.serve_last().await?, trouble) {
                (Some(release), trouble) => data.report_if_possible(&trouble, &release, true).await,
                (None, Reloaded::Hangs(..)) => data.wait_for_the_first(&mut reading).await?,
                (None, Reloaded::Faulty(faults)) => return Err(Failure::Dataset(faults)),
                (None, Reloaded::Stuck(reason)) => return Err(Failure::Stuck(reason)),
                (None, _) => {}
            },
        }
        drop(reading);
        Ok(data)
    }

    /// There is nothing to serve but what is being read.
    async fn wait_for_the_first(&self, reading: &mut Apart<Read>) -> Result<(), Failure> {
        tracing::warn!(
            dataset = self.place(),
            "reading the dataset takes long, and there is no earlier release to serve"
        );
        match self.read_again(reading, false, Some(ONLY_READING)).await? {
            Reloaded::Faulty(faults) => Err(Failure::Dataset(faults)),
            Reloaded::Hangs(_, at) => Err(Failure::Hangs(at.unwrap_or_else(|| PathBuf::from(self.place())))),
            _ => Ok(()),
        }
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
        let mut reading = self.reading.lock().await;
        let reloaded = self.read_and_report(&mut reading, force).await;
        let reloaded = self.unless_stuck(reloaded)?;
        if matches!(reloaded, Reloaded::Stuck(_)) {
            let serving = self.last().await.unwrap_or_else(|_| self.served());
            self.report_if_possible(&reloaded, &serving, false).await;
        }
        Ok(reloaded)
    }

    async fn read_and_report(&self, reading: &mut Apart<Read>, force: bool) -> Result<Reloaded, Failure> {
        let reloaded = self.read_again(reading, force, None).await?;
        match &reloaded {
            Reloaded::Same(_) => self.mended().await?,
            Reloaded::New(release) => {
                tracing::info!(release = release.number, changes = release.changes.len(), "a new release is taken up");
                self.due_changed.notify_one();
                self.outbox_filled.notify_one();
                self.mended().await?;
            }
            trouble => self.report(trouble, &self.last().await?, false).await?,
        }
        Ok(reloaded)
    }

    /// Why a newer dataset is not taken up, for reasons that lie outside it.
    pub(super) fn in_the_way(&self) -> Option<String> {
        let Standing { reading, stuck, .. } = self.standing();
        let overdue = reading.map(|since| since.elapsed()).filter(|elapsed| *elapsed > self.patience);
        let overdue = overdue.map(|elapsed| {
            let at = self.progress.waits_for().map(|at| format!(", waiting for {}", at.display()));
            format!("reading the dataset has taken {} s{}", elapsed.as_secs(), at.unwrap_or_default())
        });
        overdue.or(stuck.map(|reason| format!("a newer dataset can't be taken up: {reason}")))
    }

    /// The release that is served, without its changes, as far as it is known without the store.
    pub(super) fn served(&self) -> Release {
        let (number, at) = self.standing().release.unwrap_or((0, jiff::Timestamp::UNIX_EPOCH));
        Release { number, at, changes: Vec::new() }
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

    /// Reads the dataset and takes it up. `start`: this is the start, which waits for so long.
    async fn read_again(
        &self,
        reading: &mut Apart<Read>,
        force: bool,
        start: Option<Duration>,
    ) -> Result<Reloaded, Failure> {
        let since = *locked(&self.standing).reading.get_or_insert_with(Instant::now);
        let (dir, loader) = (self.dir.clone(), Arc::clone(&self.loader));
        let now = jiff::Timestamp::now();
        let read = move || {
            let Some(dir) = &dir else { return (dataset::bundled(), Vec::new()) };
            let mut loader = locked(&loader);
            (loader.load(dir, now), loader.unread().to_vec())
        };
        let read = reading.done(start.unwrap_or(self.patience), read).await;
        let Some((read, unread)) = read.map_err(|_| Failure::Reading)? else {
            return Ok(Reloaded::Hangs(since.elapsed(), self.progress.waits_for()));
        };
        locked(&self.standing).reading = None;
        if since.elapsed() > self.patience {
            tracing::info!(seconds = since.elapsed().as_secs(), "the dataset is read in the end");
        }
        self.tell_unread(unread);
        let reloaded = self.take_up(read, force, start.is_some()).await?;
        let mut standing = locked(&self.standing);
        standing.stuck = None;
        (standing.faults, standing.held) = match &reloaded {
            Reloaded::Faulty(faults) => (faults.count(), false),
            Reloaded::Held(_) => (0, true),
            _ => (0, false),
        };
        drop(standing);
        Ok(reloaded)
    }

    async fn take_up(&self, read: Result<Dataset, Faults>, force: bool, start: bool) -> Result<Reloaded, Failure> {
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
        let desk = Arc::new(desk);
        let _turn = self.turn.lock().await;
        release.at = matrix::now();
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
            let files = [file];
            let dataset = dataset::load_files(&files)?;
            Ok::<_, Faults>(Desk::open(dataset, &index, None).or_else(|error| {
                tracing::warn!(%error, "the index can't be written, so that this run keeps one in memory");
                Desk::new(dataset::load_files(&files).unwrap_or_default())
            }))
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
    let done = tokio::task::spawn_blocking(move || panics::contained(work)).await;
    done.unwrap_or(Err(panics::Panicked)).map_err(|panics::Panicked| Failure::Reading)
}
