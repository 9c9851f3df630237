//! How the bot stands, for those who watch it.

use std::{
    sync::{Arc, OnceLock, atomic::Ordering},
    time::{Duration, Instant},
};

use tokio::{
    sync::Mutex,
    time::{interval, timeout},
};

use super::{Bot, Failure};
use crate::{
    matrix::{self, Hitch, Pulse},
    ops::{self, Kept, Outbox, Release, State, SyncFailure, Watched, service},
    store::Depth,
};

/// How long a store may take for what it is asked here.
const PATIENCE: Duration = Duration::from_secs(3);
/// What the stores did is not asked for again before so much time has passed, however many ask how the bot is.
const YOUNG: Duration = Duration::from_secs(1);

/// The bot from its start on, signed in or not.
#[derive(Default)]
pub(super) struct Standing {
    pub(super) pulse: Arc<Pulse>,
    pub(super) bot: OnceLock<Arc<Bot>>,
    /// What the stores did when they were last tried. Held while they are: one try answers all who ask meanwhile.
    stores: Mutex<Option<(Instant, Stores)>>,
}

/// What the stores did with what they were given.
#[derive(Clone)]
struct Stores {
    outbox: Option<Outbox>,
    database: Kept,
    session: Kept,
}

impl Watched for Standing {
    fn is_alive(&self) -> bool {
        ops::is_alive(self.bot.get().is_some(), self.pulse.since_poll())
    }

    async fn state(&self) -> State {
        let Some(bot) = self.bot.get() else { return State::default() };
        let dataset = bot.data.standing();
        let release = dataset.release.map(|(number, at)| Release {
            number,
            age: age(at.as_millisecond()),
            records: bot.data.desk().dataset.records().len(),
        });
        let pause = self.pulse.pause();
        let Stores { outbox, database, session } = self.stores(bot).await;
        State {
            account: Some(bot.account.user().to_owned()),
            // A pause between polls is no hanging, however long the homeserver wants it to be.
            since_poll: if pause.is_some() { Duration::ZERO } else { self.pulse.since_poll() },
            pause,
            clock_skew: bot.account.clock_skew() / 1000,
            since_sync: self.pulse.since_answer(),
            sync_failure: self.pulse.hitch().map(|hitch| match hitch {
                Hitch::Homeserver(cause) => SyncFailure::Homeserver(cause),
                Hitch::Store(cause) => SyncFailure::Here(cause),
            }),
            rooms: bot.account.joined_rooms().len(),
            release,
            faults: dataset.faults,
            held: dataset.held,
            keys_old: bot.keys_old.load(Ordering::Relaxed),
            reading: dataset.reading.map(|since| since.elapsed()).unwrap_or_default(),
            joins_hanging: bot.joins.hanging(),
            pages_hanging: bot.pages.hanging(),
            in_the_way: bot.data.in_the_way(),
            outbox,
            database,
            session,
        }
    }
}

impl Standing {
    /// Tries the stores, unless that has just been done.
    async fn stores(&self, bot: &Bot) -> Stores {
        let mut tried = self.stores.lock().await;
        if let Some((at, stores)) = &*tried
            && at.elapsed() < YOUNG
        {
            return stores.clone();
        }
        let stores = try_stores(bot).await;
        *tried = Some((Instant::now(), stores.clone()));
        stores
    }
}

/// Has each store do what it is there for.
async fn try_stores(bot: &Bot) -> Stores {
    let database = async {
        bot.store.probe(matrix::now()).await?;
        bot.store.depth().await
    };
    let (database, session) = tokio::join!(timeout(PATIENCE, database), timeout(PATIENCE, bot.account.probe()));
    let busy = |what: &str| {
        format!(
            "{what} have been busy for {} s: with a large release, or because another program holds them, a backup perhaps",
            PATIENCE.as_secs()
        )
    };
    let failed = |what: &str, cause: &str| format!("{what} can't keep anything ({cause}): {}", ops::advice(cause));
    let depth = match database {
        Ok(Ok(depth)) => Ok(depth),
        Ok(Err(fault)) => Err(failed("the database desk.db", fault.cause())),
        Err(_) => Err(busy("the files of the database desk.db")),
    };
    let session = match session {
        Ok(Ok(())) => Ok(()),
        Ok(Err(cause)) => Err(failed("the stores of the session", &cause)),
        Err(_) => Err(busy("the stores of the session")),
    };
    Stores { outbox: depth.as_ref().ok().map(outbox), database: depth.map(drop), session }
}

fn outbox(depth: &Depth) -> Outbox {
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    Outbox {
        waiting: count(depth.waiting),
        parked: count(depth.parked),
        oldest: depth.oldest.map(age).unwrap_or_default(),
    }
}

/// Since a moment, given in milliseconds since 1970.
fn age(moment: i64) -> Duration {
    Duration::from_millis(u64::try_from(matrix::now().saturating_sub(moment)).unwrap_or_default())
}

/// Tells systemd that the bot is alive for as long as it is, if systemd asks for that.
pub(super) async fn watchdog(standing: Arc<Standing>) -> Result<(), Failure> {
    let Some(every) = service::watchdog() else { return std::future::pending().await };
    let mut ticks = interval(every);
    loop {
        ticks.tick().await;
        if standing.is_alive() {
            service::alive();
        }
    }
}
