//! Settings: `config/default.toml` < `--config FILE` < `TIGERDESK__SECTION__KEY` < secret files.

mod access;
mod layers;
mod secret;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

pub use access::{Access, AccessError};
use layers::Merged;
pub use layers::{DEFAULTS, Error};
pub use secret::Secret;

/// More threads than this would only wait for one another.
const MOST_THREADS: usize = 64;

/// Everything that can be set. Each field is described in `config/default.toml`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The Matrix account.
    pub matrix: Matrix,
    /// The state folder.
    pub state: State,
    /// The dataset.
    pub data: Data,
    /// The digests.
    pub digest: Digest,
    /// Who may do what not everybody may.
    pub access: Access,
    /// How the bot is watched.
    pub ops: Ops,
    /// Logging.
    pub log: Log,
    /// How many threads work at most.
    pub threads: usize,
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
    /// How often the folder is looked through for changes that the file system did not tell of.
    pub poll: Duration,
    /// How long the folder may take to be read before it is said that it takes too long.
    pub read_timeout: Duration,
}

/// The `[digest]` section.
#[derive(Debug, Clone)]
pub struct Digest {
    /// How long the data must have been quiet before a room that is told of each change is told.
    pub quiet_period: Duration,
    /// How long changes are gathered at most.
    pub longest_gathering: Duration,
    /// The share of the records that a release may withdraw without being held, 0 to 1.
    pub max_withdrawn: f64,
    /// Releases older than this are folded: their changes are remembered no more.
    pub history: Duration,
}

/// The `[ops]` section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ops {
    /// Where the bot tells how it is; `None`: nowhere.
    pub listen: Option<SocketAddr>,
    /// Whether nobody has asked for that address: several bots on a machine share it, and one of them has it.
    pub is_default: bool,
}

/// The `[log]` section.
#[derive(Debug, Clone)]
pub struct Log {
    /// A `tracing` filter.
    pub level: String,
    /// How an event is written.
    pub format: LogFormat,
}

/// How an event is written to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// A line of text.
    Human,
    /// A line of JSON.
    Json,
}

impl Settings {
    /// Reads the settings from the defaults, a file if one is named, and the variables of an environment.
    ///
    /// # Errors
    /// One sentence for the person who wrote the settings, which never holds a secret.
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
    ) -> Result<Self, Error> {
        let keys = Keys(layers::merge(file, variables)?);
        Ok(Self {
            matrix: Matrix {
                homeserver: keys.text("matrix.homeserver").unwrap_or_default(),
                username: keys.text("matrix.username").unwrap_or_default(),
                password: keys.secret("matrix.password")?,
                access_token: keys.secret("matrix.access_token")?,
                device_id: keys.text("matrix.device_id"),
                device_name: keys.text("matrix.device_name").unwrap_or_else(|| "tigerdesk".to_owned()),
                max_question_age: keys.duration("matrix.max_question_age", Duration::from_hours(12))?,
            },
            state: State {
                dir: keys.text("state.dir").map(PathBuf::from),
                passphrase: keys.secret("state.passphrase")?,
            },
            data: Data {
                dir: keys.text("data.dir").map(PathBuf::from),
                poll: keys.duration("data.poll", Duration::from_hours(24))?,
                read_timeout: keys.duration("data.read_timeout", Duration::from_hours(1))?,
            },
            digest: keys.digest()?,
            access: Access::new(&keys.text("access.admins").unwrap_or_default(), keys.text("access.admin_room"))?,
            ops: keys.ops()?,
            threads: keys.threads()?,
            log: Log { level: keys.text("log.level").unwrap_or_default(), format: keys.log_format()? },
        })
    }
}

/// The merged layers: every key of `config/default.toml` with its value.
struct Keys(Merged);

impl Keys {
    fn text(&self, key: &str) -> Option<String> {
        self.0.values.get(key).filter(|value| !value.trim().is_empty()).map(|value| value.trim().to_owned())
    }

    /// A secret, verbatim: from the key itself, or else from the file that the key with `_file` names.
    fn secret(&self, key: &str) -> Result<Option<Secret>, Error> {
        if let Some(given) = self.0.values.get(key).filter(|value| !value.is_empty()) {
            return Ok(Some(Secret::new(given.clone())));
        }
        let file_key = format!("{key}_file");
        let Some(path) = self.text(&file_key) else { return Ok(None) };
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                // Editors end a file with a line end that is no part of the secret.
                let text =
                    text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
                if text.is_empty() {
                    return Err(Error::EmptySecretFile { key: file_key, path });
                }
                Ok(Some(Secret::new(text.to_owned())))
            }
            Err(error) => Err(Error::SecretFile { key: file_key, path, reason: error.to_string() }),
        }
    }

    fn digest(&self) -> Result<Digest, Error> {
        let quiet_period = self.duration("digest.quiet_period", Duration::from_hours(24))?;
        let longest_gathering = self.duration("digest.longest_gathering", Duration::from_hours(24))?;
        if longest_gathering < quiet_period {
            return Err(Error::Gathering);
        }
        Ok(Digest {
            quiet_period,
            longest_gathering,
            max_withdrawn: self.share("digest.max_withdrawn")?,
            history: self.duration("digest.history", Duration::from_hours(24 * 3650))?,
        })
    }

    /// A duration; a day has 24 hours.
    fn duration(&self, key: &str, most: Duration) -> Result<Duration, Error> {
        let given = self.text(key).unwrap_or_default();
        let length = |span: jiff::Span| span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok();
        given
            .parse::<jiff::Span>()
            .ok()
            .and_then(length)
            .and_then(|duration| Duration::try_from(duration).ok())
            .filter(|duration| !duration.is_zero() && *duration <= most)
            .ok_or_else(|| {
                let hours = most.as_secs() / 3600;
                let most = if hours > 48 { format!("{}d", hours / 24) } else { format!("{hours}h") };
                Error::Duration { key: key.to_owned(), given, most }
            })
    }

    fn ops(&self) -> Result<Ops, Error> {
        let listen = self.text("ops.listen");
        let listen = listen.map(|given| given.parse().map_err(|_| Error::Listen { given })).transpose()?;
        Ok(Ops { listen, is_default: !self.0.given.contains("ops.listen") })
    }

    fn threads(&self) -> Result<usize, Error> {
        let given = self.text("runtime.threads").unwrap_or_default();
        let threads = given.parse().ok().filter(|threads| (1..=MOST_THREADS).contains(threads));
        threads.ok_or(Error::Threads { given, most: MOST_THREADS })
    }

    fn log_format(&self) -> Result<LogFormat, Error> {
        match self.text("log.format").unwrap_or_default().as_str() {
            "human" => Ok(LogFormat::Human),
            "json" => Ok(LogFormat::Json),
            given => Err(Error::LogFormat { given: given.to_owned() }),
        }
    }

    fn share(&self, key: &str) -> Result<f64, Error> {
        let given = self.text(key).unwrap_or_default();
        let share = given.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
        share.ok_or_else(|| Error::Share { key: key.to_owned(), given })
    }
}

#[cfg(test)]
mod tests;
