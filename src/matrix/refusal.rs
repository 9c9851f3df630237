//! Why the bot can't work with its account: one sentence each, for the person at the terminal.

use std::fmt;

use super::keys::KeyFault;

/// How a session came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The homeserver wants to see the password again; the device stays.
    Expired,
    /// The device was signed out.
    SignedOut,
    /// The encryption keys in the state folder are older than what the homeserver has of the device.
    KeysWentBack,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "it had expired",
            Self::SignedOut => "the bot was signed out",
            Self::KeysWentBack => "its encryption keys were those of an older copy of the state folder",
        })
    }
}

/// What the person who runs the bot has to change. No sentence holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// A setting that `run` needs is not given.
    #[error("{what} is missing: set {variable}, or {key} in the configuration file")]
    Missing {
        /// What it is, as the beginning of a sentence.
        what: &'static str,
        /// The environment variable.
        variable: &'static str,
        /// The key in the configuration file.
        key: &'static str,
    },
    /// An access token without the device it belongs to.
    #[error(
        "an access token needs the device id it belongs to: set TIGERDESK__MATRIX__DEVICE_ID, or matrix.device_id in the configuration file"
    )]
    DeviceMissing,
    /// The user name is neither a user id nor a localpart.
    #[error(
        "{0:?} is not a Matrix user: set TIGERDESK__MATRIX__USERNAME (matrix.username) to a user id such as @desk:example.org, or to its first part, desk"
    )]
    BadUser(String),
    /// The homeserver is neither an address nor a server name.
    #[error(
        "{0:?} is not a homeserver: set TIGERDESK__MATRIX__HOMESERVER (matrix.homeserver) to an address such as https://matrix.example.org, or to a server name such as example.org"
    )]
    BadAddress(String),
    /// Nobody answers at the homeserver's address.
    #[error(
        "the homeserver {address} can't be reached ({cause}): check TIGERDESK__MATRIX__HOMESERVER (matrix.homeserver), and that it is running"
    )]
    Unreachable {
        /// The address.
        address: String,
        /// What went wrong, briefly.
        cause: String,
    },
    /// Somebody answers at the address, but no homeserver.
    #[error(
        "{address} does not answer like a Matrix homeserver ({found}): correct TIGERDESK__MATRIX__HOMESERVER (matrix.homeserver)"
    )]
    NotMatrix {
        /// The address.
        address: String,
        /// What answers there.
        found: String,
    },
    /// A server name leads to no homeserver.
    #[error(
        "no homeserver is found for {name:?} ({found}): set TIGERDESK__MATRIX__HOMESERVER (matrix.homeserver) to its address, such as https://matrix.example.org or http://localhost:8008"
    )]
    NotFound {
        /// The name.
        name: String,
        /// What was asked, and what came of it.
        found: String,
    },
    /// The homeserver refuses the user name with this password.
    #[error(
        "the homeserver refuses the password of {0}{1}: correct TIGERDESK__MATRIX__USERNAME (matrix.username) or TIGERDESK__MATRIX__PASSWORD (matrix.password)"
    )]
    WrongPassword(String, &'static str),
    /// The homeserver knows no log-in by password.
    #[error(
        "the homeserver does not let {0} log in with a password: give TIGERDESK__MATRIX__ACCESS_TOKEN with TIGERDESK__MATRIX__DEVICE_ID instead (matrix.access_token, matrix.device_id)"
    )]
    NoPasswords(String),
    /// The homeserver wants the bot to slow down.
    #[error("the homeserver refuses more log-ins for now: try again in {0} seconds")]
    TooManyLogins(u64),
    /// The access token that was given is not accepted.
    #[error(
        "the homeserver does not accept the access token: give a fresh one with its device in TIGERDESK__MATRIX__ACCESS_TOKEN and TIGERDESK__MATRIX__DEVICE_ID (matrix.access_token, matrix.device_id), or TIGERDESK__MATRIX__PASSWORD instead"
    )]
    BadToken,
    /// The access token belongs to another account or device.
    #[error(
        "the access token belongs to {found}, not to {wanted}: correct TIGERDESK__MATRIX__USERNAME and TIGERDESK__MATRIX__DEVICE_ID (matrix.username, matrix.device_id), or give that device's token"
    )]
    TokenOfAnother {
        /// Whose token it is.
        found: String,
        /// Whom the settings name.
        wanted: String,
    },
    /// The state folder was made for another account.
    #[error(
        "the state folder {folder} belongs to {found}, not to {wanted}: give another folder in TIGERDESK__STATE__DIR (state.dir), or correct the account's settings"
    )]
    FolderOfAnother {
        /// The folder.
        folder: String,
        /// Whose it is.
        found: String,
        /// Whom the settings name.
        wanted: String,
    },
    /// The session is over. With the password at hand the bot signs in again.
    #[error(
        "the homeserver has ended the bot's session ({0}): start the bot with the account's password to have it log in anew"
    )]
    SessionEnded(Ended),
    /// The session of the access token is over.
    #[error(
        "the homeserver does not accept the access token any more: give a fresh one in TIGERDESK__MATRIX__ACCESS_TOKEN with its device in TIGERDESK__MATRIX__DEVICE_ID (matrix.access_token, matrix.device_id), or give TIGERDESK__MATRIX__PASSWORD instead, with which the bot logs in by itself; what rooms have asked for stays"
    )]
    TokenEnded,
    /// One of the SDK's stores is damaged.
    #[error(
        "{what} in the state folder {folder} is damaged ({cause}): put a copy of the whole folder back, or move the files whose names begin with matrix-sdk- out of it and start the bot to log in anew (desk.db, what rooms have asked for, stays)"
    )]
    Damaged {
        /// The folder.
        folder: String,
        /// What is damaged.
        what: &'static str,
        /// What went wrong, briefly.
        cause: String,
    },
    /// The account can no longer be used.
    #[error("the homeserver has {0} the account {1}: have its administrator undo that, or give another account")]
    AccountClosed(&'static str, String),
    /// The store key could not be had.
    #[error(transparent)]
    Key(#[from] KeyFault),
    /// The SDK's stores don't open.
    #[error(
        "the state folder {folder} can't be used ({cause}): check who owns it and whether the disk is full, or give another folder in TIGERDESK__STATE__DIR"
    )]
    Stores {
        /// The folder.
        folder: String,
        /// What went wrong, briefly.
        cause: String,
    },
    /// Something at the homeserver that we have no better words for.
    #[error("the homeserver refused to {what} ({cause}): look into its log")]
    Refused {
        /// What was tried.
        what: &'static str,
        /// The homeserver's words.
        cause: String,
    },
}
