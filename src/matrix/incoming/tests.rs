use serde_json::json;

use super::*;

const NOW: i64 = 1_700_000_000_000;

fn view() -> View<'static> {
    View { own: "@desk:hs", now: NOW, skew: 0, max_age: Duration::from_mins(10), live: false }
}

fn plain(json: Value) -> Event {
    Event { json, sealed: false }
}

fn said(id: &str, text: &str) -> Value {
    json!({
        "type": "m.room.message", "event_id": id, "sender": "@ann:hs", "origin_server_ts": NOW - 1000,
        "unsigned": { "age": 1000 }, "content": { "msgtype": "m.text", "body": text },
    })
}

fn membership(user: &str, now: &str, before: Option<&str>) -> Value {
    let mut event = json!({
        "type": "m.room.member", "event_id": "$m", "sender": user, "state_key": user, "origin_server_ts": NOW,
        "content": { "membership": now }, "unsigned": {},
    });
    if let Some(before) = before {
        event["unsigned"]["prev_content"] = json!({ "membership": before });
    }
    event
}

fn texts(events: Vec<Value>) -> Vec<String> {
    let events: Vec<_> = events.into_iter().map(plain).collect();
    let texts = view().read(&events).seen.into_iter().map(|seen| match seen {
        Seen::Message(message) => message.text,
        Seen::Sealed(sealed) => sealed.event,
    });
    texts.collect()
}

#[test]
fn a_text_is_read_and_what_is_not_for_us_is_dropped() {
    let with = |path: &str, key: &str, value: Value| {
        let mut event = said("$x", "!help");
        event.pointer_mut(path).and_then(Value::as_object_mut).map(|map| map.insert(key.to_owned(), value));
        event
    };
    let dropped = vec![
        with("", "sender", json!("@desk:hs")),
        with("", "type", json!("m.sticker")),
        with("", "state_key", json!("")),
        with("/content", "msgtype", json!("m.notice")),
        with("/content", "msgtype", json!("m.emote")),
        with("/content", "body", json!(7)),
        with("/content", "m.new_content", json!({ "body": "!help" })),
        with("/content", "m.relates_to", json!({ "rel_type": "m.replace", "event_id": "$y" })),
        with("/unsigned", "redacted_because", json!({})),
        with("/unsigned", "age", json!(600_001)),
    ];
    for event in dropped {
        assert_eq!(texts(vec![event.clone()]), Vec::<String>::new(), "{event}");
    }
    assert_eq!(texts(vec![said("$x", "!help")]), ["!help"]);
}

#[test]
fn a_message_keeps_its_thread_and_loses_its_quotation() {
    let mut event = said("$x", "> <@bob:hs> well\n> more\n\n!help\n> kept");
    event["content"]["m.relates_to"] = json!({
        "rel_type": "m.thread", "event_id": "$root", "m.in_reply_to": { "event_id": "$y" }, "is_falling_back": true,
    });
    let Some(Seen::Message(message)) = view().read_one(&plain(event)) else { panic!("not read") };
    assert_eq!(message.text, "!help\n> kept");
    assert_eq!(message.thread.as_deref(), Some("$root"));
    assert_eq!(texts(vec![said("$x", "> not a reply\n!help")]), ["> not a reply\n!help"]);
}

/// The bot is made a member, invited or put out by Ann.
fn made(now: &str, before: Option<&str>) -> Value {
    let mut event = membership("@desk:hs", now, before);
    event["sender"] = json!("@ann:hs");
    event
}

#[test]
fn what_was_said_before_the_bot_joined_uninvited_is_dropped() {
    let before = said("$1", "before");
    let after = said("$2", "after");
    for previous in [None, Some("invite"), Some("leave"), Some("ban"), Some("knock")] {
        let join = membership("@desk:hs", "join", previous);
        assert_eq!(texts(vec![before.clone(), join, after.clone()]), ["after"], "{previous:?}");
    }
    let rename = membership("@desk:hs", "join", Some("join"));
    assert_eq!(texts(vec![before.clone(), rename, after.clone()]), ["before", "after"]);
    let other = membership("@bob:hs", "join", None);
    assert_eq!(texts(vec![before, other, after]), ["before", "after"]);
}

#[test]
fn what_was_said_with_the_invite_is_kept_and_nothing_before_it() {
    let join = || membership("@desk:hs", "join", Some("invite"));
    let says = |id: &str| said(id, id);
    // (the timeline, what of it is meant for the bot)
    let table: Vec<(Vec<Value>, &[&str])> = vec![
        (vec![says("a"), made("invite", None), says("b"), join(), says("c")], &["b", "c"]),
        // The homeserver does not tell what it was before.
        (vec![says("a"), made("invite", None), says("b"), membership("@desk:hs", "join", None)], &["b"]),
        // Somebody else's invite is not the bot's.
        (
            vec![says("a"), made("invite", None), says("b"), membership("@bob:hs", "invite", None), says("c"), join()],
            &["b", "c"],
        ),
        // Invited twice over: from the first time on.
        (
            vec![says("a"), made("invite", None), says("b"), made("invite", Some("invite")), says("c"), join()],
            &["b", "c"],
        ),
        // The first invite was taken back.
        (
            vec![
                made("invite", None),
                says("a"),
                made("leave", Some("invite")),
                says("b"),
                made("invite", Some("leave")),
                says("c"),
                join(),
            ],
            &["c"],
        ),
        // Put out and invited again.
        (
            vec![
                membership("@desk:hs", "join", Some("invite")),
                says("a"),
                made("leave", Some("join")),
                says("b"),
                made("invite", Some("leave")),
                says("c"),
                join(),
                says("d"),
            ],
            &["c", "d"],
        ),
        // Back without an invite.
        (
            vec![
                made("invite", None),
                says("a"),
                made("leave", None),
                says("b"),
                membership("@desk:hs", "join", Some("leave")),
            ],
            &[],
        ),
    ];
    for (timeline, meant) in table {
        assert_eq!(texts(timeline.clone()), *meant, "{timeline:#?}");
        // The same, where each event is a page of its own.
        let mut way = Way::default();
        for event in timeline.into_iter().rev() {
            view().step_back(&mut way, &[plain(event)]);
        }
        let seen = way.found().seen;
        assert_eq!(seen.iter().map(Seen::event).collect::<Vec<_>>(), *meant);
    }
}

#[test]
fn a_stretch_without_the_invite_says_that_it_stands_further_back() {
    let join = membership("@desk:hs", "join", Some("invite"));
    let found = view().read(&[said("$1", "with the invite"), join.clone()].map(plain));
    assert!(found.joined && found.invited_before);
    assert_eq!(found.seen, []);
    let found = view().read(&[made("invite", None), said("$1", "!help"), join].map(plain));
    assert!(found.joined && !found.invited_before);
    assert!(!view().read(&[membership("@desk:hs", "join", Some("leave"))].map(plain)).invited_before);
}

#[test]
fn what_waited_for_the_bot_to_come_is_as_old_as_it_is() {
    let mut waited = said("$1", "!help");
    waited["unsigned"]["age"] = json!(120_000);
    let events = [made("invite", None), waited, membership("@desk:hs", "join", Some("invite")), said("$2", "!help")];
    let found = View { live: true, ..view() }.read(&events.map(plain));
    let times = found.seen.iter().map(|seen| match seen {
        Seen::Message(message) => message.said_at,
        Seen::Sealed(sealed) => sealed.said_at,
    });
    assert_eq!(times.collect::<Vec<_>>(), [NOW + 1 - 120_000, NOW + 3]);
}

#[test]
fn only_the_last_of_several_joins_counts() {
    let join = || membership("@desk:hs", "join", Some("leave"));
    let events = [join(), said("$1", "first stay"), join(), said("$2", "second stay")].map(plain);
    let found = view().read(&events);
    assert!(found.joined);
    assert_eq!(found.seen.len(), 1);
}

#[test]
fn an_undecryptable_event_is_kept_as_sealed() {
    let json = json!({
        "type": "m.room.encrypted", "event_id": "$s", "sender": "@ann:hs", "origin_server_ts": NOW - 5000,
        "content": { "session_id": "abc" },
    });
    let seen = view().read_one(&Event { json, sealed: true });
    assert_eq!(
        seen,
        Some(Seen::Sealed(Sealed { event: "$s".to_owned(), said_at: NOW - 5000, session: Some("abc".to_owned()) }))
    );
}

#[test]
fn age_is_the_servers_measure_before_our_clock() {
    let mut event = said("$x", "!help");
    event["origin_server_ts"] = json!(NOW - 3_600_000);
    assert!(view().read_one(&plain(event.clone())).is_some(), "the server says one second");
    event["unsigned"] = json!({});
    assert!(view().read_one(&plain(event.clone())).is_none(), "an hour by our clock");
    // Our clock is known to be an hour ahead: the event is a few minutes old.
    let ahead = View { skew: 3_400_000, ..view() };
    let Some(Seen::Message(message)) = ahead.read_one(&plain(event)) else { panic!("not read") };
    assert_eq!(message.said_at, NOW - 200_000);
}

#[test]
fn what_has_just_come_in_is_new_unless_the_server_says_that_it_is_not() {
    let live = View { live: true, ..view() };
    let mut event = said("$x", "!help");
    event["unsigned"] = json!({});
    for sent in [json!(NOW - 900_000), json!(NOW - 7_200_000), json!(NOW + 7_200_000), json!(i64::MIN), json!("?")] {
        event["origin_server_ts"] = sent;
        let Some(Seen::Message(message)) = live.read_one(&plain(event.clone())) else { panic!("not read: {event}") };
        assert_eq!(message.said_at, NOW);
    }
    event["unsigned"] = json!({ "age": 1_100_000 });
    assert!(live.read_one(&plain(event.clone())).is_some(), "held back for some minutes");
    event["unsigned"] = json!({ "age": 1_300_000 });
    assert!(live.read_one(&plain(event)).is_none(), "held back for long");
}

#[test]
fn a_stretch_is_old_when_everything_in_it_is() {
    let mut old = said("$1", "old");
    old["unsigned"]["age"] = json!(700_000);
    let found = view().read(&[old.clone(), said("$2", "new")].map(plain));
    assert!(!found.all_old);
    assert_eq!(found.seen.len(), 1);
    assert!(view().read(&[old.clone(), old].map(plain)).all_old);
    assert!(!view().read(&[]).all_old);
}

#[test]
fn what_the_bot_replied_to_is_answered() {
    let mut reply = said("$a", "the answer");
    reply["sender"] = json!("@desk:hs");
    reply["content"]["m.relates_to"] = json!({ "m.in_reply_to": { "event_id": "$1" } });
    let found = view().read(&[said("$1", "!help"), said("$2", "!more"), reply].map(plain));
    assert_eq!(found.seen.iter().map(Seen::event).collect::<Vec<_>>(), ["$2"]);
    assert!(found.answered.contains("$1"));
}
