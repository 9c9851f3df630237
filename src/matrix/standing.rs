//! Whether the session is over, of which the refusal of one request is no proof.

use super::{account::Account, flood::bounded, refusal::Refusal, trouble::Trouble};

impl Account {
    /// What to do about `trouble` with a request other than the sync. If it says that the session or the account is over, the
    /// homeserver is asked: a proxy, a busy worker or a lock that was lifted may have said so. Only what it confirms stays.
    pub async fn confirmed(&self, trouble: Trouble) -> Trouble {
        if !matches!(trouble, Trouble::SignedOut | Trouble::AccountClosed(_)) {
            return trouble;
        }
        let status = trouble.status();
        let asked = bounded(self.client.whoami()).await;
        let cause = match asked.and_then(|asked| asked.map_err(|error| Trouble::from(&error))) {
            Ok(_) => "the homeserver refused one request as if the session were over, which it is not",
            Err(over @ (Trouble::SignedOut | Trouble::AccountClosed(_))) => return over,
            Err(_) => "the homeserver refused a request as if the session were over, and does not say whether it is",
        };
        tracing::warn!(cause);
        Trouble::Again { after: None, cause: cause.to_owned(), status }
    }

    /// The sentence for an account that can't be used any more; `None` if `trouble` is another one.
    #[must_use]
    pub fn ended(&self, trouble: &Trouble) -> Option<Refusal> {
        match trouble {
            Trouble::SignedOut => Some(Refusal::SessionEnded),
            Trouble::AccountClosed(how) => Some(Refusal::AccountClosed(how, self.user().to_owned())),
            Trouble::Again { .. } | Trouble::Never { .. } => None,
        }
    }
}
