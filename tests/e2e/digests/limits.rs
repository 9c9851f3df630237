//! Many rooms and a homeserver with limits: whoever asks goes first.

use anyhow::{Context as _, Result, ensure};

use super::{digest_with, digests, is_digest, open_room};
use crate::{
    scene::check_answered_once,
    support::{
        PATIENCE,
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
async fn digests_that_are_late_get_their_turn_among_people_who_never_stop_asking() -> Result<()> {
    let server = tokio::task::spawn_blocking(|| Synapse::start_with(Messages::Scarce)).await??;
    let facts = Facts::new()?;
    let desk = Installation::new(&server)
        .await?
        .set("DATA__DIR", &facts.dir().display().to_string())
        .set("DIGEST__QUIET_PERIOD", "1s");
    let bot = desk.start()?;
    let alice = Person::register(&server, "alice").await?;
    let mut rooms = Vec::new();
    for _ in 0..3 {
        rooms.push(open_room(&alice, &desk, "!digest on").await?);
    }
    let mut askers = Vec::new();
    for _ in 0..2 {
        let person = Person::register(&server, "bob").await?;
        let room = open_room(&person, &desk, "").await?;
        askers.push((person, room));
    }
    let asking = askers.iter().map(|(person, room)| async move {
        let mut asked = Vec::new();
        loop {
            // Together twice as much as the desk may say.
            if let Ok(question) = person.say(room, "!company moonshot").await {
                asked.push(question);
            }
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            if asked.len() > 400 {
                return asked;
            }
        }
    });
    let mut asking: Vec<_> = asking.map(Box::pin).collect();
    let [first, second] = &mut asking[..] else { anyhow::bail!("two people ask") };
    // They have a backlog by the time that something changes.
    let backlog = std::time::Duration::from_secs(10);
    tokio::select! {
        _ = &mut *first => {}
        _ = &mut *second => {}
        () = tokio::time::sleep(backlog) => {}
    }
    facts.set_employees("moonshot-ai", 2_001)?;
    let start = std::time::Instant::now();
    let told = async {
        while rooms.iter().any(|room| digests(&alice, room).is_empty()) {
            alice.listen(std::time::Duration::from_secs(1)).await?;
        }
        anyhow::Ok(start.elapsed())
    };
    let told = tokio::select! {
        _ = &mut *first => anyhow::bail!("no digests while they asked"),
        _ = &mut *second => anyhow::bail!("no digests while they asked"),
        told = tokio::time::timeout(PATIENCE, told) => told??,
    };
    eprintln!("all digests were there after {told:?}");
    // Both were served meanwhile, in turn.
    let mut answers = Vec::new();
    for (person, room) in &askers {
        person.listen(std::time::Duration::ZERO).await?;
        let said = person.heard().all(|event| event.room == *room && event.sender() == desk.user_id());
        answers.push(said.iter().filter(|event| event.replies_to().is_some()).count());
    }
    eprintln!("answers meanwhile: {answers:?}");
    ensure!(answers.iter().all(|count| *count > 5) && answers[0].abs_diff(answers[1]) <= 4, "{answers:?}");
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
