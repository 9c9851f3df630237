//! What is logged: a filter whose every word is understood.

use super::Error;
use crate::spelling::nearest;

/// How much is logged, most first.
const LEVELS: [&str; 6] = ["trace", "debug", "info", "warn", "error", "off"];
/// What others call these levels.
const ALSO: [(&str, &str); 7] = [
    ("warning", "warn"),
    ("warnings", "warn"),
    ("err", "error"),
    ("errors", "error"),
    ("information", "info"),
    ("verbose", "debug"),
    ("none", "off"),
];
/// The parts of the program that people ask for in a filter: its own, and the libraries that have something to say.
const PARTS: [&str; 31] = [
    "axum",
    "config",
    "deadpool",
    "h2",
    "hickory_resolver",
    "hyper",
    "hyper_util",
    "jieba_rs",
    "matrix_sdk",
    "matrix_sdk_base",
    "matrix_sdk_common",
    "matrix_sdk_crypto",
    "matrix_sdk_sqlite",
    "matrix_sdk_store_encryption",
    "mio",
    "notify",
    "reqwest",
    "ruma",
    "ruma_client_api",
    "ruma_common",
    "ruma_events",
    "rustls",
    "rustyline",
    "sqlx",
    "sqlx_core",
    "sqlx_sqlite",
    "tantivy",
    "tigerdesk",
    "tokio",
    "tower",
    "vodozemac",
];

/// A filter in the words of `tracing`, and what is odd about it.
///
/// # Errors
///
/// When a part of it is no level and no `target=level`, or names a part of the program by a slip.
pub(super) fn filter(given: &str) -> Result<(String, Vec<String>), Error> {
    let mut odd = Vec::new();
    // As `tracing` does, which knows one field within brackets and no comma there.
    let pieces = given.split(',').map(str::trim).filter(|piece| !piece.is_empty());
    let directives = pieces.map(|directive| read(given, directive, &mut odd));
    let directives: Vec<String> = directives.collect::<Result<_, _>>()?;
    Ok((directives.join(","), odd))
}

fn read(given: &str, directive: &str, odd: &mut Vec<String>) -> Result<String, Error> {
    let fault = |word: &str, mend: String| Error::LogLevel { given: given.to_owned(), word: word.to_owned(), mend };
    let (target, word) = match directive.rsplit_once('=') {
        // An equals sign within brackets is a field's.
        Some((target, word)) if !word.contains([']', '}']) => (target.trim(), Some(word.trim())),
        _ => (directive, None),
    };
    let Some(word) = word else {
        if let Some(level) = level(target) {
            return Ok(level.to_owned());
        }
        if target.contains('[') || PARTS.contains(&root(target)) {
            return Ok(target.to_owned());
        }
        let mend = match nearest(&target.to_lowercase(), LEVELS) {
            Some(near) => format!("did you mean {near}?"),
            None => "write error, warn, info, debug, trace or off, or a filter such as info,tigerdesk=debug".to_owned(),
        };
        return Err(fault(target, mend));
    };
    let Some(level) = level(word) else {
        return Err(fault(word, "write error, warn, info, debug, trace or off behind the =".to_owned()));
    };
    let name = root(target);
    if !name.is_empty() && !PARTS.contains(&name) {
        if let Some(near) = nearest(&name.to_lowercase(), PARTS) {
            return Err(fault(name, format!("did you mean {near}?")));
        }
        odd.push(format!("`log.level` names {name:?}, and no part of the program is known by that name"));
    }
    Ok(format!("{target}={level}"))
}

/// The first part of a target: `matrix_sdk` of `matrix_sdk::http_client`.
fn root(target: &str) -> &str {
    target.split(['[', ':']).next().unwrap_or_default()
}

fn level(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let also = ALSO.iter().find(|(also, _)| *also == word).map(|(_, level)| *level);
    also.or_else(|| LEVELS.into_iter().find(|level| *level == word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_filter_is_understood() {
        for (given, expected) in [
            ("warning", "warn"),
            ("INFO", "info"),
            (" info , tigerdesk=Debug ", "info,tigerdesk=debug"),
            ("info,matrix_sdk::http_client=off", "info,matrix_sdk::http_client=off"),
            ("info,,", "info"),
            ("none", "off"),
            ("tigerdesk", "tigerdesk"),
            ("info,tigerdesk[command{word=help}]=trace", "info,tigerdesk[command{word=help}]=trace"),
            ("[command]=debug", "[command]=debug"),
        ] {
            let (filter, odd) = filter(given).unwrap();
            assert_eq!((filter.as_str(), odd.len()), (expected, 0), "{given}");
            tracing_subscriber::EnvFilter::try_new(&filter).unwrap();
        }
    }

    #[test]
    fn what_is_no_level_is_refused_and_what_is_no_part_is_told() {
        for (given, expected) in [
            ("wran", "did you mean warn?"),
            ("inof", "did you mean info?"),
            ("loud", "write error, warn, info"),
            ("info,tigerdesk=loud", "behind the ="),
            ("info,tigerdesk=", "behind the ="),
            ("info,tigerdesk[command{word=help,room=a}]=trace", "behind the ="),
            ("info,tigerdsk=debug", "did you mean tigerdesk?"),
            ("info,matrix-sdk=debug", "did you mean matrix_sdk?"),
            ("info,matrixsdk::client=debug", "did you mean matrix_sdk?"),
        ] {
            let told = filter(given).unwrap_err().to_string();
            assert!(told.contains(expected) && told.contains("`log.level`"), "{given}: {told}");
        }
        let (_, odd) = filter("info,my_own_thing=debug").unwrap();
        assert_eq!(odd, ["`log.level` names \"my_own_thing\", and no part of the program is known by that name"]);
    }
}
