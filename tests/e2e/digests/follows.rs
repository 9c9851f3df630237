//! A room that follows something is told of that only.

use anyhow::{Result, ensure};

use super::{Newsroom, digests, tells};
use crate::support::listen::Participant as _;

#[tokio::test]
async fn a_record_a_tag_and_a_kind() -> Result<()> {
    let desk = Newsroom::open().await?;
    let record = desk.another_room("!digest on").await?;
    desk.alice.ask(&record, "!follow moonshot").await?;
    let tag = desk.another_room("!digest on").await?;
    desk.alice.ask(&tag, "!follow tag:six-tigers").await?;
    let kind = desk.another_room("!digest on").await?;
    desk.alice.ask(&kind, "!follow kind:source").await?;
    let follows = desk.alice.ask(&record, "!follows").await?;
    ensure!(follows.body().contains("Moonshot AI"), "{}", follows.body());

    desk.facts.set_employees("moonshot-ai", 2_001)?;
    desk.facts.set_employees("zhipu-ai", 2_002)?;
    desk.facts.set_employees("cambricon", 2_007)?;
    for number in [2_001, 2_002, 2_007] {
        desk.digest_with(&desk.room, number).await?;
    }
    for number in [2_001, 2_002] {
        desk.digest_with(&tag, number).await?;
    }
    desk.digest_with(&record, 2_001).await?;
    // One more change for everybody: by then, what was to be told before has been.
    desk.alice.ask(&record, "!unfollow moonshot").await?;
    desk.alice.ask(&tag, "!unfollow all").await?;
    desk.alice.ask(&kind, "!unfollow kind:source").await?;
    desk.facts.set_employees("biren", 2_008)?;
    for room in [&record, &tag, &kind] {
        desk.digest_with(room, 2_008).await?;
    }
    for (room, unwanted) in [(&record, vec![2_002, 2_007]), (&tag, vec![2_007]), (&kind, vec![2_001, 2_002, 2_007])] {
        for digest in digests(&desk.alice, room) {
            ensure!(!unwanted.iter().any(|number| tells(&digest, *number)), "not followed: {}", digest.body());
        }
    }
    desk.bot.terminate().await
}
