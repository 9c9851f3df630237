//! Who may have the bot do what not everybody may.

/// The `[access]` section.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    admins: Vec<Pattern>,
    /// The room in which the bot tells its admins of faults: an id (`!…`) or an alias (`#…`).
    pub admin_room: Option<String>,
}

/// A user id in which `*` stands for any characters and `?` for one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    local: String,
    /// In lower case.
    server: String,
}

/// Something in the section can't be used.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// No pattern of user ids.
    #[error(
        "`access.admins` has `{0}`, which is no user id: write @alice:example.org, or a pattern such as \
         @ops-*:example.org or *:example.org"
    )]
    Admin(String),
    /// No room.
    #[error("`access.admin_room` is `{0}`, which is no room: write its id (!…) or an alias (#name:example.org)")]
    Room(String),
}

impl Access {
    /// Takes the patterns of the admins, separated by commas or white space, and the admin room.
    ///
    /// # Errors
    /// The first that can't be used.
    pub fn new(admins: &str, admin_room: Option<String>) -> Result<Self, AccessError> {
        let given = admins.split(|c: char| c == ',' || c.is_whitespace()).filter(|pattern| !pattern.is_empty());
        let admins = given.map(|given| Pattern::read(given).ok_or_else(|| AccessError::Admin(given.to_owned())));
        let admins = admins.collect::<Result<_, _>>()?;
        match admin_room {
            Some(room) if !is_room(&room) => Err(AccessError::Room(room)),
            admin_room => Ok(Self { admins, admin_room }),
        }
    }

    /// Whether the user with this full id is an admin of the bot.
    #[must_use]
    pub fn is_admin(&self, user: &str) -> bool {
        self.admins.iter().any(|pattern| pattern.fits(user))
    }
}

fn is_room(given: &str) -> bool {
    match given.split_at_checked(1) {
        // Since room version 12 an id has no server.
        Some(("!", rest)) => !rest.is_empty() && !rest.contains(char::is_whitespace),
        Some(("#", rest)) => rest.split_once(':').is_some_and(|(name, server)| !name.is_empty() && !server.is_empty()),
        _ => false,
    }
}

impl Pattern {
    fn read(given: &str) -> Option<Self> {
        let (local, server) = given.split_once(':')?;
        let begins = local.starts_with(['@', '*', '?']);
        (begins && local != "@" && !local[1..].contains('@') && may_be_a_server(server))
            .then(|| Self { local: local.to_owned(), server: server.to_ascii_lowercase() })
    }

    /// The name and the server are compared apart, so that no name can pass for a server. Names of old accounts may differ
    /// in case alone; servers never do.
    fn fits(&self, user: &str) -> bool {
        user.starts_with('@')
            && user.split_once(':').is_some_and(|(local, server)| {
                fits(&self.local, local) && fits(&self.server, &server.to_ascii_lowercase())
            })
    }
}

/// Whether a server can fit a pattern: what no name of one has fits none.
fn may_be_a_server(pattern: &str) -> bool {
    let (host, port) = match pattern.rsplit_once(':') {
        // The colons of an IPv6 address stand in brackets.
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (pattern, None),
    };
    let wild = |c: char| matches!(c, '*' | '?');
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '[' | ']' | ':') || wild(c);
    let host = !host.is_empty() && host.chars().all(good) && (host.starts_with('[') || !host.contains(':'));
    host && port.is_none_or(|port| !port.is_empty() && port.chars().all(|c| c.is_ascii_digit() || wild(c)))
}

/// Whether the whole of a text fits a pattern with `*` and `?`.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut read) = (0, 0);
    // Where the last star stands, and how far it reaches as yet.
    let mut star: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(c) if *c == '?' || *c == text[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((place, reach)) = star else { return false };
                star = Some((place, reach + 1));
                at = place + 1;
                read = reach + 1;
            }
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_admin(patterns: &str, user: &str) -> bool {
        Access::new(patterns, None).unwrap().is_admin(user)
    }

    #[test]
    fn an_admin_fits_a_pattern_whole() {
        for (patterns, user) in [
            ("@alice:example.org", "@alice:example.org"),
            ("@bob:example.org, @alice:Example.ORG", "@alice:example.org"),
            ("*:example.org", "@alice:example.org"),
            ("@ops-*:example.org", "@ops-7:example.org"),
            ("@ops-?:example.org", "@ops-7:example.org"),
            ("@*-ops-*:*.example.org:8448", "@a-ops-b-ops-c:m.example.org:8448"),
            ("@alice:*", "@alice:anywhere.org"),
        ] {
            assert!(is_admin(patterns, user), "{patterns} {user}");
        }
        for (patterns, user) in [
            ("", "@alice:example.org"),
            ("@alice:example.org", "@alice:example.org.evil.org"),
            ("@alice:example.org", "@alice2:example.org"),
            ("@alice:example.org", "@Alice:example.org"),
            ("@alice:example.org", "@malice:example.org"),
            ("*:example.org", "@alice:evil.org:example.org"),
            ("*:example.org", "alice:example.org"),
            ("@ops-?:example.org", "@ops-77:example.org"),
            ("@ops-?:example.org", "@ops-:example.org"),
            ("@ops-*:example.org", "@ops-7:evil.org"),
            ("@a.c:example.org", "@abc:example.org"),
        ] {
            assert!(!is_admin(patterns, user), "{patterns} {user}");
        }
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for pattern in [
            "alice",
            "*",
            "@alice",
            "alice:example.org",
            "@:example.org",
            "@alice:",
            ":",
            "#room:example.org",
            "@alice:https://example.org",
            "@alice:example.org/",
            "@alice:example.org:port",
            "@@alice:example.org",
            "@alice::8448",
        ] {
            let message = Access::new(pattern, None).unwrap_err().to_string();
            assert!(message.contains(&format!("`{pattern}`, which is no user id")), "{message}");
        }
        for room in ["room", "!", "#", "#room", "#:example.org", "@alice:example.org"] {
            assert!(Access::new("", Some(room.to_owned())).is_err(), "{room}");
        }
        for room in ["!abc:example.org", "!abc-of-version-12", "#room:example.org"] {
            assert!(Access::new("", Some(room.to_owned())).is_ok(), "{room}");
        }
    }

    #[test]
    fn a_long_pattern_is_quick() {
        let pattern = format!("@{}b:example.org", "a*".repeat(60));
        assert!(!is_admin(&pattern, &format!("@{}:example.org", "a".repeat(200))));
    }
}
