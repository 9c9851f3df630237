//! The ways to give the account: each works, and a restart makes no other device.

use std::time::Instant;

use anyhow::{Result, ensure};

use crate::{
    scene::Scene,
    support::{
        SOON,
        account::Account,
        bot::Installation,
        listen::Participant as _,
        person::Person,
        proxy::{Fault, Proxy},
        synapse::{Synapse, free_port},
    },
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

#[tokio::test]
async fn however_the_user_and_the_homeserver_are_written_it_is_the_same_folder() -> Result<()> {
    let server = Synapse::shared()?;
    let port = server.port();
    let Scene { alice, mut desk, bot, room } = Scene::open().await?;
    alice.ask(&room, "!help").await?;
    bot.terminate().await?;
    let devices = desk.account.devices().await?;
    let name = desk.account.localpart.clone();
    for (user, homeserver) in [
        (name.to_uppercase(), format!("http://127.0.0.1:{port}")),
        (name.to_uppercase(), format!("http://127.0.0.1:{port}/")),
        (desk.account.user_id.clone(), format!("HTTP://LOCALHOST:{port}")),
        (format!(" {}", desk.account.user_id.to_uppercase()), format!("127.0.0.1:{port}")),
        (name.clone(), format!("localhost:{port}/")),
        (name.clone(), format!("http://127.0.0.1:{port}/_matrix/client/")),
    ] {
        desk = desk.set("MATRIX__USERNAME", &user).set("MATRIX__HOMESERVER", &homeserver);
        let bot = desk.start()?;
        alice.ask(&room, "!help").await?;
        bot.terminate().await?;
        ensure!(desk.account.devices().await? == devices, "{user} on {homeserver}: another device");
    }
    Ok(())
}

#[tokio::test]
async fn the_same_name_on_another_homeserver_is_somebody_else() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    alice.ask(&room, "!help").await?;
    bot.terminate().await?;
    let devices = desk.account.devices().await?;
    // Names differ by homeserver, or the two would have the same user ids.
    let elsewhere = Synapse::start_named("elsewhere.test")?;
    let twin = Account::register_as(&elsewhere, &desk.account.localpart, &desk.account.password).await?;
    let (account, address) = (desk.account.clone(), desk.account.address.clone());
    let desk = desk.set("MATRIX__HOMESERVER", &elsewhere.address());
    let exit = desk.start()?.wait_exit().await?;
    ensure!(exit.status.code() == Some(1), "{:?}: {}", exit.status, exit.stderr);
    ensure!(exit.stderr.contains(desk.user_id()) && exit.stderr.contains("belongs to"), "{}", exit.stderr);
    ensure!(twin.devices().await?.is_empty(), "it left a device there");
    // And nothing has come of it.
    let bot = desk.set("MATRIX__HOMESERVER", &address).start()?;
    alice.ask(&room, "!help").await?;
    ensure!(account.devices().await? == devices, "another device");
    bot.terminate().await
}

#[tokio::test]
async fn a_homeserver_under_a_path() -> Result<()> {
    let proxy = Proxy::before(Synapse::shared()?).await?;
    proxy.move_to("/matrix");
    let account = Account::register(Synapse::shared()?, "tigerdesk").await?;
    let session = account.log_in().await?;
    let address = format!("{}/matrix", proxy.address());
    let desk = Installation::with_account(account)?
        .without("MATRIX__PASSWORD")
        .set("MATRIX__HOMESERVER", &address)
        .set("MATRIX__ACCESS_TOKEN", &session.token)
        .set("MATRIX__DEVICE_ID", &session.device_id);
    ensure!(works(desk).await? == [session.device_id], "another device than the token's");
    let desk = Installation::new(Synapse::shared()?).await?.set("MATRIX__HOMESERVER", &format!("{address}/"));
    ensure!(works(desk).await?.len() == 1, "more than one device");
    Ok(())
}

#[tokio::test]
async fn a_name_without_a_scheme_is_found_soon_or_told_of_soon() -> Result<()> {
    let port = Synapse::shared()?.port();
    for name in [format!("localhost:{port}"), format!("127.0.0.1:{port}")] {
        let start = Instant::now();
        let desk = Installation::new(Synapse::shared()?).await?.set("MATRIX__HOMESERVER", &name);
        let Scene { alice, bot, room, .. } = Scene::with(desk).await?;
        alice.ask(&room, "!help").await?;
        ensure!(start.elapsed() < 2 * SOON, "{:?}", start.elapsed());
        ensure!(bot.log().contains("looking for the homeserver"), "{}", bot.log());
        bot.terminate().await?;
    }
    let name = format!("localhost:{}", free_port()?);
    let start = Instant::now();
    let exit =
        Installation::new(Synapse::shared()?).await?.set("MATRIX__HOMESERVER", &name).start()?.wait_exit().await?;
    ensure!(start.elapsed() < SOON, "{:?}", start.elapsed());
    for word in [name.as_str(), "/.well-known/matrix/client", "refused"] {
        ensure!(exit.stderr.contains(word), "no word of {word}: {}", exit.stderr);
    }
    Ok(())
}

#[tokio::test]
async fn an_address_that_redirects_is_followed_and_told_of() -> Result<()> {
    let server = Synapse::shared()?;
    let proxy = Proxy::before(server).await?;
    proxy.harm("", "", Fault::Redirect(server.address()));
    let desk = Installation::new(server).await?.set("MATRIX__HOMESERVER", proxy.address());
    let Scene { alice, desk, bot, room } = Scene::with(desk).await?;
    alice.ask(&room, "!help").await?;
    ensure!(bot.log().contains(&format!("redirects to {}", server.address())), "{}", bot.log());
    bot.terminate().await?;
    let bot = desk.start()?;
    alice.ask(&room, "!help").await?;
    bot.terminate().await?;
    // To where nobody speaks TLS.
    let https = server.address().replace("http://", "https://");
    proxy.harm("", "", Fault::Redirect(https.clone()));
    let desk = Installation::new(server).await?.set("MATRIX__HOMESERVER", proxy.address());
    let exit = desk.start()?.wait_exit().await?;
    ensure!(exit.stderr.contains(&format!("redirects to {https}")), "{}", exit.stderr);
    ensure!(!exit.stderr.contains("missing field"), "{}", exit.stderr);
    Ok(())
}

#[tokio::test]
async fn a_dead_proxy_is_named() -> Result<()> {
    let address = format!("http://localhost:{}", Synapse::shared()?.port());
    for variable in ["HTTP_PROXY", "ALL_PROXY", "http_proxy"] {
        let desk = Installation::new(Synapse::shared()?).await?.set("MATRIX__HOMESERVER", &address);
        let exit = desk.variable(variable, "http://user:geheim@127.0.0.1:1").start()?.wait_exit().await?;
        for word in [variable, "http://127.0.0.1:1", "NO_PROXY"] {
            ensure!(exit.stderr.contains(word), "no word of {word}: {}", exit.stderr);
        }
        ensure!(!exit.stderr.contains("geheim"), "{}", exit.stderr);
    }
    Ok(())
}

#[tokio::test]
async fn a_password_file_as_editors_leave_it() -> Result<()> {
    let alice = Person::register(Synapse::shared()?, "alice").await?;
    for end in ["\n\n", "\r\n\r\n"] {
        let desk = Installation::new(Synapse::shared()?).await?;
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), format!("\u{feff}{}{end}", desk.account.password))?;
        let desk = desk.without("MATRIX__PASSWORD").set("MATRIX__PASSWORD_FILE", &file.path().display().to_string());
        let bot = desk.start()?;
        let room = alice.create_room(&[desk.user_id()]).await?;
        alice.wait_joined(&room, desk.user_id()).await?;
        bot.terminate().await?;
    }
    Ok(())
}
