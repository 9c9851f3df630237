use std::fs;

use super::*;

const TOKEN: &str = "syt_ZGVzaw_AbCdEfGhIjKl_012345";

fn record() -> Record {
    let user = matrix_sdk::ruma::owned_user_id!("@desk:hs");
    Record { device: "DEVICE".to_owned(), user: Some(user), token: Some(TOKEN.to_owned()), ..Record::default() }
}

/// Whether any file of the folder, its databases' side files included, holds `text`.
fn holds(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let bytes = fs::read(entry.unwrap().path()).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn the_token_is_sealed_with_and_without_a_passphrase() {
    for passphrase in [None, Some(Secret::new("correct horse".to_owned()))] {
        let folder = tempfile::tempdir().unwrap();
        let stores = Stores::open(folder.path(), passphrase.as_ref()).await.unwrap();
        stores.keep(&record()).await.unwrap();
        assert!(!holds(folder.path(), TOKEN) && !holds(folder.path(), "correct horse"));
        stores.close().await.unwrap();
        assert!(!holds(folder.path(), TOKEN));
        let stores = Stores::open(folder.path(), passphrase.as_ref()).await.unwrap();
        assert_eq!(stores.record().await.unwrap().unwrap().token.as_deref(), Some(TOKEN));
    }
}

/// Keeps the record as it was kept before, several times over, and takes it out, so that free pages of the file hold it.
async fn leave_in_plain(stores: &Stores) {
    let plain = serde_json::to_vec(&record()).unwrap().repeat(40);
    for number in 0..50 {
        let key = format!("other {number}");
        stores.state.set_custom_value_no_read(key.as_bytes(), plain.clone()).await.unwrap();
    }
    for number in 0..50 {
        stores.state.remove_custom_value(format!("other {number}").as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn what_an_older_version_kept_in_plain_is_wiped() {
    let folder = tempfile::tempdir().unwrap();
    let stores = Stores::open(folder.path(), None).await.unwrap();
    leave_in_plain(&stores).await;
    let plain = serde_json::to_vec(&record()).unwrap();
    stores.state.set_custom_value_no_read(RECORD, plain).await.unwrap();
    stores.close().await.unwrap();
    assert!(holds(folder.path(), TOKEN));

    let stores = Stores::open(folder.path(), None).await.unwrap();
    assert_eq!(stores.record().await.unwrap().unwrap().token.as_deref(), Some(TOKEN));
    assert!(!holds(folder.path(), TOKEN), "the token is in a file still");
    stores.close().await.unwrap();
    assert!(!holds(folder.path(), TOKEN), "the token is in a file again");
    // A start that was killed before it could wipe what it had sealed does so the next time.
    let stores = Stores::open(folder.path(), None).await.unwrap();
    leave_in_plain(&stores).await;
    stores.unscrubbed.store(true, Ordering::Relaxed);
    stores.keep(&record()).await.unwrap();
    stores.close().await.unwrap();
    let stores = Stores::open(folder.path(), None).await.unwrap();
    assert!(holds(folder.path(), TOKEN));
    stores.record().await.unwrap();
    assert!(!holds(folder.path(), TOKEN));
}

async fn refusal(folder: &Path) -> String {
    let refused = match Stores::open(folder, None).await {
        Err(refusal) => refusal,
        Ok(stores) => stores.record().await.unwrap_err(),
    };
    refused.to_string()
}

#[tokio::test]
async fn a_damaged_store_and_a_wrong_key_are_told_for_what_they_are() {
    for name in ["matrix-sdk-state.sqlite3", "matrix-sdk-crypto.sqlite3"] {
        let folder = tempfile::tempdir().unwrap();
        let stores = Stores::open(folder.path(), None).await.unwrap();
        stores.keep(&record()).await.unwrap();
        stores.close().await.unwrap();
        let path = folder.path().join(name);
        fs::write(&path, vec![7; 8192]).unwrap();
        let told = refusal(folder.path()).await;
        assert!(told.contains(name) && told.contains("is damaged") && told.contains("put a copy"), "{told}");
    }
    let folder = tempfile::tempdir().unwrap();
    Stores::open(folder.path(), None).await.unwrap().close().await.unwrap();
    fs::remove_file(folder.path().join("store.key")).unwrap();
    let other = tempfile::tempdir().unwrap();
    Stores::open(other.path(), None).await.unwrap();
    fs::copy(other.path().join("store.key"), folder.path().join("store.key")).unwrap();
    let told = refusal(folder.path()).await;
    assert!(told.contains("is not the key of the files beside it") && !told.contains("aead"), "{told}");
}

#[tokio::test]
async fn stores_that_another_program_holds_are_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let stores = Stores::open(folder.path(), None).await.unwrap();
    stores.close().await.unwrap();
    let holder = rusqlite::Connection::open(folder.path().join("matrix-sdk-state.sqlite3")).unwrap();
    holder.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let held = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(7)).await;
        drop(holder);
    });
    let start = Instant::now();
    Stores::open(folder.path(), None).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(6), "{:?}", start.elapsed());
    held.await.unwrap();
}
