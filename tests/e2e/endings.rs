//! How a run ends: in order when asked to, with a reason when it can't go on.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{
    scene::{Scene, check_answered_once, installation_behind_proxy},
    support::{listen::Participant as _, proxy::Fault},
};

#[tokio::test]
async fn ctrl_c_and_sigterm_end_it_in_order() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    alice.ask(&room, "!help").await?;
    // In the middle of a long poll.
    let before = proxy.count("GET", "/sync");
    alice.say(&room, "nothing for the desk").await?;
    proxy.wait_seen("GET", "/sync", before + 1).await?;
    bot.interrupt().await?;

    // While the homeserver does not answer at all.
    let bot = desk.start()?;
    alice.ask(&room, "!help").await?;
    let before = proxy.count("GET", "/sync");
    proxy.harm("", "", Fault::Hold);
    alice.say(&room, "!help").await?;
    proxy.wait_seen("GET", "/sync", before + 1).await?;
    bot.terminate().await
}

#[tokio::test]
async fn sigterm_ends_a_first_start_that_is_under_way() -> Result<()> {
    for (method, path) in [("POST", "/login"), ("POST", "/keys/upload"), ("GET", "/sync")] {
        let (desk, proxy) = installation_behind_proxy().await?;
        proxy.harm(method, path, Fault::Hold);
        let bot = desk.start()?;
        proxy.wait_seen(method, path, 1).await?;
        bot.terminate().await?;
    }
    Ok(())
}

#[tokio::test]
async fn sigterm_ends_it_while_it_waits_to_try_again() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    let busy = json!({ "errcode": "M_LIMIT_EXCEEDED", "error": "later", "retry_after_ms": 60_000 });
    proxy.harm("PUT", "/send/", Fault::Answer(429, busy));
    let question = alice.say(&room, "!company moonshot").await?;
    proxy.wait_seen("PUT", "/send/", 1).await?;
    bot.terminate().await?;

    let before = proxy.count("GET", "/sync");
    proxy.harm("GET", "/sync", Fault::Answer(502, json!({})));
    let bot = desk.start()?;
    proxy.wait_seen("GET", "/sync", before + 3).await?;
    bot.terminate().await?;

    proxy.heal();
    let bot = desk.start()?;
    check_answered_once(&alice, &room, &[question]).await?;
    bot.terminate().await
}

#[tokio::test]
async fn its_state_is_for_its_owner_only() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    alice.ask(&room, "!help").await?;
    let while_running = check_private(&desk.state())?;
    ensure!(while_running > 0, "there is no state");
    bot.terminate().await?;
    check_private(&desk.state())?;
    Ok(())
}

/// Fails if anybody but the owner can read something in `folder`; returns how many files there are.
fn check_private(folder: &Path) -> Result<usize> {
    let mode = fs::metadata(folder)?.permissions().mode() & 0o777;
    ensure!(mode == 0o700, "{} has mode {mode:o}", folder.display());
    let mut files = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files += check_private(&path)?;
            continue;
        }
        // A database's side files come and go.
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        let mode = metadata.permissions().mode() & 0o777;
        ensure!(mode == 0o600, "{} has mode {mode:o}", path.display());
        files += 1;
    }
    Ok(files)
}
