//! On a schedule: at the minute that was asked for, and a minute that was missed is made up once.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};

use super::Newsroom;
use crate::support::listen::Participant as _;

/// Since 1970.
fn now() -> Result<Duration> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?)
}

/// One desk runs at the minute and another one, which is told the same, does not.
#[tokio::test]
async fn it_comes_at_the_minute_and_what_was_missed_is_made_up_once() -> Result<()> {
    let opening = Instant::now();
    let on_time = Newsroom::open().await?;
    let mut late = Newsroom::open().await?;
    // What comes before the minute takes less than opening did.
    let minute = (now()? + opening.elapsed().max(Duration::from_secs(20))).as_secs() / 60 + 1;
    let mut rooms = Vec::new();
    for desk in [&on_time, &late] {
        let room = desk.another_room("").await?;
        desk.alice.ask(&room, &format!("!digest cron \"{} * * * *\" Europe/Berlin", minute % 60)).await?;
        desk.change_and_wait("moonshot-ai", 2_001).await?;
        rooms.push(room);
    }
    late.bot.terminate().await?;
    ensure!(now()?.as_secs() / 60 < minute, "the minute came before all was ready for it: this tests nothing");
    let digest = on_time.digest_with(&rooms[0], 2_001).await?;
    let sent = digest.sent_at()? / 1_000;
    ensure!((minute * 60..minute * 60 + 30).contains(&sent), "at second {sent}, not at the minute {minute}");
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
