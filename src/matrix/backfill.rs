//! Paging back through a room for what the sync did not bring.

use std::time::Duration;

use matrix_sdk::{
    room::MessagesOptions,
    ruma::{
        UInt,
        api::client::filter::{LazyLoadOptions, RoomEventFilter},
    },
};

use super::{
    account::{Account, event_of},
    flood::bounded,
    incoming::{Seen, Way},
    trouble::Trouble,
};

/// How many events one page holds. The first is small: most rooms are quiet while the bot is away.
const FIRST_PAGE: u32 = 20;
const PAGE: u32 = 100;
/// How many pages are fetched at most, so that a room that never ends doesn't hold the bot up.
const MAX_PAGES: u32 = 50;

/// Where to page back in a room, and how far.
#[derive(Debug, Clone)]
pub struct Stretch {
    /// The room's id.
    pub room: String,
    /// The token to start from; `None` is the room's end.
    pub from: Option<String>,
    /// The last event seen earlier. It ends the paging; where it no longer exists, age does.
    pub mark: Option<String>,
    /// The age beyond which a question is left unanswered.
    pub max_age: Duration,
}

/// What paging back found.
#[derive(Debug, Default)]
pub struct Older {
    /// What may be questions, oldest first.
    pub seen: Vec<Seen>,
    /// The newest event of any kind, if there was one.
    pub newest: Option<String>,
}

impl Account {
    /// Pages back until the mark, the invite that led to the bot's own join or the age limit. The page with the mark is read whole: an event
    /// that reached the homeserver late may stand before it, and what was recorded before is known by its id.
    ///
    /// # Errors
    ///
    /// What to do next, when a page could not be had. To start over is safe.
    pub async fn page_back(&self, stretch: &Stretch) -> Result<Older, Trouble> {
        let room = self.room(&stretch.room)?;
        let mut from = stretch.from.clone();
        let mut way = Way::default();
        let mut newest = None;
        for number in 0..MAX_PAGES {
            let mut options = MessagesOptions::backward().from(from.as_deref());
            options.limit = UInt::from(if number == 0 { FIRST_PAGE } else { PAGE });
            options.filter = lazy();
            let page = bounded(room.messages(options)).await?.map_err(|error| Trouble::from(&error))?;
            let mut events: Vec<_> = page.chunk.iter().map(event_of).collect();
            events.reverse();
            let id = |json: &serde_json::Value| json["event_id"].as_str().map(str::to_owned);
            newest = newest.or_else(|| events.last().and_then(|event| id(&event.json)));
            let marked = stretch.mark.is_some() && events.iter().any(|event| id(&event.json) == stretch.mark);
            let all_old = self.view(stretch.max_age, false).step_back(&mut way, &events);
            // A page that leads nowhere would be asked for again and again.
            let ended = page.end.is_none() || page.end == from;
            if marked || !way.goes_on() || all_old || ended {
                return Ok(Older { seen: way.found().seen, newest });
            }
            from = page.end;
        }
        tracing::warn!(room = stretch.room, pages = MAX_PAGES, "the way back was too long; older questions are lost");
        Ok(Older { seen: way.found().seen, newest })
    }
}

fn lazy() -> RoomEventFilter {
    let mut filter = RoomEventFilter::default();
    filter.lazy_load_options = LazyLoadOptions::Enabled { include_redundant_members: false };
    filter
}
