//! On a schedule: at the minute that was asked for, and a minute that was missed is made up once.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};

use super::Newsroom;
use crate::support::listen::Participant as _;

/// Seconds into the present minute.
fn second() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs() % 60)
}

/// One desk runs at the minute and another one, which is told the same, does not.
#[tokio::test]
async fn it_comes_at_the_minute_and_what_was_missed_is_made_up_once() -> Result<()> {
    let on_time = Newsroom::open().await?;
    let mut late = Newsroom::open().await?;
    // What comes before the minute has to be within one.
    while second() > 35 {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let mut rooms = Vec::new();
    for desk in [&on_time, &late] {
        let room = desk.another_room("").await?;
        desk.alice.ask(&room, "!digest cron \"* * * * *\" Europe/Berlin").await?;
        desk.change_and_wait("moonshot-ai", 2_001).await?;
        rooms.push(room);
    }
    late.bot.terminate().await?;
    let before = second();
    let digest = on_time.digest_with(&rooms[0], 2_001).await?;
    ensure!(second() < before && second() < 30, "at second {}, not at the minute", second());
    let says_late = |text: &str| text.contains("comes late");
    ensure!(!says_late(digest.body()), "{}", digest.body());

    late.bot = late.desk.start()?;
    let made_up = late.digest_with(&rooms[1], 2_001).await?;
    ensure!(says_late(made_up.body()), "does not say that it was missed: {}", made_up.body());
    ensure!(made_up.body().contains("Europe/Berlin"), "not by whose clock: {}", made_up.body());
    late.bot.terminate().await?;
    late.bot = late.desk.start()?;
    late.check_count(&rooms[1], 1).await?;
    on_time.check_count(&rooms[0], 1).await?;
    for desk in [on_time, late] {
        desk.check_count(&desk.room, 1).await?;
        desk.bot.terminate().await?;
    }
    Ok(())
}
