//! The first start, and the second: one device, signed, whatever happened in between.

use anyhow::{Result, bail, ensure};
use serde_json::json;
use tokio::time::{Duration, Instant, sleep};

use crate::{
    scene::{Scene, installation_behind_proxy, signed_devices},
    support::{PATIENCE, listen::Participant as _, person::Person, proxy::Fault, synapse::Synapse},
};

#[tokio::test]
async fn a_restart_goes_on_with_the_same_device_and_repeats_nothing() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    let before = alice.say(&room, "!company moonshot").await?;
    alice.answer_to(&before).await?;
    let devices = desk.account.devices().await?;
    ensure!(devices.len() == 1, "{devices:?}");
    bot.terminate().await?;

    for _ in 0..2 {
        let bot = desk.start()?;
        alice.ask(&room, "!company moonshot").await?;
        alice.ask(&room, "!help").await?;
        ensure!(alice.answers_to(&before).await?.len() == 1, "answered again after a restart");
        ensure!(desk.account.devices().await? == devices, "another device after a restart");
        bot.terminate().await?;
    }
    ensure!(alice.said_by(&room, desk.user_id()).await?.len() == 5, "something was said unasked");
    Ok(())
}

/// Kills the first start at a request, once before the homeserver has it and once before its answer arrives, and
/// expects the next start to work as if nothing had been.
async fn killed_at(method: &str, path: &str) -> Result<()> {
    let alice = Person::register(Synapse::shared()?, "alice").await?;
    for fault in [Fault::Hold, Fault::LoseAnswer] {
        let (desk, proxy) = installation_behind_proxy().await?;
        proxy.harm(method, path, fault.clone());
        let bot = desk.start()?;
        match fault {
            Fault::Hold => proxy.wait_seen(method, path, 1).await?,
            _ => proxy.wait_served(method, path, 1).await?,
        }
        bot.kill().await?;
        proxy.heal();

        let bot = desk.start()?;
        let room = alice.create_room(&[desk.user_id()]).await?;
        alice.wait_joined(&room, desk.user_id()).await?;
        alice.ask(&room, "!help").await?;
        let devices = desk.account.devices().await?;
        ensure!(devices.len() == 1, "{fault:?}: devices {devices:?}");
        wait_signed(&alice, desk.user_id(), &devices[0]).await?;
        bot.terminate().await?;
    }
    Ok(())
}

/// Waits until the homeserver shows `device` of `user`, and no other, signed by its owner.
async fn wait_signed(onlooker: &Person, user: &str, device: &str) -> Result<()> {
    let start = Instant::now();
    loop {
        let devices = signed_devices(&onlooker.keys_of(user).await?, user);
        if devices == [(device.to_owned(), true)] {
            return Ok(());
        }
        if start.elapsed() > PATIENCE {
            bail!("device {device} is not the only one, signed: {devices:?}");
        }
        // Nothing tells an onlooker of a new signature: ask again.
        sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn killed_while_logging_in() -> Result<()> {
    killed_at("POST", "/login").await
}

#[tokio::test]
async fn killed_while_uploading_its_device_keys() -> Result<()> {
    killed_at("POST", "/keys/upload").await
}

#[tokio::test]
async fn killed_while_uploading_its_signing_keys() -> Result<()> {
    killed_at("POST", "/keys/device_signing/upload").await
}

#[tokio::test]
async fn killed_while_uploading_its_signatures() -> Result<()> {
    killed_at("POST", "/keys/signatures/upload").await
}

#[tokio::test]
async fn killed_at_its_first_sync() -> Result<()> {
    killed_at("GET", "/sync").await
}

#[tokio::test]
async fn a_homeserver_that_is_overloaded_at_first_is_asked_again() -> Result<()> {
    let (desk, proxy) = installation_behind_proxy().await?;
    let busy = Fault::Answer(429, json!({ "errcode": "M_LIMIT_EXCEEDED", "error": "later", "retry_after_ms": 100 }));
    proxy.harm("POST", "/login", busy);
    let bot = desk.start()?;
    proxy.wait_seen("POST", "/login", 2).await?;
    proxy.heal();
    let alice = Person::register(Synapse::shared()?, "alice").await?;
    let room = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&room, desk.user_id()).await?;
    alice.ask(&room, "!help").await?;
    ensure!(desk.account.devices().await?.len() == 1, "more than one device");
    bot.terminate().await
}
