//! What an error of the SDK means for what we do next.

use std::{
    error::Error as StdError,
    time::{Duration, SystemTime},
};

use matrix_sdk::{
    Error, HttpError,
    ruma::api::{
        client::uiaa::UiaaResponse,
        error::{ErrorBody, ErrorKind, FromHttpResponseError, RetryAfter},
    },
};

use super::refusal::Ended;

/// The longest time for which a server is left alone because it asks for that. Whatever asks for more is asked again then.
pub const LONGEST_WISH: Duration = Duration::from_mins(5);

/// What to do after a failed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Try again, not before the given time has passed if the server named one.
    Again {
        /// How long the server asks us to wait: [`LONGEST_WISH`] at most.
        after: Option<Duration>,
        /// What went wrong, briefly.
        cause: String,
        /// The HTTP status of the answer, if there was one in Matrix' terms.
        status: Option<u16>,
    },
    /// The server will never do it.
    Never {
        /// What it said, briefly.
        cause: String,
        /// The HTTP status of the answer, if there was one.
        status: Option<u16>,
    },
    /// Our session is over: it has expired, or the device was signed out.
    SignedOut(Ended),
    /// The account is over: "deactivated" or "locked".
    AccountClosed(&'static str),
}

impl Trouble {
    /// Something of ours went wrong for now.
    #[must_use]
    pub fn again(cause: impl Into<String>) -> Self {
        Self::Again { after: None, cause: cause.into(), status: None }
    }

    /// Something that nobody need ask the server for.
    #[must_use]
    pub fn never(cause: impl Into<String>) -> Self {
        Self::Never { cause: cause.into(), status: None }
    }

    /// The HTTP status of the server's answer, if it is known.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Again { status, .. } | Self::Never { status, .. } => *status,
            Self::SignedOut(_) => Some(401),
            Self::AccountClosed(_) => Some(403),
        }
    }
}

impl From<&Error> for Trouble {
    fn from(error: &Error) -> Self {
        match error {
            Error::Http(error) => Self::from(&**error),
            Error::WrongRoomState(_) => Self::never("not in the room"),
            // Stores, encryption, another task's failed request: nothing that is settled for good.
            other => Self::again(root_cause(other)),
        }
    }
}

impl From<&HttpError> for Trouble {
    fn from(error: &HttpError) -> Self {
        let cause = root_cause(error);
        if let HttpError::Cached(inner) = error {
            return Self::from(&**inner);
        }
        let status = status(error);
        match error.client_api_error_kind() {
            Some(ErrorKind::UnknownToken(data)) => {
                return Self::SignedOut(if data.soft_logout { Ended::Expired } else { Ended::SignedOut });
            }
            Some(ErrorKind::UserDeactivated) => return Self::AccountClosed("deactivated"),
            Some(ErrorKind::UserLocked) => return Self::AccountClosed("locked"),
            Some(ErrorKind::LimitExceeded(data)) => {
                return Self::Again { after: data.retry_after.as_ref().and_then(delay), cause, status };
            }
            // A proxy's page rather than the homeserver's word: it may be gone in a moment.
            None => return Self::Again { after: odd_delay(error), cause, status },
            Some(_) => {}
        }
        match status {
            Some(code) if code != 429 && code < 500 => Self::Never { cause, status },
            _ => Self::Again { after: None, cause, status },
        }
    }
}

/// Whether it is our own stores that failed, rather than the server or the way to it.
#[must_use]
pub fn is_ours(error: &Error) -> bool {
    matches!(
        error,
        Error::StateStore(_)
            | Error::CryptoStoreError(_)
            | Error::EventCacheStore(_)
            | Error::MediaStore(_)
            | Error::CrossProcessLockError(_)
            // While a response is read, these are of the store as well: events that can't be decrypted are no errors.
            | Error::OlmError(_)
            | Error::MegolmError(_)
            | Error::DecryptorError(_)
            | Error::Io(_)
    )
}

/// The HTTP status of the server's answer, if it did answer with one that we can read.
#[must_use]
pub fn status(error: &HttpError) -> Option<u16> {
    match error.as_ruma_api_error()? {
        UiaaResponse::MatrixError(error) => Some(error.status_code.as_u16()),
        UiaaResponse::AuthResponse(_) => Some(401),
    }
}

/// Whether something answered, but not in Matrix' terms.
#[must_use]
pub fn is_foreign(error: &HttpError) -> bool {
    match error {
        HttpError::Api(error) => matches!(**error, FromHttpResponseError::Deserialization(_)),
        _ => false,
    }
}

/// The innermost cause, which is the one that says something ("Connection refused").
#[must_use]
pub fn root_cause(error: &dyn StdError) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// What a homeserver asks for that limits us, in a number that is too great for the SDK.
fn odd_delay(error: &HttpError) -> Option<Duration> {
    let Some(UiaaResponse::MatrixError(error)) = error.as_ruma_api_error() else { return None };
    let ErrorBody::Json(body) = &error.body else { return None };
    let asked = body.get("retry_after_ms")?.as_f64().filter(|_| error.status_code.as_u16() == 429)?;
    Duration::try_from_secs_f64((asked / 1000.0).min(LONGEST_WISH.as_secs_f64())).ok()
}

fn delay(asked: &RetryAfter) -> Option<Duration> {
    let asked = match asked {
        RetryAfter::Delay(delay) => Some(*delay),
        RetryAfter::DateTime(at) => at.duration_since(SystemTime::now()).ok(),
    };
    asked.map(|asked| asked.min(LONGEST_WISH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_server_has_itself_left_alone_for_longer_than_five_minutes() {
        let asked = |asked| delay(&asked);
        assert_eq!(asked(RetryAfter::Delay(Duration::from_secs(7))), Some(Duration::from_secs(7)));
        for endless in [Duration::from_hours(1), Duration::from_millis(u64::MAX), Duration::MAX] {
            assert_eq!(asked(RetryAfter::Delay(endless)), Some(LONGEST_WISH));
        }
        let at = SystemTime::now() + Duration::from_hours(240);
        assert_eq!(asked(RetryAfter::DateTime(at)), Some(LONGEST_WISH));
        assert_eq!(asked(RetryAfter::DateTime(SystemTime::UNIX_EPOCH)), None);
    }
}
