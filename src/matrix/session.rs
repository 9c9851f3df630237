//! Getting in: the SDK's stores, the client, and one session that outlives restarts.
//!
//! The device id is ours and is kept before the log-in request goes out. Whatever moment the first start is killed at,
//! the next one logs in as the same device with the same encryption keys, or finds the session and restores it.

use std::{path::Path, time::Duration};

use matrix_sdk::{
    Client, ClientBuildError, HttpError, SessionMeta, SessionTokens, SqliteCryptoStore, SqliteStateStore,
    SqliteStoreConfig, StateStore as _,
    authentication::matrix::MatrixSession,
    config::RequestConfig,
    cross_process_lock::CrossProcessLockConfig,
    ruma::{
        OwnedUserId, UserId,
        api::{
            client::uiaa::{MatrixUserIdentifier, UserIdentifier},
            error::ErrorKind,
        },
    },
    store::{StateStoreDataKey, StoreConfig},
};
use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use super::{
    account::Account,
    address::{Homeserver, check_user, is_named},
    clock::Skew,
    flood, keys,
    refusal::Refusal,
    trouble::{self, Trouble, root_cause},
};
use crate::settings::{Matrix, Secret};

/// Under which name the session is kept in the SDK's state store, which is encrypted.
const RECORD: &[u8] = b"tigerdesk.session";

/// How many connections each of the SDK's stores has at most. Its own default goes by the processors: 512 on 128 of them.
const CONNECTIONS: usize = 8;

/// How long a request may take. Those of the sync have the long poll's time on top.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What is kept of the session.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Record {
    /// `matrix.homeserver` and `matrix.username` as they were set.
    homeserver: String,
    username: String,
    /// The address that was found for the homeserver.
    address: String,
    device: String,
    /// Known once the log-in has succeeded.
    user: Option<OwnedUserId>,
    token: Option<String>,
}

/// The stores in the state folder.
struct Stores {
    state: SqliteStateStore,
    crypto: SqliteCryptoStore,
    folder: String,
}

/// Signs the bot in: restores the session that is kept in `folder`, or logs in and keeps it there.
///
/// # Errors
///
/// When a setting is missing or wrong, the homeserver can't be reached or refuses, or the folder can't be used.
pub async fn sign_in(settings: &Matrix, folder: &Path, passphrase: Option<&Secret>) -> Result<Account, Refusal> {
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
    let stores = Stores::open(folder, passphrase).await?;
    let kept = stores.record().await?;
    if let Some(kept) = &kept {
        kept.check_owner(settings, &stores.folder)?;
    }
    let kept = kept.unwrap_or_default();
    let client = build(&homeserver, settings, &stores, &kept).await?;
    let record = Record {
        homeserver: settings.homeserver.clone(),
        username: settings.username.clone(),
        address: client.homeserver().to_string(),
        ..kept
    };
    let (user, new) = match &settings.access_token {
        Some(token) => (with_token(&client, settings, token, record, &stores).await?, false),
        None => with_password(&client, settings, record, &stores).await?,
    };
    let place = stores.state.get_kv_data(StateStoreDataKey::SyncToken).await;
    let synced = place.map_err(|error| stores.fault(&error))?.is_some();
    Ok(Account { client, user, password: settings.password.clone(), new, synced, skew: Skew::default() })
}

impl Stores {
    async fn open(folder: &Path, passphrase: Option<&Secret>) -> Result<Self, Refusal> {
        let (path, passphrase) = (folder.to_owned(), passphrase.cloned());
        let name = folder.display().to_string();
        let fault = |cause: String| Refusal::Stores { folder: name.clone(), cause };
        // The passphrase's key derivation takes long enough to stay off the async threads.
        let key = tokio::task::spawn_blocking(move || keys::open(&path, passphrase.as_ref()))
            .await
            .map_err(|error| fault(error.to_string()))??;
        let config = SqliteStoreConfig::new(folder).key(Some(&key)).pool_max_size(CONNECTIONS);
        let state = SqliteStateStore::open_with_config(&config).await.map_err(|error| fault(root_cause(&error)))?;
        let crypto = SqliteCryptoStore::open_with_config(&config).await.map_err(|error| fault(root_cause(&error)))?;
        Ok(Self { state, crypto, folder: name })
    }

    fn fault(&self, error: &dyn std::error::Error) -> Refusal {
        Refusal::Stores { folder: self.folder.clone(), cause: root_cause(error) }
    }

    async fn record(&self) -> Result<Option<Record>, Refusal> {
        let bytes = self.state.get_custom_value(RECORD).await.map_err(|error| self.fault(&error))?;
        bytes.map(|bytes| serde_json::from_slice(&bytes)).transpose().map_err(|error| self.fault(&error))
    }

    async fn keep(&self, record: &Record) -> Result<(), Refusal> {
        let bytes = serde_json::to_vec(record).map_err(|error| self.fault(&error))?;
        self.state.set_custom_value_no_read(RECORD, bytes).await.map_err(|error| self.fault(&error))
    }
}

impl Record {
    /// Refuses a folder that was made for another account than the settings name.
    fn check_owner(&self, settings: &Matrix, folder: &str) -> Result<(), Refusal> {
        let Some(user) = &self.user else { return Ok(()) };
        let whole = settings.username.starts_with('@');
        // A homeserver may move to another address; a localpart alone doesn't tell that from another homeserver.
        let elsewhere = !whole && settings.homeserver != self.homeserver;
        if is_named(user, &settings.username) && !elsewhere {
            return Ok(());
        }
        Err(Refusal::FolderOfAnother {
            folder: folder.to_owned(),
            found: format!("{user} on {}", self.homeserver),
            wanted: format!("{} on {}", settings.username, settings.homeserver),
        })
    }
}

/// Builds the client. A homeserver that is down is an error at the first start only: later the sync waits for it.
async fn build(homeserver: &Homeserver, settings: &Matrix, stores: &Stores, kept: &Record) -> Result<Client, Refusal> {
    let known = kept.user.is_some() && kept.homeserver == settings.homeserver;
    let http = flood::client(TIMEOUT)
        .map_err(|error| Refusal::Unreachable { address: settings.homeserver.clone(), cause: root_cause(&error) })?;
    let builder = || {
        let stores = StoreConfig::new(CrossProcessLockConfig::SingleProcess)
            .state_store(stores.state.clone())
            .crypto_store(stores.crypto.clone());
        // Retries are ours: the SDK's own go on for 15 minutes and hide what happens.
        Client::builder()
            .http_client(http.clone())
            .store_config(stores)
            .cross_process_store_config(CrossProcessLockConfig::SingleProcess)
            .request_config(RequestConfig::new().timeout(TIMEOUT).disable_retry())
            .respect_login_well_known(false)
    };
    let client = match homeserver {
        Homeserver::Address(url) => builder().homeserver_url(url).build().await,
        Homeserver::Name(name) => match builder().server_name_or_homeserver_url(name).build().await {
            Err(_) if known => builder().homeserver_url(&kept.address).build().await,
            result => result,
        },
    };
    let client = client.map_err(|error| match &error {
        ClientBuildError::SqliteStore(error) => stores.fault(error),
        ClientBuildError::Http(error) => unreachable(&settings.homeserver, error),
        ClientBuildError::AutoDiscovery(_) => Refusal::NotMatrix(settings.homeserver.clone()),
        _ => Refusal::BadAddress(settings.homeserver.clone()),
    })?;
    if !known {
        let config = RequestConfig::new().timeout(TIMEOUT).disable_retry();
        let versions = client.fetch_server_versions(Some(config)).await;
        versions.map_err(|error| unreachable(client.homeserver().as_str(), &error))?;
    }
    Ok(client)
}

/// The sentence for a homeserver that doesn't answer as one.
fn unreachable(address: &str, error: &HttpError) -> Refusal {
    let address = address.trim_end_matches('/').to_owned();
    match trouble::status(error) {
        Some(status) if status < 500 && status != 429 => Refusal::NotMatrix(address),
        _ if trouble::is_foreign(error) => Refusal::NotMatrix(address),
        _ => Refusal::Unreachable { address, cause: root_cause(error) },
    }
}

async fn restore(client: &Client, user: &UserId, device: &str, token: &str, stores: &Stores) -> Result<(), Refusal> {
    let session = MatrixSession {
        meta: SessionMeta { user_id: user.to_owned(), device_id: device.into() },
        tokens: SessionTokens { access_token: token.to_owned(), refresh_token: None },
    };
    client.restore_session(session).await.map_err(|error| stores.fault(&error))
}

/// Signs in with an access token, which names its user and device itself.
async fn with_token(
    client: &Client,
    settings: &Matrix,
    token: &Secret,
    record: Record,
    stores: &Stores,
) -> Result<OwnedUserId, Refusal> {
    let device = settings.device_id.clone().unwrap_or_default();
    let wanted = format!("{} with device {device}", settings.username);
    let user = match (owner(client, token).await, &record.user) {
        (Ok((user, found)), _) => {
            if !is_named(&user, &settings.username) || found.as_deref().is_some_and(|found| found != device) {
                let found = format!("{user} with device {}", found.unwrap_or_default());
                return Err(Refusal::TokenOfAnother { found, wanted });
            }
            user
        }
        // The homeserver is down and we have been here before: the sync waits for it.
        (Err(Refusal::Unreachable { .. }), Some(user)) => user.clone(),
        (Err(refusal), _) => return Err(refusal),
    };
    if record.user.is_some() && record.device != device {
        let found = format!("{user} with device {}", record.device);
        return Err(Refusal::FolderOfAnother { folder: stores.folder.clone(), found, wanted });
    }
    restore(client, &user, &device, token.expose(), stores).await?;
    stores.keep(&Record { device, user: Some(user.clone()), token: None, ..record }).await?;
    Ok(user)
}

/// Whose token it is. A plain request, because the client must know its user before it can ask.
async fn owner(client: &Client, token: &Secret) -> Result<(OwnedUserId, Option<String>), Refusal> {
    let address = client.homeserver();
    let not_matrix = || Refusal::NotMatrix(address.to_string());
    let url = address.join("/_matrix/client/v3/account/whoami").map_err(|_| not_matrix())?;
    let asked = client.http_client().get(url).bearer_auth(token.expose()).timeout(TIMEOUT).send().await;
    let unreachable = |cause| Refusal::Unreachable { address: address.to_string(), cause };
    let answer = asked.map_err(|error| unreachable(root_cause(&error)))?;
    let status = answer.status();
    let bytes = answer.bytes().await.map_err(|error| unreachable(root_cause(&error)))?;
    if status.is_server_error() || status.as_u16() == 429 {
        return Err(unreachable(status.to_string()));
    }
    let body: serde_json::Value = serde_json::from_slice(&bytes).map_err(|_| not_matrix())?;
    if !status.is_success() {
        return Err(Refusal::BadToken);
    }
    let user = body["user_id"].as_str().and_then(|user| UserId::parse(user).ok()).ok_or_else(not_matrix)?;
    Ok((user, body["device_id"].as_str().map(str::to_owned)))
}

/// Restores the kept session, or logs in with the password; says whether it was a log-in.
async fn with_password(
    client: &Client,
    settings: &Matrix,
    mut record: Record,
    stores: &Stores,
) -> Result<(OwnedUserId, bool), Refusal> {
    if let (Some(user), Some(token)) = (record.user.clone(), record.token.clone()) {
        restore(client, &user, &record.device, &token, stores).await?;
        stores.keep(&record).await?;
        return Ok((user, false));
    }
    if record.device.is_empty() {
        let mut random = rand::rng();
        record.device = (0..10).map(|_| char::from(random.random_range(b'A'..=b'Z'))).collect();
    }
    stores.keep(&record).await?;
    let password = settings.password.as_ref().map_or("", Secret::expose);
    let name = UserIdentifier::Matrix(MatrixUserIdentifier::new(settings.username.clone()));
    let login = client
        .matrix_auth()
        .login_identifier(name, password)
        .device_id(&record.device)
        .initial_device_display_name(&settings.device_name);
    let session = login.send().await.map_err(|error| login_refusal(&error, settings, stores))?;
    record.user = Some(session.user_id.clone());
    record.token = Some(session.access_token);
    stores.keep(&record).await?;
    Ok((session.user_id, true))
}

fn login_refusal(error: &matrix_sdk::Error, settings: &Matrix, stores: &Stores) -> Refusal {
    let user = settings.username.clone();
    let address = settings.homeserver.clone();
    let matrix_sdk::Error::Http(http) = error else { return stores.fault(error) };
    match (http.client_api_error_kind(), Trouble::from(&**http)) {
        (Some(ErrorKind::Forbidden | ErrorKind::InvalidUsername), _) => Refusal::WrongPassword(user),
        (Some(ErrorKind::Unrecognized | ErrorKind::Unknown), Trouble::Never { .. }) => Refusal::NoPasswords(user),
        (Some(ErrorKind::LimitExceeded(_)), Trouble::Again { after, .. }) => {
            Refusal::TooManyLogins(after.map_or(60, |after| after.as_secs() + 1))
        }
        (_, Trouble::AccountClosed(how)) => Refusal::AccountClosed(how, user),
        (_, Trouble::Again { cause, .. }) => Refusal::Unreachable { address, cause },
        (_, Trouble::Never { cause, .. }) => Refusal::Refused { what: "log the bot in", cause },
        (_, Trouble::SignedOut) => Refusal::Refused { what: "log the bot in", cause: root_cause(error) },
    }
}
