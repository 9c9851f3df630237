//! Killed at bad moments, and a bad network: each question is answered, and answered once.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{
    scene::{Scene, check_answered_once},
    support::{bot::Installation, listen::Participant as _, proxy::Fault},
};

/// In the path of every message that the bot sends.
const SEND: &str = "/send/";

#[tokio::test]
async fn killed_before_its_answer_got_through() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    proxy.harm("PUT", SEND, Fault::Hold);
    let question = alice.say(&room, "!company moonshot").await?;
    proxy.wait_seen("PUT", SEND, 1).await?;
    bot.kill().await?;
    proxy.heal();

    let bot = desk.start()?;
    check_answered_once(&alice, &room, &[question]).await?;
    bot.terminate().await
}

#[tokio::test]
async fn killed_before_it_learned_that_its_answer_got_through() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    proxy.harm("PUT", SEND, Fault::LoseAnswer);
    let question = alice.say(&room, "!company moonshot").await?;
    proxy.wait_served("PUT", SEND, 1).await?;
    bot.kill().await?;
    proxy.heal();

    let bot = desk.start()?;
    check_answered_once(&alice, &room, &[question]).await?;
    bot.terminate().await
}

#[tokio::test]
async fn killed_just_as_the_question_arrives() -> Result<()> {
    let (Scene { alice, desk, mut bot, room }, proxy) = Scene::behind_proxy().await?;
    alice.ask(&room, "!help").await?;
    let mut asked = Vec::new();
    // From before the bot has read the response to about when it answers.
    for delay in [0, 2, 5, 10, 20, 40] {
        let before = proxy.count("GET", "/sync");
        proxy.wait_served("GET", "/sync", before - 1).await?;
        asked.push(alice.say(&room, "!company moonshot").await?);
        proxy.wait_served("GET", "/sync", before).await?;
        tokio::time::sleep(Duration::from_millis(delay)).await;
        bot.kill().await?;
        bot = desk.start()?;
        check_answered_once(&alice, &room, &asked).await?;
    }
    // And when the response never got to it.
    let before = proxy.count("GET", "/sync");
    proxy.harm("GET", "/sync", Fault::LoseAnswer);
    asked.push(alice.say(&room, "!company moonshot").await?);
    proxy.wait_seen("GET", "/sync", before + 1).await?;
    bot.kill().await?;
    proxy.heal();
    let bot = desk.start()?;
    check_answered_once(&alice, &room, &asked).await?;
    bot.terminate().await
}

#[tokio::test]
async fn more_questions_at_once_than_a_sync_holds() -> Result<()> {
    let (Scene { alice, bot, room, .. }, proxy) = Scene::behind_proxy().await?;
    alice.ask(&room, "!help").await?;
    let before = proxy.count("GET", "/sync");
    proxy.harm("GET", "/sync", Fault::Hold);
    let mut asked = vec![alice.say(&room, "!help").await?];
    proxy.wait_seen("GET", "/sync", before + 1).await?;
    for _ in 0..70 {
        asked.push(alice.say(&room, "!help company").await?);
    }
    proxy.heal();
    check_answered_once(&alice, &room, &asked).await?;
    bot.terminate().await
}

#[tokio::test]
async fn ended_in_order_before_its_answer_got_through() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    proxy.harm("PUT", SEND, Fault::Hold);
    let question = alice.say(&room, "!company moonshot").await?;
    proxy.wait_seen("PUT", SEND, 1).await?;
    bot.terminate().await?;
    proxy.heal();

    let bot = desk.start()?;
    check_answered_once(&alice, &room, &[question]).await?;
    bot.terminate().await
}

#[tokio::test]
async fn an_answer_that_is_refused_for_a_while_is_sent_again() -> Result<()> {
    let (Scene { alice, bot, room, .. }, proxy) = Scene::behind_proxy().await?;
    let busy = json!({ "errcode": "M_LIMIT_EXCEEDED", "error": "later", "retry_after_ms": 100 });
    let mut asked = Vec::new();
    for fault in [Fault::Answer(502, json!({})), Fault::Answer(429, busy), Fault::LoseAnswer, Fault::Refuse] {
        let before = proxy.count("PUT", SEND);
        proxy.harm("PUT", SEND, fault);
        asked.push(alice.say(&room, "!company moonshot").await?);
        proxy.wait_seen("PUT", SEND, before + 2).await?;
        proxy.heal();
        check_answered_once(&alice, &room, &asked).await?;
    }
    bot.terminate().await
}

#[tokio::test]
async fn it_goes_on_after_a_while_without_the_homeserver() -> Result<()> {
    let (Scene { alice, bot, room, .. }, proxy) = Scene::behind_proxy().await?;
    let mut asked = vec![alice.say(&room, "!help").await?];
    alice.answer_to(&asked[0]).await?;
    for (method, path, fault) in [("GET", "/sync", Fault::Answer(502, json!({}))), ("", "", Fault::Refuse)] {
        let before = proxy.count("GET", "/sync");
        proxy.harm(method, path, fault);
        // Said while a long poll is under way: ends that poll, so that the next one meets the fault.
        asked.push(alice.say(&room, "!company moonshot").await?);
        proxy.wait_seen("GET", "/sync", before + 3).await?;
        asked.push(alice.say(&room, "!timeline 2023").await?);
        proxy.heal();
        check_answered_once(&alice, &room, &asked).await?;
    }
    bot.terminate().await
}

/// Has the bot, which must not be running, believe that it died so often while it worked `question` out.
fn blame(desk: &Installation, question: &str, deaths: u32) -> Result<()> {
    let database = rusqlite::Connection::open(desk.state().join("desk.db"))?;
    let query = "UPDATE commands SET deaths = ?2 WHERE event = ?1 AND state = 'taken'";
    let rows = database.execute(query, (question, deaths))?;
    ensure!(rows == 1, "{question} is not in the database");
    Ok(())
}

/// How often the bot believes to have died of each question.
fn deaths(desk: &Installation) -> Result<Vec<u32>> {
    let database = rusqlite::Connection::open(desk.state().join("desk.db"))?;
    let mut query = database.prepare("SELECT deaths FROM commands")?;
    Ok(query.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?)
}

#[tokio::test]
async fn a_question_that_took_it_down_twice_is_left_alone_with_an_apology() -> Result<()> {
    let (Scene { alice, desk, mut bot, room }, proxy) = Scene::behind_proxy().await?;
    let mut asked = Vec::new();
    for before in [1, 2] {
        let number = proxy.count("PUT", SEND);
        proxy.harm("PUT", SEND, Fault::Hold);
        asked.push(alice.say(&room, "!company moonshot").await?);
        proxy.wait_seen("PUT", SEND, number + 1).await?;
        bot.kill().await?;
        blame(&desk, &asked[asked.len() - 1], before)?;
        proxy.heal();
        bot = desk.start()?;
        let answer = alice.answer_to(&asked[asked.len() - 1]).await?;
        let apology = answer.body().contains("I stopped twice");
        ensure!(apology == (before == 2), "after {before}: {answer}");
    }
    asked.push(alice.say(&room, "!help").await?);
    check_answered_once(&alice, &room, &asked).await?;
    bot.terminate().await
}

#[tokio::test]
async fn no_question_is_blamed_for_a_death_that_came_while_it_waited_or_was_sent() -> Result<()> {
    let (Scene { alice, desk, mut bot, room }, proxy) = Scene::behind_proxy().await?;
    let mut asked = Vec::new();
    for _ in 0..4 {
        let number = proxy.count("PUT", SEND);
        proxy.harm("PUT", SEND, Fault::Hold);
        // The first is being sent, the second waits behind it.
        asked.push(alice.say(&room, "!company moonshot").await?);
        asked.push(alice.say(&room, "!timeline 2023").await?);
        proxy.wait_seen("PUT", SEND, number + 1).await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        bot.kill().await?;
        ensure!(deaths(&desk)?.iter().all(|deaths| *deaths == 0), "{:?}", deaths(&desk)?);
        proxy.heal();
        bot = desk.start()?;
        check_answered_once(&alice, &room, &asked).await?;
    }
    bot.terminate().await?;
    ensure!(deaths(&desk)?.iter().all(|deaths| *deaths == 0), "{:?}", deaths(&desk)?);
    Ok(())
}

#[tokio::test]
async fn killed_at_random_under_a_stream_of_questions() -> Result<()> {
    let Scene { alice, desk, mut bot, room } = Scene::open().await?;
    let mut asked = Vec::new();
    for round in 1..=6 {
        for command in ["!company moonshot", "!timeline 2023", "!search export controls"] {
            asked.push(alice.say(&room, command).await?);
        }
        // Any moment from the middle of its start to the middle of its answers.
        let moment = Duration::from_millis(rand::random_range(0..2500));
        eprintln!("round {round}: killed after {moment:?}");
        tokio::time::sleep(moment).await;
        bot.kill().await?;
        asked.push(alice.say(&room, "!help").await?);
        bot = desk.start()?;
    }
    check_answered_once(&alice, &room, &asked).await?;
    let said = alice.said_by(&room, desk.user_id()).await?.len();
    // One more for the question that the check itself asks.
    ensure!(said == asked.len() + 1, "{} questions, {said} answers", asked.len() + 1);
    bot.terminate().await
}
