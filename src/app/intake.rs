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
    store::{Entry, Kind, Verdict},
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
    /// The bot joined (again) since: whatever is fetched was said before.
    pub(super) void: bool,
}

/// Where to page back from: a token, or the room's end.
pub(super) struct Back {
    pub(super) from: Option<String>,
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
            } else if !news.found.joined && (first || news.limited || !rooms.marks.contains_key(&news.room)) {
                let gap = Gap { tail: new, last: news.last, answered: news.found.answered, ..Gap::default() };
                rooms.gaps.insert(news.room.clone(), gap);
                missing.push((news.room, news.before));
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
        if batch.keys {
            self.keys_came.notify_one();
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
            self.answer(Job { room: left.room, event: left.event, said_at: left.said_at, question: None });
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
            self.tail.clear();
            self.void = true;
        } else if news.limited {
            self.again = Some(Back { from: news.before });
        }
        self.tail.extend(new);
        self.answered.extend(news.found.answered);
        self.last = news.last.or(self.last.take());
    }
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
        Seen::Sealed(_) => (Kind::Sealed, None),
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
        job: Job { room, event: event.clone(), said_at, question },
    })
}
