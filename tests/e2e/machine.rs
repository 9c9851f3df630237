//! The machine that the bot runs on: a disk without room, few threads, many processors.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use reqwest::StatusCode;

use crate::{
    scene::Scene,
    support::{
        PATIENCE,
        bot::{Bot, Installation},
        disk::Disk,
        listen::Participant as _,
        synapse::Synapse,
    },
    watched::{get, wait_ready, watched},
};

/// How soon it is to be seen that the disk is full: before a homeserver would be told to be silent.
const SEEN: Duration = Duration::from_secs(30);
/// For so long a homeserver may be silent before it is told to be.
const SILENCE: Duration = Duration::from_secs(38);

#[tokio::test]
async fn a_full_disk_is_told_as_such_and_gone_on_from() -> Result<()> {
    let disk = Disk::new(48)?;
    let (desk, address) = watched(Installation::new(Synapse::shared()?).await?)?;
    let desk = desk.set("STATE__DIR", &disk.folder().display().to_string()).under(disk.wrapper());
    let Scene { alice, desk: _desk, bot, room } = Scene::with(desk).await?;
    alice.ask(&room, "!help").await?;
    wait_ready(&address, StatusCode::OK).await?;

    disk.fill()?;
    let (took, told) = wait_ready(&address, StatusCode::SERVICE_UNAVAILABLE).await?;
    ensure!(took < SEEN, "noticed after {took:?} only");
    let question = alice.say(&room, "!company moonshot").await?;
    let full = Instant::now();
    let mut blamed = String::new();
    while full.elapsed() < SILENCE {
        let (status, told) = get(&address, "/readyz").await?;
        ensure!(status == StatusCode::SERVICE_UNAVAILABLE, "ready with a full disk: {told}");
        ensure!(told.contains("make room on the disk"), "not what to do: {told}");
        ensure!(!told.contains("not ok: the homeserver") && told.contains("ok: the homeserver answered"), "{told}");
        ensure!(get(&address, "/healthz").await?.0 == StatusCode::OK, "not alive");
        blamed = told;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    ensure!(blamed.contains("not ok: what the homeserver said can't be kept"), "{told}\n{blamed}");

    disk.free()?;
    wait_ready(&address, StatusCode::OK).await?;
    alice.answer_to(&question).await?;
    bot.terminate().await
}

/// The command that starts a program as a user who has no other process, with a limit of threads.
fn limited(threads: u32) -> Vec<String> {
    let limit = format!("--nproc={threads}:{threads}");
    if rustix::process::geteuid().is_root() {
        // The limit does not hold for root. Nobody else has this user; the files of the tests are root's.
        let user = format!("--reuid={}", 1_000_000 + rand::random_range(0..1_000_000));
        let caps =
            ["--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override", "--bounding-set=-all,+dac_override"];
        let become_user = ["setpriv", &user, "--clear-groups"].map(str::to_owned);
        become_user.into_iter().chain(caps.map(str::to_owned)).chain(["prlimit".to_owned(), limit]).collect()
    } else {
        vec!["prlimit".to_owned(), limit]
    }
}

#[tokio::test]
async fn with_too_few_threads_it_works_or_ends() -> Result<()> {
    let mut worked = Vec::new();
    for threads in [1, 2, 3, 4, 5, 6, 8, 12, 16, 24] {
        let (desk, address) = watched(Installation::new(Synapse::shared()?).await?)?;
        let mut bot = desk.under(limited(threads)).start()?;
        let start = Instant::now();
        loop {
            if let Ok(status) = tokio::time::timeout(Duration::from_millis(200), bot.ended()).await {
                let (status, log) = (status?, bot.log());
                ensure!(status.code().is_some_and(|code| code != 0), "{threads} threads: {status}\n{log}");
                ensure!(
                    log.lines().any(|line| line.starts_with("tigerdesk: ")),
                    "{threads} threads, no word of it:\n{log}"
                );
                break;
            }
            if matches!(get(&address, "/readyz").await, Ok((StatusCode::OK, _))) {
                worked.push(threads);
                bot.terminate().await?;
                break;
            }
            ensure!(start.elapsed() < PATIENCE, "with {threads} threads it hangs:\n{}", bot.log());
        }
    }
    eprintln!("it works with so many threads: {worked:?}");
    Ok(())
}

/// A library that shows a program 128 processors.
fn many_processors(folder: &Path) -> Result<PathBuf> {
    let (source, library) = (folder.join("processors.c"), folder.join("processors.so"));
    fs::write(
        &source,
        "#define _GNU_SOURCE\n#include <sched.h>\n#include <string.h>\n\
         int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set) {\n\
             (void)pid;\n    memset(set, 0, size);\n    memset(set, 255, size < 16 ? size : 16);\n    return 0;\n}\n",
    )?;
    let made = Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]).status()?;
    ensure!(made.success(), "no C compiler");
    Ok(library)
}

fn threads(bot: &Bot) -> Result<u32> {
    let status = fs::read_to_string(format!("/proc/{}/status", bot.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("Threads:")).context("no threads are told")?;
    Ok(line.trim().parse()?)
}

#[tokio::test]
async fn on_many_processors_it_has_few_threads() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let library = many_processors(folder.path())?.display().to_string();
    let (desk, address) = watched(Installation::new(Synapse::shared()?).await?)?;
    // As compose.yaml and the unit limit it.
    let desk = desk.variable("LD_PRELOAD", &library).under(limited(128));
    let Scene { alice, desk: _desk, bot, room } = Scene::with(desk).await?;
    wait_ready(&address, StatusCode::OK).await?;
    alice.ask(&room, "!search export controls").await?;
    let few = threads(&bot)?;
    ensure!(few < 64, "{few} threads");
    bot.terminate().await?;

    // It does see them.
    let (desk, address) = watched(Installation::new(Synapse::shared()?).await?)?;
    let bot = desk.variable("LD_PRELOAD", &library).set("RUNTIME__THREADS", "64").start()?;
    wait_ready(&address, StatusCode::OK).await?;
    let many = threads(&bot)?;
    if many < 64 {
        bail!("{many} threads where 64 are set");
    }
    bot.terminate().await
}

#[tokio::test]
async fn its_memory_is_never_written_to_a_file() -> Result<()> {
    let (desk, address) = watched(Installation::new(Synapse::shared()?).await?)?;
    let bot = desk.start()?;
    wait_ready(&address, StatusCode::OK).await?;
    let limits = fs::read_to_string(format!("/proc/{}/limits", bot.id()))?;
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).context("no limit is told")?;
    ensure!(core.split_ascii_whitespace().filter(|word| *word == "0").count() == 2, "{core}");
    bot.terminate().await
}
