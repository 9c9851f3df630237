//! In a plain room.

use anyhow::{Result, ensure};

use crate::{
    scene::{Scene, check_answered_once, check_form},
    support::{bot::Installation, listen::Participant as _, person::Person, proxy::Proxy, synapse::Synapse},
};

#[tokio::test]
async fn the_desk_comes_when_invited_and_answers() -> Result<()> {
    let Scene { alice, bot, room, .. } = Scene::open().await?;

    let question = alice.say(&room, "!company moonshot").await?;
    let answer = alice.answer_to(&question).await?;
    check_form(&answer, &question)?;
    ensure!(answer.body().contains("Moonshot AI"), "{}", answer.body());
    ensure!(answer.body().contains("[1]"), "no source: {}", answer.body());

    let question = alice.say(&room, "!timeline 2023").await?;
    let answer = alice.answer_to(&question).await?;
    check_form(&answer, &question)?;
    ensure!(answer.body().contains("2023"), "{}", answer.body());
    ensure!(answer.body().contains("[1]"), "no source: {}", answer.body());

    let question = alice.say(&room, "!search export controls").await?;
    let answer = alice.answer_to(&question).await?;
    check_form(&answer, &question)?;
    ensure!(answer.body().to_lowercase().contains("export"), "{}", answer.body());

    let question = alice.say(&room, "!help").await?;
    let answer = alice.answer_to(&question).await?;
    check_form(&answer, &question)?;
    for word in ["!company", "!timeline", "!search", "!help"] {
        ensure!(answer.body().contains(word), "{word} is missing: {}", answer.body());
    }
    bot.terminate().await
}

#[tokio::test]
async fn two_people_ask_in_two_rooms_at_once() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    let bob = Person::register(Synapse::shared()?, "bob").await?;
    let other = bob.create_room(&[desk.user_id()]).await?;
    bob.wait_joined(&other, desk.user_id()).await?;

    let mut asked = (Vec::new(), Vec::new());
    for _ in 0..5 {
        asked.0.push(alice.say(&room, "!company moonshot").await?);
        asked.1.push(bob.say(&other, "!company deepseek").await?);
    }
    check_answered_once(&alice, &room, &asked.0).await?;
    check_answered_once(&bob, &other, &asked.1).await?;
    for question in &asked.1 {
        let answer = bob.answer_to(question).await?;
        ensure!(answer.body().contains("DeepSeek"), "{}", answer.body());
    }
    bot.terminate().await
}

#[tokio::test]
async fn between_a_question_and_its_answer_the_homeserver_is_asked_for_nothing_else() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    let mut rooms = vec![room];
    for _ in 0..2 {
        let room = alice.create_room(&[desk.user_id()]).await?;
        alice.wait_joined(&room, desk.user_id()).await?;
        rooms.push(room);
    }
    // The poll that was begun as it came into the last room is over by then.
    alice.ask(&rooms[0], "!help").await?;
    let asked = || ["/keys/", "/account_data/", "/members", "/state"].map(|path| (path, asked_for(&proxy, path)));
    let before = asked();
    for room in &rooms {
        alice.ask(room, "!company moonshot").await?;
    }
    // What the bot says comes back to it, too.
    alice.ask(&rooms[0], "!help").await?;
    ensure!(asked() == before, "{:?} and before {before:?}", asked());
    bot.terminate().await
}

/// How many requests there were with `path` in their path.
fn asked_for(proxy: &Proxy, path: &str) -> usize {
    ["GET", "POST", "PUT"].into_iter().map(|method| proxy.count(method, path)).sum()
}

#[tokio::test]
async fn invited_before_it_ever_ran_it_comes_and_leaves_the_past_alone() -> Result<()> {
    let server = Synapse::shared()?;
    let alice = Person::register(server, "alice").await?;
    let desk = Installation::new(server).await?;
    // Members see here what was said before they came.
    let room = alice.create_room(&[]).await?;
    let early = alice.say(&room, "!company moonshot").await?;
    alice.invite(&room, desk.user_id()).await?;
    let after_invite = alice.say(&room, "!help").await?;

    let bot = desk.start()?;
    alice.wait_joined(&room, desk.user_id()).await?;
    check_answered_once(&alice, &room, &[after_invite]).await?;
    ensure!(alice.answers_to(&early).await?.is_empty(), "answered what was said before it was invited");
    bot.terminate().await
}
