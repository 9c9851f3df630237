//! In an encrypted room.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{
    scene::{check_answered_once, check_form, installation_behind_proxy, signed_devices},
    support::{
        account::Account,
        bot::Installation,
        listen::Participant as _,
        person::Person,
        proxy::Fault,
        sealed::{Identity, SealedPerson},
        synapse::Synapse,
    },
};

#[tokio::test]
async fn the_desk_answers_encrypted_from_a_signed_device() -> Result<()> {
    let server = Synapse::shared()?;
    let alice = SealedPerson::register(server, "alice").await?;
    let desk = Installation::new(server).await?;
    let bot = desk.start()?;
    let room = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&room, desk.user_id()).await?;

    let question = alice.say(&room, "!company moonshot").await?;
    let answer = alice.answer_to(&question).await?;
    ensure!(answer.decrypted, "not encrypted, or not readable: {answer}");
    check_form(&answer, &question)?;
    ensure!(answer.body().contains("Moonshot AI"), "{}", answer.body());

    // A client without keys sees that something was answered, not what.
    let onlooker = Person::log_in(alice.account.clone()).await?;
    let sealed = onlooker.wait_for("the answer", |event| event.id() == answer.id()).await?;
    ensure!(sealed.kind() == "m.room.encrypted", "{sealed}");
    ensure!(!sealed.json.to_string().contains("Moonshot"), "{sealed}");

    let devices = signed_devices(&onlooker.keys_of(desk.user_id()).await?, desk.user_id());
    ensure!(devices.len() == 1 && devices[0].1, "not one device, signed: {devices:?}");
    bot.terminate().await
}

#[tokio::test]
async fn asked_while_down_in_an_encrypted_room() -> Result<()> {
    let server = Synapse::shared()?;
    let alice = SealedPerson::register(server, "alice").await?;
    let desk = Installation::new(server).await?;
    let bot = desk.start()?;
    let room = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&room, desk.user_id()).await?;
    let before = alice.say(&room, "!help").await?;
    alice.answer_to(&before).await?;
    bot.terminate().await?;

    let meanwhile = alice.say(&room, "!company moonshot").await?;
    for number in 1..=30 {
        alice.say(&room, &format!("and by the way, {number}")).await?;
    }

    let bot = desk.start()?;
    check_answered_once(&alice, &room, &[before, meanwhile.clone()]).await?;
    let answer = alice.answer_to(&meanwhile).await?;
    ensure!(answer.decrypted && answer.body().contains("Moonshot AI"), "{answer}");
    bot.terminate().await
}

#[tokio::test]
async fn killed_in_an_encrypted_room_it_goes_on_with_the_same_keys() -> Result<()> {
    let server = Synapse::shared()?;
    let alice = SealedPerson::log_in(Account::register(server, "alice").await?, Identity::Bare).await?;
    let desk = Installation::new(server).await?;
    let mut bot = desk.start()?;
    let room = alice.create_room(&[desk.user_id()]).await?;
    alice.wait_joined(&room, desk.user_id()).await?;

    let mut asked = Vec::new();
    for _ in 0..3 {
        asked.push(alice.say(&room, "!company moonshot").await?);
        alice.answer_to(asked.last().map_or("", String::as_str)).await?;
        bot.kill().await?;
        asked.push(alice.say(&room, "!timeline 2023").await?);
        bot = desk.start()?;
    }
    check_answered_once(&alice, &room, &asked).await?;
    for question in &asked {
        ensure!(alice.answer_to(question).await?.decrypted, "an answer that can't be read");
    }
    ensure!(desk.account.devices().await?.len() == 1, "more than one device");
    bot.terminate().await
}

#[tokio::test]
async fn killed_while_sharing_the_key_of_its_answer() -> Result<()> {
    let (desk, proxy) = installation_behind_proxy().await?;
    let alice = SealedPerson::register(Synapse::shared()?, "alice").await?;
    let mut bot = desk.start()?;
    let mut asked = Vec::new();
    // A key is shared before the first answer in a room: each fault needs a room of its own.
    for fault in [Fault::Hold, Fault::LoseAnswer] {
        let room = alice.create_room(&[desk.user_id()]).await?;
        alice.wait_joined(&room, desk.user_id()).await?;
        let before = proxy.count("PUT", "/sendToDevice/m.room.encrypted");
        proxy.harm("PUT", "/sendToDevice/m.room.encrypted", fault.clone());
        asked.push(alice.say(&room, "!company moonshot").await?);
        match fault {
            Fault::Hold => proxy.wait_seen("PUT", "/sendToDevice/m.room.encrypted", before + 1).await?,
            _ => proxy.wait_served("PUT", "/sendToDevice/m.room.encrypted", before + 1).await?,
        }
        bot.kill().await?;
        proxy.heal();
        bot = desk.start()?;
        check_answered_once(&alice, &room, &asked).await?;
        for question in &asked {
            ensure!(alice.answer_to(question).await?.decrypted, "an answer that can't be read");
        }
    }
    bot.terminate().await
}

#[tokio::test]
async fn asked_in_the_clear_it_answers_encrypted_once_the_room_is() -> Result<()> {
    let (desk, proxy) = installation_behind_proxy().await?;
    let alice = SealedPerson::register(Synapse::shared()?, "alice").await?;
    let owner = Person::log_in(alice.account.clone()).await?;
    let bot = desk.start()?;
    let room = owner.create_room(&[desk.user_id()]).await?;
    owner.wait_joined(&room, desk.user_id()).await?;
    proxy.harm("PUT", "/send/", Fault::Hold);
    let question = owner.say(&room, "!company moonshot").await?;
    proxy.wait_seen("PUT", "/send/", 1).await?;
    bot.kill().await?;
    proxy.heal();

    let encryption = json!({ "algorithm": "m.megolm.v1.aes-sha2" });
    owner.set_state(&room, "m.room.encryption", &encryption).await?;
    let bot = desk.start()?;
    let answer = alice.answer_to(&question).await?;
    ensure!(answer.decrypted, "answered in the clear in an encrypted room: {answer}");
    check_answered_once(&alice, &room, &[question]).await?;
    bot.terminate().await
}
