//! The long poll.
//!
//! A loop of our own over `sync_once`: the SDK's own loop pauses a second after each response that came early, and hides
//! what it retries. What a response brings is read from the response itself rather than by event handlers, because the
//! SDK keeps its place (`next_batch`) before it calls them.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use matrix_sdk::{
    config::SyncSettings,
    deserialized_responses::TimelineEvent,
    ruma::api::client::{filter::FilterDefinition, sync::sync_events::v3::Filter},
    sync::{JoinedRoomUpdate, SyncResponse},
};
use serde_json::json;

use super::{
    account::{Account, event_of},
    backoff::Backoff,
    clock::now,
    discovery,
    flood::bounded,
    floor::Floor,
    incoming::{Found, View},
    refusal::Refusal,
    trouble::{self, Trouble},
};

/// How long the homeserver holds a poll that has nothing to say. Short enough that one that is gone is soon missed.
const LONG_POLL: Duration = Duration::from_secs(20);
/// How much longer than that a response may take for what it brings to count as new.
const GRACE: Duration = Duration::from_secs(20);
/// The longest pause after a failed poll.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How many events of a room one response may bring; the rest is fetched by paging back.
const TIMELINE: u32 = 50;

/// What one response of the homeserver brought.
#[derive(Debug)]
pub struct Batch {
    /// The rooms the bot is in that something happened in.
    pub rooms: Vec<RoomNews>,
    /// The rooms the bot was invited to.
    pub invites: Vec<String>,
    /// When it arrived.
    pub received: Instant,
}

/// What happened in one room.
#[derive(Debug)]
pub struct RoomNews {
    /// The room's id.
    pub room: String,
    /// What may be questions, and whether the bot joined just now.
    pub found: Found,
    /// The last event of any kind.
    pub last: Option<String>,
    /// Whether events are missing between the previous response and this one.
    pub limited: bool,
    /// Where to page back from for what came before.
    pub before: Option<String>,
    /// Whether the room's encryption was switched on.
    pub encrypted_now: bool,
}

/// How the long poll fares, for those who watch the bot.
#[derive(Debug)]
pub struct Pulse {
    start: Instant,
    /// When a poll was last begun, and when one was last answered: milliseconds since the start; 0 for never.
    begun: AtomicU64,
    answered: AtomicU64,
    hitch: Mutex<Option<Hitch>>,
    /// Until when no poll is begun because the last one failed: milliseconds since the start.
    paused: AtomicU64,
}

/// Why a poll came to nothing, briefly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hitch {
    /// The homeserver did not answer it, or not with anything of use.
    Homeserver(String),
    /// It did, and what it said could not be kept.
    Store(String),
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            begun: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            hitch: Mutex::default(),
            paused: AtomicU64::new(0),
        }
    }
}

impl Pulse {
    /// How long ago a poll was last begun; how long ago this was made, if none was.
    #[must_use]
    pub fn since_poll(&self) -> Duration {
        self.since(self.begun.load(Ordering::Relaxed))
    }

    /// How long ago the homeserver last answered one.
    #[must_use]
    pub fn since_answer(&self) -> Option<Duration> {
        Some(self.answered.load(Ordering::Relaxed))
            .filter(|answered| *answered > 0)
            .map(|answered| self.since(answered))
    }

    /// Why the last poll came to nothing, if it did.
    #[must_use]
    pub fn hitch(&self) -> Option<Hitch> {
        self.hitch.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A poll is over.
    fn over(&self, hitch: Option<Hitch>) {
        if !matches!(hitch, Some(Hitch::Homeserver(_))) {
            self.note(&self.answered);
        }
        *self.hitch.lock().unwrap_or_else(PoisonError::into_inner) = hitch;
    }

    /// How much longer no poll is begun, because the last one failed or the homeserver asked for a pause. At most
    /// [`LONGEST_WISH`].
    #[must_use]
    pub fn pause(&self) -> Option<Duration> {
        let until = Duration::from_millis(self.paused.load(Ordering::Relaxed));
        Some(until.saturating_sub(self.start.elapsed())).filter(|left| !left.is_zero())
    }

    fn note_pause(&self, pause: Duration) {
        let until = self.start.elapsed().saturating_add(pause);
        self.paused.store(u64::try_from(until.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn since(&self, moment: u64) -> Duration {
        self.start.elapsed().saturating_sub(Duration::from_millis(moment))
    }

    fn note(&self, what: &AtomicU64) {
        let now = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        what.store(now.max(1), Ordering::Relaxed);
    }
}

/// The long poll's state.
#[derive(Debug)]
pub struct Syncing {
    account: Account,
    max_age: Duration,
    backoff: Backoff,
    pulse: Arc<Pulse>,
    first: bool,
    floor: Floor,
    /// Before this no poll is begun, because the last ones returned at once with nothing.
    not_before: Option<Instant>,
}

impl Syncing {
    /// A poll for `account` that takes up where the previous one stopped, also across restarts.
    #[must_use]
    pub fn new(account: Account, max_age: Duration, pulse: Arc<Pulse>) -> Self {
        let (backoff, floor) = (Backoff::new(LONGEST_PAUSE), Floor::default());
        Self { account, max_age, backoff, pulse, first: true, floor, not_before: None }
    }

    /// Waits for the next response. Failures are waited out; dropping the future is safe at any moment. `joining`: the bot may
    /// come into a room meanwhile.
    ///
    /// # Errors
    ///
    /// When the session or the account is over.
    pub async fn next(&mut self, joining: bool) -> Result<Batch, Refusal> {
        loop {
            // The first poll returns at once, so that sends have fresh device lists and the catch-up can begin; only an
            // initial sync, which the homeserver takes its time for, gets a long time-out.
            let wait = if self.first && self.account.synced { Duration::ZERO } else { LONG_POLL };
            let settings = SyncSettings::new().timeout(wait).filter(filter(self.first || joining));
            if let Some(not_before) = self.not_before {
                tokio::time::sleep_until(not_before.into()).await;
                self.not_before = None;
            }
            let asked = Instant::now();
            self.pulse.note(&self.pulse.begun);
            let (trouble, ours) = match self.poll(settings).await {
                Ok(response) => {
                    self.pulse.over(None);
                    let floor = self.floor.after(asked.elapsed(), self.first || brings_something(&response));
                    self.not_before = (!floor.is_zero()).then(|| Instant::now() + floor);
                    let unbroken = !self.first && self.backoff.failures() == 0;
                    let live = unbroken && asked.elapsed() < LONG_POLL + GRACE;
                    if self.backoff.failures() > 0 {
                        tracing::info!("the homeserver answers again");
                    }
                    self.first = false;
                    self.backoff.reset();
                    return Ok(self.read(response, live));
                }
                Err(failed) => failed,
            };
            let (after, cause) = match trouble {
                Trouble::SignedOut(how) => match self.account.how_it_ended(how, self.backoff.failures()).await {
                    Some(how) => return Err(Refusal::SessionEnded(how)),
                    None => {
                        (None, "the homeserver refuses the session here, but not where it is asked of it".to_owned())
                    }
                },
                Trouble::AccountClosed(how) => {
                    return Err(Refusal::AccountClosed(how, self.account.user().to_owned()));
                }
                // Nobody has answered in Matrix' terms.
                Trouble::Again { after, cause, status: None } => {
                    (after, discovery::with_proxy(&self.account.client.homeserver(), cause))
                }
                Trouble::Again { after, cause, .. } => (after, cause),
                Trouble::Never { cause, .. } => (None, cause),
            };
            let pause = self.backoff.next(after);
            let seconds = pause.as_secs_f32();
            if ours {
                tracing::warn!(cause, seconds, "what the homeserver said can't be kept; it is asked again");
                self.pulse.over(Some(Hitch::Store(cause)));
            } else {
                tracing::warn!(cause, seconds, "the sync failed and is tried again");
                self.pulse.over(Some(Hitch::Homeserver(cause)));
            }
            self.pulse.note_pause(pause);
            tokio::time::sleep(pause).await;
        }
    }

    /// One poll; with the first one, the homeserver is asked for its time. A failure comes with whether it is our own stores'.
    async fn poll(&self, settings: SyncSettings) -> Result<SyncResponse, (Trouble, bool)> {
        let poll = bounded(self.account.client.sync_once(settings));
        let polled = if self.first { tokio::join!(poll, self.account.compare_clocks()).0 } else { poll.await };
        let polled = polled.map_err(|trouble| (trouble, false))?;
        polled.map_err(|error| (Trouble::from(&error), trouble::is_ours(&error)))
    }

    fn read(&self, response: SyncResponse, live: bool) -> Batch {
        let received = Instant::now();
        if live {
            let timelines = response.rooms.joined.values().map(|update| &update.timeline.events);
            let own = timelines.flatten().filter_map(|event| sent_by(event, self.account.user()));
            // The newest, as all of them may be on their way for some time.
            if let Some(sent) = own.max() {
                self.account.skew.compare(now(), sent);
            }
        }
        let view = self.account.view(self.max_age, live);
        let rooms = response.rooms.joined.into_iter();
        Batch {
            rooms: rooms.map(|(room, update)| read_room(view, room.to_string(), &update)).collect(),
            invites: response.rooms.invited.into_keys().map(|room| room.to_string()).collect(),
            received,
        }
    }
}

/// Whether there is anything in a response.
fn brings_something(response: &SyncResponse) -> bool {
    let rooms = &response.rooms;
    let quiet = rooms.joined.is_empty()
        && rooms.left.is_empty()
        && rooms.invited.is_empty()
        && rooms.knocked.is_empty()
        && response.to_device.is_empty()
        && response.account_data.is_empty();
    !quiet
}

/// When `user` sent an event, by the homeserver's clock, in milliseconds since 1970. `None` if somebody else did.
fn sent_by(event: &TimelineEvent, user: &str) -> Option<i64> {
    let sender: String = event.raw().get_field("sender").ok()??;
    (sender == user).then(|| event.raw().get_field("origin_server_ts").ok()?).flatten()
}

/// What the homeserver is asked for. `many_members`: it may tell of rooms whose members the bot does not know.
///
/// Then it leaves those out that have not said anything. Where it does, though, it repeats the member for whoever speaks, and
/// Synapse takes each that it repeats for one whose devices changed: that costs a request for them between question and answer.
fn filter(many_members: bool) -> Filter {
    let filter = json!({
        "presence": { "not_types": ["*"] },
        "room": {
            "timeline": { "limit": TIMELINE, "lazy_load_members": many_members },
            "state": { "lazy_load_members": many_members },
            "ephemeral": { "not_types": ["*"] },
        },
    });
    // The filter is a constant of ours; without it the poll would only be less thrifty.
    let filter: FilterDefinition = serde_json::from_value(filter).unwrap_or_default();
    Filter::FilterDefinition(filter)
}

fn read_room(view: View<'_>, room: String, update: &JoinedRoomUpdate) -> RoomNews {
    let timeline = &update.timeline;
    let events: Vec<_> = timeline.events.iter().map(event_of).collect();
    RoomNews {
        room,
        found: view.read(&events),
        last: timeline.events.iter().rev().find_map(TimelineEvent::event_id).map(|id| id.to_string()),
        limited: timeline.limited,
        before: timeline.prev_batch.clone(),
        encrypted_now: events.iter().any(|event| event.json["type"] == "m.room.encryption"),
    }
}
