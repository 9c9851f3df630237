//! Log-ins, and the plain requests around them.

use std::time::Duration;

use matrix_sdk::{
    Client, ClientBuildError, HttpError,
    config::RequestConfig,
    cross_process_lock::CrossProcessLockConfig,
    reqwest::Response,
    ruma::{
        OwnedUserId, UserId,
        api::{
            client::{
                session::login::v3::{LoginInfo, Password, Request, Response as LoggedIn},
                uiaa::{MatrixUserIdentifier, UserIdentifier},
            },
            error::ErrorKind,
        },
    },
    store::StoreConfig,
};
use serde_json::{Value, json};
use url::Url;

use super::{
    address::endpoint,
    backoff::Backoff,
    discovery, flood,
    refusal::Refusal,
    stores::{Record, Stores},
    trouble::{self, Trouble, root_cause},
};
use crate::settings::{Matrix, Secret};

/// How long a request may take. Those of the sync have the long poll's time on top.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30);
/// How long signing a device out may take that is given up anyway.
const FAREWELL: Duration = Duration::from_secs(10);
/// How often a log-in is tried that the homeserver puts off.
const LOGINS: usize = 3;
/// The longest pause between log-ins of a bot that was signed in before.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Whose an access token is.
pub(super) enum Owner {
    /// This user's, and perhaps it is known on which device.
    Known(OwnedUserId, Option<String>),
    /// Nobody's any more. `soft`: its device is still there.
    Nobody { soft: bool },
}

/// The way in.
pub(super) struct Entry<'a> {
    pub(super) settings: &'a Matrix,
    pub(super) address: Url,
    /// The settings name another homeserver than they did, or the same otherwise.
    pub(super) moved: bool,
    /// An earlier start was signed in.
    pub(super) was_here: bool,
}

impl Entry<'_> {
    /// A client that is not signed in, with stores to stay or in memory.
    pub(super) fn client(&self, stores: Option<&Stores>) -> impl Future<Output = Result<Client, Refusal>> {
        let config = StoreConfig::new(CrossProcessLockConfig::SingleProcess);
        let config = match stores {
            Some(stores) => config.state_store(stores.state.clone()).crypto_store(stores.crypto.clone()),
            None => config,
        };
        let http = flood::client(TIMEOUT);
        let (address, homeserver) = (self.address.clone(), self.settings.homeserver.clone());
        async move {
            let unreachable = |error: &dyn std::error::Error| Refusal::Unreachable {
                address: homeserver.clone(),
                cause: root_cause(error),
            };
            let http = http.map_err(|error| unreachable(&error))?;
            // Retries are ours: the SDK's own go on for 15 minutes and hide what happens.
            let building = Client::builder()
                .http_client(http)
                .store_config(config)
                .cross_process_store_config(CrossProcessLockConfig::SingleProcess)
                .request_config(RequestConfig::new().timeout(TIMEOUT).disable_retry())
                .respect_login_well_known(false)
                .homeserver_url(&address)
                .build();
            building.await.map_err(|error| match &error {
                ClientBuildError::Http(error) => unreachable(error),
                _ => Refusal::BadAddress(homeserver.clone()),
            })
        }
    }

    /// Whether the homeserver has encryption keys of the device that was logged in to. If it does not say, it has.
    pub(super) async fn has_device(&self, session: &LoggedIn) -> bool {
        let (user, device) = (session.user_id.as_str(), session.device_id.as_str());
        let asked = json!({ "device_keys": { user: [] } });
        let answer = self.ask("keys/query", &session.access_token, Some(asked)).await;
        let Ok(answer) = answer else { return true };
        let bytes = answer.bytes().await.unwrap_or_default();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        !body["device_keys"].is_object() || body["device_keys"][user][device].is_object()
    }

    /// Logs in as the record's device. Where the bot was signed in before, a homeserver that is away for now is waited for.
    pub(super) async fn log_in(&self, record: &Record) -> Result<LoggedIn, Refusal> {
        let client = self.client(None).await?;
        let mut backoff = Backoff::new(LONGEST_PAUSE);
        let config = RequestConfig::new().timeout(TIMEOUT).retry_limit(LOGINS);
        loop {
            let name = UserIdentifier::Matrix(MatrixUserIdentifier::new(self.settings.username.clone()));
            let password = self.settings.password.as_ref().map_or("", Secret::expose);
            let mut request = Request::new(LoginInfo::Password(Password::new(name, password.to_owned())));
            request.device_id = Some(record.device.as_str().into());
            request.initial_device_display_name = Some(self.settings.device_name.clone());
            let refusal = match client.send(request).with_request_config(config).await {
                Ok(session) => return Ok(session),
                Err(error) => self.login_refusal(&error),
            };
            let after = match &refusal {
                Refusal::TooManyLogins(seconds) => Some(Duration::from_secs(*seconds).min(LONGEST_PAUSE)),
                Refusal::Unreachable { .. } => None,
                _ => return Err(refusal),
            };
            if record.user.is_none() {
                return Err(refusal);
            }
            let pause = backoff.next(after);
            tracing::warn!(%refusal, seconds = pause.as_secs_f32(), "the bot can't log in anew yet, and tries again");
            tokio::time::sleep(pause).await;
        }
    }

    fn login_refusal(&self, error: &HttpError) -> Refusal {
        let user = self.settings.username.clone();
        let address = self.address.as_str().trim_end_matches('/').to_owned();
        match (error.client_api_error_kind(), Trouble::from(error)) {
            (Some(ErrorKind::Forbidden | ErrorKind::InvalidUsername), _) => {
                let odd = self.settings.password.as_ref().is_some_and(Secret::has_white_ends);
                Refusal::WrongPassword(user, if odd { ", which begins or ends with white space" } else { "" })
            }
            (Some(ErrorKind::Unrecognized | ErrorKind::Unknown), Trouble::Never { .. }) => Refusal::NoPasswords(user),
            (Some(ErrorKind::LimitExceeded(_)), Trouble::Again { after, .. }) => {
                Refusal::TooManyLogins(after.map_or(60, |after| after.as_secs().saturating_add(1)))
            }
            (_, Trouble::AccountClosed(how)) => Refusal::AccountClosed(how, user),
            _ if trouble::is_foreign(error) => {
                Refusal::NotMatrix { address, found: format!("its answer to a log-in: {}", root_cause(error)) }
            }
            (_, Trouble::Again { cause, .. }) => {
                Refusal::Unreachable { address, cause: discovery::with_proxy(&self.address, cause) }
            }
            (_, Trouble::Never { cause, .. }) => Refusal::Refused { what: "log the bot in", cause },
            (_, Trouble::SignedOut(_)) => Refusal::Refused { what: "log the bot in", cause: root_cause(error) },
        }
    }

    /// Whose token it is. A plain request, because the SDK's client must know its user before it can ask.
    pub(super) async fn owner(&self, token: &str) -> Result<Owner, Refusal> {
        let address = self.address.as_str().trim_end_matches('/').to_owned();
        let unreachable = |cause| Refusal::Unreachable {
            address: address.clone(),
            cause: discovery::with_proxy(&self.address, cause),
        };
        let answer = self.ask("account/whoami", token, None).await.map_err(unreachable)?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(|error| unreachable(root_cause(&error)))?;
        if status.is_server_error() || status.as_u16() == 429 {
            return Err(unreachable(status.to_string()));
        }
        let not_matrix = || Refusal::NotMatrix { address: address.clone(), found: format!("{status} to whoami") };
        let body: Value = serde_json::from_slice(&bytes).map_err(|_| not_matrix())?;
        if !status.is_success() {
            return match body["errcode"].as_str() {
                Some("M_USER_LOCKED") => Err(Refusal::AccountClosed("locked", self.settings.username.clone())),
                Some("M_USER_DEACTIVATED") => {
                    Err(Refusal::AccountClosed("deactivated", self.settings.username.clone()))
                }
                Some("M_UNKNOWN_TOKEN" | "M_MISSING_TOKEN") => Ok(Owner::Nobody { soft: body["soft_logout"] == true }),
                Some(_) => {
                    let cause = body["error"].as_str().unwrap_or("no reason given").to_owned();
                    Err(Refusal::Refused { what: "say whose the access token is", cause })
                }
                None => Err(not_matrix()),
            };
        }
        let user = body["user_id"].as_str().and_then(|user| UserId::parse(user).ok()).ok_or_else(not_matrix)?;
        Ok(Owner::Known(user, body["device_id"].as_str().map(str::to_owned)))
    }

    /// Signs a device out that is given up. If that fails it only stands in the account's list for longer.
    pub(super) async fn sign_out(&self, token: &str) {
        let asked = tokio::time::timeout(FAREWELL, self.ask("logout", token, Some(json!({})))).await;
        if !matches!(&asked, Ok(Ok(answer)) if answer.status().is_success()) {
            tracing::warn!("a device that is given up could not be signed out: do so in the account's list of devices");
        }
    }

    /// Sends a plain request, with a body or to get something.
    async fn ask(&self, path: &str, token: &str, body: Option<Value>) -> Result<Response, String> {
        let url = endpoint(&self.address, &format!("_matrix/client/v3/{path}")).ok_or("no address")?;
        let client = self.client(None).await.map_err(|refusal| refusal.to_string())?;
        let http = client.http_client();
        let request = match body {
            Some(body) => http.post(url).header("content-type", "application/json").body(body.to_string()),
            None => http.get(url),
        };
        request.bearer_auth(token).timeout(TIMEOUT).send().await.map_err(|error| root_cause(&error))
    }
}
