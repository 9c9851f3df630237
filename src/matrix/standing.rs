//! Whether the session is over, of which the refusal of one request is no proof.

use super::{
    account::Account,
    flood::bounded,
    refusal::{Ended, Refusal},
    trouble::Trouble,
};

/// So many polls may be refused by a homeserver that knows the session all the same.
const FEW: u32 = 2;

impl Account {
    /// What to do about `trouble` with a request other than the sync. If it says that the session or the account is over, the
    /// homeserver is asked: a proxy, a busy worker or a lock that was lifted may have said so. Only what it confirms stays.
    pub async fn confirmed(&self, trouble: Trouble) -> Trouble {
        if !matches!(trouble, Trouble::SignedOut(_) | Trouble::AccountClosed(_)) {
            return trouble;
        }
        let status = trouble.status();
        let asked = bounded(self.client.whoami()).await;
        let cause = match asked.and_then(|asked| asked.map_err(|error| Trouble::from(&error))) {
            Ok(_) => "the homeserver refused one request as if the session were over, which it is not",
            Err(over @ (Trouble::SignedOut(_) | Trouble::AccountClosed(_))) => return over,
            Err(_) => "the homeserver refused a request as if the session were over, and does not say whether it is",
        };
        tracing::warn!(cause);
        Trouble::Again { after: None, cause: cause.to_owned(), status }
    }

    /// How the session ended, after a poll was refused as one without a session would be, having failed so often in a row
    /// before. `None`: it goes on, or the homeserver does not say.
    pub(super) async fn how_it_ended(&self, how: Ended, failures: u32) -> Option<Ended> {
        if how == Ended::Expired {
            return Some(how);
        }
        // A device that was signed out is lost with its keys, so that one answer is not enough to give it up.
        let asked = bounded(self.client.whoami()).await;
        match asked.and_then(|asked| asked.map_err(|error| Trouble::from(&error))) {
            // To log in again as the same device loses nothing.
            Ok(_) => (failures >= FEW).then_some(Ended::Expired),
            Err(Trouble::SignedOut(how)) => Some(how),
            Err(_) => None,
        }
    }

    /// The sentence for an account that can't be used any more; `None` if `trouble` is another one.
    #[must_use]
    pub fn ended(&self, trouble: &Trouble) -> Option<Refusal> {
        match trouble {
            Trouble::SignedOut(how) => Some(Refusal::SessionEnded(*how)),
            Trouble::AccountClosed(how) => Some(Refusal::AccountClosed(how, self.user().to_owned())),
            Trouble::Again { .. } | Trouble::Never { .. } => None,
        }
    }
}
