//! Who may change a room's name, by the power levels of the room.

use matrix_sdk::{
    Client,
    ruma::{
        OwnedUserId, RoomId, RoomVersionId, UserId,
        api::client::state::get_state_event_for_key::v3::{Request, StateEventFormat},
        events::{
            StateEventType,
            room::power_levels::{RoomPowerLevels, RoomPowerLevelsEventContent, RoomPowerLevelsSource},
        },
        room_version_rules::RoomVersionRules,
    },
};
use serde_json::Value;

use super::{
    account::Account,
    trouble::{Trouble, status},
};

impl Account {
    /// Whether `user` has the power to change the name of `room`. What the SDK has not seen is fetched.
    ///
    /// # Errors
    ///
    /// What to do next, when the homeserver did not give the room's state or it can't be read.
    pub async fn may_rename(&self, room: &str, user: &str) -> Result<bool, Trouble> {
        let room = self.joined_room(room)?;
        let user = UserId::parse(user).map_err(|error| Trouble::never(error.to_string()))?;
        let levels = match room.power_levels().await {
            Ok(levels) => levels,
            // Not in the store: either the room has no such event, or the store has a hole.
            Err(_) => fetched(&self.client, room.room_id()).await?,
        };
        Ok(may_rename(&levels, &user))
    }
}

fn may_rename(levels: &RoomPowerLevels, user: &UserId) -> bool {
    levels.user_can_send_state(user, StateEventType::RoomName)
}

async fn fetched(client: &Client, room: &RoomId) -> Result<RoomPowerLevels, Trouble> {
    let mut request = Request::new(room.to_owned(), StateEventType::RoomCreate, String::new());
    // The whole event: its sender is the room's creator.
    request.format = StateEventFormat::Event;
    let create = client.send(request).await.map_err(|error| Trouble::from(&error))?;
    let request = Request::new(room.to_owned(), StateEventType::RoomPowerLevels, String::new());
    let content = match client.send(request).await {
        Ok(response) => Some(response.event_or_content),
        Err(error) if status(&error) == Some(404) => None,
        Err(error) => return Err(Trouble::from(&error)),
    };
    let content = content.as_ref().map(|content| content.get());
    levels(create.event_or_content.get(), content)
        .map_err(|error| Trouble::never(format!("the room's power levels can't be read: {error}")))
}

/// The power levels of a room, from its `m.room.create` event and the content of its `m.room.power_levels` if it has one.
///
/// Without that, who made the room has 100, others have 0, and 50 is needed for the name as with it
/// (<https://github.com/matrix-org/matrix-spec/issues/861>). Since room version 12 who made it, and whom they named beside
/// them, stand above all levels (<https://spec.matrix.org/v1.18/rooms/v12/>).
fn levels(create: &str, content: Option<&str>) -> Result<RoomPowerLevels, serde_json::Error> {
    let create: Value = serde_json::from_str(create)?;
    let about = create.get("content").unwrap_or(&create);
    let version = about["room_version"].as_str().and_then(|version| RoomVersionId::try_from(version).ok());
    // A version that is not known has the rules of the newest that has no privileged creators: nobody gains by it.
    let rules = version.unwrap_or(RoomVersionId::V1).rules().unwrap_or(RoomVersionRules::V11).authorization;
    let id = |value: &Value| value.as_str().and_then(|id| UserId::parse(id).ok());
    let creator = if rules.use_room_create_sender { id(&create["sender"]) } else { id(&about["creator"]) };
    let mut creators: Vec<OwnedUserId> = creator.into_iter().collect();
    if rules.explicitly_privilege_room_creators {
        creators.extend(about["additional_creators"].as_array().into_iter().flatten().filter_map(id));
    }
    let source = match content {
        Some(content) => serde_json::from_str::<RoomPowerLevelsEventContent>(content)?.into(),
        None => RoomPowerLevelsSource::None,
    };
    Ok(RoomPowerLevels::new(source, &rules, creators))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"type": "m.room.create", "sender": "@maker:x.org", "content": {"room_version": "11"}}"#;
    const TWELVE: &str = r#"{"type": "m.room.create", "sender": "@maker:x.org",
        "content": {"room_version": "12", "additional_creators": ["@second:x.org"]}}"#;
    const TEN: &str = r#"{"type": "m.room.create", "sender": "@server-made:x.org",
        "content": {"room_version": "10", "creator": "@maker:x.org"}}"#;

    fn may(create: &str, content: Option<&str>, user: &str) -> bool {
        may_rename(&levels(create, content).unwrap(), &UserId::parse(user).unwrap())
    }

    #[test]
    fn the_levels_of_the_room_decide() {
        let usual = r#"{"users": {"@maker:x.org": 100, "@mod:x.org": 50}}"#;
        assert!(may(EVENT, Some(usual), "@maker:x.org"));
        assert!(may(EVENT, Some(usual), "@mod:x.org"));
        assert!(!may(EVENT, Some(usual), "@other:x.org"));
        let open = r#"{"events": {"m.room.name": 0}, "state_default": 100}"#;
        assert!(may(EVENT, Some(open), "@other:x.org"));
        let raised = r#"{"users": {"@mod:x.org": 50}, "events": {"m.room.name": 75}, "users_default": 50}"#;
        assert!(!may(EVENT, Some(raised), "@mod:x.org"));
        let lowered = r#"{"state_default": 10, "users_default": 10, "users": {"@muted:x.org": -1}}"#;
        assert!(may(EVENT, Some(lowered), "@other:x.org"));
        assert!(!may(EVENT, Some(lowered), "@muted:x.org"));
        // Before version 12 nobody has power for having made the room, once there are levels.
        assert!(!may(EVENT, Some("{}"), "@maker:x.org"));
        // Old rooms have levels in quotes.
        assert!(may(TEN, Some(r#"{"users": {"@mod:x.org": "50"}}"#), "@mod:x.org"));
    }

    #[test]
    fn without_levels_only_the_maker_may() {
        for create in [EVENT, TEN, TWELVE] {
            assert!(may(create, None, "@maker:x.org"), "{create}");
            assert!(!may(create, None, "@other:x.org"), "{create}");
        }
        assert!(!may(TEN, None, "@server-made:x.org"));
    }

    #[test]
    fn since_version_12_creators_stand_above_all_levels() {
        let closed = r#"{"users": {"@mod:x.org": 100}, "events": {"m.room.name": 150}}"#;
        assert!(may(TWELVE, Some(closed), "@maker:x.org"));
        assert!(may(TWELVE, Some(closed), "@second:x.org"));
        assert!(!may(TWELVE, Some(closed), "@mod:x.org"));
        let eleven = TWELVE.replace("\"12\"", "\"11\"");
        assert!(!may(&eleven, Some(closed), "@maker:x.org") && !may(&eleven, Some(closed), "@second:x.org"));
    }

    #[test]
    fn a_version_that_is_not_known_gives_no_one_power() {
        let unknown = TWELVE.replace("\"12\"", "\"org.example.99\"");
        assert!(!may(&unknown, Some("{}"), "@maker:x.org"));
        assert!(may(&unknown, None, "@maker:x.org"));
    }
}
