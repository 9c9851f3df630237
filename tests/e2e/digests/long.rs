//! A digest that is too long for one message: the top of it, and the rest in a thread under it.

use anyhow::{Result, ensure};

use super::{Newsroom, check_digest, is_digest};
use crate::support::{event::Event, facts::company_file, listen::Participant as _};

const NEW: usize = 200;

fn name(number: usize) -> String {
    format!("Quxin{number:03} Labs")
}

#[tokio::test]
async fn the_rest_is_in_a_thread_and_nothing_is_named_twice() -> Result<()> {
    let desk = Newsroom::open().await?;
    let companies: Vec<String> = (0..NEW)
        .map(|number| {
            let id = format!("quxin-{number:03}");
            company_file(&id, &name(number), &format!("QX{number:03}"), "quxin", 5_000)
        })
        .collect();
    desk.facts.replace("quxin.toml", &companies.join("\n"))?;
    let room = desk.room.clone();
    let head = |event: &Event| event.room == room && is_digest(event);
    let head = desk.alice.wait_for("the digest", head).await?;
    check_digest(&head)?;
    ensure!(head.body().contains("200"), "not how many: {}", head.body());
    ensure!(head.body().chars().count() < 6_000, "too long for a phone: {}", head.body().len());

    // Its last part is there when every name is.
    let parts = || {
        let part = |event: &Event| event.id() == head.id() || event.thread() == Some(head.id());
        desk.alice.heard().all(part).iter().map(|event| event.body().to_owned()).collect::<Vec<_>>()
    };
    let start = std::time::Instant::now();
    while !(0..NEW).all(|number| parts().iter().any(|part| part.contains(&name(number)))) {
        ensure!(start.elapsed() < crate::support::PATIENCE, "some are never named: {:#?}", parts());
        desk.alice.listen(std::time::Duration::from_secs(1)).await?;
    }
    desk.check_count(&desk.room, 1).await?;
    ensure!(parts().len() > 1, "no thread");
    for number in 0..NEW {
        let times: usize = parts().iter().map(|part| part.matches(&name(number)).count()).sum();
        ensure!(times == 1, "{} is named {times} times", name(number));
    }
    for part in desk.alice.heard().all(|event| event.thread() == Some(head.id())) {
        ensure!(part.msgtype() == "m.notice", "not a notice: {part}");
        ensure!(part.json.to_string().len() < 64 * 1024, "too large");
        let mentions = part.content()["m.mentions"].as_object().is_some_and(serde_json::Map::is_empty);
        ensure!(mentions, "mentions somebody, or does not say that it does not: {part}");
    }
    desk.bot.terminate().await
}
