//! Coming into rooms.

use matrix_sdk::{RoomState, ruma::RoomId};

use super::{account::Account, flood::bounded, trouble::Trouble};

impl Account {
    /// Whether the bot is (still) invited to `room`.
    #[must_use]
    pub fn is_invited(&self, room: &str) -> bool {
        self.room(room).is_ok_and(|room| room.state() == RoomState::Invited)
    }

    /// Accepts the invite to `room`, once.
    ///
    /// # Errors
    ///
    /// What to do next. A refusal need not be final: an invite over federation may arrive before the room can be joined.
    pub async fn join(&self, room: &str) -> Result<(), Trouble> {
        let id = RoomId::parse(room).map_err(|error| Trouble::never(error.to_string()))?;
        bounded(self.client.join_room_by_id(&id)).await?.map(drop).map_err(|error| Trouble::from(&error))
    }
}
