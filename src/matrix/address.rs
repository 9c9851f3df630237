//! Where the homeserver and who the bot is, as the settings say.

use std::{fmt, net::IpAddr};

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
        // As it is pasted from a browser or from a log.
        let text = ["/_matrix", "/.well-known"].iter().find_map(|part| Some(text.split_once(part)?.0)).unwrap_or(text);
        let text = text.trim_end_matches('/');
        if text.contains("://") {
            return address(text).map(Self::Address).ok_or_else(bad);
        }
        if text.contains('/') {
            return address(&format!("https://{text}")).map(Self::Address).ok_or_else(bad);
        }
        ServerName::parse(text.to_ascii_lowercase()).map(Self::Name).map_err(|_| bad())
    }
}

impl fmt::Display for Homeserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(url) => f.write_str(url.as_str().trim_end_matches('/')),
            Self::Name(name) => name.fmt(f),
        }
    }
}

/// An http(s) address without anything that is no part of a homeserver's.
fn address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let known = matches!(url.scheme(), "http" | "https") && url.has_host();
    let bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    (known && bare).then_some(url)
}

/// The address of an endpoint of the homeserver, whose own address may have a path.
#[must_use]
pub fn endpoint(homeserver: &Url, path: &str) -> Option<Url> {
    Url::parse(&format!("{}/{path}", homeserver.as_str().trim_end_matches('/'))).ok()
}

/// Whether two settings name the same homeserver: by the same name, or by the same address however it is written.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    one == other || matches!((Homeserver::parse(one), Homeserver::parse(other)), (Ok(one), Ok(other)) if one == other)
}

/// Whether a host is this machine or one beside it, where plain http is usual.
#[must_use]
pub fn is_near(server: &ServerName) -> bool {
    let host = server.host().trim_matches(['[', ']']);
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        Err(_) => {
            !host.contains('.') || [".localhost", ".local", ".internal", ".lan"].iter().any(|end| host.ends_with(end))
        }
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
    let odd = text.contains(|c: char| c.is_whitespace() || c.is_control());
    let local = !text.starts_with('@') && text.contains(':');
    match UserId::parse(&full) {
        Ok(user) if !local && !odd && !user.localpart().is_empty() => Ok(()),
        _ => Err(Refusal::BadUser(text.to_owned())),
    }
}

/// Whether `user`, a full id, is the one that the settings name as `wanted`, a full id or a localpart. Case is set aside, as
/// homeservers do when somebody logs in.
#[must_use]
pub fn is_named(user: &UserId, wanted: &str) -> bool {
    let named = if wanted.starts_with('@') { user.as_str() } else { user.localpart() };
    named.to_lowercase() == wanted.to_lowercase()
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
        let bad = [
            "ftp://example.org",
            "https://",
            "not a server",
            "http://",
            "https://desk:geheim@example.org",
            "https://a.org?b",
        ];
        for bad in bad {
            assert!(matches!(Homeserver::parse(bad).unwrap_err(), Refusal::BadAddress(_)), "{bad}");
        }
    }

    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        for (one, other) in [
            ("http://localhost:8008", "http://localhost:8008/"),
            ("https://example.org", "HTTPS://Example.ORG:443//"),
            ("http://example.org:80/matrix", "http://example.org/matrix/"),
            ("https://example.org", "https://example.org/_matrix/client/versions"),
            ("https://example.org/matrix", "example.org/matrix"),
            ("Example.org", "example.org/"),
        ] {
            assert!(is_same(one, other) && is_same(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("http://localhost:8008", "http://127.0.0.1:8008"),
            ("http://example.org", "https://example.org"),
            ("example.org", "https://example.org"),
            ("https://example.org/a", "https://example.org/b"),
        ] {
            assert!(!is_same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn an_endpoint_keeps_the_path_of_its_homeserver() {
        for (homeserver, expected) in [
            ("https://example.org", "https://example.org/_matrix/x"),
            ("https://example.org/matrix", "https://example.org/matrix/_matrix/x"),
            ("https://example.org/matrix/", "https://example.org/matrix/_matrix/x"),
        ] {
            assert_eq!(endpoint(&homeserver.parse().unwrap(), "_matrix/x").unwrap().as_str(), expected);
        }
    }

    #[test]
    fn plain_http_is_tried_nearby_only() {
        for near in ["localhost:8008", "synapse:8008", "10.1.2.3", "[::1]:8008", "desk.localhost", "hs.internal:80"] {
            assert!(is_near(&ServerName::parse(near).unwrap()), "{near}");
        }
        for far in ["example.org", "matrix.example.org:8008", "1.2.3.4:8008", "localhost.example.org"] {
            assert!(!is_near(&ServerName::parse(far).unwrap()), "{far}");
        }
    }

    #[test]
    fn a_user_is_an_id_or_a_localpart() {
        for good in ["desk", "@desk:example.org", "@desk:localhost:8448"] {
            check_user(good).unwrap();
        }
        for bad in ["desk:example.org", "@desk", "a desk", "@:example.org", "@a desk:example.org"] {
            assert!(matches!(check_user(bad).unwrap_err(), Refusal::BadUser(_)), "{bad}");
        }
        for named in ["desk", "@desk:hs", "Desk", "@DESK:HS"] {
            assert!(is_named(user_id!("@desk:hs"), named), "{named}");
        }
        assert!(!is_named(user_id!("@desk:hs"), "@desk:other") && !is_named(user_id!("@desk:hs"), "des"));
    }
}
