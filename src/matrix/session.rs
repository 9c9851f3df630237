//! Getting in: the client, and one session that outlives restarts and, with the password at hand, its own end.
//!
//! The device id is ours and is kept before the log-in request goes out. Whatever moment the first start is killed at,
//! the next one logs in as the same device with the same encryption keys, or finds the session and restores it.
//!
//! Whose the state folder is tells the user id that the homeserver answered, not how homeserver and user are written in the
//! settings.

use std::path::Path;

use matrix_sdk::{SessionMeta, SessionTokens, authentication::matrix::MatrixSession, ruma::UserId};
use url::Url;

use super::{
    account::Account,
    address::{Homeserver, check_user, is_named, is_same},
    clock::Skew,
    discovery,
    login::{Entry, Owner},
    refusal::{Ended, Refusal},
    renewal,
    stores::{Record, Stores, new_device},
};
use crate::settings::{Matrix, Secret};

/// Signs the bot in: restores the session that is kept in `folder`, or logs in and keeps it there. `ended`: how the session
/// that is kept there came to its end, if it is known to have.
///
/// # Errors
///
/// When a setting is missing or wrong, the homeserver can't be reached or refuses, or the folder can't be used.
pub async fn sign_in(
    settings: &Matrix,
    folder: &Path,
    passphrase: Option<&Secret>,
    ended: Option<Ended>,
) -> Result<Account, Refusal> {
    let homeserver = Homeserver::parse(&settings.homeserver)?;
    check_user(&settings.username)?;
    match (&settings.access_token, &settings.device_id, &settings.password) {
        (Some(_), None, _) => return Err(Refusal::DeviceMissing),
        (None, _, None) => {
            return Err(Refusal::Missing {
                what: "the bot's password",
                variable: "TIGERDESK__MATRIX__PASSWORD",
                key: "matrix.password",
            });
        }
        _ => {}
    }
    renewal::finish(folder).await?;
    let stores = Stores::open(folder, passphrase).await?;
    let kept = stores.record().await?.unwrap_or_default();
    kept.check_owner(settings, &stores)?;
    let address = locate(&homeserver, settings, &kept).await?;
    let moved =
        kept.user.is_some() && address.as_str() != kept.address && !is_same(&kept.homeserver, &settings.homeserver);
    let record = Record {
        homeserver: settings.homeserver.clone(),
        username: settings.username.clone(),
        address: address.to_string(),
        ..kept
    };
    let entry = Entry { settings, address, moved, was_here: record.user.is_some() };
    match entry.with_token(stores, record, ended).await? {
        Turn::In(account) => Ok(*account),
        Turn::Password(stores, record, ended) => entry.with_password(stores, record, ended).await,
    }
}

impl Record {
    /// Refuses a folder that was made for another user than the settings name.
    fn check_owner(&self, settings: &Matrix, stores: &Stores) -> Result<(), Refusal> {
        match &self.user {
            // As it was written when the homeserver answered with that user.
            Some(user) if settings.username != self.username && !is_named(user, &settings.username) => {
                Err(of_another(stores, user, settings))
            }
            _ => Ok(()),
        }
    }
}

fn of_another(stores: &Stores, found: &UserId, settings: &Matrix) -> Refusal {
    Refusal::FolderOfAnother {
        folder: stores.name(),
        found: found.to_string(),
        wanted: format!("{} on {}", settings.username, settings.homeserver),
    }
}

/// The homeserver's address. One that is down is an error at the first start only: later the sync waits for it.
async fn locate(homeserver: &Homeserver, settings: &Matrix, kept: &Record) -> Result<Url, Refusal> {
    let known = Url::parse(&kept.address)
        .ok()
        .filter(|_| kept.user.is_some() && is_same(&kept.homeserver, &settings.homeserver));
    match (homeserver, known) {
        (Homeserver::Address(_), Some(known)) => Ok(known),
        (Homeserver::Name(name), Some(known)) => match discovery::find(homeserver).await {
            Ok(found) => Ok(found),
            Err(refusal) => {
                tracing::warn!(%refusal, "{name} does not tell of its homeserver now: {known} is asked, as before");
                Ok(known)
            }
        },
        (_, None) => discovery::find(homeserver).await,
    }
}

/// How far the access token has led.
#[expect(clippy::large_enum_variant, reason = "there is one, for a moment")]
enum Turn {
    In(Box<Account>),
    /// There is none, or it is of no use any more: the password's turn.
    Password(Stores, Record, Option<Ended>),
}

impl Entry<'_> {
    async fn enter(&self, stores: Stores, record: &Record, new: bool) -> Result<Account, Refusal> {
        let (Some(user), Some(token)) = (record.user.clone(), record.token.clone()) else {
            return Err(Refusal::SessionEnded(Ended::SignedOut));
        };
        let client = self.client(Some(&stores)).await?;
        let session = MatrixSession {
            meta: SessionMeta { user_id: user.clone(), device_id: record.device.as_str().into() },
            tokens: SessionTokens { access_token: token, refresh_token: None },
        };
        client.restore_session(session).await.map_err(|error| stores.fault(&error))?;
        let synced = stores.synced().await?;
        Ok(Account {
            client,
            user,
            password: self.settings.password.clone(),
            new,
            synced,
            skew: Skew::default(),
            was_here: self.was_here,
            follows: record.follows.clone(),
            crypto: stores.crypto,
        })
    }

    /// Signs in with an access token, which names its user and device itself.
    async fn with_token(&self, stores: Stores, record: Record, ended: Option<Ended>) -> Result<Turn, Refusal> {
        let Some(token) = &self.settings.access_token else { return Ok(Turn::Password(stores, record, ended)) };
        if ended == Some(Ended::KeysWentBack) && self.settings.password.is_some() {
            let token = record.token.clone().unwrap_or_else(|| token.expose().to_owned());
            return Ok(Turn::Password(stores, Record { token: Some(token), ..record }, ended));
        }
        let device = self.settings.device_id.clone().unwrap_or_default();
        let wanted = format!("{} with device {device}", self.settings.username);
        let user = match (self.owner(token.expose()).await, &record.user) {
            (Ok(Owner::Known(user, found)), _) => {
                if !is_named(&user, &self.settings.username) || found.as_deref().is_some_and(|found| found != device) {
                    let found = format!("{user} with device {}", found.unwrap_or_default());
                    return Err(Refusal::TokenOfAnother { found, wanted });
                }
                user
            }
            (Ok(Owner::Nobody { soft }), known) => {
                if self.settings.password.is_none() {
                    return Err(if known.is_some() { Refusal::TokenEnded } else { Refusal::BadToken });
                }
                tracing::warn!("the homeserver does not accept the access token: the password is used instead");
                let how = if soft { Ended::Expired } else { Ended::SignedOut };
                // Unless the password was used before, and there is a session of its own.
                let its_own = record.device == device && record.token.is_none() && known.is_some();
                let ended = ended.or(its_own.then_some(how));
                return Ok(Turn::Password(stores, record, ended));
            }
            // The homeserver is down and we have been here before: the sync waits for it.
            (Err(Refusal::Unreachable { .. }), Some(user)) => user.clone(),
            (Err(refusal), _) => return Err(refusal),
        };
        if let Some(owner) = record.user.as_ref().filter(|owner| **owner != user) {
            return Err(of_another(&stores, owner, self.settings));
        }
        let (stores, record) = if record.user.is_some() && record.device != device {
            tracing::warn!(
                device,
                before = record.device,
                "the access token is of another device, which takes the place of the one before"
            );
            let (stores, record) = renewal::renew(stores, record, Ended::SignedOut).await?;
            (stores, Record { device, ..record })
        } else {
            (stores, Record { device, ..record })
        };
        let record = Record { user: Some(user), token: None, ..record };
        stores.keep(&record).await?;
        // The settings keep the token.
        let record = Record { token: Some(token.expose().to_owned()), ..record };
        Ok(Turn::In(Box::new(self.enter(stores, &record, false).await?)))
    }

    /// Restores the kept session, or logs in with the password.
    async fn with_password(&self, stores: Stores, record: Record, ended: Option<Ended>) -> Result<Account, Refusal> {
        if self.moved
            && let Some(user) = &record.user
        {
            self.check_moved(&stores, &record, user).await?;
        }
        let mut ended = ended;
        if ended.is_none() && record.user.is_some() && record.token.is_some() && !stores.has_keys().await? {
            tracing::warn!(
                "matrix-sdk-crypto.sqlite3, the encryption keys of the bot's device, is gone: the bot logs in anew"
            );
            ended = Some(Ended::KeysWentBack);
        }
        let (stores, mut record) = match ended {
            None => (stores, record),
            Some(Ended::Expired) => (stores, Record { token: None, ..record }),
            Some(how) => {
                if let (Ended::KeysWentBack, Some(token)) = (how, &record.token) {
                    // Or people's clients would go on encrypting for a device that nobody has.
                    self.sign_out(token).await;
                }
                renewal::renew(stores, record, how).await?
            }
        };
        if record.user.is_some() && record.token.is_some() {
            stores.keep(&record).await?;
            return self.enter(stores, &record, false).await;
        }
        if record.device.is_empty() {
            record.device = new_device();
        }
        stores.keep(&record).await?;
        let session = self.log_in(&record).await?;
        if let Some(owner) = record.user.as_ref().filter(|owner| **owner != session.user_id) {
            self.sign_out(&session.access_token).await;
            return Err(of_another(&stores, owner, self.settings));
        }
        if stores.synced().await? && stores.has_keys().await? && !self.has_device(&session).await {
            // The log-in has made it anew, but its encryption keys are taken up once in a device's life.
            tracing::warn!(device = record.device, "the bot's device was signed out: another one takes its place");
            self.sign_out(&session.access_token).await;
            return Box::pin(self.with_password(stores, Record { token: None, ..record }, Some(Ended::SignedOut)))
                .await;
        }
        record.user = Some(session.user_id);
        record.token = Some(session.access_token);
        stores.keep(&record).await?;
        self.enter(stores, &record, true).await
    }

    /// The settings name the homeserver otherwise than when the folder was made: whoever they lead to must be whose it is.
    async fn check_moved(&self, stores: &Stores, record: &Record, user: &UserId) -> Result<(), Refusal> {
        let owner = match &record.token {
            Some(token) => self.owner(token).await?,
            None => return Ok(()),
        };
        let found = match owner {
            Owner::Known(found, _) => found,
            // Another homeserver, or the session is over: the password tells, on a device that goes at once.
            Owner::Nobody { .. } => {
                let session = self.log_in(&Record { device: new_device(), ..record.clone() }).await?;
                self.sign_out(&session.access_token).await;
                session.user_id
            }
        };
        if found == *user { Ok(()) } else { Err(of_another(stores, user, self.settings)) }
    }
}
