//! What commands ask to be done, and who may ask.

use std::{sync::Arc, time::Duration};

use super::{
    Bot, Failure,
    data::Reloaded,
    reports,
    telling::{next_run, settings},
};
use crate::{
    commands::{self, Asker, Effect, Invocation, Role},
    digest::{Archive, Mode, Pending, Release, RoomSettings, Span, Unavailable},
    matrix::{self, Trouble},
    reply::{Reply, Span as Words, code, text},
    store::{Fault, Room, Store},
};

/// Whoever asks for the dataset to be read waits so long for what comes of it.
const RELOADING: Duration = Duration::from_secs(20);

/// Why something could not be done: for now, or at all.
pub(super) enum Undone {
    /// The homeserver has to be asked again.
    Trouble(Trouble),
    /// The bot can't go on.
    Failure(Failure),
}

impl From<Fault> for Undone {
    fn from(fault: Fault) -> Self {
        Self::Failure(fault.into())
    }
}

impl Bot {
    /// Who asks this, and what their room has asked for.
    /// `None` for a command that is the same in every room.
    pub(super) async fn asker(&self, room: &str, sender: &str, asked: &Invocation) -> Result<Option<Asker>, Undone> {
        if !commands::is_about_the_room(asked) {
            return Ok(None);
        }
        let role = match commands::role_needed(asked) {
            Role::Member => Role::Member,
            _ if self.access.is_admin(sender) => Role::Admin,
            Role::Admin => Role::Member,
            Role::Keeper => {
                let may = self.account.may_rename(room, sender).await.map_err(Undone::Trouble)?;
                if may { Role::Keeper } else { Role::Member }
            }
        };
        let room = settings(&self.data.store.room(room).await?);
        Ok(Some(Asker { role, room, quiet_period: self.quiet_period }))
    }

    /// Does what a command asks for. Returns what to say where doing it decides that.
    pub(super) async fn carry_out(&self, room: &str, effect: Effect) -> Result<Option<Reply>, Failure> {
        let store = &self.data.store;
        match effect {
            Effect::Digest(mode) => {
                let asked = settings(&store.room(room).await?);
                self.set_room(room, RoomSettings { mode, ..asked }).await?;
            }
            Effect::Zone(zone) => {
                let asked = settings(&store.room(room).await?);
                self.set_room(room, RoomSettings { zone, ..asked }).await?;
            }
            Effect::Follow(follows) => {
                for follow in follows {
                    store.follow(room, &follow.to_string()).await?;
                }
            }
            Effect::Unfollow(follows) => {
                for follow in follows {
                    store.unfollow(room, Some(&follow.to_string())).await?;
                }
            }
            Effect::UnfollowAll => store.unfollow(room, None).await?,
            Effect::SendNow => return self.send_now(room).await.map(Some),
            Effect::Reload { force } => {
                let data = Arc::clone(&self.data);
                // On its own: it is to go on when nobody waits for it any more.
                let reloading = tokio::spawn(async move { data.reload(force).await });
                let Ok(reloaded) = tokio::time::timeout(RELOADING, reloading).await else {
                    return Ok(Some(reports::being_read()));
                };
                let reloaded = reloaded.map_err(|panic| {
                    tracing::error!(%panic, "reading the dataset failed");
                    Failure::Died("reading the dataset")
                })??;
                if matches!(reloaded, Reloaded::Stuck(_)) {
                    self.data.look_again.notify_one();
                }
                return Ok(Some(reports::reloaded(&reloaded, &self.data.place(), &self.data.served())));
            }
        }
        Ok(None)
    }

    async fn set_room(&self, room: &str, asked: RoomSettings) -> Result<(), Failure> {
        let _turn = self.data.turn.lock().await;
        let now = matrix::now();
        let row = Room {
            mode: asked.mode.to_string(),
            zone: asked.zone.as_ref().map(ToString::to_string),
            next_run: next_run(&asked, now),
            follows: Vec::new(),
        };
        self.data.store.set_room(room, &row, now, self.data.gathering).await?;
        self.data.due_changed.notify_one();
        Ok(())
    }

    async fn send_now(&self, room: &str) -> Result<Reply, Failure> {
        let asked = settings(&self.data.store.room(room).await?);
        if asked.mode == Mode::Off {
            let spans = vec![
                text("This room gets no digests, so that nothing is gathered for it. To have some: "),
                code("!digest on"),
            ];
            return Ok(Reply::para(spans));
        }
        let release = self.data.last().await?;
        Ok(Reply::para(vec![Words::Text(if self.compose_now(room).await? {
            "Here is what has changed since the last digest.".to_owned()
        } else {
            format!(
                "Nothing that concerns this room has changed since the last digest; release {} is the newest.",
                release.number
            )
        })]))
    }
}

/// What is remembered of earlier releases, for a command that is asked in a room.
#[derive(Debug)]
pub(super) struct Memory {
    store: Store,
    room: String,
    runtime: tokio::runtime::Handle,
}

impl Memory {
    pub(super) fn of(store: &Store, room: &str) -> Arc<dyn Archive> {
        let runtime = tokio::runtime::Handle::current();
        Arc::new(Self { store: store.clone(), room: room.to_owned(), runtime })
    }

    /// Commands are worked out on threads that may wait.
    fn ask<T>(&self, question: impl Future<Output = Result<T, Fault>>) -> Result<T, Unavailable> {
        self.runtime.block_on(question).map_err(|fault| Unavailable(fault.to_string()))
    }
}

impl Archive for Memory {
    fn latest(&self) -> Result<Option<Release>, Unavailable> {
        Ok(self.ask(self.store.last_release())?.map(Release::from))
    }

    fn releases(&self, span: &Span) -> Result<(Vec<Release>, usize), Unavailable> {
        self.ask(self.store.releases(span))
    }

    fn folded_until(&self) -> Result<Option<jiff::Timestamp>, Unavailable> {
        let folded = self.ask(self.store.noted("folded_until"))?;
        Ok(folded.and_then(|ms| ms.parse().ok()).and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()))
    }

    fn pending(&self) -> Result<Pending, Unavailable> {
        self.ask(self.store.pending(&self.room))
    }
}
