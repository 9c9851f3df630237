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
mod keeping;
mod lanes;
mod parts;
mod releases;
mod renewed;
mod reports;
mod run;
mod tasks;
mod telling;
mod turns;
mod unseal;
mod waiters;
pub mod watch;
mod watched;
mod watching;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    dataset::Faults,
    index,
    matrix::{Account, Batch, Refusal, Syncing, Trouble, Trust},
    ops::{Metrics, service},
    settings::Access,
    store::{Fault, FolderFault, Store},
};
use answers::Answers;
use data::Data;
use intake::Rooms;
use lanes::Lanes;
pub use run::run;
use tasks::{Failures, Tasks};
use turns::Turns;
use waiters::Waiters;
use watch::Watch;

/// How long answers that are under way may take once the bot is told to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(3);
/// How long the start waits for the device to be signed before it goes on without.
const SIGNING: Duration = Duration::from_secs(10);
/// How long digests wait after the database failed before they go on.
const STORE_PAUSE: Duration = Duration::from_secs(10);

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
    /// To read the dataset, or to build its index, makes the bot panic.
    #[error(
        "reading the dataset fails for a fault of the bot's: take back what changed in it last, and report what the log says above this line"
    )]
    Reading,
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
    /// When the bot's device was first used, likewise.
    device_since: i64,
    max_age: Duration,
    rooms: tokio::sync::Mutex<Rooms>,
    answers: Answers,
    waiters: Waiters,
    metrics: Arc<Metrics>,
    joining: Mutex<HashSet<String>>,
    joins: Lanes,
    pages: Lanes,
    turns: Turns,
    /// Whether the encryption keys were found to be the newest, and whether they were found to be an older copy's.
    keys_checked: AtomicBool,
    keys_old: AtomicBool,
    tasks: Tasks,
    stop: CancellationToken,
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
            // Another program may hold the database. To be cut off in the middle is no worse than a kill.
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return Ok(()),
                taken = self.take_in(batch, first) => taken?,
            }
            if first {
                self.start_parts();
                self.start_telling(news.take());
                first = false;
                tokio::select! {
                    () = shutdown.cancelled() => return Ok(()),
                    _ = tokio::time::timeout(SIGNING, self.start_signing()) => {}
                }
                tracing::info!(rooms = self.account.joined_rooms().len(), "ready");
                service::ready();
            }
        }
    }

    async fn take_in(self: &Arc<Self>, batch: Batch, first: bool) -> Result<(), Failure> {
        if first {
            // Before anything is sealed with them.
            self.check_keys().await?;
            self.tell_of_the_start().await?;
            // Before anything new is recorded, or it would be answered as new and as left over.
            self.resume().await?;
        }
        self.take(batch, first).await
    }

    /// Starts work that has no end of its own: it is dropped when the bot stops.
    fn until_stopped(&self, name: &'static str, work: impl Future<Output = Result<(), Failure>> + Send + 'static) {
        let stop = self.stop.clone();
        self.part(name, async move {
            tokio::select! {
                () = stop.cancelled() => Ok(()),
                ended = work => ended,
            }
        });
    }

    /// Starts work that must not end before the bot stops, which it sees to itself.
    fn part(&self, name: &'static str, work: impl Future<Output = Result<(), Failure>> + Send + 'static) {
        let stop = self.stop.clone();
        self.tasks.spawn(name, async move {
            work.await?;
            if stop.is_cancelled() {
                return Ok(());
            }
            tracing::error!(part = name, "a part of the bot ended that must not end");
            Err(Failure::Died(name))
        });
    }

    /// Ends the bot if `trouble`, which the homeserver has confirmed, says that the session or the account is over.
    fn ended(&self, trouble: &Trouble) -> Result<(), Failure> {
        self.account.ended(trouble).map_or(Ok(()), |refusal| Err(refusal.into()))
    }

    fn start_parts(self: &Arc<Self>) {
        self.part("watching over the keys", Arc::clone(self).keep_keys());
        let bot = Arc::clone(self);
        self.part("opening sealed questions", bot.unseal());
        self.until_stopped("looking after the questions", Arc::clone(self).supervise());
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
            self.part("watching the dataset", Arc::clone(self).watch(watch, hangup));
        }
        let (composing, delivering) = (Arc::clone(self), Arc::clone(self));
        self.part("composing digests", insistently(self.stop.clone(), move || Arc::clone(&composing).tell()));
        self.part("delivering", insistently(self.stop.clone(), move || Arc::clone(&delivering).deliver()));
    }

    /// Begins to have the device signed. Resolves when that is over; it goes on if nobody waits for it any longer.
    fn start_signing(self: &Arc<Self>) -> impl Future {
        let (bot, (over, signed)) = (Arc::clone(self), oneshot::channel::<()>());
        self.tasks.spawn("signing the device", async move {
            let _over = over;
            tokio::select! {
                () = bot.stop.cancelled() => {}
                () = bot.sign_device() => {}
            }
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

/// Does work that can be begun anew at any moment, and begins it anew when the database fails, whose disk may be full:
/// whoever asks something can still be answered.
async fn insistently<W>(stop: CancellationToken, work: impl Fn() -> W) -> Result<(), Failure>
where
    W: Future<Output = Result<(), Failure>>,
{
    loop {
        let fault = match work().await {
            Err(Failure::Store(fault)) => fault,
            ended => return ended,
        };
        tracing::error!(%fault, seconds = STORE_PAUSE.as_secs(), "digests wait until the database does its work");
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(STORE_PAUSE) => {}
        }
    }
}

/// Locks a mutex whose holders never panic while they hold it.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A room's id to something.
type ByRoom<T> = HashMap<String, T>;
