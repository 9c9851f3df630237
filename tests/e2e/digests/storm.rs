//! Killed again and again under a stream of changes: each room has each change once, whatever the moment.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Result, ensure};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use tokio::time::{sleep, timeout};

use super::{Newsroom, digests, numbers};
use crate::support::{event::Event, facts::company_file, listen::Participant as _, proxy::Proxy};

const KILLS: u32 = 54;
const ROOMS: usize = 5;
/// Above every number that stands in a digest for another reason.
const FIRST: u32 = 100_000;

/// The companies: each is changed once, so that no change is the correction of another, and each to a number of its own.
fn companies(changed: u32) -> String {
    let company = |number: u32| {
        let employees = if number < changed { FIRST + number } else { 50_000 + number };
        let tag = if number.is_multiple_of(2) { "even" } else { "odd" };
        company_file(
            &format!("c-{number:03}"),
            &format!("Firm {}", letters(number)),
            &format!("F{number:03}"),
            tag,
            employees,
        )
    };
    (0..2 * KILLS).map(company).collect::<Vec<_>>().join("\n")
}

/// A name without a number in it.
fn letters(number: u32) -> String {
    let letter = |part: u32| char::from(b'a' + u8::try_from(part % 26).unwrap_or_default());
    format!("Q{}{}{}x", letter(number / 676), letter(number / 26), letter(number))
}

#[tokio::test]
async fn killed_fifty_times_it_tells_each_change_once_in_each_room() -> Result<()> {
    let mut chance = chance();
    let (mut desk, proxy) = Newsroom::behind_proxy().await?;
    desk.bot.terminate().await?;
    desk.facts.write("firms.toml", &companies(0))?;
    desk.desk = desk.desk.set("DIGEST__QUIET_PERIOD", "150ms").set("DIGEST__LONGEST_GATHERING", "1s");
    desk.bot = desk.desk.start()?;
    desk.alice.ask(&desk.room, "!help").await?;
    let mut rooms = vec![desk.room.clone()];
    for _ in 1..ROOMS {
        rooms.push(desk.another_room("!digest on").await?);
    }
    let mut changed = 0;
    for kill in 0..KILLS {
        // Some changes come while it is down or starting, the others while it runs.
        let early = chance.random_bool(0.5);
        if early {
            changed += 1;
            desk.facts.replace("firms.toml", &companies(changed))?;
        }
        sleep(Duration::from_millis(chance.random_range(0..500))).await;
        if !early || chance.random_bool(0.3) {
            changed += 1;
            desk.facts.replace("firms.toml", &companies(changed))?;
        }
        wait_for_the_end(&mut chance, &proxy, kill).await;
        desk.bot.kill().await?;
        desk.bot = desk.desk.start()?;
    }
    changed += 1;
    desk.facts.replace("firms.toml", &companies(changed))?;
    for room in &rooms {
        // What gathered on a slow machine may be more than a digest's first message holds.
        let last = FIRST + changed - 1;
        let told = |event: &Event| is_told(&desk, room, event) && numbers(event.body()).contains(&last);
        desk.alice.wait_for(&format!("{last} in {room}"), told).await?;
    }
    for room in &rooms {
        desk.alice.ask(room, "!help").await?;
        count(&desk, room, changed)?;
    }
    desk.bot.terminate().await
}

/// Waits until the bot is to be killed: at any moment, and one time in three as it sends, be it the first message or a
/// later one.
async fn wait_for_the_end(chance: &mut StdRng, proxy: &Proxy, kill: u32) {
    if kill.is_multiple_of(3) {
        let number = proxy.count("PUT", "/send/") + chance.random_range(1..=ROOMS);
        // In vain, if there is no more to send.
        let _ = timeout(Duration::from_secs(4), proxy.wait_seen("PUT", "/send/", number)).await;
        sleep(Duration::from_millis(chance.random_range(0..20))).await;
    } else {
        sleep(Duration::from_millis(chance.random_range(100..900))).await;
    }
}

fn chance() -> StdRng {
    let seed = std::env::var("STORM_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    eprintln!("STORM_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

/// Whether `event` is what the desk says in `room`, be it an answer, a digest or a part of one.
fn is_told(desk: &Newsroom, room: &str, event: &Event) -> bool {
    event.room == room && event.sender() == desk.desk.user_id() && event.is_message() && event.replaces().is_none()
}

/// Fails unless `room` was told each of `changed` changes, and told it once.
fn count(desk: &Newsroom, room: &str, changed: u32) -> Result<()> {
    let heads = digests(&desk.alice, room);
    let mut keys: Vec<&str> = heads.iter().filter_map(Event::digest_key).collect();
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    ensure!(keys.len() == all, "{all} digests under {} keys in {room}", keys.len());
    let mut times = BTreeMap::<u32, usize>::new();
    for event in desk.alice.heard().all(|event| is_told(desk, room, event)) {
        for number in numbers(event.body()).into_iter().filter(|number| (FIRST..FIRST + changed).contains(number)) {
            *times.entry(number).or_default() += 1;
        }
    }
    let lost: Vec<u32> = (FIRST..FIRST + changed).filter(|number| !times.contains_key(number)).collect();
    let twice: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    ensure!(lost.is_empty() && twice.is_empty(), "{room}: {all} digests, never told {lost:?}, told twice {twice:?}");
    eprintln!("{changed} changes in {all} digests in {room}");
    Ok(())
}

#[tokio::test]
async fn killed_while_it_corrects_itself_it_contradicts_itself_nowhere() -> Result<()> {
    let mut chance = chance();
    let (mut desk, proxy) = Newsroom::behind_proxy().await?;
    let mut told = FIRST;
    desk.change_and_wait("moonshot-ai", told).await?;
    for kill in 0..12 {
        told += 1;
        desk.facts.set_employees("moonshot-ai", told)?;
        sleep(Duration::from_millis(chance.random_range(0..1500))).await;
        wait_for_the_end(&mut chance, &proxy, kill).await;
        desk.bot.kill().await?;
        desk.bot = desk.desk.start()?;
    }
    desk.change_and_wait("moonshot-ai", told + 1).await?;
    desk.alice.ask(&desk.room, "!help").await?;
    // Each digest goes on from what the one before it told.
    let chain: Vec<Vec<u32>> = digests(&desk.alice, &desk.room)
        .iter()
        .map(|digest| numbers(digest.body()).into_iter().filter(|number| *number >= FIRST).collect())
        .collect();
    ensure!(chain[0] == [FIRST], "the first: {chain:?}");
    for pair in chain.windows(2) {
        ensure!(pair[1].len() == 2 && pair[0].last() == pair[1].first(), "{:?} after {:?}", pair[1], pair[0]);
    }
    // Each edit of a digest was sent once.
    let edit = |event: &Event| event.room == desk.room && event.replaces().is_some();
    let mut edits: Vec<String> =
        desk.alice.heard().all(edit).iter().map(|event| format!("{:?} {}", event.replaces(), event.body())).collect();
    let all = edits.len();
    edits.sort_unstable();
    edits.dedup();
    ensure!(edits.len() == all && all > 0, "{all} edits, {} of them different", edits.len());
    eprintln!("{} digests, {all} edits: {chain:?}", chain.len());
    desk.bot.terminate().await
}
