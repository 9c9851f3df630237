//! Encryption keys that went back: a copy of the state folder was put in its place.
//!
//! What the bot seals with them can't be opened, so that a bot that has the password gives the device up and logs in as a new
//! one. Without the password it goes on where nothing is sealed, says what to do, and does not call itself ready.

use std::{
    pin::pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use super::{Bot, Failure};
use crate::matrix::{Ended, Keys, Refusal, Trouble};

/// How often the mark that tells an older copy is moved on.
const MOVED_ON: Duration = Duration::from_hours(1);
/// How soon it is tried again where the homeserver did not answer.
const AGAIN: Duration = Duration::from_mins(1);
/// How long the start waits for the mark before it goes on without.
const PATIENCE: Duration = Duration::from_secs(10);

impl Bot {
    /// Looks whether the keys are those that the homeserver knows of. One that does not answer is asked again later.
    pub(super) async fn check_keys(&self) -> Result<(), Failure> {
        let checked = tokio::time::timeout(PATIENCE, self.account.check_keys()).await;
        match checked.unwrap_or_else(|_| Err(Trouble::again("no answer in time"))) {
            Ok(Keys::Current) => self.keys_checked.store(true, Ordering::Relaxed),
            Ok(Keys::WentBack) => self.keys_went_back()?,
            Err(trouble) => tracing::debug!(?trouble, "whether the keys are the newest is not known yet"),
        }
        Ok(())
    }

    /// Watches over the keys for as long as the bot runs.
    pub(super) async fn keep_keys(self: Arc<Self>) -> Result<(), Failure> {
        let mut refused = pin!(self.account.keys_refused());
        loop {
            if self.keys_old.load(Ordering::Relaxed) {
                self.stop.cancelled().await;
                return Ok(());
            }
            let pause = if self.keys_checked.load(Ordering::Relaxed) { MOVED_ON } else { AGAIN };
            tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                () = &mut refused => self.keys_went_back()?,
                () = tokio::time::sleep(pause) => self.check_keys().await?,
            }
        }
    }

    fn keys_went_back(&self) -> Result<(), Failure> {
        if self.account.has_password() {
            return Err(Refusal::SessionEnded(Ended::KeysWentBack).into());
        }
        if !self.keys_old.swap(true, Ordering::Relaxed) {
            tracing::error!(
                "the encryption keys in the state folder are those of an older copy, and what the bot says in encrypted rooms can't be read: put the newest copy of the folder back; or give the account's password in TIGERDESK__MATRIX__PASSWORD instead of the access token, and the bot logs in anew; or give the access token of a new device with its id"
            );
        }
        Ok(())
    }
}
