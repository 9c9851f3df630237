//! What lies in the data folder besides the dataset, a disk that never answers and one that takes no more: none of it keeps
//! anybody waiting, none of it is shown, and what changed meanwhile is told in the end.

use std::{fs, os::unix::fs::symlink, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context as _, Result, ensure};
use reqwest::StatusCode;

use super::{Newsroom, ask_until, tells};
use crate::{
    support::{
        bot::Installation,
        facts::Facts,
        listen::Participant as _,
        synapse::{Synapse, free_port},
    },
    watched::{metric, wait_ready},
};

#[tokio::test]
async fn a_pipe_in_the_folder_keeps_nobody_waiting() -> Result<()> {
    let mut desk = Newsroom::open().await?;
    let pipe = desk.facts.at("pipe.toml");
    let made = Command::new("mkfifo").arg(&pipe).status()?;
    ensure!(made.success(), "mkfifo: {made}");
    let report = desk.report_with("pipe.toml").await?;
    ensure!(report.body().contains("a pipe"), "{}", report.body());
    for (question, word) in
        [("!reload", "pipe.toml"), ("!digest", "Digests: on"), ("!digest on", ""), ("!company biren", "Biren")]
    {
        let answer = desk.alice.ask(&desk.room, question).await?;
        ensure!(answer.body().contains(word), "{question}: {}", answer.body());
    }
    // A start over it serves what there was, and says so.
    desk.bot.terminate().await?;
    desk.facts.set_employees("moonshot-ai", 2_001)?;
    desk.bot = desk.desk.start()?;
    let answer = desk.alice.ask(&desk.room, "!company moonshot").await?;
    ensure!(tells(&answer, 1_001), "not the last release: {}", answer.body());
    let checked = Command::new(crate::support::bot::binary()?).arg("check").arg(desk.facts.dir()).output()?;
    ensure!(String::from_utf8_lossy(&checked.stdout).contains("pipe.toml: this is a pipe"), "{checked:?}");
    fs::remove_file(pipe)?;
    desk.digest_with(&desk.room, 2_001).await?;
    desk.bot.terminate().await
}

#[tokio::test]
async fn a_link_to_a_key_is_refused_and_the_key_is_shown_to_nobody() -> Result<()> {
    let desk = Newsroom::open().await?;
    let secret = "correct horse battery staple";
    let file = desk.desk.state().join("password");
    fs::write(&file, format!("{secret}\n"))?;
    symlink(&file, desk.facts.at("a-link.jsonl"))?;
    let report = desk.report_with("a-link.jsonl").await?;
    ensure!(report.body().contains("leads out"), "{}", report.body());
    // A copy is a file like any other, but none of ours.
    fs::remove_file(desk.facts.at("a-link.jsonl"))?;
    for name in ["a-copy.toml", "another.jsonl"] {
        fs::copy(&file, desk.facts.at(name))?;
        desk.report_with(name).await?;
        fs::remove_file(desk.facts.at(name))?;
    }
    desk.change_and_wait("moonshot-ai", 2_001).await?;
    let said: Vec<String> = desk.reports().iter().map(|event| event.body().to_owned()).collect();
    ensure!(!said.join("\n").contains("horse"), "the admin room was told: {said:#?}");
    ensure!(!desk.bot.log().contains("horse"), "the log was told");
    desk.bot.terminate().await
}

#[tokio::test]
async fn a_name_in_capitals_is_no_withdrawal_and_a_link_no_second_file() -> Result<()> {
    let desk = Newsroom::open().await?;
    fs::rename(desk.facts.at("biren.toml"), desk.facts.at("biren.TOML"))?;
    symlink(".", desk.facts.at("loop"))?;
    fs::write(desk.facts.at("more.toml.txt"), "[[company]]\n")?;
    desk.change_and_wait("moonshot-ai", 2_001).await?;
    desk.check_count(&desk.room, 1).await?;
    let answer = desk.alice.ask(&desk.room, "!company biren").await?;
    ensure!(tells(&answer, 1_008), "{}", answer.body());
    ensure!(desk.reports().is_empty(), "{:?}", desk.reports());
    desk.alice.ask(&desk.room, "!reload").await?;
    let log = desk.bot.log();
    let told: Vec<&str> = log.lines().filter(|line| line.contains("more.toml.txt")).collect();
    ensure!(told.len() == 1 && told[0].contains("rename it to more.toml"), "{told:?}");
    desk.bot.terminate().await
}

#[tokio::test]
async fn what_the_store_does_not_take_is_tried_again_while_the_old_desk_answers() -> Result<()> {
    let address = format!("127.0.0.1:{}", free_port()?);
    let installation = Installation::new(Synapse::shared()?).await?.set("OPS__LISTEN", &address);
    let desk = Newsroom::over(installation, Facts::new()?).await?;
    wait_ready(&address, StatusCode::OK).await?;
    // As a full disk does, but for releases alone: the other rooms of this machine need theirs.
    let store = rusqlite::Connection::open(desk.desk.state().join("desk.db"))?;
    store.busy_timeout(Duration::from_secs(30))?;
    store.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON releases BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
    )?;
    desk.facts.set_employees("moonshot-ai", 2_001)?;
    let (_, told) = wait_ready(&address, StatusCode::SERVICE_UNAVAILABLE).await?;
    ensure!(told.contains("disk is full"), "{told}");
    let report = desk.report_with("can't be taken up").await?;
    ensure!(report.body().contains("disk is full"), "{}", report.body());
    let answer = desk.alice.ask(&desk.room, "!company moonshot").await?;
    ensure!(tells(&answer, 1_001), "{}", answer.body());
    let answer = desk.alice.ask(&desk.room, "!reload").await?;
    ensure!(answer.body().contains("disk is full"), "{}", answer.body());
    store.execute_batch("DROP TRIGGER full")?;
    desk.digest_with(&desk.room, 2_001).await?;
    wait_ready(&address, StatusCode::OK).await?;
    ensure!(desk.reports().len() == 1, "reported more than once: {:?}", desk.reports());
    desk.check_count(&desk.room, 1).await?;
    desk.bot.terminate().await
}

/// A library that lets nobody open a file called `stuck.toml` until there is one called `answers` beside it: a disk that does
/// not answer. Returns its path.
fn stuck_disk(folder: &std::path::Path) -> Result<PathBuf> {
    const CODE: &str = r#"
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <limits.h>
        #include <stdarg.h>
        #include <stdio.h>
        #include <string.h>
        #include <unistd.h>
        static int opened(const char *real, const char *path, int flags, int mode) {
            const char *name = strstr(path, "stuck.toml");
            if (name) {
                char answers[PATH_MAX];
                snprintf(answers, sizeof answers, "%.*sanswers", (int)(name - path), path);
                while (access(answers, F_OK)) usleep(20000);
            }
            int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, real);
            return next(path, flags, mode);
        }
        int open(const char *path, int flags, ...) {
            va_list more; va_start(more, flags); int mode = va_arg(more, int); va_end(more);
            return opened("open", path, flags, mode);
        }
        int open64(const char *path, int flags, ...) {
            va_list more; va_start(more, flags); int mode = va_arg(more, int); va_end(more);
            return opened("open64", path, flags, mode);
        }
    "#;
    let (source, library) = (folder.join("stuck.c"), folder.join("stuck.so"));
    fs::write(&source, CODE)?;
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl").output()?;
    ensure!(built.status.success(), "cc: {}", String::from_utf8_lossy(&built.stderr));
    Ok(library)
}

#[tokio::test]
async fn a_disk_that_does_not_answer_is_reported_and_waited_for_by_nobody() -> Result<()> {
    let library = tempfile::tempdir()?;
    let address = format!("127.0.0.1:{}", free_port()?);
    let installation = Installation::new(Synapse::shared()?).await?;
    let installation = installation
        .set("OPS__LISTEN", &address)
        .set("DATA__READ_TIMEOUT", "2s")
        .variable("LD_PRELOAD", &stuck_disk(library.path())?.display().to_string());
    let mut desk = Newsroom::over(installation, Facts::new()?).await?;
    wait_ready(&address, StatusCode::OK).await?;
    desk.facts.write("stuck.toml", "# Nothing yet.\n")?;
    let report = desk.report_with("stuck.toml").await?;
    ensure!(report.body().contains("I wait for"), "{}", report.body());
    let (_, told) = wait_ready(&address, StatusCode::SERVICE_UNAVAILABLE).await?;
    ensure!(told.contains("reading the dataset has taken") && told.contains("stuck.toml"), "{told}");
    ensure!(metric(&address, "tigerdesk_dataset_reading_seconds").await? > 1.0, "no reading is told of");
    desk.facts.set_employees("moonshot-ai", 2_001)?;
    for (question, word) in [
        ("!company moonshot", "1,001"),
        ("!digest on", ""),
        ("!follow zhipu, moonshot", ""),
        ("!reload", "stuck.toml"),
        ("!company biren", "Biren"),
    ] {
        let answer = desk.alice.ask(&desk.room, question).await?;
        ensure!(answer.body().contains(word), "{question}: {}", answer.body());
    }
    ensure!(desk.reports().len() == 1, "reported more than once: {:?}", desk.reports());
    // A start over it serves the last release.
    desk.bot.terminate().await?;
    desk.bot = desk.desk.start()?;
    let answer = desk.alice.ask(&desk.room, "!company moonshot").await?;
    ensure!(tells(&answer, 1_001), "{}", answer.body());
    ensure!(desk.bot.log().contains("stuck.toml"), "the start says nothing");
    fs::write(desk.facts.at("answers"), "")?;
    desk.digest_with(&desk.room, 2_001).await?;
    wait_ready(&address, StatusCode::OK).await.context("not ready again")?;
    ask_until(&desk.alice, &desk.room, "!company moonshot", "2001").await?;
    desk.bot.terminate().await
}
