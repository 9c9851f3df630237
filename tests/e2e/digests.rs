//! Digests: what changed is told, once, to the rooms that asked.
//!
//! Each test has a small dataset of its own and changes it as an editor would. A quiet period of a second makes the desk tell
//! soon; what must not be told is seen by what comes later without it.

mod faulty;
mod follows;
mod limits;
mod long;
pub mod network;
mod out_of_reach;
mod sealed;
mod slots;
mod storm;
mod told;
mod untrusted;
mod who_may;

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::{
    scene::installation_behind_proxy,
    support::{
        PATIENCE,
        bot::{Bot, Installation},
        event::Event,
        facts::{Facts, bare_numbers},
        listen::Participant,
        person::Person,
        proxy::Proxy,
        synapse::Synapse,
    },
};

/// Alice in a plain room whose desk tells of each change; she may have the dataset reloaded.
pub struct Newsroom {
    pub facts: Facts,
    pub alice: Person,
    pub desk: Installation,
    pub bot: Bot,
    /// The room that asked for digests.
    pub room: String,
    /// The room in which the desk speaks to its admins.
    pub admins: String,
}

impl Newsroom {
    pub async fn open() -> Result<Self> {
        Self::with(Installation::new(Synapse::shared()?).await?).await
    }

    pub async fn behind_proxy() -> Result<(Self, Proxy)> {
        let (desk, proxy) = installation_behind_proxy().await?;
        Ok((Self::with(desk).await?, proxy))
    }

    async fn with(desk: Installation) -> Result<Self> {
        Self::over(desk, Facts::new()?).await
    }

    /// The bot is `desk`, over `facts`.
    pub async fn over(desk: Installation, facts: Facts) -> Result<Self> {
        let alice = Person::register(Synapse::shared()?, "alice").await?;
        let admins = alice.create_room(&[desk.user_id()]).await?;
        let desk = desk
            .set("DATA__DIR", &facts.dir().display().to_string())
            .set("DIGEST__QUIET_PERIOD", "1s")
            .set("ACCESS__ADMINS", alice.user_id())
            .set("ACCESS__ADMIN_ROOM", &admins);
        let bot = desk.start()?;
        alice.wait_joined(&admins, desk.user_id()).await?;
        let room = open_room(&alice, &desk, "!digest on").await?;
        Ok(Self { facts, alice, desk, bot, room, admins })
    }

    /// One more room, in which `wish` (`!digest on`, …) has been asked for.
    pub async fn another_room(&self, wish: &str) -> Result<String> {
        open_room(&self.alice, &self.desk, wish).await
    }

    /// Changes a figure and waits for the digest that tells the new one in `room`.
    pub async fn change_and_wait(&self, company: &str, employees: u32) -> Result<Event> {
        self.facts.set_employees(company, employees)?;
        self.digest_with(&self.room, employees).await
    }

    /// Waits for the digest in `room` that tells `number`.
    pub async fn digest_with(&self, room: &str, number: u32) -> Result<Event> {
        let digest = digest_with(&self.alice, room, number).await?;
        check_digest(&digest)?;
        ensure!(digest.sender() == self.desk.user_id(), "not from the desk: {digest}");
        Ok(digest)
    }

    /// Fails unless `room` has had exactly `number` digests by the time that a question asked now is answered.
    pub async fn check_count(&self, room: &str, number: usize) -> Result<()> {
        self.alice.ask(room, "!help").await?;
        let digests = digests(&self.alice, room);
        let told: Vec<&str> = digests.iter().map(Event::body).collect();
        ensure!(digests.len() == number, "{number} digests expected, not {}: {told:#?}", digests.len());
        Ok(())
    }

    /// Waits for what the desk says in the admin room that has `word` in it.
    pub async fn report_with(&self, word: &str) -> Result<Event> {
        let what = format!("a report with {word:?}");
        self.alice.wait_for(&what, |event| self.is_report(event) && event.body().contains(word)).await
    }

    /// Everything that was said unasked in the admin room.
    fn reports(&self) -> Vec<Event> {
        self.alice.heard().all(|event| self.is_report(event))
    }

    fn is_report(&self, event: &Event) -> bool {
        event.room == self.admins
            && event.sender() == self.desk.user_id()
            && event.is_message()
            && event.replies_to().is_none()
    }
}

/// A plain room of `alice` with the desk in it, in which `wish` has been asked for, if it is not empty.
async fn open_room(alice: &Person, desk: &Installation, wish: &str) -> Result<String> {
    let room = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&room, desk.user_id()).await?;
    if !wish.is_empty() {
        alice.ask(&room, wish).await?;
    }
    Ok(room)
}

/// Waits for the digest in `room` that tells `number`, whoever listens.
async fn digest_with(listener: &impl Participant, room: &str, number: u32) -> Result<Event> {
    let wanted = |event: &Event| event.room == room && is_digest(event) && tells(event, number);
    listener.wait_for(&format!("a digest with {number} in {room}"), wanted).await
}

/// Whether `event` begins a digest: no part of its thread, no edit of it.
fn is_digest(event: &Event) -> bool {
    event.digest_key().is_some() && event.thread().is_none() && event.replaces().is_none()
}

/// Whether the plain text tells `number`, with or without commas in it, and not as a part of a longer one.
fn tells(event: &Event, number: u32) -> bool {
    numbers(event.body()).contains(&number)
}

/// The whole numbers in `text`.
fn numbers(text: &str) -> Vec<u32> {
    bare_numbers(text).split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

/// The digests heard in `room` so far.
fn digests(listener: &impl Participant, room: &str) -> Vec<Event> {
    listener.heard().all(|event| event.room == room && is_digest(event))
}

/// Fails unless `digest` is what a digest has to be, whatever it tells: a notice with two bodies that calls nobody and
/// replies to nothing.
fn check_digest(digest: &Event) -> Result<()> {
    ensure!(digest.msgtype() == "m.notice", "not a notice: {digest}");
    ensure!(!digest.body().trim().is_empty(), "no plain body: {digest}");
    ensure!(!digest.html().trim().is_empty(), "no HTML body: {digest}");
    ensure!(digest.replies_to().is_none(), "replies to something: {digest}");
    let mentions = digest.content()["m.mentions"].as_object().with_context(|| format!("no m.mentions: {digest}"))?;
    ensure!(mentions.is_empty(), "somebody is mentioned: {digest}");
    ensure!(digest.digest_key().is_some_and(|key| !key.is_empty()), "no key: {digest}");
    Ok(())
}

/// Waits until the answer to `question` in `room` has `word` in it; returns that answer. Asks again and again.
async fn ask_until(asker: &impl Participant, room: &str, question: &str, word: &str) -> Result<Event> {
    let start = std::time::Instant::now();
    loop {
        let answer = asker.ask(room, question).await?;
        if bare_numbers(answer.body()).contains(word) {
            return Ok(answer);
        }
        ensure!(start.elapsed() < PATIENCE, "{question}: no {word:?} within {PATIENCE:?}: {}", answer.body());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
