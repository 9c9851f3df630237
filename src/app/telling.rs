//! Digests that are due are composed, and schedules moved on.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use super::{Bot, Failure, data::blocking, delivery::until};
use crate::{
    dataset::{Change, Dataset},
    digest::{self, Correction, Follow, Mode, Remark, RoomSettings, Told, Zone},
    matrix,
    reply::Reply,
    store::{Body, Composed, Due, Room},
};

/// How many digests are composed in one turn.
const AT_ONCE: i64 = 200;
/// How many messages are put into the outbox in one transaction.
const MESSAGES_AT_ONCE: usize = 300;
/// How often is looked whether something is due, even if nothing was said to be: clocks are set.
const LOOK: Duration = Duration::from_secs(30);
/// A digest of a room that the bot is not in is put off for so long, in milliseconds.
const PUT_OFF: i64 = 10 * 60 * 1000;
/// A digest that is composed so much later than it was due says so, in milliseconds.
const LATE: i64 = 2 * 60 * 1000;

/// What a digest told, as the store keeps it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Account {
    /// The changes.
    pub(super) changes: Vec<Change>,
    corrections: Vec<Correction>,
    made_up: Option<String>,
    /// What was corrected since, and the days on which it was.
    remarks: Vec<(String, Correction)>,
}

impl Account {
    /// Reads what the store kept. `None` if another version wrote it differently.
    pub(super) fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json)
            .inspect_err(|error| tracing::warn!(%error, "what an earlier digest told can't be read"))
            .ok()
    }

    /// As the store keeps it.
    pub(super) fn written(&self) -> String {
        // Texts, numbers and lists of them: nothing here can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The digest's first message with its remarks.
    pub(super) fn corrected(&self, dataset: &Dataset) -> Option<Reply> {
        let remark = |(date, correction): &(String, Correction)| {
            Some(Remark { date: date.parse().ok()?, correction: correction.clone() })
        };
        let remarks: Vec<Remark> = self.remarks.iter().filter_map(remark).collect();
        digest::corrected(&self.told(dataset), &remarks)
    }

    /// Notes what newer changes correct on a day, of the digest and of what was remarked on it before. Says whether anything
    /// is to be said otherwise.
    pub(super) fn remark(&mut self, date: jiff::civil::Date, corrections: &[Correction], newer: &[Change]) -> bool {
        let mut differs = !corrections.is_empty();
        for (since, correction) in &mut self.remarks {
            if correction.take_in(newer) {
                *since = date.to_string();
                differs = true;
            }
        }
        self.remarks.retain(|(_, correction)| !correction.is_void());
        self.remarks.extend(corrections.iter().map(|correction| (date.to_string(), correction.clone())));
        differs
    }

    fn told<'a>(&'a self, dataset: &'a Dataset) -> Told<'a> {
        let (changes, corrections) = (self.changes.as_slice(), self.corrections.as_slice());
        Told { changes, dataset, made_up: self.made_up.as_deref(), corrections }
    }
}

impl Bot {
    /// Composes what is due for as long as the bot runs.
    pub(super) async fn tell(self: Arc<Self>) -> Result<(), Failure> {
        let mut last = i64::MAX;
        loop {
            let now = matrix::now();
            if now < last {
                // At the start, too: the clock may have been wrong when this was settled, or the zone's rules were others.
                self.set_right(now).await?;
            }
            last = now;
            self.compose_due().await?;
            let pause = self.data.store.next_due().await?.map_or(LOOK, until).min(LOOK);
            tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                () = self.data.due_changed.notified() => {}
                () = sleep(pause) => {}
            }
        }
    }

    /// Composes what is due by now. Between portions others have their turn.
    async fn compose_due(&self) -> Result<(), Failure> {
        loop {
            let _turn = self.data.turn.lock().await;
            let now = matrix::now();
            // First, so that no kill leaves a slot open that was used: what gathers for it keeps its own time.
            self.move_schedules_on(now).await?;
            let due = self.data.store.due(now, AT_ONCE).await?;
            if due.is_empty() {
                return Ok(());
            }
            self.compose_all(due, now).await?;
        }
    }

    /// Composes what a room has not been told, whenever it would be due; says whether there was anything to tell.
    pub(super) async fn compose_now(&self, room: &str) -> Result<bool, Failure> {
        let _turn = self.data.turn.lock().await;
        let now = matrix::now();
        match self.data.store.hasten(room, now).await? {
            Some(due) => self.compose_all(vec![due], now).await,
            None => Ok(false),
        }
    }

    /// Composes digests; says whether there was anything to tell.
    async fn compose_all(&self, due: Vec<Due>, now: i64) -> Result<bool, Failure> {
        let store = &self.data.store;
        let joined: HashSet<String> = self.account.joined_rooms().into_iter().collect();
        let mut alike: HashMap<Matter, Vec<(i64, String)>> = HashMap::new();
        for due in due {
            if joined.contains(&due.room) {
                let matter = self.matter(&due, now).await?;
                alike.entry(matter).or_default().push((due.id, due.room));
            } else {
                store.put_off(due.id, now, now.saturating_add(PUT_OFF)).await?;
            }
        }
        let mut nets: HashMap<(i64, i64), Arc<Vec<Change>>> = HashMap::new();
        let mut any = false;
        for (matter, digests) in alike {
            let net = match nets.entry(matter.releases) {
                Entry::Occupied(known) => Arc::clone(known.get()),
                Entry::Vacant(new) => Arc::clone(new.insert(self.net(matter.releases).await?)),
            };
            let composed = self.compose(matter, net).await?;
            any |= !composed.bodies.is_empty();
            // Long digests in smaller portions: meanwhile nobody else writes, not even questions down.
            for portion in digests.chunks((MESSAGES_AT_ONCE / composed.bodies.len().max(1)).max(1)) {
                store.put_composed(portion, &composed, now).await?;
            }
        }
        if any {
            self.data.outbox_filled.notify_one();
        }
        Ok(any)
    }

    /// What releases changed in the end.
    async fn net(&self, (first, last): (i64, i64)) -> Result<Arc<Vec<Change>>, Failure> {
        let releases = self.data.store.changes(first, last).await?;
        blocking(move || Arc::new(digest::fold(releases.iter().map(|release| release.changes.as_slice())))).await
    }

    /// What decides what a digest says.
    async fn matter(&self, due: &Due, now: i64) -> Result<Matter, Failure> {
        // What a schedule had to say while nobody was there to say it.
        let missed = due.scheduled && due.due < now && (due.due < self.started || now.saturating_sub(due.due) > LATE);
        let made_up = if missed {
            let zone: Zone = self.zone_of(&due.room).await?;
            jiff::Timestamp::from_millisecond(due.due).ok().map(|slot| zone.spoken(slot))
        } else {
            None
        };
        let (follows, corrections) = (due.follows.clone(), due.corrections.clone());
        Ok(Matter { releases: due.releases, follows, corrections, made_up })
    }

    async fn zone_of(&self, room: &str) -> Result<Zone, Failure> {
        let settings = settings(&self.data.store.room(room).await?);
        Ok(match &settings.mode {
            Mode::Scheduled(schedule) => schedule.own_zone().cloned().unwrap_or_else(|| settings.own_zone()),
            Mode::Off | Mode::On => settings.own_zone(),
        })
    }

    async fn compose(&self, matter: Matter, net: Arc<Vec<Change>>) -> Result<Composed, Failure> {
        let desk = self.data.desk();
        blocking(move || {
            let follows: Vec<Follow> = matter.follows.iter().filter_map(|follow| follow.parse().ok()).collect();
            let noted = matter.corrections.iter().filter_map(|json| serde_json::from_str(json).ok());
            let corrections = digest::settled(noted.flat_map(|noted: Vec<Correction>| noted).collect(), &net);
            let account = Account {
                changes: digest::narrow(net.to_vec(), &follows, &desk.dataset),
                corrections,
                made_up: matter.made_up,
                remarks: Vec::new(),
            };
            let digest = digest::compose(&account.told(&desk.dataset));
            let bodies = digest.map_or_else(Vec::new, |digest| {
                std::iter::once(&digest.head).chain(&digest.thread).map(body).collect()
            });
            Composed { bodies, told: account.written() }
        })
        .await
    }

    /// Brings forward what was put off further than it can be: the clock was ahead then.
    async fn set_right(&self, now: i64) -> Result<(), Failure> {
        let _turn = self.data.turn.lock().await;
        let store = &self.data.store;
        for (room, mode, zone) in store.scheduled(i64::MAX).await? {
            if let Some(next) = next_run(&settings(&Room { mode, zone, ..Room::default() }), now) {
                store.not_after(&room, next).await?;
            }
        }
        Ok(store.not_ahead(now, self.data.gathering).await?)
    }

    /// The next run of every schedule that was to run by now.
    async fn move_schedules_on(&self, now: i64) -> Result<(), Failure> {
        for (room, mode, zone) in self.data.store.scheduled(now).await? {
            let next = next_run(&settings(&Room { mode, zone, ..Room::default() }), now);
            self.data.store.set_next_run(&room, next).await?;
        }
        Ok(())
    }
}

/// What decides what a digest says: rooms for which all this is the same are told the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Matter {
    releases: (i64, i64),
    follows: Vec<String>,
    corrections: Vec<String>,
    made_up: Option<String>,
}

/// What a room has asked for, from the words that the store keeps. What can't be read any more counts as not asked for.
pub(super) fn settings(room: &Room) -> RoomSettings {
    RoomSettings {
        mode: room.mode.parse().unwrap_or_default(),
        zone: room.zone.as_deref().and_then(|zone| zone.parse().ok()),
        follows: room.follows.iter().filter_map(|follow| follow.parse().ok()).collect(),
    }
}

/// The next run of a room's schedule after `now`, both in milliseconds since 1970.
pub(super) fn next_run(settings: &RoomSettings, now: i64) -> Option<i64> {
    let now = jiff::Timestamp::from_millisecond(now).ok()?;
    settings.next(now).map(jiff::Timestamp::as_millisecond)
}

/// A reply as a message says it.
pub(super) fn body(reply: &Reply) -> Body {
    Body { text: reply.text(), html: reply.html() }
}
