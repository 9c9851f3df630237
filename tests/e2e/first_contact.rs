//! Asked with the invite, before the bot has come: that is meant for it, and what was said before the invite is not.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{
    scene::{Scene, check_answered_once, installation_behind_proxy},
    support::{
        bot::Installation, listen::Participant as _, person::Person, proxy::Fault, sealed::SealedPerson,
        synapse::Synapse,
    },
};

#[tokio::test]
async fn a_direct_chat_that_begins_with_a_question_gets_its_answer() -> Result<()> {
    let server = Synapse::shared()?;
    let alice = Person::register(server, "alice").await?;
    let desk = Installation::new(server).await?;
    let bot = desk.start()?;
    for preset in ["trusted_private_chat", "private_chat", "public_chat"] {
        for _ in 0..3 {
            let chat = json!({ "preset": preset, "is_direct": true, "invite": [desk.user_id()] });
            let room = alice.create_room_with(chat).await?;
            let question = alice.say(&room, "!company moonshot").await?;
            check_answered_once(&alice, &room, &[question]).await?;
        }
    }
    bot.terminate().await
}

#[tokio::test]
async fn so_does_an_encrypted_one() -> Result<()> {
    let server = Synapse::shared()?;
    let alice = SealedPerson::register(server, "alice").await?;
    let (desk, proxy) = installation_behind_proxy().await?;
    let bot = desk.start()?;
    // The first question shows that it is there.
    let room = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&room, desk.user_id()).await?;
    alice.ask(&room, "!help").await?;
    proxy.harm("POST", "/join", Fault::Hold);
    let room = alice.create_room(&[desk.user_id()]).await?;
    let question = alice.say(&room, "!company moonshot").await?;
    proxy.heal();
    let answer = alice.answer_to(&question).await?;
    ensure!(answer.decrypted && answer.body().contains("Moonshot AI"), "{answer}");
    check_answered_once(&alice, &room, &[question]).await?;
    bot.terminate().await
}

#[tokio::test]
async fn much_may_be_said_between_the_invite_and_its_coming() -> Result<()> {
    let (desk, proxy) = installation_behind_proxy().await?;
    let alice = Person::register(Synapse::shared()?, "alice").await?;
    let bot = desk.start()?;
    let room = alice.create_room(&[]).await?;
    let early = alice.say(&room, "!company moonshot").await?;
    proxy.harm("POST", "/join", Fault::Hold);
    alice.invite(&room, desk.user_id()).await?;
    let question = alice.say(&room, "!timeline 2023").await?;
    // More than one sync brings, and more than a page.
    for number in 1..=130 {
        alice.say(&room, &format!("and by the way, {number}")).await?;
    }
    let second = alice.say(&room, "!help").await?;
    proxy.heal();
    check_answered_once(&alice, &room, &[question, second]).await?;
    ensure!(alice.answers_to(&early).await?.is_empty(), "answered what was said before it was invited");
    bot.terminate().await
}

#[tokio::test]
async fn put_out_and_invited_again_it_answers_what_came_with_that_invite() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    let mut asked = vec![alice.say(&room, "!help").await?];
    let mut without = Vec::new();
    alice.answer_to(&asked[0]).await?;
    for long in [false, true] {
        alice.kick(&room, desk.user_id()).await?;
        without.push(alice.say(&room, "!company moonshot").await?);
        proxy.harm("POST", "/join", Fault::Hold);
        alice.invite(&room, desk.user_id()).await?;
        asked.push(alice.say(&room, "!company deepseek").await?);
        for number in 0..if long { 60 } else { 0 } {
            alice.say(&room, &format!("and by the way, {number}")).await?;
        }
        proxy.heal();
        check_answered_once(&alice, &room, &asked).await?;
    }
    for question in &without {
        ensure!(alice.answers_to(question).await?.is_empty(), "answered what was said while it was out");
    }
    bot.terminate().await
}

#[tokio::test]
async fn killed_between_its_coming_and_its_answer_it_answers_once() -> Result<()> {
    let (desk, proxy) = installation_behind_proxy().await?;
    let alice = Person::register(Synapse::shared()?, "alice").await?;
    let mut bot = desk.start()?;
    let here = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&here, desk.user_id()).await?;
    alice.ask(&here, "!help").await?;
    for (method, path) in [("POST", "/join"), ("GET", "/sync"), ("PUT", "/send/")] {
        let before = (proxy.count("POST", "/join"), proxy.count(method, path));
        let room = alice.create_room(&[]).await?;
        let early = alice.say(&room, "!help").await?;
        // The answer of the homeserver is lost, and the bot with it.
        proxy.harm(method, path, Fault::LoseAnswer);
        alice.invite(&room, desk.user_id()).await?;
        let question = alice.say(&room, "!company moonshot").await?;
        if path == "/sync" {
            proxy.wait_seen(method, path, before.1 + 1).await?;
        } else {
            proxy.wait_served("POST", "/join", before.0 + 1).await?;
            proxy.wait_served(method, path, before.1 + 1).await?;
        }
        bot.kill().await?;
        proxy.heal();
        bot = desk.start()?;
        check_answered_once(&alice, &room, &[question]).await?;
        ensure!(alice.answers_to(&early).await?.is_empty(), "answered what was said before it was invited");
    }
    bot.terminate().await
}
