//! Who may say what a room is told of: whoever may change its name, and the admins. Everybody may ask how it stands.

use anyhow::{Result, ensure};
use serde_json::json;

use super::Newsroom;
use crate::support::{listen::Participant as _, person::Person, synapse::Synapse};

/// Has `person` ask for digests; says whether that changed anything.
async fn may(person: &Person, room: &str) -> Result<bool> {
    person.ask(room, "!digest daily 07:25").await?;
    let stands = person.ask(room, "!digest").await?;
    let daily = stands.body().contains("07:25");
    person.ask(room, "!digest off").await?;
    let stands = person.ask(room, "!digest").await?;
    ensure!(!stands.body().contains("07:25"), "it can't be taken back: {}", stands.body());
    Ok(daily)
}

/// A room as `wishes` say, made by `owner`, with `guest` and the desk in it.
async fn room_with(desk: &Newsroom, owner: &Person, guest: &Person, wishes: serde_json::Value) -> Result<String> {
    let mut wishes = wishes;
    // Anybody may come in by the id.
    wishes["preset"] = json!("public_chat");
    wishes["invite"] = json!([desk.desk.user_id()]);
    let room = owner.create_room_with(wishes).await?;
    guest.join(&room).await?;
    owner.wait_joined(&room, desk.desk.user_id()).await?;
    guest.wait_joined(&room, desk.desk.user_id()).await?;
    Ok(room)
}

#[tokio::test]
async fn whoever_may_change_the_name_of_the_room() -> Result<()> {
    let desk = Newsroom::open().await?;
    let owner = Person::register(Synapse::shared()?, "olga").await?;
    let guest = Person::register(Synapse::shared()?, "gustav").await?;
    for wishes in [json!({ "room_version": "11" }), json!({ "room_version": "12" })] {
        let room = room_with(&desk, &owner, &guest, wishes.clone()).await?;
        ensure!(may(&owner, &room).await?, "the creator may not: {wishes}");
        ensure!(!may(&guest, &room).await?, "a plain member may: {wishes}");
        let refusal = guest.ask(&room, "!digest on").await?;
        ensure!(refusal.body().contains("name"), "not told who may: {}", refusal.body());
        let refusal = guest.ask(&room, "!follow moonshot").await?;
        ensure!(refusal.body().contains("name"), "not told who may: {}", refusal.body());

        let mut levels = owner.state(&room, "m.room.power_levels").await?;
        levels["users"][guest.user_id()] = json!(50);
        owner.set_state(&room, "m.room.power_levels", &levels).await?;
        ensure!(may(&guest, &room).await?, "a moderator may not: {wishes}");
        levels["events"]["m.room.name"] = json!(75);
        owner.set_state(&room, "m.room.power_levels", &levels).await?;
        ensure!(!may(&guest, &room).await?, "it takes more to change the name here: {wishes}");
        ensure!(may(&owner, &room).await?, "the creator may no more: {wishes}");
    }
    desk.bot.terminate().await
}

#[tokio::test]
async fn an_admin_anywhere_and_only_an_admin_reloads() -> Result<()> {
    let mut desk = Newsroom::open().await?;
    desk.bot.terminate().await?;
    let server = Synapse::shared()?;
    let owner = Person::register(server, "olga").await?;
    let chief = Person::register(server, "chief").await?;
    desk.desk = desk.desk.set("ACCESS__ADMINS", "@chief-*:desk.test, @nobody:desk.test");
    desk.bot = desk.desk.start()?;
    let room = room_with(&desk, &owner, &chief, json!({})).await?;
    ensure!(may(&chief, &room).await?, "an admin may not");
    let refusal = owner.ask(&room, "!reload").await?;
    desk.facts.write("moonshot-ai.toml", "[[company]]\nid = 7\n")?;
    let fault = chief.ask(&room, "!reload").await?;
    ensure!(fault.body().contains("moonshot-ai.toml:2:"), "{}", fault.body());
    ensure!(!refusal.body().contains("moonshot"), "{}", refusal.body());
    let refusal = owner.ask(&room, "!reload force").await?;
    ensure!(!refusal.body().contains("moonshot-ai.toml"), "not an admin, and reloads: {}", refusal.body());
    desk.bot.terminate().await
}
