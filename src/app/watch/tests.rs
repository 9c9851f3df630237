//! Each way in which a folder changes, on a real file system. The slow look is an hour away, but where it is what is tested.

use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::fs::symlink,
    path::Path,
};

use tempfile::TempDir;

use super::*;

const HOUR: Duration = Duration::from_hours(1);
/// Long enough for a busy machine to tell.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder with one data file in `data`.
fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("data")).unwrap();
    fs::write(home.path().join("data/a.toml"), "a = 1").unwrap();
    home
}

async fn told(watch: &mut Watch, of: &str) {
    assert!(timeout(PATIENCE, watch.changed()).await.is_ok(), "nobody told of this: {of}");
}

/// Waits until nothing is left to tell.
async fn calm(watch: &mut Watch) {
    while timeout(STILL * 3, watch.changed()).await.is_ok() {}
}

/// Does something to the folder and waits until it is told.
async fn tells(watch: &mut Watch, of: &str, act: impl FnOnce()) {
    calm(watch).await;
    act();
    told(watch, of).await;
}

#[tokio::test]
async fn files_that_are_written_replaced_added_and_removed() {
    let home = home();
    let data = home.path().join("data");
    let file = data.join("a.toml");
    let mut watch = Watch::new(data.clone(), HOUR).await;
    tells(&mut watch, "an edit in place", || fs::write(&file, "a = 2").unwrap()).await;
    tells(&mut watch, "the same size at the same time of writing", || {
        let before = fs::metadata(&file).unwrap().modified().unwrap();
        fs::write(&file, "a = 3").unwrap();
        File::options().write(true).open(&file).unwrap().set_modified(before).unwrap();
    })
    .await;
    tells(&mut watch, "an atomic rename", || {
        fs::write(data.join(".a.toml.tmp"), "a = 4").unwrap();
        fs::rename(data.join(".a.toml.tmp"), &file).unwrap();
    })
    .await;
    tells(&mut watch, "an edit after the rename", || fs::write(&file, "a = 5").unwrap()).await;
    tells(&mut watch, "a rename from elsewhere", || {
        fs::write(home.path().join("new"), "b = 1").unwrap();
        fs::rename(home.path().join("new"), data.join("b.jsonl")).unwrap();
    })
    .await;
    tells(&mut watch, "a file moved away", || {
        fs::rename(data.join("b.jsonl"), home.path().join("old")).unwrap();
    })
    .await;
    tells(&mut watch, "a file gone", || fs::remove_file(&file).unwrap()).await;
    tells(&mut watch, "a file that is back", || fs::write(&file, "a = 1").unwrap()).await;
}

#[tokio::test]
async fn folders_that_come_move_and_go() {
    let home = home();
    let data = home.path().join("data");
    let mut watch = Watch::new(data.clone(), HOUR).await;
    tells(&mut watch, "a folder with a file", || {
        fs::create_dir_all(data.join("x/y")).unwrap();
        fs::write(data.join("x/y/b.toml"), "b = 1").unwrap();
    })
    .await;
    tells(&mut watch, "an edit in it", || fs::write(data.join("x/y/b.toml"), "b = 2").unwrap()).await;
    tells(&mut watch, "a folder renamed", || fs::rename(data.join("x"), data.join("z")).unwrap()).await;
    tells(&mut watch, "an edit in the renamed one", || fs::write(data.join("z/y/b.toml"), "b = 3").unwrap()).await;
    tells(&mut watch, "a folder gone", || fs::remove_dir_all(data.join("z")).unwrap()).await;
    tells(&mut watch, "the same folder again", || {
        fs::create_dir_all(data.join("z/y")).unwrap();
        fs::write(data.join("z/y/b.toml"), "b = 3").unwrap();
    })
    .await;
    tells(&mut watch, "an edit in it", || fs::write(data.join("z/y/b.toml"), "b = 4").unwrap()).await;
}

#[tokio::test]
async fn the_folder_itself_goes_and_comes_back() {
    let home = home();
    let data = home.path().join("data");
    let mut watch = Watch::new(data.clone(), HOUR).await;
    for round in 0..3 {
        tells(&mut watch, "the folder is removed", || fs::remove_dir_all(&data).unwrap()).await;
        tells(&mut watch, "it is back", || {
            fs::create_dir(&data).unwrap();
            fs::write(data.join("a.toml"), format!("a = {round}")).unwrap();
        })
        .await;
        tells(&mut watch, "an edit in it", || fs::write(data.join("a.toml"), "a = 9").unwrap()).await;
    }
    tells(&mut watch, "another one takes its place", || {
        fs::create_dir(home.path().join("next")).unwrap();
        fs::write(home.path().join("next/a.toml"), "a = 1").unwrap();
        fs::rename(&data, home.path().join("old")).unwrap();
        fs::rename(home.path().join("next"), &data).unwrap();
    })
    .await;
    tells(&mut watch, "an edit in that", || fs::write(data.join("a.toml"), "a = 2").unwrap()).await;
}

#[tokio::test]
async fn a_folder_that_is_not_there_yet() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("mnt/disk/data");
    let mut watch = Watch::new(data.clone(), HOUR).await;
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("a.toml"), "a = 1").unwrap();
    told(&mut watch, "the folder is there").await;
    tells(&mut watch, "an edit in it", || fs::write(data.join("a.toml"), "a = 2").unwrap()).await;
}

#[tokio::test]
async fn a_link_that_is_swapped_for_the_folder() {
    // As git-sync does.
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name);
    for (version, text) in [("one", "a = 1"), ("two", "a = 2")] {
        fs::create_dir_all(at(".worktrees").join(version).join("desk")).unwrap();
        fs::write(at(".worktrees").join(version).join("desk/a.toml"), text).unwrap();
    }
    let swap = |version: &str| {
        symlink(Path::new(".worktrees").join(version), at("tmp-link")).unwrap();
        fs::rename(at("tmp-link"), at("current")).unwrap();
    };
    swap("one");
    let mut watch = Watch::new(at("current/desk"), HOUR).await;
    for version in ["two", "one", "two"] {
        tells(&mut watch, "the link is swapped", || swap(version)).await;
        let file = at(".worktrees").join(version).join("desk/a.toml");
        tells(&mut watch, "an edit behind the link", || fs::write(&file, "a = 3").unwrap()).await;
    }
}

#[tokio::test]
async fn files_that_are_links_through_one_that_is_swapped() {
    // As Kubernetes mounts a config map.
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    fs::create_dir(&data).unwrap();
    let swap = |version: &str| {
        fs::create_dir(data.join(version)).unwrap();
        fs::write(data.join(version).join("a.toml"), version).unwrap();
        symlink(version, data.join("..data_tmp")).unwrap();
        fs::rename(data.join("..data_tmp"), data.join("..data")).unwrap();
    };
    swap("..2026_01");
    symlink("..data/a.toml", data.join("a.toml")).unwrap();
    let mut watch = Watch::new(data.clone(), HOUR).await;
    let mut last = "..2026_01";
    for version in ["..2026_02", "..2026_03", "..2026_04"] {
        tells(&mut watch, "the link is swapped", || {
            swap(version);
            fs::remove_dir_all(data.join(last)).unwrap();
        })
        .await;
        last = version;
    }
}

#[tokio::test]
async fn a_link_to_a_file_elsewhere() {
    let home = home();
    let data = home.path().join("data");
    let elsewhere = data.join(".elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let far = elsewhere.join("facts");
    fs::write(&far, "b = 1").unwrap();
    symlink(&far, data.join("b.toml")).unwrap();
    let mut watch = Watch::new(data, HOUR).await;
    tells(&mut watch, "an edit of the target", || fs::write(&far, "b = 2").unwrap()).await;
    tells(&mut watch, "another target", || {
        fs::write(elsewhere.join("tmp"), "b = 3").unwrap();
        fs::rename(elsewhere.join("tmp"), &far).unwrap();
    })
    .await;
    tells(&mut watch, "a target gone", || fs::remove_file(&far).unwrap()).await;
    tells(&mut watch, "a link that leads out", || {
        fs::write(home.path().join("far"), "b = 1").unwrap();
        symlink("../far", home.path().join("data/c.toml")).unwrap();
    })
    .await;
    calm(&mut watch).await;
    // What is not read is not watched either.
    fs::write(home.path().join("far"), "b = 2").unwrap();
    assert!(timeout(STILL * 3, watch.changed()).await.is_err(), "told of a file outside");
}

#[tokio::test]
async fn other_files_are_none_of_its_business() {
    let home = home();
    let data = home.path().join("data");
    let mut watch = Watch::new(data.clone(), HOUR).await;
    calm(&mut watch).await;
    for name in ["notes.txt", ".hidden.toml", ".git/config.toml", "a.toml~", "4913", ".a.toml.swp"] {
        fs::create_dir_all(data.join(name).parent().unwrap()).unwrap();
        fs::write(data.join(name), "x").unwrap();
        assert!(timeout(STILL * 3, watch.changed()).await.is_err(), "{name} is no data file");
    }
    tells(&mut watch, "what only looks like data, which is to be said", || {
        fs::write(data.join("b.toml.txt"), "x").unwrap();
    })
    .await;
    tells(&mut watch, "capitals", || fs::write(data.join("c.TOML"), "x").unwrap()).await;
    calm(&mut watch).await;
    fs::read_to_string(data.join("a.toml")).unwrap();
    assert!(timeout(STILL * 3, watch.changed()).await.is_err(), "reading is no change");
    tells(&mut watch, "an edit after all that", || fs::write(data.join("a.toml"), "a = 2").unwrap()).await;
}

#[tokio::test]
async fn ten_thousand_events_are_a_few_wake_ups() {
    let home = home();
    let file = home.path().join("data/a.toml");
    let mut watch = Watch::new(home.path().join("data"), HOUR).await;
    let start = Instant::now();
    let writing = std::thread::spawn(move || {
        for number in 0..5_000 {
            // Opened and closed each time: writing and closing are two events. Not emptied first, which is slow on ext4.
            let mut file = File::options().append(true).open(&file).unwrap();
            writeln!(file, "# {number}").unwrap();
        }
    });
    timeout(LONGEST_UNREST * 15, watch.changed()).await.unwrap();
    let mut told = 1;
    while timeout(LONGEST_UNREST + STILL * 5, watch.changed()).await.is_ok() {
        told += 1;
    }
    writing.join().unwrap();
    let most = 2 + start.elapsed().as_millis() / STILL.as_millis();
    assert!(told <= most, "{told} wake-ups, at most {most} expected");
}

#[tokio::test]
async fn what_is_still_being_written_is_waited_for() {
    let home = home();
    let data = home.path().join("data");
    let mut watch = Watch::new(data.clone(), HOUR).await;
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let writer = {
        let done = Arc::clone(&done);
        let mut file = File::create(data.join("b.toml")).unwrap();
        std::thread::spawn(move || {
            for _ in 0..6 {
                file.write_all(b"# a slow writer\n").unwrap();
                std::thread::sleep(STILL * 2);
            }
            done.store(true, std::sync::atomic::Ordering::SeqCst);
        })
    };
    told(&mut watch, "a file that was written slowly").await;
    assert!(done.load(std::sync::atomic::Ordering::SeqCst), "told of half a file");
    writer.join().unwrap();
}

#[tokio::test]
async fn a_call_that_is_cancelled_loses_nothing() {
    let home = home();
    let file = home.path().join("data/a.toml");
    let mut watch = Watch::new(home.path().join("data"), HOUR).await;
    for round in 0..3 {
        calm(&mut watch).await;
        fs::write(&file, format!("a = {round}")).unwrap();
        let start = Instant::now();
        while timeout(STILL / 7, watch.changed()).await.is_err() {
            assert!(start.elapsed() < PATIENCE, "cancelled again and again, it never told");
        }
    }
}

#[tokio::test]
async fn where_nobody_tells_the_slow_look_finds_it() {
    let home = home();
    let data = home.path().join("data");
    let mut watch = Watch::new(data.clone(), STILL).await;
    watch.sentry.lock().unwrap().watcher = None;
    tells(&mut watch, "an edit", || fs::write(data.join("a.toml"), "a = 2").unwrap()).await;
    tells(&mut watch, "a new file", || fs::write(data.join("b.jsonl"), "b").unwrap()).await;
    tells(&mut watch, "a file renamed", || fs::rename(data.join("b.jsonl"), data.join("c.jsonl")).unwrap()).await;
    tells(&mut watch, "a folder gone", || fs::remove_dir_all(&data).unwrap()).await;
    tells(&mut watch, "a folder back", || {
        fs::create_dir(&data).unwrap();
        fs::write(data.join("a.toml"), "a = 2").unwrap();
    })
    .await;
    calm(&mut watch).await;
    fs::write(data.join("notes.txt"), "x").unwrap();
    assert!(timeout(STILL * 4, watch.changed()).await.is_err(), "nothing of the dataset changed");
}

#[tokio::test]
async fn links_in_a_circle_have_an_end() {
    let home = home();
    let data = home.path().join("data");
    symlink(".", data.join("again")).unwrap();
    symlink(".", data.join("and-again")).unwrap();
    symlink("me.toml", data.join("me.toml")).unwrap();
    let mut watch = Watch::new(data.clone(), HOUR).await;
    tells(&mut watch, "an edit", || fs::write(data.join("a.toml"), "a = 2").unwrap()).await;
}

#[tokio::test]
async fn its_thread_ends_with_it() {
    let home = home();
    let watch = Watch::new(home.path().join("data"), HOUR).await;
    // The watcher's thread holds one as long as it runs.
    let signs = Arc::downgrade(&watch.signs);
    drop(watch);
    let start = Instant::now();
    while signs.strong_count() > 0 {
        assert!(start.elapsed() < PATIENCE, "its thread goes on");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
