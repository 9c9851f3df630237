//! The key of the SDK's stores, kept in the state folder.
//!
//! The stores are encrypted with one random 32-byte key. The file `store.key` holds it, wrapped by the passphrase if
//! there is one: a passphrase handed to each store would cost its key derivation (200,000 rounds) once per store and
//! start, and could never be changed.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use matrix_sdk_store_encryption::{EncryptedValueBase64, StoreCipher};
use serde::{Deserialize, Serialize};

use crate::settings::Secret;

/// The file's name in the state folder.
const FILE: &str = "store.key";

/// Why there is no key. Each text is one sentence for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// The file is wrapped and no passphrase is given.
    #[error(
        "the state folder {0} is protected by a passphrase: give it in TIGERDESK__STATE__PASSPHRASE or state.passphrase"
    )]
    PassphraseMissing(PathBuf),
    /// The file is wrapped with another passphrase.
    #[error(
        "the passphrase does not open the state folder {0}: correct TIGERDESK__STATE__PASSPHRASE or state.passphrase"
    )]
    PassphraseWrong(PathBuf),
    /// The stores are there, but their key is not.
    #[error(
        "the state folder {0} has lost its file store.key: put it back, or give another folder in TIGERDESK__STATE__DIR"
    )]
    Lost(PathBuf),
    /// The file holds the key of other stores.
    #[error(
        "the file store.key in the state folder {0} is not the key of the files beside it: put the right one back; if it is lost, move store.key and the files whose names begin with matrix-sdk- out of the folder, and start the bot to log in anew (desk.db, what rooms have asked for, stays)"
    )]
    Mismatch(PathBuf),
    /// The file is not one of ours.
    #[error("{0} is damaged: put a copy of it back, or give another folder in TIGERDESK__STATE__DIR")]
    Damaged(PathBuf),
    /// The file can't be read or written.
    #[error("{path} can't be used ({error}): check who owns the state folder and whether the disk is full")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The passphrase could not be applied.
    #[error("the store key could not be wrapped by the passphrase ({0}): start without state.passphrase")]
    Wrap(String),
}

/// What the file holds, as JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    /// The key itself.
    Plain([u8; 32]),
    /// A cipher that the passphrase opens, and the key encrypted with it.
    Wrapped { cipher: Vec<u8>, key: EncryptedValueBase64 },
}

/// The key of the stores in `folder`: the one kept there, or a new one if there are no stores yet.
///
/// A key that was kept plain is wrapped as soon as a passphrase is given.
///
/// # Errors
///
/// When the passphrase is missing or wrong, when the key of existing stores is lost or damaged, and when the file can't
/// be read or written.
pub fn open(folder: &Path, passphrase: Option<&Secret>) -> Result<[u8; 32], KeyFault> {
    let path = folder.join(FILE);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if folder.join(matrix_sdk::STATE_STORE_DATABASE_NAME).exists() {
                return Err(KeyFault::Lost(folder.to_owned()));
            }
            let key: [u8; 32] = rand::random();
            keep(&path, &key, passphrase)?;
            return Ok(key);
        }
        Err(error) => return Err(KeyFault::Io { path, error }),
    };
    match (serde_json::from_slice(&text), passphrase) {
        (Err(_), _) => Err(KeyFault::Damaged(path)),
        (Ok(Kept::Plain(key)), None) => Ok(key),
        (Ok(Kept::Plain(key)), Some(_)) => {
            keep(&path, &key, passphrase)?;
            tracing::info!("the state folder's key is now protected by the passphrase");
            Ok(key)
        }
        (Ok(Kept::Wrapped { .. }), None) => Err(KeyFault::PassphraseMissing(folder.to_owned())),
        (Ok(Kept::Wrapped { cipher, key }), Some(passphrase)) => {
            let opened = StoreCipher::import(passphrase.expose(), &cipher).map(|cipher| (cipher, false));
            let (cipher, older) = opened
                .or_else(|error| as_read_before(passphrase, &cipher).map(|cipher| (cipher, true)).ok_or(error))
                .map_err(|_| KeyFault::PassphraseWrong(folder.to_owned()))?;
            let key = cipher.decrypt_value_base64_data(key).map_err(|_| KeyFault::Damaged(path.clone()))?;
            let key = key.try_into().map_err(|_| KeyFault::Damaged(path.clone()))?;
            if older {
                keep(&path, &key, Some(passphrase))?;
            }
            Ok(key)
        }
    }
}

/// Opens what was wrapped when a passphrase's file was read with its further line ends and its byte order mark.
fn as_read_before(passphrase: &Secret, cipher: &[u8]) -> Option<StoreCipher> {
    let given = passphrase.expose();
    let read = ["\n", "\r\n", "\n\n"].map(|end| format!("{given}{end}"));
    let marked = format!("\u{feff}{given}");
    read.into_iter().chain([marked]).find_map(|read| StoreCipher::import(&read, cipher).ok())
}

/// Something that only the key of the stores opens.
#[derive(Serialize, Deserialize)]
pub(super) struct Sealed {
    cipher: Vec<u8>,
    value: EncryptedValueBase64,
}

impl Sealed {
    /// Seals `value` with the key of the stores.
    pub(super) fn new(key: &[u8; 32], value: Vec<u8>) -> Result<Self, matrix_sdk_store_encryption::Error> {
        let cipher = StoreCipher::new()?;
        Ok(Self { cipher: cipher.export_with_key(key)?, value: cipher.encrypt_value_base64_data(value)? })
    }

    /// Opens it.
    pub(super) fn open(self, key: &[u8; 32]) -> Result<Vec<u8>, matrix_sdk_store_encryption::Error> {
        StoreCipher::import_with_key(key, &self.cipher)?.decrypt_value_base64_data(self.value)
    }
}

/// Writes the key so that a kill at any moment leaves the old file or the new one, never half of it.
fn keep(path: &Path, key: &[u8; 32], passphrase: Option<&Secret>) -> Result<(), KeyFault> {
    let wrap = |error: matrix_sdk_store_encryption::Error| KeyFault::Wrap(error.to_string());
    let kept = match passphrase {
        None => Kept::Plain(*key),
        Some(passphrase) => {
            let cipher = StoreCipher::new().map_err(wrap)?;
            Kept::Wrapped {
                cipher: cipher.export(passphrase.expose()).map_err(wrap)?,
                key: cipher.encrypt_value_base64_data(key.to_vec()).map_err(wrap)?,
            }
        }
    };
    let write = || {
        let text = serde_json::to_vec(&kept)?;
        let temporary = path.with_extension("key.new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        // The rename itself must reach the disk before a store is encrypted with the key.
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().map_err(|error| KeyFault::Io { path: path.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn the_key_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let key = open(folder.path(), None).unwrap();
        assert_eq!(open(folder.path(), None).unwrap(), key);
        let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_passphrase_may_come_later_and_is_then_needed() {
        let folder = tempfile::tempdir().unwrap();
        let key = open(folder.path(), None).unwrap();
        assert_eq!(open(folder.path(), Some(&secret("correct"))).unwrap(), key);
        assert_eq!(open(folder.path(), Some(&secret("correct"))).unwrap(), key);
        let missing = open(folder.path(), None).unwrap_err();
        assert!(matches!(missing, KeyFault::PassphraseMissing(_)));
        let wrong = open(folder.path(), Some(&secret("horse"))).unwrap_err();
        assert!(matches!(wrong, KeyFault::PassphraseWrong(_)));
        assert!(!wrong.to_string().contains("horse"));
    }

    #[test]
    fn a_passphrase_that_was_read_with_a_line_end_opens_the_folder_still() {
        let folder = tempfile::tempdir().unwrap();
        let key = open(folder.path(), Some(&secret("correct\n"))).unwrap();
        assert_eq!(open(folder.path(), Some(&secret("correct"))).unwrap(), key);
        // Wrapped anew with the passphrase itself.
        assert!(matches!(open(folder.path(), Some(&secret("correct\n"))).unwrap_err(), KeyFault::PassphraseWrong(_)));
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_only() {
        let sealed = serde_json::to_vec(&Sealed::new(&[7; 32], b"syt_token".to_vec()).unwrap()).unwrap();
        assert!(!sealed.windows(9).any(|bytes| bytes == b"syt_token"));
        let open = |key| serde_json::from_slice::<Sealed>(&sealed).unwrap().open(key);
        assert_eq!(open(&[7; 32]).unwrap(), b"syt_token");
        assert!(open(&[8; 32]).is_err());
    }

    #[test]
    fn stores_without_their_key_and_a_damaged_key_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(matrix_sdk::STATE_STORE_DATABASE_NAME), "").unwrap();
        assert!(matches!(open(folder.path(), None).unwrap_err(), KeyFault::Lost(_)));
        fs::write(folder.path().join(FILE), "{\"plain\":[1,2]}").unwrap();
        assert!(matches!(open(folder.path(), None).unwrap_err(), KeyFault::Damaged(_)));
    }
}
