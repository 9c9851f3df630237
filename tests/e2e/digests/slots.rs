//! On a schedule: at the minute that was asked for, and a minute that was missed is made up once.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};

use super::Newsroom;
use crate::support::listen::Participant as _;

/// Seconds into the present minute.
fn second() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs() % 60)
}

#[tokio::test]
async fn a_slot_that_passed_while_it_was_down_is_made_up_once() -> Result<()> {
    let mut desk = Newsroom::open().await?;
    // Everything up to the end of the bot has to be in one minute.
    while second() > 40 {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let room = desk.another_room("").await?;
    desk.alice.ask(&room, "!digest cron \"* * * * *\" Europe/Berlin").await?;
    desk.facts.set_employees("moonshot-ai", 2_001)?;
    // Told in the other room, it is known.
    desk.digest_with(&desk.room, 2_001).await?;
    desk.bot.terminate().await?;
    let before = second();
    while second() >= before {
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    desk.bot = desk.desk.start()?;
    let made_up = desk.digest_with(&room, 2_001).await?;
    let says_so = ["missed", "late", "made up", "was due", "should have"];
    ensure!(says_so.iter().any(|word| made_up.body().to_lowercase().contains(word)), "{}", made_up.body());

    // The next slot: with nothing to tell it is silent, and what changed since comes at that minute.
    desk.facts.set_employees("zhipu-ai", 2_002)?;
    let digest = desk.digest_with(&room, 2_002).await?;
    ensure!(second() < 30, "at second {}, not at the minute", second());
    ensure!(!super::tells(&digest, 2_001), "told twice: {}", digest.body());
    desk.check_count(&room, 2).await?;
    desk.check_count(&desk.room, 2).await?;
    desk.bot.terminate().await
}
