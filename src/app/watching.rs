//! Taking up what changes in the folder of the dataset.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;

use super::{Bot, Failure, data::Reloaded, watch::Watch};

/// What the state folder could not take is tried again after so long, and then after twice as long each time, up to the longer.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

impl Bot {
    /// Reads the dataset again whenever it may have changed, and for as long as the state folder can't take it.
    pub(super) async fn watch(self: Arc<Self>, mut watch: Option<Watch>, hangup: Arc<Notify>) -> Result<(), Failure> {
        let mut pause = FIRST_PAUSE;
        loop {
            let standing = self.data.standing();
            let (is_stuck, is_overdue) = (standing.stuck.is_some(), standing.reading.is_some());
            let changed = async {
                match &mut watch {
                    Some(watch) => watch.changed().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                () = changed => {}
                () = hangup.notified() => tracing::info!("asked to read the dataset again"),
                // Nobody may wait any more for the reading that has ended.
                () = self.data.look_again.notified() => if !is_stuck && self.data.standing().reading.is_none() { continue },
                () = tokio::time::sleep(pause), if is_stuck => {}
            }
            let reloading = async {
                let reloaded = self.data.reload(false).await?;
                if is_overdue && !matches!(reloaded, Reloaded::Hangs(..)) {
                    // That is how it stood when its reading began.
                    return self.data.reload(false).await;
                }
                Ok::<_, Failure>(reloaded)
            };
            let reloaded = tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                reloaded = reloading => reloaded?,
            };
            pause = match reloaded {
                Reloaded::Stuck(_) => (pause * 2).min(LONGEST_PAUSE),
                _ => FIRST_PAUSE,
            };
        }
    }
}
