//! Settings: `config/default.toml` < `--config FILE` < `TIGERDESK__SECTION__KEY` < secret files.

mod access;
mod layers;
mod log;
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
    /// What is odd about the settings, a sentence each: it may be meant.
    pub odd: Vec<String>,
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
        let mut keys = Keys(layers::merge(file, variables)?);
        let mut odd = std::mem::take(&mut keys.0.odd);
        let (level, odd_level) = log::filter(&keys.text("log.level").unwrap_or_default())?;
        odd.extend(odd_level);
        let settings = Self {
            matrix: Matrix {
                homeserver: keys.text("matrix.homeserver").unwrap_or_default(),
                username: keys.text("matrix.username").unwrap_or_default(),
                password: keys.secret("matrix.password")?,
                access_token: keys.token("matrix.access_token")?,
                device_id: keys.word("matrix.device_id")?,
                device_name: keys.text("matrix.device_name").unwrap_or_else(|| "tigerdesk".to_owned()),
                max_question_age: keys.duration("matrix.max_question_age", SECOND, Duration::from_hours(12))?,
            },
            state: State { dir: keys.path("state.dir")?, passphrase: keys.secret("state.passphrase")? },
            data: Data {
                dir: keys.path("data.dir")?,
                poll: keys.duration("data.poll", TENTH, Duration::from_hours(24))?,
                read_timeout: keys.duration("data.read_timeout", SECOND, Duration::from_hours(1))?,
            },
            digest: keys.digest()?,
            access: Access::new(&keys.text("access.admins").unwrap_or_default(), keys.text("access.admin_room"))?,
            ops: keys.ops()?,
            threads: keys.threads()?,
            log: Log { level, format: keys.log_format()? },
            odd,
        };
        settings.looked_over()
    }

    /// Refuses what can't go together, and notes what is odd.
    fn looked_over(mut self) -> Result<Self, Error> {
        if self.state.dir.is_some() && self.state.dir == self.data.dir {
            return Err(Error::OneFolder);
        }
        if self.matrix.device_id.is_some() && self.matrix.access_token.is_none() {
            self.odd.push(
                "`matrix.device_id` goes with `matrix.access_token`, which is not given: it is not used".to_owned(),
            );
        }
        for (key, secret) in [("matrix.password", &self.matrix.password), ("state.passphrase", &self.state.passphrase)]
        {
            if secret.as_ref().is_some_and(Secret::has_white_ends) {
                self.odd.push(format!("`{key}` begins or ends with white space, which is taken for a part of it"));
            }
        }
        Ok(self)
    }
}

/// The shortest that durations may be.
const SECOND: Duration = Duration::from_secs(1);
const TENTH: Duration = Duration::from_millis(100);

/// The merged layers: every key of `config/default.toml` with its value.
struct Keys(Merged);

impl Keys {
    fn text(&self, key: &str) -> Option<String> {
        self.0.values.get(key).filter(|value| !value.trim().is_empty()).map(|value| value.trim().to_owned())
    }

    /// A secret, verbatim: from the key itself, or else from the file that the key with `_file` names.
    fn secret(&self, key: &str) -> Result<Option<Secret>, Error> {
        if let Some(given) = self.0.values.get(key).filter(|value| !value.is_empty()) {
            if given.trim().is_empty() {
                return Err(Error::Blank { key: key.to_owned() });
            }
            return Ok(Some(Secret::new(given.clone())));
        }
        let file_key = format!("{key}_file");
        self.path(&file_key)?.map(|path| Secret::read(&file_key, &path.display().to_string())).transpose()
    }

    /// A secret that is one word of printable characters, whatever stands around it.
    fn token(&self, key: &str) -> Result<Option<Secret>, Error> {
        let Some(token) = self.secret(key)? else { return Ok(None) };
        let word = token.expose().trim();
        if word.is_empty() || !word.chars().all(|c| c.is_ascii_graphic()) {
            return Err(Error::Token { key: key.to_owned() });
        }
        Ok(Some(Secret::new(word.to_owned())))
    }

    /// A word without white space.
    fn word(&self, key: &str) -> Result<Option<String>, Error> {
        match self.text(key) {
            Some(given) if given.contains(|c: char| c.is_whitespace() || c.is_control()) => {
                Err(Error::NotAWord { key: key.to_owned(), given })
            }
            word => Ok(word),
        }
    }

    /// A path. What a shell would replace is replaced by nobody here.
    fn path(&self, key: &str) -> Result<Option<PathBuf>, Error> {
        match self.text(key) {
            Some(given) if given.starts_with(['~', '$', '%']) || given.contains("${") => {
                Err(Error::Path { key: key.to_owned(), given })
            }
            path => Ok(path.map(PathBuf::from)),
        }
    }

    fn digest(&self) -> Result<Digest, Error> {
        let quiet_period = self.duration("digest.quiet_period", TENTH, Duration::from_hours(24))?;
        let longest_gathering = self.duration("digest.longest_gathering", TENTH, Duration::from_hours(24))?;
        if longest_gathering < quiet_period {
            return Err(Error::Gathering);
        }
        Ok(Digest {
            quiet_period,
            longest_gathering,
            max_withdrawn: self.share("digest.max_withdrawn")?,
            history: self.duration("digest.history", SECOND, Duration::from_hours(24 * 3650))?,
        })
    }

    /// A duration; a day has 24 hours.
    fn duration(&self, key: &str, least: Duration, most: Duration) -> Result<Duration, Error> {
        let given = self.text(key).unwrap_or_default();
        let length = |span: jiff::Span| span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok();
        given
            .parse::<jiff::Span>()
            .ok()
            .and_then(length)
            .and_then(|duration| Duration::try_from(duration).ok())
            .filter(|duration| (least..=most).contains(duration))
            .ok_or_else(|| {
                let hours = most.as_secs() / 3600;
                let most = if hours > 48 { format!("{}d", hours / 24) } else { format!("{hours}h") };
                let least = format!("{least:?}");
                Error::Duration { key: key.to_owned(), given, least, most }
            })
    }

    fn ops(&self) -> Result<Ops, Error> {
        let listen = self.text("ops.listen");
        // A port that the system chooses is one that nobody knows of.
        let read = |given: String| match given.parse::<SocketAddr>() {
            Ok(address) if address.port() != 0 => Ok(address),
            _ => Err(Error::Listen { given }),
        };
        let listen = listen.map(read).transpose()?;
        Ok(Ops { listen, is_default: !self.0.given.contains("ops.listen") })
    }

    fn threads(&self) -> Result<usize, Error> {
        let given = self.text("runtime.threads").unwrap_or_default();
        let threads = given.parse().ok().filter(|threads| (1..=MOST_THREADS).contains(threads));
        threads.ok_or(Error::Threads { given, most: MOST_THREADS })
    }

    fn log_format(&self) -> Result<LogFormat, Error> {
        match self.text("log.format").unwrap_or_default().to_lowercase().as_str() {
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
