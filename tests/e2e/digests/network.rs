//! A homeserver that refuses, drops, hangs or is gone: each digest comes once, and answers don't wait for it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;

use super::Newsroom;
use crate::{
    scene::check_answered_once,
    support::{
        listen::Participant as _,
        proxy::{Fault, Proxy},
    },
};

/// What stands in the path of every request about `room`, however its id is encoded.
pub fn mark(room: &str) -> &str {
    let id = room.trim_start_matches('!');
    id.split([':', '%']).next().unwrap_or(id)
}

/// Waits until the bot has tried `number` more times to send to `room` than `before`, and has had answers there where
/// nothing is wrong.
async fn others_are_served(desk: &Newsroom, proxy: &Proxy, other: &str, tries: usize) -> Result<()> {
    proxy.wait_seen("PUT", mark(&desk.room), tries).await?;
    let question = desk.alice.say(other, "!company moonshot").await?;
    desk.alice.answer_to(&question).await?;
    check_answered_once(&desk.alice, other, &[question]).await
}

#[tokio::test]
async fn refused_dropped_and_lost_for_a_while() -> Result<()> {
    let (desk, proxy) = Newsroom::behind_proxy().await?;
    let other = desk.another_room("").await?;
    let busy = json!({ "errcode": "M_LIMIT_EXCEEDED", "error": "later", "retry_after_ms": 50 });
    let down = json!({ "errcode": "M_UNKNOWN", "error": "down" });
    let faults = [
        Fault::Answer(500, down.clone()),
        Fault::Answer(502, down.clone()),
        Fault::Answer(504, json!({})),
        Fault::Answer(429, busy),
        // The homeserver has taken it: sent again, it must not be there twice.
        Fault::LoseAnswer,
        Fault::Refuse,
    ];
    let mut number = 2_000;
    for fault in faults {
        number += 1;
        let before = proxy.count("PUT", mark(&desk.room));
        proxy.harm("PUT", mark(&desk.room), fault);
        desk.facts.set_employees("moonshot-ai", number)?;
        others_are_served(&desk, &proxy, &other, before + 2).await?;
        proxy.heal();
        desk.digest_with(&desk.room, number).await?;
    }
    desk.check_count(&desk.room, 6).await?;
    desk.bot.terminate().await
}

#[tokio::test]
async fn told_to_come_back_later_it_does_not_come_before() -> Result<()> {
    let (desk, proxy) = Newsroom::behind_proxy().await?;
    let other = desk.another_room("").await?;
    let later = json!({ "errcode": "M_LIMIT_EXCEEDED", "error": "later", "retry_after_ms": 3000 });
    let mut number = 2_000;
    for (fault, pause) in [(Fault::Answer(429, later), 3), (Fault::RetryAfter(3), 3)] {
        number += 1;
        let before = proxy.count("PUT", mark(&desk.room));
        proxy.harm("PUT", mark(&desk.room), fault);
        desk.facts.set_employees("moonshot-ai", number)?;
        proxy.wait_seen("PUT", mark(&desk.room), before + 1).await?;
        proxy.heal();
        let question = desk.alice.say(&other, "!company moonshot").await?;
        desk.alice.answer_to(&question).await?;
        desk.digest_with(&desk.room, number).await?;
        let times = proxy.times("PUT", mark(&desk.room));
        let waited = times[before + 1].duration_since(times[before]);
        ensure!(waited >= Duration::from_secs(pause), "came back after {waited:?}, not {pause} s");
    }
    desk.check_count(&desk.room, 2).await?;
    desk.bot.terminate().await
}

#[tokio::test]
async fn a_send_that_hangs_holds_up_nobody_and_killed_meanwhile_it_is_sent_once() -> Result<()> {
    let (mut desk, proxy) = Newsroom::behind_proxy().await?;
    let other = desk.another_room("!digest on").await?;
    for fault in [Fault::Hold, Fault::LoseAnswer] {
        let number = if matches!(fault, Fault::Hold) { 2_001 } else { 2_002 };
        let before = proxy.count("PUT", mark(&desk.room));
        proxy.harm("PUT", mark(&desk.room), fault);
        desk.facts.set_employees("moonshot-ai", number)?;
        others_are_served(&desk, &proxy, &other, before + 1).await?;
        desk.digest_with(&other, number).await?;
        desk.bot.kill().await?;
        proxy.heal();
        desk.bot = desk.desk.start()?;
        desk.digest_with(&desk.room, number).await?;
    }
    desk.check_count(&desk.room, 2).await?;
    desk.check_count(&other, 2).await?;
    desk.bot.terminate().await
}

#[tokio::test]
async fn changes_while_the_homeserver_is_gone_are_told_when_it_is_back() -> Result<()> {
    let (desk, proxy) = Newsroom::behind_proxy().await?;
    proxy.harm("", "", Fault::Refuse);
    desk.facts.set_employees("moonshot-ai", 2_001)?;
    let gone = Instant::now();
    // It is the passing of time that is tested: several quiet periods and tries.
    tokio::time::sleep(Duration::from_secs(3)).await;
    desk.facts.set_employees("zhipu-ai", 2_002)?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    proxy.heal();
    let tries = proxy.times("", "").into_iter().filter(|time| *time > gone).count();
    ensure!(tries < 200, "{tries} requests in five seconds to a homeserver that is gone");
    desk.digest_with(&desk.room, 2_001).await?;
    desk.digest_with(&desk.room, 2_002).await?;
    let told = super::digests(&desk.alice, &desk.room);
    for number in [2_001, 2_002] {
        ensure!(told.iter().filter(|digest| super::tells(digest, number)).count() == 1, "{number} told twice");
    }
    desk.bot.terminate().await
}

#[tokio::test]
async fn with_a_new_device_it_looks_whether_its_digest_had_arrived() -> Result<()> {
    let (mut desk, proxy) = Newsroom::behind_proxy().await?;
    let other = desk.another_room("!digest on").await?;
    // In the one room the homeserver has taken it and the bot does not know; in the other one it has not.
    proxy.harm("PUT", mark(&desk.room), Fault::LoseAnswer);
    proxy.harm("PUT", mark(&other), Fault::Hold);
    let before = (proxy.count("PUT", mark(&desk.room)), proxy.count("PUT", mark(&other)));
    desk.facts.set_employees("moonshot-ai", 2_001)?;
    proxy.wait_served("PUT", mark(&desk.room), before.0 + 1).await?;
    proxy.wait_seen("PUT", mark(&other), before.1 + 1).await?;
    desk.bot.kill().await?;
    // A new log-in is a new device, to which the homeserver's memory of transactions does not reach.
    desk.desk.forget_session()?;
    proxy.heal();
    desk.bot = desk.desk.start()?;
    desk.digest_with(&other, 2_001).await?;
    desk.check_count(&desk.room, 1).await?;
    desk.check_count(&other, 1).await?;
    desk.change_and_wait("zhipu-ai", 2_002).await?;
    desk.check_count(&desk.room, 2).await?;
    desk.bot.terminate().await
}
