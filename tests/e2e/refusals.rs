//! What `run` refuses: one clear sentence, a non-zero exit, no panic, and never the secret.

use anyhow::{Result, ensure};

use crate::{
    scene::Scene,
    support::{bot::Installation, listen::Participant as _, synapse::Synapse},
};

/// Starts `desk` and expects it to end with a complaint that has `word` in it (case set aside).
async fn complains_of(desk: &Installation, word: &str) -> Result<()> {
    let exit = desk.start()?.wait_exit().await?;
    let (said, status) = (exit.stderr, exit.status);
    ensure!(status.code().is_some_and(|code| code != 0), "ended with {status}: {said}");
    ensure!(!said.contains("panicked"), "it panicked: {said}");
    ensure!(!said.contains(desk.account.password.trim()), "it shows the password: {said}");
    ensure!(said.to_lowercase().contains(&word.to_lowercase()), "no word of {word}: {said}");
    // The reason, and perhaps a line or two of the log before it.
    ensure!(said.lines().count() <= 8, "not one clear sentence: {said}");
    Ok(())
}

#[tokio::test]
async fn a_wrong_password() -> Result<()> {
    let desk = Installation::new(Synapse::shared()?).await?.set("MATRIX__PASSWORD", "Tr0ub4dor&3");
    complains_of(&desk, "password").await?;
    let exit = desk.start()?.wait_exit().await?;
    ensure!(!exit.stderr.contains("Tr0ub4dor"), "it shows the password: {}", exit.stderr);

    // With the right one, it works as if nothing had been.
    let password = desk.account.password.clone();
    let Scene { alice, desk, bot, room } = Scene::with(desk.set("MATRIX__PASSWORD", &password)).await?;
    alice.ask(&room, "!help").await?;
    ensure!(desk.account.devices().await?.len() == 1, "more than one device");
    bot.terminate().await
}

#[tokio::test]
async fn a_homeserver_that_is_not_there() -> Result<()> {
    // Port 1 is never listened on.
    let desk = Installation::new(Synapse::shared()?).await?.set("MATRIX__HOMESERVER", "http://127.0.0.1:1");
    complains_of(&desk, "127.0.0.1:1").await
}

#[tokio::test]
async fn an_address_that_is_none() -> Result<()> {
    let desk = Installation::new(Synapse::shared()?).await?.set("MATRIX__HOMESERVER", "http://");
    complains_of(&desk, "homeserver").await
}

#[tokio::test]
async fn a_missing_value() -> Result<()> {
    let server = Synapse::shared()?;
    for key in ["MATRIX__HOMESERVER", "MATRIX__USERNAME", "MATRIX__PASSWORD", "STATE__DIR"] {
        let desk = Installation::new(server).await?.without(key);
        let word = key.split("__").last().unwrap_or_default();
        complains_of(&desk, word).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_misspelt_key() -> Result<()> {
    let desk = Installation::new(Synapse::shared()?).await?.set("MATRIX__HOMESRVER", "http://127.0.0.1:1");
    complains_of(&desk, "homesrver").await
}

#[tokio::test]
async fn a_data_folder_that_is_not_there() -> Result<()> {
    let desk = Installation::new(Synapse::shared()?).await?.set("DATA__DIR", "/nonexistent/dataset");
    complains_of(&desk, "/nonexistent/dataset").await
}

#[tokio::test]
async fn a_second_process_on_the_same_state() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    alice.ask(&room, "!help").await?;
    complains_of(&desk, "state").await?;
    // The first one takes no notice.
    alice.ask(&room, "!company moonshot").await?;
    bot.terminate().await
}
