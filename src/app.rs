//! The composition root of `run`: signs in, listens, answers, and ends in order.
//!
//! How a question is neither lost nor answered twice, whatever moment the process is killed at:
//!
//! 1. The SDK keeps its place in the sync before we see a response. So a *mark* of our own says per room what we have
//!    seen, and at each start every room is read back to its mark (`catchup`).
//! 2. A response's questions and marks are recorded in one transaction (`intake`) before anything is answered. The
//!    event's id is the key: what the sync and the reading back both bring is one question.
//! 3. A recorded question stays *taken* until its answer has an event id (`answers`). After a kill it is fetched and
//!    answered again with the same transaction id, which the homeserver takes once.
//!
//! How a digest is neither lost nor sent twice:
//!
//! 1. A release, its changes and a place in the next digest of each room are written in one transaction (`data`,
//!    `releases`). The release in the store is what the next dataset is compared with, after a kill too.
//! 2. A digest that is due is composed into messages in one transaction (`telling`), each with its transaction id.
//! 3. A message stays in the outbox until it has an event id (`delivery`).

mod answers;
mod apart;
mod catchup;
mod data;
mod delivery;
mod effects;
mod intake;
mod invites;
mod parts;
mod releases;
mod reports;
mod tasks;
mod telling;
mod unseal;
mod waiters;
pub mod watch;
mod watched;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    net::TcpListener,
    sync::{Notify, Semaphore, oneshot},
};
use tokio_util::sync::CancellationToken;

use crate::{
    dataset::Faults,
    index,
    matrix::{self, Account, Refusal, Syncing, Trust},
    ops::{self, Metrics, service},
    settings::{Access, Ops, Settings},
    store::{Fault, Folder, FolderFault, Store},
};
use answers::Answers;
use data::{Data, Reloaded};
use intake::Rooms;
use tasks::{Failures, Tasks};
use waiters::Waiters;
use watch::Watch;
use watched::Standing;

/// How long answers that are under way may take once the bot is told to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(3);
/// How long closing the stores may take after that.
const CLOSING: Duration = Duration::from_secs(1);
/// What the state folder could not take is tried again after so long, and then after twice as long each time, up to the longer.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long the start waits for the device to be signed before it goes on without.
const SIGNING: Duration = Duration::from_secs(10);

/// Why `run` ended. The text is one sentence for the person at the terminal and holds no secret.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No state folder is given.
    #[error("the state folder is missing: set TIGERDESK__STATE__DIR, or state.dir in the configuration file")]
    NoFolder,
    /// The state folder can't be had.
    #[error(transparent)]
    Folder(#[from] FolderFault),
    /// The bot's database failed.
    #[error(transparent)]
    Store(#[from] Fault),
    /// The dataset has faults, and there is no earlier release to serve.
    #[error("the dataset can't be used: {0}")]
    Dataset(Faults),
    /// The dataset can't be read, and there is no earlier release to serve.
    #[error(
        "the dataset can't be read, for {} does not answer: see to the disk or mount that it is on, or name another folder in TIGERDESK__DATA__DIR",
        .0.display()
    )]
    Hangs(std::path::PathBuf),
    /// The first release can't be written down.
    #[error("{0}")]
    Stuck(String),
    /// The index can't be built.
    #[error(transparent)]
    Index(#[from] index::Error),
    /// Nobody can be told how the bot is where the settings say.
    #[error("`ops.listen` is {0}, which can't be had ({1}): name another address, or nothing to have it off")]
    Listen(std::net::SocketAddr, std::io::Error),
    /// The account can't be used.
    #[error(transparent)]
    Matrix(#[from] Refusal),
    /// A part of the bot ended that must not end.
    #[error(
        "the bot stopped because its part \"{0}\" failed: start it again, and report what the log says above this line"
    )]
    Died(&'static str),
}

/// What the parts share.
struct Bot {
    account: Account,
    store: Store,
    data: Arc<Data>,
    access: Access,
    quiet_period: Duration,
    /// For how long it is remembered what changed.
    history: Duration,
    /// When this run started, in milliseconds since 1970.
    started: i64,
    max_age: Duration,
    rooms: tokio::sync::Mutex<Rooms>,
    answers: Answers,
    waiters: Waiters,
    metrics: Arc<Metrics>,
    joining: Mutex<HashSet<String>>,
    join_slots: Semaphore,
    page_slots: Semaphore,
    keys_came: Notify,
    tasks: Tasks,
    stop: CancellationToken,
}

/// Runs the bot until `shutdown` is cancelled.
///
/// # Errors
///
/// When it can't start, and when it can't go on: the session is over, the database fails, or a part of it dies.
pub async fn run(settings: Settings, hangup: Arc<Notify>, shutdown: CancellationToken) -> Result<(), Failure> {
    let dir = settings.state.dir.as_ref().ok_or(Failure::NoFolder)?;
    let started = matrix::now();
    let folder = Folder::open(dir)?;
    let (tasks, mut failures) = Tasks::new();
    let stop = shutdown.child_token();
    let (standing, metrics) = (Arc::<Standing>::default(), Arc::<Metrics>::default());
    if let Some(listener) = listen(settings.ops).await? {
        let serving = ops::serve(listener, Arc::clone(&standing), Arc::clone(&metrics));
        let stop = stop.clone();
        tasks.spawn("telling how the bot is", async move {
            tokio::select! {
                () = stop.cancelled() => Ok(()),
                never = serving => match never {},
            }
        });
    }
    let store = Store::open(folder.path()).await?;
    // Watched from before it is read, so that no change falls in between.
    let since = Instant::now();
    let opening = async {
        let watch = match settings.data.dir.clone() {
            Some(dir) => Some(Watch::new(dir, settings.data.poll).await),
            None => None,
        };
        Ok::<_, Failure>((watch, Data::open(store.clone(), folder.path(), &settings, since).await?))
    };
    let (watch, data) = tokio::select! {
        opened = opening => opened?,
        () = shutdown.cancelled() => return Ok(()),
    };
    let signing_in = matrix::sign_in(&settings.matrix, folder.path(), settings.state.passphrase.as_ref());
    let account = tokio::select! {
        account = signing_in => account?,
        () = shutdown.cancelled() => return Ok(()),
    };
    tracing::info!(user = account.user(), device = account.device(), new = account.is_new(), "logged in");
    let bot = Arc::new(Bot {
        rooms: tokio::sync::Mutex::new(Rooms::new(store.marks().await?)),
        account,
        store,
        data: Arc::new(data),
        quiet_period: settings.digest.quiet_period,
        history: settings.digest.history,
        access: settings.access,
        started,
        max_age: settings.matrix.max_question_age,
        answers: Answers::default(),
        waiters: Waiters::default(),
        metrics,
        joining: Mutex::default(),
        join_slots: Semaphore::new(4),
        page_slots: Semaphore::new(4),
        keys_came: Notify::new(),
        tasks,
        stop: stop.clone(),
    });
    // Set once, right here.
    let _ = standing.bot.set(Arc::clone(&bot));
    let syncing = Syncing::new(bot.account.clone(), bot.max_age, Arc::clone(&standing.pulse));
    bot.until_stopped("telling systemd that the bot is alive", watched::watchdog(standing));
    let outcome = bot.serve(syncing, (watch, hangup), &shutdown, &mut failures).await;
    service::stopping();
    stop.cancel();
    if !bot.tasks.drained(LAST_ANSWERS).await {
        tracing::warn!("some answers were still under way; they are sent at the next start");
    }
    let closing = async {
        bot.store.close().await;
        bot.account.close().await;
    };
    if tokio::time::timeout(CLOSING, closing).await.is_err() {
        tracing::warn!("the stores did not close in time");
    }
    tracing::info!("stopped");
    drop(folder);
    outcome
}

impl Bot {
    /// The first poll, the catching up, then poll after poll.
    async fn serve(
        self: &Arc<Self>,
        mut syncing: Syncing,
        news: (Option<Watch>, Arc<Notify>),
        shutdown: &CancellationToken,
        failures: &mut Failures,
    ) -> Result<(), Failure> {
        let mut news = Some(news);
        let mut first = true;
        loop {
            let batch = tokio::select! {
                biased;
                () = shutdown.cancelled() => return Ok(()),
                failure = failures.next() => return Err(failure),
                batch = syncing.next(self.is_joining()) => batch?,
            };
            if first {
                // Before anything new is recorded, or it would be answered as new and as left over.
                self.resume().await?;
                self.take(batch, true).await?;
                self.start_parts();
                self.start_telling(news.take());
                first = false;
                tokio::select! {
                    () = shutdown.cancelled() => return Ok(()),
                    _ = tokio::time::timeout(SIGNING, self.start_signing()) => {}
                }
                tracing::info!(rooms = self.account.joined_rooms().len(), "ready");
                service::ready();
            } else {
                self.take(batch, false).await?;
            }
        }
    }

    /// Starts work that has no end of its own.
    fn until_stopped(&self, name: &'static str, work: impl Future<Output = Result<(), Failure>> + Send + 'static) {
        let stop = self.stop.clone();
        self.tasks.spawn(name, async move {
            tokio::select! {
                () = stop.cancelled() => Ok(()),
                ended = work => ended,
            }
        });
    }

    fn start_parts(self: &Arc<Self>) {
        let bot = Arc::clone(self);
        self.tasks.spawn("opening sealed questions", bot.unseal());
        for room in self.account.invited_rooms() {
            self.accept(room);
        }
        let bot = Arc::clone(self);
        self.tasks.spawn("fetching members", async move {
            for room in bot.account.joined_rooms() {
                tokio::select! {
                    () = bot.stop.cancelled() => break,
                    () = bot.account.prepare(&room) => {}
                }
            }
            Ok(())
        });
    }

    /// Digests: what they tell of, when they are due, and the way to the rooms. Not before the first sync: only with it is
    /// known whose devices are to read them.
    fn start_telling(self: &Arc<Self>, news: Option<(Option<Watch>, Arc<Notify>)>) {
        if let Some((watch, hangup)) = news {
            self.tasks.spawn("watching the dataset", Arc::clone(self).watch(watch, hangup));
        }
        self.tasks.spawn("composing digests", Arc::clone(self).tell());
        self.tasks.spawn("delivering", Arc::clone(self).deliver());
    }

    /// Reads the dataset again whenever it may have changed, and for as long as the state folder can't take it.
    async fn watch(self: Arc<Self>, mut watch: Option<Watch>, hangup: Arc<Notify>) -> Result<(), Failure> {
        let mut pause = FIRST_PAUSE;
        loop {
            let standing = self.data.standing();
            let (is_stuck, is_overdue) = (standing.stuck.is_some(), standing.reading.is_some());
            let changed = async {
                match &mut watch {
                    Some(watch) => watch.changed().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                () = changed => {}
                () = hangup.notified() => tracing::info!("asked to read the dataset again"),
                // Nobody may wait any more for the reading that has ended.
                () = self.data.look_again.notified() => if !is_stuck && self.data.standing().reading.is_none() { continue },
                () = tokio::time::sleep(pause), if is_stuck => {}
            }
            let reloading = async {
                let reloaded = self.data.reload(false).await?;
                if is_overdue && !matches!(reloaded, Reloaded::Hangs(..)) {
                    // That is how it stood when its reading began.
                    return self.data.reload(false).await;
                }
                Ok::<_, Failure>(reloaded)
            };
            let reloaded = tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                reloaded = reloading => reloaded?,
            };
            pause = match reloaded {
                Reloaded::Stuck(_) => (pause * 2).min(LONGEST_PAUSE),
                _ => FIRST_PAUSE,
            };
        }
    }

    /// Begins to have the device signed. Resolves when that is over; it goes on if nobody waits for it any longer.
    fn start_signing(self: &Arc<Self>) -> impl Future {
        let (bot, (over, signed)) = (Arc::clone(self), oneshot::channel::<()>());
        self.until_stopped("signing the device", async move {
            let _over = over;
            bot.sign_device().await;
            Ok(())
        });
        signed
    }

    /// Has the device signed; never fatal, and looked at again at the next start.
    async fn sign_device(&self) {
        match self.account.ensure_trust().await {
            Ok(Trust::Signed) => tracing::debug!("the device is cross-signed"),
            Ok(Trust::Repaired) => tracing::info!("the device is cross-signed now"),
            Ok(Trust::Unsigned(why)) => tracing::warn!(why, "the device is not cross-signed"),
            Err(cause) => tracing::warn!(cause, "the device could not be cross-signed; the next start tries again"),
        }
    }
}

/// The socket on which is told how the bot is, if it is to be told.
async fn listen(settings: Ops) -> Result<Option<TcpListener>, Failure> {
    let Some(address) = settings.listen else { return Ok(None) };
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if settings.is_default => {
            // Another bot on this machine, most likely. That is no reason not to answer anybody.
            tracing::warn!(%address, %error, "health and metrics are not told: set ops.listen to an address of its own");
            Ok(None)
        }
        Err(error) => Err(Failure::Listen(address, error)),
    }
}

/// Locks a mutex whose holders never panic while they hold it.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A room's id to something.
type ByRoom<T> = HashMap<String, T>;
