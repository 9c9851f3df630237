//! Many rooms and a homeserver with limits: whoever asks goes first.

use anyhow::{Context as _, Result, ensure};

use super::{digest_with, digests, is_digest, open_room};
use crate::{
    scene::check_answered_once,
    support::{
        bot::Installation,
        event::Event,
        facts::Facts,
        listen::Participant as _,
        person::Person,
        synapse::{Messages, Synapse},
    },
};

/// More than the homeserver takes at once, which is ten messages: then it is one in five seconds.
const ROOMS: usize = 12;

#[tokio::test]
async fn under_the_default_limits_an_answer_goes_before_the_digests_that_are_left() -> Result<()> {
    let server = tokio::task::spawn_blocking(|| Synapse::start_with(Messages::Default)).await??;
    let facts = Facts::new()?;
    let desk = Installation::new(&server)
        .await?
        .set("DATA__DIR", &facts.dir().display().to_string())
        .set("DIGEST__QUIET_PERIOD", "1s");
    let bot = desk.start()?;
    let alice = Person::register(&server, "alice").await?;
    // The limits are theirs, too.
    let carol = Person::register(&server, "carol").await?;
    let bob = Person::register(&server, "bob").await?;
    let other = open_room(&bob, &desk, "").await?;
    let mut rooms = Vec::new();
    for owner in [&alice, &carol].into_iter().cycle().take(ROOMS) {
        rooms.push((owner, open_room(owner, &desk, "!digest on").await?));
    }
    facts.set_employees("moonshot-ai", 2_001)?;
    // Digests are on their way, and not all of them can be sent at once.
    alice.wait_for("a first digest", is_digest).await?;
    let question = bob.say(&other, "!company moonshot").await?;
    let answer = bob.answer_to(&question).await?;
    for (owner, room) in &rooms {
        digest_with(*owner, room, 2_001).await?;
    }
    let asked = bob.heard().all(|event| event.id() == question).first().map(Event::sent_at).context("not heard")??;
    let answered = answer.sent_at()?;
    let all: Vec<Event> = rooms.iter().flat_map(|(owner, room)| digests(*owner, room)).collect();
    ensure!(all.len() == ROOMS, "{} digests in {ROOMS} rooms", all.len());
    let times: Vec<u64> = all.iter().map(Event::sent_at).collect::<Result<_>>()?;
    let after = times.iter().filter(|time| **time > answered).count();
    let before = times.iter().filter(|time| (asked..answered).contains(*time)).count();
    eprintln!("answered after {} ms; {before} digests went before it, {after} after", answered - asked);
    // What was on the wire as the question came may be taken still.
    ensure!(before <= 2, "{before} digests were sent while an answer waited");
    ensure!(after > 0, "nothing was left to send: this tests nothing");
    bot.terminate().await
}

#[tokio::test]
async fn without_limits_a_question_amid_many_digests_is_answered_at_once() -> Result<()> {
    let desk = super::Newsroom::open().await?;
    let mut rooms = Vec::new();
    for _ in 0..12 {
        rooms.push(desk.another_room("!digest on").await?);
    }
    let bob = Person::register(Synapse::shared()?, "bob").await?;
    let other = open_room(&bob, &desk.desk, "!help").await?;
    desk.facts.set_employees("moonshot-ai", 2_001)?;
    desk.alice.wait_for("a first digest", is_digest).await?;
    let mut asked = Vec::new();
    let mut waited = Vec::new();
    for _ in 0..5 {
        let start = std::time::Instant::now();
        let question = bob.say(&other, "!company moonshot").await?;
        bob.answer_to(&question).await?;
        waited.push(start.elapsed());
        asked.push(question);
    }
    eprintln!("answers amid the digests took {waited:?}");
    check_answered_once(&bob, &other, &asked).await?;
    for room in &rooms {
        desk.digest_with(room, 2_001).await?;
    }
    bob.ask(&other, "!help").await?;
    desk.alice.listen(std::time::Duration::ZERO).await?;
    for room in &rooms {
        ensure!(digests(&desk.alice, room).len() == 1, "not one digest in {room}");
    }
    desk.bot.terminate().await
}
