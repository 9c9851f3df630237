//! Whether the encryption keys in the state folder are those that the homeserver knows of the device.
//!
//! A copy of the folder that is put back knows less of the device than others do: its one-time keys are given away, its
//! ratchets have been turned on by messages that it does not remember, and what it seals now can't be opened. So there is a
//! mark, kept beside the keys and in the account's data on the homeserver, that is moved on at each start and each hour. A
//! copy has an older one. Besides, the homeserver refuses the upload of a one-time key that it has given away.

use matrix_sdk::{ruma::events::GlobalAccountDataEventType, store::StateStoreDataKey};
use matrix_sdk_crypto::store::CryptoStore as _;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;

use super::{
    account::Account,
    trouble::{Trouble, root_cause},
};

/// The mark's name in the crypto store, which encrypts it.
const KEPT: &str = "tigerdesk.mark";
/// What the mark's type in the account's data begins with; the device's id follows.
const TYPE: &str = "org.tigerdesk.device.";

/// How the keys stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// They are the newest.
    Current,
    /// They are those of an older copy of the state folder.
    WentBack,
}

/// A mark: whoever moved it on from the same one chose another salt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    count: u32,
    salt: String,
}

/// What is kept beside the keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Marks {
    current: Mark,
    /// On its way to the homeserver, which may have it already.
    next: Option<Mark>,
}

impl Marks {
    /// How these keys stand, if the homeserver has `theirs`.
    fn compare(&self, theirs: &Mark) -> Keys {
        let known = self.current == *theirs || self.next.as_ref() == Some(theirs);
        // An older mark than ours: the homeserver itself was put back.
        if known || theirs.count < self.current.count { Keys::Current } else { Keys::WentBack }
    }
}

impl Account {
    /// Compares the marks and moves them on.
    ///
    /// # Errors
    ///
    /// When the homeserver or the store did not answer; nothing is known then.
    pub async fn check_keys(&self) -> Result<Keys, Trouble> {
        let lost = |error: &dyn std::error::Error| Trouble::again(root_cause(error));
        let refused = self.client.state_store().get_kv_data(StateStoreDataKey::OneTimeKeyAlreadyUploaded).await;
        if refused.map_err(|error| lost(&error))?.is_some() {
            return Ok(Keys::WentBack);
        }
        let account = self.client.account();
        let name = GlobalAccountDataEventType::from(format!("{TYPE}{}", self.device()));
        let theirs = account.fetch_account_data(name.clone()).await.map_err(|error| Trouble::from(&error))?;
        let theirs: Option<Mark> = theirs.and_then(|theirs| serde_json::from_str(theirs.json().get()).ok());
        let kept = self.crypto.get_custom_value(KEPT).await.map_err(|error| lost(&error))?;
        let kept: Option<Marks> = kept.and_then(|kept| serde_json::from_slice(&kept).ok());
        let kept = match (kept, &theirs) {
            (Some(kept), Some(theirs)) => {
                if kept.compare(theirs) == Keys::WentBack {
                    return Ok(Keys::WentBack);
                }
                kept
            }
            // A copy from before there were marks.
            (None, Some(_)) => return Ok(Keys::WentBack),
            (kept, None) => kept.unwrap_or_default(),
        };
        let highest = theirs.map_or(0, |theirs| theirs.count).max(kept.next.as_ref().map_or(0, |next| next.count));
        let count = highest.max(kept.current.count).saturating_add(1);
        let next = Mark { count, salt: format!("{:016x}", rand::random::<u64>()) };
        self.keep_marks(&Marks { next: Some(next.clone()), ..kept }).await?;
        let content = serde_json::value::to_raw_value(&next).map_err(|error| lost(&error))?;
        let content = matrix_sdk::ruma::serde::Raw::from_json(content);
        account.set_account_data_raw(name, content).await.map_err(|error| Trouble::from(&error))?;
        self.keep_marks(&Marks { current: next, next: None }).await?;
        Ok(Keys::Current)
    }

    async fn keep_marks(&self, marks: &Marks) -> Result<(), Trouble> {
        let bytes = serde_json::to_vec(marks).map_err(|error| Trouble::again(error.to_string()))?;
        let kept = self.crypto.set_custom_value(KEPT, bytes).await;
        kept.map_err(|error| Trouble::again(root_cause(&error)))
    }

    /// Waits until the homeserver refuses keys as those of an older copy.
    pub async fn keys_refused(&self) {
        let mut refusals = self.client.subscribe_to_duplicate_key_upload_errors();
        while let Err(RecvError::Lagged(_)) = refusals.recv().await {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_that_others_moved_on_tells_an_older_copy() {
        let mark = |count, salt: &str| Mark { count, salt: salt.to_owned() };
        let kept = |current, next| Marks { current, next };
        for (kept, theirs, expected) in [
            (kept(mark(3, "a"), None), mark(3, "a"), Keys::Current),
            // Killed before and after the homeserver had it.
            (kept(mark(3, "a"), Some(mark(4, "b"))), mark(3, "a"), Keys::Current),
            (kept(mark(3, "a"), Some(mark(4, "b"))), mark(4, "b"), Keys::Current),
            // The homeserver was put back.
            (kept(mark(3, "a"), None), mark(2, "z"), Keys::Current),
            // The folder was.
            (kept(mark(3, "a"), None), mark(4, "b"), Keys::WentBack),
            (kept(mark(3, "a"), None), mark(3, "b"), Keys::WentBack),
            (kept(mark(3, "a"), Some(mark(4, "b"))), mark(4, "c"), Keys::WentBack),
            (kept(mark(3, "a"), Some(mark(4, "b"))), mark(9, "b"), Keys::WentBack),
        ] {
            assert_eq!(kept.compare(&theirs), expected, "{kept:?} {theirs:?}");
        }
    }
}
