//! The layers of settings, merged; keys that no layer may have are refused.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ffi::OsString,
    fs,
    path::Path,
};

use config::{Config, ConfigError, Environment, File, FileFormat, Source, Value, ValueKind};

use super::access::AccessError;
use crate::spelling::nearest;

/// `config/default.toml`: every key, with a comment and its default.
pub const DEFAULTS: &str = include_str!("../../config/default.toml");
/// What the variables begin with.
const PREFIX: &str = "TIGERDESK__";
/// The key whose empty value says something: to listen nowhere.
const MAY_BE_EMPTY: &str = "ops.listen";

/// What is wrong with the settings, in one sentence that says what to change. Never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file can't be read.
    #[error("the settings file {path} can't be read ({reason}): name a readable file with --config")]
    File {
        /// The file.
        path: String,
        /// The system's reason.
        reason: String,
    },
    /// The file is no TOML. The line itself is not shown: a secret may stand in it.
    #[error("the settings file {path} is not TOML at line {line}, column {column}: {reason}")]
    Syntax {
        /// The file.
        path: String,
        /// The line, counted from 1.
        line: usize,
        /// The column in characters, counted from 1.
        column: usize,
        /// The parser's reason.
        reason: String,
    },
    /// There is no such key.
    #[error("{origin} sets `{key}`, which is no setting: {mend}")]
    UnknownKey {
        /// Where it was set.
        origin: String,
        /// The key.
        key: String,
        /// How to mend it.
        mend: String,
    },
    /// A key holds a list or a table where a single value belongs.
    #[error("{origin} sets `{key}` to a list or a table: give it a single value")]
    NotAValue {
        /// Where it was set.
        origin: String,
        /// The key.
        key: String,
    },
    /// A variable is not UTF-8.
    #[error("the environment variable {name} is not UTF-8 text: set it anew")]
    NotText {
        /// The variable.
        name: String,
    },
    /// A secret's file can't be read.
    #[error("`{key}` names the file {path}, which can't be read ({reason}): make it readable or correct the name")]
    SecretFile {
        /// The key.
        key: String,
        /// The file.
        path: String,
        /// The system's reason.
        reason: String,
    },
    /// A secret's file is empty.
    #[error("`{key}` names the file {path}, which is empty: write the secret into it")]
    EmptySecretFile {
        /// The key.
        key: String,
        /// The file.
        path: String,
    },
    /// A duration can't be read or is out of bounds.
    #[error("`{key}` is `{given}`: write a duration such as 90s, 10m, 2h or 30d, more than nothing and at most {most}")]
    Duration {
        /// The key.
        key: String,
        /// What it is set to.
        given: String,
        /// The longest that it may be: `12h`, `3650d`.
        most: String,
    },
    /// A share can't be read or is out of bounds.
    #[error("`{key}` is `{given}`: write a share from 0 to 1, such as 0.2 for a fifth")]
    Share {
        /// The key.
        key: String,
        /// What it is set to.
        given: String,
    },
    /// Changes can't be gathered for a shorter time than the data must be quiet.
    #[error("`digest.longest_gathering` is shorter than `digest.quiet_period`: make it as long at least")]
    Gathering,
    /// Where to listen can't be read.
    #[error("`ops.listen` is `{given}`: write an address and a port such as 127.0.0.1:9464, or nothing to have it off")]
    Listen {
        /// What it is set to.
        given: String,
    },
    /// A number of threads can't be read or is out of bounds.
    #[error("`runtime.threads` is `{given}`: write a number from 1 to {most}")]
    Threads {
        /// What it is set to.
        given: String,
        /// As many as there may be.
        most: usize,
    },
    /// How the log is written can't be read.
    #[error("`log.format` is `{given}`: write human or json")]
    LogFormat {
        /// What it is set to.
        given: String,
    },
    /// Who may do what can't be used.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The layers can't be merged.
    #[error("the settings can't be read: {0}")]
    Merge(#[from] ConfigError),
}

/// The layers, merged.
pub(super) struct Merged {
    /// Every key of [`DEFAULTS`], and no other, with its value.
    pub(super) values: HashMap<String, String>,
    /// The keys that a layer above the defaults gives.
    pub(super) given: HashSet<String>,
}

/// Merges the layers. An empty value is not given.
pub(super) fn merge(
    file: Option<&Path>,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Merged, Error> {
    let defaults = flat(&File::from_str(DEFAULTS, FileFormat::Toml))?;
    let known: Known = defaults.iter().map(|(key, value)| (key.clone(), is_list(value))).collect();
    let mut layers = Vec::new();
    if let Some(path) = file {
        let layer = flat(&File::from_str(&read(path)?, FileFormat::Toml))?;
        refuse_unknown(&known, &layer, |_| format!("the settings file {}", path.display()))?;
        layers.push(layer);
    }
    let environment = Environment::with_prefix("TIGERDESK")
        .prefix_separator("__")
        .separator("__")
        .source(Some(own_variables(variables)?));
    let environment = flat(&environment)?;
    refuse_unknown(&known, &environment, |key| format!("the environment variable {}", variable_name(key)))?;
    layers.push(environment);
    let values = defaults.into_iter().map(|(key, value)| (key, text_of(value))).collect();
    let mut merged = Merged { values, given: HashSet::new() };
    for layer in layers {
        let layer: HashMap<String, String> = layer.into_iter().map(|(key, value)| (key, text_of(value))).collect();
        let given: Vec<_> = layer.into_iter().filter(|(key, value)| !value.is_empty() || key == MAY_BE_EMPTY).collect();
        for (key, _) in &given {
            // A secret's file goes before the secret itself as a lower layer gives it.
            if let Some(secret) = key.strip_suffix("_file")
                && let Some(below) = merged.values.get_mut(secret)
            {
                below.clear();
            }
        }
        merged.given.extend(given.iter().map(|(key, _)| key.clone()));
        merged.values.extend(given);
    }
    Ok(merged)
}

/// Every key, and whether it may hold a list.
type Known = BTreeMap<String, bool>;

fn is_list(value: &Value) -> bool {
    matches!(value.kind, ValueKind::Array(_))
}

/// A value as text; the entries of a list with commas between them, as a variable would have them.
fn text_of(value: Value) -> String {
    match value.kind {
        ValueKind::Array(entries) => entries.into_iter().map(text_of).collect::<Vec<_>>().join(","),
        _ => value.into_string().unwrap_or_default(),
    }
}

/// The environment variable for a key: `matrix.device_id` is `TIGERDESK__MATRIX__DEVICE_ID`.
fn variable_name(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"))
}

fn own_variables(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Result<HashMap<String, String>, Error> {
    variables
        .into_iter()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, _)| name.to_uppercase().starts_with(PREFIX))
        .map(|(name, value)| match value.into_string() {
            Ok(value) => Ok((name, value)),
            Err(_) => Err(Error::NotText { name }),
        })
        .collect()
}

fn read(path: &Path) -> Result<String, Error> {
    let name = path.display().to_string();
    let text =
        fs::read_to_string(path).map_err(|error| Error::File { path: name.clone(), reason: error.to_string() })?;
    if let Err(error) = toml::de::DeTable::parse(&text) {
        let start = error.span().map_or(0, |span| span.start.min(text.len()));
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        return Err(Error::Syntax {
            path: name,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            reason: error.message().to_owned(),
        });
    }
    Ok(text)
}

/// Every value of a layer under its dotted key.
fn flat(layer: &dyn Source) -> Result<Vec<(String, Value)>, ConfigError> {
    fn walk(prefix: &str, value: Value, out: &mut Vec<(String, Value)>) {
        match value.kind {
            ValueKind::Table(entries) => {
                for (key, value) in entries {
                    walk(&format!("{prefix}.{key}"), value, out);
                }
            }
            _ => out.push((prefix.trim_start_matches('.').to_owned(), value)),
        }
    }
    let mut out = Vec::new();
    // A layer of its own resolves the dots that the environment's keys are joined with.
    let layer = Config::builder().add_source(vec![layer.clone_into_box()]).build()?;
    for (key, value) in layer.collect()? {
        walk(&key, value, &mut out);
    }
    out.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(out)
}

fn refuse_unknown(known: &Known, layer: &[(String, Value)], origin: impl Fn(&str) -> String) -> Result<(), Error> {
    for (key, value) in layer {
        let Some(takes_list) = known.get(key) else {
            let mend = match nearest(key, known.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}` ({})?", variable_name(near)),
                None => "config/default.toml lists them all".to_owned(),
            };
            return Err(Error::UnknownKey { origin: origin(key), key: key.clone(), mend });
        };
        if is_list(value) && !takes_list {
            return Err(Error::NotAValue { origin: origin(key), key: key.clone() });
        }
    }
    Ok(())
}
