//! The ways to give the account: each works, and a restart makes no other device.

use anyhow::{Result, ensure};

use crate::{
    scene::Scene,
    support::{account::Account, bot::Installation, listen::Participant as _, synapse::Synapse},
};

/// Starts `desk`, asks it, and does it all again after a restart; returns the account's devices.
async fn works(desk: Installation) -> Result<Vec<String>> {
    let Scene { alice, desk, bot, room } = Scene::with(desk).await?;
    alice.ask(&room, "!help").await?;
    bot.terminate().await?;
    let bot = desk.start()?;
    alice.ask(&room, "!help").await?;
    bot.terminate().await?;
    desk.account.devices().await
}

#[tokio::test]
async fn a_full_user_id_and_a_password_file() -> Result<()> {
    let desk = Installation::new(Synapse::shared()?).await?;
    let file = tempfile::NamedTempFile::new()?;
    // As an editor leaves it.
    std::fs::write(file.path(), format!("{}\n", desk.account.password))?;
    let user = desk.user_id().to_owned();
    let desk = desk.without("MATRIX__PASSWORD").set("MATRIX__USERNAME", &user);
    let devices = works(desk.set("MATRIX__PASSWORD_FILE", &file.path().display().to_string())).await?;
    ensure!(devices.len() == 1, "{devices:?}");
    Ok(())
}

#[tokio::test]
async fn an_access_token() -> Result<()> {
    let account = Account::register(Synapse::shared()?, "tigerdesk").await?;
    let session = account.log_in().await?;
    let desk = Installation::with_account(account)?
        .without("MATRIX__PASSWORD")
        .set("MATRIX__ACCESS_TOKEN", &session.token)
        .set("MATRIX__DEVICE_ID", &session.device_id);
    ensure!(works(desk).await? == [session.device_id], "another device than the token's");
    Ok(())
}

#[tokio::test]
async fn another_account_on_the_same_state_does_not_speak_as_the_first() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    alice.ask(&room, "!help").await?;
    bot.terminate().await?;
    let other = Account::register(Synapse::shared()?, "other").await?;
    let desk = desk.set("MATRIX__USERNAME", &other.localpart).set("MATRIX__PASSWORD", &other.password);
    let exit = desk.start()?.wait_exit().await?;
    ensure!(exit.status.code().is_some_and(|code| code != 0), "{:?}: {}", exit.status, exit.stderr);
    ensure!(exit.stderr.contains(&other.localpart), "does not say whose state it is: {}", exit.stderr);
    Ok(())
}
