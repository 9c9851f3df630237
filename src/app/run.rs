//! A run of the bot: one session after another, for as long as the password is at hand.

use std::{
    sync::{Arc, Mutex, atomic::AtomicBool},
    time::{Duration, Instant},
};

use tokio::{net::TcpListener, sync::Notify};
use tokio_util::sync::CancellationToken;

use super::{
    Bot, Failure, LAST_ANSWERS,
    answers::Answers,
    data::Data,
    intake::Rooms,
    lanes::Lanes,
    renewed,
    tasks::Tasks,
    turns::Turns,
    waiters::Waiters,
    watch::Watch,
    watched::{self, Standing},
};
use crate::{
    matrix::{self, Backoff, Ended, Refusal, Syncing},
    ops::{self, Metrics, service},
    settings::{Ops, Settings},
    store::{Folder, Store},
};

/// How long closing the stores may take after that.
const CLOSING: Duration = Duration::from_secs(1);
/// A session that lasted for so long was a good one; after a shorter one, the next is waited for, so long at most.
const LASTING: Duration = Duration::from_secs(30);
const LONGEST_REST: Duration = Duration::from_mins(5);

/// Runs the bot until `shutdown` is cancelled.
///
/// # Errors
///
/// When it can't start, and when it can't go on: the session is over, the database fails, or a part of it dies.
pub async fn run(settings: Settings, hangup: Arc<Notify>, shutdown: CancellationToken) -> Result<(), Failure> {
    let dir = settings.state.dir.as_ref().ok_or(Failure::NoFolder)?;
    let folder = Folder::open(dir)?;
    let mut backoff = Backoff::new(LONGEST_REST);
    let mut ended = None;
    loop {
        let since = Instant::now();
        let outcome = run_session(settings.clone(), &folder, ended, Arc::clone(&hangup), &shutdown).await;
        match outcome {
            Err(Failure::Matrix(Refusal::SessionEnded(how))) if settings.matrix.password.is_some() => {
                tracing::warn!("the homeserver has ended the bot's session ({how}): the bot logs in anew");
                ended = Some(how);
            }
            Err(Failure::Matrix(Refusal::SessionEnded(_))) => return Err(Refusal::TokenEnded.into()),
            outcome => return outcome,
        }
        let pause = if since.elapsed() < LASTING {
            backoff.next(None)
        } else {
            backoff.reset();
            Duration::ZERO
        };
        tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Runs the bot for as long as its session lasts. A new one begins with a start like any other: whatever was under way is
/// then as a kill would have left it. `ended`: how the session before came to its end, in this process.
async fn run_session(
    settings: Settings,
    folder: &Folder,
    ended: Option<Ended>,
    hangup: Arc<Notify>,
    shutdown: &CancellationToken,
) -> Result<(), Failure> {
    let started = matrix::now();
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
    let store = tokio::select! {
        store = Store::open(folder.path()) => store?,
        () = shutdown.cancelled() => return Ok(()),
    };
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
    let signing_in = async {
        let passphrase = settings.state.passphrase.as_ref();
        let account = matrix::sign_in(&settings.matrix, folder.path(), passphrase, ended).await?;
        let since = renewed::device_since(&store, account.device(), started).await?;
        Ok::<_, Failure>((account, since))
    };
    let (account, device_since) = tokio::select! {
        signed_in = signing_in => signed_in?,
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
        device_since,
        max_age: settings.matrix.max_question_age,
        answers: Answers::default(),
        waiters: Waiters::default(),
        metrics,
        joining: Mutex::default(),
        joins: Lanes::default(),
        pages: Lanes::default(),
        turns: Turns::default(),
        keys_checked: AtomicBool::new(false),
        keys_old: AtomicBool::new(false),
        tasks,
        stop: stop.clone(),
    });
    // Set once, right here.
    let _ = standing.bot.set(Arc::clone(&bot));
    let syncing = Syncing::new(bot.account.clone(), bot.max_age, Arc::clone(&standing.pulse));
    bot.until_stopped("telling systemd that the bot is alive", watched::watchdog(standing));
    let outcome = bot.serve(syncing, (watch, hangup), shutdown, &mut failures).await;
    if shutdown.is_cancelled() {
        service::stopping();
    }
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
    if shutdown.is_cancelled() {
        tracing::info!("stopped");
    }
    outcome
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
