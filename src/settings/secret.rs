//! Texts that are never shown.

use std::{
    fmt,
    fs::File,
    io::{self, Read as _},
};

use super::Error;

/// The longest file that may hold a secret, in bytes.
const LONGEST: u64 = 64 * 1024;
/// What some editors begin a file with.
const BYTE_ORDER_MARK: char = '\u{feff}';

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

    /// Whether it begins or ends with white space, which may be meant and may be a slip.
    #[must_use]
    pub fn has_white_ends(&self) -> bool {
        self.0.trim() != self.0
    }

    /// Reads the secret in the file at `path`, which the setting `key` names: without the byte order mark and the line ends
    /// that editors put there. White space is kept: a password may have some.
    pub(super) fn read(key: &str, path: &str) -> Result<Self, Error> {
        let fault = |reason: String| Error::SecretFile { key: key.to_owned(), path: path.to_owned(), reason };
        let bytes = bytes(path).map_err(|error| fault(error.to_string()))?;
        let ended = [&[0xff, 0xfe][..], &[0xfe, 0xff]].iter().any(|mark| bytes.starts_with(mark));
        if ended || bytes.contains(&0) {
            return Err(Error::SecretEncoding { key: key.to_owned(), path: path.to_owned(), encoding: "UTF-16" });
        }
        let Ok(text) = String::from_utf8(bytes) else {
            return Err(Error::SecretEncoding { key: key.to_owned(), path: path.to_owned(), encoding: "no UTF-8" });
        };
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text).trim_end_matches(['\r', '\n']);
        if text.trim().is_empty() {
            return Err(Error::EmptySecretFile { key: key.to_owned(), path: path.to_owned() });
        }
        if text.contains(['\r', '\n']) {
            return Err(fault("it has several lines, and a secret is one".to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

fn bytes(path: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::other("it is too long for a secret"));
    }
    Ok(bytes)
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
