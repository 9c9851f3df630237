//! The `tigerdesk` binary: arguments, settings, tracing, and the only place that decides an exit code.

use std::{
    env,
    io::{self, Write as _},
    net::SocketAddr,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::anyhow;
use clap::Parser as _;
use rustix::process::{Resource, Rlimit, setrlimit};
use tigerdesk::{
    app,
    cli::{Action, Arguments},
    console, ops, panics,
    settings::{LogFormat, Settings},
    threads,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::Notify,
};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// How long work on other threads may hold up the end of the process.
const LAST_THREADS: Duration = Duration::from_millis(500);

/// How many threads wait for the disk and work answers out at a time; they come and go. Fewer than the limits of tasks in
/// compose.yaml and the unit leave, more than all that ever waits at once.
const BLOCKING_THREADS: usize = 64;

fn main() -> ExitCode {
    // Before any secret is in memory.
    leave_no_core();
    let arguments = Arguments::parse();
    let prints = !matches!(arguments.action, Some(Action::Run | Action::Health { .. }));
    match act(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads it has enough of it.
        Err(error) if prints && is_unread(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tigerdesk: {}", console::told(&error));
            ExitCode::FAILURE
        }
    }
}

/// Whether what was printed found nobody to read it.
fn is_unread(error: &anyhow::Error) -> bool {
    let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(broken))
}

fn act(arguments: Arguments) -> anyhow::Result<()> {
    let settings = Settings::load(arguments.config.as_deref(), env::vars_os())?;
    threads::allow(settings.threads);
    let folder = |given: Option<std::path::PathBuf>| given.or_else(|| settings.data.dir.clone());
    match arguments.action.unwrap_or(Action::Chat { data: None }) {
        Action::Run => run(settings)?,
        Action::Chat { data } => console::chat(&console::open(folder(data).as_deref())?)?,
        Action::Ask { format, data, question } => {
            console::ask(&console::open(folder(data).as_deref())?, &question.join(" "), format)?;
        }
        Action::Check { dir } => console::check(folder(dir).as_deref())?,
        Action::Diff { format, old, new } => console::diff(&old, &new, format)?,
        Action::Schema => console::schema()?,
        Action::Health { alive } => health(settings.ops.listen, if alive { "/healthz" } else { "/readyz" })?,
    }
    Ok(())
}

/// Prints how a running bot is; fails if it is not well.
fn health(listen: Option<SocketAddr>, path: &str) -> anyhow::Result<()> {
    let listen = listen.ok_or_else(|| anyhow!("`ops.listen` is empty, so that the bot tells nobody how it is"))?;
    let told = ops::ask(listen, path)?;
    match write!(io::stdout(), "{told}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// The memory holds secrets: a crash writes none of it to a disk, and no other program of the same user can read it. Where that
/// can't be had, the bot is as well as without.
fn leave_no_core() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

fn run(settings: Settings) -> anyhow::Result<()> {
    let level = &settings.log.level;
    let filter = EnvFilter::try_new(level).map_err(|error| {
        anyhow!("`log.level` is `{level}` ({error}): write error, warn, info, debug, trace, or a filter of those")
    })?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    let log = log.with_writer(|| console::CleanWriter(io::stderr()));
    match settings.log.format {
        LogFormat::Human => log.init(),
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
    for odd in &settings.odd {
        tracing::warn!("{odd}");
    }
    panics::end_the_process();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads::number())
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build()
        .map_err(|error| anyhow!("the system gives it no threads or files to work with ({error}): raise its limits"))?;
    let shutdown = CancellationToken::new();
    let outcome = runtime.block_on(async {
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let mut hangups = signal(SignalKind::hangup())?;
        let (stop, hangup) = (shutdown.clone(), Arc::new(Notify::new()));
        let reload = Arc::clone(&hangup);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => break,
                    _ = interrupt.recv() => break,
                    _ = hangups.recv() => reload.notify_one(),
                }
            }
            stop.cancel();
        });
        app::run(settings, hangup, shutdown).await.map_err(anyhow::Error::from)
    });
    runtime.shutdown_timeout(LAST_THREADS);
    outcome
}
