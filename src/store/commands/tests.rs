use super::*;

const NOW: i64 = 1_700_000_000_000;

fn entry(event: &str, kind: Kind) -> Entry {
    Entry { event: event.to_owned(), room: "!r:hs".to_owned(), said_at: NOW - 10, kind }
}

fn slip() -> Kind {
    Kind::Slip { word: "compny".to_owned() }
}

async fn record(store: &Store, event: &str, kind: Kind, now: i64) -> Verdict {
    store.record(&[entry(event, kind)], &[], now).await.unwrap()[0]
}

fn sealed() -> Kind {
    Kind::Sealed { session: Some("s1".to_owned()) }
}

fn events(unfinished: Vec<Unfinished>) -> Vec<String> {
    unfinished.into_iter().map(|row| row.event).collect()
}

#[tokio::test]
async fn a_question_is_taken_once_also_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let marks = [("!r:hs".to_owned(), "$b".to_owned())];
    let store = Store::open(folder.path()).await.unwrap();
    let entries = [entry("$a", Kind::Command), entry("$b", Kind::Command), entry("$a", Kind::Command)];
    let verdicts = store.record(&entries, &marks, NOW).await.unwrap();
    assert_eq!(verdicts, [Verdict::Take, Verdict::Take, Verdict::Known]);
    store.answered("$a", "$answer", 1).await.unwrap();
    // A second database on the same files, as after a kill: the first is never closed.
    let again = Store::open(folder.path()).await.unwrap();
    assert_eq!(events(again.taken().await.unwrap()), ["$b"]);
    assert_eq!(again.marks().await.unwrap()["!r:hs"], "$b");
    assert_eq!(record(&again, "$a", Kind::Command, NOW).await, Verdict::Known);
    again.dropped("$b", "not in the room any more", 3).await.unwrap();
    assert_eq!(record(&again, "$b", Kind::Command, NOW).await, Verdict::Known);
    assert!(again.taken().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_sealed_event_becomes_what_it_is_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    assert_eq!(record(&store, "$s", sealed(), NOW).await, Verdict::Sealed);
    assert_eq!(record(&store, "$s", sealed(), NOW).await, Verdict::Known);
    assert_eq!(events(store.sealed(None, 10).await.unwrap()), ["$s"]);
    assert_eq!(record(&store, "$s", Kind::Command, NOW).await, Verdict::Take);
    assert_eq!(record(&store, "$s", Kind::Command, NOW).await, Verdict::Known);
    assert_eq!(record(&store, "$s", sealed(), NOW).await, Verdict::Known);
    assert!(store.sealed(None, 10).await.unwrap().is_empty());
    assert_eq!(events(store.taken().await.unwrap()), ["$s"]);
}

#[tokio::test]
async fn a_slip_is_hinted_once_a_day_in_each_room() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    assert_eq!(record(&store, "$1", slip(), NOW).await, Verdict::Take);
    assert_eq!(record(&store, "$2", slip(), NOW + 1000).await, Verdict::HintedBefore);
    assert_eq!(record(&store, "$1", slip(), NOW + 1000).await, Verdict::Known);
    let other = Entry { room: "!other:hs".to_owned(), ..entry("$3", slip()) };
    assert_eq!(store.record(&[other], &[], NOW + 1000).await.unwrap(), [Verdict::Take]);
    assert_eq!(record(&store, "$4", slip(), NOW + HINT_PAUSE).await, Verdict::Take);
    assert_eq!(events(store.taken().await.unwrap()).len(), 3);
}

#[tokio::test]
async fn old_rows_are_swept_and_marks_stay() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let marks = [("!r:hs".to_owned(), "$b".to_owned())];
    store.record(&[entry("$a", slip())], &marks, NOW).await.unwrap();
    store.sweep(NOW + KEPT).await.unwrap();
    assert_eq!(store.taken().await.unwrap().len(), 1);
    store.sweep(NOW + KEPT + 1).await.unwrap();
    assert!(store.taken().await.unwrap().is_empty());
    assert_eq!(store.marks().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_never_decrypted_is_given_up_and_the_newest_are_tried_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    for (event, said_at) in [("$old", NOW - 900), ("$1", NOW - 20), ("$2", NOW - 10)] {
        let entry = Entry { said_at, ..entry(event, sealed()) };
        store.record(&[entry], &[], NOW).await.unwrap();
    }
    let first = store.sealed(None, 1).await.unwrap();
    assert_eq!(first[0].event, "$2");
    assert_eq!(events(store.sealed(first.first(), 10).await.unwrap()), ["$1", "$old"]);
    assert_eq!(store.expire_sealed(NOW - 100).await.unwrap(), 1);
    assert_eq!(events(store.sealed(None, 10).await.unwrap()), ["$2", "$1"]);
    assert_eq!(record(&store, "$old", Kind::Command, NOW).await, Verdict::Known);
}

#[tokio::test]
async fn sealed_events_are_found_by_their_session() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    for (event, session) in [("$2", Some("s1")), ("$1", Some("s1")), ("$3", Some("s2")), ("$4", None)] {
        let kind = Kind::Sealed { session: session.map(str::to_owned) };
        let said_at = NOW + i64::from(event == "$2");
        store.record(&[Entry { said_at, ..entry(event, kind) }], &[], NOW).await.unwrap();
    }
    assert_eq!(events(store.sealed_with("!r:hs", "s1", 10).await.unwrap()), ["$1", "$2"]);
    assert_eq!(events(store.sealed_with("!r:hs", "s1", 1).await.unwrap()), ["$1"]);
    assert!(store.sealed_with("!other:hs", "s1", 10).await.unwrap().is_empty());
    assert_eq!(record(&store, "$1", Kind::Command, NOW).await, Verdict::Take);
    assert_eq!(events(store.sealed_with("!r:hs", "s1", 10).await.unwrap()), ["$2"]);
}

#[tokio::test]
async fn deaths_are_counted_while_a_question_is_worked_out_only() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    record(&store, "$a", Kind::Command, NOW).await;
    let deaths = async |store: &Store| store.taken().await.unwrap()[0].deaths;
    store.working_out("$a").await.unwrap();
    store.survived("$a").await.unwrap();
    assert_eq!(deaths(&store).await, 0);
    store.working_out("$a").await.unwrap();
    let after_a_kill = Store::open(folder.path()).await.unwrap();
    assert_eq!(deaths(&after_a_kill).await, 1);
    after_a_kill.working_out("$a").await.unwrap();
    after_a_kill.survived("$a").await.unwrap();
    assert_eq!(deaths(&after_a_kill).await, 1, "what it survives does not make up for what it did not");
    after_a_kill.working_out("$a").await.unwrap();
    assert_eq!(deaths(&after_a_kill).await, 2);
}
