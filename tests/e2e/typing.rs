//! How people and their clients type: signs that nobody sees, several lines, captions, bridges.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::{
    scene::{Scene, check_answered_once, check_form},
    support::listen::Participant as _,
};

#[tokio::test]
async fn what_clients_put_into_a_text_is_no_part_of_the_command() -> Result<()> {
    let Scene { alice, bot, room, .. } = Scene::open().await?;
    for typed in [
        "\u{200b}!company moonshot",
        "!company\u{200b}\u{a0}moonshot&nbsp;",
        "\\!company moonshot?",
        "！company：moonshot。",
        "!company\nmoonshot",
        "Good morning!\r\n!company moonshot\r\nThanks!",
        "> !company zhipu\n\n!company moonshot",
    ] {
        let question = alice.say(&room, typed).await?;
        let answer = alice.answer_to(&question).await?;
        check_form(&answer, &question)?;
        ensure!(answer.body().starts_with("Moonshot AI"), "{typed:?}: {}", answer.body());
    }
    bot.terminate().await
}

#[tokio::test]
async fn several_commands_of_a_message_are_answered_in_one() -> Result<()> {
    let Scene { alice, desk, bot, room } = Scene::open().await?;
    let lines = "!company moonshot\n!weather\n!company zhipu\n!digest zone Asia/Shanghai\n!digest daily 09:00\n!digest\n!today\n!help";
    let question = alice.say(&room, lines).await?;
    let answer = alice.answer_to(&question).await?;
    check_form(&answer, &question)?;
    let said = answer.body();
    for part in ["!company moonshot\n", "Moonshot AI", "Zhipu AI", "left out 2 more"] {
        ensure!(said.contains(part), "{part} is missing: {said}");
    }
    // Each one counts with what those before it have set.
    ensure!(said.matches("Digests: daily 09:00").count() == 2, "{said}");
    ensure!(said.matches("in Asia/Shanghai (UTC+08:00)").count() >= 2, "{said}");
    ensure!(!said.contains("weather"), "{said}");
    check_answered_once(&alice, &room, &[question]).await?;
    let settings = alice.ask(&room, "!digest").await?;
    ensure!(settings.body().contains("daily 09:00"), "{}", settings.body());
    // What they ask for is written down, too.
    bot.terminate().await?;
    let bot = desk.start()?;
    let settings = alice.ask(&room, "!digest").await?;
    ensure!(settings.body().contains("Time zone of the room: Asia/Shanghai"), "{}", settings.body());
    bot.terminate().await
}

#[tokio::test]
async fn a_caption_and_what_a_bridge_passes_on_are_questions() -> Result<()> {
    let Scene { alice, bot, room, .. } = Scene::open().await?;
    let mut questions = Vec::new();
    let profile = |has: bool| json!({ "id": "ann", "displayname": "Ann", "has_fallback": has });
    for content in [
        json!({ "msgtype": "m.image", "body": "!company moonshot", "filename": "kimi.png", "url": "mxc://desk.test/none" }),
        json!({ "msgtype": "m.file", "body": "!company moonshot", "filename": "kimi.pdf", "url": "mxc://desk.test/none" }),
        json!({ "msgtype": "m.text", "body": "Ann: !company moonshot", "com.beeper.per_message_profile": profile(true),
                "format": "org.matrix.custom.html",
                "formatted_body": "<strong data-mx-profile-fallback>Ann: </strong>!company moonshot" }),
    ] {
        let question = alice.send(&room, "m.room.message", &content).await?;
        let answer = alice.answer_to(&question).await?;
        ensure!(answer.body().starts_with("Moonshot AI"), "{content}: {}", answer.body());
        questions.push(question);
    }
    let others: [Value; 3] = [
        json!({ "msgtype": "m.image", "body": "!company moonshot", "filename": "!company moonshot", "url": "mxc://desk.test/none" }),
        json!({ "msgtype": "m.text", "body": "Ann: !company moonshot", "com.beeper.per_message_profile": profile(false) }),
        json!({ "msgtype": "m.text", "body": "Ann: !company moonshot" }),
    ];
    let mut unanswered = Vec::new();
    for content in &others {
        unanswered.push(alice.send(&room, "m.room.message", content).await?);
    }
    check_answered_once(&alice, &room, &questions).await?;
    for question in &unanswered {
        ensure!(alice.answers_to(question).await?.is_empty(), "answered {question}");
    }
    bot.terminate().await
}

#[tokio::test]
async fn today_is_the_day_by_the_rooms_clocks() -> Result<()> {
    let Scene { alice, bot, room, .. } = Scene::open().await?;
    // Never the same day.
    for zone in ["UTC+14", "UTC-12"] {
        let set = alice.ask(&room, &format!("!digest zone {zone}")).await?;
        ensure!(set.body().contains(&format!("{zone}:00")), "{}", set.body());
        let days = || -> Result<String> {
            let hours = if zone == "UTC+14" { 14 } else { -12 };
            Ok((jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours)).strftime("%Y-%m-%d").to_string())
        };
        let before = days()?;
        let said = alice.ask(&room, "!timeline today").await?;
        let after = days()?;
        ensure!(said.body().contains(&before) || said.body().contains(&after), "{zone}, {before}: {}", said.body());
    }
    bot.terminate().await
}
