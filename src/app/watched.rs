//! How the bot stands, for those who watch it.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::time::{interval, timeout};

use super::{Bot, Failure};
use crate::{
    matrix::{self, Pulse},
    ops::{Outbox, Release, State, Watched, service},
};

/// How long the database may take to say how full the outbox is.
const PATIENCE: Duration = Duration::from_secs(3);

/// The bot from its start on, signed in or not.
#[derive(Default)]
pub(super) struct Standing {
    pub(super) pulse: Arc<Pulse>,
    pub(super) bot: OnceLock<Arc<Bot>>,
}

impl Watched for Standing {
    async fn state(&self) -> State {
        let Some(bot) = self.bot.get() else { return State::default() };
        let dataset = bot.data.standing();
        let release = dataset.release.map(|(number, at)| Release {
            number,
            age: age(at.as_millisecond()),
            records: bot.data.desk().dataset.records().len(),
        });
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        let depth = timeout(PATIENCE, bot.store.depth()).await.ok().and_then(Result::ok);
        State {
            account: Some(bot.account.user().to_owned()),
            since_poll: self.pulse.since_poll(),
            since_sync: self.pulse.since_answer(),
            rooms: bot.account.joined_rooms().len(),
            release,
            faults: dataset.faults,
            held: dataset.held,
            reading: dataset.reading.map(|since| since.elapsed()).unwrap_or_default(),
            in_the_way: bot.data.in_the_way(),
            outbox: depth.map(|depth| Outbox {
                waiting: count(depth.waiting),
                parked: count(depth.parked),
                oldest: depth.oldest.map(age).unwrap_or_default(),
            }),
        }
    }
}

/// Since a moment, given in milliseconds since 1970.
fn age(moment: i64) -> Duration {
    Duration::from_millis(u64::try_from(matrix::now().saturating_sub(moment)).unwrap_or_default())
}

/// Tells systemd that the bot is alive for as long as it is, if systemd asks for that.
pub(super) async fn watchdog(standing: Arc<Standing>) -> Result<(), Failure> {
    let Some(every) = service::watchdog() else { return Ok(()) };
    let mut ticks = interval(every);
    loop {
        ticks.tick().await;
        if standing.state().await.is_alive() {
            service::alive();
        }
    }
}
