//! Rooms that the desk was put out of or may not speak in: set aside, and nobody else waits for them.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{Newsroom, digests};
use crate::support::{event::Event, listen::Participant as _, proxy::Fault};

#[tokio::test]
async fn put_out_of_a_room_it_tells_the_others() -> Result<()> {
    let (mut desk, proxy) = Newsroom::behind_proxy().await?;
    let lost = desk.another_room("!digest on").await?;
    desk.change_and_wait("moonshot-ai", 2_001).await?;
    desk.digest_with(&lost, 2_001).await?;
    // The one time it learns of it as it sends, the other time before.
    desk.bot.kill().await?;
    desk.facts.set_employees("zhipu-ai", 2_002)?;
    desk.alice.kick(&lost, desk.desk.user_id()).await?;
    desk.bot = desk.desk.start()?;
    desk.digest_with(&desk.room, 2_002).await?;
    desk.change_and_wait("minimax", 2_003).await?;
    desk.check_count(&desk.room, 3).await?;
    let tries = proxy.count("PUT", super::network::mark(&lost));
    // Not tried for ever.
    desk.change_and_wait("deepseek", 2_004).await?;
    desk.check_count(&desk.room, 4).await?;
    ensure!(proxy.count("PUT", super::network::mark(&lost)) == tries, "goes on sending to a room that it is not in");

    // Invited again, it is in a room that has to ask anew or goes on as before; either way it tells nothing twice.
    let came = desk.alice.wait_joined(&lost, desk.desk.user_id()).await?;
    desk.alice.invite(&lost, desk.desk.user_id()).await?;
    let user = desk.desk.user_id().to_owned();
    let back = |event: &Event| event.room == lost && event.is_join_of(&user) && event.id() != came.id();
    desk.alice.wait_for("the desk to come back", back).await?;
    desk.alice.ask(&lost, "!digest on").await?;
    desk.change_and_wait("biren", 2_008).await?;
    desk.digest_with(&lost, 2_008).await?;
    for number in [2_001, 2_008] {
        let times = digests(&desk.alice, &lost).iter().filter(|digest| super::tells(digest, number)).count();
        ensure!(times == 1, "{number} was told {times} times");
    }
    desk.bot.terminate().await
}

#[tokio::test]
async fn where_it_may_not_speak_the_digest_is_set_aside() -> Result<()> {
    let (desk, proxy) = Newsroom::behind_proxy().await?;
    let muted = desk.another_room("!digest on").await?;
    let levels = desk.alice.state(&muted, "m.room.power_levels").await?;
    let mut silenced = levels.clone();
    silenced["events_default"] = json!(50);
    desk.alice.set_state(&muted, "m.room.power_levels", &silenced).await?;
    let mark = super::network::mark(&muted);
    let before = proxy.count("PUT", mark);
    for (tries, company) in [(1, "moonshot-ai"), (2, "zhipu-ai"), (3, "minimax")] {
        desk.change_and_wait(company, 2_000 + tries).await?;
        // Either room may be the first.
        proxy.wait_seen("PUT", mark, before + tries as usize).await?;
    }
    ensure!(digests(&desk.alice, &muted).is_empty(), "it spoke where it may not");
    let tries = proxy.count("PUT", mark) - before;
    ensure!(tries == 3, "told of three changes, it tried {tries} times");

    desk.alice.set_state(&muted, "m.room.power_levels", &levels).await?;
    desk.alice.ask(&muted, "!help").await?;
    desk.change_and_wait("biren", 2_008).await?;
    desk.digest_with(&muted, 2_008).await?;
    desk.check_count(&desk.room, 4).await?;
    desk.bot.terminate().await
}

#[tokio::test]
async fn held_up_by_a_limit_and_then_muted_it_tells_it_later() -> Result<()> {
    let (desk, proxy) = Newsroom::behind_proxy().await?;
    let muted = desk.another_room("!digest on").await?;
    let mark = super::network::mark(&muted);
    let levels = desk.alice.state(&muted, "m.room.power_levels").await?;
    let mut silenced = levels.clone();
    silenced["events_default"] = json!(50);
    let before = proxy.count("PUT", mark);
    let later = json!({ "errcode": "M_LIMIT_EXCEEDED", "error": "later", "retry_after_ms": 1000 });
    proxy.harm("PUT", mark, Fault::Answer(429, later));
    desk.facts.set_employees("moonshot-ai", 2_001)?;
    proxy.wait_seen("PUT", mark, before + 1).await?;
    desk.alice.set_state(&muted, "m.room.power_levels", &silenced).await?;
    proxy.heal();
    // What was refused for the limit can't be in the room, so that it is told as soon as somebody asks for it.
    desk.change_and_wait("zhipu-ai", 2_002).await?;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    desk.alice.set_state(&muted, "m.room.power_levels", &levels).await?;
    desk.alice.ask(&muted, "!digest now").await?;
    let digest = desk.digest_with(&muted, 2_001).await?;
    ensure!(super::tells(&digest, 2_002), "not all of it: {}", digest.body());
    ensure!(digests(&desk.alice, &muted).len() == 1, "told twice");
    desk.bot.terminate().await
}
