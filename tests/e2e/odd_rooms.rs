//! Rooms that change under the bot: it is put out, silenced, asked and unasked; and the other rooms notice nothing.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{
    scene::{Scene, check_answered_once, installation_behind_proxy},
    support::{event::Event, listen::Participant as _, person::Person, proxy::Fault, synapse::Synapse},
};

#[tokio::test]
async fn put_out_and_invited_again_it_comes_back() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    let came = alice.wait_joined(&room, desk.user_id()).await?;
    let before = alice.say(&room, "!company moonshot").await?;
    alice.answer_to(&before).await?;
    alice.kick(&room, desk.user_id()).await?;
    let unheard = alice.say(&room, "!help").await?;
    alice.invite(&room, desk.user_id()).await?;
    let came_back = |event: &Event| event.is_join_of(desk.user_id()) && event.id() != came.id();
    alice.wait_for("the desk to come back", came_back).await?;
    check_answered_once(&alice, &room, &[before]).await?;
    ensure!(alice.answers_to(&unheard).await?.is_empty(), "answered what was said while it was not in the room");
    bot.terminate().await
}

#[tokio::test]
async fn an_invitation_that_can_not_be_taken_yet_is_tried_again() -> Result<()> {
    let (desk, proxy) = installation_behind_proxy().await?;
    proxy.harm("POST", "/join", Fault::Answer(502, json!({ "errcode": "M_UNKNOWN", "error": "not yet" })));
    let bot = desk.start()?;
    let alice = Person::register(Synapse::shared()?, "alice").await?;
    let room = alice.create_room(&[desk.user_id()]).await?;
    proxy.wait_seen("POST", "/join", 2).await?;
    proxy.heal();
    alice.wait_joined(&room, desk.user_id()).await?;
    alice.ask(&room, "!help").await?;
    bot.terminate().await
}

#[tokio::test]
async fn where_it_may_not_speak_it_is_silent_and_the_other_rooms_are_served() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    let other = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&other, desk.user_id()).await?;
    let levels = alice.state(&room, "m.room.power_levels").await?;
    let mut silenced = levels.clone();
    silenced["events_default"] = json!(50);
    alice.set_state(&room, "m.room.power_levels", &silenced).await?;
    alice.say(&room, "!company moonshot").await?;
    alice.ask(&other, "!help").await?;
    ensure!(alice.said_by(&room, desk.user_id()).await?.is_empty(), "it spoke where it may not");

    alice.set_state(&room, "m.room.power_levels", &levels).await?;
    alice.ask(&room, "!help").await?;
    bot.terminate().await
}

#[tokio::test]
async fn a_question_taken_back_before_it_was_answered_holds_up_nothing() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    proxy.harm("PUT", "/send/", Fault::Hold);
    let question = alice.say(&room, "!company moonshot").await?;
    proxy.wait_seen("PUT", "/send/", 1).await?;
    bot.kill().await?;
    alice.redact(&room, &question).await?;
    proxy.heal();

    let bot = desk.start()?;
    alice.ask(&room, "!help").await?;
    ensure!(alice.answers_to(&question).await?.len() <= 1, "answered more than once");
    bot.terminate().await
}

#[tokio::test]
async fn put_out_before_it_could_answer_it_serves_the_other_rooms() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    let other = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&other, desk.user_id()).await?;
    proxy.harm("PUT", "/send/", Fault::Hold);
    alice.say(&room, "!company moonshot").await?;
    proxy.wait_seen("PUT", "/send/", 1).await?;
    bot.kill().await?;
    alice.kick(&room, desk.user_id()).await?;
    proxy.heal();

    let bot = desk.start()?;
    let asked = vec![alice.say(&other, "!company moonshot").await?];
    check_answered_once(&alice, &other, &asked).await?;
    bot.terminate().await
}
