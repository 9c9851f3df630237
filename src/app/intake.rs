//! What comes in: read as commands, recorded with the rooms' marks, and handed on to be answered.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Instant,
};

use super::{
    Bot, ByRoom, Failure,
    answers::{Job, Question},
};
use crate::{
    commands::{self, Reading},
    matrix::{self, Batch, RoomNews, incoming::Seen},
    store::{Entry, Kind, Unfinished, Verdict},
};

/// How far each room was read.
pub(super) struct Rooms {
    /// The last event seen, as it is recorded.
    pub(super) marks: ByRoom<String>,
    /// The rooms in which something is missing before what the sync brings. Their marks stay where they are.
    pub(super) gaps: ByRoom<Gap>,
}

/// A room whose past is being fetched.
#[derive(Default)]
pub(super) struct Gap {
    /// What the sync brought since, to be recorded after what is fetched.
    pub(super) tail: Vec<Item>,
    /// What the sync since brought answers to.
    pub(super) answered: HashSet<String>,
    /// The last event the sync brought.
    pub(super) last: Option<String>,
    /// Another hole has opened since; where to page back from.
    pub(super) again: Option<Back>,
    /// The bot joined (again) since: whatever is fetched was said before it was invited.
    pub(super) void: bool,
}

/// Where to page back from: a token, or the room's end.
pub(super) struct Back {
    pub(super) from: Option<String>,
    /// The bot joined (again) since: what was fetched before is of an earlier stay.
    pub(super) anew: bool,
}

/// A question on its way: what is recorded, and what is needed to answer it.
pub(super) struct Item {
    pub(super) entry: Entry,
    pub(super) job: Job,
}

impl Rooms {
    pub(super) fn new(marks: HashMap<String, String>) -> Self {
        Self { marks, gaps: HashMap::new() }
    }
}

impl Bot {
    /// Takes in one response of the homeserver. In the first one after a start, every room may miss something.
    ///
    /// # Errors
    ///
    /// When the database fails: to go on would lose questions, whereas the next start finds them again.
    pub(super) async fn take(self: &Arc<Self>, batch: Batch, first: bool) -> Result<(), Failure> {
        let mut rooms = self.rooms.lock().await;
        let mut items = Vec::new();
        let mut marks = Vec::new();
        let mut missing: Vec<(String, Option<String>)> = Vec::new();
        if first {
            let named: Vec<_> = batch.rooms.iter().map(|news| news.room.as_str()).collect();
            let quiet = self.account.joined_rooms().into_iter().filter(|room| !named.contains(&room.as_str()));
            missing.extend(quiet.map(|room| (room, None)));
        }
        for news in batch.rooms {
            if news.found.joined || news.encrypted_now {
                self.prepare(&news.room);
            }
            if news.found.joined && self.store.no_longer_put_off(&news.room, matrix::now()).await? {
                self.data.due_changed.notify_one();
            }
            let new = read_all(&news.room, &news.found.seen, batch.received);
            if let Some(gap) = rooms.gaps.get_mut(&news.room) {
                gap.extend(news, new);
            } else if is_incomplete(&news, first || !rooms.marks.contains_key(&news.room)) {
                // Back to the bot's invite it goes from the end: what was said before the join is in doubt until then.
                let before = if news.found.invited_before { None } else { news.before };
                let gap = Gap { tail: new, last: news.last, answered: news.found.answered, ..Gap::default() };
                rooms.gaps.insert(news.room.clone(), gap);
                missing.push((news.room, before));
            } else {
                items.extend(new);
                marks.extend(news.last.map(|last| (news.room, last)));
            }
        }
        self.record(&mut rooms, items, marks).await?;
        for (room, before) in missing {
            rooms.gaps.entry(room.clone()).or_default();
            self.catch_up(room, before);
        }
        drop(rooms);
        for room in batch.invites {
            self.accept(room);
        }
        Ok(())
    }

    /// Records `items` and `marks` and starts the answers. Nothing is written when there is nothing new.
    pub(super) async fn record(
        self: &Arc<Self>,
        rooms: &mut Rooms,
        items: Vec<Item>,
        marks: Vec<(String, String)>,
    ) -> Result<(), Failure> {
        if items.is_empty() && marks.is_empty() {
            return Ok(());
        }
        let (entries, jobs): (Vec<_>, Vec<_>) = items.into_iter().map(|item| (item.entry, item.job)).unzip();
        let verdicts = self.store.record(&entries, &marks, matrix::now()).await?;
        rooms.marks.extend(marks);
        for (job, verdict) in jobs.into_iter().zip(verdicts) {
            match verdict {
                Verdict::Take => self.answer(job),
                Verdict::Sealed => {
                    self.metrics.undecrypted();
                    tracing::debug!(room = job.room, event = job.event, "sealed, waiting for its key");
                }
                Verdict::HintedBefore => tracing::debug!(room = job.room, "hinted before, left alone"),
                Verdict::Known => {}
            }
        }
        Ok(())
    }

    /// Takes up what an earlier run left unfinished.
    pub(super) async fn resume(self: &Arc<Self>) -> Result<(), Failure> {
        self.sweep().await?;
        for left in self.store.taken().await? {
            tracing::info!(room = left.room, event = left.event, "left unanswered by an earlier run");
            let Unfinished { event, room, said_at, deaths } = left;
            self.answer(Job { room, event, said_at, deaths, question: None });
        }
        Ok(())
    }

    fn prepare(self: &Arc<Self>, room: &str) {
        let (bot, room) = (Arc::clone(self), room.to_owned());
        self.tasks.spawn("fetching members", async move {
            tokio::select! {
                () = bot.stop.cancelled() => {}
                () = bot.account.prepare(&room) => {}
            }
            Ok(())
        });
    }
}

impl Gap {
    fn extend(&mut self, news: RoomNews, new: Vec<Item>) {
        if news.found.joined {
            // Whatever there was before is of an earlier stay.
            self.tail.clear();
            self.void = !news.found.invited_before;
            self.again = news.found.invited_before.then_some(Back { from: None, anew: true });
        } else if news.limited && !self.again.as_ref().is_some_and(|back| back.anew) {
            self.again = Some(Back { from: news.before, anew: false });
        }
        self.tail.extend(new);
        self.answered.extend(news.found.answered);
        self.last = news.last.or(self.last.take());
    }
}

/// Whether something is missing before this that may be meant for the bot. `unknown`: it may be the first that is heard of the
/// room.
fn is_incomplete(news: &RoomNews, unknown: bool) -> bool {
    if news.found.joined {
        return news.found.invited_before && news.before.is_some();
    }
    unknown || news.limited
}

/// What of `seen` is for us.
pub(super) fn read_all(room: &str, seen: &[Seen], received: Instant) -> Vec<Item> {
    seen.iter().filter_map(|seen| read_one(room, seen, received)).collect()
}

/// An event as a question, if it is one.
pub(super) fn read_one(room: &str, seen: &Seen, received: Instant) -> Option<Item> {
    let event = seen.event().to_owned();
    let said_at = match seen {
        Seen::Message(message) => message.said_at,
        Seen::Sealed(sealed) => sealed.said_at,
    };
    let (kind, question) = match seen {
        Seen::Sealed(sealed) => (Kind::Sealed { session: sealed.session.clone() }, None),
        Seen::Message(message) => {
            let reading = commands::read(&message.text);
            let kind = match &reading {
                Reading::NotOurs => return None,
                Reading::Slip { word, .. } => Kind::Slip { word: word.clone() },
                Reading::Command(_) | Reading::Several(_) => Kind::Command,
            };
            let (sender, thread) = (message.sender.clone(), message.thread.clone());
            (kind, Some(Question::new(reading, sender, thread, received)))
        }
    };
    let room = room.to_owned();
    Some(Item {
        entry: Entry { event: event.clone(), room: room.clone(), said_at, kind },
        job: Job { room, event: event.clone(), said_at, deaths: 0, question },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::incoming::Found;

    fn news(joined: bool, invited_before: bool, limited: bool, before: Option<&str>) -> RoomNews {
        RoomNews {
            room: "!r:hs".to_owned(),
            found: Found { joined, invited_before, ..Found::default() },
            last: Some("$last".to_owned()),
            limited,
            before: before.map(str::to_owned),
            encrypted_now: false,
        }
    }

    fn item(event: &str) -> Item {
        let (event, room) = (event.to_owned(), "!r:hs".to_owned());
        let job = Job { room: room.clone(), event: event.clone(), said_at: 0, deaths: 0, question: None };
        Item { entry: Entry { event, room, said_at: 0, kind: Kind::Command }, job }
    }

    /// What a gap's tail has, from where it is read again (and whether anew), and whether it is void.
    type State = (Vec<String>, Option<(Option<String>, bool)>, bool);

    /// The gap after these, from its beginning.
    fn after(all: Vec<(RoomNews, &[&str])>) -> State {
        let mut gap = Gap { tail: vec![item("$old")], ..Gap::default() };
        for (news, new) in all {
            gap.extend(news, new.iter().map(|event| item(event)).collect());
        }
        let tail = gap.tail.into_iter().map(|item| item.entry.event).collect();
        (tail, gap.again.map(|back| (back.from, back.anew)), gap.void)
    }

    fn owned(events: &[&str]) -> Vec<String> {
        events.iter().map(|event| (*event).to_owned()).collect()
    }

    #[test]
    fn a_gap_knows_what_of_it_is_meant_for_the_bot() {
        let quiet = || (news(false, false, false, None), &["$1"][..]);
        let hole = || (news(false, false, true, Some("t")), &["$2"][..]);
        let joined = || (news(true, false, true, Some("t")), &["$3"][..]);
        let invited = || (news(true, true, true, Some("t")), &["$4"][..]);
        let token = Some("t".to_owned());
        assert_eq!(after(vec![quiet()]), (owned(&["$old", "$1"]), None, false));
        assert_eq!(after(vec![quiet(), hole()]), (owned(&["$old", "$1", "$2"]), Some((token, false)), false));
        // It came in since, and its invite was seen: what is fetched is of an earlier stay.
        assert_eq!(after(vec![quiet(), hole(), joined()]), (owned(&["$3"]), None, true));
        // Its invite was not seen: it is looked for from the end, whatever else is missing.
        assert_eq!(after(vec![hole(), invited()]), (owned(&["$4"]), Some((None, true)), false));
        assert_eq!(after(vec![invited(), hole()]), (owned(&["$4", "$2"]), Some((None, true)), false));
        assert_eq!(after(vec![invited(), joined()]), (owned(&["$3"]), None, true));
        assert_eq!(after(vec![joined(), invited()]), (owned(&["$4"]), Some((None, true)), false));
    }

    #[test]
    fn something_is_missing_where_a_sync_leaves_out_or_an_invite_stands_further_back() {
        // (joined, the invite stands before, left out, a token, unknown so far, something is missing)
        let table = [
            (false, false, false, Some("t"), false, false),
            (false, false, true, Some("t"), false, true),
            (false, false, false, Some("t"), true, true),
            (true, false, true, Some("t"), true, false),
            (true, true, false, Some("t"), false, true),
            (true, true, true, None, true, false),
        ];
        for (joined, invited, limited, before, unknown, missing) in table {
            let news = news(joined, invited, limited, before);
            assert_eq!(is_incomplete(&news, unknown), missing, "{news:?}, {unknown}");
        }
    }
}
