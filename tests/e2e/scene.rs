//! How most conversations open: a person, a room, and the desk in it.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::support::{
    bot::{Bot, Installation},
    event::Event,
    listen::Participant,
    person::Person,
    proxy::Proxy,
    synapse::Synapse,
};

/// Alice in a plain room, in which the desk has arrived.
pub struct Scene {
    /// The person who asks.
    pub alice: Person,
    /// The bot's account, settings and state.
    pub desk: Installation,
    /// The bot's process.
    pub bot: Bot,
    /// The room.
    pub room: String,
}

impl Scene {
    /// The bot talks to the homeserver directly.
    pub async fn open() -> Result<Self> {
        let desk = Installation::new(Synapse::shared()?).await?;
        Self::with(desk).await
    }

    /// The bot talks to the homeserver through the proxy, which does no harm yet.
    pub async fn behind_proxy() -> Result<(Self, Proxy)> {
        let (desk, proxy) = installation_behind_proxy().await?;
        Ok((Self::with(desk).await?, proxy))
    }

    /// The bot is `desk`.
    pub async fn with(desk: Installation) -> Result<Self> {
        let alice = Person::register(Synapse::shared()?, "alice").await?;
        let bot = desk.start()?;
        let room = alice.create_room(&[desk.user_id()]).await?;
        alice.wait_joined(&room, desk.user_id()).await?;
        Ok(Self { alice, desk, bot, room })
    }
}

/// A bot, not yet started, that will talk to the homeserver through a proxy.
pub async fn installation_behind_proxy() -> Result<(Installation, Proxy)> {
    let server = Synapse::shared()?;
    let proxy = Proxy::before(server).await?;
    let desk = Installation::new(server).await?.set("MATRIX__HOMESERVER", proxy.address());
    Ok((desk, proxy))
}

/// Fails unless `answer` is what an answer has to be, whatever it says: a notice with a plain and an HTML body that
/// replies to `question` and calls nobody.
pub fn check_form(answer: &Event, question: &str) -> Result<()> {
    ensure!(answer.msgtype() == "m.notice", "not a notice: {answer}");
    ensure!(!answer.body().trim().is_empty(), "no plain body: {answer}");
    ensure!(!answer.html().trim().is_empty(), "no HTML body: {answer}");
    ensure!(answer.content()["format"] == "org.matrix.custom.html", "no format: {answer}");
    ensure!(answer.replies_to() == Some(question), "not in reply to {question}: {answer}");
    let mentions = answer.content()["m.mentions"].as_object().with_context(|| format!("no m.mentions: {answer}"))?;
    ensure!(
        mentions.values().all(|list| list.as_array().is_some_and(Vec::is_empty)),
        "somebody is mentioned: {answer}"
    );
    Ok(())
}

/// Fails unless each of `questions` has exactly one answer, by the time that a later one has been answered.
pub async fn check_answered_once(asker: &impl Participant, room: &str, questions: &[String]) -> Result<()> {
    for question in questions {
        asker.answer_to(question).await?;
    }
    asker.ask(room, "!help").await?;
    for question in questions {
        let answers = asker.answers_to(question).await?;
        ensure!(answers.len() == 1, "{} answers to {question}", answers.len());
    }
    Ok(())
}

/// The devices of `user` in `keys` (the answer of `/keys/query`), and whether each is signed by the user's own
/// self-signing key.
pub fn signed_devices(keys: &Value, user: &str) -> Vec<(String, bool)> {
    let self_signing = keys["self_signing_keys"][user]["keys"].as_object().and_then(|keys| keys.keys().next());
    let devices = keys["device_keys"][user].as_object().into_iter().flatten();
    devices
        .map(|(id, device)| {
            let signatures = &device["signatures"][user];
            (id.clone(), self_signing.is_some_and(|key| signatures[key].is_string()))
        })
        .collect()
}
