//! One request is refused as if the session were over, which it is not: whatever it was for goes on.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::{
    digests::{Newsroom, network::mark},
    scene::{Scene, check_answered_once, installation_behind_proxy},
    support::{
        SOON,
        account::Account,
        bot::Installation,
        listen::Participant as _,
        person::Person,
        proxy::{Fault, Proxy},
        sealed::SealedPerson,
        synapse::Synapse,
    },
};

/// What a homeserver says of a session that is over, and of an account that is locked.
fn refusals() -> [Value; 2] {
    let gone = json!({ "errcode": "M_UNKNOWN_TOKEN", "error": "Unknown token", "soft_logout": false });
    [gone, json!({ "errcode": "M_USER_LOCKED", "error": "This account has been locked", "soft_logout": true })]
}

#[tokio::test]
async fn an_answer() -> Result<()> {
    let (Scene { alice, bot, room, .. }, proxy) = Scene::behind_proxy().await?;
    let mut asked = Vec::new();
    for refusal in refusals() {
        let before = proxy.count("PUT", "/send/");
        proxy.harm("PUT", "/send/", Fault::Answer(401, refusal));
        asked.push(alice.say(&room, "!company moonshot").await?);
        proxy.wait_seen("PUT", "/send/", before + 1).await?;
        proxy.heal();
        asked.push(alice.say(&room, "!help").await?);
        check_answered_once(&alice, &room, &asked).await?;
    }
    ensure!(bot.log().contains("as if the session were over"), "nothing in the log");
    bot.terminate().await
}

#[tokio::test]
async fn a_digest() -> Result<()> {
    let (desk, proxy) = Newsroom::behind_proxy().await?;
    let other = desk.another_room("!digest on").await?;
    for (refusal, number) in refusals().into_iter().zip([2_001, 2_002]) {
        let before = proxy.count("PUT", mark(&desk.room));
        proxy.harm("PUT", mark(&desk.room), Fault::Answer(401, refusal));
        desk.facts.set_employees("moonshot-ai", number)?;
        proxy.wait_seen("PUT", mark(&desk.room), before + 1).await?;
        desk.digest_with(&other, number).await?;
        proxy.heal();
        desk.digest_with(&desk.room, number).await?;
    }
    desk.check_count(&desk.room, 2).await?;
    desk.check_count(&other, 2).await?;
    desk.bot.terminate().await
}

#[tokio::test]
async fn what_was_missed_while_it_was_down() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    alice.ask(&room, "!help").await?;
    bot.terminate().await?;
    let mut asked = vec![alice.say(&room, "!company moonshot").await?];
    for number in 1..=60 {
        alice.say(&room, &format!("and by the way, {number}")).await?;
    }
    let [gone, _] = refusals();
    proxy.harm("GET", "/messages", Fault::Answer(401, gone));
    let bot = desk.start()?;
    proxy.wait_seen("GET", "/messages", 1).await?;
    asked.push(alice.say(&room, "!timeline 2023").await?);
    proxy.heal();
    check_answered_once(&alice, &room, &asked).await?;
    bot.terminate().await
}

#[tokio::test]
async fn an_invite() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    alice.ask(&room, "!help").await?;
    for refusal in refusals() {
        let before = proxy.count("POST", "/join");
        proxy.harm("POST", "/join", Fault::Answer(401, refusal));
        let next = alice.create_room(&[desk.user_id()]).await?;
        proxy.wait_seen("POST", "/join", before + 1).await?;
        proxy.heal();
        alice.wait_joined(&next, desk.user_id()).await?;
        alice.ask(&next, "!help").await?;
    }
    bot.terminate().await
}

#[tokio::test]
async fn a_question_whose_key_came_late() -> Result<()> {
    let (desk, proxy) = installation_behind_proxy().await?;
    let alice = SealedPerson::register(Synapse::shared()?, "alice").await?;
    let bot = desk.start()?;
    let room = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&room, desk.user_id()).await?;
    alice.ask(&room, "!help").await?;
    // An event that nobody can read is tried now and then.
    let junk = json!({
        "algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgAEpAB", "device_id": "X", "sender_key": "x",
        "session_id": "none",
    });
    let owner = Person::log_in(alice.account.clone()).await?;
    let [gone, _] = refusals();
    proxy.harm("GET", "/event/", Fault::Answer(401, gone));
    owner.send(&room, "m.room.encrypted", &junk).await?;
    proxy.wait_seen("GET", "/event/", 1).await?;
    proxy.heal();
    proxy.wait_seen("GET", "/event/", 2).await?;
    alice.ask(&room, "!company moonshot").await?;
    bot.terminate().await
}

#[tokio::test]
async fn a_session_that_is_over_ends_the_bot_though_the_sync_does_not_say_so() -> Result<()> {
    for refusal in refusals() {
        let proxy = Proxy::before(Synapse::shared()?).await?;
        // With the password at hand it would log in anew.
        let account = Account::register(Synapse::shared()?, "tigerdesk").await?;
        let session = account.log_in().await?;
        let desk = Installation::with_account(account)?
            .without("MATRIX__PASSWORD")
            .set("MATRIX__ACCESS_TOKEN", &session.token)
            .set("MATRIX__DEVICE_ID", &session.device_id)
            .set("MATRIX__HOMESERVER", proxy.address());
        let Scene { alice, bot, room, .. } = Scene::with(desk).await?;
        alice.ask(&room, "!help").await?;
        proxy.harm("PUT", "/send/", Fault::Answer(401, refusal.clone()));
        proxy.harm("GET", "/whoami", Fault::Answer(401, refusal));
        alice.say(&room, "!company moonshot").await?;
        let asked = Instant::now();
        let exit = bot.wait_exit().await?;
        ensure!(exit.status.code().is_some_and(|code| code != 0), "{:?}", exit.status);
        ensure!(exit.stderr.contains("access token") || exit.stderr.contains("locked"), "{}", exit.stderr);
        ensure!(asked.elapsed() < SOON, "ended after {:?}", asked.elapsed());
    }
    Ok(())
}
