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
    /// A secret's file is no text that can be read.
    #[error("`{key}` names the file {path}, which is {encoding}: save it as UTF-8")]
    SecretEncoding {
        /// The key.
        key: String,
        /// The file.
        path: String,
        /// What it is.
        encoding: &'static str,
    },
    /// A secret has nothing but white space.
    #[error("`{key}` is nothing but white space: write the secret there")]
    Blank {
        /// The key.
        key: String,
    },
    /// A token has what no token has.
    #[error("`{key}` has white space or other characters in it that no token has: copy it again, whole")]
    Token {
        /// The key.
        key: String,
    },
    /// A value has white space in it that can't have any.
    #[error("`{key}` is {given:?}, which has white space in it: copy it again")]
    NotAWord {
        /// The key.
        key: String,
        /// What it is set to.
        given: String,
    },
    /// A path has what only a shell replaces.
    #[error("`{key}` is `{given}`, and nobody replaces ~ or a variable here: write the whole path")]
    Path {
        /// The key.
        key: String,
        /// What it is set to.
        given: String,
    },
    /// The state folder and the dataset's are one.
    #[error("`state.dir` and `data.dir` are the same folder: give each its own")]
    OneFolder,
    /// A variable looks like one of ours, and is none.
    #[error("the environment variable {name} is no setting: {mend}")]
    Misnamed {
        /// The variable.
        name: String,
        /// How to mend it.
        mend: String,
    },
    /// What is logged can't be read.
    #[error(
        "`log.level` is `{given}`, in which `{word}` is neither a level nor a part of the program with its level: {mend}"
    )]
    LogLevel {
        /// What it is set to.
        given: String,
        /// The part of it that can't be read.
        word: String,
        /// How to mend it.
        mend: String,
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
    #[error("`{key}` is `{given}`: write a duration such as 90s, 10m, 2h or 30d, at least {least} and at most {most}")]
    Duration {
        /// The key.
        key: String,
        /// What it is set to.
        given: String,
        /// The shortest that it may be: `1s`.
        least: String,
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
    /// What is odd about the layers, a sentence each.
    pub(super) odd: Vec<String>,
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
    let variables: Vec<(OsString, OsString)> = variables.into_iter().collect();
    let names = variables.iter().filter_map(|(name, _)| name.to_str());
    let odd: Vec<String> = names.filter_map(|name| misnamed(&known, name).transpose()).collect::<Result<_, _>>()?;
    let environment = Environment::with_prefix("TIGERDESK")
        .prefix_separator("__")
        .separator("__")
        .source(Some(own_variables(variables)?));
    let environment = flat(&environment)?;
    refuse_unknown(&known, &environment, |key| format!("the environment variable {}", variable_name(key)))?;
    layers.push(environment);
    let values = defaults.into_iter().map(|(key, value)| (key, text_of(value))).collect();
    let mut merged = Merged { values, given: HashSet::new(), odd };
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

/// Refuses a variable that is most likely meant for us and misses its mark; what is odd about one that may be.
fn misnamed(known: &Known, name: &str) -> Result<Option<String>, Error> {
    let upper = name.to_uppercase();
    if upper.starts_with(PREFIX) {
        return Ok(None);
    }
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    let given = plain(name);
    let names: Vec<(String, &String)> = known.keys().map(|key| (plain(&variable_name(key)), key)).collect();
    let exact = names.iter().find(|(plain, _)| *plain == given);
    let near = exact.or_else(|| {
        let near = nearest(&given, names.iter().map(|(plain, _)| plain.as_str()))?;
        names.iter().find(|(plain, _)| plain == near)
    });
    let mend = match near {
        Some((_, key)) => format!("did you mean {}?", variable_name(key)),
        None if upper.starts_with("TIGERDESK_") && upper.contains("__") => {
            format!("settings begin with {PREFIX}, as in {}", variable_name("matrix.homeserver"))
        }
        None => {
            let section = upper.strip_prefix("TIGERDESK_").and_then(|rest| rest.split('_').next());
            let ours =
                |key: &String| section.is_some_and(|section| key.to_uppercase().split('.').next() == Some(section));
            return Ok(known.keys().any(ours).then(|| {
                format!("the environment variable {name} is no setting, and is not read: settings begin with {PREFIX}")
            }));
        }
    };
    Err(Error::Misnamed { name: name.to_owned(), mend })
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
    let fault = |reason: String| Error::File { path: name.clone(), reason };
    let bytes = fs::read(path).map_err(|error| fault(error.to_string()))?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || bytes.contains(&0) {
        return Err(fault("it is UTF-16: save it as UTF-8".to_owned()));
    }
    let text = String::from_utf8(bytes).map_err(|_| fault("it is no UTF-8: save it as that".to_owned()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
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
