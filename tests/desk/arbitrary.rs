//! Whatever is asked is answered, in a length that fits and without a panic.

use std::{path::Path, sync::LazyLock, time::Duration};

use proptest::prelude::*;
use tigerdesk::{
    commands::{Ask, Asker, Desk, Effect, Outcome, Reading, Role, answer, read},
    dataset::load,
    digest::RoomSettings,
    index::language,
    spelling::key,
};

static DESK: LazyLock<Desk> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desk/dataset");
    Desk::new(load(&folder).unwrap()).unwrap()
});

/// What questions are made of, and what may break them.
const PIECES: &str = "(moonshot|valuation|kind:|tag:six-tigers|place:beijing|source:report|after:2023|before:2024-13|year:|\
    2022\\.\\.2024|OR|NOT|-|\"|“|”|月之暗面|yuezhianmian|3\\.3bn|3,300 million|40%|k1\\.5|\\+|\\PC{1,4}| |:|\\.\\.)";

/// Commands, and what they take first.
const WORDS: &str = "search|company|about|model|timeline|cite|list( companies| events)?|top( valuation| users)?|compare( moonshot)?|\
    today|random";

/// Commands that ask for something on behalf of a room.
const ROOM_WORDS: &str =
    "reload|follows|(digest|follow|unfollow)( daily| weekly| cron| zone| preview| now| tag:| kind:)?";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_search_is_answered(pieces in prop::collection::vec(PIECES, 0..24)) {
        let found = DESK.index.ask(&language::parse(&pieces.concat()), 8).unwrap();
        prop_assert!(found.hits.len() <= 8);
        let mut records: Vec<usize> = found.hits.iter().map(|hit| hit.record).collect();
        records.sort_unstable();
        records.dedup();
        prop_assert_eq!(records.len(), found.hits.len());
    }

    #[test]
    fn any_line_is_answered(
        word in WORDS,
        rest in "(?s).{0,120}|[-\"a-z0-9.:+% 月之]{0,600}|[\u{fdfa}İ㌖½ﬃ+]{0,600}|(20[0-9]{2}|to|since|before|-|\\.\\.|nov|q3|年| ){0,40}",
    ) {
        let line = format!("!{word} {rest}");
        for part in read(&line).parts() {
            let Reading::Command(invocation) = part else { continue };
            prop_assert!(key(&invocation.rest).chars().count() <= 500);
            let invocation = invocation.clone();
            let reply = answer(&DESK, &Ask::new(invocation, jiff::Timestamp::UNIX_EPOCH, 0)).reply;
            prop_assert!(!reply.text().is_empty() && reply.text().len() < 16_000);
        }
    }

    #[test]
    fn whatever_a_room_asks_for_is_answered(word in ROOM_WORDS, rest in ".{0,60}|[-*/\"a-z0-9.:+, 月之]{0,120}") {
        if let Reading::Command(invocation) = read(&format!("!{word} {rest}")) {
            let asker = Asker { role: Role::Admin, room: RoomSettings::default(), quiet_period: Duration::from_mins(1) };
            let ask = Ask { asker: Some(asker), ..Ask::new(invocation, jiff::Timestamp::UNIX_EPOCH, 0) };
            let Outcome { reply, effect, .. } = answer(&DESK, &ask);
            // What only doing it can answer is answered then.
            let later = matches!(effect, Some(Effect::SendNow | Effect::Reload { .. }));
            prop_assert!(later == reply.text().is_empty() && reply.text().len() < 16_000);
        }
    }
}

#[test]
fn an_unwanted_phrase_may_lie_ahead_of_what_is_found() {
    for line in ["!search 月 -之% 0", "!list -\"moonshot ai\" ai", "!list companies -之暗"] {
        let Reading::Command(invocation) = read(line) else { panic!("{line}") };
        let reply = answer(&DESK, &Ask::new(invocation, jiff::Timestamp::UNIX_EPOCH, 0)).reply;
        assert!(!reply.text().is_empty(), "{line}");
    }
}
