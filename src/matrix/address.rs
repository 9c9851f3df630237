//! Where the homeserver and who the bot is, as the settings say.

use matrix_sdk::{
    ServerName,
    ruma::{OwnedServerName, UserId},
};
use url::Url;

use super::refusal::Refusal;

/// A homeserver as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Homeserver {
    /// Its address, used as it stands.
    Address(Url),
    /// Its name, from which its address is discovered.
    Name(OwnedServerName),
}

impl Homeserver {
    /// Reads `matrix.homeserver`.
    ///
    /// # Errors
    ///
    /// When it is empty, or neither an http(s) address nor a server name.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let bad = || Refusal::BadAddress(text.to_owned());
        if text.is_empty() {
            return Err(Refusal::Missing {
                what: "the homeserver",
                variable: "TIGERDESK__MATRIX__HOMESERVER",
                key: "matrix.homeserver",
            });
        }
        if text.contains("://") {
            let url = Url::parse(text).map_err(|_| bad())?;
            let known = matches!(url.scheme(), "http" | "https") && url.has_host();
            return if known { Ok(Self::Address(url)) } else { Err(bad()) };
        }
        ServerName::parse(text).map(Self::Name).map_err(|_| bad())
    }
}

/// Checks `matrix.username`: a user id or a localpart.
///
/// # Errors
///
/// When it is empty or neither.
pub fn check_user(text: &str) -> Result<(), Refusal> {
    if text.is_empty() {
        return Err(Refusal::Missing {
            what: "the bot's user name",
            variable: "TIGERDESK__MATRIX__USERNAME",
            key: "matrix.username",
        });
    }
    let full = if text.starts_with('@') { text.to_owned() } else { format!("@{text}:localhost") };
    let local = !text.starts_with('@') && (text.contains(':') || text.contains(char::is_whitespace));
    match UserId::parse(&full) {
        Ok(user) if !local && !user.localpart().is_empty() => Ok(()),
        _ => Err(Refusal::BadUser(text.to_owned())),
    }
}

/// Whether `user`, a full id, is the one that the settings name as `wanted`, a full id or a localpart.
#[must_use]
pub fn is_named(user: &UserId, wanted: &str) -> bool {
    if wanted.starts_with('@') { user.as_str() == wanted } else { user.localpart() == wanted }
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::user_id;

    use super::*;

    #[test]
    fn a_homeserver_is_an_address_or_a_name() {
        assert!(matches!(Homeserver::parse("http://localhost:8008").unwrap(), Homeserver::Address(_)));
        assert!(matches!(Homeserver::parse("example.org").unwrap(), Homeserver::Name(_)));
        assert!(matches!(Homeserver::parse("localhost:8448").unwrap(), Homeserver::Name(_)));
        assert!(matches!(Homeserver::parse(" ").unwrap_err(), Refusal::Missing { .. }));
        for bad in ["ftp://example.org", "https://", "not a server", "http://"] {
            assert!(matches!(Homeserver::parse(bad).unwrap_err(), Refusal::BadAddress(_)), "{bad}");
        }
    }

    #[test]
    fn a_user_is_an_id_or_a_localpart() {
        for good in ["desk", "@desk:example.org", "@desk:localhost:8448"] {
            check_user(good).unwrap();
        }
        for bad in ["desk:example.org", "@desk", "a desk", "@:example.org"] {
            assert!(matches!(check_user(bad).unwrap_err(), Refusal::BadUser(_)), "{bad}");
        }
        assert!(is_named(user_id!("@desk:hs"), "desk") && is_named(user_id!("@desk:hs"), "@desk:hs"));
        assert!(!is_named(user_id!("@desk:hs"), "@desk:other") && !is_named(user_id!("@desk:hs"), "des"));
    }
}
