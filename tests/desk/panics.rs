//! A panic ends the process with a code, wherever it happens, unless its work answers for itself. Each is tried in a process.

use std::{
    env,
    process::{Command, Output},
    thread,
    time::{Duration, Instant},
};

use tigerdesk::panics;

/// Says in the environment what the process is to do.
const DEED: &str = "TIGERDESK_TEST_PANIC";
/// What a process may take in all: a part that keeps the run from ending in order gets ten seconds.
const PATIENCE: Duration = Duration::from_secs(30);
/// The exit code of a deed that was lived through, which no harness has.
const ALIVE: i32 = 42;

/// What the process under test does. Started as a test among others, it has nothing to do.
#[test]
fn deed() {
    let Ok(deed) = env::var(DEED) else { return };
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    panics::end_the_process();
    let secret = env::args().count().to_string() + " words that somebody wrote";
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    match deed.as_str() {
        "thread" => drop(thread::spawn(|| panic!("on purpose")).join()),
        "task" => drop(runtime.block_on(async { tokio::spawn(async { panic!("on purpose") }).await })),
        "words" => drop(thread::spawn(move || panic!("at {secret}")).join()),
        "no thread" => {
            let error = std::io::Error::from_raw_os_error(11);
            drop(thread::spawn(move || panic!("failed to spawn thread: {error}")).join());
        }
        "part" => runtime.block_on(async {
            // Whoever waits for it does not do its duty.
            drop(tokio::spawn(panics::part("hanging", async { panic!("on purpose") })).await);
            tokio::time::sleep(2 * PATIENCE).await;
        }),
        "contained" => {
            let work = move || panics::contained(move || -> () { panic!("at {secret}") });
            assert_eq!(
                runtime.block_on(async { tokio::task::spawn_blocking(work).await.unwrap() }),
                Err(panics::Panicked)
            );
            let task = panics::contained_task(async { panic!("on purpose") });
            assert!(runtime.block_on(async { tokio::spawn(task).await.is_err() }));
        }
        other => panic!("no deed {other}"),
    }
    std::process::exit(ALIVE);
}

fn process(deed: &str) -> (Output, String) {
    let start = Instant::now();
    let arguments = ["panics::deed", "--exact", "--nocapture"];
    let output = Command::new(env::current_exe().unwrap()).args(arguments).env(DEED, deed).output().unwrap();
    assert!(start.elapsed() < PATIENCE, "{deed} took {:?}", start.elapsed());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, told)
}

#[test]
fn a_panic_ends_the_process_wherever_it_happens() {
    for deed in ["thread", "task", "part"] {
        let (output, told) = process(deed);
        assert_eq!(output.status.code(), Some(101), "{deed}: {told}");
        assert!(told.contains("a panic at tests/desk/panics.rs:") && told.contains("(on purpose)"), "{deed}: {told}");
    }
}

#[test]
fn what_answers_for_itself_ends_nothing() {
    let (output, told) = process("contained");
    assert_eq!(output.status.code(), Some(ALIVE), "{told}");
    assert!(told.contains("this work failed: a panic at tests/desk/panics.rs:"), "{told}");
    assert!(!told.contains("words that somebody wrote"), "{told}");
}

#[test]
fn what_somebody_wrote_is_not_told() {
    let (output, told) = process("words");
    assert_eq!(output.status.code(), Some(101), "{told}");
    assert!(told.contains("a panic at tests/desk/panics.rs:") && !told.contains("words that somebody wrote"), "{told}");
}

#[test]
fn a_lack_of_threads_is_told_with_what_to_do() {
    let (output, told) = process("no thread");
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("failed to spawn thread") && told.contains("pids_limit"), "{told}");
}
