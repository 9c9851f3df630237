//! A homeserver that asks for too much: too long a wait, too many polls, more patience than others have.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::{
    digests::{Newsroom, network::mark},
    scene::{Scene, check_answered_once},
    support::{
        SOON,
        bot::Installation,
        listen::Participant as _,
        proxy::{Fault, Proxy},
        synapse::Synapse,
    },
};

fn later(milliseconds: u64) -> Fault {
    Fault::Answer(429, limit(&json!(milliseconds)))
}

fn limit(milliseconds: &Value) -> Value {
    json!({ "errcode": "M_LIMIT_EXCEEDED", "error": "later", "retry_after_ms": milliseconds })
}

/// Waits that nobody would wait for.
fn endless() -> [Fault; 4] {
    let day = 86_400;
    [Fault::RetryAfter(day), later(day * 1000), Fault::RetryAfter(i64::MAX.unsigned_abs()), later(u64::MAX)]
}

#[tokio::test]
async fn digests_that_are_to_wait_for_a_day_hold_up_no_other_room() -> Result<()> {
    let (desk, proxy) = Newsroom::behind_proxy().await?;
    let other = desk.another_room("!digest on").await?;
    let mut limited = Vec::new();
    for fault in endless() {
        let room = desk.another_room("!digest on").await?;
        proxy.harm("PUT", mark(&room), fault);
        limited.push((proxy.count("PUT", mark(&room)), room));
    }
    for number in [2_001, 2_002] {
        desk.facts.set_employees("moonshot-ai", number)?;
        let start = Instant::now();
        desk.digest_with(&other, number).await?;
        ensure!(start.elapsed() < SOON, "{number} after {:?}", start.elapsed());
        let start = Instant::now();
        desk.alice.ask(&other, "!company moonshot").await?;
        ensure!(start.elapsed() < SOON, "answered after {:?}", start.elapsed());
    }
    for (before, room) in &limited {
        let tries = proxy.count("PUT", mark(room)) - before;
        ensure!(tries == 1, "{tries} tries where the homeserver asks for a day");
    }
    desk.bot.terminate().await
}

#[tokio::test]
async fn answers_that_are_to_wait_for_ever_hold_up_no_other_room() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    alice.ask(&room, "!help").await?;
    for fault in endless() {
        let limited = alice.create_room(&[desk.user_id()]).await?;
        alice.wait_joined(&limited, desk.user_id()).await?;
        proxy.harm("PUT", mark(&limited), fault);
        alice.say(&limited, "!company moonshot").await?;
        proxy.wait_seen("PUT", mark(&limited), 1).await?;
        for _ in 0..3 {
            let start = Instant::now();
            alice.ask(&room, "!company moonshot").await?;
            ensure!(start.elapsed() < SOON, "answered after {:?}", start.elapsed());
        }
    }
    bot.terminate().await
}

/// In less than two seconds there are not so many.
const POLLS: usize = 10;

#[tokio::test]
async fn polls_that_return_at_once_with_nothing_are_not_asked_for_without_end() -> Result<()> {
    let (Scene { alice, bot, room, .. }, proxy) = Scene::behind_proxy().await?;
    alice.ask(&room, "!help").await?;
    let question = alice.say(&room, "!company moonshot").await?;
    alice.answer_to(&question).await?;
    proxy.harm("GET", "/sync", Fault::NothingNew);
    // Ends the long poll that may be under way.
    alice.say(&room, "thank you").await?;
    let (before, start) = (proxy.count("GET", "/sync"), Instant::now());
    proxy.wait_seen("GET", "/sync", before + POLLS).await?;
    ensure!(start.elapsed() > Duration::from_secs(2), "{POLLS} polls in {:?}", start.elapsed());
    let meanwhile = alice.say(&room, "!timeline 2023").await?;
    proxy.heal();
    check_answered_once(&alice, &room, &[question, meanwhile]).await?;
    bot.terminate().await
}

#[tokio::test]
async fn invites_that_hang_hold_up_no_honest_one() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    alice.ask(&room, "!help").await?;
    proxy.harm("POST", "/join", Fault::Hold);
    for _ in 0..24 {
        alice.create_room(&[desk.user_id()]).await?;
    }
    proxy.wait_seen("POST", "/join", 1 + 8).await?;
    let honest = alice.create_room(&[]).await?;
    let_through(&proxy, &honest);
    let start = Instant::now();
    alice.invite(&honest, desk.user_id()).await?;
    alice.wait_joined(&honest, desk.user_id()).await?;
    ensure!(start.elapsed() < SOON, "it came after {:?}", start.elapsed());
    alice.ask(&honest, "!help").await?;
    bot.terminate().await
}

/// Does no harm to requests about `room`, whatever else is harmed.
fn let_through(proxy: &Proxy, room: &str) {
    proxy.harm("", mark(room), Fault::None);
}

#[tokio::test]
async fn rooms_whose_past_hangs_hold_up_no_other() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    let mut rooms = Vec::new();
    for _ in 0..12 {
        let room = alice.create_room(&[desk.user_id()]).await?;
        alice.wait_joined(&room, desk.user_id()).await?;
        rooms.push(room);
    }
    alice.ask(&room, "!help").await?;
    bot.terminate().await?;
    let question = alice.say(&room, "!company moonshot").await?;
    proxy.harm("GET", "/messages", Fault::Hold);
    let_through(&proxy, &room);
    let start = Instant::now();
    let bot = desk.start()?;
    alice.answer_to(&question).await?;
    ensure!(start.elapsed() < SOON, "answered after {:?}", start.elapsed());
    proxy.heal();
    check_answered_once(&alice, &room, &[question]).await?;
    bot.terminate().await
}

#[tokio::test]
async fn an_answer_that_never_ends_is_dropped() -> Result<()> {
    let (Scene { alice, bot, room, .. }, proxy) = Scene::behind_proxy().await?;
    alice.ask(&room, "!help").await?;
    let before = proxy.count("GET", "/sync");
    proxy.harm("GET", "/sync", Fault::Endless);
    // Ends the long poll that is under way.
    alice.ask(&room, "!company moonshot").await?;
    proxy.wait_seen("GET", "/sync", before + 3).await?;
    ensure!(bot.log().contains("too long"), "{}", bot.log());
    let peak = bot.peak_memory()?;
    ensure!(peak < 800 << 20, "{} MB", peak >> 20);
    let meanwhile = alice.say(&room, "!timeline 2023").await?;
    proxy.heal();
    check_answered_once(&alice, &room, &[meanwhile]).await?;
    bot.terminate().await
}

#[tokio::test]
async fn strangers_who_send_it_messages_to_its_device_make_it_ask_for_nothing() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    alice.ask(&room, "!help").await?;
    for number in 0..60 {
        let junk = json!({
            "algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgAEpAB", "device_id": "X", "sender_key": "x",
            "session_id": format!("none-{number}"),
        });
        alice.send(&room, "m.room.encrypted", &junk).await?;
    }
    alice.ask(&room, "!help").await?;
    let (before, start) = (proxy.count("GET", "/event/"), Instant::now());
    for _ in 0..40 {
        alice.send_to_device(desk.user_id(), "m.dummy", &json!({})).await?;
        alice.ask(&room, "!help").await?;
    }
    let asked = proxy.count("GET", "/event/") - before;
    // Each is tried once in a round, and a round begins each minute.
    let rounds = usize::try_from(start.elapsed().as_secs() / 60)? + 1;
    ensure!(asked <= rounds * (60 + 2), "{asked} requests for events in {rounds} rounds");
    bot.terminate().await
}

#[tokio::test]
async fn a_clock_that_is_hours_ahead_keeps_nobody_from_an_answer() -> Result<()> {
    let (Scene { alice, desk, bot, room }, proxy) = Scene::behind_proxy().await?;
    alice.ask(&room, "!help").await?;
    bot.terminate().await?;
    let question = alice.say(&room, "!company moonshot").await?;
    proxy.harm("GET", "", Fault::Behind(7200));
    let bot = desk.start()?;
    let mut asked = vec![question];
    // What was asked while it was down, what is asked while it runs, and what is asked with an invite.
    check_answered_once(&alice, &room, &asked).await?;
    asked.push(alice.say(&room, "!timeline 2023").await?);
    check_answered_once(&alice, &room, &asked).await?;
    let next = alice.create_room(&[desk.user_id()]).await?;
    let first = alice.say(&next, "!company moonshot").await?;
    check_answered_once(&alice, &next, &[first]).await?;
    let warnings = bot.log().matches("clock differs").count();
    ensure!(warnings == 1, "{warnings} warnings of a wrong clock");
    bot.terminate().await
}

#[tokio::test]
async fn a_clock_that_is_right_is_not_warned_of() -> Result<()> {
    let scene = Scene::with(Installation::new(Synapse::shared()?).await?).await?;
    scene.alice.ask(&scene.room, "!help").await?;
    ensure!(!scene.bot.log().contains("clock"), "{}", scene.bot.log());
    scene.bot.terminate().await
}
