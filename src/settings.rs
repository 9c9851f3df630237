//! Settings: `config/default.toml` < `--config FILE` < `TIGERDESK__SECTION__KEY` < secret files.

use std::{fmt, path::PathBuf, time::Duration};

/// Everything that can be set. Each field is described in `config/default.toml`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The Matrix account.
    pub matrix: Matrix,
    /// The state folder.
    pub state: State,
    /// The dataset.
    pub data: Data,
    /// Logging.
    pub log: Log,
}

/// The `[matrix]` section.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// The homeserver's address (`https://…`, `http://…`) or its server name. Empty when not given.
    pub homeserver: String,
    /// A full user id or a localpart. Empty when not given.
    pub username: String,
    /// The password, already read from its file if it was given that way.
    pub password: Option<Secret>,
    /// The access token, already read from its file if it was given that way.
    pub access_token: Option<Secret>,
    /// The device the access token belongs to.
    pub device_id: Option<String>,
    /// The display name of a device that a log-in makes.
    pub device_name: String,
    /// A question older than this is left unanswered.
    pub max_question_age: Duration,
}

/// The `[state]` section.
#[derive(Debug, Clone)]
pub struct State {
    /// The state folder, if one is given.
    pub dir: Option<PathBuf>,
    /// The passphrase, already read from its file if it was given that way.
    pub passphrase: Option<Secret>,
}

/// The `[data]` section.
#[derive(Debug, Clone)]
pub struct Data {
    /// The dataset's folder; `None` is the dataset built into the program.
    pub dir: Option<PathBuf>,
}

/// The `[log]` section.
#[derive(Debug, Clone)]
pub struct Log {
    /// A `tracing` filter.
    pub level: String,
}

/// A text that is never shown: its `Debug` prints dots.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret, verbatim.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself, for the one place that must send it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
