//! In an encrypted room.

use anyhow::{Result, ensure};

use super::{Newsroom, check_digest, digest_with, network::mark, tells};
use crate::support::{listen::Participant as _, person::Person, proxy::Fault, sealed::SealedPerson, synapse::Synapse};

#[tokio::test]
async fn an_encrypted_room_has_its_digests_encrypted_and_once() -> Result<()> {
    let mut desk = Newsroom::open().await?;
    let carol = SealedPerson::register(Synapse::shared()?, "carol").await?;
    let room = carol.create_room(&[desk.desk.user_id()]).await?;
    carol.wait_joined(&room, desk.desk.user_id()).await?;
    carol.ask(&room, "!digest on").await?;
    desk.facts.set_employees("moonshot-ai", 2_001)?;
    let digest = digest_with(&carol, &room, 2_001).await?;
    ensure!(digest.decrypted, "in the clear: {digest}");
    check_digest(&digest)?;
    let onlooker = Person::log_in(carol.account.clone()).await?;
    let outside = onlooker.wait_for("the digest", |event| event.id() == digest.id()).await?;
    ensure!(outside.kind() == "m.room.encrypted", "{outside}");
    ensure!(!outside.json.to_string().contains("Moonshot"), "{outside}");

    // Killed while a digest is due, and changed while down.
    desk.facts.set_employees("zhipu-ai", 2_002)?;
    desk.bot.kill().await?;
    desk.facts.set_employees("minimax", 2_003)?;
    desk.bot = desk.desk.start()?;
    digest_with(&carol, &room, 2_002).await?;
    digest_with(&carol, &room, 2_003).await?;
    carol.ask(&room, "!help").await?;
    for number in [2_001, 2_002, 2_003] {
        let times = carol.heard().all(|event| event.room == room && super::is_digest(event) && tells(event, number));
        ensure!(times.len() == 1, "{number} was told {} times", times.len());
    }
    desk.bot.terminate().await
}

#[tokio::test]
async fn killed_before_it_learned_that_the_homeserver_took_it_it_is_there_once() -> Result<()> {
    let (mut desk, proxy) = Newsroom::behind_proxy().await?;
    let carol = SealedPerson::register(Synapse::shared()?, "carol").await?;
    let room = carol.create_room(&[desk.desk.user_id()]).await?;
    carol.wait_joined(&room, desk.desk.user_id()).await?;
    carol.ask(&room, "!digest on").await?;
    // Sealed anew it is another text under the same transaction.
    for number in [2_001, 2_002] {
        let before = proxy.count("PUT", mark(&room));
        proxy.harm("PUT", mark(&room), Fault::LoseAnswer);
        desk.facts.set_employees("moonshot-ai", number)?;
        proxy.wait_served("PUT", mark(&room), before + 1).await?;
        desk.bot.kill().await?;
        proxy.heal();
        desk.bot = desk.desk.start()?;
        desk.digest_with(&desk.room, number).await?;
        digest_with(&carol, &room, number).await?;
        carol.ask(&room, "!help").await?;
        let times = carol.heard().all(|event| event.room == room && super::is_digest(event) && tells(event, number));
        ensure!(times.len() == 1, "{number} was told {} times", times.len());
    }
    desk.bot.terminate().await
}
