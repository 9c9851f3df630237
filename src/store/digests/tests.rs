use super::*;
use crate::{
    dataset::{Change, Statement, Subject, What},
    digest::Span,
    store::{NewRelease, Room, Store},
};

const NOW: i64 = 1_700_000_000_000;
const GATHERING: Gathering = Gathering { quiet: 60_000, longest: 600_000 };

async fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    (folder, store)
}

fn room(mode: &str, next_run: Option<i64>) -> Room {
    Room { mode: mode.to_owned(), next_run, ..Room::default() }
}

fn change(record: &str, what: What) -> Change {
    let subject =
        Subject { id: record.to_owned(), kind: "company".to_owned(), name: record.to_owned(), tags: Vec::new() };
    Change { subject, what }
}

fn claim(record: &str) -> Change {
    let statement = Statement {
        property: "users".to_owned(),
        value: "1".to_owned(),
        text: "1".to_owned(),
        target: None,
        as_of: None,
        sources: vec!["s".to_owned()],
        note: None,
    };
    change(record, What::ClaimAdded(statement))
}

async fn release(store: &Store, at: i64, changes: Vec<Change>) -> i64 {
    store.take_up(&NewRelease { at, changes, ..NewRelease::default() }, GATHERING).await.unwrap()
}

/// Composes a digest of these messages.
async fn compose(store: &Store, due: &Due, texts: &[&str], now: i64) {
    let body = |text: &&str| Body { text: (*text).to_owned(), html: format!("<p>{text}</p>") };
    let composed = Composed { bodies: texts.iter().map(body).collect(), told: "{}".to_owned() };
    store.put_composed(&[(due.id, due.room.clone())], &composed, now).await.unwrap();
}

/// A room that wants to be told of each change, a release with one, and the digest that is due for it.
async fn due_in_a_room(store: &Store) -> Due {
    store.set_room("!r", &room("on", None), NOW, GATHERING).await.unwrap();
    release(store, NOW, vec![claim("a")]).await;
    store.due(NOW + 60_000, 10).await.unwrap().remove(0)
}

#[tokio::test]
async fn a_room_gathers_until_it_has_been_quiet_and_no_longer_than_the_limit() {
    let (_folder, store) = store().await;
    store.set_room("!on", &room("on", None), NOW, GATHERING).await.unwrap();
    store.set_room("!off", &room("off", None), NOW, GATHERING).await.unwrap();
    release(&store, NOW, Vec::new()).await;
    assert_eq!(store.next_due().await.unwrap(), None, "the baseline is silent");
    for step in 0..15 {
        release(&store, NOW + step * 50_000, vec![claim("a")]).await;
    }
    let due = NOW + GATHERING.longest;
    assert_eq!(store.next_due().await.unwrap(), Some(due));
    assert!(store.due(due - 1, 10).await.unwrap().is_empty());
    let all = store.due(due, 10).await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].room.as_str(), all[0].releases, all[0].scheduled), ("!on", (2, 16), false));
    assert_eq!(store.changes(2, 16).await.unwrap().len(), 15);
}

#[tokio::test]
async fn a_schedule_decides_when_a_room_is_told() {
    let (_folder, store) = store().await;
    store.set_room("!r", &room("daily 09:00", Some(NOW + 5_000)), NOW, GATHERING).await.unwrap();
    release(&store, NOW, vec![claim("a")]).await;
    release(&store, NOW + 1, vec![claim("b")]).await;
    assert!(store.due(NOW + 4_999, 10).await.unwrap().is_empty());
    let due = store.due(NOW + 5_000, 10).await.unwrap().remove(0);
    assert!(due.scheduled && due.releases == (1, 2) && due.due == NOW + 5_000);
    assert_eq!(store.scheduled(NOW + 5_000).await.unwrap().len(), 1);
    store.set_next_run("!r", Some(NOW + 90_000)).await.unwrap();
    assert!(store.scheduled(NOW + 5_000).await.unwrap().is_empty());
    // Another schedule moves what is gathered; none drops it.
    store.set_room("!r", &room("on", None), NOW, GATHERING).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(NOW + GATHERING.quiet));
    store.set_room("!r", &room("off", None), NOW, GATHERING).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), None);
}

#[tokio::test]
async fn a_digest_is_composed_once_and_sent_in_order() {
    let (folder, store) = store().await;
    let due = due_in_a_room(&store).await;
    compose(&store, &due, &["head", "part"], NOW).await;
    compose(&store, &due, &["head", "part"], NOW).await;
    // A second database on the same files, as after a kill.
    let store = Store::open(folder.path()).await.unwrap();
    let waiting = store.waiting(NOW, 10).await.unwrap();
    assert_eq!(waiting.len(), 1, "one message of a room at a time");
    assert_eq!((waiting[0].body.text.as_str(), waiting[0].purpose, &waiting[0].head), ("head", Purpose::Head, &None));
    store.trying(waiting[0].id, NOW + 1, "DEVICE").await.unwrap();
    store.postponed(waiting[0].id, NOW + 500, "502").await.unwrap();
    assert!(store.waiting(NOW + 499, 10).await.unwrap().is_empty());
    assert_eq!(store.next_try().await.unwrap(), Some(NOW + 500));
    let again = store.waiting(NOW + 500, 10).await.unwrap().remove(0);
    assert_eq!(again.key, waiting[0].key);
    assert_eq!((again.attempts, again.first_try, again.device.as_deref()), (1, Some(NOW + 1), Some("DEVICE")));
    store.sent(again.id, "$head").await.unwrap();
    let part = store.waiting(NOW + 500, 10).await.unwrap().remove(0);
    assert_eq!((part.purpose, part.head.as_deref()), (Purpose::Part, Some("$head")));
    assert_ne!(part.key, again.key);
    store.sent(part.id, "$part").await.unwrap();
    assert!(store.waiting(NOW + 500, 10).await.unwrap().is_empty());
    assert_eq!(store.depth().await.unwrap().waiting, 0);
    store.sweep_outbox(NOW + 3 * 86_400_000).await.unwrap();
    assert!(store.announced(0).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_can_not_be_said_is_told_with_the_next_digest() {
    let (_folder, store) = store().await;
    let due = due_in_a_room(&store).await;
    compose(&store, &due, &["head", "part"], NOW).await;
    let head = store.waiting(NOW, 10).await.unwrap().remove(0);
    store.parked(head.id, "you can't speak here", true).await.unwrap();
    assert!(store.waiting(i64::MAX, 10).await.unwrap().is_empty());
    release(&store, NOW + 1, vec![claim("b")]).await;
    let due = store.due(NOW + 60_001, 10).await.unwrap().remove(0);
    assert_eq!(due.releases, (1, 2));
    compose(&store, &due, &["head"], NOW).await;
    let head = store.waiting(NOW, 10).await.unwrap().remove(0);
    store.parked(head.id, "who knows whether it arrived", false).await.unwrap();
    release(&store, NOW + 2, vec![claim("c")]).await;
    assert_eq!(store.due(NOW + 60_002, 10).await.unwrap()[0].releases, (3, 3));
}

#[tokio::test]
async fn a_correction_edits_what_was_sent_and_is_named_in_the_next_digest() {
    let (_folder, store) = store().await;
    let due = due_in_a_room(&store).await;
    compose(&store, &due, &["head"], NOW).await;
    let announced = store.announced(NOW).await.unwrap().remove(0);
    assert!(store.announced(NOW + 1).await.unwrap().is_empty());
    let body = Body { text: "corrected".to_owned(), html: "<p>corrected</p>".to_owned() };
    let (told, correction) = ("{\"new\":1}".to_owned(), "[\"c\"]".to_owned());
    let edit = Edit { digests: vec![(announced.digest, announced.room)], body, told, correction };
    let second = NewRelease { at: NOW + 2, changes: vec![claim("a")], edits: vec![edit], ..NewRelease::default() };
    store.take_up(&second, GATHERING).await.unwrap();
    let telling = store.announced(NOW).await.unwrap()[0].telling;
    assert_eq!(store.telling(telling).await.unwrap().as_deref(), Some("{\"new\":1}"));
    let head = store.waiting(NOW + 2, 10).await.unwrap().remove(0);
    store.sent(head.id, "$head").await.unwrap();
    let edit = store.waiting(NOW + 2, 10).await.unwrap().remove(0);
    assert_eq!(
        (edit.purpose, edit.head.as_deref(), edit.body.text.as_str()),
        (Purpose::Edit, Some("$head"), "corrected")
    );
    let due = store.due(NOW + 60_002, 10).await.unwrap().remove(0);
    assert_eq!(due.corrections, ["[\"c\"]"]);
}

#[tokio::test]
async fn history_follows_a_record_through_its_names_and_is_folded() {
    let (_folder, store) = store().await;
    release(&store, NOW, vec![claim("old")]).await;
    store.follow("!r", "record:old").await.unwrap();
    let renamed = What::Renamed { id: "old".to_owned(), name: "Old".to_owned() };
    release(&store, NOW + 1, vec![change("new", renamed)]).await;
    release(&store, NOW + 2, vec![claim("new"), claim("other")]).await;
    assert_eq!(store.room("!r").await.unwrap().follows, ["record:new"]);
    for name in ["old", "new"] {
        let span = Span { record: Some(name.to_owned()), limit: 10, ..Span::default() };
        let (releases, left_out) = store.releases(&span).await.unwrap();
        let numbers: Vec<u64> = releases.iter().map(|release| release.number).collect();
        assert_eq!((numbers, left_out), (vec![3, 2, 1], 0), "{name}");
    }
    let (releases, left_out) = store.releases(&Span { limit: 1, ..Span::default() }).await.unwrap();
    assert_eq!((releases.len(), releases[0].number, left_out), (1, 3, 3));
    let (releases, _) = store.releases(&Span { after: Some(2), limit: 10, ..Span::default() }).await.unwrap();
    assert_eq!(releases.len(), 1);
    assert_eq!(store.fold_history(NOW + 2).await.unwrap(), 2);
    assert_eq!(store.noted("folded_until").await.unwrap(), Some((NOW + 2).to_string()));
    let (releases, _) = store.releases(&Span { limit: 10, ..Span::default() }).await.unwrap();
    assert_eq!(releases.len(), 1);
}

#[tokio::test]
async fn a_notice_takes_the_place_of_one_that_did_not_get_through() {
    let (_folder, store) = store().await;
    let notice = |text: &str| Body { text: text.to_owned(), html: format!("<p>{text}</p>") };
    store.put_notice("#ops:hs", &notice("one"), NOW, ("reported", "1")).await.unwrap();
    store.put_notice("#ops:hs", &notice("two"), NOW + 1, ("reported", "2")).await.unwrap();
    assert_eq!(store.noted("reported").await.unwrap().as_deref(), Some("2"));
    let waiting = store.waiting(NOW + 1, 10).await.unwrap();
    assert_eq!(waiting.iter().map(|notice| notice.body.text.as_str()).collect::<Vec<_>>(), ["two"]);
    // Tried, it may have arrived.
    store.trying(waiting[0].id, NOW + 2, "DEVICE").await.unwrap();
    store.put_notice("#ops:hs", &notice("three"), NOW + 3, ("reported", "3")).await.unwrap();
    assert_eq!(store.depth().await.unwrap().waiting, 2);
    store.withdraw_notices(("reported", "")).await.unwrap();
    assert_eq!(store.depth().await.unwrap().waiting, 1);
    assert_eq!(store.noted("reported").await.unwrap().as_deref(), Some(""));
}

#[tokio::test]
async fn a_word_of_what_lasts_is_not_taken_back_with_the_notices() {
    let (_folder, store) = store().await;
    let said = |text: &str| Body { text: text.to_owned(), html: format!("<p>{text}</p>") };
    store.put_word("#ops:hs", &said("a new device"), NOW, ("device_told", "TWO")).await.unwrap();
    store.put_notice("#ops:hs", &said("trouble"), NOW + 1, ("reported", "1")).await.unwrap();
    assert_eq!(store.depth().await.unwrap().waiting, 2);
    store.withdraw_notices(("reported", "")).await.unwrap();
    let waiting = store.waiting(NOW + 1, 10).await.unwrap();
    assert_eq!(waiting.iter().map(|word| word.body.text.as_str()).collect::<Vec<_>>(), ["a new device"]);
    assert_eq!(store.noted("device_told").await.unwrap().as_deref(), Some("TWO"));
}

#[tokio::test]
async fn what_many_rooms_are_told_is_kept_once() {
    let (_folder, store) = store().await;
    for number in 0..20 {
        store.set_room(&format!("!{number}"), &room("on", None), NOW, GATHERING).await.unwrap();
    }
    release(&store, NOW, vec![claim("a")]).await;
    for due in store.due(NOW + 60_000, 100).await.unwrap() {
        compose(&store, &due, &["head"], NOW).await;
    }
    let count = async |table: &str| -> i64 {
        let query = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        sqlx::query_scalar(query).fetch_one(&store.pool).await.unwrap()
    };
    assert_eq!((count("outbox").await, count("bodies").await, count("tellings").await), (20, 1, 1));
    for waiting in store.waiting(NOW, 100).await.unwrap() {
        store.sent(waiting.id, "$head").await.unwrap();
    }
    store.sweep_outbox(NOW + 3 * 86_400_000).await.unwrap();
    assert_eq!((count("outbox").await, count("bodies").await, count("tellings").await), (0, 0, 0));
}

/// Composes what is due, and has the head refused by the homeserver.
async fn refused(store: &Store, now: i64) {
    let due = store.due(now, 10).await.unwrap().remove(0);
    compose(store, &due, &["head", "part"], now).await;
    let head = store.waiting(now, 10).await.unwrap().remove(0);
    store.parked(head.id, "you can't speak here", true).await.unwrap();
}

#[tokio::test]
async fn what_is_refused_while_more_gathers_is_told_with_that() {
    let (_folder, store) = store().await;
    let due = due_in_a_room(&store).await;
    compose(&store, &due, &["head"], NOW).await;
    release(&store, NOW + 1, vec![claim("b")]).await;
    let due = store.due(NOW + 60_001, 10).await.unwrap().remove(0);
    compose(&store, &due, &["second"], NOW).await;
    release(&store, NOW + 2, vec![claim("c")]).await;
    let head = store.waiting(NOW, 10).await.unwrap().remove(0);
    store.parked(head.id, "you can't speak here", true).await.unwrap();
    assert!(store.waiting(NOW, 10).await.unwrap().is_empty(), "what waits behind it would not be taken either");
    release(&store, NOW + 3, vec![claim("d")]).await;
    let due = store.due(NOW + 60_003, 10).await.unwrap().remove(0);
    assert_eq!(due.releases, (1, 4));
}

#[tokio::test]
async fn what_was_refused_is_told_when_somebody_asks_for_it() {
    let (_folder, store) = store().await;
    store.set_room("!r", &room("weekly mon 09:00", Some(NOW + 5_000)), NOW, GATHERING).await.unwrap();
    release(&store, NOW, vec![claim("a")]).await;
    refused(&store, NOW + 5_000).await;
    let pending = store.pending("!r").await.unwrap();
    assert_eq!((pending.releases.len(), pending.due), (1, None));
    store.hasten("!r", NOW + 6_000).await.unwrap();
    refused(&store, NOW + 6_000).await;
    store.set_room("!r", &room("on", None), NOW + 7_000, GATHERING).await.unwrap();
    let due = store.due(NOW + 67_000, 10).await.unwrap().remove(0);
    assert_eq!(due.releases, (1, 1));
    compose(&store, &due, &["head", "part"], NOW).await;
    assert_eq!(store.waiting(NOW + 67_000, 10).await.unwrap().len(), 1, "under a key of its own");
}

#[tokio::test]
async fn what_was_refused_is_not_kept_for_ever() {
    let (_folder, store) = store().await;
    store.set_room("!left", &room("on", None), NOW, GATHERING).await.unwrap();
    for day in 0..40 {
        let now = NOW + day * 86_400_000;
        release(&store, now, vec![claim("a")]).await;
        refused(&store, now + 60_000).await;
    }
    let pending = store.pending("!left").await.unwrap();
    assert_eq!(pending.releases.first().map(|release| release.number), Some(10));
    assert_eq!(store.fold_history(NOW + 100 * 86_400_000).await.unwrap(), 9, "the rest may still be told");
    let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM releases").fetch_one(&store.pool).await.unwrap();
    assert_eq!(left, 31);
}

#[tokio::test]
async fn what_was_gathered_for_long_and_refused_is_told_whole() {
    let (_folder, store) = store().await;
    let day = 86_400_000;
    store.set_room("!r", &room("cron", Some(NOW + 90 * day)), NOW, GATHERING).await.unwrap();
    for number in 0..3 {
        release(&store, NOW + number * 30 * day, vec![claim("a")]).await;
    }
    refused(&store, NOW + 90 * day).await;
    store.sweep_outbox(NOW + 90 * day).await.unwrap();
    store.set_next_run("!r", Some(NOW + 180 * day)).await.unwrap();
    release(&store, NOW + 100 * day, vec![claim("b")]).await;
    assert_eq!(store.due(NOW + 180 * day, 10).await.unwrap()[0].releases, (1, 4));
}

#[tokio::test]
async fn where_the_bot_is_not_a_digest_waits_until_it_is_but_not_for_ever() {
    let (_folder, store) = store().await;
    let due = due_in_a_room(&store).await;
    store.put_off(due.id, NOW + 60_000, NOW + 660_000).await.unwrap();
    assert!(store.due(NOW + 60_000, 10).await.unwrap().is_empty());
    assert!(store.no_longer_put_off("!r", NOW + 70_000).await.unwrap());
    assert_eq!(store.due(NOW + 70_000, 10).await.unwrap()[0].releases, (1, 1));
    store.put_off(due.id, NOW + 31 * 86_400_000, i64::MAX).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), None);
    assert!(!store.no_longer_put_off("!r", NOW).await.unwrap());
}

#[tokio::test]
async fn off_calls_off_what_is_on_its_way() {
    let (_folder, store) = store().await;
    for name in ["!off", "!begun", "!on"] {
        store.set_room(name, &room("on", None), NOW, GATHERING).await.unwrap();
    }
    release(&store, NOW, vec![claim("a")]).await;
    let all = store.due(NOW + 60_000, 10).await.unwrap();
    for due in all {
        compose(&store, &due, &["head", "part"], NOW).await;
    }
    let fetched = store.waiting(NOW, 10).await.unwrap();
    let begun = fetched.iter().find(|waiting| waiting.room == "!begun").unwrap();
    store.sent(begun.id, "$head").await.unwrap();
    for name in ["!off", "!begun"] {
        store.set_room(name, &room("off", None), NOW, GATHERING).await.unwrap();
    }
    let off = fetched.iter().find(|waiting| waiting.room == "!off").unwrap();
    assert!(!store.trying(off.id, NOW, "DEVICE").await.unwrap(), "fetched before, it is not sent any more");
    let left = store.waiting(NOW, 10).await.unwrap();
    let left: Vec<(&str, Purpose)> = left.iter().map(|waiting| (waiting.room.as_str(), waiting.purpose)).collect();
    assert_eq!(left, [("!on", Purpose::Head), ("!begun", Purpose::Part)], "a thread begun is brought to its end");
}

#[tokio::test]
async fn a_thread_that_waits_long_keeps_its_head() {
    let (_folder, store) = store().await;
    let due = due_in_a_room(&store).await;
    compose(&store, &due, &["head", "part"], NOW).await;
    let head = store.waiting(NOW, 10).await.unwrap().remove(0);
    store.sent(head.id, "$head").await.unwrap();
    store.sweep_outbox(NOW + 3 * 86_400_000).await.unwrap();
    let part = store.waiting(NOW, 10).await.unwrap().remove(0);
    assert_eq!(part.head.as_deref(), Some("$head"));
}

#[tokio::test]
async fn what_a_clock_that_was_ahead_put_off_is_brought_forward() {
    let (_folder, store) = store().await;
    let ahead = NOW + 400 * 86_400_000;
    store.set_room("!on", &room("on", None), ahead, GATHERING).await.unwrap();
    store.set_room("!daily", &room("daily 09:00", Some(ahead + 9)), ahead, GATHERING).await.unwrap();
    release(&store, ahead, vec![claim("a")]).await;
    store.not_after("!daily", NOW + 9).await.unwrap();
    store.not_ahead(NOW, GATHERING).await.unwrap();
    let due: Vec<(String, i64)> =
        store.due(NOW + 60_000, 10).await.unwrap().into_iter().map(|due| (due.room, due.due)).collect();
    assert_eq!(due, [("!daily".to_owned(), NOW + 9), ("!on".to_owned(), NOW + 60_000)]);
    let due = store.due(NOW + 9, 10).await.unwrap().remove(0);
    compose(&store, &due, &["head"], ahead).await;
    assert!(store.waiting(NOW, 10).await.unwrap().is_empty());
    store.not_ahead(NOW, GATHERING).await.unwrap();
    assert_eq!(store.waiting(NOW, 10).await.unwrap().len(), 1);
    // What is put off as it should be stays so.
    store.set_room("!daily", &room("daily 09:00", Some(NOW + 9)), NOW, GATHERING).await.unwrap();
    store.not_after("!daily", NOW + 9).await.unwrap();
    assert_eq!(store.room("!daily").await.unwrap().next_run, Some(NOW + 9));
}
