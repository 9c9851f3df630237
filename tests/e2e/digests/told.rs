//! A change is told to the rooms that asked, and what is no change is not.

use anyhow::{Result, ensure};

use super::{Newsroom, ask_until, digests, tells};
use crate::support::{facts::Facts, listen::Participant as _};

#[tokio::test]
async fn a_change_is_told_with_what_was_what_is_and_where_from() -> Result<()> {
    let desk = Newsroom::open().await?;
    let silent = desk.another_room("").await?;
    let digest = desk.change_and_wait("moonshot-ai", 2_001).await?;
    ensure!(digest.body().contains("Moonshot AI"), "not whose: {}", digest.body());
    ensure!(tells(&digest, 1_001), "not what it was: {}", digest.body());
    ensure!(
        digest.body().contains("[1]") && digest.body().contains("Notes of the desk"),
        "no source: {}",
        digest.body()
    );
    ensure!(digest.html().contains("Moonshot AI"), "{}", digest.html());
    for other in ["Zhipu", "MiniMax", "DeepSeek", "SenseTime"] {
        ensure!(!digest.body().contains(other), "the first release is no news: {}", digest.body());
    }
    // The one digest there is: the first release was silent, and the other room has not asked.
    desk.check_count(&desk.room, 1).await?;
    desk.check_count(&silent, 0).await?;
    // And the desk answers with the new figure.
    ask_until(&desk.alice, &desk.room, "!company moonshot", "2001").await?;

    let second = desk.change_and_wait("zhipu-ai", 2_002).await?;
    ensure!(second.digest_key() != digest.digest_key(), "two digests under one key");
    ensure!(!tells(&second, 2_001), "told twice: {}", second.body());
    desk.check_count(&desk.room, 2).await?;
    desk.bot.terminate().await
}

#[tokio::test]
async fn off_again_it_is_silent_and_on_again_it_does_not_make_up_for_it() -> Result<()> {
    let desk = Newsroom::open().await?;
    let other = desk.another_room("!digest on").await?;
    desk.change_and_wait("moonshot-ai", 2_001).await?;
    desk.digest_with(&other, 2_001).await?;
    desk.alice.ask(&desk.room, "!digest off").await?;
    desk.facts.set_employees("minimax", 2_003)?;
    desk.digest_with(&other, 2_003).await?;
    desk.check_count(&desk.room, 1).await?;

    desk.alice.ask(&desk.room, "!digest on").await?;
    let digest = desk.change_and_wait("deepseek", 2_004).await?;
    ensure!(!tells(&digest, 2_003), "told of the time when it was off: {}", digest.body());
    desk.bot.terminate().await
}

#[tokio::test]
async fn order_spacing_comments_and_file_names_are_no_news() -> Result<()> {
    let desk = Newsroom::open().await?;
    let moonshot = Facts::company("moonshot-ai")?;
    desk.facts.write("moonshot-ai.toml", &format!("# A comment.\n\n\n{}", moonshot.replace(" = ", "   =  ")))?;
    // Its two claims in the other order.
    let zhipu = Facts::company("zhipu-ai")?;
    let mut parts: Vec<&str> = zhipu.split("[[company.claims]]").collect();
    parts[1..].reverse();
    desk.facts.write("zhipu-ai.toml", &parts.join("\n[[company.claims]]"))?;
    std::fs::create_dir(desk.facts.at("below"))?;
    std::fs::rename(desk.facts.at("minimax.toml"), desk.facts.at("below/other-name.toml"))?;
    // Read by now, at the latest.
    desk.alice.ask(&desk.room, "!reload").await?;
    // It is the passing of time that is tested: longer than the quiet period.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    desk.check_count(&desk.room, 0).await?;

    let digest = desk.change_and_wait("biren", 2_008).await?;
    for other in ["Moonshot", "Zhipu", "MiniMax"] {
        ensure!(!digest.body().contains(other), "{other} did not change: {}", digest.body());
    }
    desk.check_count(&desk.room, 1).await?;
    desk.bot.terminate().await
}

#[tokio::test]
async fn changes_close_together_are_one_digest_and_back_and_forth_is_none() -> Result<()> {
    let desk = Newsroom::open().await?;
    desk.facts.set_employees("moonshot-ai", 2_001)?;
    desk.facts.set_employees("zhipu-ai", 2_002)?;
    desk.facts.set_employees("minimax", 2_003)?;
    let digest = desk.digest_with(&desk.room, 2_003).await?;
    ensure!(tells(&digest, 2_001) && tells(&digest, 2_002), "not gathered: {}", digest.body());

    desk.facts.set_employees("deepseek", 3_004)?;
    desk.alice.ask(&desk.room, "!reload").await?;
    desk.facts.set_employees("deepseek", 1_004)?;
    desk.alice.ask(&desk.room, "!reload").await?;
    let next = desk.change_and_wait("biren", 2_008).await?;
    let all: Vec<_> = digests(&desk.alice, &desk.room).into_iter().filter(|digest| tells(digest, 3_004)).collect();
    // A busy machine may have let the quiet period pass between the two: then both were news.
    ensure!(all.is_empty() || all.len() == 2, "told of what was not, or half of it: {}", next.body());
    desk.bot.terminate().await
}

#[tokio::test]
async fn new_renamed_and_withdrawn_records() -> Result<()> {
    let desk = Newsroom::open().await?;
    let new =
        Facts::company("biren")?.replace("biren", "enflame").replace("Biren", "Enflame").replace("Bishu", "Suiyuan");
    desk.facts.write("enflame.toml", &new.replace("1008", "2009"))?;
    let digest = desk.digest_with(&desk.room, 2_009).await?;
    ensure!(digest.body().contains("Enflame"), "{}", digest.body());

    let renamed = Facts::company("cambricon")?
        .replace("id = \"cambricon\"", "id = \"cambrian\"\nformerly = [\"cambricon\"]")
        .replace("name = \"Cambricon\"", "name = \"Cambrian Chips\"");
    desk.facts.write("cambricon.toml", &renamed)?;
    let named = |word: &'static str| {
        let room = desk.room.clone();
        move |event: &crate::support::event::Event| {
            event.room == room && super::is_digest(event) && event.body().contains(word)
        }
    };
    let digest = desk.alice.wait_for("the new name", named("Cambrian Chips")).await?;
    ensure!(digest.body().contains("Cambricon"), "not what it was called: {}", digest.body());
    ensure!(!tells(&digest, 1_007), "a renamed company is not a new one: {}", digest.body());

    desk.facts.remove("iflytek.toml")?;
    let digest = desk.alice.wait_for("the withdrawal", named("iFlytek")).await?;
    super::check_digest(&digest)?;
    desk.check_count(&desk.room, 3).await?;
    let gone = desk.alice.ask(&desk.room, "!company iflytek").await?;
    ensure!(!tells(&gone, 1_005), "answers what was withdrawn: {}", gone.body());
    desk.bot.terminate().await
}

#[tokio::test]
async fn what_changed_can_be_asked_for_and_previewed() -> Result<()> {
    let desk = Newsroom::open().await?;
    let waiting = desk.another_room("!digest weekly mon 09:00 Europe/Berlin").await?;
    desk.change_and_wait("moonshot-ai", 2_001).await?;
    let changes = desk.alice.ask(&waiting, "!changes").await?;
    ensure!(changes.body().contains("Moonshot AI") && tells(&changes, 2_001), "{}", changes.body());
    let history = desk.alice.ask(&waiting, "!history moonshot").await?;
    ensure!(tells(&history, 1_001) && tells(&history, 2_001), "{}", history.body());

    let stands = desk.alice.ask(&waiting, "!digest").await?;
    ensure!(stands.body().contains("weekly mon 09:00") && stands.body().contains("Europe/Berlin"), "{}", stands.body());
    let preview = desk.alice.ask(&waiting, "!digest preview").await?;
    ensure!(preview.body().contains("Moonshot AI") && tells(&preview, 2_001), "{}", preview.body());
    desk.check_count(&waiting, 0).await?;
    desk.alice.say(&waiting, "!digest now").await?;
    desk.digest_with(&waiting, 2_001).await?;
    // Told is told: there is nothing left.
    desk.alice.ask(&waiting, "!digest now").await?;
    desk.check_count(&waiting, 1).await?;
    let preview = desk.alice.ask(&waiting, "!digest preview").await?;
    ensure!(!tells(&preview, 2_001), "{}", preview.body());
    desk.bot.terminate().await
}

#[tokio::test]
async fn a_correction_is_told_and_the_digest_that_was_wrong_is_edited() -> Result<()> {
    let desk = Newsroom::open().await?;
    let wrong = desk.change_and_wait("moonshot-ai", 20_001).await?;
    let right = desk.change_and_wait("moonshot-ai", 2_001).await?;
    ensure!(right.body().to_lowercase().contains("correct"), "not called a correction: {}", right.body());
    let edits = |event: &crate::support::event::Event| event.replaces() == Some(wrong.id());
    let edit = desk.alice.wait_for("the edit of the digest that was wrong", edits).await?;
    let now = edit.content()["m.new_content"]["body"].as_str().unwrap_or_default();
    ensure!(now.to_lowercase().contains("correct"), "{edit}");
    ensure!(edit.msgtype() == "m.notice", "{edit}");
    desk.check_count(&desk.room, 2).await?;
    desk.bot.terminate().await
}

#[tokio::test]
async fn told_by_a_signal_to_read_again_it_goes_on() -> Result<()> {
    let mut desk = Newsroom::open().await?;
    desk.bot.hang_up()?;
    desk.facts.set_employees("moonshot-ai", 2_001)?;
    desk.bot.hang_up()?;
    desk.digest_with(&desk.room, 2_001).await?;
    desk.bot.hang_up()?;
    desk.check_count(&desk.room, 1).await?;
    desk.bot.terminate().await
}
