//! Whether the store takes what is to be kept.

use std::{io, path::Path};

use super::{Fault, Store};

/// How much room a file must find on the disk, in bytes: about what one response of the homeserver brings. The database alone
/// would not tell: it writes into what it has already taken from the disk for as long as that lasts.
const ROOM: usize = 64 * 1024;
/// The file's name in the state folder. It is there for a moment.
const FILE: &str = "probe";

impl Store {
    /// Writes a little to the database and to its disk.
    ///
    /// # Errors
    ///
    /// When either does not take it.
    pub async fn probe(&self, now: i64) -> Result<(), Fault> {
        let query = "INSERT INTO facts (name, value) VALUES ('probed', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1";
        sqlx::query(query).bind(now.to_string()).execute(&self.pool).await?;
        let file = self.folder.join(FILE);
        find_room(&file).await.map_err(|error| Fault::from(sqlx::Error::Io(error)))
    }
}

async fn find_room(file: &Path) -> io::Result<()> {
    let written = tokio::fs::write(file, vec![0; ROOM]).await;
    // What was written before the disk was full goes as well.
    let removed = tokio::fs::remove_file(file).await;
    written.and(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_store_that_is_well_takes_it_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        store.probe(1).await.unwrap();
        store.probe(2).await.unwrap();
        assert!(!folder.path().join(FILE).exists());
    }

    #[tokio::test]
    async fn a_database_that_takes_no_more_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        sqlx::query("PRAGMA query_only = 1").execute(&store.pool).await.unwrap();
        let fault = store.probe(1).await.unwrap_err().to_string();
        assert!(fault.contains("readonly"), "{fault}");
    }

    #[tokio::test]
    async fn a_folder_that_takes_no_more_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        // A folder in the file's place: root, too, can't write to it.
        std::fs::create_dir(folder.path().join(FILE)).unwrap();
        let fault = store.probe(1).await.unwrap_err().to_string();
        assert!(fault.contains("directory"), "{fault}");
    }
}
