//! A digest that is too long for one message: the top of it, and the rest in a thread under it.

use anyhow::{Result, ensure};

use super::{Newsroom, check_digest, is_digest};
use crate::support::{PATIENCE, event::Event, facts::company_file, listen::Participant as _, proxy::Fault};

const NEW: usize = 200;

fn name(number: usize) -> String {
    format!("Quxin{number:03} Labs")
}

fn companies() -> String {
    let company = |number: usize| {
        company_file(&format!("quxin-{number:03}"), &name(number), &format!("QX{number:03}"), "quxin", 5_000)
    };
    (0..NEW).map(company).collect::<Vec<_>>().join("\n")
}

/// The texts of the digest `head` and of what is in the thread under it.
fn parts(desk: &Newsroom, head: &Event) -> Vec<String> {
    let part = |event: &Event| event.id() == head.id() || event.thread() == Some(head.id());
    desk.alice.heard().all(part).iter().map(|event| event.body().to_owned()).collect()
}

/// Waits until every company is named.
async fn wait_for_all(desk: &Newsroom, head: &Event) -> Result<()> {
    let start = std::time::Instant::now();
    while !(0..NEW).all(|number| parts(desk, head).iter().any(|part| part.contains(&name(number)))) {
        ensure!(start.elapsed() < PATIENCE, "some are never named: {:#?}", parts(desk, head));
        desk.alice.listen(std::time::Duration::from_secs(1)).await?;
    }
    Ok(())
}

/// Fails unless every company is named exactly once.
fn check_named_once(desk: &Newsroom, head: &Event) -> Result<()> {
    for number in 0..NEW {
        let times: usize = parts(desk, head).iter().map(|part| part.matches(&name(number)).count()).sum();
        ensure!(times == 1, "{} is named {times} times", name(number));
    }
    Ok(())
}

#[tokio::test]
async fn the_rest_is_in_a_thread_and_nothing_is_named_twice() -> Result<()> {
    let desk = Newsroom::open().await?;
    desk.facts.replace("quxin.toml", &companies())?;
    let room = desk.room.clone();
    let head = |event: &Event| event.room == room && is_digest(event);
    let head = desk.alice.wait_for("the digest", head).await?;
    check_digest(&head)?;
    ensure!(head.body().contains("200"), "not how many: {}", head.body());
    ensure!(head.body().chars().count() < 6_000, "too long for a phone: {}", head.body().len());

    wait_for_all(&desk, &head).await?;
    desk.check_count(&desk.room, 1).await?;
    ensure!(parts(&desk, &head).len() > 1, "no thread");
    check_named_once(&desk, &head)?;
    for part in desk.alice.heard().all(|event| event.thread() == Some(head.id())) {
        ensure!(part.msgtype() == "m.notice", "not a notice: {part}");
        ensure!(part.json.to_string().len() < 64 * 1024, "too large");
        let mentions = part.content()["m.mentions"].as_object().is_some_and(serde_json::Map::is_empty);
        ensure!(mentions, "mentions somebody, or does not say that it does not: {part}");
    }
    desk.bot.terminate().await
}

#[tokio::test]
async fn killed_at_each_of_its_messages_it_is_told_whole_and_once() -> Result<()> {
    let (mut desk, proxy) = Newsroom::behind_proxy().await?;
    let mark = super::network::mark(&desk.room).to_owned();
    let before = proxy.count("PUT", &mark);
    proxy.harm("PUT", &mark, Fault::LoseAnswer);
    desk.facts.replace("quxin.toml", &companies())?;
    proxy.wait_served("PUT", &mark, before + 1).await?;
    desk.bot.kill().await?;
    proxy.heal();
    for _ in 0..4 {
        let before = proxy.count("PUT", &mark);
        desk.bot = desk.desk.start()?;
        // None, when the last one has been sent.
        let sending = proxy.wait_seen("PUT", &mark, before + 1);
        let _ = tokio::time::timeout(std::time::Duration::from_secs(3), sending).await;
        desk.bot.kill().await?;
    }
    desk.bot = desk.desk.start()?;
    let room = desk.room.clone();
    let head = |event: &Event| event.room == room && is_digest(event);
    let head = desk.alice.wait_for("the digest", head).await?;
    wait_for_all(&desk, &head).await?;
    desk.check_count(&desk.room, 1).await?;
    check_named_once(&desk, &head)?;
    desk.bot.terminate().await
}
