//! What is asked while the bot is away.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::{
    scene::{Scene, check_answered_once},
    support::{listen::Participant as _, person::Person, synapse::Synapse},
};

#[tokio::test]
async fn a_question_with_thirty_messages_after_it_is_answered_once() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    alice.ask(&room, "!help").await?;
    bot.terminate().await?;

    let first = alice.say(&room, "!company moonshot").await?;
    for number in 1..=15 {
        alice.say(&room, &format!("and by the way, {number}")).await?;
    }
    let second = alice.say(&room, "!timeline 2023").await?;
    for number in 16..=30 {
        alice.say(&room, &format!("and by the way, {number}")).await?;
    }

    let bot = desk.start()?;
    check_answered_once(&alice, &room, &[first.clone(), second]).await?;
    bot.terminate().await?;

    // Nor does the next start dig it out again.
    let bot = desk.start()?;
    check_answered_once(&alice, &room, &[first]).await?;
    bot.terminate().await
}

#[tokio::test]
async fn a_hundred_and_fifty_messages_after_a_question_are_no_more_than_thirty() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    alice.ask(&room, "!help").await?;
    bot.kill().await?;
    let question = alice.say(&room, "!company moonshot").await?;
    for number in 1..=150 {
        alice.say(&room, &format!("and by the way, {number}")).await?;
    }
    let bot = desk.start()?;
    check_answered_once(&alice, &room, &[question]).await?;
    bot.terminate().await
}

#[tokio::test]
async fn a_question_past_the_age_limit_is_left_alone() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    bot.terminate().await?;
    let stale = alice.say(&room, "!company moonshot").await?;
    // It is the passing of time that is tested.
    tokio::time::sleep(Duration::from_secs(3)).await;

    let desk = desk.set("MATRIX__MAX_QUESTION_AGE", "2s");
    let bot = desk.start()?;
    // On a slow machine a question may be stale by the time that the bot sees it: ask until one is not.
    let mut answered = None;
    for _ in 0..20 {
        let fresh = alice.say(&room, "!help").await?;
        answered = alice.answer_within(&fresh, Duration::from_secs(5)).await?;
        if answered.is_some() {
            break;
        }
    }
    answered.context("no question at all was answered")?;
    ensure!(alice.answers_to(&stale).await?.is_empty(), "answered a question past the age limit");
    bot.terminate().await
}

#[tokio::test]
async fn invited_and_asked_while_down_in_a_room_that_it_must_still_join() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    bot.terminate().await?;
    let carol = Person::register(Synapse::shared()?, "carol").await?;
    let new_room = carol.create_room(&[desk.user_id()]).await?;
    let question = alice.say(&room, "!company moonshot").await?;

    let bot = desk.start()?;
    carol.wait_joined(&new_room, desk.user_id()).await?;
    carol.ask(&new_room, "!help").await?;
    check_answered_once(&alice, &room, &[question]).await?;
    bot.terminate().await
}
