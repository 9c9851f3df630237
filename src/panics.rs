//! What a panic does to the process: it ends it, with an exit code that is not 0, wherever it happens.
//!
//! By themselves, the runtime and the standard library only end the thread or the task that panicked. Whoever waits for it
//! then waits for ever, and nobody starts the bot again. Two kinds of work are known to be looked after:
//!
//! - what is [`contained`] answers for itself: a command that panics is answered with an apology;
//! - a [`part`] of the bot is waited for: its panic ends the run in order, for which it gets a few seconds.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    fmt,
    io::{self, Write as _},
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    process, thread,
    time::Duration,
};

/// The exit code after a panic: the one that Rust's own programs have.
const PANICKED: i32 = 101;
/// The exit code where the bot could not start for want of threads: that of every other start that fails.
const NO_THREADS: i32 = 1;
/// How long the run may take to end in order after a part of it panicked. Twice what it needs.
const LAST_MOMENTS: Duration = Duration::from_secs(10);

tokio::task_local! {
    /// Who looks after what runs here.
    static WITHIN: Within;
}

#[derive(Debug, Clone, Copy)]
enum Within {
    Contained,
    Part(&'static str),
}

/// The work panicked. Where is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panicked;

/// Does `work`, whose panic ends nothing else.
///
/// # Errors
///
/// If it panics.
pub fn contained<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    WITHIN.sync_scope(Within::Contained, || panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| Panicked))
}

/// `work` for another thread, looked after by whoever looks after this one.
pub fn shared<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let within = WITHIN.try_with(|within| *within);
    move || match within {
        Ok(within) => WITHIN.sync_scope(within, work),
        Err(_) => work(),
    }
}

/// Work in a task of its own, whose panic ends that task and nothing else.
pub fn contained_task<F: Future>(work: F) -> impl Future<Output = F::Output> {
    WITHIN.scope(Within::Contained, work)
}

/// A part of the bot in a task of its own: whoever started it sees to it that its panic ends the run.
pub fn part<F: Future>(name: &'static str, work: F) -> impl Future<Output = F::Output> {
    WITHIN.scope(Within::Part(name), work)
}

/// From now on a panic ends the process.
pub fn end_the_process() {
    panic::set_hook(Box::new(|panic| {
        let backtrace = Backtrace::capture();
        let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| tracing::field::display(&backtrace));
        let told = Told(panic);
        match WITHIN.try_with(|within| *within) {
            Ok(Within::Contained) => tracing::error!(backtrace, "this work failed: {told}"),
            Ok(Within::Part(name)) => {
                tracing::error!(backtrace, part = name, "a part of the bot failed: {told}");
                // Whatever keeps the run from ending in order: it ends.
                let last = thread::Builder::new().spawn(|| {
                    thread::sleep(LAST_MOMENTS);
                    process::exit(PANICKED);
                });
                if last.is_err() {
                    process::exit(PANICKED);
                }
            }
            Err(_) => {
                tracing::error!(backtrace, "the bot failed: {told}");
                let (advice, code) = match told.missing_thread() {
                    Some(_) => (
                        "it may have no more threads. Raise its limit of tasks (pids_limit of a container, TasksMax of a unit, \
                         ulimit -u)",
                        NO_THREADS,
                    ),
                    None => ("start it again, and report this line", PANICKED),
                };
                // Nobody may read it any more.
                let _ = writeln!(io::stderr(), "tigerdesk: stopped because of {told}: {advice}");
                process::exit(code);
            }
        }
    }));
}

/// A panic as it may be told. Its words may hold what somebody wrote in a room, unless they are known to be the program's own.
#[derive(Clone, Copy)]
struct Told<'a>(&'a PanicHookInfo<'a>);

impl Told<'_> {
    /// What is said where the system gives no more threads.
    fn missing_thread(self) -> Option<&'static str> {
        let words = self.0.payload().downcast_ref::<String>()?;
        ["OS can't spawn worker thread", "failed to spawn thread"].into_iter().find(|known| words.starts_with(known))
    }
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a panic")?;
        if let Some(place) = self.0.location() {
            write!(f, " at {place}")?;
        }
        let own = self.0.payload().downcast_ref::<&'static str>().copied();
        own.or_else(|| self.missing_thread()).map_or(Ok(()), |words| write!(f, " ({words})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_contained_tells_that_it_panicked() {
        assert_eq!(contained(|| 3), Ok(3));
        assert_eq!(contained(|| -> i32 { panic!("on purpose") }), Err(Panicked));
    }

    #[test]
    fn who_looks_after_work_looks_after_the_threads_that_share_it() {
        let contained_there = || matches!(WITHIN.try_with(|within| *within), Ok(Within::Contained));
        let elsewhere = |work: Box<dyn FnOnce() -> bool + Send>| thread::spawn(work).join().unwrap();
        assert_eq!(contained(|| elsewhere(Box::new(shared(contained_there)))), Ok(true));
        assert_eq!(contained(|| elsewhere(Box::new(contained_there))), Ok(false));
        assert!(!elsewhere(Box::new(shared(contained_there))));
    }
}
