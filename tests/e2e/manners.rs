//! What the bot says to odd messages, and what it keeps silent about.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{
    scene::{Scene, check_answered_once, check_form},
    support::{event::Event, listen::Participant as _},
};

#[tokio::test]
async fn html_in_a_question_comes_back_harmless() -> Result<()> {
    let Scene { alice, bot, room, .. } = Scene::open().await?;
    for command in ["!company <img src=x>", "!search <img src=x>", "!company \"<img src=x>\"", "!help <img>"] {
        let question = alice.say(&room, command).await?;
        let answer = alice.answer_to(&question).await?;
        check_form(&answer, &question)?;
        ensure!(!answer.html().contains("<img"), "{command}: {}", answer.html());
        if command.contains("!company") {
            ensure!(answer.html().contains("&lt;img"), "{command}: {}", answer.html());
            ensure!(answer.body().contains("<img"), "{command}: {}", answer.body());
        }
    }
    bot.terminate().await
}

#[tokio::test]
async fn what_is_not_for_it_is_left_alone() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    for other in ["!weather", "!companyx moonshot beijing", "!co", "!", "company moonshot", "hello !help", "! help"] {
        alice.say(&room, other).await?;
    }
    // Other bots talk in notices.
    let notice = json!({ "msgtype": "m.notice", "body": "!company moonshot" });
    alice.send(&room, "m.room.message", &notice).await?;
    alice.send(&room, "m.reaction", &json!({ "m.relates_to": {} })).await?;
    alice.send(&room, "org.example.unheard.of", &json!({ "body": "!help" })).await?;
    let picture = json!({ "msgtype": "m.image", "body": "!help", "url": "mxc://desk.test/none" });
    alice.send(&room, "m.room.message", &picture).await?;
    let unheard_of = json!({ "msgtype": "org.example.unheard.of", "body": "!help" });
    alice.send(&room, "m.room.message", &unheard_of).await?;
    // Not as the protocol has it: a bot that stumbles here does not answer below.
    let odd = json!({ "msgtype": "m.text", "body": "hello", "m.relates_to": "nothing" });
    alice.send(&room, "m.room.message", &odd).await?;
    let help = alice.ask(&room, "!help").await?;

    let said = alice.said_by(&room, desk.user_id()).await?;
    let said: Vec<&str> = said.iter().filter(|event| event.id() != help.id()).map(Event::body).collect();
    // `!companyx` is one slip away from a command, so a hint at it is in order; nothing else is.
    ensure!(said.len() <= 1 && said.iter().all(|hint| hint.contains("!company")), "said unasked: {said:?}");
    bot.terminate().await
}

#[tokio::test]
async fn a_slip_of_the_finger_is_hinted_at_once() -> Result<()> {
    let Scene { alice, desk, mut bot, room } = Scene::open().await?;
    let slip = alice.say(&room, "!compny moonshot").await?;
    let hint = alice.answer_to(&slip).await?;
    check_form(&hint, &slip)?;
    ensure!(hint.body().contains("!company"), "{}", hint.body());

    let again = alice.say(&room, "!compny moonshot").await?;
    alice.ask(&room, "!help").await?;
    ensure!(alice.answers_to(&again).await?.is_empty(), "hinted twice");

    // Nor is it forgotten over a restart.
    bot.terminate().await?;
    bot = desk.start()?;
    let still = alice.say(&room, "!compny moonshot").await?;
    alice.ask(&room, "!help").await?;
    ensure!(alice.answers_to(&still).await?.is_empty(), "hinted twice");

    // Another room is another matter.
    let other = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&other, desk.user_id()).await?;
    alice.ask(&other, "!compny moonshot").await?;
    bot.terminate().await
}

#[tokio::test]
async fn an_edit_is_not_another_question() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    let question = alice.say(&room, "!company moonshot").await?;
    alice.answer_to(&question).await?;
    let edit = alice.edit(&room, &question, "!company deepseek").await?;
    check_answered_once(&alice, &room, &[question]).await?;
    ensure!(alice.answers_to(&edit).await?.is_empty(), "answered an edit");
    ensure!(alice.said_by(&room, desk.user_id()).await?.len() == 2, "something was said unasked");
    bot.terminate().await
}

#[tokio::test]
async fn asked_in_a_thread_it_answers_in_the_thread() -> Result<()> {
    let Scene { alice, bot, room, .. } = Scene::open().await?;
    let root = alice.say(&room, "let us look at the six tigers").await?;
    let content = json!({
        "msgtype": "m.text", "body": "!company moonshot",
        "m.relates_to": {
            "rel_type": "m.thread", "event_id": root, "is_falling_back": true,
            "m.in_reply_to": { "event_id": root },
        },
    });
    let question = alice.send(&room, "m.room.message", &content).await?;
    let answer = alice.answer_to(&question).await?;
    check_form(&answer, &question)?;
    ensure!(answer.thread() == Some(root.as_str()), "not in the thread: {answer}");

    let outside = alice.ask(&room, "!help").await?;
    ensure!(outside.thread().is_none(), "a thread nobody opened: {outside}");
    bot.terminate().await
}

#[tokio::test]
async fn a_question_in_a_reply_is_a_question() -> Result<()> {
    let Scene { alice, bot, room, .. } = Scene::open().await?;
    let remark = alice.say(&room, "what about Moonshot?").await?;
    let content = json!({
        "msgtype": "m.text", "body": "!company moonshot",
        "m.relates_to": { "m.in_reply_to": { "event_id": remark } },
    });
    let question = alice.send(&room, "m.room.message", &content).await?;
    check_answered_once(&alice, &room, &[question]).await?;
    ensure!(alice.answers_to(&remark).await?.is_empty(), "answered the remark");
    bot.terminate().await
}
