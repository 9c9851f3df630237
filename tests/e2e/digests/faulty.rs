//! What is wrong, or looks like an accident, changes nothing until somebody has seen to it; and nothing is lost meanwhile.

use std::{fs, time::Duration};

use anyhow::{Result, ensure};

use super::{Newsroom, ask_until, check_digest, digest_with, tells};
use crate::support::{
    bot::Installation,
    event::Event,
    facts::{COMPANIES, Facts},
    listen::Participant as _,
    synapse::Synapse,
};

#[tokio::test]
async fn a_slip_of_the_pen_is_reported_once_and_told_when_it_is_mended() -> Result<()> {
    let desk = Newsroom::open().await?;
    let sound = Facts::company("moonshot-ai")?.replace("1001", "2001");
    // The twelfth line: sources of the first claim.
    let faulty = sound.replacen("sources = [\"desk-2025\"]", "sources = [\"desk-2026\"]", 1);
    desk.facts.write("moonshot-ai.toml", &faulty)?;
    let report = desk.report_with("moonshot-ai.toml:10:").await?;
    ensure!(report.body().contains("desk-2026"), "not what is wrong: {}", report.body());
    ensure!(report.msgtype() == "m.notice", "{report}");
    // The same again is no news for the admins.
    desk.facts.write("moonshot-ai.toml", &faulty)?;
    let told = desk.alice.ask(&desk.room, "!reload").await?;
    ensure!(told.body().contains("moonshot-ai.toml:10:"), "whoever reloads is told why not: {}", told.body());
    let answer = desk.alice.ask(&desk.room, "!company moonshot").await?;
    ensure!(tells(&answer, 1_001) && !tells(&answer, 2_001), "answers from a faulty dataset: {}", answer.body());
    let reports = desk.reports().iter().filter(|event| event.body().contains("moonshot-ai.toml:10:")).count();
    ensure!(reports == 1, "reported {reports} times");
    desk.check_count(&desk.room, 0).await?;

    desk.facts.write("moonshot-ai.toml", &sound)?;
    desk.digest_with(&desk.room, 2_001).await?;
    desk.check_count(&desk.room, 1).await?;
    desk.bot.terminate().await
}

#[tokio::test]
async fn broken_in_many_ways_nothing_is_told_and_the_desk_goes_on() -> Result<()> {
    let desk = Newsroom::open().await?;
    let good = Facts::company("moonshot-ai")?;
    let half = &good[..good.len() / 2];
    let breakages: [(&str, &[u8]); 5] = [
        ("half a file", half.as_bytes()),
        ("not TOML", b"[[company]\nid = 1"),
        (
            "no source",
            b"[[company]]\nid = \"x-1\"\nname = \"X\"\n[[company.claims]]\nproperty = \"founded\"\nvalue = \"2020\"\n",
        ),
        ("not UTF-8", b"[[company]]\nid = \"x-2\"\nname = \"\xff\"\n"),
        ("a twin", b"[[company]]\nid = \"deepseek\"\nname = \"DeepSeek the second\"\n"),
    ];
    for (what, text) in breakages {
        fs::write(desk.facts.at("broken.toml"), text)?;
        let told = desk.alice.ask(&desk.room, "!reload").await?;
        ensure!(told.body().contains("broken.toml"), "{what}: {}", told.body());
        let answer = desk.alice.ask(&desk.room, "!company deepseek").await?;
        ensure!(tells(&answer, 1_004), "{what}: {}", answer.body());
    }
    desk.check_count(&desk.room, 0).await?;
    desk.facts.remove("broken.toml")?;
    desk.change_and_wait("moonshot-ai", 2_001).await?;
    desk.check_count(&desk.room, 1).await?;
    desk.bot.terminate().await
}

#[tokio::test]
async fn an_emptied_folder_is_an_accident() -> Result<()> {
    let desk = Newsroom::open().await?;
    let hidden = tempfile::tempdir()?;
    for entry in fs::read_dir(desk.facts.dir())? {
        let entry = entry?;
        fs::copy(entry.path(), hidden.path().join(entry.file_name()))?;
        fs::remove_file(entry.path())?;
    }
    desk.report_with("10 of the 10").await?;
    let answer = desk.alice.ask(&desk.room, "!company moonshot").await?;
    ensure!(tells(&answer, 1_001), "forgot everything: {}", answer.body());
    for entry in fs::read_dir(hidden.path())? {
        let entry = entry?;
        fs::copy(entry.path(), desk.facts.at(&entry.file_name().to_string_lossy()))?;
    }
    desk.alice.ask(&desk.room, "!reload").await?;
    desk.change_and_wait("zhipu-ai", 2_002).await?;
    desk.check_count(&desk.room, 1).await?;
    desk.bot.terminate().await
}

#[tokio::test]
async fn the_withdrawal_of_more_than_a_fifth_waits_for_an_admin() -> Result<()> {
    let desk = Newsroom::open().await?;
    let gone = &COMPANIES[5..];
    for (id, ..) in gone {
        desk.facts.remove(&format!("{id}.toml"))?;
    }
    let report = desk.report_with("!reload force").await?;
    ensure!(report.body().contains('3'), "not how many: {}", report.body());
    let answer = desk.alice.ask(&desk.room, "!company biren").await?;
    ensure!(tells(&answer, 1_008), "withdrew what was held: {}", answer.body());
    let told = desk.alice.ask(&desk.room, "!reload").await?;
    ensure!(told.body().contains("force"), "not how to go on: {}", told.body());
    desk.check_count(&desk.room, 0).await?;

    desk.alice.ask(&desk.room, "!reload force").await?;
    let room = desk.room.clone();
    let told = |event: &Event| event.room == room && super::is_digest(event) && event.body().contains("Biren");
    let digest = desk.alice.wait_for("the withdrawals", told).await?;
    check_digest(&digest)?;
    for (_, name, ..) in gone {
        ensure!(digest.body().contains(name), "{name} is missing: {}", digest.body());
    }
    desk.check_count(&desk.room, 1).await?;
    desk.bot.terminate().await
}

#[tokio::test]
async fn what_changed_while_it_was_down_is_told_at_the_next_start() -> Result<()> {
    let mut desk = Newsroom::open().await?;
    desk.change_and_wait("moonshot-ai", 2_001).await?;
    desk.bot.terminate().await?;
    desk.facts.set_employees("zhipu-ai", 2_002)?;
    desk.bot = desk.desk.start()?;
    let digest = desk.digest_with(&desk.room, 2_002).await?;
    ensure!(!tells(&digest, 2_001), "told twice: {}", digest.body());
    desk.bot.terminate().await?;

    // A start without a change has nothing to tell.
    desk.bot = desk.desk.start()?;
    desk.check_count(&desk.room, 2).await?;
    desk.bot.terminate().await
}

#[tokio::test]
async fn started_over_faulty_data_it_serves_what_it_had_and_says_so() -> Result<()> {
    let mut desk = Newsroom::open().await?;
    desk.change_and_wait("moonshot-ai", 2_001).await?;
    desk.bot.terminate().await?;
    let sound = Facts::company("zhipu-ai")?.replace("1002", "2002");
    desk.facts.write("zhipu-ai.toml", &sound.replace("2015", "in 2015, they say"))?;
    desk.bot = desk.desk.start()?;
    let report = desk.report_with("zhipu-ai.toml:").await?;
    ensure!(!report.body().is_empty(), "{report}");
    let answer = desk.alice.ask(&desk.room, "!company moonshot").await?;
    ensure!(tells(&answer, 2_001), "not the last release: {}", answer.body());
    let answer = desk.alice.ask(&desk.room, "!company zhipu").await?;
    ensure!(tells(&answer, 1_002), "{}", answer.body());
    desk.check_count(&desk.room, 1).await?;
    // Once said at the start, it is no news when somebody looks again.
    desk.alice.ask(&desk.room, "!reload").await?;
    desk.alice.ask(&desk.room, "!help").await?;
    let reports = desk.reports().iter().filter(|event| event.body().contains("zhipu-ai.toml:")).count();
    ensure!(reports == 1, "reported {reports} times");

    desk.facts.write("zhipu-ai.toml", &sound)?;
    let digest = desk.digest_with(&desk.room, 2_002).await?;
    ensure!(!tells(&digest, 2_001), "told twice: {}", digest.body());
    desk.bot.terminate().await
}

#[tokio::test]
async fn a_folder_that_is_swapped_under_it_as_git_sync_does() -> Result<()> {
    let home = tempfile::tempdir()?;
    let current = home.path().join("current");
    let checkouts = [Facts::new()?, Facts::new()?];
    checkouts[1].set_employees("moonshot-ai", 2_001)?;
    let swap = |to: &Facts| -> Result<()> {
        std::os::unix::fs::symlink(to.dir(), home.path().join("next"))?;
        Ok(fs::rename(home.path().join("next"), &current)?)
    };
    swap(&checkouts[0])?;
    let desk = Newsroom::open().await?;
    desk.bot.terminate().await?;
    let installation = desk.desk.set("DATA__DIR", &current.display().to_string());
    let bot = installation.start()?;
    desk.alice.ask(&desk.room, "!help").await?;
    swap(&checkouts[1])?;
    check_digest(&digest_with(&desk.alice, &desk.room, 2_001).await?)?;
    checkouts[1].set_employees("moonshot-ai", 2_002)?;
    digest_with(&desk.alice, &desk.room, 2_002).await?;
    bot.terminate().await
}

#[tokio::test]
async fn a_file_that_is_written_slowly_is_not_read_in_halves() -> Result<()> {
    use std::io::Write as _;
    let desk = Newsroom::open().await?;
    let text = Facts::company("moonshot-ai")?.replace("1001", "2001");
    let mut file = fs::File::create(desk.facts.at("moonshot-ai.toml"))?;
    for part in text.as_bytes().chunks(text.len() / 5) {
        file.write_all(part)?;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    drop(file);
    desk.digest_with(&desk.room, 2_001).await?;
    ensure!(desk.reports().is_empty(), "half a file was reported: {:?}", desk.reports());
    desk.check_count(&desk.room, 1).await?;
    desk.bot.terminate().await
}

#[tokio::test]
async fn without_a_folder_the_built_in_facts_are_a_silent_baseline() -> Result<()> {
    let installation = Installation::new(Synapse::shared()?).await?.without("DATA__DIR");
    let scene = crate::scene::Scene::with(installation).await?;
    scene.alice.ask(&scene.room, "!digest on").await?;
    ask_until(&scene.alice, &scene.room, "!company moonshot", "Moonshot AI").await?;
    ensure!(super::digests(&scene.alice, &scene.room).is_empty(), "told of its first release");
    scene.bot.terminate().await
}
